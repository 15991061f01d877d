"""Headers in two languages: recognised, named by the user, or named as ambiguous."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from geosocial import intake
from geosocial.errors import InputError
from geosocial.intake.columns import Columns, Terms
from geosocial.intake.recognise import named, recognise, refuse_ambiguous
from geosocial.study import PlacesSpec
from geosocial.vocabulary import synonyms, terms
from tests.intake.toy import Factory


def columns(*headers: str) -> Columns:
    return Columns("p.csv", pd.DataFrame({h: pd.Series([], dtype="str") for h in headers}))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["Nom", "Latitude", "Longitude"], {"name": "Nom", "latitude": "Latitude", "longitude": "Longitude"}),
        (["LAT (deg)", "long_"], {"latitude": "LAT (deg)", "longitude": "long_"}),
        (["Coord_X", "Coord_Y (m)"], {"x": "Coord_X", "y": "Coord_Y (m)"}),
        (["Statut", "Forme juridique"], {"status": "Statut", "legal_form": "Forme juridique"}),
        (["Postal Code", "Civic address"], {"address": "Civic address", "postal_code": "Postal Code"}),
        (["nb_logements", "type"], {"kind": "type", "capacity": "nb_logements"}),
        (["Nom", "Titre"], {"name": "Nom"}),  # a sure header wins over a likely one
        (["Couleur"], {}),
    ],
)
def test_headers_are_recognised(headers: list[str], expected: dict[str, str]) -> None:
    assert recognise(columns(*headers)).columns == expected


def test_two_headers_that_say_the_same_are_named_not_guessed() -> None:
    found = recognise(columns("Nom", "name", "statut"))
    assert found.columns == {"status": "statut"}
    assert found.ambiguous == {"name": ("Nom", "name")}
    with pytest.raises(InputError, match="several columns could be “name”: Nom, name"):
        refuse_ambiguous("p.csv", found, ["name"])
    refuse_ambiguous("p.csv", found, ["status", "id"])


def test_the_user_names_a_column() -> None:
    found = recognise(columns("Nom", "name", "Autre"), {"name": "autre"})
    assert found.columns == {"name": "Autre"}
    with pytest.raises(InputError, match="“rien” not found"):
        recognise(columns("Nom"), {"name": "rien"})


@pytest.mark.parametrize("option", ["name", "nom=A", "name=", "=A"])
def test_options_that_name_no_column(option: str) -> None:
    with pytest.raises(InputError, match="does not name a column"):
        named([option])


def test_words_in_both_languages() -> None:
    found = Terms(terms("statuses"), also=synonyms.words("statuses"))
    said = ["Existant", "PROJETÉ", "under construction", "fermé", "", "?"]
    assert found.keys(said) == ["existing", "planned", "planned", "closed", "", None]
    forms = Terms(terms("legal_forms"), also=synonyms.words("legal_forms"))
    assert forms.keys(["OBNL", "coop", "Coopérative de solidarité"]) == ["npo", "cooperative", "cooperative"]


def test_a_study_that_leaves_its_columns_to_their_headers(
    city: Factory, places: Callable[..., PlacesSpec]
) -> None:
    study = city()
    (study.folder / "list.csv").write_text(
        "Liste;;;;;;;\nNo dossier;Nom de l’organisme;Type;Statut;Forme juridique;Arrondissement;"
        "Coord. X;Coord. Y\n"
        "007;La Toile;bibliothèque;projeté;coop;Sud-Ouest;300500,5;5040500\nTotal;;;;;;;\n",
        encoding="cp1252",
        errors="strict",
    )
    spec = PlacesSpec.model_validate(
        {"key": "l", "file": "list.csv", "label": "L", "crs": "EPSG:32188", "source": "s", "recognise": True}
    )
    zones, _, _ = intake.read_zones(study)
    taken = intake.read_places(study, spec, zones)
    row = taken.places.iloc[0]
    assert len(taken.places) == 1
    assert row[["record_id", "name", "kind", "sphere", "status", "legal_form"]].tolist() == [
        "007",
        "La Toile",
        "library",
        "culture",
        "planned",
        "cooperative",
    ]
    assert (row["x"], row["zone_id"], row["declared_zone_id"], row["source_row"]) == (300500.5, "Z3", "Z3", 3)
    plain = intake.read_places(study, places(x="Coord. X", y="Coord. Y"), zones)
    assert plain.places["name"].tolist() == [""], "without being asked, nothing is recognised"


def test_a_study_with_two_columns_of_names(city: Factory) -> None:
    study = city()
    (study.folder / "list.csv").write_text("nom,name,x,y\nA,B,300500,5040500\n")
    spec = PlacesSpec.model_validate(
        {"key": "l", "file": "list.csv", "label": "L", "crs": "EPSG:32188", "source": "s", "recognise": True}
    )
    zones, _, _ = intake.read_zones(study)
    with pytest.raises(InputError, match="several columns could be “name”: nom, name"):
        intake.read_places(study, spec, zones)
    chosen = intake.read_places(study, spec.model_copy(update={"name": "nom"}), zones)
    assert chosen.places["name"].tolist() == ["A"]
