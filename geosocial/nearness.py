"""What is near what in a study: facilities within reach of demand, neighbours, the zone in which people lie.

Straight lines and, where the study has streets, ways along them; the rules themselves are those of `geo` and
`measure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geosocial.errors import N_, StudyError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.geo.walking import Walking
    from geosocial.measure.clustering import Neighbours
    from geosocial.measure.local import Local
    from geosocial.measure.reach import Reach
    from geosocial.study import Study


def reaches(
    study: Study,
    zones: pd.DataFrame,
    places: pd.DataFrame,
    demand: pd.DataFrame,
    ways: Walking | None = None,
) -> dict[tuple[str, str], Reach]:
    """Return the facilities of each coverage service and the pairs within the largest standard tried.

    Along streets where the study has them, else straight line × its detour factor; with streets the straight
    line is tried as another cost. Facilities outside all zones count: people walk across a boundary.
    """
    from geosocial.geo.pairs import pairs_within
    from geosocial.measure import supply
    from geosocial.measure.reach import Reach

    found = {}
    for sphere, service in study.services():
        if service.rule != "coverage" or service.standard_m is None:
            continue
        near = supply.facilities(places, zones, study, service)
        most = service.standard_m * max(1.0, *study.robustness.standard_factors)
        x, y = demand["x"].to_numpy(), demand["y"].to_numpy()
        pairs = {"straight": pairs_within(x, y, near.x, near.y, reach=most, detour=study.detour)}
        if ways is not None:
            pairs = {"network": ways.pairs(near.x, near.y, reach=most), **pairs}
        found[sphere, service.key] = Reach(near, pairs)
    return found


def nearest_costs(
    study: Study,
    reach: Mapping[tuple[str, str], Reach],
    demand: pd.DataFrame,
    ways: Walking | None = None,
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return, for each (sphere, service), the cost in metres from each demand row to the nearest facility.

    Along streets, or straight line × the study's detour factor; inf where the service has no facility that
    can be reached. What lies beyond the pairs within reach is looked up by itself.
    """
    import numpy as np

    from geosocial.geo.distance import nearest
    from geosocial.measure import reach as within

    costs = {}
    x, y = demand["x"].to_numpy(), demand["y"].to_numpy()
    for key, near in reach.items():
        cost = within.nearest(near.own, np.full(len(near.own.data), fill_value=True))
        far = np.flatnonzero(np.isinf(cost))
        if ways is not None and len(far) and len(near.facilities):
            cost[far] = ways.nearest(near.facilities.x, near.facilities.y)[far]
        elif len(far) and len(near.facilities):
            fx, fy = near.facilities.x, near.facilities.y
            cost[far], _ = nearest(x[far], y[far], fx, fy, detour=study.detour)
        costs[key] = cost
    return costs


def neighbours(study: Study, demand: pd.DataFrame) -> Neighbours:
    """Return who is whose neighbour among the rows of demand, as the study's ``[clusters]`` says.

    Contiguity needs the polygons of the demand; where it has none, the ``k`` nearest places are neighbours.
    """
    from geosocial import intake
    from geosocial.geo import contiguity
    from geosocial.measure.clustering import Neighbours
    from geosocial.study import ClustersSpec

    spec = study.clusters or ClustersSpec()
    if study.demand.method in {"area", "dasymetric"}:
        raise StudyError(
            N_("{file}: [clusters] needs whole areas; [demand] method “{method}” divides them."),
            hint=N_("Leave [clusters] out, or set method to “largest_overlap” in [demand]."),
            file=study.folder / "study.toml",
            method=study.demand.method,
        )
    x, y = demand["x"].to_numpy(), demand["y"].to_numpy()
    if spec.weights == "distance" and spec.distance_m is not None:
        return Neighbours(contiguity.distance_band(x, y, distance_m=spec.distance_m), "distance")
    shapes = intake.read_demand_shapes(study) if spec.weights in {"queen", "rook"} else None
    if shapes is None:
        return Neighbours(contiguity.k_nearest(x, y, k=spec.k), "knn")
    made = contiguity.queen if spec.weights == "queen" else contiguity.rook
    return Neighbours(made(shapes, tolerance_m=spec.tolerance_m), spec.weights)


def positions(study: Study, zones: pd.DataFrame, demand: pd.DataFrame) -> NDArray[np.intp] | None:
    """Return the position of the zone in which each demand row lies; None where the study does not ask."""
    if "position" not in study.robustness.zone_systems:
        return None
    import numpy as np

    from geosocial.geo import ZoneIndex

    return ZoneIndex(zones).locate(demand["x"].to_numpy(), demand["y"].to_numpy()).astype(np.intp)


def below_zones(
    study: Study,
    context: Mapping[str, gpd.GeoDataFrame],
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], NDArray[np.float64]],
    measures: pd.DataFrame,
) -> Local:
    """Return the people beyond each standard by place, and the small areas that the study measures."""
    import numpy as np

    from geosocial.geo import ZoneIndex
    from geosocial.measure.local import Layer, local

    x, y = demand["x"].to_numpy(), demand["y"].to_numpy()
    layers: dict[str, Layer] = {
        spec.key: Layer(ZoneIndex(context[spec.key]).locate(x, y).astype(np.intp), len(context[spec.key]))
        for spec in study.context
        if spec.measured
    }
    return local(study, demand, costs, measures, layers=layers)
