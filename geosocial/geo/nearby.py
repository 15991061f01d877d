"""The nearest zone within reach of a point outside all zones: a lookup for most points, exact for each.

Method
------
A grid over the zones and their surroundings, found by halving its cells. Of each cell only the edges are kept
that can be the nearest of one of its points: with ``D`` the distance of the nearest edge to the middle of the
cell and ``h`` half its diagonal, those at most ``D + 2h``, and at most ``reach + h``, from the middle. A cell
farther than ``reach + h`` from all edges answers at once: none. A cell that no edge touches and whose middle
a zone covers holds no point outside all zones. The few edges that are left are measured, in the coordinates
as they were given, by the formula and in the order of operations of GEOS, so that a distance is the one that
``shapely.distance`` gives to the last bit.

Of equally near zones the first wins. Within means distance ≤ reach.

Limits
------
Where GEOS was compiled to round otherwise (`rounds_alike`), and where the extent is no wider than some
thousand units in the last place, `build` returns None and the caller asks the tree. GEOS passes over a ring
whose box is farther than the ring before: where two rings of a zone are equally near to twelve digits, the
point is left to the caller too.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geosocial.geo.edges import MOST_AT_ONCE, expand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geosocial.geo.zone_index import ZoneIndex

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    #: Corner, cells per unit, columns and rows.
    Frame: TypeAlias = tuple[float, float, float, int, int]

#: Cells along the longer side before the first halving, and after the last.
ROOT, MOST_SIDE = 4, 512
#: A cell of so few edges is halved no more.
FEW = 1
#: Distances that differ by less are the same but for rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of zones in their order: from a to b, ring by ring, zone by zone.

    Attributes
    ----------
    ax, ay, bx, by
        Ends, as the ring runs.
    vx, vy, square, length
        b − a, the square of its length, its length.
    zone, ring
        Positions; rings are numbered through.
    """

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    vx: Floats
    vy: Floats
    square: Floats
    length: Floats
    zone: Ints
    ring: Ints

    def distance(self, x: Floats, y: Floats, edge: Ints) -> Floats:
        """Return the distance of each point to its edge, as GEOS computes it.

        With r = (p − a)·(b − a) / |b − a|²: |p − a| up to r = 0, |p − b| from r = 1 on, and between them
        | (p − a) × (b − a) / |b − a|² | · |b − a|.
        """
        dx, dy = x - self.ax[edge], y - self.ay[edge]
        vx, vy, square = self.vx[edge], self.vy[edge], self.square[edge]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            along = dx * vx
            along += dy * vy
            along /= square
            vy *= dx
            vx *= dy
            vy -= vx
            vy /= square
            apart = np.abs(vy, out=vy)
            apart *= self.length[edge]
        end = np.flatnonzero(along >= 1)
        of = edge[end]
        dx[end], dy[end] = x[end] - self.bx[of], y[end] - self.by[of]
        # An edge without length has no number there: the distance to its end.
        end = np.flatnonzero(~((along > 0) & (along < 1)))
        dx, dy = dx[end], dy[end]
        apart[end] = np.sqrt(dx * dx + dy * dy)
        return apart


def ring_edges(zones: NDArray[np.object_]) -> Edges:
    """Return the edges of polygons and multipolygons.

    Examples
    --------
    >>> edges = ring_edges(np.array([shapely.box(0, 0, 4, 2)]))
    >>> edges.length.tolist(), edges.distance(np.array([7.0]), np.array([6.0]), np.array([0])).tolist()
    ([2.0, 4.0, 2.0, 4.0], [5.0])
    """
    parts, of_zone = shapely.get_parts(zones, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    head = np.flatnonzero(ring[1:] == ring[:-1])
    ax, ay = np.ascontiguousarray(xy[head].T)
    bx, by = np.ascontiguousarray(xy[head + 1].T)
    vx, vy = bx - ax, by - ay
    square = vx * vx + vy * vy
    zone = of_zone[of_part[ring[head]]]
    return Edges(ax, ay, bx, by, vx, vy, square, np.sqrt(square), zone, ring[head].astype(np.int64))


@functools.cache
def rounds_alike() -> bool:
    """Return whether GEOS, as it was compiled here, gives the bits of `Edges.distance`.

    A compiler may join a product and a sum into one operation that rounds once: about one distance in three
    then differs in its last digit.
    """
    rng = np.random.default_rng(1)
    corner = rng.uniform(300_000, 300_100, (500, 3, 2))
    edges = ring_edges(np.asarray(shapely.polygons(corner), dtype=object))
    x, y = rng.uniform(300_000, 300_100, (2, len(edges.ax)))
    lines = shapely.linestrings(
        np.stack([[edges.ax, edges.bx], [edges.ay, edges.by]], axis=-1).swapaxes(0, 1)
    )
    theirs = shapely.distance(shapely.points(x, y), lines)
    return bool((edges.distance(x, y, np.arange(len(x))) == theirs).all())


class Nearby:
    """The surroundings of zones, ready to be asked which one is nearest. Made by `build`.

    Parameters
    ----------
    edges
        Of the zones.
    reach
        Largest distance.
    frame
        Corner of the grid, cells per unit, columns and rows.
    slot
        (rows·columns) number of the list of each cell, -1 where it has none.
    counts, listed
        Lengths of the lists, and the edges of all of them, one behind the other.
    """

    def __init__(
        self, edges: Edges, reach: float, frame: Frame, *, slot: NDArray[np.int32], counts: Ints, listed: Ints
    ) -> None:
        self._edges, self._reach, self._frame = edges, reach, frame
        self._slot, self._listed = slot, listed
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        rings = np.unique(np.column_stack([edges.zone, edges.ring]), axis=0)[:, 0]
        #: Whether the zone of each edge has more rings than one.
        self._ringed = np.bincount(rings)[edges.zone] > 1
        self._any_ringed = bool(self._ringed.any())

    def nearest(self, x: Floats, y: Floats) -> tuple[Ints, Floats, Ints]:
        """Return the nearest zone of each point, the distance to it, and which points remain to be asked.

        Parameters
        ----------
        x, y
            (n) finite coordinates of points that no zone covers.

        Returns
        -------
        (n) position of the zone, -1 when none is within reach; (n) distance, NaN when none is; positions of
        points that the tree must answer.
        """
        zone = np.full(len(x), -1, np.int64)
        distance = np.full(len(x), np.nan)
        x0, y0, per, nx, ny = self._frame
        slot = self._slot[_axis(y, y0, per, ny) * nx + _axis(x, x0, per, nx)]
        ask = np.flatnonzero(slot >= 0)
        vague = [ask[:0]]
        for part in _portions(np.diff(self._starts)[slot[ask]]):
            of = ask[part]
            near, apart, odd = self._measured(slot[of], x[of], y[of])
            zone[of], distance[of] = near, apart
            vague.append(of[odd])
        return zone, distance, np.concatenate(vague)

    def _measured(self, slot: NDArray[np.int32], x: Floats, y: Floats) -> tuple[Ints, Floats, Ints]:
        """Return zone and distance of points whose cells have lists, and which are not certain."""
        start = self._starts[slot]
        lengths = self._starts[slot + 1] - start
        ends = np.cumsum(lengths)
        point, place = expand(start, lengths, ends)
        edge = self._listed[place]
        apart = self._edges.distance(x[point], y[point], edge)
        best = np.fmin.reduceat(apart, ends - lengths)
        hit = np.flatnonzero(apart == best[point])[::-1]  # backwards: the first of equals is written last
        zone = np.empty(len(x), np.int64)
        zone[point[hit]] = self._edges.zone[edge[hit]]
        odd = hit[:0]
        if self._any_ringed:
            close = np.flatnonzero((apart <= best[point] * (1 + _ROUNDING)) & self._ringed[edge])
            of, ring = point[close], self._edges.ring[edge[close]]
            # Rings rise within a point: it has two of them where one follows another.
            odd = np.unique(of[1:][(of[1:] == of[:-1]) & (ring[1:] != ring[:-1])])
        beyond = np.flatnonzero(best > self._reach)
        zone[beyond], best[beyond] = -1, np.nan
        return zone, best, odd


@dataclass(frozen=True, slots=True)
class _Listed:
    """Cells of one size, by column and row, with the edges that count for each, one list behind the other."""

    column: Ints
    row: Ints
    counts: Ints
    edge: Ints

    def only(self, kept: Flags) -> _Listed:
        """Return some of them."""
        of_list = np.repeat(kept, self.counts)
        return _Listed(self.column[kept], self.row[kept], self.counts[kept], self.edge[of_list])

    def halved(self) -> _Listed:
        """Return the four cells of half the side that each consists of, each with its edges."""
        start = np.cumsum(self.counts) - self.counts
        counts = np.repeat(self.counts, 4)
        _, place = expand(np.repeat(start, 4), counts)
        right, up = np.tile([0, 1, 0, 1], len(start)), np.tile([0, 0, 1, 1], len(start))
        return _Listed(
            2 * np.repeat(self.column, 4) + right, 2 * np.repeat(self.row, 4) + up, counts, self.edge[place]
        )

    def finest(self, halvings: int, columns: int) -> Ints:
        """Return the numbers of the cells of the finest grid that each consists of."""
        own = np.arange(1 << halvings)
        column, row = (self.column << halvings)[:, None] + own, (self.row << halvings)[:, None] + own
        return row[:, :, None] * columns + column[:, None, :]


def build(
    zones: NDArray[np.object_], covering: ZoneIndex, *, reach: float, sides: int = MOST_SIDE
) -> Nearby | None:
    """Return the surroundings of the zones up to `reach`, or None (see Limits).

    Parameters
    ----------
    zones
        Polygons and multipolygons; null and empty ones are near to nothing.
    covering
        Index of the same zones.
    reach
        Largest distance, above 0, in the unit of the coordinates.
    sides
        Cells along the longer side, about.
    """
    edges = ring_edges(zones)
    if not len(edges.ax) or not rounds_alike():
        return None
    west, east = float(edges.ax.min()) - reach, float(edges.ax.max()) + reach
    south, north = float(edges.ay.min()) - reach, float(edges.ay.max()) + reach
    span = max(east - west, north - south)
    depth = max(0, math.ceil(math.log2(sides / ROOT)))
    side = span / ROOT
    grain = math.ulp(max(map(abs, (west, south, east, north))))
    if not (math.isfinite(span) and side / 2**depth >= 4096 * grain and reach >= 4096 * grain):
        return None
    columns, rows = (max(1, math.ceil(wide / side)) for wide in (east - west, north - south))
    # Points from beyond the grid are looked up in its rim: what is listed there is measured, and too far.
    frame = (west, south, 2**depth / side, columns << depth, rows << depth)
    slot = np.full(frame[3] * frame[4], -1, np.int32)
    cell, every = np.arange(columns * rows), np.arange(len(edges.ax))
    level = _Listed(
        cell % columns, cell // columns, np.full(len(cell), len(every)), np.tile(every, len(cell))
    )
    made: list[_Listed] = []
    many = 0
    for halvings in range(depth, -1, -1):
        wide = side / 2 ** (depth - halvings)
        half = wide * math.sqrt(0.5) * (1 + 1e-6) + 64 * grain
        x, y = west + (level.column + 0.5) * wide, south + (level.row + 0.5) * wide
        level = _pruned(edges, covering, level, (x, y), half=half, reach=reach)
        done = (level.counts <= FEW) | (halvings == 0)
        leaves = level.only(done)
        numbers = many + np.arange(len(leaves.counts), dtype=np.int32)
        slot[leaves.finest(halvings, frame[3])] = numbers[:, None, None]
        made.append(leaves)
        many += len(numbers)
        level = level.only(~done).halved()
    counts, listed = (np.concatenate([getattr(one, name) for one in made]) for name in ("counts", "edge"))
    return Nearby(edges, reach, frame, slot=slot, counts=counts, listed=listed)


def _pruned(
    edges: Edges,
    covering: ZoneIndex,
    cells: _Listed,
    middles: tuple[Floats, Floats],
    *,
    half: float,
    reach: float,
) -> _Listed:
    """Return the cells with points within reach and outside all zones, each with the edges that count."""
    x, y = middles
    live, keep = np.zeros(len(x), bool), np.zeros(len(cells.edge), bool)
    ends = np.cumsum(cells.counts)
    for part in _portions(cells.counts):
        counts = cells.counts[part]
        place = slice(int(ends[part][0] - counts[0]), int(ends[part][-1]))
        point = np.repeat(np.arange(part.start, part.stop), counts)
        apart = edges.distance(x[point], y[point], cells.edge[place])
        nearest = np.fmin.reduceat(apart, np.cumsum(counts) - counts)
        here = nearest <= reach + half
        whole = np.flatnonzero(here & (nearest > half))
        here[whole[covering.locate(x[part][whole], y[part][whole]) >= 0]] = False
        most = np.where(here, np.minimum(nearest + 2 * half, reach + half), -1.0)
        live[part], keep[place] = here, apart <= np.repeat(most, counts)
    left = np.add.reduceat(keep, ends - cells.counts, dtype=np.int64) if len(x) else cells.counts
    return _Listed(cells.column[live], cells.row[live], left[live], cells.edge[keep])


def _portions(counts: Ints) -> Iterator[slice]:
    """Give slices of lists that hold `MOST_AT_ONCE` entries together at most, or one list each."""
    ends = np.cumsum(counts)
    done = 0
    while done < len(counts):
        before = int(ends[done - 1]) if done else 0
        stop = max(done + 1, int(np.searchsorted(ends, before + MOST_AT_ONCE, side="right")))
        yield slice(done, stop)
        done = stop


def _axis(v: Floats, v0: float, per: float, n: int) -> Ints:
    u = v - v0
    u *= per
    np.fmax(u, 0.0, out=u)
    np.fmin(u, n - 1.0, out=u)
    return u.astype(np.int64)
