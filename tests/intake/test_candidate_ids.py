"""Identifiers of candidates are text; what belongs to one goes with its identifier, never with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geosocial import intake
from geosocial.intake.candidates import Wanted, named, read_candidates
from geosocial.siting import capacitated, mclp
from tests.intake.toy import EAST, NORTH, Factory

ROWS = [
    ("007", 300, 1500, 40, 5),
    ("7", 1500, 300, 10, 8),
    ("7.0", 1500, 1500, 20, 2),
    ("1e3", 300, 300, 30, 9),
]


def listed(folder: Path, order: list[int]) -> Path:
    path = folder / "lots.csv"
    lines = [f"{i},{EAST + x},{NORTH + y},{c},{r}" for i, x, y, c, r in (ROWS[k] for k in order)]
    path.write_text("\n".join(["lot,x,y,cost,room", *lines]) + "\n", encoding="utf-8")
    return path


def test_identifiers_are_text_and_amounts_go_with_them(city: Factory, tmp_path: Path) -> None:
    study = city()
    zones, _, _ = intake.read_zones(study)
    tables = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        wanted = Wanted(
            path=listed(tmp_path, order), crs="EPSG:32188", identifier="lot", cost="cost", capacity="room"
        )
        found = read_candidates(study, zones, wanted)
        assert found.table["candidate_id"].tolist() == [ROWS[k][0] for k in order]
        assert named(found, ["7", "007"]) == [order.index(1), order.index(0)]
        tables.append(found.table.sort_values("candidate_id", ignore_index=True))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    mine = tables[0][tables[0]["candidate_id"] == "007"]
    assert (mine["cost"].tolist(), mine["capacity"].tolist()) == ([40], [5])


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("inscrit>=2026-03-01", ["B", "C"]),
        ("inscrit>2026-03-01", ["C"]),
        ("inscrit<2026-03-01", ["A"]),
        ("inscrit<=2026-03-01", ["A", "B"]),
        ("inscrit=2026-12-31", ["C"]),
        ("inscrit!=2026-12-31", ["A", "B", "D", "E"]),
    ],
)
def test_a_filter_compares_days(city: Factory, tmp_path: Path, rule: str, kept: list[str]) -> None:
    study = city()
    zones, _, _ = intake.read_zones(study)
    days = {"A": "2025-11-30", "B": "2026-03-01", "C": "2026-12-31", "D": "", "E": "bientôt"}
    path = tmp_path / "lots.csv"
    rows = [f"{lot},{day},{EAST + 300},{NORTH + 300}" for lot, day in days.items()]
    path.write_text("\n".join(["lot,inscrit,x,y", *rows]) + "\n", encoding="utf-8")
    wanted = Wanted(path=path, crs="EPSG:32188", identifier="lot", where=[rule])
    assert read_candidates(study, zones, wanted).table["candidate_id"].tolist() == kept


def test_the_same_lots_are_chosen_in_any_order(city: Factory, tmp_path: Path) -> None:
    study = city()
    zones, _, _ = intake.read_zones(study)
    rng = np.random.default_rng(1)
    px, py = rng.uniform(0, 2000, (2, 40))
    people = rng.integers(1, 9, 40).astype(float)
    chosen: list[tuple[float, set[str]]] = []
    for order in ([0, 1, 2, 3], [2, 3, 1, 0]):
        wanted = Wanted(
            path=listed(tmp_path, order), crs="EPSG:32188", identifier="lot", cost="cost", capacity="room"
        )
        table = read_candidates(study, zones, wanted).table
        x, y = table["x"].to_numpy() - EAST, table["y"].to_numpy() - NORTH
        costs = np.hypot(px[:, None] - x, py[:, None] - y)
        answers = (
            mclp(costs, people, standard=700, budget=50, site_costs=table["cost"].to_numpy()),
            capacitated(costs, people, standard=900, sites=2, capacities=table["capacity"].to_numpy()),
        )
        chosen += [(found.objective, set(table["candidate_id"].iloc[found.sites])) for found in answers]
    assert chosen[:2] == chosen[2:]
