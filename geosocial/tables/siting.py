"""The contracts of proposed sites: the sites, whom they serve by zone, people served by number of sites.

`PROPOSED`, `PROPOSED_CURVE` and `PROPOSED_ZONES` are those of a run; the others those of ``geosocial site``.
"""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

SITES = Contract(
    "sites",
    {
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
    },
    ("candidate_id",),
)

SITE_ZONES = Contract(
    "site_zones",
    {
        "candidate_id": Column("text", "identifier of the site"),
        "zone_id": Column("text", "zone of the demand"),
        "newly": Column("float", "demand of the zone that it newly serves"),
    },
    ("candidate_id", "zone_id"),
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

SITING = (PROPOSED, PROPOSED_CURVE, PROPOSED_ZONES)
