"""The errors that formulas leave in a sheet: ``#DIV/0!``, ``#N/A``, ``#VALEUR!``; where they stand.

A cell that holds one has no value, whatever its column is: it is read as empty, and said. calamine reads them
as empty without a word, so that workbooks are looked into here: XLSX and ODS through expat, XLS record by
record (MS-XLS 2.4, inside the compound file of MS-CFB). A sheet without any is not parsed twice.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from geosocial.io.archive import opened

#: (row as a spreadsheet counts, position of the column) → the error as it is shown.
Errors = dict[tuple[int, int], str]

#: Words of Excel, LibreOffice and Google Sheets in English and French; `NAMED` without a sign behind them.
_WORDS: Final = (
    *("DIV/0", "NAME", "NOM", "REF", "VALUE", "VALEUR", "NUM", "NOMBRE", "NULL", "NUL", "ERROR", "ERREUR"),
    *("SPILL", "PROPAGATION", "CALC", "FIELD", "CHAMP", "BLOCKED", "CONNECT", "UNKNOWN", "BUSY", "PYTHON"),
)
_NAMED: Final = ("N/A", "GETTING_DATA")
#: Also a column too narrow for its numbers (``####``), whose text is all that a CSV file keeps.
PATTERN: Final = "|".join(
    (
        f"#(?:{'|'.join(_WORDS)})[ \u00a0\u202f]?[!?]",
        f"#(?:{'|'.join(_NAMED)})",
        "#{3,}",
        "Err[ \u00a0\u202f]?: ?5[0-9][0-9]",
    )
)
_ERROR: Final = re.compile(PATTERN)
#: How such a cell begins, in bytes of any encoding of ours.
BEGINS: Final = re.compile(rb"#(?:[DNRVEPSCFBUG]|##)|Err[ \xa0\xc2\xe2:]")
_IN_ODS: Final = re.compile(rb">(?:#[A-Z#]|Err)")
_IN_XLSX: Final = re.compile(rb"""\st=["']e["']""")
#: MS-XLS 2.5.10: the bytes that stand for errors.
_CODES: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_MOST_REPEATED: Final = 10_000


def is_error(text: str) -> bool:
    """Return whether the text of a cell is the error of a formula.

    Examples
    --------
    >>> [is_error(cell) for cell in ("#DIV/0!", "#N/A", "#VALEUR !", "Err:502", "####", "N/A", "#2 Main")]
    [True, True, True, True, True, False, False]
    """
    return text[:1] in {"#", "E"} and _ERROR.fullmatch(text) is not None


def errors_of(file: Path, form: str, sheet: str) -> Errors:
    """Return the errors in a sheet of a workbook that calamine has read; none where they cannot be told.

    Parameters
    ----------
    form
        XLSX, ODS or XLS.
    sheet
        The name of the sheet.
    """
    readers: dict[str, Callable[[Path, str], Errors]] = {"XLSX": _of_xlsx, "ODS": _of_ods, "XLS": _of_xls}
    try:
        return readers[form](file, sheet)
    except (KeyError, IndexError, ValueError, OverflowError, struct.error, expat.ExpatError):
        return {}  # a form that is not looked into, or one that calamine understands and this does not


def _of_xlsx(file: Path, sheet: str) -> Errors:
    with opened(file) as archive:
        part = _part(archive, sheet)
        data = archive.read(part)
    if not _IN_XLSX.search(data):
        return {}
    found: Errors = {}
    row = column = 0
    said: list[str] | None = None

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, said
        if name == "row":
            row, column = int(given.get("r", row + 1)), -1
        elif name == "c":
            at = given.get("r", "")
            column = _column(at) if at else column + 1
            said = [] if given.get("t") == "e" else None

    def end(name: str, text: str) -> None:
        nonlocal said
        if name == "v" and said is not None:
            said.append(text)
        elif name == "c" and said is not None:
            found[row, column] = "".join(said) or "#N/A"
            said = None

    _walk(data, start, end)
    return found


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of a workbook that holds a sheet."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheets(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            ids[given["name"]] = given["id"]

    def relations(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            targets[given["Id"]] = given["Target"]

    _walk(archive.read("xl/workbook.xml"), sheets)
    _walk(archive.read("xl/_rels/workbook.xml.rels"), relations)
    target = targets[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _column(reference: str) -> int:
    """Return the position of the column of a cell: A1 is 0, AA7 is 26."""
    position = 0
    for letter in reference.rstrip("0123456789"):
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _of_ods(file: Path, sheet: str) -> Errors:
    with opened(file) as archive:
        data = archive.read("content.xml")
    if not _IN_ODS.search(data):
        return {}
    found: Errors = {}
    inside, row, column, depth = False, 0, 0, 0
    rows = cells = 1
    cell_at = -1
    errors: list[tuple[int, int, str]] = []

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal inside, row, column, depth, rows, cells, cell_at
        depth += 1
        if name == "table" and not inside:
            inside, row = given.get("name") == sheet, 0
        elif name == "table-row":
            column, rows = 0, int(given.get("number-rows-repeated", 1))
            errors.clear()
        elif name in {"table-cell", "covered-table-cell"}:
            cells, cell_at = int(given.get("number-columns-repeated", 1)), depth

    def end(name: str, text: str) -> None:
        nonlocal inside, row, column, depth, cell_at
        if name == "p" and depth == cell_at + 1 and is_error(text.strip()):
            errors.append((column, min(cells, _MOST_REPEATED), text.strip()))
        elif name in {"table-cell", "covered-table-cell"}:
            column, cell_at = column + cells, -1
        elif name == "table-row":
            for k in range(min(rows, _MOST_REPEATED) if inside and errors else 0):
                found.update({(row + 1 + k, at + j): said for at, many, said in errors for j in range(many)})
            row += rows
        elif name == "table":
            inside = False
        depth -= 1

    _walk(data, start, end)
    return found


def _walk(
    data: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str, str], None] | None = None
) -> None:
    """Read XML: names and attributes come without their namespaces, the text of an element when it ends.

    Raises
    ------
    ExpatError, ValueError
        For what is no XML, and for a document type, whose entities can grow without end.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    text: list[str] = []

    def begin(name: str, given: dict[str, str]) -> None:
        text.clear()
        start(name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in given.items()})

    def finish(name: str) -> None:
        if end is not None:
            end(name.rpartition(" ")[2], "".join(text))
        text.clear()

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _of_xls(file: Path, sheet: str) -> Errors:
    stream = _book(file.read_bytes())
    found: Errors = {}
    for kind, body in _records(stream, _sheet_at(stream, sheet)):
        if kind == 0x0A:  # the end of the sheet
            break
        if kind == 0x0205 and body[7]:  # a constant: an error, not a truth
            code = body[6]
        elif kind == 0x0006 and body[12:14] == b"\xff\xff" and body[6] == 2:  # the result of a formula
            code = body[8]
        else:
            continue
        row, column = struct.unpack_from("<HH", body)
        found[row + 1, column] = _CODES.get(code, "#N/A")
    return found


def _sheet_at(stream: bytes, sheet: str) -> int:
    """Return where the records of a sheet begin (BOUNDSHEET)."""
    for kind, body in _records(stream, 0):
        if kind == 0x85:
            size, wide = body[6], body[7] & 1
            for name in (
                body[8 : 8 + size * (1 + wide)].decode("utf-16-le" if wide else "latin-1"),
                body[7 : 7 + size].decode("cp1252", errors="replace"),  # before Excel 97
            ):
                if name == sheet:
                    return int(struct.unpack_from("<I", body)[0])
    raise KeyError(sheet)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _book(data: bytes) -> bytes:
    """Return the stream of the workbook in a compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    directory, cutoff, small_fat = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    more = struct.unpack_from("<I", data, 68)[0]

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def chain(number: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):
            if number >= len(table):
                return
            yield number
            number = table[number]

    places = [n for n in struct.unpack_from("<109I", data, 76) if n < 0xFFFFFFFA]
    for _ in range(len(data) // size):  # a damaged one may go round
        if more >= 0xFFFFFFFA:
            break
        *listed, more = struct.unpack(f"<{size // 4}I", sector(more))
        places += [n for n in listed if n < 0xFFFFFFFA]
    fat = [n for place in places for n in struct.unpack(f"<{size // 4}I", sector(place))]
    entries = b"".join(map(sector, chain(directory, fat)))
    root = b""
    for at in range(0, len(entries), 128):
        entry = entries[at : at + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le")
        first, length = struct.unpack_from("<II", entry, 116)
        if at == 0:
            root = b"".join(map(sector, chain(first, fat)))
        elif name in {"Workbook", "Book"}:
            if length >= cutoff:
                return b"".join(map(sector, chain(first, fat)))[:length]
            links = b"".join(map(sector, chain(small_fat, fat)))
            table = list(struct.unpack(f"<{len(links) // 4}I", links))
            parts = [root[n * small : (n + 1) * small] for n in chain(first, table)]
            return b"".join(parts)[:length]
    raise KeyError("Workbook")
