from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosocial.errors import OutputError
from geosocial.io.parquet import write_parquet


def test_cells_types_dates_and_meanings_by_hand(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": pd.Series(["007", "", "=1+1"], dtype="str"),
            "n": [0.0, math.nan, math.inf],
            "k": [1, 2, 3],
            "b": [True, False, True],
            "date": pd.Series(["2026-11-22", "", "2008-02-29"], dtype="str"),
        }
    )
    file = tmp_path / "t.parquet"
    write_parquet(frame, file, dates={"date"}, meanings={"n": {"unit": "m"}}, about={"edition": "2026-11-22"})
    assert pq.read_table(file).to_pylist() == [
        {"id": "007", "n": 0.0, "k": 1, "b": True, "date": dt.date(2026, 11, 22)},
        {"id": None, "n": None, "k": 2, "b": False, "date": None},
        {"id": "=1+1", "n": math.inf, "k": 3, "b": True, "date": dt.date(2008, 2, 29)},
    ]
    schema = pq.read_schema(file)
    assert schema.metadata == {b"edition": b"2026-11-22"}
    assert schema.field("n").metadata == {b"unit": b"m"}
    assert [str(t) for t in schema.types] == ["string", "double", "int64", "bool", "date32[day]"]


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(rows=st.lists(st.tuples(st.text(), st.floats(allow_nan=True)), max_size=20))
def test_what_is_written_is_read_and_the_bytes_are_the_same(
    tmp_path: Path, storage: str, rows: list[tuple[str, float]]
) -> None:
    pytest.importorskip("pandas", "3", reason="pandas 2 has one way to keep texts")
    texts: Any = pd.StringDtype(storage, na_value=math.nan)
    rows = [(t.encode("utf-8", "replace").decode(), n) for t, n in rows]  # no half of a pair of surrogates
    frame = pd.DataFrame({"t": pd.Series([t for t, _ in rows], dtype=texts), "n": [n for _, n in rows]})
    frame["n"] = frame["n"].astype("float64")
    one, other = tmp_path / "1.parquet", tmp_path / "2.parquet"
    write_parquet(frame, one)
    write_parquet(frame.copy(), other)
    assert one.read_bytes() == other.read_bytes()
    found = [(r["t"], r["n"]) for r in pq.read_table(one).to_pylist()]
    assert found == [(t or None, None if math.isnan(n) else n) for t, n in rows]


def test_shapes_without_a_reference_system_and_none_at_all(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a", "b"]})
    shapes = gpd.GeoSeries([shapely.box(0, 0, 2, 1), None])
    write_parquet(frame, tmp_path / "s.parquet", shapes=shapes)
    read = gpd.read_parquet(tmp_path / "s.parquet")
    assert read.crs is None
    assert read.geometry.iloc[0].area == 2
    assert read.geometry.iloc[1] is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").mkdir()
    with pytest.raises(OutputError, match=r"t\.parquet"):
        write_parquet(pd.DataFrame({"id": ["a"]}), tmp_path / "t.parquet")
