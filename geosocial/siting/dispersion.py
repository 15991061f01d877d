"""The p-dispersion: sites as far from each other as can be.

max min_{j<k chosen} d_jk; Σ yⱼ = p. The least distance is one of the distances, so the question "are there p
candidates no two of which are nearer than D?" is asked of some log₂ of them: a clique of what is far, sought
by groups of what is near; where that takes long a node packing, with a row for each of the cliques that cover
all pairs that are too near, by HiGHS. What is asked for is always a distance in the middle of those that are
left; where there are millions, of some rows.

Sources: Kuby (1987); Erkut (1990); by node packings: Sayah & Irnich (2017).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError, Said
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, choice
from geosocial.siting.program import Draft
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible
from geosocial.siting.solver import solve
from geosocial.siting.table import table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Candidates from which farthest first starts; up to so many distances are told apart at a time.
_STARTS, _HELD = 200, 500_000
#: Steps of the search for sites that are far from each other: few, so that levels that are easy are not kept
#: waiting by one that is not; then more; 0 is then for HiGHS.
_STEPS = (20_000, 200_000, 1_000_000)
#: Up to so many sites are sought in more steps than the first: for more, HiGHS knows better.
_SOUGHT = 25
#: The share of a level that may be left on a side of those asked in vain, before they are asked again.
_LITTLE = 0.01


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
    full = table(between)
    places, candidates = full.shape
    if places != candidates:
        raise InputError(
            N_("The distances are {rows} × {columns}: they must be square, candidate × candidate."),
            rows=places,
            columns=candidates,
        )
    apart = np.minimum(full, full.T).astype(np.float64, copy=False)
    np.fill_diagonal(apart, np.inf)
    open_ = choice(
        candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
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
        method="farthest first, bisection over cliques and node packings",
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
    for start in open_.free[:: max(1, len(open_.free) // _STARTS)] if more else ():
        if clock.over():
            break
        tried = _farthest(apart, open_, int(start), more)
        if tried is not None and least(apart, tried) > least(apart, best):
            best = tried
    may = np.union1d(open_.fixed, open_.free)
    if open_.most < 2 or not more:
        return best, least(apart, best)
    # There is a choice that far apart; no choice is farther.
    low, high = least(apart, best), min(least(apart, open_.fixed), _together(apart, best, may))
    levels, every = _levels(apart, may, low, high)
    budgets = iter(_STEPS if more <= _SOUGHT else _STEPS[:1])
    vain, steps = (np.inf, -np.inf), next(budgets)  # between which levels it was asked in vain
    while len(levels) and not clock.over():
        level = _asked(levels, vain)
        if level is None:
            vain, steps = (np.inf, -np.inf), next(budgets, 0)
            continue
        settled, found = _packed(apart, open_, level, clock, steps)
        if found is not None:
            best = found
            low = least(apart, best)
        elif settled:
            high = float(np.nextafter(level, -np.inf))
        elif not steps:
            break
        else:
            vain = min(vain[0], level), max(vain[1], level)
        levels = levels[(levels > low) & (levels <= high)]
        if not every:
            levels, every = _levels(apart, may, low, high)
    return best, float(levels[-1]) if len(levels) and every else low if not len(levels) else high


def _asked(levels: Floats, vain: tuple[float, float]) -> float | None:
    """Return the level to ask for: in the middle, or of what is left on the longer side of those in vain.

    None where hardly anything is left there.
    """
    below, above = levels[levels < vain[0]], levels[levels > vain[1]]
    if vain[0] > vain[1]:
        return float(levels[len(levels) // 2])
    sides = [side for side in (below, above) if len(side) and side[-1] - side[0] > _LITTLE * side[-1]]
    if not sides:
        return None
    side = max(sides, key=lambda side: float(side[-1] - side[0]))
    return float(side[len(side) // 2])


def _together(apart: Floats, best: Ints, may: Ints) -> float:
    """Return how far apart candidates of a group are at most, of one group fewer than there are sites.

    Of the sites of any choice two are in the same group. Each candidate is with the nearest of the sites.
    """
    centres = best[:-1]
    group = centres[apart[np.ix_(may, centres)].argmin(axis=1)]
    group[np.isin(may, centres)] = may[np.isin(may, centres)]
    farthest = 0.0
    for centre in centres:
        some = may[group == centre]
        if len(some) > 1:
            part = apart[np.ix_(some, some)]
            np.fill_diagonal(part, 0.0)
            farthest = max(farthest, float(part.max()))
    return farthest


def _levels(apart: Floats, may: Ints, low: float, high: float) -> tuple[Floats, bool]:
    """Return the distances above `low` and up to `high`, rising, and whether they are all that there are.

    Where there are too many, they are those of the first rows only: some, if there are any.
    """
    found, held, without = [np.zeros(0)], 0, 0
    for rows in np.array_split(may, max(1, len(may) ** 2 // _HELD)):
        part = apart[rows] if len(may) == len(apart) else apart[np.ix_(rows, may)]
        found.append(part[(part > low) & (part <= high) & (part < np.inf)])
        held += len(found[-1])
        if held > _HELD:
            return np.unique(np.concatenate(found)), False
        without += int(np.isinf(part).sum())
    if high == np.inf and without > len(may):  # more than a candidate to itself
        found.append(np.array([np.inf]))
    return np.unique(np.concatenate(found)), True


def _farthest(apart: Floats, open_: Choice, start: int, more: int) -> Ints | None:
    """Return the fixed sites, a start, and always the candidate that is farthest from what is there."""
    price, left = open_.price, open_.budget - float(open_.price[open_.fixed].sum())
    taken = [int(j) for j in open_.fixed]
    away = apart[taken].min(axis=0, initial=np.inf)
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
        away = np.minimum(away, apart[into])
    return np.sort(np.array(taken, np.int64))


def _packed(apart: Floats, open_: Choice, level: float, clock: Clock, steps: int) -> tuple[bool, Ints | None]:
    """Return whether it is settled, and p sites no two of which are nearer than the level.

    In so many steps of the search; without any, and where a budget binds, by HiGHS.
    """
    near = apart < level
    more = open_.most - len(open_.fixed)
    free = open_.free[~near[open_.free][:, open_.fixed].any(axis=1)]
    while len(free) >= more:  # a site needs as many others as are sought far from it
        far = len(free) - near[np.ix_(free, free)].sum(axis=1)
        if (far >= more).all():
            break
        free = free[far >= more]
    if len(free) < more:
        return True, None
    free = _along(apart, free)
    clash = near[np.ix_(free, free)]
    if steps:
        known, found = apart_from_each_other(~clash, more, clock, steps)
        left = open_.budget - open_.price[open_.fixed].sum()
        if found is None or open_.price[free[found]].sum() <= left:
            return known, None if found is None else np.union1d(open_.fixed, free[found])
    cliques = covered_by_cliques(clash, clock)
    if cliques is None:
        return False, None
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


def _along(apart: Floats, free: Ints) -> Ints:
    """Return candidates in order between two ends, so that those next to each other are near."""

    def away(one: int) -> Floats:
        return np.where(np.isfinite(apart[one, free]), apart[one, free], 0.0)

    end = int(free[away(int(free[0])).argmax()])
    other = int(free[away(end).argmax()])
    return free[np.argsort(away(end) - away(other), kind="stable")]


def apart_from_each_other(
    far: Bools, many: int, clock: Clock, steps: int = 1_000
) -> tuple[bool, Ints | None]:
    """Return whether it is known, and so many candidates of which all are far from each other.

    Candidates near each other make a group, at most one of which is chosen: where there are fewer groups than
    sites to choose there is nothing. Only those of later groups need be tried. The sets are bits of whole
    numbers. Not known after so many steps, or when the clock is over.

    Source: a clique in the graph of what is far, by colours as in Tomita & Seki (2003); bits: San Segundo,
    Rodríguez-Losada & Jiménez (2011).

    Examples
    --------
    >>> far = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], bool)
    >>> apart_from_each_other(far, 2, Clock())[1].tolist(), apart_from_each_other(far, 3, Clock())
    ([1, 2], (True, None))
    """
    if many == 0:
        return True, np.zeros(0, np.int64)
    packed = np.packbits(far, axis=1, bitorder="little")
    others = [int.from_bytes(row.tobytes(), "little") for row in packed]
    #: Of each site that is chosen so far: who may come after it, and who of them is yet to be tried.
    chosen: list[int] = []
    may = [(1 << len(far)) - 1]
    todo = [_later(may[0], others, many)]
    for step in range(steps):
        while todo and not todo[-1]:
            todo.pop()
            may.pop()
            if chosen:
                chosen.pop()
        if not todo:
            return True, None
        if step % 256 == 0 and clock.over():
            return False, None
        one = todo[-1].pop()
        may[-1] ^= 1 << one
        after = may[-1] & others[one]
        left = many - len(chosen) - 1
        if left == 0:
            return True, np.sort(np.array([*chosen, one], np.int64))
        later = _later(after, others, left)
        if later:
            chosen.append(one)
            may.append(after)
            todo.append(later)
    return False, None


def _later(may: int, others: list[int], many: int) -> list[int]:
    """Return those with which so many may be chosen: all but those of the first groups, one fewer."""
    later, group = [], 0
    while may:
        group += 1
        alike = may
        while alike:
            bit = alike & -alike
            one = bit.bit_length() - 1
            may ^= bit
            alike = (alike ^ bit) & ~others[one]
            if group >= many:
                later.append(one)
    return later


def covered_by_cliques(clash: Bools, clock: Clock | None = None) -> list[Ints] | None:
    """Return cliques that hold every pair that clashes: one row each instead of one a pair.

    None when the clock is over first.
    """
    todo, found = np.triu(clash, 1), []
    todo |= todo.T
    for start in range(len(clash)):
        while todo[start].any():
            if clock is not None and clock.over():
                return None
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
