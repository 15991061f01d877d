"""Figures with decimals beside their noun: singular below 2 in French, by what is shown."""

from __future__ import annotations

import pytest

from geosocial import wording
from geosocial.i18n import NBSP, words

FR, EN = words("fr"), words("en")


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (0.005, "+0,5 point", "+0.5 points"),
        (-0.005, "−0,5 point", "−0.5 points"),
        (0.01, "+1,0 point", "+1.0 points"),
        (-0.0194, "−1,9 point", "−1.9 points"),
        # what is shown as 2,0 is plural, also where it is less
        (-0.0196, "−2,0 points", "−2.0 points"),
        (0.02, "+2,0 points", "+2.0 points"),
        (0.0, "0,0 point", "0.0 points"),
    ],
)
def test_percentage_points(value: float, fr: str, en: str) -> None:
    assert wording.signed(FR, "share", value) == fr.replace(" ", NBSP)
    assert wording.signed(EN, "share", value) == en


@pytest.mark.parametrize(
    ("unit", "value", "fr", "en"),
    [
        ("years", 1.94, "1,9 an", "1.9 years"),
        ("years", 1.96, "2,0 ans", "2.0 years"),
        ("years", 12.5, "12,5 ans", "12.5 years"),
        ("enterprises", 1.0, "1 entreprise", "1 enterprise"),
        ("enterprises", 0.0, "0 entreprise", "0 enterprises"),
        ("enterprises", 1.6, "2 entreprises", "2 enterprises"),
    ],
)
def test_amounts(unit: str, value: float, fr: str, en: str) -> None:
    assert wording.figure_amount(FR, unit, value).replace(NBSP, " ") == fr
    assert wording.figure_amount(EN, unit, value) == en
