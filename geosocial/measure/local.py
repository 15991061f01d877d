"""Below the zone: where the people beyond a standard live, and the coverage of small areas.

The same kernels as the zones (`geosocial.measure.coverage`, `geosocial.measure.gaps`), on the same rows of
demand and the same costs. A small area holds the demand that lies in it; it is not ranked and has no
interval. Where the supply of a zone is missing, so is what lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial import tables
from geosocial.measure import coverage, gaps
from geosocial.measure.coverage import Floats, Ints
from geosocial.tables.local import AREAS, BEYOND

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import Service, Study


#: Of the least demand of a zone: what a small area must hold for its figure to be said.
LEAST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Local:
    """The tables below the zone, as in `geosocial.tables.local`."""

    beyond: pd.DataFrame
    areas: pd.DataFrame

    def named(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the names that the results know them by."""
        return {"beyond": self.beyond, "areas": self.areas}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of small areas: the position of the polygon of each row of demand (−1: none), how many."""

    position: Ints
    count: int


def local(
    study: Study,
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], Floats],
    measures: pd.DataFrame,
    *,
    layers: Mapping[str, Layer],
) -> Local:
    """Return the people beyond each standard by place, and the coverage of small areas.

    Parameters
    ----------
    study, demand, measures
        The study; `tables.DEMAND`; `tables.MEASURES`, whose gaps say where supply is missing.
    costs
        For each coverage service: cost of each demand row to its nearest counted facility.
    layers
        The layers of small areas by key.
    """
    import pandas as pd

    gap = measures[measures["indicator"] == "gap_share"]
    missing = gap[gap["status"] == "missing"]
    zone = demand["zone_id"].to_numpy(dtype=object)
    beyond, areas = [], []
    for sphere, service in study.services():
        if service.rule != "coverage":
            continue
        unknown = missing[(missing["sphere"] == sphere) & (missing["service"] == service.key)]["zone_id"]
        kept = (zone != "") & ~np.isin(zone.astype(str), unknown.to_numpy(dtype=str))
        people = np.where(kept, demand[service.demand].to_numpy(dtype=np.float64), np.nan)
        cost = np.asarray(costs[sphere, service.key], dtype=np.float64)
        away = (people > 0) & (cost > float(service.standard_m or np.inf))
        rows = demand.loc[away, ["demand_id", "zone_id", "x", "y"]]
        beyond.append(rows.assign(sphere=sphere, service=service.key, cost=cost[away], demand=people[away]))
        unit = next(c.unit for c in study.demand.columns if c.key == service.demand)
        for key, layer in layers.items():
            frame = _areas(service, people, cost, layer, least=study.status.min_demand * LEAST)
            areas.append(frame.assign(layer=key, sphere=sphere, service=service.key, unit=unit))

    def whole(parts: list[pd.DataFrame], contract: tables.Contract) -> pd.DataFrame:
        if not parts:
            return tables.empty(contract)
        frame = pd.concat(parts, ignore_index=True)[list(contract.columns)]
        texts = {name: "str" for name, column in contract.columns.items() if column.dtype == "text"}
        return tables.check(frame.astype(texts), contract)

    return Local(whole(beyond, BEYOND), whole(areas, AREAS))


def _areas(service: Service, people: Floats, cost: Floats, layer: Layer, *, least: float) -> pd.DataFrame:
    """Return the figures of one service in one layer; statuses by the rule of the zones on few people.

    `least` is the demand below which nothing is said of an area.
    """
    import pandas as pd

    at, count = layer.position, layer.count
    total = coverage.demand_by_zone(people, at, count)
    covered = coverage.covered_by_zone(people, cost, at, count, standard=float(service.standard_m or np.inf))
    gap = gaps.coverage_gap(covered, total, norm=float(service.norm)).gap
    some = np.where(people > 0, people, np.where(np.isnan(people), np.nan, 0.0))
    burden = np.where(some > 0, some * np.where(some > 0, cost, 0.0), some)
    away = coverage.share(coverage.demand_by_zone(burden, at, count), total)
    status = np.where(np.isnan(total), "missing", np.where(total < least, "cannot_say", "ok"))
    status = np.where(~np.isnan(total) & (total <= 0), "cannot_say", status)
    return pd.DataFrame(
        {
            "area": np.arange(count, dtype=np.int64),
            "demand": total,
            "gap": gap,
            "gap_share": coverage.share(gap, total),
            "coverage": coverage.share(covered, total),
            "nearest_cost": np.where(np.isfinite(away), away, np.nan),
            "status": status,
        }
    )
