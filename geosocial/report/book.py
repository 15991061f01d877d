"""Two sheets about the workbook itself: with which parameters the run was done, what each column says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from geosocial import __version__
from geosocial.errors import N_
from geosocial.provenance import versions
from geosocial.report.dictionary import meaning
from geosocial.report.sheets import Column, Sheet, Value, each, tab
from geosocial.report.trust import trust

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: How a value is written, by the form of its column.
FORMS: Final = {
    "share": N_("share, shown as a percentage"),
    "whole": N_("number without decimals"),
    "rate": N_("number with one decimal"),
    "metres": N_("metres"),
    "fine": N_("number with four decimals"),
    "text": N_("text"),
}


@cache
def columns() -> Mapping[str, Mapping[str, Any]]:
    """Return what each column says: by header under ``any``, by sheet where it means something else."""
    text = resources.files("geosocial.report").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def says(words: Words, results: Results, sheet: str, header: str) -> str:
    """Return what a column of a sheet says, by the messages of their titles; empty where nobody has said."""
    known = columns()
    found = known.get(sheet, {}).get(header) or known["any"].get(header, "")
    if isinstance(found, str):
        table, _, column = found.partition(".")
        return meaning(words, results, table, column) if column else ""
    return str(found[words.lang])


def parameters(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the parameters of the run: in words, then the versions, then every key of the study."""
    rows: list[tuple[Value, ...]] = []
    told = [[(p.title, text) for p in trust(w, results).assumed for text in p.text] for w in say]
    rows += [(each([t for t, _ in same]), each([x for _, x in same])) for same in zip(*told, strict=True)]
    rows += [("geosocial", __version__), *sorted(versions().items())]
    rows += [
        (f"study.toml: {key}", value)
        for key, value in _flat(results.study.model_dump(mode="json", exclude={"folder"}))
    ]
    return Sheet(
        N_("Run parameters"),
        N_("With which settings, versions and keys of study.toml the run was done."),
        (Column(N_("Parameter"), width=60), Column(N_("Setting"), width=120)),
        rows,
    )


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Give each leaf of a study as ``spheres.culture.services[0].standard_m``, and its value as written."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flat(part, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value):
        for number, part in enumerate(value):
            yield from _flat(part, f"{key}[{number}]")
    elif value not in (None, "", [], {}):
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        yield key, str(text).lower() if isinstance(text, bool) else str(text)


def dictionary(results: Results, say: Sequence[Words], content: Sequence[Sheet]) -> Sheet:
    """Return what every column of every sheet says, its own sheet included."""
    own = Sheet(
        N_("Data dictionary"),
        N_("What every column of every sheet says, and how its values are written."),
        (
            Column(N_("Sheet"), width=40),
            Column(N_("Column"), width=44),
            Column(N_("Meaning"), width=90),
            Column(N_("Format"), width=40),
        ),
        [],
    )
    own.rows.extend(
        (
            tab(say, sheet.title),
            each([w.t(column.header) for w in say]),
            each([says(w, results, sheet.title, column.header) for w in say]),
            each([w.t(FORMS[column.form]) for w in say]),
        )
        for sheet in (*content, own)
        for column in sheet.columns
    )
    return own
