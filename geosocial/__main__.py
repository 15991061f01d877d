"""Run the command line: ``geosocial`` and ``python -m geosocial``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from geosocial.cli import main


def entry() -> None:
    """Run the command line and end the process at once.

    Every file is closed by then; taking the loaded packages and the tables apart object by object, as Python
    does at its end, would take a tenth of a run and change nothing.
    """
    try:
        main()
    except SystemExit as done:
        if not isinstance(done.code, int):
            raise
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, AttributeError):  # its reader has left, or there is no terminal at all
                stream.flush()
        os._exit(done.code)


if __name__ == "__main__":
    entry()
