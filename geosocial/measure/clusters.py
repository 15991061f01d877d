"""Clusters: whether near places are alike, and where; over a sparse matrix of neighbours, no geometry.

x is what each place has, w who its neighbours are (from `geosocial.geo.contiguity`). Weights are
row-standardised *here*, after what is missing is left out: a place whose x is NaN is nobody's neighbour, and
the weights of the others sum to 1 again. An island (no neighbour, or none that is known) counts in the mean
of x; its local figures are NaN, it is labelled, and it is never significant. A constant x has no clusters:
every figure is NaN, and `reason` says why.

Pseudo-p. R permutations are drawn from a seed: the same seed gives the same p = (M + 1)/(R + 1), M the
permutations at least as far out as the observed figure on its side (``directed``); by default twice that, at
most 1, since both high and low figures are reported (``two-sided``). What differs by rounding is a tie, and
counts as far out.

Power. A test over 19 zones, each with a handful of neighbours, has little: it finds but the coarsest
pattern, and what it finds rests on how the zones are drawn. Run these on small areas (thousands), and do not
read the absence of clusters over a few zones as evidence of evenness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.contiguity import row_standardised
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.permutations import exceedances, shuffled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array

Alternative = Literal["two-sided", "directed"]
#: What a place is among its neighbours; high is above the mean. The last two have no local figure.
QUADRANTS: Final = ("high_high", "low_low", "high_low", "low_high", "island", "missing")
#: In standard deviations: what differs by less is the same.
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Moran:
    """Moran's I of a whole.

    Attributes
    ----------
    i
        (n/ΣW) · z′Wz / z′z; NaN where there is none.
    expected
        −1/(n − 1): its mean where x is shuffled over the places.
    variance, z
        Its variance under randomisation (Cliff & Ord 1981), and (i − expected)/√variance.
    p
        Pseudo-p of the permutations; NaN without any.
    permutations, n, islands
        Permutations drawn; places whose x is known; those of them without a neighbour.
    reason
        Why i is NaN: ``few`` (fewer than 4 known places), ``constant``, ``no_neighbours``; ``""`` where it
        is not.
    """

    i: float
    expected: float
    variance: float
    z: float
    p: float
    permutations: int
    n: int
    islands: int
    reason: str


@dataclass(frozen=True, slots=True)
class LocalMoran:
    """The local Moran of each place.

    Attributes
    ----------
    i
        (n) Iᵢ = (n − 1) · zᵢ · Σⱼ wᵢⱼ zⱼ / Σ z²; NaN for an island or a missing place.
    p
        (n) pseudo-p, of conditional permutations: xᵢ stays, its neighbours are drawn among all other places.
    quadrant
        (n) one of `QUADRANTS`: the place, then its neighbours' mean; high is above the mean of all.
    reason
        As in `Moran`; ``""`` where there are figures.
    """

    i: Floats
    p: Floats
    quadrant: NDArray[np.object_]
    reason: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """The known places: their rows, x as standard scores, weights among them, which are islands."""

    rows: Ints
    z: Floats
    w: csr_array
    island: NDArray[np.bool_]
    reason: str


def moran(
    x: ArrayLike, w: csr_array, *, permutations: int = 999, seed: int, alternative: Alternative = "two-sided"
) -> Moran:
    """Return Moran's I: I = (n/ΣW) · z′Wz / z′z, z = x − mean, W row-standardised.

    Parameters
    ----------
    x
        (n) what each place has; NaN where not known.
    w
        (n × n) weights from 0 up, nothing on the diagonal.
    permutations, seed
        How often x is shuffled over the places, and from which seed.
    alternative
        See the module.

    Raises
    ------
    InputError
        When a value is infinite, a weight negative or not finite, a place its own neighbour, a shape wrong.
    StudyError
        When the number of permutations is negative.

    Examples
    --------
    >>> from geosocial.geo.contiguity import distance_band
    >>> w = distance_band([0, 1, 2, 3], [0, 0, 0, 0], distance_m=1)
    >>> found = moran([1, 1, 5, 5], w, permutations=0, seed=1)
    >>> found.i, round(found.expected, 3)
    (0.5, -0.333)
    """
    ready = _ready(x, w, permutations)
    number, alone = len(ready.z), int(ready.island.sum())
    nan = float("nan")
    if ready.reason:
        return Moran(nan, nan, nan, nan, nan, permutations, number, alone, ready.reason)
    total = float(number - alone)
    square = float(ready.z @ ready.z)
    observed = float(number / total * (ready.z @ (ready.w @ ready.z)) / square)
    expected = -1 / (number - 1)
    variance = _variance(ready)
    p = nan
    if permutations:
        products = shuffled(ready.z, ready.w, permutations=permutations, seed=seed)
        drawn = products * number / total / square
        above = int((drawn >= observed - _ROUNDING).sum())
        below = int((drawn <= observed + _ROUNDING).sum())
        p = float(_pseudo_p(np.array([above]), np.array([below]), permutations, alternative)[0])
    z = (observed - expected) / float(np.sqrt(variance)) if variance > 0 else nan
    return Moran(observed, expected, variance, z, p, permutations, number, alone, "")


def local_moran(
    x: ArrayLike, w: csr_array, *, permutations: int = 999, seed: int, alternative: Alternative = "two-sided"
) -> LocalMoran:
    """Return the local Moran of each place: Iᵢ = (n − 1) · zᵢ · Σⱼ wᵢⱼ zⱼ / Σ z² (Anselin 1995).

    Parameters and errors as in `moran`. The permutations are drawn once for all places, over the ordered
    values: the order of the rows changes no figure, except between places that are equal in everything.

    Examples
    --------
    >>> from geosocial.geo.contiguity import distance_band
    >>> w = distance_band([0, 1, 2, 3, 9], [0, 0, 0, 0, 0], distance_m=1)
    >>> found = local_moran([1, 1, 5, 5, float("nan")], w, permutations=99, seed=1)
    >>> found.i.tolist(), found.quadrant.tolist()
    ([0.75, 0.0, 0.0, 0.75, nan], ['low_low', 'low_low', 'high_low', 'high_high', 'missing'])
    """
    ready = _ready(x, w, permutations)
    size = w.shape[0]
    figures, p = np.full(size, np.nan), np.full(size, np.nan)
    quadrant = np.full(size, "missing", dtype=object)
    quadrant[ready.rows[ready.island]] = "island"
    if ready.reason:
        return LocalMoran(figures, p, quadrant, ready.reason)
    z, met = ready.z, np.flatnonzero(~ready.island)
    rows = ready.rows[met]
    lag = np.asarray(ready.w @ z)
    figures[rows] = (len(z) - 1) * z[met] * lag[met] / (z @ z) + 0.0  # no −0
    high, among = z[met] > _ROUNDING, lag[met] > _ROUNDING
    names = np.array([["low_low", "low_high"], ["high_low", "high_high"]], dtype=object)
    quadrant[rows] = names[high.astype(int), among.astype(int)]
    if permutations:
        # Iᵢ rises with the lag where zᵢ > 0 and falls where zᵢ < 0: the tails change places, no more.
        above, below = exceedances(z, ready.w, permutations=permutations, seed=seed, rounding=_ROUNDING)
        p[rows] = _pseudo_p(above[met], below[met], permutations, alternative)
    return LocalMoran(figures, p, quadrant, "")


def getis_ord_star(x: ArrayLike, w: csr_array) -> Floats:
    """Return Gi* of each place as a z-score (Ord & Getis 1995): binary weights, with the place itself.

    Gi* = (Σⱼ wᵢⱼ xⱼ − x̄ Wᵢ) / (S · √((n Wᵢ − Wᵢ²)/(n − 1))), wᵢⱼ = 1 for the place itself and each neighbour,
    Wᵢ = Σⱼ wᵢⱼ, S² = Σ x²/n − x̄². Above 0 around high values, below 0 around low ones. Whatever weights are
    given, a neighbour counts once. Its conditional permutations order it as the sum of its neighbours: with
    equal weights its pseudo-p is that of `local_moran`.

    Returns
    -------
    (n) z-scores; NaN for an island, a missing place, one that has all others as neighbours, and for all
    places where `moran` would give a reason.

    Examples
    --------
    >>> from geosocial.geo.contiguity import distance_band
    >>> w = distance_band([0, 1, 2, 3], [0, 0, 0, 0], distance_m=1)
    >>> getis_ord_star([1, 1, 5, 5], w).round(3).tolist()
    [-1.732, -1.0, 1.0, 1.732]
    """
    ready = _ready(x, w, 0)
    found = np.full(w.shape[0], np.nan)
    if ready.reason:
        return found
    number = len(ready.z)
    joined = ready.w.copy()
    joined.data[:] = 1.0
    total = np.diff(joined.indptr) + 1.0
    spread = (number * total - total**2) / (number - 1)
    near = np.asarray(joined @ ready.z) + ready.z
    said = ~ready.island & (spread > 0)
    # z is a standard score: its mean is 0 and S = 1.
    found[ready.rows[said]] = near[said] / np.sqrt(spread[said])
    return found


def false_discovery_rate(p: ArrayLike) -> Floats:
    """Return the q-value of each p by Benjamini and Hochberg (1995): min over p₍ₖ₎ ≥ p of m·p₍ₖ₎/k, ≤ 1.

    Calling significant what has q ≤ level keeps the expected share of false discoveries at or below the
    level, for tests that are independent or, as those of neighbours, positively dependent.

    Parameters
    ----------
    p
        (n) p-values; NaN is no test: it stays NaN and counts in nothing.

    Raises
    ------
    InputError
        When a value is not between 0 and 1: the first one is named.

    Examples
    --------
    >>> false_discovery_rate([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    values = np.asarray(p, np.float64)
    bad = (values < 0) | (values > 1)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_("Row {row}: a p-value of “{got}” is not between 0 and 1."), row=row, got=values[row]
        )
    q = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    ratio = values[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(ratio[::-1])[::-1], 1.0)
    return q


def _pseudo_p(above: Ints, below: Ints, permutations: int, alternative: Alternative) -> Floats:
    one: Floats = (np.minimum(above, below) + 1) / (permutations + 1)
    return one if alternative == "directed" else np.minimum(2 * one, 1.0)


def _variance(ready: _Ready) -> float:
    """Return the variance of I under randomisation; NaN for fewer than 4 places."""
    n, z, w = float(len(ready.z)), ready.z, ready.w
    s0 = float(w.sum())
    both = w + w.T
    s1 = float((both.multiply(both)).sum()) / 2
    sums = np.asarray(w.sum(axis=1)).ravel() + np.asarray(w.sum(axis=0)).ravel()
    s2 = float(sums @ sums)
    kurtosis = float(n * (z**4).sum() / (z @ z) ** 2)
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    mean_square = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return mean_square - 1 / (n - 1) ** 2


def _ready(x: ArrayLike, w: csr_array, permutations: int) -> _Ready:
    """Return the known places, or the reason why there is nothing to say; arguments checked."""
    values, weights = np.asarray(x, np.float64), _checked(x, w, permutations)
    rows = np.flatnonzero(~np.isnan(values))
    if len(rows) < len(values):
        weights = weights[rows][:, rows]
    known = values[rows]
    island = np.diff(weights.indptr) == 0
    reason = ""
    if len(known) < 4:
        reason = "few"
    elif np.ptp(known) <= 1e-12 * np.abs(known).max():
        reason = "constant"
    elif island.all():
        reason = "no_neighbours"
    if not reason:
        known = known - known.mean()
        known = known / np.sqrt(known @ known / len(known))
        weights = row_standardised(weights)
    return _Ready(rows.astype(np.intp), known, weights, island, reason)


def _checked(x: ArrayLike, w: csr_array, permutations: int) -> csr_array:
    values = np.asarray(x, np.float64)
    if values.ndim != 1 or w.shape != (len(values), len(values)):
        raise InputError(
            N_("x {x} and weights {w}: these shapes do not match."),
            hint=N_("Give one value a place, and weights of every place with every place."),
            x=values.shape,
            w=w.shape,
        )
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise InputError(N_("Row {row}: “{got}” is not a finite number."), row=row, got=values[row])
    weights = w.copy()
    weights.sum_duplicates()
    weights.eliminate_zeros()
    owner = np.repeat(np.arange(len(values)), np.diff(weights.indptr))
    bad = ~(np.isfinite(weights.data) & (weights.data > 0)) | (owner == weights.indices)
    if bad.any():
        raise InputError(
            N_("Row {row}: a weight is negative, not finite, or of the place with itself."),
            hint=N_("A weight is a number above 0 between two different places."),
            row=int(owner[bad][0]),
        )
    if permutations < 0:
        raise StudyError(N_("The number of permutations must be 0 or more."))
    return weights
