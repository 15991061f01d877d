"""Demand on a 250 m grid: areal interpolation of the 2016 census from dissemination areas.

Each dissemination area belongs whole to the borough that it overlaps most (official boundaries), which
reproduces the 19 published populations. Of an area only the part within the outline of the 19 boroughs
counts (some areas hold islets where nobody lives). It is cut along the grid of EPSG:32188; a piece
receives the share of the area's figures that its surface is of that part. Pieces are summed by cell and
borough. A suppressed figure is not zero: a row whose pieces are all suppressed stays empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from scripts.montreal.boundaries import BOROUGHS, CRS
from scripts.montreal.writing import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CELL_M = 250
COLUMNS = ("residents", "low_income", "renter_households", "households_30", "renters_30")


def cell_ids(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[str]:
    """Return the cell of each position, by the kilometres of its lower-left corner: ``E298.75N5042.50``."""
    east, north = np.floor(x / CELL_M) * CELL_M / 1000, np.floor(y / CELL_M) * CELL_M / 1000
    return [f"E{e:.2f}N{n:.2f}" for e, n in zip(east, north, strict=True)]


def largest_remainder(values: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole numbers that sum to `total`, each the floor of its value or one more; no NaN.

    The largest remainders are rounded up, ties in the order of the rows.
    """
    scaled = values * (total / values.sum()) if values.sum() > 0 else values
    floor = np.floor(scaled + 1e-9).astype(np.int64)
    up = np.argsort(-(scaled - floor), kind="stable")[: total - int(floor.sum())]
    floor[up] += 1
    return floor


def inhabitable(shapes: NDArray[np.object_], zones: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the part of each area within the city's outline; the whole area where less than a tenth is."""
    city = shapely.union_all(zones.to_crs(CRS).geometry.to_numpy())
    shapely.prepare(city)
    inside = shapely.contains_properly(city, shapes)
    cut = shapes.copy()
    cut[~inside] = shapely.intersection(shapes[~inside], city)
    return np.where(shapely.area(cut) < shapely.area(shapes) / 10, shapes, cut)


def areas(shared: Path, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the dissemination areas in EPSG:32188 with their borough (``zone_id``) and the five figures."""
    from geosocial.vocabulary import fold

    census = gpd.read_parquet(shared / "census" / "da2016_montreal.parquet").to_crs(CRS)
    official = gpd.read_file(shared / "boundaries" / "limadmin.geojson").to_crs(CRS)
    position = _largest_overlap(census.geometry.to_numpy(), official.geometry.to_numpy())
    ids = {fold(name): zone_id for zone_id, name in BOROUGHS.items()}
    zone = [ids.get(fold(name), "") for name in official["NOM"].to_numpy()[position]]
    frame = gpd.GeoDataFrame(
        {
            "da": census["DAUID"].astype(str),
            "zone_id": zone,
            "residents": census["pop2016"],
            "low_income": census["low_income_lim_at_n"],
            "renter_households": census["renter_hh"],
            "households_30": census["hh_shelter_ge30pct"],
            # The census gives the share of renters; their number follows from the renters that answered.
            "renters_30": census["tenant_hh_shelter_total"] * census["tenant_pct_ge30pct"] / 100,
        },
        geometry=census.geometry,
        crs=CRS,
    )
    # Where nobody lives the census publishes no figure: nobody is not suppressed.
    frame.loc[frame["residents"] == 0, list(COLUMNS)] = 0.0
    frame["geometry"] = inhabitable(frame.geometry.to_numpy(), zones)
    return frame.sort_values("da", ignore_index=True)


def _largest_overlap(source: NDArray[np.object_], target: NDArray[np.object_]) -> NDArray[np.int64]:
    from geosocial.geo.interpolate import largest_overlap

    return np.asarray(largest_overlap(source, target), dtype=np.int64)


def pieces(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cut each area along the grid: da (position), cell corner, share of the area, centroid of the piece."""
    bounds = np.floor(shapely.bounds(frame.geometry.to_numpy()) / CELL_M).astype(np.int64)
    owner, east, north = [], [], []
    for position, (x0, y0, x1, y1) in enumerate(bounds):
        e, n = np.meshgrid(np.arange(x0, x1 + 1), np.arange(y0, y1 + 1))
        owner.append(np.full(e.size, position))
        east.append(e.ravel())
        north.append(n.ravel())
    da, e, n = (np.concatenate(part) for part in (owner, east, north))
    cells = shapely.box(e * CELL_M, n * CELL_M, (e + 1) * CELL_M, (n + 1) * CELL_M)
    shapes = frame.geometry.to_numpy()
    cut = shapely.intersection(shapes[da], cells)
    area = shapely.area(cut)
    keep = area > 0
    centre = shapely.centroid(cut[keep])
    return pd.DataFrame(
        {
            "da": da[keep],
            "e": e[keep],
            "n": n[keep],
            "share": area[keep] / shapely.area(shapes)[da[keep]],
            "area": area[keep],
            "x": shapely.get_x(centre),
            "y": shapely.get_y(centre),
        }
    )


def interpolate(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one row per cell and borough, not rounded: x, y and the columns, NaN where all is suppressed."""
    cut = pieces(frame)
    zone = frame["zone_id"].to_numpy()[cut["da"]]
    keys = [cut["n"], cut["e"], pd.Series(zone, name="zone_id")]
    known = {}
    for column in COLUMNS:
        value = frame[column].to_numpy()[cut["da"]] * cut["share"]
        known[column] = value.groupby(keys).sum(min_count=1)
    people = frame["residents"].to_numpy()[cut["da"]] * cut["share"]
    out = pd.DataFrame(known)
    for axis in ("x", "y"):
        by_people = (cut[axis] * people).groupby(keys).sum() / people.groupby(keys).sum().replace(0, np.nan)
        by_area = (cut[axis] * cut["area"]).groupby(keys).sum() / cut["area"].groupby(keys).sum()
        out[axis] = by_people.fillna(by_area)
    return out.reset_index()


def rounded(raw: pd.DataFrame, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Round each column by borough, so that each borough keeps the (rounded) total of its areas."""
    out = raw.copy()
    for column in COLUMNS:
        totals = frame.groupby("zone_id")[column].sum().round().astype(int)
        whole = pd.Series(pd.NA, index=raw.index, dtype="Int64")
        for zone_id, rows in raw[raw[column].notna()].groupby("zone_id"):
            whole[rows.index] = largest_remainder(
                rows[column].to_numpy(dtype=np.float64), int(totals[zone_id])
            )
        out[column] = whole
    return out


def build(shared: Path, out: Path, zones: gpd.GeoDataFrame) -> None:
    """Write demand_250m.csv."""
    frame = areas(shared, zones)
    grid = rounded(interpolate(frame), frame)
    cell = cell_ids(grid["e"].to_numpy() * float(CELL_M), grid["n"].to_numpy() * float(CELL_M))
    table = pd.DataFrame(
        {
            "cell_id": cell,
            "zone_id": grid["zone_id"],
            "x_m": grid["x"].round().astype(int),
            "y_m": grid["y"].round().astype(int),
        }
    ).join(grid[list(COLUMNS)])
    # Cells where nobody lives say nothing.
    table = table[(table[list(COLUMNS)].fillna(0) > 0).any(axis=1)].reset_index(drop=True)
    write_csv(
        table,
        out / "demand_250m.csv",
        f"census/da2016_montreal.parquet ({len(frame):,} areas); Statistics Canada, 2016 Census",
    )
    for column in COLUMNS:
        empty = table[column].isna()
        residents = int(table.loc[empty, "residents"].sum())
        print(
            f"    {column}: {table[column].sum():,}; empty in {empty.sum()} rows with {residents:,} residents"
        )
