"""Proposed sites in the report and the workbook of a run: what each number of sites serves, and which."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import Part, Table
from geosocial.report.sheets import Column, Sheet, Value, each

if TYPE_CHECKING:
    from markupsafe import Markup

    from geosocial.i18n import Words
    from geosocial.results import Results


def parts(words: Words, results: Results, sphere: str, service: str, *, key: str) -> tuple[Part, ...]:
    """Return what a report says of the sites proposed for a service: by their number, then side by side.

    Side by side are those of the largest proposal, where the study has a list of candidates to name them.
    """
    found = wording.figures(results)
    sites = found.of_service("proposed", sphere, service)
    mine = [r for r in found.of_service("proposed_curve", sphere, service) if r["number"] > 0]
    if not mine:
        return ()
    shown = [_by_number(words, results, sphere, service, key=key)]
    most = max(int(row["number"]) for row in mine)
    largest = sorted((s for s in sites if s["number"] == most), key=lambda s: int(s["order"]))
    if len(results.candidates) and largest:
        title = words.n("The site", "The {count} sites side by side", most, count=words.number(most))
        names = {zone: wording.zone_name(words, results, zone) for zone in found.names}
        table = beside(words, largest, names, which=words.t("Candidate"), caption=title)
        shown.append(Part(f"o-{key}", title, (), table))
    return tuple(shown)


@dataclass(frozen=True, slots=True)
class Starred:
    """The sites of the largest proposal of a service, to be drawn over its map: numbered stars."""

    marks: Markup
    title: str
    text: str
    where: str


def starred(
    words: Words, results: Results, sphere: str, service: str, *, small: bool = False
) -> Starred | None:
    """Return the sites of the largest proposal of a service as stars; None where none are proposed.

    `small`: for a small map on paper, as in `geosocial.report.site_charts.numbered`.
    """
    from geosocial.report import site_charts

    found = wording.figures(results)
    sites = found.of_service("proposed", sphere, service)
    most = max((int(s["number"]) for s in sites), default=0)
    largest = sorted((s for s in sites if int(s["number"]) == most), key=lambda s: int(s["order"]))
    if not largest:
        return None
    zones = dict.fromkeys(
        wording.zone_name(words, results, str(s["zone_id"])) for s in largest if s["zone_id"]
    )
    label = words.n("Where the site stands", "Where the {count} sites stand", most, count=words.number(most))
    return Starred(
        site_charts.numbered(
            results,
            [(float(s["x"]), float(s["y"])) for s in largest],
            [words.number(int(s["order"])) for s in largest],
            reach=None,  # at this size a star hides it
            small=small,
        ),
        words.t("Map: {name}", name=label),
        words.t(
            "Stars: the sites of the largest number, 1 being the one that newly serves most. Below them: the "
            "map of the service."
        ),
        words.t("{label}: {line}.", label=label, line=words.listing(zones)) if zones else "",
    )


def beside(
    words: Words,
    sites: Iterable[Mapping[Any, Any]],
    zones: Mapping[str, str],
    *,
    which: str,
    caption: str,
    spheres: Mapping[str, Sequence[float]] | None = None,
) -> Table:
    """Return sites in a row each, with the identifier and the price that their list gives them.

    Parameters
    ----------
    sites
        Rows of `geosocial.tables.PROPOSED`, or of the sites of ``geosocial site``.
    zones
        Name of each zone.
    which
        What the identifiers are.
    spheres
        Where the sites serve several: for each, by its name, the demand that each site newly serves.
    """
    mine = list(sites)
    costs = [float(s["cost"]) for s in mine]
    newly = {words.t("Newly served"): [float(s["newly"]) for s in mine]}
    if spheres:
        newly = {words.t("Newly served ({sphere})", sphere=s): list(v) for s, v in spheres.items()}
    names, priced = [str(s["name"]) for s in mine], wording.priced(costs)
    columns: list[tuple[str, list[str], str]] = [
        (words.t("Site"), [words.number(int(s["order"])) for s in mine], words.t("All together")),
        (words.t("Name"), [name or "–" for name in names] if any(names) else [], ""),
        (which, [str(s["candidate_id"]) for s in mine], ""),
        (words.t("Zone"), [zones.get(str(s["zone_id"]), words.t("in no zone")) for s in mine], ""),
        *((h, [words.people(v) for v in held], words.people(math.fsum(held))) for h, held in newly.items()),
        (
            words.t("Price"),
            [wording.money(words, cost) for cost in costs] if priced else [],
            wording.money(words, math.fsum(costs)),
        ),
    ]
    heads, cells, totals = zip(*((h, c, t) for h, c, t in columns if c), strict=True)
    numbers = frozenset(n for n, head in enumerate(heads) if head in {*newly, columns[-1][0]})
    rows = tuple(zip(*cells, strict=True))
    several = len(rows) > 1
    note = wording.unpriced_note(words, costs) if several else ""
    return Table(caption, heads, rows, numbers, note, totals if several else (), stacked=True)


def _by_number(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part:
    found = wording.figures(results)
    mine = [r for r in found.of_service("proposed_curve", sphere, service) if r["number"] > 0]
    stand: dict[int, list[str]] = {}
    costs: dict[int, list[float]] = {}
    for site in found.of_service("proposed", sphere, service):
        stand.setdefault(int(site["number"]), []).append(str(site["zone_id"]))
        costs.setdefault(int(site["number"]), []).append(float(site["cost"]))
    every = [cost for some in costs.values() for cost in some]
    priced = wording.priced(every)
    most = max(int(row["number"]) for row in mine)
    said = [
        wording.proposal_sentence(words, results, sphere, service, n) for n in sorted({min(3, most), most})
    ]
    rows = []
    for row in mine:
        own = stand.get(int(row["number"]), ())
        zones = dict.fromkeys(wording.zone_name(words, results, zone) for zone in own if zone)
        rows.append(
            (
                words.number(int(row["number"])),
                words.people(float(row["served"])),
                words.percent(float(row["share"]), 1),
                words.people(float(row["gain"])),
                *([wording.money(words, math.fsum(costs[int(row["number"])]))] if priced else []),
                words.listing(zones),
            )
        )
    heads = [words.t(m) for m in (N_("New sites"), N_("Served"), N_("Coverage"), N_("One more adds"))]
    heads += [words.t("Price")] if priced else []
    table = Table(
        words.t("Proposed sites"),
        (*heads, words.t("Where they stand")),
        tuple(rows),
        frozenset(range(1, len(heads))),
        wording.unpriced_note(words, every),
    )
    return Part(key, words.t("Proposed sites"), tuple(said), table)


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of proposed sites; none where the study asks for none."""
    if results.study.siting is None:
        return []
    return [_curve_sheet(results, say), _site_sheet(results, say)]


def _service(results: Results, say: Sequence[Words], row: dict[Any, Any]) -> str:
    return each([wording.service_label(w, results, str(row["sphere"]), str(row["service"])) for w in say])


def _curve_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = [
        (
            _service(results, say, r),
            *(r[n] for n in ("number", "served", "share", "gain", "bound", "gap")),
            each([w.t(wording.PROOFS.get(str(r["status"]), "")) for w in say]),
        )
        for r in results.proposed_curve.to_dict(orient="records")
    ]
    return Sheet(
        N_("By number of sites"),
        N_(
            "The most demand that 1, 2, … more sites can serve beside the existing facilities, and the proof."
        ),
        (
            Column(N_("Service"), width=34),
            Column(N_("New sites"), "whole", 10),
            Column(N_("Served (number)"), "whole", 13),
            Column(N_("Served (share)"), "share", 10),
            Column(N_("Gain (number)"), "whole", 13),
            Column(N_("At most (number)"), "whole", 13),
            Column(N_("Distance to the proof"), "share", 13),
            Column(N_("Proof"), width=50),
        ),
        rows,
    )


def _site_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    priced = wording.priced(results.proposed["cost"].tolist())
    rows: list[tuple[Value, ...]] = [
        (
            _service(results, say, r),
            r["number"],
            r["order"],
            str(r["candidate_id"]),
            str(r["name"]),
            each([wording.zone_name(w, results, str(r["zone_id"])) for w in say]) if r["zone_id"] else "",
            r["x"],
            r["y"],
            r["newly"],
            *([r["cost"]] if priced else []),
        )
        for r in results.proposed.to_dict(orient="records")
    ]
    return Sheet(
        N_("Proposed sites"),
        N_("The sites of each proposal, from the one that newly serves most."),
        (
            Column(N_("Service"), width=34),
            Column(N_("New sites"), "whole", 10),
            Column(N_("Order"), "whole", 8),
            Column(N_("Candidate"), width=26),
            Column(N_("Name"), width=40),
            Column(N_("Zone"), width=38),
            Column(N_("Easting (m)"), "metres", 13),
            Column(N_("Northing (m)"), "metres", 13),
            Column(N_("Newly served (number)"), "whole", 14),
            *([Column(N_("Price ($)"), "whole", 14)] if priced else []),
        ),
        rows,
    )
