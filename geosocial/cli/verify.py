"""``geosocial verify``: a run checked against its files, its inputs, and itself computed again."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geosocial.cli.console import Console, json_option, lang_option
from geosocial.errors import N_
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.verification import Verified
    from geosocial.verification.differences import Difference

#: Lines of each kind that are said on the terminal; all are in --json and --out.
_SAID: Final = 12
#: Tables whose values are said one by one; the others are counted.
_FIGURES: Final = ("overall", "measures")
#: Tables of words; and files that are named of those that are only written otherwise.
_WORDS: Final = ("dictionary",)
_NAMED: Final = 3
HEADINGS: Final[Mapping[str, str]] = {
    "output": N_("Files that are no longer what the run wrote:"),
    "kept": N_("Kept inputs that are no longer what the run read:"),
    "study": N_("What has changed in the study since the run:"),
    "again": N_("Computed again from the kept inputs, these differ:"),
    "today": N_("With the study as it is now, these figures would be others:"),
}


def command(say: Words) -> click.Command:
    """Return the verb ``verify``."""

    def verify(run: str, *, study: str | None, out: str | None, as_json: bool) -> int:
        from geosocial.study import read_study
        from geosocial.verification import verify as verified

        console = Console(say, silent=as_json)
        now = None if study is None else read_study(study)
        found = verified(Path(run), study=now, step=console.step)
        if out is not None:
            _write(found, Path(out))
        if as_json:
            click.echo(_json(found))
        else:
            for line in lines(say, found, Path(run)):
                click.echo(line)
        return 1 if found.differences or found.refused is not None else 0

    return click.Command(
        "verify",
        callback=verify,
        params=[
            click.Argument(["run"], type=click.Path(file_okay=False)),
            click.Option(
                ["--study"],
                type=click.Path(),
                help=say.t("The study as it is now; otherwise the one that the run read, if still there."),
            ),
            click.Option(
                ["--out"],
                type=click.Path(dir_okay=False),
                help=say.t("CSV file for everything that differs, cell by cell."),
            ),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t(
            "Check RUN: its files, its inputs, row by row, and the whole run computed again from the inputs "
            "that it keeps. Exit code 0: nothing differs; 1: something does."
        ),
        epilog=say.t("Example: geosocial verify results"),
    )


def lines(say: Words, found: Verified, run: Path) -> Iterator[str]:
    """Give what was checked and what differs, a line each."""
    if not found.recomputed:
        yield say.t("This run keeps no copy of its inputs: it was not computed again.")
    elif found.online:
        yield say.t("This run asked a geocoding service: the answers that it kept stand for it here.")
    for name, then, now in found.versions:
        yield say.t("{package} was {then} in the run and is {now} now.", package=name, then=then, now=now)
    labels: Mapping[tuple[str, ...], tuple[str, str]]
    labels = _labels(say, run) if any(d.key for d in found.differences) else {}
    for part, heading in HEADINGS.items():
        mine = [d for d in found.differences if d.part == part]
        if not mine:
            continue
        yield say.t(heading)
        if part == "again" and not found.damaged:
            yield from _of_programs(say, mine)
            mine = [d for d in mine if d.key or d.column]
        # figures before the pages that show them
        told = [d for d in mine if d.file in _FIGURES and d.key and d.column == "value"]
        told += [d for d in mine if not d.key]
        for difference in told[:_SAID]:
            yield f"  {_line(say, difference, labels)}"
        if len(told) > _SAID:
            more = len(told) - _SAID
            yield "  " + say.n("and {count} more", "and {count} more", more, count=say.number(more))
        rest = Counter(d.file for d in mine if d.key)
        if rest:
            counts = (
                say.t("{table} ({count})", table=table, count=say.number(count))
                for table, count in rest.items()
            )
            yield "  " + say.t("Cells that differ, by table: {tables}.", tables=say.listing(counts))
    if found.refused is not None:
        yield say.t("The study as it is now cannot be run: {reason}", reason=say.error(found.refused))
    files = say.n("{count} file checked", "{count} files checked", found.files, count=say.number(found.files))
    cells = say.n(
        "{count} figure computed again",
        "{count} figures computed again",
        found.figures,
        count=say.number(found.figures),
    )
    if found.differences or found.refused is not None:
        yield say.t("{files}; {figures}.", files=files, figures=cells)
    else:
        yield say.t("{files}; {figures}: no difference.", files=files, figures=cells)


def _of_programs(say: Words, again: Sequence[Difference]) -> Iterator[str]:
    """Give why a run that nobody has touched comes out otherwise, and which of its files do."""
    yield "  " + say.t(
        "Nothing is damaged: the files of the run, and the inputs that it keeps, are as it left them. "
        "Another version of geosocial or of a package computes or draws this otherwise."
    )
    if not any(d.key and d.file not in _WORDS for d in again):
        yield "  " + say.t("Every figure comes out the same.")
    drawn = [d.file for d in again if not d.key and not d.column]
    if drawn:
        files = ", ".join(drawn[:_NAMED]) + (", …" if len(drawn) > _NAMED else "")
        yield "  " + say.n(
            "{count} file is written otherwise: {files}",
            "{count} files are written otherwise: {files}",
            len(drawn),
            count=say.number(len(drawn)),
            files=files,
        )


def _line(say: Words, difference: Difference, labels: Mapping[tuple[str, ...], tuple[str, str]]) -> str:
    if difference.key:
        mark = tuple(difference.key.values())
        label, unit = labels.get(mark, (", ".join(mark), ""))
        if difference.what == "changed":
            before, after = _values(say, unit, difference.before, difference.after)
            return say.t("{figure}: {before}, then {after}", figure=label, before=before, after=after)
        return say.t("{figure}: only in one of the two", figure=label)
    return _place(say, difference)


def _place(say: Words, difference: Difference) -> str:
    where = difference.file
    if difference.what == "moved":
        before, after = difference.before, difference.after
        return say.t("{file}, row {before}: now row {after}", file=where, before=before, after=after)
    if difference.row:
        where = say.t("{file}, row {row}", file=where, row=difference.row)
    if difference.column:
        where = say.t("{where}, column “{column}”", where=where, column=difference.column)
    if difference.what == "missing":
        return say.t("{where}: no longer there", where=where)
    if difference.what == "added":
        return say.t("{where}: new", where=where)
    if difference.before or difference.after:
        before, after = (text or say.t("nothing") for text in (difference.before, difference.after))
        return say.t("{where}: “{before}” in the run, “{after}” now", where=where, before=before, after=after)
    return say.t("{where}: changed", where=where)


def _values(say: Words, unit: str, before: str, after: str) -> tuple[str, str]:
    """Return two values of a figure in words, with as many digits as tell them apart."""
    from geosocial import wording

    try:
        old, new = (float(text) if text else math.nan for text in (before, after))
    except ValueError:
        return before or say.t("nothing"), after or say.t("nothing")
    one, other = before, after
    for decimals in (0, 1, 2, 3, 6):
        one, other = (wording.value(say, unit, x, decimals=decimals) for x in (old, new))
        if one != other:
            break
    return one, other


def _labels(say: Words, run: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return how each figure of the run is called, and its unit, by its key; from its own tables."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for table in _FIGURES:
        try:
            with (run / "tables" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    place = row.get(f"zone_{say.lang}") or say.t("city as a whole")
                    key = tuple(row[c] for c in ("zone_id", "sphere", "service", "indicator") if c in row)
                    parts = (row[f"{c}_{say.lang}"] for c in ("service", "indicator"))
                    found[key] = (", ".join((place, *parts)), row["unit"])
        except (OSError, KeyError, csv.Error):
            continue
    return found


def _records(found: Verified) -> list[dict[str, Any]]:
    return [{**asdict(d), "key": " ".join(f"{k}={v}" for k, v in d.key.items())} for d in found.differences]


def _write(found: Verified, out: Path) -> None:
    import pandas as pd

    from geosocial.io.write import write_table

    columns = ["part", "file", "what", "row", "column", "key", "before", "after"]
    write_table(pd.DataFrame(_records(found), columns=columns), out)


def _json(found: Verified) -> str:
    told = {
        "files": found.files,
        "figures": found.figures,
        "recomputed": found.recomputed,
        "online": found.online,
        "study_found": found.study,
        "versions": [dict(zip(("package", "then", "now"), v, strict=True)) for v in found.versions],
        "refused": None if found.refused is None else str(found.refused),
        "differences": _records(found),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
