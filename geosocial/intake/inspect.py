"""Look into a file before it is used: what it is, how it was read, what each column is, what is wrong where.

Nothing is guessed and nothing is lost: every row is located, unlocated or rejected, and the three add up to
the rows that the reader of the file counted. A column whose words or numbers are mostly not of ours is named
and left alone, so that a file that was made for something else is not drowned in faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from geosocial.errors import N_, ConservationError, Count, Said, UnknownCrsError
from geosocial.intake.faults import Faults
from geosocial.intake.our_words import held
from geosocial.intake.recognise import Recognised, recognise
from geosocial.intake.slid import ALONE, note_slid
from geosocial.intake.source import Source, letters_said, open_source
from geosocial.io.layers import layer_names
from geosocial.results import InputFile
from geosocial.tables import OUTCOMES

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

#: What may become of a row.
BECAME: Final = ("located", "unlocated", "rejected")
#: From west to east and from south to north, in degrees.
_CANADA: Final = ((-142.0, -52.0), (41.0, 84.0))
_POLYGONS: Final = (3, 6)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in one sheet or layer."""

    path: str
    kind: Literal["places", "boundaries"]
    file: InputFile
    recognised: Recognised
    notes: tuple[Said, ...]
    #: `geosocial.tables.FAULTS`
    faults: pd.DataFrame
    #: `BECAME` → rows, or `geosocial.tables.OUTCOMES` → rows where there are zones; the sum is the rows.
    counts: Mapping[str, int]


def inspect(
    path: Path | str,
    *,
    sheet: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    zones: Path | str | None = None,
) -> list[Inspection]:
    """Look into a file: into each of its layers, unless one is named.

    Parameters
    ----------
    path
        A sheet of places, or a layer of places or of boundaries.
    sheet
        Sheet or layer to look into.
    crs
        Coordinate reference system of a file that does not say its own.
    columns
        Column → header, where headers are not recognised (`geosocial.intake.recognise.named`).
    zones
        A layer of zones, in which positions are looked up as `geosocial.intake.join_files` does: damaged ones
        are mended where one way of it lies inside, and the zones that rows declare are compared.

    Raises
    ------
    InputError
        When the file cannot be used.
    """
    file = Path(path)
    wanted: list[str | None] = [sheet] if sheet is not None else [*layer_names(file)] or [None]
    return [_look(file, name, crs, columns or {}, zones) for name in wanted]


def _look(
    path: Path, sheet: str | None, crs: str | None, chosen: Mapping[str, str], zones: Path | str | None
) -> Inspection:
    try:
        source = open_source(path, layer=sheet)
    except UnknownCrsError:
        if crs is None:
            raise
        source = open_source(path, layer=sheet, crs=crs)
    found = recognise(source.columns, chosen)
    faults = Faults.of("check", str(path), source)
    if _of_polygons(source):
        notes, located = _boundaries(source, found, faults)
        kind: Literal["places", "boundaries"] = "boundaries"
    else:
        found, notes = _typed(source, found, chosen, faults)
        if zones is not None and (source.layer is not None or found.pair() is not None):
            note_slid(source, found.columns, faults)
            typed = Inspection(str(path), "places", source.file, found, notes, faults.table(), {})
            rejected = faults.positions("rejected")
            return _joined(typed, rejected, zones, sheet=sheet, crs=crs, chosen=chosen)
        said, located = _located(source, found, crs, faults)
        notes, kind = (*notes, *said), "places"
        note_slid(source, found.columns, faults)
    notes = (*letters_said(path.name, source.file.how), *notes)
    return Inspection(
        str(path), kind, source.file, found, notes, faults.table(), _counts(source, located, faults)
    )


def _joined(
    one: Inspection,
    rejected: Collection[int],
    zones: Path | str,
    *,
    sheet: str | None,
    crs: str | None,
    chosen: Mapping[str, str],
) -> Inspection:
    """Return an inspection with the zones: what became of each row, and where it is declared elsewhere."""
    import pandas as pd

    from geosocial.intake.join_files import join_files

    joined = join_files(one.path, zones, crs=crs, sheet=sheet, columns=chosen, geometry=False)
    became = list(joined.outcomes)
    for position in rejected:
        became[position] = "rejected"
    counts = Counter(became)
    faults = joined.faults[~joined.faults["code"].isin({"long_row", "short_row", "error_value"})]
    slid = one.faults.loc[one.faults["code"].isin(ALONE), "source_row"]
    faults = faults[~faults["source_row"].isin(slid)]
    both = pd.concat([one.faults, faults.assign(source="check")], ignore_index=True)
    return replace(
        one,
        notes=(*one.notes, *joined.notes),
        faults=both.sort_values("source_row", kind="stable", ignore_index=True),
        counts={outcome: counts[outcome] for outcome in OUTCOMES},
    )


def _counts(source: Source, located: npt.NDArray[np.bool_], faults: Faults) -> dict[str, int]:
    rejected = np.zeros(len(source.rows), dtype=bool)
    rejected[sorted(faults.positions("rejected"))] = True
    counts = {
        "located": int((located & ~rejected).sum()),
        "unlocated": int((~located & ~rejected).sum()),
        "rejected": int(rejected.sum()),
    }
    if sum(counts.values()) != source.file.rows:
        raise ConservationError(
            N_("{file}: {read} rows were read, and {told} were accounted for."),
            file=source.columns.file,
            read=source.file.rows,
            told=sum(counts.values()),
        )
    return counts


def _of_polygons(source: Source) -> bool:
    if source.layer is None:
        return False
    import shapely

    return bool(np.isin(shapely.get_type_id(source.layer.geometry.array), _POLYGONS).any())


def _boundaries(
    source: Source, found: Recognised, faults: Faults
) -> tuple[tuple[Said, ...], npt.NDArray[np.bool_]]:
    """Return what is to be said of the outlines, and which of them can be used."""
    import shapely

    from geosocial.intake.boundaries import mend, notes, square_metres, topology

    layer = source.layer
    assert layer is not None  # noqa: S101 - asked by the caller; for the type checker
    names = source.columns.text(found.columns.get("name", found.columns.get("id", "")))
    labels = [name or str(row) for name, row in zip(names, source.rows.tolist(), strict=True)]
    metric = layer.geometry
    if layer.crs.is_geographic:
        metric = metric.to_crs(layer.estimate_utm_crs())
    shapes = shapely.force_2d(np.asarray(metric.array, dtype=object))
    none = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    odd = ~none & ~np.isin(shapely.get_type_id(shapes), _POLYGONS)
    faults.add_all(np.flatnonzero(none), "no_geometry", "unlocated")
    faults.add_all(np.flatnonzero(odd), "not_a_polygon", "rejected")
    usable = ~none & ~odd
    outlines = shapes[usable]
    mended, changed = mend(outlines)
    at = np.flatnonzero(usable)
    broken = ~np.asarray(shapely.is_valid(mended))
    for i in np.flatnonzero(broken):
        faults.add(
            int(at[i]), "broken_outline", "rejected", value=str(shapely.is_valid_reason(outlines[i]))[:80]
        )
    for i in np.flatnonzero(changed):
        before, after = shapely.area([outlines[i], mended[i]])
        value = f"{square_metres(before)} → {square_metres(after)}"
        faults.add(int(at[i]), "mended_outline", "flagged", value=value)
    sound = at[~broken]
    said = notes(topology(mended[~broken]), [labels[i] for i in sound], int(changed.sum()))
    located = np.zeros(len(shapes), dtype=bool)
    located[sound] = True
    return tuple(said), located


def _typed(
    source: Source, found: Recognised, chosen: Mapping[str, str], faults: Faults
) -> tuple[Recognised, tuple[Said, ...]]:
    """Type the rows by the columns that hold words and numbers of ours; return the columns that do."""
    from geosocial.intake.records import type_rows
    from geosocial.study import PlacesSpec

    ours = held(source.columns, found, chosen)
    columns = ours.found.columns
    keys = ("sphere", "kind", "status", "legal_form", "direction", "count", "capacity", "id", "name")
    options = {key: columns[key] for key in keys if key in columns}
    if ours.crosswalk:
        options["crosswalk"] = ours.crosswalk
    spec = PlacesSpec.model_validate(
        {"key": "check", "file": source.columns.file, "label": "check", "source": "check", **options}
    )
    type_rows(source, spec, faults)
    if "id" in options:
        given = source.columns.text(options["id"])
        repeated = Counter(given)
        for position, identifier in enumerate(given):
            if identifier and repeated[identifier] > 1:
                faults.add(position, "repeated_id", "flagged", column=options["id"], value=identifier)
    return ours.found, ours.notes


def _located(
    source: Source, found: Recognised, crs: str | None, faults: Faults
) -> tuple[tuple[Said, ...], npt.NDArray[np.bool_]]:
    """Return what is to be said of the positions, and which rows have one."""
    from geosocial.intake.locate import positions

    nowhere = np.zeros(len(source.rows), dtype=bool)
    pair = found.pair()
    if source.layer is not None:
        x, y, named = "", "", None
    elif pair is None:
        wanted = [key for key in ("address", "street", "postal_code") if key in found.columns]
        note = (
            Said(
                N_(
                    "No columns of coordinates: rows can be placed by their address (column “{column}”), "
                    "with address points: --addresses FILE of geosocial new or geosocial join."
                ),
                {"column": found.columns[wanted[0]]},
            )
            if wanted
            else Said(N_("No columns of coordinates were recognised."))
        )
        return (note,), nowhere
    else:
        x, y, degrees = pair
        named = "EPSG:4326" if degrees else crs
        if named is None:
            facts = {"x": x, "y": y}
            note = Said(
                N_(
                    "Columns “{x}” and “{y}”: name their coordinate system by --crs EPSG:…. Around Montréal "
                    "it is mostly EPSG:32188 (MTM 8), else EPSG:26918 (UTM 18) or "
                    "EPSG:32198 (Québec Lambert)."
                ),
                facts,
            )
            return (note,), nowhere
    own = positions(source, x=x, y=y, crs=named, faults=faults)
    located = np.isfinite(own.x) & np.isfinite(own.y)
    if pair is None or not pair[2]:
        return (), located
    return _swapped(own.x, own.y, {"x": x, "y": y}), located


def _swapped(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], columns: Mapping[str, str]
) -> tuple[Said, ...]:
    """Return what is to be said of degrees that are in Canada only the other way round."""
    (west, east), (south, north) = _CANADA
    count = int(((y >= west) & (y <= east) & (x >= south) & (x <= north)).sum())
    if not count:
        return ()
    facts = {**columns, "count": Count(count)}
    return (
        Said(N_("Columns “{y}” and “{x}” seem to be swapped, in {count} of the rows that have both."), facts),
    )
