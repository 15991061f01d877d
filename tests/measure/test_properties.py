"""What holds for every city: sums, order, monotony, scale, intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosocial.measure import coverage, evaluate, gaps
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.evaluate import Measured
from tests.measure.toy import Toy, toy_study, toy_tables

ZONES = 5
#: No deadline: a busy machine is no fault of the code.
FAST = settings(max_examples=50, deadline=None)
# Whole people keep every sum exact, so that equalities can be asserted without a tolerance.
PEOPLE = st.one_of(st.integers(0, 5000).map(float), st.just(float("nan")))
COST = st.one_of(st.integers(0, 3000).map(float), st.just(float("inf")))


@dataclass(frozen=True)
class Places:
    demand: Floats
    cost: Floats
    zone: Ints


@st.composite
def cities(draw: st.DrawFn) -> Places:
    rows = draw(st.lists(st.tuples(PEOPLE, COST, st.integers(-1, ZONES - 1)), max_size=30))
    demand, cost, zone = zip(*rows, strict=True) if rows else ((), (), ())
    return Places(np.array(demand, dtype=float), np.array(cost, dtype=float), np.array(zone, dtype=np.intp))


def within(city: Places, standard: float) -> Floats:
    return coverage.covered_by_zone(city.demand, city.cost, city.zone, ZONES, standard=standard)


@FAST
@given(cities(), st.floats(0, 3000))
def test_zones_add_up_to_the_city_by_brute_force(city: Places, standard: float) -> None:
    demand = covered = 0.0
    for people, cost, zone in zip(city.demand, city.cost, city.zone, strict=True):
        if zone >= 0 and not np.isnan(people):
            demand += people
            covered += people if cost <= standard else 0
    assert np.nansum(coverage.demand_by_zone(city.demand, city.zone, ZONES)) == demand
    assert np.nansum(within(city, standard)) == covered


@FAST
@given(cities(), st.floats(0, 3000), st.floats(0, 500))
def test_coverage_never_falls_as_the_standard_grows(city: Places, standard: float, more: float) -> None:
    assert not (within(city, standard + more) < within(city, standard)).any()


@FAST
@given(cities(), st.data())
def test_coverage_never_falls_as_a_facility_is_added(city: Places, data: st.DataObject) -> None:
    new = np.array(data.draw(st.lists(COST, min_size=len(city.cost), max_size=len(city.cost))), dtype=float)
    more = Places(city.demand, np.minimum(city.cost, new), city.zone)
    assert not (within(more, 1000) < within(city, 1000)).any()


@FAST
@given(cities(), st.permutations(range(ZONES)), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_zones_changes_nothing(
    city: Places, order: list[int], random: Random
) -> None:
    rows = list(range(len(city.demand)))
    random.shuffle(rows)
    place = np.append(np.argsort(order), -1)  # the last stands for −1, no zone
    moved = Places(city.demand[rows], city.cost[rows], place[city.zone[rows]].astype(np.intp))
    np.testing.assert_array_equal(within(moved, 1000), within(city, 1000)[order])


@FAST
@given(cities(), st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_zone_split_in_two_keeps_its_sums(city: Places, half: list[bool]) -> None:
    zone = np.where((city.zone == 0) & np.array(half[: len(city.zone)], dtype=bool), ZONES, city.zone)
    split = coverage.covered_by_zone(city.demand, city.cost, zone.astype(np.intp), ZONES + 1, standard=1000)
    one, two = within(city, 1000)[0], split[[0, ZONES]]
    assert (np.isnan(one) and np.isnan(two).all()) or one == np.nansum(two)


@FAST
@given(cities(), st.floats(0.5, 2), st.floats(0.5, 2), st.floats(0.01, 1))
def test_intervals_hold_their_value(city: Places, low: float, high: float, norm: float) -> None:
    found = coverage.covered_with_interval(
        city.demand, city.cost, city.zone, ZONES, standard=1000, stretch=(low, high)
    )
    gap = [
        gaps.coverage_gap(end, found.demand, norm=norm).gap
        for end in (found.upper, found.covered, found.lower)
    ]
    for lower, value, upper in ((found.lower, found.covered, found.upper), tuple(gap)):
        assert not (lower > value).any()
        assert not (value > upper).any()
        assert (np.isnan(lower) == np.isnan(upper)).all()


@FAST
@given(cities(), st.integers(1, 1024))
def test_scaling_the_demand_leaves_the_shares(city: Places, factor: int) -> None:
    more = Places(city.demand * factor, city.cost, city.zone)
    one = coverage.share(within(city, 1000), coverage.demand_by_zone(city.demand, city.zone, ZONES))
    two = coverage.share(within(more, 1000), coverage.demand_by_zone(more.demand, more.zone, ZONES))
    np.testing.assert_allclose(one, two, rtol=1e-14)


AMOUNTS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 500).map(float), st.just(float("nan"))), st.integers(0, 9000).map(float)
    ),
    min_size=1,
    max_size=12,
)


@FAST
@given(AMOUNTS)
def test_what_is_due_by_the_city_ratio_is_what_the_city_has(amounts: list[tuple[float, float]]) -> None:
    supply, demand = (np.array(column) for column in zip(*amounts, strict=True))
    known = ~np.isnan(supply)
    found = gaps.ratio_gap(supply, demand, norm="city", per=100)
    if demand[known].sum() > 0:
        np.testing.assert_allclose(found.due[known].sum(), supply[known].sum(), rtol=1e-12, atol=1e-9)
        # so the gaps of those below equal the surpluses of those above
        surplus = np.maximum(0, supply - found.due)
        np.testing.assert_allclose(found.gap[known].sum(), surplus[known].sum(), rtol=1e-9, atol=1e-7)
    assert (np.isnan(found.gap) == np.isnan(found.due)).all()


@FAST
@given(st.lists(st.one_of(st.integers(0, 8).map(lambda n: n / 8), st.just(float("nan"))), max_size=20))
def test_ranks_by_brute_force(shares: list[float]) -> None:
    share = np.array(shares, dtype=float)
    among = ~np.isnan(share)
    found = gaps.ranks(share, among=among)
    for value, rank, tied in zip(share, found.rank, found.tied, strict=True):
        if np.isnan(value):
            assert np.isnan(rank)
            assert tied == 0
        else:
            assert rank == 1 + sum(other > value for other in share[among])
            assert tied == sum(other == value for other in share[among])
    assert found.ranked == among.sum()


@cache
def base() -> tuple[Toy, Measured]:
    toy = toy_tables()
    return toy, evaluate.measure(toy_study(), toy.zones, toy.places, toy.demand, toy.costs)


def shuffled(toy: Toy, rows: NDArray[np.intp], zones: NDArray[np.intp], places: NDArray[np.intp]) -> Toy:
    return Toy(
        toy.zones.iloc[zones].reset_index(drop=True),
        toy.places.iloc[places].reset_index(drop=True),
        toy.demand.iloc[rows].reset_index(drop=True),
        {key: cost[rows] for key, cost in toy.costs.items()},
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_whole_measurement_does_not_depend_on_any_order(seed: int) -> None:
    toy, expected = base()
    random = np.random.default_rng(seed)
    rows, zones, places = (random.permutation(len(table)) for table in (toy.demand, toy.zones, toy.places))
    moved = shuffled(toy, rows, zones, places)
    found = evaluate.measure(toy_study(), moved.zones, moved.places, moved.demand, moved.costs)
    for table, key in (
        ("measures", ["sphere", "service", "indicator", "zone_id"]),
        ("overall", ["sphere", "service", "indicator"]),
        ("ranking", ["sphere", "service", "zone_id"]),
        ("settings", ["sphere", "service", "setting", "zone_id"]),
    ):
        one, two = (
            getattr(result, table).sort_values(key, ignore_index=True) for result in (expected, found)
        )
        pd.testing.assert_frame_equal(one, two, rtol=1e-14)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 15), st.integers(0, 3000))
def test_gaps_of_zones_add_up_to_that_of_the_city(cell: int, cost: int) -> None:
    toy, _ = base()
    costs = {key: value.copy() for key, value in toy.costs.items()}
    costs["culture", "main"][cell] = cost
    found = evaluate.measure(toy_study(), toy.zones, toy.places, toy.demand, costs)
    gap = found.measures[found.measures["indicator"] == "gap"].groupby("sphere")["value"].sum()
    city = found.overall[found.overall["indicator"] == "gap"].set_index("sphere")["value"]
    pd.testing.assert_series_equal(gap.sort_index(), city.sort_index())
