"""Why a row was rejected, could not be located, was moved, or deserves a look: one sentence a code.

Each fault of `geosocial.tables.FAULTS` carries one of these codes. A sentence may name ``{column}`` (the
header), ``{value}`` (what was found), ``{file}`` and ``{row}`` (as a spreadsheet counts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geosocial.errors import N_

REASONS: Final[Mapping[str, str]] = {
    # The row is rejected.
    "unknown_sphere": N_("The sphere “{value}” is not known (column “{column}”)."),
    "unknown_kind": N_("The kind “{value}” is not known (column “{column}”)."),
    "unknown_status": N_("The status “{value}” is not known (column “{column}”)."),
    "unknown_legal_form": N_("The legal form “{value}” is not known (column “{column}”)."),
    "no_status": N_("The row gives no status (column “{column}”)."),
    "sphere_kind_mismatch": N_("The kind does not belong to the sphere “{value}” (column “{column}”)."),
    "bad_number": N_("“{value}” is not a number (column “{column}”)."),
    "ambiguous_number": N_("“{value}” can be read as thousands or as decimals (column “{column}”)."),
    "negative_number": N_("“{value}” is negative (column “{column}”)."),
    "long_row": N_("The row has more cells than the header; the surplus begins with “{value}”."),
    # The row has no position.
    "no_coordinates": N_("The row gives no coordinates (column “{column}”)."),
    "bad_coordinate": N_("“{value}” is not a coordinate (column “{column}”)."),
    "coordinate_range": N_("The coordinate “{value}” is out of range (column “{column}”)."),
    "position_range": N_("The position “{value}” is out of range."),
    "zero_coordinates": N_("The coordinates are 0, 0: the position is not known."),
    "no_geometry": N_("The feature has no geometry."),
    # The row is kept, and said.
    "snapped": N_("The position is outside all zones, {value} from the nearest, to which it is counted."),
    "outside": N_("The position is outside all zones."),
    "ambiguous": N_("The position is in several zones that overlap; it is counted once, in the first."),
    "shape_position": N_("The feature is not a point: a point inside it stands for it."),
    "short_row": N_("The row has fewer cells than the header; the last ones are read as empty."),
    "repeated_id": N_("The identifier “{value}” is repeated (column “{column}”)."),
    "no_count": N_("The row gives no number of facilities (column “{column}”)."),
    "no_capacity": N_("The row gives no capacity (column “{column}”)."),
    # Demand.
    "suppressed_text": N_(
        "“{value}” is not a number: the figure is taken as suppressed (column “{column}”)."
    ),
    "demand_outside": N_("The place of demand is outside all zones and counts in none."),
}
