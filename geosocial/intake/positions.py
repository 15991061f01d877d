"""Recognise positions that were damaged on their way, and mend those that can be read in one way only.

Spreadsheets swap latitude and longitude, drop a minus sign or a decimal mark, and put metres where degrees
belong. A position that is not where the list says it should be is read again in each of these ways. When all
the readings that lie in the study area (the bounds of its zones, and 5 km) are one and the same place, the
position is mended and the row says how; when they are several places, the row stays unlocated and names
them; when there is none, the position stands as it was written.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.geo.crs import crs_label, read_crs, same_crs, transform
from geosocial.intake.faults import Faults

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pyproj

    Floats = npt.NDArray[np.float64]
    Box = tuple[float, float, float, float]

#: How far around the bounds of the zones a position may lie, in metres.
MARGIN_M: Final = 5_000.0
#: The projected systems in which data on Québec is published: MTM zones 7 to 9, UTM zones 17 to 19, Québec
#: Lambert, Statistics Canada Lambert; and web Mercator. Tried where they are made for the study area, after
#: the system of its zones and before the UTM zones in which it lies, wherever it is.
SYSTEMS: Final = (32187, 32188, 32189, 26917, 26918, 26919, 32198, 3347, 3857)
#: Readings closer than this are the same place.
SAME_M: Final = 10.0
#: A position of at most so many errors is mended; more could make anything of any number.
MOST_STEPS: Final = 2
#: Degrees that lost their decimal mark have at least this many digits: a place to some 10 m.
_FEWEST_DIGITS: Final = 6
#: Degrees by which a position may leave the area for which its system is made before it is doubted.
_LEEWAY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """The bounds in which a position is believed, in a metric coordinate reference system."""

    west: float
    south: float
    east: float
    north: float
    crs: object

    @classmethod
    def around(cls, zones: gpd.GeoDataFrame, margin_m: float = MARGIN_M) -> Area:
        """Return the bounds of zones in a metric system, and `margin_m` around."""
        west, south, east, north = (float(v) for v in zones.total_bounds)
        return cls(west - margin_m, south - margin_m, east + margin_m, north + margin_m, zones.crs)

    def holds(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        """Return which positions, in the system of the area, lie in it."""
        found = (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)
        return np.asarray(found)

    def box(self, crs: object) -> Box | None:
        """Return bounds that hold the area in another system; None where it has none there."""
        return bounds_in((self.west, self.south, self.east, self.north), self.crs, crs)


def bounds_in(bounds: Box, source: object, target: object) -> Box | None:
    """Return bounds in another system that hold the edge of a rectangle; None where it has no place there."""
    west, south, east, north = bounds
    edge = np.linspace(0.0, 1.0, 21)
    zero, one = np.zeros(21), np.ones(21)
    x = west + (east - west) * np.concatenate([edge, edge, zero, one])
    y = south + (north - south) * np.concatenate([zero, one, edge, edge])
    x, y = transform(x, y, source, target)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read two numbers."""

    crs: pyproj.CRS
    box: Box
    swapped: bool
    signs: tuple[int, int]
    decimal: bool
    #: Code and value of a fault for each error that it supposes.
    steps: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Landing:
    """The places to which a row can be read, simplest reading first."""

    #: In the system of the reading, and in that of the area.
    read: list[tuple[float, float]] = field(default_factory=list)
    metric: list[tuple[float, float]] = field(default_factory=list)
    readings: list[_Reading] = field(default_factory=list)


def repair(
    x: Floats, y: Floats, crs: pyproj.CRS, area: Area, faults: Faults
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return positions with the damaged ones mended, and which were left because they read in several ways.

    Parameters
    ----------
    x, y
        (n) numbers as the file gives them; NaN is left alone.
    crs
        What the file says they are.
    area
        Where positions are expected.
    faults
        Each mended row gets `repaired_position` and a fault for each error; one that reads in several ways
        gets `position_candidates`.

    Returns
    -------
    (n) x and y in `crs`, and the (n) rows that are unlocated now (NaN).

    Examples
    --------
    >>> area = Area(267_000, 5_030_000, 306_000, 5_062_000, "EPSG:32188")
    >>> faults = Faults("list", "list.csv", [2])
    >>> x, y, _ = repair(np.array([45.5]), np.array([-73.6]), read_crs(4326), area, faults)
    >>> x.tolist(), y.tolist(), faults.table()["code"].tolist()
    ([-73.6], [45.5], ['repaired_position', 'repaired_swap'])
    """
    x, y = x.copy(), y.copy()
    open_ = np.zeros(len(x), dtype=bool)
    at = _doubted(x, y, crs, area)
    if not len(at):
        return x, y, open_
    landings: dict[int, _Landing] = {}
    for reading in _readings(crs, area):
        rows, east, north = _read(reading, x[at], y[at])
        _land(reading, at[rows], (east, north), area, landings)
    for position in sorted(landings):
        landing = landings[position]
        before = shown(x[position], y[position])
        places = [
            _in(crs, reading, place) for reading, place in zip(landing.readings, landing.read, strict=True)
        ]
        if len(places) > 1:
            several = " | ".join(shown(*place) for place in places)
            faults.add(position, "position_candidates", "unlocated", value=f"{before} → {several}")
            x[position] = y[position] = math.nan
            open_[position] = True
            continue
        x[position], y[position] = places[0]
        after = shown(x[position], y[position])
        faults.add(position, "repaired_position", "flagged", value=f"{before} → {after}")
        for code, value in landing.readings[0].steps:
            faults.add(position, code, "flagged", value=value)
    return x, y, open_


def _in(crs: pyproj.CRS, reading: _Reading, place: tuple[float, float]) -> tuple[float, float]:
    """Return a place in `crs`; one that is read in `crs` keeps its numbers to the last digit."""
    if reading.crs == crs:
        return place
    x, y = transform([place[0]], [place[1]], reading.crs, crs)
    return float(x[0]), float(y[0])


def shown(x: float, y: float) -> str:
    """Return a position as the two numbers of the file."""
    return f"{x:.10g}; {y:.10g}"


def _doubted(x: Floats, y: Floats, crs: pyproj.CRS, area: Area) -> npt.NDArray[np.int64]:
    """Return the rows whose position, as written, is not to be believed.

    In degrees: every one outside the area; a list of the whole province keeps its far places, since they
    read in no other way. In metres: those for which the system is not made, as a place 300 km away in the
    same system is likelier than a mistake.
    """
    known = np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0))
    box = area.box(crs)
    if box is not None:
        known &= ~((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))
    at = np.flatnonzero(known)
    if crs.is_geographic or not len(at):
        return at
    use = crs.area_of_use
    if use is None:
        return at[:0]
    made = bounds_in(
        (
            use.west - _LEEWAY,
            max(use.south - _LEEWAY, -89.0),
            use.east + _LEEWAY,
            min(use.north + _LEEWAY, 89.0),
        ),
        4326,
        crs,
    )
    if made is None:
        return at[:0]
    inside = (x[at] >= made[0]) & (x[at] <= made[2]) & (y[at] >= made[1]) & (y[at] <= made[3])
    return at[~inside]


def _systems(own: pyproj.CRS, area: Area) -> Iterator[tuple[pyproj.CRS, bool]]:
    """Return the systems to try, and whether each is another than the file says."""
    yield own, False
    tried = [own]
    middle = transform([(area.west + area.east) / 2], [(area.south + area.north) / 2], area.crs, 4326)
    longitude, latitude = float(middle[0][0]), float(middle[1][0])
    zones = read_crs(area.crs)
    for crs in (read_crs(4326), zones, *map(read_crs, (*SYSTEMS, *_utm(area, latitude)))):
        use = crs.area_of_use
        made = use is not None and use.west <= longitude <= use.east and use.south <= latitude <= use.north
        if not made and crs is not zones and not 32600 < (crs.to_epsg() or 0) < 32800:
            continue
        if (crs.is_geographic and own.is_geographic) or any(same_crs(crs, other) for other in tried):
            continue
        tried.append(crs)
        yield crs, True


def _utm(area: Area, latitude: float) -> list[int]:
    """Return the codes of the UTM zones (WGS 84) in which the area lies: a town may lie in two."""
    box = area.box(4326)
    if box is None:
        return []
    first, last = (int((degrees + 180) // 6) % 60 + 1 for degrees in (box[0], box[2]))
    return [(32600 if latitude >= 0 else 32700) + zone for zone in dict.fromkeys((first, last))]


def _readings(own: pyproj.CRS, area: Area) -> list[_Reading]:
    """Return every way to read two numbers, the simplest first."""
    found = []
    for crs, other in _systems(own, area):
        box = area.box(crs)
        if box is None:
            continue
        signs = [(1, 1), (-1, 1), (1, -1), (-1, -1)] if crs.is_geographic else [(1, 1)]
        for swapped, sign, decimal in product((False, True), signs, (False, True)):
            steps = (
                *([("repaired_crs", crs_label(crs))] if other else []),
                *([("repaired_swap", "")] if swapped else []),
                *([("repaired_sign", "")] if sign != (1, 1) else []),
                *([("repaired_decimal", "")] if decimal else []),
            )
            if 0 < len(steps) <= MOST_STEPS:
                found.append(_Reading(crs, box, swapped, sign, decimal, steps))
    return sorted(found, key=lambda reading: len(reading.steps))


def _read(reading: _Reading, x: Floats, y: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Return which pairs of numbers `reading` brings into its bounds, and the positions they are then."""
    axes = (y, x) if reading.swapped else (x, y)
    east, north = (values * sign for values, sign in zip(axes, reading.signs, strict=True))
    west_, south_, east_, north_ = reading.box
    kept = np.ones(len(x), dtype=bool)
    if reading.decimal:
        geographic = bool(reading.crs.is_geographic)
        east, moved_x = _with_mark(east, west_, east_, geographic=geographic)
        north, moved_y = _with_mark(north, south_, north_, geographic=geographic)
        kept = moved_x | moved_y
    kept &= (east >= west_) & (east <= east_) & (north >= south_) & (north <= north_)
    at = np.flatnonzero(kept)
    return at, east[at], north[at]


def _land(
    reading: _Reading,
    rows: npt.NDArray[np.int64],
    position: tuple[Floats, Floats],
    area: Area,
    landings: dict[int, _Landing],
) -> None:
    """Add the positions of a reading that lie in the area to the places of their rows."""
    if not len(rows):
        return
    metric = transform(*position, reading.crs, area.crs)
    for k in np.flatnonzero(area.holds(*metric)):
        place = float(metric[0][k]), float(metric[1][k])
        landing = landings.setdefault(int(rows[k]), _Landing())
        if all(math.dist(place, other) > SAME_M for other in landing.metric):
            landing.metric.append(place)
            landing.read.append((float(position[0][k]), float(position[1][k])))
            landing.readings.append(reading)


def _with_mark(
    values: Floats, lowest: float, highest: float, *, geographic: bool
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return whole numbers divided by the one power of ten that brings them between two bounds, and which.

    Bounds that hold 0, or a number and its tenth, say nothing of the mark: nothing is divided then.
    """
    result = values.copy()
    moved = np.zeros(len(values), dtype=bool)
    least, most = sorted((abs(lowest), abs(highest)))
    if lowest <= 0 <= highest or most >= 10 * least:
        return result, moved
    whole = (np.floor(values) == values) & (np.sign(values) == np.sign(lowest)) & (np.abs(values) > most)
    if geographic:
        whole &= np.abs(values) >= 10 ** (_FEWEST_DIGITS - 1)
    for power in range(1, 13):
        divided = values / 10.0**power
        fits = whole & (divided >= lowest) & (divided <= highest)
        result[fits] = divided[fits]
        moved |= fits
    return result, moved
