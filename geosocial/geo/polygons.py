"""Distance from points to polygons: 0 inside and on the edge, the straight line to the edge outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def distances(
    polygons: Sequence[object] | NDArray[np.object_], x: ArrayLike, y: ArrayLike, *, within: float
) -> Floats:
    """Return the distance of each point to each polygon, inf beyond `within`.

    Parameters
    ----------
    polygons
        (m) shapely polygons, in a metric CRS.
    x, y
        (n) points in the same CRS, metres; NaN is nowhere.
    within
        Metres beyond which nothing is asked.

    Returns
    -------
    (m, n) metres.

    Examples
    --------
    >>> import shapely
    >>> distances([shapely.box(0, 0, 10, 10)], [5, 10, 13, 90], [5, 10, 14, 0], within=5).tolist()
    [[0.0, 0.0, 5.0, inf]]
    """
    import shapely

    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    out = np.full((len(shapes), len(xs)), np.inf)
    for row, shape in enumerate(shapes):
        left, low, right, high = shapely.bounds(shape)
        near = (xs >= left - within) & (xs <= right + within) & (ys >= low - within) & (ys <= high + within)
        at = np.flatnonzero(near)
        if len(at):
            shapely.prepare(shape)
            found = shapely.distance(shape, shapely.points(xs[at], ys[at]))
            out[row, at] = np.where(found <= within, found, np.inf)
    return out
