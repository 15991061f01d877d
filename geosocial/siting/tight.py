"""The linear relaxation of set covering, tightened by cuts from windows (`geosocial.siting.windows`).

min Σ cⱼyⱼ; Σ_{j∈Nᵢ} yⱼ ≥ 1; the cuts; 0 ≤ y ≤ 1. The dual simplex goes on from the basis before, so that a
round of cuts costs little. The bound is counted again from the prices λ ≥ 0 of all rows, as Σ λᵢbᵢ +
Σ min(0, cⱼ − Σ λᵢaᵢⱼ): no tolerance of the solver is in it.
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.inputs import Floats, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, load, new, run
from geosocial.siting.turns import Prices
from geosocial.siting.windows import Cut, Windows

#: A round that raises the bound by less than this share of what is missing is the last but so many.
_LITTLE, _PATIENCE = 0.1, 2
#: A cut this far from binding is left out of what is branched on.
_SLACK = 0.02


class Tight:
    """The tightened relaxation: `bound` is what no cover costs less than, `y` where it is reached."""

    def __init__(self, patterns: Patterns, price: Floats) -> None:
        self.patterns, self.price = patterns, price
        self.cuts: list[Cut] = []
        self.bound, self.y = 0.0, np.zeros(len(price))
        self.prices = Prices(0.0, price, np.zeros(len(patterns.weight)), [])
        self._highs = new(solver="simplex")
        load(self._highs, self.model([], whole=False))

    def model(self, cuts: list[Cut], *, whole: bool, most: float | None = None) -> Model:
        """Return the covering problem with some cuts as a program; `most`: what a cover may cost."""
        k, q = len(self.price), len(self.patterns.weight)
        length = np.concatenate([np.diff(self.patterns.start), [len(cut.column) for cut in cuts]])
        least = np.concatenate([np.ones(q), [cut.least for cut in cuts]])
        index = [self.patterns.column, *(cut.column for cut in cuts)]
        value = [np.ones(len(self.patterns.column)), *(cut.value for cut in cuts)]
        top = np.full(len(least), np.inf)
        if most is not None:
            length, least, top = np.append(length, k), np.append(least, -np.inf), np.append(top, most)
            index, value = [*index, np.arange(k)], [*value, self.price]
        return Model(
            cost=self.price,
            lower=np.zeros(k),
            upper=np.ones(k),
            whole=np.full(k, whole),
            row_lower=least,
            row_upper=top,
            start=starts(length.astype(np.int64)),
            index=np.concatenate(index),
            value=np.concatenate(value),
        )

    @property
    def binding(self) -> list[Cut]:
        """Return the cuts that matter at y."""
        return [cut for cut in self.cuts if float(cut.value @ self.y[cut.column]) < cut.least + _SLACK]

    def climb(self, clock: Clock, goal: float, top: float) -> None:
        """Add cuts until the bound passes the goal, or little of what is missing to the top comes in."""
        windows, little = Windows(self.patterns), 0
        self._solve(clock)
        while self.bound < goal and little < _PATIENCE and not clock.over():
            before = self.bound
            fresh = list(windows.cuts(self.y, clock))
            if not fresh:
                return
            self.cuts += fresh
            length = starts(np.array([len(cut.column) for cut in fresh]))
            self._highs.addRows(
                len(fresh),
                np.array([cut.least for cut in fresh]),
                np.full(len(fresh), np.inf),
                int(length[-1]),
                length[:-1].astype(np.int32),
                np.concatenate([cut.column for cut in fresh]).astype(np.int32),
                np.concatenate([cut.value for cut in fresh]),
            )
            self._solve(clock)
            little += self.bound < before + _LITTLE * (top - before)

    def _solve(self, clock: Clock) -> None:
        """Solve the program as it is, and count its bound again."""
        if run(self._highs, clock) != "kOptimal":
            return
        found = self._highs.getSolution()
        self.y = np.clip(np.asarray(found.col_value), 0.0, 1.0)
        prices = np.maximum(np.asarray(found.row_dual), 0.0)
        q = len(self.patterns.weight)
        priced = [(cut, each) for cut, each in zip(self.cuts, prices[q:].tolist(), strict=True) if each > 0]
        fresh = counted(self.patterns, self.price, prices[:q], priced)
        if fresh.bound > self.bound:
            self.bound, self.prices = fresh.bound, fresh


def counted(patterns: Patterns, price: Floats, paid: Floats, cuts: list[tuple[Cut, float]]) -> Prices:
    """Return prices λ ≥ 0 of patterns and cuts with the bound that they prove and what they leave."""
    row = np.repeat(paid, np.diff(patterns.start))
    left = price - np.bincount(patterns.column, weights=row, minlength=len(price))
    value = float(paid.sum())
    for cut, each in cuts:
        left[cut.column] -= each * cut.value
        value += each * cut.least
    return Prices(value + float(np.minimum(left, 0.0).sum()), left, paid, cuts)
