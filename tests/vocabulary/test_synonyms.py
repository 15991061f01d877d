"""The synonyms: no header and no word says two things, and our own words are among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from geosocial.vocabulary import fold, kinds, spheres, terms
from geosocial.vocabulary.synonyms import headers, plain, plan_headers, words


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("Capacité_(logements)", "capacite"),
        ("CAPACITÉ", "capacite"),
        ("  Latitude [degrés] ", "latitude"),
        ("buildingName", "building name"),
        ("CodePostal", "code postal"),
        ("X_m", "x"),
        ("nom-de-l’organisme", "nom de lorganisme"),
        ("(m²)", "m2"),
        ("m", "m"),
        ("", ""),
    ],
)
def test_what_does_not_matter_in_a_header(header: str, says: str) -> None:
    assert plain(header) == says


def test_no_header_says_two_columns() -> None:
    counted = Counter(word for found in headers().values() for word in found.sure | found.likely)
    assert [word for word, count in counted.items() if count > 1] == []
    assert all(found.sure for found in headers().values())


@pytest.mark.parametrize(
    "sheet", ["actions", "indicators", "observations", "contracts", "registry", "reviewed"]
)
def test_no_header_of_the_plan_says_two_columns(sheet: str) -> None:
    meanings: dict[str, set[str]] = {}
    for key, found in plan_headers(sheet).items():
        assert found
        for header in found:
            meanings.setdefault(header, set()).add(key)
    assert {header: keys for header, keys in meanings.items() if len(keys) > 1} == {}


def test_every_column_knows_its_own_key() -> None:
    for key, found in headers().items():
        assert plain(key) in found.sure


FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "statuses": terms("statuses"),
    "legal_forms": terms("legal_forms"),
    "spheres": spheres(),
    "kinds": kinds(),
    **{
        family: terms(family)
        for family in (
            "directions",
            "action_statuses",
            "frequencies",
            "levels",
            "senses",
            "qualities",
            "decisions",
        )
    },
}


@pytest.mark.parametrize("family", list(FAMILIES))
def test_no_word_stands_for_two_keys(family: str) -> None:
    keys = FAMILIES[family]
    meanings: dict[str, set[str]] = {}
    for key, term in keys.items():
        labels = [getattr(term, name) for name in ("label", "one", "many") if hasattr(term, name)]
        for word in (key, *(label[lang] for label in labels for lang in ("fr", "en"))):
            meanings.setdefault(fold(word), set()).add(key)
    for key, found in words(family).items():
        assert key in keys
        for word in found:
            meanings.setdefault(fold(word), set()).add(key)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}
