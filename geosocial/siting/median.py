"""The p-median: the smallest total of demand × cost to the nearest site, proved by Benders cuts.

min Σ Pᵢθᵢ; Σ yⱼ ≤ p; for every place and every D among its costs θᵢ ≥ D − Σ_{d_ij < D} (D − d_ij) yⱼ.
A cut is added where the open shares violate it most: at the D where those of the nearest candidates reach 1.
The linear program is solved again by the dual simplex after each round of cuts; reduced costs then fix
candidates; the rest is a mixed-integer program, solved again with the cuts of its answers until none is
violated. Memory grows with n × m: costs and their order are held dense.

Sources: Hakimi (1964); Cornuéjols, Nemhauser & Wolsey (1980); Durán-Mateluna, Ales & Elloumi (2023).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting.covering import uncovered
from geosocial.siting.cuts import Cuts, Program
from geosocial.siting.exchange import exchanged, greedy
from geosocial.siting.inputs import Choice, Floats, Ints, amounts, choice, reach
from geosocial.siting.result import SAME, Clock, Interrupt, SitingResult, gap_of, infeasible, nearest

if TYPE_CHECKING:
    from scipy.sparse import csr_array


#: Draws of starts from the relaxed answer.
_STARTS = 12


@dataclass(slots=True)
class _Known:
    """The best choice so far: positions among the allowed candidates, its value, and the proved bound."""

    open: Ints | None
    value: float
    bound: float
    step: float

    @property
    def proved(self) -> bool:
        """Return whether nothing better can exist."""
        return self.bound > self.value - self.step or self.bound >= self.value - SAME * abs(self.value)


def p_median(
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
    pairs = reach(costs)
    held = amounts(weights, pairs.places, "weights")
    open_ = choice(
        pairs.candidates, sites=sites, fixed=fixed, forbidden=forbidden, budget=budget, site_costs=site_costs
    )
    trouble = open_.trouble() or uncovered(pairs, held, open_, np.inf)
    if trouble:
        return infeasible("p_median", pairs.places, clock, trouble)
    allowed = np.concatenate([open_.fixed, open_.free])
    known = _search(pairs.dense()[held > 0][:, allowed], held[held > 0], open_, clock)
    if known is None:
        said = Said(N_("No choice of sites within the limits reaches all demand."))
        return infeasible("p_median", pairs.places, clock, said)
    chosen = np.zeros(0, np.int64) if known.open is None else np.sort(allowed[known.open])
    assignment, at = nearest(pairs, chosen)
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
        method="greedy, exchanges, Benders cuts, HiGHS",
        model="p_median",
    )


def _search(costs: Floats, weights: Floats, open_: Choice, clock: Clock) -> _Known | None:
    """Return the best choice and its bound, None if it is proved that there is none."""
    whole = bool((weights == np.floor(weights)).all())
    finite = np.isfinite(costs)
    whole = whole and bool((costs[finite] == np.floor(costs[finite])).all())
    known = _Known(None, np.inf, 0.0, 1 - 1e-6 if whole else 0.0)
    if not len(weights):
        return _Known(np.arange(len(open_.fixed)), 0.0, 0.0, 0.0)
    price = open_.price[np.concatenate([open_.fixed, open_.free])]
    most = min(open_.most, costs.shape[1])
    cuts = Cuts(costs)
    known.bound = float(weights @ cuts.least)
    if not open_.priced:
        _improve(known, costs, weights, len(open_.fixed), most, clock=clock, start=None)
    if known.proved or clock.over():
        return known
    program = Program(cuts, weights, locked=len(open_.fixed), most=most, price=price, budget=open_.budget)
    if known.open is not None:
        program.add(cuts.at(_shares(known.open, costs.shape[1])))
    relaxed = program.relax(clock)
    if relaxed is None:
        return None
    known.bound = max(known.bound, relaxed.bound)
    if relaxed.shares is None or known.proved:
        return known
    if not open_.priced:
        for start in _rounded(relaxed.shares, most):
            sites = _improve(known, costs, weights, len(open_.fixed), most, clock=clock, start=start)
            if known.proved or clock.over():
                return known
            program.add(cuts.at(_shares(sites, costs.shape[1])))
    program.fix(relaxed, known.value - known.step)
    return _whole(known, costs, weights, program, clock, whole=whole)


def _whole(
    known: _Known, costs: Floats, weights: Floats, program: Program, clock: Clock, *, whole: bool
) -> _Known | None:
    """Return the best choice after whole programs, with more cuts each time; None if there is none."""
    while not known.proved and not clock.over():
        found = program.whole(known.open, known.value, clock, whole=whole)
        if found.infeasible:
            if known.open is None:
                return None
            known.bound = known.value  # what was fixed left no better choice
            break
        known.bound = max(known.bound, min(found.bound, known.value))
        if found.shares is None:
            break
        sites = np.flatnonzero(found.shares > 0.5)
        value = float(weights @ costs[:, sites].min(axis=1))
        if value < known.value:
            known.open, known.value = sites, value
        if not program.add(program.cuts.violated(np.round(found.shares), found.theta)):
            break
    return known


def _rounded(shares: Floats, most: int) -> Iterator[Ints]:
    """Give starts near the open shares: the largest of them, then draws by share, the same in each run."""
    yield np.argsort(-shares, kind="stable")[:most]
    rng = np.random.default_rng(0)
    some = np.flatnonzero(shares > 1e-6)
    if len(some) <= most:
        return
    for _ in range(_STARTS):
        # of all draws of `most`, the more likely the larger the share (Efraimidis & Spirakis 2006)
        keys = np.log(rng.random(len(some))) / shares[some]
        yield some[np.argsort(-keys, kind="stable")[:most]]


def _shares(sites: Ints, size: int) -> Floats:
    shares = np.zeros(size)
    shares[sites] = 1.0
    return shares


def _improve(
    known: _Known,
    costs: Floats,
    weights: Floats,
    locked: int,
    most: int,
    *,
    clock: Clock,
    start: Ints | None,
) -> Ints:
    """Return what exchanges make of a start, and keep it where it is better than what is known."""
    finite = np.isfinite(costs)
    far = 0.0 if finite.all() else float(costs[finite].max()) * len(weights) + 1.0
    filled = costs if finite.all() else np.where(finite, costs, far)
    must, allowed = np.arange(locked), np.arange(costs.shape[1])
    if start is None:
        first = greedy(filled, weights, must, allowed, most)
    else:
        first = np.concatenate([must, np.setdiff1d(start, must)])[:most]
    if not len(first):
        return first
    sites, _ = exchanged(filled, weights, first, locked=locked, allowed=allowed, clock=clock)
    value = float(weights @ costs[:, sites].min(axis=1))
    if np.isfinite(value) and value < known.value:
        known.open, known.value = sites, value
    return sites
