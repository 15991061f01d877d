"""Proposed sites in words: what they add, how sure it is, whom each serves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from geosocial.wording.labels import lower_first

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.sites import Proposal

MOST_ZONES = 3


def site_lines(words: Words, proposal: Proposal, zones: Mapping[str, str]) -> Iterator[str]:
    """Give a proposal in sentences: the answer, its proof, each site, the rival.

    Parameters
    ----------
    zones
        Names of the zones by identifier, in the language of `words`.
    """
    result, asked = proposal.result, proposal.asked
    if result.status in {"infeasible", "unknown"}:
        yield words.t("No choice of sites answers this.")
        if result.reason is not None:
            yield words.t(result.reason.template, **result.reason.facts)
        return
    yield _answer(words, proposal)
    yield _proof(words, proposal)
    for row in proposal.sites.to_dict(orient="records"):
        mine = proposal.site_zones[proposal.site_zones["candidate_id"] == row["candidate_id"]]
        whom = [
            words.t("{zone} {people}", zone=zones.get(str(z), str(z)), people=words.people(float(v)))
            for z, v in zip(mine["zone_id"].head(MOST_ZONES), mine["newly"].head(MOST_ZONES), strict=True)
        ]
        name = str(row["name"]) or str(row["candidate_id"])
        facts = {
            "order": words.number(int(row["order"])),
            "name": name,
            "zone": zones.get(str(row["zone_id"]), ""),
            "newly": words.people(float(row["newly"])),
        }
        if whom:
            yield words.t(
                "{order}. {name} ({zone}): {newly} newly served, of {whom}.",
                whom=words.listing(whom),
                **facts,
            )
        else:
            yield words.t("{order}. {name} ({zone}): {newly} newly served.", **facts)
    if asked.rival and not math.isnan(proposal.rival):
        yield _rival(words, proposal)


def _answer(words: Words, proposal: Proposal) -> str:
    total = proposal.total
    share = [words.percent(v / total, 1) if total > 0 else "–" for v in (proposal.before, proposal.after)]
    return words.n(
        "{count} site: {people} more people within {standard} of {facility}; coverage from {before} to "
        "{after}.",
        "{count} sites: {people} more people within {standard} of {facility}; coverage from {before} to "
        "{after}.",
        len(proposal.sites),
        count=words.number(len(proposal.sites)),
        people=words.people(proposal.after - proposal.before),
        standard=words.metres(proposal.service.standard_m or math.nan),
        facility=lower_first(words.label(proposal.service.facility)),
        before=share[0],
        after=share[1],
    )


def _proof(words: Words, proposal: Proposal) -> str:
    result = proposal.result
    count = words.number(len(proposal.candidates.table))
    if result.status == "optimal":
        return words.t(
            "Proved: no other choice among {count} candidates is better ({model}).",
            count=count,
            model=proposal.asked.model,
        )
    return words.t(
        "Not proved: among {count} candidates a choice could be better by {gap} at most ({model}).",
        count=count,
        gap=words.percent(result.gap, 2),
        model=proposal.asked.model,
    )


def _rival(words: Words, proposal: Proposal) -> str:
    if proposal.asked.model == "mclp":
        return words.t(
            "With “{rival}” imposed: {fewer} fewer served.",
            rival=proposal.asked.rival,
            fewer=words.people(proposal.result.objective - proposal.rival),
        )
    return words.t(
        "With “{rival}” imposed: the objective is {imposed} instead of {best}.",
        rival=proposal.asked.rival,
        imposed=words.number(proposal.rival),
        best=words.number(proposal.result.objective),
    )
