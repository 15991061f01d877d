"""Lists as people have them, of one kind or without a figure: what the pages say is known, and is not."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from geosocial import pipeline, wording
from geosocial.i18n import words
from geosocial.intake.own_list import OwnList, own_list
from geosocial.intake.templates import write_study
from geosocial.report.explain import explain, records
from geosocial.report.outline import outline
from geosocial.report.verdicts import headline_services
from geosocial.results import Results
from geosocial.study import read_study

DAY = dt.date(2026, 11, 28)
EN, FR = words("en"), words("fr")
HEADER = "name;kind;latitude;longitude"


def listed(path: Path, rows: list[str], header: str = HEADER) -> OwnList:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return own_list(path)


def computed(folder: Path, own: OwnList) -> Results:
    write_study(folder, lang="en", today=DAY, own=own)
    return pipeline.compute(read_study(folder))


@pytest.fixture(scope="module")
def outdoor(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A list of outdoor facilities alone: the second service of recreation."""
    folder = tmp_path_factory.mktemp("outdoor")
    at = [(45.50 + 0.004 * (n % 12), -73.64 + 0.006 * (n // 12)) for n in range(96)]
    rows = [f"Parc {n};outdoor facility;{lat:.4f};{lon:.4f}" for n, (lat, lon) in enumerate(at)]
    return computed(folder / "study", listed(folder / "parks.csv", rows))


@pytest.fixture(scope="module")
def housing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, OwnList]:
    """Two co-operatives of one borough, without their dwellings."""
    folder = tmp_path_factory.mktemp("housing")
    own = listed(folder / "coops.csv", [f"Coop {n};housing co-operative;45.52{n};-73.58" for n in (1, 2)])
    return computed(folder / "study", own), own


def test_the_headline_of_a_sphere_is_its_first_service_of_which_something_is_known(outdoor: Results) -> None:
    study = outdoor.study
    first = {sphere: spec.services[0].key for sphere, spec in study.spheres.items()}
    parks = next(s for s in study.spheres["recreation"].services if "outdoor_facility" in s.kinds)
    assert parks.key != first["recreation"]
    assert dict(headline_services(outdoor)) == {**first, "recreation": parks.key}
    said = outline(EN, outdoor)
    line = next(line for line in said.lines if line.sphere.name == "Recreation")
    assert line.sentence.startswith("Recreation, outdoor facilities, in the 7 boroughs with data: ")
    rows = outdoor.ranking[outdoor.ranking["service"] == parks.key]
    underserved = rows[rows["verdict"] == "underserved"]
    assert len(underserved) > 0
    assert said.lead.startswith("Underserved in 1 of 5 spheres: ")
    assert len(re.findall(r", | and ", said.lead)) == len(underserved) - 1


def test_nothing_is_proposed_where_no_facility_is_known(outdoor: Results) -> None:
    # the headline for sites is that of the study, of which no list holds a facility
    assert outdoor.study.siting is not None
    assert len(outdoor.proposed) == 0
    assert len(outdoor.proposed_curve) == 0
    assert len(pipeline.compute(read_study(None)).proposed) > 0


def test_buildings_without_their_dwellings_are_said(housing: tuple[Results, OwnList]) -> None:
    results, own = housing
    assert "No column gives the number of dwellings" in str(own.notes[-1])
    listed_in = results.places["zone_id"].unique().tolist()
    assert len(listed_in) == 1
    other = next(z for z in results.zones["zone_id"] if z not in listed_in)
    for say, here, elsewhere in (
        (EN, "The list holds 2 buildings here, and not how many dwellings they have", "holds no social"),
        (FR, "La liste compte 2\u00a0immeubles ici, sans dire combien de logements ils ont", "La liste"),
    ):
        plain = wording.why_missing(say, results, listed_in[0], "housing", "main").replace(" ", "\u00a0")
        assert plain.startswith(here.replace(" ", "\u00a0"))
        assert elsewhere in wording.why_missing(say, results, other, "housing", "main")
        assert "–" not in wording.norm_note(say, results, "housing", "main")
    assert outline(EN, results).lead == "No zone could be judged in any sphere, for want of data."
    assert outline(FR, results).lead == "Faute de données, aucun secteur n’a pu être jugé dans aucun domaine."


def test_a_list_with_its_dwellings_lacks_nothing(tmp_path: Path) -> None:
    rows = ["Coop;housing co-operative;45.521;-73.58;12"]
    own = listed(tmp_path / "coops.csv", rows, f"{HEADER};dwellings")
    assert not any("dwellings" in str(note) for note in own.notes)
    rows = ["Parc;outdoor facility;45.521;-73.58"]
    assert listed(tmp_path / "parks.csv", rows).notes == ()


def test_words_that_a_crosswalk_takes_by_default_are_not_said_to_be_rejected(tmp_path: Path) -> None:
    rows = [*(f"Coop {n};COOP;45.52{n};-73.58" for n in range(4)), "OSBL Espoir;OSBL;45.53;-73.58"]
    own = listed(tmp_path / "shq.csv", rows)
    told = FR.said(own.notes[1]).replace("\u00a0", " ")
    assert "mots que la table de correspondance ne nomme pas : 1 (« OSBL »)" in told
    assert "pris pour « OBNL d’habitation »" in told
    results = computed(tmp_path / "study", own)
    assert results.places["kind"].tolist() == ["cooperative_dwelling"] * 4 + ["nonprofit_dwelling"]


def test_the_index_of_the_zones_says_what_the_star_means(outdoor: Results, tmp_path: Path) -> None:
    pipeline.write_maps(outdoor, tmp_path)
    page = (tmp_path / "maps" / "boroughs" / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    starred = any("*" in value for row in data["rows"] for value in row["text"]["en"]["values"])
    assert starred
    assert data["care"]["en"].startswith("* To be read with care:")
    assert data["care"]["fr"].startswith("*")


def test_only_records_that_count_are_named_where_a_figure_comes_from(tmp_path: Path) -> None:
    rows = [f"Coop {n};housing co-operative;45.52{n};-73.58;10" for n in range(3)]
    rows += ["Nowhere;housing co-operative;;;500", "At sea;housing co-operative;45.0;-73.58;900"]
    rows += ["Hall;library;45.53;-73.58;", "Lost hall;library;;;", "Hall at sea;library;45.0;-73.58;"]
    results = computed(tmp_path / "study", listed(tmp_path / "list.csv", rows, f"{HEADER};dwellings"))
    assert results.places["outcome"].tolist() == ["matched"] * 3 + ["unlocated", "outside"] + [
        "matched",
        "unlocated",
        "outside",
    ]
    services = dict(results.study.services())
    said = " ".join(records(EN, results, services["housing"], ""))
    assert said == "Our places: 3 housing co-operatives. list.csv, rows 2, 3 and 4 (Coop 0; Coop 1; Coop 2)"
    # the one outside the zones may be within the standard of people inside; the lost one is not
    said = " ".join(records(EN, results, services["culture"], ""))
    assert said == "Our places: 2 public libraries. list.csv, rows 7 and 9 (Hall; Hall at sea)"
    zone = results.places["zone_id"].iloc[5]
    assert "1 record elsewhere counts too" in " ".join(records(EN, results, services["culture"], zone))
    # where no list holds such a place, there is none elsewhere either, and the figure is missing
    assert list(records(EN, results, services["tourism"], zone)) == ["No record of its kinds is in the zone."]
    for say, said in ((EN, "tourism, coverage: missing data."), (FR, "couverture : donnée manquante.")):
        told = explain(say, results, zone_id=zone, sphere="tourism", service="main", indicator="coverage")
        assert told.sentence.endswith(said)
