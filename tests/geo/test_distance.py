from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosocial.errors import InputError, StudyError
from geosocial.geo import distance
from geosocial.geo.distance import nearest, within

Floats = NDArray[np.float64]


def all_costs(x: Floats, y: Floats, fx: Floats, fy: Floats, detour: float) -> Floats:
    """Every pair, one by one: the oracle."""
    return np.hypot(np.subtract.outer(x, fx), np.subtract.outer(y, fy)) * detour


def test_within_means_at_most_the_standard_exactly() -> None:
    # 300, 400, 500: the distance is exact in floating point.
    for east in (0.0, 299_541.0):
        x, y = np.array([east, east]), np.array([0.0, 0.0])
        fx, fy = np.array([east + 300]), np.array([400.0])
        kept = within(x, y, fx, fy, standard_m=500, detour=1)
        assert kept.toarray().tolist() == [[500], [500]]
        assert within(x, y, fx, fy, standard_m=np.nextafter(500, 0), detour=1).nnz == 0
        assert within(x, y, fx, fy, standard_m=650, detour=1.3).data.tolist() == [650.0, 650.0]
        assert within(x, y, fx, fy, standard_m=np.nextafter(650, 0), detour=1.3).nnz == 0


def test_a_cost_of_0_is_kept_and_is_not_out_of_reach() -> None:
    costs = within([5.0, 9.0], [5.0, 9.0], [5.0], [5.0], standard_m=1, detour=1.3)
    assert costs.nnz == 1
    assert costs.indptr.tolist() == [0, 1, 1]
    assert costs.data.tolist() == [0.0]
    assert within([5.0], [5.0], [5.0], [5.0], standard_m=0, detour=1).nnz == 1


def test_no_facility_is_infinitely_far() -> None:
    cost, position = nearest([1.0, np.nan], [1.0, 1.0], [], [], detour=1.3)
    assert cost[0] == np.inf
    assert np.isnan(cost[1])
    assert position.tolist() == [-1, -1]
    assert within([1.0], [1.0], [], [], standard_m=9, detour=1).shape == (1, 0)
    assert within([], [], [1.0], [1.0], standard_m=9, detour=1).shape == (0, 1)
    cost, position = nearest([], [], [1.0], [1.0], detour=1)
    assert (len(cost), len(position)) == (0, 0)


def test_places_and_facilities_without_position() -> None:
    cost, position = nearest([0.0, np.nan], [0.0, 0.0], [np.nan, 3.0], [0.0, 4.0], detour=1)
    assert cost[0] == 5
    assert np.isnan(cost[1])
    assert position.tolist() == [1, -1]
    costs = within([0.0, np.nan], [0.0, 0.0], [np.nan, 3.0], [0.0, 4.0], standard_m=9, detour=1)
    assert costs.shape == (2, 2)
    assert costs.toarray().tolist() == [[0, 5], [0, 0]]


def test_equally_near_facilities_give_the_first() -> None:
    # Centres of the cells of a 250 m grid against its corners: four equally near, and many at one address.
    corners = np.array([(a, b) for a in (500, 0, 250) for b in (250, 0, 500)] * 3, float)
    centre = np.array([(a, b) for a in (125, 375) for b in (125, 375)], float)
    x, y, fx, fy = *centre.T, *corners.T
    cost, position = nearest(x, y, fx, fy, detour=1)
    costs = all_costs(x, y, fx, fy, 1)
    assert position.tolist() == costs.argmin(axis=1).tolist()
    assert cost.tolist() == costs.min(axis=1).tolist()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 40),
    m=st.integers(0, 40),
    detour=st.sampled_from([1.0, 1.2, 1.3, 2.0]),
    lattice=st.tuples(st.sampled_from([0.1, 1.0, 250.0]), st.sampled_from([0.0, 299_541.37])),
)
def test_against_every_pair(seed: int, n: int, m: int, detour: float, lattice: tuple[float, float]) -> None:
    step, offset = lattice
    rng = np.random.default_rng(seed)
    # A lattice: ties and pairs exactly at the standard are common.
    x, y = rng.integers(0, 12, (2, n)) * step + offset
    fx, fy = rng.integers(0, 12, (2, m)) * step + offset
    expected = all_costs(x, y, fx, fy, detour)
    for few in (0, 100_000):  # both trees
        with (
            mock.patch.object(distance, "_FEW", few),
            mock.patch.object(distance, "_loaded", return_value=False),
        ):
            cost, position = nearest(x, y, fx, fy, detour=detour)
        assert cost.tolist() == (expected.min(axis=1).tolist() if m else [np.inf] * n)
        assert position.tolist() == (expected.argmin(axis=1).tolist() if m else [-1] * n)
    for standard in (0.0, 5 * step * detour, np.sqrt(2) * 3 * step):
        costs = within(x, y, fx, fy, standard_m=standard, detour=detour)
        assert costs.has_sorted_indices
        pairs = costs.tocoo()
        near = np.argwhere(expected <= standard)
        assert np.column_stack(pairs.coords).tolist() == near.tolist()
        assert pairs.data.tolist() == expected[tuple(near.T)].tolist()
        # What nearest calls within the standard, within keeps.
        assert (np.diff(costs.indptr) > 0).tolist() == (cost <= standard).tolist()


@pytest.mark.parametrize("detour", [0.9, -1, np.nan, np.inf])
def test_a_detour_that_is_none_is_refused(detour: float) -> None:
    with pytest.raises(StudyError, match="detour factor"):
        nearest([0.0], [0.0], [1.0], [1.0], detour=detour)


@pytest.mark.parametrize("standard", [-1, np.nan, np.inf])
def test_a_standard_that_is_no_distance_is_refused(standard: float) -> None:
    with pytest.raises(StudyError, match="The standard must"):
        within([0.0], [0.0], [1.0], [1.0], standard_m=standard, detour=1)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(InputError, match="do not match"):
        nearest([0.0, 1.0], [0.0], [1.0], [1.0], detour=1)
