"""The notebooks of the three roles run from beginning to end, in both languages, and show their map."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest
from nbclient import NotebookClient

from scripts.docs.build import ROOT
from tests.docs.conftest import aside

BOOKS: Final = ROOT / "examples" / "notebooks"
ROLES: Final = ("analyst", "planner", "siting")


async def run(*paths: Path) -> list[Any]:
    books = [nbformat.read(path, as_version=4) for path in paths]  # type: ignore[no-untyped-call]
    at = {"metadata": {"path": str(BOOKS)}}
    clients = [NotebookClient(b, timeout=300, kernel_name="python3", resources=at) for b in books]
    await asyncio.gather(*(client.async_execute() for client in clients))
    return books


@pytest.mark.parametrize("role", ROLES)
def test_a_notebook_runs_and_holds_its_map(
    role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    paths = [BOOKS / f"{role}.{lang}.ipynb" for lang in ("fr", "en")]
    books = aside(lambda: asyncio.run(run(*paths)))
    assert [c["cell_type"] for c in books[0].cells] == [c["cell_type"] for c in books[1].cells]
    for book in books:
        outputs = [out for cell in book.cells for out in cell.get("outputs", [])]
        assert not [out for out in outputs if out["output_type"] == "error" or out.get("name") == "stderr"]
        assert any("<iframe" in out.get("data", {}).get("text/html", "") for out in outputs)


def test_notebooks_are_kept_without_what_they_printed() -> None:
    books = sorted(path.name for path in BOOKS.iterdir())
    assert books == [f"{role}.{lang}.ipynb" for role in ROLES for lang in ("en", "fr")]
    for name in books:
        cells = json.loads((BOOKS / name).read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
