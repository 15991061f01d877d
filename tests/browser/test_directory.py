"""The map of the public directory: found, filtered, read, printed; nothing of a person, nothing that runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial import pipeline
from geosocial.cartography.directory import names, write_directory_map
from geosocial.results import Results
from geosocial.study import read_study
from tests.cartography.payloads import PAYLOADS
from tests.report.test_directory import HOME, ROWS, SECRETS, write_study

pytestmark = pytest.mark.browser
NB = "\u00a0"
#: Published: A, two homes (B, C) and five in the east; two of those stand on one place.
SHOWN = ["Atelier Un", *(f"Est {n}" for n in range(5)), "Maison B", "Studio C"]


def made(folder: Path, rows: tuple[tuple[object, ...], ...]) -> Path:
    own = pipeline.compute(read_study(write_study(folder, rows, HOME)))
    write_directory_map(own, folder / "directory")
    return folder / "directory" / "map.html"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    together = ("K9", "Ensemble", "library", "", "existing", 302_100, 5_040_100, "")
    return made(tmp_path_factory.mktemp("toy"), (*ROWS, together))


def listed(page: Page) -> list[str]:
    return page.locator("#items b").all_text_contents()


def opened(page: Page, file: Path, lang: str = "fr") -> None:
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#lang={lang}")
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")


def test_it_is_found_by_words_sphere_and_place(page: Page, file: Path) -> None:
    opened(page, file)
    assert listed(page) == ["Atelier Un", "Ensemble", *SHOWN[1:]]
    assert page.locator("#status").text_content() == "9 initiatives"
    assert (
        page.locator("#lead").text_content()
        == f"9 initiatives de l’économie sociale, dans 1 domaine et 2{NB}arrondissements."
    )
    page.locator("#q").fill("BIBLIOTHÈQUE est 3")
    assert listed(page) == ["Est 3"]
    page.locator("#q").fill("nulle part")
    assert page.locator("#status").text_content() == "Aucune initiative trouvée"
    page.locator("#q").fill("")
    page.locator("#zone").select_option("0")
    assert listed(page) == ["Atelier Un", "Maison B", "Studio C"]
    # of one zone neither a total nor a small count is told
    assert page.locator("#status").text_content() == "Ouest"
    page.get_by_role("radio", name=re.compile("Culture")).check()
    assert page.locator("#status").text_content() == "Moins de 5 initiatives"
    page.locator("#zone").select_option("1")
    assert page.locator("#status").text_content() == "6 initiatives"
    page.locator("[data-l=en]").click()
    assert page.locator("#status").text_content() == "6 initiatives"
    assert page.locator("#name").text_content() == "The social economy near you"
    assert page.title() == "The social economy near you – Toy"


def test_a_home_is_hollow_at_its_cell_and_said_to_be_approximate(page: Page, file: Path) -> None:
    opened(page, file)
    page.get_by_role("button", name="Maison B").click()
    card = page.locator("#card")
    expect(card).to_contain_text("Position approximative, pour protéger un domicile.")
    assert card.locator("#told path").first.get_attribute("fill") == "#fff"
    about = page.locator("#about").text_content() or ""
    assert f"une maille de 500{NB}m" in about
    assert "Pour un même lieu, les nombres de 1 à 4 ne sont pas donnés" in about
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.get_by_role("button", name="Atelier Un").click()
    expect(card).to_contain_text("Atelier Un")
    assert "approximative" not in (card.text_content() or "")


def test_names_with_a_hyphen_are_upright_and_uncut(page: Page, file: Path) -> None:
    opened(page, file)
    style = page.evaluate(
        """() => {
            const part = document.createElement('span');
            part.className = 'nb';
            document.getElementById('items').append(part);
            const { fontStyle, fontSize, whiteSpace } = getComputedStyle(part);
            return [fontStyle, fontSize === getComputedStyle(part.parentNode).fontSize, whiteSpace];
        }"""
    )
    assert style == ["normal", True, "nowrap"]


def test_no_symbol_covers_a_name_of_the_city(page: Page, tmp_path: Path) -> None:
    """Each name is looked at on a grid of 2 pixels: nowhere is it inside a symbol. Six were."""
    write_directory_map(pipeline.compute(read_study(None)), tmp_path)
    opened(page, tmp_path / "map.html")
    covered = page.evaluate("""() => {
        const signs = [...document.querySelectorAll('svg.over path[fill]:not([fill=none])')];
        const hit = (x, y) => signs.some((s) => s.isPointInFill(new DOMPoint(x, y)));
        const names = [...document.querySelectorAll('svg.over text.zn')];
        const over = names.filter((name) => {
            const b = name.getBBox();
            for (let x = b.x; x <= b.x + b.width; x += 2)
                for (let y = b.y + 2; y <= b.y + b.height - 2; y += 2) if (hit(x, y)) return true;
            return false;
        });
        return [signs.length > 0, names.length, over.map((name) => name.textContent)];
    }""")
    assert covered[0]
    assert covered[1] >= 18
    assert covered[2] == []


def test_what_stands_on_one_place_is_told_together(page: Page, file: Path) -> None:
    opened(page, file)
    page.get_by_role("button", name="Ensemble").click()
    ring = page.locator(".over circle").last
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    x, y = (float(ring.get_attribute(name) or "nan") for name in ("cx", "cy"))
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator("#card h3")).to_have_text("Plusieurs initiatives ici")
    # one metre from the next: the eye cannot part them at this scale
    together = page.locator("#card li").all_text_contents()
    assert sorted(together) == ["Ensemble", *(f"Est {n}" for n in range(5))]
    page.locator("#card li button", has_text="Est 0").click()
    expect(page.locator("#card h3")).to_have_text("Est 0")
    assert page.locator("#items .on").all_text_contents() == ["Est 0Bibliothèque publique · Est"]


def test_nothing_of_a_person_is_in_the_page_and_it_leads_to_the_directory_alone(
    page: Page, file: Path
) -> None:
    text = file.read_text(encoding="utf-8")
    for secret in (*SECRETS, "En projet", "Dehors", "Appelez", "Rejetée"):
        assert secret not in text
    opened(page, file)
    data = json.loads(page.locator("#page").text_content() or "")
    degrees = {i[2]: i[:2] for i in data["items"]}
    # the centres of the cells, by PROJ: not where the homes are
    import pyproj

    wgs = pyproj.Transformer.from_crs("EPSG:32188", "EPSG:4326", always_xy=True)
    for name, place in {"Maison B": (300_750, 5_040_750), "Studio C": (300_250, 5_040_750)}.items():
        assert degrees[name] == [round(v, 5) for v in wgs.transform(*place)]
    links = page.locator("a[href]").evaluate_all("es => es.map((e) => e.getAttribute('href'))")
    assert set(links) == {"#main", "initiatives.geojson", "directory.jsonld"}
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_in_its_states(
    request: pytest.FixtureRequest, file: Path, width: int, lang: str, axe: Callable[[Page], list[str]]
) -> None:
    page: Page = request.getfixturevalue("page" if width == 1280 else "phone")
    opened(page, file, lang)
    assert axe(page) == []
    page.locator("#items button").nth(1).click()
    expect(page.locator("#card")).to_be_visible()
    page.locator("#zone").select_option("1")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_paper_the_list_is_whole_and_the_controls_are_gone(page: Page, tmp_path: Path) -> None:
    rows = tuple(
        (f"N{n}", f"Nom {n:03}", "library", "npo", "existing", 300_000 + n, 5_040_100, "") for n in range(450)
    )
    opened(page, made(tmp_path, rows))
    assert len(listed(page)) == 200
    page.get_by_role("button", name="En montrer plus").click()
    assert len(listed(page)) == 400
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert len(listed(page)) == 450
    for hidden in ("#q", "#zone", "#zoom", "#card", "#langs", "#files"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".over path").first).to_be_visible()
    expect(page.get_by_text("Culture", exact=True)).to_be_visible()


def test_hostile_names_stay_text(page: Page, tmp_path: Path) -> None:
    rows = tuple(
        (n, p, "library", "npo", "existing", 300_100 + n, 5_040_100, "") for n, p in enumerate(PAYLOADS)
    )
    file = made(tmp_path, rows)
    opened(page, file)
    shown = {re.sub(r"\s+", " ", t).strip() for t in listed(page)}
    wanted = {re.sub(r"\s+", " ", p).strip() for p in PAYLOADS} - {""}
    assert wanted <= shown
    for n in range(0, len(PAYLOADS), 5):
        page.locator("#items button").nth(n).dispatch_event("click")
        expect(page.locator("#card h3")).to_have_count(1)
    for payload in PAYLOADS[::4]:
        page.locator("#q").fill(payload[:300])
    opened(page, Path(f"{file}"), "en")
    page.goto(f"{file.as_uri()}#lang=__proto__&s={PAYLOADS[0]}")
    assert page.locator("main script, main iframe, main img, main a[href^=javascript]").count() == 0


def test_the_same_study_gives_the_same_bytes_and_none_without_a_directory(
    tmp_path: Path, toy: Results
) -> None:
    write_directory_map(toy, tmp_path / "1")
    write_directory_map(toy, tmp_path / "2")
    assert (tmp_path / "1" / "map.html").read_bytes() == (tmp_path / "2" / "map.html").read_bytes()
    import dataclasses

    silent = dataclasses.replace(toy, study=toy.study.model_copy(update={"directory": None}))
    assert names(toy) == ["map.html"]
    assert names(silent) == []
    write_directory_map(silent, tmp_path / "3")
    assert not (tmp_path / "3").exists()


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return pipeline.compute(read_study(write_study(tmp_path_factory.mktemp("plain"))))
