"""Sweeps beside all covers of small problems and HiGHS on larger ones, however few choices they keep."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting import lscp, sweep
from geosocial.siting.fewest import fewest
from geosocial.siting.inputs import choice, reach
from geosocial.siting.patterns import Patterns, covering, merged, reduced
from geosocial.siting.regions import cheapest
from geosocial.siting.relaxation import Node, Relaxation
from geosocial.siting.result import Clock
from geosocial.siting.sweep import Sweep, undominated
from geosocial.siting.tight import Tight
from geosocial.siting.turns import line

CANDIDATES = 10
sets = st.lists(st.sets(st.integers(0, CANDIDATES - 1), min_size=1, max_size=4), min_size=2, max_size=16)


def made(near: list[set[int]]) -> Patterns:
    start = np.concatenate([[0], np.cumsum([len(one) for one in near])]).astype(np.int64)
    column = np.concatenate([sorted(one) for one in near]).astype(np.int64)
    return merged(Patterns(np.ones(len(near)), start, column, np.arange(CANDIDATES), 0.0))


def city(seed: int, places: int, standard: float) -> Patterns:
    """Return the reduced patterns of places drawn over a strip three times as long as wide."""
    rng = np.random.default_rng(seed)
    x, y = rng.random(places) * 3, rng.random(places)
    pairs = reach(np.hypot(x[:, None] - x, y[:, None] - y))
    every = choice(places, sites=places)
    return reduced(
        covering(pairs, np.ones(places), every, standard=standard), np.ones(places), all_covered=True
    )


def covered(patterns: Patterns, sites: np.ndarray) -> bool:
    chosen = np.zeros(len(patterns.candidate))
    chosen[sites] = 1
    return bool((patterns.matrix() @ chosen > 0).all())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(near=sets, seed=st.integers(0, 1_000), narrow=st.sampled_from([1, 2, 5, 1_000]), cuts=st.booleans())
def test_a_cover_is_found_or_excluded_as_all_covers_say(
    near: list[set[int]], seed: int, narrow: int, cuts: bool
) -> None:
    patterns = made(near)
    chosen = np.array(list(itertools.product([0.0, 1.0], repeat=CANDIDATES)))
    every = chosen[(patterns.matrix().toarray() @ chosen.T > 0).all(axis=0)]
    rng = np.random.default_rng(seed)
    for price in (np.ones(CANDIDATES), rng.integers(1, 9, CANDIDATES).astype(float)):
        best = float((every @ price).min())
        tight = Tight(patterns, price)
        tight.climb(Clock(), np.inf if cuts else -np.inf, np.inf)
        sweep = Sweep(patterns, price, tight.prices)
        for most in (best - 1, best, best + 3):
            found, none = sweep.search(most, Clock(), 10_000, narrow)
            assert none == (most < best)
            assert (found is None) == none
            if found is not None:
                assert covered(patterns, found)
                assert price[found].sum() <= most
        found, none = sweep.search(best, Clock(), narrow, narrow)  # one sweep may miss it, and says so
        assert not none
        assert found is None or price[found].sum() == best


@pytest.mark.parametrize(("places", "standard"), [(150, 0.1), (150, 0.2), (250, 0.12), (250, 0.4)])
@pytest.mark.parametrize("narrow", [3, 40])
def test_sweeps_say_what_highs_says(places: int, standard: float, narrow: int) -> None:
    for seed in range(3):
        patterns = city(seed, places, standard)
        price = np.random.default_rng(seed).integers(2, 5, places)[patterns.candidate].astype(float)
        for costs in (np.ones(len(price)), price):
            bound, _, proved = cheapest(patterns, costs, Clock(), whole=True)
            assert proved
            tight = Tight(patterns, costs)
            tight.climb(Clock(), -np.inf, np.inf)
            sweep = Sweep(patterns, costs, tight.prices)
            found, none = sweep.search(bound, Clock(), 100_000, narrow)
            assert found is not None
            assert not none
            assert covered(patterns, found)
            assert costs[found].sum() == bound
            assert sweep.search(bound - 1, Clock(), 100_000, narrow) == (None, True)


def test_the_fewest_sites_of_a_city_are_those_of_highs() -> None:
    for seed in range(2):
        patterns = city(seed, 700, 0.09)
        ours = fewest(patterns, np.ones(700), Clock())
        bound, _, proved = cheapest(patterns, np.ones(len(patterns.candidate)), Clock(), whole=True)
        assert ours.proved
        assert proved
        assert len(ours.sites) == bound == ours.bound


def test_a_long_city_with_prices_is_proved_and_checked() -> None:
    rng = np.random.default_rng(5)
    places, sites = rng.random((400, 2)) * [6, 1], rng.random((300, 2)) * [6, 1]
    costs = np.hypot(*(places[:, None] - sites).transpose(2, 0, 1))
    standard = float(costs.min(axis=1).max()) * 1.05
    best = lscp(costs, np.ones(400), standard=standard, site_costs=rng.integers(1, 6, 300).astype(float))
    assert best.status == "optimal"
    assert (costs[:, best.sites].min(axis=1) <= standard).all()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    masks=st.lists(st.tuples(st.integers(0, 31), st.integers(0, 3)), min_size=1, max_size=30),
    costs=st.integers(0, 1_000),
    turn=st.integers(0, 70),
)
def test_what_goes_is_covered_for_no_more_by_what_stays(
    masks: list[tuple[int, int]], costs: int, turn: int
) -> None:
    held = np.array(masks, np.uint64)
    cost = np.random.default_rng(costs).integers(0, 4, len(masks)).astype(float)
    kept = undominated(held.T.copy(), cost, turn).tolist()
    for one in range(len(masks)):
        assert any((held[one] & ~held[by] == 0).all() and cost[by] <= cost[one] for by in kept)
    assert len({(*masks[one],) for one in kept}) == len(kept)  # of equals one stays


@pytest.mark.parametrize("many", [1, 2, 5, 2_048, 2_500])
def test_what_is_worse_than_one_of_the_few_before_it(many: int) -> None:
    rng = np.random.default_rng(many)
    covered = rng.integers(0, 8, (2, many)).astype(np.uint64)
    cost = rng.integers(0, 3, many).astype(float)
    worse = [
        any(
            not (covered[:, i] & ~covered[:, j]).any() and cost[i] >= cost[j] for j in range(max(0, i - 8), i)
        )
        for i in range(many)
    ]
    assert sweep._worse(covered, cost).tolist() == worse


@settings(max_examples=50, deadline=None, derandomize=True)
@given(near=sets)
def test_the_line_holds_every_candidate_that_covers_once(near: list[set[int]]) -> None:
    assert sorted(line(made(near)).tolist()) == sorted(set().union(*near))


def test_an_interrupt_ends_a_sweep_without_a_claim() -> None:
    patterns = city(1, 250, 0.12)
    tight = Tight(patterns, np.ones(len(patterns.candidate)))
    tight.climb(Clock(), -np.inf, np.inf)
    sweep = Sweep(patterns, np.ones(len(patterns.candidate)), tight.prices)
    calls = itertools.count()
    assert sweep.search(1.0, Clock(interrupt=lambda: True), 1_000) in [(None, True), (None, False)]
    clock = Clock(interrupt=lambda: next(calls) > 20)
    assert sweep.search(tight.bound + 2, clock, 1_000) == (None, False)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    near=sets,
    asked=st.lists(st.tuples(st.integers(-2, 3), st.sampled_from([1, 2, 4, 10_000])), min_size=2, max_size=8),
    cuts=st.booleans(),
)
def test_what_a_sweep_remembers_cuts_off_no_cover(
    near: list[set[int]], asked: list[tuple[int, int]], cuts: bool
) -> None:
    patterns = made(near)
    chosen = np.array(list(itertools.product([0.0, 1.0], repeat=CANDIDATES)))
    every = chosen[(patterns.matrix().toarray() @ chosen.T > 0).all(axis=0)]
    best = float(every.sum(axis=1).min())
    tight = Tight(patterns, np.ones(CANDIDATES))
    tight.climb(Clock(), np.inf if cuts else -np.inf, np.inf)
    sweep = Sweep(patterns, np.ones(CANDIDATES), tight.prices)
    for more, widest in asked:
        found, none = sweep.search(best + more, Clock(), widest, 1)
        assert not none or more < 0
        if found is not None:
            assert covered(patterns, found)
            assert len(found) <= best + more
        if widest == 10_000:
            assert (found is None) == none == (more < 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(near=sets, seed=st.integers(0, 1_000), priced=st.booleans())
def test_a_node_is_left_out_only_if_no_choice_is_in_it(near: list[set[int]], seed: int, priced: bool) -> None:
    patterns, rng = made(near), np.random.default_rng(seed)
    price = rng.integers(1, 5, CANDIDATES).astype(float) if priced else None
    most = CANDIDATES if priced else int(rng.integers(1, 5))
    relaxation = Relaxation(patterns, most, price)
    root = relaxation.root()
    least = np.maximum(root.least, rng.integers(0, 3, len(root.least)).astype(float))
    limit = np.where(rng.random(len(least)) < 0.3, least + rng.integers(0, 2, len(least)), np.inf)
    node = Node(root.opened, rng.random(CANDIDATES) < 0.8, least, limit)
    chosen = np.array(list(itertools.product([0.0, 1.0], repeat=CANDIDATES)))
    around = chosen @ patterns.matrix().toarray().T
    held = ((around >= least) & (around <= limit)).all(axis=1)
    held &= (chosen.sum(axis=1) <= most) & (chosen <= node.allowed).all(axis=1)
    point = relaxation.solve(node, Clock())
    if held.any():
        value = (around[held] > 0) @ patterns.weight if price is None else -(chosen[held] @ price)
        assert point is not None
        assert point.bound >= value.max() - 1e-6


def test_a_node_without_a_choice_that_counting_does_not_see_is_left_out_by_prices() -> None:
    patterns = made([{0, 1, 2}, {3, 4, 5}])
    relaxation = Relaxation(patterns, 3)
    root = relaxation.root()
    two_each = Node(root.opened, root.allowed, np.full(2, 2.0), root.most)
    assert relaxation.solve(two_each, Clock()) is None
    ring = made([{0, 1}, {1, 2}, {0, 2}])
    whole = Relaxation(ring, CANDIDATES, np.ones(CANDIDATES))
    node = Node(np.zeros(CANDIDATES, bool), np.ones(CANDIDATES, bool), np.ones(3), np.array([1.0, 1.0, 2.0]))
    assert whole.solve(node, Clock()) is not None
    apart = Node(node.opened, node.allowed, np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, np.inf]))
    point = whole.solve(apart, Clock())
    assert point is not None
    assert point.bound == pytest.approx(-2.0, abs=1e-4)
