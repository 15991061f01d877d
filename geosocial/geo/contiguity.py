"""Who is whose neighbour: contiguity of polygons, distance bands and nearest places, as sparse weights.

Weights are binary (n × n) `scipy.sparse.csr_array`: 1 where column j is a neighbour of row i, nothing on the
diagonal, columns sorted within a row. Contiguity is *exact* unless a tolerance is given: queen neighbours
share a vertex, rook neighbours an edge (two consecutive vertices), equal to the last bit. So it is in a
layer drawn from one set of boundaries; one digitised twice, or with a vertex on one side of a border only,
needs ``tolerance_m``. Within a band means distance ≤ band. A place without a neighbour is an island:
`islands` lists them, and no measure calls them part of a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError, StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The tree rounds its distances otherwise than hypot does; what differs by less is compared by hypot.
_ROUNDING = 1e-9
#: With a tolerance, a border that is shared over less than so many tolerances is a corner.
_CORNER = 10


def queen(polygons: Sequence[Any] | NDArray[Any], *, tolerance_m: float | None = None) -> csr_array:
    """Return the queen contiguity of polygons: neighbours share at least a vertex.

    Parameters
    ----------
    polygons
        (n) Shapely polygons or multipolygons; one that is missing or empty is an island.
    tolerance_m
        Without it, vertices are shared when they are equal. With it, polygons are neighbours when the
        distance between them is ≤ tolerance_m metres (0: when they touch or overlap).

    Returns
    -------
    (n × n) binary weights, symmetric.

    Raises
    ------
    StudyError
        When the tolerance is not a distance from 0 up.

    Examples
    --------
    >>> import shapely
    >>> a, b, c = (shapely.box(x, y, x + 1, y + 1) for x, y in [(0, 0), (1, 0), (2, 1)])
    >>> queen([a, b, c]).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    shapes = _shapes(polygons)
    if tolerance_m is not None:
        first, second = _close(shapes, tolerance_m)
        return _weights(first, second, len(shapes))
    owner, vertex, _ = _vertices(shapes)
    return _sharing(owner, vertex, len(shapes))


def touching(polygons: Sequence[Any] | NDArray[Any]) -> tuple[Ints, Ints]:
    """Return the pairs of polygons that share a vertex, both ways, in order: `queen` without its matrix.

    Examples
    --------
    >>> import shapely
    >>> a, b, c = (shapely.box(x, y, x + 1, y + 1) for x, y in [(0, 0), (1, 0), (2, 1)])
    >>> first, second = touching([a, b, c])
    >>> first.tolist(), second.tolist()
    ([0, 1, 1, 2], [1, 0, 2, 1])
    """
    shapes = _shapes(polygons)
    owner, vertex, _ = _vertices(shapes)
    return _pairs(owner, vertex, len(shapes))


def rook(polygons: Sequence[Any] | NDArray[Any], *, tolerance_m: float | None = None) -> csr_array:
    """Return the rook contiguity of polygons: neighbours share at least an edge.

    Parameters
    ----------
    polygons
        (n) Shapely polygons or multipolygons; one that is missing or empty is an island.
    tolerance_m
        Without it, an edge is shared when its two vertices are equal. With it, when the boundary of one lies
        within tolerance_m metres of the other over more than 10 tolerances (0: when borders overlap at all).

    Returns
    -------
    (n × n) binary weights, symmetric.

    Raises
    ------
    StudyError
        When the tolerance is not a distance from 0 up.

    Examples
    --------
    >>> import shapely
    >>> a, b, c = (shapely.box(x, y, x + 1, y + 1) for x, y in [(0, 0), (1, 0), (2, 1)])
    >>> rook([a, b, c]).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    shapes = _shapes(polygons)
    if tolerance_m is not None:
        return _along(shapes, *_close(shapes, tolerance_m), tolerance_m)
    owner, vertex, ring = _vertices(shapes)
    one, two = vertex[:-1], vertex[1:]
    real = (ring[:-1] == ring[1:]) & (one != two)
    edge = np.minimum(one, two) * (vertex.max(initial=0) + 1) + np.maximum(one, two)
    return _sharing(owner[:-1][real], edge[real], len(shapes))


def distance_band(x: ArrayLike, y: ArrayLike, *, distance_m: float) -> csr_array:
    """Return the weights of places within a distance of each other: 1 where distance ≤ distance_m.

    Parameters
    ----------
    x, y
        (n) places, metres. Places at one position are neighbours.
    distance_m
        Most that two neighbours may be apart, in a straight line.

    Returns
    -------
    (n × n) binary weights, symmetric.

    Raises
    ------
    InputError
        When a place has no position: the first row is named.
    StudyError
        When the distance is not a number above 0.

    Examples
    --------
    >>> distance_band([0, 3, 10], [0, 4, 0], distance_m=5).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    from scipy.spatial import cKDTree

    places = _places(x, y)
    if not (np.isfinite(distance_m) and distance_m > 0):
        raise StudyError(N_("The distance of neighbours must be a number of metres above 0."))
    tree = cKDTree(places)
    pairs = tree.query_pairs(distance_m * (1 + _ROUNDING), output_type="ndarray")
    near = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T) <= distance_m
    first, second = pairs[near].T
    return _weights(np.concatenate([first, second]), np.concatenate([second, first]), len(places))


def k_nearest(x: ArrayLike, y: ArrayLike, *, k: int) -> csr_array:
    """Return the weights of the k nearest other places; of those equally near, the lowest rows.

    Parameters
    ----------
    x, y
        (n) places, metres.
    k
        Neighbours of each place, from 1 to n − 1.

    Returns
    -------
    (n × n) binary weights with k neighbours in each row: not symmetric.

    Raises
    ------
    InputError
        When a place has no position: the first row is named.
    StudyError
        When there are not so many neighbours.

    Examples
    --------
    >>> k_nearest([0, 1, 3], [0, 0, 0], k=1).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    """
    from scipy.spatial import cKDTree

    places = _places(x, y)
    number = len(places)
    if not 1 <= k < number:
        raise StudyError(
            N_("{k} nearest neighbours cannot be found among {number} places."),
            hint=N_("Give a number from 1 to one less than the places."),
            k=k,
            number=number,
        )
    tree = cKDTree(places)
    first, second = [], []
    left, asked = np.arange(number), min(k + 2, number)
    while len(left):
        far, found = (np.reshape(a, (len(left), asked)) for a in tree.query(places[left], asked))
        # Enough when the last is clearly farther than the k-th other place: no tie is cut in two.
        done = far[:, -1] > far[:, k] * (1 + _ROUNDING)
        done |= asked == number
        row, near = np.repeat(left[done], asked), found[done].ravel()
        other = row != near
        row, near = row[other], near[other]
        apart = np.hypot(*(places[row] - places[near]).T)
        order = np.lexsort((near, apart, row))
        row, near = row[order], near[order]
        turn = np.arange(len(row)) - np.searchsorted(row, row)
        first.append(row[turn < k])
        second.append(near[turn < k])
        left, asked = left[~done], min(2 * asked, number)
    return _weights(np.concatenate(first), np.concatenate(second), number)


def islands(weights: csr_array) -> Ints:
    """Return the rows that have no neighbour.

    Examples
    --------
    >>> islands(distance_band([0, 1, 9], [0, 0, 0], distance_m=2)).tolist()
    [2]
    """
    return np.flatnonzero(np.diff(weights.indptr) == 0).astype(np.int64)


def row_standardised(weights: csr_array) -> csr_array:
    """Return weights whose rows sum to 1: wᵢⱼ / Σⱼ wᵢⱼ; the row of an island stays empty.

    Examples
    --------
    >>> row_standardised(distance_band([0, 1, 2], [0, 0, 0], distance_m=1)).toarray().tolist()
    [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]
    """
    from scipy.sparse import csr_array

    total = np.asarray(weights.sum(axis=1), np.float64).ravel()
    data = weights.data / np.repeat(total, np.diff(weights.indptr))
    return csr_array((data, weights.indices.copy(), weights.indptr.copy()), shape=weights.shape)


def is_symmetric(weights: csr_array) -> bool:
    """Return whether every neighbour is one in return, with the same weight.

    Examples
    --------
    >>> is_symmetric(k_nearest([0, 1, 3], [0, 0, 0], k=1))
    False
    """
    return int((weights - weights.T).count_nonzero()) == 0


def _shapes(polygons: Sequence[Any] | NDArray[Any]) -> NDArray[np.object_]:
    shapes = np.asarray(polygons, dtype=object)
    if shapes.ndim != 1:
        raise InputError(N_("Polygons must be an array of one dimension."))
    return shapes


def _places(x: ArrayLike, y: ArrayLike) -> Floats:
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(
            N_("x {x} and y {y}: these shapes do not match."),
            hint=N_("Give arrays of one dimension, of one length for each pair."),
            x=x.shape,
            y=y.shape,
        )
    places = np.column_stack([x, y])
    lost = ~np.isfinite(places).all(axis=1)
    if lost.any():
        raise InputError(
            N_("Place {row} has no position: its neighbours are not known."),
            hint=N_("Give every place a position, or leave it out."),
            row=int(np.flatnonzero(lost)[0]),
        )
    return places


def _vertices(shapes: NDArray[np.object_]) -> tuple[Ints, Ints, Ints]:
    """Return, vertex by vertex along the rings: the polygon, the number of the position, the ring."""
    import shapely

    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    spots, ring = shapely.get_coordinates(rings, return_index=True)
    order = np.lexsort((spots[:, 1], spots[:, 0]))
    new = np.any(np.diff(spots[order], axis=0) != 0, axis=1)
    number = np.zeros(len(spots), np.int64)
    number[order] = np.concatenate([[0], np.cumsum(new)]) if len(spots) else number
    return shape[part[ring]].astype(np.int64), number, ring.astype(np.int64)


def _sharing(owner: Ints, item: Ints, number: int) -> csr_array:
    """Return the weights of owners that have an item in common."""
    return _weights(*_pairs(owner, item, number), number)


def _pairs(owner: Ints, item: Ints, number: int) -> tuple[Ints, Ints]:
    """Return the pairs of owners that have an item in common, each once and both ways, in order."""
    # each owner once an item, one item after another: an item of k owners gives k × k pairs
    thing, who = np.divmod(np.unique(item * max(number, 1) + owner), max(number, 1))
    _, begin, group, count = np.unique(thing, return_index=True, return_inverse=True, return_counts=True)
    many = count[group]
    first, ends = np.repeat(who, many), np.cumsum(many)
    second = who[np.arange(len(first)) + np.repeat(begin[group] - (ends - many), many)]
    pair = np.unique(first[first != second] * number + second[first != second])
    return pair // max(number, 1), pair % max(number, 1)


def _close(shapes: NDArray[np.object_], tolerance_m: float) -> tuple[Ints, Ints]:
    """Return the pairs of polygons whose distance is ≤ the tolerance."""
    import shapely

    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        raise StudyError(N_("The tolerance must be a distance in metres, 0 or more."))
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=tolerance_m)
    other = first != second
    return first[other], second[other]


def _along(shapes: NDArray[np.object_], first: Ints, second: Ints, tolerance_m: float) -> csr_array:
    """Return the weights of the pairs whose borders run together over more than a corner."""
    import shapely

    border: NDArray[np.object_] = shapely.boundary(shapes)
    reach: NDArray[np.object_] = shapely.buffer(shapes, tolerance_m) if tolerance_m > 0 else border
    shared = shapely.length(shapely.intersection(border[first], reach[second]))
    long = np.asarray(shared) > _CORNER * tolerance_m
    one, two = first[long], second[long]
    return _weights(np.concatenate([one, two]), np.concatenate([two, one]), len(shapes))


def _weights(first: Ints, second: Ints, number: int) -> csr_array:
    """Return binary weights from pairs, each pair once, no place its own neighbour."""
    from scipy.sparse import csr_array

    other = first != second
    pair = np.unique(first[other].astype(np.int64) * number + second[other])
    starts = np.concatenate([[0], np.cumsum(np.bincount(pair // max(number, 1), minlength=number))])
    return csr_array((np.ones(len(pair)), pair % max(number, 1), starts), shape=(number, number))
