"""Distance to the nearest of 2,000 facilities from up to a million places, beside geopandas and two trees.

All must give every place the same distance to a millionth of a metre. geopandas begins with points that are
made already, the others with coordinates.

    python -m benchmarks.nearest
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from benchmarks.counts import Floats, city, points
from benchmarks.harness import Case, held, race, table_rows, write_table


def ours(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Look up by geosocial."""
    from geosocial.geo.distance import nearest

    return nearest(x, y, fx, fy, detour=1)[0]


def tree(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Look up by SciPy's k-d tree."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(np.column_stack([fx, fy])).query(np.column_stack([x, y]))[0])


def learned(x: Floats, y: Floats, fx: Floats, fy: Floats) -> Floats:
    """Look up by scikit-learn, which chooses the tree."""
    from sklearn.neighbors import NearestNeighbors  # type: ignore[import-untyped]

    made = NearestNeighbors(n_neighbors=1).fit(np.column_stack([fx, fy]))
    found: Floats = made.kneighbors(np.column_stack([x, y]))[0][:, 0]
    return found


def sjoin(places: Any, around: Any) -> Floats:
    """Look up by geopandas."""
    joined = places.sjoin_nearest(around, distance_col="metres")
    found: Floats = joined["metres"].groupby(level=0).first().to_numpy()
    return found


def main(sizes: list[int], facilities: int, repetitions: int) -> None:
    """Race them for each number of places and print the medians."""
    rows: list[dict[str, object]] = []
    for places in sizes:
        drawn = city(places, facilities)
        layers = points(*drawn[:2]), points(*drawn[2:])
        mine = ours(*drawn)
        for theirs in (tree(*drawn), learned(*drawn), sjoin(*layers)):
            np.testing.assert_allclose(mine, theirs, atol=1e-6, rtol=0)
        cases = [
            Case("geosocial nearest", lambda given: ours(*given), held(drawn)),
            Case("SciPy cKDTree", lambda given: tree(*given), held(drawn)),
            Case("scikit-learn NearestNeighbors", lambda given: learned(*given), held(drawn)),
            Case(
                "geopandas sjoin_nearest", lambda given: sjoin(given[0].copy(), given[1].copy()), held(layers)
            ),
        ]
        race(cases, repetitions)
        rows += table_rows(cases, n=places)
    write_table(
        "nearest", rows, f"{facilities:,} facilities; every distance the same to a millionth of a metre."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--facilities", type=int, default=2_000)
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    main(given.places, given.facilities, given.repetitions)
