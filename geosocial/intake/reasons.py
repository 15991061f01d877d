"""Why a row was rejected, could not be located, was moved, or deserves a look: one sentence a code.

Each fault of `geosocial.tables.FAULTS` carries one of these codes. A sentence may name ``{column}`` (the
header), ``{value}`` (what was found), ``{file}`` and ``{row}`` (as a spreadsheet counts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geosocial.errors import N_

#: Rows that a reader of sheets takes for no records at all; they count in no outcome.
TOTAL, TOTALS = (
    N_("{file}: a total set aside, which is no record (row {rows})."),
    N_("{file}: totals set aside, which are no records (rows: {rows})."),
)
#: How the letters of a file were read, where that is worth a word.
LETTERS_OF, LETTERS_DOUBTFUL = (
    N_("{file}: its letters were read as {encoding}, which its accents make plain."),
    N_(
        "{file}: some letters look wrong ({found}); read as {encoding}. "
        "Export it again from its source, as “CSV UTF-8”."
    ),
)
#: The encodings that need no word.
USUAL: Final = ("UTF-8", "UTF-16", "cp1252")

REASONS: Final[Mapping[str, str]] = {
    # The row is rejected.
    "unknown_sphere": N_("The sphere “{value}” is not known (column “{column}”)."),
    "unknown_kind": N_("The kind “{value}” is not known (column “{column}”)."),
    "unknown_status": N_("The status “{value}” is not known (column “{column}”)."),
    "unknown_legal_form": N_("The legal form “{value}” is not known (column “{column}”)."),
    "unknown_direction": N_("The strategic direction “{value}” is not known (column “{column}”)."),
    "no_status": N_("The row gives no status (column “{column}”)."),
    "sphere_kind_mismatch": N_("The kind does not belong to the sphere “{value}” (column “{column}”)."),
    "bad_number": N_("“{value}” is not a number (column “{column}”)."),
    "ambiguous_number": N_("“{value}” can be read as thousands or as decimals (column “{column}”)."),
    "negative_number": N_("“{value}” is negative (column “{column}”)."),
    "long_row": N_(
        "The row has more cells than the header; the surplus begins with “{value}”: "
        "put a text that holds the delimiter between quotation marks."
    ),
    "slid_right": N_(
        "The cells of the row seem to have slid one column to the right, from column “{column}” on: "
        "put them back in their places."
    ),
    "slid_left": N_(
        "The cells of the row seem to have slid one column to the left, from column “{column}” on: "
        "put them back in their places."
    ),
    # The row has no position.
    "no_coordinates": N_("The row gives no coordinates (column “{column}”)."),
    "bad_coordinate": N_("“{value}” is not a coordinate (column “{column}”)."),
    "coordinate_range": N_("The coordinate “{value}” is out of range (column “{column}”)."),
    "position_range": N_("The position “{value}” is out of range."),
    "zero_coordinates": N_("The coordinates are 0, 0: the position is not known."),
    "no_geometry": N_("The feature has no geometry."),
    "position_candidates": N_("The position can be read as several places, and is not placed: {value}."),
    "geocode_none": N_("The address is not in the list of address points: {value} (column “{column}”)."),
    "geocode_empty": N_("The row gives no address (column “{column}”)."),
    "geocode_unread": N_(
        "No civic number, street or postal code could be read: {value} (column “{column}”)."
    ),
    "geocode_doubtful": N_("The address is doubtful and is not placed; candidates: {value}."),
    "geocode_ambiguous": N_("The address is at several places and is not placed; candidates: {value}."),
    "geocode_box": N_("The address is a post-office box, which is not where the place is: {value}."),
    "geocode_coarse": N_("Only the area of the postal code is known, and the row is not placed: {value}."),
    # The row is kept, and said.
    "geocoded_address": N_("The position is that of the address: {value}."),
    "geocoded_spelling": N_("The position is that of an address spelled otherwise: {value}."),
    "geocoded_postal_code": N_("The position is that of the postal code: {value}."),
    "geocoded_online": N_("The position is that of a geocoding service: {value}."),
    "geocoded_fsa": N_("The position is the middle of the forward sortation area: {value}."),
    "snapped": N_("The position is outside all zones, {value} from the nearest, to which it is counted."),
    "outside": N_("The position is outside all zones."),
    "ambiguous": N_("The position is in several zones that overlap; it is counted once, in the first."),
    "shape_position": N_("The feature is not a point: a point inside it stands for it."),
    "repaired_position": N_("The position was damaged and was mended: {value}."),
    "repaired_swap": N_("Longitude and latitude, or easting and northing, were swapped."),
    "repaired_sign": N_("The minus sign of the position was missing or misplaced."),
    "repaired_decimal": N_("The decimal mark of the position was missing."),
    "repaired_crs": N_("The position is in another coordinate reference system than the list: {value}."),
    "far_from_street": N_("No street is near {value}: its distances are straight lines times the detour."),
    "declared_elsewhere": N_(
        "The row declares the zone “{value}”, and does not lie in it (column “{column}”)."
    ),
    "declared_unknown": N_(
        "The row declares the zone “{value}”, which is not recognised (column “{column}”)."
    ),
    "short_row": N_("The row has fewer cells than the header; the last ones are read as empty."),
    "error_value": N_(
        "“{value}” is an error of the spreadsheet, not a value: "
        "the cell is read as empty (column “{column}”)."
    ),
    "repeated_id": N_("The identifier “{value}” is repeated (column “{column}”)."),
    "no_count": N_("The row gives no number of facilities (column “{column}”)."),
    "no_capacity": N_("The row gives no capacity (column “{column}”)."),
    # Candidate sites.
    "filtered": N_("The filter “{value}” leaves the candidate out."),
    "outside_layer": N_("The candidate is in none of the inclusion zones: {value}."),
    "inside_layer": N_("The candidate is in the exclusion zones: {value}."),
    "cell_occupied": N_("A facility stands in the cell already."),
    "no_cost": N_("The candidate gives no cost (column “{column}”)."),
    # Zones.
    "not_a_polygon": N_("The feature is not a polygon."),
    "broken_outline": N_("The outline crosses or touches itself in a way that is not mended: {value}."),
    "mended_outline": N_("The outline crossed or touched itself and was mended; its area: {value}."),
    "zone_overlap": N_("The zone overlaps another, and a place there counts in the first: {value}."),
    "zone_crack": N_("There is a crack between this zone and its neighbours: {value}."),
    "zone_name_repeated": N_("Another zone has the same name: {value}."),
    # Demand.
    "suppressed_text": N_(
        "“{value}” is not a number: the figure is taken as suppressed (column “{column}”)."
    ),
    "demand_outside": N_("The place of demand is outside all zones and counts in none."),
    "demand_partly_outside": N_(
        "A part of the place of demand is outside all zones and counts in none: {value} of its figures."
    ),
    "row_outside": N_("The row lies outside all zones and counts in none."),
    "row_partly_outside": N_(
        "A part of the row lies outside all zones and counts in none: {value} of its figures."
    ),
    "row_counted_twice": N_("Zones overlap in this row: its figures count more than once there."),
    # The plan and the contracts.
    "cell_needed": N_("The row has nothing in a column that it needs (column “{column}”)."),
    "word_unknown": N_("The word “{value}” is not one of those of the column (column “{column}”)."),
    "zone_unknown": N_("“{value}” is not the name of a zone (column “{column}”)."),
    "bad_date": N_("“{value}” is not a date written as 2026-11-22 (column “{column}”)."),
    "bad_flag": N_("“{value}” is neither yes nor no (column “{column}”)."),
    "dates_reversed": N_("The end, {value}, is before the start (column “{column}”)."),
    "id_repeated": N_("An earlier row has the identifier “{value}” (column “{column}”)."),
    "reference_unknown": N_("There is no row with the identifier “{value}” (column “{column}”)."),
    "reference_rejected": N_("The row with the identifier “{value}” was rejected (column “{column}”)."),
    "direction_differs": N_("The action belongs to another direction than “{value}” (column “{column}”)."),
    "date_without_value": N_("There is a date without a value, or the other way round (column “{column}”)."),
    "target_sense": N_("The target, {value}, is on the other side than the wanted one (column “{column}”)."),
    "figure_unknown": N_("The study computes no figure “{value}” (column “{column}”)."),
    "interval_reversed": N_("The value {value} is not within its interval (column “{column}”)."),
    "observation_future": N_("The date {value} is after that of the edition (column “{column}”)."),
    "observation_repeated": N_("The indicator has an earlier row of that date, {value} (column “{column}”)."),
    "unknown_columns": N_("These columns of the sheet say nothing that is known: {value}."),
    "bad_year": N_("“{value}” is not a year (column “{column}”)."),
    "reviewed_twice": N_("An earlier row says otherwise of the supplier “{value}” (column “{column}”)."),
    "no_amount": N_("The contract gives no amount (column “{column}”)."),
    "no_ancillary": N_("The ancillary layer has nothing in this polygon: it is divided by its area."),
}
