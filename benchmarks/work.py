"""What a whole run does, counted instead of timed: the same on every machine, so that a test can hold it.

One run of the embedded study, in both languages: how often each file is opened, the pairs and the points that
are looked at, the problems solved, the documents set, the bytes written. ``work.toml`` beside this module
says the most that each may be; ``tests/test_work.py`` compares. Whoever adds to a run raises a number there,
and sees by how much.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatch
from pathlib import Path
from threading import Lock
from typing import Any, Final

#: Files of a run by what they are; the largest of a kind of page counts, of tables and lists all together.
PAGES: Final = (
    "maps/atlas.html",
    "maps/boroughs/*.html",
    "report/report.*.html",
    "report/report.*.pdf",
    "report/indicators.*.html",
    "report/explain.*.html",
    "report/boroughs.*.pdf",
    "geosocial.xlsx",
    "geosocial.gpkg",
    "run.json",
)
TOGETHER: Final = ("tables/*.csv", "tables/*.parquet", "directory/*")
#: The most that each count may be.
LIMITS: Final = Path(__file__).with_suffix(".toml")
#: Points that are joined, and the seed of their positions.
POINTS: Final = 900_000
SEED: Final = 2026


def limits() -> dict[str, dict[str, int]]:
    """Return the most that each count may be, by part."""
    return tomllib.loads(LIMITS.read_text(encoding="utf-8"))


@contextmanager
def seen(owner: Any, name: str, note: Callable[[tuple[Any, ...], Any], None]) -> Iterator[None]:
    """Let `note` see the arguments and the result of each call of a function while the context lasts."""
    own, one = getattr(owner, name), Lock()

    def noted(*args: Any, **options: Any) -> Any:
        result = own(*args, **options)
        with one:  # sites are searched and documents set in threads
            note(args, result)
        return result

    setattr(owner, name, noted)
    try:
        yield
    finally:
        setattr(owner, name, own)


def run() -> dict[str, dict[str, int]]:
    """Do the whole run of the embedded study and return what it did, by part."""
    import shapely
    import typst

    from geosocial import pipeline
    from geosocial.geo import pairs
    from geosocial.io import sheets
    from geosocial.siting import solver
    from geosocial.study import read_study

    done: Counter[str] = Counter()

    def add(name: str, size: Callable[[tuple[Any, ...], Any], int]) -> Callable[[tuple[Any, ...], Any], None]:
        def note(args: tuple[Any, ...], result: Any) -> None:
            done[name] += size(args, result)

        return note

    opened: Counter[str] = Counter()
    study = read_study()
    home = study.folder.resolve()

    def listen(event: str, facts: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(facts[0], str | bytes | Path):
            path = Path(str(facts[0])).resolve()
            if path.parent == home:
                opened[path.name] += 1

    sys.addaudithook(listen)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as counted:
        for owner, name, note in (
            (pairs, "pairs_within", add("pairs kept", lambda _, found: len(found.data))),
            (pairs, "_ranges", add("pairs looked at", lambda _, found: int((found[2] - found[1]).sum()))),
            (sheets, "read_sheet", add("rows read", lambda _, found: len(found.rows))),
            (solver, "run_all", add("problems solved", lambda args, _: len(args[0]))),
            (typst, "compile_with_warnings", add("documents set", lambda *_: 1)),
            (shapely, "coverage_simplify", add("shapes simplified", lambda args, _: len(args[0]))),
        ):
            counted.enter_context(seen(owner, name, note))
        written = pipeline.write(pipeline.compute(study), Path(folder))
        size = {path.relative_to(folder).as_posix(): path.stat().st_size for path in written}
        read = json.loads((Path(folder) / "run.json").read_text(encoding="utf-8"))["inputs"]
    rows = {"read": done.pop("rows read")}
    rows["in the files"] = sum(file["rows"] for file in read if file["file"].endswith(".csv"))
    done["times that a file is opened"] = max(opened.values())
    return {"run": dict(done), "rows": rows, "bytes": sizes(size)}


def sizes(files: Mapping[str, int]) -> dict[str, int]:
    """Return the bytes of each kind of file, of those of no kind, and of all."""
    of: dict[str, list[int]] = {kind: [] for kind in (*PAGES, *TOGETHER, "others")}
    for name, size in files.items():
        kind = next((kind for kind in (*PAGES, *TOGETHER) if fnmatch(name, kind)), "others")
        of[kind].append(size)
    held = {kind: max(some, default=0) if kind in PAGES else sum(some) for kind, some in of.items()}
    return held | {"all": sum(files.values())}


def join() -> dict[str, int]:
    """Join points over the extent of the districts; return how many were held against edges, and how."""
    import numpy as np

    from geosocial import intake
    from geosocial.geo import ZoneIndex
    from geosocial.geo.edges import Bundles
    from geosocial.study import read_study

    districts = intake.read_context(read_study())[0]["districts"]
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)
    done: Counter[str] = Counter()
    with (
        seen(Bundles, "sides", lambda args, _: done.update({"held against an edge": len(args[2])})),
        seen(ZoneIndex, "_ask", lambda args, _: done.update({"asked of GEOS": len(args[1])})),
    ):
        ZoneIndex(districts).locate(x, y)
    return {"held against an edge": 0, "asked of GEOS": 0} | dict(done)


def main(*, as_json: bool = False) -> None:
    """Count, and print a table of what was done beside the most that it may be; or the counts as JSON."""
    found = run() | {"join": join()}
    if as_json:
        print(json.dumps(found))
        return
    from benchmarks.harness import write_table

    most = limits()
    rows = [
        {"part": part, "what": what, "done": count, "at most": most.get(part, {}).get(what, "")}
        for part, counts in found.items()
        for what, count in counts.items()
    ]
    write_table("work", rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the counts alone")
    main(as_json=parser.parse_args().json)
