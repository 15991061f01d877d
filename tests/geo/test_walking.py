"""Costs of walking: along streets, and straight for what is far from any."""

from __future__ import annotations

import numpy as np
import pytest

from geosocial.geo.walking import Walking
from tests.geo.test_network import made


def ways(x: list[float], y: list[float], snap_m: float = 50) -> Walking:
    """Return a street of three junctions, 100 m apart, with a bend to the north."""
    streets = made([0, 100, 100], [0, 0, 100], [0, 1], [1, 2], [100, 100])
    node, leg = streets.snap(x, y, snap_m)
    return Walking(streets, np.array(x, float), np.array(y, float), node, leg, snap_m, 1.5)


def test_by_hand() -> None:
    # A place 30 m west of the first junction, one 400 m away from all, one at the last.
    found = ways([-30, 500, 100], [0, 0, 100])
    assert found.far.tolist() == [False, True, False]
    fx, fy = np.array([100.0, 100.0]), np.array([110.0, -200.0])
    # The facility beyond the bend: 30 + 100 + 100 + 10; the other is far from any street: straight × 1.5.
    first = [240, np.hypot(400, 110) * 1.5, 10]
    second = [np.hypot(130, 200) * 1.5, np.hypot(400, 200) * 1.5, 300 * 1.5]
    pairs = found.pairs(fx, fy, reach=1_000)
    assert pairs.shape == (3, 2)
    assert pairs.data.tolist() == pytest.approx(
        [first[0], second[0], first[1], second[1], first[2], second[2]]
    )
    assert found.nearest(fx, fy).tolist() == pytest.approx(np.minimum(first, second).tolist())
    near = found.pairs(fx, fy, reach=240)
    assert (near.data.tolist(), near.indices.tolist(), near.indptr.tolist()) == (
        [240, 10],
        [0, 0],
        [0, 1, 1, 2],
    )


def test_nobody_and_nothing() -> None:
    found = ways([0, np.nan], [0, np.nan])
    assert found.far.tolist() == [False, False]
    none = np.zeros(0)
    assert np.isinf(found.nearest(none, none)).all()
    assert len(found.pairs(none, none, reach=9).data) == 0


def test_where_the_streets_do_not_lead() -> None:
    # Two streets that do not meet: from one the facility on the other is out of reach.
    streets = made([0, 10, 500, 510], [0, 0, 0, 0], [0, 2], [1, 3], [10, 10])
    node, leg = streets.snap([0.0], [0.0], 50)
    found = Walking(streets, np.array([0.0]), np.array([0.0]), node, leg, 50, 1.3)
    assert np.isinf(found.nearest(np.array([510.0]), np.array([0.0]))).all()
