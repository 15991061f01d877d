"""The atlas as a reader meets it: by mouse, by keyboard, by finger, in both languages."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from geosocial.cartography.atlas import write_atlas
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results, toy_study

pytestmark = pytest.mark.browser
NB = "\u00a0"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("toy") / "atlas.html"
    write_atlas(toy_results(), path)
    return path.as_uri()


def zone(page: Page, name: str) -> Locator:
    return page.get_by_role("option", name=name)


def test_it_opens_on_a_sentence_in_french(page: Page, toy: str) -> None:
    page.goto(toy)
    expect(page).to_have_title("Culture – Ville d’essai – atlas")
    expect(page.locator("html")).to_have_attribute("lang", "fr-CA")
    said = f"Culture, dans les 7{NB}secteurs qui ont des données{NB}:"
    expect(page.locator("#title h2")).to_contain_text(said)
    # Five classes, and missing data: nothing is left unsaid of culture but Z6 and Z7.
    expect(page.locator("#leg button")).to_have_count(7)
    expect(page.locator("#zones path")).to_have_count(8)


def test_the_language_changes_without_loading_and_stays_in_the_address(page: Page, toy: str) -> None:
    page.goto(toy)
    page.get_by_role("button", name="EN – English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-CA")
    expect(page.locator("#title h2")).to_contain_text("Culture, in the 7 zones with data:")
    expect(page.get_by_role("button", name="Download CSV")).to_be_hidden()
    assert "lang=en" in page.url
    page.reload()
    expect(page.get_by_label("Indicator")).to_be_visible()


def test_no_word_of_the_other_language_is_left(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=fr&z=champ-du-moulin&t=1")
    french = page.locator("body").inner_text()
    page.get_by_role("button", name="EN – English").click()
    english = page.locator("body").inner_text()
    for word in ("Sphere", "Layers", "Gap", "Rank", "Settings", "Missing", "Coverage", "Where does"):
        assert word in english
        assert word not in french
    for word in ("Domaine", "Couches", "Écart", "Rang", "Réglages", "manquante", "D’où vient"):
        assert word in french
        assert word not in english


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_key_and_no_missing_value_is_shown(page: Page, toy: str, lang: str) -> None:
    for service in ("culture", "recreation", "housing"):
        page.goto(f"{toy}#lang={lang}&s={service}&t=1&z=saint-elie")
        text = page.locator("body").inner_text()
        for word in ("NaN", "null", "None", "undefined", "gap_share", "cannot_say", "per_100", "{", "}"):
            assert word not in text


def test_sphere_and_indicator_are_chosen_by_their_names(page: Page, toy: str) -> None:
    page.goto(toy)
    page.get_by_role("radio", name="Habitation").check()
    page.get_by_label("Indicateur").select_option("Offre et besoins")
    expect(page.locator("#title h2")).to_contain_text("Habitation")
    expect(page.locator("#lgT")).to_contain_text("Logements recensés")
    # Two zones cannot be said and two are missing: by hand, see the toy city.
    expect(page.locator("#leg").get_by_role("button", name="On ne peut pas conclure")).to_contain_text("2")
    expect(page.locator("#leg").get_by_role("button", name="Donnée manquante")).to_contain_text("2")
    assert "s=housing" in page.url
    assert "i=rate" in page.url


def test_missing_and_unsaid_zones_are_patterns(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en&s=housing")
    expect(zone(page, "Old Borough")).to_have_attribute("fill", "url(#hatch)")
    expect(zone(page, "Saint-Élie")).to_have_attribute("fill", "url(#miss)")


def test_a_click_on_a_zone_says_its_figures(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en")
    box = page.locator("#zones path").nth(0).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.8)
    card = page.get_by_role("region", name="Champ-du-Moulin")
    expect(card.get_by_role("heading", name="Champ-du-Moulin")).to_be_visible()
    expect(card).to_contain_text("4,000 people")
    expect(card.get_by_role("img", name="Underserved in")).to_be_visible()
    assert "z=champ-du-moulin" in page.url
    card.get_by_role("button", name="All zones").click()
    expect(page.get_by_role("heading", name="8 zones")).to_be_visible()


def test_a_pointer_over_a_zone_says_its_figures(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en&c=l")
    box = page.locator("#zones path").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    expect(page.locator("#tip")).to_contain_text("Rivière-Verte")
    expect(page.locator("#tip")).to_contain_text("rank")


def test_the_keyboard_alone_is_enough(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the map")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#z0")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#z1")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#z3")).to_be_focused()
    expect(page.locator("#tip")).to_contain_text("Old Borough")
    page.keyboard.press("Enter")
    expect(page.locator("#z3")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="Old Borough")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#z3")).to_have_attribute("aria-selected", "false")
    page.keyboard.press("End")
    expect(page.locator("#z7")).to_be_focused()
    assert page.locator("#zones path[tabindex='0']").count() == 1


def test_plus_and_minus_zoom_and_zero_shows_all(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en")
    chart = page.locator(".leaflet-container")
    expect(chart).to_have_attribute("data-zoom", "1.00")
    page.locator("#z0").focus()
    page.keyboard.press("+")
    expect(chart).to_have_attribute("data-zoom", "1.41")
    page.keyboard.press("0")
    expect(chart).to_have_attribute("data-zoom", "1.00")
    page.get_by_role("button", name="Zoom in").click()
    expect(chart).to_have_attribute("data-zoom", "1.52")


def test_the_table_sorts_both_ways_and_missing_stays_last(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en&s=housing")
    page.get_by_role("button", name="Table of the 8 zones").click()
    header = page.get_by_role("columnheader", name="Per 100 households")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    cells = [t.split(" ")[0] for t in page.locator("#tb1 tbody td:nth-child(4)").all_inner_texts()]
    known = [float(c) for c in cells if c[0].isdigit()]
    assert known == sorted(known, reverse=True)
    assert not any(c[0].isdigit() for c in cells[len(known) :])
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    texts = page.locator("#tb1 tbody td:nth-child(4)").all_inner_texts()[: len(known)]
    assert [float(t.split(" ")[0]) for t in texts] == known[::-1]


def test_the_file_holds_the_exact_figures(page: Page, toy: str, tmp_path: Path) -> None:
    results = toy_results()
    exact = results.measures.set_index(["zone_id", "sphere", "service", "indicator"])["value"]
    for lang, sep, dot in (("en", ",", "."), ("fr", ";", ",")):
        page.goto(f"{toy}#lang={lang}&s=culture&t=1")
        with page.expect_download() as download:
            page.locator("#csv").click()
        path = tmp_path / f"{lang}.csv"
        download.value.save_as(path)
        assert download.value.suggested_filename == f"atlas-culture-{lang}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=sep))
        assert len(rows) == 9
        share = [float(r[7].replace(dot, ".")) if r[7] else None for r in rows[1:]]
        for z, value in zip(results.zones["zone_id"], share, strict=True):
            shown = exact[z, "culture", "main", "gap_share"]
            assert value is None if pd.isna(shown) else value == pytest.approx(shown, abs=1e-6)


def test_search_finds_zones_and_initiatives_without_accents(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en")
    search = page.get_by_role("combobox", name="Zone or initiative")
    search.fill("ile aux")
    expect(page.get_by_role("listbox", name="Zones and initiatives").get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(page.get_by_role("heading", name="Île-aux-Hérons")).to_be_visible()
    search.fill("theatre")
    page.get_by_role("option", name="Théâtre de la Côte").click()
    expect(page.locator("#tip")).to_contain_text("Théâtre de la Côte")
    expect(page.get_by_role("heading", name="Côte-des-Pins")).to_be_visible()
    search.fill("zzz")
    expect(page.get_by_text("Nothing has that name")).to_be_visible()
    search.press("Escape")
    expect(page.get_by_text("Nothing has that name")).to_be_hidden()


def test_the_map_fits_its_panel_whatever_its_size(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en")
    for width, height, table in ((1280, 800, 1), (900, 700, 1), (1440, 900, 0)):
        page.set_viewport_size({"width": width, "height": height})
        if table != (page.locator("#tog").get_attribute("aria-expanded") == "true"):
            page.locator("#tog").click()
        expect(page.locator(".leaflet-container")).to_have_attribute("data-zoom", "1.00")
        chart, zones = page.locator("#chart").bounding_box(), page.locator("#zones").bounding_box()
        assert chart is not None
        assert zones is not None
        assert chart["x"] <= zones["x"]
        assert chart["y"] <= zones["y"]
        assert zones["x"] + zones["width"] <= chart["x"] + chart["width"]
        assert zones["y"] + zones["height"] <= chart["y"] + chart["height"]
    assert "v=" not in page.url


def test_the_legend_brings_out_a_class(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en&s=housing")
    page.locator("#leg").get_by_role("button", name="Missing data").click()
    expect(page.locator("#zones path.dim")).to_have_count(6)
    page.locator("#leg").get_by_role("button", name="Missing data").click()
    expect(page.locator("#zones path.dim")).to_have_count(0)


def test_layers_are_switched(page: Page, toy: str) -> None:
    page.goto(toy + "#lang=en&c=l")
    expect(page.locator(".over .lb").first).to_be_visible()
    page.get_by_label("Names and values").uncheck()
    expect(page.locator(".over .lb")).to_have_count(0)
    page.get_by_label("Facilities").check()
    expect(page.locator(".over path[fill='#763b62']")).to_have_count(1)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The toy city with small areas, a cluster, proposed sites and pages of its zones."""
    path = tmp_path_factory.mktemp("full") / "atlas.html"
    write_atlas(rich_results(), path, pages="boroughs")
    return path.as_uri()


def test_people_beyond_are_dots_and_catchments_have_their_true_size(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&s=culture&c=")
    expect(page.locator("path.dots")).to_have_count(0)
    page.get_by_role("checkbox", name="Residents beyond").check()
    expect(page.locator("path.dots")).to_have_count(1)
    # 1 dot = 200 people; by hand: see tests.measure.test_local, nine places of the toy city.
    shown = page.locator("path.dots").get_attribute("d") or ""
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    culture = next(s for s in data["services"] if data["spheres"][s["sphere"]]["key"] == "culture")
    assert shown.count("h0") == len(culture["dots"]["at"]) / 2 > 10
    page.get_by_label("Catchments").check()
    # 1,000 m of walking, a detour of 1.25: 800 m on the ground, a fifth of the city's 4 km.
    circle = (page.locator("path.reach").get_attribute("d") or "").split("a")[1].split(" ")[0]
    zones = page.locator("#zones").bounding_box()
    assert zones is not None
    assert float(circle) == pytest.approx(zones["width"] / 5, rel=0.02)


def test_the_slider_says_sites_and_people_served(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&s=culture&c=b")
    expect(page.locator("#site")).to_be_hidden()
    page.get_by_role("checkbox", name="Proposed sites").check()
    panel = page.get_by_role("region", name="3 proposed sites")
    expect(panel).to_contain_text("3,000 people more")
    expect(panel).to_contain_text("Coverage goes from 40.0 to 55.0%.")
    expect(page.locator("g.sites path")).to_have_count(3)
    slider = page.get_by_role("slider", name="Number of sites")
    expect(slider).to_have_value("3")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    panel = page.get_by_role("region", name="2 proposed sites")
    expect(panel).to_contain_text("2,500 people more")
    expect(panel).to_contain_text("Price: –. The list does not give the price of every site")
    expect(panel).to_contain_text("Not proved the best: at most 2.5% more could be served.")
    expect(page.locator("g.sites path")).to_have_count(2)
    expect(page.locator("path.served")).to_have_count(1)
    assert "n=2" in page.url
    page.locator("#z1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_contain_text(
        "With the 2 proposed sites, coverage here goes from 20% to 60%: 2,000 people more."
    )
    page.locator("#bars i.on").nth(1).wait_for()
    expect(page.locator("#bars i.on")).to_have_count(2)


def test_a_name_is_not_cut_at_a_hyphen(phone: Page, full: str) -> None:
    phone.goto(full + "#lang=en&s=culture")
    phone.locator("#panels button").nth(2).click()
    for name in ("Champ-du-Moulin", "Côte-des-Pins", "Saint-Élie"):
        part = phone.locator("table .nb").filter(has_text=name).first
        assert part.evaluate("part => part.getClientRects().length") == 1
        assert part.evaluate("part => part.textContent") == name
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_candidate_sites_are_rings_with_their_names(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&s=culture&c=")
    page.get_by_role("checkbox", name="Candidate sites").check()
    rings = page.locator("path.candidates")
    assert (rings.get_attribute("d") or "").count("M") == 5
    box = rings.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    expect(page.locator("#tip")).to_contain_text("Terrain <i>du coin</i>")
    expect(page.locator("#tip")).to_contain_text("Candidate site")
    expect(page.locator("#tip")).to_contain_text("Price: $98,000")
    # Housing has no proposed sites, and so no candidates.
    page.get_by_role("radio", name="Housing").check()
    expect(rings).to_have_count(0)


def test_small_areas_are_a_choice_of_the_legend(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&s=culture&c=l&t=1")
    page.get_by_label("Areal unit").select_option("Halves")
    expect(page.locator("path.area")).to_have_count(2)
    counts = page.locator("#leg button .n").all_inner_texts()
    assert sum(map(int, counts)) == 2
    expect(page.locator("#tb1 tbody tr")).to_have_count(2)
    page.get_by_role("columnheader", name="Halves").get_by_role("button").click()
    expect(page.locator("#tb1 tbody th").first).to_have_text("East")
    expect(page.locator("#z0")).to_have_attribute("fill-opacity", "0")
    assert "u=1" in page.url
    page.reload()
    expect(page.locator("path.area")).to_have_count(2)
    # Housing has no small areas: the choice goes, the zones come back.
    page.get_by_role("radio", name="Housing").check()
    expect(page.get_by_label("Areal unit")).to_be_hidden()
    expect(page.locator("#z0")).to_have_attribute("fill-opacity", "1")


def test_classes_are_chosen_and_noted(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&s=culture&i=gap")
    before = page.locator("#leg").inner_text()
    page.get_by_label("Classes").select_option("As many in each class")
    assert page.locator("#leg").inner_text() != before
    assert "m=quantile" in page.url
    page.emulate_media(media="print")
    expect(page.locator("#wayP")).to_have_text("Classes: As many in each class")
    page.emulate_media(media="screen")
    page.get_by_label("Classes").select_option("Around the whole")
    fills = page.locator("#leg rect").evaluate_all("rects => rects.map(r => r.getAttribute('fill'))")
    assert {"#b35806", "#f1a340", "#fee0b6"} & set(fills)
    assert {"#542788", "#998ec3", "#d8daeb"} & set(fills)


def test_the_page_of_a_zone_is_linked(page: Page, full: str) -> None:
    page.goto(full + "#lang=en&z=vieux-bourg")
    link = page.get_by_role("link", name="Page of the zone")
    expect(link).to_have_attribute("href", "boroughs/vieux-bourg.html#lang=en")


def test_clusters_are_a_layer(page: Page, full: str) -> None:
    page.goto(full + "#lang=fr&s=culture&c=")
    page.get_by_label("Concentrations éloignées").check()
    path = page.locator("path.far").get_attribute("d") or ""
    assert path.count("M") == 2


HOSTILE = (
    "#lang=<img src=x onerror=alert(1)>&s=__proto__&i=constructor&z=%3Cscript%3E&c=%00%3C&t=javascript:1",
    "#lang=fr&s=culture&n=1e309&m=__proto__&u=-1&v=NaN,Infinity,-1",
    "#lang=fr&n=-5&v=91,181,99&c=" + "x" * 20_000,
    "#" + "%" * 50,
    "#lang=toString&z=" + "%E2%80%A8" * 10,
)


@pytest.mark.parametrize("fragment", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_opens_the_atlas(page: Page, full: str, fragment: str) -> None:
    page.goto(full + fragment)
    expect(page.locator("#zones path")).to_have_count(8)
    expect(page.locator("#title h2")).not_to_be_empty()
    assert page.locator("img, iframe").count() == 0
    assert len(page.url) < len(full) + 200


def test_printed_it_is_one_page_and_the_open_table_follows(page: Page, phone: Page, full: str) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    for opened, lang in ((page, "fr"), (phone, "en")):
        for table, pages in ((0, 1), (1, 2)):
            opened.goto("about:blank")
            opened.goto(f"{full}#lang={lang}&s=culture&c=bpel&t={table}")
            for size in ("A4", "A3", "Letter"):
                margin = dict.fromkeys(("top", "bottom", "left", "right"), "10mm")
                printed = opened.pdf(format=size, landscape=True, print_background=True, margin=margin)  # type: ignore[arg-type]
                sheets = PdfReader(BytesIO(printed)).pages
                text = " ".join(sheet.extract_text() for sheet in sheets).replace("\u00a0", " ")
                assert len(sheets) == pages, (size, lang, table)
                assert "Culture" in text
                assert ("Rivière-Verte" in sheets[0].extract_text()) is True
                assert ("Fixed steps" if lang == "en" else "Pas fixes") in text


def test_a_phone_has_the_map_and_a_sheet(phone: Page, toy: str) -> None:
    phone.goto(toy + "#lang=fr")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(phone.locator("#rail")).to_have_attribute("inert", "")
    phone.get_by_role("button", name="Choisir").tap()
    expect(phone.get_by_role("radio", name="Habitation")).to_be_visible()
    phone.get_by_role("button", name="Tableau").last.tap()
    expect(phone.locator("#tb1")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_word_of_a_heading_is_cut_on_a_phone(phone: Page, full: str, lang: str) -> None:
    phone.goto(f"{full}#lang={lang}")
    phone.get_by_role("button", name={"fr": "Tableau", "en": "Table"}[lang], exact=True).click()
    cut = phone.locator("#tb1 thead button").evaluate_all("""buttons => buttons.flatMap((b) => {
        const node = b.firstChild, found = [];
        for (const m of node.data.matchAll(/[^\\s–-]+/g)) {
            const word = document.createRange();
            word.setStart(node, m.index); word.setEnd(node, m.index + m[0].length);
            if (word.getClientRects().length > 1) found.push(m[0]);
        }
        return found;
    })""")
    assert cut == []


def test_a_tap_on_a_zone_opens_its_card(phone: Page, toy: str) -> None:
    phone.goto(toy + "#lang=fr&c=l")
    box = phone.locator("#z5").bounding_box()
    assert box is not None
    phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(phone.get_by_role("heading", name="Pointe-Est")).to_be_visible()


@pytest.mark.parametrize(
    "state",
    [
        "",
        "#lang=en&s=housing&i=rate&z=vieux-bourg&c=fel&t=1",
        "#lang=fr&s=culture&i=coverage&z=saint-elie&c=fel",
        "#lang=fr&s=recreation&i=gap&z=ile-aux-herons",
        "#lang=en&s=culture&i=gap&c=bapkfeld&n=2&m=norm&z=riviere-verte",
        "#lang=fr&s=culture&i=coverage&c=bp&u=1&t=1&m=quantile",
    ],
)
def test_axe_finds_nothing(
    page: Page, phone: Page, full: str, state: str, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(full + state)
    assert axe(page) == []
    phone.goto(full + state)
    phone.locator("#panels button").first.tap()
    phone.wait_for_timeout(300)
    assert axe(phone) == []


def test_hostile_names_are_text(page: Page, tmp_path: Path) -> None:
    toy = toy_results()
    row = toy.places[toy.places["name"].str.startswith("Théâtre")]
    count = len(PAYLOADS)
    named = pd.concat([row] * count, ignore_index=True).assign(
        name=list(PAYLOADS), source_row=range(100, 100 + count)
    )
    zones = toy.zones.assign(name_fr=list(PAYLOADS[:8]), name_en=list(PAYLOADS[8:16]))
    study = toy_study(name={"fr": PAYLOADS[1], "en": PAYLOADS[2]})
    places = pd.concat([toy.places, named], ignore_index=True)
    path = tmp_path / "atlas.html"
    write_atlas(replace(toy, study=study, zones=zones, places=places), path)
    page.goto(path.as_uri() + "#lang=fr&s=culture&t=1&c=fel")
    expect(page.locator("#h1")).to_have_text(PAYLOADS[1])
    names = page.locator("#tb1 tbody th button").all_text_contents()
    assert sorted(names) == sorted(PAYLOADS[:8])
    page.locator("#tb1 tbody th button", has_text="<svg onload").first.click()
    page.locator("#z2").focus()
    page.keyboard.press("Enter")
    shown = page.locator(".ini button").all_text_contents()
    assert set(PAYLOADS) <= set(shown)
    for n in (0, 7, len(shown) - 1):
        page.locator(".ini button").nth(n).click()
        expect(page.locator("#tip b")).to_have_text(shown[n], use_inner_text=False)
    page.get_by_role("combobox").first.fill("alert")
    expect(page.locator("#ql li").first).to_be_visible()
    for tag in ("img", "iframe", "math", "base", "body [onload]", "body [onerror]"):
        assert page.locator(tag).count() == 0


def test_hostile_names_of_sites_and_small_areas_are_text(page: Page, tmp_path: Path) -> None:
    rich = rich_results()
    halves = rich.context["areas"].assign(name=list(PAYLOADS[:2]), name_en=list(PAYLOADS[2:4]))
    names = [PAYLOADS[4 + k % 3] for k in range(len(rich.proposed))]
    path = tmp_path / "atlas.html"
    write_atlas(replace(rich, context={"areas": halves}, proposed=rich.proposed.assign(name=names)), path)
    page.goto(path.as_uri() + "#lang=fr&s=culture&c=p&n=1&u=1&t=1")
    assert set(page.locator("#tb1 tbody th").all_text_contents()) == set(PAYLOADS[:2])
    star = page.locator("g.sites path").bounding_box()
    assert star is not None
    page.mouse.move(star["x"] + star["width"] / 2, star["y"] + star["height"] / 2)
    expect(page.locator("#tip b")).to_have_text(PAYLOADS[4], use_inner_text=False)
    expect(page.locator("#tip")).to_contain_text("Prix\u00a0: 98\u00a0000\u00a0$")
    page.mouse.move(star["x"] - 60, star["y"] + star["height"] / 2)
    expect(page.locator("#tip b")).to_have_text(PAYLOADS[0], use_inner_text=False)
    page.get_by_role("button", name="EN – English").click()
    assert set(page.locator("#tb1 tbody th").all_text_contents()) == set(PAYLOADS[2:4])
    assert page.locator("img, iframe, body [onload], body [onerror]").count() == 0


def test_motion_is_not_asked_of_those_who_avoid_it(page: Page, full: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(full)
    moving = page.locator("#z0").evaluate("path => getComputedStyle(path).transitionDuration")
    assert moving == "0s"


def walk(page: Page) -> None:
    """Choose every view, and a zone in each by the keyboard."""
    for k in range(page.get_by_role("radio").count()):
        page.get_by_role("radio").nth(k).check()
        for option in page.locator("#ind option").all():
            page.locator("#ind").select_option(option.get_attribute("value"))
            page.locator("#z0").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#card .back")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator("#card .rank")).to_be_visible()


def test_a_study_of_one_zone_opens(page: Page, tmp_path: Path) -> None:
    toy = toy_results()

    def one(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["zone_id"] == "Z0"].reset_index(drop=True)

    path = tmp_path / "atlas.html"
    parts = ("zones", "measures", "ranking", "settings", "supply")
    only: dict[str, Any] = {name: one(getattr(toy, name)) for name in parts}
    write_atlas(replace(toy, **only), path)
    page.goto(path.as_uri() + "#lang=fr&t=1")
    expect(page.locator("#zones path")).to_have_count(1)
    walk(page)


def test_a_study_of_which_nothing_is_known_opens(page: Page, tmp_path: Path) -> None:
    toy, nan = toy_results(), float("nan")
    void: dict[str, Any] = {"value": nan, "lower": nan, "upper": nan, "status": "missing"}
    none: dict[str, Any] = {
        "rank": nan,
        "tied": 0,
        "ranked": 0,
        "settings": 0,
        "underserved_in": 0,
        "verdict": "",
        "status": "missing",
    }
    path = tmp_path / "atlas.html"
    empty = replace(
        toy,
        measures=toy.measures.assign(**void),
        overall=toy.overall.assign(**void),
        ranking=toy.ranking.assign(**none),
        settings=toy.settings.iloc[:0],
        places=toy.places.iloc[:0],
    )
    write_atlas(empty, path)
    page.goto(path.as_uri() + "#lang=en&t=1")
    expect(page.locator("#leg").get_by_role("button", name="Missing data")).to_contain_text("8")
    walk(page)
