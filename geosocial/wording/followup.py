"""The follow-up in words: statuses of indicators, directions and goals, movements, parts of a change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_
from geosocial.vocabulary import terms
from geosocial.wording.labels import amount, lower_first, share, term_label, zone_name

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

PROGRESS: Final = {
    "achieved": N_("achieved"),
    "on_track": N_("on track"),
    "accelerate": N_("to accelerate"),
    "late": N_("late"),
    "no_target": N_("no target"),
    "no_baseline": N_("no baseline"),
    "no_data": N_("no data"),
    "broken": N_("definition broken"),
}
#: The same after a number.
COUNTED: Final = {
    "no_target": N_("without a target"),
    "no_baseline": N_("without a baseline"),
    "no_data": N_("without data"),
    "broken": N_("with a broken definition"),
}
UNDEFINED: Final = {
    "zero_baseline": N_("the growth is not defined: the baseline is 0"),
    "negative": N_("the growth is not defined: a value is below 0"),
    "zero_target": N_("the growth required is not defined: the target is 0"),
    "no_time": N_("the growth is not told: less than a year lies between"),
}
MOVEMENTS: Final = {
    "opened": N_("opened"),
    "closed": N_("closed"),
    "moved": N_("moved"),
    "reclassified": N_("reclassified"),
    "resized": N_("number or capacity changed"),
    "corrected": N_("position corrected"),
    "listed": N_("listed"),
    "unlisted": N_("no longer listed"),
}
FACTORS: Final = {
    "supply": N_("supply"),
    "demand": N_("demand"),
    "boundary": N_("boundaries"),
    "method": N_("method"),
    "quality": N_("data quality"),
}
UNDIVIDED: Final = {
    "missing": N_("the figure is missing in one of the editions"),
    "new": N_("the figure is not in both editions"),
    "no_demand": N_("one of the runs holds no table of the demand"),
    "no_outline": N_("one of the runs holds no outlines of the zones"),
    "streets": N_("the streets are not in the folder of the run"),
    "crs": N_("the editions are in different coordinate reference systems"),
    "between": N_("the figure is missing where one factor is changed without another"),
}
FIELDS: Final = {
    "position": N_("position"),
    "french": N_("text in French"),
    "english": N_("text in English"),
    "website": N_("website"),
    "opening": N_("opening hours"),
    "all": N_("everything that is looked at"),
}


#: Units that count whole things.
_COUNTS: Final = {"people", "households", "dwellings", "facilities", "enterprises", "contracts", "entries"}


def progress_label(words: Words, status: str) -> str:
    """Return the status of an indicator of the plan in words; empty where there is none."""
    return words.t(PROGRESS.get(status, ""))


def progress_count(words: Words, status: str, count: int) -> str:
    """Return how many indicators have a status: ``2 à accélérer``, ``1 without a target``."""
    figure = words.number(count)
    if status == "achieved":
        return words.n("{count} achieved", "{count} achieved", count, count=figure)
    return f"{figure} {words.t(COUNTED[status]) if status in COUNTED else progress_label(words, status)}"


def topic_label(words: Words, topic: str) -> str:
    """Return the name of a direction or of a goal."""
    return term_label(words, "directions" if topic in terms("directions") else "goals", topic)


def movement_label(words: Words, movement: str) -> str:
    """Return what became of an initiative, in words."""
    return words.t(MOVEMENTS.get(movement, ""))


def factor_label(words: Words, factor: str) -> str:
    """Return what a part of a change is due to."""
    return words.t(FACTORS.get(factor, ""))


def undivided_label(words: Words, reason: str) -> str:
    """Return why a change has no parts; empty when it has."""
    return words.t(UNDIVIDED.get(reason, ""))


def figure_name(words: Words, indicator: str) -> str:
    """Return the label of a figure of the directions from its one definition."""
    from geosocial.followup.registry import FIGURES
    from geosocial.measure.indicators import INDICATORS

    known = FIGURES.get(indicator) or INDICATORS.get(indicator)
    return words.label(known.label) if known else ""


def group_name(words: Words, results: Results, dimension: str, group: str) -> str:
    """Return what a figure is told for, beside its zone and sphere: a legal form, a year, a department."""
    if dimension == "legal_form":
        return term_label(words, "legal_forms", group)
    if dimension == "field":
        return words.t(FIELDS.get(group, ""))
    if dimension == "service":
        services = (s for _, s in results.study.services() if s.key == group)
        return next((words.label(s.label) for s in services), group)
    return group


def money(words: Words, value: float) -> str:
    """Return an amount in dollars: ``98 000 $``, ``$98,000``; a dash where it is missing."""
    return "–" if math.isnan(value) else money_form(words).replace("{n}", words.number(value))


def money_form(words: Words) -> str:
    """Return where the number of an amount in dollars stands: ``{n} $``, ``${n}``."""
    return "{n}\u00a0$" if words.lang == "fr" else "${n}"


def figure_value(words: Words, unit: str, value: float) -> str:
    """Return a figure of the directions with its unit, a dash where it is missing."""
    if math.isnan(value):
        return "–"
    if unit == "share":
        return share(words, value, 0 if value in {0, 1} else 1)
    if unit == "dollars":
        return money(words, value)
    if unit in {"per_10000", "index"}:
        return words.number(value, 2)
    return words.number(value, _decimals(unit, value))


def _decimals(unit: str, value: float) -> int:
    return 0 if unit in _COUNTS or value == int(value) else 1


def figure_amount(words: Words, unit: str, value: float) -> str:
    """Return a figure of the directions with its unit in words, in the number that it asks for."""
    figure = text = figure_value(words, unit, value)
    count = value if math.isnan(value) else round(value, _decimals(unit, value))  # as it is shown
    match unit:
        case "people" | "households" | "dwellings" | "facilities":
            text = amount(words, unit, value, exact=True)
        case "enterprises":
            text = words.n("{figure} enterprise", "{figure} enterprises", count, figure=figure)
        case "jobs":
            text = words.n("{figure} job", "{figure} jobs", count, figure=figure)
        case "years":
            text = words.n("{figure} year", "{figure} years", count, figure=figure)
        case "projects":
            text = words.n("{figure} project", "{figure} projects", count, figure=figure)
        case "sites":
            text = words.n("{figure} site", "{figure} sites", count, figure=figure)
        case "contracts":
            text = words.n("{figure} contract", "{figure} contracts", count, figure=figure)
        case "entries":
            text = words.n("{figure} entry", "{figure} entries", count, figure=figure)
        case "m":
            text = words.metres(value)
        case "per_100":
            text = words.t("{figure} per 100", figure=figure)
    return text


def plain_number(words: Words, value: float) -> str:
    """Return a number of the plan with the digits that it has, if few: ``3 590``, ``53,8``, ``0,25``.

    One with more has one below the unit, or two when it is below 10; a dash where it is missing.
    """
    if math.isnan(value):
        return "–"
    few = [d for d in range(3) if math.isclose(value, round(value, d), abs_tol=1e-9)]
    return words.number(value, few[0] if few else 1 if abs(value) >= 10 else 2)


def plan_text(words: Words, row: Mapping[str, Any], stem: str) -> str:
    """Return a text of the plan in the language of `words`: ``title``, ``name``, ``unit``."""
    return str(row[f"{stem}_{words.lang}"])


def progress_sentence(words: Words, row: Mapping[str, Any], indicator: Mapping[str, Any]) -> str:
    """Return what is said of an indicator: where it stands, how far it came, what its status is.

    Parameters
    ----------
    row, indicator
        A row of `geosocial.tables.PROGRESS` and the row of `geosocial.tables.PLAN_INDICATORS` of the same.
    """
    unit = plan_text(words, indicator, "unit")
    facts = {
        "name": plan_text(words, indicator, "name"),
        "status": progress_label(words, str(row["status"])),
        "baseline": _amount(words, float(row["baseline"]), unit if unit == "%" else ""),
        "value": _amount(words, float(row["value"]), unit),
        "target": _amount(words, float(row["target"]), unit if unit == "%" else ""),
    }
    if row["status"] == "no_data":
        return words.t("{name}: {status}; baseline {baseline}, target {target}.", **facts)
    if row["status"] == "broken":
        return words.t("{name}: {status}; {baseline}, then {value}: the two cannot be compared.", **facts)
    if row["status"] == "no_target":
        return words.t("{name}: {status}; {value} (baseline {baseline}).", **facts)
    if math.isnan(float(row["attainment"])):
        return words.t("{name}: {status}; {value}, target {target}.", **facts)
    facts |= {
        "part": words.percent(float(row["attainment"])),
        "elapsed": words.percent(float(row["elapsed"])),
    }
    if row["away"]:
        return words.t(
            "{name}: {status}; {value}, farther from the target of {target} than the {baseline} of the "
            "baseline.",
            **facts,
        )
    return words.t(
        "{name}: {status}; {value} on the way from {baseline} to {target}: {part} of the way in {elapsed} of "
        "the time.",
        **facts,
    )


def _amount(words: Words, value: float, unit: str) -> str:
    number = plain_number(words, value)
    if math.isnan(value) or not unit:
        return number
    if unit == "%":
        return f"{number}\u00a0%" if words.lang == "fr" else f"{number}%"
    return f"{number}\u00a0{unit}" if len(unit) <= 3 else f"{number} {unit}"


def remarks(words: Words, row: Mapping[str, Any]) -> list[str]:
    """Return what must be said beside a status: met early, past a limit, unsure, overdue."""
    said = []
    if row["early"]:
        said.append(words.t("met early"))
    if row["limit_passed"]:
        said.append(words.t("past its limit"))
    if not row["firm"]:
        said.append(words.t("the interval reaches another status"))
    if row["overdue"]:
        said.append(words.t("an observation is due since {day}", day=row["due"]))
    if row["growth_undefined"] in {"zero_baseline", "negative", "zero_target"}:
        why = UNDEFINED[str(row["growth_undefined"])]
        said.append(words.t(why))
    return said


def direction_sentence(words: Words, row: Mapping[str, Any]) -> str:
    """Return a direction in counts: indicators by status, actions that are late; never a mean.

    Parameters
    ----------
    row
        A row of `geosocial.tables.ROLLUP`.
    """
    counts = [progress_count(words, s, int(row[s])) for s in PROGRESS if int(row[s])]
    actions, late = int(row["actions"]), int(row["actions_late"])
    acts = words.n(
        "{count} action, {late} late", "{count} actions, {late} late", actions,
        count=words.number(actions), late=words.number(late),
    )  # fmt: skip
    if not counts:
        return words.t("{actions}; no indicator.", actions=acts)
    return words.t("{actions}; indicators: {counts}.", actions=acts, counts=", ".join(counts))


def matrix_sentence(words: Words, results: Results, row: Mapping[str, Any]) -> str:
    """Return a cell of the matrix that is late: who leads, where, in which direction."""
    where = zone_name(words, results, str(row["zone_id"])) if row["zone_id"] else words.t("all zones")
    return words.t(
        "{lead} ({where}), {direction}: {late} of {actions} late ({ids}).",
        lead=row["lead"],
        where=where,
        direction=lower_first(topic_label(words, str(row["direction"]))),
        late=words.number(int(row["late"])),
        actions=words.number(int(row["actions"])),
        ids=str(row["late_action_ids"]).replace(",", ", "),
    )
