"""A folder of parts and the manifest that says which are whole; a run that stopped goes on where it was.

Each part takes its place in one step (`geosocial.io.atomic`), then the manifest names it with its rows and
bytes. A part counts only when the manifest names it and its size is the one told; a manifest of other input
or other settings has another fingerprint, and its parts are removed.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from geosocial.errors import N_, OutputError
from geosocial.io.atomic import replacing

#: Begins with an underscore: readers of a folder of Parquet files pass over it.
MANIFEST: Final = "_manifest.json"
#: Seconds between two manifests; a killed run does at most so much again.
_EVERY: Final = 1.0

Record = dict[str, Any]


class Partitions:
    """The parts of one output.

    Parameters
    ----------
    folder
        Where they are; made if need be.
    suffix
        ``.parquet`` or ``.csv``.
    fingerprint
        Of the input and the settings.

    Raises
    ------
    OutputError
        When `folder` is a file, or a folder of something else.
    """

    def __init__(self, folder: Path, suffix: str, fingerprint: str) -> None:
        self.folder = folder
        self._suffix = suffix
        self._fingerprint = fingerprint
        #: Number → record of a whole part.
        self.kept: dict[int, Record] = {}
        self._written = 0.0
        self._check()
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        told = self._told()
        if told.get("fingerprint") != fingerprint:
            (folder / MANIFEST).unlink(missing_ok=True)
            told = {}
        for number, record in enumerate(told.get("parts", ())):
            part = folder / str(record["file"])
            same = record["file"] == self.path(number).name and part.is_file()
            if same and part.stat().st_size == record["bytes"]:
                self.kept[number] = record
        for part in folder.glob(f"part-*{suffix}"):
            if part.name not in {record["file"] for record in self.kept.values()}:
                part.unlink()

    def _sweep(self) -> None:
        """Remove what killed workers left half written."""
        for leftover in self.folder.glob(f".part-*.part{self._suffix}"):
            leftover.unlink(missing_ok=True)

    def path(self, number: int) -> Path:
        """Return the file of a part."""
        return self.folder / f"part-{number:05d}{self._suffix}"

    def _check(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise OutputError(
                N_("{file}: this is a file; a join in batches writes a folder of parts there."),
                hint=N_("Name another folder, or move the file."),
                file=self.folder,
            )
        if self.folder.is_dir() and not (self.folder / MANIFEST).is_file():
            others = [p.name for p in self.folder.iterdir() if not p.name.startswith(".part-")]
            if others:
                raise OutputError(
                    N_("{file}: the folder holds other files; nothing was written."),
                    hint=N_("Name a new folder, or an empty one."),
                    file=self.folder,
                )

    def _told(self) -> Mapping[str, Any]:
        try:
            told = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Write the manifest when the block ends, also when it is interrupted: what is whole stays told."""
        self._write(complete=False)
        try:
            yield
        except BaseException:
            self._write(complete=False)
            raise
        self._sweep()
        self._write(complete=True)

    def add(self, number: int, record: Record) -> None:
        """Tell that a part is whole; parts come in order."""
        self.kept[number] = record
        if time.monotonic() - self._written >= _EVERY:
            self._write(complete=False)

    def _write(self, *, complete: bool) -> None:
        # A part whose predecessor is not whole is not told: the manifest is a list without holes.
        parts: list[Record] = []
        while len(parts) in self.kept:
            parts.append(self.kept[len(parts)])
        counts: dict[str, int] = {}
        for record in parts:
            for outcome, rows in record["counts"].items():
                counts[outcome] = counts.get(outcome, 0) + rows
        told = {
            "fingerprint": self._fingerprint,
            "complete": complete,
            "rows": sum(record["rows"] for record in parts),
            "counts": counts,
            "parts": parts,
        }
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        with replacing(self.folder / MANIFEST) as whole:
            whole.write_text(text, encoding="utf-8")
        self._written = time.monotonic()

    def gathered(self, target: Path) -> None:
        """Put the parts behind one another into one file, and remove the folder."""
        with replacing(target) as whole, whole.open("wb") as out:
            for number in range(len(self.kept)):
                with self.path(number).open("rb") as part:
                    shutil.copyfileobj(part, out, 1 << 20)
        shutil.rmtree(self.folder)


def discard(folder: Path) -> None:
    """Remove the parts that the manifest of a folder names, and the folder when nothing else is in it.

    A folder without such a manifest stays as it is.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        parts = [str(record["file"]) for record in told["parts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for name in parts:
        if fnmatch(name, "part-[0-9]*.*") and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    (folder / MANIFEST).unlink()
    with suppress(OSError):  # it holds something else
        folder.rmdir()


def write_batches(path: Path, batches: Iterator[Any], told: Callable[[], Mapping[str, str]] = dict) -> None:
    """Write Arrow tables as one Parquet file, a row group each, and what is `told` when all have been."""
    import pyarrow.parquet as pq

    writer = None
    try:
        for table in batches:
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema)
            writer.write_table(table, row_group_size=max(len(table), 1))
        if writer is not None and (words := told()):
            writer.add_key_value_metadata(dict(words))
    finally:
        if writer is not None:
            writer.close()
