"""Small towns of random places and candidates, and what covers what in them."""

from __future__ import annotations

import numpy as np

from geosocial.siting.inputs import Floats, choice, reach
from geosocial.siting.patterns import Patterns, covering, merged

STANDARD = 3.0


def town(places: int, candidates: int, seed: int) -> tuple[Floats, Floats]:
    """Return costs between random points, whole so that ties are common, and whole weights."""
    rng = np.random.default_rng(seed)
    where, sites = rng.uniform(0, 10, (places, 2)), rng.uniform(0, 10, (candidates, 2))
    costs = np.rint(np.hypot(*(where[:, None] - sites).transpose(2, 0, 1)))
    return costs, rng.integers(1, 9, places).astype(float)


def patterns_of(costs: Floats, weights: Floats) -> Patterns:
    pairs = reach(costs)
    every = choice(pairs.candidates, sites=pairs.candidates)
    return merged(covering(pairs, weights, every, standard=STANDARD))
