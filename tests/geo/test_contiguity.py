"""Neighbours: against libpysal on real and random polygons, and by asking every pair."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geosocial.errors import InputError, StudyError
from geosocial.geo import contiguity as c

#: libpysal warns of islands and clashes with "warnings are errors": it answers in a process of its own.
ORACLE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import geopandas as gpd
from libpysal.weights import KNN, DistanceBand, Queen, Rook
frame = gpd.read_parquet(sys.argv[1])
points = [(p.x, p.y) for p in frame.geometry.representative_point()]
found = [Queen.from_dataframe(frame, use_index=False, silence_warnings=True),
         Rook.from_dataframe(frame, use_index=False, silence_warnings=True),
         KNN.from_array(points, k=6), DistanceBand.from_array(points, float(sys.argv[2]), binary=True)]
print(json.dumps([sorted((int(i), int(j)) for i, near in w.neighbors.items() for j in near) for w in found]))
"""


def by_libpysal(frame: gpd.GeoDataFrame, band: float, folder: Path) -> list[list[tuple[int, int]]]:
    file = folder / "shapes.parquet"
    frame[["geometry"]].to_parquet(file)
    command = [sys.executable, "-c", ORACLE, str(file), str(band)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [[(i, j) for i, j in pairs] for pairs in json.loads(done.stdout)]


def pairs_of(w: csr_array) -> list[tuple[int, int]]:
    assert set(w.data.tolist()) <= {1.0}
    row, column = w.nonzero()
    return sorted(zip(row.tolist(), column.tolist(), strict=True))


def tessellation(seed: int, number: int = 300) -> NDArray[Any]:
    """Voronoi cells, some merged two by two into multipolygons or larger cells, some left out."""
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1e4, (number, 2)))))
    cells = cells[rng.permutation(len(cells))]
    merged = [shapely.union_all(cells[k : k + 2]) for k in range(0, 80, 2)]
    return np.array([*merged, *cells[80:-20]], dtype=object)


def all_weights(shapes: NDArray[Any], band: float) -> list[csr_array]:
    points = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    return [c.queen(shapes), c.rook(shapes), c.k_nearest(x, y, k=6), c.distance_band(x, y, distance_m=band)]


def test_random_tessellations_have_the_neighbours_of_libpysal(tmp_path: Path) -> None:
    shapes = np.concatenate([tessellation(seed) for seed in (1, 2, 3)])  # one over the other
    oracle = by_libpysal(gpd.GeoDataFrame(geometry=list(shapes), crs=32188), 900.0, tmp_path)
    for mine, theirs in zip(all_weights(shapes, 900.0), oracle, strict=True):
        assert pairs_of(mine) == theirs


@pytest.mark.real_data
def test_dissemination_areas_have_the_neighbours_of_libpysal(shared_data: Path, tmp_path: Path) -> None:
    frame = gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)
    oracle = by_libpysal(frame, 700.0, tmp_path)
    shapes = frame.geometry.to_numpy()
    for mine, theirs in zip(all_weights(shapes, 700.0), oracle, strict=True):
        assert pairs_of(mine) == theirs
    near = c.queen(shapes, tolerance_m=0.0)
    assert pairs_of(near) == oracle[0]
    assert len(c.islands(c.queen(shapes))) == 0


grids = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14, unique=True)


@settings(max_examples=80, deadline=None)
@given(grids, st.sampled_from([None, 0.0, 0.01]))
def test_squares_of_a_grid(cells: list[tuple[int, int]], tolerance: float | None) -> None:
    """Queen: both steps at most 1; rook: one step of 1. By hand, whatever the rule says of tolerance."""
    shapes = [shapely.box(x, y, x + 1, y + 1) for x, y in cells]
    for made, least in ((c.queen, 2), (c.rook, 1)):
        w = made(shapes, tolerance_m=tolerance)
        wanted = [
            (i, j)
            for i, (x, y) in enumerate(cells)
            for j, (u, v) in enumerate(cells)
            if i != j and max(abs(x - u), abs(y - v)) == 1 and abs(x - u) + abs(y - v) <= least
        ]
        assert pairs_of(w) == wanted
        assert c.is_symmetric(w)
        assert c.islands(w).tolist() == [i for i in range(len(cells)) if i not in {a for a, _ in wanted}]
        sums = c.row_standardised(w).sum(axis=1)
        assert np.allclose(sums[np.diff(w.indptr) > 0], 1, atol=1e-15)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=25), st.integers(1, 24))
def test_nearest_and_bands_by_asking_every_pair(spots: list[tuple[int, int]], k: int) -> None:
    """Ties and places at one position included: integer positions, so distances are exact."""
    x, y = [float(a) for a, _ in spots], [float(b) for _, b in spots]
    square = [[(a - e) ** 2 + (b - f) ** 2 for e, f in spots] for a, b in spots]
    others = [[j for j in range(len(spots)) if j != i] for i in range(len(spots))]
    band = [(i, j) for i in range(len(spots)) for j in others[i] if square[i][j] <= 4]
    assert pairs_of(c.distance_band(x, y, distance_m=2)) == band
    if k < len(spots):
        nearest = [sorted(others[i], key=lambda j, i=i: (square[i][j], j))[:k] for i in range(len(spots))]  # type: ignore[misc]
        wanted = sorted((i, j) for i, near in enumerate(nearest) for j in near)
        assert pairs_of(c.k_nearest(x, y, k=k)) == wanted


def test_a_tolerance_bridges_gaps_and_tells_a_corner_from_a_border() -> None:
    a = shapely.box(0, 0, 100, 100)
    beside = shapely.box(100.5, 0, 200, 100)  # half a metre away, all along
    corner = shapely.box(100.3, 100.3, 200, 200)  # 0.42 m from the corner of a
    shapes = [a, beside, corner]
    assert pairs_of(c.queen(shapes)) == []
    assert pairs_of(c.queen(shapes, tolerance_m=1)) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert pairs_of(c.rook(shapes, tolerance_m=1)) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    # a vertex on one side of a border only: touching, but no vertex in common
    half = [shapely.box(0, 0, 10, 30), shapely.box(10, 10, 20, 20)]
    assert pairs_of(c.queen(half)) == []
    assert pairs_of(c.queen(half, tolerance_m=0)) == pairs_of(c.rook(half, tolerance_m=0)) == [(0, 1), (1, 0)]


def test_holes_parts_and_shapes_that_are_missing() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    inside = shapely.box(1, 1, 2, 2)
    two = shapely.union_all([shapely.box(3, 0, 4, 1), shapely.box(9, 9, 10, 10)])
    w = c.queen([ring, inside, two, None, shapely.Polygon()])
    assert pairs_of(w) == [(0, 1), (0, 2), (1, 0), (2, 0)]  # the part at (3, 0) shares that corner
    assert c.islands(w).tolist() == [3, 4]
    assert pairs_of(c.rook([ring, inside, two, None, shapely.Polygon()])) == [(0, 1), (1, 0)]


def test_what_is_refused_is_named() -> None:
    with pytest.raises(InputError, match="Place 1 has no position"):
        c.k_nearest([0, float("nan"), 2], [0, 1, 2], k=1)
    with pytest.raises(StudyError, match="3 nearest neighbours cannot be found among 3 places"):
        c.k_nearest([0, 1, 2], [0, 1, 2], k=3)
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(StudyError, match="above 0"):
            c.distance_band([0, 1], [0, 1], distance_m=bad)
    with pytest.raises(StudyError, match="tolerance"):
        c.queen([shapely.box(0, 0, 1, 1)], tolerance_m=-1)
    with pytest.raises(InputError, match="do not match"):
        c.distance_band([0, 1], [0], distance_m=1)


def test_examples_run() -> None:
    found = doctest.testmod(c)
    assert found.attempted > 0
    assert found.failed == 0
