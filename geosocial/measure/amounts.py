"""Columns of numbers at the door of a measure: what is refused, and where it stands.

NaN (and pandas' NA) is a value that is not known and passes: each measure says what it does with it. What is
no number, infinite or, for amounts, negative is a fault of the input and is refused by name and position,
counted from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.measure.coverage import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def amounts(name: str, values: ArrayLike, *, size: int | None = None) -> Floats:
    """Return a column of amounts, x ≥ 0 or NaN, as float64.

    Parameters
    ----------
    name
        How the message calls the column.
    values
        (n) numbers; a pandas column with NA is taken too.
    size
        How many values there must be.

    Raises
    ------
    InputError
        When a value is no number, negative or infinite (the first is named), or their count is another.

    Examples
    --------
    >>> amounts("people", [3, None, 0]).tolist()
    [3.0, nan, 0.0]
    """
    column = numbers(name, values, size=size)
    bad = np.flatnonzero(column < 0)
    if len(bad):
        raise _refused(name, int(bad[0]), float(column[bad[0]]))
    return column


def numbers(name: str, values: ArrayLike, *, size: int | None = None) -> Floats:
    """Return a column of finite numbers of either sign, or NaN, as float64.

    Parameters and errors as in `amounts`; negative values pass.

    Examples
    --------
    >>> numbers("income", [-3, 5]).tolist()
    [-3.0, 5.0]
    """
    column = _floats(name, values)
    if column.ndim != 1 or (size is not None and len(column) != size):
        raise InputError(
            N_("{name}: {got} values for {expected} places."),
            hint=N_("One value is needed for each."),
            name=name,
            got=column.size,
            expected=column.size if size is None else size,
        )
    bad = np.flatnonzero(np.isinf(column))
    if len(bad):
        raise _refused(name, int(bad[0]), float(column[bad[0]]))
    return column


def _floats(name: str, values: ArrayLike) -> Floats:
    to_numpy = getattr(values, "to_numpy", None)
    try:
        given = to_numpy(dtype=np.float64, na_value=np.nan) if to_numpy else np.asarray(values, np.float64)
    except (TypeError, ValueError):
        for row, one in enumerate(np.asarray(values, dtype=object).ravel()):
            try:
                float(np.nan if one is None else one)
            except (TypeError, ValueError):
                raise _refused(name, row, one) from None
        raise _refused(name, 0, str(values)) from None
    column: Floats = given
    return column


def _refused(name: str, row: int, got: object) -> InputError:
    return InputError(
        N_("{name}: value {row} is {got}, not a number from 0 up."),
        hint=N_("Correct it, or leave it empty where it is not known."),
        name=name,
        row=row,
        got=got,
    )
