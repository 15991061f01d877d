"""The spread of the bootstrap: every draw written out, and draws taken at random."""

from __future__ import annotations

from itertools import product
from math import e, exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.geo.pairs import pairs_within
from geosocial.measure import uncertainty
from geosocial.measure.coverage import Floats, Ints

NAN, INF = float("nan"), float("inf")


def by_hand(near: list[set[int]], p: list[float], demand: Floats, zone: Ints, chosen: set[int]) -> float:
    """The variance of the covered demand over every outcome of "is anything left of each facility"."""
    mean = square = 0.0
    for left in product((False, True), repeat=len(p)):
        chance = float(np.prod([1 - q if here else q for q, here in zip(p, left, strict=True)]))
        covered = sum(
            people
            for people, facilities, z in zip(demand, near, zone, strict=True)
            if z in chosen and not np.isnan(people) and any(left[j] for j in facilities)
        )
        mean += chance * covered
        square += chance * covered * covered
    return square - mean * mean


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_variance_of_every_draw_written_out(data: st.DataObject) -> None:
    rows, sites = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 6))
    spot = st.integers(0, 8).map(lambda n: n * 100.0)
    x = np.array(data.draw(st.lists(spot, min_size=rows, max_size=rows)))
    fx = np.array(data.draw(st.lists(spot, min_size=sites, max_size=sites)))
    demand = np.array(
        data.draw(st.lists(st.sampled_from([0.0, 1.0, 7.0, NAN]), min_size=rows, max_size=rows))
    )
    zone = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=rows, max_size=rows)), dtype=np.intp)
    count = np.array(data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=sites, max_size=sites)))
    share = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.1, 1.0]), min_size=sites, max_size=sites)))
    pairs = pairs_within(x, np.zeros(rows), fx, np.zeros(sites), reach=400, detour=1)
    near = [{j for j in range(sites) if abs(a - fx[j]) <= 250} for a in x]
    p = [(s / e) ** c for s, c in zip(share, count, strict=True)]
    found, whole = uncertainty.of_coverage(
        pairs, uncertainty.absent(count, share), demand, zone, 3, standard=250
    )
    for z in range(3):
        assert found[z] == pytest.approx(by_hand(near, p, demand, zone, {z}), rel=1e-9, abs=1e-9)
    assert whole == pytest.approx(by_hand(near, p, demand, zone, {0, 1, 2}), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("together", [1, 7, 2_000_000])
def test_the_spread_of_draws_taken_at_random(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncertainty, "_TOGETHER", together)
    random = np.random.default_rng(4)
    x, y = random.uniform(0, 3000, (2, 120))
    fx, fy = random.uniform(0, 3000, (2, 25))
    demand = random.integers(0, 500, 120).astype(float)
    zone = (x > 1500).astype(np.intp)
    share = np.where(np.arange(25) % 2, 1.0, 0.4)
    pairs = pairs_within(x, y, fx, fy, reach=900, detour=1.3)
    found, whole = uncertainty.of_coverage(
        pairs, uncertainty.absent(np.ones(25), share), demand, zone, 2, standard=900
    )
    # Draws: as it is, or Poisson of mean 1
    draws = np.where(random.random((40_000, 25)) < share, random.poisson(1, (40_000, 25)), 1)
    near = np.hypot(x[:, None] - fx, y[:, None] - fy) * 1.3 <= 900
    covered = ((draws > 0) @ near.T > 0) * demand
    parts = np.column_stack([covered[:, zone == 0].sum(axis=1), covered[:, zone == 1].sum(axis=1)])
    np.testing.assert_allclose(found, parts.var(axis=0), rtol=0.03)
    assert whole == pytest.approx(parts.sum(axis=1).var(), rel=0.03)
    # and the total that each draw counts is the list on average: both ways, not only closing
    assert draws.mean() == pytest.approx(1, abs=0.01)
    held = random.uniform(1, 9, 25)
    spread = uncertainty.of_supply(held, np.ones(25), share, np.zeros(25, dtype=np.intp), 1)
    assert spread[0] == pytest.approx((draws @ held).var(), rel=0.03)


def test_two_facilities_at_one_record_are_drawn_each_by_itself() -> None:
    one = np.zeros(1, dtype=np.intp)
    spread = uncertainty.of_supply(np.array([80.0]), np.array([2.0]), np.ones(1), one, 1)
    assert spread.tolist() == [2 * 40.0**2]
    # nothing is left of two with the square of the probability of one
    assert exp(-uncertainty.absent(np.array([2.0]), np.array([1.0]))[0]) == pytest.approx(e**-2)


def test_poisson_of_mean_one_is_absent_once_in_e() -> None:
    chance = [exp(-1) / factorial(n) for n in range(30)]
    assert sum(n * c for n, c in enumerate(chance)) == pytest.approx(1)
    assert sum(n * n * c for n, c in enumerate(chance)) - 1 == pytest.approx(1)
    assert uncertainty.absent(np.ones(1), np.ones(1))[0] == pytest.approx(-np.log(chance[0]))


def test_rounding_at_random_to_a_multiple_of_five() -> None:
    # an unbiased rounding of a rest r is up with chance r/5: variance r(5 − r), 4 on average over 0 … 4
    assert np.mean([r * (5 - r) for r in range(5)]) == 4
    assert uncertainty.rounded_total(np.array([9.0]), base=5).tolist() == [36.0]
    random = np.random.default_rng(4)
    truth = random.integers(5, 60, 30)
    covered = np.arange(30) % 3 > 0
    rest = truth % 5
    rounded = truth - rest + 5 * (random.random((20_000, 30)) < rest / 5)
    share = (rounded * covered).sum(axis=1) / rounded.sum(axis=1)
    zone = np.zeros(30, dtype=np.intp)
    # exact for these rests: the mean of r(5 − r) over all rests is 4, over these what they are
    found = uncertainty.of_rounding(covered, truth.astype(float), zone, 1, base=5)[0]
    parts = np.where(
        covered, 1 - (truth * covered).sum() / truth.sum(), (truth * covered).sum() / truth.sum()
    )
    of_these = (rest * (5 - rest) * parts**2).sum() / (4 * (parts**2).sum())
    assert share.var() == pytest.approx(found * of_these, rel=0.05)
    assert uncertainty.of_rounding(covered, truth.astype(float), zone, 1, base=0).tolist() == [0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3, st.floats(0, 2)), min_size=1, max_size=9))
def test_the_interval_always_holds_its_value(rows: list[tuple[float, float, float, float]]) -> None:
    table = np.array(rows)
    low, value, high = np.sort(table[:, :3], axis=1).T
    lower, upper = uncertainty.widened(value, low, high, table[:, 3], most=np.ones(len(rows)))
    for least, most in ((np.zeros(1), lower), (lower, value), (value, upper), (upper, np.ones(1))):
        assert not (least > most).any()
    # and is never narrower than the range of settings
    assert not (lower > low + 1e-12).any()
    assert not (upper < high - 1e-12).any()
