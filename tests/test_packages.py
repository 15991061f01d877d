"""The wheel and the sdist: what they hold, what they say of themselves; the wheel runs on its own."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest
import yaml

from geosocial import __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built without a network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def tracked(*folders: str) -> set[str]:
    """Return the files of the repository in these folders, as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_and_the_embedded_study_and_nothing_else(wheel: Path) -> None:
    held = {name for name in in_wheel(wheel) if ".dist-info/" not in name}
    package = {name for name in tracked("geosocial") if not name.endswith(".po")}
    study = {name.replace("data/", "geosocial/data/", 1) for name in tracked("data")}
    assert held == package | study
    assert {
        "geosocial/py.typed",
        "geosocial/i18n/locale/fr/LC_MESSAGES/geosocial.mo",
        "geosocial/data/montreal/study.toml",
        "geosocial/report/templates/dossier.typ",
        "geosocial/messages/files.toml",
    } <= held
    assert not [name for name in held if "test" in Path(name).name and name.endswith(".py")]
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in in_wheel(wheel))


def test_the_sdist_holds_what_its_tests_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    wanted = tracked("geosocial", "data", "tests", "scripts", "examples", "requirements", "docs")
    assert wanted <= held
    assert {"LICENSE", "CHANGELOG.md", "CITATION.cff", "README.md", "README.fr.md", "Makefile"} <= held


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_metadata_say_what_the_project_says(wheel: Path) -> None:
    said = metadata(wheel)
    assert said["Version"] == PROJECT["version"] == __version__
    assert said["Requires-Python"] == ">=3.11"
    assert said["License-Expression"] == "MIT"
    assert said["Description-Content-Type"] == "text/markdown"
    needed = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(needed) == len(PROJECT["dependencies"])
    # every floor is stated, so that the lowest allowed can be tried
    assert all(re.fullmatch(r"[\w.-]+(\[\w+\])?>=[\d.]+", line) for line in needed), needed
    assert set(said.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])


def test_the_wheel_runs_without_the_checkout_and_without_what_developers_need(
    wheel: Path, tmp_path: Path
) -> None:
    """An environment of its own holds the wheel; its dependencies are seen through: nothing is fetched."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    (site,) = home.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # noqa: S202 - our own wheel
    other = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "others.pth").write_text(f"{other}\n", encoding="utf-8")
    python = home / "bin" / "python"
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    script = (
        "import sys, geosocial\n"
        "sys.modules.update(dict.fromkeys(['pytest', 'hypothesis', 'plotly', 'playwright', 'dask']))\n"
        "print(geosocial.__file__)\n"
        "from geosocial.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [str(python), "-c", script, "gaps", "--sphere", "culture", "--out", str(tmp_path / "out")],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert (tmp_path / "out" / "tables" / "measures.csv").is_file()


def test_the_citation_is_valid_and_of_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] in {"software", "dataset"}
    assert cited["version"] == __version__
    assert cited["license"] == PROJECT["license"]
    assert cited["authors"] == [{"name": author["name"]} for author in PROJECT["authors"]]
    assert all(isinstance(word, str) for word in cited["keywords"])


def test_the_locks_hold_every_dependency_at_its_floor_or_above() -> None:
    from packaging.requirements import Requirement

    for lock, extras in (("run", ()), ("dev", ("dev", "docs"))):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        if lock == "dev":
            text += (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
        pinned: dict[str, list[str]] = {}
        for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE):
            pinned.setdefault(name.lower(), []).append(version)
        wanted = [*PROJECT["dependencies"], *(r for e in extras for r in PROJECT["optional-dependencies"][e])]
        for line in wanted:
            requirement = Requirement(line)
            versions = pinned.get(requirement.name.lower(), [])
            assert versions, f"{lock}.txt lacks {requirement.name}: make lock"
            assert all(requirement.specifier.contains(version) for version in versions), line
