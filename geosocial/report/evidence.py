"""What stands behind the verdicts of a service: firm ranks, three methods, the edge, facilities missed most.

Every figure is taken from the tables of `Results`; rows are chosen, ordered and counted here, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import Part, Table, list_label
from geosocial.report.sheets import Column, Sheet, Value, each
from geosocial.report.tables import UNITS

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Rows of a table by sphere and service.
Rows = Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
#: A small table shows this many rows at most.
MOST: Final = 6
#: An edge effect below this is not shown: it rounds to 0.0 points.
LEAST: Final = 0.0005
#: What stands after a value that is below that of the whole.
BELOW: Final = "\u00a0▼"


def evidence(words: Words, results: Results, sphere: str, service: str, *, key: str) -> tuple[Part, ...]:
    """Return the parts that a service has: without pairs of demand and facility, the first one alone.

    Parameters
    ----------
    key
        Head of the identifiers of the parts on the page.
    """
    parts = (
        _firm(words, results, sphere, service, key=key),
        _methods(words, results, sphere, service, key=key),
        _edge(words, results, sphere, service, key=key),
        _missed(words, results, sphere, service, key=key),
    )
    return tuple(part for part in parts if part is not None)


def _said(results: Results, table: Rows, sphere: str, service: str) -> list[Mapping[str, Any]]:
    """Return the rows of a service, of the zones of which something may be said."""
    found = wording.figures(results)
    return [
        row
        for row in table.get((sphere, service), ())
        if found.rank(str(row["zone_id"]), sphere, service).status in {"ok", "low_confidence"}
    ]


def _firm(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return the underserved zones: the ranks that they have over the settings, and what changes them."""
    ranks = [r for r in wording.figures(results).ranking(sphere, service) if r.settings and r.verdict]
    if not ranks:
        return None
    title = words.t("How firm the verdicts are")
    bad = [r for r in ranks if r.verdict == "underserved"]
    always = sum(r.underserved_in == r.settings for r in bad)
    if not bad:
        said = words.t("No zone that could be judged is underserved in enough of the settings tried.")
        return Part(f"{key}-firm", title, (said,))
    said = words.t(
        "Underserved: {zones}, of which {always} whatever the setting tried.",
        zones=wording.zone_count(words, results, len(bad)),
        always=words.number(always),
    )
    rows = [
        (
            wording.zone_name(words, results, r.zone_id),
            f"{words.number(r.underserved_in)}/{words.number(r.settings)}",
            words.number(r.rank) if r.rank else "–",
            wording.rank_range(words, r),
            wording.flips_label(words, r),
        )
        for r in bad
    ]
    heads = (
        wording.zone_heading(words, results),
        words.t("Settings where underserved"),
        words.t("Rank"),
        words.t("Ranks over the settings"),
        words.t("What changes the outcome most"),
    )
    # the place of a zone on the page of explanations says how firm it is
    links = {(n, 1): wording.anchor(sphere, service, r.zone_id) for n, r in enumerate(bad)}
    table = Table(title, heads, tuple(rows), frozenset({1, 2, 3}), links=links)
    return Part(f"{key}-firm", title, (said,), table)


def _methods(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return the zones where containment, radius and E2SFCA do not conclude alike."""
    names = ("containment", "radius", "e2sfca")
    compared = [
        r
        for r in _said(results, wording.figures(results).methods, sphere, service)
        if not any(math.isnan(r[name]) for name in names)
    ]
    if not compared:
        return None
    differ = [r for r in compared if r["differs"]]
    title = words.t("Three methods side by side")
    said = words.t(
        "Same conclusion by all three: {alike}. Not the same: {differ}.",
        alike=wording.zone_count(words, results, len(compared) - len(differ)),
        differ=wording.zone_count(words, results, len(differ)),
    )
    if not differ:
        return Part(f"{key}-methods", title, (said,))
    spec = wording.service_of(results, sphere, service)
    heads = (
        wording.zone_heading(words, results),
        words.t("In the zone, per 10,000"),
        words.t("Within {standard}", standard=words.metres(spec.standard_m or math.nan)),
        words.t("In reach and shared, per 10,000"),
    )
    rows = [
        (
            wording.zone_name(words, results, str(r["zone_id"])),
            *(
                _by_method(words, name, r[name]) + (BELOW if r[f"{name}_below"] else "\u00a0\u2007")
                for name in names
            ),
        )
        for r in differ
    ]
    whole = tuple(_by_method(words, name, compared[0][f"{name}_city"]) + "\u00a0\u2007" for name in names)
    note = words.t("▼: below the value of all together. In the zone: containment; shared: E2SFCA.")
    total = (words.t("All together"), *whole)
    links = _explained(sphere, service, differ, ("containment", "coverage", "accessibility"))
    table = Table(title, heads, tuple(rows), frozenset({1, 2, 3}), note, total, links=links)
    return Part(f"{key}-methods", title, (said,), table)


def _explained(
    sphere: str, service: str, rows: Sequence[Mapping[str, Any]], indicators: Sequence[str]
) -> dict[tuple[int, int], str]:
    """Return where the figures of rows of zones are explained: an indicator a column, after the name."""
    return {
        (n, k): wording.anchor(sphere, service, str(row["zone_id"]), indicator)
        for n, row in enumerate(rows)
        for k, indicator in enumerate(indicators, 1)
    }


def _by_method(words: Words, name: str, value: float) -> str:
    return wording.value(words, "share" if name == "radius" else "per_10000", value)


def _edge(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return the coverage with and without the facilities of the neighbouring zones."""
    found = wording.figures(results)
    own, all_ = (found.value("", sphere, service, name).value for name in ("own_coverage", "coverage"))
    if math.isnan(own) or math.isnan(all_):
        return None
    title = words.t("What the neighbours’ facilities add")
    said = words.t(
        "Coverage of all together: {coverage} with the facilities of the neighbouring zones, {own} without.",
        coverage=wording.share(words, all_, 1),
        own=wording.share(words, own, 1),
    )
    shown = [
        r
        for r in _said(results, wording.figures(results).methods, sphere, service)
        if r["edge_effect"] >= LEAST
    ]
    shown.sort(key=lambda r: -r["edge_effect"])
    if not shown:
        return Part(f"{key}-edge", title, (said,))
    heads = (
        wording.zone_heading(words, results),
        words.t("With them"),
        words.t("Without"),
        words.t("Difference (points)"),
    )
    rows = [
        (
            wording.zone_name(words, results, str(r["zone_id"])),
            wording.share(words, r["radius"], 1),
            wording.share(words, r["own_radius"], 1),
            words.number(100 * r["edge_effect"], 1),
        )
        for r in shown[:MOST]
    ]
    caption = words.t("Where they add most")
    note = _rest(words, len(shown), "methods.csv")
    links = _explained(sphere, service, shown[:MOST], ("coverage", "own_coverage"))
    table = Table(caption, heads, tuple(rows), frozenset({1, 2, 3}), note, links=links)
    return Part(f"{key}-edge", title, (said,), table)


def _missed(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return the backup coverage, and the facilities whose closing would leave most people uncovered."""
    found = wording.figures(results)
    backed = found.value("", sphere, service, "backup_coverage").value
    if math.isnan(backed):
        return None
    title = words.t("If a facility closed")
    said = words.t(
        "Backup coverage: {backed} of the demand stays within the standard whichever one facility closes; "
        "{coverage} is within it today.",
        backed=wording.share(words, backed, 1),
        coverage=wording.share(words, found.value("", sphere, service, "coverage").value, 1),
    )
    lost = sorted(
        _said(results, wording.figures(results).closures, sphere, service), key=lambda r: -r["lost"]
    )
    if not lost:
        return Part(f"{key}-missed", title, (said,))
    units = {"people": words.t("People who lose it"), "households": words.t("Households that lose it")}
    heads = (
        words.t("Facility"),
        words.t("Stands in"),
        words.t("Who loses it"),
        units.get(str(lost[0]["unit"]), words.t("Demand that loses it")),
        words.t("Share"),
    )
    rows = [
        (
            _facility(words, r),
            wording.zone_name(words, results, str(r["facility_zone_id"])),
            wording.zone_name(words, results, str(r["zone_id"])),
            words.number(r["lost"]),
            wording.share(words, r["lost_share"], 1),
        )
        for r in lost[:MOST]
    ]
    notes = (_lists(words, results, lost[:MOST]), _rest(words, len(lost), "closures.csv"))
    note = " ".join(text for text in notes if text)
    caption = words.t("Facilities that matter most")
    return Part(f"{key}-missed", title, (said,), Table(caption, heads, tuple(rows), frozenset({3, 4}), note))


def _facility(words: Words, row: Mapping[str, Any]) -> str:
    """Return the name of a facility; where its list gives figures only, its kind and its row."""
    if row["name"]:
        return str(row["name"])
    kind = wording.upper_first(wording.kind_label(words, str(row["kind"])))
    return words.t("{kind}, row {row}", kind=kind, row=int(row["source_row"]))


def _lists(words: Words, results: Results, rows: list[Mapping[str, Any]]) -> str:
    """Return the lists that the rows of nameless facilities are of; empty where all have a name."""
    keys = dict.fromkeys(str(row["source"]) for row in rows if not row["name"])
    if not keys:
        return ""
    return words.t("Rows of: {lists}.", lists="; ".join(list_label(words, results, key) for key in keys))


def _rest(words: Words, count: int, file: str) -> str:
    if count <= MOST:
        return ""
    return words.t("More rows in tables/{file}: {rest}.", rest=words.number(count - MOST), file=file)


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of what stands behind the verdicts."""
    return [_methods_sheet(results, say), _missed_sheet(results, say)]


def _methods_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    numbers = ("containment", "radius", "own_radius", "edge_effect", "e2sfca")
    rows: list[tuple[Value, ...]] = []
    for r in results.methods.to_dict(orient="records"):
        below = sum(bool(r[name]) for name in ("containment_below", "radius_below", "e2sfca_below"))
        rows.append(
            (
                each([wording.service_label(w, results, str(r["sphere"]), str(r["service"])) for w in say]),
                each([wording.zone_name(w, results, str(r["zone_id"])) for w in say]),
                *(r[name] for name in numbers),
                below,
                each([wording.status_label(w, str(r["status"])) for w in say]),
            )
        )
    return Sheet(
        N_("Methods"),
        N_(
            "Three methods side by side: facilities in the zone, coverage, accessibility; and what the "
            "neighbours’ facilities add."
        ),
        (
            Column(N_("Service"), width=34),
            Column(N_("Zone"), width=38),
            Column(N_("In the zone (per 10,000)"), "rate", 14),
            Column(N_("Coverage"), "share", 12),
            Column(N_("Coverage by its own"), "share", 14),
            Column(N_("Neighbours add"), "share", 14),
            Column(N_("Accessibility (per 10,000)"), "rate", 15),
            Column(N_("Below the city in"), "whole", 13),
            Column(N_("Status"), width=34),
        ),
        rows,
    )


def _missed_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for r in results.closures.to_dict(orient="records"):
        kind = each([wording.upper_first(wording.kind_label(w, str(r["kind"]))) for w in say])
        rows.append(
            (
                each([wording.service_label(w, results, str(r["sphere"]), str(r["service"])) for w in say]),
                each([wording.zone_name(w, results, str(r["zone_id"])) for w in say]),
                r["order"],
                str(r["name"]) or kind,
                each([wording.zone_name(w, results, str(r["facility_zone_id"])) for w in say]),
                r["lost"],
                r["lost_share"],
                each([w.t(UNITS.get(str(r["unit"]), "")) for w in say]),
            )
        )
    return Sheet(
        N_("Missed most"),
        N_(
            "The facilities that matter most to each zone: the demand that no other would cover if one "
            "closed."
        ),
        (
            Column(N_("Service"), width=34),
            Column(N_("Zone"), width=38),
            Column(N_("Order"), "whole", 9),
            Column(N_("Facility"), width=60),
            Column(N_("Zone"), width=38),
            Column(N_("Uncovered without it"), "whole", 14),
            Column(N_("Share"), "share", 10),
            Column(N_("Unit"), width=24),
        ),
        rows,
    )
