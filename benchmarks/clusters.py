"""Local Moran with its conditional permutations: geosocial beside esda.

The small areas are Montréal's 2,805 dissemination areas where the full data is beside the checkout, and
otherwise as many Voronoi cells of random points; the value rises from the centre, with noise. Both take the
same queen neighbours, row-standardised, and as many permutations; esda runs on one core (``n_jobs=1``), with
numba where it is installed (it says so). The statistics are equal to 1e-10 before anything is timed; the
pseudo-p agree within the noise of their permutations. Weights are raced too: libpysal's queen from the same
polygons.

    python -m benchmarks.clusters [--permutations 999] [--repetitions 5]
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Case, race, write_table

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

AREAS = 2_805
REAL = Path(__file__).parents[2] / "shared" / "data" / "census" / "da2016_montreal.parquet"


def areas() -> gpd.GeoDataFrame:
    """Return the small areas in EPSG:32188."""
    import geopandas as gpd
    import shapely

    if REAL.is_file():
        return gpd.read_parquet(REAL)[["geometry"]].to_crs(32188)
    points = np.random.default_rng(2026).uniform(0, 30_000, (AREAS, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    return gpd.GeoDataFrame(geometry=list(cells), crs=32188)


def values(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the distance of each area from the middle one in km, with gamma noise."""
    at = frame.geometry.representative_point()
    x, y = at.x.to_numpy(), at.y.to_numpy()
    away = np.hypot(x - np.median(x), y - np.median(y)) / 1000
    noisy: NDArray[np.float64] = away + np.random.default_rng(2026).gamma(1, 3, len(frame))
    return noisy


def main(permutations: int, repetitions: int) -> None:
    """Race them and print the medians."""
    warnings.simplefilter("ignore")
    from esda import Moran_Local
    from libpysal.weights import Queen

    from geosocial.geo.contiguity import queen
    from geosocial.measure.clusters import local_moran

    frame = areas()
    x, shapes = values(frame), frame.geometry.to_numpy()
    near = queen(shapes)
    theirs: Any = Queen.from_dataframe(frame, use_index=False, silence_warnings=True)

    def mine() -> Any:
        return local_moran(x, near, permutations=permutations, seed=1, alternative="directed")

    def peer() -> Any:
        return Moran_Local(x, theirs, permutations=permutations, seed=1, n_jobs=1)

    one, other = mine(), peer()  # also compiles what numba compiles
    np.testing.assert_allclose(one.i, other.Is, atol=1e-10)
    furthest = float(np.abs(one.p - other.p_sim).max())
    cases = [
        Case(f"geosocial local_moran, {permutations:,} permutations", lambda _: mine()),
        Case("esda Moran_Local, n_jobs=1", lambda _: peer()),
        Case("geosocial queen", lambda _: queen(shapes)),
        Case(
            "libpysal Queen.from_dataframe",
            lambda _: Queen.from_dataframe(frame, use_index=False, silence_warnings=True),
        ),
    ]
    race(cases, repetitions)
    rows = [
        {
            "areas": len(frame),
            "operation": case.name,
            "seconds": case.median,
            "times ours": case.median / cases[number - number % 2].median,
        }
        for number, case in enumerate(cases)
    ]
    compiled = "with numba" if importlib.util.find_spec("numba") else "without numba"
    layer = "dissemination areas" if REAL.is_file() else "Voronoi cells"
    write_table("clusters", rows, f"{layer}; esda {compiled}; pseudo-p differ by {furthest:.3f} at most.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    main(given.permutations, given.repetitions)
