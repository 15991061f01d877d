"""Proposed sites in sentences: the answer, its proof, whom each serves, what else would do, why it cannot be.

One wording for the terminal and for the page; `Zones` gives the names in the language of the words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from geosocial.errors import N_
from geosocial.intake.candidates import why_left_out
from geosocial.wording import objectives
from geosocial.wording.followup import money
from geosocial.wording.labels import amount, lower_first, of_facility, share, sphere_label
from geosocial.wording.objectives import unit
from geosocial.wording.trust import conservation_line

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.sites import Proposal

#: Names of the zones by identifier.
Zones: TypeAlias = Mapping[str, str]
MOST_ZONES: Final = 3
#: How several spheres are traded off.
TRADED: Final = {
    "weighted": N_("the mean coverage of the spheres is largest"),
    "in_order": N_("the first sphere comes first, then the next"),
    "least_regret": N_("no sphere gives up more of what it could have than need be"),
}


def lines(words: Words, proposal: Proposal, zones: Zones) -> Iterator[str]:
    """Give a proposal in sentences: the answer, its proof, each site, what else would do."""
    if not proposal.answered:
        yield from infeasible(words, proposal, zones)
        return
    yield from lead(words, proposal, zones)
    for order in range(1, 1 + int(proposal.told.sites["order"].max() if len(proposal.told.sites) else 0)):
        yield site(words, proposal, zones, order)
    yield from rival(words, proposal)
    yield from others(words, proposal)


def lead(words: Words, proposal: Proposal, zones: Zones) -> Iterator[str]:
    """Give the answer before its sites: what was sought first, and its proof."""
    sought = list(objectives.objective(words, proposal))
    if not len(proposal.told.sites):
        if proposal.asked.budget is None:
            yield words.t("No site is proposed: none of the candidates would do better than what exists.")
        yield from paid(words, proposal)
        yield from sought
    elif objectives.by_people(proposal):
        yield answer(words, proposal)
        yield from sought
    else:
        yield from reversed(sought)
        yield answer(words, proposal)
    yield proof(words, proposal)
    if len(proposal.told.sites):
        yield from paid(words, proposal)
    yield from traded(words, proposal)
    yield from closed(words, proposal, zones)


def site_name(words: Words, proposal: Proposal, candidate: str) -> str:
    """Return what a candidate is called: its name, with the identifier that the list gives it in brackets.

    Without a name its identifier; where the list gives none, the number of its row, which also tells those of
    one name apart.
    """
    found = proposal.problem.candidates
    row = words.t("row {row}", row=candidate) if found.numbered else candidate
    names = found.table["name"]
    name = next(iter(names[found.table["candidate_id"] == candidate]), "")
    if not name or name == candidate:
        return row
    return f"{name} [{row}]" if found.own or (names == name).sum() > 1 else str(name)


def candidates(words: Words, proposal: Proposal) -> str:
    """Return how many candidates there are, and how many are left out for which reason."""
    found = proposal.problem.candidates
    why = why_left_out(found)
    used, left = len(found.table), found.read - len(found.table)
    facts = {
        "read": words.n("{figure} read", "{figure} read", found.read, figure=words.number(found.read)),
        "used": words.n("{figure} used", "{figure} used", used, figure=words.number(used)),
        "left": words.n("{figure} left out", "{figure} left out", left, figure=words.number(left)),
    }
    if not why:
        return words.t("Candidates: {read}, {used}.", **facts)
    return words.t("Candidates: {read}, {used}, {left} ({why}).", why=why, **facts)


def existing(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what became of the rows of each list of existing places, and how many do not count."""
    problem, lost = proposal.problem, 0
    if proposal.asked.from_scratch:
        return
    for row in problem.conservation.to_dict(orient="records"):
        label = next(p.label for p in problem.study.places if p.key == row["source"])
        line = conservation_line(words, {str(k): v for k, v in row.items() if k != "source"})
        yield words.t("{label}: {line}", label=words.label(label), line=line)
        lost += int(row["unlocated"]) + int(row["rejected"])
    if lost:
        yield words.n(
            "{count} row is unlocated or rejected and does not count as existing; geosocial check says why.",
            "{count} rows are unlocated or rejected and do not count as existing; geosocial check says why.",
            lost,
            count=words.number(lost),
        )


def answer(words: Words, proposal: Proposal) -> str:
    """Return how many sites, and how many more people they bring within the standard."""
    total = math.fsum(proposal.problem.main.weight)
    told = proposal.told
    count = len(told.sites["candidate_id"].unique())
    shares = [share(words, v / total, 1) if total > 0 else "–" for v in (told.before, told.after)]
    return words.n(
        "{count} site: {amount} more within {standard} {of_facility}; coverage from {before} to {after}.",
        "{count} sites: {amount} more within {standard} {of_facility}; coverage from {before} to {after}.",
        count,
        count=words.number(count),
        amount=amount(words, unit(proposal), told.after - told.before),
        standard=words.metres(proposal.problem.main.standard),
        of_facility=of_facility(words, proposal.problem.main.service),
        before=shares[0],
        after=shares[1],
    )


def paid(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what the sites cost together, where there is a budget; or why there are none."""
    if proposal.asked.budget is None:
        return
    table = proposal.problem.candidates.table
    chosen = table["candidate_id"].isin(proposal.told.sites["candidate_id"])
    if not chosen.any():
        yield words.t(
            "No candidate that fits the budget of {budget} would serve anybody more.",
            budget=money(words, proposal.asked.budget),
        )
        return
    yield words.t(
        "They cost {cost} together, of a budget of {budget}.",
        cost=money(words, math.fsum(table.loc[chosen, "cost"])),
        budget=money(words, proposal.asked.budget),
    )


def proof(words: Words, proposal: Proposal) -> str:
    """Return whether the choice is proved, or by how much a better one could be."""
    result, count = proposal.result, words.number(proposal.problem.count)
    if result.status == "optimal":
        return words.n(
            "Proved: it is the only candidate.",
            "Proved: no other choice among {count} candidates is better.",
            proposal.problem.count,
            count=count,
        )
    return words.t(
        "Not proved: among {count} candidates a choice could be better by {gap} at most.",
        count=count,
        gap=words.percent(result.gap, 2),
    )


def traded(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what several spheres have together, and what each would have alone."""
    if not len(proposal.traded):
        return
    yield words.t("The same sites serve several spheres: {rule}.", rule=words.t(TRADED[proposal.asked.rule]))
    for row in proposal.traded.to_dict(orient="records"):
        yield words.t(
            "{sphere}: coverage {share}; as many sites of its own would give {alone}.",
            sphere=sphere_label(words, str(row["sphere"])),
            share=share(words, float(row["share"]), 1),
            alone=share(words, float(row["alone"]), 1),
        )


def site(words: Words, proposal: Proposal, zones: Zones, order: int) -> str:
    """Return whom a site newly serves, by zone."""
    sites = proposal.told.sites
    row = sites[(sites["order"] == order) & (sites["sphere"] == proposal.problem.main.sphere)].iloc[0]
    by_zone = proposal.told.site_zones
    mine = by_zone[(by_zone["candidate_id"] == row["candidate_id"]) & (by_zone["sphere"] == row["sphere"])]
    whom = [
        words.t("{zone} {people}", zone=zones.get(str(z), str(z)), people=words.people(float(v)))
        for z, v in zip(mine["zone_id"].head(MOST_ZONES), mine["newly"].head(MOST_ZONES), strict=True)
    ]
    facts = {
        "order": words.number(order),
        "name": site_name(words, proposal, str(row["candidate_id"])),
        "zone": zones.get(str(row["zone_id"]), words.t("in no zone")),
        "newly": _newly(words, proposal, str(row["candidate_id"])),
    }
    if not whom or len(proposal.problem.spheres) > 1:
        return words.t("{order}. {name} ({zone}): {newly} newly served.", **facts)
    return words.t(
        "{order}. {name} ({zone}): {newly} newly served, of {whom}.", whom=words.listing(whom), **facts
    )


def sphere_of(words: Words, proposal: Proposal, k: int) -> str:
    """Return the name of the k-th sphere inside a sentence."""
    return lower_first(sphere_label(words, proposal.problem.spheres[k].sphere))


def _newly(words: Words, proposal: Proposal, candidate: str) -> str:
    """Return whom a site newly serves, in each sphere where it serves several."""
    sites = proposal.told.sites
    mine = sites[sites["candidate_id"] == candidate].set_index("sphere")["newly"]
    spheres = proposal.problem.spheres
    if len(spheres) == 1:
        return amount(words, unit(proposal), float(mine.iloc[0]))
    each = [
        words.t(
            "{people} ({sphere})",
            people=amount(words, unit(proposal, k), float(mine[served.sphere])),
            sphere=sphere_of(words, proposal, k),
        )
        for k, served in enumerate(spheres)
    ]
    return words.listing(each)


def closed(words: Words, proposal: Proposal, zones: Zones) -> Iterator[str]:
    """Give the existing facilities that would close: by their names, else by their identifiers, and zones."""
    table = proposal.told.closed
    if proposal.asked.may_close:
        names = [
            f"{r['name'] or r['record_id']} ({zones.get(str(r['zone_id']), words.t('in no zone'))})"
            for r in table.to_dict(orient="records")
        ]
        yield words.n(
            "{count} existing facility would close: {names}.",
            "{count} existing facilities would close: {names}.",
            len(names),
            count=words.number(len(names)),
            names=words.listing(names) if names else words.t("none"),
        )


def rival(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what imposing the place that the council has in mind costs."""
    if proposal.asked.rival:
        yield from objectives.rival(words, proposal, site_name(words, proposal, proposal.asked.rival))


def others(words: Words, proposal: Proposal, *, settings: bool = True) -> Iterator[str]:
    """Give what else would do, in a sentence a table."""
    found = proposal.others
    every = [str(c) for c in found.prices.loc[found.prices["role"] == "every", "candidate_id"]]
    if every:
        names = words.listing([site_name(words, proposal, c) for c in every])
        yield words.t("In every best choice: {names}.", names=names)
    if len(found.near_best):
        count = int(found.near_best["set"].max())
        yield words.n(
            "{count} choice is within {tolerance} of the best.",
            "{count} choices are within {tolerance} of the best.",
            count,
            count=words.number(count) if found.complete else words.t("At least {count}", count=count),
            tolerance=words.percent(proposal.asked.tolerance or 0.0, 1),
        )
    if settings and len(found.tried) and len(proposal.told.sites):
        yield robust(words, proposal)
    if found.skipped:
        what = words.listing([lower_first(words.t(step)) for step in found.skipped])
        yield words.t("Left out, for want of time: {what}.", what=what)


def robust(words: Words, proposal: Proposal) -> str:
    """Return in how many settings of the measures the sites stay the best, and what they lose at most."""
    tried = proposal.others.tried
    worst = float(tried["relative"].max())
    return words.n(
        "Best in {same} of {count} setting of the measures; elsewhere they serve {worst} fewer at most.",
        "Best in {same} of {count} settings of the measures; elsewhere they serve {worst} fewer at most.",
        len(tried),
        same=words.number(int(tried["same"].sum())),
        count=words.number(len(tried)),
        worst=share(words, worst, 1) if math.isfinite(worst) else "–",
    )


def infeasible(words: Words, proposal: Proposal, zones: Zones) -> Iterator[str]:
    """Give why there is no answer: the places, the zones, the standard and the number that would do."""
    result, said = proposal.result, proposal.explanation
    yield words.t("No choice of sites answers this.")
    if said is None:
        if result.reason is not None:
            numbers = {
                key: words.number(float(value)) if isinstance(value, int | float) else value
                for key, value in result.reason.facts.items()
            }
            yield words.said(replace(result.reason, facts=numbers))
        return
    lost = proposal.unreached
    if len(lost):
        by_zone = lost.groupby("zone_id")["demand"].sum().sort_values(ascending=False, kind="stable")
        whom = [
            words.t("{zone} {people}", zone=zones.get(str(z), str(z)), people=words.people(float(v)))
            for z, v in by_zone.head(MOST_ZONES).items()
        ]
        yield words.n(
            "{count} place has no candidate within {standard}: {amount}, of {whom}.",
            "{count} places have no candidate within {standard}: {amount}, of {whom}.",
            len(lost),
            count=words.number(len(lost)),
            standard=words.metres(proposal.problem.main.standard),
            amount=amount(words, unit(proposal), said.lost),
            whom=words.listing(whom),
        )
    if math.isfinite(said.standard.objective):
        yield words.t(
            "The smallest standard that works: {standard}.", standard=words.metres(said.standard.objective)
        )
    fewest = [j for j in said.sites.sites.tolist() if j < proposal.problem.count]
    if math.isfinite(said.sites.objective):
        yield words.n(
            "Within the standard of today, {count} new site would serve all who can be served.",
            "Within the standard of today, {count} new sites would serve all who can be served.",
            len(fewest),
            count=words.number(len(fewest)),
        )
