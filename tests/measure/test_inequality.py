"""Inequality: against PySAL inequality, people written out one by one, and the axioms of the indices."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.measure import inequality as q

NAN = float("nan")
places = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), min_size=1, max_size=12)


def each_person(rows: list[tuple[int, int]]) -> list[float]:
    return [float(x) for x, people in rows for _ in range(people)]


def gini_by_pairs(x: list[float]) -> float:
    """Mean absolute difference of all pairs over twice the mean."""
    n, mean = len(x), sum(x) / len(x)
    return sum(abs(a - b) for a in x for b in x) / (2 * n * n * mean)


@settings(max_examples=120, deadline=None)
@given(places)
def test_places_with_people_are_the_people_one_by_one(rows: list[tuple[int, int]]) -> None:
    x, w = [r[0] for r in rows], [r[1] for r in rows]
    people = each_person(rows)
    assume(sum(people) > 0)
    mean = sum(people) / len(people)
    assert q.gini(x, w) == pytest.approx(gini_by_pairs(people), abs=1e-12)
    theil = sum(p / mean * math.log(p / mean) for p in people if p) / len(people)
    assert q.theil(x, w) == pytest.approx(theil, abs=1e-12)
    half = 1 - (sum((p / mean) ** 0.5 for p in people) / len(people)) ** 2
    assert q.atkinson(x, w, epsilon=0.5) == pytest.approx(half, abs=1e-12)
    geometric = math.exp(sum(math.log(p) for p in people) / len(people)) if all(people) else 0.0
    assert q.atkinson(x, w, epsilon=1) == pytest.approx(1 - geometric / mean, abs=1e-12)
    for alpha in (0, 1, 2):
        poor = sum(((20 - p) / 20) ** alpha for p in people if p < 20) / len(people)
        assert q.fgt(x, w, line=20, alpha=alpha) == pytest.approx(poor, abs=1e-12)


@settings(max_examples=120, deadline=None)
@given(places, st.lists(st.integers(0, 5), min_size=12, max_size=12))
def test_by_income(rows: list[tuple[int, int]], income: list[int]) -> None:
    """The concentration index as 2·cov(x, R)/μ over people; Erreygers' as its multiple."""
    x, w, by = [r[0] for r in rows], [r[1] for r in rows], income[: len(rows)]
    people = [(by[i], r[0]) for i, r in enumerate(rows) for _ in range(r[1])]
    n, mean = len(people), sum(p[1] for p in people) / len(people)
    assume(mean > 0)
    rank = [(sum(o[0] < p[0] for o in people) + sum(o[0] == p[0] for o in people) / 2) / n for p in people]
    cov = sum((r - 0.5) * (p[1] - mean) for r, p in zip(rank, people, strict=True)) / n
    assert q.concentration_index(x, w, by=by) == pytest.approx(2 * cov / mean, abs=1e-12)
    assert q.erreygers(x, w, by=by, least=0, most=50) == pytest.approx(8 * cov / 50, abs=1e-12)
    # by its own rank the concentration index is the Gini coefficient
    assert q.concentration_index(x, w, by=x) == pytest.approx(q.gini(x, w), abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(places, st.lists(st.sampled_from("abc"), min_size=12, max_size=12))
def test_between_and_within_are_the_whole(rows: list[tuple[int, int]], groups: list[str]) -> None:
    x, w = [r[0] for r in rows], [r[1] for r in rows]
    assume(sum(x) > 0)
    parts = q.theil_decomposition(x, groups[: len(rows)], w)
    assert parts.between + parts.within == pytest.approx(q.theil(x, w), abs=1e-12)
    assert parts.between >= -1e-12
    assert parts.within >= -1e-12


@settings(max_examples=80, deadline=None)
@given(places, st.floats(0.1, 50))
def test_scale_order_and_number_of_people_change_nothing(rows: list[tuple[int, int]], factor: float) -> None:
    x, w = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float)
    assume(x.sum() > 0)
    turned = np.random.default_rng(5).permutation(len(rows))
    indices = (q.gini, q.theil, lambda a, b: q.atkinson(a, b, epsilon=0.75))
    for index in indices:
        value = index(x, w)
        assert index(factor * x[turned], 7 * w[turned]) == pytest.approx(value, abs=1e-9)
        assert index(np.repeat(x, 2), np.repeat(w / 2, 2)) == pytest.approx(value, abs=1e-12)
        assert value >= -1e-12
    # what a richer person gives to a poorer one lowers inequality
    if len(x) > 1 and (gap := x.max() - x.min()) > 0:
        moved = x.copy()
        rich, poor = int(x.argmax()), int(x.argmin())
        step = gap / 4
        moved[rich] -= step * min(w[rich], w[poor]) / w[rich]
        moved[poor] += step * min(w[rich], w[poor]) / w[poor]
        assert all(index(moved, w) < index(x, w) for index in indices)


def test_pysal_inequality_gives_the_same() -> None:
    rng = np.random.default_rng(8)
    x = rng.gamma(2, 10, 60).round(3)
    groups = rng.integers(0, 4, 60)
    code = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from inequality.gini import Gini
from inequality.theil import Theil, TheilD
x, g = (np.array(v) for v in json.loads(sys.argv[1]))
d = TheilD(x, g)
print(json.dumps([float(Gini(x).g), float(Theil(x).T), float(np.ravel(d.bg)[0]), float(np.ravel(d.wg)[0])]))
"""
    told = json.dumps([x.tolist(), groups.tolist()])
    done = subprocess.run(
        [sys.executable, "-c", code, told], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-1500:]
    gini, theil, between, within = json.loads(done.stdout.splitlines()[-1])
    assert q.gini(x) == pytest.approx(gini, rel=1e-9)
    assert q.theil(x) == pytest.approx(theil, rel=1e-9)
    parts = q.theil_decomposition(x, groups)
    assert (parts.between, parts.within) == pytest.approx((between, within), rel=1e-9)


def test_palma_splits_the_place_at_the_border() -> None:
    # 10 people: the poorest 4 have 1, 1, 1 and one of the two of the second place (3); the richest has 6
    assert q.palma([1, 3, 6], [3, 6, 1], by=[1, 2, 3]) == pytest.approx(6 / ((3 * 1 + 3) / 4))
    # everybody of one income is taken in proportion
    assert q.palma([1, 5], [5, 5], by=[1, 1]) == pytest.approx(1)
    assert math.isnan(q.palma([0, 5], [5, 5], by=[1, 2]))


def test_kolm_pollak_by_hand() -> None:
    d, p = np.array([200.0, 1000.0]), np.array([3.0, 1.0])
    kappa = -1 * (p @ d) / (p @ d**2)
    expected = -math.log((p @ np.exp(-kappa * d)) / p.sum()) / kappa
    assert q.kolm_pollak(d, p, epsilon=-1) == pytest.approx(expected, rel=1e-12)
    assert q.kolm_pollak(d, p, epsilon=-1) > (p @ d) / p.sum()
    assert q.kolm_pollak(d, p, epsilon=-3) > q.kolm_pollak(d, p, epsilon=-1)
    assert q.kolm_pollak([0, 0], epsilon=-1) == 0
    assert math.isfinite(q.kolm_pollak([1e-3, 1e6], [1e6, 1], epsilon=-2))


def test_nothing_for_anybody_is_not_equality() -> None:
    for value in (q.gini([0, 0]), q.theil([0, 0]), q.atkinson([0, 0], epsilon=1), q.gini([]), q.gini([NAN])):
        assert math.isnan(value)
    assert q.gini([3, 3, 3]) == pytest.approx(0)
    assert q.theil([0, 0, 6]) == pytest.approx(math.log(3))
    assert q.atkinson([0, 1], epsilon=1) == 1


def test_what_is_not_known_is_left_out_and_told() -> None:
    x, w = [1.0, NAN, 3.0, 4.0], [10.0, 20.0, 30.0, NAN]
    assert q.gini(x, w) == q.gini([1, 3], [10, 30])
    assert q.known_share(x, w) == pytest.approx(40 / 60)
    people, curve = q.lorenz(x, w)
    assert people.tolist() == [0, 0.25, 1]
    assert curve.tolist() == [0, 0.1, 1]


@pytest.mark.parametrize("bad", [-1.0, math.inf])
def test_what_is_no_amount_is_refused_by_row(bad: float) -> None:
    with pytest.raises(InputError, match="x: value 1"):
        q.gini([1, bad])
    with pytest.raises(InputError, match="weight: value 0"):
        q.theil([1, 2], [bad, 1])
    with pytest.raises(InputError, match="3 values for 2"):
        q.theil([1, 2], [1, 1, 1])
    with pytest.raises(InputError, match="above 0"):
        q.atkinson([1, 2], epsilon=bad)
