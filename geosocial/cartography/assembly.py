"""Assemble a page around a map: Folium's map without its controls, the texts of the page, the page's code.

Texts are bound to the template and escaped by jinja2; data travels as JSON (`style.as_json`); the code of a
page is its files one below the other in one function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geosocial import symbology
from geosocial.cartography.style import part
from geosocial.vocabulary import Lang

#: The languages by their own names.
NAMES: Final[Mapping[Lang, str]] = {"fr": "Français", "en": "English"}
#: The page draws its own controls, and nothing moves by itself.
_STILL: Final[Mapping[str, Any]] = {
    "zoomSnap": 0,
    "zoomAnimation": False,
    "fadeAnimation": False,
    "markerZoomAnimation": False,
    "inertia": False,
    "bounceAtZoomLimits": False,
}


def quiet_map(latitude: float = 0, longitude: float = 0, **options: Any) -> Any:
    """Return a Folium map without tiles, controls and motion; `options` are those of Leaflet beside."""
    import folium

    return folium.Map(
        [latitude, longitude],
        zoom_start=10,
        tiles=None,
        zoom_control=False,
        attributionControl=False,
        **{**options, **_STILL},
    )


def template(text: str, interface: Mapping[str, Any], langs: Sequence[Lang], **page: Any) -> Any:
    """Return the template of a page with its texts bound, for a figure of branca.

    Parameters
    ----------
    text
        The page as HTML; it names what is bound as ``page.…``.
    interface
        Words of the page: ``locale`` and ``noscript`` are bound.
    langs
        Languages between which a reader may choose.
    page
        What else is bound: ``title``, ``css``, data as JSON.
    """
    import jinja2

    environment = jinja2.Environment(autoescape=True)
    environment.globals.update(
        page={
            "locale": interface["locale"],
            "noscript": interface["noscript"],
            "langs": [{"key": key, "name": NAMES[key]} for key in langs],
            **page,
        },
        color=symbology.look()["color"],
        cannot=symbology.look()["pattern"]["cannot_say"],
        missing=symbology.look()["pattern"]["missing"],
        depends=symbology.look()["pattern"]["depends"],
    )
    return environment.from_string(text)


def code(name: str, files: Sequence[str], given: Mapping[str, str]) -> Any:
    """Return the code of a page: files of the folder ``page`` in one function.

    Parameters
    ----------
    name
        What the element is called.
    files
        The files, in order.
    given
        Name of a variable in the code → what it is, in the code of Folium; ``""`` for nothing.
    """
    from branca.element import MacroElement
    from folium.template import Template

    text = "\n".join(part(file) for file in files)
    head, tail = "{% macro script(this, kwargs) %}{% raw %}", "{% endraw %}{% endmacro %}"
    names, values = ", ".join(given), ", ".join(value for value in given.values() if value)
    element = MacroElement()  # type: ignore[no-untyped-call]  # branca leaves it untyped
    element._name = name
    element._template = Template(
        f"{head}\n(function ({names}) {{\n'use strict';\n{text}\n}})({values});\n{tail}"
    )
    return element
