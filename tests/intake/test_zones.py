"""Zones: refused by name when anything of them is wrong."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely

from geosocial import intake
from geosocial.errors import InputError, StudyError, UnknownCrsError
from geosocial.study import Study
from tests.intake.toy import EAST, NORTH, square, zones

Factory = Callable[..., Study]


def with_zones(study: Study, frame: gpd.GeoDataFrame) -> Study:
    (study.folder / "zones.gpkg").unlink()
    frame.to_file(study.folder / "zones.gpkg")
    return study


def test_zones_are_read(city: Factory) -> None:
    found, file, faults = intake.read_zones(city())
    assert found["zone_id"].tolist() == ["Z1", "Z2", "Z3", "Z4"]
    assert (
        found["name_fr"].tolist()
        == found["name_en"].tolist()
        == ["Le Nord-Ouest", "L’Île-Est", "Sud–Ouest", "Saint-Éloi"]
    )
    assert found["kind"].tolist() == ["borough"] * 3 + ["town"]
    assert found["land_km2"].tolist() == [1.0] * 4
    assert (file.role, file.path, file.rows) == ("zones", "zones.gpkg", 4)
    assert len(faults) == 0


def test_zones_are_moved_to_the_crs_of_the_study(city: Factory) -> None:
    study = with_zones(city(), zones().to_crs(4326))
    found, _, _ = intake.read_zones(study)
    assert found.crs.to_epsg() == 32188
    assert found.geometry[0].symmetric_difference(square(0, 1)).area < 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": ["Z1", "Z1", "Z3", "Z4"]}, "repeats these identifiers: Z1"),
        ({"code": ["Z1", "", "Z3", "Z4"]}, "rows without an identifier \\(column “code”\\): 1"),
        ({"nom": ["A", "", "C", "D"]}, "these zones have no name: Z2"),
        (
            {"genre": ["Arr.", "Arr.", "Arr.", "Lune"]},
            "kinds of zone are not known \\(column “genre”\\): Lune",
        ),
    ],
)
def test_words_that_refuse_the_zones(city: Factory, change: dict[str, list[str]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        intake.read_zones(with_zones(city(), zones().assign(**change)))


BOW_TIE = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 0), (9, 9), (9, 0), (0, 9))])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (None, "these rows have no outline: L’Île-Est"),
        (shapely.Polygon(), "these rows have no outline: L’Île-Est"),
        (shapely.Point(EAST, NORTH), "these rows are not polygons: L’Île-Est"),
        (BOW_TIE, "the outlines of these rows cross or touch themselves: L’Île-Est"),
    ],
)
def test_outlines_that_refuse_the_zones(city: Factory, shape: shapely.Geometry, message: str) -> None:
    frame = zones()
    frame["geometry"] = [frame.geometry[0], shape, *frame.geometry[2:]]
    with pytest.raises(InputError, match=message):
        intake.read_zones(with_zones(city(), frame))


@pytest.mark.parametrize("value", ["0", "-1", "vaste", ""])
def test_a_land_area_must_be_one(city: Factory, value: str) -> None:
    study = with_zones(city(zones_spec={"land_km2": "km2"}), zones().assign(km2=["1", value, "1,5", "2"]))
    with pytest.raises(InputError, match="no usable land area: L’Île-Est"):
        intake.read_zones(study)


def test_a_land_area_of_the_file(city: Factory) -> None:
    study = with_zones(city(zones_spec={"land_km2": "km2"}), zones().assign(km2=["1", "0,25", "1.5", "2"]))
    assert intake.read_zones(study)[0]["land_km2"].tolist() == [1.0, 0.25, 1.5, 2.0]


def test_an_alias_of_no_zone_is_refused(city: Factory) -> None:
    with pytest.raises(StudyError, match="not in this file: St-Eloi"):
        intake.read_zones(city(zones_spec={"aliases": {"St-Eloi": "Z9"}}))


def test_a_study_in_degrees_is_refused(city: Factory) -> None:
    with pytest.raises(StudyError, match="does not measure in metres"):
        intake.read_zones(city(crs="EPSG:4326"))


def test_a_name_of_two_zones_is_no_name_of_either() -> None:
    from geosocial.intake.zones import zone_names

    frame = zones().rename(columns={"code": "zone_id", "nom": "name_fr"}).assign(name_en="Same")
    assert "same" not in zone_names(frame, {})
    assert zone_names(frame, {"Éloi": "Z4"})["eloi"] == "Z4"


def test_context_is_read(city: Factory) -> None:
    study = city(context=[{"key": "land", "file": "land.geojson", "name": "nom", "source": "s"}])
    frame = zones().to_crs(4326)
    frame["geometry"] = [None, *frame.geometry[1:]]
    frame.to_file(study.folder / "land.geojson")
    layers, files = intake.read_context(study)
    assert layers["land"]["name"].tolist() == ["L’Île-Est", "Sud–Ouest", "Saint-Éloi"]
    assert layers["land"].crs.to_epsg() == 32188
    assert files[0].role == "context:land"


def test_context_must_be_a_layer_with_a_crs(city: Factory) -> None:
    study = city(context=[{"key": "land", "file": "land.parquet", "source": "s"}])
    zones().set_crs(None, allow_override=True).to_parquet(study.folder / "land.parquet")
    with pytest.raises(UnknownCrsError, match=r"land\.parquet"):
        intake.read_context(study)
