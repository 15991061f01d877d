"""What else would do: the curve, near-best sets, the price of each site, the choice under other settings."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.errors import N_
from geosocial.intake.candidates import named
from geosocial.sites import models
from geosocial.sites.asked import Step, quiet
from geosocial.sites.distances import costs, without
from geosocial.sites.told import made
from geosocial.tables.siting import FRONTIER, NEAR_BEST, PRICES, TRIED, TRIED_SITES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.sites.problem import Problem
    from geosocial.siting import SitingResult

    Interrupt = Callable[[], bool]

#: Most near-best sets that are listed.
MOST_SETS = 20


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Tables of `geosocial.tables.siting`, empty where they were not asked for or mean nothing.

    `complete`: whether every near-best set is listed. `skipped`: what was left out for want of time, as the
    message of its step.
    """

    frontier: pd.DataFrame = field(default_factory=lambda: tables.empty(FRONTIER))
    near_best: pd.DataFrame = field(default_factory=lambda: tables.empty(NEAR_BEST))
    prices: pd.DataFrame = field(default_factory=lambda: tables.empty(PRICES))
    tried: pd.DataFrame = field(default_factory=lambda: tables.empty(TRIED))
    tried_sites: pd.DataFrame = field(default_factory=lambda: tables.empty(TRIED_SITES))
    complete: bool = True
    skipped: tuple[str, ...] = ()


def alternatives(
    problem: Problem, result: SitingResult, *, interrupt: Interrupt | None = None, step: Step = quiet
) -> Alternatives:
    """Return what else would do instead of an answer that was found."""
    asked = problem.asked
    if result.status in {"infeasible", "unknown"} or len(problem.spheres) > 1:
        return Alternatives()
    skipped: list[str] = []

    def may(message: str) -> bool:
        if problem.time.over or (interrupt is not None and interrupt()):
            skipped.append(message)
            return False
        return True

    covering = asked.model == "mclp" and not asked.may_close
    curve, priced = tables.empty(FRONTIER), tables.empty(PRICES)
    if (
        covering
        and asked.number is not None
        and asked.budget is None
        and may(message := N_("By number of sites"))
    ):
        with step(message):
            curve = _frontier(problem, interrupt)
    # Against a choice that is not the best, a price says nothing.
    if result.status == "optimal" and may(message := N_("Price of each site")):
        with step(message):
            priced = _prices(problem, result, interrupt)
    near, complete = tables.empty(NEAR_BEST), True
    if asked.tolerance is not None and may(message := N_("Sets near the best")):
        with step(message):
            near, complete = _near_best(problem, result, asked.tolerance, interrupt)
    tried, tried_sites = tables.empty(TRIED), tables.empty(TRIED_SITES)
    if asked.settings and covering and may(message := N_("Other settings")):
        with step(message):
            tried, tried_sites = _tried(problem, result, interrupt)
    return Alternatives(curve, near, priced, tried, tried_sites, complete, tuple(skipped))


def _ids(problem: Problem) -> NDArray[np.object_]:
    return problem.candidates.table["candidate_id"].to_numpy(object)


def _names(problem: Problem, sites: Any) -> str:
    ids = _ids(problem)
    return " ".join(str(ids[int(j)]) for j in sites if int(j) < problem.count)


def _frontier(problem: Problem, interrupt: Interrupt | None) -> pd.DataFrame:
    from geosocial import siting

    asked, mine = problem.asked, problem.main
    found = siting.frontier(
        mine.costs,
        mine.weight,
        standard=mine.standard,
        most=max((asked.number or 0) - len(asked.include), 0),
        fixed=models.imposed(problem),
        forbidden=models.excluded(problem),
        time_limit=problem.time.left(asked.number or 1),
        interrupt=interrupt,
    )
    found["number"] += len(asked.include)
    found["sites"] = [_names(problem, s) for s in found["sites"]]
    return made(found, FRONTIER)


def _prices(problem: Problem, result: SitingResult, interrupt: Interrupt | None) -> pd.DataFrame:
    """Return the price of doing without each site, of the rival, and of each site imposed or excluded."""
    import pandas as pd

    from geosocial import siting

    asked, ids = problem.asked, _ids(problem)
    chosen = [int(j) for j in result.sites if j < problem.count]
    rival = named(problem.candidates, [asked.rival]) if asked.rival else []
    parts: list[pd.DataFrame] = []
    wanted, conditions = list(dict.fromkeys([*chosen, *rival])), [*asked.include, *asked.exclude]
    for order, site in enumerate(wanted):
        if parts and (problem.time.over or (interrupt is not None and interrupt())):
            break
        parts.append(
            siting.prices(
                models.model(problem, like=result),
                [site],
                fixed=models.imposed(problem),
                forbidden=models.excluded(problem),
                best=result,
                time_limit=problem.time.left(len(wanted) - order + len(conditions)),
                interrupt=interrupt,
            )
        )
    # row by row: pandas 2 takes no type from a column of nothing but NaN, when it joins tables
    prices = [row for part in parts for row in part.to_dict("records")]
    found = pd.DataFrame(prices) if prices else pd.DataFrame({"site": []})
    found = found if "least_share" in found else found.assign(least_share=np.nan)
    rows = [found.assign(candidate_id=ids[found["site"].to_numpy(np.int64)])]
    solve = models.model(problem, like=result, interrupt=interrupt)
    rows += [
        _freed(problem, result, solve, name, searches=len(conditions) - order)
        for order, name in enumerate(conditions)
    ]
    every = [row for part in rows for row in part.to_dict("records")]
    return made(pd.DataFrame(every), PRICES) if every else tables.empty(PRICES)


def _freed(
    problem: Problem, result: SitingResult, solve: Callable[..., SitingResult], name: str, *, searches: int
) -> pd.DataFrame:
    """Return what the condition on a candidate costs: the best without it."""
    import pandas as pd

    at = named(problem.candidates, [name])[0]
    must = [j for j in models.imposed(problem) if j != at]
    never = [j for j in models.excluded(problem) if j != at]
    free = solve(fixed=must, forbidden=never, time_limit=problem.time.left(searches))
    price = abs(free.objective - result.objective)
    within = problem.asked.include
    return pd.DataFrame(
        {
            "candidate_id": [name],
            "chosen": [name in within],
            "objective": [free.objective],
            "price": [0.0 if price <= 1e-9 * abs(free.objective) else price],
            "least_share": [free.terms.get("least_share", np.nan)],
            "role": ["imposed" if name in within else "excluded"],
            "status": [free.status],
        }
    )


def _near_best(
    problem: Problem, result: SitingResult, tolerance: float, interrupt: Interrupt | None
) -> tuple[pd.DataFrame, bool]:
    import pandas as pd

    from geosocial import siting

    found = siting.near_optimal(
        models.model(problem, like=result),
        tolerance=tolerance,
        most=MOST_SETS,
        fixed=models.imposed(problem),
        forbidden=models.excluded(problem),
        time_limit=problem.time.left(),
        interrupt=interrupt,
    )
    best, ids = found.best.objective, _ids(problem)
    rows = [
        (number, one.objective, abs(best - one.objective) / abs(best) if best else 0.0, str(ids[int(j)]))
        for number, one in enumerate(found.sets, 1)
        for j in one.sites
        if j < problem.count
    ]
    return made(pd.DataFrame(rows, columns=list(NEAR_BEST.columns)), NEAR_BEST), found.complete


@dataclass(frozen=True, slots=True)
class _Setting:
    standard: float
    demand: str
    supply: str
    kinds: tuple[str, ...]


def _settings(problem: Problem) -> list[_Setting]:
    """Return the settings of the measures that a choice of sites depends on, the study's own first.

    Standard, demand and which facilities count; what is shared among facilities, and zone systems, are not
    of a covering. A detour is the same parameter as the standard.
    """
    service, robust = problem.main.service, problem.study.robustness
    own = problem.asked.weight or service.demand
    demands = [own] if problem.asked.weight else [own, *service.alternative_demand]
    kinds = [service.kinds, *(k for k in service.alternative_supply if not isinstance(k, str))]
    if problem.asked.from_scratch:
        kinds = kinds[:1]
    factors = sorted({1.0, *robust.standard_factors}, key=lambda f: (f != 1.0, f))
    return [
        _Setting(problem.main.standard * factor, column, "all" if k == kinds[0] else "+".join(k), k)
        for k in kinds
        for column in dict.fromkeys(demands)
        for factor in factors
    ]


def _tried(
    problem: Problem, result: SitingResult, interrupt: Interrupt | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    from geosocial import siting

    mine, settings = problem.main, _settings(problem)
    wide = costs(
        problem.study,
        problem.demand,
        problem.candidates.table,
        mine.facilities,
        reach=max(s.standard for s in settings),
        first=mine.first,
        width=problem.count + len(problem.existing),
        ways=problem.ways,
    )
    inside = (problem.demand["zone_id"] != "").to_numpy()
    given = models.limits(problem)
    ahead = itertools.count(2 * len(settings), -1)  # each setting: its best choice, then this one

    def timed(ask: Callable[..., SitingResult], **conditions: Any) -> SitingResult:
        return ask(**conditions | {"time_limit": problem.time.left(next(ahead))})

    held: dict[tuple[str, ...], Any] = {}
    asks: dict[str, Callable[..., SitingResult]] = {}
    for number, one in enumerate(settings):
        if one.kinds not in held:
            gone = np.flatnonzero(~np.isin(mine.facilities.kind, one.kinds)) + mine.first
            held[one.kinds] = without(wide, gone.tolist()) if len(gone) else wide
        weight = np.where(inside, np.nan_to_num(problem.demand[one.demand].to_numpy(np.float64)), 0.0)
        ask = partial(siting.mclp, held[one.kinds], weight, standard=one.standard, **given)
        asks[str(number)] = partial(timed, ask)
    found = siting.robustness(
        asks,
        result.sites.tolist(),
        candidates=problem.count + len(problem.existing),
        fixed=models.imposed(problem),
        forbidden=models.excluded(problem),
        interrupt=interrupt,
    )
    return _setting_tables(problem, settings, found.settings, found.sites)


def _setting_tables(
    problem: Problem, settings: list[_Setting], rows: pd.DataFrame, sites: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    numbers = rows["setting"].astype("int64")
    mine = [settings[n] for n in numbers]
    told: Mapping[str, Any] = {
        "setting": numbers,
        "standard_m": [s.standard for s in mine],
        "demand": [s.demand for s in mine],
        "supply": [s.supply for s in mine],
        "proposed": rows["recommended"],
        "sites": [_names(problem, s) for s in rows["sites"]],
    }
    tried = made(rows.assign(**told), TRIED)
    new = sites[sites["site"] < problem.count]
    ids = _ids(problem)[new["site"].to_numpy(np.int64)]
    new = new.assign(candidate_id=ids, proposed=new["recommended"].astype(bool))
    new = new.sort_values(["times", "proposed"], ascending=False, kind="stable")
    return tried, made(new, TRIED_SITES)
