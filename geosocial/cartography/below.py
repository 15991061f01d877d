"""What the atlas shows below the zone: people beyond as dots, small areas as fills, clusters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.cartography import dots, layers
from geosocial.study import ContextSpec, Service, Study

if TYPE_CHECKING:
    from geosocial.cartography.shown import Run
    from geosocial.i18n import Words
    from geosocial.results import Results

#: The figure of a small area in each view.
COLUMNS: Final[Mapping[str, str]] = {"gap": "gap_share", "coverage": "coverage", "distance": "nearest_cost"}
#: Class numbers of areas without a colour, as of zones.
MISSING, CANNOT_SAY = -1, -2


def unit(study: Study) -> ContextSpec | None:
    """Return the layer of small areas that the study measures; the first where it has several."""
    return next((spec for spec in study.context if spec.measured), None)


def beyond(run: Run, sphere: str, spec: Service) -> dict[str, Any] | None:
    """Return the people beyond the standard as dots; None where nobody is, or the service has no standard."""
    results, rows = run.results, run.of_service("beyond", sphere, spec)
    if not len(rows):
        return None
    per = run.once("per_dot", lambda: per_dot(results))
    x, y = dots.dots(rows, per=per)
    west, south = corner(results)
    return {"per": per, "at": dots.packed(layers.degrees(x, y, results.study.crs), (west, south))}


def per_dot(results: Results) -> int:
    """Return what a dot stands for: the same in every view, so that views can be compared."""
    totals = results.beyond.groupby(["sphere", "service"])["demand"].sum()
    return dots.per_dot(float(totals.max()), float(results.zones.geometry.area.sum()) / 1e6)


def corner(results: Results) -> tuple[float, float]:
    """Return the south-western corner of the zones in degrees, from which dots are counted."""
    west, south, *_ = results.zones.total_bounds
    ((lon, lat),) = layers.degrees([float(west)], [float(south)], results.study.crs)
    return lon, lat


def areas(
    run: Run, sphere: str, spec: Service, schemes: Mapping[str, list[symbology.Scheme]]
) -> dict[str, Any] | None:
    """Return the figures of the small areas of a service by view: classes by scheme, value, demand."""
    layer = unit(run.results.study)
    if layer is None or spec.rule != "coverage":
        return None
    rows = run.of_service("areas", sphere, spec)
    rows = rows[rows["layer"] == layer.key].sort_values("area")
    if not len(rows):
        return None
    status = rows["status"].tolist()
    views = {}
    for view, column in COLUMNS.items():
        values = rows[column].tolist()
        views[view] = {
            "v": [_figure(v) for v in values],
            "by": [
                [_class(v, s, scheme) for v, s in zip(values, status, strict=True)]
                for scheme in schemes.get(view, [])
            ],
        }
    return {
        "demand": [_figure(v) for v in rows["demand"]],
        "gap": [_figure(v) for v in rows["gap"]],
        "views": views,
    }


def clusters(run: Run, sphere: str, spec: Service) -> list[list[float]]:
    """Return the places in a cluster of far places, as positions; none where clusters are not looked for."""
    rows = run.of_service("clusters", sphere, spec)
    rows = rows[rows["cluster"] == "far"]
    return layers.degrees(rows["x"], rows["y"], run.results.study.crs) if len(rows) else []


def area_names(results: Results, words: Words) -> dict[str, Any] | None:
    """Return the words of the small areas: what they are called together, and each by its name."""
    layer = unit(results.study)
    if layer is None or layer.label is None:
        return None
    frame = results.context[layer.key]
    names = frame["name_en" if words.lang == "en" and "name_en" in frame.columns else "name"]
    label = words.label(layer.label)
    return {
        "label": label,
        "names": [str(n) for n in names],
        "note": words.t(
            "{areas}: as the study lies on them, without interval and without rank.", areas=label
        ),
        "columns": [
            label,
            wording.zone_heading(words, results),
            words.t("Demand"),
            words.t("Coverage"),
            words.t("Gap"),
            words.t("Gap (share)"),
            words.t("Mean distance"),
        ],
    }


def area_zones(results: Results) -> list[int] | None:
    """Return the position of the zone in which each small area lies, −1 outside."""
    layer = unit(results.study)
    if layer is None:
        return None
    from geosocial.geo import ZoneIndex

    points = results.context[layer.key].geometry.representative_point()
    return [int(k) for k in ZoneIndex(results.zones).locate(points.x.to_numpy(), points.y.to_numpy())]


def _class(value: float, status: str, scheme: symbology.Scheme) -> int:
    if status == "cannot_say":
        return CANNOT_SAY
    return MISSING if status == "missing" or math.isnan(value) else symbology.class_of(value, scheme.breaks)


def _figure(x: float) -> float | None:
    return None if math.isnan(x) or math.isinf(x) else round(float(x), 4)
