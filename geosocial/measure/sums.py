"""Sums by zone that can be made in parts: what each part gives is added, in whatever parts the demand comes.

Whole numbers are added exactly: no division into parts shows in the result. Others may differ in the last
digits, as any sum in another order does.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geosocial.measure.coverage import Floats, Ints

#: The rows of `zone_sums`.
SUMS: Final = ("places", "demand", "covered", "backed", "accessible")


def zone_sums(demand: Floats, facilities: Ints, accessibility: Floats, zone: Ints, zones: int) -> Floats:
    """Return for each zone what `SUMS` names.

    Places n_z; demand Σ P; the demand with a facility within the standard, Σ P·1[k ≥ 1]; with two or more,
    Σ P·1[k ≥ 2] (backup coverage, Hogan & ReVelle 1986); and Σ P·A, of which Σ P·A / Σ P is the mean
    accessibility of the people.

    Parameters
    ----------
    demand
        P of each place; NaN where suppressed: such a place is counted, and in no other sum.
    facilities, accessibility
        k and A of each place.
    zone
        Position of the zone of each place, −1 in none.
    zones
        Number of zones.

    Returns
    -------
    (5 × zones) sums.

    Examples
    --------
    >>> found = zone_sums(np.array([2.0, 3.0]), np.array([1, 2]), np.array([0.5, 1.0]), np.array([0, 0]), 1)
    >>> dict(zip(SUMS, found[:, 0].tolist()))
    {'places': 2.0, 'demand': 5.0, 'covered': 5.0, 'backed': 3.0, 'accessible': 4.0}
    """
    here = np.flatnonzero(zone >= 0)
    of = zone[here]
    people = np.nan_to_num(demand[here])
    times = facilities[here]
    parts = [
        np.ones(len(of)),
        people,
        people * (times >= 1),
        people * (times >= 2),
        people * accessibility[here],
    ]
    return np.array([np.bincount(of, weights=part, minlength=zones) for part in parts], np.float64)
