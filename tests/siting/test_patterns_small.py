"""Sets inside others, and what another stands in for: found by bits as by a sparse product, as sets say."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.siting import patterns
from geosocial.siting.inputs import Choice, reach, starts


@given(data=st.data(), apart=st.sampled_from([1, 40]))
def test_bits_and_the_product_name_the_pairs_that_sets_name(data: st.DataObject, apart: int) -> None:
    members = st.sets(st.integers(0, 5), min_size=1)
    held = [{apart * one for one in few} for few in data.draw(st.lists(members, min_size=1, max_size=7))]
    # elements that none holds lie between those that are held, as far apart as to fill several words of bits
    element = np.concatenate([sorted(few) for few in held]).astype(np.int64)
    of = np.repeat(np.arange(len(held)), [len(few) for few in held])
    order = np.argsort(element, kind="stable")
    many = np.bincount(element, minlength=5 * apart + 1)
    one_way = (starts(np.bincount(of)), element)
    other_way = (starts(many), of[order])
    expected = sorted((j, k) for j, k in product(range(len(held)), repeat=2) if j != k and held[j] <= held[k])
    for inside in (patterns._inside, patterns._inside_many):
        inner, outer = inside(one_way, other_way)
        assert sorted(zip(inner.tolist(), outer.tolist(), strict=True)) == expected


@given(st.data())
def test_what_stays_is_what_no_other_stands_in_for(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 6))
    near = st.lists(st.sampled_from([0.0, np.inf]), min_size=columns, max_size=columns)
    costs = np.array(data.draw(st.lists(near, min_size=rows, max_size=rows)))
    price = np.array(data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=columns, max_size=columns)))
    pairs = reach(costs)
    every = Choice(np.zeros(0, np.int64), np.arange(columns), columns, price, np.inf)
    made = patterns.covering(pairs, np.ones(rows), every, standard=0.0)
    served = [set(np.flatnonzero(np.isfinite(column)).tolist()) for column in costs.T]

    def stands_in(k: int, j: int) -> bool:
        if j == k or not served[j] <= served[k] or price[k] > price[j]:
            return False
        return k < j or (len(served[j]), price[j]) != (len(served[k]), price[k])

    kept = [j for j in range(columns) if served[j] and not any(stands_in(k, j) for k in range(columns))]
    assert patterns.undominated(made, price).candidate.tolist() == kept
    whole = patterns.merged(made)
    needs = [set(whole.column[a:b].tolist()) for a, b in zip(whole.start, whole.start[1:], strict=False)]
    hard = [need for need in needs if not any(other < need for other in needs)]
    left = patterns.easier(whole)
    ends = zip(left.start, left.start[1:], strict=False)
    assert [set(left.column[a:b].tolist()) for a, b in ends] == hard


def test_pairs_within_reach_are_taken_as_they_are() -> None:
    pairs = reach([[0.0, np.inf], [3.0, 1.0]])
    assert reach(pairs) is pairs


def test_a_full_table_comes_in_as_one_with_a_gap_does() -> None:
    full = np.random.default_rng(3).uniform(0, 9, (4, 3))
    pairs = reach(full)
    wider = reach(np.hstack([full, [[np.inf]] * 4]))
    assert (pairs.start.tolist(), pairs.column.tolist()) == (wider.start.tolist(), wider.column.tolist())
    assert pairs.cost.tolist() == wider.cost.tolist() == full.ravel().tolist()
    full[0, 0] = 99.0
    assert pairs.cost[0] != 99.0
    for bad in (np.nan, -1.0):
        full[2, 1] = bad
        with pytest.raises(InputError, match="from place 2 to candidate 1"):
            reach(full)
