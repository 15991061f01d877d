"""The stand-alone join for points larger than memory: piece by piece, the same answer for every row.

Rows are read, located and written in batches (`geosocial.io.batches`); what `join_files` does to a position
(missing, 0, 0, damaged and mended, out of range, outside) is done by the same functions here, and each answer
depends on its row alone. Not done here, since they need all the rows or a list of them: looking up
addresses, comparing declared zones, listing the rows at fault (their numbers are told).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.errors import N_, Count, InputError, OutputError, Said
from geosocial.geo.assign import Assigner
from geosocial.geo.crs import crs_label, transform
from geosocial.geo.join import check_snap, check_zones
from geosocial.intake.faults import Faults
from geosocial.intake.join_files import ADDED, layer_of, zones_of
from geosocial.intake.locate import Positions, moved
from geosocial.intake.located import Located
from geosocial.io.atomic import replacing
from geosocial.io.batches import BATCH, Opened, Piece, is_parquet, open_points
from geosocial.io.csv_text import csv_blocks
from geosocial.io.detect import fingerprint
from geosocial.io.partitions import Partitions, Record, write_batches
from geosocial.io.points import wkb_points
from geosocial.io.write import says_position
from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: From so many rows on, a Parquet file is joined in batches without being asked to.
LARGE: Final = 5_000_000
#: Changes when the output for the same input does, so that parts of an older version are not kept.
_FORMAT: Final = 2
_PREPARING = Lock()

#: Work over pieces, in order: `geosocial.engine.threads`, or what `geosocial.engine.cluster` gives.
Over = Callable[[Callable[[Piece], Record], Iterator[Piece]], Iterator[Record]]


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a join in batches did."""

    rows: int
    #: Outcome → rows.
    counts: Mapping[str, int]
    notes: tuple[Said, ...]
    #: Parts, and how many of them were there already.
    parts: int
    kept: int


def streams(points: Path | str, out: Path | str) -> bool:
    """Return whether such points are joined in batches when nobody says how.

    A Parquet file is from `LARGE` rows on, where the output can be written in parts; one without geometry
    always is, since its columns are only read so.
    """
    if Path(out).suffix.lower() not in {".parquet", ".csv"} or not is_parquet(points):
        return False
    if Path(points).is_dir():
        return True
    try:
        opened = open_points(points, "EPSG:4326")
    except InputError:  # other shapes than points, or a fault of which the reader in memory says more
        return False
    return (opened.total or 0) >= LARGE or not opened.geometry


def stream_files(
    points_path: Path | str,
    zones_path: Path | str,
    out: Path | str,
    *,
    over: Over,
    crs: str | None = None,
    snap_m: float = 250,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    batch_rows: int = BATCH,
    piece_rows: int | None = None,
) -> Streamed:
    """Join points to zones batch by batch and write the rows with their zones.

    Parameters
    ----------
    points_path
        A GeoParquet file of points; a Parquet or CSV file with columns of coordinates; a folder of Parquet
        files.
    zones_path, crs, snap_m, columns
        As for `geosocial.intake.join_files`.
    out
        ``.csv`` for one file; ``.parquet`` for a folder of parts beside its manifest.
    over
        What runs the work over the pieces: `geosocial.engine.threads`.
    progress
        Told the rows done, and of how many where that is known.
    batch_rows, piece_rows
        Rows handled at a time, and rows of a part; no row's answer depends on them.

    Raises
    ------
    InputError
        When a file cannot be used.
    OutputError
        When `out` cannot be written.

    Examples
    --------
    >>> import geopandas as gpd, shapely, tempfile
    >>> from geosocial import engine
    >>> folder = Path(tempfile.mkdtemp())
    >>> points = gpd.GeoDataFrame(geometry=shapely.points([[100, 50], [1100, 50], [9000, 50]]), crs=32188)
    >>> points.to_parquet(folder / "points.parquet")
    >>> gpd.GeoDataFrame({"num": ["A"]}, geometry=[shapely.box(0, 0, 999, 99)], crs=32188).to_parquet(
    ...     folder / "zones.parquet"
    ... )
    >>> files = [folder / f"{name}.parquet" for name in ("points", "zones")]
    >>> done = stream_files(*files, folder / "joined.parquet", over=engine.threads)
    >>> done.rows, done.counts["matched"], done.counts["snapped"], done.counts["outside"]
    (3, 1, 1, 1)
    """
    target = Path(out)
    suffix = target.suffix.lower()
    if suffix not in {".parquet", ".csv"}:
        raise OutputError(
            N_("{file}: a join in batches writes .parquet (a folder of parts) or .csv."),
            hint=N_("Choose one of these, or --engine memory."),
            file=target,
        )
    check_snap(snap_m)
    points = open_points(points_path, crs)
    if any(file.resolve().parent == target.resolve() for file in points.files):
        raise OutputError(
            N_("{file}: the points are in this folder."), hint=N_("Name another folder."), file=target
        )
    zones, names, zone_notes = zones_of(layer_of(Path(zones_path), crs))
    check_zones(zones)
    work = StreamJoin(
        points,
        zones,
        names,
        crs=crs,
        snap_m=snap_m,
        columns=dict(columns or {}),
        suffix=suffix,
        batch_rows=batch_rows,
    )
    folder = target if suffix == ".parquet" else target.with_name(f".{target.stem}.parts")
    told = [_FORMAT, points.sha256(), fingerprint(Path(zones_path)), crs, snap_m, work.columns, suffix]
    told += [batch_rows, piece_rows]
    parts = Partitions(folder, suffix, hashlib.sha256(json.dumps(told).encode()).hexdigest())
    work.folder = parts
    kept = set(parts.kept)
    done = 0
    with parts.recording():
        for number, record in enumerate(over(work.part, points.pieces(piece_rows))):
            parts.add(number, record)
            done += record["rows"]
            if progress is not None:
                progress(done, points.total)
    records = [parts.kept[number] for number in sorted(parts.kept)]
    if suffix == ".csv":
        parts.gathered(target)
    counts = {o: sum(int(record["counts"].get(o, 0)) for record in records) for o in OUTCOMES}
    mended = sum(int(record["mended"]) for record in records)
    notes = (*work.notes, *zone_notes, *work.renamed)
    if mended:
        notes = (
            *notes,
            Said(N_("Positions that were damaged and mended: {count}."), {"count": Count(mended)}),
        )
    notes = (*notes, Said(N_("Distances were measured in {crs}."), {"crs": crs_label(zones.crs)}))
    return Streamed(done, counts, notes, len(records), len(kept))


class StreamJoin:
    """What is done to each piece: read, locate, write its part."""

    def __init__(
        self,
        points: Opened,
        zones: gpd.GeoDataFrame,
        names: Mapping[str, str],
        *,
        crs: str | None,
        snap_m: float,
        columns: dict[str, str],
        suffix: str,
        batch_rows: int,
    ) -> None:
        self.points, self.zones, self.columns = points, zones, columns
        self.folder: Partitions | None = None
        self._snap_m, self._suffix, self._batch = snap_m, suffix, batch_rows
        self._located = Located(points, zones, crs=crs, columns=columns)
        self.notes = self._located.notes
        self._ids = [*zones["zone_id"].astype(str), ""]
        self._zone_names = [names[i] for i in self._ids]
        taken = {name.lower() for name in points.schema.names}
        self._point = free_name("geometry", taken)
        self._added = {name: free_name(name, taken) for name in ADDED}
        self.renamed = tuple(
            Said(
                N_("The points have a column “{column}”: the one of the join is “{name}”."),
                {"column": column, "name": name},
            )
            for column, name in self._added.items()
            if name != column
        )
        self._assigner: Assigner | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what each process prepares for itself."""
        return {**self.__dict__, "_assigner": None}

    def part(self, piece: Piece) -> Record:
        """Return the record of a part, after writing it if it is not there."""
        assert self.folder is not None  # noqa: S101 - set before the first piece; for the type checker
        kept = self.folder.kept.get(piece.number)
        if kept is not None:
            return kept
        path = self.folder.path(piece.number)
        record: Record = {"file": path.name, "rows": 0, "bytes": 0, "counts": {}, "mended": 0}
        batches = self._joined(piece, record)
        with replacing(path) as whole:
            if self._suffix == ".csv":
                _write_csv(whole, batches, header=piece.number == 0)
            else:
                write_batches(whole, batches)
            record["bytes"] = whole.stat().st_size
        return record

    def _joined(self, piece: Piece, record: Record) -> Iterator[Any]:
        """Give the batches of a piece with the columns of the join, and count into its record."""
        for table in self.points.batches(piece, self._batch):
            faults = Faults("points", piece.path, np.arange(len(table)))
            own, raw = self._located.positions(table, faults)
            x, y = moved(own, self.zones.crs, faults)
            given = self._prepared().assign(x, y)
            tally = np.bincount(given.code, minlength=len(OUTCOMES)).tolist()
            for outcome, rows in zip(OUTCOMES, tally, strict=True):
                record["counts"][outcome] = record["counts"].get(outcome, 0) + rows
            record["rows"] += len(table)
            record["mended"] += faults.count("repaired_position")
            yield self._with_results(table, own, raw, given)

    def _prepared(self) -> Assigner:
        with _PREPARING:
            if self._assigner is None:
                expected = self.points.total or sum(f.stat().st_size for f in self.points.files) // 50
                self._assigner = Assigner(self.zones, snap_m=self._snap_m, points=expected)
            return self._assigner

    def _with_results(self, table: Any, own: Positions, raw: Floats, given: Any) -> Any:
        import pyarrow as pa

        def words(values: list[str], codes: Any) -> Any:
            # -1 takes the last: no zone.
            return pa.array(values, pa.string()).take(pa.array(codes % len(values)))

        parquet = self._suffix == ".parquet"
        metadata = (self.points.schema.metadata or {}).get(b"geo")
        if not parquet and self.points.geometry:
            table = table.drop_columns([self.points.geometry])
        elif parquet and not self.points.geometry:
            table = table.append_column(self._point, wkb_points(own.x, own.y))
            metadata = _geo(self._point, own.crs)
        added = {
            "outcome": words(list(OUTCOMES), given.code),
            "zone_id": words(self._ids, given.first),
            "zone_name": words(self._zone_names, given.first),
            "other_zone_id": words(self._ids, given.other),
            "on_boundary": pa.array(given.on_boundary),
            "snap_m": pa.array(given.snap, from_pandas=True),
        }
        for name, values in added.items():
            table = table.append_column(self._added[name], values)
        if parquet:
            return table.replace_schema_metadata({b"geo": unbounded(metadata)} if metadata else None)
        if not says_position(table.schema.names):
            longitude, latitude = transform(raw[0], raw[1], own.crs, 4326)
            table = table.append_column("longitude", pa.array(longitude, from_pandas=True))
            table = table.append_column("latitude", pa.array(latitude, from_pandas=True))
        return table


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, lengthened until no column has it."""
    while name in taken:
        name = f"{name}_joined"
    return name


def _geo(name: str, crs: Any) -> bytes:
    """Return what GeoParquet says of a column of points."""
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs.to_json_dict()}
    return json.dumps({"version": "1.1.0", "primary_column": name, "columns": {name: column}}).encode()


def unbounded(metadata: bytes) -> bytes:
    """Return what GeoParquet says of the columns, without the bounds, which are those of the whole file."""
    told = json.loads(metadata)
    for column in told["columns"].values():
        column.pop("bbox", None)
    return json.dumps(told).encode()


def _write_csv(path: Path, batches: Iterator[Any], *, header: bool) -> None:
    with path.open("wb") as out:
        for table in batches:
            blocks = csv_blocks(table.to_pandas())
            mark = next(blocks)
            if header:
                out.write(mark)
                header = False
            out.writelines(blocks)
