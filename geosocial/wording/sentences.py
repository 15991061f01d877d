"""The sentences that say the figures of a run, the same ones on atlas, reports and terminal.

No preposition ever stands before a generated zone name (French would have to contract it), and no sentence
opens with a figure. A missing figure says why, and that it is not zero; one that cannot be said gives its
reason.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geosocial.errors import N_
from geosocial.wording.figures import Rank, figures
from geosocial.wording.labels import (
    amount,
    boroughs_only,
    counted_against,
    counts_dwellings,
    demand_label,
    from_facility,
    interval,
    is_population,
    lower_first,
    of_facility,
    service_label,
    service_of,
    share,
    value,
    zone_count,
    zone_name,
)
from geosocial.wording.unsaid import of_whom, why_missing, why_not

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service


def _who(words: Words, results: Results, service: Service, number: float, part: float) -> str:
    """Return ``58,400 people, 84% of residents``, or the same with the name of the group that is served."""
    of = share(words, part)
    if is_population(results, service.demand):
        who = amount(words, "people", number)
        return words.t("{who}, {share} of residents", who=who, share=of)
    label = lower_first(demand_label(words, results, service.demand))
    figure = words.people(number) if number >= 5 or number == 0 else words.t("fewer than 5")
    return words.t("{figure} {group}, {share} of them all", figure=figure, group=label, share=of)


def rate_text(words: Words, results: Results, service: Service, rate: float) -> str:
    """Return ``8.4 listed social or community dwellings for every 100 renter households``."""
    facts = {"rate": words.number(rate, 1), "per": counted_against(words, results, service)}
    # in English a figure with a decimal is plural whatever it is
    shown = round(rate, 1) if words.lang == "fr" else 2
    if counts_dwellings(service):
        return words.n(
            "{rate} listed social or community dwelling for every {per}",
            "{rate} listed social or community dwellings for every {per}",
            shown,
            **facts,
        )
    return words.n(
        "{rate} listed facility for every {per}", "{rate} listed facilities for every {per}", shown, **facts
    )


def norm_rate(results: Results, sphere: str, service: str) -> float:
    """Return the norm of a ratio in units per `per`: that of the study, or the city-wide rate measured."""
    norm = service_of(results, sphere, service).norm
    return figures(results).value("", sphere, service, "rate").value if norm == "city" else float(norm)


def headline(words: Words, results: Results, sphere: str, service: str, indicator: str) -> tuple[str, str]:
    """Return the sentence of a view, and the one that names the least served and says the robustness.

    Parameters
    ----------
    indicator
        ``gap`` and ``gap_share`` share a sentence; so do ``distance`` and ``nearest_cost``; ``coverage``;
        ``rate``; ``demand``; ``supply``.
    """
    return _claim(words, results, sphere, service, indicator), least_served(words, results, sphere, service)


def _claim(words: Words, results: Results, sphere: str, service: str, indicator: str) -> str:
    spec, found = service_of(results, sphere, service), figures(results)
    main = "gap_share" if indicator == "gap" else "nearest_cost" if indicator == "distance" else indicator
    name = of_whom(words, results, sphere, service, main)

    def overall(key: str) -> float:
        return found.value("", sphere, service, key).value

    if indicator in {"demand", "supply"}:
        figure = found.value("", sphere, service, indicator)
        shown = amount(words, figure.unit, figure.value)
        return words.t("{name}: {shown} counted in all.", name=name, shown=shown)
    if math.isnan(overall("gap_share")) and math.isnan(overall("coverage")):
        return words.t("{name}: nothing can be said, for want of data.", name=name)
    if spec.rule == "ratio":
        return _ratio(words, results, sphere, spec, head=name, indicator=indicator)
    if indicator == "coverage":
        return _covered(words, results, spec, name, overall("coverage"))
    if indicator in {"nearest_cost", "distance"}:
        return _distance(words, results, spec, name, overall("nearest_cost"))
    return _coverage_gap(
        words, results, spec, overall("gap"), overall("gap_share"), head=words.t("{name}: ", name=name)
    )


def _ratio(words: Words, results: Results, sphere: str, spec: Service, *, head: str, indicator: str) -> str:
    found = figures(results)
    if indicator == "rate":
        rate = found.value("", sphere, spec.key, "rate").value
        return words.t("{name}: {rate}.", name=head, rate=rate_text(words, results, spec, rate))
    norm = words.number(norm_rate(results, sphere, spec.key), 1)
    per, missing = counted_against(words, results, spec), found.value("", sphere, spec.key, "gap").value
    if missing == 0:
        return words.t(
            "{name}: the norm of {norm} per {per} is met everywhere.", name=head, norm=norm, per=per
        )
    every = (
        N_("{name}: {more} would have to be added to bring every borough measured to {norm} per {per}.")
        if boroughs_only(results)
        else N_("{name}: {more} would have to be added to bring every zone measured to {norm} per {per}.")
    )
    return words.t(
        every,
        name=service_label(words, results, sphere, spec.key),  # the sentence itself says of which zones
        more=amount(words, "dwellings" if counts_dwellings(spec) else "facilities", missing),
        norm=norm,
        per=per,
    )


def _covered(words: Words, results: Results, spec: Service, name: str, part: float) -> str:
    standard = words.metres(spec.standard_m or math.nan)
    near, of = of_facility(words, spec), share(words, part)
    if is_population(results, spec.demand):
        return words.t(
            "{name}: {share} of residents live within {standard} {of_facility}.",
            name=name,
            share=of,
            standard=standard,
            of_facility=near,
        )
    return words.t(
        "{name}: {share} of the group served ({group}) live within {standard} {of_facility}.",
        name=name,
        share=of,
        group=lower_first(demand_label(words, results, spec.demand)),
        standard=standard,
        of_facility=near,
    )


def _distance(words: Words, results: Results, spec: Service, name: str, metres: float) -> str:
    if math.isnan(metres):
        return words.t("{name}: nothing can be said, for want of data.", name=name)
    far, away = words.metres(metres), from_facility(words, spec)
    if is_population(results, spec.demand):
        return words.t(
            "{name}: residents live {distance} {from_facility} on average.",
            name=name,
            distance=far,
            from_facility=away,
        )
    return words.t(
        "{name}: the group served ({group}) live {distance} {from_facility} on average.",
        name=name,
        group=lower_first(demand_label(words, results, spec.demand)),
        distance=far,
        from_facility=away,
    )


def _coverage_gap(
    words: Words, results: Results, spec: Service, number: float, part: float, *, head: str
) -> str:
    standard, away = words.metres(spec.standard_m or math.nan), from_facility(words, spec)
    who = _who(words, results, spec, number, part)
    if spec.norm != 1:
        norm = words.percent(float(spec.norm))
        if number == 0:
            return head + words.t("the norm is met: {norm} within {standard}.", norm=norm, standard=standard)
        return head + words.t(
            "{who}, would have to be added within {standard} to reach the norm of {norm}.",
            who=who,
            standard=standard,
            norm=norm,
        )
    if number == 0:
        return head + words.t(
            "no one lives more than {standard} {from_facility}.", standard=standard, from_facility=away
        )
    if part == 1 and is_population(results, spec.demand):
        count = amount(words, "people", number)
        return head + words.t(
            "every resident ({count}) lives more than {standard} {from_facility}.",
            count=count,
            standard=standard,
            from_facility=away,
        )
    return head + words.t(
        "{who}, live more than {standard} {from_facility}.", who=who, standard=standard, from_facility=away
    )


def _out_of(words: Words, ranks: list[Rank]) -> str:
    """Return in how many settings these zones are underserved: ``in 8 to 10 of 10 settings``."""
    counts, settings = [r.underserved_in for r in ranks], max((r.settings for r in ranks), default=0)
    if not settings or any(r.settings != settings for r in ranks):
        return ""
    low, high, of = min(counts), max(counts), words.number(settings)
    if low == high == settings:
        return words.n("in the one setting tried", "in each of the {of} settings tried", settings, of=of)
    if low == high:
        return words.n(
            "in {low} of {of} settings", "in {low} of {of} settings", low, low=words.number(low), of=of
        )
    return words.t(
        "in {low} to {high} of {of} settings", low=words.number(low), high=words.number(high), of=of
    )


def least_served(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return the sentence that names the least served, in how many settings, and what cannot be said."""
    found = figures(results)
    ranked = found.ranking(sphere, service)
    worst = [r for r in ranked if r.rank and found.value(r.zone_id, sphere, service, "gap_share").value > 0]
    parts: list[str] = []
    if worst:
        # a zone that falls short of the norm, and yet of the whole in no setting, is not called badly served
        below = [r for r in worst if r.underserved_in or not r.settings]
        first = [r for r in worst if r.rank <= 3]
        tied = bool(below) and len(first) > 4 and first[0].tied == len(first)
        if not tied:
            first = [r for r in first if r in below] or below[:3]
        named = first if len(first) <= 4 else first[:3]
        names = words.listing(zone_name(words, results, r.zone_id) for r in named)
        settings = _out_of(words, first)
        if not first:
            parts.append(words.t("No zone is underserved in any of the settings tried."))
        elif tied:
            count = zone_count(words, results, len(first))
            parts.append(words.t("Least served: {count} tied, {names} among them.", count=count, names=names))
        elif settings:
            parts.append(words.t("Least served, {settings}: {names}.", settings=settings, names=names))
        else:
            parts.append(words.t("Least served: {names}.", names=names))
    elif any(r.rank for r in ranked):
        parts.append(words.t("No zone that could be ranked falls short."))
    else:
        parts.append(words.t("No zone could be ranked."))
    unsaid, missing = (sum(r.status == s for r in ranked) for s in ("cannot_say", "missing"))
    if unsaid:
        parts.append(words.t("Cannot say for {count}.", count=zone_count(words, results, unsaid)))
    if missing:
        parts.append(words.t("Missing data for {count}.", count=zone_count(words, results, missing)))
    return " ".join(parts)


def robustness(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return ``Underserved in 9 of 10 settings``; empty where the zone was judged in none."""
    row = figures(results).rank(zone_id, sphere, service)
    if not row.settings or not row.verdict:
        return ""
    below = row.underserved_in
    return words.n(
        "Underserved in {below} of {of} settings",
        "Underserved in {below} of {of} settings",
        below,
        below=words.number(below),
        of=words.number(row.settings),
    )


def rank_text(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return ``rank 3 of 19``, with the number of zones that share it, or ``not ranked``."""
    row = figures(results).rank(zone_id, sphere, service)
    if not row.rank:
        return words.t("not ranked")
    if row.tied > 1:
        return words.t(
            "rank {rank} of {ranked} ({tied} tied)", rank=row.rank, ranked=row.ranked, tied=row.tied
        )
    return words.t("rank {rank} of {ranked}", rank=row.rank, ranked=row.ranked)


def zone_sentence(words: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return what a service comes to in a zone: the gap, the rank, the robustness, or the reason why not.

    The name of the zone stands above it, so the sentence says "here".
    """
    spec, found = service_of(results, sphere, service), figures(results)
    row = found.rank(zone_id, sphere, service)
    gap = found.value(zone_id, sphere, service, "gap")
    part = found.value(zone_id, sphere, service, "gap_share")
    if part.status == "missing" or gap.status == "missing":
        return why_missing(words, results, zone_id, sphere, service)
    if part.status == "cannot_say":
        return why_not(words, results, zone_id, sphere, service)
    if spec.rule == "ratio":
        rate = found.value(zone_id, sphere, service, "rate").value
        norm = words.number(norm_rate(results, sphere, service), 1)
        said = words.t("Here, {rate}.", rate=rate_text(words, results, spec, rate)) + " "
        if gap.value > 0:
            missing = amount(words, "dwellings" if counts_dwellings(spec) else "facilities", gap.value)
            said += words.t(
                "To reach the norm of {norm}, {missing} would have to be added.", norm=norm, missing=missing
            )
        else:
            said += words.t("The norm of {norm} is met.", norm=norm)
    else:
        said = _coverage_gap(words, results, spec, gap.value, part.value, head=words.t("Here, "))
    place = _place(words, results, row) if row.rank and row.ranked > 1 and gap.value > 0 else ""
    return " ".join(x for x in (said, place, _verdict(words, row)) if x)


def _place(words: Words, results: Results, row: Rank) -> str:
    ranked, last, here = row.ranked, row.rank + row.tied - 1, boroughs_only(results)
    if row.rank == 1 and row.tied > 1:
        return words.t("It is one of the {tied} least served, tied.", tied=row.tied)
    if row.tied > 1:
        return words.t(
            "It ranks {rank} of {ranked} from the least served, tied with {others}.",
            rank=words.ordinal(row.rank),
            ranked=ranked,
            others=zone_count(words, results, row.tied - 1),
        )
    if row.rank == 1:
        return words.t("It is the least served borough.") if here else words.t("It is the least served zone.")
    if last == ranked:
        return words.t("It is the best served borough.") if here else words.t("It is the best served zone.")
    if row.rank <= ranked / 3:
        rank = words.ordinal(row.rank)
        return words.t("It is the {rank} least served of {ranked}.", rank=rank, ranked=ranked)
    return _middle(words, row)


def _middle(words: Words, row: Rank) -> str:
    if row.rank <= row.ranked * 2 / 3:
        rank = words.ordinal(row.rank)
        return words.t("It ranks {rank} of {ranked} from the least served.", rank=rank, ranked=row.ranked)
    rank = words.ordinal(row.ranked - row.rank + 1)
    return words.t("It is the {rank} best served of {ranked}.", rank=rank, ranked=row.ranked)


def _verdict(words: Words, row: Rank) -> str:
    if not row.settings or not row.verdict:
        return ""
    if row.underserved_in == row.settings:
        return words.t("It is underserved whatever the setting tried.")
    if row.underserved_in == 0:
        return words.t("It is served whatever the setting tried.")
    below, facts = (
        row.underserved_in,
        {"below": words.number(row.underserved_in), "of": words.number(row.settings)},
    )
    if row.verdict == "underserved":
        return words.n(
            "It is underserved in {below} of {of} settings.",
            "It is underserved in {below} of {of} settings.",
            below,
            **facts,
        )
    if row.verdict == "depends":
        return words.n(
            "It depends on the settings: underserved in {below} of {of}.",
            "It depends on the settings: underserved in {below} of {of}.",
            below,
            **facts,
        )
    return words.n(
        "It is served: underserved in {below} of {of} settings.",
        "It is served: underserved in {below} of {of} settings.",
        below,
        **facts,
    )


def figure_text(
    words: Words, results: Results, zone_id: str, sphere: str, service: str, *, indicator: str
) -> tuple[str, str]:
    """Return a figure and its interval for a card or a table; a missing one says so."""
    figure = figures(results).value(zone_id, sphere, service, indicator)
    if figure.status == "missing" or math.isnan(figure.value):
        return words.t("missing data"), ""
    return value(words, figure.unit, figure.value), interval(words, figure.unit, figure.lower, figure.upper)
