"""Giving each point the zone that it lies in, and saying what became of every one.

Conventions
-----------
- A point on a boundary shared by zones is matched to the first of them in the zones table: counted once,
  marked `on_boundary`, the next zone in `other_zone_id`. `boundary_counts` gives the counts under the other
  choice.
- A point in the interior of two zones at once is ambiguous: it keeps the first zone that covers it and is
  counted once.
- Outside all zones, the nearest zone within `snap_m` takes it (distance ≤ snap_m; of equally near zones the
  first): snapped, with the distance. Beyond: outside.
- Without a position (NaN, infinite, no geometry): unlocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, ConservationError, InputError, StudyError, UnknownCrsError
from geosocial.geo.assign import Assigned, Assigner
from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class JoinResult:
    """The points with their zones, and how many had which outcome.

    Attributes
    ----------
    points
        The rows given, in their order and with their index, and the columns outcome, zone_id, other_zone_id,
        on_boundary, snap_m as `geosocial.tables.PLACES` describes them.
    counts
        Rows for each of `geosocial.tables.OUTCOMES`; their sum is the number of rows given.
    """

    points: pd.DataFrame
    counts: Mapping[str, int]


def join(points: pd.DataFrame, zones: gpd.GeoDataFrame, *, snap_m: float) -> JoinResult:
    """Return `points` with the zone of each.

    Parameters
    ----------
    points
        GeoDataFrame of points in the CRS of the zones, or a DataFrame with float columns x and y in metres of
        that CRS. Not changed. A column that has the name of a result is replaced.
    zones
        Polygons with the column zone_id, in a metric CRS. The first of several zones wins.
    snap_m
        Largest distance at which a point outside all zones is still given to the nearest, in metres; 0 for
        never.

    Raises
    ------
    UnknownCrsError
        When either layer does not say in which CRS it is.
    StudyError
        When the CRS of the zones is not metric, or `snap_m` is no distance.
    InputError
        When the two CRS differ (naming both), a zone is invalid or no polygon, or a geometry is no point.
    ConservationError
        When a row would have no outcome; a fault of geosocial.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["A", "B"]}, geometry=[shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9)], crs=32188
    ... )
    >>> result = join(pd.DataFrame({"x": [1.0, 9.0, 20.0, 99.0], "y": [1.0, 1.0, 1.0, 1.0]}), zones, snap_m=5)
    >>> result.points[["outcome", "zone_id", "other_zone_id"]].values.tolist()
    [['matched', 'A', ''], ['matched', 'A', 'B'], ['snapped', 'B', ''], ['outside', '', '']]
    >>> result.points["snap_m"].tolist()
    [0.0, 0.0, 2.0, nan]
    """
    check_snap(snap_m)
    check_zones(zones)
    x, y = _positions(points, zones)
    return _result(points, zones, Assigner(zones, snap_m=snap_m).assign(x, y))


def boundary_counts(result: JoinResult) -> pd.DataFrame:
    """Return the records of each zone, and under the other choice for points on a shared boundary.

    Parameters
    ----------
    result
        From `join`.

    Returns
    -------
    One row for each zone that has a record under either choice, by zone_id: `records` as counted,
    `on_boundary` how many of these lie on a boundary shared with a later zone, `records_other` when each of
    those is given to the other zone. Both columns of records have the same sum.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["A", "B"]}, geometry=[shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9)], crs=32188
    ... )
    >>> result = join(pd.DataFrame({"x": [1.0, 9.0], "y": [1.0, 1.0]}), zones, snap_m=0)
    >>> boundary_counts(result).values.tolist()
    [['A', 2, 1, 1], ['B', 0, 0, 1]]
    """
    import pandas as pd

    counted = result.points.loc[result.points["zone_id"] != "", ["zone_id", "other_zone_id", "on_boundary"]]
    moved = counted["zone_id"].where(~counted["on_boundary"], counted["other_zone_id"])
    columns = {
        "records": counted["zone_id"].value_counts(),
        "on_boundary": counted.loc[counted["on_boundary"], "zone_id"].value_counts(),
        "records_other": moved.value_counts(),
    }
    table = pd.DataFrame(columns).fillna(0).astype("int64").sort_index()
    return table.rename_axis("zone_id").reset_index()


def check_snap(snap_m: float) -> None:
    """Raise when `snap_m` is no distance."""
    if not (np.isfinite(snap_m) and snap_m >= 0):
        raise StudyError(N_("snap_m must be a distance in metres, 0 or more."))


def check_zones(zones: gpd.GeoDataFrame) -> None:
    """Raise when the zones have no metric CRS, no identifier, or an invalid polygon (all of these named)."""
    import shapely

    from geosocial.geo.crs import metric_crs
    from geosocial.geo.interpolate import invalid_at

    if zones.crs is None:
        raise UnknownCrsError(
            N_("The zones do not say in which coordinate reference system they are."),
            hint=N_("Name it; geosocial does not guess."),
        )
    metric_crs(zones.crs)
    if "zone_id" not in zones.columns:
        raise InputError(
            N_("The zones have no column “zone_id”."),
            hint=N_("Name the column of the identifiers zone_id."),
        )
    shapes = zones.geometry.values
    odd = np.flatnonzero(~(shapely.is_valid(shapes) | shapely.is_missing(shapes)))
    if len(odd):
        raise InputError(
            N_("Invalid zones: {zones}."),
            hint=N_("Repair their polygons: a point in them has no certain zone."),
            zones="; ".join(f"{zones['zone_id'].iloc[k]} {invalid_at(shapes[k])}" for k in odd),
        )


def _positions(points: pd.DataFrame, zones: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return x and y of the points; NaN where there is no geometry."""
    import shapely

    from geosocial.geo.crs import crs_label, same_crs

    if not hasattr(points, "geom_type"):
        absent = [name for name in ("x", "y") if name not in points.columns]
        if absent:
            raise InputError(
                N_("The points have neither a geometry nor the column {columns}."), columns=", ".join(absent)
            )
        return points["x"].to_numpy(np.float64), points["y"].to_numpy(np.float64)
    if points.crs is None:
        raise UnknownCrsError(
            N_("The points do not say in which coordinate reference system they are."),
            hint=N_("Name it; geosocial does not guess."),
        )
    if not same_crs(points.crs, zones.crs):
        raise InputError(
            N_("The points are in {points}, the zones in {zones}."),
            hint=N_("Bring both to the same coordinate reference system first."),
            points=crs_label(points.crs),
            zones=crs_label(zones.crs),
        )
    shapes = np.array(points.geometry.values, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    odd = np.flatnonzero(shapely.get_type_id(shapes) > 0)
    if len(odd):
        raise InputError(
            N_("Row {row} of the points is not a point."),
            hint=N_("Give points; of polygons, take a point inside each."),
            row=int(odd[0]) + 1,
        )
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _result(
    points: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    given: Assigned,
) -> JoinResult:
    """Return the points with their columns, after checking that none was lost."""
    import pandas as pd

    def words(values: list[str], codes: NDArray[np.signedinteger]) -> pd.Series[str]:
        # -1 takes the last: no zone.
        return pd.Series(pd.array(values, dtype="str").take(codes % len(values)), index=points.index)

    ids = [*zones["zone_id"].astype(str), ""]
    joined = points.copy()
    joined["outcome"] = words(list(OUTCOMES), given.code)
    joined["zone_id"] = words(ids, given.first)
    joined["other_zone_id"] = words(ids, given.other)
    joined["on_boundary"] = given.on_boundary
    joined["snap_m"] = given.snap
    tally = np.bincount(given.code, minlength=len(OUTCOMES))
    counts = {outcome: int(n) for outcome, n in zip(OUTCOMES, tally, strict=True)}
    placed = int((given.first >= 0).sum())
    if (
        len(joined) != sum(counts.values())
        or placed != counts["matched"] + counts["snapped"] + counts["ambiguous"]
    ):
        raise ConservationError(
            N_("{read} points were read but {found} have an outcome."),
            hint=N_("This is a fault of geosocial: please report it with the file."),
            read=len(points),
            found=sum(counts.values()),
        )
    return JoinResult(joined, counts)
