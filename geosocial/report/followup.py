"""The follow-up for a terminal, for programs and for the workbook: the directions in words and tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables, wording
from geosocial.errors import N_
from geosocial.report.gaps import records
from geosocial.report.sheets import Column, Sheet, Value, each
from geosocial.report.tables import UNITS
from geosocial.tables.contract import rows
from geosocial.vocabulary import terms
from geosocial.wording import COLON

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: Dimensions whose figures are told one by one for all zones together.
_BRIEF: Final = ("", "legal_form", "field")
#: Figures of quality of life that are told for each service.
_QUALITY: Final = ("coverage", "rate", "gap")


def lines(words: Words, results: Results) -> Iterator[str]:
    """Give the lines of the terminal: each direction with its plan and figures, the goals, what is late."""
    if not results.study.followed:
        yield words.t("The study asks for no follow-up: it has no [followup] section.")
        return
    indicators = {row["indicator_id"]: row for row in rows(results.plan_indicators)}
    progress = rows(results.progress)
    rolled = {row["direction"]: row for row in rows(results.rollup)}
    for number, direction in enumerate(terms("directions"), 1):
        yield words.t("Direction {number}. {name}", number=number, name=wording.topic_label(words, direction))
        if direction in rolled:
            yield "  " + _marked(
                words, wording.direction_sentence(words, rolled[direction]), rolled[direction]
            )
        for row in (row for row in progress if row["direction"] == direction):
            text = wording.progress_sentence(words, row, indicators[row["indicator_id"]])
            said = wording.remarks(words, row)
            text = f"{text.removesuffix('.')} ({'; '.join(said)})." if said else text
            yield "  – " + _marked(words, text, row)
        yield from _figures(words, results, direction)
        yield ""
    for goal in terms("goals"):
        told = list(_figures(words, results, goal))
        if told:
            yield words.t("Goal: {name}", name=wording.topic_label(words, goal))
            yield from told
            yield ""
    yield from _late(words, results)


def _marked(words: Words, text: str, row: dict[str, Any]) -> str:
    """Return a text with the mark of an example in front, where it rests on something invented."""
    return f"[{words.t('EXAMPLE')}] {text}" if row["example"] else text


def told_figures(words: Words, results: Results, topic: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give the figures of a topic for all zones together: its name, what it is told for, and its row."""
    table = results.directions
    mine = (table["topic"] == topic) & (table["zone_id"] == "")
    for at, row in zip(table.index[mine], rows(table[mine]), strict=True):
        row["number"] = int(at) + 2  # of its file, as a spreadsheet counts
        quality = topic == "quality_of_life" and row["indicator"] in _QUALITY
        if not quality and (row["sphere"] or row["dimension"] not in _BRIEF):
            continue
        yield wording.figure_name(words, row["indicator"]), told_for(words, results, row), row


def told_for(words: Words, results: Results, row: dict[str, Any]) -> str:
    """Return what a figure of a direction is told for: a sphere, a service, a group; empty for all."""
    of = [wording.sphere_label(words, row["sphere"])] if row["sphere"] else []
    # the one service of a sphere needs no name of its own
    services = results.study.spheres[row["sphere"]].services if row["sphere"] else ()
    if row["group"] and (row["dimension"] != "service" or len(services) > 1):
        group = wording.group_name(words, results, row["dimension"], row["group"])
        of.append(wording.lower_first(group) if of else group)
    return ", ".join(of)


def _figures(words: Words, results: Results, topic: str) -> Iterator[str]:
    """Give the same, a line each."""
    for name, of, row in told_figures(words, results, topic):
        whole = f"{name} ({of})" if of else name
        yield "    " + _marked(words, f"{whole}{COLON[words.lang]} {shown_value(words, row)}", row)


def shown_value(words: Words, row: dict[str, Any]) -> str:
    """Return a figure with its unit, and what is to be said of it."""
    if row["status"] == "missing":
        return wording.status_label(words, "missing")
    text = wording.figure_amount(words, row["unit"], row["value"])
    said = wording.status_label(words, row["status"])
    return f"{text} ({said})" if said else text


def _late(words: Words, results: Results) -> Iterator[str]:
    late = [row for row in rows(results.matrix) if row["late"]]
    if late:
        yield words.t("Late, by who leads:")
        for row in late:
            yield "  – " + _marked(words, wording.matrix_sentence(words, results, row), row)
    pending = [row for row in rows(results.suppliers) if not row["decision"]]
    if pending:
        yield words.n(
            "{count} name of a supplier is like that of an enterprise and waits for review: {names}.",
            "{count} names of suppliers are like those of enterprises and wait for review: {names}.",
            len(pending),
            count=words.number(len(pending)),
            names=words.listing([str(row["supplier"]) for row in pending[:5]]),
        )


def as_json(words: Words, results: Results) -> str:
    """Return the follow-up as JSON: each direction in words, every table as in its contract."""
    indicators = {row["indicator_id"]: row for row in rows(results.plan_indicators)}
    told: dict[str, Any] = {
        "study": results.study.id,
        "edition": results.study.edition.isoformat(),
        "sentences": {
            "directions": {
                row["direction"]: wording.direction_sentence(words, row) for row in rows(results.rollup)
            },
            "indicators": {
                row["indicator_id"]: wording.progress_sentence(words, row, indicators[row["indicator_id"]])
                for row in rows(results.progress)
            },
        },
    }
    told |= {contract.name: records(getattr(results, contract.name)) for contract in tables.FOLLOWUP}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of the workbook; none where the study asks for no follow-up."""
    made = []
    if len(results.progress) or len(results.plan_actions):
        made += [_progress(results, say), _rollup(results, say), _matrix(results, say)]
    if len(results.directions):
        made.append(_directions(results, say))
    if len(results.projects):
        made.append(_projects(results, say))
    if len(results.suppliers):
        made.append(_suppliers(results, say))
    return made


def _example(say: Sequence[Words], row: dict[str, Any]) -> str:
    return each([w.t("EXAMPLE") for w in say]) if row["example"] else ""


def _topic(say: Sequence[Words], key: str) -> str:
    return each([wording.topic_label(w, key) for w in say])


def _progress(results: Results, say: Sequence[Words]) -> Sheet:
    indicators = {row["indicator_id"]: row for row in rows(results.plan_indicators)}
    told: list[tuple[Value, ...]] = []
    for row in rows(results.progress):
        indicator = indicators[row["indicator_id"]]
        told.append(
            (
                _topic(say, row["direction"]),
                str(row["indicator_id"]),
                each([wording.plan_text(w, indicator, "name") for w in say]),
                each([wording.plan_text(w, indicator, "unit") for w in say]),
                *(row[k] for k in ("baseline_date", "baseline", "date", "value", "target_date", "target")),
                *(row[k] for k in ("elapsed", "attainment", "expected", "growth", "growth_required")),
                each([wording.progress_label(w, row["status"]) for w in say]),
                each(["; ".join(wording.remarks(w, row)) for w in say]),
                _example(say, row),
            )
        )
    return Sheet(
        N_("Progress"),
        N_("Every indicator of the plan: baseline, last observation, target, how far it came, its status."),
        (
            Column(N_("Direction"), width=40),
            Column(N_("Identifier"), width=12),
            Column(N_("Indicator"), width=50),
            Column(N_("Unit"), width=16),
            Column(N_("Date of the baseline"), width=12),
            Column(N_("Baseline"), "rate", 12),
            Column(N_("Date observed"), width=12),
            Column(N_("Last observation"), "rate", 12),
            Column(N_("Date of the target"), width=12),
            Column(N_("Target"), "rate", 12),
            Column(N_("Time elapsed"), "share", 10),
            Column(N_("Way covered"), "share", 10),
            Column(N_("Expected at that date"), "rate", 12),
            Column(N_("Growth a year"), "share", 10),
            Column(N_("Growth required"), "share", 10),
            Column(N_("Status"), width=24),
            Column(N_("Remarks"), width=50),
            Column(N_("Example"), width=18),
        ),
        told,
    )


def _rollup(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = [
        (
            _topic(say, row["direction"]),
            *(int(row[k]) for k in ("actions", "actions_completed", "actions_late")),
            float(row["budget"]),
            *(int(row[status]) for status in tables.PROGRESS_STATUSES),
            str(row["worst_indicator_id"]),
            each([wording.progress_label(w, row["worst_status"]) for w in say]),
            _example(say, row),
        )
        for row in rows(results.rollup)
    ]
    return Sheet(
        N_("Directions"),
        N_("Each direction in counts, with the indicator that is farthest behind; never a mean."),
        (
            Column(N_("Direction"), width=50),
            Column(N_("Actions"), "whole", 10),
            Column(N_("Completed"), "whole", 10),
            Column(N_("Late actions"), "whole", 10),
            Column(N_("Budget ($)"), "whole", 14),
            *(Column(wording.PROGRESS[status], "whole", 12) for status in tables.PROGRESS_STATUSES),
            Column(N_("Farthest behind"), width=14),
            Column(N_("Its status"), width=24),
            Column(N_("Example"), width=18),
        ),
        told,
    )


def _matrix(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = []
    for row in rows(results.matrix):
        zone = row["zone_id"]
        where = [wording.zone_name(w, results, zone) if zone else w.t("all zones") for w in say]
        counts = ("actions", "under_way", "completed", "late", "indicators_late")
        told.append(
            (
                str(row["lead"]),
                each(where),
                _topic(say, row["direction"]),
                *(int(row[k]) for k in counts),
                str(row["partners"]),
                *(str(row[k]).replace(",", ", ") for k in ("action_ids", "late_action_ids")),
                _example(say, row),
            )
        )
    return Sheet(
        N_("Who leads what"),
        N_("Department or borough × zone × direction: who leads, with whom, and what is late."),
        (
            Column(N_("Lead"), width=44),
            Column(N_("Zone"), width=38),
            Column(N_("Direction"), width=50),
            Column(N_("Actions"), "whole", 10),
            Column(N_("Under way"), "whole", 10),
            Column(N_("Completed"), "whole", 10),
            Column(N_("Late actions"), "whole", 10),
            Column(N_("Late indicators"), "whole", 10),
            Column(N_("Partners"), width=50),
            Column(N_("All its actions"), width=20),
            Column(N_("Those that are late"), width=20),
            Column(N_("Example"), width=18),
        ),
        told,
    )


def _zone(results: Results, say: Sequence[Words], zone: str) -> str:
    return each([wording.zone_name(w, results, zone) if zone else w.t("all zones") for w in say])


def _directions(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = []
    for row in rows(results.directions):
        group = [wording.group_name(w, results, row["dimension"], row["group"]) for w in say]
        share = row["unit"] == "share"
        told.append(
            (
                _topic(say, row["topic"]),
                each([wording.figure_name(w, row["indicator"]) for w in say]),
                _zone(results, say, row["zone_id"]),
                each([wording.sphere_label(w, row["sphere"]) for w in say]) if row["sphere"] else "",
                each(group),
                math.nan if share else row["value"],
                row["value"] if share else math.nan,
                each([w.t(UNITS.get(row["unit"], "")) for w in say]),
                each([wording.status_label(w, row["status"]) for w in say]),
                _example(say, row),
            )
        )
    return Sheet(
        N_("Figures by direction"),
        N_("The figures of the five directions and of the three goals, by zone, sphere and group."),
        (
            Column(N_("Direction or goal"), width=50),
            Column(N_("Indicator"), width=44),
            Column(N_("Zone"), width=38),
            Column(N_("Sphere"), width=30),
            Column(N_("Group"), width=30),
            Column(N_("Number"), "rate", 14),
            Column(N_("Share"), "share", 10),
            Column(N_("Unit"), width=24),
            Column(N_("Status"), width=34),
            Column(N_("Example"), width=18),
        ),
        told,
    )


def _projects(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = [
        (
            each([wording.plan_text(w, row, "name") for w in say]),
            each([wording.figure_name(w, row["indicator"]) for w in say]),
            each([wording.service_label(w, results, row["sphere"], row["service"]) for w in say])
            if row["service"]
            else each([wording.sphere_label(w, row["sphere"]) for w in say])
            if row["sphere"]
            else "",
            each([wording.demand_label(w, results, row["demand"]) for w in say]) if row["demand"] else "",
            row["value"],
            each([w.t(UNITS.get(row["unit"], "")) for w in say]),
            each([wording.status_label(w, row["status"]) for w in say]),
            _example(say, row),
        )
        for row in rows(results.projects)
    ]
    return Sheet(
        N_("Major projects"),
        N_("Who lives inside and within reach of each major project, what they lack, what is there."),
        (
            Column(N_("Project"), width=44),
            Column(N_("Indicator"), width=44),
            Column(N_("Service"), width=34),
            Column(N_("Demand"), width=44),
            Column(N_("Number"), "whole", 12),
            Column(N_("Unit"), width=24),
            Column(N_("Status"), width=34),
            Column(N_("Example"), width=18),
        ),
        told,
    )


def _suppliers(results: Results, say: Sequence[Words]) -> Sheet:
    told: list[tuple[Value, ...]] = [
        (
            str(row["supplier"]),
            str(row["enterprise"]),
            str(row["enterprise_id"]),
            float(row["similarity"]),
            each([wording.term_label(w, "decisions", row["decision"]) for w in say])
            if row["decision"]
            else each([w.t("to be reviewed") for w in say]),
            int(row["contracts"]),
            float(row["amount"]),
            _example(say, row),
        )
        for row in rows(results.suppliers)
    ]
    return Sheet(
        N_("Supplier names"),
        N_("Suppliers whose name is like that of an enterprise: none counts before a person has said so."),
        (
            Column(N_("Supplier"), width=44),
            Column(N_("Enterprise"), width=44),
            Column(N_("Identifier"), width=14),
            Column(N_("Likeness of the names (0 to 100)"), "rate", 14),
            Column(N_("The same?"), width=20),
            Column(N_("Contracts"), "whole", 12),
            Column(N_("Amount ($)"), "whole", 14),
            Column(N_("Example"), width=18),
        ),
        told,
    )
