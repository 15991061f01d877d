"""Install the wheel as a stranger would, and run it: each Python that is here, lowest and newest packages.

``python scripts/check_packages.py`` builds the wheel and the sdist, builds the wheel again from the sdist,
and for each Python and each resolution makes an environment, installs the wheel with nothing of the
developers', and does the whole run of the embedded study. ``--tests`` then runs tests of reading, joining and
wording against the lowest packages. ``--lock`` checks that the locks are as ``make lock`` writes them.
A Python that is not here is told, and resolved for: that every package it needs has a wheel for it. Needs the
package index; takes some minutes; part of a release, not of ``make test``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Final

from packaging.version import Version

ROOT: Final = Path(__file__).parent.parent
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
#: The resolutions of uv: of what geosocial names itself, the lowest version that it allows; or the newest.
RESOLUTIONS: Final = ("lowest-direct", "highest")
#: What the tests of the lowest packages need; the fixtures import a browser's driver, no browser is started.
TESTERS: Final = (
    *("pytest", "hypothesis", "plotly", "networkx", "playwright", "axe-playwright-python"),
    *("nbformat", "nbclient", "ipykernel", "pypdf", "pyld"),
)
TESTED: Final = ("tests/io", "tests/intake", "tests/geo/test_join.py", "tests/geo/test_zone_index.py")
TESTED_TOO: Final = (
    *("tests/geo/test_distance.py", "tests/vocabulary", "tests/wording", "tests/measure/test_capacity.py"),
    *("tests/siting", "tests/followup", "tests/provenance", "tests/verification", "tests/test_comparison.py"),
    *("tests/cartography", "tests/report", "tests/cli", "tests/data"),
)
#: Left out: oracles that are not installed, and browsers.
NOT_TESTED: Final = ("--ignore=tests/siting/test_oracles.py", "-m", "not browser")


def start(
    *command: str | Path, cwd: Path = ROOT, silent: bool = False, env: dict[str, str] | None = None
) -> None:
    """Run a command to its end; it must succeed."""
    out = subprocess.DEVNULL if silent else None
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdout=out, stderr=out, env=env)  # noqa: S603 - our own words


def uv(*arguments: str | Path, cwd: Path = ROOT) -> None:
    """Run uv, quietly."""
    start(sys.executable, "-m", "uv", *arguments, "--quiet", cwd=cwd)


def build(out: Path) -> Path:
    """Build both, then the wheel again from the sdist; return the wheel."""
    start(sys.executable, "-m", "hatchling", "build", "-d", out, silent=True)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    shutil.unpack_archive(sdist, out / "from", filter="data")
    (source,) = (out / "from").iterdir()
    again = out / "again"
    start(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", again, cwd=source, silent=True)
    (other,) = again.glob("*.whl")
    if contents(wheel) != contents(other):
        sys.exit("the wheel that is built from the sdist is another")
    for made in (wheel, sdist):
        print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
    return wheel


def interpreter_of(version: str) -> str | None:
    """Return a Python of this version that is here, on the path or of pyenv; None where there is none."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    others = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    if others:
        return str(others[-1])
    found = shutil.which(f"python{version}")
    return None if found is None or "shims" in Path(found).parts else found


def contents(wheel: Path) -> dict[str, int]:
    """Return the files of a wheel with the checksum of each."""
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


def environment(folder: Path, python: str, resolution: str, wheel: Path) -> Path:
    """Make an environment with the wheel alone and return its interpreter."""
    uv("venv", "--no-python-downloads", "--python", python, folder)
    interpreter = folder / "bin" / "python"
    # What the wheel needs is named beside it: to uv, "direct" is what it is asked for, not what that needs.
    common = ("pip", "install", "--python", interpreter, "--resolution", resolution, "--only-binary", ":all:")
    uv(*common, wheel, "-r", ROOT / "pyproject.toml")
    if resolution == "lowest-direct" and python == interpreter_of(PYTHONS[0]):
        check_lowest(interpreter)
    return interpreter


def check_lowest(interpreter: Path) -> None:
    """Check that an environment has of each package the lowest version that geosocial allows.

    A newer Python has the first version with a wheel for it instead: only the oldest one is asked.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = {name: floor for name, _, floor in (named.partition(">=") for named in project["dependencies"])}
    code = "import sys\nfrom importlib.metadata import version\nprint(*map(version, sys.argv[1:]))"
    done = subprocess.run(  # noqa: S603 - our own words
        [str(interpreter), "-c", code, *floors], check=True, capture_output=True, text=True
    )
    found = dict(zip(floors, done.stdout.split(), strict=True))
    other = [f"{name} {found[name]}" for name in floors if Version(found[name]) != Version(floors[name])]
    if other:
        sys.exit(f"not the lowest that pyproject.toml allows: {', '.join(other)}")


def run(interpreter: Path, folder: Path) -> None:
    """Do the whole run of the embedded study in an empty folder, without the checkout."""
    folder.mkdir(parents=True)
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    start(interpreter.parent / "geosocial", "run", "--out", "out", cwd=folder, env=clean, silent=True)
    reports = ("report/report.fr.pdf", "report/report.en.pdf")
    for made in ("maps/atlas.html", *reports, "geosocial.xlsx", "geosocial.gpkg", "run.json"):
        if not (folder / "out" / made).is_file():
            sys.exit(f"{made} was not written")


def tests(interpreter: Path) -> None:
    """Run the tests of reading, joining and measuring with the packages of an environment."""
    uv("pip", "install", "--python", interpreter, *TESTERS)
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    # a deprecation that an old package meets in an older one is theirs; each part has a process of its own
    old = ("-W", "ignore::DeprecationWarning")
    failed = []
    for part in (*TESTED, *TESTED_TOO):
        print(part, flush=True)
        try:
            start(
                *(interpreter, *old, "-m", "pytest", *old, "-q", "-p", "no:cacheprovider"),
                *(*NOT_TESTED, part),
                env=known,
            )
        except subprocess.CalledProcessError:
            failed.append(part)  # the others are worth knowing too: all of them take half an hour
    if failed:
        sys.exit(f"failed with the lowest packages: {', '.join(failed)}")


def resolved(python: str, resolution: str, out: Path) -> None:
    """Check that every package has a wheel for a Python that is not here."""
    uv(
        *("pip", "compile", "--python-version", python, "--resolution", resolution, "--only-binary", ":all:"),
        *("pyproject.toml", "--no-header", "-o", out / f"{python}-{resolution}.txt"),
    )


def locked(work: Path) -> None:
    """Check that ``make lock`` would change nothing."""
    copy = work / "lock"
    shutil.copytree(ROOT / "requirements", copy / "requirements")
    shutil.copy(ROOT / "pyproject.toml", copy)
    common = ("pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
    for name, more in (
        ("run", ()),
        ("dev", ("-c", "requirements/run.txt", "--extra", "dev", "--extra", "docs")),
        (
            "bench",
            ("-c", "requirements/dev.txt", "--extra", "dev", "--extra", "docs", "--extra", "bench"),
        ),
    ):
        out = f"requirements/{name}.txt"
        given = ("pyproject.toml", "requirements/build.in", "-o", out)
        uv(*common, "--no-annotate", *more, *given, cwd=copy)
        if (copy / out).read_bytes() != (ROOT / out).read_bytes():
            sys.exit(f"{out} is not what make lock writes")
    print("the locks are those of make lock")


def main() -> None:
    """Check the packages on every Python that is here."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", nargs="*", default=PYTHONS)
    parser.add_argument("--resolution", nargs="*", default=RESOLUTIONS, choices=RESOLUTIONS)
    parser.add_argument("--tests", action="store_true", help="also run tests with the lowest packages")
    parser.add_argument("--lock", action="store_true", help="also check the locks")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheel = build(work / "dist")
        for python in asked.python:
            here = interpreter_of(python)
            for resolution in asked.resolution:
                name = f"{python}-{resolution}"
                if here is None:
                    resolved(python, resolution, work)
                    print(f"Python {python}, {resolution}: not here; every package has a wheel for it")
                    continue
                interpreter = environment(work / name, here, resolution, wheel)
                run(interpreter, work / f"{name}-run")
                print(f"Python {python}, {resolution}: installed from the wheel, whole run done", flush=True)
                if asked.tests and resolution == "lowest-direct":
                    tests(interpreter)
        if asked.lock:
            locked(work)


if __name__ == "__main__":
    main()
