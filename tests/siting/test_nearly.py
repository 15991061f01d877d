"""Maximal covering where nearly all can be covered, beside all choices and beside HiGHS alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosocial.siting import lscp, mclp, nearly, swaps
from geosocial.siting.concentration import by_highs
from geosocial.siting.inputs import Ints
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from tests.siting.towns import STANDARD, patterns_of, town

small = st.tuples(st.integers(4, 25), st.integers(3, 9), st.integers(0, 10_000))
checked = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def asks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let questions be asked however much is left out, until the answer is known."""
    monkeypatch.setattr(nearly, "_NEARLY", 0.0)
    monkeypatch.setattr(nearly, "_LITTLE", 1.0)
    monkeypatch.setattr(nearly, "_QUESTIONS", 10_000)


def worth(patterns: Patterns, sites: Ints) -> float:
    return float(patterns.weight[patterns.matrix()[:, sites].sum(axis=1) > 0].sum())


def most_of(patterns: Patterns, most: int) -> float:
    every = range(len(patterns.candidate))
    some = itertools.combinations(every, min(most, len(patterns.candidate)))
    return max(worth(patterns, np.array(sites)) for sites in some)


@pytest.mark.usefixtures("asks_on")
@checked
@given(size=small, p=st.integers(1, 4), start=st.booleans())
def test_the_questions_end_at_the_most_that_any_choice_covers(
    size: tuple[int, int, int], p: int, *, start: bool
) -> None:
    patterns = patterns_of(*town(*size))
    price = np.zeros(int(patterns.candidate.max()) + 1)
    cover = swaps.start(patterns, p, price, np.inf, Clock()) if start else swaps.Cover(patterns)
    found = nearly.improved(patterns, cover, p, Clock(), step=0.999)
    assert found.proved
    assert len(found.sites) <= p
    assert found.value == worth(patterns, found.sites) == most_of(patterns, p)


@pytest.mark.usefixtures("asks_on")
@checked
@given(size=small, p=st.integers(1, 4))
def test_all_is_covered_where_so_many_can(size: tuple[int, int, int], p: int) -> None:
    patterns = patterns_of(*town(*size))
    sites = nearly.all_of_it(patterns, swaps.Cover(patterns), p, Clock())
    if most_of(patterns, p) == patterns.weight.sum():
        assert sites is not None
        assert len(sites) <= p
        assert worth(patterns, sites) == patterns.weight.sum()
    else:
        assert sites is None


@pytest.mark.usefixtures("asks_on")
def test_weights_that_are_not_whole_are_told_apart() -> None:
    costs, weights = town(20, 8, 3)
    patterns = patterns_of(costs, weights + np.random.default_rng(3).uniform(0, 1, 20))
    for p in (1, 2, 3):
        found = nearly.improved(patterns, swaps.Cover(patterns), p, Clock(), step=1e-9)
        assert found.proved
        assert found.value == pytest.approx(most_of(patterns, p), rel=1e-12)


def test_questions_that_are_not_asked_leave_the_choice_as_it_is() -> None:
    patterns = patterns_of(*town(60, 9, 1))
    price = np.zeros(int(patterns.candidate.max()) + 1)
    cover = swaps.start(patterns, 2, price, np.inf, Clock())
    before, value = cover.sites, cover.value
    assert value < 0.9 * patterns.weight.sum()
    assert nearly.all_of_it(patterns, cover, 2, Clock()) is None
    found = nearly.improved(patterns, cover, 2, Clock(), step=0.999)
    assert not found.proved
    assert found.sites.tolist() == before.tolist()
    assert found.value == value == cover.value


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_around_full_cover_the_answer_is_that_of_highs(seed: int) -> None:
    costs, weights = town(700, 90, seed)
    fewest = len(lscp(costs, weights, standard=STANDARD).sites)
    patterns = patterns_of(costs, weights)
    assert len(patterns.column) > 2_000
    for p in range(max(1, fewest - 3), fewest + 1):
        best = mclp(costs, weights, sites=p, standard=STANDARD)
        none = np.zeros(len(patterns.candidate), bool)
        _, sites, proved = by_highs(patterns, none, p, clock=Clock(), whole=True)
        assert proved
        assert sites is not None
        at = np.searchsorted(patterns.candidate, sites)
        assert best.status == "optimal"
        assert best.objective == worth(patterns, at) + patterns.already
        assert best.bound == best.objective
    assert best.objective == weights.sum()
