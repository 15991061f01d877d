"""The atlas in the frame of a notebook."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geosocial.cartography import show
from tests.measure.toy import toy_results

pytestmark = pytest.mark.browser


def test_the_atlas_works_in_a_frame_that_reaches_nothing(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "notebook.html"
    head = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>n</title><body>'
    path.write_text(head + show(toy_results())._repr_html_(), encoding="utf-8")
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    expect(frame.locator("#zones path")).to_have_count(8)
    frame.get_by_role("button", name="EN – English").click()
    expect(frame.locator("#title h2")).to_contain_text("Culture, in the 7 zones with data:")
    frame.get_by_role("option", name="Champ-du-Moulin").focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", name="Champ-du-Moulin")).to_be_visible()
    with page.expect_download() as download:
        frame.get_by_role("button", name="Table of the 8 zones").click()
        frame.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "atlas-culture-en.csv"
