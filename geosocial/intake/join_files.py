"""Give each row of any points file its zone in any zones file, without a study: the stand-alone join.

The columns of positions, of zone identifiers and of zone names are recognised by a short list of usual
headers; what was chosen is said in the notes. Every row and every column of the points stays as it was.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError, Said, StudyError, UnknownCrsError
from geosocial.geo.crs import crs_label, metric_crs
from geosocial.intake.columns import Columns, texts
from geosocial.intake.faults import Faults
from geosocial.intake.locate import moved, positions
from geosocial.intake.places import join_zones
from geosocial.intake.source import Source, open_source
from geosocial.intake.zones import polygons
from geosocial.io.geojson import known_crs
from geosocial.io.layers import Layer, read_layer
from geosocial.tables import OUTCOMES
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyproj

_DEGREES: Final = (("longitude", "lon", "lng", "long"), ("latitude", "lat"))
_METRES: Final = (("x", "easting", "est", "abscisse"), ("y", "northing", "nord", "ordonnee"))
_ZONE_IDS: Final = ("zone_id", "num", "codeid", "code", "id", "no_arr", "no_qr", "dauid", "ctuid", "geo_id")
_ZONE_NAMES: Final = (
    "nom",
    "name",
    "zone_name",
    "name_fr",
    "nom_arr",
    "nom_qr",
    "arrondissement",
    "district",
)
_ADDED: Final = ("outcome", "zone_id", "zone_name", "other_zone_id", "on_boundary", "snap_m")


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of a points file with the zone of each."""

    #: Every row and column of the points, then the columns of the join, `_ADDED`.
    frame: gpd.GeoDataFrame
    #: Outcome → rows; their sum is the number of rows.
    counts: Mapping[str, int]
    #: `geosocial.tables.FAULTS`
    faults: pd.DataFrame
    notes: tuple[Said, ...]
    #: Coordinate reference system of the frame: that of the points.
    crs: pyproj.CRS


def join_files(
    points_path: Path | str, zones_path: Path | str, *, crs: str | None = None, snap_m: float = 250
) -> Joined:
    """Read points and zones, and return every row of the points with its zone.

    Parameters
    ----------
    points_path
        A sheet with columns of coordinates, or a layer.
    zones_path
        A layer of polygons.
    crs
        Coordinate reference system of the files that do not say theirs.
    snap_m
        A point outside all zones goes to the nearest within this distance, in metres.

    Raises
    ------
    InputError
        When a file cannot be used, or the columns of the positions are not recognised.
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    layer = _layer(Path(zones_path), crs)
    zones, names, zone_note = _zones(layer)
    source = _points(Path(points_path), crs)
    faults = Faults("points", str(points_path), source.rows)
    for position, surplus in source.long.items():
        faults.add(position, "long_row", "rejected", value=surplus[0])
    for position in source.short:
        faults.add(position, "short_row", "flagged")
    x, y, own_crs, notes = _position_columns(source, crs)
    own = positions(source, x=x, y=y, crs=own_crs, faults=faults)
    east, north = moved(own, zones.crs, faults)
    rejected = np.isin(np.arange(len(east)), sorted(faults.positions("rejected")))
    east[rejected] = north[rejected] = math.nan
    result = pd.DataFrame({"x": east, "y": north})
    join_zones(result, zones, snap_m, rejected, faults)
    result["zone_name"] = result["zone_id"].map(names).astype("str")
    if source.layer is None:
        points = np.full(len(own.x), None, dtype=object)
        found = np.isfinite(own.x)
        points[found] = shapely.points(own.x[found], own.y[found])
        frame = gpd.GeoDataFrame(source.table, geometry=points, crs=own.crs)
    else:
        frame = source.layer
    frame, renamed = _with_results(frame, result)
    counts = Counter(result["outcome"])
    return Joined(
        frame,
        {outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        faults.table(),
        (
            *notes,
            zone_note,
            *renamed,
            Said(N_("Distances were measured in {crs}."), {"crs": crs_label(zones.crs)}),
        ),
        own.crs,
    )


def _layer(path: Path, crs: str | None) -> Layer:
    """Read a layer, in the coordinate reference system that the user names only where it says none itself."""
    try:
        return read_layer(path)
    except UnknownCrsError:
        if crs is None:
            raise
        return read_layer(path, crs=crs)


def _points(path: Path, crs: str | None) -> Source:
    try:
        source = open_source(path)
    except UnknownCrsError:
        if crs is None:
            raise
        source = open_source(path, crs=crs)
    if not len(source.rows):
        raise InputError(
            N_("{file}: the file has a header and no row."),
            hint=N_("Export it again with its rows."),
            file=path,
        )
    return source


def _zones(layer: Layer) -> tuple[gpd.GeoDataFrame, dict[str, str], Said]:
    """Return the zones in a metric system, the name of each, and what their columns were taken to be."""
    import geopandas as gpd
    import pandas as pd

    table = layer.frame.drop(columns=layer.frame.geometry.name)
    by_header = {fold(str(column)): column for column in table.columns}
    name_column = next((by_header[h] for h in _ZONE_NAMES if h in by_header), None)
    candidates = [by_header[h] for h in _ZONE_IDS if h in by_header] + ([name_column] if name_column else [])
    ids, id_column = [str(i) for i in range(1, len(table) + 1)], ""
    for column in candidates:
        words = texts(table[column])
        if "" not in words and len(set(words)) == len(words):
            ids, id_column = words, column
            break
    names = texts(table[name_column]) if name_column else ids
    zones = gpd.GeoDataFrame(
        {"zone_id": pd.Series(ids, dtype="str")},
        geometry=polygons(layer, [name or i for name, i in zip(names, ids, strict=True)], _metric(layer)),
        crs=_metric(layer),
    )
    if id_column:
        note = Said(
            N_("Zones: identifier from column “{id}”, name from column “{name}”."),
            {"id": id_column, "name": name_column or id_column},
        )
    else:
        note = Said(
            N_("Zones: no column of identifiers was recognised; they are numbered in the order of the file.")
        )
    return zones, {"": "", **dict(zip(ids, names, strict=True))}, note


def _metric(layer: Layer) -> pyproj.CRS:
    """Return the coordinate reference system of the layer if it is metric, or the UTM zone where it lies."""
    try:
        return metric_crs(layer.frame.crs)
    except StudyError:
        pass
    try:
        utm: pyproj.CRS = layer.frame.estimate_utm_crs()
    except (RuntimeError, ValueError) as error:
        raise UnknownCrsError(
            N_("{file}: no metric coordinate reference system is known where these zones lie."),
            hint=N_("Reproject the zones to one in metres first, for Montréal EPSG:32188."),
            file=layer.file.path,
        ) from error
    return utm


def _position_columns(source: Source, crs: str | None) -> tuple[str, str, str | None, tuple[Said, ...]]:
    """Return the columns x and y, their coordinate reference system, and what is to be said of them."""
    if source.layer is not None:
        return "", "", None, ()
    columns = source.columns
    pair = _pair(columns, _DEGREES)
    if pair:
        # Columns of longitude and latitude say that they are degrees; only which ones can be named.
        named = crs if crs is not None and known_crs(columns.file, crs).is_geographic else "EPSG:4326"
    else:
        pair, named = _pair(columns, _METRES), crs or ""
    if not pair:
        raise InputError(
            N_("{file}: no columns of coordinates were recognised; the columns are: {found}."),
            hint=N_("Call them longitude and latitude, or x and y with --crs EPSG:…."),
            file=columns.file,
            found=", ".join(str(c) for c in columns.table.columns),
        )
    note = Said(N_("Positions: columns “{x}” and “{y}”."), {"x": pair[0], "y": pair[1]})
    return *pair, named or None, (note,)


def _pair(columns: Columns, words: Sequence[Sequence[str]]) -> tuple[str, str] | None:
    """Return the one pair of headers that is, or else ends or begins with, such words."""
    split = {str(c): re.split(r"[\W_]+", fold(str(c)).strip("_ ")) for c in columns.table.columns}
    whole = [[c for c, parts in split.items() if len(parts) == 1 and parts[0] in axis] for axis in words]
    ends = [[c for c, parts in split.items() if {parts[0], parts[-1]} & {*axis}] for axis in words]
    for x, y in (whole, ends):
        if len(x) == len(y) == 1:
            return x[0], y[0]
    return None


def _with_results(frame: gpd.GeoDataFrame, result: pd.DataFrame) -> tuple[gpd.GeoDataFrame, tuple[Said, ...]]:
    """Return the frame with the columns of the join; where it has one of these names, ours takes another."""
    taken = {str(column).lower() for column in frame.columns}
    names, notes = {}, []
    for column in _ADDED:
        name = column
        while name in taken:
            name = f"{name}_joined"
        if name != column:
            facts = {"column": column, "name": name}
            notes.append(
                Said(N_("The points have a column “{column}”: the one of the join is “{name}”."), facts)
            )
        names[name] = result[column].array
    return frame.assign(**names), tuple(notes)
