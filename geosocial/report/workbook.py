"""The workbook: the tables that a reader opens first, behind a sheet that explains the others.

One workbook for both languages: each header has the French above the English; a run in one language has that
language alone. Every text is written as text, so nothing a user typed becomes a formula or a link. Identical
results give identical bytes: the date of the file is that of the edition.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.errors import N_
from geosocial.i18n import Words, words
from geosocial.report import book as book_sheets
from geosocial.report import clusters, editions, equity, evidence, followup, sheets, siting
from geosocial.report.sheets import Sheet, both, each, tab

if TYPE_CHECKING:
    from geosocial.results import Results
    from geosocial.vocabulary import Lang

#: Number formats by the kind of a column.
FORMATS: Final = {
    "share": "0.0%",
    "whole": "#,##0",
    "rate": "#,##0.0",
    "metres": "#,##0",
    "fine": "0.0000",
    "text": "@",
}
#: What a text cell may hold at most.
LONGEST: Final = 32_767


def write_workbook(results: Results, path: Path, *, langs: Sequence[Lang] = ("fr", "en")) -> None:
    """Write the workbook of a run.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from geosocial.io.write import write_bytes

    write_bytes(workbook(results, langs=langs), path)


def workbook(results: Results, *, langs: Sequence[Lang] = ("fr", "en")) -> bytes:
    """Return the workbook of a run as bytes."""
    import xlsxwriter

    say = [words(lang) for lang in langs]
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    edition = dt.datetime.combine(results.study.edition, dt.time())
    book.set_properties({"title": each([w.label(results.study.name) for w in say]), "created": edition})
    content = [
        sheets.ranking(results, say),
        sheets.overall(results, say),
        *clusters.sheets(results, say),
        *equity.sheets(results, say),
        *followup.sheets(results, say),
        *siting.sheets(results, say),
        *editions.sheets(results, say),
        *evidence.sheets(results, say),
        sheets.supply(results, say),
        sheets.conservation(results, say),
        sheets.faults(results, say),
        sheets.declared(results, say),
        sheets.duplicates(results, say),
        sheets.initiatives(results, say),
        sheets.sources(results, say),
        book_sheets.parameters(results, say),
    ]
    content.append(book_sheets.dictionary(results, say, content))
    forms = _forms(book)
    _explain(book, forms, results, say, content)
    for sheet in content:
        _write(book, forms, say, sheet)
    book.close()
    return out.getvalue()


def _forms(book: Any) -> dict[str, Any]:
    look = symbology.look()["color"]
    forms = {key: book.add_format({"num_format": code, "valign": "top"}) for key, code in FORMATS.items()}
    forms["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
    forms["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "font_color": look["ink"]}
    )
    forms["title"] = book.add_format({"bold": True, "font_size": 15, "font_color": look["ink"]})
    forms["muted"] = book.add_format({"font_color": look["muted"], "text_wrap": True, "valign": "top"})
    forms["bold"] = book.add_format({"bold": True, "valign": "top"})
    return forms


def _height(texts: Sequence[str], width: int) -> float:
    """Return the height of a row, in points, for texts that wrap at `width` characters.

    A spreadsheet fits a row when it is edited, not always when it is opened.
    """
    return 15.0 * max([1, *(math.ceil(len(text) / width) for text in texts)])


def _write(book: Any, forms: dict[str, Any], say: Sequence[Words], sheet: Sheet) -> None:
    page = book.add_worksheet(tab(say, sheet.title))
    lines = len(say)
    page.set_row(0, 15 * lines + 2)
    for n, column in enumerate(sheet.columns):
        page.write_string(0, n, both(say, column.header, "\n"), forms["head"])
        page.set_column(n, n, column.width)
    for r, row in enumerate(sheet.rows, 1):
        for n, value in enumerate(row):
            form = forms[sheet.columns[n].form]
            if isinstance(value, str):
                if value:
                    page.write_string(r, n, value[:LONGEST], form)
            elif not math.isnan(value):
                page.write_number(r, n, value, form)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _explain(
    book: Any, forms: dict[str, Any], results: Results, say: Sequence[Words], content: Sequence[Sheet]
) -> None:
    """Write the first sheet: what the workbook is, what each sheet holds, how to read a missing figure."""
    page = book.add_worksheet(tab(say, N_("Read me")))
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 34)
    page.set_column(1, len(say), 70)
    page.write_string(0, 0, each([w.label(results.study.name) for w in say]), forms["title"])
    page.write_string(1, 0, each([wording.edition(w, results) for w in say]), forms["bold"])
    rows = [(tab(say, sheet.title), [w.t(sheet.text) for w in say]) for sheet in content]
    rows.append(("", []))
    messages = (
        N_("An empty cell is a missing figure. It is never zero."),
        N_("People are counted exactly here; texts and maps round them to hundreds."),
    )
    rows.extend(("", [w.t(message) for w in say]) for message in messages)
    notes = (wording.verdict_note, wording.distance_note)
    rows.extend(("", [note(w, results) for w in say]) for note in notes)
    for row, (title, texts) in enumerate(rows, 3):
        if title:
            page.write_string(row, 0, title, forms["bold"])
        for n, text in enumerate(texts, 1):
            page.write_string(row, n, text, forms["wrap"])
        page.set_row(row, _height(texts, 66))
