"""Read the plan of the partnership: actions, indicators, observations; whole, or with every fault named.

A plan is one workbook with three sheets, or three sheets of their own. What a row refers to must be there and
must not have been rejected itself. No row is lost in silence: read = kept + rejected, sheet by sheet.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables
from geosocial.errors import N_, InputError
from geosocial.followup import plan as followed
from geosocial.followup.registry import known_figure
from geosocial.intake.typed import Field, Rows, counts, read_rows
from geosocial.intake.zones import zone_names
from geosocial.io.books import sheet_names
from geosocial.results import InputFile
from geosocial.tables.contract import typed
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import FollowupSpec, Study

#: The sheets of a plan, and the words by which a workbook names them.
SHEETS: Final = {
    "actions": ("actions", "action"),
    "indicators": ("indicators", "indicateurs", "indicator", "indicateur"),
    "observations": ("observations", "observation"),
}
FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "actions": (
        Field("id", required=True),
        Field("direction", "term", required=True, family="directions"),
        Field("title_fr"),
        Field("title_en"),
        Field("lead", required=True),
        Field("partners", "list"),
        Field("spheres", "spheres"),
        Field("zones", "zones"),
        Field("start", "date", required=True),
        Field("end", "date"),
        Field("status", "term", required=True, family="action_statuses"),
        Field("budget", "amount"),
        Field("example", "flag"),
    ),
    "indicators": (
        Field("id", required=True),
        Field("action"),
        Field("direction", "term", family="directions"),
        Field("name_fr"),
        Field("name_en"),
        Field("unit_fr"),
        Field("unit_en"),
        Field("level", "term", required=True, family="levels"),
        Field("sense", "term", required=True, family="senses"),
        Field("definition", required=True),
        Field("source"),
        Field("frequency", "term", family="frequencies"),
        Field("baseline_date", "date"),
        Field("baseline", "number"),
        Field("target_date", "date"),
        Field("target", "number"),
        Field("limit", "number"),
        Field("figure"),
        Field("example", "flag"),
    ),
    "observations": (
        Field("indicator", required=True),
        Field("date", "date", required=True),
        Field("value", "number", required=True),
        Field("lower", "number"),
        Field("upper", "number"),
        Field("quality", "term", family="qualities"),
        Field("definition"),
        Field("break", "flag"),
        Field("note"),
        Field("example", "flag"),
    ),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan: its three tables, its faults, how many rows became what, and the files."""

    actions: pd.DataFrame
    indicators: pd.DataFrame
    observations: pd.DataFrame
    faults: tuple[pd.DataFrame, ...]
    rows: tuple[dict[str, Any], ...]
    files: tuple[InputFile, ...]


def read_plan(study: Study, zones: pd.DataFrame) -> Plan | None:
    """Return the plan that the study names; None where it names none.

    Raises
    ------
    InputError
        When a file cannot be used, or a sheet or a column that is needed is not there.
    """
    spec = study.followup
    if spec is None or (spec.plan is None and spec.actions is None):
        return None
    names = zone_names(zones, study.zones.aliases)
    read = {}
    for sheet, (path, layer) in _files(study, spec).items():
        read[sheet] = read_rows(
            study,
            path,
            sheet,
            FIELDS[sheet],
            role=f"plan.{sheet}",
            layer=layer,
            zones=names,
            example=spec.example,
        )
    _check_actions(read["actions"])
    _check_indicators(study, read["indicators"], read["actions"])
    _check_observations(study, read["observations"], read["indicators"])
    actions = _actions(read["actions"].kept(), names, study.edition)
    indicators = _indicators(read["indicators"].kept(), actions)
    return Plan(
        actions=actions,
        indicators=indicators,
        observations=_observations(read["observations"].kept(), indicators),
        faults=tuple(rows.faults.table() for rows in read.values()),
        rows=tuple(counts(read.values())),
        files=tuple(_once(read)),
    )


def _once(read: Mapping[str, Rows]) -> list[InputFile]:
    """Return each file once: the three sheets of a workbook are one."""
    files: dict[str, InputFile] = {}
    for rows in read.values():
        files.setdefault(rows.file.path, rows.file)
    return list(files.values())


def _files(study: Study, spec: FollowupSpec) -> dict[str, tuple[Path, str | None]]:
    """Return the file of each sheet, and its name in a workbook."""
    if spec.plan is None:
        single = {"actions": spec.actions, "indicators": spec.indicators, "observations": spec.observations}
        return {sheet: (path, None) for sheet, path in single.items() if path is not None}
    there = {part: name for name in sheet_names(study.path(spec.plan)) for part in _words(name)}
    found = {sheet: next((there[w] for w in words if w in there), None) for sheet, words in SHEETS.items()}
    missing = [sheet for sheet, name in found.items() if name is None]
    if missing:
        raise InputError(
            N_("{file}: there is no sheet {missing}."),
            hint=N_("A plan has the sheets actions, indicators and observations; geosocial new writes them."),
            file=spec.plan,
            missing=", ".join(missing),
        )
    return {sheet: (spec.plan, name) for sheet, name in found.items()}


def _words(name: str) -> list[str]:
    return [fold(part) for part in (name, *name.replace("–", "/").split("/"))]


def _check_actions(rows: Rows) -> None:
    rows.repeated("id")
    values = rows.values
    for position in range(len(rows.rows)):
        if not (values["title_fr"][position] or values["title_en"][position]):
            rows.reject(position, "cell_needed", "title_fr")
        start, end = values["start"][position], values["end"][position]
        if start and end and end < start:
            rows.reject(position, "dates_reversed", "end", end)


def _check_indicators(study: Study, rows: Rows, actions: Rows) -> None:
    rows.repeated("id")
    kept = {row["id"]: row for row in actions.kept()}
    values = rows.values
    for position in range(len(rows.rows)):
        row: dict[str, Any] = {key: column[position] for key, column in values.items()}
        if not (row["name_fr"] or row["name_en"]):
            rows.reject(position, "cell_needed", "name_fr")
        if row["action"]:
            _refer(rows, position, "action", kept, actions.values["id"])
        elif not row["direction"]:
            rows.reject(position, "cell_needed", "direction")
        action = kept.get(row["action"])
        if action and row["direction"] and row["direction"] != action["direction"]:
            rows.reject(position, "direction_differs", "direction", row["direction"])
        for name in ("baseline", "target"):
            if math.isnan(row[name]) != (not row[f"{name}_date"]):
                rows.reject(position, "date_without_value", f"{name}_date")
        if row["baseline_date"] and row["target_date"] and row["target_date"] <= row["baseline_date"]:
            rows.reject(position, "dates_reversed", "target_date", row["target_date"])
        way = row["target"] - row["baseline"]
        if (row["sense"] == "more_is_better" and way < 0) or (row["sense"] == "more_is_worse" and way > 0):
            rows.reject(position, "target_sense", "target", f"{row['target']:g}")
        if row["figure"] and not known_figure(study, row["figure"]):
            rows.reject(position, "figure_unknown", "figure", row["figure"])


def _check_observations(study: Study, rows: Rows, indicators: Rows) -> None:
    kept = {row["id"] for row in indicators.kept()}
    edition = study.edition.isoformat()
    seen: set[tuple[str, str, str]] = set()
    for position in range(len(rows.rows)):
        row: dict[str, Any] = {key: column[position] for key, column in rows.values.items()}
        if row["indicator"]:
            _refer(rows, position, "indicator", kept, indicators.values["id"])
        if row["date"] > edition:
            rows.reject(position, "observation_future", "date", row["date"])
        if row["lower"] > row["value"] or row["upper"] < row["value"]:
            rows.reject(position, "interval_reversed", "value", f"{row['value']:g}")
        if math.isnan(row["lower"]) != math.isnan(row["upper"]):
            rows.reject(position, "cell_needed", "lower" if math.isnan(row["lower"]) else "upper")
        key = (row["indicator"], row["date"], row["definition"])
        if row["indicator"] and row["date"] and key in seen:
            rows.reject(position, "observation_repeated", "date", row["date"])
        seen.add(key)


def _refer(rows: Rows, position: int, key: str, kept: Collection[str], there: Sequence[str]) -> None:
    """Reject a row that refers to one that is not there, or that was rejected itself."""
    identifier = rows.values[key][position]
    if identifier not in kept:
        code = "reference_rejected" if identifier in there else "reference_unknown"
        rows.reject(position, code, key, identifier)


def _actions(kept: list[dict[str, Any]], names: Mapping[str, str], edition: dt.date) -> pd.DataFrame:
    import pandas as pd

    from geosocial.vocabulary.zone_names import fold_name

    told = [
        {
            **row,
            "action_id": row["id"],
            "title_fr": row["title_fr"] or row["title_en"],
            "title_en": row["title_en"] or row["title_fr"],
            "lead_zone_id": names.get(fold_name(row["lead"]), ""),
            "late": followed.late(row["status"], row["start"], row["end"], edition),
        }
        for row in kept
    ]
    return typed(pd.DataFrame(told, columns=list(tables.PLAN_ACTIONS.columns)), tables.PLAN_ACTIONS)


def _indicators(kept: list[dict[str, Any]], actions: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    direction = dict(zip(actions["action_id"], actions["direction"], strict=True))
    told = [
        {
            **row,
            "indicator_id": row["id"],
            "action_id": row["action"],
            "direction": row["direction"] or direction[row["action"]],
            "name_fr": row["name_fr"] or row["name_en"],
            "name_en": row["name_en"] or row["name_fr"],
            "unit_fr": row["unit_fr"] or row["unit_en"],
            "unit_en": row["unit_en"] or row["unit_fr"],
        }
        for row in kept
    ]
    return typed(pd.DataFrame(told, columns=list(tables.PLAN_INDICATORS.columns)), tables.PLAN_INDICATORS)


def _observations(kept: list[dict[str, Any]], indicators: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    definition = dict(zip(indicators["indicator_id"], indicators["definition"], strict=True))
    told = [
        {
            **row,
            "indicator_id": row["indicator"],
            "definition": row["definition"] or definition[row["indicator"]],
            "comparability_break": row["break"],
            "computed": False,
        }
        for row in kept
    ]
    return typed(pd.DataFrame(told, columns=list(tables.PLAN_OBSERVATIONS.columns)), tables.PLAN_OBSERVATIONS)
