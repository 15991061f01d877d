"""Need of small areas: one index out of several columns, and gaps weighted by it.

Two ways. `equity_index` follows the City of Montréal's *Indice d'équité des milieux de vie* (2023): a
principal component within each dimension; its scores in five classes of as many areas each; an area scores 1
in a dimension where it is in the two most vulnerable classes; the index is the sum of the scores, 0 to 6. In
the City's two access dimensions, which rise with access, these are the classes 1 and 2: here every column is
turned by its stated sense, so that a component always rises with need and the vulnerable classes are always
the last ones. What the City's published summary leaves open is a setting: here the first component of the
standardised columns, unrotated; each area counts once, however many live in it; ties share their class.

`weighted_index` is the plain alternative: columns on one scale, added up with stated weights.

Every column has its sense: 1 where more of it is more need, −1 where it is less. An area with an unknown
value (NaN) has no figure in any index that uses the column, and has no part in its component, scale, classes.
A constant column says nothing: its loading is 0, its standard score 0, its position ½ of a scale from 0 to 1.

Sources: Ville de Montréal, Indice d'équité des milieux de vie, Données Québec; Jolliffe 2002, Principal
Component Analysis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial.errors import N_, InputError
from geosocial.measure.amounts import amounts, numbers
from geosocial.measure.coverage import Floats

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

Scale: TypeAlias = Literal["z", "min_max", "rank"]

#: Two scores that differ by no more than this, in standard deviations, are tied: rounding, not need.
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of need.

    Parameters
    ----------
    name
        Its name; the columns of the result begin with it.
    columns
        Its columns and their sense: 1 where more is more need, −1 where more is less need.
    vulnerable
        How many classes, from the most vulnerable one down, score 1.
    weight
        What a score of 1 adds to the index.
    """

    name: str
    columns: Mapping[str, int]
    vulnerable: int = 2
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class EquityIndex:
    """The index of each area, and what each column says in it.

    Attributes
    ----------
    areas
        The caller's index; for each dimension ``<name>_score`` (its component, rises with need),
        ``<name>_class`` (1 least vulnerable) and ``<name>_vulnerable`` (0 or 1); ``need``, the weighted sum;
        ``dimensions_known``. NaN where not known; ``need`` is NaN where any dimension is.
    loadings
        One row a column: dimension, column, sense, loading (after turning by the sense: a negative one works
        against the stated sense), explained (share of the variance in the component).
    """

    areas: pd.DataFrame
    loadings: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Component:
    """A first principal component: (columns) loadings, share of the variance, (rows) scores."""

    loadings: Floats
    explained: float
    scores: Floats


def first_component(values: Floats) -> Component:
    """Return the first principal component of the standardised columns, by singular value decomposition.

    Z = (x − mean)/sd by column, Z = U·S·Vᵀ, scores = Z·v₁, explained = s₁²/Σs². The sign is fixed, Σ v ≥ 0:
    where the loadings add up to 0, the first of the largest is positive. Where the first component is not
    unique (s₁ = s₂, as of uncorrelated columns), v is the mean of the columns projected on all that tie,
    so that no library decides.

    Parameters
    ----------
    values
        (rows × columns) finite numbers. A constant column has loading 0.

    Examples
    --------
    >>> found = first_component(np.array([[1.0, 8.0], [2.0, 6.0], [3.0, 4.0]]) * [1, -1])
    >>> found.loadings.round(4).tolist(), round(found.explained, 4)
    ([0.7071, 0.7071], 1.0)
    """
    z = _standard(values)
    if not z.any():
        return Component(np.zeros(z.shape[1]), float("nan"), np.zeros(len(z)))
    _, s, v = np.linalg.svd(z, full_matrices=False)
    tied = v[s >= s[0] * (1 - TIE)]
    loading = tied.T @ (tied @ np.ones(z.shape[1]))
    length = np.linalg.norm(loading)
    if length <= TIE:
        loading = tied[0]
        largest = int(np.flatnonzero(np.abs(loading) >= np.abs(loading).max() - TIE)[0])
        loading, length = loading * np.sign(loading[largest]), np.linalg.norm(loading)
    loading = np.where(z.any(axis=0), loading / length, 0.0)
    # Summed row by row, in one order: two equal rows have equal scores, to the last bit.
    return Component(loading, float(s[0] ** 2 / (s**2).sum()), (z * loading).sum(axis=1))


def classes(score: Floats, *, count: int = 5) -> Floats:
    """Return the class of each score, 1 to `count`, each with as many areas as can be: ⌊count·p⌋ + 1.

    p = (rank − ½)/n, with the mid-rank for ties (within `TIE`), so that ties share a class; p on the bound
    of two classes belongs to the upper one. NaN has none.

    Examples
    --------
    >>> classes(np.array([5.0, 1.0, 4.0, 2.0, 3.0, np.nan])).tolist()
    [5.0, 1.0, 4.0, 2.0, 3.0, nan]
    """
    found = np.full(len(score), np.nan)
    known = np.flatnonzero(~np.isnan(score))
    position = _position(score[known], tie=TIE)
    # The product is a ratio of whole numbers: what is added only undoes its rounding.
    found[known] = np.minimum(np.floor(count * position + 1e-9), count - 1) + 1
    return found


def equity_index(table: pd.DataFrame, dimensions: Sequence[Dimension], *, count: int = 5) -> EquityIndex:
    """Return the City's equity index of each area: Σ weight · 1[class > count − vulnerable] over dimensions.

    Conventions at the head of this module.

    Parameters
    ----------
    table
        One row an area; the columns of the dimensions are numbers of any unit.
    dimensions
        At least one; each with its columns, their sense, its rule.
    count
        Classes of as many areas each: 5, quintiles.

    Raises
    ------
    InputError
        When a column is not in the table, a value is infinite or no number (named by row and column), or a
        dimension contradicts itself.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"low_income": [5, 10, 20, 30, 40], "libraries": [9, 7, 5, 3, 1]})
    >>> social = Dimension("social", {"low_income": 1})
    >>> access = Dimension("access", {"libraries": -1})
    >>> equity_index(areas, [social, access]).areas["need"].tolist()
    [0.0, 0.0, 0.0, 2.0, 2.0]
    """
    import pandas as pd

    _check(dimensions, count)
    made: dict[str, Floats] = {}
    need, known = np.zeros(len(table)), np.zeros(len(table), dtype=np.int64)
    rows: list[dict[str, object]] = []
    for one in dimensions:
        values = _turned(table, one.columns)
        full = ~np.isnan(values).any(axis=1)
        component = first_component(values[full])
        score = np.full(len(table), np.nan)
        score[full] = component.scores
        level = classes(score, count=count)
        vulnerable = np.where(full, (level > count - one.vulnerable).astype(np.float64), np.nan)
        made |= {
            f"{one.name}_score": score,
            f"{one.name}_class": level,
            f"{one.name}_vulnerable": vulnerable,
        }
        need, known = need + one.weight * vulnerable, known + full
        for (column, sense), loading in zip(one.columns.items(), component.loadings.tolist(), strict=True):
            part = {"loading": loading, "explained": component.explained}
            rows.append({"dimension": one.name, "column": column, "sense": sense, **part})
    areas = pd.DataFrame({**made, "need": need, "dimensions_known": known}, index=table.index)
    return EquityIndex(areas, pd.DataFrame(rows))


def weighted_index(
    table: pd.DataFrame, weights: Mapping[str, float], *, scale: Scale = "z"
) -> pd.Series[float]:
    """Return a plain index of need: Σ |w| · scaled(sign(w)·x) / Σ |w|.

    Scales: ``z`` (x − mean)/sd, around 0; ``min_max`` (x − min)/(max − min), from 0 to 1; ``rank``
    (mid-rank − ½)/n, between 0 and 1. Each area counts once. An area with NaN in a weighing column has NaN;
    the scale of a column is that of all its known values.

    Parameters
    ----------
    table
        One row an area.
    weights
        Of each column; below 0 where more of it is less need. At least one other than 0.
    scale
        How the columns are brought together.

    Returns
    -------
    Series named ``need`` with the index of the table.

    Raises
    ------
    InputError
        When a column is not in the table, a value is infinite or no number, all weights are 0 or one is not
        finite, or the scale has another name.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"low_income": [10, 20, 40], "cars": [300, 200, 100]})
    >>> weighted_index(areas, {"low_income": 1, "cars": -2}, scale="min_max").round(3).tolist()
    [0.0, 0.444, 1.0]
    """
    import pandas as pd

    scales = {"z": _z, "min_max": _min_max, "rank": _position}
    if scale not in scales:
        raise InputError(
            N_("The scale “{got}” is not one of: {expected}."), got=scale, expected=", ".join(scales)
        )
    if not all(np.isfinite(w) for w in weights.values()) or not any(weights.values()):
        raise InputError(N_("The weights of the columns must be numbers, and at least one other than 0."))
    used = {column: w for column, w in weights.items() if w}
    values = _turned(table, {column: int(np.sign(w)) for column, w in used.items()})
    scaled = np.full(values.shape, np.nan)
    for k in range(values.shape[1]):
        known = ~np.isnan(values[:, k])
        scaled[known, k] = scales[scale](values[known, k])
    share = np.abs(np.array(list(used.values())))
    return pd.Series((scaled * share).sum(axis=1) / share.sum(), index=table.index, name="need")


def equity_weights(need: ArrayLike, *, least: float = 1.0, most: float = 2.0) -> Floats:
    """Return a weight of each area from its need: from `least` (the lowest need) in a line up to `most`.

    For any index, z-scores too. NaN stays NaN; all get `least` where the need is the same everywhere.

    Parameters
    ----------
    need
        (areas) an index that rises with need.
    least, most
        0 ≤ least ≤ most: how much a gap counts where need is lowest, and where it is highest.

    Raises
    ------
    InputError
        When the two are no such numbers, or a need is infinite.

    Examples
    --------
    >>> equity_weights([0, 3, 6]).tolist()
    [1.0, 1.5, 2.0]
    """
    if not (np.isfinite([least, most]).all() and 0 <= least <= most):
        raise InputError(
            N_("The bounds {least} and {most} must be two rising numbers."), least=least, most=most
        )
    column = numbers("need", need)
    known = ~np.isnan(column)
    found = np.full(len(column), np.nan)
    spread = np.ptp(column[known]) if known.any() else 0.0
    found[known] = (
        least + (most - least) * (column[known] - column[known].min()) / spread if spread else least
    )
    return found


def equity_weighted_gap(gap: ArrayLike, weight: ArrayLike) -> Floats:
    """Return the gap weighted by need: gapᵢ · wᵢ · Σ gap / Σ (gap · w), the total conserved.

    It moves the city's gap towards the areas in need and neither adds nor removes any: it stays in the gap's
    unit, but is a rank of priority, no longer what is missing there. Both sums run over the areas where gap
    and weight are known; elsewhere NaN. Equal weights change nothing. NaN everywhere when there is a gap
    and no weight on it.

    Parameters
    ----------
    gap
        (areas) from 0 up, in its unit.
    weight
        (areas) from 0 up: `equity_weights`, or an index from 0 up itself.

    Raises
    ------
    InputError
        When a value is negative, infinite or no number (it is named), or the columns differ in length.

    Examples
    --------
    >>> equity_weighted_gap([100, 100, 0], [1, 3, 2]).tolist()
    [50.0, 150.0, 0.0]
    """
    missing = amounts("gap", gap)
    column = amounts("weight", weight, size=len(missing))
    known = ~(np.isnan(missing) | np.isnan(column))
    found = np.full(len(missing), np.nan)
    largest = column[known].max(initial=0.0)
    part = missing[known] * (column[known] / largest if largest > 0 else column[known])
    total, weighted = missing[known].sum(), part.sum()
    if weighted > 0:
        found[known] = part * (total / weighted)
    elif total == 0:
        found[known] = 0.0
    return found


def _check(dimensions: Sequence[Dimension], count: int) -> None:
    """Refuse classes and dimensions that contradict themselves."""
    names = [one.name for one in dimensions]
    if count < 2 or not names or len(set(names)) < len(names):
        raise InputError(N_("An index needs two classes or more, and dimensions of different names."))
    for one in dimensions:
        senses = set(one.columns.values())
        if not senses or not senses <= {1, -1}:
            raise InputError(
                N_("Dimension “{dimension}”: the sense of each column is 1 or −1."), dimension=one.name
            )
        if not (0 < one.vulnerable < count and np.isfinite(one.weight) and one.weight >= 0):
            raise InputError(
                N_("Dimension “{dimension}”: from 1 to {most} classes score, with a weight from 0 up."),
                dimension=one.name,
                most=count - 1,
            )


def _turned(table: pd.DataFrame, senses: Mapping[str, int]) -> Floats:
    """Return (areas × columns) the columns turned so that more is more need."""
    found = np.empty((len(table), len(senses)))
    for k, (column, sense) in enumerate(senses.items()):
        if column not in table.columns:
            raise InputError(
                N_("There is no column “{column}” among: {expected}."),
                column=column,
                expected=", ".join(map(str, table.columns)),
            )
        found[:, k] = sense * numbers(column, table[column])
    return found


def _standard(values: Floats) -> Floats:
    """Return (x − mean)/sd by column, sd over all rows; 0 for a constant column."""
    z = np.zeros(values.shape)
    for k in range(values.shape[1]):
        z[:, k] = _z(values[:, k])
    return z


def _z(column: Floats) -> Floats:
    scaled = _min_max(column)
    spread = scaled.std() if len(scaled) else 0.0
    found: Floats = (scaled - scaled.mean()) / spread if spread > 0 else np.zeros(len(column))
    return found


def _min_max(column: Floats) -> Floats:
    """Return (x − min)/(max − min); ½ for a constant column."""
    spread = np.ptp(column) if len(column) else 0.0
    found: Floats = (column - column.min()) / spread if spread > 0 else np.full(len(column), 0.5)
    return found


def _position(column: Floats, *, tie: float = 0.0) -> Floats:
    """Return (mid-rank − ½)/n: the share of the areas below the middle of those that tie."""
    order = np.argsort(column, kind="stable")
    level: NDArray[np.intp] = np.cumsum(np.diff(column[order], prepend=column[order[:1]]) > tie)
    size = np.bincount(level) if len(level) else np.zeros(0)
    middle = np.cumsum(size) - size / 2
    found = np.empty(len(column))
    found[order] = middle[level] / max(len(column), 1)
    return found
