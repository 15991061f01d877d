"""The sheets of a plan to fill in: every header, and every word to choose from, is understood."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from geosocial import pipeline
from geosocial.intake.plan_templates import SHEETS, TITLES
from geosocial.intake.templates import write_study
from geosocial.io.sheets import read_sheet
from geosocial.io.workbook import write_workbook
from geosocial.study import read_study
from geosocial.vocabulary import terms
from geosocial.vocabulary.synonyms import plain, plan_headers

DAY = dt.date(2026, 11, 23)


def test_every_header_says_one_column_and_all_are_there() -> None:
    for sheet, columns in SHEETS.items():
        said = []
        for header, _, _ in columns:
            parts = {plain(part) for part in (header, *header.split("/"))}
            said.append([key for key, words in plan_headers(sheet).items() if parts & words])
        assert [len(keys) for keys in said] == [1] * len(columns), sheet
        assert {keys[0] for keys in said} == set(plan_headers(sheet)), sheet


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_plan_that_is_filled_in_is_followed(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "suivi"
    write_study(folder, lang=lang, today=DAY)  # type: ignore[arg-type]
    words = read_sheet(folder / "plan.xlsx", sheet="listes – lists").frame
    lists = {c: [w for w in words[c] if w] for c in words.columns}
    assert {family: len(found) for family, found in lists.items() if family != "spheres"} == {
        family: len(terms(family)) for family in lists if family != "spheres"
    }
    heads = {sheet: [header for header, _, _ in SHEETS[sheet]] for sheet in TITLES}
    for sheet, title in TITLES.items():
        assert read_sheet(folder / "plan.xlsx", sheet=title).frame.columns.tolist() == heads[sheet]
        assert read_sheet(folder / f"plan_{sheet}.csv").frame.columns.tolist() == heads[sheet]
    actions = [
        dict.fromkeys(heads["actions"], "")
        | {"no / id": f"A{n}", "axe / direction": direction, "titre français / French title": "Faire"}
        | {"responsable / lead": "Verdun", "début / start": "2026-01-01", "fin / end": "2026-11-23"}
        | {"état / status": lists["action_statuses"][n]}
        for n, direction in enumerate(lists["directions"])
    ]
    indicators = [
        dict.fromkeys(heads["indicators"], "")
        | {"no / id": f"I{n}", "action / action id": "A1", "nom anglais / English name": "Count"}
        | {"niveau / level": level, "sens souhaité / desired sense": lists["senses"][n]}
        | {"version de la définition / definition version": "1"}
        for n, level in enumerate(lists["levels"])
    ]
    seen = {
        "indicateur / indicator": "I1",
        "date / observation date": "2026-11-01",
        "valeur / value": "1 234,5",
    }
    frames = [actions, indicators, [dict.fromkeys(heads["observations"], "") | seen]]
    write_workbook(
        {title: pd.DataFrame(rows) for title, rows in zip(TITLES.values(), frames, strict=True)},
        folder / "plan.xlsx",
    )
    results = pipeline.compute(read_study(folder))
    assert results.plan_rows["kept"].tolist() == results.plan_rows["read"].tolist() == [5, 3, 1]
    assert results.plan_actions["direction"].tolist() == list(terms("directions"))
    assert results.plan_actions["late"].tolist() == [True, False, False, False, False]
    assert results.plan_actions["lead_zone_id"].unique().tolist() == ["17"]
    assert results.plan_indicators["sense"].tolist() == ["more_is_better", "more_is_worse", "neutral"]
    assert results.progress["status"].tolist() == ["no_data", "no_target", "no_data"]
    assert results.progress["value"].tolist()[1] == 1234.5


def test_an_empty_plan_of_a_new_study_runs(tmp_path: Path) -> None:
    write_study(tmp_path / "a", lang="fr", today=DAY)
    results = pipeline.compute(read_study(tmp_path / "a"))
    assert results.plan_actions.empty
    assert results.rollup["actions"].tolist() == [0] * 5
    with zipfile.ZipFile(tmp_path / "a" / "plan.xlsx") as book:
        sheets = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
