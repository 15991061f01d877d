"""Postal codes and forward sortation areas as the address points of a list show them: where, and how far.

A position at the middle of an area is worth as much as the distance within which practically every place of
it lies. The list is a sample of the places: those lie beyond the farthest of its points too, up to twice as
far. A forward sortation area of few points shows neither its middle nor its reach: it places nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

#: Places lie within so many times the distance of the farthest point that is listed.
_BEYOND: Final = 2.0
#: Points from which on a forward sortation area is known well enough to place anything at its middle.
ENOUGH: Final = 10
#: Least reach of a forward sortation area, in metres.
_LEAST_M: Final = 500.0


@dataclass(frozen=True, slots=True)
class Area:
    """The extent of a postal code or forward sortation area, in metres."""

    x: float
    y: float
    #: Distance from the middle within which a place of the area usually is: evidence for or against it.
    reach_m: float
    #: Points that it was derived from; 0 when it was given.
    points: int = 0
    #: Distance within which practically every place is; 0 when it is not known.
    within_m: float = 0.0

    @property
    def precision_m(self) -> float:
        """What a position at the middle is worth."""
        return max(self.reach_m, self.within_m)


def areas_of(x: Floats, y: Floats, codes: pd.Series, share: float) -> dict[str, Area]:
    """Return the area of each code: the median of its points, and how far they reach.

    Parameters
    ----------
    x, y
        (n) positions of the points, in metres.
    codes
        (n) code of each point, ``""`` where it has none.
    share
        Share of the points that lie within `Area.reach_m`: all of a postal code's; of a forward sortation
        area's fewer, times 1.25 and at least 500 m.
    """
    import pandas as pd

    table = pd.DataFrame({"code": codes, "x": x, "y": y})
    table = table[table["code"] != ""]
    middle = table.groupby("code")[["x", "y"]].transform("median")
    table["away"] = np.hypot(table["x"] - middle["x"], table["y"] - middle["y"])
    table["mx"], table["my"] = middle["x"], middle["y"]
    grouped = table.groupby("code").agg(
        x=("mx", "first"),
        y=("my", "first"),
        points=("away", "size"),
        farthest=("away", "max"),
        reach=("away", "max" if share == 1.0 else lambda a: float(np.quantile(a, share))),
    )
    least, margin = (_LEAST_M, 1.25) if share < 1 else (0.0, 1.0)
    columns = (grouped[name].tolist() for name in ("x", "y", "reach", "points", "farthest"))
    return {
        str(code): Area(
            x, y, max(least, margin * reach), int(points), within_m=max(least, _BEYOND * farthest)
        )
        for code, x, y, reach, points, farthest in zip(grouped.index, *columns, strict=True)
    }


def far_from_fsa(x: Floats, y: Floats, codes: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which points lie far outside the forward sortation area of their own postal code."""
    import pandas as pd

    table = pd.DataFrame({"code": codes, "x": x, "y": y})
    middle = table.groupby("code")[["x", "y"]].transform("median")
    away = pd.Series(np.hypot(table["x"] - middle["x"], table["y"] - middle["y"]))
    usual = away.groupby(table["code"]).transform("median")
    return ((table["code"] != "") & (away > 4.0 * usual + 500.0)).to_numpy(dtype=bool)
