"""The site, built once a session, and its sources."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scripts.docs import build
from tests.chromium import AXE

DOCS = build.DOCS

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """Do work in a thread of its own: the browser of the session keeps this one's event loop running."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    out = tmp_path_factory.mktemp("docs")
    assert aside(lambda: build.build(out)) == 0, "Sphinx warned: see above"
    return out


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return what axe-core finds against WCAG 2.1 A and AA, as for the maps.

    These pages have style sheets of their own, which axe would fetch to read again: a file has no leave to.
    """

    def faults(shown: Page) -> list[str]:
        found = Axe().run(shown, options=AXE | {"preload": False}).response["violations"]
        return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]

    return faults
