"""Read candidate sites: a list or a layer with filters, or the places of the demand themselves.

Filters are short texts such as ``area>=500`` or ``use=vacant``: a header, a comparison, a value. They are
read, never run. A candidate without position, or one that a filter leaves out, is counted and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.columns import number
from geosocial.intake.faults import Faults
from geosocial.intake.join_files import points_of, position_columns
from geosocial.intake.locate import moved, positions
from geosocial.intake.positions import Area
from geosocial.intake.recognise import recognise
from geosocial.intake.source import under_study
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.source import Source
    from geosocial.results import InputFile
    from geosocial.study import Study

_FILTER: Final = re.compile(r"\s*(?P<column>[^<>=!]+?)\s*(?P<sign>>=|<=|!=|=|>|<)\s*(?P<value>.*?)\s*")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate sites with a position in the study's CRS, and what became of the rows.

    Attributes
    ----------
    table
        candidate_id, name, zone_id, x, y: one row a candidate.
    faults
        `geosocial.tables.FAULTS` of the file.
    read, left_out
        Rows read; those that a filter left out.
    file
        The file; None for the places of the demand.
    """

    table: pd.DataFrame
    faults: pd.DataFrame | None
    read: int
    left_out: int
    file: InputFile | None = None


def from_demand(demand: pd.DataFrame) -> Candidates:
    """Return the places of the demand as candidates."""
    table = demand[["demand_id", "zone_id", "x", "y"]].rename(columns={"demand_id": "candidate_id"})
    table = table[table["zone_id"] != ""].reset_index(drop=True)
    table.insert(1, "name", "")
    return Candidates(table.astype({"name": "str"}), None, len(demand), 0)


def study_candidates(study: Study, zones: gpd.GeoDataFrame, demand: pd.DataFrame) -> Candidates:
    """Return the candidates that the ``[siting]`` of a study asks for.

    Raises
    ------
    InputError
        As `read_candidates`.
    """
    spec = None if study.siting is None else study.siting.candidates
    if spec is None:
        return from_demand(demand)
    found = read_candidates(
        study,
        zones,
        study.path(spec.file),
        crs=spec.crs,
        sheet=spec.layer,
        where=spec.where,
        identifier=spec.id,
        shown=spec.file.as_posix(),
    )
    assert found.file is not None  # noqa: S101 - a list was read; for the type checker
    return replace(found, file=under_study(found.file, study, spec.file, "candidates"))


def read_candidates(
    study: Study,
    zones: gpd.GeoDataFrame,
    path: Path,
    *,
    crs: str | None = None,
    sheet: str | None = None,
    where: Sequence[str] = (),
    identifier: str = "",
    shown: str = "",
) -> Candidates:
    """Return the candidates of a sheet or a layer; polygons are candidates at a point inside them.

    Parameters
    ----------
    crs, sheet
        As in `geosocial.intake.join_files`.
    where
        Filters, all of which a candidate must meet: ``column=value``, ``!=``, ``<``, ``<=``, ``>``, ``>=``.
        Texts are compared without accents and case; an empty or unreadable number meets none.
    identifier
        Header of the identifiers; without it the row number.
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

    source = points_of(path, crs, sheet)
    faults = Faults("candidates", shown or str(path), source.rows)
    x, y, own_crs, _ = position_columns(source, crs, {})
    own = positions(source, x=x, y=y, crs=own_crs, faults=faults, area=Area.around(zones))
    east, north = moved(own, study.crs, faults)
    kept = np.ones(len(east), bool)
    for text in where:
        kept &= _meets(source, text)
    named = recognise(source.columns).columns.get("name")
    ids = source.columns.text(identifier) if identifier else [str(row) for row in source.rows]
    placed = kept & np.isfinite(east)
    if not placed.any():
        raise InputError(
            N_("{file}: no candidate is left: {read} rows, {left} after the filters, none with a position."),
            hint=N_("Check the filters and the positions."),
            file=path,
            read=len(east),
            left=int(kept.sum()),
        )
    table = pd.DataFrame(
        {
            "candidate_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(source.columns.text(named) if named else [""] * len(ids), dtype="str"),
            "x": east,
            "y": north,
        }
    )[placed].reset_index(drop=True)
    bad = table["candidate_id"].duplicated() | (table["candidate_id"] == "")
    if bad.any():
        raise InputError(
            N_("{file}: the identifier “{got}” of a candidate is empty or repeated (column “{column}”)."),
            hint=N_("Give every candidate an identifier of its own."),
            file=path,
            got=str(table.loc[bad, "candidate_id"].iloc[0]),
            column=identifier,
        )
    zone = join(table[["x", "y"]], zones, snap_m=study.snap_m).points["zone_id"]
    table.insert(2, "zone_id", zone.astype("str").to_numpy())
    return Candidates(table, faults.table(), len(east), int((~kept).sum()), source.file)


def named(found: Candidates, names: Sequence[str]) -> list[int]:
    """Return the positions of candidates by their identifiers.

    Raises
    ------
    InputError
        When there is no such candidate.
    """
    position = {name: at for at, name in enumerate(found.table["candidate_id"])}
    for name in names:
        if name not in position:
            raise InputError(
                N_("There is no candidate “{got}”."),
                hint=N_("Name one by its identifier: {some} …"),
                got=name[:80],
                some=", ".join(list(position)[:3]),
            )
    return [position[name] for name in dict.fromkeys(names)]


def _meets(source: Source, text: str) -> npt.NDArray[np.bool_]:
    """Return which rows meet a filter."""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise InputError(
            N_("The filter “{got}” cannot be read."),
            hint=N_("Write a column, a comparison and a value: area>=500, use=vacant."),
            got=text[:80],
        )
    sign, value = found["sign"], found["value"]
    cells = source.columns.text(source.columns.header(found["column"]))
    if sign in {"=", "!="}:
        same = np.array([fold(cell) == fold(value) for cell in cells], bool)
        wanted = number(value)
        if isinstance(wanted, float):
            same |= np.array([number(cell) == wanted for cell in cells], bool)
        return same if sign == "=" else ~same
    limit = number(value)
    if not isinstance(limit, float) or np.isnan(limit):
        raise InputError(
            N_("The filter “{got}” compares with something that is no number."),
            hint=N_("Write a column, a comparison and a value: area>=500, use=vacant."),
            got=text[:80],
        )
    read = [number(cell) for cell in cells]
    values = np.array([v if isinstance(v, float) else np.nan for v in read])
    met = {">": values > limit, ">=": values >= limit, "<": values < limit, "<=": values <= limit}[sign]
    return np.asarray(met, bool)
