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
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting import nearly, swaps
from geosocial.siting.bounds import residual
from geosocial.siting.branching import Search
from geosocial.siting.concentration import Pool, by_highs
from geosocial.siting.fewest import Best, fewest
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, Reach, amounts, choice, number, reach
from geosocial.siting.patterns import Patterns, columns, covering, merged, reduced
from geosocial.siting.relaxation import Relaxation
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible, nearest
from geosocial.siting.tree import WORKERS, Tree

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Up to so many pairs HiGHS is asked at once: its own branching is quick there.
_SMALL = 2_000
#: Choices drawn from the first relaxation, so many at a time; fewer of problems with more pairs than this.
_DRAWS, _DRAWN, _FEWER, _PAIRS = 150, 25, 25, 1_000_000
#: Up to so many patterns the relaxation is kept warm from part to part.
_WARM = 10_000


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
    if whole:
        bound = math.floor(bound + 1e-6)
    if bound <= value * (1 + 1e-12):
        return Best(chosen, value, proved=True, method="greedy, swaps")
    if clock.over():
        return Best(chosen, bound, proved=False, method="greedy, swaps")
    if not open_.priced and len(patterns.column) > _SMALL:
        found, better, proved, method = _by_branching(patterns, cover, most, clock, whole=whole)
    else:
        price = open_.price[patterns.candidate] if open_.priced else None
        begin = np.isin(patterns.candidate, chosen)
        found, better, proved = by_highs(
            patterns, begin, most, price=price, budget=left, clock=clock, whole=whole
        )
        method = "greedy, swaps, HiGHS"
    if better is not None:
        gained = _worth(patterns, better)
        if gained > value * (1 + 1e-12):
            chosen, value = better, gained
    return Best(chosen, min(bound, max(found, value)), proved=proved, method=method)


def _worth(patterns: Patterns, sites: Ints) -> float:
    """Return the demand of the patterns that candidates (original positions) cover."""
    hit = np.isin(patterns.candidate, sites)[patterns.column]
    return float(patterns.weight[np.unique(patterns.row[hit])].sum())


def _by_branching(
    patterns: Patterns, cover: swaps.Cover, most: int, clock: Clock, *, whole: bool
) -> tuple[float, Ints | None, bool, str]:
    """Return bound, candidates, whether they are proved, and how: by relaxation, then branch and bound."""
    every = nearly.all_of_it(patterns, cover, most, clock)
    if every is not None:
        return float(patterns.weight.sum()), patterns.candidate[every], True, "greedy, swaps, covering"
    pool = Pool(cover, most, whole=whole)
    step = 0.999 if whole else 1e-10 * cover.value
    relaxation = Relaxation(patterns, most)
    point = relaxation.solve(relaxation.root(), clock)
    method = "greedy, swaps, linear relaxation"
    if point is None or clock.over():
        return np.inf, None, False, method
    draws = _DRAWS if len(patterns.column) <= _PAIRS else _FEWER
    for _ in range(draws // _DRAWN):
        if point.bound > pool.value + step:
            pool.improve(point.open, _DRAWN, clock)
    if point.bound <= pool.value + step:
        return pool.value, patterns.candidate[pool.sites], True, method
    near = nearly.improved(patterns, pool.chosen, most, clock, step=step)
    pool.offer(near.sites, near.value)
    best = patterns.candidate[pool.sites]
    if near.proved:
        return pool.value, best, True, method + ", coverings"
    price = np.zeros(int(patterns.candidate.max()) + 1)
    small = reduced(columns(patterns, point.with_it > pool.value + step), price)
    bound, found, proved = _searched(patterns, small, pool, most, clock, step=step, whole=whole)
    return min(bound, point.bound), best if found is None else found, proved, method + ", branch and bound"


def _searched(
    patterns: Patterns, small: Patterns, pool: Pool, most: int, clock: Clock, *, step: float, whole: bool
) -> tuple[float, Ints | None, bool]:
    """Return bound, better candidates if any, and whether that is proved, by branch and bound in a part."""
    if not len(small.weight):
        return pool.value, None, True
    place = np.searchsorted(patterns.candidate, small.candidate)

    def improve(pool: Pool, y: Floats, draws: int, clock: Clock) -> tuple[Ints, float]:
        full = np.zeros(len(patterns.candidate))
        full[place] = y
        return pool.improve(full, draws, clock)

    def finish(allowed: Bools, clock: Clock) -> tuple[Ints | None, float, bool]:
        part = merged(columns(small, allowed))
        none = np.zeros(len(part.candidate), bool)
        _, sites, proved = by_highs(part, none, most, clock=clock, whole=whole)
        if sites is None:
            return None, -np.inf, proved
        return np.searchsorted(patterns.candidate, sites), _worth(small, sites), proved

    search: Search | Tree
    if len(small.weight) > _WARM:
        search = Search(Relaxation(small, most), partial(improve, pool), finish, clock, step, pool.value)
        bound, proved = search.run(draws=1)
    else:
        pools = [pool, *(pool.another(seed) for seed in range(1, WORKERS))]
        search = Tree(
            small,
            most,
            [partial(improve, pool) for pool in pools],
            finish,
            clock,
            step=step,
            value=pool.value,
        )
        bound, proved = search.run()
    return bound, None if search.sites is None else patterns.candidate[search.sites], proved


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
    1 place with demand has no candidate within the standard: place 1.
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
    best = fewest(patterns, price, clock)
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
    return Said.n(
        "{got} place with demand has no candidate within the standard: place {row}.",
        "{got} places with demand have no candidate within the standard, place {row} first.",
        int(alone.sum()),
        got=int(alone.sum()),
        row=int(np.flatnonzero(alone)[0]),
    )
