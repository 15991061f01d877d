import itertools
import math

import pytest

from geosocial import symbology
from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.vocabulary import spheres

LOOK = symbology.look()


def luminance(color: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("sphere", spheres())
def test_every_sphere_has_a_colour_that_is_seen_on_white(sphere: str) -> None:
    assert contrast(symbology.sphere_color(sphere), "#ffffff") >= 3


def test_each_sphere_has_a_shape_of_its_own() -> None:
    shapes = [symbology.sphere_shape(s) for s in spheres()]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"),
        ("muted", "paper"),
        ("muted", "wash"),
        ("link", "paper"),
        ("link", "wash"),
        ("link", "chosen_wash"),
        ("map_text", "water"),
        ("water_name", "water"),
        ("land_name", "land"),
        ("chosen", "paper"),
    ],
)
def test_text_is_readable(text: str, ground: str) -> None:
    assert contrast(symbology.color(text), symbology.color(ground)) >= 4.5


@pytest.mark.parametrize("name", ["control", "dot", "boundary", "swatch_border", "chosen"])
def test_controls_and_marks_are_seen_on_white(name: str) -> None:
    assert contrast(symbology.color(name), "#ffffff") >= 3


def seen(color: str, loss: str) -> tuple[float, float, float]:
    """Return a colour in CIELAB after a total loss of red, green or blue cones (Machado 2009)."""
    matrices = {
        "protan": (0.1523, 1.0526, -0.2049, 0.1145, 0.7863, 0.0992, -0.0039, -0.0481, 1.0520),
        "deutan": (0.3673, 0.8606, -0.2280, 0.2801, 0.6725, 0.0474, -0.0118, 0.0429, 0.9689),
        "tritan": (1.2555, -0.0767, -0.1788, -0.0784, 0.9308, 0.1476, 0.0047, 0.6914, 0.3039),
        "none": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    }  # fmt: skip
    rows = [matrices[loss][k : k + 3] for k in (0, 3, 6)]
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    sums = (sum(m * c for m, c in zip(row, linear, strict=True)) for row in rows)
    r, g, b = (min(1.0, max(0.0, total)) for total in sums)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("loss", ["none", "protan", "deutan", "tritan"])
def test_spheres_stay_apart_for_colour_blind_readers(loss: str) -> None:
    colors = [seen(symbology.sphere_color(s), loss) for s in spheres()]
    apart = [math.dist(a, b) for k, a in enumerate(colors) for b in colors[:k]]
    assert min(apart) >= 15


@pytest.mark.parametrize("name", ["gap", "coverage"])
def test_ramps_darken_from_class_to_class(name: str) -> None:
    lights = [luminance(c) for c in LOOK["ramp"][name]]
    assert lights == sorted(lights, reverse=True)
    assert len(set(lights)) == 5


def test_missing_and_cannot_say_are_never_a_step_of_a_ramp() -> None:
    steps = {c.casefold() for ramp in LOOK["ramp"].values() for c in ramp}
    for pattern in LOOK["pattern"].values():
        assert not {pattern["ground"], pattern["mark"]} & steps
    assert symbology.class_of(math.nan, symbology.breaks("gap_share")) == -1


def test_shares_break_every_20_points() -> None:
    at = symbology.breaks("gap_share")
    values = [0.0, 0.1999, 0.2, 0.3999, 0.4, 0.6, 0.7999, 0.8, 1.0]
    assert [symbology.class_of(v, at) for v in values] == [0, 0, 1, 1, 2, 3, 3, 4, 4]


def test_a_share_that_dust_keeps_from_its_break_counts_as_the_break() -> None:
    assert symbology.class_of(1 - 0.8, symbology.breaks("coverage")) == 1
    assert 1 - 0.8 < 0.2


def test_a_rate_breaks_at_its_norm_exactly() -> None:
    # Half, four fifths, the norm, a quarter more, two and a half times, on whole numbers.
    assert symbology.breaks("rate", norm=8.376186) == (4.0, 7.0, 8.376186, 10.0, 21.0)
    at = symbology.breaks("rate", norm=6.2)
    assert [symbology.class_of(v, at) for v in (2.99, 3, 6.199, 6.2, 8, 16)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("norm", [0.03, 0.5, 1.0, 3.9, 4.0, 6.2, 39.9, 40.0, 777.0])
def test_breaks_of_any_norm_rise(norm: float) -> None:
    at = symbology.breaks("rate", norm=norm)
    assert list(at) == sorted(set(at))
    assert norm in at


@pytest.mark.parametrize("norm", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_without_a_norm_has_no_classes(norm: float) -> None:
    with pytest.raises(InputError, match="no norm"):
        symbology.breaks("rate", norm=norm)


def test_a_count_is_never_a_fill() -> None:
    with pytest.raises(InputError, match="gap_share, coverage, rate"):
        symbology.ramp("supply")


def test_labels_of_the_classes_in_both_languages() -> None:
    nb = "\u00a0"
    assert [c.label for c in symbology.classes(words("fr"), "gap_share")] == [
        f"moins de 20{nb}%",
        f"20 à moins de 40{nb}%",
        f"40 à moins de 60{nb}%",
        f"60 à moins de 80{nb}%",
        f"80{nb}% ou plus",
    ]
    assert [c.label for c in symbology.classes(words("en"), "rate", norm=6.2)] == [
        "under 3",
        "3 to under 5",
        "5 to under 6.2",
        "6.2 to under 8",
        "8 to under 16",
        "16 or more",
    ]
    assert symbology.classes(words("fr"), "rate", norm=6.2)[3].label == "6,2 à moins de 8"


def test_classes_cover_every_value_once() -> None:
    for indicator, norm in (("gap_share", math.nan), ("coverage", math.nan), ("rate", 6.2)):
        classes = symbology.classes(words("en"), indicator, norm=norm)
        assert classes[0].lower == -math.inf
        assert classes[-1].upper == math.inf
        assert all(a.upper == b.lower for a, b in itertools.pairwise(classes))


def test_shapes_have_about_the_same_area() -> None:
    import shapely

    def area(shape: str) -> float:
        if shape == "circle":
            return math.pi * 25
        if shape == "square":
            return (2 * 0.88 * 5) ** 2
        path = symbology.shape_path(shape, 0, 0, 5).removeprefix("M").removesuffix("z")
        return float(shapely.Polygon([tuple(map(float, p.split())) for p in path.split("L")]).area)

    areas = [area(s["shape"]) for s in LOOK["sphere"].values()]
    assert max(areas) / min(areas) < 2
    assert symbology.shape_path("circle", 7, 7, 5) == "M2 7a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"
