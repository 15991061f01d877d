"""``geosocial interpolate``: any layer to any zones, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from geosocial.cli.interpolate import METHODS
from geosocial.geo.transfer import Method
from tests.cli.conftest import Run
from tests.cli.test_join import table

NB = "\u00a0"


def feature(west: float, east: float, **properties: Any) -> dict[str, Any]:
    ring = [[west, 45.505], [east, 45.505], [east, 45.515], [west, 45.515], [west, 45.505]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def layer(study: Path) -> Path:
    """Four areas: in the west; half and half; half outside; suppressed in the east."""
    features = [
        feature(-73.618, -73.616, code="a", people=100, rent=10, Z="one"),
        feature(-73.605, -73.595, code="b", people=40, rent=20, Z="two"),
        feature(-73.585, -73.575, code="c", people=60, rent=40, Z="three"),
        feature(-73.592, -73.590, code="d", people=None, rent=None, Z="four"),
    ]
    path = study / "aires.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_the_methods_offered_are_those_there_are() -> None:
    assert get_args(Method) == METHODS


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".xlsx"])
def test_every_zone_comes_out(study: Path, layer: Path, geosocial: Run, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"zones{suffix}"
    columns = ("--extensive", "people", "--intensive", "rent")
    done = geosocial("interpolate", layer, study / "zones.geojson", "--out", out, *columns)
    assert done.returncode == 0, done.stderr
    assert (
        "people: 200 in the layer, 170 in the zones, 30 outside (15.00%). "
        "Suppressed rows: 1; zones known in part: 1, not at all: 0." in done.stdout
    )
    assert "rent: averaged, a rate has no total. Suppressed rows: 1" in done.stdout
    assert str(out) in done.stdout
    assert "row 4: A part of the row lies outside all zones" in done.stderr
    frame = table(out)
    assert list(frame["code"]) == ["W", "E"], "the columns of the zones stay"
    assert list(frame["zone_id"]) == ["W", "E"]
    people, rent, known = (frame[name].astype(float) for name in ("people", "rent", "people_known"))
    assert people.tolist() == pytest.approx([120, 50], rel=1e-4)
    # 2 of 7 parts of the west at 10, 5 at 20; as many of the east at 20 as at 40
    assert rent.tolist() == pytest.approx([(2 * 10 + 5 * 20) / 7, 30], rel=1e-4)
    assert known.tolist() == pytest.approx([1, 10 / 12], rel=1e-4)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")], "no temporary file left"


def test_french(study: Path, layer: Path, geosocial: Run, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    files = (layer, study / "zones.geojson", "--out", out)
    done = geosocial("interpolate", *files, "--extensive", "people", lang="fr")
    assert done.returncode == 0, done.stderr
    assert (
        f"people{NB}: 200 dans la couche, 170 dans les secteurs, 30 hors secteurs (15,00{NB}%)" in done.stdout
    )
    assert f"Lignes dont la donnée est supprimée{NB}: 1" in done.stdout
    assert "hors de tous les secteurs" in done.stderr
    assert "Les superficies ont été mesurées en EPSG:32618" in done.stderr
    help_page = geosocial("interpolate", "--help", lang="fr").stdout
    assert "Porter des colonnes" in help_page
    assert "COLONNE" in help_page


def test_json_and_faults(study: Path, layer: Path, geosocial: Run, tmp_path: Path) -> None:
    out, faults = tmp_path / "o.csv", tmp_path / "faults.csv"
    columns = ("--extensive", "people", "--intensive", "rent", "--method", "largest_overlap")
    done = geosocial(
        "interpolate", layer, study / "zones.geojson", "--out", out, *columns, "--json", "--faults", faults
    )
    report = json.loads(done.stdout)
    assert report["method"] == "largest_overlap"
    assert (report["rows"], report["zones"], report["outcomes"]) == (4, 2, {"whole": 4})
    count, rate = report["columns"]
    assert (count["source"], count["zones"], count["share_outside"], count["suppressed"]) == (200, 200, 0, 1)
    assert (rate["kind"], rate["source"], rate["suppressed"]) == ("intensive", None, 1)
    assert faults.exists()


def test_where_people_live(study: Path, layer: Path, geosocial: Run, tmp_path: Path) -> None:
    homes = "lat,lon,homes\n45.51,-73.602,3\n45.51,-73.598,1\n45.51,-73.584,5\n"
    (study / "homes.csv").write_text(homes, encoding="utf-8")
    out = tmp_path / "o.csv"
    options = ("--extensive", "people", "--method", "dasymetric", "--ancillary", study / "homes.csv")
    done = geosocial(
        "interpolate", layer, study / "zones.geojson", "--out", out, *options, "--ancillary-weight", "homes"
    )
    assert table(out)["people"].astype(float).tolist() == pytest.approx([130, 70], rel=1e-4)
    assert "row 2: The ancillary layer has nothing in this polygon" in done.stderr
    assert "200 in the layer, 200 in the zones, 0 outside (0.00%)" in done.stdout


def test_points_of_a_sheet(study: Path, geosocial: Run, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    files = (study / "demand.csv", study / "zones.geojson", "--out", out)
    done = geosocial("interpolate", *files, "--extensive", "residents")
    assert done.returncode == 0, done.stderr
    assert table(out)["residents"].tolist() == ["1600", "2000"]
    assert table(out)["residents_known"].tolist() == ["1", "0.5"]
    assert "3,600 in the layer, 3,600 in the zones, 0 outside (0.00%)" in done.stdout
    assert geosocial("interpolate", *files, "--extensive", "residents", "--method", "area").returncode == 1


def test_a_name_that_is_taken_and_a_rate_that_is_added_up(
    study: Path, layer: Path, geosocial: Run, tmp_path: Path
) -> None:
    text = layer.read_text(encoding="utf-8").replace('"rent"', '"rent_pct"').replace('"people"', '"nom"')
    layer.write_text(text, encoding="utf-8")
    out = tmp_path / "o.csv"
    columns = ("--extensive", "nom", "--extensive", "rent_pct")
    done = geosocial("interpolate", layer, study / "zones.geojson", "--out", out, *columns)
    assert "The zones have a column “nom”: the new one is “nom_interpolated”." in done.stderr
    assert "“rent_pct” seems to hold rates" in done.stderr
    assert list(table(out)["nom"]) == ["Ouest", "Est–L’Île"]


PEOPLE = ("aires.geojson", "zones.geojson", "--extensive", "people")


@pytest.mark.parametrize(
    ("arguments", "lang", "names"),
    [
        (("nowhere.geojson", *PEOPLE[1:]), "en", ["nowhere.geojson", "no such file"]),
        (("aires.geojson", "zones.geojson", "--extensive", "dogs"), "fr", ["dogs", "introuvable", "people"]),
        ((*PEOPLE, "--intensive", "people"), "fr", ["people", "demandée deux fois"]),
        ((*PEOPLE, "--method", "dasymetric"), "fr", ["couche auxiliaire", "dasymetric"]),
        (("negative.geojson", *PEOPLE[1:]), "en", ["negative.geojson", "row 2 holds", "people"]),
        (("aires.geojson", "projects.csv", *PEOPLE[2:]), "en", ["projects.csv"]),
        (PEOPLE[:2], "fr", ["--extensive pour des effectifs", "--intensive"]),
        ((*PEOPLE, "--method", "volume"), "en", ["volume"]),
    ],
)
def test_what_is_refused(layer: Path, geosocial: Run, *, arguments: Any, lang: str, names: Any) -> None:
    text = layer.read_text(encoding="utf-8").replace('"people": 100', '"people": -100')
    layer.with_name("negative.geojson").write_text(text, encoding="utf-8")
    out = layer.with_name("o.csv")
    out.write_text("old", encoding="utf-8")
    done = geosocial("interpolate", *arguments, "--out", out, "--json", cwd=layer.parent, lang=lang)
    usage = "volume" in arguments or "--extensive" not in arguments
    assert done.returncode == (2 if usage else 1)
    assert usage or done.stderr.count("\n") == 1
    for name in names:
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_text(encoding="utf-8") == "old", "the old file stays whole"
