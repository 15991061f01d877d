"""What the atlas says: one neutral value with every figure once and every word in each language.

Nothing is computed: figures come from the results, sentences from `geosocial.wording`, colours from
`geosocial.symbology`. The page shows this value and adds no word of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.cartography import below, change, labels, layers, proposals
from geosocial.cartography.change import Since
from geosocial.cartography.shown import Run
from geosocial.cartography.views import figure, schemes, view, view_text, views
from geosocial.study import Service
from geosocial.vocabulary import Lang, terms

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


#: Vocabulary of the statuses of a place, in the order of their numbers in the page.
STATUSES: Final = ("existing", "planned", "closed")


def content(
    results: Results, words: Mapping[Lang, Words], *, lang: Lang, since: Since | None = None
) -> dict[str, Any]:
    """Return everything that the page of the atlas shows, ready for JSON.

    Parameters
    ----------
    results
        A frozen run.
    words
        The languages of the page, in the order in which they are offered.
    lang
        The language in which the page opens.
    since
        The changes since an earlier edition; without them there is no such view.
    """
    run, services = Run.of(results), results.study.services()
    return {
        "lang": lang,
        "zones": [
            {"slug": slug, "at": at, "x": wording.anchor(zone)}
            for slug, at, zone in zip(
                layers.slugs(results), layers.anchors(results.zones), run.zones, strict=True
            )
        ],
        "spheres": [
            {"key": s, "color": symbology.sphere_color(s), "shape": symbology.sphere_shape(s)}
            for s in run.spheres
        ],
        "services": [_service(run, sphere, spec, since) for sphere, spec in services],
        "named": _named(run),
        "classes": results.study.atlas.classes,
        "corner": below.corner(results),
        "areas": below.area_zones(results),
        "candidates": proposals.candidates(run),
        "water": waters(results),
        "look": {
            "ink": symbology.color("ink"),
            "served": symbology.ramp("coverage")[-1],
            "chosen": symbology.color("chosen"),
            "dot": symbology.color("dot"),
            "interval": symbology.color("interval"),
            "muted": symbology.color("muted"),
            "line": symbology.color("line"),
            "control": symbology.color("control"),
            "boundary": symbology.color("boundary"),
            "land": symbology.color("land"),
            "border": symbology.color("swatch_border"),
            "widths": {
                part: dict(symbology.look()[part]) for part in ("boundary", "chosen", "hovered", "focused")
            },
        },
        "text": {key: _text(run, w, since) for key, w in words.items()},
    }


def _service(run: Run, sphere: str, spec: Service, since: Since | None) -> dict[str, Any]:
    results, found, zones = run.results, run.figures, run.zones
    ranks = [found.rank(z, sphere, spec.key) for z in zones]
    compared = since is not None and since.knows(sphere, spec, run)
    chosen = {v.key: schemes(run, sphere, spec, v) for v in views(run, sphere, spec)}
    supply = layers.facilities(results, spec.kinds)
    shown = {i: n for n, i in enumerate(run.named.index)}
    sized = spec.rule == "ratio" and bool(supply["capacity"].notna().any())
    places = layers.degrees(supply["x"], supply["y"], results.study.crs)
    amounts = supply["capacity" if sized else "count"]
    return {
        "sphere": run.spheres.index(sphere),
        "key": spec.key,
        "x": wording.anchor(sphere, spec.key),
        "rule": spec.rule,
        "sized": sized,
        "rank": [r.rank for r in ranks],
        "settings": ["".join({True: "1", False: "0", None: "-"}[s.underserved] for s in tried) for tried in
                     (found.tried(z, sphere, spec.key) for z in zones)],
        "views": [
            *(view(run, sphere, spec, v, chosen[v.key]) for v in views(run, sphere, spec)),
            *([change.view(run, sphere, spec, since)] if since is not None and compared else []),
        ],
        "reach": proposals.reach_m(results, spec),
        "dots": below.beyond(run, sphere, spec),
        "areas": below.areas(run, sphere, spec, chosen),
        "clusters": below.clusters(run, sphere, spec),
        "sites": proposals.sites(run, sphere, spec),
        "supply": [
            [*place, run.kinds.index(kind), figure(float(amount))] + ([shown[i]] if i in shown else [])
            for i, place, kind, amount in zip(supply.index, places, supply["kind"], amounts, strict=True)
        ],
        "rows": [_numbers(run, z, sphere, spec) for z in zones],
    }  # fmt: skip


def _numbers(run: Run, zone: str, sphere: str, spec: Service) -> list[float | None]:
    """Return the exact figures of a row of the table, in the order of `labels.columns`."""
    found = run.figures

    def value(indicator: str) -> float:
        return found.value(zone, sphere, spec.key, indicator).value

    rank = found.rank(zone, sphere, spec.key)
    main = found.value(zone, sphere, spec.key, "rate" if spec.rule == "ratio" else "coverage")
    judged = rank.settings > 0 and rank.verdict != ""
    row = [
        value("demand"),
        value("supply"),
        main.value,
        main.lower,
        main.upper,
        value("gap"),
        value("gap_share"),
        float(rank.underserved_in) if judged else math.nan,
        float(rank.settings) if judged else math.nan,
        float(rank.rank) if rank.rank else math.nan,
    ]
    return [figure(x) for x in row]


def _named(run: Run) -> list[list[Any]]:
    named, spheres, used = run.named, run.spheres, run.kinds
    zones = {z: n for n, z in enumerate(run.zones)}
    places = layers.degrees(named["x"], named["y"], run.results.study.crs)
    columns = zip(
        places, named["name"], named["sphere"], named["kind"], named["status"], named["zone_id"],
        named["counted"], strict=True,
    )  # fmt: skip
    return [
        [
            *place,
            str(name),
            spheres.index(sphere) if sphere in spheres else -1,
            used.index(kind) if kind in used else -1,
            STATUSES.index(status) if status in STATUSES else -1,
            zones.get(str(zone), -1),
            int(counted),
        ]
        for place, name, sphere, kind, status, zone, counted in columns
    ]


def waters(results: Results) -> list[list[Any]]:
    """Return the names of the waters: position, name in both languages, angle in degrees clockwise."""
    frame = results.context.get("water_names")
    if frame is None or not len(frame):
        return []
    points = frame.geometry.representative_point()
    places = layers.degrees(points.x, points.y, frame.crs)
    fr = _column(frame, "name")
    en = _column(frame, "name_en", "name")
    angles = frame["angle"].tolist() if "angle" in frame.columns else [0] * len(frame)
    return [[*p, a, b, float(angle)] for p, a, b, angle in zip(places, fr, en, angles, strict=True)]


def _column(frame: Any, *names: str) -> list[str]:
    present = next((n for n in names if n in frame.columns), None)
    return [str(v) for v in frame[present]] if present else [""] * len(frame)


def _text(run: Run, words: Words, since: Since | None) -> dict[str, Any]:
    results, zones = run.results, run.zones
    names = [wording.zone_name(words, results, z) for z in zones]
    statuses = terms("statuses")
    return {
        "ui": labels.interface(words, results),
        "zones": [
            {"name": name, "lines": layers.lettering(name), "sub": _residents(results, words, z)}
            for name, z in zip(names, zones, strict=True)
        ],
        "spheres": [wording.sphere_label(words, s) for s in run.spheres],
        "kinds": [[wording.kind_label(words, k, n) for n in (1, 2)] for k in run.kinds],
        "statuses": [words.label(statuses[s].label) if s in statuses else "" for s in STATUSES],
        "towns": _towns(results, words),
        "areas": below.area_names(results, words),
        "services": [
            _service_text(run, words, sphere, spec, since) for sphere, spec in results.study.services()
        ],
    }


def _towns(results: Results, words: Words) -> list[str]:
    land = results.context.get("land")
    return [] if land is None else _column(land, "name_en" if words.lang == "en" else "name", "name")


def _residents(results: Results, words: Words, zone: str) -> str:
    """Return the line below the name of a zone: what it is, and how many people the study counts there."""
    first = next((c for c in results.study.demand.columns if c.unit == "people"), None)
    for sphere, spec in results.study.services():
        if first is not None and spec.demand == first.key:
            demand = wording.figures(results).value(zone, sphere, spec.key, "demand")
            if not math.isnan(demand.value):
                who = wording.amount(words, "people", demand.value, exact=True)
                return f"{wording.zone_kind(words, results, zone)} · {who}"
    return wording.zone_kind(words, results, zone)


def _service_text(run: Run, words: Words, sphere: str, spec: Service, since: Since | None) -> dict[str, Any]:
    results, found, zones = run.results, run.figures, run.zones
    key = spec.key
    alone = len(results.study.spheres[sphere].services) == 1
    compared = since is not None and since.knows(sphere, spec, run)
    statuses = [found.value(z, sphere, key, "gap_share").status for z in zones]
    return {
        "label": wording.service_label(words, results, sphere, key),
        "short": "" if alone else words.label(spec.label),
        "note": labels.standard(words, results, sphere, spec),
        "why": labels.explanation(words, results, sphere, spec, run.sources(spec) | run.shown()),
        "credit": labels.credit(words, results, run.sources(spec)),
        "say": [wording.zone_sentence(words, results, z, sphere, key) for z in zones],
        "rank": [wording.rank_text(words, results, z, sphere, key) for z in zones],
        "robust": [wording.robustness(words, results, z, sphere, key) for z in zones],
        "firm": [wording.firmness(words, results, z, sphere, key) for z in zones],
        "settings": labels.settings(words, results, sphere, spec, zones),
        "supply": [labels.supply(words, results, z, spec) for z in zones],
        "status": [wording.upper_first(wording.status_label(words, s)) for s in statuses],
        "columns": labels.columns(words, results, spec),
        "csv": labels.csv_header(words, results, spec),
        "cells": [labels.cells(words, results, z, sphere, spec) for z in zones],
        "views": [
            *(view_text(run, words, sphere, spec, v) for v in views(run, sphere, spec)),
            *([change.view_text(run, words, sphere, spec, since)] if since is not None and compared else []),
        ],
        "beyond": labels.beyond(words, results, spec),
        "sites": proposals.site_words(words, run, sphere, spec),
    }
