"""The same kernels over pieces of the input: on the threads of one process, or on the workers of Dask.

Work on a piece depends on that piece alone and writes its own part, so that neither the number of workers
nor their order shows in the result. Arrow, NumPy, GEOS and PROJ let go of the interpreter's lock while they
work: two threads keep two cores busy. On Dask, the work goes to each worker once, and only the number and the
row groups of a piece after that; each worker reads its input and writes its part itself, so that all of them
must see the same files under the same names. A piece whose worker was lost is done again by another.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from geosocial.errors import N_, GeosocialError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

#: Most pieces in memory at a time, however many cores there are: what a computer with 2 GB can hold.
_MOST: Final = 4
#: The memory of the workers started here is kept as glibc keeps that of any process which frees large arrays.
#: Dask would have them give each array back at once: a third of their time went into asking for it again.
_KEEPING: Final = {"MALLOC_TRIM_THRESHOLD_": 64 << 20, "MALLOC_MMAP_THRESHOLD_": 32 << 20}


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


#: How often a piece is begun again when its worker was lost or it failed for a reason of the machine.
_RETRIES: Final = 3

Over = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


@contextmanager
def cluster(address: str | None = None, workers: int | None = None) -> Iterator[Over]:
    """Give what `threads` is, on the workers of a Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler, as ``tcp://10.0.0.5:8786``; without it, worker processes are started here and ended
        with the block.
    workers
        Processes to start here; as many as there are cores, at most 4, when not given.

    Raises
    ------
    GeosocialError
        When Dask is not installed, or no scheduler answers.
    """
    try:
        import dask.config
        import distributed
    except ImportError as error:
        raise GeosocialError(
            N_("Dask is not installed."), hint=N_("Install it with: pip install “geosocial[dask]”.")
        ) from error
    import logging

    parts: Any = distributed  # most of it has no types
    if address is None:
        environment = {**dask.config.get("distributed.nanny.pre-spawn-environ"), **_KEEPING}
        # Of the workers started here only what goes wrong for good is said, and that by us.
        with (
            dask.config.set({"distributed.nanny.pre-spawn-environ": environment}),
            parts.LocalCluster(
                n_workers=workers or min(os.cpu_count() or 1, _MOST),
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as local,
            parts.Client(local, set_as_default=False) as client,
        ):
            yield _on(client)
        return
    try:
        client = parts.Client(address, timeout=20, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise GeosocialError(
            N_("{address}: no Dask scheduler answers there."),
            hint=N_("Start one with “dask scheduler”, and name it as tcp://HOST:8786."),
            address=address,
        ) from error
    except TypeError as error:  # what distributed says where it has no certificate to show
        raise GeosocialError(
            N_("{address}: this Dask scheduler asks for a certificate, and none is configured here."),
            hint=N_("Name the files under distributed.comm.tls in the configuration of Dask."),
            address=address,
        ) from error
    with client:
        yield _on(client)


def _on(client: Any) -> Over:
    """Return the work over pieces on the workers of a client."""

    def over(work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        # A result of the cluster and not data of ours: lost with its worker, it is made again from its bytes.
        held = client.submit(pickle.loads, pickle.dumps(work), pure=False)
        ahead = 2 * max(1, sum(client.nthreads().values()))
        waiting: deque[Any] = deque()
        try:
            for piece in pieces:
                waiting.append(client.submit(_do, held, piece, pure=False, retries=_RETRIES))
                if len(waiting) > ahead:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            client.cancel([*waiting])

    return over


def _do(work: Callable[[T], R], piece: T) -> R:
    return work(piece)


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise GeosocialError(
            N_("The workers of Dask were lost again and again at the same piece."),
            hint=N_("Give them more memory; what is whole already is kept for the next run."),
        ) from error
