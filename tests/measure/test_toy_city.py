"""The toy city worked out by hand; the arithmetic stands in the comments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from geosocial import tables
from geosocial.measure import evaluate, supply
from geosocial.measure.evaluate import Measured
from tests.measure.toy import toy_study, toy_tables

NAN = float("nan")


@pytest.fixture(scope="module")
def measured() -> Measured:
    toy = toy_tables()
    return evaluate.measure(toy_study(), toy.zones, toy.places, toy.demand, toy.costs)


def values(measured: Measured, sphere: str, indicator: str, column: str = "value") -> list[object]:
    """The column of an indicator, zones Z0 to Z7."""
    table = measured.measures
    rows = table[table["sphere"].eq(sphere) & table["indicator"].eq(indicator)]
    found: list[object] = rows.set_index("zone_id").loc[[f"Z{i}" for i in range(8)], column].tolist()
    return found


def whole(measured: Measured, sphere: str, indicator: str) -> pd.Series[Any]:
    table = measured.overall
    return table[table["sphere"].eq(sphere) & table["indicator"].eq(indicator)].iloc[0]


def ranking(measured: Measured, sphere: str) -> pd.DataFrame:
    return (
        measured.ranking[measured.ranking["sphere"].eq(sphere)]
        .set_index("zone_id")
        .loc[[f"Z{i}" for i in range(8)]]
    )


# Costs to culture, 1.25 × metres, by cell from the south-west:
#      0 1250 | 1274.8 1952.6      F1 at (0,0); F2 800 m east of (1,1), 200 m west of (2,1)
#   1250 1000 |  250   1500        1.25 × 800 = 1000: exactly the standard, so covered
# 1274.8  250 |    0   1250        F4 at 200 m of (1,2); F3 at (2,2)
# 1952.6 1500 | 1250   1767.8
def test_culture_coverage_by_hand(measured: Measured) -> None:
    # within 1000: Z0 1000 of 4000, Z1 none, Z2 the cell at exactly 1000, Z3 4000 of 5000, Z4 2000 of 4000,
    # Z5 1500 of 1500 (its other cell is suppressed: left out on both sides), Z6 none of 300, Z7 unknown
    expected = [0.25, 0, 0.25, 0.8, 0.5, 1, 0, NAN]
    np.testing.assert_array_equal(values(measured, "culture", "coverage"), expected)


def test_culture_gap_in_people_and_share(measured: Measured) -> None:
    np.testing.assert_array_equal(
        values(measured, "culture", "gap"), [3000, 4000, 3000, 1000, 2000, 0, 300, NAN]
    )
    np.testing.assert_allclose(
        np.array(values(measured, "culture", "gap_share"), dtype=float),
        [0.75, 1, 0.75, 0.2, 0.5, 0, 1, NAN],
        rtol=1e-15,
    )


def test_culture_interval_is_coverage_at_the_ends_of_the_detour_range(measured: Measured) -> None:
    # detour 1.0: costs × 0.8, so reach 1250: adds (1,0) and (0,1): Z0 and Z2 fully covered.
    # detour 1.5: costs × 1.2, so reach 833: loses (1,1): Z2 to none. Z0, Z3, Z4, Z5 keep theirs.
    lower = np.array(values(measured, "culture", "coverage", "lower"), dtype=float)
    upper = np.array(values(measured, "culture", "coverage", "upper"), dtype=float)
    np.testing.assert_array_equal(lower, [0.25, 0, 0, 0.8, 0.5, 1, 0, NAN])
    np.testing.assert_array_equal(upper, [1, 0, 1, 0.8, 0.5, 1, 0, NAN])
    np.testing.assert_array_equal(
        values(measured, "culture", "gap", "lower"), [0, 4000, 0, 1000, 2000, 0, 300, NAN]
    )
    np.testing.assert_array_equal(
        values(measured, "culture", "gap", "upper"), [3000, 4000, 4000, 1000, 2000, 0, 300, NAN]
    )


def test_culture_as_a_whole(measured: Measured) -> None:
    # covered 1000 + 0 + 1000 + 4000 + 2000 + 1500 + 0 = 9500 of 4·4000 + 5000 + 1500 + 300 = 22800: 5/12
    coverage = whole(measured, "culture", "coverage")
    assert coverage["value"] == 9500 / 22800
    # lower: 1000 less; upper: (1,0) 3000 and (0,1) 3000 more
    assert (coverage["lower"], coverage["upper"]) == (8500 / 22800, 15500 / 22800)
    gap = whole(measured, "culture", "gap")
    assert (gap["value"], gap["lower"], gap["upper"]) == (13300, 7300, 14300)
    assert (gap["unit"], gap["status"], gap["zone_id"]) == ("people", "ok", "")
    assert whole(measured, "culture", "gap_share")["value"] == 13300 / 22800
    assert whole(measured, "culture", "demand")["value"] == 22800
    # a theatre row stands for two; the planned and the closed library do not count
    assert whole(measured, "culture", "supply")["value"] == 5


def test_statuses(measured: Measured) -> None:
    assert values(measured, "culture", "gap_share", "status") == ["ok"] * 6 + ["cannot_say", "missing"]
    # recreation is an incomplete list: no record in Z2, Z5, Z7
    assert values(measured, "recreation", "gap", "status") == [
        "ok", "ok", "missing", "ok", "ok", "missing", "cannot_say", "missing",
    ]  # fmt: skip
    # housing: Z3 has two sites of an incomplete list, Z4 none, Z6 too few households, Z7 no known household
    assert values(measured, "housing", "rate", "status") == [
        "ok", "ok", "ok", "cannot_say", "missing", "ok", "cannot_say", "missing",
    ]  # fmt: skip
    # demand and supply are counts: known or not
    assert values(measured, "culture", "demand", "status") == ["ok"] * 7 + ["missing"]
    assert values(measured, "housing", "supply", "status") == ["ok"] * 4 + ["missing"] + ["ok"] * 3


def test_culture_ranking_and_its_tie(measured: Measured) -> None:
    table = ranking(measured, "culture")
    # shares .75, 1, .75, .2, .5, 0: Z0 and Z2 share rank 2, Z4 is fourth
    np.testing.assert_array_equal(table["rank"], [2, 1, 2, 5, 4, 6, NAN, NAN])
    assert table["tied"].tolist() == [2, 1, 2, 1, 1, 1, 0, 0]
    assert set(table["ranked"]) == {6}
    # the table itself is in the order of the ranks
    assert measured.ranking.query("sphere == 'culture'")["zone_id"].tolist() == [
        "Z1", "Z0", "Z2", "Z4", "Z3", "Z5", "Z6", "Z7",
    ]  # fmt: skip


def test_culture_robustness(measured: Measured) -> None:
    # city, residents: within 500 and 750: 8500/22800 = .373; 1000: .417; 1250: 15500/22800 = .680;
    #   1500: 15500 + (2,0) 2000 + (0,2) 2000 + (3,1) 1000 + (1,3) 200 = 20700/22800 = .908
    # city, low income (11000): 3650 = .332 twice; 4150 = .377; 7150 = .65; 9950 = .905
    # Z0 .25 .25 .25 1 1: below in 3 + 3. Z1 0 0 0 0 .5: 5 + 5. Z2 0 0 .25 1 1: 3 + 3. Z3 .8 … 1: 0.
    # Z4 .5 .5 .5 .5 1: 1 (at 1250); by low income .25 .25 .25 .25 1: 4. Z5: 0.
    table = ranking(measured, "culture")
    assert table["settings"].tolist() == [10] * 6 + [0, 0]
    assert table["underserved_in"].tolist() == [6, 10, 6, 0, 5, 0, 0, 0]
    assert table["verdict"].tolist() == [
        "depends", "underserved", "depends", "served", "depends", "served", "", "",
    ]  # fmt: skip
    city = measured.settings.query("sphere == 'culture' and zone_id == 'Z0'")["city"]
    residents = np.array([8500, 8500, 9500, 15500, 20700]) / 22800
    low_income = np.array([3650, 3650, 4150, 7150, 9950]) / 11000
    np.testing.assert_allclose(city, np.r_[residents, low_income], rtol=1e-15)
    standards = measured.settings.query("sphere == 'culture' and zone_id == 'Z0'")["standard_m"].tolist()
    assert standards == [500, 750, 1000, 1250, 1500] * 2


def test_recreation_norm_below_one(measured: Measured) -> None:
    # only the cells with a centre are within 1000 (the next is at 1250); norm 0.8:
    # Z0 3200 − 1000, Z1 3200 − 2000, Z3 4000 − 4000, Z4 3200 − 2000, Z6 240 − 100; share of the zone's demand
    np.testing.assert_array_equal(
        values(measured, "recreation", "gap"), [2200, 1200, NAN, 0, 1200, NAN, 140, NAN]
    )
    np.testing.assert_array_equal(
        values(measured, "recreation", "gap_share"), [0.55, 0.3, NAN, 0, 0.3, NAN, 140 / 300, NAN]
    )
    # as a whole: only over the zones that are not missing: demand 4000 + 4000 + 5000 + 4000 + 300 = 17300
    assert whole(measured, "recreation", "coverage")["value"] == 9100 / 17300
    assert whole(measured, "recreation", "gap")["value"] == 4740
    # (a city at 0.526 is 0.274 short of 0.8; surpluses do not fill gaps, though here nobody has one)
    assert whole(measured, "recreation", "gap_share")["value"] == 4740 / 17300


def test_housing_against_the_city_wide_ratio(measured: Measured) -> None:
    # both known in Z0 Z1 Z2 Z3 Z5 Z6: 136 + 40 + 40 + 90 + 60 + 10 = 376 dwellings,
    # 2000·3 + 2500 + 750 + 150 = 9400 renter households: 4 per 100
    assert whole(measured, "housing", "rate")["value"] == 4
    assert whole(measured, "housing", "rate")["unit"] == "per_100"
    np.testing.assert_allclose(
        np.array(values(measured, "housing", "rate"), dtype=float),
        [6.8, 2, 2, 3.6, NAN, 8, 10 / 1.5, NAN],
        rtol=1e-15,
    )
    # due 80 80 80 100 · 30 6; missing 0 40 40 10 · 0 0
    np.testing.assert_array_equal(values(measured, "housing", "gap"), [0, 40, 40, 10, NAN, 0, 0, NAN])
    np.testing.assert_array_equal(
        values(measured, "housing", "gap_share"), [0, 0.5, 0.5, 0.1, NAN, 0, 0, NAN]
    )
    assert whole(measured, "housing", "gap")["value"] == 90
    assert whole(measured, "housing", "gap_share")["value"] == 90 / 376
    # supply is known in Z7 too, where the demand is not; demand in Z4, where the supply is not
    assert whole(measured, "housing", "supply")["value"] == 396
    assert whole(measured, "housing", "demand")["value"] == 11400
    # no interval is computed, and none is invented
    assert np.isnan(np.array(values(measured, "housing", "gap", "lower"), dtype=float)).all()


def test_housing_ranking_and_settings(measured: Measured) -> None:
    table = ranking(measured, "housing")
    np.testing.assert_array_equal(table["rank"], [3, 1, 1, NAN, NAN, 3, NAN, NAN])
    assert table["tied"].tolist() == [2, 2, 2, 0, 0, 2, 0, 0]
    # burdened: 376 / (1000 + 1000 + 600 + 1000 + 400 + 60 = 4060) = 9.26 per 100, its own city-wide ratio;
    # Z0 13.6, Z1 4, Z2 6.7; Z5 has 400 households: too few to be judged in that setting
    assert table["settings"].tolist() == [2, 2, 2, 0, 0, 1, 0, 0]
    assert table["underserved_in"].tolist() == [0, 2, 2, 0, 0, 0, 0, 0]
    burdened = measured.settings.query("sphere == 'housing' and demand == 'burdened'")
    np.testing.assert_allclose(burdened["city"], 37600 / 4060, rtol=1e-15)
    assert burdened["standard_m"].isna().all()


def test_supply_by_zone() -> None:
    toy = toy_tables()
    table = supply.by_zone(toy.places, toy.zones, toy_study())
    cells = table.set_index(["zone_id", "kind"])
    assert len(table) == 8 * 8  # only the kinds of services: the named enterprises are not counted
    assert cells.loc[("Z5", "theatre"), "count"] == 2
    assert cells.loc[("Z1", "library"), "count"] == 0  # planned and closed do not count; the list is complete
    assert (cells.loc[("Z0", "public_dwelling"), ["count", "capacity"]] == [3, 136]).all()
    # an incomplete list: a zone with any record of the service is known, kind by kind; one without is missing
    assert (cells.loc[("Z0", "cooperative_dwelling"), ["count", "capacity"]] == [0, 0]).all()
    assert cells.loc["Z4"].loc["public_dwelling", "status"] == "missing"
    assert np.isnan(cells.loc[("Z4", "public_dwelling"), "count"])
    # no list gives libraries a capacity
    assert table.query("sphere == 'culture'")["capacity"].isna().all()
    # supply is known in Z7, where the demand is not
    assert cells.loc[("Z7", "public_dwelling"), "capacity"] == 20


def test_tables_obey_their_contracts_and_inputs_are_untouched() -> None:
    toy, study = toy_tables(), toy_study()
    before = [frame.copy() for frame in (toy.zones, toy.places, toy.demand)]
    costs = {key: cost.copy() for key, cost in toy.costs.items()}
    found = evaluate.measure(study, toy.zones, toy.places, toy.demand, toy.costs)
    for table, contract in (
        (found.measures, tables.MEASURES),
        (found.overall, tables.OVERALL),
        (found.ranking, tables.RANKING),
        (found.settings, tables.SETTINGS),
    ):
        tables.check(table, contract)
        assert list(table.columns) == list(contract.columns)
        assert isinstance(table.index, pd.RangeIndex)
    for old, new in zip(before, (toy.zones, toy.places, toy.demand), strict=True):
        pd.testing.assert_frame_equal(old, pd.DataFrame(new) if type(old) is pd.DataFrame else new)
    for key, cost in costs.items():
        np.testing.assert_array_equal(cost, toy.costs[key])
    assert set(found.measures["edition"]) == {"2026-11-23"}
    assert set(found.measures["status"]) <= set(tables.STATUSES)
    assert set(found.ranking["verdict"]) <= set(tables.VERDICTS)


def test_missing_is_nan_and_cannot_say_keeps_its_value(measured: Measured) -> None:
    table = measured.measures
    assert table.loc[table["status"] == "missing", ["value", "lower", "upper"]].isna().all(axis=None)
    assert table.loc[table["status"] == "cannot_say", "value"].notna().all()
    assert not table["value"].isna()[table["status"] == "ok"].any()
