"""The linear program of the p-median, kept in HiGHS while cuts come and candidates open and close.

min Σ Pᵢθᵢ over shares 0 ≤ yⱼ ≤ 1 with 1 ≤ Σ yⱼ ≤ p, the budget, Σ yⱼ ≥ 1 over those that reach a place that
not all reach, and the cuts. Its multipliers give the prices of a bound: vᵢ is the mean D of the cuts of a
place, weighted by their multipliers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.core import Core
from geosocial.siting.cuts import Batch, Cuts, Rows, joined, picked
from geosocial.siting.dual import Prices
from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, load, new, run

#: Largest cost and largest weight × cost of the program, as powers of two: scaling by them rounds nothing.
_COST, _VALUE = 14, 10


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the linear program found: its value, the open shares, θ, the prices of a bound."""

    value: float
    shares: Floats
    theta: Floats
    prices: Prices


class Program:
    """The linear program of a core; `begin` is where each group of places starts among its rows."""

    def __init__(self, core: Core, begin: Ints | None = None) -> None:
        self.core, self.cuts = core, Cuts(core, begin)
        self.unit = float(2.0 ** (_COST - np.ceil(np.log2(self.cuts.scale))))
        self.scale = float(2.0 ** (_VALUE - np.ceil(np.log2(self.cuts.mass.max()))))
        self.opened, self.closed = core.opened.copy(), np.zeros(core.size, bool)
        self.narrow = np.flatnonzero(self.cuts.within < core.size)
        self.held: list[Batch] = []
        self.highs: Any = None
        self.infeasible = False

    def add(self, batch: Batch) -> bool:
        """Hold more cuts; return whether there are any."""
        if not len(batch):
            return False
        self.held.append(batch)
        if self.highs is not None:
            length, column, value, level = self._entries(self.cuts.rows(batch))
            begin = starts(length)[:-1].astype(np.int32)
            top = np.full(len(level), np.inf)
            self.highs.addRows(len(level), level, top, len(column), begin, column.astype(np.int32), value)
        return True

    def _entries(self, rows: Rows) -> tuple[Ints, Ints, Floats, Floats]:
        """Return length, columns, values and lower ends of cuts, θ at the end of each row, scaled."""
        n, length = len(rows.group), np.diff(rows.start)
        at = np.arange(len(rows.column)) + np.repeat(np.arange(n), length)
        last = rows.start[1:] + np.arange(n)
        column = np.empty(len(rows.column) + n, np.int64)
        value = np.ones(len(column))
        column[at], column[last] = rows.column, self.core.size + rows.group
        value[at] = rows.value * self.unit
        return length + 1, column, value, rows.level * self.unit

    def _load(self) -> None:
        core, k = self.core, self.core.size
        # at least one site: where all candidates cost the same, no cut asks for any
        column, value, length = [np.arange(k)], [np.ones(k)], [np.array([k])]
        low, high = [np.array([1.0])], [np.array([float(core.most)])]
        if core.priced:
            column.append(np.arange(k))
            value.append(core.price)
            length.append(np.array([k]))
            low.append(np.array([-np.inf]))
            high.append(np.array([core.budget]))
        row, reached = np.nonzero(np.isfinite(core.costs[self.narrow]))
        column.append(reached)
        value.append(np.ones(len(reached)))
        length.append(np.bincount(row, minlength=len(self.narrow)))
        low.append(np.ones(len(self.narrow)))
        if self.held:
            parts = self._entries(self.cuts.rows(joined(self.held)))
            length.append(parts[0])
            column.append(parts[1])
            value.append(parts[2])
            low.append(parts[3])
        rows = sum(map(len, length))
        groups = len(self.cuts.mass)
        self.highs = new(solver="simplex", presolve="off")
        load(
            self.highs,
            Model(
                cost=np.concatenate([np.zeros(k), self.cuts.mass * self.scale]),
                lower=np.concatenate([self.opened.astype(float), self.cuts.least * self.unit]),
                upper=np.concatenate([1.0 - self.closed, np.full(groups, np.inf)]),
                whole=np.zeros(k + groups, bool),
                row_lower=np.concatenate(low),
                row_upper=np.concatenate([*high, np.full(rows - sum(map(len, high)), np.inf)]),
                start=starts(np.concatenate(length)),
                index=np.concatenate(column),
                value=np.concatenate(value),
            ),
        )

    def set(self, opened: Bools, closed: Bools) -> None:
        """Say which candidates are open and which closed from now on."""
        self._bounds(np.flatnonzero((opened != self.opened) | (closed != self.closed)), opened, closed)
        self.opened, self.closed = opened.copy(), closed.copy()

    def _bounds(self, which: Ints, opened: Bools, closed: Bools) -> None:
        if self.highs is not None and len(which):
            lower, upper = opened[which].astype(float), 1.0 - closed[which]
            self.highs.changeColsBounds(len(which), which.astype(np.int32), lower, upper)

    def solve(self, clock: Clock) -> Relaxed | None:
        """Return the answer of the program with its cuts so far; None without one (see `infeasible`)."""
        if self.highs is None:
            self._load()
        status = run(self.highs, clock)
        if status not in {"kOptimal", "kInfeasible"} and not clock.over():
            self.highs.clearSolver()  # a basis that went bad: once more from none
            status = run(self.highs, clock)
        self.infeasible = status == "kInfeasible"
        if status != "kOptimal":
            return None
        found, k = self.highs.getSolution(), self.core.size
        values = np.asarray(found.col_value)
        value = float(self.highs.getInfo().objective_function_value) / (self.scale * self.unit)
        shares = np.clip(values[:k], 0, 1)
        return Relaxed(value, shares, values[k:] / self.unit, self._prices(np.asarray(found.row_dual)))

    def _prices(self, dual: Floats) -> Prices:
        head = 2 if self.core.priced else 1
        cut = np.maximum(dual[head + len(self.narrow) :], 0.0) / self.scale
        batch, groups = joined(self.held), len(self.cuts.mass)
        total = np.maximum(np.bincount(batch.group, weights=cut, minlength=groups), self.cuts.mass)
        part = cut / total[batch.group]
        used = part > 0
        some = picked(batch, self.cuts.size, used)
        size, member = self.cuts.size[some.group], self.cuts.members(some.group)
        part = np.repeat(part[used], size)
        n = len(self.core.weights)
        reach = np.bincount(member, weights=part * some.level, minlength=n)
        rest = np.maximum(1.0 - np.bincount(member, weights=part, minlength=n), 0.0)
        asked = None
        back = 1 / (self.scale * self.unit)
        if len(self.narrow):
            asked = np.zeros(n)
            asked[self.narrow] = np.maximum(dual[head : head + len(self.narrow)], 0.0) * back
        money = max(0.0, -float(dual[1])) * back if self.core.priced else 0.0
        return Prices(reach + rest * self.cuts.least_each, asked, money)

    def basis(self) -> Any:
        """Return the basis, to come back to with `restore` while no cut is added."""
        return self.highs.getBasis()

    def trial(self, candidate: int, open_: bool, basis: Any, most: int, clock: Clock) -> float:
        """Return the value after a few steps with one candidate open or closed; inf where there is none."""
        one = np.array([candidate])
        opened, closed = self.opened.copy(), self.closed.copy()
        (opened if open_ else closed)[candidate] = True
        self._bounds(one, opened, closed)
        self.highs.setOptionValue("simplex_iteration_limit", most)
        status = run(self.highs, clock)
        value = float(self.highs.getInfo().objective_function_value) / (self.scale * self.unit)
        self.highs.setOptionValue("simplex_iteration_limit", 2**31 - 1)
        self._bounds(one, self.opened, self.closed)
        self.highs.setBasis(basis)
        return np.inf if status == "kInfeasible" else value

    def trimmed(self, kept: Bools, opened: Bools) -> Program:
        """Return the program with only some of the candidates and the cuts that bind, from its basis."""
        import highspy

        basis = self.highs.getBasis()
        columns, rows = list(basis.col_status), list(basis.row_status)
        basic = highspy.HighsBasisStatus.kBasic
        k, head = self.core.size, (2 if self.core.priced else 1) + len(self.narrow)
        kept = kept | np.array([columns[j] == basic for j in range(k)], bool)
        binds = np.array([status != basic for status in rows[head:]], bool)
        less = Program(self.core.narrowed(kept, opened), self.cuts.begin)
        less.held = [picked(joined(self.held), self.cuts.size, binds)]
        less._load()
        if np.array_equal(less.narrow, self.narrow):
            begin = highspy.HighsBasis()
            begin.col_status = [columns[j] for j in np.flatnonzero(kept)] + columns[k:]
            begin.row_status = rows[:head] + [rows[head + int(r)] for r in np.flatnonzero(binds)]
            begin.valid = True
            less.highs.setBasis(begin)
        return less
