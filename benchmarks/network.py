"""Way to the nearest facility from each node of a street network of 108,000 nodes, beside networkx.

Both start from a graph that is built already. Both must give every node the same cost to 1e-9.

    python -m benchmarks.network
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Case, race, write_table
from geosocial.geo.network import StreetNetwork, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray


def streets(across: int, along: int) -> StreetNetwork:
    """Return a grid of streets 100 m apart, its corners moved and a tenth of its edges gone, fixed seed."""
    rng = np.random.default_rng(2026)
    node = np.arange(across * along).reshape(along, across)
    x, y = (100 * axis.ravel() + rng.uniform(-30, 30, node.size) for axis in np.indices(node.shape)[::-1])
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    kept = rng.random(len(u)) > 0.1
    u, v = u[kept], v[kept]
    return StreetNetwork(x, y, u, v, np.hypot(x[u] - x[v], y[u] - y[v]))


def as_networkx(network: StreetNetwork) -> Any:
    """Return the same graph for networkx."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(network)))
    ends = (network.u.tolist(), network.v.tolist(), network.length.tolist())
    graph.add_weighted_edges_from(zip(*ends, strict=True))
    return graph


def main(across: int, along: int, facilities: int, repetitions: int) -> None:
    """Race them and print the medians."""
    import networkx as nx

    network = streets(across, along)
    graph = as_networkx(network)
    sites = np.random.default_rng(7).choice(len(network), facilities, replace=False)
    chosen = set(sites.tolist())
    mine: NDArray[np.float64] = nearest(network, sites)
    found = nx.multi_source_dijkstra_path_length(graph, chosen)
    theirs = np.array([found.get(node, np.inf) for node in range(len(network))])
    np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)
    cases = [
        Case("geosocial nearest", lambda _: nearest(network, sites)),
        Case("networkx multi_source_dijkstra", lambda _: nx.multi_source_dijkstra_path_length(graph, chosen)),
    ]
    race(cases, repetitions)
    rows = [
        {
            "nodes": len(network),
            "edges": len(network.u),
            "facilities": facilities,
            "operation": case.name,
            "seconds": case.median,
            "times ours": case.median / cases[0].median,
        }
        for case in cases
    ]
    write_table("network", rows, "Nearest facility along streets for every node; equal to 1e-9.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--across", type=int, default=360)
    parser.add_argument("--along", type=int, default=300)
    parser.add_argument("--facilities", type=int, default=300)
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    main(given.across, given.along, given.facilities, given.repetitions)
