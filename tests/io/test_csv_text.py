"""CSV through Arrow: byte for byte what Python's csv module writes of the same cells."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.io import csv_text
from geosocial.io.cells import cells, harmless
from geosocial.io.csv_text import csv_blocks

TEXT = st.text("ab=+-@\t\r\n\"',;.0123456789eE é’", max_size=8) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=6
)
FLOATS = st.floats() | st.floats(-1e4, 1e4) | st.integers(-(10**17), 10**17).map(float)
COLUMNS = {
    "text": (TEXT | st.none(), "str"),
    "float": (FLOATS, "float64"),
    "int": (st.integers(-(2**63), 2**63 - 1), "int64"),
    "bool": (st.booleans(), "bool"),
    "nullable": (st.integers(-9, 9) | st.none(), "Int64"),
    "maybe": (st.booleans() | st.none(), "boolean"),
    "mixed": (TEXT | FLOATS | st.none() | st.booleans(), "object"),
    "day": (st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), "object"),
}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5))
    size = draw(st.integers(0, 12))
    return pd.DataFrame(
        {
            f"{draw(TEXT)}{number}": pd.Series(
                draw(st.lists(COLUMNS[kind][0], min_size=size, max_size=size)), dtype=COLUMNS[kind][1]
            )
            for number, kind in enumerate(kinds)
        }
    )


def by_the_csv_module(table: pd.DataFrame) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(str(name)) for name in table.columns])
    writer.writerows(zip(*(cells(table[name]) for name in table.columns), strict=True))
    return text.getvalue().encode("utf-8-sig")


@given(tables(), st.sampled_from([2, 5, 65_536]))
def test_arrow_writes_what_the_csv_module_writes(table: pd.DataFrame, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_BLOCK", block)
        assert b"".join(csv_blocks(table)) == by_the_csv_module(table)


@given(FLOATS)
def test_a_float_reads_back_exactly(value: float) -> None:
    _, row, _ = b"".join(csv_blocks(pd.DataFrame({"a": [value], "b": [1]}))).decode().split("\r\n")
    cell = row.split(",")[0]
    assert (math.isnan(value) and not cell) or float(cell) == value


def test_columns_of_several_chunks_and_other_indexes() -> None:
    table = pd.concat([pd.DataFrame({"a": ["x", "y"]}), pd.DataFrame({"a": ["z"]})])
    assert b"".join(csv_blocks(table)).decode("utf-8-sig") == "a\r\nx\r\ny\r\nz\r\n"
    assert b"".join(csv_blocks(pd.DataFrame(index=[1, 2]))) == "\ufeff\r\n".encode()
    single = pd.DataFrame({"a": ["", "x"]})
    assert b"".join(csv_blocks(single)).decode("utf-8-sig") == 'a\r\n""\r\nx\r\n'
    assert (
        b"".join(csv_blocks(pd.DataFrame({"a": np.zeros(3, np.float32)})))
        == "\ufeffa\r\n0\r\n0\r\n0\r\n".encode()
    )
