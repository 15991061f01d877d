"""By what a file that geosocial wrote is known again: its bytes; of a GeoPackage, else what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geosocial.io import geopackage


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file was when it was written.

    Attributes
    ----------
    sha256
        Of its bytes.
    content
        Of what a GeoPackage holds (`geosocial.io.geopackage.content`), whose bytes change when a program
        opens it; empty for other files, and in the records of earlier versions.
    before
        What stood there before, where the moving of newer files was cut off: it may stand there still.
    """

    sha256: str
    content: str = ""
    before: Mark | None = None

    @classmethod
    def of(cls, file: Path) -> Mark:
        """Return the mark of a file as it is."""
        held = geopackage.content(file) if file.suffix.lower() == geopackage.SUFFIX else ""
        return cls(digest(file), held)

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Mark:
        """Return the mark that an entry of a record holds."""
        return cls(str(entry["sha256"]), str(entry.get("content", "")))

    def told(self) -> dict[str, str]:
        """Return the mark as an entry of a record holds it."""
        return {"sha256": self.sha256} | ({"content": self.content} if self.content else {})

    def fits(self, file: Path) -> bool:
        """Return whether a file is still what it was."""
        if not file.is_file():
            return False
        now = digest(file)
        if any(mark.sha256 == now for mark in self._all()):
            return True
        contents = {mark.content for mark in self._all() if mark.content}
        return bool(contents) and geopackage.content(file) in contents

    def holds(self, now: Mark) -> bool:
        """Return whether a file whose mark is `now` is still what it was."""
        return any(
            mark.sha256 == now.sha256 or (bool(mark.content) and mark.content == now.content)
            for mark in self._all()
        )

    def after(self, before: Mark | None) -> Mark:
        """Return this mark of a file that may still be what it was before."""
        return replace(self, before=before)

    def _all(self) -> tuple[Mark, ...]:
        return (self,) if self.before is None else (self, self.before)


def same(one: Path, other: Path) -> bool:
    """Return whether two files are the same, but for what opening a GeoPackage changes in it."""
    return one.read_bytes() == other.read_bytes() or Mark.of(one).fits(other)
