"""The contracts of what is known below the zone: people beyond a standard place by place, small areas."""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

#: Places all of whose demand lies beyond the standard, in zones whose supply is known.
BEYOND = Contract(
    "beyond",
    {
        "demand_id": Column("text", "place of the demand"),
        "zone_id": Column("text", "zone that it belongs to"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "x": Column("float", "easting in the study's CRS", "m"),
        "y": Column("float", "northing in the study's CRS", "m"),
        "cost": Column("float", "cost to the nearest facility; inf where there is none", "m"),
        "demand": Column("float", "demand of the place, all of it beyond the standard"),
    },
    ("demand_id", "sphere", "service"),
)

#: Coverage in the polygons of the layers that the study measures; demand belongs to the polygon it lies in.
AREAS = Contract(
    "areas",
    {
        "layer": Column("text", "key of the layer of the study's context"),
        "area": Column("int", "position of the polygon in the layer, from 0"),
        "sphere": Column("text", "sphere"),
        "service": Column("text", "service"),
        "demand": Column("float", "demand that lies in it and is known; NaN when none is"),
        "gap": Column("float", "demand that is due within the standard and is not"),
        "gap_share": Column("float", "the same, as a share of the demand", "share"),
        "coverage": Column("float", "share of the demand within the standard", "share"),
        "nearest_cost": Column("float", "mean cost to the nearest facility", "m"),
        "unit": Column("text", "people, households"),
        "status": Column("text", "ok; cannot_say: too little demand; missing: none is known"),
    },
    ("layer", "area", "sphere", "service"),
)
LOCAL = (BEYOND, AREAS)
