"""Folium's elements with their text kept out of their code.

Folium writes what it is given into JavaScript and HTML as it stands: a popup or a tooltip into a template
literal (where ``${…}`` runs and ``</script>`` ends the script), a column's name into an expression, a name of
a layer, an attribution or a `DivIcon` into ``innerHTML``; and branca reads the result a second time as Jinja
(where ``{{…}}`` runs in Python). `neutral` replaces, for as long as a page is written, the templates
of those elements by ones that pass text as JSON; the script ``text.js`` then shows it as text. The map itself
is left as it was.

What is code by its nature stays code: `JsCode`, `MacroElement` and `Element` templates of the map's author,
the functions of a style. They are the author's program, not what a user typed into a list.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from types import SimpleNamespace
from typing import Any, Final

from geosocial.errors import N_, InputError

#: Jinja's beginnings: text that holds one is written so that a second rendering gives it back unchanged.
_JINJA: Final = re.compile(r"\{[{%#]")
_EXPLORED: Final = re.compile(r"\{% raw %\}(\{{2,})\{% endraw %\}")
#: The legend of categories that `GeoDataFrame.explore` writes as HTML.
_LEGEND: Final = re.compile(
    r"<div id='maplegend .*?<div class='legend-title'>(?P<title>.*?)</div>\s*<div class='legend-scale'>"
    r"\s*<ul class='legend-labels'>(?P<entries>.*)\s*</ul>\s*</div>\s*</div>\s*\Z",
    re.DOTALL,
)
_ENTRY: Final = re.compile(
    r"\n {16}<li><span style='background:(?P<color>.*?)'></span>(?P<label>.*?)</li>"
    r"(?=\n {16}<li><span style='background:|\s*\Z)",
    re.DOTALL,
)
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]+|rgba?\([\d., %]+\)")
#: A scale with more colours than this is drawn in so many steps.
_STEPS: Final = 64

Macro = Callable[[Any, Any], str]


def literal(value: object) -> str:
    r"""Return a JavaScript literal that no HTML parser reads as anything else.

    Examples
    --------
    >>> literal("</script>${x}")
    '"\\u003c/script\\u003e${x}"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def tree(element: Any) -> Iterator[Any]:
    """Yield an element of branca and all below it, in their order, the parts of a figure included."""
    yield element
    for part in ("header", "html", "script"):
        if hasattr(element, part) and hasattr(getattr(element, part), "_children"):
            yield from tree(getattr(element, part))
    for child in list(element._children.values()):
        yield from tree(child)


@cache
def pins() -> Mapping[str, Mapping[str, str]]:
    """Return the colours and the signs that stand for those of `folium.Icon`."""
    return tomllib.loads(script("pins.toml"))


@cache
def script(name: str) -> str:
    """Return the text of a file of the folder ``scripts``."""
    return resources.files(__package__).joinpath("scripts", name).read_text(encoding="utf-8").strip()


@contextmanager
def neutral(figure: Any) -> Iterator[None]:
    """Keep the text of all elements of a figure out of its code while the context lasts."""
    changed: list[tuple[Any, str, bool, Any]] = []

    def change(element: Any, name: str, value: object) -> None:
        changed.append((element, name, name in element.__dict__, element.__dict__.get(name)))
        setattr(element, name, value)

    try:
        for element in list(tree(figure)):
            _prepare(element, change)
        yield
    finally:
        for element, name, had, value in reversed(changed):
            if had:
                setattr(element, name, value)
            else:
                delattr(element, name)


class _Macros:
    """What branca asks of a template, with results that its second rendering leaves as they are."""

    def __init__(self, macros: Mapping[str, Any], render: Callable[..., str] | None = None) -> None:
        self.module = SimpleNamespace(**{name: _twice(macro) for name, macro in macros.items()})
        self._render = render

    def render(self, **kwargs: Any) -> str:
        """Return the text of a popup, which has no macros."""
        return _survive(self._render(**kwargs)) if self._render else ""


def _survive(text: str) -> str:
    return _JINJA.sub(lambda m: "{{ '" + m[0] + "' }}", text)


def _twice(macro: Any) -> Macro:
    return lambda this, kwargs: _survive(str(macro(this, kwargs)))


def _prepare(element: Any, change: Callable[[Any, str, object], None]) -> None:
    """Give an element its template without text in code, if it is one that needs another."""
    from branca.element import Element, Figure, MacroElement

    if isinstance(element, Figure):
        if getattr(element, "title", None):
            change(element, "title", _html(str(element.title)))
        return
    if type(element) is Element and (legend := _LEGEND.search(element._template_str or "")):
        text = _legend(legend)
        change(element, "_template", SimpleNamespace(render=lambda **_: text))
    if isinstance(element, MacroElement):
        _prepare_macros(element, change)


def _prepare_macros(element: Any, change: Callable[[Any, str, object], None]) -> None:
    ours = next((f for kind, f in _templates() if _is_plain(element, kind)), None)
    if ours is not None:
        if element._name == "GeoJson":
            # Its styles are given by our template; Folium's own way fails on a column such as “a.b”.
            keep = SimpleNamespace(style=element.style, highlight=element.highlight)
            change(element, "geosocial", keep)
            change(element, "style", False)
            change(element, "highlight", False)
        change(element, "_template", _Macros({"script": ours}, ours))
        return
    own = element._template
    macros = {k: v for k, v in own.module.__dict__.items() if k in {"header", "html", "script"}}
    if "header" in macros and _is_explore_header(macros["header"](element, {})):
        macros = {}
    change(element, "_template", _Macros(macros, lambda **kwargs: str(own.render(**kwargs))))


def _is_plain(element: Any, kind: Any) -> bool:
    """Return whether an element is of a class of Folium and still has that class's template."""
    return isinstance(element, kind) and element._template is kind.__dict__["_template"]


@cache
def _templates() -> tuple[tuple[type, Macro], ...]:
    from branca.colormap import ColorMap
    from folium import features
    from folium import map as maps

    return (
        (maps.Popup, _popup),
        (maps.Tooltip, _tooltip),
        (features.GeoJsonTooltip, _rows("bindTooltip", "tooltip_options")),
        (features.GeoJsonPopup, _rows("bindPopup", "popup_options")),
        (features.GeoJson, _geojson),
        (maps.LayerControl, _layer_control),
        (ColorMap, _scale),
        (features.LatLngPopup, _position_popup),
        (features.ClickForMarker, _click_for_marker),
    )


def _options(value: object) -> str:
    from folium.template import tojavascript

    return str(tojavascript(value))  # type: ignore[arg-type]


def _popup(this: Any, kwargs: Any) -> str:
    from branca.element import Html, IFrame

    parts, as_text = [], False
    for child in this.html._children.values():
        if isinstance(child, IFrame):
            raise InputError(
                N_("This map cannot be saved for offline use: a page within a popup ({what}) is blocked."),
                hint=N_("Give the popup its text instead."),
                what=type(child).__name__,
            )
        if isinstance(child, Html):
            # Folium has put a backslash before each backtick, for a template literal that is not written.
            parts.append(str(child.data).replace("\\`", "`"))
            as_text |= not child.script
        else:
            parts.append(child.render(**kwargs))
    content = literal("\n".join(parts))
    name = this.get_name()
    code = f"var {name} = L.popup({_options(this.options)});\n"
    code += f"{name}.setContent({f'L.geosocial.text({content})' if as_text else content});\n"
    code += f"{this._parent.get_name()}.bindPopup({name}){'.openPopup()' if this.show else ''};\n"
    return code + "\n".join(e.render() for e in this.script._children.values())


def _tooltip(this: Any, _kwargs: Any) -> str:
    text, css = literal(this.text), getattr(this, "style", None)
    content = f"L.geosocial.styled({text}, {literal(css)})" if css else text
    return f"{this._parent.get_name()}.bindTooltip({content}, {_options(this.options)});"


def _rows(method: str, options: str) -> Macro:
    def macro(this: Any, _kwargs: Any) -> str:
        fields, given = list(this.fields), _options(getattr(this, options))
        said = literal({"labels": bool(this.labels), "localize": bool(this.localize)})
        rows = f"L.geosocial.rows(layer, {literal(fields)}, {literal(list(this.aliases or fields))}, {said})"
        return f"{this._parent.get_name()}.{method}((layer) => {rows}, {given});"

    return macro


def _geojson(this: Any, _kwargs: Any) -> str:
    name, keep = this.get_name(), this.geosocial
    features = this.data.get("features") or []
    given = [
        f"{kind}: {literal(_looks(getattr(this, f'{kind}_function'), features))}"
        for kind in ("style", "highlight")
        if getattr(keep, kind)
    ]
    given += [
        f"zoom: {literal(bool(this.zoom_on_click))}",
        f"keep: {literal(bool(this.popup_keep_highlighted))}",
    ]
    if this.on_each_feature:
        given.append(f"each: {_options(this.on_each_feature)}")
    if this.marker is not None:
        given.append(f"marker: {_marker(this.marker)}")
    options = dict(this.options)
    if this.smooth_factor is not None:
        options["smooth_factor"] = this.smooth_factor
    chart = this.parent_map.get_name() if this.parent_map is not None else "null"
    return (
        f"var {name} = L.geosocial.geojson({_data(this.data)}, {chart}, {{{', '.join(given)}}}, "
        f"{_options(options)});"
    )


def _data(data: Any) -> str:
    """Return GeoJSON as it was given to `GeoDataFrame.explore`, which writes “{{” for a second rendering."""
    text = literal(data)
    text = _EXPLORED.sub(lambda m: m[1], text) if "{% raw %}{{" in text else text
    # In a literal this key would be the object's prototype.
    return f"JSON.parse({literal(text)})" if '"__proto__"' in text else text


def _looks(function: Callable[[Any], Mapping[str, Any]], features: list[Any]) -> dict[str, list[Any]]:
    """Return the distinct results of a style function and, for each feature, the number of its own."""
    numbers: dict[str, int] = {}
    looks: list[Any] = []
    of: list[int] = []
    for feature in features:
        look = dict(function(feature))
        key = json.dumps(look, sort_keys=True, default=_no_element)
        if key not in numbers:
            numbers[key] = len(looks)
            looks.append(json.loads(key))
        of.append(numbers[key])
    return {"looks": looks, "of": of}


def _no_element(value: object) -> object:
    if hasattr(value, "item"):
        return value.item()  # a number of numpy
    raise InputError(
        N_("This map cannot be saved for offline use: its plugin “{what}” is loaded from a network."),
        hint=N_("Fill zones with a colour instead of a pattern."),
        what=type(value).__name__,
    )


def _marker(marker: Any) -> str:
    icon = ""
    if marker._name == "Marker" and marker.icon is not None:
        makers = {"Icon": "L.AwesomeMarkers.icon", "DivIcon": "L.divIcon"}
        maker = makers.get(marker.icon._name, "L.icon")
        icon = f", icon: () => {maker}({_options(marker.icon.options)})"
    return f"{{form: {literal(marker._name)}, options: {_options(marker.options)}{icon}}}"


def _layer_control(this: Any, _kwargs: Any) -> str:
    from folium.map import Layer

    # Folium keeps names as keys of an object: two of the same name were one, and “__proto__” none.
    lists: dict[bool, list[str]] = {False: [], True: []}
    for layer in this._parent._children.values():
        if isinstance(layer, Layer) and layer.control:
            lists[bool(layer.overlay)].append(f"[{literal(str(layer.layer_name))}, {layer.get_name()}]")
    name = this.get_name()
    code = f"let {name} = L.geosocial.layers([{', '.join(lists[False])}], [{', '.join(lists[True])}], "
    code += f"{_options(this.options)}).addTo({this._parent.get_name()});"
    return code + (f"\nnew L.Draggable({name}.getContainer()).enable();" if this.draggable else "")


def _scale(this: Any, _kwargs: Any) -> str:
    """Draw a colour scale without the library d3 that branca's own loads."""
    colors = list(this.color_range or [])
    edges = [0, *(i for i in range(1, len(colors)) if colors[i] != colors[i - 1]), len(colors)]
    if len(edges) > _STEPS:
        edges = [round(k * len(colors) / _STEPS) for k in range(_STEPS + 1)]
    stops = [
        [round(a / len(colors), 4), round(b / len(colors), 4), str(colors[(a + b) // 2])]
        for a, b in itertools.pairwise(edges)
    ]
    wide = float(this.vmax) - float(this.vmin)
    ticks = [
        [round((float(t) - float(this.vmin)) / wide, 4) if wide else 0.0, float(t)]
        for t in this.tick_labels or ()
        if not isinstance(t, str)
    ]
    digits = max(0, 3 - math.floor(math.log10(wide))) if wide > 0 else 3
    look = {"width": this.width, "height": this.height, "ink": this.text_color, "digits": min(digits, 12)}
    given = ", ".join(literal(v) for v in (str(this.caption), stops, ticks, look))
    return f"var {this.get_name()} = L.geosocial.scale({given}).addTo({this._parent.get_name()});"


def _position_popup(this: Any, _kwargs: Any) -> str:
    chart = this._parent.get_name()
    said = "`Latitude: ${e.latlng.lat.toFixed(4)}\\nLongitude: ${e.latlng.lng.toFixed(4)}`"
    return (
        f"{chart}.on('click', (e) => L.popup().setLatLng(e.latlng)"
        f".setContent(L.geosocial.text({said})).openOn({chart}));"
    )


def _click_for_marker(this: Any, _kwargs: Any) -> str:
    given, chart = str(this.popup), this._parent.get_name()
    text = given[1:-1].replace("\\`", "`") if given.startswith("`") else "Latitude: ${lat}\nLongitude: ${lng}"
    said = f"{literal(text)}.replaceAll('${{lat}}', lat).replaceAll('${{lng}}', lng)"
    return (
        f"{chart}.on('click', (e) => {{\n"
        "const lat = e.latlng.lat.toFixed(4), lng = e.latlng.lng.toFixed(4);\n"
        f"const mark = L.marker(e.latlng, {{draggable: true}}).addTo({chart});\n"
        f"mark.on('dblclick', () => {chart}.removeLayer(mark)).bindPopup({said});\n}});"
    )


def _html(text: str) -> str:
    import html

    return html.escape(text)


def _is_explore_header(text: str) -> bool:
    return "code.jquery.com/ui/" in text and ".maplegend" in text


def _legend(found: re.Match[str]) -> str:
    """Return the legend of categories with its words as text."""
    entries = "".join(
        f'<li dir="auto"><i style="background:{color}"></i>{_html(m["label"])}</li>'
        for m in _ENTRY.finditer(found["entries"])
        if (color := m["color"] if _COLOR.fullmatch(m["color"]) else "transparent")
    )
    return (
        f'<div class="gs-legend gs-corner"><b dir="auto">{_html(found["title"])}</b><ul>{entries}</ul></div>'
    )
