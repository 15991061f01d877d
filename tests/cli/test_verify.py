"""``geosocial verify``: an untouched run has no difference; a changed cell is named with what it changes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

NB = "\u00a0"


@pytest.fixture
def run(study: Path, geosocial: Run, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    done = geosocial("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def told(done: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_an_untouched_run_has_no_difference(run: Path, geosocial: Run) -> None:
    done = geosocial("verify", run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("figures computed again: no difference.")
    french = geosocial("verify", run, lang="fr")
    assert french.stdout.rstrip().endswith(f"recalculés{NB}: aucune différence.")


def test_a_geopackage_that_was_opened_is_no_difference(run: Path, geosocial: Run) -> None:
    layers = run / "geosocial.gpkg"
    with closing(sqlite3.connect(layers)) as base:  # as QGIS opens it
        assert base.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    done = geosocial("verify", run)
    assert (done.returncode, "no difference" in done.stdout) == (0, True), done.stdout + done.stderr
    with closing(sqlite3.connect(layers)) as base, base:
        base.execute("UPDATE gpkg_contents SET description = 'as discussed'")
    done = geosocial("verify", run)
    assert (done.returncode, "geosocial.gpkg" in done.stdout) == (1, True)


def test_a_changed_cell_is_named_by_file_row_and_column_with_the_figures_that_it_changes(
    study: Path, run: Path, geosocial: Run
) -> None:
    demand = study / "demand.csv"
    # block b, beyond the standard, has 1,000 people more: the gap in the west grows from 600 to 1,600
    demand.write_text(
        demand.read_text(encoding="utf-8").replace("b,45.501,-73.619,600", "b,45.501,-73.619,1600"),
        encoding="utf-8",
    )
    done = geosocial("verify", run)
    assert done.returncode == 1
    assert "  demand.csv, row 3, column “residents”: “600” in the run, “1600” now" in done.stdout
    assert "  Ouest, Culture, Gap: 600, then 1,600" in done.stdout
    found = told(geosocial("verify", run, "--json"))
    (cell,) = [d for d in found["differences"] if d["part"] == "study"]
    assert (cell["file"], cell["row"], cell["column"]) == ("demand.csv", 3, "residents")
    today = {
        (d["key"], d["column"]): (d["before"], d["after"])
        for d in found["differences"]
        if d["part"] == "today" and d["file"] == "measures"
    }
    assert today["zone_id=W sphere=culture service=main indicator=gap", "value"] == ("600", "1600")
    # nothing that the run itself holds has moved
    assert not [d for d in found["differences"] if d["part"] in {"output", "kept", "again"}]


def test_a_changed_list_names_the_row_that_went(study: Path, run: Path, geosocial: Run) -> None:
    projects = study / "projects.csv"
    lines = projects.read_text(encoding="utf-8").splitlines(keepends=True)
    projects.write_text("".join(lines[:-1]), encoding="utf-8")
    done = geosocial("verify", run)
    assert done.returncode == 1
    assert "  projects.csv, row 7: no longer there" in done.stdout


def test_one_row_that_went_came_changed_or_moved_is_told_as_one(
    study: Path, run: Path, geosocial: Run
) -> None:
    projects = study / "projects.csv"
    first = projects.read_text(encoding="utf-8")
    head, *rows = first.splitlines()

    def differences(*kept: str) -> list[tuple[Any, ...]]:
        projects.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
        found = told(geosocial("verify", run, "--json"))["differences"]
        return [
            (d["what"], d["row"], d["column"], d["before"], d["after"]) for d in found if d["part"] == "study"
        ]

    # the second of six rows; with it went a fault of one that could not be located
    assert differences(*rows[:1], *rows[2:]) == [("missing", 3, "", "", "")]
    assert "projects.csv, row 3: no longer there" in geosocial("verify", run).stdout
    assert differences(rows[0], "007,Neuve,library,existing,45.51,-73.61,Ouest", *rows[1:]) == [
        ("added", 3, "", "", "")
    ]
    changed = rows[4].replace("Inconnu", "Connu")
    assert differences(*rows[1:4], changed, rows[5]) == [
        ("missing", 2, "", "", ""),
        ("changed", 5, "name", "Inconnu", "Connu"),
    ]
    assert differences(*rows[1:], rows[0]) == [("moved", 7, "", "2", "7")]
    assert "projects.csv, row 2: now row 7" in geosocial("verify", run).stdout
    assert f"projects.csv, ligne 2{NB}: maintenant ligne 7" in geosocial("verify", run, lang="fr").stdout


def test_a_row_that_went_does_not_make_others_of_the_rows_below_it(
    study: Path, run: Path, geosocial: Run
) -> None:
    projects = study / "projects.csv"
    head, *rows = projects.read_text(encoding="utf-8").splitlines(keepends=True)
    projects.write_text("".join([head, *rows[1:]]), encoding="utf-8")
    found = told(geosocial("verify", run, "--json"))["differences"]
    # of the table of places only that row; the others have new numbers and the same cells
    places = [(d["what"], d["key"]) for d in found if d["part"] == "today" and d["file"] == "places"]
    assert places == [("missing", "source=projects source_row=2")]


def test_a_changed_copy_is_named_by_its_row_also_without_the_study(
    study: Path, run: Path, geosocial: Run, tmp_path: Path
) -> None:
    kept = run / "inputs" / "demand.csv"
    kept.write_bytes(kept.read_bytes().replace(b"c,45.51,-73.59,2000", b"c,45.51,-73.59,2500"))
    shutil.rmtree(study)
    done = geosocial("verify", run, "--out", tmp_path / "all.csv")
    assert done.returncode == 1
    assert "  inputs/demand.csv, row 4: changed" in done.stdout
    # all 2,000 people of the east are covered; then 2,500 would be
    assert "  Est–L’Île, Culture, Demand: 2,000, then 2,500" in done.stdout
    assert "demand" in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")


def test_a_changed_output_is_named(run: Path, geosocial: Run) -> None:
    table = run / "tables" / "measures.csv"
    table.write_bytes(table.read_bytes().replace(b"600", b"601"))
    (run / "report" / "report.fr.html").unlink()
    done = geosocial("verify", run)
    assert done.returncode == 1
    assert "  tables/measures.csv: changed" in done.stdout
    assert "  report/report.fr.html: no longer there" in done.stdout
    # and the tampered cell against the one computed again
    assert "Ouest, Culture, Gap: 601, then 600" in done.stdout


def test_a_changed_setting_is_named_by_its_key(study: Path, run: Path, geosocial: Run) -> None:
    toml = study / "study.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("standard_m = 1000", "standard_m = 2000"), encoding="utf-8"
    )
    done = geosocial("verify", run)
    assert "study.toml, column “spheres.culture.services[0].standard_m”: “1000.0”" in done.stdout


def test_a_moved_run_asks_for_its_study_and_a_run_without_copies_says_so(
    study: Path, run: Path, geosocial: Run, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere" / "deep" / "run"
    shutil.copytree(run, moved)
    found = told(geosocial("verify", moved, "--json"))
    assert (found["study_found"], found["differences"]) == (False, [])
    assert told(geosocial("verify", moved, "--study", study, "--json"))["study_found"] is True
    bare = tmp_path / "bare"
    assert geosocial("run", study, "--out", bare, "--no-archive").returncode == 0
    assert not (bare / "inputs").exists()
    done = geosocial("verify", bare)
    assert done.returncode == 0
    assert "This run keeps no copy of its inputs: it was not computed again." in done.stdout


@pytest.mark.parametrize(
    ("manifest", "english", "french"),
    [
        (None, "there is no run of geosocial in this folder", "pas d’exécution"),
        ("[]", "there is no run of geosocial in this folder", "pas d’exécution"),
        ('{"outputs": [', "run.json: this is not the manifest of a run that can be read", "run.json"),
    ],
)
def test_a_folder_without_a_run_is_refused_in_one_line(
    geosocial: Run, tmp_path: Path, manifest: str | None, english: str, french: str
) -> None:
    if manifest is not None:
        (tmp_path / "run.json").write_text(manifest, encoding="utf-8")
    for lang, said in (("en", english), ("fr", french)):
        done = geosocial("verify", tmp_path, lang=lang)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def as_of_an_earlier_version(run: Path) -> None:
    """Make a run one of a version that wrote no column of verdicts yet, and drew the atlas otherwise."""
    import csv
    import hashlib
    import io

    table = run / "tables" / "ranking.csv"
    head, *rows = csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""))
    at = head.index("verdict")
    text = io.StringIO(newline="")
    csv.writer(text).writerows(row[:at] + row[at + 1 :] for row in (head, *rows))
    table.write_bytes(text.getvalue().encode("utf-8-sig"))
    (run / "maps" / "atlas.html").write_text("<!-- drawn otherwise -->", encoding="utf-8")
    told = json.loads((run / "run.json").read_text(encoding="utf-8"))
    told["geosocial"] = "0.0.9"
    for entry in told["outputs"]:
        data = (run / entry["file"]).read_bytes()
        entry |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (run / "run.json").write_text(json.dumps(told), encoding="utf-8")


def test_a_run_of_an_earlier_version_is_not_called_damaged(run: Path, geosocial: Run) -> None:
    as_of_an_earlier_version(run)
    done = geosocial("verify", run)
    assert done.returncode == 1
    unharmed = (
        "Nothing is damaged: the files of the run, and the inputs that it keeps, are as it left them. "
        "Another version of geosocial or of a package computes or draws this otherwise."
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("geosocial was 0.0.9 in the run and is ")
    assert lines[1:6] == [
        "Computed again from the kept inputs, these differ:",
        f"  {unharmed}",
        "  Every figure comes out the same.",
        "  1 file is written otherwise: maps/atlas.html",
        "  tables/ranking.csv, column “verdict”: new",
    ]
    french = geosocial("verify", run, lang="fr").stdout
    assert f"Rien n’est endommagé{NB}: les fichiers de l’exécution" in french
    assert f"tables/ranking.csv, colonne «{NB}verdict{NB}»{NB}: nouveau" in french
    found = told(geosocial("verify", run, "--json"))["differences"]
    assert {(d["part"], d["file"], d["what"], d["column"]) for d in found} == {
        ("again", "maps/atlas.html", "changed", ""),
        ("again", "tables/ranking.csv", "added", "verdict"),
    }
    # a file that somebody has changed is another matter
    (run / "tables" / "ranking.csv").write_text("mine", encoding="utf-8")
    changed = geosocial("verify", run).stdout
    assert "Nothing is damaged" not in changed
    assert "Files that are no longer what the run wrote:" in changed


def test_a_run_that_kept_no_study_toml_does_not_call_it_new(run: Path, study: Path, geosocial: Run) -> None:
    told_ = json.loads((run / "run.json").read_text(encoding="utf-8"))
    del told_["archive"]["study.toml"]
    told_["outputs"] = [e for e in told_["outputs"] if e["file"] != "inputs/study.toml"]
    (run / "inputs" / "study.toml").unlink()
    (run / "run.json").write_text(json.dumps(told_), encoding="utf-8")
    done = geosocial("verify", run, "--study", study)
    assert (done.returncode, "no difference" in done.stdout) == (0, True), done.stdout


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A geocoding service on this machine that knows one house, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            house = {"display_name": "9 rue Neuve", "lat": "45.51", "lon": "-73.61", "place_rank": 30}
            self.wfile.write(json.dumps([house]).encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/search", asked
    server.shutdown()
    server.server_close()


def test_a_run_that_asked_a_service_is_computed_again_without_asking(
    study: Path, service: tuple[str, list[str]], geosocial: Run, tmp_path: Path
) -> None:
    url, asked = service
    toml = study / "study.toml"
    text = toml.read_text(encoding="utf-8").replace('kind = "kind"\n', 'kind = "kind"\naddress = "adresse"\n')
    text += f'[geocoding]\nfile = "points.csv"\ncrs = "EPSG:4326"\nsource = "own"\nservice = "{url}"\n'
    toml.write_text(text, encoding="utf-8")
    head, *rows = (study / "projects.csv").read_text(encoding="utf-8").splitlines()
    rows = [row + (",9 rue Neuve" if row.startswith("004") else ",") for row in rows]
    (study / "projects.csv").write_text("\n".join([f"{head},adresse", *rows]) + "\n", encoding="utf-8")
    (study / "points.csv").write_text(
        "numero,rue,code postal,lat,lon\n100,rue Masson,H1A 1A1,45.51,-73.59\n", encoding="utf-8"
    )
    out = tmp_path / "run"
    done = geosocial("run", study, "--out", out, "--online")
    assert done.returncode == 0, done.stderr
    assert len(asked) == 1
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["online"] is True
    places = (out / "tables" / "places.csv").read_text(encoding="utf-8-sig")
    assert "Sans position,culture" in places
    again = geosocial("verify", out)
    assert again.returncode == 0, again.stdout
    assert again.stdout.startswith("This run asked a geocoding service: the answers that it kept")
    assert told(geosocial("verify", out, "--json"))["online"] is True
    assert len(asked) == 1
    # without its kept answer the row has no position, and the figures say so; the service is still not asked
    (out / "inputs" / "geocoding-answers.json").write_text("{}\n", encoding="utf-8")
    assert "Computed again from the kept inputs, these differ:" in geosocial("verify", out).stdout
    assert len(asked) == 1
    # a run that asked nobody says that too
    silent = tmp_path / "silent"
    assert geosocial("run", study, "--out", silent).returncode == 0
    assert json.loads((silent / "run.json").read_text(encoding="utf-8"))["online"] is False
