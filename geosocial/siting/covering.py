"""Covering: the most demand within the standard of p sites (MCLP), the fewest sites that cover all (LSCP).

- MCLP: max Σ Pᵢxᵢ; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p (Church & ReVelle 1974).
- LSCP: min Σ yⱼ; Σ_{j∈Nᵢ} yⱼ ≥ 1 (Toregas, Swain, ReVelle & Bergman 1971).

Nᵢ are the candidates with cost ≤ standard. The problem is reduced (`geosocial.siting.patterns`), a good
choice found (`geosocial.siting.swaps`), and HiGHS proves it or finds a better one. Ties: the choice found
first stays unless another is strictly better, and the search takes its steps in a fixed order, so that the
same input gives the same sites. Ctrl-C while HiGHS works ends the search with the best found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting import swaps
from geosocial.siting.bounds import lagrangian, residual
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, Reach, amounts, choice, number, reach, starts
from geosocial.siting.patterns import Patterns, columns, covering, merged, reduced
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible, nearest
from geosocial.siting.solver import Model, solve

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: From so many pairs on, Lagrangian bounds fix candidates before HiGHS is asked.
_LARGE = 20_000


@dataclass(frozen=True, slots=True)
class Best:
    """The best candidates found (original positions) of a reduced problem, and the bound on any choice."""

    sites: Ints
    bound: float
    proved: bool
    method: str


def mclp(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    standard: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites that cover the most demand: the maximal covering location problem.

    max Σ Pᵢxᵢ; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p, with Nᵢ = {j : d_ij ≤ d₀}. Sites that would add nothing are left
    out, so that fewer than p may be enough.

    Parameters
    ----------
    costs
        (n × m) d, demand × candidate: dense (inf = out of reach) or sparse (absent = out of reach).
    weights
        (n) P, people or households of each place.
    sites
        p, the fixed ones among them; may be left out when there is a budget.
    standard
        d₀, in the unit of the costs; within means ≤.
    fixed, forbidden
        Positions of candidates that are open anyway, and that must not be.
    budget, site_costs
        The most that all sites may cost together, and (m) the cost of each.
    time_limit, interrupt
        Seconds; a function that is asked now and then whether to end. The best found comes back either way.

    Returns
    -------
    `SitingResult`: the objective is the demand covered, the bound what no choice can pass.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Church & ReVelle (1974).

    Examples
    --------
    >>> costs = [[100.0, 900.0], [200.0, 100.0], [900.0, 300.0]]
    >>> best = mclp(costs, [10, 20, 30], sites=1, standard=300)
    >>> best.status, best.objective, best.sites.tolist(), best.assignment.tolist()
    ('optimal', 50.0, [1], [-1, 1, 1])
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    open_ = choice(
        pairs.candidates,
        sites=sites,
        fixed=fixed,
        forbidden=forbidden,
        budget=budget,
        site_costs=site_costs,
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("mclp", pairs.places, clock, trouble, d0)
    patterns = reduced(covering(pairs, held, open_, standard=d0), open_.price)
    best = maximal(patterns, open_, clock)
    return answer(pairs, held, open_, best, clock=clock, standard=d0, already=patterns.already)


def answer(
    pairs: Reach, weights: Floats, open_: Choice, best: Best, *, clock: Clock, standard: float, already: float
) -> SitingResult:
    """Return the answer of an MCLP: its demand covered counted again from the costs."""
    chosen = np.union1d(open_.fixed, best.sites)
    near = pairs.pairs(pairs.cost <= standard)
    assignment, _ = nearest(near, chosen)
    objective = math.fsum(weights[assignment >= 0])
    bound = objective if best.proved else max(objective, already + best.bound)
    gap = gap_of(objective, bound)
    return SitingResult(
        status="optimal" if best.proved or gap == 0 else clock.status,
        objective=objective,
        bound=bound,
        gap=gap,
        sites=chosen,
        assignment=assignment,
        seconds=clock.seconds,
        method=best.method,
        model="mclp",
        standard=standard,
    )


def maximal(patterns: Patterns, open_: Choice, clock: Clock, known: Sequence[Ints] = ()) -> Best:
    """Return the candidates that cover most of the patterns, from the best of greedy and `known` choices."""
    most, left = open_.most - len(open_.fixed), open_.budget - open_.price[open_.fixed].sum()
    cover = swaps.start(patterns, most, open_.price, left, clock)
    for sites in known:
        other = swaps.Cover(patterns)
        for site in np.flatnonzero(np.isin(patterns.candidate, sites)):
            other.add(int(site))
        other = swaps.swapped(other, open_.price, left, clock)
        cover = other if other.value > cover.value else cover
    value, total = cover.value, float(patterns.weight.sum())
    chosen = patterns.candidate[cover.sites]
    if not len(patterns.weight) or most == 0 or cover.times.all():
        return Best(chosen, value, proved=True, method="greedy")
    whole = bool((patterns.weight == np.floor(patterns.weight)).all()) and total < 2**53
    bound = residual(cover, most) if not open_.priced else total
    kept = np.ones(len(patterns.candidate), bool)
    method = "greedy, swaps, HiGHS"
    if not open_.priced and len(patterns.column) > _LARGE:
        low = lagrangian(patterns, cover, most, clock, step=0.999 if whole else 0.0)
        bound, kept = min(bound, low.bound), low.kept
        method = "greedy, swaps, Lagrangian bounds, HiGHS"
    if whole:
        bound = math.floor(bound + 1e-6)
    if bound <= value * (1 + 1e-12):
        return Best(chosen, value, proved=True, method=method.removesuffix(", HiGHS"))
    if clock.over():
        return Best(chosen, bound, proved=False, method=method.removesuffix(", HiGHS"))
    small = merged(columns(patterns, kept)) if not kept.all() else patterns
    found, better, proved = _by_highs(
        small, np.asarray(np.isin(small.candidate, chosen)), open_, most, left, clock=clock, whole=whole
    )
    if better is not None:
        covered = np.isin(patterns.candidate, better)[patterns.column]
        gained = patterns.weight[np.unique(patterns.row[covered])].sum()
        if gained > value * (1 + 1e-12):
            chosen, value = better, float(gained)
    return Best(chosen, min(bound, max(found, value)), proved=proved, method=method)


def _by_highs(
    patterns: Patterns, known: Bools, open_: Choice, most: int, left: float, *, clock: Clock, whole: bool
) -> tuple[float, Ints | None, bool]:
    """Return bound, candidates and whether they are proved, of the best cover by HiGHS."""
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
    if open_.priced:
        row, column = np.append(row, np.full(k, q + 1)), np.append(column, np.arange(k))
        value, upper = np.append(value, open_.price[patterns.candidate]), np.append(upper, left)
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
    out = solve(model, clock, start=begin, whole_objective=whole)
    sites = None if out.values is None else patterns.candidate[out.values[:k] > 0.5]
    return out.bound / scale, sites, out.proved


def lscp(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    standard: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the fewest sites that cover all demand: the location set covering problem.

    min Σ cⱼyⱼ; Σ_{j∈Nᵢ} yⱼ ≥ 1 for every place with Pᵢ > 0, with Nᵢ = {j : d_ij ≤ d₀} and cⱼ = 1, or the
    cost of the site when costs are given. The fixed sites count in the objective.

    Parameters
    ----------
    costs, weights, standard, fixed, forbidden, time_limit, interrupt
        As in `mclp`; of the weights only counts whether they are above 0.
    budget, site_costs
        (m) cost of each site, and the most that all may cost: infeasible when no cover is that cheap.

    Returns
    -------
    `SitingResult`: ``infeasible`` when a place with demand has no candidate within the standard.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Toregas, Swain, ReVelle & Bergman (1971).

    Examples
    --------
    >>> lscp([[1.0, 9.0], [2.0, 1.0], [9.0, 3.0]], [1, 1, 1], standard=3).sites.tolist()
    [0, 1]
    >>> print(lscp([[1.0], [9.0]], [1, 1], standard=3).reason)
    1 places with demand have no candidate within the standard, place 1 first.
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    open_ = choice(
        pairs.candidates,
        sites=None,
        fixed=fixed,
        forbidden=forbidden,
        budget=budget,
        site_costs=site_costs,
        costs_alone=True,
    )
    trouble = open_.trouble() or uncovered(pairs, held, open_, d0)
    if trouble:
        return infeasible("lscp", pairs.places, clock, trouble, d0)
    price = np.ones(pairs.candidates) if site_costs is None else open_.price
    patterns = reduced(covering(pairs, held, open_, standard=d0), price, all_covered=True)
    best = least(patterns, price, clock)
    chosen = np.union1d(open_.fixed, best.sites)
    base = math.fsum(price[open_.fixed])
    objective = math.fsum(price[chosen])
    bound = objective if best.proved else min(objective, base + best.bound)
    if open_.priced and objective > open_.budget:
        if best.proved or bound > open_.budget:
            said = Said(
                N_("Covering all demand costs {got} at least, more than the budget of {budget}."),
                {"got": bound, "budget": open_.budget},
            )
            return infeasible("lscp", pairs.places, clock, said, d0)
        chosen, objective = np.zeros(0, np.int64), np.nan
    assignment, _ = nearest(pairs.pairs(pairs.cost <= d0), chosen)
    gap = gap_of(objective, bound)
    return SitingResult(
        status="optimal" if gap == 0 else "unknown" if np.isnan(objective) else clock.status,
        objective=objective,
        bound=bound,
        gap=gap,
        sites=chosen,
        assignment=assignment,
        seconds=clock.seconds,
        method=best.method,
        model="lscp",
        standard=d0,
    )


def uncovered(pairs: Reach, weights: Floats, open_: Choice, standard: float) -> Said | None:
    """Return why not all demand can be covered, if it cannot."""
    allowed = np.zeros(pairs.candidates, bool)
    allowed[open_.free] = allowed[open_.fixed] = True
    near = (pairs.cost <= standard) & allowed[pairs.column]
    alone = (np.bincount(pairs.row[near], minlength=pairs.places) == 0) & (weights > 0)
    if not alone.any():
        return None
    return Said(
        N_("{got} places with demand have no candidate within the standard, place {row} first."),
        {"got": int(alone.sum()), "row": int(np.flatnonzero(alone)[0])},
    )


def least(patterns: Patterns, price: Floats, clock: Clock) -> Best:
    """Return the candidates of least price that cover every pattern."""
    if not len(patterns.weight):
        return Best(np.zeros(0, np.int64), 0.0, proved=True, method="reduction")
    price = price[patterns.candidate]
    full = np.zeros(int(patterns.candidate.max()) + 1)
    full[patterns.candidate] = price
    known = swaps.whole_cover(patterns, full)
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
    begin = np.zeros(k)
    begin[known] = 1
    whole = bool((price == np.floor(price)).all())
    out = solve(model, clock, start=begin, whole_objective=whole)
    sites, value = known, price[known].sum()
    if out.values is not None:
        found = np.flatnonzero(out.values > 0.5)
        if price[found].sum() < value * (1 - 1e-12):
            sites, value = found, price[found].sum()
    return Best(patterns.candidate[sites], max(0.0, out.bound), out.proved, "reduction, greedy, HiGHS")


def enough(patterns: Patterns, price: Floats, most: int, left: float, clock: Clock) -> Ints | None:
    """Return up to `most` candidates of a price up to `left` that cover every pattern, None if none is known.

    None before the clock is over means that there are none.
    """
    if not len(patterns.weight):
        return np.zeros(0, np.int64)
    price = price[patterns.candidate]
    for counts in (np.ones(len(price)), price):
        full = np.zeros(int(patterns.candidate.max()) + 1)
        full[patterns.candidate] = counts
        known = swaps.whole_cover(patterns, full)
        if len(known) <= most and price[known].sum() <= left:
            return patterns.candidate[known]
    k, q = len(price), len(patterns.weight)
    limits = [float(most)] + ([left] if np.isfinite(left) else [])
    values = [np.ones(len(patterns.column)), np.ones(k)] + ([price] if np.isfinite(left) else [])
    model = Model(
        cost=np.ones(k),
        lower=np.zeros(k),
        upper=np.ones(k),
        whole=np.ones(k, bool),
        row_lower=np.concatenate([np.ones(q), np.full(len(limits), -np.inf)]),
        row_upper=np.concatenate([np.full(q, np.inf), limits]),
        start=np.concatenate([patterns.start, patterns.start[-1] + k * np.arange(1, len(limits) + 1)]),
        index=np.concatenate([patterns.column, *[np.arange(k)] * len(limits)]),
        value=np.concatenate(values),
    )
    out = solve(model, clock, whole_objective=True, target=most + 0.5)
    if out.values is None:
        if not out.infeasible:
            clock.stopped = clock.stopped or not clock.over()
        return None
    return patterns.candidate[out.values > 0.5]
