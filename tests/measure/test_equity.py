"""The tables of equity of the embedded study, counted again from the other tables of the same run."""

from __future__ import annotations

import numpy as np
import pytest

from geosocial import pipeline, tables
from geosocial.results import Results
from geosocial.study import read_study


@pytest.fixture(scope="module")
def found() -> Results:
    return pipeline.compute(read_study(None))


def told(found: Results, sphere: str, service: str) -> set[str]:
    rows = found.measures
    mine = rows[(rows["sphere"] == sphere) & (rows["service"] == service) & (rows["indicator"] == "supply")]
    return set(mine.loc[mine["status"] != "missing", "zone_id"])


def test_every_table_obeys_its_contract(found: Results) -> None:
    for contract in tables.EQUITY:
        tables.check(getattr(found, contract.name), contract)
        assert len(getattr(found, contract.name))


def test_geographic_disparity_is_share_of_supply_less_share_of_demand(found: Results) -> None:
    rows = found.measures
    for sphere, spec in found.study.services():
        zones = told(found, sphere, spec.key)
        part = rows[(rows["sphere"] == sphere) & (rows["service"] == spec.key) & rows["zone_id"].isin(zones)]
        supply = part[part["indicator"] == "supply"].set_index("zone_id")["value"]
        demand = part[part["indicator"] == "demand"].set_index("zone_id")["value"]
        wanted = supply / supply.sum() - demand / demand.sum()
        mine = found.disparity
        mine = mine[(mine["sphere"] == sphere) & (mine["service"] == spec.key) & (mine["group"] == "")]
        got = mine.set_index("zone_id")["value"].dropna()
        assert set(got.index) == zones
        np.testing.assert_allclose(got, wanted.loc[got.index], atol=1e-9)
        assert (mine["lower"].dropna() <= got.to_numpy()).all()
        assert (got.to_numpy() <= mine["upper"].dropna()).all()
        assert got.sum() == pytest.approx(0, abs=1e-9)


def test_a_group_disparity_counted_one_facility_at_a_time(found: Results) -> None:
    # Culture, low-income residents: each facility takes the share of the nearest place with people.
    spec = next(s for sphere, s in found.study.services() if sphere == "culture")
    demand, zones = found.demand, told(found, "culture", spec.key)
    lived = demand[demand["zone_id"].isin(zones) & (demand["residents"] > 0) & demand["low_income"].notna()]
    places = found.places
    mine = places[
        places["kind"].isin(spec.kinds)
        & (places["sphere"] == "culture")
        & places["outcome"].isin(["matched", "snapped"])
        & places["zone_id"].isin(zones)
    ]
    counted = {p.key for p in found.study.places if p.counted}
    mine = mine[mine["source"].isin(counted)]
    shares, weight = [], []
    for x, y, count in zip(mine["x"], mine["y"], mine["count"], strict=True):
        at = int(np.argmin(np.hypot(lived["x"] - x, lived["y"] - y)))
        shares.append(lived["low_income"].iloc[at] / lived["residents"].iloc[at])
        weight.append(count)
    city = lived["low_income"].sum() / lived["residents"].sum()
    rows = found.disparity
    got = rows[(rows["sphere"] == "culture") & (rows["group"] == "low_income")].iloc[0]
    assert got["value"] == pytest.approx(np.average(shares, weights=weight) - city, abs=1e-9)
    assert got["baseline"] == pytest.approx(city)
    assert got["lower"] <= got["value"] <= got["upper"]


def test_hubs_are_counted_again_from_the_positions(found: Results) -> None:
    study, demand = found.study, found.demand
    lacking = np.zeros(len(demand), int)
    for spec in study.spheres.values():
        sphere = next(k for k, v in study.spheres.items() if v is spec)
        some = np.zeros(len(demand), bool)
        for service in spec.services:
            if service.rule != "coverage":
                continue
            places = found.places
            near = places[
                places["kind"].isin(service.kinds)
                & places["source"].isin([p.key for p in study.places if p.counted])
                & places["outcome"].isin(["matched", "snapped", "outside"])
            ]
            zones = told(found, sphere, service.key)
            away = np.full(len(demand), np.inf)
            for x, y in zip(near["x"], near["y"], strict=True):
                away = np.minimum(away, np.hypot(demand["x"] - x, demand["y"] - y))
            some |= (away * study.detour > (service.standard_m or 0)) & demand["zone_id"].isin(
                zones
            ).to_numpy()
        lacking += some
    known = (demand["residents"] > 0) & (demand["zone_id"] != "")
    whole = found.hub_zones[found.hub_zones["zone_id"] == ""].set_index("unmet")
    for count in whole.index:
        assert whole.loc[count, "people"] == pytest.approx(
            demand.loc[known & (lacking == count), "residents"].sum()
        )
    assert whole["share"].sum() == pytest.approx(1)
    hubs = found.hubs
    assert set(hubs["demand_id"]) == set(
        demand.loc[(lacking >= 2) & ~(demand["residents"] <= 0), "demand_id"]
    )
    assert (hubs["spheres"].str.count(",") + 1 == hubs["unmet"]).all()
    zones_ = found.hub_zones[found.hub_zones["zone_id"] != ""]
    np.testing.assert_allclose(zones_.groupby("unmet")["people"].sum(), whole["people"], rtol=1e-12)


def test_inequality_by_definition(found: Results) -> None:
    service = next(s for sphere, s in found.study.services() if sphere == "culture")
    assert service.standard_m is not None
    places, demand = found.places, found.demand
    near = places[
        places["kind"].isin(service.kinds)
        & places["source"].isin([p.key for p in found.study.places if p.counted])
        & places["outcome"].isin(["matched", "snapped", "outside"])
    ]
    away = (
        np.hypot(
            np.subtract.outer(demand["x"].to_numpy(), near["x"].to_numpy()),
            np.subtract.outer(demand["y"].to_numpy(), near["y"].to_numpy()),
        )
        * found.study.detour
    )
    have = (away <= service.standard_m) @ near["count"].to_numpy()
    kept = demand["zone_id"].isin(told(found, "culture", service.key)).to_numpy()
    people = demand[service.demand].to_numpy()
    kept = kept & ~np.isnan(people)
    have, people = have[kept], people[kept]
    share, mean = people / people.sum(), float(np.average(have, weights=people))
    rows = found.inequality
    value = rows[(rows["sphere"] == "culture") & (rows["group"] == "")].set_index("index")["value"]
    assert value["mean"] == pytest.approx(mean)
    # Half the relative mean difference, over all pairs of values.
    levels, member = np.unique(have, return_inverse=True)
    part = np.bincount(member, weights=share)
    gini = (part[:, None] * part * np.abs(levels[:, None] - levels)).sum() / (2 * mean)
    assert value["gini"] == pytest.approx(gini)
    ratio = have[have > 0] / mean
    assert value["theil"] == pytest.approx(float((share[have > 0] * ratio * np.log(ratio)).sum()))
    assert value["theil_between"] + value["theil_within"] == pytest.approx(value["theil"])
    assert value["atkinson"] == pytest.approx(1 - float((share * np.sqrt(have / mean)).sum()) ** 2)
    curve = found.lorenz[found.lorenz["sphere"] == "culture"]
    assert curve["people"].tolist() == [n / 100 for n in range(101)]
    order = np.argsort(have, kind="stable")
    heads = np.concatenate([[0], np.cumsum(share[order])])
    held = np.concatenate([[0], np.cumsum((share * have)[order])]) / mean
    np.testing.assert_allclose(curve["held"], np.interp(curve["people"], heads, held), atol=1e-9)


def test_gaps_weighted_by_need_keep_their_total(found: Results) -> None:
    for _, rows in found.need_gaps.groupby(["sphere", "service"]):
        known = rows[rows["rank"] > 0]
        assert known["weighted_gap"].sum() == pytest.approx(known["gap"].sum())
        assert known["weight"].between(1, 2).all()
        for rank, gap in zip(known["rank"], known["gap"], strict=True):
            assert rank == 1 + (known["gap"] > gap + 1e-6).sum()
