"""Pairs within reach: the same pairs and the same costs as scipy's tree and as brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError, StudyError
from geosocial.geo import pairs
from geosocial.geo.distance import within
from geosocial.geo.pairs import pairs_within

#: Coarse coordinates meet boundaries, ties and shared positions often.
PLACE = st.tuples(st.integers(-6, 6).map(lambda n: n * 250.0), st.integers(-6, 6).map(lambda n: n * 250.0))
NOWHERE = (float("nan"), 0.0)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(PLACE, st.just(NOWHERE)), max_size=25),
    st.lists(st.one_of(PLACE, st.just(NOWHERE)), max_size=25),
    st.sampled_from([0.0, 1.0, 250.0, 500.0, 1250.0, 1e5]),
    st.sampled_from([1.0, 1.3]),
)
def test_the_pairs_of_brute_force(
    demand: list[tuple[float, float]], sites: list[tuple[float, float]], reach: float, detour: float
) -> None:
    here, there = (np.array(part, dtype=float).reshape(-1, 2) for part in (demand, sites))
    found = pairs_within(here[:, 0], here[:, 1], there[:, 0], there[:, 1], reach=reach, detour=detour)
    expected = [
        (i, j, float(np.hypot(a[0] - b[0], a[1] - b[1]) * detour))
        for i, a in enumerate(here)
        for j, b in enumerate(there)
        if np.hypot(a[0] - b[0], a[1] - b[1]) * detour <= reach
    ]
    rows = found.rows().tolist()
    assert list(zip(rows, found.indices.tolist(), found.data.tolist(), strict=True)) == expected
    assert found.shape == (len(demand), len(sites))


@pytest.mark.parametrize("together", [1, 1000, 4_000_000])
def test_the_pairs_of_the_tree_whatever_is_looked_at_together(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "_TOGETHER", together)
    random = np.random.default_rng(4)
    x, y = random.uniform([[280_000], [5_030_000]], [[300_000], [5_060_000]], (2, 400))
    fx, fy = random.uniform([[280_000], [5_030_000]], [[300_000], [5_060_000]], (2, 90))
    found = pairs_within(x, y, fx, fy, reach=2000, detour=1.3)
    expected = within(x, y, fx, fy, standard_m=2000, detour=1.3)
    np.testing.assert_array_equal(found.indptr, expected.indptr)
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_array_equal(found.data, expected.data)
    assert len(found.data) > 100


def test_a_facility_at_the_door_and_one_exactly_at_the_reach() -> None:
    found = pairs_within([0.0], [0.0], [0.0, 800.0, 800.0000001], [0.0, 0.0, 0.0], reach=1000, detour=1.25)
    assert found.data.tolist() == [0, 1000]
    assert found.indices.tolist() == [0, 1]


def test_what_is_no_distance_is_refused() -> None:
    with pytest.raises(StudyError):
        pairs_within([0], [0], [0], [0], reach=float("nan"), detour=1)
    with pytest.raises(StudyError):
        pairs_within([0], [0], [0], [0], reach=100, detour=0.5)
    with pytest.raises(InputError):
        pairs_within([0, 1], [0], [0], [0], reach=100, detour=1)
