"""Clusters of a run: two towns told apart by hand, what is asked of a study, and the real small areas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geosocial import intake, nearness, pipeline, tables
from geosocial.geo.contiguity import distance_band
from geosocial.measure import clustering
from geosocial.measure.clustering import Clustered, Neighbours
from geosocial.study import read_study
from tests.measure.toy import toy_study, toy_tables

SIDE = 20
CULTURE = ("culture", "main")
NEAR = {"weights": "distance", "distance_m": 250, "permutations": 4_999}


def town(**rules: Any) -> tuple[pd.DataFrame, dict[tuple[str, str], Any], Neighbours, Clustered]:
    """A square of 20 × 20 places 100 m apart: the west (zone Z0) at 200 m ± 10, the east (Z1) at 900 m ± 10.

    Place 0 is empty, place 1 of unknown demand, place 399 stands alone far away, beside nobody.
    """
    study, toy = toy_study(clusters=NEAR | rules), toy_tables()
    column, row = (a.ravel() for a in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    number = SIDE * SIDE
    demand = pd.DataFrame(
        {
            "demand_id": [f"D{k}" for k in range(number)],
            "x": column * 100.0,
            "y": row * 100.0,
            "zone_id": np.where(column < SIDE // 2, "Z0", "Z1").astype(object),
        }
    ).astype({"zone_id": "str", "demand_id": "str"})
    demand.loc[399, ["x", "y"]] = 50_000.0
    for name in ("residents", "low_income", "renters", "burdened"):
        demand[name] = 10.0
        demand.loc[0, name], demand.loc[1, name] = 0.0, np.nan
    noise = np.random.default_rng(6).uniform(-10, 10, number)
    cost = np.where(column < SIDE // 2, 200.0, 900.0) + noise
    costs = dict.fromkeys(toy.costs, cost)
    near = nearness.neighbours(study, demand)
    return demand, costs, near, clustering.clustered(study, toy.zones, demand, costs, near)


def test_two_halves_of_a_town_are_told_apart() -> None:
    demand, costs, _, found = town()
    for name, contract in (
        ("clusters", tables.CLUSTERS),
        ("autocorrelation", tables.AUTOCORRELATION),
        ("cluster_zones", tables.CLUSTER_ZONES),
    ):
        tables.check(getattr(found, name), contract)
    mine = found.clusters[found.clusters["sphere"] == "culture"].reset_index(drop=True)
    assert mine["demand_id"].tolist() == demand["demand_id"].tolist()
    column = np.arange(SIDE * SIDE) % SIDE
    assert mine["cluster"][[0, 1, 399]].tolist() == ["missing", "missing", "island"]
    assert mine["value"][[0, 1]].isna().all()
    assert mine["value"][2] == costs[CULTURE][2]
    # Two columns from the seam and from the edge, twenty neighbours are of one half: each is in its cluster.
    row = np.arange(SIDE * SIDE) // SIDE
    inner = (row > 1) & (row < SIDE - 2) & (column > 1) & (column < SIDE - 2)
    west, east = inner & (column < 8), inner & (column > 11)
    assert set(mine["cluster"][west]) == {"near"}
    assert set(mine["cluster"][east]) == {"far"}
    assert (mine["gi_star"][west] < 0).all()
    assert (mine["gi_star"][east] > 0).all()
    said = mine[mine["cluster"].isin(["far", "near"])]
    assert (said["q"] <= 0.05).all()
    assert (said["p"] <= said["q"]).all()


def test_zones_count_the_people_of_their_clusters() -> None:
    demand, _, _, found = town()
    sums = found.cluster_zones[found.cluster_zones["sphere"] == "culture"].set_index("zone_id")
    mine = found.clusters[found.clusters["sphere"] == "culture"]
    for zone, size in (("Z0", 198), ("Z1", 200), ("", 398)):
        here = mine[mine["zone_id"] == zone] if zone else mine
        far, near = (here["cluster"].tolist().count(kind) for kind in ("far", "near"))
        row = sums.loc[zone].to_dict()
        assert (row["places"], row["far_places"], row["near_places"]) == (size, far, near)
        assert (row["total"], row["far"], row["near"]) == (10.0 * size, 10.0 * far, 10.0 * near)
        assert (row["far_share"], row["near_share"]) == pytest.approx((far / size, near / size), abs=1e-15)
        assert row["unit"] == "people"
    assert sums["far"]["Z0"] == 0  # known people, none far: zero, not missing
    assert all(np.isnan(sums[name]["Z5"]) for name in ("total", "far", "near", "far_share"))
    assert sums["places"]["Z5"] == 0
    assert sums["total"][""] == demand.loc[demand["residents"] > 0, "residents"].sum()


def test_a_whole_is_told_with_its_permutations_and_islands() -> None:
    _, costs, near, found = town()
    assert found.autocorrelation["sphere"].tolist() == ["culture", "recreation"]  # a ratio has no cost
    row = found.autocorrelation.iloc[0].to_dict()
    assert (row["n"], row["islands"], row["permutations"], row["weights"]) == (398, 1, 999, "distance")
    assert row["p"] == 0.002
    assert row["expected"] == pytest.approx(-1 / 397)
    z = costs[CULTURE][2:] - costs[CULTURE][2:].mean()
    dense = near.weights.toarray()[2:, 2:]
    dense[:-1] /= dense[:-1].sum(axis=1, keepdims=True)  # the last is the island
    assert row["i"] == pytest.approx(398 / 397 * (z @ dense @ z) / (z @ z), abs=1e-12)


def test_no_facility_no_difference_no_neighbour() -> None:
    study, toy = toy_study(clusters=NEAR), toy_tables()
    demand, costs, near, _ = town()
    for cost, kind, reason in ((np.inf, "missing", "few"), (700.0, "none", "constant")):
        flat = {key: np.full(len(demand), cost) for key in costs}
        found = clustering.clustered(study, toy.zones, demand, flat, near)
        assert set(found.clusters["cluster"]) - {"missing", "island"} == ({kind} - {"missing"})
        assert found.autocorrelation["reason"].tolist() == [reason] * 2
        assert found.autocorrelation["i"].isna().all()
    alone = Neighbours(distance_band(demand["x"], demand["y"], distance_m=1), "distance")
    found = clustering.clustered(study, toy.zones, demand, costs, alone)
    assert set(found.clusters["cluster"]) == {"missing", "island"}
    assert found.autocorrelation["reason"].tolist() == ["no_neighbours"] * 2


def test_the_same_study_gives_the_same_tables_and_another_seed_others() -> None:
    first, again, other = town()[3], town()[3], town(seed=2)[3]
    pd.testing.assert_frame_equal(first.clusters, again.clusters)
    pd.testing.assert_frame_equal(first.cluster_zones, again.cluster_zones)
    pd.testing.assert_series_equal(first.clusters["local_i"], other.clusters["local_i"])
    assert not first.clusters["p"].equals(other.clusters["p"])


def test_without_the_section_nothing_is_looked_for() -> None:
    toy = toy_tables()
    found = clustering.clustered(toy_study(), toy.zones, toy.demand, toy.costs, None)
    for name in ("clusters", "autocorrelation", "cluster_zones"):
        assert getattr(found, name).empty
    assert read_study().clusters is None  # the embedded study


@pytest.mark.parametrize(
    "section",
    [
        {"weights": "distance"},
        {"weights": "bishop"},
        {"k": 0},
        {"permutations": 9},
        {"level": 1.0},
        {"level": 0},
        {"distance_m": float("inf")},
        {"tolerance_m": -1},
        {"neighbours": 8},
        {"seed": -1},
    ],
)
def test_a_section_that_cannot_be_is_refused(section: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        toy_study(clusters=section)


def test_neighbours_are_those_that_the_study_names(tmp_path: Path) -> None:
    cells = [shapely.box(x, y, x + 1000, y + 1000) for y in (0, 1000, 2000) for x in (0, 1000, 2000)]
    frame = gpd.GeoDataFrame({"id": [f"c{k}" for k in range(9)]}, geometry=cells, crs=32188)
    frame.to_file(tmp_path / "cells.gpkg")
    frame.assign(x=frame.centroid.x, y=frame.centroid.y).drop(columns="geometry").to_csv(
        tmp_path / "cells.csv", index=False
    )
    base = toy_study().demand.model_dump() | {"id": "id", "zone": "", "crs": None}
    at = frame.centroid
    rows = pd.DataFrame({"x": at.x, "y": at.y})

    def found(file: str, **section: Any) -> tuple[list[int], str]:
        place = {"x": "x", "y": "y", "crs": "EPSG:32188"} if file.endswith(".csv") else {"x": "", "y": ""}
        demand = base | {"file": tmp_path / file} | place
        near = nearness.neighbours(toy_study(demand=demand, clusters=section), rows)
        return np.diff(near.weights.indptr).tolist(), near.rule

    assert found("cells.gpkg") == ([3, 5, 3, 5, 8, 5, 3, 5, 3], "queen")
    assert found("cells.gpkg", weights="rook") == ([2, 3, 2, 3, 4, 3, 2, 3, 2], "rook")
    assert found("cells.gpkg", tolerance_m=1500.0) == ([8] * 9, "queen")
    assert found("cells.gpkg", weights="knn", k=2) == ([2] * 9, "knn")
    assert found("cells.csv", k=3) == ([3] * 9, "knn")  # no outlines: the nearest stand in
    assert found("cells.csv", weights="distance", distance_m=1000) == (
        [2, 3, 2, 3, 4, 3, 2, 3, 2],
        "distance",
    )


@pytest.mark.real_data
def test_dissemination_areas_far_from_culture(shared_data: Path) -> None:
    """Against the formula over dense matrices, the census table, and a count by hand."""
    root = Path(__file__).parents[2]
    assert shared_data.is_dir()
    study = read_study(root / "examples" / "montreal-full")
    results = pipeline.compute(study)
    shapes = intake.read_demand_shapes(study)
    assert shapes is not None
    assert len(shapes) == len(results.demand) == 2805
    inside = shapely.contains_xy(shapes, results.demand["x"], results.demand["y"])
    assert inside.all()  # the outlines are in the order of the rows
    mine = results.clusters[results.clusters["sphere"] == "culture"].reset_index(drop=True)
    lived = np.flatnonzero(results.demand["residents"].to_numpy() > 0)
    assert mine["value"].notna().to_numpy().nonzero()[0].tolist() == lived.tolist()
    value = mine["value"].to_numpy()[lived]
    assert study.clusters is not None
    dense = nearness.neighbours(study, results.demand).weights.toarray()[np.ix_(lived, lived)]
    dense /= dense.sum(axis=1, keepdims=True)
    z = value - value.mean()
    whole = results.autocorrelation.iloc[0].to_dict()
    assert (whole["sphere"], whole["service"]) == CULTURE
    assert whole["i"] == pytest.approx(z @ dense @ z / (z @ z), abs=1e-10)
    assert whole["n"] == len(lived)
    far = set(mine.index[mine["cluster"] == "far"])
    assert 0 < len(far) < len(lived) / 2
    assert all(value[np.searchsorted(lived, k)] > value.mean() for k in far)
    sums = results.cluster_zones[results.cluster_zones["sphere"] == "culture"].set_index("zone_id")
    people = results.demand["residents"].to_numpy()
    assert sums["far"][""] == people[sorted(far)].sum()
    assert sums["total"][""] == 1_704_694
