"""Maximin over zones, then the total: first the zone that is served least, then everyone.

1. max t; t ≤ Σ_{i∈b} Pᵢxᵢ / P_b for every zone b with demand; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p.
2. max Σ Pᵢxᵢ with t at its best.

Zones without demand take no part. Source: Rawls's maximin in location: Marsh & Schilling (1994).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError
from geosocial.siting.inputs import Floats, Ints, amounts, choice, number, reach
from geosocial.siting.least_share import maximal_least
from geosocial.siting.program import told
from geosocial.siting.result import Clock, Interrupt, SitingResult, infeasible

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def maximin(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    zones: ArrayLike,
    sites: int | None = None,
    standard: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites whose least served zone is served best and, of those, that serve the most demand.

    Parameters
    ----------
    costs, weights, sites, standard, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.
    zones
        (n) zone of each place: texts or numbers. A zone is served by the share of its demand that is covered.

    Returns
    -------
    `SitingResult`: the objective is the demand covered; `terms` holds ``least_share``, the covered share of
    the least served zone, and ``least_share_bound``, which no choice passes. Where the search ended before
    the first step was proved, `bound` is that of the MCLP.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Marsh & Schilling (1994).

    Examples
    --------
    >>> costs = [[1.0, 9.0, 9.0], [9.0, 1.0, 9.0], [9.0, 9.0, 1.0]]
    >>> best = maximin(costs, [10, 20, 5], zones=["A", "A", "B"], sites=2, standard=3)
    >>> best.sites.tolist(), best.objective, round(best.terms["least_share"], 3)
    ([1, 2], 25.0, 0.667)
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    zone, total = zoned(zones, held)
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("maximin", pairs.places, clock, trouble, d0)
    found, least, bound = maximal_least(pairs, held, zone, total, open_, standard=d0, clock=clock)
    terms = {"least_share": least, "least_share_bound": bound}
    return told("maximin", pairs, found, clock, method="greedy, swaps, HiGHS twice", standard=d0, terms=terms)


def zoned(zones: ArrayLike, weights: Floats) -> tuple[Ints, Floats]:
    """Return the position of the zone of each place, and the demand of each zone."""
    labels = np.asarray(zones)
    if labels.shape != weights.shape:
        raise InputError(
            N_("{name}: {got} values where {expected} are needed, one for each row of the costs or column."),
            name="zones",
            got=labels.size,
            expected=len(weights),
        )
    _, zone = np.unique(labels.astype(str) if labels.dtype == object else labels, return_inverse=True)
    position = zone.astype(np.int64)
    total = np.bincount(position, weights=weights, minlength=int(position.max(initial=-1)) + 1)
    return position, total.astype(np.float64)
