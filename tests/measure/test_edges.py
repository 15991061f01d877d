"""Boundaries, zeros, silence and refusals, each on a city made for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from geosocial.errors import InputError, StudyError
from geosocial.measure import coverage, evaluate, gaps, robustness, supply
from geosocial.measure.evaluate import Measured
from geosocial.measure.indicators import INDICATORS, supply_unit, units
from geosocial.study import Robustness, Service, Study
from geosocial.tables import CLOSURES, CONTRACTS, MEASURES, METHODS, RANKING, SETTINGS, SUPPLY, check
from geosocial.vocabulary import kinds
from tests.measure.toy import Toy, toy_costs, toy_places, toy_results, toy_study, toy_tables, toy_toml

NAN, INF = float("nan"), float("inf")


def run(toy: Toy, study: Study | None = None) -> Measured:
    return evaluate.measure(study or toy_study(), toy.zones, toy.places, toy.demand, toy.costs)


def changed(**changes: Any) -> Toy:
    toy = toy_tables()
    return Toy(
        **({"zones": toy.zones, "places": toy.places, "demand": toy.demand, "costs": toy.costs} | changes)
    )


def with_service(sphere: str, **changes: Any) -> Study:
    """The toy study with other values in the service of one sphere."""
    toml = toy_toml()
    toml["spheres"][sphere]["services"][0] |= changes
    return Study.model_validate(toml)


def figure(measured: Measured, zone: str, sphere: str, indicator: str, column: str = "value") -> Any:
    table = measured.measures
    rows = table[table["zone_id"].eq(zone) & table["sphere"].eq(sphere) & table["indicator"].eq(indicator)]
    assert len(rows) == 1
    return rows.iloc[0][column]


@pytest.mark.parametrize(
    ("cost", "covered"),
    [(1000.0, 1), (np.nextafter(1000, 0), 1), (np.nextafter(1000, 2000), 0), (0, 1), (INF, 0)],
)
def test_within_means_at_most_the_standard(cost: float, covered: int) -> None:
    one = np.array([1.0]), np.array([cost]), np.array([0])
    assert coverage.covered_by_zone(*one, 1, standard=1000).tolist() == [covered]


def test_no_facility_at_all_is_no_coverage_where_the_list_is_complete() -> None:
    toy = changed(costs={key: np.full(16, INF) for key in toy_costs()})
    found = run(toy)
    # the demand of the six zones that can be ranked is beyond the standard as a whole: all tied on rank 1
    ranked = found.ranking.query("sphere == 'culture' and status == 'ok'")
    assert ranked["rank"].tolist() == [1] * 6
    assert ranked["tied"].tolist() == [6] * 6
    # nobody is below a city-wide value of 0
    assert ranked["verdict"].tolist() == ["served"] * 6
    assert figure(found, "Z0", "culture", "gap") == 4000
    assert found.overall.query("sphere == 'culture' and indicator == 'coverage'")["value"].tolist() == [0]


def test_a_list_without_any_record_says_nothing() -> None:
    # without its records nothing says that the list of cultural places would have held a library
    places = toy_places().query("source != 'places'").reset_index(drop=True)
    found = run(changed(places=places, costs={key: np.full(16, INF) for key in toy_costs()}))
    culture = found.measures.query("sphere == 'culture' and indicator != 'demand'")
    assert set(culture["status"]) == {"missing"}
    assert found.overall.query("sphere == 'culture' and indicator == 'gap'")["status"].tolist() == ["missing"]
    # when study.toml says so, silence of a complete list is zero
    toml = toy_toml()
    toml["places"][0]["kind"] = "=library"
    found = run(
        changed(places=places, costs={key: np.full(16, INF) for key in toy_costs()}),
        Study.model_validate(toml),
    )
    assert figure(found, "Z0", "culture", "supply") == 0
    assert figure(found, "Z0", "culture", "coverage") == 0


def test_a_crosswalk_declares_what_a_list_feeds() -> None:
    toml = toy_toml()
    toml["places"][0] |= {"crosswalk": "montreal_points_of_interest", "kind": "category"}
    places = toy_places().query("source != 'places'").reset_index(drop=True)
    table = supply.by_zone(places, toy_tables().zones, Study.model_validate(toml))
    assert table.query("kind == 'library'")["count"].tolist() == [0] * 8


def test_a_planned_record_does_not_break_the_silence_of_an_incomplete_list() -> None:
    places = toy_places()
    places.loc[places["zone_id"].eq("Z1") & places["source"].eq("leisure"), "status"] = "planned"
    table = supply.by_zone(places, toy_tables().zones, toy_study()).set_index(["zone_id", "kind"])
    assert table.loc[("Z1", "leisure_centre"), "status"] == "missing"


def test_a_service_of_a_complete_and_an_incomplete_list() -> None:
    # libraries from the complete list, leisure centres from the incomplete one
    study = with_service("culture", kinds=["library", "leisure_centre"])
    toy = toy_tables()
    held = supply.of_service(supply.stock(toy.places, toy.zones, study), study.services()[1][1])
    # Z2, Z5 and Z7: no library, and silence on centres: unknown. Z3 has a library and, in the
    # list of centres, an indoor pool, which is no kind of this service: one facility at least.
    np.testing.assert_array_equal(held.amount, [2, 1, NAN, 1, 1, NAN, 1, NAN])
    assert held.incomplete.all()


def test_a_kind_that_no_list_feeds_is_missing_by_kind_and_left_out_of_the_service() -> None:
    study = with_service("culture", kinds=["library", "theatre", "museum", "municipal_venue"])
    toy = toy_tables()
    table = supply.by_zone(toy.places, toy.zones, study)
    assert table.query("kind == 'municipal_venue'")["status"].tolist() == ["missing"] * 8
    assert figure(run(toy, study), "Z1", "culture", "supply") == 0


def test_counted_kinds_outside_the_services_are_in_the_supply_table() -> None:
    places = toy_places()
    places["counted"] = True
    table = supply.by_zone(places, toy_tables().zones, toy_study())
    # the named list is incomplete: known where it has an existing record, missing elsewhere
    counts = table.query("kind == 'culture_enterprise'")["count"]
    np.testing.assert_array_equal(counts, [NAN, NAN, 1, NAN, NAN, NAN, NAN, NAN])


def test_dwellings_without_known_capacity_are_missing_not_zero() -> None:
    places = toy_places()
    places.loc[places["zone_id"].eq("Z1") & places["source"].eq("housing"), "capacity"] = NAN
    found = run(changed(places=places))
    assert figure(found, "Z1", "housing", "rate", "status") == "missing"
    assert np.isnan(figure(found, "Z1", "housing", "supply"))
    # in Z0 one of two rows keeps its capacity: what is known is said
    places = toy_places()
    places.loc[places["record_id"].eq("housing:2"), "capacity"] = NAN
    assert figure(run(changed(places=places)), "Z0", "housing", "supply") == 80


def test_a_record_without_number_is_not_read_as_zero() -> None:
    # Z5's only theatre row, of a complete list, gives no number
    found = run(bad_place(2, "count", NAN))
    assert np.isnan(figure(found, "Z5", "culture", "supply"))
    assert figure(found, "Z5", "culture", "coverage", "status") == "missing"
    table = supply.by_zone(bad_place(2, "count", NAN).places, toy_tables().zones, toy_study())
    assert table.query("zone_id == 'Z5' and kind == 'theatre'")["status"].tolist() == ["missing"]
    # a second row there that gives one is what is known
    places = bad_place(2, "count", NAN).places
    places.loc[0, ["zone_id", "kind"]] = ["Z5", "theatre"]
    assert figure(run(changed(places=places)), "Z5", "culture", "supply") == 1


def test_rejected_records_weigh_nothing() -> None:
    places = toy_places()
    places.loc[0, ["zone_id", "outcome"]] = ["", "rejected"]
    places.loc[0, ["x", "y", "count"]] = NAN
    assert figure(run(changed(places=places)), "Z0", "culture", "supply") == 0


def test_zero_demand_cannot_say() -> None:
    toy = toy_tables()
    demand = toy.demand.copy()
    demand.loc[demand["zone_id"] == "Z1", ["residents", "low_income", "renters", "burdened"]] = 0
    for rules in ({"min_demand": 0}, {}):
        found = run(changed(demand=demand), toy_study(status=rules))
        assert np.isnan(figure(found, "Z1", "culture", "coverage"))
        assert np.isnan(figure(found, "Z1", "housing", "rate"))
        assert figure(found, "Z1", "culture", "demand") == 0
        for sphere in ("culture", "housing"):
            assert figure(found, "Z1", sphere, "gap_share", "status") == "cannot_say"


def test_the_threshold_of_too_few_people_is_inclusive() -> None:
    for least, status in ((300, "ok"), (300.5, "cannot_say")):
        found = run(toy_tables(), toy_study(status={"min_demand": least}))
        assert figure(found, "Z6", "culture", "gap", "status") == status


def test_the_threshold_of_too_few_sites_holds_for_incomplete_lists_only() -> None:
    assert (
        figure(run(toy_tables(), toy_study(status={"min_sites": 2})), "Z3", "housing", "gap", "status")
        == "ok"
    )
    toml = toy_toml()
    toml["places"][2]["complete"] = True
    found = run(toy_tables(), Study.model_validate(toml))
    assert figure(found, "Z3", "housing", "gap", "status") == "ok"
    # and in a complete list the zone without a record has none: 4 % of 2000 and more is missing
    assert figure(found, "Z4", "housing", "gap_share") == 1


def test_one_zone_is_never_below_the_city() -> None:
    toy = toy_tables()
    demand = toy.demand[toy.demand["zone_id"] == "Z0"].reset_index(drop=True)
    costs = {key: cost[:2] for key, cost in toy.costs.items()}
    places = toy.places[toy.places["zone_id"] == "Z0"].reset_index(drop=True)
    found = run(Toy(toy.zones.iloc[:1].reset_index(drop=True), places, demand, costs))
    assert set(found.ranking["underserved_in"]) == {0}
    assert set(found.ranking["verdict"]) == {"served"}
    assert found.ranking["rank"].tolist() == [1, 1, 1]
    assert not found.settings["underserved"].any()


def test_a_study_without_zones_demand_or_places_is_measured_as_nothing() -> None:
    toy = toy_tables()
    found = run(changed(demand=toy.demand.iloc[:0], costs={key: cost[:0] for key, cost in toy.costs.items()}))
    assert set(found.measures.query("indicator != 'supply'")["status"]) == {"missing"}
    found = run(changed(places=toy.places.iloc[:0]))
    assert set(found.measures.query("indicator != 'demand'")["status"]) == {"missing"}


def test_demand_without_a_zone_counts_in_none() -> None:
    found = run(bad_demand(1, "zone_id", ""))  # 3000 of the 4000 people of Z0
    assert figure(found, "Z0", "culture", "demand") == 1000
    assert found.overall.query("sphere == 'culture' and indicator == 'demand'")["value"].tolist() == [19800]


def test_ties_share_the_lowest_rank_and_rounding_is_no_difference() -> None:
    found = gaps.ranks(
        np.array([0.3, 0.1 + 0.2, 0.9, 0.3 - 1e-9, NAN]), among=np.array([True, True, True, True, False])
    )
    np.testing.assert_array_equal(found.rank, [2, 2, 1, 4, NAN])
    assert found.tied.tolist() == [2, 2, 1, 1, 0]
    assert found.ranked == 4


def test_settings_given_twice_count_once() -> None:
    _, service = toy_study().services()[1]
    rules = Robustness(standard_factors=(1.0, 0.5, 1.0, 0.5), rules=("coverage", "coverage"))
    twice = service.model_copy(update={"alternative_demand": ("residents", "low_income", "low_income")})
    assert robustness.grid(twice, rules).settings() == [
        robustness.Setting(standard, demand)
        for demand in ("residents", "low_income")
        for standard in (1000.0, 500.0)
    ]


def test_verdict_at_its_thresholds() -> None:
    could, below = np.array([10, 10, 10, 10, 3, 0]), np.array([9, 8, 2, 1, 3, 0])
    among = np.array([True] * 6)
    assert robustness.verdicts(could, below, among=among, rules=Robustness()).tolist() == [
        "underserved", "depends", "depends", "served", "underserved", "",
    ]  # fmt: skip


def test_ratio_norm_as_a_number() -> None:
    # 5 per 100: due 100 100 100 125 · 37.5 7.5; held 136 40 40 90 · 60 10
    found = run(toy_tables(), with_service("housing", norm=5.0))
    assert [figure(found, zone, "housing", "gap") for zone in ("Z0", "Z1", "Z3", "Z5")] == [0, 60, 35, 0]
    assert found.overall.query("sphere == 'housing' and indicator == 'gap'")["value"].tolist() == [155]
    # the settings compare with the city, whatever the norm
    assert found.settings.query("sphere == 'housing' and setting == 0")["city"].tolist() == [4] * 8


def test_ratio_of_facilities_where_the_kinds_hold_nothing_countable() -> None:
    study = with_service("housing", kinds=["library", "theatre", "museum"], per=1000)
    found = run(toy_tables(), study)
    assert figure(found, "Z5", "housing", "supply") == 2
    assert figure(found, "Z5", "housing", "rate") == 2 / 750 * 1000
    assert figure(found, "Z5", "housing", "rate", "unit") == "per_1000"
    assert figure(found, "Z5", "housing", "gap", "unit") == "facilities"


def test_units_are_those_of_the_contract() -> None:
    named = MEASURES.columns["unit"].meaning
    for _, service in toy_study().services():
        assert set(units(toy_study(), service)) <= set(INDICATORS)
        assert all(unit in named for unit in units(toy_study(), service).values())


def test_every_indicator_is_whole_in_both_languages() -> None:
    for key, indicator in INDICATORS.items():
        assert indicator.key == key
        for text in (indicator.label, indicator.source, indicator.meaning):
            assert text.fr
            assert text.en
            assert text.fr != text.en or indicator.source is text
        assert indicator.formula
        assert indicator.unit
        assert indicator.sense in {"more_is_better", "more_is_worse", "neutral"}
        assert indicator.level in {"input", "output", "outcome"}


def test_every_figure_of_a_table_is_an_indicator() -> None:
    """Positions, numbers of rows and of settings are no figures; neither are names and marks."""
    named = {table for indicator in INDICATORS.values() for table in indicator.tables}
    aside = {"x", "y", "source_row", "order", "setting", "settings", "standard_m", "tied", "ranked"}
    for contract in (RANKING, SETTINGS, METHODS, CLOSURES, SUPPLY):
        figures = {c for c, column in contract.columns.items() if column.dtype in {"float", "int"}}
        assert {f"{contract.name}.{c}" for c in figures - aside} <= named, contract.name
    columns = {f"{c.name}.{column}" for c in CONTRACTS for column in c.columns} | {"measures"}
    assert named <= columns


def bad_demand(row: int, column: str, value: float | str) -> Toy:
    demand = toy_tables().demand.copy()
    demand.loc[row, column] = value
    return changed(demand=demand)


def bad_place(row: int, column: str, value: float | str) -> Toy:
    places = toy_tables().places.copy()
    places.loc[row, column] = value
    return changed(places=places)


def bad_cost(value: float) -> Toy:
    costs = toy_costs()
    costs["culture", "main"][3] = value
    return changed(costs=costs)


@pytest.mark.parametrize(
    ("toy", "words"),
    [
        (bad_demand(3, "residents", -1.0), ["demand.csv", "C03", "residents", "-1"]),
        (bad_demand(3, "burdened", INF), ["C03", "burdened", "inf"]),
        (bad_demand(3, "zone_id", "Z9"), ["C03", "Z9"]),
        (bad_place(1, "count", -2.0), ["places.csv", "row 3", "-2"]),
        (bad_place(1, "capacity", INF), ["places.csv", "row 3", "inf"]),
        (bad_place(1, "zone_id", "Z9"), ["places.csv", "row 3", "Z9"]),
        (bad_place(1, "source", "elsewhere"), ["places.csv", "row 3", "elsewhere"]),
        (bad_cost(NAN), ["culture.main", "C03", "nan"]),
        (bad_cost(-1), ["culture.main", "C03", "-1"]),
        (changed(costs={}), ["culture.main", "16"]),
    ],
)
def test_what_cannot_be_weighed_is_refused_by_row_and_column(toy: Toy, words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        run(toy)
    for word in words:
        assert word in str(refused.value)


def test_kinds_with_different_units_are_refused() -> None:
    _, service = toy_study().services()[0]
    mixed: Service = service.model_copy(update={"kinds": ("public_dwelling", "library")})
    assert kinds()["public_dwelling"].capacity == "dwellings"
    with pytest.raises(StudyError, match="different units"):
        supply_unit(mixed)


def test_a_city_without_a_dwelling_owes_none() -> None:
    # city norm with no dwelling anywhere: nothing is due, so nothing can be said of a share
    places: pd.DataFrame = toy_places()
    places.loc[places["source"] == "housing", "capacity"] = 0.0
    found = run(changed(places=places))
    assert figure(found, "Z0", "housing", "gap") == 0
    assert figure(found, "Z0", "housing", "gap_share", "status") == "cannot_say"


def test_the_toy_results_that_other_rooms_use_obey_every_contract() -> None:
    results = toy_results()
    for contract in CONTRACTS:
        check(getattr(results, contract.name), contract)
    assert results.conservation["read"].sum() == len(results.places)
    assert set(results.measures["status"]) == {"ok", "cannot_say", "missing"}
    assert toy_results(inputs=()).inputs == ()
