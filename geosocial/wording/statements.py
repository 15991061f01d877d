"""A zone in one line, as a terminal or a covering letter says it: served, short of the norm, how firm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geosocial.wording.figures import Rank, figures
from geosocial.wording.labels import (
    COLON,
    amount,
    demand_label,
    is_population,
    lower_first,
    of_facility,
    service_of,
    share,
    status_label,
    zone_name,
)
from geosocial.wording.sentences import rate_text, robustness
from geosocial.wording.settings import dimension_label, rank_span
from geosocial.wording.unsaid import why_missing, why_not

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


def statement(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return ``Verdun: 61% of residents are within 800 m of …; short of the norm by 4,200 people; …``.

    A zone of which nothing is said has the reason instead.
    """
    name = zone_name(words, results, zone_id)
    row = figures(results).rank(zone_id, sphere, service)
    if row.status == "missing":
        return f"{name}{COLON[words.lang]} {why_missing(words, results, zone_id, sphere, service)}"
    if row.status == "cannot_say":
        return f"{name}{COLON[words.lang]} {why_not(words, results, zone_id, sphere, service)}"
    parts = [
        _served(words, results, zone_id, sphere, service),
        _short(words, results, zone_id, sphere, service),
        lower_first(robustness(words, results, zone_id, sphere, service)),
        rank_span(words, row),
        status_label(words, row.status),
    ]
    return f"{name}{COLON[words.lang]} {'; '.join(part for part in parts if part)}."


def _served(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    spec, found = service_of(results, sphere, service), figures(results)
    if spec.rule == "ratio":
        rate = found.value(zone_id, sphere, service, "rate").value
        return rate_text(words, results, spec, rate)
    facts = {
        "share": share(words, found.value(zone_id, sphere, service, "coverage").value),
        "standard": words.metres(spec.standard_m or math.nan),
        "of_facility": of_facility(words, spec),
    }
    if is_population(results, spec.demand):
        return words.t("{share} of residents are within {standard} {of_facility}", **facts)
    group = lower_first(demand_label(words, results, spec.demand))
    return words.t(
        "{share} of the group served ({group}) are within {standard} {of_facility}", group=group, **facts
    )


def _short(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    gap = figures(results).value(zone_id, sphere, service, "gap")
    if gap.value == 0:
        return words.t("the norm is met")
    return words.t("short of the norm by {amount}", amount=amount(words, gap.unit, gap.value))


def flips_label(words: Words, row: Rank) -> str:
    """Return what changes the outcome of a zone most often, for a cell; a dash where nothing does."""
    return dimension_label(words, row.flips) or "–"
