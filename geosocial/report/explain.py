"""Where a figure comes from: its definition, arithmetic, records, settings and inputs, in words.

Everything is read from the results; nothing is computed but what the sentence spells out (a share of a
demand), and a test holds that arithmetic against the measures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from geosocial import wording
from geosocial.errors import N_, InputError
from geosocial.measure.indicators import INDICATORS
from geosocial.report.parts import list_label

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import InputFile, Results
    from geosocial.study import Service

#: Records that are named one by one.
_NAMED: Final = 12
#: Roles of the inputs that every figure of a zone rests on.
_ROLES: Final = ("zones", "demand", "network", "ancillary")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an explanation: what it is about, and its sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a figure comes from.

    Attributes
    ----------
    sentence
        The figure in a sentence: place, indicator, value, interval.
    parts
        Definition, arithmetic, records, settings, inputs.
    figure
        Its row of the table as plain values, for machines.
    """

    sentence: str
    parts: tuple[Part, ...]
    figure: Mapping[str, object]

    def lines(self) -> Iterator[str]:
        """Give the explanation, a line each."""
        yield self.sentence
        for part in self.parts:
            yield ""
            yield part.title
            for line in part.lines:
                yield f"  {line}"

    def plain(self) -> dict[str, object]:
        """Return the explanation as JSON can hold it."""
        return {
            "sentence": self.sentence,
            "figure": dict(self.figure),
            "parts": [asdict(p) for p in self.parts],
        }


def explain(
    say: Words, results: Results, *, zone_id: str, sphere: str, service: str, indicator: str
) -> Explanation:
    """Return where a figure of `geosocial.tables.MEASURES` (or OVERALL, for the zone ``""``) comes from.

    Raises
    ------
    InputError
        When the run has no such figure; says which it has.
    """
    spec = wording.service_of(results, sphere, service)
    found = wording.figures(results)
    if (zone_id, sphere, service, indicator) not in found.values:
        held = sorted({i for z, s, v, i in found.values if (z, s, v) == (zone_id, sphere, service)})
        raise InputError(
            N_("This service has no indicator “{got}” in the run."),
            hint=N_("Use one of {held}."),
            got=indicator,
            held=", ".join(held),
        )
    figure = found.value(zone_id, sphere, service, indicator)
    sentence = say.t(
        "{place}, {service}, {indicator}: {value}",
        place=place_name(say, results, zone_id),
        service=wording.lower_first(wording.service_label(say, results, sphere, service)),
        indicator=wording.lower_first(wording.indicator_label(say, indicator)),
        value=shown(say, figure),
    )
    firm = firmness(say, results, zone_id, sphere, service)
    parts = [
        Part(say.t("Definition"), definition(say, indicator, spec)),
        Part(
            say.t("Calculation"),
            tuple(arithmetic(say, results, spec, zone_id=zone_id, sphere=sphere, indicator=indicator)),
        ),
        Part(say.t("Records"), tuple(records(say, results, spec, zone_id))),
        Part(say.t("Settings"), (*settings(say, results, sphere, service), *([firm] if firm else []))),
        Part(say.t("Inputs"), tuple(inputs(say, results, spec))),
    ]
    row = {
        "zone_id": zone_id,
        "sphere": sphere,
        "service": service,
        "indicator": indicator,
        "value": None if math.isnan(figure.value) else figure.value,
        "lower": None if math.isnan(figure.lower) else figure.lower,
        "upper": None if math.isnan(figure.upper) else figure.upper,
        "unit": figure.unit,
        "status": figure.status,
    }
    return Explanation(f"{sentence}.", tuple(p for p in parts if p.lines), row)


def place_name(say: Words, results: Results, zone_id: str) -> str:
    """Return the name of a zone, or what the study as a whole is called for ``""``."""
    return wording.zone_name(say, results, zone_id) if zone_id else say.t("City as a whole")


def shown(say: Words, figure: wording.Figure) -> str:
    """Return the value of a figure, exact, with its interval where it has one; or that it is missing."""
    text = wording.amount(say, figure.unit, figure.value, exact=True)
    span = wording.interval(say, figure.unit, figure.lower, figure.upper)
    return say.t("missing data") if math.isnan(figure.value) else text + (f" ({span})" if span else "")


def definition(say: Words, indicator: str, spec: Service) -> tuple[str, ...]:
    """Return what an indicator says, its formula for the rule of a service, and its source."""
    held = INDICATORS[indicator]
    # a formula with two sides is that of a coverage and that of a ratio
    sides = held.formula.split(" | ")
    return (
        say.label(held.meaning),
        say.t("Formula: {formula}", formula=sides[0 if spec.rule == "coverage" else -1]),
        say.t("Source: {source}", source=say.label(held.source)),
    )


def _known(results: Results, spec: Service, sphere: str) -> list[str]:
    """Return the zones with data: those that the figures of the study as a whole rest on."""
    found, key = wording.figures(results), "coverage" if spec.rule == "coverage" else "rate"
    return [z for z in found.names if found.value(z, sphere, spec.key, key).status != "missing"]


def _known_line(say: Words, results: Results, known: list[str]) -> Iterator[str]:
    """Say how many zones have data, where not all of them have."""
    every = len(wording.figures(results).names)
    if len(known) < every:
        among = wording.zone_count(say, results, every)
        yield say.t("Only the zones with data count: {known} of {all}.", known=len(known), all=among)


def arithmetic(
    say: Words, results: Results, spec: Service, *, zone_id: str, sphere: str, indicator: str
) -> Iterator[str]:
    """Give the calculation with its numbers in it."""
    found = wording.figures(results)

    def held(key: str) -> float:
        if not zone_id and key in {"demand", "supply"}:
            return math.fsum(found.value(z, sphere, spec.key, key).value for z in known)
        return found.value(zone_id, sphere, spec.key, key).value

    figure = found.value(zone_id, sphere, spec.key, indicator)
    if figure.status == "missing":
        if zone_id:
            yield wording.why_missing(say, results, zone_id, sphere, spec.key)
        return
    if not zone_id and indicator in {"demand", "supply"}:
        return  # a sum, of which no share is told
    known = [zone_id] if zone_id else _known(results, spec, sphere)
    yield from () if zone_id else _known_line(say, results, known)
    demand, covered = held("demand"), held("coverage")
    who = wording.lower_first(wording.demand_label(say, results, spec.demand))
    unit = found.value(zone_id, sphere, spec.key, "demand").unit
    whole = wording.amount(say, unit, demand, exact=True)
    if spec.rule == "coverage" and indicator in {
        "coverage",
        "gap",
        "gap_share",
        "own_coverage",
        "backup_coverage",
    }:
        share = held(indicator) if indicator in {"own_coverage", "backup_coverage"} else covered
        part = say.number(share * demand)
        yield say.t(
            "{part} of {whole} ({who}) are within the standard: {share}.",
            part=part,
            whole=whole,
            who=who,
            share=say.percent(share, 1),
        )
    if spec.rule == "coverage" and indicator in {"gap", "gap_share"}:
        norm = 1.0 if spec.norm == "city" else float(spec.norm)
        yield say.t(
            "The norm asks for {norm}: {due} − {part} = {gap}, that is {share} of the demand.",
            norm=say.percent(norm),
            due=say.number(norm * demand),
            part=say.number(covered * demand),
            gap=say.number(held("gap")),
            share=say.percent(held("gap_share"), 1),
        )
    if spec.rule == "ratio":
        yield say.t(
            "{supply} for {whole} ({who}): {rate} for every {per}.",
            supply=wording.amount(
                say, found.value(zone_id, sphere, spec.key, "supply").unit, held("supply"), exact=True
            ),
            whole=whole,
            who=who,
            rate=say.number(held("rate"), 1),
            per=say.number(spec.per),
        )
    if spec.rule == "ratio" and indicator in {"gap", "gap_share"}:
        norm = wording.norm_rate(results, sphere, spec.key)
        yield say.t(
            "The norm is {norm} for every {per}: {due} are due, {gap} are missing, {share} of what is due.",
            norm=say.number(norm, 2),
            per=say.number(spec.per),
            due=say.number(norm / spec.per * demand),
            gap=say.number(held("gap"), 1),
            share=say.percent(held("gap_share"), 1),
        )
    if zone_id and figure.status == "low_confidence":
        yield wording.care_note(say, results).removeprefix("* ")
    if zone_id and figure.status == "cannot_say":
        reason = wording.why_not(say, results, zone_id, sphere, spec.key)
        yield from ([reason] if reason else [])


def records(say: Words, results: Results, spec: Service, zone_id: str) -> Iterator[str]:
    """Give what was counted: how many records, from which lists, and the rows of the zone."""
    counted, every = _counted(results)
    own = [row for row in counted.get(zone_id, ()) if row.kind in spec.kinds]
    if spec.rule == "ratio":  # one outside all zones adds to none
        own = [row for row in own if row.zone]
    for source in sorted({row.source for row in own}):
        group = [row for row in own if row.source == source]
        kinds: dict[str, float] = {}
        for row in group:
            kinds[row.kind] = kinds.get(row.kind, 0.0) + (0.0 if math.isnan(row.many) else row.many)
        label = list_label(say, results, source)
        said = (f"{say.number(kinds[k])} {wording.kind_label(say, k, kinds[k])}" for k in sorted(kinds))
        yield say.t("{list}: {kinds}.", list=label, kinds=say.listing(said))
        rows = say.listing(str(row.number) for row in group[:_NAMED])
        more = len(group) - _NAMED
        named = [row.name for row in group[:_NAMED] if row.name]
        text = say.n("{file}, row {rows}", "{file}, rows {rows}", len(group), file=group[0].file, rows=rows)
        if more > 0:
            text += " " + say.n("and {count} more", "and {count} more", more, count=say.number(more))
        yield text + (f" ({'; '.join(named)})" if named else "")
    if not own:
        yield say.t("No record of its kinds is in the zone.") if zone_id else say.t("No record of its kinds.")
    others = sum(every[kind] for kind in set(spec.kinds)) - len(own)
    if others and zone_id and spec.rule == "coverage":
        yield say.n(
            "{count} record elsewhere counts too, as far as its standard reaches.",
            "{count} records elsewhere count too, as far as their standard reaches.",
            others,
            count=say.number(others),
        )


class _Record(NamedTuple):
    source: str
    kind: str
    many: float
    number: int
    name: str
    file: str
    zone: str


#: The last results that were asked for, with the records that count by zone, those of all zones under ``""``,
#: and how many of each kind there are.
_last: list[tuple[Results, dict[str, list[_Record]], Counter[str]]] = []


def _counted(results: Results) -> tuple[dict[str, list[_Record]], Counter[str]]:
    """Return the records that count as supply, by the zone in which each lies, and how many of each kind.

    Read at the first call.
    """
    if not _last or _last[0][0] is not results:
        places = results.places
        # a record that has neither a position nor a zone serves nobody, and is told among the unlocated
        somewhere = places["x"].notna() | (places["zone_id"] != "")
        kept = places[places["counted"] & (places["status"] == "existing") & somewhere]
        found: dict[str, list[_Record]] = {"": []}
        columns = ("source", "kind", "count", "source_row", "name", "source_file", "zone_id")
        for values in zip(*(kept[name].tolist() for name in columns), strict=True):
            row = _Record(*values)
            found[""].append(row)
            if row.zone:
                found.setdefault(row.zone, []).append(row)
        _last[:] = [(results, found, Counter(row.kind for row in found[""]))]
    return _last[0][1:]


def settings(say: Words, results: Results, sphere: str, service: str) -> Iterator[str]:
    """Give what the figures of a service depend on: standard, norm, distance, interval."""
    yield wording.service_note(say, results, sphere, service)
    if wording.service_of(results, sphere, service).rule == "coverage":
        yield wording.distance_note(say, results)
    yield wording.interval_note(say, results, sphere, service)


def firmness(say: Words, results: Results, zone_id: str, sphere: str, service: str) -> str:
    """Return in how many settings a zone is underserved, and its rank; empty where it is not judged."""
    firm = wording.robustness(say, results, zone_id, sphere, service) if zone_id else ""
    return f"{firm}, {wording.rank_text(say, results, zone_id, sphere, service)}." if firm else ""


def inputs(say: Words, results: Results, spec: Service) -> Iterator[str]:
    """Give the files on which the figures of a service rest, with their rows and hashes."""
    places = results.places
    lists = set(places.loc[places["kind"].isin(spec.kinds), "source"].unique())
    for file in results.inputs:
        if file.role in _ROLES or file.role.removeprefix("places:") in lists:
            yield _file(say, file)


def _file(say: Words, file: InputFile) -> str:
    return say.n(
        "{file}: {count} row, SHA-256 {sha}",
        "{file}: {count} rows, SHA-256 {sha}",
        file.rows,
        file=file.path,
        count=say.number(file.rows),
        sha=file.sha256[:16],
    )


def explain_cell(
    say: Words,
    results: Results,
    *,
    table: str,
    number: int,
    row: Mapping[str, str],
    column: str,
    meaning: str,
) -> Explanation:
    """Return where a cell of any table of a run comes from.

    Parameters
    ----------
    table, number, row
        Name of the table, row of its file as a spreadsheet counts, and the cells of that row by column.
    column, meaning
        Column of the figure, and what the dictionary of the run says of it, in this language.
    """
    from geosocial.followup.registry import FIGURES

    key = str(row.get("indicator", ""))
    known = {**FIGURES, **INDICATORS}
    named = known.get(key) if column in {"value", "lower", "upper"} else None
    found = named or next((i for i in known.values() if f"{table}.{column}" in i.tables), None)
    value = row[column] or say.t("missing data")
    sentence = say.t(
        "{file}, row {row}, column “{column}”: {value}",
        file=f"tables/{table}.csv",
        row=number,
        column=column,
        value=value,
    )
    told = [wording.upper_first(meaning)] if meaning else []
    if found is not None:
        told = [
            say.label(found.meaning),
            say.t("Formula: {formula}", formula=found.formula),
            say.t("Source: {source}", source=say.label(found.source)),
        ]
    other = "_en" if say.lang == "fr" else "_fr"
    whole = tuple(
        f"{name}{wording.COLON[say.lang]} {cell}"
        for name, cell in row.items()
        if cell and not name.endswith(other)
    )
    parts = (
        Part(say.t("Definition"), tuple(told)),
        Part(say.t("The whole row"), whole),
        Part(say.t("Inputs"), tuple(_file(say, file) for file in results.inputs)),
    )
    figure = {"table": table, "row": number, "column": column, "value": row[column]}
    return Explanation(f"{sentence}.", tuple(p for p in parts if p.lines), figure)
