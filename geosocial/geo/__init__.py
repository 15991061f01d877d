"""Where things are: zones and the points in them, overlaps, straight-line costs. Arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

# At once, and light: each function must replace the module of the same name as this package's attribute.
from geosocial.geo.join import JoinResult, join
from geosocial.geo.transfer import Transfer, transfer

if TYPE_CHECKING:
    from geosocial.geo.zone_index import ZoneIndex

__all__ = ["JoinResult", "Transfer", "ZoneIndex", "join", "transfer"]


def __getattr__(name: str) -> object:
    # Loaded when first used: Shapely is not needed to import a neighbour.
    if name == "ZoneIndex":
        from geosocial.geo.zone_index import ZoneIndex

        return ZoneIndex
    raise AttributeError(name)
