"""Costs along streets: the same as networkx, as brute force, and as what can be worked out by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from geosocial.errors import InputError
from geosocial.geo import network
from geosocial.geo.network import StreetNetwork, nearest, pairs_within


def made(x: ArrayLike, y: ArrayLike, u: ArrayLike, v: ArrayLike, length: ArrayLike) -> StreetNetwork:
    """Build a network from lists."""
    one, other = np.asarray(u, dtype=np.intp), np.asarray(v, dtype=np.intp)
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return StreetNetwork(across, up, one, other, np.asarray(length, dtype=np.float64))


def drawn(seed: int, nodes: int = 30, edges: int = 45) -> StreetNetwork:
    """Draw a graph with parallel edges, loops, edges of no length and several components."""
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 20, (2, nodes)) * 50.0
    u, v = random.integers(0, nodes, (2, edges))
    return made(x, y, u, v, random.integers(0, 9, edges) * 25.0)


def oracle(streets: StreetNetwork) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(streets)))
    for u, v, length in zip(streets.u.tolist(), streets.v.tolist(), streets.length.tolist(), strict=True):
        if not graph.has_edge(u, v) or graph[u][v]["weight"] > length:
            graph.add_edge(u, v, weight=length)
    return graph


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 25.0, 150.0, 400.0, 5000.0]))
def test_the_pairs_of_networkx(seed: int, reach: float) -> None:
    streets, random = drawn(seed), np.random.default_rng(seed + 1)
    graph = oracle(streets)
    x, y = random.integers(-4, 24, (2, 20)) * 50.0
    fx, fy = random.integers(-4, 24, (2, 7)) * 50.0
    here, there = streets.snap(x, y, 100), streets.snap(fx, fy, 100)
    found = pairs_within(streets, here, there, reach=reach)
    expected = {}
    for j, (target, end) in enumerate(zip(*there, strict=True)):
        if target < 0:
            continue
        ways = nx.single_source_dijkstra_path_length(graph, int(target))
        for i, (node, leg) in enumerate(zip(*here, strict=True)):
            if node >= 0 and int(node) in ways and end + ways[int(node)] + leg <= reach:
                expected[i, j] = end + ways[int(node)] + leg
    got = dict(zip(zip(found.rows().tolist(), found.indices.tolist(), strict=True), found.data, strict=True))
    assert got == expected
    assert list(got) == sorted(got)
    assert found.shape == (20, 7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_nearest_of_networkx_with_legs_and_without(seed: int) -> None:
    streets, random = drawn(seed), np.random.default_rng(seed)
    graph = oracle(streets)
    sources, legs = random.integers(-1, len(streets), 5), random.integers(0, 6, 5) * 30.0
    for chosen in (None, legs):
        expected = np.full(len(streets), np.inf)
        for node, leg in zip(sources.tolist(), legs if chosen is not None else np.zeros(5), strict=True):
            if node >= 0:
                for other, way in nx.single_source_dijkstra_path_length(graph, node).items():
                    expected[other] = min(expected[other], leg + way)
        np.testing.assert_array_equal(nearest(streets, sources, legs=chosen), expected)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 50.0, 70.0, 250.0]))
def test_snapping_as_brute_force_does_ties_to_the_lowest(seed: int, snap_m: float) -> None:
    streets, random = drawn(seed), np.random.default_rng(seed)
    x, y = random.integers(-10, 50, (2, 25)) * 25.0
    x[0] = np.nan
    node, leg = streets.snap(x, y, snap_m)
    for k in range(1, 25):
        away = np.hypot(streets.x - x[k], streets.y - y[k])
        inside = away.min() <= snap_m
        assert node[k] == (np.argmin(away) if inside else -1)
        assert leg[k] == (away.min() if inside else np.inf)
    assert node[0] == -1


def test_by_hand_one_way_parallel_disconnected_and_exactly_at_the_reach() -> None:
    # 0 —100— 1 —200— 2, again 1 —250— 2; 3 —10— 4 elsewhere. The first edge is drawn against the walk.
    streets = made([0, 100, 300, 900, 910], [0] * 5, [1, 1, 2, 3], [0, 2, 1, 4], [100, 250, 200, 10])
    here, there = streets.snap([0.0, 905.0, 5000.0], [30.0, 0.0, 0.0], 30), streets.snap([300.0], [40.0], 40)
    assert here[0].tolist() == [0, 3, -1]
    found = pairs_within(streets, here, there, reach=370.0)
    assert (found.data.tolist(), found.indices.tolist()) == ([370.0], [0])
    assert found.indptr.tolist() == [0, 1, 1, 1]
    assert not len(pairs_within(streets, here, there, reach=np.nextafter(370.0, 0)).data)
    assert streets.components.tolist() == [0, 0, 0, 1, 1]
    assert streets.main_share() == pytest.approx(3 / 5)
    assert nearest(streets, [2]).tolist() == [300.0, 200.0, 0.0, np.inf, np.inf]


@pytest.mark.parametrize("together", [1, 100])
def test_the_same_whatever_is_held_together(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    streets = drawn(3)
    here, there = streets.snap(streets.x, streets.y, 1), streets.snap(streets.x[:9], streets.y[:9], 1)
    whole = pairs_within(streets, here, there, reach=300)
    monkeypatch.setattr(network, "_TOGETHER", together)
    parts = pairs_within(streets, here, there, reach=300)
    assert len(whole.data)
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_edges_and_their_direction_say_nothing(seed: int) -> None:
    streets, random = drawn(seed), np.random.default_rng(seed)
    order, turned = random.permutation(len(streets.u)), random.random(len(streets.u)) < 0.5
    u, v = np.where(turned, streets.v, streets.u)[order], np.where(turned, streets.u, streets.v)[order]
    other = StreetNetwork(streets.x, streets.y, u, v, streets.length[order])
    here = streets.snap(streets.x, streets.y, 1)
    one, two = (pairs_within(s, here, here, reach=250) for s in (streets, other))
    np.testing.assert_array_equal(one.data, two.data)
    np.testing.assert_array_equal(one.indices, two.indices)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (([0, 1], [0], [0], [0], [1]), "shapes"),
        (([0, 1], [0, 1], [0], [1], [1, 2]), "shapes"),
        (([0, np.nan], [0, 1], [0], [1], [1]), "node 1"),
        (([0, 1], [0, 1], [0], [2], [1]), "edge 0"),
        (([0, 1], [0, 1], [0], [-1], [1]), "edge 0"),
        (([0, 1], [0, 1], [0, 0], [1, 1], [1, -2]), "edge 1"),
        (([0, 1], [0, 1], [0], [1], [np.inf]), "edge 0"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arrays: tuple[list[float], ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        made(*arrays)
