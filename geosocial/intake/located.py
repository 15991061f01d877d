"""Rows read batch by batch, each with its position: what the join and the measures in batches share.

A position is the one that `geosocial.intake.locate` gives to the row of a whole file: missing, 0, 0, damaged
and mended, out of range. It depends on its row alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError, Said
from geosocial.geo.crs import read_crs
from geosocial.intake.columns import Columns
from geosocial.intake.faults import Faults
from geosocial.intake.join_files import position_columns
from geosocial.intake.locate import Positions, of_shapes, positions, sound
from geosocial.intake.positions import Area, bounds_in
from geosocial.intake.source import Source, totals_said
from geosocial.io.batches import Opened, Piece
from geosocial.io.points import coordinates
from geosocial.results import InputFile

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from geosocial.intake.positions import Box

    Floats = npt.NDArray[np.float64]


class Located:
    """Opened points of which each batch can be asked for its positions.

    Parameters
    ----------
    points
        From `geosocial.io.batches.open_points`.
    zones
        Where positions are expected.
    crs, columns
        As for `geosocial.intake.join_files`.
    """

    def __init__(
        self, points: Opened, zones: gpd.GeoDataFrame, *, crs: str | None, columns: Mapping[str, str]
    ) -> None:
        self.points = points
        self.area = Area.around(zones)
        self.x = self.y = ""
        self._crs: str | None = None
        totals = points.aside.totals if points.aside else ()
        self.notes: tuple[Said, ...] = totals_said(points.files[0], ", ".join(map(str, totals)))
        if not points.geometry or {"x", "y"} <= {*columns} or {"longitude", "latitude"} <= {*columns}:
            self.x, self.y, self._crs, notes = position_columns(
                self._source(points.schema.empty_table()), crs, columns
            )
            self.notes = (*self.notes, *notes)

    @property
    def needed(self) -> list[str]:
        """The columns that positions are read from."""
        return [self.x, self.y] if self.x else [self.points.geometry]

    def header(self, name: str) -> str:
        """Return the column of that name, capitals and accents aside, or raise saying which there are."""
        return self._source(self.points.schema.empty_table(), every=True).columns.header(name)

    def box(self, piece: Piece) -> Box | None:
        """Return a box that holds all points of a piece, in the system of the zones, without reading a row.

        None where the file does not tell it, or where a position of the piece might be damaged: one that is
        mended lands outside the box.
        """
        told = self.points.bounds(piece, self.x, self.y)
        own = self._crs if self.x else self.points.crs
        if told is None or own is None:
            return None
        moved = bounds_in(told, read_crs(own), self.area.crs)
        if moved is None:
            return None
        west, south, east, north = moved
        # Between two points of the edge that were moved, the edge itself may bulge a little.
        room = 10 + 0.01 * (east - west + north - south)
        west, south, east, north = west - room, south - room, east + room, north + room
        corners = self.area.holds(np.array([west, east]), np.array([south, north]))
        return (west, south, east, north) if corners.all() else None

    def _source(self, table: Any, *, every: bool = False) -> Source:
        """Return a batch as the rows of a file, which `positions` reads."""
        name = str(self.points.files[0])
        names = [self.x, self.y] if self.x and not every else self.points.names
        frame = table.select(names).to_pandas()
        rows = np.arange(len(frame), dtype=np.int64)
        return Source(Columns(name, frame), None, rows, InputFile("", name, "", 0, len(frame)), {}, ())

    def positions(self, table: Any, faults: Faults) -> tuple[Positions, Floats]:
        """Return the position of each row, and the coordinates of its point as the file gives them."""
        if self.x:
            own = positions(
                self._source(table), x=self.x, y=self.y, crs=self._crs, faults=faults, area=self.area
            )
            return own, np.array([own.x, own.y])
        column = table.column(self.points.geometry).combine_chunks()
        found, empty, odd = coordinates(column, self.points.encoding)
        raw = found.copy()
        if odd:
            import shapely

            rows = np.array(list(odd), np.int64)
            try:
                shapes = np.asarray(shapely.from_wkb(list(odd.values())), dtype=object)
            except shapely.errors.ShapelyError as error:
                raise InputError(
                    N_("{file}: a geometry cannot be read ({reason})."),
                    hint=N_("Download or export it again."),
                    file=self.points.files[0],
                    reason=error,
                ) from error
            found[:, rows] = of_shapes(shapes, rows, faults)
            empty[rows] = shapely.is_empty(shapes)
        x, y = sound(found, empty, self.points.crs, faults=faults, area=self.area)
        return Positions(x, y, self.points.crs), raw
