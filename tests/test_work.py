"""What a whole run does is counted, so that no change makes it do more unseen: the same on every machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import work

Counts = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def done() -> Counts:
    # in a process of its own: who listens to the opening of files listens until the process ends
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.work", "--json"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        cwd=Path(__file__).parent.parent,
    )
    counts: Counts = json.loads(told.stdout)
    return counts


@pytest.mark.parametrize("part", ["run", "join", "bytes"])
def test_a_run_does_no_more_than_was_counted(done: Counts, part: str) -> None:
    most = work.limits()[part]
    over = {what: (count, most[what]) for what, count in done[part].items() if count > most[what]}
    assert not over, f"more than benchmarks/work.toml says: {over}"


def test_every_row_is_read_once(done: Counts) -> None:
    assert done["rows"]["read"] == done["rows"]["in the files"] > 10_000


def test_kinds_of_files_are_counted_by_their_largest_or_together() -> None:
    files = {"maps/boroughs/a.html": 5, "maps/boroughs/b.html": 7, "tables/x.csv": 2, "tables/y.csv": 3}
    counted = work.sizes(files | {"new.txt": 11})
    assert counted["maps/boroughs/*.html"] == 7
    assert counted["tables/*.csv"] == 5
    assert (counted["others"], counted["all"]) == (11, 28)
