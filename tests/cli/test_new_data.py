"""The verbs ``new`` and ``data``, and the report of ``join`` on its rows."""

from __future__ import annotations

import json
from pathlib import Path

from geosocial.io.sheets import read_sheet
from tests.cli.conftest import Run


def test_new_then_run_in_french(geosocial: Run, tmp_path: Path) -> None:
    made = geosocial("new", tmp_path / "étude", lang="fr")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "étude" / "study.toml").is_file()
    assert "geosocial run" in made.stdout
    again = geosocial("new", tmp_path / "étude", "--lang", "en")
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "there is something here already" in again.stderr


def test_the_command_to_run_next_can_be_typed_as_it_is_printed(geosocial: Run) -> None:
    import shlex

    done = geosocial("new", "étude d'été #1")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()[-1].partition("then: ")[2]
    assert shlex.split(said, comments=True) == ["geosocial", "run", "étude d'été #1"]
    assert geosocial("new", "plain").stdout.splitlines()[-1].endswith("then: geosocial run plain")


def test_data_lists_and_takes_from_a_folder(geosocial: Run, tmp_path: Path) -> None:
    entries = json.loads(geosocial("data", "list", "--json").stdout)
    assert {entry["name"] for entry in entries} >= {"boroughs", "points_of_interest"}
    name = next(e["url"] for e in entries if e["name"] == "boroughs").rsplit("/", 1)[-1]
    (tmp_path / name).write_text("{}")
    got = geosocial("data", "get", "boroughs", "--into", tmp_path / "data", "--from", tmp_path)
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "data" / name).read_text() == "{}"
    unknown = geosocial("data", "get", "nothing")
    assert unknown.returncode == 1
    assert "no source named “nothing”" in unknown.stderr


def test_join_writes_the_rows_that_deserve_a_look(geosocial: Run, study: Path, tmp_path: Path) -> None:
    out, faults = tmp_path / "out.csv", tmp_path / "faults.csv"
    done = geosocial(
        "join", study / "projects.csv", study / "zones.geojson", "--out", out, "--faults", faults
    )
    assert done.returncode == 0, done.stderr
    rows = read_sheet(faults).frame
    assert sorted(rows[["source_row", "code"]].to_numpy().tolist()) == [
        ["4", "declared_elsewhere"],
        ["5", "no_coordinates"],
        ["7", "declared_elsewhere"],
        ["7", "outside"],
    ]
    assert "longitude" not in read_sheet(out).frame.columns
