"""The import budget: what a verb may load, told by modules and never by seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: What no verb of tables and maps needs: it draws pictures, runs a cluster, or serves a test or a benchmark.
NEVER = {"matplotlib", "fontTools", "PIL", "dask", "distributed", "duckdb", "sklearn", "networkx", "pytest"}
#: What only a whole run needs.
OF_A_RUN = {"folium", "branca", "jinja2", "xlsxwriter", "highspy", "typst", "scipy", "geopandas", "shapely"}

#: What a few words of help never need.
HEAVY = {"numpy", "pandas", "pydantic", "pyproj", "babel"}


def loaded(*arguments: str) -> set[str]:
    """Return every module that a verb leaves loaded, and the packages that they are of."""
    script = (
        "import sys\nfrom geosocial.cli import main\ntry:\n    main(sys.argv[1:])\n"
        "except SystemExit as done:\n    assert not done.code, done.code\n"
        "print('\\n'.join(['<modules>', *sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    modules = set(done.stdout.split("<modules>\n")[1].split())
    return modules | {name.split(".")[0] for name in modules}


@pytest.mark.parametrize(
    "words",
    [("--help",), ("--version",), ("completion", "bash"), ("help", "crs-missing")],
    ids=" ".join,
)
def test_what_says_a_few_words_loads_no_package_but_click(words: tuple[str, ...]) -> None:
    assert not loaded(*words) & (NEVER | OF_A_RUN | HEAVY)


def test_completing_a_line_loads_no_package_but_click(monkeypatch: pytest.MonkeyPatch) -> None:
    # what the Tab key waits for
    monkeypatch.setenv("_GEOSOCIAL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "geosocial help crs")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert not loaded() & (NEVER | OF_A_RUN | HEAVY)


def test_the_check_of_a_small_list_loads_neither_maps_nor_solvers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name;lat;lon\nA;45.5;-73.6\n", encoding="utf-8")
    assert not loaded("check", str(path)) & (NEVER | OF_A_RUN | {"babel", "pyogrio"})


def test_a_run_loads_what_it_shows_and_nothing_else(tmp_path: Path) -> None:
    # scipy takes longer to import than a city's tables take to fill: large problems alone pay for it
    assert not loaded("run", "--out", str(tmp_path / "out"), "--lang", "fr") & (NEVER | {"scipy"})
