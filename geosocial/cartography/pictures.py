"""Maps as pictures, PNG or SVG, for slides and reports: the look of the atlas without a browser.

A picture is one view of one service: its sentence, the zones in the classes of the legend, missing and
*cannot say* as patterns, initiatives and facilities as the symbols of their sphere, a scale bar, the sources
and the date. With a zone it is the map of that zone at its own scale, the neighbours greyed. Nothing is
computed: the figures are those of the results, and the same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from geosocial import symbology, wording
from geosocial.cartography import labels, layers, mapping
from geosocial.cartography.canvas import Canvas, Kind, text_width, wrapped
from geosocial.cartography.patterns import swatch
from geosocial.cartography.shown import Run
from geosocial.cartography.view import Shown, view_of
from geosocial.cartography.views import VIEWS
from geosocial.errors import N_, InputError
from geosocial.i18n import words as words_of
from geosocial.io.write import write_bytes
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Width of the column of words beside a map, in pixels.
COLUMN: Final = 308.0
KINDS: Final[tuple[Kind, ...]] = ("png", "svg")
#: Above so many, facilities hide a map of the whole city.
MANY: Final = 400


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of a picture and what stands on it."""

    width_mm: float
    height_mm: float
    #: The sentence, the legend and the sources in a column beside the map.
    column: bool = True
    #: What is written in each zone: its name and value, its rank, or nothing.
    marks: Literal["names", "ranks", "none"] = "names"
    #: Symbols of the facilities that count; None: where they do not hide the map.
    facilities: bool | None = None
    initiatives: bool = True
    #: Water and land beyond the study; without them the paper shows.
    ground: bool = True
    scale: bool = True
    #: Widths of boundaries, as a factor of those of the look: thinner on a small map.
    hair: float = 1.0


#: A slide of 16:9, and the three maps of the dossier.
SLIDE: Final = Sheet(254, 142.875)
SECTION: Final = Sheet(
    160, 124, column=False, marks="ranks", facilities=True, initiatives=False, ground=False
)
MINI: Final = Sheet(
    37,
    30,
    column=False,
    marks="none",
    facilities=False,
    initiatives=False,
    ground=False,
    scale=False,
    hair=0.45,
)
PLACE: Final = Sheet(96, 84, column=False)


def draw(
    results: Results,
    *,
    sphere: str,
    indicator: str = "gap",
    service: str | None = None,
    zone: str | None = None,
    lang: Lang = "fr",
    sheet: Sheet = SLIDE,
    kind: Kind = "svg",
    dpi: int = 150,
    letters: bool = False,
) -> bytes:
    """Return the map of one view as the bytes of a picture.

    Parameters
    ----------
    results
        A frozen run.
    sphere, service
        What is shown; without `service`, the first of the sphere.
    indicator
        ``gap``, ``coverage`` or ``rate`` as in the atlas, or ``verdict``.
    zone
        Identifier of a zone: its own map instead of that of the whole.
    sheet
        Size and parts: `SLIDE`, `SECTION`, `MINI`, `PLACE`, or one of your own.
    kind
        ``svg`` or ``png``; `dpi` is the resolution of the latter.
    letters
        Whether an SVG keeps text as letters in Source Sans Pro, for a program that has this typeface.

    Raises
    ------
    InputError
        When the study has no such sphere, service, indicator or zone.

    Examples
    --------
    >>> from geosocial.cartography.pictures import MINI, draw  # doctest: +SKIP
    >>> draw(results, sphere="culture", indicator="verdict", sheet=MINI)[:5]  # doctest: +SKIP
    b'<?xml'
    """
    canvas, title = _composed(
        results,
        sphere=sphere,
        indicator=indicator,
        service=service,
        zone=zone,
        words=words_of(lang),
        sheet=sheet,
    )
    return canvas.save(kind, dpi=dpi, letters=letters, title=title)


def names(results: Results, langs: Sequence[Lang]) -> list[str]:
    """Return the names of the files that `write` writes, in their order."""
    return [f"{stem}.{lang}.{kind}" for stem, *_ in _all(results) for lang in langs for kind in KINDS]


def write(results: Results, folder: Path, *, langs: Sequence[Lang] = ("fr", "en")) -> list[Path]:
    """Write every map of a run as PNG and SVG: each view of each service, and each zone by sphere.

    Returns
    -------
    list of Path
        What was written, in the order of `names`.
    """
    written = []
    for stem, sphere, service, indicator, zone in _all(results):
        for lang in langs:
            canvas, title = _composed(
                results,
                sphere=sphere,
                indicator=indicator,
                service=service,
                zone=zone,
                words=words_of(lang),
                sheet=SLIDE,
            )
            for kind in KINDS:
                path = folder / f"{stem}.{lang}.{kind}"
                write_bytes(canvas.save(kind, title=title), path)
                written.append(path)
    return written


def _all(results: Results) -> list[tuple[str, str, str, str, str | None]]:
    """Return stem, sphere, service, indicator and zone of every picture of a run."""
    found: list[tuple[str, str, str, str, str | None]] = []
    for sphere, spec in results.study.services():
        alone = len(results.study.spheres[sphere].services) == 1
        stem = sphere if alone else f"{sphere}-{spec.key}"
        views = [view.key for view in VIEWS[spec.rule] if view.key != "distance"]
        found += [(f"{stem}-{view}", sphere, spec.key, view, None) for view in views]
    slugs = layers.slugs(results)
    for zone, slug in zip(map(str, results.zones["zone_id"]), slugs, strict=True):
        for sphere, specs in results.study.spheres.items():
            service = specs.services[0]
            found.append((f"{slug}-{sphere}", sphere, service.key, VIEWS[service.rule][0].key, zone))
    return found


def _composed(
    results: Results,
    *,
    sphere: str,
    indicator: str,
    service: str | None,
    zone: str | None,
    words: Words,
    sheet: Sheet,
) -> tuple[Canvas, str]:
    """Return a drawn sheet and what it is in one line."""
    layers.check_drawable(results)
    shown = view_of(words, results, sphere=sphere, indicator=indicator, service=service)
    if zone is not None and zone not in wording.figures(results).names:
        raise InputError(
            N_("The study has no zone “{got}”."),
            hint=N_("Use one of {zones}."),
            got=zone,
            zones=", ".join(wording.figures(results).names),
        )
    canvas = Canvas(
        sheet.width_mm, sheet.height_mm, ground=symbology.color("water") if sheet.ground else None
    )
    left = COLUMN if sheet.column else 0.0
    here = mapping.Drawing(results, words, canvas, (left, 0.0, canvas.width, canvas.height), sheet.hair)
    facilities = layers.facilities(results, shown.spec.kinds)
    wanted = sheet.facilities
    if wanted is None:
        wanted = zone is not None or len(facilities) <= MANY
    here.draw(
        shown.paints,
        zone=zone,
        ground=sheet.ground,
        symbols=here.symbols(
            shown.sphere,
            facilities if wanted else None,
            layers.initiatives(results) if sheet.initiatives else None,
            sized=shown.spec.rule == "ratio",
        ),
    )
    if zone is not None:
        here.letter_neighbours(zone)
    elif sheet.marks == "names":
        here.letter(shown.values)
    elif sheet.marks == "ranks":
        ranks = {z: wording.figures(results).rank(z, sphere, shown.spec.key).rank for z in shown.values}
        here.number({z: f"{r}" for z, r in ranks.items() if r}, shown.paints)
    if sheet.scale:
        here.scale_bar()
    if sheet.column:
        _column(canvas, words, results, shown, zone, dots=(wanted, sheet.initiatives))
    name = wording.service_label(words, results, sphere, shown.spec.key)
    where = [wording.zone_name(words, results, zone)] if zone is not None else []
    return canvas, ", ".join([name, shown.title, *where, words.label(results.study.name)])


def _column(
    canvas: Canvas,
    words: Words,
    results: Results,
    shown: Shown,
    zone: str | None,
    *,
    dots: tuple[bool, bool],
) -> None:
    """Write the sentence, the legend, the symbols and the sources into the column beside the map."""
    ink, muted = symbology.color("ink"), symbology.color("muted")
    canvas.box(0, 0, COLUMN, canvas.height, face=symbology.color("paper"))
    canvas.box(COLUMN, 0, 0, canvas.height, face=None, edge=symbology.color("line"))
    left, width = 24.0, COLUMN - 44
    key, sphere, small = shown.spec.key, shown.sphere, 10.5
    study, name = words.label(results.study.name), wording.service_label(words, results, sphere, key)
    if zone is None:
        view = "gap" if shown.fill in {"gap_share", "verdict"} else shown.fill
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
    y = _legend(canvas, words, results, shown, zone, at=(left, y + 32, width), dots=dots)
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
    dots: tuple[bool, bool],
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
            dots[0],
            words.t("Buildings") if sized else words.t("Facilities"),
            float(facilities["count"].sum()),
            False,
        ),
        (dots[1], words.t("Initiatives"), float(len(named)), True),
    )
    for wanted, label, count, ringed in rows:
        if wanted and (count or zone is not None):
            edge = symbology.color("ink") if ringed else None
            canvas.symbols(shape, [(left + 14, y - 4, 4.6)], face=color, edge=edge, width=1.3)
            canvas.text(left + 36, y, label, size=11.5)
            canvas.text(right, y, words.number(count), size=11.5, align="right")
            y += 18.5
    if shown.fill != "verdict":
        care = labels.care(words, results, shown.sphere, shown.spec, fill=shown.fill)
        for line in wrapped(care, 10.5, width, most=2) if care else ():
            canvas.text(left, y, line, size=10.5, color=muted)
            y += 14
    return y
