"""Read where people live: points with a position, or polygons that belong to the zone that they overlap most.

A polygon's position is a point inside it. An empty figure is suppressed: NaN, never 0; a text that is no
number is suppressed too, and said. A negative figure refuses the file.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.boundaries import polygons
from geosocial.intake.columns import texts
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.locate import locate
from geosocial.intake.source import Source, open_source, under_study
from geosocial.io.layers import Layer
from geosocial.results import InputFile
from geosocial.tables import DEMAND, check

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.study import Study


def read_demand(study: Study, zones: gpd.GeoDataFrame) -> tuple[pd.DataFrame, InputFile, pd.DataFrame]:
    """Return `geosocial.tables.DEMAND` with one float column a demand column, the file, and its faults.

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
    if not len(source.rows):
        raise InputError(
            N_("{file}: the file has a header and no row."),
            hint=N_("Export it again with its rows."),
            file=path,
        )
    if source.long:
        _refuse(source, "", sorted(source.long), N_("{file}: rows {rows} have more cells than the header."))
    zone_ids = source.columns.text(spec.zone) if spec.zone else None
    ids = _ids(source, spec.id, zone_ids)
    if _has_polygons(source) and not spec.x:
        x, y, by_place = _from_polygons(source, ids, study, zones, faults)
    else:
        x, y, by_place = _from_points(source, study, zones, faults, by_position=zone_ids is None)
    if zone_ids is None:
        zone_ids = by_place
    else:
        known = {"", *zones["zone_id"]}
        strange = [i for i, zone in enumerate(zone_ids) if zone not in known]
        _refuse(
            source,
            spec.zone,
            strange,
            N_("{file}: rows {rows} name zones that do not exist (column “{column}”)."),
        )
    for position, zone in enumerate(zone_ids):
        if not zone:
            faults.add(position, "demand_outside", "flagged")
    demand = pd.DataFrame(
        {
            "demand_id": pd.Series(ids, dtype="str"),
            "x": x,
            "y": y,
            "zone_id": pd.Series(zone_ids, dtype="str"),
            **{column.key: _figures(source, column.column, faults) for column in spec.columns},
        }
    )
    return check(demand, DEMAND), file, faults.table()


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
    _refuse(
        source,
        option,
        twice,
        N_("{file}: rows {rows} have an empty or repeated identifier (column “{column}”)."),
    )
    return ids


def _has_polygons(source: Source) -> bool:
    return source.layer is not None and bool(source.layer.geom_type.isin(["Polygon", "MultiPolygon"]).any())


def _from_polygons(
    source: Source, ids: list[str], study: Study, zones: gpd.GeoDataFrame, faults: Faults
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    from geosocial.geo.interpolate import largest_overlap, representative_points

    assert source.layer is not None  # noqa: S101 - asked by the caller; for the type checker
    shapes = polygons(Layer(source.layer, source.file), ids, study.crs, faults)
    owner = largest_overlap(shapes, zones.geometry.to_numpy())
    x, y = representative_points(shapes)
    names = [*zones["zone_id"], ""]  # position −1, no overlap, is the last
    return x, y, [names[i] for i in owner]


def _from_points(
    source: Source, study: Study, zones: gpd.GeoDataFrame, faults: Faults, *, by_position: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    import pandas as pd

    spec = study.demand
    x, y = locate(source, x=spec.x, y=spec.y, crs=spec.crs, target=study.crs, faults=faults)
    lost = np.flatnonzero(np.isnan(x)).tolist()
    _refuse(source, "", lost, N_("{file}: rows {rows} have no usable position."))
    if not by_position:
        return x, y, []
    from geosocial.geo import join

    joined = join(pd.DataFrame({"x": x, "y": y}), zones, snap_m=study.snap_m).points
    return x, y, joined["zone_id"].tolist()


def _figures(source: Source, option: str, faults: Faults) -> npt.NDArray[np.float64]:
    header = source.columns.header(option)
    column = source.columns.table[header]
    found, codes = figures(column)
    for position in codes:
        # "x", "..", "F": the statistical offices' signs for a figure that is not published.
        cell = texts(column.iloc[[position]])[0]
        faults.add(position, "suppressed_text", "flagged", column=header, value=cell)
    bad = np.flatnonzero(found < 0).tolist()
    _refuse(source, header, bad, N_("{file}: rows {rows} hold a negative figure (column “{column}”)."))
    return found


def _refuse(source: Source, column: str, positions: list[int], message: str) -> None:
    if positions:
        rows = ", ".join(str(int(source.rows[p])) for p in positions[:5])
        raise InputError(
            message,
            hint=N_("Correct these rows and try again."),
            file=source.columns.file,
            column=column,
            rows=rows + (f", … ({len(positions)})" if len(positions) > 5 else ""),
        )
