"""The words of trust: where a standard comes from, what became of each record, why, and the sources."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial.tables import OUTCOMES
from geosocial.wording.labels import (
    counted_against,
    factor,
    kind_label,
    lower_first,
    outcome_count,
    service_of,
    sphere_label,
    zone_count,
)
from geosocial.wording.sentences import norm_rate

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: From this share of its rows lost on, a list is cautioned against before any figure: an incomplete list, and
#: a complete one, where a zone without a row has none.
LOST: Final = 0.1
LOST_OF_COMPLETE: Final = 0.01


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in one language; ``str()`` gives the line that stands under a map."""

    key: str
    title: str
    publisher: str
    year: str
    licence: str
    as_of: str
    url: str
    text: str

    def __str__(self) -> str:
        """Return the source on one line."""
        return self.text


def day(words: Words, text: str) -> str:
    """Return an ISO date in words, any other date (a year, a quarter) as the study writes it."""
    try:
        return words.date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def sources(words: Words, results: Results) -> list[SourceLine]:
    """Return the sources that the study uses, in its order: what must stand wherever a figure does."""
    study = results.study
    used = {
        study.zones.source,
        study.demand.source,
        *(p.source for p in study.places),
        *(c.source for c in study.context),
    }
    lines = []
    for key, source in study.sources.items():
        if key not in used:
            continue
        title, publisher, licence = (words.label(x) for x in (source.title, source.publisher, source.licence))
        as_of = day(words, source.as_of)
        dated = title if source.year in title else f"{title}, {source.year}"
        text = f"{publisher}, {dated} ({licence})"
        lines.append(SourceLine(key, title, publisher, source.year, licence, as_of, source.url, text))
    return lines


def edition(words: Words, results: Results) -> str:
    """Return ``Edition of November 22, 2026``."""
    return words.t("Edition of {date}", date=words.date(results.study.edition))


def aside(text: str) -> str:
    """Return a sentence as it stands between parentheses: no capital, no full stop."""
    return lower_first(text).rstrip(".")


def standard_note(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return the standard of a service with its source; a ratio says what it compares instead."""
    spec = service_of(results, sphere, service)
    if spec.rule == "ratio":
        return words.t("Ratio: listed supply per {group}.", group=counted_against(words, results, spec))
    source = aside(words.label(spec.standard_source)) if spec.standard_source else words.t("assumption")
    standard = words.metres(spec.standard_m or math.nan)
    if spec.standard_min is not None:
        standard = words.t(
            "{minutes} min on foot ({metres} at {speed} km/h)",
            minutes=words.number(spec.standard_min),
            metres=standard,
            speed=words.number(results.study.walk_kmh, 1),
        )
    if results.study.network is not None:
        return words.t("Standard: {standard}, along streets ({source}).", standard=standard, source=source)
    return words.t(
        "Standard: {standard}, straight line × {factor} ({source}).",
        standard=standard,
        factor=factor(words, results.study.detour),
        source=source,
    )


def norm_note(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return the norm of a service with its source."""
    spec = service_of(results, sphere, service)
    source = aside(words.label(spec.norm_source))
    if spec.rule == "ratio":
        rate = norm_rate(results, sphere, service)
        norm = words.number(rate, 1)
        if spec.norm == "city" and math.isnan(rate):
            return words.t(
                "Norm: the rate of the zones on the list taken together, not known for want of data "
                "({source}).",
                source=source,
            )
        if spec.norm == "city":
            return words.t(
                "Norm: {norm}, the rate of the zones on the list taken together ({source}).",
                norm=norm,
                source=source,
            )
        return words.t("Norm: {norm} ({source}).", norm=norm, source=source)
    return words.t(
        "Norm: {norm} within the standard ({source}).", norm=words.percent(float(spec.norm)), source=source
    )


def service_note(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return the standard and the norm of a service, each with its source or the word assumption."""
    return f"{standard_note(words, results, sphere, service)} {norm_note(words, results, sphere, service)}"


def distance_note(words: Words, results: Results) -> str:
    """Return how distances were measured."""
    study = results.study
    if study.network is not None:
        return words.t(
            "Distances: along streets ({source}); straight line × {factor} from places farther than {snap} "
            "from a junction.",
            source=words.label(study.sources[study.network.source].title),
            factor=factor(words, study.detour),
            snap=words.metres(study.network.snap_m),
        )
    return words.t(
        "Distances: straight line × {factor} (detour factor; {source}).",
        factor=factor(words, study.detour),
        source=aside(words.label(study.detour_source)),
    )


def verdict_note(words: Words, results: Results) -> str:
    """Return the rule of the verdicts, with the shares of the study."""
    rule = results.study.robustness
    return words.t(
        "Underserved: below the value of the whole in at least {high} of the settings tried. "
        "Served: in at most {low}. Otherwise it depends on the settings.",
        high=words.percent(rule.underserved_from),
        low=words.percent(rule.served_to),
    )


def conservation_line(words: Words, counts: Mapping[str, int]) -> str:
    """Return ``3,231 read = 3,217 matched + 10 snapped to the nearest + …``: every outcome, also those of 0.

    Parameters
    ----------
    counts
        Rows by outcome, and ``read`` where it is known; otherwise their sum.

    Examples
    --------
    >>> from geosocial.i18n import words
    >>> conservation_line(words("en"), {"matched": 3, "outside": 1})
    '4 read = 3 matched + 0 snapped to the nearest + 1 outside + 0 ambiguous + 0 unlocated + 0 rejected'
    """
    parts = [outcome_count(words, o, int(counts.get(o, 0))) for o in OUTCOMES]
    total = int(counts.get("read", sum(int(counts.get(o, 0)) for o in OUTCOMES)))
    read = words.n("{figure} read", "{figure} read", total, figure=words.number(total))
    return f"{read} = {' + '.join(parts)}"


def reason(words: Words, code: str, **facts: object) -> str:
    """Return why a row was set aside or marked, from the code of a fault and its facts."""
    from geosocial.intake.reasons import REASONS

    known = REASONS.get(code)
    if known is None:
        return words.t("The row could not be used as it is.")
    return words.t(known, **{"column": "", "value": "", "file": "", "row": "", **facts})


def uncounted(words: Words, results: Results) -> list[str]:
    """Return a sentence for each kind of which places are listed as supply, and which no service counts."""
    places = results.places
    listed = places[places["counted"] & (places["status"] == "existing")]
    told = []
    for (source, sphere, kind), rows in listed.groupby(["source", "sphere", "kind"], sort=True):
        spec = results.study.spheres.get(str(sphere))
        if spec is None or not kind or any(kind in service.kinds for service in spec.services):
            continue
        label = next(p.label for p in results.study.places if p.key == source)
        told.append(
            words.n(
                "{list}: {count} place is not counted in {sphere}: no service counts its kind, “{kind}”. "
                'To count it, add "{key}" to kinds under [[spheres.{table}.services]] of the study.',
                "{list}: {count} places are not counted in {sphere}: no service counts their kind, “{kind}”. "
                'To count them, add "{key}" to kinds under [[spheres.{table}.services]] of the study.',
                len(rows),
                list=words.label(label),
                count=words.number(len(rows)),
                sphere=lower_first(sphere_label(words, str(sphere))),
                kind=kind_label(words, str(kind), 1),
                key=kind,
                table=sphere,
            )
        )
    return told


def cautions(words: Words, results: Results, *, written: bool = True) -> list[str]:
    """Return a sentence for each list of which many rows could not be used, and for a demand too coarse.

    It stands before the figures: on the first page of a report, at the end of a run on the terminal.

    Parameters
    ----------
    written
        Whether the table of faults is written, in which each row stands with its reason.
    """
    told = _coarse(words, results)
    for row in results.conservation.to_dict(orient="records"):
        spec = next(p for p in results.study.places if p.key == row["source"])
        read, rejected, unlocated = (int(row[key]) for key in ("read", "rejected", "unlocated"))
        lost = rejected + unlocated
        if not lost or lost < read * (LOST_OF_COMPLETE if spec.complete else LOST):
            continue
        parts = [
            outcome_count(words, key, n) for key, n in (("rejected", rejected), ("unlocated", unlocated)) if n
        ]
        said = [
            words.n(
                "Caution, “{list}”: {lost} of {read} record could not be used ({parts}).",
                "Caution, “{list}”: {lost} of {read} records could not be used ({parts}).",
                lost if words.lang == "fr" else read,
                list=words.label(spec.label),
                lost=words.number(lost),
                read=words.number(read),
                parts=", ".join(parts),
            )
        ]
        if spec.counted and spec.complete:
            said.append(
                words.t(
                    "As the list is declared complete, a zone without a located record is told to have none."
                )
            )
        if spec.counted:
            said.append(words.t("Coverage may be higher, and gaps smaller, than what is told."))
        if written:
            said.append(words.t("Each row and its reason: {file}.", file="tables/faults.csv"))
        else:
            said.append(words.t("geosocial check says each row and its reason."))
        told.append(" ".join(said))
    return told


def _coarse(words: Words, results: Results) -> list[str]:
    """Return a sentence where most zones have all their people at one place: all are covered, or none."""
    lived = results.demand[(results.demand["zone_id"] != "") & results.demand["x"].notna()]
    places = lived.drop_duplicates(["zone_id", "x", "y"])["zone_id"].value_counts()
    alone = int((places == 1).sum())
    if not alone or 2 * alone < len(results.zones):
        return []
    return [
        words.t(
            "Caution: in {count} of {zones}, all people are told to live at one single place, so coverage "
            "is 0 or 100% there. Give the figures of smaller areas: blocks, dissemination areas, cells of a "
            "grid.",
            count=words.number(alone),
            zones=zone_count(words, results, len(results.zones)),
        )
    ]


def set_aside(words: Words, results: Results) -> list[str]:
    """Return a line for each file in which rows sum up the others, and for those of doubtful letters.

    Totals are no records, and are not lost.
    """
    from geosocial.intake.reasons import TOTAL, TOTALS
    from geosocial.intake.source import letters_said

    letters = [
        words.t(said.template, **said.facts)
        for file in results.inputs
        for said in letters_said(file.path, file.how)
    ]
    return letters + [
        words.t(message, file=file.path, rows=rows)
        for file in results.inputs
        if (rows := file.how.get("total_rows"))
        for message in [TOTALS if "," in rows else TOTAL]
    ]


def rows_to_see(words: Words, results: Results, *, most: int) -> list[str]:
    """Return a line for each row that was rejected or could not be located, and how many more there are."""
    faults = results.faults
    lost = faults[faults["action"].isin(["rejected", "unlocated"])].drop_duplicates(["source", "source_row"])
    told = [
        words.t(
            "{file}, row {row}: {reason}",
            file=f["source_file"],
            row=f["source_row"],
            reason=reason(
                words,
                str(f["code"]),
                column=f["column"],
                value=f["value"],
                file=f["source_file"],
                row=f["source_row"],
            ),
        )
        for f in lost.head(most).to_dict(orient="records")
    ]
    more = len(lost) - len(told)
    if more > 0:
        told.append(
            words.n(
                "… and {count} more row: see {file}.",
                "… and {count} more rows: see {file}.",
                more,
                count=words.number(more),
                file="tables/faults.csv",
            )
        )
    return told
