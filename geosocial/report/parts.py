"""The plain pieces of a report's last sections: a part has a title, what is said, and perhaps a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: A table on the page shows this many rows; the rest stands in the CSV file that it names.
SHOWN: Final = 40
#: A phone has room for this many columns side by side.
_FITS: Final = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table: heads, rows of text, which columns hold numbers, and what is said under it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""
    total: tuple[str, ...] = ()
    #: Columns that hold a file name or a hash: set in a fixed width.
    codes: frozenset[int] = frozenset()
    #: Whether on a phone each row is a block of its own, every cell with its head: too wide for it otherwise.
    stacked: bool = False
    #: Where a figure is explained (`geosocial.wording.anchor`), by its row and column.
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def layout(self) -> str:
        """Return how it is laid out on a phone: ``stk`` a line a cell, ``fl`` cells one after the other.

        Both have each cell with its head; empty where it fits as it is.
        """
        return "stk" if self.stacked else "fl" if len(self.heads) > _FITS else ""


#: The table of the run that a part shows, by its key, or by the head of its key.
_RESTS_ON: Final = {
    "firm": "ranking",
    "methods": "methods",
    "edge": "methods",
    "missed": "closures",
    "c-": "cluster_zones",
    "p-": "proposed_curve",
    "o-": "proposed",
    "e-groups": "disparity",
    "e-shares": "disparity",
    "e-inequality": "inequality",
    "e-hubs": "hub_zones",
    "e-need": "need_gaps",
    "ed-movements": "movements",
    "ed-outcome": "changes",
    "ed-parts": "changes",
    "ed-zones": "changes",
    "ed-unsaid": "changes",
    "coordination": "matrix",
    "late": "plan_actions",
    "reviews": "suppliers",
    "directory-cells": "directory_cells",
    "lists": "conservation",
    "declared": "declared",
    "duplicates": "duplicates",
    "unmapped": "unmapped",
    "files": "inputs",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section: a title, what is said, a table."""

    key: str
    title: str
    text: tuple[str, ...]
    table: Table | None = None

    @property
    def rests_on(self) -> str:
        """Return the name of the table of the run that the part shows; empty where it is none."""
        if self.table is None:
            return ""
        own = self.key.split("-")[-1] if self.key.startswith("s-") else self.key
        return _RESTS_ON.get(own) or _RESTS_ON.get(own[:2], "")


def list_label(words: Words, results: Results, key: str) -> str:
    """Return the label of a list of the study; the zones and the demand have theirs too."""
    label = next((words.label(p.label) for p in results.study.places if p.key == key), "")
    known = {
        "zones": words.t("Zones"),
        "demand": words.t("Demand"),
        "candidates": words.t("Candidate sites"),
        "plan.actions": words.t("Plan, actions"),
        "plan.indicators": words.t("Plan, indicators"),
        "plan.observations": words.t("Plan, observations"),
        "projects": words.t("Major projects"),
        "contracts": words.t("Contracts"),
        "contracts.registry": words.t("Registry of enterprises"),
        "contracts.reviewed": words.t("Reviewed names"),
    }
    return label or known.get(key, words.t("other list"))


def more(words: Words, count: int, file: str) -> str:
    """Return where the rows stand that a table on the page does not show; empty when it shows all."""
    if count <= SHOWN:
        return ""
    return words.t("More rows in tables/{file}: {rest}.", rest=words.number(count - SHOWN), file=file)
