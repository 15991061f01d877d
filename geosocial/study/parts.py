"""The parts of a study as ``study.toml`` writes them: files, columns, services, rules. They never compute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from geosocial.vocabulary import LocalText


def _local(value: object) -> object:
    """Accept one text for both languages, as proper names are."""
    if isinstance(value, str):
        return LocalText(value, value)
    if isinstance(value, dict) and set(value) == {"fr", "en"}:
        return LocalText(**value)
    return value


Text = Annotated[LocalText, BeforeValidator(_local)]


class Part(BaseModel):
    """What every part of a study is: frozen, and without a key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


class Source(Part):
    """Where data comes from: what must be shown wherever a figure stands."""

    title: Text
    publisher: Text
    year: str
    licence: Text
    url: str = ""
    as_of: str = ""


class ZonesSpec(Part):
    """The reporting zones: a polygon layer and the columns that name them."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    id: str
    name_fr: str
    name_en: str = ""
    #: Column with the kind of zone (``borough``, ``town`` …), or a constant after ``=``: ``"=borough"``.
    kind: str = "=borough"
    #: Crosswalk from the words of that column to our kinds of zone.
    kinds: dict[str, str] = Field(default_factory=dict)
    #: Column of the land area in km²; without it the area of the polygons, in the study's CRS.
    land_km2: str = ""
    #: Other spellings of zone names: alias → id.
    aliases: dict[str, str] = Field(default_factory=dict)
    source: str


class ContextSpec(Part):
    """A layer of the map: districts, small areas, parks, streets, land beyond the study, water names."""

    key: Literal["districts", "areas", "parks", "streets", "land", "water_names"]
    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Columns with the name, with the English name where it differs, and with the slope of the lettering in
    #: degrees clockwise.
    name: str = ""
    name_en: str = ""
    angle: str = ""
    #: Whether the atlas shows coverage by its polygons too (districts, areas), and what they are called.
    measured: bool = False
    label: Text | None = None
    source: str

    @model_validator(mode="after")
    def _whole(self) -> ContextSpec:
        if self.measured and (self.key not in {"districts", "areas"} or self.label is None):
            raise ValueError("measured")
        return self


class DemandColumn(Part):
    """One measure of demand: a column of the demand layer, its label and its unit.

    Demand is a count. A share of another column is turned into one: share / per × that column.
    """

    key: str
    column: str
    label: Text
    unit: Literal["people", "households"]
    #: Key of the column of which this one is a share; without it the column holds counts.
    share_of: str = ""
    #: What a share of everybody is: 100 for percents, 1 for fractions.
    per: float = Field(default=100.0, gt=0, allow_inf_nan=False)


class AncillarySpec(Part):
    """Where people live within the polygons of demand: inhabited polygons, or dwellings as points."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Column of the dwellings or people of each; without it a point is 1, a polygon its area.
    weight: str = ""
    #: Columns of the position, for points in a sheet.
    x: str = ""
    y: str = ""
    source: str


class DemandSpec(Part):
    """Where people live: points with a position, or polygons that go to zones by a method."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Empty: each row is called by its number in the file.
    id: str
    x: str = ""
    y: str = ""
    #: Column with the zone id of each row; without it zones come from the geometry.
    zone: str = ""
    #: How polygons go to zones: ``largest_overlap`` (each whole, to the zone that it overlaps most; so
    #: without this key), ``points`` (each whole, to the zone of a point inside it), ``area`` (divided by
    #: area), ``dasymetric`` (divided by where people live: ``[demand.ancillary]``).
    method: Literal["", "largest_overlap", "points", "area", "dasymetric"] = ""
    ancillary: AncillarySpec | None = None
    columns: tuple[DemandColumn, ...]
    #: What one row is, in words: "dissemination area", "250 m cell".
    unit_label: Text
    source: str

    @model_validator(mode="after")
    def _whole(self) -> DemandSpec:
        if self.method and (self.zone or (self.x and self.method != "points")):
            # A zone that is given leaves nothing to a method; points have no area.
            raise ValueError("method")
        if (self.ancillary is not None) != (self.method == "dasymetric"):
            raise ValueError("ancillary")
        counts = {column.key for column in self.columns if not column.share_of}
        for column in self.columns:
            if column.share_of and column.share_of not in counts:
                raise ValueError(f"columns: share_of = {column.share_of}")
        return self


class PlacesSpec(Part):
    """A list of enterprises, projects or facilities, and the columns that describe them.

    A column option holds the header of the column, or a constant after ``=``: ``sphere = "=culture"``.
    """

    key: str
    file: Path
    layer: str | None = None
    crs: str | None = None
    label: Text
    id: str = ""
    name: str = ""
    sphere: str = ""
    kind: str = ""
    #: Crosswalk of `geosocial.vocabulary` from the words of the kind column to our kinds.
    crosswalk: str = ""
    #: Words of the kind column beside those of the crosswalk or of the vocabulary: word → kind, ``""`` for
    #: one that serves no sphere. They win.
    kind_words: dict[str, str] = Field(default_factory=dict)
    #: Words of the status column beside those of the vocabulary: word → existing, planned or closed.
    status_words: dict[str, str] = Field(default_factory=dict)
    legal_form: str = ""
    #: The strategic direction of the partnership that a row serves.
    direction: str = ""
    status: str = "=existing"
    #: Column with the number of facilities that a row stands for; without it each row is one.
    count: str = ""
    capacity: str = ""
    x: str = ""
    y: str = ""
    #: Columns of the address, the postal code and the town: where a row has no coordinates, they are looked
    #: up in the address points of ``[geocoding]``.
    address: str = ""
    postal_code: str = ""
    city: str = ""
    declared_zone: str = ""
    #: Columns of the telephone, the e-mail and the website: two rows with the same one may be one place.
    phone: str = ""
    email: str = ""
    website: str = ""
    #: Columns that are not named above are recognised by their headers, in French or in English
    #: (``geosocial/vocabulary/columns.toml``); several that say the same are refused by name.
    recognise: bool = False
    #: Shown on maps and in tables as named initiatives.
    shown: bool = True
    #: Counted as supply in the measures (existing facilities only).
    counted: bool = True
    #: Whether the list is complete: true, false, or the kinds of zone for which it is (``["borough"]``).
    #: Where it is not, a zone without a record is missing, not zero.
    complete: bool | tuple[str, ...] = False
    source: str


class GeocodingSpec(Part):
    """Address points in which the rows without coordinates are looked up; nothing goes over a network.

    A column that is not named is recognised by its header.
    """

    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Column of the whole address, or else those of the civic number and of the street (one, or its parts).
    address: str = ""
    number: str = ""
    street: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = ()
    postal_code: str = ""
    x: str = ""
    y: str = ""
    #: Centres of the forward sortation areas; without it they are derived from the points.
    fsa_file: Path | None = None
    fsa: str = "fsa"
    #: Column of the reach of an area, in metres.
    fsa_reach_m: str = ""
    #: Least score that places, out of 100.
    accept: float = Field(default=90.0, ge=50, le=100)
    #: Web address of a geocoding service (Nominatim's way of asking) for what the points do not know. It is
    #: asked only where the run is told so too: ``geosocial run --online``.
    service: str = ""
    #: The coarsest thing that places a row: its address, its postal code, or its forward sortation area.
    #: What is coarser is only a candidate.
    coarsest: Literal["address", "postal_code", "fsa"] = "postal_code"
    source: str


class Service(Part):
    """What a sphere owes: the kinds of facility that count, whom they serve, the standard or the norm."""

    key: str = "main"
    label: Text
    #: One facility, with its indefinite article: "un équipement culturel", "a cultural facility".
    facility: Text
    kinds: tuple[str, ...]
    demand: str
    #: Other demand columns under which the ranking is tried again.
    alternative_demand: tuple[str, ...] = ()
    #: Other definitions of the supply under which it is tried again, each some of the kinds, or a word:
    #: ``"own_zone"`` (only the facilities of the zone itself), ``"in_zones"`` (none beyond the study),
    #: ``"with_capacity"`` (only facilities whose capacity is known). A ratio takes kinds only.
    alternative_supply: tuple[Literal["own_zone", "in_zones", "with_capacity"] | tuple[str, ...], ...] = ()
    rule: Literal["coverage", "ratio"] = "coverage"
    #: Coverage: the largest acceptable cost, in metres along streets (straight line × detour factor).
    standard_m: float | None = Field(default=None, gt=0)
    #: The same in minutes, at the study's ``walk_kmh``; one of the two.
    standard_min: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    standard_source: Text | None = None
    #: Coverage: share of the demand that is due within the standard. Ratio: supply due per `per` units of
    #: demand, or ``"city"`` for the city-wide ratio.
    norm: float | Literal["city"] = 1.0
    norm_source: Text
    per: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _whole(self) -> Service:
        if self.rule == "coverage" and (self.standard_m is None or self.standard_source is None):
            raise ValueError("standard_m")
        if self.rule == "coverage" and not (isinstance(self.norm, float) and 0 < self.norm <= 1):
            raise ValueError("norm")
        if isinstance(self.norm, float) and not self.norm > 0:  # also NaN
            raise ValueError("norm")
        for other in self.alternative_supply:
            fits = self.rule == "coverage" if isinstance(other, str) else set(other) <= set(self.kinds)
            if not (fits and other):
                raise ValueError("alternative_supply")
        return self


class NetworkSpec(Part):
    """Streets along which people walk: a layer of lines, or a graph in GraphML."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Most that a place may be from the nearest junction, in metres.
    snap_m: float = Field(default=250, ge=0, allow_inf_nan=False)
    source: str


class SphereSpec(Part):
    """The services of a sphere; the first is its headline."""

    services: tuple[Service, ...] = Field(min_length=1)


Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class Robustness(Part):
    """The settings under which each verdict is tried again, the shares that decide it, and the intervals.

    Every combination of standard, demand, rule, supply, cost and zone system is tried; a ratio has no rule.
    """

    standard_factors: tuple[Factor, ...] = Field(default=(0.5, 0.75, 1.0, 1.25, 1.5, 2.0), min_length=1)
    #: How a coverage is judged: ``coverage`` (within the standard or not), ``decay`` (the same, less and less
    #: up to the standard), ``e2sfca`` (supply within the standard, shared with all who can reach it).
    rules: tuple[Literal["coverage", "decay", "e2sfca"], ...] = Field(
        default=("coverage", "e2sfca"), min_length=1
    )
    #: Weights of the equal bands into which ``decay`` and ``e2sfca`` divide the standard, from the nearest.
    decay_weights: tuple[Share, ...] = Field(default=(1.0, 0.68, 0.22), min_length=1)
    #: Which zone a row of demand belongs to: ``study`` (as the study gives it), ``position`` (as it lies).
    zone_systems: tuple[Literal["study", "position"], ...] = Field(default=("study",), min_length=1)
    #: Detour factors that bound the interval of a coverage (the same parameter as the standard: their ratio).
    detour_range: tuple[Factor, Factor] = (1.2, 1.4)
    #: Share of a list that the bootstrap draws again, of lists that are complete and of those that are not.
    resample_complete: Share = 0.1
    resample_incomplete: Share = 1.0
    #: Figures of the demand are rounded at random to a multiple of this (5 in a Canadian census; 0: exact).
    rounding: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    #: Of the intervals.
    confidence: float = Field(default=0.95, gt=0, lt=1)
    underserved_from: Share = 0.9
    served_to: Share = 0.1
    #: Facilities listed for each zone among those that it would miss most.
    closures: int = Field(default=5, ge=0)


class ClustersSpec(Part):
    """How clusters of places far from, and near to, the facilities of each coverage service are sought."""

    #: Neighbours: polygons sharing a vertex (``queen``) or an edge (``rook``), the ``k`` nearest places
    #: (``knn``), or those within ``distance_m`` (``distance``). Demand without polygons takes ``knn`` where
    #: contiguity is asked, and the report says so.
    weights: Literal["queen", "rook", "knn", "distance"] = "queen"
    k: int = Field(default=8, ge=1)
    distance_m: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    #: Polygons this near touch; without it they share vertices that are equal.
    tolerance_m: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    #: For each place. Thousands of places need thousands: see `geosocial.measure.clustering`.
    permutations: int = Field(default=9_999, ge=99, le=99_999)
    seed: int = Field(default=1, ge=0)
    #: Largest share of false discoveries that is expected among what is called a cluster.
    level: float = Field(default=0.05, gt=0, lt=1)

    @model_validator(mode="after")
    def _whole(self) -> ClustersSpec:
        if self.weights == "distance" and self.distance_m is None:
            raise ValueError("distance_m")
        return self


class AtlasSpec(Part):
    """How the atlas opens."""

    #: Classes of its fills: fixed steps, as many zones in each, equal steps, natural groups, around the norm
    #: or the whole. A reader may choose another way.
    classes: Literal["steps", "quantile", "equal", "natural", "norm"] = "steps"


class StatusRules(Part):
    """When a figure is not said (too few people, or sites of an incomplete list), or said with care."""

    min_demand: float = 500
    min_sites: int = 3
    #: With care: the demand of more than this share of the zone's places is suppressed.
    max_unknown: Share = 0.2
    #: With care: the interval reaches both sides of the value that the zone is judged against.
    care_across: bool = True
