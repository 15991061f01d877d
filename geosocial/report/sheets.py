"""What each sheet of the workbook holds: its title, its columns, its rows. Nothing is written here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.duplicates import WHY, ordered
from geosocial.report.parts import list_label
from geosocial.report.tables import UNITS
from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

Value = str | float | int
#: What a workbook lets a sheet be called; words that cannot end such a name.
_LONGEST_TAB: Final = 31
_SHORT_WORD: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: the message of its header, how it is written, its width in characters."""

    header: str
    form: str = "text"
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: the message of its title, of what it holds, its columns and rows."""

    title: str
    text: str
    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]


def both(say: Sequence[Words], message: str, joiner: str = " · ") -> str:
    """Return a message in each language, once where they agree."""
    return joiner.join(dict.fromkeys(w.t(message) for w in say))


def tab(say: Sequence[Words], title: str) -> str:
    """Return the name of a sheet: its title in each language, in whole words, at most 31 characters."""
    kept = name = both(say, title, " – ")
    if len(name) > _LONGEST_TAB:
        kept = name[: _LONGEST_TAB + 1].rpartition(" ")[0]
        while kept and len(kept.rpartition(" ")[2]) <= _SHORT_WORD:  # no name ends in “of” or a dash
            kept = kept.rpartition(" ")[0]
    return kept or name[:_LONGEST_TAB]


def each(texts: Sequence[str]) -> str:
    """Return texts that were made in each language as one cell, once where they agree."""
    return " · ".join(dict.fromkeys(t for t in texts if t))


def _names(results: Results, say: Sequence[Words], zone: str) -> str:
    return each([wording.zone_name(w, results, zone) for w in say])


def ranking(results: Results, say: Sequence[Words]) -> Sheet:
    """Return every zone of every service: its figures, its rank, its robustness."""
    found = wording.figures(results)
    rows: list[tuple[Value, ...]] = []
    for sphere, spec in results.study.services():
        name = each([wording.service_label(w, results, sphere, spec.key) for w in say])
        key = "rate" if spec.rule == "ratio" else "coverage"
        for rank in found.ranking(sphere, spec.key):

            def at(
                indicator: str, zone: str = rank.zone_id, s: str = sphere, v: str = spec.key
            ) -> wording.Figure:
                return found.value(zone, s, v, indicator)

            part, main = at("gap_share"), at(key)
            rows.append(
                (
                    name,
                    _names(results, say, rank.zone_id),
                    rank.rank or math.nan,
                    part.value,
                    part.lower,
                    part.upper,
                    at("gap").value,
                    each([w.t(UNITS.get(at("gap").unit, "")) for w in say]),
                    main.value if key == "coverage" else math.nan,
                    main.value if key == "rate" else math.nan,
                    at("demand").value,
                    at("supply").value,
                    rank.underserved_in if rank.verdict else math.nan,
                    rank.settings if rank.verdict else math.nan,
                    rank.rank_low or math.nan,
                    rank.rank_high or math.nan,
                    each([wording.dimension_label(w, rank.flips) for w in say]),
                    each([wording.verdict_label(w, rank.verdict) for w in say]),
                    each([wording.status_label(w, rank.status) for w in say]),
                )
            )
    return Sheet(
        N_("Ranking"),
        N_("Every zone in every service, from the least served: gap, coverage or rate, robustness, verdict."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Zone"), width=38),
            Column(N_("Rank"), "whole", 8),
            Column(N_("Gap (share)"), "share", 12),
            Column(N_("Gap (share), lower"), "share", 14),
            Column(N_("Gap (share), upper"), "share", 14),
            Column(N_("Gap (number)"), "whole", 13),
            Column(N_("Unit of the gap"), width=24),
            Column(N_("Coverage (share)"), "share", 13),
            Column(N_("Per 100 households"), "rate", 13),
            Column(N_("Demand (number)"), "whole", 13),
            Column(N_("Supply (number)"), "whole", 13),
            Column(N_("Settings where underserved"), "whole", 16),
            Column(N_("Settings tried"), "whole", 12),
            Column(N_("Lowest rank"), "whole", 10),
            Column(N_("Highest rank"), "whole", 10),
            Column(N_("What changes the outcome most"), width=30),
            Column(N_("Verdict"), width=38),
            Column(N_("Status"), width=38),
        ),
        rows,
    )


def overall(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the figures of the study as a whole."""
    rows: list[tuple[Value, ...]] = []
    found = wording.figures(results)
    for sphere, spec in results.study.services():
        for indicator in ("demand", "supply", "coverage", "rate", "gap", "gap_share"):
            figure = found.value("", sphere, spec.key, indicator)
            if figure.unit:
                share = figure.unit == "share"
                rows.append(
                    (
                        each([wording.service_label(w, results, sphere, spec.key) for w in say]),
                        each([wording.indicator_label(w, indicator) for w in say]),
                        math.nan if share else figure.value,
                        figure.value if share else math.nan,
                        each([w.t(UNITS.get(figure.unit, "")) for w in say]),
                        each([wording.service_note(w, results, sphere, spec.key) for w in say]),
                    )
                )
    return Sheet(
        N_("All together"),
        N_("The study as a whole, service by service, with its standard and its norm."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Indicator"), width=38),
            Column(N_("Number"), "rate", 14),
            Column(N_("Share"), "share", 10),
            Column(N_("Unit"), width=24),
            Column(N_("Standard and norm"), width=90),
        ),
        rows,
    )


def supply(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the facilities of each zone, kind by kind."""
    rows: list[tuple[Value, ...]] = []
    sphere_of = dict(zip(results.supply["kind"], results.supply["sphere"], strict=True))
    found = wording.figures(results)
    for zone in found.names:
        rows.extend(
            (
                _names(results, say, zone),
                each([wording.sphere_label(w, sphere_of[s.kind]) for w in say]),
                each([wording.upper_first(wording.kind_label(w, s.kind, 2)) for w in say]),
                s.count,
                s.capacity,
                each([wording.status_label(w, s.status) for w in say]),
            )
            for s in found.supply(zone)
        )
    return Sheet(
        N_("Supply"),
        N_("Facilities and capacity of each zone, kind by kind."),
        (
            Column(N_("Zone"), width=38),
            Column(N_("Sphere"), width=34),
            Column(N_("Kind"), width=60),
            Column(N_("Facilities (number)"), "whole", 14),
            Column(N_("Capacity (dwellings)"), "whole", 14),
            Column(N_("Status"), width=34),
        ),
        rows,
    )


def conservation(results: Results, say: Sequence[Words]) -> Sheet:
    """Return what became of the rows of each list."""
    rows: list[tuple[Value, ...]] = [
        (
            each([list_label(w, results, str(r["source"])) for w in say]),
            *(int(r[c]) for c in ("read", *OUTCOMES)),
        )
        for r in results.conservation.to_dict(orient="records")
    ]
    heads = (
        N_("Rows read"),
        N_("Matched"),
        N_("Snapped"),
        N_("Outside"),
        N_("Ambiguous"),
        N_("Unlocated"),
        N_("Rejected"),
    )
    return Sheet(
        N_("Rows"),
        N_("What became of every row that was read: read is the sum of the outcomes."),
        (Column(N_("List"), width=50), *(Column(h, "whole", 14) for h in heads)),
        rows,
    )


def faults(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the remarks on the rows that were read."""
    rows: list[tuple[Value, ...]] = []
    for f in results.faults.to_dict(orient="records"):
        facts = {"column": f["column"], "value": f["value"], "file": f["source_file"], "row": f["source_row"]}
        rows.append(
            (
                each([list_label(w, results, str(f["source"])) for w in say]),
                str(f["source_file"]),
                int(f["source_row"]),
                each([wording.reason(w, str(f["code"]), **facts) for w in say]),
                each([wording.action_label(w, str(f["action"])) for w in say]),
            )
        )
    return Sheet(
        N_("Remarks"),
        N_("Rows that were rejected, moved or marked, each with its reason."),
        (
            Column(N_("List"), width=40),
            Column(N_("File"), width=30),
            Column(N_("Row"), "whole", 8),
            Column(N_("Reason"), width=90),
            Column(N_("What was done"), width=50),
        ),
        rows,
    )


def declared(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the records that their list declares in another zone than the one in which they lie."""
    rows: list[tuple[Value, ...]] = [
        (
            each([list_label(w, results, str(d["source"])) for w in say]),
            int(d["source_row"]),
            str(d["name"]) or str(d["record_id"]),
            str(d["declared_zone"]),
            _names(results, say, str(d["zone_id"])),
        )
        for d in results.declared.to_dict(orient="records")
    ]
    return Sheet(
        N_("Declared elsewhere"),
        N_("Records that their list declares in another zone than the one in which they lie."),
        (
            Column(N_("List"), width=40),
            Column(N_("Row"), "whole", 8),
            Column(N_("Name"), width=50),
            Column(N_("Declared"), width=38),
            Column(N_("Located in"), width=38),
        ),
        rows,
    )


def duplicates(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the pairs of rows that may be one place, the surest first."""
    rows: list[tuple[Value, ...]] = [
        (
            each([list_label(w, results, str(pair["source"])) for w in say]),
            int(pair["source_row"]),
            str(pair["name"]) or str(pair["record_id"]),
            each([list_label(w, results, str(pair["other_source"])) for w in say]),
            int(pair["other_source_row"]),
            str(pair["other_name"]) or str(pair["other_record_id"]),
            each([w.t(WHY[str(pair["reason"])]) for w in say]),
            float(pair["similarity"]),
            float(pair["distance_m"]),
        )
        for pair in ordered(results.duplicates).to_dict(orient="records")
    ]
    return Sheet(
        N_("Perhaps listed twice"),
        N_("Pairs of rows that may be one place, proposed for review: nothing was merged."),
        (
            Column(N_("List"), width=40),
            Column(N_("Row"), "whole", 8),
            Column(N_("Name"), width=50),
            Column(N_("Other list"), width=40),
            Column(N_("Row"), "whole", 8),
            Column(N_("Other name"), width=50),
            Column(N_("Why"), width=40),
            Column(N_("Likeness of the names (0 to 100)"), "rate", 14),
            Column(N_("Metres between them"), "metres", 14),
        ),
        rows,
    )


def initiatives(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the initiatives that are shown by name, with where they lie."""
    places = results.places
    rows: list[tuple[Value, ...]] = [
        (
            str(p["name"]),
            each([wording.sphere_label(w, str(p["sphere"])) for w in say]),
            each([wording.kind_label(w, str(p["kind"])) for w in say]),
            each([wording.term_label(w, "legal_forms", str(p["legal_form"])) for w in say]),
            each([wording.term_label(w, "statuses", str(p["status"])) for w in say]),
            float(p["capacity"]),
            _names(results, say, str(p["zone_id"])),
            str(p["source_file"]),
            int(p["source_row"]),
        )
        for p in places[places["shown"] & (places["name"] != "")].to_dict(orient="records")
    ]
    return Sheet(
        N_("Initiatives"),
        N_("The initiatives that the lists name, with the zone in which each lies."),
        (
            Column(N_("Name"), width=50),
            Column(N_("Sphere"), width=30),
            Column(N_("Kind"), width=44),
            Column(N_("Legal form"), width=44),
            Column(N_("Status"), width=24),
            Column(N_("Capacity (dwellings)"), "whole", 14),
            Column(N_("Zone"), width=38),
            Column(N_("File"), width=24),
            Column(N_("Row"), "whole", 8),
        ),
        rows,
    )


def sources(results: Results, say: Sequence[Words]) -> Sheet:
    """Return the sources of the study, then the files that were read with their hashes."""
    lines = [wording.sources(w, results) for w in say]
    rows: list[tuple[Value, ...]] = [
        (
            each([s.title for s in same]),
            each([s.publisher for s in same]),
            same[0].year,
            each([s.licence for s in same]),
            each([s.as_of for s in same]),
            same[0].url,
            "",
        )
        for same in zip(*lines, strict=True)
    ]
    rows.extend((f.path, "", "", "", "", "", f.sha256) for f in results.inputs)
    return Sheet(
        N_("Sources"),
        N_("Where the data come from, under which licence, and the hash of each file that was read."),
        (
            Column(N_("Source or file"), width=60),
            Column(N_("Publisher"), width=34),
            Column(N_("Year"), width=12),
            Column(N_("Licence"), width=50),
            Column(N_("As of"), width=34),
            Column(N_("Address"), width=50),
            Column(N_("SHA-256"), width=68),
        ),
        rows,
    )
