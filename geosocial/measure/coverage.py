"""Coverage: the share of the demand of a zone whose nearest facility lies within the standard.

Convention: within means cost ≤ standard. Suppressed demand (NaN) is left out of numerator and denominator
alike. The interval here is not a sampling error: it is the coverage under the two ends of the detour factor's
range, widened where needed so that lower ≤ value ≤ upper. `geosocial.measure.uncertainty` adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Covered:
    """Demand of each zone, and how much is covered: value and interval. NaN where no demand is known."""

    demand: Floats
    covered: Floats
    lower: Floats
    upper: Floats


def demand_by_zone(demand: Floats, zone: Ints, zones: int) -> Floats:
    """Return the demand of each zone: D = Σ P.

    Parameters
    ----------
    demand
        P of each place, in people or households; NaN where suppressed.
    zone
        Position of the zone of each place, −1 in none.
    zones
        Number of zones.

    Returns
    -------
    ndarray
        D of each zone; NaN where no place of the zone has a known demand.

    Examples
    --------
    >>> demand_by_zone(np.array([1.0, np.nan, 2.0, np.nan]), np.array([0, 0, 0, 1]), 2)
    array([ 3., nan])
    """
    known = (zone >= 0) & ~np.isnan(demand)
    total = np.bincount(zone[known], weights=demand[known], minlength=zones).astype(np.float64)
    total[np.bincount(zone[known], minlength=zones) == 0] = np.nan
    return total


def covered_by_zone(demand: Floats, cost: Floats, zone: Ints, zones: int, *, standard: float) -> Floats:
    """Return the demand of each zone within the standard: Σ P·1[d ≤ d₀].

    Parameters
    ----------
    demand, zone, zones
        As in `demand_by_zone`.
    cost
        d of each place: to its nearest facility; inf where there is none.
    standard
        d₀, in the unit of `cost`; a place at exactly the standard is covered.

    Returns
    -------
    ndarray
        Covered demand of each zone; NaN where no place of the zone has a known demand.

    Examples
    --------
    >>> covered_by_zone(np.array([1.0, 2.0]), np.array([1000.0, 1000.1]), np.array([0, 0]), 1, standard=1000)
    array([1.])
    """
    return demand_by_zone(
        np.where(cost <= standard, demand, np.where(np.isnan(demand), np.nan, 0.0)), zone, zones
    )


def covered_with_interval(
    demand: Floats, cost: Floats, zone: Ints, zones: int, *, standard: float, stretch: tuple[float, float]
) -> Covered:
    """Return the covered demand of each zone and its interval under stretched costs.

    Parameters
    ----------
    demand, cost, zone, zones, standard
        As in `covered_by_zone`.
    stretch
        The two factors on every cost that bound the interval: detour factor of the setting / detour factor of
        the study.

    Returns
    -------
    Covered
        lower and upper are the least and the most of the value and of the two stretched ones.
    """
    value = covered_by_zone(demand, cost, zone, zones, standard=standard)
    ends = [covered_by_zone(demand, cost * factor, zone, zones, standard=standard) for factor in stretch]
    return Covered(
        demand=demand_by_zone(demand, zone, zones),
        covered=value,
        lower=np.minimum.reduce([value, *ends]),
        upper=np.maximum.reduce([value, *ends]),
    )


def share(part: Floats, whole: Floats) -> Floats:
    """Return part / whole; NaN where the whole is zero or unknown, on purpose: 0 of 0 is not a share.

    Examples
    --------
    >>> share(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25,  nan])
    """
    result: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return result
