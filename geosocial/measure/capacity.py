"""Capacity: how much of the demand can be served at all, when every facility holds so much and no more.

A maximum flow from demand to facilities, over the pairs within the standard: unlike an allocation of one
facility after another, what it serves in total does not depend on the order of anything. Who is served, where
not all can be, is not unique: rows and facilities are one such way, the same for the same input.

Solved by Dinic's algorithm on whole numbers, in units that are powers of two. Whole amounts stay whole, and
exact. Of fractions, what the first unit is too coarse for is served in further passes over what is left, each
with a finer unit, until less than 1e-14 of the demand can be missing; nothing is rounded to whole people. A
facility that never fills is given the sum of the demand; an infinite capacity is refused.

Sources: Ford & Fulkerson (1956), Maximal flow through a network; Dinitz (1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.measure.accessibility import both_amounts, checked_costs
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.decay import binary

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array

#: Most units in a pass: the integers of scipy's flow hold twice as many.
_MOST = 2**30 - 1
#: Part of the demand that may be missing.
_ENOUGH = 1e-14


@dataclass(frozen=True, slots=True)
class Served:
    """What can be served at all within a standard.

    Attributes
    ----------
    total
        Σ of the demand served: the maximum, unique.
    by_demand, by_facility
        (n) served of each place; (m) used of each facility: one way to reach the total.
    unserved
        (n) demand of each place less what is served; its sum is unique, its places are not.
    """

    total: float
    by_demand: Floats
    by_facility: Floats
    unserved: Floats


def served(costs: csr_array, demand: ArrayLike, capacity: ArrayLike, *, standard: float) -> Served:
    """Return the demand that can be served at all: max Σ x_ij, Σⱼ x_ij ≤ Pᵢ, Σᵢ x_ij ≤ Cⱼ, d_ij ≤ d₀.

    Parameters
    ----------
    costs
        (n × m) costs, absent = out of reach.
    demand
        (n) P of each place.
    capacity
        (m) C of each facility, in the unit of the demand.
    standard
        d₀, in the unit of the costs; a pair at exactly the standard counts.

    Returns
    -------
    The maximum and one way to reach it, in the unit of the demand; 0 where nothing is in reach.

    Raises
    ------
    InputError
        When a length does not fit, or a demand, a capacity or a cost is NaN, negative or infinite: the first
        one is named.

    Examples
    --------
    The first place reaches both facilities, the second only the first one: the first place must leave it.

    >>> from scipy.sparse import csr_array
    >>> costs = csr_array(np.array([[100.0, 200.0], [50.0, 0.0]]))
    >>> found = served(costs, [10, 10], [12, 6], standard=200)
    >>> found.total, found.by_facility.tolist()
    (18.0, [12.0, 6.0])
    """
    data, starts = checked_costs(costs)
    people, room = both_amounts(costs, demand, capacity, held="capacity")
    row = np.repeat(np.arange(costs.shape[0]), np.diff(starts))
    column = np.asarray(costs.indices, np.intp)
    kept = (binary(standard)(data) > 0) & (people[row] > 0) & (room[column] > 0)
    # A pair that is stored twice is one pair.
    row, column = np.divmod(np.unique(row[kept] * len(room) + column[kept]), max(len(room), 1))
    flow = _flow(row, column, people, room)
    by_demand = np.bincount(row, weights=flow, minlength=len(people)).astype(np.float64)
    by_facility = np.bincount(column, weights=flow, minlength=len(room)).astype(np.float64)
    return Served(float(by_demand.sum()), by_demand, by_facility, np.maximum(people - by_demand, 0.0))


def _flow(row: Ints, column: Ints, people: Floats, room: Floats) -> Floats:
    """Return the flow of each pair.

    At most (n + m)·u can be missing after a pass with the unit u: a cut of it, with what its unit left out.
    No pair needs to carry more in the next pass, which may also take back what went before.
    """
    flow = np.zeros(len(row))
    whole = missing = float(people.sum())
    room = np.minimum(room, whole)
    asked, free = people, room
    while len(row) and missing > _ENOUGH * whole:
        unit = float(2.0 ** np.ceil(np.log2(missing / _MOST)))
        limits = [np.floor(np.minimum(v, missing) / unit) for v in (asked, free, flow)]
        flow = flow + unit * _pass(row, column, *limits, most=float(np.floor(missing / unit)))
        if not (np.fmod(people, unit).any() or np.fmod(room, unit).any()):
            break
        asked = np.maximum(people - np.bincount(row, weights=flow, minlength=len(people)), 0.0)
        free = np.maximum(room - np.bincount(column, weights=flow, minlength=len(room)), 0.0)
        missing = (len(people) + len(room)) * unit
    return flow


def _pass(row: Ints, column: Ints, asked: Floats, free: Floats, back: Floats, *, most: float) -> Floats:
    """Return what each pair gains in whole units: source 0, places, facilities, sink."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    n, m = len(asked), len(free)
    sink = n + m + 1
    some = np.flatnonzero(back)
    begin = np.concatenate([np.zeros(n, np.intp), row + 1, column[some] + n + 1, np.arange(n + 1, sink)])
    end = np.concatenate([np.arange(1, n + 1), column + n + 1, row[some] + 1, np.full(m, sink)])
    limit = np.concatenate([asked, np.full(len(row), most), back[some], free]).astype(np.int32)
    ends = begin.astype(np.int32), end.astype(np.int32)  # the flow of SciPy 1.14 takes no other positions
    graph = csr_array((limit, ends), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow
    found: Floats = np.asarray(flow[row + 1, column + n + 1], np.float64).ravel()
    return found
