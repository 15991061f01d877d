"""How far a figure could be from its value: lists that are incomplete, census counts that are rounded.

Bootstrap over facilities. A share s of the list (1: all of it; less for a list held to be complete) is
drawn again, each facility by itself: Nⱼ is 1 with probability 1 − s, and otherwise Poisson of mean 1 (the
bootstrap of Hanley & MacGibbon 2006). So a facility is absent with probability p = s/e, may stand for
several, and counts 1 on average: the list is drawn both ways. What a draw covers is less on average than the
list does, so draws are centred on the value: only their spread is used. It needs no simulation: a row of
demand is uncovered with probability qᵢ = Π p over the facilities within its standard, two rows together with
q_il = Π p over the facilities of either, hence

    Var(Σ Pᵢ·covered) = Σᵢ Σ_l Pᵢ P_l (q_il − qᵢ q_l),    Var(Σ Nⱼ Sⱼ) = Σ s Sⱼ²

exactly. Rounding: counts rounded at random to a multiple of b without bias err with a variance of (b² − 1)/6,
each by itself.

Limits. Facilities stand or fall one by one, where a list may miss a whole kind or quarter. What is drawn
stands where the list has something: a zone without a facility has no spread, which is not certainty. The
interval is the value ± z standard deviations, z from the normal distribution, cut off at what is possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geosocial.geo.pairs import Pairs
from geosocial.measure.coverage import Floats, Ints

#: Rows that are uncovered with less than this probability are taken as covered: at most a millionth of error.
_NEGLIGIBLE = 1e-12
#: Pairs of rows that are looked at together: bounds the memory.
_TOGETHER = 2_000_000


def z_of(confidence: float) -> float:
    """Return the standard deviations on either side that hold a share of a normal distribution.

    Examples
    --------
    >>> round(z_of(0.95), 3)
    1.96
    """
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)


def absent(count: Floats, share: Floats) -> Floats:
    """Return −ln of the probability that nothing is left of a record that stands for `count` facilities.

    p = (s/e)^count, where s is the share of its list that is drawn again; inf where s is 0: it stays.

    Examples
    --------
    >>> absent(np.array([1.0, 2.0, 1.0]), np.array([1.0, 1.0, 0.0])).tolist()
    [1.0, 2.0, inf]
    """
    with np.errstate(divide="ignore"):
        found: Floats = count * (1.0 - np.log(share))
    return found


def of_supply(held: Floats, count: Floats, share: Floats, zone: Ints, zones: int) -> Floats:
    """Return the variance of the supply of each zone: Σ s·c·(S/c)² over its records.

    Parameters
    ----------
    held, count
        S: what each record holds in all, and c: how many facilities it stands for, above 0.
    share, zone
        s: share of its list that is drawn again; position of its zone, −1 in none.
    """
    here = (zone >= 0) & ~np.isnan(held) & (count > 0)
    spread = share[here] * held[here] ** 2 / count[here]
    return np.bincount(zone[here], weights=spread, minlength=zones).astype(np.float64)


def of_rounding(covered: NDArray[np.bool_], demand: Floats, zone: Ints, zones: int, *, base: float) -> Floats:
    """Return the variance of the share covered of each zone that comes from rounded counts.

    To first order: σ² Σᵢ (1[covered] − C)² / D², σ² = (b² − 1)/6, over the places of known demand.
    """
    here = (zone >= 0) & ~np.isnan(demand)
    places = np.bincount(zone[here], minlength=zones)
    near = np.bincount(zone[here & covered], minlength=zones)
    total = np.bincount(zone[here], weights=demand[here], minlength=zones)
    inside = np.bincount(zone[here & covered], weights=demand[here & covered], minlength=zones)
    part = np.divide(inside, total, out=np.zeros(zones), where=total > 0)
    squares = near * (1 - part) ** 2 + (places - near) * part**2
    error = _rounding_variance(base)
    variance: Floats = np.divide(error * squares, total**2, out=np.zeros(zones), where=total > 0)
    return variance


def _rounding_variance(base: float) -> float:
    return max(0.0, base * base - 1) / 6


def rounded_total(places: Floats, *, base: float) -> Floats:
    """Return the variance of a sum of so many rounded counts: n (b² − 1)/6."""
    variance: Floats = places * _rounding_variance(base)
    return variance


def of_coverage(
    pairs: Pairs, log_absent: Floats, demand: Floats, zone: Ints, zones: int, *, standard: float
) -> tuple[Floats, float]:
    """Return the variance of the covered demand of each zone and of all zones together, over the draws.

    Parameters
    ----------
    pairs
        Costs within reach, at least up to the standard.
    log_absent
        Of each facility, from `absent`.
    demand, zone
        P of each row (NaN: suppressed, left out) and the position of its zone, −1 in none.
    """
    none = np.zeros(zones), 0.0
    near = pairs.data <= standard
    row, facility = pairs.rows()[near], pairs.indices[near]
    strength = np.bincount(row, weights=log_absent[facility], minlength=pairs.shape[0])
    people = np.where(np.isnan(demand), 0.0, demand)
    open_ = (strength > 0) & (strength < -math.log(_NEGLIGIBLE)) & (people > 0) & (zone >= 0)
    kept = open_[row]
    row, facility = row[kept], facility[kept]
    if not len(row):
        return none
    number, first, class_zone = _classes(row, facility, zone)
    size = np.bincount(number, weights=people[row[first]], minlength=len(class_zone))
    starts = np.flatnonzero(np.r_[True, np.diff(row) > 0])
    ends = np.append(starts[1:], len(row))
    # One row stands for all rows of its class: those of one zone with the same facilities.
    stands = np.unique(number, return_index=True)[1]
    lengths = (ends - starts)[stands]
    entry = np.repeat(starts[stands] - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    owner, facility = np.repeat(np.arange(len(stands)), lengths), facility[entry]
    loss = np.exp(-strength[row[starts[stands]]])
    weight = size * loss
    by_zone = np.bincount(class_zone, weights=size**2 * (loss - loss**2), minlength=zones)
    whole = float(by_zone.sum())
    for a, b, shared in _overlaps(owner, facility, log_absent, len(stands)):
        cov = 2 * weight[a] * weight[b] * np.expm1(shared)
        whole += float(cov.sum())
        same = class_zone[a] == class_zone[b]
        by_zone += np.bincount(class_zone[a[same]], weights=cov[same], minlength=zones)
    return by_zone.astype(np.float64), whole


def _classes(row: Ints, facility: Ints, zone: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the class of each row that has pairs, the first pair of each row, and the zone of each class.

    Rows of one zone with the same facilities are one class: told by the sum of a 64-bit key a facility.
    """
    first = np.flatnonzero(np.r_[True, np.diff(row) > 0])
    keys = np.bitwise_xor.reduceat(_mixed(facility), first) ^ _mixed(~zone[row[first]])
    _, representative, number = np.unique(keys, return_index=True, return_inverse=True)
    return number.astype(np.intp), first.astype(np.intp), zone[row[first[representative]]]


def _mixed(values: Ints) -> NDArray[np.uint64]:
    """Return a 64-bit key of each number (the finaliser of SplitMix64): unlike for unlike numbers."""
    key = values.astype(np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = key ^ (key >> np.uint64(31))
    return mixed


def _overlaps(
    owner: Ints, facility: Ints, log_absent: Floats, classes: int
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield pairs of classes a < b that share a facility, with Σ −ln p over those that they share."""
    order = np.argsort(facility, kind="stable")
    _, group = np.unique(facility, return_inverse=True)
    size = np.bincount(group)
    begin = np.cumsum(size) - size
    # An entry meets the entries of the same facility that come after it: their classes are higher.
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    after = (begin + size)[group] - place - 1
    ends = np.cumsum(after)
    start = 0
    while start < len(owner):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _TOGETHER, side="right")))
        # whole classes only, so that what two of them share is added up in one go
        while stop < len(owner) and owner[stop] == owner[stop - 1]:
            stop += 1
        part = after[start:stop]
        offset = np.repeat(place[start:stop] + 1 - (np.cumsum(part) - part), part)
        other = owner[order[offset + np.arange(int(part.sum()))]]
        mine = np.repeat(owner[start:stop], part)
        shared = np.repeat(log_absent[facility[start:stop]], part)
        pair, number = np.unique(mine * classes + other, return_inverse=True)
        together = np.bincount(number, weights=shared, minlength=len(pair)).astype(np.float64)
        yield pair // classes, pair % classes, together
        start = stop


def widened(
    value: Floats, lower: Floats, upper: Floats, deviation: Floats, *, most: Floats
) -> tuple[Floats, Floats]:
    """Return an interval that adds a random part to a range of settings: the root of the sum of squares.

    lower = value − √((value − lower)² + (z·σ)²), and so above; cut off at 0 and at the most that is possible.

    Examples
    --------
    >>> widened(*(np.array([x]) for x in (0.5, 0.2, 0.5, 0.4)), most=np.array([1.0]))
    (array([0.]), array([0.9]))
    """
    low = np.maximum(0.0, value - np.hypot(value - lower, deviation))
    high = np.minimum(np.fmax(most, value), value + np.hypot(upper - value, deviation))
    return np.minimum(low, value), np.maximum(high, value)
