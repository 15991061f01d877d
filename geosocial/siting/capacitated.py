"""Capacitated covering: most demand served within the standard by sites that can only serve so many.

max Σ_{ij} f_ij; Σⱼ f_ij ≤ Pᵢ; Σᵢ f_ij ≤ Cⱼ yⱼ; f_ij ≤ min(Pᵢ, Cⱼ) yⱼ; f_ij = 0 where d_ij > d₀; Σ yⱼ ≤ p.

The demand of a place may be split between sites: f is a flow, and for given sites the most that can be served
does not depend on any order. Of all ways to serve that many the one with the least total cost is told. Where
all demand and capacities are whole numbers, so are the amounts. Source: Current & Storbeck (1988); Pirkul &
Schilling (1991).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting.inputs import Choice, Floats, Ints, Reach, choice, number, reach
from geosocial.siting.inputs import amounts as amounts_of
from geosocial.siting.program import Draft, Found, asked, begin, better, chosen, solved, told, unit
from geosocial.siting.result import SAME, Amounts, Clock, Interrupt, SitingResult, infeasible
from geosocial.siting.solver import solve

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def capacitated(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    standard: float,
    capacities: ArrayLike,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites that serve the most demand within the standard and their capacities.

    Parameters
    ----------
    costs, weights, sites, standard, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.
    capacities
        (m) C, the most demand that each candidate serves, in the unit of the weights; the fixed ones too.

    Returns
    -------
    `SitingResult`: the objective is the demand served; `amounts` says who is served where, places split where
    need be; `assignment` is the site that serves most of a place (ties to the lowest position), −1 for none.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Current & Storbeck (1988); Pirkul & Schilling (1991).

    Examples
    --------
    >>> best = capacitated([[1.0, 2.0], [1.0, 9.0]], [10, 20], sites=2, standard=3, capacities=[25, 25])
    >>> best.objective, best.amounts.place.tolist(), best.amounts.site.tolist(), best.amounts.amount.tolist()
    (30.0, [0, 0, 1], [0, 1, 0], [5.0, 5.0, 20.0])
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts_of(weights, pairs.places, "weights"), number(standard, "standard")
    room = amounts_of(capacities, pairs.candidates, "capacities")
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("capacitated", pairs.places, clock, trouble, d0)
    found = _best(pairs, held, room, open_, standard=d0, clock=clock)
    answer = told("capacitated", pairs, found, clock, method="greedy, flows, HiGHS", standard=d0)
    if found.sites is None:
        return answer
    given = served(pairs, held, room, found.sites, d0)
    return replace(answer, amounts=given, assignment=mostly(given, pairs.places), seconds=clock.seconds)


def mostly(given: Amounts, places: int) -> Ints:
    """Return the site that serves most of each place, ties to the lowest position, −1 for none."""
    to = np.full(places, -1, np.int64)
    order = np.lexsort((-given.site, given.amount, given.place))
    to[given.place[order]] = given.site[order]
    return to


def served(pairs: Reach, weights: Floats, capacities: Floats, sites: Ints, standard: float) -> Amounts:
    """Return how the sites serve the most demand, at the least total cost of all ways to serve that much.

    max Σ f_ij (M − d_ij), with M above what serving one more can add to the cost of the others.
    """
    mine = np.zeros(pairs.candidates, bool)
    mine[sites] = True
    near = pairs.pairs(mine[pairs.column] & (pairs.cost <= standard) & (weights > 0)[pairs.row])
    k = len(near.cost)
    if not k:
        return Amounts(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    much = 2.0 * (len(sites) + 1) * max(1.0, float(near.cost.max()))
    held = unit(np.concatenate([weights, capacities[sites]]))
    row, everyone = near.row, np.arange(k)
    draft = Draft()
    flow = draft.columns(k, worth=(much - near.cost) / much, upper=weights[row] * held.scale)
    draft.add((row, flow, 1.0), count=pairs.places, upper=weights * held.scale)
    draft.add((near.column, flow, 1.0), count=pairs.candidates, upper=capacities * held.scale)
    out = solve(draft.model(maximise=True), Clock())
    values = np.zeros(k) if out.values is None else np.maximum(out.values[everyone], 0.0) / held.scale
    values = np.round(values) if held.whole else _within(values, row, weights)
    values = values if held.whole else _within(values, near.column, capacities)
    used = values > 1e-9 * weights[row]
    return Amounts(row[used], near.column[used], values[used])


def _within(values: Floats, of: Ints, limit: Floats) -> Floats:
    """Return the values made smaller where rounding let their sum pass a limit."""
    total = np.bincount(of, weights=values, minlength=len(limit))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > limit, limit / total, 1.0)
    return np.asarray(values * share[of], np.float64)


def _best(
    pairs: Reach, weights: Floats, capacities: Floats, open_: Choice, *, standard: float, clock: Clock
) -> Found:
    patterns, _ = asked(pairs, weights, open_, standard=standard)
    weight, row, column, q = patterns.weight, patterns.row, patterns.column, len(patterns.weight)
    begun, most = begin(pairs, weights, open_, standard, clock)

    def worth(sites: Ints) -> float:
        return math.fsum(served(pairs, weights, capacities, sites, standard).amount)

    value = worth(begun)
    room = np.sort(capacities[open_.free])[::-1][: max(0, open_.most - len(open_.fixed))]
    top = min(most, math.fsum(capacities[open_.fixed]) + math.fsum(room))
    if value >= top * (1 - SAME):
        return Found(begun, value, value, proved=True)
    held = unit(np.concatenate([weight, capacities]))
    draft = Draft()
    draft.sites(open_)
    part = np.minimum(weight[row], capacities[column]) * held.scale
    flow = draft.columns(len(row), worth=1.0, upper=part)
    draft.add((row, flow, 1.0), count=q, upper=weight * held.scale)
    m = pairs.candidates
    everyone = np.arange(m)
    draft.add((column, flow, 1.0), (everyone, everyone, -capacities * held.scale), count=m, upper=0.0)
    each = np.arange(len(row))
    draft.add((each, flow, 1.0), (each, column, -part), count=len(row), upper=0.0)
    out = solved(draft, clock, whole=held.whole)
    got = chosen(out, m)
    return better(out, begun, value, None if got is None else worth(got), got, scale=held.scale, top=top)
