"""The atlas of the embedded study: its weight, its layers, its sums."""

import json
from pathlib import Path
from typing import Any

import pytest

from geosocial import pipeline
from geosocial.cartography.atlas import write_atlas
from geosocial.results import Results
from geosocial.study import read_study
from tests.cartography.test_atlas import Parsed


@pytest.fixture(scope="module")
def embedded() -> Results:
    study = read_study()
    return pipeline.compute(study.model_copy(update={"siting": None, "equity": None}))


@pytest.fixture(scope="module")
def page(embedded: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("embedded") / "atlas.html"
    write_atlas(embedded, path)
    return path


@pytest.fixture(scope="module")
def data(page: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Parsed(page.read_text(encoding="utf-8")).json)
    return found


def test_it_weighs_less_than_a_megabyte_and_a_half(page: Path) -> None:
    # without proposed sites, which add some tens of kilobytes
    assert page.stat().st_size < 1_200_000


def test_dots_are_the_people_of_the_gaps(embedded: Results, data: dict[str, Any]) -> None:
    overall = embedded.overall.set_index(["sphere", "service", "indicator"])["value"]
    seen = 0
    for service in data["services"]:
        if service["dots"] is None:
            continue
        sphere = data["spheres"][service["sphere"]]["key"]
        gap = overall[sphere, service["key"], "gap"]
        dots, per = len(service["dots"]["at"]) / 2, service["dots"]["per"]
        assert per == 500
        # each of the 19 boroughs rounds its own people to whole dots
        assert abs(dots * per - gap) <= 19 * per / 2
        seen += 1
    assert seen == 5


def test_the_58_districts_hold_the_people_of_the_boroughs(embedded: Results, data: dict[str, Any]) -> None:
    names = data["text"]["fr"]["areas"]["names"]
    assert len(names) == len(data["areas"]) == 58
    assert set(data["areas"]) == set(range(19))
    culture = next(s for s in data["services"] if data["spheres"][s["sphere"]]["key"] == "culture")
    people = embedded.overall.set_index(["sphere", "indicator"]).sort_index()["value"]["culture", "demand"]
    # some cells of the shore lie in no district
    assert sum(culture["areas"]["demand"]) == pytest.approx(people, rel=0.001)


def test_every_view_is_classed_in_several_ways_that_count_every_borough(data: dict[str, Any]) -> None:
    for service in data["services"]:
        for view in service["views"]:
            first = {"key": view["by"][0]["key"], "colors": view["colors"], "cls": view["cls"]}
            for way in (first, *view["by"][1:]):
                assert len(way["cls"]) == 19
                assert max(way["cls"]) < len(way["colors"])
            assert len({way["key"] for way in view["by"]}) == len(view["by"])
