"""Progress by hand: what was worked out on paper is what comes out; zero and less are never replaced."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geosocial import tables
from geosocial.followup.progress import Goal, Observation, compound, due, judge, progress

START, HALF, END = dt.date(2024, 1, 1), dt.date(2026, 1, 1), dt.date(2028, 1, 1)
#: 731 of 1461 days: 2024 is a leap year.
SHARE = 731 / 1461
NAN = math.nan


def goal(baseline: float, target: float, sense: str = "more_is_better", **more: object) -> Goal:
    dates = {"baseline_date": START, "target_date": END}
    return Goal(sense, baseline=baseline, target=target, **(dates | more))  # type: ignore[arg-type]


def at(value: float, date: dt.date = HALF, **more: object) -> Observation:
    return Observation(date, value, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("baseline", "target", "sense", "value", "attainment", "status", "away"),
    [
        (100, 200, "more_is_better", 160, 0.6, "on_track", False),
        (100, 200, "more_is_better", 140, 0.4, "accelerate", False),
        (100, 200, "more_is_better", 120, 0.2, "late", False),
        (100, 200, "more_is_better", 90, -0.1, "late", True),
        (100, 200, "more_is_better", 230, 1.3, "achieved", False),
        # a fall is what is wanted
        (50, 30, "more_is_worse", 38, 0.6, "on_track", False),
        (50, 30, "more_is_worse", 52, -0.1, "late", True),
        (50, 30, "more_is_worse", 30, 1.0, "achieved", False),
        # from zero, and from below zero, to above: the path does not care
        (0, 3000, "more_is_better", 640, 640 / 3000, "late", False),
        (-20, 20, "more_is_better", 4, 0.6, "on_track", False),
        (-20, -60, "more_is_worse", -44, 0.6, "on_track", False),
        (10, 0, "more_is_worse", 4, 0.6, "on_track", False),
    ],
)
def test_the_straight_path_by_hand(
    baseline: float, target: float, sense: str, value: float, attainment: float, *, status: str, away: bool
) -> None:
    found = judge(goal(baseline, target, sense), [at(value)])
    assert found.status == status
    assert found.away is away
    assert found.attainment == pytest.approx(attainment)
    assert found.elapsed == pytest.approx(SHARE)
    assert found.pace == pytest.approx(attainment / SHARE)
    assert found.expected == pytest.approx(baseline + (target - baseline) * SHARE)
    assert found.early is (status == "achieved")


@pytest.mark.parametrize(
    ("value", "status"), [(9500, "on_track"), (9499, "accelerate"), (6000, "accelerate"), (5999, "late")]
)
def test_the_thresholds_are_within(value: float, status: str) -> None:
    """Half of 1,000 days: 9,500 of 20,000 is a pace of 0.95, exactly at the threshold."""
    start = dt.date(2024, 1, 1)
    half, end = start + dt.timedelta(500), start + dt.timedelta(1000)
    found = judge(goal(0, 20_000, baseline_date=start, target_date=end), [at(value, half)])
    assert found.status == status


@pytest.mark.parametrize(
    ("baseline", "target", "value", "why"),
    [
        (0, 100, 40, "zero_baseline"),
        (-5, 100, 40, "negative"),
        (5, 100, -1, "negative"),
        (8, 0, 4, "zero_target"),
    ],
)
def test_growth_from_zero_is_said_not_invented(
    baseline: float, target: float, value: float, why: str
) -> None:
    sense = "more_is_better" if target > baseline else "more_is_worse"
    found = judge(goal(baseline, target, sense), [at(value)])
    assert found.growth_undefined == why
    assert math.isnan(found.growth_required)
    assert math.isnan(found.growth) is (why != "zero_target")
    assert not math.isnan(found.attainment)


def test_growth_by_hand() -> None:
    """100 → 121 in two years is 10 % a year; 100 → 146.41 in four as well."""
    two, four = dt.date(2026, 1, 1), dt.date(2028, 1, 1)
    assert compound(100, 121, START, two) == pytest.approx(0.1, abs=2e-4)
    found = judge(goal(100, 146.41, target_date=four), [at(121, two)])
    assert found.growth_required == pytest.approx(0.1, abs=2e-4)
    assert found.growth == pytest.approx(found.growth_required, abs=3e-4)
    assert found.growth_ahead == pytest.approx(0.1, abs=3e-4)


def test_establishments_and_enterprises_are_no_trend() -> None:
    counted = Goal(
        "more_is_better", definition="establishments 2008", baseline=3590, baseline_date=dt.date(2008, 1, 1)
    )
    later = Observation(dt.date(2016, 1, 1), 2780, definition="enterprises 2016")
    found = judge(counted, [later])
    assert (found.status, found.last) == ("broken", later)
    for told in (found.attainment, found.growth, found.growth_required, found.pace, found.expected):
        assert math.isnan(told)
    assert not found.away


def test_a_break_between_baseline_and_observation() -> None:
    broken = [at(150, dt.date(2025, 1, 1), comparability_break=True), at(160)]
    assert judge(goal(100, 200), broken).status == "broken"
    # a break on the day of the baseline is before it: the baseline is the new series
    assert judge(goal(100, 200), [at(100, START, comparability_break=True), at(160)]).status == "on_track"
    # the one of two on a day that can be compared is taken
    both = [at(90, definition="old"), at(160, definition="new")]
    assert judge(goal(100, 200, definition="new"), both).status == "on_track"


def test_no_data_no_target_no_baseline_and_late_are_four_things() -> None:
    assert judge(goal(100, 200), []).status == "no_data"
    # one observation, on the day of the baseline, or before it
    assert judge(goal(100, 200), [at(100, START)]).status == "no_data"
    assert judge(goal(100, 200), [at(100, dt.date(2023, 1, 1))]).status == "no_data"
    assert judge(goal(0, NAN, target_date=None), [at(38_500)]).status == "no_target"
    alone = judge(goal(NAN, 200, baseline_date=None), [at(120)])
    assert (alone.status, alone.last) == ("no_baseline", at(120))
    assert judge(goal(NAN, 200, baseline_date=None), [at(200)]).status == "achieved"
    # after the date of the target, what is nearly there is late
    assert judge(goal(100, 200), [at(199, END)]).status == "late"
    assert judge(goal(100, 200), [at(199, dt.date(2029, 1, 1))]).elapsed == 1


def test_met_early_and_met_on_the_day() -> None:
    early, on_time = judge(goal(4, 12), [at(12)]), judge(goal(4, 12), [at(12, END)])
    assert (early.status, early.early) == ("achieved", True)
    assert (on_time.status, on_time.early) == ("achieved", False)
    # reached once and lost again is judged by where it is now
    assert judge(goal(4, 12), [at(12, dt.date(2025, 1, 1)), at(5)]).status == "late"


def test_a_target_that_is_the_baseline_is_held_or_lost() -> None:
    held, lost = judge(goal(19, 19), [at(19)]), judge(goal(19, 19), [at(18)])
    assert held.status == "achieved"
    assert (lost.status, lost.away) == ("late", True)
    assert math.isnan(lost.attainment)


def test_a_limit_and_an_interval() -> None:
    found = judge(goal(50, 80, limit=45), [at(44)])
    assert found.limit_passed
    assert not judge(goal(50, 80, limit=45), [at(45)]).limit_passed
    assert judge(goal(50, 30, "more_is_worse", limit=55), [at(56)]).limit_passed
    assert not judge(goal(100, 200), [at(160, lower=140, upper=170)]).firm
    assert judge(goal(100, 200), [at(160, lower=155, upper=170)]).firm


def test_the_next_observation_is_due() -> None:
    assert due(dt.date(2026, 11, 30), "quarterly") == dt.date(2027, 2, 28)
    assert due(dt.date(2024, 2, 29), "yearly") == dt.date(2025, 2, 28)
    assert due(dt.date(2026, 12, 31), "yearly") == dt.date(2027, 12, 31)
    assert due(dt.date(2026, 11, 1), "monthly") == dt.date(2026, 12, 1)
    assert due(dt.date(2026, 1, 1), "once") is None


@given(
    st.integers(-1000, 1000),
    st.integers(-1000, 1000),
    st.integers(-1000, 1000),
    st.integers(1, 1460),
    st.sampled_from([1, -1]),
)
def test_scale_and_sense_change_nothing(a: int, b: int, y: int, days: int, sign: int) -> None:
    """A mirrored indicator is judged alike; so is one in other units."""
    assume(a != b)
    date = START + dt.timedelta(days)
    up = "more_is_better" if b > a else "more_is_worse"
    mirrored = {"more_is_better": "more_is_worse", "more_is_worse": "more_is_better"}[up] if sign < 0 else up
    one = judge(goal(a, b, up), [at(y, date)])
    other = judge(goal(sign * a * 4, sign * b * 4, mirrored), [at(sign * y * 4, date)])
    assert one.status == other.status
    assert one.attainment == pytest.approx(other.attainment, rel=1e-9, abs=1e-9)
    assert (one.status == "achieved") == (one.attainment >= 1)


def test_the_table_of_a_plan() -> None:
    text = dict.fromkeys(["action_id", "name_fr", "name_en", "unit_fr", "unit_en", "source", "figure"], "")
    base = text | {
        "direction": "business", "level": "outcome", "sense": "more_is_better", "definition": "1",
        "frequency": "yearly", "baseline_date": "2024-01-01", "baseline": 6.0, "target_date": "2028-01-01",
        "target": 12.0, "limit": NAN, "example": False, "source_file": "plan.xlsx", "source_row": 2,
    }  # fmt: skip
    indicators = pd.DataFrame([base | {"indicator_id": "I1"}, base | {"indicator_id": "I2", "target": NAN}])
    seen = {
        "date": "2025-01-01", "value": 8.6, "lower": NAN, "upper": NAN, "quality": "firm", "definition": "1",
        "comparability_break": False, "computed": False, "note": "", "example": True,
        "source_file": "plan.xlsx", "source_row": 2,
    }  # fmt: skip
    observations = pd.DataFrame([seen | {"indicator_id": "I1"}])
    tables.check(indicators, tables.PLAN_INDICATORS)
    tables.check(observations, tables.PLAN_OBSERVATIONS)
    found = progress(indicators, observations, dt.date(2026, 1, 2)).set_index("indicator_id")
    assert found["status"].to_dict() == {"I1": "on_track", "I2": "no_data"}
    first = found.loc["I1"]
    assert first["attainment"] == pytest.approx(2.6 / 6)
    assert first["elapsed"] == pytest.approx(366 / 1461)
    assert (first["due"], bool(first["overdue"]), bool(first["example"])) == ("2026-01-01", True, True)
    assert not found.loc["I2", "example"]
    # nothing was observed since the baseline: the first observation is due a year after it
    assert found["due"].to_dict() == {"I1": "2026-01-01", "I2": "2025-01-01"}
    assert found["overdue"].all()
    # without a frequency, the day of the target is the last on which something is due
    once = indicators.assign(frequency="", target=[12.0, 12.0], target_date=["2025-06-30", "2028-01-01"])
    late = progress(once, observations, dt.date(2025, 7, 1))
    assert late["due"].tolist() == ["2025-06-30", "2028-01-01"]
    assert late["overdue"].tolist() == [True, False]
    empty = progress(tables.empty(tables.PLAN_INDICATORS), tables.empty(tables.PLAN_OBSERVATIONS), HALF)
    assert empty.empty
