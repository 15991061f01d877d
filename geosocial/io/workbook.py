"""Write tables as the sheets of an XLSX workbook, where a text stays a text whatever it begins with."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, OutputError
from geosocial.io.atomic import replacing
from geosocial.io.cells import NO_DATE, values, without_geometry

if TYPE_CHECKING:
    import pandas as pd

_LARGEST_SHEET: Final = 1_048_575
_LONGEST_CELL: Final = 32_767


def write_workbook(sheets: Mapping[str, pd.DataFrame], path: Path | str, *, date: dt.date = NO_DATE) -> None:
    """Write tables as the sheets of a workbook: frozen header, filters, widths; no formula, no link.

    Raises
    ------
    OutputError
        When a table has more rows, or a text more characters, than a sheet can hold.
    """
    import xlsxwriter

    for name, frame in sheets.items():
        if len(frame) > _LARGEST_SHEET:
            raise OutputError(
                N_("{file}: sheet “{sheet}” would have {count} rows, more than a workbook can hold."),
                hint=N_("Write .csv, .gpkg or .parquet instead."),
                file=path,
                sheet=name,
                count=len(frame),
            )
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    # In memory first: on a full disk XlsxWriter fails with an error of its own, and once more when collected.
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {**safe, "in_memory": True})
    book.set_properties({"created": dt.datetime.combine(date, dt.time())})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for name, title in zip(sheets, _titles(sheets), strict=True):
        _fill(book.add_worksheet(title), without_geometry(sheets[name]), bold, path)
    book.close()
    with replacing(path) as part:
        part.write_bytes(made.getbuffer())


def _titles(sheets: Mapping[str, pd.DataFrame]) -> list[str]:
    r"""Return titles that a workbook accepts: at most 31 characters, none of ``[]:*?/\``, none twice."""
    titles: list[str] = []
    for name in sheets:
        title = re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:28] or "sheet"
        number, plain = 1, title
        while title.lower() in {t.lower() for t in titles} or title.lower() == "history":
            number += 1
            title = f"{plain}_{number}"
        titles.append(title)
    return titles


def _fill(sheet: Any, table: pd.DataFrame, bold: Any, path: Path | str) -> None:
    names = [str(name) for name in table.columns]
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
        widest = len(name)
        for row, value in enumerate(values(table[name]), 1):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float) and abs(value) < 1e15:
                sheet.write_number(row, column, value)
            else:
                text = str(value)
                if len(text) > _LONGEST_CELL:
                    raise OutputError(
                        N_("{file}: row {row}, column “{column}”: more characters than a workbook can hold."),
                        hint=N_("Write .csv, .gpkg or .parquet instead."),
                        file=path,
                        row=row + 1,
                        column=name,
                    )
                sheet.write_string(row, column, text)
                widest = max(widest, min(len(text), 60))
        sheet.set_column(column, column, max(8, min(widest, 60) + 2))
    sheet.freeze_panes(1, 0)
    if names:
        sheet.autofilter(0, 0, max(len(table), 1), len(names) - 1)
