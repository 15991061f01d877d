"""The column of words beside a map on a picture: the sentence, the legend, the symbols, the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial import symbology, wording
from geosocial.cartography import labels, layers
from geosocial.cartography.canvas import Canvas, text_width, wrapped
from geosocial.cartography.patterns import swatch
from geosocial.cartography.shown import Run
from geosocial.cartography.view import Shown

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Width of the column, in pixels.
COLUMN: Final = 308.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands on a map beside the fills, for its legend; a dot is `per` people, 0: no dots."""

    facilities: bool
    initiatives: bool
    per: int
    sites: int


def column(
    canvas: Canvas,
    words: Words,
    results: Results,
    shown: Shown,
    zone: str | None,
    *,
    drawn: Drawn,
) -> None:
    """Write the sentence, the legend, the symbols and the sources into the column beside the map."""
    ink, muted = symbology.color("ink"), symbology.color("muted")
    canvas.box(0, 0, COLUMN, canvas.height, face=symbology.color("paper"))
    canvas.box(COLUMN, 0, 0, canvas.height, face=None, edge=symbology.color("line"))
    left, width = 24.0, COLUMN - 44
    key, sphere, small = shown.spec.key, shown.sphere, 10.5
    study, name = words.label(results.study.name), wording.service_label(words, results, sphere, key)
    if zone is None:
        view = "gap" if shown.key == "verdict" else shown.key
        over, (head, below) = study, wording.headline(words, results, sphere, key, view)
    else:
        over, head = f"{study} · {name}", wording.zone_name(words, results, zone)
        below = wording.zone_sentence(words, results, zone, sphere, key)
    y = 34.0
    canvas.text(left, y, wrapped(over, small, width, most=1)[0], size=small, color=muted)
    for line in wrapped(head, 18, width, weight="semibold", most=6):
        y += 23
        canvas.text(left, y, line, size=18, weight="semibold")
    y += 8
    for line in wrapped(below, 12.5, width, most=8):
        y += 17
        canvas.text(left, y, line, size=12.5, color=symbology.color("map_text") if zone is None else ink)
    y = _legend(canvas, words, results, shown, zone, at=(left, y + 32, width), drawn=drawn)
    run = Run.of(results)
    credit = wrapped(labels.credit(words, results, run.sources(shown.spec) | run.shown()), 9.5, width, most=5)
    note = wording.service_note(words, results, sphere, key)
    lines = wrapped(note, 9.5, width, most=5)
    foot = canvas.height - 18 - 12.5 * (len(credit) - 1)
    if foot - 12.5 * len(lines) - 8 > y:
        for k, line in enumerate(lines):
            canvas.text(left, foot - 8 - 12.5 * (len(lines) - k), line, size=9.5, color=muted)
    for k, line in enumerate(credit):
        canvas.text(left, foot + 12.5 * k, line, size=9.5, color=muted)


def _legend(
    canvas: Canvas,
    words: Words,
    results: Results,
    shown: Shown,
    zone: str | None,
    *,
    at: tuple[float, float, float],
    drawn: Drawn,
) -> float:
    """Draw the legend; return where it ends."""
    left, y, width = at
    muted, right = symbology.color("muted"), left + width
    unit = words.t("boroughs") if wording.boroughs_only(results) else words.t("zones")
    room = width - text_width(unit, 11.5) - 12
    for line in wrapped(shown.title, 11.5, room, weight="semibold", most=2):
        canvas.text(left, y, line, size=11.5, weight="semibold")
        y += 15
    canvas.text(right, y - 15, unit, size=11.5, color=muted, align="right")
    y += 4
    for paint, label, zones in shown.entries:
        swatch(canvas, left, y - 9.5, paint)
        own = zone is not None and shown.paints[zone] == paint
        weight = "semibold" if own else "regular"
        canvas.text(left + 36, y, label, size=11.5, color=None if zones else muted, weight=weight)
        canvas.text(right, y, words.number(zones), size=11.5, align="right", color=None if zones else muted)
        y += 18.5
    color, shape = symbology.sphere_color(shown.sphere), symbology.sphere_shape(shown.sphere)
    facilities = layers.facilities(results, shown.spec.kinds)
    named = layers.initiatives(results)
    named = named[(named["sphere"] == shown.sphere) & ~named["counted"]]
    if zone is not None:
        facilities, named = facilities[facilities["zone_id"] == zone], named[named["zone_id"] == zone]
    sized = shown.spec.rule == "ratio"
    rows = (
        (
            drawn.facilities,
            words.t("Buildings") if sized else words.t("Facilities"),
            float(facilities["count"].sum()),
            False,
        ),
        (drawn.initiatives, words.t("Initiatives"), float(len(named)), True),
    )
    for wanted, label, count, ringed in rows:
        if wanted and (count or zone is not None):
            edge = symbology.color("ink") if ringed else None
            canvas.symbols(shape, [(left + 14, y - 4, 4.6)], face=color, edge=edge, width=1.3)
            canvas.text(left + 36, y, label, size=11.5)
            canvas.text(right, y, words.number(count), size=11.5, align="right")
            y += 18.5
    y = _marks(canvas, words, drawn, at=(left, y, right))
    if shown.fill != "verdict":
        care = labels.care(words, results, shown.sphere, shown.spec, fill=shown.fill)
        for line in wrapped(care, 10.5, width, most=2) if care else ():
            canvas.text(left, y, line, size=10.5, color=muted)
            y += 14
    return y


def _marks(canvas: Canvas, words: Words, drawn: Drawn, *, at: tuple[float, float, float]) -> float:
    """Draw what the dots and the stars of a map are; return where that ends."""
    import numpy as np

    left, y, right = at
    ink = symbology.color("ink")
    if drawn.per:
        places = np.array([(6.0, -3), (11, -8), (14, -2), (19, -6), (22, -1)]) + np.array((left, y))
        canvas.dots(places, size=2.1, color=ink)
        canvas.text(left + 36, y, words.t("People beyond the standard"), size=11.5)
        y += 15
        text = words.t("1 dot = {n} people", n=words.number(drawn.per))
        canvas.text(left + 36, y, text, size=11.5, color=symbology.color("muted"))
        y += 18.5
    if drawn.sites:
        canvas.symbols("star", [(left + 14, y - 4, 7.0)], face=ink)
        canvas.text(left + 36, y, words.t("Proposed sites"), size=11.5)
        canvas.text(right, y, words.number(drawn.sites), size=11.5, align="right")
        y += 18.5
    return y
