"""Rows that are no records, batch by batch: the rows that the reader of whole sheets sets aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.io.batches import open_points
from geosocial.io.csv_batches import csv_batches, records
from geosocial.io.no_records import set_aside
from geosocial.io.sheets import read_sheet

NAMES = ["nom", "places", "lat", "lon"]
#: Words for totals, with and without what is summed, and names that begin as they do; figures as written.
FIRST = st.sampled_from(
    ["A", "B", "", " ", "Total", "TOTAL :", "total (3)", "Sous-total", "Tôtal", "Total inc.", "Somme"]
)
CELL = st.sampled_from(
    ["", "", "1", "2", "3", "7", "1,5", "1 000", "12 %", "+2", "45.5", "-73,5", "beaucoup"]
)
ROWS = st.lists(st.one_of(st.tuples(FIRST, CELL, CELL, CELL), st.just(())), min_size=2, max_size=14)


def written(rows: list[tuple[str, ...]], names: list[str] = NAMES) -> str:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(names)
    out.writerows(rows)
    return text.getvalue()


@settings(max_examples=300, deadline=None)
@given(rows=ROWS, size=st.integers(1, 6), spots=st.booleans())
def test_batches_set_aside_what_the_whole_sheet_does(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], size: int, spots: bool
) -> None:
    names = NAMES if spots else ["nom", "places", "prix", "rang"]
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_bytes(written(rows, names).encode())
    if not any(cell.strip() for row in rows for cell in row):
        return
    sheet = read_sheet(path)
    if sheet.titles or [*sheet.frame.columns] != names:
        return  # its first row is no header: not read in batches

    def batches() -> Iterator[Any]:
        for batch in csv_batches(path, names, letters="utf8", delimiter=","):
            for start in range(0, len(batch), size):
                yield batch.slice(start, size)

    aside = set_aside(batches, names, path, letters="utf8", delimiter=",")
    assert aside.totals == sheet.totals
    assert aside.row_numbers(0, aside.rows).tolist() == sheet.rows.tolist()
    kept = [pa.table(b) for b in map(pa.Table.from_batches, ([b] for b in records(batches(), aside)))]
    assert pa.concat_tables(kept).column("nom").to_pylist() == sheet.frame["nom"].tolist()


def test_a_file_opened_in_batches_numbers_its_rows_as_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    # rows 2, a blank row 3, a line without a character 4, rows 5 and 6 (of two lines), the total 7
    path.write_bytes(b'nom,places\r\nA,3\r\n,\r\n\r\nB,4\r\n"C\r\n\r\nd",5\r\nTotal,12\r\n')
    opened = open_points(path)
    assert opened.total == 3
    assert opened.aside is not None
    assert opened.aside.totals == (7,)
    assert list(opened.row_numbers(0, 3)) == [2, 5, 6]
    assert list(opened.row_numbers(1, 2)) == [5, 6]
    pieces = [pa.Table.from_batches(piece.rows) for piece in opened.pieces(2)]
    assert [piece.column("nom").to_pylist() for piece in pieces] == [["A", "B"], ["C\r\n\r\nd"]]


def test_an_enterprise_named_total_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("nom,lat,lon\nA,45.5,-73.5\nTotal,45.6,-73.6\nB,45.7,-73.7\n", encoding="utf-8")
    assert open_points(path).total == 3
