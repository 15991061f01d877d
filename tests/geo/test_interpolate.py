from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geosocial.errors import InputError
from geosocial.geo import ZoneIndex
from geosocial.geo.interpolate import (
    areal_weights,
    extensive,
    largest_overlap,
    representative_points,
    share_outside,
)

LEFT, RIGHT = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)


def test_largest_overlap_by_hand() -> None:
    sources = [
        shapely.box(2, 2, 4, 4),  # inside the left
        shapely.box(8, 0, 13, 1),  # 2 left, 3 right
        shapely.box(8, 0, 12, 1),  # equal: the lowest position
        shapely.box(20, 0, 25, 5),  # touches the right: no overlap
        shapely.box(40, 0, 45, 5),
        shapely.box(19, 0, 99, 1),  # mostly in none, yet the right has most of what any has
    ]
    assert largest_overlap(sources, [LEFT, RIGHT]).tolist() == [0, 1, 0, -1, -1, 1]
    assert largest_overlap(sources, [RIGHT, LEFT]).tolist() == [1, 0, 0, -1, -1, 0]


def test_overlaps_of_nothing() -> None:
    assert largest_overlap([], [LEFT]).tolist() == []
    assert largest_overlap([LEFT, None, shapely.Polygon()], []).tolist() == [-1, -1, -1]
    assert largest_overlap([None, shapely.Polygon(), LEFT], [None, LEFT]).tolist() == [-1, -1, 1]
    assert areal_weights([LEFT], []).shape == (1, 0)


def test_weights_against_every_pair() -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 90, (60, 2))
    sources = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + 7, corner[:, 1] + 5)
    targets = shapely.buffer(shapely.points(rng.uniform(0, 100, (8, 2))), rng.uniform(5, 30, 8))
    weights = areal_weights(sources, targets).toarray()
    for s, source in enumerate(sources):
        for t, target in enumerate(targets):
            assert weights[s, t] == pytest.approx(source.intersection(target).area / 35, abs=1e-12)


def test_totals_are_kept_where_the_targets_tile_the_sources() -> None:
    grid = [shapely.box(a, b, a + 3, b + 3) for a in range(0, 18, 3) for b in range(0, 9, 3)]
    values = np.arange(len(grid)) * 10.0
    weights = areal_weights(grid, [LEFT, RIGHT])
    moved = extensive(values, weights)
    assert moved.sum() == pytest.approx(values.sum())
    # By hand: the column from 9 to 12 gives a third to the left.
    column = np.array([shape.bounds[0] for shape in grid])
    assert moved[0] == pytest.approx(values[column < 9].sum() + values[column == 9].sum() / 3)
    assert share_outside(values, weights) == pytest.approx(0, abs=1e-12)


def test_missing_is_never_0() -> None:
    sources = [shapely.box(0, 0, 4, 4), shapely.box(8, 0, 12, 4), shapely.box(14, 0, 16, 4)]
    weights = areal_weights(sources, [LEFT, RIGHT, shapely.box(50, 50, 60, 60)])
    np.testing.assert_array_equal(extensive([100, np.nan, 7], weights), [np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(extensive([np.nan, 100, 7], weights), [np.nan, 57, np.nan])
    assert share_outside([100, np.nan, 7], weights) == 0
    assert np.isnan(share_outside([np.nan] * 3, weights))
    assert np.isnan(share_outside([0.0] * 3, weights))


def test_what_falls_outside_is_told() -> None:
    weights = areal_weights([shapely.box(15, 0, 35, 10), LEFT], [LEFT, RIGHT])
    assert extensive([100, 60], weights).tolist() == [60, 25]
    assert share_outside([100, 60], weights) == pytest.approx(75 / 160)


def test_an_invalid_polygon_is_named() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    for call in (largest_overlap, areal_weights):
        with pytest.raises(InputError, match=r"Geometry 2 is invalid at \[5 5\]"):
            call([LEFT, bow_tie], [LEFT])


def test_representative_points_lie_inside() -> None:
    horseshoe = shapely.Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])
    assert not horseshoe.covers(horseshoe.centroid)
    x, y = representative_points([horseshoe, None, shapely.Polygon()])
    assert horseshoe.contains(shapely.Point(x[0], y[0]))
    assert np.isnan([x[1:], y[1:]]).all()


@pytest.fixture(scope="module")
def areas(shared_data: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name))


@pytest.fixture(scope="module")
def boroughs(shared_data: Path) -> gpd.GeoDataFrame:
    """The 19 boroughs with the population that Statistics Canada published for each."""
    frame = gpd.read_file(shared_data / "boundaries" / "limadmin.geojson").to_crs(32188)
    frame = frame[frame["TYPE"] == "Arrondissement"]
    profile = pd.read_csv(shared_data / "census" / "borough_profile_2016.csv")
    # The names differ in their dashes only.
    key = {
        "".join(filter(str.isalpha, name)): people
        for name, people in profile[["borough", "official_pop2016"]].to_numpy()
    }
    frame["people"] = [key["".join(filter(str.isalpha, name))] for name in frame["NOM"]]
    return frame.sort_values("NOM").reset_index(drop=True)


@pytest.mark.real_data
def test_largest_overlap_reproduces_all_19_published_populations(
    areas: gpd.GeoDataFrame, boroughs: gpd.GeoDataFrame
) -> None:
    position = largest_overlap(areas.geometry.values, boroughs.geometry.values)
    assert (position >= 0).all()
    people = np.bincount(position, areas["pop2016"], minlength=19)
    assert people.tolist() == boroughs["people"].tolist()
    assert people.sum() == 1_704_694


@pytest.mark.real_data
def test_area_weighting_is_off_by_less_than_one_percent(
    areas: gpd.GeoDataFrame, boroughs: gpd.GeoDataFrame
) -> None:
    weights = areal_weights(areas.geometry.values, boroughs.geometry.values)
    people = extensive(areas["pop2016"], weights)
    worst = np.abs(people / boroughs["people"].to_numpy() - 1).max()
    assert worst == pytest.approx(0.0084, abs=5e-5)
    assert share_outside(areas["pop2016"], weights) == pytest.approx(1 - people.sum() / 1_704_694)


@pytest.mark.real_data
def test_representative_points_miss_three_boroughs(
    areas: gpd.GeoDataFrame, boroughs: gpd.GeoDataFrame
) -> None:
    position = ZoneIndex(boroughs).locate(*representative_points(areas.geometry.values))
    people = np.bincount(position[position >= 0], areas["pop2016"][position >= 0], minlength=19)
    assert (people != boroughs["people"]).sum() == 3
