"""Damaged positions: mended when they read in one way in the study area, always said; else not placed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial import intake
from geosocial.errors import UnknownCrsError
from geosocial.intake import join_files
from geosocial.intake.faults import Faults
from geosocial.intake.positions import Area, repair
from geosocial.study import PlacesSpec, Study
from tests.intake.toy import EAST, NORTH, zones

Factory = Callable[..., Study]
Spec = Callable[..., PlacesSpec]

#: The island of Montréal, EPSG:32188.
ISLAND = Area(267_000, 5_025_000, 311_000, 5_067_000, "EPSG:32188")
LON, LAT = -73.5673, 45.5017
#: The same place in other systems, from PROJ itself.
SYSTEMS = {
    code: pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(LON, LAT)
    for code in (32188, 26918, 32198, 3347, 3857)
}


def mend(x: float, y: float, crs: object = 4326, area: Area = ISLAND) -> tuple[float, float, list[str]]:
    faults = Faults("list", "list.csv", [2])
    own = pyproj.CRS.from_user_input(crs)
    east, north, _ = repair(np.array([x]), np.array([y]), own, area, faults)
    return float(east[0]), float(north[0]), faults.table()["code"].tolist()


@pytest.mark.parametrize(
    ("x", "y", "steps"),
    [
        (LAT, LON, ["repaired_swap"]),
        (-LON, LAT, ["repaired_sign"]),
        (LON, -LAT, ["repaired_sign"]),
        (LAT, -LON, ["repaired_swap", "repaired_sign"]),
        (-735673.0, 455017.0, ["repaired_decimal"]),
        (LON, 455017.0, ["repaired_decimal"]),
        (-735673.0, LAT, ["repaired_decimal"]),
        (735673.0, 455017.0, ["repaired_sign", "repaired_decimal"]),
    ],
)
def test_degrees_are_mended(x: float, y: float, steps: list[str]) -> None:
    east, north, codes = mend(x, y)
    assert (east, north) == pytest.approx((LON, LAT), abs=1e-9)
    assert codes == ["repaired_position", *steps]


@pytest.mark.parametrize("code", sorted(SYSTEMS))
def test_metres_in_columns_of_degrees(code: int) -> None:
    east, north, codes = mend(*SYSTEMS[code])
    assert (east, north) == pytest.approx((LON, LAT), abs=1e-7)
    assert codes == ["repaired_position", "repaired_crs"]
    east, north, codes = mend(*reversed(SYSTEMS[code]))
    assert (east, north) == pytest.approx((LON, LAT), abs=1e-7)
    assert codes == ["repaired_position", "repaired_crs", "repaired_swap"]


@pytest.mark.parametrize(
    ("x", "y", "steps"),
    [
        (299_541_123.0, 5_045_855_457.0, ["repaired_decimal"]),
        (299_541.123, 5_045_855_457.0, ["repaired_decimal"]),
        (5_045_855.457, 299_541.123, ["repaired_swap"]),
        (5_045_855_457.0, 299_541_123.0, ["repaired_swap", "repaired_decimal"]),
    ],
)
def test_metres_are_mended(x: float, y: float, steps: list[str]) -> None:
    east, north, codes = mend(x, y, 32188)
    assert (east, north) == pytest.approx((299_541.123, 5_045_855.457), abs=1e-6)
    assert codes == ["repaired_position", *steps]


@pytest.mark.parametrize(
    ("system", "utm", "place"),
    [
        ("EPSG:25830", 32630, (-3.70, 40.42)),  # Madrid
        ("EPSG:31984", 32724, (-38.97, -12.27)),  # Feira de Santana
        ("EPSG:2154", 32631, (2.35, 48.85)),  # Paris
        ("EPSG:2193", 32760, (174.76, -36.85)),  # Auckland
    ],
)
def test_another_city_has_its_own_systems(system: str, utm: int, place: tuple[float, float]) -> None:
    def of(code: object) -> tuple[float, float]:
        return pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(*place)

    x, y = of(system)
    area = Area(x - 20_000, y - 20_000, x + 20_000, y + 20_000, system)
    # metres of the study's system, of its UTM zone and of the web, in columns of degrees; and swapped
    for code in (system, utm, 3857):
        for swapped in (False, True):
            written = of(code)[::-1] if swapped else of(code)
            east, north, codes = mend(*written, area=area)
            assert (east, north) == pytest.approx(place, abs=2e-5)
            assert codes == ["repaired_position", "repaired_crs", *(["repaired_swap"] if swapped else [])]
    # degrees, and metres of the UTM zone, in columns of the study's metres
    assert mend(*place, system, area)[:2] == pytest.approx((x, y), abs=0.01)
    assert mend(*place[::-1], 4326, area)[:2] == pytest.approx(place)


def test_metres_among_the_degrees_of_the_second_city_are_mended(tmp_path: Path) -> None:
    barrios = Path(__file__).parents[2] / "examples" / "second-city" / "barrios.geojson"
    layer = gpd.read_file(barrios)
    inner = layer.to_crs(25830).representative_point().to_crs(4326)
    metres = inner.to_crs(25830)
    rows = [f"{n},{p.x:.6f},{p.y:.6f}" for n, p in enumerate(inner)]
    rows[1] = f"1,{metres.iloc[1].x:.2f},{metres.iloc[1].y:.2f}"
    rows[2] = f"2,{metres.iloc[2].y:.2f},{metres.iloc[2].x:.2f}"
    (tmp_path / "list.csv").write_text("\n".join(["id,lon,lat", *rows]) + "\n", encoding="utf-8")
    joined = join_files(tmp_path / "list.csv", barrios)
    assert joined.counts["matched"] == len(layer)
    codes = joined.faults.groupby("source_row")["code"].agg(list).to_dict()
    assert codes == {
        3: ["repaired_position", "repaired_crs"],
        4: ["repaired_position", "repaired_crs", "repaired_swap"],
    }
    # each inner point lies in the barrio that it was made of
    assert joined.frame["zone_id"].nunique() == len(layer)


def test_a_town_on_the_edge_of_two_utm_zones_is_read_in_both() -> None:
    x, y = pyproj.Transformer.from_crs(4326, 32630, always_xy=True).transform(-6.0, 37.0)
    area = Area(x - 20_000, y - 20_000, x + 20_000, y + 20_000, "EPSG:32630")
    for code in (32629, 32630):
        written = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(-6.01, 37.0)
        assert mend(*written, area=area)[:2] == pytest.approx((-6.01, 37.0), abs=1e-6)


def test_degrees_in_columns_of_metres() -> None:
    east, north, codes = mend(LON, LAT, 32188)
    assert (east, north) == pytest.approx(SYSTEMS[32188], abs=1e-6)
    assert codes == ["repaired_position", "repaired_crs"]


@pytest.mark.parametrize(
    ("x", "y", "crs"),
    [
        (LON, LAT, 4326),  # in the area
        (-71.2, 46.8, 4326),  # the city of Québec: a far place, read in no other way
        (0.0, 0.0, 4326),
        (math.nan, LAT, 4326),
        (-73.0, -45.0, 4326),  # its twin to the north is not in the area either
        (735.0, 455.0, 4326),  # too few digits to say where
        (12_345_678.0, 9.0, 4326),
        (247_000.0, 5_180_000.0, 32188),  # in metres, a far place of the same system
        (1e300, 1e300, 4326),
    ],
)
def test_what_reads_in_no_other_way_stands(x: float, y: float, crs: int) -> None:
    east, north, codes = mend(x, y, crs)
    assert np.array_equal([east, north], [x, y], equal_nan=True)
    assert codes == []


def test_candidates_are_named() -> None:
    # Two minus signs that may each be wrong: 1° W or 1° E of Greenwich are both in the area.
    area = Area(500_000 - 400_000, 5_300_000, 500_000 + 400_000, 5_900_000, "EPSG:32631")
    faults = Faults("list", "list.csv", [2])
    x, _, several = repair(np.array([-1.0]), np.array([-50.0]), pyproj.CRS.from_epsg(4326), area, faults)
    assert several.tolist() == [True]
    assert math.isnan(x[0])
    row = faults.table().iloc[0]
    assert (row["code"], row["action"]) == ("position_candidates", "unlocated")
    assert row["value"] == "-1; -50 → -1; 50 | 1; 50"


@settings(max_examples=200, deadline=None)
@given(x=st.floats(-1e10, 1e10), y=st.floats(-1e10, 1e10), crs=st.sampled_from([4326, 32188]))
def test_a_position_is_only_ever_moved_into_the_area_and_said(x: float, y: float, crs: int) -> None:
    east, north, codes = mend(x, y, crs)
    if (east, north) == (x, y):
        assert codes == []
        return
    assert codes[0] in {"repaired_position", "position_candidates"}
    if codes[0] == "repaired_position":
        step = pyproj.Transformer.from_crs(crs, 32188, always_xy=True)
        e, n = step.transform(east, north)
        assert ISLAND.west - 0.01 <= e <= ISLAND.east + 0.01
        assert ISLAND.south - 0.01 <= n <= ISLAND.north + 0.01


def test_a_list_is_mended_row_by_row(city: Factory, places: Spec) -> None:
    lon, lat = pyproj.Transformer.from_crs(32188, 4326, always_xy=True).transform(EAST + 500, NORTH + 500)
    study = city()
    text = f"nom,lon,lat\nA,{lon},{lat}\nB,{lat},{lon}\nC,{-lon},{lat}\nD,{lon},145.5\nE,0,0\nF,,\n"
    (study.folder / "list.csv").write_text(text)
    found, _, _ = intake.read_zones(study)
    taken = intake.read_places(study, places(x="lon", y="lat", crs="EPSG:4326"), found)
    assert taken.places["outcome"].tolist() == ["matched"] * 3 + ["unlocated"] * 3
    assert taken.places["zone_id"].tolist() == ["Z3"] * 3 + [""] * 3
    assert taken.faults[["source_row", "code", "action"]].to_numpy().tolist() == [
        [3, "repaired_position", "flagged"],
        [3, "repaired_swap", "flagged"],
        [4, "repaired_position", "flagged"],
        [4, "repaired_sign", "flagged"],
        [5, "coordinate_range", "unlocated"],
        [6, "zero_coordinates", "unlocated"],
        [7, "no_coordinates", "unlocated"],
    ]
    assert set(taken.faults["code"]) <= set(intake.REASONS)


def test_a_join_keeps_the_columns_of_a_row_that_it_mends(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    (tmp_path / "points.csv").write_text(f"x,y\n{(EAST + 500) * 1000:.0f},{(NORTH + 500) * 1000:.0f}\n")
    joined = join_files(tmp_path / "points.csv", tmp_path / "zones.gpkg", crs="EPSG:32188")
    assert joined.frame["x"].tolist() == ["300500000"]
    assert joined.frame["outcome"].tolist() == ["matched"]
    assert joined.faults["code"].tolist() == ["repaired_position", "repaired_decimal"]
    assert (joined.frame.geometry[0].x, joined.frame.geometry[0].y) == (EAST + 500, NORTH + 500)


def geojson(path: Path, points: list[tuple[float, float]], crs: str | None = None) -> Path:
    features = [
        {"type": "Feature", "properties": {"n": i}, "geometry": {"type": "Point", "coordinates": list(p)}}
        for i, p in enumerate(points)
    ]
    member = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **member, "features": features}))
    return path


def test_a_layer_that_says_its_system_is_believed(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    path = geojson(tmp_path / "p.geojson", [(EAST + 1, NORTH + 1)], "urn:ogc:def:crs:EPSG::32188")
    joined = join_files(path, tmp_path / "zones.gpkg")
    assert joined.frame["zone_id"].tolist() == ["Z3"]
    assert len(joined.faults) == 0


def test_points_in_two_units_are_read_one_by_one(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    lon, lat = pyproj.Transformer.from_crs(32188, 4326, always_xy=True).transform(EAST + 500, NORTH + 500)
    path = geojson(tmp_path / "p.geojson", [(lon, lat), (EAST + 1500, NORTH + 500), (lon, lat)])
    joined = join_files(path, tmp_path / "zones.gpkg")
    assert joined.frame["zone_id"].tolist() == ["Z3", "Z4", "Z3"]
    assert joined.faults[["source_row", "code"]].to_numpy().tolist() == [
        [3, "repaired_position"],
        [3, "repaired_crs"],
    ]


def test_a_file_whose_unit_is_not_known_is_refused(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    path = geojson(tmp_path / "p.geojson", [(EAST, NORTH), (EAST + 1, NORTH), (-73.5, 45.5)])
    with pytest.raises(UnknownCrsError, match="not degrees"):
        join_files(path, tmp_path / "zones.gpkg")
