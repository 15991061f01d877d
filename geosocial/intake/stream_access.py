"""Coverage and accessibility for demand larger than memory: passes over its batches, sums that add up.

The first pass sums for each facility the demand within its reach, Dⱼ = Σᵢ Pᵢ u_ij, piece by piece; a piece
that its bounds put beyond the reach of all facilities is not even read. Then Rⱼ = Sⱼ / Dⱼ. The second pass
gives every place its facilities within the standard, the nearest of them and Aᵢ = Σⱼ Rⱼ v_ij, writes its row,
and adds up the zones (`geosocial.measure.sums`). Where nobody competes for the supply (nearest, cumulative,
gravity), one pass does. The formulas are those of `geosocial.measure.accessibility`
(`geosocial.measure.passes`); costs are straight lines times the detour factor, or ways along streets
(`geosocial.geo.ways`). Between the passes stand numbers of facilities, never of pairs: the memory does not
grow with the demand.

Each pass keeps a part of each piece (`geosocial.io.partitions`): a run that stopped goes on where it was.
Sums are exact (`geosocial.measure.exact`): neither pieces nor batches, workers or interruptions show in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, Count, Said, UnknownCrsError
from geosocial.geo.crs import crs_label
from geosocial.geo.join import check_snap, check_zones
from geosocial.geo.ways import AlongStreets, Straight, Ways
from geosocial.intake.access_measure import Reach, reach_of
from geosocial.intake.access_passes import (
    Catchments,
    Pass,
    PlaceRows,
    added_sums,
    added_zones,
    listed_faults,
)
from geosocial.intake.access_whole import opened_whole
from geosocial.intake.facilities import Facilities, facilities_of
from geosocial.intake.faults import Faults
from geosocial.intake.join_files import layer_of, zones_of
from geosocial.intake.located import Located
from geosocial.intake.stream import Over
from geosocial.intake.streets import streets_of
from geosocial.io.batches import open_points
from geosocial.io.detect import fingerprint
from geosocial.io.partitions import Partitions, Record, discard
from geosocial.measure.exact import total
from geosocial.measure.passes import shared_supply, sums_of
from geosocial.tables.access import ACCESS_ZONES
from geosocial.tables.contract import Contract, typed

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

#: Changes when the output for the same input does.
_FORMAT: Final = 3


@dataclass(frozen=True, slots=True)
class Accessed:
    """What became of the demand."""

    #: `geosocial.tables.access.ACCESS_ZONES`
    zones: pd.DataFrame
    #: The rows of the facilities; with `geosocial.tables.access.ACCESS_FACILITIES` where places compete.
    facilities: pd.DataFrame
    #: `geosocial.tables.FAULTS` of places and facilities; of each part the first 10,000.
    faults: pd.DataFrame
    #: What was measured.
    reach: Reach
    rows: int
    unlocated: int
    notes: tuple[Said, ...]
    parts: int
    kept: int
    #: Pieces that the first pass did not need to read.
    far: int
    #: Places far from any street.
    off_streets: int

    def tables(self) -> tuple[tuple[str, pd.DataFrame], ...]:
        """Return the tables to write, by name."""
        return ("zones", self.zones), ("facilities", self.facilities), ("faults", self.faults)


def stream_access(
    demand_path: Path | str,
    facilities_path: Path | str,
    zones_path: Path | str,
    out: Path | str,
    *,
    over: Over,
    standard_m: float,
    detour: float = 1.0,
    measure: str | None = None,
    decay: str | None = None,
    weights: Sequence[float] = (),
    beta: float | None = None,
    least_m: float = 100.0,
    streets: Path | str | None = None,
    streets_snap_m: float = 250,
    demand: str | None = None,
    supply: str | None = None,
    crs: str | None = None,
    snap_m: float = 250,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    piece_rows: int | None = None,
    whole: bool = False,
) -> Accessed:
    """Measure coverage and accessibility of places, batch by batch, and write their rows.

    Parameters
    ----------
    demand_path
        Places of demand: GeoParquet points, Parquet or CSV with columns of coordinates, a folder of Parquet.
    facilities_path
        A sheet or layer of facilities.
    zones_path
        Polygons by which the demand is summed; distances are measured in their metric system.
    out
        Folder for the parts of both passes, ``places.parquet`` and ``catchments.parquet``; of one pass the
        first alone, and the second of an earlier measure is removed.
    over
        What runs the work over the pieces: `geosocial.engine.threads`, or what `geosocial.engine.cluster`
        gives.
    standard_m
        d₀, metres: a facility at cost ≤ d₀ is within reach.
    detour
        Cost of a straight-line metre, at least 1.
    measure, decay, weights, beta, least_m
        As for `geosocial.intake.access_measure.reach_of`.
    streets, streets_snap_m
        Lines or a graph in GraphML along which people walk, and how far a place may be from a junction: from
        one farther away costs are straight lines times the detour, and it is listed.
    demand, supply
        Columns of P and S; without one, every place or facility counts 1.
    crs, snap_m, columns
        As for `geosocial.intake.join_files`; `columns` are those of the demand.
    progress
        Told the rows done in a pass, and of how many where that is known.
    piece_rows
        Rows of a part; nothing else depends on it.
    whole
        Read all places at once, from any sheet or layer.

    Raises
    ------
    InputError
        When a file cannot be used, a demand or supply is negative, or measure and decay do not fit.
    StudyError
        When the standard, the detour factor or the snapping distance is no such number.
    OutputError
        When `out` cannot be written.

    Examples
    --------
    >>> import geopandas as gpd, shapely, tempfile
    >>> from geosocial import engine
    >>> folder = Path(tempfile.mkdtemp())
    >>> at = shapely.points([[100, 50], [900, 50]])
    >>> places = gpd.GeoDataFrame({"people": [10, 30]}, geometry=at, crs=32188)
    >>> places.to_parquet(folder / "places.parquet")
    >>> halls = gpd.GeoDataFrame({"seats": [20]}, geometry=shapely.points([[400, 50]]), crs=32188)
    >>> halls.to_parquet(folder / "halls.parquet")
    >>> gpd.GeoDataFrame({"num": ["A"]}, geometry=[shapely.box(0, 0, 999, 99)], crs=32188).to_parquet(
    ...     folder / "zones.parquet"
    ... )
    >>> files = [folder / f"{name}.parquet" for name in ("places", "halls", "zones")]
    >>> made = stream_access(
    ...     *files, folder / "out", over=engine.threads, standard_m=300, demand="people", supply="seats"
    ... )
    >>> made.zones[["places", "demand", "covered", "coverage", "accessibility"]].to_numpy().tolist()
    [[2.0, 40.0, 10.0, 0.25, 0.5]]
    """
    check_snap(snap_m)
    reach = reach_of(
        standard_m,
        detour=detour,
        measure=measure,
        decay=decay,
        weights=weights,
        beta=beta,
        least_m=least_m,
    )
    zones, names, zone_notes = zones_of(layer_of(Path(zones_path), crs))
    check_zones(zones)
    chosen = dict(columns or {})
    if whole:
        points, odd, notes = opened_whole(Path(demand_path), Path(zones_path), crs=crs, columns=chosen)
        located = Located(points, zones, crs=None, columns={})
    else:
        located, odd = Located(open_points(demand_path, crs), zones, crs=crs, columns=chosen), None
        notes = located.notes
    found = facilities_of(Path(facilities_path), Path(zones_path), zones.crs, supply=supply, crs=crs)
    ways = _ways(found, zones, reach, streets=streets, snap_m=streets_snap_m, crs=crs)
    column = located.header(demand) if demand else ""
    others = [fingerprint(Path(p)) for p in (facilities_path, zones_path, streets) if p is not None]
    told = [_FORMAT, located.points.sha256(), *others, astuple(reach), streets_snap_m, whole]
    told += [column, supply, crs, chosen, piece_rows]

    def run(work: Pass, name: str, *more: object) -> list[Record]:
        mark = hashlib.sha256(json.dumps([*told, name, *more]).encode()).hexdigest()
        work.folder = Partitions(Path(out) / name, ".parquet", mark)
        return _run(work, work.folder, over, piece_rows=piece_rows, progress=progress)

    first = (
        run(Catchments(located, zones, ways, reach, column), "catchments.parquet") if reach.competes else []
    )
    sums = added_sums(first, sums_of(reach.measure), len(found.x))
    shared = shared_supply(found.supply, sums, measure=reach.measure)
    work = PlaceRows(located, zones, ways, reach, column, shared=shared, snap_m=snap_m)
    second = run(work, "places.parquet", snap_m)
    if not reach.competes:  # nobody shares: those of an earlier measure are not of this one
        discard(Path(out) / "catchments.parquet")
    off = sum(int(record["off_streets"]) for record in second)
    return Accessed(
        zones=_by_zone(zones, names, total(added_zones(second, len(zones) + 1)), valued=reach.valued),
        facilities=found.with_demand(total(sums)[0]) if reach.competes else found.frame,
        faults=_faults(listed_faults(second, str(demand_path)), odd, found, ways, str(facilities_path)),
        reach=reach,
        rows=sum(int(record["rows"]) for record in second),
        unlocated=sum(int(record["counts"].get("unlocated", 0)) for record in second),
        notes=(*notes, *zone_notes, *found.notes, *_weighed(reach, decay, weights), *_notes(second, zones)),
        parts=len(second),
        kept=sum(record["kept"] for record in second),
        far=sum(int(record["far"]) for record in first),
        off_streets=off,
    )


def _ways(
    found: Facilities,
    zones: gpd.GeoDataFrame,
    reach: Reach,
    *,
    streets: Path | str | None,
    snap_m: float,
    crs: str | None,
) -> Ways:
    """Return the facilities with what is needed to reach them."""
    if streets is None:
        return Straight(found.x, found.y, reach.standard_m, reach.detour)
    try:
        network, _ = streets_of(Path(streets), zones.crs)
    except UnknownCrsError:
        if crs is None:
            raise
        network, _ = streets_of(Path(streets), zones.crs, crs=crs)
    return AlongStreets(network, found.x, found.y, reach.standard_m, reach.detour, snap_m)


def _faults(
    listed: pd.DataFrame, odd: pd.DataFrame | None, found: Facilities, ways: Ways, file: str
) -> pd.DataFrame:
    """Return what deserves a look: of the places, then of the facilities."""
    import pandas as pd

    if odd is not None:  # the rows were located before, and that was told with its reason
        listed = pd.concat([odd, listed[listed["code"] == "far_from_street"]])
        listed = listed.sort_values("source_row", kind="stable")
    off = Faults("facilities", file, found.rows)
    if isinstance(ways, AlongStreets):
        rows = np.flatnonzero(ways.far)
        spots = [f"{ways.x[k]:.0f}, {ways.y[k]:.0f}" for k in rows]
        off.add_all(rows, "far_from_street", "flagged", values=spots)
    return pd.concat([listed, found.faults, off.table()], ignore_index=True)


def _weighed(reach: Reach, decay: str | None, weights: Sequence[float]) -> tuple[Said, ...]:
    """Return what is to be said of weights that nobody chose."""
    if not reach.weights or weights or decay:
        return ()
    told = ", ".join(f"{weight:g}" for weight in reach.weights)
    return (Said(N_("Weights of equal steps up to the standard: {weights}."), {"weights": told}),)


def _notes(records: Sequence[Record], zones: gpd.GeoDataFrame) -> tuple[Said, ...]:
    measured = Said(N_("Distances were measured in {crs}."), {"crs": crs_label(zones.crs)})
    counted = (
        ("suppressed", N_("Places without a known demand: {count}.")),
        ("off_streets", N_("Places far from any street: {count}.")),
    )
    said = [(text, sum(int(record[key]) for record in records)) for key, text in counted]
    return (*(Said(text, {"count": Count(count)}) for text, count in said if count), measured)


def _run(
    work: Pass,
    parts: Partitions,
    over: Over,
    *,
    piece_rows: int | None,
    progress: Callable[[int, int | None], None] | None,
) -> list[Record]:
    """Do a pass, and return the records of its parts in order, with their paths and whether each was kept."""
    points = work.demand.points
    kept, done = set(parts.kept), 0
    with parts.recording():
        for number, record in enumerate(over(work.part, points.pieces(piece_rows))):
            parts.add(number, record)
            done += record["rows"]
            if progress is not None:
                progress(done, points.total)
    return [{**parts.kept[k], "kept": k in kept, "path": parts.path(k)} for k in sorted(parts.kept)]


def _by_zone(
    zones: gpd.GeoDataFrame, names: Mapping[str, str], sums: Floats, *, valued: bool
) -> pd.DataFrame:
    import pandas as pd

    from geosocial.measure.coverage import share

    ids = [*zones["zone_id"].astype(str), ""]
    places, people, covered, backed, travel, accessible = sums
    table = pd.DataFrame(
        {
            "zone_id": ids,
            "zone_name": [names[i] for i in ids],
            "places": places,
            "demand": people,
            "covered": covered,
            "coverage": share(covered, people),
            "backed": backed,
            "nearest_m": share(travel, covered),
            "accessibility": share(accessible, people),
        }
    )
    columns = {name: c for name, c in ACCESS_ZONES.columns.items() if valued or name != "accessibility"}
    contract = Contract(ACCESS_ZONES.name, columns, ACCESS_ZONES.key)
    return typed(table if places[-1] else table.iloc[:-1], contract)
