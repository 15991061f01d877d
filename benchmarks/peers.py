"""Peers that cannot share our environment: asked in one of their own, each question a process.

``make bench`` makes it in ``.venv/peers`` from ``requirements/peers.txt``. DuckDB's spatial extension comes
from the package index for versions older than the one that our tests read files with; pandana brings HDF5.
Where it is not there, they are left out, and that is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = Path(sys.prefix) / "peers"
#: Before each script: its arrays as `given`, and `told`, which times a function, `repetitions` times.
_BEGIN = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
given = np.load(sys.argv[1])
repetitions = int(sys.argv[2])
def memory(name):
    try:
        lines = open("/proc/self/status").read().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
    except (OSError, StopIteration):
        return float("nan")
def timed(run):
    seconds, processor, before = [], [], memory("VmRSS")
    try:
        open("/proc/self/clear_refs", "w").write("5")
    except OSError:
        before = float("nan")
    for _ in range(repetitions):
        start, worked = time.perf_counter(), time.process_time()
        found = run()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - worked)
    told = {"seconds": seconds, "processor": processor, "peak_mb": max(0.0, memory("VmHWM") - before)}
    return found, told
def answer(told, **arrays):
    np.savez(sys.argv[3], told=np.array(json.dumps(told)), **arrays)
"""


def there() -> bool:
    """Return whether the environment of the peers is there."""
    return (HOME / "bin" / "python").exists()


def ask(script: str, given: Mapping[str, Any], repetitions: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a script on arrays; return what it tells (seconds, processor, peak_mb) and the arrays it found.

    Raises
    ------
    SystemExit
        When it fails, with the end of what it said.
    """
    with tempfile.TemporaryDirectory() as name:
        arrays, found = Path(name) / "given.npz", Path(name) / "found.npz"
        np.savez(arrays, **given)
        command = [str(HOME / "bin" / "python"), "-c", _BEGIN + script, str(arrays), str(repetitions)]
        done = subprocess.run([*command, str(found)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"a peer failed: {done.stderr[-2000:]}")
        with np.load(found) as answer:
            arrays_found = {key: answer[key] for key in answer.files}
    told: dict[str, Any] = json.loads(str(arrays_found.pop("told")))
    return told, arrays_found


@cache
def versions() -> dict[str, str]:
    """Return the versions of the peers, none where they are not there."""
    if not there():
        return {}
    script = "import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in %r}))"
    named = ["duckdb", "duckdb-extension-spatial", "pandana"]
    command = [str(HOME / "bin" / "python"), "-c", script % (named,)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found
