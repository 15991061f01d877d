"""Branch and bound for maximal covering, by how many sites stand around a place, with two workers.

As in `geosocial.siting.branching` a part is split at a pattern whose open candidates sᵢ are not whole:
sᵢ ≤ ⌊sᵢ⌋ or sᵢ ≥ ⌈sᵢ⌉. Or at a group of candidates that cover much the same: none of them, or one at least.
Where the standard is wide that loses several times as much, since the relaxation spreads each site over many
candidates near each other. The relaxation of a part goes on from the basis of the part that it is of
(`geosocial.siting.warm`), so that several splits can be tried by some steps of the simplex before one is
chosen (strong branching: Applegate, Bixby, Chvátal & Cook 1995), and what they lost stands for them later
(Achterberg, Koch & Martin 2005). The first relaxation is tightened by cuts (`geosocial.siting.rings`).

The parts with the highest bounds go first, four in a round, two to each worker. What the workers found is put
together in the order of the parts and not of the time: the same input gives the same sites.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.siting.branching import Finish, Improve
from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.parts import Frame, Node
from geosocial.siting.patterns import Patterns
from geosocial.siting.relaxation import Point
from geosocial.siting.result import Clock
from geosocial.siting.warm import Basis, Warm

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Workers, and parts of a round.
WORKERS, _ROUND = 2, 4
#: Patterns tried at a part: at the top of the tree, and below; of them those that lost most before.
_TRIED, _TRIED_BELOW, _TOP, _KNOWN = 8, 4, 3, 2
#: Steps of a trial, and trials after which a pattern is known.
_STEPS, _SURE = 300, 2
#: sᵢ this near to a whole number is whole.
_WHOLE = 1e-4
#: Shares of what one candidate covers that others of its group cover at least; no groups beyond such work.
_ALIKE, _MOST_WORK = (0.85, 0.7, 0.55), 60_000_000
#: Seconds between two looks at the clock.
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class _Part:
    """A node with what its relaxation says: the bound, the sums of the sets, the basis; and its depth."""

    node: Node
    bound: float
    around: Floats
    basis: Basis
    depth: int


@dataclass(slots=True)
class _Found:
    """What came of a part: the parts below it, what branchings lost, the best choice, what is not settled."""

    parts: list[_Part]
    lost: list[tuple[bool, int, float]]
    sites: Ints | None = None
    value: float = -np.inf
    unsettled: float = -np.inf


class Tree:
    """The search over the parts of a maximal covering problem.

    Attributes
    ----------
    value, sites
        The best value known, and its choice by positions in the patterns: None while none better was found.
    nodes
        Parts that were split.
    """

    def __init__(
        self,
        patterns: Patterns,
        most: int,
        improve: Sequence[Improve],
        finish: Finish,
        clock: Clock,
        *,
        step: float,
        value: float,
    ) -> None:
        """Prepare a search: each worker has its `improve`, and what is better gains more than `step`."""
        self.frame = Frame(patterns, most)
        self.clock, self.step, self.value = clock, step, value
        self.sites: Ints | None = None
        self.nodes = 0
        self._improve, self._finish = improve, finish
        self._warm = [Warm(self.frame) for _ in improve]
        # the workers look at this one, so that the caller's function is asked by the caller's thread only
        self._inner = Clock(clock.limit, None, clock.began)
        # what branchings at patterns, then at groups, lost for each share they moved, and how often: down, up
        self._groups = groups(patterns)
        self._lost = np.zeros((2, self.frame.places + self._groups.shape[0]))
        self._times = np.zeros(self._lost.shape)

    def run(self) -> tuple[float, bool]:
        """Return the bound and whether it proves the best choice."""
        unsettled, count = -np.inf, 0
        heap: list[tuple[float, int, _Part]] = []
        with ThreadPoolExecutor(len(self._warm)) as threads:
            first = self._first(threads)
            if first is not None:
                heap.append((-first.bound, 0, first))
            elif self._inner.over():
                return np.inf, False
            while heap and -heap[0][0] > self.value + self.step:
                top, some = -heap[0][0], list[_Part]()
                while heap and len(some) < _ROUND and -heap[0][0] > self.value + self.step:
                    some.append(heapq.heappop(heap)[2])
                found = self._round(threads, some)
                if self._inner.over():
                    return max(self.value, unsettled, top), False
                self.nodes += len(some)
                for each in found:
                    unsettled = max(unsettled, each.unsettled)
                    for below in each.parts:
                        if below.bound > self.value + self.step:
                            count += 1
                            heapq.heappush(heap, (-below.bound, count, below))
        bound = max([self.value, unsettled] + [-key for key, *_ in heap[:1]])
        proved = bound <= self.value + self.step
        return (self.value if proved else bound), proved

    def _first(self, threads: ThreadPoolExecutor) -> _Part | None:
        """Return all choices as a part; None where nothing better is in it, or the clock is over."""
        future = threads.submit(self._warm[0].first, self._inner, self.value + self.step)
        self._watch([future])
        point = future.result()
        if point is None:
            return None
        return self._fixed(self.frame.root(), point, self._warm[0].basis, 0)

    def _watch(self, futures: list[Any]) -> None:
        """Wait for the workers, and tell them when the clock is over."""
        left = set(futures)
        while left:
            try:
                _, left = wait(left, timeout=_LOOK)
                if self.clock.over():
                    self._inner.stopped = True
            except KeyboardInterrupt:
                self.clock.stopped = self._inner.stopped = True

    def _round(self, threads: ThreadPoolExecutor, parts: list[_Part]) -> list[_Found]:
        """Return what came of some parts, and keep it."""
        workers = len(self._warm)

        def work(worker: int) -> list[tuple[int, _Found]]:
            # the first with the last, that both have about as much to do
            mine = [at for at in range(len(parts)) if min(at, len(parts) - 1 - at) % workers == worker]
            if len(parts) <= workers:
                mine = [worker] if worker < len(parts) else []
            return [(at, self._split(parts[at], worker)) for at in mine if not self._inner.over()]

        futures = [threads.submit(work, worker) for worker in range(workers)]
        self._watch(futures)
        each_at = dict(pair for future in futures for pair in future.result())
        found = [each_at[at] for at in sorted(each_at)]
        for each in found:
            for up, pattern, lost in each.lost:
                self._lost[int(up), pattern] += lost
                self._times[int(up), pattern] += 1
            if each.sites is not None and each.value > self.value:
                self.sites, self.value = each.sites, each.value
        return found

    def _fixed(self, node: Node, point: Point, basis: Basis, depth: int) -> _Part | None:
        floor = self.value + self.step
        if point.bound <= floor:
            return None
        opened = node.opened | (point.without <= floor)
        allowed = node.allowed & ((point.with_it > floor) | node.opened)
        node = replace(node, opened=opened & allowed, allowed=allowed)
        around = np.concatenate([point.around, self._groups @ point.open])
        return _Part(node, point.bound, around, basis, depth)

    def _split(self, part: _Part, worker: int) -> _Found:
        """Return what comes of a part when it is split where that loses most."""
        found = _Found([], [])
        fraction = part.around - np.floor(part.around)
        fraction = np.where((fraction < _WHOLE) | (fraction > 1 - _WHOLE), 0.0, fraction)
        fraction[self.frame.places :][part.around[self.frame.places :] > 1] = 0.0
        if not (fraction > 0).any():
            sites, value, proved = self._finish(part.node.allowed, self._inner)
            found.sites, found.value = sites, value
            found.unsettled = -np.inf if proved else part.bound
            return found
        pattern = self._chosen(part, fraction, worker, found)
        floor = self.value + self.step
        for up in (False, True):
            if self._inner.over():
                break
            node = self._half(part.node, pattern, float(part.around[pattern]), up=up)
            point = self._warm[worker].solve(node, part.basis, self._inner, floor=floor)
            self._learn(found, part, pattern, float(fraction[pattern]), point, up=up)
            if point is None or point.bound <= floor:
                continue
            sites, value = self._improve[worker](np.where(node.allowed, point.open, 0.0), 1, self._inner)
            if value > max(self.value, found.value):
                found.sites, found.value = sites, value
            below = self._fixed(node, point, self._warm[worker].basis, part.depth + 1)
            if below is not None:
                found.parts.append(replace(below, bound=min(below.bound, part.bound)))
        return found

    def _learn(
        self, found: _Found, part: _Part, pattern: int, fraction: float, point: Point | None, *, up: bool
    ) -> float:
        """Keep what a branching lost; return it, at most what there was to lose."""
        room = part.bound - self.value - self.step
        lost = room if point is None else min(max(part.bound - point.bound, 0.0), room)
        found.lost.append((up, pattern, lost / (1 - fraction if up else fraction)))
        return lost

    def _chosen(self, part: _Part, fraction: Floats, worker: int, found: _Found) -> int:
        """Return the pattern of which the worse half loses most, by trials and by what was lost before."""
        mean = np.where(self._times > 0, self._lost / np.maximum(self._times, 1), 0.0)
        room = part.bound - self.value - self.step
        best, top = -1, -np.inf
        for pattern in self._tried(part, fraction, mean, room):
            share = float(fraction[pattern])
            if self._times[:, pattern].min() >= _SURE:
                lost = [min(mean[0, pattern] * share, room), min(mean[1, pattern] * (1 - share), room)]
            else:
                lost = []
                for up in (False, True):
                    if self._inner.over():
                        return max(best, pattern)
                    node = self._half(part.node, pattern, float(part.around[pattern]), up=up)
                    point = self._warm[worker].solve(node, part.basis, self._inner, steps=_STEPS)
                    lost.append(self._learn(found, part, pattern, share, point, up=up))
            worth = min(lost) + 0.1 * max(lost)
            if worth > top:
                best, top = pattern, worth
            if max(lost) >= room:
                break
        return best

    def _tried(self, part: _Part, fraction: Floats, mean: Floats, room: float) -> list[int]:
        """Return the patterns to try: those that lost most before, then the most fractional."""
        around, chosen = part.around, list[int]()
        some = np.flatnonzero((fraction > 0) & (self._times.min(axis=0) > 0))
        lost = np.minimum([mean[0, some] * fraction[some], mean[1, some] * (1 - fraction[some])], room)
        known = some[np.argsort(-(lost.min(axis=0) + 0.1 * lost.max(axis=0)), kind="stable")]
        self._take(chosen, known, around, _KNOWN)
        middle = np.round(np.minimum(fraction, 1 - fraction), 2)
        count, q = (_TRIED if part.depth < _TOP else _TRIED_BELOW), self.frame.places
        weight = self.frame.patterns.weight
        of_groups = q + np.argsort(-middle[q:], kind="stable")[: int((fraction[q:] > 0).sum())]
        self._take(chosen, of_groups, around, (len(chosen) + count) // 2)
        self._take(chosen, np.lexsort((-weight, -middle[:q]))[: int((fraction[:q] > 0).sum())], around, count)
        return chosen

    def _take(self, chosen: list[int], order: Ints, around: Floats, count: int) -> None:
        """Take more sets, in order, up to a count."""
        for i in order.tolist():
            if len(chosen) >= count:
                break
            # the same sum, to the last figures: most likely the same fractional candidates
            if all(abs(around[i] - around[c]) > 1e-6 for c in chosen):
                chosen.append(i)

    def _half(self, node: Node, pattern: int, around: float, *, up: bool) -> Node:
        patterns, q = self.frame.patterns, self.frame.places
        if pattern >= q:
            held = self._groups
            columns = held.indices[held.indptr[pattern - q] : held.indptr[pattern - q + 1]].astype(np.int64)
            if up:
                return replace(node, groups=(*node.groups, columns))
            return self._closed(node, columns)
        if up:
            least = node.least.copy()
            least[pattern] = np.ceil(around)
            return replace(node, least=least)
        most = node.most.copy()
        most[pattern] = np.floor(around)
        node = replace(node, most=most)
        if most[pattern] > 0:
            return node
        return self._closed(node, patterns.column[patterns.start[pattern] : patterns.start[pattern + 1]])

    def _closed(self, node: Node, columns: Ints) -> Node:
        allowed = node.allowed.copy()
        allowed[columns] = False
        return replace(node, allowed=allowed, opened=node.opened & allowed)


def groups(patterns: Patterns) -> csr_array:
    """Return groups of candidates that cover much the same, around each of them, as rows of ones."""
    from scipy.sparse import csr_array, vstack

    k = len(patterns.candidate)
    if (np.diff(patterns.start).astype(np.float64) ** 2).sum() > _MOST_WORK:
        return csr_array((0, k))
    cover = patterns.matrix()
    weighed = csr_array((patterns.weight[patterns.row], patterns.column, patterns.start), shape=cover.shape)
    common = (weighed.T @ cover).tocoo()
    alone = np.bincount(patterns.column, weights=patterns.weight[patterns.row], minlength=k)
    row, column = common.row, common.col
    alike = common.data / np.maximum(alone[row], alone[column])
    made = []
    for share in _ALIKE:
        near = alike >= share
        made.append(csr_array((np.ones(int(near.sum())), (row[near], column[near])), shape=(k, k)))
    return vstack(made).tocsr()
