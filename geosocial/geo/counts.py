"""Facilities within a standard of each place, straight line, counted without making the pairs.

The same rule as `geosocial.geo.distance.within`: detour · `numpy.hypot` (Δx, Δy) ≤ standard. Places fall into
square cells, much smaller than the standard. A cell that lies wholly in the circle of a facility counts it
for all its places at once; only the places of cells on the rim of a circle are compared one by one. Cells are
called whole or outside with a margin above every rounding, so that the comparison decides all that is near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.distance import checked_places

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

#: What rounding may change at most, as a part of a distance or of a coordinate.
_ROUNDING = 1e-9
#: Comparisons made together, and most cells in all: these bound the memory.
_TOGETHER = 500_000
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Grid:
    """Square cells over the places: corner, side, columns, rows, and what rounding may shift a place by."""

    corner: Floats
    side: float
    columns: int
    rows: int
    margin: float

    def cell(self, x: Floats, y: Floats) -> Ints:
        """Return the cell of each place."""
        column: Ints = ((x - self.corner[0]) / self.side).astype(np.intp)
        row: Ints = ((y - self.corner[1]) / self.side).astype(np.intp)
        np.minimum(column, self.columns - 1, out=column)
        np.minimum(row, self.rows - 1, out=row)
        row *= self.columns
        row += column
        return row


@dataclass(frozen=True, slots=True)
class _Spans:
    """Runs of cells in a row: those a circle may touch, and among them those that it holds as a whole."""

    facility: Ints
    row: Ints
    first: Ints
    last: Ints
    inner_first: Ints
    inner_last: Ints


def counts_within(
    x: ArrayLike,
    y: ArrayLike,
    fx: ArrayLike,
    fy: ArrayLike,
    *,
    standard_m: float,
    detour: float,
    weights: ArrayLike | None = None,
) -> Floats:
    """Return how many facilities each place has within the standard: Nᵢ = Σⱼ wⱼ·1[d_ij ≤ d₀].

    Whole weights are summed exactly. Others are summed in two parts, cells and comparisons, each in the
    order of the facilities: the last digit may differ from another order's.

    Parameters
    ----------
    x, y
        (n) places of demand, metres.
    fx, fy
        (m) facilities, metres; one without a position (NaN) serves nobody.
    standard_m
        d₀, in metres; a facility at exactly the standard counts.
    detour
        Cost of a straight-line metre, at least 1.
    weights
        (m) w of each facility; 1 when not given.

    Returns
    -------
    (n) facilities or weight within the standard; 0 where there is none, NaN where a place has no position.

    Raises
    ------
    InputError
        When the arrays do not fit each other, or a weight is NaN, negative or infinite.
    StudyError
        When the standard is not a distance, or the detour factor below 1.

    Examples
    --------
    >>> counts_within([0, 0], [0, 500], [300, 0], [400, 900], standard_m=500, detour=1).tolist()
    [1.0, 2.0]
    """
    places, facilities, kept = checked_places(x, y, fx, fy, detour)
    if not (np.isfinite(standard_m) and standard_m >= 0):
        raise StudyError(N_("The standard must be a distance in metres, 0 or more."))
    weight = _weights(weights, int(np.size(fx)))[kept]
    here = np.isfinite(places).all(axis=1)
    found = np.full(len(places), np.nan)
    found[here] = 0.0
    facilities, weight = facilities[weight > 0], weight[weight > 0]
    if here.any() and len(facilities):
        inside = slice(None) if here.all() else here
        px, py = np.ascontiguousarray(places[inside, 0]), np.ascontiguousarray(places[inside, 1])
        found[inside] = _count(px, py, facilities, weight, standard=standard_m, detour=detour)
    return found


def _count(
    x: Floats, y: Floats, facilities: Floats, weight: Floats, *, standard: float, detour: float
) -> Floats:
    """Return the counts of places that all have a position."""
    radius = standard / detour
    near = _near(x, y, facilities, radius)
    facilities, weight = facilities[near], weight[near]
    if not len(facilities):
        return np.zeros(len(x))
    grid = _grid(x, y, facilities, radius)
    spans = _spans(grid, facilities, radius)
    cell = grid.cell(x, y)
    whole = _whole(grid, spans, weight)
    found = whole[cell]
    rim_cell, rim_facility = _rim(grid, spans)
    order = np.argsort(rim_cell, kind="stable")
    listed = rim_facility[order]
    size = np.bincount(rim_cell, minlength=grid.columns * grid.rows)
    start = np.cumsum(size) - size
    rows = np.flatnonzero(size[cell])
    many, begin = size[cell[rows]], start[cell[rows]]
    ends = np.cumsum(many)
    done = 0
    while done < len(rows):
        before = int(ends[done - 1]) if done else 0
        stop = max(done + 1, int(np.searchsorted(ends, before + _TOGETHER, side="right")))
        part = slice(done, stop)
        total = int(ends[stop - 1]) - before
        local = np.repeat(np.arange(stop - done), many[part])
        shift = begin[part] - (ends[part] - many[part] - before)
        other = listed[np.repeat(shift, many[part]) + np.arange(total)]
        dx = np.repeat(x[rows[part]], many[part]) - facilities[other, 0]
        dy = np.repeat(y[rows[part]], many[part]) - facilities[other, 1]
        hit = _hits(dx, dy, standard, detour)
        found[rows[part]] += np.bincount(local, weights=weight[other] * hit, minlength=stop - done)
        done = stop
    return found


def _hits(dx: Floats, dy: Floats, standard: float, detour: float) -> NDArray[np.bool_]:
    """Return whether each is within: by its square where that is plain, by hypot where it is close."""
    square, limit = dx * dx + dy * dy, (standard / detour) ** 2
    hit = square < limit * (1 - _ROUNDING)
    close = np.flatnonzero((square <= limit * (1 + _ROUNDING)) & ~hit)
    hit[close] = np.hypot(dx[close], dy[close]) * detour <= standard
    return hit


def _weights(weights: ArrayLike | None, size: int) -> Floats:
    if weights is None:
        return np.ones(size)
    given = np.asarray(weights, np.float64)
    if given.shape != (size,):
        raise InputError(
            N_("{name}: {got} values for {expected} places."),
            hint=N_("One value is needed for each."),
            name="weights",
            got=given.size,
            expected=size,
        )
    bad = np.flatnonzero(~(np.isfinite(given) & (given >= 0)))
    if len(bad):
        raise InputError(
            N_("{name}: value {row} is {got}, not a number from 0 up."),
            name="weights",
            row=int(bad[0]),
            got=float(given[bad[0]]),
        )
    return given


def _near(x: Floats, y: Floats, facilities: Floats, radius: float) -> NDArray[np.bool_]:
    """Return which facilities are within the radius of the box of the places."""
    slack = radius * (1 + _ROUNDING) + _ROUNDING * float(np.abs(facilities).max())
    near: NDArray[np.bool_] = (
        (facilities[:, 0] >= x.min() - slack)
        & (facilities[:, 0] <= x.max() + slack)
        & (facilities[:, 1] >= y.min() - slack)
        & (facilities[:, 1] <= y.max() + slack)
    )
    return near


def _grid(x: Floats, y: Floats, facilities: Floats, radius: float) -> _Grid:
    """Return cells so small that the cells of the rims and the places in them cost about the same."""
    corner = np.array([x.min(), y.min()])
    extent = np.array([x.max(), y.max()]) - corner
    area = max(float(extent[0] * extent[1]), radius * radius, 1e-12)
    each = len(x) * min(1.0, np.pi * radius * radius / area)
    fine = float(np.clip(np.sqrt(each * 0.16), 1, 64))
    side = max(radius / fine, float(extent.max()) / 1e6, float(np.sqrt(area / _CELLS)), 1e-6)
    while (extent // side + 1).prod() > 2 * _CELLS:
        side *= 1.5
    largest = max(float(np.abs(v).max()) for v in (x, y, facilities))
    columns, rows = (int(v) for v in extent // side + 1)
    return _Grid(corner, side, columns, rows, 1e-3 * _ROUNDING * (largest + side) + 1e-9)


def _spans(grid: _Grid, facilities: Floats, radius: float) -> _Spans:
    """Return the runs of cells that each circle touches, and those inside it."""
    most = radius * (1 + _ROUNDING) + 2 * grid.margin
    least = radius * (1 - _ROUNDING) - 2 * grid.margin
    fx, fy = (facilities - grid.corner).T
    bottom = np.clip(np.floor((fy - most) / grid.side), 0, grid.rows - 1).astype(np.intp)
    top = np.clip(np.floor((fy + most) / grid.side), 0, grid.rows - 1).astype(np.intp)
    height = top - bottom + 1
    facility = np.repeat(np.arange(len(facilities)), height)
    row = bottom[facility] + np.arange(len(facility)) - np.repeat(np.cumsum(height) - height, height)
    low = row * grid.side - grid.margin - fy[facility]
    high = (row + 1) * grid.side + grid.margin - fy[facility]
    closest = np.maximum(np.maximum(low, -high), 0.0)
    farthest = np.maximum(np.abs(low), np.abs(high))
    outer = np.sqrt(np.maximum(most**2 - closest**2, 0.0)) + grid.margin
    holds = (farthest < least) if least > 0 else np.zeros(len(row), bool)
    inner = np.sqrt(np.where(holds, least**2 - farthest**2, 0.0)) - grid.margin
    middle = fx[facility]
    end = grid.columns - 1
    first = np.clip(np.floor((middle - outer) / grid.side), 0, end).astype(np.intp)
    last = np.clip(np.floor((middle + outer) / grid.side), 0, end).astype(np.intp)
    inner_first = np.clip(np.ceil((middle - inner) / grid.side), 0, end + 1).astype(np.intp)
    inner_last = np.clip(np.floor((middle + inner) / grid.side) - 1, -1, end).astype(np.intp)
    # The last column and row also hold what lies on the far edge: never whole by a hair.
    empty = ~holds | (inner_last < inner_first)
    inner_first = np.where(empty, last + 1, inner_first)
    inner_last = np.where(empty, last, inner_last)
    return _Spans(facility, row, first, last, inner_first, inner_last)


def _whole(grid: _Grid, spans: _Spans, weight: Floats) -> Floats:
    """Return the weight of the facilities whose circles hold each cell."""
    size = grid.columns * grid.rows
    base = spans.row * grid.columns
    if (weight == np.floor(weight)).all() and weight.sum() * (grid.rows + 1) < 2**53:
        # Whole numbers: add where a run starts, take away where it ends; every sum is exact.
        some = spans.inner_last >= spans.inner_first
        worth = weight[spans.facility[some]]
        change = np.zeros(size + 1)
        change += np.bincount((base + spans.inner_first)[some], weights=worth, minlength=size + 1)
        change -= np.bincount((base + spans.inner_last + 1)[some], weights=worth, minlength=size + 1)
        total: Floats = np.cumsum(change)[:size]
        return total
    cells, facility = _runs(base, spans.inner_first, spans.inner_last, spans.facility)
    return np.bincount(cells, weights=weight[facility], minlength=size).astype(np.float64)


def _rim(grid: _Grid, spans: _Spans) -> tuple[Ints, Ints]:
    """Return the cells that a circle touches without holding them, with the facility of each."""
    base = spans.row * grid.columns
    left = _runs(base, spans.first, spans.inner_first - 1, spans.facility)
    right = _runs(base, spans.inner_last + 1, spans.last, spans.facility)
    return np.concatenate([left[0], right[0]]), np.concatenate([left[1], right[1]])


def _runs(base: Ints, first: Ints, last: Ints, facility: Ints) -> tuple[Ints, Ints]:
    """Return the cells of each run, one after another, with the facility of each."""
    size = np.maximum(last - first + 1, 0)
    start = np.repeat(base + first - (np.cumsum(size) - size), size)
    return start + np.arange(len(start)), np.repeat(facility, size)
