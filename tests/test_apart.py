"""Work in a process of its own: what it returns and raises comes back, and it never outlives who asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geosocial.apart import begun, settle
from geosocial.errors import GeosocialError, MissingFileError, OutputError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a copy of a process is made on Linux alone")


def test_what_the_work_returns_comes_back_from_another_process() -> None:
    with begun(lambda: (os.getpid(), [1.5, "Montréal"])) as result:
        number, values = result()
    assert number != os.getpid()
    assert values == [1.5, "Montréal"]


def test_files_of_both_stand_at_the_end(tmp_path: Path) -> None:
    with begun(lambda: (tmp_path / "there.txt").write_text("there")) as size:
        (tmp_path / "here.txt").write_text("here")
        assert size() == 5
    assert sorted(f.read_text() for f in tmp_path.iterdir()) == ["here", "there"]


@pytest.mark.parametrize("kind", [OutputError, MissingFileError, GeosocialError])
def test_an_error_comes_back_with_its_facts(kind: type[GeosocialError]) -> None:
    def work() -> None:
        raise kind("{file}: row {row}.", hint="Mend {file}.", file=Path("a.csv"), row=3)

    with begun(work) as result, pytest.raises(kind) as raised:
        result()
    assert str(raised.value) == "a.csv: row 3. Mend a.csv."
    assert raised.value.facts["row"] == 3
    assert "in work" in raised.value.__notes__[0]  # where it was raised


def test_an_error_comes_back_where_dask_has_been_loaded() -> None:
    code = (
        "import distributed\n"  # which has errors travel in a way of its own
        "from geosocial import apart, errors\n"
        "from unittest import TestCase\n"
        "def work():\n"
        "    raise errors.MissingFileError('{file} is not there.', file='a.csv')\n"
        "with apart.begun(work) as result, TestCase().assertRaises(errors.MissingFileError) as raised:\n"
        "    result()\n"
        "assert raised.exception.facts == {'file': 'a.csv'}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_error_that_cannot_travel_is_told_in_words() -> None:
    class LocalError(Exception):
        """Of no module, so that pickle does not find it."""

    def work() -> None:
        raise LocalError("seven")

    with begun(work) as result, pytest.raises(RuntimeError, match="LocalError: seven"):
        result()


@pytest.mark.usefixtures("heard")
def test_ctrl_c_in_the_work_is_ctrl_c_here() -> None:
    with begun(lambda: os.kill(os.getpid(), signal.SIGINT)) as result, pytest.raises(KeyboardInterrupt):
        result()


def test_a_process_that_the_system_ends_is_an_error_that_says_so() -> None:
    with (
        begun(lambda: os.kill(os.getpid(), signal.SIGKILL)) as result,
        pytest.raises(GeosocialError, match="ended by the system"),
    ):
        result()


def test_an_answer_that_was_cut_short_is_no_answer() -> None:
    code = (
        "import os, signal\n"
        "from geosocial import apart, errors\n"
        "from unittest import TestCase\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"  # as under some supervisors
        "def work():\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.2)\n"  # SIGALRM ends the copy while it answers
        "    return bytes(50_000_000)\n"
        "with apart.begun(work) as result, TestCase().assertRaises(errors.GeosocialError):\n"
        "    import time; time.sleep(1)\n"
        "    result()\n"
        "with apart.begun(lambda: 7) as result:\n"
        "    assert result() == 7\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_memory_that_is_kept_is_not_asked_for_again() -> None:
    code = (
        "import resource, sys\n"
        "import numpy as np\n"
        "from geosocial.apart import keep_memory\n"
        "def asked():\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "    for _ in range(20):\n"
        "        arrays = [np.ones(375_000) for _ in range(8)]\n"  # 24 MB, let go all at once
        "        del arrays\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before\n"
        "first = asked()\n"
        "keep_memory()\n"
        "asked()\n"
        "print(first, asked())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    before, kept = map(int, done.stdout.split())
    assert kept * 10 < before  # pages


def test_settling_leaves_no_process_behind() -> None:
    with begun(os.getpid) as first, begun(os.getpid) as second:
        numbers = first(), second()
    settle()
    for number in numbers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


def test_leaving_the_block_ends_the_work(tmp_path: Path) -> None:
    begins, ends = tmp_path / "begins", tmp_path / "ends"

    def work() -> None:
        begins.write_text(str(os.getpid()))
        time.sleep(60)
        ends.touch()

    def left() -> None:
        with begun(work):
            while not (begins.exists() and begins.read_text()):
                time.sleep(0.01)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        left()
    with pytest.raises(ProcessLookupError):
        os.kill(int(begins.read_text()), 0)
    assert not ends.exists()


def test_a_copy_that_would_lack_a_thread_or_a_library_is_not_made() -> None:
    code = (
        "import sys, threading\n"
        "from geosocial.apart import possible\n"
        "print(possible())\n"
        "stop = threading.Event(); one = threading.Thread(target=stop.wait); one.start()\n"
        "print(possible()); stop.set(); one.join()\n"
        "import highspy; print(possible())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    several = str(len(os.sched_getaffinity(0)) > 1)
    assert done.stdout.split() == [several, "False", "False"]


def test_the_work_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys, time\n"
        "from geosocial.apart import begun\n"
        "def work():\n"
        "    pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()}\\n')\n"
        "    time.sleep(120)\n"
        "with begun(work) as result:\n"
        "    result()\n"
    )
    told = tmp_path / "number"
    process = subprocess.Popen([sys.executable, "-c", code, str(told)])
    while not (told.exists() and told.read_text().endswith("\n")):
        time.sleep(0.01)
    process.kill()
    process.wait()
    child = Path("/proc") / told.read_text().strip()
    for _ in range(500):  # the system tells it at once; a busy one takes a moment to end it
        if not child.exists() or "State:\tZ" in (child / "status").read_text():
            return
        time.sleep(0.02)
    pytest.fail("the copy has outlived the process that made it")


@pytest.mark.parametrize("apart", [True, False])
def test_work_beside_gives_the_same_in_either_process(apart: bool) -> None:
    # a program of its own: in this one the solver may have run before, and then no copy is made
    code = (
        "import os\n"
        "from geosocial.apart import beside, possible\n"
        f"with beside(os.getpid, apart={apart}) as number:\n"
        f"    assert (number() != os.getpid()) is ({apart} and possible())\n"
        "assert possible() is (len(os.sched_getaffinity(0)) > 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
