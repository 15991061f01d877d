"""Bad input: one line that names the file and the remedy, or a documented result; never another exception."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosocial import intake
from geosocial.errors import GeosocialError, InputError, MissingFileError, UnknownCrsError
from geosocial.i18n import words
from geosocial.intake import join_files
from geosocial.io.layers import read_layer
from geosocial.io.sheets import read_sheet
from geosocial.study import Study
from tests.intake.toy import zones

Factory = Callable[..., Study]
POINT = {"type": "Point", "coordinates": [-73.5, 45.5]}


def refused(call: Callable[[], object], *, says: str, name: str = "") -> GeosocialError:
    """Run `call`, which must be refused by one line, in both languages, that names the file."""
    with pytest.raises(GeosocialError) as caught:
        call()
    error = caught.value
    assert error.exit_code == 1
    assert error.hint
    assert says in str(error)
    for line in (str(error), words("fr").error(error), words("en").error(error)):
        assert "\n" not in line
        assert "{" not in line
        assert name in line
    return error


def collection(*geometries: Any) -> str:
    features = [{"type": "Feature", "properties": {"nom": "a"}, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


def frame_or_refusal(read: Callable[[], Any], name: str) -> Any:
    """Return what `read` gives, or None when it is refused by a line that names the file."""
    try:
        return read()
    except GeosocialError as error:
        said = str(error)
    assert name in said
    return None


def either(path: Path) -> object:
    """Read a file as a list would be read, whatever it is."""
    from geosocial.intake.source import open_source

    return open_source(path)


@pytest.mark.parametrize(
    "path",
    [
        "/vsizip/secret.zip/a.shp",
        "/vsicurl/http://example.org/a.geojson",
        "http://example.org/a.geojson",
        "PG:dbname=a user=b",
        "MYSQL:a,user=b",
        '<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>',
        '{"type": "FeatureCollection", "features": []}',
    ],
)
@pytest.mark.parametrize("read", [either, read_layer, read_sheet])
def test_an_address_is_no_file(path: str, read: Callable[[Any], object]) -> None:
    with pytest.raises(InputError) as caught:
        read(path)
    assert "an address or a connection" in str(caught.value)


def test_a_missing_file_and_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "arrondissements.geojson").write_text("{}")
    error = refused(
        lambda: read_layer(tmp_path / "arondissements.geojson"),
        says="Did you mean “arrondissements.geojson”?",
        name="arondissements.geojson",
    )
    assert isinstance(error, MissingFileError)
    refused(lambda: read_layer(tmp_path / "none" / "x.csv"), says="there is no such file", name="x.csv")
    refused(lambda: read_sheet(tmp_path / ("x" * 300)), says="cannot be opened")
    refused(lambda: read_sheet(tmp_path / "a\0b.csv"), says="cannot be opened")


def test_a_folder(tmp_path: Path) -> None:
    refused(lambda: either(tmp_path), says="this is a folder", name=tmp_path.name)


def test_a_device() -> None:
    refused(lambda: either(Path("/dev/null")), says="not an ordinary file")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("vide.csv", b"", "the file is empty"),
        ("vide.geojson", b"", "the file is empty"),
        ("blanc.csv", b" \r\n \r\n", "the file is empty"),
        ("page.geojson", b"<!DOCTYPE html><html></html>", "this format is not read (HTML)"),
        ("a.vrt", b"<OGRVRTDataSource/>", "this format is not read (VRT)"),
        ("a.pdf", b"%PDF-1.7", "this format is not read (PDF)"),
        ("a.csv", b"a,b\n1,\x00\n", "this format is not read"),
        ("a.sqlite", b"SQLite format 3\0" + b"\0" * 100, "this format is not read (SQLite)"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 50, "damaged or cut short"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "the workbook cannot be read"),
        ("a.csv", "a,b\n1,é\n".encode("cp1252") + b"\x81\n", "cannot be decoded"),
        ("a.csv", b'a,b\n"1,2\n', "quotation mark"),
        ("a.csv", b"a,a\n1,2\n", "repeats these columns: a"),
        ("a.json", b'{"type": "FeatureCollection", "features": []}', "the layer is empty"),
        ("a.json", b'{"type": "FeatureCollection", "features": [{}', "not valid JSON"),
        ("a.json", b'{"type": "FeatureCollection", "features": [NaN]}', "not valid JSON (NaN)"),
        ("a.json", b'{"type": "FeatureCollection", "features": [3]}', "feature 1 is not a GeoJSON feature"),
        ("a.json", b'{"type": "FeatureCollection"}', "not GeoJSON with features"),
        ("a.json", b'{"type": "Topology", "objects": {}}', "not GeoJSON with features"),
        ("a.json", b"[1, 2]", "not GeoJSON with features"),
        ("a.json", b'{"a":' * 100_000, "not valid JSON"),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\0" * 100, "the shapefile lacks its part .shx, .dbf"),
        ("a.parquet", b"PAR1" + b"\0" * 50 + b"PAR1", "damaged or cut short"),
        ("a.gpkg", b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 100, "damaged or cut short"),
    ],
)
def test_files_that_are_not_what_they_seem(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    refused(lambda: either(tmp_path / name), says=says, name=name)


def test_nan_coordinates_in_geojson_are_refused(tmp_path: Path) -> None:
    text = collection(POINT).replace("-73.5", "NaN")
    (tmp_path / "a.geojson").write_text(text)
    refused(lambda: read_layer(tmp_path / "a.geojson"), says="not valid JSON (NaN)", name="a.geojson")


def test_the_suffix_does_not_decide(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("nom,lat,lon\nA,1,2\n")
    assert read_sheet(tmp_path / "a.xlsx").frame["nom"].tolist() == ["A"]
    (tmp_path / "a.csv").write_text(collection(POINT))
    assert len(read_layer(tmp_path / "a.csv").frame) == 1
    refused(lambda: read_sheet(tmp_path / "a.csv"), says="a layer, not a sheet", name="a.csv")
    refused(lambda: read_layer(tmp_path / "a.xlsx"), says="a sheet, not a layer", name="a.xlsx")


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    refused(
        lambda: either(tmp_path / "a.xlsx"),
        says="the ZIP archive holds no Shapefile; it holds: a.txt",
        name="a.xlsx",
    )


def test_a_workbook_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 10_000)
    monkeypatch.setattr("geosocial.io.archive._LARGEST", 9_999)
    refused(lambda: read_sheet(tmp_path / "a.xlsx"), says="too large once it is unpacked", name="a.xlsx")


def test_a_study_with_a_missing_boundary_file(city: Factory) -> None:
    study = city(zones_spec={"file": "zone.gpkg"})
    refused(lambda: intake.read_zones(study), says="Did you mean “zones.gpkg”?", name="zone.gpkg")


def test_a_boundary_layer_without_crs(city: Factory) -> None:
    study = city(zones_spec={"file": "zones.shp"})
    zones().to_file(study.folder / "zones.shp")
    (study.folder / "zones.prj").unlink()
    error = refused(lambda: intake.read_zones(study), says="does not say in which", name="zones.shp")
    assert isinstance(error, UnknownCrsError)
    assert 'crs = "EPSG:…"' in str(error)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".parquet"])
def test_an_empty_layer(city: Factory, suffix: str) -> None:
    study = city(zones_spec={"file": f"none{suffix}"})
    path = study.folder / f"none{suffix}"
    none = zones().iloc[:0]
    if suffix == ".parquet":
        none.to_parquet(path)
    else:
        none.to_file(path, geometry_type="Polygon", engine="pyogrio")
    refused(lambda: intake.read_zones(study), says="the layer is empty", name=path.name)


def test_a_wrong_column(city: Factory) -> None:
    study = city(zones_spec={"id": "NUM"})
    refused(
        lambda: intake.read_zones(study),
        says="“NUM” not found; the columns are: code, nom, genre",
        name="zones.gpkg",
    )


@pytest.mark.parametrize("keep", [50, 100, 4096, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_a_file_cut_short(tmp_path: Path, suffix: str, keep: float) -> None:
    path = tmp_path / f"zones{suffix}"
    zones().to_parquet(path) if suffix == ".parquet" else zones().to_file(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if keep < 1 else min(int(keep), len(data) - 1)])
    refused(lambda: read_layer(path), says=path.name, name=path.name)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet", ".geojson"])
def test_corrupted_bytes_are_refused_or_harmless(tmp_path: Path, suffix: str) -> None:
    """A damaged file is refused, or read with every geometry that it had: none is lost in silence."""
    path = tmp_path / f"zones{suffix}"
    zones().to_parquet(path) if suffix == ".parquet" else zones().to_crs(4326).to_file(path)
    whole = path.read_bytes()
    for seed in range(25):
        random = np.random.default_rng(seed)
        data = bytearray(whole)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        path.write_bytes(data)
        read = frame_or_refusal(lambda: read_layer(path), path.name)
        assert read is None or not shapely.is_missing(read.frame.geometry.array).any()


def test_a_layer_of_the_wrong_geometry(city: Factory) -> None:
    study = city(zones_spec={"file": "points.geojson", "id": "nom", "name_fr": "nom", "kind": "=borough"})
    (study.folder / "points.geojson").write_text(collection(POINT))
    refused(lambda: intake.read_zones(study), says="these rows are not polygons: a", name="points.geojson")


def test_braces_in_what_was_found_are_only_text(city: Factory) -> None:
    study = city(zones_spec={"id": "{0.__class__}"})
    with pytest.raises(InputError) as caught:
        intake.read_zones(study)
    assert "{0.__class__}" in str(caught.value)
    assert "{0.__class__}" in words("fr").error(caught.value)


def test_a_name_that_gdal_would_take_for_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a!b.gpkg"
    zones().to_file(tmp_path / "ab.gpkg")
    (tmp_path / "ab.gpkg").rename(path)
    refused(lambda: read_layer(path), says="a sign that GDAL takes for an archive", name="a!b.gpkg")


def test_a_relative_name_that_looks_like_a_connection_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones().to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "PG_dbname=a.gpkg")
    monkeypatch.chdir(tmp_path)
    assert len(read_layer("PG_dbname=a.gpkg").frame) == 4


def test_hostile_names_travel_as_text(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    hostile = [
        "=HYPERLINK(1)",
        "</script><script>alert(1)</script>",
        "${alert(1)}",
        "'; DROP TABLE zones; --",
        "\u202eabc",
    ]
    text = "nom\tlon\tlat\n" + "".join(f"{name}\t-73.5\t45.5\n" for name in hostile)
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    assert join_files(tmp_path / "p.csv", tmp_path / "zones.gpkg").frame["nom"].tolist() == hostile


def test_invalid_zones_refuse_the_join(tmp_path: Path) -> None:
    tie = shapely.Polygon([(-73, 45), (-72, 46), (-72, 45), (-73, 46)])
    gpd.GeoDataFrame({"nom": ["Nœud"]}, geometry=[tie], crs=4326).to_file(tmp_path / "z.geojson")
    (tmp_path / "p.csv").write_text("lon,lat\n1,2\n")
    refused(
        lambda: join_files(tmp_path / "p.csv", tmp_path / "z.geojson"),
        says="cross or touch themselves: Nœud",
        name="z.geojson",
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(data)
    frame_or_refusal(lambda: either(path), "a.dat")


member = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "properties", "id"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
kind = st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "GeometryCollection", "?"])
geometry = member | st.fixed_dictionaries({"type": kind, "coordinates": member})
feature = st.fixed_dictionaries({"type": st.just("Feature"), "properties": member, "geometry": geometry})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(features=st.lists(feature | member, max_size=3))
def test_any_geojson_is_read_or_refused(tmp_path: Path, features: list[Any]) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    read = frame_or_refusal(lambda: read_layer(path), "a.geojson")
    if read is not None:
        missing = shapely.is_missing(read.frame.geometry.array)
        assert (~missing).tolist() == [f.get("geometry") is not None for f in features]
