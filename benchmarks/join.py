"""Points to zones: `ZoneIndex.locate` beside geopandas.sjoin, in both orders, SedonaDB and DuckDB.

The 58 electoral districts of Montréal (plotly's package data) in EPSG:32188 and points spread evenly over
their extent, of which about three in ten lie in a district; with ``--inside`` all of them. Or, with
``--areas``, 3,200 small areas made up over a city, which cover all points. Every peer must first give the
same zone to every point. Every run starts anew: new polygons for us, new frames without
a spatial index for geopandas. Its point geometries are made outside the clock, DuckDB's zones too; we,
SedonaDB and DuckDB start from coordinates.

    python -m benchmarks.join --points 10000 100000 10000000
"""

from __future__ import annotations

import argparse
import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from benchmarks import peers
from benchmarks.harness import Case, race, table_rows, write_table

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

OURS = "geosocial ZoneIndex(zones).locate(x, y)"
JOIN = "geosocial join(points, zones): outcomes, boundaries, snapping"


def districts() -> gpd.GeoDataFrame:
    """Return the 58 districts in EPSG:32188."""
    import geopandas as gpd
    from plotly.express.data import election_geojson

    frame = gpd.GeoDataFrame.from_features(election_geojson()["features"], crs=4326).to_crs(32188)
    return frame[["geometry"]].assign(zone_id=[f"{k:02d}" for k in range(len(frame))])


def spread(zones: gpd.GeoDataFrame, points: int, *, inside: bool) -> tuple[Floats, Floats]:
    """Return `points` coordinates over the extent of the zones, or within them."""
    from geosocial.geo import ZoneIndex

    west, south, east, north = zones.total_bounds
    rng = np.random.default_rng(2026)
    count = points * 4 if inside else points
    x, y = rng.uniform(west, east, count), rng.uniform(south, north, count)
    if inside:
        within = np.flatnonzero(ZoneIndex(zones).locate(x, y) >= 0)[:points]
        x, y = x[within], y[within]
    return x, y


def first_of_pairs(point: Ints, zone: Ints, points: int) -> Ints:
    """Return the lowest zone paired with each point, -1 where there is none."""
    found = np.full(points, np.iinfo(np.int64).max)
    np.minimum.at(found, point, zone)
    found[found == np.iinfo(np.int64).max] = -1
    return found


def sedona_query(zones: gpd.GeoDataFrame, x: Floats, y: Floats) -> Any:
    """Return a function that joins in SedonaDB, or None where it is not installed."""
    if not all(importlib.util.find_spec(name) for name in ("sedonadb", "geoarrow")):
        return None
    import pyarrow as pa
    import sedonadb

    session = sedonadb.connect()
    session.create_data_frame(pa.table({"x": x, "y": y, "i": np.arange(len(x))})).to_view("points")
    session.create_data_frame(zones[["geometry"]].assign(k=np.arange(len(zones)))).to_view("zones")
    query = """SELECT points.i, zones.k FROM points JOIN zones
        ON ST_Intersects(zones.geometry, ST_SetSRID(ST_Point(points.x, points.y), 32188))"""
    return lambda _: session.sql(query).to_arrow_table()


DUCKDB = """
import duckdb
from pathlib import Path
import duckdb_extension_spatial
con = duckdb.connect()
con.execute("SET threads = 2")
con.load_extension(str(next(Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension"))))
import pandas as pd
points = pd.DataFrame({"x": given["x"], "y": given["y"], "i": np.arange(len(given["x"]))})
zones = pd.DataFrame({"wkb": given["wkb"].tolist(), "k": np.arange(len(given["wkb"]))})
con.execute("CREATE TABLE points AS SELECT * FROM points")
con.execute("CREATE TABLE zones AS SELECT k, ST_GeomFromHEXWKB(wkb) AS shape FROM zones")
query = "SELECT i, k FROM points JOIN zones ON ST_Intersects(shape, ST_Point(x, y))"
found, told = timed(lambda: con.execute(query).fetchnumpy())
answer(told, i=found["i"], k=found["k"])
"""


def cases(zones: gpd.GeoDataFrame, x: Floats, y: Floats) -> list[Case]:
    """Return ours and the peers', after asserting that all give every point the same zone."""
    import geopandas as gpd
    import pandas as pd

    from geosocial.geo import ZoneIndex, join

    raw = shapely.to_wkb(zones.geometry.values)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=zones.crs)
    frame = pd.DataFrame({"x": x, "y": y})
    expected = ZoneIndex(zones).locate(x, y)

    def same(name: str, point: Any, zone: Any) -> None:
        found = first_of_pairs(np.asarray(point), np.asarray(zone), len(x))
        if not np.array_equal(found, expected):
            raise SystemExit(f"{name}: {int((found != expected).sum())} points differ")

    def fresh() -> Any:
        return points.copy(), zones.copy()

    def sjoin(left: Any, right: Any) -> Any:
        return left.sjoin(right, predicate="intersects")

    made = sjoin(points, zones)
    same("points.sjoin(zones)", made.index, made["index_right"])
    made = sjoin(zones, points)
    same("zones.sjoin(points)", made["index_right"], made.index)
    listed = [
        Case(OURS, lambda polygons: ZoneIndex(polygons).locate(x, y), lambda: shapely.from_wkb(raw)),
        Case(JOIN, lambda layers: join(frame, layers[1], snap_m=250), fresh),
        Case(
            "geopandas points.sjoin(zones)",
            lambda layers: layers[0].sjoin(layers[1], predicate="intersects"),
            fresh,
        ),
        Case(
            "geopandas zones.sjoin(points)",
            lambda layers: layers[1].sjoin(layers[0], predicate="intersects"),
            fresh,
        ),
    ]
    sedona = sedona_query(zones, x, y)
    if sedona is None:
        print("SedonaDB is not installed (pip install 'apache-sedona[db]' geoarrow-pandas): left out.")
    else:
        table = sedona(None)
        same("SedonaDB", table["i"].to_numpy(), table["k"].to_numpy())
        listed.append(Case("SedonaDB ST_Intersects", sedona))
    return listed


def duckdb_case(zones: gpd.GeoDataFrame, x: Floats, y: Floats, repetitions: int) -> list[Case]:
    """Return DuckDB's case, run already, after asserting that it gives every point the same zone."""
    from geosocial.geo import ZoneIndex

    if not peers.there():
        print("DuckDB with its spatial extension is not installed (make bench): left out.")
        return []
    wkb = np.array(shapely.to_wkb(zones.geometry.values, hex=True).tolist())
    told, found = peers.ask(DUCKDB, {"x": x, "y": y, "wkb": wkb}, repetitions)
    if not np.array_equal(first_of_pairs(found["i"], found["k"], len(x)), ZoneIndex(zones).locate(x, y)):
        raise SystemExit("DuckDB: points differ")
    return [Case("DuckDB ST_Intersects", print, **told)]


def main(sizes: list[int], repetitions: int, *, inside: bool = False, areas: int = 0) -> None:
    """Race them for each number of points and print the medians."""
    from benchmarks.maps import areas as made_up

    zones = made_up(areas).assign(zone_id=[f"{k:04d}" for k in range(areas)]) if areas else districts()
    rows: list[dict[str, object]] = []
    for size in sizes:
        x, y = spread(zones, size, inside=inside)
        racing = cases(zones, x, y)
        turns = repetitions if size <= 1_000_000 else min(repetitions, 3)
        race(racing, turns)
        rows += table_rows([*racing, *duckdb_case(zones, x, y, turns)], n=size)
    where = "in the districts" if inside else "over the extent of the districts"
    if areas:
        where = (
            f"over {areas:,} small areas, {len(shapely.get_coordinates(zones.geometry.values)):,} vertices"
        )
    name = "join_areas" if areas else "join_inside" if inside else "join"
    write_table(name, rows, f"Points {where}; no point differs between any two.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, nargs="+", default=[10_000, 100_000, 10_000_000])
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--inside", action="store_true", help="all points in a district")
    parser.add_argument("--areas", type=int, default=0, help="so many small areas instead of the districts")
    given = parser.parse_args()
    main(given.points, given.repetitions, inside=given.inside, areas=given.areas)
