"""Figures of the benchmarks that no machine changes, counted on small inputs: pairs, points, sites, bytes.

``tests/test_benchmarks.py`` counts them again and holds them against ``results.json``: a change of the code
that makes a kernel look at more than before shows itself without a clock. Where the change is meant,
``python -m benchmarks.collect`` writes them anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def facts() -> dict[str, int]:
    """Return every figure by its name."""
    return {**_join(), **_pairs(), **_network(), **_siting(), **_maps(), **_country()}


def _join() -> dict[str, int]:
    from benchmarks.join import districts, spread
    from benchmarks.maps import areas
    from geosocial.geo import ZoneIndex, cells

    found: dict[str, int] = {}
    for name, zones in (("districts", districts()), ("small areas", areas(3_200))):
        x, y = spread(zones, 100_000, inside=False)
        index = ZoneIndex(zones)
        at = index.locate(x, y)
        grid = index._grid(0)
        assert grid is not None  # noqa: S101 - 100,000 points deserve one
        asked = int((grid.first[grid.at(x, y)] == cells.ASK).sum())
        found[f"{name}: points of 100,000 inside"] = int((at >= 0).sum())
        found[f"{name}: points held against edges"] = asked
        found[f"{name}: entries of the grid"] = len(grid.zone)
    return found


def _pairs() -> dict[str, int]:
    from benchmarks import access, counts, nearest

    pairs, _, _ = access.city(2_000, 500)
    drawn = counts.city(5_000, 2_000)
    return {
        "access: pairs of 2,000 places and 500 facilities": len(pairs),
        "counts: facilities within 800 m of 5,000 places": int(counts.ours(*drawn).sum()),
        "nearest: kilometres of 5,000 places": round(nearest.ours(*drawn).sum() / 1_000),
    }


def _network() -> dict[str, int]:
    from benchmarks.network import streets
    from geosocial.geo.network import nearest

    network = streets(100, 100)
    cost = nearest(network, np.arange(0, 10_000, 500))
    reached = np.isfinite(cost)
    return {
        "network: edges of 10,000 nodes": len(network.u),
        "network: nodes reached": int(reached.sum()),
        "network: kilometres": round(cost[reached].sum() / 1_000),
    }


def _siting() -> dict[str, int]:
    from benchmarks.siting import between, towns
    from geosocial.siting import lscp, mclp, p_median

    where, at, weights = towns(500, 200, 700)
    costs = between(where, at)
    full = float(costs.min(axis=1).max())
    return {
        "siting: people within 1,500 m of 10 sites": round(
            mclp(costs, weights, sites=10, standard=1_500).objective
        ),
        "siting: sites for all": len(lscp(costs, weights, standard=full).sites),
        "siting: kilometres × people of 10 sites": round(
            p_median(costs, weights, sites=10).objective / 1_000
        ),
    }


def _maps() -> dict[str, int]:
    from benchmarks.maps import areas, initiatives, ours

    one, two = (len(ours(initiatives(count), areas(100)).encode()) for count in (1_000, 2_000))
    return {"maps: bytes a point": round((two - one) / 1_000)}


def _country() -> dict[str, int]:
    from benchmarks import country
    from geosocial.geo import ZoneIndex

    made = country.country(0.01)
    import shapely

    blocks = np.asarray(shapely.polygons(made.corner))
    x, y = next(iter(country.addresses(made)))
    index: Any = ZoneIndex(blocks)
    at = index.locate(x, y)
    return {
        "country: blocks of size 0.01": len(blocks),
        "country: addresses in their block": int((at >= 0).sum()),
        "country: entries of the grid": len(index._grid(0).zone),
    }
