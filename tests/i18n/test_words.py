from __future__ import annotations

import datetime as dt
import math

import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import Count, InputError, Said
from geosocial.i18n import system_language, words

FR, EN = words("fr"), words("en")
NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "fr", "en"),
    [
        (1234.5, 1, f"1{NB}234,5", "1,234.5"),
        (0, 0, "0", "0"),
        (-0.2, 0, "0", "0"),
        (-1500, 0, f"−1{NB}500", "−1,500"),
        (1704694, 0, f"1{NB}704{NB}694", "1,704,694"),
        (math.nan, 1, "–", "–"),
    ],
)
def test_numbers_by_hand(value: float, decimals: int, fr: str, en: str) -> None:
    assert FR.number(value, decimals) == fr
    assert EN.number(value, decimals) == en


@settings(deadline=None)  # the first call loads Babel's data of the locale
@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_are_as_babel_writes_them(value: int) -> None:
    assert FR.number(value).replace("−", "-") == format_decimal(value, locale="fr_CA")
    assert EN.number(value).replace("−", "-") == format_decimal(value, locale="en_CA")


def test_percent_metres_people_ordinals_and_lists() -> None:
    assert (FR.percent(0.123, 1), EN.percent(0.123, 1)) == (f"12,3{NB}%", "12.3%")
    assert (FR.metres(800), FR.metres(1000), FR.metres(1500)) == (f"800{NB}m", f"1{NB}km", f"1,5{NB}km")
    assert [EN.people(v) for v in (4249, 4250, 994, 4)] == ["4,200", "4,300", "990", "0"]
    assert [FR.ordinal(k) for k in (1, 2, 21)] == ["1er", "2e", "21e"]
    assert [EN.ordinal(k) for k in (1, 2, 3, 4, 11, 12, 13, 21, 22, 111)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "111th",
    ]
    assert FR.listing(["A", "B", "C"]) == "A, B et C"
    assert EN.listing(["A"]) == "A"


def test_dates_in_words() -> None:
    assert FR.date(dt.date(2026, 11, 22)) == "22 novembre 2026"
    assert EN.date(dt.date(2026, 11, 22)) == "November 22, 2026"


def test_zero_and_one_are_singular_in_french() -> None:
    said = [
        FR.n("{folder} ({count} table)", "{folder} ({count} tables)", n, folder="t", count=n)
        for n in (0, 1, 2)
    ]
    assert said == ["t (0 tableau)", "t (1 tableau)", "t (2 tableaux)"]
    assert (
        EN.n("{folder} ({count} table)", "{folder} ({count} tables)", 0, folder="t", count=0)
        == "t (0 tables)"
    )


def test_an_error_is_one_line_in_both_languages_with_its_inner_messages() -> None:
    error = InputError(
        "{file}: the study cannot be used: {faults}.",
        file="a\nb.toml",
        faults=(
            Said("{key} is missing", {"key": "crs"}),
            Said("{key} is not a known key", {"key": "sphères"}),
        ),
    )
    assert (
        FR.error(error)
        == f"a b.toml{NB}: l’étude ne peut pas servir{NB}: crs est absente; sphères n’est pas une clé connue."
    )
    assert (
        EN.error(error) == "a b.toml: the study cannot be used: crs is missing; sphères is not a known key."
    )
    assert str(error) == "a\nb.toml: the study cannot be used: crs is missing; sphères is not a known key."


def test_what_a_user_typed_is_never_a_template() -> None:
    assert EN.t("{file}: {reason}.", file="{reason.__class__}", reason="{0}") == "{reason.__class__}: {0}."


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "fr_CA"}, "fr"),
        ({"LANG": "en", "GEOSOCIAL_LANG": "fr"}, "fr"),
        ({"LANG": "de_DE"}, "fr"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("GEOSOCIAL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language() == expected


@pytest.mark.parametrize(
    ("count", "fr", "en"),
    [
        (0, "seul", "many"),
        (0.5, "seul", "many"),
        (1, "seul", "one"),
        (1.9, "seul", "many"),
        (2, "deux", "many"),
    ],
)
def test_below_two_is_singular_in_french_whatever_its_sign(count: float, fr: str, en: str) -> None:
    one, many = "{figure} enterprise", "{figure} enterprises"
    noun = {"seul": "entreprise", "deux": "entreprises"}[fr]
    for sign in (1, -1):
        assert FR.n(one, many, sign * count, figure="?").replace(NB, " ") == f"? {noun}"
    assert EN.n(one, many, count, figure="?") == ("? enterprise" if en == "one" else "? enterprises")


def test_a_message_among_the_facts_has_the_number_of_its_language() -> None:
    for count, english, french in (
        (0, "0 sites cost 5 at least", "0 emplacement coûte au moins 5,"),
        (1, "1 site costs 5 at least", "1 emplacement coûte au moins 5,"),
        (2, "2 sites cost 5 at least", "2 emplacements coûtent au moins 5,"),
    ):
        said = Said.n(
            "{got} site costs {cost} at least, more than the budget of {budget}.",
            "{got} sites cost {cost} at least, more than the budget of {budget}.",
            count,
            got=Count(count),
            cost=5,
            budget=4,
        )
        assert EN.said(said).startswith(english)
        assert str(said).startswith(english)
        assert FR.said(said).startswith(french)
        assert EN.t("{why}", why=said) == EN.said(said)
