"""The cuts of the p-median and the programs that they are added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, load, new, run, solve

#: A cut is violated when it is by more than this share of the largest cost.
_VIOLATED = 1e-7


@dataclass(frozen=True, slots=True)
class Rows:
    """Cuts θᵢ + Σ (D − d_ij) yⱼ ≥ D as compressed rows over the candidates: place, D and coefficients."""

    place: Ints
    level: Floats
    start: Ints
    column: Ints
    value: Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What a program found: its bound, the open shares, θ, the reduced costs of the shares."""

    bound: float
    shares: Floats | None
    theta: Floats
    reduced: Floats
    infeasible: bool = False


class Cuts:
    """The candidates of each place in the order of their costs, from which its cuts are read."""

    def __init__(self, costs: Floats) -> None:
        self.order = np.argsort(costs, axis=1, kind="stable").astype(np.int32)
        self.sorted = np.take_along_axis(costs, self.order.astype(np.int64), axis=1)
        self.within = np.isfinite(self.sorted).sum(axis=1)
        self.least = self.sorted[:, 0]
        self.scale = max(1e-12, float(self.sorted[np.isfinite(self.sorted)].max()))

    def _level(self, shares: Floats) -> tuple[Ints, Floats]:
        """Return the position at which the open shares reach 1, and the cost there, for each place."""
        total = np.cumsum(shares[self.order], axis=1)
        full = total >= 1 - 1e-9
        at = np.where(full[:, -1], np.argmax(full, axis=1), self.within - 1)
        at = np.minimum(at, self.within - 1)
        return at, self.sorted[np.arange(len(at)), at]

    def at(self, shares: Floats) -> Rows:
        """Return the strongest cut of every place at these shares."""
        level = self._level(shares)[1]
        return self._rows(np.arange(len(level)), level)

    def violated(self, shares: Floats, theta: Floats) -> Rows:
        """Return the strongest cuts that these shares and θ violate."""
        at, level = self._level(shares)
        width = int(at.max()) + 1
        below = np.arange(width)[None, :] < at[:, None]
        near = np.where(below, self.sorted[:, :width], 0.0)
        part = np.where(below, shares[self.order[:, :width]], 0.0)
        value = level * (1 - part.sum(axis=1)) + (near * part).sum(axis=1)
        rows = np.flatnonzero(value > theta + _VIOLATED * self.scale)
        return self._rows(rows, level[rows])

    def _rows(self, place: Ints, level: Floats) -> Rows:
        row, at = np.nonzero(self.sorted[place] < level[:, None])
        value = level[row] - self.sorted[place[row], at]
        length = np.bincount(row, minlength=len(place))
        return Rows(place, level, starts(length), self.order[place[row], at].astype(np.int64), value)


class Program:
    """The master program of the p-median: shares yⱼ, then θᵢ of each place."""

    def __init__(
        self, cuts: Cuts, weights: Floats, *, locked: int, most: int, price: Floats, budget: float
    ) -> None:
        self.cuts, self.size = cuts, len(price)
        self.weights = weights
        self.scale = float(2.0 ** -np.floor(np.log2(max(weights.max() * cuts.scale, 1e-300)) - 10))
        self.lower = np.zeros(self.size)
        self.lower[:locked] = 1.0
        self.upper = np.ones(self.size)
        self.most, self.price, self.budget = most, price, budget
        self.held: list[Rows] = [cuts.at(np.zeros(self.size) + most / self.size)]

    def add(self, rows: Rows) -> bool:
        """Hold more cuts; return whether there are any."""
        if len(rows.place):
            self.held.append(rows)
        return len(rows.place) > 0

    def _model(self, kept: Bools | None, *, integer: bool) -> Model:
        """Return the program; `kept` of the candidates are there, all without it."""
        kept = np.ones(self.size, bool) if kept is None else kept
        position, k, n = np.cumsum(kept) - 1, int(kept.sum()), len(self.weights)
        column, value = [np.arange(k)], [np.ones(k)]
        # at least one site: where all candidates cost the same, no cut asks for any
        length, low, high = [np.array([k])], [np.array([1.0])], [np.array([float(self.most)])]
        if np.isfinite(self.budget):
            column.append(np.arange(k))
            value.append(self.price[kept])
            length.append(np.array([k]))
            low.append(np.array([-np.inf]))
            high.append(np.array([self.budget]))
        narrow = np.flatnonzero(self.cuts.within < self.size)
        for i in narrow:  # every place must be reached
            reached = self.cuts.order[i, : self.cuts.within[i]]
            reached = reached[kept[reached]]
            column.append(position[reached])
            value.append(np.ones(len(reached)))
            length.append(np.array([len(reached)]))
        low.append(np.ones(len(narrow)))
        high.append(np.full(len(narrow), np.inf))
        for rows in self.held:
            parts = _with_theta(rows, kept, position, k)
            length.append(parts[0])
            column.append(parts[1])
            value.append(parts[2])
            low.append(rows.level)
            high.append(np.full(len(rows.level), np.inf))
        return Model(
            cost=np.concatenate([np.zeros(k), self.weights * self.scale]),
            lower=np.concatenate([self.lower[kept], self.cuts.least]),
            upper=np.concatenate([self.upper[kept], np.full(n, np.inf)]),
            whole=(np.arange(k + n) < k) & integer,
            row_lower=np.concatenate(low),
            row_upper=np.concatenate(high),
            start=starts(np.concatenate(length)),
            index=np.concatenate(column),
            value=np.concatenate(value),
        )

    def relax(self, clock: Clock) -> Relaxed | None:
        """Return the linear program with all its cuts, None where it has no answer.

        Where the clock ends it, the bound of the last round that was solved and no shares.
        """
        highs = new(solver="simplex", presolve="off")
        load(highs, self._model(None, integer=False))
        everything = np.ones(self.size, bool)
        best = Relaxed(0.0, None, self.cuts.least, np.zeros(self.size))
        while True:
            status = run(highs, clock)
            if status == "kInfeasible":
                return None
            if status != "kOptimal":
                return Relaxed(best.bound, None, best.theta, best.reduced)
            found = highs.getSolution()
            values = np.asarray(found.col_value)
            shares, theta = np.clip(values[: self.size], 0, 1), values[self.size :]
            bound = float(highs.getInfo().objective_function_value) / self.scale
            best = Relaxed(bound, shares, theta, np.asarray(found.col_dual)[: self.size] / self.scale)
            rows = self.cuts.violated(shares, theta)
            if not self.add(rows):
                return best
            length, column, value = _with_theta(rows, everything, np.arange(self.size), self.size)
            _more(highs, rows.level, length, column, value)

    def fix(self, relaxed: Relaxed, better: float) -> None:
        """Close or open for good the candidates without which, or with which, nothing better remains."""
        assert relaxed.shares is not None  # noqa: S101 - the caller asked
        margin = better - relaxed.bound + 1e-7 * abs(relaxed.bound)
        closed = (relaxed.shares < 1e-9) & (relaxed.reduced > margin) & (self.lower < 1)
        opened = (relaxed.shares > 1 - 1e-9) & (-relaxed.reduced > margin)
        self.upper[closed], self.lower[opened] = 0.0, 1.0

    def whole(self, known: Ints | None, value: float, clock: Clock, *, whole: bool) -> Relaxed:
        """Return the program with whole sites and the cuts so far, from a known choice."""
        kept = self.upper > 0
        k = int(kept.sum())
        begin = None
        if known is not None and kept[known].all() and np.isfinite(value):
            shares = np.zeros(self.size)
            shares[known] = 1.0
            near = self.cuts._level(shares)[1]
            begin = np.concatenate([shares[kept], near])
        out = solve(self._model(kept, integer=True), clock, start=begin)
        bound = out.bound / self.scale
        if out.values is None:
            return Relaxed(bound, None, self.cuts.least, self.lower, infeasible=out.infeasible)
        full = np.zeros(self.size)
        full[kept] = np.round(out.values[:k])
        bound = float(np.ceil(bound - 1e-6)) if whole else bound
        return Relaxed(bound, full, out.values[k:], self.lower)


def _with_theta(rows: Rows, kept: Bools, position: Ints, k: int) -> tuple[Ints, Ints, Floats]:
    """Return length, columns and values of cuts, θ of each at the end of its row, only kept candidates."""
    n = len(rows.place)
    row = np.repeat(np.arange(n), np.diff(rows.start))
    some = kept[rows.column]
    row = np.concatenate([row[some], np.arange(n)])
    column = np.concatenate([position[rows.column[some]], k + rows.place])
    value = np.concatenate([rows.value[some], np.ones(n)])
    order = np.argsort(row, kind="stable")
    return np.bincount(row, minlength=n), column[order], value[order]


def _more(highs: Any, level: Floats, length: Ints, column: Ints, value: Floats) -> None:
    begin = starts(length)[:-1].astype(np.int32)
    top = np.full(len(level), np.inf)
    highs.addRows(len(level), level, top, len(column), begin, column.astype(np.int32), value)
