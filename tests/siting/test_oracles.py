"""Siting beside spopt with CBC in its own process; what must never change."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from geosocial.siting import frontier, lscp, mclp, p_center, p_median

SPOPT = textwrap.dedent(
    """
    import json, sys, warnings
    warnings.simplefilter("ignore")
    import numpy as np, pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian
    given = json.load(sys.stdin)
    costs, weights = np.array(given["costs"]), np.array(given["weights"])
    solver = pulp.PULP_CBC_CMD(msg=False)
    out = []
    for p in given["sites"]:
        model = MCLP.from_cost_matrix(costs, weights, given["standard"], p)
        out.append(model.solve(solver).problem.objective.value())
        out.append(PMedian.from_cost_matrix(costs, weights, p).solve(solver).problem.objective.value())
        out.append(PCenter.from_cost_matrix(costs, p).solve(solver).problem.objective.value())
    out.append(LSCP.from_cost_matrix(costs, given["wide"]).solve(solver).problem.objective.value())
    print(json.dumps(out))
    """
)


def city(places: int, candidates: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return costs in whole metres and people."""
    rng = np.random.default_rng(seed)
    where, sites = rng.uniform(0, 10_000, (places, 2)), rng.uniform(0, 10_000, (candidates, 2))
    costs = np.rint(np.hypot(*(where[:, None] - sites).transpose(2, 0, 1)))
    return costs, rng.integers(1, 500, places).astype(float)


def test_the_same_optima_as_spopt_with_cbc() -> None:
    costs, weights = city(60, 25, 7)
    wide = float(np.sort(costs, axis=1)[:, 2].max())
    given = {
        "costs": costs.tolist(),
        "weights": weights.tolist(),
        "sites": [2, 5],
        "standard": 1_500,
        "wide": wide,
    }
    said = subprocess.run(
        [sys.executable, "-c", SPOPT],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert said.returncode == 0, said.stderr[-2_000:]
    theirs = json.loads(said.stdout.splitlines()[-1])
    ours: list[float] = []
    for p in (2, 5):
        ours.append(mclp(costs, weights, sites=p, standard=1_500).objective)
        ours.append(p_median(costs, weights, sites=p).objective)
        ours.append(p_center(costs, weights, sites=p).objective)
    ours.append(lscp(costs, weights, standard=wide).objective)
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_more_sites_never_serve_fewer_and_scale_says_nothing() -> None:
    costs, weights = city(300, 60, 3)
    curve = frontier(costs, weights, standard=1_200, most=12)
    assert (curve["gain"] >= 0).all()
    assert (curve["status"] == "optimal").all()
    assert curve["served"].tolist() == [
        mclp(costs, weights, sites=n, standard=1_200).objective for n in range(1, 13)
    ]
    one = mclp(costs, weights, sites=4, standard=1_200)
    for scaled in (
        mclp(costs, weights * 8, sites=4, standard=1_200),
        mclp(costs * 2, weights, sites=4, standard=2_400),
    ):
        assert scaled.sites.tolist() == one.sites.tolist()
    # Two candidates at one spot, places told as two halves: the same is served.
    twice = np.column_stack([costs, costs])
    assert mclp(twice, weights, sites=4, standard=1_200).objective == one.objective
    halves = mclp(np.vstack([costs, costs]), np.concatenate([weights, weights]) / 2, sites=4, standard=1_200)
    assert halves.objective == pytest.approx(one.objective)


def test_demand_that_nobody_reaches_changes_what_is_documented() -> None:
    costs, weights = city(80, 20, 5)
    far = np.vstack([costs, np.full(20, np.inf)])
    more = np.append(weights, 50.0)
    assert (
        mclp(far, more, sites=3, standard=2_000).objective
        == mclp(costs, weights, sites=3, standard=2_000).objective
    )
    for found in (
        p_median(far, more, sites=3),
        p_center(far, more, sites=3),
        lscp(far, more, standard=9_000),
    ):
        assert found.status == "infeasible"
        assert found.reason is not None
    # Without people there, nothing is asked.
    assert (
        p_median(far, np.append(weights, 0.0), sites=3).objective
        == p_median(costs, weights, sites=3).objective
    )


def test_an_end_before_the_proof_keeps_the_best_found() -> None:
    costs, weights = city(700, 400, 11)
    found = p_median(costs, weights, sites=12, time_limit=0.3)
    assert found.status in {"time_limit", "optimal"}
    if found.status == "time_limit" and len(found.sites):
        assert found.objective == pytest.approx(float(weights @ costs[:, found.sites].min(axis=1)))
        assert found.bound <= found.objective
        assert found.gap > 0
    asked = mclp(costs, weights, sites=12, standard=900, interrupt=lambda: True)
    assert asked.status in {"interrupted", "optimal"}
    assert asked.objective <= asked.bound * (1 + 1e-9)
