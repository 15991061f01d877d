"""Why not all can be served, and what would do: places out of reach, the least standard, the fewest sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting.center import p_center
from geosocial.siting.covering import lscp, mclp
from geosocial.siting.inputs import Floats, Ints, amounts, choice, number, reach
from geosocial.siting.program import allowed
from geosocial.siting.result import Interrupt, SitingResult

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands in the way of serving all demand within a standard, as data.

    Attributes
    ----------
    works
        Whether so many sites (or so much budget) serve all demand within the standard; None where a search
        ended before that was settled.
    unreached, nearest
        Places with demand and no allowed candidate within the standard, and the least cost to one of each
        (inf where there is none at all).
    lost, total
        Demand of the unreached places, and of all.
    standard
        The p-centre of the demand that any allowed candidate reaches at all: its objective is the smallest
        standard with which the limits work for that demand.
    sites
        The LSCP of the demand within the standard of any allowed candidate: its objective is the fewest
        sites (with site costs: the least budget) with which the standard works for that demand.
    most
        The MCLP: the most demand that the limits can cover within the standard.
    """

    works: bool | None
    unreached: Ints
    nearest: Floats
    lost: float
    total: float
    standard: SitingResult
    sites: SitingResult
    most: SitingResult


def explain(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    standard: float,
    sites: int | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> Explanation:
    """Return why all demand cannot be served within a standard by so many sites, and what would do.

    Parameters
    ----------
    costs, weights, standard, sites, fixed, forbidden, budget, site_costs, interrupt
        As in `geosocial.siting.mclp`; without sites and budget, all allowed candidates may open. The costs
        must go beyond the standard: a smaller one than they hold cannot be told from none.
    time_limit
        Seconds for each of the three searches.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Examples
    --------
    >>> said = explain([[1.0, 9.0], [9.0, 4.0], [7.0, 9.0]], [1, 2, 5], standard=3, sites=1)
    >>> said.works, said.unreached.tolist(), said.nearest.tolist(), said.lost
    (False, [1, 2], [4.0, 7.0], 7.0)
    >>> said.standard.objective, said.sites.objective, said.most.objective
    (9.0, 1.0, 1.0)
    """
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    if sites is None and budget is None:
        sites = pairs.candidates
    given: dict[str, Any] = {
        "fixed": list(fixed),
        "forbidden": list(forbidden),
        "budget": budget,
        "site_costs": site_costs,
    }
    open_ = choice(pairs.candidates, sites=sites, **given)
    near = pairs.pairs(allowed(open_)[pairs.column])
    least = np.full(pairs.places, np.inf)
    np.minimum.at(least, near.row, near.cost)
    out = (least > d0) & (held > 0)
    ends: dict[str, Any] = {"time_limit": time_limit, "interrupt": interrupt}
    center = p_center(costs, np.where(np.isfinite(least), held, 0.0), sites=sites, **given, **ends)
    # The fewest sites are asked for without the budget: it is what the answer says.
    free = {**given, "budget": None}
    fewest = lscp(costs, np.where(out, 0.0, held), standard=d0, **free, **ends)
    most = mclp(costs, held, sites=sites, standard=d0, **given, **ends)
    unreached = np.flatnonzero(out)
    works: bool | None = None
    total = float(held.sum())
    if len(unreached) or most.status == "infeasible" or most.bound < total * (1 - 1e-12):
        works = False
    elif np.isclose(most.objective, total, rtol=1e-12, atol=0.0):
        works = True
    return Explanation(
        works=works,
        unreached=unreached,
        nearest=least[unreached],
        lost=float(held[out].sum()),
        total=total,
        standard=center,
        sites=fewest,
        most=most,
    )
