"""Lines to a graph: where streets meet, and how long they are between.

Streets meet where they share a vertex, and nowhere else: lines that cross without a vertex in common are a
bridge and what runs under it. Nodes are the ends of lines and the vertices that stand more than once, in one
line or in several; between two nodes along a line is an edge, as long as its segments together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.geo.network import StreetNetwork

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def from_lines(x: ArrayLike, y: ArrayLike, line: ArrayLike) -> StreetNetwork:
    """Return the streets of lines, split at the vertices that they share.

    Vertices are the same when both numbers are equal. Nodes stand in the order of x, then y, so that the
    order of the lines says nothing. length = Σ √(Δx² + Δy²) over the segments of an edge.

    Parameters
    ----------
    x, y
        (n) vertices of all lines, one line after the other, metres.
    line
        (n) number of the line of each vertex; those of a line stand together.

    Raises
    ------
    InputError
        When the arrays do not fit each other, or a vertex is not finite; names the line.

    Examples
    --------
    Two streets that cross at (5, 0), and a bridge over both that shares no vertex with them:

    >>> x = [0, 5, 9, 5, 5, 5, 0, 9]
    >>> y = [0, 0, 0, -4, 0, 4, -1, 1]
    >>> streets = from_lines(x, y, [0, 0, 0, 1, 1, 1, 2, 2])
    >>> len(streets), streets.length.round(1).tolist()
    (7, [5.0, 4.0, 4.0, 4.0, 9.2])
    """
    # + 0.0 makes −0.0 and 0.0 the same number.
    x, y = np.asarray(x, np.float64) + 0.0, np.asarray(y, np.float64) + 0.0
    line = np.asarray(line, np.intp)
    if x.ndim != 1 or not x.shape == y.shape == line.shape:
        raise InputError(
            N_("Street network: the shapes {shapes} do not match."),
            hint=N_("Give arrays of one dimension, of one length."),
            shapes=", ".join(str(array.shape) for array in (x, y, line)),
        )
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if len(bad):
        raise InputError(
            N_("Street network: a vertex of line {row} is not finite."),
            hint=N_("Correct it, or leave the line out."),
            row=int(line[bad[0]]),
        )
    if not len(x):
        return StreetNetwork(x, y, line, line, x)
    again = np.zeros(len(x), dtype=bool)
    again[1:] = (x[1:] == x[:-1]) & (y[1:] == y[:-1]) & (line[1:] == line[:-1])
    x, y, line = x[~again], y[~again], line[~again]
    order = np.lexsort((y, x))
    other = np.ones(len(x), dtype=bool)
    other[1:] = (np.diff(x[order]) != 0) | (np.diff(y[order]) != 0)
    vertex = np.empty(len(x), np.intp)
    vertex[order] = np.cumsum(other) - 1
    begins = np.ones(len(x), dtype=bool)
    begins[1:] = line[1:] != line[:-1]
    ends = np.append(begins[1:], True)
    stands = np.bincount(vertex) > 1
    stands[vertex[begins | ends]] = True
    at = np.flatnonzero(stands[vertex])
    step = np.append(np.hypot(np.diff(x), np.diff(y)), 0.0)
    step[ends] = 0.0
    length = np.add.reduceat(step, at)[:-1]
    along = line[at[1:]] == line[at[:-1]]
    number = np.cumsum(stands) - 1
    first = order[other][stands]
    node = number[vertex[at]]
    return StreetNetwork(x[first], y[first], node[:-1][along], node[1:][along], length[along])
