"""The page of proposed sites in Chromium: nothing for axe, no sideways scroll, no request, names as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial.intake.candidates import Wanted
from geosocial.report.site_page import write_pages
from geosocial.sites import Asked, Proposal, propose
from geosocial.vocabulary import Lang
from tests.cli.lots import Lots, lots

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Lots:
    return lots(tmp_path_factory.mktemp("lots"))


@pytest.fixture(scope="module")
def proposal(city: Lots) -> Proposal:
    asked = Asked(
        ("culture",),
        number=3,
        include=("000",),
        exclude=("004",),
        rival="003",
        tolerance=0.002,
        time_limit=20,
    )
    return propose(city.study, asked, Wanted(path=city.file, identifier="code", crs="EPSG:32188"))


@pytest.fixture(scope="module")
def folder(proposal: Proposal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites")
    write_pages(proposal, folder)
    return folder


@pytest.fixture(scope="module")
def refused(city: Lots, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a question without an answer."""
    folder = tmp_path_factory.mktemp("refused")
    asked = Asked(("culture",), model="lscp", time_limit=20)
    write_pages(
        propose(city.study, asked, Wanted(path=city.file, identifier="code", crs="EPSG:32188")), folder
    )
    return folder


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_committee_reads_the_answer_first(
    page: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]], proposal: Proposal
) -> None:
    page.goto((folder / f"sites.{lang}.html").as_uri())
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")
    added = proposal.told.after - proposal.told.before
    figure = f"{round(added / 100) * 100:,.0f}"
    expect(page.locator(".lead").first).to_contain_text(
        figure if lang == "en" else figure.replace(",", "\u00a0")
    )
    # A name is text: the first lot is called =1+1<b>.
    expect(page.locator("#sites h3").filter(has_text="=1+1<b>")).to_have_count(1)
    stars = page.locator("svg.map path[stroke-width='5']")
    expect(stars).to_have_count(len(proposal.told.sites))
    points = page.locator("svg.lz circle")
    expect(points).to_have_count(len(proposal.others.frontier) + 1)
    # Each zone that a site newly serves, with the people of the table beside.
    first = proposal.told.site_zones.iloc[0]
    row = page.locator("#site-1 tbody tr").first
    expect(row).to_contain_text(
        f"{round(first['newly'] / 100) * 100:,.0f}".replace(",", "\u00a0" if lang == "fr" else ",")
    )
    assert axe(page) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_phone_scrolls_one_way(
    phone: Page, folder: Path, lang: Lang, axe: Callable[[Page], list[str]]
) -> None:
    phone.goto((folder / f"sites.{lang}.html").as_uri())
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    # the sites side by side fit: a site a block, every cell with its head, nothing hidden to the right
    table = phone.locator("#side-by-side .wide")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    cells = table.locator("tbody tr").first.locator("td")
    heads = cells.evaluate_all("cells => cells.map((c) => getComputedStyle(c, '::before').content)")
    assert heads[-1] == {"fr": '"Prix"', "en": '"Price"'}[lang]
    assert len(set(heads)) == len(heads) == cells.count() == 6
    tops = cells.evaluate_all("cells => cells.map((c) => c.getBoundingClientRect().top)")
    assert tops == sorted(set(tops))
    wide = "boxes => boxes.filter((b) => b.scrollWidth > b.clientWidth + 1).map((b) => b.ariaLabel)"
    assert phone.locator(".wide").evaluate_all(wide) == []
    assert axe(phone) == []


def test_the_languages_lead_to_each_other(page: Page, folder: Path) -> None:
    page.goto((folder / "sites.fr.html").as_uri())
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-CA")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_cannot_be_is_explained(
    page: Page, refused: Path, lang: Lang, axe: Callable[[Page], list[str]]
) -> None:
    page.goto((refused / f"sites.{lang}.html").as_uri())
    expect(page.locator("#unreached tbody tr").first).to_be_visible()
    expect(page.locator("#sites")).to_have_count(0)
    assert axe(page) == []
    for word in ("NaN", "nan", "None", "inf"):
        assert word not in page.locator("main").inner_text().split()


def test_identical_input_gives_identical_bytes(proposal: Proposal, folder: Path, tmp_path: Path) -> None:
    for file in write_pages(proposal, tmp_path):
        assert file.read_bytes() == (folder / file.name).read_bytes()
