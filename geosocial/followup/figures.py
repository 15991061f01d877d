"""A figure of the directions as a row of `geosocial.tables.DIRECTIONS`, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.followup.registry import FIGURES
from geosocial.tables.contract import typed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.study import Study


@dataclass(slots=True)
class Sheet:
    """The figures of one topic, row by row, in the order in which they are added."""

    topic: str
    #: Every figure of it rests on something invented.
    example: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        indicator: str,
        value: float,
        *,
        zone: str = "",
        sphere: str = "",
        group: tuple[str, str] = ("", ""),
        records: int = 0,
        status: str = "ok",
        unit: str = "",
        lower: float = math.nan,
        upper: float = math.nan,
    ) -> None:
        """Add a figure; one that is missing has no value, whatever is given."""
        self.rows.append(
            {
                "topic": self.topic,
                "indicator": indicator,
                "zone_id": zone,
                "sphere": sphere,
                "dimension": group[0],
                "group": group[1],
                "value": math.nan if status == "missing" else value,
                "unit": unit or FIGURES[indicator].unit,
                "lower": lower,
                "upper": upper,
                "records": records,
                "status": status,
                "example": self.example,
            }
        )


def table(sheets: Iterable[Sheet]) -> pd.DataFrame:
    """Return the figures of several topics as `geosocial.tables.DIRECTIONS`."""
    import pandas as pd

    told = [row for sheet in sheets for row in sheet.rows]
    return typed(pd.DataFrame(told, columns=list(tables.DIRECTIONS.columns)), tables.DIRECTIONS)


def complete(study: Study, lists: Iterable[str], zone_kinds: Iterable[str]) -> NDArray[np.bool_]:
    """Return, for each zone by its kind, whether one of the lists says that it is complete there."""
    kinds = list(zone_kinds)
    asked = [spec.complete for spec in study.places if spec.key in set(lists)]
    return np.array(
        [any(kind in said if isinstance(said, tuple) else said for said in asked) for kind in kinds],
        dtype=bool,
    )


def counted(records: int, *, closed: bool) -> str:
    """Return what may be said of a count: the silence of a list that is not complete says nothing.

    Examples
    --------
    >>> counted(0, closed=False), counted(0, closed=True), counted(3, closed=False)
    ('missing', 'ok', 'low_confidence')
    """
    if closed:
        return "ok"
    return "low_confidence" if records else "missing"


def share(part: float, whole: float) -> float:
    """Return part / whole; NaN where there is no whole."""
    return part / whole if whole > 0 else math.nan
