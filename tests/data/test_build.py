"""The arithmetic of the build script, on figures worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from scripts.montreal import demand, supply


def areas() -> gpd.GeoDataFrame:
    """Three areas: one over two cells, one suppressed, one of another borough in the first cell."""
    return gpd.GeoDataFrame(
        {
            "da": ["1", "2", "3"],
            "zone_id": ["01", "01", "02"],
            "residents": [100.0, 10.0, 7.0],
            "low_income": [20.0, np.nan, 3.0],
            "renter_households": [40.0, np.nan, 0.0],
            "households_30": [10.0, np.nan, 0.0],
            "renters_30": [5.0, np.nan, 0.0],
        },
        # 400 × 100 m from x = 100: 150 m of it in the cell 0, 250 m in the cell 1.
        geometry=[box(100, 0, 500, 100), box(500, 0, 600, 100), box(0, 200, 50, 250)],
        crs="EPSG:32188",
    )


def test_figures_follow_the_area_and_suppressed_ones_stay_empty() -> None:
    raw = demand.interpolate(areas()).set_index(["e", "n", "zone_id"])
    assert raw["residents"].to_dict() == pytest.approx(
        {(0, 0, "01"): 37.5, (1, 0, "01"): 62.5, (2, 0, "01"): 10.0, (0, 0, "02"): 7.0}
    )
    assert raw["low_income"].to_dict()[1, 0, "01"] == pytest.approx(12.5)
    assert raw.drop(columns="residents").isna().any(axis=1).tolist() == [False, False, False, True]
    places = list(zip(raw["x"], raw["y"], strict=True))
    assert places[0] == pytest.approx((175.0, 50.0))
    assert places[2] == pytest.approx((375.0, 50.0))


def test_rounding_keeps_the_total_of_each_borough() -> None:
    whole = demand.rounded(demand.interpolate(areas()), areas()).set_index(["e", "zone_id"])
    # 37.5 and 62.5 have equal remainders: the first row takes the one that is left.
    assert whole["residents"].to_dict() == {(0, "01"): 38, (1, "01"): 62, (2, "01"): 10, (0, "02"): 7}
    assert whole["low_income"].sum() == 23
    assert whole["low_income"].isna().sum() == 1


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=40))
def test_largest_remainders_conserve_and_move_no_figure_by_one_or_more(values: list[float]) -> None:
    array = np.array(values)
    total = round(array.sum())
    whole = demand.largest_remainder(array, total)
    if array.sum() > 0.5:
        assert whole.sum() == total
        assert (np.abs(whole - array * (total / array.sum())) < 1 + 1e-6).all()


def test_a_cell_is_named_by_its_lower_left_corner() -> None:
    assert demand.cell_ids(np.array([298_999.9, 299_000.0]), np.array([5_042_500.0, 5_042_499.9])) == [
        "E298.75N5042.50",
        "E299.00N5042.25",
    ]


def test_facilities_share_a_row_in_one_place_and_borough_only() -> None:
    zones = gpd.GeoDataFrame(geometry=[box(0, 0, 104, 250), box(104, 0, 500, 250)], crs="EPSG:32188")
    frame = pd.DataFrame(
        {
            "kind": ["library", "library", "library", "museum"],
            "x": [101.0, 103.0, 106.0, 203.0],
            "y": [10.0, 14.0, 12.0, 10.0],
            "capacity": [2.0, np.nan, 5.0, np.nan],
        }
    )
    table = supply.gridded(frame, zones)
    assert table["kind"].tolist() == ["library", "library", "museum"]
    assert table["count"].tolist() == [2, 1, 1]
    assert table["capacity"].tolist()[:2] == [2, 5]
    assert pd.isna(table["capacity"][2])
    # (102, 12) rounds to (100, 10), the same borough; (106, 12) to (110, 10), the other one, as it should.
    assert table[["x_m", "y_m"]].to_numpy().tolist() == [[100, 10], [110, 10], [200, 10]]


def test_a_place_that_rounding_would_move_to_another_borough_stays() -> None:
    zones = gpd.GeoDataFrame(geometry=[box(0, 0, 108, 250), box(108, 0, 500, 250)], crs="EPSG:32188")
    frame = pd.DataFrame({"kind": ["library"], "x": [106.4], "y": [12.0], "capacity": [np.nan]})
    assert supply.gridded(frame, zones)[["x_m", "y_m"]].to_numpy().tolist() == [[106, 12]]
