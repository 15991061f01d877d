"""The example of the follow-up: what the script writes is what is committed, and all of it is marked."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from geosocial import pipeline
from geosocial.study import read_study
from scripts.montreal import followup

FOLDER = Path(__file__).parents[2] / "data" / "montreal"


def test_the_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    followup.build(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in FOLDER.iterdir() if "_example" in path.name)
    for name in made:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_every_row_says_that_it_is_an_example_but_the_two_facts() -> None:
    real = 0
    for file in FOLDER.glob("*_example*.csv"):
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        kept = table[table["example"] != "yes"]
        assert set(table["example"]) <= {"yes", "no"}
        real += len(kept)
        assert kept.empty or "I10" in kept.iloc[0].tolist()
    assert real == 2
    layer = json.loads((FOLDER / "projects_example.geojson").read_text(encoding="utf-8"))
    assert {f["properties"]["example"] for f in layer["features"]} == {"yes"}


def test_the_embedded_study_follows_its_example_without_a_fault() -> None:
    results = pipeline.compute(read_study())
    assert (results.plan_rows["rejected"] == 0).all()
    assert not results.faults["source"].str.startswith("plan").any()
    status = dict(zip(results.progress["indicator_id"], results.progress["status"], strict=True))
    assert status == {
        "I01": "on_track",
        "I02": "no_data",
        "I03": "achieved",
        "I04": "no_target",
        "I05": "accelerate",
        "I06": "late",
        "I07": "accelerate",
        "I08": "on_track",
        "I09": "late",
        "I10": "broken",
        "I11": "accelerate",
    }
    # the coverage by culture is that of the run, as per cent
    culture = results.overall.query("sphere == 'culture' and indicator == 'coverage'")["value"].iloc[0]
    seen = results.plan_observations.query("indicator_id == 'I05'").iloc[0]
    assert seen["value"] == 100 * culture
    assert bool(seen["computed"])
    # nothing that is invented goes unmarked
    marked = results.progress.set_index("indicator_id")["example"]
    assert marked.drop("I10").all()
    assert not marked["I10"]
    assert results.contracts["example"].all()
    assert results.projects["example"].all()
    business = results.directions[results.directions["topic"] == "business"]
    assert business["example"].all()
