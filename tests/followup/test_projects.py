"""Major projects by hand: a square of one kilometre over one cell of the toy city, and its neighbourhood."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosocial.followup.projects import Known, Near, projects
from geosocial.geo.polygons import distances
from geosocial.study import Study
from tests.measure.toy import EAST, NORTH, toy_costs, toy_results, toy_study

PROJECT = {
    "file": "p.geojson",
    "id": "id",
    "name_fr": "nom",
    "reach_m": 1000,
    "source": "toy",
    "example": True,
}
LAYER = pd.DataFrame({"project_id": ["P"], "name_fr": ["Projet"], "name_en": ["Project"]})


def study() -> Study:
    named = {"people": "residents", "enterprises": ["named"], "source": "toy"}
    return toy_study(projects=PROJECT, followup=named)


def found(*, sites: tuple[tuple[float, float, str], ...] = ()) -> pd.DataFrame:
    """Figures of a project over the cell (1, 1) of the toy city: 1,000 people, in Z2."""
    toy, asked = toy_results(), study()
    square = shapely.box(EAST + 1000, NORTH + 1000, EAST + 2000, NORTH + 2000)

    def cost(x: Any, y: Any) -> Any:
        within = 1000 / asked.detour
        return distances([square], np.asarray(x, float), np.asarray(y, float), within=within) * asked.detour

    near = Near(
        demand=cost(toy.demand["x"], toy.demand["y"]),
        places=cost(toy.places["x"], toy.places["y"]),
        sites=cost([s[0] for s in sites], [s[1] for s in sites]),
        spheres=tuple(s[2] for s in sites),
    )
    known = Known(asked, toy.zones, toy.demand, toy.places, toy.overall, toy_costs())
    return projects(LAYER, near, known)


def at(table: pd.DataFrame, indicator: str, column: str = "value", **where: str) -> Any:
    mine = table[table["indicator"] == indicator]
    for name, wanted in ({"sphere": "", "demand": ""} | where).items():
        mine = mine[mine[name] == wanted]
    assert len(mine) == 1
    return mine[column].iloc[0]


def test_people_inside_and_within_reach_by_hand() -> None:
    """With a detour of 1.25, 1,000 m on foot are 800 m: the cells beside are 500 m away, the corners 707."""
    table = found()
    assert study().detour == 1.25
    assert at(table, "project_inside", demand="residents") == 1000
    # the cell itself, then west, east, south and north of it
    beside = 1000 + 3000 + 4000 + 3000 + 2000
    # south-west, south-east, north-west, north-east
    corners = 1000 + 2000 + 2000 + 1500
    assert at(table, "project_reach", demand="residents") == beside + corners
    assert at(table, "project_reach", "records", demand="residents") == 9
    assert at(table, "project_inside", demand="low_income") == 500
    assert table["example"].all()


def test_the_gap_is_that_of_the_people_within_reach() -> None:
    table, toy = found(), toy_results()
    costs = toy_costs()["culture", "main"]
    inside = [c for c in range(16) if c % 4 in {0, 1, 2} and c // 4 in {0, 1, 2}]
    beyond = sum(toy.demand["residents"].iloc[c] for c in inside if costs[c] > 1000)
    assert at(table, "project_gap", sphere="culture", demand="residents") == beyond
    assert at(table, "project_gap", "unit", sphere="culture", demand="residents") == "people"


def test_enterprises_inside_near_and_sites() -> None:
    table = found()
    # the theatre enterprise stands at (1200, 1200): inside; the list is not complete
    assert at(table, "project_enterprises") == 1
    assert at(table, "project_enterprises", "status") == "low_confidence"
    assert at(table, "project_near", "status") == "missing"
    assert at(table, "project_sites", "status") == "missing"  # no site was sought
    inside, outside = (EAST + 1500, NORTH + 1500, "culture"), (EAST + 2500, NORTH + 1500, "culture")
    sought = found(sites=(inside, outside, (EAST + 9000, NORTH, "tourism")))
    assert at(sought, "project_sites", sphere="culture") == 1
    assert at(sought, "project_sites", sphere="tourism") == 0
    assert at(sought, "project_sites", "status", sphere="tourism") == "ok"


def test_the_housing_gap_by_hand() -> None:
    """The ratio of the city over the burdened renters within reach, less the dwellings that stand there."""
    table, toy = found(), toy_results()
    need = sum(toy.demand["burdened"].iloc[c] for c in range(12) if c % 4 in {0, 1, 2})
    spec = next(s for sphere, s in study().services() if sphere == "housing")
    whole = toy.overall.query("sphere == 'housing' and indicator == 'rate'")["value"].iloc[0]
    near = shapely.box(EAST + 1000, NORTH + 1000, EAST + 2000, NORTH + 2000)
    stands = 0.0
    for place in toy.places[toy.places["source"] == "housing"].to_dict(orient="records"):
        metres = shapely.distance(near, shapely.Point(place["x"], place["y"]))
        stands += place["capacity"] if metres * study().detour <= 1000 else 0
    assert stands > 0
    demand = spec.demand
    if demand != "burdened":
        need = sum(toy.demand[demand].iloc[c] for c in range(12) if c % 4 in {0, 1, 2})
    expected = max(0.0, whole / spec.per * need - stands)
    assert at(table, "project_gap", sphere="housing", demand=demand) == pytest.approx(expected)
    assert at(table, "project_gap", "status", sphere="housing", demand=demand) == "low_confidence"


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), max_size=30), st.integers(0, 40))
def test_distances_are_those_of_each_point_alone(points: list[tuple[int, int]], within: int) -> None:
    shapes = [
        shapely.box(0, 0, 10, 10),
        shapely.Polygon([(0, 0), (30, 0), (0, 30)]),
        shapely.box(-20, -5, -10, 5),
    ]
    x, y = ([float(p[k]) for p in points] for k in (0, 1))
    table = distances(shapes, x, y, within=within)
    assert table.shape == (3, len(points))
    for row, shape in enumerate(shapes):
        for column, point in enumerate(points):
            alone = shapely.Point(point).distance(shape)
            assert table[row, column] == (alone if alone <= within else math.inf)


def test_a_place_without_position_is_near_nothing() -> None:
    table = distances([shapely.box(0, 0, 1, 1)], [math.nan], [0.5], within=100)
    assert table.tolist() == [[math.inf]]
