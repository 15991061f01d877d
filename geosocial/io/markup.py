"""Read KML and GPX ourselves: strictly, exactly, and without GDAL.

GDAL reads ``-73.5,abc`` as latitude 0, leaves out a waypoint without latitude without a word, and writes
``capacité`` as ``capacit__``. Here a damaged position is refused with its place in the file, and every field
keeps its name and its text. A document type is refused wherever it stands, so that no entity can name
another file or grow without end; links of a KML file are never followed. Coordinates are degrees, as both
formats say (EPSG:4326).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from geosocial.errors import N_, InputError
from geosocial.io.detect import opened

if TYPE_CHECKING:
    import geopandas as gpd

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DEEPEST: Final = 200
_SHAPES: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_UNREAD: Final = ("Model", "Track", "MultiTrack")
_GPX: Final = {"waypoints": "wpt", "tracks": "trk", "routes": "rte"}

Record = tuple[dict[str, str], Any]


class _DamagedError(ValueError):
    """A geometry that is not what its format says."""


def read_kml(file: Path, *, layer: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return the placemarks of a KML file and how they were read.

    Parameters
    ----------
    file
        The file.
    layer
        Name of the folder to read; without it the placemarks of all folders, with a column ``folder`` when
        there are several.

    Raises
    ------
    InputError
        When it is not XML, has a document type, no such folder, or a geometry is damaged.
    """
    root = _tree(file)
    folders = {id(p): _text(f, "name") for f in root.iter("Folder") for p in f.iter("Placemark")}
    names = list(dict.fromkeys(folders.values()))
    if layer is not None and layer not in names:
        _no_layer(file, layer, names)
    records = []
    for number, mark in enumerate(root.iter("Placemark"), 1):
        folder = folders.get(id(mark), "")
        if layer is not None and folder != layer:
            continue
        fields = _placemark(mark)
        if len(names) > 1 and layer is None:
            fields["folder"] = folder
        records.append((fields, _checked(file, number, mark)))
    how = {"format": "KML"} if layer is None else {"format": "KML", "layer": layer}
    return _frame(records), how


def read_gpx(file: Path, *, layer: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return the waypoints of a GPX file, else its tracks, else its routes, and how they were read.

    Raises
    ------
    InputError
        When it is not XML, has a document type, no such layer, or a position is damaged.
    """
    root = _tree(file)
    full = {name: found for name, tag in _GPX.items() if (found := [e for e in root if e.tag == tag])}
    if layer is not None and layer not in full:
        _no_layer(file, layer, list(full))
    chosen = layer or next(iter(full), "waypoints")
    records: list[Record] = []
    for number, element in enumerate(full.get(chosen, []), 1):
        fields = {e.tag: (e.text or "").strip() for e in element if not len(e) and (e.text or "").strip()}
        records.append((fields, _checked(file, number, element)))
    how = {"format": "GPX", "layer": chosen}
    others = [name for name in full if name != chosen]
    if others:
        how["other_layers"] = ", ".join(others)
    return _frame(records), how


def _no_layer(file: Path, layer: str, names: Iterable[str]) -> NoReturn:
    raise InputError(
        N_("{file}: there is no layer “{layer}”; the layers are: {found}."),
        hint=N_("Name one of them."),
        file=file,
        layer=layer,
        found=", ".join(n for n in names if n) or "—",
    )


def parse(
    file: Path,
    *,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object],
    text: Callable[[str], object],
) -> None:
    """Tell what stands in an XML file, part by part, names without prefixes; no document type, no entity.

    Parameters
    ----------
    file
        The file; it is never held whole.
    start, end, text
        Called with the name and the attributes of an element, with its name when it ends, with its text.

    Raises
    ------
    InputError
        When it is not XML, is nested without end, or has a document type.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _DamagedError(name)
        start(name.rpartition(" ")[2], attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    def refuse(*_: object) -> NoReturn:
        raise InputError(
            N_("{file}: this XML file has a document type, which can name other files; it is not read."),
            hint=N_("Export the layer again as GeoJSON or GeoPackage."),
            file=file,
        )

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        with opened(file) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, _DamagedError, LookupError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            N_("{file}: this is not valid XML ({reason})."),
            hint=N_("The file may be cut short: download or export it again."),
            file=file,
            reason=" ".join(str(error).split())[:200],
        ) from error


def _tree(file: Path) -> Element:
    """Return the tree of an XML file, its names without prefixes, when it has no document type."""
    builder = TreeBuilder()
    parse(file, start=builder.start, end=builder.end, text=builder.data)
    return builder.close()


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _placemark(mark: Element) -> dict[str, str]:
    """Return the fields of a placemark: its own, then its extended data; a repeated name takes a number."""
    pairs = [(n, _text(mark, n)) for n in ("name", "description", "address", "phoneNumber")]
    pairs += [(d.get("name", "").strip(), _text(d, "value")) for d in mark.iter("Data")]
    pairs += [(d.get("name", "").strip(), (d.text or "").strip()) for d in mark.iter("SimpleData")]
    fields: dict[str, str] = {}
    for name, value in pairs:
        key, number = name, 1
        while fields.get(key, value) != value:
            number += 1
            key = f"{name}_{number}"
        if key and value:
            fields[key] = value
    return fields


def _checked(file: Path, number: int, element: Element) -> Any:
    import shapely

    try:
        return _geometry(element)
    except (_DamagedError, ValueError, shapely.errors.GEOSException) as error:
        raise InputError(
            N_("{file}: the geometry of feature {number} is damaged ({reason})."),
            hint=N_("Correct it, or export the layer again."),
            file=file,
            number=number,
            reason=" ".join(str(error).split())[:100],
        ) from error


def _geometry(element: Element) -> Any:
    """Return the geometry of a placemark, waypoint, track or route; None when it has none."""
    import shapely

    if element.tag == "wpt":
        return shapely.Point(_position(element))
    if element.tag == "rte":
        points = [_position(p) for p in element.iter("rtept")]
        return shapely.LineString(points) if points else None
    if element.tag == "trk":
        parts = [[_position(p) for p in segment.iter("trkpt")] for segment in element.iter("trkseg")]
        return shapely.MultiLineString([p for p in parts if p]) if any(parts) else None
    for child in element:
        if child.tag in _UNREAD:
            raise _DamagedError(child.tag)
        if child.tag in _SHAPES:
            return _shape(child)
    return None


def _shape(element: Element) -> Any:
    import shapely

    if element.tag == "MultiGeometry":
        parts = [_shape(child) for child in element if child.tag in _SHAPES]
        return _gathered(parts)
    if element.tag == "Polygon":
        outer = [_coordinates(e) for e in element.iter("outerBoundaryIs")]
        if len(outer) != 1:
            raise _DamagedError("outerBoundaryIs")
        inner = [_coordinates(e) for e in element.iter("innerBoundaryIs")]
        for ring in (*outer, *inner):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise _DamagedError("LinearRing")
        return shapely.Polygon(outer[0], inner)
    points = _coordinates(element)
    if element.tag == "Point":
        if len(points) != 1:
            raise _DamagedError("Point")
        return shapely.Point(points[0])
    return shapely.LineString(points)


def _gathered(parts: list[Any]) -> Any:
    import shapely

    kinds = {part.geom_type for part in parts}
    whole: dict[str, Any] = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    kind = kinds.pop() if len(kinds) == 1 else ""
    return whole[kind](parts) if kind in whole else shapely.GeometryCollection(parts)


def _position(element: Element) -> tuple[float, float]:
    return _number(element.get("lon", "")), _number(element.get("lat", ""))


def _coordinates(element: Element) -> list[tuple[float, float]]:
    texts = [e.text or "" for e in element.iter("coordinates")]
    if len(texts) != 1:
        raise _DamagedError("coordinates")
    return list(_pairs(texts[0]))


def _pairs(text: str) -> Iterator[tuple[float, float]]:
    for word in text.split():
        parts = word.split(",")
        if len(parts) not in {2, 3}:
            raise _DamagedError(word)
        yield _number(parts[0]), _number(parts[1])


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise _DamagedError(text or "…")
    return float(text)


def _frame(records: list[Record]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    names = list(dict.fromkeys(name for fields, _ in records for name in fields))
    columns = {n: pd.Series([fields.get(n, "") for fields, _ in records], dtype="str") for n in names}
    shapes = np.empty(len(records), dtype=object)
    shapes[:] = [shape for _, shape in records]
    geometry = "geometry" if "geometry" not in names else "_geometry"
    return gpd.GeoDataFrame({**columns, geometry: shapes}, geometry=geometry, crs="EPSG:4326")
