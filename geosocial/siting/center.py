"""The p-centre: the smallest farthest cost, by bisection over the costs with a cover at each.

min W; every place with demand has a chosen site at cost ≤ W; Σ yⱼ ≤ p. W is one of the costs, so the question
"can p sites cover all within W?" is asked of some log₂(distinct costs) of them, each time as a set covering
problem that greedy, its reduction or HiGHS answers (Minieka 1970). What relaxation and local search decide
alone is asked first, from both sides, so that the hard costs, for which branching is needed, are few and the
last: of these, the one just below the best that is known, since no other is left when it cannot be had. A
choice that is found is made better at once: each site goes to the middle of the places that it serves (Cooper
1964), over and over. Weights only say where there is demand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.errors import N_, Said
from geosocial.siting.covering import uncovered
from geosocial.siting.fewest import at_once, enough
from geosocial.siting.inputs import Choice, Floats, Ints, Reach, amounts, choice, reach, starts
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
    search = _Levels(pairs, held, open_, clock)
    found = search.run()
    if not found:
        return infeasible("p_center", pairs.places, clock, _none(open_))
    best, bound = search.best, search.bound
    chosen = np.zeros(0, np.int64) if best is None else best
    objective = np.nan if best is None else search.value
    gap = gap_of(objective, bound)
    return SitingResult(
        status="unknown" if best is None else "optimal" if gap == 0 else clock.status,
        objective=objective,
        bound=bound,
        gap=gap,
        sites=chosen,
        assignment=nearest(pairs, chosen)[0],
        seconds=clock.seconds,
        method="bisection over covers of the places that matter",
        model="p_center",
    )


#: Up to so many pairs within the standard, all places are asked for at once.
_SPARSE = 400_000
#: Shares of the cost so small that branching may as well begin: below what was asked in vain, and above it.
_CLOSE, _CLOSER = 0.01, 0.0008
#: The share of what is left above that a step down is at least, or steps are halved.
_STRIDE = 0.125
#: Rounds at most in which sites move to the middle of what they serve.
_ROUNDS = 20


class _Levels:
    """The bisection: what is known of the farthest cost, and the places that have mattered so far.

    Few places decide: a cover of some of them is sought, those that it leaves out join, the farthest of each
    site. No cover of some means none of all (Chen & Chen 2009).
    """

    def __init__(self, pairs: Reach, weights: Floats, open_: Choice, clock: Clock) -> None:
        allowed = np.zeros(pairs.candidates, bool)
        allowed[open_.free] = allowed[open_.fixed] = True
        kept = allowed[pairs.column] & (weights > 0)[pairs.row]
        self.pairs = pairs if kept.all() else pairs.pairs(kept)
        self.weights, self.open, self.clock = weights, open_, clock
        self.needed = np.flatnonzero(weights > 0)
        self.active = np.zeros(pairs.places, bool)
        self.best: Ints | None = None
        self.value, self.bound = np.inf, 0.0
        self._near, self._top = self.pairs, np.inf
        self._table = _table(pairs)

    def run(self) -> bool:
        """Search until it is proved or the clock is over; return whether any choice reaches all."""
        if not len(self.needed):
            self.best, self.value = self.open.fixed, 0.0
            return True
        least = np.minimum.reduceat(self.pairs.cost, self.pairs.start[self.needed])
        self.bound = float(least.max())
        self.active[self.needed[np.argmax(least)]] = True
        self._spread()
        if self.best is None and self._covered(np.inf) is False:
            return False
        levels = self._between()
        low, high = 0, len(levels) - 1  # the answer is at a level in low … high, and that of high is known
        vain = (len(levels), -1)  # the levels asked in vain, and all between them
        close = _CLOSE
        while low < high and not self.clock.over():
            if self.best is not None and not self.open.priced:
                low, high, vain = self._narrowed(levels, low, high, vain, close)
                if low >= high or self.clock.over():
                    break
            # where the best is close, no answer is left once there is none just below it
            middle = (low + high) // 2 if self.open.priced else high - 1
            verdict = self._covered(float(levels[middle]))
            if verdict is None:
                break
            if not verdict:
                low = middle + 1
                self.bound = float(levels[low])
            before, high = high, min(high, int(np.searchsorted(levels, self.value)))
            if levels[before] - levels[high] < _STRIDE * (levels[high] - levels[max(low, vain[1])]):
                close = _CLOSER  # step by step it would take long
        if low >= high and self.best is not None:
            self.bound = self.value
        return True

    def _narrowed(
        self, levels: Floats, low: int, high: int, vain: tuple[int, int], close: float
    ) -> tuple[int, int, tuple[int, int]]:
        """Return between which levels the answer is by what is decided at once, and those asked in vain.

        Where the gap is small the level just below the best is asked first, each time that the best is new.
        It ends where what is left above those asked in vain is `close`: branching then has little less to do.
        """
        first, last = vain
        fresh = True  # whether to ask for the level just below the best
        while low < high and not self.clock.over():
            last = min(last, high - 1)
            if first > last:
                first, last = len(levels), -1
            if last < 0 and fresh and levels[high] - levels[low] <= _CLOSE * levels[high]:
                middle = high - 1
            elif last < 0:
                middle = (low + high) // 2
            elif levels[first] - levels[low] > _CLOSE * levels[high]:
                middle = (low + first) // 2
            elif last < high - 1 and levels[high] - levels[last] > close * levels[high]:
                middle = (last + high + 1) // 2
            else:
                break
            verdict = self._covered(float(levels[middle]), brief=True)
            if verdict is None:
                first, last = min(first, middle), max(last, middle)
            elif not verdict:
                low = middle + 1
                self.bound = float(levels[low])
                first = max(first, low)
            fresh = middle < high - 1  # else the middle comes first, or it would be step by step
            # also where the level could not be had, a better choice may have come up on the way
            high = min(high, int(np.searchsorted(levels, self.value)))
        return low, high, (first, last)

    def _between(self) -> Floats:
        """Return the costs between what is proved and what is known, rising."""
        cost = self.pairs.cost
        return np.unique(cost[(cost >= self.bound) & (cost <= self.value)])

    def _spread(self) -> None:
        """Take a first choice: each time the site nearest to the place that is farthest from those chosen."""
        chosen = self.open.fixed
        _, far = nearest(self.pairs, chosen)
        far[self.weights == 0] = -np.inf
        for _ in range(self.open.most - len(chosen)):
            if self.clock.over():
                break
            place = int(np.argmax(far))
            if far[place] <= self.bound:
                break
            self.active[place] = True
            row = slice(self.pairs.start[place], self.pairs.start[place + 1])
            site = self.pairs.column[row][np.argmin(self.pairs.cost[row])]
            chosen = np.union1d(chosen, site)
            mine = np.flatnonzero(self.pairs.column == site)
            to = np.searchsorted(self.pairs.start, mine, side="right") - 1
            far[to] = np.minimum(far[to], self.pairs.cost[mine])
        if self.open.price[chosen].sum() <= self.open.budget:
            self._known(chosen)

    def _known(self, sites: Ints) -> tuple[Ints, Floats]:
        """Remember a choice if it is the best; return the nearest site of each place and its cost.

        What is remembered is the choice made better: each site goes to the middle of what it serves.
        """
        to, far = self._nearest(sites)
        value = float(far[self.needed].max())
        if value < self.value:
            self.best, self.value = sites, value
            served = to
            for _ in range(0 if self.open.priced or not np.isfinite(value) else _ROUNDS):
                sites = self._middles(served)
                served, cost = self._nearest(sites)
                value = float(cost[self.needed].max())
                if value >= self.value:
                    break
                self.best, self.value = sites, value
        return to, far

    def _nearest(self, sites: Ints) -> tuple[Ints, Floats]:
        """Return the nearest of the sites to each place and its cost: from a whole table at once."""
        if self._table is None or not len(sites):
            return nearest(self.pairs, sites)
        some = self._table[:, sites]
        at = some.argmin(axis=1)
        return sites[at], some[np.arange(len(some)), at]

    def _middles(self, to: Ints) -> Ints:
        """Return for each site the candidate from which the farthest place that it serves is nearest.

        Fixed sites stay.
        """
        near, count = self._closer(self.value), self.pairs.candidates
        sites, group = np.unique(to[self.needed], return_inverse=True)
        mine = np.full(self.pairs.places, -1, np.int64)
        mine[self.needed] = group
        which = mine[near.row] * count + near.column
        served = np.bincount(which, minlength=len(sites) * count).reshape(len(sites), count)
        farthest = np.zeros(len(sites) * count)
        np.maximum.at(farthest, which, near.cost)
        farthest[(served < np.bincount(group)[:, None]).ravel()] = np.inf
        middle = farthest.reshape(len(sites), count).argmin(axis=1)
        middle[np.isin(sites, self.open.fixed)] = sites[np.isin(sites, self.open.fixed)]
        return np.union1d(self.open.fixed, middle)

    def _covered(self, standard: float, *, brief: bool = False) -> bool | None:
        """Return whether a choice covers all within the standard; None when the clock is over first.

        `brief`: None also where that is not decided without branching.
        """
        left = self.open.budget - self.open.price[self.open.fixed].sum()
        if (self._near.cost <= standard).sum() <= _SPARSE:
            self.active[self.needed] = True
        while not self.clock.over():
            few = self._some(standard)
            patterns = reduced(
                covering(few, self.weights[self.active], self.open, standard=standard),
                self.open.price,
                all_covered=True,
            )
            most, known = self.open.most - len(self.open.fixed), True
            if brief:
                found, known = at_once(patterns, most, self.clock)
            else:
                found = enough(patterns, self.open.price, most, left, self.clock)
            if found is None:
                return False if known and not self.clock.over() else None
            to, far = self._known(np.union1d(self.open.fixed, found))
            out = self.needed[far[self.needed] > standard] if np.isfinite(standard) else self._unreached(to)
            if not len(out) or self.value <= standard:
                return True
            order = out[np.lexsort((out, -np.minimum(far[out], 1e300)))]
            _, first = np.unique(to[order], return_index=True)
            self.active[order[first]] = True
        return None

    def _unreached(self, to: Ints) -> Ints:
        return self.needed[to[self.needed] < 0]

    def _closer(self, standard: float) -> Reach:
        """Return the pairs among which all within a standard are, if it is no more than the best known."""
        if self.value < 0.9 * self._top and standard <= self.value:
            self._top = self.value  # no standard above it is asked for again
            self._near = self.pairs.pairs(self.pairs.cost <= self._top)
        return self._near if standard <= self._top else self.pairs

    def _some(self, standard: float) -> Reach:
        """Return the pairs of the places that matter, within the standard."""
        near = self._closer(standard)
        rows = np.flatnonzero(self.active)
        count = np.diff(near.start)[rows]
        start = starts(count)
        at = np.arange(start[-1]) + np.repeat(near.start[rows] - start[:-1], count)
        whole = Reach(start, near.column[at], near.cost[at], near.candidates)
        return whole.pairs(whole.cost <= standard)


def _table(pairs: Reach) -> Floats | None:
    """Return the costs as a table if every place reaches every candidate."""
    if len(pairs.column) != pairs.places * pairs.candidates:
        return None
    column = pairs.column.reshape(pairs.places, pairs.candidates)
    if not (column == np.arange(pairs.candidates)).all():
        return None
    return pairs.cost.reshape(pairs.places, pairs.candidates)


def _none(open_: Choice) -> Said:
    if open_.priced:
        said = N_("No choice of sites within the budget of {budget} reaches all demand.")
        return Said(said, {"budget": open_.budget})
    return Said.n(
        "No choice of {most} site reaches all demand.",
        "No choice of {most} sites reaches all demand.",
        open_.most,
        most=open_.most,
    )
