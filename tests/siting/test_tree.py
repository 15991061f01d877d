"""The search that keeps its relaxation warm, beside all choices of small problems and beside HiGHS alone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geosocial.siting import mclp, swaps
from geosocial.siting.concentration import Pool, by_highs
from geosocial.siting.inputs import Bools, Floats, Ints, choice, reach
from geosocial.siting.parts import Frame, Node
from geosocial.siting.patterns import Patterns, columns, covering, merged
from geosocial.siting.relaxation import Relaxation
from geosocial.siting.result import Clock
from geosocial.siting.solver import go, load, new
from geosocial.siting.tree import Tree, groups
from geosocial.siting.warm import Warm
from tests.siting.towns import patterns_of, town

small = st.tuples(st.integers(4, 30), st.integers(3, 9), st.integers(0, 10_000))


def worth(patterns: Patterns, sites: Ints) -> float:
    return float(patterns.weight[patterns.matrix()[:, sites].sum(axis=1) > 0].sum())


def searched(patterns: Patterns, most: int, clock: Clock, *, draws: bool) -> tuple[Tree, float, bool]:
    """Return the search from nothing known, with and without choices drawn on the way."""

    def finish(allowed: Bools, clock: Clock) -> tuple[Ints | None, float, bool]:
        part = merged(columns(patterns, allowed))
        none = np.zeros(len(part.candidate), bool)
        _, sites, proved = by_highs(part, none, most, clock=clock, whole=True)
        if sites is None:
            return None, -np.inf, proved
        at = np.flatnonzero(np.isin(patterns.candidate, sites))
        return at, worth(patterns, at), proved

    pools = [Pool(swaps.Cover(patterns), most, whole=True, seed=seed) for seed in range(2)]

    def nothing(_y: Floats, _draws: int, _clock: Clock) -> tuple[Ints, float]:
        return np.zeros(0, np.int64), -np.inf

    improve = [pool.improve if draws else nothing for pool in pools]
    tree = Tree(patterns, most, improve, finish, clock, step=0.999, value=0.0)
    bound, proved = tree.run()
    return tree, bound, proved


@settings(max_examples=80, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4), draws=st.booleans())
def test_the_search_finds_the_most_that_any_choice_covers(
    size: tuple[int, int, int], p: int, *, draws: bool
) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    k = len(patterns.candidate)
    every = itertools.combinations(range(k), min(p, k))
    best = max(worth(patterns, np.array(chosen)) for chosen in every)
    tree, bound, proved = searched(patterns, p, Clock(), draws=draws)
    assert proved
    assert tree.value == bound == best
    assert tree.sites is not None
    assert worth(patterns, tree.sites) == best
    assert len(tree.sites) <= p


@settings(max_examples=120, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4), limits=st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_prices_of_any_kind_give_a_bound_that_no_choice_of_the_part_passes(
    size: tuple[int, int, int], p: int, limits: list[int]
) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    frame, k, q = Frame(patterns, p), len(patterns.candidate), len(patterns.weight)
    rng = np.random.default_rng(size[2])
    asked = tuple(rng.permutation(k)[: 1 + limit] for limit in limits[:2])
    node = replace(frame.root(), groups=asked)
    node.least[rng.integers(q)], node.least[rng.integers(q)] = limits[0] > 1, limits[1] > 1
    node.most[rng.integers(q)] = max(limits[2], 1)
    node.opened[rng.integers(k)] = limits[3] > 1
    value, with_it, without = frame.bounded(node, rng.normal(0, 4, q), rng.normal(0, 4, len(asked)))
    for count in range(p + 1):
        for chosen in itertools.combinations(range(k), count):
            held = np.zeros(k, bool)
            held[list(chosen)] = True
            around = frame.matrix @ held.astype(float)
            if (around < node.least).any() or (around > node.most).any() or (node.opened & ~held).any():
                continue
            if not all(held[group].any() for group in asked):
                continue
            covered = worth(patterns, np.array(chosen, np.int64))
            assert covered <= value + 1e-9
            assert (covered <= np.where(held, with_it, without) + 1e-9).all()


@pytest.mark.parametrize("p", [3, 9])
def test_the_warm_relaxation_is_that_of_the_interior_point_method(p: int) -> None:
    rng = np.random.default_rng(p)
    where = rng.uniform(0, 10, (300, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 300).astype(float),
    )
    every = choice(300, sites=p)
    patterns = merged(covering(reach(costs), weights, every, standard=1.3))
    warm, cold, clock = Warm(Frame(patterns, p)), Relaxation(patterns, p), Clock()
    root = warm.first(clock)
    first = cold.solve(cold.root(), clock)
    assert root is not None
    assert first is not None
    assert root.bound == pytest.approx(first.bound, rel=1e-5)
    basis = warm.basis
    for pattern in (5, 80, 200):
        for least, most in ((0.0, 0.0), (1.0, np.inf), (0.0, 1.0), (2.0, np.inf)):
            node, like = warm.frame.root(), cold.root()
            for each in (node, like):
                each.least[pattern], each.most[pattern] = least, most
            now, other = warm.solve(node, basis, clock), cold.solve(like, clock)
            assert now is not None
            assert other is not None
            assert now.bound == pytest.approx(other.bound, rel=1e-5)
            # broken off after a few steps it is a bound, only not the least
            early = warm.solve(node, basis, clock, steps=3)
            assert early is not None
            assert early.bound >= now.bound * (1 - 1e-9)
            # and a part that is below what is asked for is known to be
            short = warm.solve(node, basis, clock, floor=now.bound + 1)
            assert short is not None
            assert short.bound <= now.bound + 1


def linear(patterns: Patterns, most: int, node: Node) -> float | None:
    """Return the most that the relaxation of a part covers, by SciPy and with a row for every pattern.

    None where nothing is in it.
    """
    matrix = patterns.matrix().toarray()
    q, k = matrix.shape
    # x ≤ s, Σ y ≤ p, limits on s, and one of each group
    rows = [np.hstack([-matrix, np.eye(q)]), np.hstack([np.ones((1, k)), np.zeros((1, q))])]
    least = np.flatnonzero(node.least > 0)
    most_of = np.flatnonzero(np.isfinite(node.most))
    rows += [np.hstack([-matrix[least], np.zeros((len(least), q))])]
    rows += [np.hstack([matrix[most_of], np.zeros((len(most_of), q))])]
    asked = np.zeros((len(node.groups), k + q))
    for at, group in enumerate(node.groups):
        asked[at, group] = -1
    limits = [np.zeros(q), np.array([most]), -node.least[least], node.most[most_of]]
    limits += [-np.ones(len(node.groups))]
    bounds = [*zip(node.opened.astype(float), node.allowed.astype(float), strict=True), *[(0, 1)] * q]
    price = -np.concatenate([np.zeros(k), patterns.weight])
    found = linprog(price, np.vstack([*rows, asked]), np.concatenate(limits), bounds=bounds)
    assert found.status in {0, 2}
    return -float(found.fun or 0.0) if found.status == 0 else None


@pytest.mark.parametrize(("p", "standard", "loose"), [(9, 2.0, 1), (14, 1.6, 1), (4, 1.6, 60)])
def test_few_patterns_are_rows_and_the_relaxation_is_that_of_all(p: int, standard: float, loose: int) -> None:
    rng = np.random.default_rng(p)
    where = rng.uniform(0, 10, (260, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 260).astype(float),
    )
    patterns = merged(covering(reach(costs), weights, choice(260, sites=p), standard=standard))
    frame, clock = Frame(patterns, p), Clock()
    one, two = Warm(frame), Warm(frame)
    assert one.first(clock, -np.inf) is not None
    frame.keep(np.zeros(len(frame.cuts), bool))
    # what the best parts of sites leave out counts as far as it is covered, without a row
    assert frame.loose.sum() >= loose
    root = one.solve(frame.root(), None, clock)
    assert root is not None
    assert root.bound == pytest.approx(linear(patterns, p, frame.root()), rel=1e-9)
    node, basis = frame.root(), one.basis
    assert 0 < len(basis.rows) < 0.8 * frame.places
    k, q = frame.many, frame.places
    for at in range(12):
        # one part of the other, by turns on each worker: what is far from binding has gone, and may come back
        allowed, least, most = node.allowed.copy(), node.least.copy(), node.most.copy()
        near = patterns.column[patterns.start[at * 17 % q] : patterns.start[at * 17 % q + 1]]
        if at % 3 == 0:
            allowed[near[::3]] = False
        elif at % 3 == 1:
            least[at * 17 % q], most[at * 29 % q] = 1.0, max(1.0, least[at * 29 % q])
        else:
            node = replace(node, groups=(*node.groups, near[:: 1 + at % 2]))
        node = replace(node, allowed=allowed, least=least, most=most)
        worker = (one, two)[at % 2]
        point, known = worker.solve(node, basis, clock), linear(patterns, p, node)
        assert (point is None) == (known is None)
        if point is None:
            break
        assert point.bound == pytest.approx(known, rel=1e-9)
        assert k >= (point.open > 0).sum()
        basis = worker.basis


def test_a_part_that_asks_for_one_of_a_group_is_one_with_a_pattern_of_that_group() -> None:
    rng = np.random.default_rng(5)
    where = rng.uniform(0, 10, (300, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 300).astype(float),
    )
    patterns = merged(covering(reach(costs), weights, choice(300, sites=9), standard=1.3))
    frame, clock = Frame(patterns, 9), Clock()
    one, two = Warm(frame), Warm(frame)
    assert one.first(clock) is not None
    assert two.first(clock) is not None
    first = one.basis
    above, basis = frame.root(), first
    for pattern in (7, 90, 210):
        # each part from the basis of the part above; the other by limits on s and from none
        group = patterns.column[patterns.start[pattern] : patterns.start[pattern + 1]]
        above = replace(above, groups=(*above.groups, group))
        now = one.solve(above, basis, clock)
        basis = one.basis
        like = frame.root()
        like.least[[7, 90, 210][: len(above.groups)]] = 1.0
        other = two.solve(like, None, clock)
        assert now is not None
        assert other is not None
        assert now.bound == pytest.approx(other.bound, rel=1e-9)
    # back at the top nothing of it is left
    again, root = one.solve(frame.root(), first, clock), two.solve(frame.root(), None, clock)
    assert again is not None
    assert root is not None
    assert again.bound == pytest.approx(root.bound, rel=1e-9)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(size=small)
def test_groups_cover_much_the_same_as_the_candidate_around_which_they_are(
    size: tuple[int, int, int],
) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    k, matrix = len(patterns.candidate), patterns.matrix().toarray() > 0
    held = groups(patterns).toarray() > 0
    assert held.shape == (3 * k, k)
    for at, share in enumerate((0.85, 0.7, 0.55)):
        for j, other in itertools.product(range(k), repeat=2):
            common = patterns.weight[matrix[:, j] & matrix[:, other]].sum()
            alone = max(patterns.weight[matrix[:, j]].sum(), patterns.weight[matrix[:, other]].sum())
            assert held[at * k + j, other] == (common > 0 and common / alone >= share)


def test_the_same_input_gives_the_same_sites_and_highs_alone_the_same_value() -> None:
    rng = np.random.default_rng(3)
    where = rng.uniform(0, 10, (600, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 600).astype(float),
    )
    one, two = (mclp(costs, weights, sites=14, standard=1.1) for _ in range(2))
    assert (one.status, one.gap) == ("optimal", 0)
    assert one.sites.tolist() == two.sites.tolist()
    patterns = merged(covering(reach(costs), weights, choice(600, sites=14), standard=1.1))
    none = np.zeros(len(patterns.candidate), bool)
    bound, _, proved = by_highs(patterns, none, 14, clock=Clock(), whole=True)
    assert proved
    assert one.objective == bound


def test_the_search_ends_when_it_is_told_to_and_its_bound_holds() -> None:
    rng = np.random.default_rng(8)
    where = rng.uniform(0, 10, (700, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 700).astype(float),
    )
    patterns = merged(covering(reach(costs), weights, choice(700, sites=20), standard=1.0))
    whole = mclp(costs, weights, sites=20, standard=1.0)
    assert whole.status == "optimal"
    for after in (0, 1, 2, 4):
        told = iter([False] * after)
        clock = Clock(None, partial(next, told, True))
        tree, bound, proved = searched(patterns, 20, clock, draws=True)
        assert tree.value <= whole.objective <= bound
        assert proved == (tree.value == bound)


def test_the_first_relaxation_may_be_broken_off_at_every_look_at_the_clock() -> None:
    rng = np.random.default_rng(4)
    where = rng.uniform(0, 10, (300, 2))
    costs, weights = (
        np.hypot(*(where[:, None] - where).transpose(2, 0, 1)),
        rng.integers(1, 400, 300).astype(float),
    )
    patterns = merged(covering(reach(costs), weights, choice(300, sites=9), standard=1.3))
    whole = Warm(Frame(patterns, 9)).first(Clock(), 0.0)
    assert whole is not None
    ended = 0
    for after in range(0, 45, 4):
        told = iter([False] * after)
        warm = Warm(Frame(patterns, 9))
        point = warm.first(Clock(None, partial(next, told, True)), 0.0)
        if point is not None:
            ended += 1
            assert point.bound == whole.bound
            assert len(warm.basis.rows)
    assert ended


@settings(max_examples=80, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4), moves=st.lists(st.integers(0, 1_000), min_size=1, max_size=8))
def test_what_a_swap_gains_is_kept_from_swap_to_swap(
    size: tuple[int, int, int], p: int, moves: list[int]
) -> None:
    patterns = patterns_of(*town(*size))
    k = len(patterns.candidate)
    if not len(patterns.weight) or p >= k:
        return
    cover = swaps.Cover(patterns)
    for site in range(p):
        cover.add(site)
    kept = swaps.Swaps(cover)
    for move in moves:
        gains = kept.gains()
        for place in range(p):
            for into in np.flatnonzero(~cover.open):
                after = np.append(np.delete(kept.sites, place), into)
                assert gains[place, into] == worth(patterns, after) - cover.value
        free = np.flatnonzero(~cover.open)
        kept.swap(move % p, int(free[move % len(free)]))
        assert cover.value == worth(patterns, kept.sites)
        assert sorted(kept.sites.tolist()) == cover.sites.tolist()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4))
def test_choices_drawn_and_crossed_are_choices_of_so_many(size: tuple[int, int, int], p: int) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    pool = Pool(swaps.Cover(patterns), p, whole=True)
    shares = np.random.default_rng(size[2]).random(len(patterns.candidate))
    sites, value = pool.improve(shares, 12, Clock())
    assert len(set(sites.tolist())) == len(sites) <= p
    assert value == worth(patterns, sites) > 0
    again, same = Pool(swaps.Cover(patterns), p, whole=True).improve(shares, 12, Clock())
    assert (again.tolist(), same) == (sites.tolist(), value)
    other = pool.another(1)
    assert (other.value, other.sites.tolist()) == (value, sites.tolist())


def test_a_relaxation_is_solved_where_another_highs_has_run_with_more_threads() -> None:
    patterns = patterns_of(*town(30, 9, 1))
    cold, clock = Relaxation(patterns, 2), Clock()
    expected = cold.solve(cold.root(), clock)
    frame = Frame(patterns, 2)
    warm = Warm(frame)
    for threads in (2, 3):
        other = new(threads=threads)
        load(other, cold._model(cold.root()))
        go(other)
        assert other.getModelStatus().name == "kOptimal"
        found = warm.first(clock)
        assert found is not None
        assert expected is not None
        assert found.bound == pytest.approx(expected.bound, rel=1e-5)


def test_a_part_is_left_out_for_a_reason_and_never_at_the_word_of_the_solver() -> None:
    costs = np.array([[0.0, 9, 9], [9, 0, 9], [9, 9, 0]])
    frame = Frame(patterns_of(costs, np.ones(3)), 1)
    warm, clock = Warm(frame), Clock()
    root = frame.root()
    assert warm.first(clock) is not None
    first = warm.basis
    two = replace(root, groups=(np.array([0, 1]), np.array([2])))  # two groups that want a site each, of one
    assert not frame.without_choice(two)
    assert warm.solve(two, first, clock) is None
    # the prices that exclude that part exclude no part with a choice
    assert not warm._excluded(replace(root, groups=(np.array([0, 1]), np.array([0, 2]))))
    none = np.zeros(3, bool)
    for empty in (
        replace(root, least=np.array([1.0, 0, 0]), allowed=none),
        replace(root, opened=~none),
        replace(root, groups=(np.array([0]),), allowed=none),
        replace(root, least=np.full(3, 2.0)),
    ):
        assert frame.without_choice(empty)
        assert warm.solve(empty, first, clock) is None
    unsure = warm._unsure(root)
    assert unsure.bound == np.inf
    assert (unsure.open == 0).all()
