"""One view of a service as a map shows it: a paint for each zone, what is written there, and the legend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import symbology, wording
from geosocial.cartography.views import VIEWS
from geosocial.errors import N_, InputError
from geosocial.results import one_sphere

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service


@dataclass(frozen=True, slots=True)
class Shown:
    """A view of a service: a paint for each zone, what each says, and the legend of both."""

    sphere: str
    spec: Service
    #: The view in the atlas; ``verdict`` for verdicts.
    key: str
    #: The indicator of the fills; ``verdict`` for verdicts.
    fill: str
    #: A colour, or the name of a pattern, by zone.
    paints: Mapping[str, str]
    values: Mapping[str, str]
    title: str
    #: Paint, label and number of zones, the darkest first.
    entries: Sequence[tuple[str, str, int]]


def view_of(
    words: Words, results: Results, *, sphere: str, indicator: str = "gap", service: str | None = None
) -> Shown:
    """Return a view of a service: the paints, the values and the legend of a map.

    Raises
    ------
    InputError
        When the study has no such sphere, service or indicator.
    """
    one_sphere(results.study, sphere)
    specs = results.study.spheres[sphere].services
    spec = next((s for s in specs if service is None or s.key == service), None)
    if spec is None:
        raise _unknown(service, [s.key for s in specs])
    found = wording.figures(results)
    if indicator == "verdict":
        return _verdicts(words, found, sphere, spec)
    view = next((v for v in VIEWS[spec.rule] if v.key == indicator), None)
    if view is None:
        raise _unknown(indicator, [*(v.key for v in VIEWS[spec.rule]), "verdict"])
    norm = symbology.norm_of(results, sphere, spec.key)
    if view.fill == "nearest_cost":
        norm = float(spec.standard_m or math.nan)
    drawable = view.fill != "rate" or (math.isfinite(norm) and norm > 0)
    classes = symbology.classes(words, view.fill, norm=norm) if drawable else []
    at = [c.lower for c in classes[1:]]
    paints, values = {}, {}
    for zone in found.names:
        figure = found.value(zone, sphere, spec.key, view.fill)
        if figure.status == "cannot_say":
            paints[zone], values[zone] = "cannot_say", "?"
        elif figure.status == "missing" or math.isnan(figure.value) or not classes:
            paints[zone], values[zone] = "missing", "–"
        else:
            paints[zone] = classes[symbology.class_of(figure.value, at)].color
            care = "*" if wording.status_label(words, figure.status) else ""
            values[zone] = wording.value(words, view.fill, figure.value) + care
    counted = list(paints.values())
    entries = [(c.color, c.label, counted.count(c.color)) for c in classes]
    if view.fill != "rate":
        entries.reverse()
    entries += [
        (s, wording.upper_first(wording.status_label(words, s)), counted.count(s))
        for s in ("cannot_say", "missing")
    ]
    title = wording.legend_title(words, results, sphere, spec.key, view.fill)
    return Shown(sphere, spec, view.key, view.fill, paints, values, title, entries)


def _verdicts(words: Words, found: wording.Figures, sphere: str, spec: Service) -> Shown:
    ramp = symbology.ramp("gap_share")
    inks = {"underserved": ramp[-1], "depends": "depends", "served": ramp[0]}
    ranks = {zone: found.rank(zone, sphere, spec.key) for zone in found.names}
    paints = {
        z: "missing" if r.status == "missing" else inks.get(r.verdict, "cannot_say") for z, r in ranks.items()
    }
    counted = list(paints.values())
    said = (
        (ramp[-1], wording.verdict_label(words, "underserved")),
        ("depends", wording.verdict_label(words, "depends")),
        (ramp[0], wording.verdict_label(words, "served")),
        ("cannot_say", wording.status_label(words, "cannot_say")),
        ("missing", wording.status_label(words, "missing")),
    )
    return Shown(
        sphere,
        spec,
        "verdict",
        "verdict",
        paints,
        dict.fromkeys(paints, ""),
        words.t("Verdict over all the settings tried"),
        [(paint, wording.upper_first(label), counted.count(paint)) for paint, label in said],
    )


def _unknown(got: object, known: Sequence[str]) -> InputError:
    return InputError(
        N_("The study has no map “{got}” of this sphere."),
        hint=N_("Use one of {known}."),
        got=got,
        known=", ".join(known),
    )
