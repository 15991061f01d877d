"""Layers of many things: 50,000 points or 3,200 polygons in one page, drawn on a canvas.

`point_layer` and `area_layer` return layers for any `folium.Map`: named in a `LayerControl`, hidden by
``show=False``, saved by `standalone.save`. Positions travel as whole numbers of 1e-5° (about a metre), each
as its difference from the one before; names as they are, or as numbers in a list where they repeat. Both
reach the reader through ``textContent``. Points are put in the order of a Morton curve, so that differences
are small.

Points are clustered on a grid of 56 px whose cells hold still when the map is moved: a mark says how many it
stands for, and a click on it lists their names. From `SPREAD_ZOOM` on each point is drawn. Polygons are
simplified as a coverage: neighbours keep one border.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology
from geosocial.cartography.neutral import literal, script
from geosocial.errors import N_, InputError
from geosocial.i18n import words as words_of
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

#: Units of a coordinate in a degree: whole numbers of 1e-5°, about a metre.
UNITS: Final = 100_000
#: From this zoom on no point is clustered.
SPREAD_ZOOM: Final = 16
#: Classes of an area without a colour, as in `geosocial.cartography.content`.
MISSING, CANNOT_SAY = -1, -2


def point_layer(
    lon: ArrayLike,
    lat: ArrayLike,
    names: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    symbols: Mapping[str, tuple[str, str]] | None = None,
    lang: Lang = "fr",
    name: str | None = None,
    show: bool = True,
) -> Any:
    """Return a layer of points that are clustered by zoom and say their name on a click.

    Parameters
    ----------
    lon, lat
        Positions in degrees (EPSG:4326), one a point.
    names
        What a click on a point says; text, whatever it holds.
    groups
        The group of each point (a sphere, a kind), said below its name.
    symbols
        The colour and the shape of each group (``circle``, ``square``, ``triangle``, ``diamond``,
        ``pentagon``); a group without one is a circle in ink.
    lang
        The language of the two messages of the layer.
    name
        The layer's name in a `LayerControl`.
    show
        Whether the layer is drawn when the map opens.

    Raises
    ------
    InputError
        When the lists differ in length, or a position is not one on Earth.
    """
    import numpy as np

    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    lengths = {len(x), len(y), len(names), len(x if groups is None else groups)}
    if len(lengths) > 1:
        raise InputError(
            N_("The lists of a layer of points differ in length: {got}."),
            hint=N_("Give one position, one name and one group for each point."),
            got=", ".join(map(str, sorted(lengths))),
        )
    if not (np.isfinite(x) & np.isfinite(y) & (np.abs(x) <= 180) & (np.abs(y) <= 85)).all():
        raise InputError(
            N_("A point of the layer lies nowhere on the map."),
            hint=N_("Give longitudes and latitudes in degrees, and leave out points without a position."),
        )
    column, row = _units(x), _units(y)
    order = _morton(column, row)
    words = words_of(lang)
    data: dict[str, Any] = {
        "x": _deltas(column[order]),
        "y": _deltas(row[order]),
        "names": _listed([str(names[i]) for i in order]),
        "spread": SPREAD_ZOOM,
        "locale": f"{lang}-CA",
        "words": {
            "many": words.t("{n} places"),
            "more": words.t("… and {n} more"),
            "near": words.t("Zoom to these places"),
        },
        "look": {"ink": symbology.color("ink"), "paper": symbology.color("paper")},
    }
    if groups is not None:
        data["groups"] = _listed([str(groups[i]) for i in order], always=True)
        known = symbols or {}
        plain = (symbology.color("ink"), "circle")
        data["symbols"] = [list(known.get(group, plain)) for group in data["groups"]["list"]]
    corners = [[y.min(), x.min()], [y.max(), x.max()]] if len(x) else [[None, None], [None, None]]
    return _layer("points", data, corners, name=name, show=show)


def area_layer(
    frame: gpd.GeoDataFrame,
    names: Sequence[str],
    *,
    classes: Sequence[int] | None = None,
    colors: Sequence[str] = (),
    notes: Sequence[str] | None = None,
    simplify_m: float = 8.0,
    name: str | None = None,
    show: bool = True,
) -> Any:
    """Return a layer of polygons that say their name and their figure on a click.

    Parameters
    ----------
    frame
        Polygons in a metric CRS.
    names
        What a click on a polygon says.
    classes
        The class of each: its number in `colors`, `MISSING` (drawn with × marks) or `CANNOT_SAY` (hatched).
    colors
        The fill of each class.
    notes
        A second line for each polygon: its figure in words.
    simplify_m
        By how many metres the drawing may differ from the shapes.
    name, show
        As in `point_layer`.

    Raises
    ------
    InputError
        When the frame's CRS is not metric, or the lists differ in length.
    """
    import numpy as np
    import shapely

    if frame.crs is None or not frame.crs.is_projected:
        raise InputError(
            N_("The polygons of a layer are not in a metric coordinate reference system."),
            hint=N_("Give them in the CRS of the study, such as EPSG:32188."),
        )
    lengths = {len(frame), *(len(given) for given in (names, classes, notes) if given is not None)}
    if len(lengths) > 1:
        raise InputError(
            N_("The lists of a layer of polygons differ in length: {got}."),
            hint=N_("Give one name, one class and one note for each polygon."),
            got=", ".join(map(str, sorted(lengths))),
        )
    light = _simplified(frame.geometry.to_numpy(), simplify_m)
    degrees = type(frame.geometry)(light, crs=frame.crs).to_crs(4326).to_numpy()
    parts, owner = shapely.get_parts(degrees, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    units = _units(points)
    # A ring's last point is its first; points that rounding made equal are one.
    again = np.zeros(len(units), dtype=bool)
    again[1:] = (units[1:] == units[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    again[np.flatnonzero(np.diff(ring, append=-1))] = True
    units, ring = units[~again], ring[~again]
    west, south, east, north = type(frame.geometry)(degrees, crs=4326).total_bounds
    data = {
        "x": _deltas(units[:, 0]),
        "y": _deltas(units[:, 1]),
        "ring": np.bincount(ring, minlength=len(rings)).tolist(),
        "part": np.bincount(part, minlength=len(parts)).tolist(),
        "area": np.bincount(owner, minlength=len(frame)).tolist(),
        "names": [str(n) for n in names],
        "notes": None if notes is None else _listed([str(n) for n in notes]),
        "classes": None if classes is None else [int(c) for c in classes],
        "colors": list(colors),
        "look": {
            "line": symbology.color("boundary"),
            "paper": symbology.color("paper"),
            "missing": dict(symbology.look()["pattern"]["missing"]),
            "cannot_say": dict(symbology.look()["pattern"]["cannot_say"]),
        },
    }
    return _layer("areas", data, [[south, west], [north, east]], name=name, show=show)


def _simplified(polygons: NDArray[Any], tolerance: float) -> NDArray[Any]:
    import shapely

    if len(polygons) and shapely.coverage_is_valid(polygons):
        return shapely.coverage_simplify(polygons, tolerance)
    return shapely.simplify(polygons, tolerance)


def _units(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    return (degrees * UNITS).round().astype("int64")


def _deltas(values: NDArray[np.int64]) -> list[int]:
    """Return whole numbers, each as its difference from the one before, the first from nought.

    Examples
    --------
    >>> import numpy as np
    >>> _deltas(np.array([5, 7, 4]))
    [5, 2, -3]
    """
    import numpy as np

    found: list[int] = np.diff(values, prepend=0).tolist()
    return found


def _morton(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order in which points follow a Morton curve: the bits of both coordinates interleaved."""
    import numpy as np

    def spread(values: NDArray[np.int64]) -> NDArray[np.uint64]:
        bits = (values - values.min() if len(values) else values).astype(np.uint64)
        for shift, mask in (
            (16, 0x0000FFFF0000FFFF),
            (8, 0x00FF00FF00FF00FF),
            (4, 0x0F0F0F0F0F0F0F0F),
            (2, 0x3333333333333333),
            (1, 0x5555555555555555),
        ):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        return bits

    return np.argsort(spread(x) | (spread(y) << np.uint64(1)), kind="stable")


def _listed(values: Sequence[str], *, always: bool = False) -> dict[str, Any] | list[str]:
    """Return texts as they are or, where they repeat, as a list of the distinct ones and a number each."""
    distinct = dict.fromkeys(values)
    if not always and len(distinct) > len(values) / 2:
        return list(values)
    numbers = {value: n for n, value in enumerate(distinct)}
    return {"list": list(numbers), "of": [numbers[value] for value in values]}


def _layer(kind: str, data: Mapping[str, Any], corners: Any, *, name: str | None, show: bool) -> Any:
    # A brace before a sign of Jinja would be read as a template, which is what branca does with a script.
    text = re.sub(r"\{(?=[{%#])", r"\\u007b", literal(data))
    return _class()(kind, text, corners, name=name, show=show)


@cache
def _class() -> Any:
    """Return the class of both layers; it needs Folium, which is imported where it is used."""
    from branca.element import Element
    from folium.map import Layer
    from folium.template import Template

    class CanvasLayer(Layer):
        """A layer that a script of ours draws."""

        _template = Template(
            "{% macro script(this, kwargs) %}"
            "var {{ this.get_name() }} = L.geosocialLayers.{{ this.kind }}({{ this.data }});"
            "{% endmacro %}"
        )

        def __init__(self, kind: str, data: str, corners: Any, *, name: str | None, show: bool) -> None:
            super().__init__(name=name, overlay=True, control=name is not None, show=show)
            self._name = "Canvas"
            self.kind, self.data, self.corners = kind, data, corners

        def _get_self_bounds(self) -> Any:
            return self.corners

        def render(self, **kwargs: Any) -> Any:
            code = f"<script>\n{script(f'{self.kind}.js')}\n</script>"
            header = self.get_root().header  # type: ignore[attr-defined]
            header.add_child(Element("{% raw %}" + code + "{% endraw %}"), name=f"geosocial_{self.kind}")
            super().render(**kwargs)  # type: ignore[no-untyped-call]

    return CanvasLayer
