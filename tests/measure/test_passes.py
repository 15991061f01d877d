"""Sums in parts: exact, in any order; and the passes made of them, against the functions for all rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.errors import InputError
from geosocial.measure import accessibility as at_once
from geosocial.measure.decay import linear
from geosocial.measure.exact import exact_sums, total
from geosocial.measure.family import COMPETING
from geosocial.measure.passes import access_of, catchment_sums, shared_supply, sums_of

AMOUNTS = st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.integers(0, 2**32), st.integers(1, 5))
def test_no_order_and_no_division_shows(values: list[float], seed: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    amounts, of = np.array(values), rng.integers(0, 3, len(values))
    whole = total(exact_sums(amounts, of, 3))
    order = rng.permutation(len(values))
    pieces = np.array_split(order, parts)
    again = total(np.sum([exact_sums(amounts[piece], of[piece], 3) for piece in pieces], axis=0))
    assert whole.tobytes() == again.tobytes()
    for k in range(3):
        expected = math.fsum(amounts[of == k])
        # of each value at most 2⁻⁶¹ is dropped, and the end is rounded twice
        assert abs(whole[k] - expected) <= len(values) * 2.0**-61 + 2 * np.spacing(expected)


def test_whole_numbers_are_summed_as_they_stand() -> None:
    amounts = np.random.default_rng(1).integers(0, 10**9, 1_000).astype(float)
    limbs = exact_sums(amounts, np.zeros(1_000, int), 1)
    assert limbs[1:].tolist() == [[0.0], [0.0]]
    assert total(limbs)[0] == amounts.sum()
    assert total(exact_sums(np.zeros(0), np.zeros(0, int), 2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("measure", COMPETING)
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_parts_give_what_all_rows_give(measure: str, seed: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 14, (25, 6)) * 100.0
    demand, supply = rng.integers(0, 50, 25).astype(float), rng.integers(0, 9, 6).astype(float)
    kept = cost <= 900
    starts = np.append(0, np.cumsum(kept.sum(axis=1)))
    costs = csr_array((cost[kept], np.nonzero(kept)[1], starts), shape=cost.shape)
    how: dict[str, Any] = {
        "measure": measure,
        "standard": 800.0,
        "decay": None if measure == "2sfca" else linear(900),
    }
    rows = np.array_split(np.arange(25), parts)
    sums = np.sum([catchment_sums(costs[some], demand[some], **how) for some in rows], axis=0)
    assert len(sums) == len(sums_of(measure))
    shared = shared_supply(supply, sums, measure=measure)
    found = np.concatenate([access_of(costs[some], shared, **how) for some in rows])
    function = {
        "2sfca": at_once.two_step_fca,
        "e2sfca": at_once.two_step_fca,
        "3sfca": at_once.three_step_fca,
        "m2sfca": at_once.modified_two_step_fca,
        "bfca": at_once.balanced_fca,
    }[measure]
    expected = function(costs, demand, supply, standard=800.0, decay=how["decay"])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    if measure == "2sfca":
        np.testing.assert_array_equal(found, expected)


def test_a_supply_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match="supply: value 1 is -2"):
        shared_supply([1, -2], np.zeros((0, 3, 2)), measure="gravity")
