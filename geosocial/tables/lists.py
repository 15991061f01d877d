"""The contracts of what becomes of the lists: other zones, unknown categories, doubles, what is published."""

from __future__ import annotations

from geosocial.tables.contract import Column, Contract

DECLARED = Contract(
    "declared",
    {
        "source": Column("text", "list"),
        "source_file": Column("text", "file"),
        "source_row": Column("int", "row"),
        "record_id": Column("text", "identifier"),
        "name": Column("text", "name of the record"),
        "declared_zone": Column("text", "as written"),
        "declared_zone_id": Column("text", "the zone of that name; empty: not recognised"),
        "zone_id": Column("text", "the zone in which the position lies"),
    },
    ("source", "source_row"),
)

UNMAPPED = Contract(
    "unmapped",
    {
        "source": Column("text", "list"),
        "category": Column("text", "category of the list that serves no sphere of the study"),
        "records": Column("int", "rows with it"),
    },
    ("source", "category"),
)

#: Pairs of rows that may be one place, proposed for review: nothing is merged.
DUPLICATES = Contract(
    "duplicates",
    {
        "source": Column("text", "list of the earlier row"),
        "source_file": Column("text", "its file"),
        "source_row": Column("int", "its row"),
        "record_id": Column("text", "its identifier"),
        "name": Column("text", "its name"),
        "other_source": Column("text", "list of the other row"),
        "other_source_file": Column("text", "its file"),
        "other_source_row": Column("int", "its row"),
        "other_record_id": Column("text", "its identifier"),
        "other_name": Column("text", "its name"),
        "likeness": Column("text", "exact or probable"),
        "reason": Column(
            "text", "same (name, kind and position), name (alike and near), phone, email or site"
        ),
        "similarity": Column("float", "how alike the names are, from 0 to 100; NaN without names"),
        "distance_m": Column("float", "distance between the positions; NaN without one", "m"),
    },
    ("source", "source_row", "other_source", "other_source_row"),
)

#: The records of the lists of the public directory: where each is shown, or why it is not.
DIRECTORY = Contract(
    "directory",
    {
        "source": Column("text", "list"),
        "source_row": Column("int", "row of its file"),
        "record_id": Column("text", "identifier"),
        "withheld": Column("text", "why it is not published; empty when it is"),
        "zone_id": Column("text", "zone that the record is counted in"),
        "sphere": Column("text", "sphere; may be empty"),
        "blurred": Column("bool", "shown at the centre of a cell: its address is somebody's home"),
        "x": Column("float", "published easting in the study's CRS; NaN when not published", "m"),
        "y": Column("float", "published northing in the study's CRS; NaN when not published", "m"),
    },
    ("source", "source_row"),
)

DIRECTORY_CELLS = Contract(
    "directory_cells",
    {
        "zone_id": Column("text", "zone"),
        "sphere": Column("text", "sphere"),
        "records": Column("float", "records published; NaN when kept back"),
        "suppressed": Column("bool", "kept back: some records, but fewer than the least count"),
    },
    ("zone_id", "sphere"),
)
PUBLISHED = (DIRECTORY, DIRECTORY_CELLS)
