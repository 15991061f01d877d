"""A place that cannot be written: the file is named where it was to be, the reason in one's language."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from geosocial.errors import N_, OutputError, Said
from geosocial.i18n import SYSTEM, words
from geosocial.io import atomic
from geosocial.provenance import staged


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError) as refused, staged(tmp_path / "file" / "out"):
        pytest.fail("nothing is written")
    said = words("fr").error(refused.value)
    assert said.startswith(f"{tmp_path / 'file' / 'out'}\u00a0: le fichier ne peut pas être écrit (")
    assert "(ce n’est pas un dossier)" in said
    assert "(Not a directory)" in words("en").error(refused.value)


def full(out: Path) -> None:
    with staged(out) as aside:
        (aside / "maps").mkdir()
        with atomic.replacing(aside / "maps" / "atlas.html"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_named_where_it_was_to_be_and_nothing_is_left(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(OutputError) as refused:
        full(out)
    said = words("fr").error(refused.value)
    assert said.startswith(f"{out / 'maps' / 'atlas.html'}\u00a0: ")
    assert "il ne reste plus d’espace sur le disque" in said
    assert list(out.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other words")
def test_the_words_of_the_system_are_those_that_are_translated() -> None:
    numbers = ("ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "ENAMETOOLONG", "EISDIR", "ENOTDIR")
    known = {os.strerror(getattr(errno, name)) for name in (*numbers, "EIO", "EMFILE")}
    assert known == SYSTEM
    assert all(words("fr").t(reason) != reason for reason in SYSTEM)


def test_another_reason_stays_as_it_is() -> None:
    error = OutputError(N_("{file}: {reason}."), file="a", reason=Said("b {c}", {"c": 1}))
    assert words("fr").error(error) == "a\u00a0: b 1."
