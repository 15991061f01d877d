"""Clusters: against esda, all permutations of small graphs written out, and what must change nothing."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control

from geosocial.errors import InputError, StudyError
from geosocial.geo.contiguity import distance_band, k_nearest
from geosocial.measure import clusters as m
from geosocial.measure import permutations

NAN = float("nan")
#: esda warns of islands and divisions: it answers in a process of its own.
ORACLE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from esda import G_Local, Moran, Moran_Local
from libpysal.weights import WSP
from scipy.sparse import csr_matrix
case = json.load(sys.stdin)
n = len(case["x"])
w, x = csr_matrix((case["data"], case["indices"], case["indptr"]), shape=(n, n)), np.array(case["x"])
w = WSP(w).to_W(silence_warnings=True)
whole = Moran(x, w, permutations=999)
local = Moran_Local(x, w, permutations=9999, seed=5)
star = G_Local(x, w, star=True, transform="B", permutations=0)
def numbers(a):
    return [None if np.isnan(v) else float(v) for v in np.asarray(a, float)]
print(json.dumps({"I": whole.I, "EI": whole.EI, "VI": whole.VI_rand, "z": whole.z_rand,
    "p": whole.p_sim, "Is": numbers(local.Is), "q": local.q.tolist(), "p_local": numbers(local.p_sim),
    "star": numbers(star.Zs)}))
"""


def by_esda(x: NDArray[np.float64], w: csr_array) -> dict[str, Any]:
    parts = {"data": w.data, "indices": w.indices, "indptr": w.indptr, "x": x}
    case = json.dumps({name: part.tolist() for name, part in parts.items()})
    command = [sys.executable, "-c", ORACLE]
    done = subprocess.run(command, input=case, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def city(number: int, seed: int, *, far: bool = False) -> tuple[NDArray[np.float64], csr_array]:
    """Return values that rise to the east, with noise, and neighbours within a band; some have none."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 100, (2, number))
    w = k_nearest(x, y, k=5) if not far else distance_band(x, y, distance_m=70 / np.sqrt(number))
    return x + rng.gamma(1, 30, number), w


def agrees(x: NDArray[np.float64], w: csr_array) -> None:
    theirs = by_esda(x, w)
    whole = m.moran(x, w, seed=1, alternative="directed")
    assert (whole.i, whole.expected) == pytest.approx((theirs["I"], theirs["EI"]), abs=1e-10)
    assert (whole.variance, whole.z) == pytest.approx((theirs["VI"], theirs["z"]), abs=1e-10)
    assert whole.p == pytest.approx(theirs["p"], abs=0.01)
    local = m.local_moran(x, w, permutations=9999, seed=1, alternative="directed")
    met = np.diff(w.indptr) > 0
    np.testing.assert_allclose(local.i[met], np.array(theirs["Is"], float)[met], atol=1e-10)
    names = {1: "high_high", 2: "low_high", 3: "low_low", 4: "high_low"}
    assert local.quadrant[met].tolist() == [names[q] for q, ok in zip(theirs["q"], met, strict=True) if ok]
    p, q = local.p[met], np.array(theirs["p_local"], float)[met]
    # Two independent samples of 9,999: five standard deviations of their difference for every place.
    assert (np.abs(p - q) <= 5 * np.sqrt(2 * np.maximum(q * (1 - q), 1e-4) / 9999)).all()
    star = np.array([NAN if v is None else v for v in theirs["star"]])
    np.testing.assert_allclose(m.getis_ord_star(x, w)[met], star[met], atol=1e-10)


@pytest.mark.parametrize("far", [False, True])
def test_figures_are_those_of_esda(far: bool) -> None:
    x, w = city(400, 3, far=far)
    if far:
        assert (np.diff(w.indptr) == 0).sum() > 3  # islands count in the mean, as in esda
    agrees(x, w)


@pytest.mark.real_data
def test_figures_of_dissemination_areas_are_those_of_esda(shared_data: Path) -> None:
    import geopandas as gpd

    from geosocial.geo.contiguity import queen

    frame = gpd.read_parquet(shared_data / "census" / "da2016_montreal.parquet").to_crs(32188)
    agrees((frame["pop2016"] / frame["area_km2"]).to_numpy(float), queen(frame.geometry.to_numpy()))


def graph(number: int, links: list[tuple[int, int, int]]) -> csr_array:
    dense = np.zeros((number, number))
    for i, j, weight in links:
        if i % number != j % number:
            dense[i % number, j % number] = weight
    return csr_array(dense)


def standardised(w: csr_array) -> NDArray[np.float64]:
    dense = w.toarray()
    total = dense.sum(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.divide(dense, total, out=np.zeros_like(dense), where=total > 0)
    return found


@pytest.mark.parametrize(
    ("x", "links"),
    [
        ([1, 4, 2, 8, 5, 7], [(0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1), (4, 5, 1), (5, 4, 1)]),
        (
            [1, 1, 1, 9, 9, 2, 2],
            [(0, 1, 3), (0, 2, 1), (3, 4, 1), (4, 3, 2), (4, 5, 5), (6, 0, 1), (5, 1, 1)],
        ),
        ([3, 1, 2, 2], [(0, 1, 1), (0, 2, 1), (0, 3, 1), (1, 0, 2), (1, 2, 1), (2, 3, 1)]),
    ],
)
def test_pseudo_p_is_that_of_all_permutations_written_out(
    x: list[float], links: list[tuple[int, int, int]]
) -> None:
    """Every order of the other values, place by place; ties and unequal weights included."""
    number, drawn = len(x), 40_000
    w = graph(number, links)
    dense, z = standardised(w), np.array(x) - np.mean(x)
    local = m.local_moran(x, w, permutations=drawn, seed=11, alternative="directed")
    both = m.local_moran(x, w, permutations=drawn, seed=11)
    for i in range(number):
        others = [j for j in range(number) if j != i]
        if not dense[i].any():
            assert np.isnan(local.p[i])
            continue
        lag = dense[i] @ z
        lags = np.array([dense[i][others] @ np.array(o) for o in itertools.permutations(z[others])])
        exact = min((lags >= lag - 1e-9).mean(), (lags <= lag + 1e-9).mean())
        assert local.p[i] == pytest.approx(exact, abs=5 * np.sqrt(0.25 / drawn))
        assert both.p[i] == pytest.approx(min(1.0, 2 * local.p[i]), abs=1e-15)
    square = sum(v * v for v in z)
    met = int((dense.sum(axis=1) > 0).sum())
    wholes = np.array([np.array(o) @ dense @ np.array(o) for o in itertools.permutations(z)]) / square
    observed = z @ dense @ z / square
    exact = min((wholes >= observed - 1e-9).mean(), (wholes <= observed + 1e-9).mean())
    whole = m.moran(x, w, permutations=drawn, seed=2, alternative="directed")
    assert whole.i == pytest.approx(number / met * observed, abs=1e-12)
    assert whole.p == pytest.approx(exact, abs=5 * np.sqrt(0.25 / drawn))
    # The mean and variance under randomisation are those of all permutations.
    assert whole.expected == pytest.approx((wholes * number / met).mean(), abs=1e-12)
    assert whole.variance == pytest.approx((wholes * number / met).var(), abs=1e-12)


@pytest.mark.parametrize(("number", "k"), [(5, 4), (40, 39), (3000, 6), (900, 29)])
def test_every_deal_is_a_fair_one(number: int, k: int) -> None:
    """No place is dealt twice in a row, or its own value; each comes as often as any other."""
    total, dealt = np.zeros(number), 0
    for drawn in permutations._deals(number, k + 1, 2_000, 4):
        assert drawn.shape[1] == k + 1
        assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
        total += np.bincount(drawn.ravel(), minlength=number)
        dealt += len(drawn)
    assert dealt == 2_000
    mean = 2_000 * (k + 1) / number
    assert (np.abs(total - mean) <= 6 * np.sqrt(mean) + 1e-9).all()


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = city(300, 8)
    whole = m.local_moran(x, w, permutations=500, seed=2).p
    monkeypatch.setattr(permutations, "_CELLS", 3_000)  # the same deals, ten rows at a time
    monkeypatch.setattr(permutations, "_DEALT", 300)
    parts = m.local_moran(x, w, permutations=500, seed=2).p
    assert np.abs(whole - parts).max() < 0.2  # other chunks of one stream: other deals, the same law
    assert np.array_equal(parts, m.local_moran(x, w, permutations=500, seed=2).p)


def test_equal_weights_are_counted_as_any_weights_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one sorted list and by a product of matrices: the same counts, to the last deal."""
    x, w = city(300, 9)
    x = np.round(x / 20)  # ties
    one = m.local_moran(x, w, permutations=700, seed=3).p
    monkeypatch.setattr(permutations, "_EQUAL", -1.0)
    assert np.array_equal(one, m.local_moran(x, w, permutations=700, seed=3).p)


values = st.lists(st.integers(0, 60), min_size=6, max_size=18, unique=True)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(0, 2**31), st.sampled_from([0.001, 3.0, 1e6]), st.sampled_from([-7.0, 0.0, 1e4]))
def test_order_of_rows_and_unit_of_x_change_nothing(
    x: list[int], seed: int, scale: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    px, py = rng.uniform(0, 10, (2, len(x)))
    w, v = k_nearest(px, py, k=3), np.array(x, float)
    here = m.local_moran(v, w, permutations=49, seed=7)
    assume(not here.reason)
    unit = m.local_moran(v * scale + shift, w, permutations=49, seed=7)
    order = rng.permutation(len(x))
    moved = m.local_moran(v[order], csr_array(w[order][:, order]), permutations=49, seed=7)
    for other, back in ((unit, np.arange(len(x))), (moved, order)):
        np.testing.assert_allclose(other.i, here.i[back], atol=1e-9)
        assert other.p.tolist() == here.p[back].tolist()
        assert other.quadrant.tolist() == here.quadrant[back].tolist()
    whole = m.moran(v, w, permutations=49, seed=7)
    scaled = m.moran(v * scale + shift, w, permutations=49, seed=7)
    assert (scaled.i, scaled.p) == pytest.approx((whole.i, whole.p), abs=1e-9)
    again = m.moran(v[order], csr_array(w[order][:, order]), permutations=0, seed=7)
    assert (again.i, again.z) == pytest.approx((whole.i, whole.z), abs=1e-9)
    # Iᵢ add up to I: Σ Iᵢ = (n − 1)/n · ΣW · I
    assert np.nansum(here.i) == pytest.approx((len(x) - 1) * whole.i, abs=1e-9)
    star = m.getis_ord_star(v * scale + shift, w)
    np.testing.assert_allclose(star, m.getis_ord_star(v, w), atol=1e-8)


def test_what_is_missing_is_as_if_it_were_not_there() -> None:
    x, w = city(60, 5)
    gone = x.copy()
    gone[[3, 30, 59]] = NAN
    rest = np.flatnonzero(~np.isnan(gone))
    small = csr_array(w[rest][:, rest])
    whole, part = m.local_moran(gone, w, seed=3), m.local_moran(x[rest], small, seed=3)
    assert whole.quadrant[[3, 30, 59]].tolist() == ["missing"] * 3
    assert np.isnan(whole.i[[3, 30, 59]]).all()
    np.testing.assert_array_equal(whole.i[rest], part.i)
    np.testing.assert_array_equal(whole.p[rest], part.p)
    np.testing.assert_array_equal(m.getis_ord_star(gone, w)[rest], m.getis_ord_star(x[rest], small))
    assert m.moran(gone, w, seed=3) == m.moran(x[rest], small, seed=3)


def test_an_island_is_labelled_and_never_significant() -> None:
    w = graph(7, [(0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 1, 1), (3, 4, 1), (4, 3, 1), (6, 5, 1), (5, 6, 1)])
    x = np.array([9.0, 8, 9, NAN, 100, 1, 2])  # row 4 loses its only neighbour
    local = m.local_moran(x, w, seed=1)
    assert local.quadrant.tolist() == [
        *["low_low"] * 3, "missing", "island", "low_low", "low_low"
    ]  # fmt: skip
    q = m.false_discovery_rate(local.p)
    for figures in (local.i, local.p, q, m.getis_ord_star(x, w)):
        assert np.isnan(figures[[3, 4]]).all()
    whole = m.moran(x, w, seed=1)
    assert (whole.n, whole.islands) == (6, 1)


@pytest.mark.parametrize(
    ("x", "links", "reason"),
    [
        ([5.0] * 6, [(0, 1, 1), (1, 0, 1)], "constant"),
        ([0.1 + 0.2, 0.3, 0.3, 0.3], [(0, 1, 1)], "constant"),
        ([1, 2, 3, NAN], [(0, 1, 1), (1, 0, 1)], "few"),
        ([NAN] * 5, [(0, 1, 1)], "few"),
        ([1, 2, 3, 4, 5], [], "no_neighbours"),
    ],
)
def test_where_nothing_can_be_said_there_is_a_reason(
    x: list[float], links: list[tuple[int, int, int]], reason: str
) -> None:
    w = graph(len(x), links)
    whole, local = m.moran(x, w, seed=1), m.local_moran(x, w, seed=1)
    assert whole.reason == local.reason == reason
    assert np.isnan([whole.i, whole.z, whole.p]).all()
    for figures in (local.i, local.p, m.getis_ord_star(x, w)):
        assert np.isnan(figures).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(NAN), st.sampled_from([0.0, 0.01, 0.02])), max_size=30))
def test_q_values_are_those_of_scipy(p: list[float]) -> None:
    given_p = np.array(p)
    q = m.false_discovery_rate(given_p)
    tested = ~np.isnan(given_p)
    assert np.isnan(q[~tested]).all()
    if tested.any():
        np.testing.assert_allclose(q[tested], false_discovery_control(given_p[tested]), atol=1e-14)


def test_what_is_refused_is_named() -> None:
    w = graph(4, [(0, 1, 1), (1, 0, 1)])
    with pytest.raises(InputError, match="Row 2: “inf”"):
        m.moran([1, 2, float("inf"), 3], w, seed=1)
    with pytest.raises(InputError, match="do not match"):
        m.local_moran([1, 2, 3], w, seed=1)
    for bad in (graph(4, [(3, 1, -1)]), graph(4, [(3, 1, 1)]) * NAN, csr_array(np.diag([0.0, 0, 0, 1]))):
        with pytest.raises(InputError, match="Row 3: a weight"):
            m.getis_ord_star([1, 2, 3, 4], bad)
    with pytest.raises(StudyError, match="permutations"):
        m.moran([1, 2, 3, 4], w, permutations=-1, seed=1)
    with pytest.raises(InputError, match="Row 1: a p-value"):
        m.false_discovery_rate([0.5, 1.5])


def test_nothing_given_is_changed() -> None:
    x, w = city(30, 2)
    kept, weights = x.copy(), w.copy()
    m.local_moran(x, w, permutations=9, seed=1)
    m.moran(x, w, permutations=9, seed=1)
    m.getis_ord_star(x, w)
    assert np.array_equal(x, kept)
    assert np.array_equal(w.toarray(), weights.toarray())
