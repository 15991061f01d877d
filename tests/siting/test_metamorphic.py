"""What must not change, or only as documented, for every model: more sites, scale, order, the unreachable."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from geosocial.siting import (
    SitingResult,
    Sphere,
    backup,
    capacitated,
    explain,
    kolm_pollak,
    maximin,
    mclp,
    near_optimal,
    p_dispersion,
    prices,
    relocate,
    several,
    shortfall,
)
from geosocial.siting.result import SMALL
from tests.siting.test_oracles import city

NEAR = 1_600.0
COSTS, WEIGHTS = city(120, 24, 31)
ZONES = np.array([f"zone {k % 5}" for k in range(120)])
ROOM = np.full(24, 4_000.0)
BETWEEN = city(24, 24, 6)[0]


def cover(costs: Any, weights: Any, sites: int, **more: Any) -> dict[str, SitingResult]:
    """Return the answers of every model on these costs; what belongs to places and to sites may be given."""
    zones, room = more.pop("zones", ZONES), more.pop("room", ROOM)
    near = more.pop("near", NEAR)
    kappa = more.pop("kappa", -0.001)
    first = [*range(sites)]
    return {
        "backup": backup(costs, weights, sites=sites, standard=near, theta=0.6, **more),
        "only backup": backup(costs, weights, sites=sites, standard=near, theta=0.0, **more),
        "bacop1": backup(costs, weights, sites=sites + 6, standard=3 * near, rule="bacop1", **more),
        "capacitated": capacitated(costs, weights, sites=sites, standard=near, capacities=room, **more),
        "maximin": maximin(costs, weights, zones=zones, sites=sites, standard=near, **more),
        "kolm_pollak": kolm_pollak(costs, weights, sites=sites, kappa=kappa, **more),
        "shortfall": shortfall(costs, weights, sites=sites, standard=near, **more),
        "relocate": relocate(costs, weights, existing=first, standard=near, closures=2, **more),
        "several": several(
            [Sphere(costs, weights, near), Sphere(costs, weights[::-1].copy(), near / 2)],
            sites=sites,
            **more,
        ).joint,
    }


ONE = cover(COSTS, WEIGHTS, 4)
NAMES = list(ONE)


def goal(found: SitingResult) -> tuple[float, float]:
    """Return what is to be small: a maximin looks at the least share first."""
    first = -found.terms.get("least_share", 0.0)
    return first, found.objective if found.model in SMALL else -found.objective


@pytest.mark.parametrize("name", NAMES)
def test_each_is_proved(name: str) -> None:
    found = ONE[name]
    assert (found.status, found.gap) == ("optimal", 0)
    assert found.objective == pytest.approx(found.bound)
    assert found.seconds >= 0
    assert found.method
    assert len(found.sites) <= (10 if name == "bacop1" else 4)
    assert (np.diff(found.sites) > 0).all()


def test_more_sites_are_never_worse() -> None:
    for name, more in cover(COSTS, WEIGHTS, 6).items():
        least, value = goal(more)
        before = goal(ONE[name])
        assert least <= before[0] + 1e-12, name
        if name != "maximin":  # a better least share may serve fewer in all
            assert value <= before[1] + 1e-9 * abs(before[1]), name


def test_a_unit_says_nothing() -> None:
    scaled = cover(COSTS * 2, WEIGHTS * 8, 4, near=2 * NEAR, room=ROOM * 8, kappa=-0.0005)
    factor = {"kolm_pollak": 2.0, "shortfall": 32.0, "several": 1.0}
    for name, found in scaled.items():
        assert found.objective == pytest.approx(ONE[name].objective * factor.get(name, 8.0)), name
        assert goal(found)[0] == pytest.approx(goal(ONE[name])[0]), name


def test_an_order_says_nothing() -> None:
    rng = np.random.default_rng(4)
    places, order = rng.permutation(120), rng.permutation(24)
    # Which facilities are there today moves with the order of the candidates.
    today = [int(np.flatnonzero(order == j)[0]) for j in range(4)]
    moved = relocate(COSTS[places][:, order], WEIGHTS[places], existing=today, standard=NEAR, closures=2)
    assert moved.objective == pytest.approx(ONE["relocate"].objective)
    turned = cover(COSTS[places][:, order], WEIGHTS[places], 4, zones=ZONES[places], room=ROOM[order])
    for name in set(NAMES) - {"relocate", "several"}:
        assert goal(turned[name]) == pytest.approx(goal(ONE[name])), name
    there = p_dispersion(BETWEEN, sites=5)
    back = p_dispersion(BETWEEN[np.ix_(order, order)], sites=5)
    assert back.objective == there.objective


def test_places_told_as_halves_are_the_same_places() -> None:
    twice, halves = np.vstack([COSTS, COSTS]), np.concatenate([WEIGHTS, WEIGHTS]) / 2
    for name, found in cover(twice, halves, 4, zones=np.concatenate([ZONES, ZONES])).items():
        if name != "several":
            assert goal(found) == pytest.approx(goal(ONE[name])), name


def test_demand_that_nobody_reaches() -> None:
    far, more = np.vstack([COSTS, np.full(24, np.inf)]), np.append(WEIGHTS, 700.0)
    found = cover(far, more, 4, zones=np.append(ZONES, "zone 0"))
    for name in ("backup", "only backup", "capacitated", "relocate"):
        assert found[name].objective == pytest.approx(ONE[name].objective), name
        assert found[name].assignment[-1] == -1
    # It lowers the share of its zone, and takes it to 0 where it is a zone of its own.
    assert found["maximin"].terms["least_share"] <= ONE["maximin"].terms["least_share"]
    alone = maximin(far, more, zones=np.append(ZONES, "island"), sites=4, standard=NEAR)
    assert alone.terms["least_share"] == 0
    assert alone.objective == mclp(COSTS, WEIGHTS, sites=4, standard=NEAR).objective
    for name in ("bacop1", "kolm_pollak", "shortfall"):
        assert found[name].status == "infeasible", name
        assert str(found[name].reason) in {
            "1 place with demand has no candidate within the standard: place 120.",
            "No choice of 4 sites reaches all demand.",
        }
    said = explain(far, more, standard=NEAR, sites=4)
    assert 120 in said.unreached.tolist()
    assert math.isinf(said.nearest[-1])
    # Without people there, nothing is asked.
    empty = cover(far, np.append(WEIGHTS, 0.0), 4, zones=np.append(ZONES, "island"))
    for name in set(NAMES) - {"several"}:
        assert goal(empty[name]) == pytest.approx(goal(ONE[name])), name


def test_known_identities_between_the_models() -> None:
    best = mclp(COSTS, WEIGHTS, sites=4, standard=NEAR)
    given: dict[str, Any] = {"sites": 4, "standard": NEAR}
    assert backup(COSTS, WEIGHTS, theta=1.0, **given).objective == best.objective
    assert capacitated(COSTS, WEIGHTS, capacities=np.full(24, 1e6), **given).objective == best.objective
    assert maximin(COSTS, WEIGHTS, zones=["one"] * 120, **given).objective == best.objective
    assert relocate(COSTS, WEIGHTS, existing=[], **given).objective == best.objective
    alone = several([Sphere(COSTS, WEIGHTS, NEAR)], sites=4)
    assert alone.joint.objective == pytest.approx(best.objective / WEIGHTS.sum())
    assert alone.regret.tolist() == [0.0]
    # Every facility may close and as many open: the same as choosing anew.
    assert relocate(COSTS, WEIGHTS, existing=[0, 1, 2, 3], standard=NEAR).objective == best.objective
    stays = relocate(COSTS, WEIGHTS, existing=[0, 1, 2, 3], standard=NEAR, closures=0)
    assert stays.sites.tolist() == [0, 1, 2, 3]


def test_within_means_at_most_the_standard() -> None:
    costs = [[500.0, 500.0]]
    for standard, served in ((500.0, 1.0), (np.nextafter(500.0, 0), 0.0)):
        assert backup(costs, [1], sites=2, standard=standard, theta=0.5).objective == served
        assert capacitated(costs, [1], sites=1, standard=standard, capacities=[5, 5]).objective == served
        assert maximin(costs, [1], zones=["a"], sites=1, standard=standard).objective == served
        assert relocate(costs, [1], existing=[0], standard=standard).objective == served
        assert several([Sphere(costs, [1], standard)], sites=1).joint.objective == served
    assert shortfall(costs, [1], sites=1, standard=500.0).objective == 0
    assert explain(costs, [1], standard=500.0, sites=1).works is True
    assert explain(costs, [1], standard=499.0, sites=1).works is False


def test_percent_served_is_of_people_never_of_places() -> None:
    # Three empty corners and a crowd: the one place of 97 people is 97 % of them, and 25 % of the places.
    costs = [[1.0, 9.0], [9.0, 1.0], [9.0, 1.0], [9.0, 1.0]]
    people = [97.0, 1.0, 1.0, 1.0]
    found = several([Sphere(costs, people, 5)], sites=1)
    assert found.joint.sites.tolist() == [0]
    assert found.share.tolist() == [0.97]
    assert maximin(costs, people, zones=["a"] * 4, sites=1, standard=5).terms["least_share"] == 0.97
    assert explain(costs, people, standard=5, sites=1).most.objective / 100 == 0.97


BIG, CROWD = city(500, 100, 3)
AREA = np.argmin(BIG[:, :9], axis=1)  # nine zones that hang together
APART = city(100, 100, 9)[0]
LARGE: dict[str, Callable[..., SitingResult]] = {
    "backup": partial(backup, BIG, CROWD, sites=10, standard=1_500, theta=0.6),
    "bacop1": partial(backup, BIG, CROWD, sites=26, standard=2_500, rule="bacop1"),
    "capacitated": partial(
        capacitated, BIG, CROWD, sites=10, standard=1_500, capacities=np.full(100, 9_000.0)
    ),
    "maximin": partial(maximin, BIG, CROWD, zones=AREA, sites=10, standard=1_500),
    "kolm_pollak": partial(kolm_pollak, BIG, CROWD, sites=10),
    "shortfall": partial(shortfall, BIG, CROWD, sites=10, standard=1_500),
    "relocate": partial(relocate, BIG, CROWD, existing=range(10), closures=5, standard=1_500),
    "p_dispersion": partial(p_dispersion, APART, sites=10),
}


@pytest.mark.parametrize("name", LARGE)
def test_500_places_and_100_candidates_are_proved(name: str) -> None:
    found = LARGE[name]()
    assert (found.status, found.gap) == ("optimal", 0)


def test_hubs_of_500_places_and_100_candidates_are_proved() -> None:
    other, people = city(500, 100, 4)
    found = several([Sphere(BIG, CROWD, 1_500), Sphere(other, people, 1_000)], sites=10)
    assert found.joint.status == "optimal"
    assert (found.regret >= -1e-12).all()


def test_what_else_would_do_among_100_candidates() -> None:
    model = partial(mclp, BIG, CROWD, sites=5, standard=1_500)
    found = near_optimal(model, tolerance=0.005)
    assert found.complete
    worth = [one.objective for one in found.sets]
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] >= worth[0] * 0.995
    told = prices(model, range(40), best=found.best)
    assert set(told["role"]) <= {"every", "some", "none"}


@pytest.mark.parametrize("name", LARGE)
def test_a_search_that_ends_early_returns_the_best_found(name: str) -> None:
    for ends in ({"time_limit": 0.0}, {"interrupt": lambda: True}):
        found = LARGE[name](**ends)
        assert found.status in {"time_limit", "interrupted", "optimal", "unknown"}
        if found.status == "unknown":
            assert not len(found.sites)
            assert math.isnan(found.objective)
            continue
        off = found.objective - found.bound
        assert (off if found.model in SMALL else -off) >= -1e-9 * abs(found.objective)
        assert np.isfinite(found.bound)
        assert len(found.sites) <= (26 if name == "bacop1" else 10)
