"""Read points batch by batch through Arrow, in constant memory.

A *piece* is what one worker reads, joins and writes: for Parquet some row groups of one file, read by the
worker itself; for CSV some rows, handed to it, since only the reader knows where a row ends. A piece depends
on the input alone, never on the machine or on the workers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.errors import N_, InputError, UnknownCrsError
from geosocial.io.csv_batches import csv_batches, letters_of, records
from geosocial.io.detect import check_path, detect, fingerprint, not_csv, opened
from geosocial.io.geojson import known_crs
from geosocial.io.header import header_at
from geosocial.io.no_records import SetAside, set_aside
from geosocial.io.sheets import delimiter_of

if TYPE_CHECKING:
    import numpy.typing as npt

#: Rows handled at a time.
BATCH: Final = 262_144
#: Rows of a piece of a Parquet file, at least, unless the file ends; row groups are never cut.
PIECE: Final = 1_048_576
#: Bytes of a column of Parquet that are read at a time.
_BLOCK: Final = 4 << 20
#: Bytes of a CSV file in which its header and its delimiter are found.
_HEAD: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """What one worker does: row groups of a file, or rows that were read already."""

    number: int
    path: str
    groups: tuple[int, ...] = ()
    rows: tuple[Any, ...] = field(default=(), repr=False)
    #: Rows of its file before it.
    before: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A file or folder of points, of which no row has been read yet."""

    files: tuple[Path, ...]
    #: ``parquet``, ``csv``, or ``memory`` for rows that have been read already.
    form: str
    #: Arrow schema of the rows.
    schema: Any
    #: Column of the geometry, its encoding (``WKB`` or ``point``) and CRS (PROJJSON); empty without.
    geometry: str = ""
    encoding: str = ""
    crs: Any = None
    #: Rows, where the file says so.
    total: int | None = None
    #: How a CSV file is read, and which of its rows are no records.
    letters: str = "utf8"
    delimiter: str = ","
    aside: SetAside | None = None
    #: The rows in memory, and where each was found in its file.
    table: Any = field(default=None, repr=False)
    found: Any = field(default=None, repr=False)

    @property
    def names(self) -> list[str]:
        """The columns without the geometry."""
        return [name for name in self.schema.names if name != self.geometry]

    def row_numbers(self, before: int, count: int) -> npt.NDArray[np.int64]:
        """Return where so many rows after others stand in their file, as a sheet with a header counts.

        The first row of a Parquet file, which has no header row, is row 2, as of every layer
        (`geosocial.intake.source.open_source`).
        """
        if self.found is not None:
            return np.asarray(self.found[before : before + count], np.int64)
        return (self.aside or SetAside(0)).row_numbers(before, count)

    def sha256(self) -> str:
        """Return the fingerprint of the content of all files."""
        return " ".join(fingerprint(file)[0] for file in self.files)

    def pieces(self, rows: int | None = None) -> Iterator[Piece]:
        """Give the pieces in order, each with at least so many rows but the last of a file."""
        if self.form == "csv":
            yield from _csv_pieces(self, rows or BATCH)
            return
        if self.form == "memory":
            size = rows or PIECE
            for number, start in enumerate(range(0, len(self.table), size)):
                some = tuple(self.table.slice(start, size).to_batches())
                yield Piece(number, str(self.files[0]), rows=some, before=start)
            return
        import pyarrow.parquet as pq

        number = 0
        for file in self.files:
            with file.open("rb") as stream:
                metadata = pq.read_metadata(stream)
            groups: list[int] = []
            held = before = 0
            for group in range(metadata.num_row_groups):
                groups.append(group)
                held += metadata.row_group(group).num_rows
                if held >= (rows or PIECE) or (held and group == metadata.num_row_groups - 1):
                    yield Piece(number, str(file), tuple(groups), before=before)
                    number, groups, before, held = number + 1, [], before + held, 0

    def bounds(self, piece: Piece, x: str = "", y: str = "") -> tuple[float, float, float, float] | None:
        """Return the box that holds all points of a piece, by what the file tells; None where it does not.

        Told by the statistics of its row groups (the columns `x` and `y`; GeoArrow points; the covering of
        GeoParquet 1.1), or by the box of its whole file, which each file of a folder has of its own. No row
        is read.
        """
        import pyarrow.parquet as pq

        if self.form != "parquet":
            return None
        with Path(piece.path).open("rb") as stream:
            metadata = pq.read_metadata(stream)
        told = {} if x else json.loads(metadata.metadata[b"geo"])["columns"][self.geometry]
        paths = [x, y, x, y] if x else _covering(told, self.geometry)
        found = [_extremes(metadata, piece.groups, path) for path in paths] if paths else []
        if found and all(low <= high for low, high in found):
            (west, _), (south, _), (_, east), (_, north) = found
            return west, south, east, north
        box = told.get("bbox") or []
        half = len(box) // 2
        return (box[0], box[1], box[half], box[half + 1]) if half in {2, 3} else None

    def batches(self, piece: Piece, rows: int = BATCH, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Give the rows of a piece as Arrow tables of at most so many rows; only `columns`, when given."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.form != "parquet":
            table = pa.Table.from_batches(piece.rows, self.schema)
            table = table if columns is None else table.select(columns)
            for start in range(0, len(table), rows):
                yield table.slice(start, rows).combine_chunks()
            return
        file = Path(piece.path)
        try:
            # Column by column in blocks: a row group of a hundred million rows is never held whole.
            with (
                file.open("rb") as stream,
                pq.ParquetFile(stream, buffer_size=_BLOCK, pre_buffer=False) as parquet,
            ):
                for batch in parquet.iter_batches(
                    batch_size=rows,
                    row_groups=list(piece.groups),
                    columns=None if columns is None else list(columns),
                    use_threads=False,
                ):
                    yield pa.Table.from_batches([batch])
        except (pa.ArrowException, OSError) as error:
            raise _damaged(file, error) from error


def is_parquet(path: Path | str) -> bool:
    """Return whether `path` is a Parquet file, or a folder that holds some."""
    file = Path(path)
    if file.is_dir():
        return bool(_parts(file))
    return detect(file)[1] == "parquet"


def reads_in_batches(path: Path | str) -> bool:
    """Return whether `path` is of a form that `open_points` takes: Parquet, or CSV below its header."""
    if is_parquet(path):
        return True
    file, form = detect(check_path(Path(path)))
    return form == "text" and bool(_header(file, "utf8")[0])


def open_points(path: Path | str, crs: str | None = None) -> Opened:
    """Open a Parquet, GeoParquet or CSV file, or a folder of Parquet files, without reading its rows.

    Parameters
    ----------
    path
        The file or folder.
    crs
        Coordinate reference system of a geometry that does not say its own.

    Raises
    ------
    InputError
        When it cannot be used.
    """
    file = Path(path)
    if file.is_dir() and (parts := _parts(file)):
        return _open_parquet(parts, crs)
    file, form = detect(check_path(file))
    if form == "parquet":
        return _open_parquet([file], crs)
    if form == "text":
        return _open_csv(file)
    raise InputError(
        N_("{file}: only Parquet, GeoParquet and CSV are read in batches."),
        hint=N_("Write the file as GeoParquet or CSV first, or read it with --engine memory."),
        file=file,
    )


def _parts(folder: Path) -> list[Path]:
    # Hidden ones and those with an underscore are not data, by the usage of all who read such folders.
    return sorted(p for p in folder.glob("*.parquet") if p.is_file() and p.name[0] not in "._")


def _damaged(file: Path, error: Exception) -> InputError:
    return InputError(
        N_("{file}: the file cannot be read as Parquet ({reason})."),
        hint=N_("Download or export it again."),
        file=file,
        reason=" ".join(str(error).split())[:200],
    )


def _open_parquet(files: Sequence[Path], crs: str | None) -> Opened:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, total = None, 0
    for file in files:
        try:
            # An open file and not its name: pyarrow would take a name with “://” for an address.
            with opened(file) as stream:
                parquet = pq.ParquetFile(stream)
                own, rows = parquet.schema_arrow, parquet.metadata.num_rows
                geo = (parquet.metadata.metadata or {}).get(b"geo")
        except pa.ArrowException as error:
            raise _damaged(file, error) from error
        if schema is None:
            schema, first_geo = own, geo
        elif not own.equals(schema):
            raise InputError(
                N_("{file}: the columns are not those of the first file of the folder."),
                hint=N_("Keep files of one kind in a folder."),
                file=file,
            )
        total += rows
    if not total:
        raise InputError(
            N_("{file}: the file has a header and no row."),
            hint=N_("Export it again with its rows."),
            file=files[0],
        )
    if first_geo is None:
        return Opened(tuple(files), "parquet", schema, total=total)
    try:
        told = json.loads(first_geo)
        name = told["primary_column"]
        column = told["columns"][name]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(files[0], error) from error
    if encoding not in {"WKB", "point"}:
        raise InputError(
            N_("{file}: the geometry is encoded as “{got}”, not as points."),
            hint=N_("Write its points as WKB, or read it with --engine memory."),
            file=files[0],
            got=encoding,
        )
    own_crs = column.get("crs", "OGC:CRS84")
    if own_crs is None and crs is None:
        raise UnknownCrsError(
            N_("{file}: the layer does not say in which coordinate reference system it is."),
            hint=N_('Name it: crs = "EPSG:…" in the study, or --crs EPSG:….'),
            file=files[0],
        )
    found = known_crs(files[0], crs if own_crs is None else own_crs)
    return Opened(tuple(files), "parquet", schema, name, encoding, found, total)


def _header(file: Path, letters: str) -> tuple[list[str], str]:
    """Return the names of the columns and the delimiter; no names where the first row is no header."""
    import codecs
    import csv
    import io

    with opened(file) as stream:
        head = stream.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [], ","  # which is read whole only
    cut = head[: head.rfind(b"\n") + 1] or head
    text = cut.decode("utf-8-sig" if letters == "utf8" else letters, errors="replace")
    delimiter = delimiter_of(text)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise not_csv(file, len(rows) + 1, error) from error
    names = [name.strip() for name in rows[0]] if rows else []
    even = len(rows) > 1 and all(names) and len(set(names)) == len(names)
    return (names if even and not header_at(list(enumerate(rows[:400], 1))) else []), delimiter


def _open_csv(file: Path) -> Opened:
    import pyarrow as pa

    letters = letters_of(file)
    names, delimiter = _header(file, letters)
    if not names:
        raise InputError(
            N_("{file}: the first row is not a header with a different name in each column."),
            hint=N_("Give the file such a first row, or read it with --engine memory."),
            file=file,
        )
    schema = pa.schema([(name, pa.string()) for name in names])
    how = {"letters": letters, "delimiter": delimiter}
    aside = set_aside(lambda: csv_batches(file, names, **how), names, file, **how)
    return Opened((file,), "csv", schema, total=aside.rows, aside=aside, **how)


def _covering(told: dict[str, Any], geometry: str) -> list[str]:
    """Return the paths of the columns of west, south, east and north ends, as GeoParquet tells them."""
    if told.get("encoding") == "point":
        return [f"{geometry}.{axis}" for axis in "xyxy"]
    covering = told.get("covering", {}).get("bbox", {})
    paths = [covering.get(name) for name in ("xmin", "ymin", "xmax", "ymax")]
    return [".".join(path) for path in paths] if all(paths) else []


def _extremes(metadata: Any, groups: Sequence[int], path: str) -> tuple[float, float]:
    """Return the least and the largest value of a column in some row groups; NaN where that is not told."""
    lows, highs = [], []
    for group in groups:
        row_group = metadata.row_group(group)
        for k in range(row_group.num_columns):
            column = row_group.column(k)
            if column.path_in_schema == path:
                told = column.statistics
                number = told is not None and told.has_min_max and isinstance(told.min, float)
                lows.append(told.min if number else float("nan"))
                highs.append(told.max if number else float("nan"))
    complete = len(lows) == len(groups) and not any(v != v for v in (*lows, *highs))  # noqa: PLR0124 - NaN
    return (min(lows), max(highs)) if complete and lows else (float("nan"), float("nan"))


def _csv_pieces(opened_: Opened, rows: int) -> Iterator[Piece]:
    file = opened_.files[0]
    read = csv_batches(file, opened_.schema.names, letters=opened_.letters, delimiter=opened_.delimiter)
    held: list[Any] = []
    number = count = 0
    for batch in records(read, opened_.aside or SetAside(0)):
        left = batch
        while len(left):
            taken = left.slice(0, rows - count)
            held.append(taken)
            count += len(taken)
            left = left.slice(len(taken))
            if count == rows:
                yield Piece(number, str(file), rows=tuple(held), before=number * rows)
                held, count, number = [], 0, number + 1
    if held:
        yield Piece(number, str(file), rows=tuple(held), before=number * rows)
