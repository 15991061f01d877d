"""The views of a service: which indicator fills the zones, how it is classed, what it says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from geosocial import symbology, wording
from geosocial.cartography import labels
from geosocial.cartography.shown import Run
from geosocial.study import Service

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.wording import Figure


class View(NamedTuple):
    """A view of a service: its key in the address, the indicator of its fills, that of its amounts."""

    key: str
    fill: str
    amount: str


#: The views of a service, by its rule; the first is the one that opens.
VIEWS: Final[Mapping[str, tuple[View, ...]]] = {
    "coverage": (
        View("gap", "gap_share", "gap"),
        View("coverage", "coverage", "coverage"),
        View("distance", "nearest_cost", "nearest_cost"),
    ),
    "ratio": (View("gap", "gap_share", "gap"), View("rate", "rate", "rate")),
}
#: Class numbers of zones without a colour.
MISSING, CANNOT_SAY = -1, -2
SHARES: Final = frozenset({"gap_share", "coverage"})


def figure(x: float) -> float | None:
    """Return a figure for JSON, to six digits; None where it is not known."""
    return None if math.isnan(x) else round(x, 6)


def _said(figures: Sequence[Figure]) -> list[Figure]:
    return [f for f in figures if f.status not in {"missing", "cannot_say"} and not math.isnan(f.value)]


def views(run: Run, sphere: str, spec: Service) -> list[View]:
    """Return the views of a service: that of distances only where the run holds them."""
    city = run.figures.value("", sphere, spec.key, "nearest_cost")
    return [v for v in VIEWS[spec.rule] if v.key != "distance" or not math.isnan(city.value)]


def schemes(run: Run, sphere: str, spec: Service, view: View) -> list[symbology.Scheme]:
    """Return the ways in which a view may be classed, each that parts the zones; fixed steps first."""
    key = ("schemes", sphere, spec.key, view.key)
    return run.once(key, lambda: _schemes(run, sphere, spec, view))


def _schemes(run: Run, sphere: str, spec: Service, view: View) -> list[symbology.Scheme]:
    fill, results = view.fill, run.results
    norm = (
        symbology.norm_of(results, sphere, spec.key) if fill == "rate" else float(spec.standard_m or math.nan)
    )
    city = run.figures.value("", sphere, spec.key, fill).value
    values = [f.value for f in _said([run.figures.value(z, sphere, spec.key, fill) for z in run.zones])]
    out: list[symbology.Scheme] = []
    for method in symbology.METHODS:
        if (
            (method == "steps" or fill == "rate")
            and fill not in SHARES
            and not (math.isfinite(norm) and norm > 0)
        ):
            continue
        if method == "norm" and fill == "rate":
            continue  # its fixed steps are those around the norm
        found = symbology.scheme(fill, values, method=method, norm=norm, centre=city)
        if method == "steps" or (found.breaks and all(found.breaks != o.breaks for o in out)):
            out.append(found)
    return out


def view(
    run: Run, sphere: str, spec: Service, shown: View, ways: Sequence[symbology.Scheme]
) -> dict[str, Any]:
    """Return the figures of a view: values, intervals, amounts, and the class of each zone in each way."""
    key, fill, amount = shown
    found, zones = run.figures, run.zones
    figures = [found.value(z, sphere, spec.key, fill) for z in zones]
    amounts = [found.value(z, sphere, spec.key, amount) for z in zones]
    norm = symbology.norm_of(run.results, sphere, spec.key) if fill == "rate" else math.nan

    def classed(at: Sequence[float]) -> list[int]:
        return [_class(f.value, f.status, at) for f in figures]

    return {
        "key": key,
        # where the amount and the share are explained
        "x": [amount, fill],
        "good": 1 if fill in {"coverage", "rate"} else -1,
        # the first way stands by itself; the others are offered beside it
        "colors": list(ways[0].colors) if ways else [],
        "cls": classed(ways[0].breaks) if ways else [_class(math.nan, f.status, ()) for f in figures],
        "by": [
            {"key": ways[0].method if ways else "steps"},
            *({"key": w.method, "colors": list(w.colors), "cls": classed(w.breaks)} for w in ways[1:]),
        ],
        "v": [figure(f.value) for f in figures],
        "lo": [figure(f.lower) for f in figures],
        "hi": [figure(f.upper) for f in figures],
        "n": [figure(f.value) for f in amounts] if amount != fill else None,
        "city": figure(found.value("", sphere, spec.key, fill).value),
        "norm": figure(norm),
        "max": _top(figures, fill, norm),
    }


def _top(figures: Sequence[Figure], fill: str, norm: float) -> float:
    """Return the end of the axis of a view."""
    if fill in SHARES:
        return 1.0
    ends = [x for f in _said(figures) for x in (f.value, f.upper) if not math.isnan(x)]
    if math.isfinite(norm):
        ends.append(norm * 1.2)
    return figure(max(ends, default=1.0)) or 1.0


def _class(value: float, status: str, at: Sequence[float]) -> int:
    if status == "cannot_say":
        return CANNOT_SAY
    return MISSING if status == "missing" or math.isnan(value) else symbology.class_of(value, at)


def view_text(run: Run, words: Words, sphere: str, spec: Service, shown: View) -> dict[str, Any]:
    """Return what a view says in one language."""
    key, fill, amount = shown
    results, found, zones = run.results, run.figures, run.zones
    norm = symbology.norm_of(results, sphere, spec.key) if fill == "rate" else math.nan
    sentence, under = wording.headline(words, results, sphere, spec.key, key)
    city = found.value("", sphere, spec.key, fill)
    top = _top([found.value(z, sphere, spec.key, fill) for z in zones], fill, norm)
    return {
        "label": labels.view_label(words, spec, key),
        "title": wording.legend_title(words, results, sphere, spec.key, fill),
        "by": [
            {
                "label": symbology.method_label(words, way.method, fill),
                "classes": [c.label for c in symbology.scheme_classes(words, way)],
            }
            for way in schemes(run, sphere, spec, shown)
        ]
        or [{"label": symbology.method_label(words, "steps"), "classes": []}],
        "a": sentence,
        "b": under,
        "city": wording.value(words, fill, city.value),
        "axis": [
            wording.value(words, fill, 0.0) if fill != "rate" else words.number(0.0),
            labels.mark(words, fill, city.value),
            wording.value(words, fill, top) if fill != "rate" else words.number(top),
        ],
        "order": labels.order_note(words, spec, key),
        "scale": words.t("Dot: value. Line: the whole.")
        if key == "distance"
        else labels.scale_note(words, results, spec),
        "care": labels.care(words, results, sphere, spec, fill=fill),
        **labels.zone_values(words, results, sphere, spec, zones, fill=fill, amount=amount),
    }
