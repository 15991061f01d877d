"""The styles in the GeoPackage: what QGIS would draw, asked of the file itself by SQLite."""

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from geosocial import symbology
from geosocial.i18n import words
from geosocial.io.styles import Style
from geosocial.io.write import write_geopackage
from geosocial.report import qgis
from geosocial.report.tables import layers
from geosocial.results import Results
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results


@pytest.fixture(scope="module")
def results() -> Results:
    return rich_results()


@pytest.fixture(scope="module")
def file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(results, tmp_path_factory.mktemp("gpkg") / "geosocial.gpkg")


def written(results: Results, path: Path) -> Path:
    looks = qgis.styles(words("en"), results)
    write_geopackage(layers(results), path, date=results.study.edition, styles=looks)
    return path


def ask(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.execute(query))


def rules(qml: str) -> list[tuple[str, str, ET.Element]]:
    """Return label, filter and symbol of each rule."""
    assert qml.startswith("<!DOCTYPE qgis ")
    root = ET.fromstring(qml)  # noqa: S314 - our own file
    symbols = {s.get("name"): s for s in root.findall("./renderer-v2/symbols/symbol")}
    found = root.findall("./renderer-v2/rules/rule")
    assert len(found) == len(symbols)
    return [(r.get("label", ""), r.get("filter", ""), symbols[r.get("symbol")]) for r in found]


def props(symbol: ET.Element, layer: str) -> dict[str, str]:
    (found,) = [e for e in symbol.findall("layer") if e.get("class") == layer]
    return {p.get("k", ""): p.get("v", "") for p in found.findall("prop")}


def test_each_layer_has_one_default_style(file: Path) -> None:
    rows = ask(file, "SELECT f_table_name, f_geometry_column, useAsDefault FROM layer_styles ORDER BY id")
    assert [(r[0], r[2]) for r in rows] == [
        ("zones", 1), ("zones", 0), ("zones", 0), ("places", 1), ("proposed_sites", 1)
    ]  # fmt: skip
    columns: dict[object, object] = {
        r[0]: r[1] for r in ask(file, "SELECT table_name, column_name FROM gpkg_geometry_columns")
    }
    assert all(columns[name] == column for name, column, _ in rows)
    (registered,) = ask(file, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'")
    assert registered == ("attributes",)


def test_every_zone_falls_under_one_rule_that_is_its_class(results: Results, file: Path) -> None:
    at, ramp = symbology.breaks("gap_share"), symbology.ramp("gap_share")
    styles = ask(file, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'zones' ORDER BY id")
    for (sphere, spec), (qml,) in zip(results.study.services(), styles, strict=True):
        rows = results.measures[
            (results.measures["sphere"] == sphere) & (results.measures["service"] == spec.key)
        ]
        figures = rows[rows["indicator"] == "gap_share"].set_index("zone_id")
        seen: dict[str, str] = {}
        for _, where, symbol in rules(str(qml)):
            fill = props(symbol, "SimpleFill")["color"]
            for (zone,) in ask(file, f"SELECT zone_id FROM zones WHERE {where}"):  # noqa: S608 - our own rules
                assert zone not in seen
                seen[str(zone)] = fill
        assert len(seen) == 8
        for zone, figure in figures.iterrows():
            status = str(figure["status"])
            pattern = symbology.look()["pattern"].get(status)
            color = pattern["ground"] if pattern else ramp[symbology.class_of(float(figure["value"]), at)]
            wanted = ",".join(str(int(color[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"
            assert seen[str(zone)] == wanted


def test_missing_and_cannot_say_are_patterns(file: Path) -> None:
    (qml,) = ask(file, "SELECT styleQML FROM layer_styles WHERE styleName LIKE 'Housing%'")[0]
    named = {label: symbol for label, _, symbol in rules(str(qml))}
    hatch = props(named["Cannot say"], "LinePatternFill")
    assert (hatch["angle"], hatch["distance"], hatch["distance_unit"]) == ("45", "7", "Pixel")
    assert props(named["Missing data"], "PointPatternFill")["distance_x"] == "9"
    mark = named["Missing data"].find("./layer[@class='PointPatternFill']/symbol/layer/prop[@k='name']")
    assert mark is not None
    assert mark.get("v") == "cross2"


def test_each_place_of_a_sphere_falls_under_one_rule(results: Results, file: Path) -> None:
    (qml,) = ask(file, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'places'")[0]
    seen: list[object] = []
    for label, where, symbol in rules(str(qml)):
        rows = ask(file, f"SELECT source || source_row, sphere FROM places WHERE {where}")  # noqa: S608 - our own rules
        seen += [key for key, _ in rows]
        for _, sphere in rows:
            assert props(symbol, "SimpleMarker")["name"] == symbology.sphere_shape(str(sphere))
            assert label
    places = results.places[
        results.places["x"].notna() & results.places["sphere"].isin(list(results.study.spheres))
    ]
    assert len(seen) == len(set(seen)) == len(places)


def test_proposed_sites_are_the_stars_of_the_largest_number(file: Path) -> None:
    (qml,) = ask(file, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'proposed_sites'")[0]
    ((label, where, symbol),) = rules(str(qml))
    assert label == "Culture"
    assert props(symbol, "SimpleMarker")["name"] == "star"
    assert len(ask(file, f"SELECT * FROM proposed_sites WHERE {where}")) == 3  # noqa: S608 - our own rules


def test_other_programs_read_the_layers_as_before(results: Results, file: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.gpkg"
    write_geopackage(layers(results), plain, date=results.study.edition)
    spatial = [name for name, kind in pyogrio.list_layers(file) if kind is not None]
    assert spatial == [name for name, _ in pyogrio.list_layers(plain)]
    for name in spatial:
        with_styles, without = (pyogrio.read_dataframe(p, layer=name) for p in (file, plain))
        pd.testing.assert_frame_equal(with_styles, without)


def test_the_same_run_gives_the_same_file(results: Results, file: Path, tmp_path: Path) -> None:
    assert written(results, tmp_path / "again.gpkg").read_bytes() == file.read_bytes()


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    results = toy_results()
    for payload in PAYLOADS:
        qml = qgis._qml("fill", [qgis.Rule(payload, "", [qgis._fill("#ffffff")])])
        clean = "".join(c for c in payload if c not in "\t\r\n")
        assert rules(qml)[0][0] == clean
    names = [Style("zones", name, "<qgis/>") for name in PAYLOADS]
    path = tmp_path / "a.gpkg"
    write_geopackage(layers(results), path, styles=names)
    assert [r[0] for r in ask(path, "SELECT styleName FROM layer_styles ORDER BY id")] == list(PAYLOADS)
