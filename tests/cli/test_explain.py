"""``geosocial explain``: where a figure comes from, with the numbers worked out by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

NB = "\u00a0"


@pytest.fixture
def run(study: Path, geosocial: Run, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    done = geosocial("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def test_a_gap_is_explained_with_its_calculation_records_and_inputs(run: Path, geosocial: Run) -> None:
    done = geosocial("explain", run, "--zone", "ouest", "--indicator", "gap")
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace(NB, " ")
    # west: 1,000 of 1,600 people stand at the library 001, which is row 2 of its list; 003 is across the line
    assert said.startswith("Ouest, culture, gap: 600 people (")
    assert "1,000 of 1,600 people (residents) are within the standard: 62.5%." in said
    assert "The norm asks for 100%: 1,600 − 1,000 = 600, that is 37.5% of the demand." in said
    assert "projects.csv, row" in said
    assert "demand.csv: 4 rows, SHA-256 " in said
    assert "zones.geojson: 2 rows, SHA-256 " in said
    assert "Formula: G = max(0, ν·D − C·D)\n" in said


def test_the_same_in_french_without_a_key(run: Path, geosocial: Run) -> None:
    done = geosocial("explain", run, "--zone", "W", "--indicator", "écart", lang="fr")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Ouest, culture, écart{NB}: 600{NB}personnes (")
    assert f"1{NB}000 sur 1{NB}600{NB}personnes (population)" in done.stdout
    for word in ("gap", "standard", "None", "nan", "zone_id"):
        assert word not in done.stdout


def test_every_figure_of_the_tables_is_explained_and_agrees_with_them(run: Path, geosocial: Run) -> None:
    with (run / "tables" / "measures.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["zone_id"] == "W"]
    assert len(rows) > 5
    for row in rows:
        done = geosocial("explain", run, "--zone", "W", "--indicator", row["indicator"], "--json")
        (told,) = json.loads(done.stdout)
        figure = told["figure"]
        assert figure["value"] == (float(row["value"]) if row["value"] else None)
        assert (figure["unit"], figure["status"]) == (row["unit"], row["status"])


def test_any_cell_of_any_table_is_explained(run: Path, geosocial: Run) -> None:
    done = geosocial("explain", run, "--table", "closures", "--row", "2", "--column", "lost")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tables/closures.csv, row 2, column “lost”: ")
    assert "if this one closes" in done.stdout
    for table in sorted((run / "tables").glob("*.csv")):
        with table.open(encoding="utf-8-sig", newline="") as stream:
            if not list(csv.DictReader(stream)):
                continue
        done = geosocial("explain", run, "--table", table.stem)
        assert done.returncode == 0, (table.stem, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zone", "Nowhere"), "The run has no zone “Nowhere”. Use one of "),
        (("--indicator", "rate"), "This service has no indicator “rate” in the run. Use one of "),
        (("--sphere", "magic"), "The study has no sphere “magic”. Use one of culture."),
        (("--table", "none"), "The run has no table “none”. Use one of "),
        (("--table", "zones", "--row", "99"), "there is no row 99; the last is 3."),
        (("--table", "zones", "--column", "n"), "Table “zones” has no column “n”. Use one of "),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(
    run: Path, geosocial: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = geosocial("explain", run, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
