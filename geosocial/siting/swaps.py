"""A good choice fast: greedy with swaps for covering, the start and the floor of the exact methods.

Greedy adds the candidate with the most uncovered demand (with a budget: a unit of cost); ties go to the
lowest position. A swap then exchanges the pair that gains most, until none gains. Greedy alone reaches at
least 1 − (1 − 1/p)^p of the optimum of p sites (Cornuéjols, Fisher & Nemhauser 1977).
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.patterns import Patterns, spread
from geosocial.siting.result import Clock

#: A swap must gain more than this share of the whole, so that rounding cannot swap for ever.
_LEAST = 1e-12


class Cover:
    """A choice of candidates of a covering problem, and what each more and each swap would gain."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        self.row = patterns.row
        self._length = np.diff(patterns.start)
        self.times = np.zeros(len(patterns.weight), np.int64)
        self.open = np.zeros(len(patterns.candidate), bool)
        by_column = np.argsort(patterns.column, kind="stable")
        self._rows = self.row[by_column]
        self._start = np.concatenate([[0], np.cumsum(np.bincount(patterns.column, minlength=len(self.open)))])
        self.gain = self.demand(patterns.weight)
        self._gain = self.gain.copy()

    def clear(self) -> None:
        """Give every candidate up."""
        self.times[:], self.open[:], self.gain[:] = 0, False, self._gain

    def demand(self, weight: Floats) -> Floats:
        """Return the sum of a weight of the patterns that each candidate covers."""
        return np.bincount(self.patterns.column, weights=weight[self.row], minlength=len(self.open)).astype(
            np.float64
        )

    def covers(self, candidate: int) -> Ints:
        """Return the patterns that a candidate covers."""
        return self._rows[self._start[candidate] : self._start[candidate + 1]]

    @property
    def value(self) -> float:
        """Return the demand covered."""
        return float(self.patterns.weight[self.times > 0].sum())

    @property
    def sites(self) -> Ints:
        """Return the chosen candidates, rising."""
        return np.flatnonzero(self.open)

    def add(self, candidate: int) -> None:
        """Choose a candidate."""
        rows = self.covers(candidate)
        self._change(rows[self.times[rows] == 0], -1)
        self.times[rows] += 1
        self.open[candidate] = True

    def remove(self, candidate: int) -> None:
        """Give a candidate up."""
        rows = self.covers(candidate)
        self.times[rows] -= 1
        self._change(rows[self.times[rows] == 0], 1)
        self.open[candidate] = False

    def _change(self, rows: Ints, sign: int) -> None:
        if len(rows):
            length = self._length[rows]
            column = self.patterns.column[spread(self.patterns.start[rows], length)]
            weights = np.repeat(self.patterns.weight[rows], length)
            self.gain += sign * np.bincount(column, weights=weights, minlength=len(self.gain))


class Swaps:
    """What swapping each chosen candidate for each would gain, kept from one swap to the next.

    `kept`: (chosen × candidate) the demand that the first alone covers and the second would go on covering.
    """

    def __init__(self, cover: Cover) -> None:
        self.cover, self.sites = cover, cover.sites
        # the places of the chosen that cover a pattern, summed: its only one where it is covered once
        self._owner = np.zeros(len(cover.times), np.int64)
        for place, site in enumerate(self.sites.tolist()):
            self._owner[cover.covers(site)] += place
        self.kept = np.zeros((len(self.sites), len(cover.open)))
        self._count(np.flatnonzero(cover.times == 1), 1)

    def _count(self, rows: Ints, sign: int) -> None:
        """Count patterns that are covered once, or no longer count them."""
        if not len(rows):
            return
        patterns, many = self.cover.patterns, self.kept.shape[1]
        length = np.diff(patterns.start)[rows]
        column = patterns.column[spread(patterns.start[rows], length)]
        place, at = np.unique(self._owner[rows], return_inverse=True)
        weights = np.repeat(patterns.weight[rows], length)
        total = np.bincount(np.repeat(at, length) * many + column, weights, minlength=len(place) * many)
        self.kept[place] += sign * total.reshape(len(place), many)

    def gains(self) -> Floats:
        """Return what each swap would gain."""
        here = np.arange(len(self.sites))
        gains: Floats = self.kept + (self.cover.gain[None, :] - self.kept[here, self.sites][:, None])
        return gains

    def swap(self, place: int, into: int) -> None:
        """Swap the chosen candidate at a place for another."""
        cover, out = self.cover, int(self.sites[place])
        rows = np.union1d(cover.covers(out), cover.covers(into))
        self._count(rows[cover.times[rows] == 1], -1)
        self._owner[cover.covers(out)] -= place
        self._owner[cover.covers(into)] += place
        cover.remove(out)
        cover.add(into)
        self.sites[place] = into
        self._count(rows[cover.times[rows] == 1], 1)


def greedy(patterns: Patterns, most: int, price: Floats, budget: float, *, by_price: bool = False) -> Cover:
    """Return the greedy choice of up to `most` candidates in the budget; what gains nothing is left out."""
    cover, left, cost = Cover(patterns), budget, price[patterns.candidate]
    with np.errstate(divide="ignore", invalid="ignore"):
        while len(cover.sites) < most:
            gain = np.where(cover.open | (cost > left), 0.0, cover.gain)
            worth = np.where(gain > 0, gain / cost if by_price else gain, 0.0)
            best = int(np.argmax(worth))
            if gain[best] <= _LEAST * patterns.weight.sum():
                break
            cover.add(best)
            left -= cost[best]
    return cover


def swapped(cover: Cover, price: Floats, budget: float, clock: Clock) -> Cover:
    """Swap the pair that gains most until none gains, within the budget."""
    cost = price[cover.patterns.candidate]
    least = _LEAST * max(1.0, float(cover.patterns.weight.sum()))
    kept = Swaps(cover)
    while cover.open.any() and not clock.over():
        gains, sites = kept.gains(), kept.sites
        gains[:, cover.open] = -np.inf
        if np.isfinite(budget):
            left = budget - cost[sites].sum()
            gains[cost[None, :] - cost[sites][:, None] > left] = -np.inf
        most = gains.max(axis=1)
        if most.max() <= least:
            break
        # of equal gains the one of the lowest positions
        ties = np.flatnonzero(most == most.max())
        place = int(ties[np.argmin(sites[ties])])
        kept.swap(place, int(np.argmax(gains[place])))
    return cover


def start(patterns: Patterns, most: int, price: Floats, budget: float, clock: Clock) -> Cover:
    """Return the best of greedy with swaps; with a budget both by demand and by demand a unit of cost."""
    if not len(patterns.weight):
        return Cover(patterns)
    found = swapped(greedy(patterns, most, price, budget), price, budget, clock)
    if np.isfinite(budget):
        other = swapped(greedy(patterns, most, price, budget, by_price=True), price, budget, clock)
        if other.value > found.value:
            return other
    return found


def drawn(
    cover: Cover, y: Floats, most: int, clock: Clock, rng: np.random.Generator | None
) -> tuple[Ints, float]:
    """Return a choice of `most` candidates drawn with chances that rise with y, then swapped; and its value.

    Without a generator those with the largest y are drawn.
    """
    key = -y if rng is None else -np.log(rng.random(len(y))) / np.maximum(y, 1e-9)
    return settled(cover, np.argsort(key, kind="stable")[:most], clock)


def settled(cover: Cover, sites: Ints, clock: Clock) -> tuple[Ints, float]:
    """Return what swaps make of a choice, and its value."""
    cover.clear()
    for site in sites:
        cover.add(int(site))
    swapped(cover, np.zeros(int(cover.patterns.candidate.max()) + 1), np.inf, clock)
    return cover.sites, cover.value


def whole_cover(patterns: Patterns, price: Floats) -> Ints:
    """Return candidates that cover every pattern: greedy, without those that others make superfluous.

    `price` is what each candidate counts: 1, or its cost.
    """
    cover, cost = Cover(patterns), np.maximum(price[patterns.candidate], 1e-9)
    number = np.ones(len(patterns.weight))
    todo = cover.demand(number)
    while (cover.times == 0).any():
        best = int(np.argmax(np.where(cover.open, -1.0, todo / cost)))
        rows = cover.covers(best)
        new = rows[cover.times[rows] == 0]
        cover.add(best)
        number[new] = 0
        todo = cover.demand(number)
    for site in sorted(cover.sites, key=lambda s: (-cost[s], s)):
        if (cover.times[cover.covers(int(site))] > 1).all():
            cover.remove(int(site))
    return cover.sites
