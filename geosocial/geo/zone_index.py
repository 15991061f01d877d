"""Which zone covers each point: exact, and a lookup for most points.

Method
------
Coordinates stay arrays; no point objects are made. A regular grid over the zones (`geosocial.geo.cells`)
answers at once for every cell that one zone covers wholly or none touches. A point in a cell that an edge
touches is held against the few zones of that cell, in order: by counting the few edges there to the right of
it where their signs are certain (`geosocial.geo.edges`), by GEOS where they are not, as on a boundary. The
grid is fitted to the number of points: coarse for a list of some thousand, fine for millions; and to the
size of the zones where they are thousands.

"Covers" counts the boundary: for a point it is the same as "intersects", which `shapely.intersects_xy`
answers on prepared polygons (`shapely.contains_xy` would miss the boundary).

Limits
------
An invalid polygon is answered as Shapely's prepared geometry does, by the even–odd rule: the doubly wound
part of a self-crossing ring is outside. `geosocial.geo.join` refuses invalid zones by name.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geosocial.errors import N_, InputError
from geosocial.geo import cells
from geosocial.geo.edges import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Zones: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | Sequence[BaseGeometry | None] | NDArray[np.object_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

#: Entries of a cell's list that are looked at in one go.
AT_ONCE = 4
#: Points handled at a time: enough to drown what a call costs, few enough to stay in the cache.
CHUNK = 262_144
#: From this many points on, two threads share the chunks (NumPy and GEOS release the lock); same answers.
THREADS_FROM = 1_000_000
#: From this many zones on their own size tells the size of the cells, where the points deserve it.
MANY_ZONES = 4_096
_PREPARING = Lock()
#: As plain integers: NumPy compares with a member of an enumeration many times more slowly.
_POLYGON, _MULTIPOLYGON = int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON)


class ZoneIndex:
    """Zones, ready to be asked which of them covers a point.

    Parameters
    ----------
    zones
        GeoDataFrame, GeoSeries or array of Shapely polygons and multipolygons. Null and empty ones cover
        nothing. Their order decides ties: the lowest position wins. They are not changed.

    Raises
    ------
    InputError
        When a geometry is neither polygon nor multipolygon.

    Examples
    --------
    >>> import shapely
    >>> index = ZoneIndex([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> index.locate([1, 2, 3, 5], [1, 1, 1, 1]).tolist()
    [0, 0, 1, -1]
    """

    def __init__(self, zones: Zones) -> None:
        geometry = getattr(zones, "geometry", zones)
        self._zones = np.array(geometry, dtype=object).reshape(-1)
        kinds = shapely.get_type_id(self._zones)
        odd = np.flatnonzero((kinds >= 0) & (kinds != _POLYGON) & (kinds != _MULTIPOLYGON))
        if len(odd):
            raise InputError(
                N_("Geometry {row} is not a polygon."),
                hint=N_("Keep only the polygons of that layer."),
                row=int(odd[0]) + 1,
            )
        self._warm = np.zeros(len(self._zones), bool)
        self._cells: cells.Cells | None = None
        self._sides = 0
        self._asked = 0
        self._least: int | None = None
        self._boxes: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self._zones)

    def locate(self, x: ArrayLike, y: ArrayLike) -> Ints:
        """Return the position of the first zone that covers each point, -1 outside all.

        Parameters
        ----------
        x, y
            (n) coordinates in the CRS of the zones. NaN and infinite ones are outside.

        Returns
        -------
        (n) int64 positions, equal to the first zone whose Shapely ``covers`` is true.
        """
        x, y = _coordinates(x, y)
        found = np.empty(len(x), np.int64)
        grid = self._grid(len(x))

        def work(part: slice) -> None:
            if grid is None:
                found[part] = self._in_turn(x[part], y[part], np.full(len(x[part]), -1))
                return
            cell = grid.at(x[part], y[part])
            here = grid.first[cell].astype(np.int64)
            ask = np.flatnonzero(here == cells.ASK)
            if len(ask):
                here[ask] = self._walk(grid, grid.slot[cell[ask]], x[part][ask], y[part][ask])
            found[part] = here

        share(work, len(x))
        return found

    def first_and_next(self, x: ArrayLike, y: ArrayLike) -> tuple[Ints, Ints]:
        """Return what `locate` finds and what `further` finds after it, at little more than one costs.

        Parameters
        ----------
        x, y
            (n) coordinates.

        Examples
        --------
        >>> import shapely
        >>> index = ZoneIndex([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
        >>> [found.tolist() for found in index.first_and_next([1, 2, 5], [1, 1, 1])]
        [[0, 0, -1], [-1, 1, -1]]
        """
        x, y = _coordinates(x, y)
        first, other = np.empty(len(x), np.int64), np.full(len(x), -1, np.int64)
        grid = self._grid(len(x))

        def work(part: slice) -> None:
            if grid is None:
                first[part] = here = self._in_turn(x[part], y[part], np.full(len(x[part]), -1))
                other[part] = self._in_turn(x[part], y[part], np.where(here >= 0, here, len(self)))
                return
            cell = grid.at(x[part], y[part])
            here = grid.first[cell].astype(np.int64)
            ask = np.flatnonzero(here == cells.ASK)
            slots = grid.slot[cell[ask]]
            if len(ask):
                here[ask] = self._walk(grid, slots, x[part][ask], y[part][ask])
            first[part] = here
            # Without a list, one zone at most covers the cell: there is no next one.
            if grid.layered:
                slot = grid.slot[cell]
                again = np.flatnonzero((slot >= 0) & (here >= 0))
                slots = slot[again]
            else:
                some = here[ask] >= 0
                again, slots = ask[some], slots[some]
            if len(again):
                other[part][again] = self._walk(grid, slots, x[part][again], y[part][again], here[again])

        share(work, len(x))
        return first, other

    def expect(self, points: int) -> None:
        """Fit the grid to this many points in all, before several threads ask for some of them at a time."""
        self._grid(points)
        self._asked -= points

    def further(self, x: ArrayLike, y: ArrayLike, after: ArrayLike) -> Ints:
        """Return the position of the first zone later than `after` that covers each point, -1 if none.

        Parameters
        ----------
        x, y
            (n) coordinates.
        after
            (n) positions, as `locate` or `further` gave them; -1 asks for the first zone.

        Examples
        --------
        >>> import shapely
        >>> index = ZoneIndex([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
        >>> index.further([1, 2], [1, 1], [0, 0]).tolist()
        [-1, 1]
        """
        x, y = _coordinates(x, y)
        after = np.broadcast_to(np.asarray(after, np.int64), x.shape)
        found = np.full(len(x), -1, np.int64)
        grid = self._grid(len(x))

        def work(part: slice) -> None:
            if grid is None:
                found[part] = self._in_turn(x[part], y[part], after[part])
                return
            cell = grid.at(x[part], y[part])
            slot = grid.slot[cell]
            # Without a list, one zone at most covers the cell, wholly: `first`.
            lone = grid.first[cell].astype(np.int64)
            here = np.where((slot < 0) & (lone > after[part]), lone, -1)
            ask = np.flatnonzero(slot >= 0)
            if len(ask):
                here[ask] = self._walk(grid, slot[ask], x[part][ask], y[part][ask], after[part][ask])
            found[part] = here

        share(work, len(x))
        return found

    def on_boundary(self, x: ArrayLike, y: ArrayLike, position: ArrayLike) -> NDArray[np.bool_]:
        """Return whether each point lies exactly on the boundary of the zone at `position` (-1: False).

        Parameters
        ----------
        x, y
            (n) coordinates.
        position
            (n) positions of zones.

        Examples
        --------
        >>> import shapely
        >>> ZoneIndex([shapely.box(0, 0, 2, 2)]).on_boundary([1, 2], [1, 1], [0, 0]).tolist()
        [False, True]
        """
        x, y = _coordinates(x, y)
        position = np.broadcast_to(np.asarray(position, np.int64), x.shape)
        on = np.zeros(len(x), bool)
        ask = np.flatnonzero((position >= 0) & np.isfinite(x) & np.isfinite(y))
        zone, x, y = position[ask], x[ask], y[ask]
        on[ask] = self._ask(zone, x, y) & ~shapely.contains_xy(self._zones[zone], x, y)
        return on

    def _grid(self, points: int) -> cells.Cells | None:
        """Return the grid, built anew when the points seen so far deserve one four times finer."""
        self._asked += points
        sides = _sides(self._asked)
        if len(self._zones) > MANY_ZONES and self._asked > len(self._zones) / 8:
            if self._least is None:
                self._least = cells.sides_of(self._zones)
                self._boxes = np.ascontiguousarray(shapely.bounds(self._zones).T)
            sides = max(sides, self._least)
        if sides >= 4 * self._sides and len(self._zones):
            self._cells = cells.build(self._zones, sides)
            self._sides = sides
        return self._cells

    def _walk(
        self, grid: cells.Cells, slot: NDArray[np.int32], x: Floats, y: Floats, after: Ints | None = None
    ) -> Ints:
        """Go down the list of each point's cell to the first zone, later than `after`, that covers it."""
        found = np.full(len(slot), -1, np.int64)
        place, stop = grid.starts[slot], grid.starts[slot + 1]
        left = np.arange(len(slot))
        while len(left):
            # Some entries at a time: few rounds, and bounded memory where many zones overlap.
            until = np.minimum(place + AT_ONCE, stop)
            turn, entry = expand(place, until - place)
            zone, hit, point = grid.zone[entry], grid.full[entry], left[turn]
            test = np.flatnonzero(~hit)
            if self._boxes is not None:
                # Where a cell lists many small zones, most of them are not even near the point.
                test = test[self._in_box(zone[test], x[point[test]], y[point[test]])]
            of = point[test]
            inside, sure = grid.bundles.sides(grid.bundle[entry[test]], x[of], y[of])
            if not sure.all():
                ask = np.flatnonzero(~sure)
                inside[ask] = self._ask(zone[test[ask]], x[of[ask]], y[of[ask]])
            hit[test] = inside
            if after is not None:
                hit &= zone > after[point]
            hits = np.flatnonzero(hit)[::-1]  # backwards: the first of a point is written last
            found[point[hits]] = zone[hits]
            keep = np.flatnonzero((until < stop) & (found[left] < 0))
            left, place, stop = left[keep], until[keep], stop[keep]
        return found

    def _in_box(self, zone: Ints, x: Floats, y: Floats) -> Bools:
        """Return whether each point is in the box of its zone, the sides of the box included."""
        assert self._boxes is not None  # noqa: S101 - asked by the caller; for the type checker
        west, south, east, north = self._boxes
        near: Bools = (west[zone] <= x) & (x <= east[zone])
        near &= (south[zone] <= y) & (y <= north[zone])
        return near

    def _ask(self, zone: Ints, x: Floats, y: Floats) -> Bools:
        """Ask GEOS whether each zone covers its point; only the zones in question are prepared."""
        zones = self._zones[zone]
        if not self._warm[zone].all():
            # GEOS completes a prepared polygon at its first question inside the box, and two threads must not
            # do that at once.
            with _PREPARING:
                cold = np.unique(zone[~self._warm[zone]])
                shapely.prepare(self._zones[cold])
                west, south, east, north = shapely.bounds(self._zones[cold]).T
                shapely.intersects_xy(self._zones[cold], (west + east) / 2, (south + north) / 2)
                self._warm[cold] = True
        answer: Bools = shapely.intersects_xy(zones, x, y)
        return answer

    def _in_turn(self, x: Floats, y: Floats, after: Ints) -> Ints:
        """Test each zone in turn: for zones that cannot carry a grid."""
        found = np.full(len(x), -1, np.int64)
        finite = np.isfinite(x) & np.isfinite(y)
        for position in range(len(self._zones)):
            ask = np.flatnonzero((found < 0) & finite & (after < position))
            found[ask[self._ask(np.full(len(ask), position), x[ask], y[ask])]] = position
        return found


def _sides(points: int) -> int:
    """Return the cells along the longer side: twice as many for ten times the points, 32 to 1,024."""
    return 1 << min(max(3 + round(math.log10(max(points, 1))), 5), 10)


def _coordinates(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(
            N_("x has the shape {x}, y the shape {y}."),
            hint=N_("Give two arrays of one dimension and the same length."),
            x=x.shape,
            y=y.shape,
        )
    return x, y


def share(work: Callable[[slice], None], points: int, *, chunk: int = CHUNK) -> None:
    """Do `work` chunk by chunk, on two threads for many points; each chunk writes its own part."""
    parts = [slice(start, start + chunk) for start in range(0, points, chunk)]
    if points < THREADS_FROM:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(work, parts):
            pass
