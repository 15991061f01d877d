"""A p-median beside what stands, found among the few candidates that save enough, beside all choices."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.siting import kolm_pollak, p_median, shortfall
from geosocial.siting.inputs import choice, reach
from geosocial.siting.standing import beside


def town(seed: int, places: int, candidates: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return costs, inf for some pairs, never of the first two candidates, and demand, 0 for some."""
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 30, (places, candidates)).astype(float)
    costs[rng.random(costs.shape) < share] = np.inf
    costs[:, :2] = rng.integers(5, 40, (places, 2))
    return costs, rng.integers(0, 6, places).astype(float)


def sparse(costs: np.ndarray) -> csr_array:
    row, column = np.nonzero(np.isfinite(costs))
    return csr_array((costs[row, column], (row, column)), shape=costs.shape)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    more=st.integers(1, 3),
    share=st.sampled_from([0.0, 0.4, 0.8]),
    stand=st.sampled_from([[0], [0, 1]]),
    forbidden=st.sampled_from([[], [3], [2, 5]]),
)
def test_the_best_beside_what_stands_is_that_of_all_choices(
    seed: int, more: int, share: float, stand: list[int], forbidden: list[int]
) -> None:
    costs, weights = town(seed, 14, 9, share)
    may = [j for j in range(9) if j not in stand and j not in forbidden]
    every = [[*stand, *some] for some in itertools.combinations(may, more)]

    def best(worse: np.ndarray) -> float:
        near = np.array([worse[:, one].min(axis=1) for one in every])
        return float((near * weights).sum(axis=1).min())

    p: dict[str, Any] = {"sites": len(stand) + more, "fixed": stand, "forbidden": forbidden}
    for given_costs in (costs, sparse(costs), reach(costs)):
        found = p_median(given_costs, weights, **p)
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best(costs))
        assert set(stand) <= set(found.sites.tolist())
        assert not set(forbidden) & set(found.sites.tolist())
        assert found.objective == pytest.approx(float(weights @ costs[:, found.sites].min(axis=1)))
        at = costs[np.arange(14), found.assignment]
        assert (at == costs[:, found.sites].min(axis=1)).all()
    far = shortfall(sparse(costs), weights, standard=8.0, **p)
    assert far.objective == pytest.approx(best(np.maximum(costs - 8.0, 0.0) ** 2))
    equal = kolm_pollak(sparse(costs), weights, kappa=-0.05, **p)
    total = weights.sum()
    expected = np.log1p(best(np.expm1(0.05 * costs)) / total) / 0.05 if total else 0.0
    assert equal.objective == pytest.approx(expected)


def test_few_candidates_are_left_where_few_are_sought() -> None:
    rng = np.random.default_rng(3)
    places, sites = rng.random((400, 2)), rng.random((300, 2))
    costs = np.hypot(*(places[:, None] - sites).transpose(2, 0, 1))
    weights = rng.integers(1, 50, 400).astype(float)
    smaller = beside(reach(costs), weights, choice(300, sites=12, fixed=range(10)))
    assert smaller is not None
    assert smaller.costs.shape[1] < 100
    assert (smaller.costs[:, 0] == costs[:, :10].min(axis=1)).all()


def test_without_what_stands_or_where_it_does_not_reach_all_nothing_is_made_smaller() -> None:
    costs, weights = np.array([[1.0, 2.0], [np.inf, 3.0]]), np.ones(2)
    pairs = reach(costs)
    assert beside(pairs, weights, choice(2, sites=1)) is None
    assert beside(pairs, weights, choice(2, sites=2, fixed=[0])) is None
    assert beside(pairs, weights, choice(2, sites=1, fixed=[1])) is None  # nothing more to choose
    found = p_median(sparse(costs), weights, sites=2, fixed=[0])
    assert found.sites.tolist() == [0, 1]
    assert found.objective == 4.0
