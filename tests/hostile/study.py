"""A small study whose every text is hostile: what a user may type, wherever a study lets him type.

Eight zones in two rows, four blocks each; an initiative for each payload. `EVERY` is all payloads but the
longest in one text, so that a field is tested with each of them; the longest names one zone, one initiative
and one source.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from tests.cartography.payloads import PAYLOADS

LONGEST = max(PAYLOADS, key=len)
SHORT = tuple(p for p in PAYLOADS if p is not LONGEST)
EVERY = " · ".join(SHORT)
#: Names of the zones, in French and in English: every payload is in one of each.
ZONES_FR = (*(f"Z{n} " + " · ".join(SHORT[n::8]) for n in range(7)), f"Z7 {LONGEST}")
ZONES_EN = tuple(f"E{n} " + " · ".join(SHORT[(n + 3) % 8 :: 8]) for n in range(8))


def quoted(text: str) -> str:
    """A TOML string: its escapes are those of JSON."""
    return json.dumps(text)


def both(tag: str = "") -> str:
    """A text in both languages, told apart by its last letters."""
    return f"{{ fr = {quoted(EVERY + tag + ' (fr)')}, en = {quoted(EVERY + tag + ' (en)')} }}"


TOML = f"""
format = 1
id = "hostile"
name = {both(" study")}
edition = 2026-11-22
crs = "EPSG:32188"
detour = 1.3
detour_source = {both(" detour")}

[sources.own]
title = {both(" source")}
publisher = {quoted(LONGEST)}
year = {quoted(EVERY)}
licence = {quoted(EVERY)}
url = {quoted("javascript:alert(1)//" + EVERY)}

[zones]
file = "zones.geojson"
id = "code"
name_fr = "nom"
name_en = "name"
source = "own"

[[context]]
key = "land"
file = "land.geojson"
name = "nom"
source = "own"

[[context]]
key = "districts"
file = "districts.geojson"
name = "nom"
measured = true
label = {both(" districts")}
source = "own"

[[context]]
key = "water_names"
file = "water.geojson"
name = "nom"
source = "own"

[demand]
file = "demand.csv"
crs = "EPSG:4326"
id = "id"
x = "lon"
y = "lat"
source = "own"
unit_label = {both(" unit")}

[[demand.columns]]
key = "residents"
column = "residents"
unit = "people"
label = {both(" residents")}

[[demand.columns]]
key = "poor"
column = "poor"
unit = "people"
label = {both(" poor")}

[clusters]
permutations = 99

[equity]
people = "residents"
draws = 50

[[equity.groups]]
column = "poor"
of = "residents"

[[places]]
key = "projects"
file = "projects.csv"
crs = "EPSG:4326"
label = {both(" list")}
id = "id"
name = "name"
kind = "kind"
x = "lon"
y = "lat"
address = "address"
website = "website"
complete = true
source = "own"

[[spheres.culture.services]]
key = "one"
label = {both(" service")}
facility = {both(" facility")}
kinds = ["library"]
demand = "residents"
standard_m = 700
standard_source = {both(" standard")}
norm_source = {both(" norm")}

[[spheres.culture.services]]
key = "two"
label = {both(" other service")}
facility = {both(" other facility")}
kinds = ["theatre"]
demand = "residents"
standard_m = 900
standard_source = {both(" standard")}
norm_source = {both(" norm")}

[siting]
most = 3

[siting.candidates]
file = "candidates.csv"
crs = "EPSG:4326"
id = "id"
source = "own"
"""


def write_study(folder: Path) -> Path:
    """Write the study into `folder` and return its file."""
    names = zip(ZONES_FR, ZONES_EN, strict=True)
    corners = [(-73.66 + 0.02 * (n % 4), 45.50 + 0.02 * (n // 4)) for n in range(8)]
    layer(
        folder / "zones.geojson",
        ({"code": f"C{n}", "nom": fr, "name": en} for n, (fr, en) in enumerate(names)),
        (square(w, s, 0.02) for w, s in corners),
    )
    layer(
        folder / "districts.geojson",
        ({"nom": f"{EVERY} district {n}"} for n in range(16)),
        (square(w + 0.01 * h, s, 0.01, 0.02) for w, s in corners for h in (0, 1)),
    )
    layer(folder / "land.geojson", [{"nom": f"{EVERY} town"}], [square(-73.70, 45.50, 0.04)])
    water = {"type": "Point", "coordinates": [-73.62, 45.56]}
    layer(folder / "water.geojson", [{"nom": SHORT[2]}], [water])
    blocks = [
        [f"B{n}{k}", s + 0.004 + 0.011 * (k // 2), w + 0.005 + 0.01 * (k % 2), 800 + 100 * n, 90 + 70 * n]
        for n, (w, s) in enumerate(corners)
        for k in range(4)
    ]
    table(folder / "demand.csv", ["id", "lat", "lon", "residents", "poor"], blocks)
    rows = [
        [n, p, ("library", "theatre")[n % 2], 45.501 + 0.0006 * n, -73.659 + 0.0011 * n, p[:200], p[:200]]
        for n, p in enumerate(PAYLOADS)
    ]
    table(folder / "projects.csv", ["id", "name", "kind", "lat", "lon", "address", "website"], rows)
    sites = [[p, 45.505 + 0.0005 * n, -73.655 + 0.001 * n] for n, p in enumerate(SHORT)]
    table(folder / "candidates.csv", ["id", "lat", "lon"], sites)
    path = folder / "study.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def square(west: float, south: float, wide: float, high: float = 0.0) -> dict[str, object]:
    east, north = round(west + wide, 6), round(south + (high or wide), 6)
    west, south = round(west, 6), round(south, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def layer(path: Path, properties: Iterable[object], shapes: Iterable[object]) -> None:
    features = [
        {"type": "Feature", "properties": p, "geometry": g} for p, g in zip(properties, shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def table(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
