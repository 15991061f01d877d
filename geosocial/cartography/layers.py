"""What the atlas draws: shapes and points in longitude and latitude, light enough for one page.

Shapes are simplified as a coverage, so that neighbours keep one border; coordinates are rounded to 1e-5°
(about a metre). Only the drawing is simplified: every figure was computed on the shapes as they were read.
"""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, StudyError
from geosocial.geo.crs import transform
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import ArrayLike

    from geosocial.results import Results

#: Shapes are simplified by this much, in metres: half a pixel at the largest zoom of the atlas.
SIMPLIFY_M: Final = 8.0
#: A hole of the shore that is smaller is a seam between two files, not water.
HECTARE_M2: Final = 10_000.0
#: Names that a page of a zone may not have: the index, and what Windows keeps for itself.
_RESERVED: Final = frozenset(
    {"index", "con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
)
#: Digits of a coordinate in degrees.
DIGITS: Final = 5


def shapes(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return polygons as a GeoJSON collection in EPSG:4326, one feature a row.

    The only property is the row's number, ``n``. No text travels in the geometry: names reach the page as
    data, never inside a layer.
    """
    return _features(_drawn(frame))


#: The frames that were drawn last and what came out: atlas, pages of the zones and directory show the same.
_last: Final[list[tuple[weakref.ref[gpd.GeoDataFrame], tuple[str, ...]]]] = []
_KEPT: Final = 8


def _drawn(frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return polygons, simplified together, as GeoJSON geometries in EPSG:4326."""
    import shapely

    for held, texts in _last:
        if held() is frame:
            return texts
    light = frame.geometry.reset_index(drop=True)
    polygons = light.to_numpy()
    if len(polygons) and shapely.coverage_is_valid(polygons):
        light = light.set_axis(light.index)
        light = type(light)(shapely.coverage_simplify(polygons, SIMPLIFY_M), crs=frame.crs)
    else:
        light = light.simplify(SIMPLIFY_M)
    drawn = tuple(shapely.to_geojson(_rounded(light).to_numpy()).tolist())
    _last[:] = [*((held, texts) for held, texts in _last[1 - _KEPT :] if held() is not None)]
    _last.append((weakref.ref(frame), drawn))
    return drawn


def lines(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return lines as one feature of a GeoJSON collection in EPSG:4326: streets are drawn, never asked."""
    import geopandas as gpd
    import shapely

    parts = shapely.get_parts(shapely.simplify(frame.geometry.to_numpy(), SIMPLIFY_M))
    kept = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return _collection(_rounded(gpd.GeoSeries([shapely.MultiLineString(list(kept))], crs=frame.crs)))


def outline(frames: Sequence[gpd.GeoDataFrame]) -> dict[str, Any]:
    """Return the shore of all polygons together as a GeoJSON collection of one feature; see `shore`."""
    import geopandas as gpd

    return _collection(_rounded(gpd.GeoSeries([shore(frames)], crs=frames[0].crs)))


def shore(frames: Sequence[gpd.GeoDataFrame]) -> Any:
    """Return the shore of all polygons together, holes included, as lines in the CRS of the first frame.

    Frames that come from different files hardly share an edge: gaps and overlaps up to twice `SIMPLIFY_M` are
    closed, and holes under a hectare are dropped.
    """
    import numpy as np
    import shapely

    polygons = np.concatenate([f.to_crs(frames[0].crs).geometry.to_numpy() for f in frames])
    grown = shapely.buffer(
        shapely.simplify(polygons, SIMPLIFY_M), SIMPLIFY_M, join_style="mitre", quad_segs=2
    )
    whole = shapely.buffer(shapely.union_all(grown), -SIMPLIFY_M, join_style="mitre", quad_segs=2)
    rings = shapely.get_rings(shapely.simplify(whole, SIMPLIFY_M / 2))
    kept = [ring for ring in rings if shapely.area(shapely.polygons(ring)) > HECTARE_M2]
    return shapely.MultiLineString([ring.coords for ring in kept])


def _rounded(series: gpd.GeoSeries) -> gpd.GeoSeries:
    import shapely

    degrees = series.to_crs(4326)
    return type(series)(shapely.transform(degrees.to_numpy(), lambda xy: xy.round(DIGITS)), crs=4326)


def _collection(series: gpd.GeoSeries) -> dict[str, Any]:
    import shapely

    return _features(shapely.to_geojson(series.to_numpy()))


def _features(geometries: Iterable[str]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"n": n}, "geometry": json.loads(text)}
        for n, text in enumerate(geometries)
    ]
    return {"type": "FeatureCollection", "features": features}


def degrees(x: ArrayLike, y: ArrayLike, crs: Any) -> list[list[float]]:
    """Return positions as ``[longitude, latitude]`` pairs, rounded to `DIGITS`."""
    lon, lat = transform(x, y, crs, 4326)
    return [[round(a, DIGITS), round(b, DIGITS)] for a, b in zip(lon.tolist(), lat.tolist(), strict=True)]


def anchors(frame: gpd.GeoDataFrame) -> list[list[float]]:
    """Return ``[longitude, latitude, metres to the nearest edge]`` of where each zone is lettered."""
    import shapely

    x, y, radii = centres(shapely.simplify(frame.geometry.to_numpy(), 60.0), tolerance=50.0)
    places = degrees(x, y, frame.crs)
    return [[*place, round(float(radius))] for place, radius in zip(places, radii, strict=True)]


def centres(polygons: Any, *, tolerance: float) -> tuple[Any, Any, Any]:
    """Return x, y and the distance to the nearest edge of the point at which each polygon is lettered.

    The centroid where it lies well inside; otherwise the centre of the largest circle that fits, to the
    nearest `tolerance`.
    """
    import numpy as np
    import shapely

    lines = shapely.maximum_inscribed_circle(polygons, tolerance=tolerance)
    widest, centroids = shapely.length(lines), shapely.centroid(polygons)
    inside = np.where(
        shapely.contains(polygons, centroids), shapely.distance(centroids, shapely.boundary(polygons)), 0.0
    )
    good = inside >= 0.85 * widest
    points = np.where(good, centroids, shapely.get_point(lines, 0))
    return shapely.get_x(points), shapely.get_y(points), np.where(good, inside, widest)


def slugs(results: Results) -> list[str]:
    """Return a name of each zone for addresses and files: small ASCII letters, digits, hyphens; each once.

    The French name where no other zone has it, otherwise the identifier, otherwise a number.
    """
    names = [slug(str(name)) for name in results.zones["name_fr"]]
    ids = [slug(str(z)) for z in results.zones["zone_id"]]
    taken, out = {"", *_RESERVED}, []
    for number, (name, own) in enumerate(zip(names, ids, strict=True), start=1):
        free = (s for s in (name if names.count(name) == 1 else "", own) if s not in taken)
        out.append(next(free, f"zone-{number}"))
        taken.add(out[-1])
    return out


def slug(text: str) -> str:
    """Return `text` in small ASCII letters, digits and hyphens, 80 at most; it may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:80].strip("-")


def facilities(results: Results, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the places that count as supply for some kinds: existing, counted, located, in table order."""
    places = results.places
    located = (
        places["x"].notna()
        & places["y"].notna()
        & places["outcome"].isin(["matched", "snapped", "ambiguous", "outside"])
    )
    return places[
        located & places["counted"] & places["kind"].isin(list(kinds)) & (places["status"] == "existing")
    ]


def initiatives(results: Results) -> pd.DataFrame:
    """Return the named places that are shown on the map, located ones only, in table order."""
    places = results.places
    located = places["x"].notna() & places["y"].notna() & (places["outcome"] != "rejected")
    return places[located & places["shown"] & (places["name"] != "")]


@cache
def _short_names() -> Mapping[str, Mapping[str, Any]]:
    import tomllib

    text = resources.files(__package__).joinpath("short_names.toml").read_text(encoding="utf-8")
    return {fold(str(entry["name"])): entry for entry in tomllib.loads(text)["zone"]}


def lettering(name: str) -> list[list[str]]:
    """Return the forms in which a zone may be lettered, the fullest first, each as its lines.

    The full name, broken after a dash between places; a shorter form and one word where `short_names.toml`
    knows them, otherwise the first place of the name, without its article.

    Examples
    --------
    >>> lettering("Rosemont–La Petite-Patrie")
    [['Rosemont–', 'La Petite-Patrie'], ['Rosemont–', 'Petite-Patrie'], ['Rosemont']]
    """
    full = _broken(name)
    known = _short_names().get(fold(name))
    if known is not None:
        return [full, list(known["lines"]), [str(known["word"])]]
    first = name.split("–", maxsplit=1)[0].strip()
    for article in ("Le ", "La ", "Les ", "L’", "The "):
        first = first.removeprefix(article)
    return [full, full, [first]]


def _broken(name: str) -> list[str]:
    """Break a name after each en dash, and after a hyphen where a line would pass 22 letters."""
    lines: list[str] = []
    parts = name.split("–")
    for k, part in enumerate(parts):
        line = part + ("–" if k < len(parts) - 1 else "")
        cut = line.rfind("-", 0, 22) if len(line) > 22 else -1
        lines += [line[: cut + 1], line[cut + 1 :]] if cut > 0 else [line]
    return lines


def check_drawable(results: Results) -> None:
    """Refuse results without a zone that can be drawn.

    Raises
    ------
    StudyError
        When there is no zone, or a zone has no shape.
    """
    zones = results.zones
    if not len(zones) or zones.geometry.is_empty.any() or zones.geometry.isna().any():
        raise StudyError(
            N_("{file}: the atlas cannot be drawn, a zone has no shape."),
            hint=N_("Check the zones layer."),
            file=results.study.zones.file,
        )
