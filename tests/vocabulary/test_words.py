from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial import vocabulary
from geosocial.errors import InputError
from geosocial.vocabulary import LocalText, classify, crosswalk, fold, kinds, spheres, terms

CROSSWALKS = ("montreal_points_of_interest", "montreal_facilities", "shq_housing")
FAMILIES = (
    "statuses",
    "legal_forms",
    "zone_kinds",
    "directions",
    "goals",
    "action_statuses",
    "frequencies",
    "levels",
    "senses",
    "qualities",
    "decisions",
)


def labels() -> list[tuple[str, LocalText]]:
    found = [(f"sphere {s.key}", text) for s in spheres().values() for text in (s.label, s.facility)]
    found += [(f"kind {k.key}", text) for k in kinds().values() for text in (k.one, k.many)]
    return found + [(f"{family} {t.key}", t.label) for family in FAMILIES for t in terms(family).values()]


@pytest.mark.parametrize(("where", "text"), labels())
def test_every_record_has_both_languages_well_written(where: str, text: LocalText) -> None:
    for lang in (text.fr, text.en):
        assert lang, where
        assert lang == lang.strip(), where
        assert not set(lang) & set("'\"_"), where  # curved apostrophes; no key shown to a reader
        assert "  " not in lang, where
    assert " :" not in text.fr, where  # a plain space before a colon would break the line


def test_the_order_and_the_spheres_are_those_of_the_partnership() -> None:
    assert list(spheres()) == ["housing", "culture", "recreation", "sustainable_development", "tourism"]
    order = [list(spheres()).index(kind.sphere) for kind in kinds().values()]
    assert order == sorted(order)
    assert set(order) == set(range(5))
    assert len(terms("directions")) == 5
    assert len(terms("goals")) == 3


def test_a_facility_carries_its_article() -> None:
    for sphere in spheres().values():
        assert sphere.facility.fr.split()[0] in {"un", "une"}
        assert sphere.facility.en.split()[0] in {"a", "an"}


def test_dwellings_are_counted_in_housing_only() -> None:
    assert {kind.capacity for kind in kinds().values() if kind.sphere == "housing"} == {"dwellings"}
    assert {kind.capacity for kind in kinds().values() if kind.sphere != "housing"} == {""}


@pytest.mark.parametrize("name", CROSSWALKS)
def test_a_crosswalk_leads_to_known_kinds_only(name: str) -> None:
    table = crosswalk(name)
    assert {*table.kinds.values(), *table.prefixes.values(), table.default} <= {*kinds(), ""}


def test_a_crosswalk_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(InputError, match="shq_housing") as caught:
        classify("nowhere", "x")
    assert caught.value.facts["name"] == "nowhere"


@pytest.mark.parametrize(
    ("organism", "kind"),
    [
        ("Omh de Montréal", "public_dwelling"),
        ("OMH DE MONTREAL", "public_dwelling"),
        ("Office municipal d’habitation de Montréal", "public_dwelling"),
        ("Coop.Hab. Aigle Blanc", "cooperative_dwelling"),
        ("Foyer Portugais Santa-Cruz", "nonprofit_dwelling"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_the_form_of_an_organism_is_read_in_its_first_words(organism: str, kind: str) -> None:
    assert classify("shq_housing", organism) == kind


def test_a_category_that_serves_no_sphere_has_no_kind() -> None:
    assert classify("montreal_points_of_interest", "Caserne de pompiers") == ""
    assert classify("montreal_points_of_interest", "Bibliothèque privée") == ""
    assert classify("montreal_points_of_interest", "éco-quartier") == "eco_quartier"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’Île-Bizard–Sainte-Geneviève", "LÎle-Bizard - Sainte-Geneviève"),
        ("L'Île-Bizard-Sainte-Geneviève", "L&#039;Île-Bizard — SAINTE-GENEVIÈVE"),
        ("Côte-des-Neiges–Notre-Dame-de-Grâce", "COTE-DES-NEIGES / NOTRE-DAME-DE-GRACE"),
        ("Mercier–Hochelaga-Maisonneuve", "MERCIER/HOCHELAGA/ MAISONNEUVE"),
        ("Sœurs", "SOEURS"),
        ("Baie-D’Urfé", "Baie-d´Urfé"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()


def test_the_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(vocabulary).failed == 0
