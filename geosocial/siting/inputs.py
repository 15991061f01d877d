"""What every model of siting receives, checked at the door: costs, weights, and which sites may be chosen.

Costs are demand × candidate, dense (inf = out of reach) or SciPy sparse (absent = out of reach, a stored 0 =
at the door). They become `Reach`: compressed sparse rows, each sorted by position of the candidate. Weights
are the demand of each place: people, households, need; 0 = nobody there, so that the place asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geosocial.errors import N_, InputError, Said

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reach:
    """The pairs of a place and a candidate within reach: rows of candidates, sorted by position.

    Attributes
    ----------
    start
        (n + 1) where the pairs of each place start.
    column, cost
        (pairs) candidate and cost of each pair.
    candidates
        m, the number of candidates.
    """

    start: Ints
    column: Ints
    cost: Floats
    candidates: int

    @property
    def places(self) -> int:
        """Return n, the number of places."""
        return len(self.start) - 1

    @property
    def row(self) -> Ints:
        """Return the place of each pair."""
        return np.repeat(np.arange(self.places), np.diff(self.start))

    def pairs(self, kept: Bools) -> Reach:
        """Return only some of the pairs."""
        counts = np.bincount(self.row[kept], minlength=self.places)
        return Reach(starts(counts), self.column[kept], self.cost[kept], self.candidates)

    def sparse(self) -> csr_array:
        """Return (n × m) costs, absent where out of reach."""
        from scipy.sparse import csr_array

        return csr_array((self.cost, self.column, self.start), shape=(self.places, self.candidates))

    def dense(self) -> Floats:
        """Return (n × m) costs, inf where out of reach."""
        full = np.full((self.places, self.candidates), np.inf)
        full[self.row, self.column] = self.cost
        return full


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sites may be chosen: how many, which must be, which must not, what they cost together.

    Attributes
    ----------
    fixed, free
        Positions that are open anyway, and those that may be chosen beside them.
    most
        The most sites in all, the fixed ones among them.
    price, budget
        (m) cost of each site and the most that all may cost; zeros and inf without a budget.
    """

    fixed: Ints
    free: Ints
    most: int
    price: Floats
    budget: float

    @property
    def priced(self) -> bool:
        """Return whether a budget binds the choice."""
        return bool(np.isfinite(self.budget))

    def trouble(self) -> Said | None:
        """Return why the fixed sites alone already break the limits, if they do."""
        if len(self.fixed) > self.most:
            return Said.n(
                "{got} site is fixed, and at most {most} may open.",
                "{got} sites are fixed, and at most {most} may open.",
                len(self.fixed),
                got=len(self.fixed),
                most=self.most,
            )
        spent = float(self.price[self.fixed].sum())
        if spent > self.budget:
            return Said(
                N_("The fixed sites cost {got}, more than the budget of {budget}."),
                {"got": spent, "budget": self.budget},
            )
        return None


def starts(counts: NDArray[np.signedinteger]) -> Ints:
    """Return where each of the rows starts, and the end of the last."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def reach(costs: Reach | csr_array | ArrayLike) -> Reach:
    """Return the costs as pairs within reach; those that are pairs already, as they are.

    Raises
    ------
    InputError
        Not two-dimensional; a cost that is NaN or negative; a pair stored twice: row and column named.

    Examples
    --------
    >>> pairs = reach([[0.0, 5.0], [np.inf, 3.0]])
    >>> pairs.start.tolist(), pairs.column.tolist(), pairs.cost.tolist()
    ([0, 2, 3], [0, 1, 1], [0.0, 5.0, 3.0])
    """
    if isinstance(costs, Reach):
        return costs
    if hasattr(costs, "tocsr"):  # asked without an import: who has a sparse table has paid for scipy
        return _from_sparse(costs)
    full = np.asarray(costs, np.float64)
    if full.ndim != 2:
        raise InputError(
            N_("The costs have {got} dimensions: they must be a table, place × candidate."),
            got=full.ndim,
        )
    near = full != np.inf
    if near.all() and (full >= 0).all():
        places, candidates = full.shape
        every = np.tile(np.arange(candidates), places)
        return Reach(candidates * np.arange(places + 1), every, full.flatten(), candidates)
    data = full[near]
    if not (data >= 0).all():
        _checked(data, *np.nonzero(near))
    column = np.flatnonzero(near).astype(np.int64, copy=False)
    column %= max(full.shape[1], 1)
    return Reach(starts(near.sum(axis=1)), column, data, full.shape[1])


def _from_sparse(costs: Any) -> Reach:
    from scipy.sparse import csr_array

    rows = csr_array(costs)
    if not rows.has_sorted_indices:
        rows = rows.sorted_indices()
    data = np.asarray(rows.data, np.float64)
    column = rows.indices.astype(np.int64)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    _checked(data, row, column)
    twice = (np.diff(row) == 0) & (np.diff(column) == 0)
    if twice.any():
        pair = int(np.flatnonzero(twice)[0])
        raise InputError(
            N_("The cost from place {row} to candidate {column} is stored twice."),
            row=int(row[pair]),
            column=int(column[pair]),
        )
    whole = Reach(rows.indptr.astype(np.int64), column, data, int(rows.shape[1]))
    finite = data != np.inf
    return whole if finite.all() else whole.pairs(finite)


def _checked(data: Floats, row: NDArray[np.signedinteger], column: NDArray[np.signedinteger]) -> None:
    bad = ~(data >= 0)
    if bad.any():
        pair = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_("The cost from place {row} to candidate {column} is {got}, not a number from 0 up."),
            hint=N_("Leave pairs out of reach out of the costs, or give them an infinite cost."),
            row=int(row[pair]),
            column=int(column[pair]),
            got=float(data[pair]),
        )


def amounts(values: ArrayLike, size: int, name: str) -> Floats:
    """Return one finite number from 0 up for each place or candidate, or refuse by naming the first fault."""
    held = np.asarray(values, np.float64)
    if held.shape != (size,):
        raise InputError(
            N_("{name}: {got} values where {expected} are needed, one for each row of the costs or column."),
            name=name,
            got=held.size,
            expected=size,
        )
    bad = ~(np.isfinite(held) & (held >= 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_("{name}: value {row} is {got}, not a number from 0 up."),
            hint=N_("Leave suppressed places out, or give them an estimate and say so."),
            name=name,
            row=row,
            got=float(held[row]),
        )
    return held


def number(value: float, name: str) -> float:
    """Return a number from 0 up (inf allowed), or refuse."""
    if not value >= 0:
        raise InputError(N_("“{name}” must be a number from 0 up, not {got}."), name=name, got=value)
    return float(value)


def choice(
    candidates: int,
    *,
    sites: int | None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    costs_alone: bool = False,
) -> Choice:
    """Return the choice that is open, or refuse positions that do not exist and a budget without costs.

    `costs_alone`: the model minimises the site costs, so that they mean something without a budget.
    """
    must, never = _positions(fixed, candidates, "fixed"), _positions(forbidden, candidates, "forbidden")
    both = np.intersect1d(must, never)
    if len(both):
        raise InputError(N_("Candidate {row} is both fixed and forbidden."), row=int(both[0]))
    if sites is not None and (isinstance(sites, bool) or int(sites) != sites or sites < 0):
        raise InputError(
            N_("“{name}” must be a whole number from {least} up, not {got}."),
            name="sites",
            least=0,
            got=sites,
        )
    if (budget is None) != (site_costs is None) and not (costs_alone and budget is None):
        raise InputError(N_("A budget needs the cost of each site, and the costs of sites need a budget."))
    if sites is None and budget is None and not costs_alone:
        raise InputError(N_("Say how many sites may open, or give a budget."))
    price = np.zeros(candidates) if site_costs is None else amounts(site_costs, candidates, "site_costs")
    free = np.setdiff1d(np.arange(candidates), np.union1d(must, never))
    most = candidates if sites is None else min(int(sites), candidates)
    return Choice(must, free, most, price, np.inf if budget is None else number(budget, "budget"))


def _positions(given: Iterable[int], size: int, name: str) -> Ints:
    listed = np.asarray(list(given))
    if not len(listed):
        return np.zeros(0, np.int64)
    bad = ~((listed >= 0) & (listed < size) & (listed == np.floor(listed)))
    if bad.any():
        raise InputError(
            N_("“{name}” holds {got}: it must be a position from 0 to {last}."),
            name=name,
            got=listed[bad][0],
            last=size - 1,
        )
    return np.unique(listed.astype(np.int64))
