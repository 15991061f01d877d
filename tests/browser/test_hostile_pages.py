"""Every page of a run whose every text is hostile: shown as text, in both languages; nothing runs.

The fixture `page` fails a test on any dialog, request, console error or page error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from geosocial import pipeline
from geosocial.study import read_study
from tests.cartography.payloads import PAYLOADS
from tests.hostile.study import EVERY, LONGEST, ZONES_EN, ZONES_FR, write_study

pytestmark = pytest.mark.browser
NAMES = {"fr": ZONES_FR, "en": ZONES_EN}
#: All that a reader meets: text, and the attributes that are said or shown; not code, style or data.
SAID = """() => {
  const out = [], walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('script, style, noscript')) out.push(walk.currentNode.data);
  for (const node of document.querySelectorAll('[aria-label], [title], [alt]')) {
    for (const name of ['aria-label', 'title', 'alt']) out.push(node.getAttribute(name) || '');
  }
  return out.join('\\n');
}"""  # noqa: E501 - one expression of the page
#: Tags of a payload that no page of ours has.
TAGS = "img[src=x], iframe, base, math, mglyph, [onload], [onerror], [ontoggle], a[href^=javascript]"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the hostile study."""
    folder = tmp_path_factory.mktemp("hostile")
    results = pipeline.compute(read_study(write_study(folder)))
    pipeline.write(results, folder / "out")
    return folder / "out"


def pages(run: Path) -> list[Path]:
    """The pages of a run; of those that differ by their zone alone, one."""
    found = sorted(run.rglob("*.html"))
    assert len(found) >= 5
    alike = [p for p in found if p.parent.name == "boroughs" and p.stem != "index"]
    return [p for p in found if p not in alike[1:]]


def plain(text: str) -> str:
    """Text without its white space, which a page may break."""
    return "".join(text.split())


def nothing_ran(page: Page) -> None:
    assert page.evaluate("[typeof globalThis.gotcha, document.title.length > 0]") == ["undefined", True]
    assert page.locator(f"body :is({TAGS})").count() == 0
    assert (
        page.locator("meta[http-equiv=refresh], link[href*=evil], style:text('display:none}')").count() == 0
    )


def test_every_page_opens_and_says_the_name_of_the_study(page: Page, run: Path) -> None:
    for file in pages(run):
        page.goto(file.as_uri())
        nothing_ran(page)
        if not file.name.startswith("indicators"):
            assert plain(EVERY) in plain(page.evaluate(SAID)), file.name


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_report_shows_every_text(page: Page, run: Path, lang: str) -> None:
    page.goto((run / "report" / f"report.{lang}.html").as_uri())
    said = plain(page.evaluate(SAID))
    for name in NAMES[lang]:
        assert plain(name) in said
    for tag in (" study", " source", " service", " other service", " facility", " standard", " unit"):
        assert plain(f"{EVERY}{tag} ({lang})")[:200] in said, tag
    assert LONGEST in said
    nothing_ran(page)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_atlas_shows_every_text(page: Page, run: Path, lang: str) -> None:
    page.goto((run / "maps" / "atlas.html").as_uri() + f"#lang={lang}&t=1")
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")
    said = plain(page.evaluate(SAID))
    for name in NAMES[lang]:
        assert plain(name) in said
    for tag in (" study", " service", " other service"):
        assert plain(f"{EVERY}{tag} ({lang})") in said, tag
    assert LONGEST in said
    assert plain(f"{EVERY} study ({lang})") in plain(page.title())
    for option in list(options(page)):
        page.get_by_role("combobox", name=option[0]).select_option(index=option[1])
        nothing_ran(page)


def options(page: Page) -> Iterator[tuple[str, int]]:
    """Every choice of every visible list, by its label."""
    for select in page.locator("select:visible").all():
        label = select.evaluate("(e) => e.labels[0] ? e.labels[0].textContent : ''")
        for index in range(select.locator("option").count()):
            if label:
                yield str(label), index


def zone(page: Page, name: str) -> Locator:
    return page.locator("#tb1 tbody th button", has_text=name[:3]).first


def test_zones_and_initiatives_of_the_atlas_are_text(page: Page, run: Path) -> None:
    page.goto((run / "maps" / "atlas.html").as_uri() + "#lang=fr&t=1&c=felpads")
    shown: set[str] = set()
    for name in ZONES_FR:
        zone(page, name).dispatch_event("click")  # a heading of 2,000 letters may lie over it
        expect(page.locator("#card")).to_contain_text(name[:3])
        assert plain(name) in plain(page.locator("#card").text_content() or "")
        shown |= {plain(text) for text in page.locator(".ini button").all_text_contents()}
    assert {plain(p) for p in PAYLOADS} <= shown
    for button in page.locator(".ini button").all()[:4]:
        button.dispatch_event("click")
        assert plain(button.text_content() or "") in plain(page.locator("#tip").text_content() or "")
    nothing_ran(page)


def test_the_search_of_the_atlas_finds_and_shows_text(page: Page, run: Path) -> None:
    page.goto((run / "maps" / "atlas.html").as_uri() + "#lang=en")
    search = page.get_by_role("combobox").first
    for payload in ("alert", "{{7*7}}", "__proto__", "constructor", "</script>", "${", "l'ile"):
        search.fill(payload)
        expect(page.locator("#ql li").first).to_be_visible()
        search.press("Enter")
    for payload in PAYLOADS:
        search.fill(payload[:400])
    nothing_ran(page)


def test_the_address_of_a_page_is_text(page: Page, run: Path) -> None:
    for file in pages(run):
        for parts in (PAYLOADS[::3], PAYLOADS[1::3], PAYLOADS[2::3]):
            raw = "&".join(f"{key}={quote(p[:500])}" for key, p in zip("zsicvtlx", parts, strict=False))
            reads = file.name == "atlas.html"  # the other pages only scroll to an address
            for fragment in (raw, quote(" ".join(parts)[:4000]), "".join(parts)[:2000])[: 3 if reads else 1]:
                page.goto(f"{file.as_uri()}#{fragment}")
                page.reload()
        nothing_ran(page)


def test_pages_of_a_phone_stay_as_wide_as_it_is(phone: Page, run: Path) -> None:
    for file in pages(run):
        phone.goto(file.as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") == 390, file.name
        nothing_ran(phone)
