import io
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geosocial import symbology
from geosocial.cartography import below, canvas, column, layers, lettering, patterns, pictures
from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.results import Results
from scripts import gallery
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results, toy_study

ROOT = Path(__file__).parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
GAP = symbology.look()["ramp"]["gap"]


@pytest.fixture(scope="module")
def toy() -> Results:
    return toy_results()


def parsed(svg: bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own file


def texts(svg: bytes) -> list[str]:
    return [t for e in parsed(svg).iter(f"{SVG}text") if (t := "".join(e.itertext()))]


def area(svg: bytes, color: str) -> float:
    """Return the area of rectangles of one size from the corners of their path."""
    (path,) = (
        p.get("d", "")
        for p in parsed(svg).iter(f"{SVG}path")
        if re.search(f"fill: {color}(;|$)", p.get("style", "")) and "stroke:" not in p.get("style", "")
    )
    rings = [re.findall(r"(-?[\d.]+) (-?[\d.]+)", ring) for ring in path.split("M")[1:]]
    return sum(shapely.Polygon([(float(x), float(y)) for x, y in ring]).area for ring in rings)


def test_each_zone_is_filled_with_the_class_of_its_figure(toy: Results) -> None:
    # Shares beyond 1 km of the toy city, by hand from its table; all zones have the same area.
    svg = pictures.draw(toy, sphere="culture", sheet=pictures.MINI)
    gaps = toy.measures[(toy.measures["sphere"] == "culture") & (toy.measures["indicator"] == "gap_share")]
    said = gaps[~gaps["status"].isin(["missing", "cannot_say"])]
    classes = Counter(min(int(v * 5 + 1e-9), 4) for v in said["value"])
    assert sum(classes.values()) == 6
    areas = {k: area(svg, GAP[k]) for k in classes}
    one = areas[next(iter(classes))] / classes[next(iter(classes))]
    for k, count in classes.items():
        assert areas[k] == pytest.approx(count * one, rel=0.01)
    # two cells of 1 km in a city of 4 km × 4 km, which fills a height of 30 mm less a margin of 5 % of 37 mm
    side = (30 - 2 * 0.05 * 37) / 25.4 * 72 / 4
    assert one == pytest.approx(2 * side * side, rel=0.01)


def test_missing_and_cannot_say_are_patterns(toy: Results) -> None:
    svg = pictures.draw(toy, sphere="housing", sheet=pictures.MINI).decode()
    for name in ("missing", "cannot_say"):
        mark = symbology.look()["pattern"][name]["mark"]
        assert f"stroke: {mark}" in svg
    # culture has zones that are missing or unsaid too, recreation's map of one served zone has neither
    one = pictures.draw(toy, sphere="recreation", zone="Z0", sheet=pictures.PLACE).decode()
    assert f"stroke: {symbology.look()['pattern']['missing']['mark']}" not in one


def test_the_legend_counts_every_zone_once(toy: Results) -> None:
    said = texts(pictures.draw(toy, sphere="housing", lang="en", letters=True))
    start = said.index("zones")
    rows = dict(zip(said[start + 1 : start + 15 : 2], said[start + 2 : start + 16 : 2], strict=True))
    assert list(rows)[-2:] == ["Cannot say", "Missing data"]
    # Z3 and Z6 cannot be said, Z4 and Z7 are missing: see the toy city.
    assert (rows["Cannot say"], rows["Missing data"]) == ("2", "2")
    assert sum(int(n) for n in rows.values()) == 8


def test_verdicts_are_those_of_the_ranking(toy: Results) -> None:
    said = texts(pictures.draw(toy, sphere="culture", indicator="verdict", lang="en", letters=True))
    start = said.index("zones")
    rows = dict(zip(said[start + 1 : start + 11 : 2], said[start + 2 : start + 12 : 2], strict=True))
    ranking = toy.ranking[toy.ranking["sphere"] == "culture"]
    verdicts = (("Underserved", "underserved"), ("Depends on the settings", "depends"), ("Served", "served"))
    for label, verdict in verdicts:
        mine = ranking[(ranking["verdict"] == verdict) & (ranking["status"] != "missing")]
        assert rows[label] == str(len(mine))
    assert rows["Cannot say"] == str((ranking["status"] == "cannot_say").sum())
    assert rows["Missing data"] == str((ranking["status"] == "missing").sum())
    assert sum(int(n) for n in rows.values()) == 8


def test_what_depends_is_dotted_and_what_cannot_be_said_is_hatched() -> None:
    circle = shapely.Point(50, 50).buffer(40)
    drawn = {}
    for paint in ("depends", "cannot_say", "missing"):
        sheet = canvas.Canvas(100, 100)
        patterns.fill(sheet, [circle], paint, hair=1.0)
        drawn[paint] = sheet.save("svg").decode()
    look = symbology.look()["pattern"]
    assert f"fill: {look['depends']['mark']}" in drawn["depends"]
    assert f"stroke: {look['cannot_say']['mark']}" in drawn["cannot_say"]
    assert f"stroke: {look['missing']['mark']}" in drawn["missing"]
    assert not any(look["depends"]["mark"] in drawn[paint] for paint in ("cannot_say", "missing"))


def test_dots_lie_on_one_grid_and_in_their_shape() -> None:
    left, right = shapely.box(0, 0, 36, 16), shapely.box(36, 0, 80, 16)
    dots = [one for part in patterns._dots([left, right], 8.0, 4.0, (0.0, 0.0)) for one in part.geoms]
    # 10 columns of two rows, of which the fifth is cut by the border at 36: two half dots
    assert len(dots) == 22
    # a circle is drawn as a polygon of 64 sides: 0.2 % less
    assert math.fsum(d.area for d in dots) == pytest.approx(20 * math.pi * 4, rel=0.01)
    assert all(shapely.covers(left, d) or shapely.covers(right, d) for d in dots)


def test_the_scale_bar_has_the_length_that_it_says(toy: Results) -> None:
    svg = pictures.draw(toy, sphere="culture", letters=True)
    color = symbology.color("map_text")
    (bar,) = (
        p.get("d", "")
        for p in parsed(svg).iter(f"{SVG}path")
        if f"stroke: {color}" in p.get("style", "") and "fill: none" in p.get("style", "")
    )
    xs = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)", bar)]
    # The height of 142.875 mm less two margins of 28 px holds 4 km.
    per_metre = (142.875 / 25.4 * 72 - 2 * 28 * 0.75) / 4000
    assert max(xs) - min(xs) == pytest.approx(500 * per_metre, rel=0.002)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_names_values_sources_and_date_stand_on_the_picture(toy: Results, lang: Any) -> None:
    said = " ".join(texts(pictures.draw(toy, sphere="culture", lang=lang, letters=True)))
    svg = pictures.draw(toy, sphere="culture", lang=lang)
    assert b"<text" not in svg  # drawn letters look alike everywhere
    for word in ("NaN", "None", "null", "gap_share", "cannot_say", "{"):
        assert word not in said
    assert words(lang).date(toy.study.edition) in said
    assert words(lang).label(toy.study.name) in said
    assert {"fr": "Données", "en": "Data"}[lang] in said


def test_french_is_spaced_as_in_quebec(toy: Results) -> None:
    wrong = re.compile(r"(?<!\u00a0)[:»%$](?!\w)|«(?!\u00a0)|[\s\u00a0][;!?]|'|\d \d{3}")
    for sphere in ("culture", "housing", "recreation"):
        for zone in (None, "Z0", "Z4"):
            said = texts(pictures.draw(toy, sphere=sphere, zone=zone, letters=True))
            assert [t for t in said if wrong.search(t)] == []


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_results_give_the_same_bytes_in_two_processes(
    toy: Results, kind: Any, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.measure.toy import toy_results;"
        "from geosocial.cartography.pictures import draw;"
        f"Path(sys.argv[1]).write_bytes(draw(toy_results(), sphere='housing', kind='{kind}', dpi=80))"
    )
    there = tmp_path / "there"
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, cwd=ROOT)
    here = pictures.draw(toy, sphere="housing", kind=kind, dpi=80)
    assert here == there.read_bytes()
    assert b"matplotlib" not in here.lower().replace(b"http://matplotlib.org/", b"")


def test_a_png_has_its_size_and_no_more_than_256_colours(toy: Results) -> None:
    with Image.open(io.BytesIO(pictures.draw(toy, sphere="culture", kind="png", dpi=96))) as picture:
        assert picture.size == (960, 540)
        assert picture.mode == "P"
        assert set(picture.info) == {"dpi", "Title"}
    with Image.open(
        io.BytesIO(pictures.draw(toy, sphere="culture", kind="png", sheet=pictures.SECTION))
    ) as picture:
        assert picture.mode == "RGBA"
        assert picture.getpixel((0, 0)) == (255, 255, 255, 0)


def hostile(toy: Results, shift: int) -> Results:
    names = [PAYLOADS[(k + shift) % len(PAYLOADS)] for k in range(len(toy.zones))]
    zones = toy.zones.assign(name_fr=names, name_en=names)
    name = PAYLOADS[shift % len(PAYLOADS)]
    return replace(toy, study=toy_study(name={"fr": name, "en": name}), zones=zones)


def test_hostile_names_stay_text(toy: Results) -> None:
    plain = {e.tag for e in parsed(pictures.draw(toy, sphere="culture", letters=True)).iter()}
    wide = replace(pictures.SLIDE, width_mm=500)
    for shift in range(0, len(PAYLOADS), 8):
        results = hostile(toy, shift)
        svg = pictures.draw(results, sphere="culture", letters=True, sheet=wide)
        root = parsed(svg)
        assert {e.tag for e in root.iter()} <= plain
        assert not [a for e in root.iter() for a in e.attrib if a.lower().startswith("on")]
        zone = pictures.draw(results, sphere="culture", zone="Z0", letters=True)
        head = canvas.wrapped(results.zones["name_fr"][0], 18, column.COLUMN - 44, weight="semibold", most=6)
        assert set(head) <= set(texts(zone))


def test_ten_thousand_letters_do_not_break_a_picture(toy: Results) -> None:
    zones = toy.zones.assign(name_fr=["long " * 2000] * 8)
    said = texts(pictures.draw(replace(toy, zones=zones), sphere="culture", zone="Z1", letters=True))
    assert max(map(len, said)) < 200


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"sphere": "music"}, "music"),
        ({"sphere": "culture", "service": "none"}, "none"),
        ({"sphere": "culture", "indicator": "rate"}, "rate"),
        ({"sphere": "culture", "zone": "Z9"}, "Z9"),
    ],
)
def test_what_the_study_does_not_have_is_refused(toy: Results, options: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        pictures.draw(toy, **options)


def test_every_map_is_written_under_a_safe_name(toy: Results, tmp_path: Path) -> None:
    written = pictures.write(toy, tmp_path, langs=("fr",))
    # Three services with two views, eight zones in three spheres; each as PNG and SVG.
    assert len(written) == (3 * 2 + 8 * 3) * 2
    assert [p.name for p in written] == pictures.names(toy, ("fr",))
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in written}
    assert all(re.fullmatch(r"[a-z0-9_-]+\.fr\.(png|svg)", p.name) for p in written)


def test_slugs_are_ascii_unique_and_never_an_index(toy: Results) -> None:
    assert layers.slugs(toy)[6:] == ["lanse-a-lorme", "ile-aux-herons"]
    zones = toy.zones.assign(
        name_fr=["A", "a", "index", "CON", "", "../../etc", "🦊", "é" * 200],
        zone_id=["1", "2", "Z2", "Z 3", "../x", "x", "a", "Z7"],
    )
    slugs = layers.slugs(replace(toy, zones=zones))
    assert slugs == ["1", "2", "z2", "z-3", "x", "etc", "a", "e" * 80]
    assert len(set(slugs)) == 8


@given(st.text(max_size=60), st.floats(60, 400))
@settings(deadline=None, max_examples=60)
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = canvas.wrapped(text, 12, width)
    assert "".join("".join(lines).split(" ")) == "".join(canvas.plain(text).split(" "))
    assert all(canvas.text_width(line, 12) <= width or len(line) <= 1 for line in lines)


@given(
    st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 200), st.floats(10, 90), st.integers(1, 3)), max_size=25
    )
)
@settings(deadline=None, max_examples=60)
def test_labels_never_touch_and_stay_in_the_room(wanted: list[tuple[float, float, float, int]]) -> None:
    zones = np.array([shapely.box(0, 0, 300, 200)] * max(1, len(wanted)), dtype=object)
    letterer = lettering.Letterer(zones, (0, 0, 300, 200))
    for k, (x, y, width, lines) in enumerate(wanted):
        letterer.place(k, [(["x"] * lines, width), (["x"], width / 2)], (x, y, 20), leaves=(99, 99))
    boxes = [shapely.box(*b) for b in letterer.taken]
    assert all(b.within(shapely.box(0, 0, 300, 200)) for b in boxes)
    assert all(a.intersection(b).area < 1e-9 for k, a in enumerate(boxes) for b in boxes[:k])


def test_a_number_stands_far_from_edge_and_points() -> None:
    # In a square of 40 with a symbol in its middle, the best place is near a quarter of the diagonal.
    x, y = lettering.farthest(shapely.box(0, 0, 40, 40), np.array([[20.0, 20.0]]), step=1)
    tried = [(a, b) for a in range(40) for b in range(40)]

    def worth(a: float, b: float) -> float:
        edge, near = min(a, b, 40 - a, 40 - b), float(np.hypot(a - 20, b - 20))
        return min(edge, near, 20) + 0.02 * (edge + min(near, 100))

    assert worth(x, y) == pytest.approx(max(worth(a, b) for a, b in tried))


def test_a_dollar_is_a_dollar() -> None:
    sheet = canvas.Canvas(50, 20)
    sheet.text(10, 30, "98 $ + $x^2$ \\alpha")
    assert texts(sheet.save("svg", letters=True)) == ["98 $ + $x^2$ \\alpha"]


@pytest.mark.parametrize("module", ["canvas", "notebook", "pictures", "surroundings"])
def test_examples_run(module: str) -> None:
    import doctest
    import importlib

    given = {"results": toy_results()} if module == "pictures" else {}
    done = doctest.testmod(importlib.import_module(f"geosocial.cartography.{module}"), extraglobs=given)
    assert done.failed == 0


def test_people_beyond_are_dots_and_sites_are_counted() -> None:
    rich = rich_results()
    svg = pictures.draw(
        rich, sphere="culture", lang="en", letters=True, sheet=replace(pictures.SLIDE, sites=3)
    )
    per = below.per_dot(rich)
    people = rich.beyond[rich.beyond["sphere"] == "culture"].groupby("zone_id")["demand"].sum()
    wanted = sum(int(p / per + 0.5) for p in people)
    assert wanted > 10
    strokes = [
        p.get("d", "").count("M")
        for p in parsed(svg).iter(f"{SVG}path")
        if "stroke-width: 1.575" in p.get("style", "") and "stroke-linecap: round" in p.get("style", "")
    ]
    assert strokes == [wanted, 5]  # those of the map, and the five of the legend
    said = texts(svg)
    assert said[said.index("Proposed sites") + 1] == "3"
    assert f"1 dot = {per:,} people" in said
    without = texts(pictures.draw(rich, sphere="culture", lang="en", letters=True, indicator="coverage"))
    assert not {"Proposed sites", "People beyond the standard"} & set(without)


def test_a_zone_counts_its_own_sites() -> None:
    sheet = replace(pictures.SLIDE, sites=3)
    said = texts(
        pictures.draw(rich_results(), sphere="culture", zone="Z1", lang="en", letters=True, sheet=sheet)
    )
    assert said[said.index("Proposed sites") + 1] == "1"


def test_the_gallery_holds_ten_small_pictures() -> None:
    files = sorted((ROOT / "maps" / "gallery").glob("*.png"))
    assert [f.name for f in files] == sorted(f"{name}.{lang}.png" for name, lang, *_ in gallery.MAPS)
    assert len(files) == 10
    assert all(f.stat().st_size <= 200_000 for f in files)


def test_a_service_of_any_name_gives_a_file_in_its_folder(toy: Results) -> None:
    keys = ("../../etc/x", "etc x", "", "🦊", "main", "etc-x")
    culture = toy.study.spheres["culture"]
    several = [culture.services[0].model_copy(update={"key": key}) for key in keys]
    sphere = culture.model_copy(update={"services": tuple(several)})
    study = toy.study.model_copy(update={"spheres": {**toy.study.spheres, "culture": sphere}})
    names = pictures.names(replace(toy, study=study), ("fr",))
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9_-]+\.fr\.(png|svg)", name) for name in names)
