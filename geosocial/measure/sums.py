"""Sums by zone that can be made in parts: what each part gives is added, in whatever parts the demand comes.

They come in the limbs of `geosocial.measure.exact`: no division into parts shows in the result.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.exact import exact_sums

#: The rows of `zone_sums`.
SUMS: Final = ("places", "demand", "covered", "backed", "travel", "accessible")


def zone_sums(
    demand: Floats,
    facilities: Ints,
    nearest: Floats,
    accessibility: Floats,
    *,
    zone: Ints,
    zones: int,
) -> Floats:
    """Return for each zone what `SUMS` names, in limbs.

    Places n_z; demand Σ P; the demand with a facility within the standard, Σ P·1[k ≥ 1]; with two or more,
    Σ P·1[k ≥ 2] (backup coverage, Hogan & ReVelle 1986); the way of those covered to their nearest facility,
    Σ P·1[k ≥ 1]·minⱼ d; and Σ P·A, of which Σ P·A / Σ P is the mean accessibility of the people.

    Parameters
    ----------
    demand
        P of each place; NaN where suppressed: such a place is counted, and in no other sum.
    facilities, nearest, accessibility
        k, the least cost (anything where k is 0) and A of each place.
    zone
        Position of the zone of each place, −1 in none.
    zones
        Number of zones.

    Returns
    -------
    (6 × 3 × zones) limbs of the sums.

    Examples
    --------
    >>> from geosocial.measure.exact import total
    >>> people, times, way, access = (np.array(v) for v in ([2.0, 3.0], [1, 2], [300.0, 50.0], [0.5, 1.0]))
    >>> found = total(zone_sums(people, times, way, access, zone=np.array([0, 0]), zones=1))
    >>> dict(zip(SUMS, found[:, 0].tolist()))
    {'places': 2.0, 'demand': 5.0, 'covered': 5.0, 'backed': 3.0, 'travel': 750.0, 'accessible': 4.0}
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
        people * np.where(times >= 1, nearest[here], 0.0),
        people * accessibility[here],
    ]
    return np.array([exact_sums(part, of, zones) for part in parts])
