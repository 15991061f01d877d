"""From a figure to where it comes from: report, atlas and borough page lead to the same number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from geosocial import pipeline
from tests.wording.city import city

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    pipeline.write(city(pairs=True, status={"max_unknown": 1, "care_across": True}), folder)
    return folder


def digits(text: str) -> str:
    """The first number of a text, without its separators and what was rounded away."""
    (found,) = re.findall(r"\d[\d\u00a0,.]*", text)[:1]
    return re.sub(r"[\u00a0,.]", "", found)


def follow(page: Page, link: Locator) -> str:
    """Follow a link of a figure; return what stands at its target, which is on the screen and marked."""
    shown = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/report/explain\.(fr|en)\.html#"))
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    text = target.inner_text()
    # people are rounded to hundreds in the atlas, shares to a point: the first digits are the same
    assert digits(text)[:1] == digits(shown)[:1], (shown, text)
    return text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_from_the_report(page: Page, run: Path, lang: str, axe: Callable[[Page], list[str]]) -> None:
    page.goto((run / "report" / f"report.{lang}.html").as_uri())
    cell = page.locator(".rk").first.locator("tbody tr").first.locator("a.q").nth(1)
    shown = cell.inner_text()
    text = follow(page, cell)
    assert page.locator("html").get_attribute("lang") == f"{lang}-CA"
    value = float(re.sub(r"[^\d,.]", "", shown).replace(",", "."))
    exact = float(re.findall(r"(\d+(?:[,.]\d+)?)\u00a0?%", text)[0].replace(",", "."))
    assert abs(value - exact) <= 0.5
    assert axe(page) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_from_the_card_of_the_atlas(page: Page, run: Path, lang: str) -> None:
    atlas = (run / "maps" / "atlas.html").as_uri() + f"#lang={lang}&s=culture&i=gap"
    page.goto(atlas)
    page.locator("#card .rank button").first.click()
    link = page.locator("#card .fig.main a.q").first
    expect(link).to_be_visible()
    assert (link.get_attribute("href") or "").startswith(f"../report/explain.{lang}.html#culture.main.")
    follow(page, link)
    assert page.locator("html").get_attribute("lang") == f"{lang}-CA"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_from_the_page_of_a_borough(page: Page, run: Path, lang: str) -> None:
    boroughs = sorted((run / "maps" / "boroughs").glob("*.html"))
    file = next(p for p in boroughs if p.stem != "index")
    page.goto(file.as_uri() + f"#lang={lang}")
    link = page.locator("#place a.q").first
    assert (link.get_attribute("href") or "").startswith(f"../../report/explain.{lang}.html#")
    text = follow(page, link)
    assert text
    page.goto((run / "maps" / "boroughs" / "index.html").as_uri() + f"#lang={lang}")
    follow(page, page.locator("#all a.q").first)


def test_every_link_of_a_figure_has_a_target(page: Page, run: Path) -> None:
    for lang in ("fr", "en"):
        page.goto((run / "report" / f"explain.{lang}.html").as_uri())
        held = set(page.locator("[id]").evaluate_all("es => es.map((e) => e.id)"))
        pages = [run / "report" / f"report.{lang}.html", *(run / "maps" / "boroughs").glob("*.html")]
        for file in pages:
            page.goto("about:blank")
            page.goto(f"{file.as_uri()}#lang={lang}")
            links = page.locator("a.q").evaluate_all("es => es.map((e) => e.href)")
            assert links, file.name
            assert {link.split("#")[1] for link in links} <= held, file.name


def test_a_phone_shows_the_explanation_whole(
    phone: Page, run: Path, axe: Callable[[Page], list[str]]
) -> None:
    for lang in ("fr", "en"):
        phone.goto((run / "report" / f"explain.{lang}.html").as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        assert axe(phone) == []


def test_maps_alone_lead_nowhere(page: Page, tmp_path: Path) -> None:
    pipeline.write_maps(city(pairs=True), tmp_path)
    page.goto((tmp_path / "maps" / "atlas.html").as_uri() + "#lang=en&s=culture&i=gap")
    page.locator("#card .rank button").first.click()
    expect(page.locator("#card .fig.main b").first).to_be_visible()
    expect(page.locator("#card a.q")).to_have_count(0)
