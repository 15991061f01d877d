"""Workbooks are ZIP archives: look into one before anything unpacks it.

An archive that would unpack to more than the memory holds, that hides its true size, has parts whose names
leave it, or is damaged, is refused. Nothing is ever written to disk from a workbook.
"""

from __future__ import annotations

import errno
import importlib
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from geosocial.errors import N_, GeosocialError, InputError

#: A workbook that unpacks to more than this is refused before it is unpacked.
_LARGEST: Final = 512 << 20
#: So is one that unpacks to more than this many times its size, once that is more than `_SMALL` bytes:
#: the sheets that people make shrink 5 to 40 times.
_RATIO: Final = 150
_SMALL: Final = 32 << 20
_MOST_PARTS: Final = 5_000
_BOOKS: Final = frozenset({"xl/workbook.xml", "xl/workbook.bin"})
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"


def is_workbook(file: Path) -> bool:
    """Return whether a ZIP archive is a workbook, XLSX or ODS, that is safe to unpack.

    Raises
    ------
    InputError
        When it is damaged, or would unpack to too much.
    """
    with opened(file) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        try:
            if not names & _BOOKS and not _is_ods(archive, names):
                return False
            _check_size(file, parts)
            # Every part is unpacked once, in blocks and to nowhere: a part that is longer than it says, or
            # damaged, does not pass its checksum.
            if archive.testzip() is not None:
                raise _damaged(file)
        except NotImplementedError:
            raise
        except RuntimeError:  # a part with a password: the reader of workbooks says so
            pass
    return True


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive for as long as the block lasts, which unpacks what it wants of it.

    Raises
    ------
    InputError
        For whatever goes wrong meanwhile: damaged, packed as Python does not unpack, or not to be opened.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except GeosocialError:
        raise
    except _refusals() as error:
        raise _unreadable(file, error) from error


def _refusals() -> tuple[type[Exception], ...]:
    """Return the errors with which Python refuses an archive, those of its compressions too.

    No others: a fault of our own is not one of the file.
    """
    # struct: a header of a part that is cut short
    found = [zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, struct.error]
    for module, name in (("zlib", "error"), ("lzma", "LZMAError"), ("compression.zstd", "ZstdError")):
        with suppress(ImportError):
            found.append(getattr(importlib.import_module(module), name))
    return tuple(found)


def _unreadable(file: Path, error: Exception) -> InputError:
    if isinstance(error, RuntimeError):  # NotImplementedError is one: a compression, an encryption, a version
        return InputError(
            N_("{file}: the ZIP archive is packed in a way that is not read."),
            hint=N_("Unpack it and name the file in it, or make an ordinary ZIP of it."),
            file=file,
        )
    # A place outside the file gives EINVAL; damaged data of bzip2 an error without a number.
    if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
        return InputError(
            N_("{file}: the ZIP archive cannot be unpacked ({reason})."),
            hint=N_("Check the disk and the space left, or unpack it yourself and name the file in it."),
            file=file,
            reason=error.strerror or error,
        )
    return _damaged(file)


def _damaged(file: Path) -> InputError:
    return InputError(
        N_("{file}: the file is damaged or cut short."), hint=N_("Save or download it again."), file=file
    )


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if "content.xml" not in names or "mimetype" not in names:
        return False
    with archive.open("mimetype") as stream:
        return stream.read(100).strip() == _ODS


def _check_size(file: Path, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > _LARGEST or (unpacked > _SMALL and unpacked > _RATIO * packed) or len(parts) > _MOST_PARTS:
        raise InputError(
            N_("{file}: the workbook is too large once it is unpacked."),
            hint=N_("Save the sheet as CSV and name that file."),
            file=file,
        )
    if any(".." in part.filename.replace("\\", "/").split("/") for part in parts):
        raise InputError(
            N_("{file}: a part of the workbook has a name that leaves it."),
            hint=N_("No spreadsheet writes such a file: do not trust it; ask for the sheet as CSV."),
            file=file,
        )
