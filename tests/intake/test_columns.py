"""Numbers as people write them, and columns as studies name them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.intake.columns import Columns, Terms, number, texts
from geosocial.vocabulary import spheres


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        (" 12.50 ", 12.5),
        ("-3", -3.0),
        ("−3", -3.0),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234\u202f567", 1234567.0),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("12,5", 12.5),
        ("0,1234", 0.1234),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1,234", "ambiguous_number"),
        ("12 34", "bad_number"),
        ("1.234.567", "bad_number"),
        ("1_000", "bad_number"),
        ("inf", "bad_number"),
        ("nan", "bad_number"),
        ("1e400", "bad_number"),
        ("٣", "bad_number"),
        ("12 $", "bad_number"),
        ("n. d.", "bad_number"),
    ],
)
def test_numbers(text: str, value: float | str) -> None:
    assert number(text) == value


def test_an_empty_text_is_a_missing_number() -> None:
    assert math.isnan(number(""))  # type: ignore[arg-type]
    assert math.isnan(number(" \u00a0"))  # type: ignore[arg-type]


def test_a_comma_in_degrees_is_decimal() -> None:
    assert number("45,512", decimal_comma=True) == 45.512


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_python_is_read_exactly(value: float) -> None:
    assert number(repr(value)) == value


@given(st.integers(0, 10**9), st.sampled_from(["fr"]))
def test_what_we_write_in_french_is_read(value: int, lang: str) -> None:
    assert number(words(lang).number(value + 0.5, 1)) == value + 0.5


def test_cells_of_layers_as_text() -> None:
    assert texts(pd.Series([12.0, 0.5, None])) == ["12", "0.5", ""]
    assert texts(pd.Series([1, None], dtype="Int64")) == ["1", ""]
    assert texts(pd.Series([True, None], dtype="boolean")) == ["true", ""]
    assert texts(pd.Series([" a ", None, "007"], dtype="str")) == ["a", "", "007"]


def test_headers_are_found_without_accents_but_never_guessed_between() -> None:
    columns = Columns("f.csv", pd.DataFrame({"Catégorie": ["a"], "code-postal": ["b"], "Code postal": ["c"]}))
    assert columns.header("categorie") == "Catégorie"
    assert columns.header("Code postal") == "Code postal"
    with pytest.raises(InputError, match="column “CODE POSTAL” not found"):
        columns.header("CODE POSTAL")
    assert columns.text("=culture") == ["culture"]
    assert columns.text("") == [""]
    assert columns.shown("=culture") == ""


def test_terms_are_known_by_key_and_by_both_labels() -> None:
    label = spheres()["sustainable_development"].label
    found = Terms(spheres()).keys(["sustainable_development", label.fr.upper(), label.en, "", "?"])
    assert found == ["sustainable_development"] * 3 + ["", None]
