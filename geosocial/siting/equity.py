"""Equity as the objective: the far count more than their number, and the p-median does the work.

Both objectives are sums over places of a rising function of the cost to the nearest site. They are thus
p-medians with other costs, and are solved and proved as such.

- Kolm–Pollak: κ < 0 weighs the worse-off; min −(1/κ) ln(Σ Pᵢ e^{−κdᵢ} / Σ Pᵢ), the cost that, were it the
  same for all, would be as good as what they have. As a p-median: costs e^{−κd} − 1.
- Quadratic shortfall: min Σ Pᵢ ((dᵢ − d₀)₊)², what lies beyond the standard, squared.

Sources: Logan et al. (2021); Horton, Logan, Murrell, Skipper & Speakman (2024); Foster, Greer & Thorbecke
(1984).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError
from geosocial.siting.inputs import Floats, Reach, amounts, number, reach
from geosocial.siting.median import p_median
from geosocial.siting.result import Clock, Interrupt, SitingResult, gap_of, nearest

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: e^{−κd} beyond this exponent leaves no digits to the near.
_FARTHEST = 25.0


def kolm_pollak(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    epsilon: float = -1.0,
    kappa: float | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites with the least equally distributed equivalent of the cost (Kolm–Pollak).

    min −(1/κ) ln(Σ Pᵢ e^{−κdᵢ} / Σ Pᵢ). Without κ it is ε·α with α = Σ Pd / Σ Pd² of the costs of the
    p-median of the same limits: aversion is stated on a distribution that so many sites
    can have, whatever the unit.

    Parameters
    ----------
    costs, weights, sites, fixed, forbidden, budget, site_costs, interrupt
        As in `geosocial.siting.mclp`. Every place with demand must be reached, as in the p-median.
    epsilon
        ε < 0, the aversion to inequality; as in `geosocial.measure.inequality.kolm_pollak`.
    kappa
        κ < 0 in one over the unit of the costs, instead of ε.
    time_limit
        Seconds for each of the two searches: that of κ, where it is not given, and that of the sites.

    Returns
    -------
    `SitingResult`: the objective is the equivalent cost, in the unit of the costs; `terms` holds ``kappa``
    and ``mean``, the mean cost of the demand. ``infeasible`` when no choice reaches all demand.

    Raises
    ------
    InputError
        A value that cannot be used; an aversion so strong that e^{−κd} loses the near (−κd above 25).

    Source: Horton, Logan, Murrell, Skipper & Speakman (2024).

    Examples
    --------
    >>> best = kolm_pollak([[0.0, 500.0], [1000.0, 500.0]], [1, 1], sites=1, kappa=-0.001)
    >>> best.sites.tolist(), best.objective
    ([1], 500.0)
    """
    pairs = reach(costs)
    held = amounts(weights, pairs.places, "weights")
    for name, value in (("epsilon", epsilon), ("kappa", -1.0 if kappa is None else kappa)):
        if not (value < 0 and math.isfinite(value)):
            raise InputError(N_("“{name}” must be a number below 0, not {got}."), name=name, got=value)
    clock = Clock(time_limit, interrupt)
    given: dict[str, Any] = {
        "sites": sites,
        "fixed": list(fixed),
        "forbidden": list(forbidden),
        "budget": budget,
        "site_costs": site_costs,
        "time_limit": time_limit,
        "interrupt": interrupt,
    }
    if kappa is None:
        like = p_median(costs, held, **given)
        if not len(like.sites):
            return replace(like, model="kolm_pollak", bound=np.nan)
        near = nearest(pairs, like.sites)[1]
        kappa = aversion(near[held > 0], held[held > 0], epsilon)
    far = float(pairs.cost[(held > 0)[pairs.row]].max(initial=0.0))
    if -kappa * far > _FARTHEST:
        raise InputError(
            N_("An aversion of {got} is too strong for costs up to {most}: only the farthest would count."),
            hint=N_("Use an aversion nearer to 0, or leave pairs far apart out of the costs."),
            got=kappa,
            most=far,
        )
    total = math.fsum(held)

    def back(value: float) -> float:
        return float(np.log1p(value / total) / -kappa) if total else 0.0

    found = _as_median(pairs, held, lambda d: np.expm1(-kappa * d), back, given)
    at = nearest(pairs, found.sites)[1]
    some = (held > 0) & np.isfinite(at)
    mean = math.fsum(held[some] * at[some]) / total if total else 0.0
    terms = {"kappa": kappa} | ({"mean": mean} if np.isfinite(found.objective) else {})
    return replace(found, model="kolm_pollak", terms=terms, seconds=clock.seconds)


def aversion(cost: Floats, weight: Floats, epsilon: float) -> float:
    """Return κ = ε Σ Pd / Σ Pd²; ε where all costs are 0, and nothing is to be averse of."""
    square = math.fsum(weight * cost**2)
    return epsilon * math.fsum(weight * cost) / square if square > 0 else epsilon


def shortfall(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    standard: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites with the least squared cost beyond the standard: min Σ Pᵢ ((dᵢ − d₀)₊)².

    Parameters
    ----------
    costs, weights, sites, standard, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`. Every place with demand must be reached, as in the p-median.

    Returns
    -------
    `SitingResult`: the objective is the sum of squares, 0 where all demand is within the standard.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: the severity of poverty (Foster, Greer & Thorbecke 1984), of costs.

    Examples
    --------
    >>> shortfall([[0.0, 500.0], [900.0, 500.0]], [1, 1], sites=1, standard=400).sites.tolist()
    [1]
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    given: dict[str, Any] = {
        "sites": sites,
        "fixed": fixed,
        "forbidden": forbidden,
        "budget": budget,
        "site_costs": site_costs,
        "time_limit": time_limit,
        "interrupt": interrupt,
    }
    found = _as_median(pairs, held, lambda d: np.maximum(d - d0, 0.0) ** 2, float, given)
    return replace(found, model="shortfall", standard=d0, seconds=clock.seconds)


def _as_median(
    pairs: Reach,
    weights: Floats,
    worse: Callable[[Floats], Floats],
    back: Callable[[float], float],
    given: dict[str, Any],
) -> SitingResult:
    """Return a p-median of other costs, told in the terms of its objective and assigned by the true costs."""
    other = Reach(pairs.start, pairs.column, worse(pairs.cost), pairs.candidates)
    found = p_median(other, weights, **given)
    if found.status == "infeasible":
        return found
    objective, bound = back(found.objective), back(found.bound)
    proved = found.status == "optimal"
    return replace(
        found,
        objective=objective,
        bound=objective if proved else bound,
        gap=0.0 if proved else gap_of(objective, bound),
        assignment=nearest(pairs, found.sites)[0],
        method=f"p-median of other costs: {found.method}",
    )
