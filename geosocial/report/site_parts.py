"""The sections of the page of a proposal: each site, what else would do, other settings, zones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from geosocial import wording
from geosocial.errors import N_
from geosocial.report import siting
from geosocial.report.parts import Part, Table
from geosocial.wording import objectives, proposals

if TYPE_CHECKING:
    import pandas as pd

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


def main(proposal: Proposal, k: int = 0) -> Any:
    """Return the coverage of each zone in the k-th sphere, the main one first."""
    coverage = proposal.told.coverage
    return coverage[coverage["sphere"] == proposal.problem.spheres[k].sphere]


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
    by_sphere = {
        proposals.sphere_of(words, proposal, k): table.loc[table["sphere"] == s.sphere, "newly"].tolist()
        for k, s in enumerate(proposal.problem.spheres)
    }
    return siting.beside(
        words,
        mine.to_dict(orient="records"),
        zones,
        which=which,
        caption=caption,
        spheres=by_sphere if len(by_sphere) > 1 else None,
    )


def _about(words: Words, proposal: Proposal, zones: proposals.Zones, candidate: str) -> Iterator[str]:
    """Give a site in sentences: whom it serves by need, its rivals, what doing without it costs."""
    told, sphere = proposal.told, proposal.problem.main.sphere
    for k, served in enumerate(proposal.problem.spheres):
        needs = _needs(words, proposal, candidate, served.sphere)
        if needs and len(proposal.problem.spheres) > 1:
            which = proposals.sphere_of(words, proposal, k)
            yield words.t("Newly served ({sphere}): {needs}.", sphere=which, needs="; ".join(needs))
        elif needs:
            yield words.t("Newly served: {needs}.", needs="; ".join(needs))
    rivals = told.rivals[(told.rivals["candidate_id"] == candidate) & (told.rivals["sphere"] == sphere)]
    if len(rivals):
        yield _in_stead(words, proposal, zones, rivals)
    prices = proposal.others.prices
    mine = prices[(prices["candidate_id"] == candidate) & prices["chosen"]]
    if len(mine) and proposal.asked.model in {"mclp", "capacitated"} and math.isfinite(mine["price"].iloc[0]):
        what = objectives.change(words, proposal, float(mine["price"].iloc[0]))
        yield words.t("The best choice without it: {what}.", what=what)


def _needs(words: Words, proposal: Proposal, candidate: str, sphere: str) -> list[str]:
    """Return how much of each need a site newly serves in a sphere."""
    table = proposal.told.site_needs
    said = []
    for row in table[(table["candidate_id"] == candidate) & (table["sphere"] == sphere)].to_dict("records"):
        column = next(c for c in proposal.problem.study.demand.columns if c.key == row["demand"])
        if float(row["newly"]) > 0:
            label = wording.lower_first(words.label(column.label))
            said.append(words.t("{label}: {count}", label=label, count=words.people(float(row["newly"]))))
    return said


def _in_stead(words: Words, proposal: Proposal, zones: proposals.Zones, rivals: pd.DataFrame) -> str:
    """Return who could stand in the stead of a site."""
    every = proposal.told.rivals
    plain, joint = [], []
    for r in rivals.to_dict(orient="records"):
        name = proposals.site_name(words, proposal, str(r["rival_id"]))
        zone = zones.get(str(r["zone_id"]), words.t("in no zone"))
        plain.append((name, zone, float(r["objective"]), float(r["least_share"]), float(r["loss"])))
        mine = every[(every["candidate_id"] == r["candidate_id"]) & (every["rival_id"] == r["rival_id"])]
        joint.append((name, zone, dict(zip(mine["sphere"], mine["loss"], strict=True))))
    if len(proposal.problem.spheres) > 1:
        return objectives.joint(words, proposal, joint)
    return objectives.in_stead(words, proposal, plain)


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
    newly_served = words.t("Newly served")
    if len(proposal.problem.spheres) > 1:
        newly_served = words.t("Newly served ({sphere})", sphere=proposals.sphere_of(words, proposal, 0))
    heads = (
        words.t("Zone"),
        newly_served,
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
            objectives.loss(
                words, proposal, float(r["objective"]), float(r["price"]), float(r["least_share"])
            ),
        )
        for r in proposal.others.prices.to_dict(orient="records")
    )
    heads = (
        words.t("Candidate"),
        words.t("Part in the best choices"),
        words.t("What deciding otherwise loses"),
    )
    note = words.t(
        "A chosen site: what the best choice without it loses. Another candidate: what imposing it loses. "
        "What is lost: {lost}.",
        lost=objectives.lost(words, proposal),
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
    if not (len(found.tried) and len(proposal.told.sites)):
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
    """Return the coverage of every zone before and after, in each sphere."""
    several = len(proposal.problem.spheres) > 1
    parts = []
    for k in range(len(proposal.problem.spheres) if proposal.answered else 0):
        title = words.t("Coverage by zone")
        if several:
            title = words.t("Coverage by zone ({sphere})", sphere=proposals.sphere_of(words, proposal, k))
        key = f"by-zone-{k + 1}" if several else "by-zone"
        parts.append(Part(key, title, (), _zone_table(words, proposal, zones, k, title)))
    return Section("zones", words.t("Every zone"), (), tuple(parts))


def _zone_table(words: Words, proposal: Proposal, zones: proposals.Zones, k: int, title: str) -> Table:
    rows, sums = [], [0.0, 0.0, 0.0]
    for r in main(proposal, k).to_dict(orient="records"):
        total, before, after = (float(r[name]) for name in ("total", "before", "after"))
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
    return Table(
        title,
        heads,
        tuple(cells for _, cells in rows),
        frozenset({1, 2, 3, 4}),
        total=_zone_row(words, words.t("All together"), *sums),
    )


def _zone_row(words: Words, name: str, total: float, before: float, after: float) -> tuple[str, ...]:
    shares = [words.percent(share_of(v, total), 1) for v in (before, after)]
    return name, words.people(total), *shares, words.people(after - before)
