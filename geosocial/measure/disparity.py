"""Disparity: whether resources lie where the people are, and where those in need are.

The two scores of the Urban Institute's Spatial Equity Data Tool, with an interval for what is not sure: the
list of facilities is incomplete, census counts are rounded.

Method of the interval. Each draw takes n facilities out of the n listed with replacement (multinomial: the
number of times that one is drawn is 0, 1, 2 …, on average 1). So a draw loses some and doubles others: it
goes both ways, the share of a place is on average what it is in the list, and nothing needs centring. The
interval holds the middle `level` of the draws (percentiles), and is widened where they leave the value out:
lower ≤ value ≤ upper, always. Census counts are drawn again in the same draw where a base is given: a count
that was rounded at random to a multiple of b came from a count less than b away, d away with probability
(b − |d|)/b² (any count being as likely before). A published 0 stays 0, which keeps the draws centred, and so
does a count that is no multiple of b: nobody rounded it.

Limits. Drawing again can never place a facility where the list has none; there the interval reaches as far as
the exact binomial bound, 1 − ((1 − level)/2)^(1/n) of all. A list that misses a whole quarter or kind is not
made good by any of this.

Sources: Urban Institute, Spatial Equity Data Tool documentation; Efron & Tibshirani 1993 (percentiles);
Statistics Canada, random rounding to base 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosocial.errors import N_, InputError
from geosocial.measure.amounts import amounts, numbers
from geosocial.measure.coverage import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class PlaceDisparity:
    """Geographic disparity of each place with its interval: lower ≤ value ≤ upper, NaN where not known."""

    value: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class GroupDisparity:
    """Demographic disparity of one group with its interval: lower ≤ value ≤ upper, NaN where not known."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Draws:
    """How an interval is drawn.

    Parameters
    ----------
    seed
        The same seed gives the same interval, to the last bit.
    draws
        How many draws; 1,000 fix a 95 % interval to about a twentieth of its width.
    level
        Share of the draws in the interval, 0 < level < 1.
    rounding_base
        The base to which census counts were rounded at random (5 in Canada); 0 or 1: they were not.
    """

    seed: int
    draws: int = 1000
    level: float = 0.95
    rounding_base: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError(
                N_("The level of an interval lies between 0 and 1, not at {got}."), got=self.level
            )
        for name in ("seed", "draws", "rounding_base"):
            got = getattr(self, name)
            if int(got) != got or got < (1 if name == "draws" else 0):
                raise InputError(
                    N_("“{name}” must be a whole number from {least} up, not {got}."),
                    name=name,
                    least=1 if name == "draws" else 0,
                    got=got,
                )


def geographic_disparity(resources: ArrayLike, baseline: ArrayLike) -> Floats:
    """Return the geographic disparity of each place: Gₐ = rₐ/Σr − bₐ/Σb.

    Above 0: the place has more of the resources than of the baseline. Scores add up to 0. Both sums run over
    the places where both are known; elsewhere G is NaN. All NaN where Σr or Σb is 0: no share exists.

    Parameters
    ----------
    resources
        (places) rₐ, from 0 up: facilities, dwellings, dollars.
    baseline
        (places) bₐ, from 0 up: the people among whom they should be shared.

    Raises
    ------
    InputError
        When a value is negative, infinite or no number (it is named), or the columns differ in length.

    Examples
    --------
    >>> geographic_disparity([3, 1], [50, 50]).tolist()
    [0.25, -0.25]
    """
    base = amounts("baseline", baseline)
    held = amounts("resources", resources, size=len(base))
    known = ~(np.isnan(held) | np.isnan(base))
    found = np.full(len(base), np.nan)
    found[known] = _shares(held[known]) - _shares(base[known])
    return found


def demographic_disparity(resources: ArrayLike, group: ArrayLike, universe: ArrayLike) -> float:
    """Return the demographic disparity of a group: D_v = Σ rₐvₐ / Σ rₐ − v_city, vₐ = groupₐ / universeₐ.

    v_city = Σ group / Σ universe, over the places where both are known. Above 0: the resources lie where the
    group is over-represented. Resources in a place whose v is not known, or where nobody lives, are left out
    of both sums; `resources_left_out` says how many. NaN where no resource or nobody is left.

    Parameters
    ----------
    resources
        (places) rₐ, from 0 up.
    group, universe
        (places) people of the group, and the people among whom they are counted: the low-income residents,
        the residents.

    Raises
    ------
    InputError
        As in `geographic_disparity`.

    Examples
    --------
    >>> round(demographic_disparity([3, 1], [40, 20], [100, 100]), 3)
    0.05
    """
    heads = amounts("universe", universe)
    some = amounts("group", group, size=len(heads))
    held = amounts("resources", resources, size=len(heads))
    counted = ~(np.isnan(some) | np.isnan(heads))
    found = _demographic(held[None, :], some[None, :], heads[None, :], counted)
    return float(found[0])


def resources_left_out(resources: ArrayLike, group: ArrayLike, universe: ArrayLike) -> float:
    """Return the share of the known resources left out by `demographic_disparity`; NaN where there is none.

    Examples
    --------
    >>> resources_left_out([3, 1], [40, 0], [100, 0])
    0.25
    """
    heads = amounts("universe", universe)
    some = amounts("group", group, size=len(heads))
    held = np.nan_to_num(amounts("resources", resources, size=len(heads)))
    out = np.isnan(some) | ~(heads > 0)
    return float(held[out].sum() / held.sum()) if held.sum() > 0 else float("nan")


def geographic_interval(
    place: ArrayLike, baseline: ArrayLike, *, how: Draws, amount: ArrayLike | None = None
) -> PlaceDisparity:
    """Return the geographic disparity of each place with its interval, from the list of facilities.

    Method and limits at the head of this module.

    Parameters
    ----------
    place
        (facilities) position of the place of each in `baseline`; −1: in none, left out.
    baseline
        (places) as in `geographic_disparity`.
    how
        Draws, level, seed, rounding.
    amount
        (facilities) what each holds, from 0 up; without it each counts 1. NaN: left out.

    Raises
    ------
    InputError
        As in `geographic_disparity`, and when a position lies outside the places.

    Examples
    --------
    >>> found = geographic_interval([0, 0, 0, 1], [50, 50], how=Draws(seed=1))
    >>> [found.lower.tolist(), found.value.tolist(), found.upper.tolist()]
    [[-0.25, -0.5], [0.25, -0.25], [0.5, 0.25]]
    """
    base = amounts("baseline", baseline)
    where, held = _listed(place, amount, ~np.isnan(base))
    value = geographic_disparity(np.bincount(where, weights=held, minlength=len(base)), base)
    known = np.isfinite(value)
    if not known.any():
        return PlaceDisparity(value, value.copy(), value.copy())
    rng = np.random.default_rng(how.seed)
    drawn = _shares(_again(where, held, len(base), how, rng))
    people = np.where(np.isnan(base), 0.0, base)
    part = _shares(_unrounded(people, how, rng))
    lower, upper = _interval(value, drawn - part, how)
    reach = _unseen(len(where), how)
    counts = np.bincount(where, minlength=len(base))
    fair = _shares(people)
    upper = np.where(known & (counts == 0), np.maximum(upper, reach - fair), upper)
    lower = np.where(known & (counts == len(where)), np.minimum(lower, 1 - reach - fair), lower)
    return PlaceDisparity(value, np.where(known, lower, np.nan), np.where(known, upper, np.nan))


def demographic_interval(
    place: ArrayLike,
    group: ArrayLike,
    universe: ArrayLike,
    *,
    how: Draws,
    amount: ArrayLike | None = None,
) -> GroupDisparity:
    """Return the demographic disparity of a group with its interval, from the list of facilities.

    Method and limits at the head of this module. Where all facilities lie in one place, draws cannot differ:
    the interval then reaches as far as if the unseen share of resources lay where v is lowest, or highest.

    Parameters
    ----------
    place, amount, how
        As in `geographic_interval`.
    group, universe
        As in `demographic_disparity`.

    Raises
    ------
    InputError
        As in `geographic_interval`.

    Examples
    --------
    >>> found = demographic_interval([0, 0, 0, 1], [40, 20], [100, 100], how=Draws(seed=1))
    >>> round(found.lower, 2), round(found.value, 2), round(found.upper, 2)
    (-0.05, 0.05, 0.1)
    """
    heads = amounts("universe", universe)
    some = amounts("group", group, size=len(heads))
    counted = ~(np.isnan(some) | np.isnan(heads))
    where, held = _listed(place, amount, counted & (heads > 0))
    value = demographic_disparity(np.bincount(where, weights=held, minlength=len(heads)), some, heads)
    if not np.isfinite(value):
        return GroupDisparity(float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(how.seed)
    # only the places that hold something are drawn: the others weigh nothing
    used, at = np.unique(where, return_inverse=True)
    drawn = _again(at, held, len(used), how, rng)
    members = _unrounded(np.where(counted, some, 0.0), how, rng)
    people = _unrounded(np.where(counted, heads, 0.0), how, rng)
    city = _rate(members.sum(axis=1), people.sum(axis=1))
    there = _there(drawn, members[:, used], people[:, used])
    low, high = _interval(np.array([value]), (there - city)[:, None], how)
    lower, upper = float(low[0]), float(high[0])
    if len(np.unique(where)) == 1:
        reach = _unseen(len(where), how)
        lived = counted & (heads > 0)
        rate = some[lived] / heads[lived]
        here = some[where[0]] / heads[where[0]]
        lower = min(lower, value + reach * float(rate.min() - here))
        upper = max(upper, value + reach * float(rate.max() - here))
    return GroupDisparity(value, lower, upper)


def _shares(column: Floats) -> Floats:
    """Return each value over the sum of its row; NaN where this is 0."""
    total = column.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(column, total, out=np.full(column.shape, np.nan), where=total > 0)
    return shares


def _demographic(held: Floats, some: Floats, heads: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Return D of each draw: one row a draw; NaN where there is no resource or nobody."""
    people = np.where(counted, heads, 0.0)
    members = np.where(counted, some, 0.0)
    found: Floats = _there(held, members, people) - _rate(members.sum(axis=1), people.sum(axis=1))
    return found


def _there(held: Floats, some: Floats, heads: Floats) -> Floats:
    """Return the mean share of the group over the resources, one a draw; nobody lives where heads is 0."""
    lived = (heads > 0) & ~np.isnan(held)
    kept = np.where(lived, held, 0.0)
    share = np.divide(some, heads, out=np.zeros(lived.shape), where=heads > 0)
    return _rate((kept * share).sum(axis=1), kept.sum(axis=1))


def _rate(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, NaN where whole is 0."""
    rate: Floats = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return rate


def _listed(place: ArrayLike, amount: ArrayLike | None, usable: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Return the place and the amount of the facilities that count: in a usable place, holding something."""
    given = numbers("place", place)
    held = np.ones(len(given)) if amount is None else amounts("amount", amount, size=len(given))
    bad = ~((given >= -1) & (given < len(usable)) & (given == np.floor(given)))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_(
                "The place of facility {row} is {got}: it must be a position from 0 to {last} or −1 for none."
            ),
            row=row,
            got=float(given[row]),
            last=len(usable) - 1,
        )
    positions = given.astype(np.intp)
    kept = (positions >= 0) & (held > 0)
    kept[kept] = usable[positions[kept]]
    return positions[kept], held[kept]


def _again(where: Ints, held: Floats, places: int, how: Draws, rng: np.random.Generator) -> Floats:
    """Return the resources of each place in each draw: (draws, places)."""
    found = np.empty((how.draws, places))
    for row in found:
        pick = rng.integers(0, len(where), len(where))
        row[:] = np.bincount(where[pick], weights=held[pick], minlength=places)
    return found


def _unrounded(counts: Floats, how: Draws, rng: np.random.Generator) -> Floats:
    """Return what the counts may have been before rounding: (draws, places), or (1, places) if unrounded."""
    base = how.rounding_base
    if base <= 1:
        return counts[None, :]
    away = np.arange(1 - base, base)
    # Rounding is told by the figure itself: a positive multiple of the base, so that no draw falls below 1.
    rounded = np.flatnonzero((counts > 0) & (counts % base == 0))
    found = np.repeat(counts[None, :], how.draws, axis=0)
    found[:, rounded] += rng.choice(away, size=(how.draws, len(rounded)), p=(base - np.abs(away)) / base**2)
    return found


def _interval(value: Floats, drawn: Floats, how: Draws) -> tuple[Floats, Floats]:
    """Return the middle of the draws, widened to hold the value; a draw without any share is set aside."""
    sound = drawn[np.isfinite(drawn).all(axis=1)]
    if not len(sound):
        return value.copy(), value.copy()
    tail = (1 - how.level) / 2
    low, high = np.quantile(sound, [tail, 1 - tail], axis=0)
    return np.minimum(low, value), np.maximum(high, value)


def _unseen(listed: int, how: Draws) -> float:
    """Return the largest share that can stay unseen in a list of n: 1 − ((1 − level)/2)^(1/n)."""
    return float(1 - ((1 - how.level) / 2) ** (1 / listed))
