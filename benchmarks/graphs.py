"""Forty graphs of the kind and sizes of the p-median problems in the OR-Library, made here.

n nodes, n²/50 edges of whole length 1 … 99 on a connected graph; the costs are all shortest ways. As in that
format, the last of two edges between the same nodes counts.

Source of the kind: Beasley (1985).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def kinds() -> list[tuple[int, int]]:
    """Return nodes and sites of the forty."""
    few = [(100, p) for p in (5, 10, 10, 20, 33)] + [(200, p) for p in (5, 10, 20, 40, 67)]
    for n in range(300, 1_000, 100):
        most = [n // 10, n // 5, n // 3][: 3 if n <= 600 else 2 if n == 700 else 1]
        few += [(n, p) for p in (5, 10, *most)]
    return few


def graph(nodes: int, edges: int, seed: int) -> NDArray[np.float64]:
    """Return all shortest ways of a graph of this kind."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    rng = np.random.default_rng(seed)
    order = rng.permutation(nodes)
    ends = [(int(a), int(b)) for a, b in itertools.pairwise(order.tolist())]  # connected
    ends += [tuple(sorted(rng.choice(nodes, 2, replace=False).tolist())) for _ in range(edges - len(ends))]
    last = {}
    for a, b in ends:
        last[min(a, b), max(a, b)] = float(rng.integers(1, 100))
    row, column = np.array(list(last), np.int32).T  # the way of SciPy 1.14 takes no other positions
    matrix = csr_array((list(last.values()), (row, column)), shape=(nodes, nodes))
    return np.asarray(dijkstra(matrix, directed=False), np.float64)


def one(number: int) -> NDArray[np.float64]:
    """Return the costs of one of the forty, counted from 0."""
    nodes, _ = kinds()[number]
    return graph(nodes, nodes * nodes // 50, 1_000 + number)
