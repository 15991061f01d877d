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
from geosocial.cartography import below, layers, mapping, proposals
from geosocial.cartography.canvas import Canvas, Kind
from geosocial.cartography.column import COLUMN, Drawn, column
from geosocial.cartography.shown import Run
from geosocial.cartography.surroundings import per_dot
from geosocial.cartography.view import Shown, view_of
from geosocial.cartography.views import VIEWS, views
from geosocial.errors import N_, InputError
from geosocial.i18n import words as words_of
from geosocial.io.write import write_bytes
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.i18n import Words
    from geosocial.results import Results

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
    #: People beyond the standard as dots, on a map of gaps.
    people: bool = True
    #: How many proposed sites are shown, where the run holds so many.
    sites: int = 0
    #: Water and land beyond the study; without them the paper shows.
    ground: bool = True
    scale: bool = True
    #: Widths of boundaries, as a factor of those of the look: thinner on a small map.
    hair: float = 1.0


#: A slide of 16:9, and the three maps of the dossier.
SLIDE: Final = Sheet(254, 142.875)
SECTION: Final = Sheet(
    160,
    124,
    column=False,
    marks="ranks",
    facilities=True,
    initiatives=False,
    people=False,
    ground=False,
)
MINI: Final = Sheet(
    37,
    30,
    column=False,
    marks="none",
    facilities=False,
    initiatives=False,
    people=False,
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
    >>> draw(results, sphere="culture", indicator="verdict", sheet=MINI)[:5]
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
    run = Run.of(results)
    for sphere, spec in results.study.services():
        alone = len(results.study.spheres[sphere].services) == 1
        # a study may call its services as it likes: a name of a file holds nothing else
        stem = sphere if alone else f"{sphere}-{layers.slug(spec.key) or 'service'}"
        if any(other.startswith(f"{stem}-") for other, *_ in found):
            stem += f"-{len(found)}"
        found += [(f"{stem}-{v.key}", sphere, spec.key, v.key, None) for v in views(run, sphere, spec)]
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
    here.draw(shown.paints, zone=zone, ground=sheet.ground)
    facilities = layers.facilities(results, shown.spec.kinds)
    wanted = sheet.facilities
    if wanted is None:
        wanted = zone is not None or len(facilities) <= MANY
    rows = _of(results.beyond, shown) if sheet.people and shown.key == "gap" else results.beyond[:0]
    per = 0
    if len(rows):
        per = (
            below.per_dot(results)
            if zone is None
            else per_dot(float(rows["demand"][rows["zone_id"] == zone].sum()))
        )
        here.people(rows, per, zone=zone)
    here.mark(
        here.symbols(
            shown.sphere,
            facilities if wanted else None,
            layers.initiatives(results) if sheet.initiatives else None,
            sized=shown.spec.rule == "ratio",
        ),
        zone,
    )
    stars = _of(results.proposed, shown)
    stars = stars[stars["number"] == sheet.sites]
    if len(stars):
        here.sites(stars, proposals.reach_m(results, shown.spec))
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
        column(
            canvas,
            words,
            results,
            shown,
            zone,
            drawn=Drawn(
                facilities=wanted,
                initiatives=sheet.initiatives,
                per=per,
                sites=len(stars) if zone is None else int((stars["zone_id"] == zone).sum()),
            ),
        )
    name = wording.service_label(words, results, sphere, shown.spec.key)
    where = [wording.zone_name(words, results, zone)] if zone is not None else []
    return canvas, ", ".join([name, shown.title, *where, words.label(results.study.name)])


def _of(frame: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """Return the rows of a table that speak of the service shown."""
    return frame[(frame["sphere"] == shown.sphere) & (frame["service"] == shown.spec.key)]
