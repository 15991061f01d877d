"""Where candidate sites are: by the coordinates or the geometry of their list, or else by their addresses.

Addresses are looked up as those of every other list (`geosocial.intake.placing`): a row that has a position
keeps it; each that is looked up says in a fault how it was placed, or why it was not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_, InputError
from geosocial.intake.declared import recognised
from geosocial.intake.join_files import position_columns
from geosocial.intake.locate import moved, positions
from geosocial.intake.placing import Geocoder, geocoder, no_positions, place, wanted_columns
from geosocial.intake.positions import Area
from geosocial.intake.recognise import recognise, refuse_addresses_alone
from geosocial.intake.zones import zone_names
from geosocial.study import GeocodingSpec

if TYPE_CHECKING:
    import geopandas as gpd

    from geosocial.intake.faults import Faults
    from geosocial.intake.locate import Coordinates
    from geosocial.intake.source import Source
    from geosocial.study import Study

_HINT: Final = N_(
    "Give a list of address points (civic number, street, position): --addresses FILE, or [geocoding] in "
    "study.toml; or add columns latitude and longitude."
)


def asked(study: Study, addresses: Path | None, crs: str | None) -> Geocoder | None:
    """Return what addresses are looked up in, where the question names address points of its own.

    Raises
    ------
    InputError
        When the file cannot be used, or lacks a column.
    """
    if addresses is None:
        return None
    return geocoder(GeocodingSpec(file=addresses, crs=crs, source=""), study.crs)


def located(
    study: Study,
    zones: gpd.GeoDataFrame,
    source: Source,
    made: Geocoder | None,
    *,
    crs: str | None,
    faults: Faults,
) -> Coordinates:
    """Return the position of each row in the study's CRS; NaN where it has none, with its fault.

    Parameters
    ----------
    source
        The rows.
    made
        Where the addresses of rows without a position are looked up.
    crs
        Coordinate reference system of columns that do not say theirs.

    Raises
    ------
    InputError
        When the list has neither coordinates nor addresses that can be looked up.
    """
    headers = wanted_columns(source.columns)
    try:
        x, y, own_crs, _ = position_columns(source, crs, {})
    except InputError:
        if made is None:
            told = {"address": headers.address, "postal_code": headers.postal_code}
            refuse_addresses_alone(source.columns, told, hint=_HINT)
        if made is None or not headers:
            raise
        own = no_positions(source)
    else:
        own = positions(source, x=x, y=y, crs=own_crs, faults=faults, area=Area.around(zones))
    east, north = moved(own, study.crs, faults)
    if made is not None and headers:
        names = zone_names(zones, study.zones.aliases)
        said = recognised(source.columns.text(recognise(source.columns).columns.get("borough", "")), names)
        at = {"x": east, "y": north}
        place(source, headers, made, **at, zones=zones, declared=said, names=names, faults=faults)
    return east, north
