"""Candidates that another stands in for: found by numpy as by scipy, and as sets say."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geosocial.siting import patterns
from geosocial.siting.inputs import Choice, reach


@given(st.data())
def test_few_and_many_name_the_pairs_that_sets_name(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 6))
    near = st.lists(st.sampled_from([0.0, np.inf]), min_size=columns, max_size=columns)
    costs = np.array(data.draw(st.lists(near, min_size=rows, max_size=rows)))
    costs = costs[:, np.isfinite(costs).any(axis=0)]
    price = np.array(data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=columns, max_size=columns)))
    price = price[: costs.shape[1]]
    pairs = reach(costs)
    every = Choice(np.zeros(0, np.int64), np.arange(pairs.candidates), pairs.candidates, price, np.inf)
    made = patterns.covering(pairs, np.ones(rows), every, standard=0.0)
    size = np.bincount(made.column, minlength=pairs.candidates)
    served = [set(np.flatnonzero(np.isfinite(column)).tolist()) for column in costs.T]
    expected = {
        (j, k)
        for j, k in product(range(len(served)), repeat=2)
        if j != k and served[j] <= served[k] and price[k] <= price[j]
    }
    for within in (patterns._within_few, patterns._within_many):
        found = within(made, size, price)
        assert sorted(zip(*(a.tolist() for a in found), strict=True)) == sorted(expected)


def test_pairs_within_reach_are_taken_as_they_are() -> None:
    pairs = reach([[0.0, np.inf], [3.0, 1.0]])
    assert reach(pairs) is pairs
