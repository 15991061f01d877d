"""Enterprises by zone and sphere, their roots and support; what the partnership's goals count.

An enterprise is an existing record, with a zone, of a list that the study names in ``followup.enterprises``.
A list that is not declared complete gives at least what is said: with records, the figure is to be read with
care; without one it is missing, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.followup.figures import Sheet, complete, counted, share
from geosocial.vocabulary import spheres, terms

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.study import Study


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figures of enterprises stand on: the zones, which lists are complete there, the people."""

    study: Study
    zone_ids: Sequence[str]
    #: Zones in which the lists of enterprises are complete.
    closed: NDArray[np.bool_]
    #: People of each zone; NaN where not known.
    people: NDArray[np.float64]
    #: Existing enterprises with a zone: columns of `geosocial.tables.PLACES`, founded, jobs.
    enterprises: pd.DataFrame

    def of(self, zone: str, sphere: str = "") -> pd.DataFrame:
        """Return the enterprises of a zone (all: ``""``) and a sphere (all: ``""``)."""
        table = self.enterprises
        kept = np.ones(len(table), bool) if not zone else (table["zone_id"] == zone).to_numpy()
        return table[kept & (table["sphere"] == sphere).to_numpy()] if sphere else table[kept]

    def whole(self, zone: str) -> bool:
        """Return whether the lists are complete in a zone, or in every one."""
        return bool(self.closed.all()) if not zone else bool(self.closed[list(self.zone_ids).index(zone)])


def ground(
    study: Study, zones: pd.DataFrame, places: pd.DataFrame, demand: pd.DataFrame, details: pd.DataFrame
) -> Ground:
    """Return what the figures of enterprises stand on.

    Parameters
    ----------
    zones, places, demand
        As in `geosocial.tables`.
    details
        source, source_row, founded, jobs of the rows of the lists of enterprises.
    """
    spec = study.followup
    lists = spec.enterprises if spec else ()
    here = places["source"].isin(lists) & (places["status"] == "existing") & (places["zone_id"] != "")
    mine = places[here & (places["outcome"] != "rejected")]
    table = mine.merge(
        details[["source", "source_row", "founded", "jobs"]], on=["source", "source_row"], how="left"
    )
    ids = [str(z) for z in zones["zone_id"]]
    people = np.full(len(ids), np.nan)
    if spec is not None:
        sums = demand.groupby("zone_id")[spec.people].sum(min_count=1)
        people = np.array([float(sums.get(z, np.nan)) for z in ids])
    return Ground(study, ids, complete(study, lists, zones["kind"]), people, table)


def entrepreneurship(found: Ground, support: NDArray[np.float64] | None) -> Sheet:
    """Return enterprises, and enterprises per 10,000 residents, by zone and sphere; roots; support.

    Parameters
    ----------
    found
        From `ground`.
    support
        Cost in metres from each enterprise, in its order, to the nearest support organisation; None where the
        study names none.
    """
    sheet = Sheet("entrepreneurship")
    everywhere = float(np.nansum(found.people)) if not np.isnan(found.people).all() else math.nan
    for sphere in ("", *spheres()):
        for zone, people in (("", everywhere), *zip(found.zone_ids, found.people, strict=True)):
            size = len(found.of(zone, sphere))
            status = counted(size, closed=found.whole(zone))
            sheet.add("enterprises", size, zone=zone, sphere=sphere, records=size, status=status)
            rate = share(size * 1e4, people)
            few = math.isnan(rate) or people < found.study.status.min_demand
            said = status if status == "missing" or not few else "cannot_say"
            sheet.add("enterprises_per_10000", rate, zone=zone, sphere=sphere, records=size, status=said)
    _roots(sheet, found)
    if support is not None and found.study.followup and found.study.followup.support:
        _support(sheet, found, support, found.study.followup.support.standard_m)
    return sheet


def _roots(sheet: Sheet, found: Ground) -> None:
    """Add the shares of the legal forms and the median age: the local roots of enterprises."""
    year = float(found.study.edition.year)
    for zone in ("", *found.zone_ids):
        mine = found.of(zone)
        forms = mine.loc[mine["legal_form"] != "", "legal_form"]
        for form in terms("legal_forms"):
            status = "missing" if forms.empty else counted(len(forms), closed=found.whole(zone))
            part = share(int((forms == form).sum()), len(forms))
            group = ("legal_form", form)
            sheet.add("legal_form_share", part, zone=zone, group=group, records=len(forms), status=status)
        ages = year - mine["founded"].dropna().to_numpy(np.float64)
        known = len(ages) > 0
        sure = counted(len(ages), closed=found.whole(zone) and len(ages) == len(mine)) if known else "missing"
        age = float(np.median(ages)) if known else math.nan
        sheet.add("age_median", age, zone=zone, records=len(ages), status=sure)


def _support(sheet: Sheet, found: Ground, cost: NDArray[np.float64], standard: float) -> None:
    zone_of = found.enterprises["zone_id"].to_numpy()
    located = ~np.isnan(cost)
    for zone in ("", *found.zone_ids):
        here = located if not zone else located & (zone_of == zone)
        size = int(here.sum())
        part = share(int((cost[here] <= standard).sum()), size)
        status = "missing" if not size else counted(size, closed=found.whole(zone))
        sheet.add("support_coverage", part, zone=zone, records=size, status=status)


def recognised(found: Ground, supply: pd.DataFrame) -> Sheet:
    """Return the contribution that is acknowledged, by zone: enterprises, jobs, dwellings, places.

    Parameters
    ----------
    found
        From `ground`.
    supply
        `geosocial.tables.SUPPLY`.
    """
    sheet = Sheet("recognise")
    for zone in ("", *found.zone_ids):
        mine = found.of(zone)
        size, jobs = len(mine), mine["jobs"].dropna()
        closed = found.whole(zone)
        sheet.add("enterprises", size, zone=zone, records=size, status=counted(size, closed=closed))
        every = closed and len(jobs) == size
        status = counted(len(jobs), closed=every) if len(jobs) or every else "missing"
        sheet.add("jobs", float(jobs.sum()), zone=zone, records=len(jobs), status=status)
        here = supply if not zone else supply[supply["zone_id"] == zone]
        housing = here[here["sphere"] == "housing"]
        _sum(sheet, "dwellings", housing["capacity"], zone=zone)
        for sphere in spheres():
            _sum(sheet, "places", here.loc[here["sphere"] == sphere, "count"], zone=zone, sphere=sphere)
    return sheet


def _sum(sheet: Sheet, key: str, values: pd.Series[float], *, zone: str, sphere: str = "") -> None:
    """Add the sum of what is known; with care where some is missing, missing where all is."""
    known = values.dropna()
    missing = len(known) < len(values)
    status = "missing" if known.empty else "low_confidence" if missing else "ok"
    sheet.add(key, float(known.sum()), zone=zone, sphere=sphere, records=len(known), status=status)


def changed(found: Ground, movements: pd.DataFrame | None) -> list[Sheet]:
    """Return openings, closures and moves since the earlier edition, and the goal that they serve.

    Parameters
    ----------
    found
        From `ground`.
    movements
        `geosocial.tables.MOVEMENTS` of the enterprises; None where there is no earlier edition: no figure.
    """
    if movements is None:
        return []
    first, goal = Sheet("entrepreneurship"), Sheet("consolidate")
    where = {"opened": "other_", "closed": "", "moved": "other_"}
    for sphere in ("", *spheres()):
        for zone in ("", *found.zone_ids):
            sizes = {}
            for kind, side in where.items():
                mine = movements[movements["movement"] == kind]
                mine = mine if not zone else mine[mine[f"{side}zone_id"] == zone]
                mine = mine if not sphere else mine[mine[f"{side}sphere"] == sphere]
                sizes[kind] = len(mine)
            status = "ok" if found.whole(zone) else "low_confidence"
            for kind, size in sizes.items():
                first.add(kind, size, zone=zone, sphere=sphere, records=size, status=status)
            net, records = sizes["opened"] - sizes["closed"], sizes["opened"] + sizes["closed"]
            goal.add("net_change", net, zone=zone, sphere=sphere, records=records, status=status)
    return [first, goal]
