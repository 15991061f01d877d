"""The labels of the keys of the follow-up's tables, in the words of each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import list_label

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

Label = Callable[["Words", "Results", str], str]
#: Units that only the follow-up has.
UNITS: Final = {
    "enterprises": N_("enterprises"),
    "jobs": N_("jobs"),
    "years": N_("years"),
    "projects": N_("projects"),
    "sites": N_("sites"),
    "contracts": N_("contracts"),
    "dollars": N_("dollars"),
    "index": N_("from 0 to 1"),
    "entries": N_("entries"),
}


def _term(family: str) -> Label:
    return lambda say, _, key: wording.term_label(say, family, key)


def _plain(label: Callable[[Words, str], str]) -> Label:
    return lambda say, _, key: label(say, key)


def _zone(say: Words, results: Results, key: str) -> str:
    return wording.zone_name(say, results, key)


_DIRECTION: Final = _plain(wording.topic_label)
_SPHERE: Final = _plain(wording.sphere_label)


def labels(unit: Label) -> Mapping[str, Mapping[str, Label]]:
    """Return the columns of each table that get labels; `unit` is the label of a unit."""
    status = _plain(wording.status_label)
    figure = _plain(wording.figure_name)
    return {
        "plan_actions": {
            "direction": _DIRECTION,
            "lead_zone_id": _zone,
            "status": _term("action_statuses"),
        },
        "plan_indicators": {
            "direction": _DIRECTION,
            "level": _term("levels"),
            "sense": _term("senses"),
            "frequency": _term("frequencies"),
        },
        "plan_observations": {"quality": _term("qualities")},
        "plan_rows": {},
        "progress": {"direction": _DIRECTION, "status": _plain(wording.progress_label)},
        "rollup": {"direction": _DIRECTION, "worst_status": _plain(wording.progress_label)},
        "matrix": {"zone_id": _zone, "direction": _DIRECTION},
        "directions": {
            "topic": _DIRECTION,
            "indicator": figure,
            "zone_id": _zone,
            "sphere": _SPHERE,
            "unit": unit,
            "status": status,
        },
        "projects": {"indicator": figure, "sphere": _SPHERE, "unit": unit, "status": status},
        "contracts": {"sphere": _SPHERE, "zone_id": _zone},
        "suppliers": {"decision": _term("decisions")},
        "movements": {
            "movement": _plain(wording.movement_label),
            "source": list_label,
            "sphere": _SPHERE,
            "other_sphere": _SPHERE,
            "kind": _plain(wording.kind_label),
            "other_kind": _plain(wording.kind_label),
            "zone_id": _zone,
            "other_zone_id": _zone,
        },
        "changes": {
            "zone_id": _zone,
            "sphere": _SPHERE,
            "indicator": figure,
            "unit": unit,
            "status_before": status,
            "status_after": status,
            "undivided": _plain(wording.undivided_label),
        },
        "demand": {},
    }
