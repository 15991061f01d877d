"""RAAM: at rest nobody gains by moving. By hand, beside PySAL access, beside a general solver."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.sparse import csr_array

from geosocial.errors import InputError
from geosocial.measure.raam import Raam, raam


def full(dense: np.ndarray) -> csr_array:
    """Return sparse costs in which every pair exists, also one that costs nothing."""
    n, m = dense.shape
    return csr_array((dense.ravel(), np.tile(np.arange(m), n), np.arange(n + 1) * m), shape=(n, m))


def rest(found: Raam, dense: np.ndarray, people: np.ndarray, held: np.ndarray, tau: float) -> None:
    """Assert by the definition alone that nobody gains by moving."""
    share = np.zeros(dense.shape)
    share.ravel()[:] = found.share
    load = people @ share
    np.testing.assert_allclose(load, found.load, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(share.sum(axis=1)[people > 0], 1, rtol=1e-12)
    assert (share >= 0).all()
    mean = people.sum() / held.sum()
    crowd = np.divide(load, mean * held, out=np.full(len(held), np.inf), where=held > 0)
    cost = dense / tau + crowd
    np.testing.assert_allclose(found.cost, cost.min(axis=1), rtol=1e-9)
    over = np.where(share > 0, cost - cost.min(axis=1)[:, None], 0)
    assert np.nanmax(over, initial=0) <= 2e-6


def test_one_facility_by_hand() -> None:
    # Everybody goes there: its crowd is the average one, 1; ten minutes of 60 add 1/6.
    found = raam(full(np.array([[10.0], [0.0]])), [30, 10], [4])
    assert found.cost.tolist() == pytest.approx([1 + 1 / 6, 1])
    assert found.load.tolist() == pytest.approx([40])


def test_two_facilities_by_hand() -> None:
    # ρ = 100/2 = 50. Going x of 100 to the near one: x/50 = 0.5 + (100 − x)/50, so that x = 62.5.
    found = raam(full(np.array([[0.0, 30.0]])), [100], [1, 1])
    assert found.load.tolist() == pytest.approx([62.5, 37.5], abs=1e-4)
    assert found.cost.tolist() == pytest.approx([1.25], abs=1e-5)


def test_as_far_as_a_dear_facility_nobody_goes() -> None:
    found = raam(full(np.array([[0.0, 600.0]])), [100], [1, 1])
    assert found.load.tolist() == pytest.approx([100, 0])
    assert found.cost.tolist() == pytest.approx([2])


city = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(0, 10**6))


def drawn(size: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return costs, people and supply of a small city."""
    rng = np.random.default_rng(size[2])
    dense = rng.integers(0, 90, size[:2]).astype(float)
    people = rng.integers(0, 50, size[0]).astype(float)
    people[0] += 1
    return dense, people, rng.integers(1, 9, size[1]).astype(float)


@settings(max_examples=60, deadline=None)
@given(city)
def test_at_rest_whatever_the_city(size: tuple[int, int, int]) -> None:
    dense, people, held = drawn(size)
    found = raam(full(dense), people, held, tau=60)
    rest(found, dense, people, held, 60)
    # Units: people and supply as a whole may be told in other ones; minutes with their τ too.
    same = raam(full(dense * 7), people * 3, held * 11, tau=420)
    np.testing.assert_allclose(same.cost, found.cost, atol=1e-5)
    # Order, and a place told as two halves.
    turned = raam(full(dense[::-1, ::-1]), people[::-1], held[::-1], tau=60)
    np.testing.assert_allclose(turned.cost[::-1], found.cost, atol=1e-5)
    halves = raam(
        full(np.vstack([dense, dense[:1]])), [people[0] / 2, *people[1:], people[0] / 2], held, tau=60
    )
    np.testing.assert_allclose(halves.cost[:-1], found.cost, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_its_potential(seed: int) -> None:
    dense, people, held = drawn((4, 3, seed))
    people += 1
    found = raam(full(dense), people, held, tau=60)
    mean = people.sum() / held.sum()

    def potential(share: np.ndarray) -> float:
        moved = people[:, None] * share.reshape(dense.shape)
        return float((moved * dense / 60).sum() + (moved.sum(axis=0) ** 2 / (2 * mean * held)).sum())

    whole = {"type": "eq", "fun": lambda s: s.reshape(dense.shape).sum(axis=1) - 1}
    start = np.full(dense.size, 1 / dense.shape[1])
    solve: Any = minimize
    bounds = [(0, 1)] * dense.size
    other = solve(
        potential, start, bounds=bounds, constraints=[whole], method="SLSQP", options={"ftol": 1e-12}
    )
    assert potential(found.share) <= other.fun * (1 + 1e-7)


def test_beside_pysal_access() -> None:
    # Theirs moves whole people, so many that a step is some.
    dense, people, held = drawn((6, 5, 11))
    people = (people + 20) * 10_000
    script = textwrap.dedent(
        f"""
        import warnings; warnings.simplefilter("ignore")
        import numpy as np, pandas as pd
        from access import Access
        dense, people, held = np.array({dense.tolist()}), {people.tolist()}, {held.tolist()}
        n, m = dense.shape
        pairs = pd.DataFrame({{"o": np.repeat(range(n), m), "d": list(range(m)) * n, "c": dense.ravel()}})
        made = Access(
            demand_df=pd.DataFrame({{"i": range(n), "p": people}}), demand_index="i", demand_value="p",
            supply_df=pd.DataFrame({{"j": range(m), "s": held}}), supply_index="j", supply_value="s",
            cost_df=pairs, cost_origin="o", cost_dest="d", cost_name="c",
        )
        found = made.raam(name="r", cost="c", tau=60, max_cycles=3000, initial_step=0.2, min_step=0.0001)
        print(*found.iloc[:, 0].sort_index())
        """
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120
    )
    assert said.returncode == 0, said.stderr[-2_000:]
    theirs = np.array(said.stdout.split()[-6:], float)
    np.testing.assert_allclose(raam(full(dense), people, held, tau=60).cost, theirs, rtol=1e-3)


def test_who_reaches_nothing_and_who_is_reached_by_nobody() -> None:
    costs = csr_array((np.array([5.0]), np.array([0]), np.array([0, 1, 1])), shape=(2, 2))
    found = raam(costs, [10, 20], [1, 1], tau=60)
    assert np.isnan(found.cost[1])
    assert found.load.tolist() == [10, 0]
    empty = raam(csr_array((2, 0)), [10, 20], [], tau=60)
    assert np.isnan(empty.cost).all()
    nobody = raam(full(np.array([[30.0]])), [0], [3], tau=60)
    assert nobody.load.tolist() == [0]
    assert nobody.cost.tolist() == [0.5]
    closed = raam(full(np.array([[30.0, 0.0]])), [10], [3, 0], tau=60)
    assert closed.load.tolist() == [10, 0]


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_an_amount_that_is_none_is_named(bad: float) -> None:
    with pytest.raises(InputError, match="1"):
        raam(full(np.ones((2, 1))), [1, bad], [1])
    with pytest.raises(InputError, match="0"):
        raam(full(np.ones((2, 1))), [1, 1], [bad])
