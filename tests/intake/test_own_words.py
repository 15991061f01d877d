"""Lots and lists as offices name their columns: by identifier, by address, and without their units."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geosocial.errors import InputError
from geosocial.intake.candidates import Wanted, read_candidates
from geosocial.intake.columns import Columns
from geosocial.intake.zones import read_zones
from geosocial.study import read_study


def test_a_column_is_found_without_its_unit_when_one_alone_is_left() -> None:
    columns = Columns("lots.csv", pd.DataFrame({"Area (m²)": ["1"], "Prix ($)": ["2"], "Lot": ["3"]}))
    assert columns.header("area") == "Area (m²)"
    assert columns.header("prix") == "Prix ($)"
    two = Columns("lots.csv", pd.DataFrame({"Area (m²)": ["1"], "Area (ha)": ["2"]}))
    assert two.header("Area (ha)") == "Area (ha)"
    with pytest.raises(InputError, match="not found"):
        two.header("area")


@pytest.mark.parametrize(
    ("lots", "ids"),
    [(["L-1", "L-2"], ["L-1", "L-2"]), (["L-1", "L-1"], ["2", "3"]), (["L-1", ""], ["2", "3"])],
    ids=["of its own", "repeated: the row", "empty: the row"],
)
def test_a_lot_is_called_by_its_number_and_address(tmp_path: Path, lots: list[str], ids: list[str]) -> None:
    path = tmp_path / "lots.csv"
    rows = [f"{lot},{n} rue A,45.52{n},-73.58" for n, lot in enumerate(lots)]
    path.write_text("Lot,Address,Latitude,Longitude\n" + "\n".join(rows) + "\n", encoding="utf-8")
    study = read_study(None)
    found = read_candidates(study, read_zones(study)[0], Wanted(path=path))
    assert found.table["candidate_id"].tolist() == ids
    assert found.table["name"].tolist() == ["0 rue A", "1 rue A"]
