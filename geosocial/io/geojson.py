"""Read GeoJSON (RFC 7946) ourselves: strictly, exactly, and without GDAL.

GDAL guesses the type of a property from its first values, lets ``NaN`` through and gives back a damaged
geometry as none. Here a number keeps its value, a text stays a text, each damaged geometry is refused with
its place in the file, and a file in cp1252, as cities still publish them, is read. Coordinates are degrees
(EPSG:4326) unless a ``crs`` member, or the user, says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from geosocial.errors import N_, InputError, UnknownCrsError
from geosocial.io.detect import read_bytes
from geosocial.io.sheets import decode

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyproj


def read_geojson(file: Path, *, crs: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return the features of a GeoJSON file and how they were read.

    Raises
    ------
    InputError
        When it is not GeoJSON, has no feature, or a geometry is damaged.
    UnknownCrsError
        When the coordinates are no degrees and nobody says what they are.
    """
    import geopandas as gpd

    text, encoding = decode(file, read_bytes(file))
    document = _parse(file, text)
    features = _features(file, document)
    columns = _columns(features)
    geometry = _geometries(file, [feature.get("geometry") for feature in features])
    found = _declared_crs(document) or crs
    if found is None:
        _check_degrees(file, geometry)
        found = "EPSG:4326"
    name = "geometry" if "geometry" not in columns else "_geometry"
    frame = gpd.GeoDataFrame({**columns, name: geometry}, geometry=name, crs=known_crs(file, found))
    return frame, {"format": "GeoJSON", "encoding": encoding}


def known_crs(file: Path | str, crs: object) -> pyproj.CRS:
    """Return `crs` as PROJ knows it; CRS84, which is EPSG:4326 but for the order of axes, as EPSG:4326.

    Raises
    ------
    UnknownCrsError
        When PROJ does not know it.
    """
    import pyproj

    try:
        found = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise UnknownCrsError(
            N_("{file}: the coordinate reference system “{crs}” is not known."),
            hint=N_("Write its EPSG number, for example EPSG:32188 or EPSG:4326."),
            file=file,
            crs=" ".join(str(crs).split())[:80],
        ) from error
    wgs84 = pyproj.CRS.from_epsg(4326)
    return wgs84 if found.equals(wgs84, ignore_axis_order=True) else found


def _parse(file: Path, text: str) -> dict[str, Any]:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        document = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        where = (
            f"{error.msg}, {error.lineno}:{error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else str(error)
        )
        raise InputError(
            N_("{file}: this is not valid JSON ({reason})."),
            hint=N_("The file may be cut short: download or export it again."),
            file=file,
            reason=where,
        ) from error
    if not isinstance(document, dict):
        document = {}
    return document


def _features(file: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    features = [document] if document.get("type") == "Feature" else document.get("features")
    if document.get("type") not in {"Feature", "FeatureCollection"} or not isinstance(features, list):
        raise InputError(
            N_("{file}: this JSON file is not GeoJSON with features."),
            hint=N_("Export the layer as GeoJSON (a “FeatureCollection”)."),
            file=file,
        )
    for number, feature in enumerate(features, 1):
        sound = isinstance(feature, dict) and feature.get("type") == "Feature"
        if not sound or not isinstance(feature.get("properties"), dict | None):
            raise InputError(
                N_("{file}: feature {number} is not a GeoJSON feature."),
                hint=N_("The file may be damaged: download or export it again."),
                file=file,
                number=number,
            )
    if not features:
        raise InputError(
            N_("{file}: the layer is empty."), hint=N_("Export it again with its features."), file=file
        )
    return features


def _columns(features: Sequence[dict[str, Any]]) -> dict[str, pd.Series]:
    names = dict.fromkeys(name for feature in features for name in feature.get("properties") or {})
    columns = {
        name: _column([(feature.get("properties") or {}).get(name) for feature in features]) for name in names
    }
    if "id" not in columns and any("id" in feature for feature in features):
        columns = {"id": _column([feature.get("id") for feature in features]), **columns}
    return columns


def _column(values: list[object]) -> pd.Series:
    """Return values in the narrowest type that keeps each of them: a mixed column becomes text."""
    import pandas as pd

    types = {type(value) for value in values if value is not None}
    whole = len(types) > 0 and None not in values
    if types == {bool}:
        return pd.Series(values, dtype="bool" if whole else "boolean")
    if types == {int} and all(-(2**63) <= v < 2**63 for v in values if isinstance(v, int)):
        return pd.Series(values, dtype="int64" if whole else "Int64")
    if types == {float} or (
        types == {int, float} and all(abs(v) < 2**53 for v in values if isinstance(v, int))
    ):
        return pd.Series([float("nan") if v is None else v for v in values], dtype="float64")
    texts = [
        None if v is None else v if isinstance(v, str) else json.dumps(v, ensure_ascii=False, sort_keys=True)
        for v in values
    ]
    return pd.Series(texts, dtype="str")


def _geometries(file: Path, members: list[object]) -> npt.NDArray[np.object_]:
    import numpy as np
    import shapely

    texts = np.array([None if m is None else json.dumps(m) for m in members], dtype=object)
    try:
        return np.asarray(shapely.from_geojson(texts), dtype=object)
    except (shapely.GEOSException, ValueError):
        read = shapely.from_geojson(texts, on_invalid="ignore")
    bad = [
        i + 1 for i, (text, geometry) in enumerate(zip(texts, read, strict=True)) if text and geometry is None
    ]
    raise InputError(
        N_("{file}: the geometry of feature {number} is damaged ({count} in all)."),
        hint=N_("Download or export the file again, or remove these features."),
        file=file,
        number=bad[0] if bad else 1,
        count=len(bad),
    )


def _declared_crs(document: dict[str, Any]) -> str | None:
    member = document.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) and name else None


def _check_degrees(file: Path, geometry: npt.NDArray[np.object_]) -> None:
    import numpy as np
    import shapely

    bounds = shapely.total_bounds(geometry)
    if np.isnan(bounds).all():
        return
    west, south, east, north = bounds
    # 360 and not 180: layers that cross the antimeridian count on.
    if west >= -360 and east <= 360 and south >= -90 and north <= 90:
        return
    each = shapely.bounds(geometry)
    degrees = (np.abs(each) <= [360.0, 90.0, 360.0, 90.0]).all(axis=1)
    known = np.isfinite(each).all(axis=1)
    if not (shapely.get_type_id(geometry)[known] == 0).all() or 2 * degrees.sum() <= known.sum():
        # A few points that are no degrees among many that are: each is a fault of its row, not of the file.
        raise UnknownCrsError(
            N_("{file}: the coordinates are not degrees and the file does not say what they are."),
            hint=N_('Name it: crs = "EPSG:…" in the study, or --crs EPSG:….'),
            file=file,
        )
