"""Gaps against a norm, in units and in share; who may be judged; who is least served.

A surplus in one zone never fills the gap of another: gaps are cut off at zero before they are added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geosocial.measure.coverage import Floats

#: Two gap shares that differ by no more than this are tied: rounding of sums, not a difference between zones.
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap of each zone in units, and what is due to it."""

    gap: Floats
    due: Floats


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rank of each zone (NaN: none), how many zones share it (0: none), and how many are ranked."""

    rank: Floats
    tied: NDArray[np.int64]
    ranked: int


def coverage_gap(covered: Floats, demand: Floats, *, norm: float) -> Gap:
    """Return the demand that should be covered and is not: gap = max(0, norm·D − covered).

    With norm = 1, this is the demand beyond the standard.

    Parameters
    ----------
    covered, demand
        Of each zone, in the same unit; NaN where unknown.
    norm
        Share of the demand that is due within the standard, 0 < norm ≤ 1.

    Examples
    --------
    >>> coverage_gap(np.array([30.0, 90.0]), np.array([100.0, 100.0]), norm=0.8).gap
    array([50.,  0.])
    """
    return Gap(gap=np.maximum(0.0, norm * demand - covered), due=norm * demand)


def city_ratio(supply: Floats, demand: Floats, *, per: float) -> float:
    """Return the ratio of the study as a whole: per · Σ S / Σ D, over the zones in which both are known.

    NaN when their demand is zero.

    Examples
    --------
    >>> city_ratio(np.array([3.0, np.nan, 1.0]), np.array([50.0, 900.0, 50.0]), per=100)
    4.0
    """
    known = ~(np.isnan(supply) | np.isnan(demand))
    total = float(demand[known].sum())
    return per * float(supply[known].sum()) / total if total > 0 else float("nan")


def ratio_gap(supply: Floats, demand: Floats, *, norm: float | Literal["city"], per: float) -> Gap:
    """Return the supply that is due and missing: gap = max(0, norm/per·D − S).

    Parameters
    ----------
    supply, demand
        S and D of each zone; NaN where unknown.
    norm
        Supply due per `per` units of demand, or ``"city"``: the ratio of the study as a whole (`city_ratio`).
    per
        Units of demand that the norm speaks of: 100 households.

    Examples
    --------
    >>> ratio_gap(np.array([1.0, 9.0]), np.array([100.0, 100.0]), norm="city", per=100).gap
    array([4., 0.])
    """
    level = city_ratio(supply, demand, per=per) if norm == "city" else norm
    due = np.where(np.isnan(supply), np.nan, level * demand / per)
    return Gap(gap=np.maximum(0.0, due - supply), due=due)


def status(
    *,
    known: NDArray[np.bool_],
    sayable: NDArray[np.bool_],
    value: Floats,
    care: NDArray[np.bool_] | None = None,
) -> NDArray[np.object_]:
    """Return what may be said: missing where not known, cannot_say where not sayable or NaN, else ok.

    Where `care` asks for it, low_confidence instead of ok.
    """
    well = "ok" if care is None else np.where(care, "low_confidence", "ok")
    said = np.where(sayable & ~np.isnan(value), well, "cannot_say")
    return np.where(known, said, "missing").astype(object)


def said(status: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return where a figure is said, with care or without: such zones are ranked."""
    found: NDArray[np.bool_] = (status == "ok") | (status == "low_confidence")
    return found


def across(lower: Floats, upper: Floats, line: float) -> NDArray[np.bool_]:
    """Return whether an interval reaches both sides of a line: lower < line < upper, rounding apart.

    Examples
    --------
    >>> across(np.array([0.2, 0.5, np.nan]), np.array([0.6, 0.6, np.nan]), 0.5)
    array([ True, False, False])
    """
    slack = TIE * max(1.0, abs(line))
    found: NDArray[np.bool_] = (lower < line - slack) & (upper > line + slack)
    return found


def rank_rows(short: Floats, *, among: NDArray[np.bool_]) -> Floats:
    """Return the ranks of many rows of gaps at once, as `ranks` gives them row by row.

    Parameters
    ----------
    short, among
        (rows × zones) how much each zone lacks; which zones are ranked in each row.

    Examples
    --------
    >>> rank_rows(np.array([[0.2, 0.7, 0.2, 0.9]]), among=np.array([[True, True, True, False]]))
    array([[ 2.,  1.,  2., nan]])
    """
    key = np.where(among, -short, np.inf)
    order = np.argsort(key, axis=1, kind="stable")
    ordered = np.take_along_axis(np.where(among, -short, np.finfo(np.float64).max), order, axis=1)
    place = np.broadcast_to(np.arange(short.shape[1]), short.shape)
    starts = np.zeros(short.shape, dtype=np.intp)
    starts[:, 1:] = np.where(np.diff(ordered, axis=1) > TIE, place[:, 1:], 0)
    rank = np.empty(short.shape)
    np.put_along_axis(rank, order, np.maximum.accumulate(starts, axis=1) + 1.0, axis=1)
    return np.where(among, rank, np.nan)


def ranks(gap_share: Floats, *, among: NDArray[np.bool_]) -> Ranks:
    """Return the rank of each zone: 1 is the largest gap in share, the least served.

    Ties (within `TIE` of the next) share the lowest rank; the rank after a tie of two is two further (1, 2,
    2, 4).

    Parameters
    ----------
    gap_share
        Gap of each zone as a share.
    among
        Which zones are ranked: those of which something may be said.

    Examples
    --------
    >>> ranks(np.array([0.2, 0.7, 0.2, 0.9]), among=np.array([True, True, True, False])).rank
    array([ 2.,  1.,  2., nan])
    """
    rank = np.full(len(gap_share), np.nan)
    tied = np.zeros(len(gap_share), dtype=np.int64)
    chosen = np.flatnonzero(among)
    order = chosen[np.argsort(-gap_share[chosen], kind="stable")]
    if len(order):
        starts = np.flatnonzero(np.r_[True, -np.diff(gap_share[order]) > TIE])
        sizes = np.diff(np.r_[starts, len(order)])
        rank[order] = np.repeat(starts + 1, sizes)
        tied[order] = np.repeat(sizes, sizes)
    return Ranks(rank, tied, len(order))
