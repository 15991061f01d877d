"""The embedded study against the files that it was built from, beside the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geosocial.study import read_study
from geosocial.vocabulary import classify, crosswalk, fold

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "montreal"
pytestmark = pytest.mark.real_data


def test_the_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    pytest.importorskip("plotly", reason="the script needs plotly (the extra “dev”)")
    script = ROOT / "scripts" / "build_montreal.py"
    done = subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    built = sorted(path.name for path in tmp_path.iterdir())
    assert built == sorted(path.name for path in FOLDER.iterdir() if path.name != "study.toml")
    assert [name for name in built if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()] == []


def test_supply_counts_are_those_of_the_lists(shared_data: Path) -> None:
    # Category by category, counted in the files themselves.
    interest = gpd.read_file(shared_data / "places" / "lieux_interet.geojson", ignore_geometry=True)["Type"]
    table = crosswalk("montreal_points_of_interest").kinds
    expected: dict[str, int] = {}
    for category, rows in interest.value_counts().items():
        kind = table.get(fold(str(category)))
        if kind:
            expected[kind] = expected.get(kind, 0) + int(rows)
    outdoor = shared_data / "places" / "installations_recreatives.geojson"
    expected["outdoor_facility"] = len(gpd.read_file(outdoor, ignore_geometry=True))
    supply = pd.read_csv(FOLDER / "supply_250m.csv")
    assert supply.groupby("kind")["count"].sum().to_dict() == expected


def test_dwellings_are_those_of_the_list(shared_data: Path) -> None:
    homes = gpd.read_file(shared_data / "places" / "hlm_montreal_decoded.geojson", ignore_geometry=True)
    homes["kind"] = [classify("shq_housing", organism) for organism in homes["organism"]]
    expected = homes.assign(n=homes["num_dwellings"].astype(int)).groupby("kind")["n"].agg(["size", "sum"])
    housing = pd.read_csv(FOLDER / "housing_250m.csv").groupby("kind")[["count", "capacity"]].sum()
    assert housing.to_numpy().tolist() == expected.to_numpy().tolist()


def test_no_name_of_an_organism_travels(shared_data: Path) -> None:
    homes = gpd.read_file(shared_data / "places" / "hlm_montreal_decoded.geojson", ignore_geometry=True)
    text = (FOLDER / "housing_250m.csv").read_text(encoding="utf-8")
    assert not [name for name in set(homes["organism"]) if name in text]


def test_each_crosswalk_entry_is_met_in_its_list(shared_data: Path) -> None:
    lists = {
        "montreal_points_of_interest": ("lieux_interet.geojson", "Type"),
        "montreal_facilities": ("installations_recreatives.geojson", "TYPE"),
    }
    for name, (file, column) in lists.items():
        met = gpd.read_file(shared_data / "places" / file, ignore_geometry=True)[column]
        assert crosswalk(name).kinds.keys() <= {fold(category) for category in met}


def test_spellings_of_boroughs_fold_to_one_name(shared_data: Path) -> None:
    variants = pd.read_csv(shared_data / "boundaries" / "borough_name_variants.csv").dropna(
        subset=["raw", "canonical"]
    )
    canonical = {fold(name): name for name in variants["canonical"]}
    assert len(canonical) == variants["canonical"].nunique() == 34  # no two names fold alike
    study = read_study(ROOT / "examples" / "montreal-full")
    embedded = read_study(FOLDER)
    aliases = {fold(alias) for spec in (study.zones, embedded.zones) for alias in spec.aliases}
    wrong = {
        raw
        for raw, name in zip(variants["raw"], variants["canonical"], strict=True)
        if fold(raw) != fold(name) and fold(raw) not in aliases
    }
    # What is left abbreviates a linked town or joins two: no difference of dash, accent, case or apostrophe.
    assert wrong == {"CÔTE-ST-LUC", "DORVAL / L'ÎLE-DORVAL"}


def test_the_full_study_stands_and_finds_its_files(shared_data: Path) -> None:
    study = read_study(ROOT / "examples" / "montreal-full")
    assert shared_data.is_dir()
    for file in (study.zones.file, study.demand.file, *(spec.file for spec in study.places)):
        assert study.path(file).is_file()
    assert "community_places.geojson" not in {spec.file.name for spec in study.places}
