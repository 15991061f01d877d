"""Why a figure is not said: it is missing, which is not zero, or there is too little to conclude."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geosocial.wording.figures import figures
from geosocial.wording.labels import (
    amount,
    boroughs_only,
    counts_dwellings,
    no_facility,
    service_label,
    service_of,
)

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


def why_missing(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return why a figure is missing, and that missing is not zero."""
    spec = service_of(results, sphere, service)
    if math.isnan(figures(results).value(zone_id, sphere, service, "demand").value):
        return words.t("The demand here is not known, so no gap can be computed. This does not mean zero.")
    found = figures(results)
    nowhere = all(math.isnan(sites(results, zone, sphere, service)) for zone in found.names)
    if nowhere:  # also of a complete list: it is complete in the kinds that it holds
        if spec.rule == "ratio" and counts_dwellings(spec):
            return words.t(
                "No list holds a social or community dwelling, here or elsewhere: this does not mean zero."
            )
        return words.t(
            "The lists hold {nothing}, here or elsewhere: this does not mean zero.",
            nothing=no_facility(words, spec),
        )
    if spec.rule == "ratio" and counts_dwellings(spec):
        buildings = sites(results, zone_id, sphere, service)
        if buildings > 0:
            return words.n(
                "The list holds {figure} building here, and not how many dwellings it has: this does not "
                "mean zero.",
                "The list holds {figure} buildings here, and not how many dwellings they have: this does not "
                "mean zero.",
                buildings,
                figure=words.number(buildings),
            )
        return words.t(
            "The list holds no social or community dwelling here. It is incomplete: this does not mean zero."
        )
    nothing = no_facility(words, spec)
    return words.t(
        "The list holds {nothing} here. It is incomplete: this does not mean zero.", nothing=nothing
    )


def sites(results: Results, zone_id: str, sphere: str, service: str) -> float:
    """Return how many facilities of a service are listed in a zone; NaN when none of its kinds is known."""
    wanted = set(service_of(results, sphere, service).kinds)
    known = [
        s.count for s in figures(results).supply(zone_id) if s.kind in wanted and not math.isnan(s.count)
    ]
    return math.fsum(known) if known else math.nan


def why_not(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return why a figure cannot be said: no demand, too little, or too few sites on an incomplete list."""
    spec, found, rules = service_of(results, sphere, service), figures(results), results.study.status
    demand = found.value(zone_id, sphere, service, "demand")
    unranked = words.t("It is not ranked.")
    if demand.value == 0:
        return words.t("No one to serve was counted here: there is nothing to measure.") + " " + unranked
    if demand.value < rules.min_demand:
        least = words.number(rules.min_demand)
        who = amount(words, demand.unit, demand.value, exact=True)
        return (
            words.t(
                "Only {who} to serve here, under the {least} that a figure needs: too few to say.",
                who=who,
                least=least,
            )
            + " "
            + unranked
        )
    count = sites(results, zone_id, sphere, service)
    if spec.rule == "ratio" and count < rules.min_sites:
        supply = found.value(zone_id, sphere, service, "supply")
        held = amount(words, supply.unit or "dwellings", supply.value, exact=True)
        buildings = words.n("{figure} building", "{figure} buildings", count, figure=words.number(count))
        said = words.t(
            "The list holds only {buildings} here ({held}): too few to say.", buildings=buildings, held=held
        )
        return said + " " + unranked
    return words.t("The figures do not allow a conclusion here.") + " " + unranked


def of_whom(words: Words, results: Results, sphere: str, service: str, indicator: str) -> str:
    """Return the name of a service for the head of a sentence, with the zones of which it can speak.

    A figure of the study as a whole is that of the zones with data: where some have none, it says so.
    ``Culture``, ``Culture, in the 16 boroughs with data``.
    """
    name, found = service_label(words, results, sphere, service), figures(results)
    known = sum(found.value(z, sphere, service, indicator).status != "missing" for z in found.names)
    if known in {0, len(found.names)}:
        return name
    if boroughs_only(results):
        return words.n(
            "{name}, in the one borough with data",
            "{name}, in the {count} boroughs with data",
            known,
            name=name,
            count=words.number(known),
        )
    return words.n(
        "{name}, in the one zone with data",
        "{name}, in the {count} zones with data",
        known,
        name=name,
        count=words.number(known),
    )
