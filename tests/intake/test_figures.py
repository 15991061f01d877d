"""Columns of numbers at once: the same answer as cell by cell, and faults of many rows in their order."""

from __future__ import annotations

import math
import struct

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geosocial.intake.columns import number
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures

CELLS = (
    st.floats().map(repr)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-180, max_value=180).map(str)
    | st.text("0123456789.,-+eE \u00a0", max_size=12)
    | st.integers().map(str)
    | st.sampled_from(["", " ", "NaN", "inf", "1_000", "1,234", "0x1", "-0", "9" * 400, "1.\n", "−73,5", "٣"])
)


def same(a: float, b: float) -> bool:
    return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))


@given(st.lists(CELLS, max_size=30), st.booleans())
def test_a_column_is_read_as_its_cells_are(cells: list[str], comma: bool) -> None:
    values, codes = figures(pd.Series(cells, dtype="str"), decimal_comma=comma)
    for position, cell in enumerate(cells):
        expected = number(cell.strip(), decimal_comma=comma)
        if isinstance(expected, str):
            assert codes[position] == expected
            assert math.isnan(values[position])
        else:
            assert position not in codes
            assert same(values[position], expected), cell


def test_a_column_of_numbers_is_read_too() -> None:
    values, codes = figures(pd.Series([1.5, math.nan, 12.0]))
    assert values.tolist()[::2] == [1.5, 12.0]
    assert math.isnan(values[1])
    assert not codes


def test_faults_of_many_rows_keep_the_order_of_the_rows() -> None:
    faults = Faults("list", "list.csv", np.array([10, 20, 30]))
    faults.add(2, "long_row", "rejected", value="x")
    faults.add(0, "short_row", "flagged")
    faults.add_all(np.array([0, 2]), "bad_coordinate", "unlocated", column="lat", values=["a", "b"])
    faults.add_all(np.array([], np.int64), "outside", "flagged")
    faults.add(2, "outside", "flagged")
    table = faults.table()
    assert table[["source_row", "column", "value", "code", "action"]].to_numpy().tolist() == [
        [10, "", "", "short_row", "flagged"],
        [10, "lat", "a", "bad_coordinate", "unlocated"],
        [30, "", "x", "long_row", "rejected"],
        [30, "lat", "b", "bad_coordinate", "unlocated"],
        [30, "", "", "outside", "flagged"],
    ]
    assert faults.positions("unlocated") == {0, 2}
    assert Faults("a", "b", ()).table().empty
