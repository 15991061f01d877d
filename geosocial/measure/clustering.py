"""Clusters of places far from, and near to, the facilities of each coverage service: the tables of a run.

The value of a place is its cost to the nearest facility in metres, as it is, since planners read metres: far
is farther than the mean place, near is nearer. Places where nobody is known to live have no value. What is
called a cluster has a local Moran whose q (false discovery rate over the places of the service) is at most
the study's level, and is far among far or near among near; far among near, and near among far, stand out and
are no cluster.

A pseudo-p cannot be below 2/(R + 1), nor then a q below that times the places over those that reach it: with
999 permutations and 2,800 places, nothing is a cluster unless 112 places are. Thousands of places need
thousands of permutations; the study's own number serves the places, and 999 at most the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.measure import clusters
from geosocial.measure.coverage import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

    from geosocial.study import ClustersSpec, Study

_KIND: Final = {
    "high_high": "far",
    "low_low": "near",
    "high_low": "far_among_near",
    "low_high": "near_among_far",
}
#: One test needs no finer p than this many permutations give.
_WHOLE: Final = 999


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who is whose neighbour among the rows of demand, and by which rule: queen, rook, knn, distance."""

    weights: csr_array
    rule: str


@dataclass(frozen=True, slots=True)
class Clustered:
    """The tables of clusters, as in `geosocial.tables`; without rows where the study looks for none."""

    clusters: pd.DataFrame
    autocorrelation: pd.DataFrame
    cluster_zones: pd.DataFrame


def clustered(
    study: Study,
    zones: pd.DataFrame,
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], Floats],
    neighbours: Neighbours | None,
) -> Clustered:
    """Return where the places far from each coverage service cluster.

    Parameters
    ----------
    study
        The study; without its ``clusters`` the tables have no rows.
    zones, demand
        As in `geosocial.tables`.
    costs
        For each coverage service: cost of each row of demand to its nearest facility, metres; inf without
        any.
    neighbours
        Of the rows of demand, in their order.

    Raises
    ------
    InputError
        As `geosocial.measure.clusters.local_moran`.
    """
    import pandas as pd

    found: dict[str, list[pd.DataFrame]] = {"clusters": [], "autocorrelation": [], "cluster_zones": []}
    if study.clusters is not None and neighbours is not None:
        for sphere, service in study.services():
            if service.rule != "coverage" or (sphere, service.key) not in costs:
                continue
            facts = {"sphere": sphere, "service": service.key}
            people = demand[service.demand].to_numpy(dtype=np.float64)
            cost = np.asarray(costs[sphere, service.key], dtype=np.float64)
            value = np.where((people > 0) & np.isfinite(cost), cost, np.nan)
            one = _places(value, neighbours, study.clusters)
            spots = {name: demand[name].array for name in ("demand_id", "zone_id", "x", "y")}
            found["clusters"].append(pd.DataFrame(facts | spots | one))
            found["autocorrelation"].append(pd.DataFrame([facts | _whole(value, neighbours, study.clusters)]))
            unit = next(c.unit for c in study.demand.columns if c.key == service.demand)
            sums = _by_zone(zones, demand, people, one["cluster"])
            found["cluster_zones"].append(pd.DataFrame(facts | {"unit": unit} | sums))
    made = {
        contract.name: _table(found[contract.name], contract)
        for contract in (tables.CLUSTERS, tables.AUTOCORRELATION, tables.CLUSTER_ZONES)
    }
    return Clustered(**made)


def _places(value: Floats, neighbours: Neighbours, spec: ClustersSpec) -> dict[str, NDArray[Any]]:
    local = clusters.local_moran(value, neighbours.weights, permutations=spec.permutations, seed=spec.seed)
    q = clusters.false_discovery_rate(local.p)
    kind = np.full(len(value), "none", dtype=object)
    for quadrant, name in _KIND.items():
        kind[(local.quadrant == quadrant) & (q <= spec.level)] = name
    kind[local.quadrant == "island"] = "island"
    kind[np.isnan(value)] = "missing"
    return {
        "value": value,
        "local_i": local.i,
        "p": local.p,
        "q": q,
        "gi_star": clusters.getis_ord_star(value, neighbours.weights),
        "cluster": kind,
    }


def _whole(value: Floats, neighbours: Neighbours, spec: ClustersSpec) -> dict[str, object]:
    drawn = min(spec.permutations, _WHOLE)
    whole = clusters.moran(value, neighbours.weights, permutations=drawn, seed=spec.seed)
    same = ("i", "expected", "z", "p", "permutations", "n", "islands", "reason")
    return {name: getattr(whole, name) for name in same} | {"weights": neighbours.rule}


def _by_zone(
    zones: pd.DataFrame, demand: pd.DataFrame, people: Floats, kind: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Return demand and places in clusters: the zones in their order, then all of them together as ``""``."""
    import pandas as pd

    number = len(zones)
    zone: Ints = pd.Index(zones["zone_id"]).get_indexer(pd.Index(demand["zone_id"])).astype(np.intp)

    def both(among: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64]]:
        here = among & (zone >= 0)
        held = np.bincount(zone[here], weights=people[here], minlength=number).astype(np.float64)
        count = np.bincount(zone[here], minlength=number).astype(np.int64)
        return np.append(held, people[here].sum()), np.append(count, count.sum())

    total, places = both(kind != "missing")
    far, far_places = both(kind == "far")
    near, near_places = both(kind == "near")
    total, far, near = (np.where(places > 0, sums, np.nan) for sums in (total, far, near))
    return {
        "zone_id": np.append(zones["zone_id"].to_numpy(dtype=object), ""),
        "total": total,
        "far": far,
        "far_share": far / total,
        "near": near,
        "near_share": near / total,
        "places": places,
        "far_places": far_places,
        "near_places": near_places,
    }


def _table(parts: list[pd.DataFrame], contract: tables.Contract) -> pd.DataFrame:
    import pandas as pd

    blank = tables.empty(contract)
    if not parts:
        return blank
    joined = pd.concat(parts, ignore_index=True)[list(contract.columns)]
    return tables.check(joined.astype(blank.dtypes.to_dict()), contract)
