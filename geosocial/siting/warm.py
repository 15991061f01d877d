"""The linear relaxation of maximal covering, kept in HiGHS from one part of a search to the next.

max Σ Pᵢxᵢ; xᵢ + eᵢ = sᵢ = Σ_{j∈Nᵢ} yⱼ; 0 ≤ xᵢ, yⱼ ≤ 1; eᵢ ≥ 0; Σ yⱼ ≤ p. As in `geosocial.siting.relaxation`
the sᵢ are told by those of a similar pattern and what differs. x and e stand for s and for min(1, s) at once:
whole limits on sᵢ are limits on them, no row is added, and the dual simplex goes on from the basis before,
which takes a tenth to a third of what a part takes from nothing.

Its prices ρᵢ of sᵢ give, rounded as they may be and broken off as it may be, what no choice of a part passes:

L = Σ max_{bᵢ ≤ s ≤ uᵢ} ((Pᵢ − Σ τ_c c_i) min(1, s) − ρᵢs) − Σ σ_g + Σ τ_c (Σ c_i − b_c)
    + the p largest positive worths Σ_{i∈Nⱼ} ρᵢ + Σ_{g∋j} σ_g + Σ τ_c a_cj,

with σ_g ≥ 0 the prices of Σ_{j∈g} yⱼ ≥ 1, which a part may ask of groups of candidates, and τ_c ≥ 0 those of
cuts Σ a_cj yⱼ + Σ c_i (1 − xᵢ) ≥ b_c, which are true of every choice (`geosocial.siting.rings`).

Source: Galvão & ReVelle (1996) for the bound; the rest is arithmetic on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.relaxation import Point, similar
from geosocial.siting.result import Clock
from geosocial.siting.rings import Ring, rings
from geosocial.siting.solver import Model, go, load, new

#: Steps of the simplex between two looks at the clock; without a limit on them.
_LOOK, _NO_LIMIT = 3_000, 2**31 - 1
#: Rounds of cuts, and the share of what is missing that one must bring in for another.
_ROUNDS, _LITTLE = 3, 0.03
#: The share that the first round must bring in: cuts make each part dearer, and little is lost without.
_WORTH = 0.15


@dataclass(frozen=True, slots=True)
class Node:
    """A part of all choices: candidates that are in, that are allowed, limits on sᵢ, groups with one in."""

    opened: Bools
    allowed: Bools
    least: Floats
    most: Floats
    groups: tuple[Ints, ...] = ()


class Frame:
    """The rows of a relaxation, shared by those that work on it."""

    def __init__(self, patterns: Patterns, most: int) -> None:
        from scipy.sparse import csr_array, hstack, identity, vstack

        self.patterns, self.most = patterns, most
        self.matrix = patterns.matrix()
        self.across = self.matrix.T.tocsr()
        q, k = self.matrix.shape
        self.places, self.many = int(q), int(k)
        parent = similar(patterns)
        has = np.flatnonzero(parent < q)
        step = csr_array((np.ones(len(has)), (has, parent[has])), shape=(q, q))
        self.below = step.T.tocsr()
        differ = (self.matrix - step @ self.matrix).tocsr()
        differ.eliminate_zeros()
        around = identity(q, format="csr") - step
        ones = csr_array((np.ones(k), (np.zeros(k, np.int64), np.arange(k))), shape=(1, k + 2 * q))
        rows = vstack([hstack([-differ, around, around]), ones]).tocsr()
        rows.sort_indices()
        #: By a power of two, which rounds nothing, the largest weight is near 1,000.
        self.scale = 2.0 ** -math.floor(math.log2(float(patterns.weight.max())) - 10)
        self.model = Model(
            cost=np.concatenate([np.zeros(k), -self.scale * patterns.weight, np.zeros(q)]),
            lower=np.zeros(k + 2 * q),
            upper=np.concatenate([np.ones(k + q), np.full(q, np.inf)]),
            whole=np.zeros(k + 2 * q, bool),
            row_lower=np.append(np.zeros(q), -np.inf),
            row_upper=np.append(np.zeros(q), float(most)),
            start=rows.indptr.astype(np.int64),
            index=rows.indices.astype(np.int64),
            value=rows.data,
        )
        self.cuts: list[Ring] = []
        self.add([])

    def add(self, cuts: list[Ring]) -> None:
        """Add cuts, before any part is solved with a basis that knows of fewer."""
        self.cuts = [*self.cuts, *cuts]
        self._told()

    def keep(self, some: Bools) -> None:
        """Keep some of the cuts only."""
        self.cuts = [cut for cut, kept in zip(self.cuts, some.tolist(), strict=True) if kept]
        self._told()

    def _told(self) -> None:
        from scipy.sparse import csr_array

        many = len(self.cuts)
        none, no = np.zeros(0, np.int64), np.zeros(0)
        of_sites = starts(np.array([len(cut.column) for cut in self.cuts], np.int64))
        of_places = starts(np.array([len(cut.pattern) for cut in self.cuts], np.int64))
        column = np.concatenate([none, *(cut.column for cut in self.cuts)])
        pattern = np.concatenate([none, *(cut.pattern for cut in self.cuts)])
        value = np.concatenate([no, *(cut.value for cut in self.cuts)])
        share = np.concatenate([no, *(cut.share for cut in self.cuts)])
        self._by_site = csr_array((value, column, of_sites), shape=(many, self.many)).T.tocsr()
        self._by_place = csr_array((share, pattern, of_places), shape=(many, self.places)).T.tocsr()
        self._spare = np.array([float(cut.share.sum()) - cut.least for cut in self.cuts])

    def root(self) -> Node:
        """Return all choices."""
        q, k = self.places, self.many
        return Node(np.zeros(k, bool), np.ones(k, bool), np.zeros(q), np.full(q, np.inf))

    def without_choice(self, node: Node) -> bool:
        """Return whether limits of a part contradict each other, as whole numbers counted one by one."""
        open_, allowed = node.opened.astype(float), node.allowed.astype(float)
        return bool(
            (node.opened & ~node.allowed).any()
            or node.opened.sum() > self.most
            or (node.least > node.most).any()
            or (self.matrix @ open_ > node.most).any()
            or (self.matrix @ allowed < node.least).any()
            or any(not node.allowed[group].any() for group in node.groups)
        )

    def bounded(
        self, node: Node, price: Floats, of_groups: Floats, of_cuts: Floats | None = None
    ) -> tuple[float, Floats, Floats]:
        """Return L for prices ρ of s, σ of groups and τ of cuts, and L with and without each candidate."""
        paid = np.zeros(len(self.cuts)) if of_cuts is None else np.maximum(of_cuts, 0.0)
        weight, free_ = self.patterns.weight - self._by_place @ paid, ~np.isfinite(node.most)
        price = np.where(free_, np.maximum(price, 0.0), price)
        ends = [node.least, np.where(free_, node.least, node.most), np.clip(1.0, node.least, node.most)]
        value = float(np.max([weight * np.minimum(end, 1.0) - price * end for end in ends], axis=0).sum())
        value += float(self._spare @ paid)
        worth, of_groups = self.across @ price + self._by_site @ paid, np.maximum(of_groups, 0.0)
        for group, each in zip(node.groups, of_groups.tolist(), strict=True):
            worth[group] += each
        value -= float(of_groups.sum())
        value += float(worth[node.opened].sum())
        free = np.flatnonzero(node.allowed & ~node.opened)
        left = max(0, min(self.most - int(node.opened.sum()), len(free)))
        held = np.sort(np.maximum(worth[free], 0.0))[::-1]
        value += float(held[:left].sum())
        last = held[left - 1] if left else np.inf
        after = held[left] if left < len(free) else 0.0
        with_it, without = np.full(self.many, value), np.full(self.many, value)
        with_it[free] = value - np.maximum(last - worth[free], 0.0)
        without[free] = value - np.maximum(worth[free] - after, 0.0)
        return value, with_it, without


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis of HiGHS, and of how many groups it asks."""

    held: Any
    groups: int


class Warm:
    """One HiGHS that works on the parts of a frame, each from the basis of the part that it is of."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._every = np.arange(len(frame.model.cost), dtype=np.int32)
        self._groups: tuple[Ints, ...] = ()
        self._cuts = 0
        self._highs = new(solver="simplex", threads=1, parallel="off")
        load(self._highs, frame.model)

    def first(self, clock: Clock, floor: float = np.inf) -> Point | None:
        """Return the relaxation of all choices, by the interior point method and a basis made from it.

        While its bound is above the floor, cuts are added to the frame, unless they bring in little.
        """
        self._highs.setOptionValue("solver", "ipm")
        point = self.solve(self.frame.root(), None, clock)
        self._highs.setOptionValue("solver", "simplex")
        for at in range(_ROUNDS):
            if point is None or point.bound <= floor or clock.over():
                break
            basis = self._highs.getBasis()
            self.frame.add(rings(self.frame.patterns, point.open, clock))
            if len(self.frame.cuts) == self._cuts:
                break
            tighter = self.solve(self.frame.root(), None, clock)
            if tighter is None:
                break
            gained, missing = point.bound - tighter.bound, point.bound - floor
            if at == 0 and gained < _WORTH * missing:
                self._without_cuts(basis)
                break
            point = tighter
            if gained < _LITTLE * missing:
                break
        self._forget()
        return point

    def _without_cuts(self, basis: Any) -> None:
        """Take all cuts out again, and go on from the basis before them."""
        first = self.frame.places + 1
        self._highs.deleteRows(self._cuts, np.arange(first, first + self._cuts, dtype=np.int32))
        self._highs.setBasis(basis)
        self.frame.keep(np.zeros(self._cuts, bool))
        self._cuts = 0

    def _forget(self) -> None:
        """Take the cuts that do not bind out of the frame, and keep the basis of the rest."""
        first, basis = self.frame.places + 1, self._highs.getBasis()
        status = list(basis.row_status)
        if not self._cuts or not basis.valid:
            return
        slack = np.array([each.name == "kBasic" for each in status[first : first + self._cuts]])
        if not slack.any():
            return
        gone = first + np.flatnonzero(slack)
        self._highs.deleteRows(len(gone), gone.astype(np.int32))
        kept = np.delete(np.arange(len(status)), gone)
        basis.row_status = [status[row] for row in kept.tolist()]
        self._highs.setBasis(basis)
        self.frame.keep(~slack)
        self._cuts = len(self.frame.cuts)

    @property
    def basis(self) -> Basis:
        """Return the basis of what was solved last."""
        return Basis(self._highs.getBasis(), len(self._groups))

    def _ask(self, groups: tuple[Ints, ...]) -> None:
        """Ask for one candidate of each of some groups, and of no others."""
        now, first = self._groups, self.frame.places + 1 + self._cuts
        same = 0
        while same < min(len(now), len(groups)) and now[same] is groups[same]:
            same += 1
        if same < len(now):
            last = np.arange(first + same, first + len(now), dtype=np.int32)
            self._highs.deleteRows(len(last), last)
        for group in groups[same:]:
            self._highs.addRow(1.0, np.inf, len(group), group.astype(np.int32), np.ones(len(group)))
        self._groups = groups

    def _cut(self) -> None:
        """Add the cuts of the frame that are not in yet, in front of the groups."""
        fresh = self.frame.cuts[self._cuts :]
        if not fresh:
            return
        self._ask(())
        begin = starts(np.array([len(cut.column) + len(cut.pattern) for cut in fresh], np.int64))
        column = [part for cut in fresh for part in (cut.column, self.frame.many + cut.pattern)]
        value = [part for cut in fresh for part in (cut.value, -cut.share)]
        self._highs.addRows(
            len(fresh),
            np.array([cut.least - float(cut.share.sum()) for cut in fresh]),
            np.full(len(fresh), np.inf),
            int(begin[-1]),
            begin[:-1].astype(np.int32),
            np.concatenate(column).astype(np.int32),
            np.concatenate(value),
        )
        self._cuts += len(fresh)

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
        least, most = node.least, node.most
        lower = np.concatenate([node.opened, np.minimum(least, 1.0), np.maximum(least - 1.0, 0.0)])
        upper = np.concatenate([node.allowed, np.minimum(most, 1.0), np.maximum(most - 1.0, 0.0)])
        highs = self._highs
        highs.changeColsBounds(len(self._every), self._every, lower.astype(float), upper.astype(float))
        self._cut()
        # the basis may be that of the part above, which asks of one group less
        self._ask(node.groups if basis is None else node.groups[: basis.groups])
        if basis is not None:
            highs.setBasis(basis.held)
        self._ask(node.groups)
        highs.setOptionValue("objective_bound", -floor * self.frame.scale)
        again = False
        while not clock.over():
            limit = _LOOK if steps is None else steps
            highs.setOptionValue("simplex_iteration_limit", limit if basis is not None else _NO_LIMIT)
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
            return point
        return None

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
        q = self.frame.places
        rows, cuts, groups = np.split(dual, [q + 1, q + 1 + self._cuts])
        return rows[:q] - self.frame.below @ rows[:q], -groups, -cuts

    def _point(self, node: Node) -> Point:
        k = self.frame.many
        found = self._highs.getSolution()
        duals = -np.nan_to_num(np.asarray(found.row_dual, np.float64)) / self.frame.scale
        y = np.clip(np.nan_to_num(np.asarray(found.col_value, np.float64))[:k], node.opened, node.allowed)
        value, with_it, without = self.frame.bounded(node, *self._prices(duals))
        return Point(y, self.frame.matrix @ y, value, with_it, without, np.zeros(self.frame.places))
