"""What is left of a p-median to search: candidates, the costs to them, limits, and the best choice known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.result import SAME
from geosocial.siting.table import Table


@dataclass(frozen=True, slots=True)
class Core:
    """The candidates of which every better choice is made, and what binds it.

    Attributes
    ----------
    column
        (k) position of each candidate in the problem as given.
    costs, weights
        (n × k) costs, inf where out of reach, and (n) demand, all above 0.
    opened
        (k) whether every better choice holds the candidate.
    price, budget, most
        (k) cost of each candidate, what all may cost together, how many may open.
    """

    column: Ints
    costs: Table
    weights: Floats
    opened: Bools
    price: Floats
    budget: float
    most: int

    @property
    def size(self) -> int:
        """Return k, the number of candidates."""
        return len(self.column)

    @property
    def priced(self) -> bool:
        """Return whether a budget binds the choice."""
        return bool(np.isfinite(self.budget))

    def narrowed(self, kept: Bools, opened: Bools) -> Core:
        """Return the core with only some of its candidates, and those that must be open."""
        if kept.all():
            return replace(self, opened=opened)
        return replace(
            self,
            column=self.column[kept],
            costs=np.ascontiguousarray(self.costs[:, kept]),
            opened=opened[kept],
            price=self.price[kept],
        )

    def value(self, sites: Ints) -> float:
        """Return Σ Pᵢ d_ij of the nearest of some candidates; inf where a place is out of their reach."""
        if not len(sites):
            return np.inf
        return float(self.weights @ self.costs[:, sites].min(axis=1).astype(np.float64))

    def allows(self, sites: Ints) -> bool:
        """Return whether a choice keeps to the limits."""
        return len(sites) <= self.most and float(self.price[sites].sum()) <= self.budget


@dataclass(slots=True)
class Known:
    """The best choice so far, as positions in the problem as given; its value; what none can be below.

    `step`: any better choice is better by more than this (near 1 where all values are whole numbers).
    """

    open: Ints | None
    value: float
    bound: float
    step: float

    @property
    def cutoff(self) -> float:
        """Return the bound from which on nothing better can be."""
        if not np.isfinite(self.value):
            return np.inf
        return min(self.value - SAME * abs(self.value), self.value - self.step)

    @property
    def proved(self) -> bool:
        """Return whether nothing better can be."""
        return self.bound >= self.cutoff

    def offer(self, core: Core, sites: Ints) -> bool:
        """Keep a choice of the core where it is better; return whether it is."""
        value = core.value(sites)
        if value < self.value and core.allows(sites):
            self.open, self.value = np.sort(core.column[sites]), value
            return True
        return False
