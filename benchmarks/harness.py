"""Time operations beside their peers: in one process, interleaved, medians, peak memory.

Interleaving (each case once, then each case again) spreads the noise of the machine over all of them, so that
the ratios hold where the seconds do not. Beside the seconds of the clock stand those of the processor, of all
threads together, which a busy machine changes less. The peak is what a run adds to the memory of the process
at the most, whoever allocates it (Python, NumPy, GEOS, Rust): Linux keeps it and forgets it when asked.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib.metadata
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geosocial
from benchmarks import peers

RESULTS = Path(__file__).parent / "results"
_PACKAGES = (
    *("numpy", "scipy", "shapely", "pandas", "geopandas", "folium", "sedonadb", "scikit-learn"),
    *("networkx", "access", "spopt", "pulp", "tobler", "esda", "highspy", "pyarrow", "dask-geopandas"),
)


@dataclass
class Case:
    """An operation: `prepare` makes its arguments outside the clock, `run` takes them inside it."""

    name: str
    run: Callable[[Any], object]
    prepare: Callable[[], object] = lambda: None
    seconds: list[float] = field(default_factory=list)
    #: Seconds of the processor, all threads.
    processor: list[float] = field(default_factory=list)
    #: Most that a run adds to the memory of the process; NaN where the system does not tell.
    peak_mb: float = float("nan")

    @property
    def median(self) -> float:
        """Median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def effort(self) -> float:
        """Median of the seconds of the processor."""
        return statistics.median(self.processor) if self.processor else float("nan")


def held(value: object) -> Callable[[], object]:
    """Return what gives the same value each time, for `Case.prepare`."""
    return lambda: value


#: A turn lasts at least so long: a shorter operation is repeated in it, as timeit does, and its mean kept.
TURN = 0.05


def race(cases: Sequence[Case], repetitions: int) -> None:
    """Give the cases a turn each, `repetitions` times, and keep the seconds; no garbage is collected then."""
    for _ in range(repetitions):
        for case in cases:
            spent, worked, runs = 0.0, 0.0, 0
            while spent < TURN:
                argument = case.prepare()
                if not runs:
                    gc.collect()
                first = not (case.seconds or runs)
                before = _forget_peak() if first else 0.0
                gc.disable()
                try:
                    start, effort = time.perf_counter(), time.process_time()
                    kept = case.run(argument)
                    spent += time.perf_counter() - start
                    worked += time.process_time() - effort
                finally:
                    gc.enable()
                if first:
                    case.peak_mb = max(0.0, _memory("VmHWM") - before)
                runs += 1
                del kept, argument
            case.seconds.append(spent / runs)
            case.processor.append(worked / runs)


def table_rows(cases: Sequence[Case], **told: object) -> list[dict[str, object]]:
    """Return a row for each case, `told` before its figures; the first case is ours."""
    ours = cases[0].median
    return [
        {
            **told,
            "operation": case.name,
            "seconds": case.median,
            "times ours": case.median / ours,
            "processor s": case.effort,
            "peak MB": case.peak_mb,
            "runs": len(case.seconds),
        }
        for case in cases
    ]


def _memory(field_name: str) -> float:
    """Return a figure of the memory of this process in MB, NaN where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field_name)), float("nan"))


def _forget_peak() -> float:
    """Give memory back, begin the peak anew, and return what the process holds, in MB; NaN if it cannot."""
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except (OSError, AttributeError, TypeError):
        return float("nan")
    return _memory("VmRSS")


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
        "versions": {**versions(), **peers.versions()},
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0,
        "measured": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "rows": [{key: _plain(value) for key, value in row.items()} for row in rows],
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
    found = {"python": platform.python_version(), "geosocial": geosocial.__version__}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _plain(value: object) -> object:
    """Return what JSON can hold: figures to four significant digits, none where there is none."""
    if not isinstance(value, float) or math.isinf(value):
        return value
    return None if math.isnan(value) else float(f"{value:.4g}")


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
