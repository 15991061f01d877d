"""Backup coverage: demand that a second site within the standard serves when the first is closed or full.

- BACOP1: max Σ Pᵢuᵢ; uᵢ ≤ Σ_{j∈Nᵢ} yⱼ − 1 for every place with demand: all is covered once, most twice.
- BACOP2: max θ Σ Pᵢxᵢ + (1 − θ) Σ Pᵢuᵢ; xᵢ + uᵢ ≤ Σ_{j∈Nᵢ} yⱼ; uᵢ ≤ xᵢ: first cover against backup.

Σ yⱼ ≤ p; xᵢ, uᵢ ∈ {0, 1}. Two candidates at one spot count as two sites. Source: Hogan & ReVelle (1986).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError
from geosocial.siting.covering import uncovered
from geosocial.siting.inputs import Choice, Floats, Ints, Reach, amounts, choice, number, reach
from geosocial.siting.program import (
    Draft,
    Found,
    asked,
    begin,
    better,
    chosen,
    covers,
    none_reaches,
    solved,
    times,
    told,
    unit,
)
from geosocial.siting.result import Clock, Interrupt, SitingResult, infeasible

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def backup(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    sites: int | None = None,
    standard: float,
    rule: Literal["bacop1", "bacop2"] = "bacop2",
    theta: float = 0.5,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return the sites that cover most demand twice, or weigh that against covering it once.

    Parameters
    ----------
    costs, weights, sites, standard, fixed, forbidden, budget, site_costs, time_limit, interrupt
        As in `geosocial.siting.mclp`.
    rule
        ``bacop1``: all demand must be covered once, the most of it twice. ``bacop2``: θ times the demand
        covered at least once plus (1 − θ) times that covered at least twice.
    theta
        θ from 0 to 1, for ``bacop2`` only: 1 is the MCLP, 0 counts nothing but backup. Below ½ a second
        site is worth more than the first, which is much harder to prove: a search may need a time limit.

    Returns
    -------
    `SitingResult`: the objective is that of the rule; `terms` holds ``once`` and ``twice``, the demand
    covered at least so often, and ``theta`` (0 for ``bacop1``, which is
    infeasible where no choice covers all).

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Source: Hogan & ReVelle (1986).

    Examples
    --------
    >>> costs = [[1.0, 2.0, 9.0], [9.0, 9.0, 1.0]]
    >>> best = backup(costs, [10, 4], sites=2, standard=3, theta=0.4)
    >>> best.sites.tolist(), best.terms
    ([0, 1], {'once': 10.0, 'twice': 10.0, 'theta': 0.4})
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    if not 0 <= theta <= 1:
        raise InputError(
            N_("“{name}” must be a number from {least} to {most}, not {got}."),
            name="theta",
            least=0,
            most=1,
            got=theta,
        )
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    model = rule
    all_once = rule == "bacop1"
    share = 0.0 if all_once else float(theta)
    trouble = open_.trouble() or (uncovered(pairs, held, open_, d0) if all_once else None)
    if trouble:
        return infeasible(model, pairs.places, clock, trouble, d0)
    found = _best(pairs, held, open_, standard=d0, theta=share, all_once=all_once, clock=clock)
    if found is None:
        return infeasible(model, pairs.places, clock, none_reaches(open_), d0)
    terms = {}
    if found.sites is not None:
        once, twice = covered(pairs, held, found.sites, d0)
        terms = {"once": once, "twice": twice, "theta": share}
    return told(model, pairs, found, clock, method="greedy, HiGHS", standard=d0, terms=terms)


def covered(pairs: Reach, weights: Floats, sites: Ints, standard: float) -> tuple[float, float]:
    """Return the demand that the sites cover at least once, and at least twice."""
    mine = np.zeros(pairs.candidates, bool)
    mine[sites] = True
    near = mine[pairs.column] & (pairs.cost <= standard)
    count = np.bincount(pairs.row[near], minlength=pairs.places)
    return math.fsum(weights[count >= 1]), math.fsum(weights[count >= 2])


def _best(
    pairs: Reach,
    weights: Floats,
    open_: Choice,
    *,
    standard: float,
    theta: float,
    all_once: bool,
    clock: Clock,
) -> Found | None:
    """Return the best sites, None where no choice covers all that must be."""
    patterns, _ = asked(pairs, weights, open_, standard=standard)
    weight, q = patterns.weight, len(patterns.weight)
    begun, top = begin(pairs, weights, open_, standard, clock)

    def worth(sites: Ints) -> float:
        once, twice = covered(pairs, weights, sites, standard)
        if all_once and (times(patterns, sites) == 0).any():
            return -np.inf
        return twice if all_once else theta * once + (1 - theta) * twice

    if not q:
        value = worth(begun)
        return Found(begun, value, value, proved=True)
    held = unit(weight)
    whole = held.whole and (all_once or theta in {0.0, 1.0})
    draft = Draft()
    draft.sites(open_)
    # With θ ≥ ½ the first cover is worth more than the second, so that no backup is counted before it.
    first = draft.columns(q, worth=theta * held.scale * weight, lower=float(all_once))
    second = draft.columns(
        q, worth=(1 - theta) * held.scale * weight, whole=not all_once and 0 <= theta < 0.5
    )
    covers(draft, patterns, first, second)
    if not all_once and theta < 0.5:
        rows = np.arange(q)
        draft.add((rows, second, 1.0), (rows, first, -1.0), count=q, upper=0.0)
    count = times(patterns, begun)
    start = np.zeros(draft.size)
    start[begun], start[first], start[second] = 1.0, count >= 1, count >= 2
    out = solved(draft, clock, start=start, whole=whole)
    if out.infeasible:
        return None
    got = chosen(out, pairs.candidates)
    return better(
        out, begun, worth(begun), None if got is None else worth(got), got, scale=held.scale, top=top
    )
