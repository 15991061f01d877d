"""Proposed sites in words: what so many would add, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.wording.figures import figures
from geosocial.wording.labels import amount, of_facility, service_of, share

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: What the status of a search says of its proof.
PROOFS: Final = {
    "optimal": N_("proved: no other choice serves more"),
    "time_limit": N_("not proved: the search ran out of time"),
    "interrupted": N_("not proved: the search was interrupted"),
}


def priced(costs: Sequence[float]) -> bool:
    """Return whether the list gives the price of any of some sites; where it gives none, none is shown."""
    return any(not math.isnan(cost) for cost in costs)


def unpriced_note(words: Words, costs: Sequence[float]) -> str:
    """Return why sites have no price together; empty where they have one, or where no price is shown."""
    if priced(costs) and any(math.isnan(cost) for cost in costs):
        return words.t("The list does not give the price of every site, so there is no sum.")
    return ""


def proposal_sentence(words: Words, results: Results, sphere: str, service: str, number: int) -> str:
    """Return what so many sites of a service would add; empty where none are proposed."""
    mine = figures(results).of_service("proposed_curve", sphere, service)
    by_number = {int(r["number"]): r for r in mine}
    if number not in by_number or 0 not in by_number:
        return ""
    row, today, spec = by_number[number], by_number[0], service_of(results, sphere, service)
    unit = next(c.unit for c in results.study.demand.columns if c.key == spec.demand)
    said = words.n(
        "{count} new site would bring {amount} more within {standard} {of_facility}: coverage from {before} "
        "to {after}.",
        "{count} new sites would bring {amount} more within {standard} {of_facility}: coverage from {before} "
        "to {after}.",
        number,
        count=words.number(number),
        amount=amount(words, unit, float(row["served"]) - float(today["served"])),
        standard=words.metres(spec.standard_m or math.nan),
        of_facility=of_facility(words, spec),
        before=share(words, float(today["share"])),
        after=share(words, float(row["share"])),
    )
    if row["status"] == "optimal":
        proof = words.t("Proved: no other choice of as many sites serves more.")
        return f"{said} {proof}"
    unsure = words.t(
        "Not proved: a choice that serves {gap} more may exist.", gap=words.percent(float(row["gap"]), 2)
    )
    return f"{said} {unsure}"
