"""Tell the header of a sheet from the titles above it, a total from a record, and how decimals are written.

People put a title above their table, often in merged cells, and a total below it. Neither is a record, and
neither vanishes: the sheet says in which rows they stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import islice
from statistics import median
from typing import Final

from geosocial.vocabulary import fold

Row = tuple[int, Sequence[str]]

#: How many rows are looked at for the header.
_DEEPEST: Final = 40
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_POINT: Final = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009%$")
_TOTALS: Final = frozenset(
    """total|totaux|total general|totaux generaux|grand total|sous total|sous totaux|subtotal|sub total|
    total global|somme|sum|overall total|total overall""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
#: Nothing longer, and nothing that begins otherwise, needs to be folded to be told from these words.
_LONGEST: Final = 20
_INITIALS: Final = frozenset(word[0] for word in _TOTALS)


def header_at(rows: Sequence[Row]) -> int:
    """Return the position of the header among the rows with content: 0, unless titles stand above it.

    Titles are rows of one cell, or of less than half the cells of the header, above a row that fills at
    least half the usual width of the rows below it with different words and no number. Where that is not
    so, the first row is the header.

    Examples
    --------
    >>> header_at([(1, ["Liste des projets", "", ""]), (3, ["nom", "lat", "lon"]), (4, ["A", "45", "-73"])])
    1
    >>> header_at([(1, ["nom"]), (2, ["A"])])
    0
    """
    first = [_filled(cells) for _, cells in islice(rows, _DEEPEST)]
    if not first:
        return 0
    for position, words in enumerate(first):
        if position and not all(len(w) == 1 or 2 * len(w) < len(words) for w in first[:position]):
            return 0
        if len(words) < 2:
            continue
        below = [len(w) for w in first[position + 1 :]]
        if not below and position:
            return 0
        if below and 2 * len(words) < median(below):
            continue
        if position and (len(set(words)) < len(words) or any(is_number(w) for w in words)):
            return 0
        return position
    return 0


def _filled(cells: Sequence[str]) -> list[str]:
    return [word for cell in cells if (word := cell.strip())]


def is_number(text: str) -> bool:
    """Return whether a cell holds a number, however it is written: ``1 234,5``, ``12 %``, ``-73.5``."""
    return _NUMBER.fullmatch(text.translate(_SPACES)) is not None


def _value(text: str) -> float:
    plain = text.translate(_SPACES).replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else math.nan


def totals(rows: Sequence[Row]) -> list[int]:
    """Return the positions of the rows that sum up the others and are no records.

    Such a row begins with a word for a total; its other cells are empty or numbers; and one of these is the
    sum of the cells above it, or each is at least as large as all above it. An enterprise named “Total”,
    with a position and an address, is none.

    Examples
    --------
    >>> totals([(2, ["A", "3"]), (3, ["B", "4"]), (4, ["Total", "7"])])
    [2]
    >>> totals([(2, ["A", "45.4"]), (3, ["Total", "45.5"])])
    [1]
    >>> totals([(2, ["A", "45.4", "-73.2"]), (3, ["Total", "45.5", "-73.1"])])
    []
    """
    found: list[int] = []
    for position, (_, cells) in enumerate(rows):
        first = next((cell for cell in cells if cell.strip()), "")
        if len(first) > _LONGEST or first.lstrip()[:1].lower() not in _INITIALS:
            continue
        if fold(first).rstrip(": ") not in _TOTALS:
            continue
        if _sums_up(rows, position, set(found)):
            found.append(position)
    return found


def _sums_up(rows: Sequence[Row], position: int, others: set[int]) -> bool:
    cells = rows[position][1]
    at = next(i for i, cell in enumerate(cells) if cell.strip())
    figures = {i: cell for i, cell in enumerate(cells) if i > at and cell.strip()}
    if not position or not all(is_number(cell) for cell in figures.values()):
        return False
    largest = []
    for column, cell in figures.items():
        above = [
            _value(row[column])
            for i, (_, row) in enumerate(rows[:position])
            if i not in others and column < len(row)
        ]
        known = [v for v in above if not math.isnan(v)]
        total = _value(cell)
        if known and len(known) > 1 and math.isclose(sum(known), total, rel_tol=1e-6, abs_tol=1e-9):
            return True
        largest.append(not known or total >= max(abs(v) for v in known))
    return all(largest)


def decimal_mark(rows: Sequence[Row]) -> str:
    """Return ``","`` or ``"."``, whichever the numbers of the first rows use, ``""`` where none has any."""
    comma = point = 0
    for _, cells in islice(rows, 200):
        for cell in cells:
            if len(cell) < 40:
                comma += _COMMA.fullmatch(cell.strip()) is not None
                point += _POINT.fullmatch(cell.strip()) is not None
    if not comma and not point:
        return ""
    return "," if comma > point else "."
