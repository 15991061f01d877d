"""Addresses looked up in address points: speed on a city of 460,000 points, precision on held-back real rows.

Speed: 5,000 addresses written in many ways (abbreviations, either language, units, number last, a letter
missing, a direction missing) against 460,000 synthetic address points of 19 towns, loaded before the clock
starts.

Precision and recall, with ``../shared/data`` beside the checkout: the rows of the reference file in five
parts; each part is looked up in the four others, by its street, number and postal code, then also by the zone
in which it lies. Many rows have no other row of the same address: those can only be found by their postal
code. A placement is wrong when it is farther from the held-back position than the precision that it states,
and than 500 m. The file gives some addresses two positions: where the placement has the number, street and
direction of the row, the file disagrees with itself: counted as wrong, and once more apart. Rows that their
own postal code or street contradicts are no truth to measure by and are left out; their number is in the
note.

    python -m benchmarks.geocode
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.harness import Case, race, write_table
from geosocial.intake.addresses import Address, civic_numbers, parse, parse_way, postal
from geosocial.intake.geocode import Found, Reference, Thresholds, find_all

REAL = Path(__file__).parents[2] / "shared" / "data"
_SYLLABLES = [
    f"{c}{v}" for c in ("b", "d", "f", "j", "l", "m", "p", "r", "t", "v") for v in ("a", "on", "el")
]
_GENERICS = ("rue", "avenue", "boulevard", "chemin", "place")
_WRITTEN = {
    "rue": ("rue", "r.", "Rue"),
    "avenue": ("av.", "avenue", "Ave"),
    "boulevard": ("boul.", "bd", "boulevard", "Blvd."),
    "chemin": ("ch.", "chemin"),
    "place": ("pl.", "place"),
}
_DIRECTIONS = {"": ("",), "Est": (" Est", " E.", " E"), "Ouest": (" Ouest", " O.", " W.")}


class City:
    """Streets of 19 towns, with an address point every few metres; drawn with a fixed seed."""

    def __init__(self, points: int, seed: int = 2026) -> None:
        draw = random.Random(seed)  # noqa: S311 - a drawing, not a secret
        self.rows: list[tuple[float, float, int, str, str, str, str]] = []
        town = 0
        while len(self.rows) < points:
            name = "-".join(
                "".join(draw.choices(_SYLLABLES, k=draw.randint(2, 3))).title()
                for _ in range(draw.randint(1, 2))
            )
            if draw.random() < 0.1:
                name = f"{draw.randint(1, 90)}e"
            generic = draw.choice(_GENERICS)
            halves = ("Est", "Ouest") if draw.random() < 0.1 else ("",)
            town = draw.randrange(19)
            x, y = (town % 5) * 8_000 + draw.uniform(0, 7_000), (town // 5) * 8_000 + draw.uniform(0, 7_000)
            first, count = draw.randrange(1, 9_000), draw.randint(20, 140)
            for half in halves:
                side = -1 if half == "Ouest" else 1
                for k in range(count):
                    block = int(x + y) % 90 * 100 + (k // 20) * 2 + int(half == "Ouest")
                    letters = "ABCEGHJKLM"
                    code = f"H{town % 9 + 1}{letters[town // 9]}{block // 1000 % 10}"
                    code += f"{letters[block // 100 % 10]}{block // 10 % 10}"
                    at = (x + side * k * 8.0, y, first + k, name, generic, half, code)
                    self.rows.append(at)
        self.rows = self.rows[:points]

    def reference(self) -> Reference:
        """Return the points, ready to be searched."""
        x, y, number, names, generics, halves, codes = zip(*self.rows, strict=True)
        labels = [
            f"{n} {g} {h}".strip() if n[0].isdigit() else f"{g} {n} {h}".strip()
            for n, g, h in zip(names, generics, halves, strict=True)
        ]
        ways = {label: parse_way(label) for label in dict.fromkeys(labels)}
        numbers = np.array(number, dtype=np.int64)
        return Reference(
            x=np.array(x), y=np.array(y), first=numbers, last=numbers,
            ways=[ways[label] for label in labels], labels=labels, postal_codes=codes,
        )  # fmt: skip

    def written(self, count: int, seed: int = 1) -> list[tuple[str, str, int]]:
        """Return addresses as people write them, their postal code, and the row that each is."""
        draw = random.Random(seed)  # noqa: S311 - a drawing, not a secret
        return [self._one(draw, draw.randrange(len(self.rows))) for _ in range(count)]

    def _one(self, draw: random.Random, row: int) -> tuple[str, str, int]:
        _, _, number, name, generic, half, code = self.rows[row]
        if draw.random() < 0.05 and len(name) > 6:
            at = draw.randrange(1, len(name) - 1)
            name = name[:at] + name[at + 1 :]
        way = draw.choice(_WRITTEN[generic])
        direction = "" if draw.random() < 0.02 else draw.choice(_DIRECTIONS[half])
        street = f"{name} {way}{direction}" if name[0].isdigit() else f"{way} {name}{direction}"
        text = draw.choice(
            (
                f"{number}, {street}",
                f"{number} {street}, app. {draw.randint(1, 40)}",
                f"Bureau {draw.randint(1, 900)}, {number}, {street}",
                f"{street} {number}",
                f"{number} {street.upper()}, Montréal (Québec)",
            )
        )
        return text, (code if draw.random() < 0.7 else ""), row


def speed(points: int, count: int, repetitions: int) -> None:
    """Time `count` addresses against `points` points, and count what was placed rightly."""
    city = City(points)
    start = time.perf_counter()
    reference = city.reference()
    loading = time.perf_counter() - start
    asked = city.written(count)
    found: list[Found] = []

    def look_up(_: object) -> None:
        found[:] = find_all(reference, (parse(text, postal_code=code) for text, code, _ in asked))

    case = Case("geosocial: parse and look up", look_up)
    race([case], repetitions)
    methods = Counter(f.method or f.reason for f in found)
    wrong = 0
    for one, (_, _, row) in zip(found, asked, strict=True):
        x, y = city.rows[row][:2]
        wrong += one.placed and math.hypot(one.x - x, one.y - y) > one.precision_m
    placed = sum(f.placed for f in found)
    write_table(
        "geocode_speed",
        [
            {
                "points": points,
                "addresses": count,
                "seconds": case.median,
                "loading": loading,
                "placed": placed,
                "wrong": wrong,
                "wrong %": 100.0 * wrong / placed,
            }
        ],
        f"By method: {dict(sorted(methods.items()))}.",
    )


def held_back() -> tuple[list[dict[str, object]], str]:
    """Return what is found of each fifth of the real reference rows in the others, by method, and a note."""
    import csv

    import geopandas as gpd

    from geosocial.geo import ZoneIndex
    from geosocial.geo.crs import transform

    with (REAL / "addresses" / "address_reference_points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    degrees = np.array([[float(r["lon"]), float(r["lat"])] for r in rows])
    x, y = transform(degrees[:, 0], degrees[:, 1], "EPSG:4326", "EPSG:32188")
    span = np.array([civic_numbers(r["num"]) for r in rows], dtype=np.int64)
    ways = [parse_way(r["street"]) for r in rows]
    codes = [postal(r["postal"]) for r in rows]
    zones = gpd.read_file(REAL / "boundaries" / "limadmin.geojson").to_crs("EPSG:32188").geometry.array
    zone = ZoneIndex(zones).locate(x, y)

    def reference(chosen: np.ndarray) -> Reference:
        return Reference(
            x=x[chosen], y=y[chosen], first=span[chosen, 0], last=span[chosen, 1],
            ways=[ways[i] for i in chosen], labels=[rows[i]["street"] for i in chosen],
            postal_codes=[codes[i] for i in chosen],
        )  # fmt: skip

    strays = reference(np.arange(len(rows))).strays()
    part = np.random.default_rng(2026).integers(0, 5, len(rows))
    parts = [reference(np.flatnonzero(part != k)) for k in range(5)]
    addresses = [parse(f"{r['num']}, {r['street']}", postal_code=r["postal"]) for r in rows]
    usable = [
        i for i, a in enumerate(addresses) if not strays[i] and ((a.number and a.name) or a.postal_code)
    ]
    keys = [(a.number, *a.way[:2]) for a in addresses]
    held = [{keys[i] for i in range(len(rows)) if part[i] != k and keys[i][0]} for k in range(5)]
    findable = [i for i in usable if keys[i] in held[part[i]]]
    table: list[dict[str, object]] = []
    for evidence in ("street, number, postal code", "and the zone"):
        found = {
            i: parts[part[i]].find(
                addresses[i],
                zone=zones[zone[i]] if evidence == "and the zone" and zone[i] >= 0 else None,
                thresholds=Thresholds(coarsest="fsa"),
            )
            for i in usable
        }
        away = {i: math.hypot(f.x - x[i], f.y - y[i]) for i, f in found.items() if f.placed}
        for method in ("address", "spelling", "postal_code", "fsa"):
            chosen = [i for i, f in found.items() if f.method == method]
            table.append(
                _row(evidence, method, chosen, found=found, away=away, addresses=addresses, total=len(usable))
            )
        placed = [i for i, f in found.items() if f.method in {"address", "spelling", "postal_code"}]
        table.append(
            _row(
                evidence,
                "all but fsa",
                placed,
                found=found,
                away=away,
                addresses=addresses,
                total=len(usable),
            )
        )
        reasons = Counter(f.reason for f in found.values() if not f.placed)
        matched = sum(found[i].method == "address" for i in findable)
        print(f"{evidence}: of {len(findable)} rows whose address another row has, {matched} placed by it")
        print(f"{evidence}: not placed {dict(sorted(reasons.items()))}")
    return table, f"{len(usable)} rows; {int(strays.sum())} strays left out."


def _same(one: Found, address: Address) -> bool:
    """Return whether the address point that was chosen has the number, name and direction of the address."""
    chosen = parse(one.candidates[0].label)
    return (chosen.number, chosen.way[:2]) == (address.number, address.way[:2])


def _row(
    evidence: str,
    method: str,
    chosen: list[int],
    *,
    found: dict[int, Found],
    away: dict[int, float],
    addresses: list[Address],
    total: int,
) -> dict[str, object]:
    far = [i for i in chosen if away[i] > max(500.0, found[i].precision_m)]
    disputed = [
        i for i in far if found[i].method == "address" and found[i].score >= 97 and addresses[i].number
    ]
    distances = np.array([away[i] for i in chosen]) if chosen else np.zeros(1)
    return {
        "evidence": evidence,
        "method": method,
        "placed": len(chosen),
        "recall %": 100.0 * len(chosen) / total,
        "median m": float(np.median(distances)),
        "95th m": float(np.quantile(distances, 0.95)),
        "wrong": len(far),
        "wrong %": 100.0 * len(far) / max(1, len(chosen)),
        "same address, two positions": len(disputed),
    }


def main(points: int, count: int, repetitions: int) -> None:
    """Run both."""
    speed(points, count, repetitions)
    if REAL.is_dir():
        print()
        write_table("geocode_held_back", *held_back())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=460_000)
    parser.add_argument("--addresses", type=int, default=5_000)
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    main(given.points, given.addresses, given.repetitions)
