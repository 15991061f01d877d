"""People served by 1, 2, … N sites, and what each more would add."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting import swaps
from geosocial.siting.covering import maximal
from geosocial.siting.fewest import Best
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, amounts, choice, number, reach
from geosocial.siting.patterns import Patterns, columns, covering, reduced
from geosocial.siting.relaxed import Relaxed
from geosocial.siting.result import SAME, Clock, Interrupt, gap_of

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

#: Shares of the least gain on the greedy curve from which a candidate is looked at, one after the other until
#: the curve is proved; the last leaves none out.
_SHARES = (0.97, 0.5, 0.0)
#: The relaxed problem is solved up to so many pairs.
_MOST_PAIRS = 300_000


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

    A candidate that alone gains τ at most is in no better choice of p than v when U(p − k) + k·τ ≤ v for
    every k: gains only shrink as others open (Nemhauser, Wolsey & Fisher 1978). So only the candidates that
    alone gain about as much as the last site are looked at first, and the others when that proves too little.

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
    last = int(number(most, "most"))
    every = choice(pairs.candidates, sites=pairs.candidates, fixed=fixed, forbidden=forbidden)
    patterns = covering(pairs, held, every, standard=d0)
    found = _curve(patterns, every, last, time_limit=time_limit, interrupt=interrupt)
    near = pairs.cost <= d0
    row, column, total = pairs.row[near], pairs.column[near], float(held.sum())
    rows, before = [], patterns.already
    for count, (best, clock) in enumerate(found, 1):
        open_ = np.zeros(pairs.candidates, bool)
        open_[every.fixed] = open_[best.sites] = True
        served = np.zeros(pairs.places, bool)
        served[row[open_[column]]] = True
        value = math.fsum(held[served])
        bound = value if best.proved else max(value, patterns.already + best.bound)
        gap = gap_of(value, bound)
        rows.append(
            {
                "number": count,
                "served": value,
                "share": value / total if total else np.nan,
                "gain": value - before,
                "bound": bound,
                "gap": gap,
                "status": "optimal" if gap == 0 else clock.status,
                "sites": tuple(int(site) for site in np.flatnonzero(open_)),
            }
        )
        before = value
    return pd.DataFrame(
        rows, columns=["number", "served", "share", "gain", "bound", "gap", "status", "sites"]
    )


def _curve(
    patterns: Patterns, every: Choice, most: int, *, time_limit: float | None, interrupt: Interrupt | None
) -> list[tuple[Best, Clock]]:
    """Return the best of 1 … most candidates, from the few that matter to all until each is proved."""
    greedy = swaps.Cover(patterns)
    alone, gains = greedy.gain.copy(), []
    for _ in range(min(most, len(alone))):
        free = np.where(greedy.open, 0.0, greedy.gain)
        gains.append(float(free.max()))
        if gains[-1] <= 0:
            break
        greedy.add(int(np.argmax(free)))
    found: list[tuple[Best, Clock]] = []
    for share in _SHARES:
        kept = alone > share * min(gains, default=0.0)
        left_out = float(alone[~kept].max(initial=0.0))
        found = _of_core(
            patterns, kept, every, most, left_out=left_out, time_limit=time_limit, interrupt=interrupt
        )
        if left_out <= 0 or all(best.proved or clock.over() for best, clock in found):
            break
    return found


def _of_core(
    patterns: Patterns,
    kept: Bools,
    every: Choice,
    most: int,
    *,
    left_out: float,
    time_limit: float | None,
    interrupt: Interrupt | None,
) -> list[tuple[Best, Clock]]:
    """Return the best of 1 … most of some candidates; the bounds hold for all.

    `left_out`: what any other candidate gains at most, alone.
    """
    small = reduced(columns(patterns, kept), every.price)
    relaxed = Relaxed(small) if 0 < len(small.column) <= _MOST_PAIRS else None
    found: list[tuple[Best, Clock]] = []
    known, bounds = np.zeros(0, np.int64), [0.0]
    for count in range(1, most + 1):
        clock = Clock(time_limit, interrupt)
        best = _of_number(small, relaxed, every, count, known=known, clock=clock)
        value = _value(small, best.sites)
        within = value if best.proved else best.bound
        bounds.append(max(within, *(bounds[count - k] + k * left_out for k in range(1, count + 1))))
        proved = bounds[-1] <= value * (1 + SAME)
        found.append((Best(best.sites, bounds[-1], proved, best.method), clock))
        known = best.sites
    return found


def _of_number(
    small: Patterns, relaxed: Relaxed | None, every: Choice, count: int, *, known: Ints, clock: Clock
) -> Best:
    """Return the best `count` of the candidates of `small`: by the relaxed problem, else by `maximal`."""
    share = None if relaxed is None else relaxed.share(count, clock)
    if share is not None and share.whole:
        sites = small.candidate[share.chosen]
        if _value(small, sites) >= share.bound * (1 - SAME):
            return Best(sites, share.bound, proved=True, method="linear programme")
    open_ = Choice(every.fixed, every.free, count + len(every.fixed), every.price, np.inf)
    if share is None:
        return maximal(small, open_, clock, known=[known])
    first = swaps.Cover(small)
    order = np.lexsort((-first.gain, ~share.chosen))
    for site in order[:count]:
        first.add(int(site))
    first = swaps.swapped(first, every.price, np.inf, clock)
    # A candidate that leaves less than what is known is in no better choice.
    kept = (share.with_it > first.value * (1 - SAME)) | first.open
    best = maximal(
        reduced(columns(small, kept), every.price), open_, clock, known=[known, small.candidate[first.sites]]
    )
    value = _value(small, best.sites)
    bound = max(value, min(share.bound, best.bound))
    return Best(best.sites, bound, best.proved or bound <= value * (1 + SAME), best.method)


def _value(patterns: Patterns, sites: Ints) -> float:
    covered = np.isin(patterns.candidate, sites)[patterns.column]
    held: Floats = patterns.weight[np.unique(patterns.row[covered])]
    return math.fsum(held)
