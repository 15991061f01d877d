"""Several spheres at once: hubs whose every site serves each sphere, with what the joint answer costs each.

Rules, of shares sₖ = demand of sphere k covered / its demand:

- ``weighted``: max Σ wₖ sₖ with Σ wₖ = 1. One MCLP of all spheres.
- ``in_order``: max s₁; then max s₂ of the answers with that s₁; and so on in the order given.
- ``least_regret``: max t; t ≤ sₖ / s*ₖ for each sphere, s*ₖ what it would have alone; then max Σ wₖ sₖ.

The regret of a sphere is s*ₖ − sₖ, in shares of its demand: what it gives up to the others.
Source: objectives weighted, in order, or by their distance from the ideal: Cohon (1978).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, InputError
from geosocial.siting.covering import mclp
from geosocial.siting.inputs import Choice, Floats, Ints, Reach, amounts, choice, number, reach, starts
from geosocial.siting.least_share import maximal_least
from geosocial.siting.program import Draft, Found, asked, chosen, covers, solved, times, told, unit
from geosocial.siting.result import SAME, Clock, Interrupt, SitingResult, infeasible

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Rule: TypeAlias = Literal["weighted", "in_order", "least_regret"]


@dataclass(frozen=True, slots=True)
class Sphere:
    """What a sphere asks of the same candidates: costs (nₖ × m), weights (nₖ), standard, importance wₖ.

    Examples
    --------
    >>> sphere = Sphere([[100.0, 900.0]], [250], standard=500, name="culture")
    >>> sphere.importance
    1.0
    """

    costs: csr_array | ArrayLike
    weights: ArrayLike
    standard: float
    name: str = ""
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class Several:
    """The joint answer and what each sphere would have alone.

    Attributes
    ----------
    joint
        The sites; the objective is Σ wₖ sₖ; `assignment` has the places of the spheres one after the other.
    alone
        The answer of the MCLP of each sphere, by the same limits.
    served, total, importance
        Demand of each sphere that the joint sites cover, all its demand, and wₖ (of sum 1).
    names, rule
        As given.
    """

    joint: SitingResult
    alone: tuple[SitingResult, ...]
    served: Floats
    total: Floats
    importance: Floats
    names: tuple[str, ...]
    rule: Rule

    @property
    def share(self) -> Floats:
        """Return sₖ; NaN where a sphere has no demand."""
        return _shares(self.served, self.total)

    @property
    def regret(self) -> Floats:
        """Return s*ₖ − sₖ; at most so much where a sphere alone was not proved, by its bound."""
        best = np.array([r.bound if r.status != "infeasible" else np.nan for r in self.alone])
        return _shares(best, self.total) - self.share

    def table(self) -> pd.DataFrame:
        """Return a row a sphere: name, importance, total, served, share, alone (share), regret, status."""
        import pandas as pd

        alone = np.array([r.objective for r in self.alone])
        return pd.DataFrame(
            {
                "name": list(self.names),
                "importance": self.importance,
                "total": self.total,
                "served": self.served,
                "share": self.share,
                "alone": _shares(alone, self.total),
                "regret": self.regret,
                "status": [r.status for r in self.alone],
                "sites_alone": [tuple(int(j) for j in r.sites) for r in self.alone],
            }
        )


def _shares(part: Floats, total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, part / total, np.nan), np.float64)


def several(
    spheres: Sequence[Sphere],
    *,
    rule: Rule = "weighted",
    sites: int | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    time_limit: float | None = None,
    interrupt: Interrupt | None = None,
) -> Several:
    """Return the sites that serve several spheres together, by a rule that says how they are traded off.

    Parameters
    ----------
    spheres
        The spheres, over the same candidates; for ``in_order`` the first comes first. One without demand
        takes no part: it has no share, and its importance is 0.
    rule
        ``weighted``, ``in_order`` or ``least_regret``: see the module.
    sites, fixed, forbidden, budget, site_costs, interrupt
        As in `geosocial.siting.mclp`.
    time_limit
        Seconds for each search: that of each sphere alone, and that of the joint answer.

    Returns
    -------
    `Several`: the joint answer, that of each sphere alone, and the regret of each.

    Raises
    ------
    InputError
        No sphere; spheres of different candidates; importances that are all 0; a value that cannot be used.

    Examples
    --------
    >>> one = Sphere([[1.0, 9.0], [1.0, 9.0]], [10, 10], 5, "culture", importance=3)
    >>> two = Sphere([[9.0, 1.0]], [30], 5, "housing")
    >>> both = several([one, two], sites=1)
    >>> both.joint.sites.tolist(), both.share.tolist(), both.regret.tolist()
    ([0], [1.0, 0.0], [0.0, 1.0])
    """
    stack = _Stack(spheres)
    given: dict[str, Any] = {
        "sites": sites,
        "fixed": list(fixed),
        "forbidden": list(forbidden),
        "budget": budget,
        "site_costs": site_costs,
    }
    ends: dict[str, Any] = {"time_limit": time_limit, "interrupt": interrupt}
    alone = tuple(mclp(s.costs, s.weights, standard=s.standard, **given, **ends) for s in spheres)
    clock = Clock(time_limit, interrupt)
    open_ = choice(stack.pairs.candidates, **given)
    trouble = open_.trouble()
    if trouble:
        joint = infeasible("several", stack.pairs.places, clock, trouble)
    elif rule == "weighted":
        joint = mclp(stack.pairs.sparse(), stack.worth, standard=math.inf, **given, **ends)
    elif rule == "in_order":
        joint = _in_order(stack, open_, alone, clock)
    else:
        best = np.array([r.objective for r in alone]) * stack.factor
        found, least, bound = maximal_least(
            stack.pairs, stack.worth, stack.sphere, best, open_, standard=math.inf, clock=clock
        )
        found = replace(found, bound=max(found.value, min(found.bound, stack.ideal(alone))))
        terms = {"least_of_best": least, "least_of_best_bound": bound}
        joint = told("several", stack.pairs, found, clock, method="HiGHS twice", terms=terms)
    joint = replace(joint, model="several")
    return Several(
        joint=joint,
        alone=alone,
        served=stack.served(joint.sites),
        total=stack.total,
        importance=stack.importance,
        names=tuple(s.name for s in spheres),
        rule=rule,
    )


class _Stack:
    """The places of all spheres one after the other: pairs within the standard of each, and their worth.

    `worth` is wₖ Pᵢ / Pₖ: it adds up to Σ wₖ sₖ. `factor` is wₖ / Pₖ.
    """

    def __init__(self, spheres: Sequence[Sphere]) -> None:
        parts, weights, sphere = [], [], []
        for k, one in enumerate(spheres):
            pairs = reach(one.costs)
            parts.append(pairs.pairs(pairs.cost <= number(one.standard, "standard")))
            weights.append(amounts(one.weights, pairs.places, "weights"))
            sphere.append(np.full(pairs.places, k, np.int64))
        if len({p.candidates for p in parts}) != 1:
            raise InputError(N_("The spheres must be one or more, and all have the same candidates."))
        held = amounts([s.importance for s in spheres], len(spheres), "importance")
        if not held.any():
            raise InputError(N_("At least one sphere must have an importance above 0."))
        self.weights, self.sphere = np.concatenate(weights), np.concatenate(sphere)
        self.total = np.array([math.fsum(w) for w in weights])
        held = np.where(self.total > 0, held, 0.0)
        self.importance = held / (held.sum() or 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.factor = np.where(self.total > 0, self.importance / self.total, 0.0)
        self.worth = self.weights * self.factor[self.sphere]
        self.pairs = Reach(
            starts(np.concatenate([np.diff(p.start) for p in parts])),
            np.concatenate([p.column for p in parts]),
            np.concatenate([p.cost for p in parts]),
            parts[0].candidates,
        )

    def ideal(self, alone: Sequence[SitingResult]) -> float:
        """Return Σ wₖ s*ₖ: no joint answer passes it."""
        return math.fsum(f * r.bound for f, r in zip(self.factor, alone, strict=True) if f > 0)

    def served(self, sites: Ints) -> Floats:
        """Return the demand of each sphere that the sites cover."""
        mine = np.zeros(self.pairs.candidates, bool)
        mine[sites] = True
        hit = np.bincount(self.pairs.row[mine[self.pairs.column]], minlength=self.pairs.places) > 0
        return np.array([math.fsum(self.weights[hit & (self.sphere == k)]) for k in range(len(self.total))])


def _in_order(stack: _Stack, open_: Choice, alone: tuple[SitingResult, ...], clock: Clock) -> SitingResult:
    """Return the answer of the first sphere, then of the next among its optima, and so on."""
    patterns, group = asked(stack.pairs, stack.weights, open_, standard=math.inf, group=stack.sphere)
    weight, q, m = patterns.weight, len(patterns.weight), stack.pairs.candidates
    best, proved = alone[0].sites, alone[0].status == "optimal"
    need = [alone[0].objective]
    for k in range(1, len(stack.total)):
        mine = group == k
        if clock.over() or not mine.any():
            proved = proved and not mine.any()
            need.append(float(stack.served(best)[k]))
            continue
        held = unit(weight)
        draft = Draft()
        draft.sites(open_)
        hit = draft.columns(q, worth=np.where(mine, weight, 0.0) * held.scale)
        covers(draft, patterns, hit)
        before = group < k
        # Of whole demand so much or more: half a person less says the same and leaves rounding room.
        floor = np.array(need) - 0.5 if held.whole else np.array(need) * (1 - SAME)
        draft.add(
            (group[before], hit[before], weight[before] * held.scale), count=k, lower=floor * held.scale
        )
        start = np.zeros(draft.size)
        start[best], start[hit] = 1.0, times(patterns, best) > 0
        out = solved(draft, clock, start=start, whole=held.whole)
        got = chosen(out, m)
        if got is not None:
            now, then = stack.served(got), stack.served(best)
            if (now[:k] >= np.array(need) * (1 - SAME)).all() and now[k] > then[k]:
                best = got
        proved = proved and out.proved
        need.append(float(stack.served(best)[k]))
    value = float(stack.factor @ stack.served(best))
    found = Found(best, value, value if proved else max(value, stack.ideal(alone)), proved=proved)
    return told("several", stack.pairs, found, clock, method="an MCLP for each sphere, in order")
