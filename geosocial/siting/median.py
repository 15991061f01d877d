"""The p-median: the smallest total of demand × cost to the nearest site, proved.

min Σ Pᵢ min_{j chosen} d_ij over up to p sites, in steps that each leave less to the next:
greedy with exchanges; the ascent of the Lagrangian bound, whose prices show better choices and the candidates
that none of them holds; Benders cuts on the ordered costs, θᵢ ≥ D − Σ_{d_ij < D} (D − d_ij) yⱼ; branching.
The costs are held dense, so that memory grows with n × m.

Sources: Hakimi (1964); Beasley (1993); Cornuéjols, Nemhauser & Wolsey (1980); Durán-Mateluna, Ales & Elloumi
(2023).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting.branch import Search
from geosocial.siting.coarse import MANY, grouped, sampled
from geosocial.siting.core import Core, Known
from geosocial.siting.covering import uncovered
from geosocial.siting.dual import LOOK, ROUNDS, Ascent, reach_at_first
from geosocial.siting.exchange import exchanged, finite, greedy, improved
from geosocial.siting.inputs import Choice, Floats, Reach, amounts, choice, reach
from geosocial.siting.master import Program
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible, nearest
from geosocial.siting.standing import beside
from geosocial.siting.table import Table, blocks, part, reached, served, table, whole

if TYPE_CHECKING:
    from scipy.sparse import csr_array


#: Rounds of the ascent between two looks, and in all, where a round takes long.
_LOOK_MANY, _ROUNDS_MANY = 20, 60


def p_median(
    costs: Reach | csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites with the smallest total cost of all demand to its nearest site.

    min Σ Pᵢ min_{j chosen} d_ij; Σ yⱼ ≤ p. Every place with demand must be reached.

    Parameters
    ----------
    costs, weights, sites, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.

    Returns
    -------
    `SitingResult`: the objective is Σ Pᵢ d_ij; ``infeasible`` when no choice reaches all demand.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Hakimi (1964).

    Examples
    --------
    >>> best = p_median([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]], [1, 1, 3], sites=1)
    >>> best.objective, best.sites.tolist()
    (14.0, [2])
    """
    clock = Clock(time_limit, interrupt)
    sparse = not isinstance(costs, Reach) and hasattr(costs, "tocsr")
    given: Reach | Table = costs if isinstance(costs, Reach) else reach(costs) if sparse else table(costs)
    places, candidates = (given.places, given.candidates) if isinstance(given, Reach) else given.shape
    held = amounts(weights, places, "weights")
    open_ = choice(
        candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("p_median", places, clock, trouble)
    smaller = beside(given, held, open_) if isinstance(given, Reach) else None
    if smaller is not None and isinstance(given, Reach):
        known = _search(smaller.costs, held[held > 0], smaller.choice, clock)
        column = np.concatenate([[-1], smaller.column])
    else:
        full = given.dense() if isinstance(given, Reach) else given
        column = np.concatenate([open_.fixed, open_.free])
        if not reached(full, column)[held > 0].all():
            trouble = uncovered(reach(full), held, open_, np.inf)
            return infeasible("p_median", places, clock, trouble or _none())
        known = _search(part(full, np.flatnonzero(held > 0), column), held[held > 0], open_, clock)
    if known is None:
        return infeasible("p_median", places, clock, _none())
    chosen = np.zeros(0, np.int64) if known.open is None else column[known.open]
    if smaller is not None and known.open is not None:
        chosen = np.union1d(open_.fixed, chosen[chosen >= 0])
    chosen = np.sort(chosen)
    assignment, at = nearest(given, chosen) if isinstance(given, Reach) else served(given, chosen)
    objective = math.fsum(held[held > 0] * at[held > 0]) if known.open is not None else np.nan
    bound = objective if known.open is not None and known.proved else float(np.fmin(known.bound, objective))
    gap = gap_of(objective, bound)
    return SitingResult(
        status="unknown" if known.open is None else "optimal" if gap == 0 else clock.status,
        objective=objective,
        bound=bound,
        gap=gap,
        sites=chosen,
        assignment=assignment,
        seconds=clock.seconds,
        method="greedy, exchanges, Lagrangian, Benders cuts, branching, HiGHS",
        model="p_median",
    )


def _none() -> Said:
    return Said(N_("No choice of sites within the limits reaches all demand."))


def _search(costs: Table, weights: Floats, open_: Choice, clock: Clock) -> Known | None:
    """Return the best choice and its bound, None if it is proved that there is none."""
    units = bool((weights == np.floor(weights)).all()) and whole(costs)
    known = Known(None, np.inf, 0.0, 1 - 1e-6 if units else 0.0)
    must = np.arange(costs.shape[1]) < len(open_.fixed)
    if not len(weights):
        return Known(np.flatnonzero(must), 0.0, 0.0, 0.0)
    price = open_.price[np.concatenate([open_.fixed, open_.free])]
    most = min(open_.most, costs.shape[1])
    core = Core(np.arange(costs.shape[1]), costs, weights, must, price, open_.budget, most)
    known.bound = float(weights @ costs.min(axis=1).astype(np.float64))
    many = len(weights) > MANY and not core.priced
    first = sampled(core, known, clock) if many else reach_at_first(core)
    if not many:
        _start(core, known, clock)
    if known.proved or clock.over():
        return known
    ascent = Ascent(core, known, first, _LOOK_MANY if many else LOOK)
    if not core.priced and known.open is not None:
        seen: set[bytes] = set()
        for sites in ascent.climb(clock, _ROUNDS_MANY if many else ROUNDS):
            start = np.sort(ascent.core.column[sites]).tobytes()
            if start not in seen:
                improved(ascent.core, known, sites, clock)
            seen.add(start)
        if known.proved or clock.over():
            return known
    core, first, begin = grouped(ascent.core, ascent.reach) if many else (ascent.core, ascent.reach, None)
    program = Program(core, begin)
    if not np.isfinite(program.cuts.least).all():  # a place that no better choice reaches
        known.bound = known.value
        return known
    _seed(program, first, known)
    Search(program, known, clock).run()
    return None if known.open is None and known.proved else known


def _start(core: Core, known: Known, clock: Clock) -> None:
    costs = finite(core)
    sites = greedy(core, costs)
    known.offer(core, sites)
    if not clock.over():
        known.offer(core, exchanged(core, costs, sites, clock))


def _seed(program: Program, reach: Floats, known: Known) -> None:
    """Give a program its first cuts: at the costs just above and below the reach of each place."""
    costs = program.core.costs
    above, below = reach.copy(), reach.copy()
    for some in blocks(costs):
        near, at = costs[some], reach[some, None]
        above[some] = np.where(near >= at, near, np.inf).min(axis=1)
        below[some] = np.where(near < at, near, -np.inf).max(axis=1)
    program.add(program.cuts.at(np.minimum(above, program.cuts.farthest)))
    program.add(program.cuts.at(np.maximum(below, program.cuts.least_each)))
    if known.open is not None:
        shares = np.isin(program.core.column, known.open).astype(float)
        program.add(program.cuts.at(program.cuts.levels(shares)[0]))
