"""What lies in and around each zone: shapes, neighbours and facilities for a map at its own scale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geosocial.cartography import dots, layers
from geosocial.cartography.style import as_json
from geosocial.geo.crs import transform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosocial.results import Results

#: Most dots of people on the map of one zone, by service.
MOST: Final = 450
#: How far around a zone the map reaches, as a share of its size: what a wide window shows.
AROUND: Final = 0.25


@dataclass(frozen=True, slots=True)
class Facilities:
    """The facilities of a service: degrees, numbers of their zones, each encoded up to its last member."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    zone: list[int]
    code: list[str]

    def within(self, west: float, south: float, east: float, north: float, zone: int) -> str:
        """Return those in a frame, encoded; each says last whether it lies in the zone of this number."""
        import numpy as np

        seen = (west < self.lon) & (self.lon < east) & (south < self.lat) & (self.lat < north)
        here = np.flatnonzero(seen).tolist()
        return ",".join(f"{self.code[k]},{int(self.zone[k] == zone)}]" for k in here)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Shapes in degrees, and which of them each map shows."""

    #: GeoJSON geometries of the zones, of the land beyond and of the districts, encoded once for all pages.
    zones: list[str]
    land: list[str]
    districts: list[str]
    #: West, south, east, north of each, in degrees.
    boxes: NDArray[np.float64]
    land_boxes: NDArray[np.float64]
    district_zone: list[int]
    neighbours: list[list[int]]
    #: By service, its facilities.
    facilities: list[Facilities]
    #: By service and zone: people beyond the standard as dots, encoded.
    beyond: list[list[str]]
    #: By zone: what a dot stands for.
    per: list[int]

    def of(self, number: int) -> str:
        """Return what the map of a zone shows, as the members of a JSON object."""
        import numpy as np

        west, south, east, north = self.boxes[number]
        # a degree of longitude is shorter: the frame is square on the ground, whatever the zone's shape
        shrink = float(np.cos(np.radians((south + north) / 2)))
        reach = (0.5 + AROUND) * max((east - west) * shrink, north - south)
        x, y = (west + east) / 2, (south + north) / 2
        frame = (x - 1.3 * reach / shrink, y - reach, x + 1.3 * reach / shrink, y + reach)

        def seen(boxes: NDArray[np.float64]) -> list[int]:
            inside = (
                (boxes[:, 0] <= frame[2])
                & (boxes[:, 2] >= frame[0])
                & (boxes[:, 1] <= frame[3])
                & (boxes[:, 3] >= frame[1])
            )
            return [int(k) for k in np.flatnonzero(inside)]

        members = {
            "box": as_json([round(float(b), layers.DIGITS) for b in (west, south, east, north)]),
            "near": as_json(self.neighbours[number]),
            "zones": _list(f"[{k},{self.zones[k]}]" for k in seen(self.boxes)),
            "land": _list(self.land[k] for k in seen(self.land_boxes)),
            "districts": _list(
                d for d, z in zip(self.districts, self.district_zone, strict=True) if z == number
            ),
            "supply": _list(f"[{places.within(*frame, number)}]" for places in self.facilities),
            "per": str(self.per[number]),
            "beyond": _list(found[number] for found in self.beyond),
        }
        return ",".join(f'"{name}":{value}' for name, value in members.items())


def _list(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def surroundings(results: Results, said: Mapping[str, Any]) -> Surroundings:
    """Return the surroundings of every zone of a run; `said` is the content of the atlas."""
    import numpy as np

    zones = [f["geometry"] for f in layers.shapes(results.zones)["features"]]
    land = results.context.get("land")
    ground = [] if land is None else [f["geometry"] for f in layers.shapes(land)["features"]]
    parts, homes = _districts(results)
    boxes = _boxes(zones)
    per, beyond = _beyond(results, boxes)
    return Surroundings(
        zones=[as_json(z) for z in zones],
        land=[as_json(g) for g in ground],
        districts=[as_json(p) for p in parts],
        boxes=boxes,
        per=per,
        beyond=beyond,
        land_boxes=_boxes(ground) if ground else np.empty((0, 4)),
        district_zone=homes,
        neighbours=neighbours(results),
        facilities=_facilities(results, said),
    )


def _boxes(geometries: list[Any]) -> NDArray[np.float64]:
    import numpy as np

    found = np.empty((len(geometries), 4))
    for k, geometry in enumerate(geometries):
        rings = geometry["coordinates"]
        if geometry["type"] == "MultiPolygon":
            rings = [ring for polygon in rings for ring in polygon]
        points = np.array([point for ring in rings for point in ring])
        found[k] = *points.min(axis=0), *points.max(axis=0)
    return found


def _districts(results: Results) -> tuple[list[Any], list[int]]:
    """Return the districts and the number of the zone in which each lies; −1 for none."""
    from geosocial.geo import ZoneIndex

    frame = results.context.get("districts")
    if frame is None or not len(frame):
        return [], []
    points = frame.geometry.representative_point()
    homes = ZoneIndex(results.zones).locate(points.x.to_numpy(), points.y.to_numpy())
    return [f["geometry"] for f in layers.shapes(frame)["features"]], [int(h) for h in homes]


def neighbours(results: Results) -> list[list[int]]:
    """Return the numbers of the zones that each zone shares a border with; the nearest where it has none.

    A zone alone on its island has the one that is nearest across the water.
    """
    import numpy as np
    import shapely

    from geosocial.geo import contiguity

    shapes = results.zones.geometry.to_numpy()
    first, second = contiguity.touching(shapes)
    out: list[list[int]] = []
    for k in range(len(shapes)):
        row = [int(j) for j in second[first == k]]
        if not row and len(shapes) > 1:
            apart = shapely.distance(shapely.simplify(shapes, 50.0), shapely.simplify(shapes[k], 50.0))
            apart[k] = np.inf
            row = [int(np.argmin(apart))]
        out.append(row)
    return out


def _facilities(results: Results, said: Mapping[str, Any]) -> list[Facilities]:
    """Return the facilities of each service as the atlas draws them, each with the number of its zone."""
    import numpy as np

    homes = {str(z): n for n, z in enumerate(results.zones["zone_id"])}
    out = []
    for (_, spec), service in zip(results.study.services(), said["services"], strict=True):
        at = layers.facilities(results, spec.kinds)["zone_id"].tolist()
        supply = service["supply"]
        degrees = np.array([f[:2] for f in supply], np.float64).reshape(-1, 2)
        zone = [homes.get(str(z), -1) for _, z in zip(supply, at, strict=True)]
        code = [json.dumps(f[:4], separators=(",", ":"))[:-1] for f in supply]
        out.append(Facilities(degrees[:, 0], degrees[:, 1], zone, code))
    return out


def per_dot(total: float) -> int:
    """Return what a dot stands for on the map of one zone: the smallest step that gives at most `MOST` dots.

    Examples
    --------
    >>> per_dot(44_300), per_dot(0)
    (100, 10)
    """
    return next((step for step in dots.STEPS if total / step <= MOST), dots.STEPS[-1])


def _beyond(results: Results, boxes: NDArray[np.float64]) -> tuple[list[int], list[list[str]]]:
    """Return what a dot stands for by zone, and by service and zone the dots of the people beyond.

    A dot is two whole numbers: its steps of 1e-5 degrees east and north of the corner of the zone's box.
    """
    import numpy as np

    ids = [str(z) for z in results.zones["zone_id"]]
    rows = results.beyond
    totals = rows.groupby(["zone_id", "sphere", "service"])["demand"].sum().groupby("zone_id").max()
    per = [per_dot(float(totals.get(z, 0.0))) for z in ids]
    number = {z: k for k, z in enumerate(ids)}
    services = {(sphere, spec.key): n for n, (sphere, spec) in enumerate(results.study.services())}
    out = [["[]"] * len(ids) for _ in services]
    groups = []
    for key, mine in rows.groupby(["sphere", "service", "zone_id"], observed=True):
        sphere, service, zone = map(str, key)
        if (sphere, service) in services and zone in number:
            at = dots.dots(mine, per=per[number[zone]])
            groups.append((services[sphere, service], number[zone], at))
    if not groups:
        return per, out
    # one change of coordinates for all: each has a cost of its own
    x, y = (np.concatenate([at[axis] for _, _, at in groups]) for axis in (0, 1))
    every = transform(x, y, results.study.crs, 4326)
    ends = np.cumsum([len(at[0]) for _, _, at in groups])
    for (row, column, _), lon, lat in zip(
        groups, *(np.split(axis, ends[:-1]) for axis in every), strict=True
    ):
        steps = np.column_stack((lon - boxes[column, 0], lat - boxes[column, 1])) * 10**layers.DIGITS
        out[row][column] = as_json(np.rint(steps).astype(int).ravel().tolist())
    return per, out
