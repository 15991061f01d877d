"""Disparity: by hand, by brute force over all draws, by its properties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.measure.disparity import (
    Draws,
    demographic_disparity,
    demographic_interval,
    geographic_disparity,
    geographic_interval,
    resources_left_out,
)

NAN = float("nan")
amount = st.integers(0, 40)


def test_geographic_by_hand() -> None:
    # 3 of 5 facilities for 20 of 100 people; 2 for 50; none for 30.
    found = geographic_disparity([3, 2, 0], [20, 50, 30])
    np.testing.assert_allclose(found, [0.6 - 0.2, 0.4 - 0.5, 0 - 0.3])


def test_demographic_by_hand() -> None:
    # Shares of the group 40 %, 10 %, 25 %; city 8 + 5 + 7.5 of 100; facilities 3, 2, 0.
    found = demographic_disparity([3, 2, 0], [8, 5, 7.5], [20, 50, 30])
    assert found == pytest.approx((3 * 0.4 + 2 * 0.1) / 5 - 0.205)


def test_what_is_not_known_is_left_out_of_both_sums() -> None:
    found = geographic_disparity([3, NAN, 1], [50, 70, 50])
    np.testing.assert_allclose(found[[0, 2]], [0.25, -0.25])
    assert np.isnan(found[1])
    whole = demographic_disparity([3, 9, 1], [40, NAN, 20], [100, 100, 100])
    assert whole == pytest.approx(demographic_disparity([3, 1], [40, 20], [100, 100]))
    assert resources_left_out([3, 9, 1], [40, NAN, 20], [100, 100, 100]) == pytest.approx(9 / 13)


def test_where_there_is_nothing_there_is_no_share() -> None:
    assert np.isnan(geographic_disparity([0, 0], [1, 1])).all()
    assert np.isnan(geographic_disparity([1, 0], [0, 0])).all()
    assert np.isnan(demographic_disparity([0, 0], [1, 1], [2, 2]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(amount, amount, amount), min_size=2, max_size=8), st.integers(1, 9))
def test_scores_add_up_to_0_and_keep_under_units_order_and_partition(
    rows: list[tuple[int, int, int]], times: int
) -> None:
    held, people, some = (np.array(column, float) for column in zip(*rows, strict=True))
    people = people + some
    if held.sum() == 0 or people.sum() == 0:
        return
    found = geographic_disparity(held, people)
    assert found.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(geographic_disparity(held * times, people), found, atol=1e-12)
    np.testing.assert_allclose(geographic_disparity(held[::-1], people[::-1])[::-1], found, atol=1e-12)
    if people[0] > 0:
        # A place told as two halves keeps its sum, and the group's disparity is the same.
        halves = geographic_disparity(
            [held[0] / 2, held[0] / 2, *held[1:]], [people[0] / 2] * 2 + list(people[1:])
        )
        assert halves[:2].sum() == pytest.approx(found[0], abs=1e-12)
        whole = demographic_disparity(held, some, people)
        split = demographic_disparity(
            [held[0] / 2, held[0] / 2, *held[1:]],
            [some[0] / 2] * 2 + list(some[1:]),
            [people[0] / 2] * 2 + list(people[1:]),
        )
        assert split == pytest.approx(whole, abs=1e-12, nan_ok=True)


def exact_quantiles(place: list[int], share: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of all nⁿ draws with replacement, counted one by one."""
    size = len(share)
    drawn = [
        np.bincount([place[k] for k in pick], minlength=size) / len(place)
        for pick in itertools.product(range(len(place)), repeat=len(place))
    ]
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(np.array(drawn) - share, ends, axis=0)
    return low, high


def test_the_interval_is_that_of_all_draws() -> None:
    place, people = [0, 0, 1, 2, 2], np.array([40.0, 30.0, 30.0])
    low, high = exact_quantiles(place, people / people.sum(), 0.8)
    found = geographic_interval(place, people, how=Draws(seed=3, draws=4_000, level=0.8))
    np.testing.assert_allclose(found.lower, low, atol=0.021)
    np.testing.assert_allclose(found.upper, high, atol=0.021)
    assert ((found.lower <= found.value) & (found.value <= found.upper)).all()


def test_the_group_interval_is_that_of_all_draws() -> None:
    place, some, heads = [0, 0, 1, 2], np.array([30.0, 10.0, 5.0]), np.array([50.0, 100.0, 60.0])
    rate, city = some / heads, some.sum() / heads.sum()
    drawn = [rate[list(pick)].mean() - city for pick in itertools.product(place, repeat=len(place))]
    low, high = np.quantile(drawn, [0.1, 0.9])
    found = demographic_interval(place, some, heads, how=Draws(seed=3, draws=4_000, level=0.8))
    assert found.value == pytest.approx(rate[place].mean() - city)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=0.02)


def test_rounded_counts_widen_the_interval_and_the_seed_fixes_it() -> None:
    place, some, heads = [0, 1] * 30, [10, 5], [20, 25]
    exact = demographic_interval(place, some, heads, how=Draws(seed=3))
    rounded = demographic_interval(place, some, heads, how=Draws(seed=3, rounding_base=5))
    assert rounded.upper - rounded.lower > exact.upper - exact.lower
    assert rounded == demographic_interval(place, some, heads, how=Draws(seed=3, rounding_base=5))


@pytest.mark.parametrize("bad", [-1.0, float("inf")])
def test_what_cannot_be_an_amount_is_named(bad: float) -> None:
    with pytest.raises(InputError) as error:
        geographic_disparity([1, bad], [1, 1])
    assert error.value.facts["row"] == 1
    with pytest.raises(InputError):
        geographic_interval([0, 7], [1, 1], how=Draws(seed=1))
    with pytest.raises(InputError):
        Draws(seed=1, level=1.0)
