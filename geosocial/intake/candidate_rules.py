"""Which rows of a list are candidate sites: filters on columns, zones to be in, zones to stay out of.

Filters are short texts such as ``area>=500`` or ``use=vacant``: a header, a comparison, a value. They are
read, never run. Two columns need not be in the file: ``zone`` (its name or identifier) and, for polygons,
``area_m2``. Each row that a rule leaves out is kept with the first rule that does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.faults import Faults
from geosocial.intake.written import amount
from geosocial.vocabulary import fold
from geosocial.vocabulary.synonyms import plain

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from geosocial.intake.source import Source
    from geosocial.study import Study

    Texts = npt.NDArray[np.object_]
    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

_FILTER: Final = re.compile(r"\s*(?P<column>[^<>=!]+?)\s*(?P<sign>>=|<=|!=|=|>|<)\s*(?P<value>.*?)\s*")
#: A day; in this form the earlier text is the earlier day.
_DATE: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
#: Headers of what a candidate costs, as `plain` gives them, the surest first.
_PRICES: Final = (
    ("prix demande", "asking price", "prix de vente", "sale price"),
    ("prix", "price", "cout", "cost"),
)
#: Columns that are known without being in the file.
ZONE, AREA = "zone", "area_m2"


def filtered(
    source: Source,
    where: Sequence[str],
    zones: gpd.GeoDataFrame,
    zone: Texts,
    faults: Faults,
) -> Bools:
    """Return which rows meet every filter; the others are noted with the first that they do not meet.

    Parameters
    ----------
    zones, zone
        The zones of the study, and the identifier of that of each row.
    """
    kept = np.ones(len(source.rows), bool)
    for text in where:
        column, sign, value = _read(text)
        met = _meets(_cells(source, column, value, zones, zone), text, sign, value)
        faults.add_all(
            np.flatnonzero(kept & ~met), "filtered", "rejected", values=[text] * int((kept & ~met).sum())
        )
        kept &= met
    return kept


def _read(text: str) -> tuple[str, str, str]:
    found = _FILTER.fullmatch(text)
    if found is None:
        raise InputError(
            N_("The filter “{got}” cannot be read."),
            hint=N_("Write a column, a comparison and a value: area>=500, use=vacant."),
            got=text[:80],
        )
    return found["column"], found["sign"], found["value"]


def _cells(source: Source, column: str, value: str, zones: gpd.GeoDataFrame, zone: Texts) -> list[str]:
    """Return the cells of a column, or what stands for one that the file has not.

    A zone that is named in either language stands as it is named.
    """
    headers = {fold(str(c)) for c in source.table.columns}
    if fold(column) in headers or column not in {ZONE, AREA}:
        return source.columns.text(source.columns.header(column))
    if column == AREA:
        if source.layer is None:
            return source.columns.text(source.columns.header(column))
        metric = source.layer.geometry.to_crs(zones.crs)
        return [str(area) if area > 0 else "" for area in metric.area.tolist()]
    named = zones[["zone_id", "name_fr", "name_en"]]
    meant = {
        str(row[0]) for row in named.itertuples(index=False) if fold(value) in {*map(fold, map(str, row))}
    }
    if not meant:
        raise InputError(
            N_("There is no zone “{got}”."),
            hint=N_("Name one by its name or its identifier: {some} …"),
            got=value[:80],
            some=", ".join(str(name) for name in zones["name_fr"].head(3)),
        )
    return [value if z in meant else str(z) for z in zone]


def _meets(cells: Sequence[str], text: str, sign: str, value: str) -> Bools:
    """Return which cells meet a filter.

    Texts are compared without accents and case; an empty or unreadable number meets no ``<`` and no ``>``.
    So are dates as 2026-11-22, which a date in a workbook is read as.
    """
    if sign in {"=", "!="}:
        same = np.array([fold(cell) == fold(value) for cell in cells], bool)
        wanted = amount(value)
        if isinstance(wanted, float):
            same |= np.array([amount(cell) == wanted for cell in cells], bool)
        return same if sign == "=" else ~same
    if _DATE.fullmatch(value):
        days = np.array([cell if _DATE.fullmatch(cell) else "" for cell in cells], np.str_)
        later = {">": days > value, ">=": days >= value, "<": days < value, "<=": days <= value}[sign]
        return np.asarray(later & (days != ""), bool)
    limit = amount(value)
    if not isinstance(limit, float) or np.isnan(limit):
        raise InputError(
            N_("The filter “{got}” compares with something that is no number."),
            hint=N_("Write a column, a comparison and a value: area>=500, use=vacant."),
            got=text[:80],
        )
    read = [amount(cell) for cell in cells]
    values = np.array([v if isinstance(v, float) else np.nan for v in read])
    met = {">": values > limit, ">=": values >= limit, "<": values < limit, "<=": values <= limit}[sign]
    return np.asarray(met, bool)


def in_layers(
    study: Study,
    x: Floats,
    y: Floats,
    *,
    within: Sequence[Path],
    outside: Sequence[Path],
    crs: str | None,
    faults: Faults,
    kept: Bools,
) -> Bools:
    """Return which of the rows in `kept` lie in a polygon of every layer of `within`, in none of `outside`.

    A boundary belongs to the polygon. Rows that are left out are noted with the layer.

    Raises
    ------
    InputError
        For a layer that cannot be used, or that has no polygon.
    """
    kept = kept.copy()
    for path, wanted, code in [
        *((p, True, "outside_layer") for p in within),
        *((p, False, "inside_layer") for p in outside),
    ]:
        covered = _covered(study, path, crs, x, y)
        gone = np.flatnonzero(kept & (covered != wanted))
        faults.add_all(gone, code, "rejected", values=[path.name] * len(gone))
        kept &= covered == wanted
    return kept


def _covered(study: Study, path: Path, crs: str | None, x: Floats, y: Floats) -> Bools:
    from geosocial.geo import ZoneIndex
    from geosocial.intake import boundaries
    from geosocial.intake.join_files import layer_of

    layer = layer_of(path, crs)
    labels = [str(n) for n in range(2, len(layer.frame) + 2)]
    outlines = boundaries.polygons(layer, labels, study.crs)
    found: Bools = np.asarray(ZoneIndex(outlines).locate(x, y)) >= 0
    return found & np.isfinite(x)


def amounts(source: Source, column: str, faults: Faults, code: str) -> Floats:
    """Return the numbers of a column, NaN and a fault where a row has none that is 0 or more."""
    header = source.columns.header(column)
    found = np.full(len(source.rows), np.nan)
    for row, cell in enumerate(source.columns.text(header)):
        value = amount(cell)
        if isinstance(value, str):
            faults.add(row, value, "rejected", column=header, value=cell[:80])
        elif np.isnan(value):
            faults.add(row, code, "rejected", column=header)
        elif value < 0:
            faults.add(row, "negative_number", "rejected", column=header, value=cell[:80])
        else:
            found[row] = value
    return found


def prices(source: Source) -> Floats:
    """Return what each row costs by the one column that says so by its header; NaN where that says nothing.

    It is shown, and leaves nobody out.
    """
    headers = [str(column) for column in source.table.columns]
    for words in _PRICES:
        like = [header for header in headers if plain(header) in words]
        if len(like) == 1:
            read = [amount(cell) for cell in source.columns.text(like[0])]
            return np.array([v if isinstance(v, float) and v >= 0 else np.nan for v in read], np.float64)
        if like:
            break
    return np.full(len(source.rows), np.nan)
