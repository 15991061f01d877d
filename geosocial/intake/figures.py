"""Turn a column of text into numbers, a million cells at a time, with the same answer as cell by cell.

A cell that is a plain number (``-73.5``), as nearly all are, is read by Arrow; every other one by
`geosocial.intake.columns.number`, which alone decides what it holds. Both round correctly: no digit differs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.intake.columns import number, texts

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

#: What Arrow reads as `number` does: no sign of plus, no exponent; and no more characters than a float holds.
_PLAIN: Final = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)\z"
_LONGEST: Final = 200


def figures(
    column: pd.Series, *, decimal_comma: bool = False
) -> tuple[npt.NDArray[np.float64], dict[int, str]]:
    """Return the number of each cell, NaN where there is none, and the codes of the cells that hold none.

    Parameters
    ----------
    column
        (n) cells of a sheet or layer.
    decimal_comma
        As for `geosocial.intake.columns.number`.

    Returns
    -------
    (n) floats, and position → code; an empty cell is NaN and has no code.

    Examples
    --------
    >>> import pandas as pd
    >>> figures(pd.Series(["1.5", "1 234,5", "", "x"], dtype="str"))
    (array([   1.5, 1234.5,    nan,    nan]), {3: 'bad_number'})
    """
    import pandas as pd

    found = np.full(len(column), math.nan)
    codes: dict[int, str] = {}
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":  # numbers already
        found = column.to_numpy(np.float64, copy=True)
        infinite = np.isinf(found)
        found[infinite] = math.nan
        return found, dict.fromkeys(np.flatnonzero(infinite).tolist(), "bad_number")
    if isinstance(column.dtype, pd.StringDtype) and len(column):
        plain = _plain(column, found)
        rest = np.flatnonzero(~plain)
    else:
        rest = np.arange(len(column))
    known: dict[str, float | str] = {}
    for position, text in zip(rest.tolist(), texts(column.iloc[rest]), strict=True):
        if text not in known:
            known[text] = number(text, decimal_comma=decimal_comma)
        value = known[text]
        if isinstance(value, str):
            codes[position] = value
        else:
            found[position] = value
    return found, codes


def _plain(column: pd.Series, found: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Fill in the plain numbers of a column and return which cells are one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pa.array(column.array, type=pa.large_string())
    fits = pc.less(pc.binary_length(cells), _LONGEST)
    is_plain = pc.fill_null(pc.and_(pc.match_substring_regex(cells, _PLAIN), fits), fill_value=False)
    plain = np.asarray(is_plain, dtype=bool)
    found[plain] = np.asarray(pc.cast(pc.filter(cells, is_plain), pa.float64()))
    return plain
