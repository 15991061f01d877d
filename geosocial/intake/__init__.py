"""Raw rows to located records: zones, demand and lists of a study, each row typed, located and joined, or said why not."""

from geosocial.intake.demand import read_demand
from geosocial.intake.places import Taken, conservation, read_places
from geosocial.intake.reasons import REASONS
from geosocial.intake.zones import read_context, read_zones

__all__ = ["REASONS", "Taken", "conservation", "read_context", "read_demand", "read_places", "read_zones"]
