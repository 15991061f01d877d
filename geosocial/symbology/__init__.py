"""Colours, shapes and class breaks, read from ``look.toml``: one look for every output.

Classes are half-open: a value belongs to the class whose lower break it reaches, ``lower ≤ value < upper``.
Shares break every 20 points; a rate breaks at multiples of its norm, a distance at multiples of its standard,
the norm and the standard themselves among them; a `Scheme` may break otherwise (`classing`).
Missing and *cannot say* are patterns, never a step of a ramp.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, InputError
from geosocial.i18n import Words
from geosocial.symbology import classing
from geosocial.symbology.classing import METHODS, Method

if TYPE_CHECKING:
    from geosocial.results import Results

__all__ = [
    "METHODS",
    "Class",
    "Method",
    "Scheme",
    "breaks",
    "class_of",
    "classes",
    "classing",
    "color",
    "look",
    "method_label",
    "norm_of",
    "ramp",
    "scheme",
    "scheme_classes",
    "shape_path",
    "sphere_color",
    "sphere_shape",
]


@dataclass(frozen=True, slots=True)
class Class:
    """A step of a legend: its colour, its bounds (``lower ≤ value < upper``) and what it says."""

    color: str
    lower: float
    upper: float
    label: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a view is classed: by which method, where it breaks, and a colour a class, one more than breaks."""

    indicator: str
    method: Method
    breaks: tuple[float, ...]
    colors: tuple[str, ...]


@cache
def look() -> Mapping[str, Any]:
    """Return the tables of ``look.toml``.

    Examples
    --------
    >>> look()["color"]["ink"]
    '#1b1f24'
    """
    return MappingProxyType(
        tomllib.loads(resources.files("geosocial").joinpath("look.toml").read_text(encoding="utf-8"))
    )


def color(name: str) -> str:
    """Return the token `name` of the table ``color``: ``ink``, ``muted``, ``line``, ``chosen`` and others."""
    return str(look()["color"][name])


def sphere_color(sphere: str) -> str:
    """Return the colour of the symbols of a sphere; ink for a sphere that has none."""
    return str(look()["sphere"].get(sphere, {}).get("color", color("ink")))


def sphere_shape(sphere: str) -> str:
    """Return the shape of the symbols of a sphere: circle, square, triangle, diamond or pentagon."""
    return str(look()["sphere"].get(sphere, {}).get("shape", "circle"))


def shape_path(shape: str, x: float, y: float, r: float) -> str:
    """Return the SVG path of a shape of visual radius `r` around (x, y); the five have about the same area.

    Examples
    --------
    >>> shape_path("square", 0, 0, 5)
    'M-4.4 -4.4h8.8v8.8h-8.8z'
    """
    if shape == "circle":
        arc = f"a{_px(r)} {_px(r)} 0 1 0"
        return f"M{_px(x - r)} {_px(y)}{arc} {_px(2 * r)} 0{arc} {_px(-2 * r)} 0z"
    if shape == "square":
        a = 0.88 * r
        return f"M{_px(x - a)} {_px(y - a)}h{_px(2 * a)}v{_px(2 * a)}h{_px(-2 * a)}z"
    corners, scale = {"triangle": (3, 1.22), "diamond": (4, 1.18), "pentagon": (5, 1.1)}[shape]
    turn = 2 * math.pi / corners
    points = (
        (x + scale * r * math.cos(k * turn - math.pi / 2), y + scale * r * math.sin(k * turn - math.pi / 2))
        for k in range(corners)
    )
    return "M" + "L".join(f"{_px(px)} {_px(py)}" for px, py in points) + "z"


def _px(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"


def ramp(indicator: str) -> tuple[str, ...]:
    """Return the colours of an indicator, from its lowest class to its highest.

    Raises
    ------
    InputError
        For an indicator that is a count: counts are symbols, never fills.
    """
    name = look()["indicator"].get(indicator)
    if name is None:
        raise InputError(
            N_("The indicator “{indicator}” is not a rate, so it has no colours."),
            hint=N_("Fill zones with one of: {known}."),
            indicator=indicator,
            known=", ".join(look()["indicator"]),
        )
    return tuple(look()["ramp"][name])


def breaks(indicator: str, *, norm: float = math.nan) -> tuple[float, ...]:
    """Return where the classes of an indicator break by fixed steps.

    A rate needs its `norm`, in the rate's own unit, a distance its standard in metres. Multiples of a norm
    are rounded to a step that suits its size (1 for a norm from 4 to 40); the norm itself is a break exactly.

    Examples
    --------
    >>> breaks("coverage")
    (0.2, 0.4, 0.6, 0.8)
    >>> breaks("rate", norm=6.2)
    (3.0, 5.0, 6.2, 8.0, 16.0)
    >>> breaks("nearest_cost", norm=1000.0)
    (500.0, 1000.0, 1500.0, 2000.0)
    """
    colours = ramp(indicator)
    multiples = look()["multiples"].get(indicator)
    if multiples is None:
        return tuple(look()["breaks"]["share"])
    if not (math.isfinite(norm) and norm > 0):
        raise InputError(
            N_("The rate has no norm to break at ({norm})."),
            hint=N_("Check the norm of the service in study.toml."),
            norm=norm,
        )
    if len(colours) == 5:
        return tuple(round(m * norm, 9) for m in multiples)
    step = 10.0 ** math.floor(math.log10(norm / 4))
    return tuple(norm if m == 1 else _rounded(m * norm, step) for m in multiples)


def scheme(
    indicator: str,
    values: Sequence[float],
    *,
    method: Method = "steps",
    norm: float = math.nan,
    centre: float = math.nan,
) -> Scheme:
    """Return how a view of `values` is classed by a method.

    Parameters
    ----------
    indicator
        One that may be a fill; `ramp` refuses the others.
    values
        The figures that may be said; NaN counts for nothing.
    norm
        What fixed steps are multiples of: the norm of a rate, the standard of a distance.
    centre
        What ``norm`` breaks around: the norm of a rate, otherwise the value of the study as a whole. Colours
        go from orange on the worse side to purple on the better one.

    Raises
    ------
    InputError
        As `breaks` and `ramp`.
    """
    if method == "steps":
        return Scheme(indicator, method, breaks(indicator, norm=norm), ramp(indicator))
    if method == "norm":
        at, colors = classing.around(values, centre), tuple(look()["ramp"]["norm"])
        if look()["worse"].get(indicator, False):
            colors = colors[::-1]
        kept = [i for i, b in enumerate(at) if b > 0 and (b < 1 or not _is_share(indicator))]
        if len(at) == 1:
            return Scheme(indicator, method, at, (colors[1], colors[4]))
        if not kept:
            return Scheme(indicator, method, (), (colors[2],))
        return Scheme(
            indicator,
            method,
            tuple(at[i] for i in kept),
            tuple(colors[i] for i in (kept[0], *(i + 1 for i in kept))),
        )
    found = {"quantile": classing.quantile, "equal": classing.equal, "natural": classing.natural}[method]
    at = found(values)
    steps = look()["ramp"]["coverage"] if indicator == "rate" else ramp(indicator)
    last = len(steps) - 1
    picked = [round(i * last / len(at)) for i in range(len(at) + 1)] if at else [last // 2]
    return Scheme(indicator, method, at, tuple(steps[i] for i in picked))


def _is_share(indicator: str) -> bool:
    return indicator not in look()["multiples"]


def _rounded(value: float, step: float) -> float:
    """Return `value` at the nearest multiple of `step`, halves up, without the dust of a binary step."""
    return round(math.floor(value / step + 0.5) * step, 9)


def class_of(value: float, at: Sequence[float]) -> int:
    """Return the class of `value` between the breaks `at`, −1 for NaN; 0 is below the first break.

    A share that should be a break but misses it by the dust of a division (1e-9) counts as the break.

    Examples
    --------
    >>> [class_of(v, (0.2, 0.4)) for v in (0.19, 0.2, 0.4, 1.0, float("nan"))]
    [0, 1, 2, 2, -1]
    """
    return -1 if math.isnan(value) else sum(value >= b - 1e-9 for b in at)


def norm_of(results: Results, sphere: str, service: str) -> float:
    """Return the norm of a ratio service in the unit of its rate; NaN for a coverage service.

    The norm ``"city"`` is the rate of the study as a whole, as `results.overall` holds it.
    """
    spec = next((s for key, s in results.study.services() if (key, s.key) == (sphere, service)), None)
    if spec is None or spec.rule != "ratio":
        return math.nan
    if spec.norm != "city":
        return float(spec.norm)
    overall = results.overall
    mine = (overall["sphere"] == sphere) & (overall["service"] == service) & (overall["indicator"] == "rate")
    return float(overall.loc[mine, "value"].iloc[0]) if mine.any() else math.nan


def classes(words: Words, indicator: str, *, norm: float = math.nan) -> list[Class]:
    """Return the classes of an indicator from the lowest to the highest, labelled in the words' language."""
    return scheme_classes(words, scheme(indicator, (), norm=norm))


def scheme_classes(words: Words, chosen: Scheme) -> list[Class]:
    """Return the classes of a scheme from the lowest to the highest, labelled in the words' language."""
    edges = (-math.inf, *chosen.breaks, math.inf)
    return [
        Class(paint, low, high, _label(words, chosen, low, high))
        for paint, low, high in zip(chosen.colors, edges[:-1], edges[1:], strict=True)
    ]


#: What each method is called in a list of choices.
LABELS: Final[Mapping[Method, str]] = MappingProxyType(
    {
        "steps": N_("Fixed steps"),
        "quantile": N_("As many in each class"),
        "equal": N_("Equal steps"),
        "natural": N_("Natural breaks"),
        "norm": N_("Around the whole"),
    }
)


def method_label(words: Words, method: Method, indicator: str = "") -> str:
    """Return the name of a method of classing; a rate breaks around its norm."""
    if method == "norm" and indicator == "rate":
        return words.t("Around the norm")
    return words.t(LABELS[method])


def _label(words: Words, chosen: Scheme, lower: float, upper: float) -> str:
    def figure(value: float, *, unit: bool = True) -> str:
        if chosen.indicator == "nearest_cost":
            return words.metres(value)
        if _is_share(chosen.indicator):
            digits = 0 if chosen.method == "norm" else _digits(100 * value)
            return words.percent(value, digits) if unit else words.number(100 * value, digits)
        if chosen.method == "steps":
            return words.number(value, 0 if value == round(value) else _decimals(value))
        return words.number(value, _digits(value))

    if math.isinf(lower) and math.isinf(upper):
        return words.t("all values")
    if math.isinf(lower):
        return words.t("under {upper}", upper=figure(upper))
    if math.isinf(upper):
        return words.t("{lower} or more", lower=figure(lower))
    return words.t("{lower} to under {upper}", lower=figure(lower, unit=False), upper=figure(upper))


def _digits(value: float) -> int:
    """Return how many digits after the point tell a break exactly, three at most."""
    return next((d for d in range(3) if abs(round(value, d) - value) < 1e-7), 3)


def _decimals(value: float) -> int:
    """Return how many digits show a break: one from 1 on, enough for two figures below."""
    return 1 if value >= 1 else 1 - math.floor(math.log10(value))
