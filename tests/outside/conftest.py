"""One whole run of the embedded study, for the programs of others to read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from geosocial import pipeline
from geosocial.results import Results
from geosocial.study import read_study

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def results() -> Results:
    return pipeline.compute(read_study())


@pytest.fixture(scope="session")
def run(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    pipeline.write(results, out)
    return out


@pytest.fixture(scope="session")
def table(run: Path) -> Callable[[str], Rows]:
    """Read a table of the run as its CSV has it."""

    def read(name: str) -> Rows:
        with (run / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read
