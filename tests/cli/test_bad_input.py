"""Bad input: one line that names file and remedy, exit code 1, nothing half-written; in both languages."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from tests.cli.conftest import ZONES, Run


def no_crs(folder: Path) -> None:
    zones = gpd.GeoDataFrame.from_features(ZONES["features"])
    with warnings.catch_warnings(action="ignore"):  # that there is no CRS is the point
        zones.to_file(folder / "zones.gpkg", layer="zones", driver="GPKG")
    _edit(folder, '"zones.geojson"', '"zones.gpkg"')


def empty_layer(folder: Path) -> None:
    (folder / "zones.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8"
    )


def missing_file(folder: Path) -> None:
    (folder / "demand.csv").unlink()


def wrong_column(folder: Path) -> None:
    _edit(folder, 'id = "code"', 'id = "numéro"')


def wrong_demand_column(folder: Path) -> None:
    _edit(folder, 'column = "residents"', 'column = "habitants"')


def unknown_key(folder: Path) -> None:
    _edit(folder, "detour = 1.3", "detour = 1.3\nrayon = 5")


def not_toml(folder: Path) -> None:
    (folder / "study.toml").write_text("= = =", encoding="utf-8")


def repeated_zone(folder: Path) -> None:
    _replace(folder / "zones.geojson", '"code": "E"', '"code": "W"')


def degrees_as_study_crs(folder: Path) -> None:
    _edit(folder, 'crs = "EPSG:32188"', 'crs = "EPSG:4326"')


def nonsense_crs(folder: Path) -> None:
    _edit(folder, 'crs = "EPSG:32188"', 'crs = "Lambert"')


def _edit(folder: Path, old: str, new: str) -> None:
    _replace(folder / "study.toml", old, new)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (missing_file, ["demand.csv"]),
        (no_crs, ["zones.gpkg", "EPSG:"]),
        (empty_layer, ["zones.geojson"]),
        (wrong_column, ["zones.geojson", "numéro", "code"]),
        (wrong_demand_column, ["demand.csv", "habitants", "residents"]),
        (unknown_key, ["study.toml", "rayon"]),
        (not_toml, ["study.toml"]),
        (repeated_zone, ["zones.geojson", "W"]),
        (degrees_as_study_crs, ["EPSG:4326"]),
        (nonsense_crs, ["Lambert"]),
    ],
    ids=lambda v: v.__name__ if callable(v) else "",
)
def test_a_study_that_cannot_be_used(
    study: Path, geosocial: Run, tmp_path: Path, spoil: Callable[[Path], None], names: list[str]
) -> None:
    spoil(study)
    said = {}
    for lang in ("en", "fr"):
        done = geosocial("run", study, "--out", tmp_path / "out", "--json", lang=lang)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        assert lines[0].startswith("geosocial: ")
        assert re.search(r"[.?] \[[a-z]+(-[a-z]+)*\]$", lines[0])
        for name in names:
            assert name in lines[0]
        said[lang] = lines[0]
    assert said["en"] != said["fr"], "said in both languages"
    assert not (tmp_path / "out").exists(), "nothing half-written"


def test_a_study_that_does_not_exist(geosocial: Run) -> None:
    done = geosocial("run", "nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr


def test_a_folder_that_cannot_be_written(study: Path, geosocial: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    done = geosocial("run", study, "--out", tmp_path / "taken" / "out", "--json")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
