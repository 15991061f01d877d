"""Progress of an indicator of the plan: how far it came on the straight path, against the time that passed.

y₀ at t₀ is the baseline, y_T at T the target, y_t at t the last observation since the baseline::

    attainment  a = (y_t − y₀) / (y_T − y₀)          the sense is in the signs: a fall may be progress
    elapsed     e = min(1, (t − t₀) / (T − t₀))      in days
    pace        a / e

Achieved: y_t is at the target or beyond, on the side that is wanted. Otherwise, before T: pace ≥ 0.95 on
track, ≥ 0.60 to accelerate, below it late; from T on: late. a < 0 is late and moving away. Where
the target is the baseline, the path has no length: holding it is achieved, losing it is late and moving
away, a is undefined.

Growth a year, compound: (y_t / y₀)^(1/years) − 1; required: the same from y₀ to y_T; ahead: from y_t to y_T.
It is undefined from a baseline of zero or across zero, to a target of zero, and over less than a year; it is
never computed from something put in the place of zero.

What cannot be judged is said apart: *broken* (the last observation has another definition than the baseline,
or a break lies between), *no_data* (no observation since the baseline), *no_target*, *no_baseline*. Those are
looked for in this order. Status thresholds: Open SDG (the Methods page of its progress calculation).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables
from geosocial.tables.contract import rows, typed

if TYPE_CHECKING:
    import pandas as pd

ON_TRACK: Final = 0.95
ACCELERATE: Final = 0.60
#: Rounding of a quotient must not cost a status.
_ROUNDING: Final = 1e-12
_YEAR: Final = 365.25
_NAN: Final = math.nan
#: Months between two observations.
FREQUENCIES: Final = {
    "monthly": 1,
    "quarterly": 3,
    "yearly": 12,
    "two_yearly": 24,
    "five_yearly": 60,
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What an indicator of the plan started from, and what it is to reach; NaN and None where not stated."""

    sense: str
    definition: str = ""
    baseline: float = _NAN
    baseline_date: dt.date | None = None
    target: float = _NAN
    target_date: dt.date | None = None
    limit: float = _NAN
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value at a date."""

    date: dt.date
    value: float
    lower: float = _NAN
    upper: float = _NAN
    definition: str = ""
    comparability_break: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What may be said of an indicator; the fields are the columns of `geosocial.tables.PROGRESS`."""

    status: str
    last: Observation | None = None
    away: bool = False
    early: bool = False
    firm: bool = True
    elapsed: float = _NAN
    attainment: float = _NAN
    expected: float = _NAN
    pace: float = _NAN
    growth: float = _NAN
    growth_required: float = _NAN
    growth_ahead: float = _NAN
    growth_undefined: str = ""
    limit_passed: bool = False


def judge(goal: Goal, observations: Sequence[Observation]) -> Progress:
    """Return the progress of an indicator by its last observation.

    Parameters
    ----------
    goal
        Baseline, target, sense.
    observations
        In any order.

    Examples
    --------
    >>> goal = Goal("more_is_better", baseline=120, baseline_date=dt.date(2024, 1, 1),
    ...             target=200, target_date=dt.date(2028, 12, 31))
    >>> found = judge(goal, [Observation(dt.date(2026, 6, 30), 168)])
    >>> found.status, round(found.attainment, 6), round(found.elapsed, 3)
    ('on_track', 0.6, 0.499)
    """
    since = [o for o in observations if goal.baseline_date is None or o.date >= goal.baseline_date]
    # of two observations of one day, the one that can be compared
    last = max(since, key=lambda o: (o.date, o.definition in {"", goal.definition}), default=None)
    if last is None:
        return Progress("no_data")
    if _broken(goal, last, since):
        return Progress("broken", last)
    passed = not math.isnan(goal.limit) and _beyond(goal.limit, last.value, goal.sense)
    if goal.baseline_date is not None and last.date == goal.baseline_date:
        # what was observed on the day of the baseline is the baseline
        return Progress("no_data", last, limit_passed=passed)
    found = _judged(goal, last)
    return replace(found, last=last, limit_passed=passed, firm=_firm(goal, last, found.status))


def _judged(goal: Goal, last: Observation) -> Progress:
    """Return the progress to an observation that can be compared with the baseline."""
    grown, why = _growths(goal, last)
    told: dict[str, Any] = {**grown, "growth_undefined": why}
    if math.isnan(goal.target) or goal.target_date is None:
        return Progress("no_target", **told)
    reached = _reached(goal, last.value)
    early = reached and last.date < goal.target_date
    if math.isnan(goal.baseline) or goal.baseline_date is None:
        return Progress("achieved" if reached else "no_baseline", early=early, **told)
    way = goal.target - goal.baseline
    elapsed = min(1.0, (last.date - goal.baseline_date).days / (goal.target_date - goal.baseline_date).days)
    told |= {"elapsed": elapsed, "expected": goal.baseline + way * elapsed}
    if way == 0:
        away = _beyond(goal.target, last.value, goal.sense)
        return Progress("achieved" if reached else "late", away=away, early=early, **told)
    attainment = (last.value - goal.baseline) / way
    pace = attainment / elapsed
    told |= {"attainment": attainment, "pace": pace, "away": attainment < 0}
    if reached:
        return Progress("achieved", early=early, **told)
    if last.date >= goal.target_date or pace < ACCELERATE - _ROUNDING:
        return Progress("late", **told)
    return Progress("on_track" if pace >= ON_TRACK - _ROUNDING else "accelerate", **told)


def _reached(goal: Goal, value: float) -> bool:
    """Return whether a value is at the target or beyond it, on the side that is wanted.

    A neutral indicator is wanted on the side of its target; at the target itself when that is the baseline.
    """
    if goal.sense == "more_is_better":
        return value >= goal.target
    if goal.sense == "more_is_worse":
        return value <= goal.target
    way = goal.target - goal.baseline
    return value == goal.target if way == 0 or math.isnan(way) else (value - goal.target) * way >= 0


def _beyond(mark: float, value: float, sense: str) -> bool:
    """Return whether a value is on the wrong side of a mark; a neutral one is on neither."""
    if sense == "more_is_better":
        return value < mark
    return value > mark if sense == "more_is_worse" else False


def _broken(goal: Goal, last: Observation, since: Sequence[Observation]) -> bool:
    """Return whether the last observation cannot be compared with the baseline."""
    if last.definition and goal.definition and last.definition != goal.definition:
        return True
    start = goal.baseline_date
    return any(
        o.comparability_break and (start is None or o.date > start) for o in since if o.date <= last.date
    )


def _growths(goal: Goal, last: Observation) -> tuple[dict[str, float], str]:
    """Return the compound growths a year, and why one of them is undefined."""
    told = {"growth": _NAN, "growth_required": _NAN, "growth_ahead": _NAN}
    if math.isnan(goal.baseline) or goal.baseline_date is None:
        return told, ""
    if goal.baseline == 0 or goal.baseline < 0 or last.value < 0 or goal.target < 0:
        return told, "zero_baseline" if goal.baseline == 0 else "negative"
    told["growth"] = compound(goal.baseline, last.value, goal.baseline_date, last.date)
    if goal.target_date is not None and goal.target > 0:
        told["growth_required"] = compound(goal.baseline, goal.target, goal.baseline_date, goal.target_date)
        told["growth_ahead"] = compound(last.value, goal.target, last.date, goal.target_date)
    if goal.target == 0:
        return told, "zero_target"
    aimed = goal.target_date is not None and not math.isnan(goal.target)
    return told, "no_time" if aimed and any(math.isnan(v) for v in told.values()) else ""


def compound(before: float, after: float, start: dt.date, end: dt.date) -> float:
    """Return the compound growth a year: (after / before)^(1/years) − 1; NaN where it is undefined.

    Less than a year is not drawn out to one.

    Examples
    --------
    >>> round(compound(100, 121, dt.date(2020, 1, 1), dt.date(2022, 1, 1)), 4)
    0.0999
    """
    days = (end - start).days
    if before <= 0 or after < 0 or days < 365:
        return _NAN
    return float((after / before) ** (_YEAR / days) - 1)


def _firm(goal: Goal, last: Observation, status: str) -> bool:
    """Return whether the status is the same at both ends of the interval of the observation."""
    if math.isnan(last.lower) or math.isnan(last.upper):
        return True
    return all(_judged(goal, replace(last, value=end)).status == status for end in (last.lower, last.upper))


def due(date: dt.date, frequency: str) -> dt.date | None:
    """Return the day by which the next observation is due; None where no frequency says so.

    Examples
    --------
    >>> due(dt.date(2026, 1, 31), "monthly")
    datetime.date(2026, 2, 28)
    """
    months = FREQUENCIES.get(frequency)
    if months is None:
        return None
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(date.day, last))


def _next(goal: Goal, last: Observation | None) -> dt.date | None:
    """Return when the next observation is due: by the frequency, at the date of the target at the latest."""
    since = last.date if last else goal.baseline_date
    if since is None:
        return None
    by_target = goal.target_date if goal.target_date and since < goal.target_date else None
    days = [day for day in (due(since, goal.frequency), by_target) if day is not None]
    return min(days, default=None)


def progress(indicators: pd.DataFrame, observations: pd.DataFrame, edition: dt.date) -> pd.DataFrame:
    """Return the progress of every indicator of the plan (`geosocial.tables.PROGRESS`).

    Parameters
    ----------
    indicators, observations
        `geosocial.tables.PLAN_INDICATORS` and `geosocial.tables.PLAN_OBSERVATIONS`.
    edition
        Date of the edition: an observation that is due before it is overdue.
    """
    import pandas as pd

    seen: dict[str, list[dict[str, Any]]] = {}
    for row in rows(observations):
        seen.setdefault(row["indicator_id"], []).append(row)
    told = []
    for row in rows(indicators):
        mine = seen.get(row["indicator_id"], [])
        goal = _goal(row)
        told.append(_row(row, goal, judge(goal, [_observation(o) for o in mine]), mine, edition))
    return typed(pd.DataFrame(told, columns=list(tables.PROGRESS.columns)), tables.PROGRESS)


def _goal(row: dict[str, Any]) -> Goal:
    return Goal(
        sense=row["sense"],
        definition=row["definition"],
        baseline=row["baseline"],
        baseline_date=_day(row["baseline_date"]),
        target=row["target"],
        target_date=_day(row["target_date"]),
        limit=row["limit"],
        frequency=row["frequency"],
    )


def _observation(row: dict[str, Any]) -> Observation:
    return Observation(
        date=dt.date.fromisoformat(row["date"]),
        value=row["value"],
        lower=row["lower"],
        upper=row["upper"],
        definition=row["definition"],
        comparability_break=bool(row["comparability_break"]),
    )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _row(
    indicator: dict[str, Any], goal: Goal, found: Progress, seen: list[dict[str, Any]], edition: dt.date
) -> dict[str, Any]:
    last = found.last
    next_due = _next(goal, last)
    read = [o for o in seen if last is not None and o["date"] == last.date.isoformat()]
    told = {name: getattr(found, name) for name in tables.PROGRESS.columns if hasattr(found, name)}
    kept = ("indicator_id", "action_id", "direction", "baseline_date", "baseline", "target_date", "target")
    return {
        **told,
        **{name: indicator[name] for name in kept},
        "date": last.date.isoformat() if last else "",
        "value": last.value if last else _NAN,
        "lower": last.lower if last else _NAN,
        "upper": last.upper if last else _NAN,
        "due": next_due.isoformat() if next_due else "",
        "overdue": next_due is not None and next_due < edition,
        "example": bool(indicator["example"]) or any(o["example"] for o in read),
    }
