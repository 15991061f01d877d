"""Maps of many things beside what Folium alone makes of them: 50,000 initiatives and 3,200 areas in one page.

Ours is `point_layer` and `area_layer` on a Folium map, saved as one offline file. The peers are a
`folium.CircleMarker` a point with its name in a popup, and one `folium.GeoJson` of the areas as they are;
both are rendered to a text and need a network to open. Beside them, the atlas of the embedded study.

    python -m benchmarks.maps --points 50000 --areas 3200
"""

from __future__ import annotations

import argparse
import math
from typing import Any

from benchmarks.harness import Case, race, table_rows, write_table

#: South-west corner of the made-up city in EPSG:32188, and the side of its square, in metres.
CORNER, SIDE = (290_000.0, 5_035_000.0), 22_000.0
WORDS = ("Coopérative d’habitation", "Théâtre", "Centre communautaire", "Jardin", "Auberge, café et cie")
SPHERES = ("housing", "culture", "recreation", "sustainable_development", "tourism")


def areas(count: int) -> Any:
    """Return about `count` areas that share crooked borders, some 30 vertices each, in EPSG:32188."""
    import geopandas as gpd
    import numpy as np
    import shapely

    rng, n, steps = np.random.default_rng(11), math.isqrt(count - 1) + 1, 7
    side = SIDE / n
    grid = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1) * side
    grid[1:-1, 1:-1] += rng.uniform(-0.3, 0.3, (n - 1, n - 1, 2)) * side
    grid += CORNER

    def border(a: Any, b: Any) -> Any:
        """Crooked lines from a to b, the same for both neighbours: `steps` points after a, b left out."""
        t = np.linspace(0, 1, steps, endpoint=False)[:, None]
        line = a[..., None, :] + (b - a)[..., None, :] * t
        line[..., 1:, :] += rng.normal(0, side / 90, line[..., 1:, :].shape)
        return line

    across = border(grid[:, :-1], grid[:, 1:])
    upward = border(grid[:-1], grid[1:])
    rings = np.concatenate(
        [
            across[:-1],
            upward[:, 1:],
            np.concatenate([grid[1:, 1:, None], across[1:, :, :0:-1]], axis=2),
            np.concatenate([grid[1:, :-1, None], upward[:, :-1, :0:-1]], axis=2),
        ],
        axis=2,
    ).reshape(n * n, -1, 2)
    return gpd.GeoDataFrame(geometry=shapely.polygons(rings[:count]), crs="EPSG:32188")


def initiatives(count: int) -> tuple[Any, Any, list[str], list[str]]:
    """Return positions in degrees, names and spheres of `count` made-up initiatives, gathered in quarters."""
    import numpy as np

    from geosocial.geo.crs import transform

    rng = np.random.default_rng(12)
    centres = rng.uniform(0.1, 0.9, (60, 2)) * SIDE
    at = centres[rng.integers(0, 60, count)] + rng.normal(0, SIDE / 25, (count, 2))
    at = np.clip(at, 0, SIDE) + CORNER
    lon, lat = transform(at[:, 0], at[:, 1], "EPSG:32188", "EPSG:4326")
    return lon, lat, [f"{WORDS[i % 5]} {i}" for i in range(count)], [SPHERES[i % 5] for i in range(count)]


def ours(points: Any, zones: Any) -> str:
    """Return the page with both layers of ours."""
    import folium

    from geosocial import symbology
    from geosocial.cartography.large_layers import area_layer, point_layer
    from geosocial.cartography.standalone import page

    lon, lat, names, spheres = points
    symbols = {s: (symbology.sphere_color(s), symbology.sphere_shape(s)) for s in SPHERES}
    city = folium.Map([float(lat.mean()), float(lon.mean())], zoom_start=11, tiles=None)
    classes = [n % 7 - 2 for n in range(len(zones))]
    named = [f"Area {n}" for n in range(len(zones))]
    area_layer(zones, named, classes=classes, colors=symbology.ramp("gap_share"), name="Areas").add_to(city)
    point_layer(lon, lat, names, groups=spheres, symbols=symbols, lang="en", name="Initiatives").add_to(city)
    folium.LayerControl().add_to(city)
    return page(city)


def markers(points: Any) -> str:
    """Return the page of one `folium.CircleMarker` a point, with its name in a popup."""
    import folium

    lon, lat, names, _ = points
    city = folium.Map([float(lat.mean()), float(lon.mean())], zoom_start=11, tiles=None)
    for x, y, name in zip(lon.tolist(), lat.tolist(), names, strict=True):
        folium.CircleMarker([y, x], radius=5, popup=name).add_to(city)
    return str(city.get_root().render())


def geojson(zones: Any) -> str:
    """Return the page of one `folium.GeoJson` of the areas as they are."""
    import folium

    city = folium.Map([45.5, -73.6], tiles=None)
    shapes = zones.assign(name=[f"Area {n}" for n in range(len(zones))]).to_crs(4326)
    folium.GeoJson(shapes, popup=folium.GeoJsonPopup(["name"])).add_to(city)
    return str(city.get_root().render())


def atlas(results: Any) -> str:
    """Return the atlas of a run."""
    from geosocial.cartography import standalone
    from geosocial.cartography.atlas import build

    return standalone.page(build(results))


def main(sizes: list[int], zones: int = 3_200, repetitions: int = 3) -> None:
    """Time the pages in turn and print medians and sizes."""
    from geosocial import pipeline
    from geosocial.study import read_study

    shapes, rows = areas(zones), []
    results = pipeline.compute(read_study(None))
    weigh: dict[str, int] = {}

    def case(name: str, make: Any, *given: Any) -> Case:
        def run(_: Any) -> None:
            weigh[name] = len(make(*given).encode())

        return Case(name, run)

    for size in sizes:
        points = initiatives(size)
        ours(points, shapes)  # imports and libraries are read once, outside the clock
        cases = [
            case("geosocial point_layer and area_layer, offline", ours, points, shapes),
            case("folium.CircleMarker, points alone", markers, points),
            case("folium.GeoJson, areas alone", geojson, shapes),
            case("geosocial atlas of the embedded study, offline", atlas, results),
        ]
        race([cases[0], cases[3]], repetitions)
        race(cases[1:3], 1)
        made = table_rows(cases, n=size)
        rows += [{**row, "MB": weigh[str(row["operation"])] / 1e6} for row in made]
    note = f"Text of a page with {zones:,} areas, nothing written. The peers load Leaflet from a network."
    write_table("maps", rows, note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, nargs="+", default=[500, 5_000, 50_000])
    parser.add_argument("--areas", type=int, default=3_200)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    main(asked.points, asked.areas, asked.repetitions)
