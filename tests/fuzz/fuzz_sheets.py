"""Feed the readers of sheets and layers with bytes that atheris grows by coverage.

Needs ``pip install atheris``; run ``python tests/fuzz/fuzz_sheets.py -max_total_time=300``. What is held:
a file is read or refused by one line that names it, nothing else; every row of a sheet that has content is
the header, a title, a total or a record; a frame is as long as its rows; each feature of a layer keeps its
row; and `geosocial check` accounts for every row.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore] # optional, untyped

_ROOMS = ("sheets", "header", "detect", "archive", "markup", "geojson")
with atheris.instrument_imports(include=[f"geosocial.io.{room}" for room in _ROOMS]):
    from geosocial.errors import GeosocialError
    from geosocial.intake.inspect import inspect
    from geosocial.intake.source import open_source
    from geosocial.io.sheets import read_sheet

_STARTS = (
    b"",
    b"nom,lat,lon\n",
    b"nom;statut;lat;lon\nA;existant;45,5;-73,6\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"sep=;\n",
    b'{"type":"FeatureCollection","features":[',
    b'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark>',
    b"<gpx><wpt ",
    b"PK\x03\x04",
)
_FOLDER = tempfile.TemporaryDirectory()
_FILE = Path(_FOLDER.name) / "fuzzed.dat"


def one_input(data: bytes) -> None:
    """Hold the properties for one file."""
    start = _STARTS[data[0] % len(_STARTS)] if data else b""
    _FILE.write_bytes(start + data[1:])
    try:
        source = open_source(_FILE)
    except GeosocialError as error:
        said = str(error)
        assert "\n" not in said
        assert _FILE.name in said
        return
    assert len(source.table) == len(source.rows) == source.file.rows
    if source.layer is None:
        sheet = read_sheet(_FILE)
        told = [*sheet.titles, *sheet.totals, *sheet.rows.tolist()]
        assert len(told) == len(set(told)) == sheet.file.rows + len(sheet.titles) + len(sheet.totals)
        assert sheet.frame.notna().all().all()
        assert all(isinstance(cell, str) for column in sheet.frame for cell in sheet.frame[column])
    if len(data) % 8 == 0:  # it costs as much as a hundred readings
        _accounted(source.file.rows)


def _accounted(rows: int) -> None:
    try:
        found = inspect(_FILE)
    except GeosocialError:
        return
    assert sum(found[0].counts.values()) == rows


def main() -> None:
    """Run until told to stop."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
