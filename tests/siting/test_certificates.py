"""Records of answers: each model's holds, and none that was tampered with does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.siting import (
    SitingResult,
    Sphere,
    backup,
    capacitated,
    kolm_pollak,
    lscp,
    maximin,
    mclp,
    p_center,
    p_dispersion,
    p_median,
    relocate,
    several,
    shortfall,
)
from geosocial.siting.certificate import certify, certify_several, check, check_several
from tests.siting.test_oracles import city

COSTS, WEIGHTS = city(60, 14, 21)
ROOM = np.full(14, 2_000.0)
ZONES = [f"zone {k % 4}" for k in range(60)]
PRICE = np.arange(1.0, 15.0)
NEAR, FAR = 2_000.0, 6_000.0
BETWEEN = city(14, 14, 5)[0]

MODELS: dict[str, Callable[[], SitingResult]] = {
    "mclp": lambda: mclp(COSTS, WEIGHTS, sites=4, standard=NEAR),
    "lscp": lambda: lscp(COSTS, WEIGHTS, standard=FAR),
    "priced lscp": lambda: lscp(COSTS, WEIGHTS, standard=FAR, site_costs=PRICE),
    "p_median": lambda: p_median(COSTS, WEIGHTS, sites=4),
    "p_center": lambda: p_center(COSTS, WEIGHTS, sites=4),
    "bacop1": lambda: backup(COSTS, WEIGHTS, sites=6, standard=FAR, rule="bacop1"),
    "bacop2": lambda: backup(COSTS, WEIGHTS, sites=4, standard=NEAR, theta=0.7),
    "capacitated": lambda: capacitated(COSTS, WEIGHTS, sites=4, standard=NEAR, capacities=ROOM),
    "maximin": lambda: maximin(COSTS, WEIGHTS, sites=4, standard=NEAR, zones=ZONES),
    "kolm_pollak": lambda: kolm_pollak(COSTS, WEIGHTS, sites=4),
    "shortfall": lambda: shortfall(COSTS, WEIGHTS, sites=4, standard=NEAR),
    "relocate": lambda: relocate(COSTS, WEIGHTS, existing=[0, 1, 2], closures=2, standard=NEAR),
}


def record(name: str) -> dict[str, Any]:
    price = PRICE if name == "priced lscp" else None
    room = ROOM if name == "capacitated" else None
    made = certify(MODELS[name](), COSTS, WEIGHTS, site_costs=price, capacities=room)
    return dict(json.loads(json.dumps(made)))


def faults(said: dict[str, Any]) -> list[str]:
    price = PRICE if said["site_costs"] else None
    return check(said, COSTS, WEIGHTS, zones=ZONES, capacities=ROOM, site_costs=price)


@pytest.mark.parametrize("name", MODELS)
def test_the_record_of_each_model_holds_and_no_other(name: str) -> None:
    said = record(name)
    assert said["status"] == "optimal"
    assert faults(said) == []
    other = next(j for j in range(14) if j not in said["sites"])
    bad: list[dict[str, Any]] = [
        {"objective": said["objective"] * 1.001, "bound": said["bound"] * 1.001},
        {"objective": None},
        {"bound": said["bound"] * 1.01},
        {"gap": 0.1},
        {"sites": said["sites"][1:]},
        {"sites": [*said["sites"], said["sites"][0]]},
        {"sites": [*said["sites"][1:], 14]},
        {"sites": [*said["sites"][1:], -1]},
        {"sites": [*said["sites"][1:], "1"]},
        {"sha256": "0" * 64},
        {"model": "guess"},
        {"status": "infeasible"},
    ]
    if name not in {"p_center", "lscp", "bacop1", "capacitated"}:
        bad.append({"sites": sorted([*said["sites"][1:], other])})
    for change in bad:
        told = {**said, **change}
        if change.get("sites") and name in {"capacitated", "priced lscp"}:
            told = {**told, "capacities": None, "site_costs": None}
        assert faults(told) != [], change
    moved = np.array(WEIGHTS)
    moved[:2] = moved[1::-1]
    assert check(said, COSTS, moved, zones=ZONES)[0].startswith("the costs or the weights")
    assert check(said, COSTS * 1.0001, WEIGHTS, zones=ZONES)[0].startswith("the costs or the weights")


def test_terms_and_amounts_are_held_against_the_costs() -> None:
    said = record("maximin")
    told = {**said, "terms": {**said["terms"], "least_share": said["terms"]["least_share"] + 0.1}}
    assert "the least share of a zone" in faults(told)[0]
    assert check(said, COSTS, WEIGHTS) == ["the zone of each place is needed to check a maximin"]
    assert faults({**record("bacop2"), "terms": {"theta": 0.5}}) != []
    assert faults({**record("kolm_pollak"), "terms": {"kappa": -1e-5}}) != []
    said = record("capacitated")
    place, site, amount = said["amounts"][0]
    assert faults({**said, "capacities": [9e9] * 4}) == ["the capacities are not those of the certificate"]
    rest = said["amounts"][1:]
    assert any(
        "more than" in line for line in faults({**said, "amounts": [[place, site, amount + 500], *rest]})
    )
    far = int(np.argmax(COSTS[:, site]))
    assert any(
        "cannot be served" in line for line in faults({**said, "amounts": [[far, site, amount], *rest]})
    )
    assert any(
        "cannot be served" in line for line in faults({**said, "amounts": [[place, site, -1.0], *rest]})
    )


def test_a_search_that_was_ended_says_so_in_its_record() -> None:
    found = mclp(COSTS, WEIGHTS, sites=4, standard=NEAR)
    said = certify(found, COSTS, WEIGHTS)
    ended = {**said, "status": "time_limit", "bound": found.objective * 1.1, "gap": 0.1}
    assert check(ended, COSTS, WEIGHTS) == []
    assert check({**ended, "gap": 0.01}, COSTS, WEIGHTS) != []
    assert check({**ended, "bound": found.objective * 0.9}, COSTS, WEIGHTS) != []


def test_the_record_of_a_dispersion_holds() -> None:
    said: dict[str, Any] = json.loads(json.dumps(certify(p_dispersion(BETWEEN, sites=4), BETWEEN)))
    assert check(said, BETWEEN) == []
    assert check({**said, "objective": said["objective"] + 1, "bound": said["bound"] + 1}, BETWEEN) != []
    one = certify(p_dispersion(BETWEEN, sites=1), BETWEEN)
    assert one["objective"] is None
    assert check(one, BETWEEN) == []


def test_the_record_of_several_spheres_holds() -> None:
    other, people = city(30, 14, 8)
    spheres = [Sphere(COSTS, WEIGHTS, NEAR, "culture", 2), Sphere(other, people, 1_000, "housing")]
    said: dict[str, Any] = json.loads(json.dumps(certify_several(several(spheres, sites=3), spheres)))
    assert check_several(said, spheres) == []
    part = said["spheres"][0]
    changes: tuple[dict[str, Any], ...] = (
        {"objective": said["objective"] + 0.01, "bound": said["bound"] + 0.01},
        {"sites": said["sites"][:2]},
        {"sites": [99]},
        {"sites": "0"},
        {"spheres": []},
        {"spheres": None},
        {"spheres": [{**part, "standard": NEAR + 1}, said["spheres"][1]]},
        {"spheres": [{**part, "alone": [0, 0]}, said["spheres"][1]]},
        {"status": "unknown"},
        {"spheres": [{**part, "served": part["served"] + 1}, said["spheres"][1]]},
        {"spheres": [{**part, "importance": 0.9}, said["spheres"][1]]},
        {"spheres": [{**part, "alone_served": part["served"] - 1}, said["spheres"][1]]},
    )
    for change in changes:
        assert check_several({**said, **change}, spheres) != [], change


RECORDS = {name: record(name) for name in MODELS}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70) | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(RECORDS)),
    key=st.sampled_from(["model", "objective", "bound", "gap", "sites", "terms", "amounts", "status"]),
    value=ANYTHING,
)
def test_whatever_stands_in_a_record_is_refused_in_words(name: str, key: str, value: Any) -> None:
    said = RECORDS[name]
    used = {"terms": {"bacop2", "maximin", "kolm_pollak"}, "amounts": {"capacitated"}}
    if key in used and name not in used[key]:
        return
    if json.dumps(value) == json.dumps(said[key]) or (key == "gap" and value == 0):
        return
    told = {**said, key: value}
    found = faults(told)
    assert found
    assert all(isinstance(line, str) for line in found)


def test_the_limits_of_a_choice_are_recorded_and_held_against_its_sites() -> None:
    limits: dict[str, Any] = {"sites": 4, "fixed": [3], "forbidden": [5], "budget": 40.0, "site_costs": PRICE}
    found = mclp(COSTS, WEIGHTS, standard=NEAR, **limits)
    said = json.loads(json.dumps(certify(found, COSTS, WEIGHTS, limits=limits)))
    kept = said["limits"]
    assert kept["site_costs"] == [float(j) + 1 for j in said["sites"]]
    assert check(said, COSTS, WEIGHTS, site_costs=PRICE) == []
    outside = next(j for j in range(14) if j not in said["sites"])
    for change, line in (
        ({"sites": len(said["sites"]) - 1}, f"there are {len(said['sites'])} sites"),
        ({"fixed": [outside]}, f"candidate {outside} had to be"),
        ({"forbidden": said["sites"][:1]}, f"candidate {said['sites'][0]} must not be"),
        ({"budget": sum(kept["site_costs"]) - 0.5}, "the sites cost"),
        ({"site_costs": None}, "the budget cannot be checked"),
        ({"fixed": None}, "a figure of the certificate is missing"),
    ):
        wrong = check({**said, "limits": {**kept, **change}}, COSTS, WEIGHTS)
        assert len(wrong) == 1
        assert wrong[0].startswith(line)
    dear = {**said, "limits": {**kept, "site_costs": [0.0] * len(said["sites"])}}
    assert check(dear, COSTS, WEIGHTS, site_costs=PRICE) == [
        "the site_costs are not those of the certificate"
    ]
    moved = certify(
        MODELS["relocate"](), COSTS, WEIGHTS, limits={"existing": [0, 1, 2], "closures": 2, "openings": 2}
    )
    assert check(moved, COSTS, WEIGHTS) == []
    stay = {**moved, "limits": {**moved["limits"], "closures": 0, "openings": 0}}  # type: ignore[dict-item]
    gone, new = {0, 1, 2} - set(moved["sites"]), set(moved["sites"]) - {0, 1, 2}  # type: ignore[call-overload]
    assert check(stay, COSTS, WEIGHTS) == [
        f"there are {len(changed)} {name}, and at most 0 may be"
        for name, changed in (("closures", gone), ("openings", new))
        if changed
    ]
    assert gone | new


def test_the_limits_of_several_spheres_are_held_too() -> None:
    given_ = [Sphere(COSTS, WEIGHTS, NEAR, "one"), Sphere(COSTS, WEIGHTS[::-1], FAR, "two")]
    found = several(given_, sites=3, fixed=[2])
    said = certify_several(found, given_, limits={"sites": 3, "fixed": [2]})
    assert check_several(said, given_) == []
    fewer = {**said, "limits": {**said["limits"], "sites": 1}}  # type: ignore[dict-item]
    assert check_several(fewer, given_) == [
        f"there are {len(found.joint.sites)} sites, and at most 1 may open"
    ]
