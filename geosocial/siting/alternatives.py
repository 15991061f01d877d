"""What else would do: sets near the optimum, what each site is worth to it, and how a choice bears settings.

Each function asks a model again and again with sites imposed or excluded, so that it works for all of them: a
model is handed over as ``functools.partial(mclp, costs, weights, sites=3, standard=800)``. Sets are listed
best first by splitting what remains: with the best set {s₁ … sₖ}, the others without s₁; with s₁ but without
s₂; …

Sources: the k best solutions: Lawler (1972); regret over scenarios: Kouvelis & Yu (1997).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.siting.inputs import number
from geosocial.siting.result import SAME, SMALL, Clock, Interrupt, SitingResult

if TYPE_CHECKING:
    import pandas as pd

#: A model with its inputs, asked with ``fixed`` and ``forbidden`` (and ``time_limit``, ``interrupt``).
Solve: TypeAlias = Callable[..., SitingResult]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Sets of sites near the optimum.

    Attributes
    ----------
    best
        The optimum.
    sets
        Different sets within the tolerance, best first, the optimum among them. None holds all sites of
        another that is as good: such a set is that one with sites that are not needed.
    complete
        Whether there are no others: every set within the tolerance holds all sites of one of `sets`.
    core
        Sites in every set (of those listed, where not complete); the fixed ones are among them.
    times
        In how many of the sets each site is, by position; sites in none are absent.
    """

    best: SitingResult
    sets: tuple[SitingResult, ...]
    complete: bool

    @property
    def core(self) -> tuple[int, ...]:
        """Return the sites that are in every set."""
        return tuple(site for site, count in self.times.items() if count == len(self.sets))

    @property
    def times(self) -> dict[int, int]:
        """Return in how many of the sets each site is."""
        counted: dict[int, int] = {}
        for one in self.sets:
            for site in one.sites.tolist():
                counted[site] = counted.get(site, 0) + 1
        return dict(sorted(counted.items()))


def near_optimal(
    solve: Solve,
    *,
    tolerance: float,
    most: int = 20,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> Alternatives:
    """Return the different sets of sites whose objective is within a tolerance of the optimum.

    Within: at least (1 − τ) of the best where large is good, at most (1 + τ) of it where small is. A maximin
    is measured by its least share alone.

    Parameters
    ----------
    solve
        A model with its inputs: ``functools.partial(mclp, costs, weights, sites=3, standard=800)``.
    tolerance
        τ, from 0: sets as good as the best.
    most
        The most sets to list; `Alternatives.complete` says whether there are more.
    fixed, forbidden
        Sites that every set must hold, and that none may.
    time_limit, interrupt
        Seconds in all; a function that is asked now and then whether to end.

    Raises
    ------
    InputError
        A tolerance that is no number from 0 up, or what the model refuses.

    Source: Lawler (1972).

    Examples
    --------
    >>> from functools import partial
    >>> from geosocial.siting import mclp
    >>> model = partial(mclp, [[1.0, 1.0, 9.0], [9.0, 9.0, 1.0]], [10, 9], sites=1, standard=5)
    >>> found = near_optimal(model, tolerance=0.05)
    >>> [one.sites.tolist() for one in found.sets], found.complete
    ([[0], [1]], True)
    """
    slack, clock = number(tolerance, "tolerance"), Clock(time_limit, interrupt)
    must, never = frozenset(map(int, fixed)), frozenset(map(int, forbidden))
    best = _ask(solve, must, never, clock)
    value = _measured(best)[0]
    if not np.isfinite(value):
        return Alternatives(best, (), complete=best.status == "infeasible")
    sign = 1.0 if best.model in SMALL else -1.0
    limit = sign * value + slack * abs(value) + SAME * max(1.0, abs(value))
    # Each entry: value (small is good), order of arrival, answer, and what its region holds and leaves out.
    heap = [(sign * value, 0, best, must, never)]
    sets: list[SitingResult] = []
    complete, arrived = best.status == "optimal", 0
    while heap and len(sets) < most:
        _, _, one, inside, outside = heapq.heappop(heap)
        sets.append(one)
        for site in [j for j in one.sites.tolist() if j not in inside]:
            if clock.over():
                complete = False
                break
            other = _ask(solve, inside, outside | {site}, clock)
            value, bound = _measured(other)
            if other.status not in {"optimal", "infeasible"}:
                complete = complete and sign * bound > limit
            if np.isfinite(value) and sign * value <= limit:
                arrived += 1
                heapq.heappush(heap, (sign * value, arrived, other, inside, outside | {site}))
            inside |= {site}
    return Alternatives(best, _needed(sets, sign), complete and not heap)


def _measured(found: SitingResult) -> tuple[float, float]:
    """Return by what an answer is measured, and its bound: of a maximin the least share."""
    if found.model == "maximin" and found.terms:
        return found.terms["least_share"], found.terms["least_share_bound"]
    return found.objective, found.bound


def _ask(solve: Solve, must: Iterable[int], never: Iterable[int], clock: Clock) -> SitingResult:
    ends: dict[str, Any] = {} if not np.isfinite(clock.left) else {"time_limit": clock.left}
    if clock.interrupt is not None:
        ends["interrupt"] = clock.interrupt
    return solve(fixed=sorted(must), forbidden=sorted(never), **ends)


def _needed(sets: list[SitingResult], sign: float) -> tuple[SitingResult, ...]:
    """Return the sets without those that hold all sites of another as good."""
    held = [frozenset(one.sites.tolist()) for one in sets]
    worth = [sign * _measured(one)[0] for one in sets]

    def spare(k: int) -> bool:
        room = SAME * max(1.0, abs(worth[k]))
        return any(held[i] < held[k] and worth[i] <= worth[k] + room for i in range(len(sets)))

    return tuple(one for k, one in enumerate(sets) if not spare(k))


def prices(
    solve: Solve,
    candidates: Iterable[int],
    *,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    best: SitingResult | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> pd.DataFrame:
    """Return what imposing each candidate costs, or excluding each that is chosen.

    Parameters
    ----------
    solve
        A model with its inputs, as in `near_optimal`.
    candidates
        Positions to ask about; those in `fixed` and `forbidden` are passed over.
    best
        The optimum, if it is known.
    time_limit, interrupt
        Seconds for each search; a function that is asked now and then whether to end.

    Returns
    -------
    One row for each candidate: ``site``; ``chosen``; ``objective`` without it where it is chosen, else with
    it (NaN where that cannot be); ``price``, what is lost against the optimum (inf where it cannot be);
    ``least``, ``most``: its proved limits; ``status``; and ``role``: ``every`` (in every optimum), ``some``
    (in some), ``none`` (in none), or ``unknown`` where the search ended before the proof. A maximin has also
    ``least_share``, what is left of it; where that falls, the role says so even if the price is 0.

    Examples
    --------
    >>> from functools import partial
    >>> from geosocial.siting import mclp
    >>> model = partial(mclp, [[1.0, 1.0, 9.0], [9.0, 9.0, 1.0]], [10, 9], sites=1, standard=5)
    >>> prices(model, range(3))[["site", "price", "role"]].values.tolist()
    [[0, 0.0, 'some'], [1, 0.0, 'some'], [2, 1.0, 'none']]
    """
    import pandas as pd

    must, never = frozenset(map(int, fixed)), frozenset(map(int, forbidden))
    clock = Clock(time_limit, interrupt)
    top = _ask(solve, must, never, clock) if best is None else best
    sign = 1.0 if top.model in SMALL else -1.0
    mine, rows = set(top.sites.tolist()), []
    for site in candidates:
        if site in must or site in never:
            continue
        clock = Clock(time_limit, interrupt)
        has = site in mine
        one = _ask(solve, must if has else must | {site}, never | {site} if has else never, clock)
        least, most = _limits(top, one, sign)
        exact = top.status == "optimal" and one.status in {"optimal", "infeasible"}
        none = np.inf if one.status == "infeasible" else np.nan
        price = max(0.0, sign * (one.objective - top.objective)) if np.isfinite(one.objective) else none
        room = SAME * max(1.0, abs(top.objective))
        price = 0.0 if price <= room else price
        role = "unknown"
        if least > room or _falls(top, one):
            role = "every" if has else "none"
        elif exact:
            role = "some"
        share = one.terms.get("least_share", np.nan)
        rows.append((int(site), has, one.objective, price, least, most, one.status, role, share))
    names = ["site", "chosen", "objective", "price", "least", "most", "status", "role", "least_share"]
    told = pd.DataFrame(rows, columns=names)
    return told if top.model == "maximin" else told.drop(columns="least_share")


def _falls(top: SitingResult, one: SitingResult) -> bool:
    """Return whether it is proved that the least share of a maximin falls."""
    if "least_share" not in top.terms or "least_share_bound" not in one.terms:
        return False
    return one.terms["least_share_bound"] < top.terms["least_share"] - SAME


def _limits(top: SitingResult, one: SitingResult, sign: float) -> tuple[float, float]:
    """Return what the price is at least and at most."""
    if one.status == "infeasible":
        return np.inf, np.inf
    least = sign * (one.bound - top.objective)
    most = sign * (one.objective - top.bound)
    return max(0.0, float(np.nan_to_num(least, nan=0.0))), float(np.nan_to_num(most, nan=np.inf))


@dataclass(frozen=True, slots=True)
class Robustness:
    """How a set of sites does over settings.

    Attributes
    ----------
    settings
        One row for each: ``setting``; ``best``, its own optimum, and ``bound``; ``recommended``, the
        objective of the set there (NaN where it cannot be); ``regret``, what the set loses against the
        optimum (inf where it cannot be), and ``relative``, as a share of it; ``same``, whether the optimum is
        that very set; ``status`` and ``sites`` (a tuple) of the optimum.
    sites
        One row for each site that is in the optimum of a setting or in the set: ``site``, ``recommended``,
        ``times`` in an optimum, ``settings``, how many there are with an answer.
    """

    settings: pd.DataFrame
    sites: pd.DataFrame

    @property
    def worst(self) -> float:
        """Return the largest regret."""
        return float(self.settings["regret"].max())


def robustness(
    settings: Mapping[str, Solve],
    recommended: Iterable[int],
    *,
    candidates: int,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> Robustness:
    """Return in how many settings each site is chosen, and the regret of the recommended set in each.

    Parameters
    ----------
    settings
        By name, the model with the inputs of each setting: other costs, weights, standards.
    recommended
        The set of sites that is proposed, the fixed ones among them.
    candidates
        m, how many candidates there are.
    time_limit, interrupt
        Seconds for each search; a function that is asked now and then whether to end.

    Source: regret over scenarios: Kouvelis & Yu (1997).

    Examples
    --------
    >>> from functools import partial
    >>> from geosocial.siting import mclp
    >>> model = partial(mclp, [[400.0, 900.0], [900.0, 700.0]], [10, 20], sites=1)
    >>> over = {"500 m": partial(model, standard=500), "800 m": partial(model, standard=800)}
    >>> robustness(over, [1], candidates=2).settings[["setting", "regret"]].values.tolist()
    [['500 m', 10.0], ['800 m', 0.0]]
    """
    import pandas as pd

    if not settings:
        raise InputError(N_("Name at least one setting to compare."))
    must, never = frozenset(map(int, fixed)), frozenset(map(int, forbidden))
    chosen = frozenset(map(int, recommended)) | must
    rest = frozenset(range(candidates)) - chosen
    rows, counted, answered = [], dict.fromkeys(sorted(chosen), 0), 0
    for name, solve in settings.items():
        top = _ask(solve, must, never, Clock(time_limit, interrupt))
        mine = _ask(solve, chosen, rest, Clock(time_limit, interrupt))
        sign = 1.0 if top.model in SMALL else -1.0
        regret = sign * (mine.objective - top.objective) if np.isfinite(mine.objective) else np.inf
        regret = np.nan if np.isnan(top.objective) else max(0.0, regret)
        share = regret / abs(top.objective) if top.objective else (0.0 if regret == 0 else np.nan)
        held = tuple(int(site) for site in top.sites)
        same = frozenset(held) == chosen
        rows.append((name, top.objective, top.bound, mine.objective, regret, share, same, top.status, held))
        answered += bool(np.isfinite(top.objective))
        for site in held:
            counted[site] = counted.get(site, 0) + 1
    names = ["setting", "best", "bound", "recommended", "regret", "relative", "same", "status", "sites"]
    listed = [(site, site in chosen, n, answered) for site, n in sorted(counted.items())]
    return Robustness(
        pd.DataFrame(rows, columns=names),
        pd.DataFrame(listed, columns=["site", "recommended", "times", "settings"]),
    )
