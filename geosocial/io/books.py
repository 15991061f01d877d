"""The rows of a sheet of a workbook, XLSX, ODS or XLS, as text; which sheet is read, and which are not.

Without a name it is the first sheet that has content and is shown: a hidden one is often last year's. Where
only hidden ones have content, the first of them is read, and said.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geosocial.errors import N_, InputError
from geosocial.io.detect import detect
from geosocial.io.error_values import Errors, errors_of


@dataclass(frozen=True, slots=True)
class Book:
    """A sheet of a workbook before it is known what its rows are."""

    #: Text cells, from the first row of the sheet.
    rows: Iterator[list[str]]
    #: The format, the sheet, and the others.
    how: dict[str, str]
    #: The errors of formulas.
    errors: Errors


def sheet_names(path: Path | str) -> list[str]:
    """Return the names of the sheets of a workbook; none for another file, or a damaged one."""
    file, form = detect(path)
    if form != "workbook":
        return []
    import python_calamine as calamine

    try:
        with file.open("rb") as stream, calamine.CalamineWorkbook.from_filelike(stream) as book:
            return [str(name) for name in book.sheet_names]
    except (MemoryError, KeyboardInterrupt):
        raise
    except BaseException:  # noqa: BLE001 - a panic of calamine too; whoever reads the file says what is wrong
        return []


def read_book(file: Path, name: str | None) -> Book:
    """Return a sheet of a workbook that `detect` has let through.

    Raises
    ------
    InputError
        When it cannot be read, or has no sheet of this name.
    """
    import python_calamine as calamine

    try:
        # An open file and not its name, by whose suffix calamine would choose the format.
        with file.open("rb") as stream, calamine.CalamineWorkbook.from_filelike(stream) as book:
            shown = calamine.SheetVisibleEnum.Visible
            hidden = {str(one.name) for one in book.sheets_metadata if one.visible != shown}
            names = sorted(book.sheet_names, key=lambda one: one in hidden)
            if name is not None and name not in names:
                raise InputError(
                    N_("{file}: there is no sheet “{sheet}”; the sheets are: {found}."),
                    hint=N_("Name one of them."),
                    file=file,
                    sheet=name,
                    found=", ".join(names),
                )
            for chosen in [name] if name is not None else names:
                table = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
                if any(cell != "" for row in table for cell in row):
                    break
            else:
                table, chosen = [], names[0] if names else ""
    except (InputError, MemoryError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a panic of calamine, which is written in Rust, is no Exception
        raise InputError(
            N_("{file}: the workbook cannot be read ({reason})."),
            hint=N_("Open it in a spreadsheet, save it again without a password, and try again."),
            file=file,
            reason=" ".join(str(error).split()),
        ) from error
    how = {"format": _format(file), "sheet": chosen}
    for key, others in (
        ("other_sheets", [one for one in names if one != chosen and one not in hidden]),
        ("hidden_sheets", [one for one in names if one in hidden]),
    ):
        if others:
            how[key] = ", ".join(others)
    return Book(([_cell(cell) for cell in row] for row in table), how, errors_of(file, how["format"], chosen))


def _format(file: Path) -> str:
    """Return the format of a workbook, which `detect` has already looked into."""
    with file.open("rb") as stream:
        if stream.read(2) != b"PK":
            return "XLS"
    with zipfile.ZipFile(file) as archive:
        return "ODS" if "mimetype" in archive.namelist() else "XLSX"


def _cell(value: object) -> str:
    """Return the text of a workbook's cell, as a person would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    return str(value)
