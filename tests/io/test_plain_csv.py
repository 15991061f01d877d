"""Large, even CSV files: whatever is read through Arrow is read as the general reader reads it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.io import plain_csv
from geosocial.io.sheets import Sheet, read_sheet

CELL = st.text("aé\"',; \t\r\n=0.1’", max_size=5) | st.sampled_from(
    ["Total", "totaux", "", " ", "\x1f", "NA"]
)


def read(path: Path, data: bytes, *, large: int) -> Sheet | str:
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_csv, "LARGE", large)
        try:
            return read_sheet(path)
        except InputError as error:
            return str(error)


def same(path: Path, data: bytes) -> bool:
    slow, fast = read(path, data, large=1 << 60), read(path, data, large=0)
    if isinstance(slow, str) or isinstance(fast, str):
        return slow == fast
    assert fast.frame.equals(slow.frame)
    assert fast.frame.dtypes.tolist() == slow.frame.dtypes.tolist()
    assert fast.rows.tolist() == slow.rows.tolist()
    assert fast.file == slow.file
    return (fast.long, fast.short, fast.blank, fast.titles, fast.totals) == (
        slow.long, slow.short, slow.blank, slow.titles, slow.totals,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=1, max_size=6),
    mark=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    tail=st.binary(max_size=6),
)
def test_the_two_readers_agree(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    rows: list[list[str]],
    mark: str,
    end: str,
    encoding: str,
    tail: bytes,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark, lineterminator=end)
    writer.writerow(["nom", "b", "c"][: len(rows[0])])
    writer.writerows([["x", "1.5", "2"][: len(rows[0])]] * 400)
    writer.writerows(rows)
    data = text.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("plain") / "t.csv"
    assert same(path, data)
    assert same(path, data + tail)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=12) | st.text('a,"\n\r;', max_size=12).map(str.encode))
def test_the_two_readers_agree_on_anything(tmp_path_factory: pytest.TempPathFactory, middle: bytes) -> None:
    data = b"nom,b\n" + b"x,1\n" * 300 + middle + b"\n" + b'"x ""y""",1\n' * 200
    assert same(tmp_path_factory.mktemp("plain") / "t.csv", data)


def test_a_plain_file_is_read_through_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_csv, "LARGE", 0)
    data = b"no,nom\n" + b"".join(f'00{i},"L’Île, {i}"\n'.encode() for i in range(1000))
    plain = plain_csv.read_plain(data, lambda _: ",")
    assert plain is not None
    assert plain.frame.iloc[999].tolist() == ["00999", "L’Île, 999"]
    for odd in (
        b"\n",
        b"1,2,3\n",
        b"a\n",
        b",\n",
        b"Total,5\n",
        b",Total\n",
        b'a,"b\n',
        b'a,"b"c\n',
        b"a,\0\n",
    ):
        assert plain_csv.read_plain(data + odd, lambda _: ",") is None, odd
    assert plain_csv.read_plain(data + b"a," + b"b" * 200_000 + b"\n", lambda _: ",") is None
    assert read_sheet_rows(tmp_path, data) == 1000


def read_sheet_rows(folder: Path, data: bytes) -> int:
    (folder / "t.csv").write_bytes(data)
    return len(read_sheet(folder / "t.csv").frame)
