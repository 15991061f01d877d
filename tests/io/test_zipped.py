"""Zipped Shapefiles: the features are those of the unzipped one; no name leads anywhere; refusals say why."""

from __future__ import annotations

import errno
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError, UnknownCrsError
from geosocial.intake.join_files import join_files
from geosocial.io import zipped
from geosocial.io.layers import layer_names, read_layer

SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def squares(first: str = "007") -> gpd.GeoDataFrame:
    shapes = [shapely.box(i * 10, 0, i * 10 + 10, 10) for i in range(3)]
    return gpd.GeoDataFrame({"id": [first, "8", "É"], "n": [1, 2, 3]}, geometry=shapes, crs="EPSG:32188")


def parts(folder: Path, name: str = "zones", first: str = "007") -> dict[str, bytes]:
    """Return the parts of a Shapefile by their names."""
    (folder / "plain").mkdir(exist_ok=True)
    squares(first).to_file(folder / "plain" / f"{name}.shp", encoding="utf-8")
    return {f"{name}{s}": (folder / "plain" / f"{name}{s}").read_bytes() for s in SUFFIXES}


def archive(path: Path, members: Mapping[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as out:
        for name, body in members.items():
            out.writestr(name, body)
    return path


def refusal(path: Path, layer: str | None = None) -> str:
    with pytest.raises(InputError) as refused:
        read_layer(path, layer=layer)
    said = str(refused.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    assert tempfile.gettempdir() not in said.replace(str(path), "")
    return said


def test_the_same_features_as_unzipped(tmp_path: Path) -> None:
    body = parts(tmp_path)
    plain = read_layer(tmp_path / "plain" / "zones.shp")
    junk = {"__MACOSX/._zones.shp": b"x", ".DS_Store": b"x", "zones.shp.xml": b"<a/>", "lisez-moi.txt": b"x"}
    folder = {f"Secteurs 2025/{name.upper()}": content for name, content in body.items()}
    for name, members in (
        ("a.zip", body | junk),
        ("in a folder.zip", {"Secteurs 2025/": b"", **folder}),
        ("wrong suffix.csv", body),
    ):
        found = read_layer(archive(tmp_path / name, members))
        assert found.frame.drop(columns="geometry").equals(plain.frame.drop(columns="geometry"))
        assert found.frame.geometry.geom_equals(plain.frame.geometry).all()
        assert (found.frame.crs, found.file.rows) == (plain.frame.crs, 3)
        assert found.file.path == str(tmp_path / name)
        assert found.file.bytes == (tmp_path / name).stat().st_size
        assert found.file.how["format"] == "Shapefile (ZIP)"
        assert layer_names(tmp_path / name) == []


def test_a_name_that_means_something_to_gdal_is_only_a_name(tmp_path: Path) -> None:
    odd = tmp_path / "data.zip" / "{vsizip}"
    odd.mkdir(parents=True)
    found = read_layer(archive(odd / "a'b;$(c).zip", parts(tmp_path)))
    assert found.frame["id"].tolist() == ["007", "8", "É"]


def test_zones_and_points_of_a_join_may_be_zipped(tmp_path: Path) -> None:
    zones = archive(tmp_path / "zones.zip", parts(tmp_path))
    at = gpd.GeoDataFrame({"k": [1, 2]}, geometry=gpd.points_from_xy([5, 25], [5, 5]), crs="EPSG:32188")
    at.to_file(tmp_path / "plain" / "points.shp")
    body = {f"points{s}": (tmp_path / "plain" / f"points{s}").read_bytes() for s in SUFFIXES}
    points = archive(tmp_path / "points.zip", body)
    plain = join_files(tmp_path / "plain" / "points.shp", tmp_path / "plain" / "zones.shp")
    assert join_files(points, zones).frame["zone_id"].tolist() == plain.frame["zone_id"].tolist()
    assert plain.frame["zone_id"].tolist() == ["007", "É"]


def test_without_prj_the_system_must_be_named(tmp_path: Path) -> None:
    body = parts(tmp_path)
    del body["zones.prj"]
    path = archive(tmp_path / "a.zip", body)
    with pytest.raises(UnknownCrsError, match="does not say in which coordinate reference system"):
        read_layer(path)
    assert read_layer(path, crs="EPSG:32188").frame.crs.to_epsg() == 32188


def test_several_are_told_and_one_is_named(tmp_path: Path) -> None:
    both = parts(tmp_path) | parts(tmp_path, "parcs", "P")
    path = archive(tmp_path / "a.zip", both)
    assert layer_names(path) == ["zones", "parcs"]
    assert "holds these Shapefiles: zones, parcs. Name one of them" in refusal(path)
    assert "zones, parcs" in refusal(path, "rues")
    assert read_layer(path, layer="parcs").frame["id"].tolist() == ["P", "8", "É"]
    assert read_layer(path, layer="parcs").file.how["layer"] == "parcs"
    # of one name in two folders: the folder tells them apart
    twins = {f"{f}/{n}": b for f in ("2024", "2025") for n, b in parts(tmp_path, "zones", f).items()}
    path = archive(tmp_path / "b.zip", twins)
    assert layer_names(path) == ["2024/zones", "2025/zones"]
    assert read_layer(path, layer="2025/zones").frame["id"].tolist()[0] == "2025"


def test_none_says_what_there_is(tmp_path: Path) -> None:
    inside = {"lisez-moi.txt": b"x", "a/zones.geojson": b"{}", **{f"{n}.csv": b"x" for n in range(9)}}
    said = refusal(archive(tmp_path / "a.zip", inside))
    assert (
        "holds no Shapefile; it holds: lisez-moi.txt, a/zones.geojson, 0.csv, 1.csv, 2.csv, 3.csv …." in said
    )
    assert "Unpack it and name one of its files" in said
    assert "the ZIP archive is empty" in refusal(archive(tmp_path / "b.zip", {}))
    shown = refusal(archive(tmp_path / "c.zip", {"a\x1b[31m\n.txt": b"x"}))
    assert "a�[31m�.txt" in shown


def test_a_part_that_is_missing_damaged_or_locked(tmp_path: Path) -> None:
    body = parts(tmp_path)
    without = {name: content for name, content in body.items() if not name.endswith((".shx", ".dbf"))}
    assert "lacks its part .shx, .dbf" in refusal(archive(tmp_path / "a.zip", without))
    cut = body | {"zones.shp": body["zones.shp"][:-8]}
    assert "the shapefile is damaged or cut short" in refusal(archive(tmp_path / "b.zip", cut))
    whole = archive(tmp_path / "c.zip", body).read_bytes()
    at = whole.index(b"PK\x01\x02")
    (tmp_path / "d.zip").write_bytes(whole[: at + 8] + b"\x01\x00" + whole[at + 10 :])
    said = refusal(tmp_path / "d.zip")
    assert "is locked by a password: zones.shp" in said
    assert "Unpack it and name its .shp." in said
    flipped = whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:]
    (tmp_path / "e.zip").write_bytes(flipped)
    assert "damaged or cut short" in refusal(tmp_path / "e.zip")


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_damage_is_said_alike_however_the_parts_are_packed(tmp_path: Path, packed: int) -> None:
    body = parts(tmp_path)
    sound = archive(tmp_path / "a.zip", body, packed)
    assert read_layer(sound).frame["id"].tolist() == ["007", "8", "É"]
    for name, members in (("b.zip", body), ("c.xlsx", {"xl/workbook.xml": bytes(range(256)) * 40})):
        whole = archive(tmp_path / name, members, packed).read_bytes()
        at = 30 + whole[26] + 30  # within the data of the first part, whose name has so many letters
        (tmp_path / name).write_bytes(whole[:at] + b"\xff\x00" * 8 + whole[at + 16 :])
        assert refusal(tmp_path / name) == (
            f"{tmp_path / name}: the file is damaged or cut short. Save or download it again."
        )


def test_an_archive_that_cannot_be_unpacked_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = archive(tmp_path / "a.zip", parts(tmp_path)).read_bytes()
    at = whole.index(b"PK\x01\x02")
    deflate64 = whole[:8] + b"\x09\x00" + whole[10 : at + 10] + b"\x09\x00" + whole[at + 12 :]
    later = whole[: at + 6] + b"\x63\x00" + whole[at + 8 :]  # needs version 9.9 of the format
    for name, body in (("b.zip", deflate64), ("c.zip", later)):
        (tmp_path / name).write_bytes(body)
        said = refusal(tmp_path / name)
        assert "is packed in a way that is not read" in said
        assert "make an ordinary ZIP" in said

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipped, "_unpack", full)
    said = refusal(tmp_path / "a.zip")
    assert "cannot be unpacked (No space left on device)" in said
    assert "damaged" not in said


def test_what_would_fill_the_disk_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = parts(tmp_path)
    bomb = archive(tmp_path / "a.zip", body | {"zones.dbf": b" " * (65 << 20)})
    assert bomb.stat().st_size < 200_000
    assert "too large once it is unpacked" in refusal(bomb)
    fits = archive(tmp_path / "b.zip", body)
    monkeypatch.setattr(zipped, "_LARGEST", sum(map(len, body.values())) - 1)
    assert "too large once it is unpacked" in refusal(fits)
    monkeypatch.setattr(zipped, "_LARGEST", sum(map(len, body.values())))
    assert len(read_layer(fits).frame) == 3


@settings(max_examples=25, deadline=None)
@given(
    way=st.lists(
        st.sampled_from(["..", ".", "a", "C:", "~", "…", "con", "/", "\\..\\..", "x\\y", "$HOME"]), max_size=4
    ),
    name=st.sampled_from(["zones", "a b", "é", "-x", "z.o.n.e"]),
)
def test_no_name_of_an_archive_leads_out_of_its_folder(
    way: list[str], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("z")
    body = parts(folder)
    put = archive(folder / "a.zip", {"/".join([*way, f"{name}{Path(n).suffix}"]): b for n, b in body.items()})
    before = sorted(folder.rglob("*"))
    with zipped.unpacked(put, None) as shapefile:
        inside = sorted(path.name for path in shapefile.parent.iterdir())
        assert inside == sorted(f"layer{s}" for s in SUFFIXES)
        assert shapefile.read_bytes() == body["zones.shp"]
    assert not shapefile.parent.exists()
    assert sorted(folder.rglob("*")) == before
