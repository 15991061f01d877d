"""``geosocial access``: any places, facilities and zones, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.cli.conftest import Run

NB = "\u00a0"


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """Two zones, three places of 10, 20 and 30 people, one facility for 6: 300 m, 500 m and 900 m away."""
    places = gpd.GeoDataFrame(
        {"people": [10, 20, 30]},
        geometry=shapely.points([[300_100, 5_040_500], [300_900, 5_040_500], [301_300, 5_040_500]]),
        crs=32188,
    )
    places.to_parquet(tmp_path / "places.parquet")
    # beside a facility without a position, which serves nobody
    points = [shapely.Point(300_400, 5_040_500), None]
    gpd.GeoDataFrame({"beds": [6, 9]}, geometry=points, crs=32188).to_file(tmp_path / "facilities.gpkg")
    boxes = [
        shapely.box(300_000, 5_040_000, 301_000, 5_041_000),
        shapely.box(301_000, 5_040_000, 302_000, 5_041_000),
    ]
    gpd.GeoDataFrame({"num": ["1", "2"], "nom": ["Un", "Deux"]}, geometry=boxes, crs=32188).to_file(
        tmp_path / "zones.gpkg"
    )
    return tmp_path


def test_places_zones_and_facilities_by_hand(layers: Path, geosocial: Run) -> None:
    files = (layers / "places.parquet", layers / "facilities.gpkg", layers / "zones.gpkg")
    options = ("--standard-m", "500", "--demand", "people", "--supply", "beds", "--out", layers / "out")
    done = geosocial("access", *files, *options)
    assert done.returncode == 0, done.stderr
    assert "Places read: 3; without a position: 0." in done.stdout
    assert f"Demand within 500{NB}m of a facility: 30 of 60 (50.0%)." in done.stdout
    assert "Facilities without a position, which serve nobody: 1." in done.stderr
    zones = pd.read_csv(layers / "out" / "zones.csv", dtype={"zone_id": str})
    assert zones.astype(object).where(zones.notna(), None).to_numpy().tolist() == [
        ["1", "Un", 2, 30, 30, 1, 0, (10 * 300 + 20 * 500) / 30, 6 / 30],
        ["2", "Deux", 1, 30, 0, 0, 0, None, 0],
    ]
    faults = pd.read_csv(layers / "out" / "faults.csv")
    assert faults[["source", "source_row", "code", "action"]].to_numpy().tolist() == [
        ["facilities", 3, "no_geometry", "unlocated"]
    ]
    facilities = pd.read_csv(layers / "out" / "facilities.csv")
    assert facilities[["demand_in_reach", "supply_per_demand"]].to_numpy().tolist() == [[30, 0.2], [0, 0]]
    found = gpd.read_parquet(layers / "out" / "places.parquet" / "part-00000.parquet")
    assert found["accessibility"].tolist() == [0.2, 0.2, 0]
    assert found["nearest_m"].tolist()[:2] == [300, 500]
    assert found["facilities_in_reach"].tolist() == [1, 1, 0]
    assert found.crs == 32188

    # The way is a fifth longer: the second place is beyond reach; the first is in the outer step.
    told = geosocial("access", *files, *options, "--detour", "1.2", "--weights", "1,0.5", "--json")
    assert json.loads(told.stdout)["covered"] == 10
    found = gpd.read_parquet(layers / "out" / "places.parquet")
    assert found["accessibility"].tolist() == [6 / (10 * 0.5) * 0.5, 0, 0]

    french = geosocial("access", *files, *options, lang="fr")
    assert f"Besoins à 500{NB}m ou moins d’un équipement{NB}: 30 sur 60 (50,0{NB}%)." in french.stdout


def test_measures_streets_and_engines(layers: Path, geosocial: Run) -> None:
    files = (layers / "places.parquet", layers / "facilities.gpkg", layers / "zones.gpkg")
    options = ("--standard-m", "500", "--demand", "people", "--supply", "beds", "--out", layers / "out")
    # Along a street by the first place and the facility; the second place is 310 m from its end.
    ends = [(300_100, 300_400), (300_400, 300_590)]
    lines = [shapely.LineString([(a, 5_040_500), (b, 5_040_500)]) for a, b in ends]
    gpd.GeoDataFrame(geometry=lines, crs=32188).to_file(layers / "streets.gpkg")
    more = ("--streets", layers / "streets.gpkg", "--streets-snap-m", "100", "--detour", "1.2")
    done = geosocial("access", *files, *options, *more, "--measure", "gravity", "--decay", "linear")
    assert done.returncode == 0, done.stderr
    found = gpd.read_parquet(layers / "out" / "places.parquet")
    assert found["accessibility"].tolist() == pytest.approx([6 * (1 - 300 / 500), 0, 0])
    assert found["street_m"].fillna(-1).tolist() == [0, -1, -1]
    faults = pd.read_csv(layers / "out" / "faults.csv", keep_default_na=False)
    assert faults[["source_row", "value", "code"]].to_numpy().tolist() == [
        [3, "300900, 5040500", "far_from_street"],
        [4, "301300, 5040500", "far_from_street"],
        [3, "", "no_geometry"],
    ]
    assert "Places far from any street: 2." in done.stderr
    assert "3 rows to look at are listed with their reasons in faults.csv." in done.stdout
    assert "demand_in_reach" not in pd.read_csv(layers / "out" / "facilities.csv")

    # The same from a layer of another format, all rows at once.
    gpd.read_parquet(files[0]).to_file(layers / "places.gpkg")
    zones = {}
    for engine, name in (("stream", "places.parquet"), ("memory", "places.gpkg"), ("auto", "places.gpkg")):
        told = geosocial(
            "access", layers / name, *files[1:], *options, "--measure", "bfca", "--engine", engine, "--json"
        )
        assert json.loads(told.stdout)["measure"] == "bfca", told.stderr
        zones[engine] = (layers / "out" / "zones.csv").read_bytes()
    assert len(set(zones.values())) == 1


def test_a_sheet_as_a_spreadsheet_writes_it_is_read_without_naming_an_engine(
    layers: Path, geosocial: Run
) -> None:
    files = (layers / "facilities.gpkg", layers / "zones.gpkg")
    options = ("--standard-m", "500", "--demand", "people", "--crs", "EPSG:32188")
    at = gpd.read_parquet(layers / "places.parquet").dropna(subset=["people"]).head(30)
    at = at[~(at.geometry.isna() | at.geometry.is_empty)]
    lines = [f"{p.x};{p.y};{n}".replace(".", ",") for p, n in zip(at.geometry, at["people"], strict=True)]
    body = "\r\n".join(["x;y;people", *lines]) + "\r\n"
    read = []
    for name, data in (
        ("plain.csv", body.encode("cp1252")),
        ("titled.csv", ("Nos lieux – été;;\r\n;;\r\n" + body).encode("cp1252")),
        ("unicode.txt", body.replace(";", "\t").encode("utf-16")),
    ):
        (layers / name).write_bytes(data)
        done = geosocial("access", layers / name, *files, *options, "--out", layers / f"out {name}", "--json")
        assert done.returncode == 0, (name, done.stderr)
        told = json.loads(done.stdout)
        read.append((told["read"], told["demand"], told["covered"]))
    assert read[0] == read[1] == read[2]
    assert read[0][:2] == (len(at), float(at["people"].sum()))
    (layers / "open.csv").write_text('x;y;people\n1;2;3\n1;"2;3\n' + "1;2;3\n" * 40_000, encoding="utf-8")
    done = geosocial("access", layers / "open.csv", *files, *options, "--out", layers / "o")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "open.csv: row 3 cannot be read as CSV: a cell has more than 131,072 characters" in done.stderr


def test_what_is_refused_is_said_in_a_line(layers: Path, geosocial: Run) -> None:
    files = (layers / "places.parquet", layers / "facilities.gpkg", layers / "zones.gpkg")
    options = ("--standard-m", "500", "--out", layers / "out")
    for more, said in (
        (("--weights", "1;2"), "--weights: “1;2” is no list of numbers"),
        (("--weights", "1,2"), "weights of a decay must be from 0 to 1"),
        (("--demand", "nobody"), "column “nobody” not found"),
        (("--measure", "nearest", "--weights", "1"), "nearest counts all that is within the standard alike"),
        (
            ("--decay", "power"),
            "The decays exponential, power need “beta”, and no other takes it. [access-measure]",
        ),
        (("--streets", layers / "nowhere.gpkg"), "nowhere.gpkg"),
        (("--scheduler", "tcp://x:1"), "--scheduler goes with --engine dask only"),
    ):
        done = geosocial("access", *files, *options, *more)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert said in done.stderr
    done = geosocial("access", layers / "facilities.gpkg", *files[1:], *options, "--engine", "stream")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "only Parquet, GeoParquet and CSV are read in batches" in done.stderr
