"""What a report says of equity: the figures of the tables, in both languages, where the study asks."""

from __future__ import annotations

import re

import pytest

from geosocial import wording
from geosocial.i18n import words
from geosocial.report import equity, evidence, tables, workbook
from geosocial.report.html import page
from geosocial.results import Results
from geosocial.vocabulary import Lang
from tests.wording.city import city

EQUITY = {"people": "residents", "groups": [{"column": "low_income", "of": "residents"}]}
LANGS: tuple[Lang, ...] = ("fr", "en")


@pytest.fixture(scope="module")
def toy() -> Results:
    return city(equity=EQUITY, pairs=True)


@pytest.mark.parametrize("lang", LANGS)
def test_the_section_says_the_figures_of_the_tables(toy: Results, lang: Lang) -> None:
    say = words(lang)
    found = equity.equity(say, toy)
    assert found is not None
    assert {p.key for p in found.parts} == {"e-hubs", "e-groups", "e-shares", "e-inequality", "e-need"}
    whole = toy.hub_zones[(toy.hub_zones["zone_id"] == "") & (toy.hub_zones["unmet"] >= 2)]
    assert say.people(float(whole["people"].sum())) in found.lead
    shares = next(p for p in found.parts if p.key == "e-shares").table
    assert shares is not None
    rows = toy.disparity
    for row in shares.rows:
        for cell in row[1:]:
            assert re.fullmatch(r"–|[+−]?\d+[.,]\d\*?", cell)
    value = float(rows.loc[rows["group"] == "", "value"].iloc[0])
    assert wording.points(say, value) in {c.rstrip("*") for c in shares.rows[0]}
    assert len(found.curves) == toy.lorenz.groupby(["sphere", "service"]).ngroups
    text = page(toy, say)
    assert 'id="equity"' in text
    assert text.count('class="lz"') == 1
    drawn = text[text.index('class="lz"') :]
    assert (">25\u00a0%<" if lang == "fr" else ">25%<") in drawn


def test_nothing_is_said_where_it_is_not_asked() -> None:
    plain = city()
    assert equity.equity(words("fr"), plain) is None
    assert "hubs" not in tables.frames(plain)
    assert 'id="equity"' not in page(plain, words("fr"))


def test_points_have_a_sign() -> None:
    say = words("en")
    assert [wording.points(say, v) for v in (0.0351, -0.02, 0.0001, float("nan"))] == [
        "+3.5",
        "−2.0",
        "0.0",
        "–",
    ]


def test_the_sheets_hold_the_tables(toy: Results) -> None:
    say = [words("fr"), words("en")]
    hubs, disparity, inequality = equity.sheets(toy, say)
    assert [len(s.rows) for s in (hubs, disparity, inequality)] == [
        len(toy.hub_zones),
        len(toy.disparity),
        len(toy.inequality),
    ]
    methods, missed = evidence.sheets(toy, say)
    assert (len(methods.rows), len(missed.rows)) == (len(toy.methods), len(toy.closures))
    assert workbook.workbook(toy) == workbook.workbook(city(equity=EQUITY, pairs=True))
