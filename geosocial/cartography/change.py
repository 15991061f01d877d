"""Two editions in the atlas: what changed since the earlier one, around zero, and what the change is made of.

Figures come from a table like `geosocial.tables.CHANGES`. A zone of which nothing could be said in either
edition has no change; nor has one that was, or is, missing.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, tables, wording
from geosocial.cartography.views import CANNOT_SAY, MISSING, figure
from geosocial.study import Service
from geosocial.symbology import classing

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.cartography.shown import Run
    from geosocial.i18n import Words

#: The indicator whose change is shown, by the rule of a service: more of it is better.
INDICATORS: Final[Mapping[str, str]] = {"coverage": "coverage", "ratio": "rate"}


@dataclass(frozen=True, slots=True)
class Since:
    """The changes of a run since an earlier edition."""

    edition: dt.date
    #: Rows of `tables.CHANGES` by zone, sphere, service and indicator; the whole is the zone ``""``.
    rows: Mapping[tuple[str, str, str, str], Mapping[str, Any]]

    @classmethod
    def of(cls, changes: pd.DataFrame, edition: dt.date) -> Since:
        """Return the changes of a table since the edition of a date."""
        rows: dict[tuple[str, str, str, str], Mapping[str, Any]] = {}
        for row in changes.to_dict("records"):
            found = {str(name): value for name, value in row.items()}
            key = tuple(str(found[name]) for name in ("zone_id", "sphere", "service", "indicator"))
            rows[key[0], key[1], key[2], key[3]] = found
        return cls(edition, rows)

    def row(self, zone: str, sphere: str, spec: Service) -> Mapping[str, Any]:
        """Return the row of a zone; empty where there is none."""
        return self.rows.get((zone, sphere, spec.key, INDICATORS[spec.rule]), {})

    def change(self, zone: str, sphere: str, spec: Service) -> float:
        """Return the change of a zone: in points of a percentage, or as a rate; NaN where none is said."""
        row = self.row(zone, sphere, spec)
        if not row or _status(row):
            return math.nan
        return float(row["change"]) * _scale(spec)

    def knows(self, sphere: str, spec: Service, run: Run) -> bool:
        """Return whether a change of the service can be shown at all."""
        return any(not math.isnan(self.change(z, sphere, spec)) for z in run.zones)


def _scale(spec: Service) -> float:
    return 100.0 if spec.rule == "coverage" else 1.0


def _status(row: Mapping[str, Any]) -> str:
    """Return why a change is not said: of either edition, the more reserved one."""
    both = {str(row["status_before"]), str(row["status_after"])}
    if both & {"missing", ""} or math.isnan(float(row["change"])):
        return "missing"
    return "cannot_say" if "cannot_say" in both else ""


def _scheme(run: Run, sphere: str, spec: Service, since: Since) -> symbology.Scheme:
    values = [since.change(z, sphere, spec) for z in run.zones]
    colors = tuple(symbology.look()["ramp"]["norm"])
    at = classing.around(values, 0.0)
    return symbology.Scheme("change", "norm", at, colors if len(at) > 1 else (colors[1], colors[4]))


def view(run: Run, sphere: str, spec: Service, since: Since) -> dict[str, Any]:
    """Return the view of the changes of a service, as `views.view` returns the others."""
    values = [since.change(z, sphere, spec) for z in run.zones]
    scheme = _scheme(run, sphere, spec, since)
    classes = [
        symbology.class_of(v, scheme.breaks)
        if not math.isnan(v)
        else CANNOT_SAY
        if (row := since.row(z, sphere, spec)) and _status(row) == "cannot_say"
        else MISSING
        for z, v in zip(run.zones, values, strict=True)
    ]
    most = _most(values)
    return {
        "key": "change",
        "x": [],
        "good": 1,
        "colors": list(scheme.colors),
        "cls": classes,
        "by": [{"key": "norm"}],
        "v": [figure(v) for v in values],
        "lo": [None] * len(values),
        "hi": [None] * len(values),
        "n": None,
        "city": figure(since.change("", sphere, spec)),
        "norm": 0.0,
        "min": -most,
        "max": most,
    }


def _most(values: list[float]) -> float:
    """Return the end of an axis around zero."""
    return math.ceil(max((abs(v) for v in values if not math.isnan(v)), default=1.0)) or 1.0


def signed(words: Words, value: float) -> str:
    """Return a change with its sign, to a tenth below 10: ``+4,2``, ``−12``, ``0``."""
    if math.isnan(value):
        return "–"
    text = words.number(value, 1 if abs(value) < 9.95 else 0)
    rounded = round(value, 1)
    return words.number(0.0) if rounded == 0 else f"+{text}" if value > 0 else text


def view_text(run: Run, words: Words, sphere: str, spec: Service, since: Since) -> dict[str, Any]:
    """Return what the view of the changes says in one language."""
    date = words.date(since.edition)
    scheme = _scheme(run, sphere, spec, since)
    edges = [-math.inf, *scheme.breaks, math.inf]
    values = {z: since.change(z, sphere, spec) for z in run.zones}
    whole, most = since.row("", sphere, spec), _most(list(values.values()))
    name = wording.service_label(words, run.results, sphere, spec.key)
    return {
        "label": words.t("Change since {date}", date=date),
        "title": words.t("Change of the coverage, in points")
        if spec.rule == "coverage"
        else words.t("Change of the supply per {per}", per=words.number(spec.per)),
        "by": [{"label": words.t("Around zero")}],
        "classes": [_class(words, low, high) for low, high in itertools.pairwise(edges)],
        "a": _claim(words, name, spec, date, whole),
        "b": _most_changed(run, words, values),
        "city": signed(words, since.change("", sphere, spec)),
        "axis": [signed(words, -most), words.number(0.0), signed(words, most)],
        "order": words.t("From the largest fall to the largest gain"),
        "care": "",
        "scale": words.t("Dot: change. Line: no change."),
        **_zones(run, words, sphere, spec, since),
    }


def _class(words: Words, low: float, high: float) -> str:
    def signed(words: Words, value: float) -> str:
        digits = next((d for d in range(3) if abs(round(value, d) - value) < 1e-7), 3)
        return ("+" if value > 0 else "") + words.number(value, digits)

    if math.isinf(low):
        return words.t("under {upper}", upper=signed(words, high))
    if math.isinf(high):
        return words.t("{lower} or more", lower=signed(words, low))
    return words.t("{lower} to under {upper}", lower=signed(words, low), upper=signed(words, high))


def _claim(words: Words, name: str, spec: Service, date: str, row: Mapping[str, Any]) -> str:
    if not row or math.isnan(float(row["change"])):
        return words.t("{name}: the change since {date} cannot be said.", name=name, date=date)
    before, after = (
        wording.value(words, INDICATORS[spec.rule], float(row[key])) for key in ("before", "after")
    )
    if spec.rule == "ratio":
        per = words.number(spec.per)
        return words.t(
            "{name}: {after} per {per}, against {before} on {date}.",
            name=name,
            after=after,
            per=per,
            before=before,
            date=date,
        )
    return words.t(
        "{name}: a coverage of {after}, against {before} on {date}.",
        name=name,
        after=after,
        before=before,
        date=date,
    )


def _most_changed(run: Run, words: Words, values: Mapping[str, float]) -> str:
    known = sorted((v, z) for z, v in values.items() if not math.isnan(v))

    def named(zones: list[str]) -> str:
        return words.listing(wording.zone_name(words, run.results, z) for z in zones)

    gained = [z for v, z in reversed(known) if round(v, 1) > 0][:3]
    lost = [z for v, z in known if round(v, 1) < 0][:3]
    parts = [words.t("Largest gains: {names}.", names=named(gained))] if gained else []
    parts += [words.t("Largest falls: {names}.", names=named(lost))] if lost else []
    return " ".join(parts) or words.t("Nothing has changed.")


def _zones(run: Run, words: Words, sphere: str, spec: Service, since: Since) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {key: [] for key in ("val", "iv", "main", "mainIv", "short")}
    fill = INDICATORS[spec.rule]
    for zone in run.zones:
        row, change = since.row(zone, sphere, spec), since.change(zone, sphere, spec)
        out["short"].append("")
        if math.isnan(change):
            status = _status(row) if row else "missing"
            said = wording.upper_first(wording.status_label(words, status))
            for key, text in (("val", "?" if status == "cannot_say" else "–"), ("iv", said), ("main", said)):
                out[key].append(text)
            out["mainIv"].append("")
            continue
        text = signed(words, change)
        ends = wording.interval(words, fill, float(row["before"]), float(row["after"]))
        parts = [
            words.t("{factor} {part}", factor=wording.factor_label(words, key), part=signed(words, part))
            for key in tables.FACTORS
            if not math.isnan(part := float(row[key]) * _scale(spec)) and round(part, 1) != 0
        ]
        out["val"].append(text)
        out["iv"].append(ends)
        out["main"].append(wording.in_points(words, change, text) if spec.rule == "coverage" else text)
        out["mainIv"].append(" · ".join([ends, ", ".join(parts)] if parts else [ends]))
    return out
