"""The text of a CSV file, block by block through Arrow: the same bytes as Python's csv module writes.

A block is some ten thousand rows; no object is made for a cell whose column is text, whole numbers, truths,
or floats of ordinary size. Everything else goes through `geosocial.io.cells`, which decides.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.io.cells import cells, harmless

if TYPE_CHECKING:
    import pandas as pd

#: Rows of a block: enough to drown what a call costs, few enough to stay in the cache.
_BLOCK: Final = 65_536
#: The beginnings and the numbers of `geosocial.io.cells.harmless`, for RE2.
_FORMULA: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?\z"
_SPECIAL: Final = '[",\r\n]'
_END: Final = "\r\n"


def csv_blocks(table: pd.DataFrame) -> Iterator[bytes | memoryview]:
    r"""Give the bytes of a table as CSV: its mark, the header, then the rows; UTF-8, commas, CRLF.

    Examples
    --------
    >>> import pandas as pd
    >>> b"".join(csv_blocks(pd.DataFrame({"a": ["x,y", "=1"], "b": [1.0, float("nan")]}))).decode("utf-8-sig")
    'a,b\r\n"x,y",1\r\n\'=1,\r\n'
    """
    head = io.StringIO(newline="")
    csv.writer(head, lineterminator=_END).writerow([harmless(str(name)) for name in table.columns])
    yield head.getvalue().encode("utf-8-sig")
    for start in range(0, len(table) if len(table.columns) else 0, _BLOCK):
        yield _rows(table.iloc[start : start + _BLOCK])


def _rows(block: pd.DataFrame) -> memoryview:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [_column(column) for _, column in block.items()]
    if len(columns) == 1:  # an empty line would be no row: csv quotes its one empty cell
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    end = pa.scalar(_END, pa.large_string())
    columns[-1] = pc.binary_join_element_wise(columns[-1], end, pa.scalar("", pa.large_string()))
    joined = pc.binary_join_element_wise(*columns, pa.scalar(",", pa.large_string()))
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, np.int64, len(joined) + 1, joined.offset * 8)
    return memoryview(data)[ends[0] : ends[-1]]


def _column(column: pd.Series) -> Any:
    """Return the cells of a column as an Arrow array of text, quoted where they must be."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.dtype.kind
    if isinstance(column.dtype, pd.StringDtype):
        return _quoted(_harmless(pc.fill_null(_text(column), "")))
    if isinstance(column.dtype, np.dtype) and kind in "iu":
        return pc.cast(pa.array(column.to_numpy()), pa.large_string())
    if isinstance(column.dtype, np.dtype) and kind == "b":
        return pc.if_else(pa.array(column.to_numpy()), *(pa.scalar(t, pa.large_string()) for t in _TRUTHS))
    if isinstance(column.dtype, np.dtype) and column.dtype == np.float64:
        return _floats(column.to_numpy())
    return _quoted(pa.array(cells(column), pa.large_string()))


_TRUTHS: Final = ("true", "false")


def _text(column: pd.Series) -> Any:
    import pyarrow as pa

    found = pa.array(column.array, type=pa.large_string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _harmless(texts: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _holds(texts, b"=+-@\t\r"):
        return texts
    risky = pc.match_substring_regex(texts, _FORMULA)
    if pc.any(risky).as_py():
        risky = pc.and_not(risky, pc.match_substring_regex(texts, _NUMBER))
        mark, none = pa.scalar("'", pa.large_string()), pa.scalar("", pa.large_string())
        texts = pc.if_else(risky, pc.binary_join_element_wise(mark, texts, none), texts)
    return texts


def _holds(texts: Any, letters: bytes) -> bool:
    """Return whether one of these letters stands anywhere in the texts: one look at all of them together."""
    _, offsets, data = texts.buffers()
    if data is None:
        return False
    ends = np.frombuffer(offsets, np.int64, len(texts) + 1, texts.offset * 8)
    whole = memoryview(data)[ends[0] : ends[-1]].tobytes()
    return any(letter in whole for letter in letters)


def _quoted(texts: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _holds(texts, b'",\r\n'):
        return texts
    special = pc.match_substring_regex(texts, _SPECIAL)
    if pc.any(special).as_py():
        quote, none = pa.scalar('"', pa.large_string()), pa.scalar("", pa.large_string())
        doubled = pc.replace_substring(texts, '"', '""')
        texts = pc.if_else(special, pc.binary_join_element_wise(quote, doubled, quote, none), texts)
    return texts


def _floats(values: Any) -> Any:
    """Return floats as `cells.cell` writes them; Arrow writes those that need no exponent."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = np.abs(values)
    plain = ((size >= 1e-3) & (size < 1e9)) | (size == 0)
    some = np.where(plain, values, np.nan) + 0.0  # -0.0 + 0.0 is 0.0
    whole = some == np.floor(some)
    if (whole == plain).all():  # counts: as whole numbers there is nothing to cut off
        written = pc.cast(pa.array(np.where(plain, some, 0).astype(np.int64), mask=~plain), pa.large_string())
    else:
        written = pc.cast(pa.array(some, from_pandas=True), pa.large_string())
        if whole.any():
            written = pc.replace_substring_regex(written, r"\.0\z", "")
    written = pc.fill_null(written, "")
    rest = ~plain & ~np.isnan(values)
    if rest.any():
        import pandas as pd

        others = pa.array(cells(pd.Series(values[rest])), pa.large_string())
        written = pc.replace_with_mask(written, pa.array(rest), others)
    return written
