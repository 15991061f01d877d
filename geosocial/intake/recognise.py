"""Recognise the columns of a list by their headers, in French or in English; name what cannot be told.

The synonyms are data (``geosocial/vocabulary/columns.toml``). A column that the user names comes first. Two
headers that say the same are never guessed between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_, InputError, Said
from geosocial.intake.columns import Columns, texts
from geosocial.vocabulary.synonyms import headers, plain

if TYPE_CHECKING:
    from geosocial.study import PlacesSpec

#: Columns of a list that `recognised` fills in, when the study asks for it.
_OF_PLACES = ("id", "name", "sphere", "kind", "status", "legal_form", "direction", "count", "capacity")
#: What each column is called to people.
LABELS: Final = {
    "id": N_("identifier"),
    "name": N_("name"),
    "sphere": N_("sphere"),
    "kind": N_("kind"),
    "status": N_("status"),
    "legal_form": N_("legal form"),
    "count": N_("number of facilities"),
    "capacity": N_("capacity"),
    "latitude": N_("latitude"),
    "longitude": N_("longitude"),
    "x": N_("easting"),
    "y": N_("northing"),
    "address": N_("address"),
    "street_number": N_("civic number"),
    "street": N_("street"),
    "postal_code": N_("postal code"),
    "city": N_("municipality"),
    "borough": N_("borough"),
    "phone": N_("telephone"),
    "email": N_("e-mail"),
    "website": N_("website"),
    "direction": N_("strategic direction"),
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the headers of a file were taken to be."""

    #: Column → header.
    columns: Mapping[str, str]
    #: Column → the headers that all say it, none of which was taken.
    ambiguous: Mapping[str, tuple[str, ...]]
    #: Headers that say nothing that is needed; they stay as they are.
    others: tuple[str, ...]

    def pair(self) -> tuple[str, str, bool] | None:
        """Return the headers of x and y and whether they are degrees, None when there is no such pair."""
        for x, y, degrees in (("longitude", "latitude", True), ("x", "y", False)):
            if x in self.columns and y in self.columns:
                return self.columns[x], self.columns[y], degrees
        return None


def named(options: Iterable[str]) -> dict[str, str]:
    """Return the columns that options of the form ``name=header`` name.

    Raises
    ------
    InputError
        When an option has another form, or its column is not one that geosocial knows.

    Examples
    --------
    >>> named(["name=Titre", "latitude=Coord. Y"])
    {'name': 'Titre', 'latitude': 'Coord. Y'}
    """
    found = {}
    for option in options:
        key, sign, header = option.partition("=")
        if not sign or key.strip() not in headers() or not header.strip():
            raise InputError(
                N_("“{option}” does not name a column."),
                hint=N_("Write column=header, for example name=Titre; the columns are: {known}."),
                option=option,
                known=", ".join(headers()),
            )
        found[key.strip()] = header.strip()
    return found


def recognise(columns: Columns, chosen: Mapping[str, str] | None = None) -> Recognised:
    """Return what the headers of a file mean.

    Parameters
    ----------
    columns
        The columns of the file.
    chosen
        Column → header that the user names; it wins over every synonym.

    Raises
    ------
    InputError
        When the file has no header that the user names.
    """
    found = {key: columns.header(header) for key, header in (chosen or {}).items()}
    free = {str(h): plain(str(h)) for h in columns.table.columns if str(h) not in set(found.values())}
    ambiguous: dict[str, tuple[str, ...]] = {}
    for key, words in headers().items():
        if key in found:
            continue
        like = [h for h, word in free.items() if word in words.sure]
        like = like or [h for h, word in free.items() if word in words.likely]
        if len(like) == 1:
            found[key] = like[0]
        elif like:
            ambiguous[key] = tuple(like)
    taken = {*found.values(), *(h for like in ambiguous.values() for h in like)}
    order = {key: found[key] for key in headers() if key in found}
    others = tuple(
        str(h) for h in columns.table.columns if str(h) not in taken and not _margin(columns, str(h))
    )
    return Recognised(order, ambiguous, others)


def _margin(columns: Columns, header: str) -> bool:
    """Return whether a column is the blank margin of a sheet: named by its letter alone, without a cell."""
    letter = len(header) <= 2 and header.isascii() and header.isupper()
    return letter and not any(texts(columns.table[header]))


def refuse_ambiguous(file: str, found: Recognised, wanted: Sequence[str]) -> None:
    """Refuse a file in which several headers say one of the wanted columns.

    Raises
    ------
    InputError
        Naming the column and its headers.
    """
    for key in wanted:
        if key in found.ambiguous:
            raise InputError(
                N_("{file}: several columns could be “{column}”: {found}."),
                hint=N_("Say which: --column {key}=HEADER, or in the study {key} = “header”."),
                file=file,
                column=Said(LABELS[key]),
                key=key,
                found=", ".join(found.ambiguous[key]),
            )


_ADDRESSES_ALONE: Final = N_(
    "Give a list of address points (civic number, street, position): geosocial new … "
    "--addresses FILE, or [geocoding] in study.toml; or add columns latitude and longitude."
)


def refuse_addresses_alone(
    columns: Columns, told: Mapping[str, str], *, hint: str = _ADDRESSES_ALONE
) -> None:
    """Refuse a sheet that says where its rows are by addresses alone, where there are no address points.

    Parameters
    ----------
    columns
        The columns of the sheet.
    told
        Which of them hold ``address`` and ``postal_code``; nothing is refused where none does.
    hint
        What to do.

    Raises
    ------
    InputError
        Naming the column, and what is missing.
    """
    for key in ("address", "postal_code"):
        if header := told.get(key):
            raise InputError(
                N_(
                    "{file}: the list has no coordinates, and there are no address points in which to look "
                    "up its column “{column}”."
                ),
                hint=hint,
                file=columns.file,
                column=columns.shown(header),
            )


def completed(spec: PlacesSpec, columns: Columns, *, layer: bool) -> PlacesSpec:
    """Return the description of a list with the columns that the study leaves to their headers.

    Parameters
    ----------
    spec
        The list as the study describes it; what it names stays.
    columns
        The columns of the file.
    layer
        Whether the file has a geometry of its own, which then gives the positions.

    Raises
    ------
    InputError
        When several headers say the same column.
    """
    found = recognise(columns)
    fields = spec.model_fields_set
    wanted = [key for key in _OF_PLACES if key not in fields]
    refuse_ambiguous(columns.file, found, wanted)
    update = {key: found.columns[key] for key in wanted if key in found.columns}
    if "declared_zone" not in fields and "borough" in found.columns:
        update["declared_zone"] = found.columns["borough"]
    # Looked up where the study has address points; compared to find a place that is listed twice.
    for key in ("address", "postal_code", "city", "phone", "email", "website"):
        if key not in fields and key in found.columns:
            update[key] = found.columns[key]
    pair = found.pair()
    if not layer and not spec.x and pair is not None:
        update["x"], update["y"] = pair[:2]
        if pair[2] and spec.crs is None:
            update["crs"] = "EPSG:4326"
    return spec.model_copy(update=update)
