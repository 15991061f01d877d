"""The contracts of proposed sites: the sites, whom they serve by zone, people served by number of sites."""

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
