"""The site in Chromium: from files, no request, no complaint, nothing for axe; search finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def shown(site: Path) -> list[Path]:
    """One page of each sort: all have the same frame, and what they hold is made of the same parts."""
    names = (
        "index",
        "start",
        "methods",
        "commands",
        "formats",
        "house",
        "add-sphere",
        "api-access",
        "search",
    )
    return [*(site / "fr" / f"{name}.html" for name in names), site / "en" / "index.html"]


def test_axe_finds_nothing(page: Page, site: Path, axe: Callable[[Page], list[str]]) -> None:
    faults = []
    for file in shown(site):
        page.goto(file.as_uri())
        expect(page.locator("html")).to_have_attribute("lang", file.parent.name)
        faults += [f"{file.name}: {fault}" for fault in axe(page)]
    assert faults == []


def test_a_phone_scrolls_one_way(phone: Page, site: Path) -> None:
    for file in shown(site):
        phone.goto(file.as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") == 390, file.name


def test_search_finds_without_a_server(page: Page, site: Path) -> None:
    page.goto((site / "fr" / "search.html").as_uri() + "?q=couverture")
    expect(page.locator("#search-results a", has_text="Indicateurs").first).to_be_visible()


def test_the_other_language_is_one_link_away(page: Page, site: Path) -> None:
    page.goto((site / "fr" / "indicators.html").as_uri())
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Indicators")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Indicateurs")
