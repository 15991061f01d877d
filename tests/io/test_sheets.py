"""Sheets: encodings, delimiters, row numbers, text that stays text."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.io.sheets import Sheet, read_sheet
from tests.io.books import write_ods


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
    for text, row in (
        ('a,b\n"x,1\ny,2\n', 2),
        ('sep=,\na,b\n1,"2\n3"\n"x,1\ny,2\n', 4),  # row 3 has two lines, between quotation marks
        ("a,b\n\n" + "1,2\n" * 500 + 'x,"y\n', 503),
    ):
        with pytest.raises(InputError, match=f"a quotation mark is opened in row {row} and not closed"):
            sheet(tmp_path, text)
    text = "x;y;n\n1;2;3\n" + '1;"2;3\n' + "1;2;3\n" * 40_000
    with pytest.raises(InputError, match=r"a quotation mark is opened in row 3|row 3 cannot be read as CSV"):
        sheet(tmp_path, text)
    for before, row in (("", 2), ("1,2\n\n", 4), ('Le "Pont"",1\n', 3)):
        with pytest.raises(InputError, match=f"row {row} cannot be read .* more than 131072 characters"):
            sheet(tmp_path, f'a,b\n{before}"{"x" * 200_000}",1\n')


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


def test_titles_above_the_header_are_no_records(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Projets 2026;;\n;;\nVille de Montréal;;\nnom;lat;lon\nA;45,5;-73,6\n")
    assert list(found.frame.columns) == ["nom", "lat", "lon"]
    assert rows(found) == [["A", "45,5", "-73,6"]]
    assert (found.titles, found.rows.tolist(), found.blank) == ((1, 3), [5], 0)
    assert found.file.how["header_row"] == "4"
    assert found.file.how["title_rows"] == "1, 3"
    assert found.file.how["decimal_mark"] == ","


def test_group_titles_above_the_header(tmp_path: Path) -> None:
    found = sheet(tmp_path, ",Position,\nnom,lat,lon\nA,45.5,-73.6\n")
    assert list(found.frame.columns) == ["nom", "lat", "lon"]
    assert found.titles == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a\n1\n",
        "nom,,\nA,1,2\nB,3,4\n",  # the row below is no header: it holds numbers
        "nom,,\nA,b,b\nB,c,d\n",  # nor this one: it repeats itself
        "a,b\nc,d\ne,f\n",
        "titre\nnom,lat\n",  # nothing below: it may as well be a record
    ],
)
def test_the_first_row_is_the_header_unless_titles_are_plain(tmp_path: Path, text: str) -> None:
    found = sheet(tmp_path, text)
    assert found.titles == ()
    assert len(found.frame) == text.count("\n") - 1


@pytest.mark.parametrize("last", ["Total;7;", "TOTAL :;7;", "Totaux;;", "Sous-total;7;7", "Grand total;9,5;"])
def test_a_total_is_no_record(tmp_path: Path, last: str) -> None:
    found = sheet(tmp_path, f"nom;logements;note\nA;3;\nB;4;\n{last}\n")
    assert found.frame["nom"].tolist() == ["A", "B"]
    assert found.totals == (4,)
    assert found.file.how["total_rows"] == "4"


@pytest.mark.parametrize("last", ["Total;3;rue X", "Total;2;", "Totalité;7;", "Total inc.;7;", "Total;n.d.;"])
def test_an_enterprise_named_total_is_a_record(tmp_path: Path, last: str) -> None:
    found = sheet(tmp_path, f"nom;logements;note\nA;3;\nB;4;\n{last}\n")
    assert len(found.frame) == 3
    assert found.totals == ()


PLACED = "nom;type;adresse;lat;lon;places\nA;parc;1 rue X;45,5;-73,6;3\nB;aréna;2 rue Y;45,6;-73,5;4\n"


@pytest.mark.parametrize(
    "last",
    [
        "TOTAL GÉNÉRAL;2 lieux;;;;7",
        "Total : 2 lieux;;;;;",
        "Total (2);;;;;",
        "TOTAL DES LIEUX;voir note;;;;",
        "Total;Montréal;;;;7",
        # the figure sums the column up: what stands under the address is no address
        "Total;deux types;2 adresses;;;7",
        # a total of a part, then that of all
        "Sous-total;parcs;;;;3\nTOTAL;tous;;;;7",
    ],
)
def test_a_total_with_words_below_the_records_is_none(tmp_path: Path, last: str) -> None:
    found = sheet(tmp_path, f"{PLACED}{last}\n")
    assert found.frame["nom"].tolist() == ["A", "B"]
    assert found.totals == tuple(range(4, 4 + len(last.splitlines())))


@pytest.mark.parametrize(
    "last",
    [
        "Total;station;9 rue Z;45,5;-73,6;1",  # a place of its own
        "Total;station;;45,5;-73,6;7",  # also where its figure happens to be the sum
        "Total;station;9 rue Z;;;",  # an address of its own
        "Total 24 h;station;9 rue Z;;;1",
        "Totalité;parc;;;;7",
        "Total inc.;parc;;;;7",
        "Total;station;;;;n.d.\nC;parc;3 rue X;45,5;-73,6;1",  # a record stands below it
    ],
)
def test_a_place_named_total_stays_a_record(tmp_path: Path, last: str) -> None:
    found = sheet(tmp_path, f"{PLACED}{last}\n")
    assert found.totals == ()
    assert len(found.frame) == 2 + len(last.splitlines())


def test_words_beside_a_total_are_only_read_so_where_records_have_places(tmp_path: Path) -> None:
    found = sheet(tmp_path, "nom;note;logements\nA;x;3\nB;y;4\nTotal;z;7\n")
    assert found.totals == ()


def test_an_open_document_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_ods(path, [["Titre", ""], ["nom", "code"], ["Café", "007"], ["NA", "2"]])
    found = read_sheet(path)
    assert rows(found) == [["Café", "007"], ["NA", "2"]]
    assert found.file.how == {
        "format": "ODS",
        "sheet": "Feuille",
        "header_row": "2",
        "title_rows": "1",
    }


def test_other_sheets_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("vide", "projets", "notes"):
            page = book.add_worksheet(name)
            if name != "vide":
                page.write_row(0, 0, ["nom", name])
                page.write_row(1, 0, ["A", "B"])
    assert read_sheet(path).file.how["sheet"] == "projets"
    assert read_sheet(path).file.how["other_sheets"] == "vide, notes"
    assert list(read_sheet(path, sheet="notes").frame.columns) == ["nom", "notes"]


cell_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cell_text, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_no_row_is_lost_or_invented(
    table: list[list[str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every row with content is the header, a title, a total or a record, and says where it stands."""
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    full = [n for n, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    try:
        found = read_sheet(path)
    except InputError as error:
        assert "empty" in str(error) or "repeats" in str(error) or "not read" in str(error)  # noqa: PT017
        return
    header = int(found.file.how.get("header_row", full[0]))
    told = sorted([header, *found.titles, *found.totals, *found.rows.tolist()])
    assert told == full
    if found.file.how["delimiter"] == {"\t": "tab"}.get(delimiter, delimiter):
        kept = [table[n - 1] for n in found.rows.tolist()]
        assert [row[: found.frame.shape[1]] for row in kept] == rows(found)
