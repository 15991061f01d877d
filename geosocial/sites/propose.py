"""Study and candidates -> proposed sites with their proof: an ordered list of calls, no formula.

Existing facilities stay open and serve first, unless some may close; a site is worth what it adds to them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.errors import N_, InputError
from geosocial.intake.candidates import Wanted, named
from geosocial.sites import models
from geosocial.sites.alternatives import Alternatives, alternatives
from geosocial.sites.asked import NEAREST, Asked, Step, quiet
from geosocial.sites.distances import EVERYWHERE, costs
from geosocial.sites.problem import MOST_PAIRS, Problem, gather
from geosocial.sites.told import Told, any_within, made, told
from geosocial.tables.siting import TRADED, UNREACHED

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.siting import SitingResult
    from geosocial.siting.explain import Explanation
    from geosocial.siting.several import Several, Sphere
    from geosocial.study import Study

    Interrupt = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Sites with their proof.

    Attributes
    ----------
    problem
        What was solved.
    result, certificate
        The answer of the model and its record.
    told
        The sites, whom they serve, coverage before and after.
    others
        What else would do.
    traded
        One row a sphere where several were asked: `geosocial.tables.siting.TRADED`.
    explanation, unreached
        Why not all can be served, where that was asked and cannot be; the places concerned.
    rival, rival_serves
        The answer with the rival imposed, and the demand within the standard then; None, and NaN where none
        is named or it cannot be.
    """

    problem: Problem
    result: SitingResult
    certificate: dict[str, object]
    told: Told
    others: Alternatives = field(default_factory=Alternatives)
    traded: pd.DataFrame = field(default_factory=lambda: tables.empty(TRADED))
    explanation: Explanation | None = None
    unreached: pd.DataFrame = field(default_factory=lambda: tables.empty(UNREACHED))
    rival: SitingResult | None = None
    rival_serves: float = np.nan

    @property
    def asked(self) -> Asked:
        """Return what was asked."""
        return self.problem.asked

    @property
    def answered(self) -> bool:
        """Return whether there are sites."""
        return self.result.status not in {"infeasible", "unknown"}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, in the order of a reader; those without rows are left out."""
        every = {
            "sites": self.told.sites,
            "site_zones": self.told.site_zones,
            "site_needs": self.told.site_needs,
            "coverage": self.told.coverage,
            "rivals": self.told.rivals,
            "closed": self.told.closed,
            "frontier": self.others.frontier,
            "prices": self.others.prices,
            "near_best": self.others.near_best,
            "tried": self.others.tried,
            "tried_sites": self.others.tried_sites,
            "spheres": self.traded,
            "unreached": self.unreached,
        }
        return {name: table for name, table in every.items() if len(table) or name == "sites"}


def propose(
    study: Study,
    asked: Asked,
    wanted: Wanted | None = None,
    *,
    step: Step = quiet,
    interrupt: Interrupt | None = None,
) -> Proposal:
    """Return the best sites of a service among candidates.

    Parameters
    ----------
    wanted
        The candidates; without it the places of the demand.
    step
        Called with the message of each step; its context lasts as long as the step.
    interrupt
        Asked now and then whether to end; the best found by then comes back.

    Raises
    ------
    InputError
        For a file, a filter or an identifier that cannot be used, or conditions that do not go together.
    StudyError
        When the sphere or service does not exist, or has no standard.

    Examples
    --------
    >>> from geosocial.sites import Asked
    >>> found = propose(results.study, Asked(spheres=("culture",), number=2, settings=False))
    >>> found.result.status, len(found.told.sites)
    ('optimal', 2)
    """
    wanted = wanted or Wanted()
    _refuse(asked, wanted)
    problem = gather(study, asked, wanted, step=step)
    with step(N_("Sites")):
        if len(problem.spheres) > 1:
            return _several(problem, interrupt)
        fixed, never = models.imposed(problem), models.excluded(problem)
        solve = models.model(problem, interrupt=interrupt)
        result = solve(fixed=fixed, forbidden=never)
        with_it = _imposed(problem, result, interrupt)
        tables_ = told(problem, result)
    explanation, lost = _explained(problem, result, step)
    others = alternatives(problem, result, interrupt=interrupt, step=step)
    return Proposal(
        problem,
        result,
        _certificate(problem, result),
        tables_,
        others,
        explanation=explanation,
        unreached=lost,
        rival=with_it,
        rival_serves=np.nan if with_it is None else _serves(problem, with_it),
    )


def _imposed(problem: Problem, result: SitingResult, interrupt: Interrupt | None) -> SitingResult | None:
    """Return the answer with the place that the council has in mind among the sites."""
    rival = named(problem.candidates, [problem.asked.rival]) if problem.asked.rival else []
    if not rival:
        return None
    solve = models.model(problem, like=result, interrupt=interrupt)
    return solve(fixed=sorted({*models.imposed(problem), *rival}), forbidden=models.excluded(problem))


def _serves(problem: Problem, result: SitingResult) -> float:
    """Return the demand that an answer serves: within the standard, and the capacities where it has them."""
    if result.model == "capacitated":
        return result.objective
    main = problem.main
    return math.fsum(main.weight[any_within(main.costs, result.sites, main.standard)])


def _refuse(asked: Asked, wanted: Wanted) -> None:
    """Refuse conditions that do not go together."""
    if (
        asked.budget is not None and not wanted.cost
    ):  # a price that is only recognised is shown, not decided by
        raise InputError(
            N_("A budget needs what each candidate costs."),
            hint=N_("Name the column of the costs: --cost-column."),
        )
    several = len(asked.spheres) > 1
    if several and (asked.model != "mclp" or asked.may_close or asked.rival or asked.service):
        raise InputError(
            N_("Several spheres go with the model mclp, and with no service, rival or closing facility."),
            hint=N_("Ask for one sphere at a time, or leave the other options out."),
        )
    if asked.may_close and (asked.model != "mclp" or asked.budget is not None or asked.from_scratch):
        raise InputError(
            N_("--may-close goes with the model mclp and a number of sites, and with existing facilities."),
            hint=N_("Leave out --model, --budget and --from-scratch."),
        )
    both = [name for name in (*asked.include, asked.rival) if name and name in asked.exclude]
    if both:
        raise InputError(
            N_("“{got}” is both imposed and excluded."),
            hint=N_("Leave it out of --exclude, or of --include and --rival."),
            got=both[0],
        )
    if asked.number is not None and len(set(asked.include)) > asked.number:
        raise InputError(
            N_("{got} candidates are imposed, and at most {most} may open."),
            hint=N_("Raise --sites, or impose fewer."),
            got=len(set(asked.include)),
            most=asked.number,
        )
    if asked.model == "dispersion" and asked.number is None:
        raise InputError(
            N_("The model dispersion needs a number of sites: fewer are always farther apart."),
            hint=N_("Add --sites."),
        )


def _certificate(problem: Problem, result: SitingResult) -> dict[str, object]:
    from geosocial.siting.certificate import certify

    given = models.bounds(problem)
    if problem.asked.model == "dispersion":
        return certify(result, models.between(problem), limits=given)
    extra: dict[str, Any] = {"limits": given}
    if problem.asked.model == "capacitated":
        extra["capacities"] = models.capacities(problem)
    if problem.asked.model == "lscp" and problem.asked.budget is not None:
        extra["site_costs"] = models.site_costs(problem)
    return certify(result, problem.main.costs, problem.main.weight, **extra)


def spheres(problem: Problem) -> list[Sphere]:
    """Return the spheres as `geosocial.siting.several` takes them, each as important as the next."""
    from geosocial.siting import Sphere

    return [Sphere(s.costs, s.weight, s.standard, s.sphere) for s in problem.spheres]


def _several(problem: Problem, interrupt: Interrupt | None) -> Proposal:
    from geosocial import siting
    from geosocial.siting.certificate import certify_several

    given = spheres(problem)
    found: Several = siting.several(
        given,
        rule=problem.asked.rule,
        fixed=models.imposed(problem),
        forbidden=models.excluded(problem),
        time_limit=problem.time.left(2 * len(given)),  # each sphere alone, and in its turn
        interrupt=interrupt,
        **models.limits(problem),
    )
    table = found.table().rename(columns={"name": "sphere"})
    return Proposal(
        problem,
        found.joint,
        certify_several(found, given, limits=models.bounds(problem)),
        told(problem, found.joint, alone=table["alone"].to_numpy(np.float64)),
        traded=made(table, TRADED),
    )


def _explained(problem: Problem, result: SitingResult, step: Step) -> tuple[Explanation | None, pd.DataFrame]:
    """Return why not all demand can be served, where the model must serve all and cannot."""
    import pandas as pd

    from geosocial import siting

    none = tables.empty(UNREACHED)
    asked = problem.asked
    # The others serve what they can: only their limits can contradict each other, and the reason says how.
    serves_all = asked.model == "lscp" or asked.model in NEAREST
    if result.status != "infeasible" or asked.may_close or not serves_all:
        return None, none
    width = problem.count + len(problem.existing)
    if len(problem.demand) * width > MOST_PAIRS:
        return None, none
    main = problem.main
    with step(N_("Why not")):
        every = main.costs if problem.asked.model in NEAREST else _every(problem)
        limits = {} if problem.asked.model == "lscp" else models.limits(problem)
        found = siting.explain(
            every,
            main.weight,
            standard=main.standard,
            fixed=models.imposed(problem),
            forbidden=models.excluded(problem),
            time_limit=problem.time.left(3),
            **limits,
        )
    places = problem.demand.iloc[found.unreached]
    rows = pd.DataFrame(
        {
            "demand_id": places["demand_id"],
            "zone_id": places["zone_id"],
            "demand": main.weight[found.unreached],
            "nearest_m": found.nearest,
        }
    )
    return found, made(rows, UNREACHED)


def _every(problem: Problem) -> Any:
    """Return every cost, also beyond the standard."""
    return costs(
        problem.study,
        problem.demand,
        problem.candidates.table,
        problem.main.facilities,
        reach=EVERYWHERE,
        first=problem.main.first,
        width=problem.count + len(problem.existing),
        ways=problem.ways,
    )
