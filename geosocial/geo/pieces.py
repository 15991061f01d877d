"""Dividing polygons of demand by the zones: one piece for each zone that a polygon lies in, with its share.

Measures over costs need places, not totals: each piece has a point inside it. The shares of a polygon add up
to 1, what lies outside all zones included, so that no count is lost or made. Ground that two zones share goes
to the first, as a point there does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geosocial.geo.dasymetric import inhabited
from geosocial.geo.interpolate import polygonal, representative_points, valid_polygons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geosocial.geo.dasymetric import Ancillary
    from geosocial.geo.interpolate import Geometries

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: A smaller share of a polygon than this is the rounding of coordinates.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Pieces:
    """Polygons divided by zones, in the order of the polygons, then of the zones, what is outside last.

    Attributes
    ----------
    source
        (p) position of the polygon.
    target
        (p) position of the zone; -1 outside all.
    share
        (p) of the polygon's counts, over 0; those of a polygon add up to 1.
    x, y
        (p) a point inside the piece: in its largest inhabited part where people are placed by one.
    by_area
        (s) whether the ancillary layer has nothing in the polygon, so that it is divided by area.
    """

    source: Ints
    target: Ints
    share: Floats
    x: Floats
    y: Floats
    by_area: NDArray[np.bool_]


def pieces(source: Geometries, target: Geometries, ancillary: Ancillary | None = None) -> Pieces:
    """Return the pieces source ∩ target, with the share of the source's counts that each holds.

    Parameters
    ----------
    source
        (s) polygons with an area, in a metric CRS.
    target
        (t) polygons, in the same CRS.
    ancillary
        Where people live, from `geosocial.geo.dasymetric.ancillary_of`; without it the share is that of the
        area. A piece where nobody lives is left out, unless nobody lives in the whole polygon.

    Raises
    ------
    InputError
        When a polygon is invalid, naming its position.

    Examples
    --------
    >>> import shapely
    >>> found = pieces([shapely.box(0, 0, 4, 1)], [shapely.box(-9, 0, 1, 9), shapely.box(1, 0, 3, 9)])
    >>> found.target.tolist(), found.share.tolist(), found.x.tolist()
    ([0, 1, -1], [0.25, 0.5, 0.25], [0.5, 2.0, 3.5])
    """
    sources, targets = valid_polygons(source), valid_polygons(target)
    position, zone, shape = _cut(sources, targets)
    area = shapely.area(shape)
    total = np.bincount(position, area, len(sources))
    amount, by_area = area, np.zeros(len(sources), bool)
    x, y = representative_points(shape)
    if ancillary is not None:
        piece, part, where = inhabited(shape, ancillary)
        lived = np.bincount(piece, part, len(shape))
        whole = np.bincount(position, lived, len(sources))
        by_area = whole <= 0
        amount = np.where(by_area[position], area, lived)
        total = np.where(by_area, total, whole)
        _move_inside(x, y, piece, part, where, points=ancillary.points)
    share = amount / total[position]
    kept = share > _ROUNDING
    position, zone, share = position[kept], zone[kept], share[kept]
    share /= np.bincount(position, share, len(sources))[position]
    return Pieces(position, zone, share, x[kept], y[kept], by_area)


def _cut(
    sources: NDArray[np.object_], targets: NDArray[np.object_]
) -> tuple[Ints, Ints, NDArray[np.object_]]:
    """Return source, target and geometry of each piece with an area."""
    target, source = shapely.STRtree(sources).query(targets, predicate="intersects")
    shape = sources[source]
    shapely.prepare(targets)
    cut = ~shapely.covers(targets[target], shape)
    shape[cut] = polygonal(shapely.intersection(shape[cut], targets[target[cut]]))
    kept = shapely.area(shape) > 0
    order = np.lexsort((target[kept], source[kept]))
    source, target, shape = source[kept][order], target[kept][order], shape[kept][order]
    area = shapely.area(sources)
    inside = np.bincount(source, shapely.area(shape), len(sources))
    for twice in np.flatnonzero(inside > area * (1 + _ROUNDING)):
        _first_come(shape, np.flatnonzero(source == twice))
    kept = shapely.area(shape) > 0
    source, target, shape = source[kept], target[kept], shape[kept]
    inside = np.bincount(source, shapely.area(shape), len(sources))
    left = np.flatnonzero(inside < area * (1 - _ROUNDING))
    rest = np.array([_outside(sources[k], targets[target[source == k]]) for k in left], dtype=object)
    source = np.concatenate([source, left])
    target = np.concatenate([target, np.full(len(left), -1)])
    shape = np.concatenate([shape, rest])
    kept = shapely.area(shape) > 0
    order = np.lexsort((np.where(target < 0, len(targets), target)[kept], source[kept]))
    return source[kept][order], target[kept][order], shape[kept][order]


def _first_come(shape: NDArray[np.object_], own: Ints) -> None:
    """Take from each piece of a polygon, in place, the ground of the pieces before it."""
    taken = shape[own[0]]
    for k in own[1:]:
        shape[k] = polygonal(np.array([shapely.difference(shape[k], taken)], dtype=object))[0]
        taken = shapely.union(taken, shape[k])


def _outside(source: shapely.Geometry, zones: NDArray[np.object_]) -> shapely.Geometry:
    """Return the part of a polygon that no zone covers, from the zones themselves.

    The pieces have vertices of their own, rounded, and would leave slits along the edges of zones.
    """
    rest = source
    for zone in zones:
        rest = shapely.difference(rest, zone)
    return polygonal(np.array([rest], dtype=object))[0]  # type: ignore[no-any-return]  # of an object array


def _move_inside(
    x: Floats, y: Floats, piece: Ints, part: Floats, where: NDArray[np.object_], *, points: bool
) -> None:
    """Move the point of each piece to where its people live, in place.

    Dwellings: the one nearest to their weighted centre. Polygons: a point inside the largest.
    """
    rank = -part
    if points:
        east, north = shapely.get_x(where), shapely.get_y(where)
        weight = np.bincount(piece, part, len(x))
        lived = weight > 0
        centre_x, centre_y = (
            np.divide(np.bincount(piece, part * axis, len(x)), weight, out=np.zeros(len(x)), where=lived)
            for axis in (east, north)
        )
        rank = np.hypot(east - centre_x[piece], north - centre_y[piece])
    order = np.lexsort((rank, piece))
    own, first = np.unique(piece[order], return_index=True)
    x[own], y[own] = representative_points(where[order][first])
