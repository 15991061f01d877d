"""Demand from any layer by any method of the study: every count kept, every rate refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geosocial import intake
from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.study import Study
from tests.intake.toy import EAST, NORTH, square

Factory = Callable[..., Study]
POLYGONS: dict[str, Any] = {"file": "areas.gpkg", "x": "", "y": "", "crs": None, "zone": ""}
COLUMNS = [
    {"key": key, "column": key, "label": key, "unit": "people"} for key in ("people", "children", "seniors")
]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


#: Inside Z3; a quarter in Z3, three in Z4; half outside all; outside.
AREAS = [box(100, 100, 200, 200), box(900, 100, 1300, 200), box(-50, 500, 50, 600), square(9, 9)]


def areas(study: Study, **columns: Any) -> None:
    frame: dict[str, Any] = {"id": ["a", "b", "c", "d"], "people": [10, 80, 6, 5]}
    frame |= {"children": [1, 20, None, 2], "seniors": [2.5, 4, 2, 1]}
    gpd.GeoDataFrame(frame | columns, geometry=AREAS, crs=32188).to_file(study.folder / "areas.gpkg")


def read(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    zones, _, _ = intake.read_zones(study)
    demand, _, faults = intake.read_demand(study, zones)
    return demand, faults


def test_divided_by_area(city: Factory) -> None:
    study = city(demand=POLYGONS | {"method": "area", "columns": COLUMNS})
    areas(study)
    demand, faults = read(study)
    assert demand["demand_id"].tolist() == ["a", "b/Z3", "b/Z4", "c/Z3", "c/-", "d"]
    assert demand["zone_id"].tolist() == ["Z3", "Z3", "Z4", "Z3", "", ""]
    assert demand["people"].tolist() == pytest.approx([10, 20, 60, 3, 3, 5])
    assert demand["seniors"].tolist() == pytest.approx([2.5, 1, 3, 1, 1, 1])
    # suppressed in each of its pieces, and 0 in none
    np.testing.assert_allclose(demand["children"], [1, 5, 15, np.nan, np.nan, 2])
    assert (demand["x"] - EAST).tolist() == pytest.approx([150, 950, 1150, 25, -25, 9500])
    assert faults[["source_row", "code", "value"]].to_numpy().tolist() == [
        [4, "demand_partly_outside", "50\u00a0%"],
        [5, "demand_outside", ""],
    ]


def test_divided_by_where_people_live(city: Factory) -> None:
    ancillary = {"file": "homes.csv", "x": "x", "y": "y", "crs": "EPSG:32188", "weight": "n", "source": "s"}
    study = city(demand=POLYGONS | {"method": "dasymetric", "ancillary": ancillary, "columns": COLUMNS})
    areas(study)
    homes = [(950, 150, 3), (1250, 150, 1), (150, 150, 7), (25, 550, 2)]
    text = "".join(f"{EAST + x},{NORTH + y},{n}\n" for x, y, n in homes)
    (study.folder / "homes.csv").write_text("x,y,n\n" + text)
    demand, faults = read(study)
    # the part of c outside all zones has no dwelling, so nothing of it counts there
    assert demand["demand_id"].tolist() == ["a", "b/Z3", "b/Z4", "c", "d"]
    assert demand["people"].tolist() == pytest.approx([10, 60, 20, 6, 5])
    assert (demand["x"] - EAST).tolist() == pytest.approx([150, 950, 1250, 25, 9500])
    assert faults[["source_row", "code"]].to_numpy().tolist() == [[5, "demand_outside"], [5, "no_ancillary"]]
    (study.folder / "homes.csv").write_text("x,y,n\n" + text + f"Rue Roy, 12,{EAST + 150},{NORTH + 150},1\n")
    with pytest.raises(InputError, match="row 6 has more cells than the header"):
        read(study)
    built = [box(900, 100, 950, 200), box(1290, 100, 1300, 200), box(100, 100, 200, 200)]
    gpd.GeoDataFrame({"k": [1, 2, 3]}, geometry=built, crs=32188).to_file(study.folder / "built.gpkg")
    spec = POLYGONS | {"method": "dasymetric", "ancillary": {"file": "built.gpkg", "source": "s"}}
    demand, _ = read(city(demand=spec))
    assert demand["people"].tolist()[1:3] == pytest.approx([80 * 50 / 60, 80 * 10 / 60])


def test_each_whole_by_a_point_inside(city: Factory) -> None:
    for method, expected in (
        ("points", ["Z3", "Z4", "Z3", ""]),
        ("largest_overlap", ["Z3", "Z4", "Z3", ""]),
        ("", ["Z3", "Z4", "Z3", ""]),
    ):
        study = city(demand=POLYGONS | {"method": method})
        areas(study)
        demand, _ = read(study)
        assert demand["zone_id"].tolist() == expected
        assert demand["people"].tolist() == [10, 80, 6, 5]
    # mostly in Z4, while the middle of it lies in Z3
    hooked = shapely.union_all([box(700, 400, 1050, 500), box(1050, 100, 1100, 900)])
    shape = [hooked, *AREAS[1:]]
    study = city(demand=POLYGONS | {"method": "points"})
    frame = gpd.GeoDataFrame({"id": list("abcd"), "people": [1, 1, 1, 1]}, geometry=shape, crs=32188)
    frame.to_file(study.folder / "areas.gpkg")
    spot = shapely.point_on_surface(hooked)
    by_point, _ = read(study)
    assert by_point["zone_id"][0] == ("Z3" if spot.x < EAST + 1000 else "Z4")
    by_overlap, _ = read(city(demand=POLYGONS | {"method": "largest_overlap"}))
    inside = [hooked.intersection(square(k, 0)).area for k in (0, 1)]
    assert by_overlap["zone_id"][0] == ("Z3" if inside[0] > inside[1] else "Z4")


def test_points_have_no_area(city: Factory) -> None:
    study = city(demand={"file": "spots.gpkg", "x": "", "y": "", "crs": None, "zone": "", "method": "area"})
    spots = gpd.GeoDataFrame({"id": ["a"], "people": [1]}, geometry=[shapely.Point(EAST, NORTH)], crs=32188)
    spots.to_file(study.folder / "spots.gpkg")
    with pytest.raises(InputError, match="the method “area” needs polygons"):
        read(study)
    demand, _ = read(city(demand=POLYGONS | {"file": "spots.gpkg", "method": "points"}))
    assert demand["zone_id"].tolist() == ["Z3"]


@pytest.mark.parametrize("header", ["low_income_pct", "Taux de pauvreté", "% of renters", "avg_rent"])
def test_a_rate_is_no_demand(city: Factory, header: str) -> None:
    column = {"key": "low_income", "column": header, "label": "low income", "unit": "people"}
    study = city(demand=POLYGONS | {"columns": [COLUMNS[0], column]})
    areas(study, **{header: [10.0, 25.0, 50.0, 0.0]})
    with pytest.raises(InputError) as refused:
        read(study)
    for lang, said in (("en", "a rate is not a count"), ("fr", "un taux n’est pas un effectif")):
        line = words(lang).error(refused.value)
        assert said in line
        assert header in line
        assert "share_of" in line
        assert "\n" not in line


def test_a_share_becomes_a_count(city: Factory) -> None:
    column = {"key": "poor", "column": "poor_pct", "label": "poor", "unit": "people", "share_of": "people"}
    study = city(demand=POLYGONS | {"method": "area", "columns": [column, COLUMNS[0]]})
    areas(study, poor_pct=[10.0, 25.0, None, 100.0])
    demand, _ = read(study)
    np.testing.assert_allclose(demand["poor"], [1, 5, 15, np.nan, np.nan, 5])
    assert demand.columns.tolist()[-2:] == ["poor", "people"]
    areas(study, poor_pct=[10.0, 101.0, None, 100.0])
    with pytest.raises(InputError, match="row 3 holds a share above that of everybody"):
        read(study)
    fraction = city(demand=POLYGONS | {"columns": [column | {"per": 1}, COLUMNS[0]]})
    areas(fraction, poor_pct=[0.1, 0.25, None, 1.0])
    np.testing.assert_allclose(read(fraction)[0]["poor"], [1, 20, np.nan, 5])


@pytest.mark.parametrize(
    ("demand", "key"),
    [
        ({"method": "area"}, "method"),  # the zone is given
        ({"zone": "", "method": "area"}, "method"),  # so are points
        (POLYGONS | {"method": "dasymetric"}, "ancillary"),
        (POLYGONS | {"ancillary": {"file": "a.gpkg", "source": "s"}}, "ancillary"),
        (POLYGONS | {"method": "volume"}, "method"),
        (POLYGONS | {"columns": [COLUMNS[0] | {"share_of": "dogs"}]}, "share_of = dogs"),
        (POLYGONS | {"columns": [COLUMNS[0] | {"share_of": "people"}]}, "share_of = people"),
        (
            POLYGONS | {"method": "dasymetric", "ancillary": {"file": "a.gpkg", "source": "nobody"}},
            "sources.nobody",
        ),
    ],
)
def test_keys_that_do_not_fit(city: Factory, demand: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        city(demand=demand)
