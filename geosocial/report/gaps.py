"""The gaps of a run for a terminal and for programs: a table and a sentence a service, or JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from geosocial import wording

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.i18n import Words
    from geosocial.results import Results

#: The tables of the JSON report, by the names of their contracts.
TOLD: Final = ("measures", "overall", "ranking", "methods", "closures")
#: Zones of these ranks have a sentence, and so has every underserved one.
LEAST_SERVED: Final = 3
#: Columns that are set flush right.
NUMBERS: Final = frozenset({0, 2, 3, 4, 5, 6, 7})
#: Columns that a narrow terminal does without, the first to go first; the sentences say the last one again.
SPARED: Final = (9, 4, 7, 5)


def lines(words: Words, results: Results, *, width: int | None = None) -> Iterator[str]:
    """Give the lines of the terminal: by service a headline, a table, a sentence for the least served.

    A table that is wider than `width` characters goes without some columns, and says so.
    """
    for number, (sphere, spec) in enumerate(results.study.services()):
        if number:
            yield ""
        yield from wording.headline(words, results, sphere, spec.key, "gap_share")
        yield ""
        table = [_heads(words, results, sphere, spec.key), *_rows(words, results, sphere, spec.key)]
        kept, spared = _fitting(table, width)
        yield from _aligned(table, kept)
        if spared:
            yield words.t(
                "Left out for want of width: {columns}. A wider window, --json or --out shows them.",
                columns=words.listing([table[0][at] for at in spared]),
            )
        found = wording.figures(results)
        ranking = found.ranking(sphere, spec.key)
        if any(r.status == "low_confidence" for r in ranking):
            yield wording.care_note(words, results)
        named = [
            r.zone_id
            for r in ranking
            if r.verdict == "underserved"
            or (
                1 <= r.rank <= LEAST_SERVED
                and found.value(r.zone_id, sphere, spec.key, "gap_share").value > 0
            )
        ]
        if named:
            yield ""
        yield from (wording.statement(words, results, zone, sphere, spec.key) for zone in named)


def _heads(words: Words, results: Results, sphere: str, service: str) -> tuple[str, ...]:
    ratio = wording.service_of(results, sphere, service).rule == "ratio"
    per = words.number(wording.service_of(results, sphere, service).per)
    unit = wording.figures(results).value("", sphere, service, "gap").unit
    units = {
        "people": words.t("people"),
        "households": words.t("households"),
        "dwellings": words.t("dwellings"),
        "facilities": words.t("facilities"),
    }
    return (
        words.t("Rank"),
        wording.zone_heading(words, results),
        words.t("Per {per}", per=per) if ratio else words.t("Coverage"),
        words.t("Gap"),
        words.t("Interval"),
        words.t("Gap ({unit})", unit=units.get(unit, "")),
        words.t("Settings"),
        words.t("Ranks"),
        words.t("Verdict"),
        words.t("Changed most by"),
    )


def _rows(words: Words, results: Results, sphere: str, service: str) -> Iterator[tuple[str, ...]]:
    found = wording.figures(results)
    ratio = wording.service_of(results, sphere, service).rule == "ratio"
    last = {"missing": 2, "cannot_say": 1}
    ranks = found.ranking(sphere, service)
    for rank in sorted(ranks, key=lambda r: (last.get(r.status, 0), r.rank or math.inf)):
        zone = rank.zone_id
        main = found.value(zone, sphere, service, "rate" if ratio else "coverage")
        share = found.value(zone, sphere, service, "gap_share")
        gap = found.value(zone, sphere, service, "gap")
        if rank.status in last:
            # the figure of a zone of which nothing is said stands in the tables, with its status
            name, word = wording.zone_name(words, results, zone), wording.status_label(words, rank.status)
            yield ("–", name, *["–"] * 6, word, "–")
            continue
        judged = bool(rank.settings and rank.verdict)
        care = "*" if rank.status == "low_confidence" else ""
        yield (
            words.number(rank.rank) if rank.rank else "–",
            wording.zone_name(words, results, zone),
            wording.value(words, main.unit, main.value, decimals=1),
            wording.value(words, "share", share.value, decimals=1) + care,
            wording.interval(words, "share", share.lower, share.upper, brief=True) or "–",
            words.number(gap.value),
            f"{words.number(rank.underserved_in)}/{words.number(rank.settings)}" if judged else "–",
            wording.rank_range(words, rank),
            wording.verdict_label(words, rank.verdict) or "–",
            wording.flips_label(words, rank),
        )


def _fitting(rows: Sequence[tuple[str, ...]], width: int | None) -> tuple[list[int], list[int]]:
    """Return the columns that fit in `width` characters, and those left out."""
    kept, spared = list(range(len(rows[0]))), []
    for column in SPARED:
        if width is None or max(len(line) for line in _aligned(rows, kept)) <= width:
            break
        kept.remove(column)
        spared.append(column)
    return kept, sorted(spared)


def _aligned(rows: Sequence[tuple[str, ...]], columns: Sequence[int]) -> Iterator[str]:
    """Give columns of rows as lines, numbers flush right; the signs that would move a cursor are left out."""
    cells = [{n: _plain(row[n]) for n in columns} for row in rows]
    widths = {n: max(len(row[n]) for row in cells) for n in columns}
    for row in cells:
        set_ = [cell.rjust(widths[n]) if n in NUMBERS else cell.ljust(widths[n]) for n, cell in row.items()]
        yield "  ".join(set_).rstrip()


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)


def as_json(words: Words, results: Results) -> str:
    """Return every figure as JSON: tables as in their contracts, a missing number null; and sentences."""
    study = results.study
    told: dict[str, Any] = {
        "study": study.id,
        "name": words.label(study.name),
        "edition": study.edition.isoformat(),
        "services": [
            {
                "sphere": sphere,
                "service": spec.key,
                "label": wording.service_label(words, results, sphere, spec.key),
                "headline": list(wording.headline(words, results, sphere, spec.key, "gap_share")),
                "zones": {
                    zone: wording.statement(words, results, zone, sphere, spec.key)
                    for zone in wording.figures(results).names
                },
            }
            for sphere, spec in study.services()
        ],
    }
    told |= {name: records(getattr(results, name)) for name in TOLD}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column; NaN and infinity are null.

    Examples
    --------
    >>> import pandas as pd
    >>> records(pd.DataFrame({"zone_id": ["A"], "value": [float("nan")], "rank": [1]}))
    [{'zone_id': 'A', 'value': None, 'rank': 1}]
    """
    columns = {str(name): [_told(value) for value in table[name].tolist()] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _told(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
