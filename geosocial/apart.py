"""Work done apart: in a process of its own, beside the one that asks for it.

The interpreter lets one thread at a time work; two processors are both of use only to two processes. Linux
copies a process at once and shares its memory until one of the two writes to it (fork), so that what was
computed need not be handed over; only what the work returns, or raises, comes back.

Where this is not `possible` the caller does the same work in its own process: slower, never otherwise.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TypeVar

from geosocial.errors import N_, GeosocialError

T = TypeVar("T")

#: Packages that start threads of their own at their first use: a copy made after that would wait for them.
_THREADED = frozenset({"typst", "highspy"})
#: ``PR_SET_PDEATHSIG`` of Linux: the signal that a process is sent when the one that began it has died.
_WITH_PARENT = 1
#: Parameters of glibc's ``mallopt``: bytes from which what lies free at the end of the heap goes back to the
#: system (``M_TRIM_THRESHOLD``), and from which an array has memory of its own (``M_MMAP_THRESHOLD``).
_KEPT: Final = {-1: 64 << 20, -3: 32 << 20}
#: Processes that have answered and were about to end.
_ENDING: list[int] = []


def keep_memory() -> None:
    """Keep the memory of arrays that are let go for the next ones, here and in the processes begun from here.

    glibc would give it back at once and ask for it again page by page: a thirtieth of the time of a run.
    """
    import ctypes

    if sys.platform == "linux":
        with suppress(AttributeError):  # the library of the system is another one
            mallopt = ctypes.CDLL(None).mallopt
            for parameter, size in _KEPT.items():
                mallopt(parameter, size)


def possible() -> bool:
    """Return whether a copy of this process would lack nothing, and has a processor of its own.

    Linux alone makes one that the libraries of the system stand; a thread does not come along.
    """
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
        and not _THREADED & sys.modules.keys()
    )


@contextmanager
def begun(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin `work` in a process of its own; give what waits for it and returns what it returned.

    What it returns must be small, and known to `pickle`. Leaving the block ends the work if it still runs.
    Who has done much else since then lets the process `settle`.

    Raises
    ------
    Exception
        In what waits: what the work raised.
    GeosocialError
        In what waits: when the system ended the process.

    Examples
    --------
    >>> with begun(lambda: 6 * 7) as result:
    ...     result()
    42
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # what waits here to be shown would be shown twice
            stream.flush()
    mine, theirs = os.pipe()
    parent = os.getpid()
    with warnings.catch_warnings():
        # Python 3.12 warns of any thread beside, also of those by which NumPy ends its own before a copy
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _do(work, theirs, parent)
    os.close(theirs)
    told = b""
    with os.fdopen(mine, "rb") as answer:

        def result() -> T:
            nonlocal told
            told = told or answer.read()
            returned: T = _answered(told)
            return returned

        try:
            yield result
        finally:
            if not told:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            _let_go(child, wait=not told)


@contextmanager
def beside(work: Callable[[], T], *, apart: bool) -> Iterator[Callable[[], T]]:
    """Give what returns the result of `work`: begun at once if that is `possible`, else done when asked."""
    if apart and possible():
        with begun(work) as result:
            yield result
    else:
        yield work


def settle() -> None:
    """Wait until every process that has answered has ended, too."""
    while _ENDING:
        _ended(_ENDING.pop(), 0)


def _let_go(child: int, *, wait: bool) -> None:
    """Let a process end; one that has answered only gives its memory back: `settle` waits for it later."""
    if wait or not _ended(child, os.WNOHANG):
        _ENDING.append(child)
    if wait:
        settle()


def _ended(child: int, how: int) -> bool:
    try:
        return os.waitpid(child, how)[0] != 0
    except ChildProcessError:  # who began this process has it forget its children (SIGCHLD ignored)
        return True


def _do(work: Callable[[], object], answer: int, parent: int) -> NoReturn:
    """Do `work` in the copy and answer; then end, without what the end of a program does."""
    try:
        _end_with(parent)
        try:
            told = pickle.dumps((True, work()), pickle.HIGHEST_PROTOCOL)
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits is to hear of it
            told = _fault(error)
        with os.fdopen(answer, "wb") as stream:
            stream.write(told)
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """Let this process end when its parent does, however that ended."""
    import ctypes

    ctypes.CDLL(None).prctl(_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _fault(error: BaseException) -> bytes:
    """Return an error for who waits, with the way to it as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    told = io.BytesIO()
    writer = pickle.Pickler(told, pickle.HIGHEST_PROTOCOL)
    # errors travel as they say themselves: Dask has all others travel in a way that ours do not stand
    writer.dispatch_table = {}
    try:
        writer.dump((False, error))
        pickle.loads(told.getvalue())  # noqa: S301 - made in the line before
    except Exception:  # noqa: BLE001 - an error may hold what cannot travel
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return told.getvalue()


def _answered(told: bytes) -> Any:
    """Return what the work returned, or raise what it raised."""
    try:
        well, result = pickle.loads(told)  # noqa: S301 - from our own copy
    except (EOFError, pickle.UnpicklingError):  # cut short, or never begun
        raise GeosocialError(
            N_("A process of this run was ended by the system."),
            hint=N_("Often memory is short: close other programs and run again."),
        ) from None
    if not well:
        raise result
    return result
