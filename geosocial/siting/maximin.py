"""Maximin over zones, then the total: first the zone that is served least, then everyone.

1. max t; t ≤ Σ_{i∈b} Pᵢxᵢ / P_b for every zone b with demand; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p.
2. max Σ Pᵢxᵢ with t at its best.

Zones without demand take no part. Source: Rawls's maximin in location: Marsh & Schilling (1994).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError
from geosocial.siting.inputs import Choice, Floats, Ints, Reach, amounts, choice, number, reach
from geosocial.siting.patterns import Patterns
from geosocial.siting.program import (
    Draft,
    Found,
    asked,
    begin,
    chosen,
    covers,
    solved,
    times,
    told,
    unit,
)
from geosocial.siting.result import SAME, Clock, Interrupt, SitingResult, infeasible

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def maximin(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    zones: ArrayLike,
    sites: int | None = None,
    standard: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites whose least served zone is served best and, of those, that serve the most demand.

    Parameters
    ----------
    costs, weights, sites, standard, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.
    zones
        (n) zone of each place: texts or numbers. A zone is served by the share of its demand that is covered.

    Returns
    -------
    `SitingResult`: the objective is the demand covered; `terms` holds ``least_share``, the covered share of
    the least served zone, and ``least_share_bound``, which no choice passes. Where the search ended before
    the first step was proved, `bound` is all demand that any candidate covers.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Marsh & Schilling (1994).

    Examples
    --------
    >>> costs = [[1.0, 9.0, 9.0], [9.0, 1.0, 9.0], [9.0, 9.0, 1.0]]
    >>> best = maximin(costs, [10, 20, 5], zones=["A", "A", "B"], sites=2, standard=3)
    >>> best.sites.tolist(), best.objective, round(best.terms["least_share"], 3)
    ([1, 2], 25.0, 0.667)
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    zone, total = zoned(zones, held)
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("maximin", pairs.places, clock, trouble, d0)
    found, least, bound = maximal_least(pairs, held, zone, total, open_, standard=d0, clock=clock)
    terms = {"least_share": least, "least_share_bound": bound}
    return told("maximin", pairs, found, clock, method="greedy, HiGHS twice", standard=d0, terms=terms)


def zoned(zones: ArrayLike, weights: Floats) -> tuple[Ints, Floats]:
    """Return the position of the zone of each place, and the demand of each zone."""
    labels = np.asarray(zones)
    if labels.shape != weights.shape:
        raise InputError(
            N_("{name}: {got} values where {expected} are needed, one for each row of the costs or column."),
            name="zones",
            got=labels.size,
            expected=len(weights),
        )
    _, zone = np.unique(labels.astype(str) if labels.dtype == object else labels, return_inverse=True)
    position = zone.astype(np.int64)
    total = np.bincount(position, weights=weights, minlength=int(position.max(initial=-1)) + 1)
    return position, total.astype(np.float64)


def shares(covered: Floats, total: Floats) -> float:
    """Return the least covered share of the zones with demand; 1 where there are none."""
    some = total > 0
    return float((covered[some] / total[some]).min()) if some.any() else 1.0


#: Share of the time that the first step may take.
_FIRST = 0.7


class _Counted:
    """What a choice is worth: the covered demand of each zone, counted exactly."""

    def __init__(self, patterns: Patterns, group: Ints, total: Floats) -> None:
        self.patterns, self.group, self.total = patterns, group, total

    def zones(self, sites: Ints) -> Floats:
        hit = times(self.patterns, sites) > 0
        found = np.bincount(self.group[hit], weights=self.patterns.weight[hit], minlength=len(self.total))
        return found.astype(np.float64)

    def least(self, sites: Ints) -> float:
        return shares(self.zones(sites), self.total)

    def all(self, sites: Ints) -> float:
        return math.fsum(self.patterns.weight[times(self.patterns, sites) > 0])


def maximal_least(
    pairs: Reach, weights: Floats, zone: Ints, total: Floats, open_: Choice, *, standard: float, clock: Clock
) -> tuple[Found, float, float]:
    """Return the sites with the largest least share of the totals, then the most demand; it and its bound."""
    patterns, group = asked(pairs, weights, open_, standard=standard, group=zone)
    counted = _Counted(patterns, group, total)
    weight, q, m = patterns.weight, len(patterns.weight), pairs.candidates
    begun = begin(pairs, weights, open_, standard, clock)
    some = np.flatnonzero(total > 0)
    if not q:
        least = 0.0 if len(some) else 1.0
        return Found(begun, 0.0, 0.0, proved=True), least, least
    at = np.cumsum(total > 0) - 1
    draft = Draft()
    draft.sites(open_)
    hit = draft.columns(q)
    covers(draft, patterns, hit)
    share = draft.columns(1, worth=1.0)
    each = np.arange(len(some))
    mine = total[group] > 0
    rows, of = at[group[mine]], total[group[mine]]
    draft.add(
        (each, np.repeat(share, len(some)), 1.0),
        (rows, hit[mine], -weight[mine] / of),
        count=len(some),
        upper=0.0,
    )
    start = np.zeros(draft.size)
    start[begun], start[hit], start[share] = 1.0, times(patterns, begun) > 0, counted.least(begun)
    # Some of the time is kept for the second step.
    first = Clock(None if clock.limit is None else _FIRST * clock.left, clock.interrupt)
    out = solved(draft, first, start=start)
    clock.stopped = first.stopped
    best, got = begun, chosen(out, m)
    if got is not None and (counted.least(got), counted.all(got)) > (counted.least(best), counted.all(best)):
        best = got
    least = counted.least(best)
    proved = out.proved
    bound = least if proved else max(least, min(1.0, out.bound))
    if clock.over():
        value = counted.all(best)
        return Found(best, value, float(weight.sum()), proved=False), least, bound
    found = _most(counted, open_, best, least, clock)
    # An answer with a better least share may serve any total.
    top = found.bound if proved else float(weight.sum())
    return Found(found.sites, found.value, top, proved=found.proved and proved), least, bound


def _most(counted: _Counted, open_: Choice, best: Ints, least: float, clock: Clock) -> Found:
    """Return the sites that cover most with no zone served less than the least share."""
    patterns, total = counted.patterns, counted.total
    weight, q = patterns.weight, len(patterns.weight)
    held = unit(weight)
    need = least * total
    # Of whole demand exactly so much or more: half a person less says the same and leaves rounding room.
    need = np.ceil(need * (1 - SAME)) - 0.5 if held.whole else need * (1 - SAME)
    mine = total[counted.group] > 0
    some = np.flatnonzero(total > 0)
    at = np.cumsum(total > 0) - 1
    draft = Draft()
    draft.sites(open_)
    hit = draft.columns(q, worth=weight * held.scale)
    covers(draft, patterns, hit)
    draft.add(
        (at[counted.group[mine]], hit[mine], weight[mine] * held.scale),
        count=len(some),
        lower=need[some] * held.scale,
    )
    start = np.zeros(draft.size)
    start[best], start[hit] = 1.0, times(patterns, best) > 0
    out = solved(draft, clock, start=start, whole=held.whole)
    got = chosen(out, len(open_.price))
    value = counted.all(best)
    if got is not None and counted.least(got) >= least * (1 - SAME) and counted.all(got) > value:
        best, value = got, counted.all(got)
    bound = out.bound / held.scale
    return Found(best, value, value if out.proved else max(bound, value), proved=out.proved)
