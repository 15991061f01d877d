"""Costs between the places of demand, the candidates and the existing facilities, as the models take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.geo.walking import Walking
    from geosocial.measure.supply import Facilities
    from geosocial.study import Study

    Bools = NDArray[np.bool_]

#: A reach that leaves nothing out.
EVERYWHERE = 1e9
#: Places whose costs are looked at together.
BLOCK = 512


def costs(
    study: Study,
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    facilities: Facilities,
    *,
    reach: float,
    first: int,
    width: int,
    ways: Walking | None,
) -> Any:
    """Return the costs of each place to the candidates, and to facilities whose first column is `first`.

    n × width: sparse up to `reach` (absent = beyond), dense where nothing is left out (inf = no way).
    """
    from scipy.sparse import csr_array

    from geosocial.geo.pairs import pairs_within

    x, y = demand["x"].to_numpy(np.float64), demand["y"].to_numpy(np.float64)
    fx = np.concatenate([candidates["x"].to_numpy(np.float64), facilities.x])
    fy = np.concatenate([candidates["y"].to_numpy(np.float64), facilities.y])
    column = np.concatenate([np.arange(len(candidates)), first + np.arange(len(facilities))])
    if reach >= EVERYWHERE and ways is None:
        full = np.full((len(x), width), np.inf)
        full[:, column] = np.hypot(x[:, None] - fx, y[:, None] - fy) * study.detour
        return np.where(np.isnan(full), np.inf, full)
    if ways is not None:
        pairs = ways.pairs(fx, fy, reach=reach)
    else:
        pairs = pairs_within(x, y, fx, fy, reach=reach, detour=study.detour)
    made = csr_array((pairs.data, column[pairs.indices], pairs.indptr), shape=(len(x), width))
    made.sort_indices()
    return made


def beside_nearest(
    study: Study,
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    facilities: Facilities,
    *,
    standard: float,
    ways: Walking | None,
) -> Any:
    """Return the costs to the candidates, and in one last column to the nearest existing facility.

    Where those stay open, nobody goes to a candidate that is farther: such pairs are left out, but for those
    within the standard, and the facilities are as one. The answer of a model that looks at the nearest site
    alone is the same, and found much faster.
    """
    from scipy.sparse import csr_array

    from geosocial.geo.distance import nearest

    x, y = demand["x"].to_numpy(np.float64), demand["y"].to_numpy(np.float64)
    fx, fy = candidates["x"].to_numpy(np.float64), candidates["y"].to_numpy(np.float64)
    if ways is not None:
        last = ways.nearest(facilities.x, facilities.y)
    else:
        last, _ = nearest(x, y, facilities.x, facilities.y, detour=study.detour)
    limit = np.maximum(last, standard)
    rows, columns, data = [], [], []
    if ways is not None:
        pairs = ways.pairs(fx, fy, reach=EVERYWHERE)
        row = pairs.rows()
        near = pairs.data <= limit[row]
        rows, columns, data = [row[near]], [pairs.indices[near]], [pairs.data[near]]
    else:
        for start in range(0, len(x), BLOCK):
            span = slice(start, start + BLOCK)
            cost = np.hypot(x[span, None] - fx, y[span, None] - fy) * study.detour
            row, column = np.nonzero(cost <= limit[span, None])
            rows.append(row + start)
            columns.append(column)
            data.append(cost[row, column])
    known = np.flatnonzero(np.isfinite(last))
    row = np.concatenate([*rows, known])
    column = np.concatenate([*columns, np.full(len(known), len(fx))])
    cost = np.concatenate([*data, last[known]])
    order = np.lexsort((column, row))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(x)))])
    return csr_array((cost[order], column[order], indptr), shape=(len(x), len(fx) + 1))


def without(costs_: Any, columns: Sequence[int]) -> Any:
    """Return costs in which nobody reaches some of the columns."""
    if isinstance(costs_, np.ndarray):
        kept = costs_.copy()
        kept[:, list(columns)] = np.inf
        return kept
    from scipy.sparse import csr_array

    gone = np.zeros(costs_.shape[1], bool)
    gone[list(columns)] = True
    held: Bools = ~gone[costs_.indices]
    rows = np.repeat(np.arange(costs_.shape[0]), np.diff(costs_.indptr))[held]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=costs_.shape[0]))])
    return csr_array((costs_.data[held], costs_.indices[held], indptr), shape=costs_.shape)
