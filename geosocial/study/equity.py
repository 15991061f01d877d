"""The part of a study that asks for equity: who is compared with whom, and what need is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from geosocial.study.parts import Part


class EquityGroup(Part):
    """A group of people as a part of others: low-income residents of the residents."""

    #: Keys of demand columns: the group, and everybody among whom it is counted.
    column: str
    of: str
    #: 1 where a larger share is more need, −1 where it is less.
    sense: Literal[-1, 1] = 1
    #: What it weighs in the need index.
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    #: Its dimension in the City's equity index; with it for all groups, that index is used.
    dimension: str = ""


class EquitySpec(Part):
    """Which disparities, inequalities and hubs are told, and how need weighs gaps."""

    #: Demand column of those who are counted at hubs, and by whom the need of a zone is averaged.
    people: str
    groups: tuple[EquityGroup, ...] = ()
    scale: Literal["z", "min_max", "rank"] = "z"
    #: What a gap counts where need is lowest, and where it is highest.
    least: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    most: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    atkinson: float = Field(default=0.5, gt=0, allow_inf_nan=False)
    kolm_pollak: float = Field(default=-1.0, lt=0, allow_inf_nan=False)
    draws: int = Field(default=200, ge=50, le=10_000)
    level: float = Field(default=0.95, gt=0, lt=1)
    seed: int = Field(default=1, ge=0)
    rounding_base: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _whole(self) -> EquitySpec:
        if self.most < self.least:
            raise ValueError("most")
        if len({bool(g.dimension) for g in self.groups}) > 1:
            raise ValueError("groups.dimension")
        return self
