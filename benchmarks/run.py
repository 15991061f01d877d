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
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness import write_table

#: The study of the full official layers, which are expected beside the checkout.
FULL = Path(__file__).parents[1] / "examples" / "montreal-full"


@dataclass
class Process:
    """A command timed as a whole: seconds of wall clock and the peak of its memory."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    #: Seconds of the processor, which a busy machine changes less than those of the clock.
    processor: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    def run(self, folder: Path) -> None:
        """Run the command once and keep what it took."""
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
        _, status, usage = os.wait4(pid, 0)
        self.seconds.append(time.perf_counter() - start)
        self.processor.append(usage.ru_utime + usage.ru_stime)
        self.peak_mb = max(self.peak_mb, usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{self.name} failed; see {folder}")


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
                case.run(folder)
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
