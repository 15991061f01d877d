"""Place the rows that have an address and no position; say of each how, or why not and what it might be.

Used by a study that has a ``[geocoding]`` table, and by ``geosocial join … --addresses FILE``. A row that has
a position of its own keeps it. Every row that is placed carries a fault that names the address point, the
score and the precision; every row that is not stays unlocated, with its candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from geosocial.errors import N_, Count, InputError, Said, StudyError
from geosocial.geo.crs import metric_crs, transform
from geosocial.intake.addresses import Address, civic_numbers, parse, parse_way, postal
from geosocial.intake.columns import Columns, number
from geosocial.intake.declared import recognised, spellings
from geosocial.intake.faults import Faults
from geosocial.intake.geocode import Found, Reference, Thresholds
from geosocial.intake.locate import Positions, locate
from geosocial.intake.postal_areas import Area
from geosocial.intake.recognise import recognise
from geosocial.intake.source import Source, open_source, under_study
from geosocial.results import InputFile
from geosocial.study import GeocodingSpec
from geosocial.vocabulary.synonyms import plain
from geosocial.vocabulary.zone_names import fold_name

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.online import Online
    from geosocial.study import Study

_NBSP: Final = "\u00a0"
#: Where only the centre of a forward sortation area is given.
_FSA_REACH_M: Final = 3000.0
#: How a row without a position of its own was placed, its score of 100, within which distance, and what else.
GEOCODED: Final = ("position_from", "position_score", "position_precision_m", "position_candidates")
#: Headers of civic numbers in published lists of address points, beside those of the vocabulary.
_NUMBERS: Final = ("num", "numero", "number", "no", "civic no", "addr de", "addr num")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns of a list that say where its rows are, without coordinates; ``""`` where there is none."""

    address: str = ""
    postal_code: str = ""
    city: str = ""

    def __bool__(self) -> bool:
        """Return whether anything can be looked for."""
        return bool(self.address or self.postal_code)


@dataclass(frozen=True, slots=True)
class Geocoder:
    """A list of address points, and when a position found in it is used."""

    reference: Reference
    thresholds: Thresholds
    #: The files that it was made of.
    files: tuple[InputFile, ...]
    #: A service that is asked for what is not found, where the user wants it.
    online: Online | None = None


def read_geocoder(
    study: Study, zones: gpd.GeoDataFrame | None = None, *, online: bool | Literal["kept"] = False
) -> Geocoder | None:
    """Return the geocoder of a study, None when it has no ``[geocoding]`` table.

    Parameters
    ----------
    study
        The study.
    zones
        Its zones, around which a service is asked.
    online
        Whether the service that the study names may be asked; ``"kept"``: only what it answered before.

    Raises
    ------
    InputError
        When a file cannot be used, or lacks a column.
    """
    spec = study.geocoding
    if online and (spec is None or not spec.service or zones is None):
        raise StudyError(
            N_("The study names no geocoding service to ask."),
            hint=N_('Add service = "https://…/search" under [geocoding], or run without --online.'),
        )
    if spec is None:
        return None
    full = spec.model_copy(
        update={
            "file": study.path(spec.file),
            "fsa_file": None if spec.fsa_file is None else study.path(spec.fsa_file),
        }
    )
    made = geocoder(full, study.crs)
    named = [spec.file, *([] if spec.fsa_file is None else [spec.fsa_file])]
    files = tuple(
        under_study(file, study, path, "geocoding") for file, path in zip(made.files, named, strict=True)
    )
    told = _service(study, spec, zones, ask=online != "kept") if online else None
    return replace(made, files=files, online=told)


def _service(study: Study, spec: GeocodingSpec, zones: gpd.GeoDataFrame | None, *, ask: bool) -> Online:
    assert zones is not None  # noqa: S101 - asked by the caller; for the type checker
    from geosocial.intake.online import ANSWERS, Online

    west, south, east, north = zones.to_crs(4326).total_bounds.tolist()
    return Online(
        spec.service, study.folder / ANSWERS, box=(west, south, east, north), crs=study.crs, ask=ask
    )


def geocoder(spec: GeocodingSpec, crs: object) -> Geocoder:
    """Return the geocoder that a description makes, its positions in `crs`, which is metric.

    Raises
    ------
    InputError
        When a file cannot be used, or lacks a column.
    """
    metric_crs(crs)
    source = open_source(spec.file, layer=spec.layer, crs=None if spec.x else spec.crs)
    columns = source.columns
    spec = described(spec, source)
    x, y = _positions(source, spec.x, spec.y, spec.crs, crs)
    written = columns.text(spec.postal_code)
    read = {text: postal(text) for text in dict.fromkeys(written)}
    codes = [read[text] for text in written]
    if spec.address:
        parsed = [parse(text) for text in columns.text(spec.address)]
        ranges = [(a.number, a.last) for a in parsed]
        ways = [a.way for a in parsed]
        codes = [code or a.postal_code for code, a in zip(codes, parsed, strict=True)]
        labels = columns.text(spec.address)
        labels = [
            label.removeprefix(str(a.number)).strip(" ,") for label, a in zip(labels, parsed, strict=True)
        ]
    else:
        parts = [columns.text(header) for header in spec.street]
        labels = [" ".join(" ".join(row).split()) for row in zip(*parts, strict=True)]
        known = {label: parse_way(label) for label in dict.fromkeys(labels)}
        ways = [known[label] for label in labels]
        numbers = columns.text(spec.number)
        spans = {text: civic_numbers(text) for text in dict.fromkeys(numbers)}
        ranges = [spans[text] for text in numbers]
    span = np.array(ranges, dtype=np.int64).reshape(-1, 2)
    areas: dict[str, Area] = {}
    files = [source.file]
    if spec.fsa_file is not None:
        areas, file = _areas(spec, spec.fsa_file, crs)
        files.append(file)
    reference = Reference(
        x=x, y=y, first=span[:, 0], last=span[:, 1], ways=ways, labels=labels, postal_codes=codes, areas=areas
    )  # fmt: skip
    return Geocoder(reference, Thresholds(spec.accept, spec.coarsest), tuple(files))


def place(
    source: Source,
    wanted: Wanted,
    made: Geocoder,
    *,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    zones: gpd.GeoDataFrame,
    declared: Sequence[str],
    names: Mapping[str, str],
    faults: Faults,
) -> dict[int, Found]:
    """Give `x` and `y` a position in each row that has none but an address; return what was found of each.

    Parameters
    ----------
    source
        The rows.
    wanted
        Columns of the address, the postal code and the town.
    made
        Where to look.
    x, y
        Positions in the reference system of `zones`, NaN where there is none. Changed in place.
    zones
        Zones with ``zone_id``; the one that a row declares is evidence.
    declared
        zone_id that each row declares, ``""`` for none; empty when no row does.
    names
        Folded name of a zone → zone_id: a town that is a zone is evidence too.
    faults
        Where to say what was done. A fault that left the row without a position becomes a remark once the
        address places it.
    """
    rejected = faults.positions("rejected")
    outlines = dict(zip(zones["zone_id"], zones.geometry.array, strict=True))
    columns = source.columns
    addresses = columns.text(wanted.address)
    codes, cities = columns.text(wanted.postal_code), columns.text(wanted.city)
    header = columns.shown(wanted.address or wanted.postal_code)
    looked: dict[int, Found] = {}
    for position in np.flatnonzero(~np.isfinite(x)).tolist():
        if position in rejected:
            continue
        address = parse(addresses[position], postal_code=codes[position], city=cities[position])
        zone = (declared[position] if declared else "") or names.get(fold_name(address.municipality), "")
        found = made.reference.find(address, zone=outlines.get(zone), thresholds=made.thresholds)
        if made.online and not found.placed and addresses[position]:
            asked = ", ".join(t for t in (addresses[position], cities[position], codes[position]) if t)
            told = made.online.find(asked, outlines.get(zone))
            found = told if told.placed or not found.candidates else found
        looked[position] = found
        if found.placed:
            x[position], y[position] = found.x, found.y
            faults.add(position, f"geocoded_{found.method}", "flagged", column=header, value=_how(found))
        else:
            value = candidates_text(found) or addresses[position] or codes[position]
            code = found.reason if found.candidates else _without(found, address)
            faults.add(position, code if value else "geocode_empty", "unlocated", column=header, value=value)
    if made.online:
        made.online.save()
    faults.demote([position for position, found in looked.items() if found.placed])
    return looked


def wanted_columns(columns: Columns, chosen: Mapping[str, str] | None = None) -> Wanted:
    """Return the columns of address, postal code and town that the headers name, or that are `chosen`."""
    found = recognise(columns, chosen).columns
    return Wanted(found.get("address", ""), found.get("postal_code", ""), found.get("city", ""))


def no_positions(source: Source) -> Positions:
    """Return no position for every row, in degrees: the list has addresses only."""
    import pyproj

    x, y = np.full((2, len(source.rows)), np.nan)
    return Positions(x, y, pyproj.CRS("EPSG:4326"))


def look_up(
    source: Source,
    wanted: Wanted,
    spec: GeocodingSpec,
    *,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    zones: gpd.GeoDataFrame,
    names: Mapping[str, str],
    faults: Faults,
) -> dict[int, Found]:
    """Look up the rows of a list that has no study; `names` holds the name of each zone. See `place`."""
    made = geocoder(spec, zones.crs)
    known = spellings([(name, zone) for zone, name in names.items()], {})
    borough = recognise(source.columns).columns.get("borough", "")
    said = recognised(source.columns.text(borough), known)
    return place(source, wanted, made, x=x, y=y, zones=zones, declared=said, names=known, faults=faults)


def with_placed(
    own: Positions, looked: Mapping[int, Found], crs: object
) -> tuple[Positions, dict[str, pd.Series]]:
    """Return the positions with those that were found, and the columns `GEOCODED`.

    Parameters
    ----------
    own
        The positions that the rows have themselves.
    looked
        What was found of the rows that were looked up, in `crs`.
    crs
        Coordinate reference system of what was found.
    """
    import pandas as pd

    x, y, size = own.x.copy(), own.y.copy(), len(own.x)
    at = [position for position, found in looked.items() if found.placed]
    east = np.array([looked[position].x for position in at], dtype=np.float64)
    north = np.array([looked[position].y for position in at], dtype=np.float64)
    x[at], y[at] = transform(east, north, crs, own.crs)
    score, precision = np.full((2, size), np.nan)
    method, candidates = [""] * size, [""] * size
    for position, found in looked.items():
        candidates[position] = candidates_text(found)
        if found.placed:
            method[position], score[position] = found.method, found.score
            precision[position] = found.precision_m
    texts = pd.Series(method, dtype="str"), pd.Series(candidates, dtype="str")
    columns = (texts[0], pd.Series(score), pd.Series(precision), texts[1])
    return Positions(x, y, own.crs), dict(zip(GEOCODED, columns, strict=True))


def looked_up_note(looked: Mapping[int, Found]) -> Said:
    """Return how many rows were looked up, and how many were placed."""
    placed = sum(found.placed for found in looked.values())
    return Said(
        N_("Addresses looked up: {looked}; placed: {placed}; left without a position: {left}."),
        {"looked": Count(len(looked)), "placed": Count(placed), "left": Count(len(looked) - placed)},
    )


def _without(found: Found, address: Address) -> str:
    """Return the reason of a row for which nothing at all was found."""
    return found.reason if address.number or address.postal_code or address.box else "geocode_unread"


def _how(found: Found) -> str:
    best = next(c for c in found.candidates if c.method == found.method)
    return f"{best.label} ({found.score:.0f}/100, ±{_NBSP}{found.precision_m:.0f}{_NBSP}m)"


def candidates_text(found: Found) -> str:
    """Return the candidates of an address in one line, the best first."""
    return "; ".join(f"{c.label} ({c.score:.0f}/100)" for c in found.candidates)


def described(spec: GeocodingSpec, source: Source) -> GeocodingSpec:
    """Return the description with the columns that it leaves to their headers.

    Raises
    ------
    InputError
        When no column of addresses, or of numbers and streets, or of coordinates is recognised.
    """
    columns = source.columns
    found = recognise(columns)
    update: dict[str, object] = {}
    if not spec.address and not (spec.street and spec.number):
        by_word = {plain(str(c)): str(c) for c in reversed(list(columns.table.columns))}
        extra = next((by_word[word] for word in _NUMBERS if word in by_word), "")
        number_column = spec.number or found.columns.get("street_number", extra)
        street = spec.street or ((found.columns["street"],) if "street" in found.columns else ())
        if number_column and street:
            update |= {"number": number_column, "street": street}
        elif "address" in found.columns:
            update["address"] = found.columns["address"]
        else:
            raise InputError(
                N_(
                    "{file}: no columns of civic number and street were recognised; the columns are: {found}."
                ),
                hint=N_("Call them number and street, or address; or name them in [geocoding] of the study."),
                file=columns.file,
                found=", ".join(str(c) for c in columns.table.columns),
            )
    if not spec.postal_code:
        update["postal_code"] = found.columns.get("postal_code", "")
    pair = found.pair()
    if source.layer is None and not spec.x:
        if pair is None:
            raise InputError(
                N_("{file}: no columns of coordinates were recognised; the columns are: {found}."),
                hint=N_("Call them longitude and latitude, or x and y with --crs EPSG:…."),
                file=columns.file,
                found=", ".join(str(c) for c in columns.table.columns),
            )
        update |= {"x": pair[0], "y": pair[1]} | ({"crs": "EPSG:4326"} if pair[2] else {})
    return spec.model_copy(update=update)


def _positions(
    source: Source, x: str, y: str, crs: str | None, target: object
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the positions of reference points; those that have none are not used, and not reported."""
    return locate(source, x=x, y=y, crs=crs, target=target, faults=Faults("", "", source.rows))


def _areas(spec: GeocodingSpec, path: Path, crs: object) -> tuple[dict[str, Area], InputFile]:
    """Return the forward sortation areas of a file: code and centre."""
    source = open_source(path)
    pair = recognise(source.columns).pair()
    if pair is None:
        raise InputError(
            N_("{file}: no columns of coordinates were recognised; the columns are: {found}."),
            hint=N_("Call them longitude and latitude, or x and y with --crs EPSG:…."),
            file=source.columns.file,
            found=", ".join(str(c) for c in source.columns.table.columns),
        )
    own = "EPSG:4326" if pair[2] else spec.crs
    x, y = _positions(source, pair[0], pair[1], own, crs)
    codes = [postal(text)[:3] for text in source.columns.text(spec.fsa)]
    reaches = [_FSA_REACH_M] * len(codes)
    if spec.fsa_reach_m:
        read = [number(text) for text in source.columns.text(spec.fsa_reach_m)]
        reaches = [v if isinstance(v, float) and v > 0 else _FSA_REACH_M for v in read]
    return {
        code: Area(float(east), float(north), reach)
        for code, east, north, reach in zip(codes, x, y, reaches, strict=True)
        if code and np.isfinite(east)
    }, source.file
