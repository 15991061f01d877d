"""The searches behind the covering models, each beside all choices of small problems."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting import lscp, mclp, p_center, swaps
from geosocial.siting.branching import Search
from geosocial.siting.concentration import Pool, by_highs
from geosocial.siting.fewest import components, enough, fewest, packing
from geosocial.siting.inputs import Floats, Ints, choice, reach
from geosocial.siting.patterns import columns, covering, merged
from geosocial.siting.regions import Regions
from geosocial.siting.relaxation import Relaxation, similar
from geosocial.siting.result import Clock
from geosocial.siting.weighting import Weighting
from tests.siting.towns import STANDARD, patterns_of, town


def most_covered(costs: Floats, weights: Floats, p: int) -> float:
    near = costs <= STANDARD
    return max(
        float(weights[near[:, list(chosen)].any(axis=1)].sum())
        for chosen in itertools.combinations(range(costs.shape[1]), p)
    )


def fewest_sites(costs: Floats) -> int:
    near = costs[(costs <= STANDARD).any(axis=1)] <= STANDARD
    for size in range(costs.shape[1] + 1):
        for chosen in itertools.combinations(range(costs.shape[1]), size):
            if near[:, list(chosen)].any(axis=1).all():
                return size
    raise AssertionError


small = st.tuples(st.integers(4, 30), st.integers(3, 9), st.integers(0, 10_000))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 3))
def test_branching_finds_the_most_covered_and_its_bound_is_none_too_low(
    size: tuple[int, int, int], p: int
) -> None:
    costs, weights = town(*size)
    patterns = patterns_of(costs, weights)
    if not len(patterns.weight):
        return
    best = most_covered(costs, weights, p)
    relaxation = Relaxation(patterns, p)
    point = relaxation.solve(relaxation.root(), Clock())
    assert point is not None
    assert point.bound >= best - 1e-6
    pool = Pool(swaps.Cover(patterns), p, whole=True)

    def nothing(_y: Floats, _draws: int, _clock: Clock) -> tuple[Ints, float]:
        return np.zeros(0, np.int64), -np.inf

    def finish(allowed: np.ndarray, clock: Clock) -> tuple[Ints | None, float, bool]:
        part = merged(columns(patterns, allowed))
        none = np.zeros(len(part.candidate), bool)
        _, sites, proved = by_highs(part, none, p, clock=clock, whole=True)
        if sites is None:
            return None, -np.inf, proved
        at = np.flatnonzero(np.isin(patterns.candidate, sites))
        hit = np.isin(patterns.column, at)
        return at, float(patterns.weight[np.unique(patterns.row[hit])].sum()), proved

    for improve in (nothing, pool.improve):
        search = Search(relaxation, improve, finish, Clock(), 0.999, 0.0)
        bound, proved = search.run(draws=2)
        assert proved
        assert search.value == bound == best


@settings(max_examples=60, deadline=None, derandomize=True)
@given(size=small)
def test_the_fewest_sites_and_whether_so_many_are_enough(size: tuple[int, int, int]) -> None:
    costs, weights = town(*size)
    patterns = patterns_of(costs, weights)
    if not len(patterns.weight):
        return
    best = fewest_sites(costs)
    price = np.ones(costs.shape[1])
    assert packing(patterns, price[patterns.candidate]) <= best
    found = fewest(patterns, price, Clock())
    assert found.proved
    assert len(found.sites) == found.bound == best
    for most in range(1, best + 2):
        sites = enough(patterns, price, most, np.inf, Clock())
        assert (sites is not None) == (most >= best)
        if sites is not None:
            assert len(sites) <= most
            assert (costs[(costs <= STANDARD).any(axis=1)][:, sites] <= STANDARD).any(axis=1).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(size=small)
def test_row_weighting_keeps_a_cover_and_its_figures_are_those_counted_anew(
    size: tuple[int, int, int],
) -> None:
    costs, weights = town(*size)
    patterns = patterns_of(costs, weights)
    if not len(patterns.weight):
        return
    search = Weighting(patterns, swaps.whole_cover(patterns, np.ones(costs.shape[1])))
    before = len(search.sites)
    sites = search.run(40, Clock())
    matrix = patterns.matrix().toarray()
    assert (matrix[:, sites].sum(axis=1) > 0).all()
    assert fewest_sites(costs) <= len(sites) <= before
    times = matrix[:, search.open].sum(axis=1)
    np.testing.assert_array_equal(times, search.times)
    np.testing.assert_allclose(search.gain, matrix.T @ (search.weight * (times == 0)))
    loss = matrix.T @ (search.weight * (times == 1))
    np.testing.assert_allclose(search.loss[search.open], loss[search.open])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(size=small)
def test_components_share_no_candidate_and_lose_nothing(size: tuple[int, int, int]) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    parts = components(patterns)
    assert sum(len(part.weight) for part in parts) == len(patterns.weight)
    assert sum(float(part.weight.sum()) for part in parts) == patterns.weight.sum()
    held = [set(part.candidate[part.column].tolist()) for part in parts]
    assert all(not a & b for a, b in itertools.combinations(held, 2))


def test_every_pattern_is_written_by_another_without_a_circle() -> None:
    patterns = patterns_of(*town(300, 60, 4))
    parent = similar(patterns)
    for pattern in range(len(patterns.weight)):
        seen, at = set(), pattern
        while at < len(patterns.weight):
            assert at not in seen
            seen.add(at)
            at = int(parent[at])


@pytest.mark.parametrize("p", [3, 8, 15])
def test_branching_and_highs_alone_prove_the_same_cover(p: int) -> None:
    rng = np.random.default_rng(p)
    where = rng.uniform(0, 10, (500, 2))
    costs = np.hypot(*(where[:, None] - where[:250]).transpose(2, 0, 1))
    weights = rng.integers(1, 400, 500).astype(float)
    found = mclp(costs, weights, sites=p, standard=1.2)
    assert (found.status, found.gap) == ("optimal", 0)
    pairs = reach(costs)
    patterns = merged(covering(pairs, weights, choice(250, sites=p), standard=1.2))
    none = np.zeros(len(patterns.candidate), bool)
    bound, _, proved = by_highs(patterns, none, p, clock=Clock(), whole=True)
    assert proved
    assert found.objective == bound
    # Weights of a fraction: the same sites are as good, whatever the scale.
    eighth = mclp(costs, weights / 8, sites=p, standard=1.2)
    assert (eighth.status, eighth.gap) == ("optimal", 0)
    assert eighth.objective == pytest.approx(found.objective / 8, rel=1e-9)


def test_the_centre_is_the_smallest_standard_of_which_the_cover_needs_no_more_sites() -> None:
    rng = np.random.default_rng(9)
    where = rng.uniform(0, 1_000, (260, 2))
    costs = np.rint(np.hypot(*(where[:, None] - where).transpose(2, 0, 1)))
    for p in (4, 12):
        found = p_center(costs, np.ones(260), sites=p)
        assert found.status == "optimal"
        assert found.objective == costs[:, found.sites].min(axis=1).max()
        assert lscp(costs, np.ones(260), standard=found.objective).objective <= p
        assert lscp(costs, np.ones(260), standard=found.objective - 1).objective > p


@pytest.mark.parametrize("model", ["mclp", "lscp", "p_center"])
def test_the_clock_is_heard_and_the_best_comes_back_with_its_bound(model: str) -> None:
    rng = np.random.default_rng(2)
    where = rng.uniform(0, 10_000, (1_200, 2))
    costs, weights = np.hypot(*(where[:, None] - where).transpose(2, 0, 1)), rng.integers(1, 99, 1_200) * 1.0
    began = time.process_time()
    if model == "mclp":
        found = mclp(costs, weights, sites=40, standard=700, time_limit=1.0)
        assert found.objective <= found.bound * (1 + 1e-12)
    elif model == "lscp":
        found = lscp(costs, weights, standard=700, time_limit=1.0)
        assert found.objective >= found.bound > 0
    else:
        found = p_center(costs, weights, sites=40, time_limit=1.0)
        assert found.objective == costs[:, found.sites].min(axis=1).max()
        assert found.objective >= found.bound >= 0
    assert found.status in {"time_limit", "optimal"}
    assert (found.gap == 0) == (found.status == "optimal")
    assert time.process_time() - began < 8


def test_a_caller_ends_the_search_at_once() -> None:
    costs, weights = town(400, 200, 2)
    for found in (
        mclp(costs, weights, sites=9, standard=1, interrupt=lambda: True),
        lscp(costs, weights, standard=3, interrupt=lambda: True),
    ):
        assert found.status in {"interrupted", "optimal"}
        assert (found.gap == 0) == (found.status == "optimal")


@settings(max_examples=20, deadline=None, derandomize=True)
@given(size=small)
def test_regions_chosen_again_stay_a_cover_that_costs_no_more(size: tuple[int, int, int]) -> None:
    costs, weights = town(*size)
    patterns = patterns_of(costs, weights)
    if not len(patterns.weight):
        return
    price = np.random.default_rng(size[2]).integers(1, 5, costs.shape[1]).astype(float)
    matrix = patterns.matrix().toarray()
    for each in (np.ones(costs.shape[1]), price):
        own = each[patterns.candidate]
        known = swaps.whole_cover(patterns, each)
        search = Regions(patterns, own, known)
        sites = search.run(Clock())
        assert (matrix[:, sites].sum(axis=1) > 0).all()
        assert own[sites].sum() == search.value <= own[known].sum()
        least = min(
            own[list(chosen)].sum()
            for count in range(len(own) + 1)
            for chosen in itertools.combinations(range(len(own)), count)
            if matrix[:, list(chosen)].any(axis=1).all()
        )
        assert search.value >= least


def test_regions_find_the_cheapest_cover_of_a_town_that_is_one_region() -> None:
    costs, weights = town(60, 9, 3)
    patterns = patterns_of(costs, weights)
    price = np.ones(costs.shape[1])
    every = np.arange(len(patterns.candidate))
    assert len(Regions(patterns, price[patterns.candidate], every).run(Clock())) == fewest_sites(costs)
