"""Coordinate reference systems: only metric ones measure, and none is ever guessed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError, StudyError, UnknownCrsError

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj
    from numpy.typing import ArrayLike, NDArray

_NAME_ONE = N_("Name a projected CRS in metres, for Montréal EPSG:32188.")


def read_crs(crs: Any) -> pyproj.CRS:
    """Return the CRS that `crs` names.

    Parameters
    ----------
    crs
        Anything that pyproj understands: ``"EPSG:32188"``, 32188, WKT, a pyproj CRS.

    Raises
    ------
    UnknownCrsError
        When nothing is named, or nothing that exists.

    Examples
    --------
    >>> read_crs(32188).name
    'NAD83 / MTM zone 8'
    """
    import pyproj
    from pyproj.exceptions import CRSError

    if crs is None or crs == "":
        raise UnknownCrsError(N_("No coordinate reference system is given."), hint=_NAME_ONE)
    try:
        return pyproj.CRS.from_user_input(crs)
    except CRSError as error:
        raise UnknownCrsError(
            N_("“{got}” is not a known coordinate reference system."), hint=_NAME_ONE, got=str(crs)
        ) from error


def metric_crs(crs: Any) -> pyproj.CRS:
    """Return the CRS that `crs` names, when distances in it are metres on the ground.

    Refused: geographic systems (degrees), other units, and the Mercator family, whose metres are too long
    (1.43 times at Montréal).

    Parameters
    ----------
    crs
        As for `read_crs`.

    Raises
    ------
    UnknownCrsError
        When nothing is named, or nothing that exists.
    StudyError
        When distances cannot be measured in it.

    Examples
    --------
    >>> metric_crs("EPSG:32188").to_epsg()
    32188
    """
    found = read_crs(crs)
    method = found.coordinate_operation.method_name if found.coordinate_operation else ""
    metres = all(axis.unit_conversion_factor == 1 for axis in found.axis_info[:2])
    if not found.is_projected or not metres:
        raise StudyError(
            N_("{crs} does not measure in metres: no distance can be computed in it."),
            hint=_NAME_ONE,
            crs=crs_label(found),
        )
    if method.startswith(("Mercator", "Popular Visualisation")):
        raise StudyError(
            N_("{crs} is a Mercator map projection: its metres are too long away from the equator."),
            hint=_NAME_ONE,
            crs=crs_label(found),
        )
    return found


def crs_label(crs: Any) -> str:
    """Return the code and the name of a CRS, as in a message.

    Examples
    --------
    >>> crs_label(32188)
    'EPSG:32188 (NAD83 / MTM zone 8)'
    """
    found = read_crs(crs)
    authority = found.to_authority()
    return f"{':'.join(authority)} ({found.name})" if authority else str(found.name)


def same_crs(one: Any, other: Any) -> bool:
    """Return whether two CRS give a place the same coordinates, however they are written.

    Examples
    --------
    >>> same_crs("EPSG:32188", read_crs(32188).to_wkt("WKT1_ESRI"))
    True
    """
    one, other = read_crs(one), read_crs(other)
    if one.equals(other, ignore_axis_order=True):
        return True
    code = one.to_epsg()
    return code is not None and code == other.to_epsg()


def transform(
    x: ArrayLike, y: ArrayLike, source: Any, target: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coordinates of points in another CRS, easting or longitude first.

    Parameters
    ----------
    x, y
        (n) coordinates in `source`.
    source, target
        As for `read_crs`.

    Returns
    -------
    (n) float64 x and y in `target`; NaN where a coordinate is NaN or cannot be transformed.

    Examples
    --------
    >>> x, y = transform([-73.5673, float("nan")], [45.5017, 45.5], 4326, 32188)
    >>> x.round().tolist(), y.round().tolist()
    ([299541.0, nan], [5040200.0, nan])
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    step = _transformer(read_crs(source), read_crs(target))
    east, north = (np.array(v, np.float64) for v in step.transform(x, y))
    bad = ~(np.isfinite(east) & np.isfinite(north) & np.isfinite(x) & np.isfinite(y))
    east[bad] = np.nan
    north[bad] = np.nan
    return east, north


@lru_cache(maxsize=8)
def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Return the way from one system to the other, which takes longer to find than to go."""
    import pyproj

    # always_xy: files hold longitude first whatever the authority says about its axes.
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_metric(frame: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    """Return `frame` in the metric CRS `crs`; null geometry stays null.

    Parameters
    ----------
    frame
        Layer that knows its own CRS.
    crs
        As for `metric_crs`.

    Raises
    ------
    UnknownCrsError
        When the layer does not say in which CRS it is.
    StudyError
        When `crs` is not metric.
    InputError
        When a geometry cannot be expressed in `crs`, naming the first.
    """
    import shapely

    target = metric_crs(crs)
    if frame.crs is None:
        raise UnknownCrsError(
            N_("The layer does not say in which coordinate reference system it is."),
            hint=N_("Name it; geosocial does not guess."),
        )
    if frame.crs == target:
        return frame.copy()
    moved = frame.to_crs(target)
    xy, row = shapely.get_coordinates(moved.geometry.values, return_index=True)
    lost = row[~np.isfinite(xy).all(axis=1)]
    if len(lost):
        raise InputError(
            N_("Geometry {row} cannot be expressed in {crs}: it lies outside the area of use."),
            hint=N_("Check the CRS that the layer says it is in."),
            row=int(lost[0]) + 1,
            crs=crs_label(target),
        )
    return moved
