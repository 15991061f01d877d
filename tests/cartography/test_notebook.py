"""Results in a notebook, run as a user runs it: in a kernel of its own."""

import html
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from geosocial.cartography import show
from geosocial.cartography.atlas import write_atlas
from tests.cartography.payloads import PAYLOADS
from tests.measure.toy import toy_results, toy_study

ROOT = Path(__file__).parent.parent.parent
FIRST = """
import sys
before = set(sys.modules)
from geosocial.cartography import show
sorted({"folium", "jinja2", "geopandas", "matplotlib"} & (set(sys.modules) - before))
"""
CELLS = (
    FIRST,
    "from tests.measure.toy import toy_results\nresults = toy_results()\nshow(results, lang='en')",
    "%load_ext geosocial.cartography\nresults",
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        new: Any = nbformat.v4
        book = new.new_notebook(cells=[new.new_code_cell(code) for code in CELLS])
        NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [cell["outputs"][-1]["data"] for cell in book["cells"]]


def srcdoc(frame: str) -> str:
    (found,) = re.findall(r'^<iframe [^>]* srcdoc="([^"]*)"></iframe>$', frame)
    return html.unescape(found)


def test_the_import_alone_loads_nothing_heavy(outputs: list[Any]) -> None:
    assert outputs[0]["text/plain"] == "[]"


def test_the_frame_holds_the_same_page_as_the_file(outputs: list[Any], tmp_path: Path) -> None:
    write_atlas(toy_results(), tmp_path / "atlas.html", lang="en")
    assert srcdoc(outputs[1]["text/html"]) == (tmp_path / "atlas.html").read_bytes().decode("utf-8")
    assert outputs[1]["text/plain"].startswith("Framed('Toy city', 0.")


def test_results_show_their_map_by_themselves_once_asked(outputs: list[Any], tmp_path: Path) -> None:
    write_atlas(toy_results(), tmp_path / "atlas.html")
    assert srcdoc(outputs[2]["text/html"]) == (tmp_path / "atlas.html").read_bytes().decode("utf-8")
    assert outputs[2]["text/plain"] == "Results('toy', 2026-11-23, 8 zones)"


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_hostile_name_adds_nothing_to_the_notebook(name: str) -> None:
    results = toy_results(study=toy_study(name={"fr": name, "en": name}))
    frame = show(results)._repr_html_()
    assert frame.count("<") == 2
    assert frame.count(">") == 2
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    (title,) = re.findall(r'^<iframe title="([^"]*)"', frame)
    assert html.unescape(title) == name


def test_it_is_saved_as_a_file(tmp_path: Path) -> None:
    show(toy_results(), lang="en").save(tmp_path / "a.html")
    write_atlas(toy_results(), tmp_path / "b.html", lang="en")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
