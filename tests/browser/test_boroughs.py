"""The borough pages as a reader meets them: links, map, table, keyboard, languages, paper."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from geosocial.cartography.atlas import write_atlas
from geosocial.cartography.boroughs import write_boroughs
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.cartography.test_boroughs import hostile
from tests.chromium import watched
from tests.measure.toy import toy_results

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, results = tmp_path_factory.mktemp("maps"), toy_results()
    write_atlas(results, folder / "atlas.html")
    write_boroughs(results, folder / "boroughs")
    return folder / "boroughs"


def url(folder: Path, name: str, more: str = "") -> str:
    return (folder / f"{name}.html").as_uri() + more


def test_it_opens_in_french_and_changes_language_without_loading(page: Page, folder: Path) -> None:
    page.goto(url(folder, "cote-des-pins"))
    expect(page.locator("html")).to_have_attribute("lang", "fr-CA")
    expect(page.get_by_role("heading", level=1)).to_have_text("Côte-des-Pins")
    expect(page).to_have_title("Côte-des-Pins – Ville d’essai")
    french = page.locator("body").inner_text()
    page.get_by_role("button", name="EN – English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-CA")
    english = page.locator("body").inner_text()
    assert "lang=en" in page.url
    for word in ("Neighbours", "Rank", "Sources", "Value", "Open in the atlas"):
        assert word in english
    for word in ("Voisins", "Rang", "Valeur", "Ouvrir dans l’atlas"):
        assert word in french
        assert word not in english


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_key_and_no_missing_value_is_shown(page: Page, folder: Path, lang: str) -> None:
    for name in ("index", "saint-elie", "ile-aux-herons", "champ-du-moulin"):
        page.goto(url(folder, name, f"#lang={lang}"))
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        text = page.locator("body").inner_text()
        for word in ("NaN", "null", "None", "undefined", "gap_share", "cannot_say", "per_100", "{", "}"):
            assert word not in text, name


def test_each_strip_has_a_dot_for_each_zone_that_has_a_figure(page: Page, folder: Path) -> None:
    page.goto(url(folder, "champ-du-moulin", "#lang=en"))
    strips = page.locator("#place td.s svg")
    results = toy_results()
    counts = []
    for sphere, spec in results.study.services():
        mine = results.measures[
            (results.measures["sphere"] == sphere) & (results.measures["service"] == spec.key)
        ]
        for indicator in ("gap_share", "rate" if spec.rule == "ratio" else "coverage"):
            rows = mine[mine["indicator"] == indicator]
            counts.append(int((~rows["status"].isin(["missing", "cannot_say"])).sum()))
    assert [strips.nth(k).locator("circle").count() for k in range(strips.count())] == counts
    assert [strips.nth(k).locator("circle.me").count() for k in range(strips.count())] == [1] * len(counts)


def test_a_sentence_a_service_and_what_is_missing_says_so(page: Page, folder: Path) -> None:
    page.goto(url(folder, "saint-elie", "#lang=en"))
    expect(page.locator("#say li")).to_have_count(3)
    housing = page.locator("#say li").filter(has_text="Housing")
    expect(housing).to_contain_text("missing data")
    expect(housing).to_contain_text("this does not mean zero")


def test_the_index_leads_to_a_page_and_the_page_to_its_neighbours_and_the_atlas(
    page: Page, folder: Path
) -> None:
    page.goto(url(folder, "index", "#lang=en"))
    expect(page.locator("#all tbody tr")).to_have_count(8)
    page.get_by_role("link", name="Old Borough").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Old Borough")
    near = page.locator("#near a")
    assert near.all_inner_texts() == [
        "Champ-du-Moulin", "Rivière-Verte", "Côte-des-Pins", "Saint-Élie", "Pointe-Est"
    ]  # fmt: skip
    page.get_by_role("link", name="Pointe-Est").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pointe-Est")
    page.get_by_role("link", name="Open in the atlas").click()
    expect(page).to_have_title(re.compile("atlas"))
    expect(page.get_by_role("heading", name="Pointe-Est")).to_be_visible()


def test_depends_cannot_say_and_missing_are_three_marks_in_the_cells_and_in_the_legend(
    page: Page, folder: Path
) -> None:
    page.goto(url(folder, "index", "#lang=en"))
    drawings = {"depends on the settings": "spots", "cannot say": "hatch", "missing data": "miss"}
    cells = page.locator("#all td .vd")
    shown = [
        (cell.locator(".vh").inner_text(), cell.locator("rect").get_attribute("fill")) for cell in cells.all()
    ]
    for word, pattern in drawings.items():
        assert {fill for said, fill in shown if said == word} == {f"url(#{pattern})"}
        entry = page.locator("#marks li").filter(has_text=re.compile(word, re.IGNORECASE))
        expect(entry.locator("rect")).to_have_attribute("fill", f"url(#{pattern})")
        assert page.locator(f"pattern#{pattern}").count() == 1
    # a dot is no line: told apart without colour
    assert page.locator("pattern#spots circle").count() == 1
    assert page.locator("pattern#hatch circle, pattern#miss circle").count() == 0


def test_names_of_the_index_stand_on_one_line_where_there_is_room(page: Page, tmp_path: Path) -> None:
    toy = toy_results()
    names = ["Villeray–Saint-Michel–Parc-Extension", *toy.zones["name_en"][1:]]
    write_boroughs(replace(toy, zones=toy.zones.assign(name_en=names)), tmp_path)
    page.goto((tmp_path / "index.html").as_uri() + "#lang=en")
    link = page.locator("#all th a").filter(has_text=names[0])
    assert link.evaluate("link => new Set([...link.getClientRects()].map((r) => r.top)).size") == 1


def test_the_index_sorts_by_its_headings(page: Page, folder: Path) -> None:
    page.goto(url(folder, "index", "#lang=en"))
    people = [4000, 4000, 4000, 5000, 4000, 1500, 300]  # by hand from the toy city; Z7 is not known
    header = page.get_by_role("columnheader", name="Residents")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    shown = [t.replace(",", "") for t in page.locator("#all tbody td:nth-child(2)").all_inner_texts()]
    assert shown == [*map(str, sorted(people)), "–"]
    header.get_by_role("button").click()
    shown = [t.replace(",", "") for t in page.locator("#all tbody td:nth-child(2)").all_inner_texts()]
    assert shown == [*map(str, sorted(people, reverse=True)), "–"]


def test_an_initiative_is_found_on_the_map_from_the_table(page: Page, folder: Path) -> None:
    page.goto(url(folder, "cote-des-pins", "#lang=en"))
    page.get_by_role("button", name="Théâtre de la Côte").click()
    expect(page.locator("#tip")).to_contain_text("Théâtre de la Côte")
    expect(page.locator("#ini tr.on")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()
    expect(page.locator("#ini tr.on")).to_have_count(0)


def test_a_symbol_says_its_name_under_the_pointer(page: Page, folder: Path) -> None:
    page.goto(url(folder, "cote-des-pins", "#lang=en"))
    for label in page.locator("#keys input").all()[1:]:
        label.uncheck()
    symbol = page.locator(".over path").last.bounding_box()
    assert symbol is not None
    page.mouse.move(symbol["x"] + symbol["width"] / 2, symbol["y"] + symbol["height"] / 2)
    expect(page.locator("#tip")).to_contain_text("Théâtre de la Côte")
    page.mouse.click(symbol["x"] + symbol["width"] / 2, symbol["y"] + symbol["height"] / 2)
    expect(page.locator("#ini tr.on")).to_have_count(1)


def test_symbols_are_switched_and_the_map_zooms(page: Page, folder: Path) -> None:
    page.goto(url(folder, "champ-du-moulin", "#lang=en"))
    boxes = page.locator("#keys input")
    for box in boxes.all():
        box.uncheck()
    expect(page.locator(".over path")).to_have_count(0)
    page.locator("#keys label").filter(has_text="Culture").locator("input").check()
    expect(page.locator(".over path").first).to_be_visible()
    before = page.locator("#scale i").evaluate("e => e.offsetWidth") / 1
    page.get_by_role("button", name="Zoom in").click()
    text, after = page.locator("#scale").inner_text(), page.locator("#scale i").evaluate("e => e.offsetWidth")
    assert text
    assert after != before
    page.get_by_role("button", name="Show the whole city").click()
    assert page.locator("#scale i").evaluate("e => e.offsetWidth") == before


def test_the_keyboard_alone_is_enough(page: Page, folder: Path) -> None:
    page.goto(url(folder, "cote-des-pins", "#lang=en"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(document.activeElement.textContent || document.activeElement.ariaLabel || '').trim()"
            )
        )
    assert {"Open in the atlas", "Théâtre de la Côte", "Champ-du-Moulin"} <= reached
    page.get_by_role("button", name="Théâtre de la Côte").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Théâtre de la Côte")).to_be_focused()
    expect(page.locator("#tip")).to_be_visible()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing(
    page: Page, phone: Page, folder: Path, axe: Callable[[Page], list[str]], lang: str
) -> None:
    for view in (page, phone):
        for name in ("index", "cote-des-pins", "ile-aux-herons"):
            view.goto(url(folder, name, f"#lang={lang}"))
            assert axe(view) == []
        if name != "index":
            view.goto(url(folder, "cote-des-pins", f"#lang={lang}"))
            view.get_by_role("button", name="Théâtre de la Côte").click()
            assert axe(view) == []


def test_nothing_is_wider_than_a_phone(phone: Page, folder: Path) -> None:
    for name in ("index", "cote-des-pins"):
        phone.goto(url(folder, name))
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    # the place of a zone is read without scrolling sideways: each figure over its strip
    table = phone.locator(".tw:has(#place)")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    for row in phone.locator("#place tr:has(td.s)").all():
        value, strip = row.locator("td:nth-child(3)").bounding_box(), row.locator("td.s").bounding_box()
        assert value is not None
        assert strip is not None
        assert value["x"] + value["width"] <= 390
        assert value["y"] + value["height"] <= strip["y"] + 1


def test_on_a_phone_the_index_fits_and_no_name_is_cut_at_a_hyphen(phone: Page, folder: Path) -> None:
    phone.goto(url(folder, "index", "#lang=en"))
    box, name = phone.locator(".tw:has(#all)"), phone.get_by_role("link", name="Champ-du-Moulin")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(name).to_be_visible()
    # each verdict of the first zone stands on the phone, its figure under its mark
    cells = phone.locator("#all tbody tr").first.locator(".vd")
    for cell in cells.all():
        inside = cell.bounding_box()
        assert inside is not None
        assert inside["x"] >= 0
        assert inside["x"] + inside["width"] <= 390
    # the head of the page is one line
    head = phone.locator("header.head").bounding_box()
    assert head is not None
    assert head["height"] < 60
    part = phone.locator("#all .nb").filter(has_text="Champ-du-Moulin")
    assert part.evaluate("part => part.getClientRects().length") == 1


def test_a_page_prints_without_its_controls(page: Page, folder: Path) -> None:
    page.goto(url(folder, "cote-des-pins", "#lang=en"))
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Zoom in")).to_be_hidden()
    expect(page.get_by_role("link", name="Open in the atlas")).to_be_hidden()
    expect(page.locator("#say li").first).to_be_visible()
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


def test_hostile_names_are_text_everywhere(browser: Browser, tmp_path: Path) -> None:
    results = toy_results()
    for shift in range(0, len(PAYLOADS), 16):
        made = hostile(results, shift)
        folder = tmp_path / str(shift)
        write_boroughs(made, folder)
        pages = sorted(folder.glob("*.html"))
        with watched(browser, width=1280, height=800) as page:
            for path in [folder / "index.html", *pages[:4]]:
                page.goto(path.as_uri())
                expect(page.get_by_role("heading", level=1)).not_to_be_empty()
                assert page.locator("img, iframe, base, math, details").count() == 0
            third = boroughs_page(made, folder)
            page.goto(third.as_uri())
            shown = page.locator("#ini .ib")
            expect(shown).to_have_count(len(PAYLOADS) + 1)
            assert set(PAYLOADS) <= set(shown.evaluate_all("all => all.map((b) => b.textContent)"))
            for k in range(0, len(PAYLOADS), 9):
                shown.nth(k).click()
                expect(page.locator("#tip")).to_be_visible()


def boroughs_page(results: object, folder: Path) -> Path:
    from geosocial.cartography import boroughs

    return folder / boroughs.names(results)[3]  # type: ignore[arg-type]


def test_ten_thousand_letters_stay_in_the_page(page: Page, tmp_path: Path) -> None:
    results = toy_results()
    zones = results.zones.assign(name_fr=["a" * 10_000, *results.zones["name_fr"][1:]])
    write_boroughs(replace(results, zones=zones), tmp_path)
    page.goto((tmp_path / "riviere-verte.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Rivière-Verte")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_proposed_sites_and_people_beyond_are_shown(page: Page, tmp_path: Path) -> None:
    write_boroughs(rich_results(), tmp_path)
    page.goto((tmp_path / "riviere-verte.html").as_uri() + "#lang=en")
    expect(page.get_by_role("heading", name="Proposed sites")).to_be_visible()
    expect(page.locator("#sites li")).to_contain_text("Terrain <b>0</b>")
    expect(page.locator("#sites li")).to_contain_text("2,000 newly served · Price: $98,000")
    expect(page.locator("#with")).to_contain_text("2,000 people more")
    page.get_by_label("People beyond the standard").select_option("Culture")
    expect(page.locator(".over path.people")).to_have_count(1)
    page.get_by_label("People beyond the standard").select_option("Do not show")
    expect(page.locator(".over path.people")).to_have_count(0)
    page.goto((tmp_path / "ile-aux-herons.html").as_uri() + "#lang=en")
    expect(page.locator("#sites li")).to_have_count(0)
