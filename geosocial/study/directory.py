"""The part of a study that asks for the public directory: which lists, and what is kept from the public."""

from __future__ import annotations

from pydantic import Field

from geosocial.study.parts import Part, Text


class DirectorySpec(Part):
    """What is published of the lists, private by default (Québec's Law 25).

    Contact persons, telephone numbers, e-mails and street addresses have no place here: they are not read.
    """

    #: Keys of the lists; without them, every list that is shown by name.
    lists: tuple[str, ...] = ()
    #: List → its column that says which addresses are somebody's home. What it holds, unless it says no, is
    #: taken for yes.
    home_based: dict[str, str] = Field(default_factory=dict)
    #: Side of the cells at whose centre a home-based address is shown, in metres.
    blur_m: float = Field(default=500.0, gt=0, allow_inf_nan=False)
    #: The smallest count, other than none, that a summary shows.
    least: int = Field(default=5, ge=1)
    #: Web address below which the directory is published; identifiers begin with it.
    base: str = Field(default="", pattern=r"^((https?://|urn:)[^\s<>\"{}|\\^`]+)?$")
    #: Town, region and country of the addresses; without a town, the zone stands for it.
    locality: Text | None = None
    region: Text | None = None
    country: Text | None = None
