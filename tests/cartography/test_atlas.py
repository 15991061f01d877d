import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from geosocial import symbology
from geosocial.cartography import atlas, layers, style
from geosocial.errors import StudyError
from geosocial.results import Results
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results, toy_study

ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "script",
        "body",
        "noscript",
        "main",
        "header",
        "section",
    ),
    *(
        "div",
        "p",
        "h1",
        "h2",
        "a",
        "i",
        "span",
        "input",
        "ul",
        "button",
        "fieldset",
        "legend",
        "label",
        "select",
    ),
    *("table", "svg", "defs", "pattern", "path", "rect", "circle"),
}


class Parsed(HTMLParser):
    """The elements of a page, their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.json = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag == "script" and dict(attrs).get("id") == "data"

    def handle_data(self, data: str) -> None:
        self.json += data if self._inside else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"


def page(results: Results, tmp_path: Path, **options: Any) -> str:
    path = tmp_path / "atlas.html"
    atlas.write_atlas(results, path, **options)
    assert list(tmp_path.iterdir()) == [path]
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def toy() -> Results:
    return toy_results()


@pytest.fixture(scope="module")
def hostile(toy: Results) -> Results:
    """The toy city with payloads for every name that a file may bring."""
    count = len(PAYLOADS)
    zones = toy.zones.assign(
        name_fr=[PAYLOADS[k % count] for k in range(len(toy.zones))],
        name_en=[PAYLOADS[-1 - k % count] for k in range(len(toy.zones))],
    )
    row = toy.places[toy.places["name"].str.startswith("Théâtre")]
    import pandas as pd

    named = pd.concat([row] * count, ignore_index=True).assign(
        name=list(PAYLOADS),
        source_row=range(100, 100 + count),
        category=list(PAYLOADS),
        record_id=list(PAYLOADS),
    )
    places = pd.concat([toy.places, named], ignore_index=True)
    study = toy_study(name={"fr": PAYLOADS[1], "en": PAYLOADS[2]})
    return replace(toy, study=study, zones=zones, places=places)


def test_the_page_is_one_small_file_without_addresses(toy: Results, tmp_path: Path) -> None:
    text = page(toy, tmp_path)
    assert len(text.encode()) < 400_000
    # The namespace of SVG and lines of Leaflet's own credit and comments: nothing is loaded from them.
    known = {
        "http://www.w3.org/2000/svg",
        "https://leafletjs.com",
        "https://bugzilla.mozilla.org/show_bug.cgi?id=888319",
    }
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= known


def test_the_same_results_give_the_same_bytes(toy: Results, tmp_path: Path) -> None:
    assert page(toy, tmp_path) == page(toy, tmp_path)


def test_both_languages_have_the_same_shape(toy: Results, tmp_path: Path) -> None:
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(v) for key, v in value.items()}
        return [shape(v) for v in value] if isinstance(value, list) else type(value)

    text = json.loads(Parsed(page(toy, tmp_path)).json)["text"]
    for fr, en in zip(text["fr"]["zones"], text["en"]["zones"], strict=True):
        fr["lines"], en["lines"] = [], []
    assert shape(text["fr"]) == shape(text["en"])


def test_every_figure_is_the_one_of_the_tables(toy: Results, tmp_path: Path) -> None:
    data = json.loads(Parsed(page(toy, tmp_path)).json)
    measures = toy.measures.set_index(["zone_id", "sphere", "service", "indicator"])["value"]
    zones = list(toy.zones["zone_id"])
    fills = {"gap": "gap_share", "coverage": "coverage", "rate": "rate", "distance": "nearest_cost"}
    seen = 0
    for (sphere, spec), service in zip(toy.study.services(), data["services"], strict=True):
        for view in service["views"]:
            for zone, shown in zip(zones, view["v"], strict=True):
                value = measures[zone, sphere, spec.key, fills[view["key"]]]
                assert shown is None if math.isnan(value) else shown == pytest.approx(value, abs=1e-6)
                seen += 1
    assert seen == 8 * 6


def test_missing_and_cannot_say_have_no_class(toy: Results, tmp_path: Path) -> None:
    data = json.loads(Parsed(page(toy, tmp_path)).json)
    keys = [s.key + sphere for sphere, s in toy.study.services()]
    housing = data["services"][keys.index("mainhousing")]["views"][0]
    # Z3 has two sites and Z6 300 people: cannot say. Z4 has no record and Z7 no known demand: missing.
    assert {k: c for k, c in enumerate(housing["cls"]) if c < 0} == {3: -2, 4: -1, 6: -2, 7: -1}


def test_a_page_may_open_in_english(toy: Results, tmp_path: Path) -> None:
    text = page(toy, tmp_path, lang="en")
    assert '<html lang="en-CA">' in text
    assert "<title>Toy city – atlas</title>" in text


def test_a_study_chooses_its_classes(toy: Results, tmp_path: Path) -> None:
    study = toy_study(atlas={"classes": "quantile"})
    data = json.loads(Parsed(page(replace(toy, study=study), tmp_path)).json)
    assert data["classes"] == "quantile"
    offered = {way["key"] for s in data["services"] for v in s["views"] for way in v["by"]}
    assert "quantile" in offered


def test_a_page_of_one_language_offers_that_one_only(toy: Results, tmp_path: Path) -> None:
    data = json.loads(Parsed(page(toy, tmp_path, langs=("fr",))).json)
    assert list(data["text"]) == ["fr"]


def test_hostile_names_add_no_element_and_no_attribute(
    toy: Results, hostile: Results, tmp_path: Path
) -> None:
    plain, parsed = Parsed(page(toy, tmp_path)), Parsed(page(hostile, tmp_path))
    assert [tag for tag, _ in parsed.elements] == [tag for tag, _ in plain.elements]
    assert {tag for tag, _ in parsed.elements} <= ELEMENTS
    assert not [a for _, attributes in parsed.elements for a in attributes if a.startswith("on")]


def test_hostile_names_arrive_as_they_are_written(hostile: Results, tmp_path: Path) -> None:
    data = json.loads(Parsed(page(hostile, tmp_path)).json)
    assert len(PAYLOADS) >= 40
    assert [p[2] for p in data["named"]][-len(PAYLOADS) :] == list(PAYLOADS)
    assert [z["name"] for z in data["text"]["fr"]["zones"]] == list(PAYLOADS[:8])
    assert data["text"]["en"]["ui"]["study"] == PAYLOADS[2]


def test_hostile_names_stand_nowhere_but_in_the_data(hostile: Results, tmp_path: Path) -> None:
    text = page(hostile, tmp_path)
    outside = text.replace(Parsed(text).json, "")
    assert "alert(1)" in text
    assert outside.count("alert(1)") == 1  # the title of the page, escaped
    assert "<title>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; – atlas</title>" in outside


def test_json_closes_no_script_and_breaks_no_line() -> None:
    text = style.as_json(list(PAYLOADS))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == list(PAYLOADS)


def test_a_zone_without_a_shape_is_refused(toy: Results, tmp_path: Path) -> None:
    import shapely

    zones = toy.zones.copy()
    zones.geometry = [shapely.Polygon(), *zones.geometry.iloc[1:]]
    with pytest.raises(StudyError, match="no shape"):
        page(replace(toy, zones=zones), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_neighbours_keep_one_border_when_simplified() -> None:
    import geopandas as gpd
    import numpy as np
    import shapely

    rng = np.random.default_rng(7)
    wiggle = [(500 + rng.uniform(-3, 3), y) for y in np.linspace(0, 1000, 200)]
    left = shapely.Polygon([(0, 0), *wiggle, (0, 1000)])
    right = shapely.Polygon([(1000, 0), *wiggle, (1000, 1000)])
    frame = gpd.GeoDataFrame(geometry=[left, right], crs=32188)
    frame = frame.set_geometry(frame.translate(296_000, 5_040_000))
    west, east = (shapely.geometry.shape(f["geometry"]) for f in layers.shapes(frame)["features"])
    assert shapely.get_num_coordinates(west) < 40
    assert west.intersection(east).area == 0
    assert west.union(east).geom_type == "Polygon"
    assert west.union(east).area == pytest.approx(west.area + east.area)


def test_labels_are_set_inside_their_zone(toy: Results) -> None:
    import shapely

    degrees = toy.zones.to_crs(4326).geometry
    for (lon, lat, radius), zone in zip(layers.anchors(toy.zones), degrees, strict=True):
        assert zone.contains(shapely.Point(lon, lat))
        assert 0 < radius <= 500


def test_forms_of_a_name() -> None:
    assert layers.lettering("Côte-des-Neiges–Notre-Dame-de-Grâce") == [
        ["Côte-des-Neiges–", "Notre-Dame-de-Grâce"],
        ["CDN–NDG"],
        ["CDN–NDG"],
    ]
    assert layers.lettering("Le Bourg–La Rive") == [
        ["Le Bourg–", "La Rive"],
        ["Le Bourg–", "La Rive"],
        ["Bourg"],
    ]


def test_sphere_shapes_of_the_page_are_those_of_the_look(toy: Results, tmp_path: Path) -> None:
    data = json.loads(Parsed(page(toy, tmp_path)).json)
    assert [(s["color"], s["shape"]) for s in data["spheres"]] == [
        (symbology.sphere_color(s), symbology.sphere_shape(s)) for s in toy.study.spheres
    ]


def test_french_is_spaced_as_in_quebec(toy: Results, tmp_path: Path) -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [t for v in value.values() for t in texts(v)]
        return [t for v in value for t in texts(v)] if isinstance(value, list) else [str(value or "")]

    found = texts(json.loads(Parsed(page(toy, tmp_path)).json)["text"]["fr"])
    assert len(found) > 500
    wrong = re.compile(
        r"(?<!\u00a0)[:»%$](?!\w)|«(?!\u00a0)|[\s\u00a0][;!?]|'|\d \d{3}|\b(?:nan|none|null)\b"
    )
    # What the study itself says is shown as it is written.
    own = {c.label.fr.casefold() for c in toy.study.demand.columns}
    said = [re.sub("|".join(own), "", t.casefold()) for t in found]
    assert [t for t in said if wrong.search(t)] == []


@pytest.mark.parametrize(
    "module",
    ["symbology", "symbology.classing", "cartography.layers", "cartography.standalone", "cartography.style"],
)
def test_examples_run(module: str) -> None:
    import doctest
    import importlib

    result = doctest.testmod(importlib.import_module(f"geosocial.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
