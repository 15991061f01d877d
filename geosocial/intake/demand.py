"""Read where people live: points with a position, or polygons that go to zones by the method of the study.

A polygon belongs to the zone that it overlaps most, unless the study names another method; its position is a
point inside it. Divided by area or by where people live, each of its pieces is a row, with its share of the
counts: no total changes. A rate is not a count, and is refused. An empty figure is suppressed: NaN, never 0;
a text that is no number is suppressed too, and said. A negative figure refuses the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.boundaries import polygons
from geosocial.intake.demand_figures import LONG, NO_POSITION, counts, refuse
from geosocial.intake.demand_pieces import Division, divide, read_ancillary
from geosocial.intake.faults import Faults
from geosocial.intake.locate import locate
from geosocial.intake.source import Source, open_source, under_study
from geosocial.io.layers import Layer
from geosocial.results import InputFile
from geosocial.tables import DEMAND, check

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.demand_pieces import Inhabited
    from geosocial.study import Study


def read_demand(
    study: Study, zones: gpd.GeoDataFrame, ancillary: Inhabited | None = None
) -> tuple[pd.DataFrame, InputFile, pd.DataFrame]:
    """Return `geosocial.tables.DEMAND` with one float column a demand column, the file, and its faults.

    Parameters
    ----------
    ancillary
        From `read_ancillary`, which is asked where the study needs one and none is given.

    Raises
    ------
    InputError
        For a column that is not there, an identifier that is empty or repeated, a row without position, an
        unknown zone, a negative or infinite figure: the first rows of each are named.
    """
    import pandas as pd

    spec = study.demand
    path = study.path(spec.file)
    source = open_source(path, layer=spec.layer, crs=spec.crs)
    file = under_study(source.file, study, spec.file, "demand")
    faults = Faults("demand", file.path, source.rows.tolist())
    faults.add_errors(source)
    if not len(source.rows):
        raise InputError(
            N_("{file}: the file has a header and no row."),
            hint=N_("Export it again with its rows."),
            file=path,
        )
    if source.long:
        refuse(
            source,
            "",
            sorted(source.long),
            LONG,
        )
    zone_ids = source.columns.text(spec.zone) if spec.zone else None
    ids = _ids(source, spec.id, zone_ids)
    division: Division | None = None
    if _has_polygons(source) and not spec.x:
        shapes = _polygons(source, ids, study, faults)
        if spec.method in {"area", "dasymetric"}:
            division = divide(study, shapes, zones, ancillary or read_ancillary(study)[0], faults)
            x, y, by_place = division.x, division.y, division.zone_ids
        else:
            x, y, by_place = _from_polygons(shapes, study, zones)
    else:
        x, y, by_place = _from_points(source, study, zones, faults, by_position=zone_ids is None)
    zone_ids = by_place if zone_ids is None else _known(source, spec.zone, zone_ids, zones)
    if division is None:
        outside = np.array([not zone for zone in zone_ids], dtype=bool)
        faults.add_all(np.flatnonzero(outside), "demand_outside", "flagged")
    figures = counts(source, spec.columns, faults)
    if division is not None:
        ids = division.ids(ids)
        figures = {key: division.divided(values) for key, values in figures.items()}
    demand = pd.DataFrame(
        {
            "demand_id": pd.Series(ids, dtype="str"),
            "x": x,
            "y": y,
            "zone_id": pd.Series(zone_ids, dtype="str"),
            **figures,
        }
    )
    if spec.method:
        file = replace(file, how={**file.how, "method": spec.method})
    return check(demand, DEMAND), file, faults.table()


def _known(source: Source, option: str, zone_ids: list[str], zones: gpd.GeoDataFrame) -> list[str]:
    """Return the zones that the rows name, or refuse those that do not exist."""
    known = {"", *zones["zone_id"]}
    strange = [i for i, zone in enumerate(zone_ids) if zone not in known]
    refuse(
        source,
        option,
        strange,
        (
            N_("{file}: row {rows} names a zone that does not exist (column “{column}”)."),
            N_("{file}: rows {rows} name zones that do not exist (column “{column}”)."),
        ),
    )
    return zone_ids


def read_demand_shapes(study: Study) -> npt.NDArray[np.object_] | None:
    """Return the outlines of the demand in the study's CRS, a row of `read_demand` each; None without any.

    Raises
    ------
    InputError
        For an outline that cannot be used.
    """
    spec = study.demand
    source = open_source(study.path(spec.file), layer=spec.layer, crs=spec.crs)
    if source.layer is None or not _has_polygons(source):
        return None
    ids = source.columns.text(spec.id)
    return polygons(Layer(source.layer, source.file), ids, study.crs)


def _ids(source: Source, option: str, zone_ids: list[str] | None) -> list[str]:
    """Return the identifier of each row: without a column of them, its number in the file."""
    if not option:
        return [str(row) for row in source.rows]
    ids = source.columns.text(option)
    if zone_ids is not None and len(set(ids)) < len(ids):
        # A cell that lies in two boroughs has one row for each.
        repeated = {identifier for identifier, count in Counter(ids).items() if count > 1}
        ids = [
            f"{identifier}/{zone}" if identifier in repeated else identifier
            for identifier, zone in zip(ids, zone_ids, strict=True)
        ]
    counts = Counter(ids)
    twice = [i for i, identifier in enumerate(ids) if counts[identifier] > 1 or not identifier]
    refuse(
        source,
        option,
        twice,
        (
            N_("{file}: row {rows} has an empty or repeated identifier (column “{column}”)."),
            N_("{file}: rows {rows} have an empty or repeated identifier (column “{column}”)."),
        ),
    )
    return ids


def _has_polygons(source: Source) -> bool:
    return source.layer is not None and bool(source.layer.geom_type.isin(["Polygon", "MultiPolygon"]).any())


def _polygons(source: Source, ids: list[str], study: Study, faults: Faults) -> npt.NDArray[np.object_]:
    assert source.layer is not None  # noqa: S101 - asked by the caller; for the type checker
    return polygons(Layer(source.layer, source.file), ids, study.crs, faults)


def _from_polygons(
    shapes: npt.NDArray[np.object_], study: Study, zones: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    from geosocial.geo.interpolate import largest_overlap, representative_points

    x, y = representative_points(shapes)
    if study.demand.method == "points":
        return x, y, _zones_at(x, y, study, zones)
    owner = largest_overlap(shapes, zones.geometry.to_numpy())
    names = [*zones["zone_id"], ""]  # position −1, no overlap, is the last
    return x, y, [names[i] for i in owner]


def _from_points(
    source: Source, study: Study, zones: gpd.GeoDataFrame, faults: Faults, *, by_position: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    spec = study.demand
    if spec.method not in {"", "points"}:
        raise InputError(
            N_("{file}: the method “{method}” needs polygons; these rows are points."),
            hint=N_("Leave method out of [demand], or name the layer of polygons."),
            file=source.columns.file,
            method=spec.method,
        )
    x, y = locate(source, x=spec.x, y=spec.y, crs=spec.crs, target=study.crs, faults=faults)
    lost = np.flatnonzero(np.isnan(x)).tolist()
    refuse(
        source,
        "",
        lost,
        NO_POSITION,
    )
    return x, y, _zones_at(x, y, study, zones) if by_position else []


def _zones_at(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], study: Study, zones: gpd.GeoDataFrame
) -> list[str]:
    """Return the zone in which each position lies, or the nearest within the study's snapping distance."""
    import pandas as pd

    from geosocial.geo import join

    joined = join(pd.DataFrame({"x": x, "y": y}), zones, snap_m=study.snap_m).points
    return list(joined["zone_id"])
