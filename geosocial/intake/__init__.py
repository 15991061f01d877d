"""Raw rows to located records: each row typed, located and joined, or kept with the reason why not."""

from geosocial.intake.demand import read_demand, read_demand_shapes
from geosocial.intake.demand_pieces import read_ancillary
from geosocial.intake.duplicates import duplicates
from geosocial.intake.interpolate_files import Interpolated, interpolate_files
from geosocial.intake.join_files import Joined, join_files
from geosocial.intake.places import Taken, conservation, read_places
from geosocial.intake.placing import read_geocoder
from geosocial.intake.reasons import REASONS
from geosocial.intake.streets import far_from_streets, read_streets
from geosocial.intake.zones import read_context, read_zones

__all__ = [
    "REASONS",
    "Interpolated",
    "Joined",
    "Taken",
    "conservation",
    "duplicates",
    "far_from_streets",
    "interpolate_files",
    "join_files",
    "read_ancillary",
    "read_context",
    "read_demand",
    "read_demand_shapes",
    "read_geocoder",
    "read_places",
    "read_streets",
    "read_zones",
]
