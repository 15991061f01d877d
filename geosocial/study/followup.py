"""The parts of a study that ask for the follow-up: the plan, major projects, contracts, public listings."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from geosocial.study.parts import Part


class SupportSpec(Part):
    """Organisations that support enterprises, and how near one should be."""

    #: Key of the list that holds them.
    list: str
    standard_m: float = Field(gt=0, allow_inf_nan=False)


class FollowupSpec(Part):
    """The plan of the partnership, and who its enterprises are.

    The plan is a workbook with the sheets actions, indicators, observations, or three sheets of their own.
    """

    plan: Path | None = None
    actions: Path | None = None
    indicators: Path | None = None
    observations: Path | None = None
    #: Everything in these files is invented.
    example: bool = False
    #: Demand column by which enterprises are counted, and the lists that hold them.
    people: str
    enterprises: tuple[str, ...] = ()
    #: Columns of these lists: year or date of founding, jobs.
    founded: str = ""
    jobs: str = ""
    support: SupportSpec | None = None
    #: Folder of the run of an earlier edition.
    previous: Path | None = None
    #: A position that changed by more than this is a move, by less a correction.
    moved_m: float = Field(default=100.0, ge=0, allow_inf_nan=False)
    source: str

    @model_validator(mode="after")
    def _whole(self) -> FollowupSpec:
        sheets = (self.actions, self.indicators, self.observations)
        if self.plan is not None and any(sheets):
            raise ValueError("plan")
        if any(sheets) and not all(sheets):
            raise ValueError("actions, indicators, observations")
        return self


class ProjectsSpec(Part):
    """Major projects: a layer of polygons, and how far their neighbourhood reaches."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    id: str
    name_fr: str
    name_en: str = ""
    #: On foot from the edge of the polygon: straight line × detour.
    reach_m: float = Field(default=1000.0, gt=0, allow_inf_nan=False)
    example: bool = False
    source: str


class ContractsSpec(Part):
    """Contracts of the city, and how their suppliers become enterprises of the social economy.

    Columns are recognised by their headers, in French or in English; ``columns`` names those that are not.
    """

    file: Path
    layer: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    #: Enterprises beside those of the lists of ``[followup]``: id, name, sphere.
    registry: Path | None = None
    #: Which names of suppliers are which enterprises: supplier, enterprise, decision (yes, no).
    reviewed: Path | None = None
    #: How alike two names must be for review, from 0 to 100.
    alike: float = Field(default=88.0, ge=50, le=100)
    #: Whether every contract of the period is there, whatever its supplier.
    complete: bool = False
    example: bool = False
    source: str


class ListingsSpec(Part):
    """A public listing, and its columns whose completeness is told; a field without a column is missing."""

    #: Key of the list.
    list: str
    #: Headers of the texts in French and in English, the website, the opening hours.
    french: str = ""
    english: str = ""
    website: str = ""
    opening: str = ""
    example: bool = False
