"""Inequality of what people have: indices over places, each place weighted by its people.

x is what each person of a place has (accessibility, income, cost), w the people of the place, π = w / Σw
their share, μ = Σ π x the mean. A place with 0 stays in: it is the worst-off. A place whose x or w is not
known (NaN) is left out of all sums; `known_share` says how many of the people remain. All indices of relative
inequality are 0 where everybody has the same, and NaN where nobody has anything (μ = 0).

Splitting a place in two with the same x, and multiplying all w by one number, change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.measure.coverage import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Theil's T as what lies between groups and what lies within them; their sum is the whole."""

    between: float
    within: float


def known_share(x: ArrayLike, weight: ArrayLike) -> float:
    """Return the share of the people, of the places whose people are known, for whom x is known.

    Examples
    --------
    >>> known_share([1.0, float("nan")], [30, 10])
    0.75
    """
    values, people = (np.asarray(v, np.float64) for v in (x, weight))
    counted = ~np.isnan(people)
    total = people[counted].sum()
    return float(people[counted & ~np.isnan(values)].sum() / total) if total > 0 else float("nan")


def gini(x: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the Gini coefficient over x in rising order: G = 1 − Σ πᵢ(L_{i−1} + Lᵢ), L the Lorenz curve.

    Parameters
    ----------
    x
        (n) what each person of a place has, from 0 up; NaN where not known.
    weight
        (n) people of each place; without it each place is one.

    Raises
    ------
    InputError
        When a value or a weight is negative or infinite: the first one is named.

    Examples
    --------
    >>> gini([0, 0, 0, 1]), gini([2, 2])
    (0.75, 0.0)
    """
    values, share = _known(x, weight)
    if not values @ share > 0:
        return float("nan")
    _, curve = _curve(values, share)
    order = np.argsort(values, kind="stable")
    return float(1 - share[order] @ (curve[:-1] + curve[1:]))


def lorenz(x: ArrayLike, weight: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Return the Lorenz curve: cumulative share of the people, from those who have least, and of x.

    Returns
    -------
    (k + 1) shares of people and (k + 1) shares of x, both from 0 to 1; NaN shares of x where nobody has any.

    Examples
    --------
    >>> [side.tolist() for side in lorenz([3, 1], [1, 1])]
    [[0.0, 0.5, 1.0], [0.0, 0.25, 1.0]]
    """
    return _curve(*_known(x, weight))


def theil(x: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return Theil's T = Σ πᵢ (xᵢ/μ) ln(xᵢ/μ), with 0·ln 0 = 0.

    Zero access stays in: dropping it would delete the worst-off. Parameters and errors as in `gini`.

    Examples
    --------
    >>> round(theil([0, 2]), 12) == round(float(np.log(2)), 12)
    True
    """
    values, share = _known(x, weight)
    mean = values @ share
    if not mean > 0:
        return float("nan")
    ratio = values / mean
    return float(share @ _times_log(ratio, ratio))


def theil_decomposition(x: ArrayLike, group: ArrayLike, weight: ArrayLike | None = None) -> Decomposition:
    """Return Theil's T between and within groups: T = Σ_g s_g ln(s_g/π_g) + Σ_g s_g T_g.

    Parameters
    ----------
    x, weight
        As in `gini`.
    group
        (n) group of each place: anything that can be compared.

    Returns
    -------
    Decomposition
        s_g is the share of x, π_g that of the people, T_g the index of the group.

    Examples
    --------
    >>> parts = theil_decomposition([0, 2, 1, 1], ["a", "a", "b", "b"])
    >>> round(parts.between, 12), round(parts.within, 4)
    (0.0, 0.3466)
    """
    values, people = _columns(x, weight)
    groups = np.asarray(group)
    if groups.shape != values.shape:
        raise _lengths(groups.size, values.size)
    kept = _kept(values, people)
    values, people, groups = values[kept], people[kept], groups[kept]
    total, mass = people.sum(), people @ values
    if not mass > 0:
        return Decomposition(float("nan"), float("nan"))
    _, member = np.unique(groups, return_inverse=True)
    heads = np.bincount(member, weights=people) / total
    share = np.bincount(member, weights=people * values) / mass
    between = float(_times_log(share, share / np.where(heads > 0, heads, 1)).sum())
    inner = (theil(values[member == g], people[member == g]) for g in range(len(heads)))
    within = sum(s * t for s, t in zip(share.tolist(), inner, strict=True) if s > 0)
    return Decomposition(between, float(within))


def atkinson(x: ArrayLike, weight: ArrayLike | None = None, *, epsilon: float) -> float:
    """Return the Atkinson index 1 − [Σ πᵢ (xᵢ/μ)^{1−ε}]^{1/(1−ε)}; with ε = 1: 1 − Π xᵢ^{πᵢ}/μ.

    Parameters
    ----------
    x, weight
        As in `gini`.
    epsilon
        ε > 0, the aversion to inequality. From 1 on, one person with nothing makes it 1.

    Examples
    --------
    >>> round(atkinson([1, 3], epsilon=0.5), 6), round(atkinson([1, 4], epsilon=1), 6)
    (0.066987, 0.2)
    """
    if not (np.isfinite(epsilon) and epsilon > 0):
        raise InputError(N_("The aversion to inequality must be a number above 0, not {got}."), got=epsilon)
    values, share = _known(x, weight)
    mean = values @ share
    if not mean > 0:
        return float("nan")
    values, share = values[share > 0], share[share > 0]
    if epsilon >= 1 and (values == 0).any():
        return 1.0
    ratio = values / mean
    if epsilon == 1:
        return float(1 - np.exp(share @ np.log(ratio)))
    return float(1 - (share @ ratio ** (1 - epsilon)) ** (1 / (1 - epsilon)))


def palma(x: ArrayLike, weight: ArrayLike | None = None, *, by: ArrayLike) -> float:
    """Return the Palma ratio: mean x of the richest 10 % of people over that of the poorest 40 %, by income.

    A place at the border of a part belongs to it with the share of its people that is missing there.

    Parameters
    ----------
    x, weight
        As in `gini`.
    by
        (n) income, or need with its sign turned, that orders the places; NaN where not known. Places with the
        same income are taken together.

    Examples
    --------
    >>> palma([1, 1, 1, 1, 2, 2, 2, 2, 2, 3], by=range(10))
    3.0
    """
    values, people, rank = _ranked(x, weight, by)
    total = people.sum()
    if not total > 0:
        return float("nan")
    poor = _mean_of_first(values, people, rank, 0.4 * total)
    rich = _mean_of_first(values, people, -rank, 0.1 * total)
    return float(rich / poor) if poor > 0 else float("nan")


def concentration_index(x: ArrayLike, weight: ArrayLike | None = None, *, by: ArrayLike) -> float:
    """Return the concentration index C = 2 Σ πᵢ (Rᵢ − ½)(xᵢ − μ)/μ: above 0 where the well-off have more.

    R is the fractional rank of the income at mid-point; places with the same income share their rank.
    Parameters as in `palma`.

    Examples
    --------
    >>> concentration_index([0, 1], by=[1, 2]), concentration_index([1, 0], by=[1, 2])
    (0.5, -0.5)
    """
    values, people, rank = _ranked(x, weight, by)
    total = people.sum()
    share = people / total if total > 0 else people
    mean = values @ share
    if not mean > 0:
        return float("nan")
    return float(2 * (share * (_fractional(rank, share) - 0.5)) @ (values - mean) / mean)


def erreygers(
    x: ArrayLike, weight: ArrayLike | None = None, *, by: ArrayLike, least: float, most: float
) -> float:
    """Return Erreygers' index E = C · 4μ / (max − min), for x that lies between two bounds, as a share does.

    Parameters
    ----------
    x, weight, by
        As in `concentration_index`.
    least, most
        The bounds of x itself, not of the sample.

    Examples
    --------
    >>> erreygers([0, 1], by=[1, 2], least=0, most=1)
    1.0
    """
    if not (np.isfinite([least, most]).all() and most > least):
        raise InputError(
            N_("The bounds {least} and {most} must be two rising numbers."), least=least, most=most
        )
    values, people, rank = _ranked(x, weight, by)
    total = people.sum()
    if not total > 0:
        return float("nan")
    share = people / total
    # C·μ, written out: it exists where the mean is 0 too
    return float(8 * (share * (_fractional(rank, share) - 0.5)) @ (values - values @ share) / (most - least))


def fgt(x: ArrayLike, weight: ArrayLike | None = None, *, line: float, alpha: float) -> float:
    """Return the Foster–Greer–Thorbecke index Σ πᵢ [(z − xᵢ)₊ / z]^α over those below the line, x < z.

    α = 0 is the share of the people below the line, 1 their mean shortfall, 2 weighs the worst-off more.

    Examples
    --------
    >>> [fgt([0, 5, 10], line=10, alpha=a) for a in (0, 1)]
    [0.6666666666666666, 0.5]
    """
    if not (np.isfinite(line) and line > 0 and alpha >= 0):
        raise InputError(
            N_("The line must be above 0 and alpha at least 0, not {line} and {alpha}."),
            line=line,
            alpha=alpha,
        )
    values, share = _known(x, weight)
    below = values < line
    return float(share[below] @ ((line - values[below]) / line) ** alpha) if len(values) else float("nan")


def kolm_pollak(cost: ArrayLike, weight: ArrayLike | None = None, *, epsilon: float) -> float:
    """Return the equally distributed equivalent of a cost: −(1/κ) ln(ΣPᵢe^{−κdᵢ}/ΣPᵢ), in the cost's unit.

    κ = ε·α with α = ΣPd/ΣPd² (Kolm–Pollak as used for distances by Sheriff & Maguire 2020 and Logan et al.
    2021). With ε < 0 costs are what is to be avoided, and the equivalent is at least the mean.

    Examples
    --------
    >>> kolm_pollak([500, 500], epsilon=-1), kolm_pollak([0, 1000], epsilon=-1) > 500
    (500.0, True)
    """
    if not (np.isfinite(epsilon) and epsilon < 0):
        raise InputError(N_("For costs the aversion to inequality is below 0, not {got}."), got=epsilon)
    values, share = _known(cost, weight)
    square = share @ values**2
    if not len(values) or not square > 0:
        return float("nan") if not len(values) else 0.0
    kappa = epsilon * (share @ values) / square
    highest = (-kappa * values).max()  # taken out, so that the sum cannot overflow
    return float(-(np.log(share @ np.exp(-kappa * values - highest)) + highest) / kappa)


def _times_log(factor: Floats, ratio: Floats) -> Floats:
    """Return factor · ln(ratio), 0 where the factor is 0."""
    logs = np.log(ratio, out=np.zeros(np.shape(ratio)), where=ratio > 0)
    result: Floats = factor * logs
    return result


def _curve(values: Floats, share: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(values, kind="stable")
    mass = values[order] * share[order]
    total = mass.sum()
    have = np.cumsum(mass) / total if total > 0 else np.full(len(mass), np.nan)
    people = np.cumsum(share[order])
    if len(people):
        people[-1] = 1.0
        have[-1:] = 1.0 if total > 0 else np.nan
    return np.concatenate([[0.0], people]), np.concatenate([[0.0], have])


def _mean_of_first(values: Floats, people: Floats, rank: Floats, count: float) -> float:
    """Return the mean of the first `count` people by rank; those of one rank are taken in proportion."""
    levels, member = np.unique(rank, return_inverse=True)
    heads = np.bincount(member, weights=people, minlength=len(levels))
    before = np.concatenate([[0.0], np.cumsum(heads)[:-1]])
    part = np.clip(count - before, 0.0, heads)
    taken = people * np.divide(part, heads, out=np.zeros(len(heads)), where=heads > 0)[member]
    return float(taken @ values / taken.sum())


def _fractional(rank: Floats, share: Floats) -> Floats:
    """Return the share of the people below the middle of each rank."""
    levels, member = np.unique(rank, return_inverse=True)
    heads = np.bincount(member, weights=share, minlength=len(levels))
    middle: Floats = (np.cumsum(heads) - heads / 2)[member]
    return middle


def _ranked(x: ArrayLike, weight: ArrayLike | None, by: ArrayLike) -> tuple[Floats, Floats, Floats]:
    values, people = _columns(x, weight)
    rank = np.asarray(list(by) if isinstance(by, range) else by, np.float64)
    if rank.shape != values.shape:
        raise _lengths(rank.size, values.size)
    kept = _kept(values, people) & ~np.isnan(rank)
    return values[kept], people[kept], rank[kept]


def _known(x: ArrayLike, weight: ArrayLike | None) -> tuple[Floats, Floats]:
    """Return the known values and the share of the people of each."""
    values, people = _columns(x, weight)
    kept = _kept(values, people)
    values, people = values[kept], people[kept]
    total = people.sum()
    return (values, people / total) if total > 0 else (values[:0], people[:0])


def _kept(values: Floats, people: Floats) -> np.ndarray:
    return ~(np.isnan(values) | np.isnan(people))


def _columns(x: ArrayLike, weight: ArrayLike | None) -> tuple[Floats, Floats]:
    values = np.asarray(x, np.float64)
    people = np.ones(values.shape) if weight is None else np.asarray(weight, np.float64)
    if values.ndim != 1 or people.shape != values.shape:
        raise _lengths(people.size, values.size)
    for name, column in (("x", values), ("weight", people)):
        bad = (column < 0) | np.isinf(column)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InputError(
                N_("{name}: value {row} is {got}, not a number from 0 up."),
                hint=N_("Correct it, or leave it empty where it is not known."),
                name=name,
                row=row,
                got=float(column[row]),
            )
    return values, people


def _lengths(got: int, expected: int) -> InputError:
    return InputError(
        N_("{name}: {got} values for {expected} places."),
        hint=N_("One value is needed for each."),
        name="weight",
        got=got,
        expected=expected,
    )
