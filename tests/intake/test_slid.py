"""Rows whose cells have slid: one line for each, what became of it unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.intake.inspect import Inspection, inspect

HEADER = "Nom;Type;Statut;Latitude;Longitude;Places;Notes"
SOUND = ("A;bibliothèque;existant;45,50;-73,60;12;", "B;musée;projeté;45,52;-73,62;7;calme")


def look(folder: Path, *lines: str) -> Inspection:
    (folder / "t.csv").write_text("\n".join([HEADER, *SOUND, *lines]) + "\n", encoding="utf-8")
    (found,) = inspect(folder / "t.csv")
    return found


def told(found: Inspection) -> list[tuple[int, str, str, str]]:
    names = ("source_row", "code", "column", "action")
    return list(zip(*(found.faults[name].tolist() for name in names), strict=True))


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("C;;musée;existant;45,51;-73,61;9", "slid_right", "Type"),
        ("C;musée;;existant;45,51;-73,61;9", "slid_right", "Statut"),
        ("C;musée;existant;x;45,51;-73,61;9", "slid_right", "Latitude"),
        ("C;existant;45,51;-73,61;9;;", "slid_left", "Type"),
        ("C;musée;45,51;-73,61;9;;", "slid_left", "Statut"),
    ],
)
def test_one_line_says_to_which_side_and_from_which_column(
    tmp_path: Path, line: str, code: str, column: str
) -> None:
    found = look(tmp_path, line)
    assert told(found) == [(4, code, column, "rejected")]
    assert found.counts == {"located": 2, "unlocated": 0, "rejected": 1}


def test_a_row_that_is_too_long_says_nothing_else(tmp_path: Path) -> None:
    found = look(tmp_path, "C;D;musée;existant;45,51;-73,61;9;calme")
    assert told(found) == [(4, "long_row", "", "rejected")]


@pytest.mark.parametrize(
    "line",
    [
        "C;casino;?;45,51;-73,61;9;",  # words that are not known, each in its place
        "C;musée;existant;-73,61;45,51;-9;",  # swapped, and negative: nothing has slid
        "C;musée;existant;abc;def;9;",
        ";;;;;x;y",
    ],
)
def test_other_faults_are_told_one_by_one(tmp_path: Path, line: str) -> None:
    codes = {code for _, code, _, _ in told(look(tmp_path, line))}
    assert codes
    assert not codes & {"slid_left", "slid_right", "long_row"}


def test_a_list_in_which_all_rows_are_lost_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    line = "C;;musée;existant;45,51;-73,61;9"
    (tmp_path / "t.csv").write_text("\n".join([HEADER, line, line]), encoding="utf-8")
    (found,) = inspect(tmp_path / "t.csv")
    assert "slid_right" not in {code for _, code, _, _ in told(found)}


CELLS = st.sampled_from(["", "A", "musée", "existant", "45,51", "-73,61", "9", "x", "-1"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=9), min_size=1, max_size=6))
def test_what_becomes_of_the_rows_does_not_change(rows: list[list[str]]) -> None:
    import tempfile

    from geosocial.intake import slid

    lines = [";".join(row) for row in rows]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        found = look(Path(folder), *lines)
        patch.setattr(slid, "KEYS", ())  # as if nobody looked for such rows
        before = look(Path(folder), *lines)
    assert found.counts == before.counts
    lost = {(row, action) for row, _, _, action in told(found) if action in {"rejected", "unlocated"}}
    assert {row for row, _ in lost} == {
        row for row, _, _, action in told(before) if action in {"rejected", "unlocated"}
    }
    for row in {row for row, code, _, _ in told(found) if code.startswith("slid")}:
        assert [r for r, _, _, _ in told(found)].count(row) == 1
