"""Facilities that stay, places in batches: the pairs of all places at once, to the bit."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.geo.pairs import Pairs, pairs_within
from geosocial.geo.walking import Walking
from geosocial.geo.ways import AlongStreets, Straight, Ways
from tests.geo.test_network import drawn


def in_batches(ways: Ways, x: np.ndarray, y: np.ndarray, size: int) -> list[tuple[int, int, float]]:
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(x), size):
        pairs = ways.pairs(ways.places(x[start : start + size], y[start : start + size]))
        found += listed(pairs, start)
    return found


def listed(pairs: Pairs, first: int = 0) -> list[tuple[int, int, float]]:
    rows = (pairs.rows() + first).tolist()
    return list(zip(rows, pairs.indices.tolist(), pairs.data.tolist(), strict=True))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([0.0, 25.0, 150.0, 400.0, 5000.0]),
    st.sampled_from([0.0, 60.0, 1e4]),
    st.integers(1, 20),
)
def test_the_pairs_of_walking(seed: int, reach: float, snap_m: float, size: int) -> None:
    streets, random = drawn(seed), np.random.default_rng(seed + 1)
    x, y = random.uniform(-200, 1_200, (2, 20))
    fx, fy = random.uniform(-200, 1_200, (2, 7))
    x[3] = y[3] = fx[2] = fy[2] = np.nan
    walking = Walking(streets, x, y, *streets.snap(x, y, snap_m), snap_m, 1.3)
    ways = AlongStreets(streets, fx, fy, reach, 1.3, snap_m)
    expected = listed(walking.pairs(fx, fy, reach=reach))
    assert in_batches(ways, x, y, size) == expected
    ways.prepare()
    sent = pickle.loads(pickle.dumps(ways))  # noqa: S301 - our own
    assert len(pickle.dumps(ways)) == len(pickle.dumps(AlongStreets(streets, fx, fy, reach, 1.3, snap_m)))
    assert in_batches(sent, x, y, 20) == expected
    assert ways.places(x, y).far.tolist() == walking.far.tolist()
    # No pair costs less than its straight line times what a metre costs at least.
    for i, j, cost in expected:
        assert cost >= np.hypot(x[i] - fx[j], y[i] - fy[j]) * ways.least * (1 - 1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20))
def test_the_pairs_of_straight_lines(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 900, (2, 20))
    fx, fy = random.uniform(0, 900, (2, 7))
    expected = pairs_within(x, y, fx, fy, reach=300, detour=1.2)
    assert in_batches(Straight(fx, fy, 300, 1.2), x, y, size) == listed(expected)
