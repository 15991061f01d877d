"""Sheets: encodings, delimiters, row numbers, text that stays text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.io.sheets import Sheet, read_sheet


def sheet(folder: Path, data: str | bytes, name: str = "t.csv") -> Sheet:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_sheet(path)


def rows(found: Sheet) -> list[list[str]]:
    return [[str(v) for v in row] for row in found.frame.to_numpy().tolist()]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("nom\nMontréal\n".encode(), "UTF-8"),
        ("nom\nMontréal\n".encode("utf-8-sig"), "UTF-8"),
        ("nom\nMontréal\n".encode("cp1252"), "cp1252"),
        ("nom\nMontréal\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str) -> None:
    found = sheet(tmp_path, data)
    assert rows(found) == [["Montréal"]]
    assert found.file.how["encoding"] == encoding


def test_cp1252_keeps_the_ligature_and_the_curved_apostrophe(tmp_path: Path) -> None:
    assert rows(sheet(tmp_path, "nom\nL’Œuvre\n".encode("cp1252"))) == [["L’Œuvre"]]


@pytest.mark.parametrize(("delimiter", "shown"), [(",", ","), (";", ";"), ("\t", "tab"), ("|", "|")])
def test_delimiters(tmp_path: Path, delimiter: str, shown: str) -> None:
    text = "\n".join(delimiter.join(r) for r in (["a", "b", "c"], ["1", "x y", "3"], ["4", "z", "6"]))
    found = sheet(tmp_path, text)
    assert list(found.frame.columns) == ["a", "b", "c"]
    assert found.file.how["delimiter"] == shown


def test_semicolons_win_over_decimal_commas(tmp_path: Path) -> None:
    found = sheet(tmp_path, "nom;lat;lon\nA;45,5;-73,6\nB;45,6;-73,7\n")
    assert rows(found)[0] == ["A", "45,5", "-73,6"]


def test_a_single_column(tmp_path: Path) -> None:
    assert rows(sheet(tmp_path, "nom\nA\nB\n")) == [["A"], ["B"]]


def test_excels_own_first_line(tmp_path: Path) -> None:
    found = sheet(tmp_path, "sep=;\na;b\n1;2\n")
    assert rows(found) == [["1", "2"]]
    assert found.rows.tolist() == [3]


def test_rows_are_numbered_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    # Row 2 holds a line break between quotation marks, row 3 is blank, row 5 has only delimiters.
    found = sheet(tmp_path, 'a,b\r\n"x\r\ny",1\r\n\r\nz,2\r\n,\r\nw,3\r\n')
    assert rows(found) == [["x\r\ny", "1"], ["z", "2"], ["w", "3"]]
    assert found.rows.tolist() == [2, 4, 6]
    assert found.blank == 2
    assert found.file.rows == 3
    assert found.file.how["blank_rows"] == "2"


def test_everything_stays_text(tmp_path: Path) -> None:
    found = sheet(tmp_path, "id,name,n\n007,NA,\n1e5,null,NaN\n")
    assert rows(found) == [["007", "NA", ""], ["1e5", "null", "NaN"]]


def test_ragged_rows_are_told_apart(tmp_path: Path) -> None:
    found = sheet(tmp_path, "a,b,c\n1,2\n1,2,3,4\n1,2,3,\n1,2,3\n")
    assert rows(found)[0] == ["1", "2", ""]
    assert found.short == (0,)
    assert found.long == {1: ("4",)}  # the fourth cell of row 4 is empty: it is no surplus


def test_empty_headers(tmp_path: Path) -> None:
    assert list(sheet(tmp_path, "a,b,,\n1,2,,\n").frame.columns) == ["a", "b"]
    assert list(sheet(tmp_path, "a,,c\n1,2,3\n").frame.columns) == ["a", "B", "c"]


def test_a_repeated_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="repeats these columns: a"):
        sheet(tmp_path, "a,b,a\n1,2,3\n")


def test_a_quotation_mark_left_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="quotation mark"):
        sheet(tmp_path, 'a,b\n"x,1\ny,2\n')


def test_a_stray_quotation_mark_is_read_as_excel_does(tmp_path: Path) -> None:
    assert rows(sheet(tmp_path, 'a,b\n"Le "Pont"",1\n')) == [['Le Pont""', "1"]]


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.dat"  # what it is, is found by content
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("vide")
        page = book.add_worksheet("liste")
        page.write_row(0, 0, ["id", "n", "part", "vrai", "jour"])
        page.write_string(2, 0, "007")
        page.write_number(2, 1, 12)
        page.write_number(2, 2, 0.1)
        page.write_boolean(2, 3, True)
        page.write_datetime(2, 4, dt.datetime(2026, 1, 31), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001 - a spreadsheet has no time zone
    found = read_sheet(path)
    assert rows(found) == [["007", "12", "0.1", "true", "2026-01-31"]]
    assert found.rows.tolist() == [3]
    assert found.file.how["sheet"] == "liste"
    with pytest.raises(InputError, match="no sheet “absente”; the sheets are: vide, liste"):
        read_sheet(path, sheet="absente")


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cell, cell), max_size=8), st.sampled_from(",;\t|"))
def test_what_csv_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]], delimiter: str
) -> None:
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["first", "second"])
    writer.writerows(table)
    found = sheet(tmp_path_factory.mktemp("csv"), text.getvalue().encode("utf-8-sig"))
    kept = [list(row) for row in table if any(c.strip() for c in row)]
    assert rows(found) == kept
    assert found.blank == len(table) - len(kept)
