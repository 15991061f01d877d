"""The sites that a run proposes for a service: for 1, 2, … N of them, which, and whom they newly serve where.

The existing facilities stay and serve first. What they serve asks for nothing, so that only the rest of the
demand, and the candidates within the standard of it, enter the search.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.siting.frontier import frontier
from geosocial.siting.inputs import Bools, Floats, Ints, reach
from geosocial.siting.result import Interrupt, nearest

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Unserved:
    """The demand of a service and how it is served today.

    Attributes
    ----------
    row
        Positions of the places with demand that no existing facility serves.
    weight
        (n) demand of every place, 0 where it is in no zone or not known.
    zone
        (n) position of the zone of every place, −1 in none.
    served
        (n) whether an existing facility serves it.
    """

    row: Ints
    weight: Floats
    zone: Ints
    served: Bools


def unserved(demand: Floats, zone: NDArray[np.signedinteger], cost: Floats, *, standard: float) -> Unserved:
    """Return who is served today: within means cost ≤ standard; demand that is not known asks for nothing."""
    position = np.asarray(zone, np.int64)
    weight = np.where(position >= 0, np.nan_to_num(demand), 0.0)
    served = np.asarray(cost <= standard, bool)
    return Unserved(np.flatnonzero(~served & (weight > 0)), weight, position, served)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The tables of `geosocial.tables.SITING` of one service, without sphere and service.

    `sites` has the position of each candidate in place of its identifier, name and position.
    """

    sites: pd.DataFrame
    curve: pd.DataFrame
    zones: pd.DataFrame


def proposed(
    costs: Any,
    today: Unserved,
    *,
    standard: float,
    most: int,
    zones: int,
    fixed: list[int],
    forbidden: list[int],
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> Proposed:
    """Return the best 1 … N sites with their proof; as many as still serve somebody more.

    Parameters
    ----------
    costs
        Unserved place × candidate, sparse; absent = beyond the standard.
    today
        From `unserved`; its rows are those of the costs.
    zones
        Number of zones.
    fixed, forbidden
        Candidates that are among the sites anyway, and that never are.
    """
    import pandas as pd

    pairs, weight = reach(costs), today.weight[today.row]
    base = math.fsum(today.weight[today.served])
    total = math.fsum(today.weight)
    rest = min(most, pairs.candidates) - len(fixed)
    found = frontier(
        costs,
        weight,
        standard=standard,
        most=rest,
        fixed=fixed,
        forbidden=forbidden,
        time_limit=time_limit,
        interrupt=interrupt,
    )
    choices: list[tuple[int, Ints, float, str]] = []
    if fixed:
        choices.append((len(fixed), np.array(sorted(fixed), np.int64), math.nan, "optimal"))
    more = np.flatnonzero(found["gain"] > 0)
    for row in found.head(int(more[-1]) + 1 if len(more) else 0).to_dict(orient="records"):
        number = len(fixed) + int(row["number"])
        choices.append((number, np.array(row["sites"], np.int64), float(row["bound"]), str(row["status"])))
    zone_total = _by_zone(today.weight, today.zone, zones)
    zone_served = _by_zone(np.where(today.served, today.weight, 0.0), today.zone, zones)
    curve, parts, sites = [(0, base, 0.0, base, "optimal")], [zone_served], []
    for number, chosen, bound, status in choices:
        to, _ = nearest(pairs, chosen)
        new = np.where(to >= 0, weight, 0.0)
        value = base + math.fsum(new)
        proved = status == "optimal"
        curve.append(
            (number, value, value - curve[-1][1], value if proved else max(value, base + bound), status)
        )
        parts.append(zone_served + _by_zone(new, today.zone[today.row], zones))
        sites.append(_sites(number, chosen, to, weight))
    table = pd.DataFrame(curve, columns=["number", "served", "gain", "bound", "status"])
    share = np.divide(table["served"], total) if total else np.full(len(table), np.nan)
    table.insert(2, "share", share)
    gap = np.divide(table["bound"] - table["served"], table["served"].where(table["served"] > 0))
    table.insert(5, "gap", np.nan_to_num(gap))
    held = np.concatenate(parts)
    whole = np.tile(zone_total, len(parts))
    by_zone = pd.DataFrame(
        {
            "number": np.repeat(table["number"].to_numpy(), zones),
            "zone": np.tile(np.arange(zones), len(parts)),
            "served": held,
            "share": np.divide(held, whole, out=np.full(len(held), np.nan), where=whole > 0),
        }
    )
    empty = _sites(0, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Proposed(pd.concat(sites or [empty], ignore_index=True), table, by_zone)


def _by_zone(weight: Floats, zone: Ints, zones: int) -> Floats:
    inside = zone >= 0
    return np.bincount(zone[inside], weights=weight[inside], minlength=zones).astype(np.float64)


def _sites(number: int, chosen: Ints, to: Ints, weight: Floats) -> pd.DataFrame:
    """Return the sites of a proposal from the one that newly serves most; ties by position."""
    import pandas as pd

    newly = np.array([math.fsum(weight[to == site]) for site in chosen], np.float64)
    order = np.lexsort((chosen, -newly))
    return pd.DataFrame(
        {
            "number": np.full(len(chosen), number, np.int64),
            "order": np.arange(1, len(chosen) + 1, dtype=np.int64),
            "candidate": chosen[order],
            "newly": newly[order],
        }
    )
