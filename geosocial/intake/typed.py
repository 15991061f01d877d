"""Read a sheet of which every column is known: each cell typed, each fault with its row.

Columns are recognised by their headers in either language (``geosocial/vocabulary/plan.toml``); a bilingual
header, ``début / start``, is each of its parts. A row that cannot be used is rejected with all its faults; a
column that says nothing known is named once.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from geosocial.errors import N_, InputError
from geosocial.intake.columns import Terms, number
from geosocial.intake.faults import Faults
from geosocial.intake.source import under_study
from geosocial.io.sheets import read_sheet
from geosocial.results import InputFile
from geosocial.vocabulary import fold, spheres, synonyms, terms
from geosocial.vocabulary.synonyms import plain, plan_headers

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import Study

_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_NOTHING: Final[Mapping[str, Any]] = {"number": math.nan, "amount": math.nan, "flag": False}
_PARTS: Final = re.compile(r"[;,\n]")
_YES: Final = frozenset({"oui", "yes", "vrai", "true", "x", "1", "o", "y", "exemple", "example"})
_NO: Final = frozenset({"", "non", "no", "faux", "false", "0", "n"})


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet: what its cells hold, and whether a row needs one."""

    key: str
    kind: Literal[
        "text", "number", "amount", "date", "flag", "term", "sphere", "spheres", "zone", "zones", "list"
    ] = "text"
    required: bool = False
    #: Of a term.
    family: str = ""


@dataclass(slots=True)
class Rows:
    """The typed rows of a sheet; `kept` leaves out those that are rejected."""

    sheet: str
    values: dict[str, list[Any]]
    rows: list[int]
    faults: Faults
    file: InputFile
    #: Header of each column that is there.
    headers: Mapping[str, str] = field(default_factory=dict)

    def reject(self, position: int, code: str, key: str = "", value: str = "") -> None:
        """Reject a row for a reason that stands in one of its columns."""
        self.faults.add(position, code, "rejected", column=self.headers.get(key, key), value=value)

    def flag(self, position: int, code: str, key: str = "", value: str = "") -> None:
        """Say what deserves a look in a row that is kept."""
        self.faults.add(position, code, "flagged", column=self.headers.get(key, key), value=value)

    def kept(self) -> list[dict[str, Any]]:
        """Return the rows that are not rejected, each with its ``source_file`` and ``source_row``."""
        rejected = self.faults.positions("rejected")
        told = []
        for position, row in enumerate(self.rows):
            if position not in rejected:
                values = {key: column[position] for key, column in self.values.items()}
                told.append({**values, "source_file": self.faults.file, "source_row": row})
        return told

    def repeated(self, key: str) -> None:
        """Reject every row whose identifier an earlier one has; an empty one is no identifier."""
        seen: set[str] = set()
        for position, identifier in enumerate(self.values[key]):
            if identifier and identifier in seen:
                self.reject(position, "id_repeated", key, str(identifier))
            seen.add(identifier)


def read_rows(
    study: Study,
    path: Path,
    sheet: str,
    fields: Sequence[Field],
    *,
    role: str,
    layer: str | None = None,
    named: Mapping[str, str] | None = None,
    zones: Mapping[str, str] | None = None,
    example: bool = False,
) -> Rows:
    """Return the typed rows of a sheet.

    Parameters
    ----------
    study, path
        The study, and the file as it names it.
    sheet
        Which headers: a table of ``plan.toml``.
    fields
        What each column holds.
    role
        What the faults and the manifest call the file.
    layer
        Sheet of a workbook.
    named
        Column → header, where headers are not recognised.
    zones
        Zone that each spelling means (`geosocial.intake.zones.zone_names`).
    example
        Whether every row is invented; else the column ``example`` says so.

    Raises
    ------
    InputError
        When the file cannot be used, a column that every row needs is not there, or two say the same.
    """
    read = read_sheet(study.path(path), sheet=layer)
    file = under_study(read.file, study, path, role)
    shown = f"{file.path} ({layer})" if layer else file.path
    faults = Faults.of(role, shown, read)
    headers = _headers(shown, read.frame, sheet, fields, named or {})
    blank = [""] * len(read.rows)
    texts = {
        f.key: [cell.strip() for cell in read.frame[headers[f.key]]] if f.key in headers else blank
        for f in fields
    }
    rows = Rows(sheet, {}, read.rows.tolist(), faults, file, headers)
    unknown = [str(c) for c in read.frame.columns if c not in headers.values()]
    if unknown and read.rows.size:
        rows.flag(0, "unknown_columns", value=", ".join(unknown))
    for one in fields:
        column = texts[one.key]
        rows.values[one.key] = _typed(one, column, rows, zones or {})
        if one.required:
            for position, cell in enumerate(column):
                if not cell:
                    rows.reject(position, "cell_needed", one.key)
    if example:
        rows.values["example"] = [True] * len(rows.rows)
    return rows


def _headers(
    file: str, frame: pd.DataFrame, sheet: str, fields: Sequence[Field], named: Mapping[str, str]
) -> dict[str, str]:
    """Return the header of each column; refuse at once all that are missing, unknown or said twice."""
    known = plan_headers(sheet)
    found: dict[str, list[str]] = {}
    for name in map(str, frame.columns):
        parts = {plain(part) for part in (name, *name.split("/"))}
        for key in (k for k, words in known.items() if parts & words):
            if key not in named:
                found.setdefault(key, []).append(name)
    wrong = [f"{key} = {header}" for key, header in named.items() if header not in frame.columns]
    wrong += [f"{key}: {', '.join(names)}" for key, names in found.items() if len(names) > 1]
    here = {**{key: names[0] for key, names in found.items()}, **named}
    wrong += [f.key for f in fields if f.required and f.key not in here]
    if wrong:
        raise InputError(
            N_("{file}: these columns are missing, or several say them: {wrong}; the columns are: {found}."),
            hint=N_("Name each column once; geosocial new writes sheets with every header."),
            file=file,
            wrong="; ".join(wrong),
            found=", ".join(map(str, frame.columns)),
        )
    keys = {f.key for f in fields}
    return {key: header for key, header in here.items() if key in keys}


def _typed(one: Field, column: Sequence[str], rows: Rows, zones: Mapping[str, str]) -> list[Any]:
    """Return the values of a column, and reject the rows whose cell holds none."""
    read: Mapping[str, Callable[[str], Any]] = {
        "number": _number,
        "amount": _amount,
        "date": date,
        "flag": _flag,
        "list": lambda text: "; ".join(p for p in (part.strip() for part in text.split(";")) if p),
        "text": str,
    }
    if one.kind in read:
        values = [read[one.kind](cell) for cell in column]
    elif one.kind == "term":
        keys = Terms(terms(one.family), also=synonyms.words(one.family)).keys(column)
        values = [Wrong("word_unknown") if key is None else key for key in keys]
    else:
        of_zones = one.kind in {"zone", "zones"}
        code = "zone_unknown" if of_zones else "word_unknown"
        known = _zones_of(zones) if of_zones else Terms(spheres(), also=synonyms.words("spheres")).keys
        many = one.kind in {"zones", "spheres"}
        values = [_each(cell, known, code, many=many) for cell in column]
    for position, value in enumerate(values):
        if isinstance(value, Wrong):
            rows.reject(position, value.code, one.key, value.text or column[position])
            values[position] = _NOTHING.get(one.kind, "")
    return values


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that holds nothing usable: the code of its fault, and which part of it."""

    code: str
    text: str = ""


def _zones_of(zones: Mapping[str, str]) -> Callable[[Iterable[str]], list[str | None]]:
    from geosocial.vocabulary.zone_names import fold_name

    ids = set(zones.values())
    return lambda words: [w if w in ids else zones.get(fold_name(w)) for w in words]


def _each(cell: str, keys: Callable[[list[str]], list[str | None]], code: str, *, many: bool) -> str | Wrong:
    """Return the keys of the words of a cell, separated by a comma; `many`: it may hold several."""
    if not cell:
        return ""
    whole = keys([cell])[0]
    parts = [cell] if whole or not many else [p.strip() for p in _PARTS.split(cell) if p.strip()]
    found = keys(parts)
    for part, key in zip(parts, found, strict=True):
        if key is None:
            return Wrong(code, part)
    return ",".join(dict.fromkeys(str(key) for key in found if key))


def _number(text: str) -> float | Wrong:
    value = number(text)
    return Wrong(value) if isinstance(value, str) else value


def _amount(text: str) -> float | Wrong:
    """Return an amount of money, whose sign and currency may be written."""
    value = number(re.sub(r"\s*(?:\$|CAD|\$\s*CA)\s*$", "", text.removeprefix("$").strip()))
    if isinstance(value, str):
        return Wrong(value)
    return Wrong("negative_number") if value < 0 else value


def date(text: str) -> str | Wrong:
    """Return a day as ISO 8601, ``""`` for an empty cell; no other way of writing one is guessed at.

    Examples
    --------
    >>> date("2026-11-22"), date("2026-11-22 00:00:00"), date("22/11/2026").code
    ('2026-11-22', '2026-11-22', 'bad_date')
    """
    found = _DATE.fullmatch(text)
    if not text:
        return ""
    try:
        return dt.date(*map(int, found.groups())).isoformat() if found else Wrong("bad_date")
    except ValueError:
        return Wrong("bad_date")


def _flag(text: str) -> bool | Wrong:
    word = fold(text)
    return word in _YES if word in _YES | _NO else Wrong("bad_flag")


def counts(sheets: Iterable[Rows]) -> list[dict[str, Any]]:
    """Return how many rows of each sheet were read, kept and rejected (`geosocial.tables.PLAN_ROWS`)."""
    told = []
    for one in sheets:
        rejected = len(one.faults.positions("rejected"))
        told.append(
            {
                "source": one.faults.source,
                "source_file": one.faults.file,
                "read": one.file.rows,
                "kept": len(one.kept()),
                "rejected": rejected,
            }
        )
    return told
