"""A whole run, killed at random moments and on a full disk: each of its files is the old or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and the limits of POSIX")

#: Writes a run over an older one, in children forked with everything imported; the two differ in every page.
WRITER = """
import datetime as dt
import os
import random
import resource
import signal
import shutil
import sys
import time
from pathlib import Path
from geosocial import pipeline
from geosocial.apart import possible
from geosocial.errors import GeosocialError
from geosocial.study import read_study

study, folder, kills = read_study(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
apart = sys.argv[4] == "apart"
first = pipeline.compute(study, apart=apart)
later = pipeline.compute(study.model_copy(update={"edition": dt.date(2031, 5, 4)}), apart=apart)

def held(place):
    files = {f.relative_to(place): f for f in place.rglob("*") if f.is_file()}
    shown = {name: f for name, f in files.items() if not name.parts[0].startswith(".")}
    return {name.as_posix(): f.read_bytes() for name, f in shown.items()}

pipeline.write(first, folder / "first", apart=apart)
old = held(folder / "first")
started = time.perf_counter()
pipeline.write(later, folder / "later", apart=apart)
assert ("typst" in sys.modules) != (apart and possible())
seconds = time.perf_counter() - started
new = held(folder / "later")
assert old.keys() == new.keys() and "maps/atlas.html" in old and "run.json" in old
assert {name for name in old if old[name] != new[name]} >= {
    "maps/atlas.html", "report/report.fr.html", "report/report.en.html", "run.json", "geosocial.xlsx",
    "geosocial.gpkg", "tables/measures.csv",
}
rng = random.Random(2026)
tally = {"old": 0, "mixed": 0, "new": 0}
for kill in range(kills):
    out = folder / f"out-{kill}"
    shutil.copytree(folder / "first", out)
    child = os.fork()
    if not child:
        try:
            pipeline.write(later, out, apart=apart)
        finally:
            os._exit(0)
    time.sleep(rng.random() * seconds * 1.3)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = held(out)
    assert found.keys() == old.keys(), found.keys() ^ old.keys()
    for name, data in found.items():
        assert data in (old[name], new[name]), name
    tally["old" if found == old else "new" if found == new else "mixed"] += 1

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
out = folder / "full"
shutil.copytree(folder / "first", out)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
for size in (0, 3_000, 30_000, 150_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit))
    try:
        pipeline.write(later, out, apart=apart)
    except (GeosocialError, OSError):
        pass
    else:
        raise SystemExit(f"a run was written in files of {size} bytes")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    assert held(out) == old, size
    assert not [f for f in out.iterdir() if f.name.startswith(".")], size
print(tally["old"], tally["mixed"], tally["new"])
"""


@pytest.mark.parametrize("how", ["apart", "together"])
def test_a_run_that_is_killed_leaves_each_file_old_or_new(study: Path, tmp_path: Path, how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WRITER, str(study), str(tmp_path / "runs"), "25", how],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    old, mixed, new = map(int, done.stdout.split())
    assert old + mixed + new == 25
    assert old  # some came before the end of the writing


@pytest.mark.skipif(
    sys.platform != "linux", reason="reports are made in a process of their own on Linux alone"
)
@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("ended", ["run", "reports"])
def test_a_run_of_two_processes_is_ended_whole(tmp_path: Path, ended: str) -> None:
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("a second process needs a second processor")
    out = tmp_path / "out"
    run = subprocess.Popen(
        [sys.executable, "-m", "geosocial", "--lang", "en", "run", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith("  Report "):
            break
    *_, reports = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.kill(run.pid if ended == "run" else int(reports), signal.SIGINT if ended == "run" else signal.SIGKILL)
    told = run.communicate(timeout=120)[1]
    assert "Traceback" not in told
    if ended == "run":
        assert (run.returncode, "Interrupted." in told) == (130, True)
    else:
        assert run.returncode == 1
        assert "A process of this run was ended by the system." in told
    assert not Path(f"/proc/{reports}").exists()
    assert list(out.iterdir()) == []
