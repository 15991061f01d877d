"""Permutations of values over places, for the pseudo-p of clusters: seeded, in chunks of bounded memory.

Conditional permutation keeps the value of a place and deals the others to its neighbours. One deal serves
all places: a random order of all n values, from which the place's own is struck out, is a random order of the
n − 1 others; its first k are the neighbours' values. So R orders are drawn, kmax + 1 long, and the lags of
all places with k neighbours of equal weight are one sorted list; with other weights they are one product of
matrices, weights (m × k) by values (k × R). Only where a place meets itself within its first k draws is the
lag worked out again, its own value skipped.

Values are dealt in rising order, not in the order of the rows: the same places in another order get the same
deals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.measure.coverage import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.sparse import csr_array

#: Numbers held at once in one array: 32 MB.
_CELLS = 4_000_000
#: Permutations dealt at once at most.
_DEALT = 4_096
#: Weights of one row that differ by less are equal.
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class _Dealt:
    """What was dealt (R × more than k): places in rising order of the values, and the values."""

    place: Ints
    values: Floats


def exceedances(
    z: Floats, w: csr_array, *, permutations: int, seed: int, rounding: float
) -> tuple[Ints, Ints]:
    """Return how many conditional permutations have a lag at least, and at most, that of each place.

    Parameters
    ----------
    z
        (n) values.
    w
        (n × n) row-standardised weights, nothing on the diagonal.
    rounding
        Lags that differ by less are tied, and counted on both sides.

    Returns
    -------
    (n) and (n) counts; all permutations for a place without a neighbour.

    Examples
    --------
    >>> from geosocial.geo.contiguity import distance_band, row_standardised
    >>> w = row_standardised(distance_band([0, 1, 2, 3], [0, 0, 0, 0], distance_m=1))
    >>> above, below = exceedances(np.arange(4.0), w, permutations=6, seed=1, rounding=1e-9)
    >>> bool((above + below >= 6).all())
    True
    """
    number, degree = len(z), np.diff(w.indptr)
    lag = np.asarray(w @ z)
    order = np.lexsort((degree, lag, z))
    place = np.empty(number, np.intp)
    place[order] = np.arange(number)
    above, below = np.zeros(number, np.int64), np.zeros(number, np.int64)
    groups = [(int(k), np.flatnonzero(degree == k)) for k in np.unique(degree[degree > 0])]
    for drawn in _deals(number, int(degree.max(initial=0)) + 1, permutations, seed):
        dealt = _Dealt(drawn, z[order][drawn])
        for k, members in groups:
            step = max(1, _CELLS // max(len(drawn), k))
            for start in range(0, len(members), step):
                rows = members[start : start + step]
                entries = w.indptr[rows][:, None] + np.arange(k)
                weights = -np.sort(-w.data[entries], axis=1)
                counts = _alike if np.ptp(weights) <= _EQUAL else _unlike
                higher, lower = counts(weights, dealt, place[rows], lag[rows], rounding)
                above[rows] += higher
                below[rows] += lower
    above[degree == 0] = below[degree == 0] = permutations
    return above, below


def _alike(weights: Floats, dealt: _Dealt, place: Ints, lag: Floats, rounding: float) -> tuple[Ints, Ints]:
    """Count for places whose neighbours all weigh the same: what was dealt has one lag for all of them.

    That lag is sorted once and each place looks itself up; only deals with a place's own value are exchanged.
    """
    number, k = weights.shape
    lags = weights[0] @ dealt.values[:, :k].T
    ordered = np.sort(lags)
    above = len(lags) - np.searchsorted(ordered, lag - rounding, side="left")
    below = np.searchsorted(ordered, lag + rounding, side="right")
    row, deal, right = _struck_out(weights, dealt, place)
    low, high = lag[row] - rounding, lag[row] + rounding
    wrong = lags[deal]
    above += _sums(row, (right >= low).astype(np.int64) - (wrong >= low), number)
    below += _sums(row, (right <= high).astype(np.int64) - (wrong <= high), number)
    return above, below


def _unlike(weights: Floats, dealt: _Dealt, place: Ints, lag: Floats, rounding: float) -> tuple[Ints, Ints]:
    """Count for places whose neighbours weigh differently: every place has its own lags."""
    lags = weights @ dealt.values[:, : weights.shape[1]].T
    row, deal, right = _struck_out(weights, dealt, place)
    lags[row, deal] = right
    above = (lags >= lag[:, None] - rounding).sum(axis=1)
    below = (lags <= lag[:, None] + rounding).sum(axis=1)
    return above, below


def _sums(row: Ints, change: Ints, number: int) -> Ints:
    return np.rint(np.bincount(row, weights=change, minlength=number)).astype(np.intp)


def shuffled(z: Floats, w: csr_array, *, permutations: int, seed: int) -> Floats:
    """Return z′Wz for z shuffled over all places, once a permutation.

    Examples
    --------
    >>> from geosocial.geo.contiguity import distance_band
    >>> w = distance_band([0, 1], [0, 0], distance_m=1)
    >>> shuffled(np.array([2.0, 3.0]), w, permutations=2, seed=1).tolist()
    [12.0, 12.0]
    """
    rng = np.random.default_rng(seed)
    found = []
    for size in _chunks(permutations, max(1, _CELLS // max(len(z), 1))):
        dealt = rng.permuted(np.broadcast_to(z, (size, len(z))), axis=1).T
        found.append((dealt * (w @ dealt)).sum(axis=0))
    return np.concatenate(found) if found else np.zeros(0)


def _struck_out(weights: Floats, dealt: _Dealt, place: Ints) -> tuple[Ints, Ints, Floats]:
    """Return the lags of places that were dealt themselves among their first k: row, deal, lag without them.

    Parameters
    ----------
    weights
        (m × k) of the places.
    dealt
        R deals of more than k values.
    place
        (m) the places' own, in rising order.
    """
    k = weights.shape[1]
    owner = np.full(int(max(dealt.place.max(initial=0), place.max(initial=0))) + 1, -1, np.intp)
    owner[place] = np.arange(len(place))
    deal, turn = np.nonzero(owner[dealt.place[:, :k]] >= 0)
    row = owner[dealt.place[deal, turn]]
    turns = np.arange(k)
    taken = turns + (turns >= turn[:, None])
    return row, deal, (weights[row] * dealt.values[deal[:, None], taken]).sum(axis=1)


def _deals(number: int, length: int, permutations: int, seed: int) -> Iterator[Ints]:
    """Yield (size × length) different positions below `number` in each row, every order equally likely."""
    rng = np.random.default_rng(seed)
    sparse = length * length < number
    width = length if sparse else number
    for size in _chunks(permutations, max(1, min(_DEALT, _CELLS // max(width, 1)))):
        if not sparse:
            yield rng.permuted(np.tile(np.arange(number), (size, 1)), axis=1)[:, :length]
            continue
        drawn = rng.integers(number, size=(size, length))
        left = np.arange(size)
        while len(left):  # a row with a repetition is dealt again, whole
            ordered = np.sort(drawn[left], axis=1)
            left = left[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
            drawn[left] = rng.integers(number, size=(len(left), length))
        yield drawn


def _chunks(total: int, most: int) -> Iterator[int]:
    for start in range(0, total, most):
        yield min(most, total - start)
