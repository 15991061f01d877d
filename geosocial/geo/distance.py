"""Straight-line cost between demand and facilities, in metres, times a stated detour factor.

cost = detour · √((x − fx)² + (y − fy)²), by `numpy.hypot`, everywhere: what `nearest` calls within the
standard, `within` keeps, and the other way round. Within means cost ≤ standard.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError, StudyError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The tree rounds its distances otherwise than hypot does; what differs by less is compared by hypot.
_ROUNDING = 1e-9
#: Up to so many places, shapely's tree answers sooner than scipy's is imported.
_FEW = 100_000


def nearest(
    x: ArrayLike, y: ArrayLike, fx: ArrayLike, fy: ArrayLike, *, detour: float
) -> tuple[Floats, Ints]:
    """Return the cost to the nearest facility, and which one it is.

    Parameters
    ----------
    x, y
        (n) places of demand, metres.
    fx, fy
        (m) facilities, metres. One without a position (NaN) serves nobody.
    detour
        Cost of a straight-line metre, at least 1.

    Returns
    -------
    cost
        (n) metres; inf when there is no facility; NaN when the place has no position.
    position
        (n) position of the facility, the lowest of those equally near; -1 when there is none.

    Examples
    --------
    >>> cost, position = nearest([0, 6], [0, 8], [3, 3], [4, 4], detour=1.3)
    >>> cost.tolist(), position.tolist()
    ([6.5, 6.5], [0, 0])
    """
    places, facilities, kept = checked_places(x, y, fx, fy, detour)
    cost = np.full(len(places), np.inf)
    position = np.full(len(places), -1, np.int64)
    lost = ~np.isfinite(places).all(axis=1)
    cost[lost] = np.nan
    if not len(facilities):
        return cost, position
    here = np.flatnonzero(~lost)
    # Facilities at one address are one leaf of the tree; the first of them stands for all.
    spots, first = _distinct(facilities)
    few = len(here) <= _FEW and not _loaded()
    alone, row, spot = (_near_few if few else _near_many)(places[here], spots)
    sure = np.flatnonzero(alone >= 0)
    one = alone[sure]
    cost[here[sure]] = np.hypot(*(places[here[sure]] - spots[one]).T) * detour
    position[here[sure]] = kept[first[one]]
    exact = np.hypot(*(places[here][row] - spots[spot]).T)
    order = np.lexsort((first[spot], exact, row))
    several, head = np.unique(row[order], return_index=True)
    best = order[head]
    cost[here[several]] = exact[best] * detour
    position[here[several]] = kept[first[spot[best]]]
    return cost, position


def _loaded() -> bool:
    """Return whether scipy's trees are imported already, so that they cost nothing more."""
    return "scipy.spatial" in sys.modules


def _distinct(points: Floats) -> tuple[Floats, Ints]:
    """Return each position once, in order of x and y, and the first point that has it."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    points = points[order]
    new = np.r_[True, (points[1:] != points[:-1]).any(axis=1)]
    return points[new], order[new]


def _near_few(places: Floats, spots: Floats) -> tuple[Ints, Ints, Ints]:
    """Return as `_near_many`, by shapely's tree: its import is paid already. None is told at once."""
    import shapely

    tree = shapely.STRtree(np.asarray(shapely.points(spots), dtype=object))
    points = shapely.points(places)
    (_, _), by_tree = tree.query_nearest(points, return_distance=True, all_matches=False)
    row, spot = tree.query(points, predicate="dwithin", distance=by_tree * (1 + _ROUNDING))
    return np.full(len(places), -1), row, spot


def _near_many(places: Floats, spots: Floats) -> tuple[Ints, Ints, Ints]:
    """Return the nearest spot of each place where no other is as near, else -1 and the pairs in question.

    By scipy's tree: faster, once imported.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(spots)
    alone = np.full(len(places), -1)
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    left, k = np.arange(len(places)), min(2, len(spots))
    while len(left):
        # The k nearest are enough when the last of them is clearly farther than the first.
        by_tree, near = (np.reshape(a, (len(left), k)) for a in tree.query(places[left], k))
        done = np.ones(len(left), bool)
        if k < len(spots):
            done = by_tree[:, -1] > by_tree[:, 0] * (1 + _ROUNDING)
        if k == 1 or (k == 2 and len(spots) > 2):
            alone[left[done]] = near[done, 0]
        else:
            rows.append(np.repeat(left[done], k))
            found.append(near[done].ravel())
        left, k = left[~done], min(2 * k, len(spots))
    return alone, np.concatenate(rows), np.concatenate(found)


def within(
    x: ArrayLike, y: ArrayLike, fx: ArrayLike, fy: ArrayLike, *, standard_m: float, detour: float
) -> csr_array:
    """Return the cost of every pair within the standard.

    Parameters
    ----------
    x, y
        (n) places of demand, metres; one without a position (NaN) reaches nothing.
    fx, fy
        (m) facilities, metres.
    standard_m
        Most that a cost may be: pairs with cost ≤ standard_m are kept.
    detour
        Cost of a straight-line metre, at least 1.

    Returns
    -------
    (n × m) sparse costs, sorted by facility within a row; absent = out of reach, a stored 0 = at the door.

    Examples
    --------
    >>> costs = within([0, 0], [0, 500], [300], [400], standard_m=500, detour=1)
    >>> costs.indptr.tolist(), costs.data.round(1).tolist()
    ([0, 1, 2], [500.0, 316.2])
    """
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    places, facilities, kept = checked_places(x, y, fx, fy, detour)
    if not (np.isfinite(standard_m) and standard_m >= 0):
        raise StudyError(N_("The standard must be a distance in metres, 0 or more."))
    shape = (len(places), np.size(fx))
    located = np.flatnonzero(np.isfinite(places).all(axis=1))
    if not len(located) or not len(facilities):
        return csr_array(shape, dtype=np.float64)
    # A little too far, so that rounding loses no pair; the exact cost decides.
    reach = standard_m / detour * (1 + _ROUNDING)
    demand_tree: cKDTree = cKDTree(places[located])
    pairs = demand_tree.sparse_distance_matrix(cKDTree(facilities), reach, output_type="ndarray")
    row, column = located[pairs["i"]], kept[pairs["j"]]
    cost = np.hypot(*(places[row] - facilities[pairs["j"]]).T) * detour
    keep = cost <= standard_m
    order = np.lexsort((column[keep], row[keep]))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row[keep], minlength=shape[0]))])
    # Built from its own parts: a cost of 0 stays an entry.
    return csr_array((cost[keep][order], column[keep][order], starts), shape=shape)


def checked_places(
    x: ArrayLike, y: ArrayLike, fx: ArrayLike, fy: ArrayLike, detour: float
) -> tuple[Floats, Floats, Ints]:
    """Return (n, 2) places, (m', 2) located facilities and the positions of these, arguments checked."""
    x, y, fx, fy = (np.asarray(v, np.float64) for v in (x, y, fx, fy))
    if x.ndim != 1 or fx.ndim != 1 or x.shape != y.shape or fx.shape != fy.shape:
        raise InputError(
            N_("x {x} and y {y}, fx {fx} and fy {fy}: these shapes do not match."),
            hint=N_("Give arrays of one dimension, of one length for each pair."),
            x=x.shape,
            y=y.shape,
            fx=fx.shape,
            fy=fy.shape,
        )
    if not (np.isfinite(detour) and detour >= 1):
        raise StudyError(
            N_("The detour factor must be a number of at least 1."),
            hint=N_("A way is never shorter than the straight line."),
        )
    facilities = np.column_stack([fx, fy])
    kept = np.flatnonzero(np.isfinite(facilities).all(axis=1))
    return np.column_stack([x, y]), facilities[kept], kept
