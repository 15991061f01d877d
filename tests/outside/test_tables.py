"""DuckDB and geopandas read the tables: the Parquet holds the cells of the CSV, with their types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely

from geosocial.io.cells import cell, harmless
from geosocial.results import Results
from tests.outside.conftest import Rows

#: Types of DuckDB by what a contract calls the column.
TYPES = {"text": "VARCHAR", "float": "DOUBLE", "int": "BIGINT", "bool": "BOOLEAN"}


def query(text: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect() as base:
        return [tuple(row) for row in base.execute(text, list(values)).fetchall()]


def as_cell(value: object) -> str:
    """Return a value of DuckDB as the CSV writes it."""
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else cell(value)


def test_every_table_has_the_cells_of_its_csv_and_is_in_the_manifest(
    run: Path, table: Callable[[str], Rows]
) -> None:
    written = {e["file"] for e in json.loads((run / "run.json").read_text(encoding="utf-8"))["outputs"]}
    files = sorted((run / "tables").glob("*.csv"))
    assert len(files) >= 39
    for file in files:
        twin = file.with_suffix(".parquet")
        assert f"tables/{twin.name}" in written
        columns = pq.read_schema(twin).names
        kept = [c for c in columns if c != "geometry"]
        names = ", ".join(f'"{c}"' for c in kept)
        found = query(f"SELECT {names} FROM read_parquet(?)", str(twin))  # noqa: S608 - our own names
        expected = table(file.stem)
        assert len(found) == len(expected), file.name
        for row, cells in zip(found, expected, strict=True):
            assert [as_cell(v) for v in row] == list(cells.values()), file.name
            assert list(cells) == kept


def test_columns_have_the_types_of_their_contract_and_say_what_they_mean(run: Path) -> None:
    from geosocial import tables

    days = {"edition", "date", "baseline_date", "target_date", "due", "start", "end"}
    seen = set()
    for contract in tables.CONTRACTS:
        file = run / "tables" / f"{contract.name}.parquet"
        if not file.is_file():
            continue
        found = {str(r[0]): str(r[1]) for r in query("DESCRIBE SELECT * FROM read_parquet(?)", str(file))}
        for name, column in contract.columns.items():
            if name in found:
                expected = "DATE" if name in days else TYPES[column.dtype]
                assert found[name] == expected, (contract.name, name)
                seen.add(expected)
        for field in pq.read_schema(file):
            said = {k.decode(): v.decode() for k, v in field.metadata.items()}
            assert said["meaning_fr"], (contract.name, field.name)
            assert said["meaning_en"], (contract.name, field.name)
    assert seen == {*TYPES.values(), "DATE"}
    unit = pq.read_schema(run / "tables" / "closures.parquet").field("lost_share").metadata[b"unit"]
    assert unit == b"share"


def test_identifiers_keep_their_zeros_and_what_is_missing_is_null(
    run: Path, table: Callable[[str], Rows]
) -> None:
    file = str(run / "tables" / "measures.parquet")
    assert query("SELECT min(zone_id) FROM read_parquet(?)", file) == [("01",)]
    empty = sum(row["lower"] == "" for row in table("measures"))
    assert empty > 0
    assert query("SELECT count(*) FROM read_parquet(?) WHERE lower IS NULL", file) == [(empty,)]
    assert query("SELECT count(*) FROM read_parquet(?) WHERE isnan(value)", file) == [(0,)]
    total = sum(float(row["value"]) for row in table("measures") if row["value"])
    ((read,),) = query("SELECT sum(value) FROM read_parquet(?)", file)
    assert read == pytest.approx(total, rel=1e-12)


def test_the_boundaries_of_the_zones_are_geoparquet(run: Path, results: Results) -> None:
    file = run / "tables" / "zones.parquet"
    layer = gpd.read_parquet(file)
    assert layer.crs == results.zones.crs
    assert list(layer["zone_id"]) == list(results.zones["zone_id"])
    assert bool(shapely.equals_exact(layer.geometry, results.zones.geometry, 0).all())
    # DuckDB draws them without its spatial extension, which it would have to download
    drawn = query("SELECT ST_AsText(geometry) FROM read_parquet(?) ORDER BY zone_id", str(file))
    areas = [shapely.from_wkt(str(text)).area for (text,) in drawn]
    assert areas == pytest.approx(results.zones.sort_values("zone_id").area.tolist(), rel=1e-9)


def test_a_join_of_tables_gives_the_figures_of_the_report(run: Path, table: Callable[[str], Rows]) -> None:
    folder = run / "tables"
    found = query(
        "SELECT z.name_fr, r.rank FROM read_parquet(?) r JOIN read_parquet(?) z USING (zone_id) "
        "WHERE sphere = 'culture' AND rank = 1 ORDER BY z.zone_id",
        str(folder / "ranking.parquet"),
        str(folder / "zones.parquet"),
    )
    first = [r for r in table("ranking") if r["sphere"] == "culture" and r["rank"] == "1"]
    assert sorted(str(n) for n, _ in found) == sorted(r["zone_fr"] for r in first)
    assert first
