"""The settings tried, in words: what each is, how far they move a rank, what changes the outcome."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.wording.figures import Rank, Setting, figures
from geosocial.wording.labels import demand_label, factor, kind_label, service_of, upper_first

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

RULES: Final = {
    "coverage": N_("within the standard"),
    "decay": N_("less and less with distance"),
    "e2sfca": N_("shared supply"),
}
SUPPLIES: Final = {
    "all": N_("whole supply"),
    "own_zone": N_("the zone’s own facilities"),
    "in_zones": N_("facilities of the zones only"),
    "with_capacity": N_("facilities of known capacity"),
}
COSTS: Final = {"straight": N_("straight line"), "network": N_("along streets")}
SYSTEMS: Final = {"study": N_("zones as given"), "position": N_("zones by position")}
DIMENSIONS: Final = {
    "standard": N_("the standard"),
    "demand": N_("whose demand is counted"),
    "rule": N_("the rule"),
    "supply": N_("what counts as supply"),
    "cost": N_("how the way is measured"),
    "zone_system": N_("the zone system"),
}


def rule_label(words: Words, rule: str) -> str:
    """Return how a setting judges; empty for a ratio, which has one way."""
    return words.t(RULES.get(rule, ""))


def supply_label(words: Words, supply: str) -> str:
    """Return a definition of supply: its word, or its kinds."""
    if supply in SUPPLIES:
        return words.t(SUPPLIES[supply])
    return words.listing(kind_label(words, kind, 2) for kind in supply.split("+"))


def cost_label(words: Words, cost: str) -> str:
    """Return how a setting measures the way."""
    return words.t(COSTS.get(cost, ""))


def system_label(words: Words, system: str) -> str:
    """Return which zone a setting counts a row of demand in."""
    return words.t(SYSTEMS.get(system, ""))


def dimension_label(words: Words, dimension: str) -> str:
    """Return the name of what settings differ in; empty where nothing changes the outcome."""
    return words.t(DIMENSIONS.get(dimension, ""))


def setting_texts(words: Words, results: Results, tried: Sequence[Setting]) -> list[str]:
    """Return what each setting is: standard and demand, and whatever else the settings differ in."""
    several = {
        name: len({getattr(one, name) for one in tried}) > 1
        for name in ("rule", "supply", "cost", "zone_system")
    }
    out = []
    for one in tried:
        parts = [] if math.isnan(one.standard_m) else [words.metres(one.standard_m)]
        parts.append(demand_label(words, results, one.demand))
        for name, label in (
            ("rule", rule_label),
            ("supply", supply_label),
            ("cost", cost_label),
            ("zone_system", system_label),
        ):
            if several[name]:
                parts.append(label(words, getattr(one, name)))
        out.append(" · ".join(part for part in parts if part))
    return out


def rank_span(words: Words, row: Rank) -> str:
    """Return ``rank 1 to 7 over the settings``; empty where the zone is not ranked."""
    if not row.rank_low or not row.rank_high:
        return ""
    if row.rank_low == row.rank_high:
        return words.t("rank {rank} in every setting", rank=words.number(row.rank_low))
    low, high = words.number(row.rank_low), words.number(row.rank_high)
    return words.t("rank {low} to {high} over the settings", low=low, high=high)


def rank_range(words: Words, row: Rank) -> str:
    """Return ``1–7``, the ranks of a zone over the settings, for a cell; a dash where it is not ranked."""
    if not row.rank_low or not row.rank_high:
        return "–"
    ends = dict.fromkeys(words.number(rank) for rank in (row.rank_low, row.rank_high))
    return "–".join(ends)


def what_flips(words: Words, row: Rank) -> str:
    """Return what changes the outcome of a zone most often, in a sentence; empty where nothing does."""
    if not row.flips:
        return ""
    return words.t(
        "What changes the outcome most often: {dimension}.", dimension=dimension_label(words, row.flips)
    )


def firmness(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return how firm the place of a zone is: the span of its ranks, what changes the outcome; or nothing."""
    row = figures(results).rank(zone_id, sphere, service)
    span = rank_span(words, row)
    said = f"{upper_first(span)}." if span else ""
    return " ".join(text for text in (said, what_flips(words, row)) if text)


def care_note(words: Words, results: Results) -> str:
    """Return what the mark of a figure that is to be read with care means."""
    rules = results.study.status
    silent = words.percent(rules.max_unknown)
    if rules.care_across:
        return words.t(
            "* To be read with care: the interval crosses the value that the zone is judged against, or the "
            "demand is suppressed in more than {silent} of its places. It is ranked all the same.",
            silent=silent,
        )
    return words.t(
        "* To be read with care: the demand is suppressed in more than {silent} of the places of the zone. "
        "It is ranked all the same.",
        silent=silent,
    )


def has_draws(results: Results) -> bool:
    """Return whether intervals hold more than the detour: lists drawn again, rounded counts."""
    rules = results.study.robustness
    return rules.resample_complete > 0 or rules.resample_incomplete > 0 or rules.rounding > 0


def interval_note(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return what the intervals of a service hold; empty where it has none."""
    rules, ratio = results.study.robustness, service_of(results, sphere, service).rule == "ratio"
    low, high = (factor(words, end) for end in rules.detour_range)
    streets = results.study.network is not None
    if not has_draws(results):
        if ratio or streets:
            return ""
        return words.t(
            "Interval: detour factor from {low} to {high}. It says nothing of what "
            "the list leaves out, so a zone "
            "without variation is not a zone without doubt.",
            low=low,
            high=high,
        )
    draws = {
        "confidence": words.percent(rules.confidence),
        "complete": words.percent(rules.resample_complete),
        "incomplete": words.percent(rules.resample_incomplete),
    }
    if ratio:
        return words.t(
            "Interval: {confidence} of what comes out when {complete} of a complete list, or {incomplete} of "
            "an incomplete one, is drawn again, and counts are rounded otherwise.",
            **draws,
        )
    if streets:
        return words.t(
            "Interval: {confidence} of what comes out when {complete} of a complete list, or {incomplete} of "
            "an incomplete one, is drawn again, and counts are rounded otherwise. A zone without variation "
            "is not a zone without doubt.",
            **draws,
        )
    return words.t(
        "Interval: detour factor from {low} to {high}, and {confidence} of what comes out when {complete} of "
        "a complete list, or {incomplete} of an incomplete one, is drawn again. A zone without variation is "
        "not a zone without doubt.",
        low=low,
        high=high,
        **draws,
    )


def grid_note(words: Words, results: Results) -> str:
    """Return what the settings of all services differ in, in a sentence."""
    rules = results.study.robustness
    services = [service for _, service in results.study.services()]
    demand = dict.fromkeys(d for s in services for d in (s.demand, *s.alternative_demand))
    factors = words.listing(words.percent(f) for f in rules.standard_factors)
    needs = words.listing(
        label[:1].lower() + label[1:] for label in (demand_label(words, results, key) for key in demand)
    )
    said = words.t(
        "Settings tried: standards of {factors} of the reference, and each of these needs: {needs}.",
        factors=factors,
        needs=needs,
    )
    found = figures(results)
    tried = {
        (one.rule, one.supply): one
        for sphere, service in results.study.services()
        for one in found.tried(next(iter(found.names), ""), sphere, service.key)
    }.values()
    judged = dict.fromkeys(rule_label(words, one.rule) for one in tried if one.rule in RULES)
    if len(judged) > 1:
        said += " " + words.t("Ways of judging: {rules}.", rules=words.listing(judged))
    supplies = dict.fromkeys(supply_label(words, one.supply) for one in tried)
    if len(supplies) > 1:
        said += " " + words.t("Definitions of supply: {supplies}.", supplies="; ".join(supplies))
    return said
