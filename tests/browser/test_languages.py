"""The language in which a page of both opens: that of the browser, else French; the address wins over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from geosocial import pipeline
from geosocial.vocabulary import Lang
from tests.chromium import watched
from tests.wording.city import city

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The maps of the toy city, asked for in both languages, and in one."""
    results = city(pairs=True)
    made = {}
    asked: dict[str, tuple[Lang, ...]] = {"both": ("fr", "en"), "en": ("en",), "fr": ("fr",)}
    for name, langs in asked.items():
        made[name] = tmp_path_factory.mktemp(name)
        pipeline.write_maps(results, made[name], langs=langs)
    return made


@contextmanager
def spoken(browser: Browser, locale: str) -> Iterator[Page]:
    with watched(browser, width=1280, height=800, locale=locale) as page:
        yield page


def pages(folder: Path) -> list[Path]:
    """The atlas, the index of the zones, and one of them."""
    boroughs = sorted((folder / "maps" / "boroughs").glob("*.html"))
    some = next(path for path in boroughs if path.stem != "index")
    return [folder / "maps" / "atlas.html", folder / "maps" / "boroughs" / "index.html", some]


def shown(page: Page) -> str | None:
    pressed = page.locator("#langs button[aria-pressed=true]")
    assert page.locator("html").get_attribute("lang") == f"{pressed.get_attribute('data-l')}-CA"
    return pressed.get_attribute("data-l")


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("fr-CA", "fr"), ("fr-FR", "fr"), ("en-CA", "en"), ("en-US", "en"), ("es-ES", "fr"), ("de", "fr")],
)
def test_pages_open_in_the_language_of_the_browser(
    browser: Browser, written: dict[str, Path], locale: str, lang: str
) -> None:
    with spoken(browser, locale) as page:
        for file in pages(written["both"]):
            page.goto(file.as_uri())
            assert shown(page) == lang, file.name
            for wanted in ("en", "fr"):
                page.goto("about:blank")
                page.goto(f"{file.as_uri()}#lang={wanted}")
                assert shown(page) == wanted, file.name
        # asked for in one language, the pages open in that one
        for wanted in ("en", "fr"):
            for file in pages(written[wanted]):
                page.goto(file.as_uri())
                assert shown(page) == wanted, file.name


def test_what_the_reader_chooses_stays_within_the_page_and_goes_with_its_links(
    browser: Browser, written: dict[str, Path]
) -> None:
    with spoken(browser, "en-CA") as page:
        for file in pages(written["both"]):
            page.goto(file.as_uri())
            page.locator("#langs button[data-l=fr]").click()
            assert shown(page) == "fr"
            assert "lang=fr" in page.url
            page.reload()
            assert shown(page) == "fr"
            page.goto("about:blank")
            page.goto(file.as_uri())  # opened anew: nothing was stored
            assert shown(page) == "en"
        index = pages(written["both"])[1]
        page.goto(index.as_uri())
        page.locator("#langs button[data-l=fr]").click()
        page.locator("#home").click()
        expect(page).to_have_url(re.compile("atlas.html#lang=fr"))
        assert shown(page) == "fr"
