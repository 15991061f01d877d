"""The contracts of equity: disparity, inequality, hubs where gaps meet, gaps weighted by need.

Empty unless the study has ``[equity]``.
"""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

#: What `INEQUALITY` tells of a service.
INDICES = (
    "mean",
    "gini",
    "theil",
    "theil_between",
    "theil_within",
    "atkinson",
    "palma",
    "concentration",
    "mean_cost",
    "kolm_pollak",
)

#: Geographic disparity has a zone and no group, demographic disparity a group and no zone.
DISPARITY = Contract(
    "disparity",
    {
        "zone_id": Column("text", "zone of a geographic disparity; empty for a demographic one"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "group": Column("text", "demand column of a demographic disparity; empty for a geographic one"),
        "resources": Column(
            "float", "share of the resources that the zone has, or of the group where they lie"
        ),
        "baseline": Column("float", "share of the demand that the zone has, or of the group in all zones"),
        "value": Column("float", "resources − baseline", "share"),
        "lower": Column("float", "lower end of its interval", "share"),
        "upper": Column("float", "upper end of its interval", "share"),
    },
    ("zone_id", "sphere", "service", "group"),
)

INEQUALITY = Contract(
    "inequality",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "index": Column("text", "one of INDICES"),
        "group": Column("text", "demand column by whose share places are ranked; empty for the others"),
        "value": Column("float", "the index; NaN where it is not defined"),
        "unit": Column("text", "facilities, m, or empty for a number without unit"),
    },
    ("sphere", "service", "index", "group"),
)

LORENZ = Contract(
    "lorenz",
    {
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "people": Column("float", "share of the demand, from those who have fewest facilities in reach"),
        "held": Column("float", "share that they have of all that people have in reach"),
    },
    ("sphere", "service", "people"),
)

#: Places from which facilities of two spheres or more are too far.
HUBS = Contract(
    "hubs",
    {
        "demand_id": Column("text", "place of the demand"),
        "zone_id": Column("text", "zone that it belongs to; empty when none"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "people": Column("float", "people there; NaN where suppressed"),
        "unmet": Column("int", "spheres with a facility farther than its standard"),
        "spheres": Column("text", "their keys, separated by a comma"),
    },
    ("demand_id",),
)

#: zone_id is empty for all zones together.
HUB_ZONES = Contract(
    "hub_zones",
    {
        "zone_id": Column("text", "zone; empty for all together"),
        "unmet": Column("int", "spheres with a facility farther than its standard"),
        "people": Column("float", "people of the places with exactly so many"),
        "share": Column("float", "the same, as a share of the people known in the zone", "share"),
        "places": Column("int", "places with exactly so many"),
    },
    ("zone_id", "unmet"),
)

NEED_GAPS = Contract(
    "need_gaps",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "need": Column("float", "mean of the need index over the people of the zone"),
        "weight": Column("float", "what a unit of gap counts there"),
        "gap": Column("float", "gap, as in measures"),
        "weighted_gap": Column(
            "float", "gap × weight, scaled so that the gaps of all zones add up to the same"
        ),
        "unit": Column("text", "people, households, dwellings"),
        "rank": Column("int", "rank by gap, 1 the largest; 0 where it is not known"),
        "weighted_rank": Column("int", "rank by weighted gap; 0 where it is not known"),
    },
    ("zone_id", "sphere", "service"),
)
EQUITY = (DISPARITY, INEQUALITY, LORENZ, HUBS, HUB_ZONES, NEED_GAPS)
