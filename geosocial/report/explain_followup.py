"""Where a figure of the follow-up comes from: the directions, the plan, the major projects, in words.

One explanation a row of the table, for the verb and for the page of explanations alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial import wording
from geosocial.followup.registry import FIGURES
from geosocial.measure.indicators import INDICATORS
from geosocial.report.explain import Explanation, Part
from geosocial.report.followup import shown_value, told_for
from geosocial.tables.contract import rows

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: The tables of which every row is told in words, and the column that the sentence tells.
TOLD: Final = ("directions", "projects", "progress")
VALUE: Final = "value"


def in_words(say: Words, results: Results, *, table: str, number: int) -> Explanation:
    """Return where a figure of a table of the follow-up comes from.

    Parameters
    ----------
    table, number
        One of `TOLD`, and the row of its file as a spreadsheet counts.
    """
    frame = getattr(results, table).iloc[number - 2 : number - 1]
    return explained(say, results, rows(frame)[0], table=table, number=number)


def explained(
    say: Words, results: Results, row: Mapping[str, Any], *, table: str, number: int
) -> Explanation:
    """Return the same for a row that was read already."""
    told: tuple[str, ...] = ()
    if table == "progress":
        sentence = _progress(say, results, row)
    else:
        sentence, told = _figure(say, results, row, table), definition(say, str(row["indicator"]))
    where = say.t("{file}, row {row}", file=f"tables/{table}.csv", row=number)
    parts = (Part(say.t("Definition"), told), Part(say.t("Where it stands"), (where,)))
    value = {"table": table, "row": number, "column": VALUE, "value": row[VALUE]}
    return Explanation(sentence, tuple(p for p in parts if p.lines), value)


def definition(say: Words, indicator: str) -> tuple[str, ...]:
    """Return what a figure of the follow-up says, its formula and its source."""
    held = FIGURES.get(indicator) or INDICATORS[indicator]
    return (
        say.label(held.meaning),
        say.t("Formula: {formula}", formula=held.formula),
        say.t("Source: {source}", source=say.label(held.source)),
    )


def _figure(say: Words, results: Results, row: Mapping[str, Any], table: str) -> str:
    given = dict(row)
    if table == "projects":
        place, of = wording.plan_text(say, row, "name"), project_for(say, results, row)
    else:
        place = wording.zone_name(say, results, str(row["zone_id"])) if row["zone_id"] else ""
        place = place or say.t("All together")
        of = told_for(say, results, given)
    name = wording.figure_name(say, str(row["indicator"]))
    return say.t(
        "{place}, {indicator}: {value}.",
        place=place,
        indicator=wording.lower_first(f"{name} ({of})" if of else name),
        value=shown_value(say, given),
    )


def project_for(say: Words, results: Results, row: Mapping[str, Any]) -> str:
    """Return what a figure of a project is told for: a service, a sphere, a group of people."""
    if row["service"]:
        return wording.service_label(say, results, row["sphere"], row["service"])
    if row["sphere"]:
        return wording.sphere_label(say, row["sphere"])
    return wording.demand_label(say, results, row["demand"]) if row["demand"] else ""


def _progress(say: Words, results: Results, row: Mapping[str, Any]) -> str:
    ids = results.plan_indicators["indicator_id"].tolist()
    if row["indicator_id"] not in ids:
        return ""
    at = ids.index(row["indicator_id"])
    return wording.progress_sentence(say, row, rows(results.plan_indicators.iloc[at : at + 1])[0])


def numbered(results: Results, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the rows of a table of the follow-up, each with its number as a spreadsheet counts."""
    yield from enumerate(rows(getattr(results, table)), 2)
