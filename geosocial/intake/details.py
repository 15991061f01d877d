"""Read what the lists of enterprises say beside the records: founding, jobs, and what a listing shows.

A column that the study does not name, or a cell that is empty, is missing: it is never read as "no".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from geosocial.intake.columns import number
from geosocial.intake.faults import Faults
from geosocial.intake.source import open_source

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import Study

#: A year, or the year of a date.
_YEAR: Final = re.compile(r"(1[6-9]\d\d|20\d\d)(?:-\d\d-\d\d.*)?", re.ASCII)
#: Fields of a public listing beside the position.
LISTED: Final = ("french", "english", "website", "opening")


def read_details(study: Study) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return founded, jobs and the filled-in fields of the rows of the lists that are asked for; and faults.

    Returns
    -------
    details
        source, source_row; founded (year) and jobs, NaN where not stated; french, english, website and
        opening: 1 filled in, 0 empty, NaN where the study names no such column.
    faults
        `geosocial.tables.FAULTS`, one table a list.
    """
    import pandas as pd

    followup, listings = study.followup, study.listings
    asked = set(followup.enterprises if followup else ())
    options: dict[str, dict[str, str]] = {}
    for spec in study.places:
        wanted: dict[str, str] = {}
        if followup and spec.key in asked:
            wanted |= {"founded": followup.founded, "jobs": followup.jobs}
        if listings and spec.key == listings.list:
            wanted |= {name: getattr(listings, name) for name in LISTED}
        if any(wanted.values()):
            options[spec.key] = {name: option for name, option in wanted.items() if option}
    parts, faults = [], []
    for spec in study.places:
        if spec.key in options:
            part, found = _read(study, spec, options[spec.key])
            parts.append(part)
            faults.append(found)
    columns = ["source", "source_row", "founded", "jobs", *LISTED]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    dtypes = {"source": "str", "source_row": "int64"} | dict.fromkeys(columns[2:], "float64")
    return table.reindex(columns=columns).astype(dtypes), faults


def _read(study: Study, spec: Any, options: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    source = open_source(study.path(spec.file), layer=spec.layer, crs=None if spec.x else spec.crs)
    faults = Faults(spec.key, spec.file.as_posix(), source.rows.tolist())
    told: dict[str, list[float]] = {}
    for name, option in options.items():
        cells = source.columns.text(option)
        if name in LISTED:
            told[name] = [float(bool(cell)) for cell in cells]
            continue
        values = [_year(cell) if name == "founded" else number(cell) for cell in cells]
        told[name] = []
        for position, (cell, value) in enumerate(zip(cells, values, strict=True)):
            wrong = value if isinstance(value, str) else "negative_number" if value < 0 else ""
            if wrong:
                shown = source.columns.shown(option)
                faults.add(position, wrong, "flagged", column=shown, value=cell)
            told[name].append(math.nan if wrong or isinstance(value, str) else value)
    table = pd.DataFrame(told)
    table.insert(0, "source", spec.key)
    table.insert(1, "source_row", source.rows)
    return table, faults.table()


def _year(cell: str) -> float | str:
    found = _YEAR.fullmatch(cell)
    if not cell:
        return math.nan
    return float(found.group(1)) if found else "bad_year"
