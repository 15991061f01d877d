"""Equity of a study: disparity, inequality, hubs where gaps of several spheres meet, gaps weighted by need.

An ordered list of tables over what the other kernels find; formulas stand in `geosocial.measure.disparity`,
`geosocial.measure.inequality` and `geosocial.measure.need`. What people have is the number of facilities
within the standard of their place. Zones whose supply is missing take no part: what is not known is not 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.measure import inequality as unequal
from geosocial.measure import supply
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.disparity import Draws, demographic_interval, geographic_interval
from geosocial.measure.need import (
    Dimension,
    equity_index,
    equity_weighted_gap,
    equity_weights,
    weighted_index,
)
from geosocial.tables.contract import typed

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.measure.reach import Reach
    from geosocial.measure.supply import Facilities
    from geosocial.study import EquityGroup, EquitySpec, Service, Study

#: Steps of a Lorenz curve.
STEPS = 100
Row = dict[str, Any]


@dataclass(frozen=True)
class City:
    """What equity is told of: the tables of a run, with demand by row and position of its zone."""

    study: Study
    spec: EquitySpec
    zones: pd.DataFrame
    places: pd.DataFrame
    demand: pd.DataFrame
    measures: pd.DataFrame
    costs: Mapping[tuple[str, str], Floats]
    reach: Mapping[tuple[str, str], Reach]

    @cached_property
    def zone(self) -> Ints:
        """Return the position of the zone of each demand row, −1 in none."""
        position = {zone: at for at, zone in enumerate(self.zones["zone_id"])}
        return np.array([position.get(zone, -1) for zone in self.demand["zone_id"].tolist()], np.intp)

    def people(self, column: str) -> Floats:
        """Return a demand column by row."""
        return self.demand[column].to_numpy(np.float64)

    def by_zone(self, values: Floats) -> Floats:
        """Return the known sum of each zone; NaN where nothing is known."""
        known = (self.zone >= 0) & ~np.isnan(values)
        size = len(self.zones)
        total = np.bincount(self.zone[known], weights=values[known], minlength=size)
        return np.where(np.bincount(self.zone[known], minlength=size) > 0, total, np.nan)

    def told(self, sphere: str, service: str) -> NDArray[np.bool_]:
        """Return whether the supply of each zone is known."""
        return self.zones["zone_id"].isin(self._supplied.get((sphere, service), ())).to_numpy(bool)

    @cached_property
    def _supplied(self) -> Mapping[Any, set[str]]:
        """Return the zones whose supply is known, by sphere and service."""
        rows = self.measures[self.measures["indicator"] == "supply"]
        parts = rows[rows["status"] != "missing"].groupby(["sphere", "service"])
        return {key: set(part["zone_id"]) for key, part in parts}

    def facilities(self, sphere: str, service: Service) -> Facilities:
        """Return the located facilities of a service."""
        near = self.reach.get((sphere, service.key))
        if near is not None:
            return near.facilities
        return supply.facilities(self.places, self.zones, self.study, service, located=False)

    @cached_property
    def draws(self) -> Draws:
        """Return how intervals are drawn."""
        spec = self.spec
        return Draws(spec.seed, spec.draws, spec.level, spec.rounding_base)


@dataclass(frozen=True, slots=True)
class Equity:
    """The tables of equity, as in `geosocial.tables`."""

    disparity: pd.DataFrame
    inequality: pd.DataFrame
    lorenz: pd.DataFrame
    hubs: pd.DataFrame
    hub_zones: pd.DataFrame
    need_gaps: pd.DataFrame

    def named(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the names of their contracts."""
        return {contract.name: getattr(self, contract.name) for contract in tables.EQUITY}


def equity(
    study: Study,
    zones: pd.DataFrame,
    places: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    measures: pd.DataFrame,
    costs: Mapping[tuple[str, str], Floats],
    reach: Mapping[tuple[str, str], Reach],
) -> Equity:
    """Return the tables of equity; all empty where the study has no ``[equity]``.

    Parameters
    ----------
    zones, places, demand, measures
        As in `geosocial.tables`.
    costs, reach
        As in `geosocial.measure.evaluate.measure`.
    """
    if study.equity is None:
        return Equity(*(tables.empty(contract) for contract in tables.EQUITY))
    city = City(study, study.equity, zones, places, demand, measures, costs, reach)
    hubs, hub_zones = _hubs(city)
    return Equity(
        _table(_disparity(city), tables.DISPARITY),
        _table(_inequality(city), tables.INEQUALITY),
        _table(_lorenz(city), tables.LORENZ),
        hubs,
        hub_zones,
        _table(_need_gaps(city), tables.NEED_GAPS),
    )


def _table(rows: Iterator[Row], contract: tables.Contract) -> pd.DataFrame:
    import pandas as pd

    held = list(rows)
    if not held:
        return tables.empty(contract)
    return typed(pd.DataFrame(held, columns=list(contract.columns)), contract)


def _listed(found: Facilities, kept: NDArray[np.bool_], *, ratio: bool) -> tuple[Ints, Floats]:
    """Return which facilities are drawn and what each holds: one a facility, dwellings where they are due."""
    row = np.flatnonzero(kept)
    if ratio:
        return row, found.capacity[row]
    whole = bool((found.count[row] == np.floor(found.count[row])).all())
    if whole:
        row = np.repeat(row, found.count[row].astype(np.intp))
        return row, np.ones(len(row))
    return row, found.count[row]


def _disparity(city: City) -> Iterator[Row]:
    for sphere, service in city.study.services():
        told = city.told(sphere, service.key)
        found = city.facilities(sphere, service)
        inside = found.zone >= 0
        inside[inside] = told[found.zone[inside]]
        listed, held = _listed(found, inside, ratio=service.rule == "ratio")
        base = np.where(told, city.by_zone(city.people(service.demand)), np.nan)
        place = found.zone[listed]
        known = ~np.isnan(held)
        geo = geographic_interval(place, base, how=city.draws, amount=held)
        share = base / np.nansum(base) if np.nansum(base) > 0 else base * np.nan
        for at, zone in enumerate(city.zones["zone_id"]):
            yield {"zone_id": zone, "sphere": sphere, "service": service.key, "group": ""} | {
                "resources": geo.value[at] + share[at],
                "baseline": share[at],
                "value": geo.value[at],
                "lower": geo.lower[at],
                "upper": geo.upper[at],
            }
        if known.any() and np.isfinite(found.x[listed]).all():
            yield from _groups(city, sphere, service, found, (told, listed, held))


def _groups(
    city: City,
    sphere: str,
    service: Service,
    found: Facilities,
    drawn: tuple[NDArray[np.bool_], Ints, Floats],
) -> Iterator[Row]:
    """Give the demographic disparity of each group: facilities belong to the nearest place with people."""
    from geosocial.geo.distance import nearest

    told, listed, held = drawn
    inside = city.zone >= 0
    inside[inside] = told[city.zone[inside]]
    rows, at = np.unique(listed, return_inverse=True)
    before = place = rows[:0]
    for group in city.spec.groups:
        some, heads = city.people(group.column), city.people(group.of)
        lived = np.flatnonzero(inside & (heads > 0) & ~np.isnan(some))
        if not len(lived) or not len(rows):
            continue
        if not np.array_equal(lived, before):  # most groups are told of the same places
            x, y = city.demand[["x", "y"]].to_numpy(np.float64)[lived].T
            before, place = lived, nearest(found.x[rows], found.y[rows], x, y, detour=1)[1][at]
        off = demographic_interval(place, some[lived], heads[lived], how=city.draws, amount=held)
        whole = float(some[lived].sum() / heads[lived].sum())
        yield {
            "zone_id": "",
            "sphere": sphere,
            "service": service.key,
            "group": group.column,
            "resources": off.value + whole,
            "baseline": whole,
            "value": off.value,
            "lower": off.lower,
            "upper": off.upper,
        }


def _in_reach(city: City, sphere: str, service: Service) -> tuple[Floats, Floats]:
    """Return the facilities within the standard of each demand row, and its demand; NaN where not known."""
    near = city.reach[sphere, service.key]
    pairs = near.own
    row = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))
    within = pairs.data <= (service.standard_m or 0.0)
    have = np.bincount(
        row[within], weights=near.facilities.count[pairs.indices[within]], minlength=pairs.shape[0]
    ).astype(np.float64)
    known = city.zone >= 0
    known[known] = city.told(sphere, service.key)[city.zone[known]]
    return np.where(known, have, np.nan), city.people(service.demand)


def _reached(city: City) -> Iterator[tuple[str, Service]]:
    for sphere, service in city.study.services():
        if (sphere, service.key) in city.reach:
            yield sphere, service


def _inequality(city: City) -> Iterator[Row]:
    for sphere, service in _reached(city):
        have, people = _in_reach(city, sphere, service)
        held = ~(np.isnan(have) | np.isnan(people))
        total = float(people[held].sum())
        parts = unequal.theil_decomposition(have, city.zone, people)
        cost = np.where(np.isnan(have), np.nan, city.costs[sphere, service.key])
        cost = np.where(np.isinf(cost), np.nan, cost)
        near = ~(np.isnan(cost) | np.isnan(people))
        some = float(people[near].sum())
        told: list[tuple[str, str, float, str]] = [
            ("mean", "", float(people[held] @ have[held]) / total if total > 0 else np.nan, "facilities"),
            ("gini", "", unequal.gini(have, people), ""),
            ("theil", "", unequal.theil(have, people), ""),
            ("theil_between", "", parts.between, ""),
            ("theil_within", "", parts.within, ""),
            ("atkinson", "", unequal.atkinson(have, people, epsilon=city.spec.atkinson), ""),
        ]
        for group in city.spec.groups:
            off = -group.sense * _share(city, group)
            told += [
                ("palma", group.column, unequal.palma(have, people, by=off), ""),
                ("concentration", group.column, unequal.concentration_index(have, people, by=off), ""),
            ]
        mean = float(people[near] @ cost[near]) / some if some > 0 else np.nan
        even = unequal.kolm_pollak(cost, people, epsilon=city.spec.kolm_pollak) if some > 0 else np.nan
        told += [("mean_cost", "", mean, "m"), ("kolm_pollak", "", even, "m")]
        for index, column, value, unit in told:
            facts = {"sphere": sphere, "service": service.key, "index": index, "group": column}
            yield facts | {"value": value, "unit": unit}


def _lorenz(city: City) -> Iterator[Row]:
    at = np.arange(STEPS + 1) / STEPS
    for sphere, service in _reached(city):
        people, held = unequal.lorenz(*_in_reach(city, sphere, service))
        if len(people) < 2 or np.isnan(held).any():
            continue
        for share, part in zip(at.tolist(), np.interp(at, people, held).tolist(), strict=True):
            yield {"sphere": sphere, "service": service.key, "people": share, "held": part}


def _share(city: City, group: EquityGroup) -> Floats:
    """Return the share of a group at each place; NaN where it is not known or nobody lives there."""
    some, heads = city.people(group.column), city.people(group.of)
    share: Floats = np.divide(some, heads, out=np.full(len(some), np.nan), where=heads > 0)
    return share


def _hubs(city: City) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the places from which two spheres or more are too far, and how many people lack how many."""
    import pandas as pd

    size = len(city.demand)
    names: list[str] = []
    lacks = np.zeros((0, size), bool)
    for sphere, spec in city.study.spheres.items():
        reached = [s for s in spec.services if (sphere, s.key) in city.costs and s.standard_m is not None]
        if not reached:
            continue
        lacking = np.zeros(size, bool)
        for service in reached:
            known = city.zone >= 0
            known[known] = city.told(sphere, service.key)[city.zone[known]]
            lacking |= known & (city.costs[sphere, service.key] > (service.standard_m or 0.0))
        names.append(sphere)
        lacks = np.vstack([lacks, lacking])
    unmet = lacks.sum(axis=0).astype(np.int64)
    people = city.people(city.spec.people)
    rows = np.flatnonzero((unmet >= 2) & ~(people <= 0))
    order = rows[np.lexsort((-np.nan_to_num(people[rows]), -unmet[rows]))]
    keys = np.array(names, dtype=object)
    hubs = city.demand[["demand_id", "zone_id", "x", "y"]].iloc[order].reset_index(drop=True)
    hubs = hubs.assign(
        people=people[order],
        unmet=unmet[order],
        spheres=pd.Series([",".join(keys[lacks[:, row]]) for row in order], dtype="str"),
    )
    return tables.check(hubs, tables.HUBS), _table(_hub_zones(city, unmet, len(names)), tables.HUB_ZONES)


def _hub_zones(city: City, unmet: Ints, spheres: int) -> Iterator[Row]:
    people = city.people(city.spec.people)
    known = (city.zone >= 0) & (people > 0)
    for at in range(-1, len(city.zones)):
        here = known if at < 0 else known & (city.zone == at)
        total = float(people[here].sum())
        for count in range(spheres + 1):
            mine = here & (unmet == count)
            heads = float(people[mine].sum())
            yield {
                "zone_id": "" if at < 0 else str(city.zones["zone_id"].iloc[at]),
                "unmet": count,
                "people": heads if total > 0 else np.nan,
                "share": heads / total if total > 0 else np.nan,
                "places": int(mine.sum()),
            }


def _need(city: City) -> Floats:
    """Return the need index of each place."""
    import pandas as pd

    groups = city.spec.groups
    shares = pd.DataFrame({g.column: _share(city, g) for g in groups})
    if groups[0].dimension:
        of: dict[str, dict[str, int]] = {}
        for g in groups:
            of.setdefault(g.dimension, {})[g.column] = g.sense
        dimensions = [Dimension(name, columns) for name, columns in of.items()]
        return np.asarray(equity_index(shares, dimensions).areas["need"], np.float64)
    weights = {g.column: g.sense * g.weight for g in groups}
    return np.asarray(weighted_index(shares, weights, scale=city.spec.scale), np.float64)


def _need_gaps(city: City) -> Iterator[Row]:
    if not any(g.weight for g in city.spec.groups):
        return
    index, people = _need(city), city.people(city.spec.people)
    both = ~(np.isnan(index) | np.isnan(people))
    heads = city.by_zone(np.where(both, people, np.nan))
    need = city.by_zone(np.where(both, people * index, np.nan))
    need = np.divide(need, heads, out=np.full(len(need), np.nan), where=heads > 0)
    weight = equity_weights(need, least=city.spec.least, most=city.spec.most)
    rows = city.measures
    gaps = rows[(rows["indicator"] == "gap") & rows["status"].isin(["ok", "low_confidence"])]
    for sphere, service in city.study.services():
        mine = gaps[(gaps["sphere"] == sphere) & (gaps["service"] == service.key)]
        value = dict(zip(mine["zone_id"], mine["value"], strict=True))
        gap = np.array([value.get(zone, np.nan) for zone in city.zones["zone_id"]], np.float64)
        weighted = equity_weighted_gap(gap, weight)
        ranks, again = _ranks(gap), _ranks(weighted)
        unit = str(mine["unit"].iloc[0]) if len(mine) else ""
        for at, zone in enumerate(city.zones["zone_id"]):
            yield {"zone_id": zone, "sphere": sphere, "service": service.key} | {
                "need": need[at],
                "weight": weight[at],
                "gap": gap[at],
                "weighted_gap": weighted[at],
                "unit": unit,
                "rank": ranks[at],
                "weighted_rank": again[at],
            }


def _ranks(values: Floats) -> Ints:
    """Return 1 + how many are larger, rounding apart; 0 where the value is not known."""
    near = np.round(values, 6)
    return np.where(np.isnan(values), 0, 1 + (near[None, :] > near[:, None]).sum(axis=1)).astype(np.intp)
