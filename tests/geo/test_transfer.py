"""Columns moved to zones: by hand, by properties, beside tobler, and against published populations."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError, StudyError, UnknownCrsError
from geosocial.geo import Transfer, transfer
from geosocial.geo.interpolate import areal_weights, intensive, overlap_areas, share_known
from geosocial.geo.transfer import METHODS

LEFT, RIGHT = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)


def layer(shapes: list[Any], crs: int | None = 32188, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def zones(*shapes: Any, crs: int = 32188) -> gpd.GeoDataFrame:
    return layer(list(shapes), crs, zone_id=[f"Z{k}" for k in range(len(shapes))])


#: One in the left; one with 2 of its 5 m² in the left and 3 in the right; one with 5 of 10 m² in the right.
SOURCES = [shapely.box(2, 2, 4, 4), shapely.box(8, 0, 13, 1), shapely.box(15, 5, 25, 6)]


def figures(result: Transfer, column: str) -> list[float]:
    return list(result.table[column])


def test_by_hand() -> None:
    areas = layer(SOURCES, people=[40.0, 50.0, 80.0], rent=[500.0, 800.0, 1000.0])
    result = transfer(areas, zones(LEFT, RIGHT), extensive=["people"], intensive=["rent"])
    assert figures(result, "people") == pytest.approx([40 + 20, 30 + 40])
    # left: 4 m² at 500, 2 m² at 800; right: 3 m² at 800, 5 m² at 1000
    assert figures(result, "rent") == pytest.approx([(2000 + 1600) / 6, (2400 + 5000) / 8])
    assert figures(result, "covered") == pytest.approx([6 / 100, 8 / 100])
    assert figures(result, "people_known") == figures(result, "rent_known") == [1, 1]
    total = result.totals.set_index("column")
    assert list(total.loc["people", ["source", "zones"]]) == pytest.approx([170, 130])
    assert total.loc["people", "share_outside"] == pytest.approx(40 / 170)
    assert total.loc["rent", ["source", "zones", "share_outside"]].isna().all()
    assert result.rows["outcome"].tolist() == ["whole", "split", "partly_outside"]
    assert result.rows["zones"].tolist() == [1, 2, 1]
    assert result.rows["share_inside"].tolist() == pytest.approx([1, 1, 0.5])


def test_suppressed_is_not_zero() -> None:
    areas = layer(SOURCES, people=[40.0, np.nan, 80.0], rent=[np.nan, 800.0, np.nan])
    far = shapely.box(90, 90, 99, 99)
    result = transfer(areas, zones(LEFT, RIGHT, far), extensive=["people"], intensive=["rent"])
    # the sum over the known, and how much of the overlapped ground they are
    np.testing.assert_allclose(figures(result, "people"), [40, 40, np.nan])
    np.testing.assert_allclose(figures(result, "people_known"), [4 / 6, 5 / 8, np.nan])
    np.testing.assert_allclose(figures(result, "rent"), [800, 800, np.nan])
    np.testing.assert_allclose(figures(result, "rent_known"), [2 / 6, 3 / 8, np.nan])
    assert result.totals["suppressed"].tolist() == [1, 2]
    assert result.totals["share_outside"][0] == pytest.approx(40 / 120)  # of what is known
    alone = transfer(areas.iloc[[1]], zones(LEFT, RIGHT), extensive=["people"])
    assert np.isnan(figures(alone, "people")).all()
    assert alone.totals[["source", "zones", "share_outside"]].isna().all(axis=None)


def test_whole_rows_to_one_zone() -> None:
    areas = layer(SOURCES, people=[40, 50, 80], rent=[500, 800, 1000])
    by = {
        method: transfer(areas, zones(LEFT, RIGHT), extensive=["people"], intensive=["rent"], method=method)
        for method in ("largest_overlap", "points")
    }
    # the second has most in the right, and its middle (10.5, 0.5) too; that of the third, (20, 5.5), is on
    # the edge of the right
    for result in by.values():
        assert figures(result, "people") == [40, 130]
        assert figures(result, "rent") == pytest.approx([500, (800 * 5 + 1000 * 10) / 15])
        assert result.totals["share_outside"][0] == 0
    moved = areas.assign(geometry=[*SOURCES[:2], shapely.box(16, 5, 26, 6)])
    result = transfer(moved, zones(LEFT, RIGHT), extensive=["people"], method="points")
    assert figures(result, "people") == [40, 50]
    assert result.rows["outcome"].tolist() == ["whole", "whole", "outside"]


def test_points_go_to_the_first_zone_that_covers_them() -> None:
    spots = [shapely.Point(5, 5), shapely.Point(10, 5), shapely.Point(15, 5), shapely.Point(50, 5), None]
    homes = layer(spots, people=[1, 2, 4, 8, 16], rent=[10.0, 20.0, 40.0, 80.0, 160.0])
    result = transfer(homes, zones(LEFT, RIGHT), extensive=["people"], intensive=["rent"], method="points")
    assert figures(result, "people") == [3, 4]
    assert figures(result, "rent") == [15, 40]
    assert np.isnan(figures(result, "covered")).all()
    assert result.totals["share_outside"][0] == pytest.approx(24 / 31)
    assert result.rows["outcome"].tolist() == ["whole", "whole", "whole", "outside", "no_area"]


def test_where_people_live_by_hand() -> None:
    strip = [shapely.box(5, 0, 15, 2), shapely.box(5, 4, 15, 6)]
    areas = layer(strip, people=[100, 60], rent=[500.0, 900.0])
    built = [shapely.box(5, 0, 7, 1), shapely.box(6, 0, 7, 2), shapely.box(12, 0, 13, 1)]
    # left: 2 + 2 − 1 that both share = 3 m², right: 1 m²; nobody is known to live in the second
    result = transfer(
        areas,
        zones(LEFT, RIGHT),
        extensive=["people"],
        intensive=["rent"],
        method="dasymetric",
        ancillary=layer(built),
    )
    assert figures(result, "people") == pytest.approx([75 + 30, 25 + 30])
    assert result.rows["by_area"].tolist() == [False, True]
    assert figures(result, "rent") == [500, 500], "nobody lives in the second: its rate weighs nothing"
    homes = layer([shapely.Point(6, 1), shapely.Point(14, 1), shapely.Point(14, 5)], homes=[9, 1, 5])
    for weight, first in ((None, [50, 50]), ("homes", [90, 10])):
        result = transfer(
            areas,
            zones(LEFT, RIGHT),
            extensive=["people"],
            intensive=["rent"],
            method="dasymetric",
            ancillary=homes,
            ancillary_weight=weight,
        )
        assert figures(result, "people") == pytest.approx([first[0], first[1] + 60])
        n = (1, 1) if weight is None else (1, 5)
        assert figures(result, "rent") == pytest.approx([500, (n[0] * 500 + n[1] * 900) / sum(n)])
    blocks = layer([shapely.box(5, 0, 10, 2), shapely.box(10, 0, 20, 2)], homes=[30, 20])
    result = transfer(
        areas.iloc[[0]],
        zones(LEFT, RIGHT),
        extensive=["people"],
        method="dasymetric",
        ancillary=blocks,
        ancillary_weight="homes",
    )
    assert figures(result, "people") == pytest.approx([75, 25])  # 30 homes, and half of 20


def test_a_zone_where_nobody_lives_has_0_and_not_nothing() -> None:
    areas = layer([shapely.box(5, 0, 15, 2)], people=[100], rent=[7.0])
    result = transfer(
        areas,
        zones(LEFT, RIGHT, shapely.box(90, 0, 99, 9)),
        extensive=["people"],
        intensive=["rent"],
        method="dasymetric",
        ancillary=layer([shapely.Point(6, 1)]),
    )
    np.testing.assert_array_equal(figures(result, "people"), [100, 0, np.nan])
    # a rate there is that of the ground
    np.testing.assert_array_equal(figures(result, "rent"), [7, 7, np.nan])
    assert result.rows["zones"].tolist() == [1]


def test_zones_that_overlap_count_twice_and_it_is_said() -> None:
    result = transfer(layer([LEFT], people=[10]), zones(LEFT, shapely.box(0, 0, 5, 10)), extensive=["people"])
    assert figures(result, "people") == [10, 5]
    assert result.rows["outcome"].tolist() == ["counted_twice"]
    assert result.totals["share_outside"][0] == pytest.approx(-0.5)


def test_what_is_refused() -> None:
    good, targets = layer([LEFT], people=[1.0]), zones(LEFT)
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])

    def refused(match: str, *args: Any, **options: Any) -> None:
        with pytest.raises(InputError, match=match):
            transfer(*args, **{"extensive": ["people"], **options})

    with pytest.raises(UnknownCrsError, match="The layer does not say"):
        transfer(layer([LEFT], None, people=[1]), targets, extensive=["people"])
    with pytest.raises(StudyError, match="does not measure in metres"):
        transfer(layer([LEFT], 4326, people=[1]), zones(LEFT, crs=4326), extensive=["people"])
    refused(r"The layer is in EPSG:2950 .* the zones in EPSG:32188", layer([LEFT], 2950, people=[1]), targets)
    refused("Invalid zones: Z0", good, zones(bow_tie))
    refused(r"Geometry 1 is invalid at \[5 5\]", layer([bow_tie], people=[1]), targets)
    refused("Row 2 of the layer is not a polygon", layer([LEFT, shapely.Point(1, 1)], people=[1, 1]), targets)
    refused("Row 1 of the layer is not a polygon", layer([shapely.Point(1, 1)], people=[1]), targets)
    refused("no column “dogs”; its columns are: people", good, targets, extensive=["dogs"])
    refused("“people” is asked for twice", good, targets, intensive=["people"])
    refused("“covered” is asked for twice", good.assign(covered=1), targets, extensive=["covered"])
    refused("Row 1 holds a negative count", layer([LEFT], people=[-1]), targets)
    refused("Row 2 holds no finite number", layer([LEFT, RIGHT], people=[1, np.inf]), targets)
    refused("Row 1 holds no finite number", layer([LEFT], people=["many"]), targets)
    refused("“volume” is no method", good, targets, method="volume")
    refused("goes with the method “dasymetric”", good, targets, method="dasymetric")
    refused("goes with the method “dasymetric”", good, targets, ancillary=good)
    where: dict[str, Any] = {"method": "dasymetric"}
    refused("ancillary layer is in EPSG:2950", good, targets, ancillary=layer([LEFT], 2950), **where)
    refused("no point and no polygon", good, targets, ancillary=layer([None]), **where)
    mixed = layer([shapely.Point(1, 1), LEFT])
    refused("neither points only nor polygons only: see row 1", good, targets, ancillary=mixed, **where)
    odd = layer([shapely.Point(1, 1), shapely.Point(2, 2)], homes=[1, np.nan])
    refused("weight of row 2 .* is missing", good, targets, ancillary=odd, ancillary_weight="homes", **where)


def test_nothing_given_is_changed() -> None:
    areas = layer(SOURCES, people=[40.0, 50.0, 80.0]).set_index(pd.Index(["a", "b", "c"]))
    before = areas.copy()
    result = transfer(areas, zones(LEFT, RIGHT), extensive=["people"])
    pd.testing.assert_frame_equal(areas, before)
    assert result.rows.index.tolist() == ["a", "b", "c"]


def test_the_pieces_of_the_library() -> None:
    areas = overlap_areas(SOURCES, [LEFT, RIGHT])
    np.testing.assert_allclose(areas.toarray(), [[4, 0], [2, 3], [0, 5]])
    np.testing.assert_allclose(
        areas.toarray() / shapely.area(SOURCES)[:, None], areal_weights(SOURCES, [LEFT, RIGHT]).toarray()
    )
    np.testing.assert_allclose(intensive([1, 7, np.nan], areas), [3, 7])
    np.testing.assert_allclose(share_known([1, 7, np.nan], areas), [1, 3 / 8])


# Properties.

cuts = st.lists(st.floats(1, 99), min_size=0, max_size=6, unique=True)


def tiling(x: list[float], y: list[float]) -> list[Any]:
    xs, ys = sorted({0.0, *x, 100.0}), sorted({0.0, *y, 100.0})
    return [shapely.box(a, c, b, d) for a, b in itertools.pairwise(xs) for c, d in itertools.pairwise(ys)]


@st.composite
def cities(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    sources, targets = (tiling(draw(cuts), draw(cuts)) for _ in range(2))
    size = len(sources)
    people = draw(st.lists(st.floats(0, 1e6), min_size=size, max_size=size))
    rent = draw(st.lists(st.floats(-1e3, 1e3), min_size=size, max_size=size))
    return layer(sources, people=people, rent=rent), zones(*targets)


def homes() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(4)
    return layer(list(np.asarray(shapely.points(rng.uniform(0, 100, (60, 2))))), n=rng.integers(1, 40, 60))


def both(areas: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, method: Any, **more: Any) -> Transfer:
    if method == "dasymetric":
        more |= {"ancillary": more.pop("homes", homes()), "ancillary_weight": "n"}
    return transfer(areas, targets, extensive=["people"], intensive=["rent"], method=method, **more)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=20, deadline=None)
@given(city=cities())
def test_tilings_conserve_every_total(method: str, city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    areas, targets = city
    result = both(areas, targets, method)
    assert np.nansum(figures(result, "people")) == pytest.approx(areas["people"].sum(), rel=1e-9, abs=1e-9)
    assert result.rows["share_inside"].to_numpy() == pytest.approx(1, abs=1e-9)
    rent = np.array(figures(result, "rent"))
    rent = rent[~np.isnan(rent)]  # by whole rows a zone may get none
    assert ((rent >= areas["rent"].min() - 1e-6) & (rent <= areas["rent"].max() + 1e-6)).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=12, deadline=None)
@given(city=cities(), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(
    method: str, city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], seed: int
) -> None:
    areas, targets = city
    order = np.random.default_rng(seed).permutation(len(areas))
    one, other = both(areas, targets, method), both(areas.iloc[order], targets, method)
    for column in ("people", "rent", "people_known"):
        np.testing.assert_allclose(figures(one, column), figures(other, column), rtol=1e-9, atol=1e-6)
    assert one.rows.loc[order, "outcome"].tolist() == other.rows["outcome"].tolist()


@pytest.mark.parametrize("method", ["area", "dasymetric"])
@settings(max_examples=12, deadline=None)
@given(city=cities(), at=st.floats(1, 99))
def test_a_zone_split_in_two_keeps_its_sum(
    method: str, city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], at: float
) -> None:
    areas, targets = city
    left = list(shapely.intersection(targets.geometry.values, shapely.box(0, 0, at, 100)))
    right = list(shapely.intersection(targets.geometry.values, shapely.box(at, 0, 100, 100)))
    halves = zones(*(g if g.area else shapely.Polygon() for g in (*left, *right)))
    whole = np.array(figures(both(areas, targets, method), "people"))
    parts = np.nan_to_num(figures(both(areas, halves, method), "people")).reshape(2, -1).sum(axis=0)
    np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8, deadline=None)
@given(city=cities(), factor=st.sampled_from([0.5, 4.0, 1024.0]))
def test_scale_of_ground_and_of_figures(
    method: str, city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], factor: float
) -> None:
    areas, targets = city

    def scaled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry(frame.geometry.scale(factor, factor, origin=(0, 0)))

    before = both(areas, targets, method)
    after = both(
        scaled(areas.assign(people=areas["people"] * factor)),
        scaled(targets),
        method,
        **({"homes": scaled(homes())} if method == "dasymetric" else {}),
    )
    np.testing.assert_allclose(
        np.array(figures(before, "people")) * factor, figures(after, "people"), rtol=1e-9, atol=1e-6
    )
    np.testing.assert_allclose(figures(before, "rent"), figures(after, "rent"), rtol=1e-9, atol=1e-6)


def test_the_projection_hardly_matters() -> None:
    areas = layer(tiling([30, 55], [20, 70]), people=[5, 1, 9, 3, 7, 2, 8, 4, 6], rent=range(9))
    here = [shapely.affinity.translate(g, 299_000, 5_040_000) for g in areas.geometry]
    areas = areas.set_geometry(gpd.GeoSeries(here, crs=32188))
    targets = zones(*(shapely.affinity.translate(g, 299_000, 5_040_000) for g in (*tiling([45], []),)))
    mtm = both(areas, targets, "area")
    utm = both(areas.to_crs(32618), targets.to_crs(32618), "area")
    for column in ("people", "rent"):
        np.testing.assert_allclose(figures(mtm, column), figures(utm, column), rtol=1e-4)


# Oracle: tobler, in a process of its own, for it warns.

#: tobler keeps its table of overlaps in single precision.
SINGLE = 2e-7
TOBLER = """
import json, sys, warnings
warnings.simplefilter("ignore")
import geopandas as gpd
from tobler.area_weighted import area_interpolate
areas, zones = gpd.read_parquet(sys.argv[1]), gpd.read_parquet(sys.argv[2])
names = json.loads(sys.argv[3])
found = area_interpolate(areas, zones, extensive_variables=names["extensive"],
    intensive_variables=names["intensive"], allocate_total=False)
print(json.dumps({name: found[name].tolist() for name in sum(names.values(), [])}))
"""


def tobler(folder: Path, areas: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, **names: list[str]) -> Any:
    paths = [folder / "areas.parquet", folder / "zones.parquet"]
    areas.to_parquet(paths[0])
    targets.to_parquet(paths[1])
    done = subprocess.run(
        [sys.executable, "-c", TOBLER, *map(str, paths), json.dumps(names)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_equal_to_tobler(tmp_path: Path, districts: gpd.GeoDataFrame) -> None:
    west, south, east, north = districts.total_bounds
    grid = [
        shapely.box(x, y, x + 1500, y + 1500)
        for x in np.arange(west, east, 1500)
        for y in np.arange(south, north, 1500)
    ]
    rng = np.random.default_rng(7)
    cells = layer(
        grid, people=rng.integers(0, 5000, len(grid)).astype(float), rent=rng.uniform(5, 9, len(grid))
    )
    ours = transfer(cells, districts, extensive=["people"], intensive=["rent"])
    theirs = tobler(tmp_path, cells, districts, extensive=["people"], intensive=["rent"])
    np.testing.assert_allclose(figures(ours, "people"), theirs["people"], rtol=SINGLE)
    # tobler divides by the area of the zone that the sources overlap: the same where they tile it
    np.testing.assert_allclose(figures(ours, "rent"), theirs["rent"], rtol=SINGLE)


def test_equal_to_an_overlay(districts: gpd.GeoDataFrame) -> None:
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(8)
    spots = list(np.asarray(shapely.points(rng.uniform((west, south), (east, north), (150, 2)))))
    discs = layer(
        [
            shapely.buffer(spot, radius)
            for spot, radius in zip(spots, rng.uniform(100, 3000, 150), strict=True)
        ],
        people=rng.integers(0, 5000, 150).astype(float),
        rent=rng.uniform(5, 9, 150),
    )
    ours = transfer(discs, districts, extensive=["people"], intensive=["rent"])
    cut = discs.assign(whole=discs.area).overlay(districts[["zone_id", "geometry"]], keep_geom_type=True)
    cut["part"] = cut["people"] * cut.area / cut["whole"]
    cut["ground"], cut["rated"] = cut.area, cut["rent"] * cut.area
    summed = cut.groupby("zone_id")[["part", "ground", "rated"]].sum().reindex(districts["zone_id"])
    np.testing.assert_allclose(figures(ours, "people"), summed["part"], rtol=1e-9)
    np.testing.assert_allclose(figures(ours, "rent"), summed["rated"] / summed["ground"], rtol=1e-9)


def test_masked_by_the_inhabited_equals_tobler_on_sources_clipped_to_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    sources = tiling([20, 45, 80], [30, 65])
    built = shapely.union_all(shapely.buffer(shapely.points(rng.uniform(0, 100, (40, 2))), 9))
    people = rng.integers(1, 900, len(sources)).astype(float)
    assert (shapely.area(shapely.intersection(sources, built)) > 0).all()
    targets = zones(*tiling([50], [50]))
    ours = transfer(
        layer(sources, people=people),
        targets,
        extensive=["people"],
        method="dasymetric",
        ancillary=layer([built]),
    )
    clipped = layer(list(shapely.intersection(sources, built)), people=people)
    theirs = tobler(tmp_path, clipped, targets, extensive=["people"], intensive=[])
    np.testing.assert_allclose(figures(ours, "people"), theirs["people"], rtol=SINGLE)


# Published figures.


@pytest.mark.real_data
def test_the_published_populations_of_montreal(shared_data: Path) -> None:
    areas = gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)
    towns = gpd.read_file(shared_data / "boundaries" / "limadmin.geojson").to_crs(32188)
    towns = towns[towns["TYPE"] == "Arrondissement"].rename(columns={"CODEMAMROT": "zone_id"})
    profile = pd.read_csv(shared_data / "census" / "borough_profile_2016.csv")
    published = {
        "".join(filter(str.isalpha, name)): people
        for name, people in profile[["borough", "official_pop2016"]].to_numpy()
    }
    people = np.array([published["".join(filter(str.isalpha, name))] for name in towns["NOM"]])
    whole = transfer(areas, towns, extensive=["pop2016"], method="largest_overlap")
    assert figures(whole, "pop2016") == people.tolist()
    assert whole.totals["share_outside"].tolist() == [0]
    divided = transfer(areas, towns, extensive=["pop2016"])
    worst = np.abs(np.array(figures(divided, "pop2016")) / people - 1).max()
    assert worst == pytest.approx(0.0084, abs=5e-5)
    total = divided.totals.iloc[0]
    assert total["source"] == 1_704_694
    assert total["zones"] == pytest.approx(1_704_694 * (1 - total["share_outside"]))
    assert 0 < total["share_outside"] < 0.0015
