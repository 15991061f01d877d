"""The last section of the page of a proposal: how to check it again, how it was found, its sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import Part
from geosocial.report.site_parts import Section
from geosocial.wording import objectives, proposals

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.sites import Proposal


def trust(words: Words, proposal: Proposal, study: Results) -> Section:
    """Return how it was found, how to check it again, and where the data come from."""
    text = [
        *proposals.existing(words, proposal),
        proposals.candidates(words, proposal),
        *_distances(words, proposal, study),
        *objectives.bound(words, proposal),
    ]
    sources = tuple(
        f"{s.title}. {s.publisher}, {s.year}. {s.licence}." for s in wording.sources(words, study)
    )
    parts = (
        Part("check", words.t("To check it again"), (_check(words, proposal),)),
        Part("found", words.t("How it was found"), tuple(text)),
        Part("sources", words.t("Sources"), sources),
    )
    return Section("trust", words.t("How far to trust this"), (), parts)


def _distances(words: Words, proposal: Proposal, study: Results) -> Iterator[str]:
    """Give how distances were measured; those between sites are straight lines even along streets."""
    yield wording.distance_note(words, study)
    if proposal.asked.model == "dispersion" and proposal.problem.ways is not None:
        factor = words.number(proposal.problem.study.detour, 1)
        yield words.t("Distances between sites: straight line × {factor}.", factor=factor)


def _check(words: Words, proposal: Proposal) -> str:
    """Return how the answer is checked again, and what the files for it hold."""
    if not proposal.answered:
        return words.t("certificate.json says that there is no answer; costs.npz holds what was asked.")
    held = N_("costs.npz holds the distances and the demand.")
    if proposal.asked.model == "dispersion":
        held = N_(
            "costs.npz holds the positions of the candidates and of the existing facilities, how many these "
            "are, and the detour factor."
        )
    elif proposal.asked.model == "maximin":
        held = N_("costs.npz holds the distances, the demand and its zones.")
    return words.t(
        "certificate.json names the sites, their value and the bound. {held} geosocial site --check recounts "
        "the value from these two files alone, without a solver.",
        held=words.t(held),
    )
