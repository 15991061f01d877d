"""The p-median: forty graphs with their proof, each step of the search alone, what must never change."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from benchmarks.graphs import graph, kinds, one
from geosocial.siting import p_median
from geosocial.siting.branch import Search
from geosocial.siting.certificate import certify, check
from geosocial.siting.coarse import grouped, sampled
from geosocial.siting.core import Core, Known
from geosocial.siting.cuts import Cuts
from geosocial.siting.dual import Prices, bounded, reach_at_first
from geosocial.siting.exchange import Exchange, exchanged, finite, greedy
from geosocial.siting.master import Program
from geosocial.siting.result import Clock


def core_of(costs: np.ndarray, weights: np.ndarray, most: int, **limits: Any) -> Core:
    k = costs.shape[1]
    price, budget = limits.get("price", np.zeros(k)), limits.get("budget", np.inf)
    return Core(np.arange(k), costs, weights, np.zeros(k, bool), price, budget, most)


def drawn(seed: int, places: int, candidates: int, *, holes: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 40, (places, candidates)) * 0.5
    costs[rng.random(costs.shape) < holes] = np.inf
    costs[np.arange(places), rng.integers(0, candidates, places)] = 7.0  # each is reached by someone
    return costs, rng.integers(1, 9, places).astype(float)


def best_of_all(
    costs: np.ndarray, weights: np.ndarray, most: int, *, must: set[int], never: set[int]
) -> float:
    """Return the least cost of all subsets, one by one."""
    found = math.inf
    for size in range(1, most + 1):
        for chosen in itertools.combinations(range(costs.shape[1]), size):
            if must <= set(chosen) and not never & set(chosen):
                found = min(found, float(weights @ costs[:, chosen].min(axis=1)))
    return found


@pytest.mark.parametrize("number", range(40))
def test_forty_graphs_of_the_or_library_kind_are_proved(number: int) -> None:
    costs, (nodes, sites) = one(number), kinds()[number]
    found = p_median(costs, np.ones(nodes), sites=sites, time_limit=300)
    assert (found.status, found.gap) == ("optimal", 0)
    assert len(found.sites) <= sites
    assert found.bound == found.objective == costs[:, found.sites].min(axis=1).sum()
    np.testing.assert_array_equal(
        costs[np.arange(nodes), found.assignment], costs[:, found.sites].min(axis=1)
    )
    if nodes <= 200:
        assert check(certify(found, costs, np.ones(nodes)), costs, np.ones(nodes)) == []


def whole_formulation(costs: np.ndarray, weights: np.ndarray, sites: int) -> float:
    """Return the optimum of the textbook's program: xᵢⱼ ≤ yⱼ, each place assigned once."""
    n, m = costs.shape
    pair = np.arange(n * m)
    i, j = np.divmod(pair, m)
    ones = np.ones(n * m)
    once = coo_array((ones, (i, m + pair)), shape=(n, m + n * m))
    linked = coo_array(
        (np.concatenate([ones, -ones]), (np.concatenate([pair, pair]), np.concatenate([m + pair, j]))),
        shape=(n * m, m + n * m),
    )
    most = coo_array((np.ones(m), (np.zeros(m, int), np.arange(m))), shape=(1, m + n * m))
    found = milp(
        np.concatenate([np.zeros(m), (costs * weights[:, None]).ravel()]),
        integrality=np.arange(m + n * m) < m,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once.tocsr(), 1, 1),
            LinearConstraint(linked.tocsr(), -np.inf, 0),
            LinearConstraint(most.tocsr(), 0, sites),
        ],
        options={"mip_rel_gap": 0},
    )
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize(("nodes", "sites"), [(60, 3), (60, 7), (60, 20)])
def test_the_same_optimum_as_the_textbooks_program(nodes: int, sites: int) -> None:
    costs = graph(nodes, nodes * nodes // 50, nodes + sites)
    weights = np.random.default_rng(sites).integers(1, 50, nodes).astype(float)
    found = p_median(costs, weights, sites=sites)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(whole_formulation(costs, weights, sites), rel=1e-9)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), holes=st.sampled_from([0.0, 0.3]), most=st.integers(1, 4))
def test_no_prices_give_a_bound_above_any_choice(seed: int, holes: float, most: int) -> None:
    costs, weights = drawn(seed, 9, 6, holes=holes)
    rng = np.random.default_rng(seed + 1)
    opened, closed = np.zeros(6, bool), np.zeros(6, bool)
    opened[seed % 6], closed[(seed + 1) % 6] = rng.random() < 0.4, rng.random() < 0.4
    must, never = set(np.flatnonzero(opened).tolist()), set(np.flatnonzero(closed).tolist())
    core = core_of(costs, weights, most)
    asked = rng.random(9) * 20 if holes else None
    bound = bounded(core, Prices(rng.random(9) * 20, asked), opened, closed)
    slack = 1e-9
    assert bound.value <= best_of_all(costs, weights, most, must=must, never=never) + slack
    for j in range(6):
        with_it = best_of_all(costs, weights, most, must=must | {j}, never=never)
        without = best_of_all(costs, weights, most, must=must, never=never | {j})
        assert bound.opening[j] <= with_it + slack
        assert bound.closing[j] <= without + slack


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 4))
def test_the_saving_of_each_exchange_is_what_it_saves(seed: int, size: int) -> None:
    costs, weights = drawn(seed, 12, 7)
    sites = np.random.default_rng(seed).choice(7, size, replace=False)
    state = Exchange(costs, weights, sites)
    for _ in range(3):
        here = float(weights @ costs[:, state.sites].min(axis=1))
        assert state.value == pytest.approx(here)
        saving = state.savings()
        for out, into in itertools.product(range(size), range(7)):
            if into in state.sites:
                assert saving[out, into] == -np.inf
                continue
            after = np.append(np.delete(state.sites, out), into)
            told = here - float(weights @ costs[:, after].min(axis=1))
            assert saving[out, into] == pytest.approx(told, abs=1e-9)
        out, into = divmod(int(np.argmax(saving)), 7)
        state.exchange(out, into)


def test_greedy_and_exchanges_keep_to_a_budget_and_to_what_must_be_open() -> None:
    costs, weights = drawn(5, 30, 12)
    price = np.arange(12) % 4 + 1.0
    core = core_of(costs, weights, 5, price=price, budget=7.0)
    must = np.arange(12) == 3
    core = core.narrowed(np.ones(12, bool), must)
    first = greedy(core, finite(core))
    sites = exchanged(core, finite(core), first, Clock())
    assert 3 in sites
    assert price[sites].sum() <= 7
    assert core.value(sites) <= core.value(first)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), holes=st.sampled_from([0.0, 0.4]))
def test_cuts_never_pass_the_cost_of_any_choice_and_reach_it_at_their_own(seed: int, holes: float) -> None:
    costs, weights = drawn(seed, 8, 5, holes=holes)
    for begin in (None, np.array([0, 3, 4, 8])):
        cuts = Cuts(core_of(costs, weights, 2), begin)
        for own in itertools.combinations(range(5), 2):
            shares = np.isin(np.arange(5), own).astype(float)
            rows = cuts.rows(cuts.at(cuts.levels(shares)[0]))
            for other in itertools.combinations(range(5), 2):
                near = costs[:, other].min(axis=1)
                if np.isinf(near).any():
                    continue
                true = np.add.reduceat(weights * near, cuts.begin[:-1]) / cuts.mass
                said = rows.level.copy()
                held = np.isin(rows.column, other)
                row = np.repeat(np.arange(len(rows.group)), np.diff(rows.start))
                np.subtract.at(said, row[held], rows.value[held])
                assert (said <= true + 1e-9).all()
                if own == other:
                    np.testing.assert_allclose(said, true)


def test_groups_of_places_end_at_the_same_linear_program() -> None:
    costs, weights = drawn(11, 60, 14)
    core, values = core_of(costs, weights, 4), []
    for begin in (None, np.array([0, 10, 20, 45, 60])):
        program = Program(core, begin)
        program.add(program.cuts.at(reach_at_first(core)))
        while True:
            relaxed = program.solve(Clock())
            assert relaxed is not None
            if not program.add(program.cuts.violated(relaxed.shares, relaxed.theta)):
                break
        values.append(relaxed.value)
        bound = bounded(core, relaxed.prices, core.opened, np.zeros(14, bool))
        assert bound.value == pytest.approx(relaxed.value, rel=1e-6)
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_a_sample_and_groups_prove_the_same_optimum(seed: int) -> None:
    costs, weights = city(400, 30, seed)
    core, known = core_of(costs.astype(np.float32), weights, 4), Known(None, np.inf, 0.0, 0.0)
    reach = sampled(core, known, Clock(), 80)
    whole, reach, begin = grouped(core, reach)
    assert begin[0] == 0
    assert begin[-1] == 400
    assert sorted(map(tuple, whole.costs.tolist())) == sorted(map(tuple, core.costs.tolist()))
    program = Program(whole, begin)
    program.add(program.cuts.at(reach))
    Search(program, known, Clock()).run()
    assert known.proved
    told = p_median(costs.astype(np.float32).astype(float), weights, sites=4)
    assert known.value == pytest.approx(told.objective, rel=1e-9)
    assert known.open is not None
    assert known.open.tolist() == told.sites.tolist()


def city(places: int, candidates: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    where, sites = rng.uniform(0, 10_000, (places, 2)), rng.uniform(0, 10_000, (candidates, 2))
    return np.hypot(*(where[:, None] - sites).transpose(2, 0, 1)), rng.integers(1, 500, places).astype(float)


def test_more_sites_never_cost_more_and_names_and_units_say_nothing() -> None:
    costs, weights = city(120, 40, 3)
    curve = [p_median(costs, weights, sites=p).objective for p in range(1, 9)]
    assert all(more <= less for less, more in itertools.pairwise(curve))
    one_ = p_median(costs, weights, sites=5)
    for factor, unit in ((8.0, 1.0), (1.0, 0.001), (1e-6, 1.0)):
        scaled = p_median(costs * unit, weights * factor, sites=5)
        assert scaled.sites.tolist() == one_.sites.tolist()
        assert scaled.objective == pytest.approx(one_.objective * factor * unit)
    rng = np.random.default_rng(1)
    row, column = rng.permutation(120), rng.permutation(40)
    mixed = p_median(costs[row][:, column], weights[row], sites=5)
    assert sorted(column[mixed.sites].tolist()) == one_.sites.tolist()
    # Two candidates at one spot, places told as two halves: nobody comes nearer.
    twice = p_median(np.column_stack([costs, costs]), weights, sites=5)
    assert twice.objective == pytest.approx(one_.objective)
    halves = p_median(np.vstack([costs, costs]), np.concatenate([weights, weights]) / 2, sites=5)
    assert halves.sites.tolist() == one_.sites.tolist()


def test_a_place_that_nobody_reaches_counts_by_its_people() -> None:
    costs, weights = city(60, 20, 5)
    far = np.vstack([costs, np.full(20, np.inf)])
    assert p_median(far, np.append(weights, 1.0), sites=3).status == "infeasible"
    found, before = p_median(far, np.append(weights, 0.0), sites=3), p_median(costs, weights, sites=3)
    assert (found.objective, found.sites.tolist()) == (before.objective, before.sites.tolist())
    assert found.assignment[-1] == -1


@pytest.mark.parametrize("after", [0, 1, 2, 5, 9, 14, 30])
def test_whenever_it_is_interrupted_the_best_found_stands_beside_a_bound(after: int) -> None:
    costs, weights = one(10), np.ones(300)
    asked = itertools.count()
    found = p_median(costs, weights, sites=5, interrupt=lambda: next(asked) >= after)
    best = 8_523  # as proved without an interrupt
    assert found.status in {"interrupted", "optimal"}
    assert found.bound <= best <= found.objective
    assert found.objective == costs[:, found.sites].min(axis=1).sum()
    assert (found.gap == 0) == (found.status == "optimal")


def test_a_choice_is_kept_only_where_it_is_better_and_within_the_limits() -> None:
    costs, weights = drawn(2, 10, 4)
    core = core_of(costs, weights, 2, price=np.array([1.0, 2.0, 3.0, 9.0]), budget=5.0)
    known = Known(None, np.inf, 0.0, 0.0)
    assert not known.offer(core, np.array([0, 3]))  # beyond the budget
    assert known.offer(core, np.array([1, 2]))
    assert not known.offer(core, np.array([1, 2]))
    assert known.value == core.value(np.array([1, 2]))
