"""The passes of `geosocial.intake.stream_access`: what is done to a piece of the demand.

A pass is sent to the workers as it stands; what each of them prepares for itself is left behind. A part of
the first pass holds what its piece adds to the sums of each facility; one of the second the rows of its
piece, and its sums by zone and the rows that deserve a look in the metadata beside them: a part that is whole
has both.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.geo.assign import Assigner
from geosocial.geo.ways import AlongStreets, Places, Ways
from geosocial.intake.access_measure import Reach
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.locate import moved
from geosocial.intake.located import Located
from geosocial.intake.stream import free_name, unbounded
from geosocial.io.atomic import replacing
from geosocial.io.batches import BATCH, Piece
from geosocial.io.partitions import Partitions, Record, write_batches
from geosocial.measure.exact import LIMBS
from geosocial.measure.sums import SUMS, zone_sums
from geosocial.tables.access import ACCESS_PLACES

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

#: Pairs of place and facility looked at together, about; and places before their number is known.
_PAIRS: Final = 2_000_000
_FIRST: Final = 4_096
_PREPARING = Lock()
#: Rows of a part that deserve a look and are listed; all of them are counted.
_LISTED: Final = 10_000
#: What is listed of such a row, after its file.
_SAID: Final = ("source_row", "column", "value", "code", "action")
#: The columns that a place gets: the accessibility where the measure has one, the last along streets.
ADDED: Final = tuple(ACCESS_PLACES.columns)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a piece: where they are, whom they hold, and what is to be said of them."""

    table: Any
    x: Floats
    y: Floats
    people: Floats
    faults: Faults


class Pass(ABC):
    """What both passes do to a piece: read it, locate it, find its pairs, write its part."""

    #: Whether all columns are read, or only those that the sums need.
    _every = False

    def __init__(
        self, demand: Located, zones: gpd.GeoDataFrame, ways: Ways, reach: Reach, column: str
    ) -> None:
        self.demand, self.zones, self.ways = demand, zones, ways
        self.reach, self.column = reach, column
        self.folder: Partitions | None = None

    def part(self, piece: Piece) -> Record:
        """Return the record of a part, after writing it if it is not there."""
        assert self.folder is not None  # noqa: S101 - set before the first piece; for the type checker
        kept = self.folder.kept.get(piece.number)
        if kept is not None:
            return kept
        path = self.folder.path(piece.number)
        record: Record = {"file": path.name, "rows": 0, "bytes": 0, "counts": {}}
        record |= {"suppressed": 0, "far": 0, "off_streets": 0}
        told: dict[str, str] = {}
        with replacing(path) as whole:
            write_batches(whole, self._batches(piece, record, told), lambda: told)
            record["bytes"] = whole.stat().st_size
        return record

    @abstractmethod
    def _batches(self, piece: Piece, record: Record, told: dict[str, str]) -> Iterator[Any]:
        """Give the tables to write of a piece, and add what is `told` beside them."""

    def _rows(self, piece: Piece, record: Record) -> Iterator[Batch]:
        """Give each batch of a piece."""
        before = piece.before
        columns = (
            None if self._every else list(dict.fromkeys([*self.demand.needed, *filter(None, [self.column])]))
        )
        for table in self.demand.points.batches(piece, BATCH, columns):
            found = self.demand.points.row_numbers(before, len(table))
            faults = Faults("demand", piece.path, found)
            own, _ = self.demand.positions(table, faults)
            x, y = moved(own, self.zones.crs, faults)
            people = self._people(table, piece, found)
            lost = int(np.isnan(x).sum())
            counts = record["counts"]
            counts["located"] = counts.get("located", 0) + len(table) - lost
            counts["unlocated"] = counts.get("unlocated", 0) + lost
            record["suppressed"] += int(np.isnan(people).sum())
            record["rows"] += len(table)
            before += len(table)
            yield Batch(table, x, y, people, faults)

    def _people(self, table: Any, piece: Piece, found: Ints) -> Floats:
        """Return the demand of each row, NaN where it is not known; `found` is where each stands."""
        if not self.column:
            return np.ones(len(table))
        people, _ = figures(table.select([self.column]).to_pandas()[self.column])
        bad = np.flatnonzero(people < 0)
        if len(bad):
            raise InputError(
                N_("{file}: row {rows} holds a negative figure (column “{column}”).")
                if len(bad) == 1
                else N_("{file}: rows {rows} hold a negative figure (column “{column}”)."),
                hint=N_("Correct this row and try again.")
                if len(bad) == 1
                else N_("Correct these rows and try again."),
                file=Path(piece.path),
                column=self.column,
                rows=", ".join(str(row) for row in found[bad[:5]].tolist()),
            )
        return people

    def _pairs(self, x: Floats, y: Floats) -> Iterator[tuple[slice, Places, Any]]:
        """Give some places after others, with their pairs within reach: as many as memory holds together."""
        with _PREPARING:
            self.ways.prepare()
        start, many = 0, _FIRST
        while start < len(x):
            part = slice(start, min(start + many, len(x)))
            places = self.ways.places(x[part], y[part])
            pairs = self.ways.pairs(places)
            yield part, places, pairs
            start = part.stop
            many = int(np.clip(many * _PAIRS / max(len(pairs.data), 1), _FIRST // 16, 8 * many))


class Catchments(Pass):
    """The first pass: what the places within reach of each facility add to its sums."""

    def _batches(self, piece: Piece, record: Record, told: dict[str, str]) -> Iterator[Any]:
        import pyarrow as pa

        from geosocial.measure.passes import catchment_sums, sums_of

        told["geosocial:measure"] = self.reach.measure
        names = sums_of(self.reach.measure)
        sums = np.zeros((len(names), LIMBS, len(self.ways.x)))
        if self._far(piece):
            record["far"] = 1
        else:
            how = self.reach.how()
            for rows in self._rows(piece, record):
                known = np.nan_to_num(rows.people)
                for part, _, pairs in self._pairs(rows.x, rows.y):
                    sums += catchment_sums(pairs, known[part], measure=self.reach.measure, **how)
        some = np.flatnonzero(sums.any(axis=(0, 1)))
        columns = {"facility": pa.array(some, pa.int64())}
        for name, limbs in zip(names, sums, strict=True):
            columns |= {f"{name}_{k}": pa.array(limb[some]) for k, limb in enumerate(limbs)}
        yield pa.table(columns)

    def _far(self, piece: Piece) -> bool:
        """Return whether no point of a piece can be within reach of a facility, by its bounds alone."""
        box = self.demand.box(piece)
        if box is None:
            return False
        west, south, east, north = box
        x, y = self.ways.x, self.ways.y
        dx = np.maximum(np.maximum(west - x, x - east), 0.0)
        dy = np.maximum(np.maximum(south - y, y - north), 0.0)
        return not bool((np.hypot(dx, dy) * self.ways.least <= self.reach.standard_m).any())


def added_sums(records: Sequence[Record], names: Sequence[str], facilities: int) -> Floats:
    """Add up what the parts of the first pass hold: (names × 3 × facilities) limbs."""
    import pyarrow.parquet as pq

    sums = np.zeros((len(names), LIMBS, facilities))
    for record in records:
        table = pq.read_table(record["path"])
        at = table["facility"].to_numpy()
        for name, limbs in zip(names, sums, strict=True):
            for k, limb in enumerate(limbs):
                limb[at] += table[f"{name}_{k}"].to_numpy()
    return sums


class PlaceRows(Pass):
    """The second pass, or the only one: the row of each place, and the sums by zone."""

    _every = True

    def __init__(
        self,
        demand: Located,
        zones: gpd.GeoDataFrame,
        ways: Ways,
        reach: Reach,
        column: str,
        *,
        shared: Floats,
        snap_m: float,
    ) -> None:
        super().__init__(demand, zones, ways, reach, column)
        self._shared = shared
        self._snap_m = snap_m
        self._streets = isinstance(ways, AlongStreets)
        left_out = {"accessibility": reach.valued, "street_m": self._streets}
        taken = {name.lower() for name in demand.points.schema.names}
        self._added = {name: free_name(name, taken) for name in ADDED if left_out.get(name, True)}
        self._ids = [*zones["zone_id"].astype(str), ""]
        self._assigner: Assigner | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what each process prepares for itself."""
        return {**self.__dict__, "_assigner": None}

    def _prepared(self) -> Assigner:
        with _PREPARING:
            if self._assigner is None:
                points = self.demand.points.total or BATCH
                self._assigner = Assigner(self.zones, snap_m=self._snap_m, points=points)
            return self._assigner

    def _batches(self, piece: Piece, record: Record, told: dict[str, str]) -> Iterator[Any]:
        count = len(self.zones)
        sums = np.zeros((len(SUMS), LIMBS, count + 1))
        listed: list[list[Any]] = []
        for rows in self._rows(piece, record):
            zone = self._prepared().assign(rows.x, rows.y).first
            found = self._measured(rows, record)
            lost = np.isnan(rows.x)
            of = np.where(lost, -1, np.where(zone < 0, count, zone))
            sums += zone_sums(
                rows.people,
                found["facilities_in_reach"],
                found["nearest_m"],
                found["accessibility"],
                zone=of,
                zones=count + 1,
            )
            said = rows.faults.table()[list(_SAID)].head(_LISTED - len(listed))
            listed += said.to_numpy(object).tolist()
            yield self._with_results(rows.table, zone, lost, found)
        told["geosocial:zones"] = json.dumps(sums.ravel().tolist())
        told["geosocial:file"] = json.dumps(Path(piece.path).name, ensure_ascii=False)
        told["geosocial:faults"] = json.dumps(listed, ensure_ascii=False)

    def _measured(self, rows: Batch, record: Record) -> dict[str, Any]:
        """Return what each place gets by column; what is far from any street is said."""
        from geosocial.measure.accessibility import in_reach, nearest_cost
        from geosocial.measure.passes import access_of

        size, how = len(rows.x), self.reach.how()
        times, nearest, access, leg = np.zeros(size, np.int64), *np.zeros((3, size))
        far = np.zeros(size, dtype=bool)
        for part, places, pairs in self._pairs(rows.x, rows.y):
            times[part] = in_reach(pairs, standard=self.reach.standard_m)
            nearest[part] = nearest_cost(pairs)
            leg[part], far[part] = places.leg, places.far
            if self.reach.valued:
                access[part] = access_of(pairs, self._shared, measure=self.reach.measure, **how)
        off = np.flatnonzero(far)
        record["off_streets"] += len(off)
        spots = [f"{rows.x[k]:.0f}, {rows.y[k]:.0f}" for k in off[:_LISTED]]
        rows.faults.add_all(off[:_LISTED], "far_from_street", "flagged", values=spots)
        return {
            "facilities_in_reach": times,
            "nearest_m": nearest,
            "accessibility": access,
            "street_m": leg,
        }

    def _with_results(self, table: Any, zone: Ints, lost: Flags, found: dict[str, Any]) -> Any:
        import pyarrow as pa

        columns = {"zone_id": pa.array(self._ids, pa.string()).take(pa.array(zone % len(self._ids)))}
        for name, values in found.items():
            none = lost | ~np.isfinite(values) if values.dtype.kind == "f" else lost
            columns[name] = pa.array(values, mask=none)
        for name, own in self._added.items():
            table = table.append_column(own, columns[name])
        geo = (self.demand.points.schema.metadata or {}).get(b"geo")
        return table.replace_schema_metadata({b"geo": unbounded(geo)} if geo else None)


def added_zones(records: Sequence[Record], zones: int) -> Floats:
    """Add up the sums by zone that the parts of the second pass hold: (`SUMS` × 3 × zones) limbs."""
    sums = np.zeros((len(SUMS), LIMBS, zones))
    for told in _told(records, "zones"):
        sums += np.array(told, np.float64).reshape(sums.shape)
    return sums


def listed_faults(records: Sequence[Record], file: str) -> pd.DataFrame:
    """Return the rows that the parts of the second pass list, as `geosocial.tables.FAULTS`.

    Of a folder, each row is told with the file that holds it.
    """
    import pandas as pd

    parts = zip(_told(records, "faults"), _told(records, "file"), strict=True)
    files, rows = [], []
    for told, part in parts:
        rows += told
        files += [f"{file}/{part}" if Path(file).is_dir() else file] * len(told)
    columns: dict[str, Any] = {name: [row[k] for row in rows] for k, name in enumerate(_SAID)}
    table = pd.DataFrame({name: pd.array(cells, dtype="str") for name, cells in columns.items()})
    return table.assign(
        source_row=table["source_row"].astype("int64"),
        source=pd.Series("demand", table.index, dtype="str"),
        source_file=pd.array(files, dtype="str"),
    )[["source", "source_file", *_SAID]]


def _told(records: Sequence[Record], name: str) -> Iterator[Any]:
    import pyarrow.parquet as pq

    for record in records:
        text = (pq.read_metadata(record["path"]).metadata or {}).get(f"geosocial:{name}".encode())
        if text:
            yield json.loads(text)
