"""Facilities within 800 m of 500,000 places, 2,000 facilities, beside what a user of geopandas would write.

The peer draws a polygon around each facility (``buffer``), joins places to polygons (``sjoin``, the tree
on the places or on the polygons) and counts. The polygon lies inside the true circle: a place
between the two is missed. The same places are counted by a k-d tree, which must agree with ours exactly.

    python -m benchmarks.counts
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Case, race, write_table

Floats = NDArray[np.float64]
STANDARD, SIDE = 800.0, 22_000.0


def city(places: int, facilities: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return places and facilities of a city of Montréal's size: denser in the middle."""
    rng = np.random.default_rng(2026)
    x, y = (rng.normal(0, SIDE / 4, (2, places)) + SIDE / 2).clip(0, SIDE)
    fx, fy = (rng.normal(0, SIDE / 4, (2, facilities)) + SIDE / 2).clip(0, SIDE)
    return x, y, fx, fy


def ours(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Count by geosocial."""
    from geosocial.geo.counts import counts_within

    return counts_within(x, y, fx, fy, standard_m=STANDARD, detour=1)


def tree(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Count by SciPy's k-d tree."""
    from scipy.spatial import cKDTree

    made = cKDTree(np.column_stack([fx, fy]))
    counts: Floats = made.query_ball_point(np.column_stack([x, y]), STANDARD, return_length=True).astype(
        float
    )
    return counts


def points(x: Floats, y: Floats) -> Any:
    """Return points as a GeoDataFrame."""
    import geopandas as gpd

    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:32188")


def circles(x: Floats, y: Floats, fx: Floats, fy: Floats, *, places_first: bool) -> Floats:
    """Count by buffer and sjoin."""
    import geopandas as gpd

    places, around = points(x, y), points(fx, fy)
    around.geometry = around.buffer(STANDARD)
    if places_first:
        joined = gpd.sjoin(places, around, predicate="within").index.to_numpy()
    else:
        joined = gpd.sjoin(around, places, predicate="contains")["index_right"].to_numpy()
    return np.bincount(joined, minlength=len(x)).astype(float)


def main(places: int, facilities: int, repetitions: int) -> None:
    """Race them and print the medians."""
    drawn = city(places, facilities)
    mine = ours(*drawn)
    np.testing.assert_array_equal(mine, tree(*drawn))
    missed = float((circles(*drawn, places_first=True) != mine).mean())
    cases = [
        Case("geosocial counts_within", lambda _: ours(*drawn)),
        Case("SciPy cKDTree, counts only", lambda _: tree(*drawn)),
        Case("geopandas buffer, sjoin within", lambda _: circles(*drawn, places_first=True)),
        Case("geopandas buffer, sjoin contains", lambda _: circles(*drawn, places_first=False)),
    ]
    race(cases, repetitions)
    rows = [
        {"operation": c.name, "seconds": c.median, "times ours": c.median / cases[0].median} for c in cases
    ]
    title = f"{places:,} places × {facilities:,} facilities within 800 m: equal to the k-d tree."
    write_table("counts", rows, f"{title} buffer and sjoin counts wrongly for {missed:.1%} of the places.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, default=500_000)
    parser.add_argument("--facilities", type=int, default=2_000)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    main(given.places, given.facilities, given.repetitions)
