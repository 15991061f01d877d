"""A Shapefile in a ZIP archive, as cities publish them: found, checked, and unpacked under names of our own.

No name of the archive becomes a path, so none can lead out of the folder into which its parts are unpacked.
An archive that would unpack to more than a Shapefile can hold, that is locked, or that holds no layer or
several, is refused: what was found in it is said.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geosocial.errors import N_, InputError
from geosocial.io.archive import opened

#: The first bytes of an archive, and of one that is empty.
MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
#: The parts that are read.
PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
#: The most that the parts may unpack to: each of them ends at 2 GB by its format.
_LARGEST: Final = 4 << 30
#: Nor to more than this many times their size, once that is more than `_SMALL` bytes.
_RATIO: Final = 500
_SMALL: Final = 64 << 20
_MOST_PARTS: Final = 5_000
_BLOCK: Final = 1 << 20
#: Names that are told of an archive.
_TOLD: Final = 6
_LOCKED: Final = 0x1


def shapefiles(file: Path) -> dict[str, Mapping[str, zipfile.ZipInfo]]:
    """Return the Shapefiles of an archive: name → suffix → part; hidden parts are passed over.

    Raises
    ------
    InputError
        When the archive is damaged.
    """
    parts = _parts(file)
    found: dict[str, Mapping[str, zipfile.ZipInfo]] = {}
    for part in parts:
        stem, suffix = _split(part.filename)
        if suffix == ".shp":
            like = [(_split(other.filename), other) for other in parts]
            mine = {
                end: other for (name, end), other in like if name.lower() == stem.lower() and end in PARTS
            }
            found[stem] = mine | {".shp": part}
    return found


def names(file: Path) -> list[str]:
    """Return the names of the Shapefiles of an archive, without their folders where that tells them apart."""
    full = list(shapefiles(file))
    short = [name.rsplit("/", 1)[-1] for name in full]
    return [_clean(name) for name in (short if len(set(short)) == len(short) else full)]


def no_layer(file: Path) -> InputError:
    """Return the refusal of an archive that holds no Shapefile."""
    inside = [part.filename for part in _parts(file)]
    if not inside:
        return InputError(
            N_("{file}: the ZIP archive is empty."), hint=N_("Download or export it again."), file=file
        )
    return InputError(
        N_("{file}: the ZIP archive holds no Shapefile; it holds: {found}."),
        hint=N_("Unpack it and name one of its files, or give a ZIP with a .shp and its parts."),
        file=file,
        found=_listed(inside),
    )


@contextmanager
def unpacked(file: Path, layer: str | None) -> Iterator[Path]:
    """Unpack the Shapefile of an archive into a folder that lasts as long as the block; give its .shp.

    Parameters
    ----------
    file
        A ZIP archive that `geosocial.io.detect` has let through.
    layer
        Name of the one to read, where the archive holds several.

    Raises
    ------
    InputError
        When it holds none or several, or one that is locked, damaged or too large.
    """
    found = shapefiles(file)
    if not found:
        raise no_layer(file)
    parts = _chosen(file, found, layer)
    _check(file, list(parts.values()))
    with tempfile.TemporaryDirectory(prefix="geosocial-") as folder:
        with opened(file) as archive:
            for suffix, part in parts.items():
                _unpack(archive, part, Path(folder, f"layer{suffix}"))
        yield Path(folder, "layer.shp")


def _chosen(
    file: Path, found: Mapping[str, Mapping[str, zipfile.ZipInfo]], layer: str | None
) -> Mapping[str, zipfile.ZipInfo]:
    told = dict(zip(names(file), found.values(), strict=True))
    if layer is None and len(told) == 1:
        return next(iter(told.values()))
    if layer is None or layer not in told:
        raise InputError(
            N_("{file}: the ZIP archive holds these Shapefiles: {found}."),
            hint=N_('Name one of them: layer = "…" in the study, or --sheet.'),
            file=file,
            found=_listed(list(told)),
        )
    return told[layer]


def _check(file: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse parts that are locked, or that say themselves that they are too large."""
    if any(part.flag_bits & _LOCKED for part in parts):
        raise InputError(
            N_("{file}: the ZIP archive is locked by a password: {found}."),
            hint=N_("Unpack it and name its .shp."),
            file=file,
            found=_listed([part.filename for part in parts]),
        )
    whole = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if whole > _LARGEST or (whole > _SMALL and whole > _RATIO * packed):
        raise _too_large(file)


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, target: Path) -> None:
    """Unpack a part; one that is longer than it says ends there, and does not pass its checksum."""
    with archive.open(part) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, _BLOCK)


def _parts(file: Path) -> list[zipfile.ZipInfo]:
    """Return the parts of an archive that somebody has put there: no folder, nothing hidden."""
    with opened(file) as archive:
        parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise _too_large(file)
    hidden = [part for part in parts if any(n[:1] == "." or n == "__MACOSX" for n in _way(part.filename))]
    return [part for part in parts if part not in hidden and not part.is_dir()]


def _way(name: str) -> list[str]:
    return [step for step in name.replace("\\", "/").split("/") if step not in {"", ".", ".."}]


def _split(name: str) -> tuple[str, str]:
    """Return the name of a part without its suffix, and its suffix in small letters."""
    way = "/".join(_way(name))
    stem, dot, suffix = way.rpartition(".")
    return (stem, f".{suffix.lower()}") if dot else (way, "")


def _clean(name: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in name)[:80]


def _listed(found: Sequence[str]) -> str:
    shown = ", ".join(_clean(name) for name in found[:_TOLD])
    return f"{shown} …" if len(found) > _TOLD else shown


def _too_large(file: Path) -> InputError:
    return InputError(
        N_("{file}: the ZIP archive is too large once it is unpacked."),
        hint=N_("Do not trust it; if you know it, unpack it yourself and name its .shp."),
        file=file,
    )
