"""Major projects and what lists say beside their records: read strictly, then through a whole run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geosocial import pipeline, tables
from geosocial.errors import ConservationError, InputError
from geosocial.intake.details import read_details
from geosocial.intake.projects import read_projects
from geosocial.study import Study
from geosocial.tables.contract import rows, typed
from tests.intake.toy import EAST, NORTH, Factory, city, square  # noqa: F401 - city is a fixture

PROJECTS = {"file": "p.gpkg", "id": "no", "name_fr": "nom", "reach_m": 650, "source": "s"}
SERVICE = {
    "label": "m", "facility": "un musée", "kinds": ["museum"], "demand": "people", "standard_m": 1000,
    "standard_source": "s", "norm_source": "s",
}  # fmt: skip
LIST = (
    "id,nom,type,x,y,fondation,emplois,texte,web\n"
    f"E1,Un,museum,{EAST + 500},{NORTH + 1500},1990,12,Bonjour,\n"
    f'E2,Deux,museum,{EAST + 1500},{NORTH + 500},2001-05-01,"1 200",,https://example.org\n'
    f"E3,Trois,museum,{EAST + 1400},{NORTH + 400},hier,-3,Texte,site\n"
    "E4,Quatre,museum,,,,,,\n"
)


def layer(folder: Path, ids: list[str], names: list[str], shapes: list[Any]) -> None:
    frame = gpd.GeoDataFrame({"no": ids, "nom": names}, geometry=shapes, crs="EPSG:32188")
    frame.to_file(folder / "p.gpkg")


def listed(make: Factory, folder: Path, *, complete: bool = False, **parts: Any) -> Study:
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    spec = {
        "key": "list", "file": "list.csv", "label": "Liste", "id": "id", "name": "nom", "kind": "type",
        "x": "x", "y": "y", "crs": "EPSG:32188", "source": "s", "complete": complete,
    }  # fmt: skip
    return make(places=[spec], **parts)


def test_polygons_with_an_identifier_and_a_name(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    layer(tmp_path, ["P1", "P2"], ["Un", "Deux"], [square(0, 0), square(1, 1)])
    found = read_projects(city(projects=PROJECTS))
    assert found is not None
    table, file, faults = found
    told = table[["project_id", "name_fr", "name_en"]].to_numpy().tolist()
    assert told == [["P1", "Un", "Un"], ["P2", "Deux", "Deux"]]
    assert (file.role, file.path) == ("projects", "p.gpkg")
    assert faults.empty
    assert read_projects(city()) is None


@pytest.mark.parametrize(
    ("ids", "names", "shapes", "said"),
    [
        (["P", "P"], ["a", "b"], [square(0, 0), square(1, 1)], "empty or repeated"),
        (["P", ""], ["a", "b"], [square(0, 0), square(1, 1)], "empty or repeated"),
        (["P", "Q"], ["a", ""], [square(0, 0), square(1, 1)], "these projects have no name: Q"),
        (["P", "Q"], ["a", "b"], [square(0, 0), shapely.Point(EAST, NORTH)], "Q"),
    ],
)
def test_what_is_no_project_is_refused(
    city: Factory,  # noqa: F811
    tmp_path: Path,
    ids: list[str],
    names: list[str],
    shapes: list[Any],
    *,
    said: str,
) -> None:
    layer(tmp_path, ids, names, shapes)
    with pytest.raises(InputError, match=said):
        read_projects(city(projects=PROJECTS))


def test_founding_jobs_and_fields_of_a_listing(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    study = listed(
        city,
        tmp_path,
        followup={
            "people": "people",
            "enterprises": ["list"],
            "founded": "fondation",
            "jobs": "emplois",
            "source": "s",
        },
        listings={"list": "list", "french": "texte", "website": "web"},
    )
    table, faults = read_details(study)
    told = [[None if v != v else v for v in row.values()] for row in rows(table)]  # noqa: PLR0124
    assert told == [
        ["list", 2, 1990, 12, 1, None, 0, None],
        ["list", 3, 2001, 1200, 0, None, 1, None],
        ["list", 4, None, None, 1, None, 1, None],
        ["list", 5, None, None, 0, None, 0, None],
    ]
    codes = [(f["source_row"], f["column"], f["code"], f["action"]) for f in rows(faults[0])]
    assert codes == [(4, "fondation", "bad_year", "flagged"), (4, "emplois", "negative_number", "flagged")]


def test_a_whole_run_follows_projects_and_listings(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    layer(tmp_path, ["P1"], ["Un"], [square(0, 1)])
    study = listed(
        city,
        tmp_path,
        complete=True,
        projects=PROJECTS,
        listings={"list": "list", "french": "texte"},
        followup={"people": "people", "enterprises": ["list"], "jobs": "emplois", "source": "s"},
        spheres={"culture": {"services": [SERVICE]}},
    )
    results = pipeline.compute(study)
    # place a, 100 people, lies in P1; place b, of unknown people, is √2 · 500 m from its corner
    figures = {(r["indicator"], r["demand"]): r["value"] for r in rows(results.projects)}
    assert (figures["project_inside", "people"], figures["project_reach", "people"]) == (100, 100)
    # one enterprise inside; the two others are √2 · 400 and √2 · 500 m away: × 1.3 is 735 and 919 m
    assert (figures["project_enterprises", ""], figures["project_near", ""]) == (1, 0)
    assert math.isnan(figures["project_sites", ""])
    told = {(r["topic"], r["indicator"], r["zone_id"], r["group"]): r for r in rows(results.directions)}
    assert told["recognise", "enterprises", "", ""]["value"] == 3
    assert told["promotion", "listing_share", "", "french"]["value"] == 0.5
    assert told["promotion", "listing_share", "", "position"]["value"] == 0.75
    assert told["major_projects", "projects", "", ""]["value"] == 1
    assert not {"business", "support"} & {topic for topic, *_ in told}
    for contract in tables.FOLLOWUP:
        tables.check(getattr(results, contract.name), contract)
    files = [file.path for file in results.inputs]
    assert files.count("p.gpkg") == 1


def test_a_lost_row_fails_the_run() -> None:
    good = tables.empty(tables.PLAN_ROWS)
    assert tables.check_plan_rows(good) is good
    row = {"source": ["plan.actions"], "source_file": ["a.csv"], "read": [3], "kept": [1], "rejected": [1]}
    with pytest.raises(ConservationError, match="3 rows were read but 2"):
        tables.check_plan_rows(typed(pd.DataFrame(row), tables.PLAN_ROWS))
