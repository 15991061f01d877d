"""The floating catchment areas as one family: by what each pair of place and facility counts in either step.

All of them share the demand P among the facilities, Dⱼ = Σᵢ Pᵢ u_ij, set Rⱼ = Sⱼ / Dⱼ against it, and give
each place its part of that, Aᵢ = Σⱼ Rⱼ v_ij. They differ in u and v, with w = f(d_ij):

=========  =========  =========
measure    u          v
=========  =========  =========
2sfca      1[d ≤ d₀]  1[d ≤ d₀]
e2sfca     w          w
3sfca      w²/Σⱼw     w²/Σⱼw
m2sfca     w          w²
bfca       w/Σⱼw      w/Σᵢw
=========  =========  =========

`geosocial.measure.accessibility` has their sources. Without competition, Aᵢ = Σⱼ Sⱼ w_ij: ``cumulative`` (w
is 1 within the standard) and ``gravity``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.measure.coverage import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Those in which places compete for the supply: a first pass over the demand, then another.
COMPETING: Final = ("2sfca", "e2sfca", "3sfca", "m2sfca", "bfca")
#: Those that take one pass; ``nearest`` has no accessibility at all.
ALONE: Final = ("nearest", "cumulative", "gravity")
#: Those in which a facility within the standard counts less the farther it is.
WEIGHING: Final = ("e2sfca", "3sfca", "m2sfca", "bfca", "gravity")


@dataclass(frozen=True, slots=True)
class WeightedPairs:
    """The stored pairs with their weights, and sums along either side."""

    row: NDArray[np.signedinteger]
    column: NDArray[np.signedinteger]
    weight: Floats
    shape: tuple[int, int]

    def by_demand(self, values: Floats) -> Floats:
        """Return Σⱼ of a value of each pair."""
        return np.bincount(self.row, weights=values, minlength=self.shape[0]).astype(np.float64)

    def by_facility(self, values: Floats) -> Floats:
        """Return Σᵢ of a value of each pair."""
        return np.bincount(self.column, weights=values, minlength=self.shape[1]).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, 0 where the whole is 0: nobody is in reach, and nobody is served."""
    result: Floats = np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole > 0)
    return result


def demand_weights(measure: str, pairs: WeightedPairs) -> Floats:
    """Return u of each pair: by how much its place counts in the demand of its facility."""
    if measure not in {"3sfca", "bfca"}:
        return pairs.weight
    share = ratio(pairs.weight, pairs.by_demand(pairs.weight)[pairs.row])
    return pairs.weight * share if measure == "3sfca" else share


def supply_weights(measure: str, pairs: WeightedPairs, offered: Floats | None = None) -> Floats:
    """Return v of each pair: how much its facility counts for its place; `offered` is Σᵢw, for ``bfca``."""
    if measure == "m2sfca":
        return pairs.weight**2
    if measure == "bfca":
        assert offered is not None  # noqa: S101 - summed in the first step; for the type checker
        return ratio(pairs.weight, offered[pairs.column])
    return demand_weights(measure, pairs)


def in_two_steps(measure: str, pairs: WeightedPairs, demand: Floats, supply: Floats) -> Floats:
    """Return Aᵢ of each place, of all pairs at once."""
    reached = pairs.by_facility(demand_weights(measure, pairs) * demand[pairs.row])
    offered = pairs.by_facility(pairs.weight) if measure == "bfca" else None
    shared = ratio(supply, reached)
    return pairs.by_demand(supply_weights(measure, pairs, offered) * shared[pairs.column])
