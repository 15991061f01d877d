"""Two editions in words: what became of an initiative, and a change of a figure with what it is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_
from geosocial.tables import FACTORS
from geosocial.wording.equity import points
from geosocial.wording.followup import factor_label, figure_name, figure_value, undivided_label
from geosocial.wording.labels import lower_first, sphere_label

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.study import Study

#: Parts below this share of a change stand in the tables only.
SMALLEST: Final = 0.005
#: A change of a share below this rounds to 0.0 points.
STILL: Final = 0.0005
#: Which way a figure went for the people concerned, from the best.
OUTCOMES: Final[Mapping[str, str]] = {
    "advanced": N_("Advanced"),
    "fell_back": N_("Fell back"),
    "still": N_("Stands still"),
    "unsaid": N_("Cannot be said"),
}


def outcome(row: Mapping[str, Any], sense: str) -> str:
    """Return a key of `OUTCOMES` for a row of `geosocial.tables.CHANGES`.

    A figure that is missing or cannot be said in an edition is *unsaid*; so is one whose change has no parts.
    A change of a share that is told as 0.0 points *stands still*.

    Parameters
    ----------
    sense
        ``more_is_better`` or ``more_is_worse``: that of the indicator.
    """
    statuses = {str(row["status_before"]), str(row["status_after"])}
    change = float(row["change"])
    if math.isnan(change) or row["undivided"] or statuses & {"", "missing", "cannot_say"}:
        return "unsaid"
    if abs(change) < (STILL if row["unit"] == "share" else 1e-9):
        return "still"
    return "advanced" if (change > 0) == (sense == "more_is_better") else "fell_back"


def outcome_label(words: Words, key: str) -> str:
    """Return an outcome in words."""
    return words.t(OUTCOMES[key])


def signed(words: Words, unit: str, value: float) -> str:
    """Return a change with its sign; a share in percentage points; a dash where there is none."""
    if math.isnan(value):
        return "–"
    if unit == "share":
        return in_points(words, 100 * value)
    text = figure_value(words, unit, abs(value))
    return text if value == 0 else f"+{text}" if value > 0 else f"−{text}"


def in_points(words: Words, value: float, text: str = "") -> str:
    """Return a number of percentage points, to a tenth: ``+0.5 points``, ``+0,5 point``, ``−2,0 points``.

    Parameters
    ----------
    text
        The figure, where it is shown in another way than `geosocial.wording.points`.
    """
    figure = text or points(words, value / 100)
    # in English a figure with a decimal is plural whatever it is
    count = round(value, 1) if words.lang == "fr" else 2
    return words.n("{points} point", "{points} points", count, points=figure)


def service_in(words: Words, studies: tuple[Study, ...], sphere: str, service: str) -> str:
    """Return the name of a service in the first of some studies that has its sphere."""
    spec = next((s.spheres[sphere] for s in studies if sphere in s.spheres), None)
    label = sphere_label(words, sphere)
    if spec is None or len(spec.services) < 2:
        return label
    own = next((s.label for s in spec.services if s.key == service), None)
    return f"{label}, {lower_first(words.label(own))}" if own else label


def parts_of(words: Words, row: Mapping[str, Any]) -> str:
    """Return the parts of a change from the largest; where it has none, why."""
    parts = sorted(((f, row[f]) for f in FACTORS if row[f]), key=lambda part: -abs(part[1]))
    shown = [
        f"{factor_label(words, f)} {signed(words, row['unit'], v)}"
        for f, v in parts
        if abs(v) >= SMALLEST * abs(row["change"])  # so is no NaN
    ]
    return ", ".join(shown) if shown else undivided_label(words, row["undivided"])


def change_sentence(words: Words, studies: tuple[Study, ...], row: Mapping[str, Any], where: str) -> str:
    """Return a change in words, with its parts from the largest.

    Parameters
    ----------
    studies
        The later study, then the earlier one where it is at hand.
    where
        The zone, or all of them, in words.
    """
    unit = row["unit"]
    return words.t(
        "{sphere}, {indicator} ({where}): {before} → {after}, {change} ({parts}).",
        sphere=service_in(words, studies, row["sphere"], row["service"]),
        indicator=lower_first(figure_name(words, row["indicator"])),
        where=where,
        before=figure_value(words, unit, row["before"]),
        after=figure_value(words, unit, row["after"]),
        change=signed(words, unit, row["change"]),
        parts=parts_of(words, row),
    )
