"""The join on Dask: two worker processes, one of them killed during the run; the bytes of one process."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geosocial import engine
from geosocial.errors import GeosocialError
from geosocial.intake.stream import stream_files

distributed = pytest.importorskip("distributed")


def test_a_killed_worker_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    count = 6_000
    x, y = rng.uniform(299_000, 302_000, count), rng.uniform(5_039_500, 5_041_500, count)
    points = gpd.GeoDataFrame({"id": np.arange(count)}, geometry=shapely.points(x, y), crs=32188)
    points.to_parquet(tmp_path / "points.parquet", row_group_size=200)
    boxes = [
        shapely.box(300_000, 5_040_000, 300_500, 5_041_000),
        shapely.box(300_500, 5_040_000, 301_000, 5_041_000),
    ]
    gpd.GeoDataFrame({"num": ["A", "B"]}, geometry=boxes, crs=32188).to_file(tmp_path / "zones.gpkg")
    files = (tmp_path / "points.parquet", tmp_path / "zones.gpkg")
    one = stream_files(*files, tmp_path / "one.parquet", over=engine.threads, piece_rows=200)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
        engine.cluster(local.scheduler_address) as over,
    ):
        before = set(client.run(os.getpid).values())
        killed: list[int] = []

        def kill(done: int, _: int | None) -> None:
            if done >= 800 and not killed:
                killed.append(min(before))
                os.kill(killed[0], signal.SIGKILL)

        two = stream_files(*files, tmp_path / "two.parquet", over=over, piece_rows=200, progress=kill)
        client.wait_for_workers(2, timeout=60)
        after = set(client.run(os.getpid).values())
    assert len(before) == 2
    assert killed
    assert killed[0] not in after, "it was lost and started anew"
    assert (two.rows, two.counts, two.parts) == (one.rows, one.counts, 30)
    first, second = (
        {p.name: p.read_bytes() for p in (tmp_path / f"{n}.parquet").iterdir()} for n in ("one", "two")
    )
    assert first == second


def test_no_scheduler_is_said_in_a_line() -> None:
    with pytest.raises(GeosocialError, match="no Dask scheduler"), engine.cluster("nowhere"):
        pass
