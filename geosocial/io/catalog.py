"""The official open-data sources, and how to fetch one: whole or not at all, resumed where it was cut.

Nothing here runs unless it is asked for by name. What has arrived of a file is kept beside its place, under a
hidden name, and the next attempt asks the server only for the rest (RFC 9110, ``Range`` with ``If-Range``);
a server that cannot, or whose file has changed since, sends it again from the beginning.

Most publishers replace their files from time to time, so that no checksum can be fixed beforehand. That of
what was fetched is kept beside the file, as ``sha256sum`` writes it, and asked at each later use: a file that
was altered since is never taken for the publisher's.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, IncompleteRead
from importlib import resources
from pathlib import Path
from typing import Any, Final

from geosocial import __version__
from geosocial.errors import N_, InputError, MissingFileError
from geosocial.io.atomic import replacing
from geosocial.io.write import write_text
from geosocial.vocabulary import LocalText

_BLOCK: Final = 1 << 16
#: No file of the catalogue comes near it: a server that sends without end must not fill the disk.
_LARGEST: Final = 4 << 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A source: what it is, whose, under which licence, and its address."""

    name: str
    title: LocalText
    publisher: LocalText
    licence: LocalText
    page: str
    url: str
    #: SHA-256 of the file; empty where its publisher replaces it from time to time.
    sha256: str = ""

    @property
    def file(self) -> str:
        """Name of the file."""
        return urllib.parse.unquote(self.url.rsplit("/", 1)[-1])


@cache
def catalog() -> Mapping[str, Entry]:
    """Return the sources by name, in the order of the catalogue."""
    text = resources.files("geosocial.io").joinpath("catalog.toml").read_text(encoding="utf-8")
    return {name: _entry(name, table) for name, table in tomllib.loads(text).items()}


def _entry(name: str, table: dict[str, Any]) -> Entry:
    return Entry(name, **{**table, **{key: _local(table[key]) for key in ("title", "publisher", "licence")}})


def _local(value: str | Mapping[str, str]) -> LocalText:
    """Return a text in both languages; a proper name is one for both."""
    return LocalText(value, value) if isinstance(value, str) else LocalText(**value)


def find(name: str) -> Entry:
    """Return the source of this name.

    Raises
    ------
    InputError
        When there is none; names those that there are.
    """
    if name not in catalog():
        raise InputError(
            N_("There is no source named “{name}”."),
            hint=N_("Known sources: {known}."),
            name=name,
            known=", ".join(catalog()),
        )
    return catalog()[name]


def fetch(entry: Entry, folder: Path | str, *, mirror: str = "") -> tuple[Path, bool]:
    """Return the file of a source in `folder`, and whether it was fetched now.

    Parameters
    ----------
    entry
        The source.
    folder
        Where the file is kept; one that is there already is not fetched again.
    mirror
        Folder or web address that holds the same file, to use instead of the publisher's.

    Raises
    ------
    InputError
        When it cannot be fetched, is cut short, or is not the file of the catalogue.
    """
    target = Path(folder) / entry.file
    known = entry.sha256 or fetched_sha256(target)
    if target.is_file() and (not known or _sha256(target) == known):
        return target, False
    if target.is_file() and not entry.sha256:
        raise InputError(
            N_("{file}: the file was altered since it was fetched (its SHA-256 is another)."),
            hint=N_("Move it elsewhere, and fetch it again."),
            file=target,
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.download")
    if mirror and not re.match(r"https?://", mirror):
        source = Path(mirror) / entry.file
        if not source.is_file():
            raise MissingFileError(
                N_("{file}: there is no such file."),
                hint=N_("Check the name of the file and of its folder."),
                file=source,
            )
        shutil.copyfile(source, part)
    else:
        _download(f"{mirror.rstrip('/')}/{urllib.parse.quote(entry.file)}" if mirror else entry.url, part)
    _check(entry, part)
    digest = _sha256(part)
    with replacing(target) as whole:
        part.replace(whole)
    write_text(f"{digest}  {target.name}\n", _sums(target))
    _mark(part).unlink(missing_ok=True)
    return target, True


def fetched_sha256(file: Path) -> str:
    """Return the SHA-256 that was noted when `file` was fetched; empty when none was."""
    try:
        found = re.match(r"[0-9a-f]{64}(?=  )", _sums(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[0] if found else ""


def _sums(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _check(entry: Entry, part: Path) -> None:
    if entry.sha256 and (found := _sha256(part)) != entry.sha256:
        part.unlink()
        _mark(part).unlink(missing_ok=True)
        raise InputError(
            N_("{file}: this is not the file of the catalogue (SHA-256 {found} instead of {expected})."),
            hint=N_("Try again; if it stays so, its publisher has changed it."),
            file=entry.file,
            found=found[:12],
            expected=entry.sha256[:12],
        )


def _download(url: str, part: Path) -> None:
    """Fetch `url` into `part`, from where an earlier attempt was cut."""
    have = part.stat().st_size if part.is_file() else 0
    mark = _mark(part)
    version = mark.read_text(encoding="utf-8") if have and mark.is_file() else ""
    # The City's portal refuses clients that do not call themselves a browser's kin.
    headers = {"User-Agent": f"Mozilla/5.0 (compatible; geosocial/{__version__})"}
    if version:  # without the mark of its version the first part may be of another file
        headers |= {"Range": f"bytes={have}-", "If-Range": version}
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s) only, of the catalogue or asked for
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            resumed = answer.status == 206
            start = have if resumed else 0
            mark.write_text(_version(answer.headers), encoding="utf-8")
            length = answer.headers.get("Content-Length")
            with part.open("ab" if resumed else "wb") as out:
                while block := answer.read(_BLOCK):
                    out.write(block)
                    if out.tell() > _LARGEST:
                        break
            if length is not None and part.stat().st_size != start + int(length):
                raise IncompleteRead(b"")
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        code = getattr(error, "code", None)
        reason = f"HTTP {code}" if code else str(getattr(error, "reason", "")) or type(error).__name__
        raise InputError(
            N_("{url}: the file could not be fetched ({reason})."),
            hint=N_("Try again: what has arrived is kept. Or name a copy by --from."),
            url=url,
            reason=reason,
        ) from error


def _version(headers: Any) -> str:
    """Return what names the version of a file: a strong ETag, else its date; empty where it has neither."""
    tag = headers.get("ETag") or ""
    return tag if tag.startswith('"') else headers.get("Last-Modified") or ""


def _mark(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
