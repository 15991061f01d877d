"""Address points that somebody has, as the section of a new study in which addresses are looked up.

As for a list of places (`geosocial.intake.own_list`), the columns are recognised by their headers and written
out by name. Without such a file the section is written as a comment, to be filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geosocial.errors import N_, UnknownCrsError
from geosocial.geo.crs import read_crs
from geosocial.intake.own_list import belonging, quoted
from geosocial.intake.placing import described
from geosocial.intake.source import Source, open_source
from geosocial.study import GeocodingSpec

_NOTE: Final = """\
# Adresses ponctuelles, où chercher les lignes sans coordonnées; rien ne sort de cet ordinateur.
# Address points in which rows without coordinates are looked up; nothing leaves this computer.

"""
_COARSEST: Final = """\
coarsest = "postal_code"         # Au plus grossier, ce qui place une ligne : address, postal_code ou fsa. The coarsest that places a row.
source = "address_points"
"""  # noqa: E501 - one line of the study
_EMPTY: Final = """\
[geocoding]
file = "points_adresse.csv"      # Numéro, rue, code postal, longitude et latitude. Civic number, street, postal code, longitude and latitude.
crs = "EPSG:4326"
"""  # noqa: E501 - one line of the study
_SOURCE: Final = """
[sources.address_points]
title = { fr = "Adresses ponctuelles", en = "Address points" }
publisher = { fr = "À préciser", en = "To be stated" }
year = "{year}"
licence = { fr = "À préciser", en = "To be stated" }
"""


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """Address points as a study describes them."""

    path: Path
    #: The points, and what belongs to them (the parts of a Shapefile).
    files: tuple[Path, ...]
    #: The section of the study.
    section: str
    #: What was recognised (`geosocial.intake.recognise.LABELS`) → headers.
    columns: dict[str, str]

    def source(self, year: int) -> str:
        """Return the source of the study, to be put right."""
        return _SOURCE.replace("{year}", str(year))


def no_addresses(year: int) -> str:
    """Return the section as a comment, with its source."""
    lines = (_EMPTY + _COARSEST + _SOURCE.replace("{year}", str(year))).splitlines()
    return _NOTE + "\n".join(f"# {line}".rstrip() for line in lines) + "\n"


def own_addresses(path: Path | str, *, crs: str | None = None) -> OwnAddresses:
    """Return how a study describes its address points.

    Parameters
    ----------
    path
        A sheet or layer of civic numbers, streets or whole addresses, and positions.
    crs
        Coordinate reference system of a file that does not say its own.

    Raises
    ------
    InputError
        When the file cannot be used, its columns are not recognised, or its coordinates are not degrees and
        nobody says what they are.
    """
    file = Path(path)
    source = _opened(file, crs)
    spec = described(GeocodingSpec(file=Path(file.name), crs=crs, source="address_points"), source)
    if source.layer is None and spec.crs is None:
        raise UnknownCrsError(
            N_("{file}: the coordinate reference system of columns “{x}” and “{y}” is not named."),
            hint=N_("Name it: --crs EPSG:…; whoever made the file knows it."),
            file=str(path),
            x=spec.x,
            y=spec.y,
        )
    written: dict[str, str] = {"file": file.name}
    if spec.crs is not None:
        written["crs"] = spec.crs
    headers = {"address": spec.address, "number": spec.number, "street": " ".join(spec.street)}
    headers |= {"postal_code": spec.postal_code, "x": spec.x, "y": spec.y}
    told = {option: header for option, header in headers.items() if header}
    lines = [f"{option} = {quoted(text)}" for option, text in (written | told).items()]
    labels = {"number": "street_number"} | ({"x": "longitude", "y": "latitude"} if _degrees(spec) else {})
    return OwnAddresses(
        file,
        belonging(file),
        _NOTE + "[geocoding]\n" + "\n".join(lines) + "\n" + _COARSEST,
        {labels.get(option, option): header for option, header in told.items()},
    )


def _opened(file: Path, crs: str | None) -> Source:
    """Read the points, in the system that the user names only where they do not say theirs."""
    try:
        return open_source(file)
    except UnknownCrsError:
        if crs is None:
            raise
        return open_source(file, crs=crs)


def _degrees(spec: GeocodingSpec) -> bool:
    return spec.crs is not None and read_crs(spec.crs).is_geographic
