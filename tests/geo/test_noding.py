"""Lines to streets: they meet where they share a vertex, and nowhere else."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.geo.network import nearest
from geosocial.geo.noding import from_lines


def test_a_crossing_is_a_junction_and_a_bridge_is_none() -> None:
    # A street of three vertices crossed at its middle one; a bridge over both.
    x, y = [0, 5, 9, 5, 5, 5, 0, 9], [0, 0, 0, -4, 0, 4, -1, 1]
    streets = from_lines(x, y, [0, 0, 0, 1, 1, 1, 2, 2])
    assert len(streets) == 7
    assert sorted(streets.length) == pytest.approx([4, 4, 4, 5, np.hypot(9, 2)])
    assert len(np.unique(streets.components)) == 2
    # A vertex that nobody shares is a bend: no node, and its length counts.
    bend = from_lines([0, 3, 3], [0, 0, 4], [0, 0, 0])
    assert (len(bend), bend.length.tolist()) == (2, [7.0])


def test_a_ring_and_a_line_that_meets_itself() -> None:
    ring = from_lines([0, 4, 4, 0, 0], [0, 0, 3, 3, 0], [0] * 5)
    assert (len(ring), ring.length.tolist()) == (1, [14.0])
    loop = from_lines([0, 4, 4, 2, 2], [0, 0, 3, 3, 0], [0] * 5)
    assert len(loop) == 2  # (2, 0) lies on the first segment, but is no vertex of it


points = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(points, min_size=1, max_size=6))
def test_ways_are_those_over_all_vertices(lines: list[list[tuple[int, int]]]) -> None:
    # Every vertex a node of networkx: distances between the nodes that are kept must be the same.
    graph = nx.Graph()
    for line in lines:
        for a, b in itertools.pairwise(line):
            graph.add_edge(a, b, weight=float(np.hypot(a[0] - b[0], a[1] - b[1])))
    x, y = np.array([p for line in lines for p in line], float).T
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    streets = from_lines(x, y, number)
    spots = list(zip(streets.x.astype(int).tolist(), streets.y.astype(int).tolist(), strict=True))
    for at, spot in enumerate(spots):
        known = nx.single_source_dijkstra_path_length(graph, spot)
        wanted = [known.get(other, np.inf) for other in spots]
        np.testing.assert_allclose(nearest(streets, [at]), wanted, atol=1e-12)
    # The order of the lines says nothing.
    back = np.concatenate([np.flatnonzero(number == k) for k in range(len(lines))[::-1]])
    turned = from_lines(
        x[back], y[back], np.repeat(np.arange(len(lines)), [len(line) for line in lines[::-1]])
    )
    np.testing.assert_array_equal(turned.x, streets.x)
    assert sorted(turned.length) == pytest.approx(sorted(streets.length))


def test_a_vertex_that_is_nowhere_is_named() -> None:
    with pytest.raises(InputError, match="line 3"):
        from_lines([0, 1, np.nan], [0, 1, 2], [1, 1, 3])
