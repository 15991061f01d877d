"""What the steering committee follows: an ordered list of calls, from the study's files to the tables.

Reads the plan, the major projects, the contracts and what the lists say beside their records; measures;
judges; says what of the lists is published. Without ``[followup]``, ``[projects]``, ``[contracts]``,
``[listings]`` and ``[directory]`` it gives no table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geosocial import tables
from geosocial.results import InputFile
from geosocial.tables.contract import typed

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.followup.enterprises import Ground
    from geosocial.followup.figures import Sheet
    from geosocial.intake.contracts import Contracts
    from geosocial.intake.plan import Plan
    from geosocial.study import Study


@dataclass(frozen=True, slots=True)
class Found:
    """What the follow-up takes from the run: the tables of the same names, and the costs of the services."""

    zones: gpd.GeoDataFrame
    places: pd.DataFrame
    demand: pd.DataFrame
    supply: pd.DataFrame
    measures: pd.DataFrame
    overall: pd.DataFrame
    disparity: pd.DataFrame
    costs: Mapping[tuple[str, str], NDArray[np.float64]]
    #: `geosocial.tables.PROPOSED`.
    proposed: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Followed:
    """The tables of the follow-up by name, its faults and its files."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    faults: tuple[pd.DataFrame, ...] = ()
    files: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """The files of the follow-up as they were read: each None where the study names none."""

    planned: Plan | None
    contracts: Contracts | None
    details: pd.DataFrame
    detail_faults: Sequence[pd.DataFrame]
    projects: tuple[gpd.GeoDataFrame, InputFile, pd.DataFrame] | None


def read(study: Study, zones: gpd.GeoDataFrame, places: pd.DataFrame) -> Read | None:
    """Return the files of the follow-up; None where a study follows nothing.

    Raises
    ------
    InputError
        When a file cannot be used; a row that cannot is rejected and told in the faults.
    """
    if not study.followed:
        return None
    from geosocial.intake.contracts import read_contracts
    from geosocial.intake.details import read_details
    from geosocial.intake.plan import read_plan
    from geosocial.intake.projects import read_projects

    planned = read_plan(study, zones)
    contracts = read_contracts(study, zones, places)
    return Read(planned, contracts, *read_details(study), read_projects(study))


def follow(study: Study, found: Found, given: Read | None) -> Followed:
    """Return the tables of the follow-up of a run, from what `read` gave."""
    if given is None:
        return Followed(tables=_published(study, found))
    import pandas as pd

    from geosocial.followup import contracts as bought
    from geosocial.followup import directions, enterprises, figures, plan, progress

    planned, contracts, details = given.planned, given.contracts, given.details
    layer = _projects(study, found, given)
    ground = enterprises.ground(study, found.zones, found.places, found.demand, details)
    first = enterprises.entrepreneurship(ground, _support(study, found.places, ground))
    moved = _movements(study, found.places)
    business = None
    if contracts is not None:
        complete = study.contracts is not None and study.contracts.complete
        bill, names = contracts.contracts, contracts.suppliers
        business = bought.purchases(bill, names, found.zones, complete=complete)
    actions = planned.actions if planned else tables.empty(tables.PLAN_ACTIONS)
    told: list[Sheet] = []
    if study.followup is not None:
        told += [first, *enterprises.changed(ground, moved)]
    told += [] if layer is None else [layer.summary]
    told += [directions.quality_of_life(found.measures, found.overall, found.disparity)]
    told += [] if business is None else [business]
    if study.listings is not None:
        told.append(directions.promotion(study, found.zones, found.places, details))
    if study.followup is not None:
        told += [
            enterprises.recognised(ground, found.supply),
            directions.supported(actions, business, first),
        ]
    table = figures.table(told)
    made: dict[str, pd.DataFrame] = {"directions": table, **_published(study, found)}
    if layer is not None:
        made["projects"] = layer.table
    if contracts is not None:
        made |= {"contracts": contracts.contracts, "suppliers": contracts.suppliers}
    if planned is not None:
        seen = directions.observed(
            planned.indicators, planned.observations, study=study, overall=found.overall, directions=table
        )
        judged = progress.progress(planned.indicators, seen, study.edition)
        made |= {"plan_actions": actions, "plan_indicators": planned.indicators, "plan_observations": seen}
        made |= {"progress": judged, "rollup": plan.rollup(actions, judged)}
        made["matrix"] = plan.matrix(actions, judged)
    rows = [row for part in (planned, contracts) if part for row in part.rows]
    if rows:
        made["plan_rows"] = tables.check_plan_rows(typed(pd.DataFrame(rows), tables.PLAN_ROWS))
    parts = [part for part in (planned, contracts, layer) if part is not None]
    return Followed(
        tables=made,
        faults=(*(f for part in parts for f in part.faults), *given.detail_faults),
        files=tuple(file for part in parts for file in part.files),
    )


@dataclass(frozen=True, slots=True)
class _Layer:
    table: pd.DataFrame
    summary: Sheet
    faults: tuple[pd.DataFrame, ...]
    files: tuple[InputFile, ...]


def _projects(study: Study, found: Found, given: Read) -> _Layer | None:
    """Return the figures of the major projects; None where the study names none."""
    import numpy as np
    import pandas as pd

    from geosocial.followup import projects
    from geosocial.geo.polygons import distances

    if given.projects is None or study.projects is None:
        return None
    layer, file, faults = given.projects
    shapes, within = layer.geometry.to_numpy(), study.projects.reach_m / study.detour

    def cost(table: pd.DataFrame) -> NDArray[np.float64]:
        x, y = table["x"].to_numpy(np.float64), table["y"].to_numpy(np.float64)
        return distances(shapes, x, y, within=within) * study.detour

    # of each sphere, the proposal with the most sites holds what is proposed
    every = found.proposed
    sites = every[every["number"] == every.groupby(["sphere", "service"])["number"].transform("max")]
    near = projects.Near(
        demand=cost(found.demand),
        places=cost(found.places),
        sites=cost(sites),
        spheres=tuple(sites["sphere"]),
    )
    known = projects.Known(study, found.zones, found.demand, found.places, found.overall, found.costs)
    table = projects.projects(pd.DataFrame(layer.drop(columns=layer.geometry.name)), near, known)
    return _Layer(table, projects.summary(table, example=study.projects.example), (faults,), (file,))


def _published(study: Study, found: Found) -> dict[str, pd.DataFrame]:
    """Return the tables of the public directory by name; none where the study asks for none."""
    spec = study.directory
    if spec is None:
        return {}
    from geosocial.followup.directory import cells, directory
    from geosocial.intake.directory import read_home_based

    listed = directory(found.places, study.published, read_home_based(study), blur_m=spec.blur_m)
    zones = [str(z) for z in found.zones["zone_id"]]
    counted = cells(listed, zones, tuple(study.spheres), least=spec.least)
    return {"directory": listed, "directory_cells": counted}


def _support(study: Study, places: pd.DataFrame, ground: Ground) -> NDArray[np.float64] | None:
    """Return the cost from each enterprise to the nearest support organisation; None where none is named."""
    from geosocial.geo.distance import nearest

    support = study.followup.support if study.followup else None
    if support is None:
        return None
    here = places[(places["source"] == support.list) & (places["status"] == "existing")]
    mine = ground.enterprises
    cost, _ = nearest(mine["x"], mine["y"], here["x"], here["y"], detour=study.detour)
    return cost


def _movements(study: Study, places: pd.DataFrame) -> pd.DataFrame | None:
    """Return what became of the enterprises since the earlier edition; None where the study names none."""
    spec = study.followup
    if spec is None or study.earlier is None:
        return None
    from geosocial.followup.editions import movements
    from geosocial.intake.edition import read_places

    before = read_places(study.earlier)
    mine = [table[table["source"].isin(spec.enterprises)] for table in (before, places)]
    return movements(*mine, moved_m=spec.moved_m)
