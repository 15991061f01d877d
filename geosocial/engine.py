"""The same kernels over pieces of the input: on the threads of one process.

Work on a piece depends on that piece alone and writes its own part, so that neither the number of workers
nor their order shows in the result. Arrow, NumPy, GEOS and PROJ let go of the interpreter's lock while they
work: two threads keep two cores busy.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

#: Most pieces in memory at a time, however many cores there are: what a computer with 2 GB can hold.
_MOST: Final = 4


def threads(work: Callable[[T], R], pieces: Iterable[T], workers: int | None = None) -> Iterator[R]:
    """Give ``work(piece)`` of each piece in order, a few pieces ahead.

    When the work of one fails, or whoever asks stops asking, those that have begun are finished and no other
    is begun.

    Parameters
    ----------
    work
        What is done to a piece; called from several threads.
    pieces
        The pieces; asked for one by one, so that they need not all exist at once.
    workers
        Threads; as many as there are cores, at most 4, when not given.

    Examples
    --------
    >>> list(threads(lambda n: n * n, range(5), workers=2))
    [0, 1, 4, 9, 16]
    """
    from concurrent.futures import ThreadPoolExecutor

    count = workers or min(os.cpu_count() or 1, _MOST)
    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(count)
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
