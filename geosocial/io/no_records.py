"""The rows of a large CSV file that are no records, found batch by batch: blank ones, and those of totals.

The rule is `geosocial.io.header.totals`, which sees all rows at once; here the sums, the largest figures and
the widths of the rows above a total are carried from batch to batch. They are only computed for a file that
has a row which begins with a word for a total.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.io.detect import not_csv
from geosocial.io.header import ADDRESSES, NUMBER, SPOTS, columns_of, is_sum, is_total, may_total, numbers
from geosocial.io.plain_csv import any_total, begins_as_total

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

_NONE: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that are no records.

    Attributes
    ----------
    rows
        Records of the file.
    gone
        Positions among the rows that Arrow reads, which passes over lines without a character.
    skipped
        The same rows and those lines, as a spreadsheet counts: the header is row 1.
    totals
        Those of them that sum up others.
    """

    rows: int
    gone: Ints = field(default_factory=lambda: _NONE)
    skipped: Ints = field(default_factory=lambda: _NONE)
    totals: tuple[int, ...] = ()

    def row_numbers(self, before: int, count: int) -> Ints:
        """Return where so many records after others stand in their file.

        Examples
        --------
        >>> SetAside(3, skipped=np.array([3, 4, 6])).row_numbers(0, 3).tolist()
        [2, 5, 7]
        """
        records = np.arange(before, before + count)
        passed = self.skipped - 2 - np.arange(len(self.skipped))  # records before each
        return records + 2 + np.searchsorted(passed, records, side="right")


def set_aside(batches: Callable[[], Iterable[Any]], names: list[str], path: Path, **how: str) -> SetAside:
    """Return the rows of a file that are no records.

    Parameters
    ----------
    batches
        Gives the rows as Arrow tables of text, from the first; it is asked once or twice.
    names
        The header.
    path
        The file; it is looked into only where it may have lines without a character.
    how
        ``letters`` and ``delimiter`` of the file.
    """
    rows, wordy = 0, False
    blank: list[Ints] = []
    for table in batches():
        first = _first_words(table)
        blank.append(rows + np.flatnonzero(first.is_null().to_numpy(zero_copy_only=False)))
        wordy = wordy or any_total(first)
        rows += len(table)
    gone = np.concatenate([_NONE, *blank]).astype(np.int64)
    found = _Totals(names).found(batches()) if wordy else _NONE
    everything = np.union1d(gone, found)
    lines = _empty_lines(path, **how)
    standing = _after(lines, everything)
    return SetAside(
        rows - len(everything),
        everything,
        np.union1d(standing, lines),
        tuple(_after(lines, found).tolist()),
    )


def _after(lines: Ints, positions: Ints) -> Ints:
    """Return the rows of positions in a file, of which some lines were passed over."""
    passed = lines - 2 - np.arange(len(lines))
    return np.asarray(positions + 2 + np.searchsorted(passed, positions, side="right"), np.int64)


def _empty_lines(path: Path, *, letters: str, delimiter: str) -> Ints:
    """Return the rows of a file that have no character at all, below its header."""
    before = b""
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            seen = before + block
            if b"\n\n" in seen or b"\n\r" in seen or b"\r\r" in seen:
                break
            before = block[-1:]
        else:
            return _NONE
    encoding = {"utf8": "utf-8-sig"}.get(letters, letters)
    empty, number = [], 0
    try:
        with path.open(encoding=encoding, newline="") as text:
            for number, row in enumerate(csv.reader(text, delimiter=delimiter), 1):
                if number > 1 and not row:
                    empty.append(number)
    except csv.Error as error:
        raise not_csv(path, number + 1, error) from error
    return np.array(empty, np.int64)


def _first_words(table: Any) -> Any:
    """Return the first cell with content of each row as an Arrow array; null where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.nulls(len(table), pa.string())
    for cells in table.columns:
        if not found.null_count:
            break
        # an array of nulls: with None, Arrow before 24 damages the texts of a slice
        found = pc.coalesce(found, pc.if_else(_seen(cells), cells, pa.nulls(len(cells), cells.type)))
    return found


def _seen(cells: Any) -> Any:
    """Return which cells have content."""
    import pyarrow.compute as pc

    return pc.not_equal(pc.utf8_trim_whitespace(cells), "")


def _numbers(cells: Any) -> Floats:
    """Return the number that each cell holds, as `geosocial.io.header.numbers`, without an object a cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.replace_substring_regex(cells, "[ \u00a0\u202f\u2009%$]", "")
    plain = pc.replace_substring(plain, ",", ".")
    plain = pc.if_else(pc.match_substring_regex(plain, f"^(?:{NUMBER})$"), plain, None)
    try:
        read = pc.cast(pc.replace_substring_regex(plain, r"^\+", ""), pa.float64())
    except pa.ArrowInvalid:  # too large for Arrow
        return np.array(numbers(cells.to_pylist()), np.float64)
    return np.asarray(read.to_numpy(zero_copy_only=False), np.float64)


class _Totals:
    """What `geosocial.io.header.totals` looks at, carried along the rows."""

    def __init__(self, names: list[str]) -> None:
        width = len(names)
        self._spots, self._addresses = columns_of(names, SPOTS), columns_of(names, ADDRESSES)
        #: Of the cells above, but of totals found: how many numbers, their sum, their largest size.
        self._above = np.zeros((3, width))
        #: The same of the rows that do not begin with a word for a total; and how many fill so many cells.
        self._records = np.zeros((3, width))
        self._widths = np.zeros(width + 1, np.int64)
        #: The rows after the last record: position, cells, whether it is a total already.
        self._last: list[tuple[int, list[str], bool]] = []

    def found(self, batches: Iterable[Any]) -> Ints:
        """Return the positions of the totals among all rows."""
        found: list[int] = []
        start = 0
        for table in batches:
            found += self._of_batch(table, start)
            start += len(table)
        while self._last:
            position, cells, total = self._last.pop()
            if not total and not self._ends(cells):
                break
            found += [] if total else [position]
        return np.array(sorted(found), np.int64)

    def _of_batch(self, table: Any, start: int) -> Iterator[int]:
        first = _first_words(table)
        at = np.flatnonzero(begins_as_total(first).fill_null(False).to_numpy(zero_copy_only=False))
        heads = dict(zip(at.tolist(), first.take(at).to_pylist(), strict=True))
        heads = {k: word for k, word in heads.items() if may_total(word)}
        wordy = np.zeros(len(first), dtype=bool)
        wordy[[*heads]] = True
        blank = first.is_null().to_numpy(zero_copy_only=False)
        values = np.array([_numbers(column) for column in table.columns])
        filled = np.array([_seen(column).to_numpy(zero_copy_only=False) for column in table.columns])
        record = ~wordy & ~blank
        self._records = _joined(self._records, values[:, record])
        self._widths += np.bincount(filled.sum(axis=0)[record], minlength=len(self._widths))
        if record.any():
            self._last = []
        last = int(np.flatnonzero(record)[-1]) if record.any() else -1
        begin = 0
        for k, word in heads.items():
            total = is_total(word)
            if total:
                self._above = _joined(self._above, values[:, begin:k])
                begin = k
                total = self._sums_up(values[:, k], filled[:, k], first_of_all=start + k == 0)
                begin += total
            if total:
                yield start + k
            if k > last:
                self._last.append((start + k, [str(column[k]) for column in table.columns], total))
        self._above = _joined(self._above, values[:, begin:])

    def _sums_up(self, row: Floats, filled: Flags, *, first_of_all: bool) -> bool:
        """Return whether a row that begins with a word for a total sums up those above it."""
        figures = np.flatnonzero(filled)[1:]
        if first_of_all or np.isnan(row[figures]).any():
            return False
        count, total, largest = self._above[:, figures]
        if any(map(is_sum, count, total, row[figures])):
            return True
        return bool(((count == 0) | (row[figures] >= largest)).all())

    def _ends(self, cells: list[str]) -> bool:
        """Return whether the last row, which holds words beside its figures, sums up the records."""
        at = [i for i, cell in enumerate(cells) if cell.strip()]
        size = int(self._widths.sum())
        if not size or not self._spots | self._addresses or self._spots & {*at}:
            return False
        count, total, _ = self._records
        if any(is_sum(count[i], total[i], numbers([cells[i]])[0]) for i in at[1:]):
            return True
        return not self._addresses & {*at} and 2 * len(at) <= self._median(size)

    def _median(self, size: int) -> float:
        """Return the median of the number of cells that the records fill."""
        ends = np.cumsum(self._widths)
        low, high = (int(np.searchsorted(ends, k, side="right")) for k in ((size - 1) // 2, size // 2))
        return (low + high) / 2


def _joined(above: Floats, values: Floats) -> Floats:
    """Return count, sum and largest size of the numbers of each column, with those of further rows."""
    if not values.shape[1]:
        return above
    known = ~np.isnan(values)
    some = np.where(known, values, 0.0)
    sums = np.array([math.fsum(column) for column in some])
    return np.array(
        [above[0] + known.sum(axis=1), above[1] + sums, np.maximum(above[2], np.abs(some).max(axis=1))]
    )
