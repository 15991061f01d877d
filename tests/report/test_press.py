"""Documents are set beside the rest of a run, and a fault of one is a fault of the run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path

import pytest

from geosocial.report.press import press

_said: ContextVar[str] = ContextVar("_said", default="nothing")


def _write(path: Path, text: str) -> None:
    path.write_text(f"{text} {_said.get()}", encoding="utf-8")


def test_every_document_stands_at_the_end_written_as_its_caller_writes(tmp_path: Path) -> None:
    token = _said.set("aside")
    with press() as running:
        for number in range(9):
            running.set(_write, tmp_path / f"{number}.txt", text=str(number))
    _said.reset(token)
    found = sorted(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert found == [f"{number} aside" for number in range(9)]


def _broken() -> None:
    raise ZeroDivisionError


def _stopped() -> None:
    raise KeyboardInterrupt


def _set(path: Path, *others: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
    with press() as running:
        running.set(_write, path, text="first")
        for other in others:
            running.set(other)
        then()


def test_the_fault_of_a_document_is_raised_and_the_others_end(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError):
        _set(tmp_path / "first.txt", _broken)
    assert (tmp_path / "first.txt").exists()
    assert set(threading.enumerate()) <= before


def test_a_fault_of_the_rest_ends_the_press(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        _set(tmp_path / "first.txt", then=_stopped)
    assert set(threading.enumerate()) <= before
