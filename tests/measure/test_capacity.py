"""Capacity as a maximum flow: by hand, by enumeration of cuts, by a linear programme, by its properties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.errors import InputError
from geosocial.measure.capacity import served


def costs_of(dense: list[list[float]]) -> csr_array:
    """Return costs of which those above 0 exist."""
    return csr_array(np.array(dense, float))


def least_cut(dense: np.ndarray, people: np.ndarray, room: np.ndarray, standard: float) -> float:
    """Return the maximum flow by the theorem of the least cut: the least over all sets of places."""
    best = np.inf
    reach = (dense > 0) & (dense <= standard)
    for kept in itertools.product([False, True], repeat=len(people)):
        chosen = np.array(kept)
        touched = reach[chosen].any(axis=0) if chosen.any() else np.zeros(len(room), bool)
        best = min(best, float(people[~chosen].sum() + room[touched].sum()))
    return best


def test_the_first_place_makes_room_for_the_second() -> None:
    found = served(costs_of([[100, 200], [50, 0]]), [10, 10], [12, 6], standard=200)
    assert found.total == 18
    assert found.by_facility.tolist() == [12, 6]
    assert found.unserved.sum() == 2


def test_the_standard_itself_is_within() -> None:
    assert served(costs_of([[800]]), [5], [9], standard=800).total == 5
    assert served(costs_of([[800]]), [5], [9], standard=799.999).total == 0


amount = st.integers(0, 30)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_equal_to_the_least_cut(data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    cells = data.draw(st.lists(st.integers(0, 9), min_size=n * m, max_size=n * m))
    dense = np.array(cells, float).reshape(n, m)
    people = np.array(data.draw(st.lists(amount, min_size=n, max_size=n)), float)
    room = np.array(data.draw(st.lists(amount, min_size=m, max_size=m)), float)
    found = served(csr_array(dense), people, room, standard=5)
    assert found.total == least_cut(dense, people, room, 5)
    assert found.total == found.by_demand.sum() == found.by_facility.sum()
    assert (found.by_demand <= people).all()
    assert (found.by_facility <= room).all()
    assert found.by_demand.sum() + found.unserved.sum() == people.sum()
    # The same with fractions, which go another way: tenths of people.
    tenths = served(csr_array(dense), people / 10, room / 10, standard=5)
    assert tenths.total == pytest.approx(found.total / 10, abs=1e-7)
    # Nobody loses by more room, nor by a longer standard.
    assert served(csr_array(dense), people, room + 1, standard=5).total >= found.total
    assert served(csr_array(dense), people, room, standard=6).total >= found.total
    # The order of places and facilities changes nothing in the total.
    assert served(csr_array(dense[::-1, ::-1]), people[::-1], room[::-1], standard=5).total == found.total


def test_two_zones_of_one_are_the_same() -> None:
    whole = served(costs_of([[1, 2], [3, 4]]), [10, 7], [8, 3], standard=9)
    split = served(costs_of([[1, 2], [1, 2], [3, 4]]), [4, 6, 7], [8, 3], standard=9)
    assert whole.total == split.total == 11


def test_nothing_to_serve_or_nowhere_to_go() -> None:
    assert served(csr_array((2, 0)), [3, 4], [], standard=9).unserved.tolist() == [3, 4]
    assert served(csr_array((0, 2)), [], [3, 4], standard=9).total == 0
    assert served(costs_of([[1.0]]), [0], [4], standard=9).total == 0
    assert served(costs_of([[1.0]]), [4], [0], standard=9).unserved.tolist() == [4]
    assert served(costs_of([[0.0], [1.0]]), [4, 2], [9], standard=9).by_demand.tolist() == [0, 2]


def test_totals_beyond_what_whole_flows_carry() -> None:
    found = served(costs_of([[1, 1], [0, 1]]), [3e9, 1e9], [2e9, 1.5e9], standard=2)
    assert found.total == pytest.approx(3.5e9, rel=1e-9)


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_an_amount_that_is_none_is_named(bad: float) -> None:
    with pytest.raises(InputError, match="1"):
        served(costs_of([[1.0], [1.0]]), [1, bad], [1], standard=9)
    with pytest.raises(InputError, match="0"):
        served(costs_of([[1.0], [1.0]]), [1, 1], [bad], standard=9)
