"""Chromium, and pages that fail the test on a request, a console error or a page error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
#: What axe must find nothing against: WCAG 2.1, levels A and AA.
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield browser
        browser.close()


@contextmanager
def watched(
    browser: Browser, *, width: int, height: int, touch: bool = False, locale: str = "fr-CA"
) -> Iterator[Page]:
    """Yield a page; at the end nothing may have been requested but files, and nothing complained."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=touch, accept_downloads=True, locale=locale
    )
    page, faults = context.new_page(), list[str]()

    def complain(text: str, *, unless: bool = False) -> None:
        if not unless:
            faults.append(text)

    def refuse(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("request", lambda r: complain(r.url, unless=r.url.startswith(("file:", "data:", "blob:"))))
    page.on("console", lambda m: complain(m.text, unless=m.type not in {"error", "warning"}))
    page.on("pageerror", lambda e: complain(str(e)))
    page.on("dialog", refuse)
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1280 × 800."""
    with watched(browser, width=1280, height=800) as page:
        yield page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of 390 × 844 that is touched."""
    with watched(browser, width=390, height=844, touch=True) as page:
        yield page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return what axe-core finds against WCAG 2.1 A and AA: a line a fault, none when there is none."""

    def faults(page: Page) -> list[str]:
        found = Axe().run(page, options=AXE).response["violations"]
        return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]

    return faults
