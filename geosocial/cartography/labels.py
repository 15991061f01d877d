"""The small words of the atlas, in one language at a time: controls, columns, notes, lines of the card."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.vocabulary import kinds

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service


def interface(words: Words, results: Results) -> dict[str, Any]:
    """Return the labels of the controls, by the key that the page knows them by."""
    t = words.t
    boroughs = wording.boroughs_only(results)
    count = len(results.zones)
    all_zones = wording.zone_count(words, results, count)
    name = words.label(results.study.name)
    return {
        "locale": words.locale,
        "doc": t("{study} – atlas", study=name),
        "study": name,
        "edition": wording.edition(words, results),
        "skip": t("Skip to the map"),
        "noscript": t(
            "This page needs JavaScript, which stays on this computer: nothing is sent or fetched."
        ),
        "home": t("geosocial: back to the whole map"),
        "search": t("Borough or initiative") if boroughs else t("Zone or initiative"),
        "searchShort": t("Search"),
        "found": t("Boroughs and initiatives") if boroughs else t("Zones and initiatives"),
        "nothing": t("Nothing has that name"),
        "language": t("Language"),
        "sphere": t("Sphere"),
        "indicator": t("Indicator"),
        "layers": t("Layers"),
        "legendUnit": t("boroughs") if boroughs else t("zones"),
        "cannot": wording.upper_first(wording.status_label(words, "cannot_say")),
        "missing": wording.upper_first(wording.status_label(words, "missing")),
        "outside": t("Outside the study"),
        "facilities": t("Facilities"),
        "buildings": t("Buildings"),
        "sizeDwellings": t("size: dwellings"),
        "initiatives": t("Initiatives"),
        "more": t("… and {n} more"),
        "districts": t("Districts"),
        "ground": t("Streets and parks"),
        "streets": t("Streets"),
        "parks": t("Parks"),
        "dot": t("1 dot = {n}", n="{n}"),
        "catchments": t("Catchments"),
        "clusters": t("Clusters of far places"),
        "sites": t("Proposed sites"),
        "site": t("Site"),
        "candidates": t("Candidate sites"),
        "candidate": t("Candidate site"),
        "siteNumber": t("Number of sites"),
        "price": [t("Price: {price}"), wording.money_form(words)],
        "unit": t("Areal unit"),
        "unitZones": t("Boroughs") if boroughs else t("Zones"),
        "ways": t("Classes"),
        "colon": wording.COLON[words.lang],
        "names": t("Names and values"),
        "all": t("All boroughs") if boroughs else t("All zones"),
        "zones": all_zones,
        "zone": wording.zone_heading(words, results),
        "map": t("Map"),
        "mapHelp": t(
            "Map by {zone}. Arrow keys move from one to the next, Enter chooses, plus and minus zoom.",
            zone=wording.lower_first(wording.zone_heading(words, results)),
        ),
        "rail": t("Choices and legend"),
        "table": t("Table"),
        "tableTitle": t("Table of the {zones}", zones=all_zones) if count > 1 else t("Table"),
        "tableNote": t("–: missing, which is not zero"),
        "csv": t("Download CSV"),
        "zoom": t("Zoom"),
        "zoomIn": t("Zoom in"),
        "zoomOut": t("Zoom out"),
        "zoomAll": t("Show the whole city"),
        "panels": t("Panels"),
        "panelNames": [t("Choose"), wording.zone_heading(words, results), t("Table")],
        "bar": t("Expand or shrink the panel"),
        "page": t("Page of the borough") if boroughs else t("Page of the zone"),
        "explain": t("Where this figure comes from"),
        "why": t("Where does this figure come from?"),
        "rankNote": t("Rank 1: least served. Red dot: this one."),
        "square": t("1 square = 1 setting"),
        "notRanked": t("not ranked"),
        "noFacility": t("The list holds none here."),
        "places": [t("{n} facility"), t("{n} facilities")],
        "dwellings": [t("{n} dwelling"), t("{n} dwellings")],
    }


def view_label(words: Words, spec: Service, key: str) -> str:
    """Return the name of a view in the list of indicators."""
    if key == "gap":
        return words.t("Gap to the norm") if spec.rule == "ratio" else words.t("Gap")
    if key == "distance":
        return words.t("Mean distance")
    return words.t("Supply and need") if key == "rate" else words.t("Coverage")


def beyond(words: Words, results: Results, spec: Service) -> str:
    """Return the name of the layer of those who live beyond the standard."""
    if wording.is_population(results, spec.demand):
        return words.t("Residents beyond")
    unit = next((c.unit for c in results.study.demand.columns if c.key == spec.demand), "people")
    return words.t("People beyond") if unit == "people" else words.t("Households beyond")


def standard(words: Words, results: Results, sphere: str, spec: Service) -> str:
    """Return the short line below the legend: the standard and how it is measured, or the norm."""
    if spec.rule != "coverage" or spec.standard_m is None:
        return wording.norm_note(words, results, sphere, spec.key)
    far = words.metres(spec.standard_m)
    if results.study.network is not None:
        return words.t("Standard: {standard}, along streets.", standard=far)
    stretch = wording.factor(words, results.study.detour)
    return words.t("Standard: {standard}, straight line × {detour}.", standard=far, detour=stretch)


def order_note(words: Words, spec: Service, key: str) -> str:
    """Return what the ranked list is ordered by, and what its figures are."""
    if key == "distance":
        return words.t("From the farthest to the nearest")
    if key != "gap":
        return words.t("From least to best served")
    if spec.rule == "ratio":
        return words.t("From least to best served: share, {units}", units=_plural(words, spec))
    return words.t("From least to best served: share, people")


def _plural(words: Words, spec: Service) -> str:
    return words.t("dwellings") if _dwellings(spec) else words.t("facilities")


def _dwellings(spec: Service) -> bool:
    return any(kinds()[k].capacity == "dwellings" for k in spec.kinds if k in kinds())


def mark(words: Words, indicator: str, city: float) -> str:
    """Return what the vertical line of a dot plot is: the value of the whole."""
    return (
        "" if math.isnan(city) else words.t("| whole: {value}", value=wording.value(words, indicator, city))
    )


def scale_note(words: Words, results: Results, spec: Service) -> str:
    """Return what the dot and the bar of a dot plot are."""
    drawn = wording.has_draws(results)
    if spec.rule == "ratio":
        if drawn:
            return words.t("Dot: value. Bar: interval. Line: the norm or the value of the whole.")
        return words.t("Dot: value. Line: the norm or the value of the whole.")
    if drawn:
        return words.t("Dot: value. Bar: interval. Line: the whole.")
    if results.study.network is not None:
        return words.t("Dot: value. Line: the norm or the value of the whole.")
    low, high = results.study.robustness.detour_range
    return words.t(
        "Dot: value. Bar: detour factor from {low} to {high}. Line: the whole.",
        low=words.number(low, 1),
        high=words.number(high, 1),
    )


def explanation(
    words: Words, results: Results, sphere: str, spec: Service, keys: Collection[str]
) -> list[str]:
    """Return where the figures of a service come from, a paragraph a matter."""
    paragraphs = [
        wording.standard_note(words, results, sphere, spec.key),
        wording.norm_note(words, results, sphere, spec.key),
    ]
    if spec.rule == "coverage":
        paragraphs.append(wording.distance_note(words, results))
    interval = wording.interval_note(words, results, sphere, spec.key)
    if interval and wording.has_draws(results):
        paragraphs.append(interval)
    paragraphs.append(wording.verdict_note(words, results))
    lines = [str(line) for line in wording.sources(words, results) if line.key in keys]
    return [*paragraphs, words.t("Sources: {sources}.", sources="; ".join(lines))]


def credit(words: Words, results: Results, keys: Collection[str]) -> str:
    """Return the attribution below the map: publishers with their years, open licences, date of the edition.

    A licence is named where it asks to be: a Creative Commons one.
    """
    years: dict[str, list[str]] = {}
    licences: dict[str, str] = {}
    for line in wording.sources(words, results):
        publisher = re.split(r"\s*[,;(]", line.publisher, maxsplit=1)[0]
        if line.key not in keys:
            continue
        if line.year not in years.setdefault(publisher, []):
            years[publisher].append(line.year)
        if found := re.match(r"CC[\s-][A-Z]+[A-Z-]*(?:\s\d\.\d)?", line.licence):
            licences[publisher] = "\u00a0".join(found[0].split())
    short = "; ".join(
        ", ".join((publisher, *sorted(dates)))
        + (f" ({licences[publisher]})" if publisher in licences else "")
        for publisher, dates in years.items()
    )
    return words.t("Data: {sources}", sources=short) + " · " + words.date(results.study.edition)


def settings(words: Words, results: Results, sphere: str, spec: Service, zones: Sequence[str]) -> list[str]:
    """Return what each setting tried is: its standard, whose demand, and what else they differ in."""
    found = wording.figures(results)
    tried = next((t for z in zones if (t := found.tried(z, sphere, spec.key))), ())
    return wording.setting_texts(words, results, tried)


def supply(words: Words, results: Results, zone: str, spec: Service) -> dict[str, Any]:
    """Return the supply of a zone by kind: a title, its total, and a line a kind with its number."""
    rows = {s.kind: s for s in wording.figures(results).supply(zone) if s.kind in spec.kinds}
    dwellings = _dwellings(spec) and spec.rule == "ratio"
    title = words.t("Listed dwellings") if dwellings else words.t("Facilities")
    lines, total, known = [], 0.0, False
    for kind in spec.kinds:
        row = rows.get(kind)
        amount = (
            math.nan if row is None or row.status == "missing" else (row.capacity if dwellings else row.count)
        )
        if math.isnan(amount):
            continue
        known, total = True, total + amount
        label = wording.upper_first(wording.kind_label(words, kind, amount))
        lines.append([label, words.number(amount), amount > 0])
    if not known:
        return {"title": title, "total": wording.status_label(words, "missing"), "lines": [], "none": False}
    return {"title": title, "total": words.number(total), "lines": lines, "none": total == 0}


def columns(words: Words, results: Results, spec: Service) -> list[str]:
    """Return the headers of the table: zone, demand, supply, coverage or rate, gaps, settings, rank."""
    t = words.t
    ratio = spec.rule == "ratio"
    gap = t("Gap (dwellings)") if _dwellings(spec) else t("Gap (facilities)")
    return [
        wording.zone_heading(words, results),
        wording.upper_first(wording.demand_label(words, results, spec.demand)),
        t("Listed dwellings") if ratio and _dwellings(spec) else t("Facilities"),
        t("Per {per} households", per=words.number(spec.per)) if ratio else t("Coverage"),
        gap if ratio else t("Gap (people)"),
        t("Gap (share)"),
        t("Settings where underserved"),
        t("Rank"),
    ]


def csv_header(words: Words, results: Results, spec: Service) -> list[str]:
    """Return the headers of the file: as the table, with intervals and the number of settings apart."""
    zone, demand, held, main, gap, share, below, rank = columns(words, results, spec)
    low, high = words.t("{column}, lower", column=main), words.t("{column}, upper", column=main)
    return [
        zone,
        demand,
        held,
        main,
        low,
        high,
        gap,
        share,
        below,
        words.t("Settings tried"),
        rank,
        words.t("Status"),
    ]


def cells(words: Words, results: Results, zone: str, sphere: str, spec: Service) -> list[list[str]]:
    """Return the cells of a row after its name, each as ``[text]`` or ``[text, interval]``."""
    found = wording.figures(results)

    def figure(indicator: str) -> wording.Figure:
        return found.value(zone, sphere, spec.key, indicator)

    rank = found.rank(zone, sphere, spec.key)
    main = figure("rate" if spec.rule == "ratio" else "coverage")
    unranked = words.t("not ranked") if rank.status == "cannot_say" else "–"
    judged = rank.settings > 0 and rank.verdict != ""
    return [
        [words.number(figure("demand").value)],
        [words.number(figure("supply").value)],
        [wording.value(words, main.unit, main.value), *_range(words, main)],
        [words.people(figure("gap").value)],
        [wording.value(words, "gap_share", figure("gap_share").value)],
        [f"{words.number(rank.underserved_in)}/{words.number(rank.settings)}" if judged else unranked],
        [words.number(rank.rank) if rank.rank else unranked],
    ]


def _range(words: Words, figure: wording.Figure) -> list[str]:
    if math.isnan(figure.lower) or math.isnan(figure.upper):
        return []
    scale, digits = (100, 0) if figure.unit == "share" else (1, 1)
    low, high = (words.number(x * scale, digits) for x in (figure.lower, figure.upper))
    return [f"({low}–{high})"]


def zone_values(
    words: Words,
    results: Results,
    sphere: str,
    spec: Service,
    zones: Sequence[str],
    *,
    fill: str,
    amount: str,
) -> dict[str, list[str]]:
    """Return what each zone shows in a view: its label on the map, its figure in words, both intervals."""
    found = wording.figures(results)
    out: dict[str, list[str]] = {"val": [], "iv": [], "main": [], "mainIv": [], "short": []}
    for zone in zones:
        share, number = (found.value(zone, sphere, spec.key, i) for i in (fill, amount))
        if share.status in {"missing", "cannot_say"} or math.isnan(share.value):
            said = wording.upper_first(
                wording.status_label(words, share.status if share.status != "ok" else "missing")
            )
            out["val"].append("?" if share.status == "cannot_say" else "–")
            out["iv"].append(said)
            out["main"].append(said)
            out["mainIv"].append("")
            out["short"].append("")
            continue
        care = wording.status_label(words, share.status)
        # no colour and no pattern: a figure that is said is drawn as the others are, and marked
        out["val"].append(wording.value(words, fill, share.value) + ("*" if care else ""))
        between = wording.interval(words, fill, share.lower, share.upper)
        out["iv"].append(" · ".join(text for text in (between, care) if text))
        out["short"].append("" if amount == fill else words.people(number.value))
        if amount == fill:
            out["main"].append(out["val"][-1])
            out["mainIv"].append(out["iv"][-1])
        else:
            out["main"].append(wording.amount(words, number.unit, number.value))
            out["mainIv"].append(" · ".join(text for text in (_between(words, number), care) if text))
    return out


def care(words: Words, results: Results, sphere: str, spec: Service, *, fill: str) -> str:
    """Return what the asterisk of a legend means and how many zones have it; empty where none has."""
    found = wording.figures(results)
    marked = sum(found.value(z, sphere, spec.key, fill).status == "low_confidence" for z in found.names)
    if not marked:
        return ""
    label = wording.status_label(words, "low_confidence")
    return words.t("* {label}: {count}", label=label, count=wording.zone_count(words, results, marked))


def _between(words: Words, figure: wording.Figure) -> str:
    """Return the interval of a number of people or dwellings, rounded as sentences round them."""
    if math.isnan(figure.lower) or math.isnan(figure.upper):
        return ""
    low, high = words.people(figure.lower), words.people(figure.upper)
    return words.t("no variation") if low == high else words.t("{low} to {high}", low=low, high=high)
