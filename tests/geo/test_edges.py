"""The count of edges: equal to Shapely's `covers` point by point, and really used."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosocial.geo import ZoneIndex, cells, edges, zone_index
from tests.geo.conftest import first_cover

Array = NDArray[Any]


class Counted(ZoneIndex):
    """An index that keeps count of the points it asks GEOS about."""

    questions = 0

    def _ask(self, zone: Array, x: Array, y: Array) -> Array:
        self.questions += len(zone)
        return super()._ask(zone, x, y)


def near_edges(zones: Array, seed: int) -> tuple[Array, Array]:
    """Points on and one to three ulps beside every edge: along it, its ends, level with them, its box."""
    (ax, ay, bx, by, _), _ = edges.edges_of(zones)
    rng = np.random.default_rng(seed)
    made = [(ax, ay), (bx, by), (ax, by), (bx, ay), ((ax + bx) / 2, ay), ((ax + bx) / 2, by)]
    shares = (0.5, 0.25, *rng.uniform(0, 1, 3))
    made += [(ax + (bx - ax) * share, ay + (by - ay) * share) for share in shares]
    x, y = np.concatenate([one[0] for one in made]), np.concatenate([one[1] for one in made])
    every = [(x, y)]
    for towards in (-np.inf, np.inf):
        u, v = x, y
        for _ in range(3):
            u, v = np.nextafter(u, towards), np.nextafter(v, towards)
        every += [(np.nextafter(x, towards), y), (x, np.nextafter(y, towards)), (u, y), (x, v), (u, v)]
    return np.concatenate([one[0] for one in every]), np.concatenate([one[1] for one in every])


@pytest.mark.parametrize("sides", [4, 64, 512])
def test_points_on_and_beside_edges_agree_with_covers(
    districts: gpd.GeoDataFrame, sides: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_index, "_sides", lambda _: sides)
    zones = np.array(districts.geometry.values, dtype=object)[:20]
    x, y = near_edges(zones, sides)
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), first_cover(zones, x, y))


SHAPES = np.array(
    [
        shapely.Polygon(
            [(0, 0), (9, 1), (12, 7), (7, 7), (7, 9), (3, 9), (3, 5), (1, 5)], [[(5, 3), (8, 3), (8, 6)]]
        ),
        shapely.MultiPolygon([shapely.Polygon([(5, 3), (8, 6), (5, 6)]), shapely.box(13, 0, 15, 9)]),
        shapely.Point(7, 5).buffer(1),
    ]
)


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-160, 1e-150, 1e-30, 1.0, 1e30, 1e100, 1e150, 1e153])
def test_coordinates_of_any_size_agree_with_covers(scale: float) -> None:
    zones = np.array([shapely.transform(shape, lambda xy: xy * scale) for shape in SHAPES])
    x, y = near_edges(zones, 1)
    far = np.random.default_rng(2).uniform(-1, 16, (2, 1_000)) * scale
    x, y = np.append(x, far[0]), np.append(y, far[1])
    # At such sizes GEOS itself errs, and its prepared polygons are what we promise.
    shapely.prepare(zones)
    expected = np.full(len(x), -1)
    for position in (2, 1, 0):
        expected[shapely.intersects_xy(zones[position], x, y)] = position
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), expected)


@pytest.mark.parametrize("offset", [5e6, 1e9, 1e13])
def test_zones_far_from_the_origin_agree_with_covers(offset: float) -> None:
    zones = np.array([shapely.transform(shape, lambda xy: xy * 1000 + offset) for shape in SHAPES])
    x, y = near_edges(zones, 3)
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), first_cover(zones, x, y))


def test_certain_points_are_those_off_the_boundary_and_agree(districts: gpd.GeoDataFrame) -> None:
    zones = np.array(districts.geometry.values, dtype=object)
    grid = cells.build(zones, 128)
    assert grid is not None
    rng = np.random.default_rng(4)
    west, south, east, north = shapely.total_bounds(zones)
    x, y = near_edges(zones, 5)
    x, y = np.append(x, rng.uniform(west, east, 20_000)), np.append(y, rng.uniform(south, north, 20_000))
    slot = grid.slot[grid.at(x, y)]
    x, y, slot = x[slot >= 0], y[slot >= 0], slot[slot >= 0]
    entry = grid.starts[slot]
    part = ~grid.full[entry]
    x, y, entry = x[part], y[part], entry[part]
    inside, sure = grid.bundles.sides(grid.bundle[entry], x, y)
    zone = zones[grid.zone[entry]]
    shapely.prepare(zone)
    covers, interior = shapely.intersects_xy(zone, x, y), shapely.contains_xy(zone, x, y)
    np.testing.assert_array_equal(inside[sure], covers[sure])
    assert not (sure & covers & ~interior).any()
    assert (covers & ~interior).any()
    assert sure[-3_000:].all()  # the last are the random ones


@pytest.mark.parametrize("points", [300, 10_000, 200_000])
def test_geos_is_not_asked_about_points_anywhere(districts: gpd.GeoDataFrame, points: int) -> None:
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(points)
    x, y = rng.uniform(west, east, points), rng.uniform(south, north, points)
    index = Counted(districts)
    found = index.locate(x, y)
    assert (found >= 0).any()
    # Only cells with more edges than a bundle may count, in the coarsest grid.
    assert index.questions <= (points // 10 if points < 1_000 else 0)


def test_geos_is_asked_about_points_on_the_boundary(districts: gpd.GeoDataFrame) -> None:
    x, y = shapely.get_coordinates(districts.geometry.values).T
    index = Counted(districts)
    assert (index.locate(x, y) >= 0).all()
    assert index.questions >= len(x)


def test_large_bundles_and_small_blocks_change_nothing(
    districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = np.array(districts.geometry.values, dtype=object)
    west, south, east, north = shapely.total_bounds(zones)
    x, y = np.random.default_rng(6).uniform([[west], [south]], [[east], [north]], (2, 5_000))
    expected = ZoneIndex(zones).locate(x, y)
    for name, value in (("MOST_AT_ONCE", 50), ("MOST_EDGES", 3), ("MOST_EDGES", 0)):
        monkeypatch.setattr(edges, name, value)
        index = Counted(zones)
        np.testing.assert_array_equal(index.locate(x, y), expected)
        assert (index.questions > 0) == (name == "MOST_EDGES")


def test_a_comb_of_many_edges_agrees_with_covers() -> None:
    across = np.repeat(np.arange(400.0), 2)
    teeth = np.column_stack([across, np.tile([0, 10, 10, 0], 200)])
    comb = shapely.Polygon([*teeth, (399, -1), (0, -1)])
    assert comb.is_valid
    zones = np.array([comb, shapely.box(0, 0, 399, 5)])
    x, y = near_edges(zones, 7)
    np.testing.assert_array_equal(ZoneIndex(zones).locate(x, y), first_cover(zones, x, y))


def test_invalid_zones_are_answered_as_prepared_shapely_does() -> None:
    shapes = [
        shapely.MultiPolygon([shapely.box(0, 0, 6, 6), shapely.box(3, 3, 9, 9)]),  # the parts overlap
        shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]),
        shapely.Polygon([(0, 0), (4, 0), (8, 0), (4, 0), (4, 5)]),  # a spike
        shapely.Polygon(shapely.box(0, 0, 8, 8).exterior, [shapely.box(5, 5, 11, 11).exterior.coords]),
    ]
    for shape in shapes:
        assert not shape.is_valid
        x, y = np.meshgrid(np.arange(-1, 12, 0.5), np.arange(-1, 12, 0.5))
        x, y = x.ravel(), y.ravel()
        shapely.prepare(shape)
        expected = np.where(shapely.intersects_xy(shape, x, y), 0, -1)
        np.testing.assert_array_equal(ZoneIndex([shape]).locate(x, y), expected)


def test_points_without_position_are_outside_wherever_the_other_coordinate_is() -> None:
    zones = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    along = np.linspace(-1, 21, 200)
    for bad in (np.nan, np.inf, -np.inf):
        nowhere = np.full(200, bad)
        assert (ZoneIndex(zones).locate(along, nowhere) == -1).all()
        assert (ZoneIndex(zones).locate(nowhere, along) == -1).all()


@st.composite
def lattice_coverage(draw: st.DrawFn) -> Array:
    """Triangles and unions of triangles between points of a small lattice: a coverage, and some overlaps."""
    cells_ = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=14))
    corners = shapely.MultiPoint(np.array(cells_, float))
    triangles = list(shapely.delaunay_triangles(corners).geoms)
    if len(triangles) > 3 and draw(st.booleans()):
        cut = draw(st.integers(1, len(triangles) - 1))
        triangles = [shapely.union_all(triangles[:cut]), *triangles[cut:]]
    if draw(st.booleans()):
        triangles.append(shapely.box(draw(st.integers(0, 2)), draw(st.integers(0, 2)), 4, 4))
    return np.array(draw(st.permutations(triangles)), dtype=object)


@settings(max_examples=100, deadline=None)
@given(zones=lattice_coverage(), sides=st.sampled_from([2, 8, 64]), offset=st.sampled_from([0.0, 7e5, 0.1]))
def test_lattice_coverages_agree_with_covers(zones: Array, sides: int, offset: float) -> None:
    if not len(zones):
        return
    zones = shapely.transform(zones, lambda xy: xy + offset)
    x, y = np.meshgrid(np.arange(-1, 6.5, 0.5), np.arange(-1, 6.5, 0.5))
    x, y = x.ravel() + offset, y.ravel() + offset
    expected = first_cover(zones, x, y)
    index = ZoneIndex(zones)
    index._cells, index._sides = cells.build(zones, sides), 10_000
    np.testing.assert_array_equal(index.locate(x, y), expected)
    # And walked through: each zone that covers a point is met once, in order.
    covers = np.array([shapely.covers(zone, shapely.points(x, y)) for zone in zones])
    second = np.where(
        covers.sum(axis=0) > 1, np.argsort(~covers, axis=0, kind="stable")[min(1, len(zones) - 1)], -1
    )
    np.testing.assert_array_equal(index.further(x, y, np.where(expected < 0, len(zones), expected)), second)
