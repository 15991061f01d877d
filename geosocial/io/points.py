"""Points to and from Arrow columns without making a geometry of each.

Points of a GeoParquet file are read from the bytes of their WKB (byte order 1, type 1: 21 bytes, x and y the
last sixteen) or from the arrays of the GeoArrow encoding; only what is no such point becomes a geometry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: A point in WKB, little-endian.
_WKB: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def coordinates(column: Any, encoding: str) -> tuple[Floats, npt.NDArray[np.bool_], dict[int, Any]]:
    """Return the points of a column of geometries, without making geometries of them.

    Parameters
    ----------
    column
        Arrow array of n geometries, without chunks.
    encoding
        ``WKB``, or ``point`` for GeoArrow.

    Returns
    -------
    (2, n) x and y, NaN where there is none; (n) whether the row has no geometry; position → WKB of what is
    no plain point.

    Examples
    --------
    >>> import pyarrow as pa, shapely
    >>> wkb = shapely.to_wkb([shapely.Point(1, 2), None], byte_order=1).tolist()
    >>> found, empty, odd = coordinates(pa.array(wkb, pa.binary()), "WKB")
    >>> found.tolist(), empty.tolist(), odd
    ([[1.0, nan], [2.0, nan]], [False, True], {})
    """
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    empty = np.asarray(column.is_null())
    if encoding == "point":
        return _of_arrays(column, empty), empty, {}
    if not pa.types.is_large_binary(column.type):
        column = column.cast(pa.large_binary())
    found = np.full((2, len(column)), np.nan)
    _, starts, data = column.buffers()
    if data is None:
        return found, empty, {}
    ends = np.frombuffer(starts, np.int64, len(column) + 1, column.offset * 8)
    letters = np.frombuffer(data, np.uint8)
    plain = (np.diff(ends) == _WKB.itemsize) & ~empty
    at = np.flatnonzero(plain)
    if len(at) == len(column):
        points = letters[ends[0] : ends[-1]].view(_WKB)
    else:
        points = letters[ends[at][:, None] + np.arange(_WKB.itemsize)].reshape(-1).view(_WKB)
    usual = (points["order"] == 1) & (points["kind"] == 1)
    at = at[usual]
    found[0, at], found[1, at] = points["x"][usual], points["y"][usual]
    plain[:] = False
    plain[at] = True
    return found, empty, {int(k): column[int(k)].as_py() for k in np.flatnonzero(~plain & ~empty)}


def _of_arrays(column: Any, empty: npt.NDArray[np.bool_]) -> Floats:
    """Return x and y of GeoArrow points: a struct of arrays, or lists of two numbers and more."""
    import pyarrow as pa

    if pa.types.is_struct(column.type):
        found = np.array([column.field(axis).to_numpy(zero_copy_only=False) for axis in (0, 1)], np.float64)
    else:
        wide = column.type.list_size
        flat = column.values.to_numpy(zero_copy_only=False)
        flat = flat[column.offset * wide : (column.offset + len(column)) * wide].reshape(-1, wide)
        found = np.array([flat[:, 0], flat[:, 1]], np.float64)
    found[:, empty] = np.nan
    return found


def wkb_points(x: Floats, y: Floats) -> Any:
    """Return points as an Arrow array of WKB; null where they are NaN.

    Examples
    --------
    >>> import shapely
    >>> made = wkb_points(np.array([1.0, np.nan]), np.array([2.0, np.nan]))
    >>> shapely.from_wkb(made.to_pylist()).tolist()
    [<POINT (1 2)>, None]
    """
    import pyarrow as pa

    points = np.zeros(len(x), _WKB)
    points["order"], points["kind"], points["x"], points["y"] = 1, 1, x, y
    made = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_WKB.itemsize), len(x), [None, pa.py_buffer(points.tobytes())]
    )
    missing = pa.array(np.isnan(x) | np.isnan(y))
    return pa.compute.if_else(missing, pa.scalar(None, pa.binary()), made.cast(pa.binary()))
