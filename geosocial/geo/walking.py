"""Costs of walking for a study: along streets where places are near one, straight × detour where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.geo.network import StreetNetwork, as_pairs, nearest, pairs_within
from geosocial.geo.pairs import Pairs
from geosocial.geo.pairs import pairs_within as straight_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Walking:
    """Streets, the places of demand on them, and what is taken for places far from any street.

    Attributes
    ----------
    network
        The streets.
    x, y
        (n) places of demand, metres.
    node, leg
        (n) node of each and the straight line to it, from `StreetNetwork.snap`; −1 far from any street.
    snap_m, detour
        Most that a place may be from its node; cost of a straight-line metre for those farther away.
    """

    network: StreetNetwork
    x: Floats
    y: Floats
    node: Ints
    leg: Floats
    snap_m: float
    detour: float

    @property
    def far(self) -> Bools:
        """Return which places of demand have a position and no street near them."""
        lost: Bools = (self.node < 0) & np.isfinite(self.x)
        return lost

    def pairs(self, fx: Floats, fy: Floats, *, reach: float) -> Pairs:
        """Return every pair of demand and facility with cost ≤ reach.

        leg + shortest way + leg along streets; between a place or a facility that is far from any street and
        any other the straight line × detour.
        """
        node, leg = self.network.snap(fx, fy, self.snap_m)
        streets = pairs_within(self.network, (self.node, self.leg), (node, leg), reach=reach)
        off = (node < 0) & np.isfinite(fx)
        if not (off.any() or self.far.any()):
            return streets
        across = straight_within(self.x, self.y, fx, fy, reach=reach, detour=self.detour)
        row = across.rows()
        kept = self.far[row] | off[across.indices]
        return as_pairs(
            np.concatenate([streets.rows(), row[kept]]),
            np.concatenate([streets.indices, across.indices[kept]]),
            np.concatenate([streets.data, across.data[kept]]),
            streets.shape,
            reach,
        )

    def nearest(self, fx: Floats, fy: Floats) -> Floats:
        """Return the cost of each place of demand to its nearest facility; inf where none is reached."""
        from geosocial.geo import distance

        node, leg = self.network.snap(fx, fy, self.snap_m)
        ways = nearest(self.network, node, legs=leg)
        cost = np.where(self.node >= 0, ways[self.node] + self.leg, np.inf)
        off = (node < 0) & np.isfinite(fx)
        if off.any():
            cost = np.minimum(cost, distance.nearest(self.x, self.y, fx[off], fy[off], detour=self.detour)[0])
        far = np.flatnonzero(self.far)
        if len(far) and len(fx):
            cost[far] = distance.nearest(self.x[far], self.y[far], fx, fy, detour=self.detour)[0]
        return cost
