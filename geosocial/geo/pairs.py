"""Pairs of demand and facility within reach of each other, straight line, in plain arrays.

The same costs as `geosocial.geo.distance.within` (detour · √(Δx² + Δy²), cost ≤ reach), found by a sort
instead of a tree: facilities stand in bands as high as the reach, and in each band in the order of x; what a
place can reach lies between two positions of three bands. For thousands of places and facilities this takes
milliseconds, and no import of scipy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, StudyError
from geosocial.geo.distance import checked_places

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

#: A little too far, so that rounding loses no pair; the exact cost decides.
_ROUNDING = 1e-9
#: Candidates that are looked at together: as many as the cache of a processor holds.
_TOGETHER = 100_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Costs of pairs within reach, by rows of demand: the arrays of a compressed sparse row matrix.

    Attributes
    ----------
    data, indices, indptr
        Cost and facility of each pair, and where the pairs of each row start; sorted by facility in a row.
        A stored 0 is a facility at the door; what is absent is out of reach.
    shape
        Rows of demand, facilities.
    reach
        Most that a cost may be: every pair with cost ≤ reach is here.
    """

    data: Floats
    indices: Ints
    indptr: Ints
    shape: tuple[int, int]
    reach: float

    def rows(self) -> Ints:
        """Return the row of demand of each pair."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))


def pairs_within(
    x: ArrayLike, y: ArrayLike, fx: ArrayLike, fy: ArrayLike, *, reach: float, detour: float
) -> Pairs:
    """Return every pair whose cost is within reach.

    Parameters
    ----------
    x, y
        (n) places of demand, metres; one without a position (NaN) reaches nothing.
    fx, fy
        (m) facilities, metres; one without a position serves nobody.
    reach
        Most that a cost may be, in metres: pairs with cost ≤ reach are kept.
    detour
        Cost of a straight-line metre, at least 1.

    Raises
    ------
    InputError
        When the arrays do not fit each other.
    StudyError
        When the reach is not a distance, or the detour factor below 1.

    Examples
    --------
    >>> found = pairs_within([0, 0], [0, 500], [300], [400], reach=500, detour=1)
    >>> found.data.round(1).tolist(), found.indices.tolist(), found.indptr.tolist()
    ([500.0, 316.2], [0, 0], [0, 1, 2])
    """
    places, facilities, kept = checked_places(x, y, fx, fy, detour)
    if not (np.isfinite(reach) and reach >= 0):
        raise StudyError(N_("The standard must be a distance in metres, 0 or more."))
    shape = (len(places), int(np.size(fx)))
    here = np.flatnonzero(np.isfinite(places).all(axis=1))
    rows, columns, costs = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)], [np.zeros(0)]
    if len(here) and len(facilities):
        most = reach / detour * (1 + _ROUNDING)
        order, first, last = _ranges(places[here], facilities, most)
        # each axis by itself lies in one piece: to pick from it costs a tenth of picking rows of two
        (x_here, y_here), (x_there, y_there) = places[here].T.copy(), facilities.T.copy()
        for row, column in _candidates(order, first, last):
            off = (x_here[row] - x_there[column], y_here[row] - y_there[column])
            # hypot takes ten times as long as a square: only those near enough are asked
            inside = np.flatnonzero(off[0] * off[0] + off[1] * off[1] <= most * most)
            cost = np.hypot(off[0][inside], off[1][inside]) * detour
            inside, cost = inside[cost <= reach], cost[cost <= reach]
            rows.append(here[row[inside]])
            columns.append(kept[column[inside]])
            costs.append(cost)
    row, column, cost = np.concatenate(rows), np.concatenate(columns), np.concatenate(costs)
    order = np.argsort(row * max(shape[1], 1) + column)  # no two are alike
    starts = np.zeros(shape[0] + 1, np.intp)
    np.cumsum(np.bincount(row, minlength=shape[0]), out=starts[1:])
    return Pairs(cost[order], column[order], starts, shape, float(reach))


def _ranges(places: Floats, facilities: Floats, radius: float) -> tuple[Ints, Ints, Ints]:
    """Return facilities by band and x, and for each place × 3 bands the positions between which to look."""
    corner = np.minimum(places.min(axis=0), facilities.min(axis=0))
    extent = np.maximum(places.max(axis=0), facilities.max(axis=0)) - corner
    # Bands no thinner than the reach, and no more of them than their numbers can tell apart.
    height = max(radius, float(extent[1]) / 1e4, 1e-9)
    width = float(extent[0]) + 3 * height
    band = np.floor((facilities[:, 1] - corner[1]) / height)
    key = band * width + (facilities[:, 0] - corner[0])
    order = np.argsort(key, kind="stable")
    key = key[order]
    bands = np.floor((places[:, 1] - corner[1]) / height)[:, None] + np.array([-1.0, 0.0, 1.0])
    middle = bands * width + (places[:, 0] - corner[0])[:, None]
    slack = radius + 1e-12 * float(np.abs(middle).max(initial=1.0))
    first = np.searchsorted(key, (middle - slack).ravel(), side="left").astype(np.intp)
    last = np.searchsorted(key, (middle + slack).ravel(), side="right").astype(np.intp)
    return order, first, last


def _candidates(order: Ints, first: Ints, last: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows and facilities to be looked at, some millions at a time."""
    size = last - first
    ends = np.cumsum(size)
    start = 0
    while start < len(size):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _TOGETHER, side="right")))
        part = size[start:stop]
        total = int(part.sum())
        offset = np.repeat(first[start:stop] - (np.cumsum(part) - part), part)
        row = np.repeat(np.arange(start, stop) // 3, part)
        yield row, order[offset + np.arange(total)]
        start = stop
