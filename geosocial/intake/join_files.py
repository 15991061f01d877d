"""Give each row of any points file its zone in any zones file, without a study: the stand-alone join.

The columns of positions, of zone identifiers and of zone names are recognised by a short list of usual
headers; what was chosen is said in the notes. Every row and every column of the points stays as it was.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.errors import N_, InputError, Said, StudyError, UnknownCrsError
from geosocial.geo.crs import crs_label, metric_crs
from geosocial.intake import boundaries, declared
from geosocial.intake.columns import Columns, texts
from geosocial.intake.faults import Faults
from geosocial.intake.locate import Positions, moved, positions
from geosocial.intake.places import join_zones
from geosocial.intake.placing import (
    GEOCODED,
    Wanted,
    look_up,
    looked_up_note,
    no_positions,
    wanted_columns,
    with_placed,
)
from geosocial.intake.positions import Area
from geosocial.intake.recognise import recognise, refuse_addresses_alone
from geosocial.intake.source import Source, file_notes, open_source
from geosocial.io.geojson import known_crs
from geosocial.io.layers import Layer, areal_layer, layer_names, read_layer
from geosocial.io.write import says_position
from geosocial.study import GeocodingSpec
from geosocial.tables import OUTCOMES
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
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
    "q_sociologique",
    "q_socio",
    "arrondissement",
    "district",
)
_ADDRESSES: Final = N_(
    "Give a list of address points (civic number, street, position): geosocial join … --addresses FILE; "
    "or add columns latitude and longitude."
)
#: The columns of the join.
ADDED: Final = ("outcome", "zone_id", "zone_name", "other_zone_id", "on_boundary", "snap_m")


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of a points file with the zone of each."""

    #: Every row and column of the points, then the columns of the join, `ADDED`.
    #: Without geometry when so asked.
    frame: gpd.GeoDataFrame
    #: Outcome → rows; their sum is the number of rows.
    counts: Mapping[str, int]
    #: What became of each row.
    outcomes: tuple[str, ...]
    #: `geosocial.tables.FAULTS`
    faults: pd.DataFrame
    notes: tuple[Said, ...]
    #: Coordinate reference system of the frame: that of the points.
    crs: pyproj.CRS
    #: Row of each in its file.
    rows: npt.NDArray[np.int64]


def join_files(
    points_path: Path | str,
    zones_path: Path | str,
    *,
    crs: str | None = None,
    snap_m: float = 250,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    geometry: bool = True,
    addresses: Path | str | None = None,
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
    sheet
        Sheet or layer of the points to read, when their file has several.
    columns
        ``longitude`` and ``latitude``, or ``x`` and ``y`` → headers of the points that hold them.
    addresses
        Address points (civic number, street, postal code, position) in which the rows that have an address
        and no position are looked up; the columns `GEOCODED` then say how each was placed.
    geometry
        False to leave the points of a sheet as columns, for an output that holds no geometry: the objects of
        a million points would only fill the memory.

    Raises
    ------
    InputError
        When a file cannot be used, or the columns of the positions are not recognised.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> west, east = shapely.box(-73.6, 45.5, -73.5, 45.6), shapely.box(-73.5, 45.5, -73.4, 45.6)
    >>> gpd.GeoDataFrame({"code": ["W", "E"]}, geometry=[west, east], crs=4326).to_file("zones.geojson")
    >>> rows = {"name": ["a", "b", "c"], "lat": ["45.55", "45.55", ""], "lon": ["-73.55", "-73.45", ""]}
    >>> pd.DataFrame(rows).to_csv("points.csv", index=False)
    >>> joined = join_files("points.csv", "zones.geojson")
    >>> joined.frame["zone_id"].tolist(), joined.frame["outcome"].tolist()
    (['W', 'E', ''], ['matched', 'matched', 'unlocated'])
    """
    import pandas as pd

    layer = layer_of(Path(zones_path), crs)
    zones, names, zone_notes = zones_of(layer)
    source = points_of(Path(points_path), crs, sheet)
    faults = Faults.of("points", str(points_path), source)
    wanted = Wanted() if addresses is None else wanted_columns(source.columns, columns)
    try:
        x, y, own_crs, notes = position_columns(source, crs, columns or {})
    except InputError:
        if not wanted:
            if addresses is None and source.layer is None:
                told = recognise(source.columns, columns).columns
                refuse_addresses_alone(source.columns, told, hint=_ADDRESSES)
            raise
        own, notes = no_positions(source), ()
    else:
        own = positions(source, x=x, y=y, crs=own_crs, faults=faults, area=Area.around(zones))
    east, north = moved(own, zones.crs, faults)
    rejected = np.isin(np.arange(len(east)), sorted(faults.positions("rejected")))
    east[rejected] = north[rejected] = math.nan
    geocoded: dict[str, pd.Series] = {}
    if addresses is not None and wanted:
        spec = GeocodingSpec(file=Path(addresses), crs=crs, source="")
        looked = look_up(source, wanted, spec, x=east, y=north, zones=zones, names=names, faults=faults)
        own, geocoded = with_placed(own, looked, zones.crs)
        notes = (*notes, looked_up_note(looked))
    result = pd.DataFrame({"x": east, "y": north, **geocoded})
    join_zones(result, zones, snap_m, rejected, faults)
    result["zone_name"] = result["zone_id"].map(names).astype("str")
    if borough := recognise(source.columns, columns).columns.get("borough"):
        means = declared.spellings([(name, zone) for zone, name in names.items()], {})
        _, said = declared.compare(result, source.columns.text(borough), means, borough, faults)
        notes = (*notes, said)
    placed = bool(geocoded)
    frame, renamed = _with_results(_shown(source, own, geometry=geometry, placed=placed), result)
    counts = result["outcome"].value_counts().to_dict()
    return Joined(
        frame,
        {outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        tuple(result["outcome"]),
        faults.table(),
        (
            *file_notes(source.file),
            *notes,
            *zone_notes,
            *renamed,
            Said(N_("Distances were measured in {crs}."), {"crs": crs_label(zones.crs)}),
        ),
        own.crs,
        source.rows,
    )


def _shown(source: Source, own: Positions, *, geometry: bool, placed: bool) -> Any:
    """Return the rows as they were read, with a point each; a layer keeps its own geometry.

    Parameters
    ----------
    geometry
        False to leave the points of a sheet that names its coordinates as columns.
    placed
        Whether rows of a layer that had no position were placed by their address.
    """
    import geopandas as gpd
    import shapely

    found = np.isfinite(own.x)
    if source.layer is None:
        if not geometry and says_position(source.table):
            return source.table
        points = np.full(len(own.x), None, dtype=object)
        points[found] = shapely.points(own.x[found], own.y[found])
        return gpd.GeoDataFrame(source.table, geometry=points, crs=own.crs)
    frame = source.layer
    if placed:
        bare = found & (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
        points = np.array(frame.geometry.array, dtype=object)
        points[bare] = shapely.points(own.x[bare], own.y[bare])
        frame = frame.set_geometry(gpd.GeoSeries(points, index=frame.index, crs=frame.crs))
    return frame


def layer_of(path: Path, crs: str | None) -> Layer:
    """Read a layer of polygons, in the coordinate reference system that the user names where it says none.

    Of a GeoPackage that has several layers, the one of polygons is meant.
    """
    chosen = areal_layer(path)
    try:
        return read_layer(path, layer=chosen)
    except UnknownCrsError:
        if crs is None:
            raise
        return read_layer(path, layer=chosen, crs=crs)


def points_of(path: Path, crs: str | None, sheet: str | None) -> Source:
    """Read a sheet or a layer that has rows, as `layer_of` does with the coordinate reference system."""
    try:
        source = open_source(path, layer=sheet)
    except UnknownCrsError:
        if crs is None:
            raise
        source = open_source(path, layer=sheet, crs=crs)
    if not len(source.rows):
        raise InputError(
            N_("{file}: the file has a header and no row."),
            hint=N_("Export it again with its rows."),
            file=path,
        )
    return source


def zones_of(layer: Layer) -> tuple[gpd.GeoDataFrame, dict[str, str], tuple[Said, ...]]:
    """Return the zones in a metric system, the name of each, and what is to be said of them."""
    import geopandas as gpd
    import pandas as pd

    table = layer.frame.drop(columns=layer.frame.geometry.name)
    by_header = {fold(str(column)): column for column in table.columns}
    name_column = _name_column(table, [by_header[h] for h in _ZONE_NAMES if h in by_header])
    candidates = [by_header[h] for h in _ZONE_IDS if h in by_header] + ([name_column] if name_column else [])
    ids, id_column = [str(i) for i in range(1, len(table) + 1)], ""
    for column in candidates:
        words = texts(table[column])
        if "" not in words and len(set(words)) == len(words):
            ids, id_column = words, column
            break
    names = texts(table[name_column]) if name_column else ids
    labels = [name or i for name, i in zip(names, ids, strict=True)]
    mended = Faults("zones", layer.file.path, range(2, len(ids) + 2))
    outlines = boundaries.polygons(layer, labels, _metric(layer), mended)
    zones = gpd.GeoDataFrame({"zone_id": pd.Series(ids, dtype="str")}, geometry=outlines, crs=_metric(layer))
    if id_column:
        note = Said(
            N_("Zones: identifier from column “{id}”, name from column “{name}”."),
            {"id": id_column, "name": name_column or id_column},
        )
    else:
        note = Said(
            N_("Zones: no column of identifiers was recognised; they are numbered in the order of the file.")
        )
    topology = boundaries.topology(outlines)
    count = len(mended.positions("flagged"))
    notes = note, *boundaries.notes(topology, labels, count)
    if layer_names(layer.file.path):
        name = layer.file.how.get("layer", "")
        notes = (Said(N_("Zones: the layer “{layer}”, the only one of polygons."), {"layer": name}), *notes)
    return zones, {"": "", **dict(zip(ids, names, strict=True))}, notes


def _name_column(table: pd.DataFrame, candidates: Sequence[str]) -> str | None:
    """Return the first column that names each zone differently, or else the first."""
    for column in candidates:
        words = texts(table[column])
        if len(set(words)) == len(words):
            return column
    return next(iter(candidates), None)


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


def position_columns(
    source: Source, crs: str | None, chosen: Mapping[str, str]
) -> tuple[str, str, str | None, tuple[Said, ...]]:
    """Return the columns x and y, their coordinate reference system, and what is to be said of them."""
    columns = source.columns
    if "longitude" in chosen and "latitude" in chosen:
        pair: tuple[str, str] | None = (
            columns.header(chosen["longitude"]),
            columns.header(chosen["latitude"]),
        )
    elif "x" in chosen and "y" in chosen:
        x, y = columns.header(chosen["x"]), columns.header(chosen["y"])
        return x, y, crs, (Said(N_("Positions: columns “{x}” and “{y}”."), {"x": x, "y": y}),)
    elif source.layer is not None:
        return "", "", None, ()
    else:
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
    for column in (c for c in (*ADDED, *GEOCODED) if c in result):
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
