from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosocial.errors import InputError
from geosocial.geo import ZoneIndex, cells, zone_index
from tests.geo.conftest import first_cover

Zones = list[BaseGeometry | None]


def hard_points(zones: NDArray[Any], extra: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Vertices, the eight neighbours one ulp beside each, middles of edges, random points of the extent."""
    xy = shapely.get_coordinates(zones)
    down, up = np.nextafter(xy, -np.inf), np.nextafter(xy, np.inf)
    beside = [np.column_stack([a[:, 0], b[:, 1]]) for a in (down, xy, up) for b in (down, xy, up)]
    middles = (xy[1:] + xy[:-1]) / 2
    west, south, east, north = shapely.total_bounds(zones)
    rng = np.random.default_rng(seed)
    wide, tall = (east - west) * 0.05, (north - south) * 0.05
    random = rng.uniform([west - wide, south - tall], [east + wide, north + tall], (extra, 2))
    points = np.concatenate([*beside, middles, random])
    return points[:, 0], points[:, 1]


@pytest.mark.parametrize("sides", [32, 128, 512, 2048])
def test_districts_agree_with_covers_on_hard_points(
    districts: gpd.GeoDataFrame, sides: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_index, "_sides", lambda _: sides)
    zones = np.array(districts.geometry.values, dtype=object)
    x, y = hard_points(zones, 20_000, sides)
    np.testing.assert_array_equal(ZoneIndex(districts).locate(x, y), first_cover(zones, x, y))


@pytest.mark.parametrize("sides", [32, 128, 1024])
def test_points_on_cell_borders_agree_with_covers(
    districts: gpd.GeoDataFrame, sides: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_index, "_sides", lambda _: sides)
    zones = np.array(districts.geometry.values, dtype=object)
    grid = cells.build(zones, sides)
    assert grid is not None
    rng = np.random.default_rng(5)
    x = grid.x0 + rng.integers(0, grid.nx + 1, 20_000) / grid.kx
    y = grid.y0 + rng.integers(0, grid.ny + 1, 20_000) / grid.ky
    # On the corners of cells, and one unit in the last place to either side.
    for a, b in ((x, y), (np.nextafter(x, -np.inf), y), (x, np.nextafter(y, -np.inf))):
        np.testing.assert_array_equal(ZoneIndex(zones).locate(a, b), first_cover(zones, a, b))


def test_threads_and_chunks_change_nothing(
    districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = np.array(districts.geometry.values, dtype=object)
    x, y = hard_points(zones, 30_000, 1)
    alone = ZoneIndex(districts).locate(x, y)
    monkeypatch.setattr(zone_index, "THREADS_FROM", 1)
    monkeypatch.setattr(zone_index, "CHUNK", 777)
    np.testing.assert_array_equal(ZoneIndex(districts).locate(x, y), alone)


def test_a_reused_index_refines_its_grid_and_answers_alike(districts: gpd.GeoDataFrame) -> None:
    zones = np.array(districts.geometry.values, dtype=object)
    x, y = hard_points(zones, 40_000, 2)
    index = ZoneIndex(districts)
    few = index.locate(x[:10], y[:10])
    coarse = index._sides
    many = index.locate(x, y)
    assert index._sides >= 4 * coarse
    np.testing.assert_array_equal(many[:10], few)
    np.testing.assert_array_equal(many, first_cover(zones, x, y))


SQUARE = shapely.box(0, 0, 10, 10)
RING = shapely.Polygon(SQUARE.exterior, [shapely.box(2, 2, 8, 8).exterior.coords])
PARTS = [shapely.box(20, 0, 22, 2), shapely.box(24, 0, 26, 2), shapely.box(0, 20, 1, 21)]
ISLANDS = shapely.MultiPolygon(PARTS)
TRIANGLES: Zones = [shapely.Polygon([(0, 0), (7, 3), (1, 9)]), shapely.Polygon([(7, 3), (1, 9), (9, 9)])]
CASES: dict[str, Zones] = {
    "one": [SQUARE],
    "a hole, and a zone in the hole": [RING, shapely.box(2, 2, 8, 8)],
    "a hole, the zone in it first": [shapely.box(2, 2, 8, 8), RING],
    "several parts": [ISLANDS, SQUARE],
    "overlapping": [shapely.box(0, 0, 6, 6), shapely.box(3, 3, 9, 9), shapely.box(5, 0, 12, 12), SQUARE],
    "a full cell behind a partial one": [shapely.Point(5, 5).buffer(2), SQUARE],
    "the same zone twice": [SQUARE, SQUARE],
    "touching at a corner": [SQUARE, shapely.box(10, 10, 20, 20)],
    "a null and an empty one between": [None, SQUARE, shapely.Polygon(), shapely.box(5, 5, 15, 15)],
    "a sliver": [shapely.Polygon([(0, 0), (10, 1e-9), (10, 0)]), SQUARE],
    "very long": [shapely.box(0, 0, 1e6, 1), shapely.box(0, 1, 1e6, 2)],
    "two triangles with a slanting border": TRIANGLES,
    "with elevation": [shapely.Polygon([(0, 0, 5), (4, 0, 5), (4, 4, 5)])],
}


@pytest.mark.parametrize("name", CASES)
def test_special_shapes_agree_with_covers(name: str) -> None:
    zones = np.array(CASES[name], dtype=object)
    x, y = hard_points(zones, 3_000, 3)
    expected = first_cover(zones, x, y)
    assert (expected >= 0).any()
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), expected)


@pytest.mark.parametrize("offset", [1e9, 1e12, -1e15, 4e15])
def test_huge_coordinates_agree_with_covers(offset: float) -> None:
    zones = np.array([shapely.box(offset + k, offset, offset + k + 64, offset + 512) for k in (0, 64, 128)])
    x, y = hard_points(zones, 3_000, 4)
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), first_cover(zones, x, y))


def test_zones_of_a_few_units_in_the_last_place_are_tested_in_turn() -> None:
    far = 1e15
    zones = np.array([shapely.box(far + k, far, far + k + 2, far + 2) for k in (0, 2)])
    assert cells.build(zones, 64) is None
    x, y = hard_points(zones, 500, 6)
    index = ZoneIndex(zones)
    np.testing.assert_array_equal(index.locate(x, y), first_cover(zones, x, y))
    assert index.further([1e15 + 2], [1e15 + 1], [0]).tolist() == [1]
    assert index.locate([np.nan, np.inf], [1e15, 1e15]).tolist() == [-1, -1]


def test_many_tiny_zones_agree_with_covers() -> None:
    rng = np.random.default_rng(7)
    corner = rng.uniform(0, 1000, (3_000, 2))
    zones = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + 3, corner[:, 1] + 3)
    x, y = rng.uniform(0, 1003, (2, 20_000))
    tree = shapely.STRtree(zones)
    row, zone = tree.query(shapely.points(np.column_stack([x, y])), predicate="intersects")
    expected = np.full(len(x), len(zones))
    np.minimum.at(expected, row, zone)
    expected[expected == len(zones)] = -1
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), expected)


def test_heavy_overlap_keeps_the_grid_within_its_bound() -> None:
    zones = np.array([shapely.box(0, 0, 1000 + k, 1000) for k in range(400)])
    grid = cells.build(zones, 2048)
    assert grid is not None
    assert len(grid.zone) <= cells.MOST_PAIRS
    x, y = np.random.default_rng(8).uniform(0, 1500, (2, 2_000))
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), first_cover(zones, x, y))


def test_no_zones_no_points_and_points_without_position() -> None:
    assert ZoneIndex([]).locate([1.0], [1.0]).tolist() == [-1]
    assert ZoneIndex([None, shapely.Polygon()]).locate([1.0], [1.0]).tolist() == [-1]
    found = ZoneIndex([SQUARE]).locate([], [])
    assert found.dtype == np.int64
    assert len(found) == 0
    assert ZoneIndex([SQUARE]).locate([5.0], [5.0]).tolist() == [0]
    nan, inf = np.nan, np.inf
    bad = ZoneIndex([SQUARE]).locate([nan, 5, nan, inf, -inf, 5, 1e308], [5, nan, nan, 5, 5, inf, -1e308])
    assert bad.tolist() == [-1] * 7


def test_every_kind_of_input_is_taken(districts: gpd.GeoDataFrame) -> None:
    x, y = districts.geometry.representative_point().x, districts.geometry.representative_point().y
    for zones in (districts, districts.geometry, districts.geometry.values, list(districts.geometry)):
        assert ZoneIndex(zones).locate(x, y).tolist() == list(range(58))
    assert len(ZoneIndex(districts)) == 58


def test_an_integer_position_is_a_position() -> None:
    assert ZoneIndex([SQUARE]).locate(np.array([5, 10, 11]), np.array([5, 10, 11])).tolist() == [0, 0, -1]


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(InputError, match="one dimension and the same length"):
        ZoneIndex([SQUARE]).locate([1.0, 2.0], [1.0])
    with pytest.raises(InputError, match="one dimension"):
        ZoneIndex([SQUARE]).locate([[1.0]], [[1.0]])


def test_a_line_is_no_zone_and_is_named() -> None:
    with pytest.raises(InputError, match="Geometry 2 is not a polygon"):
        ZoneIndex([SQUARE, shapely.LineString([(0, 0), (1, 1)])])


def test_an_invalid_polygon_is_answered_as_prepared_shapely_does() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    twice = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (5, 0), (5, 5), (0, 5)])
    for zone in (bow_tie, twice):
        assert not shapely.is_valid(zone)
        x, y = np.random.default_rng(9).uniform(-1, 11, (2, 3_000))
        shapely.prepare(zone)
        expected = np.where(shapely.covers(zone, shapely.points(np.column_stack([x, y]))), 0, -1)
        np.testing.assert_array_equal(ZoneIndex([zone]).locate(x, y), expected)


def test_further_walks_through_every_zone_that_covers() -> None:
    zones = np.array(CASES["overlapping"], dtype=object)
    x, y = hard_points(zones, 2_000, 10)
    covers = np.array([shapely.covers(z, shapely.points(np.column_stack([x, y]))) for z in zones])
    index, position = ZoneIndex(zones), np.full(len(x), -1)
    seen = np.zeros_like(covers)
    for _ in range(len(zones)):
        position = index.further(x, y, position)
        rows = np.flatnonzero(position >= 0)
        seen[position[rows], rows] = True
        position[position < 0] = len(zones)  # nothing comes after the last
    np.testing.assert_array_equal(seen, covers)


def test_on_boundary_is_covers_without_the_interior() -> None:
    zones = np.array([RING, SQUARE], dtype=object)
    x, y = hard_points(zones, 500, 11)
    points = shapely.points(np.column_stack([x, y]))
    for position, zone in enumerate(zones):
        on = ZoneIndex(zones).on_boundary(x, y, np.full(len(x), position))
        np.testing.assert_array_equal(on, shapely.touches(zone, points))
        assert on.any()
    assert not ZoneIndex(zones).on_boundary([0.0, np.nan], [0.0, 0.0], [-1, 0]).any()


@st.composite
def some_zones(draw: st.DrawFn) -> NDArray[Any]:
    """Up to six stars around centres on a lattice: often overlapping, sometimes sharing vertices."""
    made: list[BaseGeometry | None] = []
    for _ in range(draw(st.integers(1, 6))):
        cx, cy = draw(st.integers(-5, 5)), draw(st.integers(-5, 5))
        radii = np.array(draw(st.lists(st.floats(0.25, 4, width=16), min_size=3, max_size=9)))
        angle = np.arange(len(radii)) * 2 * np.pi / len(radii)
        ring: NDArray[np.float64] = np.column_stack([cx + radii * np.cos(angle), cy + radii * np.sin(angle)])
        made.append(shapely.Polygon(ring.round(draw(st.integers(0, 6)))))
    kept = [zone if zone is not None and zone.is_valid else None for zone in made]
    return np.array(kept, dtype=object)


@settings(max_examples=80, deadline=None)
@given(zones=some_zones(), seed=st.integers(0, 2**32 - 1), sides=st.sampled_from([4, 16, 64, 256]))
def test_random_zones_agree_with_covers(zones: NDArray[Any], seed: int, sides: int) -> None:
    if shapely.is_missing(zones).all():
        return
    x, y = hard_points(zones, 200, seed)
    expected = first_cover(zones, x, y)
    index = ZoneIndex(zones)
    index._asked = sides * sides  # the points seen so far choose how fine the grid is
    np.testing.assert_array_equal(index.locate(x, y), expected)

    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    np.testing.assert_array_equal(index.locate(x[order], y[order]), expected[order])
    half = len(x) // 2
    parts = [ZoneIndex(zones).locate(x[part], y[part]) for part in (slice(half), slice(half, None))]
    np.testing.assert_array_equal(np.concatenate(parts), expected)
    # Where one zone at most covers a point, another order of the zones only renames them.
    shuffle = rng.permutation(len(zones))
    lone = np.array([shapely.intersects_xy(zone, x, y) for zone in zones]).sum(axis=0) <= 1
    renamed = ZoneIndex(zones[shuffle]).locate(x, y)
    np.testing.assert_array_equal(np.where(renamed < 0, -1, shuffle[renamed])[lone], expected[lone])


def towns(rng: np.random.Generator) -> NDArray[Any]:
    """Return 5,000 small areas that share their corners in two towns far apart, and a large one between."""
    parts = []
    for corner in ((0.0, 0.0), (900_000.0, 300_000.0)):
        grid = np.stack(np.meshgrid(np.arange(51.0), np.arange(51.0)), axis=-1)
        grid[1:-1, 1:-1] += rng.uniform(-0.3, 0.3, (49, 49, 2))
        ring = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2)
        parts.append(shapely.polygons(ring.reshape(-1, 4, 2) * 100 + np.array(corner)))
    return np.concatenate([*parts, [shapely.box(20_000, 0, 880_000, 300_000)]])


def test_thousands_of_small_zones_far_apart_agree_with_covers() -> None:
    rng = np.random.default_rng(8)
    zones = towns(rng)
    vertices = shapely.get_coordinates(zones)
    middles = (vertices[1:] + vertices[:-1]) / 2
    near = vertices[rng.integers(0, len(vertices), 20_000)] + rng.normal(0, 60, (20_000, 2))
    x, y = np.concatenate([vertices, np.nextafter(vertices, np.inf), middles, near]).T
    point, zone = shapely.STRtree(zones).query(shapely.points(x, y), predicate="intersects")
    expected = np.full(len(x), len(zones))
    np.minimum.at(expected, point, zone)
    index = ZoneIndex(zones)
    np.testing.assert_array_equal(index.locate(x, y), np.where(expected < len(zones), expected, -1))
    # finer than the 256 columns that the number of points alone would ask for: 32 cells for each zone
    assert index._cells is not None
    assert 600 < index._cells.nx < 700
    later = np.full(len(x), len(zones))
    other = zone > expected[point]
    np.minimum.at(later, point[other], zone[other])
    np.testing.assert_array_equal(index.first_and_next(x, y)[1], np.where(later < len(zones), later, -1))


def test_cells_are_as_wide_as_zones_within_the_bounds() -> None:
    row = np.array([shapely.box(k, 0, k + 1, 1) for k in range(100)])
    assert cells.sides_of(row) == 100  # as wide as one zone each
    apart = np.array([shapely.box(k, k, k + 1, k + 1) for k in range(0, 10_000, 100)])
    # 9,901 wide and tall: 9,901 of them would be 980,000 cells for each zone, 56 are 32 × 100 in all
    assert cells.sides_of(apart) == 56
    assert cells.sides_of(np.array([None, shapely.Polygon()])) == 0
