from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geosocial.errors import InputError, StudyError, UnknownCrsError
from geosocial.geo.crs import crs_label, metric_crs, read_crs, same_crs, to_metric, transform


@pytest.mark.parametrize("crs", [32188, "EPSG:32188", "epsg:2950", "EPSG:32618", 6622])
def test_metric_systems_are_accepted(crs: object) -> None:
    assert metric_crs(crs).is_projected


@pytest.mark.parametrize("crs", [None, "", "EPSG:999999", "the Montréal one"])
def test_an_unknown_system_is_refused(crs: object) -> None:
    with pytest.raises(UnknownCrsError, match="EPSG:32188"):
        metric_crs(crs)


@pytest.mark.parametrize(
    ("crs", "said"), [(4326, "EPSG:4326"), (4269, "NAD83"), (2263, "New York"), (4978, "WGS 84")]
)
def test_degrees_feet_and_geocentric_metres_are_refused(crs: int, said: str) -> None:
    with pytest.raises(StudyError, match=f"{said}.*does not measure in metres"):
        metric_crs(crs)


@pytest.mark.parametrize("crs", [3857, 3395, "ESRI:54004"])
def test_mercator_metres_are_too_long(crs: object) -> None:
    with pytest.raises(StudyError, match="Mercator"):
        metric_crs(crs)


def test_a_kilometre_is_a_kilometre_in_the_city_and_not_in_mercator() -> None:
    # One minute of latitude at 45.5° is 1,852.1 m on GRS80: M(φ)·π/10800, worked out by hand.
    a, f, phi = 6378137.0, 1 / 298.257222101, np.radians(45.5)
    e2 = f * (2 - f)
    minute = a * (1 - e2) / (1 - e2 * np.sin(phi) ** 2) ** 1.5 * np.pi / 10800
    lat = np.array([45.5 - 0.5 / 60, 45.5 + 0.5 / 60])
    for crs, factor in ((32188, 1.0), (3857, 1.43)):
        x, y = transform([-73.6, -73.6], lat, 4269 if crs == 32188 else 4326, crs)
        assert np.hypot(np.diff(x), np.diff(y))[0] / minute == pytest.approx(factor, abs=2e-3)


def test_a_round_trip_returns_and_nan_stays_nan() -> None:
    lon, lat = np.array([-73.9, -73.5, np.nan, -73.6]), np.array([45.4, 45.7, 45.5, np.nan])
    x, y = transform(lon, lat, 4326, 32188)
    assert np.isnan(x).tolist() == np.isnan(y).tolist() == [False, False, True, True]
    back = transform(x, y, 32188, 4326)
    np.testing.assert_allclose(back[0][:2], lon[:2], atol=1e-9)
    np.testing.assert_allclose(back[1][:2], lat[:2], atol=1e-9)


def test_what_cannot_be_transformed_is_nan_not_infinity() -> None:
    x, y = transform([1e9, -73.5], [45.0, 45.5], 4326, 32188)
    assert np.isnan(x[0])
    assert np.isnan(y[0])
    assert np.isfinite([x[1], y[1]]).all()


def test_to_metric_keeps_null_geometry_and_does_not_touch_its_input() -> None:
    frame = gpd.GeoDataFrame({"k": [1, 2]}, geometry=[shapely.Point(-73.6, 45.5), None], crs=4326)
    moved = to_metric(frame, 32188)
    assert moved.crs.to_epsg() == 32188
    x, y = transform([-73.6], [45.5], 4326, 32188)
    assert (moved.geometry[0].x, moved.geometry[0].y) == (x[0], y[0])
    assert moved.geometry[1] is None
    assert frame.crs.to_epsg() == 4326
    assert to_metric(moved, 32188).equals(moved)
    assert to_metric(moved, 32188) is not moved


def test_to_metric_refuses_what_it_cannot_express() -> None:
    with pytest.raises(UnknownCrsError, match="does not say"):
        to_metric(gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)]), 32188)
    # Metres called degrees: the usual fault.
    wrong = gpd.GeoDataFrame(geometry=[shapely.Point(-73, 45), shapely.Point(299_000, 5_040_000)], crs=4326)
    with pytest.raises(InputError, match="Geometry 2 cannot be expressed in EPSG:32188"):
        to_metric(wrong, 32188)


def test_same_crs_looks_at_the_system_not_at_its_spelling() -> None:
    assert same_crs(32188, read_crs("EPSG:32188").to_wkt("WKT1_GDAL"))
    assert not same_crs(32188, 2950)
    assert not same_crs(4326, 4269)


def test_a_label_without_a_code_is_the_name() -> None:
    assert crs_label("+proj=tmerc +lat_0=0 +lon_0=-73.5 +k=0.9 +ellps=GRS80") == "unknown"
