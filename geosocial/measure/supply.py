"""Supply: how many facilities of each kind a zone has, and what they hold. Missing is never zero.

What counts: records of counted lists, existing (not planned, not closed), with a zone. A record's ``count``
says how many facilities it stands for.

What is missing. A list *feeds* a kind when one of its records has that kind, or when study.toml says so (a
constant kind, or a crosswalk that leads to it). A zone × kind is missing when every counted list that feeds
the kind is incomplete, and the zone has no counted record of any kind of the same service in these lists:
silence of an incomplete list says nothing. In a complete list silence is zero; a list may be complete for the
zones of some kinds only (a city's list for its boroughs, not for the towns beside it). A kind that no list
feeds is missing everywhere.

A service is missing in a zone when all its kinds are, or when the kinds that are known add up to nothing
while one that some list feeds is missing: that sum could be anything. Kinds that no list feeds are otherwise
left out.

Limits. Where a zone has records, an incomplete list gives at least what is said, not exactly. A record
without number or without capacity adds none, but is never read as zero: the figure of a zone × kind is
unknown (NaN) where all its records lack it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.errors import N_, InputError
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.indicators import supply_unit
from geosocial.study import PlacesSpec, Service, Study
from geosocial.vocabulary import crosswalk, kinds

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stock:
    """Counted supply as arrays over zones × kinds (and lists), the common ground of all services.

    Attributes
    ----------
    kinds, spheres
        Keys of the kinds, and the sphere of each.
    count, capacity
        Zones × kinds; NaN where no record gives one.
    records
        Zones × lists × kinds: number of counted records.
    feeds
        Lists × kinds: whether the list feeds the kind.
    complete
        Zones × lists: whether the list is complete for the zone.
    """

    kinds: tuple[str, ...]
    spheres: tuple[str, ...]
    count: Floats
    capacity: Floats
    records: NDArray[np.int64]
    feeds: Bools
    complete: Bools

    def columns(self, keys: Sequence[str]) -> Ints:
        """Return the positions of these kinds."""
        return np.array([self.kinds.index(key) for key in dict.fromkeys(keys)], dtype=np.intp)

    def unknown(self, kind: int, siblings: Ints) -> Bools:
        """Return for each zone whether `kind` is missing in it, `siblings` being the kinds of its service."""
        feeding = np.flatnonzero(self.feeds[:, kind])
        unnumbered: Bools = np.isnan(self.count[:, kind])
        closed = self.complete[:, feeding].any(axis=1)
        silent = self.records[:, feeding][:, :, siblings].sum(axis=(1, 2)) == 0
        unknown: Bools = (silent & ~closed) | unnumbered
        return unknown


@dataclass(frozen=True, slots=True)
class ServiceSupply:
    """Supply of a service in each zone: in its unit (NaN: missing), facilities, if its lists are open."""

    amount: Floats
    facilities: Floats
    incomplete: Bools


@dataclass(frozen=True, slots=True)
class Facilities:
    """The located facilities of a service, in the order of the columns of its costs.

    Attributes
    ----------
    row
        Position of the record in the table of places.
    x, y
        Position, in metres.
    count
        Facilities that the record stands for, above 0.
    capacity
        What it holds; NaN where it is not known.
    kind
        Key of its kind.
    zone
        Position of its zone, −1 in none.
    complete
        Whether its list is complete there.
    """

    row: Ints
    x: Floats
    y: Floats
    count: Floats
    capacity: Floats
    kind: NDArray[np.object_]
    zone: Ints
    complete: Bools

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.row)


def facilities(
    places: pd.DataFrame, zones: pd.DataFrame, study: Study, service: Service, *, located: bool = True
) -> Facilities:
    """Return the facilities that a service counts: counted, existing, of its kinds, and located.

    Those outside all zones count: people walk across a boundary. A record without a number counts none.
    With ``located=False`` also those without a position, of which only the zone matters.

    Parameters
    ----------
    places, zones
        As in `tables.PLACES` and `tables.ZONES`.
    """
    import pandas as pd

    count = places["count"].to_numpy(dtype=np.float64)
    usable = places["counted"].to_numpy(dtype=bool) & (places["status"].to_numpy() == "existing")
    usable &= (places["outcome"].to_numpy() != "rejected") & (count > 0)
    if located:
        usable &= places["x"].notna().to_numpy()
    usable &= places["kind"].isin(service.kinds).to_numpy()
    row = np.flatnonzero(usable)

    def column(name: str) -> NDArray[Any]:
        values: NDArray[Any] = places[name].array[row].to_numpy()
        return values

    zone = pd.Index(zones["zone_id"]).get_indexer(pd.Index(column("zone_id"))).astype(np.intp)
    source = pd.Index([spec.key for spec in study.places]).get_indexer(pd.Index(column("source")))
    # Beyond the zones a list is complete only where it says so of every zone.
    complete = np.vstack(
        [_complete(study, zones["kind"]), [[spec.complete is True for spec in study.places]]]
    )
    return Facilities(
        row=row,
        x=column("x").astype(np.float64),
        y=column("y").astype(np.float64),
        count=count[row],
        capacity=column("capacity").astype(np.float64),
        kind=column("kind").astype(object),
        zone=zone,
        complete=complete[zone, source] & (source >= 0),
    )


def stock(places: pd.DataFrame, zones: pd.DataFrame, study: Study) -> Stock:
    """Return the counted supply of the study as arrays.

    Parameters
    ----------
    places
        Records, as in `tables.PLACES`.
    zones
        Zones, as in `tables.ZONES`; ``zone_id`` and ``kind`` are used.
    study
        The study: its lists, services and kinds.

    Raises
    ------
    InputError
        When a counted record has a count or a capacity that is negative or infinite, or a zone
        or a list that the study does not have: file, row and column named.
    """
    import pandas as pd

    zone_ids = zones["zone_id"].tolist()
    lists = [spec.key for spec in study.places]
    counted = places[places["counted"] & (places["kind"] != "")]
    source = pd.Index(lists).get_indexer(pd.Index(counted["source"]))
    _refuse(counted, source < 0, "source")
    keys, spheres = _kinds(study, counted)
    kind = pd.Index(keys).get_indexer(pd.Index(counted["kind"]))
    feeds = np.zeros((len(lists), len(keys)), dtype=bool)
    feeds[source[kind >= 0], kind[kind >= 0]] = True
    for row, spec in enumerate(study.places):
        feeds[row] |= spec.counted & np.isin(keys, list(_declared(spec)))

    zone = pd.Index(zone_ids).get_indexer(pd.Index(counted["zone_id"]))
    count, capacity = (counted[name].to_numpy(dtype=np.float64) for name in ("count", "capacity"))
    in_zone = counted["zone_id"].to_numpy() != ""
    _refuse(counted, in_zone & (zone < 0), "zone_id")
    _refuse(counted, (count < 0) | np.isinf(count), "count")
    _refuse(counted, (capacity < 0) | np.isinf(capacity), "capacity")

    here = (zone >= 0) & (kind >= 0) & (counted["status"] == "existing").to_numpy()
    shape = (len(zone_ids), len(keys))
    cell = zone[here] * len(keys) + kind[here]
    number, held = (
        _sums(values[here], cell, len(zone_ids) * len(keys)).reshape(shape) for values in (count, capacity)
    )
    records = np.zeros((len(zone_ids), len(lists), len(keys)), dtype=np.int64)
    np.add.at(records, (zone[here], source[here], kind[here]), 1)
    measured = np.array(
        [kinds()[key].capacity != "" if key in kinds() else False for key in keys], dtype=bool
    )
    none = records.sum(axis=1) == 0
    return Stock(
        kinds=tuple(keys),
        spheres=tuple(spheres),
        count=np.where(none, 0.0, number),
        # Nothing holds nothing, where the kind has a capacity at all.
        capacity=np.where(none & measured, 0.0, held),
        records=records,
        feeds=feeds,
        complete=_complete(study, zones["kind"]),
    )


def _complete(study: Study, zone_kinds: pd.Series[str]) -> Bools:
    """Return, for zones × lists, whether the list says that it is complete for zones of that kind."""
    columns = []
    for spec in study.places:
        here = zone_kinds.isin(spec.complete) if isinstance(spec.complete, tuple) else spec.complete
        columns.append(np.broadcast_to(np.asarray(here, dtype=bool), len(zone_kinds)))
    return np.column_stack(columns) if columns else np.zeros((len(zone_kinds), 0), dtype=bool)


def by_zone(places: pd.DataFrame, zones: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return facilities and capacity of each zone × kind: count = Σ count, capacity = Σ capacity.

    The kinds are those of the study's services, in their order, then the other kinds that counted records
    have and that serve a sphere. A kind that several services share is judged among the kinds of all of them.

    Parameters
    ----------
    places, study
        As in `stock`.
    zones
        Zones, as in `tables.ZONES`; ``zone_id`` and ``kind`` are used.

    Returns
    -------
    DataFrame
        As in `tables.SUPPLY`; count and capacity are NaN where the status is missing (see the module).

    Raises
    ------
    InputError
        As `stock`.
    """
    import pandas as pd

    zone_ids = zones["zone_id"].tolist()
    found = stock(places, zones, study)
    siblings = {key: [key] for key in found.kinds}
    for _, service in study.services():
        for key in service.kinds:
            siblings[key] = siblings[key] + list(service.kinds)
    missing = np.zeros(found.count.shape, dtype=bool)
    for column, key in enumerate(found.kinds):
        missing[:, column] = found.unknown(column, found.columns(siblings[key]))
    n = len(zone_ids)
    table = pd.DataFrame(
        {
            "zone_id": np.repeat(np.array(zone_ids, dtype=object), len(found.kinds)),
            "sphere": np.tile(np.array(found.spheres, dtype=object), n),
            "kind": np.tile(np.array(found.kinds, dtype=object), n),
            "count": np.where(missing, np.nan, found.count).ravel(),
            "capacity": np.where(missing, np.nan, found.capacity).ravel(),
            "status": np.where(missing, "missing", "ok").astype(object).ravel(),
        }
    ).astype(dict.fromkeys(("zone_id", "sphere", "kind", "status"), "str"))
    return tables.check(table, tables.SUPPLY)


def of_service(found: Stock, service: Service, *, only: Sequence[str] | None = None) -> ServiceSupply:
    """Return the supply of a service in each zone, summed over its kinds; NaN where missing (see the module).

    The amount is in `geosocial.measure.indicators.supply_unit`: a zone with records but no known capacity is
    missing.

    Parameters
    ----------
    only
        Some of the kinds of the service, for a narrower definition of its supply. A record of any kind of the
        service still breaks the silence of its list.
    """
    siblings = found.columns(service.kinds)
    columns = siblings if only is None else found.columns(only)
    unknown = np.column_stack([found.unknown(int(column), siblings) for column in columns])
    fed = found.feeds[:, columns].any(axis=0)
    facilities = np.where(unknown, 0.0, found.count[:, columns]).sum(axis=1)
    missing = unknown.all(axis=1) | ((facilities == 0) & (unknown & fed).any(axis=1))
    amount = facilities
    if supply_unit(service) != "facilities":
        held = np.where(unknown, 0.0, found.capacity[:, columns])
        amount = np.nansum(held, axis=1)
        missing |= (amount == 0) & np.isnan(held).any(axis=1)
    closed: Bools = np.column_stack(
        [found.complete[:, found.feeds[:, column]].any(axis=1) for column in columns]
    )
    return ServiceSupply(
        amount=np.where(missing, np.nan, amount),
        facilities=np.where(missing, np.nan, facilities),
        incomplete=np.asarray((fed & ~closed).any(axis=1)),
    )


def _sums(values: Floats, cell: Ints, size: int) -> Floats:
    """Return the sum of the known values of each cell; NaN where none is known."""
    known = ~np.isnan(values)
    total = np.bincount(cell[known], weights=values[known], minlength=size).astype(np.float64)
    total[np.bincount(cell[known], minlength=size) == 0] = np.nan
    return total


def _kinds(study: Study, counted: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the kinds of the study and the sphere of each: those of services first, then others, by key."""
    sphere_of: dict[str, str] = {}
    for sphere, service in study.services():
        for key in service.kinds:
            sphere_of.setdefault(key, sphere)
    extra = (
        counted.loc[counted["sphere"] != "", ["kind", "sphere"]]
        .drop_duplicates()
        .sort_values(["kind", "sphere"])
    )
    for key, sphere in extra.itertuples(index=False):
        sphere_of.setdefault(key, sphere)
    return list(sphere_of), list(sphere_of.values())


def _declared(spec: PlacesSpec) -> set[str]:
    """Return the kinds that study.toml says a list holds, whether or not a record has them."""
    if spec.kind.startswith("="):
        return {spec.kind[1:]}
    own = set(spec.kind_words.values())
    if not spec.crosswalk:
        return own
    table = crosswalk(spec.crosswalk)
    return {*own, *table.kinds.values(), *table.prefixes.values(), table.default}


_FAULTS = {
    "source": N_("{file}: row {row}: the list “{got}” is not in the study."),
    "zone_id": N_("{file}: row {row}: the zone “{got}” is not in the study."),
    "count": N_("{file}: row {row}: the number of facilities “{got}” is not a number from 0 up."),
    "capacity": N_("{file}: row {row}: the capacity “{got}” is not a number from 0 up."),
}


def _refuse(counted: pd.DataFrame, bad: Bools, column: str) -> None:
    if bad.any():
        row = counted[bad].iloc[0]
        raise InputError(
            _FAULTS[column],
            hint=N_("Correct this row, or the list that holds it."),
            file=row["source_file"],
            row=int(row["source_row"]),
            column=column,
            got=row[column],
        )
