"""Generated hostile files: each ends in its documented result, and none in a traceback, a crash or a wait."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geosocial.errors import GeosocialError
from geosocial.i18n import words
from geosocial.intake.inspect import inspect
from geosocial.intake.join_files import join_files
from geosocial.report import inspection
from tests.hostile.make import Case, cases

CASES = cases()
GIGABYTE = 1 << 30
SECONDS = 10


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 120
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_file_ends_in_its_documented_result(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    case.write(path)
    start = time.process_time()
    if case.counts is None:
        with pytest.raises(GeosocialError) as caught:
            inspect(path)
        error = caught.value
        assert case.says in str(error)
        assert error.exit_code == 1
        for line in (str(error), words("fr").error(error), words("en").error(error)):
            assert "\n" not in line
            assert case.name in line
    else:
        found = inspect(path)
        assert tuple(found[0].counts.values()) == case.counts
        told = inspection.tell(words("fr"), found, [])
        page = inspection.page(told, words("fr"))
        assert "<script" not in page
        assert "<img" not in page
        assert all("\n" not in line for line in inspection.lines(told, words("fr")))
    assert time.process_time() - start < SECONDS


LIMITED = {
    "columns-20000.csv",
    "cell-5-mb.csv",
    "json-deep.geojson",
    "book-bomb.xlsx",
    "book-ods-entity.ods",
    "xml-entity-bomb.kml",
}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (GIGABYTE, GIGABYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_the_command_line_stays_within_its_limits(tmp_path: Path) -> None:
    """One gigabyte of addresses, ten seconds of work for all of them, and a line of reason for each."""
    chosen = {case.id: case for case in CASES if case.id in LIMITED}
    assert set(chosen) == LIMITED
    for case in chosen.values():
        (tmp_path / case.id).mkdir()
        case.write(tmp_path / case.id / case.name)
    done = subprocess.run(
        [sys.executable, "-m", "geosocial", "check", "--lang", "en"]
        + [str(tmp_path / case.id / case.name) for case in chosen.values()],
        capture_output=True,
        text=True,
        timeout=6 * SECONDS,  # of the clock, for a machine that does other things; the work has SECONDS
        check=False,
        preexec_fn=_limit,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
        cwd=Path(__file__).parent.parent.parent,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "1 row read = 1 located + 0 unlocated + 0 rejected" in done.stdout
    for case in chosen.values():
        if case.counts is None:
            (line,) = [at for at in done.stdout.splitlines() if at.startswith(f"  {tmp_path / case.id}")]
            assert case.says in line


@pytest.mark.real_data
def test_every_real_file_ends_with_the_law(shared_data: Path) -> None:
    read = 0
    for path in sorted(shared_data.glob("*/*")):
        if path.suffix == ".graphml":
            with pytest.raises(GeosocialError, match="this format is not read"):
                inspect(path)
            continue
        for one in inspect(path):
            assert sum(one.counts.values()) == one.file.rows
            law = inspection.tell(words("en"), [one], [])[0].law
            assert f"{one.file.rows:,} row{'' if one.file.rows == 1 else 's'} read = " in law
            read += 1
    assert read >= 28


@pytest.mark.real_data
def test_what_the_real_files_are(shared_data: Path) -> None:
    def counts(name: str) -> tuple[int, ...]:
        return tuple(inspect(shared_data / name)[0].counts.values())

    assert counts("places/lieux_interet.geojson") == (3231, 0, 0)
    assert counts("places/stm_stops_2025.csv") == (8994, 0, 0)
    assert counts("places/shq_coop_osbl_montreal_2023.csv") == (0, 505, 0)
    assert counts("addresses/batiments_municipaux_no_coords.csv") == (0, 2075, 0)
    assert counts("boundaries/limadmin.geojson") == (34, 0, 0)
    quarters = inspect(shared_data / "boundaries/quartiers_reference_habitation.geojson")[0]
    assert quarters.faults["code"].tolist() == ["mended_outline"] * 6
    latin = inspect(shared_data / "boundaries/quartiers_sociologiques_latin1_raw.json")[0]
    assert latin.file.how["encoding"] == "cp1252"


@pytest.mark.real_data
def test_every_real_list_is_joined_and_nothing_is_lost(shared_data: Path) -> None:
    zones = shared_data / "boundaries" / "limadmin.geojson"
    points = shared_data / "addresses" / "address_reference_points.csv"
    lists = [*sorted((shared_data / "places").iterdir()), *sorted((shared_data / "addresses").iterdir())]
    lists.append(shared_data / "census" / "ct2016_montreal.geojson")
    joined = {path.name: join_files(path, zones, addresses=points, geometry=False) for path in lists}
    for path in lists:
        one = joined[path.name]
        assert sum(one.counts.values()) == len(one.frame) == inspect(path)[0].file.rows, path.name
        assert len(one.outcomes) == len(one.frame)
        assert "rejected" in one.counts
    directory = joined["shq_coop_osbl_montreal_2023.csv"]
    assert directory.counts["matched"] + directory.counts["snapped"] + directory.counts["unlocated"] == 505
    assert len(joined) >= 12
