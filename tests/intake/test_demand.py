"""Demand: where people live, suppressed figures, zones of points and of polygons."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geosocial import intake
from geosocial.errors import InputError
from geosocial.study import Study
from tests.intake.toy import EAST, NORTH, square

Factory = Callable[..., Study]


def read(study: Study, text: str = "") -> tuple[object, ...]:
    if text:
        (study.folder / "demand.csv").write_text(text, encoding="utf-8")
    zones, _, _ = intake.read_zones(study)
    return intake.read_demand(study, zones)


def test_points_with_their_zone(city: Factory) -> None:
    zones, _, _ = intake.read_zones(city())
    demand, file, faults = intake.read_demand(city(), zones)
    assert demand["demand_id"].tolist() == ["a", "b"]
    assert demand["zone_id"].tolist() == ["Z1", "Z4"]
    assert demand["people"].tolist()[0] == 100.0
    assert np.isnan(demand["people"][1])  # suppressed, not 0
    assert (file.role, file.rows, len(faults)) == ("demand", 2, 0)


def test_the_zone_of_a_point_by_its_position(city: Factory) -> None:
    study = city(demand={"zone": ""})
    text = (
        f"id,x,y,people\na,{EAST + 1},{NORTH + 1},1\nb,{EAST - 100},{NORTH + 1},1\nc,{EAST - 300},{NORTH},5\n"
    )
    (study.folder / "demand.csv").write_text(text)
    zones, _, _ = intake.read_zones(study)
    demand, _, faults = intake.read_demand(study, zones)
    assert demand["zone_id"].tolist() == ["Z3", "Z3", ""]  # inside; 100 m away; too far
    assert faults[["source_row", "code"]].to_numpy().tolist() == [[4, "demand_outside"]]


def test_polygons_belong_to_the_zone_that_they_overlap_most(city: Factory) -> None:
    study = city(demand={"file": "areas.gpkg", "x": "", "y": "", "crs": None, "zone": ""})
    areas = [
        shapely.box(EAST + 100, NORTH + 100, EAST + 1400, NORTH + 200),  # 900 m in Z3, 400 m in Z4
        shapely.box(EAST + 900, NORTH + 100, EAST + 1400, NORTH + 200),  # 100 m in Z3, 400 m in Z4
        square(9, 9),
    ]
    gpd.GeoDataFrame({"id": [1, 2, 3], "people": [1.5, None, 7]}, geometry=areas, crs=32188).to_file(
        study.folder / "areas.gpkg"
    )
    zones, _, _ = intake.read_zones(study)
    demand, _, faults = intake.read_demand(study, zones)
    assert demand["demand_id"].tolist() == ["1", "2", "3"]
    assert demand["zone_id"].tolist() == ["Z3", "Z4", ""]
    inside = shapely.contains_xy(areas, demand["x"].to_numpy(), demand["y"].to_numpy())
    assert inside.all()
    assert faults["code"].tolist() == ["demand_outside"]


def test_a_cell_in_two_boroughs_has_two_rows(city: Factory) -> None:
    study = city()
    (study.folder / "demand.csv").write_text(
        "id,x,y,zone,people\nc,300500,5040500,Z3,1\nc,300600,5040500,Z4,2\n"
    )
    zones, _, _ = intake.read_zones(study)
    demand, _, _ = intake.read_demand(study, zones)
    assert demand["demand_id"].tolist() == ["c/Z3", "c/Z4"]


def test_the_signs_of_statistical_offices_are_suppressed_figures(city: Factory) -> None:
    study = city()
    rows = "".join(f"{i},300500,5040500,Z3,{v}\n" for i, v in enumerate(["x", "..", "F", "1 234"]))
    (study.folder / "demand.csv").write_text("id,x,y,zone,people\n" + rows)
    zones, _, _ = intake.read_zones(study)
    demand, _, faults = intake.read_demand(study, zones)
    assert demand["people"].isna().tolist() == [True, True, True, False]
    assert demand["people"][3] == 1234.0
    assert faults[["code", "column", "value"]].to_numpy().tolist() == [
        ["suppressed_text", "people", v] for v in ("x", "..", "F")
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,300500,5040500,Z3,-5\n", "row 2 holds a negative figure \\(column “people”\\)"),
        ("a,300500,5040500,Z9,5\n", "row 2 names a zone that does not exist \\(column “zone”\\)"),
        ("a,,5040500,Z3,5\n", "row 2 has no usable position"),
        ("a,300500,5040500,Z3,5\na,300500,5040500,Z3,5\n", "rows 2, 3 have an empty or repeated identifier"),
        (",300500,5040500,Z3,5\n", "row 2 has an empty or repeated identifier"),
        ("a,300500,5040500,Z3,5,6\n", "row 2 has more cells than the header"),
        ("", "the file has a header and no row"),
    ],
)
def test_rows_that_refuse_the_file(city: Factory, rows: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(city(), "id,x,y,zone,people\n" + rows)


def test_many_faulty_rows_are_counted(city: Factory) -> None:
    rows = "".join(f"{i},300500,5040500,Z3,-1\n" for i in range(9))
    with pytest.raises(InputError, match=r"rows 2, 3, 4, 5, 6, … \(9\) hold"):
        read(city(), "id,x,y,zone,people\n" + rows)
