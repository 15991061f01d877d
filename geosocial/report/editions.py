"""What changed since the earlier edition: the chapter of the dossier and the sheets of the workbook.

A neutral value in one language; every figure is a row of `geosocial.tables.CHANGES` or of
`geosocial.tables.MOVEMENTS`. Rows are chosen, ordered and counted here, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables, wording
from geosocial.errors import N_
from geosocial.measure.indicators import INDICATORS
from geosocial.report.parts import SHOWN, Part, Table, list_label, more
from geosocial.report.sheets import Column, Sheet, Value, each
from geosocial.report.tables import UNITS
from geosocial.tables.contract import rows

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Figures of all zones together that are told with their parts.
WHOLE: Final = ("coverage", "rate", "gap")
#: Zones whose gap changed most, in all services together.
MOST: Final = 12
#: The figure by which a service advanced or not.
_JUDGED: Final = "gap_share"


@dataclass(frozen=True, slots=True)
class Editions:
    """The chapter in one language."""

    title: str
    lead: str
    parts: tuple[Part, ...]


def editions(words: Words, results: Results) -> Editions | None:
    """Return what changed since the earlier edition; None where the study names none."""
    if results.earlier is None:
        return None
    parts = (
        _services(words, results),
        _made_of(words, results),
        _zones(words, results),
        _movements(words, results),
        _unsaid(words, results),
    )
    return Editions(
        title=words.t("Since the edition of {date}", date=words.date(results.earlier)),
        lead=_lead(words, results),
        parts=tuple(p for p in parts if p is not None),
    )


def _of(results: Results, **wanted: str) -> list[dict[str, Any]]:
    return [r for r in rows(results.changes) if all(r[k] == v for k, v in wanted.items())]


def _service(words: Words, results: Results, row: Mapping[str, Any]) -> str:
    return wording.service_in(words, (results.study,), row["sphere"], row["service"])


def _outcome(row: Mapping[str, Any]) -> str:
    return wording.outcome(row, INDICATORS[row["indicator"]].sense)


def _lead(words: Words, results: Results) -> str:
    """Return what advanced, what fell back, what stands still, what cannot be said: service by service."""
    said: dict[str, list[str]] = {key: [] for key in wording.OUTCOMES}
    for row in _of(results, zone_id="", indicator=_JUDGED):
        said[_outcome(row)].append(_service(words, results, row))
    colon = wording.COLON[words.lang]
    told = (
        f"{wording.outcome_label(words, k)}{colon} {'; '.join(names)}." for k, names in said.items() if names
    )
    return " ".join(told) or words.t("No figure is in both editions.")


def _services(words: Words, results: Results) -> Part | None:
    """Return how many zones of each service advanced, fell back, stand still, cannot be said."""
    held = _of(results, zone_id="", indicator=_JUDGED)
    if not held:
        return None
    told = []
    for row in held:
        mine = [
            _outcome(r)
            for r in _of(results, sphere=row["sphere"], service=row["service"], indicator=_JUDGED)
            if r["zone_id"]
        ]
        told.append(
            (
                _service(words, results, row),
                wording.outcome_label(words, _outcome(row)),
                *(words.number(mine.count(key)) for key in wording.OUTCOMES),
            )
        )
    heads = (
        words.t("Service"),
        words.t("All together"),
        *(wording.outcome_label(words, key) for key in wording.OUTCOMES),
    )
    title = words.t("What advanced, what stands still, what cannot be said")
    text = words.t(
        "A service has advanced where a smaller share of what is due is missing; a change that rounds to 0.0 "
        "points stands still. By zone: their number. What is missing or cannot be said in one of the "
        "editions is never counted as standing still."
    )
    return Part("ed-outcome", title, (text,), Table(title, heads, tuple(told), frozenset(range(2, 6))))


def _factor_heads(words: Words) -> tuple[str, ...]:
    return (
        words.t("Before"),
        words.t("Now"),
        words.t("Change"),
        *(wording.upper_first(wording.factor_label(words, f)) for f in tables.FACTORS),
    )


def _cells(words: Words, row: Mapping[str, Any]) -> tuple[str, ...]:
    unit = row["unit"]
    return (
        wording.figure_value(words, unit, row["before"]),
        wording.figure_value(words, unit, row["after"]),
        *(_signed(words, unit, row[key]) for key in ("change", *tables.FACTORS)),
    )


def _signed(words: Words, unit: str, value: float) -> str:
    """Return a change in a cell: of a share the points alone, as the text above the table says."""
    return wording.points(words, value) if unit == "share" else wording.signed(words, unit, value)


def _made_of(words: Words, results: Results) -> Part | None:
    """Return each figure of all zones together with what its change is made of."""
    held = [r for r in _of(results, zone_id="") if r["indicator"] in WHOLE]
    if not held:
        return None
    told = tuple(
        (
            _service(words, results, r),
            wording.figure_name(words, r["indicator"]),
            *_cells(words, r),
        )
        for r in held
    )
    heads = (words.t("Service"), words.t("Indicator"), *_factor_heads(words))
    title = words.t("What each change is made of, all together")
    text = words.t(
        "The parts add up to the change (Shapley: the mean over all orders in which the factors may change). "
        "Supply: openings, closures, moves, capacity. Demand: people and households. Boundaries: the zones. "
        "Method: standards, norms, rules. Data quality: positions and kinds that were corrected, lists that "
        "came or went. Changes of a share are in points."
    )
    table = Table(title, heads, told, frozenset(range(2, len(heads))), links=_explained(results, held, 3))
    return Part("ed-parts", title, (text,), table)


def _explained(
    results: Results, held: Sequence[Mapping[str, Any]], column: int
) -> dict[tuple[int, int], str]:
    """Return where the figures of this edition are explained, in the column that shows them."""
    values = wording.figures(results).values
    keys = [(r["zone_id"], r["sphere"], r["service"], r["indicator"]) for r in held]
    return {
        (n, column): wording.anchor(sphere, service, zone, indicator)
        for n, (zone, sphere, service, indicator) in enumerate(keys)
        if (zone, sphere, service, indicator) in values  # a service that has gone has no figure now
    }


def _zones(words: Words, results: Results) -> Part | None:
    """Return the zones whose gap, as a share, changed most."""
    held = [
        r
        for r in rows(results.changes)
        if r["zone_id"] and r["indicator"] == _JUDGED and _outcome(r) in {"advanced", "fell_back"}
    ]
    title = words.t("Where the gap changed most")
    if not held:
        return Part("ed-zones", title, (words.t("In no zone has the gap changed."),))
    held.sort(key=lambda r: -abs(r["change"]))
    told = tuple(
        (
            wording.zone_name(words, results, r["zone_id"]),
            _service(words, results, r),
            wording.outcome_label(words, _outcome(r)),
            *_cells(words, r),
        )
        for r in held[:MOST]
    )
    heads = (
        wording.zone_heading(words, results),
        words.t("Service"),
        words.t("Outcome"),
        *_factor_heads(words),
    )
    rest = len(held) - len(told)
    note = words.t("More rows in tables/{file}: {rest}.", rest=words.number(rest), file="changes.csv")
    links = _explained(results, held[:MOST], 4)
    table = Table(title, heads, told, frozenset(range(3, len(heads))), note if rest > 0 else "", links=links)
    text = words.t("Gap as a share of what is due; changes and their parts in points.")
    return Part("ed-zones", title, (text,), table)


def _movements(words: Words, results: Results) -> Part:
    """Return what became of the initiatives: how many of each, and those that have a name."""
    title = words.t("Openings, closures, moves, reclassifications")
    held = rows(results.movements)
    if not held:
        return Part("ed-movements", title, (words.t("No initiative changed."),))
    colon = wording.COLON[words.lang]
    counts = [
        f"{wording.movement_label(words, kind)}{colon} {words.number(number)}"
        for kind in wording.MOVEMENTS
        if (number := sum(r["movement"] == kind for r in held))
    ]
    order = {kind: k for k, kind in enumerate(wording.MOVEMENTS)}
    held.sort(key=lambda r: (order[r["movement"]], not r["name"]))
    told = tuple(
        (
            wording.upper_first(wording.movement_label(words, r["movement"])),
            _named(words, r),
            list_label(words, results, r["source"]),
            wording.sphere_label(words, sphere) if (sphere := r["other_sphere"] or r["sphere"]) else "",
            wording.zone_name(words, results, zone) if (zone := r["other_zone_id"] or r["zone_id"]) else "",
        )
        for r in held[:SHOWN]
    )
    heads = (
        words.t("What became of it"),
        words.t("Name"),
        words.t("List"),
        words.t("Sphere"),
        wording.zone_heading(words, results),
    )
    said = wording.upper_first("; ".join(counts)) + "."
    table = Table(title, heads, told, note=more(words, len(held), "movements.csv"))
    return Part("ed-movements", title, (said,), table)


def _named(words: Words, row: Mapping[str, Any]) -> str:
    """Return the name of an initiative; where its list gives figures only, its kind and its row."""
    if row["name"]:
        return str(row["name"])
    kind = wording.upper_first(wording.kind_label(words, row["other_kind"] or row["kind"]))
    return words.t("{kind}, row {row}", kind=kind, row=row["other_source_row"] or row["source_row"])


def _unsaid(words: Words, results: Results) -> Part | None:
    """Return what cannot be said between the editions, and why, with the number of figures."""
    reasons: dict[str, int] = {}
    for row in rows(results.changes):
        why = ""
        if row["undivided"]:
            why = wording.undivided_label(words, row["undivided"])
        elif "cannot_say" in {row["status_before"], row["status_after"]}:
            why = words.t("nothing can be said of the figure in one of the editions")
        if why:
            reasons[why] = reasons.get(why, 0) + 1
    if not reasons:
        return None
    title = words.t("What cannot be said between the editions")
    told = tuple((wording.upper_first(why), words.number(n)) for why, n in reasons.items())
    table = Table(title, (words.t("Why"), words.t("Figures")), told, frozenset({1}))
    return Part("ed-unsaid", title, (), table)


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of the changes and of the movements; none without an earlier edition."""
    if results.earlier is None:
        return []
    return [_changes_sheet(results, say), _movements_sheet(results, say)]


def _zone_cell(results: Results, say: Sequence[Words], zone: str) -> str:
    if not zone:
        return each([w.t("All together") for w in say])
    return each([wording.zone_name(w, results, zone) for w in say])


def _changes_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    numbers = ("before", "after", "change", *tables.FACTORS)
    told: list[tuple[Value, ...]] = []
    for r in rows(results.changes):
        share = r["unit"] == "share"
        values = [float(r[k]) for k in numbers]
        told.append(
            (
                each([_service(w, results, r) for w in say]),
                each([wording.figure_name(w, r["indicator"]) for w in say]),
                _zone_cell(results, say, r["zone_id"]),
                each([w.t(UNITS.get(r["unit"], "")) for w in say]),
                *(math.nan if share else v for v in values),
                *(v if share else math.nan for v in values),
                each([wording.undivided_label(w, r["undivided"]) for w in say]),
            )
        )
    heads = (
        N_("Before"),
        N_("Now"),
        N_("Change"),
        N_("Of it: supply"),
        N_("Of it: demand"),
        N_("Of it: boundaries"),
        N_("Of it: method"),
        N_("Of it: data quality"),
    )
    shares = (
        N_("Before (share)"),
        N_("Now (share)"),
        N_("Change (share)"),
        N_("Of it: supply (share)"),
        N_("Of it: demand (share)"),
        N_("Of it: boundaries (share)"),
        N_("Of it: method (share)"),
        N_("Of it: data quality (share)"),
    )
    return Sheet(
        N_("Changes"),
        N_("Each figure in the earlier edition and now, and what its change is made of: the parts add up."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Indicator"), width=38),
            Column(N_("Zone"), width=38),
            Column(N_("Unit"), width=20),
            *(Column(h, "rate", 14) for h in heads),
            *(Column(h, "share", 14) for h in shares),
            Column(N_("Why it has no parts"), width=50),
        ),
        told,
    )


def _movements_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = [
        (
            each([wording.movement_label(w, r["movement"]) for w in say]),
            each([_named(w, r) for w in say]),
            each([list_label(w, results, r["source"]) for w in say]),
            *(
                each([wording.kind_label(w, r[k]) for w in say]) if r[k] else ""
                for k in ("kind", "other_kind")
            ),
            *(_zone_cell(results, say, r[k]) if r[k] else "" for k in ("zone_id", "other_zone_id")),
            float(r["distance_m"]),
        )
        for r in rows(results.movements)
    ]
    return Sheet(
        N_("Movements"),
        N_("What became of each initiative since the earlier edition."),
        (
            Column(N_("What became of it"), width=30),
            Column(N_("Name"), width=50),
            Column(N_("List"), width=40),
            Column(N_("Kind before"), width=40),
            Column(N_("Kind now"), width=40),
            Column(N_("Zone before"), width=34),
            Column(N_("Zone now"), width=34),
            Column(N_("Metres between the positions"), "metres", 14),
        ),
        told,
    )
