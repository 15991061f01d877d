"""The atlas: one offline file with every sphere, in both languages, a Folium map dressed for reading.

Folium holds the layers (land beyond the study, zones, electoral districts) and Leaflet draws them. What the
page says travels beside them as one JSON element and reaches the reader through ``textContent``: nothing that
a user typed is ever code, markup or an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology
from geosocial.cartography import assembly, below, layers, standalone
from geosocial.cartography.content import content
from geosocial.cartography.style import as_json, part, tokens
from geosocial.i18n import words as words_of
from geosocial.io.write import write_text
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    from geosocial.cartography.change import Since
    from geosocial.results import Results

#: The parts of the page's code, in the order in which they run, in one function.
SCRIPTS: Final = ("shapes.js", "base.js", "names.js", "map.js", "below.js", "panels.js", "controls.js")
#: Layers that are drawn in the pane of another.
PANES: Final[Mapping[str, str]] = {"areas": "districts", "parks": "shore", "streets": "shore"}
#: Layers that the code of the page asks for, null where the map has none.
LAYERS: Final = ("zones", "land", "districts", "shore", "areas", "parks", "streets")


def write_atlas(
    results: Results,
    path: Path | str,
    *,
    langs: Sequence[Lang] = ("fr", "en"),
    lang: Lang = "fr",
    shown: Mapping[str, Any] | None = None,
    pages: str = "",
    since: Since | None = None,
    explained: Mapping[str, str] | None = None,
) -> None:
    """Write the atlas of a run to `path`, one HTML file that opens without a network.

    Parameters
    ----------
    results
        The run to show.
    path
        The file to write; it is whole or it is not there.
    langs
        The languages of the page, in the order in which they are offered.
    lang
        The language in which it opens.
    shown
        The content of the page, where another page has needed it before.
    pages
        Folder of the pages of the zones beside the atlas, each named as `layers.slugs` has it; none without.
    since
        The changes since an earlier edition (`change.Since.of`), where there is one to compare with.
    explained
        The page of explanations of each language, seen from the atlas; figures lead there.

    Raises
    ------
    StudyError
        When a zone has no shape to draw.

    Examples
    --------
    >>> from pathlib import Path
    >>> write_atlas(results, "atlas.html")
    >>> Path("atlas.html").read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    layers.check_drawable(results)
    write_text(
        standalone.page(
            build(
                results,
                langs=langs,
                lang=lang,
                shown=shown,
                pages=pages,
                since=since,
                explained=explained,
            )
        ),
        Path(path),
    )


def build(
    results: Results,
    *,
    langs: Sequence[Lang] = ("fr", "en"),
    lang: Lang = "fr",
    shown: Mapping[str, Any] | None = None,
    pages: str = "",
    since: Since | None = None,
    explained: Mapping[str, str] | None = None,
) -> Any:
    """Return the atlas as a `folium.Map` in a page of its own, ready for `standalone.page`."""
    from branca.element import Figure
    from folium.map import CustomPane

    shown = shown or content(results, {key: words_of(key) for key in langs}, lang=lang, since=since)
    shown = {**shown, "pages": f"{pages.rstrip('/')}/" if pages else "", "explain": dict(explained or {})}
    west, south, east, north = results.zones.to_crs(4326).total_bounds
    chart = assembly.quiet_map(
        (south + north) / 2, (west + east) / 2, keyboard=False, wheelPxPerZoomLevel=110
    )
    CustomPane("land", z_index=390, pointer_events=False).add_to(chart)
    CustomPane("shore", z_index=405, pointer_events=False).add_to(chart)
    CustomPane("districts", z_index=410, pointer_events=False).add_to(chart)
    drawn = {name: _layer(chart, name, shapes) for name, shapes in _shapes(results).items()}

    unit = below.unit(results.study)
    wanted = ("zones", "land", "districts", "shore", unit.key if unit else "areas", "parks", "streets")
    given = {
        f"{name}Layer": drawn[n].get_name() if n in drawn else "null"
        for name, n in zip(LAYERS, wanted, strict=True)
    }
    chart.add_child(assembly.code("Atlas", SCRIPTS, {"map": chart.get_name(), **given}))

    figure = Figure()
    interface = shown["text"][lang]["ui"]
    figure._template = assembly.template(
        part("page.html"),
        interface,
        langs,
        title=interface["doc"],
        css=f"{tokens()}\n{part('page.css')}",
        data=as_json(shown),
    )
    figure.add_child(chart)
    return chart


def _shapes(results: Results) -> dict[str, dict[str, Any]]:
    """Return the layers of the map, the lowest first."""
    out = {}
    if (land := results.context.get("land")) is not None and len(land):
        out["land"] = layers.shapes(land)
    out["zones"] = layers.shapes(results.zones)
    out["shore"] = layers.outline([results.zones] if land is None else [results.zones, land])
    for key in ("parks", "streets"):
        if (frame := results.context.get(key)) is not None and len(frame):
            out[key] = layers.lines(frame) if key == "streets" else layers.shapes(frame)
    for key in ("districts", "areas"):
        if (frame := results.context.get(key)) is not None and len(frame):
            out[key] = layers.shapes(frame)
    return out


def _layer(chart: Any, name: str, shapes: Mapping[str, Any]) -> Any:
    import folium

    boundary = symbology.look()["boundary"]
    styles = {
        "land": {"fillColor": symbology.color("land"), "fillOpacity": 1, "color": "#fff", "weight": 1},
        "zones": {
            "fillColor": symbology.color("paper"),
            "fillOpacity": 1,
            "color": symbology.color("boundary_casing"),
            "weight": boundary["casing_px"],
        },
        "shore": {"fill": False, "color": symbology.color("boundary"), "weight": boundary["shore_px"]},
        "districts": {"fill": False, "color": symbology.color("boundary"), "weight": 0.7, "dashArray": "2 3"},
    }
    styles["areas"] = styles["districts"]
    styles["parks"] = {"fillColor": symbology.color("park"), "fillOpacity": 0.5, "stroke": False}
    styles["streets"] = {"fill": False, "color": symbology.color("boundary"), "weight": 0.6, "opacity": 0.4}
    style = styles[name]
    options: dict[str, Any] = {}
    if name != "zones":
        options = {"pane": PANES.get(name, name), "interactive": False}
    layer = folium.GeoJson(
        shapes,
        style_function=lambda _: style,
        smooth_factor=0.4,
        control=False,
        show=name not in {"districts", "areas"},
        **options,
    )
    return layer.add_to(chart)
