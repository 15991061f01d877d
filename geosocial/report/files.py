"""The tables of a run as files: CSV, the workbook, and the GeoPackage with its layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.results import Results


def write_frames(
    results: Results, frames: Mapping[str, pd.DataFrame], out: Path, *, langs: Sequence[Lang]
) -> None:
    """Write tables by their name as CSV into the folder ``tables`` of `out`, and the workbook beside it."""
    from geosocial.io import write
    from geosocial.report.workbook import write_workbook

    for name, frame in frames.items():
        write.write_table(frame, out / "tables" / f"{name}.csv")
    write_workbook(results, out / "geosocial.xlsx", langs=tuple(langs))


def write_tables(
    results: Results, frames: Mapping[str, pd.DataFrame], out: Path, *, langs: Sequence[Lang]
) -> None:
    """Write what `write_frames` writes, and the GeoPackage."""
    from geosocial.i18n import words
    from geosocial.io import write
    from geosocial.report.qgis import styles
    from geosocial.report.tables import layers

    write_frames(results, frames, out, langs=langs)
    looks = styles(words(langs[0]), results)
    write.write_geopackage(layers(results), out / "geosocial.gpkg", date=results.study.edition, styles=looks)
