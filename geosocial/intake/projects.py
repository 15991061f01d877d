"""Read the major projects: polygons with an identifier and a name, in the study's CRS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geosocial.errors import N_, InputError
from geosocial.intake.boundaries import polygons, refuse
from geosocial.intake.columns import Columns
from geosocial.intake.faults import Faults
from geosocial.intake.source import under_study
from geosocial.io.layers import read_layer
from geosocial.results import InputFile

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geosocial.study import Study


def read_projects(study: Study) -> tuple[gpd.GeoDataFrame, InputFile, pd.DataFrame] | None:
    """Return the projects (project_id, name_fr, name_en, geometry), their file and its faults.

    None where the study names no layer.

    Raises
    ------
    InputError
        For a column that is not there, an identifier that is empty or repeated, a project without name, an
        outline that is missing, empty, no polygon or cannot be mended.
    """
    import geopandas as gpd

    spec = study.projects
    if spec is None:
        return None
    path = study.path(spec.file)
    layer = read_layer(path, layer=spec.layer, crs=spec.crs)
    columns = Columns(str(path), layer.frame.drop(columns=layer.frame.geometry.name))
    ids, names = columns.text(spec.id), columns.text(spec.name_fr)
    english = columns.text(spec.name_en or spec.name_fr)
    bad = sorted({i for i in ids if not i or ids.count(i) > 1})
    if bad:
        raise InputError(
            N_("{file}: the identifiers of projects are empty or repeated (column “{column}”): {found}."),
            hint=N_("Give every project an identifier of its own."),
            file=path,
            column=columns.shown(spec.id),
            found=", ".join(f"“{i}”" for i in bad),
        )
    refuse(str(path), ids, [not name for name in names], N_("{file}: these projects have no name: {zones}."))
    file = under_study(layer.file, study, spec.file, "projects")
    faults = Faults("projects", file.path, range(2, len(ids) + 2))
    shapes = polygons(layer, ids, study.crs, faults)
    told = gpd.GeoDataFrame(
        {
            "project_id": ids,
            "name_fr": names,
            "name_en": [e or f for e, f in zip(english, names, strict=True)],
        },
        geometry=shapes,
        crs=study.crs,
    ).astype({"project_id": "str", "name_fr": "str", "name_en": "str"})
    return told, replace(file, role="projects"), faults.table()
