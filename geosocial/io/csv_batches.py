"""Read a CSV file through Arrow, block by block, as text: what `geosocial.io.batches` opens."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.io.detect import opened
from geosocial.io.letters import codec_of, windows
from geosocial.io.no_records import SetAside

#: Bytes that are parsed at a time, and that are decoded at a time.
_BLOCK: Final = 4 << 20
_HEAD: Final = 1 << 20


def letters_of(file: Path) -> str:
    """Return the encoding that explains every byte, as the whole file is read in the other engine."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened(file) as stream:
        try:
            while block := stream.read(_HEAD):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            stream.seek(0)
            blocks = iter(lambda: stream.read(_HEAD), b"")
            return codec_of(window for block in blocks for window in windows(block))
    return "utf8"


def csv_batches(file: Path, names: Sequence[str], *, letters: str, delimiter: str) -> Iterator[Any]:
    """Give the rows below the header as Arrow record batches of text.

    Raises
    ------
    InputError
        When a row has not as many cells as the header, or the file cannot be read otherwise.
    """
    import pyarrow as pa
    import pyarrow.csv

    try:
        with (
            file.open("rb") as stream,
            pa.csv.open_csv(
                stream,
                pa.csv.ReadOptions(
                    column_names=list(names), skip_rows=1, block_size=_BLOCK, encoding=letters
                ),
                pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
                ),
            ) as reader,
        ):
            yield from reader
    except pa.ArrowException as error:
        raise InputError(
            N_("{file}: the file cannot be read as CSV in batches ({reason})."),
            hint=N_("Give each row as many cells as the header has, or read it with --engine memory."),
            file=file,
            reason=" ".join(str(error).split())[:200],
        ) from error


def records(batches: Iterator[Any], aside: SetAside) -> Iterator[Any]:
    """Give the rows of batches that are records."""
    import pyarrow as pa

    start = 0
    for batch in batches:
        low, high = np.searchsorted(aside.gone, [start, start + len(batch)])
        kept = np.ones(len(batch), dtype=bool)
        kept[aside.gone[low:high] - start] = False
        start += len(batch)
        yield batch if low == high else batch.filter(pa.array(kept))
