"""How far to trust a report: what became of every row, what was assumed, what was read. No HTML here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import wording
from geosocial.report import duplicates, published
from geosocial.report.parts import SHOWN, Part, Table, list_label, more
from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import PlacesSpec


@dataclass(frozen=True, slots=True)
class Trust:
    """The last sections of a report."""

    title: str
    conservation: str
    parts: tuple[Part, ...]
    assumed_title: str
    assumed: tuple[Part, ...]
    sources_title: str
    sources: tuple[Part, ...]


def trust(words: Words, results: Results) -> Trust:
    """Return how far a run may be trusted, what it assumed, and what it read."""
    counts = {k: int(results.conservation[k].sum()) for k in ("read", *OUTCOMES)}
    return Trust(
        title=words.t("How far to trust it"),
        conservation=wording.conservation_line(words, counts),
        parts=tuple(
            p
            for p in (
                _lists(words, results),
                _faults(words, results),
                _declared(words, results),
                duplicates.part(words, results),
                _boundary(words, results),
                _unmapped(words, results),
                *published.parts(words, results),
                _limits(words, results),
            )
            if p
        ),
        assumed_title=words.t("What was assumed"),
        assumed=(_standards(words, results), _settings(words, results)),
        sources_title=words.t("Sources and files"),
        sources=(_sources(words, results), _files(words, results)),
    )


def lists_of(results: Results, sphere: str, service: str) -> list[PlacesSpec]:
    """Return the lists that hold a counted record of a service's kinds."""
    places, kinds = results.places, wording.service_of(results, sphere, service).kinds
    feeding = set(places.loc[places["counted"] & places["kind"].isin(kinds), "source"].unique())
    return [p for p in results.study.places if p.key in feeding]


def _lists(words: Words, results: Results) -> Part:
    heads = (
        words.t("List"),
        words.t("Rows read"),
        words.t("Matched"),
        words.t("Snapped"),
        words.t("Outside"),
        words.t("Ambiguous"),
        words.t("Unlocated"),
        words.t("Rejected"),
        words.t("Declared complete"),
    )
    complete = {p.key: p.complete for p in results.study.places}
    columns = ("read", *OUTCOMES)
    rows = [
        (
            list_label(words, results, str(r["source"])),
            *(words.number(int(r[c])) for c in columns),
            words.t("yes") if complete.get(str(r["source"])) else words.t("no"),
        )
        for r in results.conservation.to_dict(orient="records")
    ]
    total = (words.t("Total"), *(words.number(int(results.conservation[c].sum())) for c in columns), "")
    return Part(
        "lists",
        words.t("No row is lost"),
        (
            words.t(
                "Every row that was read has one outcome, and the sums are checked in "
                "each run. A row outside or "
                "unlocated counts in no zone; where a list is not complete, no record "
                "means missing, never zero."
            ),
        ),
        Table(words.t("Rows by list and outcome"), heads, tuple(rows), frozenset(range(1, 8)), "", total),
    )


def _faults(words: Words, results: Results) -> Part | None:
    faults, aside = results.faults, wording.set_aside(words, results)
    if faults.empty:
        said = () if aside else (words.t("No row was set aside or marked."),)
        return Part("rows", words.t("Rows to look at"), (*said, *aside))
    told = words.t(
        "Remarks on the rows that were read: {count}, each with its reason.", count=words.number(len(faults))
    )
    rows = [
        (
            list_label(words, results, str(f["source"])),
            str(int(f["source_row"])),
            wording.reason(
                words,
                str(f["code"]),
                column=f["column"],
                value=f["value"],
                file=f["source_file"],
                row=f["source_row"],
            ),
            wording.action_label(words, str(f["action"])),
        )
        for f in faults.head(SHOWN).to_dict(orient="records")
    ]
    heads = (words.t("List"), words.t("Row"), words.t("Reason"), words.t("What was done"))
    note = more(words, len(faults), "faults.csv")
    return Part(
        "rows",
        words.t("Rows to look at"),
        (told, *aside),
        Table(words.t("Remarks"), heads, tuple(rows), frozenset({1}), note),
    )


def _declared(words: Words, results: Results) -> Part | None:
    declared = results.declared
    named = int((results.places["declared_zone"] != "").sum())
    title = words.t("Declared elsewhere than located")
    if not named:
        return None
    if declared.empty:
        return Part(
            "declared", title, (words.t("Every declared zone agrees with the position of its record."),)
        )
    unknown = int((declared["declared_zone_id"] == "").sum())
    differ = len(declared) - unknown
    said = [
        words.n(
            "The list declares another zone than the one in which the record lies: "
            "{count} record of {of} that "
            "declare one. The position counts.",
            "The list declares another zone than the one in which the record lies: "
            "{count} records of {of} that "
            "declare one. The position counts.",
            differ,
            count=words.number(differ),
            of=words.number(named),
        )
    ]
    if unknown:
        said.append(
            words.n(
                "Declared zone that is not recognised: {count} record.",
                "Declared zone that is not recognised: {count} records.",
                unknown,
                count=words.number(unknown),
            )
        )
    rows = [
        (
            list_label(words, results, str(d["source"])),
            str(int(d["source_row"])),
            str(d["name"]) or str(d["record_id"]),
            str(d["declared_zone"]),
            wording.zone_name(words, results, str(d["zone_id"])),
        )
        for d in declared.head(SHOWN).to_dict(orient="records")
    ]
    heads = (words.t("List"), words.t("Row"), words.t("Name"), words.t("Declared"), words.t("Located in"))
    table = Table(
        words.t("Declared and located zones"),
        heads,
        tuple(rows),
        frozenset({1}),
        more(words, len(declared), "declared.csv"),
    )
    return Part("declared", title, tuple(said), table)


def _boundary(words: Words, results: Results) -> Part | None:
    places = results.places
    shared = places[places["on_boundary"] & (places["other_zone_id"] != "")]
    title = words.t("On a shared boundary")
    if shared.empty:
        return Part("boundary", title, (words.t("No record lies exactly on a boundary between two zones."),))
    rows = [
        (
            list_label(words, results, str(p["source"])),
            str(int(p["source_row"])),
            str(p["name"]) or str(p["record_id"]),
            wording.zone_name(words, results, str(p["zone_id"])),
            wording.zone_name(words, results, str(p["other_zone_id"])),
        )
        for p in shared.head(SHOWN).to_dict(orient="records")
    ]
    said = words.t(
        "Records that lie exactly on a boundary: {count}. Each is counted "
        "once, in the zone that comes first.",
        count=words.number(len(shared)),
    )
    heads = (
        words.t("List"),
        words.t("Row"),
        words.t("Name"),
        words.t("Counted in"),
        words.t("Would also be in"),
    )
    note = more(words, len(shared), "places.csv")
    return Part("boundary", title, (said,), Table(title, heads, tuple(rows), frozenset({1}), note))


def _unmapped(words: Words, results: Results) -> Part | None:
    unmapped = results.unmapped
    if unmapped.empty:
        return None
    ordered = unmapped.sort_values(["records", "category"], ascending=[False, True], kind="stable")
    rows = [
        (list_label(words, results, str(u["source"])), str(u["category"]), words.number(int(u["records"])))
        for u in ordered.head(SHOWN).to_dict(orient="records")
    ]
    total = int(unmapped["records"].sum())
    said = words.t(
        "Records in categories that serve no sphere of this study: {count}. They are located and listed, not "
        "counted as supply.",
        count=words.number(total),
    )
    heads = (words.t("List"), words.t("Category"), words.t("Records"))
    note = more(words, len(unmapped), "unmapped.csv")
    title = words.t("Categories that serve no sphere")
    return Part("unmapped", title, (said,), Table(title, heads, tuple(rows), frozenset({2}), note))


def _limits(words: Words, results: Results) -> Part:
    incomplete = [words.label(p.label) for p in results.study.places if p.counted and not p.complete]
    straight = words.t(
        "Distances are straight lines times the detour factor: neither rivers nor railways nor motorways are "
        "taken into account."
    )
    streets = words.t(
        "Distances follow the streets of the network as it stands; stairs, slopes, lights and closures are "
        "not taken into account."
    )
    said = [
        straight if results.study.network is None else streets,
        words.t(
            "Being near is not being served: opening hours, capacity, price and language are not measured."
        ),
        words.t(
            "People are placed at one point of each {unit}.",
            unit=wording.lower_first(words.label(results.study.demand.unit_label)),
        ),
    ]
    if results.study.demand.method == "area":
        said.append(
            words.t(
                "A polygon of demand that lies in several zones is divided as if people lived evenly over it."
            )
        )
    elif results.study.demand.method == "dasymetric":
        said.append(
            words.t(
                "A polygon of demand that lies in several zones is divided by where the ancillary layer says "
                "that people live."
            )
        )
    if incomplete:
        said.append(
            words.t("Not complete, by the study’s own word: {lists}.", lists=words.listing(incomplete))
        )
    return Part("limits", words.t("What these figures do not know"), tuple(said))


def _standards(words: Words, results: Results) -> Part:
    rows = []
    for sphere, spec in results.study.services():
        kinds = words.listing(wording.kind_label(words, k, 2) for k in spec.kinds)
        rows.append(
            (
                wording.service_label(words, results, sphere, spec.key),
                wording.upper_first(kinds),
                wording.upper_first(wording.demand_label(words, results, spec.demand)),
                _bare(wording.standard_note(words, results, sphere, spec.key)),
                _bare(wording.norm_note(words, results, sphere, spec.key)),
            )
        )
    heads = (
        words.t("Service"),
        words.t("What counts"),
        words.t("For whom"),
        words.t("Standard"),
        words.t("Norm"),
    )
    return Part(
        "standards",
        words.t("Standards and norms"),
        (words.t("Each standard and norm has its source, or the word assumption."),),
        Table(words.t("Standards and norms"), heads, tuple(rows)),
    )


def _bare(note: str) -> str:
    """Return a note without the word before its colon, which heads the column, nor its full stop."""
    return wording.upper_first(note.partition(":")[2].strip().rstrip("."))


def _settings(words: Words, results: Results) -> Part:
    study = results.study
    said = [
        wording.distance_note(words, results),
        words.t(
            "A record outside all zones but within {snap} of one is counted in it.",
            snap=words.metres(study.snap_m),
        ),
        wording.grid_note(words, results),
        wording.verdict_note(words, results),
        words.t(
            "No figure is given for fewer than {least} to serve, nor for a ratio "
            "that rests on fewer than {sites} "
            "records of an incomplete list.",
            least=words.number(study.status.min_demand),
            sites=words.number(study.status.min_sites),
        ),
    ]
    return Part("settings", words.t("Settings"), tuple(said))


def _sources(words: Words, results: Results) -> Part:
    rows = tuple(
        (s.title, s.publisher, s.year, s.licence, s.as_of or "–", s.url or "–")
        for s in wording.sources(words, results)
    )
    heads = (
        words.t("Source"),
        words.t("Publisher"),
        words.t("Year"),
        words.t("Licence"),
        words.t("As of"),
        words.t("Address"),
    )
    used = [n for n in range(len(heads)) if any(row[n] != "–" for row in rows)]
    table = Table(
        words.t("Sources"), tuple(heads[n] for n in used), tuple(tuple(row[n] for n in used) for row in rows)
    )
    return Part("source-list", words.t("Sources"), (), table)


def _files(words: Words, results: Results) -> Part:
    rows = tuple((f.path, words.number(f.rows), words.number(f.bytes), f.sha256) for f in results.inputs)
    heads = (words.t("File"), words.t("Rows"), words.t("Bytes"), words.t("SHA-256"))
    return Part(
        "files",
        words.t("Files that were read"),
        (words.t("The hash tells whether a file is the one that was read, to the byte."),),
        Table(words.t("Files that were read"), heads, rows, frozenset({1, 2}), codes=frozenset({0, 3})),
    )
