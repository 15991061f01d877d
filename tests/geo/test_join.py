from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError, StudyError, UnknownCrsError
from geosocial.geo import join
from geosocial.geo.join import boundary_counts
from geosocial.tables import OUTCOMES
from tests.geo.conftest import first_cover


def zones(*boxes: tuple[float, float, float, float], crs: object = 32188) -> gpd.GeoDataFrame:
    ids = [chr(ord("A") + k) for k in range(len(boxes))]
    return gpd.GeoDataFrame({"zone_id": ids}, geometry=[shapely.box(*box) for box in boxes], crs=crs)


def at(*xy: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(xy, columns=["x", "y"], dtype=float)


#: A and B share the border x = 10; C overlaps the right half of B from x = 15 on.
THREE = zones((0, 0, 10, 10), (10, 0, 20, 10), (15, 0, 30, 10))


def told(points: pd.DataFrame, snap_m: float = 5, layer: gpd.GeoDataFrame = THREE) -> list[list[object]]:
    joined = join(points, layer, snap_m=snap_m).points
    return joined[["outcome", "zone_id", "other_zone_id", "on_boundary"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((5, 5), ["matched", "A", "", False]),
        ((0, 5), ["matched", "A", "", False]),  # on the outer border: between no two zones
        ((10, 5), ["matched", "A", "B", True]),
        ((17, 5), ["ambiguous", "B", "C", False]),
        ((15, 5), ["matched", "B", "C", True]),  # on the border of C, inside B
        ((20, 5), ["matched", "B", "C", True]),  # on the border of B, inside C
        ((15, 0), ["matched", "B", "C", True]),  # on both
        ((32, 5), ["snapped", "C", "", False]),
        ((35, 5), ["snapped", "C", "", False]),  # exactly snap_m: within means ≤
        ((np.nextafter(35, 99), 5), ["outside", "", "", False]),
        ((10, 12), ["snapped", "A", "", False]),  # equally near A and B: the first
        ((17, -1), ["snapped", "B", "", False]),  # equally near B and C
        ((np.nan, 5), ["unlocated", "", "", False]),
        ((5, np.inf), ["unlocated", "", "", False]),
    ],
)
def test_each_outcome(point: tuple[float, float], expected: list[object]) -> None:
    assert told(at(point)) == [expected]


def test_the_first_zone_covers_on_its_border_and_two_later_ones_inside() -> None:
    layer = zones((0, 0, 10, 10), (5, 0, 20, 10), (5, 0, 30, 10))
    assert told(at((10, 5)), layer=layer) == [["ambiguous", "A", "B", False]]


def test_three_zones_at_a_corner_are_a_shared_boundary() -> None:
    layer = zones((0, 0, 10, 10), (10, 0, 20, 10), (0, 10, 20, 20))
    assert told(at((10, 10)), layer=layer) == [["matched", "A", "B", True]]


def test_a_zone_that_ends_in_a_corner_only() -> None:
    layer = zones((0, 0, 10, 10), (10, 10, 20, 20))
    assert told(at((10, 10)), layer=layer) == [["matched", "A", "B", True]]


def test_the_distance_is_kept_where_snapped_and_only_there() -> None:
    snap = join(at((5, 5), (33, 14), (99, 99), (np.nan, 1)), THREE, snap_m=5).points["snap_m"]
    np.testing.assert_array_equal(snap, [0, 5, np.nan, np.nan])  # 3, 4, 5


def test_no_snapping_when_snap_m_is_0() -> None:
    beside = (np.nextafter(30, 99), 5.0)
    assert told(at(beside, (30, 5)), snap_m=0) == [["outside", "", "", False], ["matched", "C", "", False]]
    assert told(at(beside), snap_m=1e-9) == [["snapped", "C", "", False]]


def test_every_row_has_one_outcome_and_the_input_is_untouched() -> None:
    points = at((5, 5), (10, 5), (17, 5), (32, 5), (99, 5), (np.nan, 5)).set_index(
        pd.Index([9, 3, 3, 7, 1, 0])
    )
    points["name"] = list("abcdef")
    before = points.copy(deep=True)
    result = join(points, THREE, snap_m=5)
    pd.testing.assert_frame_equal(points, before)
    pd.testing.assert_frame_equal(result.points[["x", "y", "name"]], before)
    assert result.counts == {
        "matched": 2, "snapped": 1, "outside": 1, "ambiguous": 1, "unlocated": 1, "rejected": 0,
    }  # fmt: skip
    assert tuple(result.counts) == OUTCOMES
    text = pd.Series([""], dtype="str").dtype  # pandas 2 has no type of its own for texts
    assert [result.points[c].dtype for c in ("outcome", "zone_id", "other_zone_id")] == [text] * 3
    assert result.points["on_boundary"].dtype == bool


def test_nothing_to_join_and_nothing_to_join_to() -> None:
    result = join(at(), THREE, snap_m=5)
    assert len(result.points) == 0
    assert sum(result.counts.values()) == 0
    assert list(result.points["zone_id"]) == []
    assert told(at((1, 1)), layer=THREE.iloc[:0]) == [["outside", "", "", False]]


def test_a_frame_of_points_gives_what_its_coordinates_give() -> None:
    xy = at((5, 5), (10, 5), (17, 5), (32, 5), (99, 5))
    shapes = [*gpd.points_from_xy(xy["x"], xy["y"]), None, shapely.Point()]
    frame = gpd.GeoDataFrame({"k": range(7)}, geometry=shapes, crs=32188)
    frame.loc[0, "geometry"] = shapely.MultiPoint([(5, 5)])  # as GeoPackages often hold them
    expected = told(xy) + [["unlocated", "", "", False]] * 2
    assert told(frame) == expected
    assert isinstance(join(frame, THREE, snap_m=5).points, gpd.GeoDataFrame)


def test_many_points_outside_are_snapped_like_few(
    districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(12)
    points = pd.DataFrame({"x": rng.uniform(west, east, 6_000), "y": rng.uniform(south, north, 6_000)})
    few = join(points, districts, snap_m=700)
    assert few.counts["snapped"] > 500
    # The package's attribute of that name is the function.
    monkeypatch.setattr(sys.modules["geosocial.geo.assign"], "_MANY", 1_000)
    monkeypatch.setattr(sys.modules["geosocial.geo.assign"], "_FOR_EACH", 0)
    many = join(points, districts, snap_m=700)
    pd.testing.assert_frame_equal(many.points, few.points)


def test_boundary_counts_move_the_shared_ones_to_the_other_zone() -> None:
    result = join(at((5, 5), (10, 1), (10, 2), (12, 1), (17, 5), (32, 5), (99, 5)), THREE, snap_m=5)
    assert boundary_counts(result).to_numpy().tolist() == [["A", 3, 2, 1], ["B", 2, 0, 4], ["C", 1, 0, 1]]


@pytest.mark.parametrize("snap_m", [-1, np.nan, np.inf])
def test_a_snap_that_is_no_distance_is_refused(snap_m: float) -> None:
    with pytest.raises(StudyError, match="snap_m must be"):
        join(at((1, 1)), THREE, snap_m=snap_m)


def test_differing_crs_are_both_named() -> None:
    points = gpd.GeoDataFrame(geometry=[shapely.Point(-73.5, 45.5)], crs=4326)
    with pytest.raises(
        InputError, match=r"EPSG:4326 \(WGS 84\), the zones in EPSG:32188 \(NAD83 / MTM zone 8\)"
    ):
        join(points, THREE, snap_m=5)


def test_a_crs_that_is_missing_on_one_side_is_refused() -> None:
    nowhere = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)])
    with pytest.raises(UnknownCrsError, match="The points do not say"):
        join(nowhere, THREE, snap_m=5)
    with pytest.raises(UnknownCrsError, match="The zones do not say"):
        join(at((1, 1)), zones((0, 0, 1, 1), crs=None), snap_m=5)


def test_zones_in_degrees_are_refused() -> None:
    with pytest.raises(StudyError, match="does not measure in metres"):
        join(at((1, 1)), zones((0, 0, 1, 1), crs=4326), snap_m=5)


def test_the_same_crs_in_other_words_is_accepted() -> None:
    wkt = THREE.crs.to_wkt("WKT1_ESRI")
    points = gpd.GeoDataFrame(geometry=[shapely.Point(5, 5)], crs=wkt)
    assert join(points, THREE, snap_m=5).counts["matched"] == 1


def test_all_invalid_zones_are_named_at_once() -> None:
    layer = THREE.copy()
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    layer.loc[[0, 2], "geometry"] = [bow_tie, bow_tie]
    with pytest.raises(InputError, match=r"Invalid zones: A \[5 5\]; C \[5 5\]"):
        join(at((1, 1)), layer, snap_m=5)


def test_what_is_no_point_and_no_column_is_named() -> None:
    line = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1), shapely.box(0, 0, 1, 1)], crs=32188)
    with pytest.raises(InputError, match="Row 2 of the points is not a point"):
        join(line, THREE, snap_m=5)
    with pytest.raises(InputError, match="neither a geometry nor the column y"):
        join(pd.DataFrame({"x": [1.0]}), THREE, snap_m=5)
    with pytest.raises(InputError, match="zone_id"):
        join(at((1, 1)), THREE.drop(columns="zone_id"), snap_m=5)


@settings(max_examples=40, deadline=None)
@given(
    boxes=st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=5),
    xy=st.lists(st.tuples(*[st.integers(-4, 32)] * 2), max_size=30),
    snap=st.integers(0, 6),
)
def test_half_metre_lattice_against_brute_force(
    boxes: list[tuple[int, int, int, int]], xy: list[tuple[int, int]], snap: int
) -> None:
    layer = zones(*((a, b, a + 1 + c, b + 1 + d) for a, b, c, d in boxes))
    points = at(*((a / 2, b / 2) for a, b in xy))
    result = join(points, layer, snap_m=snap / 2)
    assert sum(result.counts.values()) == len(points)
    for row, (x, y) in zip(result.points.itertuples(), points.to_numpy(), strict=True):
        point = shapely.Point(x, y)
        inside = [z for z, shape in zip(layer["zone_id"], layer.geometry, strict=True) if shape.covers(point)]
        deep = sum(shape.contains(point) for shape in layer.geometry)
        far = layer.geometry.distance(point).to_numpy()
        if inside:
            assert row.zone_id == inside[0]
            assert row.other_zone_id == (inside[1] if len(inside) > 1 else "")
            assert row.outcome == ("ambiguous" if deep > 1 else "matched")
            assert row.on_boundary == (len(inside) > 1 and deep < 2)
            assert row.snap_m == 0
        elif far.min() <= snap / 2:
            assert (row.outcome, row.zone_id) == ("snapped", layer["zone_id"][far.argmin()])
            assert row.snap_m == far.min()
        else:
            assert (row.outcome, row.zone_id) == ("outside", "")


def test_districts_against_shapely(districts: gpd.GeoDataFrame) -> None:
    shapes = np.array(districts.geometry.values, dtype=object)
    vertices = np.unique(shapely.get_coordinates(shapes), axis=0)
    points = pd.DataFrame(vertices, columns=["x", "y"])
    joined = join(points, districts, snap_m=250).points
    expected = first_cover(shapes, points["x"], points["y"])
    assert joined["zone_id"].tolist() == [districts["zone_id"][k] for k in expected]
    made = shapely.points(vertices)
    touching = np.array([shapely.touches(shape, made) for shape in shapes]).sum(axis=0)
    inside = np.array([shapely.contains(shape, made) for shape in shapes]).sum(axis=0)
    np.testing.assert_array_equal(joined["on_boundary"], (touching + inside > 1) & (inside < 2))


@pytest.mark.real_data
def test_city_points_of_interest_lose_nothing(shared_data: object) -> None:
    from pathlib import Path

    folder = Path(str(shared_data))
    boroughs = gpd.read_file(folder / "boundaries" / "limadmin.geojson").to_crs(32188)
    boroughs["zone_id"] = boroughs["NUM"].astype(str)
    boroughs["geometry"] = boroughs.geometry.make_valid()
    places = gpd.read_file(folder / "places" / "lieux_interet.geojson").to_crs(32188)
    result = join(places, boroughs, snap_m=250)
    assert sum(result.counts.values()) == len(places) == 3231
    located = result.points[result.points["outcome"].isin(["matched", "ambiguous"])]
    expected = first_cover(boroughs.geometry.values, located.geometry.x, located.geometry.y)
    assert located["zone_id"].tolist() == [boroughs["zone_id"][k] for k in expected]
