"""The join in batches: the rows of the join in memory, whatever the batches, the parts and the workers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial import engine
from geosocial.errors import InputError, OutputError
from geosocial.intake.join_files import join_files
from geosocial.intake.stream import Streamed, stream_files, streams
from geosocial.io.partitions import MANIFEST
from geosocial.io.points import coordinates
from geosocial.io.write import write_any

#: Two zones that share an edge at x = 300 500, a third over part of the second.
ZONES = [
    ("A", shapely.box(300_000, 5_040_000, 300_500, 5_041_000)),
    ("B", shapely.box(300_500, 5_040_000, 301_000, 5_041_000)),
    ("C", shapely.box(300_900, 5_040_000, 301_100, 5_040_500)),
]


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zones") / "zones.gpkg"
    frame = gpd.GeoDataFrame({"num": [k for k, _ in ZONES]}, geometry=[s for _, s in ZONES], crs=32188)
    frame.to_file(path)
    return path


def places(rows: int, seed: int = 3) -> gpd.GeoDataFrame:
    """Return points inside, on the shared edge, in two zones, near, far, at 0, 0, damaged and missing."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(299_000, 302_000, rows), rng.uniform(5_039_500, 5_041_500, rows)
    kind = rng.integers(0, 12, rows)
    x[kind == 0] = 300_500.0
    x[kind == 1], y[kind == 1] = 0.0, 0.0
    points = np.array(shapely.points(x, y), dtype=object)
    points[kind == 2] = None
    points[kind == 3] = shapely.Point()
    for k in np.flatnonzero(kind == 4):
        points[k] = shapely.MultiPoint([points[k]])
    for k in np.flatnonzero(kind == 5):
        points[k] = points[k].buffer(3)
    for k in np.flatnonzero(kind == 6):  # easting and northing taken for one another
        points[k] = shapely.Point(y[k], x[k])
    ids = [f"{k:04d}" for k in range(rows)]
    return gpd.GeoDataFrame({"id": ids, "n": rng.integers(0, 9, rows)}, geometry=points, crs=32188)


def joined(points: Path, zones: Path, out: Path, **more: Any) -> Streamed:
    return stream_files(points, zones, out, over=engine.threads, **more)


def parts(out: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(p) for p in sorted(out.glob("part-*.parquet"))])


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected), check_dtype=False)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 300),
    batch=st.integers(1, 90),
    piece=st.integers(1, 120),
    group=st.integers(1, 150),
    workers=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_every_partition_gives_the_join_in_memory(  # noqa: PLR0917 - hypothesis names them
    zones: Path, rows: int, batch: int, piece: int, group: int, workers: int, seed: int
) -> None:
    def over(work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        return engine.threads(work, pieces, workers)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places(rows, seed).to_parquet(folder / "points.parquet", row_group_size=group)
        memory = join_files(folder / "points.parquet", zones)
        write_any(memory.frame, folder / "memory.parquet", crs=memory.crs)
        out = folder / "stream.parquet"
        done = stream_files(
            folder / "points.parquet", zones, out, over=over, batch_rows=batch, piece_rows=piece
        )
        assert done.rows == rows
        assert done.counts == memory.counts
        expected = pq.read_table(folder / "memory.parquet").to_pandas()
        found = parts(out).to_pandas()
        assert list(found.columns) == list(expected.columns)
        same(found.drop(columns="geometry"), expected.drop(columns="geometry"))
        assert found["geometry"].tolist() == expected["geometry"].tolist()
        told = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        assert told["complete"]
        assert told["rows"] == rows == sum(part["rows"] for part in told["parts"])
        again = gpd.read_parquet(out / "part-00000.parquet")
        assert again.crs == 32188


def test_the_outcome_of_each_point_by_hand(zones: Path, tmp_path: Path) -> None:
    x = [300_100, 300_500, 300_950, 299_900, 299_600, 0, np.nan]
    y = [5_040_100, 5_040_700, 5_040_100, 5_040_100, 5_040_100, 0, np.nan]
    table = pa.table({"x": pa.array(x, pa.float64()), "y": pa.array(y, pa.float64())})
    pq.write_table(table, tmp_path / "plain.parquet")
    out = tmp_path / "out.parquet"
    done = joined(tmp_path / "plain.parquet", zones, out, crs="EPSG:32188", batch_rows=2)
    found = gpd.read_parquet(out / "part-00000.parquet")
    assert found["outcome"].tolist() == [
        "matched",
        "matched",
        "ambiguous",
        "snapped",
        "outside",
        "unlocated",
        "unlocated",
    ]
    assert found["zone_id"].tolist() == ["A", "A", "B", "A", "", "", ""]
    assert found["other_zone_id"].tolist() == ["", "B", "C", "", "", "", ""]
    assert found["snap_m"].tolist()[:4] == [0, 0, 0, 100]
    assert found["on_boundary"].tolist() == [False, True, False, False, False, False, False]
    assert found.geometry.x.tolist()[:5] == x[:5]
    assert found.geometry.isna().tolist() == [False] * 5 + [True] * 2
    assert sum(done.counts.values()) == 7


def test_csv_to_csv_gives_the_bytes_of_the_join_in_memory(zones: Path, tmp_path: Path) -> None:
    frame = places(500).to_crs(4326)
    kept = frame.geometry.geom_type == "Point"
    frame = frame[kept]
    lines = ["no,nom,latitude,longitude"]
    for k, point in zip(frame["id"], frame.geometry, strict=True):
        empty = point.is_empty
        lines.append(f'{k},"=é, ""{k}""",{"" if empty else point.y},{"N/A" if empty else point.x}')
    (tmp_path / "points.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    memory = join_files(tmp_path / "points.csv", zones, geometry=False)
    write_any(memory.frame, tmp_path / "memory.csv", crs=memory.crs)
    for piece in (7, 100, 10_000):
        done = joined(tmp_path / "points.csv", zones, tmp_path / "s.csv", batch_rows=31, piece_rows=piece)
        assert done.counts == memory.counts
        assert (tmp_path / "s.csv").read_bytes() == (tmp_path / "memory.csv").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["memory.csv", "points.csv", "s.csv"]


def test_a_total_below_the_rows_is_set_aside_and_told_as_in_memory(zones: Path, tmp_path: Path) -> None:
    rows = [f"n{k},{k},300{k:03d},5040500" for k in range(1, 9)]
    text = "\n".join(["nom,places,x,y", *rows, "", ",,,", "TOTAL,36,,"]) + "\n"
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    memory = join_files(tmp_path / "points.csv", zones, crs="EPSG:32188", geometry=False)
    write_any(memory.frame, tmp_path / "memory.csv", crs=memory.crs)
    done = joined(tmp_path / "points.csv", zones, tmp_path / "s.csv", crs="EPSG:32188", piece_rows=3)
    assert (done.rows, done.counts) == (8, memory.counts)
    assert (tmp_path / "s.csv").read_bytes() == (tmp_path / "memory.csv").read_bytes()
    told = [str(note) for note in done.notes if "set aside" in str(note)]
    assert told == ["points.csv: a total set aside, which is no record (row 12)."]
    assert told[0] in map(str, memory.notes)


def test_the_same_input_gives_the_same_bytes(zones: Path, tmp_path: Path) -> None:
    places(400).to_parquet(tmp_path / "points.parquet", row_group_size=50)
    for name in ("one", "two"):
        joined(tmp_path / "points.parquet", zones, tmp_path / f"{name}.parquet", piece_rows=50)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / f"{n}.parquet").iterdir()} for n in ("one", "two")
    )
    assert len(one) == 9
    assert one == two


def test_a_run_that_stopped_goes_on_and_keeps_what_is_whole(zones: Path, tmp_path: Path) -> None:
    points, out = tmp_path / "points.parquet", tmp_path / "out.parquet"
    places(400).to_parquet(points, row_group_size=50)

    def stop(done: int, _: int | None) -> None:
        if done >= 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        joined(points, zones, out, piece_rows=50, progress=stop)
    told = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    assert not told["complete"]
    assert [part["rows"] for part in told["parts"]] == [50, 50, 50]
    assert not list(out.glob(".*")), "whole parts only"
    for part in out.glob("part-*.parquet"):
        assert pq.read_metadata(part).num_rows == 50
    before = {p.name: p.stat().st_mtime_ns for p in sorted(out.glob("part-0000[0-2].parquet"))}
    (out / "part-00001.parquet").write_bytes(b"cut short")
    done = joined(points, zones, out, piece_rows=50)
    # the list of whole parts has no hole, but the third was told and is whole
    assert (done.rows, done.parts, done.kept) == (400, 8, 2)
    after = {p.name: p.stat().st_mtime_ns for p in sorted(out.glob("part-0000[0-2].parquet"))}
    assert [name for name in before if before[name] == after[name]] == [
        "part-00000.parquet",
        "part-00002.parquet",
    ]
    assert joined(points, zones, out, piece_rows=50).kept == 8
    assert joined(points, zones, out, piece_rows=50, snap_m=10).kept == 0, "other settings, other parts"
    places(60, seed=4).to_parquet(points, row_group_size=50)
    assert joined(points, zones, out, piece_rows=50).parts == 2
    assert len(list(out.glob("part-*"))) == 2, "parts of the input before are gone"


def test_a_folder_of_parts_is_read_in_order(zones: Path, tmp_path: Path) -> None:
    frame = places(120)
    folder = tmp_path / "points"
    folder.mkdir()
    frame.to_parquet(tmp_path / "whole.parquet")
    for k, start in enumerate(range(0, 120, 50)):
        frame.iloc[start : start + 50].to_parquet(folder / f"p{k}.parquet")
    one = joined(tmp_path / "whole.parquet", zones, tmp_path / "one.parquet")
    two = joined(folder, zones, tmp_path / "two.parquet")
    assert (one.counts, one.parts, two.counts, two.parts) == (two.counts, 1, one.counts, 3)
    assert (
        parts(tmp_path / "one.parquet")["zone_id"].to_pylist()
        == parts(tmp_path / "two.parquet")["zone_id"].to_pylist()
    )


@pytest.mark.parametrize("kind", ["struct", "list"])
def test_points_of_geoarrow(kind: str) -> None:
    x, y = [1.0, 2.0, 0.0], [5.0, 6.0, 0.0]
    if kind == "struct":
        mask = pa.array([False, False, True])
        column = pa.StructArray.from_arrays([pa.array(x), pa.array(y)], ["x", "y"], mask=mask)
    else:
        column = pa.array([[1.0, 5.0], [2.0, 6.0], None], pa.list_(pa.float64(), 2))
    for start in (0, 1):
        found, empty, odd = coordinates(column.slice(start), "point")
        assert found[:, :-1].tolist() == [x[start:2], y[start:2]]
        assert np.isnan(found[:, -1]).all()
        assert empty.tolist() == [False] * (2 - start) + [True]
        assert not odd


def test_wkb_of_both_byte_orders_and_with_height() -> None:
    shapes = [shapely.Point(1, 2), shapely.Point(3, 4, 5), None, shapely.Point(6, 7)]
    wkb = [shapely.to_wkb(s, byte_order=k % 2) if s else None for k, s in enumerate(shapes, 1)]
    found, empty, odd = coordinates(pa.array(wkb, pa.binary()).slice(0), "WKB")
    assert found[:, 0].tolist() == [1, 2]
    assert empty.tolist() == [False, False, True, False]
    assert [shapely.from_wkb(odd[k]).x for k in (1, 3)] == [3, 6]


def test_what_cannot_be_done_is_refused_in_a_line(zones: Path, tmp_path: Path) -> None:
    places(5).to_parquet(tmp_path / "points.parquet")
    with pytest.raises(OutputError, match=r"writes \.parquet"):
        joined(tmp_path / "points.parquet", zones, tmp_path / "o.gpkg")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "full").rename(tmp_path / "full.parquet")
    with pytest.raises(OutputError, match="other files"):
        joined(tmp_path / "points.parquet", zones, tmp_path / "full.parquet")
    with pytest.raises(OutputError, match="this is a file"):
        joined(tmp_path / "points.parquet", zones, tmp_path / "points.parquet")
    (tmp_path / "ragged.csv").write_text("lon,lat\n-73.6,45.5\n-73.6\n", encoding="utf-8")
    with pytest.raises(InputError, match="as CSV in batches"):
        joined(tmp_path / "ragged.csv", zones, tmp_path / "o.csv")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "points.parquet").read_bytes()[:-40])
    with pytest.raises(InputError, match="as Parquet"):
        joined(tmp_path / "cut.parquet", zones, tmp_path / "o.csv")
    pq.write_table(pa.table({"a": ["b"]}), tmp_path / "bare.parquet")
    with pytest.raises(InputError, match="no columns of coordinates"):
        joined(tmp_path / "bare.parquet", zones, tmp_path / "o.csv")


def test_when_nobody_says_how(zones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places(9).to_parquet(tmp_path / "points.parquet")
    assert not streams(tmp_path / "points.parquet", "o.parquet")
    assert not streams(zones, "o.parquet")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "points.parquet").read_bytes()[:-40])
    assert not streams(tmp_path / "cut.parquet", "o.parquet"), "the reader in memory says what is wrong"
    pq.write_table(pa.table({"lon": [-73.6], "lat": [45.5]}), tmp_path / "plain.parquet")
    assert streams(tmp_path / "plain.parquet", "o.csv"), "its columns are only read so"
    monkeypatch.setattr("geosocial.intake.stream.LARGE", 9)
    assert streams(tmp_path / "points.parquet", "o.parquet")
    assert not streams(tmp_path / "points.parquet", "o.gpkg")
