"""The contracts of clusters: a place's own figures, those of the whole, people in clusters by zone."""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

#: What a place is among its neighbours: ``far`` and ``near`` are clusters; then what stands out among the
#: other kind; ``none`` may be chance; an ``island`` has no neighbour; ``missing`` has no value.
CLUSTER_KINDS = ("far", "near", "far_among_near", "near_among_far", "none", "island", "missing")

#: Empty unless the study looks for clusters, as the two that follow.
CLUSTERS = Contract(
    "clusters",
    {
        "demand_id": Column("text", "place of the demand"),
        "zone_id": Column("text", "zone that it belongs to; empty when none"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "value": Column("float", "cost to the nearest facility; NaN where nobody is known to live", "m"),
        "local_i": Column("float", "local Moran's I; NaN for an island"),
        "p": Column("float", "its two-sided pseudo-p by conditional permutation"),
        "q": Column("float", "the same, by Benjamini and Hochberg over the places of the service"),
        "gi_star": Column("float", "Gi* as a z-score: above 0 among far places"),
        "cluster": Column("text", "one of CLUSTER_KINDS"),
    },
    ("demand_id", "sphere", "service"),
)

AUTOCORRELATION = Contract(
    "autocorrelation",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "i": Column("float", "Moran's I of the cost to the nearest facility; NaN where there is a reason"),
        "expected": Column("float", "what it is on average where places are shuffled: −1/(n − 1)"),
        "z": Column("float", "(i − expected) over its standard deviation under randomisation"),
        "p": Column("float", "two-sided pseudo-p of the permutations"),
        "permutations": Column("int", "permutations drawn"),
        "n": Column("int", "places with a value"),
        "islands": Column("int", "those of them without a neighbour that has a value"),
        "weights": Column("text", "queen, rook, knn or distance: what was used"),
        "reason": Column("text", "few, constant or no_neighbours: why there is no I; empty where there is"),
    },
    ("sphere", "service"),
)

#: zone_id is empty for the zones together. Demand is that of the places with a value.
CLUSTER_ZONES = Contract(
    "cluster_zones",
    {
        "zone_id": Column("text", "zone; empty for all together"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "total": Column("float", "demand of the places with a value; NaN when there is none"),
        "far": Column("float", "demand of those in a cluster of far places"),
        "far_share": Column("float", "the same, as a share of total", "share"),
        "near": Column("float", "demand of those in a cluster of near places"),
        "near_share": Column("float", "the same, as a share of total", "share"),
        "unit": Column("text", "people, households"),
        "places": Column("int", "places with a value"),
        "far_places": Column("int", "places in a cluster of far places"),
        "near_places": Column("int", "places in a cluster of near places"),
    },
    ("zone_id", "sphere", "service"),
)
