"""Cuts from windows beside all covers of small problems: none is cut off, and the bound is that of a ring."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting import lscp, p_center
from geosocial.siting.fewest import at_once, enough
from geosocial.siting.inputs import choice, reach
from geosocial.siting.patterns import Patterns, covering, merged, reduced
from geosocial.siting.regions import cheapest
from geosocial.siting.result import Clock
from geosocial.siting.tight import Tight
from geosocial.siting.windows import Windows, covers, lifted, ranks

sets = st.lists(st.sets(st.integers(0, 8), min_size=2, max_size=4), min_size=3, max_size=14)


def made(near: list[set[int]]) -> Patterns:
    start = np.concatenate([[0], np.cumsum([len(one) for one in near])]).astype(np.int64)
    column = np.concatenate([sorted(one) for one in near]).astype(np.int64)
    return merged(Patterns(np.ones(len(near)), start, column, np.arange(9), 0.0))


def every_cover(patterns: Patterns) -> np.ndarray:
    chosen = np.array(list(itertools.product([0.0, 1.0], repeat=9)))
    held: np.ndarray = chosen[(patterns.matrix().toarray() @ chosen.T > 0).all(axis=0)]
    return held


def ring(size: int) -> Patterns:
    """Return patterns of two candidates each, in a ring."""
    return made([{k, (k + 1) % size} for k in range(size)])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(near=sets, seed=st.integers(0, 1_000))
def test_no_cover_is_cut_off_and_y_is(near: list[set[int]], seed: int) -> None:
    patterns = made(near)
    all_ = every_cover(patterns)
    rng = np.random.default_rng(seed)
    for price in (np.ones(9), rng.integers(1, 6, 9).astype(float)):
        tight = Tight(patterns, price)
        tight.climb(Clock(), np.inf, np.inf)
        best = float((all_ @ price).min())
        assert tight.bound <= best * (1 + 1e-12)
        for cut in tight.cuts:
            assert (all_[:, cut.column] @ cut.value >= cut.least).all()  # exactly: no tolerance
    y = rng.choice([0.0, 0.25, 0.5, 1.0], 9)
    for cut in Windows(patterns).cuts(y, Clock()):
        assert (all_[:, cut.column] @ cut.value >= cut.least).all()
        assert y[cut.column] @ cut.value < cut.least


@settings(max_examples=100, deadline=None, derandomize=True)
@given(near=sets, seed=st.integers(0, 1_000))
def test_a_window_takes_what_brings_in_fewest_others(near: list[set[int]], seed: int) -> None:
    patterns = made(near)
    y = np.random.default_rng(seed).choice([0.0, 0.5], 9)
    windows = Windows(patterns)
    held = [frozenset(j for j in windows.near(i).tolist() if y[j]) for i in range(len(patterns.weight))]
    of = [{i for i in range(len(held)) if j in windows.near(i)} for j in range(9)]
    for seed_of in range(9):
        window, among, may = list[int](), set[int](), set(of[seed_of])
        while may and len(window) < 12:
            best = min(may, key=lambda i: (len(held[i] - among), -len(held[i] & among), i))
            may.discard(best)
            if any(held[i] <= held[best] for i in window):
                continue
            window = [*(i for i in window if not held[best] <= held[i]), best]
            may = may.union(*(of[j] for j in held[best] - among)).difference(window)
            among |= held[best]
        assert windows._window(seed_of, held, ranks(held)) == (window, among)


@pytest.mark.parametrize("size", [3, 5, 7, 9])
def test_a_ring_of_halves_is_made_whole(size: int) -> None:
    tight = Tight(ring(size), np.ones(9))
    tight.climb(Clock(), np.inf, np.inf)
    assert tight.cuts
    assert tight.bound == pytest.approx((size + 1) / 2, abs=1e-6)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    kinds=st.lists(st.integers(1, 31), min_size=1, max_size=7, unique=True),
    known=st.integers(1, 127),
    seed=st.integers(0, 1_000),
)
def test_the_covers_of_a_window_and_the_least_of_any(kinds: list[int], known: int, seed: int) -> None:
    every = [
        v
        for v in range(1, 1 << len(kinds))
        if np.bitwise_or.reduce([kind for j, kind in enumerate(kinds) if v >> j & 1]) == 31
    ]
    listed = covers(kinds, 5)
    assert listed is not None
    assert set(listed.tolist()) <= set(every)
    assert all(any(v & u == u for u in listed.tolist()) for v in every)
    held = np.array([bool(known >> j & 1) for j in range(len(kinds))])
    of_known = [v for v in every if all(held[j] for j in range(len(kinds)) if v >> j & 1)]
    if not of_known:
        return
    value = np.where(held, np.random.default_rng(seed).integers(0, 9, len(kinds)) / 8.0, 0.0)

    def worth(v: int) -> float:
        return float(sum(value[j] for j in range(len(kinds)) if v >> j & 1))

    least = lifted(np.array(kinds), value, held, 5)
    assert least == min(map(worth, of_known))
    assert min(map(worth, every)) == least
    # none could be less: with each candidate that is lifted some cover is as low as any
    for j in np.flatnonzero(~held & (value > 0)):
        assert min(worth(v) for v in every if v >> j & 1) == least


def test_a_town_proved_by_cuts_needs_what_highs_alone_says() -> None:
    rng = np.random.default_rng(11)
    where = rng.uniform(0, 10, (600, 2))
    costs = np.hypot(*(where[:, None] - where).transpose(2, 0, 1))
    pairs = reach(costs)
    every = choice(600, sites=600)
    patterns = reduced(covering(pairs, np.ones(600), every, standard=1.4), np.ones(600), all_covered=True)
    assert 6_000 < len(patterns.column) < 60_000
    _, found, proved = cheapest(patterns, np.ones(len(patterns.candidate)), Clock(), whole=True)
    assert proved
    assert found is not None
    best = lscp(costs, np.ones(600), standard=1.4)
    assert (best.status, best.objective) == ("optimal", len(found))
    price = np.ones(600)
    assert enough(patterns, price, len(found) - 1, np.inf, Clock()) is None
    sites = enough(patterns, price, len(found), np.inf, Clock())
    assert sites is not None
    assert len(sites) == len(found)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(near=sets, most=st.integers(1, 6))
def test_what_is_decided_without_branching_is_so(near: list[set[int]], most: int) -> None:
    patterns = made(near)
    fewest_sites = int(every_cover(patterns).sum(axis=1).min())
    sites, known = at_once(patterns, most, Clock())
    if sites is not None:
        assert known
        assert len(sites) <= most
        assert (patterns.matrix().toarray()[:, sites].sum(axis=1) > 0).all()
    elif known:
        assert fewest_sites > most


@pytest.mark.parametrize("p", [6, 12])
def test_the_centre_of_a_town_is_where_the_cover_needs_one_site_more(p: int) -> None:
    rng = np.random.default_rng(p)
    where = rng.uniform(0, 1_000, (420, 2))
    costs = np.rint(np.hypot(*(where[:, None] - where).transpose(2, 0, 1)))
    found = p_center(costs, np.ones(420), sites=p)
    assert found.status == "optimal"
    assert found.objective == costs[:, found.sites].min(axis=1).max()
    for standard, enough_ in ((found.objective, True), (found.objective - 1, False)):
        patterns = merged(covering(reach(costs), np.ones(420), choice(420, sites=420), standard=standard))
        _, sites, proved = cheapest(patterns, np.ones(420), Clock(), whole=True)
        assert proved
        assert sites is not None
        assert (len(sites) <= p) == enough_
