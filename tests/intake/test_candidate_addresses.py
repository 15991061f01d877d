"""Candidate sites that are given by address only: placed as the rows of every other list, or said why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geosocial import intake
from geosocial.errors import InputError
from geosocial.intake.candidates import Candidates, Wanted, read_candidates, study_candidates
from geosocial.study import SitingSpec
from tests.intake.toy import EAST, NORTH, Factory

#: 722, 4e Avenue is in the south-west and in the south-east.
ADDRESSES = (
    "numero,rue,code postal,x,y\n"
    f"100,rue Masson,H1A 1A1,{EAST + 500},{NORTH + 1500}\n"
    f"102,rue Masson,H1A 1A1,{EAST + 520},{NORTH + 1500}\n"
    f"722,4e Avenue,,{EAST + 500},{NORTH + 500}\n"
    f"722,4e Avenue,,{EAST + 1900},{NORTH + 500}\n"
)
LOTS = (
    "lot,adresse,arrondissement\n"
    'A,"Bureau 2, 100, rue Masson",\n'
    'B,"722, 4e Avenue",\n'
    'C,"722, 4e Avenue",Saint-Éloi\n'
    "D,12 rue Inconnue,\n"
    "E,nulle part,\n"
    "F,,\n"
)
GEOCODING = {"file": "points.csv", "crs": "EPSG:32188", "source": "s"}
Read = Callable[..., Candidates]


def written(folder: Path, text: str = LOTS) -> Path:
    (folder / "points.csv").write_text(ADDRESSES, encoding="utf-8")
    path = folder / "lots.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_with_more_cells_than_the_header_are_no_candidates(city: Factory, tmp_path: Path) -> None:
    study = city(geocoding=GEOCODING)
    zones, _, _ = intake.read_zones(study)
    here = f"{EAST + 500},{NORTH + 500}"
    path = tmp_path / "lots.csv"
    # A comma in the use, one too many at the end (nothing is in it: no surplus), an address not quoted.
    rows = ["A,vacant," + here, "B,vacant, clôturé," + here, f"C,bâti,{here},", "D,100, rue Masson,,"]
    path.write_text("\n".join(["lot,usage,x,y", *rows]) + "\n", encoding="utf-8")
    found = read_candidates(study, zones, Wanted(path=path, identifier="lot", crs="EPSG:32188"))
    assert found.table["candidate_id"].tolist() == ["A", "C"]
    first = found.faults[found.faults["code"] == "long_row"]
    assert first[["source_row", "value", "action"]].to_numpy().tolist() == [
        [3, str(NORTH + 500), "rejected"],
    ]
    assert found.left_out["long_row"] == 1
    assert sum(found.left_out.values()) + len(found.table) == found.read == 4
    # With addresses the slid cell is not looked up either: what stands in it is not the address.
    path = written(tmp_path, "lot,adresse,usage\nA,100 rue Masson,vacant\nB,bureau 2,100 rue Masson,vacant\n")
    looked = read_candidates(study, zones, Wanted(path=path, identifier="lot"), intake.read_geocoder(study))
    assert looked.table["candidate_id"].tolist() == ["A"]
    assert said(looked) == [(2, "geocoded_address", "flagged"), (3, "long_row", "rejected")]
    assert looked.left_out == {"long_row": 1}


def said(found: Candidates) -> list[tuple[int, str, str]]:
    rows = found.faults[["source_row", "code", "action"]].sort_values("source_row", kind="stable")
    return [tuple(row) for row in rows.itertuples(index=False, name=None)]


def test_a_list_of_addresses_alone(city: Factory, tmp_path: Path) -> None:
    study = city(geocoding=GEOCODING)
    path = written(tmp_path)
    zones, _, _ = intake.read_zones(study)
    made = intake.read_geocoder(study)
    found = read_candidates(study, zones, Wanted(path=path, identifier="lot"), made)
    table = found.table
    assert table["candidate_id"].tolist() == ["A", "C"]
    assert (table["x"] - EAST).tolist() == [500, 1900]
    assert (table["y"] - NORTH).tolist() == [1500, 500]
    assert table["zone_id"].tolist() == ["Z1", "Z4"]
    assert said(found) == [
        (2, "geocoded_address", "flagged"),
        (3, "geocode_ambiguous", "unlocated"),
        (4, "geocoded_address", "flagged"),
        (5, "geocode_none", "unlocated"),
        (6, "geocode_unread", "unlocated"),
        (7, "geocode_empty", "unlocated"),
    ]
    assert set(found.faults["source_file"]) == {str(path)}
    assert sum(found.left_out.values()) + len(table) == found.read == 6


def test_a_candidate_with_coordinates_keeps_them(city: Factory, tmp_path: Path) -> None:
    study = city(geocoding=GEOCODING)
    path = written(
        tmp_path,
        f"lot,adresse,x,y\nA,100 rue Masson,{EAST + 1500},{NORTH + 500}\nB,102 rue Masson,,\n",
    )
    zones, _, _ = intake.read_zones(study)
    wanted = Wanted(path=path, crs="EPSG:32188")
    found = read_candidates(study, zones, wanted, intake.read_geocoder(study))
    assert (found.table["x"] - EAST).tolist() == [1500, 520]
    assert said(found) == [(3, "no_coordinates", "flagged"), (3, "geocoded_address", "flagged")]
    # without address points the second has no position, as before
    alone = read_candidates(study, zones, wanted)
    assert alone.table["candidate_id"].tolist() == ["A"]
    assert alone.left_out == {"no_coordinates": 1}


def test_without_address_points_it_is_said_what_is_missing(city: Factory, tmp_path: Path) -> None:
    study = city()
    zones, _, _ = intake.read_zones(study)
    with pytest.raises(InputError, match="no address points in which to look up its column “adresse”"):
        read_candidates(study, zones, Wanted(path=written(tmp_path)))


def test_the_candidates_of_a_study_are_looked_up_too(city: Factory, tmp_path: Path) -> None:
    candidates = {"file": "lots.csv", "id": "lot", "source": "s"}
    study = city(geocoding=GEOCODING, siting=SitingSpec.model_validate({"candidates": candidates}))
    written(tmp_path)
    zones, _, _ = intake.read_zones(study)
    demand, _, _ = intake.read_demand(study, zones)
    found = study_candidates(study, zones, demand, intake.read_geocoder(study))
    assert found.table["candidate_id"].tolist() == ["A", "C"]
    assert set(found.faults["source_file"]) == {"lots.csv"}
