"""The five directions and the three goals, as the report sets them: what advanced, what stands still.

A neutral value in one language, as the rest of the outline; every figure is a row of the tables of the
follow-up. What rests on something invented is marked as an example, wherever it stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.report.explain_followup import project_for
from geosocial.report.followup import shown_value, told_figures
from geosocial.report.parts import SHOWN, Part, Table, more
from geosocial.tables.contract import rows
from geosocial.vocabulary import terms

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


@dataclass(frozen=True, slots=True)
class Item:
    """An indicator of the plan: where it began, where it stands, where it should go."""

    name: str
    unit: str
    baseline: str
    value: str
    target: str
    #: Share of the way that is done and of the time that is gone; NaN where it is not judged.
    attainment: float
    elapsed: float
    #: The share of the way in words; empty where it is not judged.
    part: str
    status: str
    word: str
    remarks: str
    example: bool
    #: Where its figures are explained.
    anchor: str


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction or a goal: its indicators of the plan, and the figures of the study."""

    number: str
    name: str
    rollup: str
    items: tuple[Item, ...]
    figures: Table | None
    example: bool


@dataclass(frozen=True, slots=True)
class Directions:
    """The follow-up in one language."""

    title: str
    lead: str
    #: The word that marks what is invented; empty where nothing is.
    example: str
    note: str
    counts: tuple[tuple[str, str], ...]
    heads: dict[str, str]
    directions: tuple[Direction, ...]
    goals: tuple[Direction, ...]
    parts: tuple[Part, ...]


def directions(words: Words, results: Results) -> Directions | None:
    """Return what a report says of the directions; None where the study follows no plan."""
    if not results.study.followed:
        return None
    held = {name: rows(getattr(results, name)) for name in ("progress", "rollup", "plan_indicators")}
    for number, row in enumerate(held["progress"], 2):
        row["anchor"] = wording.anchor("progress", str(number))
    progress = held["progress"]
    counts = [
        (s, wording.progress_count(words, s, n))
        for s in wording.PROGRESS
        if (n := sum(row["status"] == s for row in progress))
    ]
    example = any(row["example"] for table in (results.rollup, results.matrix) for row in rows(table))
    parts = (
        _matrix(words, results),
        _late(words, results),
        _projects(words, results),
        _reviews(words, results),
    )
    return Directions(
        title=words.t("The five directions"),
        lead=_lead(words, progress),
        example=words.t("EXAMPLE") if example else "",
        note=words.t("What is marked as an example is invented to show the form of the follow-up.")
        if example
        else "",
        counts=tuple(counts),
        heads={
            "name": words.t("Indicator"),
            "baseline": words.t("Baseline"),
            "value": words.t("Last"),
            "target": words.t("Target"),
            "way": words.t("Way done"),
            "status": words.t("Status"),
            "reading": words.t(
                "Bar: share of the way from the baseline to the target. Line: share of the time that is "
                "gone. A direction is judged by its counts and its worst indicator, never by a mean."
            ),
        },
        directions=tuple(
            _direction(words, results, topic, str(number), held)
            for number, topic in enumerate(terms("directions"), 1)
        ),
        goals=tuple(
            d
            for topic in terms("goals")
            if (d := _direction(words, results, topic, "", held)).figures or d.items
        ),
        parts=tuple(p for p in parts if p),
    )


def _lead(words: Words, progress: list[dict[str, Any]]) -> str:
    if not progress:
        return words.t("The plan has no indicator: nothing can be said of its progress.")
    counts = [
        wording.progress_count(words, s, n)
        for s in wording.PROGRESS
        if (n := sum(row["status"] == s for row in progress))
    ]
    return words.n(
        "Of {count} indicator of the plan: {counts}.",
        "Of {count} indicators of the plan: {counts}.",
        len(progress),
        count=words.number(len(progress)),
        counts=words.listing(counts),
    )


def _direction(
    words: Words, results: Results, topic: str, number: str, held: dict[str, list[dict[str, Any]]]
) -> Direction:
    named = {row["indicator_id"]: row for row in held["plan_indicators"]}
    rolled = next((row for row in held["rollup"] if row["direction"] == topic), None)
    items = tuple(
        _item(words, row, named[row["indicator_id"]])
        for row in held["progress"]
        if row["direction"] == topic and row["indicator_id"] in named
    )
    return Direction(
        number=number,
        name=wording.topic_label(words, topic),
        rollup="" if rolled is None else wording.upper_first(wording.direction_sentence(words, rolled)),
        items=items,
        figures=_figures(words, results, topic),
        example=bool(rolled and rolled["example"]) or any(i.example for i in items),
    )


def _item(words: Words, row: dict[str, Any], indicator: dict[str, Any]) -> Item:
    said = wording.remarks(words, row)
    if row["away"]:
        said.insert(0, words.t("moving away from the target"))
    return Item(
        name=wording.plan_text(words, indicator, "name"),
        unit=wording.plan_text(words, indicator, "unit"),
        baseline=wording.plain_number(words, float(row["baseline"])),
        value=wording.plain_number(words, float(row["value"])),
        target=wording.plain_number(words, float(row["target"])),
        attainment=float(row["attainment"]),
        elapsed=float(row["elapsed"]),
        part="" if math.isnan(float(row["attainment"])) else words.percent(float(row["attainment"])),
        status=str(row["status"]),
        word=wording.progress_label(words, str(row["status"])),
        remarks="; ".join(said),
        example=bool(row["example"]),
        anchor=str(row["anchor"]),
    )


def _figures(words: Words, results: Results, topic: str) -> Table | None:
    """Return the figures of a topic for all zones together; those by zone stand in ``directions.csv``."""
    found = list(told_figures(words, results, topic))
    told = [
        (name, of, shown_value(words, row) + (f" ({words.t('EXAMPLE')})" if row["example"] else ""))
        for name, of, row in found
    ]
    links = {(k, 2): wording.anchor("directions", str(row["number"])) for k, (_, _, row) in enumerate(found)}
    if not told:
        return None
    return Table(
        words.t("Figures: {topic}", topic=wording.topic_label(words, topic)),
        (words.t("Indicator"), words.t("For"), words.t("Value")),
        tuple(told[:SHOWN]),
        frozenset({2}),
        more(words, len(told), "directions.csv"),
        links=links,
    )


def _matrix(words: Words, results: Results) -> Part | None:
    """Return who leads what, by direction: actions, and how many are late."""
    held = rows(results.matrix)
    if not held:
        return None
    topics = list(terms("directions"))
    leads = list(dict.fromkeys(str(row["lead"]) for row in held))

    def cell(lead: str, topic: str) -> str:
        mine = [row for row in held if row["lead"] == lead and row["direction"] == topic]
        actions, late = (sum(int(row[k]) for row in mine) for k in ("actions", "late"))
        if not actions:
            return ""
        if not late:
            return words.number(actions)
        return words.t("{actions}, {late} late", actions=words.number(actions), late=words.number(late))

    where = {
        lead: words.listing(
            wording.zone_name(words, results, z)
            for z in dict.fromkeys(str(r["zone_id"]) for r in held if r["lead"] == lead)
            if z
        )
        for lead in leads
    }
    told = tuple(
        (lead, where[lead] or words.t("all zones"), *(cell(lead, t) for t in topics)) for lead in leads
    )
    heads = (
        words.t("Lead"),
        words.t("Zones"),
        *(words.t("Direction {number}", number=n) for n in range(1, len(topics) + 1)),
    )
    text = words.t("Actions of the plan by who leads them, and how many of them are late.")
    mark = _marked(words, any(row["example"] for row in held))
    table = Table(words.t("Co-ordination"), heads, told)
    return Part("coordination", words.t("Co-ordination: who leads, and what is late"), (mark + text,), table)


def _marked(words: Words, example: bool) -> str:
    return f"[{words.t('EXAMPLE')}] " if example else ""


def _late(words: Words, results: Results) -> Part | None:
    late = [row for row in rows(results.plan_actions) if row["late"]]
    if not late:
        return None
    told = tuple(
        (
            str(row["action_id"]),
            wording.plan_text(words, row, "title"),
            str(row["lead"]),
            wording.day(words, str(row["end"] or row["start"])),
            wording.term_label(words, "action_statuses", str(row["status"])),
        )
        for row in late
    )
    heads = (words.t("Action"), words.t("What is done"), words.t("Lead"), words.t("Due"), words.t("Status"))
    text = words.t("Actions that have not begun after their start, or not ended after their end.")
    mark = _marked(words, any(row["example"] for row in late))
    return Part("late", words.t("Late actions"), (mark + text,), Table(words.t("Late actions"), heads, told))


def _projects(words: Words, results: Results) -> Part | None:
    held = rows(results.projects)
    if not held:
        return None

    names = list(dict.fromkeys(str(row["project_id"]) for row in held))
    shown = {str(row["project_id"]): wording.plan_text(words, row, "name") for row in held}
    told: dict[tuple[str, str], dict[str, str]] = {}
    links: dict[tuple[int, int], str] = {}
    for number, row in enumerate(held, 2):
        key = (wording.figure_name(words, row["indicator"]), project_for(words, results, row))
        told.setdefault(key, {})[str(row["project_id"])] = shown_value(words, row)
        at = list(told).index(key), names.index(str(row["project_id"])) + 2
        links[at] = wording.anchor("projects", str(number))
    table = Table(
        words.t("Major projects"),
        (words.t("Indicator"), words.t("For"), *(shown[n] for n in names)),
        tuple((*key, *(cells.get(n, "–") for n in names)) for key, cells in told.items()),
        frozenset(range(2, len(names) + 2)),
        links=links,
    )
    mark = _marked(words, any(row["example"] for row in held))
    text = words.t("Who lives inside and within reach of each major project, what they lack, what is there.")
    return Part("projects", words.t("Major projects"), (mark + text,), table)


def _reviews(words: Words, results: Results) -> Part | None:
    """Return the names of suppliers that wait for somebody's decision: nothing is matched in silence."""
    pending = [row for row in rows(results.suppliers) if not row["decision"]]
    if not pending:
        return None
    told = tuple(
        (str(row["supplier"]), str(row["enterprise"]), words.number(row["similarity"]))
        for row in pending[:SHOWN]
    )
    heads = (words.t("Supplier"), words.t("Enterprise"), words.t("Likeness, of 100"))
    table = Table(
        words.t("Names to review"), heads, told, frozenset({2}), more(words, len(pending), "suppliers.csv")
    )
    text = words.t("Names that are alike are proposed, never matched: each waits for a decision.")
    return Part("reviews", words.t("Names of suppliers to review"), (text,), table)
