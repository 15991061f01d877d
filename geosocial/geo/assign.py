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

    from geosocial.geo.nearby import Nearby

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Where so many points will be outside all zones, and so many for each of their vertices, the surroundings of
#: these are prepared: that takes as long as asking the tree for about as many.
_MANY, _FOR_EACH = 20_000, 5
#: Points handled at a time: what they need stays in the cache.
_TOGETHER = 131_072
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
    code: NDArray[np.int8]

    def part(self, part: slice) -> Assigned:
        """Return a view of some of them."""
        return Assigned(
            self.first[part], self.other[part], self.on_boundary[part], self.snap[part], self.code[part]
        )


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
        #: Points in all, where known; asked so far; outside among these; how many of these pay.
        self._points, self._asked, self._lost, self._worth = points, 0, 0, 0
        self._built = False
        self._tree: Any = None
        self._nearby: Nearby | None = None

    def assign(self, x: Floats, y: Floats) -> Assigned:
        """Return what becomes of the points at `x`, `y`, in the CRS of the zones; NaN is unlocated."""
        from geosocial.geo.zone_index import share

        many = len(x)
        given = Assigned(
            np.empty(many, np.int64),
            np.empty(many, np.int64),
            np.zeros(many, bool),
            np.empty(many),
            np.empty(many, np.int8),
        )
        self._points = max(self._points, many)
        if many > _TOGETHER:
            self._index.expect(many)
        share(lambda part: self._assign(x[part], y[part], given.part(part)), many, chunk=_TOGETHER)
        return given

    def _assign(self, x: Floats, y: Floats, given: Assigned) -> None:
        """Write what becomes of some points."""
        located = np.isfinite(x)
        located &= np.isfinite(y)
        given.first[:], given.other[:] = self._index.first_and_next(x, y)
        matched = given.first >= 0
        given.snap[:] = np.where(matched, 0.0, np.nan)
        given.code[:] = np.where(matched, np.int8(_MATCHED), np.int8(_OUTSIDE))
        rows = np.flatnonzero(given.other >= 0)
        if len(rows):
            given.on_boundary[rows], ambiguous = self._several(x[rows], y[rows], given.first[rows])
            given.code[rows[ambiguous]] = _AMBIGUOUS
        lost = np.flatnonzero(located & ~matched)
        if self._snap_m > 0 and len(lost):
            near, apart = self._nearest(x[lost], y[lost], len(x))
            # By the zone found, not by the distance: one unit in the last place beside a zone it may round
            # to 0.
            rows = np.flatnonzero(near >= 0)
            of = lost[rows]
            given.first[of], given.snap[of], given.code[of] = near[rows], apart[rows], _SNAPPED
        if not located.all():
            given.code[~located] = _UNLOCATED

    def _several(self, x: Floats, y: Floats, position: Ints) -> tuple[Flags, Flags]:
        """Return whether each point is on a shared boundary, and whether it is ambiguous.

        Ambiguous: in the interior of at least two zones. On a shared boundary: covered by at least two, in
        the interior of one at most.
        """
        index = self._index
        interiors = np.zeros(len(x), np.int64)
        while (position >= 0).any():
            interiors += (position >= 0) & ~index.on_boundary(x, y, position)
            position = index.further(x, y, np.where(position >= 0, position, len(index)))
        return interiors <= 1, interiors > 1

    def _nearest(self, x: Floats, y: Floats, of: int) -> tuple[Ints, Floats]:
        """Return the nearest zone within reach of each of some points, -1 if none, and the distance, or NaN.

        They are what lies outside all zones `of` so many.
        """
        nearby = self._prepared(len(x), of)
        if nearby is None:
            return self._by_tree(x, y)
        near, distance, left = nearby.nearest(x, y)
        if len(left):
            near[left], distance[left] = self._by_tree(x[left], y[left])
        return near, distance

    def _by_tree(self, x: Floats, y: Floats) -> tuple[Ints, Floats]:
        """Do the same by the tree of the shapes, which needs a geometry of each point."""
        import shapely

        near = np.full(len(x), -1, np.int64)
        distance = np.full(len(x), np.nan)
        points: NDArray[np.object_] = np.asarray(shapely.points(np.column_stack([x, y])))
        # A little too far, so that rounding in the tree loses no pair; the distance itself decides.
        row, zone = self._tree.query(points, predicate="dwithin", distance=self._snap_m * (1 + 1e-9))
        apart = shapely.distance(points[row], self._shapes[zone])
        kept = apart <= self._snap_m
        row, zone, apart = row[kept], zone[kept], apart[kept]
        order = np.lexsort((zone, apart, row))
        rows, head = np.unique(row[order], return_index=True)
        near[rows], distance[rows] = zone[order][head], apart[order][head]
        return near, distance

    def _prepared(self, lost: int, of: int) -> Nearby | None:
        """Return the surroundings of the zones, if so many points lie outside that they pay."""
        import shapely

        from geosocial.geo import nearby

        with self._lock:
            if self._tree is None:
                self._tree = shapely.STRtree(self._shapes)
                self._worth = max(_MANY, _FOR_EACH * int(shapely.get_num_coordinates(self._shapes).sum()))
            self._lost += lost
            self._asked += of
            # By the share so far of all that will be asked.
            ahead = self._lost / self._asked * max(self._points, self._asked)
            if not self._built and ahead > self._worth:
                self._built = True
                self._nearby = nearby.build(self._shapes, self._index, reach=self._snap_m)
            return self._nearby
