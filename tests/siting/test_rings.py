"""Cuts of maximal covering beside all choices, on rings that can be counted by hand and on small towns."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.parts import Frame
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.rings import Ring, rings
from geosocial.siting.tree import Tree
from geosocial.siting.warm import Warm
from tests.siting.towns import patterns_of, town

small = st.tuples(st.integers(4, 40), st.integers(3, 9), st.integers(0, 10_000))


def two_rings(weight: float = 1.0) -> Patterns:
    """Return two rings of three patterns, in which each two share a candidate and no three do."""
    column = np.array([0, 1, 1, 2, 0, 2, 3, 4, 4, 5, 3, 5])
    return Patterns(np.full(6, weight), np.arange(0, 14, 2), column, np.arange(6), 0.0)


def gives(patterns: Patterns, cut: Ring, chosen: Ints) -> float:
    """Return what a choice gives to a cut."""
    open_ = np.zeros(len(patterns.candidate))
    open_[chosen] = 1
    left_out = patterns.matrix() @ open_ == 0
    return float(cut.value @ open_[cut.column] + cut.share @ left_out[cut.pattern])


def every_choice(many: int) -> list[Ints]:
    return [
        np.array(chosen, np.int64)
        for count in range(many + 1)
        for chosen in itertools.combinations(range(many), count)
    ]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4), random=st.booleans())
def test_no_choice_is_cut_off(size: tuple[int, int, int], p: int, *, random: bool) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    k = len(patterns.candidate)
    if random:
        y = np.random.default_rng(size[2]).choice([0.0, 0.25, 0.5], k)
    else:
        point = Warm(Frame(patterns, p)).first(Clock())
        assert point is not None
        y = point.open
    for cut in rings(patterns, y, Clock()):
        for chosen in every_choice(k):
            assert gives(patterns, cut, chosen) >= cut.least - 1e-9


@settings(max_examples=150, deadline=None, derandomize=True)
@given(size=small, p=st.integers(1, 4), scale=st.sampled_from([0.0, 1.0, 8.0]))
def test_prices_of_cuts_give_a_bound_that_no_choice_passes(
    size: tuple[int, int, int], p: int, scale: float
) -> None:
    patterns = patterns_of(*town(*size))
    if not len(patterns.weight):
        return
    k, q = len(patterns.candidate), len(patterns.weight)
    rng = np.random.default_rng(size[2])
    frame = Frame(patterns, p)
    frame.add(rings(patterns, rng.choice([0.0, 0.25, 0.5], k), Clock()))
    paid = scale * rng.normal(0, 1, len(frame.cuts))
    value, with_it, without = frame.bounded(frame.root(), rng.normal(1, 3, q), np.zeros(0), paid)
    for chosen in every_choice(k):
        if len(chosen) > p:
            continue
        held = np.zeros(k, bool)
        held[chosen] = True
        covered = float(patterns.weight[frame.matrix @ held.astype(float) > 0].sum())
        assert covered <= value + 1e-9
        assert (covered <= np.where(held, with_it, without) + 1e-9).all()


@pytest.mark.parametrize("weight", [1.0, 700.0])
def test_two_rings_and_three_sites_leave_one_pattern_out(weight: float) -> None:
    # halves cover all six; two sites cover one ring, and one covers two patterns of the other
    patterns = two_rings(weight)
    plain = Warm(Frame(patterns, 3)).first(Clock())
    assert plain is not None
    assert plain.bound == pytest.approx(6 * weight)
    warm = Warm(Frame(patterns, 3))
    tight = warm.first(Clock(), 5 * weight)
    assert tight is not None
    assert tight.bound == pytest.approx(5 * weight)
    assert warm.frame.cuts
    again = Warm(warm.frame)  # another worker, from that basis
    other = again.solve(warm.frame.root(), warm.basis, Clock())
    assert other is not None
    assert other.bound == pytest.approx(5 * weight)
    # and with groups behind the cuts: a site in each ring leaves the bound, both in one ring take from it
    best = max(sum(1 for row in covers if set(row) & set(chosen)) for chosen, covers in choices(patterns))
    assert best == 5


def choices(patterns: Patterns) -> list[tuple[tuple[int, ...], list[list[int]]]]:
    rows = [patterns.column[patterns.start[i] : patterns.start[i + 1]].tolist() for i in range(6)]
    return [(chosen, rows) for chosen in itertools.combinations(range(6), 3)]


def test_patterns_that_y_does_not_tell_apart_are_one_in_a_cut() -> None:
    # each pattern of the first ring twice, the second time with a candidate more that y does without
    ring = two_rings(2.0)
    rows = [ring.column[ring.start[i] : ring.start[i + 1]].tolist() for i in range(6)]
    rows += [[*row, 6] for row in rows[:3]]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    weight = np.array([2.0] * 6 + [1.0] * 3)
    patterns = Patterns(weight, start, np.concatenate(rows), np.arange(7), 0.0)
    cuts = rings(patterns, np.array([0.5] * 6 + [0.0]), Clock())
    first = [cut for cut in cuts if set(cut.pattern.tolist()) == {0, 1, 2, 6, 7, 8}]
    assert first
    share = dict(zip(first[0].pattern.tolist(), (first[0].share / first[0].least).tolist(), strict=True))
    assert [share[i] for i in (0, 1, 2)] == pytest.approx([1 / 3] * 3)
    assert [share[i] for i in (6, 7, 8)] == pytest.approx([1 / 6] * 3)
    for cut in cuts:
        for chosen in every_choice(7):
            assert gives(patterns, cut, chosen) >= cut.least - 1e-9


def many_rings(many: int) -> Patterns:
    column = np.concatenate([np.array([0, 1, 1, 2, 0, 2]) + 3 * ring for ring in range(many)])
    return Patterns(np.ones(3 * many), np.arange(0, 6 * many + 2, 2), column, np.arange(3 * many), 0.0)


def test_the_search_goes_on_from_the_cuts_in_both_workers() -> None:
    # eight rings and twelve sites: one site covers two patterns of a ring, two cover three; 4 × 3 + 4 × 2
    patterns = many_rings(8)

    def nothing(_y: Floats, _draws: int, _clock: Clock) -> tuple[Ints, float]:
        return np.zeros(0, np.int64), -np.inf

    def finish(allowed: Bools, _clock: Clock) -> tuple[Ints | None, float, bool]:
        del allowed
        sites = np.array([3 * ring + at for ring in range(8) for at in range(1 + (ring < 4))])
        return sites, 20.0, True

    tree = Tree(patterns, 12, [nothing, nothing], finish, Clock(), step=0.999, value=19.0)
    bound, proved = tree.run()
    assert (tree.value, bound, proved) == (20.0, 20.0, True)
    assert tree.frame.cuts


def test_cuts_that_bring_in_little_are_taken_out_again() -> None:
    # of 24 covered by halves to nothing known, four are a sixth; to a value far below, less than is asked
    warm, plain = Warm(Frame(many_rings(8), 12)), Warm(Frame(many_rings(8), 12))
    kept = warm.first(Clock(), 0.0)
    assert kept is not None
    assert kept.bound == pytest.approx(20)
    gone = plain.first(Clock(), -10.0)
    assert gone is not None
    assert gone.bound == pytest.approx(24)
    assert not plain.frame.cuts
    after = plain.solve(plain.frame.root(), plain.basis, Clock())
    assert after is not None
    assert after.bound == pytest.approx(24)
