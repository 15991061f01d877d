"""The edges of zones, bundled so that a few of them tell on which side of a boundary a point lies.

Method
------
`geosocial.geo.cells` cuts the edges of each zone by the rows of its grid and ties the pieces of one row whose
cells touch into a bundle. The cells between two bundles are free of that zone's edges, so all of their points
are on one side: known once for all. From a point in a cell of a bundle it suffices to count the edges of the
bundle that pass to the right of it, each without its upper end, on the way to the free cells there.

On which side an edge passes is the sign of

    ``(bx - ax) · (py - ay) - (by - ay) · (px - ax)``

in the coordinates as they were given. The sign is taken only where it exceeds the bound of its rounding error
(the first stage of `orient2d`: Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
Geometric Predicates"). Everything else is for GEOS: points on an edge or a vertex, points too near one to
tell, points at exactly the height of a level edge, products that overflow or underflow.

Limits
------
The count is the even–odd rule, which is also how GEOS answers for prepared polygons, valid or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

#: A bundle of more edges is left to GEOS, whose search is faster then.
MOST_EDGES = 32
#: Most edges looked at in one go: bounds memory.
MOST_AT_ONCE = 2_000_000
#: Bound of the error of the sign: by Shewchuk (3 + 16ε)ε of the sum of the products, here 4ε with ε = 2⁻⁵³,
#: and what products too small for full precision may lose (below 1e-323), by a wide margin.
ERROR, TINY = 4 * 2.0**-53, 1e-300


@dataclass(frozen=True, slots=True)
class Bundles:
    """Edges in bundles, one behind the other: bundle `k` holds those from ``starts[k]`` to ``starts[k + 1]``.

    Attributes
    ----------
    starts
        (b + 1) first edge of each bundle, and the end.
    beyond
        (b) whether the free cells to the right of the bundle are inside its zone.
    ax, ay, bx, by
        (e) ends of each edge, the lower one first.
    """

    starts: Ints
    beyond: Bools
    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats

    def sides(self, bundle: Ints, x: Floats, y: Floats) -> tuple[Bools, Bools]:
        """Return whether each point is inside the zone of its bundle, and whether that is certain.

        Parameters
        ----------
        bundle
            (n) numbers of bundles; each point lies in a cell of its bundle.
        x, y
            (n) finite coordinates.

        Returns
        -------
        (n) inside and (n) certain. Where that is certain, the point is not on the zone's boundary either.
        """
        start = self.starts[bundle]
        lengths = self.starts[bundle + 1] - start
        sure = lengths <= MOST_EDGES
        if not sure.all():
            lengths[~sure] = 0
        ends = np.cumsum(lengths)
        if len(ends) > 1 and ends[-1] > MOST_AT_ONCE:
            half = len(x) // 2
            parts = [self.sides(bundle[of], x[of], y[of]) for of in (slice(half), slice(half, None))]
            return np.concatenate([parts[0][0], parts[1][0]]), np.concatenate([parts[0][1], parts[1][1]])
        point, edge = expand(start, lengths, ends)
        py = y[point]
        spans = np.flatnonzero((self.ay[edge] <= py) & (py <= self.by[edge]))
        point, edge, py = point[spans], edge[spans], py[spans]
        ax, ay, by = self.ax[edge], self.ay[edge], self.by[edge]
        with np.errstate(over="ignore", invalid="ignore"):  # such a sign is not certain: NaN > … is False
            left = (self.bx[edge] - ax) * (py - ay)
            right = (by - ay) * (x[point] - ax)
            sign = left - right
            vague = ~(np.abs(sign) > (np.abs(left) + np.abs(right)) * ERROR + TINY)
        if vague.any():
            sure[point[vague]] = False
        passed = np.bincount(point[(sign > 0) & (py < by)], minlength=len(x))
        return self.beyond[bundle] ^ (passed & 1).astype(bool), sure


def edges_of(zones: NDArray[np.object_]) -> tuple[tuple[Floats, Floats, Floats, Floats, Ints], bool]:
    """Return the ends ``ax, ay, bx, by`` of each edge, the lower one first, its zone, and if there are holes.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> columns, holes = edges_of(np.array([shapely.Polygon([(0, 0), (4, 1), (2, 3)])]))
    >>> [column.tolist() for column in columns], holes
    ([[0.0, 4.0, 0.0], [0.0, 1.0, 0.0], [4.0, 2.0, 2.0], [1.0, 3.0, 3.0], [0, 0, 0]], False)
    """
    single = shapely.get_type_id(zones) == int(shapely.GeometryType.POLYGON)
    owner, rest = np.flatnonzero(single), np.flatnonzero(~single)
    parts = zones[owner]  # only what has several parts need be taken apart, which copies it
    if len(rest):
        several, of_rest = shapely.get_parts(zones[rest], return_index=True)
        parts, owner = np.concatenate([parts, several]), np.concatenate([owner, rest[of_rest]])
    holes = bool(shapely.get_num_interior_rings(parts).any())
    if holes:
        parts, of_part = shapely.get_rings(parts, return_index=True)
        owner = owner[of_part]
    xy, ring = shapely.get_coordinates(parts, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    x, y = xy.T
    flip = y[edge] > y[edge + 1]
    low, high = edge + flip, edge + ~flip
    return (x[low], y[low], x[high], y[high], owner[ring[edge]]), holes


def expand(start: Ints, lengths: Ints, ends: Ints | None = None) -> tuple[Ints, Ints]:
    """Return the position of each range, repeated, and the numbers of each from its `start` on.

    `ends` are the running sums of `lengths`, where they are at hand.

    Examples
    --------
    >>> import numpy as np
    >>> [column.tolist() for column in expand(np.array([5, 8, 3]), np.array([2, 0, 1]))]
    [[0, 0, 2], [5, 6, 3]]
    """
    if ends is None:
        ends = np.cumsum(lengths)
    position = np.repeat(np.arange(len(start)), lengths)
    numbers = np.arange(len(position))
    numbers -= np.repeat(ends - lengths - start, lengths)
    return position, numbers
