"""What sites are worth to the places with demand, by the formula of each model.

Nothing of the models or of a solver is used: `geosocial.siting.certificate` checks their answers by it.
What each model counts, over places with P > 0, with d the cost to the nearest of the sites and n how many are
within the standard:

- mclp, relocate: Σ P where n ≥ 1
- bacop1: Σ P where n ≥ 2; every place has n ≥ 1
- bacop2: θ Σ P where n ≥ 1, plus (1 − θ) Σ P where n ≥ 2
- capacitated: Σ of the amounts, each within the standard; a place gets at most P, a site gives at most C
- maximin: Σ P where n ≥ 1; the least share of a zone is that of the record
- several: Σ over the spheres of importance × share of its P where n ≥ 1
- lscp: how many sites, or what they cost; every place has n ≥ 1
- p_median: Σ P d; p_center: the largest d
- kolm_pollak: −(1/κ) ln(Σ P e^(−κd) / Σ P); shortfall: Σ P ((d − d₀)₊)²
- p_dispersion: the least distance between two sites
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting.inputs import Reach


def same(one: float, other: float) -> bool:
    """Return whether two figures are one, but for their rounding."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def near_sites(pairs: Reach, sites: set[int], limit: float) -> list[list[tuple[int, float]]]:
    """Return, for each place, the sites within the limit and their costs."""
    chosen = np.zeros(pairs.candidates, bool)
    chosen[list(sites)] = True
    kept = np.flatnonzero(chosen[pairs.column] & (pairs.cost <= limit))
    place = np.searchsorted(pairs.start, kept, side="right") - 1
    near: list[list[tuple[int, float]]] = [[] for _ in range(pairs.places)]
    for i, j, cost in zip(
        place.tolist(), pairs.column[kept].tolist(), pairs.cost[kept].tolist(), strict=True
    ):
        near[i].append((j, cost))
    return near


class Seen:
    """What the sites are to each place with demand, seen from the record alone."""

    def __init__(
        self, said: Mapping[str, Any], pairs: Reach, weights: list[float], zones: ArrayLike | None
    ) -> None:
        self.said, self.weights, self.zones = said, weights, zones
        self.sites: list[int] = said["sites"]
        self.terms: Mapping[str, float] = said.get("terms") or {}
        self.standard = math.inf if said["standard"] is None else float(said["standard"])
        limit = math.inf if said["model"] == "shortfall" else self.standard
        self.near = near_sites(pairs, set(self.sites), limit)
        self.some = [i for i, weight in enumerate(weights) if weight > 0]
        self.wrong: list[str] = []

    def covered(self, times: int) -> float:
        """Return the demand that so many of the sites have within the standard."""
        return math.fsum(self.weights[i] for i in self.some if len(self.near[i]) >= times)

    @property
    def far(self) -> list[tuple[float, float]]:
        """Return demand and cost to the nearest site of each place."""
        return [(self.weights[i], min(cost for _, cost in self.near[i])) for i in self.some]


def _lscp(seen: Seen) -> float:
    price = seen.said["site_costs"]
    return float(len(seen.sites)) if price is None else math.fsum(price)


def _bacop2(seen: Seen) -> float:
    theta = seen.terms["theta"]
    return theta * seen.covered(1) + (1 - theta) * seen.covered(2)


def _kolm_pollak(seen: Seen) -> float:
    kappa, total = seen.terms["kappa"], math.fsum(seen.weights)
    return (
        -math.log(math.fsum(w * math.exp(-kappa * d) for w, d in seen.far) / total) / kappa if total else 0.0
    )


def _shortfall(seen: Seen) -> float:
    return math.fsum(w * max(d - seen.standard, 0.0) ** 2 for w, d in seen.far)


def _p_dispersion(seen: Seen) -> float:
    apart = [cost for j in seen.sites for k, cost in seen.near[j] if k != j]
    return min(apart, default=math.inf)


def _capacitated(seen: Seen) -> float:
    room = dict(zip(seen.sites, seen.said["capacities"] or (), strict=True))
    given: dict[int, float] = {}
    taken = dict.fromkeys(seen.sites, 0.0)
    for place, site, amount in seen.said["amounts"]:
        if place < 0 or not amount >= 0 or site not in {j for j, _ in seen.near[place]}:
            seen.wrong.append(f"place {place} cannot be served {amount} by site {site}")
            continue
        given[place] = given.get(place, 0.0) + amount
        taken[site] += amount
    slack = 1 + 1e-9
    for place, amount in given.items():
        if amount > seen.weights[place] * slack:
            seen.wrong.append(f"place {place} gets more than it asks for")
    for site, amount in taken.items():
        if amount > room[site] * slack:
            seen.wrong.append(f"site {site} serves more than it can")
    return math.fsum(given.values())


def _maximin(seen: Seen) -> float:
    if seen.zones is None:
        seen.wrong.append("the zone of each place is needed to check a maximin")
        return seen.covered(1)
    of = np.asarray(seen.zones).tolist()
    total: dict[object, list[float]] = {}
    hit: dict[object, list[float]] = {}
    for i in seen.some:
        total.setdefault(of[i], []).append(seen.weights[i])
        hit.setdefault(of[i], []).append(seen.weights[i] if seen.near[i] else 0.0)
    least = min((math.fsum(hit[zone]) / math.fsum(total[zone]) for zone in total), default=1.0)
    if not same(least, seen.terms["least_share"]):
        seen.wrong.append(f"the least share of a zone is {least}, not {seen.terms['least_share']}")
    return seen.covered(1)


#: Models that must serve every place with demand.
ALL_SERVED = {"lscp", "bacop1", "p_median", "p_center", "kolm_pollak", "shortfall"}
#: What the sites of each model are worth.
FORMULAS: dict[str, Callable[[Seen], float]] = {
    "mclp": lambda seen: seen.covered(1),
    "relocate": lambda seen: seen.covered(1),
    "bacop1": lambda seen: seen.covered(2),
    "bacop2": _bacop2,
    "capacitated": _capacitated,
    "maximin": _maximin,
    "lscp": _lscp,
    "p_median": lambda seen: math.fsum(w * d for w, d in seen.far),
    "p_center": lambda seen: max((d for _, d in seen.far), default=0.0),
    "kolm_pollak": _kolm_pollak,
    "shortfall": _shortfall,
    "p_dispersion": _p_dispersion,
}
