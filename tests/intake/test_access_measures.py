"""Every measure in batches: the numbers of the functions for all rows at once, straight or along streets."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geosocial import engine
from geosocial.cli import access_options
from geosocial.errors import GeosocialError, InputError, StudyError, UnknownCrsError
from geosocial.geo.pairs import Pairs, pairs_within
from geosocial.geo.walking import Walking
from geosocial.intake import access_measure, access_passes
from geosocial.intake.access_measure import MEASURES, reach_of
from geosocial.intake.stream_access import Accessed, stream_access
from geosocial.intake.streets import streets_of
from geosocial.measure import accessibility, decay
from geosocial.tables import FAULTS
from geosocial.tables.access import ACCESS_ZONES
from geosocial.tables.contract import check

Floats = NDArray[np.float64]
WEST, SOUTH = 300_000, 5_040_000
STANDARD = 500.0
OF_ALL = {
    "2sfca": accessibility.two_step_fca,
    "e2sfca": accessibility.two_step_fca,
    "3sfca": accessibility.three_step_fca,
    "m2sfca": accessibility.modified_two_step_fca,
    "bfca": accessibility.balanced_fca,
}
#: Settings of the command and the same decay in Python.
DECAYS: list[tuple[dict[str, Any], Any]] = [
    ({}, decay.stepwise([STANDARD / 3, STANDARD * 2 / 3, STANDARD])),
    ({"weights": (1.0, 0.5)}, decay.stepwise([STANDARD / 2, STANDARD], [1.0, 0.5])),
    ({"decay": "gaussian"}, decay.gaussian(STANDARD)),
    ({"decay": "exponential", "beta": 0.004}, decay.exponential(STANDARD, beta=0.004)),
    ({"decay": "power", "beta": 1.5, "least_m": 50}, decay.inverse_power(STANDARD, beta=1.5, least=50)),
    ({"decay": "linear"}, decay.linear(STANDARD)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two zones, thirty facilities, a grid of streets that leaves the east without any."""
    path = tmp_path_factory.mktemp("measures")
    boxes = [shapely.box(WEST + k * 1_000, SOUTH, WEST + k * 1_000 + 1_000, SOUTH + 1_500) for k in (0, 1)]
    gpd.GeoDataFrame({"num": ["A", "B"]}, geometry=boxes, crs=32188).to_file(path / "zones.gpkg")
    rng = np.random.default_rng(8)
    at: Any = shapely.points(rng.uniform([WEST, SOUTH], [WEST + 2_000, SOUTH + 1_500], (30, 2)))
    beds = rng.integers(0, 9, 30)
    gpd.GeoDataFrame({"beds": beds}, geometry=at, crs=32188).to_file(path / "facilities.gpkg")
    across = [[(WEST + x, SOUTH + y) for x in range(0, 1_601, 200)] for y in range(0, 1_501, 250)]
    along = [[(WEST + x, SOUTH + y) for y in range(0, 1_501, 250)] for x in range(0, 1_601, 200)]
    lines = [shapely.LineString(line) for line in (*across, *along)]
    gpd.GeoDataFrame(geometry=lines, crs=32188).to_file(path / "streets.gpkg")
    places(250).to_parquet(path / "places.parquet", row_group_size=40)
    return path


def places(rows: int, seed: int = 3) -> gpd.GeoDataFrame:
    """Return places of whole numbers of people, some without a position or a known number."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform([WEST - 300, SOUTH - 300], [WEST + 2_300, SOUTH + 1_800], (rows, 2)).round(2)
    points = np.array(shapely.points(xy), dtype=object)
    points[::29] = None
    people = rng.integers(0, 30, rows).astype(float)
    people[7::31] = np.nan
    return gpd.GeoDataFrame({"people": people}, geometry=points, crs=32188)


def ran(path: Path, out: Path, source: Path | None = None, **how: Any) -> Accessed:
    files = (source or path / "places.parquet", path / "facilities.gpkg", path / "zones.gpkg")
    given: dict[str, Any] = {"over": engine.threads, "standard_m": STANDARD, "piece_rows": 40}
    return stream_access(*files, out, **{**given, "demand": "people", "supply": "beds", **how})


def rows_of(out: Path) -> pd.DataFrame:
    parts = [pq.read_table(p).to_pandas() for p in sorted((out / "places.parquet").glob("part-*"))]
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


def sides(path: Path) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Return x, y and people of the places, x, y and beds of the facilities."""
    demand, facilities = gpd.read_parquet(path / "places.parquet"), gpd.read_file(path / "facilities.gpkg")
    people = np.nan_to_num(demand["people"].to_numpy())
    return (
        demand.geometry.x.to_numpy(),
        demand.geometry.y.to_numpy(),
        people,
        facilities.geometry.x.to_numpy(),
        facilities.geometry.y.to_numpy(),
        facilities["beds"].to_numpy(float),
    )


def in_memory(pairs: Pairs, measure: str, people: Floats, beds: Floats, f: Any) -> Floats:
    """Return the accessibility by the function for all rows at once."""
    costs = csr_array((pairs.data, pairs.indices, pairs.indptr), shape=pairs.shape)
    if measure == "cumulative":
        return accessibility.cumulative(costs, beds, standard=STANDARD)
    if measure == "gravity":
        return accessibility.gravity(costs, beds, decay=f)
    function = OF_ALL[measure]
    return function(costs, people, beds, standard=STANDARD, decay=None if measure == "2sfca" else f)


@pytest.mark.parametrize("measure", [m for m in MEASURES if m != "nearest"])
@pytest.mark.parametrize("setting", DECAYS, ids=lambda s: "-".join(map(str, s[0].values())) or "luo-qi")
def test_each_measure_is_that_of_all_rows_at_once(
    folder: Path, tmp_path: Path, measure: str, setting: tuple[dict[str, Any], Any]
) -> None:
    how, f = setting
    if measure in {"2sfca", "cumulative"} and how:
        return  # these have no decay
    made = ran(folder, tmp_path, measure=measure, **how)
    x, y, people, fx, fy, beds = sides(folder)
    pairs = pairs_within(x, y, fx, fy, reach=STANDARD, detour=1)
    expected = in_memory(pairs, measure, people, beds, f)
    here = np.isfinite(x)
    found = rows_of(tmp_path)["accessibility"].to_numpy()
    assert np.isnan(found[~here]).all()
    assert (expected > 0).sum() > 100
    np.testing.assert_allclose(found[here], expected[here], rtol=1e-12)
    # In steps of a half, sums of whole numbers of people are exact; in shares they are not.
    shares = measure in {"3sfca", "bfca"}
    if measure in {"2sfca", "cumulative"} or (how == {"weights": (1.0, 0.5)} and not shares):
        np.testing.assert_array_equal(found[here], expected[here])
    inside = (x >= WEST) & (x < WEST + 1_000) & (y >= SOUTH) & (y <= SOUTH + 1_500)
    near = (x >= WEST - 250) & (x < WEST + 1_000) & (y >= SOUTH - 250) & (y <= SOUTH + 1_750)
    zone = made.zones.iloc[0]
    assert inside.sum() <= zone["places"] <= near.sum()


def test_balanced_and_three_steps_by_their_formulas(folder: Path, tmp_path: Path) -> None:
    x, y, people, fx, fy, beds = sides(folder)
    cost = np.hypot(x[:, None] - fx, y[:, None] - fy)
    w = np.where(cost <= STANDARD, 1 - cost / STANDARD, 0.0)  # NaN is not within

    def shares(by: Floats) -> Floats:
        return np.divide(w, by, out=np.zeros_like(w), where=by > 0)

    by_row, by_column = shares(w.sum(axis=1, keepdims=True)), shares(w.sum(axis=0, keepdims=True))
    for measure, u, v in (("bfca", by_row, by_column), ("3sfca", by_row * w, by_row * w)):
        made = ran(folder, tmp_path / measure, measure=measure, decay="linear")
        reached = (u * people[:, None]).sum(axis=0)
        shared = np.divide(beds, reached, out=np.zeros_like(beds), where=reached > 0)
        found = rows_of(tmp_path / measure)["accessibility"].to_numpy()
        np.testing.assert_allclose(found[np.isfinite(x)], (v @ shared)[np.isfinite(x)], rtol=1e-12)
        np.testing.assert_allclose(made.facilities["demand_in_reach"], reached, rtol=1e-12)


def test_the_nearest_alone(folder: Path, tmp_path: Path) -> None:
    made = ran(folder, tmp_path, measure="nearest")
    x, y, people, fx, fy, _ = sides(folder)
    cost = np.hypot(x[:, None] - fx, y[:, None] - fy)
    nearest = np.where(cost.min(axis=1) <= STANDARD, cost.min(axis=1), np.nan)
    found = rows_of(tmp_path)
    assert "accessibility" not in found
    np.testing.assert_array_equal(found["nearest_m"], nearest)
    assert not (tmp_path / "catchments.parquet").exists(), "one pass does"
    assert "demand_in_reach" not in made.facilities
    assert list(made.zones) == [name for name in ACCESS_ZONES.columns if name != "accessibility"]
    way = made.zones["nearest_m"] * made.zones["covered"]
    covered = np.isfinite(nearest)
    assert way.sum() == pytest.approx((people * np.nan_to_num(nearest)).sum(), rel=1e-12)
    assert made.zones["covered"].sum() == people[covered].sum()


@settings(max_examples=5, deadline=None)
@given(
    measure=st.sampled_from(MEASURES),
    group=st.integers(20, 250),
    piece=st.integers(20, 250),
    batch=st.integers(5, 60),
    pairs=st.integers(1, 300),
    workers=st.integers(1, 3),
    streets=st.booleans(),
)
def test_no_partition_shows_in_a_byte(
    folder: Path, *, measure: str, group: int, piece: int, batch: int, pairs: int, workers: int, streets: bool
) -> None:
    # Decimal weights and batches smaller than the number of facilities: sums in another order would differ.
    how: dict[str, Any] = {"measure": measure, "streets": folder / "streets.gpkg" if streets else None}
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        path = Path(scratch)
        whole = gpd.read_parquet(folder / "places.parquet")
        whole.to_parquet(path / "one.parquet")
        whole.to_parquet(path / "many.parquet", row_group_size=group)
        one = ran(folder, path / "out1", path / "one.parquet", **how, piece_rows=None)
        patch.setattr(access_passes, "BATCH", batch)
        patch.setattr(access_passes, "_PAIRS", pairs)
        patch.setattr(access_passes, "_FIRST", 16)
        many = ran(
            folder,
            path / "out2",
            path / "many.parquet",
            **how,
            piece_rows=piece,
            over=lambda work, pieces: engine.threads(work, pieces, workers),
        )
        for name in ("zones", "facilities", "faults"):
            first, second = (
                getattr(made, name).drop(columns="source_file", errors="ignore") for made in (one, many)
            )
            pd.testing.assert_frame_equal(first, second, check_exact=True)
        pd.testing.assert_frame_equal(rows_of(path / "out1"), rows_of(path / "out2"), check_exact=True)
        if measure != "nearest":
            check(one.zones, ACCESS_ZONES)
        check(one.faults, FAULTS)


def test_along_streets_with_what_is_far_from_them(folder: Path, tmp_path: Path) -> None:
    made = ran(
        folder, tmp_path, measure="bfca", streets=folder / "streets.gpkg", streets_snap_m=200, detour=1.3
    )
    x, y, people, fx, fy, beds = sides(folder)
    network, _ = streets_of(folder / "streets.gpkg", 32188)
    node, leg = network.snap(x, y, 200)
    ways = Walking(network, x, y, node, leg, 200, 1.3)
    pairs = ways.pairs(fx, fy, reach=STANDARD)
    expected = in_memory(pairs, "bfca", people, beds, DECAYS[0][1])
    here = np.isfinite(x)
    found = rows_of(tmp_path)
    np.testing.assert_allclose(found["accessibility"].to_numpy()[here], expected[here], rtol=1e-12)
    np.testing.assert_array_equal(found["street_m"], np.where(node >= 0, leg, np.nan))
    times = np.diff(pairs.indptr)
    assert found["facilities_in_reach"][here].tolist() == times[here].tolist()
    # Every place far from all streets is listed with its row (after the header) and reason; facilities too.
    off = np.flatnonzero(ways.far)
    assert (made.off_streets, len(off) > 10) == (len(off), True)
    told = made.faults[made.faults["code"] == "far_from_street"]
    of_places = told[told["source"] == "demand"]
    assert of_places["source_row"].tolist() == (off + 2).tolist()
    assert of_places["value"].tolist() == [f"{x[k]:.0f}, {y[k]:.0f}" for k in off]
    beyond = np.flatnonzero(network.snap(fx, fy, 200)[0] < 0)
    assert told.loc[told["source"] == "facilities", "source_row"].tolist() == (beyond + 2).tolist()
    lost = made.faults[made.faults["action"] == "unlocated"]
    assert lost["source_row"].tolist() == (np.flatnonzero(~here) + 2).tolist()
    assert set(lost["code"]) == {"no_geometry"}


def test_a_graph_needs_its_system_named_once(folder: Path, tmp_path: Path) -> None:
    graph = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="x" for="node" attr.name="x" '
        'attr.type="double"/><key id="y" for="node" attr.name="y" attr.type="double"/>'
        '<key id="l" for="edge" attr.name="length" attr.type="double"/><graph edgedefault="undirected">'
        f'<node id="a"><data key="x">{WEST}</data><data key="y">{SOUTH}</data></node>'
        f'<node id="b"><data key="x">{WEST + 400}</data><data key="y">{SOUTH}</data></node>'
        '<edge source="a" target="b"><data key="l">450</data></edge></graph></graphml>'
    )
    (tmp_path / "streets.graphml").write_text(graph)
    with pytest.raises(UnknownCrsError, match="--crs EPSG:4326"):
        ran(folder, tmp_path / "out", streets=tmp_path / "streets.graphml")
    made = ran(folder, tmp_path / "out", streets=tmp_path / "streets.graphml", crs="EPSG:32188")
    assert made.off_streets > 0


@pytest.mark.parametrize("form", ["gpkg", "xlsx", "csv", "parquet"])
def test_all_places_at_once_from_any_file(folder: Path, tmp_path: Path, form: str) -> None:
    one = ran(folder, tmp_path / "one", measure="3sfca", piece_rows=None)
    demand = gpd.read_parquet(folder / "places.parquet")
    file = tmp_path / f"places.{form}"
    table = pd.DataFrame({"people": demand["people"], "x": demand.geometry.x, "y": demand.geometry.y})
    if form == "gpkg":
        demand.to_file(file)
    elif form == "xlsx":
        table.to_excel(file, index=False)
    elif form == "csv":
        table.to_csv(file, index=False)
    else:
        demand.to_parquet(file)
    crs = "EPSG:32188" if form in {"xlsx", "csv"} else None
    two = ran(folder, tmp_path / "two", file, measure="3sfca", whole=True, crs=crs)
    pd.testing.assert_frame_equal(one.zones, two.zones, check_exact=True)
    pd.testing.assert_frame_equal(one.facilities, two.facilities, check_exact=True)
    first, second = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    for name in ("zone_id", "facilities_in_reach", "nearest_m", "accessibility"):
        np.testing.assert_array_equal(first[name], second[name])
    assert two.unlocated == one.unlocated
    lost = np.flatnonzero(demand.geometry.isna()) + 2
    assert two.faults.loc[two.faults["action"] == "unlocated", "source_row"].tolist() == lost.tolist()
    assert two.faults["source"].unique().tolist() == ["demand"]
    check(two.faults, FAULTS)


def test_facilities_may_be_shapes(folder: Path, tmp_path: Path) -> None:
    points = gpd.read_file(folder / "facilities.gpkg")
    several = points.set_geometry(shapely.multipoints([[p] for p in points.geometry])).set_crs(32188)
    several.to_file(tmp_path / "facilities.gpkg")
    files = (folder / "places.parquet", tmp_path / "facilities.gpkg", folder / "zones.gpkg")
    how: dict[str, Any] = {"over": engine.threads, "standard_m": STANDARD, "demand": "people"}
    made = stream_access(*files, tmp_path / "out", supply="beds", **how)
    pd.testing.assert_frame_equal(made.zones, ran(folder, tmp_path / "one").zones)


def test_a_run_that_stopped_goes_on_along_streets(folder: Path, tmp_path: Path) -> None:
    how: dict[str, Any] = {"measure": "bfca", "decay": "gaussian", "streets": folder / "streets.gpkg"}
    whole = ran(folder, tmp_path / "whole", **how)
    calls = 0

    def stop(_: int, __: int | None) -> None:
        nonlocal calls
        calls += 1
        if calls == 7 + 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ran(folder, tmp_path / "out", **how, progress=stop)
    again = ran(folder, tmp_path / "out", **how)
    assert again.kept == 3
    for name in ("places.parquet", "catchments.parquet"):
        one, two = (
            {p.name: p.read_bytes() for p in (tmp_path / f / name).iterdir()} for f in ("whole", "out")
        )
        assert one == two
    pd.testing.assert_frame_equal(again.zones, whole.zones, check_exact=True)
    pd.testing.assert_frame_equal(again.faults, whole.faults)
    other = ran(folder, tmp_path / "out", **{**how, "measure": "m2sfca"})
    assert other.kept == 0, "another measure begins anew"


def test_the_options_are_those_of_the_measures() -> None:
    assert set(access_options.MEASURES) == set(access_measure.MEASURES)
    assert access_options.DECAYS == access_measure.DECAYS


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"measure": "raam"}, InputError, "“measure” is one of 2sfca, .* not “raam”"),
        ({"decay": "cubic"}, InputError, "“decay” is one of steps, .* not “cubic”"),
        ({"measure": "nearest", "weights": (1.0,)}, InputError, "nearest counts all that is within"),
        ({"measure": "2sfca", "decay": "linear"}, InputError, "takes no decay and no weights"),
        ({"decay": "linear", "weights": (1.0,)}, InputError, "Weights are those of steps: with “linear”"),
        ({"decay": "power"}, InputError, "exponential, power need “beta”"),
        ({"decay": "linear", "beta": 2.0}, InputError, "and no other takes it"),
        ({"decay": "exponential", "beta": 0.0}, InputError, "“beta” must be a number above 0, not 0.0"),
        ({"decay": "power", "beta": 1.0, "least_m": 0.0}, InputError, "“least” must be a number above 0"),
        ({"detour": 0.9}, StudyError, "at least 1"),
    ],
)
def test_what_does_not_go_together_is_refused(
    how: dict[str, Any], error: type[GeosocialError], said: str
) -> None:
    with pytest.raises(error, match=said):
        reach_of(STANDARD, **how)
