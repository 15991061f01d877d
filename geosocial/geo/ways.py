"""Costs from facilities that stay to places that come batch by batch: straight lines, or ways along streets.

Both give the pairs of `geosocial.geo.pairs.pairs_within` and `geosocial.geo.walking.Walking.pairs`, to the
bit. Along streets the shortest ways are found once, from each facility to every node within reach; places
only look up their node. That takes 16 bytes for each facility and node within reach of each other, and a row
of as many numbers as there are nodes for the search from each facility: streets of a city or a region, not of
a country.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from geosocial.geo.network import StreetNetwork, as_pairs, pairs_within
from geosocial.geo.pairs import Pairs
from geosocial.geo.pairs import pairs_within as straight_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """Some places, metres; along streets, the node of each and the straight line to it."""

    x: Floats
    y: Floats
    node: Ints
    leg: Floats

    @property
    def far(self) -> Bools:
        """Return which have a position and no street near them."""
        lost: Bools = (self.node < 0) & np.isfinite(self.x)
        return lost

    def part(self, rows: slice) -> Places:
        """Return some of them."""
        return Places(self.x[rows], self.y[rows], self.node[rows], self.leg[rows])


class Ways(Protocol):
    """Facilities, and how far they are."""

    @property
    def x(self) -> Floats:
        """Return the first coordinate of each facility, metres."""

    @property
    def y(self) -> Floats:
        """Return the second coordinate of each facility, metres."""

    @property
    def least(self) -> float:
        """Return what a straight-line metre costs at least; 0 where that is not known."""

    def prepare(self) -> None:
        """Find what is asked for again and again; without it, the first who asks does."""

    def places(self, x: Floats, y: Floats) -> Places:
        """Return places that can be asked for their pairs."""

    def pairs(self, places: Places) -> Pairs:
        """Return every pair with cost ≤ reach."""


@dataclass(frozen=True, slots=True)
class Straight:
    """Straight lines times a factor.

    Attributes
    ----------
    x, y
        (m) facilities, metres; one without a position serves nobody.
    reach, detour
        Most that a cost may be; cost of a straight-line metre.
    """

    x: Floats
    y: Floats
    reach: float
    detour: float

    @property
    def least(self) -> float:
        """Return what a straight-line metre costs."""
        return self.detour

    def prepare(self) -> None:
        """Do nothing: there is nothing to find."""

    def places(self, x: Floats, y: Floats) -> Places:
        """Return places as they are."""
        return Places(x, y, np.zeros(len(x), np.intp), np.zeros(len(x)))

    def pairs(self, places: Places) -> Pairs:
        """Return every pair with cost ≤ reach."""
        return straight_within(places.x, places.y, self.x, self.y, reach=self.reach, detour=self.detour)


@dataclass(frozen=True)
class AlongStreets:
    """Ways along streets; straight lines times a factor for what is far from any.

    Attributes
    ----------
    network
        The streets.
    x, y, reach, detour
        As for `Straight`.
    snap_m
        Most that a place or a facility may be from its node.

    Examples
    --------
    >>> streets = StreetNetwork([0, 300, 300], [0, 0, 400], [0, 1], [1, 2], [300, 400])
    >>> ways = AlongStreets(streets, np.array([300.0]), np.array([405.0]), reach=710, detour=1, snap_m=50)
    >>> ways.pairs(ways.places(np.array([3.0, 0.0]), np.array([4.0, 105.0]))).data.round(1).tolist()
    [710.0, 424.3]
    """

    network: StreetNetwork
    x: Floats
    y: Floats
    reach: float
    detour: float
    snap_m: float

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what each process finds for itself."""
        return {name: value for name, value in self.__dict__.items() if name not in {"sites", "table"}}

    @property
    def least(self) -> float:
        """Return what a straight-line metre costs at least."""
        return self.network.least_stretch * (1 - 1e-9)

    @cached_property
    def sites(self) -> tuple[Ints, Floats]:
        """Return the node of each facility and the straight line to it."""
        return self.network.snap(self.x, self.y, self.snap_m)

    @cached_property
    def table(self) -> Pairs:
        """Return the facilities within reach of each node, with leg + way."""
        count = len(self.network)
        nodes = np.arange(count, dtype=np.intp), np.zeros(count)
        return pairs_within(self.network, nodes, self.sites, reach=self.reach)

    @property
    def far(self) -> Bools:
        """Return which facilities have a position and no street near them."""
        lost: Bools = (self.sites[0] < 0) & np.isfinite(self.x)
        return lost

    def prepare(self) -> None:
        """Find the ways from all facilities."""
        _ = self.table

    def places(self, x: Floats, y: Floats) -> Places:
        """Return places with their nodes."""
        return Places(x, y, *self.network.snap(x, y, self.snap_m))

    def pairs(self, places: Places) -> Pairs:
        """Return every pair with cost ≤ reach: leg + way + leg, or straight × detour."""
        streets = self._along(places)
        off, far = self.far, places.far
        if not (off.any() or far.any()):
            return streets
        across = straight_within(places.x, places.y, self.x, self.y, reach=self.reach, detour=self.detour)
        row = across.rows()
        kept = far[row] | off[across.indices]
        return as_pairs(
            np.concatenate([streets.rows(), row[kept]]),
            np.concatenate([streets.indices, across.indices[kept]]),
            np.concatenate([streets.data, across.data[kept]]),
            streets.shape,
            self.reach,
        )

    def _along(self, places: Places) -> Pairs:
        table = self.table
        here = np.flatnonzero(places.node >= 0)
        first = table.indptr[places.node[here]]
        size = table.indptr[places.node[here] + 1] - first
        at = np.repeat(first - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
        row = np.repeat(here, size)
        cost = table.data[at] + places.leg[row]
        kept = np.flatnonzero(cost <= self.reach)
        starts = np.zeros(len(places.x) + 1, np.intp)
        np.cumsum(np.bincount(row[kept], minlength=len(places.x)), out=starts[1:])
        shape = (len(places.x), len(self.x))
        return Pairs(cost[kept], table.indices[at[kept]], starts, shape, float(self.reach))
