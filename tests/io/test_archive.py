"""What goes wrong while an archive is unpacked is the archive's fault only where Python says so."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path

import pytest

from geosocial.errors import InputError
from geosocial.io.archive import opened


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("a.txt", "a")
    return file


@pytest.mark.parametrize("error", [zipfile.BadZipFile("x"), zlib.error("x"), lzma.LZMAError("x"), EOFError()])
def test_what_python_says_of_an_archive_is_said_of_the_file(archive: Path, error: Exception) -> None:
    with pytest.raises(InputError, match="damaged"), opened(archive):
        raise error


@pytest.mark.parametrize("error", [ZeroDivisionError(), TypeError(), KeyError("a"), MemoryError()])
def test_a_fault_of_our_own_is_not_called_damage(archive: Path, error: Exception) -> None:
    with pytest.raises(type(error)), opened(archive):
        raise error
