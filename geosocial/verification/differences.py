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

if TYPE_CHECKING:
    import pandas as pd

#: What of the run a difference is about.
Part: TypeAlias = Literal["output", "kept", "study", "again", "today"]
#: Columns that identify the rows of a table that has no key of its own in `geosocial.tables`.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"dictionary": ("table", "column"), "inputs": ("role", "path")}


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
        Row of the file as a spreadsheet counts (0: unknown), header of the column; of a figure its column.
    key
        What identifies the figure: its zone, sphere, service, indicator.
    before, after
        Values; empty where a file or a row is there on one side only.
    what
        ``changed``, ``missing``, ``added``.
    """

    part: Part
    file: str
    what: Literal["changed", "missing", "added"] = "changed"
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


def rows(before: Path, after: Path, name: str, part: Part) -> Iterable[Difference]:
    """Give the cells in which two versions of an input differ; the file alone where it cannot be read."""
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
    found = False
    columns = list(dict.fromkeys([*one.table.columns, *other.table.columns]))
    first, second = (dict(zip(s.rows.tolist(), range(len(s.rows)), strict=True)) for s in (one, other))
    cells = [
        {c: s.table[c].astype(object).tolist() for c in s.table.columns if c in columns} for s in (one, other)
    ]
    shapes = [None if s.layer is None else s.layer.geometry.to_wkb().tolist() for s in (one, other)]
    for row in sorted({*first, *second}):
        if row not in first or row not in second:
            found = True
            yield Difference(part, name, "added" if row in second else "missing", row=row)
            continue
        a, b = first[row], second[row]
        for column in columns:
            values = [
                "" if column not in side else _text(side[column][at])
                for side, at in zip(cells, (a, b), strict=True)
            ]
            if values[0] != values[1]:
                found = True
                yield Difference(part, name, row=row, column=str(column), before=values[0], after=values[1])
        if shapes[0] is not None and shapes[1] is not None and shapes[0][a] != shapes[1][b]:
            found = True
            yield Difference(part, name, row=row, column="geometry")
    if not found:  # other bytes, the same cells: line ends, the order of keys
        yield Difference(part, name)


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def read(path: Path) -> pd.DataFrame:
    """Return a table that a run wrote, every cell as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def figures(before: pd.DataFrame, after: pd.DataFrame, name: str, part: Part) -> Iterable[Difference]:
    """Give the cells in which two editions of a table differ, by the key of their row."""
    held = {contract.name: contract.key for contract in tables.CONTRACTS} | dict(_KEYS)
    columns = [c for c in before.columns if c in after.columns]
    key = [c for c in held.get(name, ()) if c in columns]
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
