"""Need: the first component beside an eigendecomposition, classes by hand, weights and gaps by properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.measure.need import (
    Dimension,
    classes,
    equity_index,
    equity_weighted_gap,
    equity_weights,
    first_component,
    weighted_index,
)

NAN = float("nan")


def test_the_first_component_is_that_of_the_correlation_matrix() -> None:
    rng = np.random.default_rng(5)
    common = rng.normal(size=300)
    values = np.column_stack([common + rng.normal(size=300) * s for s in (0.3, 0.8, 1.5)]) * [1, 50, 0.01]
    found = first_component(values)
    value, vector = np.linalg.eigh(np.corrcoef(values, rowvar=False))
    main = vector[:, -1] * np.sign(vector[:, -1].sum())
    np.testing.assert_allclose(found.loadings, main, atol=1e-10)
    assert found.explained == pytest.approx(value[-1] / 3)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    np.testing.assert_allclose(found.scores, standard @ main, atol=1e-9)


def test_classes_hold_as_many_areas_each_and_ties_share_theirs() -> None:
    assert classes(np.arange(10.0)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert len(set(classes(np.array([1.0, 1.0, 1.0, 1.0])).tolist())) == 1
    assert np.isnan(classes(np.array([1.0, NAN]))[1])


def test_the_city_index_by_hand() -> None:
    # One column a dimension: the scores are the columns, so that classes are their quintiles.
    areas = pd.DataFrame({"low_income": np.arange(10.0), "libraries": np.arange(10.0)[::-1]})
    index = equity_index(
        areas, [Dimension("social", {"low_income": 1}), Dimension("access", {"libraries": -1})]
    )
    assert index.areas["need"].tolist() == [0, 0, 0, 0, 0, 0, 2, 2, 2, 2]
    turned = equity_index(
        areas, [Dimension("social", {"low_income": 1}), Dimension("access", {"libraries": 1})]
    )
    assert turned.areas["need"].tolist() == [1, 1, 1, 1, 0, 0, 1, 1, 1, 1]


def test_an_unknown_value_is_no_need() -> None:
    areas = pd.DataFrame({"a": [1.0, 2.0, NAN, 4.0], "b": [1.0, 2.0, 3.0, 4.0]})
    assert np.isnan(weighted_index(areas, {"a": 1, "b": 1})[2])
    assert np.isnan(equity_index(areas, [Dimension("d", {"a": 1, "b": 1})]).areas["need"][2])


def test_a_weighted_index_by_hand() -> None:
    areas = pd.DataFrame({"a": [0.0, 5.0, 10.0], "b": [3.0, 2.0, 1.0]})
    assert weighted_index(areas, {"a": 3, "b": -1}, scale="min_max").tolist() == [0, 0.5, 1]
    assert weighted_index(areas, {"a": 1}, scale="rank").tolist() == pytest.approx([1 / 6, 3 / 6, 5 / 6])
    z = (areas["a"] - 5) / areas["a"].std(ddof=0)
    assert weighted_index(areas, {"a": 1}).tolist() == pytest.approx(z.tolist())


numbers = st.lists(st.floats(0, 1e6), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(numbers, st.data())
def test_weights_lie_between_their_bounds_and_gaps_keep_their_total(
    gap: list[float], data: st.DataObject
) -> None:
    need = data.draw(st.lists(st.floats(-5, 5), min_size=len(gap), max_size=len(gap)))
    weight = equity_weights(need, least=1, most=3)
    assert ((weight >= 1) & (weight <= 3)).all()
    assert (np.diff(weight[np.argsort(need, kind="stable")]) >= -1e-12).all()
    found = equity_weighted_gap(gap, weight)
    assert found.sum() == pytest.approx(sum(gap), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(equity_weighted_gap(gap, weight * 7), found, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        equity_weighted_gap(gap[::-1], weight[::-1])[::-1], found, rtol=1e-9, atol=1e-9
    )


def test_equal_need_changes_no_gap() -> None:
    assert equity_weighted_gap([3, 0, 9], equity_weights([4, 4, 4])).tolist() == [3, 0, 9]


def test_what_cannot_be_used_is_refused() -> None:
    areas = pd.DataFrame({"a": [1.0, float("inf")]})
    with pytest.raises(InputError):
        weighted_index(areas, {"a": 1})
    with pytest.raises(InputError):
        weighted_index(areas, {"b": 1})
    with pytest.raises(InputError):
        equity_weighted_gap([1, -1], [1, 1])
    with pytest.raises(InputError):
        equity_weights([1, 2], least=2, most=1)
