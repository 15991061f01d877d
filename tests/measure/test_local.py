"""Below the zone: figures of the toy city worked out by hand, and sums that must be those of the zones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.cartography import dots
from geosocial.measure import evaluate
from geosocial.measure.evaluate import Measured
from geosocial.measure.local import Layer, Local, local
from geosocial.study import Study
from tests.measure.toy import Toy, toy_study, toy_tables


def tables() -> tuple[Study, Toy, Measured, Local]:
    study, toy = toy_study(), toy_tables()
    measured = evaluate.measure(study, toy.zones, toy.places, toy.demand, toy.costs)
    # Two small areas: the western and the eastern half; the north-eastern cell lies in none.
    column = np.array([0, 0, 1, 1] * 4, dtype=np.intp)
    column[-1] = -1
    return (
        study,
        toy,
        measured,
        local(study, toy.demand, toy.costs, measured.measures, layers={"areas": Layer(column, 2)}),
    )


def test_places_beyond_are_those_whose_nearest_facility_is_farther_than_the_standard() -> None:
    _, toy, _, found = tables()
    culture = found.beyond[found.beyond["sphere"] == "culture"]
    cost = toy.costs["culture", "main"]
    people = toy.demand["residents"].to_numpy()
    by_hand = [
        (name, p)
        for name, p, c, z in zip(toy.demand["demand_id"], people, cost, toy.demand["zone_id"], strict=True)
        if p > 0 and c > 1000 and z != "Z7"
    ]
    assert list(zip(culture["demand_id"], culture["demand"], strict=True)) == by_hand
    assert (culture["cost"] > 1000).all()


def test_people_beyond_add_up_to_the_gaps_of_the_zones() -> None:
    _, _, measured, found = tables()
    sums = found.beyond[found.beyond["sphere"] == "culture"].groupby("zone_id")["demand"].sum()
    gaps = measured.measures[
        (measured.measures["sphere"] == "culture") & (measured.measures["indicator"] == "gap")
    ].set_index("zone_id")["value"]
    for zone, gap in gaps.items():
        assert math.isnan(gap) or sums.get(zone, 0.0) == pytest.approx(gap)


def test_a_zone_whose_supply_is_missing_has_nobody_beyond() -> None:
    _, _, _, found = tables()
    recreation = found.beyond[found.beyond["sphere"] == "recreation"]
    # The incomplete list says nothing of Z2 and Z5; nobody is known to live in Z7.
    assert not set(recreation["zone_id"]) & {"Z2", "Z5", "Z7"}


def test_small_areas_by_hand() -> None:
    _, toy, _, found = tables()
    culture = found.areas[found.areas["sphere"] == "culture"].set_index("area")
    cost, people = toy.costs["culture", "main"], toy.demand["residents"].to_numpy()
    west = [k for k in range(16) if k % 4 < 2]
    near = sum(people[k] for k in west if cost[k] <= 1000)
    total = sum(people[k] for k in west)
    assert culture.loc[0, "demand"] == total == 1000 + 3000 + 3000 + 1000 + 2000 + 2000 + 100 + 200
    assert culture.loc[0, "coverage"] == pytest.approx(near / total)
    assert culture.loc[0, "gap"] == pytest.approx(total - near)
    assert culture.loc[0, "nearest_cost"] == pytest.approx(sum(people[k] * cost[k] for k in west) / total)
    assert set(culture["status"]) == {"ok"}


def test_few_people_are_not_judged_and_none_known_is_missing() -> None:
    study, toy, measured, _ = tables()
    row = np.repeat(np.arange(4), 4).astype(np.intp)
    east = np.where(np.arange(16) % 4 < 2, row, row + 4)
    found = local(study, toy.demand, toy.costs, measured.measures, layers={"areas": Layer(east, 8)})
    status = found.areas[found.areas["sphere"] == "culture"].set_index("area")["status"]
    # 300 people in the north-west: more than a tenth of the study's 500. Nobody known in the north-east.
    assert status[3] == "ok"
    assert status[7] == "missing"
    fewer = study.model_copy(update={"status": study.status.model_copy(update={"min_demand": 3001})})
    found = local(fewer, toy.demand, toy.costs, measured.measures, layers={"areas": Layer(east, 8)})
    status = found.areas[found.areas["sphere"] == "culture"].set_index("area")["status"]
    assert status[3] == "cannot_say"
    assert status[0] == "ok"


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.floats(0, 5000), st.floats(0, 5000), st.floats(0, 3000)),
        max_size=60,
    ),
    st.sampled_from([50, 100, 500]),
)
def test_each_zone_has_its_people_in_dots_and_each_dot_is_near_its_place(
    rows: list[tuple[str, float, float, float]], per: int
) -> None:
    import pandas as pd

    places = pd.DataFrame(rows, columns=["zone_id", "x", "y", "demand"])
    x, y = dots.dots(places, per=per)
    total = sum(math.floor(sum(r[3] for r in rows if r[0] == zone) / per + 0.5) for zone in "ABC")
    assert abs(len(x) - total) <= 1  # a sum that lies on the edge may round either way
    for dx, dy in zip(x, y, strict=True):
        assert min(math.hypot(dx - r[1], dy - r[2]) for r in rows) <= dots.AWAY_M + 1e-6


def test_packed_positions_unfold_to_the_positions() -> None:
    at = [[-73.6123, 45.5012], [-73.6120, 45.5100], [-73.7, 45.4]]
    flat = dots.packed(at, (-73.9, 45.4))
    lon, lat = -739000, 454000
    for k, (x, y) in enumerate(at):
        lon, lat = lon + flat[2 * k], lat + flat[2 * k + 1]
        assert (lon / 1e4, lat / 1e4) == pytest.approx((x, y))
