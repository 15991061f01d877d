"""Move columns of any layer to any zones, without a study: census areas to boroughs, a grid to quarters.

Zones keep every column that they have; the figures stand beside them. Outlines are mended where that has one
reading only, and said; what lies outside is said for every row and every total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError, Said
from geosocial.geo.crs import crs_label
from geosocial.intake.boundaries import polygons
from geosocial.intake.columns import texts
from geosocial.intake.demand_figures import LONG, NEGATIVE, is_rate, refuse
from geosocial.intake.demand_pieces import ancillary_shapes, whole_percent
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.join_files import layer_of, points_of, position_columns, zones_of
from geosocial.intake.locate import moved, positions
from geosocial.intake.positions import Area
from geosocial.io.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.geo.transfer import Method, Transfer
    from geosocial.intake.source import Source

#: Outcomes of `geosocial.geo.transfer` that deserve a look → their reasons.
_REASONS: Final = {
    "outside": "row_outside",
    "partly_outside": "row_partly_outside",
    "counted_twice": "row_counted_twice",
}


@dataclass(frozen=True, slots=True)
class Interpolated:
    """The zones with the figures of a layer."""

    #: Every row and column of the zones, then zone_id, zone_name, covered, the columns, their known shares.
    frame: gpd.GeoDataFrame
    moved: Transfer
    #: `geosocial.tables.FAULTS`
    faults: pd.DataFrame
    notes: tuple[Said, ...]


def interpolate_files(
    layer_path: Path | str,
    zones_path: Path | str,
    *,
    extensive: Sequence[str] = (),
    intensive: Sequence[str] = (),
    method: Method | None = None,
    ancillary: Path | str | None = None,
    ancillary_weight: str = "",
    crs: str | None = None,
    sheet: str | None = None,
) -> Interpolated:
    """Read a layer and zones, and return the zones with the columns of the layer.

    Parameters
    ----------
    layer_path
        A layer of polygons, or points: a layer of them, or a sheet with columns of coordinates.
    zones_path
        A layer of polygons.
    extensive, intensive
        Headers of the layer's columns that hold counts, and rates.
    method
        As for `geosocial.geo.transfer`; without it ``area`` for polygons, ``points`` for points.
    ancillary
        Where people live, for the method ``dasymetric``: polygons or points.
    ancillary_weight
        Its column of dwellings or people.
    crs
        Coordinate reference system of the files that do not say theirs.
    sheet
        Sheet or layer to read of `layer_path`, when it has several.

    Raises
    ------
    InputError
        When a file cannot be used, a column is not there, or holds an infinite figure or a negative count.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> area = gpd.GeoDataFrame({"people": [100]}, geometry=[shapely.box(0, 0, 100, 100)], crs=32188)
    >>> halves = [shapely.box(0, 0, 25, 100), shapely.box(25, 0, 100, 100)]
    >>> area.to_file("areas.gpkg")
    >>> gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=halves, crs=32188).to_file("zones.gpkg")
    >>> found = interpolate_files("areas.gpkg", "zones.gpkg", extensive=["people"])
    >>> found.frame["people"].round(6).tolist()
    [25.0, 75.0]
    """
    import geopandas as gpd

    from geosocial.geo.transfer import transfer

    zone_layer = layer_of(Path(zones_path), crs)
    zones, names, zone_notes = zones_of(zone_layer)
    source = points_of(Path(layer_path), crs, sheet)
    faults = Faults("layer", str(layer_path), source.rows)
    faults.add_errors(source)
    refuse(
        source,
        "",
        sorted(source.long),
        LONG,
    )
    shapes, areal, notes = _shapes(source, zones, crs, faults)
    if method is None:
        method = "area" if areal else "points"
    elif not areal and method != "points":
        raise InputError(
            N_("{file}: the method “{method}” needs polygons; these rows are points."),
            hint=N_("Use the method points."),
            file=layer_path,
            method=method,
        )
    counts = {source.columns.header(name): True for name in extensive}
    rates = {source.columns.header(name): False for name in intensive}
    columns = {name: _figures(source, name, faults, count=count) for name, count in (counts | rates).items()}
    layer = gpd.GeoDataFrame(columns, geometry=shapes, crs=zones.crs, index=range(len(shapes)))
    result = transfer(
        layer,
        zones,
        extensive=list(counts),
        intensive=list(rates),
        method=method,
        ancillary=None if ancillary is None else _ancillary(Path(ancillary), ancillary_weight, crs, zones),
        ancillary_weight="weight" if ancillary_weight and ancillary is not None else None,
    )
    _note_rows(result, faults)
    frame, renamed = _with_figures(zone_layer.frame, zones, names, result)
    doubtful = (
        Said(
            N_("The column “{column}” seems to hold rates: --extensive adds up, --intensive averages."),
            {"column": name},
        )
        for name in counts
        if is_rate(name)
    )
    measured = Said(N_("Areas were measured in {crs}."), {"crs": crs_label(zones.crs)})
    return Interpolated(frame, result, faults.table(), (*notes, *zone_notes, *doubtful, *renamed, measured))


def _shapes(
    source: Source, zones: gpd.GeoDataFrame, crs: str | None, faults: Faults
) -> tuple[npt.NDArray[np.object_], bool, tuple[Said, ...]]:
    """Return the geometry of each row in the system of the zones, whether it is areas, and what to say."""
    import shapely

    if source.layer is not None and source.layer.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        labels = [str(row) for row in source.rows]
        return polygons(Layer(source.layer, source.file), labels, zones.crs, faults), True, ()
    x, y, own_crs, notes = position_columns(source, crs, {})
    own = positions(source, x=x, y=y, crs=own_crs, faults=faults, area=Area.around(zones))
    east, north = moved(own, zones.crs, faults)
    shapes = np.full(len(east), None, dtype=object)
    found = np.isfinite(east)
    shapes[found] = shapely.points(east[found], north[found])
    return shapes, False, notes


def _figures(source: Source, header: str, faults: Faults, *, count: bool) -> npt.NDArray[np.float64]:
    """Return the figures of a column, NaN where suppressed; a negative count refuses the file."""
    column = source.columns.table[header]
    found, codes = figures(column)
    for position in codes:
        cell = texts(column.iloc[[position]])[0]
        faults.add(position, "suppressed_text", "flagged", column=header, value=cell)
    if count:
        bad = np.flatnonzero(found < 0).tolist()
        refuse(
            source,
            header,
            bad,
            NEGATIVE,
        )
    return found


def _ancillary(path: Path, weight: str, crs: str | None, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    source = points_of(path, crs, None)
    x, y, own_crs, _ = position_columns(source, crs, {})
    shapes, weights = ancillary_shapes(source, x=x, y=y, weight=weight, crs=own_crs, target=zones.crs)
    return gpd.GeoDataFrame({} if weights is None else {"weight": weights}, geometry=shapes, crs=zones.crs)


def _note_rows(result: Transfer, faults: Faults) -> None:
    """Note the rows of the layer that do not go whole to the zones."""
    rows = result.rows
    for outcome, code in _REASONS.items():
        at = np.flatnonzero(rows["outcome"] == outcome)
        lost = 1 - rows["share_inside"].to_numpy()[at]
        values = [whole_percent(share) for share in lost] if outcome == "partly_outside" else []
        faults.add_all(at, code, "flagged", values=values)
    if result.method == "dasymetric":
        faults.add_all(np.flatnonzero(rows["by_area"]), "no_ancillary", "flagged")


def _with_figures(
    frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, names: Mapping[str, str], result: Transfer
) -> tuple[gpd.GeoDataFrame, tuple[Said, ...]]:
    """Return the zones as they were read, with the figures; where a name is taken, ours takes another."""
    added = {"zone_id": zones["zone_id"], "zone_name": zones["zone_id"].map(names).astype("str")}
    added |= {name: result.table[name] for name in result.table.columns if name != "zone_id"}
    taken = {str(column).lower() for column in frame.columns}
    columns, notes = {}, []
    for column, values in added.items():
        name = column
        while name.lower() in taken:
            name = f"{name}_interpolated"
        if name != column:
            facts = {"column": column, "name": name}
            notes.append(Said(N_("The zones have a column “{column}”: the new one is “{name}”."), facts))
        taken.add(name.lower())
        columns[name] = values.array
    return frame.assign(**columns), tuple(notes)
