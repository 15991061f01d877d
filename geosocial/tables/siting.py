"""The contracts of proposed sites: the sites, whom they serve by zone, people served by number of sites.

`PROPOSED`, `PROPOSED_CURVE` and `PROPOSED_ZONES` are those of a run; the others those of ``geosocial site``.
"""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

SITES = Contract(
    "sites",
    {
        "sphere": Column("text", "sphere that it serves"),
        "order": Column("int", "1 is the site that newly serves most"),
        "candidate_id": Column("text", "identifier of the candidate"),
        "name": Column("text", "its name; empty where the list gives none"),
        "zone_id": Column("text", "zone in which it stands; empty when in none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "newly": Column(
            "float", "demand that it serves and no existing facility does; each counted at one site"
        ),
        "alone": Column("float", "demand that nothing else serves: lost without this site"),
        "within": Column("float", "demand within the standard of the site, also of others"),
        "cost": Column("float", "what it costs; NaN where the list does not say"),
    },
    ("sphere", "candidate_id"),
)

SITE_ZONES = Contract(
    "site_zones",
    {
        "sphere": Column("text", "sphere"),
        "candidate_id": Column("text", "identifier of the site"),
        "zone_id": Column("text", "zone of the demand"),
        "newly": Column("float", "demand of the zone that it newly serves"),
    },
    ("sphere", "candidate_id", "zone_id"),
)

SITE_NEEDS = Contract(
    "site_needs",
    {
        "sphere": Column("text", "sphere"),
        "candidate_id": Column("text", "identifier of the site"),
        "demand": Column("text", "key of a demand column of the study"),
        "newly": Column("float", "how much of that column it newly serves"),
        "total": Column("float", "how much of it no existing facility serves"),
    },
    ("sphere", "candidate_id", "demand"),
)

COVERED = Contract(
    "coverage",
    {
        "sphere": Column("text", "sphere"),
        "zone_id": Column("text", "zone of the demand"),
        "total": Column("float", "its demand"),
        "before": Column("float", "demand within the standard today"),
        "after": Column("float", "demand within the standard with the sites"),
    },
    ("sphere", "zone_id"),
)

RIVALS = Contract(
    "rivals",
    {
        "sphere": Column("text", "sphere whose demand is counted"),
        "candidate_id": Column("text", "identifier of a site"),
        "order": Column("int", "1 is the best by what the model seeks"),
        "rival_id": Column("text", "candidate that could stand in its stead"),
        "name": Column("text", "its name; empty where the list gives none"),
        "zone_id": Column("text", "zone in which it stands"),
        "loss": Column(
            "float",
            "demand no longer served if it replaced the site, the others as they are; below 0 where more is",
        ),
        "objective": Column(
            "float", "objective of the model then; NaN where it leaves out who must be served"
        ),
        "least_share": Column("float", "share of the least served zone then; NaN but for a maximin", "share"),
    },
    ("sphere", "candidate_id", "rival_id"),
)

PRICES = Contract(
    "prices",
    {
        "candidate_id": Column("text", "identifier of a candidate"),
        "chosen": Column("bool", "whether it is among the sites"),
        "objective": Column(
            "float", "best without it where it is chosen, else best with it; NaN where that cannot be"
        ),
        "price": Column("float", "what that loses against the best; inf where it cannot be"),
        "least_share": Column("float", "share of the least served zone then; NaN but for a maximin", "share"),
        "role": Column("text", "every (in every best choice), some, none, or unknown"),
        "status": Column("text", "status of that search"),
    },
    ("candidate_id",),
)

NEAR_BEST = Contract(
    "near_best",
    {
        "set": Column("int", "1 is the best set"),
        "objective": Column("float", "its objective"),
        "loss": Column("float", "relative loss against the best", "share"),
        "candidate_id": Column("text", "a site of the set"),
    },
    ("set", "candidate_id"),
)

TRIED = Contract(
    "tried",
    {
        "setting": Column("int", "number of the setting; 0 is that of the study"),
        "standard_m": Column("float", "its standard", "m"),
        "demand": Column("text", "its demand column"),
        "supply": Column("text", "existing facilities that count: all, or kinds joined by +"),
        "best": Column("float", "objective of the best choice in the setting"),
        "proposed": Column("float", "objective of the proposed sites in it"),
        "regret": Column("float", "best − proposed"),
        "relative": Column("float", "the same, as a share of best", "share"),
        "same": Column("bool", "whether the proposed sites are the best there too"),
        "status": Column("text", "status of the search"),
        "sites": Column("text", "identifiers of the best choice there, separated by a blank"),
    },
    ("setting",),
)

TRIED_SITES = Contract(
    "tried_sites",
    {
        "candidate_id": Column("text", "identifier of a candidate"),
        "proposed": Column("bool", "whether it is among the proposed sites"),
        "times": Column("int", "settings in whose best choice it is"),
        "settings": Column("int", "settings that have an answer"),
    },
    ("candidate_id",),
)

TRADED = Contract(
    "spheres",
    {
        "sphere": Column("text", "sphere"),
        "importance": Column("float", "weight of the sphere; of sum 1"),
        "total": Column("float", "its demand"),
        "served": Column("float", "demand served with the joint sites, existing facilities included"),
        "share": Column("float", "the same, as a share", "share"),
        "alone": Column("float", "share that as many sites of its own would serve", "share"),
        "regret": Column("float", "alone − share", "share"),
    },
    ("sphere",),
)

CLOSED = Contract(
    "closed",
    {
        "record_id": Column("text", "identifier of an existing facility that closes"),
        "name": Column("text", "its name; empty where the list gives none"),
        "zone_id": Column("text", "zone in which it stands; empty when in none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
    },
)

UNREACHED = Contract(
    "unreached",
    {
        "demand_id": Column("text", "place that no allowed candidate serves within the standard"),
        "zone_id": Column("text", "its zone"),
        "demand": Column("float", "its demand"),
        "nearest_m": Column("float", "cost to the nearest allowed candidate; inf where there is none", "m"),
    },
    ("demand_id",),
)

FRONTIER = Contract(
    "frontier",
    {
        "number": Column("int", "sites added to the existing facilities"),
        "served": Column("float", "most demand that so many can serve, existing facilities included"),
        "share": Column("float", "the same, as a share of the demand", "share"),
        "gain": Column("float", "over one site fewer"),
        "gap": Column("float", "relative gap to the proved bound; 0 is proved"),
        "status": Column("text", "optimal, time_limit or interrupted"),
        "sites": Column("text", "identifiers of the sites, separated by a blank"),
    },
    ("number",),
)

#: Empty unless the study asks for sites, as the two that follow.
PROPOSED = Contract(
    "proposed",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service: the headline of the sphere"),
        "number": Column("int", "number of sites of the proposal that the row belongs to"),
        "order": Column("int", "1 is the site that newly serves most"),
        "candidate_id": Column("text", "identifier of the candidate"),
        "name": Column("text", "its name; empty where the list gives none"),
        "zone_id": Column("text", "zone in which it stands; empty when in none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "newly": Column(
            "float", "demand that it serves and no existing facility does; each counted at its nearest site"
        ),
        "cost": Column("float", "what it costs; NaN where the list does not say"),
    },
    ("sphere", "service", "number", "candidate_id"),
)

PROPOSED_CURVE = Contract(
    "proposed_curve",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "number": Column("int", "sites added to the existing facilities; 0 is today"),
        "served": Column("float", "most demand that so many can serve, existing facilities included"),
        "share": Column("float", "the same, as a share of the demand; NaN without demand", "share"),
        "gain": Column("float", "over the row before; 0 today"),
        "bound": Column("float", "what no choice of so many sites can pass"),
        "gap": Column("float", "relative gap to the bound; 0 is proved"),
        "status": Column("text", "optimal, time_limit or interrupted"),
    },
    ("sphere", "service", "number"),
)

PROPOSED_ZONES = Contract(
    "proposed_zones",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "number": Column("int", "sites of the proposal; 0 is today"),
        "zone_id": Column("text", "zone of the demand"),
        "served": Column("float", "demand of the zone within the standard with so many sites"),
        "share": Column("float", "the same, as a share of the demand of the zone; NaN without", "share"),
    },
    ("sphere", "service", "number", "zone_id"),
)

#: Without rows unless the study names a list or a layer of candidates: places of the demand are none of them.
CANDIDATES = Contract(
    "candidates",
    {
        "candidate_id": Column("text", "identifier of the candidate"),
        "name": Column("text", "its name; empty where the list gives none"),
        "zone_id": Column("text", "zone in which it stands; empty when in none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "cost": Column("float", "what it costs; NaN where the list does not say"),
    },
    ("candidate_id",),
)

SITING = (PROPOSED, PROPOSED_CURVE, PROPOSED_ZONES)
