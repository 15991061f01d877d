import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial import symbology
from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.symbology import classing
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


Triple = tuple[float, float, float]


def times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    a, b, c = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return a, b, c


def cam02(xyz: Triple, white: Triple, adapting: float) -> tuple[float, float, float]:
    """Return J, M and h (degrees) of CIECAM02 in an average surround on a background of 20."""
    cat: tuple[Triple, Triple, Triple] = (
        (0.7328, 0.4296, -0.1624),
        (-0.7036, 1.6975, 0.0061),
        (0.0030, 0.0136, 0.9834),
    )
    back: tuple[Triple, Triple, Triple] = (
        (1.096124, -0.278869, 0.182745),
        (0.454369, 0.473533, 0.072098),
        (-0.009628, -0.005698, 1.015326),
    )
    hpe: tuple[Triple, Triple, Triple] = (
        (0.38971, 0.68898, -0.07868),
        (-0.22981, 1.18340, 0.04641),
        (0.0, 0.0, 1.0),
    )
    surround, chromatic, factor = 0.69, 1.0, 1.0
    k = 1 / (5 * adapting + 1)
    fl = 0.2 * k**4 * 5 * adapting + 0.1 * (1 - k**4) ** 2 * (5 * adapting) ** (1 / 3)
    n = 20 / white[1]
    nbb, z = 0.725 * n**-0.2, 1.48 + math.sqrt(n)
    degree = factor * (1 - math.exp((-adapting - 42) / 92) / 3.6)

    def response(color: Triple) -> Triple:
        rgb, whites = times(cat, color), times(cat, white)
        adapted = [(white[1] * degree / w + 1 - degree) * c for c, w in zip(rgb, whites, strict=True)]
        a, b, c = times(hpe, times(back, (adapted[0], adapted[1], adapted[2])))

        def squash(v: float) -> float:
            x = (fl * abs(v) / 100) ** 0.42
            return math.copysign(400 * x / (x + 27.13), v) + 0.1

        return squash(a), squash(b), squash(c)

    def achromatic(r: Triple) -> float:
        return float((2 * r[0] + r[1] + r[2] / 20 - 0.305) * nbb)

    r = response(xyz)
    a, b = r[0] - 12 * r[1] / 11 + r[2] / 11, (r[0] + r[1] - 2 * r[2]) / 9
    hue = math.atan2(b, a)
    eccentric = (math.cos(hue + 2) + 3.8) / 4
    t = 50000 / 13 * chromatic * nbb * eccentric * math.hypot(a, b) / (r[0] + r[1] + 21 / 20 * r[2])
    light = 100 * (achromatic(r) / achromatic(response(white))) ** (surround * z)
    chroma = t**0.9 * math.sqrt(light / 100) * (1.64 - 0.29**n) ** 0.73
    return light, chroma * fl**0.25, math.degrees(hue) % 360


def test_the_colour_appearance_is_that_of_the_published_example() -> None:
    # CIE 159:2004: XYZ 19.01, 20, 21.78 under D65, adapting luminance 318.31.
    light, colourful, hue = cam02((19.01, 20.00, 21.78), (95.05, 100.00, 108.88), 318.31)
    assert light == pytest.approx(41.73, abs=0.01)
    assert colourful == pytest.approx(0.1088, abs=0.001)
    assert hue == pytest.approx(219.0, abs=0.1)


def seen(color: str, loss: str) -> Triple:
    """Return a colour in CAM02-UCS after a total loss of red, green or blue cones (Machado 2009)."""
    matrices: dict[str, tuple[Triple, Triple, Triple]] = {
        "protan": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
        "deutan": ((0.3673, 0.8606, -0.2280), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
        "tritan": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
        "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    }  # fmt: skip
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (min(1.0, max(0.0, c)) for c in times(matrices[loss], (linear[0], linear[1], linear[2])))
    x, y, z = times(((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)), (r, g, b))
    light, colourful, hue = cam02((100 * x, 100 * y, 100 * z), (95.05, 100.0, 108.9), 64 / math.pi / 5)
    reach, turn = math.log(1 + 0.0228 * colourful) / 0.0228, math.radians(hue)
    return 1.7 * light / (1 + 0.007 * light), reach * math.cos(turn), reach * math.sin(turn)


LOSSES = ("none", "protan", "deutan", "tritan")


@pytest.mark.parametrize("loss", LOSSES)
def test_spheres_stay_apart_for_colour_blind_readers(loss: str) -> None:
    colors = [seen(symbology.sphere_color(s), loss) for s in spheres()]
    apart = [math.dist(a, b) for k, a in enumerate(colors) for b in colors[:k]]
    assert min(apart) >= 20


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["gap", "coverage", "norm"])
def test_neighbouring_classes_are_told_apart_by_every_reader(name: str, loss: str) -> None:
    steps = [seen(c, loss) for c in LOOK["ramp"][name]]
    assert min(math.dist(a, b) for a, b in itertools.pairwise(steps)) >= 8


@pytest.mark.parametrize("loss", LOSSES)
def test_the_two_sides_of_a_norm_are_never_taken_for_one_another(loss: str) -> None:
    steps = [seen(c, loss) for c in LOOK["ramp"]["norm"]]
    assert min(math.dist(a, b) for a in steps[:2] for b in steps[4:]) >= 20


@pytest.mark.parametrize("name", ["gap", "coverage"])
def test_ramps_darken_from_class_to_class(name: str) -> None:
    lights = [luminance(c) for c in LOOK["ramp"][name]]
    assert lights == sorted(lights, reverse=True)
    assert len(set(lights)) == 5


def test_missing_and_cannot_say_are_never_a_step_of_a_ramp() -> None:
    steps = {c.casefold() for ramp in LOOK["ramp"].values() for c in ramp}
    for name in ("missing", "cannot_say"):
        pattern = LOOK["pattern"][name]
        assert not {pattern["ground"], pattern["mark"]} & steps
    assert symbology.class_of(math.nan, symbology.breaks("gap_share")) == -1


def test_what_depends_on_the_settings_shows_both_verdicts_in_light_and_dark() -> None:
    depends, gap = LOOK["pattern"]["depends"], symbology.ramp("gap_share")
    assert (depends["ground"], depends["mark"]) == (gap[0], gap[-1])
    # dots that are seen in grey, and apart from each other
    assert contrast(depends["ground"], depends["mark"]) >= 4.5
    assert depends["stroke_px"] < depends["size_px"]


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


def test_a_distance_breaks_at_multiples_of_its_standard() -> None:
    at = symbology.breaks("nearest_cost", norm=800.0)
    assert at == (400.0, 800.0, 1200.0, 1600.0)
    assert [c.label for c in symbology.classes(words("en"), "nearest_cost", norm=800.0)][1:3] == [
        "400\u00a0m to under 800\u00a0m",
        "800\u00a0m to under 1.2\u00a0km",
    ]


VALUES = st.lists(
    st.floats(0, 1, allow_nan=False).map(lambda v: round(v, 4)) | st.just(math.nan), min_size=1, max_size=40
)


@given(VALUES, st.sampled_from(["quantile", "equal", "natural", "norm"]), st.floats(0.01, 0.99))
def test_breaks_of_every_method_rise_and_have_a_colour_a_class(
    values: list[float], method: symbology.Method, centre: float
) -> None:
    chosen = symbology.scheme("gap_share", values, method=method, centre=centre)
    assert list(chosen.breaks) == sorted(set(chosen.breaks))
    assert len(chosen.colors) == len(chosen.breaks) + 1
    assert len(set(chosen.colors)) == len(chosen.colors)
    labels = [c.label for c in symbology.scheme_classes(words("fr"), chosen)]
    assert len(labels) == len(chosen.colors)
    assert not [t for t in labels if "inf" in t or "nan" in t]


def spread(groups: list[list[float]]) -> float:
    return sum(sum((v - sum(g) / len(g)) ** 2 for v in g) for g in groups if g)


@given(st.lists(st.integers(0, 60), min_size=3, max_size=9), st.integers(2, 4))
def test_natural_breaks_are_the_best_of_all_partitions(values: list[int], k: int) -> None:
    points = sorted(set(values))
    k = min(k, len(points))
    best = math.inf
    for cuts in itertools.combinations(range(1, len(points)), k - 1):
        edges = [-math.inf, *(points[c] for c in cuts), math.inf]
        groups = [[float(v) for v in values if a <= v < b] for a, b in itertools.pairwise(edges)]
        best = min(best, spread(groups))
    at = classing.natural([float(v) for v in values], k)
    edges = [-math.inf, *at, math.inf]
    found = [[float(v) for v in values if a <= v < b] for a, b in itertools.pairwise(edges)]
    assert len(at) == k - 1
    assert spread(found) == pytest.approx(best, abs=1e-6)


@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=60, unique=True))
def test_quantiles_put_as_many_in_each_class(values: list[int]) -> None:
    at = classing.quantile([v / 1e4 for v in values])
    counts = [sum(symbology.class_of(v / 1e4, at) == k for v in values) for k in range(5)]
    assert max(counts) - min(counts) <= 1


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=60))
def test_equal_steps_are_equal_and_leave_nothing_out(values: list[int]) -> None:
    at = classing.equal([v / 1e4 for v in values])
    widths = [b - a for a, b in itertools.pairwise(at)]
    assert not widths or max(widths) - min(widths) < 1e-9
    assert len(at) <= 4
    if at:
        width = widths[0] if widths else math.inf
        assert max(values) / 1e4 <= at[-1] + width + 1e-9
        assert min(values) / 1e4 >= at[0] - width - 1e-9


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_the_roundest_number_lies_between(low: float, more: float) -> None:
    assert low < classing.roundest(low, low + more) <= low + more or low + more == low


def test_a_gap_above_the_whole_is_orange_and_a_coverage_above_it_purple() -> None:
    gap = symbology.scheme("gap_share", [0.1, 0.45, 0.8], method="norm", centre=0.45)
    covered = symbology.scheme("coverage", [0.1, 0.45, 0.8], method="norm", centre=0.45)
    assert 0.45 in gap.breaks
    assert gap.colors == covered.colors[::-1]
    assert gap.colors[-1] == LOOK["ramp"]["norm"][0]
    above = gap.colors[symbology.class_of(0.45, gap.breaks)]
    assert above == LOOK["ramp"]["norm"][2]


def test_ties_are_never_parted() -> None:
    assert classing.quantile([0.2] * 10) == ()
    assert classing.natural([0.2] * 10) == ()
    assert classing.equal([0.2] * 10) == ()
    one = symbology.scheme("coverage", [0.2] * 10, method="quantile")
    assert [c.label for c in symbology.scheme_classes(words("en"), one)] == ["all values"]


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
