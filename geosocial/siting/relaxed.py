"""The covering problem with parts of sites allowed, solved for one number of sites after another.

max Σ Pᵢxᵢ; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p; 0 ≤ x, y ≤ 1. Its value is a bound on every choice of p sites; where
the solution has whole sites it is the best choice. From p to p + 1 the dual simplex starts at the basis
before, so that a curve costs little more than its first point. Where people live is clustered, and most
points of a curve come out whole (Church & ReVelle 1974 found the same).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geosocial.siting import solver
from geosocial.siting.inputs import Bools, Floats, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock

#: A value this near to a whole number is one.
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Share:
    """What p sites gain at most, the candidates of more than a half, and whether all are whole.

    `with_it`: what p sites gain at most when a candidate that the solution does without is one of them.
    """

    bound: float
    chosen: Bools
    whole: bool
    with_it: Floats


class Relaxed:
    """The relaxed problem of some patterns, kept warm between numbers of sites."""

    def __init__(self, patterns: Patterns) -> None:
        k, q = len(patterns.candidate), len(patterns.weight)
        self._candidates, self._last = k, q
        weight = patterns.weight
        self._whole = bool((weight == np.floor(weight)).all()) and float(weight.sum()) < 2**53
        self._scale = 1.0 if self._whole or not q else 2.0 ** -math.floor(math.log2(weight.max()) - 10)
        length = np.diff(patterns.start)
        row = np.concatenate([np.repeat(np.arange(q), length), np.arange(q), np.full(k, q)])
        column = np.concatenate([patterns.column, k + np.arange(q), np.arange(k)])
        value = np.concatenate([np.full(len(patterns.column), -1.0), np.ones(q + k)])
        order = np.argsort(row, kind="stable")
        model = solver.Model(
            cost=np.concatenate([np.zeros(k), weight * self._scale]),
            lower=np.zeros(k + q),
            upper=np.ones(k + q),
            whole=np.zeros(k + q, bool),
            row_lower=np.full(q + 1, -np.inf),
            row_upper=np.zeros(q + 1),
            start=starts(np.bincount(row, minlength=q + 1)),
            index=column[order],
            value=value[order],
            maximise=True,
        )
        # Dantzig prices: the others cost more than they spare on problems of this kind and size.
        self._highs = solver.new(simplex_dual_edge_weight_strategy=0)
        solver.load(self._highs, model)

    def share(self, sites: int, clock: Clock) -> Share | None:
        """Return the answer for a number of sites; None when the clock ended the search."""
        self._highs.changeRowBounds(self._last, -np.inf, float(sites))
        if solver.run(self._highs, clock) != "kOptimal":
            return None
        solution = self._highs.getSolution()
        y = np.asarray(solution.col_value)[: self._candidates]
        bound = float(self._highs.getInfo().objective_function_value) / self._scale
        lost = np.abs(np.asarray(solution.col_dual)[: self._candidates]) / self._scale
        with_it = bound - np.where(y <= _WHOLE, lost, 0.0)
        if self._whole:
            bound = math.floor(bound + _WHOLE * max(1.0, bound * 1e-6))
        return Share(bound, y > 0.5, bool((np.abs(y - np.round(y)) <= _WHOLE).all()), with_it)
