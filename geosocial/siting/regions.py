"""A cheaper cover region by region: the sites of one are given up and chosen again, exactly.

Step by step a cover of a city gets stuck in many places at once; each of them is small. A region is a pattern
and the sites nearest to it, counted in candidates shared; what only they cover is covered again at the least
price by HiGHS, and all others stay. Every second time candidates of the same worth are told apart by chance,
so that a region also ends in another cover of the same price, from which its neighbours find more.

Source: large neighbourhood search (Shaw 1998).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.patterns import Patterns, chosen_rows, reduced
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, solve

#: Sites of a region: at first, at least, at most; candidates to choose from that make it smaller, or larger.
_FIRST, _LEAST, _MOST = 12, 5, 40
_MANY, _FEW = 300, 120
#: Nodes spent on a region; pairs chosen from since the last better cover that end the search.
_NODES, PATIENCE = 50, 200_000
#: What a step counts for besides, in pairs.
_A_STEP = 1_000
#: By how much chance tells apart candidates of the same price.
_CHANCE = 1e-3


class Regions:
    """A cover (positions) that is made cheaper: `sites` is the cheapest so far."""

    def __init__(self, patterns: Patterns, price: Floats, known: Ints) -> None:
        self.patterns = replace(patterns, candidate=np.arange(len(price)))
        self.price, self.sites = price, np.sort(known)
        self._matrix = patterns.matrix()
        self._across = self._matrix.T.tocsr()
        self._rng = np.random.default_rng(2)
        self._size, self._step, self._tried = _FIRST, 0, 0
        self._patience = PATIENCE

    @property
    def value(self) -> float:
        """Return the price of the cover."""
        return float(self.price[self.sites].sum())

    def run(self, clock: Clock, target: float = -np.inf, patience: int = PATIENCE) -> Ints:
        """Search until the cover costs no more than the target, or long nothing better was found."""
        least, self._patience = self.value, patience
        self._tried = 0
        while self._tried < patience and self.value > target * (1 + 1e-12) and not clock.over():
            self._again(clock)
            if self.value < least * (1 - 1e-12):
                least, self._tried = self.value, 0 if self._tried < patience else patience
        return self.sites

    def _region(self) -> Ints:
        """Return the chosen sites around a pattern drawn by chance."""
        many = len(self.price)
        chosen = np.zeros(many, bool)
        chosen[self.sites] = True
        reached = np.zeros(len(self.patterns.weight))
        reached[self._rng.integers(len(reached))] = 1
        while True:
            near = self._across @ reached
            mine = np.flatnonzero((near > 0) & chosen)
            if len(mine) >= self._size:
                return mine[np.argsort(-near[mine], kind="stable")[: self._size]]
            wider = (self._matrix @ (near > 0).astype(float) > 0).astype(float)
            if wider.sum() == reached.sum():
                return mine
            reached = wider

    def _again(self, clock: Clock) -> None:
        """Choose the sites of one region again."""
        self._step += 1
        mine = self._region()
        rest = np.zeros(len(self.price), bool)
        rest[self.sites] = True
        rest[mine] = False
        bare = np.flatnonzero(self._matrix @ rest.astype(float) == 0)
        before, price = float(self.price[mine].sum()), self.price
        if self._step % 2 == 0:
            price = price * (1 + _CHANCE * self._rng.random(len(price)))
        part = reduced(chosen_rows(self.patterns, bare), price, all_covered=True)
        many = len(part.candidate)
        self._tried += len(part.column) + _A_STEP
        if many > _MANY:
            self._size = max(_LEAST, self._size - 1)
        elif many < _FEW:
            self._size = min(_MOST, self._size + 1)
        _, found, proved = cheapest(part, self.price[part.candidate], clock, whole=False, nodes=_NODES)
        if proved and len(mine) == len(self.sites):
            self._tried = self._patience  # the region is all there is: nothing is left to find
        if found is None:
            return
        fresh = part.candidate[found]
        if float(self.price[fresh].sum()) <= before * (1 + 1e-12):
            self.sites = np.sort(np.concatenate([np.flatnonzero(rest), fresh]))


def cheapest(
    patterns: Patterns,
    price: Floats,
    clock: Clock,
    *,
    whole: bool,
    known: Ints | None = None,
    nodes: int | None = None,
) -> tuple[float, Ints | None, bool]:
    """Return bound, candidates (positions) and whether they are proved, of the cheapest cover by HiGHS."""
    k, q = len(price), len(patterns.weight)
    model = Model(
        cost=price,
        lower=np.zeros(k),
        upper=np.ones(k),
        whole=np.ones(k, bool),
        row_lower=np.ones(q),
        row_upper=np.full(q, np.inf),
        start=patterns.start,
        index=patterns.column,
        value=np.ones(len(patterns.column)),
    )
    begin = None
    if known is not None:
        begin = np.zeros(k)
        begin[known] = 1
    out = solve(model, clock, start=begin, whole_objective=whole, nodes=nodes)
    return out.bound, None if out.values is None else np.flatnonzero(out.values > 0.5), out.proved
