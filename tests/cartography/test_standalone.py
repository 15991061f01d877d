import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely

from geosocial.cartography import neutral, standalone
from geosocial.errors import InputError
from tests.cartography.payloads import PAYLOADS

#: Folium leaves them untyped.
PLUGINS: Any = folium.plugins
ROOT = Path(__file__).parents[2]
CITY = (45.5, -73.6)
REMOTE = re.compile(r"""(?:\bsrc|<link[^>]+href)\s*=\s*["']?(?:https?:)?//""")


def bare() -> Any:
    return folium.Map(CITY, tiles=None)


def zones() -> gpd.GeoDataFrame:
    squares = [shapely.box(-73.6 + i / 100, 45.5, -73.59 + i / 100, 45.51) for i in range(3)]
    return gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=squares, crs=4326)


def every_layer() -> Any:
    city = bare()
    group = folium.FeatureGroup("markers").add_to(city)
    folium.Marker(CITY, popup="here", tooltip="there").add_to(group)
    folium.CircleMarker(CITY, radius=5).add_to(group)
    folium.GeoJson(zones(), name="zones", tooltip=folium.GeoJsonTooltip(["name"])).add_to(city)
    folium.LayerControl().add_to(city)
    return city


def test_a_page_holds_all_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "city.html"
    standalone.save(every_layer(), path)
    text = path.read_text(encoding="utf-8")
    assert not REMOTE.search(text)
    assert "sourceMappingURL" not in text
    assert "data:image/png;base64," in text
    assert "default-src 'none'" in text
    assert "user-scalable=no" not in text
    assert "L.Icon.Default.mergeOptions" in text
    assert 150_000 < len(text) < 300_000


def test_jquery_travels_only_where_it_is_called() -> None:
    city = bare()
    folium.Marker(CITY, popup=folium.Popup("$(here)")).add_to(city)
    assert "jQuery v3" not in standalone.page(city)
    city.keep_in_front(folium.FeatureGroup().add_to(city))
    assert "jQuery v3" in standalone.page(city)


def test_every_script_is_named_by_its_hash() -> None:
    import base64
    import hashlib

    text = standalone.page(every_layer())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) >= 3
    for code in scripts:
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "unsafe-inline'" not in policy[1].split("style-src")[0]


def test_the_policy_comes_before_every_script() -> None:
    text = standalone.page(every_layer())
    assert text.index("Content-Security-Policy") < text.index("<script")


def test_the_same_map_gives_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.cartography.test_standalone import every_layer;"
        "from geosocial.cartography.standalone import save; save(every_layer(), Path(sys.argv[1]))"
    )
    here, there = tmp_path / "here.html", tmp_path / "there.html"
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, cwd=ROOT)
    standalone.save(every_layer(), here)
    assert here.read_bytes() == there.read_bytes()


def test_a_map_can_be_saved_twice() -> None:
    city = every_layer()
    assert standalone.page(city) == standalone.page(city)


def test_geopandas_explore_without_tiles_is_saved() -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    text = standalone.page(zones().explore(tiles=None))
    assert not REMOTE.search(text)
    assert "geo_json" in text


def with_icon() -> Any:
    city = bare()
    folium.Marker(CITY, icon=folium.Icon(color="red", icon="glass")).add_to(city)
    return city


def with_cluster() -> Any:
    city = bare()
    PLUGINS.MarkerCluster([CITY]).add_to(city)
    return city


def with_remote_icon() -> Any:
    city = bare()
    folium.Marker(CITY, icon=folium.CustomIcon("https://example.org/icon.png")).add_to(city)
    return city


def with_picture() -> Any:
    city = bare()
    folium.Marker(CITY, popup=folium.Popup('<img src="https://example.org/a.png">')).add_to(city)
    return city


def with_overlay() -> Any:
    city = bare()
    bounds = [[45.4, -73.7], [45.6, -73.5]]
    folium.raster_layers.ImageOverlay("https://example.org/a.png", bounds).add_to(city)
    return city


def with_layer(layer: Any) -> Any:
    city = bare()
    layer.add_to(city)
    return city


def with_frame() -> Any:
    return with_layer(folium.Marker(CITY, popup=folium.Popup(folium.IFrame("<p>x</p>"))))


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: folium.Map(CITY), "openstreetmap"),
        (
            lambda: folium.Map(CITY, tiles=None).add_child(folium.WmsTileLayer("https://example.org", "a")),
            "tiles=None",
        ),
        (with_icon, "folium.Icon"),
        (with_cluster, "markercluster"),
        (with_remote_icon, "iconUrl"),
        (with_overlay, "imageOverlay"),
        (with_frame, "IFrame"),
        (lambda: with_layer(PLUGINS.HeatMap([CITY])), "HeatMap leaflet-heat"),
        (lambda: with_layer(PLUGINS.FastMarkerCluster([CITY])), "point_layer"),
        (lambda: with_layer(PLUGINS.AntPath([CITY, CITY])), "AntPath antpath"),
        (lambda: with_layer(PLUGINS.ScrollZoomToggler()), "<img src=https://"),
        (lambda: with_layer(folium.raster_layers.VideoOverlay("a.webm", [CITY, CITY])), "videoOverlay"),
    ],
)
def test_what_needs_a_network_is_refused_in_one_line(make: Any, named: str, tmp_path: Path) -> None:
    path = tmp_path / "city.html"
    with pytest.raises(InputError, match="offline") as refusal:
        standalone.save(make(), path)
    assert named.casefold() in str(refusal.value).casefold()
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_geopandas_explore_by_value_has_its_scale() -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    frame = zones().assign(value=[1.0, 2.0, 4.0])
    page = standalone.page(frame.explore("value", tiles=None))
    assert not REMOTE.search(page)
    assert "d3.min" not in page
    scale = re.search(r"L\.geosocial\.scale\((.*)\)\.addTo", page)
    assert scale is not None
    caption, stops, ticks, _ = json.loads(f"[{scale[1]}]")
    assert caption == "value"
    assert (stops[0][0], stops[-1][1]) == (0, 1)
    assert ticks[0] == [0, 1.0]
    assert all(at == pytest.approx((value - 1) / 3, abs=1e-4) for at, value in ticks)


def test_categories_explored_have_their_legend() -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    page = standalone.page(zones().explore("name", tiles=None))
    assert "code.jquery.com" not in page
    legend = page[page.index('<div class="gs-legend gs-corner">') :]
    assert re.findall(r"</i>(.*?)</li>", legend) == ["a", "b", "c"]


def test_a_plugin_on_this_computer_is_inlined(tmp_path: Path) -> None:
    script = tmp_path / "mouse.js"
    script.write_text(
        "L.control.mousePosition = (o) => L.control(o); // sourceMappingURL\n", encoding="utf-8"
    )

    class Local(PLUGINS.MousePosition):  # type: ignore[misc]
        default_js = [("mouse", str(script))]  # noqa: RUF012 - as Folium has it
        default_css: list[Any] = []  # noqa: RUF012

    city = with_layer(Local())
    page = standalone.page(city)
    assert "L.control.mousePosition = (o)" in page
    script.write_text("'</script>'", encoding="utf-8")
    with pytest.raises(InputError, match=r"mouse\.js"):
        standalone.page(city)


def test_a_map_is_as_it_was_and_the_same_in_any_order() -> None:
    city = hostile()
    before, folium_says = standalone.page(city), re.compile(r"[0-9a-f]{32}")
    names = [sorted(vars(element)) for element in neutral.tree(city.get_root())]
    for make in (with_cluster, with_icon, every_layer, hostile):
        try:
            standalone.page(make())
        except InputError:
            continue
    assert standalone.page(city) == standalone.page(hostile()) == before
    assert [sorted(vars(element)) for element in neutral.tree(city.get_root())] == names
    written = folium_says.sub("", city.get_root().render())
    assert standalone.page(city) == before
    assert "L.geosocial" not in written


def hostile() -> Any:
    city = every_layer()
    for payload in PAYLOADS[:20]:
        folium.Marker(CITY, popup=payload, tooltip=payload).add_to(city)
    return city


@pytest.mark.parametrize("markup", [False, True])
def test_a_remote_picture_in_a_popup_is_not_loaded(markup: bool) -> None:
    page = standalone.page(with_picture(), markup=markup)
    assert not REMOTE.search(page)
    assert "img-src data: blob:;" in page


def test_jinja_in_a_name_is_not_run() -> None:
    city = bare()
    for text in ("{{ 7 * 7 }}", "{% set x = 1 %}", "{# x #}", "{{"):
        folium.Marker(CITY, popup=text, tooltip=text, title=text).add_to(city)
        folium.GeoJson({"type": "Point", "coordinates": [0, 0], "name": text}).add_to(city)
    page = standalone.page(city)
    for text in ("{{ 7 * 7 }}", "{% set x = 1 %}", "{# x #}", "{{"):
        assert page.count(f'"{text}"') >= 4


def test_a_column_with_any_name_identifies_features() -> None:
    # Folium writes “feature.properties.<name>” and looks the name up by its dots.
    frame = zones().rename(columns={"name": "nom de l'organisme v.2"})
    city = bare()
    folium.GeoJson(frame.drop(columns=[]), style_function=lambda _: {"color": "red"}).add_to(city)
    page = standalone.page(city)
    assert '{"looks":[{"color":"red"}],"of":[0,0,0]}' in page
    assert "feature.properties" not in page[page.rindex("<script>") :]


@pytest.mark.parametrize(
    ("tiles", "says"),
    [
        ("Nowhere", "Nowhere"),
        ("Jawg.Streets", "key"),
        ("CartoDB.Positron", "key"),
        ("https://t.example/{z}/{x}/{y}.png", "attribution"),
        ("http://t.example/{z}/{x}/{y}.png © X", "https"),
        ("https://t.example/{z}/{x}/{y}.png?k={apikey} © X", "key"),
    ],
)
def test_tiles_that_cannot_be_shown_are_refused(tiles: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        standalone.page(bare(), tiles=tiles)


def test_tiles_are_asked_for_and_the_policy_names_their_host() -> None:
    city = bare()
    plain = standalone.page(city)
    page = standalone.page(city, tiles="OpenStreetMap.Mapnik")
    assert "img-src data: blob: https://tile.openstreetmap.org;" in page
    assert "openstreetmap.org/copyright" in page
    assert standalone.page(city) == plain
    several = standalone.page(city, tiles="OpenTopoMap")
    hosts = " ".join(f"https://{s}.tile.opentopomap.org" for s in "abc")
    assert f"img-src data: blob: {hosts};" in several
    own = standalone.page(folium.Map(CITY), tiles=True)
    assert own.count("L.tileLayer(") >= 1
    assert "https://tile.openstreetmap.org;" in own


def test_ids_in_a_name_are_left_alone() -> None:
    city = bare()
    name = "0123456789abcdef0123456789abcdef"
    folium.FeatureGroup(name).add_to(city)
    folium.LayerControl().add_to(city)
    assert name in standalone.page(city)
