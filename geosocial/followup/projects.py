"""Major projects: who lives inside and within reach, what they lack, which enterprises and sites are there.

The reach is on foot from the edge of the polygon: straight line × the study's detour factor ≤ reach. Inside
is a distance of 0, the edge included. A gap is that of the demand within reach: for a coverage the share due
less what is covered, norm · D − C; for a ratio what is due less what stands within reach, norm / per · D − S;
never below 0. The city norm of a ratio is that of the run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.followup.figures import Sheet, complete, counted
from geosocial.followup.registry import FIGURES
from geosocial.measure.indicators import supply_unit
from geosocial.tables.contract import rows, typed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.study import Service, Study

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Near:
    """Cost in metres from the edge of each project: projects × rows; 0 inside, inf out of reach."""

    demand: Floats
    places: Floats
    #: Proposed sites, and the sphere of each.
    sites: Floats
    spheres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The tables that the figures of projects are taken from.

    Attributes
    ----------
    demand, places, overall
        As in `geosocial.tables`.
    costs
        For each coverage service, the cost of each row of demand to its nearest facility.
    """

    study: Study
    zones: pd.DataFrame
    demand: pd.DataFrame
    places: pd.DataFrame
    overall: pd.DataFrame
    costs: Mapping[tuple[str, str], Floats]


def projects(layer: pd.DataFrame, near: Near, known: Known) -> pd.DataFrame:
    """Return the figures of every project (`geosocial.tables.PROJECTS`).

    Parameters
    ----------
    layer
        project_id, name_fr, name_en.
    near
        How far everything is from each project.
    known
        What there is to count.
    """
    import pandas as pd

    told: list[dict[str, Any]] = []
    for n, project in enumerate(rows(layer)):
        kept = {key: project[key] for key in ("project_id", "name_fr", "name_en")}
        example = known.study.projects is not None and known.study.projects.example
        found = [*_people(near.demand[n], known), *_gaps(n, near, known), *_initiatives(n, near, known)]
        told += [{**kept, "sphere": "", "service": "", "demand": "", **f, "example": example} for f in found]
    return typed(pd.DataFrame(told, columns=list(tables.PROJECTS.columns)), tables.PROJECTS)


def _people(cost: Floats, known: Known) -> list[dict[str, Any]]:
    """Return the demand inside and within reach of a project, column by column."""
    told = []
    for column in known.study.demand.columns:
        values = known.demand[column.key].to_numpy(np.float64)
        for key, here in (("project_inside", cost == 0), ("project_reach", np.isfinite(cost))):
            told.append({"indicator": key, "demand": column.key, "unit": column.unit, **_total(values[here])})
    return told


def _total(values: Floats) -> dict[str, Any]:
    """Return the sum of what is known of some places; missing where they are, and none is known."""
    known = ~np.isnan(values)
    status = "ok" if known.all() else "low_confidence" if known.any() else "missing"
    value = float(values[known].sum()) if status != "missing" else math.nan
    return {"value": value, "records": len(values), "status": status}


def _gaps(n: int, near: Near, known: Known) -> list[dict[str, Any]]:
    """Return the gap of each service among the demand within reach of a project."""
    here = np.isfinite(near.demand[n])
    told = []
    for sphere, service in known.study.services():
        need = known.demand[service.demand].to_numpy(np.float64)
        total = _total(need[here])
        if service.rule == "coverage":
            near_enough = known.costs[sphere, service.key] <= (service.standard_m or math.nan)
            covered = float(np.nansum(need[here & near_enough]))
            gap = max(0.0, float(service.norm) * total["value"] - covered)
            unit = next(c.unit for c in known.study.demand.columns if c.key == service.demand)
            told.append(_gap(sphere, service, gap, unit, total))
        else:
            told.append(_ratio_gap(near.places[n], known, sphere, service, total=total))
    return told


def _gap(sphere: str, service: Service, gap: float, unit: str, total: Mapping[str, Any]) -> dict[str, Any]:
    missing = total["status"] == "missing" or math.isnan(gap)
    return {
        "indicator": "project_gap",
        "sphere": sphere,
        "service": service.key,
        "demand": service.demand,
        "unit": unit,
        "value": math.nan if missing else gap,
        "records": total["records"],
        "status": "missing" if missing else total["status"],
    }


def _ratio_gap(
    cost: Floats, known: Known, sphere: str, service: Service, *, total: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a ratio lacks within reach; the silence of an incomplete list says nothing."""
    unit = supply_unit(service)
    places = known.places
    mine = places["counted"] & (places["status"] == "existing") & places["kind"].isin(service.kinds)
    here = mine.to_numpy() & np.isfinite(cost)
    held = places.loc[here, "count" if unit == "facilities" else "capacity"].to_numpy(np.float64)
    norm = service.norm if isinstance(service.norm, float) else _city(known, sphere, service)
    gap = max(0.0, norm / service.per * total["value"] - float(np.nansum(held)))
    lists = [spec.key for spec in known.study.places if spec.counted]
    fed = [key for key in lists if (mine & (places["source"] == key)).any()]
    closed = bool(complete(known.study, fed, known.zones["kind"]).all()) and not np.isnan(held).any()
    said = counted(int(here.sum()), closed=closed)
    told = _gap(sphere, service, gap if said != "missing" else math.nan, unit, total)
    return told if told["status"] == "missing" or said == "ok" else {**told, "status": said}


def _city(known: Known, sphere: str, service: Service) -> float:
    table = known.overall
    mine = (table["sphere"] == sphere) & (table["service"] == service.key) & (table["indicator"] == "rate")
    return float(table.loc[mine, "value"].iloc[0]) if mine.any() else math.nan


def _initiatives(n: int, near: Near, known: Known) -> list[dict[str, Any]]:
    """Return the enterprises inside and near a project, and the sites proposed inside."""
    lists = known.study.followup.enterprises if known.study.followup else ()
    places = known.places
    mine = (places["source"].isin(lists) & (places["status"] == "existing")).to_numpy()
    closed = bool(complete(known.study, lists, known.zones["kind"]).all())
    cost = near.places[n]
    told: list[dict[str, Any]] = []
    for key, here in (("project_enterprises", cost == 0), ("project_near", (cost > 0) & np.isfinite(cost))):
        size = int((mine & here).sum())
        status = counted(size, closed=closed)
        value = math.nan if status == "missing" else float(size)
        told.append({"indicator": key, "value": value, "records": size, "status": status})
    # where no site was sought, that none is proposed says nothing
    for sphere in dict.fromkeys(near.spheres) or ("",):
        inside = int(((near.sites[n] == 0) & (np.array(near.spheres) == sphere)).sum()) if sphere else 0
        value, status = (float(inside), "ok") if sphere else (math.nan, "missing")
        site = {"indicator": "project_sites", "sphere": sphere, "value": value, "records": inside}
        told.append({**site, "status": status})
    return [{**row, "unit": FIGURES[str(row["indicator"])].unit} for row in told]


def summary(table: pd.DataFrame, *, example: bool) -> Sheet:
    """Return what the direction on major projects says of all of them: their number."""
    sheet = Sheet("major_projects", example=example)
    size = table["project_id"].nunique()
    sheet.add("projects", size, records=size)
    return sheet
