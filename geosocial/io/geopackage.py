"""What a GeoPackage holds, whatever a program has done to its bytes by merely opening it.

A GeoPackage is an SQLite file. A GIS that opens it to write, as QGIS does, lets SQLite keep a log beside it
(``….gpkg-wal``): the header then says so, counts the change, and names the version of SQLite, while every
table stays as it was. As long as the log holds something, the file alone is not what the other program shows;
and a file put in its place would take the old log for its own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from geosocial.errors import N_, GeosocialError, OutputError

SUFFIX: Final = ".gpkg"
_SQLITE: Final = b"SQLite format 3\0"
#: Tables and triggers that follow from others: SQLite's own, spatial indexes, counts of features.
_DERIVED: Final = (
    "sqlite_",
    "rtree_",
    "gpkg_ogr_contents",
    "trigger_insert_feature_count_",
    "trigger_delete_feature_count_",
)
#: A column that only says when a layer was written last.
_STAMP: Final = ("gpkg_contents", "last_change")
#: The first bytes of a journal that waits to be played back; of one that is done with they are zero.
_JOURNAL: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


def read_only(file: Path) -> str:
    """Return the address at which SQLite reads a file as it stands, and leaves nothing beside it."""
    return f"{file.resolve().as_uri()}?mode=ro&immutable=1"


def content(file: Path) -> str:
    """Return the SHA-256 of what the tables of a GeoPackage hold; ``""`` when it is none, or damaged.

    Two files with the same one hold the same layers, features and styles, row by row.
    """
    try:
        with file.open("rb") as stream:
            if stream.read(len(_SQLITE)) != _SQLITE:
                return ""
        with closing(sqlite3.connect(read_only(file), uri=True)) as base:
            return _content(base)
    except (OSError, sqlite3.Error):
        return ""


def _content(base: sqlite3.Connection) -> str:
    digest = hashlib.sha256()
    parts = base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    for part in parts:
        if str(part[1]).startswith(_DERIVED):
            continue
        digest.update(repr(part).encode())
        if part[0] != "table":
            continue
        name = str(part[1]).replace('"', '""')
        columns = [str(row[1]) for row in base.execute(f'PRAGMA table_info("{name}")')]
        wanted = [c.replace('"', '""') for c in columns if (part[1], c) != _STAMP]
        listed = ", ".join(f'"{column}"' for column in wanted)
        for row in base.execute(f'SELECT {listed} FROM "{name}" ORDER BY rowid'):  # noqa: S608 - quoted above
            digest.update(repr(row).encode())
    return digest.hexdigest()


def unsaved(file: Path) -> Path | None:
    """Return the log beside a GeoPackage that holds changes which are not in it yet; None without one."""
    if file.suffix.lower() != SUFFIX:
        return None
    for end, begins in (("-wal", b""), ("-journal", _JOURNAL)):
        log = file.with_name(file.name + end)
        try:
            with log.open("rb") as stream:
                head = stream.read(len(_JOURNAL))
        except OSError:
            continue
        if head and head.startswith(begins):
            return log
    return None


def refuse_unsaved(file: Path, *, kind: type[GeosocialError] = OutputError) -> None:
    """Refuse a GeoPackage that another program is changing, to be read or to be replaced.

    Raises
    ------
    GeosocialError
        Of this kind, naming the log beside the file.
    """
    log = unsaved(file)
    if log is not None:
        raise kind(
            N_("{file}: another program has changes that are not in the file yet ({log})."),
            hint=N_("Save and close it there, in QGIS for example, and try again."),
            file=file,
            log=log.name,
        )
