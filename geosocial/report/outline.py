"""What a report says, as a neutral value in one language: no HTML here, so that any page can be set from it.

Every figure is taken from the tables of `Results`; the outline orders, names and rounds them, and counts
verdicts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import wording
from geosocial.report import equity, trust
from geosocial.report.directions import Directions, directions
from geosocial.report.editions import Editions, editions
from geosocial.report.glance import Glance, glance
from geosocial.report.services import Service, service_part
from geosocial.report.verdicts import (
    Entry,
    Map,
    Sphere,
    headline_service,
    judged,
    sphere_of,
    underserved_in,
    verdict_counts,
    verdict_legend,
    verdict_map,
    zone_names,
)

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary: a sphere in one figure, one sentence and one map."""

    sphere: Sphere
    big: str
    sentence: str
    more: str
    verdicts: str
    map: Map
    #: Where the figure is explained.
    anchor: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report in one language."""

    lang: str
    title: str
    subtitle: str
    edition: str
    lead: str
    #: Lists of which many rows were lost: to be read before any figure.
    cautions: tuple[str, ...]
    lines: tuple[Line, ...]
    verdict_legend: tuple[Entry, ...]
    verdict_note: str
    glance: Glance
    services: tuple[Service, ...]
    equity: equity.Equity | None
    #: None where the study follows no plan.
    directions: Directions | None
    #: None where the study names no earlier edition.
    editions: Editions | None
    trust: trust.Trust
    labels: dict[str, str]


def outline(words: Words, results: Results) -> Outline:
    """Return what the report of `results` says in one language."""
    zones = wording.zone_count(words, results, len(results.zones))
    return Outline(
        lang=words.lang,
        title=words.label(results.study.name),
        subtitle=words.t(
            "Where people are underserved, by how much, and how sure we are: {zones}", zones=zones
        ),
        edition=wording.edition(words, results),
        lead=_lead(words, results),
        cautions=tuple(wording.cautions(words, results)),
        lines=tuple(_line(words, results, s) for s in results.study.spheres),
        verdict_legend=verdict_legend(words),
        verdict_note=f"{wording.verdict_note(words, results)} {wording.distance_note(words, results)}",
        glance=glance(words, results),
        services=tuple(service_part(words, results, s, v.key) for s, v in results.study.services()),
        equity=equity.equity(words, results),
        directions=directions(words, results),
        editions=editions(words, results),
        trust=trust.trust(words, results),
        labels=_labels(words),
    )


def _labels(words: Words) -> dict[str, str]:
    return {
        "report": words.t("Report"),
        "contents": words.t("Contents"),
        "summary": words.t("In short"),
        "skip": words.t("Skip to the report"),
        "glance": words.t("At a glance"),
        "services": words.t("By sphere"),
        "made": words.t("Made with geosocial. The same input gives the same report."),
        "settings_key": words.t("One square is one setting; full: underserved in it."),
        "atlas": words.t("Atlas"),
        "indicators": words.t("Indicators"),
        "sheets": words.t("Sheets"),
        "tables": words.t("Tables"),
        "explained": words.t("Explanations"),
        "rows": words.t("Rows to look at"),
        "where": words.t("Where these figures come from"),
        "other": "English" if words.lang == "fr" else "Français",
        "other_lang": "en" if words.lang == "fr" else "fr",
        "colon": wording.COLON[words.lang],
        "scroll": words.t("Table, wider than the page: it scrolls sideways"),
    }


def _lead(words: Words, results: Results) -> str:
    counts, of = underserved_in(results), len(results.study.spheres)
    most = max(counts.values(), default=0)
    if not judged(results):
        return words.t("No zone could be judged in any sphere, for want of data.")
    if not most:
        return words.t("No zone that could be judged is underserved in any sphere.")
    names = zone_names(words, results, [z for z, n in counts.items() if n == most])
    if most == of > 1:
        return words.t("Underserved in every sphere: {names}.", names=names)
    return words.n(
        "Underserved in {most} of {of} sphere: {names}.",
        "Underserved in {most} of {of} spheres: {names}.",
        most if words.lang == "fr" else of,
        most=most,
        of=of,
        names=names,
    )


def _line(words: Words, results: Results, sphere: str) -> Line:
    service = headline_service(results, sphere)
    found = wording.figures(results)
    ratio = service.rule == "ratio"
    key = "rate" if ratio else "coverage"
    whole = found.value("", sphere, service.key, key)
    sentence, more = wording.headline(words, results, sphere, service.key, key)
    judged_zones = any(found.rank(z, sphere, service.key).verdict for z in found.names)
    if not ratio and service.norm == 1 and not math.isnan(whole.value):
        gap = wording.headline(words, results, sphere, service.key, "gap_share")[0]
        sentence = f"{sentence} {_beyond(words, results, sphere, service.key) or gap}"
    return Line(
        sphere=sphere_of(words, sphere),
        big=wording.value(words, key, whole.value),
        sentence=sentence,
        more=more,
        # where nothing is judged the sentence has said so: "0 underserved" would read as good news
        verdicts=verdict_counts(words, results, sphere, service.key) if judged_zones else "",
        map=verdict_map(words, results, sphere, service.key),
        anchor=wording.anchor(sphere, service.key, "", key),
    )


def _beyond(words: Words, results: Results, sphere: str, service: str) -> str:
    gap = wording.figures(results).value("", sphere, service, "gap")
    if not gap.value > 0:
        return ""
    return words.t("Farther away: {amount}.", amount=wording.amount(words, gap.unit, gap.value))
