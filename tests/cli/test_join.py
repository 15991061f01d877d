"""``geosocial join``: the join alone, in every format that it writes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.cli.conftest import Run

NB = "\u00a0"
EXPECTED = ["matched", "matched", "matched", "unlocated", "matched", "outside"]


def table(path: Path) -> pd.DataFrame:
    match path.suffix:
        case ".csv":
            return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
        case ".xlsx":
            return pd.read_excel(path, engine="calamine", dtype=str, keep_default_na=False)
        case ".parquet":
            return pd.DataFrame(gpd.read_parquet(path).drop(columns="geometry"))
        case _:
            return pd.DataFrame(gpd.read_file(path).drop(columns="geometry"))


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".gpkg", ".parquet", ".xlsx"])
def test_every_row_comes_out_in_every_format(
    study: Path, geosocial: Run, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"joined{suffix}"
    done = geosocial("join", study / "projects.csv", study / "zones.geojson", "--out", out)
    assert done.returncode == 0, done.stderr
    assert (
        "6 read = 4 matched + 0 snapped to the nearest + 1 outside + 0 ambiguous + 1 unlocated + 0 rejected"
        in done.stdout
    )
    frame = table(out)
    assert list(frame["outcome"]) == EXPECTED
    assert list(frame["id"]) == ["001", "002", "003", "004", "005", "006"], "leading zeros stay"
    assert frame["name"].iloc[0] == "Bibliothèque NA"
    assert list(frame["zone_id"].fillna("")) == ["W", "E", "E", "", "W", ""]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")], "no temporary file left"


def test_snapping_is_within_and_can_be_changed(study: Path, geosocial: Run, tmp_path: Path) -> None:
    # 0.001° of latitude north of the zones is 111 m
    (study / "near.csv").write_text("id,lat,lon\n1,45.521,-73.61\n", encoding="utf-8")
    for metres, expected in ((250, "snapped"), (100, "outside")):
        out = tmp_path / f"{metres}.csv"
        assert (
            geosocial(
                "join", study / "near.csv", study / "zones.geojson", "--out", out, "--snap-m", str(metres)
            ).returncode
            == 0
        )
        with out.open(encoding="utf-8-sig", newline="") as stream:
            row = next(csv.DictReader(stream))
        assert row["outcome"] == expected
        if expected == "snapped":
            assert float(row["snap_m"]) == pytest.approx(111.1, abs=0.3)


def test_json_and_french(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial(
        "join", study / "projects.csv", study / "zones.geojson", "--out", tmp_path / "o.csv", "--json"
    )
    assert json.loads(done.stdout)["matched"] == 4
    done = geosocial(
        "join", study / "projects.csv", study / "zones.geojson", "--out", tmp_path / "o.csv", lang="fr"
    )
    assert f"6{NB}lus = 4{NB}associés" in done.stdout


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("nowhere.csv", "zones.geojson", "o.csv"), ["nowhere.csv"]),
        (("projects.csv", "nowhere.geojson", "o.csv"), ["nowhere.geojson"]),
        (("projects.csv", "zones.geojson", "o.doc"), ["o.doc", ".xlsx"]),
        (("projects.csv", "projects.csv", "o.csv"), ["projects.csv"]),
        (("/vsicurl/x.geojson", "zones.geojson", "o.csv"), ["/vsicurl/x.geojson"]),
    ],
)
def test_a_join_that_is_refused(
    study: Path, geosocial: Run, tmp_path: Path, files: tuple[str, str, str], names: list[str]
) -> None:
    points, zones, out = files
    (tmp_path / out).write_text("old", encoding="utf-8")
    done = geosocial("join", points, zones, "--out", tmp_path / out, "--json", cwd=study)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    for name in names:
        assert name in done.stderr
    assert (tmp_path / out).read_text(encoding="utf-8") == "old", "the old file stays whole"


def test_no_repair_is_silent(study: Path, geosocial: Run, tmp_path: Path) -> None:
    swapped = "".join(f"{k},-73.61,45.51\n" for k in range(12))
    (study / "swapped.csv").write_text("id,lat,lon\n" + swapped, encoding="utf-8")
    for lang, said, more in (
        ("en", "row 2: ", "… and 14 more rows"),
        ("fr", "ligne 2\u00a0: ", "… et 14 autres"),
    ):
        out = tmp_path / f"{lang}.csv"
        done = geosocial("join", study / "swapped.csv", study / "zones.geojson", "--out", out, lang=lang)
        assert done.returncode == 0, done.stderr
        # each row: repaired, and why it was damaged; ten lines are said, the rest is counted
        assert said in done.stderr
        assert more in done.stderr
    faults = tmp_path / "faults.csv"
    files = (study / "swapped.csv", study / "zones.geojson", "--out", tmp_path / "o.csv", "--faults", faults)
    assert geosocial("join", *files).returncode == 0
    with faults.open(encoding="utf-8-sig", newline="") as stream:
        assert {row["source_row"] for row in csv.DictReader(stream)} == {str(k) for k in range(2, 14)}


def test_in_batches_from_the_command_line(study: Path, geosocial: Run, tmp_path: Path) -> None:
    memory, stream, parts = tmp_path / "memory.csv", tmp_path / "stream.csv", tmp_path / "parts.parquet"
    files = (study / "projects.csv", study / "zones.geojson")
    assert geosocial("join", *files, "--out", memory).returncode == 0
    done = geosocial("join", *files, "--out", stream, "--engine", "stream")
    assert done.returncode == 0, done.stderr
    assert "6 read = 4 matched" in done.stdout
    assert stream.read_bytes() == memory.read_bytes()
    told = json.loads(geosocial("join", *files, "--out", parts, "--engine", "stream", "--json").stdout)
    assert (told["read"], told["matched"], told["parts"], told["kept"]) == (6, 4, 1, 0)
    again = geosocial("join", *files, "--out", parts, "--engine", "stream", "--lang", "fr")
    assert "1 partie était déjà complète et a été gardée." in again.stderr
    assert list(gpd.read_parquet(parts)["outcome"]) == EXPECTED


def test_in_batches_what_needs_all_rows_is_refused(study: Path, geosocial: Run, tmp_path: Path) -> None:
    files = (study / "projects.csv", study / "zones.geojson", "--out", tmp_path / "o.parquet")
    done = geosocial("join", *files, "--engine", "stream", "--faults", tmp_path / "f.csv", "--lang", "fr")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--faults exige toutes les lignes à la fois" in done.stderr
    done = geosocial("join", *files, "--engine", "dask", "--lang", "fr")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "doivent être en Parquet" in done.stderr
    (tmp_path / "o.parquet").write_text("mine", encoding="utf-8")
    done = geosocial("join", *files, "--engine", "stream")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert (tmp_path / "o.parquet").read_text(encoding="utf-8") == "mine"


def test_in_batches_a_killed_process_leaves_whole_parts_and_is_taken_up(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    folder = tmp_path / "points"
    folder.mkdir()
    for k in range(40):  # each file is a part of its own
        points = gpd.points_from_xy(rng.uniform(-73.64, -73.56, 500), rng.uniform(45.49, 45.53, 500))
        gpd.GeoDataFrame({"id": np.arange(500)}, geometry=points, crs=4326).to_parquet(
            folder / f"p{k:02d}.parquet"
        )
    zones, out, whole = study / "zones.geojson", tmp_path / "out.parquet", tmp_path / "whole.parquet"
    assert geosocial("join", folder, zones, "--out", whole).returncode == 0
    command = [sys.executable, "-m", "geosocial", "join", folder, zones, "--out", out]
    running = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while running.poll() is None and len(list(out.glob("part-*"))) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    running.kill()
    running.wait()
    for part in out.glob("part-*.parquet"):
        assert len(gpd.read_parquet(part)) == 500
    done = geosocial("join", folder, zones, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["read"] == 20_000
    one, two = ({p.name: p.read_bytes() for p in f.iterdir()} for f in (whole, out))
    assert len(one) == 41
    assert one == two
