"""The page of explanations: every figure that a page shows, with where it comes from, and a place to lead to.

The sentences are those of ``geosocial explain`` (`geosocial.report.explain`); what several figures share, as
a definition, a setting or an input, stands once. A neutral value in one language, then one offline page.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial import tables, wording
from geosocial.report import explain, explain_followup
from geosocial.report.dictionary import meaning
from geosocial.report.explain import Part
from geosocial.report.html import style, template
from geosocial.report.tables import INPUTS
from geosocial.vocabulary import terms

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service

#: The figures of a service in the order in which they are told; those of other methods come last.
ORDER: Final = (
    "gap_share",
    "gap",
    "coverage",
    "rate",
    "nearest_cost",
    "demand",
    "supply",
    "own_coverage",
    "backup_coverage",
    "containment",
    "accessibility",
)
#: Tables that the report shows a part of, in the order of the report.
TABLES: Final = (
    "ranking",
    "methods",
    "closures",
    "cluster_zones",
    "autocorrelation",
    "proposed_curve",
    "proposed",
    "disparity",
    "inequality",
    "lorenz",
    "hub_zones",
    "need_gaps",
    "matrix",
    "plan_actions",
    "suppliers",
    "directory_cells",
    "changes",
    "movements",
    "conservation",
    "declared",
    "duplicates",
    "unmapped",
    "inputs",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A figure: the place to lead to, its name, its value with the interval."""

    anchor: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """A zone in one service: its figures, their calculation, the records that count."""

    anchor: str
    name: str
    figures: tuple[Told, ...]
    calculation: tuple[str, ...]
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A service: what its figures share, and its zones; or a direction: its figures."""

    anchor: str
    title: str
    shared: tuple[Part, ...]
    #: Each measure: name, and what it says with its formula and its source.
    measures: tuple[tuple[str, tuple[str, ...]], ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A figure of the follow-up: the place to lead to, its sentence, the lines that explain it."""

    anchor: str
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A direction, a goal, or the major projects: its figures."""

    anchor: str
    title: str
    figures: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """A table of the run: its file, and what each of its columns means."""

    anchor: str
    file: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Explanations:
    """All of it in one language."""

    lang: str
    title: str
    edition: str
    lead: str
    services: tuple[Block, ...]
    topics: tuple[Topic, ...]
    tables: tuple[Columns, ...]
    labels: Mapping[str, str]


def explanations(words: Words, results: Results) -> Explanations:
    """Return where every figure of the pages comes from, in one language."""
    other = "en" if words.lang == "fr" else "fr"
    return Explanations(
        lang=words.lang,
        title=words.label(results.study.name),
        edition=wording.edition(words, results),
        lead=words.t(
            "Figures of the report, the atlas and the pages of the zones lead here: what each says, how "
            "it was worked out, from which records, settings and files."
        ),
        services=tuple(_block(words, results, sphere, spec) for sphere, spec in results.study.services()),
        topics=tuple(t for t in (*_directions(words, results), _projects(words, results)) if t.figures),
        tables=tuple(
            Columns(
                wording.anchor("tables", name),
                f"tables/{name}.csv",
                tuple((column, meaning(words, results, name, column)) for column in columns),
            )
            for name, columns in _columns(results)
        ),
        labels={
            "document": words.t("Explanations"),
            "skip": words.t("Skip to the explanations"),
            "contents": words.t("Contents"),
            "report": words.t("Report"),
            "atlas": words.t("Atlas"),
            "measures": words.t("Measures"),
            "calculation": words.t("Calculation"),
            "records": words.t("Records"),
            "tables": words.t("The other tables"),
            "tables_note": words.t(
                "What each column says. Of one cell: geosocial explain RUN --table TABLE --row ROW "
                "--column COLUMN."
            ),
            "other": "English" if words.lang == "fr" else "Français",
            "other_lang": other,
            "made": words.t("Made with geosocial. The same sentences as those of geosocial explain."),
        },
    )


def _columns(results: Results) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the tables of `TABLES` that have rows, each with its columns; a key stands for its words."""
    contracts = {contract.name: contract for contract in tables.CONTRACTS}
    for name in TABLES:
        if name == "inputs":
            yield name, INPUTS
        elif len(getattr(results, name)):
            yield name, tuple(contracts[name].columns)


def _block(words: Words, results: Results, sphere: str, spec: Service) -> Block:
    found = wording.figures(results)
    held = [k for k in ORDER if (("", sphere, spec.key, k) in found.values)]
    shared = (
        Part(words.t("Settings"), tuple(s for s in explain.settings(words, results, sphere, spec.key) if s)),
        Part(words.t("Inputs"), tuple(explain.inputs(words, results, spec))),
    )
    return Block(
        anchor=wording.anchor(sphere, spec.key),
        title=wording.service_label(words, results, sphere, spec.key),
        shared=shared,
        measures=tuple(
            (wording.indicator_label(words, key), explain.definition(words, key, spec)) for key in held
        ),
        places=tuple(
            _place(words, results, zone, sphere=sphere, spec=spec, held=held) for zone in ("", *found.names)
        ),
    )


def _place(
    words: Words, results: Results, zone: str, *, sphere: str, spec: Service, held: list[str]
) -> Place:
    found = wording.figures(results)
    figures = tuple(
        Told(
            wording.anchor(sphere, spec.key, zone, key),
            wording.indicator_label(words, key),
            explain.shown(words, found.value(zone, sphere, spec.key, key)),
        )
        for key in held
    )
    # a line that several figures share stands once
    lines = dict.fromkeys(
        line
        for key in ("coverage" if spec.rule == "coverage" else "rate", "gap")
        if key in held
        for line in explain.arithmetic(words, results, spec, zone_id=zone, sphere=sphere, indicator=key)
    )
    firm = explain.firmness(words, results, zone, sphere, spec.key)
    return Place(
        anchor=wording.anchor(sphere, spec.key, zone),
        name=explain.place_name(words, results, zone),
        figures=figures,
        calculation=(*lines, *([firm] if firm else [])),
        records=tuple(explain.records(words, results, spec, zone)),
    )


def _directions(words: Words, results: Results) -> list[Topic]:
    """Return the figures of each direction and goal: those of the plan, then those of all zones together."""
    plan = list(explain_followup.numbered(results, "progress"))
    held = [(n, row) for n, row in explain_followup.numbered(results, "directions") if not row["zone_id"]]
    out = []
    for topic in (*terms("directions"), *terms("goals")):
        mine = [
            *(("progress", n, row) for n, row in plan if row["direction"] == topic),
            *(("directions", n, row) for n, row in held if row["topic"] == topic),
        ]
        told = tuple(_sentence(words, results, row, table=table, number=n) for table, n, row in mine)
        out.append(Topic(wording.anchor("topic", topic), wording.topic_label(words, topic), told))
    return out


def _projects(words: Words, results: Results) -> Topic:
    told = tuple(
        _sentence(words, results, row, table="projects", number=n)
        for n, row in explain_followup.numbered(results, "projects")
    )
    return Topic(wording.anchor("topic", "projects"), words.t("Major projects"), told)


def _sentence(
    words: Words, results: Results, row: Mapping[str, object], *, table: str, number: int
) -> Sentence:
    told = explain_followup.explained(words, results, row, table=table, number=number)
    lines = tuple(line for part in told.parts for line in part.lines)
    return Sentence(wording.anchor(table, str(number)), told.sentence, lines)


def write_explanations(
    results: Results,
    path: Path,
    words: Words,
    *,
    files: Mapping[str, str] | None = None,
) -> None:
    """Write the page of explanations of a run in one language.

    Parameters
    ----------
    files
        Addresses relative to the page: ``report``, ``atlas``, and ``fr`` or ``en`` for the other language.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from geosocial.io.write import write_text

    sheet = style()
    text = template("explanations.html").render(
        o=explanations(words, results),
        files=dict(files or {}),
        style=sheet,
        digest=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
    )
    write_text(text, path)
