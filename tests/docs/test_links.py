"""Every link leads somewhere: pages, anchors, pictures, the twin page; nothing is fetched."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest


class _Page(HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in {"link", "script", "img", "source", "iframe"}:
            self.loaded += [given[name] for name in ("href", "src") if given.get(name, "#") != "#"]


@cache
def parsed(file: Path) -> _Page:
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def html(site: Path) -> list[Path]:
    return [site / "index.html", *sorted((site / "fr").glob("*.html")), *sorted((site / "en").glob("*.html"))]


def test_every_page_is_there_in_both_languages(site: Path) -> None:
    french, english = ({f.name for f in (site / lang).glob("*.html")} for lang in ("fr", "en"))
    assert french == english
    assert {"index.html", "start.html", "indicators.html", "search.html"} <= french


def test_every_internal_link_and_anchor_is_there(site: Path) -> None:
    lost = []
    for file in html(site):
        for link in parsed(file).links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file():
                lost.append(f"{file.name}: {link}")
            elif (
                parts.fragment
                and target.suffix == ".html"
                and unquote(parts.fragment) not in parsed(target).ids
            ):
                lost.append(f"{file.name}: {link}: no such anchor")
    assert lost == []


def test_nothing_is_loaded_from_elsewhere_and_all_of_it_is_there(site: Path) -> None:
    for file in html(site):
        for link in parsed(file).loaded:
            assert not urlsplit(link).scheme, f"{file.name}: {link}"
            assert (file.parent / unquote(urlsplit(link).path)).resolve().is_file(), f"{file.name}: {link}"


def test_links_that_leave_are_well_formed_and_listed(site: Path) -> None:
    leaving = {link for file in html(site) for link in parsed(file).links if urlsplit(link).scheme}
    for link in leaving:
        parts = urlsplit(link)
        assert parts.scheme == "https", link
        assert "." in parts.netloc, link
        assert " " not in link, link
    listed = (site / "links.txt").read_text(encoding="utf-8").splitlines()
    assert listed == sorted(leaving)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_page_leads_to_its_twin(site: Path, lang: str) -> None:
    other = "en" if lang == "fr" else "fr"
    for file in (site / lang).glob("*.html"):
        assert f"../{other}/{file.name}" in parsed(file).links
