"""Sites along streets: a corner serves both ends of a street, which no straight line × detour reaches."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely

from geosocial import pipeline
from geosocial.intake.candidates import Wanted
from geosocial.sites import Asked, propose
from geosocial.study import Study
from tests.intake.toy import EAST, NORTH, Factory

LINES = [
    shapely.LineString([(EAST + 500, NORTH + 1500), (EAST + 1500, NORTH + 1500)]),
    shapely.LineString([(EAST + 1500, NORTH + 1500), (EAST + 1500, NORTH + 500)]),
]
SERVICE = {
    "label": "Culture",
    "facility": "a library",
    "kinds": ["library"],
    "demand": "people",
    "standard_m": 1_100,
    "standard_source": "assumption",
    "norm": 1.0,
    "norm_source": "assumption",
}


def study(city: Factory, places: Any, *, streets: bool) -> Study:
    network = {"network": {"file": "streets.gpkg", "source": "s", "snap_m": 50}} if streets else {}
    made = city(
        places=[places(sphere="=culture", kind="=library", complete=True)],
        spheres={"culture": {"services": [SERVICE]}},
        siting={
            "most": 2,
            "candidates": {"file": "lots.csv", "id": "lot", "crs": "EPSG:32188", "source": "s"},
        },
        **network,
    )
    folder = made.folder
    gpd.GeoDataFrame(geometry=LINES, crs=32188).to_file(folder / "streets.gpkg")
    (folder / "list.csv").write_text(f"x,y\n{EAST + 10},{NORTH + 10}\n")
    (folder / "demand.csv").write_text(
        "id,x,y,zone,people\na,300500,5041500,Z1,100\nb,301500,5040500,Z4,40\n"
    )
    spots = [("A", 500, 1500), ("B", 1500, 500), ("corner", 1500, 1500)]
    lots = "\n".join(f"{lot},{EAST + x},{NORTH + y}" for lot, x, y in spots)
    (folder / "lots.csv").write_text(f"lot,x,y\n{lots}\n")
    return made


def wanted(made: Study) -> Wanted:
    return Wanted(path=made.folder / "lots.csv", identifier="lot", crs="EPSG:32188")


def test_a_run_follows_the_streets(city: Factory, places: Any) -> None:
    along = pipeline.compute(study(city, places, streets=True))
    assert along.proposed["candidate_id"].tolist() == ["corner"]
    assert along.proposed_curve["served"].tolist() == [0, 140]
    straight = pipeline.compute(study(city, places, streets=False))
    # 1.3 × 1,000 m is beyond 1,100 m: a corner serves nobody, each end itself.
    assert straight.proposed_curve["served"].tolist() == [0, 100, 140]
    assert straight.proposed["candidate_id"].tolist() == ["A", "A", "B"]


@pytest.mark.parametrize(
    ("model", "site", "objective"),
    [("mclp", "corner", 140.0), ("p-median", "A", 40 * 2_000.0), ("p-center", "corner", 1_000.0)],
)
def test_the_verb_follows_the_streets(
    city: Factory, places: Any, model: Any, site: str, objective: float
) -> None:
    made = study(city, places, streets=True)
    found = propose(made, Asked(("culture",), model=model, from_scratch=True, time_limit=20), wanted(made))
    assert found.told.sites["candidate_id"].tolist() == [site]
    assert found.result.objective == pytest.approx(objective, abs=0.1)


def test_what_exists_stands_in_the_way_of_nobody(city: Factory, places: Any) -> None:
    """The library beside no street is some 2,700 m away × 1.3: the corner is nearer to b, and to a."""
    made = study(city, places, streets=True)
    found = propose(made, Asked(("culture",), model="p-median", time_limit=20), wanted(made))
    far = {name: 1.3 * (dx**2 + dy**2) ** 0.5 for name, dx, dy in (("a", 490, 1490), ("b", 1490, 490))}
    best = min(
        100 * min(far["a"], a) + 40 * min(far["b"], b) for a, b in ((0, 2_000), (2_000, 0), (1_000, 1_000))
    )
    assert found.result.objective == pytest.approx(best, abs=0.1)
