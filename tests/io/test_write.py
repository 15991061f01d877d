"""Writing: whole or not at all, the same bytes twice, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosocial.errors import OutputError
from geosocial.io import write
from geosocial.io.atomic import replacing
from geosocial.io.cells import harmless
from geosocial.io.layers import read_layer
from geosocial.io.sheets import read_sheet
from geosocial.io.workbook import write_workbook

HOSTILE = ["=1+1", "+1 514 555-0000", "-12", "-2+3", "@SUM(A1)", "\tx", "\rx", "TOHU", ""]


def sample() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "nom": pd.Series(["=1+1", "L’Île", ""], dtype="str"),
            "n": [1.5, np.nan, 12.0],
            "vrai": [True, False, True],
            "k": pd.Series([1, None, 3], dtype="Int64"),
            "melange": pd.Series([1, "a", None], dtype=object),
        },
        geometry=[shapely.Point(-73.5, 45.5), None, shapely.Point(-73.6, 45.6)],
        crs="EPSG:4326",
    )


def test_csv_is_read_by_a_spreadsheet_and_by_a_program(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write.write_table(pd.DataFrame(sample().drop(columns="geometry")), path)
    assert path.read_bytes() == (
        "\ufeffnom,n,vrai,k,melange\r\n'=1+1,1.5,true,1,1\r\nL’Île,,false,,a\r\n,12,true,3,\r\n".encode()
    )
    assert pd.read_csv(path)["n"].tolist()[::2] == [1.5, 12.0]


@pytest.mark.parametrize(
    ("text", "written"),
    [(t, t if t in {"-12", "TOHU", ""} else f"'{t}") for t in HOSTILE],
)
def test_a_formula_becomes_text(text: str, written: str) -> None:
    assert harmless(text) == written


@given(st.text(max_size=12))
def test_no_cell_begins_as_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = harmless(text)
    if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        float(cell.replace(",", "."))
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_headers_cannot_be_formulas_either(tmp_path: Path) -> None:
    write.write_table(pd.DataFrame({"=cmd()": [1]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8-sig").startswith("'=cmd()")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_in_csv_read_back_exactly(value: float) -> None:
    from geosocial.io.cells import cell

    assert float(cell(value)) == value


def test_a_workbook_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    texts = ["=1+1", "http://example.org", "007", "", "x"]
    write_workbook(
        {"a/b": pd.DataFrame({"t": pd.Series(texts, dtype="str"), "n": [1.0, np.nan, 3.5, 0.0, -1.0]})}, path
    )
    import zipfile

    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "frozen" in sheet
    assert "autoFilter" in sheet
    back = read_sheet(path)
    assert back.frame["t"].tolist() == texts
    assert back.frame["n"].tolist() == ["1", "", "3.5", "0", "-1"]
    assert back.file.how["sheet"] == "a_b"


def test_a_text_too_long_for_a_workbook_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="row 2, column “t”"):
        write_workbook({"a": pd.DataFrame({"t": ["x" * 32_768]})}, path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


@pytest.mark.parametrize("suffix", write.SUFFIXES)
def test_identical_input_gives_identical_bytes(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"t{suffix}"
    write.write_any(sample(), path)
    first = path.read_bytes()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    write.write_any(sample(), path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_layers_come_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    write.write_any(sample(), path)
    back = read_layer(path).frame
    assert back["nom"].tolist() == ["=1+1", "L’Île", ""]
    assert back["n"].tolist()[::2] == [1.5, 12.0]
    assert np.isnan(back["n"][1])
    assert back["melange"].tolist()[:2] == ["1", "a"] or back["melange"].tolist()[:2] == [1, "a"]
    assert back.geometry[1] is None
    assert back.geometry[0].equals(shapely.Point(-73.5, 45.5))


def test_geojson_follows_its_standard(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    clockwise = shapely.Polygon([(3e5, 5.04e6), (3e5, 5.05e6), (3.1e5, 5.05e6), (3.1e5, 5.04e6)])
    write.write_any(gpd.GeoDataFrame({"a": ['"</script>']}, geometry=[clockwise], crs=32188), path)
    document = json.loads(path.read_text())
    assert set(document) == {"type", "features"}  # no crs member: RFC 7946
    ring = document["features"][0]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert ring[0][0] == pytest.approx(-73.56, abs=0.2)
    assert document["features"][0]["properties"] == {"a": '"</script>'}


def test_positions_travel_into_csv(tmp_path: Path) -> None:
    write.write_any(sample(), tmp_path / "t.csv")
    header, first, second, _ = csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig")))
    assert header[-2:] == ["longitude", "latitude"]
    assert first[-2:] == ["-73.5", "45.5"]
    assert second[-2:] == ["", ""]


def test_a_geopackage_with_layers_and_tables(tmp_path: Path) -> None:
    import datetime as dt
    import sqlite3

    path = tmp_path / "t.gpkg"
    zones = gpd.GeoDataFrame(
        {"zone_id": ["a", "b"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(2, 2, 3, 3)])],
        crs=32188,
    )
    table = pd.DataFrame({"FID": ["q", "r"], "value": [1.0, np.nan]})
    write.write_geopackage({"zones": zones, "measures": table}, path, date=dt.date(2026, 11, 22))
    base = sqlite3.connect(path)
    try:
        contents = base.execute(
            "SELECT table_name, data_type, last_change FROM gpkg_contents ORDER BY 1"
        ).fetchall()
        assert contents == [
            ("measures", "attributes", "2026-11-22T00:00:00.000Z"),
            ("zones", "features", "2026-11-22T00:00:00.000Z"),
        ]
        assert base.execute("SELECT FID, value FROM measures").fetchall() == [("q", 1.0), ("r", None)]
    finally:
        base.close()
    assert read_layer(path, layer="zones").frame.geometry.area.tolist() == [1.0, 1.0]


def test_columns_that_differ_by_capitals_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="columns ID, id together"):
        write.write_geopackage({"t": pd.DataFrame({"id": [1], "ID": [2]})}, tmp_path / "t.gpkg")


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"Use one of \.csv, \.geojson"):
        write.write_any(sample(), tmp_path / "t.doc")


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="this is a folder"):
        write.write_text("x", tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write.write_text("x", tmp_path / "file" / "t.txt")


def test_an_exception_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("old")

    def half() -> None:
        with replacing(path) as part:
            part.write_text("new, half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.txt"]


def test_a_kill_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("old")
    program = (
        "import sys, time\n"
        "from geosocial.io.atomic import replacing\n"
        "with replacing(sys.argv[1]) as part, part.open('w') as out:\n"
        "    out.write('half'); out.flush(); print('half', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)
    assert path.read_text() == "old"
    write.write_text("new", path)
    assert path.read_text() == "new"
