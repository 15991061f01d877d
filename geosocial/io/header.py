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
from geosocial.vocabulary.synonyms import headers, plain

Row = tuple[int, Sequence[str]]

#: How many rows are looked at for the header.
_DEEPEST: Final = 40
#: A number without its spaces and signs of percent or currency.
NUMBER: Final = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER: Final = re.compile(NUMBER)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_POINT: Final = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009%$")
_TOTALS: Final = frozenset(
    """total|totaux|total general|totaux generaux|grand total|sous total|sous totaux|subtotal|sub total|
    total global|somme|sum|overall total|total overall""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
#: Such a word with what is summed beside it: "Total : 85 places", "TOTAL (16)", "Total des organismes".
_TOTAL_OF: Final = re.compile(
    f"(?:{'|'.join(sorted(_TOTALS, key=len, reverse=True))})"
    r"\s*(?:[:=(\u2013-].*|\d.*|(?:de|des|du|pour|of|for)\b.*)?"
)
#: Nothing longer, and nothing that begins otherwise, needs to be folded to be told from these words.
_LONGEST: Final = 60
#: Columns that say where a record is: a row that fills one of them is no total, unless it sums a column up.
SPOTS: Final = ("latitude", "longitude", "x", "y")
ADDRESSES: Final = ("address", "street_number", "street", "postal_code")
#: How a cell begins that may be such a word, however it is accented: what few cells of a large column match.
BEGINS: Final = rf"(?i)^(?:\s*(?:{'|'.join(sorted({word[:3] for word in _TOTALS}))}|[tsgo].?[^ -~])|[^ -~])"
_INITIALS: Final = frozenset(word[0] for word in _TOTALS)


def header_at(rows: Sequence[Row]) -> int:
    """Return the position of the header among the rows with content: 0, unless titles stand above it.

    Titles are rows of one cell, or of less than half the cells of the header, above a row that fills at
    least half the usual width of the rows below it with different words and no number. Where that is not
    so, the first row is the header. Names of groups of columns, in merged cells above it, are titles.

    Examples
    --------
    >>> header_at([(1, ["Liste des projets", "", ""]), (3, ["nom", "lat", "lon"]), (4, ["A", "45", "-73"])])
    1
    >>> header_at([(1, ["nom"]), (2, ["A"])])
    0
    >>> header_at([(1, ["Lieu", "", "Position", ""]), (2, ["nom", "type", "lat", "lon"]), (3, ["A"])])
    1
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
        return position + _groups(words, *first[position + 1 : position + 2])
    return 0


def _groups(words: Sequence[str], below: Sequence[str] = ()) -> bool:
    """Return whether a row holds the names of groups of columns, which the row below it names one by one.

    The names below must be more, all different, and more of them known as headers: at least two.
    """
    if len(below) <= len(words) or len(set(below)) < len(below) or any(is_number(w) for w in below):
        return False
    known = {word for header in headers().values() for word in header.sure | header.likely}
    named, under = (sum(plain(word) in known for word in row) for row in (words, below))
    return under >= 2 and under > named


def _filled(cells: Sequence[str]) -> list[str]:
    return [word for cell in cells if (word := cell.strip())]


def is_number(text: str) -> bool:
    """Return whether a cell holds a number, however it is written: ``1 234,5``, ``12 %``, ``-73.5``."""
    return _NUMBER.fullmatch(text.translate(_SPACES)) is not None


def numbers(cells: Sequence[str]) -> list[float]:
    """Return the number that each cell holds, NaN where it holds none."""
    return [_value(cell) for cell in cells]


def _value(text: str) -> float:
    plain = text.translate(_SPACES).replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else math.nan


def may_total(cell: str) -> bool:
    """Return whether a cell may head a row of totals.

    Examples
    --------
    >>> [may_total(cell) for cell in ("TOTAL GÉNÉRAL :", "Total (85 places)", "Total inc.", "Tour")]
    [True, True, False, False]
    """
    if len(cell) > _LONGEST or cell.lstrip()[:1].lower() not in _INITIALS:
        return False
    return _TOTAL_OF.fullmatch(fold(cell).rstrip(": ")) is not None


def is_total(cell: str) -> bool:
    """Return whether a cell is a word for a total and nothing else."""
    return fold(cell).rstrip(": ") in _TOTALS


def totals(rows: Sequence[Row], header: Sequence[str] = ()) -> list[int]:
    """Return the positions of the rows that sum up the others and are no records.

    Such a row begins with a word for a total; its other cells are empty or numbers; and one of these is the
    sum of the cells above it, or each is at least as large as all above it. Below the last record it may hold
    words too, as long as it gives no position of its own where the `header` has columns for one: with a
    figure that is such a sum, or with no address and less than half the cells of the rows above it.
    An enterprise named “Total”, with a position or an address, is none.

    Examples
    --------
    >>> totals([(2, ["A", "3"]), (3, ["B", "4"]), (4, ["Total", "7"])])
    [2]
    >>> totals([(2, ["A", "45.4"]), (3, ["Total", "45.5"])])
    [1]
    >>> totals([(2, ["A", "45.4", "-73.2"]), (3, ["Total", "45.5", "-73.1"])])
    []
    >>> rows = [(2, ["A", "pool", "45.4", "-73.2"]), (3, ["B", "park", "45.5", "-73.1"])]
    >>> totals([*rows, (4, ["TOTAL", "2 places", "", ""])], ["name", "kind", "lat", "lon"])
    [2]
    """
    found: list[int] = []
    wordy: list[int] = []
    for position, (_, cells) in enumerate(rows):
        first = next((cell for cell in cells if cell.strip()), "")
        if not may_total(first):
            continue
        if is_total(first) and _sums_up(rows, position, set(found)):
            found.append(position)
        else:
            wordy.append(position)
    last = len(rows) - 1
    while last in found or (last in wordy and _ends(rows, last, {*found, *wordy}, header)):
        found += [] if last in found else [last]
        last -= 1
    return sorted(found)


def _sums_up(rows: Sequence[Row], position: int, others: set[int]) -> bool:
    figures = _figures(rows[position][1])
    if not position or not all(is_number(cell) for cell in figures.values()):
        return False
    largest = []
    for column, cell in figures.items():
        known = _above(rows, position, others, column)
        total = _value(cell)
        if is_sum(len(known), sum(known), total):
            return True
        largest.append(not known or total >= max(abs(v) for v in known))
    return all(largest)


def _ends(rows: Sequence[Row], position: int, others: set[int], header: Sequence[str]) -> bool:
    """Return whether the last row, which holds words beside its figures, sums up the records above it."""
    spots, addresses = columns_of(header, SPOTS), columns_of(header, ADDRESSES)
    cells, figures = rows[position][1], _figures(rows[position][1])
    records = [_filled(row) for i, (_, row) in enumerate(rows[:position]) if i not in others]

    def fills(columns: set[int]) -> bool:
        return any(i in columns and cell.strip() for i, cell in enumerate(cells))

    if not records or not spots | addresses or fills(spots):
        return False
    for column, cell in figures.items():
        known = _above(rows, position, others, column)
        if is_sum(len(known), sum(known), _value(cell)):
            return True
    return not fills(addresses) and 2 * len(_filled(cells)) <= median(map(len, records))


def columns_of(header: Sequence[str], keys: Sequence[str]) -> set[int]:
    """Return the positions of the headers that say one of these columns."""
    known = {word for key in keys for word in (headers()[key].sure | headers()[key].likely)}
    return {i for i, name in enumerate(header) if plain(name) in known}


def _figures(cells: Sequence[str]) -> dict[int, str]:
    """Return the cells with content after the first one."""
    at = next(i for i, cell in enumerate(cells) if cell.strip())
    return {i: cell for i, cell in enumerate(cells) if i > at and cell.strip()}


def _above(rows: Sequence[Row], position: int, others: set[int], column: int) -> list[float]:
    """Return the numbers of a column above a row, without those of other totals."""
    above = [
        _value(row[column])
        for i, (_, row) in enumerate(rows[:position])
        if i not in others and column < len(row)
    ]
    return [v for v in above if not math.isnan(v)]


def is_sum(count: float, above: float, total: float) -> bool:
    """Return whether a figure is the sum of the numbers above it, of which there are several."""
    return count > 1 and math.isclose(above, total, rel_tol=1e-6, abs_tol=1e-9)


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
