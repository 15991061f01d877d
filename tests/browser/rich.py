"""The toy city with everything that an atlas may hold: small areas, a cluster, proposed sites."""

from __future__ import annotations

import numpy as np

from geosocial import tables
from geosocial.measure.local import Layer, local
from geosocial.results import Results
from geosocial.tables.siting import CANDIDATES
from tests.measure.toy import CELL, EAST, NORTH, toy_results, toy_study, toy_tables, toy_toml


def rich_results() -> Results:
    """Return the toy city in two halves, with sites invented for culture; figures are those of `SITES`."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    halves = gpd.GeoDataFrame(
        {"name": ["West", "East"], "name_en": ["West", "East"], "angle": [0.0, 0.0]},
        geometry=[
            shapely.box(EAST + k * 2 * CELL, NORTH, EAST + (k + 1) * 2 * CELL, NORTH + 4 * CELL)
            for k in range(2)
        ],
        crs=32188,
    )
    layer = {
        "key": "areas",
        "file": "halves.geojson",
        "name": "name",
        "measured": True,
        "label": {"fr": "Moitiés", "en": "Halves"},
        "source": "toy",
    }
    study, toy = toy_study(context=[*toy_toml().get("context", []), layer]), toy_tables()
    column = np.array([0, 0, 1, 1] * 4, dtype=np.intp)
    plain = toy_results()
    below = local(study, toy.demand, toy.costs, plain.measures, layers={"areas": Layer(column, 2)})
    first = {"sphere": "culture", "service": "main"}
    sites = [(2500, 500, "Z1", 2000.0), (1500, 1500, "Z2", 500.0), (500, 3500, "Z6", 500.0)]
    prices = (98_000.0, np.nan, 1_250_000.0)
    proposed = pd.DataFrame(
        [
            first
            | {"number": number, "order": k + 1, "candidate_id": f"L{k}", "name": f"Terrain <b>{k}</b>"}
            | {"zone_id": zone, "x": EAST + x, "y": NORTH + y, "newly": newly, "cost": prices[k]}
            for number in (1, 2, 3)
            for k, (x, y, zone, newly) in enumerate(sites[:number])
        ]
    )
    # 20,000 people, of whom 8,000 are served today.
    served, gains = [8_000.0, 10_000.0, 10_500.0, 11_000.0], [0.0, 2_000.0, 500.0, 500.0]
    curve = pd.DataFrame(
        [
            first
            | {"number": n, "served": s, "share": s / 20_000, "gain": g, "bound": s, "gap": gap, "status": st}
            for n, (s, g, gap, st) in enumerate(
                zip(
                    served,
                    gains,
                    (0.0, 0.0, 0.025, 0.0),
                    ("optimal", "optimal", "time_limit", "optimal"),
                    strict=True,
                )
            )
        ]
    )
    zones = pd.DataFrame(
        [
            first | {"number": n, "zone_id": z, "served": part * 5_000, "share": part}
            for n in range(4)
            for z in toy.zones["zone_id"]
            for part in [0.6 if n and z == "Z1" else 0.2]
        ]
    )
    clusters = pd.DataFrame(
        [
            {"demand_id": f"C{k}", "zone_id": "Z0", **first, "x": EAST + 500 * k, "y": NORTH + 700}
            | {"value": 2000.0, "local_i": 1.0, "p": 0.01, "q": 0.02, "gi_star": 3.0, "cluster": cluster}
            for k, cluster in enumerate(("far", "near", "far"), start=1)
        ]
    )
    candidates = pd.DataFrame(
        {
            "candidate_id": [f"L{k}" for k in range(5)],
            "name": ["Terrain <i>du coin</i>", "", "", "", ""],
            "zone_id": ["Z0", "Z1", "Z1", "Z2", ""],
            "x": [EAST + 700.0 * k + 300 for k in range(5)],
            "y": [NORTH + 600.0] * 5,
            "cost": [98_000.0, np.nan, 1_250_000.0, np.nan, 0.0],
        }
    )
    return toy_results(
        study=study,
        candidates=tables.check(candidates, CANDIDATES),
        context={"areas": halves},
        proposed=tables.check(proposed, tables.PROPOSED),
        proposed_curve=tables.check(curve, tables.PROPOSED_CURVE),
        proposed_zones=tables.check(zones, tables.PROPOSED_ZONES),
        clusters=tables.check(clusters, tables.CLUSTERS),
        **below.named(),
    )
