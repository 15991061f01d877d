"""Walking costs along streets: shortest ways over a graph of nodes and edges, in metres.

cost = leg + network + leg: the straight line from the place of demand to its node, the shortest way along the
edges, the straight line from the node of the facility to it. No detour factor is applied. Walking ignores
one-way streets: each edge is walked both ways, and of parallel edges the shortest counts. Streets meet only
at nodes; a bridge over a street is no junction unless both have a node there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.pairs import Pairs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

#: A little too far, so that rounding loses no pair; the exact cost decides.
_ROUNDING = 1e-9
#: Costs that are held together: bounds the memory.
_TOGETHER = 4_000_000


@dataclass(frozen=True)
class StreetNetwork:
    """Streets as a graph: nodes with a position, edges with a length.

    Attributes
    ----------
    x, y
        (n) positions of the nodes, metres.
    u, v
        (e) nodes at the ends of each edge; the order of the two has no meaning.
    length
        (e) length of each edge, metres, 0 or more.

    Raises
    ------
    InputError
        When the arrays do not fit each other, a position is not finite, an edge names a node that does not
        exist, or a length is not a number from 0 up; names the node or the edge by its position.

    Examples
    --------
    >>> streets = StreetNetwork([0, 100, 100], [0, 0, 50], [0, 1], [1, 2], [100, 50])
    >>> nearest(streets, [0]).tolist()
    [0.0, 100.0, 150.0]
    """

    x: Floats
    y: Floats
    u: Ints
    v: Ints
    length: Floats

    def __post_init__(self) -> None:
        """Check the arrays and freeze them."""
        for name, kind in (("x", float), ("y", float), ("u", np.intp), ("v", np.intp), ("length", float)):
            array = np.array(getattr(self, name), dtype=kind)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.x.ndim != 1 or self.x.shape != self.y.shape:
            raise _misfit(self.x, self.y)
        if self.u.ndim != 1 or not self.u.shape == self.v.shape == self.length.shape:
            raise _misfit(self.u, self.v, self.length)
        bad = np.flatnonzero(~(np.isfinite(self.x) & np.isfinite(self.y)))
        if len(bad):
            raise InputError(
                N_("Street network: the position of node {row} is not finite."),
                hint=N_("Correct it, or leave the node out."),
                row=int(bad[0]),
            )
        ends = np.stack([self.u, self.v])
        bad = np.flatnonzero(((ends < 0) | (ends >= len(self.x))).any(axis=0))
        if len(bad):
            raise InputError(
                N_("Street network: edge {row} ends at a node that does not exist."),
                hint=N_("Correct its ends, or leave the edge out."),
                row=int(bad[0]),
            )
        bad = np.flatnonzero(~(np.isfinite(self.length) & (self.length >= 0)))
        if len(bad):
            raise InputError(
                N_("Street network: the length of edge {row} is “{got}”, not a number from 0 up."),
                hint=N_("Correct it, or leave the edge out."),
                row=int(bad[0]),
                got=float(self.length[bad[0]]),
            )

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.x)

    @cached_property
    def graph(self) -> Any:
        """Return the (n, n) SciPy CSR graph: both ways, the shortest of parallel edges, no loops."""
        kept = self.u != self.v
        row = np.concatenate([self.u[kept], self.v[kept]])
        column = np.concatenate([self.v[kept], self.u[kept]])
        length = np.concatenate([self.length[kept], self.length[kept]])
        order = np.lexsort((length, column, row))
        row, column, length = row[order], column[order], length[order]
        first = np.ones(len(row), dtype=bool)
        first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
        return _csr(row[first], column[first], length[first], len(self.x))

    @cached_property
    def components(self) -> Ints:
        """Return the component of each node: nodes with the same number can reach each other."""
        from scipy.sparse.csgraph import connected_components

        return np.asarray(connected_components(self.graph, directed=False)[1], np.intp)

    @cached_property
    def main(self) -> StreetNetwork:
        """Return the component with the most nodes, alone; of equals, that of the lowest node."""
        size = np.bincount(self.components)
        if len(size) < 2:
            return self
        first = np.full(len(size), len(self))
        np.minimum.at(first, self.components, np.arange(len(self)))
        largest = np.flatnonzero(size == size.max())
        kept = self.components == largest[np.argmin(first[largest])]
        number = np.cumsum(kept) - 1
        edge = kept[self.u]
        return StreetNetwork(
            self.x[kept], self.y[kept], number[self.u[edge]], number[self.v[edge]], self.length[edge]
        )

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(np.column_stack([self.x, self.y]))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what each process finds for itself: it is larger than the streets."""
        return {name: self.__dict__[name] for name in ("x", "y", "u", "v", "length")}

    @cached_property
    def least_stretch(self) -> float:
        """Return the least length of an edge over the straight line between its ends, at most 1.

        No way is shorter than the straight line times this.

        Examples
        --------
        >>> StreetNetwork([0, 100, 100], [0, 0, 50], [0, 1], [1, 2], [80, 60]).least_stretch
        0.8
        """
        straight = np.hypot(self.x[self.u] - self.x[self.v], self.y[self.u] - self.y[self.v])
        apart = straight > 0
        return float(np.min(self.length[apart] / straight[apart], initial=1.0))

    def main_share(self) -> float:
        """Return the share of the nodes that lies in the component with the most of them; NaN without nodes.

        Examples
        --------
        >>> StreetNetwork([0, 9, 90], [0, 0, 0], [0], [1], [9]).main_share()
        0.6666666666666666
        """
        return len(self.main) / len(self) if len(self) else float("nan")

    def snap(self, x: ArrayLike, y: ArrayLike, snap_m: float) -> tuple[Ints, Floats]:
        """Return the nearest node of each place and the straight line to it; ties go to the lowest node.

        Parameters
        ----------
        x, y
            (k) places, metres; one without a position (NaN) has no node.
        snap_m
            Most that the straight line may be, in metres; a node at exactly this distance is taken.

        Returns
        -------
        tuple of arrays
            (k) node, −1 where none is within `snap_m`; (k) distance in metres, inf where there is none.

        Examples
        --------
        >>> streets = StreetNetwork([0, 100], [0, 0], [0], [1], [100])
        >>> node, leg = streets.snap([3, 500], [4, 0], 250)
        >>> node.tolist(), leg.tolist()
        ([0, -1], [5.0, inf])
        """
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise _misfit(x, y)
        if not (np.isfinite(snap_m) and snap_m >= 0):
            raise StudyError(N_("The distance to the nearest street must be in metres, 0 or more."))
        node, leg = np.full(len(x), -1, np.intp), np.full(len(x), np.inf)
        here = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not (len(here) and len(self)):
            return node, leg
        tree = self._tree
        places = np.column_stack([x[here], y[here]])
        # Without a second node, its distance is infinite.
        apart, nodes = tree.query(places, k=[1, 2])
        reach, found = apart[:, 0], nodes[:, 0]
        # One of several nodes at one distance depends on the tree: the lowest is taken. They are few.
        for place in np.flatnonzero(apart[:, 1] <= reach * (1 + _ROUNDING)):
            near = np.array(sorted(tree.query_ball_point(places[place], reach[place] * (1 + _ROUNDING))))
            exact = np.hypot(self.x[near] - places[place, 0], self.y[near] - places[place, 1])
            found[place] = near[np.argmin(exact)]
        exact = np.hypot(places[:, 0] - self.x[found], places[:, 1] - self.y[found])
        kept = exact <= snap_m
        node[here[kept]], leg[here[kept]] = found[kept], exact[kept]
        return node, leg


def nearest(network: StreetNetwork, sources: ArrayLike, *, legs: ArrayLike | None = None) -> Floats:
    """Return the least cost from every node to any of the sources, in metres; inf where none is reached.

    Parameters
    ----------
    network
        The streets.
    sources
        (m) nodes of the facilities; −1 is none, several may share a node.
    legs
        (m) metres from each facility to its node; without it 0.

    Returns
    -------
    array
        (n) min over the sources of leg + network.

    Examples
    --------
    >>> streets = StreetNetwork([0, 100, 300], [0, 0, 0], [0, 1], [1, 2], [100, 200])
    >>> nearest(streets, [0, 2], legs=[50, 0]).tolist()
    [50.0, 150.0, 0.0]
    """
    from scipy.sparse.csgraph import dijkstra

    nodes, size = np.asarray(sources, np.intp), len(network)
    kept = nodes >= 0
    if not kept.any():
        return np.full(size, np.inf)
    if legs is None:
        return np.asarray(dijkstra(network.graph, indices=np.unique(nodes[kept]), min_only=True), np.float64)
    # One node more, from which each facility is as far as its leg; nothing leads back to it.
    start = np.full(size, np.inf)
    np.minimum.at(start, nodes[kept], np.asarray(legs, np.float64)[kept])
    first = np.flatnonzero(np.isfinite(start))
    graph = network.graph
    row = np.concatenate([np.repeat(np.arange(size), np.diff(graph.indptr)), np.full(len(first), size)])
    wider = _csr(
        row, np.concatenate([graph.indices, first]), np.concatenate([graph.data, start[first]]), size + 1
    )
    return np.asarray(dijkstra(wider, indices=np.array([size]))[0, :size], np.float64)


def pairs_within(
    network: StreetNetwork,
    demand: tuple[Ints, Floats],
    facilities: tuple[Ints, Floats],
    *,
    reach: float,
) -> Pairs:
    """Return every pair whose cost along streets is within reach: leg + network + leg ≤ reach.

    The same object as straight-line pairs. Shortest ways start at the facilities, some of them at a time, and
    end at the reach, so that the memory stays bounded.

    Parameters
    ----------
    network
        The streets.
    demand, facilities
        Node and leg (metres) of each, from `StreetNetwork.snap`; what has no node (−1) is in no pair.
    reach
        Most that a cost may be, in metres: pairs with cost ≤ reach are kept.

    Raises
    ------
    StudyError
        When the reach is not a distance.

    Examples
    --------
    >>> streets = StreetNetwork([0, 300, 300], [0, 0, 400], [0, 1], [1, 2], [300, 400])
    >>> found = pairs_within(streets, streets.snap([0], [0], 9), streets.snap([300], [400], 9), reach=700)
    >>> found.data.tolist()
    [700.0]
    """
    if not (np.isfinite(reach) and reach >= 0):
        raise StudyError(N_("The standard must be a distance in metres, 0 or more."))
    shape = (len(demand[0]), len(facilities[0]))
    rows, columns, costs = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)], [np.zeros(0)]
    for row, column, cost in _ways(network, demand, facilities, reach):
        rows.append(row)
        columns.append(column)
        costs.append(cost)
    return as_pairs(np.concatenate(rows), np.concatenate(columns), np.concatenate(costs), shape, reach)


def as_pairs(row: Ints, column: Ints, cost: Floats, shape: tuple[int, int], reach: float) -> Pairs:
    """Return pairs in the order of `Pairs`: by row of demand, then by facility."""
    order = np.lexsort((column, row))
    starts = np.zeros(shape[0] + 1, np.intp)
    np.cumsum(np.bincount(row, minlength=shape[0]), out=starts[1:])
    return Pairs(cost[order], column[order], starts, shape, float(reach))


def _ways(
    network: StreetNetwork, demand: tuple[Ints, Floats], facilities: tuple[Ints, Floats], reach: float
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield row, facility and cost of the pairs of some facilities at a time."""
    from scipy.sparse.csgraph import dijkstra

    here, sites = np.flatnonzero(demand[0] >= 0), np.flatnonzero(facilities[0] >= 0)
    if not (len(here) and len(sites)):
        return
    sites = sites[np.argsort(facilities[0][sites], kind="stable")]
    node, leg = demand[0][here], demand[1][here]
    together = max(1, _TOGETHER // max(len(network), len(here)))
    for start in range(0, len(sites), together):
        some = sites[start : start + together]
        sources, which = np.unique(facilities[0][some], return_inverse=True)
        way = dijkstra(network.graph, indices=sources, limit=reach * (1 + _ROUNDING))
        cost = facilities[1][some][:, None] + way[which][:, node] + leg[None, :]
        site, place = np.nonzero(cost <= reach)
        yield here[place], some[site], cost[site, place]


def _csr(row: Ints, column: Ints, data: Floats, size: int) -> Any:
    """Return a CSR graph of sorted rows, built from its own parts: a length of 0 stays an edge."""
    from scipy.sparse import csr_array

    starts = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=size), out=starts[1:])
    return csr_array((data, column.astype(np.int32), starts), shape=(size, size))


def _misfit(*arrays: NDArray[Any]) -> InputError:
    return InputError(
        N_("Street network: the shapes {shapes} do not match."),
        hint=N_("Give arrays of one dimension, of one length."),
        shapes=", ".join(str(array.shape) for array in arrays),
    )
