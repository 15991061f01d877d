"""Moving figures between zone systems by the overlap of their areas.

Assigning each small area to the target that it overlaps most keeps every figure whole; area weighting
splits it in proportion to area. Both conserve totals only where the targets tile the sources: `share_outside`
says how much falls outside. A count is summed (`extensive`), a rate is averaged (`intensive`); missing is
never 0, and `share_known` says how much of a target is known. `geosocial.geo.transfer` does it all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geosocial.errors import N_, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array
    from shapely.geometry.base import BaseGeometry

    Geometries: TypeAlias = Sequence[BaseGeometry | None] | NDArray[np.object_] | gpd.GeoSeries

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def largest_overlap(source_geoms: Geometries, target_geoms: Geometries) -> Ints:
    """Return the position of the target that each source overlaps most, by area.

    Parameters
    ----------
    source_geoms
        (s) polygons, in a metric CRS.
    target_geoms
        (t) polygons, in the same CRS.

    Returns
    -------
    (s) int64 positions; -1 where the source overlaps no target (touching is not overlapping); the lowest
    position where the areas are equal.

    Raises
    ------
    InputError
        When a polygon is invalid, naming its position.

    Examples
    --------
    >>> import shapely
    >>> areas = [shapely.box(1, 0, 5, 1), shapely.box(1, 0, 3, 1), shapely.box(9, 9, 10, 10)]
    >>> largest_overlap(areas, [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    array([ 1,  0, -1])
    """
    return largest(overlap_areas(source_geoms, target_geoms))


def largest(areas: csr_array) -> Ints:
    """Return the position of the target that shares most area with each source, from `overlap_areas`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> largest(csr_array([[1.0, 3.0], [2.0, 2.0], [0.0, 0.0]]))
    array([ 1,  0, -1])
    """
    pairs = areas.tocoo()
    source, target = pairs.coords
    best = np.full(areas.shape[0], -1, np.int64)
    order = np.lexsort((target, -pairs.data, source))
    rows, first = np.unique(source[order], return_index=True)
    best[rows] = target[order][first]
    return best


def areal_weights(source: Geometries, target: Geometries) -> csr_array:
    """Return the share of each source's area that lies in each target: w = |s ∩ t| / |s|.

    Parameters
    ----------
    source
        (s) polygons, in a metric CRS. One without area has no weight anywhere.
    target
        (t) polygons, in the same CRS.

    Returns
    -------
    (s × t) sparse shares; absent = no overlap.

    Examples
    --------
    >>> import shapely
    >>> areal_weights([shapely.box(1, 0, 5, 1)], [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]).toarray()
    array([[0.25, 0.5 ]])
    """
    from scipy.sparse import csr_array

    sources, targets = valid_polygons(source), valid_polygons(target)
    row, column, area = _overlaps(sources, targets)
    return csr_array((area / shapely.area(sources)[row], (row, column)), shape=(len(sources), len(targets)))


def overlap_areas(source: Geometries, target: Geometries) -> csr_array:
    """Return the area that each source shares with each target: |s ∩ t|, in m².

    Parameters
    ----------
    source
        (s) polygons, in a metric CRS.
    target
        (t) polygons, in the same CRS.

    Returns
    -------
    (s × t) sparse areas; absent = no overlap.

    Examples
    --------
    >>> import shapely
    >>> overlap_areas([shapely.box(1, 0, 5, 1)], [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]).toarray()
    array([[1., 2.]])
    """
    from scipy.sparse import csr_array

    sources, targets = valid_polygons(source), valid_polygons(target)
    row, column, area = _overlaps(sources, targets)
    return csr_array((area, (row, column)), shape=(len(sources), len(targets)))


def intensive(values: ArrayLike, areas: csr_array) -> Floats:
    """Return rates averaged over the targets: v_t = Σ v_s · |s ∩ t| / Σ |s ∩ t|, over the known sources.

    Parameters
    ----------
    values
        (s) rates, shares, means; NaN is missing and takes no part: `share_known` says how much is left.
    areas
        (s × t) from `overlap_areas`; or other weights, such as the inhabited area or the dwellings in s ∩ t.

    Returns
    -------
    (t) rates; NaN where no known source overlaps the target.

    Examples
    --------
    >>> import shapely
    >>> areas = overlap_areas([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 4, 1)], [shapely.box(0, 0, 4, 1)])
    >>> intensive([8.0, 4.0], areas), intensive([8.0, float("nan")], areas)
    (array([5.]), array([8.]))
    """
    values = np.asarray(values, np.float64)
    known = np.isfinite(values)
    pairs = areas.tocoo()
    row, column = pairs.coords
    used = known[row]
    size = areas.shape[1]
    summed = np.bincount(column[used], values[row[used]] * pairs.data[used], size)
    weight = np.bincount(column[used], pairs.data[used], size)
    mean: Floats = np.divide(summed, weight, out=np.full(size, np.nan), where=weight > 0)
    return mean


def share_known(values: ArrayLike, areas: csr_array) -> Floats:
    """Return the share of each target, by the area that sources overlap, whose figure is known.

    Parameters
    ----------
    values
        (s) figures; NaN is missing.
    areas
        (s × t) from `overlap_areas`.

    Returns
    -------
    (t) shares Σ_known |s ∩ t| / Σ |s ∩ t|; NaN where no source overlaps the target.

    Examples
    --------
    >>> import shapely
    >>> areas = overlap_areas([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 4, 1)], [shapely.box(0, 0, 4, 1)])
    >>> share_known([8.0, float("nan")], areas)
    array([0.25])
    """
    pairs = areas.tocoo()
    row, column = pairs.coords
    used = np.isfinite(np.asarray(values, np.float64))[row]
    size = areas.shape[1]
    known = np.bincount(column[used], pairs.data[used], size)
    # The sum of the two parts, not of all in another order: all known is 1 to the last digit.
    whole = known + np.bincount(column[~used], pairs.data[~used], size)
    share: Floats = np.divide(known, whole, out=np.full(size, np.nan), where=whole > 0)
    return share


def extensive(values: ArrayLike, weights: csr_array) -> Floats:
    """Return counts moved to the targets: v_t = Σ_s v_s · |s ∩ t| / |s|.

    Parameters
    ----------
    values
        (s) counts (people, dwellings); NaN is missing.
    weights
        (s × t) from `areal_weights`.

    Returns
    -------
    (t) counts; NaN where a source that overlaps the target is missing, and where no source overlaps it:
    missing is never 0.

    Examples
    --------
    >>> import shapely
    >>> targets = [shapely.box(0, 0, 2, 2), shapely.box(9, 9, 10, 10)]
    >>> extensive([100], areal_weights([shapely.box(1, 0, 5, 1)], targets))
    array([25., nan])
    """
    values = np.asarray(values, np.float64)
    pairs = weights.tocoo()
    row, column = pairs.coords
    moved = np.bincount(column, values[row] * pairs.data, weights.shape[1])
    reached = np.bincount(column, minlength=weights.shape[1]) > 0
    return np.where(reached, moved, np.nan)


def share_outside(values: ArrayLike, weights: csr_array) -> float:
    """Return the share of the total that falls outside all targets: 1 − Σ_t v_t / Σ_s v_s.

    Negative where targets overlap one another. Missing values are left out; NaN when nothing is left.

    Examples
    --------
    >>> import shapely
    >>> share_outside([100], areal_weights([shapely.box(1, 0, 5, 1)], [shapely.box(0, 0, 4, 2)]))
    0.25
    """
    values = np.asarray(values, np.float64)
    known = np.flatnonzero(~np.isnan(values))
    total = values[known].sum()
    kept = (values * weights.sum(axis=1))[known].sum()
    return float(1 - kept / total) if total else float("nan")


def representative_points(geoms: Geometries) -> tuple[Floats, Floats]:
    """Return x and y of a point inside each geometry; NaN where it is null or empty.

    Examples
    --------
    >>> import shapely
    >>> x, y = representative_points([shapely.box(0, 0, 2, 4), None])
    >>> x.tolist(), y.tolist()
    ([1.0, nan], [2.0, nan])
    """
    points = shapely.point_on_surface(np.array(geoms, dtype=object).reshape(-1))
    points[shapely.is_empty(points)] = None  # Shapely refuses to say where an empty point is
    return shapely.get_x(points), shapely.get_y(points)


def invalid_at(polygon: BaseGeometry) -> str:
    """Return where a polygon is invalid, as GEOS tells: its reason is English, its coordinates are not.

    Examples
    --------
    >>> import shapely
    >>> invalid_at(shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))
    '[5 5]'
    """
    reason = shapely.is_valid_reason(polygon)
    return reason[reason.find("[") :] if "[" in reason else "[]"


def valid_polygons(geoms: Geometries) -> NDArray[np.object_]:
    """Return geometries as an array; raise an `InputError` that names the first invalid one by its position.

    Examples
    --------
    >>> import shapely
    >>> len(valid_polygons([shapely.box(0, 0, 1, 1), None]))
    2
    """
    polygons = np.array(geoms, dtype=object).reshape(-1)
    odd = np.flatnonzero(~(shapely.is_valid(polygons) | shapely.is_missing(polygons)))
    if len(odd):
        raise InputError(
            N_("Geometry {row} is invalid at {place}."),
            hint=N_("Repair it before its area is used."),
            row=int(odd[0]) + 1,
            place=invalid_at(polygons[odd[0]]),
        )
    return polygons


def polygonal(cut: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return what an intersection holds of polygons, without the lines and points where edges only touch.

    Examples
    --------
    >>> import shapely
    >>> mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    >>> polygonal(np.array([mixed, shapely.box(2, 2, 3, 3)])).tolist()
    [<MULTIPOLYGON (((1 0, 1 1, 0 1, 0 0, 1 0)))>, <POLYGON ((3 2, 3 3, 2 3, 2 2, 3 2))>]
    """
    result = np.array(cut, dtype=object)
    for k in np.flatnonzero(shapely.get_type_id(result) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(result[k])
        flat = shapely.get_parts(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
        result[k] = shapely.multipolygons(flat) if len(flat) else shapely.MultiPolygon()
    return result


def _overlaps(sources: NDArray[np.object_], targets: NDArray[np.object_]) -> tuple[Ints, Ints, Floats]:
    """Return source, target and area of every overlap that has an area."""
    # The tree asks in terms of targets: they are few and large, and their prepared form answers quickly.
    target, source = shapely.STRtree(sources).query(targets, predicate="intersects")
    area = shapely.area(sources[source])
    # A source inside its target needs no intersection; the prepared target says so quickly.
    shapely.prepare(targets)
    cut = np.flatnonzero(~shapely.covers(targets[target], sources[source]))
    # Nor does a target inside a source, as a cell of a grid is.
    around = sources[source[cut]]
    shapely.prepare(around)
    inside = shapely.covers(around, targets[target[cut]])
    area[cut[inside]] = shapely.area(targets[target[cut[inside]]])
    cut = cut[~inside]
    area[cut] = shapely.area(shapely.intersection(sources[source[cut]], targets[target[cut]]))
    kept = area > 0
    return source[kept], target[kept], area[kept]
