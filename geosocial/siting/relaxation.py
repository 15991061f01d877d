"""The linear relaxation of a covering problem, small and with a bound that rounding cannot spoil.

Two patterns of neighbours have nearly the same candidates. The open candidates around a pattern,
sᵢ = Σ_{j∈Nᵢ} yⱼ, are therefore written as those around a similar pattern and what differs: along a minimum
spanning tree of the patterns this takes a fifth to a tenth of the entries, and the interior-point method that
much less time. Its prices λ (of xᵢ ≤ sᵢ) and μ (of the limits on sᵢ) give, rounded as they may be, what no
choice of the node passes:

L = Σ (Pᵢ − λᵢ) + Σ μᵢbᵢ + the p largest positive worths Σ_{i∈Nⱼ} (λᵢ − μᵢ) − cⱼ.

A candidate with which, or without which, L falls to the best value known is closed, or opened. A node is left
out only where its limits contradict each other when counted, or where prices say so: HiGHS's word is not
enough.

Source: Galvão & ReVelle (1996) for the bound; the rest is arithmetic on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, load, new, run, run_all

#: Beyond so many multiplications the similar pattern is only looked for among those with one candidate fewer.
_MOST_WORK = 60_000_000
#: The relative gap at which the interior-point method ends: the bound is safe wherever it ends.
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Node:
    """A part of all choices: candidates that are in, that are allowed, and limits on sᵢ (inf: none)."""

    opened: Bools
    allowed: Bools
    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Point:
    """The relaxation of a node: y, s, the bound, and the bound with and without each candidate.

    `paid`: what the prices −μ ≥ 0 of sᵢ ≥ b are.
    """

    open: Floats
    around: Floats
    bound: float
    with_it: Floats
    without: Floats
    paid: Floats


class Relaxation:
    """The relaxation of max Σ Pᵢxᵢ (weights, at most p), or of min Σ cⱼyⱼ (prices, all covered), as −max.

    `price` None: weights count, xᵢ ≤ sᵢ. Otherwise only the prices count, and every sᵢ ≥ 1.
    """

    def __init__(self, patterns: Patterns, most: int, price: Floats | None = None) -> None:
        from scipy.sparse import csr_array, hstack, identity, vstack

        self.patterns, self.most, self.price = patterns, most, price
        self.many, self.places = len(patterns.candidate), len(patterns.weight)
        self.matrix = patterns.matrix()
        self.across = self.matrix.T.tocsr()
        q, k = self.places, self.many
        parent = similar(patterns)
        has = np.flatnonzero(parent < q)
        step = csr_array((np.ones(len(has)), (has, parent[has])), shape=(q, q))
        differ = (self.matrix - step @ self.matrix).tocsr()
        differ.eliminate_zeros()
        one, none = identity(q, format="csr"), csr_array((q, q))
        if price is None:
            ones = csr_array((np.ones(k), (np.zeros(k, np.int64), np.arange(k))), shape=(1, k + 2 * q))
            upper = hstack([csr_array((q, k)), -one, one])
            rows = vstack([hstack([-differ, one - step, none]), upper, ones])
        else:
            rows = hstack([-differ, one - step])
        self._rows = rows.tocsr()
        self._rows.sort_indices()

    def root(self) -> Node:
        """Return all choices."""
        q, k = self.places, self.many
        least = np.zeros(q) if self.price is None else np.ones(q)
        return Node(np.zeros(k, bool), np.ones(k, bool), least, np.full(q, np.inf))

    def _model(self, node: Node) -> Model:
        q, k = self.places, self.many
        weighed = self.price is None
        x = q if weighed else 0
        cost = np.zeros(k) if self.price is None else -self.price
        rows = self._rows
        return Model(
            cost=np.concatenate([cost, np.zeros(q), self.patterns.weight[:x]]),
            lower=np.concatenate([node.opened, node.least, np.zeros(x)]).astype(np.float64),
            upper=np.concatenate([node.allowed, node.most, np.ones(x)]).astype(np.float64),
            whole=np.zeros(k + q + x, bool),
            row_lower=np.concatenate([np.zeros(q), np.full(x + weighed, -np.inf)]),
            row_upper=np.concatenate([np.zeros(q + x), [float(self.most)] * weighed]),
            start=rows.indptr.astype(np.int64),
            index=rows.indices.astype(np.int64),
            value=rows.data,
            maximise=True,
        )

    def solve(self, node: Node, clock: Clock) -> Point | None:
        """Return the relaxation of a node, None when no choice is in it."""
        return self.solve_all([node], clock)[0]

    def solve_all(self, nodes: list[Node], clock: Clock) -> list[Point | None]:
        """Return the relaxations of some nodes, solved at the same time; None when no choice is in one."""
        solvers = []
        for node in nodes:
            solvers.append(new(solver="ipm", threads=1, run_crossover="off", ipm_optimality_tolerance=_NEAR))
            load(solvers[-1], self._model(node))
        none = {"kInfeasible", "kUnboundedOrInfeasible"}
        ends = run_all(solvers, clock)
        return [
            self._empty(node, clock) if end in none else self._point(node, highs)
            for node, highs, end in zip(nodes, solvers, ends, strict=True)
        ]

    def _empty(self, node: Node, clock: Clock) -> Point | None:
        """Return None if no choice is in a node of which HiGHS says so, else a point that says nothing."""
        if self._excluded(node, clock):
            return None
        y, nothing = node.opened.astype(float), np.full(self.many, np.inf)
        return Point(y, self.matrix @ y, np.inf, nothing, nothing, np.zeros(self.places))

    def _excluded(self, node: Node, clock: Clock) -> bool:
        """Return whether no choice is in a node: counted, or by the prices that the simplex gives.

        Of a node with a choice no prices put L below what the dearest choice is worth.
        """
        if (
            (node.opened & ~node.allowed).any()
            or node.opened.sum() > self.most
            or (node.least > node.most).any()
            or (self.matrix @ node.opened.astype(float) > node.most).any()
            or (self.matrix @ node.allowed.astype(float) < node.least).any()
        ):
            return True
        highs = new(solver="simplex", presolve="off")
        load(highs, self._model(node))
        run(highs, clock)
        _, known, ray = highs.getDualRay()
        ray = np.nan_to_num(np.asarray(ray, np.float64))
        if not known or not len(ray) or not np.abs(ray).max():
            return False
        # along the ray L falls without end: as far as rounding is nothing beside it
        dearest = 1.0 + float((self.patterns.weight if self.price is None else np.abs(self.price)).sum())
        limit = self._rows[:, self.many : self.many + self.places].T @ ray
        limit *= 1e4 * dearest / float(np.abs(ray).max())
        prices = np.zeros(self.places) if self.price is None else None
        return any(self._bound(node, prices, sign * limit)[0] < -dearest for sign in (1.0, -1.0))

    def _point(self, node: Node, highs: Any) -> Point:
        q, k = self.places, self.many
        found = highs.getSolution()
        dual = np.nan_to_num(np.asarray(found.row_dual, np.float64))
        limit = np.nan_to_num(np.asarray(found.col_dual, np.float64))[k : k + q]
        prices = np.clip(np.abs(dual[q : 2 * q]), 0.0, self.patterns.weight) if self.price is None else None
        sums = np.nan_to_num(np.asarray(found.col_value, np.float64)[:k])
        y = np.clip(sums, node.opened, node.allowed)
        value, with_it, without, paid = min(
            (self._bound(node, prices, sign * limit) for sign in (1.0, -1.0)), key=lambda b: b[0]
        )
        return Point(y, self.matrix @ y, value, with_it, without, paid)

    def _bound(
        self, node: Node, prices: Floats | None, limit: Floats
    ) -> tuple[float, Floats, Floats, Floats]:
        """Return L, and L with and without each candidate, and what sᵢ ≥ b pays.

        `limit` is μ: ≥ 0 for sᵢ ≤ b, ≤ 0 for sᵢ ≥ b.
        """
        mu = np.where((limit > 0) & ~np.isfinite(node.most), 0.0, limit)
        mu = np.where((mu < 0) & (node.least <= 0), 0.0, mu)
        edge = np.where(mu > 0, np.where(np.isfinite(node.most), node.most, 0.0), node.least)
        if prices is None:
            worth, value = self.across @ -mu - self.price, 0.0
        else:
            worth, value = self.across @ (prices - mu), float((self.patterns.weight - prices).sum())
        value += float((mu * edge).sum()) + float(worth[node.opened].sum())
        free = np.flatnonzero(node.allowed & ~node.opened)
        left = min(self.most - int(node.opened.sum()), len(free))
        held = np.sort(np.maximum(worth[free], 0.0))[::-1]
        value += float(held[: max(left, 0)].sum())
        last = held[left - 1] if left > 0 else np.inf
        after = held[left] if left < len(free) else 0.0
        with_it, without = np.full(self.many, value), np.full(self.many, value)
        with_it[free] = value - np.maximum(last - worth[free], 0.0)
        without[free] = value - np.maximum(worth[free] - after, 0.0)
        return value, with_it, without, np.maximum(-mu, 0.0)


def similar(patterns: Patterns) -> Ints:
    """Return for each pattern one that it is written by, q for none: a forest rooted at "no candidate"."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

    q, length = len(patterns.weight), np.diff(patterns.start)
    times = np.bincount(patterns.column, minlength=len(patterns.candidate)).astype(np.float64)
    if (times**2).sum() > _MOST_WORK:
        return _one_fewer(patterns)
    matrix = patterns.matrix()
    common = (matrix @ matrix.T).tocoo()
    row, column = common.row, common.col
    differ = length[row] + length[column] - 2 * common.data
    kept = (row < column) & (differ < np.maximum(length[row], length[column]))
    # Patterns differ by one candidate at least: no edge of weight 0 that the tree would take for none.
    ends = np.concatenate([row[kept], np.full(q, q)]), np.concatenate([column[kept], np.arange(q)])
    size = np.concatenate([differ[kept], length]).astype(np.float64)
    begin, end = (side.astype(np.int32) for side in ends)  # the tree of SciPy 1.14 takes no other positions
    tree = minimum_spanning_tree(csr_array((size, (begin, end)), shape=(q + 1, q + 1)))
    _, before = breadth_first_order(tree, q, directed=False)
    return np.where(before[:q] < 0, q, before[:q]).astype(np.int64)


def _one_fewer(patterns: Patterns) -> Ints:
    """Return for each pattern one with the same candidates but one, where there is one, by hashes.

    A false match of hashes only makes a difference longer: what is written is always checked by subtraction.
    """
    q = len(patterns.weight)
    codes = np.random.default_rng(3).integers(
        np.iinfo(np.int64).min, np.iinfo(np.int64).max, len(patterns.candidate)
    )
    whole = np.add.reduceat(codes[patterns.column], patterns.start[:-1])
    order = np.argsort(whole)
    fewer = whole[patterns.row] - codes[patterns.column]
    at = np.minimum(np.searchsorted(whole[order], fewer), q - 1)
    hit = whole[order][at] == fewer
    length = np.diff(patterns.start)
    found = np.full(q, q)
    row, other = patterns.row[hit], order[at[hit]]
    less = length[other] < length[row]  # one fewer indeed: no circle can form
    found[row[less]] = other[less]
    return found
