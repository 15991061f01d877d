"""Run the benchmarks, each in a process of its own, and gather what they measured: ``make bench``.

Without names, all but those that are long (they are marked so); with names, these alone: the records of the
others stay as they are in ``results.json``. About 30 minutes on 2 cores at rest, 5 with ``--quick``, which
takes smaller sizes and fewer turns.

    python -m benchmarks [join access …] [--quick] [--list]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from typing import Final

#: Name → title, module and its arguments, and those of ``--quick``.
PARTS: Final = {
    "join": ("Points to the 58 districts", "join --points 10000 100000 1000000 10000000", "--repetitions 2"),
    "areas": (
        "Points to 3,200 small areas",
        "join --areas 3200 --points 10000 100000 1000000 10000000 --repetitions 5",
        "--repetitions 2",
    ),
    "access": ("Accessibility", "access", "--repetitions 2"),
    "counts": ("Facilities within a standard", "counts", "--repetitions 1"),
    "nearest": ("The nearest facility", "nearest", "--repetitions 2"),
    "network": ("Street networks", "network", "--repetitions 1 --sides 100 330"),
    "sites": ("Sites beside spopt", "siting --parts spopt", "--repetitions 1"),
    "maps": ("Maps", "maps", "--repetitions 1 --points 500 5000"),
    "interpolate": ("Areal interpolation", "interpolate", ""),
    "clusters": ("Clusters", "clusters", "--repetitions 2"),
    "geocode": ("Addresses to address points", "geocode", ""),
    "run": ("Whole processes", "run", "--repetitions 3"),
    "million": ("A million rows", "million", "--repetitions 1"),
    "stream": ("Larger than memory", "stream", "--points 5000000"),
    "national": ("A country", "national", "--sizes 0.01 0.1"),
    "work": ("What a whole run does, counted", "work", ""),
    "graphs": (
        "Forty graphs, Montréal, a million (long)",
        "siting --parts graphs montreal million",
        "",
    ),
}
LONG: Final = ("graphs",)


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer turns")
    parser.add_argument("--list", action="store_true", help="say the parts and end")
    asked = parser.parse_args()
    if asked.list:
        for name, (title, command, _) in PARTS.items():
            print(f"{name:12} {title}: python -m benchmarks.{command}")
        return
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    failed = []
    for name in asked.parts or [name for name in PARTS if name not in LONG]:
        title, command, quick = PARTS[name]
        module, *rest = command.split()
        if asked.quick:
            rest += quick.split()
        print(f"\n{title}\n", flush=True)
        start = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *rest], check=False)
        print(f"\n({name}: {time.monotonic() - start:.0f} s)", flush=True)
        if done.returncode:
            failed.append(name)
    from benchmarks import collect

    collect.main()
    print("\nbenchmarks/RESULTS.md, results.json, growth.fr.svg, growth.en.svg; the tables of the READMEs.")
    if failed:
        sys.exit(f"These failed, and their records are the old ones: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
