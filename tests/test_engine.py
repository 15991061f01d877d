"""Work over pieces: every answer in order, no further piece begun after a failure."""

from __future__ import annotations

import threading
import time

import pytest

from geosocial import engine


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_answers_come_in_order_and_pieces_are_asked_for_as_needed(workers: int) -> None:
    asked = []

    def pieces() -> object:
        for n in range(20):
            asked.append(n)
            yield n

    def work(n: int) -> int:
        time.sleep(0.002 * (n % 3))
        return n * n

    found = []
    for answer in engine.threads(work, pieces(), workers):  # type: ignore[arg-type]
        found.append(answer)
        assert len(asked) <= len(found) + workers, "never many pieces in memory at a time"
    assert found == [n * n for n in range(20)]


def test_a_failure_stops_the_rest_and_waits_for_what_has_begun() -> None:
    ended: list[int] = []
    lock = threading.Lock()

    def work(n: int) -> int:
        if n == 3:
            raise ValueError(n)
        time.sleep(0.01)
        with lock:
            ended.append(n)
        return n

    with pytest.raises(ValueError, match="3"):
        list(engine.threads(work, range(100), 2))
    after = len(ended)
    assert after <= 6
    time.sleep(0.05)
    assert len(ended) == after
