"""A CSV of a million rows: read, checked row by row, joined and written, beside what an analyst would write.

Ours is ``geosocial join`` as a process, with the report on every row that deserves one. The analyst's is a
script of four calls: ``pandas.read_csv``, ``points_from_xy``, ``geopandas.sjoin``, ``to_csv``; it checks
nothing, and a point outside all zones or without position simply has none. Both run in turn; wall clock with
the imports, and the peak of the memory. One row in a hundred has a fault that ours reports.

    python -m benchmarks.million --rows 1000000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import write_table
from benchmarks.join import districts, spread
from benchmarks.run import Process

ANALYST = """
import sys
import geopandas as gpd
import pandas as pd

points = pd.read_csv(sys.argv[1])
zones = gpd.read_file(sys.argv[2])
geometry = gpd.points_from_xy(points["longitude"], points["latitude"])
located = gpd.GeoDataFrame(points, geometry=geometry, crs=4326)
joined = gpd.sjoin(located, zones, how="left", predicate="intersects")
joined.drop(columns="geometry").to_csv(sys.argv[3], index=False)
"""


def write_points(path: Path, rows: int) -> None:
    """Write a list of `rows` places: most in a district, some in the river, one in a hundred faulty."""
    import numpy as np

    from geosocial.geo.crs import transform

    x, y = spread(districts(), rows, inside=False)
    inner_x, inner_y = spread(districts(), rows, inside=True)
    rng = np.random.default_rng(7)
    inside = rng.random(rows) < 0.9
    x, y = np.where(inside, inner_x, x), np.where(inside, inner_y, y)
    longitude, latitude = transform(x, y, "EPSG:32188", "EPSG:4326")
    words = ("Coopérative d’habitation", "Théâtre", "Centre communautaire", "Jardin", "Auberge, café et cie")
    kinds = ("housing", "culture", "recreation", "sustainable_development", "tourism")
    faults = ("", "N/A", "945.5", "0")
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("no,nom,domaine,statut,latitude,longitude\n")
        for i in range(rows):
            name = f"{words[i % 5]} {i}"
            cell = f'"{name}"' if "," in name else name
            north = faults[i // 100 % 4] if i % 100 == 7 else f"{latitude[i]:.6f}"
            out.write(f"{i:07d},{cell},{kinds[i % 5]},existant,{north},{longitude[i]:.6f}\n")


def main(rows: int = 1_000_000, repetitions: int = 3) -> None:
    """Time both in turn and print their medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_points(folder / "points.csv", rows)
        districts().to_crs(4326).to_file(folder / "zones.geojson")
        (folder / "analyst.py").write_text(ANALYST, encoding="utf-8")
        given = [str(folder / "points.csv"), str(folder / "zones.geojson")]
        ours = [*given, "--out", str(folder / "ours.csv"), "--faults", str(folder / "faults.csv")]
        cases = [
            Process("geosocial join", [sys.executable, "-m", "geosocial", "join", *ours]),
            Process(
                "read_csv, points_from_xy, sjoin, to_csv",
                [sys.executable, str(folder / "analyst.py"), *given, str(folder / "theirs.csv")],
            ),
        ]
        for _ in range(repetitions):
            for case in cases:
                case.run(folder)
        compare(folder / "ours.csv", folder / "theirs.csv", rows)
    median = [statistics.median(case.seconds) for case in cases]
    write_table(
        "million",
        [
            {
                "operation": case.name,
                "rows": rows,
                "seconds": seconds,
                "times ours": seconds / median[0],
                "processor s": statistics.median(case.processor),
                "peak MB": case.peak_mb,
            }
            for case, seconds in zip(cases, median, strict=True)
        ],
        "Whole processes; no row is lost, and at most 1 in 10,000 lies in another district: "
        "the analyst’s edges are straight in degrees, ours in metres.",
    )


def compare(ours: Path, theirs: Path, rows: int) -> None:
    """Leave unless both have every row and give those inside the districts the same one."""
    import pandas as pd

    own = pd.read_csv(ours, dtype=str, usecols=["no", "outcome", "zone_id"], keep_default_na=False)
    other = pd.read_csv(theirs, dtype=str, usecols=["no", "zone_id"], keep_default_na=False)
    other = other.drop_duplicates("no")  # a point on a boundary has a row for each of its districts
    inside = own["outcome"].isin(["matched", "ambiguous"])
    if len(own) != rows or len(other) != rows:
        raise SystemExit(f"rows were lost: {rows} given, {len(own)} ours, {len(other)} theirs")
    both = own[inside].merge(other, on="no")
    differ = int((both["zone_id_x"] != both["zone_id_y"]).sum())
    # The analyst's edges are straight in degrees, ours in metres: a hand's breadth apart at the most.
    if differ > rows / 10_000:
        raise SystemExit(f"{differ} points are in another district")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    main(asked.rows, asked.repetitions)
