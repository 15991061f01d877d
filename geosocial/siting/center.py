"""The p-centre: the smallest farthest cost, by bisection over the costs with a cover at each.

min W; every place with demand has a chosen site at cost ≤ W; Σ yⱼ ≤ p. W is one of the costs, so the question
"can p sites cover all within W?" is asked of some log₂(distinct costs) of them, each time as a set covering
problem that greedy, its reduction or HiGHS answers (Minieka 1970). Weights only say where there is demand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting.covering import enough, uncovered
from geosocial.siting.inputs import Choice, Floats, Ints, Reach, amounts, choice, reach
from geosocial.siting.patterns import covering, reduced
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, infeasible, nearest

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def p_center(
    costs: csr_array | ArrayLike,
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
    """Return the sites with the smallest farthest cost: the vertex p-centre problem.

    min max_{i: Pᵢ>0} min_{j chosen} d_ij; Σ yⱼ ≤ p. The weights do not multiply the costs.

    Parameters
    ----------
    costs, weights, sites, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.

    Returns
    -------
    `SitingResult`: the objective is the farthest cost; ``infeasible`` when no choice reaches all demand.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Hakimi (1964); Minieka (1970).

    Examples
    --------
    >>> best = p_center([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]], [1, 1, 1], sites=1)
    >>> best.objective, best.sites.tolist()
    (5.0, [1])
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held = amounts(weights, pairs.places, "weights")
    open_ = choice(
        pairs.candidates,
        sites=sites,
        fixed=fixed,
        forbidden=forbidden,
        budget=budget,
        site_costs=site_costs,
    )
    trouble = open_.trouble() or uncovered(pairs, held, open_, np.inf)
    if trouble:
        return infeasible("p_center", pairs.places, clock, trouble)
    levels = _levels(pairs, held, open_)
    low, high, best = (
        0,
        len(levels),
        None,
    )  # the answer is at a level in low … high; high = len: none is known
    open_end = False
    while low < high and not open_end:
        # The largest cost is asked first: without an answer there, there is none.
        middle = high - 1 if best is None else (low + high) // 2
        verdict, found = _cover(pairs, held, open_, levels[middle], clock)
        if found is not None:
            best = found
            high = int(np.searchsorted(levels, _farthest(pairs, held, found)))
        elif verdict and best is None:
            return infeasible("p_center", pairs.places, clock, _none(open_))
        elif verdict:
            low = middle + 1
        else:
            open_end = True
    chosen = np.zeros(0, np.int64) if best is None else best
    objective = np.nan if best is None else _farthest(pairs, held, chosen)
    bound = objective if low >= high else float(levels[low])
    gap = gap_of(objective, bound)
    return SitingResult(
        status="unknown" if best is None else "optimal" if gap == 0 else clock.status,
        objective=objective,
        bound=bound,
        gap=gap,
        sites=chosen,
        assignment=nearest(pairs, chosen)[0],
        seconds=clock.seconds,
        method="bisection over covers",
        model="p_center",
    )


def _levels(pairs: Reach, weights: Floats, open_: Choice) -> Floats:
    """Return the costs that the answer can have, rising: none below what the worst-placed has nearest."""
    allowed = np.zeros(pairs.candidates, bool)
    allowed[open_.free] = allowed[open_.fixed] = True
    kept = pairs.pairs(allowed[pairs.column] & (weights > 0)[pairs.row])
    if not len(kept.cost):
        return np.zeros(1)
    some = np.flatnonzero(np.diff(kept.start) > 0)
    least_cost = np.minimum.reduceat(kept.cost, kept.start[some]).max()
    return np.unique(kept.cost[kept.cost >= least_cost])


def _farthest(pairs: Reach, weights: Floats, sites: Ints) -> float:
    needed = weights > 0
    return float(nearest(pairs, sites)[1][needed].max()) if needed.any() else 0.0


def _cover(
    pairs: Reach, weights: Floats, open_: Choice, standard: float, clock: Clock
) -> tuple[bool, Ints | None]:
    """Return whether it is settled that the choice can cover all within the standard, and by which sites."""
    if uncovered(pairs, weights, open_, standard):
        return True, None
    patterns = reduced(covering(pairs, weights, open_, standard=standard), open_.price, all_covered=True)
    most, left = open_.most - len(open_.fixed), open_.budget - open_.price[open_.fixed].sum()
    best = enough(patterns, open_.price, most, left, clock)
    if best is None:
        return not clock.over(), None
    return True, np.union1d(open_.fixed, best)


def _none(open_: Choice) -> Said:
    if open_.priced:
        said = N_("No choice of sites within the budget of {budget} reaches all demand.")
        return Said(said, {"budget": open_.budget})
    return Said(N_("No choice of {most} sites reaches all demand."), {"most": open_.most})
