"""Enterprises by zone and sphere, their roots and support; what the partnership's goals count.

An enterprise is an existing record, with a zone, of a list that the study names in ``followup.enterprises``.
A list that is not declared complete gives at least what is said: with records, the figure is to be read with
care; without one it is missing, never 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of the enterprises."""
        return np.asarray(self.enterprises[name].to_numpy(dtype=object))

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers of the enterprises."""
        return self.enterprises[name].to_numpy(dtype=np.float64)

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
    zone_of, sphere_of = found.column("zone_id"), found.column("sphere")
    for sphere in ("", *spheres()):
        mine = zone_of if not sphere else zone_of[sphere_of == sphere]
        sizes = Counter(mine.tolist())
        for zone, people in (("", everywhere), *zip(found.zone_ids, found.people, strict=True)):
            size = sizes[zone] if zone else len(mine)
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
    zone_of, form_of, founded = found.column("zone_id"), found.column("legal_form"), found.number("founded")
    for zone in ("", *found.zone_ids):
        here = np.ones(len(zone_of), bool) if not zone else zone_of == zone
        forms = [form for form in form_of[here] if form]
        for form in terms("legal_forms"):
            status = "missing" if not forms else counted(len(forms), closed=found.whole(zone))
            part = share(forms.count(form), len(forms))
            group = ("legal_form", form)
            sheet.add("legal_form_share", part, zone=zone, group=group, records=len(forms), status=status)
        ages = year - founded[here & ~np.isnan(founded)]
        known = len(ages) > 0
        every = found.whole(zone) and len(ages) == int(here.sum())
        sure = counted(len(ages), closed=every) if known else "missing"
        age = float(np.median(ages)) if known else math.nan
        sheet.add("age_median", age, zone=zone, records=len(ages), status=sure)


def _support(sheet: Sheet, found: Ground, cost: NDArray[np.float64], standard: float) -> None:
    zone_of = found.column("zone_id")
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
    zone_of, all_jobs = found.column("zone_id"), found.number("jobs")
    where, sphere_of = (supply[name].to_numpy(dtype=object) for name in ("zone_id", "sphere"))
    count, capacity = (supply[name].to_numpy(dtype=np.float64) for name in ("count", "capacity"))
    for zone in ("", *found.zone_ids):
        mine = all_jobs if not zone else all_jobs[zone_of == zone]
        size, jobs = len(mine), mine[~np.isnan(mine)]
        closed = found.whole(zone)
        sheet.add("enterprises", size, zone=zone, records=size, status=counted(size, closed=closed))
        every = closed and len(jobs) == size
        status = counted(len(jobs), closed=every) if len(jobs) or every else "missing"
        sheet.add("jobs", float(jobs.sum()), zone=zone, records=len(jobs), status=status)
        here = np.ones(len(where), bool) if not zone else where == zone
        _sum(sheet, "dwellings", capacity[here & (sphere_of == "housing")], zone=zone)
        for sphere in spheres():
            _sum(sheet, "places", count[here & (sphere_of == sphere)], zone=zone, sphere=sphere)
    return sheet


def _sum(sheet: Sheet, key: str, values: NDArray[np.float64], *, zone: str, sphere: str = "") -> None:
    """Add the sum of what is known; with care where some is missing, missing where all is."""
    known = values[~np.isnan(values)]
    missing = len(known) < len(values)
    status = "missing" if not len(known) else "low_confidence" if missing else "ok"
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
    sizes: dict[str, Counter[tuple[str, str]]] = {}
    for kind, side in where.items():
        mine = movements[movements["movement"] == kind]
        pairs = zip(mine[f"{side}zone_id"].tolist(), mine[f"{side}sphere"].tolist(), strict=True)
        # in its zone and sphere, in its zone, in its sphere, and altogether
        sizes[kind] = Counter(key for z, s in pairs for key in {(z, s), (z, ""), ("", s), ("", "")})
    for sphere in ("", *spheres()):
        for zone in ("", *found.zone_ids):
            status = "ok" if found.whole(zone) else "low_confidence"
            for kind, counts in sizes.items():
                size = counts[zone, sphere]
                first.add(kind, size, zone=zone, sphere=sphere, records=size, status=status)
            born, gone = sizes["opened"][zone, sphere], sizes["closed"][zone, sphere]
            goal.add("net_change", born - gone, zone=zone, sphere=sphere, records=born + gone, status=status)
    return [first, goal]
