"""``geosocial site`` stopped by Ctrl-C: the best found, said as such, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_best_found_follows_ctrl_c() -> None:
    # Every place of the city as a candidate, and an objective that takes minutes to prove.
    given = ["--sphere", "culture", "--model", "shortfall", "--sites", "4", "--quick", "--lang", "en"]
    process = subprocess.Popen(
        [sys.executable, "-m", "geosocial", "site", *given, "--time-limit", "500"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "Costs" in line:
            break
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert "Traceback" not in err
    assert "Stopping: the best found so far follows." in err
    assert process.returncode == 0
    assert "4 sites: " in out
    assert ("Not proved: among" in out) or ("Proved: no other choice" in out)
