"""The verbs of the follow-up as a user runs them: words, JSON, tables; one line for what cannot be done."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Run

NB = "\u00a0"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded")


def refuse(name: str) -> Any:
    raise AssertionError(name)


def test_the_embedded_example_in_words_json_and_tables(geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("followup", "--out", tmp_path / "out", lang="fr")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert (
        "Axe 1. Soutien accru à l’entrepreneuriat collectif\n  [EXEMPLE] 3 actions, dont 2 en retard" in text
    )
    assert f"définition rompue; 3{NB}590, puis 2{NB}780{NB}: les deux ne se comparent pas." in text
    assert f"54,5{NB}% sur le chemin de 50{NB}% à 60{NB}%{NB}: 45{NB}% du chemin en 58{NB}% du temps" in text
    assert "None" not in text
    assert "nan" not in text.lower()
    told = json.loads(geosocial("followup", "--json").stdout, parse_constant=refuse)
    for name in (
        "progress",
        "rollup",
        "matrix",
        "directions",
        "projects",
        "contracts",
        "suppliers",
        "plan_rows",
    ):
        with (tmp_path / "out" / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
        assert len(table) == len(told[name]) > 0, name
        for row, line in zip(told[name], table, strict=True):
            for key, value in row.items():
                if value is None:
                    assert line[key] == ""
                elif isinstance(value, bool):
                    assert line[key] == str(value).lower()
                elif isinstance(value, int | float):
                    assert float(line[key]) == value
                else:
                    assert line[key] == value
    assert told["sentences"]["indicators"]["I10"].startswith(
        "Social-economy enterprises surveyed: definition"
    )
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "geosocial.xlsx"))
    rows = book.get_sheet_by_name("Avancement – Progress").to_python()
    by_id = {row[1]: row for row in rows[1:]}
    progress = {row["indicator_id"]: row for row in told["progress"]}
    assert set(by_id) == set(progress)
    for key, row in progress.items():
        for column, name in ((5, "baseline"), (7, "value"), (9, "target"), (11, "attainment")):
            assert by_id[key][column] == ("" if row[name] is None else pytest.approx(row[name], abs=1e-12))
    assert by_id["I10"][15] == "définition rompue · definition broken"


def test_a_study_without_a_plan_says_so(study: Path, geosocial: Run) -> None:
    done = geosocial("followup", study)
    assert done.returncode == 0
    assert "The study asks for no follow-up" in done.stdout
    assert json.loads(geosocial("followup", study, "--json").stdout)["progress"] == []


def test_a_plan_with_faults_is_told_row_by_row(study: Path, geosocial: Run, tmp_path: Path) -> None:
    (study / "a.csv").write_text(
        "id,axe,titre,responsable,début,état\nA1,7,T,R,2024-01-01,en cours\n", encoding="utf-8"
    )
    (study / "i.csv").write_text(
        "id,action,nom,niveau,sens,définition\nI1,A1,N,effet,hausse,1\n", encoding="utf-8"
    )
    (study / "o.csv").write_text("indicateur,date,valeur\nI1,2025-01-01,5\n", encoding="utf-8")
    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[followup]\nactions = "a.csv"\nindicators = "i.csv"\nobservations = "o.csv"\n'
            'people = "residents"\nsource = "own"\n'
        )
    done = geosocial("followup", study, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rejected = (
        f"La ligne dont l’identifiant est «{NB}{{row}}{NB}» a été rejetée (colonne «{NB}{{column}}{NB}»)."
    )
    with (tmp_path / "out" / "tables" / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [(r["source_file"], r["source_row"], r["reason_fr"]) for r in csv.DictReader(file)]
    assert [t for t in told if t[0] in {"a.csv", "i.csv", "o.csv"}] == [
        ("a.csv", "2", f"Le mot «{NB}7{NB}» n’est pas un de ceux de la colonne (colonne «{NB}axe{NB}»)."),
        ("i.csv", "2", rejected.format(row="A1", column="action")),
        ("o.csv", "2", rejected.format(row="I1", column="indicateur")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[followup]\npeople = "nobody"\nsource = "own"\n', "followup.people: nobody"),
        ('[followup]\npeople = "residents"\nenterprises = ["x"]\nsource = "own"\n', "followup: x"),
        (
            '[followup]\npeople = "residents"\nactions = "a.csv"\nsource = "own"\n',
            "actions, indicators, observations",
        ),
        ('[listings]\nlist = "x"\n', "listings.list: x"),
        ('[contracts]\nfile = "c.csv"\nsource = "x"\n', "sources.x"),
        ('[contracts]\nfile = "c.csv"\nsource = "own"\n', "c.csv"),
        (
            '[projects]\nfile = "zones.geojson"\nid = "nom"\nname_fr = "rien"\nsource = "own"\n',
            "“rien” not found",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(study: Path, geosocial: Run, section: str, said: str) -> None:
    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + section)
    done = geosocial("followup", study)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_two_editions_in_words_json_and_tables(study: Path, geosocial: Run, tmp_path: Path) -> None:
    assert geosocial("run", study, "--out", tmp_path / "a", "--json").returncode == 0
    later = tmp_path / "later"
    shutil.copytree(study, later)
    text = (later / "projects.csv").read_text(encoding="utf-8")
    text = text.replace("001,Bibliothèque NA,library,existing", "001,Bibliothèque NA,library,closed")
    (later / "projects.csv").write_text(text, encoding="utf-8")
    toml = (later / "study.toml").read_text(encoding="utf-8")
    (later / "study.toml").write_text(
        toml.replace("standard_m = 1000", "standard_m = 1500"), encoding="utf-8"
    )
    assert geosocial("run", later, "--out", tmp_path / "b", "--json").returncode == 0
    done = geosocial("compare", tmp_path / "a", tmp_path / "b", "--lang", "fr", "--out", tmp_path / "c")
    assert done.returncode == 0, done.stderr
    assert f"Ce qui a changé{NB}: offre et méthode." in done.stdout
    assert f"fermeture{NB}: 1 (Bibliothèque NA, Ouest)" in done.stdout
    told = json.loads(
        geosocial("compare", tmp_path / "a", tmp_path / "b", "--json").stdout, parse_constant=refuse
    )
    assert (told["factors"], told["reproduced"]) == (["supply", "method"], [True, True])
    for row in told["changes"]:
        if not row["undivided"]:
            parts = [row[f] for f in ("supply", "demand", "boundary", "method", "quality")]
            assert sum(parts) == pytest.approx(row["change"], abs=1e-9)
    with (tmp_path / "c" / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(told["changes"])
    assert {row["zone_fr"] for row in table} == {"", "Ouest", "Est–L’Île"}
    # what is ours is replaced; what somebody has changed gets another name, what is not ours stays
    into = ["compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "c"]
    before = {path.name: path.read_bytes() for path in (tmp_path / "c").iterdir()}
    assert sorted(before) == ["changes.csv", "compared.json", "movements.csv"]
    assert geosocial(*into).returncode == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "c").iterdir()} == before
    (tmp_path / "c" / "changes.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "c" / "notes.txt").write_text("mine", encoding="utf-8")
    changed = geosocial(*into, lang="en")
    assert changed.returncode == 0
    assert "changes.csv has been changed since geosocial wrote it: what you had is now" in changed.stderr
    edited = tmp_path / "c" / "changes.edited.csv"
    assert edited.read_text(encoding="utf-8") == "mine"
    edited.unlink()
    assert {n: (tmp_path / "c" / n).read_bytes() for n in before} == before
    (tmp_path / "c" / "compared.json").unlink()
    (tmp_path / "c" / "changes.csv").unlink()
    foreign = geosocial(*into, lang="fr")
    assert foreign.returncode == 1
    assert "movements.csv existe déjà" in foreign.stderr
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["movements.csv", "notes.txt"]
    same = geosocial("compare", tmp_path / "a", tmp_path / "a")
    assert "Nothing that figures depend on has changed." in same.stdout
    assert "No figure changed." in same.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere", "nowhere"], 1, "there is no run of geosocial in this folder"),
        (["nowhere"], 2, "Missing argument"),
        (["a", "b", "--moved-m", "-1"], 2, "--moved-m"),
    ],
)
def test_what_is_no_run_is_refused(geosocial: Run, arguments: list[str], *, code: int, said: str) -> None:
    done = geosocial("compare", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_loads_nothing_heavy_and_gives_an_example(geosocial: Run) -> None:
    for verb in ("followup", "compare"):
        for lang, word in (("fr", "Exemple"), ("en", "Example")):
            done = geosocial(verb, "--help", lang=lang)
            assert done.returncode == 0
            assert word in done.stdout
