"""Dispersion, several spheres, near-optimal sets, prices, settings, explanations: against all subsets."""

from __future__ import annotations

import itertools
import json
import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.siting import (
    Sphere,
    explain,
    lscp,
    maximin,
    mclp,
    near_optimal,
    p_center,
    p_dispersion,
    p_median,
    prices,
    robustness,
    several,
)
from geosocial.siting.certificate import certify, certify_several, check, check_several
from tests.siting.test_brute_force import STANDARD, choices, instances
from tests.siting.test_brute_force import value as model_value
from tests.siting.test_more_models import FEW, covered, limits_of


@FEW
@given(
    case=instances(),
    cells=st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5, 7.0, math.inf]), min_size=36, max_size=36),
)
def test_the_two_nearest_sites_are_as_far_apart_as_can_be(case: dict[str, Any], cells: list[float]) -> None:
    m = case["costs"].shape[1]
    between = np.array(cells[: m * m]).reshape(m, m)
    limits = limits_of(case)
    if limits["sites"] is None:
        limits["sites"] = 2
    p = limits["sites"]

    def apart(chosen: list[int]) -> float:
        return min(
            (min(between[a, b], between[b, a]) for a, b in itertools.combinations(chosen, 2)),
            default=math.inf,
        )

    every = [s for s in choices(m, limits) if len(s) == p]
    found = p_dispersion(between, **limits)
    if not every:
        assert found.status == "infeasible"
        assert str(found.reason)
        return
    assert found.status == "optimal"
    assert found.gap == 0
    assert found.objective == found.bound == max(map(apart, every)) == apart(list(found.sites))
    assert list(found.sites) in every
    assert check(json.loads(json.dumps(certify(found, between))), between) == []
    np.testing.assert_array_equal(p_dispersion(between.T, **limits).sites, found.sites)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(case=instances(), other=instances(), rule=st.sampled_from(["weighted", "in_order", "least_regret"]))
def test_hubs_of_two_spheres(case: dict[str, Any], other: dict[str, Any], rule: Any) -> None:
    m = case["costs"].shape[1]
    second = np.full((len(other["weights"]), m), 9.0)
    second[:, : other["costs"].shape[1]] = other["costs"][:, :m]
    cases = [case, {"costs": second, "weights": other["weights"]}]
    limits = limits_of(case)
    spheres = [Sphere(c["costs"], c["weights"], STANDARD, f"{k}", k + 1) for k, c in enumerate(cases)]
    every = list(choices(m, limits))
    found = several(spheres, rule=rule, **limits)
    if not every:
        assert found.joint.status == "infeasible"
        return
    total = [math.fsum(c["weights"]) for c in cases]

    def share(chosen: list[int]) -> list[float]:
        return [covered(c, chosen) / t if t else math.nan for c, t in zip(cases, total, strict=True)]

    alone = [max(share(s)[k] for s in every) for k in range(2)]

    def joint(chosen: list[int]) -> float:
        # A sphere without demand has no share, and takes no part in the objective.
        told = [(k + 1, s) for k, s in enumerate(share(chosen)) if total[k]]
        return sum(w * s for w, s in told) / sum(w for w, _ in told) if told else 0.0

    def key(chosen: list[int]) -> tuple[float, ...]:
        if rule == "weighted":
            return (round(joint(chosen), 9),)
        if rule == "in_order":
            return tuple(round(s, 9) for s in share(chosen) if not math.isnan(s))
        of_best = [s / b for s, b, t in zip(share(chosen), alone, total, strict=True) if b and t]
        return (round(min(of_best, default=1.0), 9), round(joint(chosen), 9))

    assert found.joint.status == "optimal"
    assert check_several(json.loads(json.dumps(certify_several(found, spheres))), spheres) == []
    sites = list(found.joint.sites)
    assert sites in every
    assert key(sites) == max(map(key, every))
    assert found.share == pytest.approx(share(sites), nan_ok=True)
    assert found.regret == pytest.approx(np.array(alone) - share(sites), nan_ok=True)
    assert found.joint.objective == pytest.approx(joint(sites))
    assert found.table()["alone"].tolist() == pytest.approx(alone, nan_ok=True)


def as_model(name: str, case: dict[str, Any]) -> Any:
    limits = {k: v for k, v in limits_of(case).items() if k not in {"fixed", "forbidden"}}
    given_ = (case["costs"], case["weights"])
    if name == "mclp":
        return partial(mclp, *given_, standard=STANDARD, **limits)
    if name == "lscp":
        limits.pop("sites")
        return partial(lscp, *given_, standard=STANDARD, **limits)
    return partial({"p_median": p_median, "p_center": p_center}[name], *given_, **limits)


def every_value(name: str, case: dict[str, Any]) -> dict[frozenset[int], float]:
    limits = limits_of(case)
    if name == "lscp":
        limits["sites"] = None
    told = {
        frozenset(s): model_value(name, case["costs"], case["weights"], s, limits)
        for s in choices(case["costs"].shape[1], limits)
    }
    return {s: v for s, v in told.items() if v is not None}


@pytest.mark.parametrize("name", ["mclp", "lscp", "p_median", "p_center"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(case=instances(), tolerance=st.sampled_from([0.0, 0.1, 0.5]))
def test_every_set_within_the_tolerance_holds_one_that_is_listed(
    name: str, case: dict[str, Any], tolerance: float
) -> None:
    ends = {k: case["limits"][k] for k in ("fixed", "forbidden")}
    found = near_optimal(as_model(name, case), tolerance=tolerance, most=1000, **ends)
    values = every_value(name, case)
    assert found.complete
    if not values:
        assert found.best.status == "infeasible"
        assert found.sets == ()
        return
    best = max(values.values()) if name == "mclp" else min(values.values())
    within = {
        s
        for s, v in values.items()
        if (v >= best * (1 - tolerance) - 1e-9 if name == "mclp" else v <= best * (1 + tolerance) + 1e-9)
    }
    listed = [frozenset(one.sites.tolist()) for one in found.sets]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= within
    assert all(any(held <= s for held in listed) for s in within)
    worth = [values[s] for s in listed]
    assert worth == pytest.approx(sorted(worth, reverse=name == "mclp"))
    assert set(found.core) == frozenset.intersection(*within)


@pytest.mark.parametrize("name", ["mclp", "lscp", "p_median", "p_center"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(case=instances())
def test_the_price_of_each_site(name: str, case: dict[str, Any]) -> None:
    ends = {k: case["limits"][k] for k in ("fixed", "forbidden")}
    values = every_value(name, case)
    if not values:
        return
    m = case["costs"].shape[1]
    pick, sign = (max, -1) if name == "mclp" else (min, 1)
    best = pick(values.values())
    optima = [s for s, v in values.items() if v == pytest.approx(best, abs=1e-9)]
    told = prices(as_model(name, case), range(m), **ends)
    assert set(told["site"]) == set(range(m)) - set(ends["fixed"]) - set(ends["forbidden"])
    for row in told.itertuples():
        other = [v for s, v in values.items() if (row.site in s) != row.chosen]
        expected = sign * (pick(other) - best) if other else math.inf
        assert row.price == pytest.approx(expected, abs=1e-9)
        assert row.least == pytest.approx(expected, abs=1e-9)
        assert row.most == pytest.approx(expected, abs=1e-9)
        if row.role == "every":
            assert all(row.site in s for s in optima)
        elif row.role == "none":
            assert not any(row.site in s for s in optima)
        else:
            assert row.role == "some"
            assert any(row.site in s for s in optima)
            assert not all(row.site in s for s in optima)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=instances(), standards=st.lists(st.sampled_from([1.0, 3.0, 4.5, 9.0]), min_size=1, max_size=3))
def test_regret_in_each_setting(case: dict[str, Any], standards: list[float]) -> None:
    limits = {**limits_of(case), "fixed": [], "forbidden": []}
    m = case["costs"].shape[1]
    every = list(choices(m, limits))
    if not every:
        return
    mine = every[-1]
    limits.pop("fixed")
    limits.pop("forbidden")
    over = {
        f"{k}": partial(mclp, case["costs"], case["weights"], standard=d, **limits)
        for k, d in enumerate(standards)
    }
    found = robustness(over, mine, candidates=m)

    def value(chosen: list[int], standard: float) -> float:
        within = (case["costs"][:, chosen] <= standard).any(axis=1)
        return float(case["weights"] @ within)

    for row, d in zip(found.settings.itertuples(), standards, strict=True):
        best = max(value(s, d) for s in every)
        assert row.best == pytest.approx(best)
        assert row.recommended == pytest.approx(value(mine, d))
        assert row.regret == pytest.approx(best - value(mine, d), abs=1e-9)
    assert found.worst == pytest.approx(found.settings["regret"].max())
    for row in found.sites.itertuples():
        assert row.times == sum(row.site in s for s in found.settings["sites"])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=instances())
def test_why_not_all_can_be_served(case: dict[str, Any]) -> None:
    costs, weights, limits = case["costs"], case["weights"], limits_of(case)
    may = [j for j in range(costs.shape[1]) if j not in limits["forbidden"]]
    found = explain(costs, weights, standard=STANDARD, **limits)
    least = costs[:, may].min(axis=1, initial=math.inf)
    expected = [i for i in range(len(weights)) if weights[i] > 0 and least[i] > STANDARD]
    assert found.unreached.tolist() == expected
    assert found.nearest.tolist() == least[expected].tolist()
    assert found.lost == pytest.approx(weights[expected].sum())
    every = list(choices(costs.shape[1], limits))
    assert found.works is any(covered(case, s) == pytest.approx(weights.sum()) for s in every)
    # The smallest standard and the fewest sites are of the demand that can be reached at all.
    reached = {**case, "weights": np.where(np.isfinite(least), weights, 0.0)}
    known = [model_value("p_center", costs, reached["weights"], s, limits) for s in every]
    told = [v for v in known if v is not None]
    if told:
        assert found.standard.objective == min(told)
        within = p_center(costs, reached["weights"], **limits)
        assert within.objective == found.standard.objective
    else:
        assert found.standard.status == "infeasible"
    close = np.where(least <= STANDARD, weights, 0.0)
    free = {"fixed": limits["fixed"], "forbidden": limits["forbidden"], "sites": None}
    if "site_costs" in limits:
        free["site_costs"] = limits["site_costs"]
    fewest = [model_value("lscp", costs, close, s, free) for s in choices(costs.shape[1], free)]
    assert found.sites.objective == pytest.approx(min(v for v in fewest if v is not None))


def test_a_list_that_is_cut_short_says_so() -> None:
    model = partial(mclp, np.ones((1, 6)), [1.0], sites=1, standard=2)
    whole = near_optimal(model, tolerance=0, most=10)
    assert [one.sites.tolist() for one in whole.sets] == [[j] for j in range(6)]
    assert whole.complete
    assert whole.core == ()
    short = near_optimal(model, tolerance=0, most=3)
    assert len(short.sets) == 3
    assert not short.complete
    ended = near_optimal(model, tolerance=0, interrupt=lambda: True)
    assert not ended.complete
    with pytest.raises(InputError, match="tolerance"):
        near_optimal(model, tolerance=-0.1)


def test_fewer_than_two_sites_are_infinitely_far_apart() -> None:
    found = p_dispersion([[0.0, 3.0], [3.0, 0.0]], sites=1)
    assert (found.status, found.objective, found.bound, found.gap) == ("optimal", math.inf, math.inf, 0.0)
    with pytest.raises(InputError, match="square"):
        p_dispersion([[0.0, 3.0]], sites=1)
    refused = p_dispersion([[0.0, 3.0], [3.0, 0.0]], sites=3)
    assert str(refused.reason) == "3 sites are asked for, and only 2 candidates may open."


def test_spheres_must_fit_together() -> None:
    one = Sphere([[1.0, 2.0]], [1.0], 3)
    with pytest.raises(InputError, match="same candidates"):
        several([one, Sphere([[1.0]], [1.0], 3)], sites=1)
    with pytest.raises(InputError, match="same candidates"):
        several([], sites=1)
    with pytest.raises(InputError, match="importance above 0"):
        several([Sphere([[1.0]], [1.0], 3, importance=0.0)], sites=1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    case=instances(),
    names=st.lists(st.sampled_from(["A", "B"]), min_size=9, max_size=9),
    tolerance=st.sampled_from([0.0, 0.3]),
)
def test_of_a_maximin_the_least_share_comes_first(
    case: dict[str, Any], names: list[str], tolerance: float
) -> None:
    costs, weights, limits = case["costs"], case["weights"], limits_of(case)
    zones = np.array(names[: len(weights)])
    ends = {k: limits[k] for k in ("fixed", "forbidden")}
    rest = {k: v for k, v in limits.items() if k not in ends}
    model = partial(maximin, costs, weights, zones=zones, standard=STANDARD, **rest)

    def key(chosen: Any) -> tuple[float, float]:
        within = (costs[:, sorted(chosen)] <= STANDARD).any(axis=1)
        parts = [
            float(weights[within & (zones == z)].sum() / weights[zones == z].sum())
            for z in set(names)
            if weights[zones == z].sum() > 0
        ]
        return round(min(parts, default=1.0), 9), round(float(weights[within].sum()), 9)

    every = {frozenset(s): key(s) for s in choices(costs.shape[1], limits)}
    if not every:
        return
    best = max(every.values())
    found = near_optimal(model, tolerance=tolerance, most=1000, **ends)
    within = {s for s, k in every.items() if k[0] >= best[0] * (1 - tolerance) - 1e-9}
    listed = [frozenset(one.sites.tolist()) for one in found.sets]
    assert found.complete
    assert set(listed) <= within
    assert all(any(held <= s for held in listed) for s in within)
    optima = [s for s, k in every.items() if k == best]
    for row in prices(model, range(costs.shape[1]), **ends).itertuples():
        inside = [row.site in s for s in optima]
        assert row.role == ("every" if all(inside) else "some" if any(inside) else "none")
        other = [k for s, k in every.items() if (row.site in s) != row.chosen]
        if other:
            assert row.least_share == pytest.approx(max(other)[0])
            assert row.objective == pytest.approx(max(other)[1])
