"""The toy city of the measures as results, for the rooms that show them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geosocial import tables
from geosocial.intake.duplicates import duplicates
from geosocial.measure import clustering, equity, evaluate, supply
from geosocial.nearness import neighbours
from geosocial.results import InputFile, Results
from geosocial.sites.run import proposals
from geosocial.tables import OUTCOMES
from tests.measure.toy import Toy, toy_reach, toy_study, toy_tables

FAULTS = [
    ("named", "named.csv", 4, "", "", "outside", "flagged"),
    ("named", "named.csv", 5, "x", "", "no_coordinates", "unlocated"),
]
DECLARED = [("named", "named.csv", 2, "named:2", "Théâtre de la Côte", "Vieux-Bourg", "Z3", "Z2")]


def city(toy: Toy | None = None, *, pairs: bool = False, **changes: Any) -> Results:
    """Return the results of the toy city; `changes` replace keys of its study.

    `pairs`: with every pair of demand and facility, so that methods are compared and closures tried.
    """
    toy, study = toy or toy_tables(), toy_study(**changes)
    reach = toy_reach(study) if pairs else None
    measured = evaluate.measure(study, toy.zones, toy.places, toy.demand, toy.costs, reach=reach)
    near = neighbours(study, toy.demand) if study.clusters else None
    found = clustering.clustered(study, toy.zones, toy.demand, toy.costs, near)
    shared = equity.equity(
        study,
        toy.zones,
        toy.places,
        toy.demand,
        measures=measured.measures,
        costs=toy.costs,
        reach=toy_reach(study) if study.equity else {},
    )
    sites = proposals(study, toy.zones, toy.demand, toy.costs)
    named: dict[str, Any] = dict(sites.named())
    return Results(
        study=study,
        zones=toy.zones,
        context={},
        places=toy.places,
        faults=_table(FAULTS, tables.FAULTS),
        conservation=_conservation(toy.places),
        demand=toy.demand,
        supply=supply.by_zone(toy.places, toy.zones, study),
        measures=measured.measures,
        overall=measured.overall,
        ranking=measured.ranking,
        settings=measured.settings,
        methods=measured.methods,
        closures=measured.closures,
        declared=_table(DECLARED, tables.DECLARED),
        unmapped=_table([("places", "Parc", 3)], tables.UNMAPPED),
        duplicates=duplicates(toy.places),
        inputs=(InputFile("places", "places.csv", "ab" * 32, 1234, 6, {"encoding": "utf-8"}),),
        clusters=found.clusters,
        autocorrelation=found.autocorrelation,
        cluster_zones=found.cluster_zones,
        disparity=shared.disparity,
        inequality=shared.inequality,
        lorenz=shared.lorenz,
        hubs=shared.hubs,
        hub_zones=shared.hub_zones,
        need_gaps=shared.need_gaps,
        **named,
    )


def _table(rows: list[tuple[Any, ...]], contract: tables.Contract) -> pd.DataFrame:
    return tables.check(pd.DataFrame(rows, columns=list(contract.columns)), contract)


def _conservation(places: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for source in dict.fromkeys(places["source"]):
        mine = places.loc[places["source"] == source, "outcome"]
        rows.append((source, len(mine), *(int((mine == o).sum()) for o in OUTCOMES)))
    return tables.check_conservation(pd.DataFrame(rows, columns=["source", "read", *OUTCOMES]))
