"""Layers: every format gives the same features back, in a coordinate reference system that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geosocial.errors import InputError, UnknownCrsError
from geosocial.io.layers import read_layer

SQUARE = shapely.box(0, 0, 10, 10)


def squares(crs: str | None = "EPSG:32188") -> gpd.GeoDataFrame:
    shapes = [shapely.box(i * 10, 0, i * 10 + 10, 10) for i in range(3)]
    return gpd.GeoDataFrame({"id": ["007", "8", "9"], "n": [1, 2, 3]}, geometry=shapes, crs=crs)


def geojson(path: Path, *features: Any, **members: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}))
    return path


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_formats(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"zones{suffix}"
    squares().to_parquet(path) if suffix == ".parquet" else squares().to_file(path)
    found = read_layer(path)
    assert found.frame.crs.to_epsg() == 32188
    assert found.frame["id"].tolist() == ["007", "8", "9"]
    assert found.frame["n"].tolist() == [1, 2, 3]
    assert all(a.equals(b) for a, b in zip(found.frame.geometry, squares().geometry, strict=True))
    assert found.file.rows == 3
    assert found.file.how["crs"] == "EPSG:32188"


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_a_layer_without_crs_is_refused_unless_one_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"zones{suffix}"
    frame = squares(None)
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        with pytest.warns(UserWarning, match="crs"):
            frame.to_file(path, engine="pyogrio")
    with pytest.raises(UnknownCrsError, match="does not say in which coordinate reference system") as refused:
        read_layer(path)
    assert path.name in str(refused.value)
    assert read_layer(path, crs="EPSG:32188").frame.crs.to_epsg() == 32188


def test_a_layer_in_another_crs_than_the_named_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zones.gpkg"
    squares().to_file(path)
    with pytest.raises(UnknownCrsError, match="is in EPSG:32188, not in EPSG:4326"):
        read_layer(path, crs="EPSG:4326")
    with pytest.raises(UnknownCrsError, match="“EPSG:999999” is not known"):
        read_layer(path, crs="EPSG:999999")


def test_geojson_is_exact(tmp_path: Path) -> None:
    x, y = -73.561234567890123, 45.1 + 0.2
    path = geojson(tmp_path / "t.geojson", feature(point(x, y), a="007", n=None), feature(None, a="é", n=1.5))
    frame = read_layer(path).frame
    assert (frame.geometry[0].x, frame.geometry[0].y) == (x, y)
    assert frame.geometry[1] is None
    assert frame["a"].tolist() == ["007", "é"]
    assert frame["n"].isna().tolist() == [True, False]
    assert frame.crs.to_epsg() == 4326


def test_geojson_in_cp1252_with_a_crs_member(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32188"}}
    text = json.dumps(
        {"type": "FeatureCollection", "crs": crs, "features": [feature(point(3e5, 5e6), nom="Montréal")]},
        ensure_ascii=False,
    )
    path.write_bytes(text.encode("cp1252"))
    found = read_layer(path)
    assert found.frame["nom"].tolist() == ["Montréal"]
    assert found.frame.crs.to_epsg() == 32188
    assert found.file.how["encoding"] == "cp1252"


def test_geojson_that_cannot_be_degrees_is_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "t.geojson", feature(point(3e5, 5e6)))
    with pytest.raises(UnknownCrsError, match="not degrees"):
        read_layer(path)
    assert read_layer(path, crs="EPSG:32188").frame.crs.to_epsg() == 32188


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1, None], "Int64"),
        ([1, 2.5], "float64"),
        ([True, False], "bool"),
        ([True, None], "boolean"),
    ],
)
def test_geojson_types(tmp_path: Path, values: list[Any], dtype: str) -> None:
    path = geojson(tmp_path / "t.geojson", *(feature(point(0, 1), v=v) for v in values))
    assert read_layer(path).frame["v"].dtype == dtype


def test_a_mixed_geojson_column_is_text(tmp_path: Path) -> None:
    values: list[Any] = [1, "deux", None, [3, {"b": 1, "a": 2}], 2**70]
    path = geojson(tmp_path / "t.geojson", *(feature(point(0, 1), v=v) for v in values))
    column = read_layer(path).frame["v"]
    assert column[[0, 1, 3, 4]].tolist() == ["1", "deux", '[3, {"a": 2, "b": 1}]', str(2**70)]
    assert pd.isna(column[2])


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["1", 2]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
        {"type": "Polygon"},
        {"type": "Cercle"},
    ],
)
def test_a_damaged_geometry_is_refused_by_its_number(tmp_path: Path, geometry: Any) -> None:
    path = geojson(tmp_path / "t.geojson", feature(point(0, 1)), feature(geometry))
    with pytest.raises(InputError, match="geometry of feature 2 is damaged \\(1 in all\\)"):
        read_layer(path)


def test_a_geopackage_with_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    squares().to_file(path, layer="un")
    squares().to_file(path, layer="deux", mode="a")
    with pytest.raises(InputError, match="name one of its layers: deux, un"):
        read_layer(path)
    assert read_layer(path, layer="un").file.how["layer"] == "un"


def test_a_shapefile_without_its_table_is_refused(tmp_path: Path) -> None:
    squares().to_file(tmp_path / "t.shp")
    (tmp_path / "t.dbf").unlink()
    with pytest.raises(InputError, match=r"lacks its part \.dbf"):
        read_layer(tmp_path / "t.shp")


def test_the_fingerprint_of_a_shapefile_covers_its_table(tmp_path: Path) -> None:
    squares().to_file(tmp_path / "t.shp")
    before = read_layer(tmp_path / "t.shp").file
    frame = squares()
    frame["id"] = ["x", "y", "z"]
    frame.to_file(tmp_path / "t.shp")
    after = read_layer(tmp_path / "t.shp").file
    assert before.sha256 != after.sha256


@pytest.mark.real_data
def test_the_published_cp1252_layer_equals_the_clean_one(shared_data: Path) -> None:
    folder = shared_data / "boundaries"
    raw = read_layer(folder / "quartiers_sociologiques_latin1_raw.json").frame
    clean = read_layer(folder / "quartiers_sociologiques_2014.geojson").frame
    assert len(raw) == len(clean) == 32
    assert shapely.area(shapely.symmetric_difference(raw.geometry, clean.geometry)).max() < 1e-9
