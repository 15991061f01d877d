"""What a model of siting seeks, in words: what an answer comes to, today and with another choice.

Models that serve the most people are told by people; the others by what they make small or large, and then by
how many people more or fewer that serves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.wording.followup import money
from geosocial.wording.labels import amount, lower_first, share, sphere_label

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.sites import Proposal

#: What each model seeks.
SOUGHT: Final = {
    "mclp": N_("most people within the standard"),
    "lscp": N_("fewest sites that serve everybody within the standard"),
    "p-median": N_("least distance to the nearest, over everybody"),
    "p-center": N_("least distance of those who are farthest"),
    "backup": N_("most people within the standard, twice where possible"),
    "capacitated": N_("most people served within the standard and the capacity of each site"),
    "maximin": N_("the least served zone first, then most people within the standard"),
    "equity": N_("least distance, those far away counting more"),
    "shortfall": N_("least distance beyond the standard, squared"),
    "dispersion": N_("sites as far from each other as can be"),
}
#: A demand below this is no difference: it is estimated.
_FEW: Final = 5.0
#: What another choice comes to, beside the best; of models that are not told by people alone.
_INSTEAD: Final = {
    "p-median": N_("{other} to the nearest on average instead of {best}"),
    "p-center": N_("{other} for those who are farthest instead of {best}"),
    "equity": N_("a distance for all as good as {other} instead of {best}"),
    "shortfall": N_("{other} beyond the standard (root mean square) instead of {best}"),
    "dispersion": N_("sites {other} apart instead of {best}"),
    "maximin": N_("{other} covered in the least served zone instead of {best}"),
    "backup": N_("{other} instead of {best} (weighted mean of those served once and twice)"),
}
#: What the sites come to, said beside what stands in for one of them.
_WITH: Final = {
    "p-median": N_("with it, {best} to the nearest on average"),
    "p-center": N_("with it, {best} for those who are farthest"),
    "equity": N_("with it, a distance for all as good as {best}"),
    "shortfall": N_("with it, {best} beyond the standard, root mean square"),
    "dispersion": N_("with it, sites {best} apart"),
    "maximin": N_("with it, {best} covered in the least served zone"),
    "backup": N_("with it, {best}, weighted mean of those served once and twice"),
}
#: What it is that another choice loses.
_LOST: Final = {
    "mclp": N_("who is no longer within the standard"),
    "lscp": N_("how many sites more are needed"),
    "p-median": N_("how much longer the mean distance to the nearest is"),
    "p-center": N_("how much farther those who are farthest have to go"),
    "backup": N_("weighted mean of those no longer served once and those no longer served twice"),
    "capacitated": N_("who is no longer served"),
    "maximin": N_("coverage of the least served zone, in points; where it stays, who is no longer served"),
    "equity": N_("how much longer the distance is that would be as good if it were the same for all"),
    "shortfall": N_("how much more lies beyond the standard, root mean square"),
    "dispersion": N_("how much nearer the two nearest are"),
}


def unit(proposal: Proposal, sphere: int = 0) -> str:
    """Return the unit of the demand that is served in a sphere: people, households."""
    key = proposal.asked.weight or proposal.problem.spheres[sphere].service.demand
    return next(c.unit for c in proposal.problem.study.demand.columns if c.key == key)


def by_people(proposal: Proposal) -> bool:
    """Return whether the answer is told first by the people whom it serves."""
    people = {"mclp", "lscp", "capacitated", "backup", "maximin"}
    return len(proposal.problem.spheres) > 1 or proposal.asked.model in people


def told(words: Words, proposal: Proposal, value: float) -> str:
    """Return an objective of the model as it is said: a distance, people, sites or a sum of money."""
    model, total = proposal.asked.model, math.fsum(proposal.problem.main.weight)
    if len(proposal.problem.spheres) > 1:
        return share(words, value, 1)
    if model in {"p-center", "equity", "dispersion"}:
        return words.metres(value, exact=True)
    if model in {"p-median", "shortfall"}:
        mean = value / total if total > 0 else math.nan
        return words.metres(mean if model == "p-median" else math.sqrt(mean), exact=True)
    if model != "lscp":
        return amount(words, unit(proposal), value)
    if proposal.asked.budget is not None:
        return money(words, value)
    return words.n("{count} site", "{count} sites", round(value), count=words.number(value))


def objective(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what the model sought, and what it came to, today and with the sites."""
    result, model, today = proposal.result, proposal.asked.model, proposal.told.today
    if len(proposal.problem.spheres) > 1:
        return
    facts = {
        "now": told(words, proposal, result.objective) if math.isfinite(result.objective) else "–",
        "today": "" if math.isnan(today) or not len(proposal.told.sites) else told(words, proposal, today),
    }
    yield words.t("Sought: {sought}.", sought=words.t(SOUGHT[model]))
    match model:
        case "p-median":
            yield _since(
                words,
                N_("Mean distance to the nearest: {now}."),
                N_("Mean distance to the nearest: {now}, {today} today."),
                facts,
            )
        case "p-center":
            yield _since(
                words,
                N_("Nobody is farther than {now}."),
                N_("Nobody is farther than {now}, {today} today."),
                facts,
            )
        case "backup":
            twice = amount(words, unit(proposal), result.terms["twice"])
            yield words.t("With a second one within the standard: {twice}.", twice=twice)
        case "maximin":
            facts = {"now": share(words, result.terms["least_share"], 1), "today": share(words, today, 1)}
            facts["today"] = "" if math.isnan(today) or not len(proposal.told.sites) else facts["today"]
            yield _since(
                words,
                N_("Coverage of the least served zone: {now}."),
                N_("Coverage of the least served zone: {now}, {today} today."),
                facts,
            )
        case "equity":
            yield _since(
                words,
                N_("Distance that would be as good if it were the same for all: {now}; mean: {mean}."),
                N_(
                    "Distance that would be as good if it were the same for all: {now}, {today} today; mean: "
                    "{mean}."
                ),
                facts | {"mean": words.metres(result.terms["mean"], exact=True)},
            )
        case "shortfall":
            yield _since(
                words,
                N_("Root mean square of the distance beyond the standard: {now}."),
                N_("Root mean square of the distance beyond the standard: {now}, {today} today."),
                facts,
            )
        case "dispersion" if math.isfinite(result.objective):
            yield _apart(words, proposal, facts["now"])
        case "dispersion":
            yield words.t("A site alone has no other to be far from: any candidate would do.")


def _since(words: Words, alone: str, beside: str, facts: dict[str, str]) -> str:
    """Return a sentence, with the figure of today where there is one."""
    since = bool(facts["today"])
    return words.t(beside if since else alone, **facts)


def _apart(words: Words, proposal: Proposal, apart: str) -> str:
    count = len(proposal.told.sites["candidate_id"].unique())
    if not len(proposal.problem.main.facilities):
        return words.t("The two nearest sites are {apart} apart.", apart=apart)
    return words.n(
        "The site is at least {apart} from the existing facilities.",
        "Each site is at least {apart} from the others and from the existing facilities.",
        count,
        apart=apart,
    )


def change(words: Words, proposal: Proposal, fewer: float, *, sphere: int = 0) -> str:
    """Return how many people fewer, or more, a choice serves; as many where no figure would show it."""
    counted = unit(proposal, sphere)
    if abs(fewer) < _FEW:
        return words.t("as many served")
    if fewer > 0:
        return words.t("{fewer} fewer", fewer=amount(words, counted, fewer))
    return words.t("{more} more", more=amount(words, counted, -fewer))


def instead(words: Words, proposal: Proposal, value: float, least: float, fewer: float) -> str:
    """Return what another choice comes to beside the best, then how many people more or fewer that serves.

    Parameters
    ----------
    value, least
        Its objective and, of a maximin, the share of the least served zone.
    fewer
        The demand that it no longer serves; below 0 where it serves more.
    """
    other, best = _pair(words, proposal, value, least)
    people = change(words, proposal, fewer)
    if not other or other == best:
        return _beside(words, proposal, value, least, people)
    said = words.t(_INSTEAD[proposal.asked.model], other=other, best=best)
    return words.t("{said}, {people}", said=said, people=people)


def in_stead(words: Words, proposal: Proposal, rivals: Sequence[tuple[str, str, float, float, float]]) -> str:
    """Return who could stand in the stead of a site, the others as they are.

    `rivals`: name, zone, objective and least share then, demand no longer served, of each.
    """
    said = []
    for name, zone, value, least, fewer in rivals:
        other, best = _pair(words, proposal, value, least)
        people = change(words, proposal, fewer)
        what = (
            words.t("{said}, {people}", said=other, people=people)
            if other and other != best
            else _beside(words, proposal, value, least, people)
        )
        said.append(words.t("{name} ({zone}), {what}", name=name, zone=zone, what=what))
    listed = "; ".join(said)
    _, best = _pair(words, proposal, proposal.result.objective, math.nan)
    if not best:
        return words.t("In its stead, the others as they are: {rivals}.", rivals=listed)
    with_it = words.t(_WITH[proposal.asked.model], best=best)
    return words.t(
        "In its stead, the others as they are ({with_it}): {rivals}.", with_it=with_it, rivals=listed
    )


def _pair(words: Words, proposal: Proposal, value: float, least: float) -> tuple[str, str]:
    """Return what another choice and the best come to as they are said; empty where people alone tell it."""
    if len(proposal.problem.spheres) > 1 or proposal.asked.model not in _INSTEAD:
        return "", ""
    if proposal.asked.model == "maximin":
        return share(words, least, 1), share(words, proposal.result.terms["least_share"], 1)
    return told(words, proposal, value), told(words, proposal, proposal.result.objective)


def _beside(words: Words, proposal: Proposal, value: float, least: float, people: str) -> str:
    """Return how many people another choice serves, and that it comes to as much where that is told too."""
    if len(proposal.problem.spheres) > 1 or proposal.asked.model not in _INSTEAD:
        return people
    best = proposal.result.objective
    if proposal.asked.model == "maximin":
        value, best = least, proposal.result.terms["least_share"]
    if math.isclose(value, best, rel_tol=1e-9):
        return words.t("just as good, {people}", people=people)
    return words.t("almost as good, {people}", people=people)


def joint(words: Words, proposal: Proposal, rivals: Sequence[tuple[str, str, dict[str, float]]]) -> str:
    """Return who could stand in the stead of a site, and whom that serves in each of several spheres.

    `rivals`: name, zone, and the demand no longer served by sphere, of each.
    """
    spheres = [s.sphere for s in proposal.problem.spheres]
    said = []
    for name, zone, fewer in rivals:
        each = [
            words.t(
                "{people} ({sphere})",
                sphere=lower_first(sphere_label(words, sphere)),
                people=change(words, proposal, fewer[sphere], sphere=k),
            )
            for k, sphere in enumerate(spheres)
        ]
        said.append(words.t("{name} ({zone}), {what}", name=name, zone=zone, what=words.listing(each)))
    return words.t("In its stead, the others as they are: {rivals}.", rivals="; ".join(said))


def loss(words: Words, proposal: Proposal, value: float, price: float, least: float) -> str:
    """Return what deciding otherwise loses, in a cell; `lost` says of what.

    `value` is the objective then, `price` what it loses.
    """
    if not math.isfinite(price):
        return words.t("impossible") if math.isinf(price) else "–"
    model, total = proposal.asked.model, math.fsum(proposal.problem.main.weight)
    if model == "maximin":
        points = (proposal.result.terms["least_share"] - least) * 100
        if abs(points) > 1e-7:
            return words.n("{figure} point", "{figure} points", points, figure=words.number(points, 1))
    far = price
    if model == "p-median" and total > 0:
        far = price / total
    elif model == "shortfall" and total > 0:
        far = math.sqrt(value / total) - math.sqrt(proposal.result.objective / total)
    elif by_people(proposal):
        return told(words, proposal, price)
    if 0 < far < 0.5:
        return words.t("under {least}", least=words.metres(1))
    return words.metres(far, exact=True)


def lost(words: Words, proposal: Proposal) -> str:
    """Return what it is that another choice loses."""
    if proposal.asked.model == "lscp" and proposal.asked.budget is not None:
        return words.t("how much more the sites cost")
    return words.t(_LOST[proposal.asked.model])


def bound(words: Words, proposal: Proposal) -> Iterator[str]:
    """Give what the answer comes to and what is proved of every other, where one number says it."""
    result = proposal.result
    known = math.isfinite(result.objective) and math.isfinite(result.bound)
    if not (proposal.answered and known) or len(proposal.problem.spheres) > 1:
        return
    facts = {
        "objective": told(words, proposal, result.objective),
        "bound": told(words, proposal, result.bound),
    }
    if proposal.asked.model in {"lscp", "p-median", "p-center", "equity", "shortfall"}:
        yield words.t("What was sought comes to {objective}; no choice comes below {bound}.", **facts)
    else:
        yield words.t("What was sought comes to {objective}; no choice passes {bound}.", **facts)


def rival(words: Words, proposal: Proposal, name: str) -> Iterator[str]:
    """Give what imposing the place that the council has in mind costs."""
    found = proposal.rival
    if found is None:
        return
    if math.isnan(found.objective):
        yield words.t("With “{rival}” imposed there is no answer.", rival=name)
        return
    fewer = proposal.told.after - proposal.rival_serves
    told_ = instead(words, proposal, found.objective, found.terms.get("least_share", math.nan), fewer)
    if found.status == "optimal":
        yield words.t("With “{rival}” imposed: {what}.", rival=name, what=told_)
    else:
        yield words.t("With “{rival}” imposed, as far as was searched: {what}.", rival=name, what=told_)
