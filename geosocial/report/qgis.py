"""How the layers of the GeoPackage look in QGIS: the ramps, patterns and symbols of the look, as QML.

Each style is a list of rules, the legend of the atlas: a class of values, *cannot say*, missing. Zones have a
style a service, the first by default; places and proposed sites have one each.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial import symbology, wording
from geosocial.io.styles import Style

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service

#: A layer of a symbol: its class, its properties, and the symbol that a pattern repeats.
Layer = tuple[str, Mapping[str, object], Sequence["Layer"]]
#: A value that misses its break by the dust of a division counts as the break, as on maps.
DUST: Final = 1e-9
HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry of a legend: what it says, which rows it takes, how they are drawn."""

    label: str
    filter: str
    symbol: Sequence[Layer]


def styles(words: Words, results: Results) -> list[Style]:
    """Return the styles of the layers of a run, in one language."""
    found = []
    for k, (sphere, spec) in enumerate(results.study.services()):
        qml = _qml("fill", _classes(words, results, sphere, spec))
        found.append(Style("zones", _name(words, results, sphere, spec), qml, default=k == 0))
    found.append(
        Style(
            "places",
            words.t("Facilities and initiatives"),
            _qml("marker", _places(words, results)),
            default=True,
        )
    )
    if len(results.proposed):
        found.append(
            Style(
                "proposed_sites",
                words.t("Proposed sites"),
                _qml("marker", _sites(words, results)),
                default=True,
            )
        )
    if "districts" in results.context:
        line = _fill("", edge=symbology.color("boundary"), width=0.7, dashed=True)
        found.append(
            Style(
                "districts",
                words.t("Districts"),
                _qml("fill", [Rule(words.t("Districts"), "", [line])]),
                True,
            )
        )
    return found


def stem(results: Results, sphere: str, service: Service) -> str:
    """Return how the columns of a service begin in the layer of zones."""
    several = len(results.study.spheres[sphere].services) > 1
    return f"{sphere}_{service.key}" if several else sphere


def _name(words: Words, results: Results, sphere: str, spec: Service) -> str:
    label = wording.service_label(words, results, sphere, spec.key)
    return f"{label} – {wording.legend_title(words, results, sphere, spec.key, 'gap_share')}"


def _column(name: str) -> str:
    """Return a column as an expression names it."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _classes(words: Words, results: Results, sphere: str, spec: Service) -> list[Rule]:
    """Return the classes of the gap of a service, the darkest first, then what has none."""
    root = stem(results, sphere, spec)
    share, status = _column(f"{root}_gap_share"), _column(f"{root}_status")
    rules = []
    for step in reversed(symbology.classes(words, "gap_share")):
        parts = [f"{status} NOT IN ('cannot_say', 'missing')"]
        parts += [f"{share} >= {step.lower - DUST:.10g}"] if math.isfinite(step.lower) else []
        parts += [f"{share} < {step.upper - DUST:.10g}"] if math.isfinite(step.upper) else []
        rules.append(Rule(step.label, " AND ".join(parts), [_fill(step.color)]))
    for key in ("cannot_say", "missing"):
        label = wording.upper_first(wording.status_label(words, key))
        rules.append(Rule(label, f"{status} = {_text(key)}", _pattern(key)))
    return rules


def _fill(color: str, *, edge: str = "", width: float = 0.55, dashed: bool = False) -> Layer:
    return (
        "SimpleFill",
        {
            "color": _rgb(color) if color else "0,0,0,0",
            "style": "solid" if color else "no",
            "outline_color": _rgb(edge or symbology.color("boundary")),
            "outline_style": "dash" if dashed else "solid",
            "outline_width": width,
            "outline_width_unit": "Pixel",
            "joinstyle": "round",
        },
        (),
    )


def _pattern(key: str) -> list[Layer]:
    """Return the ground of a pattern and its marks: hatching, or × marks on a grid."""
    style = symbology.look()["pattern"][key]
    size, stroke, ink = float(style["size_px"]), float(style["stroke_px"]), _rgb(str(style["mark"]))
    if key == "cannot_say":
        line = ("SimpleLine", {"line_color": ink, "line_width": stroke, "line_width_unit": "Pixel"}, ())
        facts = {"angle": 45, "distance": size, "distance_unit": "Pixel", "line_width": stroke}
        return [_fill(str(style["ground"])), ("LinePatternFill", facts | {"color": ink}, (line,))]
    mark = _marker("cross2", size / 3, color="0,0,0,0", edge=ink, width=stroke)
    facts = {"distance_x": size, "distance_y": size, "distance_x_unit": "Pixel", "distance_y_unit": "Pixel"}
    return [_fill(str(style["ground"])), ("PointPatternFill", facts, (mark,))]


def _marker(shape: str, size: float, *, color: str, edge: str, width: float, dashed: bool = False) -> Layer:
    return (
        "SimpleMarker",
        {
            "name": shape,
            "size": round(size, 2),
            "size_unit": "Pixel",
            "color": color,
            "outline_color": edge,
            "outline_width": width,
            "outline_width_unit": "Pixel",
            "outline_style": "dash" if dashed else "solid",
            "joinstyle": "round",
        },
        (),
    )


def _places(words: Words, results: Results) -> list[Rule]:
    """Return a rule a sphere and a fate: facilities that count, initiatives, those planned or closed."""
    ink, paper = _rgb(symbology.color("ink")), _rgb(symbology.color("paper"))
    shown = [p.key for p in results.study.places if p.shown]
    listed = f"{_column('source')} IN ({', '.join(map(_text, shown))})" if shown else "FALSE"
    rules = []
    for sphere in results.study.spheres:
        color, shape = _rgb(symbology.sphere_color(sphere)), symbology.sphere_shape(sphere)
        mine = f"{_column('sphere')} = {_text(sphere)}"
        label = wording.sphere_label(words, sphere)
        for part, chosen, size, edge, width in (
            (words.t("Facilities"), f"NOT {listed}", 7.0, paper, 1.1),
            (words.t("Initiatives"), listed, 10.0, ink, 1.4),
        ):
            for status in ("existing", "planned", "closed"):
                is_now = status == "existing"
                known = f"{_column('status')} = {_text(status)}"
                said = "" if is_now else f", {wording.term_label(words, 'statuses', status)}"
                symbol = _marker(
                    shape,
                    size,
                    color=color if is_now else paper,
                    edge=edge if is_now else color if status == "planned" else _rgb(symbology.color("muted")),
                    width=width,
                    dashed=status == "planned",
                )
                rules.append(
                    Rule(
                        f"{label}, {wording.lower_first(part)}{said}",
                        f"{mine} AND {chosen} AND {known}",
                        [symbol],
                    )
                )
    return rules


def _sites(words: Words, results: Results) -> list[Rule]:
    """Return a rule a service: its sites for the largest number that the run proposes."""
    rules = []
    for sphere, spec in results.study.services():
        mine = results.proposed[
            (results.proposed["sphere"] == sphere) & (results.proposed["service"] == spec.key)
        ]
        if len(mine):
            most = int(mine["number"].max())
            where = f"{_column('sphere')} = {_text(sphere)} AND {_column('service')} = {_text(spec.key)}"
            symbol = _marker("star", 18, color=_rgb(symbology.color("ink")), edge=_rgb("#ffffff"), width=1.2)
            label = wording.service_label(words, results, sphere, spec.key)
            rules.append(Rule(label, f"{where} AND {_column('number')} = {most}", [symbol]))
    return rules


def _rgb(color: str) -> str:
    return ",".join(str(int(color[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"


def _qml(kind: str, rules: Sequence[Rule]) -> str:
    """Return rules as the QML of a layer; `kind` is ``fill`` or ``marker``."""
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0")
    listed = ET.SubElement(renderer, "rules", key="rules")
    symbols = ET.SubElement(renderer, "symbols")
    for n, rule in enumerate(rules):
        facts = {"key": f"rule{n}", "symbol": str(n), "label": rule.label}
        ET.SubElement(listed, "rule", facts | ({"filter": rule.filter} if rule.filter else {}))
        _symbol(symbols, str(n), kind, rule.symbol)
    return HEAD + ET.tostring(root, encoding="unicode")


def _symbol(parent: ET.Element, name: str, kind: str, parts: Sequence[Layer]) -> None:
    symbol = ET.SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    for n, (title, facts, inner) in enumerate(parts):
        layer = ET.SubElement(symbol, "layer", {"class": title, "enabled": "1", "pass": "0", "locked": "0"})
        for key, value in facts.items():
            ET.SubElement(layer, "prop", k=key, v=f"{value:g}" if isinstance(value, float) else str(value))
        if inner:
            _symbol(layer, f"@{name}@{n}", "line" if title == "LinePatternFill" else "marker", inner)
