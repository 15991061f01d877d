"""The commands of the guides do what is printed: run as they stand, in a new folder, and compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from scripts.docs.build import DOCS
from tests.docs.sources import Block, read

ROOT: Final = DOCS.parent
EXAMPLES: Final = ROOT / "examples" / "guides"
PAGES: Final = ("planner", "analyst", "siting", "committee")


def same(line: str) -> str:
    """Return a line without what a terminal does not show: kinds of spaces, and how many."""
    return re.sub(r"[ \u00a0\u202f]+", " ", line).strip()


def missing(expected: tuple[str, ...], printed: str) -> str | None:
    """Return the first line of the page that was not printed, in its order; ``…`` stands for anything."""
    lines = iter([same(line) for line in printed.splitlines()])
    for wanted in map(same, expected):
        if wanted in {"", "…"}:
            continue
        pattern = re.compile(" ?.* ?".join(re.escape(part.strip()) for part in wanted.split("…")))
        if not any(pattern.fullmatch(line) for line in lines):
            return wanted
    return None


def steps(lang: str, page: str) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """Give each block of commands or of Python, and what the page says that it prints."""
    blocks = read(lang, page).blocks
    for block, after in zip(blocks, (*blocks[1:], Block("", ())), strict=True):
        if block.info in {"sh", "python"}:
            yield block, after.lines if after.info == "text" else ()


def follow(lang: str, page: str, folder: Path) -> list[str]:
    """Follow a page in a folder that has the files of the guides, and return what went otherwise."""
    for file in EXAMPLES.glob("*.csv"):
        shutil.copy(file, folder)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    script, wrong = "", []
    for block, expected in steps(lang, page):
        if block.info == "python":
            script += "\n".join(block.lines) + "\n"
            command = [sys.executable, "-c", script]
        else:
            command = ["bash", "-e", "-c", "\n".join(block.lines)]
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            wrong.append(f"{block.lines}: exit code {done.returncode}: {done.stderr[-2000:]}")
            break
        if line := missing(expected, done.stdout):
            wrong.append(f"{block.lines}: not printed: {line!r}; printed: {done.stdout[-4000:]}")
    return wrong


@pytest.mark.parametrize("page", PAGES)
def test_a_guide_does_what_it_prints(page: str, tmp_path: Path) -> None:
    folders = {lang: tmp_path / lang for lang in ("fr", "en")}
    for folder in folders.values():
        folder.mkdir()
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda lang: follow(lang, page, folders[lang]), folders))
    assert found == [[], []]


def test_a_line_that_was_not_printed_is_told() -> None:
    printed = "a\nb 1\u00a0234   x\nc and more\n"
    assert missing(("…", "b 1 234 x", "c and…"), printed) is None
    assert missing(("b 1 234 x", "a"), printed) == "a"
    assert missing(("c",), printed) == "c"
    assert missing(("c …",), printed) is None


def test_the_files_of_the_guides_are_what_their_script_writes() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import guide_examples  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    made = guide_examples.files()
    assert {p.name: p.read_bytes() for p in EXAMPLES.glob("*.csv")} == made
