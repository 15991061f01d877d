"""A regular grid over the zones: for each cell, the zones that could cover a point of it.

Method
------
Coordinates become grid units by ``u = (x - x0) * k``, for points and for vertices by the same two roundings.
That map is monotone, and the relative error of `u` is at most three units in the last place, hence its error
below ``n · 2⁻⁵¹`` cells for a grid of `n` columns, however large the coordinates are. Each edge marks every
cell that it comes within `SLACK` of; `SLACK` is thousands of times that error. A cell that no edge of a zone
marks, and the rim of a thousandth of `SLACK` round it, is therefore free of that zone's boundary: all of its
points, rounding included, are on one side. Cells that follow one another in a row without a mark between them
are on the same side, so one exact test decides a whole run of them.

Limits
------
Zones whose extent is not wider than a few thousand units in the last place of their coordinates cannot carry
a grid: `build` returns None and the caller tests each zone in turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    #: Corner, cells per unit, columns and rows.
    Frame: TypeAlias = tuple[float, float, float, float, int, int]

#: Distance in cells within which an edge marks a cell; rounding stays below 1e-11 of a cell.
SLACK = 1e-6
#: Most (zone, cell) pairs that a grid may hold: bounds memory when zones overlap heavily.
MOST_PAIRS = 4_000_000
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
    starts, zone, full
        The lists, one behind the other: list `k` holds ``zone[starts[k]:starts[k + 1]]`` in rising order;
        `full` tells whether that zone covers the whole cell.
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
    frame = _frame(shapely.bounds(zones), sides)
    if frame is None:
        return None
    x0, y0, kx, ky, nx, ny = frame
    cells = nx * ny
    marks = _marked(zones, frame)
    owner, start, stop = _runs(zones, frame, marks)

    # How many zones cover each cell whole, and which one where it is one: running sums of starts less stops.
    count, only = np.zeros(cells, np.int32), np.zeros(cells, np.int32)
    for sums, change in ((count, np.ones(len(owner), np.int32)), (only, owner.astype(np.int32))):
        np.add.at(sums, start, change)
        np.subtract.at(sums, stop, change)
        np.cumsum(sums, out=sums)

    edge_zone = marks // cells  # by hand: NumPy's % takes several times as long as its //
    edge_cell = marks - edge_zone * cells
    asked = count > 1
    crowded = bool(asked.any())
    asked[edge_cell] = True
    listed = np.flatnonzero(asked)
    slot = np.full(cells, -1, np.int32)
    slot[listed] = np.arange(len(listed), dtype=np.int32)
    lone = listed[count[listed] == 1]
    full_cell, full_zone = lone, only[lone].astype(np.int64)
    if crowded:
        run, run_cell = _expand(start, stop)
        kept = count[run_cell] > 1
        full_cell = np.concatenate([full_cell, run_cell[kept]])
        full_zone = np.concatenate([full_zone, owner[run[kept]]])

    # The lists in the order of their cells, then zones; the lowest bit tells whether the cover is full.
    many = np.int64(len(zones))
    partial, whole = (slot[edge_cell] * many + edge_zone) * 2, (slot[full_cell] * many + full_zone) * 2 + 1
    keys = np.concatenate([partial, whole])
    keys.sort()
    full = (keys & 1).astype(bool)
    keys >>= 1
    of_slot = keys // many
    zone = keys - of_slot * many
    starts = np.concatenate([[0], np.flatnonzero(of_slot[1:] != of_slot[:-1]) + 1, [len(keys)]])

    only[count != 1] = NONE
    first = only.astype(_smallest(len(zones)))
    head = starts[:-1]
    first[listed] = np.where(full[head], zone[head], ASK)
    return Cells(x0, y0, kx, ky, nx, ny, first, slot, starts, zone, full)


def _runs(zones: NDArray[np.object_], frame: Frame, marks: Ints) -> tuple[Ints, Ints, Ints]:
    """Return zone, first cell and cell after the last of each run of cells that the zone covers whole.

    A run lies between two marks of one zone in one row; one exact test decides it.
    """
    x0, y0, kx, ky, nx, ny = frame
    cells = nx * ny
    after = np.flatnonzero(np.diff(marks) > 1)
    start, stop = marks[after] + 1, marks[after + 1]
    row_of_all = start // nx
    same = row_of_all == stop // nx
    start, stop, row_of_all = start[same], stop[same], row_of_all[same]
    owner, row = np.divmod(row_of_all, ny)
    column = start - row_of_all * nx
    inside = shapely.intersects_xy(zones[owner], x0 + (column + 0.5) / kx, y0 + (row + 0.5) / ky)
    owner = owner[inside]
    return owner, start[inside] - owner * cells, stop[inside] - owner * cells


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
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    wide, tall = east - west, north - south
    grain = math.ulp(max(map(abs, (west, south, east, north))))
    if not (math.isfinite(wide + tall) and min(wide, tall) >= 4096 * grain):
        return None
    # Cells are square, unless the extent is so long that the shorter side would have less than 16 of them.
    size = max(wide, tall) / min(sides, MOST_SIDE)
    width, height = (max(min(size, span / 16), 1024 * grain) for span in (wide, tall))
    # The pairs that the boxes of the zones could make, at worst; larger cells where that is too many.
    widths, heights = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
    while ((widths / width + 3) * (heights / height + 3)).sum() > MOST_PAIRS and width < wide:
        width, height = width * 1.25, height * 1.25
    columns, rows = math.ceil(wide / width) + 3, math.ceil(tall / height) + 3
    return west - width, south - height, 1 / width, 1 / height, columns, rows


def _marked(zones: NDArray[np.object_], frame: Frame) -> Ints:
    """Return ``zone · cells + cell``, rising, once each, for the cells within `SLACK` of a zone's edges."""
    x0, y0, kx, ky, nx, ny = frame
    xy, edges, owner = _edges(zones)
    u, v = (xy[:, 0] - x0) * kx, (xy[:, 1] - y0) * ky
    flip = v[edges] > v[edges + 1]
    low, high = edges + flip, edges + ~flip
    ax, ay, bx, by = u[low], v[low], u[high], v[high]

    # One piece for each row that the edge touches, then one mark for each cell of the piece.
    bottom, top = np.floor(ay - SLACK), np.floor(by + SLACK)
    edge, row = _expand(bottom.astype(np.int64), top.astype(np.int64) + 1)
    ax, ay, bx, by = ax[edge], ay[edge], bx[edge], by[edge]
    rise = by - ay
    with np.errstate(divide="ignore", invalid="ignore"):  # a level edge is in the row from end to end
        enter = np.where(rise > 0, (np.maximum(ay, row - SLACK) - ay) / rise, 0.0)
        leave = np.where(rise > 0, (np.minimum(by, row + 1 + SLACK) - ay) / rise, 1.0)
    # Rounding may lead an edge that is almost level beyond its ends.
    run = bx - ax
    c, d = ax + run * np.minimum(enter, 1.0), ax + run * np.maximum(leave, 0.0)
    left = np.floor(np.minimum(c, d) - SLACK).astype(np.int64)
    right = np.floor(np.maximum(c, d) + SLACK).astype(np.int64) + 1
    piece, column = _expand(left, right)
    keys = (owner[edge[piece]] * ny + row[piece]) * nx + column
    keys.sort()
    once = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=once[1:])
    return keys[once]


def _edges(zones: NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """Return the vertices, the first of each edge (the second follows it) and the zone of each edge."""
    kinds, holes = shapely.get_type_id(zones), shapely.get_num_interior_rings(zones)
    plain = (kinds == shapely.GeometryType.POLYGON) & (holes == 0)
    # Polygons of one ring need not be taken apart, which takes longer than all else here.
    which = np.flatnonzero(plain)
    found = [(which, *shapely.get_coordinates(zones[which], return_index=True))]
    if len(which) < len(zones):
        rest = np.flatnonzero(~plain)
        parts, of_zone = shapely.get_parts(zones[rest], return_index=True)
        rings, of_part = shapely.get_rings(parts, return_index=True)
        found.append((rest[of_zone[of_part]], *shapely.get_coordinates(rings, return_index=True)))
    vertices, edges, owners, before = [], [], [], 0
    for owner, xy, of_ring in found:
        first = np.flatnonzero(of_ring[1:] == of_ring[:-1])
        vertices.append(xy)
        edges.append(first + before)
        owners.append(owner[of_ring[first]])
        before += len(xy)
    return np.concatenate(vertices), np.concatenate(edges), np.concatenate(owners)


def _expand(start: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Return the position of each range, repeated, and the numbers start … stop - 1 of each."""
    lengths = stop - start
    ends = np.cumsum(lengths)
    position = np.repeat(np.arange(len(start)), lengths)
    total = int(ends[-1]) if len(ends) else 0
    return position, np.arange(total) - (ends - lengths - start)[position]
