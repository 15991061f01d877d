"""Late actions, the directions in counts, the matrix: by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from geosocial import tables
from geosocial.followup.plan import late, matrix, rollup, worst
from geosocial.tables.contract import rows, typed

DAY = dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("status", "start", "end", "expected"),
    [
        ("planned", "2026-06-30", "", False),
        ("planned", "2026-06-29", "", True),
        ("planned", "2027-01-01", "2028-01-01", False),
        ("under_way", "2025-01-01", "2026-06-30", False),
        ("under_way", "2025-01-01", "2026-06-29", True),
        ("suspended", "2025-01-01", "2026-06-29", True),
        ("suspended", "2025-01-01", "", False),
        ("completed", "2025-01-01", "2026-01-01", False),
        ("abandoned", "2025-01-01", "2026-01-01", False),
    ],
)
def test_late_from_the_day_after(status: str, start: str, end: str, *, expected: bool) -> None:
    assert late(status, start, end, DAY) is expected


def action(identifier: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "action_id": identifier, "direction": "business", "title_fr": "", "title_en": "", "lead": "Achats",
        "lead_zone_id": "", "partners": "", "spheres": "", "zones": "", "start": "", "end": "",
        "status": "under_way", "budget": math.nan, "late": False, "example": False, "source_file": "plan.csv",
        "source_row": 2,
    }  # fmt: skip
    return row | values


def judged(identifier: str, status: str, pace: float = math.nan, **values: Any) -> dict[str, Any]:
    blank = {"text": "", "float": math.nan, "int": 0, "bool": False}
    row: dict[str, Any] = {n: blank[c.dtype] for n, c in tables.PROGRESS.columns.items()}
    return (
        row | {"indicator_id": identifier, "status": status, "pace": pace, "direction": "business"} | values
    )


ACTIONS = typed(
    pd.DataFrame(
        [
            action("A1", zones="01,02", partners="CESIM; PME MTL", budget=1000.0),
            action("A2", zones="01", status="completed", partners="PME MTL; Réseau", budget=500.0),
            action("A3", late=True, example=True),
            action("A4", direction="promotion", lead="Culture", late=True),
        ]
    ),
    tables.PLAN_ACTIONS,
)
PROGRESS = typed(
    pd.DataFrame(
        [
            judged("I1", "accelerate", 0.7, action_id="A1"),
            judged("I2", "late", 0.5, action_id="A1"),
            judged("I3", "late", -0.2, action_id="A3", away=True),
            judged("I4", "no_target"),
            judged("I5", "achieved", 2.0, direction="promotion"),
            judged("I6", "broken", direction="major_projects"),
        ]
    ),
    tables.PROGRESS,
)


def test_a_direction_is_counts_and_its_worst_item() -> None:
    table = rollup(ACTIONS, PROGRESS)
    found = {row["direction"]: row for row in rows(table)}
    assert list(found) == [
        "entrepreneurship",
        "major_projects",
        "quality_of_life",
        "business",
        "promotion",
    ]
    row = found["business"]
    assert [row[k] for k in ("actions", "actions_late", "actions_completed", "budget", "indicators")] == [
        3, 1, 1, 1500.0, 4,
    ]  # fmt: skip
    assert [row[s] for s in tables.PROGRESS_STATUSES] == [0, 0, 1, 2, 1, 0, 0, 0]
    assert (row["worst_indicator_id"], row["worst_status"]) == ("I3", "late")
    assert bool(row["example"])
    assert found["promotion"]["worst_indicator_id"] == "I5"
    # nothing that could be judged: no worst item, and a budget that nobody stated is not zero
    assert found["major_projects"]["worst_indicator_id"] == ""
    assert math.isnan(found["promotion"]["budget"])
    assert table["indicators"].sum() == len(PROGRESS)
    assert table[list(tables.PROGRESS_STATUSES)].sum(axis=1).tolist() == table["indicators"].tolist()


def test_without_a_pace_moving_away_is_worst() -> None:
    items = [judged("I1", "late", 0.1), judged("I2", "late", away=True), judged("I3", "late", -3.0)]
    found = worst(items)
    assert found is not None
    assert found["indicator_id"] == "I2"


def test_the_matrix_has_a_cell_for_each_lead_zone_and_direction() -> None:
    found = matrix(ACTIONS, PROGRESS)
    assert found[["lead", "zone_id", "direction"]].apply(tuple, axis=1).tolist() == [
        ("Achats", "", "business"),
        ("Achats", "01", "business"),
        ("Achats", "02", "business"),
        ("Culture", "", "promotion"),
    ]
    cells = {(row["lead"], row["zone_id"]): row for row in rows(found)}
    here = cells["Achats", "01"]
    assert [here[k] for k in ("actions", "under_way", "completed", "late", "indicators_late")] == [
        2,
        1,
        1,
        0,
        1,
    ]
    assert (here["partners"], here["action_ids"]) == ("CESIM; PME MTL; Réseau", "A1,A2")
    assert cells["Achats", ""]["late_action_ids"] == "A3"
    assert matrix(tables.empty(tables.PLAN_ACTIONS), PROGRESS).empty
