"""The public directory as a map to be shown: one offline page in both languages, of what may be published.

It shows what `geosocial.followup.directory.listed` lets through and no other field of a list: it may stand on
a public site beside the two files of the directory, and leads to them alone. A home is drawn at the centre of
its cell, hollow; of one zone, counts below the least one are not told. Everything that a user typed travels
as JSON and reaches the reader through ``textContent``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.cartography import assembly, layers, standalone
from geosocial.cartography.content import waters
from geosocial.cartography.style import as_json, part, tokens
from geosocial.followup.directory import listed
from geosocial.i18n import words as words_of
from geosocial.io.write import write_text
from geosocial.vocabulary import Lang, kinds, spheres, terms

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import DirectorySpec

#: The page, below the folder of the directory.
NAME: Final = "map.html"
#: The parts of the page's code, in the order in which they run, in one function.
SCRIPTS: Final = ("shapes.js", "sheet.js", "names.js", "directory.js")
LOOK: Final = ("ink", "muted", "chosen", "boundary", "land")


def names(results: Results) -> list[str]:
    """Return the page that `write_directory_map` writes; none where the study asks for no directory."""
    return [] if results.study.directory is None else [NAME]


def write_directory_map(results: Results, folder: Path, *, langs: Sequence[Lang] = ("fr",)) -> None:
    """Write the map of the directory into a folder; nothing where the study asks for none.

    Parameters
    ----------
    langs
        As `geosocial.cartography.maps.write`.

    Raises
    ------
    StudyError
        When a zone has no shape to draw.
    """
    spec = results.study.directory
    if spec is None:
        return
    layers.check_drawable(results)
    write_text(standalone.page(_page(results, spec, langs)), folder / NAME)


def _page(results: Results, spec: DirectorySpec, langs: Sequence[Lang]) -> Any:
    """Return the page as a figure that holds a Folium map, ready for `standalone.page`."""
    from branca.element import Figure

    records = listed(results.directory, results.places, results.study.crs)
    shown = [s for s in dict.fromkeys([*results.study.spheres, *spheres()]) if _any(records, "sphere", s)]
    known_kinds = [k for k in kinds() if _any(records, "kind", k)]
    known_forms = [k for k in terms("legal_forms") if _any(records, "legal_form", k)]
    words: dict[Lang, Words] = {key: words_of(key) for key in assembly.NAMES}
    common: dict[str, Any] = {
        "lang": langs[0],
        "byBrowser": len(langs) > 1,
        "spheres": [_sign(sphere) for sphere in shown],
        "other": symbology.shape_path("circle", 7, 7, 5),
        "look": {key: symbology.color(key) for key in LOOK},
        "text": {
            key: {
                "ui": _interface(w, results, spec, records),
                "spheres": [wording.sphere_label(w, s) for s in shown],
                "kinds": [w.label(kinds()[k].one) for k in known_kinds],
                "forms_": [wording.term_label(w, "legal_forms", k) for k in known_forms],
                **_zones(w, results),
                "about": _about(w, results, spec, records),
                "sources": _sources(w, results),
            }
            for key, w in words.items()
        },
    }
    ui = common["text"][langs[0]]["ui"]
    figure = Figure()
    figure._template = assembly.template(
        part("directory.html"),
        ui,
        list(assembly.NAMES),
        title=f"{ui['title']} – {ui['study']}",
        css="\n".join((tokens(), part("borough.css"), part("directory.css"))),
        common=as_json(common),
        data=as_json(_drawn(results, spec, records, (shown, known_kinds, known_forms))),
    )
    chart = assembly.quiet_map(keyboard=False)
    figure.add_child(chart)
    figure.add_child(assembly.code("Directory", SCRIPTS, {"map": chart.get_name()}))
    return figure


def _any(records: Sequence[Mapping[str, Any]], field: str, key: str) -> bool:
    return any(r[field] == key for r in records)


def _sign(sphere: str) -> dict[str, str]:
    shape = symbology.sphere_shape(sphere)
    path = symbology.shape_path(shape, 7, 7, 5)
    return {"key": sphere, "color": symbology.sphere_color(sphere), "shape": shape, "path": path}


def _drawn(
    results: Results,
    spec: DirectorySpec,
    records: Sequence[Mapping[str, Any]],
    known: tuple[Sequence[str], Sequence[str], Sequence[str]],
) -> dict[str, Any]:
    """Return what the map draws: the records, by number of sphere, kind, form and zone, and the ground."""
    land = results.context.get("land")
    home = {str(z): n for n, z in enumerate(results.zones["zone_id"])}
    numbers = [{key: n for n, key in enumerate(keys)} for keys in known]
    west, south, east, north = results.zones.to_crs(4326).total_bounds
    return {
        "least": spec.least,
        "box": [round(float(v), layers.DIGITS) for v in (west, south, east, north)],
        "zones": [f["geometry"] for f in layers.shapes(results.zones)["features"]],
        "land": [] if land is None else [f["geometry"] for f in layers.shapes(land)["features"]],
        "at": layers.anchors(results.zones),
        "water": waters(results),
        "items": [
            [
                round(r["longitude"], layers.DIGITS),
                round(r["latitude"], layers.DIGITS),
                r["name"],
                *(
                    of.get(r[field], -1)
                    for of, field in zip(numbers, ("sphere", "kind", "legal_form"), strict=True)
                ),
                home[r["zone_id"]],
                int(r["blurred"]),
            ]
            for r in records
        ],
    }


def _zones(words: Words, results: Results) -> dict[str, Any]:
    found = [wording.zone_name(words, results, str(z)) for z in results.zones["zone_id"]]
    return {"zones": found, "forms": [layers.lettering(name) for name in found]}


def _interface(
    words: Words, results: Results, spec: DirectorySpec, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the labels of the page, by the key that it knows them by."""
    t = words.t
    forms = (
        words.n("{n} initiative", "{n} initiatives", 1, n="{n}"),
        words.n("{n} initiative", "{n} initiatives", 2, n="{n}"),
    )
    few = t("fewer than {n} initiatives", n=words.number(spec.least))
    return {
        "locale": words.locale,
        "study": words.label(results.study.name),
        "edition": wording.edition(words, results),
        "title": t("The social economy near you"),
        "lead": _lead(words, results, records),
        "noscript": t(
            "This page needs JavaScript, which stays on this computer: nothing is sent or fetched."
        ),
        "skip": t("Skip to the content"),
        "language": t("Language"),
        "search": t("Search by name, kind or place"),
        "sphere": t("Sphere"),
        "zone": wording.zone_heading(words, results),
        "every": t("All boroughs") if wording.boroughs_only(results) else t("All zones"),
        "all": t("All spheres"),
        "other": t("Other"),
        "map": t("Map of the directory"),
        "zoom": t("Zoom"),
        "zoomIn": t("Zoom in"),
        "zoomOut": t("Zoom out"),
        "zoomAll": t("Show the whole city"),
        "count": list(forms),
        "few": few,
        "none": t("No initiative found"),
        "several": t("Several initiatives here"),
        "blurred": t("Approximate position, to protect a home."),
        "close": t("Close"),
        "show": t("Show {name} on the map", name="{name}"),
        "more": t("Show more"),
        "about": t("About this directory"),
        "files": t("Download the directory"),
        "sources": t("Sources"),
        "asOf": t("as of"),
    }


def _lead(words: Words, results: Results, records: Sequence[Mapping[str, Any]]) -> str:
    """Return how many initiatives the directory holds, in how many spheres and zones."""
    count = len(records)
    if count == 0:
        return words.t("No initiative is published yet.")
    many = words.n("{n} initiative", "{n} initiatives", count, n=words.number(count))
    held = len({r["sphere"] for r in records if r["sphere"]})
    return words.t(
        "{initiatives} of the social economy, in {spheres} and {zones}.",
        initiatives=many,
        spheres=words.n("{count} sphere", "{count} spheres", held, count=words.number(held)),
        zones=wording.zone_count(words, results, len({r["zone_id"] for r in records})),
    )


def _about(
    words: Words, results: Results, spec: DirectorySpec, records: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return what the page says of itself: what it shows, what it keeps from the public."""
    t = words.t
    said = [
        t(
            "This page shows what may be published and nothing else: name, sphere, kind, legal form and "
            "position. Contact persons, telephone numbers, e-mails and street addresses are not in it "
            "(Québec’s Law 25)."
        )
    ]
    if spec.home_based:
        size = words.metres(spec.blur_m)
        said.append(
            t(
                "Where an address is somebody’s home, the sign is hollow and stands at the centre of a cell "
                "of {size}, not at the address.",
                size=size,
            )
        )
    if silent := [k for k in results.study.published if k not in spec.home_based]:
        lists = [words.label(p.label) for p in results.study.places if p.key in silent]
        said.append(
            t(
                "Lists that do not say which addresses are home-based, so that no position of theirs is "
                "blurred: {lists}.",
                lists=words.listing(lists),
            )
        )
    if spec.least > 1:
        said.append(
            t(
                "Of one place, counts from 1 to {most} are not told, nor totals from which they could be "
                "worked out.",
                most=words.number(spec.least - 1),
            )
        )
    said.append(
        t(
            "Not shown: what is planned or closed, and rows without a name, without a position, or with a "
            "telephone number or an e-mail in their name."
        )
    )
    if len({r["zone_id"] for r in records}) < len(results.zones):
        said.append(
            t(
                "A place without a sign: the lists name no initiative there. This does not mean that there "
                "is none."
            )
        )
    return said


def _sources(words: Words, results: Results) -> list[list[str]]:
    """Return the sources of what the page shows: the lists that are published, the zones, the ground."""
    study = results.study
    used = {study.zones.source, *(p.source for p in study.places if p.key in study.published)}
    used |= {c.source for c in study.context if c.key in {"land", "water_names"}}
    return [[str(line), line.as_of] for line in wording.sources(words, results) if line.key in used]
