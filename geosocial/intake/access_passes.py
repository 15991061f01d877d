"""The two passes of `geosocial.intake.stream_access`: what is done to a piece of the demand.

A pass is sent to the workers as it stands; what each of them prepares for itself is left behind. A part holds
the rows of its piece, and the sums of the pass in the metadata beside them: a part that is whole has both.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.assign import Assigner
from geosocial.intake.facilities import Facilities
from geosocial.intake.faults import Faults
from geosocial.intake.figures import figures
from geosocial.intake.locate import moved
from geosocial.intake.located import Located
from geosocial.intake.stream import free_name, unbounded
from geosocial.io.atomic import replacing
from geosocial.io.batches import BATCH, Piece
from geosocial.io.partitions import Partitions, Record, write_batches
from geosocial.measure.sums import SUMS, zone_sums

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

#: Pairs of place and facility looked at together, about; and places before their number is known.
_PAIRS: Final = 2_000_000
_FIRST: Final = 4_096
_PREPARING = Lock()
#: The columns that a place gets.
ADDED: Final = ("zone_id", "facilities_in_reach", "nearest_m", "accessibility")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far is within reach, and what a facility there is worth."""

    standard_m: float
    detour: float
    #: Weights of so many equal steps up to the standard; none for 1 throughout.
    weights: tuple[float, ...] = ()

    def check(self) -> None:
        """Raise when one of these is no such number."""
        if not (np.isfinite(self.standard_m) and self.standard_m > 0):
            raise StudyError(N_("The standard must be a distance in metres above 0."))
        if not (np.isfinite(self.detour) and self.detour >= 1):
            raise StudyError(N_("The detour factor must be a number of at least 1."))
        self.how()

    def how(self) -> dict[str, Any]:
        """Return the options of the measures."""
        from geosocial.measure.decay import stepwise

        if not self.weights:
            return {"standard": self.standard_m}
        steps = np.arange(1, len(self.weights) + 1) / len(self.weights)
        bounds = (self.standard_m * steps).tolist()
        return {"standard": self.standard_m, "decay": stepwise(bounds, self.weights)}


class Pass(ABC):
    """What both passes do to a piece: read it, locate it, find its pairs, write its part."""

    #: Whether all columns are read, or only those that the sums need.
    _every = False

    def __init__(
        self, demand: Located, zones: gpd.GeoDataFrame, facilities: Facilities, reach: Reach, column: str
    ) -> None:
        self.demand, self.zones, self.facilities = demand, zones, facilities.bare()
        self.reach, self.column = reach, column
        self.folder: Partitions | None = None

    def part(self, piece: Piece) -> Record:
        """Return the record of a part, after writing it if it is not there."""
        assert self.folder is not None  # noqa: S101 - set before the first piece; for the type checker
        kept = self.folder.kept.get(piece.number)
        if kept is not None:
            return kept
        path = self.folder.path(piece.number)
        record: Record = {"file": path.name, "rows": 0, "bytes": 0, "counts": {}, "suppressed": 0, "far": 0}
        sums: dict[str, Floats] = {}
        with replacing(path) as whole:
            write_batches(
                whole,
                self._batches(piece, record, sums),
                lambda: {f"geosocial:{name}": json.dumps(v.ravel().tolist()) for name, v in sums.items()},
            )
            record["bytes"] = whole.stat().st_size
        return record

    @abstractmethod
    def _batches(self, piece: Piece, record: Record, sums: dict[str, Floats]) -> Iterator[Any]:
        """Give the batches to write of a piece, and add what it sums to `sums`."""

    def _rows(self, piece: Piece, record: Record) -> Iterator[tuple[Any, Floats, Floats, Floats]]:
        """Give each batch of a piece with x, y and the demand of its rows."""
        before = piece.before
        columns = (
            None if self._every else list(dict.fromkeys([*self.demand.needed, *filter(None, [self.column])]))
        )
        for table in self.demand.points.batches(piece, BATCH, columns):
            faults = Faults("demand", piece.path, np.arange(before, before + len(table)))
            own, _ = self.demand.positions(table, faults)
            x, y = moved(own, self.zones.crs, faults)
            people = self._people(table, before)
            lost = int(np.isnan(x).sum())
            counts = record["counts"]
            counts["located"] = counts.get("located", 0) + len(table) - lost
            counts["unlocated"] = counts.get("unlocated", 0) + lost
            record["suppressed"] += int(np.isnan(people).sum())
            record["rows"] += len(table)
            before += len(table)
            yield table, x, y, people

    def _people(self, table: Any, before: int) -> Floats:
        """Return the demand of each row, NaN where it is not known."""
        if not self.column:
            return np.ones(len(table))
        people, _ = figures(table.select([self.column]).to_pandas()[self.column])
        bad = np.flatnonzero(people < 0)
        if len(bad):
            header = 2 if self.demand.points.form == "csv" else 1
            raise InputError(
                N_("{file}: rows {rows} hold a negative figure (column “{column}”)."),
                hint=N_("Correct these rows and try again."),
                file=self.demand.points.files[0],
                column=self.column,
                rows=", ".join(str(before + int(k) + header) for k in bad[:5]),
            )
        return people

    def _pairs(self, x: Floats, y: Floats) -> Iterator[tuple[slice, Any]]:
        """Give the pairs within reach of some places after others: as many as fit into memory together."""
        from geosocial.geo.pairs import pairs_within

        start, many = 0, _FIRST
        while start < len(x):
            part = slice(start, min(start + many, len(x)))
            pairs = pairs_within(
                x[part],
                y[part],
                self.facilities.x,
                self.facilities.y,
                reach=self.reach.standard_m,
                detour=self.reach.detour,
            )
            yield part, pairs
            start = part.stop
            many = int(np.clip(many * _PAIRS / max(len(pairs.data), 1), _FIRST // 16, 8 * many))


class Catchments(Pass):
    """The first pass: the demand within reach of each facility."""

    def _batches(self, piece: Piece, record: Record, sums: dict[str, Floats]) -> Iterator[Any]:
        import pyarrow as pa

        from geosocial.measure.accessibility import catchment_demand

        if self._far(piece):
            record["far"] = 1
        else:
            reached = np.zeros(len(self.facilities.x))
            for _, x, y, people in self._rows(piece, record):
                known = np.nan_to_num(people)
                for part, pairs in self._pairs(x, y):
                    reached += catchment_demand(pairs, known[part], **self.reach.how())
            sums["reached"] = reached
        yield pa.table({})

    def _far(self, piece: Piece) -> bool:
        """Return whether no point of a piece can be within reach of a facility, by its bounds alone."""
        box = self.demand.box(piece)
        if box is None:
            return False
        west, south, east, north = box
        x, y = self.facilities.x, self.facilities.y
        dx = np.maximum(np.maximum(west - x, x - east), 0.0)
        dy = np.maximum(np.maximum(south - y, y - north), 0.0)
        return not bool((np.hypot(dx, dy) * self.reach.detour <= self.reach.standard_m).any())


class Places(Pass):
    """The second pass: the row of each place, and the sums by zone."""

    _every = True

    def __init__(
        self,
        demand: Located,
        zones: gpd.GeoDataFrame,
        facilities: Facilities,
        reach: Reach,
        column: str,
        *,
        reached: Floats,
        snap_m: float,
    ) -> None:
        super().__init__(demand, zones, facilities, reach, column)
        from geosocial.measure.accessibility import supply_ratios

        self._ratios = supply_ratios(facilities.supply, reached)
        self._snap_m = snap_m
        taken = {name.lower() for name in demand.points.schema.names}
        self._added = {name: free_name(name, taken) for name in ADDED}
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

    def _batches(self, piece: Piece, record: Record, sums: dict[str, Floats]) -> Iterator[Any]:
        from geosocial.measure.accessibility import from_ratios, in_reach, nearest_cost

        count = len(self.zones)
        sums["zones"] = np.zeros((len(SUMS), count + 1))
        for table, x, y, people in self._rows(piece, record):
            zone = self._prepared().assign(x, y).first
            times, nearest, access = np.zeros(len(x), np.int64), np.empty(len(x)), np.empty(len(x))
            for part, pairs in self._pairs(x, y):
                times[part] = in_reach(pairs, standard=self.reach.standard_m)
                nearest[part] = nearest_cost(pairs)
                access[part] = from_ratios(pairs, self._ratios, **self.reach.how())
            lost = np.isnan(x)
            of = np.where(lost, -1, np.where(zone < 0, count, zone))
            sums["zones"] += zone_sums(people, times, access, of, count + 1)
            yield self._with_results(table, zone, lost, (times, nearest, access))

    def _with_results(self, table: Any, zone: Ints, lost: Flags, found: tuple[Ints, Floats, Floats]) -> Any:
        import pyarrow as pa

        times, nearest, access = found
        added = (
            pa.array(self._ids, pa.string()).take(pa.array(zone % len(self._ids))),
            pa.array(times, mask=lost),
            pa.array(nearest, mask=lost | ~np.isfinite(nearest)),
            pa.array(access, mask=lost),
        )
        for name, values in zip(ADDED, added, strict=True):
            table = table.append_column(self._added[name], values)
        geo = (self.demand.points.schema.metadata or {}).get(b"geo")
        return table.replace_schema_metadata({b"geo": unbounded(geo)} if geo else None)
