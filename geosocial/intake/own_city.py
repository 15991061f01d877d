"""The zones and the demand of another city, as the sections of a new study that describe them.

Which columns hold the identifier, the name and the residents is recognised by their headers or by what they
hold, and written out by name in the study, so that whoever reads it sees which column is which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_, InputError
from geosocial.intake.columns import texts
from geosocial.intake.declared import recognised, spellings
from geosocial.intake.figures import figures
from geosocial.intake.join_files import layer_of, points_of, zones_of
from geosocial.intake.own_list import belonging, quoted, system_of
from geosocial.intake.recognise import recognise
from geosocial.intake.source import Source
from geosocial.io.layers import layer_names
from geosocial.vocabulary import fold
from geosocial.vocabulary.synonyms import plain

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

#: What a column of residents is called, compared without accents, case and signs.
RESIDENTS: Final = (
    "residents",
    "population",
    "habitants",
    "inhabitants",
    "people",
    "pop",
    "poblacion",
    "personnes",
)
#: What a header may add without saying something else: a total, a count, a census, and its year.
_ADDED: Final = re.compile(r"(?:19|20)\d\d|tot|totale?|nb|nbre|nombre|number|de|of|the|la|census|recensement")

_ZONES: Final = """\
# Secteurs : votre couche. Un identifiant ne doit pas changer d’une édition à l’autre.
# Zones: your layer. An identifier must not change from edition to edition.

[zones]
file = {file}
id = {id}
name_fr = {name}
kind = "=zone"                   # Ou "=neighbourhood", "=municipality", ou une colonne. Or a column.
source = "boundaries"

"""
_DEMAND: Final = """\
# Besoins : où vit la population. Une cellule vide est une donnée supprimée, jamais zéro.
# Demand: where people live. An empty cell is a suppressed figure, never zero.

[demand]
file = {file}
{where}id = {id}                         # Vide : le numéro de la ligne. Empty: the number of the row.
unit_label = {{ fr = "lieu de résidence", en = "place of residence" }}   # Ce qu’est une ligne. What a row is.
source = "census"

[[demand.columns]]
key = "residents"
column = {residents}
label = {{ fr = "Population", en = "Residents" }}
unit = "people"

# D’autres besoins, comme une part des mêmes personnes. Other demand, such as a share of the same people.
# [[demand.columns]]
# key = "low_income"
# column = "…"
# share_of = "residents"
# per = 100
# label = {{ fr = "Population à faible revenu", en = "Low-income residents" }}
# unit = "people"

"""
#: Dwellings are counted against residents, not against the households of a census.
_PER: Final = "per = 1000                       # Logements par 1000 personnes. Dwellings per 1,000 people."
_SOURCE: Final = """
[sources.{key}]
title = {{ fr = {fr}, en = {en} }}
publisher = {{ fr = "À préciser", en = "To be stated" }}
year = "{year}"
licence = {{ fr = "À préciser", en = "To be stated" }}
"""


@dataclass(frozen=True, slots=True)
class OwnCity:
    """Zones and demand as a study describes them."""

    files: tuple[Path, ...]
    #: The metric reference system of the study, as ``"EPSG:25830"``.
    crs: str
    zones: str
    demand: str
    #: What was recognised: column of the study → header.
    columns: Mapping[str, str]

    def sources(self, year: int) -> str:
        """Return the two sources of the study, to be put right."""
        titles = {
            "boundaries": ('"Nos secteurs"', '"Our zones"'),
            "census": ('"Population, par lieu de résidence"', '"Residents, by place"'),
        }
        return "".join(_SOURCE.format(key=key, fr=fr, en=en, year=year) for key, (fr, en) in titles.items())


def own_city(
    zones: Path | str, demand: Path | str, *, residents: str | None = None, crs: str | None = None
) -> OwnCity:
    """Return how a study describes its own zones and its own demand.

    Parameters
    ----------
    zones
        A layer of polygons.
    demand
        A layer, or a sheet with columns of coordinates, of where people live.
    residents
        Header of the number of people; without it a header of `RESIDENTS` is looked for.
    crs
        Coordinate reference system of the files that do not say theirs.

    Raises
    ------
    InputError
        When a file cannot be used, or no column of residents is told.
    """
    layer = layer_of(Path(zones), crs)
    found, _, _ = zones_of(layer)
    system = found.crs.to_epsg()
    table = layer.frame.drop(columns=layer.frame.geometry.name)
    identifier, name = _zone_columns(table, str(zones))
    ids, labels = (texts(table[header]) for header in (identifier, name))
    names = spellings(list(zip(labels, ids, strict=True)), dict(zip(ids, ids, strict=True)))
    where, source = _position(Path(demand), crs, found, names)
    people = _residents(source, residents)
    row = _differing(source.columns.table, letters=False) or ""
    in_file = quoted(Path(zones).name)
    if layer_names(zones):
        in_file += f"\nlayer = {quoted(layer.file.how['layer'])}"
    return OwnCity(
        files=(*belonging(Path(zones)), *belonging(Path(demand))),
        crs=f"EPSG:{system}" if system else found.crs.to_wkt(),
        zones=_ZONES.format(file=in_file, id=quoted(identifier), name=quoted(name)),
        demand=_DEMAND.format(
            file=quoted(Path(demand).name), where=where, id=quoted(row), residents=quoted(people)
        ),
        columns={"id": identifier, "name": name, "residents": people},
    )


def without_montreal(sections: Sequence[str]) -> list[str]:
    """Return the sections of the embedded study that hold for any city, with residents as the one demand.

    Its equity groups and its other demand are columns of the Canadian census; its norms speak of Montréal.
    """
    kept = []
    for part in sections:
        if "\n[equity]\n" in part:
            continue
        text = re.sub(r"^alternative_demand = .*\n", "", part, flags=re.MULTILINE)
        text = re.sub(r"^rounding = .*\n", "", text, flags=re.MULTILINE)
        text = text.replace('demand = "renters_30"', 'demand = "residents"')
        text = re.sub(r"^per = 100\b.*$", _PER, text, flags=re.MULTILINE)
        text = re.sub(r" *# Logements par 100 ménages\. Dwellings per 100 households\.", "", text)
        kept.append(text.replace("de l’ensemble de Montréal", "de l’ensemble du territoire"))
    return kept


def _zone_columns(table: pd.DataFrame, file: str) -> tuple[str, str]:
    """Return the columns of the identifier and of the name of zones."""
    name = _differing(table, letters=True)
    identifier = _differing(table, letters=False)
    if identifier is None:
        raise InputError(
            N_("{file}: no column differs in every zone, as an identifier does; the columns are: {found}."),
            hint=N_("Give each zone an identifier of its own, such as a number."),
            file=file,
            found=", ".join(map(str, table.columns)),
        )
    return identifier, name or identifier


def _differing(table: pd.DataFrame, *, letters: bool) -> str | None:
    """Return the first column whose words differ in every row: names (letters alone), or anything."""
    for column in table.columns:
        words = ["" if cell is None else str(cell).strip() for cell in table[column].tolist()]
        named = not letters or all(re.search(r"[^\W\d_]", w) and not re.search(r"\d", w) for w in words)
        if named and "" not in words and len(set(words)) == len(words):
            return str(column)
    return None


def _residents(source: Source, header: str | None) -> str:
    if header is not None:
        return source.columns.header(header)
    for column in source.columns.table.columns:
        if fold(str(column)) in RESIDENTS:
            return str(column)
    told = [str(c) for c in source.columns.table.columns if _without_added(str(c)) in RESIDENTS]
    if len(told) == 1:  # two years of one census are not chosen between
        return told[0]
    raise InputError(
        N_("{file}: no column of residents was recognised; the columns are: {found}."),
        hint=N_("Say which one it is: --residents HEADER."),
        file=source.columns.file,
        found=", ".join(str(c) for c in source.columns.table.columns),
    )


def _without_added(header: str) -> str:
    """Return a header without its total, its year and the like.

    Examples
    --------
    >>> _without_added("Pop_tot_2021"), _without_added("Nombre de personnes"), _without_added("Pop_65")
    ('pop', 'personnes', 'pop 65')
    """
    words = re.sub(r"(?<=[a-z])(?=(?:19|20)\d\d\b)", " ", plain(header)).split()
    return " ".join(word for word in words if not _ADDED.fullmatch(word))


def _position(
    path: Path, crs: str | None, zones: gpd.GeoDataFrame, names: Mapping[str, str]
) -> tuple[str, Source]:
    """Return the lines of the study that say where the rows of demand lie, and its rows."""
    source = points_of(path, crs, None)
    if source.layer is not None:
        return "", source
    pair = recognise(source.columns).pair()
    if pair is None:
        if by := _zone_of_each_row(source, names):
            raise InputError(
                N_("{file}: these are figures by zone (column “{column}”), not where people live in them."),
                hint=N_(
                    "Give the figures of smaller areas as a layer, or as a sheet with coordinates: blocks, "
                    "dissemination areas, cells of a grid."
                ),
                file=str(path),
                column=by,
            )
        raise InputError(
            N_("{file}: no columns of coordinates were recognised; the columns are: {found}."),
            hint=N_("Call them longitude and latitude, or x and y with --crs EPSG:…."),
            file=str(path),
            found=", ".join(str(c) for c in source.columns.table.columns),
        )
    code = None if crs or pair[2] else _system_of_zones(source, pair, zones)
    system = system_of(str(path), pair, crs, code)
    return f"crs = {quoted(system)}\nx = {quoted(pair[0])}\ny = {quoted(pair[1])}\n", source


def _zone_of_each_row(source: Source, names: Mapping[str, str]) -> str:
    """Return the column that names or numbers the zone of most rows, ``""`` where none does."""
    for header in map(str, source.table.columns):
        cells = [cell for cell in source.columns.text(header) if cell]
        if 2 * sum(map(bool, recognised(cells, names))) > len(cells):
            return header
    return ""


def _system_of_zones(source: Source, pair: tuple[str, str, bool], zones: gpd.GeoDataFrame) -> int | None:
    """Return the EPSG code of the system of the zones, None where the rows do not lie among them in it."""
    code: int | None = zones.crs.to_epsg()
    x, y = (figures(source.table[header], decimal_comma=True)[0] for header in pair[:2])
    west, south, east, north = zones.total_bounds
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return code if inside.mean() >= 0.9 else None
