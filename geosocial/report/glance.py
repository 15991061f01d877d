"""Every zone in every sphere, at a glance. A neutral value, no HTML."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import wording
from geosocial.report.verdicts import (
    Sphere,
    headline_services,
    judged,
    main_indicator,
    paint_of,
    sphere_of,
    underserved_in,
    word_of,
    zone_names,
)
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


@dataclass(frozen=True, slots=True)
class Cell:
    """A zone in one sphere, at a glance."""

    paint: str
    value: str
    settings: str
    #: The verdict in words, for those who do not see the square.
    word: str
    #: Whether the cell has no figure to show, only the word.
    empty: bool
    #: Where the figure is explained; the zone in this service without its last part.
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class GlanceRow:
    """A zone at a glance."""

    name: str
    demand: str
    #: Where the demand is explained; empty where there is none.
    anchor: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """Every zone in every sphere."""

    title: str
    lead: str
    zone_head: str
    demand_head: str
    heads: tuple[tuple[Sphere, str], ...]
    groups: tuple[tuple[str, tuple[GlanceRow, ...]], ...]
    whole: GlanceRow
    notes: tuple[str, ...]


def glance(words: Words, results: Results) -> Glance:
    """Return every zone in the headline service of every sphere, grouped by how often it is underserved."""
    found, services = wording.figures(results), headline_services(results)
    counts, of = underserved_in(results), len(services)
    population = next(
        ((s, v.key) for s, v in results.study.services() if wording.is_population(results, v.demand)), None
    )

    def demand(zone: str) -> str:
        return words.number(found.value(zone, *population, "demand").value) if population else ""

    def place(zone: str) -> str:
        return wording.anchor(*population, zone, "demand") if population else ""

    known = judged(results)
    groups = []
    for number in (*sorted({counts[z] for z in known}, reverse=True), None):
        zones = [z for z, c in counts.items() if (c == number if z in known else number is None)]
        if not zones:
            continue
        rows = tuple(
            GlanceRow(
                wording.zone_name(words, results, z),
                demand(z),
                place(z),
                tuple(_cell(words, results, z, *k) for k in services),
            )
            for z in sorted(zones, key=lambda z: fold(found.names[z][words.lang]))
        )
        groups.append((_group_head(words, number, of), rows))
    whole = tuple(
        Cell(
            "",
            wording.value(
                words,
                main_indicator(results, s, v),
                found.value("", s, v, main_indicator(results, s, v)).value,
            ),
            "",
            "",
            False,
            wording.anchor(s, v, "", main_indicator(results, s, v)),
        )
        for s, v in services
    )
    return Glance(
        title=words.t("At a glance: {zones}", zones=wording.zone_count(words, results, len(found.names))),
        lead=_glance_lead(words, results),
        zone_head=wording.zone_heading(words, results),
        demand_head=wording.upper_first(
            wording.demand_label(words, results, wording.service_of(results, *population).demand)
        )
        if population
        else "",
        heads=tuple((sphere_of(words, s), _unit_head(words, results, s, v)) for s, v in services),
        groups=tuple(groups),
        whole=GlanceRow(words.t("All together"), demand(""), place(""), whole),
        notes=(
            words.t(
                "In each cell: the verdict, the figure at the reference setting, and "
                "the settings in which the zone is "
                "below the value of the whole. Zones are grouped by the number of spheres in which they are "
                "underserved, then by name. Missing data are never counted as zero."
            ),
            *(
                [words.t("All together: in each sphere, the zones with data.")]
                if _with_holes(results)
                else ()
            ),
            *([wording.care_note(words, results)] if _with_care(results) else ()),
        ),
    )


def _with_care(results: Results) -> bool:
    found, services = wording.figures(results), headline_services(results)
    return any(found.rank(z, s, v).status == "low_confidence" for z in found.names for s, v in services)


def _with_holes(results: Results) -> bool:
    """Return whether some zones have no data in a sphere, so that the study as a whole is not all of them."""
    found, services = wording.figures(results), headline_services(results)
    return any(found.rank(z, s, v).status == "missing" for z in found.names for s, v in services)


def _figure(words: Words, figure: wording.Figure) -> str:
    """Return a figure in few characters: a share within a point of 0 or 1 has a decimal, so it is neither."""
    near = figure.unit == "share" and (0 < figure.value < 0.01 or 0.99 < figure.value < 1)
    return wording.value(words, figure.unit, figure.value, decimals=1 if near else None)


def _group_head(words: Words, number: int | None, of: int) -> str:
    if number is None:
        return words.t("Not judged in any sphere, for want of data")
    if number == 0:
        return words.t("Underserved in no sphere")
    return words.n(
        "Underserved in {number} of {of} sphere",
        "Underserved in {number} of {of} spheres",
        number if words.lang == "fr" else of,
        number=number,
        of=of,
    )


def _glance_lead(words: Words, results: Results) -> str:
    counts, known = underserved_in(results), judged(results)
    none = [z for z, c in counts.items() if not c and z in known]
    said = words.t(
        "Underserved in at least one sphere: {count} of {of}.",
        count=sum(c > 0 for c in counts.values()),
        of=wording.zone_count(words, results, len(counts)),
    )
    if none and len(none) <= 6:
        said += " " + words.t("In none: {names}.", names=zone_names(words, results, none))
    if len(known) < len(counts):
        unknown = wording.zone_count(words, results, len(counts) - len(known))
        said += " " + words.t("Not judged, for want of data: {zones}.", zones=unknown)
    return said


def _unit_head(words: Words, results: Results, sphere: str, service: str) -> str:
    spec = wording.service_of(results, sphere, service)
    if spec.rule == "ratio":
        per = words.number(spec.per)
        if wording.counts_dwellings(spec):
            return words.t("dwellings per {per}", per=per)
        return words.t("facilities per {per}", per=per)
    return words.t("within {standard}", standard=words.metres(spec.standard_m or math.nan))


def _cell(words: Words, results: Results, zone: str, sphere: str, service: str) -> Cell:
    found = wording.figures(results)
    rank, figure = (
        found.rank(zone, sphere, service),
        found.value(zone, sphere, service, main_indicator(results, sphere, service)),
    )
    word = word_of(words, rank)
    if rank.status in {"missing", "cannot_say"} or math.isnan(figure.value):
        return Cell(paint_of(rank), "", "", word, empty=True)
    settings = f"{rank.underserved_in}/{rank.settings}" if rank.settings else ""
    care = "*" if rank.status == "low_confidence" else ""
    at = wording.anchor(sphere, service, zone, main_indicator(results, sphere, service))
    return Cell(paint_of(rank), _figure(words, figure), settings + care, word, empty=False, anchor=at)
