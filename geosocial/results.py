"""The frozen bundle of tables that a run produces; maps, reports and files only show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geosocial import tables
from geosocial.study import Study

if TYPE_CHECKING:
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
    #: Without rows unless the study looks for clusters.
    clusters: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CLUSTERS))
    autocorrelation: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.AUTOCORRELATION))
    cluster_zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CLUSTER_ZONES))
