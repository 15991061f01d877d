"""Layers of many things in Chromium: first drawn, then answering, within two seconds; names are text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import folium
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks import maps
from geosocial.cartography import standalone
from geosocial.cartography.atlas import write_atlas
from geosocial.cartography.large_layers import area_layer, point_layer
from geosocial.results import Results
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results

pytestmark = pytest.mark.browser


def canvas(page: Page) -> Locator:
    return page.locator("canvas[data-marks]")


def popup(page: Page) -> Locator:
    return page.locator(".leaflet-popup-content").last


def test_fifty_thousand_points_answer_a_click(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    points = maps.initiatives(50_000)
    # One initiative far from all others stands alone at the first zoom.
    points[0][0], points[1][0] = -73.95, 45.60
    path.write_text(maps.ours(points, maps.areas(3_200)), encoding="utf-8")
    # Seconds of the page's own thread: what a machine of its own takes, however busy this one is.
    inside = page.context.new_cdp_session(page)
    inside.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    expect(canvas(page)).to_be_attached()
    at = page.evaluate(
        "() => { const m = Object.entries(window).find(([k]) => k.startsWith('map_'))[1];"
        " const p = m.latLngToContainerPoint([45.6, -73.95]); return [p.x, p.y]; }"
    )
    page.mouse.click(*at)
    expect(popup(page)).to_contain_text("Coopérative d’habitation 0")
    expect(popup(page)).to_contain_text("housing")
    metrics = {m["name"]: m["value"] for m in inside.send("Performance.getMetrics")["metrics"]}
    assert 0 < metrics["TaskDuration"] < 2
    expect(canvas(page)).to_have_attribute("aria-label", "50,000 places")


def test_a_mark_lists_its_places_and_leads_to_them(page: Page, tmp_path: Path) -> None:
    city = folium.Map([45.5, -73.6], zoom_start=11, tiles=None)
    lon = [-73.6 + n / 20_000 for n in range(20)]
    point_layer(lon, [45.5] * 20, [f"N{n}" for n in range(20)], name="Lieux").add_to(city)
    folium.LayerControl(collapsed=False).add_to(city)
    path = tmp_path / "city.html"
    standalone.save(city, path)
    page.goto(path.as_uri())
    expect(canvas(page)).to_have_attribute("data-marks", "1")
    page.mouse.click(642, 400)
    expect(popup(page)).to_contain_text("20 lieux")
    expect(popup(page).locator("li")).to_have_count(13)
    expect(popup(page)).to_contain_text("… et 8 autres")
    # The map moves to make room for the list: a button that moves between press and release is not clicked.
    expect(page.locator(".leaflet-pan-anim")).to_have_count(0)
    page.get_by_role("button", name="Zoomer sur ces lieux").click()
    # All twenty are a kilometre apart at most: at zoom 16 each stands alone.
    expect(canvas(page)).to_have_attribute("data-marks", "20")
    page.get_by_role("checkbox", name="Lieux").uncheck()
    expect(canvas(page)).to_have_count(0)


def crowded(count: int) -> Results:
    """The toy city with so many more theatres, at random places of its boroughs."""
    toy, rng = toy_results(), np.random.default_rng(5)
    west, south, east, north = toy.zones.total_bounds
    one = toy.places[toy.places["name"].str.startswith("Théâtre")].iloc[:1]
    more = one.loc[one.index.repeat(count)].assign(
        name=[f"Théâtre {PAYLOADS[n % len(PAYLOADS)][:200]} {n}" for n in range(count)],
        x=rng.uniform(west, east, count),
        y=rng.uniform(south, north, count),
        zone_id=rng.choice(toy.zones["zone_id"], count),
        source_row=range(1000, 1000 + count),
    )
    return replace(toy, places=pd.concat([toy.places, more], ignore_index=True))


def test_the_atlas_gathers_many_initiatives(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "atlas.html"
    write_atlas(crowded(50_000), path)
    page.goto(path.as_uri() + "#lang=en&s=culture&c=e")
    marks = page.locator(".over circle + text")
    expect(marks.first).to_be_visible()
    counts = [int(text.replace(",", "")) for text in marks.all_text_contents()]
    assert len(counts) < 200
    # Marks and single symbols stand for all: theatres of the toy city included.
    singles = 50_001 - sum(counts)
    assert 0 <= singles < 100
    box = marks.nth(len(counts) // 2).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    expect(page.locator("#tip")).to_contain_text("Initiatives: ")
    expect(page.locator("#tip")).to_contain_text("more")
    page.mouse.click(box["x"] + 4, box["y"] + 4)
    expect(page.locator(".leaflet-container")).to_have_attribute("data-zoom", "2.83")
    search = page.get_by_role("combobox", name="Zone or initiative")
    search.fill("4321")
    search.press("Enter")
    expect(page.locator("#tip b")).to_contain_text("4321")
    expect(page.locator(".ini button")).to_have_count(200)
    assert page.evaluate("typeof globalThis.gotcha") == "undefined"


def test_names_of_points_and_areas_are_text(page: Page, tmp_path: Path) -> None:
    count = len(PAYLOADS)
    frame = maps.areas(count)
    middle = frame.geometry.representative_point().to_crs(4326)
    city = folium.Map([float(middle.y.mean()), float(middle.x.mean())], zoom_start=10, tiles=None)
    area_layer(frame, PAYLOADS, notes=PAYLOADS).add_to(city)
    places = point_layer(middle.x, middle.y, PAYLOADS, groups=PAYLOADS).add_to(city)
    path = tmp_path / "city.html"
    standalone.save(city, path)
    page.goto(path.as_uri())
    shown = page.evaluate(
        """() => {
          const drawn = Object.keys(window).filter((k) => k.startsWith('canvas_'));
          const [area, point] = drawn.map((k) => window[k]), out = [[], []];
          const read = () => {
            const shown = map_1.getPane('popupPane').lastElementChild;
            const content = shown.querySelector('.leaflet-popup-content > div');
            return [...content.children].map((n) => n.textContent);
          };
          area.eachLayer((shape) => {
            shape.fire('click', { latlng: shape.getCenter(), originalEvent: {} }, true);
            out[0].push(read());
          });
          for (let k = 0; k < point.count; k++) { point.find(k); out[1].push(read()); }
          return out;
        }"""
    )
    assert shown[0] == [[p, p] for p in PAYLOADS]
    assert sorted(shown[1]) == sorted([p, p] for p in PAYLOADS)
    assert page.evaluate("typeof globalThis.gotcha") == "undefined"
    assert json.loads(places.data)["symbols"][0] == ["#1b1f24", "circle"]
