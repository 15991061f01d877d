"""Parts of two tables: three methods side by side, and the facilities that a zone would miss most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial.measure import coverage, robustness
from geosocial.measure.services import Judged
from geosocial.measure.trials import City

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a part of a table: an array, or one text for the whole part.
Part: TypeAlias = dict[str, "NDArray[Any] | str"]
#: The methods, and the indicator that each of them is.
METHODS = {"containment": "containment", "radius": "coverage", "e2sfca": "accessibility"}


def methods(city: City, one: Judged) -> Part:
    """Return a part of `tables.METHODS`: by each method, a zone is below where its value is below the city's.

    Empty for a ratio, and where only the nearest costs are at hand.
    """
    here = "accessibility" in one.figures
    zones = len(city.zone_ids) if here else 0
    part: Part = {
        "sphere": one.sphere,
        "service": one.service.key,
        "zone_id": city.zone_ids[:zones],
    }
    judged = np.full(zones, fill_value=True)
    verdicts = []
    for name, key in METHODS.items():
        value = one.figures[key].value if here else np.zeros(0)
        level = one.figures[key].whole[0] if here else np.nan
        below = robustness.below(value, np.array([level]))
        verdicts.append(below)
        judged &= ~np.isnan(value)
        part |= {name: value, f"{name}_city": np.full(zones, level), f"{name}_below": below}
    count = np.sum(verdicts, axis=0)
    own = one.figures["own_coverage"].value if here else np.zeros(0)
    radius = one.figures["coverage"].value if here else np.zeros(0)
    part |= {
        "differs": judged & (count > 0) & (count < len(METHODS)),
        "own_radius": own,
        "edge_effect": radius - own,
        "status": one.figures["coverage"].status if here else np.zeros(0, dtype=object),
    }
    return part


def closures(city: City, one: Judged, places: pd.DataFrame) -> Part:
    """Return a part of `tables.CLOSURES`, zone by zone from the facility that is missed most."""
    found = one.closures
    empty = np.zeros(0, dtype=np.intp)
    zone = empty if found is None else found.zone
    facility = empty if found is None else found.facility
    lost = np.zeros(0) if found is None else found.lost
    order = empty if found is None else found.order
    row = empty if found is None else city.reach[one.sphere, one.service.key].facilities.row[facility]
    unit = next(c.unit for c in city.study.demand.columns if c.key == one.service.demand)
    need = one.figures["demand"].value[zone]
    part: Part = {
        "sphere": one.sphere,
        "service": one.service.key,
        "zone_id": city.zone_ids[zone],
        "order": order.astype(np.int64),
        "facility_zone_id": places["zone_id"].to_numpy(dtype=object)[row],
        "lost": lost,
        "unit": unit,
        "lost_share": coverage.share(lost, need),
    }
    for name in ("source", "record_id", "name", "kind"):
        part[name] = places[name].to_numpy(dtype=object)[row]
    for name in ("source_row", "x", "y"):
        part[name] = places[name].to_numpy()[row]
    return part
