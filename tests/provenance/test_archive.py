"""The kept inputs: the study that comes back leads to them, and gives the same figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd

from geosocial import pipeline
from geosocial.provenance import archive
from geosocial.study import embedded_study, read_study
from tests.cli.conftest import DEMAND, PROJECTS, STUDY, ZONES


def test_the_embedded_study_comes_back_from_a_run_with_every_file_kept(tmp_path: Path) -> None:
    study = read_study(embedded_study())
    results = pipeline.compute(study)
    pipeline.write(results, tmp_path)
    manifest = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    back = archive.archived_study(tmp_path, manifest)
    assert back.model_dump(exclude={"folder"}) == study.model_dump(exclude={"folder"})
    for path in archive.named(study):
        if study.path(path).is_file():
            assert back.path(path).read_bytes() == study.path(path).read_bytes()
    again = pipeline.compute(back)
    pd.testing.assert_frame_equal(again.measures, results.measures)
    assert [f.sha256 for f in again.inputs] == [f.sha256 for f in results.inputs]


def test_a_file_outside_the_folder_of_the_study_is_kept_too(tmp_path: Path) -> None:
    folder, lists = tmp_path / "study", tmp_path / "lists"
    folder.mkdir()
    lists.mkdir()
    zones = lists / "zones.geojson"  # named by its absolute path
    text = STUDY.replace('"projects.csv"', '"../lists/projects.csv"')
    text = text.replace('"zones.geojson"', json.dumps(str(zones)))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    zones.write_text(json.dumps(ZONES), encoding="utf-8")
    (folder / "demand.csv").write_text(DEMAND, encoding="utf-8")
    (lists / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    study = read_study(folder)
    kept = archive.kept_as(study)
    assert kept["../lists/projects.csv"] == "inputs/lists/projects.csv"
    assert kept["demand.csv"] == "inputs/study/demand.csv"
    assert kept["study.toml"] == "inputs/study/study.toml"
    out = tmp_path / "run"
    before = pipeline.compute(study)
    pipeline.write(before, out)
    back = archive.archived_study(out, json.loads((out / "run.json").read_text(encoding="utf-8")))
    shutil.rmtree(folder)
    shutil.rmtree(lists)
    again = pipeline.compute(back)
    pd.testing.assert_frame_equal(again.places, before.places)
    assert again.inputs == before.inputs


def test_a_study_whose_files_all_lie_above_it_comes_back(tmp_path: Path) -> None:
    folder, lists = tmp_path / "a" / "b" / "study", tmp_path / "lists"
    folder.mkdir(parents=True)
    lists.mkdir()
    text = STUDY
    for name, content in (
        ("projects.csv", PROJECTS),
        ("demand.csv", DEMAND),
        ("zones.geojson", json.dumps(ZONES)),
    ):
        text = text.replace(f'"{name}"', f'"../../../lists/{name}"')
        (lists / name).write_text(content, encoding="utf-8")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    before = pipeline.compute(read_study(folder))
    out = tmp_path / "run"
    pipeline.write(before, out)
    shutil.rmtree(lists)
    back = archive.archived_study(out, json.loads((out / "run.json").read_text(encoding="utf-8")))
    pd.testing.assert_frame_equal(pipeline.compute(back).measures, before.measures)


def test_the_parts_of_a_shapefile_are_kept_together(tmp_path: Path) -> None:
    import geopandas as gpd

    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY.replace('"zones.geojson"', '"zones.shp"'), encoding="utf-8")
    zones = gpd.GeoDataFrame.from_features(ZONES["features"], crs="EPSG:4326")
    zones.to_file(folder / "zones.shp")
    (folder / "demand.csv").write_text(DEMAND, encoding="utf-8")
    (folder / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    study = read_study(folder)
    out = tmp_path / "run"
    results = pipeline.compute(study)
    pipeline.write(results, out)
    assert {"zones.shp", "zones.dbf", "zones.shx", "zones.prj"} <= {
        p.name for p in (out / "inputs").iterdir()
    }
    back = archive.archived_study(out, json.loads((out / "run.json").read_text(encoding="utf-8")))
    assert len(pipeline.compute(back).zones) == 2
