"""The full real lists: published discrepancies, listed by name; published populations, exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geosocial import intake, tables
from geosocial.intake import Taken
from geosocial.intake.zones import zone_names
from geosocial.study import PlacesSpec, Study
from geosocial.vocabulary import fold
from geosocial.vocabulary.zone_names import fold_name

pytestmark = pytest.mark.real_data
Factory = Callable[..., Study]


@pytest.fixture
def montreal(city: Factory, shared_data: Path) -> Study:
    return city(
        zones_spec={
            "file": str(shared_data / "boundaries" / "limadmin.geojson"),
            "id": "NUM",
            "name_fr": "NOM",
            "kind": "TYPE",
            "kinds": {"Arrondissement": "borough", "Ville liée": "town"},
            "aliases": {},
        },
        demand={
            "file": str(shared_data / "census" / "da2016_montreal.parquet"),
            "id": "DAUID",
            "x": "",
            "y": "",
            "crs": None,
            "zone": "",
            "columns": [
                {"key": "residents", "column": "pop2016", "label": "r", "unit": "people"},
                {"key": "low_income", "column": "low_income_lim_at_n", "label": "l", "unit": "people"},
            ],
        },
    )


def take(study: Study, shared_data: Path, file: str, **members: str) -> Taken:
    spec = PlacesSpec.model_validate(
        {"key": "list", "file": str(shared_data / "places" / file), "label": "l", "source": "s"} | members
    )
    zones, _, _ = intake.read_zones(study)
    taken = intake.read_places(study, spec, zones)
    tables.check_conservation(intake.conservation([taken]))
    return taken


def recognised(taken: Taken) -> pd.DataFrame:
    return taken.declared[taken.declared["declared_zone_id"] != ""]


def test_points_of_interest(montreal: Study, shared_data: Path) -> None:
    taken = take(
        montreal, shared_data, "lieux_interet.geojson", name="Nom français", declared_zone="Arrondissement"
    )
    assert len(taken.places) == 3_231
    assert (taken.places["declared_zone_id"] != "").all()
    assert len(recognised(taken)) == len(taken.declared) == 21
    assert recognised(taken)["name"].ne("").all()
    # The README of the data counts 3,225 records: six are declared by a short form of their town's name.
    short = taken.places["declared_zone"].isin(["Ville de Westmount", "Ville Mont-Royal"])
    assert (~short).sum() == 3_225


def test_every_mapped_spelling_of_a_borough_is_recognised(montreal: Study, shared_data: Path) -> None:
    zones, _, _ = intake.read_zones(montreal)
    names = zone_names(zones, {})
    variants = pd.read_csv(shared_data / "boundaries" / "borough_name_variants.csv", keep_default_na=False)
    spellings = variants[["raw", "canonical"]].drop_duplicates()
    mapped = spellings[spellings["canonical"] != ""]
    assert len(mapped) == 97
    own = dict(zip(zones["name_fr"].map(fold), zones["zone_id"], strict=True))
    assert [names.get(fold_name(raw)) for raw in mapped["raw"]] == [
        own[fold(name)] for name in mapped["canonical"]
    ]
    # What the people who mapped them left open is recognised in no case.
    assert {names.get(fold_name(raw), "") for raw in spellings.loc[spellings["canonical"] == "", "raw"]} == {
        ""
    }


def test_facilities(montreal: Study, shared_data: Path) -> None:
    taken = take(
        montreal, shared_data, "installations_recreatives.geojson", name="NOM", declared_zone="ARROND"
    )
    assert len(taken.places) == 3_403
    assert len(recognised(taken)) == len(taken.declared) == 2


def test_murals(montreal: Study, shared_data: Path) -> None:
    taken = take(montreal, shared_data, "murales.geojson", name="artiste", declared_zone="arrondissement")
    assert (taken.places["declared_zone_id"] != "").sum() == 202
    assert len(recognised(taken)) == 6


def test_dissemination_areas(montreal: Study, shared_data: Path) -> None:
    zones, _, _ = intake.read_zones(montreal)
    demand, file, faults = intake.read_demand(montreal, zones)
    assert (file.rows, len(faults)) == (2_805, 0)
    assert demand["residents"].sum() == 1_704_694
    assert demand["low_income"].isna().sum() == 38
    published = pd.read_csv(shared_data / "census" / "borough_profile_2016.csv")
    column = next(c for c in published.columns if c.startswith("pop") and published[c].sum() == 1_704_694)
    found = demand.groupby("zone_id")["residents"].sum()
    assert sorted(found) == sorted(published[column])
