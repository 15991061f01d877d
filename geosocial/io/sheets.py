"""Read a sheet as text: CSV by the standard library, XLSX and ODS by calamine; rows as a spreadsheet counts.

Everything stays text, so identifiers keep their zeros and "NA" stays a name; an empty cell is ``""``, and so
is the error of a formula, which `Sheet` names. A CSV file is UTF-8 (with or without its mark) or else cp1252,
which strictly decodes what Excel writes in Québec, unless its accents are plainly those of Mac Roman or cp850
(`geosocial.io.letters`); UTF-16 by its mark. Titles above the header and totals below the records are no
records; `Sheet` says where they stand.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_, InputError
from geosocial.io.books import read_book
from geosocial.io.detect import detect, fingerprint, not_csv, read_bytes, too_large
from geosocial.io.error_values import Errors, is_error
from geosocial.io.header import decimal_mark, header_at, totals
from geosocial.io.letters import NAMES, codec_of, doubts, windows
from geosocial.io.plain_csv import Plain, read_plain
from geosocial.results import InputFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

#: In the order of preference when two explain the file equally well.
DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it stands: text cells, and where each row was found."""

    #: One column of text a header, one row a record, with a RangeIndex.
    frame: pd.DataFrame
    #: Row of each record in the file: the first row of the file is 1.
    rows: npt.NDArray[np.int64]
    file: InputFile
    #: Rows with more cells than the header: position → the cells that have no column.
    long: dict[int, tuple[str, ...]]
    #: Positions of rows with fewer cells than the header; their last cells are read as empty.
    short: tuple[int, ...]
    #: Rows without any content, which are not records.
    blank: int
    #: Rows of the file above the header: titles.
    titles: tuple[int, ...] = ()
    #: Rows of the file that sum up the others.
    totals: tuple[int, ...] = ()
    #: Cells that hold the error of a formula, and are read as empty: position, header, what was found.
    errors: tuple[tuple[int, str, str], ...] = ()


def read_sheet(path: Path | str, *, sheet: str | None = None) -> Sheet:
    r"""Read a CSV, TSV, XLSX or ODS sheet.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the sheet of a workbook; without it the first one that has content and is not hidden.

    Raises
    ------
    InputError
        When it is no sheet, cannot be decoded, has no header or repeats a header.

    Examples
    --------
    >>> from pathlib import Path
    >>> size = Path("projets.csv").write_text("Nom;Places\nCafé;1 234,5\n\nNA;007\n", encoding="cp1252")
    >>> sheet = read_sheet("projets.csv")
    >>> sheet.frame["Nom"].tolist(), sheet.frame["Places"].tolist(), sheet.rows.tolist()
    (['Café', 'NA'], ['1 234,5', '007'], [2, 4])
    """
    file, form = detect(path)
    try:
        if form == "text":
            return _read_csv(file)
        if form == "workbook":
            book = read_book(file, sheet)
            return _sheet(file, enumerate(book.rows, 1), book.how, book.errors)
    except MemoryError as error:
        raise too_large(file) from error
    raise InputError(
        N_("{file}: this is a layer, not a sheet."), hint=N_("Give a CSV, XLSX or ODS sheet."), file=file
    )


def decode(file: Path, data: bytes) -> tuple[str, str]:
    """Return the text of `data` and the name of its encoding.

    Raises
    ------
    InputError
        When no encoding of the list explains every byte.
    """
    by_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for codec, name in [("utf-16", "UTF-16")] if by_mark else [("utf-8-sig", "UTF-8"), ("", "")]:
        encoding = codec or codec_of(windows(data))
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name or NAMES[encoding]
    raise InputError(
        N_("{file}: the letters of this file cannot be decoded."),
        hint=N_("Save it again as “CSV UTF-8”."),
        file=file,
    )


def _read_csv(file: Path) -> Sheet:
    data = read_bytes(file)
    plain = read_plain(data, delimiter_of)
    if plain is not None:
        return _plain_sheet(file, plain)
    text, encoding = decode(file, data)
    how = {"encoding": encoding, **doubts(data, encoding)}
    del data
    first, _, rest = text.partition("\n")
    told = first.strip().lower()
    start = 1
    if told.startswith("sep=") and len(told) == 5 and told[4] in DELIMITERS:  # Excel's own first line
        delimiter, text, start = told[4], rest, 2
    else:
        delimiter = delimiter_of(text)
    try:
        records = _records(text, delimiter)
    except csv.Error as error:
        raise not_csv(file, start + _read_before(text, delimiter, error), error) from error
    shown = {"\t": "tab"}.get(delimiter, delimiter)
    form = "TSV" if delimiter == "\t" else "CSV"
    return _sheet(file, enumerate(records, start), {"format": form, **how, "delimiter": shown})


def _plain_sheet(file: Path, plain: Plain) -> Sheet:
    """Return a large, even table as the sheet that the rest of this module would make of it."""
    import numpy as np

    shown = {"\t": "tab"}.get(plain.delimiter, plain.delimiter)
    form = "TSV" if plain.delimiter == "\t" else "CSV"
    how = {"format": form, "encoding": plain.encoding, **plain.doubts, "delimiter": shown}
    how |= _structure(1, (), 0, (), decimal_mark(plain.first))
    size = len(plain.frame)
    digest, length = fingerprint(file)
    rows = np.arange(2, size + 2, dtype=np.int64)
    read = InputFile("", str(file), digest, length, size, how)
    return Sheet(plain.frame, rows, read, {}, (), 0, errors=plain.errors)


def _records(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            raise
        # A stray quotation mark inside a cell, as in "Le "Pont"": read as Excel does; a row that it splits
        # wrongly has too many cells and is reported.
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return records


def _read_before(text: str, delimiter: str, error: csv.Error) -> int:
    """Return how many records are read before this error."""
    count, strict = 0, "unexpected end" in str(error)
    with suppress(csv.Error):
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict):
            count += 1
    return count


def delimiter_of(text: str) -> str:
    """Return the delimiter that gives the first rows the most equal, and then the most, cells."""

    def score(delimiter: str) -> tuple[float, int]:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: list[list[str]] = []
        with suppress(csv.Error):  # the rows above a quotation mark that is left open tell it too
            rows.extend(row for row in islice(read, 60) if row)
        if not rows or len(rows[0]) < 2:
            return (0.0, 0)
        return (sum(len(r) == len(rows[0]) for r in rows) / len(rows), len(rows[0]))

    return max(DELIMITERS, key=score)


def _without_errors(everything: Sequence[tuple[int, list[str]]], known: Errors) -> Errors:
    """Empty the cells that hold the error of a formula; return these, with those that are known."""
    found = dict(known)
    for number, cells in everything:
        for i, cell in enumerate(cells):
            if ("#" in cell or "Err" in cell) and is_error(text := cell.strip()):
                found[number, i] = text
    by_row = dict(everything) if found else {}
    for number, i in found:
        if number in by_row and i < len(by_row[number]):
            by_row[number][i] = ""
    return found


def _sheet(
    file: Path, numbered: Iterator[tuple[int, list[str]]], how: dict[str, str], known: Errors | None = None
) -> Sheet:
    import numpy as np
    import pandas as pd

    everything = list(numbered)
    wrong = _without_errors(everything, known or {})
    filled = [row for row in everything if any(cell.strip() for cell in row[1])]
    if not filled:
        raise InputError(
            N_("{file}: the file is empty."),
            hint=N_("Export it again; look at it before you try again."),
            file=file,
        )
    top = header_at(filled)
    header, records = filled[top][1], filled[top + 1 :]
    blank = sum(number > filled[top][0] for number, _ in everything) - len(records)
    del everything
    sums = totals(records, header)
    summed = tuple(records[i][0] for i in sums)
    for i in reversed(sums):
        del records[i]
    kept = [cells for _, cells in records]
    rows = [number for number, _ in records]
    titles = tuple(number for number, _ in filled[:top])
    names, width = _names(file, header, kept)
    long = {i: extra for i, row in enumerate(kept) if (extra := tuple(c for c in row[width:] if c.strip()))}
    short = tuple(i for i, row in enumerate(kept) if len(row) < width)
    even = [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in kept]
    # One array of all cells, column after column, of which each column is a slice: a sheet may be wide.
    size = len(even)
    cells = pd.array([cell for column in zip(*even, strict=True) for cell in column], dtype="str")
    frame = pd.DataFrame({name: cells[i * size : (i + 1) * size] for i, name in enumerate(names)}, copy=False)
    how = how | _structure(filled[top][0], titles, blank, summed, decimal_mark(records))
    digest, size = fingerprint(file)
    return Sheet(
        frame,
        np.array(rows, dtype=np.int64),
        InputFile("", str(file), digest, size, len(rows), how),
        long,
        short,
        blank,
        titles,
        summed,
        _told_errors(wrong, rows, names),
    )


def _told_errors(
    wrong: Errors, rows: Sequence[int], names: Sequence[str]
) -> tuple[tuple[int, str, str], ...]:
    """Return the errors in the columns of the records, in the order of the file."""
    at = {number: position for position, number in enumerate(rows)} if wrong else {}
    return tuple(
        (at[row], names[column], said)
        for (row, column), said in sorted(wrong.items())
        if row in at and column < len(names)
    )


def _structure(
    header: int, titles: Sequence[int], blank: int, summed: Sequence[int], mark: str
) -> dict[str, str]:
    """Return what is worth saying of the rows that are no records, and of the numbers."""
    how: dict[str, str] = {}
    if titles:
        how |= {"header_row": str(header), "title_rows": ", ".join(map(str, titles))}
    if blank:
        how["blank_rows"] = str(blank)
    if summed:
        how["total_rows"] = ", ".join(map(str, summed))
    if mark:
        how["decimal_mark"] = mark
    return how


def _names(file: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """Return the headers, without empty ones at the end; one between takes the letter of its column."""
    width = len(header)
    while (
        width > 1
        and not header[width - 1].strip()
        and not any("".join(row[width - 1 : width]).strip() for row in rows)
    ):
        width -= 1
    names = [name.strip() or _letter(i) for i, name in enumerate(header[:width])]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise InputError(
            N_("{file}: the header repeats these columns: {columns}."),
            hint=N_("Give each column its own header."),
            file=file,
            columns=", ".join(twice),
        )
    return names, width


def _letter(position: int) -> str:
    """Return the letter of a column as spreadsheets show it: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
