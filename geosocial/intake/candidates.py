"""Read candidate sites: a list or a layer with rules, vacant cells of a grid, or the places of the demand.

Identifiers are texts. A row without position, or that a rule leaves out, is kept with its reason: file, row,
what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, Count, InputError, Said
from geosocial.intake import candidate_positions, candidate_rules
from geosocial.intake.faults import Faults
from geosocial.intake.join_files import points_of
from geosocial.intake.reasons import REASONS
from geosocial.intake.recognise import recognise
from geosocial.intake.source import Source, under_study

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.placing import Geocoder
    from geosocial.results import InputFile
    from geosocial.study import Study

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

#: Most cells of a grid.
MOST_CELLS = 200_000
#: Why candidates are left out, by the code of the reason; for every other code the last.
WHY: Final = {
    "filtered": N_("by a filter {count}"),
    "outside_layer": N_("outside the inclusion zones {count}"),
    "inside_layer": N_("in the exclusion zones {count}"),
    "cell_occupied": N_("in a cell that is taken {count}"),
    "no_cost": N_("without a usable cost or capacity {count}"),
    "long_row": N_("with more cells than the header {count}"),
    "": N_("without a usable position {count}"),
}
_SAME: Final = dict.fromkeys(("bad_number", "ambiguous_number", "negative_number", "no_capacity"), "no_cost")
#: What a row in `Candidates.faults` of these actions means: it is no candidate.
LEFT_OUT = ("rejected", "unlocated")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which candidates are wanted: where they are listed, and which of them.

    Attributes
    ----------
    path
        List or layer; without it and without `grid_m`, the places of the demand.
    grid_m
        Side of the cells of a grid over the zones, in metres, instead of a list.
    crs, sheet, identifier
        As in `geosocial.intake.join_files`; header of the identifiers, without it the row number.
    where
        Filters, all of which a candidate must meet: `geosocial.intake.candidate_rules`.
    within, outside
        Layers of polygons: a candidate must be inside one of each of `within`, and inside none of `outside`.
    cost, capacity
        Headers of what a site costs, and of how much demand it can serve.
    addresses
        Address points in which rows without a position are looked up, instead of those of the study.
    """

    path: Path | None = None
    grid_m: float | None = None
    crs: str | None = None
    sheet: str | None = None
    identifier: str = ""
    where: Sequence[str] = ()
    within: Sequence[Path] = ()
    outside: Sequence[Path] = ()
    cost: str = ""
    capacity: str = ""
    addresses: Path | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate sites with a position in the study's CRS, and what became of the rows.

    Attributes
    ----------
    table
        candidate_id, name, zone_id, x, y, cost, capacity (NaN where none is given): one row a candidate.
    faults
        `geosocial.tables.FAULTS`: every row that is no candidate with its reason (`LEFT_OUT`), and remarks.
    read
        Rows read.
    file
        The file; None for the places of the demand and for a grid.
    identifiers
        Identifier of each row that was read, by its row number.
    own
        Whether the identifiers are those of the list; else they are its row numbers, or of places or cells.
    """

    table: pd.DataFrame
    faults: pd.DataFrame
    read: int
    file: InputFile | None = None
    identifiers: Mapping[int, str] | None = None
    own: bool = False

    @property
    def numbered(self) -> bool:
        """Return whether candidates are called by the row numbers of their list."""
        return self.file is not None and not self.own

    @property
    def left_out(self) -> dict[str, int]:
        """Return how many rows each reason leaves out, the most frequent first; each row counts once."""
        gone = self.faults[self.faults["action"].isin(LEFT_OUT)].drop_duplicates("source_row")
        return {str(code): int(n) for code, n in gone["code"].value_counts(sort=True).items()}


def from_demand(study: Study, demand: pd.DataFrame, wanted: Wanted) -> Candidates:
    """Return the places of the demand that lie in a zone as candidates."""
    inside = (demand["zone_id"] != "").to_numpy() & demand["x"].notna().to_numpy()
    places = demand[inside].reset_index(drop=True)
    faults = Faults("demand", study.demand.file.as_posix(), np.flatnonzero(inside) + 2)
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    every = np.ones(len(places), bool)
    kept = _by_layers(study, (x, y), wanted, faults, every)
    table = places[["demand_id", "zone_id", "x", "y"]].rename(columns={"demand_id": "candidate_id"})
    table.insert(1, "name", "")
    table = table.assign(cost=np.nan, capacity=np.nan).astype({"name": "str"})[kept]
    return _some(Candidates(table.reset_index(drop=True), faults.table(), len(places)), "")


def from_grid(
    study: Study, zones: gpd.GeoDataFrame, wanted: Wanted, occupied: tuple[Floats, Floats]
) -> Candidates:
    """Return the middles of the cells of a grid that lie in a zone and hold none of the occupied positions.

    Cells are squares whose sides are multiples of the size in the study's CRS: the same size gives the same
    cells whatever the zones.
    """
    import pandas as pd

    from geosocial.geo import ZoneIndex

    size = float(wanted.grid_m or 0.0)
    west, south, east, north = (float(v) for v in zones.total_bounds)
    columns = np.arange(np.floor(west / size), np.floor(east / size) + 1)
    rows = np.arange(np.floor(south / size), np.floor(north / size) + 1)
    if len(columns) * len(rows) > MOST_CELLS:
        raise InputError(
            N_("Cells of {size} m are {got}: at most {most} can be looked at."),
            hint=N_("Give --grid a larger size."),
            size=size,
            got=len(columns) * len(rows),
            most=MOST_CELLS,
        )
    column, row = (part.ravel() for part in np.meshgrid(columns, rows))
    at = ZoneIndex(zones).locate((column + 0.5) * size, (row + 0.5) * size)
    column, row, at = column[at >= 0], row[at >= 0], at[at >= 0]
    faults = Faults("grid", "", np.arange(1, len(row) + 1))
    here = np.isfinite(occupied[0])
    taken = set(zip(*(np.floor(axis[here] / size).tolist() for axis in occupied), strict=True))
    free = np.array([(c, r) not in taken for c, r in zip(column.tolist(), row.tolist(), strict=True)], bool)
    faults.add_all(np.flatnonzero(~free), "cell_occupied", "rejected")
    x, y = (column + 0.5) * size, (row + 0.5) * size
    kept = _by_layers(study, (x, y), wanted, faults, free)
    ids = [f"E{a * size:.0f}N{b * size:.0f}" for a, b in zip(column.tolist(), row.tolist(), strict=True)]
    table = pd.DataFrame(
        {
            "candidate_id": pd.Series(ids, dtype="str"),
            "name": pd.Series([""] * len(ids), dtype="str"),
            "zone_id": pd.Series(zones["zone_id"].to_numpy(object)[at], dtype="str"),
            "x": x,
            "y": y,
            "cost": np.nan,
            "capacity": np.nan,
        }
    )[kept].reset_index(drop=True)
    named = dict(enumerate(ids, 1))
    return _some(Candidates(table, faults.table(), len(ids), identifiers=named), "")


def study_candidates(
    study: Study, zones: gpd.GeoDataFrame, demand: pd.DataFrame, geocoder: Geocoder | None = None
) -> Candidates:
    """Return the candidates that the ``[siting]`` of a study asks for.

    Parameters
    ----------
    geocoder
        As in `read_candidates`.

    Raises
    ------
    InputError
        As `read_candidates`.
    """
    spec = None if study.siting is None else study.siting.candidates
    if spec is None:
        return from_demand(study, demand, Wanted())
    wanted = Wanted(
        path=study.path(spec.file),
        crs=spec.crs,
        sheet=spec.layer,
        where=spec.where,
        identifier=spec.id,
        within=[study.path(p) for p in spec.within],
        outside=[study.path(p) for p in spec.outside],
    )
    found = read_candidates(study, zones, wanted, geocoder, shown=spec.file.as_posix())
    assert found.file is not None  # noqa: S101 - a list was read; for the type checker
    return replace(found, file=under_study(found.file, study, spec.file, "candidates"))


def read_candidates(
    study: Study,
    zones: gpd.GeoDataFrame,
    wanted: Wanted,
    geocoder: Geocoder | None = None,
    *,
    shown: str = "",
) -> Candidates:
    """Return the candidates of a sheet or a layer; polygons are candidates at a point inside them.

    Parameters
    ----------
    wanted
        The list and its rules.
    geocoder
        Where the addresses of rows without a position are looked up.
    shown
        What the file is called in its faults; without it by its path.

    Raises
    ------
    InputError
        When the file or a filter cannot be used, a header does not exist, an identifier is empty or
        repeated, or no candidate is left.
    """
    import pandas as pd

    from geosocial.geo import join

    path = wanted.path or Path()
    source = points_of(path, wanted.crs, wanted.sheet)
    faults = Faults.of("candidates", shown or str(path), source)
    east, north = candidate_positions.located(study, zones, source, geocoder, crs=wanted.crs, faults=faults)
    headers = recognise(source.columns).columns
    named = headers.get("name") or headers.get("address")
    ids, own = _identifiers(source, wanted.identifier, headers.get("id", ""))
    zone = join(pd.DataFrame({"x": east, "y": north}), zones, snap_m=study.snap_m).points["zone_id"]
    zone_id = zone.astype("str").to_numpy(object)
    kept = np.isfinite(east)
    kept[[*source.long]] = False
    kept &= candidate_rules.filtered(source, wanted.where, zones, zone_id, faults)
    kept = _by_layers(study, (east, north), wanted, faults, kept)
    cost, capacity = candidate_rules.prices(source), np.full(len(ids), np.nan)
    if wanted.cost:
        cost = candidate_rules.amounts(source, wanted.cost, faults, "no_cost")
        kept &= np.isfinite(cost)
    if wanted.capacity:
        capacity = candidate_rules.amounts(source, wanted.capacity, faults, "no_capacity")
        kept &= np.isfinite(capacity)
    table = pd.DataFrame(
        {
            "candidate_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(source.columns.text(named) if named else [""] * len(ids), dtype="str"),
            "zone_id": pd.Series(zone_id, dtype="str"),
            "x": east,
            "y": north,
            "cost": cost,
            "capacity": capacity,
        }
    )[kept].reset_index(drop=True)
    _refuse_ids(table["candidate_id"], source.rows[kept], path, wanted.identifier)
    rows = dict(zip(source.rows.tolist(), ids, strict=True))
    found = Candidates(table, faults.table(), len(ids), source.file, rows, own)
    return _some(found, str(path))


def _identifiers(source: Source, asked: str, recognised: str) -> tuple[list[str], bool]:
    """Return the identifiers of the rows: of the column asked for, or recognised; otherwise their numbers.

    A column that was only recognised is taken where it names every row, and each by its own name. Also
    whether they are those of the list.
    """
    if asked:
        return source.columns.text(asked), True
    found = source.columns.text(recognised) if recognised else []
    if found and all(found) and len(set(found)) == len(found):
        return found, True
    return [str(row) for row in source.rows], False


def why_left_out(found: Candidates) -> tuple[Said, ...]:
    """Return how many candidates are left out for which reason, in words."""
    counts: dict[str, int] = {}
    for code, count in found.left_out.items():
        message = WHY.get(_SAME.get(code, code), WHY[""])
        counts[message] = counts.get(message, 0) + count
    return tuple(Said(message, {"count": Count(count)}) for message, count in counts.items())


def _by_layers(study: Study, at: tuple[Floats, Floats], wanted: Wanted, faults: Faults, kept: Bools) -> Bools:
    return candidate_rules.in_layers(
        study, *at, within=wanted.within, outside=wanted.outside, crs=wanted.crs, faults=faults, kept=kept
    )


def _refuse_ids(ids: pd.Series[str], rows: npt.NDArray[np.int64], path: Path, column: str) -> None:
    empty, again = ids == "", ids.duplicated() & (ids != "")
    if empty.any():
        raise InputError(
            N_("{file}, row {row}: the identifier of the candidate is empty (column “{column}”)."),
            hint=N_("Give it one, or leave out --id: each candidate is then called by its row number."),
            file=path,
            row=int(rows[empty.to_numpy()][0]),
            column=column,
        )
    if again.any():
        got = str(ids[again].iloc[0])
        raise InputError(
            N_("{file}: several candidates have the identifier “{got}” (column “{column}”), in rows {rows}."),
            hint=N_("Keep one of them, or leave out --id: each candidate is then called by its row number."),
            file=path,
            got=got[:80],
            rows=", ".join(str(row) for row in rows[(ids == got).to_numpy()][:5]),
            column=column,
        )


def _some(found: Candidates, file: str) -> Candidates:
    """Return the candidates when there are any."""
    if not len(found.table):
        gone = found.faults[found.faults["action"].isin(LEFT_OUT)]
        gone = gone.assign(asked=gone["code"] == "filtered")  # those that a filter leaves out are wanted so
        first = gone.sort_values(["asked", "source_row"], kind="stable").head(1).to_dict(orient="records")
        facts = {"file": file or "--candidates", "read": Count(found.read), "why": why_left_out(found)}
        hint = N_("Check the filters, the layers and the positions.")
        if not file or not first:
            raise InputError(N_("{file}: no candidate is left of {read}: {why}."), hint=hint, **facts)
        row = first[0]
        raise InputError(
            N_("{file}: no candidate is left of {read}: {why}. The first, row {row}: {reason}"),
            hint=hint,
            **facts,
            row=int(row["source_row"]),
            reason=Said(REASONS[str(row["code"])], {"column": row["column"], "value": row["value"]}),
        )
    return found


def named(found: Candidates, names: Sequence[str]) -> list[int]:
    """Return the positions of candidates by their identifiers.

    Raises
    ------
    InputError
        When there is no such candidate; when a rule left it out, this is said with its row.
    """
    if not names:
        return []
    position = {name: at for at, name in enumerate(found.table["candidate_id"].tolist())}
    for name in names:
        if name in position:
            continue
        row = next((r for r, known in (found.identifiers or {}).items() if known == name), None)
        if row is not None:
            raise InputError(
                N_("The candidate “{got}” (row {row}) is left out by a filter, a layer or its position."),
                hint=N_("Change the rules of the candidates, or name another."),
                got=name[:80],
                row=row,
            )
        raise InputError(
            N_("There is no candidate “{got}”."),
            hint=N_("Name one by its row number: {some} …; or give --id the column of the identifiers.")
            if found.numbered
            else N_("Name one by its identifier: {some} …"),
            got=name[:80],
            some=", ".join(list(position)[:3]),
        )
    return [position[name] for name in dict.fromkeys(names)]
