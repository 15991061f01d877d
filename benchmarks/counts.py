"""Facilities within 800 m of up to 500,000 places, beside what users of geopandas and scikit-learn write.

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

from benchmarks.harness import Case, held, race, table_rows, write_table

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


def ball(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Count by scikit-learn's ball tree."""
    from sklearn.neighbors import BallTree  # type: ignore[import-untyped]

    made = BallTree(np.column_stack([fx, fy]))
    counts: Floats = made.query_radius(np.column_stack([x, y]), STANDARD, count_only=True).astype(float)
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


def main(sizes: list[int], facilities: int, repetitions: int) -> None:
    """Race them for each number of places and print the medians."""
    rows: list[dict[str, object]] = []
    for places in sizes:
        drawn = city(places, facilities)
        mine = ours(*drawn)
        np.testing.assert_array_equal(mine, tree(*drawn))
        np.testing.assert_array_equal(mine, ball(*drawn))
        missed = float((circles(*drawn, places_first=True) != mine).mean())
        cases = [
            Case("geosocial counts_within", lambda given: ours(*given)),
            Case("SciPy cKDTree, counts only", lambda given: tree(*given)),
            Case("scikit-learn BallTree, counts only", lambda given: ball(*given)),
            Case("geopandas buffer, sjoin within", lambda given: circles(*given, places_first=True)),
            Case("geopandas buffer, sjoin contains", lambda given: circles(*given, places_first=False)),
        ]
        for case in cases:
            case.prepare = held(drawn)
        race(cases, repetitions)
        rows += table_rows(cases, n=places)
    title = f"{facilities:,} facilities within 800 m: equal to both trees."
    write_table("counts", rows, f"{title} buffer and sjoin count wrongly for {missed:.1%} of the places.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, nargs="+", default=[5_000, 50_000, 500_000])
    parser.add_argument("--facilities", type=int, default=2_000)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    main(given.places, given.facilities, given.repetitions)
