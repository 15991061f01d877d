"""One service, judged in every zone: figures, ranks, settings tried; arrays by position of the zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial.measure import coverage, gaps, robustness, supply
from geosocial.measure.coverage import Floats, Ints
from geosocial.study import Service, Study

Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.object_]
#: Cost of each demand row to the nearest counted facility of a service, by (sphere, key of the service).
Costs: TypeAlias = Mapping[tuple[str, str], Floats]


@dataclass(frozen=True, slots=True)
class City:
    """What every service is measured on: positions instead of identifiers, arrays instead of columns."""

    study: Study
    zone_ids: Texts
    zone: Ints
    demand: Mapping[str, Floats]
    costs: Costs
    stock: supply.Stock


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator: value, interval and status of each zone, then the same of the study as a whole."""

    value: Floats
    lower: Floats
    upper: Floats
    status: Texts
    whole: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """One service, measured: figures by indicator, ranks, and the settings tried."""

    sphere: str
    service: Service
    figures: Mapping[str, Figure]
    ranks: gaps.Ranks
    tried: list[robustness.Tried]


def judge(city: City, sphere: str, service: Service) -> Judged:
    """Measure one service: demand and supply, the figures of its rule, ranks, settings."""
    held = supply.of_service(city.stock, service)
    need = coverage.demand_by_zone(city.demand[service.demand], city.zone, len(city.zone_ids))
    known = ~(np.isnan(held.amount) | np.isnan(need))
    enough = np.full(len(need), fill_value=True)
    if service.rule == "ratio":
        enough = ~(held.incomplete & (held.facilities < city.study.status.min_sites))
    sayable = (need >= city.study.status.min_demand) & (need > 0) & enough
    if service.rule == "coverage":
        figures = _coverage_figures(city, sphere, service, known, sayable)
    else:
        figures = _ratio_figures(service, need, held.amount, known, sayable)
    for key, count in (("demand", need), ("supply", held.amount)):
        here = ~np.isnan(count)
        figures[key] = _plain(count, here, here, float(count[here].sum()) if here.any() else np.nan)
    gap = figures["gap_share"]
    return Judged(
        sphere=sphere,
        service=service,
        figures=figures,
        ranks=gaps.ranks(gap.value, among=gap.status == "ok"),
        tried=_tried(city, sphere, service, held, enough),
    )


def _coverage_figures(
    city: City, sphere: str, service: Service, known: Bools, sayable: Bools
) -> dict[str, Figure]:
    """Return coverage, gap and gap share with their intervals: the most gap at the least coverage."""
    study, norm = city.study, float(service.norm)
    low, high = study.robustness.detour_range
    found = coverage.covered_with_interval(
        city.demand[service.demand],
        city.costs[sphere, service.key],
        city.zone,
        len(city.zone_ids),
        standard=_standard(service),
        stretch=(low / study.detour, high / study.detour),
    )
    within = tuple(np.where(known, end, np.nan) for end in (found.covered, found.lower, found.upper))
    beyond = tuple(gaps.coverage_gap(within[end], found.demand, norm=norm).gap for end in (0, 2, 1))
    figures = {}
    for key, ends, whole in (
        ("coverage", within, found.demand),
        ("gap", beyond, None),
        ("gap_share", beyond, found.demand),
    ):
        values = [end if whole is None else coverage.share(end, whole) for end in ends]
        sums = [float(end[known].sum()) for end in ends]
        total = 1.0 if whole is None else float(whole[known].sum())
        city_wide = [one / total if known.any() and total > 0 else np.nan for one in sums]
        status = gaps.status(known=known, sayable=sayable, value=values[0])
        figures[key] = Figure(
            values[0], values[1], values[2], status, (city_wide[0], city_wide[1], city_wide[2])
        )
    return figures


def _ratio_figures(
    service: Service, need: Floats, held: Floats, known: Bools, sayable: Bools
) -> dict[str, Figure]:
    """Return gap, gap share and rate of a ratio; no interval is computed, and none is invented."""
    found = gaps.ratio_gap(held, need, norm=service.norm, per=service.per)
    gap, due = float(found.gap[known].sum()), float(found.due[known].sum())
    share, rate = coverage.share(found.gap, found.due), service.per * coverage.share(held, need)
    return {
        "gap": _plain(found.gap, known, sayable, gap if known.any() else np.nan),
        "gap_share": _plain(share, known, sayable, gap / due if due > 0 else np.nan),
        "rate": _plain(rate, known, sayable, gaps.city_ratio(held, need, per=service.per)),
    }


def _plain(value: Floats, known: Bools, sayable: Bools, whole: float) -> Figure:
    """Return a figure without interval."""
    none = np.full(len(value), np.nan)
    kept = np.where(known, value, np.nan)
    return Figure(
        kept, none, none, gaps.status(known=known, sayable=sayable, value=kept), (whole, np.nan, np.nan)
    )


def _tried(
    city: City, sphere: str, service: Service, held: supply.ServiceSupply, enough: Bools
) -> list[robustness.Tried]:
    """Return the value of each zone and of the city in each setting of a service."""
    outcomes = []
    for setting in robustness.settings(service, city.study.robustness):
        demand, zones = city.demand[setting.demand], len(city.zone_ids)
        need = coverage.demand_by_zone(demand, city.zone, zones)
        known = ~(np.isnan(held.amount) | np.isnan(need))
        if service.rule == "coverage":
            cost = city.costs[sphere, service.key]
            within = coverage.covered_by_zone(demand, cost, city.zone, zones, standard=setting.standard_m)
            value, per = coverage.share(within, need), 1.0
        else:
            within, per = held.amount, service.per
            value = per * coverage.share(within, need)
        judged = known & (need >= city.study.status.min_demand) & (need > 0) & enough
        outcomes.append(
            robustness.tried(
                setting, value, gaps.city_ratio(np.where(known, within, np.nan), need, per=per), judged=judged
            )
        )
    return outcomes


def _standard(service: Service) -> float:
    assert service.standard_m is not None  # noqa: S101 - the study refuses a coverage without a standard
    return service.standard_m
