"""The contracts of the follow-up: the plan as data, its progress, the figures of the directions, contracts.

Empty unless the study has ``[followup]``, ``[projects]``, ``[contracts]`` or ``[listings]``. Dates are ISO
8601. `MOVEMENTS` and `CHANGES` are those of two editions side by side: of a run whose study names an earlier
one.
"""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

#: What may be said of an indicator of the plan, from the best to the worst; the last ones cannot be judged.
PROGRESS_STATUSES = (
    "achieved",
    "on_track",
    "accelerate",
    "late",
    "no_target",
    "no_baseline",
    "no_data",
    "broken",
)
#: Those that judge, from the worst to the best.
JUDGED = ("late", "accelerate", "on_track", "achieved")
#: Why a growth is not told.
UNDEFINED = ("", "zero_baseline", "negative", "zero_target", "no_time")
#: What a change of a figure between two editions is made of.
FACTORS = ("supply", "demand", "boundary", "method", "quality")
#: What became of an initiative between two editions.
MOVEMENT_KINDS = (
    "opened",
    "closed",
    "moved",
    "reclassified",
    "resized",
    "corrected",
    "listed",
    "unlisted",
)

_EXAMPLE = Column("bool", "invented, to show what the follow-up looks like")

#: What the municipal departments, boroughs and partners do.
PLAN_ACTIONS = Contract(
    "plan_actions",
    {
        "action_id": Column("text", "identifier of the action"),
        "direction": Column("text", "strategic direction: a key of the vocabulary's directions"),
        "title_fr": Column("text", "what is done, in French"),
        "title_en": Column("text", "the same, in English"),
        "lead": Column("text", "department or borough that leads, as written"),
        "lead_zone_id": Column("text", "the zone that leads; empty for a department"),
        "partners": Column("text", "partner organisations, separated by a semicolon"),
        "spheres": Column("text", "keys of the spheres, separated by a comma; empty for none"),
        "zones": Column("text", "zones concerned, separated by a comma; empty for all"),
        "start": Column("text", "first day, planned"),
        "end": Column("text", "last day, planned; may be empty"),
        "status": Column("text", "planned, under_way, completed, suspended, abandoned"),
        "budget": Column("float", "budget; NaN where none is stated", "$"),
        "late": Column("bool", "not begun after its start, or not ended after its end"),
        "example": _EXAMPLE,
        "source_file": Column("text", "file, and sheet of a workbook"),
        "source_row": Column("int", "its row"),
    },
    ("action_id",),
)

PLAN_INDICATORS = Contract(
    "plan_indicators",
    {
        "indicator_id": Column("text", "identifier of the indicator of the plan"),
        "action_id": Column("text", "the action that it measures; empty for the direction as a whole"),
        "direction": Column("text", "strategic direction"),
        "name_fr": Column("text", "name in French"),
        "name_en": Column("text", "name in English"),
        "unit_fr": Column("text", "unit in French; may be empty"),
        "unit_en": Column("text", "unit in English"),
        "level": Column("text", "input, output or outcome"),
        "sense": Column("text", "more_is_better, more_is_worse or neutral"),
        "definition": Column("text", "version of the definition that baseline and target are stated in"),
        "source": Column("text", "where the figures come from"),
        "frequency": Column("text", "monthly, quarterly, yearly, two_yearly, five_yearly, once, or empty"),
        "baseline_date": Column("text", "date of the baseline; empty without one"),
        "baseline": Column("float", "baseline; NaN without one"),
        "target_date": Column("text", "date of the target; empty without one"),
        "target": Column("float", "target; NaN without one"),
        "limit": Column("float", "value that must not be passed on the wrong side; NaN without one"),
        "figure": Column("text", "figure of the study that observes it at the edition; may be empty"),
        "example": _EXAMPLE,
        "source_file": Column("text", "file, and sheet of a workbook"),
        "source_row": Column("int", "its row"),
    },
    ("indicator_id",),
)

PLAN_OBSERVATIONS = Contract(
    "plan_observations",
    {
        "indicator_id": Column("text", "indicator of the plan"),
        "date": Column("text", "date of the observation"),
        "value": Column("float", "value"),
        "lower": Column("float", "lower end of its interval; NaN without one"),
        "upper": Column("float", "upper end of its interval"),
        "quality": Column("text", "firm, provisional, estimated; may be empty"),
        "definition": Column("text", "version of the definition that it was observed in"),
        "comparability_break": Column("bool", "what was observed before cannot be compared with it"),
        "computed": Column("bool", "computed by this run, not read from the plan"),
        "note": Column("text", "what must be known to read it"),
        "example": _EXAMPLE,
        "source_file": Column("text", "file, and sheet of a workbook; empty for what the run computed"),
        "source_row": Column("int", "its row; 0 for what the run computed"),
    },
    ("indicator_id", "date", "definition"),
)

#: Rows read of the plan, the contracts and their reviews: read = kept + rejected.
PLAN_ROWS = Contract(
    "plan_rows",
    {
        "source": Column("text", "which sheet: plan.actions, plan.indicators, contracts …"),
        "source_file": Column("text", "file, and sheet of a workbook"),
        "read": Column("int", "rows read"),
        "kept": Column("int", "rows kept"),
        "rejected": Column("int", "rows rejected, each with its reasons in faults"),
    },
    ("source",),
)

PROGRESS = Contract(
    "progress",
    {
        "indicator_id": Column("text", "indicator of the plan"),
        "action_id": Column("text", "its action; may be empty"),
        "direction": Column("text", "strategic direction"),
        "status": Column("text", "one of PROGRESS_STATUSES"),
        "away": Column("bool", "farther from the target than the baseline was"),
        "early": Column("bool", "achieved before the date of the target"),
        "firm": Column("bool", "the same status at both ends of the interval, or no interval"),
        "baseline_date": Column("text", "date of the baseline"),
        "baseline": Column("float", "baseline"),
        "date": Column("text", "date of the last observation; empty without one"),
        "value": Column("float", "last observation"),
        "lower": Column("float", "lower end of its interval"),
        "upper": Column("float", "upper end of its interval"),
        "target_date": Column("text", "date of the target"),
        "target": Column("float", "target"),
        "elapsed": Column("float", "share of the time from baseline to target, at most 1", "share"),
        "attainment": Column("float", "share of the way from baseline to target", "share"),
        "expected": Column("float", "value on the straight path at that date"),
        "pace": Column("float", "attainment / elapsed"),
        "growth": Column("float", "compound growth a year since the baseline", "share"),
        "growth_required": Column("float", "compound growth a year from baseline to target", "share"),
        "growth_ahead": Column("float", "compound growth a year from here to the target", "share"),
        "growth_undefined": Column("text", "why a growth is not told: one of UNDEFINED"),
        "limit_passed": Column("bool", "the last observation is on the wrong side of the limit"),
        "due": Column(
            "text", "date of the next observation: by the frequency, or that of the target; may be empty"
        ),
        "overdue": Column("bool", "that date is before the edition"),
        "example": Column("bool", "it rests on something invented"),
    },
    ("indicator_id",),
)

#: One row a direction: counts by status and the worst item; never a mean.
ROLLUP = Contract(
    "rollup",
    {
        "direction": Column("text", "strategic direction"),
        "actions": Column("int", "actions"),
        "actions_late": Column("int", "actions that are late"),
        "actions_completed": Column("int", "actions that are completed"),
        "budget": Column("float", "sum of the budgets that are stated; NaN where none is", "$"),
        "indicators": Column("int", "indicators"),
    }
    | {status: Column("int", f"indicators with the status {status}") for status in PROGRESS_STATUSES}
    | {
        "worst_indicator_id": Column("text", "the indicator farthest behind; empty when none is judged"),
        "worst_status": Column("text", "its status"),
        "example": Column("bool", "it rests on something invented"),
    },
    ("direction",),
)

#: Who leads what, where, and what is late: lead × borough × direction.
MATRIX = Contract(
    "matrix",
    {
        "lead": Column("text", "department or borough that leads"),
        "zone_id": Column("text", "zone concerned; empty for all zones"),
        "direction": Column("text", "strategic direction"),
        "actions": Column("int", "actions"),
        "under_way": Column("int", "actions under way"),
        "completed": Column("int", "actions completed"),
        "late": Column("int", "actions that are late"),
        "indicators_late": Column("int", "indicators of these actions that are late"),
        "partners": Column("text", "partner organisations, separated by a semicolon"),
        "action_ids": Column("text", "the actions, separated by a comma"),
        "late_action_ids": Column("text", "those that are late"),
        "example": Column("bool", "it rests on something invented"),
    },
    ("lead", "zone_id", "direction"),
)

#: Figures of the five directions and the three goals that the study computes.
DIRECTIONS = Contract(
    "directions",
    {
        "topic": Column("text", "a direction or a goal: a key of the vocabulary's directions or goals"),
        "indicator": Column("text", "key of geosocial.followup.registry"),
        "zone_id": Column("text", "zone; empty for all zones together"),
        "sphere": Column("text", "sphere; empty for all"),
        "dimension": Column(
            "text", "what group is: service, legal_form, department, year, project …; may be empty"
        ),
        "group": Column("text", "its value; empty without a dimension"),
        "value": Column("float", "value; NaN when missing"),
        "unit": Column("text", "share, enterprises, jobs, dwellings, people, dollars, contracts …"),
        "lower": Column("float", "lower end of the interval; NaN where none is known"),
        "upper": Column("float", "upper end of the interval"),
        "records": Column("int", "records that it rests on"),
        "status": Column("text", "one of STATUSES"),
        "example": Column("bool", "it rests on something invented"),
    },
    ("topic", "indicator", "zone_id", "sphere", "dimension", "group"),
)

#: Major projects, one figure a row.
PROJECTS = Contract(
    "projects",
    {
        "project_id": Column("text", "identifier of the project"),
        "name_fr": Column("text", "its name in French"),
        "name_en": Column("text", "its name in English"),
        "indicator": Column("text", "key of geosocial.followup.registry"),
        "sphere": Column("text", "sphere; empty for all"),
        "service": Column("text", "service of a gap; empty for the others"),
        "demand": Column("text", "demand column; empty for enterprises and sites"),
        "value": Column("float", "value; NaN when missing"),
        "unit": Column("text", "people, households, dwellings, facilities, enterprises, sites"),
        "records": Column("int", "places of demand or records that it rests on"),
        "status": Column("text", "one of STATUSES"),
        "example": Column("bool", "it rests on something invented"),
    },
    ("project_id", "indicator", "sphere", "service", "demand"),
)

CONTRACTS_TABLE = Contract(
    "contracts",
    {
        "contract_id": Column("text", "identifier, or contracts:row"),
        "buyer": Column("text", "department or borough that buys"),
        "supplier": Column("text", "supplier as written"),
        "supplier_id": Column("text", "its identifier as written; may be empty"),
        "enterprise_id": Column("text", "the social-economy enterprise that it is; empty when it is none"),
        "match": Column("text", "id, reviewed, or empty"),
        "sphere": Column("text", "sphere of the contract, or else of the enterprise; may be empty"),
        "zone_id": Column("text", "borough of the contract; empty when none is given"),
        "date": Column("text", "date"),
        "year": Column("int", "its year"),
        "amount": Column("float", "amount; NaN where none is stated", "$"),
        "example": _EXAMPLE,
        "source_file": Column("text", "file, and sheet of a workbook"),
        "source_row": Column("int", "its row"),
    },
    ("contract_id",),
)

#: Suppliers whose name is like that of an enterprise: proposed for review, never counted before.
SUPPLIERS = Contract(
    "suppliers",
    {
        "supplier": Column("text", "supplier as written"),
        "enterprise_id": Column("text", "enterprise whose name is like it"),
        "enterprise": Column("text", "its name"),
        "similarity": Column("float", "how alike the names are, from 0 to 100"),
        "decision": Column("text", "yes, no, or empty: to be reviewed"),
        "contracts": Column("int", "contracts of the supplier"),
        "amount": Column("float", "their amount; NaN where none is stated", "$"),
        "example": _EXAMPLE,
    },
    ("supplier", "enterprise_id"),
)

FOLLOWUP = (
    PLAN_ACTIONS,
    PLAN_INDICATORS,
    PLAN_OBSERVATIONS,
    PLAN_ROWS,
    PROGRESS,
    ROLLUP,
    MATRIX,
    DIRECTIONS,
    PROJECTS,
    CONTRACTS_TABLE,
    SUPPLIERS,
)

#: Two editions: what became of each initiative.
MOVEMENTS = Contract(
    "movements",
    {
        "movement": Column("text", "one of MOVEMENT_KINDS"),
        "source": Column("text", "list"),
        "record_id": Column("text", "identifier"),
        "name": Column("text", "name, in the later edition where it has one"),
        "sphere": Column("text", "sphere before"),
        "other_sphere": Column("text", "sphere after"),
        "kind": Column("text", "kind before; empty for what opened"),
        "other_kind": Column("text", "kind after; empty for what closed"),
        "zone_id": Column("text", "zone before"),
        "other_zone_id": Column("text", "zone after"),
        "distance_m": Column("float", "distance between the positions; NaN without both", "m"),
        "source_row": Column("int", "row before; 0 for none"),
        "other_source_row": Column("int", "row after; 0 for none"),
    },
)

#: Two editions: each figure, its change, and what the change is made of.
CHANGES = Contract(
    "changes",
    {
        "zone_id": Column("text", "zone; empty for all together"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "indicator": Column("text", "indicator"),
        "unit": Column("text", "unit, in the later edition"),
        "before": Column("float", "value in the earlier edition; NaN when missing"),
        "after": Column("float", "value in the later edition"),
        "change": Column("float", "after − before"),
    }
    | {factor: Column("float", f"part of the change that is due to {factor}") for factor in FACTORS}
    | {
        "status_before": Column("text", "what may be said of it before; empty when it was not there"),
        "status_after": Column("text", "after"),
        "undivided": Column("text", "why the change has no parts; empty when it has"),
    },
    ("zone_id", "sphere", "service", "indicator"),
)
COMPARISON = (MOVEMENTS, CHANGES)
