"""The small words of the borough pages, in one language at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geosocial import wording

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Words that these pages take from the atlas as they are.
SHARED = (
    "locale",
    "study",
    "edition",
    "noscript",
    "language",
    "sphere",
    "indicator",
    "initiatives",
    "facilities",
    "buildings",
    "zone",
    "map",
    "price",
    "missing",
    "cannot",
    "outside",
    "zoom",
    "zoomIn",
    "zoomOut",
    "zoomAll",
    "noFacility",
    "all",
    "places",
    "dwellings",
    "zones",
    "explain",
)


def interface(words: Words, results: Results, atlas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the labels of a page, by the key that it knows them by; `atlas` holds those of the atlas."""
    t = words.t
    count = wording.zone_count(words, results, len(results.zones))
    boroughs = wording.boroughs_only(results)
    name = words.label(results.study.name)
    every = t("The boroughs") if boroughs else t("The zones")
    return {key: atlas[key] for key in SHARED} | {
        "skip": t("Skip to the content"),
        "home": t("geosocial: to the atlas"),
        "index": every,
        "indexTitle": t("{what} – {study}", what=every, study=name),
        "atlas": t("Open in the atlas"),
        "short": t("A sentence a sphere"),
        "place": t("Its place among the {zones}", zones=count),
        "stripNote": t(
            "Grey dots: the others. Red dot: this one, with its interval. Dashed line: the norm, or the "
            "value of the whole. Rank 1: least served."
        ),
        "value": t("Value"),
        "rank": t("Rank"),
        "verdict": t("Verdict"),
        "name": t("Name"),
        "kind": t("Kind"),
        "status": t("Status"),
        "noInitiative": t("The list names no initiative here. This does not mean that there is none."),
        "symbols": t("Filled symbols: here. Empty ones: at the neighbours’. With a dark edge: initiatives."),
        "near": t("Neighbours"),
        "sources": t("Sources and method"),
        "asOf": t("as of"),
        "show": t("Show {name} on the map"),
        "mapOf": t("Map of {name}"),
        "sites": t("Proposed sites"),
        "siteNote": t("Numbered by whom they newly serve; the same as in the atlas."),
        "site": t("Site {n}"),
        "adds": t("{n} newly served"),
        "dots": t("People beyond the standard"),
        "noDots": t("Do not show"),
        "dot": t("1 dot = {n} people"),
        "people": wording.upper_first(_people(words, results)),
        "sorted": t("Press a heading to sort."),
    }


def _people(words: Words, results: Results) -> str:
    """Return the label of the population, which the index shows."""
    keys = [
        spec.demand for _, spec in results.study.services() if wording.is_population(results, spec.demand)
    ]
    return wording.demand_label(words, results, keys[0]) if keys else ""


def notes(words: Words, results: Results) -> dict[str, Any]:
    """Return the notes and the sources at the foot of a page."""
    said = [
        wording.service_note(words, results, sphere, spec.key) for sphere, spec in results.study.services()
    ]
    heads = [
        wording.service_label(words, results, sphere, spec.key) for sphere, spec in results.study.services()
    ]
    paragraphs = [f"{head}{wording.COLON[words.lang]} {note}" for head, note in zip(heads, said, strict=True)]
    if any(spec.rule == "coverage" for _, spec in results.study.services()):
        paragraphs.append(wording.distance_note(words, results))
    paragraphs.append(wording.verdict_note(words, results))
    return {
        "notes": paragraphs,
        "sources": [[str(line), line.as_of] for line in wording.sources(words, results)],
    }
