"""A made-up country as large as a real one: 490,000 blocks, 16 million addresses, 200,000 facilities.

Towns follow a rank–size law: the town of rank r has a share of the blocks in proportion to 1 / r. Each is a
grid of streets of its own direction whose blocks, some 90 m wide in the centre, widen outwards; towns do not
overlap, and six in ten lie near a larger one. Addresses stand along the four streets of a block, a few
metres back, more of them in large towns and in their centres. Facilities stand at blocks, drawn by their
addresses, so that centres have more than their share. Zones are the surroundings of the largest towns, with
crooked borders; small areas those of every town. The same seed gives the same country, to the bit.

    python -m benchmarks.country FOLDER [--size 1.0]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Statistics Canada Lambert, in metres.
CRS: Final = "EPSG:3347"
#: South-west corner and sides of the settled part of the country, in metres.
CORNER: Final = np.array([5_000_000.0, 1_200_000.0])
SPAN: Final = np.array([2_400_000.0, 600_000.0])
#: Blocks, addresses, facilities, towns and zones of a country of size 1.
WHOLE: Final = (490_000, 16_000_000, 200_000, 3_200, 290)
#: Kinds of facilities, and how many of a hundred are of each.
KINDS: Final = {
    ("housing", "cooperative_dwelling"): 6,
    ("housing", "nonprofit_dwelling"): 6,
    ("housing", "public_dwelling"): 8,
    ("culture", "library"): 6,
    ("culture", "municipal_venue"): 5,
    ("culture", "theatre"): 3,
    ("culture", "museum"): 3,
    ("recreation", "leisure_centre"): 8,
    ("recreation", "indoor_sport"): 8,
    ("recreation", "indoor_pool"): 4,
    ("recreation", "outdoor_facility"): 24,
    ("sustainable_development", "community_garden"): 7,
    ("sustainable_development", "recycling_centre"): 3,
    ("tourism", "attraction"): 6,
    ("tourism", "hostel"): 2,
    ("tourism", "information_office"): 1,
}
_BEGIN: Final = ("Val", "Mont", "Lac", "Rive", "Belle", "Grand", "Pointe", "Saint", "Clair", "Haute", "Pré")
_MIDDLE: Final = ("-des-", "-du-", "-aux-", "-sous-", "-sur-")
_END: Final = (
    "Pins",
    "Érables",
    "Chutes",
    "Moulin",
    "Portage",
    "Rocher",
    "Îles",
    "Bois",
    "Cap",
    "Loup",
    "Nord",
)
GROUP: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Country:
    """Towns and blocks: what everything else is drawn from."""

    #: Middle of each town, the largest first; its blocks are ``first[t]`` … ``first[t + 1]``.
    centre: Floats
    first: Ints
    #: (blocks, 4, 2) corners of each block, in turn; and its weight in addresses, of sum 1.
    corner: Floats
    weight: Floats
    addresses: int
    facilities: int
    zones: int
    seed: int

    @property
    def town(self) -> Ints:
        """The town of each block."""
        return np.repeat(np.arange(len(self.centre)), np.diff(self.first))


def country(size: float = 1.0, seed: int = 2026) -> Country:
    """Return the country, `size` times as many of everything."""
    blocks, addresses, facilities, towns, zones = (max(2, round(n * size)) for n in WHOLE)
    rng = np.random.default_rng([seed, 0])
    share = 1 / np.arange(1, towns + 1)
    held = np.maximum(4, (blocks * share / share.sum()).astype(np.int64))
    held[0] += blocks - held.sum()
    side = np.ceil(np.sqrt(held)).astype(np.int64)
    reach = 75.0 * side  # half the width of a town, in metres
    centre = _centres(reach, rng)
    parts = [_blocks(int(n), int(s), float(r), rng) for n, s, r in zip(held, side, reach, strict=True)]
    corner = np.concatenate([grid + at for (grid, _), at in zip(parts, centre, strict=True)])
    dense = np.concatenate([inner * n**0.15 for (_, inner), n in zip(parts, held, strict=True)])
    weight = dense * rng.lognormal(0, 0.6, len(dense))
    first = np.concatenate([[0], np.cumsum(held)])
    return Country(centre, first, corner, weight / weight.sum(), addresses, facilities, zones, seed)


def _centres(reach: Floats, rng: np.random.Generator) -> Floats:
    """Return where the towns are: none overlaps another, six in ten are near a larger one."""
    found = np.empty((len(reach), 2))
    span = SPAN * min(1.0, len(reach) / WHOLE[3]) ** 0.5
    for t, own in enumerate(reach):
        while True:
            at = CORNER + rng.uniform(0, 1, 2) * span
            if t and rng.random() < 0.6:
                near = int(t * rng.random() ** 2)
                turn, away = rng.uniform(0, 2 * np.pi), rng.pareto(1.5) * 15_000
                at = found[near] + (1.5 * (own + reach[near]) + away) * np.array([np.cos(turn), np.sin(turn)])
            inside = ((at > CORNER + 2 * own) & (at < CORNER + span - 2 * own)).all()
            if inside and (np.hypot(*(found[:t] - at).T) > 1.5 * (own + reach[:t])).all():
                found[t] = at
                break
    return found


def _blocks(count: int, side: int, reach: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the corners of the blocks of a town around 0, and how dense each is."""
    u = np.stack(np.meshgrid(*[np.linspace(-1, 1, side + 1)] * 2), axis=-1)
    u[1:-1, 1:-1] += rng.uniform(-0.2, 0.2, (side - 1, side - 1, 2)) * 2 / side
    at = reach * (0.6 * u + 0.4 * np.sign(u) * np.abs(u) ** 3)  # wider outwards, each axis by itself
    turn = rng.uniform(0, np.pi / 2)
    at = at @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    ring = np.stack([at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]], axis=2).reshape(-1, 4, 2)
    middle = ((u[:-1, :-1] + u[1:, 1:]) / 2).reshape(-1, 2)
    away = np.hypot(*middle.T)
    kept = np.sort(np.argsort(away, kind="stable")[:count])
    return ring[kept], (1 + 3 * np.exp(-3 * away[kept]))


def addresses(made: Country) -> Any:
    """Yield the coordinates of the addresses, some million at a time, in no order of place."""
    held = np.random.default_rng([made.seed, 1]).multinomial(made.addresses, made.weight)
    # Row k of the file is the address k · step mod n: an order that any reader of it must take as chance.
    step = _coprime(made.addresses)
    ends = np.cumsum(held)
    for number, start in enumerate(range(0, made.addresses, GROUP)):
        rng = np.random.default_rng([made.seed, 2, number])
        row = np.arange(start, min(start + GROUP, made.addresses))
        block = np.searchsorted(ends, row * step % made.addresses, side="right")
        yield _along(made.corner[block], rng)


def _coprime(n: int) -> int:
    step = int(n * 0.6180339887) | 1
    while np.gcd(step, n) != 1:
        step += 2
    return step


def _along(corner: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a point on a side of each block, set back from it by 5 to 15 % of the way to the middle."""
    n = len(corner)
    side, along, back = rng.integers(0, 4, n), rng.uniform(0.02, 0.98, n), rng.uniform(0.05, 0.15, n)
    row = np.arange(n)
    a, b = corner[row, side], corner[row, (side + 1) % 4]
    at = a + (b - a) * along[:, None]
    at += (corner.mean(axis=1) - at) * back[:, None]
    return at[:, 0], at[:, 1]


def facilities(made: Country) -> dict[str, Any]:
    """Return the columns of the list of facilities."""
    rng = np.random.default_rng([made.seed, 3])
    n = made.facilities
    weight = made.weight**1.2
    block = rng.choice(len(weight), n, p=weight / weight.sum())
    x, y = _along(made.corner[block], rng)
    kinds = list(KINDS)
    odds = np.array(list(KINDS.values()), float)
    kind = rng.choice(len(kinds), n, p=odds / odds.sum())
    dwellings = np.array([sphere == "housing" for sphere, _ in kinds])[kind]
    towns = names(len(made.centre))
    words = [key.replace("_", " ").capitalize() for _, key in kinds]
    at = made.town[block]
    return {
        "id": [f"E{k:06d}" for k in range(n)],
        "name": [f"{words[j]} {towns[t]} {k}" for k, (j, t) in enumerate(zip(kind, at, strict=True))],
        "sphere": [kinds[j][0] for j in kind],
        "kind": [kinds[j][1] for j in kind],
        "dwellings": np.where(dwellings, rng.integers(4, 120, n), 0),
        "x": np.round(x, 1),
        "y": np.round(y, 1),
    }


def names(count: int) -> list[str]:
    """Return different names of towns."""
    made = [b + m + e for e in _END for m in _MIDDLE for b in _BEGIN]
    return [made[k % len(made)] + ("" if k < len(made) else f" {k // len(made) + 1}") for k in range(count)]


def areas(made: Country, count: int) -> gpd.GeoDataFrame:
    """Return the surroundings of the largest towns, with crooked borders that neighbours share."""
    import geopandas as gpd

    centre = made.centre[:count]
    low, high = made.corner.min(axis=(0, 1)) - 500, made.corner.max(axis=(0, 1)) + 500
    box = shapely.box(*low, *high)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(centre), extend_to=box, ordered=True)
    shapes = crooked(shapely.intersection(shapely.get_parts(cells), box), made.seed)
    width = len(str(count))
    frame = {"zone_id": [f"Z{k:0{width}d}" for k in range(count)], "name": names(count)}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def crooked(shapes: NDArray[np.object_], seed: int, steps: int = 12) -> NDArray[np.object_]:
    """Return polygons that share their edges with each edge as a crooked line, the same for both sides."""
    ring, owner = shapely.get_coordinates(shapely.get_exterior_ring(shapes), return_index=True)
    ring = np.round(ring, 3)
    kept = np.flatnonzero((owner[:-1] == owner[1:]) & (ring[:-1] != ring[1:]).any(axis=1))
    a, b = ring[kept], ring[kept + 1]
    turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    ends = np.where(turned[:, None], np.hstack([b, a]), np.hstack([a, b]))
    line, which = np.unique(ends, axis=0, return_inverse=True)
    noise = np.random.default_rng([seed, 4]).normal(0, 1, (len(line), steps)).cumsum(axis=1)
    t = np.arange(1, steps + 1) / steps
    noise -= noise[:, -1:] * t  # back to nothing at the end
    way = line[:, 2:] - line[:, :2]
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    size = 0.03
    while True:
        points = (
            line[:, None, :2] + way[:, None] * t[:-1, None] + across[:, None] * (size * noise[:, :-1, None])
        )
        inner = points[which.ravel()]
        inner[turned] = inner[turned][:, ::-1]
        whole = np.concatenate([a[:, None], inner], axis=1)
        made = np.asarray(
            shapely.polygons(shapely.linearrings(whole.reshape(-1, 2), indices=np.repeat(owner[kept], steps)))
        )
        if shapely.is_valid(made).all():
            return made
        size /= 2


def write(folder: Path, size: float = 1.0, seed: int = 2026) -> dict[str, int]:
    """Write the layers, the addresses, the list and the candidates; return how many rows each has."""
    import geopandas as gpd
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    made = country(size, seed)
    shapes = np.asarray(shapely.polygons(made.corner))
    ids = np.array([f"B{k:06d}" for k in range(len(shapes))])
    blocks = gpd.GeoDataFrame({"block_id": ids}, geometry=shapes, crs=CRS)
    blocks.to_parquet(folder / "blocks.parquet")
    zones = areas(made, min(made.zones, len(made.centre)))
    zones.to_file(folder / "zones.gpkg", driver="GPKG")
    towns = areas(made, len(made.centre))
    towns.to_parquet(folder / "areas.parquet")
    rows = write_addresses(folder / "addresses.parquet", made)
    listed = pd.DataFrame(facilities(made))
    named = np.arange(len(listed)) % 25 == 0  # one in 25 is an enterprise that is shown by its name
    listed[~named].to_csv(folder / "facilities.csv", index=False)
    listed[named].to_csv(folder / "enterprises.csv", index=False)
    rng = np.random.default_rng([seed, 5])
    lots = rng.choice(len(ids), max(20, len(ids) // 50), replace=False)
    x, y = np.round(_along(made.corner[lots], rng), 1)
    pd.DataFrame({"lot": [f"L{k}" for k in lots], "x": x, "y": y}).to_csv(folder / "lots.csv", index=False)
    counts = {"blocks": len(ids), "addresses": rows, "facilities": len(listed)}
    return counts | {"zones": len(zones), "small areas": len(towns), "lots": len(lots)}


def write_addresses(path: Path, made: Country) -> int:
    """Write the addresses as GeoParquet; return how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyproj

    from geosocial.io.points import wkb_points

    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": pyproj.CRS(CRS).to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    schema = pa.schema([("id", pa.int64()), ("geometry", pa.binary())], {b"geo": json.dumps(geo).encode()})
    done = 0
    with pq.ParquetWriter(path, schema, use_dictionary=False) as out:
        for x, y in addresses(made):
            ids = pa.array(np.arange(done, done + len(x)))
            out.write_table(pa.table([ids, wkb_points(x, y)], schema=schema))
            done += len(x)
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=float, default=1.0, help="1: a country; 0.01: a town")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    print(json.dumps(write(given.folder, given.size, given.seed)))
