"""Points larger than memory: GeoParquet joined to the 58 districts batch by batch, with its peak memory.

A file of points spread evenly over the extent of the districts (EPSG:32188, WKB, row groups of 1,048,576)
is written, then joined by ``geosocial join --engine stream`` in a process of its own, whose peak memory is
taken. *Reading* is a pass over the same file that only decodes its columns, on as many threads. *Kernel* is
what a point costs once its coordinates are there: zone, next zone, boundary, nearest within 250 m, on the
threads of the engine over the same batches; *without snapping* leaves the nearest out, and *lookup* is the
zone alone. A random million of
the result is held against ``shapely.intersects_xy`` on prepared polygons, and its snapping against
``shapely.STRtree``.

    python -m benchmarks.stream --points 20000000
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from benchmarks.harness import write_table
from benchmarks.join import districts
from benchmarks.run import Process

if TYPE_CHECKING:
    import geopandas as gpd

GROUP = 1_048_576
SNAP_M = 250.0


def write_points(path: Path, zones: gpd.GeoDataFrame, points: int) -> None:
    """Write `points` points as GeoParquet, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from geosocial.io.points import wkb_points

    west, south, east, north = zones.total_bounds
    rng = np.random.default_rng(2026)
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": zones.crs.to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    schema = pa.schema([("id", pa.int64()), ("geometry", pa.binary())], {b"geo": json.dumps(geo).encode()})
    with pq.ParquetWriter(path, schema, use_dictionary=False) as out:
        for start in range(0, points, GROUP):
            count = min(GROUP, points - start)
            shape = wkb_points(rng.uniform(west, east, count), rng.uniform(south, north, count))
            out.write_table(pa.table([pa.array(np.arange(start, start + count)), shape], schema=schema))


def batches_of(path: Path, limit: int) -> list[tuple[Any, Any]]:
    """Return the coordinates of the first batches, `limit` points at most."""
    from geosocial.io.batches import open_points
    from geosocial.io.points import coordinates

    points = open_points(path)
    found: list[tuple[Any, Any]] = []
    for piece in points.pieces():
        for table in points.batches(piece):
            xy, _, _ = coordinates(table.column("geometry").combine_chunks(), points.encoding)
            found.append((xy[0], xy[1]))
        if sum(len(x) for x, _ in found) >= limit:
            break
    return found


def reading_seconds(path: Path) -> float:
    """Return the seconds that reading and decoding the coordinates takes, on the threads of the engine."""
    from geosocial import engine
    from geosocial.io.batches import open_points
    from geosocial.io.points import coordinates

    points = open_points(path)

    def read(piece: Any) -> int:
        tables = points.batches(piece)
        return sum(
            coordinates(t.column("geometry").combine_chunks(), points.encoding)[0].shape[1] for t in tables
        )

    start = time.perf_counter()
    list(engine.threads(read, points.pieces()))
    return time.perf_counter() - start


def rate(
    work: Callable[[tuple[Any, Any]], object], batches: list[tuple[Any, Any]], repetitions: int
) -> float:
    """Return the points a second of `work` over the batches on the threads of the engine, the median."""
    from geosocial import engine

    points = sum(len(x) for x, _ in batches)
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        for _ in engine.threads(work, batches):
            pass
        seconds.append(time.perf_counter() - start)
    return points / statistics.median(seconds)


def check(out: Path, zones: gpd.GeoDataFrame, sample: int) -> int:
    """Leave unless a random sample of the result is what shapely gives; return its points."""
    import pyarrow.parquet as pq

    parts = sorted(out.glob("part-*.parquet"))
    rng = np.random.default_rng(7)
    shapes = zones.geometry.to_numpy()
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    done = 0
    for part in parts:
        table = pq.read_table(part)
        rows = np.sort(rng.choice(len(table), min(len(table), -(-sample // len(parts))), replace=False))
        table = table.take(rows)
        points = shapely.from_wkb(table["geometry"].to_pylist())
        x, y = shapely.get_x(points), shapely.get_y(points)
        zone = np.full(len(x), -1)
        for k in range(len(shapes))[::-1]:
            zone[shapely.intersects_xy(shapes[k], x, y)] = k
        lost = np.flatnonzero(zone < 0)
        (row, near), distance = tree.query_nearest(points[lost], max_distance=SNAP_M, return_distance=True)
        order = np.lexsort((near, row))  # of equally near zones, as at a corner of two, the first
        row, head = np.unique(row[order], return_index=True)
        near, distance = near[order][head], distance[order][head]
        apart = np.where(zone >= 0, 0.0, np.nan)
        zone[lost[row]], apart[lost[row]] = near, distance
        ids = np.array([*zones["zone_id"], ""])
        if not (table["zone_id"].to_numpy() == ids[zone]).all():
            raise SystemExit(f"{part.name}: points differ from shapely")
        if not np.array_equal(table["snap_m"].to_numpy(), apart, equal_nan=True):
            raise SystemExit(f"{part.name}: distances differ from shapely")
        done += len(x)
    return done


def main(points: int = 20_000_000, repetitions: int = 3) -> None:
    """Write the points, join them, check a million, and print the figures."""
    from geosocial.geo import ZoneIndex
    from geosocial.geo.assign import Assigner

    zones = districts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_points(folder / "points.parquet", zones, points)
        zones.to_file(folder / "zones.gpkg")
        given = [str(folder / "points.parquet"), str(folder / "zones.gpkg")]
        ours = [*given, "--out", str(folder / "out.parquet"), "--engine", "stream", "--snap-m", str(SNAP_M)]
        case = Process("geosocial join", [sys.executable, "-m", "geosocial", "join", *ours])
        case.run(folder)
        checked = check(folder / "out.parquet", zones, min(points, 1_000_000))
        reading = reading_seconds(folder / "points.parquet")
        batches = batches_of(folder / "points.parquet", 10_000_000)
    index = ZoneIndex(zones)
    index.expect(points)
    assigner = Assigner(zones, snap_m=SNAP_M, points=points)
    kernel = rate(lambda xy: assigner.assign(*xy), batches, repetitions)
    inside = Assigner(zones, snap_m=0, points=points)
    plain = rate(lambda xy: inside.assign(*xy), batches, repetitions)
    lookup = rate(lambda xy: index.locate(*xy), batches, repetitions)
    write_table(
        "stream",
        [
            {
                "points": points,
                "lookup points/s": lookup,
                "without snapping points/s": plain,
                "kernel points/s": kernel,
                "reading s": reading,
                "whole process s": case.seconds[0],
                "processor s": case.processor[0],
                "peak MB": case.peak_mb,
            }
        ],
        f"The whole process also takes the fingerprint, and writes and flushes the parts; {checked:,} random "
        "points of the result are as shapely gives them, with their distances.",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=20_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    main(asked.points, asked.repetitions)
