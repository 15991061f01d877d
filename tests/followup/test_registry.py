"""The definitions of the figures: whole in both languages, and every figure that is told has one."""

from __future__ import annotations

import pytest

from geosocial import pipeline
from geosocial.followup.registry import FIGURES, known_figure
from geosocial.measure.indicators import INDICATORS
from geosocial.report.tables import UNITS
from geosocial.study import read_study
from geosocial.tables import CONTRACTS
from tests.measure.toy import toy_study


def test_every_definition_is_whole_in_both_languages() -> None:
    columns = {f"{c.name}.{column}" for c in CONTRACTS for column in c.columns}
    for key, figure in FIGURES.items():
        assert figure.key == key
        assert key not in INDICATORS
        assert figure.formula
        assert set(figure.tables) <= columns
        for text in (figure.label, figure.meaning, figure.source):
            assert text.fr
            assert text.en
            assert "'" not in text.fr
            assert " :" not in text.fr


def test_every_figure_of_a_run_has_a_definition_and_a_unit_in_words() -> None:
    results = pipeline.compute(read_study())
    for table in (results.directions, results.projects):
        assert set(table["indicator"]) <= {*FIGURES, *INDICATORS}
        assert set(table["unit"]) <= set(UNITS)
    told = results.directions[results.directions["topic"] != "quality_of_life"]
    for key, unit in set(zip(told["indicator"], told["unit"], strict=True)):
        assert FIGURES[key].unit == unit
    missing = results.directions[results.directions["status"] == "missing"]
    assert len(missing)
    assert missing["value"].isna().all()


@pytest.mark.parametrize(
    ("reference", "known"),
    [
        ("coverage/culture", True),
        ("coverage/culture/main", True),
        ("gap/housing", True),
        ("social_share_amount", True),
        ("coverage", False),
        ("coverage/casino", False),
        ("coverage/culture/other", False),
        ("coverage/culture/main/x", False),
        ("social_share_amount/culture", False),
        ("", False),
    ],
)
def test_what_a_plan_may_name(reference: str, *, known: bool) -> None:
    assert known_figure(toy_study(), reference) is known
