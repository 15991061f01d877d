"""A service of a study in a report: its sentence, its map, its ranking. A neutral value, no HTML."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import symbology, wording
from geosocial.report import clusters, siting, trust
from geosocial.report.evidence import evidence
from geosocial.report.parts import Part
from geosocial.report.verdicts import Entry, Map, Sphere, main_indicator, paint_of, sphere_of, word_of

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


@dataclass(frozen=True, slots=True)
class Row:
    """A zone in the ranking of a service."""

    zone_id: str
    #: Where its figures are explained.
    anchor: str
    rank: str
    name: str
    value: float
    lower: float
    upper: float
    share: str
    interval: str
    gap: str
    rate: str
    supply: str
    judged: tuple[bool | None, ...]
    settings: str
    paint: str
    word: str
    #: Why there is no figure, in a sentence; empty where there is one.
    why: str
    ranked: bool
    #: To be read with care: marked, never patterned.
    care: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its sentence, its map, its ranking."""

    key: str
    sphere: Sphere
    #: The indicator that says how well it serves: ``coverage`` or ``rate``.
    main: str
    title: str
    sentence: str
    more: str
    notes: tuple[str, ...]
    map: Map
    heads: dict[str, str]
    rows: tuple[Row, ...]
    whole: Row
    has_interval: bool
    facilities: tuple[tuple[str, str], ...]
    #: How to read the dot plot.
    reading: str
    #: What the mark of a figure that is to be read with care means; empty where none has it.
    care: str
    evidence: tuple[Part, ...]
    #: Where the places far from the service cluster; None where the study does not look for it.
    clusters: Part | None
    #: Empty where no sites are proposed.
    sites: tuple[Part, ...]
    starred: siting.Starred | None


def service_part(words: Words, results: Results, sphere: str, service: str) -> Service:
    """Return what a report says of one service."""
    found = wording.figures(results)
    ranks = found.ranking(sphere, service)
    order = {"missing": 2, "cannot_say": 1}
    ranks = sorted(ranks, key=lambda r: (order.get(r.status, 0), r.rank or math.inf))
    rows = tuple(_row(words, results, r, sphere, service) for r in ranks)
    sentence, more = wording.headline(words, results, sphere, service, "gap_share")
    number = [(s, v.key) for s, v in results.study.services()].index((sphere, service))
    return Service(
        key=f"s-{number}",
        sphere=sphere_of(words, sphere),
        main=main_indicator(results, sphere, service),
        title=wording.service_label(words, results, sphere, service),
        sentence=sentence,
        more=more,
        notes=(
            wording.service_note(words, results, sphere, service),
            *_caution(words, results, sphere, service),
        ),
        map=_gap_map(words, results, sphere, service, key=f"m-{number}"),
        heads=_heads(words, results, sphere, service),
        rows=rows,
        whole=_whole(words, results, sphere, service),
        has_interval=any(r.interval for r in rows),
        facilities=_facilities(words, results, sphere, service),
        reading=_reading(words, drawn=any(r.interval for r in rows)),
        care=_care(words, results, rows),
        evidence=evidence(words, results, sphere, service, key=f"s-{number}"),
        clusters=clusters.part(words, results, sphere, service, key=f"c-{number}"),
        sites=siting.parts(words, results, sphere, service, key=f"p-{number}"),
        starred=siting.starred(words, results, sphere, service),
    )


def _care(words: Words, results: Results, rows: tuple[Row, ...]) -> str:
    if not any(row.care for row in rows):
        return ""
    return " ".join((wording.care_note(words, results), words.t("Its symbol is hollow.")))


def _reading(words: Words, *, drawn: bool) -> str:
    if drawn:
        return words.t("Symbol: value. Bar: interval. Dashed line: all together. Equal ranks are ties.")
    return words.t("Symbol: value. Dashed line: all together. Equal ranks are ties.")


def _caution(words: Words, results: Results, sphere: str, service: str) -> list[str]:
    """Return what a reader must know of this service's intervals and lists."""
    notes: list[str] = []
    interval = wording.interval_note(words, results, sphere, service)
    if interval:
        notes.append(interval)
    lists = [words.label(p.label) for p in trust.lists_of(results, sphere, service) if not p.complete]
    if lists:
        names = words.listing(f"“{x}”" if words.lang == "en" else f"«\u00a0{x}\u00a0»" for x in lists)
        notes.append(words.t("Incomplete list: {names}. Figures that rest on it are minimums.", names=names))
    return notes


def _heads(words: Words, results: Results, sphere: str, service: str) -> dict[str, str]:
    spec = wording.service_of(results, sphere, service)
    ratio = spec.rule == "ratio"
    unit = wording.figures(results).value("", sphere, service, "gap").unit
    supply = wording.figures(results).value("", sphere, service, "supply").unit
    units = {
        "people": words.t("people"),
        "households": words.t("households"),
        "dwellings": words.t("dwellings"),
        "facilities": words.t("facilities"),
    }
    return {
        "rank": words.t("Rank"),
        "zone": wording.zone_heading(words, results),
        "plot": wording.legend_title(words, results, sphere, service, "gap_share"),
        "share": words.t("Share"),
        "interval": words.t("Interval"),
        "gap": words.t("Gap ({unit})", unit=units.get(unit, "")),
        "rate": words.t("Per {per}", per=words.number(spec.per)) if ratio else words.t("Coverage"),
        "supply": wording.upper_first(units.get(supply, "")),
        "settings": words.t("Settings where underserved"),
        "verdict": words.t("Verdict"),
        "low": words.percent(0),
        "mid": words.percent(0.5),
        "high": words.percent(1),
    }


def _row(words: Words, results: Results, rank: wording.Rank, sphere: str, service: str) -> Row:
    found, zone = wording.figures(results), rank.zone_id
    share = found.value(zone, sphere, service, "gap_share")
    gap = found.value(zone, sphere, service, "gap")
    main = found.value(zone, sphere, service, main_indicator(results, sphere, service))
    supply = found.value(zone, sphere, service, "supply")
    missing, unsaid = rank.status == "missing", rank.status == "cannot_say"
    why = ""
    if missing:
        why = wording.why_missing(words, results, zone, sphere, service)
    elif unsaid:
        why = wording.why_not(words, results, zone, sphere, service)
    settings = f"{rank.underserved_in}/{rank.settings}" if rank.settings and rank.verdict else ""
    return Row(
        zone_id=zone,
        anchor=wording.anchor(sphere, service, zone),
        rank=_rank(words, rank),
        name=wording.zone_name(words, results, zone),
        value=share.value,
        lower=share.lower,
        upper=share.upper,
        share=wording.value(words, "share", share.value, decimals=1),
        interval=wording.interval(words, "share", share.lower, share.upper, brief=True),
        gap=words.number(gap.value),
        rate=wording.value(words, main.unit, main.value, decimals=1),
        supply=words.number(supply.value),
        judged=tuple(s.underserved for s in found.tried(zone, sphere, service)) if settings else (),
        settings=settings,
        paint=paint_of(rank),
        word=word_of(words, rank),
        why=why,
        ranked=bool(rank.rank),
        care=rank.status == "low_confidence",
    )


def _rank(words: Words, rank: wording.Rank) -> str:
    if not rank.rank:
        return "–"
    return words.number(rank.rank)


def _whole(words: Words, results: Results, sphere: str, service: str) -> Row:
    found = wording.figures(results)

    def at(key: str) -> wording.Figure:
        return found.value("", sphere, service, key)

    share, main = at("gap_share"), at(main_indicator(results, sphere, service))
    return Row(
        zone_id="",
        anchor=wording.anchor(sphere, service, ""),
        rank="",
        name=words.t("All together"),
        value=share.value,
        lower=share.lower,
        upper=share.upper,
        share=wording.value(words, "share", share.value, decimals=1),
        interval=wording.interval(words, "share", share.lower, share.upper, brief=True),
        gap=words.number(at("gap").value),
        rate=wording.value(words, main.unit, main.value, decimals=1),
        supply=words.number(at("supply").value),
        judged=(),
        settings="",
        paint="",
        word="",
        why="",
        ranked=False,
    )


def _gap_map(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Map:
    found = wording.figures(results)
    classes = symbology.classes(words, "gap_share")
    at = symbology.breaks("gap_share")
    fills: dict[str, str] = {}
    marks: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for zone in found.names:
        figure, rank = found.value(zone, sphere, service, "gap_share"), found.rank(zone, sphere, service)
        if rank.status in {"missing", "cannot_say"} or math.isnan(figure.value):
            paint = "missing" if rank.status == "missing" or math.isnan(figure.value) else "cannot_say"
        else:
            paint = classes[symbology.class_of(figure.value, at)].color
        fills[zone] = paint
        counts[paint] += 1
        if rank.rank:
            marks[zone] = f"{rank.rank}{'*' if rank.status == 'low_confidence' else ''}"
    entries = [Entry(c.color, _counted(words, c.label, counts[c.color])) for c in classes]
    entries += [
        Entry(paint, _counted(words, wording.status_label(words, paint), counts[paint]))
        for paint in ("cannot_say", "missing")
        if counts[paint]
    ]
    name = wording.service_label(words, results, sphere, service)
    legend = wording.legend_title(words, results, sphere, service, "gap_share")
    return Map(
        key=key,
        title=words.t("Map: {name}", name=name),
        text=words.t(
            "{legend}, by zone. The number in a zone is its rank in the table: 1 is the least served.",
            legend=legend,
        ),
        fills=fills,
        marks=marks,
        dark=tuple(z for z, p in fills.items() if p == classes[-1].color),
        legend=tuple(entries),
    )


def _counted(words: Words, label: str, count: int) -> str:
    return words.t("{label}: {count}", label=label, count=count)


def _facilities(words: Words, results: Results, sphere: str, service: str) -> tuple[tuple[str, str], ...]:
    """Return how many facilities of each kind the zones hold together, as the supply table lists them."""
    found, total = wording.figures(results), []
    for kind in wording.service_of(results, sphere, service).kinds:
        counts = [
            s.count
            for z in found.names
            for s in found.supply(z)
            if s.kind == kind and not math.isnan(s.count)
        ]
        held = math.fsum(counts)
        total.append((wording.upper_first(wording.kind_label(words, kind, held)), words.number(held)))
    return tuple(total)
