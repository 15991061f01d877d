"""Coverage and accessibility for demand larger than memory: two passes over its batches, sums that add up.

The first pass sums the demand within reach of each facility, Dⱼ = Σᵢ Pᵢ f(d_ij), piece by piece; a piece that
its bounds put beyond the reach of all facilities is not even read. Then Rⱼ = Sⱼ / Dⱼ. The second pass gives
every place its facilities within the standard, the nearest of them and Aᵢ = Σⱼ Rⱼ f(d_ij), writes its row,
and adds up the zones (`geosocial.measure.sums`). The formulas are those of `geosocial.measure.accessibility`;
costs are straight lines times the detour factor (`geosocial.geo.pairs`).

Each pass keeps a part of each piece (`geosocial.io.partitions`): a run that stopped goes on where it was.
The sums of the parts are added in their order, so that neither workers nor interruptions show in them. With
whole numbers they are exact, and the answers those of all rows at once, bit for bit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, Count, Said
from geosocial.geo.crs import crs_label
from geosocial.geo.join import check_snap, check_zones
from geosocial.intake.access_passes import Catchments, Pass, Places, Reach
from geosocial.intake.facilities import facilities_of
from geosocial.intake.join_files import layer_of, zones_of
from geosocial.intake.located import Located
from geosocial.intake.stream import Over
from geosocial.io.batches import open_points
from geosocial.io.detect import fingerprint
from geosocial.io.partitions import Partitions, Record
from geosocial.measure.sums import SUMS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

#: Changes when the output for the same input does.
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Accessed:
    """What became of the demand."""

    #: zone_id, zone_name, then places, demand, covered, coverage, backed, accessibility; last the places
    #: in no zone, if there are any, without a zone_id.
    zones: pd.DataFrame
    #: The rows of the facilities with demand_in_reach and supply_per_demand.
    facilities: pd.DataFrame
    rows: int
    unlocated: int
    notes: tuple[Said, ...]
    parts: int
    kept: int
    #: Pieces that the first pass did not need to read.
    far: int


def stream_access(
    demand_path: Path | str,
    facilities_path: Path | str,
    zones_path: Path | str,
    out: Path | str,
    *,
    over: Over,
    standard_m: float,
    detour: float = 1.0,
    weights: Sequence[float] = (),
    demand: str | None = None,
    supply: str | None = None,
    crs: str | None = None,
    snap_m: float = 250,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    piece_rows: int | None = None,
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
        Folder for the parts of both passes, ``places.parquet`` and ``catchments.parquet``.
    over
        What runs the work over the pieces: `geosocial.engine.threads`, or what `geosocial.engine.cluster`
        gives.
    standard_m
        d₀, metres: a facility at cost ≤ d₀ is within reach.
    detour
        Cost of a straight-line metre, at least 1.
    weights
        Of equal steps up to the standard (E2SFCA); none for 2SFCA.
    demand, supply
        Columns of P and S; without one, every place or facility counts 1.
    crs, snap_m, columns
        As for `geosocial.intake.join_files`; `columns` are those of the demand.
    progress
        Told the rows done in a pass, and of how many where that is known.
    piece_rows
        Rows of a part; no place's answer depends on it.

    Raises
    ------
    InputError
        When a file cannot be used, or a demand or supply is negative.
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
    reach = Reach(float(standard_m), float(detour), tuple(float(w) for w in weights))
    reach.check()
    zones, names, zone_notes = zones_of(layer_of(Path(zones_path), crs))
    check_zones(zones)
    located = Located(open_points(demand_path, crs), zones, crs=crs, columns=dict(columns or {}))
    found = facilities_of(Path(facilities_path), Path(zones_path), zones.crs, supply=supply, crs=crs)
    column = located.header(demand) if demand else ""
    others = [fingerprint(Path(facilities_path)), fingerprint(Path(zones_path))]
    told = [_FORMAT, located.points.sha256(), *others, reach.standard_m, reach.detour, reach.weights]
    told += [column, supply, crs, dict(columns or {}), piece_rows]

    def run(work: Pass, name: str, *more: object) -> list[Record]:
        mark = hashlib.sha256(json.dumps([*told, name, *more]).encode()).hexdigest()
        work.folder = Partitions(Path(out) / name, ".parquet", mark)
        return _run(work, work.folder, over, piece_rows=piece_rows, progress=progress)

    first = run(Catchments(located, zones, found, reach, column), "catchments.parquet")
    reached = _added(first, "reached", np.zeros(len(found.x)))
    places = Places(located, zones, found, reach, column, reached=reached, snap_m=snap_m)
    second = run(places, "places.parquet", snap_m)
    sums = _added(second, "zones", np.zeros((len(SUMS), len(zones) + 1)))
    return Accessed(
        zones=_by_zone(zones, names, sums),
        facilities=found.with_demand(reached),
        rows=sum(int(record["rows"]) for record in second),
        unlocated=sum(int(record["counts"].get("unlocated", 0)) for record in second),
        notes=(*located.notes, *zone_notes, *found.notes, *_notes(second, zones)),
        parts=len(second),
        kept=sum(record["kept"] for record in second),
        far=sum(int(record["far"]) for record in first),
    )


def _notes(records: Sequence[Record], zones: gpd.GeoDataFrame) -> tuple[Said, ...]:
    measured = Said(N_("Distances were measured in {crs}."), {"crs": crs_label(zones.crs)})
    if suppressed := sum(int(record["suppressed"]) for record in records):
        return Said(N_("Places without a known demand: {count}."), {"count": Count(suppressed)}), measured
    return (measured,)


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


def _added(records: Sequence[Record], name: str, sums: Floats) -> Floats:
    """Add up the sums that parts hold beside their rows, in their order; a part may have none."""
    import pyarrow.parquet as pq

    for record in records:
        told = (pq.read_metadata(record["path"]).metadata or {}).get(f"geosocial:{name}".encode())
        if told:
            sums += np.array(json.loads(told), np.float64).reshape(sums.shape)
    return sums


def _by_zone(zones: gpd.GeoDataFrame, names: Mapping[str, str], sums: Floats) -> pd.DataFrame:
    import pandas as pd

    from geosocial.measure.coverage import share

    ids = [*zones["zone_id"].astype(str), ""]
    places, people, covered, backed, accessible = sums
    table = pd.DataFrame(
        {
            "zone_id": pd.Series(ids, dtype="str"),
            "zone_name": pd.Series([names[i] for i in ids], dtype="str"),
            "places": places.astype(np.int64),
            "demand": people,
            "covered": covered,
            "coverage": share(covered, people),
            "backed": backed,
            "accessibility": share(accessible, people),
        }
    )
    return table if places[-1] else table.iloc[:-1]
