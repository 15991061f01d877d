"""Study and candidates -> proposed sites with their proof: an ordered list of calls, no formula.

Existing facilities stay open and serve first; a site is worth what it adds to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from geosocial import tables
from geosocial.errors import N_, InputError, StudyError
from geosocial.pipeline import quiet
from geosocial.tables.siting import FRONTIER, SITE_ZONES, SITES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.geo.walking import Walking
    from geosocial.intake.candidates import Candidates
    from geosocial.siting import SitingResult
    from geosocial.study import Service, Study

    Floats = NDArray[np.float64]

Model: TypeAlias = Literal["mclp", "lscp", "p-median", "p-center"]
Step: TypeAlias = Callable[..., AbstractContextManager[None]]
#: Most pairs that are held at once by the models that need every pair.
MOST_PAIRS = 60_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the service, how many sites, by which model, under which conditions."""

    sphere: str
    service: str = ""
    number: int = 1
    model: Model = "mclp"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: The place that the council has in mind: what imposing it costs is told.
    rival: str = ""
    #: Existing facilities are left out.
    from_scratch: bool = False
    #: Demand column; without it that of the service.
    weight: str = ""
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Sites with their proof.

    Attributes
    ----------
    sites, site_zones, frontier
        As in `geosocial.tables.siting`.
    result, certificate
        The answer of the model and its record; `costs` and `weights` are those that it is checked on.
    candidates, existing
        How many candidates, and facilities that serve already.
    before, after, total
        Demand served by the existing facilities, with the sites, and in all.
    rival
        Objective with the rival imposed; NaN where none is named.
    """

    asked: Asked
    service: Service
    sites: pd.DataFrame
    site_zones: pd.DataFrame
    frontier: pd.DataFrame
    result: SitingResult
    certificate: dict[str, object]
    costs: Any
    weights: Floats
    candidates: Candidates
    existing: int
    before: float
    after: float
    total: float
    rival: float


def propose(
    study: Study,
    asked: Asked,
    *,
    path: Path | None = None,
    crs: str | None = None,
    sheet: str | None = None,
    where: Sequence[str] = (),
    identifier: str = "",
    step: Step = quiet,
) -> Proposal:
    """Return the best sites of a service among candidates.

    Parameters
    ----------
    path, crs, sheet, where, identifier
        The candidates, as in `geosocial.intake.candidates.read_candidates`; without a path the places of the
        demand.

    Raises
    ------
    InputError
        For a file, a filter or an identifier that cannot be used.
    StudyError
        When the sphere or service does not exist, or has no standard.
    """
    import pandas as pd

    from geosocial import intake
    from geosocial.intake.candidates import from_demand, read_candidates
    from geosocial.measure import supply

    service = _service(study, asked)
    with step(N_("Zones")):
        zones, _, _ = intake.read_zones(study)
    with step(N_("Demand")):
        demand, _, _ = intake.read_demand(study, zones)
        streets = intake.read_streets(study)
        ways = None if streets is None else streets.walking(study, demand)
    with step(N_("Candidates")):
        found = (
            from_demand(demand)
            if path is None
            else read_candidates(study, zones, path, crs=crs, sheet=sheet, where=where, identifier=identifier)
        )
    with step(N_("Facilities")):
        geocoder = intake.read_geocoder(study, zones, online=False) if study.geocoding else None
        taken = [intake.read_places(study, spec, zones, geocoder) for spec in study.places]
        places = pd.concat([t.places for t in taken], ignore_index=True)
        near = supply.facilities(places, zones, study, service)
        fx, fy = (np.zeros(0), np.zeros(0)) if asked.from_scratch else (near.x, near.y)
    column = asked.weight or service.demand
    if column not in {c.key for c in study.demand.columns}:
        raise StudyError(
            N_("The study has no demand column “{got}”."),
            hint=N_("Use one of {known}."),
            got=column,
            known=", ".join(c.key for c in study.demand.columns),
        )
    weights = np.nan_to_num(demand[column].to_numpy(np.float64))
    weights = np.where(demand["zone_id"].to_numpy() != "", weights, 0.0)
    with step(N_("Costs")):
        costs = _costs(study, service, asked, demand, found, facilities=(fx, fy), ways=ways)
    with step(N_("Sites")):
        return _solved(asked, service, found, demand, costs=costs, weights=weights, existing=len(fx))


def _service(study: Study, asked: Asked) -> Service:
    from geosocial.results import one_sphere

    services = one_sphere(study, asked.sphere).spheres[asked.sphere].services
    mine = [s for s in services if s.key == (asked.service or services[0].key)]
    if not mine:
        raise StudyError(
            N_("The sphere “{sphere}” has no service “{got}”."),
            hint=N_("Use one of {known}."),
            sphere=asked.sphere,
            got=asked.service,
            known=", ".join(s.key for s in services),
        )
    if mine[0].standard_m is None:
        raise StudyError(
            N_("The service “{got}” has no standard of distance, by which sites could be compared."),
            hint=N_("Choose a service with the rule coverage."),
            got=f"{asked.sphere}.{mine[0].key}",
        )
    return mine[0]


def _costs(
    study: Study,
    service: Service,
    asked: Asked,
    demand: pd.DataFrame,
    found: Candidates,
    *,
    facilities: tuple[Floats, Floats],
    ways: Walking | None,
) -> Any:
    """Return the costs, demand × (candidates, then facilities), within the standard or all of them."""
    from scipy.sparse import csr_array

    from geosocial.geo.pairs import pairs_within

    x, y = demand["x"].to_numpy(np.float64), demand["y"].to_numpy(np.float64)
    fx = np.concatenate([found.table["x"].to_numpy(np.float64), facilities[0]])
    fy = np.concatenate([found.table["y"].to_numpy(np.float64), facilities[1]])
    if asked.model in {"mclp", "lscp"}:
        reach = float(service.standard_m or 0.0)
    elif len(x) * len(fx) > MOST_PAIRS:
        raise InputError(
            N_("{places} places × {candidates} candidates are too many for the model “{model}”."),
            hint=N_("Use mclp, or fewer candidates: at most {most} pairs."),
            places=len(x),
            candidates=len(fx),
            model=asked.model,
            most=MOST_PAIRS,
        )
    else:
        reach = 1e9
    if ways is not None:
        pairs = ways.pairs(fx, fy, reach=reach)
    elif reach < 1e9:
        pairs = pairs_within(x, y, fx, fy, reach=reach, detour=study.detour)
    else:
        return np.hypot(x[:, None] - fx, y[:, None] - fy) * study.detour
    return csr_array((pairs.data, pairs.indices, pairs.indptr), shape=pairs.shape)


def _solved(
    asked: Asked,
    service: Service,
    found: Candidates,
    demand: pd.DataFrame,
    *,
    costs: Any,
    weights: Floats,
    existing: int,
) -> Proposal:
    from geosocial import siting
    from geosocial.intake.candidates import named
    from geosocial.siting.certificate import certify

    count = len(found.table)
    open_ = [*named(found, asked.include), *range(count, count + existing)]
    never = named(found, asked.exclude)
    standard = float(service.standard_m or 0.0)

    def solve(fixed: list[int]) -> SitingResult:
        given: dict[str, Any] = {"fixed": fixed, "forbidden": never, "time_limit": asked.time_limit}
        sites = asked.number + existing
        if asked.model == "mclp":
            return siting.mclp(costs, weights, sites=sites, standard=standard, **given)
        if asked.model == "lscp":
            return siting.lscp(costs, weights, standard=standard, **given)
        model = siting.p_median if asked.model == "p-median" else siting.p_center
        return model(costs, weights, sites=sites, **given)

    result = solve(open_)
    rival = named(found, [asked.rival]) if asked.rival else []
    imposed = solve(sorted({*open_, *rival})).objective if rival else np.nan
    curve = tables.empty(FRONTIER)
    if asked.model == "mclp" and result.status != "infeasible":
        made = siting.frontier(
            costs,
            weights,
            standard=standard,
            most=max(asked.number - len(asked.include), 0),
            fixed=open_,
            forbidden=never,
            time_limit=asked.time_limit,
        )
        ids = found.table["candidate_id"].to_numpy(object)
        made["sites"] = [" ".join(ids[j] for j in s if j < count) for s in made["sites"]]
        kinds = {"number": "int64", "status": "str", "sites": "str"}
        curve = tables.check(made[list(FRONTIER.columns)].astype(kinds), FRONTIER)
    sites, by_zone, served = _told(found, demand, costs, weights, result=result, standard=standard)
    return Proposal(
        asked=asked,
        service=service,
        sites=sites,
        site_zones=by_zone,
        frontier=curve,
        result=result,
        certificate=certify(result, costs, weights),
        costs=costs,
        weights=weights,
        candidates=found,
        existing=existing,
        before=served[0],
        after=served[1],
        total=float(weights.sum()),
        rival=float(imposed),
    )


def _told(
    found: Candidates,
    demand: pd.DataFrame,
    costs: Any,
    weights: Floats,
    *,
    result: SitingResult,
    standard: float,
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[float, float]]:
    """Return the sites, whom they newly serve by zone, and the demand served before and after."""
    import pandas as pd

    count = len(found.table)
    chosen = np.array([j for j in result.sites if j < count], np.intp)
    if isinstance(costs, np.ndarray):
        within = costs <= standard
        near, old = within[:, chosen], np.asarray(within[:, count:].any(axis=1), bool)
        away = costs[:, chosen]
    else:
        columns = costs.tocsc()
        near, away = np.zeros((len(weights), len(chosen)), bool), np.full((len(weights), len(chosen)), np.inf)
        for k, j in enumerate(chosen):
            span = slice(columns.indptr[j], columns.indptr[j + 1])
            rows = columns.indices[span]
            away[rows, k] = columns.data[span]
            near[rows, k] = columns.data[span] <= standard
        old = np.zeros(len(weights), bool)
        part = slice(columns.indptr[count], columns.indptr[-1])
        old[columns.indices[part][columns.data[part] <= standard]] = True
    new = near & ~old[:, None]
    mine = np.full(len(weights), -1)
    if len(chosen):
        mine = np.where(new.any(axis=1), np.argmin(np.where(new, away, np.inf), axis=1), -1)
    newly = np.array([weights[mine == k].sum() for k in range(len(chosen))])
    alone = np.array([weights[new[:, k] & (new.sum(axis=1) == 1)].sum() for k in range(len(chosen))])
    order = np.lexsort((chosen, -newly))
    rows = found.table.iloc[chosen[order]].reset_index(drop=True)
    rows.insert(0, "order", np.arange(1, len(rows) + 1))
    rows = rows.assign(newly=newly[order], alone=alone[order], within=(weights @ near)[order])
    kinds = {"order": "int64", "newly": "float64", "alone": "float64", "within": "float64"}
    sites = tables.check(rows[list(SITES.columns)].astype(kinds), SITES)
    zone = demand["zone_id"].to_numpy(object)
    parts = []
    for k in order:
        people = pd.Series(weights[mine == k]).groupby(zone[mine == k]).sum()
        people = people[people > 0].sort_values(ascending=False, kind="stable")
        candidate = found.table["candidate_id"].iloc[chosen[k]]
        parts += [(candidate, str(name), float(value)) for name, value in people.items()]
    by_zone = pd.DataFrame(parts, columns=list(SITE_ZONES.columns)).astype(
        {"candidate_id": "str", "zone_id": "str", "newly": "float64"}
    )
    before = float(weights[old].sum())
    return sites, tables.check(by_zone, SITE_ZONES), (before, before + float(weights[mine >= 0].sum()))
