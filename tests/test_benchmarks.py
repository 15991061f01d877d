"""The country that the benchmarks make up, and the figures of the benchmarks that no machine changes."""

from __future__ import annotations

import numpy as np
import shapely

from benchmarks import country


def test_the_country_is_the_same_for_the_same_seed_and_as_large_as_asked() -> None:
    one, two, other = country.country(0.01), country.country(0.01), country.country(0.01, seed=1)
    assert len(one.corner) == 4_900
    assert np.array_equal(one.corner, two.corner)
    assert not np.array_equal(one.corner, other.corner)
    # rank–size: the second town has half the blocks of the first, the fourth a quarter
    held = np.diff(one.first)
    np.testing.assert_allclose(held[[1, 3]] / held[0], [1 / 2, 1 / 4], atol=0.02)


def test_every_address_is_inside_a_block_and_no_two_blocks_overlap() -> None:
    made = country.country(0.002)
    blocks = np.asarray(shapely.polygons(made.corner))
    assert shapely.is_valid(blocks).all()
    assert np.isclose(shapely.area(shapely.union_all(blocks)), shapely.area(blocks).sum())
    parts = list(country.addresses(made))
    x, y = (np.concatenate([part[axis] for part in parts]) for axis in (0, 1))
    assert len(x) == 32_000
    point, block = shapely.STRtree(blocks).query(shapely.points(x, y), predicate="within")
    assert np.array_equal(np.unique(point), np.arange(len(x)))
    # block by block they are as many as were drawn for it
    drawn = np.random.default_rng([made.seed, 1]).multinomial(made.addresses, made.weight)
    assert np.array_equal(np.bincount(block, minlength=len(blocks)), drawn)


def test_zones_share_their_crooked_borders() -> None:
    made = country.country(0.01)
    zones = country.areas(made, 12)
    assert zones.geometry.is_valid.all()
    whole = shapely.union_all(zones.geometry.to_numpy())
    assert np.isclose(whole.area, zones.area.sum(), rtol=1e-9)  # neither a gap nor an overlap
    assert not shapely.get_num_interior_rings(whole)
    assert (shapely.get_num_coordinates(zones.geometry.to_numpy()) > 30).all()
