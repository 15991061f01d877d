"""Sites far from each other beside all choices of small towns, and larger ones within their time."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting import dispersion, p_dispersion
from geosocial.siting.dispersion import apart_from_each_other
from geosocial.siting.result import Clock


def distances(seed: int, many: int) -> np.ndarray:
    """Return whole distances, so that many are the same, some pairs without a way."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 12, (2, many)).astype(float)
    apart: np.ndarray = np.rint(np.hypot(x[:, None] - x, y[:, None] - y))
    none = rng.random((many, many)) < 0.05
    apart[none | none.T] = np.inf
    np.fill_diagonal(apart, 0.0)
    return apart


def best(apart: np.ndarray, sites: int, fixed: list[int], forbidden: list[int]) -> float:
    may = [j for j in range(len(apart)) if j not in fixed and j not in forbidden]
    return max(
        min((apart[j, k] for j, k in itertools.combinations([*fixed, *some], 2)), default=np.inf)
        for some in itertools.combinations(may, sites - len(fixed))
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(1, 5),
    fixed=st.sampled_from([[], [0], [0, 3]]),
    forbidden=st.sampled_from([[], [1], [2, 4]]),
    steps=st.sampled_from([(20_000,), (1, 5), (1,)]),
)
def test_sites_are_as_far_apart_as_in_the_best_of_all_choices(
    seed: int, sites: int, fixed: list[int], forbidden: list[int], steps: tuple[int, ...]
) -> None:
    apart = distances(seed, 10)
    if sites < len(fixed):
        return
    before = dispersion._STEPS
    try:
        dispersion._STEPS = steps  # type: ignore[assignment]
        found = p_dispersion(apart, sites=sites, fixed=fixed, forbidden=forbidden)
    finally:
        dispersion._STEPS = before
    assert found.status == "optimal"
    assert found.objective == best(apart, sites, fixed, forbidden) == found.bound
    chosen = found.sites.tolist()
    assert len(set(chosen)) == sites
    assert found.objective == min((apart[j, k] for j, k in itertools.combinations(chosen, 2)), default=np.inf)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), many=st.integers(1, 6), share=st.sampled_from([0.2, 0.5, 0.8]))
def test_as_many_as_are_far_from_each_other_are_found(seed: int, many: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    far = rng.random((11, 11)) < share
    far = (far | far.T) & ~np.eye(11, dtype=bool)
    every = [
        some
        for some in itertools.combinations(range(11), many)
        if all(far[j, k] for j, k in itertools.combinations(some, 2))
    ]
    known, found = apart_from_each_other(far, many, Clock(), 100_000)
    assert known
    assert (found is None) == (not every)
    assert found is None or tuple(found.tolist()) in every


@pytest.mark.parametrize("sites", [12, 40])
def test_what_takes_long_ends_in_time_with_a_bound(sites: int) -> None:
    rng = np.random.default_rng(1)
    where = rng.random((1_500, 2)) * [40_000, 15_000]
    apart: Any = np.hypot(*(where[:, None] - where).transpose(2, 0, 1))
    found = p_dispersion(apart, sites=sites, time_limit=2)
    off = apart[np.ix_(found.sites, found.sites)] + np.diag(np.full(sites, np.inf))
    assert found.objective == off.min()
    assert found.objective <= found.bound < 2 * found.objective
    assert found.status == ("optimal" if found.gap == 0 else "time_limit")
