"""What the verbs show while they work, on a terminal that is one."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from geosocial.cli.console import Console
from geosocial.i18n import words
from geosocial.vocabulary import Lang


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["0 of 1 row", "1 of 1 row", "1 of 120 rows", "1 row", "0 rows", "3,000 rows"]),
        ("fr", ["0 sur 1 ligne", "1 sur 1 ligne", "1 sur 120 lignes", "1 ligne", "0 ligne", "3 000 lignes"]),
    ],
)
def test_rows_that_are_done(lang: Lang, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, ours = os.openpty()
    with os.fdopen(ours, "w", encoding="utf-8") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        console = Console(words(lang))
        for done, total in ((0, 1), (1, 1), (1, 120), (1, None), (0, None), (3000, None)):
            console.rows(done, total)
        stderr.flush()
        read, shown = b"", ""
        # a terminal hands over what it has, piece by piece
        while not shown.rstrip().endswith(told[-1]) and select.select([terminal], [], [], 10)[0]:
            read += os.read(terminal, 10_000)
            shown = read.decode(errors="ignore").replace("\u00a0", " ")
    os.close(terminal)
    assert [line.strip() for line in shown.split("\r")[1:]] == told


def test_nothing_is_shown_where_there_is_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log.txt").open("w+", encoding="utf-8") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        Console(words("en")).rows(1, 2)
        stderr.seek(0)
        assert stderr.read() == ""
