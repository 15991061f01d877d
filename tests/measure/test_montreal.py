"""Montréal on the real files, against figures worked out another way: pandas groups, all distances."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from geosocial.measure import evaluate
from geosocial.measure.evaluate import Measured
from geosocial.study import Study
from tests.measure.toy import toy_places, toy_toml

pytestmark = pytest.mark.real_data
CULTURE = {
    "Bibliothèque publique": "library",
    "Lieu de diffusion municipal": "municipal_venue",
    "Théâtre / salle de spectacle / petit lieu de diffusion": "theatre",
    "Musée et centre d'interprétation / d'exposition": "museum",
    "Musée municipal": "museum",
}
RECREATION = {
    "Organisme communautaire et centre de loisirs": "leisure_centre",
    "Centre sportif intérieur": "indoor_sport",
    "Piscine intérieure": "indoor_pool",
    "Piscine extérieure": "outdoor_pool",
}
DETOUR = 1.3
STANDARD = {"culture": 1000.0, "recreation": 800.0}


@dataclass(frozen=True)
class Montreal:
    measured: Measured
    #: One row an area: borough, pop2016, low_income, and the metres to the nearest facility of each sphere.
    areas: pd.DataFrame


@pytest.fixture(scope="module")
def montreal(shared_data: Path) -> Montreal:
    import geopandas as gpd
    from scipy.spatial.distance import cdist

    areas = gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)
    points = areas.geometry.representative_point()
    here = np.column_stack([points.x, points.y])
    listed = gpd.read_file(shared_data / "places" / "lieux_interet.geojson").to_crs(32188)
    table = pd.DataFrame(
        {"borough": areas["borough"], "pop2016": areas["pop2016"], "low_income": areas["low_income_lim_at_n"]}
    )
    for sphere, types in (("culture", CULTURE), ("recreation", RECREATION)):
        chosen = listed[listed["Type"].isin(list(types))]
        table[sphere] = cdist(here, np.column_stack([chosen.geometry.x, chosen.geometry.y])).min(axis=1)
    costs: dict[tuple[str, str], NDArray[np.float64]] = {
        (sphere, "main"): table[sphere].to_numpy(dtype=float) * DETOUR for sphere in ("culture", "recreation")
    }
    boroughs = sorted(set(table["borough"]))
    zones = pd.DataFrame({"zone_id": boroughs, "name_fr": boroughs, "name_en": boroughs, "kind": "borough"})
    demand = pd.DataFrame(
        {
            "demand_id": areas["DAUID"].astype(str),
            "x": here[:, 0],
            "y": here[:, 1],
            "zone_id": table["borough"],
        }
        | {"residents": table["pop2016"].astype(float), "low_income": table["low_income"].astype(float)}
        | {"renters": 0.0, "burdened": 0.0}
    )
    found = evaluate.measure(study(), zones.assign(land_km2=1.0), places(boroughs), demand, costs)
    return Montreal(found, table)


def study() -> Study:
    toml: dict[str, Any] = toy_toml() | {"detour": DETOUR, "robustness": {"detour_range": [1.2, 1.4]}}
    spheres = {sphere: toml["spheres"][sphere] for sphere in ("culture", "recreation")}
    spheres["recreation"]["services"][0] |= {"norm": 1.0, "standard_m": STANDARD["recreation"]}
    return Study.model_validate(toml | {"spheres": spheres})


def places(boroughs: list[str]) -> pd.DataFrame:
    """One record of a complete list for each sphere: enough to say that silence is zero."""
    table = toy_places()
    kinds = table[table["kind"].isin(["library", "leisure_centre"])].drop_duplicates("kind").copy()
    return kinds.assign(source="places", source_row=[2, 3], zone_id=boroughs[0]).reset_index(drop=True)


def coverage(found: pd.DataFrame, sphere: str) -> pd.DataFrame:
    return found[found["sphere"].eq(sphere) & found["indicator"].eq("coverage")].set_index("zone_id")


def test_known_figures(montreal: Montreal) -> None:
    overall = montreal.measured.overall
    assert coverage(overall, "culture")["value"].iloc[0] == pytest.approx(0.5455, abs=5e-5)
    assert coverage(overall, "recreation")["value"].iloc[0] == pytest.approx(0.7293, abs=5e-5)
    boroughs = coverage(montreal.measured.measures, "culture")
    assert boroughs.loc["Ahuntsic-Cartierville", "value"] == pytest.approx(0.3293, abs=5e-5)
    assert len(boroughs) == 19
    people = overall[overall["indicator"].eq("demand")]["value"]
    assert people.tolist() == [1_704_694, 1_704_694]


@pytest.mark.parametrize("sphere", ["culture", "recreation"])
@pytest.mark.parametrize("column", ["value", "lower", "upper"])
def test_coverage_of_each_borough(montreal: Montreal, sphere: str, column: str) -> None:
    detour = {"value": 1.3, "lower": 1.4, "upper": 1.2}[column]
    areas = montreal.areas
    covered = areas["pop2016"].where(areas[sphere] * 1.3 * (detour / 1.3) <= STANDARD[sphere], 0.0)
    expected = covered.groupby(areas["borough"]).sum() / areas.groupby("borough")["pop2016"].sum()
    found = coverage(montreal.measured.measures, sphere)[column]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_names=False, rtol=1e-13)


def test_gaps_and_ranks(montreal: Montreal) -> None:
    areas = montreal.areas
    beyond = (
        areas["pop2016"]
        .where(areas["culture"] * 1.3 > STANDARD["culture"], 0.0)
        .groupby(areas["borough"])
        .sum()
    )
    measures = montreal.measured.measures
    found = measures[measures["sphere"].eq("culture") & measures["indicator"].eq("gap")].set_index("zone_id")[
        "value"
    ]
    pd.testing.assert_series_equal(found.sort_index(), beyond.sort_index(), check_names=False, rtol=1e-12)
    share = beyond / areas.groupby("borough")["pop2016"].sum()
    ranking = montreal.measured.ranking
    ranks = ranking[ranking["sphere"].eq("culture")].set_index("zone_id")["rank"]
    expected = share.rank(method="min", ascending=False)
    pd.testing.assert_series_equal(ranks.sort_index(), expected.sort_index(), check_names=False)
    assert ranks.idxmin() == "Pierrefonds-Roxboro"  # 16 %, as the mock of the dossier says
    assert 1 - share["Pierrefonds-Roxboro"] == pytest.approx(0.16, abs=0.005)


def test_settings_by_low_income(montreal: Montreal) -> None:
    areas = montreal.areas.dropna(subset="low_income")
    assert len(areas) == len(montreal.areas) - 38  # suppressed in 38 areas: left out, not zero
    settings = montreal.measured.settings
    for factor in (0.5, 0.75, 1.0, 1.25, 1.5):
        covered = areas["low_income"].where(areas["culture"] * DETOUR <= STANDARD["culture"] * factor, 0.0)
        expected = covered.groupby(areas["borough"]).sum() / areas.groupby("borough")["low_income"].sum()
        enough = areas.groupby("borough")["low_income"].sum() >= 500
        chosen = settings[
            settings["sphere"].eq("culture")
            & settings["demand"].eq("low_income")
            & settings["standard_m"].eq(STANDARD["culture"] * factor)
        ].set_index("zone_id")
        pd.testing.assert_series_equal(
            chosen["value"].sort_index(), expected.where(enough).sort_index(), check_names=False, rtol=1e-12
        )
        city = covered.sum() / areas["low_income"].sum()
        np.testing.assert_allclose(chosen["city"], city, rtol=1e-12)
        below = chosen["underserved"].sort_index()
        assert below.tolist() == (expected.where(enough) < city).sort_index().tolist()
