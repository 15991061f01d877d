"""GDAL, DuckDB and a JSON-LD parser open the spatial files: the same layers, records and figures."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from pyld import jsonld

from tests.outside.conftest import Rows

ESS = "http://purl.org/essglobal/vocab/SSEInitiative"


def gdal(*arguments: str | Path) -> str:
    done = subprocess.run(
        [str(a) for a in arguments], capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
    )
    assert done.stderr == "", "GDAL complains of nothing"
    return done.stdout


def layer(run: Path, sql: str) -> Rows:
    options = ("-f", "CSV", "/vsistdout/", run / "geosocial.gpkg", "-sql", sql)
    return list(csv.DictReader(io.StringIO(gdal("ogr2ogr", *options))))


@pytest.mark.program("ogrinfo")
def test_gdal_opens_every_layer_of_the_geopackage(run: Path, table: Callable[[str], Rows]) -> None:
    located = sum(row["x"] != "" for row in table("places"))
    proposed = len(table("proposed"))
    expected = {
        "zones": ("Multi Polygon", 19),
        "places": ("Point", located),
        "proposed_sites": ("Point", proposed),
        "districts": ("Multi Polygon", 58),
    }
    for name, (kind, count) in expected.items():
        said = gdal("ogrinfo", "-ro", "-so", run / "geosocial.gpkg", name)
        assert f"Geometry: {kind}\n" in said
        assert f"Feature Count: {count}\n" in said
        assert "NAD83 / MTM zone 8" in said, name
    listed = [
        line.split(": ", 1)[1].split(" (")[0]
        for line in gdal("ogrinfo", "-ro", "-q", run / "geosocial.gpkg").splitlines()
    ]
    assert set(listed) - {"layer_styles"} == set(expected)


@pytest.mark.program("ogrinfo")
def test_the_geopackage_has_the_figures_of_the_csv(run: Path, table: Callable[[str], Rows]) -> None:
    rows = layer(run, "SELECT zone_id, name_fr, culture_gap, housing_gap_share, culture_rank FROM zones")
    assert len(rows) == 19
    figures = {(r["zone_id"], r["sphere"], r["indicator"]): r["value"] for r in table("measures")}
    ranks = {r["zone_id"]: r["rank"] for r in table("ranking") if r["sphere"] == "culture"}
    for row in rows:
        gap, share = (
            figures[row["zone_id"], "culture", "gap"],
            figures[row["zone_id"], "housing", "gap_share"],
        )
        for written, value in ((row["culture_gap"], gap), (row["housing_gap_share"], share)):
            assert (written == "") == (value == "")
            assert not value or float(written) == pytest.approx(float(value), rel=1e-12)
        assert (row["culture_rank"] or "0") == (ranks[row["zone_id"]] or "0")
    names = {row["name_fr"] for row in rows}
    assert {"Côte-des-Neiges–Notre-Dame-de-Grâce", "L’Île-Bizard–Sainte-Geneviève"} <= names


@pytest.mark.program("ogrinfo")
def test_the_public_layer_opens_in_degrees(run: Path, table: Callable[[str], Rows]) -> None:
    said = gdal("ogrinfo", "-ro", "-so", run / "directory" / "initiatives.geojson", "initiatives")
    published = sum(row["withheld"] == "" for row in table("directory"))
    assert f"Feature Count: {published}\n" in said
    assert "Geometry: Point\n" in said
    assert 'ID["EPSG",4326]' in said


def test_every_layer_has_its_style_for_qgis(run: Path) -> None:
    with closing(sqlite3.connect(f"file:{run / 'geosocial.gpkg'}?mode=ro", uri=True)) as base:
        layers = {
            n for (n,) in base.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        }
        styles = base.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
    default = [name for name, _, first in styles if first]
    assert set(default) == layers
    assert len(default) == len(set(default)), "one style a layer is the default"
    for name, style, _ in styles:
        assert str(style).startswith(("<!DOCTYPE qgis", "<?xml", "<qgis")), name


def test_duckdb_reads_the_public_layer_without_its_spatial_extension(
    run: Path, table: Callable[[str], Rows]
) -> None:
    file = run / "directory" / "initiatives.geojson"
    with duckdb.connect() as base:
        found = base.execute(
            "SELECT name, sphere_fr, zone_id, ST_AsText(geometry) FROM read_json(?) ORDER BY name",
            [str(file)],
        ).fetchall()
    document = json.loads(file.read_text(encoding="utf-8"))["features"]
    own = sorted(
        (
            f["properties"]["name"],
            f["properties"]["sphere_fr"],
            f["properties"]["zone_id"],
            f["geometry"]["coordinates"],
        )
        for f in document
    )
    assert len(found) == len(own) == sum(row["withheld"] == "" for row in table("directory"))
    for (name, sphere, zone, point), expected in zip(found, own, strict=True):
        assert [name, sphere, zone] == list(expected[:3])
        read = [float(v) for v in str(point).removeprefix("POINT (").rstrip(")").split()]
        assert read == pytest.approx(expected[3], abs=1e-9)


def test_a_parser_of_json_ld_makes_triples_of_the_directory(run: Path, table: Callable[[str], Rows]) -> None:
    def refuse(url: str, _options: object) -> NoReturn:
        raise AssertionError(f"would fetch {url}")

    document = json.loads((run / "directory" / "directory.jsonld").read_text(encoding="utf-8"))
    triples = str(
        jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": refuse})
    ).splitlines()
    typed = [t for t in triples if f"#type> <{ESS}> ." in t]
    assert len(typed) == sum(row["withheld"] == "" for row in table("directory"))
    labels = [t for t in triples if "prefLabel" in t]
    assert sum(t.endswith('"@fr .') for t in labels) == sum(t.endswith('"@en .') for t in labels) > 0
    assert sum("#isPartOf" in t or "isPartOf>" in t for t in triples) == len(typed)
