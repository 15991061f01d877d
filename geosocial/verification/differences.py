"""What differs between two versions of a file: rows of an input, keys of a study, cells of a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from geosocial import tables
from geosocial.errors import InputError
from geosocial.provenance import archive
from geosocial.verification import records

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.intake.source import Source

#: What of the run a difference is about.
Part: TypeAlias = Literal["output", "kept", "study", "again", "today"]
#: Columns that identify the rows of a table that has no key of its own in `geosocial.tables`.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"dictionary": ("table", "column"), "inputs": ("role", "path")}
#: Columns that number the rows of a list: an identifier that the list does not give is its row too.
_NUMBERS: Final = frozenset({"source_row", "record_id", "other_source_row", "other_record_id"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was.

    Attributes
    ----------
    part
        ``output``: a file that the run wrote has changed. ``kept``: a kept input has. ``study``: an input of
        the study is no longer the kept one. ``again``: computed again from what is kept, a figure or a page
        differs. ``today``: a figure that the study would give with its inputs as they are now.
    file
        The file, or the table of the figure.
    row, column
        Row of the file as a spreadsheet counts (0: unknown), as it is now unless the row has gone; header of
        the column; of a figure its column.
    key
        What identifies the figure: its zone, sphere, service, indicator.
    before, after
        Values; empty where a file or a row is there on one side only. Of a row that moved: its numbers.
    what
        ``changed``, ``missing``, ``added``, ``moved``.
    """

    part: Part
    file: str
    what: Literal["changed", "missing", "added", "moved"] = "changed"
    row: int = 0
    column: str = ""
    key: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""


def differing(before: list[str], after: list[str]) -> list[int]:
    """Return the numbers of the lines that differ, from 1; an inserted line is one, not all that follow."""
    from difflib import SequenceMatcher

    rows: list[int] = []
    for tag, low, high, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            rows += range(start + 1, max(end, start + 1) + 1) if tag != "delete" else range(low + 1, high + 1)
    return rows


def keys(before: Any, after: Any, at: str = "") -> Iterable[tuple[str, str, str]]:
    """Give each key of a study whose value differs: its dotted name and both values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from keys(before.get(name), after.get(name), f"{at}.{name}" if at else str(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from keys(one, other, f"{at}[{number}]")
    elif before != after:
        one, other = ("" if x is None else json.dumps(x, ensure_ascii=False) for x in (before, after))
        yield at, one, other


def rows(before: Path, after: Path, name: str, part: Part, *, identity: str = "") -> Iterable[Difference]:
    """Give the rows and cells in which two versions of an input differ; the file alone where it has none.

    Rows are paired as `geosocial.verification.records` says; `identity` is the column of their identifiers,
    otherwise the one whose header says so.
    """
    from geosocial.intake.recognise import recognise
    from geosocial.intake.source import open_source

    try:
        one, other = open_source(before), open_source(after)
    except (InputError, OSError):
        if before.suffix.lower() in archive.TEXT:
            rows = differing(archive.checksums(before), archive.checksums(after))
            yield from (Difference(part, name, row=row) for row in rows)
        else:
            yield Difference(part, name)
        return
    columns = list(dict.fromkeys(map(str, [*one.table.columns, *other.table.columns])))
    cells = [_cells(side, columns) for side in (one, other)]
    identity = identity or recognise(other.columns).columns.get("id", "")
    ids = (
        (
            [row[columns.index(identity)] for row in cells[0]],
            [row[columns.index(identity)] for row in cells[1]],
        )
        if identity in columns
        else None
    )
    shapes = [None if s.layer is None else s.layer.geometry.to_wkb(hex=True).tolist() for s in (one, other)]
    drawn = shapes[0] is not None and shapes[1] is not None
    # a layer without identifiers is told apart by its shapes too
    whole = [
        [(*row, shape) for row, shape in zip(side, shapes[n] or [], strict=True)] if drawn else side
        for n, side in enumerate(cells)
    ]
    paired = records.pair(whole[0], whole[1], ids)
    numbers = one.rows.tolist(), other.rows.tolist()
    found = [Difference(part, name, "missing", row=numbers[0][old]) for old in paired.removed]
    found += [Difference(part, name, "added", row=numbers[1][new]) for new in paired.added]
    for old, new in paired.kept:
        was, row = numbers[0][old], numbers[1][new]
        if new in paired.moved:
            found.append(Difference(part, name, "moved", row=row, before=str(was), after=str(row)))
        for column, first, second in zip(columns, cells[0][old], cells[1][new], strict=True):
            if first != second:
                found.append(Difference(part, name, row=row, column=column, before=first, after=second))
        if drawn and whole[0][old][-1] != whole[1][new][-1]:
            found.append(Difference(part, name, row=row, column="geometry"))
    # other bytes, the same cells: line ends, the order of keys
    yield from sorted(found, key=lambda d: d.row) or [Difference(part, name)]


def _cells(source: Source, columns: list[str]) -> list[records.Record]:
    """Return the cells of each row as text, in these columns; one that the file has not is empty."""
    table = source.table
    held = {str(c): [_text(x) for x in table[c].astype(object).tolist()] for c in table.columns}
    nothing = [""] * len(table)
    return list(zip(*(held.get(c, nothing) for c in columns), strict=True)) if columns else [()] * len(table)


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def read(path: Path) -> pd.DataFrame:
    """Return a table that a run wrote, every cell as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def figures(before: pd.DataFrame, after: pd.DataFrame, name: str, part: Part) -> Iterable[Difference]:
    """Give the columns that one edition of a table has alone; then the cells that differ, by row."""
    held = {contract.name: contract.key for contract in tables.CONTRACTS} | dict(_KEYS)
    columns = [c for c in before.columns if c in after.columns]
    file = f"tables/{name}.csv"
    yield from (Difference(part, file, "missing", column=c) for c in before.columns if c not in columns)
    yield from (Difference(part, file, "added", column=c) for c in after.columns if c not in columns)
    key = [c for c in held.get(name, ()) if c in columns]
    if part == "today" and "source_row" in key:
        yield from _renumbered(before, after, name, columns)
        return
    if not key or any(t.duplicated(key).any() for t in (before, after)):
        key = []
    one, other = (
        {tuple(row): n for n, row in enumerate(t[key].itertuples(index=False))}
        if key
        else {(n,): n for n in range(len(t))}
        for t in (before, after)
    )
    values = [{c: t[c].tolist() for c in columns} for t in (before, after)]
    for mark in dict.fromkeys([*one, *other]):
        said = dict(zip(key, map(str, mark), strict=True)) if key else {}
        row = (one.get(mark, other.get(mark, 0)) or 0) + 2
        if mark not in one or mark not in other:
            yield Difference(part, name, "added" if mark in other else "missing", row=row, key=said)
            continue
        for column in columns:
            old, new = values[0][column][one[mark]], values[1][column][other[mark]]
            if old != new:
                yield Difference(part, name, row=row, column=column, key=said, before=old, after=new)


def _renumbered(
    before: pd.DataFrame, after: pd.DataFrame, name: str, columns: list[str]
) -> Iterable[Difference]:
    """Give the cells in which two tables of rows of a list differ, but for the numbers of the rows.

    A row that is taken away from a list changes the numbers of those below it, and nothing else of them.
    """
    told = [c for c in columns if c not in _NUMBERS]
    cells = [list(zip(*(t[c].tolist() for c in told), strict=True)) for t in (before, after)]
    paired = records.pair(cells[0], cells[1])
    numbers = [t["source_row"].tolist() for t in (before, after)]

    def key(side: int, at: int) -> dict[str, str]:
        held = dict(zip(told, cells[side][at], strict=True))
        return {"source": held.get("source", ""), "source_row": numbers[side][at]}

    for old in paired.removed:
        yield Difference("today", name, "missing", row=old + 2, key=key(0, old))
    for new in paired.added:
        yield Difference("today", name, "added", row=new + 2, key=key(1, new))
    for old, new in paired.kept:
        for column, first, second in zip(told, cells[0][old], cells[1][new], strict=True):
            if first != second:
                at = key(1, new)
                yield Difference(
                    "today", name, row=new + 2, column=column, key=at, before=first, after=second
                )
