"""The frozen bundle of tables that a run produces; maps, reports and files only show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geosocial import tables
from geosocial.errors import N_, InputError
from geosocial.study import Study
from geosocial.tables.local import AREAS, BEYOND
from geosocial.tables.siting import CANDIDATES

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read: what it is, and how it was read."""

    role: str
    path: str
    sha256: str
    bytes: int
    rows: int
    #: How it was read, in facts: encoding, delimiter, driver, layer, crs.
    how: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """What a run found. Each table obeys the contract of the same name in `geosocial.tables`."""

    study: Study
    zones: gpd.GeoDataFrame
    #: Layers that are only shown, by key (districts, land, water_names), in the study's CRS.
    context: Mapping[str, gpd.GeoDataFrame]
    places: pd.DataFrame
    faults: pd.DataFrame
    conservation: pd.DataFrame
    demand: pd.DataFrame
    supply: pd.DataFrame
    measures: pd.DataFrame
    overall: pd.DataFrame
    ranking: pd.DataFrame
    settings: pd.DataFrame
    methods: pd.DataFrame
    closures: pd.DataFrame
    declared: pd.DataFrame
    unmapped: pd.DataFrame
    duplicates: pd.DataFrame
    inputs: tuple[InputFile, ...]
    #: Whether a geocoding service was asked (`geosocial run --online`).
    online: bool = False
    #: Without rows unless the study looks for clusters.
    clusters: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CLUSTERS))
    autocorrelation: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.AUTOCORRELATION))
    cluster_zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CLUSTER_ZONES))
    #: Without rows unless the study asks for equity.
    disparity: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.DISPARITY))
    inequality: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.INEQUALITY))
    lorenz: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LORENZ))
    hubs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HUBS))
    hub_zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HUB_ZONES))
    need_gaps: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.NEED_GAPS))
    #: Without rows unless the study asks for the follow-up.
    plan_actions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLAN_ACTIONS))
    plan_indicators: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLAN_INDICATORS))
    plan_observations: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLAN_OBSERVATIONS))
    plan_rows: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLAN_ROWS))
    progress: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROGRESS))
    rollup: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ROLLUP))
    matrix: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.MATRIX))
    directions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.DIRECTIONS))
    projects: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROJECTS))
    contracts: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CONTRACTS_TABLE))
    suppliers: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SUPPLIERS))
    #: Without rows unless the study asks for sites.
    proposed: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED))
    proposed_curve: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED_CURVE))
    proposed_zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED_ZONES))
    #: Without rows unless the study names a list of candidates.
    candidates: pd.DataFrame = field(default_factory=lambda: tables.empty(CANDIDATES))
    #: Without rows unless the study asks for the public directory.
    directory: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.DIRECTORY))
    directory_cells: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.DIRECTORY_CELLS))
    #: Without rows, and without a date, unless the study names an earlier edition.
    movements: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.MOVEMENTS))
    changes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CHANGES))
    earlier: dt.date | None = None
    #: People beyond each standard, place by place, and small areas where the study measures a layer.
    beyond: pd.DataFrame = field(default_factory=lambda: tables.empty(BEYOND))
    areas: pd.DataFrame = field(default_factory=lambda: tables.empty(AREAS))


#: Tables of clusters, empty where the study does not ask for them.
CLUSTERS = ("clusters", "autocorrelation", "cluster_zones")
#: Tables of equity that speak of a service; hubs speak of all spheres.
EQUITY = ("disparity", "inequality", "lorenz", "need_gaps")
#: Tables of the plan: rows of a sphere, and rows of none.
PLAN = ("directions", "projects", "contracts")
#: Tables of proposed sites.
SITING = ("proposed", "proposed_curve", "proposed_zones")


def one_sphere(study: Study, sphere: str) -> Study:
    """Return a study of one of its spheres alone.

    Raises
    ------
    InputError
        When it has no such sphere; names those that it has.
    """
    if sphere not in study.spheres:
        raise InputError(
            N_("The study has no sphere “{got}”."),
            hint=N_("Use one of {spheres}."),
            got=sphere,
            spheres=", ".join(study.spheres),
        )
    return study.model_copy(update={"spheres": {sphere: study.spheres[sphere]}})


def _of_sphere(table: pd.DataFrame, sphere: str) -> pd.DataFrame:
    return table[table["sphere"] == sphere].reset_index(drop=True)


def only(results: Results, sphere: str) -> Results:
    """Return results of one sphere: the rows of its services; what speaks of no sphere stays whole.

    Raises
    ------
    InputError
        As `one_sphere`.

    Examples
    --------
    >>> tourism = only(results, "tourism")
    >>> tourism.measures["sphere"].unique().tolist()
    ['tourism']
    """
    study = one_sphere(results.study, sphere)
    kept: dict[str, Any] = {
        name: _of_sphere(getattr(results, name), sphere)
        for name in (
            "supply",
            "measures",
            "overall",
            "ranking",
            "settings",
            "methods",
            "closures",
            *CLUSTERS,
            *EQUITY,
            *SITING,
            "beyond",
            "areas",
            "changes",
        )
    }
    for name in PLAN:
        table = getattr(results, name)
        kept[name] = table[table["sphere"].isin(("", sphere))].reset_index(drop=True)
    return replace(results, study=study, **kept)
