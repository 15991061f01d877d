"""Write the files of the embedded study with the same bytes each time, and say where each came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd


def say(path: Path, rows: int, origin: str) -> None:
    """Print one line: the file, its rows, where it came from."""
    print(f"{path.name:20} {rows:6,} rows  {path.stat().st_size / 1000:7.1f} kB  <- {origin}")


def write_csv(frame: pd.DataFrame, path: Path, origin: str) -> None:
    """Write a table as UTF-8, lines ended by a line feed; missing as an empty cell."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8", float_format="%.10g")
    say(path, len(frame), origin)


def _rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, list | tuple):
        return [_rounded(item, decimals) for item in value]
    return round(value, decimals)


def write_geojson(
    rows: Iterable[tuple[Mapping[str, object], shapely.Geometry]], path: Path, origin: str, *, decimals: int
) -> None:
    """Write features in longitude and latitude, one a line, coordinates rounded to `decimals`."""
    lines = []
    for properties, geometry in rows:
        geojson = json.loads(shapely.to_geojson(geometry))
        geojson["coordinates"] = _rounded(geojson["coordinates"], decimals)
        feature = {"type": "Feature", "properties": dict(properties), "geometry": geojson}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    say(path, len(lines), origin)
