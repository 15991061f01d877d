"""The values of a table's columns as plain Python ones, and as the cells of a CSV file."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

#: The date in files that must hold one, when the caller names none: identical input gives identical bytes.
NO_DATE: Final = dt.date(2000, 1, 1)
#: With one of these a spreadsheet takes a text for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def geometry_name(frame: pd.DataFrame) -> str | None:
    """Return the name of the geometry column, None for a table; without importing geopandas for it."""
    name = getattr(frame, "active_geometry_name", None)
    return name if isinstance(name, str) else None


def without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table without its geometry column."""
    name = geometry_name(frame)
    return frame if name is None else frame.drop(columns=name)


def values(column: pd.Series) -> list[Any]:
    """Return plain values: None where there is none; text, bool, int or finite float otherwise."""
    kind = column.dtype.kind
    found = column.tolist()
    if kind in "iub" and not column.hasnans:
        return found
    missing = column.isna().tolist()
    return [None if none else _value(value) for value, none in zip(found, missing, strict=True)]


def _value(value: Any) -> Any:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if isinstance(value, dt.datetime) and value.time() == dt.time() and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def text_column(column: pd.Series) -> pd.Series:
    """Return a column of mixed values as text, None where there is none."""
    import pandas as pd

    texts = [None if v is None else v if isinstance(v, str) else cell(v) for v in values(column)]
    return pd.Series(texts, index=column.index, dtype="str")


def cells(column: pd.Series) -> list[str]:
    """Return the cells of a CSV column."""
    found = values(column)
    if column.dtype.kind == "f":
        return ["" if v is None else cell(v) for v in found]
    return ["" if v is None else harmless(v) if isinstance(v, str) else cell(v) for v in found]


def cell(value: Any) -> str:
    """Return a number or a truth as text: the shortest that reads back as the same number; 12.0 as ``12``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return text.removesuffix(".0") if text != "-0.0" else "0"


def harmless(text: str) -> str:
    """Return `text` with an apostrophe in front where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-73.5"), harmless("- 12 units"), harmless("TOHU")
    ("'=1+1", '-73.5', "'- 12 units", 'TOHU')
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
