"""Moving counts by where people live, not by area: dasymetric weights.

The ancillary layer says where that is: polygons that are inhabited (land use, footprints), polygons with a
number of dwellings each, or points (addresses, dwellings) with a weight each. A count goes to a target in
proportion to the ancillary in s ∩ t. A source without any falls back to its area, and is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geosocial.errors import N_, InputError
from geosocial.geo.interpolate import areal_weights, polygonal, valid_polygons

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from geosocial.geo.interpolate import Geometries

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dasymetric:
    """Shares of the sources in the targets by an ancillary layer.

    Attributes
    ----------
    shares
        (s × t) share of each source's count that goes to each target.
    amounts
        (s × t) ancillary in s ∩ t: m² or the unit of its weights.
    by_area
        (s) whether the source has no ancillary, so that its shares are those of its area.
    """

    shares: csr_array
    amounts: csr_array
    by_area: Flags


@dataclass(frozen=True, slots=True)
class Ancillary:
    """Where people live, ready to be asked: points with weights, or polygons with densities."""

    shapes: NDArray[np.object_]
    #: Of points: what each stands for. Of polygons: per m².
    weights: Floats
    points: bool


def ancillary_of(geoms: Geometries, weights: ArrayLike | None = None) -> Ancillary:
    """Return an ancillary layer that can be asked; polygons without weights are united first.

    Parameters
    ----------
    geoms
        (a) points, or polygons, in the CRS of the sources. Ground that two polygons without weights share
        counts once.
    weights
        (a) dwellings or people of each, 0 or more; without them each point is 1, each polygon its area.

    Raises
    ------
    InputError
        When there are none, points and polygons are mixed, a polygon is invalid, a weight is missing,
        negative or infinite, naming the row.

    Examples
    --------
    >>> import shapely
    >>> found = ancillary_of([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
    >>> shapely.area(found.shapes).sum()
    np.float64(6.0)
    """
    shapes = np.array(geoms, dtype=object).reshape(-1)
    kinds = shapely.get_type_id(shapes)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = bool(present.any() and np.isin(kinds[present], (0,)).all())
    odd = np.flatnonzero(present & ~np.isin(kinds, (0,) if points else (3, 6)))
    if len(odd):
        raise InputError(
            N_("The ancillary layer holds neither points only nor polygons only: see row {row}."),
            hint=N_("Give the inhabited polygons, or the dwellings as points."),
            row=int(odd[0]) + 1,
        )
    if not present.any():
        raise InputError(
            N_("The ancillary layer holds no point and no polygon."),
            hint=N_("Give the inhabited polygons, or the dwellings as points."),
        )
    if weights is None and not points:
        united = shapely.get_parts(shapely.union_all(valid_polygons(shapes[present])))
        return Ancillary(united, np.ones(len(united)), points=False)
    weight = np.ones(len(shapes)) if weights is None else np.asarray(weights, np.float64)
    odd = np.flatnonzero(present & ~(np.isfinite(weight) & (weight >= 0)))
    if len(odd):
        raise InputError(
            N_("The weight of row {row} of the ancillary layer is missing, negative or infinite."),
            hint=N_("Leave the row out, or give it the number of its dwellings; 0 for none."),
            row=int(odd[0]) + 1,
        )
    shapes, weight = shapes[present], weight[present]
    if points:
        return Ancillary(shapes, weight, points=True)
    shapes = valid_polygons(shapes)
    area = shapely.area(shapes)
    kept = area > 0
    return Ancillary(shapes[kept], weight[kept] / area[kept], points=False)


def dasymetric(source: Geometries, target: Geometries, ancillary: Ancillary) -> Dasymetric:
    """Return the share of each source that goes to each target: w = A(s ∩ t) / A(s), A the ancillary inside.

    Parameters
    ----------
    source
        (s) polygons, in a metric CRS.
    target
        (t) polygons, in the same CRS.
    ancillary
        From `ancillary_of`. A point on a shared boundary counts once, in the first source and the first
        target.

    Returns
    -------
    Dasymetric
        w = |s ∩ t| / |s| where A(s) = 0.

    Raises
    ------
    InputError
        When a polygon is invalid, naming its position.

    Examples
    --------
    >>> import shapely
    >>> halves = [shapely.box(0, 0, 2, 4), shapely.box(2, 0, 4, 4)]
    >>> homes = ancillary_of([shapely.Point(1, 1), shapely.Point(3, 1)], [30, 10])
    >>> dasymetric([shapely.box(0, 0, 4, 4)], halves, homes).shares.toarray()
    array([[0.75, 0.25]])
    """
    from scipy.sparse import csr_array

    sources, targets = valid_polygons(source), valid_polygons(target)
    shape = (len(sources), len(targets))
    if ancillary.points:
        row, column, amount, total = _by_points(sources, targets, ancillary)
    else:
        row, column, amount, total = _by_polygons(sources, targets, ancillary)
    amounts = csr_array((amount, (row, column)), shape=shape)
    amounts.sum_duplicates()
    by_area = ~(total > 0)
    whole = np.where(by_area, 1.0, total)
    pairs = amounts.tocoo()
    rows, columns = pairs.coords
    shares = csr_array((pairs.data / whole[rows], (rows, columns)), shape=shape)
    if by_area.any():
        bare = np.flatnonzero(by_area)
        area = areal_weights(sources[bare], targets).tocoo()
        shares = shares + csr_array((area.data, (bare[area.coords[0]], area.coords[1])), shape=shape)
    return Dasymetric(shares, amounts, by_area)


def inhabited(
    polygons: NDArray[np.object_], ancillary: Ancillary
) -> tuple[Ints, Floats, NDArray[np.object_]]:
    """Return the parts of the ancillary layer in polygons: polygon, amount and geometry of each.

    A point goes to the first polygon that covers it, so that of polygons that tile it is counted once.

    Examples
    --------
    >>> import shapely
    >>> lived_in = ancillary_of([shapely.box(1, 0, 9, 9)])
    >>> polygon, amount, _ = inhabited(np.array([shapely.box(0, 0, 2, 1)]), lived_in)
    >>> polygon.tolist(), amount.tolist()
    ([0], [1.0])
    """
    if ancillary.points:
        at = _located(polygons, ancillary)
        kept = np.flatnonzero((at >= 0) & (ancillary.weights > 0))
        return at[kept], ancillary.weights[kept], ancillary.shapes[kept]
    shapes = ancillary.shapes
    polygon, part = shapely.STRtree(shapes).query(polygons, predicate="intersects")
    cut = shapely.intersection(polygons[polygon], shapes[part])
    amount = shapely.area(cut) * ancillary.weights[part]
    kept = amount > 0
    return polygon[kept], amount[kept], polygonal(cut[kept])


def _located(polygons: NDArray[np.object_], ancillary: Ancillary) -> Ints:
    from geosocial.geo.zone_index import ZoneIndex

    x, y = shapely.get_x(ancillary.shapes), shapely.get_y(ancillary.shapes)
    return ZoneIndex(polygons).locate(x, y)


def _by_points(
    sources: NDArray[np.object_], targets: NDArray[np.object_], ancillary: Ancillary
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return source, target and weight of each point in both, and the weight in each source."""
    source, target = _located(sources, ancillary), _located(targets, ancillary)
    inside = source >= 0
    total = np.bincount(source[inside], ancillary.weights[inside], len(sources)).astype(np.float64)
    both = inside & (target >= 0) & (ancillary.weights > 0)
    return source[both], target[both], ancillary.weights[both], total


def _by_polygons(
    sources: NDArray[np.object_], targets: NDArray[np.object_], ancillary: Ancillary
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return source, target and amount of each part in both, and the amount in each source."""
    source, amount, part = inhabited(sources, ancillary)
    shares = areal_weights(part, targets).tocoo()
    piece, target = (axis.astype(np.int64) for axis in shares.coords)
    total = np.bincount(source, amount, len(sources)).astype(np.float64)
    return source[piece], target, shares.data * amount[piece], total
