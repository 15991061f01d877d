"""Open the file of a list, sheet or layer alike, under the name that the study gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import Said
from geosocial.intake.columns import Columns
from geosocial.intake.pairs import with_pairs
from geosocial.intake.reasons import LETTERS_DOUBTFUL, LETTERS_OF, TOTAL, TOTALS, USUAL
from geosocial.io.detect import detect
from geosocial.io.layers import read_layer
from geosocial.io.sheets import read_sheet
from geosocial.results import InputFile

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geosocial.study import Study


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file: its columns, its geometry if it has one, and where each row was found."""

    columns: Columns
    #: The same rows with their geometry; None for a sheet.
    layer: gpd.GeoDataFrame | None
    rows: npt.NDArray[np.int64]
    file: InputFile
    long: dict[int, tuple[str, ...]]
    short: tuple[int, ...]
    #: As in `geosocial.io.sheets.Sheet`.
    errors: tuple[tuple[int, str, str], ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """The columns without the geometry."""
        return self.columns.table


def open_source(path: Path, *, layer: str | None = None, crs: str | None = None) -> Source:
    """Read a sheet or a layer, whichever the file is.

    The first feature of a layer is row 2, as if it were exported to a sheet with a header.

    Raises
    ------
    InputError
        When the file cannot be used.
    """
    _, form = detect(path)
    if form in {"text", "workbook"}:
        sheet = read_sheet(path, sheet=layer)
        frame = with_pairs(sheet.frame)
        columns = Columns(str(path), frame)
        return Source(columns, None, sheet.rows, sheet.file, sheet.long, sheet.short, sheet.errors)
    read = read_layer(path, layer=layer, crs=crs)
    table = read.frame.drop(columns=read.frame.geometry.name)
    rows = np.arange(2, len(table) + 2, dtype=np.int64)
    return Source(Columns(str(path), table), read.frame, rows, read.file, {}, ())


def file_notes(file: InputFile) -> tuple[Said, ...]:
    """Return the notes of the rows that sum up the others, and of the letters, if a sheet has any."""
    path = Path(file.path)
    return (*totals_said(path, file.how.get("total_rows", "")), *letters_said(path.name, file.how))


def letters_said(name: str, how: Mapping[str, str]) -> tuple[Said, ...]:
    """Return what is to be said of the letters of a file that was read in this way; mostly nothing."""
    encoding, found = how.get("encoding", ""), how.get("doubtful_letters", "")
    if found:
        return (Said(LETTERS_DOUBTFUL, {"file": name, "found": found, "encoding": encoding}),)
    unusual = how.get("format") in {"CSV", "TSV"} and encoding not in USUAL
    return (Said(LETTERS_OF, {"file": name, "encoding": encoding}),) if unusual else ()


def totals_said(path: Path, rows: str) -> tuple[Said, ...]:
    """Return the note of such rows of a file, as their numbers are written; nothing without any."""
    return (Said(TOTALS if "," in rows else TOTAL, {"file": path.name, "rows": rows}),) if rows else ()


def under_study(file: InputFile, study: Study, path: Path, role: str) -> InputFile:
    """Return `file` with its role, and its path as the study writes it.

    A run names its inputs the same way on every machine.
    """
    return replace(file, role=role, path=path.as_posix() if not path.is_absolute() else _short(path, study))


def _short(path: Path, study: Study) -> str:
    try:
        return path.relative_to(study.folder.resolve()).as_posix()
    except ValueError:
        return path.name
