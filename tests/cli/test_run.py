"""The main job as a process: a record walks from a spreadsheet row to a map and a report."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECTS, Run

NB = "\u00a0"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def done(study: Path, geosocial: Run, tmp_path: Path) -> Path:
    result = geosocial("run", study, "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert (
        "Projects: 6 read = 3 matched + 0 snapped to the nearest + 1 outside "
        "+ 0 ambiguous + 1 unlocated + 1 rejected" in result.stdout
    )
    return tmp_path / "out"


def test_a_run_writes_what_the_design_says_and_nothing_else(done: Path, tmp_path: Path) -> None:
    found = files(done)
    for name in (
        "maps/atlas.html",
        "report/report.fr.html",
        "report/report.en.html",
        "geosocial.gpkg",
        "geosocial.xlsx",
        "run.json",
    ):
        assert name in found
    assert all(f.startswith(("maps/", "report/", "tables/", "inputs/")) or "/" not in f for f in found)
    assert not list((tmp_path / "here").iterdir()), "nothing outside --out"


def test_coverage_and_gap_by_hand(done: Path) -> None:
    value = {(r["zone_id"], r["indicator"]): r for r in rows(done / "tables" / "measures.csv")}
    # west: 1,000 of 1,600 people stand at the library; the others are 1,222 m away, × 1.3 = 1,589 m > 1,000 m
    assert float(value["W", "coverage"]["value"]) == pytest.approx(0.625)
    assert float(value["W", "gap"]["value"]) == pytest.approx(600)
    # east: the block without a figure is left out, not counted as 0
    assert float(value["E", "coverage"]["value"]) == 1.0
    ranking = {r["zone_id"]: r for r in rows(done / "tables" / "ranking.csv")}
    assert float(ranking["W"]["rank"]) == 1
    assert float(ranking["E"]["rank"]) == 2


def test_every_row_of_the_list_is_there_with_its_fate(done: Path) -> None:
    fate = {r["record_id"]: r for r in rows(done / "tables" / "places.csv")}
    assert {k: v["outcome"] for k, v in fate.items()} == {
        "001": "matched",
        "002": "matched",
        "003": "matched",
        "004": "unlocated",
        "005": "rejected",
        "006": "outside",
    }
    assert fate["001"]["name"] == "Bibliothèque NA"
    assert fate["003"]["name"] == "Null"
    assert (fate["003"]["zone_id"], fate["003"]["declared_zone_id"]) == ("E", "W")
    assert fate["002"]["declared_zone_id"] == "E"
    assert [int(v["source_row"]) for v in fate.values()] == [2, 3, 4, 5, 6, 7]
    assert fate["002"]["name"] != "=1+1", "no live formula in a sheet"
    assert {(r["source_row"], r["action"]) for r in rows(done / "tables" / "faults.csv")} >= {
        ("5", "unlocated"),
        ("6", "rejected"),
    }


def test_a_demand_that_is_no_number_is_missing_and_reported(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    text = (study / "demand.csv").read_text(encoding="utf-8")
    (study / "demand.csv").write_text(text.replace("600", "six cents"), encoding="utf-8")
    assert geosocial("run", study, "--out", tmp_path / "out").returncode == 0
    value = {(r["zone_id"], r["indicator"]): r for r in rows(tmp_path / "out" / "tables" / "measures.csv")}
    assert float(value["W", "demand"]["value"]) == 1000
    fault = next(r for r in rows(tmp_path / "out" / "tables" / "faults.csv") if r["value"] == "six cents")
    assert (fault["source_row"], fault["column"]) == ("3", "residents")
    assert fault["source_file"].endswith("demand.csv")


def test_the_error_of_a_formula_is_missing_and_reported(study: Path, geosocial: Run, tmp_path: Path) -> None:
    for name, old in (("demand.csv", "600"), ("projects.csv", "Au large")):
        text = (study / name).read_text(encoding="utf-8")
        (study / name).write_text(text.replace(old, "#VALEUR!"), encoding="utf-8")
    assert geosocial("gaps", study, "--out", tmp_path / "out").returncode == 0
    value = {(r["zone_id"], r["indicator"]): r for r in rows(tmp_path / "out" / "tables" / "measures.csv")}
    assert float(value["W", "demand"]["value"]) == 1000
    faults = [r for r in rows(tmp_path / "out" / "tables" / "faults.csv") if r["code"] == "error_value"]
    told = {(r["source_file"], r["source_row"], r["column"], r["value"], r["action"]) for r in faults}
    assert told == {
        ("demand.csv", "3", "residents", "#VALEUR!", "flagged"),
        ("projects.csv", "7", "name", "#VALEUR!", "flagged"),
    }


def test_the_manifest_holds_the_hash_of_everything(done: Path) -> None:
    manifest = json.loads((done / "run.json").read_text(encoding="utf-8"))
    # where the study lay is not a result: it is the only file that the manifest leaves out
    assert {o["file"] for o in manifest["outputs"]} == set(files(done)) - {"run.json", "inputs/origin.json"}
    for output in manifest["outputs"]:
        assert hashlib.sha256((done / output["file"]).read_bytes()).hexdigest() == output["sha256"]
    projects = next(i for i in manifest["inputs"] if i["file"].endswith("projects.csv"))
    assert projects["sha256"] == hashlib.sha256(PROJECTS.encode()).hexdigest()
    assert projects["rows"] == 6
    text = json.dumps(manifest)
    assert str(done.parent) not in text, "no path of this machine"


def test_the_same_input_gives_the_same_bytes(done: Path, study: Path, geosocial: Run, tmp_path: Path) -> None:
    assert geosocial("run", study / "study.toml", "--out", tmp_path / "again").returncode == 0
    for name in files(done):
        if name.endswith(".gpkg"):
            dumps = []
            for folder in (done, tmp_path / "again"):
                with sqlite3.connect(folder / name) as db:
                    dumps.append([line for line in db.iterdump() if "gpkg_ogr_contents" not in line])
            assert dumps[0] == dumps[1]
        else:
            assert (done / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_one_language_writes_one_report_and_speaks_it(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("run", study, "--out", tmp_path / "fr", "--lang", "fr")
    assert done.returncode == 0, done.stderr
    assert f"Projets{NB}: 6{NB}lus = 3{NB}associés" in done.stdout
    assert "Besoins" in done.stderr
    assert [f for f in files(tmp_path / "fr") if f.startswith("report/")] == [
        "report/boroughs.fr.pdf",
        "report/explain.fr.html",
        "report/indicators.fr.html",
        "report/report.fr.html",
        "report/report.fr.pdf",
    ]


def test_json_reports_the_manifest(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("run", study, "--out", tmp_path / "out", "--json")
    assert json.loads(done.stdout)["conservation"][0]["read"] == 6
    assert done.stderr == ""


def test_an_interrupted_run_leaves_the_old_one_as_it_was(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geosocial import pipeline
    from geosocial.report import tables
    from geosocial.study import read_study

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    pipeline.write(pipeline.compute(read_study(study)), out)
    before = {name: (out / name).read_bytes() for name in files(out)}
    (study / "demand.csv").write_text("id,lat,lon,residents\na,45.51,-73.61,5000\n", encoding="utf-8")
    changed = pipeline.compute(read_study(study))
    with monkeypatch.context() as patch:
        patch.setattr(tables, "layers", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pipeline.write(changed, out)
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert not [p for p in out.iterdir() if p.name.startswith(".")]
    pipeline.write(changed, out)
    assert (out / "run.json").read_bytes() != before["run.json"]


def test_a_run_that_was_killed_while_moving_does_not_bar_the_next(study: Path, tmp_path: Path) -> None:
    from geosocial import pipeline
    from geosocial.study import read_study

    results = pipeline.compute(read_study(study))
    out = tmp_path / "out"
    written = pipeline.write(results, out)
    written[0].unlink()  # as if the kill had come before the last file was moved
    pipeline.write(results, out)
    assert written[0].exists()


def test_a_second_run_replaces_the_first_but_never_a_file_of_someone_else(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "measures.csv").write_text("my own work", encoding="utf-8")
    refused = geosocial("run", study, "--out", out)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("geosocial: ")
    assert "measures.csv exists already" in refused.stderr
    assert files(out) == ["tables/measures.csv"]
    assert (out / "tables" / "measures.csv").read_text(encoding="utf-8") == "my own work"
    (out / "tables" / "measures.csv").unlink()
    assert geosocial("run", study, "--out", out).returncode == 0
    assert geosocial("run", study, "--out", out).returncode == 0


def test_what_somebody_has_changed_since_is_kept_under_another_name(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert geosocial("gaps", study, "--out", out).returncode == 0
    written = {name: (out / name).read_bytes() for name in files(out)}
    edits = ("tables/measures.csv", "geosocial.xlsx")
    kept: dict[str, bytes] = {}
    for number, end in enumerate(("edited", "edited-2")):
        for name in edits:
            (out / name).write_bytes(b"my own work %d" % number)
            stem, _, suffix = name.rpartition(".")
            kept[f"{stem}.{end}.{suffix}"] = b"my own work %d" % number
        again = geosocial("gaps", study, "--out", out, "--lang", "fr")
        assert again.returncode == 0, again.stderr
        for name in (f"measures.{end}.csv", f"geosocial.{end}.xlsx"):
            assert f"l’a écrit{NB}: votre version s’appelle maintenant {name}." in again.stderr
        found = {name: (out / name).read_bytes() for name in files(out)}
        assert {name: data for name, data in found.items() if name not in written} == kept
        assert all(found[name] == written[name] for name in written if name.startswith("tables/"))
    # nobody has changed anything now; what was kept stays
    last = geosocial("gaps", study, "--out", out, "--json")
    assert (last.returncode, last.stderr) == (0, "")
    assert {name: (out / name).read_bytes() for name in kept} == kept
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]


def test_a_run_that_was_cut_off_while_moving_takes_none_of_its_files_for_edited(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt

    from geosocial import pipeline
    from geosocial.io import atomic
    from geosocial.study import read_study

    read = read_study(study)
    first = pipeline.compute(read)
    later = pipeline.compute(read.model_copy(update={"edition": dt.date(2031, 5, 4)}))
    out, kept = tmp_path / "out", []

    def note(file: Path, place: Path) -> None:
        kept.append((file.name, place.name))

    pipeline.write_gaps(first, out)
    move = atomic.move

    def cut_off(moves: list[tuple[Path, Path]]) -> None:
        if any(target.name == "measures.csv" for _, target in moves):
            move(moves[:3])
            raise KeyboardInterrupt
        move(moves)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "move", cut_off)
        with pytest.raises(KeyboardInterrupt):
            pipeline.write_gaps(later, out)
    (out / "tables" / "ranking.csv").write_text("mine", encoding="utf-8")  # but this one is
    pipeline.write_gaps(later, out, kept=note)
    assert kept == [("ranking.csv", "ranking.edited.csv")]
    alone = tmp_path / "alone"
    pipeline.write_gaps(later, alone)
    assert {*files(alone), "tables/ranking.edited.csv"} == set(files(out))
    assert all((out / name).read_bytes() == (alone / name).read_bytes() for name in files(alone))
    assert not [p for p in out.iterdir() if p.name.startswith(".")]


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_removed(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert geosocial("run", study, "--out", out, "--lang", "both").returncode == 0
    (out / "report" / "notes.txt").write_text("mine", encoding="utf-8")
    changed = out / "report" / "report.en.html"
    changed.write_text("my remarks", encoding="utf-8")
    (out / "report" / "explain.en.html").unlink()  # as if somebody had moved it
    alone = tmp_path / "alone"
    for folder in (alone, out):
        done = geosocial("run", study, "--out", folder, "--lang", "fr", "--no-archive")
        assert done.returncode == 0, done.stderr
    # What no run wrote, and what somebody has changed, stays; all else is as of a run into an empty folder.
    assert set(files(out)) - set(files(alone)) == {"report/notes.txt", "report/report.en.html"}
    assert set(files(alone)) <= set(files(out))
    assert changed.read_text(encoding="utf-8") == "my remarks"
    assert not (out / "inputs").exists()
    assert geosocial("verify", out, "--study", study).returncode == 0


def test_a_manifest_never_makes_a_run_remove_what_lies_elsewhere(study: Path, tmp_path: Path) -> None:
    from geosocial import pipeline
    from geosocial.study import read_study

    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere.txt"
    elsewhere.write_text("mine", encoding="utf-8")
    results = pipeline.compute(read_study(study))
    pipeline.write(results, out)
    (out / "link.txt").symlink_to(elsewhere)
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    sha256 = hashlib.sha256(b"mine").hexdigest()
    told["outputs"] += [
        {"file": name, "sha256": sha256, "bytes": 4}
        for name in ("../elsewhere.txt", str(elsewhere), "link.txt")
    ]
    (out / "run.json").write_text(json.dumps(told), encoding="utf-8")
    pipeline.write(results, out)
    assert elsewhere.read_text(encoding="utf-8") == "mine"
    assert (out / "link.txt").is_symlink()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "spheres is empty: it needs at least one entry."),
        ("fr", f"spheres est vide{NB}: il en faut au moins un élément."),
    ],
)
def test_a_study_without_spheres_is_refused_in_one_line(
    study: Path, geosocial: Run, lang: str, said: str
) -> None:
    toml = study / "study.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text[: text.index("[[spheres.culture")] + "[spheres]\n", encoding="utf-8")
    done = geosocial("run", study, "--out", study.parent / "out", lang=lang)
    assert done.returncode == 1
    assert said in done.stderr
    assert str(toml) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_total_with_words_is_set_aside_and_said(study: Path, geosocial: Run, tmp_path: Path) -> None:
    projects = study / "projects.csv"
    projects.write_text(projects.read_text(encoding="utf-8") + "TOTAL,6 projets,,,,,\n", encoding="utf-8")
    done = geosocial("run", study, "--out", tmp_path / "out", "--no-archive")
    assert done.returncode == 0, done.stderr
    assert "Projects: 6 read" in done.stdout
    said = "projects.csv: a total set aside, which is no record (row 8)."
    assert said in done.stdout
    assert said in (tmp_path / "out" / "report" / "report.en.html").read_text(encoding="utf-8")
