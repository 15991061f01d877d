"""The press: documents are set in type while the rest of a run is made.

typst works outside the interpreter, so that a thread which waits for it holds nothing up. A document is
handed over as soon as what it shows is known; the run ends when the last one stands.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

#: Documents set at the same time at most: each holds its pages in memory.
_AT_ONCE: Final = 4


class Press:
    """What is being set, each document in a thread of its own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._handed: list[Future[Any]] = []

    def set(self, write: Callable[..., None], *args: Any, **options: Any) -> None:
        """Let ``write(*args, **options)`` write a document, and come back at once."""
        # a thread writes as its caller does: all files of a run are flushed together
        self._handed.append(self._pool.submit(copy_context().run, write, *args, **options))

    def wait(self) -> None:
        """Wait until every document stands.

        Raises
        ------
        Exception
            What the first document raised, in the order in which they were handed over.
        """
        for one in self._handed:
            one.result()


@contextmanager
def press() -> Iterator[Press]:
    """Give a press. At the end every document stands; after a fault none is begun and none still written."""
    from concurrent.futures import ThreadPoolExecutor

    # one processor is left to the rest of the run, which a document must not hold up
    pool = ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, (os.cpu_count() or 1) - 1)))
    try:
        running = Press(pool)
        yield running
        running.wait()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
