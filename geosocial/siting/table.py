"""Dense costs as they are given: read in place, so that a million places × 200 candidates need no copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geosocial.siting.inputs import Floats, Ints, reach

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Costs in single or double precision; sums over them are in double precision.
Table: TypeAlias = NDArray[Any]
#: Numbers worked on at a time.
_BLOCK = 4_000_000


def table(costs: csr_array | ArrayLike) -> Table:
    """Return (n × m) costs, inf where out of reach; what is single precision stays so.

    Raises
    ------
    InputError
        As `geosocial.siting.inputs.reach`.
    """
    from scipy.sparse import issparse

    if issparse(costs):
        return reach(costs).dense()
    full = np.asarray(costs)
    if full.dtype != np.float32:
        full = np.asarray(costs, np.float64)
    if full.ndim != 2 or not all((full[some] >= 0).all() for some in blocks(full)):
        return reach(full).dense()  # which says what is wrong
    return full


def blocks(full: Table) -> list[slice]:
    """Return the rows of a table in blocks."""
    step = max(1, _BLOCK // max(full.shape[1], 1))
    return [slice(at, at + step) for at in range(0, len(full), step)]


def part(full: Table, rows: Ints, columns: Ints) -> Table:
    """Return some rows and columns; the table itself where that is all, in its order."""
    if len(rows) == len(full) and np.array_equal(columns, np.arange(full.shape[1])):
        return full
    return full[np.ix_(rows, columns)]


def whole(full: Table) -> bool:
    """Return whether all costs within reach are whole numbers."""
    return all(bool((full[some] == np.floor(full[some])).all()) for some in blocks(full))


def reached(full: Table, columns: Ints) -> NDArray[np.bool_]:
    """Return whether some of the candidates reach each place."""
    if not len(columns):
        return np.zeros(len(full), bool)
    return np.concatenate([np.isfinite(full[some][:, columns].min(axis=1)) for some in blocks(full)])


def served(full: Table, sites: Ints) -> tuple[Ints, Floats]:
    """Return the nearest of the sites (rising) to each place, ties to the lowest, its cost; −1 and inf."""
    if not len(sites) or not len(full):
        return np.full(len(full), -1, np.int64), np.full(len(full), np.inf)
    near = full[:, sites]
    at = np.argmin(near, axis=1)
    cost = near[np.arange(len(near)), at].astype(np.float64)
    return np.where(np.isfinite(cost), sites[at], -1), cost
