"""The linear relaxation of maximal covering, kept in HiGHS from one part of a search to the next.

max Σ Pᵢ (1 − uᵢ); Σ_{j∈Nᵢ} yⱼ + uᵢ ≥ 1; 0 ≤ uᵢ, yⱼ ≤ 1; Σ yⱼ ≤ p. Few patterns bind: where a place far out is
covered, what lies nearer is. So only some are rows of the program. The others count as covered until a
solution leaves one out; what it leaves out most of comes in, and what is far from binding goes out again.
Without its row a pattern is worth at least what it would be with it, so that every bound is one: it is
counted again from the prices of the rows (`geosocial.siting.parts`). Where the standard is wide a third of
the patterns are rows, and a part takes a third of the time that it takes with all.

Whole limits on sᵢ = Σ_{j∈Nᵢ} yⱼ are limits of a row and of its uᵢ, and the dual simplex goes on from the
basis of the part above. Groups and cuts are rows too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.parts import Frame, Node
from geosocial.siting.relaxation import Point
from geosocial.siting.result import Clock
from geosocial.siting.rings import rings
from geosocial.siting.solver import go, new

#: Steps of the simplex between two looks at the clock.
_LOOK = 3_000
#: Rounds of cuts, and the share of what is missing that one must bring in for another.
_ROUNDS, _LITTLE = 3, 0.03
#: The share that the first round must bring in: cuts make each part dearer, and little is lost without.
_WORTH = 0.15
#: Rows that come in at a time.
_MORE = 200
#: What is left out without a row is let be up to a share of what is missing, or of the whole.
_LET_BE, _NOTHING = 0.05, 1e-10
#: A row goes where sᵢ is larger than one by more than this.
_FAR = 0.05


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis of HiGHS, and the rows it is of after that of p: patterns, from q on cuts, below 0 groups."""

    held: Any
    rows: Ints


class Warm:
    """One HiGHS that works on the parts of a frame, each from the basis of the part that it is of."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._sites = np.arange(frame.many, dtype=np.int32)
        self._groups: tuple[Ints, ...] = ()
        self._highs = new(solver="simplex", threads=1, parallel="off", presolve="off")
        self._begin()

    def first(self, clock: Clock, floor: float = np.inf) -> Point | None:
        """Return the relaxation of all choices, None where the clock was over before it was settled.

        While its bound is above the floor, cuts are added to the frame, unless they bring in little.
        """
        frame, root = self.frame, self.frame.root()
        point = self.solve(root, None, clock)
        for at in range(_ROUNDS):
            if point is None or point.bound <= floor or clock.over():
                break
            basis, before = self.basis, len(frame.cuts)
            frame.add(rings(frame.patterns, point.open, clock))
            if len(frame.cuts) == before:
                break
            tighter = self.solve(root, basis, clock)
            if tighter is None:
                return None
            gained, missing = point.bound - tighter.bound, point.bound - floor
            if at == 0 and gained < _WORTH * missing:
                frame.keep(np.zeros(len(frame.cuts), bool))
                point = self.solve(root, basis, clock)
                break
            point = tighter
            if gained < _LITTLE * missing:
                break
        # where the clock is over there may be no basis to go on from
        return None if point is None or clock.over() else self._settled(clock)

    def _settled(self, clock: Clock) -> Point | None:
        """Take out the cuts that do not bind and the rows of what is left out; return the relaxation again.

        A pattern of which the most part is left out is loose from now on: it has paid Pᵢ for each sᵢ, and its
        candidates are told so. With its row goes uᵢ, which was basic.
        """
        frame, q, k = self.frame, self.frame.places, self.frame.many
        held, rows, pattern = self._highs.getBasis(), self._rows, self._of_patterns
        left = np.asarray(self._highs.getSolution().col_value)[k:]
        basic = np.array([each.name == "kBasic" for each in held.row_status[1:]])
        kept = np.zeros(len(frame.cuts), bool)
        kept[rows[~basic & (rows >= q)] - q] = True
        frame.keep(kept)
        columns = np.array([each.name == "kBasic" for each in held.col_status[k:]])
        loose = np.zeros(len(rows), bool)
        loose[pattern] = columns & (left > _FAR) & ~frame.in_cuts[rows[pattern]]
        loose &= ~basic
        frame.loose[rows[loose]] = True
        stays = ~loose & ~(basic & (rows >= q))
        held.row_status = [held.row_status[0], *itertools.compress(held.row_status[1:], stays)]
        held.col_status = [*held.col_status[:k], *itertools.compress(held.col_status[k:], stays[pattern])]
        number = np.cumsum(kept) - 1
        if len(kept):
            rows = np.where(rows >= q, q + number[np.maximum(rows - q, 0)], rows)
        self._begin()
        return self.solve(frame.root(), Basis(held, rows[stays]), clock)

    @property
    def basis(self) -> Basis:
        """Return the basis of what was solved last, without the rows that are far from binding.

        Their sᵢ is basic, and the column of the row is 0 and is not: nothing goes that the others need.
        """
        highs, rows, k = self._highs, self._rows, self.frame.many
        held, around = highs.getBasis(), np.asarray(highs.getSolution().row_value)[1:]
        if not held.valid or len(around) != len(rows):  # the next part begins from none
            return Basis(held, rows)
        pattern = self._of_patterns
        loose = np.zeros(len(rows), bool)
        loose[pattern] = self.frame.loose[rows[pattern]]
        far = pattern & np.where(loose, around < 1.0 - _FAR, around > 1.0 + _FAR)
        far[pattern] &= ~self.frame.in_cuts[rows[pattern]]
        columns, left = held.col_status, np.cumsum(pattern) - 1
        for at in np.flatnonzero(far).tolist():
            far[at] = held.row_status[1 + at].name == "kBasic" and columns[k + left[at]].name == "kLower"
        stays = ~far
        held.row_status = [held.row_status[0], *itertools.compress(held.row_status[1:], stays)]
        held.col_status = [*columns[:k], *itertools.compress(columns[k:], stays[pattern])]
        return Basis(held, rows[stays])

    @property
    def _of_patterns(self) -> Bools:
        """Return which rows are of patterns; the columns after the candidates are theirs, in order."""
        of: Bools = (self._rows >= 0) & (self._rows < self.frame.places)
        return of

    def _begin(self) -> None:
        """Have the candidates and their number, and no other row."""
        frame, k, highs = self.frame, self.frame.many, self._highs
        price = -frame.scale * (frame.across @ (frame.patterns.weight * frame.loose))
        highs.clearModel()
        none, no = np.zeros(0), np.zeros(0, np.int32)
        highs.addCols(k, price, np.zeros(k), np.ones(k), 0, np.zeros(k, np.int32), no, none)
        highs.addRow(-np.inf, float(frame.most), k, self._sites, np.ones(k))
        self._rows = np.zeros(0, np.int64)
        self._left = np.full(self.frame.places, -1, np.int64)

    def _add(self, rows: Ints) -> None:
        """Add rows."""
        frame, highs, q = self.frame, self._highs, self.frame.places
        if not len(rows):
            return
        its = rows[(rows >= 0) & (rows < q)]
        many, first = len(its), self.frame.many + int(self._of_patterns.sum())
        self._left[its] = np.arange(first, first + many)
        none, no = np.zeros(0), np.zeros(0, np.int32)
        price = frame.scale * frame.patterns.weight[its]
        highs.addCols(many, price, np.zeros(many), np.ones(many), 0, np.zeros(many, np.int32), no, none)
        told = [self._told(row) for row in rows.tolist()]
        begin = starts(np.array([len(column) for column, _, _ in told], np.int64))
        highs.addRows(
            len(told),
            np.array([least for *_, least in told]),
            np.full(len(told), np.inf),
            int(begin[-1]),
            begin[:-1].astype(np.int32),
            np.concatenate([column for column, _, _ in told]).astype(np.int32),
            np.concatenate([value for _, value, _ in told]),
        )
        self._rows = np.concatenate([self._rows, rows])

    def _told(self, row: int) -> tuple[Ints, Floats, float]:
        """Return the columns of a row, their values, and what it is at least."""
        frame, q = self.frame, self.frame.places
        if row < 0:
            group = self._groups[-1 - row]
            return group, np.ones(len(group)), 1.0
        if row < q:
            start, column = frame.patterns.start, frame.patterns.column
            its = np.append(column[start[row] : start[row + 1]], self._left[row])
            value = np.ones(len(its))
            if frame.loose[row]:  # what is counted too much: sᵢ − eᵢ ≤ 1
                value[-1] = -1.0
            return its, value, 1.0
        cut = frame.cuts[row - q]
        columns = np.concatenate([cut.column, self._left[cut.pattern]])
        return columns, np.concatenate([cut.value, cut.share]), cut.least

    def _drop(self, many: int) -> None:
        """Keep the first so many rows."""
        gone = np.arange(many, len(self._rows))
        if not len(gone):
            return
        its = self._rows[gone][self._of_patterns[gone]]
        self._highs.deleteRows(len(gone), (gone + 1).astype(np.int32))
        if len(its):
            self._highs.deleteCols(len(its), self._left[its].astype(np.int32))
        self._left[its] = -1
        self._rows = self._rows[:many]

    def _lay(self, node: Node, basis: Basis | None) -> None:
        """Have the rows of a basis, or some to begin with, and those that a part asks for besides."""
        frame, q, now = self.frame, self.frame.places, self._rows
        want = frame.first() if basis is None else basis.rows
        many, asked = len(want), int((want < 0).sum())
        same = len(now) >= many and bool((now[:many] == want).all()) and len(self._groups) >= asked
        if same and all(self._groups[at] is node.groups[at] for at in range(asked)):
            self._drop(many)
            self._groups = node.groups
        else:
            self._begin()
            self._groups = node.groups
            self._add(want)
        if basis is not None:
            self._highs.setBasis(basis.held)
        has = np.zeros(q + len(frame.cuts), bool)
        has[want[want >= 0]] = True
        limited = (node.least > 0) | np.isfinite(node.most) | frame.in_cuts
        more = np.flatnonzero(np.concatenate([limited, np.ones(len(frame.cuts), bool)]) & ~has)
        self._add(np.concatenate([more, -1 - np.arange(asked, len(node.groups))]))

    def _limit(self, node: Node) -> None:
        """Give HiGHS the limits of a part."""
        highs, at = self._highs, np.flatnonzero(self._of_patterns)
        its = self._rows[at]
        least, most, loose = node.least[its], node.most[its], self.frame.loose[its]
        lower, upper = node.opened.astype(float), node.allowed.astype(float)
        highs.changeColsBounds(len(self._sites), self._sites, lower, upper)
        # b ≤ sᵢ ≤ m: by uᵢ = 1 − min(1, sᵢ) and sᵢ + uᵢ, or by eᵢ = max(1, sᵢ) − 1 and sᵢ − eᵢ
        lower = np.where(loose, np.maximum(least - 1.0, 0.0), most < 1)
        upper = np.where(loose, np.maximum(most - 1.0, 0.0), least < 1)
        highs.changeColsBounds(len(at), self._left[its].astype(np.int32), lower, upper)
        lower = np.where(loose, np.where(least < 1, -np.inf, 1.0), np.maximum(least, 1.0))
        upper = np.where(loose, np.minimum(most, 1.0), np.maximum(most, 1.0))
        highs.changeRowsBounds(len(at), (at + 1).astype(np.int32), lower, upper)

    def solve(
        self,
        node: Node,
        basis: Basis | None,
        clock: Clock,
        *,
        steps: int | None = None,
        floor: float = -np.inf,
    ) -> Point | None:
        """Return the relaxation of a node from a basis; None when no choice is in it, or the clock is over.

        `steps`: the most steps of the simplex; `floor`: what is not above it need not be known better.
        """
        if (node.opened & ~node.allowed).any() or (node.least > node.most).any():
            return None
        highs, again = self._highs, False
        self._lay(node, basis)
        self._limit(node)
        counted = float(self.frame.patterns.weight[~self.frame.loose].sum())
        highs.setOptionValue("objective_bound", (counted - floor) * self.frame.scale)
        highs.setOptionValue("simplex_iteration_limit", _LOOK if steps is None else steps)
        while not clock.over():
            if np.isfinite(clock.left):
                highs.setOptionValue("time_limit", highs.getRunTime() + clock.left)
            go(highs)
            status = highs.getModelStatus().name
            if status == "kInfeasible":
                if self._excluded(node):
                    return None
                if again:
                    return self._unsure(node)
            if status == "kIterationLimit" and steps is None:
                continue
            if status not in {"kOptimal", "kIterationLimit", "kObjectiveBound"} and not again:
                again = True  # a basis that went bad: once more from none
                highs.clearSolver()
                continue
            point = self._point(node)
            if status == "kObjectiveBound" and point.bound > floor:
                highs.setOptionValue("objective_bound", np.inf)
                continue
            ended = status != "kOptimal" or steps is not None or point.bound <= floor
            if ended or not self._more(node, point, floor):
                return point
        return None

    def _more(self, node: Node, point: Point, floor: float) -> bool:
        """Add rows of patterns that count for too much; return whether there are any to speak of."""
        beyond = np.where(self.frame.loose, point.around - 1.0, 1.0 - point.around)
        missed = self.frame.patterns.weight * np.maximum(beyond, 0.0)
        missed[self._left >= 0] = 0.0
        little = _NOTHING * self.frame.total
        if np.isfinite(floor):
            little = max(little, _LET_BE * (point.bound - floor))
        if float(missed.sum()) <= little:
            return False
        some = np.argsort(-missed, kind="stable")[:_MORE]
        self._add(some[missed[some] > 0])
        self._limit(node)
        return True

    def _excluded(self, node: Node) -> bool:
        """Return whether no choice is in a part, of which HiGHS says so: counted, or by the prices it gives.

        A part is never left out at its word alone: of a part with a choice no prices put L below 0.
        """
        frame = self.frame
        if frame.without_choice(node):
            return True
        _, known, ray = self._highs.getDualRay()
        ray = np.nan_to_num(np.asarray(ray, np.float64))
        if not known or not len(ray) or not np.abs(ray).max():
            return False
        # along the ray L falls without end: as far as rounding is nothing beside it
        ray *= 1e4 * float(frame.patterns.weight.sum()) / float(np.abs(ray).max())
        return any(frame.bounded(node, *self._prices(sign * ray))[0] < 0 for sign in (1.0, -1.0))

    def _unsure(self, node: Node) -> Point:
        """Return what is known of a part that has no relaxation: nothing."""
        y, nothing = node.opened.astype(float), np.full(self.frame.many, np.inf)
        return Point(y, self.frame.matrix @ y, np.inf, nothing, nothing, np.zeros(self.frame.places))

    def _prices(self, dual: Floats) -> tuple[Floats, Floats, Floats]:
        """Return ρ, σ and τ from the prices of all rows."""
        q, rows = self.frame.places, self._rows
        every, of_groups = np.zeros(q + len(self.frame.cuts)), np.zeros(len(self._groups))
        every[:q] = self.frame.patterns.weight * self.frame.loose
        every[rows[rows >= 0]] += dual[1:][rows >= 0]
        of_groups[-1 - rows[rows < 0]] = dual[1:][rows < 0]
        return every[:q], of_groups, every[q:]

    def _point(self, node: Node) -> Point:
        k = self.frame.many
        found = self._highs.getSolution()
        duals = np.nan_to_num(np.asarray(found.row_dual, np.float64)) / self.frame.scale
        y = np.clip(np.nan_to_num(np.asarray(found.col_value, np.float64))[:k], node.opened, node.allowed)
        value, with_it, without = self.frame.bounded(node, *self._prices(duals))
        return Point(y, self.frame.matrix @ y, value, with_it, without, np.zeros(self.frame.places))
