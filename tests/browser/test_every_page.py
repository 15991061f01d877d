"""Every page that a run writes, at the sizes of a desk and of a hand, in both languages.

The fixtures fail a test on any request, console error, page error or dialog. Of the toy city each page is
held against axe (WCAG 2.1 A and AA) and scrolls one way; of the embedded study each opens, and its links lead
to pages. A page that a run learns to write is opened here without a change.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from geosocial import pipeline
from geosocial.study import read_study
from tests.wording.city import city

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of the toy city; of those that differ by their zone alone, one."""
    out = tmp_path_factory.mktemp("toy")
    pipeline.write(city(pairs=True, status={"max_unknown": 1, "care_across": True}), out)
    found = sorted(out.rglob("*.html"))
    alike = [p for p in found if p.parent.name == "boroughs" and p.stem != "index"]
    return [p for p in found if p not in alike[1:]]


def states(page: Path) -> list[str]:
    """The addresses of a page that a test opens: a page in both languages is opened in each."""
    one = page.stem.endswith((".fr", ".en"))
    return [page.as_uri()] if one else [f"{page.as_uri()}#lang={lang}" for lang in ("fr", "en")]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_accessible_and_as_wide_as_its_screen(
    request: pytest.FixtureRequest, toy: list[Path], width: int, axe: Callable[[Page], list[str]]
) -> None:
    page: Page = request.getfixturevalue("page" if width == 1280 else "phone")
    languages = set()
    for file in toy:
        for address in states(file):
            page.goto("about:blank")  # an address that differs by its fragment alone loads nothing
            page.goto(address)
            languages.add(page.locator("html").get_attribute("lang"))
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") == width, address
    assert languages == {"fr-CA", "en-CA"}


def test_every_page_of_the_embedded_study_opens_and_its_links_lead_to_pages(
    page: Page, phone: Page, tmp_path: Path
) -> None:
    written = pipeline.write(pipeline.compute(read_study(None)), tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    assert {p for p in written if p.suffix == ".html"} == set(pages)
    for file in pages:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 1280, file.name
        links = page.locator("a[href]").evaluate_all("es => es.map((e) => e.href.split('#')[0])")
        for link in {str(href) for href in links if str(href).startswith("file:")}:
            assert Path(link.removeprefix("file://")).is_file(), f"{file.name}: {link}"
        phone.goto(file.as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") == 390, file.name
