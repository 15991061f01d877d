"""The sections of the page of a proposal: each site, what else would do, other settings, zones, the proof."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from geosocial import wording
from geosocial.errors import N_
from geosocial.report import siting
from geosocial.report.parts import Part, Table
from geosocial.sites.asked import NEAREST
from geosocial.wording import proposals

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.sites import Proposal

#: Rows of a table on the page; the others stand in the CSV files beside it.
SHOWN: Final = 24
#: What a price is of.
ROLES: Final = {
    "every": N_("in every best choice"),
    "some": N_("in some best choices"),
    "none": N_("in no best choice"),
    "unknown": N_("not settled"),
    "imposed": N_("imposed"),
    "excluded": N_("excluded"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page."""

    key: str
    title: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]


def main(proposal: Proposal) -> Any:
    """Return the coverage of each zone in the main sphere."""
    coverage = proposal.told.coverage
    return coverage[coverage["sphere"] == proposal.problem.main.sphere]


def share_of(part: float, whole: float) -> float:
    """Return a share; NaN of nothing."""
    return part / whole if whole > 0 else math.nan


def sites(words: Words, proposal: Proposal, zones: proposals.Zones) -> Section:
    """Return the sites side by side, then a part a site: whom it serves, its rivals, the zones it changes."""
    table = proposal.told.sites
    mine = table[table["sphere"] == proposal.problem.main.sphere]
    title = words.t("Side by side")
    parts = [Part("side-by-side", title, (), _beside(words, proposal, zones, title))] if len(mine) else []
    for row in mine.to_dict(orient="records"):
        order, candidate = int(row["order"]), str(row["candidate_id"])
        name = proposals.site_name(words, proposal, candidate)
        zone = zones.get(str(row["zone_id"]), words.t("in no zone"))
        text = tuple(_about(words, proposal, zones, candidate))
        parts.append(
            Part(f"site-{order}", f"{order}. {name} ({zone})", text, _by_zone(words, proposal, zones, row))
        )
    return Section("sites", words.t("Each site"), (), tuple(parts))


def _beside(words: Words, proposal: Proposal, zones: proposals.Zones, caption: str) -> Table:
    """Return the sites in a row each, with the identifier and the price that the list gives them."""
    table = proposal.told.sites
    mine = table[table["sphere"] == proposal.problem.main.sphere]
    numbered = proposal.problem.candidates.numbered
    which = words.t("Row of the list") if numbered else words.t("Identifier")
    return siting.beside(words, mine.to_dict(orient="records"), zones, which=which, caption=caption)


def _about(words: Words, proposal: Proposal, zones: proposals.Zones, candidate: str) -> Iterator[str]:
    """Give a site in sentences: whom it serves by need, its rivals, what doing without it costs."""
    told, sphere = proposal.told, proposal.problem.main.sphere
    needs = told.site_needs[
        (told.site_needs["candidate_id"] == candidate) & (told.site_needs["sphere"] == sphere)
    ]
    said = []
    for row in needs.to_dict(orient="records"):
        column = next(c for c in proposal.problem.study.demand.columns if c.key == row["demand"])
        if float(row["newly"]) > 0:
            said.append(
                words.t(
                    "{label}: {count}",
                    label=wording.lower_first(words.label(column.label)),
                    count=words.people(float(row["newly"])),
                )
            )
    if said:
        yield words.t("Newly served: {needs}.", needs="; ".join(said))
    unit = proposals.unit(proposal)
    rivals = told.rivals[told.rivals["candidate_id"] == candidate]
    stand_in = [
        words.t(
            "{name} ({zone}), {fewer} fewer",
            name=proposals.site_name(words, proposal, str(r["rival_id"])),
            zone=zones.get(str(r["zone_id"]), words.t("in no zone")),
            fewer=wording.amount(words, unit, max(float(r["loss"]), 0.0)),
        )
        for r in rivals.to_dict(orient="records")
    ]
    if stand_in:
        yield words.t("In its stead, the others as they are: {rivals}.", rivals="; ".join(stand_in))
    prices = proposal.others.prices
    mine = prices[(prices["candidate_id"] == candidate) & prices["chosen"]]
    if len(mine) and proposal.asked.model in {"mclp", "capacitated"} and math.isfinite(mine["price"].iloc[0]):
        price = float(mine["price"].iloc[0])
        yield words.t("The best choice without it: {fewer} fewer.", fewer=wording.amount(words, unit, price))


def _by_zone(words: Words, proposal: Proposal, zones: proposals.Zones, row: Mapping[Any, Any]) -> Table:
    """Return whom a site newly serves by zone, and the coverage of each of those zones before and after."""
    told = proposal.told
    mine = told.site_zones[
        (told.site_zones["candidate_id"] == row["candidate_id"])
        & (told.site_zones["sphere"] == row["sphere"])
    ]
    covered = {str(r["zone_id"]): r for r in main(proposal).to_dict(orient="records")}
    rows = []
    for zone, newly in zip(mine["zone_id"], mine["newly"], strict=True):
        held = covered.get(str(zone), {"total": 0.0, "before": 0.0, "after": 0.0})
        rows.append(
            (
                zones.get(str(zone), str(zone)),
                words.people(float(newly)),
                words.percent(share_of(float(held["before"]), float(held["total"])), 1),
                words.percent(share_of(float(held["after"]), float(held["total"])), 1),
            )
        )
    heads = (
        words.t("Zone"),
        words.t("Newly served"),
        words.t("Coverage today"),
        words.t("Coverage with all the sites"),
    )
    caption = words.t("Whom site {order} newly serves", order=int(row["order"]))
    return Table(caption, heads, tuple(rows[:SHOWN]), frozenset({1, 2, 3}))


def others(words: Words, proposal: Proposal, zones: proposals.Zones) -> Section:
    """Return what else would do: fewer or more sites, conditions and their price, near-best choices."""
    found, parts = proposal.others, []
    if len(found.frontier):
        rows = tuple(
            (
                words.number(int(r["number"])),
                words.people(float(r["served"])),
                words.percent(float(r["share"]), 1),
                words.people(float(r["gain"])),
                words.t(wording.PROOFS.get(str(r["status"]), "")),
            )
            for r in found.frontier.to_dict(orient="records")
        )
        heads = tuple(
            words.t(m)
            for m in (N_("New sites"), N_("Served"), N_("Coverage"), N_("One more adds"), N_("Proof"))
        )
        table = Table(words.t("By number of sites"), heads, rows, frozenset({1, 2, 3}))
        parts.append(Part("number", words.t("By number of sites"), (), table))
    if len(found.prices):
        title = words.t("What deciding otherwise loses")
        parts.append(Part("prices", title, (), _prices(words, proposal)))
    if len(found.near_best):
        near = []
        for number, mine in found.near_best.groupby("set"):
            names = words.listing(
                [proposals.site_name(words, proposal, str(c)) for c in mine["candidate_id"]]
            )
            near.append((str(number), words.percent(float(mine["loss"].iloc[0]), 2), names))
        heads = (words.t("Choice"), words.t("Loss"), words.t("Sites"))
        table = Table(words.t("Sets near the best"), heads, tuple(near[:SHOWN]), frozenset({1}))
        parts.append(Part("near", words.t("Sets near the best"), (), table))
    lead = (*proposals.rival(words, proposal), *proposals.others(words, proposal, settings=False))
    if len(proposal.unreached):
        parts.append(
            Part("unreached", words.t("Places out of reach"), (), _unreached(words, proposal, zones))
        )
    return Section("others", words.t("What else would do"), lead, tuple(parts))


def _prices(words: Words, proposal: Proposal) -> Table:
    rows = tuple(
        (
            proposals.site_name(words, proposal, str(r["candidate_id"])),
            words.t(ROLES.get(str(r["role"]), "")),
            words.number(float(r["price"])) if math.isfinite(float(r["price"])) else words.t("impossible"),
        )
        for r in proposal.others.prices.to_dict(orient="records")
    )
    heads = (
        words.t("Candidate"),
        words.t("Part in the best choices"),
        words.t("What deciding otherwise loses"),
    )
    note = words.t(
        "A chosen site: what the best choice without it loses. Another candidate: what imposing it loses. In "
        "the unit of what was sought."
    )
    return Table(heads[2], heads, rows, frozenset({2}), note)


def _unreached(words: Words, proposal: Proposal, zones: proposals.Zones) -> Table:
    lost = proposal.unreached.sort_values("demand", ascending=False, kind="stable").head(SHOWN)
    rows = tuple(
        (
            str(r["demand_id"]),
            zones.get(str(r["zone_id"]), ""),
            words.people(float(r["demand"])),
            words.metres(float(r["nearest_m"])) if math.isfinite(float(r["nearest_m"])) else "–",
        )
        for r in lost.to_dict(orient="records")
    )
    heads = (words.t("Place"), words.t("Zone"), words.t("Demand"), words.t("Nearest candidate"))
    return Table(words.t("Places out of reach"), heads, rows, frozenset({2, 3}))


def settings(words: Words, proposal: Proposal) -> Section:
    """Return whether the choice holds under the other settings of the measures."""
    found = proposal.others
    if not len(found.tried):
        return Section("settings", "", (), ())
    study = cast("Results", proposal.problem)
    rows = tuple(
        (
            words.metres(float(r["standard_m"])),
            wording.demand_label(words, study, str(r["demand"])),
            _supply(words, str(r["supply"])),
            words.people(float(r["best"])),
            words.people(float(r["proposed"])),
            words.percent(float(r["relative"]), 1),
        )
        for r in found.tried.to_dict(orient="records")
    )
    heads = tuple(
        words.t(m)
        for m in (
            N_("Standard"),
            N_("Demand"),
            N_("Existing facilities"),
            N_("Best there"),
            N_("These sites there"),
            N_("Loss"),
        )
    )
    often = tuple(
        (
            proposals.site_name(words, proposal, str(r["candidate_id"])),
            words.t("yes") if r["proposed"] else words.t("no"),
            words.t("{times} of {settings}", times=int(r["times"]), settings=int(r["settings"])),
        )
        for r in found.tried_sites.head(SHOWN).to_dict(orient="records")
    )
    times = (words.t("Candidate"), words.t("Proposed"), words.t("Settings in whose best choice it is"))
    parts = (
        Part(
            "tried",
            words.t("Setting by setting"),
            (),
            Table(words.t("Setting by setting"), heads, rows, frozenset({3, 4, 5})),
        ),
        Part(
            "often",
            words.t("Candidates that come back most"),
            (),
            Table(words.t("Candidates that come back most"), times, often, frozenset({2})),
        ),
    )
    return Section("settings", words.t("Does the choice hold?"), (proposals.robust(words, proposal),), parts)


def _supply(words: Words, key: str) -> str:
    if key == "all":
        return words.t("all of the service")
    return words.listing([wording.kind_label(words, kind, 2) for kind in key.split("+")])


def zone_section(words: Words, proposal: Proposal, zones: proposals.Zones) -> Section:
    """Return the coverage of every zone before and after."""
    rows, sums = [], [0.0, 0.0, 0.0]
    for r in main(proposal).to_dict(orient="records"):
        total, before, after = (float(r[k]) for k in ("total", "before", "after"))
        sums = [a + b for a, b in zip(sums, (total, before, after), strict=True)]
        rows.append(
            (after - before, _zone_row(words, zones.get(str(r["zone_id"]), ""), total, before, after))
        )
    rows.sort(key=lambda row: -row[0])
    heads = tuple(
        words.t(m)
        for m in (
            N_("Zone"),
            N_("Demand"),
            N_("Coverage today"),
            N_("Coverage with all the sites"),
            N_("More people served"),
        )
    )
    table = Table(
        words.t("Coverage by zone"),
        heads,
        tuple(cells for _, cells in rows),
        frozenset({1, 2, 3, 4}),
        total=_zone_row(words, words.t("All together"), *sums),
    )
    part = Part("by-zone", words.t("Coverage by zone"), (), table)
    return Section("zones", words.t("Every zone"), (), (part,) if proposal.answered else ())


def _zone_row(words: Words, name: str, total: float, before: float, after: float) -> tuple[str, ...]:
    shares = [words.percent(share_of(v, total), 1) for v in (before, after)]
    return name, words.people(total), *shares, words.people(after - before)


def _bound(words: Words, proposal: Proposal) -> list[str]:
    """Return what the answer comes to and what is proved of every other, where one number says it."""
    result, model = proposal.result, proposal.asked.model
    if not proposal.answered or len(proposal.problem.spheres) > 1 or model == "lscp":
        return []
    facts = {"objective": words.number(result.objective, 1), "bound": words.number(result.bound, 1)}
    if model in NEAREST:
        return [words.t("What was sought comes to {objective}; no choice comes below {bound}.", **facts)]
    return [words.t("What was sought comes to {objective}; no choice passes {bound}.", **facts)]


def trust(words: Words, proposal: Proposal, study: Results) -> Section:
    """Return how it was found, how to check it again, and where the data come from."""
    text = [
        *proposals.existing(words, proposal),
        proposals.candidates(words, proposal),
        wording.distance_note(words, study),
    ]
    text += _bound(words, proposal)
    check = words.t(
        "certificate.json names the sites, their value and the bound; costs.npz holds the distances and the "
        "demand. geosocial site --check recounts the value from these two files alone, without a solver."
    )
    sources = tuple(
        f"{s.title}. {s.publisher}, {s.year}. {s.licence}." for s in wording.sources(words, study)
    )
    parts = (
        Part("check", words.t("To check it again"), (check,)),
        Part("found", words.t("How it was found"), tuple(text)),
        Part("sources", words.t("Sources"), sources),
    )
    return Section("trust", words.t("How far to trust this"), (), parts)
