"""The import budget: what a verb may load, told by modules and never by seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import work

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


def within(found: set[str], verb: str) -> bool:
    """Return whether a verb loads no more modules than ``benchmarks/work.toml`` says, Python's own apart."""
    others = {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}
    return len(others) <= work.limits()["modules"][verb]


@pytest.mark.parametrize(
    "words",
    [("--help",), ("--version",), ("completion", "bash"), ("help", "crs-missing")],
    ids=" ".join,
)
def test_what_says_a_few_words_loads_no_package_but_click(words: tuple[str, ...]) -> None:
    found = loaded(*words)
    assert not found & (NEVER | OF_A_RUN | HEAVY)
    assert within(found, "a few words")


def test_completing_a_line_loads_no_package_but_click(monkeypatch: pytest.MonkeyPatch) -> None:
    # what the Tab key waits for
    monkeypatch.setenv("_GEOSOCIAL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "geosocial help crs")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert not loaded() & (NEVER | OF_A_RUN | HEAVY)


def test_the_check_of_a_small_list_loads_neither_maps_nor_solvers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name;lat;lon\nA;45.5;-73.6\n", encoding="utf-8")
    found = loaded("check", str(path))
    assert not found & (NEVER | OF_A_RUN | {"babel", "pyogrio"})
    assert within(found, "check")


def test_the_join_of_a_small_list_loads_neither_maps_nor_solvers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name;lat;lon\nA;45.5;-73.6\n", encoding="utf-8")
    zones = Path(__file__).parents[2] / "data" / "montreal" / "boroughs.geojson"
    found = loaded("join", str(path), str(zones), "--out", str(tmp_path / "joined.csv"))
    assert not found & (NEVER | OF_A_RUN - {"geopandas", "shapely"})
    assert within(found, "join")


@pytest.mark.parametrize("verb", ["run", "site", "map", "report", "verify", "data"])
def test_the_help_of_a_verb_loads_no_package_but_click(verb: str) -> None:
    found = loaded("--lang", "fr", verb, "--help")
    assert not found & (NEVER | OF_A_RUN | HEAVY)
    assert within(found, "a few words")


def test_a_run_loads_what_it_shows_and_nothing_else(tmp_path: Path) -> None:
    # scipy takes longer to import than a city's tables take to fill: large problems alone pay for it
    found = loaded("run", "--out", str(tmp_path / "out"), "--lang", "fr")
    assert not found & (NEVER | {"scipy"})
    assert within(found, "run")
