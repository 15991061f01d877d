"""Zones and oracles that the tests of this room share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import ArrayLike, NDArray


def first_cover(zones: Sequence[Any] | NDArray[Any], x: ArrayLike, y: ArrayLike) -> NDArray[np.int64]:
    """Return the first zone whose unprepared Shapely `covers` is true of each point: no grid, no tree."""
    points: NDArray[Any] = np.asarray(shapely.points(np.column_stack([np.asarray(x), np.asarray(y)])))
    found = np.full(len(points), -1, np.int64)
    for position in range(len(zones) - 1, -1, -1):
        found[shapely.covers(zones[position], points)] = position
    return found


@pytest.fixture(scope="session")
def districts() -> gpd.GeoDataFrame:
    """The 58 electoral districts of Montréal in plotly's package data, in EPSG:32188."""
    from plotly.express.data import election_geojson

    frame = gpd.GeoDataFrame.from_features(election_geojson()["features"], crs=4326).to_crs(32188)
    frame["zone_id"] = [f"{number:03d}" for number in range(len(frame))]
    return frame
