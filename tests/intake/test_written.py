"""Amounts and angles as people write them; what can be read in several ways is not guessed at."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.intake.written import amount, degrees


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,250,000", 1_250_000),
        ("$ 450,000", 450_000),
        ("$1,250,000.50", 1_250_000.5),
        ("CA$900", 900),
        ("1 250 000 $", 1_250_000),
        ("1\u00a0250\u00a0000\u00a0$", 1_250_000),
        ("1 250 000,50 $", 1_250_000.5),
        ("12.5 CAD", 12.5),
        ("-$3,000", -3_000),
        ("1,250,000", 1_250_000),
        ("100", 100),
        ("1,2 M$", 1_200_000),
        ("1,1 M $", 1_100_000),
        ("$1.25M", 1_250_000),
        ("1.250 M$", 1_250_000),
        ("450 k$", 450_000),
        ("1 250 k$", 1_250_000),
        ("1.250.000 $", 1_250_000),
        ("1.250.000,50 $", 1_250_000.5),
        ("1.250,50 €", 1_250.5),
        ("1'250'000 $", 1_250_000),
        ("1’250’000.50", 1_250_000.5),
        ("0.125 $", 0.125),
        ("450.000 $", "ambiguous_number"),
        ("$450.000", "ambiguous_number"),
        ("1,250 M$", "ambiguous_number"),
        ("1.25.000 $", "bad_number"),
        ("12 M", "bad_number"),
        ("M$", "bad_number"),
        ("450,000", "ambiguous_number"),
        ("450,000 $", "ambiguous_number"),
        ("on request", "bad_number"),
        ("$", "bad_number"),
        ("$12 to $15", "bad_number"),
        ("$1,2,3", "bad_number"),
    ],
)
def test_an_amount_is_read_with_its_currency(text: str, value: float | str) -> None:
    assert amount(text) == value


@given(st.integers(0, 10**12), st.sampled_from(["${:,}", "{:,}.00 $", "CAD {:,}", "{} k$"]))
def test_an_amount_comes_back_from_every_way_to_write_it(value: int, way: str) -> None:
    assert amount(way.format(value)) == value * (1_000 if "k" in way else 1)


@pytest.mark.parametrize(
    ("text", "axis", "value"),
    [
        ("-73.5817°", "x", -73.5817),
        ("73.5817W", "x", -73.5817),
        ("-73.5817W", "x", -73.5817),
        ("73,5817° O", "x", -73.5817),
        ("W 73.5", "x", -73.5),
        ("45.5231° N", "y", 45.5231),
        ("33.9 s", "y", -33.9),
        ("45°31'30\"N", "y", 45.525),
        ("73° 34′ 48″ W", "x", -73.58),
        ("45° 30.6'", "y", 45.51),
    ],
)
def test_an_angle_is_read_with_its_marks(text: str, axis: str, value: float) -> None:
    assert degrees(text, "x" if axis == "x" else "y") == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("45.5N", "x"),
        ("73.5W", "y"),
        ("-73.5E", "x"),
        ("-45.5N", "y"),
        ("N 45 N", "y"),
        ("45°61'N", "y"),
        ("45°10'60\"", "y"),
        ("N/A", "x"),
        ("", "x"),
        ("12 units", "x"),
    ],
)
def test_an_angle_that_contradicts_itself_is_not_guessed(text: str, axis: str) -> None:
    assert math.isnan(degrees(text, "x" if axis == "x" else "y"))
