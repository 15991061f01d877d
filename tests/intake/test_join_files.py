"""The join of any two files: every row and column kept, what was chosen is said."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geosocial.errors import InputError, UnknownCrsError
from geosocial.intake import Joined, join_files
from geosocial.io.sheets import read_sheet
from geosocial.io.write import SUFFIXES, write_any
from tests.intake.toy import EAST, NORTH, zones


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    path = tmp_path / "zones.gpkg"
    zones().to_file(path)
    return path


def points(folder: Path, text: str) -> Path:
    (folder / "points.csv").write_text(text, encoding="utf-8")
    return folder / "points.csv"


def notes(joined: Joined) -> list[str]:
    return [note.template.format(**note.facts) for note in joined.notes]


def test_every_row_and_column_is_kept(tmp_path: Path, areas: Path) -> None:
    text = (
        f"x,y,no,nom\n{EAST + 500},{NORTH + 500},007,=1+1\n,,8,B\n"
        f"{EAST - 50},{NORTH + 1},9,C\n{EAST + 500},5,10,D\n"
    )
    joined = join_files(points(tmp_path, text), areas, crs="EPSG:32188")
    frame = joined.frame
    assert frame["no"].tolist() == ["007", "8", "9", "10"]
    assert frame["x"].tolist()[1] == ""
    assert frame["outcome"].tolist() == ["matched", "unlocated", "snapped", "outside"]
    assert frame["zone_id"].tolist() == ["Z3", "", "Z3", ""]
    assert frame["zone_name"].tolist() == ["Sud–Ouest", "", "Sud–Ouest", ""]
    assert frame["snap_m"].tolist()[2] == 50.0
    assert joined.counts == {
        "matched": 1, "snapped": 1, "outside": 1, "ambiguous": 0, "unlocated": 1, "rejected": 0,
    }  # fmt: skip
    assert joined.faults[["source_row", "code"]].to_numpy().tolist() == [
        [3, "no_coordinates"], [4, "snapped"], [5, "outside"],
    ]  # fmt: skip
    assert notes(joined) == [
        "Positions: columns “x” and “y”.",
        "Zones: identifier from column “code”, name from column “nom”.",
        "Distances were measured in EPSG:32188 (NAD83 / MTM zone 8).",
    ]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("lon,lat", "lon"),
        ("Longitude,LATITUDE", "Longitude"),
        ("stop_lon,stop_lat", "stop_lon"),
        ("geo-long,geo-lat", "geo-long"),
    ],
)
def test_columns_of_degrees_are_recognised(tmp_path: Path, areas: Path, header: str, chosen: str) -> None:
    joined = join_files(points(tmp_path, f"{header}\n-73.5,45.5\n"), areas)
    assert notes(joined)[0].startswith(f"Positions: columns “{chosen}”")
    assert joined.crs.to_epsg() == 4326
    assert joined.frame.geometry[0].equals(shapely.Point(-73.5, 45.5))


def test_columns_in_metres_need_their_crs(tmp_path: Path, areas: Path) -> None:
    with pytest.raises(UnknownCrsError, match="columns “x” and “y” is not named"):
        join_files(points(tmp_path, "x,y\n1,2\n"), areas)


def test_no_columns_of_coordinates(tmp_path: Path, areas: Path) -> None:
    with pytest.raises(
        InputError, match="no columns of coordinates were recognised; the columns are: nom, rang"
    ):
        join_files(points(tmp_path, "nom,rang\nA,B\n"), areas)


def test_addresses_alone_need_address_points_and_the_refusal_says_how(tmp_path: Path, areas: Path) -> None:
    with pytest.raises(InputError, match="look up its column “adresse”") as refused:
        join_files(points(tmp_path, "nom,adresse\nA,B\n"), areas)
    assert "geosocial join … --addresses FILE" in str(refused.value)


def test_of_the_layers_of_a_geopackage_the_one_of_polygons_holds_the_zones(tmp_path: Path) -> None:
    path = tmp_path / "l'été.gpkg"
    zones().to_file(path, layer="Secteurs d'été")
    middles = zones().assign(geometry=zones().centroid)
    middles.to_file(path, layer='l’île & "cœur" – 1')
    listed = points(tmp_path, f"x,y\n{EAST + 500},{NORTH + 500}\n")
    joined = join_files(listed, path, crs="EPSG:32188")
    assert joined.frame["zone_id"].tolist() == ["Z3"]
    assert "Zones: the layer “Secteurs d'été”, the only one of polygons." in notes(joined)
    zones().to_file(path, layer="Secteurs d'hiver")
    with pytest.raises(InputError, match="name one of its layers: Secteurs d'hiver, ") as refused:
        join_files(listed, path, crs="EPSG:32188")
    assert "export their layer to its own file" in str(refused.value)


def test_two_pairs_of_coordinates_are_not_guessed_between(tmp_path: Path, areas: Path) -> None:
    with pytest.raises(InputError, match="no columns of coordinates were recognised"):
        join_files(points(tmp_path, "a_lon,a_lat,b_lon,b_lat\n1,2,3,4\n"), areas)


def test_zones_in_degrees_are_measured_in_utm(tmp_path: Path) -> None:
    path = tmp_path / "zones.geojson"
    zones().drop(columns="code").to_crs(4326).to_file(path)
    inside = gpd.GeoSeries([shapely.Point(EAST + 500, NORTH + 500)], crs=32188).to_crs(4326)
    joined = join_files(points(tmp_path, f"lon,lat\n{inside.x[0]},{inside.y[0]}\n"), path)
    assert joined.frame["zone_name"].tolist() == ["Sud–Ouest"]
    assert joined.frame["zone_id"].tolist() == ["Sud–Ouest"]  # no column of identifiers: the name is unique
    assert notes(joined)[-1] == "Distances were measured in EPSG:32618 (WGS 84 / UTM zone 18N)."


def test_a_column_of_the_points_keeps_its_name(tmp_path: Path, areas: Path) -> None:
    text = f"zone_id,x,y\nmine,{EAST + 1},{NORTH + 1}\n"
    joined = join_files(points(tmp_path, text), areas, crs="EPSG:32188")
    assert joined.frame["zone_id"].tolist() == ["mine"]
    assert joined.frame["zone_id_joined"].tolist() == ["Z3"]
    assert "The points have a column “zone_id”: the one of the join is “zone_id_joined”." in notes(joined)


def test_a_layer_of_points_keeps_its_geometry(tmp_path: Path, areas: Path) -> None:
    path = tmp_path / "points.gpkg"
    own = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.Point(EAST + 1, NORTH + 1), None], crs=32188)
    own.to_file(path)
    joined = join_files(path, areas)
    assert joined.frame["outcome"].tolist() == ["matched", "unlocated"]
    assert joined.frame.geometry[0].equals(own.geometry[0])


def test_surplus_cells_reject_a_row_and_keep_it(tmp_path: Path, areas: Path) -> None:
    joined = join_files(points(tmp_path, "lon,lat\n-73.5,45.5\n-73,5,45,5\n"), areas)
    assert joined.frame["outcome"].tolist() == ["outside", "rejected"]
    assert joined.counts["rejected"] == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_result_is_written_in_every_format(tmp_path: Path, areas: Path, suffix: str) -> None:
    joined = join_files(
        points(tmp_path, f"x,y,id\n{EAST + 1},{NORTH + 1},007\n,,8\n"), areas, crs="EPSG:32188"
    )
    out = tmp_path / f"out{suffix}"
    write_any(joined.frame, out, crs=joined.crs)
    if suffix in {".csv", ".xlsx"}:
        back = read_sheet(out).frame
        assert back["on_boundary"].tolist() == ["false", "false"]
    else:
        from geosocial.io.layers import read_layer

        back = read_layer(out).frame
    assert back["id"].tolist() == ["007", "8"]
    assert back["outcome"].tolist() == ["matched", "unlocated"]


@pytest.mark.real_data
def test_transit_stops(shared_data: Path) -> None:
    joined = join_files(
        shared_data / "places" / "stm_stops_2025.csv", shared_data / "boundaries" / "limadmin.geojson"
    )
    assert sum(joined.counts.values()) == len(joined.frame) == 8_994
    assert joined.counts["outside"] == 19  # the README of the data: 19 off the island
