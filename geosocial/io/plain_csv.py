"""Read a large, even CSV file through Arrow, without an object a cell; the same rows as the csv module gives.

Only what both read alike is read here: UTF-8 or one byte a letter, a header in the first row, every row as
wide as the header, no blank row, no row of totals, no stray quotation mark, no cell longer than the csv
module takes. Everything else returns None: the general reader of `geosocial.io.sheets` decides, as it does
for small files.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from geosocial.io.error_values import BEGINS, PATTERN
from geosocial.io.header import BEGINS as TOTAL
from geosocial.io.header import header_at, may_total
from geosocial.io.letters import NAMES, codec_of, doubts, windows

if TYPE_CHECKING:
    import pandas as pd

#: Files from this size on are worth it, in bytes.
LARGE: Final = 4 << 20
#: Bytes in which the header, the delimiter and the first rows are found; and how many rows those are.
_HEAD: Final = 1 << 20
_ROWS: Final = 400
#: A cell that this does not match may be blank.
_SEEN: Final = r"[!-~]|\pL|\pN"


@dataclass(frozen=True, slots=True)
class Plain:
    """An even table: text cells, its first rows as lists, and how it was read."""

    frame: pd.DataFrame
    #: The first records with their rows in the file, as the general reader would number them.
    first: list[tuple[int, list[str]]]
    encoding: str
    delimiter: str
    #: As in `geosocial.io.sheets.Sheet`.
    errors: tuple[tuple[int, str, str], ...] = ()
    #: Facts of how the letters were read, where some look wrong.
    doubts: Mapping[str, str] = field(default_factory=dict)


def read_plain(data: bytes, delimiter_of: Callable[[str], str]) -> Plain | None:
    """Return the table of a large, even CSV file, or None where the general reader must decide.

    Parameters
    ----------
    data
        The content of the file.
    delimiter_of
        Returns the delimiter that the first 60 rows of a text show.
    """
    if len(data) < LARGE or data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        return None
    told, (encoding, data) = data, _as_utf8(data)
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[: data.rfind(b"\n", 0, _HEAD) + 1].decode("utf-8")
    if not encoding or not head or head[:4].lower() == "sep=":
        return None
    delimiter = delimiter_of(head)
    first = _first_rows(head, delimiter) if _well_quoted(data, delimiter) else None
    if first is None:
        return None
    names = [name.strip() for name in first[0][1]]
    table = _table(data, delimiter, len(names))
    if table is None or _odd(table):
        return None
    import pandas as pd

    errors: list[tuple[int, str, str]] = []
    if BEGINS.search(data):
        table, errors = _without_errors(table, names)
    columns = {name: pd.Series(pd.array(table.column(i), dtype="str")) for i, name in enumerate(names)}
    return Plain(pd.DataFrame(columns), first[1:], encoding, delimiter, tuple(errors), doubts(told, encoding))


def _without_errors(table: Any, names: Sequence[str]) -> tuple[Any, list[tuple[int, str, str]]]:
    """Return the cells with those emptied that hold the error of a formula, and these."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    errors: list[tuple[int, int, str]] = []
    for i in range(len(names)):
        cells = table.column(i)
        like = pc.match_substring_regex(cells, rf"^\s*(?:{PATTERN})\s*\z")
        at = np.flatnonzero(np.asarray(like.to_numpy()))
        if len(at):
            found = pc.take(cells, pa.array(at)).to_pylist()
            errors += [(int(n), i, text.strip()) for n, text in zip(at, found, strict=True)]
            table = table.set_column(i, table.field(i), pc.if_else(like, "", cells))
    return table, [(n, names[i], text) for n, i, text in sorted(errors)]


def _as_utf8(data: bytes) -> tuple[str, bytes]:
    """Return the encoding and the content in UTF-8; empty where neither encoding explains every byte."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _HEAD):  # in parts, so that the text is never held whole
            decoder.decode(data[start : start + _HEAD])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        try:
            codec = codec_of(windows(data))
            return NAMES[codec], data.decode(codec).encode("utf-8")
        except UnicodeDecodeError:
            return "", b""
    return "UTF-8", data


def _well_quoted(data: bytes, delimiter: str) -> bool:
    """Return whether every quotation mark opens or closes a cell, or is doubled inside one.

    Of these marks the first, third, fifth … open a cell, unless they are the second half of a doubled one;
    the others close one, unless they are the first half.
    """
    import numpy as np

    letters = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(letters == ord('"'))
    if len(at) % 2:
        return False
    edge = np.zeros(256, bool)
    edge[[ord("\r"), ord("\n"), ord(delimiter)]] = True
    before = np.where(at > 0, edge[letters[at - 1]], True)
    after = np.where(at + 1 < len(letters), edge[letters[(at + 1) % len(letters)]], True)
    beside = np.diff(at) == 1
    opens = before | np.concatenate([[False], beside])
    closes = after | np.concatenate([beside, [False]])
    return bool(opens[::2].all() and closes[1::2].all())


def _first_rows(head: str, delimiter: str) -> list[tuple[int, list[str]]] | None:
    """Return the header and the first records, or None where they are too few or not as they should be."""
    try:
        rows = list(
            islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True), _ROWS)
        )
    except csv.Error:
        return None
    names = [name.strip() for name in rows[0]] if rows else []
    even = len(rows) == _ROWS and all(len(row) == len(names) for row in rows)
    if not even or not all(names) or len(set(names)) < len(names):
        return None
    numbered = list(enumerate(rows, 1))
    return numbered if header_at(numbered) == 0 else None


def _table(data: bytes, delimiter: str, width: int) -> Any:
    """Return the cells without the header as an Arrow table, None where a row has another width."""
    import pyarrow as pa
    import pyarrow.csv

    names = [str(i) for i in range(width)]
    try:
        return pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=8 << 20),
            pa.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in data, ignore_empty_lines=False
            ),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                null_values=[],
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None


def _odd(table: Any) -> bool:
    """Return whether there is a blank row, a row of totals, or a cell too long for the csv module."""
    import numpy as np
    import pyarrow.compute as pc

    limit = csv.field_size_limit()
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > limit for column in table.columns):
        return True
    left = None
    for column in table.columns:
        # down the columns to the first cell with content of each row
        cells = column if left is None else pc.take(column, left)
        blank = np.asarray(pc.invert(pc.match_substring_regex(cells, _SEEN)).to_numpy())
        if any_total(cells):
            return True
        found = np.flatnonzero(blank)
        left = found if left is None else left[found]
        if not len(left):
            return False
    return True


def any_total(cells: Any) -> bool:
    """Return whether any cell of an Arrow column may head a row of totals."""
    import pyarrow.compute as pc

    words: Sequence[str] = pc.unique(pc.filter(cells, begins_as_total(cells))).to_pylist()
    return any(may_total(word) for word in words)


def begins_as_total(cells: Any) -> Any:
    """Return which of the cells are short and begin as a word for a total; `may_total` knows of these."""
    import pyarrow.compute as pc

    return pc.and_(pc.less_equal(pc.utf8_length(cells), 60), pc.match_substring_regex(cells, TOTAL))
