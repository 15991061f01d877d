"""A p-median beside sites that stand anyway: they are as one, and candidates that save too little go.

With cᵢ the cost of a place to the nearest of the sites that stand, a choice saves Σ Pᵢ max(0, cᵢ − d_ij) over
its candidates at most, Rⱼ each. Greedy saves G with q of them. A candidate with which no q save as much,
Rⱼ + the q − 1 largest others < G, is in no better choice. Few are left where few are sought, and the costs
of those few are all that is needed of the table.

Source: the bound of the Lagrangian (Cornuéjols, Fisher & Nemhauser 1977) where each place reaches as far as
what stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geosocial.siting.inputs import Choice, Floats, Ints, Reach, starts

#: Beyond so many sites sought, hardly a candidate goes.
_MOST = 100
#: A share of what greedy saves that rounding may be off by.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Beside:
    """The costs (places with demand × columns) to what stands, first, and to the candidates that are left."""

    costs: Floats
    column: Ints
    choice: Choice


def beside(pairs: Reach, weights: Floats, open_: Choice) -> Beside | None:
    """Return the smaller problem; None where nothing stands, not all demand is reached, or a budget binds."""
    more = open_.most - len(open_.fixed)
    if open_.priced or not len(open_.fixed) or not 0 < more <= _MOST:
        return None
    stands, free = np.zeros((2, pairs.candidates), bool)
    stands[open_.fixed], free[open_.free] = True, True
    near = _nearest(pairs, stands)
    asked = weights > 0
    if not np.isfinite(near[asked]).all():
        return None
    row = pairs.row
    closer = pairs.pairs(free[pairs.column] & (asked & np.isfinite(near))[row] & (pairs.cost < near[row]))
    saving, saved = _greedy(closer, near, weights, more)
    ranked = np.sort(saving)[::-1]
    kept = saving + ranked[: more - 1].sum() >= saved * (1 - _ROUNDING)
    column = np.flatnonzero(kept & (saving > 0))
    place = np.full(pairs.candidates, -1, np.int64)
    place[column] = 1 + np.arange(len(column))
    at = np.cumsum(asked) - 1
    some = place[closer.column] > 0
    costs = np.full((int(asked.sum()), 1 + len(column)), np.inf)
    costs[:, 0] = near[asked]
    costs[at[closer.row[some]], place[closer.column[some]]] = closer.cost[some]
    choice = Choice(
        np.zeros(1, np.int64), 1 + np.arange(len(column)), more + 1, np.zeros(1 + len(column)), np.inf
    )
    return Beside(costs, column, choice)


def _nearest(pairs: Reach, stands: np.ndarray) -> Floats:
    """Return the cost of each place to the nearest site that stands, inf where none is within reach."""
    some = pairs.pairs(stands[pairs.column])
    near, has = np.full(pairs.places, np.inf), np.diff(some.start) > 0
    if has.any():
        near[has] = np.minimum.reduceat(some.cost, some.start[:-1][has])
    return near


def _greedy(closer: Reach, near: Floats, weights: Floats, more: int) -> tuple[Floats, float]:
    """Return what each candidate saves alone, and what greedy saves with so many."""
    row, m = closer.row, closer.candidates
    by = np.argsort(closer.column, kind="stable")
    first = starts(np.bincount(closer.column, minlength=m))
    weight, now = weights[row], near.copy()
    gain = np.bincount(closer.column, weights=weight * (now[row] - closer.cost), minlength=m).astype(float)
    alone = gain
    for _ in range(more):
        best = int(np.argmax(gain)) if m else 0
        if not m or gain[best] <= 0:
            break
        mine = by[first[best] : first[best + 1]]
        now[row[mine]] = np.minimum(now[row[mine]], closer.cost[mine])
        left = weight * np.maximum(now[row] - closer.cost, 0.0)
        gain = np.bincount(closer.column, weights=left, minlength=m).astype(float)
    some = np.isfinite(near)
    return alone, math.fsum(weights[some] * (near[some] - now[some]))
