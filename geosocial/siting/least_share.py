"""The machinery of the maximin: a good start by swaps, what every better answer must hold, two programmes.

A zone b that is to be served for a share t needs Σ_{j} min(g_jb, t P_b) yⱼ ≥ t P_b, with g_jb what candidate
j covers of it alone, and so at least as many sites near it as its largest g need to add up to t P_b. Both
follow from the model with whole sites but not from its linear programme, and hold for every answer as good as
the start.
"""

from __future__ import annotations

import math

import numpy as np

from geosocial.siting.inputs import Choice, Floats, Ints, Reach
from geosocial.siting.patterns import Patterns
from geosocial.siting.program import Draft, Found, asked, begin, chosen, covers, solved, times, unit
from geosocial.siting.result import SAME, Clock

#: Share of the time that the first step may take.
_FIRST = 0.7
#: The search for a start ends after so many pairs looked at in rounds without success, 20 to 150 of them.
_WORK, _FEWEST, _MOST = 2_000_000, 20, 150
#: The search goes on from a choice with at least this part of the best least share.
_NEAR = 0.9
#: The least share counts so many times in the first programme, so that its tolerances are small beside it.
_FINE = 1024.0


class Counted:
    """What a choice is worth: the covered demand of each zone with demand, counted exactly."""

    def __init__(self, patterns: Patterns, group: Ints, total: Floats) -> None:
        kept = np.flatnonzero(total > 0)
        at = np.full(len(total), -1, np.int64)
        at[kept] = np.arange(len(kept))
        self.patterns, self.zone, self.total = patterns, at[group], total[kept]
        self.mine = np.flatnonzero(self.zone >= 0)
        row = patterns.row
        some = self.zone[row] >= 0
        self._row, self._column = row[some], patterns.column[some]
        self._key = self._column * len(kept) + self.zone[self._row]

    def zones(self, sites: Ints) -> Floats:
        """Return the covered demand of each zone."""
        hit = self.mine[times(self.patterns, sites)[self.mine] > 0]
        weights = self.patterns.weight[hit]
        return np.bincount(self.zone[hit], weights=weights, minlength=len(self.total)).astype(np.float64)

    def least(self, sites: Ints) -> float:
        """Return the least covered share; 1 where no zone has demand."""
        return float((self.zones(sites) / self.total).min(initial=np.inf)) if len(self.total) else 1.0

    def all(self, sites: Ints) -> float:
        """Return all covered demand."""
        return math.fsum(self.patterns.weight[times(self.patterns, sites) > 0])

    def key(self, sites: Ints) -> tuple[float, float]:
        """Return what is to be large."""
        return self.least(sites), self.all(sites)

    def gains(self, open_rows: np.ndarray) -> Floats:
        """Return (candidate × zone) the demand of some of the patterns that each candidate covers."""
        weights = np.where(open_rows, self.patterns.weight, 0.0)[self._row]
        shape = (len(self.patterns.candidate), len(self.total))
        counted = np.bincount(self._key, weights=weights, minlength=shape[0] * shape[1])
        return counted.astype(np.float64).reshape(shape)


def maximal_least(
    pairs: Reach, weights: Floats, zone: Ints, total: Floats, open_: Choice, *, standard: float, clock: Clock
) -> tuple[Found, float, float]:
    """Return the sites with the largest least share of the totals, then the most demand; it and its bound."""
    patterns, group = asked(pairs, weights, open_, standard=standard, group=zone)
    counted = Counted(patterns, group, total)
    begun, every = begin(pairs, weights, open_, standard, clock)
    if not len(patterns.weight):
        least = counted.least(begun)
        return Found(begun, 0.0, 0.0, proved=True), least, least
    best = _start(counted, begun, open_, clock)
    # Some of the time is kept for the second step.
    first = Clock(None if clock.limit is None else _FIRST * clock.left, clock.interrupt)
    best, bound, proved = _first(counted, open_, best, first)
    clock.stopped = first.stopped
    least = counted.least(best)
    if clock.over():
        value = counted.all(best)
        return Found(best, value, max(value, every), proved=False), least, bound
    if least == 0 and proved:  # any choice will do: the one that covers most
        value = counted.all(begun)
        sure = value >= every * (1 - SAME)
        return Found(begun, value, value if sure else max(value, every), proved=sure), least, bound
    found = _second(counted, open_, best, clock)
    # An answer with a better least share may serve any total.
    top = max(found.value, min(every, found.bound) if proved else every)
    return Found(found.sites, found.value, top, proved=found.proved and proved), least, bound


def _start(counted: Counted, begun: Ints, open_: Choice, clock: Clock) -> Ints:
    """Return a good choice: swaps until none helps; again with some sites drawn anew, the same each run."""
    if not len(counted.total):
        return begun
    rng = np.random.default_rng(0)
    best = current = _swapped(counted, begun, open_, clock)
    patience, stale = min(_MOST, max(_FEWEST, _WORK // max(1, len(counted.patterns.column)))), 0
    while stale < patience and not clock.over():
        loose, free = np.setdiff1d(current, open_.fixed), np.setdiff1d(open_.free, current)
        if not len(loose) or not len(free):
            break
        kept = np.setdiff1d(current, rng.choice(loose, min(2, len(loose)), replace=False))
        into = int(rng.choice(free))
        if open_.price[kept].sum() + open_.price[into] <= open_.budget:
            kept = np.sort(np.append(kept, into))
        tried = _swapped(counted, kept, open_, clock)
        stale += 1
        if counted.key(tried) > counted.key(best):
            best, stale = tried, 0
        current = tried if counted.least(tried) >= _NEAR * counted.least(best) else best
    return best


def _swapped(counted: Counted, sites: Ints, open_: Choice, clock: Clock) -> Ints:
    """Return the choice after the additions and swaps that help most, while any does."""
    value = _score(counted.zones(sites)[None, :] / counted.total)[0]
    while not clock.over():
        best, into = value + 1e-9, None
        loose: list[int | None] = [*np.setdiff1d(sites, open_.fixed).tolist()]
        for out in [None, *loose] if len(sites) < open_.most else loose:
            kept = sites if out is None else sites[sites != out]
            left = open_.budget - float(open_.price[kept].sum())
            may = np.zeros(len(open_.price), bool)
            may[open_.free] = True
            may[sites] = False
            may &= open_.price <= left
            served = counted.zones(kept)[None, :] + counted.gains(times(counted.patterns, kept) == 0)
            scores = np.where(may, _score(served / counted.total), -np.inf)
            at = int(np.argmax(scores))
            if scores[at] > best:
                best, into = float(scores[at]), np.append(kept, at)
        if into is None:
            break
        sites, value = np.sort(into), best
    return sites


def _score(share: Floats) -> Floats:
    """Return the least share, and a little of all of them, so that a swap may help where many are 0."""
    return np.asarray(share.min(axis=1) + 1e-3 * np.sqrt(np.maximum(share, 0.0)).mean(axis=1))


def _must(draft: Draft, counted: Counted, need: Floats) -> None:
    """Add what every choice that covers so much of each zone holds."""
    gains = counted.gains(np.ones(len(counted.patterns.weight), bool))
    useful = np.flatnonzero(need > 0)
    part = np.minimum(gains[:, useful], need[useful]) / need[useful]
    column, row = np.nonzero(part > 0)
    draft.add((row, column, part[column, row]), count=len(useful), lower=1.0 - 1e-9)
    upto = np.cumsum(np.sort(part, axis=0)[::-1], axis=0)
    number = (upto < 1.0 - 1e-9).sum(axis=0) + 1.0
    draft.add((row, column, 1.0), count=len(useful), lower=number)


def _more(counted: Counted, least: float) -> Floats:
    """Return the demand of each zone that a choice with a larger least share covers at least."""
    need = least * counted.total
    if unit(counted.patterns.weight).whole:
        return np.asarray(np.floor(need * (1 + SAME)) + 1.0, np.float64)
    smallest = np.full(len(need), np.inf)
    np.minimum.at(smallest, counted.zone[counted.mine], counted.patterns.weight[counted.mine])
    # A zone that no candidate reaches asks for more than there is.
    return np.asarray(np.maximum(need * (1 + SAME), np.where(np.isfinite(smallest), smallest, counted.total)))


def _first(counted: Counted, open_: Choice, best: Ints, clock: Clock) -> tuple[Ints, float, bool]:
    """Return the sites with the largest least share, its bound, and whether it is proved.

    Only better answers than the best known are looked for: without any, that one is proved.
    """
    patterns, least = counted.patterns, counted.least(best)
    if not len(counted.total) or least >= 1:
        return best, least, True
    need = _more(counted, least)
    small = Draft()
    small.sites(open_)
    _must(small, counted, need)
    if solved(small, clock).infeasible:
        return best, least, True
    draft = Draft()
    draft.sites(open_)
    hit = draft.columns(len(patterns.weight))
    covers(draft, patterns, hit)
    share = draft.columns(1, worth=1.0, lower=_FINE * least, upper=_FINE)
    of, mine = counted.zone[counted.mine], counted.mine
    each = np.arange(len(counted.total))
    draft.add(
        (each, np.repeat(share, len(each)), 1.0),
        (of, hit[mine], -_FINE * patterns.weight[mine] / counted.total[of]),
        count=len(each),
        upper=0.0,
    )
    _must(draft, counted, need)
    out = solved(draft, clock)
    got = chosen(out, len(open_.price))
    if got is not None and counted.key(got) > counted.key(best):
        best, least = got, counted.least(got)
    if out.infeasible or out.proved:
        return best, least, True
    return best, max(least, min(1.0, out.bound / _FINE)), False


def _second(counted: Counted, open_: Choice, best: Ints, clock: Clock) -> Found:
    """Return the sites that cover most with no zone served less than the least share of the best."""
    patterns, least, value = counted.patterns, counted.least(best), counted.all(best)
    held = unit(patterns.weight)
    need = least * counted.total
    # Of whole demand exactly so much or more: half a person less says the same and leaves rounding room.
    need = np.ceil(need * (1 - SAME)) - 0.5 if held.whole else need * (1 - SAME)
    draft = Draft()
    draft.sites(open_)
    hit = draft.columns(len(patterns.weight), worth=patterns.weight * held.scale)
    covers(draft, patterns, hit)
    mine = counted.mine
    draft.add(
        (counted.zone[mine], hit[mine], patterns.weight[mine] * held.scale),
        count=len(need),
        lower=need * held.scale,
    )
    _must(draft, counted, need)
    start = np.zeros(draft.size)
    start[best], start[hit] = 1.0, times(patterns, best) > 0
    out = solved(draft, clock, start=start, whole=held.whole)
    got = chosen(out, len(open_.price))
    if got is not None and counted.least(got) >= least * (1 - SAME) and counted.all(got) > value:
        best, value = got, counted.all(got)
    bound = out.bound / held.scale
    return Found(best, value, value if out.proved else max(bound, value), proved=out.proved)
