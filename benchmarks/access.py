"""E2SFCA on 2,000, 20,000, 60,000 places and a quarter as many facilities, beside PySAL ``access``.

Both start from the same tables: pairs (origin, destination, cost), demand, supply. Ours makes its sparse
costs of them inside the clock. Both must give every place the same accessibility to 1e-12.

    python -m benchmarks.access
"""

from __future__ import annotations

import argparse
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Case, held, race, table_rows, write_table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STANDARD, BOUNDS, WEIGHTS = 1_800.0, (600.0, 1_200.0, 1_800.0), (1.0, 0.68, 0.22)


def city(places: int, facilities: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return pairs, demand, supply of a city drawn with a fixed seed, 60 facilities in reach of a place."""
    import pandas as pd

    from geosocial.geo.distance import within

    rng = np.random.default_rng(2026)
    side = STANDARD * np.sqrt(np.pi * facilities / 60)
    x, y = rng.uniform(0, side, (2, places))
    fx, fy = rng.uniform(0, side, (2, facilities))
    costs = within(x, y, fx, fy, standard_m=STANDARD, detour=1)
    origin = np.repeat(np.arange(places), np.diff(costs.indptr))
    pairs = pd.DataFrame({"origin": origin, "dest": costs.indices, "cost": costs.data})
    demand = pd.DataFrame({"geoid": np.arange(places), "people": rng.integers(1, 500, places).astype(float)})
    supply = pd.DataFrame(
        {"geoid": np.arange(facilities), "held": rng.integers(1, 9, facilities).astype(float)}
    )
    return pairs, demand, supply


def ours(pairs: pd.DataFrame, demand: pd.DataFrame, supply: pd.DataFrame) -> Floats:
    """Return E2SFCA by geosocial."""
    from scipy.sparse import csr_array

    from geosocial.measure.accessibility import two_step_fca
    from geosocial.measure.decay import stepwise

    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs["origin"], minlength=len(demand)))])
    shape = (len(demand), len(supply))
    costs = csr_array((pairs["cost"].to_numpy(), pairs["dest"].to_numpy(), starts), shape=shape)
    fade = stepwise(BOUNDS, WEIGHTS)
    return two_step_fca(costs, demand["people"], supply["held"], standard=STANDARD, decay=fade)


def pysal(pairs: pd.DataFrame, demand: pd.DataFrame, supply: pd.DataFrame) -> Floats:
    """Return E2SFCA by PySAL access."""
    from access import Access
    from access.weights import step_fn

    fade = step_fn(dict(zip(BOUNDS, WEIGHTS, strict=True)))
    names: dict[str, Any] = {
        "demand_index": "geoid",
        "demand_value": "people",
        "supply_index": "geoid",
        "supply_value": "held",
        "cost_origin": "origin",
        "cost_dest": "dest",
        "cost_name": "cost",
        "neighbor_cost_origin": "origin",
        "neighbor_cost_dest": "dest",
        "neighbor_cost_name": "cost",
    }
    made = Access(demand_df=demand, supply_df=supply, cost_df=pairs, neighbor_cost_df=pairs, **names)
    found = made.enhanced_two_stage_fca(name="e2", cost="cost", max_cost=STANDARD, weight_fn=fade)
    values: Floats = found.iloc[:, 0].reindex(range(len(demand))).fillna(0).to_numpy()
    return values


def main(sizes: list[int], repetitions: int) -> None:
    """Race them for each number of places and print the medians."""
    warnings.simplefilter("ignore")
    rows: list[dict[str, object]] = []
    for places in sizes:
        tables = city(places, places // 4)
        mine, theirs = ours(*tables), pysal(*tables)
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-15)
        cases = [
            Case("geosocial two_step_fca", lambda given: ours(*given), held(tables)),
            Case("PySAL access enhanced_two_stage_fca", lambda given: pysal(*given), held(tables)),
        ]
        race(cases, repetitions)
        rows += table_rows(cases, n=places, pairs=len(tables[0]))
    write_table("access", rows, "E2SFCA, a quarter as many facilities as places; equal to 1e-12.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, nargs="+", default=[2_000, 20_000, 60_000])
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    main(given.places, given.repetitions)
