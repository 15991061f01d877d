"""Outlines: mended where they read in one way, refused or measured where they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from geosocial import intake
from geosocial.errors import InputError
from geosocial.intake import boundaries, join_files
from geosocial.study import Study
from tests.intake.toy import EAST, NORTH, square, zones

Factory = Callable[..., Study]


def outlines(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def given_zones(study: Study, frame: gpd.GeoDataFrame) -> Study:
    (study.folder / "zones.gpkg").unlink(missing_ok=True)
    frame.to_file(study.folder / "zones.gpkg")
    return study


def replaced(position: int, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    frame = zones()
    shapes = list(frame.geometry)
    shapes[position] = shape
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


BOW_TIE = Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
#: A slit of 0.01 m on a square of 1 km: the line crosses itself once, near its end.
NICKED = Polygon([(0, 0), (1000, 0), (1000, 1000), (0.01, 1000), (0, 999.99), (0.01, 999.99), (0, 1000)])
#: One outline drawn twice over half of itself.
FOLDED = shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 0, 15, 10)])
SPIKED = Polygon([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)])
#: A hole that hangs on the outline; turned the other way, it is an ear folded inward: that reads in two ways.
HOLE = Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (6, 9), (4, 9), (5, 10), (0, 10)])
EAR = Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (4, 9), (6, 9), (5, 10), (0, 10)])


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (NICKED, 1e6),
        (SPIKED, 100.0),
        (HOLE, 99.0),
        (box(0, 0, 1, 1), 1.0),
        (BOW_TIE, None),
        (FOLDED, None),
        (EAR, None),
    ],
)
def test_only_one_reading_is_mended(shape: shapely.Geometry, area: float | None) -> None:
    mended, which = boundaries.mend(outlines(shape))
    if area is None:
        assert not which[0]
        assert mended[0] is shape
        return
    assert mended[0].is_valid
    assert mended[0].area == pytest.approx(area, rel=1e-3)
    assert which[0] == (not shapely.is_valid(shape))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=9))
def test_what_is_mended_has_the_area_that_was_drawn(corners: list[tuple[int, int]]) -> None:
    shape = Polygon(corners)
    mended, which = boundaries.mend(outlines(shape))
    if which[0]:
        x, y = np.array([*corners, corners[0]], dtype=float).T
        drawn = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2  # the shoelace formula
        assert mended[0].is_valid
        assert mended[0].geom_type in {"Polygon", "MultiPolygon"}
        assert mended[0].area == pytest.approx(drawn, rel=2e-3)
    elif shape.is_valid:
        assert mended[0] is shape


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 12), st.integers(1, 12)),
        min_size=1,
        max_size=8,
    )
)
def test_overlaps_are_those_of_every_pair(boxes: list[tuple[int, int, int, int]]) -> None:
    shapes = [box(x, y, x + w, y + h) for x, y, w, h in boxes]
    found = boundaries.topology(outlines(*shapes))
    expected: dict[tuple[int, int], tuple[float, float]] = {}
    twins = set()
    for i, (x, y, w, h) in enumerate(boxes):
        for j in range(i + 1, len(boxes)):
            u, v, p, q = boxes[j]
            shared = max(0, min(x + w, u + p) - max(x, u)) * max(0, min(y + h, v + q) - max(y, v))
            if shared and shared == w * h == p * q:
                twins.add((i, j))
            elif shared:
                expected[i, j] = (shared, shared / min(w * h, p * q))
    assert set(found.twins) == twins
    measured = {(o.one, o.other): (o.area_m2, o.share) for o in found.overlaps}
    assert set(measured) == set(expected)
    for one, figures in expected.items():
        assert measured[one] == pytest.approx(figures)


def test_cracks_and_enclaves() -> None:
    ring = box(0, 0, 1000, 1000) - box(400, 400, 600, 600)
    halves = [ring & box(0, 0, 500, 1000), ring & box(500, 0, 1000, 1000)]
    found = boundaries.topology(outlines(*halves))
    assert found.cracks == ()
    assert list(found.enclaves) == pytest.approx([40_000])
    slit = box(499, 100, 500, 300)
    found = boundaries.topology(outlines(box(0, 0, 500, 1000) - slit, box(500, 0, 1000, 1000)))
    assert list(found.cracks[0]) == pytest.approx([0, 200])
    assert found.enclaves == ()


def test_a_mended_zone_is_said_with_its_areas(city: Factory) -> None:
    x, y = EAST + 1000, NORTH + 1000
    spiked = Polygon(
        [
            (x, y),
            (x + 1000, y),
            (x + 1000, y + 1000),
            (x + 1000, y + 1500),
            (x + 1000, y + 1000),
            (x, y + 1000),
        ]
    )
    found, _, faults = intake.read_zones(given_zones(city(), replaced(1, spiked)))
    assert found.geometry[1].equals(square(1, 1))
    assert faults[["source_row", "code", "action", "value"]].to_numpy().tolist() == [
        [3, "mended_outline", "flagged", "1\u00a0000\u00a0000\u00a0m² → 1\u00a0000\u00a0000\u00a0m²"]
    ]


def test_zones_that_overlap_refuse_a_study_with_their_names_and_the_area(city: Factory) -> None:
    wide = shapely.box(EAST, NORTH + 1000, EAST + 1100, NORTH + 2000)  # 100 m into Z2: a tenth of it
    with pytest.raises(InputError, match=r"these zones overlap: Le Nord-Ouest / L’Île-Est \(100\s000\sm²\)"):
        intake.read_zones(given_zones(city(), replaced(0, wide)))


def test_a_small_overlap_and_a_crack_are_said(city: Factory) -> None:
    wide = shapely.box(EAST, NORTH + 1000, EAST + 1001, NORTH + 2000)
    slit = shapely.box(EAST + 1900, NORTH + 999, EAST + 1950, NORTH + 1000)
    frame = replaced(0, wide)
    frame.loc[3, "geometry"] = frame.geometry[3] - slit
    _, _, faults = intake.read_zones(given_zones(city(), frame))
    assert faults[["source_row", "code", "value"]].to_numpy().tolist() == [
        [2, "zone_overlap", "L’Île-Est, 1\u00a0000\u00a0m²"],
        [3, "zone_crack", "50\u00a0m²"],
    ]
    assert set(faults["code"]) <= set(intake.REASONS)


def test_the_same_outline_twice_refuses_a_study(city: Factory) -> None:
    with pytest.raises(InputError, match="the same outline: L’Île-Est = Saint-Éloi"):
        intake.read_zones(given_zones(city(), replaced(3, square(1, 1))))


def test_a_repeated_name_is_said(city: Factory) -> None:
    frame = zones().assign(nom=["Sud-Ouest", "L’Île-Est", "Sud–Ouest", "Saint-Éloi"])
    _, _, faults = intake.read_zones(given_zones(city(), frame))
    assert faults[["source_row", "code", "value"]].to_numpy().tolist() == [
        [4, "zone_name_repeated", "Sud–Ouest"]
    ]


def test_zones_in_two_units_are_refused_by_name(city: Factory) -> None:
    degrees = shapely.box(-73.6, 45.5, -73.5, 45.6)
    with pytest.raises(InputError, match="in another unit than the rest: Sud–Ouest"):
        intake.read_zones(given_zones(city(), replaced(2, degrees)))


def test_a_join_says_what_the_zones_are(tmp_path: Path) -> None:
    frame = replaced(0, shapely.box(EAST, NORTH + 1000, EAST + 1100, NORTH + 2000))
    frame.to_file(tmp_path / "zones.gpkg")
    (tmp_path / "p.csv").write_text(f"x,y\n{EAST + 1050},{NORTH + 1500}\n")
    joined = join_files(tmp_path / "p.csv", tmp_path / "zones.gpkg", crs="EPSG:32188")
    assert joined.counts["ambiguous"] == 1
    said = [str(note) for note in joined.notes]
    assert (
        "Zones that overlap, the first one counts: Le Nord-Ouest / L’Île-Est (100\u00a0000\u00a0m²)." in said
    )


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "mended", "largest"),
    [
        ("quartiers_reference_habitation.geojson", 6, "Saint-Henri / Upper Lachine"),
        ("quartiers_sociologiques_latin1_raw.json", 1, "Centre-Sud / Faubourg Saint-Laurent"),
        ("quartiers_sociologiques_2014.geojson", 1, "Centre-Sud / Faubourg Saint-Laurent"),
        ("limadmin.geojson", 0, ""),
        ("boroughs19_2022.geojson", 0, ""),
    ],
)
def test_real_boundaries_join(shared_data: Path, file: str, mended: int, largest: str) -> None:
    joined = join_files(
        shared_data / "places" / "community_places.geojson", shared_data / "boundaries" / file
    )
    assert sum(joined.counts.values()) == len(joined.frame) == 395
    facts = {note.template: dict(note.facts) for note in joined.notes}
    count = facts.get("Zones: outlines that crossed themselves and were mended: {count}.", {"count": 0})
    assert count["count"] == mended
    overlap = facts.get("Zones that overlap, the first one counts: {zones}.", {"zones": ""})
    assert str(overlap["zones"]).startswith(largest)
    assert bool(overlap["zones"]) == bool(largest)
