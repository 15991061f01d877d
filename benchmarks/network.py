"""Way to the nearest facility from each node of a street network, beside networkx and pandana.

All start from a graph that is built already; what building it takes pandana, which orders the nodes first,
is a row of its own. networkx must give every node the same cost to 1e-9, pandana, which rounds lengths, to
0.2 m.

    python -m benchmarks.network
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import peers
from benchmarks.harness import Case, held, race, table_rows, write_table
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


#: Most nodes that pandana is asked about.
PANDANA_MOST = 200_000
PANDANA = """
import pandas as pd
import pandana
node = pd.DataFrame({"x": given["x"], "y": given["y"]})
edge = pd.DataFrame({"length": given["length"]})
def build():
    return pandana.Network(node.x, node.y, pd.Series(given["u"]), pd.Series(given["v"]), edge, twoway=True)
turns, repetitions = repetitions, 1
network, built = timed(build)
repetitions = turns
def look():
    at = given["sites"]
    reach = float(given["reach"])
    network.set_pois("facility", reach, 1, node.x.iloc[at], node.y.iloc[at])
    return network.nearest_pois(reach, "facility", num_pois=1)[1].to_numpy()
found, told = timed(look)
answer({"built": built, "told": told}, found=found)
"""


def pandana_cases(network: StreetNetwork, sites: Any, mine: Any, repetitions: int) -> list[Case]:
    """Return pandana's cases, run already, after asserting that it finds the same costs."""
    if not peers.there():
        print("pandana is not installed (make bench): left out.")
        return []
    if len(network) > PANDANA_MOST:
        print(f"pandana: {len(network):,} nodes are left out, which it takes minutes to order.")
        return []
    names = ("x", "y", "u", "v", "length")
    given = {name: np.asarray(getattr(network, name)) for name in names}
    # It searches as far as it is told to: no farther than the farthest node needs.
    reached = np.isfinite(mine)
    reach = np.array(mine[reached].max() + 1)
    told, found = peers.ask(PANDANA, {**given, "sites": sites, "reach": reach}, repetitions)
    np.testing.assert_allclose(found["found"][reached], mine[reached], atol=0.2)
    return [
        Case("pandana nearest_pois", print, **told["told"]),
        Case("pandana, building its graph", print, **told["built"]),
    ]


def main(sizes: list[tuple[int, int]], facilities: int, repetitions: int) -> None:
    """Race them for each size of the network and print the medians."""
    import networkx as nx

    rows: list[dict[str, object]] = []
    for across, along in sizes:
        network = streets(across, along)
        graph = as_networkx(network)
        sites = np.random.default_rng(7).choice(len(network), facilities, replace=False)
        chosen = set(sites.tolist())
        mine: NDArray[np.float64] = nearest(network, sites)
        found = nx.multi_source_dijkstra_path_length(graph, chosen)
        theirs = np.array([found.get(node, np.inf) for node in range(len(network))])
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)
        cases = [
            Case("geosocial nearest", lambda given: nearest(*given), held((network, sites))),
            Case(
                "networkx multi_source_dijkstra",
                lambda given: nx.multi_source_dijkstra_path_length(*given),
                held((graph, chosen)),
            ),
        ]
        race(cases, repetitions)
        cases += pandana_cases(network, sites, mine, repetitions)
        rows += table_rows(cases, n=len(network), edges=len(network.u))
    note = f"{facilities} facilities; the nearest along streets for every node: networkx equal to 1e-9."
    write_table("network", rows, note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sides", type=int, nargs="+", default=[100, 330, 1_000], help="of square grids")
    parser.add_argument("--facilities", type=int, default=300)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    main([(side, side) for side in given.sides], given.facilities, given.repetitions)
