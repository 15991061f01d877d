"""The edges of every floating catchment method, and coverage at least k times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.errors import InputError
from geosocial.measure import accessibility as a

FAMILY = [a.two_step_fca, a.three_step_fca, a.modified_two_step_fca, a.balanced_fca]
NAMES = [kind.__name__ for kind in FAMILY]
family = pytest.mark.parametrize("kind", FAMILY, ids=NAMES)


def costs_of(*pairs: tuple[int, int, float], shape: tuple[int, int]) -> csr_array:
    """Return costs of pairs (place, facility, cost)."""
    row, column, cost = ([p[n] for p in pairs] for n in range(3))
    return csr_array((np.array(cost, float), (row, column)), shape=shape)


@family
def test_no_facility_is_no_access(kind: a.Family) -> None:
    assert kind(csr_array((2, 0)), [3, 4], [], standard=9).tolist() == [0, 0]


@family
def test_no_place_is_no_answer(kind: a.Family) -> None:
    assert kind(csr_array((0, 2)), [], [3, 4], standard=9).tolist() == []


@family
def test_supply_that_is_zero_gives_nothing(kind: a.Family) -> None:
    costs = costs_of((0, 0, 1), (0, 1, 1), (1, 1, 1), shape=(2, 2))
    assert kind(costs, [3, 4], [0, 0], standard=9).tolist() == [0, 0]


@family
def test_nobody_in_reach_divides_nothing_by_zero(kind: a.Family) -> None:
    # Facility 1 is reached only by a place where nobody lives: it gives nothing to anybody, and no NaN.
    costs = costs_of((0, 0, 1), (1, 1, 1), shape=(2, 2))
    found = kind(costs, [4, 0], [8, 5], standard=9)
    assert found[0] == 2
    assert found[1] == 0
    # All demand is zero.
    assert kind(costs, [0, 0], [8, 5], standard=9).tolist() == [0, 0]


@family
def test_a_place_that_reaches_nothing_has_none(kind: a.Family) -> None:
    found = kind(costs_of((0, 0, 5), shape=(3, 1)), [2, 7, 9], [4], standard=9)
    assert found.tolist() == [2, 0, 0]


@family
def test_the_standard_itself_is_within(kind: a.Family) -> None:
    costs = costs_of((0, 0, 800), shape=(1, 1))
    assert kind(costs, [4], [8], standard=800).tolist() == [2]
    assert kind(costs, [4], [8], standard=np.nextafter(800, 0)).tolist() == [0]


@family
@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_an_amount_that_is_none_is_named(kind: a.Family, bad: float) -> None:
    costs = costs_of((0, 0, 1), (1, 0, 1), shape=(2, 1))
    with pytest.raises(InputError) as error:
        kind(costs, [1, bad], [1], standard=9)
    assert error.value.facts["row"] == 1
    with pytest.raises(InputError) as error:
        kind(costs, [1, 1], [bad], standard=9)
    assert error.value.facts["row"] == 0
    with pytest.raises(InputError):
        kind(costs, [1, 1, 1], [1], standard=9)


lattice = st.lists(st.integers(0, 9), min_size=24, max_size=24)


@settings(max_examples=100, deadline=None)
@given(lattice, st.lists(st.integers(0, 50), min_size=6, max_size=6), st.integers(1, 9))
def test_covered_at_least_k_times(cells: list[int], people: list[int], standard: int) -> None:
    dense = np.array(cells, float).reshape(6, 4)
    costs, demand = csr_array(dense), np.array(people, float)
    times = [sum(0 < cost <= standard for cost in row) for row in dense]
    shares = []
    for least in range(1, 6):
        served = sum(p for p, t in zip(people, times, strict=True) if t >= least)
        found = a.covered_share(costs, demand, standard=standard, least=least)
        shares.append(found)
        if sum(people):
            assert found == served / sum(people)
            assert a.covered_share(costs[::-1], demand[::-1], standard=standard, least=least) == found
            assert a.covered_share(costs, demand, standard=standard + 1, least=least) >= found
        else:
            assert np.isnan(found)
    if sum(people):
        assert shares == sorted(shares, reverse=True)
    by_facility = [
        sum(p for p, row in zip(people, dense, strict=True) if 0 < row[j] <= standard) for j in range(4)
    ]
    assert a.catchment_demand(costs, demand, standard=standard).tolist() == by_facility


@pytest.mark.parametrize("least", [0, -1, 1.5])
def test_how_many_times_is_a_whole_number_from_1_up(least: float) -> None:
    with pytest.raises(InputError):
        a.covered_share(csr_array((1, 1)), [1], standard=1, least=least)  # type: ignore[arg-type]
