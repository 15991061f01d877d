"""Facilities of any sheet or layer, without a study: where they are, and what each supplies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, Count, InputError, Said
from geosocial.geo.crs import transform
from geosocial.intake.columns import Columns
from geosocial.intake.figures import figures
from geosocial.intake.join_files import join_files

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]


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
        Their rows with the columns of the join; None where only the numbers are needed.
    """

    x: Floats
    y: Floats
    supply: Floats
    frame: pd.DataFrame | None
    notes: tuple[Said, ...] = ()

    def bare(self) -> Facilities:
        """Return the numbers alone, for the workers."""
        return replace(self, frame=None, notes=())

    def with_demand(self, reached: Floats) -> pd.DataFrame:
        """Return the rows with the demand in reach of each, and its supply for a unit of that."""
        from geosocial.measure.accessibility import supply_ratios

        assert self.frame is not None  # noqa: S101 - kept where the rows are asked for; for the type checker
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
    points = frame.geometry
    x, y = transform(points.x.to_numpy(np.float64), points.y.to_numpy(np.float64), frame.crs, metric)
    amounts = np.ones(len(frame))
    if supply:
        header = Columns(str(path), frame).header(supply)
        amounts, _ = figures(frame[header])
        bad = np.flatnonzero(~(amounts >= 0))
        if len(bad):
            raise InputError(
                N_("{file}: facility {row} has no supply, or a negative one (column “{column}”)."),
                hint=N_("Give each facility a number from 0 up, or leave it out of the file."),
                file=path,
                row=int(bad[0]) + 1,
                column=header,
            )
    lost = int((~np.isfinite(x) | ~np.isfinite(y)).sum())
    said = [Said(N_("Facilities: {count}."), {"count": Count(len(frame))})]
    if lost:
        said.append(
            Said(N_("Facilities without a position, which serve nobody: {count}."), {"count": Count(lost)})
        )
    return Facilities(x, y, amounts, frame, tuple(said))
