"""Write tables and layers as CSV, XLSX, GeoJSON, GeoPackage or GeoParquet: whole or not at all, stable bytes.

CSV is what a spreadsheet opens by a double click and a program reads without options: UTF-8 with its mark,
commas, CRLF (RFC 4180), a point in numbers, an empty cell for what is missing. **Nothing becomes a
formula**: a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, and is no plain
number, gets an apostrophe in front in CSV; in XLSX it is written as text. Numbers stay numbers.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, GeosocialError, OutputError
from geosocial.io.atomic import replacing
from geosocial.io.cells import NO_DATE, geometry_name, text_column, values, without_geometry
from geosocial.io.csv_text import csv_blocks
from geosocial.io.detect import GDAL
from geosocial.io.styles import Style, write_styles

if TYPE_CHECKING:
    import pandas as pd

#: What `write_any` writes.
SUFFIXES: Final = (".csv", ".geojson", ".gpkg", ".parquet", ".xlsx")
#: GDAL older than 3.7, still installed in many places, complains of a newer one.
_GEOPACKAGE: Final = "1.3"
#: Names under which a table already gives its positions.
_POSITION: Final = frozenset({"longitude", "lon", "lng", "long", "x"})


def check_suffix(path: Path | str) -> str:
    """Return the suffix of `path` in small letters when `write_any` can write it.

    Raises
    ------
    OutputError
        When it cannot; names those that it can.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(
            N_("{file}: the suffix does not name a format that is written."),
            hint=N_("Use one of {suffixes}."),
            file=path,
            suffixes=", ".join(SUFFIXES),
        )
    return suffix


def write_bytes(data: bytes, path: Path | str) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path) as part:
        part.write_bytes(data)


def write_text(text: str, path: Path | str) -> None:
    """Write `text` to `path` in UTF-8, its line ends as they are, whole or not at all."""
    write_bytes(text.encode("utf-8"), path)


def write_table(frame: pd.DataFrame, path: Path | str) -> None:
    r"""Write a table as CSV, safe to open in a spreadsheet; a geometry column is left out.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "t.csv"
    >>> write_table(pd.DataFrame({"name": ["=1+1", "-2"], "n": [-1.5, float("nan")]}), file)
    >>> file.read_bytes().decode("utf-8-sig")
    "name,n\r\n'=1+1,-1.5\r\n-2,\r\n"
    """
    with replacing(path) as part, part.open("wb") as out:
        out.writelines(csv_blocks(without_geometry(frame)))


def write_any(frame: pd.DataFrame, path: Path | str, *, crs: object = None) -> None:
    """Write a table or a layer in the format of the suffix of `path`.

    Parameters
    ----------
    frame
        A table, or a GeoDataFrame. In CSV and XLSX its points become the columns longitude and latitude,
        unless the table has such columns already.
    path
        File to write: one of `SUFFIXES`.
    crs
        Coordinate reference system of the geometry in a GeoPackage or GeoParquet file; without it, its own.
        GeoJSON is always EPSG:4326 (RFC 7946).

    Raises
    ------
    OutputError
        When the suffix is not known, the table does not fit into the format, or the file cannot be written.

    Examples
    --------
    >>> import pandas as pd
    >>> write_any(pd.DataFrame({"zone": ["01"], "gap": [12.5]}), "gaps.xlsx")
    >>> pd.read_excel("gaps.xlsx", dtype={"zone": str}, engine="calamine").to_dict("list")
    {'zone': ['01'], 'gap': [12.5]}
    """
    suffix = check_suffix(path)
    if suffix == ".csv":
        write_table(_with_position(frame), path)
    elif suffix == ".xlsx":
        from geosocial.io.workbook import write_workbook

        write_workbook({Path(path).stem: _with_position(frame)}, path)
    elif suffix == ".geojson":
        _write_geojson(frame, path)
    else:
        moved: Any = frame
        if crs is not None and geometry_name(frame) is not None:
            moved = moved.to_crs(crs)
        if suffix == ".gpkg":
            write_geopackage({Path(path).stem: moved}, path)
        else:
            _write_parquet(moved, path)


def write_geopackage(
    layers: Mapping[str, pd.DataFrame],
    path: Path | str,
    *,
    date: dt.date = NO_DATE,
    styles: Sequence[Style] = (),
) -> None:
    """Write layers and tables into one GeoPackage, whole or not at all.

    Parameters
    ----------
    layers
        Name → GeoDataFrame, or DataFrame for a table without geometry.
    path
        File to write.
    date
        What the file says of its last change, so that identical input gives identical bytes.
    styles
        How QGIS draws the layers.

    Raises
    ------
    OutputError
        When two columns differ by capitals only, or the file cannot be written.
    """
    import pyogrio

    for frame in layers.values():
        _refuse_repeats(frame, path, capitals=False)
    with replacing(path) as part, _stable(date):
        for number, (name, frame) in enumerate(layers.items()):
            taken = {str(column).lower() for column in frame.columns}
            options: dict[str, Any] = {"FID": next(f for f in ("fid", "ogc_fid", "_fid_") if f not in taken)}
            if number == 0:
                options["VERSION"] = _GEOPACKAGE
            geometry = geometry_name(frame)
            if geometry is not None:
                free = (g for g in ("geom", "geometry", "_geom_") if g not in taken - {geometry.lower()})
                options |= {"GEOMETRY_NAME": next(free), "geometry_type": _family(frame, geometry)}
                options["promote_to_multi"] = str(options["geometry_type"]).startswith("Multi")
            with _as_output(path):
                pyogrio.write_dataframe(
                    _storable(frame), part, layer=name, driver="GPKG", append=number > 0, **options
                )
        if styles:
            with _as_output(path):
                write_styles(part, styles, date=date)


def _write_geojson(frame: pd.DataFrame, path: Path | str) -> None:
    import numpy as np
    import shapely

    name = geometry_name(frame)
    if name is None:
        raise OutputError(
            N_("{file}: the table has no positions to draw."),
            hint=N_("Write .csv or .xlsx instead."),
            file=path,
        )
    geometry = np.asarray(frame[name].to_crs(4326).array, dtype=object)
    drawn = shapely.to_geojson(shapely.orient_polygons(geometry))
    table = without_geometry(frame)
    names = [json.dumps(str(column), ensure_ascii=False) for column in table.columns]
    columns = [
        [json.dumps(v, ensure_ascii=False, allow_nan=False) for v in values(table[c])] for c in table.columns
    ]
    rows: Sequence[tuple[str, ...]] = list(zip(*columns, strict=True)) if columns else [()] * len(table)
    features = (
        f'{{"type":"Feature","properties":{{{_members(names, row)}}},"geometry":{shape or "null"}}}'
        for row, shape in zip(rows, drawn, strict=True)
    )
    write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n", path)


def _members(names: Sequence[str], row: Sequence[str]) -> str:
    return ",".join(f"{name}:{value}" for name, value in zip(names, row, strict=True))


def _write_parquet(frame: Any, path: Path | str) -> None:
    _refuse_repeats(frame, path)
    with replacing(path) as part, _as_output(path):
        stored = _storable(frame)
        if geometry_name(frame) is None:
            stored.to_parquet(part, index=False)
        else:
            stored.to_parquet(part, index=False, schema_version="1.1.0")


def says_position(columns: Iterable[object]) -> bool:
    """Return whether a table has columns of positions, so that CSV and XLSX need no others."""
    return bool(_POSITION & {str(c).lower() for c in columns})


def _with_position(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its points as longitude and latitude, unless it has such columns already."""
    import shapely

    name = geometry_name(frame)
    if name is None or frame[name].crs is None or says_position(frame):
        return frame
    points = frame[name].to_crs(4326).array
    return without_geometry(frame).assign(longitude=shapely.get_x(points), latitude=shapely.get_y(points))


def _storable(frame: Any) -> Any:
    """Return the frame with columns of mixed values as text, which is all that a typed file can hold."""
    import pandas as pd

    geometry = geometry_name(frame)
    mixed = {
        name: text_column(frame[name])
        for name in frame.columns
        if name != geometry
        and frame[name].dtype.kind == "O"
        and not isinstance(frame[name].dtype, pd.StringDtype)  # text already
    }
    return frame.assign(**mixed) if mixed else frame


def _refuse_repeats(frame: pd.DataFrame, path: Path | str, *, capitals: bool = True) -> None:
    names = [str(name) if capitals else str(name).lower() for name in frame.columns]
    twins = sorted(
        {str(name) for name, key in zip(frame.columns, names, strict=True) if names.count(key) > 1}
    )
    if twins:
        raise OutputError(
            N_("{file}: this format cannot hold the columns {columns} together."),
            hint=N_("Rename one of them, or write .csv or .geojson."),
            file=path,
            columns=", ".join(twins),
        )


def _family(frame: pd.DataFrame, geometry: str) -> str:
    """Return the geometry type that a GeoPackage layer declares; Polygon and MultiPolygon are one family."""
    kinds = set(frame[geometry].geom_type.dropna())
    if len(kinds) == 1:
        return str(kinds.pop())
    multi = {str(kind).removeprefix("Multi") for kind in kinds}
    return f"Multi{multi.pop()}" if len(multi) == 1 else "Unknown"


@contextmanager
def _stable(date: dt.date) -> Iterator[None]:
    """Let GDAL write this date as the time of the last change, and leave it to us to flush the file.

    `replacing` flushes the whole file once; SQLite would wait for the disk at each of its steps.
    """
    import pyogrio

    wanted = {
        "OGR_CURRENT_DATE": f"{date.isoformat()}T00:00:00.000Z",
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
        "OGR_SQLITE_JOURNAL": "MEMORY",
    }
    with GDAL:
        before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
        pyogrio.set_gdal_config_options(wanted)
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options(before)


@contextmanager
def _as_output(path: Path | str) -> Iterator[None]:
    """Say what GDAL, Arrow or XlsxWriter cannot write as one `OutputError`."""
    try:
        yield
    except (GeosocialError, OSError):
        raise
    except Exception as error:
        raise OutputError(
            N_("{file}: the file cannot be written ({reason})."),
            hint=N_("Try another format: .csv or .geojson."),
            file=path,
            reason=" ".join(str(error).split())[:200] or type(error).__name__,
        ) from error
