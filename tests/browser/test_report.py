"""The report in Chromium: no request, no complaint, nothing for axe, no sideways scroll on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial.i18n import words
from geosocial.report.html import write_report
from geosocial.vocabulary import Lang
from tests.wording.city import city

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    toy = city(pairs=True, status={"max_unknown": 1, "care_across": True})
    for lang, other in (("fr", "en"), ("en", "fr")):
        write_report(toy, folder / f"report.{lang}.html", words(lang), files={other: f"report.{other}.html"})
    return folder


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing(page: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]]) -> None:
    page.goto((folder / f"report.{lang}.html").as_uri())
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")
    assert axe(page) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_phone_scrolls_one_way(
    phone: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]]
) -> None:
    phone.goto((folder / f"report.{lang}.html").as_uri())
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    # no table hides figures to the right: in the rankings each figure has its head beside it
    wide = "boxes => boxes.filter((b) => b.scrollWidth > b.clientWidth + 1).map((b) => b.ariaLabel)"
    assert phone.locator(".wide").evaluate_all(wide) == []
    row = phone.locator(".rk tbody tr").first
    cells = row.locator("td.n[data-h]")
    heads = cells.evaluate_all("cells => cells.map((c) => getComputedStyle(c, '::before').content)")
    assert heads[0] == {"fr": '"Part"', "en": '"Share"'}[lang]
    assert len(set(heads)) == len(heads) == cells.count() >= 4
    box, dots = row.bounding_box(), row.locator("svg.dot").bounding_box()
    assert box is not None
    assert dots is not None
    assert dots["width"] > 300
    assert box["x"] <= dots["x"] < dots["x"] + dots["width"] <= box["x"] + box["width"]
    assert axe(phone) == []


def test_the_style_is_allowed_by_its_hash(page: Page, folder: Path) -> None:
    page.goto((folder / "report.fr.html").as_uri())
    expect(page.locator("h1")).to_have_css("font-weight", "600")
    expect(page.locator(".rk").first).to_be_visible()


def test_the_other_language_is_one_link_away(page: Page, folder: Path) -> None:
    page.goto((folder / "report.fr.html").as_uri())
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="In short")).to_be_visible()
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", name="En bref")).to_be_visible()


def test_maps_are_images_with_a_name(page: Page, folder: Path) -> None:
    page.goto((folder / "report.en.html").as_uri())
    expect(page.get_by_role("img", name="Map: Culture")).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(6)


def test_tables_fit_a_desktop(page: Page, folder: Path) -> None:
    page.goto((folder / "report.fr.html").as_uri())
    wide = page.evaluate(
        "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth).length"
    )
    assert wide == 0


def test_it_prints_on_pages_without_cutting_a_table(page: Page, folder: Path) -> None:
    page.goto((folder / "report.fr.html").as_uri())
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    assert data.startswith(b"%PDF")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
