"""The part of a study that asks for proposed sites: how many, for which spheres, among which candidates."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from geosocial.study.parts import Part


class CandidatesSpec(Part):
    """A list or layer of candidate sites, and which of its rows are candidates."""

    file: Path
    layer: str | None = None
    crs: str | None = None
    #: Column of the identifiers; without it the row number.
    id: str = ""
    #: Filters that a row must meet: ``area>=500``, ``use=vacant``.
    where: tuple[str, ...] = ()
    #: Layers of polygons that a candidate must be in, and must not be in.
    within: tuple[Path, ...] = ()
    outside: tuple[Path, ...] = ()
    source: str


class SitingSpec(Part):
    """What a run proposes for the headline service of each sphere that has a standard of distance."""

    #: The most sites; a run tells what 1, 2, … as many would serve.
    most: int = Field(default=10, ge=1, le=100)
    #: Spheres; without them all that have a standard.
    spheres: tuple[str, ...] = ()
    #: Seconds for each number of sites; then the best found, with how far it is proved.
    time_limit: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    #: Without it, the places where people live.
    candidates: CandidatesSpec | None = None
    #: Candidates that are among the sites anyway, and that never are, by their identifiers.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> SitingSpec:
        if set(self.include) & set(self.exclude):
            raise ValueError("exclude")
        if len(set(self.include)) > self.most:
            raise ValueError("include")
        return self
