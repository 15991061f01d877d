"""The tables that ``geosocial access`` writes, and the columns that it adds to places and facilities."""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

#: Zones; the last row, without a zone_id, holds the places in no zone, where there are any.
ACCESS_ZONES = Contract(
    "access_zones",
    {
        "zone_id": Column("text", "zone; empty for the places in none"),
        "zone_name": Column("text", "its name"),
        "places": Column("int", "places with a position", "places"),
        "demand": Column("float", "known demand", "people"),
        "covered": Column("float", "demand with a facility within the standard", "people"),
        "coverage": Column("float", "covered / demand; missing without demand", "share"),
        "backed": Column("float", "demand with two facilities or more within the standard", "people"),
        "nearest_m": Column("float", "mean cost of the covered demand to its nearest facility", "m"),
        "accessibility": Column("float", "mean over the demand; not for the measure “nearest”"),
    },
    ("zone_id",),
)
#: What a place gets; a column of that name that it has already keeps its name, ours is lengthened.
ACCESS_PLACES = Contract(
    "access_places",
    {
        "zone_id": Column("text", "zone; empty in none"),
        "facilities_in_reach": Column("int", "facilities within the standard; missing without a position"),
        "nearest_m": Column("float", "cost to the nearest of them; missing where there is none", "m"),
        "accessibility": Column("float", "of the place; not for the measure “nearest”"),
        "street_m": Column("float", "straight line to its junction; missing far from any street", "m"),
    },
)
#: What a facility gets, where places compete for it.
ACCESS_FACILITIES = Contract(
    "access_facilities",
    {
        "demand_in_reach": Column(
            "float", "demand within the standard, weighted as the measure says", "people"
        ),
        "supply_per_demand": Column("float", "supply for a unit of that; 0 where nobody is in reach"),
    },
)
