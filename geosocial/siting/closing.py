"""Relocation: existing facilities may close, others open, so that together they cover the most demand.

max Σ Pᵢxᵢ; xᵢ ≤ Σ_{j∈Nᵢ} yⱼ; Σ yⱼ ≤ p; at most r of the existing close, at most q others open; what opens and
what closes costs no more than the budget. Closing alone never serves more: it makes room under p, or in the
budget where it gives money back.

Source: opening and closing in one model: Wang, Batta, Bhadury & Rump (2003), here for coverage.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError, Said
from geosocial.siting.inputs import Choice, Floats, Ints, amounts, choice, number, reach
from geosocial.siting.patterns import Patterns
from geosocial.siting.program import Draft, Found, asked, better, chosen, covers, solved, times, told, unit
from geosocial.siting.result import Clock, Interrupt, SitingResult, infeasible

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def relocate(
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    existing: Iterable[int],
    standard: float,
    sites: int | None = None,
    closures: int | None = None,
    openings: int | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    closing_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> SitingResult:
    """Return which existing facilities stay and which candidates open, so that most demand is covered.

    Of answers that cover the same, one that changes less is preferred: every closure and opening that the
    covered demand does not need is undone.

    Parameters
    ----------
    costs, weights, standard, time_limit, interrupt
        As in `geosocial.siting.mclp`; the existing facilities are columns of the costs like the candidates.
    existing
        Positions of the facilities that are open today.
    sites
        p, the most that are open afterwards, existing and new; without it, and without a budget, as many
        as today.
    closures, openings
        r, the most of the existing that may close (without it all), and q, the most others that may open.
    fixed, forbidden
        Positions that must be open afterwards: existing ones that may not close among them. Positions that
        must not: a forbidden existing facility closes and counts as a closure.
    budget, site_costs, closing_costs
        The most that all changes may cost; (m) the cost of opening each that is not open today; (m) the cost
        of closing each that is, below 0 where closing gives money back.

    Returns
    -------
    `SitingResult`: the objective is the demand covered; `terms` holds ``closed`` and ``opened``, how many,
    and ``spent``. ``infeasible`` where the limits contradict each other.

    Raises
    ------
    InputError
        A value that cannot be used, with its row and column.

    Examples
    --------
    >>> costs = [[1.0, 1.0, 9.0], [9.0, 9.0, 1.0]]
    >>> moved = relocate(costs, [10, 20], existing=[0, 1], closures=1, standard=3)
    >>> moved.objective, moved.sites.tolist(), moved.terms["closed"]
    (30.0, [1, 2], 1.0)
    """
    clock = Clock(time_limit, interrupt)
    pairs = reach(costs)
    m = pairs.candidates
    held, d0 = amounts(weights, pairs.places, "weights"), number(standard, "standard")
    today = np.zeros(m, bool)
    today[choice(m, sites=m, fixed=existing).fixed] = True
    if sites is None and budget is None:
        sites = int(today.sum())
    if (budget is None) != (site_costs is None):
        raise InputError(N_("A budget needs the cost of each site, and the costs of sites need a budget."))
    # The budget is of the changes: the choice itself is without one.
    open_ = choice(m, sites=m if sites is None else sites, fixed=fixed, forbidden=forbidden)
    change = np.where(
        today,
        np.zeros(m) if closing_costs is None else _any(closing_costs, m),
        np.zeros(m) if site_costs is None else amounts(site_costs, m, "site_costs"),
    )
    limits = _Limits(
        today,
        change,
        math.inf if budget is None else number(budget, "budget"),
        m if closures is None else int(number(closures, "closures")),
        m if openings is None else int(number(openings, "openings")),
    )
    trouble = open_.trouble()
    if trouble:
        return infeasible("relocate", pairs.places, clock, trouble, d0)
    patterns, _ = asked(pairs, held, open_, standard=d0)
    found = _best(patterns, open_, limits, clock)
    if found is None:
        said = Said(N_("No choice of sites keeps within the limits of closures, openings and budget."))
        return infeasible("relocate", pairs.places, clock, said, d0)
    terms = {} if found.sites is None else limits.terms(found.sites)
    return told("relocate", pairs, found, clock, method="HiGHS", standard=d0, terms=terms)


def _any(values: ArrayLike, size: int) -> Floats:
    held = np.asarray(values, np.float64)
    amounts(np.abs(held), size, "closing_costs")
    return held


class _Limits:
    """Which changes are allowed: open today, what a change of each costs, and how many may change."""

    def __init__(
        self, today: np.ndarray, change: Floats, budget: float, closures: int, openings: int
    ) -> None:
        self.today, self.change, self.budget = today, change, budget
        self.closures, self.openings = closures, openings

    def changed(self, sites: Ints) -> np.ndarray:
        after = np.zeros(len(self.today), bool)
        after[sites] = True
        return np.asarray(after != self.today)

    def terms(self, sites: Ints) -> dict[str, float]:
        changed = self.changed(sites)
        return {
            "closed": float((changed & self.today).sum()),
            "opened": float((changed & ~self.today).sum()),
            "spent": math.fsum(self.change[changed]),
        }

    def keeps(self, sites: Ints, open_: Choice) -> bool:
        said = self.terms(sites)
        return (
            len(sites) <= open_.most
            and bool(np.isin(open_.fixed, sites).all())
            and bool(np.isin(sites, np.union1d(open_.fixed, open_.free)).all())
            and said["closed"] <= self.closures
            and said["opened"] <= self.openings
            and said["spent"] <= self.budget * (1 + 1e-9) + 1e-9
        )


def _best(patterns: Patterns, open_: Choice, limits: _Limits, clock: Clock) -> Found | None:
    m, q, today = len(open_.price), len(patterns.weight), limits.today
    weight = patterns.weight
    held = unit(weight) if q else None
    draft = Draft()
    draft.sites(open_)
    everyone, one = np.arange(m), np.zeros(m, np.int64)
    was, new = np.flatnonzero(today), np.flatnonzero(~today)
    draft.add((one[was], was, 1.0), count=1, lower=float(len(was) - limits.closures))
    draft.add((one[new], new, 1.0), count=1, upper=float(limits.openings))
    if np.isfinite(limits.budget):
        closing = math.fsum(limits.change[was])
        signed = np.where(today, -limits.change, limits.change)
        draft.add((one, everyone, signed), count=1, upper=limits.budget - closing)
    hit = draft.columns(q, worth=weight * (held.scale if held else 1.0))
    covers(draft, patterns, hit)

    def worth(sites: Ints) -> float:
        return math.fsum(weight[times(patterns, sites) > 0]) if limits.keeps(sites, open_) else -math.inf

    start = np.zeros(draft.size)
    start[was], start[hit] = 1.0, times(patterns, was) > 0
    out = solved(draft, clock, start=start, whole=held is not None and held.whole)
    if out.infeasible:
        return None
    got = chosen(out, m)
    found = better(
        out,
        was,
        worth(was),
        None if got is None else worth(got),
        got,
        scale=held.scale if held else 1.0,
        top=math.fsum(weight),
    )
    if found.sites is None:
        return found
    return Found(_calm(found.sites, patterns, open_, limits), found.value, found.bound, found.proved)


def _calm(sites: Ints, patterns: Patterns, open_: Choice, limits: _Limits) -> Ints:
    """Return the sites without changes that nothing is covered by: openings undone first, then closures."""
    kept = np.zeros(len(limits.today), bool)
    kept[sites] = True
    need = int((times(patterns, sites) > 0).sum())
    changed = limits.changed(sites)
    for site in [*np.flatnonzero(changed & ~limits.today), *np.flatnonzero(changed & limits.today)]:
        kept[site] = not kept[site]
        tried = np.flatnonzero(kept)
        if not limits.keeps(tried, open_) or int((times(patterns, tried) > 0).sum()) < need:
            kept[site] = not kept[site]
    return np.flatnonzero(kept)
