"""Layers of many things: what travels is what was given, to a metre, whole, small and fast."""

from __future__ import annotations

import itertools
import json
import re
import time
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import maps
from geosocial.cartography import standalone
from geosocial.cartography.large_layers import CANNOT_SAY, MISSING, area_layer, point_layer
from geosocial.errors import InputError
from tests.cartography.payloads import PAYLOADS


def decoded(deltas: list[int]) -> list[int]:
    """Whole numbers back from their differences, one at a time."""
    out, at = [], 0
    for delta in deltas:
        at += delta
        out.append(at)
    return out


def listed(values: Any) -> list[str]:
    return values if isinstance(values, list) else [values["list"][n] for n in values["of"]]


def data(layer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(layer.data)
    return found


LON = st.floats(-180, 180)
LAT = st.floats(-85, 85)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LON, LAT, st.sampled_from(["a", "b", "{{c}}"]), st.text(max_size=4)), max_size=30))
def test_points_keep_position_name_and_group(points: list[tuple[float, float, str, str]]) -> None:
    names, groups = [p[3] for p in points], [p[2] for p in points]
    sent = data(point_layer([p[0] for p in points], [p[1] for p in points], names, groups=groups))
    x, y = decoded(sent["x"]), decoded(sent["y"])
    back = sorted(zip(x, y, listed(sent["names"]), listed(sent["groups"]), strict=True))
    # A float that lies between two units rounds to the even one, as Python's own round does.
    assert back == sorted(
        (round(lon * 1e5), round(lat * 1e5), name, group) for lon, lat, group, name in points
    )


def polygons(sent: dict[str, Any]) -> list[Any]:
    """The shapes as the page builds them."""
    points = list(zip(decoded(sent["x"]), decoded(sent["y"]), strict=True))
    rings, at = [], 0
    for n in sent["ring"]:
        rings.append([(x / 1e5, y / 1e5) for x, y in points[at : at + n]])
        at += n
    assert at == len(points)
    parts, at = [], 0
    for n in sent["part"]:
        parts.append(shapely.Polygon(rings[at], rings[at + 1 : at + n]))
        at += n
    shapes, at = [], 0
    for n in sent["area"]:
        shapes.append(shapely.MultiPolygon(parts[at : at + n]))
        at += n
    return shapes


def test_areas_keep_holes_parts_and_order() -> None:
    ring = shapely.box(0, 0, 3000, 3000).difference(shapely.box(1000, 1000, 2000, 2000))
    two = shapely.union_all([shapely.box(4000, 0, 5000, 1000), shapely.box(6000, 0, 7000, 1000)])
    frame = gpd.GeoDataFrame(geometry=[two, ring, shapely.box(1000, 1000, 2000, 2000)], crs="EPSG:32188")
    frame.geometry = frame.geometry.translate(290_000, 5_040_000)
    layer = area_layer(frame, ["two", "ring", "hole"], classes=[0, MISSING, CANNOT_SAY], colors=["#fff"])
    sent = data(layer)
    assert sent["names"] == ["two", "ring", "hole"]
    assert sent["classes"] == [0, -1, -2]
    back = gpd.GeoSeries(polygons(sent), crs=4326).to_crs(32188)
    for shape, given_ in zip(back, frame.geometry, strict=True):
        assert shape.hausdorff_distance(given_) < 2
        assert shape.symmetric_difference(given_).area < 0.003 * given_.area
    assert sent["ring"] == [4, 4, 4, 4, 4]
    assert sent["area"] == [2, 1, 1]
    assert sent["part"] == [1, 1, 2, 1]


def test_neighbours_keep_one_border() -> None:
    frame = maps.areas(120)
    sent = data(area_layer(frame, [""] * 120))
    # In whole numbers as they travel, where a shared vertex is the same pair on both sides.
    shapes = shapely.transform(np.array(polygons(sent)), lambda xy: (xy * 1e5).round())
    edges: dict[Any, int] = {}
    for shape in shapes:
        ring = [tuple(map(int, c)) for c in shape.geoms[0].exterior.coords]
        for a, b in itertools.pairwise(ring):
            edges[min(a, b), max(a, b)] = edges.get((min(a, b), max(a, b)), 0) + 1
    inner = sum(shapely.length(frame.geometry.to_numpy())) - shapely.length(shapely.union_all(frame.geometry))
    assert set(edges.values()) == {1, 2}
    assert sum(n == 2 for n in edges.values()) > 0.7 * len(edges)
    assert inner > 0


def test_fifty_thousand_points_and_3200_areas_are_small_and_fast() -> None:
    points, zones = maps.initiatives(50_000), maps.areas(3_200)
    assert len(zones) == 3_200
    assert shapely.coverage_is_valid(zones.geometry.to_numpy())
    maps.ours(points, zones)
    start = time.process_time()
    page = maps.ours(points, zones)
    assert time.process_time() - start <= 2
    assert len(page.encode()) <= 4_000_000


def test_the_same_points_give_the_same_bytes() -> None:
    points, zones = maps.initiatives(500), maps.areas(100)
    assert maps.ours(points, zones) == maps.ours(points, zones)


def test_names_that_repeat_travel_once() -> None:
    sent = data(point_layer([0.0] * 6, [0.0] * 6, ["a", "b", "a", "a", "b", "a"]))
    assert sent["names"] == {"list": ["a", "b"], "of": [0, 1, 0, 0, 1, 0]}
    assert data(point_layer([0.0] * 3, [0.0] * 3, ["a", "b", "c"]))["names"] == ["a", "b", "c"]


def test_hostile_names_do_not_leave_their_quotes() -> None:
    lon = [-73.6 + n / 1000 for n in range(len(PAYLOADS))]
    city = folium.Map([45.5, -73.6], tiles=None)
    point_layer(lon, [45.5] * len(lon), PAYLOADS, groups=PAYLOADS, name=PAYLOADS[1]).add_to(city)
    boxes = [shapely.box(290_000 + 100 * n, 5_040_000, 290_090 + 100 * n, 5_040_090) for n in range(len(lon))]
    frame = gpd.GeoDataFrame(geometry=boxes, crs=32188)
    area_layer(frame, PAYLOADS, notes=PAYLOADS).add_to(city)
    for text in (standalone.page(city), city.get_root().render()):
        calls = re.findall(r"L\.geosocialLayers\.(points|areas)\((\{.*\})\);", text)
        found = {kind: json.loads(sent) for kind, sent in calls}
        assert sorted(listed(found["points"]["names"])) == sorted(PAYLOADS)
        assert found["areas"]["names"] == list(PAYLOADS)
        assert listed(found["areas"]["notes"]) == list(PAYLOADS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: point_layer([0], [0, 1], ["a"]), "differ in length: 1, 2"),
        (lambda: point_layer([0], [91], ["a"]), "nowhere"),
        (lambda: point_layer([float("nan")], [1], ["a"]), "nowhere"),
        (lambda: area_layer(maps.areas(4), ["a"]), "differ in length: 1, 4"),
        (lambda: area_layer(maps.areas(4).to_crs(4326), ["a"] * 4), "metric"),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        make()


@pytest.mark.real_data
def test_the_dissemination_areas_take_a_third_of_a_megabyte(shared_data: Path) -> None:
    frame = gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)
    sent = area_layer(frame, [str(n) for n in range(len(frame))]).data
    assert len(json.loads(sent)["names"]) == 2_805
    assert len(sent.encode()) < 500_000
