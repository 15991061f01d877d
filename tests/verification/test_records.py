"""Records paired: one row that goes, comes, changes or moves is one difference, with identifiers or not."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.verification import records
from geosocial.verification.records import Record, pair

ROWS: list[Record] = [
    (f"{n:03}", name, kind, "existing", where)
    for n, (name, kind, where) in enumerate(
        [
            ("Bibliothèque A", "library", "Verdun"),
            ("Piscine B", "pool", "Anjou"),
            ("Musée C", "museum", "Lachine"),
            ("Parc D", "park", "Verdun"),
            ("Théâtre E", "theatre", "Outremont"),
            ("Aréna F", "arena", "LaSalle"),
        ]
    )
]


@pytest.fixture(params=["ids", "no ids"])
def by_id(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "ids")


def paired(before: list[Record], after: list[Record], *, by_id: bool) -> records.Paired:
    if by_id:
        return pair(before, after, ([row[0] for row in before], [row[0] for row in after]))
    return pair([row[1:] for row in before], [row[1:] for row in after])


def test_one_row_removed(by_id: bool) -> None:
    for gone in range(6):
        found = paired(ROWS, [*ROWS[:gone], *ROWS[gone + 1 :]], by_id=by_id)
        assert (found.removed, found.added, found.moved) == ((gone,), (), frozenset())
        assert found.kept == tuple((n, n - (n > gone)) for n in range(6) if n != gone)


def test_one_row_added(by_id: bool) -> None:
    row = ("099", "Jardin G", "garden", "planned", "Montréal-Nord")
    for at in range(7):
        found = paired(ROWS, [*ROWS[:at], row, *ROWS[at:]], by_id=by_id)
        assert (found.removed, found.added, found.moved) == ((), (at,), frozenset())


def test_one_row_changed_beside_one_removed(by_id: bool) -> None:
    changed = (*ROWS[3][:4], "LaSalle")
    found = paired(ROWS, [ROWS[0], ROWS[2], changed, *ROWS[4:]], by_id=by_id)
    assert (found.removed, found.added) == ((1,), ())
    assert (3, 2) in found.kept


def test_one_row_moved(by_id: bool) -> None:
    found = paired(ROWS, [ROWS[4], *ROWS[:4], ROWS[5]], by_id=by_id)
    assert (found.removed, found.added, found.moved) == ((), (), frozenset({0}))


def test_a_row_that_has_another_identifier_is_that_row_changed() -> None:
    found = paired(ROWS, [*ROWS[:2], ("902", *ROWS[2][1:]), *ROWS[3:]], by_id=True)
    assert (found.removed, found.added, len(found.kept)) == ((), (), 6)


def test_identifiers_that_tell_nothing_apart_are_not_believed() -> None:
    ids = ["x"] * 6
    assert pair(ROWS, ROWS[1:], (ids, ids[1:])).removed == (0,)
    assert pair(ROWS, ROWS[1:], (["", *ids[1:]], ids[1:])).removed == (0,)


def test_rows_that_are_alike_are_counted() -> None:
    found = pair([("a",), ("a",), ("b",), ("a",)], [("a",), ("b",), ("a",)])
    assert (len(found.kept), len(found.removed), found.added) == (3, 1, ())


def test_nothing_alike_is_gone_and_come() -> None:
    found = pair([("a", "b")], [("c", "d")])
    assert (found.kept, found.removed, found.added) == ((), (0,), (0,))


def test_many_rows_of_which_a_column_was_written_otherwise() -> None:
    before = [(f"n{n}", "library", "Verdun", f"{n}.0") for n in range(3_000)]
    after = [(*row[:3], row[3].removesuffix(".0")) for row in before]
    assert pair(before, after).kept == tuple((n, n) for n in range(3_000))
    short = pair(before, [*after[:1_500], *after[1_501:]])
    assert (short.removed, short.added) == ((1_500,), ())


CELLS = st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 3)


@given(st.lists(CELLS, max_size=12), st.lists(CELLS, max_size=12))
def test_each_row_is_paired_once_gone_or_come(before: list[Record], after: list[Record]) -> None:
    found = pair(before, after)
    assert sorted([*(old for old, _ in found.kept), *found.removed]) == list(range(len(before)))
    assert sorted([*(new for _, new in found.kept), *found.added]) == list(range(len(after)))
    # rows with the same cells are never told as gone and come
    assert not {before[n] for n in found.removed} & {after[n] for n in found.added}
    still = [old for old, new in found.kept if new not in found.moved]
    assert still == sorted(still)


@given(st.permutations(range(7)))
def test_the_fewest_rows_are_told_as_moved(order: list[int]) -> None:
    # the longest rising part, by trying every choice of rows
    longest = max(
        (mask).bit_count()
        for mask in range(1 << 7)
        if (part := [v for n, v in enumerate(order) if mask >> n & 1]) == sorted(part)
    )
    rows: list[Record] = [(str(n),) for n in range(7)]
    assert len(pair(rows, [rows[n] for n in order]).moved) == 7 - longest


@given(st.sets(st.integers(0, 499), max_size=40))
def test_what_is_taken_away_is_what_is_told(taken: set[int]) -> None:
    rows: list[Record] = [(f"{n}", f"name {n}", "x") for n in range(500)]
    found = pair(rows, [row for n, row in enumerate(rows) if n not in taken])
    assert (list(found.removed), found.added, found.moved) == (sorted(taken), (), frozenset())


def test_examples() -> None:
    assert doctest.testmod(records).failed == 0
