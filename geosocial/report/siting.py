"""Proposed sites in the report and the workbook of a run: what each number of sites serves, and which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import Part, Table
from geosocial.report.sheets import Column, Sheet, Value, each

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


def part(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return what a report says of the sites proposed for a service; None where none are."""
    found = wording.figures(results)
    mine = [r for r in found.of_service("proposed_curve", sphere, service) if r["number"] > 0]
    if not mine:
        return None
    stand: dict[int, list[str]] = {}
    for site in found.of_service("proposed", sphere, service):
        stand.setdefault(int(site["number"]), []).append(str(site["zone_id"]))
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
                words.listing(zones),
            )
        )
    heads = tuple(
        words.t(m)
        for m in (N_("New sites"), N_("Served"), N_("Coverage"), N_("One more adds"), N_("Where they stand"))
    )
    table = Table(words.t("Proposed sites"), heads, tuple(rows), frozenset({1, 2, 3}))
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
        ),
        rows,
    )
