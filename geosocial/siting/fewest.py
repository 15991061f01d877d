"""The fewest or cheapest candidates that cover every pattern, and whether so many are enough.

The patterns fall apart where they share no candidate; each component has a relaxation, rounded up where
prices are whole, and a cover: greedy, made smaller by `geosocial.siting.weighting`. Where the two do not
meet, sweeps along the patterns find the cover or prove that there is none cheaper (`geosocial.siting.sweep`),
the wide ones once cuts have tightened the relaxation (`geosocial.siting.tight`). What they leave open is
branched on, the smallest first: by HiGHS on the tightened relaxation where patterns are short, else by
`geosocial.siting.branching`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geosocial.siting import swaps
from geosocial.siting.branching import Search
from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.patterns import Patterns, columns, merged
from geosocial.siting.regions import PATIENCE, Regions, cheapest
from geosocial.siting.relaxation import Relaxation
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, solve
from geosocial.siting.sweep import NARROW, Sweep
from geosocial.siting.tight import Tight, counted
from geosocial.siting.turns import Prices
from geosocial.siting.weighting import Weighting

#: Up to so many pairs HiGHS is asked at once: its own branching is quick there.
_SMALL = 1_500
#: Up to so many pairs HiGHS is given some nodes first: its heuristics find what ours may not.
_FEW, _NODES_FIRST = 6_000, 30
#: Up to so many pairs cuts from windows pay, and where little is to be spent; where patterns are longer, few
#: windows hold any.
_MIDDLE, _MIDDLE_BRIEF = 60_000, 30_000
#: Beyond so many pairs a region takes as long as the nodes that prove the whole.
_BY_REGION = 250_000
#: Choices kept in the widest sweep, and where little is to be spent.
_WIDE, _WIDE_BRIEF = 1_024_000, 4_000
#: Steps of local search before the branching, and at each of its nodes.
_STEPS, _STEPS_A_NODE = 4_000, 100


@dataclass(frozen=True, slots=True)
class Best:
    """The best candidates found (original positions) of a reduced problem, and the bound on any choice."""

    sites: Ints
    bound: float
    proved: bool
    method: str


@dataclass(slots=True)
class _Component:
    """Patterns that share no candidate with others, a cover (positions), and what any costs at least."""

    patterns: Patterns
    price: Floats
    sites: Ints
    bound: float = 0.0
    tight: Tight | None = None
    prices: Prices | None = None

    @property
    def value(self) -> float:
        """Return the price of the cover."""
        return float(self.price[self.sites].sum())

    @property
    def open(self) -> bool:
        """Return whether cover and bound differ."""
        return self.value > self.bound * (1 + 1e-12)

    def offer(self, sites: Ints | None) -> None:
        """Keep a cover if it is cheaper."""
        if sites is not None and float(self.price[sites].sum()) < self.value * (1 - 1e-12):
            self.sites = sites

    def raise_to(self, bound: float) -> None:
        """Keep a bound if it is better."""
        self.bound = min(self.value, max(self.bound, bound))


def fewest(
    patterns: Patterns,
    price: Floats,
    clock: Clock,
    *,
    target: float | None = None,
    brief: bool = False,
    nodes: int | None = None,
) -> Best:
    """Return the candidates of least price that cover every pattern; `price` is by original position.

    With a `target` the search ends once a cover costs no more, or none can: the bound is then above it.
    `brief`: only what relaxation and local search say, without cuts and branching. `nodes`: the most nodes
    to spend on a component.
    """
    if not len(patterns.weight):
        return Best(np.zeros(0, np.int64), 0.0, proved=True, method="reduction")
    whole = bool((price[patterns.candidate] == np.floor(price[patterns.candidate])).all())
    parts = [
        _Component(
            part, price[part.candidate], swaps.whole_cover(part, price), packing(part, price[part.candidate])
        )
        for part in components(patterns)
    ]
    method = "reduction, greedy"

    def settled() -> bool:
        low, high = sum(part.bound for part in parts), sum(part.value for part in parts)
        if target is not None and (high <= target or low > target):
            return True
        return high <= low * (1 + 1e-12)

    for part in parts:
        if not settled() and not clock.over():
            _relaxed(part, clock, whole=whole)
    if not settled() and not clock.over():
        method += ", local search, linear relaxation, branch and bound"
        for part in parts:
            if part.open and not settled():
                others = sum(other.value for other in parts if other is not part)
                goal = -np.inf if target is None else target - others
                _smaller(part, clock, goal, _left(parts, part, target), whole=whole, brief=brief)
        for part in sorted(parts, key=lambda part: len(part.patterns.column)):
            if brief or settled() or clock.over():
                break
            _branched(part, clock, whole=whole, target=_left(parts, part, target), nodes=nodes)
    sites = np.sort(np.concatenate([part.patterns.candidate[part.sites] for part in parts]))
    bound = math.fsum(part.bound for part in parts)
    value = math.fsum(part.value for part in parts)
    return Best(sites, min(bound, value), value <= bound * (1 + 1e-12), method)


def _left(parts: list[_Component], part: _Component, target: float | None) -> float | None:
    """Return what a component may cost at most if all together may cost the target."""
    if target is None:
        return None
    return target - sum(other.bound for other in parts if other is not part)


def components(patterns: Patterns) -> list[Patterns]:
    """Return the patterns by the components that shared candidates make of them, in order of their first."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    q, k = len(patterns.weight), len(patterns.candidate)
    ends = (patterns.row, q + patterns.column)
    graph = csr_array((np.ones(len(patterns.column)), ends), shape=(q + k, q + k))
    count, label = connected_components(graph, directed=False)
    if count == 1:
        return [patterns]
    found = [columns(patterns, label[q:] == part) for part in np.unique(label[:q])]
    return [part for part in found if len(part.weight)]


def packing(patterns: Patterns, price: Floats) -> float:
    """Return what patterns of which no two share a candidate cost at least: a bound without a solver."""
    used, total = np.zeros(len(patterns.candidate), bool), 0.0
    for pattern in np.argsort(np.diff(patterns.start), kind="stable").tolist():
        near = patterns.column[patterns.start[pattern] : patterns.start[pattern + 1]]
        if not used[near].any():
            used[near] = True
            total += float(price[near].min())
    return total


def _relaxed(part: _Component, clock: Clock, *, whole: bool) -> None:
    """Bound a component by its relaxation, or settle it at once when it is small."""
    if len(part.patterns.column) <= _SMALL:
        bound, sites, proved = cheapest(part.patterns, part.price, clock, whole=whole, known=part.sites)
        part.offer(sites)
        part.raise_to(part.value if proved else bound)
        return
    relaxation = Relaxation(part.patterns, len(part.price), part.price)
    point = relaxation.solve(relaxation.root(), clock)
    if point is not None and not clock.over():
        part.prices = counted(part.patterns, part.price, point.paid, [])
        part.raise_to(math.ceil(-point.bound - 1e-6) if whole else -point.bound)


def _smaller(
    part: _Component, clock: Clock, goal: float, target: float | None, *, whole: bool, brief: bool
) -> None:
    """Make the cover of a component cheaper: site by site where all count the same, then by regions.

    Between the two the bound is raised, so that it is known when the clock ends the search.
    """
    least = max(part.bound, goal)
    if (part.price == part.price[0]).all() and part.price[0] > 0:
        fewer = math.ceil(least / part.price[0] - 1e-9)
        steps = _STEPS // 8 if whole else _STEPS  # a narrow sweep finds better covers
        part.offer(Weighting(part.patterns, part.sites).run(steps, clock, fewer))
    if part.value <= least * (1 + 1e-12):
        return
    if len(part.patterns.column) > _SMALL and whole:
        _swept(part, clock, target, _WIDE_BRIEF if brief else _WIDE)
    elif _FEW < len(part.patterns.column) <= _MIDDLE and not brief:
        _tightened(part, clock, target, whole=whole)
    if brief or not part.open or (target is not None and not part.bound <= target < part.value):
        return
    if len(part.patterns.column) <= _BY_REGION:
        # where the bound is tight, HiGHS finds by branching what regions find late
        patience = PATIENCE if part.tight is None else PATIENCE // 5
        least = max(part.bound, goal)
        part.offer(Regions(part.patterns, part.price, part.sites).run(clock, least, patience))


def _tightened(part: _Component, clock: Clock, target: float | None, *, whole: bool) -> None:
    """Raise the bound of a component by cuts, up to what proves the cover or that the target cannot be."""
    part.tight = tight = Tight(part.patterns, part.price)
    goal = part.value if target is None else min(part.value, math.floor(target) + 1 if whole else target)
    tight.climb(clock, goal - 1 + 2e-6 if whole else goal, part.value)
    part.raise_to(math.ceil(tight.bound - 1e-6) if whole else tight.bound)
    if part.prices is None or tight.bound > part.prices.bound:
        part.prices = tight.prices


def _swept(part: _Component, clock: Clock, target: float | None, widest: int) -> None:
    """Settle a component with whole prices by sweeps, or only whether it can cost the target.

    Narrow sweeps on the relaxation as it is find a good cover and often decide. Then cuts tighten it where
    patterns are short, and it is asked what is asked, or price after price from the bound up.
    """

    def asked() -> bool:
        return part.open and (target is None or part.bound <= target < part.value) and not clock.over()

    sweep, middle = None, _MIDDLE if widest == _WIDE else _MIDDLE_BRIEF
    for width in (NARROW, widest):
        if width > NARROW and asked() and len(part.patterns.column) <= middle:
            _tightened(part, clock, target, whole=True)
            sweep = None
        if not asked() or part.prices is None:
            return
        sweep = sweep or Sweep(part.patterns, part.price, part.prices)
        if target is None:
            part.offer(sweep.search(part.value - 1, clock, NARROW)[0])
        while asked():
            most = part.bound if target is None else float(math.floor(target))
            found, none = sweep.search(most, clock, width)
            part.offer(found)
            if none:
                part.raise_to(most + 1)
            elif found is None:
                break


def _by_cuts(part: _Component, clock: Clock, target: float | None, *, whole: bool, nodes: int | None) -> None:
    """Settle a component by HiGHS on its tightened relaxation, or only whether it can cost the target."""
    if part.tight is None:
        _tightened(part, clock, target, whole=whole)
    if clock.over() or part.tight is None or not part.open or (target is not None and part.bound > target):
        return
    begin, most = np.zeros(len(part.price)), None
    begin[part.sites] = 1
    if target is not None and whole and target < part.value:
        most = float(math.floor(target))
    model = part.tight.model(part.tight.binding, whole=True, most=most)
    out = solve(model, clock, start=begin if most is None else None, whole_objective=whole, nodes=nodes)
    if out.infeasible:
        part.raise_to(part.value if most is None else most + 1)
        return
    part.offer(None if out.values is None else np.flatnonzero(out.values > 0.5))
    part.raise_to(part.value if out.proved else min(out.bound, np.inf if most is None else most + 1))


def _branched(
    part: _Component, clock: Clock, *, whole: bool, target: float | None, nodes: int | None
) -> None:
    """Settle a component by branch and bound, or only whether it can cost as little as the target."""
    patterns, price = part.patterns, part.price
    if len(patterns.column) <= _FEW:
        bound, found, proved = cheapest(
            patterns,
            price,
            clock,
            whole=whole,
            known=part.sites,
            nodes=min(_NODES_FIRST, nodes or _NODES_FIRST),
        )
        part.offer(found)
        part.raise_to(part.value if proved else bound)
        if not part.open or clock.over() or (target is not None and part.value <= target):
            return
    if len(patterns.column) <= _MIDDLE:
        _by_cuts(part, clock, target, whole=whole, nodes=nodes)
        return
    step = 0.999 if whole else 1e-10 * part.value
    same = bool((price == price[0]).all())
    search_on = Weighting(patterns, part.sites) if same else None
    known = -part.value
    if target is not None and whole:
        known = max(known, -(math.floor(target) + 1.0))

    def improve(y: Floats, draws: int, clock: Clock) -> tuple[Ints, float]:
        if search_on is None:
            return part.sites, -part.value
        near = np.full(int(patterns.candidate.max()) + 1, np.inf)
        near[patterns.candidate] = 1.05 - y  # the cover that the relaxation leans to, made smaller
        fresh = Weighting(patterns, swaps.whole_cover(patterns, near)).run(3 * _STEPS_A_NODE, clock)
        sites = min(search_on.run(_STEPS_A_NODE * draws, clock), fresh, key=len)
        return sites, -float(price[sites].sum())

    def finish(allowed: Bools, clock: Clock) -> tuple[Ints | None, float, bool]:
        if np.bincount(patterns.row[allowed[patterns.column]], minlength=len(patterns.weight)).min() == 0:
            return None, -np.inf, True
        few = merged(columns(patterns, allowed))
        at = np.flatnonzero(allowed)
        _, sites, proved = cheapest(few, price[at], clock, whole=whole)
        return (
            (None, -np.inf, proved) if sites is None else (at[sites], -float(price[at[sites]].sum()), proved)
        )

    enough = np.inf if target is None else -target
    search = Search(
        Relaxation(patterns, len(price), price),
        improve,
        finish,
        clock,
        step,
        known,
        enough=enough,
        most_nodes=np.inf if nodes is None else nodes,
    )
    bound, proved = search.run(draws=1)
    part.offer(search.sites)
    if np.isfinite(bound):
        low = -bound if not whole else math.ceil(-bound - 1e-6)
        part.raise_to(-search.value if proved else low)


def enough(patterns: Patterns, price: Floats, most: int, left: float, clock: Clock) -> Ints | None:
    """Return up to `most` candidates of a price up to `left` that cover every pattern, None if none is known.

    None before the clock is over means that there are none.
    """
    if not len(patterns.weight):
        return np.zeros(0, np.int64)
    if not np.isfinite(left):
        best = fewest(patterns, np.ones(int(patterns.candidate.max()) + 1), clock, target=most)
        if len(best.sites) <= most:
            return best.sites
        if best.bound <= most:  # neither found nor excluded: only the clock ends the search so
            clock.stopped = clock.stopped or not clock.over()
        return None
    own = price[patterns.candidate]
    for counts in (np.ones(len(price)), price):
        known = swaps.whole_cover(patterns, counts)
        if len(known) <= most and own[known].sum() <= left:
            return patterns.candidate[known]
    return _in_budget(patterns, own, most, left, clock)


def at_once(patterns: Patterns, most: int, clock: Clock) -> tuple[Ints | None, bool]:
    """Return up to `most` candidates that cover every pattern, without branching.

    The second is whether it is known: where it is not, there may be such candidates all the same.
    """
    best = fewest(
        patterns, np.ones(int(patterns.candidate.max(initial=0)) + 1), clock, target=most, brief=True
    )
    if len(best.sites) <= most:
        return best.sites, True
    return None, best.bound > most


def _in_budget(patterns: Patterns, price: Floats, most: int, left: float, clock: Clock) -> Ints | None:
    """Return up to `most` candidates of a price up to `left` that cover every pattern, by HiGHS."""
    k, q = len(price), len(patterns.weight)
    model = Model(
        cost=np.ones(k),
        lower=np.zeros(k),
        upper=np.ones(k),
        whole=np.ones(k, bool),
        row_lower=np.concatenate([np.ones(q), np.full(2, -np.inf)]),
        row_upper=np.concatenate([np.full(q, np.inf), [float(most), left]]),
        start=np.concatenate([patterns.start, patterns.start[-1] + k * np.arange(1, 3)]),
        index=np.concatenate([patterns.column, np.arange(k), np.arange(k)]),
        value=np.concatenate([np.ones(len(patterns.column)), np.ones(k), price]),
    )
    out = solve(model, clock, whole_objective=True, target=most + 0.5)
    if out.values is None:
        if not out.infeasible:
            clock.stopped = clock.stopped or not clock.over()
        return None
    return patterns.candidate[out.values > 0.5]
