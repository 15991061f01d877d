"""The model that is asked, with its inputs: a function of the sites imposed and excluded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.candidates import named
from geosocial.sites.asked import COVERING

if TYPE_CHECKING:
    from geosocial.sites.problem import Problem, Served
    from geosocial.siting import SitingResult

Interrupt = Callable[[], bool]


def imposed(problem: Problem) -> list[int]:
    """Return the columns that are open anyway: what is asked for, and the facilities that may not close."""
    mine = named(problem.candidates, problem.asked.include)
    return mine if problem.asked.may_close else [*mine, *problem.existing]


def excluded(problem: Problem) -> list[int]:
    """Return the columns that never open."""
    return named(problem.candidates, problem.asked.exclude)


def limits(problem: Problem) -> dict[str, Any]:
    """Return how many sites may open, or what they may cost together."""
    asked = problem.asked
    out: dict[str, Any] = {}
    if asked.number is not None:
        out["sites"] = asked.number + len(problem.existing)
    if asked.budget is not None:
        out["budget"] = asked.budget
        out["site_costs"] = site_costs(problem)
    return out


def bounds(problem: Problem) -> dict[str, Any]:
    """Return everything that the choice had to keep to, as its certificate tells it."""
    asked, given = problem.asked, limits(problem)
    if asked.model == "lscp":
        given.pop("sites", None)
    if asked.may_close:
        more = asked.number or 0
        given |= {
            "existing": problem.existing,
            "closures": asked.may_close,
            "openings": more + asked.may_close,
        }
    return given | {"fixed": imposed(problem), "forbidden": excluded(problem)}


def site_costs(problem: Problem) -> Any:
    """Return what each column costs: a facility that exists costs nothing."""
    price = problem.candidates.table["cost"].to_numpy(np.float64)
    if np.isnan(price).any():
        raise InputError(
            N_("A budget needs what each candidate costs."),
            hint=N_("Name the column of the costs: --cost-column."),
        )
    return np.concatenate([price, np.zeros(len(problem.existing))])


def capacities(problem: Problem) -> Any:
    """Return how much demand each column serves at most; a facility of unknown capacity can serve all."""
    held = problem.candidates.table["capacity"].to_numpy(np.float64)
    if np.isnan(held).any():
        raise InputError(
            N_("The model capacitated needs the capacity of each candidate."),
            hint=N_("Name the column of the capacities: --capacity-column."),
        )
    total = float(problem.main.weight.sum())
    known = [np.where(np.isnan(s.facilities.capacity), total, s.facilities.capacity) for s in problem.spheres]
    return np.concatenate([held, *known])


def model(
    problem: Problem, *, like: SitingResult | None = None, interrupt: Interrupt | None = None
) -> Callable[..., SitingResult]:
    """Return the model that is asked: a function of `fixed` and `forbidden` columns.

    `like`: the answer that others are compared with; of an equity they then keep the κ, which is otherwise
    found anew for every condition, so that the objectives would not be of one measure.
    """
    from geosocial import siting

    asked, mine = problem.asked, problem.main
    given = limits(problem) | {"time_limit": problem.time.left(), "interrupt": interrupt}
    if asked.may_close:
        return partial(_moved, problem, mine, time_limit=problem.time.left(), interrupt=interrupt)
    if asked.model == "dispersion":
        return partial(siting.p_dispersion, between(problem), **given)
    if asked.model in COVERING | {"shortfall"}:
        given["standard"] = mine.standard
    match asked.model:
        case "lscp":
            given.pop("sites", None)
        case "backup":
            given["theta"] = asked.theta
        case "capacitated":
            given["capacities"] = capacities(problem)
        case "equity" if like is not None and "kappa" in like.terms:
            given["kappa"] = like.terms["kappa"]
        case "equity":
            given["time_limit"] = problem.time.left(2)  # κ is searched first
        case "maximin":
            given["zones"] = problem.demand["zone_id"].to_numpy(object)
    solve: dict[str, Callable[..., SitingResult]] = {
        "mclp": siting.mclp,
        "lscp": siting.lscp,
        "p-median": siting.p_median,
        "p-center": siting.p_center,
        "backup": siting.backup,
        "capacitated": siting.capacitated,
        "maximin": siting.maximin,
        "equity": siting.kolm_pollak,
        "shortfall": siting.shortfall,
    }
    return partial(solve[asked.model], mine.costs, mine.weight, **given)


def _moved(
    problem: Problem,
    mine: Served,
    *,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the answer where some facilities may close: each that does lets one more open."""
    from geosocial import siting

    asked = problem.asked
    more = asked.number or 0
    return siting.relocate(
        mine.costs,
        mine.weight,
        existing=problem.existing,
        standard=mine.standard,
        sites=len(problem.existing) + more,
        closures=asked.may_close,
        openings=more + asked.may_close,
        fixed=fixed,
        forbidden=forbidden,
        time_limit=time_limit,
        interrupt=interrupt,
    )


def between(problem: Problem) -> Any:
    """Return the costs from each column to each: straight line × detour, also where the study has streets."""
    x, y, existing = positions(problem)
    return apart(x, y, problem.study.detour, existing)


def positions(problem: Problem) -> tuple[Any, Any, int]:
    """Return the position of each column, and how many of the last are existing facilities."""
    table = problem.candidates.table
    x = np.concatenate([table["x"].to_numpy(np.float64), *(s.facilities.x for s in problem.spheres)])
    y = np.concatenate([table["y"].to_numpy(np.float64), *(s.facilities.y for s in problem.spheres)])
    return x, y, len(x) - problem.count


def apart(x: Any, y: Any, detour: float, existing: int) -> Any:
    """Return how far positions are apart, straight line × detour.

    How near existing facilities, the last, are to each other is not in question: inf.
    """
    made = np.hypot(x[:, None] - x, y[:, None] - y) * detour
    made[len(x) - existing :, len(x) - existing :] = np.inf
    return made
