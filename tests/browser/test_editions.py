"""The chapter on the earlier edition in Chromium: nothing for axe and no sideways scroll, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial import pipeline
from geosocial.i18n import words
from geosocial.report.html import write_report
from geosocial.study import read_study
from geosocial.vocabulary import Lang
from tests.cli.test_editions import folders  # noqa: F401 - two editions of a study on disk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(folders: Path) -> Path:  # noqa: F811 - the fixture
    results = pipeline.compute(read_study(folders / "b"))
    for lang, other in (("fr", "en"), ("en", "fr")):
        file = folders / f"report.{lang}.html"
        write_report(results, file, words(lang), files={other: f"report.{other}.html"})
    return folders


def look(page: Page, reports: Path, lang: Lang) -> None:
    page.goto((reports / f"report.{lang}.html").as_uri())
    title = {"fr": "Depuis l’édition du 22 novembre 2026", "en": "Since the edition of November 22, 2026"}[
        lang
    ]
    page.get_by_role("navigation").get_by_role("link", name=title).click()
    chapter = page.locator("#editions")
    expect(chapter.get_by_role("heading", name=title)).to_be_in_viewport()
    # every table has a name, and what a user typed is text
    assert chapter.get_by_role("region").count() == chapter.get_by_role("table").count() >= 3
    expect(chapter.get_by_text("<b>Bibliothèque C</b>")).to_be_visible()
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_on_a_desktop(page: Page, reports: Path, lang: Lang, axe: Callable[[Page], list[str]]) -> None:
    look(page, reports, lang)
    assert axe(page) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_on_a_phone(phone: Page, reports: Path, lang: Lang, axe: Callable[[Page], list[str]]) -> None:
    look(phone, reports, lang)
    assert axe(phone) == []
