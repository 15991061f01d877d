"""What a file is, by its content and never by its suffix; and the refusal of what must not reach GDAL.

GDAL opens whatever it is named: ``/vsizip/…``, web addresses, connection strings, VRT files that point
anywhere. So no text of a user travels to it: a path must be an ordinary file that exists, its first bytes
must be those of a format on our list, and the driver that GDAL then picks must be the one of that format.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal

from geosocial.errors import N_, Count, InputError, MissingFileError
from geosocial.io import zipped
from geosocial.io.archive import is_workbook

#: GDAL's settings are one for the whole process: whoever changes one holds this lock meanwhile.
GDAL: Final = threading.Lock()

Form = Literal["text", "workbook", "geojson", "geopackage", "shapefile", "zip", "parquet", "kml", "gpx"]

#: What GDAL itself would take for an address, not for a file.
_ADDRESS: Final = re.compile(
    r"^/vsi|^[a-z][a-z0-9+.-]+://|^[A-Za-z][A-Za-z0-9_]+:(?![\\/])|^\s*[<{]|\bdbname\s*=", re.IGNORECASE
)
_SQLITE: Final = b"SQLite format 3\0"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHAPEFILE: Final = b"\x00\x00\x27\x0a"
#: The root element of an XML file, behind its declaration, comments and instructions. A file with a
#: document type has none here: entities can name other files, so it is no format that is read.
_ROOT: Final = re.compile(
    rb"\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:(?!-->).){0,2000}-->\s*)*<(?:[A-Za-z_][\w.-]*:)?([A-Za-z]\w*)",
    re.DOTALL,
)
_SIDE_FILES: Final = (".dbf", ".shx", ".prj", ".cpg")


def check_path(path: Path | str) -> Path:
    """Return `path` when it is an ordinary file that exists.

    Raises
    ------
    InputError
        For an address, a connection string, a folder or a device.
    MissingFileError
        When there is no such file; names the file of the folder that is spelled most like it.
    """
    file = Path(path)
    if _ADDRESS.search(str(path)) and not file.exists():
        raise InputError(
            N_("{file}: this is an address or a connection, not a file."),
            hint=N_("Save it as a file on this computer and name that file."),
            file=path,
        )
    try:
        mode = file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _missing(file) from error
    except (OSError, ValueError) as error:  # too long a name, a NUL in it, no permission for the folder
        raise MissingFileError(
            N_("{file}: the file cannot be opened ({reason})."),
            hint=N_("Check its name and the permissions of its folder."),
            file=str(path).replace("\0", "�"),
            reason=getattr(error, "strerror", None) or error,
        ) from error
    if stat.S_ISDIR(mode):
        raise InputError(
            N_("{file}: this is a folder, not a file."), hint=N_("Name one file of this folder."), file=path
        )
    if not stat.S_ISREG(mode) or str(path).startswith("/vsi"):
        raise InputError(
            N_("{file}: this is not an ordinary file."),
            hint=N_("Copy it to an ordinary file and name that."),
            file=path,
        )
    return file


def _missing(file: Path) -> MissingFileError:
    try:
        names = [p.name for p in file.parent.iterdir() if p.is_file() and not p.name.startswith(".")]
    except OSError:
        names = []
    like = difflib.get_close_matches(file.name, sorted(names), n=1)
    if like:
        return MissingFileError(
            N_("{file}: there is no such file."), hint=N_("Did you mean “{like}”?"), file=file, like=like[0]
        )
    return MissingFileError(
        N_("{file}: there is no such file."),
        hint=N_("Check the name of the file and of its folder."),
        file=file,
    )


def read_bytes(file: Path) -> bytes:
    """Return the content of a file that `check_path` has let through.

    Raises
    ------
    MissingFileError
        When it cannot be opened.
    """
    with opened(file) as stream:
        return stream.read()


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Open a file that `check_path` has let through.

    Raises
    ------
    MissingFileError
        When it cannot be opened or read.
    """
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as error:
        raise MissingFileError(
            N_("{file}: the file cannot be opened ({reason})."),
            hint=N_("Check its name and the permissions of its folder."),
            file=file,
            reason=error.strerror or error,
        ) from error


def too_large(file: Path) -> InputError:
    """Return the refusal of a file that does not fit into the memory."""
    return InputError(
        N_("{file}: the file is too large for the memory of this computer."),
        hint=N_("Split it, or leave out what is not needed, and try again."),
        file=file,
    )


def not_csv(file: Path, row: int, error: Exception) -> InputError:
    """Return the refusal of a text that Python's csv module reads up to the row before this one."""
    if "unexpected end" in str(error):
        return InputError(
            N_("{file}: a quotation mark is opened in row {row} and not closed."),
            hint=N_("Close it, or write it twice where it belongs to a text, then save the file again."),
            file=file,
            row=row,
        )
    return InputError(
        N_("{file}: row {row} cannot be read as CSV: a cell has more than {most} characters."),
        hint=N_("Look for a quotation mark that is opened and not closed, then save it again."),
        file=file,
        row=row,
        most=Count(csv.field_size_limit()),
    )


def fingerprint(file: Path) -> tuple[str, int]:
    """Return the SHA-256 and the size in bytes of a file; of a shapefile, of its parts in a fixed order."""
    parts = [file]
    if file.suffix.lower() == ".shp":
        parts += [part for suffix in _SIDE_FILES if (part := side_file(file, suffix)) is not None]
    digest, size = hashlib.sha256(), 0
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
    return digest.hexdigest(), size


def side_file(file: Path, suffix: str) -> Path | None:
    """Return the part of a shapefile with this suffix, in small or in capital letters, or None."""
    for candidate in (file.with_suffix(suffix), file.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def detect(path: Path | str) -> tuple[Path, Form]:
    r"""Return the checked path and what the file is.

    Raises
    ------
    InputError
        When it is empty, or in a form that is not read; says which, and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
    ...     _ = file.write(b"name,lat\n"); file.flush()
    ...     detect(file.name)[1]
    'text'
    """
    file = check_path(path)
    with opened(file) as stream:
        head = stream.read(4096)
    if not head.strip():
        raise InputError(
            N_("{file}: the file is empty."),
            hint=N_("Export it again; look at it before you try again."),
            file=file,
        )
    form = _form(file, head)
    if form is None and head.startswith(zipped.MAGIC):
        raise zipped.no_layer(file)
    if form is None:
        raise InputError(
            N_("{file}: this format is not read ({found})."),
            hint=N_(
                "Give a CSV, XLSX or ODS sheet, or a layer: GeoJSON, GeoPackage, Shapefile, GeoParquet, "
                "KML, GPX."
            ),
            file=file,
            found=_name_of(head),
        )
    return file, form


def _form(file: Path, head: bytes) -> Form | None:
    known: list[tuple[bool, Form]] = [
        (head.startswith(_SQLITE) and _is_geopackage(head), "geopackage"),
        (head.startswith(_SHAPEFILE), "shapefile"),
        (head.startswith(b"PAR1"), "parquet"),
        (head.startswith(_OLD_OFFICE), "workbook"),
        (head.startswith(zipped.MAGIC) and is_workbook(file), "workbook"),
        (head.startswith(zipped.MAGIC) and bool(zipped.shapefiles(file)), "zip"),
        (_is_json(head), "geojson"),
        (_root(head) == "kml", "kml"),
        (_root(head) == "gpx", "gpx"),
        (_is_text(head), "text"),
    ]
    return next((form for matches, form in known if matches), None)


def is_graphml(file: Path) -> bool:
    """Return whether a file that `check_path` has let through is GraphML, by its root element."""
    with opened(file) as stream:
        return _root(stream.read(4096)) == "graphml"


def _is_geopackage(head: bytes) -> bool:
    # Bytes 68 to 71 of an SQLite file are its application: "GPKG", or "GP10", "GP11" before version 1.2.
    return head[68:70] == b"GP"


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def _root(head: bytes) -> str:
    """Return the name of the root element of an XML file, without its prefix; ``""`` when there is none."""
    found = _ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode("ascii").lower() if found else ""


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return not head.decode("utf-16", errors="replace").lstrip().startswith("<")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return b"\0" not in head and start != b"<" and not head.startswith((b"%PDF", b"\x1f\x8b"))


def _name_of(head: bytes) -> str:
    # Format names are the same in both languages.
    for start, name in (
        (_SQLITE, "SQLite"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b", "GZIP"),
    ):
        if head.startswith(start):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if text.startswith(b"<"):
        kind = "VRT" if b"<ogrvrt" in text or b"<vrt" in text else "HTML" if b"html" in text else "XML"
        return "XML, DOCTYPE" if kind == "XML" and b"<!doctype" in text else kind
    return "…"
