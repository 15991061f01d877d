"""The grid of settings, ranks over it and what flips a zone: by brute force on the toy city, and by hand."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.errors import StudyError
from geosocial.measure import evaluate, gaps, robustness
from geosocial.measure.accessibility import two_step_fca
from geosocial.measure.decay import stepwise
from geosocial.measure.evaluate import Measured
from geosocial.measure.robustness import Grid, Outcomes, Setting
from geosocial.study import Robustness, Study
from geosocial.tables import DIMENSIONS
from tests.measure.toy import toy_reach, toy_study, toy_tables, toy_toml

NAN = float("nan")
FACTORS = [0.5, 1.0, 1.5, 2.0]
SUPPLY = [["library", "museum"], "own_zone", "in_zones"]
RULES = ["coverage", "decay", "e2sfca"]


def study(**rules: Any) -> Study:
    """The toy study with a grid of 4 standards × 2 demands × 3 rules × 4 definitions of supply."""
    toml = toy_toml()
    toml["robustness"] |= {
        "standard_factors": FACTORS,
        "rules": RULES,
        "zone_systems": ["study", "position"],
    } | rules
    toml["spheres"]["culture"]["services"][0]["alternative_supply"] = SUPPLY
    toml["spheres"]["housing"]["services"][0]["alternative_supply"] = [["cooperative_dwelling"]]
    return Study.model_validate(toml)


#: Two cells lie, by their position, in the next zone.
MOVED = {1: 1, 8: 5}


@cache
def measured() -> Measured:
    toy = toy_tables()
    where = np.array([int(z[1]) for z in toy.demand["zone_id"]], dtype=np.intp)
    for cell, zone in MOVED.items():
        where[cell] = zone
    own = study()
    return evaluate.measure(
        own, toy.zones, toy.places, toy.demand, toy.costs, reach=toy_reach(own), positions=where
    )


def brute_force(setting: Setting, supply: str | list[str]) -> tuple[list[float], float]:
    """Value of each zone and of the city in a setting of culture, cell by cell and facility by facility."""
    toy = toy_tables()
    zone = [int(z[1]) for z in toy.demand["zone_id"]]
    if setting.zone_system == "position":
        for cell, moved in MOVED.items():
            zone[cell] = moved
    places = toy.places.query("counted and status == 'existing' and kind in ['library', 'theatre', 'museum']")
    if isinstance(supply, list):
        places = places[places["kind"].isin(supply)]
    people = [0.0 if np.isnan(p) else p for p in toy.demand[setting.demand]]
    stand = [int(z[1]) for z in places["zone_id"]]

    def cost(i: int, j: int) -> float:
        if supply == "own_zone" and stand[j] != zone[i]:
            return float("inf")
        dx, dy = toy.demand["x"][i] - places["x"].iloc[j], toy.demand["y"][i] - places["y"].iloc[j]
        return 1.25 * float(np.hypot(dx, dy))

    def weight(d: float) -> float:
        steps = (1.0, 0.68, 0.22)
        return next((w for k, w in enumerate(steps, 1) if d <= setting.standard_m * (k / 3)), 0.0)

    cells, sites = range(len(zone)), range(len(places))
    if setting.rule == "e2sfca":
        ratio = []
        for j in sites:
            reached = sum(people[k] * weight(cost(k, j)) for k in cells)
            ratio.append(places["count"].iloc[j] / reached if reached else 0.0)
        each = [10_000 * sum(ratio[j] * weight(cost(i, j)) for j in sites) for i in cells]
    else:
        near = [min((cost(i, j) for j in sites), default=float("inf")) for i in cells]
        each = [weight(d) if setting.rule == "decay" else float(d <= setting.standard_m) for d in near]
    total = [sum(people[i] for i in cells if zone[i] == z) for z in range(8)]
    value = [
        sum(people[i] * each[i] for i in cells if zone[i] == z) / total[z] if total[z] >= 500 else NAN
        for z in range(8)
    ]
    return value, sum(p * a for p, a in zip(people, each, strict=True)) / sum(total)


def test_every_setting_of_a_coverage_by_brute_force() -> None:
    found = measured().settings.query("sphere == 'culture'")
    assert found["setting"].nunique() == 4 * 2 * 3 * 4 * 2
    for number, rows in found.groupby("setting"):
        one = rows.iloc[0]
        setting = Setting(
            *(one[c] for c in ("standard_m", "demand", "rule", "supply", "cost", "zone_system"))
        )
        supply = one["supply"].split("+") if "+" in one["supply"] else one["supply"]
        value, city = brute_force(setting, supply)
        np.testing.assert_allclose(rows["value"], value, rtol=1e-12, err_msg=f"{number}: {setting}")
        np.testing.assert_allclose(rows["city"], city, rtol=1e-12, err_msg=f"{number}: {setting}")
        assert rows["underserved"].tolist() == [v < city - 1e-12 for v in value], setting


def test_a_ratio_is_tried_with_each_demand_supply_and_zone_system() -> None:
    found = measured().settings.query("sphere == 'housing'")
    tried = (
        found.drop_duplicates("setting")[["demand", "supply", "zone_system"]].apply(tuple, axis=1).tolist()
    )
    assert tried == [
        (demand, supply, system)
        for system in ("study", "position")
        for supply in ("all", "cooperative_dwelling")
        for demand in ("renters", "burdened")
    ]
    assert found["standard_m"].isna().all()
    assert set(found["rule"]) == {"ratio"}
    # co-operatives alone: Z0 has none (its list is not silent), Z1 and Z2 three each: 40 of 2000 = 2 per 100
    first = found.query("supply == 'cooperative_dwelling' and setting == 2")
    np.testing.assert_array_equal(first["value"], [NAN, 2, 2, NAN, NAN, NAN, NAN, NAN])


def test_accessibility_of_a_zone_is_the_mean_of_its_people() -> None:
    toy, near = toy_tables(), toy_reach()["culture", "main"]
    pairs = near.own
    costs = csr_array((pairs.data, pairs.indices, pairs.indptr), shape=pairs.shape)
    people = toy.demand["residents"].fillna(0).to_numpy()
    each = two_step_fca(
        costs, people, near.facilities.count, standard=1000, decay=stepwise([1000 / 3, 2000 / 3, 1000])
    )
    mean = (
        pd.Series(people * each).groupby(toy.demand["zone_id"]).sum()
        / toy.demand.groupby("zone_id")["residents"].sum()
    )
    found = measured().measures.query("sphere == 'culture' and indicator == 'accessibility'")
    np.testing.assert_allclose(found["value"], np.where(np.arange(8) < 7, 1e4 * mean, NAN), rtol=1e-12)
    # the identity: each facility reaches somebody, so what people have adds up to the supply
    assert people @ each == pytest.approx(near.facilities.count.sum())


def test_ranks_over_the_settings_by_brute_force() -> None:
    table = measured().settings.query("sphere == 'culture'")
    ranking = measured().ranking.query("sphere == 'culture'").set_index("zone_id")
    ranked = {str(zone) for zone, rank in ranking["rank"].items() if not np.isnan(rank)}
    low, high = dict.fromkeys(ranked, 99), dict.fromkeys(ranked, 0)
    for _, rows in table.groupby("setting"):
        values = {
            z: v
            for z, v in zip(rows["zone_id"], rows["value"], strict=True)
            if z in ranked and not np.isnan(v)
        }
        for zone, value in values.items():
            rank = 1 + sum(other < value - 1e-12 * (rows["city"].iloc[0] or 1) for other in values.values())
            low[zone], high[zone] = min(low[zone], rank), max(high[zone], rank)
    assert {z: ranking.loc[z, "rank_low"] for z in ranked} == low
    assert {z: ranking.loc[z, "rank_high"] for z in ranked} == high
    inside = (ranking["rank_low"] <= ranking["rank"]) & (ranking["rank"] <= ranking["rank_high"])
    assert inside[ranking["rank"].notna()].all()
    assert ranking["rank_low"].isna().equals(ranking["rank"].isna())


def flips_by_hand(outcomes: Outcomes) -> list[str]:
    """Every pair of settings that differ in one dimension alone."""
    tried = outcomes.grid.settings()
    fields = {"standard": "standard_m"}
    found = []
    for zone in range(outcomes.value.shape[1]):
        best, most = "", 0.0
        for dimension in DIMENSIONS:
            pairs = differ = 0
            for a, b in combinations(range(len(tried)), 2):
                other = [
                    d
                    for d in DIMENSIONS
                    if getattr(tried[a], fields.get(d, d)) != getattr(tried[b], fields.get(d, d))
                ]
                if other == [dimension] and not np.isnan(outcomes.value[[a, b], zone]).any():
                    pairs += 1
                    differ += bool(outcomes.underserved[a, zone] != outcomes.underserved[b, zone])
            if pairs and differ / pairs > most + 1e-12:
                best, most = dimension, differ / pairs
        found.append(best)
    return found


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_flips_a_zone_by_every_pair_of_settings(data: st.DataObject) -> None:
    sizes = data.draw(st.tuples(*[st.integers(1, 3)] * 4))
    grid = Grid(
        tuple(map(float, range(sizes[0]))),
        tuple("abc"[: sizes[1]]),
        ("coverage", "decay", "e2sfca")[: sizes[2]],
        ("all", "own_zone", "in_zones")[: sizes[3]],
    )
    number = int(np.prod(grid.shape))
    cells = st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=2 * number, max_size=2 * number)
    value = np.array(data.draw(cells)).reshape(number, 2)
    outcomes = Outcomes(grid, value, np.full(number, 0.5), robustness.below(value, np.full((number, 1), 0.5)))
    assert robustness.flips(outcomes).tolist() == flips_by_hand(outcomes)


def test_what_flips_a_zone_of_the_toy_city_by_hand() -> None:
    # see test_culture_robustness: Z0 is below the city within 500, 750 and 1000 whoever is counted: 3 of 5.
    # Of 10 pairs of standards 3 · 2 differ, with either demand; of the pairs of demand none.
    toy = toy_tables()
    found = evaluate.measure(toy_study(), toy.zones, toy.places, toy.demand, toy.costs).ranking
    culture = found.query("sphere == 'culture'").set_index("zone_id")["flips"]
    assert culture["Z0"] == "standard"
    # Z1 is below in each: nothing flips it; Z6 and Z7 are not judged
    assert culture[["Z1", "Z3", "Z5", "Z6", "Z7"]].tolist() == [""] * 5
    # Z4: residents below at 1250 only (4 of 10 pairs), low income below but at 1500 (4 of 10): 0.4;
    # of the 5 pairs of demand those at 500, 750, 1000 differ: 0.6
    assert culture["Z4"] == "demand"


def test_the_own_setting_is_found_in_the_grid() -> None:
    own = study()
    service = own.services()[1][1]
    grid = robustness.grid(service, own.robustness)
    one = grid.settings()[grid.own(service)]
    assert (one.standard_m, one.demand, one.rule, one.supply) == (1000.0, "residents", "coverage", "all")
    ratio = own.services()[0][1]
    assert robustness.grid(ratio, own.robustness).own(ratio) == 0
    assert robustness.grid(service, Robustness(standard_factors=(0.5,))).own(service) == -1


def test_only_what_the_nearest_cost_answers_is_tried_without_pairs() -> None:
    service = study().services()[1][1]
    grid = robustness.grid(service, study().robustness, pairs=False)
    assert grid.rules == ("coverage", "decay")
    assert grid.supply == ("all",)
    assert robustness.grid(service, Robustness(rules=("e2sfca",)), pairs=False).rules == ("coverage",)


def test_a_zone_system_that_does_not_differ_is_not_tried_twice() -> None:
    toy = toy_tables()
    where = np.array([int(z[1]) for z in toy.demand["zone_id"]], dtype=np.intp)
    found = evaluate.measure(study(), toy.zones, toy.places, toy.demand, toy.costs, positions=where)
    assert set(found.settings["zone_system"]) == {"study"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 5).map(float), st.just(NAN)), min_size=5, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_ranks_of_many_rows_are_the_ranks_of_each(rows: list[list[float]]) -> None:
    short = np.array(rows)
    among = ~np.isnan(short)
    found = gaps.rank_rows(np.where(among, short, 0.0), among=among)
    for row, expected in zip(found, short, strict=True):
        np.testing.assert_array_equal(row, gaps.ranks(expected, among=~np.isnan(expected)).rank)


@pytest.mark.parametrize(
    ("key", "value"),
    [("alternative_supply", [["pool"]]), ("alternative_supply", [[]]), ("alternative_supply", ["elsewhere"])],
)
def test_a_definition_of_supply_that_does_not_fit_is_refused(key: str, value: Any) -> None:
    toml = toy_toml()
    toml["spheres"]["culture"]["services"][0][key] = value
    with pytest.raises(ValueError, match=key):
        Study.model_validate(toml)


def test_a_ratio_has_no_supply_of_its_own_zone() -> None:
    toml = toy_toml()
    toml["spheres"]["housing"]["services"][0]["alternative_supply"] = ["own_zone"]
    with pytest.raises(ValueError, match="alternative_supply"):
        Study.model_validate(toml)
    with pytest.raises((ValueError, StudyError)):
        Study.model_validate(toy_toml() | {"robustness": {"standard_factors": [0.0]}})


def test_all_combinations_of_the_embedded_study_are_48_for_a_coverage() -> None:
    from geosocial.study import read_study

    embedded = read_study()
    for _, service in embedded.services():
        found = robustness.grid(service, embedded.robustness)
        assert int(np.prod(found.shape)) == (8 if service.rule == "ratio" else 48)
        expected = list(product(found.supply, found.rules, found.demand, found.standards))
        assert len(
            {(s.supply, s.rule, s.demand, s.standard_m) for s in found.settings()}
            if service.rule == "coverage"
            else expected
        ) == len(expected)


def test_combinations_are_the_same_however_they_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from geosocial.geo.pairs import Pairs
    from geosocial.measure import reach

    # rows 0 and 1 in zone 1, row 2 in none, row 3 in zone 0; five facilities, the last out of reach
    indptr = np.array([0, 2, 3, 5, 6])
    pairs = Pairs(np.arange(6.0), np.array([0, 3, 0, 1, 3, 2]), indptr, (4, 5), 9.0)
    zone = np.array([1, 1, -1, 0])
    found = []
    for most in (10**6, 0):  # counted in an array of all of them, and sorted: 15 are more than 6 pairs
        monkeypatch.setattr(reach, "_DENSE", most)
        made = reach.catchments(pairs, pairs.rows(), zone, 2)
        found.append([made.zone.tolist(), made.facility.tolist(), made.of_pair.tolist()])
    assert found[0] == found[1] == [[-1, -1, 0, 1, 1], [1, 3, 2, 0, 3], [3, 4, 3, 0, 1, 2]]
