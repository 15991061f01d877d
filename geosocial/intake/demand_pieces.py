"""Divide the polygons of demand by the zones: a row for each piece, with its share of the counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_
from geosocial.intake.boundaries import polygons
from geosocial.intake.demand_figures import LONG, NO_POSITION, refuse
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.locate import locate
from geosocial.intake.source import Source, open_source, under_study
from geosocial.io.layers import Layer
from geosocial.results import InputFile

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from geosocial.geo.dasymetric import Ancillary
    from geosocial.study import Study

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Inhabited:
    """The ancillary layer of a study, in its coordinate reference system."""

    ancillary: Ancillary


@dataclass(frozen=True, slots=True)
class Division:
    """The pieces of the polygons, in their order."""

    #: Position of the polygon of each piece.
    source: npt.NDArray[np.int64]
    share: Floats
    x: Floats
    y: Floats
    #: Empty outside all zones.
    zone_ids: list[str]

    def divided(self, values: Floats) -> Floats:
        """Return the figure of each piece: its share of that of the polygon. Suppressed stays suppressed."""
        return np.asarray(values[self.source] * self.share, np.float64)

    def ids(self, ids: list[str]) -> list[str]:
        """Return an identifier for each piece: of a polygon in several zones, with that of the zone."""
        pieces = Counter(self.source.tolist())
        return [
            f"{ids[position]}/{zone or '-'}" if pieces[position] > 1 else ids[position]
            for position, zone in zip(self.source.tolist(), self.zone_ids, strict=True)
        ]


def read_ancillary(study: Study) -> tuple[Inhabited | None, tuple[InputFile, ...]]:
    """Return where people live within the polygons of demand, and its file; nothing where no study asks.

    Raises
    ------
    InputError
        When the file cannot be used: naming the rows without position, or whose weight is missing, negative
        or infinite.
    """
    from geosocial.geo.dasymetric import ancillary_of

    spec = study.demand.ancillary
    if spec is None:
        return None, ()
    source = open_source(study.path(spec.file), layer=spec.layer, crs=spec.crs)
    shapes, weights = ancillary_shapes(
        source, x=spec.x, y=spec.y, weight=spec.weight, crs=spec.crs, target=study.crs
    )
    return Inhabited(ancillary_of(shapes, weights)), (
        under_study(source.file, study, spec.file, "ancillary"),
    )


def ancillary_shapes(
    source: Source, *, x: str, y: str, weight: str, crs: str | None, target: object
) -> tuple[npt.NDArray[np.object_], Floats | None]:
    """Return where people live by a file, polygons or points, and the weight of each if it has a column.

    Parameters
    ----------
    source
        The file.
    x, y
        Columns of the position, for points in a sheet.
    weight
        Column of the dwellings of each; empty for 1 a point, its area a polygon.
    crs
        Coordinate reference system of those columns.
    target
        Metric coordinate reference system of the result.
    """
    import shapely

    refuse(source, "", sorted(source.long), LONG)
    labels = [str(row) for row in source.rows]
    areal = source.layer is not None and source.layer.geom_type.isin(["Polygon", "MultiPolygon"]).any()
    if source.layer is not None and areal and not x:
        shapes = polygons(Layer(source.layer, source.file), labels, target)
    else:
        east, north = locate(
            source, x=x, y=y, crs=crs, target=target, faults=Faults("ancillary", "", source.rows)
        )
        lost = np.flatnonzero(np.isnan(east)).tolist()
        refuse(
            source,
            "",
            lost,
            NO_POSITION,
        )
        shapes = np.asarray(shapely.points(east, north), dtype=object)
    if not weight:
        return shapes, None
    header = source.columns.header(weight)
    weights, _ = figures(source.columns.table[header])
    odd = np.flatnonzero(~(weights >= 0)).tolist()
    refuse(
        source,
        header,
        odd,
        (
            N_("{file}: row {rows} has no weight of 0 or more (column “{column}”)."),
            N_("{file}: rows {rows} have no weight of 0 or more (column “{column}”)."),
        ),
    )
    return shapes, weights


def divide(
    study: Study,
    shapes: npt.NDArray[np.object_],
    zones: gpd.GeoDataFrame,
    inhabited: Inhabited | None,
    faults: Faults,
) -> Division:
    """Return the pieces of polygons of demand, and note those that lie outside all zones."""
    from geosocial.geo.pieces import pieces

    ancillary = inhabited.ancillary if inhabited else None
    found = pieces(shapes, zones.geometry.to_numpy(), ancillary)
    outside = np.flatnonzero(found.target < 0)
    for piece in outside.tolist():
        share = float(found.share[piece])
        position = int(found.source[piece])
        if share == 1:
            faults.add(position, "demand_outside", "flagged")
        else:
            faults.add(position, "demand_partly_outside", "flagged", value=whole_percent(share))
    if study.demand.method == "dasymetric":
        for position in np.flatnonzero(found.by_area).tolist():
            faults.add(position, "no_ancillary", "flagged")
    names = [*zones["zone_id"], ""]  # position −1, outside, is the last
    return Division(found.source, found.share, found.x, found.y, [names[i] for i in found.target])


def whole_percent(share: float) -> str:
    """Return a share in whole percents, written the same in both languages.

    Examples
    --------
    >>> [whole_percent(share).replace(chr(160), " ") for share in (0.001, 0.126, 0.999)]
    ['< 1 %', '13 %', '> 99 %']
    """
    if share < 0.005:
        return "<\u00a01\u00a0%"
    return ">\u00a099\u00a0%" if share >= 0.995 else f"{100 * share:.0f}\u00a0%"
