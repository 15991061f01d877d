"""What no choice of sites can be below: the Lagrangian of the p-median, and its ascent.

With a reach vᵢ ≥ 0 of every place, a choice S of up to p candidates costs at least
L(v) = Σ Pᵢvᵢ − the p largest of Rⱼ = Σ Pᵢ max(0, vᵢ − d_ij): what a candidate within a place's reach saves is
counted for each candidate, not once. At the best v, L is the bound of the linear program. A candidate with
which, or without which, L passes the best value known is in no better choice, or in every one. L is computed
in double precision from the costs themselves, so that a bound owes nothing to the tolerances of a solver.

Source: Cornuéjols, Fisher & Nemhauser (1977); Beasley (1993); steps with momentum: Polyak (1969).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosocial.siting.core import Core, Known
from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.result import Clock
from geosocial.siting.table import blocks

ROUNDS, _PATIENCE, _MOMENTUM = 300, 10, 0.9
#: Rounds between two looks for candidates that can go and for a better choice.
LOOK = 50
#: Numbers worked on at a time: what the cache of a processor holds.
_BLOCK = 200_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The multipliers of a bound: reach of each place; of having to be reached at all; of the budget."""

    reach: Floats
    asked: Floats | None = None
    money: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound, and what it would be with each candidate opened, or closed."""

    value: float
    opening: Floats
    closing: Floats
    saving: Floats


def worth(
    costs: NDArray[Any], weights: NDArray[Any], reach: NDArray[Any], rows: Ints | None = None
) -> Floats:
    """Return Σ Pᵢ max(0, vᵢ − d_ij) of each candidate over some rows, in the precision of the reach."""
    n, m = costs.shape if rows is None else (len(rows), costs.shape[1])
    block = max(1, _BLOCK // max(m, 1))
    room = np.empty((min(block, n), m), reach.dtype)
    total = np.zeros(m)
    for begin in range(0, n, block):
        some: Any = slice(begin, begin + block) if rows is None else rows[begin : begin + block]
        part = room[: min(block, n - begin)]
        np.subtract(reach[some, None], costs[some], out=part)
        np.maximum(part, 0, out=part)
        total += weights[some] @ part
    return total


def bounded(core: Core, prices: Prices, opened: Bools, closed: Bools) -> Bound:
    """Return the bound of these prices where some candidates are open and some closed for good."""
    saving = worth(core.costs, core.weights, prices.reach)
    value = float(core.weights @ prices.reach)
    if prices.asked is not None:
        some = np.flatnonzero(prices.asked > 0)
        saving += prices.asked[some] @ np.isfinite(core.costs[some])
        value += float(prices.asked.sum())
    if prices.money > 0:
        saving -= prices.money * core.price
        value -= prices.money * core.budget
    free = ~opened & ~closed
    room = core.most - int(opened.sum())
    if room < 0:
        value = np.inf
    ranked = np.maximum(np.sort(saving[free])[::-1], 0.0)
    last = float(ranked[room - 1]) if 0 < room <= len(ranked) else 0.0
    after = float(ranked[room]) if room < len(ranked) else 0.0
    value -= float(saving[opened].sum() + ranked[:room].sum())
    opening = np.where(free, value + np.maximum(last - saving, 0.0) if room > 0 else np.inf, value)
    closing = np.where(free, value + np.maximum(saving - after, 0.0), value)
    opening[closed], closing[opened] = np.inf, np.inf
    return Bound(value, opening, closing, saving)


def reach_at_first(core: Core) -> Floats:
    """Return the reach to start from: to the nearest 1.5 m / p candidates."""
    at = min(max(1, int(1.5 * core.size / max(core.most, 1))), core.size - 1)
    found = np.empty(len(core.costs))
    for some in blocks(core.costs):
        near = core.costs[some]
        level = np.partition(near, at, axis=1)[:, at]
        farthest = np.where(np.isfinite(near), near, 0).max(axis=1)
        found[some] = np.where(np.isfinite(level), level, farthest)
    return found


@dataclass(slots=True)
class Ascent:
    """The ascent of the bound of a core: the core gets smaller and `reach` better on the way."""

    core: Core
    known: Known
    reach: Floats
    every: int = LOOK

    def climb(self, clock: Clock, rounds: int = ROUNDS) -> Iterator[Ints]:
        """Give, now and then, the choice that the prices like best, so that it can be improved."""
        core, known = self.core, self.known
        costs, weights = core.costs.astype(np.float32, copy=False), core.weights.astype(np.float32)
        best, stale, pace = -np.inf, 0, 1.0
        reach, way = self.reach, np.zeros(len(self.reach))
        for turn in range(1, rounds + 1):
            if clock.over() or pace < 2e-3:
                break
            near = reach.astype(np.float32)
            saving = worth(costs, weights, near)
            saving[core.opened] = np.inf
            top = np.argsort(-saving, kind="stable")[: core.most]
            saving[core.opened] = worth(costs[:, core.opened], weights, near)
            value = float(core.weights @ reach - saving[top].sum())
            if value > best:
                stale = 0 if value > best + 1e-4 * abs(known.value - best) else stale + 1
                best, self.reach = value, reach
            else:
                stale += 1
            if stale >= _PATIENCE:
                pace, stale, reach, way = pace / 2, 0, self.reach, np.zeros(len(reach))
            if turn % self.every == 0:
                yield top
                if self.look():
                    return
                if self.core is not core:
                    core, costs = self.core, self.core.costs.astype(np.float32, copy=False)
                continue
            way = 1.0 - (costs[:, top] < near[:, None]).sum(axis=1) + _MOMENTUM * way
            size = float(core.weights @ way**2)
            if size == 0:
                break
            reach = np.maximum(reach + pace * max(known.value - value, 0.0) / size * way, 0.0)
        yield np.argsort(-worth(core.costs, core.weights, self.reach), kind="stable")[: core.most]
        self.look()

    def look(self) -> bool:
        """Take the bound down and let candidates go by it; return whether all is proved."""
        core = self.core
        bound = bounded(core, Prices(self.reach), core.opened, np.zeros(core.size, bool))
        self.known.bound = max(self.known.bound, min(bound.value, self.known.value))
        opened = core.opened | (bound.closing >= self.known.cutoff)
        kept = opened | (bound.opening < self.known.cutoff)
        if not kept.any() or opened.sum() > core.most:  # no better choice is left
            self.known.bound = self.known.value
            return True
        if not kept.all() or (opened != core.opened).any():
            self.core = core.narrowed(kept, opened)
        return self.known.proved
