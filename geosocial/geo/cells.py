"""A regular grid over the zones: for each cell, the zones that could cover a point of it.

Method
------
Coordinates become grid units by ``u = (x - x0) * k``, for points and for vertices by the same two roundings.
That map is monotone, and the relative error of `u` is at most three units in the last place, hence its error
below ``n · 2⁻⁵¹`` cells for a grid of `n` columns, however large the coordinates are. Each edge marks every
cell that it comes within `SLACK` of; `SLACK` is thousands of times that error. A cell that no edge of a zone
marks, and the rim of a thousandth of `SLACK` round it, is therefore free of that zone's boundary: all of its
points, rounding included, are on one side. Cells that follow one another in a row without a mark between them
are on the same side; the number of edges that cross the middle of the row to the left of them tells which.
Marked cells that follow one another are tied into a bundle of edges (`geosocial.geo.edges`), which answers
for the points in them.

Limits
------
Zones whose extent is not wider than a few thousand units in the last place of their coordinates cannot carry
a grid, nor can an extent below `LEAST_SPAN`, nor an invalid polygon with a hole that reaches beyond its box:
`build` returns None and the caller tests each zone in turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geosocial.geo.edges import Bundles, edges_of, expand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    #: Ends ``ax, ay, bx, by`` of each edge, the lower one first, and its zone.
    Edges: TypeAlias = tuple[Floats, Floats, Floats, Floats, Ints]
    #: Corner, cells per unit, columns and rows.
    Frame: TypeAlias = tuple[float, float, float, float, int, int]

#: Distance in cells within which an edge marks a cell; rounding stays below 1e-11 of a cell.
SLACK = 1e-6
#: Least width and height of the extent: the products of smaller differences lose their precision.
LEAST_SPAN = 1e-140
#: Most (zone, cell) pairs that a grid may hold, and for each zone where they are many: bounds memory when
#: zones overlap heavily.
MOST_PAIRS = 4_000_000
PAIRS_EACH = 16
#: Most cells for each zone where the size of the zones decides.
CELLS_EACH = 32
#: Most columns or rows; keeps rounding thousands of times below `SLACK`.
MOST_SIDE = 8_192

#: Marks in `Cells.first`: no zone covers any point of the cell; the list of the cell must be asked.
NONE, ASK = -1, -2


@dataclass(frozen=True, slots=True)
class Cells:
    """The grid: an answer for most cells, an ordered list of candidates for the others.

    Attributes
    ----------
    x0, y0, kx, ky
        Corner of the grid and cells per unit.
    nx, ny
        Columns and rows, a rim of empty cells on each side included.
    first
        (ny·nx) per cell: the first zone that covers all of it, `NONE`, or `ASK`.
    slot
        (ny·nx) per cell: number of its list, -1 where it has none. A cell has a list when an edge marks it
        or when several zones cover it.
    starts, zone, full, bundle
        The lists, one behind the other: list `k` holds ``zone[starts[k]:starts[k + 1]]`` in rising order;
        `full` tells whether that zone covers the whole cell; where it does not, `bundle` is the number of the
        bundle of its edges that the cell belongs to.
    bundles
        The edges of the zones in bundles.
    layered
        Whether a cell that one zone covers wholly has a list all the same: others cover some of it.
    """

    x0: float
    y0: float
    kx: float
    ky: float
    nx: int
    ny: int
    first: NDArray[np.signedinteger]
    slot: NDArray[np.int32]
    starts: Ints
    zone: Ints
    full: NDArray[np.bool_]
    bundle: Ints
    bundles: Bundles
    layered: bool

    def at(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        """Return the cell of each point; NaN and points beyond the grid get a cell of the empty rim."""
        return self._axis(y, self.y0, self.ky, self.ny) * np.int32(self.nx) + self._axis(
            x, self.x0, self.kx, self.nx
        )

    def _axis(self, v: Floats, v0: float, k: float, n: int) -> NDArray[np.int32]:
        with np.errstate(over="ignore"):  # a coordinate like 1e308 is beyond the grid all the same
            u = v - v0
            u *= k
        np.fmax(u, 0.0, out=u)  # fmax also turns NaN into 0, the rim
        np.fmin(u, n - 1.0, out=u)
        return u.astype(np.int32)


def build(zones: NDArray[np.object_], sides: int) -> Cells | None:
    """Return the grid over `zones`, about `sides` cells along the longer side, or None (see Limits).

    Parameters
    ----------
    zones
        Polygons and multipolygons, prepared; null and empty ones cover nothing.
    sides
        Cells along the longer side of the extent, before the bounds of this module are applied.
    """
    bounds = shapely.bounds(zones)
    frame = _frame(bounds, sides)
    if frame is None:
        return None
    edges, holes = edges_of(zones)
    if holes and _stray(edges, bounds):
        return None
    x0, y0, kx, ky, nx, ny = frame
    cells = nx * ny
    bundles, start, end = _bundled(edges, frame)
    bundle, marks = expand(start, end - start)
    owner = start // cells
    within = np.flatnonzero(bundles.beyond)
    run_zone = owner[within]
    run_start, run_stop = end[within] - run_zone * cells, start[within + 1] - run_zone * cells

    # How many zones cover each cell whole, and which one where it is one: running sums of starts less stops.
    count, only = np.zeros(cells, np.int32), np.zeros(cells, np.int32)
    for sums, change in ((count, np.int32(1)), (only, run_zone.astype(np.int32))):
        np.add.at(sums, run_start, change)
        np.subtract.at(sums, run_stop, change)
        np.cumsum(sums, out=sums)

    mark_zone = owner[bundle]
    mark_cell = marks - mark_zone * cells
    asked = count > 1
    crowded = bool(asked.any())
    asked[mark_cell] = True
    listed = np.flatnonzero(asked)
    slot = np.full(cells, -1, np.int32)
    slot[listed] = np.arange(len(listed), dtype=np.int32)
    full_cell = listed[count[listed] == 1]
    full_zone = only[full_cell].astype(np.int64)
    if crowded:
        run, run_cell = expand(run_start, run_stop - run_start)
        kept = count[run_cell] > 1
        full_cell = np.concatenate([full_cell, run_cell[kept]])
        full_zone = np.concatenate([full_zone, run_zone[run[kept]]])

    starts, place, full = _lists(slot[mark_cell], slot[full_cell], np.searchsorted(mark_zone, full_zone))
    zone = mark_zone[place]

    only[count != 1] = NONE
    first = only.astype(_smallest(len(zones)))
    head = starts[:-1]
    first[listed] = np.where(full[head], zone[head], ASK)
    layered = bool(full[head].any())
    return Cells(x0, y0, kx, ky, nx, ny, first, slot, starts, zone, full, bundle[place], bundles, layered)


def sides_of(zones: NDArray[np.object_]) -> int:
    """Return the cells along the longer side of which one is as wide as half of the zones are at most.

    For thousands of zones that lie close in some parts of the extent, as the blocks of a country do; at most
    `CELLS_EACH` cells for each zone.
    """
    bounds = shapely.bounds(zones)
    bounds = bounds[~np.isnan(bounds[:, 0])]
    if not len(bounds):
        return 0
    wide, tall = bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)
    typical = float(np.median((bounds[:, 2:] - bounds[:, :2]).max(axis=1)))
    longer = float(max(wide, tall))
    if not (typical > 0 and math.isfinite(longer)):
        return 0
    most = math.sqrt(CELLS_EACH * len(bounds) * longer / max(float(min(wide, tall)), longer / 1_000))
    return int(min(longer / typical, most, MOST_SIDE))


def _lists(partial: NDArray[np.int32], whole: NDArray[np.int32], mark: Ints) -> tuple[Ints, Ints, Bools]:
    """Return the start of each list, and the place of a mark of the zone of each entry, and if full.

    `partial` are the lists of the marks, which are in the order of the zones; `whole` those of the zones that
    cover a cell wholly, and `mark` the place of the first mark of each of these.
    """
    # In the order of the lists, then zones: twice the place of the mark, one more for that mark itself.
    many = np.int64(2 * len(partial) + 1)
    keys = np.concatenate([partial * many + np.arange(1, many, 2), whole * many + 2 * mark])
    keys.sort()
    of_list = keys // many
    keys -= of_list * many
    starts = np.concatenate([[0], np.flatnonzero(of_list[1:] != of_list[:-1]) + 1, [len(keys)]])
    return starts, keys >> 1, (keys & 1) == 0


def _bundled(edges: Edges, frame: Frame) -> tuple[Bundles, Ints, Ints]:
    """Return the edges in bundles, and the first mark and the end of the marks of each bundle.

    Between the marks of two bundles of one row, its zone covers all of each cell or none.
    """
    edge, first, end = _pieces(edges, frame)
    reach = np.maximum.accumulate(end)
    heads = np.flatnonzero(np.append(True, first[1:] > reach[:-1]))
    starts = np.append(heads, len(first))
    ax, ay, bx, by = (column[edge] for column in edges[:4])
    # The edges that cross the middle of the row are counted from left to right: odd is inside. Each zone has
    # an even number of them in each row, so the count may run on.
    _, y0, _, ky, nx, ny = frame
    middle = y0 + (first // nx % ny + 0.5) / ky
    crossed = np.cumsum((ay <= middle) & (middle < by))
    tails = starts[1:] - 1
    return Bundles(starts, (crossed[tails] & 1).astype(bool), ax, ay, bx, by), first[heads], reach[tails]


def _smallest(zones: int) -> type[np.signedinteger]:
    """Return the narrowest integer that numbers the zones: the table should stay in the cache."""
    for dtype in (np.int8, np.int16):
        if zones <= np.iinfo(dtype).max:
            return dtype
    return np.int32


def _frame(bounds: Floats, sides: int) -> Frame | None:
    """Return corner, cells per unit, columns and rows for the extent of `bounds`, or None."""
    bounds = bounds[~np.isnan(bounds[:, 0])]
    if not len(bounds):
        return None
    west, south, *_ = bounds.min(axis=0).tolist()
    *_, east, north = bounds.max(axis=0).tolist()
    wide, tall = east - west, north - south
    grain = math.ulp(max(map(abs, (west, south, east, north))))
    if not (math.isfinite(wide + tall) and min(wide, tall) >= max(4096 * grain, LEAST_SPAN)):
        return None
    # Cells are square, unless the extent is so long that the shorter side would have less than 16 of them.
    size = max(wide, tall) / min(sides, MOST_SIDE)
    width, height = (max(min(size, span / 16), 1024 * grain) for span in (wide, tall))
    # The pairs that the boxes of the zones could make, at worst; larger cells where that is too many.
    most = max(MOST_PAIRS, PAIRS_EACH * len(bounds))
    if len(bounds) * (wide / width + 3) * (tall / height + 3) > most:
        widths, heights = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
        while ((widths / width + 3) * (heights / height + 3)).sum() > most and width < wide:
            width, height = width * 1.25, height * 1.25
    columns, rows = math.ceil(wide / width) + 3, math.ceil(tall / height) + 3
    return west - width, south - height, 1 / width, 1 / height, columns, rows


def _stray(edges: Edges, bounds: Floats) -> bool:
    """Return whether an edge reaches beyond the box of its zone, which is the box of its outer rings."""
    ax, ay, bx, by, owner = edges
    west, south, east, north = bounds.T[:, owner]
    return bool(
        ((np.minimum(ax, bx) < west) | (np.maximum(ax, bx) > east) | (ay < south) | (by > north)).any()
    )


def _pieces(edges: Edges, frame: Frame) -> tuple[Ints, Ints, Ints]:
    """Return the edge, the first mark and the end of the marks of each piece, in the order of their marks.

    A piece is an edge within a row; its marks ``zone · cells + cell`` are the cells within `SLACK` of it.
    """
    x0, y0, kx, ky, nx, ny = frame
    ax, bx = (edges[0] - x0) * kx, (edges[2] - x0) * kx
    ay, by = (edges[1] - y0) * ky, (edges[3] - y0) * ky
    bottom = np.floor(ay - SLACK).astype(np.int64)
    edge, row = expand(bottom, np.floor(by + SLACK).astype(np.int64) + 1 - bottom)
    run, rise = bx - ax, by - ay
    ax, ay, run, rise = ax[edge], ay[edge], run[edge], rise[edge]
    with np.errstate(divide="ignore", invalid="ignore"):
        enter = (row - SLACK - ay) / rise
        leave = (row + (1 + SLACK) - ay) / rise
    level = rise == 0  # in the row from end to end
    enter[level], leave[level] = 0.0, 1.0
    # Rounding may lead an edge that is almost level beyond its ends.
    enter, leave = np.minimum(np.maximum(enter, 0.0), 1.0), np.maximum(np.minimum(leave, 1.0), 0.0)
    c, d = ax + run * enter, ax + run * leave
    left = np.floor(np.minimum(c, d) - SLACK).astype(np.int64)
    right = np.floor(np.maximum(c, d) + SLACK).astype(np.int64) + 1
    first = (edges[4][edge] * ny + row) * nx + left
    order = _order(first)
    first = first[order]
    return edge[order], first, first + (right - left)[order]


def _order(keys: Ints) -> Ints:
    """Return the order of `keys` (not negative), ties as they come."""
    many = len(keys)
    if not many or int(keys.max()) >= 2**62 // many:
        return np.argsort(keys, kind="stable")
    # Sorting one array of numbers is several times as fast as finding its order.
    both = keys * many
    both += np.arange(many)
    both.sort()
    return both % many
