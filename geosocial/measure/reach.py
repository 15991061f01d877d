"""What lies within reach: nearest cost under other definitions of supply, catchments by zone, backup.

Everything is a sum over the pairs of demand and facility (`geosocial.geo.pairs.Pairs`, or any object with the
arrays of a compressed sparse row matrix). Within means cost ≤ standard.

Catchments of many settings at once. A decay of steps is constant between its edges, so the demand of each
zone and band in the catchment of each facility, counted once, answers for every standard and every definition
of supply: with T_zj = Σ_{i∈z} P_i f(d_ij), the E2SFCA ratio of a facility is Rⱼ = Sⱼ / Σ_z T_zj and the mean
accessibility of a zone Σⱼ Rⱼ T_zj / Σ_{i∈z} P_i: the same as `geosocial.measure.accessibility.two_step_fca`
averaged over the people of the zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosocial.geo.pairs import Pairs
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.supply import Facilities

Bools = NDArray[np.bool_]
#: Up to so many zones × facilities, or as many as there are pairs, combinations are counted in an array of
#: that size.
_DENSE = 5_000_000


@dataclass(frozen=True, slots=True)
class Reach:
    """The facilities of a service, and the pairs within reach at each cost that is at hand.

    Attributes
    ----------
    facilities
        From `geosocial.measure.supply.facilities`: the columns of the pairs.
    pairs
        By cost (``straight``, ``network``), the study's own first; up to the largest standard tried at least.
    """

    facilities: Facilities
    pairs: Mapping[str, Pairs]

    @property
    def own(self) -> Pairs:
        """Return the pairs at the study's own cost."""
        return next(iter(self.pairs.values()))


@dataclass(frozen=True, slots=True)
class Bands:
    """Rising costs at which some setting changes its weight, and what each setting gives to each band.

    Attributes
    ----------
    edge
        (e) upper ends of the bands; a cost in (edge[b − 1], edge[b]] is in band b, one beyond all in band e.
    within, decay
        (standards × e) 1 where the band is within the standard; the weight of the decay.
    """

    edge: Floats
    within: Floats
    decay: Floats

    def of(self, cost: Floats) -> Ints:
        """Return the band of each cost."""
        return np.searchsorted(self.edge, cost, side="left").astype(np.intp)


def bands(standards: Sequence[float], weights: Sequence[float]) -> Bands:
    """Return the bands of standards that are each divided into as many equal steps as there are weights.

    f(d) = wₖ for d₀(k − 1)/K < d ≤ d₀·k/K, 0 beyond d₀.

    Examples
    --------
    >>> found = bands([300, 600], [1, 0.5])
    >>> found.edge.tolist(), found.decay.tolist()
    ([150.0, 300.0, 600.0], [[1.0, 0.5, 0.0], [1.0, 1.0, 0.5]])
    """
    steps = np.arange(1, len(weights) + 1) / len(weights)
    bounds = np.asarray(standards, dtype=np.float64)[:, None] * steps
    edge = np.unique(bounds)
    worth = np.append(np.asarray(weights, dtype=np.float64), 0.0)
    decay = np.array([worth[np.searchsorted(row, edge, side="left")] for row in bounds])
    return Bands(edge, (edge <= bounds[:, -1:]).astype(np.float64), decay)


def nearest(pairs: Pairs, kept: Bools) -> Floats:
    """Return the cost from each row to the nearest of the pairs that are kept; inf where it has none.

    Examples
    --------
    >>> pairs = Pairs(np.array([5.0, 3.0]), np.array([0, 1]), np.array([0, 2, 2]), (2, 2), 9.0)
    >>> nearest(pairs, np.array([True, False]))
    array([ 5., inf])
    """
    cost = np.full(pairs.shape[0], np.inf)
    some = np.diff(pairs.indptr) > 0
    if some.any():
        cost[some] = np.minimum.reduceat(np.where(kept, pairs.data, np.inf), pairs.indptr[:-1][some])
    return cost


def by_band(demand: Floats, band: Ints, zone: Ints, zones: int, edges: int) -> Floats:
    """Return the known demand of each zone in each band of its cost: zones × edges."""
    here = (zone >= 0) & ~np.isnan(demand)
    cell = zone[here] * (edges + 1) + band[here]
    total = np.bincount(cell, weights=demand[here], minlength=zones * (edges + 1)).astype(np.float64)
    return total.reshape(zones, edges + 1)[:, :edges]


@dataclass(frozen=True, slots=True)
class Catchments:
    """Every zone × facility that some pair links, and which of them each pair belongs to.

    The zone is −1 for demand in no zone: it competes for the supply, and is counted in none.
    """

    zone: Ints
    facility: Ints
    of_pair: Ints
    zones: int
    facilities: int

    def demand(self, pairs_demand: Floats, band: Ints, edges: int) -> Floats:
        """Return N: the demand of each band in each zone × facility (edges × combinations).

        Parameters
        ----------
        pairs_demand
            Demand of the row of each pair; 0 where suppressed.
        band
            Band of the cost of each pair.
        """
        size = len(self.zone)
        cell = band * size + self.of_pair
        total = np.bincount(cell, weights=pairs_demand, minlength=(edges + 1) * size).astype(np.float64)
        return total[: edges * size].reshape(edges, size)

    def accessible(self, weighted: Floats, supply: Floats) -> Floats:
        """Return Σ_{i∈z} P_i A_i of each zone: Σⱼ T_zj Sⱼ / Σ_z T_zj.

        Parameters
        ----------
        weighted
            T: weighted demand of each zone × facility.
        supply
            S of each facility.

        A facility without demand in reach serves nobody.
        """
        reached = np.bincount(self.facility, weights=weighted, minlength=self.facilities)
        ratio = np.divide(supply, reached, out=np.zeros(self.facilities), where=reached > 0)
        total = np.bincount(self.zone + 1, weights=weighted * ratio[self.facility], minlength=self.zones + 1)
        return total[1:].astype(np.float64)


def catchments(pairs: Pairs, rows: Ints, zone: Ints, zones: int) -> Catchments:
    """Return the zone × facility combinations of the pairs.

    Parameters
    ----------
    rows
        Row of demand of each pair: ``pairs.rows()``.
    zone
        Position of the zone of each row, −1 in none.
    """
    facilities = pairs.shape[1]
    cell = (zone[rows] + 1) * facilities + pairs.indices
    if (zones + 1) * facilities <= max(_DENSE, len(cell)):
        used = np.zeros((zones + 1) * facilities, dtype=bool)
        used[cell] = True
        found = np.flatnonzero(used)
        number = np.cumsum(used) - 1
        of_pair = number[cell]
    else:
        found, of_pair = np.unique(cell, return_inverse=True)
    return Catchments(
        zone=(found // max(facilities, 1) - 1).astype(np.intp),
        facility=(found % max(facilities, 1)).astype(np.intp),
        of_pair=of_pair.astype(np.intp),
        zones=zones,
        facilities=facilities,
    )


@dataclass(frozen=True, slots=True)
class Backup:
    """What depends on one facility alone: for each row of demand, whether and on which one.

    Attributes
    ----------
    backed
        Whether a row stays covered whichever one facility closes: at least two within the standard.
    sole
        The facility without which the row is not covered; −1 where it is not covered, or backed.
    """

    backed: Bools
    sole: Ints


def backup(pairs: Pairs, count: Floats, *, standard: float) -> Backup:
    """Return the backup coverage of each row (Hogan & ReVelle 1986): within the standard of at least two.

    Parameters
    ----------
    count
        Facilities at each column of the costs: a column of two or more backs itself.

    Examples
    --------
    >>> pairs = Pairs(np.array([5.0, 9.0, 4.0]), np.array([0, 1, 0]), np.array([0, 2, 3]), (2, 2), 9.0)
    >>> found = backup(pairs, np.array([1.0, 1.0]), standard=9)
    >>> found.backed.tolist(), found.sole.tolist()
    ([True, False], [-1, 0])
    """
    rows, near = pairs.rows(), pairs.data <= standard
    row, facility = rows[near], pairs.indices[near]
    number = np.bincount(row, minlength=pairs.shape[0])
    several = np.zeros(pairs.shape[0], dtype=bool)
    several[row[count[facility] > 1]] = True
    backed = (number >= 2) | several
    sole = np.full(pairs.shape[0], -1, dtype=np.intp)
    single = (number[row] == 1) & ~several[row]
    sole[row[single]] = facility[single]
    return Backup(backed, sole)


def lost(demand: Floats, sole: Ints, zone: Ints, zones: int, facilities: int) -> Floats:
    """Return the demand of each zone that loses its cover when a facility closes: zones × facilities."""
    here = (zone >= 0) & (sole >= 0) & ~np.isnan(demand)
    cell = zone[here] * facilities + sole[here]
    total = np.bincount(cell, weights=demand[here], minlength=zones * facilities).astype(np.float64)
    return total.reshape(zones, facilities)
