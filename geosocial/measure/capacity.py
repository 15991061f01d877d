"""Capacity: how much of the demand can be served at all, when every facility holds so much and no more.

A maximum flow from demand to facilities, over the pairs within the standard: unlike an allocation of one
facility after another, what it serves in total does not depend on the order of anything. Who is served, where
not all can be, is not unique: rows and facilities are one such way, the same for the same input.

Whole numbers are solved exactly (Dinic's algorithm). With a fraction among them, or totals beyond 2³¹ − 1,
they are a linear programme (HiGHS), whose total is right to about 1e-9 of the demand; nothing is rounded to
whole people. A facility that never fills is given the sum of the demand; an infinite capacity is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, GeosocialError
from geosocial.measure.accessibility import both_amounts, checked_costs
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.decay import binary

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array

#: Most that scipy's integer flow can carry.
_MOST = 2**31 - 1


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
    people, room = both_amounts(costs, demand, capacity)
    row = np.repeat(np.arange(costs.shape[0]), np.diff(starts))
    column = np.asarray(costs.indices, np.intp)
    kept = (binary(standard)(data) > 0) & (people[row] > 0) & (room[column] > 0)
    row, column = row[kept], column[kept]
    if not len(row):
        flow = np.zeros(0)
    elif _whole(people) and _whole(room):
        flow = _exact(row, column, people, room)
    else:
        flow = _fractional(row, column, people, room)
    by_demand = np.bincount(row, weights=flow, minlength=len(people)).astype(np.float64)
    by_facility = np.bincount(column, weights=flow, minlength=len(room)).astype(np.float64)
    return Served(float(by_demand.sum()), by_demand, by_facility, np.maximum(people - by_demand, 0.0))


def _whole(values: Floats) -> bool:
    return bool((values == np.floor(values)).all() and values.sum() <= _MOST)


def _exact(row: Ints, column: Ints, people: Floats, room: Floats) -> Floats:
    """Return the flow of each pair, by whole numbers: source 0, places, facilities, sink."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    n, m = len(people), len(room)
    sink = n + m + 1
    begin = np.concatenate([np.zeros(n, np.intp), row + 1, np.arange(n + 1, sink)])
    end = np.concatenate([np.arange(1, n + 1), column + n + 1, np.full(m, sink)])
    most = np.concatenate([people, np.minimum(people[row], room[column]), room]).astype(np.int32)
    graph = csr_array((most, (begin, end)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow
    found: Floats = np.asarray(flow[row + 1, column + n + 1], np.float64).ravel()
    return found


def _fractional(row: Ints, column: Ints, people: Floats, room: Floats) -> Floats:
    """Return the flow of each pair, by linear programming, in units of the largest amount."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    pair = np.arange(len(row))
    unit = max(float(people.max()), float(room.max()))
    sums = csr_array(
        (np.ones(2 * len(row)), (np.concatenate([row, column + len(people)]), np.tile(pair, 2))),
        shape=(len(people) + len(room), len(row)),
    )
    limit = np.concatenate([people, room]) / unit
    # scipy's annotations know dense arrays only; HiGHS takes the sparse one as it is.
    left: Any = sums
    done = linprog(-np.ones(len(row)), A_ub=left, b_ub=limit, bounds=(0, None), method="highs")
    if done.status != 0:
        raise GeosocialError(N_("The maximum flow was not found: {got}"), got=done.message)
    flow: Floats = np.asarray(done.x, np.float64) * unit
    return flow
