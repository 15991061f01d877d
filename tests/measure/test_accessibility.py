"""Accessibility: against dense sums written out, PySAL access, and the identities of the literature."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geosocial.errors import InputError
from geosocial.measure import accessibility as a
from geosocial.measure import decay as d

Floats = NDArray[np.float64]
FAMILY = (a.two_step_fca, a.three_step_fca, a.modified_two_step_fca, a.balanced_fca)
STANDARD = 900.0


def sparse(dense: Floats) -> csr_array:
    """Return the finite costs as pairs, zeros kept."""
    row, column = np.nonzero(np.isfinite(dense))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(dense)))])
    return csr_array((dense[row, column], column, starts), shape=dense.shape)


def dense_fca(kind: object, cost: Floats, demand: Floats, supply: Floats, f: Floats) -> Floats:
    """The formulas of METHODS, as sums over dense arrays."""
    n, m = cost.shape
    out = np.zeros(n)
    for i in range(n):
        for j in range(m):
            if kind is a.two_step_fca or kind is a.modified_two_step_fca:
                used = sum(demand[k] * f[k, j] for k in range(n))
                power = 2 if kind is a.modified_two_step_fca else 1
                out[i] += supply[j] * f[i, j] ** power / used if used else 0
            elif kind is a.three_step_fca:
                g = [[f[k, c] / f[k].sum() if f[k].sum() else 0 for c in range(m)] for k in range(n)]
                used = sum(g[k][j] * f[k, j] * demand[k] for k in range(n))
                out[i] += g[i][j] * f[i, j] * supply[j] / used if used else 0
            else:
                used = sum(demand[k] * f[k, j] / f[k].sum() for k in range(n) if f[k].sum())
                level = supply[j] / used if used else 0
                out[i] += f[i, j] / f[:, j].sum() * level if f[:, j].sum() else 0
    return out


@st.composite
def cities(draw: st.DrawFn) -> tuple[Floats, Floats, Floats]:
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    costs = st.sampled_from([0.0, 100.0, 450.0, 900.0, 900.5, np.inf])
    cost = np.array(draw(st.lists(costs, min_size=n * m, max_size=n * m))).reshape(n, m)
    people = draw(st.lists(st.integers(0, 50), min_size=n, max_size=n))
    held = draw(st.lists(st.integers(0, 9), min_size=m, max_size=m))
    return cost, np.array(people, float), np.array(held, float)


@settings(max_examples=80, deadline=None)
@given(cities(), st.sampled_from(FAMILY), st.booleans())
def test_each_of_the_family_is_its_formula(
    city: tuple[Floats, Floats, Floats], kind: a.Family, smooth: bool
) -> None:
    cost, demand, supply = city
    fade = d.linear(STANDARD) if smooth else None
    f = np.where(cost <= STANDARD, 1 - cost / STANDARD if smooth else 1.0, 0.0)
    f[~np.isfinite(f)] = 0
    found = kind(sparse(cost), demand, supply, standard=STANDARD, decay=fade)
    np.testing.assert_allclose(found, dense_fca(kind, cost, demand, supply, f), rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cities(), st.sampled_from(FAMILY))
def test_order_changes_nothing(city: tuple[Floats, Floats, Floats], kind: a.Family) -> None:
    cost, demand, supply = city
    rows = np.random.default_rng(3).permutation(len(demand))
    columns = np.random.default_rng(4).permutation(len(supply))
    straight = kind(sparse(cost), demand, supply, standard=STANDARD)
    turned = kind(sparse(cost[rows][:, columns]), demand[rows], supply[columns], standard=STANDARD)
    np.testing.assert_allclose(turned, straight[rows], rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cities(), st.booleans())
def test_what_is_served_is_what_is_supplied(city: tuple[Floats, Floats, Floats], smooth: bool) -> None:
    """Σ Pᵢ Aᵢ = Σ Sⱼ over the facilities that have demand in reach (2SFCA and E2SFCA)."""
    cost, demand, supply = city
    fade = d.gaussian(STANDARD) if smooth else d.binary(STANDARD)
    found = a.two_step_fca(sparse(cost), demand, supply, standard=STANDARD, decay=fade)
    weight = np.zeros(cost.shape)
    weight[np.isfinite(cost)] = fade(cost[np.isfinite(cost)])
    asked = (weight * demand[:, None]).sum(axis=0) > 0
    assert (demand * found).sum() == pytest.approx(supply[asked].sum(), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(cities())
def test_supply_in_reach_and_nearest(city: tuple[Floats, Floats, Floats]) -> None:
    cost, _, supply = city
    costs = sparse(cost)
    within = cost <= STANDARD
    assert a.in_reach(costs, standard=STANDARD).tolist() == within.sum(axis=1).tolist()
    np.testing.assert_allclose(a.cumulative(costs, supply, standard=STANDARD), (within * supply).sum(axis=1))
    assert a.nearest_cost(costs).tolist() == cost.min(axis=1).tolist()
    # a longer standard never reaches less, and one more facility never takes any away
    assert (a.in_reach(costs, standard=2 * STANDARD) >= a.in_reach(costs, standard=STANDARD)).all()
    more = sparse(np.column_stack([cost, np.full(len(cost), 10.0)]))
    assert (a.in_reach(more, standard=STANDARD) == a.in_reach(costs, standard=STANDARD) + 1).all()


def test_a_place_that_is_split_keeps_its_accessibility() -> None:
    cost = np.array([[100.0, 500.0], [np.inf, 300.0]])
    whole = a.two_step_fca(sparse(cost), [10, 30], [2, 3], standard=STANDARD)
    parts = a.two_step_fca(sparse(cost[[0, 0, 1]]), [4, 6, 30], [2, 3], standard=STANDARD)
    assert parts.tolist() == pytest.approx([whole[0], whole[0], whole[1]])


def test_by_hand() -> None:
    """Two places of 10 and 30 people; the first reaches both facilities, the second the second one only."""
    cost = np.array([[100.0, 900.0], [np.inf, 0.0]])
    # R₁ = 4/10, R₂ = 8/40
    assert a.two_step_fca(sparse(cost), [10, 30], [4, 8], standard=900).tolist() == pytest.approx([0.6, 0.2])
    assert a.two_step_fca(sparse(cost), [10, 30], [4, 8], standard=899).tolist() == pytest.approx(
        [0.4, 8 / 30]
    )
    assert a.two_step_fca(sparse(cost), [0, 0], [4, 8], standard=900).tolist() == [0, 0]
    assert a.two_step_fca(sparse(cost), [10, 30], [0, 0], standard=900).tolist() == [0, 0]


PYSAL = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandas as pd
from access.fca import fca_ratio, weighted_catchment
from access import Access
cost = json.loads(sys.argv[1])
rows = [(i, j, c) for i, line in enumerate(cost) for j, c in enumerate(line) if c is not None]
table = pd.DataFrame(rows, columns=["origin", "dest", "cost"])
demand = pd.DataFrame({"geoid": range(len(cost)), "people": json.loads(sys.argv[2])})
supply = pd.DataFrame({"geoid": range(len(cost[0])), "held": json.loads(sys.argv[3])})
it = Access(demand_df=demand, demand_index="geoid", demand_value="people", supply_df=supply,
    supply_index="geoid", supply_value="held", cost_df=table, cost_origin="origin", cost_dest="dest",
    cost_name="cost", neighbor_cost_df=table, neighbor_cost_origin="origin", neighbor_cost_dest="dest",
    neighbor_cost_name="cost")
weight = lambda v: 1 if v <= 300 else 0.68 if v <= 600 else 0.22 if v <= 900 else 0
two = it.two_stage_fca(name="a", max_cost=900)
e2 = it.enhanced_two_stage_fca(name="b", cost="cost", max_cost=900, weight_fn=weight)
three = it.three_stage_fca(name="c", cost="cost", max_cost=900, weight_fn=weight)
found = [frame.iloc[:, 0].reindex(range(len(cost))).fillna(0).tolist() for frame in (two, e2, three)]
print(json.dumps(found))
"""


def test_pysal_access_gives_the_same() -> None:
    rng = np.random.default_rng(11)
    cost = rng.uniform(0, 1800, (40, 15)).round(1)
    cost[cost > 1500] = np.inf
    demand, supply = rng.integers(1, 400, 40).astype(float), rng.integers(1, 30, 15).astype(float)
    told = [[None if np.isinf(c) else c for c in line] for line in cost.tolist()]
    done = subprocess.run(
        [sys.executable, "-c", PYSAL, *(json.dumps(v) for v in (told, demand.tolist(), supply.tolist()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    two, enhanced, three = json.loads(done.stdout.splitlines()[-1])
    costs, steps = sparse(cost), d.stepwise([300, 600, 900])
    np.testing.assert_allclose(a.two_step_fca(costs, demand, supply, standard=900), two, rtol=1e-12)
    found = a.two_step_fca(costs, demand, supply, standard=900, decay=steps)
    np.testing.assert_allclose(found, enhanced, rtol=1e-12)
    np.testing.assert_allclose(
        a.three_step_fca(costs, demand, supply, standard=900, decay=steps), three, rtol=1e-12
    )


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_what_is_no_amount_is_refused_by_place(bad: float) -> None:
    costs = sparse(np.array([[1.0, 2.0], [3.0, 4.0]]))
    with pytest.raises(InputError, match=r"demand: value 1 is"):
        a.two_step_fca(costs, [1, bad], [1, 1], standard=5)
    with pytest.raises(InputError, match=r"supply: value 0 is"):
        a.gravity(costs, [bad, 1], decay=d.binary(5))
    with pytest.raises(InputError, match=r"supply: 3 values for 2"):
        a.cumulative(costs, [1, 1, 1], standard=5)


def test_a_cost_below_zero_is_refused_by_pair() -> None:
    with pytest.raises(InputError, match="from place 1 to facility 0"):
        a.nearest_cost(sparse(np.array([[1.0, 2.0], [-3.0, 4.0]])))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: d.linear(0), "standard"),
        (lambda: d.exponential(5, beta=-1), "beta"),
        (lambda: d.stepwise([10, 5], [1, 0.5]), "rise"),
        (lambda: d.stepwise([10], [1, 0.5]), "one weight"),
        (lambda: d.stepwise([10], [2]), "from 0 to 1"),
        (lambda: d.gaussian(float("nan")), "standard"),
    ],
)
def test_a_decay_that_is_none_is_refused(make: object, match: str) -> None:
    with pytest.raises(InputError, match=match):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    "fade",
    [
        d.binary(900),
        d.linear(900),
        d.gaussian(900),
        d.exponential(900, beta=0.01),
        d.inverse_power(900, beta=2, least=50),
        d.stepwise([300, 600, 900]),
    ],
)
def test_a_decay_falls_from_one_to_nothing_beyond_the_standard(fade: d.Decay) -> None:
    worth = fade(np.array([0.0, 10.0, 300.0, 600.0, 900.0, 900.0001, 1e9]))
    assert worth[0] == 1
    assert (np.diff(worth) <= 0).all()
    assert worth[5:].tolist() == [0, 0]
