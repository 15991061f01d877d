"""Backup, capacities, maximin, equity, relocation: each against all subsets of small random instances."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from geosocial.siting import (
    SitingResult,
    backup,
    capacitated,
    kolm_pollak,
    maximin,
    relocate,
    shortfall,
)
from geosocial.siting.certificate import certify, check
from tests.siting.test_brute_force import STANDARD, choices, instances

FEW = settings(max_examples=150, deadline=None, derandomize=True)


def limits_of(case: dict[str, Any]) -> dict[str, Any]:
    limits = dict(case["limits"])
    if limits["sites"] is None and "budget" not in limits:
        limits["sites"] = 1
    return limits


def agree(
    solve: Callable[..., SitingResult],
    value: Callable[[list[int]], float | None],
    case: dict[str, Any],
    *,
    least: bool = False,
    capacities: list[float] | None = None,
    zones: list[str] | None = None,
) -> SitingResult | None:
    """Solve dense and sparse and hold it against all choices; None where there is no answer."""
    costs, weights, limits = case["costs"], case["weights"], limits_of(case)
    every = list(choices(costs.shape[1], limits))
    known = [v for v in map(value, every) if v is not None]
    found = solve(costs, weights, **limits)
    if not known:
        assert found.status == "infeasible"
        assert str(found.reason)
        return None
    best = min(known) if least else max(known)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert found.gap == 0
    assert found.bound == pytest.approx(found.objective, rel=1e-9, abs=1e-12)
    assert list(found.sites) in every
    assert value(list(found.sites)) == pytest.approx(best, rel=1e-9, abs=1e-9)
    record = json.loads(json.dumps(certify(found, costs, weights, capacities=capacities)))
    assert check(record, costs, weights, capacities=capacities, zones=zones) == []
    row, column = np.nonzero(np.isfinite(costs))
    sparse = csr_array((costs[row, column], (row, column)), shape=costs.shape)
    np.testing.assert_array_equal(solve(sparse, weights, **limits).sites, found.sites)
    return found


def covered(case: dict[str, Any], chosen: list[int], times: int = 1) -> float:
    """Return the demand that at least so many of the sites have within the standard."""
    return math.fsum(
        w
        for w, row in zip(case["weights"], case["costs"], strict=True)
        if sum(row[j] <= STANDARD for j in chosen) >= times
    )


@FEW
@given(case=instances(), theta=st.sampled_from([0.0, 0.2, 0.5, 0.75, 1.0]))
def test_backup_weighs_first_cover_against_second(case: dict[str, Any], theta: float) -> None:
    found = agree(
        lambda c, w, **k: backup(c, w, standard=STANDARD, theta=theta, **k),
        lambda s: theta * covered(case, s) + (1 - theta) * covered(case, s, 2),
        case,
    )
    if found is not None:
        sites = list(found.sites)
        assert found.terms["once"] == pytest.approx(covered(case, sites))
        assert found.terms["twice"] == pytest.approx(covered(case, sites, 2))


@FEW
@given(case=instances())
def test_backup_of_all_that_is_covered_once(case: dict[str, Any]) -> None:
    total = math.fsum(case["weights"])

    def value(chosen: list[int]) -> float | None:
        everyone = all(
            w == 0 or any(row[j] <= STANDARD for j in chosen)
            for w, row in zip(case["weights"], case["costs"], strict=True)
        )
        return covered(case, chosen, 2) if everyone else None

    found = agree(lambda c, w, **k: backup(c, w, standard=STANDARD, rule="bacop1", **k), value, case)
    if found is not None:
        assert found.terms["once"] == pytest.approx(total)


def flow(case: dict[str, Any], chosen: list[int], capacities: list[float]) -> tuple[float, float]:
    """Return the most that the sites serve and the least cost of serving it, by SciPy's linear programs."""
    pairs = [
        (i, j)
        for i, row in enumerate(case["costs"])
        for j in chosen
        if row[j] <= STANDARD and case["weights"][i] > 0
    ]
    if not pairs:
        return 0.0, 0.0
    rows = np.zeros((len(case["weights"]) + len(capacities), len(pairs)))
    for k, (i, j) in enumerate(pairs):
        rows[i, k] = rows[len(case["weights"]) + j, k] = 1
    limit = np.concatenate([case["weights"], capacities])
    most = -float(linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=limit).fun or 0.0)
    cost = [case["costs"][i][j] for i, j in pairs]
    rows = np.vstack([rows, -np.ones(len(pairs))])
    least = linprog(cost, A_ub=rows, b_ub=np.append(limit, -most + 1e-9)).fun
    return most, float(least or 0.0)


@FEW
@given(
    case=instances(),
    capacities=st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.7, 9.0]), min_size=6, max_size=6),
)
def test_capacities_are_kept_and_as_much_as_can_be_is_served(
    case: dict[str, Any], capacities: list[float]
) -> None:
    room = capacities[: case["costs"].shape[1]]
    found = agree(
        lambda c, w, **k: capacitated(c, w, standard=STANDARD, capacities=room, **k),
        lambda s: flow(case, s, room)[0],
        case,
        capacities=room,
    )
    if found is None:
        return
    given_ = found.amounts
    assert given_ is not None
    assert math.fsum(given_.amount) == pytest.approx(found.objective, abs=1e-9)
    assert (np.bincount(given_.place, given_.amount, len(case["weights"])) <= case["weights"] + 1e-9).all()
    assert (np.bincount(given_.site, given_.amount, len(room)) <= np.array(room) + 1e-9).all()
    assert set(given_.site) <= set(found.sites)
    cost = case["costs"][given_.place, given_.site]
    assert (cost <= STANDARD).all()
    assert given_.amount @ cost == pytest.approx(flow(case, list(found.sites), room)[1], abs=1e-6)


@FEW
@given(case=instances(), names=st.lists(st.sampled_from(["A", "B", "é"]), min_size=9, max_size=9))
def test_the_least_served_zone_first_then_the_total(case: dict[str, Any], names: list[str]) -> None:
    zones = names[: len(case["weights"])]
    weights = case["weights"]
    total = {z: math.fsum(w for w, at in zip(weights, zones, strict=True) if at == z) for z in zones}

    def least(chosen: list[int]) -> float:
        shares = []
        for zone in set(zones):
            mine = {**case, "weights": np.where(np.array(zones) == zone, weights, 0.0)}
            if total[zone] > 0:
                shares.append(covered(mine, chosen) / total[zone])
        return min(shares, default=1.0)

    limits = limits_of(case)
    top = max((least(s) for s in choices(case["costs"].shape[1], limits)), default=0.0)
    found = agree(
        lambda c, w, **k: maximin(c, w, zones=zones, standard=STANDARD, **k),
        lambda s: covered(case, s) if least(s) >= top - 1e-9 else -1.0,
        case,
        zones=zones,
    )
    if found is not None:
        assert found.terms["least_share"] == pytest.approx(top)
        assert found.terms["least_share_bound"] == pytest.approx(top)


def nearest(case: dict[str, Any], chosen: list[int]) -> list[tuple[float, float]] | None:
    near = [
        (w, min((row[j] for j in chosen), default=math.inf))
        for w, row in zip(case["weights"], case["costs"], strict=True)
        if w > 0
    ]
    return None if any(d == math.inf for _, d in near) else near


@FEW
@given(case=instances(), kappa=st.sampled_from([-0.05, -0.4, -2.0]))
def test_kolm_pollak_of_the_costs_is_least(case: dict[str, Any], kappa: float) -> None:
    def value(chosen: list[int]) -> float | None:
        near = nearest(case, chosen)
        if near is None:
            return None
        total = math.fsum(w for w, _ in near)
        if not total:
            return 0.0
        return -math.log(math.fsum(w * math.exp(-kappa * d) for w, d in near) / total) / kappa

    found = agree(lambda c, w, **k: kolm_pollak(c, w, kappa=kappa, **k), value, case, least=True)
    if found is not None and case["weights"].any():
        assert found.terms["mean"] <= found.objective + 1e-9  # Jensen


@FEW
@given(case=instances())
def test_the_squared_shortfall_is_least(case: dict[str, Any]) -> None:
    def value(chosen: list[int]) -> float | None:
        near = nearest(case, chosen)
        return None if near is None else math.fsum(w * max(d - STANDARD, 0) ** 2 for w, d in near)

    agree(lambda c, w, **k: shortfall(c, w, standard=STANDARD, **k), value, case, least=True)


@st.composite
def moves(draw: st.DrawFn) -> dict[str, Any]:
    """Return what may close and open, at which cost."""
    m = 6
    told: dict[str, Any] = {
        "existing": draw(st.sets(st.integers(0, m - 1))),
        "sites": draw(st.sampled_from([None, 1, 2, 3])),
        "closures": draw(st.sampled_from([None, 0, 1, 2])),
        "openings": draw(st.sampled_from([None, 0, 1, 2])),
        "fixed": draw(st.sets(st.integers(0, 1))),
        "forbidden": draw(st.sets(st.integers(4, 5))),
    }
    if draw(st.booleans()):
        cost = st.sampled_from([0.0, 1.0, 2.0, 3.5])
        told["site_costs"] = draw(st.lists(cost, min_size=m, max_size=m))
        told["closing_costs"] = draw(st.lists(st.sampled_from([-2.0, 0.0, 1.0]), min_size=m, max_size=m))
        told["budget"] = draw(st.sampled_from([0.0, 2.0, 5.0]))
    return told


@FEW
@given(case=instances(), told=moves())
def test_what_closes_and_opens_covers_most(case: dict[str, Any], told: dict[str, Any]) -> None:
    n, m = len(case["weights"]), 6
    costs = np.full((n, m), 9.0)
    costs[:, : case["costs"].shape[1]] = case["costs"]
    case = {**case, "costs": costs}
    today = set(told["existing"])
    most = told["sites"]
    if most is None:
        most = m if "budget" in told else len(today)

    def allowed(after: set[int]) -> bool:
        closed, opened = today - after, after - today
        spent = sum(told.get("closing_costs", [0] * m)[j] for j in closed)
        spent += sum(told.get("site_costs", [0] * m)[j] for j in opened)
        return (
            len(after) <= most
            and len(closed) <= (m if told["closures"] is None else told["closures"])
            and len(opened) <= (m if told["openings"] is None else told["openings"])
            and told["fixed"] <= after
            and not told["forbidden"] & after
            and spent <= told.get("budget", math.inf)
        )

    every = [set(s) for k in range(m + 1) for s in itertools.combinations(range(m), k) if allowed(set(s))]
    found = relocate(costs, case["weights"], standard=STANDARD, **told)
    if not every:
        assert found.status == "infeasible"
        assert str(found.reason)
        return
    assert found.status == "optimal"
    assert set(map(int, found.sites)) in every
    best = max(covered(case, list(s)) for s in every)
    assert found.objective == pytest.approx(best)
    assert found.bound == found.objective
    assert covered(case, list(found.sites)) == pytest.approx(best)
    assert check(certify(found, costs, case["weights"]), costs, case["weights"]) == []
    after = set(map(int, found.sites))
    assert (found.terms["closed"], found.terms["opened"]) == (len(today - after), len(after - today))
