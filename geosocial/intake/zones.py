"""Read the reporting zones of a study, and the layers that are only shown.

Every figure stands on the zones: an outline is mended only where that has one reading, and noted; what could
be read in several ways refuses the study and names the zones (`geosocial.intake.boundaries`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.crs import metric_crs
from geosocial.intake.boundaries import listed, polygons, refuse, settle
from geosocial.intake.columns import Columns, Terms, number
from geosocial.intake.declared import spellings
from geosocial.intake.faults import Faults
from geosocial.intake.source import under_study
from geosocial.io.layers import read_layer
from geosocial.results import InputFile
from geosocial.tables import ZONES, check
from geosocial.vocabulary import fold, terms

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.study import Study, ZonesSpec


def read_zones(study: Study) -> tuple[gpd.GeoDataFrame, InputFile, pd.DataFrame]:
    """Return the zones in the study's CRS (`tables.ZONES` and a geometry), their file and their faults.

    The faults are what was mended or deserves a look; what would make a figure wrong refuses the study.

    Raises
    ------
    InputError
        For a column that is not there, an identifier that is empty or repeated, a zone without name, an
        unknown kind, an outline that is missing, empty, no polygon or cannot be mended, and zones that
        overlap.
    StudyError
        For an alias of a zone that does not exist.
    """
    import geopandas as gpd

    spec = study.zones
    path = study.path(spec.file)
    metric_crs(study.crs)  # refuses one in which no distance can be measured
    layer = read_layer(path, layer=spec.layer, crs=spec.crs)
    columns = Columns(str(path), layer.frame.drop(columns=layer.frame.geometry.name))
    ids = columns.text(spec.id)
    _check_ids(str(path), ids, columns.shown(spec.id))
    name_fr = columns.text(spec.name_fr)
    name_en = columns.text(spec.name_en or spec.name_fr)
    labels = [name or identifier for name, identifier in zip(name_fr, ids, strict=True)]
    refuse(
        str(path), labels, [not name for name in name_fr], N_("{file}: these zones have no name: {zones}.")
    )
    file = under_study(layer.file, study, spec.file, "zones")
    faults = Faults("zones", file.path, range(2, len(ids) + 2))
    geometry = polygons(layer, labels, study.crs, faults)
    settle(str(path), geometry, labels, faults)
    areas = _land(str(path), columns, spec, geometry, labels)
    zones = gpd.GeoDataFrame(
        {
            "zone_id": _series(ids),
            "name_fr": _series(name_fr),
            "name_en": _series([en or fr for en, fr in zip(name_en, name_fr, strict=True)]),
            "kind": _series(_kinds(str(path), columns, spec)),
            "land_km2": areas,
        },
        geometry=geometry,
        crs=study.crs,
    )
    unknown = sorted(alias for alias, identifier in spec.aliases.items() if identifier not in set(ids))
    if unknown:
        raise StudyError(
            N_("{file}: these aliases name zones that are not in this file: {aliases}."),
            hint=N_("Correct [zones.aliases] in the study: alias = identifier of the zone."),
            file=path,
            aliases=listed(unknown),
        )
    return check(zones, ZONES), file, faults.table()


def read_context(study: Study) -> tuple[dict[str, gpd.GeoDataFrame], tuple[InputFile, ...]]:
    """Return the layers that are only shown, by key, in the study's CRS, and their files.

    Each has the columns ``name``, ``name_en`` (``""`` where it has none), ``angle`` (0 where it has none) and
    ``geometry``; features without geometry are left out.
    """
    import geopandas as gpd
    import shapely

    layers: dict[str, gpd.GeoDataFrame] = {}
    files: list[InputFile] = []
    for spec in study.context:
        path = study.path(spec.file)
        layer = read_layer(path, layer=spec.layer, crs=spec.crs)
        columns = Columns(str(path), layer.frame.drop(columns=layer.frame.geometry.name))
        frame = gpd.GeoDataFrame(
            {
                "name": _series(columns.text(spec.name)),
                "name_en": _series(columns.text(spec.name_en or spec.name)),
                "angle": [_slope(text) for text in columns.text(spec.angle)],
            },
            geometry=layer.frame.geometry.array,
            crs=layer.frame.crs,
        )
        shown = ~(shapely.is_missing(frame.geometry.array) | shapely.is_empty(frame.geometry.array))
        layers[spec.key] = frame[shown].to_crs(study.crs).reset_index(drop=True)
        files.append(under_study(layer.file, study, spec.file, f"context:{spec.key}"))
    return layers, tuple(files)


def _slope(text: str) -> float:
    value = number(text)
    return value if isinstance(value, float) and math.isfinite(value) else 0.0


def zone_names(zones: pd.DataFrame, aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the zone that each spelling means: identifiers of the zones by name or alias.

    The spellings are as `geosocial.vocabulary.zone_names.fold_name` gives them. One that two zones share
    means neither of them. The aliases of the vocabulary come last: a name or an alias of the study wins.
    """
    pairs = [
        pair for name in ("name_fr", "name_en") for pair in zip(zones[name], zones["zone_id"], strict=True)
    ]
    return spellings(pairs, aliases)


def _check_ids(file: str, ids: Sequence[str], column: str) -> None:
    seen: set[str] = set()
    twice = sorted({i for i in ids if i in seen or seen.add(i)})  # type: ignore[func-returns-value]
    if twice and twice != [""]:
        raise InputError(
            N_("{file}: column “{column}” repeats these identifiers: {found}."),
            hint=N_(
                "Each zone needs an identifier of its own: name another column, or merge the parts of a zone."
            ),
            file=file,
            column=column,
            found=listed([i for i in twice if i]),
        )
    if "" in ids:
        raise InputError(
            N_("{file}: rows without an identifier (column “{column}”): {count}."),
            hint=N_("Each zone needs an identifier of its own."),
            file=file,
            column=column,
            count=list(ids).count(""),
        )


def _kinds(file: str, columns: Columns, spec: ZonesSpec) -> list[str]:
    known = Terms(terms("zone_kinds"))
    crosswalk = {fold(word): key for word, key in spec.kinds.items()}
    words = [crosswalk.get(fold(word), word) for word in columns.text(spec.kind)]
    keys = known.keys(words)
    bad = sorted({word for word, key in zip(words, keys, strict=True) if not key})
    if bad:
        raise InputError(
            N_("{file}: these kinds of zone are not known (column “{column}”): {found}."),
            hint=N_("Say what they are in [zones.kinds] of the study. Known kinds: {known}."),
            file=file,
            column=columns.shown(spec.kind),
            found=listed(bad),
            known=", ".join(terms("zone_kinds")),
        )
    return [key or "" for key in keys]


def _land(
    file: str, columns: Columns, spec: ZonesSpec, geometry: npt.NDArray[np.object_], labels: Sequence[str]
) -> npt.NDArray[np.float64]:
    import shapely

    if not spec.land_km2:
        return np.asarray(shapely.area(geometry) / 1e6, dtype=np.float64)
    values = [number(text) for text in columns.text(spec.land_km2)]
    refuse(
        file,
        labels,
        [isinstance(v, str) or not v > 0 for v in values],
        N_("{file}: these zones have no usable land area: {zones}."),
        N_("Write it in km², or leave land_km2 out of the study to use the area of the outline."),
    )
    return np.array(values, dtype=np.float64)


def _series(values: Sequence[str]) -> pd.Series:
    import pandas as pd

    return pd.Series(list(values), dtype="str")
