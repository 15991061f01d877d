"""The worked examples of the contributors' pages: applied to a copy of the code, run as they are printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs.build import DOCS, ROOT
from tests.docs.sources import Block, read

#: What a run needs of the checkout.
PARTS = ("geosocial", "data", "scripts", "tests", "pyproject.toml")
PAGES = [*sorted(page.stem for page in (DOCS / "en").glob("add-*.md")), "record"]
#: What each page must come to, in the words of its last command.
SAID = {
    "add-indicator": "indicators.md",
    "add-sphere": "Food: 367,300 low-income residents, 97% of them all, live more than 800 m",
    "add-input": "Sustainable development",
    "add-model": "1 passed",
    "add-city": "Libraries: 1 read = 1 matched",
    "add-language": "",
    "record": "gap",
}


#: What a reader does once, and the tests have done.
INSTALLS = re.compile(r"-m venv|pip install")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, tmp_path / part)
    return tmp_path


def run(command: str, here: Path, given: str = "") -> str:
    words = shlex.split(command)
    words = [sys.executable, "-m", *words] if words[0] == "geosocial" else [sys.executable, *words[1:]]
    if words[1:2] == ["-c"]:
        words[2] = given
    done = subprocess.run(
        words,
        cwd=here,
        # The copy has no real data beside it, and is not what CI asks for.
        env=os.environ | {"PYTHONPATH": str(here), "PYTHONIOENCODING": "utf-8", "CI": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def apply(block: Block, here: Path) -> str:
    """Do what a block of a page says, and return what was printed."""
    kind, *caption = [line for line in (block.info, *block.lines[:1]) if line]
    if kind.endswith("diff"):
        text = "\n".join(block.lines) + "\n"
        done = subprocess.run(
            ["patch", "-p1"], cwd=here, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
        assert not list(here.rglob("*.rej"))
    elif caption and (named := re.match(r":caption: (\S+)$", caption[0])):
        file = here / named[1]
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write("\n".join(block.lines[1:]) + "\n")
    elif kind == "sh":
        return "".join(run(line, here) for line in block.lines if not INSTALLS.search(line))
    elif kind == "python":
        return run("python -c x", here, "\n".join(block.lines))
    return ""


@pytest.mark.parametrize("name", PAGES)
def test_a_worked_example_does_what_it_says(name: str, copy: Path) -> None:
    printed = "".join(apply(block, copy) for block in read("en", name).blocks)
    assert SAID[name] in printed.replace("\u00a0", " ")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_first_page_prints_what_it_shows(lang: str, tmp_path: Path) -> None:
    *_, listed, check, shown = read(lang, "start").blocks
    apply(listed, tmp_path)
    printed = run(check.lines[0], tmp_path)
    assert "\n".join(shown.lines) in printed.replace("\u00a0", " ")


def test_the_new_indicator_is_counted_right(copy: Path) -> None:
    """Of the study of the page on cities: who lives beyond 2 × 1,500 m of its library, by hand."""
    for name in ("add-indicator", "add-city"):
        for block in read("en", name).blocks:
            if block.info != "sh":
                apply(block, copy)
    run("geosocial gaps harbour --out found --lang en", copy)
    rows = (copy / "found" / "tables" / "measures.csv").read_text(encoding="utf-8-sig").splitlines()
    head = rows[0].split(",")
    far = {
        row.split(",")[head.index("zone_id")]: float(row.split(",")[head.index("value")])
        for row in rows
        if ",far_share," in row
    }
    # north: 0.2 and 1.7 km away as the crow flies; south: 2.0 km (× 1.3 = 2.6), and 3.5 km for 1,100 of 1,800
    assert far == pytest.approx({"N": 0.0, "S": 1100 / 1800})
