"""A city of 4 × 4 cells of 1 km, small enough to be worked out by hand; other rooms use it too.

Eight zones, each two cells wide, west and east of each row; row 0 is the south::

    row 3   Z6 l’Anse-à-l’Orme     Z7 Île-aux-Hérons
    row 2   Z4 Saint-Élie          Z5 Pointe-Est
    row 1   Z2 Côte-des-Pins       Z3 Vieux-Bourg
    row 0   Z0 Champ-du-Moulin     Z1 Rivière-Verte

Residents by cell, west to east (S: suppressed)::

    row 3     100   200 |    S     S      Z6 has 300 people: cannot say; Z7 has no known demand: missing
    row 2    2000  2000 | 1500     S
    row 1    3000  1000 | 4000  1000
    row 0    1000  3000 | 2000  2000

Low income: half the residents, but 1200 and 400 in Z4. Renters: half the residents. Burdened renters: see
`DEMAND`.

Three services: culture (coverage within 1,000 m, a complete list, no missing supply), recreation (the same,
norm 0.8, an incomplete list: Z2 and Z5 have no record, so they are missing), housing (dwellings per 100
renter households, norm "city", an incomplete list: Z4 has no record; Z3 has two sites only: cannot say).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.study import Study

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geosocial.measure.reach import Reach
    from geosocial.results import Results

EAST, NORTH, CELL = 296_000.0, 5_040_000.0, 1000.0
NAN = float("nan")
ZONE_NAMES = {
    "Z0": ("Champ-du-Moulin", "Champ-du-Moulin"),
    "Z1": ("Rivière-Verte", "Rivière-Verte"),
    "Z2": ("Côte-des-Pins", "Côte-des-Pins"),
    "Z3": ("Vieux-Bourg", "Old Borough"),
    "Z4": ("Saint-Élie", "Saint-Élie"),
    "Z5": ("Pointe-Est", "Pointe-Est"),
    "Z6": ("L’Anse-à-l’Orme", "L’Anse-à-l’Orme"),
    "Z7": ("Île-aux-Hérons", "Île-aux-Hérons"),
}
#: Demand by cell, west to east, from row 0 (south) up; each zone is two cells in a row.
DEMAND = {
    "residents": [1000, 3000, 2000, 2000, 3000, 1000, 4000, 1000, 2000, 2000, 1500, NAN, 100, 200, NAN, NAN],
    "low_income": [500, 1500, 1000, 1000, 1500, 500, 2000, 500, 1200, 400, 750, NAN, 50, 100, NAN, NAN],
    "renters": [500, 1500, 1000, 1000, 1500, 500, 2000, 500, 1000, 1000, 750, NAN, 50, 100, NAN, NAN],
    "burdened": [500, 500, 500, 500, 300, 300, 500, 500, 400, 400, 400, NAN, 30, 30, NAN, NAN],
}
#: list, kind, easting and northing in metres from the corner, count, capacity, status, zone, name
PLACES: list[tuple[str, str, float, float, float, float, str, str, str]] = [
    # Culture: at the centre of cell (0, 0); 800 m east of that of (1, 1); at (2, 2); 800 m north of (1, 1).
    ("places", "library", 500, 500, 1, NAN, "existing", "Z0", ""),
    ("places", "library", 2300, 1500, 1, NAN, "existing", "Z3", ""),
    ("places", "theatre", 2500, 2500, 2, NAN, "existing", "Z5", ""),
    ("places", "museum", 1500, 2300, 1, NAN, "existing", "Z4", ""),
    # Neither of these counts.
    ("places", "library", 3500, 500, 1, NAN, "planned", "Z1", ""),
    ("places", "library", 3500, 500, 1, NAN, "closed", "Z1", ""),
    # Recreation, an incomplete list: nothing known of Z2 and Z5.
    ("leisure", "leisure_centre", 500, 500, 1, NAN, "existing", "Z0", ""),
    ("leisure", "leisure_centre", 2500, 500, 1, NAN, "existing", "Z1", ""),
    ("leisure", "indoor_pool", 2500, 1500, 1, NAN, "existing", "Z3", ""),
    ("leisure", "leisure_centre", 500, 2500, 1, NAN, "existing", "Z4", ""),
    ("leisure", "leisure_centre", 500, 3500, 1, NAN, "existing", "Z6", ""),
    # Housing, an incomplete list; the second row of Z0 stands for two buildings.
    ("housing", "public_dwelling", 400, 400, 1, 56, "existing", "Z0", ""),
    ("housing", "public_dwelling", 600, 600, 2, 80, "existing", "Z0", ""),
    ("housing", "cooperative_dwelling", 2400, 400, 3, 40, "existing", "Z1", ""),
    ("housing", "cooperative_dwelling", 400, 1400, 3, 40, "existing", "Z2", ""),
    ("housing", "nonprofit_dwelling", 2600, 1600, 2, 90, "existing", "Z3", ""),
    ("housing", "nonprofit_dwelling", 2400, 2400, 4, 60, "existing", "Z5", ""),
    ("housing", "public_dwelling", 400, 3400, 3, 10, "existing", "Z6", ""),
    ("housing", "public_dwelling", 2400, 3400, 3, 20, "existing", "Z7", ""),
    # Named enterprises, shown and not counted; one lies outside, one has no position.
    ("named", "culture_enterprise", 1200, 1200, 1, NAN, "existing", "Z2", "Théâtre de la Côte"),
    ("named", "recreation_enterprise", 3200, 2200, 1, NAN, "planned", "Z5", "Coop L’Élan <b>sportif</b>"),
    ("named", "tourism_enterprise", 9000, 9000, 1, NAN, "existing", "", "Auberge du Bout-du-Monde"),
    ("named", "housing_enterprise", NAN, NAN, 1, NAN, "existing", "", "Habitations Les Érables"),
]
ASSUMPTION = {"fr": "hypothèse", "en": "assumption"}


@dataclass(frozen=True, slots=True)
class Toy:
    """The tables of the toy city, as the pipeline hands them to the measures."""

    zones: gpd.GeoDataFrame
    places: pd.DataFrame
    demand: pd.DataFrame
    costs: dict[tuple[str, str], NDArray[np.float64]]


def toy_study(**changes: Any) -> Study:
    """Return the study of the toy city; `changes` replace top-level keys."""
    return Study.model_validate(toy_toml() | changes)


def toy_toml() -> dict[str, Any]:
    """Return the study as study.toml would hold it."""
    lists = {"places": True, "leisure": False, "housing": False, "named": False}
    labels = {
        "places": {"fr": "Lieux culturels", "en": "Cultural places"},
        "leisure": {"fr": "Centres de loisirs", "en": "Leisure centres"},
        "housing": {"fr": "Immeubles d’habitation", "en": "Housing buildings"},
        "named": {"fr": "Entreprises nommées", "en": "Named enterprises"},
    }
    columns = {
        "residents": ({"fr": "population", "en": "residents"}, "people"),
        "low_income": ({"fr": "population à faible revenu", "en": "low-income residents"}, "people"),
        "renters": ({"fr": "ménages locataires", "en": "renter households"}, "households"),
        "burdened": (
            {
                "fr": "ménages qui consacrent 30 % ou plus au logement",
                "en": "households spending 30% or more on shelter",
            },
            "households",
        ),
    }
    return {
        "format": 1,
        "id": "toy",
        "name": {"fr": "Ville d’essai", "en": "Toy city"},
        "edition": dt.date(2026, 11, 23),
        "crs": "EPSG:32188",
        "detour": 1.25,
        "detour_source": ASSUMPTION,
        "sources": {
            "toy": {
                "title": {"fr": "Données inventées pour les essais", "en": "Figures invented for the tests"},
                "publisher": "geosocial",
                "year": "2026",
                "licence": {"fr": "MIT", "en": "MIT"},
            }
        },
        "zones": {
            "file": "zones.geojson",
            "id": "zone_id",
            "name_fr": "name_fr",
            "name_en": "name_en",
            "source": "toy",
        },
        "demand": {
            "file": "demand.csv",
            "id": "demand_id",
            "x": "x",
            "y": "y",
            "zone": "zone_id",
            "columns": [
                {"key": key, "column": key, "label": label, "unit": unit}
                for key, (label, unit) in columns.items()
            ],
            "unit_label": {"fr": "maille de 1 km", "en": "1 km cell"},
            "source": "toy",
        },
        "places": [
            {
                "key": key,
                "file": f"{key}.csv",
                "label": labels[key],
                "kind": "kind",
                "status": "status",
                "count": "count",
                "capacity": "capacity",
                "x": "x",
                "y": "y",
                "shown": key == "named",
                "counted": key != "named",
                "complete": complete,
                "source": "toy",
            }
            for key, complete in lists.items()
        ],
        "spheres": _spheres(),
        # What can be worked out by hand: coverage alone, and intervals of the detour alone.
        "robustness": {
            "standard_factors": [0.5, 0.75, 1.0, 1.25, 1.5],
            "rules": ["coverage"],
            "detour_range": [1.0, 1.5],
            "resample_complete": 0,
            "resample_incomplete": 0,
        },
        "status": {"max_unknown": 1, "care_across": False},
    }


def _spheres() -> dict[str, Any]:
    near: dict[str, Any] = {
        "demand": "residents",
        "alternative_demand": ["low_income"],
        "standard_m": 1000,
        "standard_source": ASSUMPTION,
        "norm_source": ASSUMPTION,
    }
    return {
        "housing": {
            "services": [
                {
                    "label": {"fr": "Logement social", "en": "Social housing"},
                    "facility": {"fr": "un immeuble de logement social", "en": "a social housing building"},
                    "kinds": ["public_dwelling", "cooperative_dwelling", "nonprofit_dwelling"],
                    "demand": "renters",
                    "alternative_demand": ["burdened"],
                    "rule": "ratio",
                    "norm": "city",
                    "norm_source": ASSUMPTION,
                    "per": 100,
                }
            ]
        },
        "culture": {
            "services": [
                near
                | {
                    "label": {"fr": "Équipements culturels", "en": "Cultural facilities"},
                    "facility": {"fr": "un équipement culturel", "en": "a cultural facility"},
                    "kinds": ["library", "theatre", "museum"],
                }
            ]
        },
        "recreation": {
            "services": [
                near
                | {
                    "label": {"fr": "Loisir intérieur", "en": "Indoor recreation"},
                    "facility": {
                        "fr": "un équipement de loisir intérieur",
                        "en": "an indoor recreation facility",
                    },
                    "kinds": ["leisure_centre", "indoor_pool"],
                    "norm": 0.8,
                }
            ]
        },
    }


def toy_tables() -> Toy:
    """Return zones, places, demand and costs (straight-line metres × 1.25) of the toy city."""
    return Toy(zones=toy_zones(), places=toy_places(), demand=toy_demand(), costs=toy_costs())


def toy_zones() -> gpd.GeoDataFrame:
    """Return the eight zones as rectangles of 2 × 1 km."""
    import geopandas as gpd
    from shapely import box

    corners = [(EAST + 2 * CELL * (i % 2), NORTH + CELL * (i // 2)) for i in range(len(ZONE_NAMES))]
    frame = gpd.GeoDataFrame(
        {
            "zone_id": list(ZONE_NAMES),
            "name_fr": [fr for fr, _ in ZONE_NAMES.values()],
            "name_en": [en for _, en in ZONE_NAMES.values()],
            "kind": ["borough"] * 7 + ["town"],
            "land_km2": [2.0] * 8,
        },
        geometry=[box(x, y, x + 2 * CELL, y + CELL) for x, y in corners],
        crs="EPSG:32188",
    )
    tables.check(frame, tables.ZONES)
    return frame


def toy_demand() -> pd.DataFrame:
    """Return the sixteen cells, each at its centre."""
    import pandas as pd

    cell = np.arange(16)
    frame = pd.DataFrame(
        {
            "demand_id": [f"C{i:02}" for i in cell],
            "x": EAST + CELL * (cell % 4 + 0.5),
            "y": NORTH + CELL * (cell // 4 + 0.5),
            "zone_id": [f"Z{2 * (i // 4) + i % 4 // 2}" for i in cell],
            **{key: np.array(values, dtype=float) for key, values in DEMAND.items()},
        }
    )
    return tables.check(frame, tables.DEMAND)


def toy_places() -> pd.DataFrame:
    """Return the records, with what became of each."""
    import pandas as pd

    from geosocial.vocabulary import kinds

    rows, next_row = [], dict.fromkeys(("places", "leisure", "housing", "named"), 2)
    for source, kind, x, y, count, capacity, status, zone, name in PLACES:
        outcome = "matched" if zone else "unlocated" if np.isnan(x) else "outside"
        rows.append(
            {
                "source": source,
                "source_file": f"{source}.csv",
                "source_row": next_row[source],
                "record_id": f"{source}:{next_row[source]}",
                "name": name,
                "sphere": kinds()[kind].sphere,
                "kind": kind,
                "category": kind,
                "legal_form": "npo" if name else "",
                "direction": "",
                "status": status,
                "count": float(count),
                "capacity": float(capacity),
                "x": EAST + x,
                "y": NORTH + y,
                "outcome": outcome,
                "zone_id": zone,
                "other_zone_id": "",
                "on_boundary": False,
                "snap_m": 0.0 if zone else NAN,
                "declared_zone": "",
                "declared_zone_id": "",
                "shown": source == "named",
                "counted": source != "named",
            }
        )
        next_row[source] += 1
    return tables.check(pd.DataFrame(rows), tables.PLACES)


def toy_costs() -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return the cost of each cell to the nearest existing facility of each coverage service, by pairs."""
    centres = [(CELL * (i % 4 + 0.5), CELL * (i // 4 + 0.5)) for i in range(16)]
    costs = {}
    for sphere, source in (("culture", "places"), ("recreation", "leisure")):
        sites = [(p[2], p[3]) for p in PLACES if p[0] == source and p[6] == "existing"]
        nearest = [min(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in sites) for x, y in centres]
        costs[sphere, "main"] = 1.25 * np.array(nearest)
    return costs


def toy_reach(study: Study | None = None) -> dict[tuple[str, str], Reach]:
    """Return every pair of cell and facility within 2,000 metres × 1.25, of each coverage service."""
    from geosocial.geo.pairs import Pairs
    from geosocial.measure import supply
    from geosocial.measure.reach import Reach

    demand, places, found = toy_demand(), toy_places(), {}
    own = study or toy_study()
    for sphere, service in own.services():
        if service.rule != "coverage":
            continue
        near = supply.facilities(places, toy_zones(), own, service)
        pairs = [
            (i, j, 1.25 * ((x - a) ** 2 + (y - b) ** 2) ** 0.5)
            for i, (x, y) in enumerate(zip(demand["x"], demand["y"], strict=True))
            for j, (a, b) in enumerate(zip(near.x, near.y, strict=True))
        ]
        kept = [pair for pair in pairs if pair[2] <= 2500]
        starts = np.searchsorted([i for i, _, _ in kept], np.arange(len(demand) + 1))
        cost, column = np.array([c for *_, c in kept]), np.array([j for _, j, _ in kept], dtype=np.intp)
        shape = len(demand), len(near)
        found[sphere, service.key] = Reach(near, {"straight": Pairs(cost, column, starts, shape, 2500.0)})
    return found


def toy_results(**changes: Any) -> Results:
    """Return the bundle that a run of the toy city produces; `changes` replace its parts.

    With what a reader must be told of: a record outside, one without position, a declared zone that is not
    the computed one, a category that serves no sphere. No context layer.
    """
    import pandas as pd

    from geosocial.intake import duplicates
    from geosocial.measure import evaluate, supply
    from geosocial.results import InputFile, Results

    study, toy = toy_study(), toy_tables()
    measured = evaluate.measure(study, toy.zones, toy.places, toy.demand, toy.costs)
    counts = toy.places.groupby(["source", "outcome"]).size().unstack(fill_value=0)
    outcomes = counts.reindex(columns=list(tables.OUTCOMES), fill_value=0)
    conservation = outcomes.assign(read=outcomes.sum(axis=1)).reset_index().rename_axis(columns=None)
    named = toy.places["source"].eq("named")
    declared = toy.places[named & toy.places["name"].str.startswith("Théâtre")].assign(
        declared_zone="Vieux Bourg", declared_zone_id="Z3"
    )
    unlocated = toy.places[toy.places["outcome"].eq("unlocated")]
    faults = unlocated.assign(column="x", value="", code="no_coordinates", action="unlocated")
    unmapped = pd.DataFrame({"source": ["places"], "category": ["Caserne de pompiers"], "records": [3]})
    files = [("zones", "zones.geojson", 8), ("demand", "demand.csv", 16)]
    files += [
        (spec.key, str(spec.file), int(toy.places["source"].eq(spec.key).sum())) for spec in study.places
    ]
    parts: dict[str, Any] = {
        "study": study,
        "zones": toy.zones,
        "context": {},
        "places": toy.places,
        "faults": _as(faults, tables.FAULTS),
        "conservation": tables.check_conservation(_as(conservation, tables.CONSERVATION)),
        "demand": toy.demand,
        "supply": supply.by_zone(toy.places, toy.zones, study),
        "measures": measured.measures,
        "overall": measured.overall,
        "ranking": measured.ranking,
        "settings": measured.settings,
        "methods": measured.methods,
        "closures": measured.closures,
        "declared": _as(declared, tables.DECLARED),
        "unmapped": _as(unmapped, tables.UNMAPPED),
        "duplicates": duplicates(toy.places),
        "inputs": tuple(
            InputFile(role, path, sha256="0" * 64, bytes=1024, rows=rows, how={"encoding": "utf-8-sig"})
            for role, path, rows in files
        ),
    }
    return Results(**(parts | changes))


def _as(frame: pd.DataFrame, contract: tables.Contract) -> pd.DataFrame:
    return tables.check(frame[list(contract.columns)].reset_index(drop=True), contract)
