"""The plan as a whole: which actions are late, each direction in counts, who leads what where."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables
from geosocial.tables.contract import rows, typed
from geosocial.vocabulary import terms

if TYPE_CHECKING:
    import pandas as pd

#: Statuses of an action that is not awaited any more.
ENDED: Final = frozenset({"completed", "abandoned"})
#: Statuses of an action that has not begun.
NOT_BEGUN: Final = frozenset({"planned"})


def late(status: str, start: str, end: str, edition: dt.date) -> bool:
    """Return whether an action is late: planned after its start, or not ended after its end.

    The first and the last day themselves are in time. One that is abandoned is awaited no more; one that is
    suspended is late from its end on.

    Examples
    --------
    >>> late("planned", "2026-01-01", "", dt.date(2026, 1, 2)), late("under_way", "", "2026-01-01",
    ...      dt.date(2026, 1, 1))
    (True, False)
    """
    if status in ENDED:
        return False
    if end and edition > dt.date.fromisoformat(end):
        return True
    return status in NOT_BEGUN and bool(start) and edition > dt.date.fromisoformat(start)


def severity(row: Mapping[str, Any]) -> tuple[int, float]:
    """Return how far behind an indicator is: the smaller, the worse; by its status, then by its pace.

    An indicator without a pace (the target is the baseline) comes before the others of its status when it
    moves away, and after them otherwise.
    """
    pace = float(row["pace"])
    if math.isnan(pace):
        pace = -math.inf if row["away"] else math.inf
    return tables.JUDGED.index(str(row["status"])), pace


def worst(items: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the indicator that is farthest behind of those that are judged; the first of equals."""
    judged = [row for row in items if row["status"] in tables.JUDGED]
    return min(judged, key=severity, default=None)


def rollup(actions: pd.DataFrame, progress: pd.DataFrame) -> pd.DataFrame:
    """Return each direction in counts and its worst item (`geosocial.tables.ROLLUP`).

    Parameters
    ----------
    actions, progress
        `geosocial.tables.PLAN_ACTIONS` and `geosocial.tables.PROGRESS`.
    """
    import pandas as pd

    told = []
    for direction in terms("directions"):
        mine = actions[actions["direction"] == direction]
        judged = progress[progress["direction"] == direction]
        statuses = judged["status"].tolist()
        last = worst(rows(judged))
        told.append(
            {
                "direction": direction,
                "actions": len(mine),
                "actions_late": int(mine["late"].sum()),
                "actions_completed": int((mine["status"] == "completed").sum()),
                "budget": float(mine["budget"].sum(min_count=1)),
                "indicators": len(judged),
                **{status: statuses.count(status) for status in tables.PROGRESS_STATUSES},
                "worst_indicator_id": str(last["indicator_id"]) if last else "",
                "worst_status": str(last["status"]) if last else "",
                "example": bool(mine["example"].any() or judged["example"].any()),
            }
        )
    return typed(pd.DataFrame(told), tables.ROLLUP)


def matrix(actions: pd.DataFrame, progress: pd.DataFrame) -> pd.DataFrame:
    """Return who leads what and where, and what is late (`geosocial.tables.MATRIX`).

    An action of several zones has a row in each; one of no zone in particular has one row, for all zones.

    Parameters
    ----------
    actions, progress
        `geosocial.tables.PLAN_ACTIONS` and `geosocial.tables.PROGRESS`.
    """
    import pandas as pd

    behind: dict[str, int] = {}
    for action, status in zip(progress["action_id"], progress["status"], strict=True):
        behind[str(action)] = behind.get(str(action), 0) + (status == "late")
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows(actions):
        for zone in str(row["zones"]).split(","):
            groups.setdefault((str(row["lead"]), zone, str(row["direction"])), []).append(row)
    order = list(terms("directions"))
    keys = sorted(groups, key=lambda key: (order.index(key[2]), key[0], key[1]))
    cells = [_cell(key, groups[key], behind) for key in keys]
    return typed(pd.DataFrame(cells, columns=list(tables.MATRIX.columns)), tables.MATRIX)


def _cell(
    key: tuple[str, str, str], mine: Sequence[Mapping[str, Any]], behind: Mapping[str, int]
) -> dict[str, Any]:
    statuses = [str(row["status"]) for row in mine]
    partners = [name for row in mine for name in str(row["partners"]).split("; ") if name]
    return {
        "lead": key[0],
        "zone_id": key[1],
        "direction": key[2],
        "actions": len(mine),
        "under_way": statuses.count("under_way"),
        "completed": statuses.count("completed"),
        "late": sum(bool(row["late"]) for row in mine),
        "indicators_late": sum(behind.get(str(row["action_id"]), 0) for row in mine),
        "partners": "; ".join(dict.fromkeys(partners)),
        "action_ids": ",".join(str(row["action_id"]) for row in mine),
        "late_action_ids": ",".join(str(row["action_id"]) for row in mine if row["late"]),
        "example": any(bool(row["example"]) for row in mine),
    }
