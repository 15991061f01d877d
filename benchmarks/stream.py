"""Points larger than memory: GeoParquet joined to the 58 districts batch by batch, with its peak memory.

A file of points spread evenly over the extent of the districts (EPSG:32188, WKB, row groups of 1,048,576)
is written, then joined by ``geosocial join --engine stream`` in a process of its own, whose peak memory is
taken. *Reading* is a pass over the same file that only decodes its columns, on as many threads. *Kernel* is
what a point costs once its coordinates are there: zone, next zone, boundary, nearest within 250 m, on the
threads of the engine over the same batches; *without snapping* leaves the nearest out, and *lookup* is the
zone alone. A random million of
the result is held against ``shapely.intersects_xy`` on prepared polygons, and its snapping against
``shapely.STRtree``.

With ``--race`` the part that others can do, the zone of each point, is done by them too: the points are made
in blocks of ten million, each block goes to each of them in turn, and every answer must be the same.
geopandas is given its point geometries, made outside the clock, in the order that is faster for it; SedonaDB
and we are given the coordinates.

    python -m benchmarks.stream --points 20000000
    python -m benchmarks.stream --points 100000000 --dask
    python -m benchmarks.stream --points 100000000 --race
"""

from __future__ import annotations

import argparse
import filecmp
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from benchmarks.harness import write_table
from benchmarks.join import districts, first_of_pairs, sedona_query
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
) -> tuple[float, float]:
    """Return the points a second of `work` over the batches on the threads of the engine, the median.

    And the nanoseconds of the processor a point, which a busy machine changes less.
    """
    from geosocial import engine

    points = sum(len(x) for x, _ in batches)
    seconds, processor = [], []
    for _ in range(repetitions):
        start, effort = time.perf_counter(), time.process_time()
        for _ in engine.threads(work, batches):
            pass
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - effort)
    return points / statistics.median(seconds), statistics.median(processor) / points * 1e9


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


class Clock:
    """Seconds of the clock and of the processor by name, summed over the blocks."""

    def __init__(self) -> None:
        self.spent: dict[str, tuple[float, float]] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        """Return what the work gives, and add what it took."""
        gc.collect()
        clock, processor = time.perf_counter(), time.process_time()
        made = work()
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        before = self.spent.get(name, (0.0, 0.0))
        self.spent[name] = (before[0] + clock, before[1] + processor)
        return made


def race(points: int, block: int = 10_000_000) -> None:
    """Give every block of points to all in turn, and print the sums."""
    from geosocial import engine
    from geosocial.geo import ZoneIndex
    from geosocial.geo.assign import Assigner
    from geosocial.io.batches import BATCH

    zones = districts()
    index = ZoneIndex(zones)
    index.expect(points)
    assigner = Assigner(zones, snap_m=SNAP_M, points=points)
    west, south, east, north = zones.total_bounds
    rng = np.random.default_rng(2026)
    clock = Clock()
    order = faster_order(zones, min(points, block) // 10)

    def on_threads(work: Callable[[Any, Any], Any], x: Any, y: Any) -> list[Any]:
        parts = [slice(start, start + BATCH) for start in range(0, len(x), BATCH)]
        return list(engine.threads(lambda part: work(x[part], y[part]), parts))

    for start in range(0, points, block):
        many = min(block, points - start)
        x, y = rng.uniform(west, east, many), rng.uniform(south, north, many)
        found = clock.time("geosocial: zone", partial(on_threads, index.locate, x, y))
        clock.time(
            "geosocial: zone, next zone, boundary, snapping", partial(on_threads, assigner.assign, x, y)
        )
        _peers(clock, zones, (x, y), np.concatenate(found), order)
        print(f"{start + many:,} points", flush=True)
    ours, effort = clock.spent["geosocial: zone"]
    rows = [
        {
            "operation": name,
            "points/s": points / seconds,
            "times ours": seconds / ours,
            "processor s": processor,
            "times ours (processor)": processor / effort,
        }
        for name, (seconds, processor) in clock.spent.items()
    ]
    write_table("stream_race", rows, f"{points:,} points, in blocks of {block:,}; no point differs.")


#: The two orders of `geopandas.sjoin`.
ORDERS = ("geopandas points.sjoin(zones)", "geopandas zones.sjoin(points)")


def _sjoin(order: str, points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[Any, Any]:
    """Return the point and the zone of each pair, by frames without a spatial index."""
    points, zones = points.copy(), zones.copy()
    if order == ORDERS[0]:
        made = points.sjoin(zones, predicate="intersects")
        return made.index.to_numpy(), made["index_right"].to_numpy()
    made = zones.sjoin(points, predicate="intersects")
    return made["index_right"].to_numpy(), made.index.to_numpy()


def faster_order(zones: gpd.GeoDataFrame, points: int) -> str:
    """Return the order that takes geopandas the fewer seconds of the processor."""
    import geopandas as gpd

    west, south, east, north = zones.total_bounds
    x, y = np.random.default_rng(1).uniform([[west], [south]], [[east], [north]], (2, points))
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=zones.crs)
    clock = Clock()
    for order in ORDERS * 3:
        clock.time(order, partial(_sjoin, order, frame, zones))
    return min(ORDERS, key=lambda order: clock.spent[order][1])


def _peers(clock: Clock, zones: gpd.GeoDataFrame, xy: tuple[Any, Any], expected: Any, order: str) -> None:
    """Join one block by the others and leave when an answer differs."""
    import geopandas as gpd

    def same(name: str, point: Any, zone: Any) -> None:
        if not np.array_equal(first_of_pairs(point, zone, len(expected)), expected):
            raise SystemExit(f"{name}: points differ")

    sedona = sedona_query(zones, *xy)
    if sedona is not None:
        table = clock.time("SedonaDB ST_Intersects", partial(sedona, None))
        same("SedonaDB", table["i"].to_numpy(), table["k"].to_numpy())
        del table
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy), crs=zones.crs)
    same(order, *clock.time(order, partial(_sjoin, order, points, zones)))


def on_dask(folder: Path, given: list[str], one: Process) -> dict[str, float]:
    """Join again on two worker processes; leave unless the bytes are the same; return what it took.

    The seconds of the processor include the start of three processes; those of one process over theirs is
    what Dask costs on one computer.
    """
    out = folder / "dask.parquet"
    words = ["join", *given, "--out", str(out), "--engine", "dask", "--snap-m", str(SNAP_M)]
    case = Process("geosocial join --engine dask", [sys.executable, "-m", "geosocial", *words])
    case.run(folder)
    for part in sorted(out.iterdir()):
        if not filecmp.cmp(part, folder / "out.parquet" / part.name, shallow=False):
            raise SystemExit(f"{part.name}: not the bytes of one process")
    return {
        "Dask whole process s": case.seconds[0],
        "Dask processor s": case.processor[0],
        "of one process (processor)": case.processor[0] / one.processor[0],
    }


def main(points: int = 20_000_000, repetitions: int = 3, *, dask: bool = False) -> None:
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
        others = on_dask(folder, given, case) if dask else {}
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
                "lookup points/s": lookup[0],
                "without snapping points/s": plain[0],
                "kernel points/s": kernel[0],
                "kernel processor ns/point": kernel[1],
                "reading s": reading,
                "whole process s": case.seconds[0],
                "processor s": case.processor[0],
                "peak MB": case.peak_mb,
                **others,
            }
        ],
        f"The whole process also takes the fingerprint, and writes and flushes the parts; {checked:,} random "
        "points of the result are as shapely gives them, with their distances.",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=20_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument(
        "--dask", action="store_true", help="again on two workers of Dask, and the same bytes"
    )
    parser.add_argument("--race", action="store_true", help="the zone alone, beside SedonaDB and geopandas")
    asked = parser.parse_args()
    if asked.race:
        race(asked.points)
    else:
        main(asked.points, asked.repetitions, dask=asked.dask)
