"""People served by 1, 2, … N sites, and what each more would add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting.covering import answer, maximal
from geosocial.siting.inputs import amounts, choice, number, reach
from geosocial.siting.patterns import covering, reduced
from geosocial.siting.result import Clock, Interrupt

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array


def frontier(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    standard: float,
    most: int,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> pd.DataFrame:
    """Return the demand served by each number of sites, each the optimum of an MCLP of its own.

    The sites of a row need not contain those of the row before; each search starts from them, so that more
    sites never serve fewer.

    Parameters
    ----------
    costs, weights, standard, fixed, forbidden
        As in `geosocial.siting.mclp`; the fixed sites come on top of the number.
    most
        N, the most sites to add.
    time_limit, interrupt
        Seconds for each row; a function that is asked now and then whether to end.

    Returns
    -------
    One row for each number: ``number``, ``served``, ``share`` (of all weights, NaN where they are 0),
    ``gain`` (over the row before, the first over none beside the fixed), ``bound``, ``gap``, ``status``,
    ``sites`` (a tuple).

    Examples
    --------
    >>> curve = frontier([[1.0, 9.0], [9.0, 1.0]], [10, 20], standard=5, most=2)
    >>> curve[["number", "served", "gain"]].values.tolist()
    [[1.0, 20.0, 20.0], [2.0, 30.0, 10.0]]
    """
    import pandas as pd

    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    must, never = list(fixed), list(forbidden)
    every = choice(pairs.candidates, sites=pairs.candidates, fixed=must, forbidden=never)
    patterns = reduced(covering(pairs, held, every, standard=d0), every.price)
    total, before, known = float(held.sum()), patterns.already, np.zeros(0, np.int64)
    rows = []
    for count in range(1, int(number(most, "most")) + 1):
        clock = Clock(time_limit, interrupt)
        open_ = choice(pairs.candidates, sites=count + len(every.fixed), fixed=must, forbidden=never)
        best = maximal(patterns, open_, clock, known=[known])
        found = answer(pairs, held, open_, best, clock=clock, standard=d0, already=patterns.already)
        known = found.sites
        rows.append(
            {
                "number": count,
                "served": found.objective,
                "share": found.objective / total if total else np.nan,
                "gain": found.objective - before,
                "bound": found.bound,
                "gap": found.gap,
                "status": found.status,
                "sites": tuple(int(site) for site in found.sites),
            }
        )
        before = found.objective
    return pd.DataFrame(
        rows, columns=["number", "served", "share", "gain", "bound", "gap", "status", "sites"]
    )
