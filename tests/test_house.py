"""The house laws, kept by reading the imports of every module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "geosocial"

#: Floors from the ground up; a module imports only from floors below its own, or from its own room.
FLOORS: list[set[str]] = [
    {"errors"},
    {"vocabulary", "apart"},
    {"tables", "i18n"},
    {"study"},
    {"results"},
    {"geo"},
    {"measure"},
    {"siting", "followup"},
    {"io"},
    {"intake", "provenance", "engine"},
    {"sites"},
    {"symbology", "wording", "messages"},
    {"cartography", "report"},
    {"steering", "nearness"},
    {"comparison"},
    {"pipeline"},
    {"verification"},
    {"cli"},
    {"__main__"},
]
#: What a room of mathematics must never import.
PRESENTATION = {"folium", "branca", "jinja2", "click", "gettext", "babel", "xlsxwriter"}
MATHS = {"geo", "measure", "siting", "followup"}


def room(file: Path) -> str:
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def modules() -> list[Path]:
    return [f for f in sorted(PACKAGE.rglob("*.py")) if f != PACKAGE / "__init__.py"]


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: relative import"
            found.add(node.module or "")
            if node.module == "geosocial":
                found |= {f"geosocial.{alias.name}" for alias in node.names}
    return found


def top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_module_imports_only_from_floors_below_its_own(file: Path) -> None:
    level = {name: k for k, floor in enumerate(FLOORS) for name in floor}
    own = room(file)
    assert own in level, f"{own} has no floor: give it one in this test and in the design"
    for module in imports(file):
        if module.startswith("geosocial.") and module != "geosocial.__version__":
            other = module.split(".")[1]
            assert other == own or level[other] < level[own], f"{file.name} imports {module}"


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_maths_never_presents(file: Path) -> None:
    used = {top(m) for m in imports(file)}
    if room(file) in MATHS:
        assert not used & PRESENTATION
        calls = {
            n.func.id
            for n in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert "open" not in calls, "geo and measure open no file"
        assert not used & {"pyogrio", "pathlib", "io"}


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_only_cartography_imports_folium_and_only_engine_dask(file: Path) -> None:
    used = {top(m) for m in imports(file)}
    if room(file) != "cartography":
        assert not used & {"folium", "branca"}
    if room(file) != "engine":
        assert not used & {"dask", "dask_geopandas", "distributed"}


def test_measures_receive_costs_never_geometry() -> None:
    for file in (PACKAGE / "measure").glob("*.py"):
        assert not {top(m) for m in imports(file)} & {"shapely", "geopandas", "pyproj"}, file.name


def test_no_utils_room() -> None:
    assert not [f for f in modules() if f.stem in {"utils", "helpers", "common", "misc"}]


def examples(file: Path) -> int:
    """Return how many lines of a module are examples in docstrings, which make nothing harder to read."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    told = [ast.get_docstring(n) or "" for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return sum(len(text.partition("\nExamples\n")[2].splitlines()) for text in told)


def test_no_module_or_function_has_outgrown_one_idea() -> None:
    long = [
        f"{f.relative_to(PACKAGE)}: {n}"
        for f in modules()
        if (n := len(f.read_text(encoding="utf-8").splitlines()) - examples(f)) > 400
    ]
    assert not long
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                # an example in its docstring makes nothing harder to read
                told = len((ast.get_docstring(node) or "").splitlines())
                assert node.end_lineno - node.lineno - told <= 80, f"{file.relative_to(PACKAGE)}: {node.name}"


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_nothing_heavy_is_imported_at_start_up() -> None:
    heavy = {
        "numpy",
        "pandas",
        "geopandas",
        "shapely",
        "folium",
        "branca",
        "scipy",
        "pyarrow",
        "pydantic",
        "babel",
        "jinja2",
        "pyogrio",
        "xlsxwriter",
    }
    assert not loaded("import geosocial") & (heavy | {"click"})
    assert (
        not loaded(
            "import geosocial.cli\ntry:\n    geosocial.cli.main(['--help'])\nexcept SystemExit:\n    pass"
        )
        & heavy
    )


def test_no_workplace_path_or_registry_address_in_the_tree() -> None:
    root = PACKAGE.parent
    code = ("geosocial", "tests", "scripts", "benchmarks", "examples")
    for folder in (*code, "requirements", "data", "docs/en", "docs/fr", ".ci"):
        for file in (root / folder).rglob("*"):
            if (
                file.suffix in {".py", ".toml", ".md", ".txt", ".po", ".js", ".css", ".html", ""}
                and file.is_file()
            ):
                text = file.read_text(encoding="utf-8", errors="replace")
                assert "pypi" + ".org" not in text, file
                assert "/" + "work/" not in text, file
