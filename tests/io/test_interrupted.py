"""Every writer, killed at random moments and on a full disk: the old file is whole, or the new one is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geosocial.io.write import SUFFIXES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and the limits of POSIX")

#: Writes a table in every format over and over, and says which file it has finished; old and new differ.
WRITER = """
import os
import resource
import signal
import sys
import geopandas as gpd
import numpy as np
import shapely
from geosocial.errors import OutputError
from geosocial.io import write
from pathlib import Path

folder, suffixes, mode = Path(sys.argv[1]), sys.argv[2].split(), sys.argv[3]

def layer(number, rows):
    x = np.linspace(-74, -73, rows)
    data = {"n": np.full(rows, number), "t": ["é" * 9] * rows}
    return gpd.GeoDataFrame(data, geometry=shapely.points(x, x), crs=4326)

if mode == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for suffix in suffixes:
        write.write_any(layer(1, 50), folder / f"t{suffix}")
    write.write_text("old", folder / "t.txt")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for size in (0, 4000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit))
        for suffix in [*suffixes, ".txt"]:
            try:
                if suffix == ".txt":
                    write.write_text("new" * 100_000, folder / "t.txt")
                else:
                    write.write_any(layer(2, 6000), folder / f"t{suffix}")
            except OutputError as error:
                assert "cannot be written" in str(error), error
            else:
                raise SystemExit(f"{suffix} was written in {size} bytes")
            after = {p.name: p.read_bytes() for p in folder.iterdir()}
            assert after == before, (suffix, size, sorted(after))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    print("held")
else:
    # children that write, forked with everything imported, so that a hundred kills take seconds
    import random
    import time
    rng = random.Random(int(sys.argv[4]))
    old = {}
    for suffix in suffixes:
        write.write_any(layer(1, 300), folder / f"t{suffix}")
        old[suffix] = (folder / f"t{suffix}").read_bytes()
    new = {}
    for suffix in suffixes:
        # a GeoPackage and a workbook name their table after the file: the same name in another folder
        (folder / "new").mkdir(exist_ok=True)
        started = time.perf_counter()
        write.write_any(layer(2, 600), folder / "new" / f"t{suffix}")
        new[suffix] = ((folder / "new" / f"t{suffix}").read_bytes(), time.perf_counter() - started)
    tally = {"old": 0, "new": 0}
    for moment in range(int(sys.argv[5])):
        suffix = suffixes[moment % len(suffixes)]
        path = folder / f"t{suffix}"
        path.write_bytes(old[suffix])
        child = os.fork()
        if not child:
            try:
                write.write_any(layer(2, 600), path)
            finally:
                os._exit(0)
        time.sleep(rng.random() * new[suffix][1] * 1.5)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        data = path.read_bytes()
        if data == old[suffix]:
            tally["old"] += 1
        elif data == new[suffix][0]:
            tally["new"] += 1
        else:
            raise SystemExit(f"{suffix}: neither old nor new after kill {moment}")
    print(tally["old"], tally["new"])
"""


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WRITER, str(folder), " ".join(SUFFIXES), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_a_hundred_kills_leave_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    old, new = map(int, run(tmp_path, "kill", "2026", "100").split())
    assert old + new == 100
    assert old  # some came before the end of the writing


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    assert run(tmp_path, "full") == "held"
