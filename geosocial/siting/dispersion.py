"""The p-dispersion: sites as far from each other as can be.

max min_{j<k chosen} d_jk; Σ yⱼ = p. The least distance is one of the distances, so the question "are there p
candidates no two of which are nearer than D?" is asked of some log₂ of them: a node packing, with a row for
each of the cliques that cover all pairs that are too near, answered by HiGHS where greedy does not.

Sources: Kuby (1987); Erkut (1990); by node packings: Sayah & Irnich (2017).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError, Said
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, choice, reach
from geosocial.siting.program import Draft
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible
from geosocial.siting.solver import solve

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def p_dispersion(
    between: csr_array | ArrayLike,
    *,
    sites: int,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return exactly p sites of which the two nearest are as far apart as can be.

    Parameters
    ----------
    between
        (m × m) d, candidate × candidate: dense (inf = no way) or sparse (absent = no way, which counts as
        infinitely far). Of two directions the shorter counts; the diagonal does not.
    sites
        p, the fixed ones among them. Fewer are always farther apart, so that a budget cannot take its place.
    fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.

    Returns
    -------
    `SitingResult`: the objective is the least distance between two of the sites, inf with fewer than two or
    no way between any; ``infeasible`` where so many may not open. There is no demand, so no assignment.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column; distances that are not square.

    Source: Kuby (1987); Erkut (1990).

    Examples
    --------
    >>> best = p_dispersion([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]], sites=2)
    >>> best.objective, best.sites.tolist()
    (9.0, [0, 2])
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(between)
    if pairs.places != pairs.candidates:
        raise InputError(
            N_("The distances are {rows} × {columns}: they must be square, candidate × candidate."),
            rows=pairs.places,
            columns=pairs.candidates,
        )
    full = pairs.dense()
    apart = np.minimum(full, full.T)
    np.fill_diagonal(apart, np.inf)
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble() or _few(open_, sites)
    if trouble:
        return infeasible("p_dispersion", 0, clock, trouble)
    best, bound = _bisected(apart, open_, clock)
    objective = least(apart, best)
    proved = objective >= bound
    return SitingResult(
        status="optimal" if proved else clock.status,
        objective=objective,
        bound=objective if proved else bound,
        gap=0.0 if proved else gap_of(objective, bound),
        sites=best,
        assignment=np.zeros(0, np.int64),
        seconds=clock.seconds,
        method="farthest first, bisection over node packings",
        model="p_dispersion",
    )


def least(apart: Floats, sites: Ints) -> float:
    """Return the least distance between two of the sites, inf with fewer than two."""
    return float(apart[np.ix_(sites, sites)].min(initial=np.inf))


def _few(open_: Choice, sites: int) -> Said | None:
    most = len(open_.fixed) + len(open_.free)
    if most < sites:
        return Said.n(
            "{got} sites are asked for, and only {most} candidate may open.",
            "{got} sites are asked for, and only {most} candidates may open.",
            most,
            got=int(sites),
            most=most,
        )
    cheapest = float(open_.price[open_.fixed].sum())
    cheapest += float(np.sort(open_.price[open_.free])[: sites - len(open_.fixed)].sum())
    if cheapest > open_.budget:
        return Said.n(
            "{got} site costs {cost} at least, more than the budget of {budget}.",
            "{got} sites cost {cost} at least, more than the budget of {budget}.",
            int(sites),
            got=int(sites),
            cost=cheapest,
            budget=open_.budget,
        )
    return None


def _bisected(apart: Floats, open_: Choice, clock: Clock) -> tuple[Ints, float]:
    """Return the best sites and the distance that no choice passes."""
    more = open_.most - len(open_.fixed)
    cheap = open_.free[np.argsort(open_.price[open_.free], kind="stable")[:more]]
    best = np.union1d(open_.fixed, cheap)
    for start in open_.free if more else ():
        if clock.over():
            break
        tried = _farthest(apart, open_, int(start), more)
        if tried is not None and least(apart, tried) > least(apart, best):
            best = tried
    may = np.union1d(open_.fixed, open_.free)
    levels = np.unique(apart[np.ix_(may, may)][~np.eye(len(may), dtype=bool)])
    if open_.most < 2 or not len(levels):
        return best, np.inf
    # No choice passes levels[high]; at levels[low] and below there is one.
    low = int(np.searchsorted(levels, least(apart, best)))
    high = min(int(np.searchsorted(levels, least(apart, open_.fixed))), len(levels) - 1)
    while low < high and not clock.over():
        middle = (low + high + 1) // 2
        settled, found = _packed(apart, open_, float(levels[middle]), clock)
        if found is not None:
            best = found
            low = int(np.searchsorted(levels, least(apart, best)))
        elif settled:
            high = middle - 1
        else:
            break
    return best, float(levels[max(low, high)])


def _farthest(apart: Floats, open_: Choice, start: int, more: int) -> Ints | None:
    """Return the fixed sites, a start, and always the candidate that is farthest from what is there."""
    price, left = open_.price, open_.budget - float(open_.price[open_.fixed].sum())
    taken = [int(j) for j in open_.fixed]
    away = apart[:, taken].min(axis=1, initial=np.inf)
    free = np.zeros(len(apart), bool)
    free[open_.free] = True
    into = start
    for step in range(more):
        if step:
            into = int(np.argmax(np.where(free & (price <= left), away, -1.0)))
        if not free[into] or price[into] > left:
            return None
        taken.append(into)
        free[into] = False
        left -= float(price[into])
        away = np.minimum(away, apart[:, into])
    return np.sort(np.array(taken, np.int64))


def _packed(apart: Floats, open_: Choice, level: float, clock: Clock) -> tuple[bool, Ints | None]:
    """Return whether it is settled, and p sites no two of which are nearer than the level."""
    near = apart < level
    free = open_.free[~near[open_.free][:, open_.fixed].any(axis=1)]
    more = open_.most - len(open_.fixed)
    if len(free) < more:
        return True, None
    clash = near[np.ix_(free, free)]
    cliques = covered_by_cliques(clash)
    k = len(free)
    draft = Draft()
    draft.columns(k, whole=True)
    length = np.array([len(c) for c in cliques], np.int64)
    if len(cliques):
        row = np.repeat(np.arange(len(cliques)), length)
        draft.add((row, np.concatenate(cliques), 1.0), count=len(cliques), upper=1.0)
    one = np.zeros(k, np.int64)
    draft.add((one, np.arange(k), 1.0), count=1, lower=float(more), upper=float(more))
    if open_.priced:
        left = open_.budget - float(open_.price[open_.fixed].sum())
        draft.add((one, np.arange(k), open_.price[free]), count=1, upper=left)
    out = solve(draft.model(maximise=False), clock)
    if out.values is None:
        return out.infeasible, None
    return True, np.union1d(open_.fixed, free[out.values > 0.5])


def covered_by_cliques(clash: Bools) -> list[Ints]:
    """Return cliques that hold every pair that clashes: one row each instead of one a pair."""
    todo, found = np.triu(clash, 1), []
    todo |= todo.T
    for start in range(len(clash)):
        while todo[start].any():
            clique = [start, int(np.argmax(todo[start]))]
            both = clash[clique[0]] & clash[clique[1]]
            gain = todo[clique].sum(axis=0)
            while both.any():
                into = int(np.argmax(np.where(both, gain, -1)))
                clique.append(into)
                both &= clash[into]
                gain += todo[into]
            members = np.array(clique, np.int64)
            todo[np.ix_(members, members)] = False
            found.append(members)
    return found
