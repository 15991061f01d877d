"""Enterprises of the toy city by hand: per 10,000 residents, roots, support; missing is never 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geosocial import tables
from geosocial.followup import enterprises
from geosocial.followup.directions import observed, promotion, quality_of_life, supported
from geosocial.followup.figures import Sheet
from geosocial.study import Study
from geosocial.tables.contract import typed
from tests.followup.test_contracts import at
from tests.measure.toy import toy_results, toy_study, toy_tables

#: Rows of the list "named": a culture enterprise in Z2, a planned one, one outside, one without position.
NAMED = {"people": "residents", "enterprises": ["named"], "source": "toy"}


def study(*, complete: bool = False, **changes: Any) -> Study:
    made = toy_study(followup=NAMED, **changes)
    lists = tuple(p.model_copy(update={"complete": complete}) if p.key == "named" else p for p in made.places)
    return made.model_copy(update={"places": lists})


def details(**values: list[float]) -> pd.DataFrame:
    places = toy_tables().places
    mine = places[places["source"] == "named"]
    blank = [math.nan] * len(mine)
    columns = ("founded", "jobs", "french", "english", "website", "opening")
    return pd.DataFrame(
        {
            "source": mine["source"].tolist(),
            "source_row": mine["source_row"].tolist(),
            **{name: values.get(name, blank) for name in columns},
        }
    )


def ground(*, complete: bool = False, **values: list[float]) -> enterprises.Ground:
    toy = toy_tables()
    return enterprises.ground(study(complete=complete), toy.zones, toy.places, toy.demand, details(**values))


def test_per_ten_thousand_and_the_silence_of_a_list() -> None:
    sheet = enterprises.entrepreneurship(ground(), None)
    # one enterprise among the 4,000 residents of Z2, in a list that is not complete
    assert at(sheet, "enterprises", zone_id="Z2") == 1
    assert at(sheet, "enterprises_per_10000", zone_id="Z2") == 1e4 / 4000
    assert at(sheet, "enterprises", "status", zone_id="Z2") == "low_confidence"
    assert math.isnan(at(sheet, "enterprises", zone_id="Z3"))
    assert at(sheet, "enterprises", "status", zone_id="Z3") == "missing"
    assert at(sheet, "enterprises", "status", zone_id="Z2", sphere="tourism") == "missing"
    assert at(sheet, "enterprises", zone_id="Z2", sphere="culture") == 1


def test_a_complete_list_says_zero() -> None:
    sheet = enterprises.entrepreneurship(ground(complete=True), None)
    assert at(sheet, "enterprises", zone_id="Z3") == 0
    assert at(sheet, "enterprises", "status", zone_id="Z3") == "ok"
    # nobody is known to live in Z7, and too few in Z6: nothing can be said of a rate there
    assert at(sheet, "enterprises_per_10000", "status", zone_id="Z7") == "cannot_say"
    assert at(sheet, "enterprises_per_10000", "status", zone_id="Z6") == "cannot_say"
    residents = np.nansum(toy_tables().demand["residents"])
    assert at(sheet, "enterprises_per_10000") == pytest.approx(1e4 / residents)


def test_roots_jobs_and_support() -> None:
    found = ground(founded=[1990, 2000, 2010, 2020], jobs=[12, 5, 5, 5])
    sheet = enterprises.entrepreneurship(found, np.array([2999.0]))
    assert at(sheet, "age_median", zone_id="Z2") == found.study.edition.year - 1990
    assert at(sheet, "age_median", "status", zone_id="Z0") == "missing"
    toy = toy_results()
    goal = enterprises.recognised(found, toy.supply)
    assert at(goal, "jobs", zone_id="Z2") == 12
    assert at(goal, "jobs", "status", zone_id="Z2") == "low_confidence"
    assert at(goal, "jobs", "status", zone_id="Z0") == "missing"
    # dwellings of the housing list: 136 in Z0; no record in Z4, which is missing and not 0
    assert at(goal, "dwellings", zone_id="Z0") == 136
    assert at(goal, "dwellings", "status", zone_id="Z4") == "missing"
    assert at(goal, "dwellings", "status") == "low_confidence"
    assert at(goal, "places", zone_id="Z5", sphere="culture") == 2
    within = study().model_copy(
        update={"followup": study().followup.model_copy(update={"support": Support()})}  # type: ignore[union-attr]
    )
    near = enterprises.Ground(within, found.zone_ids, found.closed, found.people, found.enterprises)
    for cost, share in ((3000.0, 1.0), (3000.1, 0.0)):
        sheet = enterprises.entrepreneurship(near, np.array([cost]))
        assert at(sheet, "support_coverage") == share


class Support:
    """What a study names as support: a list and a standard."""

    list = "support"
    standard_m = 3000.0


def test_openings_and_closures_by_zone() -> None:
    moves = pd.DataFrame(
        {
            "movement": ["opened", "opened", "closed", "moved"],
            "zone_id": ["", "", "Z1", "Z1"],
            "other_zone_id": ["Z1", "Z2", "", "Z2"],
            "sphere": ["", "", "culture", "culture"],
            "other_sphere": ["culture", "tourism", "", "culture"],
        }
    )
    first, goal = enterprises.changed(ground(), moves)
    assert (at(first, "opened"), at(first, "closed"), at(first, "moved")) == (2, 1, 1)
    assert (at(first, "opened", zone_id="Z1"), at(first, "closed", zone_id="Z1")) == (1, 1)
    assert (at(first, "moved", zone_id="Z2"), at(first, "moved", zone_id="Z1")) == (1, 0)
    assert at(first, "opened", sphere="tourism") == 1
    assert (at(goal, "net_change"), at(goal, "net_change", zone_id="Z1")) == (1, 0)
    assert at(goal, "net_change", "status") == "low_confidence"
    assert enterprises.changed(ground(), None) == []


def test_a_listing_field_nobody_looks_at_is_missing() -> None:
    toy = toy_tables()
    asked = study(listings={"list": "named"})
    told = details(french=[1, 0, 1, 1], website=[1, 1, 0, 0])
    sheet = promotion(asked, toy.zones, toy.places, told)
    # rows of the list: in Z2, in Z5, outside, without a position
    assert at(sheet, "listings") == 4

    def field(name: str, column: str = "value", **where: str) -> Any:
        return at(sheet, "listing_share", column, dimension="field", group=name, **where)

    assert (field("position"), field("french"), field("website")) == (0.75, 0.75, 0.5)
    assert field("english", "status") == field("opening", "status") == "missing"
    assert field("all") == 0.25  # only the first has a position, French and a website
    assert field("website", zone_id="Z2") == 1
    assert field("website", "status", zone_id="Z0") == "cannot_say"


def test_quality_of_life_is_that_of_the_measures() -> None:
    toy = toy_results()
    sheet = quality_of_life(toy.measures, toy.overall, toy.disparity)
    for table in (toy.overall, toy.measures):
        kept = table[table["indicator"].isin(["coverage", "rate", "gap", "gap_share"])]
        for row in kept.to_dict(orient="records"):
            where = {"zone_id": row["zone_id"], "sphere": row["sphere"]}
            value = at(sheet, row["indicator"], dimension="service", group=row["service"], **where)
            assert value == row["value"] or (math.isnan(value) and math.isnan(row["value"]))


def test_what_supports_is_summed_and_an_unknown_budget_is_not_zero() -> None:
    none = supported(tables.empty(tables.PLAN_ACTIONS), None, Sheet("entrepreneurship"))
    assert none.rows == []
    blank = {"text": "", "float": math.nan, "int": 0, "bool": False}
    row = {name: blank[c.dtype] for name, c in tables.PLAN_ACTIONS.columns.items()}
    actions = pd.DataFrame([row | {"action_id": "A", "budget": 5.0}, row | {"action_id": "B"}])
    sheet = supported(typed(actions, tables.PLAN_ACTIONS), None, Sheet("entrepreneurship"))
    assert (at(sheet, "budget"), at(sheet, "budget", "status")) == (5, "low_confidence")


def test_a_run_observes_what_the_plan_names() -> None:
    toy = toy_results()
    blank = {"text": "", "float": math.nan, "int": 0, "bool": False}
    row = {name: blank[c.dtype] for name, c in tables.PLAN_INDICATORS.columns.items()}
    named = [("I1", "coverage/culture", "%"), ("I2", "gap/culture/main", ""), ("I3", "social_amount", "")]
    indicators = typed(
        pd.DataFrame(
            [row | {"indicator_id": i, "figure": f, "unit_fr": u, "definition": "v1"} for i, f, u in named]
        ),
        tables.PLAN_INDICATORS,
    )
    nothing = tables.empty(tables.PLAN_OBSERVATIONS)
    given: dict[str, Any] = {
        "study": toy.study,
        "overall": toy.overall,
        "directions": tables.empty(tables.DIRECTIONS),
    }
    seen = observed(indicators, nothing, **given)
    culture = toy.overall.query("sphere == 'culture'").set_index("indicator")["value"]
    assert seen["indicator_id"].tolist() == ["I1", "I2"]  # no contract was read: nothing is observed of them
    assert seen["value"].tolist() == [100 * culture["coverage"], culture["gap"]]
    assert seen["date"].unique().tolist() == [toy.study.edition.isoformat()]
    assert seen["computed"].all()
    # what the plan says of that day stays
    assert observed(indicators, seen, **given).equals(seen)
