from __future__ import annotations

import platform
import sys
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosocial.geo import ZoneIndex, nearby
from geosocial.geo.assign import Assigner

Floats = NDArray[np.float64]


def by_brute_force(zones: NDArray[Any], x: Floats, y: Floats, reach: float) -> tuple[Any, Any]:
    """The first of the nearest zones by shapely.distance to every zone; -1 and NaN beyond the reach."""
    points: Any = shapely.points(np.column_stack([x, y]))
    apart = np.array([shapely.distance(points, zone) for zone in zones])
    apart[~(apart <= reach)] = np.inf
    first = apart.argmin(axis=0)
    best = apart[first, np.arange(len(x))]
    return np.where(np.isfinite(best), first, -1), np.where(np.isfinite(best), best, np.nan)


def lost_points(zones: NDArray[Any], reach: float, many: int, seed: int) -> tuple[Floats, Floats]:
    """Points that no zone covers: anywhere, beside vertices, at about the reach from vertices and edges."""
    rng = np.random.default_rng(seed)
    xy = shapely.get_coordinates(zones)
    west, south, east, north = shapely.total_bounds(zones)
    margin = 1.5 * reach
    anywhere = rng.uniform([west - margin, south - margin], [east + margin, north + margin], (many, 2))
    beside = xy[rng.integers(0, len(xy), many)] + rng.normal(0, reach / 20, (many, 2))
    angle = rng.choice(np.arange(16) * np.pi / 8, many)
    rim = xy[rng.integers(0, len(xy), many)] + reach * np.column_stack([np.cos(angle), np.sin(angle)])
    pair = rng.integers(0, len(xy) - 1, many)
    level = (xy[pair] + xy[pair + 1]) / 2 + reach * rng.choice([-1, 0, 1], (many, 2))
    x, y = np.ascontiguousarray(np.concatenate([anywhere, beside, rim, level]).T)
    shapely.prepare(zones)
    lost = ~np.any([shapely.intersects_xy(zone, x, y) for zone in zones], axis=0)
    return x[lost], y[lost]


def same(zones: NDArray[Any], x: Floats, y: Floats, reach: float, *, sides: int = 512) -> None:
    found = nearby.build(zones, ZoneIndex(zones), reach=reach, sides=sides)
    assert found is not None
    zone, distance, left = found.nearest(x, y)
    expected_zone, expected = by_brute_force(zones, x, y, reach)
    sure = np.ones(len(x), bool)
    sure[left] = False
    np.testing.assert_array_equal(zone[sure], expected_zone[sure])
    np.testing.assert_array_equal(distance[sure], expected[sure])  # to the last bit


#: Where GEOS was compiled with operations that round once for a product and a sum, the tree answers alone.
ALIKE = nearby.rounds_alike()
alike = pytest.mark.skipif(not ALIKE, reason="this GEOS rounds its distances otherwise: the tree answers")


def test_geos_rounds_as_we_do_on_the_machines_of_most() -> None:
    assert ALIKE or platform.machine().lower() not in {"x86_64", "amd64"}


@alike
@pytest.mark.parametrize("reach", [30.0, 250.0, 5_000.0])
def test_districts_agree_with_every_distance(districts: gpd.GeoDataFrame, reach: float) -> None:
    zones = np.array(districts.geometry.values, dtype=object)
    x, y = lost_points(zones, reach, 1_000, 1)
    same(zones, x, y, reach)


SQUARE = shapely.box(0, 0, 10, 10)
RING = shapely.Polygon(SQUARE.exterior, [shapely.box(2, 2, 8, 8).exterior.coords])
PARTS = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)])
CASES: dict[str, list[Any]] = {
    "one": [SQUARE],
    "a hole": [RING],
    "a hole with a zone in it": [RING, shapely.box(4, 4, 5, 5)],
    "parts": [PARTS, shapely.box(1, 0, 2, 1)],
    "touching at a corner": [shapely.box(10, 10, 20, 20), SQUARE],
    "the same zone twice": [SQUARE, SQUARE],
    "a vertex given twice": [shapely.Polygon([(0, 0), (0, 0), (4, 0), (4, 4), (4, 4)])],
    "a needle": [shapely.Polygon([(0, 0), (1e4, 1e-3), (1e4, 0)])],
}


@alike
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("reach", [0.25, 2.0, 40.0])
def test_special_shapes_agree_with_every_distance(name: str, reach: float) -> None:
    zones = np.array(CASES[name], dtype=object)
    x, y = lost_points(zones, reach, 300, 2)
    same(zones, x, y, reach, sides=128)


@alike
def test_null_and_empty_zones_are_near_to_nothing() -> None:
    zones = np.array([None, shapely.Polygon(), SQUARE, None], dtype=object)
    found = nearby.build(zones, ZoneIndex(zones), reach=5.0)
    assert found is not None
    zone, distance, _ = found.nearest(np.array([13.0, 16.0]), np.array([14.0, 5.0]))
    assert zone.tolist() == [2, -1]
    np.testing.assert_array_equal(distance, [5, np.nan])  # 3, 4, 5
    none = np.array([None, shapely.Polygon()], dtype=object)
    assert nearby.build(none, ZoneIndex(none), reach=1.0) is None


@alike
def test_within_means_at_most_the_reach() -> None:
    zones = np.array([SQUARE], dtype=object)
    found = nearby.build(zones, ZoneIndex(zones), reach=5.0)
    assert found is not None
    x = np.array([15.0, np.nextafter(15.0, 99), 13.0, 14.0, 99.0, -5.0, 1e300])
    y = np.array([5.0, 5.0, 14.0, 14.0, 5.0, 5.0, 5.0])
    zone, distance, left = found.nearest(x, y)
    assert zone.tolist() == [0, -1, 0, -1, -1, 0, -1]
    np.testing.assert_array_equal(distance, [5, np.nan, 5, np.nan, np.nan, 5, np.nan])
    assert not len(left)


@alike
def test_two_rings_equally_near_are_left_to_the_tree() -> None:
    zones = np.array([PARTS], dtype=object)
    found = nearby.build(zones, ZoneIndex(zones), reach=5.0)
    assert found is not None
    zone, distance, left = found.nearest(np.array([2.0, 2.5]), np.array([0.5, 0.5]))
    assert left.tolist() == [0]
    assert (zone[1], distance[1]) == (0, 0.5)


def test_zones_too_small_for_their_coordinates_are_left_to_the_tree() -> None:
    far = np.array([shapely.box(1e15, 1e15, 1e15 + 2, 1e15 + 2)], dtype=object)
    assert nearby.build(far, ZoneIndex(far), reach=1.0) is None


@alike
def test_lists_larger_than_memory_allows_are_measured_in_portions(
    districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "MOST_AT_ONCE", 5_000)
    zones = np.array(districts.geometry.values, dtype=object)
    x, y = lost_points(zones, 300, 500, 5)
    same(zones, x, y, 300, sides=64)


def test_many_points_are_assigned_as_few_are(
    districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["geosocial.geo.assign"]  # the package's attribute of a name may be a function
    west, south, east, north = districts.total_bounds
    x, y = np.random.default_rng(3).uniform([[west], [south]], [[east], [north]], (2, 20_000))
    x[::97] = np.nan
    few = Assigner(districts, snap_m=400).assign(x, y)
    monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(module, "_FOR_EACH", 0)
    monkeypatch.setattr(module, "_TOGETHER", 999)
    monkeypatch.setattr("geosocial.geo.zone_index.THREADS_FROM", 10_000)
    many = Assigner(districts, snap_m=400).assign(x, y)
    for name in ("first", "other", "on_boundary", "snap", "code"):
        np.testing.assert_array_equal(getattr(many, name), getattr(few, name))
    assert (np.bincount(few.code, minlength=3)[:3] > 500).all()


@st.composite
def some_zones(draw: st.DrawFn) -> NDArray[Any]:
    """Up to five stars around centres of a lattice, often touching or overlapping, some of two parts."""
    made = []
    for _ in range(draw(st.integers(1, 5))):
        cx, cy = draw(st.integers(-5, 5)), draw(st.integers(-5, 5))
        radii = np.array(draw(st.lists(st.floats(0.25, 4, width=16), min_size=3, max_size=8)))
        angle = np.arange(len(radii)) * 2 * np.pi / len(radii)
        ring: Floats = np.column_stack([cx + radii * np.cos(angle), cy + radii * np.sin(angle)])
        star: Any = shapely.Polygon(ring.round(draw(st.integers(0, 6))))
        if star.is_valid and not star.is_empty and draw(st.booleans()):
            star = shapely.union_all([star, shapely.transform(star, lambda xy: xy + 9)])
        made.append(star)
    return np.array([zone for zone in made if zone.is_valid and zone.area > 0], dtype=object)


@alike
@settings(max_examples=50, deadline=None)
@given(
    zones=some_zones(),
    reach=st.sampled_from([0.125, 1.0, 3.7]),
    sides=st.sampled_from([4, 32, 256]),
    seed=st.integers(0, 99),
)
def test_random_zones_agree_with_every_distance(
    zones: NDArray[Any], reach: float, sides: int, seed: int
) -> None:
    if len(zones):
        x, y = lost_points(zones, reach, 100, seed)
        same(zones, x, y, reach, sides=sides)
