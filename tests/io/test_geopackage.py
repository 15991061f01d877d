"""A GeoPackage that a program has merely opened holds what it held; one that somebody has edited does not."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import GeosocialError, InputError, OutputError
from geosocial.io.geopackage import content, unsaved
from geosocial.io.layers import read_layer
from geosocial.io.styles import Style
from geosocial.io.write import write_geopackage
from geosocial.provenance.marks import Mark, same


def made(path: Path) -> Path:
    points = gpd.GeoDataFrame(
        {"lot": ["007", "L’Île"], "people": [12.5, None]},
        geometry=shapely.points([[0, 0], [1, 2]]),
        crs=32188,
    )
    zones = points.assign(geometry=points.buffer(3))
    style = Style("sites", "Sites", "<qgis/>", default=True)
    write_geopackage({"sites": points, "zones": zones}, path, date=dt.date(2026, 1, 2), styles=[style])
    return path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage as a GIS does: SQLite's log beside it, and the functions that its triggers call."""
    with closing(sqlite3.connect(path)) as base:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0)
        assert base.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        assert base.execute("SELECT count(*) FROM sites").fetchone() == (2,)
        yield base


def sql(text: str) -> Callable[[Path], object]:
    def run(path: Path) -> None:
        with opened(path) as base:
            base.executescript(text)

    return run


def with_gdal(path: Path, frame: pd.DataFrame, layer: str, **how: bool) -> None:
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", **how)


@pytest.mark.parametrize(
    "touch",
    [
        sql(""),
        sql("VACUUM"),
        sql("ANALYZE; REINDEX; PRAGMA optimize"),
        sql("UPDATE gpkg_contents SET last_change = '2030-01-01T00:00:00.000Z'"),
        sql("UPDATE gpkg_ogr_contents SET feature_count = NULL"),
        sql("UPDATE sites SET lot = 'x'; UPDATE sites SET lot = iif(fid = 1, '007', 'L’Île')"),
    ],
    ids=["opened", "packed", "indexed", "stamped", "counted", "undone"],
)
def test_what_opening_changes_is_no_change(tmp_path: Path, touch: Callable[[Path], object]) -> None:
    path = made(tmp_path / "sites.gpkg")
    (tmp_path / "was.gpkg").write_bytes(path.read_bytes())
    mark = Mark.of(path)
    touch(path)
    assert path.read_bytes() != (tmp_path / "was.gpkg").read_bytes()
    assert content(path) == mark.content == content(tmp_path / "was.gpkg")
    assert mark.fits(path)
    assert same(path, tmp_path / "was.gpkg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sites.gpkg", "was.gpkg"]


@pytest.mark.parametrize(
    "edit",
    [
        sql("UPDATE sites SET lot = '7' WHERE fid = 1"),
        sql("UPDATE sites SET people = 12.500000000000002 WHERE fid = 1"),
        sql("UPDATE sites SET geom = (SELECT geom FROM sites WHERE fid = 2)"),
        sql("UPDATE sites SET fid = 9 WHERE fid = 2"),
        sql("DELETE FROM zones WHERE fid = 2"),
        sql("ALTER TABLE sites ADD COLUMN remark TEXT"),
        sql("UPDATE layer_styles SET styleQML = '<qgis mine=\"1\"/>'"),
        sql("CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, content BLOB)"),
        sql("CREATE VIEW mine AS SELECT * FROM sites"),
        sql("UPDATE gpkg_contents SET identifier = 'my sites' WHERE table_name = 'sites'"),
        lambda path: with_gdal(path, gpd.read_file(path, layer="sites").head(1), "sites", append=True),
        lambda path: with_gdal(path, gpd.read_file(path, layer="sites"), "mine"),
    ],
    ids=[
        *("text", "last digit", "moved", "renumbered", "deleted", "column", "style", "project", "view"),
        *("title", "appended by GDAL", "layer by GDAL"),
    ],
)
def test_an_edit_is_a_change(tmp_path: Path, edit: Callable[[Path], object]) -> None:
    path = made(tmp_path / "sites.gpkg")
    mark = Mark.of(path)
    edit(path)
    assert not mark.fits(path)
    assert not same(path, made(tmp_path / "again.gpkg"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=2)), min_size=2, max_size=2))
def test_any_two_cells_that_differ_are_told_apart(
    tmp_path_factory: pytest.TempPathFactory, cells: list[object]
) -> None:
    path = made(tmp_path_factory.mktemp("g") / "a.gpkg")
    found = []
    for cell in cells:
        with opened(path) as base, base:
            base.execute("UPDATE sites SET lot = ? WHERE fid = 1", [cell])
            (stored,) = base.execute("SELECT lot FROM sites WHERE fid = 1").fetchone()
        found.append((stored, content(path)))
    assert (found[0][0] == found[1][0]) == (found[0][1] == found[1][1])


def test_of_other_files_the_bytes_count(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for body in (b"", b"SQLite format 3\0", b"PK\x03\x04"):
        path.write_bytes(body)
        assert content(path) == ""
        mark = Mark.of(path)
        assert mark.fits(path)
        path.write_bytes(body + b"x")
        assert not mark.fits(path)
    whole = made(path)
    mark = Mark.of(whole)
    whole.write_bytes(whole.read_bytes()[:-5_000])
    assert not mark.fits(whole)
    # a record of an earlier version knows the bytes alone
    again = made(path)
    old = Mark(Mark.of(again).sha256)
    sql("")(again)
    assert not old.fits(again)


def refusal(kind: type[GeosocialError], run: Callable[[], object]) -> str:
    with pytest.raises(kind) as refused:
        run()
    return str(refused.value)


def test_what_another_program_is_changing_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    path = made(tmp_path / "l'été.gpkg")
    with opened(path) as base:
        assert unsaved(path) is None  # the log is there, and empty
        assert len(read_layer(path, layer="sites").frame) == 2
        made(path)
    with opened(path) as base:
        base.execute("UPDATE sites SET lot = 'mine'")
        base.commit()
        expected = (
            f"{path}: another program has changes that are not in the file yet (l'été.gpkg-wal). "
            "Save and close it there, in QGIS for example, and try again."
        )
        before = path.read_bytes()
        assert refusal(InputError, lambda: read_layer(path, layer="sites")) == expected
        assert refusal(OutputError, lambda: made(path)) == expected
        assert path.read_bytes() == before
    assert unsaved(path) is None
    assert read_layer(path, layer="sites").frame["lot"].tolist() == ["mine", "mine"]
    assert made(path) == path


def test_a_journal_that_is_done_with_is_no_change(tmp_path: Path) -> None:
    path = made(tmp_path / "sites.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = PERSIST")
        base.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the end of the change
        base.execute("UPDATE layer_styles SET styleName = hex(zeroblob(99999))")
        journal = tmp_path / "sites.gpkg-journal"
        assert unsaved(path) == journal
        base.commit()
    assert journal.stat().st_size > 0
    assert unsaved(path) is None
