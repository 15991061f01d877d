"""The contract of each table that travels between rooms: columns, dtype, unit, key. `check`, then trust.

Tables are plain (Geo)DataFrames with a RangeIndex. Missing text is ``""``, a missing number is NaN: never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geosocial.errors import N_, ConservationError
from geosocial.tables.clusters import AUTOCORRELATION, CLUSTER_KINDS, CLUSTER_ZONES, CLUSTERS
from geosocial.tables.contract import Column, Contract, check, empty
from geosocial.tables.equity import (
    DISPARITY,
    EQUITY,
    HUB_ZONES,
    HUBS,
    INDICES,
    INEQUALITY,
    LORENZ,
    NEED_GAPS,
)
from geosocial.tables.followup import (
    CHANGES,
    COMPARISON,
    CONTRACTS_TABLE,
    DIRECTIONS,
    FACTORS,
    FOLLOWUP,
    JUDGED,
    MATRIX,
    MOVEMENTS,
    PLAN_ACTIONS,
    PLAN_INDICATORS,
    PLAN_OBSERVATIONS,
    PLAN_ROWS,
    PROGRESS,
    PROGRESS_STATUSES,
    PROJECTS,
    ROLLUP,
    SUPPLIERS,
)
from geosocial.tables.lists import DECLARED, DIRECTORY, DIRECTORY_CELLS, DUPLICATES, PUBLISHED, UNMAPPED
from geosocial.tables.siting import PROPOSED, PROPOSED_CURVE, PROPOSED_ZONES, SITING

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AUTOCORRELATION",
    "CHANGES",
    "CLOSURES",
    "CLUSTERS",
    "CLUSTER_KINDS",
    "CLUSTER_ZONES",
    "COMPARISON",
    "CONSERVATION",
    "CONTRACTS",
    "CONTRACTS_TABLE",
    "DECLARED",
    "DEMAND",
    "DIMENSIONS",
    "DIRECTIONS",
    "DIRECTORY",
    "DIRECTORY_CELLS",
    "DISPARITY",
    "DUPLICATES",
    "EQUITY",
    "FACTORS",
    "FAULTS",
    "FOLLOWUP",
    "HUBS",
    "HUB_ZONES",
    "INDICES",
    "INEQUALITY",
    "JUDGED",
    "LORENZ",
    "MATRIX",
    "MEASURES",
    "METHODS",
    "MOVEMENTS",
    "NEED_GAPS",
    "OUTCOMES",
    "OVERALL",
    "PLACES",
    "PLAN_ACTIONS",
    "PLAN_INDICATORS",
    "PLAN_OBSERVATIONS",
    "PLAN_ROWS",
    "PROGRESS",
    "PROGRESS_STATUSES",
    "PROJECTS",
    "PROPOSED",
    "PROPOSED_CURVE",
    "PROPOSED_ZONES",
    "PUBLISHED",
    "RANKING",
    "ROLLUP",
    "SETTINGS",
    "SITING",
    "STATUSES",
    "SUPPLIERS",
    "SUPPLY",
    "UNMAPPED",
    "VERDICTS",
    "ZONES",
    "Column",
    "Contract",
    "check",
    "check_conservation",
    "check_plan_rows",
    "empty",
]

#: What became of a record. read = the sum of these, in every run.
OUTCOMES = ("matched", "snapped", "outside", "ambiguous", "unlocated", "rejected")
#: What may be said of a figure.
STATUSES = ("ok", "low_confidence", "cannot_say", "missing")
#: What the settings tried differ in.
DIMENSIONS = ("standard", "demand", "rule", "supply", "cost", "zone_system")
#: What may be said of a zone over all the settings tried; ``""`` where it is not judged.
VERDICTS = ("underserved", "served", "depends", "")

ZONES = Contract(
    "zones",
    {
        "zone_id": Column("text", "identifier of the zone"),
        "name_fr": Column("text", "name in French"),
        "name_en": Column("text", "name in English"),
        "kind": Column("text", "zone, neighbourhood: a key of the vocabulary's zone_kinds"),
        "land_km2": Column("float", "land area", "km²"),
        # and a geometry column, polygons in the study's CRS
    },
    ("zone_id",),
)

PLACES = Contract(
    "places",
    {
        "source": Column("text", "key of the list in study.toml"),
        "source_file": Column("text", "file that the row was read from"),
        "source_row": Column("int", "row of that file, as a spreadsheet counts: the header is row 1"),
        "record_id": Column("text", "identifier given by the list, or source:row"),
        "name": Column("text", "name; empty where the list gives figures only"),
        "sphere": Column("text", "key of the sphere; empty where the kind serves none"),
        "kind": Column("text", "key of the kind; empty where the category is not in the crosswalk"),
        "category": Column("text", "the list's own word for the kind"),
        "legal_form": Column("text", "npo, cooperative, other"),
        "direction": Column(
            "text", "strategic direction of the partnership that the row serves; may be empty"
        ),
        "status": Column("text", "existing, planned, closed"),
        "count": Column("float", "number of facilities that the row stands for", "facilities"),
        "capacity": Column("float", "capacity, in the unit of its kind (dwellings)"),
        "x": Column("float", "easting in the study's CRS; NaN when unlocated", "m"),
        "y": Column("float", "northing in the study's CRS; NaN when unlocated", "m"),
        "outcome": Column("text", "one of OUTCOMES"),
        "zone_id": Column("text", "zone that the record is counted in; empty when it is in none"),
        "other_zone_id": Column(
            "text", "on a shared boundary or in an overlap: the next zone that covers it"
        ),
        "on_boundary": Column("bool", "whether the point lies exactly on a boundary between zones"),
        "snap_m": Column("float", "distance to the zone, when snapped; 0 inside; NaN in none", "m"),
        "declared_zone": Column("text", "zone that the list declares, as written"),
        "declared_zone_id": Column("text", "the zone of that name; empty when no zone has it"),
        "shown": Column("bool", "shown by name on maps and in tables"),
        "counted": Column("bool", "counts as supply in the measures"),
    },
    ("source", "source_row"),
)

FAULTS = Contract(
    "faults",
    {
        "source": Column("text", "key of the list"),
        "source_file": Column("text", "file"),
        "source_row": Column("int", "row of that file"),
        "column": Column("text", "header of the column; empty when the whole row is at fault"),
        "value": Column("text", "what was found"),
        "code": Column("text", "reason: a key of geosocial.wording.REASONS"),
        "action": Column("text", "rejected, unlocated, snapped, flagged"),
    },
)

CONSERVATION = Contract(
    "conservation",
    {"source": Column("text", "key of the list"), "read": Column("int", "rows read")}
    | {outcome: Column("int", "rows with this outcome") for outcome in OUTCOMES},
    ("source",),
)

#: The demand table also has one float column for each demand column of the study, NaN where suppressed.
DEMAND = Contract(
    "demand",
    {
        "demand_id": Column("text", "identifier of the place"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "zone_id": Column("text", "zone that it belongs to; empty when none"),
    },
    ("demand_id",),
)

SUPPLY = Contract(
    "supply",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "kind": Column("text", "kind"),
        "count": Column("float", "facilities in the zone; NaN when missing", "facilities"),
        "capacity": Column("float", "their capacity; NaN where the list gives none"),
        "status": Column("text", "ok, or missing: no record in a list that is not complete"),
    },
    ("zone_id", "kind"),
)

MEASURES = Contract(
    "measures",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service of the sphere"),
        "indicator": Column("text", "key of geosocial.measure.indicators"),
        "edition": Column("text", "date of the edition, ISO 8601"),
        "value": Column("float", "value; NaN when missing"),
        "unit": Column("text", "share, people, households, dwellings, per_100, per_10000, facilities, m"),
        "lower": Column("float", "lower end of the interval; NaN where none is computed"),
        "upper": Column("float", "upper end of the interval"),
        "status": Column("text", "one of STATUSES"),
    },
    ("zone_id", "sphere", "service", "indicator"),
)

#: The same columns for the study as a whole; zone_id is empty.
OVERALL = Contract("overall", dict(MEASURES.columns), ("sphere", "service", "indicator"))

RANKING = Contract(
    "ranking",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "rank": Column(
            "float", "1 is the largest gap in share; ties share the lowest rank; NaN when not ranked"
        ),
        "tied": Column("int", "zones that share the rank, this one included; 0 when not ranked"),
        "ranked": Column("int", "zones that are ranked"),
        "settings": Column("int", "settings in which the zone could be judged"),
        "underserved_in": Column("int", "settings in which it is below the city-wide value"),
        "verdict": Column("text", "one of VERDICTS"),
        "rank_low": Column("float", "lowest rank over the settings (1: least served); NaN when not ranked"),
        "rank_high": Column("float", "highest rank over the settings"),
        "flips": Column(
            "text", "one of DIMENSIONS: what changes the outcome most often; empty when nothing does"
        ),
        "status": Column("text", "one of STATUSES: that of the gap"),
    },
    ("zone_id", "sphere", "service"),
)

SETTINGS = Contract(
    "settings",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "setting": Column("int", "number of the setting, from 0"),
        "standard_m": Column("float", "standard of the setting; NaN for a ratio", "m"),
        "demand": Column("text", "demand column of the setting"),
        "rule": Column("text", "coverage, decay, e2sfca, or ratio"),
        "supply": Column("text", "all, own_zone, in_zones, with_capacity, or kinds joined by +"),
        "cost": Column("text", "straight or network; empty for a ratio"),
        "zone_system": Column("text", "study, or position: the zone in which a row of demand lies"),
        "value": Column(
            "float", "coverage (share), accessibility (per_10000) or supply per unit in this setting"
        ),
        "city": Column("float", "the city-wide value in this setting"),
        "underserved": Column("bool", "value < city"),
    },
    ("zone_id", "sphere", "service", "setting"),
)

#: Three ways to judge a zone, side by side, for each coverage service.
METHODS = Contract(
    "methods",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "containment": Column("float", "facilities in the zone for 10,000 to serve", "per_10000"),
        "containment_city": Column("float", "the same, city-wide", "per_10000"),
        "containment_below": Column("bool", "containment < that of the city"),
        "radius": Column("float", "coverage: share of the demand within the standard", "share"),
        "radius_city": Column("float", "the same, city-wide", "share"),
        "radius_below": Column("bool", "radius < that of the city"),
        "e2sfca": Column("float", "accessibility: facilities in reach, shared", "per_10000"),
        "e2sfca_city": Column("float", "the same, city-wide", "per_10000"),
        "e2sfca_below": Column("bool", "e2sfca < that of the city"),
        "differs": Column("bool", "whether the three do not conclude alike"),
        "own_radius": Column("float", "coverage by the facilities of the zone itself", "share"),
        "edge_effect": Column("float", "radius − own_radius: what the neighbours’ facilities add", "share"),
        "status": Column("text", "one of STATUSES: that of the coverage"),
    },
    ("zone_id", "sphere", "service"),
)

#: The facilities that each zone would miss most, if one of them closed.
CLOSURES = Contract(
    "closures",
    {
        "zone_id": Column("text", "zone whose demand loses its cover"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "order": Column("int", "1 is the facility that is missed most in the zone"),
        "source": Column("text", "list of the facility"),
        "source_row": Column("int", "its row"),
        "record_id": Column("text", "its identifier"),
        "name": Column("text", "its name; empty where the list gives figures only"),
        "kind": Column("text", "its kind"),
        "facility_zone_id": Column("text", "zone in which it stands; empty when in none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "lost": Column("float", "demand of the zone that no other facility covers"),
        "unit": Column("text", "people, households"),
        "lost_share": Column("float", "the same, as a share of the demand of the zone", "share"),
    },
    ("zone_id", "sphere", "service", "order"),
)

CONTRACTS = (
    ZONES,
    PLACES,
    FAULTS,
    CONSERVATION,
    DEMAND,
    SUPPLY,
    MEASURES,
    OVERALL,
    RANKING,
    SETTINGS,
    METHODS,
    CLOSURES,
    CLUSTERS,
    AUTOCORRELATION,
    CLUSTER_ZONES,
    *EQUITY,
    *FOLLOWUP,
    *SITING,
    *PUBLISHED,
    *COMPARISON,
    DECLARED,
    UNMAPPED,
    DUPLICATES,
)


def check_plan_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table when, in each row, ``read`` is ``kept`` and ``rejected`` together.

    Raises
    ------
    ConservationError
        When a row was lost or invented.
    """
    check(table, PLAN_ROWS)
    found = table["kept"] + table["rejected"]
    return _conserved(table, found)


def _conserved(table: pd.DataFrame, found: pd.Series[int]) -> pd.DataFrame:
    off = table["read"] != found
    if off.any():
        raise ConservationError(
            N_("“{source}”: {read} rows were read but {found} have an outcome."),
            hint=N_("This is a fault of geosocial: please report it with the file."),
            source=table.loc[off, "source"].iloc[0],
            read=int(table.loc[off, "read"].iloc[0]),
            found=int(found[off].iloc[0]),
        )
    return table


def check_conservation(conservation: pd.DataFrame) -> pd.DataFrame:
    """Return the table when, in each row, ``read`` is the sum of all `OUTCOMES`.

    Raises
    ------
    ConservationError
        When a record was lost or invented.
    """
    check(conservation, CONSERVATION)
    return _conserved(conservation, conservation[list(OUTCOMES)].sum(axis=1))
