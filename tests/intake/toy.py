"""A toy city of 2 × 2 zones of 1 km, in EPSG:32188, whose lists a test writes by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geosocial.study import PlacesSpec, Study

EAST, NORTH = 300_000.0, 5_040_000.0
NAMES = ["Le Nord-Ouest", "L’Île-Est", "Sud–Ouest", "Saint-Éloi"]

Factory = Callable[..., Study]


def square(column: int, row: int) -> shapely.Polygon:
    x, y = EAST + 1000 * column, NORTH + 1000 * row
    return shapely.box(x, y, x + 1000, y + 1000)


def zones() -> gpd.GeoDataFrame:
    """Z1 Z2 above Z3 Z4."""
    return gpd.GeoDataFrame(
        {"code": ["Z1", "Z2", "Z3", "Z4"], "nom": NAMES, "genre": ["Arr.", "Arr.", "Arr.", "Ville"]},
        geometry=[square(0, 1), square(1, 1), square(0, 0), square(1, 0)],
        crs="EPSG:32188",
    )


@pytest.fixture
def city(tmp_path: Path) -> Factory:
    """Return a function that makes the study of the toy city; each of its parts can be replaced."""

    def make(
        *, zones_spec: dict[str, Any] | None = None, demand: dict[str, Any] | None = None, **members: Any
    ) -> Study:
        if not (tmp_path / "zones.gpkg").exists():
            zones().to_file(tmp_path / "zones.gpkg")
        (tmp_path / "demand.csv").write_text(
            "id,x,y,zone,people\na,300500,5041500,Z1,100\nb,301500,5040500,Z4,\n"
        )
        data = {
            "format": 1,
            "id": "toy",
            "name": "Toy",
            "edition": "2026-11-22",
            "crs": "EPSG:32188",
            "detour": 1.3,
            "detour_source": "assumption",
            "sources": {"s": {"title": "s", "publisher": "s", "year": "2026", "licence": "s"}},
            "zones": {
                "file": "zones.gpkg",
                "id": "code",
                "name_fr": "nom",
                "kind": "genre",
                "kinds": {"Arr.": "borough", "Ville": "town"},
                "aliases": {"St-Eloi": "Z4"},
                "source": "s",
            }
            | (zones_spec or {}),
            "demand": {
                "file": "demand.csv",
                "id": "id",
                "x": "x",
                "y": "y",
                "crs": "EPSG:32188",
                "zone": "zone",
                "columns": [{"key": "people", "column": "people", "label": "people", "unit": "people"}],
                "unit_label": "cell",
                "source": "s",
            }
            | (demand or {}),
            "places": [],
            "spheres": {},
            "folder": tmp_path,
        }
        return Study.model_validate(data | members)

    return make


@pytest.fixture
def places() -> Callable[..., PlacesSpec]:
    """Return a function that makes the spec of a list in ``list.csv`` of the study's folder."""

    def make(**members: Any) -> PlacesSpec:
        base = {
            "key": "list",
            "file": "list.csv",
            "label": "List",
            "x": "x",
            "y": "y",
            "crs": "EPSG:32188",
            "source": "s",
        }
        return PlacesSpec.model_validate(base | members)

    return make


def write_geojson(path: Path, *features: tuple[Any, dict[str, Any]]) -> None:
    members = [{"type": "Feature", "geometry": g, "properties": p} for g, p in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": members}, ensure_ascii=False))
