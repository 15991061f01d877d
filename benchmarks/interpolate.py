"""Areal interpolation: `geosocial.geo.transfer` beside tobler.area_interpolate and geopandas.overlay.

The 2,805 dissemination areas of Montréal to the 34 boroughs and towns of the island, to the 58 electoral
districts (plotly's package data) and to a 250 m grid over them; a column of counts and one of rates, by area.
Every peer must first give the same figures: the overlay to 1e-9, tobler to the single precision of its table
(1e-6). Every run starts anew, with frames that have no spatial index. The full files are expected in
``../shared/data``.

    python -m benchmarks.interpolate
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.harness import Case, race, write_table

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
COUNT, RATE = "pop2016", "rate"


def areas(shared: Path) -> gpd.GeoDataFrame:
    """Return the dissemination areas with their residents, and a rate: low-income residents per resident."""
    frame = gpd.read_parquet(shared / "census" / "da2016_montreal.parquet").to_crs(32188)
    low = frame["low_income_lim_at_n"].fillna(0)
    frame[RATE] = np.where(frame[COUNT] > 0, low / frame[COUNT].clip(lower=1), 0)
    return frame[[COUNT, RATE, "geometry"]]


def zone_systems(shared: Path, sources: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the targets by name, each with zone_id."""
    from benchmarks.join import districts

    towns = gpd.read_file(shared / "boundaries" / "limadmin.geojson").to_crs(32188)
    west, south, east, north = sources.total_bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, 250), np.arange(south, north, 250)))
    cells = np.asarray(shapely.box(x, y, x + 250, y + 250))
    tree = shapely.STRtree(sources.geometry.values)
    cells = cells[np.unique(tree.query(cells, predicate="intersects")[0])]
    grid = gpd.GeoDataFrame(geometry=cells, crs=32188)
    systems = {
        f"{len(towns)} boroughs and towns": towns[["geometry"]],
        "58 electoral districts": districts()[["geometry"]],
        f"{len(grid):,} cells of 250 m": grid,
    }
    return {
        name: frame.assign(zone_id=[str(k) for k in range(len(frame))]) for name, frame in systems.items()
    }


def ours(layers: Any) -> Any:
    """Move both columns."""
    from geosocial.geo import transfer

    return transfer(layers[0], layers[1], extensive=[COUNT], intensive=[RATE]).table[[COUNT, RATE]]


def overlay(layers: Any) -> Any:
    """Move both columns by the intersections of geopandas and sums over them."""
    sources, zones = layers
    cut = sources.assign(whole=sources.area).overlay(zones, keep_geom_type=True)
    ground = cut.area
    parts = cut[["zone_id"]].assign(
        **{COUNT: cut[COUNT] * ground / cut["whole"], RATE: cut[RATE] * ground, "ground": ground}
    )
    summed = parts.groupby("zone_id")[[COUNT, RATE, "ground"]].sum().reindex(zones["zone_id"])
    return summed.assign(**{RATE: summed[RATE] / summed["ground"]})[[COUNT, RATE]]


def tobler(layers: Any) -> Any:
    """Move both columns by tobler."""
    from tobler.area_weighted import area_interpolate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        moved = area_interpolate(
            layers[0],
            layers[1],
            extensive_variables=[COUNT],
            intensive_variables=[RATE],
            allocate_total=False,
        )
    return moved[[COUNT, RATE]]


def same(name: str, expected: Any, found: Any, tolerance: float) -> float:
    """Return the largest relative difference, or stop when it is above the tolerance."""
    one, other = (np.nan_to_num(np.asarray(frame, np.float64)) for frame in (expected, found))
    apart = float((np.abs(one - other) / np.maximum(np.abs(one).max(axis=0), 1e-300)).max())
    if apart > tolerance:
        raise SystemExit(f"{name}: figures differ by {apart:.2g} of the largest")
    return apart


def main(repetitions: int, shared: Path) -> None:
    """Race them on each zone system and print the medians."""
    sources = areas(shared)
    peers = [("geopandas overlay and sums", overlay, 1e-9)]
    if importlib.util.find_spec("tobler"):
        peers.append(("tobler.area_interpolate", tobler, 1e-6))
    else:
        print("tobler is not installed (pip install tobler): left out.")
    rows: list[dict[str, object]] = []
    for system, zones in zone_systems(shared, sources).items():
        raw = [
            (frame.drop(columns="geometry"), shapely.to_wkb(frame.geometry.values))
            for frame in (sources, zones)
        ]

        def fresh(raw: Any = raw) -> Any:
            return [gpd.GeoDataFrame(table, geometry=shapely.from_wkb(wkb), crs=32188) for table, wkb in raw]

        expected = ours(fresh())
        apart = {name: same(name, expected, run(fresh()), tolerance) for name, run, tolerance in peers}
        racing = [Case("geosocial.geo.transfer", ours, fresh)]
        racing += [Case(name, run, fresh) for name, run, _ in peers]
        race(racing, repetitions)
        rows.extend(
            {
                "zones": system,
                "operation": case.name,
                "seconds": case.median,
                "times ours": case.median / racing[0].median,
                "differs by": apart.get(case.name, 0.0),
                "runs": len(case.seconds),
            }
            for case in racing
        )
    note = f"{len(sources):,} dissemination areas; “differs by”: largest difference over the largest figure."
    write_table("interpolate", rows, note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--shared", type=Path, default=SHARED)
    given = parser.parse_args()
    main(given.repetitions, given.shared)
