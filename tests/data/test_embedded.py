from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geosocial.study import Study, read_study
from geosocial.vocabulary import kinds, spheres, terms

FOLDER = Path(__file__).parents[2] / "data" / "montreal"
#: Published populations, 2016 Census (profile of the boroughs).
POPULATION = {
    "Ahuntsic-Cartierville": 134_245,
    "Anjou": 42_796,
    "Côte-des-Neiges–Notre-Dame-de-Grâce": 166_520,
    "Lachine": 44_489,
    "LaSalle": 76_853,
    "L’Île-Bizard–Sainte-Geneviève": 18_413,
    "Mercier–Hochelaga-Maisonneuve": 136_024,
    "Montréal-Nord": 84_234,
    "Outremont": 23_954,
    "Pierrefonds-Roxboro": 69_297,
    "Le Plateau-Mont-Royal": 104_000,
    "Rivière-des-Prairies–Pointe-aux-Trembles": 106_743,
    "Rosemont–La Petite-Patrie": 139_590,
    "Saint-Laurent": 98_828,
    "Saint-Léonard": 78_305,
    "Le Sud-Ouest": 78_151,
    "Verdun": 69_229,
    "Ville-Marie": 89_170,
    "Villeray–Saint-Michel–Parc-Extension": 143_853,
}
HOUSEHOLDS = ("renter_households", "households_30", "renters_30")


@pytest.fixture(scope="module")
def boroughs() -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / "boroughs.geojson").to_crs("EPSG:32188")


@pytest.fixture(scope="module")
def demand() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "demand_250m.csv", dtype={"zone_id": "str"})


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(FOLDER)


def test_the_study_is_the_embedded_one_and_stands(study: Study) -> None:
    assert study.id == read_study().id == "montreal"
    assert list(study.spheres) == list(spheres())
    assert [s.key for s in study.spheres["recreation"].services] == ["indoor", "outdoor"]
    layers = [*(spec.file for spec in study.places), *(spec.file for spec in study.context)]
    for file in (study.zones.file, study.demand.file, *layers):
        assert study.path(file).is_file()


def test_every_standard_and_norm_says_where_it_comes_from(study: Study) -> None:
    for _, service in study.services():
        for source in (service.norm_source, service.standard_source, study.detour_source):
            assert source is None or (
                source.fr.startswith("Hypothèse\u00a0: ") and "Assumption: " in source.en
            )


def test_french_in_the_study_is_well_spaced() -> None:
    for fr in re.findall(r'fr = "([^"]*)"', (FOLDER / "study.toml").read_text(encoding="utf-8")):
        assert not re.search(r" [:;!?%»]|« |[0-9] m\b|'", fr), fr


def test_residents_are_the_published_ones(boroughs: gpd.GeoDataFrame, demand: pd.DataFrame) -> None:
    assert demand["residents"].sum() == 1_704_694 == sum(POPULATION.values())
    names = dict(zip(boroughs["zone_id"], boroughs["name_fr"], strict=True))
    found = demand.groupby("zone_id")["residents"].sum()
    assert {names[str(zone)]: int(people) for zone, people in found.items()} == POPULATION


def test_other_figures_keep_their_totals(demand: pd.DataFrame) -> None:
    totals = {
        "low_income": 376_845,
        "renter_households": 493_360,
        "households_30": 238_570,
        "renters_30": 177_262,
    }
    for column, total in totals.items():
        assert demand[column].sum() == total
        assert (demand[column].dropna() >= 0).all()


def test_a_suppressed_figure_is_empty_not_zero(demand: pd.DataFrame) -> None:
    empty = {c: int(demand[c].isna().sum()) for c in ("residents", "low_income", *HOUSEHOLDS)}
    assert empty == {
        "residents": 0,
        "low_income": 74,
        "renter_households": 7,
        "households_30": 66,
        "renters_30": 66,
    }
    assert not (demand.drop(columns=["cell_id", "zone_id", "x_m", "y_m"]).fillna(0) == 0).all(axis=1).any()


def test_a_row_is_a_cell_and_a_borough_and_lies_in_its_cell(demand: pd.DataFrame) -> None:
    assert not demand.duplicated(["cell_id", "zone_id"]).any()
    corner = demand["cell_id"].str.extract(r"^E(\d+\.\d\d)N(\d+\.\d\d)$").astype(float) * 1000
    for axis, column in (("x_m", 0), ("y_m", 1)):
        inside = demand[axis] - corner[column]
        assert inside.between(0, 250).all()
        assert (corner[column].round() % 250 == 0).all()


def test_people_lie_in_the_borough_that_they_count_in(
    boroughs: gpd.GeoDataFrame, demand: pd.DataFrame
) -> None:
    shapes = dict(zip(boroughs["zone_id"], boroughs.geometry, strict=True))
    own = np.array([shapes[zone] for zone in demand["zone_id"]])
    distance = shapely.distance(shapely.points(demand["x_m"], demand["y_m"]), own)
    assert distance.max() <= 132
    assert demand.loc[distance > 0, "residents"].sum() <= 2_436


def test_boroughs_and_districts_share_their_borders(boroughs: gpd.GeoDataFrame) -> None:
    districts = gpd.read_file(FOLDER / "districts.geojson").to_crs("EPSG:32188")
    assert (len(boroughs), len(districts)) == (19, 58)
    assert list(boroughs["zone_id"]) == [f"{i:02d}" for i in range(1, 20)]
    for layer in (boroughs, districts):
        assert layer.is_valid.all()
        assert shapely.coverage_is_valid(layer.geometry.to_numpy())
    for borough in boroughs.itertuples():
        union = districts.loc[districts["zone_id"] == borough.zone_id, "geometry"].union_all()
        assert shapely.area(shapely.symmetric_difference(union, borough.geometry)) < 1
    assert boroughs["land_km2"].sum() == pytest.approx(365.0, abs=2)  # the census areas add up to 366.0


def test_towns_and_boroughs_meet(boroughs: gpd.GeoDataFrame) -> None:
    towns = gpd.read_file(FOLDER / "land.geojson").to_crs("EPSG:32188")
    city = boroughs.union_all()
    assert len(towns) == 15
    assert towns.is_valid.all()
    assert shapely.area(shapely.intersection(towns.union_all(), city)) < 500  # of 134 km²
    # Between a town that the city surrounds and the city no water is to be seen: no gap is 2 m wide.
    for name in ("Westmount", "Hampstead", "Mont-Royal"):
        town = towns.loc[towns["name"] == name, "geometry"].iloc[0]
        ring = shapely.difference(shapely.buffer(town, 10), shapely.union_all([city, *towns.geometry]))
        assert shapely.buffer(ring, -1).is_empty


def test_every_kind_that_counts_is_known_and_in_its_sphere(study: Study) -> None:
    for name in ("supply_250m.csv", "housing_250m.csv", "initiatives.csv"):
        table = pd.read_csv(FOLDER / name)
        assert [kinds()[kind].sphere for kind in table["kind"]] == list(table["sphere"])
    listed = {
        *pd.read_csv(FOLDER / "supply_250m.csv")["kind"],
        *pd.read_csv(FOLDER / "housing_250m.csv")["kind"],
    }
    assert listed == {kind for _, service in study.services() for kind in service.kinds}


def test_supply_holds_figures_and_no_names() -> None:
    for name in ("supply_250m.csv", "housing_250m.csv"):
        with (FOLDER / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            assert row.pop("sphere") in spheres()
            assert row.pop("kind") in kinds()
            assert re.fullmatch(r"E\d{3}\.\d\dN\d{4}\.\d\d", row.pop("cell_id"))
            assert all(re.fullmatch(r"\d+", value) for value in row.values())
        assert len(rows) == len({tuple(row.items()) for row in rows}) or name.startswith("supply")


def test_supply_adds_up() -> None:
    supply = pd.read_csv(FOLDER / "supply_250m.csv").groupby("kind")["count"].sum().to_dict()
    assert supply == {
        "library": 49,
        "municipal_venue": 44,
        "theatre": 77,
        "museum": 47,
        "leisure_centre": 261,
        "indoor_sport": 61,
        "indoor_pool": 44,
        "outdoor_pool": 39,
        "outdoor_facility": 3_403,
        "community_garden": 90,
        "eco_quartier": 21,
        "recycling_centre": 13,
        "attraction": 18,
        "hostel": 10,
        "information_office": 4,
    }
    housing = pd.read_csv(FOLDER / "housing_250m.csv")
    assert (housing["count"].sum(), housing["capacity"].sum()) == (590, 14_079)


def test_initiatives_use_the_words_of_the_house(boroughs: gpd.GeoDataFrame) -> None:
    table = pd.read_csv(FOLDER / "initiatives.csv", dtype="str", keep_default_na=False)
    assert len(table) == 99
    assert table["initiative_id"].is_unique
    assert set(table["legal_form"]) <= set(terms("legal_forms"))
    assert set(table["status"]) <= set(terms("statuses"))
    assert set(table["borough"]) <= set(boroughs["name_fr"])
    assert Counter(table["sphere"]) == Counter(
        housing=30, culture=28, sustainable_development=22, recreation=15, tourism=4
    )


def test_the_embedded_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_500_000
