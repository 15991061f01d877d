"""Every model against all subsets of small random instances; nothing of the package is used to count."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geosocial.siting import SitingResult, lscp, mclp, p_center, p_median
from geosocial.siting.certificate import certify, check

STANDARD = 4.0


@st.composite
def instances(draw: st.DrawFn) -> dict[str, Any]:
    """Return costs with pairs out of reach, weights with zeros, and limits of every kind."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    cost = st.sampled_from([0.0, 1.0, 2.5, 3.0, 4.0, 4.5, 7.0, 9.0, math.inf])
    costs = np.array(draw(st.lists(cost, min_size=n * m, max_size=n * m))).reshape(n, m)
    weights = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 0.3, 5.7]), min_size=n, max_size=n)))
    roles = draw(
        st.lists(st.sampled_from(["free", "free", "free", "fixed", "forbidden"]), min_size=m, max_size=m)
    )
    given_: dict[str, Any] = {
        "fixed": [j for j in range(m) if roles[j] == "fixed"],
        "forbidden": [j for j in range(m) if roles[j] == "forbidden"],
        "sites": draw(st.integers(0, m)),
    }
    if draw(st.booleans()):
        given_["site_costs"] = draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.5]), min_size=m, max_size=m))
        given_["budget"] = draw(st.sampled_from([0.0, 2.0, 4.0, 8.0]))
        if draw(st.booleans()):
            given_["sites"] = None
    return {"costs": costs, "weights": weights, "limits": given_}


def choices(m: int, limits: dict[str, Any]) -> Iterator[list[int]]:
    for size in range(m + 1):
        for chosen in itertools.combinations(range(m), size):
            if (
                set(limits["fixed"]) <= set(chosen)
                and not set(limits["forbidden"]) & set(chosen)
                and (limits["sites"] is None or size <= limits["sites"])
                and sum(limits.get("site_costs", [0] * m)[j] for j in chosen)
                <= limits.get("budget", math.inf)
            ):
                yield list(chosen)


def value(model: str, costs: Any, weights: Any, chosen: list[int], limits: dict[str, Any]) -> float | None:
    near = [min((row[j] for j in chosen), default=math.inf) for row in costs]
    asked = [(w, d) for w, d in zip(weights, near, strict=True) if w > 0]
    if model == "mclp":
        return float(sum(w for w, d in asked if d <= STANDARD))
    if any(d > (STANDARD if model == "lscp" else 1e9) for _, d in asked):
        return None
    if model == "lscp":
        return float(sum(limits.get("site_costs", [1] * len(costs[0]))[j] for j in chosen))
    return sum(w * d for w, d in asked) if model == "p_median" else max((d for _, d in asked), default=0.0)


def solved(model: str, costs: Any, weights: Any, limits: dict[str, Any]) -> SitingResult:
    if model == "mclp":
        return mclp(costs, weights, standard=STANDARD, **limits)
    if model == "lscp":
        return lscp(costs, weights, standard=STANDARD, **{k: v for k, v in limits.items() if k != "sites"})
    return {"p_median": p_median, "p_center": p_center}[model](costs, weights, **limits)


@pytest.mark.parametrize("model", ["mclp", "lscp", "p_median", "p_center"])
@settings(max_examples=120, deadline=None, derandomize=True)
@given(case=instances())
def test_each_model_finds_the_best_of_all_choices(model: str, case: dict[str, Any]) -> None:
    costs, weights, limits = case["costs"], case["weights"], dict(case["limits"])
    if model == "lscp":
        limits["sites"] = None
    elif limits["sites"] is None and "budget" not in limits:
        limits["sites"] = 1
    values = [value(model, costs, weights, c, limits) for c in choices(costs.shape[1], limits)]
    known = [v for v in values if v is not None]
    found = solved(model, costs, weights, limits)
    if not known:
        assert found.status == "infeasible"
        assert found.reason is not None
        assert str(found.reason)
        assert math.isnan(found.objective)
        return
    best = max(known) if model == "mclp" else min(known)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert found.gap == 0
    assert found.bound == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert list(found.sites) in list(choices(costs.shape[1], limits))
    price = limits.get("site_costs") if model == "lscp" else None
    assert check(certify(found, costs, weights, site_costs=price, limits=limits), costs, weights) == []
    again = solved(model, costs, weights, limits)
    np.testing.assert_array_equal(again.sites, found.sites)
    row, column = np.nonzero(np.isfinite(costs))
    sparse = csr_array((costs[row, column], (row, column)), shape=costs.shape)
    np.testing.assert_array_equal(solved(model, sparse, weights, limits).sites, found.sites)
