"""By what a file that geosocial wrote is known again: its bytes; of a GeoPackage, else what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
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
    """

    sha256: str
    content: str = ""

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
        if digest(file) == self.sha256:
            return True
        return bool(self.content) and geopackage.content(file) == self.content


def same(one: Path, other: Path) -> bool:
    """Return whether two files are the same, but for what opening a GeoPackage changes in it."""
    return one.read_bytes() == other.read_bytes() or Mark.of(one).fits(other)
