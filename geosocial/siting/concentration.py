"""Good choices of a covering problem made better: what several of them hold is chosen from again, exactly.

Choices drawn from a relaxation and swapped end in many local optima, each with another fault. The candidates
of the best dozen are few, and the best choice among those few is found at once by HiGHS: most often the
optimum (heuristic concentration: Rosing & ReVelle 1997).
"""

from __future__ import annotations

import math

import numpy as np

from geosocial.siting import swaps
from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.patterns import Patterns, columns, reduced
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, solve

#: Local optima whose candidates are chosen from; draws between two such choices; nodes spent on one.
_BEST, _EVERY, _NODES = 14, 75, 150
#: Local optima that are kept, and crossed.
_KEPT = 40


class Pool:
    """The best choices so far of a covering problem, by positions in its patterns."""

    def __init__(self, cover: swaps.Cover, most: int, *, whole: bool, seed: int = 0) -> None:
        self.cover, self.most, self.whole = cover, most, whole
        self.value, self.sites = cover.value, cover.sites
        self._rng = np.random.default_rng(seed)
        self._held: dict[tuple[int, ...], float] = {tuple(self.sites.tolist()): self.value}
        self._since, self._chosen_from = 0, b""

    def another(self, seed: int) -> Pool:
        """Return a pool of the same choice that draws others."""
        return Pool(self.chosen, self.most, whole=self.whole, seed=seed)

    @property
    def chosen(self) -> swaps.Cover:
        """Return the best choice as a cover of its own."""
        cover = swaps.Cover(self.cover.patterns)
        for site in self.sites:
            cover.add(int(site))
        return cover

    def offer(self, sites: Ints, value: float) -> None:
        """Take a choice that was found elsewhere."""
        self._add(sites, value)

    def improve(self, y: Floats, draws: int, clock: Clock) -> tuple[Ints, float]:
        """Draw choices from the y of a relaxation, now and then choose among the best; return the best."""
        for draw in range(draws):
            if clock.over():
                break
            first = draw == 0 and draws > 1
            self._add(*swaps.drawn(self.cover, y, self.most, clock, None if first else self._rng))
            self._cross(clock)
            self._since += 1
        if self._since >= _EVERY and not clock.over():
            self._since = 0
            self._concentrate(clock)
        return self.sites, self.value

    def _cross(self, clock: Clock) -> None:
        """Swap on from a choice that holds what two of the best share, and of the rest some of each."""
        best = self._best()
        if len(best) < 2:
            return
        one, two = (set(best[int(at)][0]) for at in self._rng.choice(len(best), 2, replace=False))
        shared, rest = sorted(one & two), np.array(sorted(one ^ two), np.int64)
        some = self._rng.choice(rest, min(self.most - len(shared), len(rest)), replace=False)
        self._add(*swaps.settled(self.cover, np.concatenate([np.array(shared, np.int64), some]), clock))

    def _best(self) -> list[tuple[tuple[int, ...], float]]:
        """Return the best of what was found, and forget the others."""
        best = sorted(self._held.items(), key=lambda item: (-item[1], item[0]))[:_KEPT]
        self._held = dict(best)
        return best

    def _add(self, sites: Ints, value: float) -> None:
        self._held[tuple(sites.tolist())] = value
        if value > self.value:
            self.sites, self.value = sites, value

    def _concentrate(self, clock: Clock) -> None:
        patterns = self.cover.patterns
        best = self._best()
        among = np.zeros(len(patterns.candidate), bool)
        for sites, _ in best[:_BEST]:
            among[list(sites)] = True
        if among.tobytes() == self._chosen_from:
            return
        self._chosen_from = among.tobytes()
        few = reduced(columns(patterns, among), np.zeros(int(patterns.candidate.max()) + 1))
        known = np.isin(few.candidate, patterns.candidate[self.sites])
        _, found, _ = by_highs(few, known, self.most, clock=clock, whole=self.whole, nodes=_NODES)
        if found is not None:
            self.cover.clear()
            for site in np.searchsorted(patterns.candidate, found):
                self.cover.add(int(site))
            free = np.zeros(int(patterns.candidate.max()) + 1)
            swaps.swapped(self.cover, free, np.inf, clock)
            self._add(self.cover.sites, self.cover.value)


def by_highs(
    patterns: Patterns,
    known: Bools,
    most: int,
    *,
    clock: Clock,
    whole: bool,
    price: Floats | None = None,
    budget: float = np.inf,
    nodes: int | None = None,
) -> tuple[float, Ints | None, bool]:
    """Return bound, candidates and whether they are proved, of the best cover by HiGHS.

    `known`: a choice to start from. `nodes`: the most nodes to spend.
    """
    k = len(patterns.candidate)
    scale = 1.0 if whole else 2.0 ** -math.floor(math.log2(patterns.weight.max()) - 10)
    length = np.diff(patterns.start)
    single = length == 1
    gain = np.zeros(k)
    np.add.at(gain, patterns.column[patterns.start[:-1][single]], patterns.weight[single])
    several = np.flatnonzero(~single)
    pairs = ~single[patterns.row]
    q = len(several)
    row = np.concatenate([np.repeat(np.arange(q), length[several]), np.arange(q), np.full(k, q)])
    column = np.concatenate([patterns.column[pairs], k + np.arange(q), np.arange(k)])
    value = np.concatenate([np.full(pairs.sum(), -1.0), np.ones(q + k)])
    upper = np.concatenate([np.zeros(q), [most]])
    if price is not None:
        row, column = np.append(row, np.full(k, q + 1)), np.append(column, np.arange(k))
        value, upper = np.append(value, price), np.append(upper, budget)
    order = np.argsort(row, kind="stable")
    model = Model(
        cost=np.concatenate([gain, patterns.weight[several]]) * scale,
        lower=np.zeros(k + q),
        upper=np.ones(k + q),
        whole=np.arange(k + q) < k,
        row_lower=np.full(len(upper), -np.inf),
        row_upper=upper.astype(np.float64),
        start=starts(np.bincount(row, minlength=len(upper))),
        index=column[order],
        value=value[order],
        maximise=True,
    )
    hit = np.bincount(patterns.row[known[patterns.column]], minlength=len(length))[several] > 0
    begin = np.concatenate([known, hit]).astype(np.float64)
    out = solve(model, clock, start=begin, whole_objective=whole, nodes=nodes)
    sites = None if out.values is None else patterns.candidate[out.values[:k] > 0.5]
    return out.bound / scale, sites, out.proved
