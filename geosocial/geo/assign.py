"""What becomes of each position among zones: which zone, which other one, on a boundary, snapped or outside.

The arrays behind `geosocial.geo.join`, by its conventions. What is prepared (the grid over the zones, the
tree of their shapes, their surroundings) is prepared once and asked as often as there are batches of points;
an answer depends on its point alone, never on the others of its batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geosocial.geo.zone_index import ZoneIndex

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Points outside all zones that are looked at one by one at a time.
_MANY = 100_000
_MATCHED, _SNAPPED, _OUTSIDE, _AMBIGUOUS, _UNLOCATED = (
    OUTCOMES.index(name) for name in ("matched", "snapped", "outside", "ambiguous", "unlocated")
)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of each of n positions."""

    #: (n) position of the zone in its table, and of the next one that covers the point; -1 for none.
    first: Ints
    other: Ints
    #: (n) whether it lies on a boundary that two zones share.
    on_boundary: Flags
    #: (n) metres to the zone: 0 inside, NaN without a zone.
    snap: Floats
    #: (n) position of the outcome in `geosocial.tables.OUTCOMES`.
    code: Ints


class Assigner:
    """Zones, ready to take batch after batch of points; several threads may ask at once.

    Parameters
    ----------
    zones
        Valid polygons in a metric CRS.
    snap_m
        Largest distance in metres at which a point outside all zones is given to the nearest; 0 for never.
    points
        How many points will be asked in all, where that is known: the grid is fitted to them.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9)], crs=32188)
    >>> given = Assigner(zones, snap_m=5).assign(np.array([1.0, 9.0, 20.0]), np.array([1.0, 1.0, 1.0]))
    >>> given.first.tolist(), given.other.tolist(), given.snap.tolist()
    ([0, 0, 1], [-1, 1, -1], [0.0, 0.0, 2.0])
    """

    def __init__(self, zones: gpd.GeoDataFrame, *, snap_m: float, points: int = 0) -> None:
        from geosocial.geo.zone_index import ZoneIndex

        self._shapes = np.array(zones.geometry.values, dtype=object)
        self._index = ZoneIndex(zones)
        if points:
            self._index.expect(points)
        self._snap_m = snap_m
        self._lock = Lock()
        self._lost = 0
        self._tree: Any = None
        self._around: ZoneIndex | None = None

    def assign(self, x: Floats, y: Floats) -> Assigned:
        """Return what becomes of the points at `x`, `y`, in the CRS of the zones; NaN is unlocated."""
        located = np.isfinite(x) & np.isfinite(y)
        first, other = self._index.first_and_next(x, y)
        on_boundary, ambiguous = self._several(x, y, first, other)
        snap = np.where(first >= 0, 0.0, np.nan)
        code = np.where(first >= 0, _MATCHED, _OUTSIDE)
        lost = np.flatnonzero(located & (first < 0))
        if self._snap_m > 0 and len(lost):
            first[lost], snap[lost] = self._nearest(x[lost], y[lost])
            # By the zone found, not by the distance: one unit in the last place beside a zone it may round
            # to 0.
            code[lost[first[lost] >= 0]] = _SNAPPED
        code[ambiguous] = _AMBIGUOUS
        code[~located] = _UNLOCATED
        return Assigned(first, other, on_boundary, snap, code)

    def _several(self, x: Floats, y: Floats, first: Ints, other: Ints) -> tuple[Flags, Flags]:
        """Return whether each point is on a shared boundary, and whether it is ambiguous.

        Ambiguous: in the interior of at least two zones. On a shared boundary: covered by at least two, in
        the interior of one at most.
        """
        index = self._index
        on_boundary = np.zeros(len(x), bool)
        ambiguous = np.zeros(len(x), bool)
        rows = np.flatnonzero(other >= 0)
        x, y, position = x[rows], y[rows], first[rows]
        interiors = np.zeros(len(rows), np.int64)
        while (position >= 0).any():
            interiors += (position >= 0) & ~index.on_boundary(x, y, position)
            position = index.further(x, y, np.where(position >= 0, position, len(index)))
        ambiguous[rows] = interiors > 1
        on_boundary[rows] = interiors <= 1
        return on_boundary, ambiguous

    def _nearest(self, x: Floats, y: Floats) -> tuple[Ints, Floats]:
        """Return the nearest zone of each point within reach, -1 if none, and the distance, NaN if none."""
        import shapely

        self._prepare(len(x))
        near = np.full(len(x), -1, np.int64)
        distance = np.full(len(x), np.nan)
        asked = np.arange(len(x))
        if self._around is not None:
            asked = np.flatnonzero(self._around.locate(x, y) >= 0)
        for start in range(0, len(asked), _MANY):  # in parts: the point objects of millions would fill memory
            part = asked[start : start + _MANY]
            points: NDArray[np.object_] = np.asarray(shapely.points(np.column_stack([x[part], y[part]])))
            # A little too far, so that rounding in the tree loses no pair; the distance itself decides.
            row, zone = self._tree.query(points, predicate="dwithin", distance=self._snap_m * (1 + 1e-9))
            apart = shapely.distance(points[row], self._shapes[zone])
            kept = apart <= self._snap_m
            row, zone, apart = row[kept], zone[kept], apart[kept]
            order = np.lexsort((zone, apart, row))
            rows, head = np.unique(row[order], return_index=True)
            near[part[rows]] = zone[order][head]
            distance[part[rows]] = apart[order][head]
        return near, distance

    def _prepare(self, lost: int) -> None:
        """Prepare the tree of the shapes, and their surroundings once many points lie outside them.

        A look at the surroundings spares the many that are far from all zones. A tenth wider than needed: the
        arcs of a buffer are polygons that run up to a fiftieth inside the true ones.
        """
        import shapely

        from geosocial.geo.zone_index import ZoneIndex

        with self._lock:
            self._lost += lost
            if self._tree is None:
                self._tree = shapely.STRtree(self._shapes)
            if self._around is None and self._lost > _MANY:
                around = ZoneIndex([shapely.buffer(shapely.union_all(self._shapes), self._snap_m * 1.1)])
                around.expect(self._lost)
                self._around = around
