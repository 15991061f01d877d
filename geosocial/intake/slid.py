"""Rows whose cells have slid by one column: told in one line, not once for each cell out of its place.

In a workbook a cell that was inserted or removed moves those beside it, and no row is longer than the header.
A row that cannot be used is taken for such a one where, from some column on, each of its cells looks like
those of the next column in the rows without a fault, two of them at least words or coordinates, and two do
not look like those of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from geosocial.intake.columns import number
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    from geosocial.intake.faults import Faults
    from geosocial.intake.source import Source

#: Columns whose cells can be told from others, by their key: words, amounts, coordinates.
WORDS: Final = ("sphere", "kind", "status", "legal_form", "direction")
AMOUNTS: Final = ("count", "capacity")
PLACES: Final = ("latitude", "longitude", "x", "y")
KEYS: Final = (*WORDS, *AMOUNTS, *PLACES)
#: The faults of a row that are told alone.
ALONE: Final = ("long_row", "slid_right", "slid_left")
#: Rows that are looked at, and cells that must fit in their new places.
_MOST: Final = 1_000
_FEWEST: Final = 2
#: How far beyond the others a coordinate may lie, as a share of it, where they all are in one place.
_NEAR: Final = 0.01

_Fits = Callable[[str], bool]


def note_slid(source: Source, columns: Mapping[str, str], faults: Faults) -> None:
    """Gather the faults of each row that has slid into one.

    Parameters
    ----------
    source
        A list as it was read.
    columns
        Key of `WORDS`, `AMOUNTS` or `PLACES` → header; others, and constants, are passed over.
    faults
        Its faults; what became of the row stays.
    """
    headers = [str(name) for name in source.table.columns]
    where = {headers.index(h): key for key, h in columns.items() if h in headers and key in KEYS}
    if len(where) < _FEWEST or source.layer is not None:
        return
    rejected = faults.positions("rejected")
    lost = sorted((rejected | faults.positions("unlocated")) - set(source.long))[:_MOST]
    if not lost:
        return
    table = [source.columns.text(name) for name in headers]
    unsound = rejected | set(lost)
    sound = [i for i in range(len(source.rows)) if i not in unsound]
    fits = {at: _fits(key, [table[at][i] for i in sound]) for at, key in where.items()}
    telling = {at for at, key in where.items() if key not in AMOUNTS}  # any number can be an amount
    for position in lost:
        cells = [column[position] for column in table]
        found = _slid(cells, fits, telling)
        if found is not None:
            code, at = found
            faults.alone(
                position, code, "rejected" if position in rejected else "unlocated", column=headers[at]
            )


def _fits(key: str, known: Sequence[str]) -> _Fits:
    """Return what tells whether a cell looks like those of a column in the rows without a fault."""
    if key in WORDS:
        words = {fold(cell) for cell in known if cell}
        return lambda cell: fold(cell) in words
    comma = key in PLACES
    values = [value for cell in known if not math.isnan(value := _value(cell, comma=comma))]
    if not values:
        return frozenset[str]().__contains__
    low, high = min(values), max(values)
    far = math.inf if key in AMOUNTS else max(high - low, _NEAR * abs(low))
    return lambda cell: max(low - far, -math.inf if comma else 0) <= _value(cell, comma=comma) <= high + far


def _value(cell: str, *, comma: bool) -> float:
    value = number(cell, decimal_comma=comma)
    return value if isinstance(value, float) else math.nan


def _slid(cells: Sequence[str], fits: Mapping[int, _Fits], telling: set[int]) -> tuple[str, int] | None:
    """Return to which side a row has slid, and from which column on; None where it has not."""
    out = [at for at, fit in fits.items() if cells[at] and not fit(cells[at])]
    if len(out) < _FEWEST:
        return None
    best, found = _FEWEST - 1, None
    for start in range(min(out), -1, -1):
        # an inserted cell stands at the start; one that was removed stood there
        for step, code, first in ((1, "slid_right", start), (-1, "slid_left", start + 1)):
            moved = [at for at in fits if at >= first and 0 <= at + step < len(cells) and cells[at + step]]
            stayed = [at for at in fits if at < start and cells[at]]
            well = all(fits[at](cells[at + step]) for at in moved) and all(
                fits[at](cells[at]) for at in stayed
            )
            told = len(telling.intersection(moved))
            if well and told > best:
                best, found = told, (code, start)
    return found
