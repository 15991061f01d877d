"""A new study: whole, bilingual, and good for a run once it is filled in."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from geosocial import pipeline
from geosocial.errors import OutputError
from geosocial.intake.templates import COLUMNS, write_study
from geosocial.io.sheets import read_sheet
from geosocial.io.workbook import write_workbook
from geosocial.study import read_study
from geosocial.vocabulary import kinds, spheres, terms

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_word_to_choose_from_is_understood(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / 'Étude "de l’Est"'
    written = write_study(folder, lang=lang, today=DAY)  # type: ignore[arg-type]
    assert [p.name for p in written] == [
        "README.md", "boroughs.geojson", "contracts.csv", "demand_250m.csv", "places.csv", "places.xlsx",
        "plan.xlsx", "plan_actions.csv", "plan_indicators.csv", "plan_observations.csv", "study.toml",
    ]  # fmt: skip
    words = read_sheet(folder / "places.xlsx", sheet="listes – lists").frame
    lists = {c: [w for w in words[c] if w] for c in words.columns}
    assert len(lists["domaine / sphere"]) == len(spheres())
    assert len(lists["type / kind"]) == len(kinds())
    assert len(lists["état / status"]) == len(terms("statuses"))
    headers = [header for _, header, _ in COLUMNS]
    rows = []
    for number, kind in enumerate(lists["type / kind"]):
        row = dict.fromkeys(headers, "")
        row |= {"no / id": f"{number:03d}", "nom / name": f"Lieu {number}", "type / kind": kind}
        row |= {
            "état / status": lists["état / status"][number % 3],
            "latitude": "45.5231",
            "longitude": "-73.5817",
        }
        row |= {"forme juridique / legal form": lists["forme juridique / legal form"][number % 3]}
        row |= {"arrondissement / borough": "Le Plateau-Mont-Royal"}
        rows.append(row)
    write_workbook({"places": pd.DataFrame(rows)}, folder / "places.xlsx")
    results = pipeline.compute(read_study(folder))
    counts = results.conservation.iloc[0]
    assert counts["read"] == counts["matched"] == len(kinds())
    assert results.places["kind"].tolist() == list(kinds())
    assert results.places["status"].tolist()[:3] == list(terms("statuses"))
    assert results.places["sphere"].tolist() == [k.sphere for k in kinds().values()]
    assert results.study.edition == DAY


def test_the_sheet_has_lists_to_choose_from_and_no_formula(tmp_path: Path) -> None:
    write_study(tmp_path / "a", lang="fr", today=DAY)
    with zipfile.ZipFile(tmp_path / "a" / "places.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 5
    assert "<f>" not in sheet
    empty = read_sheet(tmp_path / "a" / "places.xlsx")
    assert not len(empty.frame)
    assert empty.frame.columns.tolist() == read_sheet(tmp_path / "a" / "places.csv").frame.columns.tolist()
    assert "Coopérative" not in sheet


def test_an_empty_study_runs_and_knows_nothing(tmp_path: Path) -> None:
    write_study(tmp_path / "a", lang="en", today=DAY)
    results = pipeline.compute(read_study(tmp_path / "a"))
    assert results.conservation["read"].tolist() == [0]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="there is something here already"):
        write_study(tmp_path, lang="fr", today=DAY)
    with pytest.raises(OutputError, match="there is something here already"):
        write_study(tmp_path / "mine.txt", lang="fr", today=DAY)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
