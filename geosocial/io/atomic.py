"""Write a file whole or not at all: into a hidden sibling first, which then takes its place in one step.

Whoever reads the file sees the old one or the new one, never a half, also when the process is killed
between two bytes or the disk is full. A killed process may leave a hidden ``.…part`` file beside it, which
can be deleted.

Each file is on the disk before it takes its place. A folder of files that are moved later, all together, is
put there in one go instead: write them in a `flushed_later` block, then `flush` them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from geosocial.errors import N_, OutputError
from geosocial.io.geopackage import refuse_unsaved

_later: ContextVar[bool] = ContextVar("_later", default=False)
#: Files that wait for the disk at the same time.
_AT_ONCE = 16


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give the path of a temporary file that takes the place of `path` when the block ends well.

    Its folder is made if need be. When the block raises, the temporary file is removed and `path` stays as
    it was.

    Raises
    ------
    OutputError
        When the folder or the file cannot be written, or another program is changing a GeoPackage.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError(
            N_("{file}: this is a folder, not a file."), hint=N_("Name the file to write."), file=target
        )
    refuse_unsaved(target)
    # The suffix is kept: some writers choose their format by it.
    part = target.with_name(f".{target.stem[:100]}-{secrets.token_hex(6)}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        if not _later.get():
            _flush(part)
        part.replace(target)
        if not _later.get():
            with suppress(OSError):  # not every file system lets a folder be flushed
                _flush(target.parent)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            N_("{file}: the file cannot be written ({reason})."),
            hint=N_("Check the folder, its permissions and the space left; close the file elsewhere."),
            file=target,
            reason=error.strerror or error,
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def flushed_later() -> Iterator[None]:
    """Let `replacing` leave it to the caller to `flush` what is written in this block."""
    token = _later.set(True)
    try:
        yield
    finally:
        _later.reset(token)


def flush(files: Iterable[Path]) -> None:
    """Wait until all `files` are on the disk, several at a time.

    Raises
    ------
    OSError
        When one of them cannot be put there.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as several:
        for _ in several.map(_flush, files):
            pass


def move(files: Iterable[tuple[Path, Path]]) -> None:
    """Let each file take the place of its target, several at a time: a disk is slow to give an old one up.

    Raises
    ------
    OSError
        When one of them cannot be moved.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as several:
        for _ in several.map(lambda both: both[0].replace(both[1]), files):
            pass


def _flush(path: Path) -> None:
    """Wait until `path` is on the disk, so that a power cut cannot leave an empty file under the new name."""
    # Windows flushes only what was opened for writing.
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
