"""The chapter on the earlier edition: a change worked out by hand, in every file of the dossier.

West: 1,000 people at library A, 600 beyond the standard. East: 2,000 people beyond it. In the later edition a
library C opens where they live, and they are 2,500:

==============  =========  =====  ==============
library C       people     gap    coverage
==============  =========  =====  ==============
no              2,000      2,600  1,000 / 3,600
yes             2,000        600  3,000 / 3,600
no              2,500      3,100  1,000 / 4,100
yes             2,500        600  3,500 / 4,100
==============  =========  =====  ==============

So supply has −(2,000 + 2,500) / 2 of the gap and demand (500 + 0) / 2.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geosocial import pipeline, wording
from geosocial.i18n import words
from geosocial.intake.edition import read_results
from geosocial.report import workbook
from geosocial.report.editions import editions
from geosocial.report.html import page
from geosocial.results import Results
from geosocial.study import read_study
from tests.cli.conftest import DEMAND, STUDY, ZONES, Run
from tests.test_comparison import PLACES_CSV

NB = "\u00a0"
SUPPLY = (2000 / 3600 + 2500 / 4100) / 2
WHOLE = 3500 / 4100 - 1000 / 3600


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions of a study: ``a`` with its run, ``b`` that names it."""
    root = tmp_path_factory.mktemp("two")
    (root / "a").mkdir()
    (root / "a" / "study.toml").write_text(STUDY, encoding="utf-8")
    (root / "a" / "zones.geojson").write_text(json.dumps(ZONES), encoding="utf-8")
    (root / "a" / "projects.csv").write_text(PLACES_CSV, encoding="utf-8")
    (root / "a" / "demand.csv").write_text(DEMAND, encoding="utf-8")
    shutil.copytree(root / "a", root / "b")
    text = STUDY.replace("edition = 2026-11-22", 'edition = 2027-11-22\nsince = "../run-a"')
    (root / "b" / "study.toml").write_text(text, encoding="utf-8")
    opened = "C,<b>Bibliothèque C</b>,library,existing,45.51,-73.59,Est–L’Île\n"
    (root / "b" / "projects.csv").write_text(PLACES_CSV + opened, encoding="utf-8")
    (root / "b" / "demand.csv").write_text(DEMAND.replace("-73.59,2000", "-73.59,2500"), encoding="utf-8")
    pipeline.write(pipeline.compute(read_study(root / "a")), root / "run-a", langs=("fr",))
    return root


@pytest.fixture(scope="module")
def results(folders: Path) -> Results:
    return pipeline.compute(read_study(folders / "b"))


def row(table: pd.DataFrame, indicator: str, zone: str = "") -> pd.Series[float]:
    return table[(table["zone_id"] == zone) & (table["indicator"] == indicator)].iloc[0]


def test_a_run_knows_what_changed_since_the_edition_that_its_study_names(results: Results) -> None:
    assert str(results.earlier) == "2026-11-22"
    gap = row(results.changes, "gap")
    assert (gap["before"], gap["after"], gap["change"]) == (2600, 600, -2000)
    assert gap["supply"] == pytest.approx(-2250)
    assert gap["demand"] == pytest.approx(250)
    coverage = row(results.changes, "coverage")
    assert coverage["supply"] == pytest.approx(SUPPLY)
    assert coverage["demand"] == pytest.approx(WHOLE - SUPPLY)
    assert results.movements["movement"].tolist() == ["opened"]


def test_the_chapter_says_it_in_both_languages(results: Results) -> None:
    told = {lang: editions(words(lang), results) for lang in ("fr", "en")}
    french, english = told["fr"], told["en"]
    assert french is not None
    assert english is not None
    assert english.title == "Since the edition of November 22, 2026"
    assert english.lead == "Advanced: Culture."
    assert french.lead == f"A progressé{NB}: Culture."
    tables = {p.key: p.table for p in english.parts}
    outcome, parts, moved = tables["ed-outcome"], tables["ed-parts"], tables["ed-movements"]
    assert outcome is not None
    assert parts is not None
    assert moved is not None
    # the east has advanced; in the west, 600 of 1,600 people stay beyond the standard
    assert outcome.rows == (("Culture", "Advanced", "1", "0", "1", "0"),)
    assert ("Culture", "Gap", "2,600", "600", "−2,000", "−2,250", "+250", "0", "0", "0") in parts.rows
    # 27.8 % → 85.4 %: +57.6 points, of which supply 58.3 and demand −0.7
    shares = ("27.8%", "85.4%", "+57.6", "+58.3", "−0.7", "0.0", "0.0", "0.0")
    assert ("Culture", "Coverage", *shares) in parts.rows
    assert moved.rows[0][:2] == ("Opened", "<b>Bibliothèque C</b>")
    # the figure of this edition leads to where it is explained
    at = next(n for n, cells in enumerate(parts.rows) if cells[1] == "Gap")
    assert parts.links[at, 3] == "culture.main.~.gap"
    zones = tables["ed-zones"]
    assert zones is not None
    assert zones.links == {(0, 4): "culture.main.E.gap_share"}
    for lang, chapter in told.items():
        text = page(results, words(lang), files={"explain": "e.html"})
        assert f">{chapter.title}</h2>" in text if chapter else False
        assert "<b>Bibliothèque" not in text
        assert "&lt;b&gt;Bibliothèque C&lt;/b&gt;" in text


def test_an_outcome_is_never_said_of_what_is_not_known() -> None:
    base = {"change": 0.2, "unit": "share", "undivided": "", "status_before": "ok", "status_after": "ok"}
    assert wording.outcome(base, "more_is_worse") == "fell_back"
    assert wording.outcome(base, "more_is_better") == "advanced"
    assert wording.outcome(base | {"change": 0.0004}, "more_is_worse") == "still"
    assert wording.outcome(base | {"change": -0.0006}, "more_is_worse") == "advanced"
    for unknown in (
        {"change": float("nan")},
        {"undivided": "crs"},
        {"status_before": "cannot_say"},
        {"status_after": "missing"},
        {"status_before": ""},
    ):
        assert wording.outcome(base | unknown, "more_is_worse") == "unsaid"


def test_every_file_of_the_run_has_it_and_it_is_computed_again_elsewhere(
    folders: Path, results: Results, geosocial: Run, tmp_path: Path
) -> None:
    from python_calamine import CalamineWorkbook

    out = tmp_path / "deep" / "run"
    # by the option, from another folder: the same as by the key of the study
    study = tmp_path / "b"
    shutil.copytree(folders / "b", study)
    toml = study / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('since = "../run-a"\n', ""), encoding="utf-8")
    done = geosocial("run", study, "--since", folders / "run-a", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "What has changed" in done.stderr
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["since"] == "2026-11-22"
    again = read_results(out)
    assert again.earlier == results.earlier
    pd.testing.assert_frame_equal(again.changes, results.changes)
    assert '"key":"change"' in (out / "maps" / "atlas.html").read_text(encoding="utf-8").replace(" ", "")
    for lang, title in (("fr", "Depuis l’édition du 22"), ("en", "Since the edition of November 22, 2026")):
        assert title in (out / "report" / f"report.{lang}.html").read_text(encoding="utf-8").replace(NB, " ")
    book = CalamineWorkbook.from_path(str(out / "geosocial.xlsx"))
    assert {"Changements – Changes", "Mouvements – Movements"} <= set(book.sheet_names)
    cells = book.get_sheet_by_name("Changements – Changes").to_python()
    gap = next(r for r in cells if r[2] == "Ensemble · All together" and r[1] == "Écart · Gap")
    assert gap[4:9] == [2600, 600, -2000, -2250, 250]
    # the earlier run is kept with the inputs: nothing differs when all of it is computed again
    checked = geosocial("verify", out)
    assert checked.returncode == 0, checked.stdout
    assert "no difference" in checked.stdout
    explained = geosocial("explain", out, "--table", "changes", "--column", "supply")
    assert "part of the change that is due to supply" in explained.stdout.lower()


def test_a_run_without_an_earlier_edition_has_no_chapter(folders: Path) -> None:
    plain = pipeline.compute(read_study(folders / "a"))
    assert plain.earlier is None
    assert editions(words("fr"), plain) is None
    names = workbook.workbook(plain)
    assert b"Changements" not in names
    with pytest.raises(Exception, match="no run of geosocial"):
        pipeline.compute(read_study(folders / "b").model_copy(update={"since": Path("../a")}))
