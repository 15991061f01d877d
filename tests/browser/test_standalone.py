"""Folium maps saved to one file, in Chromium: whatever a name holds is shown as text, and nothing of it runs.

The fixture `page` fails a test on any dialog, request, console error or page error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
from branca.colormap import LinearColormap
from playwright.sync_api import Page, expect

from geosocial.cartography import standalone
from geosocial.vocabulary import Lang
from tests.cartography.payloads import PAYLOADS

pytestmark = pytest.mark.browser
#: Folium leaves it untyped.
POLYLINE: Any = folium.PolyLine
CITY = (45.5, -73.6)
SPOTS = [(45.4 + (k % 10) / 50, -73.7 + (k // 10) / 50) for k in range(len(PAYLOADS))]
#: Point at each shape, or click on it, one after the other, and read what a reader would.
READ = """([event, pane]) => {
  const out = [];
  map_1.eachLayer((layer) => {
    if (layer.eachLayer || !(layer.getLatLng || layer.getBounds) || layer instanceof L.DivOverlay) return;
    const latlng = layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng(), at = L.point(0, 0);
    layer.fire(event, { latlng, originalEvent: {}, layerPoint: at, containerPoint: at }, true);
    const shown = map_1.getPane(pane).lastElementChild;
    out.push([...(pane === 'popupPane' ? shown.querySelector('.leaflet-popup-content') : shown).childNodes]);
    if (event === 'mouseover') layer.fire('mouseout', {}, true);
  });
  return out.map((nodes) => nodes.map((n) => n.textContent).join(''));
}"""


def popups(page: Page) -> list[str]:
    return [str(text) for text in page.evaluate(READ, ["click", "popupPane"])]


def tooltips(page: Page) -> list[str]:
    return [str(text) for text in page.evaluate(READ, ["mouseover", "tooltipPane"])]


def opened(page: Page, city: Any, tmp_path: Path, **options: Any) -> str:
    path = tmp_path / "city.html"
    standalone.save(city, path, **options)
    page.goto(path.as_uri())
    expect(page.locator(".leaflet-container")).to_be_visible()
    return path.read_text(encoding="utf-8")


def nothing_ran(page: Page) -> None:
    """Nothing of a payload has become an element or a global."""
    assert page.evaluate("typeof globalThis.gotcha") == "undefined"
    for tag in ("iframe", "base", "math", "details", "textarea", "img[src=x]", "[onload]", "[onerror]"):
        assert page.locator(f"body {tag}").count() == 0
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def bare() -> Any:
    return folium.Map(CITY, tiles=None, zoom_start=10)


def zones(names: list[str] | tuple[str, ...] = PAYLOADS) -> gpd.GeoDataFrame:
    shapes = [shapely.box(x, y, x + 0.01, y + 0.01) for y, x in SPOTS[: len(names)]]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs=4326)


def markers(**options: Callable[[str], Any]) -> Any:
    """A map with a layer for each payload, of every kind in turn; the options are made of the payload."""
    city = bare()
    kinds: list[Callable[..., Any]] = [
        folium.Marker,
        lambda at, **o: folium.Marker(at, icon=folium.Icon(color="red"), **o),
        folium.CircleMarker,
        lambda at, **o: folium.Circle(at, radius=500, **o),
        lambda at, **o: POLYLINE([at, (at[0] + 0.01, at[1])], **o),
        lambda at, **o: folium.Rectangle([at, (at[0] + 0.01, at[1] + 0.01)], **o),
    ]
    for k, (spot, payload) in enumerate(zip(SPOTS, PAYLOADS, strict=True)):
        kinds[k % len(kinds)](spot, **{key: make(payload) for key, make in options.items()}).add_to(city)
    return city


@pytest.mark.parametrize(
    "popup",
    [
        str,
        folium.Popup,
        lambda s: folium.Popup(s, parse_html=True),
        lambda s: folium.Popup(s, lazy=True),
        lambda s: folium.Popup(folium.Html(s, script=True)),
    ],
    ids=["str", "Popup", "parse_html", "lazy", "Html"],
)
def test_popups_show_text(page: Page, tmp_path: Path, popup: Callable[[str], Any]) -> None:
    opened(page, markers(popup=popup), tmp_path)
    shown = [s.replace("\\`", "`") for s in popups(page)]
    assert shown == [p.replace("\\`", "`") for p in PAYLOADS]
    nothing_ran(page)


@pytest.mark.parametrize(
    "tooltip",
    [str, lambda s: folium.Tooltip(s, style="font-size: 15px", sticky=False)],
    ids=["str", "styled"],
)
def test_tooltips_show_text(page: Page, tmp_path: Path, tooltip: Callable[[str], Any]) -> None:
    opened(page, markers(tooltip=tooltip), tmp_path)
    assert tooltips(page) == list(PAYLOADS)
    nothing_ran(page)


def test_a_click_and_a_pointer_show_text(page: Page, tmp_path: Path) -> None:
    city = bare()
    folium.CircleMarker(CITY, radius=30, fill=True, popup=PAYLOADS[2], tooltip=PAYLOADS[22]).add_to(city)
    opened(page, city, tmp_path)
    box = page.locator("path.leaflet-interactive").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    expect(page.locator(".leaflet-tooltip")).to_have_text(PAYLOADS[22])
    page.mouse.click(box["x"] + 30, box["y"] + 30)
    expect(page.locator(".leaflet-popup-content")).to_have_text(PAYLOADS[2])
    nothing_ran(page)


def test_properties_and_columns_of_a_layer_are_text(page: Page, tmp_path: Path) -> None:
    for name, column in (("columns", None), ("values", "name")):
        city = bare()
        frame = zones()
        if column is None:
            # Every payload is the name of a column, in a frame of one row.
            frame = gpd.GeoDataFrame({p: ["v"] for p in PAYLOADS}, geometry=[frame.geometry[0]], crs=4326)
        fields = list(PAYLOADS) if column is None else ["name"]
        layer = folium.GeoJson(
            frame,
            name=name,
            style_function=lambda f: {"color": str(f["properties"].get("name"))},
            highlight_function=lambda f: {"weight": 4, "color": str(f["properties"].get("name"))},
            tooltip=folium.GeoJsonTooltip(fields, labels=column is None),
            popup=folium.GeoJsonPopup(fields, labels=column is None, localize=False),
        )
        layer.add_to(city)
        opened(page, city, tmp_path)
        assert page.locator("path.leaflet-interactive").count() == len(frame)
        expected = list(PAYLOADS) if column else ["".join(f"{p}v" for p in PAYLOADS)]
        assert tooltips(page) == expected
        assert popups(page) == expected
        nothing_ran(page)


def test_a_frame_explored_is_text(page: Page, tmp_path: Path) -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    # A statement of Jinja in a category stops explore() itself, which reads its legend as a template.
    names = [p for p in PAYLOADS if not p.startswith(("{%", "{#"))]
    opened(page, zones(names).explore("name", tiles=None, popup=True), tmp_path)
    shown = page.locator(".gs-corner li").all_text_contents()
    assert sorted(shown) == sorted(names)
    assert tooltips(page) == ["name" + n for n in names]
    assert popups(page) == ["name" + n for n in names]
    nothing_ran(page)
    values = zones(names).assign(**{PAYLOADS[0]: range(len(names))})
    opened(page, values.explore(PAYLOADS[0], tiles=None, scheme="quantiles"), tmp_path)
    expect(page.locator(".gs-legend")).to_contain_text(PAYLOADS[0])
    assert page.locator(".gs-legend rect").count() == 5
    nothing_ran(page)


def test_layer_names_labels_and_credits_are_text(page: Page, tmp_path: Path) -> None:
    city = bare()
    for payload, spot in zip(PAYLOADS, SPOTS, strict=True):
        group = folium.FeatureGroup(payload).add_to(city)
        credited = {"type": "Point", "coordinates": [*spot[::-1]]}
        circle = folium.CircleMarker(radius=1)
        folium.GeoJson(credited, control=False, marker=circle, attribution=payload).add_to(city)
        folium.Marker(spot, icon=folium.DivIcon(html=payload), title=payload, alt=payload).add_to(group)
    folium.LayerControl(collapsed=False).add_to(city)
    opened(page, city, tmp_path)
    names = page.locator(".leaflet-control-layers-overlays label").all_text_contents()
    assert [n.removeprefix(" ") for n in names] == list(PAYLOADS)
    assert page.locator(".empty").all_text_contents() == list(PAYLOADS)
    titles = page.locator(".empty").evaluate_all("es => es.map((e) => e.title)")
    assert titles == list(PAYLOADS)
    credit = page.locator(".leaflet-control-attribution").text_content() or ""
    assert all(p in credit for p in PAYLOADS)
    page.get_by_label(PAYLOADS[5], exact=True).uncheck()
    expect(page.locator(".empty")).to_have_count(len(PAYLOADS) - 1)
    nothing_ran(page)


@pytest.mark.parametrize("payload", PAYLOADS[1::15])
def test_scales_and_titles_are_text(page: Page, tmp_path: Path, payload: str) -> None:
    city, frame = bare(), zones(("a", "b", "c")).assign(value=[1.0, 2.0, 3.0])
    folium.Choropleth(
        frame, data=frame, columns=["name", "value"], key_on="feature.properties.name", legend_name=payload
    ).add_to(city)
    LinearColormap(["white", "red"], vmin=0, vmax=1, caption=payload).add_to(city)
    city.get_root().title = payload
    opened(page, city, tmp_path)
    expect(page.locator(".gs-legend .gs-text")).to_have_count(2)
    assert page.locator(".gs-legend .gs-text").all_text_contents() == [payload] * 2
    assert " ".join(page.title().split()) == " ".join(payload.split())
    nothing_ran(page)


def test_a_click_for_a_marker_keeps_its_fields_alone(page: Page, tmp_path: Path) -> None:
    city = bare()
    folium.ClickForMarker("`${lat}` <b>${alert(1)}</b>").add_to(city)
    opened(page, city, tmp_path)
    page.mouse.click(640, 400)
    page.locator(".leaflet-marker-icon").click()
    expect(page.locator(".leaflet-popup-content").last).to_contain_text("` <b>${alert(1)}</b>")
    expect(page.locator(".leaflet-popup-content").last).to_contain_text("`45.49")
    nothing_ran(page)
    city = bare()
    folium.LatLngPopup().add_to(city)  # type: ignore[no-untyped-call]
    opened(page, city, tmp_path)
    page.mouse.click(640, 400)
    expect(page.locator(".leaflet-popup-content")).to_contain_text("Latitude: 45.49")


def test_markup_lets_formatting_through_and_nothing_else(page: Page, tmp_path: Path) -> None:
    city = markers(popup=str, tooltip=str)
    html = (
        '<b style="color: red; position: fixed; background: url(//evil.example)">Théâtre</b><br>'
        '<a href="https://example.org/a">site</a> <a href="javascript:alert(1)">no</a> '
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
        '<svg width="9"><circle r="4" onclick="x()"/></svg>'
    )
    folium.Marker(CITY, icon=folium.DivIcon(html=html)).add_to(city)
    opened(page, city, tmp_path, markup=True)
    popups(page)
    tooltips(page)
    label = page.locator(".empty")
    expect(label.locator("b")).to_have_css("color", "rgb(255, 0, 0)")
    expect(label.locator("b")).to_have_css("position", "static")
    expect(label.locator("a")).to_have_attribute("href", "https://example.org/a")
    expect(label.locator("img")).to_have_count(1)
    expect(label.locator("circle")).to_have_count(1)
    expect(label).to_contain_text('<a href="javascript:alert(1)">no</a>')
    nothing_ran(page)
    assert page.locator("body [onclick]").count() == 0


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing(page: Page, tmp_path: Path, lang: Lang, axe: Callable[[Page], list[str]]) -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    city = zones(("a", "b", "c")).explore("name", tiles=None)
    folium.Marker(CITY, popup="here", tooltip="there", alt="A place").add_to(city)
    folium.LayerControl().add_to(city)
    opened(page, city, tmp_path, lang=lang, title=PAYLOADS[1] if lang == "en" else "")
    assert axe(page) == []
    expect(page.locator("html")).to_have_attribute("lang", f"{lang}-CA")
    assert page.title() == (PAYLOADS[1] if lang == "en" else "Carte")


def test_pins_are_drawn_without_a_network(page: Page, tmp_path: Path) -> None:
    city = bare()
    folium.Marker(CITY, icon=folium.Icon(color="darkred", icon="home"), popup="here").add_to(city)
    folium.GeoJson(
        gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(-73.5, 45.5)], crs=4326),
        marker=folium.Marker(icon=folium.Icon(icon="star", color="green")),
    ).add_to(city)
    opened(page, city, tmp_path)
    assert page.locator(".gs-pin text").all_text_contents() == ["⌂", "★"]
    page.locator(".gs-pin").first.click()
    expect(page.locator(".leaflet-popup-content")).to_have_text("here")


def test_tiles_are_asked_of_their_host_alone(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "city.html"
    address = "https://tiles.example.org/{z}/{x}/{y}.png © Somebody"
    standalone.save(bare(), path, tiles=address)
    asked: list[str] = []
    context = page.context.browser
    assert context is not None
    other = context.new_page()
    other.on("request", lambda r: asked.append(r.url))
    other.route("https://**/*", lambda route: route.abort())
    other.goto(path.as_uri())
    expect(other.locator(".leaflet-control-attribution")).to_contain_text("© Somebody")
    expect(other.locator(".leaflet-tile").first).to_be_attached()
    other.close()
    assert {a.split("/")[2] for a in asked if not a.startswith(("file:", "data:"))} == {"tiles.example.org"}
