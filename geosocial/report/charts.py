"""The drawings of the report: small maps, dot plots with intervals, squares of settings, as inline SVG.

A drawing is set from figures that stand in the tables; only where a mark goes on paper is computed here. Only
`markupsafe` joins text to markup, so a name stays text. Shapes are drawn once a page, used by every map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from markupsafe import Markup

from geosocial import symbology

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

#: Width of a map in drawing units; its height follows the study.
WIDTH: Final = 1000
MARGIN: Final = 6
#: Scales of the patterns, in the units of what they fill: a map, a small map, a swatch.
SCALES: Final = {"": 2.2, "-m": 5.0, "-s": 0.75}
#: The drawing of each pattern of the look.
PATTERNS: Final = {"missing": "p-miss", "cannot_say": "p-hatch", "depends": "p-dots"}
#: Shapes are simplified by this many drawing units: less than half a pixel at the size that is shown.
SIMPLIFY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Shapes:
    """The zones as SVG paths in drawing units, and where each is lettered."""

    width: int
    height: int
    paths: Mapping[str, str]
    anchors: Mapping[str, tuple[int, int]]
    #: Land beyond the study; empty when the study has no such layer.
    land: str = ""


class Zoned(Protocol):
    """What a map needs of results, or of a proposal: the zones, and the layers that are only shown."""

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """The zones."""

    @property
    def context(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Layers by key."""


def placing(results: Zoned) -> tuple[Callable[..., Any], float]:
    """Return what turns positions (n × 2) into drawing units, and the drawing units of a metre."""
    import numpy as np

    west, south, east, north = _box(results)
    scale = WIDTH / max(east - west, north - south, 1.0)

    def placed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((xy - np.array([west, north])) * np.array([scale, -scale]) + MARGIN)

    return placed, scale


def shapes(results: Zoned) -> Shapes:
    """Return the zones of a study as paths; neighbours keep one border."""
    import shapely

    polygons = results.zones.geometry.to_numpy()
    west, south, east, north = _box(results)
    placed, scale = placing(results)
    drawn = shapely.transform(polygons, placed)
    if shapely.coverage_is_valid(drawn):
        drawn = shapely.coverage_simplify(drawn, SIMPLIFY)
    else:
        drawn = shapely.simplify(drawn, SIMPLIFY)
    centres = shapely.get_point(shapely.maximum_inscribed_circle(drawn, tolerance=3.0), 0)
    ids = [str(z) for z in results.zones["zone_id"]]
    return Shapes(
        width=round((east - west) * scale) + 2 * MARGIN,
        height=round((north - south) * scale) + 2 * MARGIN,
        paths={z: _path(polygon) for z, polygon in zip(ids, drawn, strict=True)},
        land=_land(results, placed),
        anchors={
            z: (round(shapely.get_x(c)), round(shapely.get_y(c))) for z, c in zip(ids, centres, strict=True)
        },
    )


def _box(results: Zoned) -> tuple[float, float, float, float]:
    """Return the extent that maps show: the zones, and land up to a tenth of their size around."""
    import numpy as np
    import shapely

    zones = shapely.total_bounds(results.zones.geometry.to_numpy())
    if "land" not in results.context:
        return tuple(zones.tolist())
    land = shapely.total_bounds(results.context["land"].geometry.to_numpy())
    reach = 0.1 * max(zones[2] - zones[0], zones[3] - zones[1])
    low = np.maximum(np.minimum(zones[:2], land[:2]), zones[:2] - reach)
    high = np.minimum(np.maximum(zones[2:], land[2:]), zones[2:] + reach)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _land(results: Zoned, placed: Callable[..., Any]) -> str:
    import shapely

    if "land" not in results.context:
        return ""
    land = shapely.transform(results.context["land"].geometry.to_numpy(), placed)
    return _path(shapely.union_all(shapely.simplify(land, SIMPLIFY)))


def _path(polygon: Any) -> str:
    import shapely

    rings = [
        ring
        for part in shapely.get_parts(polygon)
        for ring in (shapely.get_exterior_ring(part), *part.interiors)
    ]
    return "".join(_ring(shapely.get_coordinates(r)) for r in rings)


def _ring(points: NDArray[np.float64]) -> str:
    """Return a ring in whole drawing units, relative, without the repeated last point."""
    whole = points.round().astype(int)
    moves = [f"M{whole[0, 0]} {whole[0, 1]}l"]
    steps = whole[1:-1] - whole[:-2]
    moves.extend(f"{dx} {dy} " for dx, dy in steps.tolist() if dx or dy)
    return "".join(moves).rstrip() + "z"


def definitions(drawn: Shapes) -> Markup:
    """Return the hidden drawing that holds each zone once, the patterns and the sphere symbols."""
    look = symbology.look()
    parts = [Markup('<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>')]
    for key, name in PATTERNS.items():
        style = look["pattern"][key]
        parts.extend(_pattern(name, suffix, style, scale) for suffix, scale in SCALES.items())
    for number, path in enumerate(drawn.paths.values()):
        parts.append(Markup('<path id="z{}" d="{}"/>').format(number, path))
    if drawn.land:
        parts.append(Markup('<path id="land" d="{}"/>').format(drawn.land))
    parts.append(Markup("</defs></svg>"))
    return Markup("").join(parts)


def _pattern(name: str, suffix: str, style: Mapping[str, Any], scale: float) -> Markup:
    size, mark, stroke = style["size_px"], style["mark"], style["stroke_px"]
    a, b = size * 0.3, size * 0.7
    path = {
        "p-miss": f"M{a:g} {a:g}L{b:g} {b:g}M{b:g} {a:g}L{a:g} {b:g}",
        "p-hatch": f"M-1 1L1 -1M0 {size}L{size} 0M{size - 1} {size + 1}L{size + 1} {size - 1}",
    }.get(name)
    if path is None:
        drawn = Markup('<circle cx="{0:g}" cy="{0:g}" r="{1:g}" fill="{2}"/>').format(
            size / 2, stroke / 2, mark
        )
    else:
        drawn = Markup('<path d="{}" stroke="{}" stroke-width="{}" fill="none"/>').format(path, mark, stroke)
    return Markup(
        '<pattern id="{}" width="{}" height="{}" patternUnits="userSpaceOnUse" patternTransform="scale({})">'
        '<rect width="{}" height="{}" fill="{}"/>{}</pattern>'
    ).format(name + suffix, size, size, scale, size, size, style["ground"], drawn)


def fill(color: str, size: str = "") -> str:
    """Return the paint of a class colour, or of the pattern ``missing``, ``cannot_say`` or ``depends``."""
    named = PATTERNS.get(color)
    return color if named is None else f"url(#{named}{size})"


def zone_map(
    drawn: Shapes,
    fills: Mapping[str, str],
    *,
    key: str,
    title: str,
    text: str,
    marks: Mapping[str, str] | None = None,
    dark: Sequence[str] = (),
    size: str = "",
    above: Markup | None = None,
) -> Markup:
    """Return a map: a paint a zone, its title and its description, and a short mark in each zone (its rank).

    Parameters
    ----------
    key
        Makes the ids of the title and the description unique in the page.
    size
        The scale of the patterns: ``"-m"`` for a map as small as a stamp.
    dark
        Zones whose fill is so dark that their mark is white.
    above
        What is drawn over the zones.
    """
    casing, line = symbology.color("boundary_casing"), symbology.color("boundary")
    parts = [
        Markup(
            '<svg class="map" viewBox="0 0 {} {}" role="img" aria-labelledby="t-{} d-{}">'
            '<title id="t-{}">{}</title><desc id="d-{}">{}</desc>'
        ).format(drawn.width, drawn.height, key, key, key, title, key, text)
    ]
    if drawn.land:
        parts.append(Markup('<use href="#land" fill="{}"/>').format(symbology.color("land")))
    numbers = {z: n for n, z in enumerate(drawn.paths)}
    for zone, paint in fills.items():
        parts.append(Markup('<use href="#z{}" fill="{}"/>').format(numbers[zone], fill(paint, size)))
    uses = Markup("").join(Markup('<use href="#z{}"/>').format(numbers[z]) for z in fills)
    for stroke, width in ((casing, 5.5), (line, 1.7)):
        parts.append(
            Markup('<g fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round">{}</g>').format(
                stroke, width, uses
            )
        )
    for zone, mark in (marks or {}).items():
        x, y = drawn.anchors[zone]
        tone = "inv" if zone in dark else "on"
        parts.append(Markup('<text x="{}" y="{}" class="{}">{}</text>').format(x, y, tone, mark))
    parts.append((above or Markup("")) + Markup("</svg>"))
    return Markup("").join(parts)


@cache
def symbol(shape: str, color: str) -> Markup:
    """Return the symbol of a sphere beside its name."""
    path = symbology.shape_path(shape, 7, 7, 5.2)
    return Markup(
        '<svg class="sym" viewBox="0 0 14 14" aria-hidden="true"><path d="{}" fill="{}"/></svg>'
    ).format(path, color)


@cache
def swatch(color: str) -> Markup:
    """Return the swatch of a legend: a class colour or a pattern."""
    return Markup(
        '<svg class="sw" viewBox="0 0 18 12" aria-hidden="true">'
        '<rect x=".5" y=".5" width="17" height="11" fill="{}" stroke="{}"/></svg>'
    ).format(fill(color, "-s"), symbology.color("swatch_border"))


@cache
def verdict_mark(paint: str) -> Markup:
    """Return the small square of a verdict; its word or a note stands beside it."""
    return Markup(
        '<svg class="vd" viewBox="0 0 12 12" aria-hidden="true">'
        '<rect x=".75" y=".75" width="10.5" height="10.5" fill="{}" stroke="{}"/></svg>'
    ).format(fill(paint, "-s"), symbology.color("muted"))


def dot(
    value: float, lower: float, upper: float, *, whole: float, shape: str, color: str, hollow: bool = False
) -> Markup:
    """Return one row of a dot plot, 0 to 1 across: the interval, the dot, and the dashed value of the whole.

    Positions are in per cent of the cell: the row stretches with the table, and nothing is distorted. A value
    beyond the axis is drawn at its end; NaN draws nothing.
    """
    ink, muted, line, paper = (symbology.color(c) for c in ("ink", "muted", "line", "paper"))
    parts = [
        f'<svg class="dot" aria-hidden="true"><line x1="0" x2="100%" y1="50%" y2="50%" stroke="{line}"/>'
    ]
    if not math.isnan(whole):
        at = _at(whole)
        parts.append(f'<line x1="{at}" x2="{at}" y1="0" y2="100%" stroke="{muted}" stroke-dasharray="3 2"/>')
    if not (math.isnan(lower) or math.isnan(upper)):
        parts.append(
            f'<line x1="{_at(lower)}" x2="{_at(upper)}" y1="50%" y2="50%" stroke="{color}" stroke-width="3"'
            ' stroke-opacity=".55" stroke-linecap="round"/>'
        )
    if not math.isnan(value):
        path = symbology.shape_path(shape, 0, 0, 5.2)
        face, edge = (paper, ink) if hollow else (color, paper)
        parts.append(
            f'<svg x="{_at(value)}" y="50%" overflow="visible" width="1" height="1">'
            f'<path d="{path}" fill="{face}" stroke="{edge}" stroke-width="1"/></svg>'
        )
    # numbers and our own colours alone: no text of a user, so nothing to escape
    return Markup("".join(parts) + "</svg>")  # noqa: S704


def _at(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"


def lorenz(curves: Sequence[Any], axes: tuple[str, str, str], ticks: Sequence[str]) -> Markup:
    """Return Lorenz curves in one square: people across, what they have upwards, the diagonal dashed.

    `curves` have a label, a colour, a shape, and shares of people and of what they hold, 0 to 1; `ticks` say
    0, 25, 50, 75 and 100 % in the language of the page.
    """
    ink, muted, line = (symbology.color(c) for c in ("ink", "muted", "line"))
    size, left, top = 360, 66, 12

    def at(x: float, y: float) -> str:
        return f"{left + x * size:.1f} {top + (1 - y) * size:.1f}"

    parts = [
        Markup('<svg class="lz" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            size + left + 28, size + top + 44, "; ".join(f"{c.label}, {c.gini}" for c in curves)
        )
    ]
    for step, said in zip((0.0, 0.25, 0.5, 0.75, 1.0), ticks, strict=True):
        parts.append(Markup('<path d="M{}L{}" stroke="{}"/>').format(at(0, step), at(1, step), line))
        for x, y, anchor in ((-0.02, step, "end"), (step, -0.06, "middle")):
            px, py = at(x, y).split()
            form = Markup('<text x="{}" y="{}" dy=".35em" text-anchor="{}" fill="{}">{}</text>')
            parts.append(form.format(px, py, anchor, muted, said))
    parts.append(
        Markup('<path d="M{}L{}" stroke="{}" stroke-dasharray="4 3"/>').format(at(0, 0), at(1, 1), muted)
    )
    seen: set[str] = set()
    for n, curve in enumerate(curves):
        dash = "7 4" if curve.color in seen else "none"
        seen.add(curve.color)
        path = "L".join(at(x, y) for x, y in zip(curve.people, curve.held, strict=True))
        parts.append(
            Markup('<path d="M{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>').format(
                path, curve.color, dash
            )
        )
        # a mark of the sphere on each curve, at another height each, so that colour alone says nothing
        off = [abs(held - 0.2 - 0.13 * n) for held in curve.held]
        place = off.index(min(off))
        right, down = (float(v) for v in at(curve.people[place], curve.held[place]).split())
        mark = symbology.shape_path(curve.shape, right, down, 5.5)
        parts.append(Markup('<path d="{}" fill="{}" stroke="#fff"/>').format(mark, curve.color))
    px, py = at(0.5, -0.115).split()
    parts.append(
        Markup('<text x="{}" y="{}" text-anchor="middle" fill="{}">{}</text>').format(px, py, ink, axes[0])
    )
    px, py = at(-0.15, 0.5).split()
    parts.append(
        Markup(
            '<text x="{0}" y="{1}" text-anchor="middle" fill="{2}" transform="rotate(-90 {0} {1})">{3}</text>'
        ).format(px, py, ink, axes[1])
    )
    return Markup("").join(parts) + Markup("</svg>")


@cache
def squares(judged: tuple[bool | None, ...]) -> Markup:
    """Return one square a setting tried: full where underserved, empty where not, absent where unjudged."""
    ink, border = symbology.color("ink"), symbology.color("control")
    known = [j for j in judged if j is not None]
    per_row = min(len(known), 10) or 1
    rows = -(-len(known) // per_row) or 1
    marks = "".join(
        f'<rect x="{n % per_row * 9}.5" y="{n // per_row * 9}.5" width="7" height="7"'
        f' fill="{ink if below else "#fff"}" stroke="{ink if below else border}"/>'
        for n, below in enumerate(known)
    )
    size = f'width="{per_row * 9 - 1}" height="{rows * 9 - 1}"'
    # numbers and our own colours alone: no text of a user, so nothing to escape
    return Markup(f'<svg class="sq" {size} aria-hidden="true">{marks}</svg>')  # noqa: S704
