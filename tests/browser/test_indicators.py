"""The reference of the indicators in Chromium: nothing for axe, no sideways scroll, links that lead there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial.i18n import words
from geosocial.report.indicators import write_indicators
from geosocial.vocabulary import Lang

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indicators")
    for lang, other in (("fr", "en"), ("en", "fr")):
        links = {other: f"indicators.{other}.html"}
        write_indicators(folder / f"indicators.{lang}.html", words(lang), files=links)
    return folder


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing(page: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]]) -> None:
    page.goto((folder / f"indicators.{lang}.html").as_uri())
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")
    expect(page.locator("h1")).to_have_css("font-weight", "600")
    assert axe(page) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_phone_scrolls_one_way(
    phone: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]]
) -> None:
    phone.goto((folder / f"indicators.{lang}.html").as_uri())
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert axe(phone) == []


def test_the_other_language_is_one_link_away(page: Page, folder: Path) -> None:
    page.goto((folder / "indicators.fr.html").as_uri())
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Indicators")).to_be_visible()
    page.get_by_role("link", name="Backup coverage").click()
    expect(page.get_by_role("heading", name="Backup coverage")).to_be_in_viewport()
