"""Branch and bound over covering problems, by how many sites stand around a place.

To open one candidate or not decides little: where it stays closed, its neighbour covers nearly the same. So a
node is split at a pattern whose open candidates sᵢ are not whole: sᵢ ≤ ⌊sᵢ⌋ or sᵢ ≥ ⌈sᵢ⌉. That closes a whole
neighbourhood, or asks for a site in it, and both parts lose. Each part is bounded by its relaxation
(`geosocial.siting.relaxation`), which also fixes candidates; sites drawn from its y and swapped are the next
choices. The part with the highest bound goes first, so that the bound falls as the search goes on.

At each node several patterns are tried and the one whose worse part loses most is taken (strong branching:
Applegate, Bixby, Chvátal & Cook 1995); what a pattern lost before stands for it later (pseudo-costs).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.relaxation import Node, Point, Relaxation
from geosocial.siting.result import Clock

#: Patterns tried at a node: at the top of the tree, and below.
_TRIED, _TRIED_BELOW, _TOP = 6, 2, 3
#: sᵢ and yⱼ this near to a whole number are whole.
_WHOLE = 1e-4

#: From y, how many to draw and the clock: the best choice found and its value.
Improve = Callable[[Floats, int, Clock], tuple[Ints, float]]
#: The allowed candidates and the clock: the best of their choices, its value, whether it is proved.
Finish = Callable[[Bools, Clock], tuple[Ints | None, float, bool]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A node with what its relaxation says: the bound, and s."""

    node: Node
    bound: float
    around: Floats


@dataclass(slots=True)
class Search:
    """A search over the nodes of a relaxation.

    Attributes
    ----------
    relaxation, improve, finish, clock
        The problem; how choices are drawn from y; how a part without fractions is settled; what ends it.
    step
        A better choice gains more than this.
    value, sites
        The best value known, and its choice by positions in the patterns: None while none better was found.
    enough, most_nodes
        A value with which the search may end, and a number of nodes.
    """

    relaxation: Relaxation
    improve: Improve
    finish: Finish
    clock: Clock
    step: float
    value: float
    sites: Ints | None = None
    enough: float = np.inf
    most_nodes: float = np.inf
    nodes: int = 0
    _unsettled: float = -np.inf
    _lost: dict[int, tuple[float, float]] = field(default_factory=dict)

    def run(self, draws: int) -> tuple[float, bool]:
        """Return the bound and whether it proves the best choice."""
        first = self._solved(self.relaxation.root(), draws)
        if self.clock.over():
            return np.inf, False
        heap: list[tuple[float, int, int, _Part]] = [] if first is None else [(-first.bound, 0, 0, first)]
        count = 0
        while heap and self.value < self.enough and self.nodes < self.most_nodes:
            bound, _, depth, part = heap[0]
            if part.bound <= self.value + self.step:
                break
            parts = self._split(part, depth)
            if self.clock.over():
                return max(self.value, -bound, self._unsettled), False
            heapq.heappop(heap)
            for below in parts:
                count += 1
                heapq.heappush(heap, (-min(below.bound, part.bound), count, depth + 1, below))
        bound = max([self.value, self._unsettled] + [part.bound for *_, part in heap[:1]])
        proved = max(bound, self._unsettled) <= self.value + self.step
        return (self.value if proved else bound), proved

    def _solved(self, node: Node, draws: int) -> _Part | None:
        """Return a node with its relaxation; None where nothing better is in it, or the clock is over."""
        point = self.relaxation.solve(node, self.clock)
        self.nodes += 1
        if point is None or self.clock.over() or point.bound <= self.value + self.step:
            return None
        if draws:
            sites, value = self.improve(np.where(node.allowed, point.open, 0.0), draws, self.clock)
            if value > self.value:
                self.sites, self.value = sites, value
        return self._fixed(node, point)

    def _fixed(self, node: Node, point: Point) -> _Part | None:
        floor = self.value + self.step
        if point.bound <= floor:
            return None
        opened = node.opened | (point.without <= floor)
        allowed = node.allowed & ((point.with_it > floor) | node.opened)
        return _Part(replace(node, opened=opened & allowed, allowed=allowed), point.bound, point.around)

    def _split(self, part: _Part, depth: int) -> list[_Part]:
        """Return the parts of a part that may hold something better."""
        around = part.around
        fraction = around - np.floor(around)
        fraction = np.where((fraction < _WHOLE) | (fraction > 1 - _WHOLE), 0.0, fraction)
        if not (fraction > 0).any():
            self._settle(part)
            return []
        best: tuple[float, list[tuple[Node, Point]]] = (-1.0, [])
        for pattern in self._tried(fraction, around, depth):
            worth, parts = self._halves(part, pattern, float(fraction[pattern]))
            if self.clock.over():
                return []
            if worth > best[0]:
                best = worth, parts
            if len(parts) < 2:
                break
        for node, point in best[1]:
            sites, value = self.improve(np.where(node.allowed, point.open, 0.0), 1, self.clock)
            if value > self.value:
                self.sites, self.value = sites, value
        found = [self._fixed(node, point) for node, point in best[1]]
        return [below for below in found if below is not None]

    def _halves(self, part: _Part, pattern: int, fraction: float) -> tuple[float, list[tuple[Node, Point]]]:
        """Return what the parts around a pattern lose, as one figure, and those that may hold better."""
        parts, lost, room = [], [], part.bound - self.value
        nodes = [self._half(part.node, pattern, float(part.around[pattern]), up=up) for up in (False, True)]
        points = self.relaxation.solve_all(nodes, self.clock)
        if self.clock.over():
            return 0.0, []
        self.nodes += 2
        for node, point in zip(nodes, points, strict=True):
            lost.append(room if point is None else min(max(part.bound - point.bound, 0.0), room))
            if point is not None and point.bound > self.value + self.step:
                parts.append((node, point))
        self._lost[pattern] = lost[0] / fraction, lost[1] / (1 - fraction)
        return min(lost) + 0.1 * max(lost), parts

    def _half(self, node: Node, pattern: int, around: float, *, up: bool) -> Node:
        if up:
            least = node.least.copy()
            least[pattern] = np.ceil(around)
            return replace(node, least=least)
        most = node.most.copy()
        most[pattern] = np.floor(around)
        allowed = node.allowed.copy()
        if most[pattern] == 0:
            patterns = self.relaxation.patterns
            allowed[patterns.column[patterns.start[pattern] : patterns.start[pattern + 1]]] = False
        return replace(node, most=most, allowed=allowed, opened=node.opened & allowed)

    def _tried(self, fraction: Floats, around: Floats, depth: int) -> list[int]:
        """Return the patterns to try: those that lost most before, then the most fractional."""
        count = _TRIED if depth < _TOP else _TRIED_BELOW
        known = sorted(
            (-min(down * fraction[i], up * (1 - fraction[i])), i)
            for i, (down, up) in self._lost.items()
            if fraction[i] > 0
        )
        chosen = [i for _, i in known[: count // 2]]
        middle = np.round(np.minimum(fraction, 1 - fraction), 2)
        for i in np.lexsort((-self.relaxation.patterns.weight, -middle)).tolist():
            if len(chosen) >= count or fraction[i] == 0:
                break
            # The same sum, to the last figures: most likely the same fractional candidates.
            if all(abs(around[i] - around[c]) > 1e-6 for c in chosen):
                chosen.append(i)
        return chosen

    def _settle(self, part: _Part) -> None:
        """Settle a part in which every sᵢ is whole: few candidates are left."""
        sites, value, proved = self.finish(part.node.allowed, self.clock)
        if sites is not None and value > self.value:
            self.sites, self.value = sites, value
        if not proved:
            self._unsettled = max(self._unsettled, part.bound)
