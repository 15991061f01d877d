"""What a service comes to in every setting of its grid (see `geosocial.measure.robustness`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial.geo.pairs import Pairs
from geosocial.measure import coverage, gaps, reach, robustness, supply
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.reach import Reach
from geosocial.measure.robustness import Outcomes
from geosocial.study import Service, Study

Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.object_]
#: Cost of each demand row to the nearest counted facility of a service, by (sphere, key of the service).
Costs: TypeAlias = Mapping[tuple[str, str], Floats]
#: A definition of supply: a word, or some of the kinds.
Definition: TypeAlias = str | tuple[str, ...]

#: Accessibility and containment are facilities for so many people.
PER = 10_000.0


@dataclass(frozen=True, slots=True)
class City:
    """What every service is measured on: positions instead of identifiers, arrays instead of columns.

    Attributes
    ----------
    zones
        Position of the zone of each row of demand (−1: none) in each zone system, the study's own first.
    facilities
        Of each service, those without a position too.
    reach
        Of each coverage service; empty where only the nearest costs are at hand.
    """

    study: Study
    zone_ids: Texts
    zones: Mapping[str, Ints]
    demand: Mapping[str, Floats]
    costs: Costs
    stock: supply.Stock
    facilities: Mapping[tuple[str, str], supply.Facilities]
    reach: Mapping[tuple[str, str], Reach]

    @property
    def zone(self) -> Ints:
        """Return the zone of each row of demand as the study gives it."""
        return next(iter(self.zones.values()))


def outcomes(city: City, sphere: str, service: Service) -> Outcomes:
    """Return the value of each zone and of the city in each setting of a service."""
    near = city.reach.get((sphere, service.key))
    grid = robustness.grid(
        service,
        city.study.robustness,
        costs=tuple(near.pairs) if near else ("straight",),
        zone_systems=tuple(city.zones),
        pairs=near is not None,
    )
    trial = _Trial(city, (sphere, service.key), service, grid, [], [])
    if service.rule == "ratio":
        trial.ratio()
    else:
        trial.coverage()
    value, whole = np.array(trial.value), np.array(trial.whole)
    return Outcomes(grid, value, whole, robustness.below(value, whole[:, None]))


def enough_sites(city: City, service: Service, held: supply.ServiceSupply) -> Bools:
    """Return whether a ratio rests on enough sites, where its lists are incomplete."""
    if service.rule == "coverage":
        return np.full(len(held.amount), fill_value=True)
    return ~(held.incomplete & (held.facilities < city.study.status.min_sites))


@dataclass(frozen=True, slots=True)
class _Trial:
    """The settings of a service, tried one after the other: rows are added to `value` and `whole`."""

    city: City
    key: tuple[str, str]
    service: Service
    grid: robustness.Grid
    value: list[Floats]
    whole: list[float]

    def ratio(self) -> None:
        """Add per·S/D of each zone and of the city, setting by setting."""
        for zone in self.city.zones.values():
            for definition in self.grid.supply:
                held = self._held(definition)
                enough = enough_sites(self.city, self.service, held)
                for column in self.grid.demand:
                    need = self._need(column, zone)
                    self._add(held.amount[None, :], need, held.amount, enough, per=self.service.per)

    def coverage(self) -> None:
        """Add the coverage, or the accessibility, of each zone and of the city, setting by setting."""
        bands = reach.bands(self.grid.standards, self.city.study.robustness.decay_weights)
        zones = len(self.city.zone_ids)
        enough = np.full(zones, fill_value=True)
        for zone in self.city.zones.values():
            needs = {column: self._need(column, zone) for column in self.grid.demand}
            for cost in self.grid.costs:
                shared = self._shared(cost, bands, zone)
                for definition in self.grid.supply:
                    held = self._held(definition).amount
                    band = bands.of(self._nearest(cost, definition, zone))
                    for rule in self.grid.rules:
                        for column, need in needs.items():
                            if shared is not None and rule == "e2sfca":
                                self._add(shared.accessible(column, definition), need, held, enough, per=PER)
                                continue
                            weight = bands.within if rule == "coverage" else bands.decay
                            demand = self.city.demand[column]
                            inside = reach.by_band(demand, band, zone, zones, len(bands.edge))
                            self._add(weight @ inside.T, need, held, enough, per=1.0)

    def _need(self, column: str, zone: Ints) -> Floats:
        return coverage.demand_by_zone(self.city.demand[column], zone, len(self.city.zone_ids))

    def _held(self, definition: Definition) -> supply.ServiceSupply:
        only = definition if isinstance(definition, tuple) else None
        return supply.of_service(self.city.stock, self.service, only=only)

    def _add(self, sums: Floats, need: Floats, held: Floats, enough: Bools, *, per: float) -> None:
        """Add a row for each of `sums`: per · Σ / D where a zone may be judged, and the same of the city."""
        known = ~(np.isnan(held) | np.isnan(need))
        judged = known & (need >= self.city.study.status.min_demand) & (need > 0) & enough
        for row in sums:
            self.value.append(np.where(judged, per * coverage.share(row, need), np.nan))
            self.whole.append(gaps.city_ratio(np.where(known, row, np.nan), need, per=per))

    def _nearest(self, cost: str, definition: Definition, zone: Ints) -> Floats:
        """Return the cost from each row to the nearest facility of a definition of supply."""
        if definition == "all" and cost == self.grid.costs[0]:
            return self.city.costs[self.key]
        near = self.city.reach[self.key]
        return nearest_of(near, near.pairs[cost], definition, zone)

    def _shared(self, cost: str, bands: reach.Bands, zone: Ints) -> Shared | None:
        if "e2sfca" not in self.grid.rules:
            return None
        near = self.city.reach[self.key]
        columns = {column: self.city.demand[column] for column in self.grid.demand}
        return shared(near, near.pairs[cost], bands, columns, zone=zone, zones=len(self.city.zone_ids))


def kept(facilities: supply.Facilities, definition: Definition) -> Bools:
    """Return which facilities a definition of supply keeps, whoever uses them."""
    if isinstance(definition, tuple):
        return np.isin(facilities.kind, definition)
    if definition == "in_zones":
        return facilities.zone >= 0
    if definition == "with_capacity":
        return facilities.capacity > 0
    return np.full(len(facilities), fill_value=True)


def nearest_of(near: Reach, pairs: Pairs, definition: Definition, zone: Ints) -> Floats:
    """Return the cost from each row to the nearest facility of a definition; inf beyond the reach."""
    use = kept(near.facilities, definition)[pairs.indices]
    if definition == "own_zone":
        use &= near.facilities.zone[pairs.indices] == zone[pairs.rows()]
    return reach.nearest(pairs, use)


@dataclass(frozen=True, slots=True)
class Shared:
    """The catchments of a service at one cost in one zone system, and the demand of each band in them.

    Attributes
    ----------
    decay
        (standards × bands) weights.
    demand
        By demand column: demand of each band (rows) in each zone × facility.
    """

    near: Reach
    catchments: reach.Catchments
    decay: Floats
    demand: Mapping[str, Floats]

    def accessible(self, column: str, definition: Definition) -> Floats:
        """Return Σ P_i A_i of each zone, a row a standard."""
        facilities, found = self.near.facilities, self.catchments
        held = np.where(kept(facilities, definition), facilities.count, 0.0)
        weighted = self.decay @ self.demand[column]
        if definition == "own_zone":
            weighted = np.where(found.zone == facilities.zone[found.facility], weighted, 0.0)
        return np.array([found.accessible(row, held) for row in weighted])


def shared(
    near: Reach, pairs: Pairs, bands: reach.Bands, columns: Mapping[str, Floats], *, zone: Ints, zones: int
) -> Shared:
    """Return the catchments of a service, with the demand of each column in them, counted once."""
    rows, band = pairs.rows(), bands.of(pairs.data)
    found = reach.catchments(pairs, rows, zone, zones)
    edges = len(bands.edge)
    demand = {key: found.demand(np.nan_to_num(p)[rows], band, edges) for key, p in columns.items()}
    return Shared(near, found, bands.decay, demand)


def accessibility(city: City, sphere: str, service: Service) -> Floats:
    """Return Σ P_i A_i of each zone by E2SFCA at the study's own standard, demand and cost."""
    assert service.standard_m is not None  # noqa: S101 - the study refuses a coverage without a standard
    bands = reach.bands([service.standard_m], city.study.robustness.decay_weights)
    near = city.reach[sphere, service.key]
    columns = {service.demand: city.demand[service.demand]}
    found = shared(near, near.own, bands, columns, zone=city.zone, zones=len(city.zone_ids))
    sums: Floats = found.accessible(service.demand, "all")[0]
    return sums
