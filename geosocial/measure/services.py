"""One service, judged in every zone: figures, ranks, settings tried; arrays by position of the zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geosocial.measure import coverage, figures, gaps, reach, supply, trials
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.figures import Figure, Ground
from geosocial.measure.robustness import Outcomes
from geosocial.measure.trials import City
from geosocial.study import Service


@dataclass(frozen=True, slots=True)
class Closures:
    """The facilities that each zone would miss most: zone, column of the costs, demand that loses its cover.

    Ordered by zone, then from the one that is missed most; `order` counts from 1 in each zone.
    """

    zone: Ints
    order: Ints
    facility: Ints
    lost: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """One service, measured: figures by indicator, ranks, the settings tried, what closures would cost."""

    sphere: str
    service: Service
    figures: Mapping[str, Figure]
    ranks: gaps.Ranks
    outcomes: Outcomes
    closures: Closures | None


def judge(city: City, sphere: str, service: Service) -> Judged:
    """Measure one service: demand and supply, the figures of its rule, ranks, settings, closures."""
    held = supply.of_service(city.stock, service)
    demand, zones = city.demand[service.demand], len(city.zone_ids)
    need = coverage.demand_by_zone(demand, city.zone, zones)
    enough = trials.enough_sites(city, service, held)
    ground = Ground(
        need=need,
        held=held.amount,
        known=~(np.isnan(held.amount) | np.isnan(need)),
        sayable=(need >= city.study.status.min_demand) & (need > 0) & enough,
        care=_unknown(demand, city.zone, zones) > city.study.status.max_unknown,
    )
    if service.rule == "coverage":
        found = figures.of_coverage(city, sphere, service, ground)
        found |= figures.beside(city, sphere, service, ground)
    else:
        found = figures.of_ratio(city, sphere, service, ground)
    found |= {"demand": figures.count(need), "supply": figures.count(held.amount)}
    gap = found["gap_share"]
    return Judged(
        sphere=sphere,
        service=service,
        figures=found,
        ranks=gaps.ranks(gap.value, among=gaps.said(gap.status)),
        outcomes=trials.outcomes(city, sphere, service),
        closures=_closures(city, sphere, service, ground),
    )


def _unknown(demand: Floats, zone: Ints, zones: int) -> Floats:
    """Return the share of the places of each zone whose demand is suppressed; 0 where it has no place."""
    here = zone >= 0
    places = np.bincount(zone[here], minlength=zones).astype(np.float64)
    silent = np.bincount(zone[here & np.isnan(demand)], minlength=zones)
    return np.nan_to_num(coverage.share(silent.astype(np.float64), places))


def _closures(city: City, sphere: str, service: Service, ground: Ground) -> Closures | None:
    """Return the facilities whose closing would cost each known zone most, as many as the study lists."""
    near = city.reach.get((sphere, service.key))
    if service.rule != "coverage" or near is None:
        return None
    sole = reach.backup(near.own, near.facilities.count, standard=figures.standard_of(service)).sole
    number = len(near.facilities)
    cost = reach.lost(city.demand[service.demand], sole, city.zone, len(city.zone_ids), number)
    cost[~ground.known] = 0.0
    first = np.argsort(-cost, axis=1, kind="stable")[:, : city.study.robustness.closures]
    least = np.take_along_axis(cost, first, axis=1)
    zone, order = np.nonzero(least > 0)
    return Closures(zone, order + 1, first[zone, order], least[zone, order])
