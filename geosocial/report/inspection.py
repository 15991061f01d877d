"""What `geosocial check` found, told to people: on the terminal, as a page, as a workbook, or as JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import wording
from geosocial.errors import N_, GeosocialError, OutputError
from geosocial.intake.recognise import LABELS
from geosocial.report.html import style, template

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.intake.inspect import Inspection

    Refusals = Sequence[tuple[str, GeosocialError]]

SUFFIXES: Final = (".html", ".xlsx")
#: How many rows the terminal shows of one reason; the written report shows all.
_SHOWN: Final = 5
#: How many rows a page shows of one file; a workbook shows all.
_ON_PAGE: Final = 2_000
#: Facts of how a file was read, in this order.
_HOW: Final = {
    "format": N_("format"),
    "encoding": N_("encoding"),
    "delimiter": N_("delimiter"),
    "decimal_mark": N_("decimal mark"),
    "sheet": N_("sheet"),
    "other_sheets": N_("other sheets"),
    "hidden_sheets": N_("hidden sheets"),
    "layer": N_("layer"),
    "other_layers": N_("other layers"),
    "header_row": N_("header in row"),
    "title_rows": N_("titles in rows"),
    "total_rows": N_("totals in rows"),
    "blank_rows": N_("blank rows"),
    "crs": N_("coordinate system"),
    "warnings": N_("warnings"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A fault of a row, in words."""

    row: int
    column: str
    value: str
    #: Its code, by which faults of a kind are gathered.
    code: str
    reason: str
    action: str


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one sheet, layer or refused file."""

    title: str
    #: How it was read: label, fact.
    how: tuple[tuple[str, str], ...]
    #: What the columns were taken to be: label, header.
    columns: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    #: The law of conservation; empty for a file that is refused.
    law: str
    refused: bool


def check_suffix(path: Path) -> None:
    """Refuse a report whose suffix names no format that is written.

    Raises
    ------
    OutputError
        Naming those that are.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(
            N_("{file}: the suffix does not name a format that is written."),
            hint=N_("Use one of {suffixes}."),
            file=path,
            suffixes=", ".join(SUFFIXES),
        )


def tell(words: Words, found: Sequence[Inspection], refused: Refusals) -> list[Part]:
    """Return what is to be told, in one language: the files that were read, then those that were refused."""
    parts = [_part(words, one) for one in found]
    parts += [Part(path, (), (), (words.error(error),), (), "", refused=True) for path, error in refused]
    return parts


def _part(words: Words, one: Inspection) -> Part:
    how = dict(one.file.how)
    facts = tuple((words.t(label), how[key]) for key, label in _HOW.items() if key in how)
    columns = tuple((words.t(LABELS[key]), header) for key, header in one.recognised.columns.items())
    notes = [words.t(note.template, **note.facts) for note in one.notes]
    notes += [
        words.t(
            "Several columns could be “{column}”: {found}. Say which by --column {key}=….",
            column=words.t(LABELS[key]),
            found=", ".join(headers),
            key=key,
        )
        for key, headers in one.recognised.ambiguous.items()
    ]
    taken = one.recognised.columns.values()
    unused = [h for h in one.recognised.others if not any(t.endswith(f" ({h})") for t in taken)]
    if one.kind == "places" and unused:
        notes.append(words.t("Columns not used: {found}.", found=", ".join(unused)))
    if "other_sheets" in how:
        notes.append(
            words.t(
                "The other sheets were not read: --sheet “{other}”.", other=how["other_sheets"].split(", ")[0]
            )
        )
    notes += _hidden(words, how)
    name = Path(one.path).name
    layer = how.get("layer") or how.get("sheet")
    title = f"{name} – {layer}" if layer and layer != Path(name).stem else name
    return Part(title, facts, columns, tuple(notes), _rows(words, one), _law(words, one), refused=False)


def _hidden(words: Words, how: Mapping[str, str]) -> list[str]:
    """Return what is worth saying of the sheets that nobody sees in the spreadsheet."""
    if "hidden_sheets" not in how:
        return []
    hidden = how["hidden_sheets"].split(", ")
    if how.get("sheet", "") in hidden:
        return [words.t("The sheet that was read, “{sheet}”, is hidden.", sheet=how["sheet"])]
    return [words.t("A hidden sheet is not read unless it is named: --sheet “{other}”.", other=hidden[0])]


def _rows(words: Words, one: Inspection) -> tuple[Row, ...]:
    names = ("source_row", "column", "value", "code", "action")
    table = zip(*(one.faults[name].tolist() for name in names), strict=True)
    return tuple(
        Row(
            row,
            column,
            value,
            code,
            wording.reason(words, code, column=column, value=value, row=row, file=one.path),
            wording.action_label(words, action),
        )
        for row, column, value, code, action in table
    )


def _law(words: Words, one: Inspection) -> str:
    if "matched" in one.counts:
        return wording.conservation_line(words, {"read": one.file.rows, **one.counts})
    read = sum(one.counts.values())
    located = one.counts["located"]
    parts = [words.n("{figure} located", "{figure} located", located, figure=words.number(located))]
    parts += [wording.outcome_count(words, o, n) for o, n in one.counts.items() if o != "located"]
    whole = words.n("{figure} row read", "{figure} rows read", read, figure=words.number(read))
    return f"{whole} = {' + '.join(parts)}"


def lines(told: Sequence[Part], words: Words) -> Iterator[str]:
    """Give the lines of the terminal; the last one of each file is its law of conservation."""
    for number, part in enumerate(told):
        if number:
            yield ""
        yield _line(part.title)
        if part.how:
            yield "  " + " · ".join(_line(f"{label}{_colon(words)}{fact}") for label, fact in part.how)
        if part.columns:
            yield "  " + " · ".join(_line(f"{label} ← {header}") for label, header in part.columns)
        for note in part.notes:
            yield f"  {_line(note)}"
        yield from _fault_lines(part.rows, words)
        if part.law:
            yield f"  {part.law}"


def _fault_lines(rows: Sequence[Row], words: Words) -> Iterator[str]:
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        seen[row.code, row.column] += 1
        if seen[row.code, row.column] <= _SHOWN:
            yield "  " + words.t(
                "row {row}: {reason} ({action})", row=row.row, reason=_line(row.reason), action=row.action
            )
    more = sum(count - _SHOWN for count in seen.values() if count > _SHOWN)
    if more:
        yield "  " + words.n(
            "… and {count} more like these; --out report.xlsx shows it.",
            "… and {count} more like these; --out report.xlsx shows them all.",
            more,
            count=words.number(more),
        )


def _colon(words: Words) -> str:
    return "\u00a0: " if words.lang == "fr" else ": "


def _line(text: str) -> str:
    """Return a text on one line, without the signs that would move the cursor of a terminal."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)[:400]


def as_json(words: Words, found: Sequence[Inspection], refused: Refusals) -> str:
    """Return everything that was found as JSON, with stable keys and codes beside the words."""
    told = {
        "files": [_json(words, one) for one in found],
        "refused": [{"path": path, "reason": words.error(error)} for path, error in refused],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _json(words: Words, one: Inspection) -> dict[str, Any]:
    actions = one.faults["action"].tolist()
    return {
        "path": one.path,
        "kind": one.kind,
        "read": one.file.rows,
        "counts": dict(one.counts),
        "how": dict(one.file.how),
        "columns": dict(one.recognised.columns),
        "ambiguous": {key: list(headers) for key, headers in one.recognised.ambiguous.items()},
        "other_columns": list(one.recognised.others),
        "notes": [words.t(note.template, **note.facts) for note in one.notes],
        "faults": [
            {
                "row": row.row,
                "column": row.column,
                "value": row.value,
                "code": row.code,
                "action": action,
                "reason": row.reason,
            }
            for row, action in zip(_rows(words, one), actions, strict=True)
        ],
    }


def write(told: Sequence[Part], path: Path, words: Words) -> None:
    """Write the report as a page or as a workbook, by the suffix of `path`.

    Raises
    ------
    OutputError
        When the suffix is another, or the file cannot be written.
    """
    check_suffix(path)
    if path.suffix.lower() == ".xlsx":
        _write_workbook(told, path, words)
        return
    from geosocial.io.write import write_text

    write_text(page(told, words), path)


def page(told: Sequence[Part], words: Words) -> str:
    """Return the report as one offline page: no script, no request, every text escaped."""
    sheet = style()
    t = words.t
    return template("inspection.html").render(
        lang=words.lang,
        title=t("What was found in the files"),
        parts=told,
        style=sheet,
        digest=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        most=_ON_PAGE,
        heads=(t("Row"), t("Column"), t("Found"), t("Reason"), t("What was done")),
        labels={
            "how": t("How it was read"),
            "columns": t("Columns recognised"),
            "faults": t("Row by row"),
            "none": t("Nothing to report in any row."),
            "refused": t("This file was not read."),
            "more": t("Only the first rows are shown here; --out report.xlsx shows them all."),
        },
        colon=_colon(words),
    )


def _write_workbook(told: Sequence[Part], path: Path, words: Words) -> None:
    import pandas as pd

    from geosocial.io.workbook import write_workbook

    t = words.t
    cell = 30_000  # characters, of the 32,767 that a cell can hold
    files = [
        (
            part.title,
            part.law or t("This file was not read."),
            " ".join(part.notes)[:cell],
            " · ".join(f"{label}{_colon(words)}{fact}" for label, fact in part.how)[:cell],
        )
        for part in told
    ]
    columns = [(part.title, label, header[:cell]) for part in told for label, header in part.columns]
    rows = [
        (part.title, row.row, row.column[:cell], row.value[:cell], row.reason[:cell], row.action)
        for part in told
        for row in part.rows
    ]
    write_workbook(
        {
            t("Files"): pd.DataFrame(
                files, columns=[t("File"), t("Count"), t("Notes"), t("How it was read")]
            ),
            t("Columns recognised"): pd.DataFrame(columns, columns=[t("File"), t("Meaning"), t("Column")]),
            t("Row by row"): pd.DataFrame(
                rows, columns=[t("File"), t("Row"), t("Column"), t("Found"), t("Reason"), t("What was done")]
            ),
        },
        path,
    )
