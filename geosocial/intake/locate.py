"""Give each row a position in the study's coordinate reference system, from two columns or from its geometry.

A position that is missing, no number, out of range or 0, 0 is *unlocated*, with its reason: NaN, never a
guess. Where the study area is known, damaged positions are mended first (`geosocial.intake.positions`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, UnknownCrsError
from geosocial.intake.columns import texts
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.positions import Area, repair, shown
from geosocial.intake.source import Source
from geosocial.intake.written import degrees
from geosocial.io.geojson import known_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd
    import pyproj

    Coordinates = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def locate(
    source: Source,
    *,
    x: str,
    y: str,
    crs: str | None,
    target: object,
    faults: Faults,
    area: Area | None = None,
) -> Coordinates:
    """Return the position of each row in `target`; NaN where it has none, with its fault.

    A row with more cells than the header has none, since its values have slid; `Faults.of` says so.

    Parameters
    ----------
    source
        The rows.
    x, y
        Columns of easting (or longitude) and northing (or latitude); empty to use the geometry of the layer.
    crs
        Coordinate reference system of `x` and `y`.
    target
        Coordinate reference system of the result.
    faults
        Where the reasons go.
    area
        Where positions are expected: damaged ones are mended by it; None leaves all as they are.

    Raises
    ------
    UnknownCrsError
        When the coordinate reference system of the columns is not named.
    """
    at = moved(positions(source, x=x, y=y, crs=crs, faults=faults, area=area), target, faults)
    for axis in at:
        axis[[*source.long]] = math.nan
    return at


@dataclass(frozen=True, slots=True)
class Positions:
    """The position of each row in the coordinate reference system of its file; NaN where it has none."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    crs: pyproj.CRS


def positions(
    source: Source, *, x: str, y: str, crs: str | None, faults: Faults, area: Area | None = None
) -> Positions:
    """Return the position of each row as the file gives it; the parameters are those of `locate`."""
    if x and y:
        return _from_columns(source, x=x, y=y, crs=crs, faults=faults, area=area)
    if source.layer is None:
        raise UnknownCrsError(
            N_("{file}: the study does not say which columns hold the position."),
            hint=N_('Name them in the study: x = "…", y = "…", crs = "EPSG:…".'),
            file=source.columns.file,
        )
    return _from_geometry(source.layer, faults=faults, area=area)


def moved(own: Positions, target: object, faults: Faults) -> Coordinates:
    """Return positions in another coordinate reference system; one that does not exist there is unlocated."""
    from geosocial.geo.crs import transform

    x, y = transform(own.x, own.y, own.crs, target)
    lost = ~(np.isfinite(x) & np.isfinite(y))
    for position in np.flatnonzero(lost & np.isfinite(own.x)):
        faults.add(
            int(position), "position_range", "unlocated", value=shown(own.x[position], own.y[position])
        )
    return np.where(lost, math.nan, x), np.where(lost, math.nan, y)


def _from_columns(
    source: Source, *, x: str, y: str, crs: str | None, faults: Faults, area: Area | None
) -> Positions:
    headers = source.columns.header(x), source.columns.header(y)
    if crs is None:
        raise UnknownCrsError(
            N_("{file}: the coordinate reference system of columns “{x}” and “{y}” is not named."),
            hint=N_("Name it: EPSG:4326 for degrees, or the one of the file."),
            file=source.columns.file,
            x=headers[0],
            y=headers[1],
        )
    own = known_crs(source.columns.file, crs)
    found = np.full((2, len(source.rows)), math.nan)
    whole = np.ones(len(source.rows), dtype=bool)
    for axis, header in enumerate(headers):
        column = source.table[header]
        found[axis], bad = figures(column, decimal_comma=True)
        if bad and own.is_geographic:
            bad = _with_marks(found, axis, column, bad)
        code = np.where(np.isnan(found[axis]), 1, 0)
        code[list(bad)] = 2
        for number, name in enumerate(("no_coordinates", "bad_coordinate"), 1):
            at = np.flatnonzero((code == number) & (whole | (number != 1)))
            faults.add_all(at, name, "unlocated", column=header, values=texts(column.iloc[at]))
        whole &= code == 0
    at = np.flatnonzero(whole & (found[0] == 0) & (found[1] == 0))
    faults.add_all(at, "zero_coordinates", "unlocated")
    whole[at] = False
    if area is not None:
        given = np.where(whole, found, math.nan)
        x_, y_, several = repair(given[0], given[1], own, area, faults)
        found = np.where(whole, np.array([x_, y_]), found)
        whole &= ~several
    for axis, (header, limit) in enumerate(zip(headers, (180.0, 90.0), strict=True)):
        if own.is_geographic:
            at = np.flatnonzero(np.abs(found[axis]) > limit)
            cells = texts(source.table[header].iloc[at])
            faults.add_all(at, "coordinate_range", "unlocated", column=header, values=cells)
            whole[at] = False
    found[:, ~whole] = math.nan
    return Positions(found[0], found[1], own)


def _with_marks(
    found: npt.NDArray[np.float64], axis: int, column: pd.Series, bad: dict[int, str]
) -> dict[int, str]:
    """Fill in the cells that are degrees with their marks, as 73.58° W; return the others that hold none."""
    at = list(bad)
    for position, cell in zip(at, texts(column.iloc[at]), strict=True):
        found[axis, position] = degrees(cell, "y" if axis else "x")
    return {position: code for position, code in bad.items() if math.isnan(found[axis, position])}


def _from_geometry(layer: gpd.GeoDataFrame, *, faults: Faults, area: Area | None) -> Positions:
    import shapely

    geometry = np.asarray(layer.geometry.array, dtype=object)
    found = of_shapes(geometry, np.arange(len(geometry)), faults)
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    x, y = sound(found, empty, layer.crs, faults=faults, area=area)
    return Positions(x, y, layer.crs)


def of_shapes(
    geometry: npt.NDArray[np.object_], rows: npt.NDArray[np.int64], faults: Faults
) -> npt.NDArray[np.float64]:
    """Return x and y of each shape, of one that is no point those of a point inside it; NaN for none.

    Parameters
    ----------
    geometry
        (n) Shapely geometries or None.
    rows
        (n) positions of their rows, for the faults.
    """
    import shapely

    points = geometry.copy()
    points[shapely.is_missing(geometry) | shapely.is_empty(geometry)] = None
    kinds = shapely.get_type_id(points)
    for position in np.flatnonzero(kinds > 0):
        parts = shapely.get_parts(points[position])
        if kinds[position] == 4 and len(parts) == 1:  # a MultiPoint of one point is that point
            points[position] = parts[0]
        else:
            faults.add(int(rows[position]), "shape_position", "flagged")
            points[position] = shapely.point_on_surface(points[position])
    return np.array([shapely.get_x(points), shapely.get_y(points)], dtype=np.float64)


def sound(
    found: npt.NDArray[np.float64],
    empty: npt.NDArray[np.bool_],
    crs: pyproj.CRS,
    *,
    faults: Faults,
    area: Area | None,
) -> Coordinates:
    """Return the coordinates of geometries with those that are no position as NaN, each with its fault.

    Parameters
    ----------
    found
        (2, n) x and y. Changed in place.
    empty
        (n) whether the row has no geometry, or an empty one.
    """
    faults.add_all(np.flatnonzero(empty), "no_geometry", "unlocated")
    unfinished = ~np.isfinite(found).all(axis=0) & ~empty
    faults.add_all(np.flatnonzero(unfinished), "no_geometry", "unlocated")
    zero = np.asarray((found == 0).all(axis=0))
    faults.add_all(np.flatnonzero(zero), "zero_coordinates", "unlocated")
    found[:, unfinished | zero] = math.nan
    if area is not None:
        found[0], found[1], _ = repair(found[0], found[1], crs, area, faults)
    if crs.is_geographic:
        far = np.asarray((np.abs(found) > [[180.0], [90.0]]).any(axis=0))
        for position in np.flatnonzero(far):
            value = shown(found[0, position], found[1, position])
            faults.add(int(position), "position_range", "unlocated", value=value)
        found[:, far] = math.nan
    return found[0], found[1]
