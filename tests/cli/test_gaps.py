"""``geosocial gaps``: the same figures as ``run``, on the terminal, as tables, as JSON."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

NB = "\u00a0"


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_table_and_a_sentence_on_the_terminal(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("gaps", study)
    assert done.returncode == 0, done.stderr
    # west: 1,000 of 1,600 people stand at the library, 600 are beyond 1 km; east has all of its 2,000
    assert (
        "Culture: 600 people, 17% of residents, live more than 1 km from a library."
        in done.stdout.replace(NB, " ")
    )
    (west,) = [line for line in done.stdout.splitlines() if line.lstrip().startswith("1  Ouest")]
    assert west.split()[2:4] == ["62.5%", "37.5%*"]
    assert "600" in west.split()
    said = next(line for line in done.stdout.splitlines() if line.startswith("Ouest: "))
    assert "of residents are within 1\u00a0km of a library; short of the norm by 600 people; " in said
    assert said.endswith(
        "; underserved in 5 of 12 settings; rank 1 to 2 over the settings; to be read with care."
    )
    assert "Coverage, gaps, ranking" in done.stderr
    assert "Atlas" not in done.stderr
    assert not list((tmp_path / "here").iterdir()), "without --out nothing is written"


def test_the_same_in_french(study: Path, geosocial: Run) -> None:
    done = geosocial("gaps", study, "--lang", "fr")
    assert done.returncode == 0, done.stderr
    said = next(line for line in done.stdout.splitlines() if line.startswith(f"Ouest{NB}: "))
    assert f"de la population vit à 1{NB}km ou moins d’une bibliothèque; " in said
    assert f"; il manque 600{NB}personnes pour atteindre la norme; " in said
    assert f"; mal desservi dans 5{NB}réglages sur 12; " in said
    for word in ("Rank", "Gap", "underserved", "None", "nan", "zone_id"):
        assert word not in done.stdout


def test_the_tables_are_those_of_run_to_the_byte(study: Path, geosocial: Run, tmp_path: Path) -> None:
    assert geosocial("run", study, "--out", tmp_path / "run").returncode == 0
    done = geosocial("gaps", study, "--out", tmp_path / "gaps")
    assert done.returncode == 0, done.stderr
    written = files(tmp_path / "gaps")
    tables = [f for f in files(tmp_path / "run") if f.startswith("tables/")]
    assert written == sorted(["geosocial.xlsx", "run.json", *tables])
    for name in written:
        if name != "run.json":
            assert (tmp_path / "gaps" / name).read_bytes() == (tmp_path / "run" / name).read_bytes(), name
    manifest = json.loads((tmp_path / "gaps" / "run.json").read_text(encoding="utf-8"))
    assert {o["file"] for o in manifest["outputs"]} == set(written) - {"run.json"}
    assert str(tmp_path / "gaps" / "geosocial.xlsx") in done.stdout


def test_json_has_every_figure_and_no_nan(study: Path, geosocial: Run, tmp_path: Path) -> None:
    first = geosocial("gaps", study, "--json", "--out", tmp_path / "out")
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert geosocial("gaps", study, "--json").stdout == first.stdout, "the same input, the same bytes"

    def refuse(name: str) -> Any:
        raise AssertionError(name)

    told = json.loads(first.stdout, parse_constant=refuse)
    assert (told["study"], told["edition"]) == ("toyville", "2026-11-22")
    for name in ("measures", "overall", "ranking", "methods", "closures"):
        table = rows(tmp_path / "out" / "tables" / f"{name}.csv")
        assert len(told[name]) == len(table) > 0, name
        for one, row in zip(told[name], table, strict=True):
            for key, value in one.items():
                if value is None:
                    assert row.get(key, "") == ""
                elif isinstance(value, float):
                    assert math.isclose(value, float(row[key]), rel_tol=1e-12)
                elif isinstance(value, str) and key in row and not value.startswith("="):
                    assert row[key] == value
    assert any(one["lower"] is None for one in told["measures"])
    assert {one["status"] for one in told["measures"]} <= {"ok", "low_confidence", "cannot_say", "missing"}
    assert told["services"][0]["zones"]["W"].startswith("Ouest: ")


def test_one_sphere_of_the_embedded_study(geosocial: Run) -> None:
    whole, one = geosocial("gaps", "--json"), geosocial("gaps", "--sphere", "culture", "--json")
    assert one.returncode == 0, one.stderr
    all_, mine = json.loads(whole.stdout), json.loads(one.stdout)
    for name in ("measures", "overall", "ranking", "methods", "closures"):
        assert mine[name] == [row for row in all_[name] if row["sphere"] == "culture"]
    assert len(mine["ranking"]) == 19
    assert [s["sphere"] for s in mine["services"]] == ["culture"]


def test_one_sphere_has_its_rows_alone_in_the_tables(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("gaps", study, "--sphere", "culture", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {r["sphere"] for r in rows(tmp_path / "out" / "tables" / "measures.csv")} == {"culture"}


@pytest.mark.parametrize(
    ("arguments", "code", "english", "french"),
    [
        (
            ["--sphere", "walks"],
            1,
            "The study has no sphere “walks”. Use one of culture.",
            f"L’étude n’a pas de domaine «{NB}walks{NB}». Utilisez l’un de ceux-ci{NB}: culture.",
        ),
        (["--lang", "de"], 2, "is not one of", "ne fait pas partie des choix"),
        (["--walk"], 2, "No such option", "Cette option n’existe pas"),
    ],
)
def test_bad_input_is_refused(
    study: Path, geosocial: Run, arguments: list[str], *, code: int, english: str, french: str
) -> None:
    for lang, said in (("en", english), ("fr", french)):
        done = geosocial("gaps", study, *arguments, lang=lang)
        assert (done.returncode, done.stdout) == (code, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_study_that_is_not_there_or_not_sound_is_one_line(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    done = geosocial("gaps", tmp_path / "nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("geosocial: ")
    assert "there is no such file" in done.stderr
    text = (study / "demand.csv").read_text(encoding="utf-8")
    (study / "demand.csv").write_text(text.replace("1000", "-1000"), encoding="utf-8")
    done = geosocial("gaps", study, "--json")
    assert done.stdout == "" or json.loads(done.stdout)["measures"]
    assert "Traceback" not in done.stderr


def test_a_folder_of_a_whole_run_or_of_someone_else_is_left_alone(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    assert geosocial("run", study, "--out", tmp_path / "run").returncode == 0
    before = {name: (tmp_path / "run" / name).read_bytes() for name in files(tmp_path / "run")}
    done = geosocial("gaps", study, "--out", tmp_path / "run")
    assert done.returncode == 1
    assert "geosocial.gpkg is of an earlier run" in done.stderr
    assert {name: (tmp_path / "run" / name).read_bytes() for name in files(tmp_path / "run")} == before
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "geosocial.xlsx").write_text("my own work", encoding="utf-8")
    done = geosocial("gaps", study, "--out", mine)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert files(mine) == ["geosocial.xlsx"]


def test_it_writes_over_its_own_and_run_writes_over_it(study: Path, geosocial: Run, tmp_path: Path) -> None:
    for verb in ("gaps", "gaps", "run"):
        done = geosocial(verb, study, "--out", tmp_path / "out")
        assert done.returncode == 0, done.stderr


def test_a_list_of_which_many_rows_are_lost_is_cautioned_against(study: Path, geosocial: Run) -> None:
    # of six projects one has no position, one a kind that nobody knows; the list is declared complete
    for verb in ("gaps", "report"):
        done = geosocial(verb, study)
        assert done.returncode == 0, done.stderr
        assert (
            "Caution, “Projects”: 2 of 6 records could not be used (1 rejected, 1 unlocated)." in done.stderr
        )
        assert "geosocial check says each row and its reason." in done.stderr
