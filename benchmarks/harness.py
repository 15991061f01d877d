"""Time operations beside their peers: in one process, interleaved, medians.

Interleaving (each case once, then each case again) spreads the noise of the machine over all of them, so that
the ratios hold where the seconds do not.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("geosocial", "numpy", "scipy", "shapely", "pandas", "geopandas", "folium", "sedonadb")


@dataclass
class Case:
    """An operation: `prepare` makes its arguments outside the clock, `run` takes them inside it."""

    name: str
    run: Callable[[Any], object]
    prepare: Callable[[], object] = lambda: None
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the seconds."""
        return statistics.median(self.seconds)


#: A turn lasts at least so long: a shorter operation is repeated in it, as timeit does, and its mean kept.
TURN = 0.05


def race(cases: Sequence[Case], repetitions: int) -> None:
    """Give the cases a turn each, `repetitions` times, and keep the seconds; no garbage is collected then."""
    for _ in range(repetitions):
        for case in cases:
            spent, runs = 0.0, 0
            while spent < TURN:
                argument = case.prepare()
                if not runs:
                    gc.collect()
                gc.disable()
                try:
                    start = time.perf_counter()
                    kept = case.run(argument)
                    spent += time.perf_counter() - start
                finally:
                    gc.enable()
                runs += 1
                del kept, argument
            case.seconds.append(spent / runs)


def write_table(
    name: str,
    rows: Sequence[Mapping[str, object]],
    note: str = "",
    facts: Mapping[str, int] | None = None,
) -> None:
    """Print the rows as a Markdown table; write them, with versions and machine, to results/`name`.json.

    `facts` are figures that do not depend on the machine.
    """
    print(markdown(rows))
    if note:
        print(f"\n{note}")
    RESULTS.mkdir(exist_ok=True)
    record = {
        "benchmark": name,
        "note": note,
        "facts": dict(facts or {}),
        "machine": machine(),
        "versions": versions(),
        "rows": list(rows),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1, default=float) + "\n"
    unfinished = RESULTS / f".{name}.json"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(RESULTS / f"{name}.json")


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """Return the rows as a Markdown table, its columns those of the first row."""
    columns = list(rows[0])
    lines = [f"| {' | '.join(columns)} |"]
    lines.append(f"| {' | '.join('---' if isinstance(rows[0][c], str) else '---:' for c in columns)} |")
    lines += [f"| {' | '.join(_cell(row.get(column, '–')) for column in columns)} |" for row in rows]
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """Return what the figures were measured on, without naming the machine."""
    model = platform.processor() or platform.machine()
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        lines = listing.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next(
            (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model
        )
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that take part, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
