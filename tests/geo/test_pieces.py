"""Polygons of demand divided by zones: shares, places, what is outside."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.geo import transfer
from geosocial.geo.dasymetric import ancillary_of
from geosocial.geo.pieces import Pieces, pieces

LEFT, RIGHT = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)


def rows(found: Pieces) -> list[tuple[int, int, float]]:
    return [
        (int(s), int(t), round(float(w), 12))
        for s, t, w in zip(found.source, found.target, found.share, strict=True)
    ]


def test_by_hand() -> None:
    sources = [
        shapely.box(5, 5, 6, 6),
        shapely.box(8, 0, 13, 1),
        shapely.box(15, 0, 25, 1),
        shapely.box(50, 0, 51, 1),
    ]
    found = pieces(sources, [LEFT, RIGHT])
    assert rows(found) == [(0, 0, 1), (1, 0, 0.4), (1, 1, 0.6), (2, 1, 0.5), (2, -1, 0.5), (3, -1, 1)]
    assert found.x.tolist() == [5.5, 9, 11.5, 17.5, 22.5, 50.5]
    assert not found.by_area.any()


def test_ground_that_zones_share_goes_to_the_first() -> None:
    found = pieces([shapely.box(0, 0, 10, 1)], [shapely.box(0, 0, 6, 9), shapely.box(4, 0, 8, 9), LEFT])
    assert rows(found) == [(0, 0, 0.6), (0, 1, 0.2), (0, 2, 0.2)]
    assert found.x.tolist() == [3, 7, 9]
    again = pieces([shapely.box(0, 0, 10, 1)], [LEFT, shapely.box(4, 0, 8, 9)])
    assert rows(again) == [(0, 0, 1)]


def test_where_people_live() -> None:
    strip = [shapely.box(5, 0, 15, 2), shapely.box(5, 4, 15, 6)]
    homes = ancillary_of(
        list(np.asarray(shapely.points([[6, 1], [9, 1], [9.5, 1.5], [14, 1]]))), [2, 1, 3, 2]
    )
    found = pieces(strip, [LEFT, RIGHT], homes)
    assert rows(found) == [(0, 0, 0.75), (0, 1, 0.25), (1, 0, 0.5), (1, 1, 0.5)]
    assert found.by_area.tolist() == [False, True]
    # their centre is at (2·6 + 9 + 3·9.5)/6 = 8.25: the nearest is at 9
    assert found.x.tolist() == [9, 14, 7.5, 12.5]
    built = ancillary_of([shapely.box(5, 0, 7, 1), shapely.box(8, 0, 9, 1), shapely.box(14, 0, 15, 1)])
    found = pieces(strip[:1], [LEFT, RIGHT], built)
    assert rows(found) == [(0, 0, 0.75), (0, 1, 0.25)]
    assert found.x.tolist() == [6, 14.5], "in the largest inhabited part of each"
    # nobody lives in the right: no piece there
    found = pieces(strip[:1], [LEFT, RIGHT], ancillary_of([shapely.box(5, 0, 7, 1)]))
    assert rows(found) == [(0, 0, 1)]


def test_an_invalid_polygon_is_named() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(InputError, match="Geometry 2 is invalid"):
        pieces([LEFT, bow_tie], [LEFT])


circles = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(3, 40))


@settings(max_examples=40, deadline=None)
@given(
    one=st.lists(circles, min_size=1, max_size=8),
    two=st.lists(circles, min_size=1, max_size=5),
    by=st.booleans(),
)
def test_no_count_is_lost_and_every_place_is_inside(one: Any, two: Any, by: bool) -> None:
    sources, targets = (
        [shapely.Point(x, y).buffer(r, quad_segs=4) for x, y, r in some] for some in (one, two)
    )
    rng = np.random.default_rng(len(one))
    homes = ancillary_of(list(np.asarray(shapely.points(rng.uniform(0, 100, (50, 2)))))) if by else None
    found = pieces(sources, targets, homes)
    np.testing.assert_allclose(np.bincount(found.source, found.share, len(sources)), 1, rtol=1e-12)
    for source, target, x, y in zip(found.source, found.target, found.x, found.y, strict=True):
        spot = shapely.Point(x, y)
        assert sources[source].distance(spot) < 1e-9
        if target >= 0:
            assert targets[target].distance(spot) < 1e-9
        elif homes is None:
            assert not any(zone.buffer(-1e-6).contains(spot) for zone in targets)


def test_equal_to_the_transfer_where_zones_do_not_overlap(districts: gpd.GeoDataFrame) -> None:
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(5)
    spots = np.asarray(shapely.points(rng.uniform((west, south), (east, north), (80, 2))))
    areas = gpd.GeoDataFrame({"n": rng.integers(1, 900, 80)}, geometry=shapely.buffer(spots, 900), crs=32188)
    found = pieces(areas.geometry.values, districts.geometry.values)
    inside = found.target >= 0
    counts = areas["n"].to_numpy()[found.source] * found.share
    ours = np.bincount(found.target[inside], counts[inside], len(districts))
    moved = transfer(areas, districts, extensive=["n"])
    np.testing.assert_allclose(ours, moved.table["n"].fillna(0), rtol=1e-6)
    assert counts.sum() == pytest.approx(areas["n"].sum(), rel=1e-12)
