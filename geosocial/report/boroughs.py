"""One page a zone, on paper: its place among the others in each service, what stands there, what is proposed.

Every figure is one of the tables of the run. A strip shows every zone of a service as a point, this one by
the symbol of its sphere: coverages from 0 to 100 %, ratios from 0 to the largest of the zones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.report import charts, paper
from geosocial.report.dossier import picture
from geosocial.report.tables import UNITS
from geosocial.report.verdicts import Map, main_indicator, paint_of, sphere_of, word_of
from geosocial.tables.contract import rows

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Initiatives that a page names in each sphere, sites in all, and signs of a name: a page is one page.
_NAMED: Final = 8
_SITES: Final = 12
_LONGEST: Final = 60


def write_boroughs(results: Results, path: Path, words: Words, *, drawn: charts.Shapes | None = None) -> None:
    """Write the sheets of a run in one language as a PDF.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from geosocial.io.write import write_bytes

    write_bytes(pdf(results, words, drawn=drawn), path)


def pdf(results: Results, words: Words, *, drawn: charts.Shapes | None = None) -> bytes:
    """Return the sheets of a run in one language as the bytes of a PDF.

    Raises
    ------
    GeosocialError
        When typst refuses the document, or warns.
    """
    shapes = drawn or charts.shapes(results)
    values, maps = content(words, results, shapes)
    return paper.set_in_type("boroughs", values, maps)


def content(words: Words, results: Results, shapes: charts.Shapes) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the template reads, as plain values, and the maps as SVG by file name."""
    boroughs = wording.boroughs_only(results)
    document = words.t("One page a borough") if boroughs else words.t("One page a zone")
    zones = [str(z) for z in results.zones["zone_id"]]
    initiatives = _initiatives(words, results)
    sites = _sites(words, results)
    scales = {key: _scale(results, *key) for key in _services(results)}
    maps, pages = {}, []
    for number, zone in enumerate(zones):
        name = wording.zone_name(words, results, zone)
        file = f"zone-{number}.svg"
        maps[file] = picture(shapes, _locator(words, results, zone), marks=False, size="-m")
        pages.append(
            {
                "name": name,
                "kind": wording.zone_kind(words, results, zone),
                "sentence": _sentence(words, results, zone),
                "facts": _facts(words, results, zone),
                "map": file,
                "alt": words.t("Map: where {name} lies.", name=name),
                "rows": [_row(words, results, zone, *key, most=scales[key]) for key in scales],
                "sites": sites.get(zone, []),
                "initiatives": initiatives.get(zone, []),
            }
        )
    values = {
        **paper.head(words, results, document),
        "dot": symbology.color("muted"),
        "place": words.t("Its place among {zones}", zones=wording.zone_count(words, results, len(zones))),
        "heads": {
            "service": words.t("Service"),
            "value": words.t("Value"),
            "gap": words.t("Gap"),
            "rank": words.t("Rank"),
            "verdict": words.t("Verdict"),
        },
        "ticks": [words.percent(share) for share in (0, 0.5, 1)],
        "reading": " ".join((_reading(words, results), wording.distance_note(words, results))),
        "sites_title": words.t("Proposed sites"),
        "initiatives_title": words.t("Initiatives"),
        "pages": pages,
    }
    return values, maps


def _services(results: Results) -> list[tuple[str, str]]:
    return [(sphere, spec.key) for sphere, spec in results.study.services()]


def _reading(words: Words, results: Results) -> str:
    ratios = [(s, v.key) for s, v in results.study.services() if v.rule == "ratio"]
    said = [
        words.t(
            "Grey points: the other zones. Bar: interval. Dashed line: all together. Rank 1 is the least "
            "served. Verdict: the settings in which the zone is underserved, of those tried."
        )
    ]
    said += [
        words.t(
            "{service}: the strip goes from 0 to {most}.",
            service=wording.service_label(words, results, s, v),
            most=words.number(_scale(results, s, v), 1),
        )
        for s, v in ratios
    ]
    if any(rank.status == "low_confidence" for rank in wording.figures(results).ranks.values()):
        said.append(wording.care_note(words, results))
    return " ".join(said)


def _scale(results: Results, sphere: str, service: str) -> float:
    """Return the value at the right end of a strip."""
    if wording.service_of(results, sphere, service).rule != "ratio":
        return 1.0
    found = wording.figures(results)
    shown = [found.value(z, sphere, service, "rate") for z in ("", *found.names)]
    values = [v for f in shown for v in (f.value, f.upper) if not math.isnan(v) and f.status != "cannot_say"]
    return max(values, default=1.0) or 1.0


def _sentence(words: Words, results: Results, zone: str) -> str:
    found = wording.figures(results)
    by: dict[str, list[str]] = {}
    for sphere, service in _services(results):
        rank = found.rank(zone, sphere, service)
        key = rank.status if rank.status in {"missing", "cannot_say"} else rank.verdict or "cannot_say"
        label = wording.service_label(words, results, sphere, service)
        by.setdefault(key, []).append(wording.lower_first(label))
    said = {
        "underserved": words.t("Underserved: {names}.", names="; ".join(by.get("underserved", []))),
        "depends": words.t("It depends on the settings: {names}.", names="; ".join(by.get("depends", []))),
        "served": words.t("Served: {names}.", names="; ".join(by.get("served", []))),
        "cannot_say": words.t("One cannot say: {names}.", names="; ".join(by.get("cannot_say", []))),
        "missing": words.t("Data are missing: {names}.", names="; ".join(by.get("missing", []))),
    }
    return " ".join(text for key, text in said.items() if key in by)


def _facts(words: Words, results: Results, zone: str) -> list[dict[str, str]]:
    """Return how many people or households each service counts in the zone, each demand once."""
    found, told = wording.figures(results), {}
    for sphere, service in results.study.services():
        figure = found.value(zone, sphere, service.key, "demand")
        if service.demand not in told and not math.isnan(figure.value):
            label = wording.demand_label(words, results, service.demand)
            told[service.demand] = {"number": words.number(figure.value), "label": wording.upper_first(label)}
    return list(told.values())


def _locator(words: Words, results: Results, zone: str) -> Map:
    name = wording.zone_name(words, results, zone)
    ground = str(symbology.look()["pattern"]["missing"]["ground"])
    fills = {str(z): ground for z in results.zones["zone_id"]} | {zone: symbology.color("chosen")}
    return Map("zone", name, words.t("Map: where {name} lies.", name=name), fills, {}, (), ())


def _row(
    words: Words, results: Results, zone: str, sphere: str, service: str, *, most: float
) -> dict[str, Any]:
    found, spec = wording.figures(results), wording.service_of(results, sphere, service)
    main = main_indicator(results, sphere, service)
    figure, rank = found.value(zone, sphere, service, main), found.rank(zone, sphere, service)
    gap = found.value(zone, sphere, service, "gap")
    why = ""
    if rank.status == "missing" or math.isnan(figure.value):
        why = wording.why_missing(words, results, zone, sphere, service)
    elif rank.status == "cannot_say":
        why = wording.why_not(words, results, zone, sphere, service)
    others = [
        found.value(z, sphere, service, main).value
        for z in found.names
        if z != zone and found.rank(z, sphere, service).status not in {"missing", "cannot_say"}
    ]
    at = {
        key: _at(v, most)
        for key, v in (("at", figure.value), ("lower", figure.lower), ("upper", figure.upper))
    }
    return {
        "sphere": asdict(sphere_of(words, sphere)),
        "name": wording.service_label(words, results, sphere, service),
        "unit": words.t("within {standard}", standard=words.metres(spec.standard_m or math.nan))
        if spec.rule == "coverage"
        else words.t("per {per}", per=words.number(spec.per)),
        "others": [x for x in (_at(v, most) for v in others) if x is not None],
        "whole": _at(found.value("", sphere, service, main).value, most),
        **({"at": None, "lower": None, "upper": None} if why else at),
        "value": wording.value(words, figure.unit, figure.value, decimals=1),
        "interval": wording.interval(words, figure.unit, figure.lower, figure.upper, brief=True),
        "gap": words.number(gap.value),
        "gap_unit": words.t(UNITS[gap.unit]) if gap.unit in UNITS else "",
        "rank": f"{words.number(rank.rank)}/{words.number(rank.ranked)}" if rank.rank else "–",
        "tied": words.t("tied") if rank.tied > 1 else "",
        "paint": paint_of(rank),
        "word": f"{word_of(words, rank)}{'*' if rank.status == 'low_confidence' else ''}",
        "settings": f"{rank.underserved_in}/{rank.settings}" if rank.settings and rank.verdict else "",
        "why": why,
    }


def _at(value: float, most: float) -> float | None:
    return None if math.isnan(value) else round(min(max(value / most, 0.0), 1.0) * 100, 3)


def _clip(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _initiatives(words: Words, results: Results) -> Mapping[str, list[dict[str, Any]]]:
    """Return the existing initiatives that are shown by name, by zone and sphere."""
    places = results.places
    mine = places[places["shown"] & (places["status"] == "existing") & (places["name"] != "")]
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows(mine[["zone_id", "sphere", "name"]]):
        names.setdefault((row["zone_id"], row["sphere"]), []).append(_clip(row["name"]))
    told: dict[str, list[dict[str, Any]]] = {}
    for sphere in results.study.spheres:
        for zone in wording.figures(results).names:
            held = names.get((zone, sphere), [])
            rest = len(held) - _NAMED
            shown = held[:_NAMED]
            if rest > 0:
                shown.append(words.n("{count} other", "{count} others", rest, count=words.number(rest)))
            if held:
                counted = {"count": words.number(len(held)), "names": ", ".join(shown)}
                told.setdefault(zone, []).append({"sphere": asdict(sphere_of(words, sphere)), **counted})
    return told


def _sites(words: Words, results: Results) -> Mapping[str, list[dict[str, Any]]]:
    """Return the sites of the largest proposal of each service, by the zone in which they stand."""
    every = results.proposed
    told: dict[str, list[dict[str, Any]]] = {}
    if not len(every):
        return {}
    priced = wording.priced(every["cost"].tolist())
    largest = every[every["number"] == every.groupby(["sphere", "service"])["number"].transform("max")]
    for row in rows(largest):
        served = wording.amount(words, _unit(results, row), row["newly"])
        facts = {"order": words.number(row["order"]), "number": words.number(row["number"]), "served": served}
        # where no list names the candidates they are places where people live: nobody knows their codes
        name = row["name"] or (row["candidate_id"] if len(results.candidates) else "")
        said = (
            words.t("Site {order} of {number}, {name}: {served} newly served.", name=_clip(name), **facts)
            if name
            else words.t("Site {order} of {number}: {served} newly served.", **facts)
        )
        price = words.t("Price: {price}.", price=wording.money(words, row["cost"]))
        one = {
            "sphere": asdict(sphere_of(words, row["sphere"])),
            "text": f"{said} {price}" if priced else said,
        }
        told.setdefault(row["zone_id"], []).append(one)
    for zone, mine in told.items():
        rest = len(mine) - _SITES
        if rest > 0:
            others = words.n("{count} other", "{count} others", rest, count=words.number(rest))
            told[zone] = [*mine[:_SITES], {"sphere": None, "text": others}]
    return told


def _unit(results: Results, row: Mapping[str, Any]) -> str:
    return wording.figures(results).value("", row["sphere"], row["service"], "demand").unit
