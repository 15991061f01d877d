"""People as dots: each dot stands for so many, set where they live, none lost to rounding but the last.

Places are walked through zone by zone, in rows that turn at their ends, and people are added up: whenever the
sum passes the middle of another dot, one is set there. Each zone has its people / `per` dots, rounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What a dot may stand for.
STEPS: Final = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
#: Most dots of a map: more are a grey veil, and a slow one.
MOST: Final = 3_200
#: Height of the rows in which places are walked through.
ROW_M: Final = 1_000.0
#: How far from its place a dot stands at most: the rows of a grid would be read as a pattern of the city.
AWAY_M: Final = 110.0
#: Steps that never come back to where they were, and fill a disc evenly.
_TURN: Final = math.pi * (3 - math.sqrt(5))
_GOLD: Final = (math.sqrt(5) - 1) / 2


def per_dot(total: float, area_km2: float) -> int:
    """Return what a dot stands for, so that no map is veiled: at most `MOST` dots, and 12 on a square km.

    Examples
    --------
    >>> per_dot(1_499_602, 365), per_dot(25_000, 16)
    (500, 200)
    """
    most = max(1.0, min(float(MOST), 12 * area_km2))
    return next((step for step in STEPS if total / step <= most), STEPS[-1])


def dots(places: pd.DataFrame, *, per: int) -> tuple[Floats, Floats]:
    """Return where the dots of `places` stand.

    Parameters
    ----------
    places
        ``zone_id``, ``x``, ``y`` in metres, ``demand``.
    per
        How many a dot stands for.

    Returns
    -------
    x, y
        Of each dot, within `AWAY_M` of the place that it is set at.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"zone_id": ["A", "A"], "x": [0.0, 900.0], "y": 0.0, "demand": [120.0, 90.0]})
    >>> dots(one, per=100)[0].round(-3).tolist()
    [0.0, 1000.0]
    """
    zone = places["zone_id"].to_numpy(dtype=str)
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    row = np.floor(y / ROW_M)
    order = np.lexsort((np.where(row % 2 == 0, x, -x), row, zone))
    people = places["demand"].to_numpy(np.float64)[order]
    ends = np.cumsum(people)
    first = np.flatnonzero(np.r_[True, zone[order][1:] != zone[order][:-1]]) if len(order) else order
    base = np.repeat(np.r_[0.0, ends][first], np.diff(np.r_[first, len(order)]))
    until = np.floor((ends - base) / per + 0.5)
    before = np.floor(np.maximum(ends - people - base, 0.0) / per + 0.5)
    many = np.maximum(until - before, 0).astype(np.intp)
    at = np.repeat(order, many)
    step = np.arange(len(at))
    away, turn = AWAY_M * np.sqrt(step * _GOLD % 1), step * _TURN
    return x[at] + away * np.cos(turn), y[at] + away * np.sin(turn)


def packed(lon_lat: list[list[float]], corner: tuple[float, float]) -> list[int]:
    """Return positions as whole steps of 0.0001° from the one before, the first from `corner`."""
    out, before = [], (round(corner[0] * 1e4), round(corner[1] * 1e4))
    for lon, lat in lon_lat:
        here = (round(lon * 1e4), round(lat * 1e4))
        out += [here[0] - before[0], here[1] - before[1]]
        before = here
    return out
