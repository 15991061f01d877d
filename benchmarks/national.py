"""The whole chain on a made-up country (`benchmarks.country`): seconds, processor and memory of each phase.

The chain has to stay within 10 minutes and 8 GB on 2 cores. It begins with ``geosocial join`` of 16 million
addresses to 490,000 blocks; the people of each block are then counted from what it wrote; the rest is
``geosocial run`` on the study beside this file, step by step: 200,000 facilities in two lists, costs,
coverage, gaps and their robustness, equity, sites among 9,800 lots, and all that a run writes for 290 zones.
Each of the three is a process of its own; the peak of a step is that of its process until then. Making the
country is not part of the chain.

    python -m benchmarks.national [--sizes 0.01 0.1 1] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.harness import write_table
from benchmarks.run import Process

#: Phases of which the growth is told.
GROWING = ("Addresses to blocks", "all of geosocial run", "the whole chain")
STUDY = Path(__file__).with_name("country.toml")


def people(folder: Path) -> None:
    """Count the addresses of each block and write the demand: people, some poor, and renter households."""
    import geopandas as gpd
    import pandas as pd
    import pyarrow.parquet as pq

    blocks = gpd.read_parquet(folder / "blocks.parquet")
    ids = pd.Index(blocks["block_id"])
    held = np.zeros(len(ids), np.int64)
    for part in sorted((folder / "located.parquet").glob("part-*.parquet")):
        zone = pq.read_table(part, columns=["zone_id"])["zone_id"].combine_chunks().dictionary_encode()
        at = ids.get_indexer(pd.Index(zone.dictionary.to_pylist()))
        tally = np.bincount(zone.indices.to_numpy(), minlength=len(at))
        np.add.at(held, at[at >= 0], tally[at >= 0])
    middle = blocks.geometry.representative_point()
    rng = np.random.default_rng(2026)
    poor = rng.binomial(held, rng.beta(2, 10, len(held)))
    renters = rng.binomial(held // 4, rng.beta(3, 12, len(held)))
    figures = {"residents": held, "low_income": poor, "renters_30": renters}
    where = {"x": middle.x.round(1), "y": middle.y.round(1)}
    pd.DataFrame({"block_id": ids, **where, **figures}).to_csv(folder / "blocks.csv", index=False)


class Phases:
    """Seconds, processor seconds and the peak of the memory so far of each step of this process."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    @contextmanager
    def step(self, message: str, **facts: object) -> Iterator[None]:
        """Keep what the block takes, as the steps of `geosocial.pipeline` are announced."""
        start, worked = time.perf_counter(), _worked()
        yield
        said = message.format(**{name: getattr(fact, "en", fact) for name, fact in facts.items()})
        row = {"phase": said, "seconds": time.perf_counter() - start}
        self.rows.append(row | {"processor s": _worked() - worked, "peak MB": _peak()})


def _worked() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: Path) -> list[dict[str, object]]:
    """Do what ``geosocial run`` does; return its steps."""
    from geosocial import pipeline
    from geosocial.study import read_study

    phases = Phases()
    results = pipeline.compute(read_study(folder), step=phases.step)
    pipeline.write(results, folder / "run", step=phases.step)
    return phases.rows


def chain(folder: Path) -> list[dict[str, object]]:
    """Run the chain on a country that `benchmarks.country.write` has written; return its phases."""
    shutil.copy(STUDY, folder / "study.toml")
    python, log = sys.executable, folder / "log"
    log.mkdir(exist_ok=True)
    given = [str(folder / name) for name in ("addresses.parquet", "blocks.parquet")]
    asked = ["--out", str(folder / "located.parquet"), "--engine", "stream"]
    join = Process("Addresses to blocks", [python, "-m", "geosocial", "join", *given, *asked])
    child = [python, "-m", "benchmarks.national", "--folder", str(folder), "--child"]
    count = Process("People of each block", [*child, "people"])
    rest = Process("geosocial run", [*child, "run"])
    rows: list[dict[str, object]] = []
    for process in (join, count, rest):
        process.run(log)
        took = {
            "seconds": process.seconds[0],
            "processor s": process.processor[0],
            "peak MB": process.peak_mb,
        }
        if process is rest:
            rows += json.loads((folder / "phases.json").read_text(encoding="utf-8"))
            rows.append({"phase": "all of geosocial run", **took})
        else:
            rows.append({"phase": process.name, **took})
    three = (join, count, rest)
    worked, spent = (sum(getattr(p, name)[0] for p in three) for name in ("processor", "seconds"))
    peak = max(p.peak_mb for p in three)
    return [*rows, {"phase": "the whole chain", "seconds": spent, "processor s": worked, "peak MB": peak}]


def main(sizes: list[float], folder: Path | None = None) -> None:
    """Make a country of each size, run the chain, and print the phases of the last and how they grow."""
    growth: list[dict[str, object]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            place = folder or Path(name)
            # in a process of its own: what this one holds would count into the peak of those that it starts
            made_by = [sys.executable, "-m", "benchmarks.country", str(place), "--size", str(size)]
            counts = json.loads(subprocess.run(made_by, capture_output=True, text=True, check=True).stdout)
            rows = chain(place)
            written = sum(f.stat().st_size for f in (place / "run").rglob("*") if f.is_file())
        for row in rows:
            if row["phase"] in GROWING:
                told: dict[str, object] = {"n": counts["addresses"], "blocks": counts["blocks"]}
                figures = {key: row[key] for key in ("seconds", "processor s", "peak MB")}
                growth.append({**told, "operation": row["phase"], **figures})
    made = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    write_table("national", rows, f"{made}. The run writes {written / 1e6:,.0f} MB.", facts=counts)
    print()
    write_table("national_growth", growth, "The same chain on smaller countries; n: addresses.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=float, nargs="+", default=[0.01, 0.1, 1.0], help="1: a country")
    parser.add_argument("--folder", type=Path, help="where the country and its run stay")
    parser.add_argument("--child", choices=["people", "run"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child == "people":
        people(given.folder)
    elif given.child == "run":
        told = json.dumps(run(given.folder))
        (given.folder / "phases.json").write_text(told, encoding="utf-8")
    else:
        main(given.sizes, given.folder)
