"""Whole processes: ``geosocial run`` on the embedded study beside the imports that it cannot avoid.

The yardstick is ``python -c "import geopandas, folium"`` in the same interleaved run: a machine twice as slow
slows both. The aim is 2.5 times the yardstick by the clock, on two processors that nothing else uses; on a
busy machine the seconds of the processor say more, and ``benchmarks/work.py`` counts what none can change.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness import write_table

#: The study of the full official layers, which are expected beside the checkout.
FULL = Path(__file__).parents[1] / "examples" / "montreal-full"


#: Seconds between two looks at the memory of a process.
_LOOK = 0.02


@dataclass
class Process:
    """A command timed as a whole: seconds of wall clock and the peak of the memory of all its processes."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    #: Seconds of the processor, which a busy machine changes less than those of the clock.
    processor: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    def run(self, folder: Path, *, weigh: bool = False) -> None:
        """Run the command once and keep what it took.

        The memory of its largest process is known at its end; with `weigh`, that of all together is looked at
        while it runs, which takes time.
        """
        start = time.perf_counter()
        pid = os.posix_spawn(
            self.command[0],
            self.command,
            # an installed package has its bytecode, whatever this environment says of writing it
            {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, stream, str(folder / f"{stream}.txt"), os.O_WRONLY | os.O_CREAT, 0o644)
                for stream in (1, 2)
            ],
        )
        ended = 0
        while weigh and not ended:
            self.peak_mb = max(self.peak_mb, _held(pid))
            time.sleep(_LOOK)
            ended, status, usage = os.wait4(pid, os.WNOHANG)
        if not ended:
            _, status, usage = os.wait4(pid, 0)
        self.seconds.append(time.perf_counter() - start)
        self.processor.append(usage.ru_utime + usage.ru_stime)
        self.peak_mb = max(self.peak_mb, usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{self.name} failed; see {folder}")


def _held(pid: int) -> float:
    """Return the MB that a process and those that it began hold; memory that they share counts once."""
    held, folder = 0.0, Path(f"/proc/{pid}")
    with suppress(OSError):  # it has ended meanwhile
        for line in (folder / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                held += int(line.split()[1]) / 1024
        for begun in (folder / "task" / str(pid) / "children").read_text(encoding="ascii").split():
            held += _held(int(begun))
    return held


def main(repetitions: int = 7) -> None:
    """Time the processes in turn and print their medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = sys.executable
        cases = [
            Process('python -c "import geopandas, folium"', [python, "-c", "import geopandas, folium"]),
            Process("geosocial run", [python, "-m", "geosocial", "run", "--out", str(folder / "run")]),
            Process("geosocial --help", [python, "-m", "geosocial", "--help"]),
        ]
        if FULL.is_dir() and (FULL.parents[2] / "shared" / "data").is_dir():
            whole = [python, "-m", "geosocial", "run", str(FULL), "--out", str(folder / "full")]
            cases.append(Process("geosocial run, full official layers", whole))
        for repetition in range(repetitions + 1):
            for case in cases:
                case.run(folder, weigh=repetition == 0)
                if repetition == 0:
                    case.seconds.clear()  # the first of each only warms the disk
                    case.processor.clear()
    yardstick = statistics.median(cases[0].seconds)
    effort = statistics.median(cases[0].processor)
    rows = [
        {
            "operation": case.name,
            "seconds": statistics.median(case.seconds),
            "of the imports": statistics.median(case.seconds) / yardstick,
            "processor": statistics.median(case.processor),
            "of the imports (processor)": statistics.median(case.processor) / effort,
            "peak MB": case.peak_mb,
        }
        for case in cases
    ]
    write_table("run", rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=7)
    main(parser.parse_args().repetitions)
