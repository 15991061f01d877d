"""Measures in batches: the numbers of all rows at once, whatever the batches, the parts and the workers."""

from __future__ import annotations

import json
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

from geosocial import engine
from geosocial.errors import InputError, StudyError
from geosocial.geo.distance import within
from geosocial.intake import access_passes
from geosocial.intake.located import Located
from geosocial.intake.stream_access import Accessed, stream_access
from geosocial.io.partitions import MANIFEST
from geosocial.measure.accessibility import two_step_fca
from geosocial.measure.decay import stepwise
from tests.io.books import write_ods

Floats = NDArray[np.float64]
#: Two zones side by side; the places reach a kilometre beyond them.
BOXES = [
    shapely.box(300_000, 5_040_000, 301_000, 5_042_000),
    shapely.box(301_000, 5_040_000, 302_000, 5_042_000),
]
STANDARD, DETOUR = 500.0, 1.25


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zones, and fourteen facilities of which one has no position and one is out of everybody's reach."""
    path = tmp_path_factory.mktemp("access")
    gpd.GeoDataFrame({"num": ["A", "B"]}, geometry=BOXES, crs=32188).to_file(path / "zones.gpkg")
    rng = np.random.default_rng(4)
    xy = rng.uniform([300_000, 5_040_000], [302_000, 5_042_000], (12, 2))
    points: list[Any] = [shapely.Point(*at) for at in xy]
    points += [None, shapely.Point(305_000, 5_045_000)]
    facilities = gpd.GeoDataFrame({"places": rng.integers(1, 50, 14)}, geometry=points, crs=32188)
    facilities.to_file(path / "facilities.gpkg")
    return path


def demand(rows: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Return places with whole numbers of people; some have no position, some no known number."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform([299_000, 5_039_000], [303_000, 5_043_000], (rows, 2))
    points = np.array(shapely.points(xy), dtype=object)
    points[::17] = None
    people = rng.integers(0, 40, rows).astype(float)
    people[5::23] = np.nan
    return gpd.GeoDataFrame({"id": np.arange(rows), "people": people}, geometry=points, crs=32188)


def ran(path: Path, places: Path, out: Path, **how: Any) -> Accessed:
    given: dict[str, Any] = {
        "over": engine.threads,
        "standard_m": STANDARD,
        "detour": DETOUR,
        "demand": "people",
        "supply": "places",
        **how,
    }
    return stream_access(places, path / "facilities.gpkg", path / "zones.gpkg", out, **given)


def by_brute_force(
    path: Path, places: gpd.GeoDataFrame, steps: tuple[float, ...] = (1.0,)
) -> tuple[Floats, Floats, Floats, Floats]:
    """Every place against every facility: times in reach, nearest, accessibility, and demand of each."""
    facilities = gpd.read_file(path / "facilities.gpkg")
    x, y, fx, fy = (
        np.asarray(v)
        for v in (places.geometry.x, places.geometry.y, facilities.geometry.x, facilities.geometry.y)
    )
    cost = np.hypot(x[:, None] - fx, y[:, None] - fy) * DETOUR
    weight = np.zeros_like(cost)
    for k in range(len(steps), 0, -1):
        weight[cost <= STANDARD * k / len(steps)] = steps[k - 1]
    people = np.nan_to_num(places["people"].to_numpy())
    reached = (weight * people[:, None]).sum(axis=0)
    ratio = np.array([s / d if d > 0 else 0.0 for s, d in zip(facilities["places"], reached, strict=True)])
    near = np.where(cost <= STANDARD, cost, np.inf)
    return (cost <= STANDARD).sum(axis=1), np.nanmin(near, axis=1), weight @ ratio, reached


def rows_of(out: Path) -> pd.DataFrame:
    parts = [pq.read_table(p).to_pandas() for p in sorted((out / "places.parquet").glob("part-*"))]
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


@pytest.mark.parametrize("steps", [(), (1.0, 0.68, 0.22)])
def test_every_place_and_zone_against_brute_force(
    folder: Path, tmp_path: Path, steps: tuple[float, ...]
) -> None:
    places = demand(900)
    places.to_parquet(tmp_path / "demand.parquet", row_group_size=100)
    made = ran(folder, tmp_path / "demand.parquet", tmp_path / "out", weights=steps, piece_rows=100)
    times, nearest, access, reached = by_brute_force(folder, places, steps or (1.0,))
    found = rows_of(tmp_path / "out")
    here = places.geometry.notna().to_numpy()
    assert found["id"].tolist() == list(range(900))
    assert found.loc[here, "facilities_in_reach"].tolist() == times[here].tolist()
    np.testing.assert_array_equal(
        found.loc[here, "nearest_m"], np.where(np.isfinite(nearest), nearest, np.nan)[here]
    )
    np.testing.assert_allclose(found.loc[here, "accessibility"], access[here], rtol=1e-12)
    assert found.loc[~here, ["facilities_in_reach", "nearest_m", "accessibility"]].isna().all(axis=None)
    np.testing.assert_allclose(made.facilities["demand_in_reach"], reached, rtol=1e-12)
    assert (reached[:12] > 0).all()
    assert reached[12:].tolist() == [0, 0]
    # Zones, by hand over their rectangles; within 250 m of one is in it, the rest is in none.
    people = np.nan_to_num(places["people"].to_numpy())
    apart = np.array([shapely.distance(places.geometry.to_numpy(), box) for box in BOXES])
    first = np.where(np.nanmin(apart, axis=0, initial=9e9) <= 250, apart.argmin(axis=0), 2)
    assert [*made.zones["zone_id"]] == ["A", "B", ""]
    for k in range(3):
        of = here & (first == k)
        row = made.zones.iloc[k]
        assert (row["places"], row["demand"]) == (of.sum(), people[of].sum())
        assert row["covered"] == people[of & (times >= 1)].sum()
        assert row["backed"] == people[of & (times >= 2)].sum()
        assert row["coverage"] == row["covered"] / row["demand"]
        assert row["accessibility"] == pytest.approx(
            (people * access)[of].sum() / people[of].sum(), rel=1e-12
        )
    assert (made.rows, made.unlocated) == (900, (~here).sum())
    assert made.zones["places"].sum() + made.unlocated == 900
    told = json.loads((tmp_path / "out" / "places.parquet" / MANIFEST).read_text(encoding="utf-8"))
    assert (told["complete"], told["rows"]) == (True, 900)


def test_the_numbers_are_those_of_the_measure_in_memory_bit_for_bit(folder: Path, tmp_path: Path) -> None:
    places = demand(700)
    places.to_parquet(tmp_path / "demand.parquet", row_group_size=64)
    facilities = gpd.read_file(folder / "facilities.gpkg")
    costs = within(
        places.geometry.x,
        places.geometry.y,
        facilities.geometry.x,
        facilities.geometry.y,
        standard_m=STANDARD,
        detour=DETOUR,
    )
    people = np.nan_to_num(places["people"].to_numpy())
    here = places.geometry.notna().to_numpy()
    for steps in ((), (1.0, 0.5)):
        decay = stepwise([STANDARD / 2, STANDARD], steps) if steps else None
        expected = two_step_fca(costs, people, facilities["places"], standard=STANDARD, decay=decay)
        out = tmp_path / f"out{len(steps)}"
        ran(folder, tmp_path / "demand.parquet", out, weights=steps, piece_rows=64)
        np.testing.assert_array_equal(rows_of(out)["accessibility"].to_numpy()[here], expected[here])


@settings(max_examples=6, deadline=None)
@given(
    group=st.integers(30, 400),
    piece=st.integers(20, 300),
    batch=st.integers(7, 200),
    pairs=st.integers(1, 500),
    workers=st.integers(1, 3),
)
def test_no_partition_shows(
    folder: Path, *, group: int, piece: int, batch: int, pairs: int, workers: int
) -> None:
    places = demand(300, seed=group)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        path = Path(name)
        places.to_parquet(path / "one.parquet")
        places.to_parquet(path / "many.parquet", row_group_size=group)
        one = ran(folder, path / "one.parquet", path / "out1")
        patch.setattr(access_passes, "BATCH", batch)
        patch.setattr(access_passes, "_PAIRS", pairs)
        patch.setattr(access_passes, "_FIRST", 32)
        many = ran(
            folder,
            path / "many.parquet",
            path / "out2",
            piece_rows=piece,
            over=lambda work, pieces: engine.threads(work, pieces, workers),
        )
        pd.testing.assert_frame_equal(rows_of(path / "out1"), rows_of(path / "out2"))
        pd.testing.assert_frame_equal(one.facilities, many.facilities)
        exact = ["zone_id", "places", "demand", "covered", "backed"]
        pd.testing.assert_frame_equal(one.zones[exact], many.zones[exact])
        np.testing.assert_allclose(one.zones["accessibility"], many.zones["accessibility"], rtol=1e-12)


def test_csv_and_columns_of_degrees(folder: Path, tmp_path: Path) -> None:
    places = demand(400)
    places.to_parquet(tmp_path / "demand.parquet")
    degrees = places.to_crs(4326)
    table = pd.DataFrame(
        {"id": places["id"], "lon": degrees.geometry.x, "lat": degrees.geometry.y, "people": places["people"]}
    )
    table.to_csv(tmp_path / "demand.csv", index=False)
    table.to_parquet(tmp_path / "plain.parquet", row_group_size=90)
    one = ran(folder, tmp_path / "demand.parquet", tmp_path / "one")
    for name in ("demand.csv", "plain.parquet"):
        two = ran(folder, tmp_path / name, tmp_path / name.replace(".", "_"), piece_rows=90)
        # A position has moved by a millionth of a millimetre: nobody changes sides in this draw.
        pd.testing.assert_frame_equal(one.zones, two.zones, rtol=1e-9)
        pd.testing.assert_frame_equal(one.facilities, two.facilities)
        found = rows_of(tmp_path / name.replace(".", "_"))
        assert found["id"].astype(int).tolist() == list(range(400))


def test_a_run_that_stopped_goes_on_in_either_pass(folder: Path, tmp_path: Path) -> None:
    demand(400).to_parquet(tmp_path / "demand.parquet", row_group_size=50)
    whole = ran(folder, tmp_path / "demand.parquet", tmp_path / "whole", piece_rows=50)
    for stop_at in (3, 8 + 5):
        out = tmp_path / f"out{stop_at}"
        calls = 0

        def stop(_: int, __: int | None) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_at:  # noqa: B023 - used within this turn
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ran(folder, tmp_path / "demand.parquet", out, piece_rows=50, progress=stop)
        again = ran(folder, tmp_path / "demand.parquet", out, piece_rows=50)
        assert again.kept == max(0, stop_at - 8)
        for name in ("places.parquet", "catchments.parquet"):
            one, two = (
                {p.name: p.read_bytes() for p in (f / name).iterdir()} for f in (tmp_path / "whole", out)
            )
            assert one == two
        pd.testing.assert_frame_equal(again.zones, whole.zones)


@pytest.mark.parametrize("told", ["box of each file", "covering", "GeoArrow", "columns"])
def test_pieces_beyond_reach_are_not_read_for_the_catchments(folder: Path, tmp_path: Path, told: str) -> None:
    rng = np.random.default_rng(6)
    source = tmp_path / "demand"
    source.mkdir()
    for k, west in enumerate((300_000, 305_500, 301_000)):  # the second lies far from all facilities
        xy = rng.uniform([west, 5_040_000], [west + 900, 5_042_000], (80, 2))
        frame = gpd.GeoDataFrame({"people": rng.integers(1, 9, 80)}, geometry=shapely.points(xy), crs=32188)
        if told == "columns":
            plain = pd.DataFrame({"people": frame["people"], "x": xy[:, 0], "y": xy[:, 1]})
            plain.to_parquet(source / f"{k}.parquet")
        elif told == "covering":
            frame.to_parquet(source / f"{k}.parquet", write_covering_bbox=True)
        else:
            encoding: Any = "geoarrow" if told == "GeoArrow" else "WKB"
            frame.to_parquet(source / f"{k}.parquet", geometry_encoding=encoding)
    crs = "EPSG:32188" if told == "columns" else None
    made = ran(folder, source, tmp_path / "out", crs=crs)
    assert (made.parts, made.far) == (3, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Located, "box", lambda *_: None)
        every = ran(folder, source, tmp_path / "every", crs=crs)
    assert every.far == 0
    pd.testing.assert_frame_equal(made.zones, every.zones)
    pd.testing.assert_frame_equal(made.facilities, every.facilities)
    assert made.zones["places"].tolist() == [80, 80, 80]


def test_without_columns_every_place_and_facility_counts_one(folder: Path, tmp_path: Path) -> None:
    demand(60).to_parquet(tmp_path / "demand.parquet")
    made = ran(folder, tmp_path / "demand.parquet", tmp_path / "out", demand=None, supply=None)
    assert made.zones["demand"].tolist() == made.zones["places"].tolist()
    reached = made.facilities["demand_in_reach"]
    np.testing.assert_allclose(made.facilities["supply_per_demand"][reached > 0], 1 / reached[reached > 0])


@pytest.mark.parametrize(
    "name",
    ["d.parquet", "plain.parquet", "d.gpkg", "d.geojson", "d.shp", "d.csv", "d.xlsx", "d.ods"],
)
def test_rows_are_counted_alike_in_every_format(folder: Path, tmp_path: Path, name: str) -> None:
    """As in a sheet with a header: the first row of the records is row 2, also where there is no header."""
    frame = demand(9)
    frame.loc[0, "geometry"] = frame.loc[1, "geometry"]
    frame["people"] = 1.0
    frame.loc[4, "people"] = -1.0
    path = tmp_path / name
    sheet = frame.drop(columns="geometry").assign(x=frame.geometry.x, y=frame.geometry.y)
    match name.rpartition(".")[2]:
        case "parquet" if name == "d.parquet":
            frame.to_parquet(path)
        case "parquet":
            sheet.to_parquet(path)
        case "csv":
            sheet.to_csv(path, index=False)
        case "xlsx":
            sheet.to_excel(path, index=False)
        case "ods":
            write_ods(path, [list(sheet.columns), *sheet.astype(str).to_numpy().tolist()])
        case _:
            frame.to_file(path)
    whole = name not in {"d.parquet", "plain.parquet"}
    with pytest.raises(InputError, match=r"row 6 holds a negative figure \(column “people”\)"):
        ran(folder, path, tmp_path / "out", crs="EPSG:32188", whole=whole)
    if name in {"d.parquet", "d.csv"}:
        with pytest.raises(InputError, match="row 6 holds a negative figure"):
            ran(folder, path, tmp_path / "out", crs="EPSG:32188", whole=name == "d.parquet")


def test_a_measure_of_one_pass_removes_the_catchments_of_an_earlier_one(folder: Path, tmp_path: Path) -> None:
    demand(60).to_parquet(tmp_path / "demand.parquet")
    out = tmp_path / "out"
    ran(folder, tmp_path / "demand.parquet", out)
    assert (out / "catchments.parquet" / MANIFEST).is_file()
    ran(folder, tmp_path / "demand.parquet", out, measure="cumulative")
    assert [path.name for path in out.iterdir()] == ["places.parquet"]
    # A folder that no measure has written, and what somebody has put beside the parts, stay.
    ran(folder, tmp_path / "demand.parquet", out)
    (out / "catchments.parquet" / "mine.txt").write_text("mine", encoding="utf-8")
    ran(folder, tmp_path / "demand.parquet", out, measure="cumulative")
    assert [path.name for path in (out / "catchments.parquet").iterdir()] == ["mine.txt"]
    ran(folder, tmp_path / "demand.parquet", out, measure="cumulative")
    assert [path.name for path in (out / "catchments.parquet").iterdir()] == ["mine.txt"]


def test_of_a_folder_each_row_is_told_with_its_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for k, name in enumerate("ab"):
        demand(18, seed=k).to_parquet(tmp_path / "parts" / f"{name}.parquet")
    made = ran(folder, tmp_path / "parts", tmp_path / "out")
    lost = made.faults[(made.faults["code"] == "no_geometry") & (made.faults["source"] == "demand")]
    told = zip(lost["source_file"].map(lambda f: Path(f).name), lost["source_row"], strict=True)
    # the first and the eighteenth of each file have no position, as `demand` makes them
    assert [*told] == [("a.parquet", 2), ("a.parquet", 19), ("b.parquet", 2), ("b.parquet", 19)]


def test_what_cannot_be_done_is_refused_in_a_line(folder: Path, tmp_path: Path) -> None:
    places = demand(50)
    places.loc[33, "people"] = -4.0
    places.to_parquet(tmp_path / "demand.parquet", row_group_size=20)
    with pytest.raises(InputError, match=r"row 35 holds a negative figure \(column “people”\)"):
        ran(folder, tmp_path / "demand.parquet", tmp_path / "out")
    with pytest.raises(InputError, match="column “personnes” not found"):
        ran(folder, tmp_path / "demand.parquet", tmp_path / "out", demand="personnes")
    with pytest.raises(StudyError, match="above 0"):
        ran(folder, tmp_path / "demand.parquet", tmp_path / "out", standard_m=0)
    with pytest.raises(StudyError, match="at least 1"):
        ran(folder, tmp_path / "demand.parquet", tmp_path / "out", detour=0.5)
    few = gpd.read_file(folder / "facilities.gpkg").assign(places=[1, -2, *[3] * 12])
    few.to_file(tmp_path / "facilities.gpkg")
    with pytest.raises(InputError, match="row 3 has no supply, or a negative one"):
        stream_access(
            tmp_path / "demand.parquet",
            tmp_path / "facilities.gpkg",
            folder / "zones.gpkg",
            tmp_path / "out",
            over=engine.threads,
            standard_m=500,
            supply="places",
        )
