"""Read a layer: GeoJSON, KML, GPX by our own readers, GeoPackage, shapefile by GDAL, GeoParquet by pyarrow.

A layer keeps the coordinate reference system that it came in. Where it says none, the user must name one;
where it says another than the user, it is refused: geosocial never guesses. A layer without features is
refused. A feature without geometry is kept, for the reader of places to report.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, GeosocialError, InputError, UnknownCrsError
from geosocial.io import zipped
from geosocial.io.detect import GDAL, detect, fingerprint, side_file, too_large
from geosocial.io.geojson import known_crs, read_geojson
from geosocial.io.geopackage import read_only, refuse_unsaved
from geosocial.io.markup import read_gpx, read_kml
from geosocial.results import InputFile

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

_AREAL: Final = (
    "SELECT table_name FROM gpkg_geometry_columns WHERE geometry_type_name IN "
    "('POLYGON', 'MULTIPOLYGON', 'CURVEPOLYGON', 'MULTISURFACE')"
)
_LAYERS: Final = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it stands, in its own coordinate reference system."""

    #: One row a feature, with a RangeIndex; the geometry may be None.
    frame: gpd.GeoDataFrame
    file: InputFile


def read_layer(path: Path | str, *, layer: str | None = None, crs: str | None = None) -> Layer:
    """Read a layer whole.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer in a GeoPackage that has several, of the Shapefile in such a ZIP; of a folder of a
        KML file; ``waypoints``, ``tracks`` or ``routes`` of a GPX file.
    crs
        Coordinate reference system of a file that does not say its own, for example ``"EPSG:32188"``.

    Raises
    ------
    InputError
        When it is no layer, is damaged, is empty, or has several layers and none is named.
    UnknownCrsError
        When its coordinate reference system is not known, or is not the one that is named.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> square = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=32188)
    >>> square.to_file("zones.gpkg")
    >>> layer = read_layer("zones.gpkg")
    >>> layer.frame["name"].tolist(), layer.frame.crs.to_epsg()
    (['A'], 32188)
    """
    file, form = detect(path)
    named = None if crs is None else known_crs(file, crs)
    read: dict[str, Callable[[], tuple[gpd.GeoDataFrame, dict[str, str]]]] = {
        "geojson": lambda: read_geojson(file, crs=crs),
        "geopackage": lambda: _read_geopackage(file, layer),
        "shapefile": lambda: _read_gdal(_whole_shapefile(file), "ESRI Shapefile", None),
        "zip": lambda: _read_zip(file, layer),
        "parquet": lambda: _read_parquet(file),
        "kml": lambda: read_kml(file, layer=layer),
        "gpx": lambda: read_gpx(file, layer=layer),
    }
    if form not in read:
        raise InputError(
            N_("{file}: this is a sheet, not a layer."),
            hint=N_("Give a layer: GeoJSON, GeoPackage, Shapefile, GeoParquet, KML or GPX."),
            file=file,
        )
    frame, how = _guarded(file, read[form])
    if not len(frame):
        raise InputError(
            N_("{file}: the layer is empty."), hint=N_("Export it again with its features."), file=file
        )
    frame = _with_crs(file, frame, named)
    digest, size = fingerprint(file)
    how = {**how, "crs": _name(frame.crs)}
    return Layer(frame.reset_index(drop=True), InputFile("", str(file), digest, size, len(frame), how))


def layer_names(path: Path | str) -> list[str]:
    """Return the names of the layers of a GeoPackage or ZIP that has several; nothing for any other file."""
    file, form = detect(path)
    if form == "zip":
        return zipped.names(file) if len(zipped.names(file)) > 1 else []
    found = _listed(file, _LAYERS) if form == "geopackage" else []
    return found if len(found) > 1 else []


def areal_layer(path: Path | str) -> str | None:
    """Return the one layer of polygons of a GeoPackage that has several layers; None in any other case."""
    several = layer_names(path)
    if not several or detect(path)[1] != "geopackage":
        return None
    areal = [name for name in _listed(Path(path), _AREAL) if name in several]
    return areal[0] if len(areal) == 1 else None


def _listed(file: Path, query: str) -> list[str]:
    try:
        with closing(sqlite3.connect(read_only(file), uri=True)) as base:
            return [str(row[0]) for row in base.execute(query)]
    except sqlite3.Error:
        return []  # whoever reads it says what is wrong


def _guarded(
    file: Path, read: Callable[[], tuple[gpd.GeoDataFrame, dict[str, str]]]
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    try:
        return read()
    except GeosocialError:
        raise
    except MemoryError as error:
        raise too_large(file) from error
    except Exception as error:
        raise InputError(
            N_("{file}: the layer cannot be read; it is damaged or cut short ({reason})."),
            hint=N_("Download or export it again."),
            file=file,
            reason=" ".join(str(error).split())[:200] or type(error).__name__,
        ) from error


def _with_crs(file: Path, frame: gpd.GeoDataFrame, named: pyproj.CRS | None) -> gpd.GeoDataFrame:
    if frame.crs is None and named is None:
        raise UnknownCrsError(
            N_("{file}: the layer does not say in which coordinate reference system it is."),
            hint=N_('Name it: crs = "EPSG:…" in the study, or --crs EPSG:….'),
            file=file,
        )
    if frame.crs is None:
        return frame.set_crs(named)
    own = known_crs(file, frame.crs)
    if named is not None and not own.equals(named, ignore_axis_order=True):
        raise UnknownCrsError(
            N_("{file}: the layer is in {own}, not in {named}."),
            hint=N_(
                "Leave the coordinate reference system out: the one of the file is right, or mend the file."
            ),
            file=file,
            own=_name(own),
            named=_name(named),
        )
    return frame.set_crs(own, allow_override=True)


def _name(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def _read_geopackage(file: Path, layer: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    chosen = _choose_layer(file, layer)
    if file.suffix.lower() == ".gpkg":
        return _read_gdal(file, "GPKG", chosen)
    # GDAL chooses the reader by the suffix first: under another one it would take it for a table of text.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "layer.gpkg"
        shutil.copyfile(file, copy)
        return _read_gdal(copy, "GPKG", chosen)


def _read_zip(file: Path, layer: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Read the Shapefile of an archive; what is wrong with it is said of the archive."""
    with zipped.unpacked(file, layer) as shapefile:
        try:
            frame, how = _read_gdal(_whole_shapefile(shapefile), "ESRI Shapefile", None)
        except InputError as error:
            raise type(error)(error.template, hint=error.hint, **{**error.facts, "file": file}) from error
        except Exception as error:
            raise ValueError(str(error).replace(f"{shapefile.parent}/", "")) from error
    return frame, {**how, "format": "Shapefile (ZIP)"} | ({} if layer is None else {"layer": layer})


def _read_gdal(file: Path, driver: str, layer: str | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    import geopandas as gpd
    import pyogrio
    import shapely
    from pyogrio.util import vsi_path

    path = file.resolve()
    if vsi_path(str(path)) != str(path):
        raise InputError(
            N_("{file}: the name of this file or of its folders has a sign that GDAL takes for an archive."),
            hint=N_("Rename it with letters, digits and hyphens only."),
            file=file,
        )
    options = {} if layer is None else {"layer": layer}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        info = pyogrio.read_info(path, **options)
        if info["driver"] != driver:
            raise InputError(
                N_("{file}: this format is not read ({found})."),
                hint=N_(
                    "Give a CSV, XLSX or ODS sheet, or a layer: GeoJSON, GeoPackage, Shapefile, GeoParquet, "
                    "KML, GPX."
                ),
                file=file,
                found=info["driver"],
            )
        with _strict_rings():
            frame = pyogrio.read_dataframe(path, **options)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            N_("{file}: the layer has no geometry."),
            hint=N_("Give a layer of points or polygons; give a table as CSV."),
            file=file,
        )
    if info["features"] not in {-1, len(frame)}:
        raise InputError(
            N_("{file}: features announced: {expected}; features found: {got}."),
            hint=N_("It is damaged or cut short: download or export it again."),
            file=file,
            expected=info["features"],
            got=len(frame),
        )
    stored = _stored_nulls(file, info) if driver == "GPKG" else _null_shapes(file)
    # shapely and not geopandas, whose isna warns of empty geometries.
    if int(shapely.is_missing(frame.geometry.array).sum()) != stored:
        # GDAL gives a geometry that it cannot decode back as none, without a word.
        raise InputError(
            N_("{file}: some geometries of the layer are damaged."),
            hint=N_("Download or export it again."),
            file=file,
        )
    how = {"format": {"GPKG": "GeoPackage", "ESRI Shapefile": "Shapefile"}[driver], "driver": driver}
    if driver == "GPKG":
        how["layer"] = str(info["layer_name"])
    else:
        how["encoding"] = str(info["encoding"])
    if said:
        how["warnings"] = "; ".join(sorted({str(warning.message) for warning in said}))
    return frame, how


@contextmanager
def _strict_rings() -> Iterator[None]:
    """Let GDAL refuse a ring that does not close, instead of closing it."""
    import pyogrio

    name = "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING"
    with GDAL:
        before = pyogrio.get_gdal_config_option(name)
        pyogrio.set_gdal_config_options({name: "NO"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({name: before})


def _stored_nulls(file: Path, info: Mapping[str, Any]) -> int:
    """Return how many features of a GeoPackage layer have no geometry, as SQLite sees them."""
    column, table = (str(info[k]).replace('"', '""') for k in ("geometry_name", "layer_name"))
    base = sqlite3.connect(read_only(file), uri=True)
    try:
        query = f'SELECT count(*) FROM "{table}" WHERE "{column}" IS NULL'  # noqa: S608 - quoted above
        return int(base.execute(query).fetchone()[0])
    finally:
        base.close()


def _null_shapes(file: Path) -> int:
    """Return how many records of a shapefile say that they have no geometry: those of shape type 0."""
    import numpy as np

    index = side_file(file, ".shx")
    assert index is not None  # noqa: S101 - held by _whole_shapefile
    words = np.fromfile(index, dtype=">i4", offset=100).astype(np.int64)
    starts, lengths = 2 * words[::2], 2 * words[1::2]
    shapes = np.memmap(file, dtype=np.uint8, mode="r")
    # A record is its number and its length, 4 bytes each, then its type; a null shape is a type and no more.
    return int(np.sum((shapes[starts + 8] == 0) & (lengths == 4)))


def _choose_layer(file: Path, layer: str | None) -> str:
    """Check a GeoPackage and return the one layer to read.

    GDAL returns what it finds in a damaged file without a word, so SQLite itself is asked first.
    """
    refuse_unsaved(file, kind=InputError)
    with file.open("rb") as stream:
        head = stream.read(32)
    page = int.from_bytes(head[16:18], "big")
    expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    cut = expected > file.stat().st_size
    try:
        base = sqlite3.connect(read_only(file), uri=True)
        try:
            sound = not cut and base.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            rows = base.execute(_LAYERS).fetchall()
        finally:
            base.close()
    except sqlite3.Error:
        sound, rows = False, []
    if not sound:
        raise InputError(
            N_("{file}: the GeoPackage is damaged or cut short."),
            hint=N_("Download or export it again."),
            file=file,
        )
    names = [str(row[0]) for row in rows]
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None or layer not in names:
        raise InputError(
            N_("{file}: name one of its layers: {found}.")
            if names
            else N_("{file}: the GeoPackage has no layer."),
            hint=N_(
                'Name it: --layer, or layer = "…" in the study; zones: export their layer to its own file.'
            )
            if names
            else N_("Export the layer again."),
            file=file,
            found=", ".join(names),
        )
    return layer


def _whole_shapefile(file: Path) -> Path:
    """Return the path of a shapefile that has its parts and its whole length."""
    missing = [suffix for suffix in (".shx", ".dbf") if side_file(file, suffix) is None]
    if missing:
        raise InputError(
            N_("{file}: the shapefile lacks its part {parts}."),
            hint=N_("Copy all the files of the same name together: .shp, .shx, .dbf, .prj."),
            file=file,
            parts=", ".join(missing),
        )
    with file.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or 2 * int.from_bytes(head[24:28], "big") != file.stat().st_size:
        raise InputError(
            N_("{file}: the shapefile is damaged or cut short."),
            hint=N_("Download or export it again."),
            file=file,
        )
    return file


def _read_parquet(file: Path) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    import geopandas as gpd
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(file).metadata or {}
    if b"geo" not in metadata:
        raise InputError(
            N_("{file}: this Parquet file has no geometry."),
            hint=N_("Write it as GeoParquet, or give its table as CSV."),
            file=file,
        )
    # An open file and not its name: pyarrow would take a name with “://” for an address.
    with file.open("rb") as stream:
        frame = gpd.read_parquet(stream)
    return frame, {"format": "GeoParquet"}
