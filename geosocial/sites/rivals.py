"""Who could stand in the stead of each site, the others as they are, by what the model seeks.

Every candidate that is allowed and within the budget is counted at the place of every site; those that are
best by the objective of the model are told, ties by the demand that is served. The formulas are those of
`geosocial.siting.worth`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.sites import models
from geosocial.sites.asked import NEAREST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geosocial.sites.problem import Problem, Served
    from geosocial.siting import SitingResult

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

#: Rivals told of each site.
RIVALS_TOLD = 3
#: Numbers of a block of costs that is held at once; rivals of a site whose capacities are counted exactly.
_BLOCK = 4_000_000
_COUNTED = 20


@dataclass(frozen=True, slots=True)
class Swap:
    """What each candidate is worth at the place of one site.

    Attributes
    ----------
    lost
        (spheres × candidates) demand no longer served; below 0 where more is.
    objective, least
        (candidates) the objective of the model then, and the share of the least served zone (maximin).
    keys
        By which candidates are ranked, the first first; larger is better.
    """

    lost: Floats
    objective: Floats
    least: Floats
    keys: tuple[Floats, ...]


def ranked(problem: Problem, result: SitingResult, chosen: Ints, alone: Floats | None = None) -> list[Any]:
    """Return for each site in turn the best rivals (their columns) and its `Swap`.

    `alone`: the share of each sphere that as many sites of its own would serve, for the rule of least regret.
    """
    allowed = np.ones(problem.count, bool)
    allowed[chosen] = False
    allowed[models.excluded(problem)] = False
    judge = _judge(problem, result, chosen, alone)
    found = []
    for k in range(len(chosen)):
        swap = judge(k, allowed & _affordable(problem, chosen, k))
        may = allowed & _affordable(problem, chosen, k) & ~np.isnan(swap.keys[0]) & np.isfinite(swap.lost[0])
        may &= np.isfinite(swap.objective) | (problem.asked.model == "lscp")
        order = np.lexsort([-key for key in reversed(swap.keys)])
        found.append((order[may[order]][:RIVALS_TOLD].tolist(), swap))
    return found


def today(problem: Problem, result: SitingResult) -> float:
    """Return what the existing facilities alone come to by the objective of the model.

    For a maximin the share of the least served zone. NaN for models that are told by the demand served, and
    where nothing exists.
    """
    main, own = problem.main, np.array(problem.existing, np.int64)
    if not len(own) or (result.model != "maximin" and problem.asked.model not in NEAREST):
        return math.nan
    nearest, some = _nearest(main.costs, own), main.weight > 0
    if result.model == "maximin":
        zone, total = _zones(problem)
        held = np.bincount(zone, weights=np.where(nearest <= main.standard, main.weight, 0.0))
        return float((held[total > 0] / total[total > 0]).min(initial=1.0))
    sums, worth = _formula(problem, result)
    with np.errstate(over="ignore"):
        each = worth(nearest[some], main.weight[some])
    value = math.fsum(each) if sums else float(each.max(initial=0.0))
    return float(_objective(problem, result, np.array([value]))[0])


def _affordable(problem: Problem, chosen: Ints, k: int) -> Bools:
    """Return which candidates keep the budget at the place of the k-th site."""
    if problem.asked.budget is None:
        return np.ones(problem.count, bool)
    price = models.site_costs(problem)[: problem.count]
    left = problem.asked.budget - (math.fsum(price[chosen]) - price[chosen[k]])
    return np.asarray(price <= left + 1e-9 * abs(problem.asked.budget))


class _Cover:
    """Who is within the standard of what is open in a sphere, and of each candidate."""

    def __init__(self, problem: Problem, served: Served, result: SitingResult) -> None:
        from scipy.sparse import csc_array

        costs, standard = served.costs, served.standard
        if isinstance(costs, np.ndarray):
            every = csc_array((costs <= standard).astype(np.float64))
        else:
            held = costs.tocsc()
            every = csc_array((1.0 * (held.data <= standard), held.indices, held.indptr), shape=held.shape)
        self.weight, self._every = served.weight, every
        self.candidates = every[:, : problem.count].T.tocsr()
        self.times = np.asarray(every[:, result.sites].sum(axis=1), np.float64).ravel()

    def without(self, site: int) -> Floats:
        """Return how many of what is open serve each place without one site."""
        begin, end = self._every.indptr[site : site + 2]
        times = self.times.copy()
        times[self._every.indices[begin:end]] -= self._every.data[begin:end]
        return times

    def gains(self, rest: Floats) -> Floats:
        """Return how much of some demand each candidate has within the standard."""
        return np.asarray(self.candidates @ rest, np.float64)

    def lost(self, site: int) -> Floats:
        """Return how much less is served with each candidate in the stead of a site."""
        gain = self.gains(np.where(self.without(site) > 0, 0.0, self.weight))
        return np.asarray(gain[site] - gain, np.float64)


def _judge(
    problem: Problem, result: SitingResult, chosen: Ints, alone: Floats | None
) -> Callable[[int, Bools], Swap]:
    """Return what tells the worth of each candidate at the place of the k-th site."""
    covers = [_Cover(problem, served, result) for served in problem.spheres]
    none = np.full(problem.count, np.nan)

    def lost(k: int) -> Floats:
        return np.vstack([cover.lost(int(chosen[k])) for cover in covers])

    def of(value: Floats, sign: float) -> Callable[[int, Bools], Swap]:
        return lambda k, _may: Swap(gone := lost(k), value[k], none, (sign * value[k], -gone[0]))

    if len(problem.spheres) > 1:
        return lambda k, _may: _joint(problem, result, covers, lost(k), alone)
    if problem.asked.model in NEAREST:
        return of(_swapped(problem, result, chosen), -1.0)
    if problem.asked.model == "dispersion":
        return of(_apart(problem, chosen), 1.0)
    cover, site = covers[0], chosen.tolist()
    counted: dict[str, Callable[[int, Bools], Swap]] = {
        "mclp": lambda k, _may: Swap(gone := lost(k), result.objective - gone[0], none, (-gone[0],)),
        "lscp": lambda k, _may: _fewest(problem, result, site[k], lost(k)),
        "backup": lambda k, _may: _twice(result, cover, site[k], lost(k)),
        "maximin": lambda k, _may: _least_first(problem, cover, site[k], lost(k)),
        "capacitated": lambda k, may: _within_capacity(problem, result, cover, site[k], may),
    }
    return counted[problem.asked.model]


def _fewest(problem: Problem, result: SitingResult, site: int, lost: Floats) -> Swap:
    """Return the worth where everybody must be served: who no longer is, then what it costs more."""
    more = np.zeros(problem.count)
    if problem.asked.budget is not None:
        price = models.site_costs(problem)[: problem.count]
        more = np.asarray(price - price[site], np.float64)
    value = np.where(lost[0] > 1e-9, np.nan, result.objective + more)
    return Swap(lost, value, np.full(problem.count, np.nan), (-lost[0], -more))


def _joint(
    problem: Problem, result: SitingResult, covers: list[_Cover], lost: Floats, alone: Floats | None
) -> Swap:
    """Return the worth for several spheres, each as important as the next, by the rule that was asked."""
    total = np.array([max(math.fsum(cover.weight), 1e-12) for cover in covers])
    fall = lost / total[:, None]
    mean = np.asarray(fall.mean(axis=0), np.float64)
    keys: tuple[Floats, ...] = (-mean,)
    if problem.asked.rule == "in_order":
        keys = tuple(-one for one in fall)
    elif problem.asked.rule == "least_regret" and alone is not None:
        now = np.array([math.fsum(cover.weight[cover.times > 0]) for cover in covers]) / total
        keys = (-((alone - now)[:, None] + fall).max(axis=0), -mean)
    return Swap(lost, result.objective - mean, np.full(problem.count, np.nan), keys)


def _twice(result: SitingResult, cover: _Cover, site: int, lost: Floats) -> Swap:
    times, theta, weight = cover.without(site), result.terms["theta"], cover.weight
    once = math.fsum(weight[times > 0]) + cover.gains(np.where(times == 0, weight, 0.0))
    twice = math.fsum(weight[times > 1]) + cover.gains(np.where(times == 1, weight, 0.0))
    value = theta * once + (1 - theta) * twice
    return Swap(lost, value, np.full(len(value), np.nan), (value, -lost[0]))


def _zones(problem: Problem) -> tuple[Ints, Floats]:
    from geosocial.siting.maximin import zoned

    return zoned(problem.demand["zone_id"].to_numpy(object), problem.main.weight)


def _least_first(problem: Problem, cover: _Cover, site: int, lost: Floats) -> Swap:
    from scipy.sparse import csr_array

    zone, total = _zones(problem)
    hit, some = cover.without(site) > 0, total > 0
    shape = (len(total), len(zone))
    rest = csr_array((np.where(hit, 0.0, cover.weight), (zone, np.arange(len(zone)))), shape=shape)
    gain = (rest @ cover.candidates.T).toarray()
    held = np.bincount(zone, weights=np.where(hit, cover.weight, 0.0), minlength=len(total))
    least = ((held[:, None] + gain)[some] / total[some, None]).min(axis=0, initial=1.0)
    # Shares that rounding alone tells apart are the same: then the demand served decides.
    return Swap(lost, held.sum() + gain.sum(axis=0), least, (np.round(least, 12), -lost[0]))


def _within_capacity(problem: Problem, result: SitingResult, cover: _Cover, site: int, may: Bools) -> Swap:
    """Return the demand served within the capacities, counted for the candidates that can be best.

    None serves more than the others do and its own capacity, nor more than all have within the standard: in
    the order of that limit, until nothing that follows can pass the third best. The others are left NaN.
    """
    from geosocial.siting.capacitated import served
    from geosocial.siting.inputs import reach

    main, room = problem.main, models.capacities(problem)
    pairs, others = reach(main.costs), np.setdiff1d(result.sites, [site])

    def worth(sites: Ints) -> float:
        return math.fsum(served(pairs, cover.weight, room, np.sort(sites), main.standard).amount)

    free = np.where(cover.without(site) > 0, 0.0, cover.weight)
    reached = math.fsum(cover.weight) - math.fsum(free) + cover.gains(free)
    limit = np.minimum(worth(others) + room[: problem.count], reached)
    value = np.full(problem.count, np.nan)
    order = np.argsort(-np.where(may, limit, -np.inf), kind="stable")
    for j in order[: min(_COUNTED, int(may.sum()))].tolist():
        best = np.sort(value[~np.isnan(value)])[::-1]
        if len(best) >= RIVALS_TOLD and best[RIVALS_TOLD - 1] >= limit[j]:
            break
        value[j] = worth(np.append(others, j))
    lost = (result.objective - value)[None, :]
    return Swap(lost, value, np.full(problem.count, np.nan), (value,))


def _apart(problem: Problem, chosen: Ints) -> Floats:
    """Return (sites × candidates) how far the two nearest sites are apart, a candidate for a site."""
    from scipy.spatial import cKDTree

    x, y, existing = models.positions(problem)
    count, detour = problem.count, problem.study.detour
    beside: Floats = np.full(count, np.inf)
    if existing:
        tree = cKDTree(np.column_stack([x[count:], y[count:]]))
        beside = np.asarray(tree.query(np.column_stack([x[:count], y[:count]]))[0]) * detour
    between = np.hypot(x[chosen, None] - x[:count], y[chosen, None] - y[:count]) * detour
    out = np.empty((len(chosen), count))
    for k in range(len(chosen)):
        others = np.delete(np.arange(len(chosen)), k)
        inner = between[np.ix_(others, chosen[others])]
        np.fill_diagonal(inner, np.inf)
        least = min(inner.min(initial=np.inf), beside[chosen[others]].min(initial=np.inf))
        out[k] = np.minimum(np.minimum(beside, between[others].min(axis=0, initial=np.inf)), least)
    return out


def _nearest(costs: Any, columns: Ints) -> Floats:
    """Return the cost of each place to the nearest of the columns; inf where none reaches it."""
    return np.asarray(_block(costs, columns).min(axis=1, initial=np.inf), np.float64)


def _block(costs: Any, columns: Ints) -> Floats:
    """Return some columns of costs, dense; inf where they do not reach."""
    if isinstance(costs, np.ndarray):
        return np.asarray(costs[:, columns], np.float64)
    held = costs.tocsc()[:, columns]
    out = np.full(held.shape, np.inf)
    out[held.indices, np.repeat(np.arange(held.shape[1]), np.diff(held.indptr))] = held.data
    return out


def _formula(problem: Problem, result: SitingResult) -> tuple[bool, Callable[[Floats, Floats], Floats]]:
    """Return whether the objective is a sum over places (else the largest), and the part of each place."""
    match problem.asked.model:
        case "p-center":
            return False, lambda cost, weight: cost + 0 * weight
        case "p-median":
            return True, lambda cost, weight: cost * weight
        case "equity":
            kappa = result.terms["kappa"]
            return True, lambda cost, weight: np.exp(-kappa * cost) * weight
    standard = problem.main.standard
    return True, lambda cost, weight: np.maximum(cost - standard, 0.0) ** 2 * weight


def _objective(problem: Problem, result: SitingResult, value: Floats) -> Floats:
    """Return the objective of the model, from the sum or the largest over the places."""
    if problem.asked.model != "equity":
        return value
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.log(value / math.fsum(problem.main.weight)) / result.terms["kappa"])


def _swapped(problem: Problem, result: SitingResult, chosen: Ints) -> Floats:
    """Return (sites × candidates) the objective of a model of the nearest site, a candidate for a site.

    Places are grouped by the site that is theirs: without it only they go elsewhere.
    """
    main, count = problem.main, problem.count
    some = np.flatnonzero(main.weight > 0)
    if not len(some) or not len(chosen):
        return np.full((len(chosen), count), np.nan)
    sums, worth = _formula(problem, result)
    held = main.costs[some]
    away = np.column_stack([_block(held, chosen), _nearest(held, np.setdiff1d(result.sites, chosen))])
    of = np.argmin(away, axis=1)
    order = np.argsort(of, kind="stable")
    away, of, weight = away[order], of[order], main.weight[some][order][:, None]
    now = away.min(axis=1)[:, None]
    away[np.arange(len(of)), of] = np.inf
    rest = away.min(axis=1)[:, None]
    group, start = np.unique(of, return_index=True)
    add = np.add if sums else np.maximum
    out = np.empty((len(chosen), count))
    wide = max(1, _BLOCK // len(some))
    for begin in range(0, count, wide):
        span = slice(begin, min(begin + wide, count))
        cost = _block(held, np.arange(count)[span])[order]
        with np.errstate(over="ignore", invalid="ignore"):
            kept = add.reduceat(worth(np.minimum(cost, now), weight), start, axis=0)
            moved = add.reduceat(worth(np.minimum(cost, rest), weight), start, axis=0)
        out[:, span] = kept.sum(axis=0) if sums else kept.max(axis=0)
        others = _all_but(kept, sums=sums)
        for row, k in enumerate(group.tolist()):
            if k < len(chosen):
                out[k, span] = add(others(row), moved[row])
    return _objective(problem, result, out)


def _all_but(parts: Floats, *, sums: bool) -> Callable[[int], Floats]:
    """Return what gives the sum, or the largest, of the parts of all groups but one."""
    if sums:
        total = parts.sum(axis=0)
        return lambda row: np.asarray(total - parts[row], np.float64)
    ranks = np.sort(np.vstack([np.zeros((2, parts.shape[1])), parts]), axis=0)
    largest = parts.argmax(axis=0)
    return lambda row: np.where(largest == row, ranks[-2], ranks[-1])
