"""Read a list of enterprises, projects or facilities: from rows to records with a zone, losing none.

Every row of the file has a row in the result, with its outcome: matched, snapped, outside, ambiguous,
unlocated or rejected. Why, is in the faults. A zone that the list declares is compared with the one in
which the position lies.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.intake.declared import elsewhere, recognised
from geosocial.intake.faults import Faults
from geosocial.intake.locate import locate
from geosocial.intake.placing import Geocoder, Wanted, place
from geosocial.intake.positions import Area
from geosocial.intake.recognise import completed, refuse_addresses_alone
from geosocial.intake.records import type_rows
from geosocial.intake.slid import KEYS, note_slid
from geosocial.intake.source import Source, open_source, under_study
from geosocial.intake.zones import zone_names
from geosocial.results import InputFile
from geosocial.tables import CONSERVATION, DECLARED, OUTCOMES, PLACES, UNMAPPED, check

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geosocial.study import PlacesSpec, Study

_NBSP: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in from one list."""

    #: `geosocial.tables.PLACES`: one row for each row of the file.
    places: pd.DataFrame
    #: `geosocial.tables.FAULTS`
    faults: pd.DataFrame
    file: InputFile
    #: `geosocial.tables.DECLARED`: the declared zone is not recognised, or is not the one of the position.
    declared: pd.DataFrame
    #: `geosocial.tables.UNMAPPED`
    unmapped: pd.DataFrame
    #: ``phone``, ``email`` and ``site`` of each row as written, ``""`` where the list has none.
    contacts: pd.DataFrame


def read_places(
    study: Study, spec: PlacesSpec, zones: gpd.GeoDataFrame, geocoder: Geocoder | None = None
) -> Taken:
    """Read, type, locate and join one list of a study.

    Parameters
    ----------
    study, spec, zones
        The study, one of its lists, and its zones.
    geocoder
        Where the addresses of rows without coordinates are looked up: `read_geocoder`.

    Raises
    ------
    InputError
        When the file cannot be used or lacks a column; a row that cannot be used is rejected, not raised.
    """
    path = study.path(spec.file)
    source = open_source(path, layer=spec.layer, crs=None if spec.x else spec.crs)
    if spec.recognise:
        spec = completed(spec, source.columns, layer=source.layer is not None)
    file = under_study(source.file, study, spec.file, f"places:{spec.key}")
    faults = Faults.of(spec.key, file.path, source)
    typed = type_rows(source, spec, faults)
    places = _records(source, spec, typed.table, file, faults)
    names = zone_names(zones, study.zones.aliases)
    declare(places, source, spec, names)
    wanted = Wanted(spec.address, spec.postal_code, spec.city) if geocoder else Wanted()
    if wanted and not spec.x and source.layer is None:
        x, y = np.full((2, len(places)), math.nan)
    else:
        if not geocoder and not spec.x and source.layer is None:
            refuse_addresses_alone(source.columns, {"address": spec.address, "postal_code": spec.postal_code})
        x, y = locate(
            source,
            x=spec.x,
            y=spec.y,
            crs=spec.crs,
            target=study.crs,
            faults=faults,
            area=Area.around(zones),
        )
    if geocoder and wanted:
        said = places["declared_zone_id"].tolist()
        place(source, wanted, geocoder, x=x, y=y, zones=zones, declared=said, names=names, faults=faults)
    note_slid(source, {key: source.columns.shown(getattr(spec, key, "")) for key in KEYS}, faults)
    rejected = np.isin(np.arange(len(places)), sorted(faults.positions("rejected")))
    x[rejected] = y[rejected] = math.nan
    places["x"], places["y"] = x, y
    join_zones(places, zones, study.snap_m, rejected, faults)
    places["shown"] = spec.shown & ~rejected
    places["counted"] = spec.counted & ~rejected
    places = check(places[list(PLACES.columns)], PLACES)
    return Taken(
        places,
        faults.table(),
        file,
        declared_table(places),
        _unmapped(spec.key, typed.unmapped),
        _contacts(source, spec),
    )


def _contacts(source: Source, spec: PlacesSpec) -> pd.DataFrame:
    import pandas as pd

    options = {"phone": spec.phone, "email": spec.email, "site": spec.website}
    return pd.DataFrame(
        {key: pd.Series(source.columns.text(option), dtype="str") for key, option in options.items()}
    )


def conservation(taken: Iterable[Taken]) -> pd.DataFrame:
    """Return how many rows of each list were read, and what became of them (`geosocial.tables.CONSERVATION`).

    What was read is counted by the reader of the file, what became of it from the records.
    """
    import pandas as pd

    rows = []
    for one in taken:
        counts = Counter(one.places["outcome"])
        source = one.file.role.partition(":")[2]
        rows.append({"source": source, "read": one.file.rows, **{o: counts.pop(o, 0) for o in OUTCOMES}})
    table = pd.DataFrame(rows, columns=list(CONSERVATION.columns))
    return table.astype({"source": "str"} | dict.fromkeys(list(CONSERVATION.columns)[1:], "int64"))


def _records(
    source: Source, spec: PlacesSpec, typed: pd.DataFrame, file: InputFile, faults: Faults
) -> pd.DataFrame:
    import pandas as pd

    size = len(source.rows)
    given = source.columns.text(spec.id)
    counts = Counter(given)
    for position, identifier in enumerate(given):
        if identifier and counts[identifier] > 1 and not spec.id.startswith("="):
            shown = source.columns.shown(spec.id)
            faults.add(position, "repeated_id", "flagged", column=shown, value=identifier)
    ids = [i or f"{spec.key}:{row}" for i, row in zip(given, source.rows.tolist(), strict=True)]
    return pd.DataFrame(
        {
            "source": pd.Series([spec.key] * size, dtype="str"),
            "source_file": pd.Series([file.path] * size, dtype="str"),
            "source_row": source.rows,
            "record_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(source.columns.text(spec.name), dtype="str"),
            **{name: typed[name] for name in typed.columns},
        }
    )


def join_zones(
    places: pd.DataFrame, zones: gpd.GeoDataFrame, snap_m: float, rejected: np.ndarray, faults: Faults
) -> None:
    """Add the columns of the join to `places`, which has x and y; a rejected row takes no part in it."""
    from geosocial.geo import join

    joined = join(places[["x", "y"]], zones, snap_m=snap_m).points
    for column in ("outcome", "zone_id", "other_zone_id", "on_boundary", "snap_m"):
        places[column] = joined[column].array
    if rejected.any():
        places.loc[rejected, "outcome"] = "rejected"
    at = {o: np.flatnonzero(places["outcome"] == o) for o in ("snapped", "outside", "ambiguous")}
    metres = places["snap_m"].to_numpy()[at["snapped"]]
    faults.add_all(at["snapped"], "snapped", "snapped", values=[f"{math.ceil(m)}{_NBSP}m" for m in metres])
    faults.add_all(at["outside"], "outside", "flagged")
    faults.add_all(at["ambiguous"], "ambiguous", "flagged")


def declare(places: pd.DataFrame, source: Source, spec: PlacesSpec, names: Mapping[str, str]) -> None:
    """Add the zone that the list declares, as written, and the zone of that name."""
    import pandas as pd

    written = source.columns.text(spec.declared_zone)
    places["declared_zone"] = pd.Series(written, dtype="str")
    places["declared_zone_id"] = pd.Series(recognised(written, names), dtype="str")


def declared_table(places: pd.DataFrame) -> pd.DataFrame:
    """Return the located records whose declared zone is not recognised, or does not cover their position.

    The zone of this table is the one that covers the position: it is empty for a record outside all zones,
    also where it was counted to the nearest. A point on a boundary agrees with a declaration of either
    side.
    """
    covering = places["zone_id"].where(places["outcome"] != "snapped", "")
    table = places.assign(zone_id=covering).loc[elsewhere(places), list(DECLARED.columns)]
    return table.reset_index(drop=True)


def _unmapped(source: str, categories: Mapping[str, int]) -> pd.DataFrame:
    import pandas as pd

    size = len(categories)
    return pd.DataFrame(
        {
            "source": pd.Series([source] * size, dtype="str"),
            "category": pd.Series(list(categories), dtype="str"),
            "records": pd.Series(list(categories.values()), dtype="int64"),
        },
        columns=list(UNMAPPED.columns),
    )
