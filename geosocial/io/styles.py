"""Styles of layers inside a GeoPackage, in the table ``layer_styles`` that QGIS reads when it opens the file.

A layer opens in its default style; the others are offered in its menu. The table is the one that QGIS itself
makes, registered as attributes, so that other programs see a table and pass by.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TABLE: Final = "layer_styles"
_COLUMNS: Final = (
    '"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL',
    '"f_table_catalog" TEXT(256)',
    '"f_table_schema" TEXT(256)',
    '"f_table_name" TEXT(256)',
    '"f_geometry_column" TEXT(256)',
    '"styleName" TEXT(30)',
    '"styleQML" TEXT',
    '"styleSLD" TEXT',
    '"useAsDefault" BOOLEAN',
    '"description" TEXT',
    '"owner" TEXT(30)',
    '"ui" TEXT(30)',
    '"update_time" DATETIME',
)


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a layer: its name in the menu, and its QML."""

    layer: str
    name: str
    qml: str
    default: bool = False


def write_styles(path: Path, styles: Sequence[Style], *, date: dt.date) -> None:
    """Add styles to a GeoPackage that holds their layers; `date` is what it says of their last change.

    Raises
    ------
    KeyError
        When a style is of a layer that the file does not hold.
    """
    stamp = f"{date.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")  # who writes the file puts it on the disk, whole
        file.execute("PRAGMA journal_mode = MEMORY")
        geometry = dict(file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        file.execute(f'CREATE TABLE "{TABLE}" ({", ".join(_COLUMNS)})')
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES (?, 'attributes', ?, '', ?, 0)",
            (TABLE, TABLE, stamp),
        )
        file.executemany(
            f'INSERT INTO "{TABLE}" (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, '  # noqa: S608 - our own name
            "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
            "VALUES ('', '', ?, ?, ?, ?, '', ?, '', '', NULL, ?)",
            [(s.layer, geometry[s.layer], s.name, s.qml, int(s.default), stamp) for s in styles],
        )
