"""Facilities of any sheet or layer, without a study: where they are, and what each supplies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, Count, InputError, Said
from geosocial.geo.crs import transform
from geosocial.intake.columns import Columns
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.join_files import join_files
from geosocial.intake.locate import of_shapes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facilities:
    """Facilities in the order of their file.

    Attributes
    ----------
    x, y
        (m) positions in the metric system asked for; NaN where there is none: it serves nobody.
    supply
        (m) S of each.
    frame
        Their rows with the columns of the join.
    rows
        (m) row of each in its file.
    faults
        `geosocial.tables.FAULTS` of those without a position, or with a mended one.
    """

    x: Floats
    y: Floats
    supply: Floats
    frame: pd.DataFrame
    rows: Ints
    faults: pd.DataFrame
    notes: tuple[Said, ...] = ()

    def with_demand(self, reached: Floats) -> pd.DataFrame:
        """Return the rows with the demand in reach of each, and its supply for a unit of that."""
        from geosocial.measure.accessibility import supply_ratios

        return self.frame.assign(
            demand_in_reach=reached, supply_per_demand=supply_ratios(self.supply, reached)
        )


def facilities_of(
    path: Path, zones: Path, metric: object, *, supply: str | None, crs: str | None = None
) -> Facilities:
    """Read facilities; positions are recognised, mended and told as in the join of a file.

    Parameters
    ----------
    path
        A sheet with columns of coordinates, or a layer of points.
    zones
        The zones around which positions are believed.
    metric
        Coordinate reference system of the result.
    supply
        Column of S; without it each facility supplies 1.
    crs
        Coordinate reference system of a file that does not say its own.

    Raises
    ------
    InputError
        When the file cannot be used, or a supply is not a number from 0 up.
    """
    joined = join_files(path, zones, crs=crs)
    frame = joined.frame
    shapes = np.asarray(frame.geometry.array, dtype=object)
    # What is no point was told by the join, and a point inside stands for it.
    own = of_shapes(shapes, np.arange(len(shapes)), Faults("facilities", str(path), joined.rows))
    x, y = transform(own[0], own[1], frame.crs, metric)
    amounts = np.ones(len(frame))
    if supply:
        header = Columns(str(path), frame).header(supply)
        amounts, _ = figures(frame[header])
        bad = np.flatnonzero(~(amounts >= 0))
        if len(bad):
            raise InputError(
                N_("{file}: row {row} has no supply, or a negative one (column “{column}”)."),
                hint=N_("Give each facility a number from 0 up, or leave it out of the file."),
                file=path,
                row=int(joined.rows[bad[0]]),
                column=header,
            )
    lost = int((~np.isfinite(x) | ~np.isfinite(y)).sum())
    said = [Said(N_("Facilities: {count}."), {"count": Count(len(frame))})]
    if lost:
        said.append(
            Said(N_("Facilities without a position, which serve nobody: {count}."), {"count": Count(lost)})
        )
    # Where it lies among the zones does not matter to a facility.
    told = joined.faults[~joined.faults["code"].isin(["snapped", "outside", "ambiguous"])]
    return Facilities(x, y, amounts, frame, joined.rows, told.assign(source="facilities"), tuple(said))
