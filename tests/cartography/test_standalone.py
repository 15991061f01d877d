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

from geosocial.cartography import standalone
from geosocial.errors import InputError

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
    assert "jQuery v3" not in standalone.page(bare())
    city = bare()
    folium.Marker(CITY, popup=folium.Popup("here")).add_to(city)
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
    folium.Marker(CITY, icon=folium.Icon(color="red")).add_to(city)
    return city


def with_cluster() -> Any:
    city = bare()
    folium.plugins.MarkerCluster([CITY]).add_to(city)  # type: ignore[no-untyped-call]
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


def with_colour_scale() -> Any:
    from branca.colormap import LinearColormap

    city = bare()
    LinearColormap(["white", "red"], vmin=0, vmax=1).add_to(city)
    return city


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
        (with_picture, "src"),
        (with_overlay, "imageOverlay"),
        (with_colour_scale, "d3"),
    ],
)
def test_what_needs_a_network_is_refused_in_one_line(make: Any, named: str, tmp_path: Path) -> None:
    path = tmp_path / "city.html"
    with pytest.raises(InputError, match="offline") as refusal:
        standalone.save(make(), path)
    assert named.casefold() in str(refusal.value).casefold()
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_geopandas_explore_by_value_is_saved_without_its_scale() -> None:
    pytest.importorskip("mapclassify", reason="explore() needs mapclassify and matplotlib")
    with pytest.raises(InputError, match="d3"):
        standalone.page(zones().assign(value=[1.0, 2.0, 3.0]).explore("value", tiles=None))
    page = standalone.page(zones().assign(value=[1.0, 2.0, 3.0]).explore("value", tiles=None, legend=False))
    assert not REMOTE.search(page)


def test_ids_in_a_name_are_left_alone() -> None:
    city = bare()
    name = "0123456789abcdef0123456789abcdef"
    folium.FeatureGroup(name).add_to(city)
    folium.LayerControl().add_to(city)
    assert name in standalone.page(city)
