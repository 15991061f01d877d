"""In batches on Dask: two worker processes, one of them killed during the run; the bytes of one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geosocial import engine
from geosocial.errors import GeosocialError
from geosocial.intake.stream import Over, stream_files
from geosocial.intake.stream_access import stream_access

distributed = pytest.importorskip("distributed")


class Workers:
    """Two worker processes, of which one can be killed."""

    def __init__(self, client: Any, over: Over) -> None:
        self.client, self.over = client, over

    def processes(self) -> set[int]:
        """Their numbers, once both are there."""
        self.client.wait_for_workers(2, timeout=60)
        return set(self.client.run(os.getpid).values())

    def killing_one(self, at: int) -> Callable[[int, int | None], None]:
        """Return what kills one of them when so many rows are done, once."""
        doomed = [min(self.processes())]

        def kill(done: int, _: int | None) -> None:
            if done >= at and doomed:
                os.kill(doomed.pop(), signal.SIGKILL)

        return kill


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
        engine.cluster(local.scheduler_address) as over,
    ):
        yield Workers(client, over)


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six thousand places in thirty pieces, two zones, twenty facilities."""
    folder = tmp_path_factory.mktemp("layers")
    rng = np.random.default_rng(5)
    count = 6_000
    x, y = rng.uniform(299_000, 302_000, count), rng.uniform(5_039_500, 5_041_500, count)
    points = gpd.GeoDataFrame(
        {"id": np.arange(count), "people": rng.integers(0, 9, count)},
        geometry=shapely.points(x, y),
        crs=32188,
    )
    points.to_parquet(folder / "points.parquet", row_group_size=200)
    boxes = [
        shapely.box(300_000, 5_040_000, 300_500, 5_041_000),
        shapely.box(300_500, 5_040_000, 301_000, 5_041_000),
    ]
    gpd.GeoDataFrame({"num": ["A", "B"]}, geometry=boxes, crs=32188).to_file(folder / "zones.gpkg")
    at: Any = shapely.points(rng.uniform([299_000, 5_039_500], [302_000, 5_041_500], (20, 2)))
    gpd.GeoDataFrame({"beds": np.arange(20)}, geometry=at, crs=32188).to_file(folder / "facilities.gpkg")
    ends = [((299_000, y), (302_000, y)) for y in range(5_039_600, 5_041_500, 200)]
    rows = [[(x, y) for x in range(west, east + 1, 250)] for (west, y), (east, _) in ends]
    streets = [shapely.LineString(row) for row in (*rows, *zip(*rows, strict=True))]
    gpd.GeoDataFrame(geometry=streets, crs=32188).to_file(folder / "streets.gpkg")
    return folder


def same_bytes(one: Path, two: Path) -> None:
    first, second = ({p.name: p.read_bytes() for p in f.iterdir()} for f in (one, two))
    assert len(first) == 31
    assert first == second


def test_a_killed_worker_changes_nothing_in_the_join(workers: Workers, layers: Path, tmp_path: Path) -> None:
    files = (layers / "points.parquet", layers / "zones.gpkg")
    one = stream_files(*files, tmp_path / "one.parquet", over=engine.threads, piece_rows=200)
    before = workers.processes()
    two = stream_files(
        *files,
        tmp_path / "two.parquet",
        over=workers.over,
        piece_rows=200,
        progress=workers.killing_one(800),
    )
    assert len(before) == 2
    assert min(before) not in workers.processes(), "it was lost and started anew"
    assert (two.rows, two.counts, two.parts) == (one.rows, one.counts, 30)
    same_bytes(tmp_path / "one.parquet", tmp_path / "two.parquet")


@pytest.mark.parametrize("measure", ["e2sfca", "bfca"])
def test_a_killed_worker_changes_nothing_in_the_measures(
    workers: Workers, layers: Path, tmp_path: Path, measure: str
) -> None:
    files = (layers / "points.parquet", layers / "facilities.gpkg", layers / "zones.gpkg")
    how: dict[str, Any] = {"standard_m": 400, "demand": "people", "supply": "beds", "piece_rows": 200}
    how |= {"measure": measure, "weights": (1.0, 0.68, 0.22)}
    if measure == "bfca":  # along streets, each worker finds the ways for itself
        how["streets"] = layers / "streets.gpkg"
    one = stream_access(*files, tmp_path / "one", over=engine.threads, **how)
    before = workers.processes()
    two = stream_access(*files, tmp_path / "two", over=workers.over, progress=workers.killing_one(800), **how)
    assert min(before) not in workers.processes(), "it was lost and started anew"
    for name in ("catchments.parquet", "places.parquet"):
        same_bytes(tmp_path / "one" / name, tmp_path / "two" / name)
    pd.testing.assert_frame_equal(one.zones, two.zones, check_exact=True)
    pd.testing.assert_frame_equal(one.facilities, two.facilities, check_exact=True)
    pd.testing.assert_frame_equal(one.faults, two.faults)
    assert one.zones["accessibility"].gt(0).all()


def test_no_scheduler_is_said_in_a_line() -> None:
    with pytest.raises(GeosocialError, match="no Dask scheduler"), engine.cluster("nowhere"):
        pass
    with (
        pytest.raises(GeosocialError, match="asks for a certificate"),
        engine.cluster("tls://127.0.0.1:1"),
    ):
        pass
