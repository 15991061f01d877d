"""Facilities within a standard, counted without pairs: the same as counted one by one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosocial.errors import InputError, StudyError
from geosocial.geo.counts import counts_within
from geosocial.geo.distance import within
from geosocial.measure.accessibility import in_reach

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def brute(
    places: Pair, facilities: Pair, standard: float, detour: float, weights: Floats | None = None
) -> Floats:
    """Count by comparing each place with each facility."""
    (x, y), (fx, fy) = places, facilities
    away = np.hypot(np.subtract.outer(x, fx), np.subtract.outer(y, fy)) * detour
    within: Floats = (away <= standard).astype(float)
    found: Floats = within @ (np.ones(len(fx)) if weights is None else weights)
    return found


def test_the_standard_itself_is_within() -> None:
    found = counts_within([0, 0, 1], [0, 500, 0], [300, 0], [400, 900], standard_m=500, detour=1)
    assert found.tolist() == [1.0, 2.0, 1.0]
    found = counts_within([0], [0], [300], [400], standard_m=np.nextafter(500, 0), detour=1)
    assert found.tolist() == [0.0]


@pytest.mark.parametrize(("places", "facilities", "standard"), [(5_000, 300, 800.0), (20_000, 40, 3_000.0)])
@pytest.mark.parametrize("detour", [1.0, 1.3])
def test_equal_to_one_by_one_on_whole_metres(
    places: int, facilities: int, standard: float, detour: float
) -> None:
    # Whole metres and standards such as 800 make many pairs that lie exactly on the rim.
    rng = np.random.default_rng(places)
    x, y = rng.integers(0, 8_000, (2, places)).astype(float)
    fx, fy = rng.integers(-900, 9_000, (2, facilities)).astype(float)
    np.testing.assert_array_equal(
        counts_within(x, y, fx, fy, standard_m=standard, detour=detour),
        brute((x, y), (fx, fy), standard, detour),
    )


def test_equal_to_the_pairs_far_from_the_origin() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal((300_000, 5_040_000), 4_000, (3_000, 2)).T
    fx, fy = rng.normal((300_000, 5_040_000), 4_000, (200, 2)).T
    pairs = within(x, y, fx, fy, standard_m=900, detour=1.2)
    found = counts_within(x, y, fx, fy, standard_m=900, detour=1.2)
    np.testing.assert_array_equal(found, in_reach(pairs, standard=900))


spots = st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(spots, spots, st.integers(0, 60), st.sampled_from([1.0, 1.25, 2.0]))
def test_equal_to_one_by_one_on_a_lattice(
    places: list[tuple[int, int]], facilities: list[tuple[int, int]], standard: int, detour: float
) -> None:
    x, y = np.array(places, float).T
    fx, fy = np.array(facilities, float).T
    found = counts_within(x, y, fx, fy, standard_m=standard, detour=detour)
    np.testing.assert_array_equal(found, brute((x, y), (fx, fy), standard, detour))
    # The order of the facilities changes nothing; a longer standard never counts fewer.
    turned = counts_within(x, y, fx[::-1], fy[::-1], standard_m=standard, detour=detour)
    np.testing.assert_array_equal(found, turned)
    assert (counts_within(x, y, fx, fy, standard_m=standard + 1, detour=detour) >= found).all()


def test_weights_are_summed() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0, 3_000, (2, 2_000))
    fx, fy = rng.uniform(0, 3_000, (2, 150))
    seats = rng.integers(0, 400, 150).astype(float)
    found = counts_within(x, y, fx, fy, standard_m=700, detour=1, weights=seats)
    np.testing.assert_array_equal(found, brute((x, y), (fx, fy), 700, 1, seats))
    parts = seats / 7
    found = counts_within(x, y, fx, fy, standard_m=700, detour=1, weights=parts)
    np.testing.assert_allclose(found, brute((x, y), (fx, fy), 700, 1, parts), rtol=1e-12, atol=1e-12)


def test_no_facility_no_place_one_spot() -> None:
    none: list[float] = []
    assert counts_within([1, 2], [3, 4], none, none, standard_m=5, detour=1).tolist() == [0, 0]
    assert counts_within(none, none, [1], [1], standard_m=5, detour=1).tolist() == []
    assert counts_within([7] * 3, [7] * 3, [7] * 4, [7] * 4, standard_m=0, detour=1).tolist() == [4, 4, 4]


def test_what_has_no_position_is_missing_not_0() -> None:
    nan = float("nan")
    found = counts_within([0, nan], [0, 0], [0, nan], [0, 0], standard_m=1, detour=1)
    assert found[0] == 1
    assert np.isnan(found[1])


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_a_weight_that_is_none_is_named(bad: float) -> None:
    with pytest.raises(InputError, match=re.escape("value 1 is")):
        counts_within([0], [0], [0, 1], [0, 1], standard_m=1, detour=1, weights=[1, bad])


@pytest.mark.parametrize("standard", [-1.0, float("nan"), float("inf")])
def test_a_standard_that_is_no_distance_is_refused(standard: float) -> None:
    with pytest.raises(StudyError):
        counts_within([0], [0], [0], [0], standard_m=standard, detour=1)
