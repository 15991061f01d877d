"""Branch and cut of the p-median: the search that ends in a proof.

At each node the linear program is solved with more cuts until none is violated or the bound stands still.
Its prices give a bound in double precision, by which the node ends or candidates open and close below it. The
candidate to branch on is the one whose opening and closing raised the bound most so far; for those that are
not known yet, a few steps of the dual simplex are tried. A branch is followed down; then the open node with
the smallest bound comes.

Source: Cornuéjols, Nemhauser & Wolsey (1980); choice of the candidate: Achterberg, Koch & Martin (2005).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geosocial.siting.core import Core, Known
from geosocial.siting.dual import Bound, bounded
from geosocial.siting.exchange import finite, improved
from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.master import Program, Relaxed
from geosocial.siting.result import Clock

#: Starts drawn from the relaxed answer of the root; nodes between two draws below it.
_STARTS, _EVERY = 6, 20
#: Rounds without progress after which a node branches; what share of the gap is progress.
_STALL, _PROGRESS = 2, 0.03
#: Candidates tried at a node, steps of each trial, and branchings after which a candidate is known.
_TRIED, _STEPS, _SURE = 8, 60, 3
_FRACTION = 1e-6


@dataclass(slots=True)
class _Node:
    """A part of the choices: which candidates are open, which closed, and what none of them is below.

    `branched`: the candidate that made it, 1 if opened, how far its share moved; `parent`: the bound then.
    """

    bound: float
    opened: Bools
    closed: Bools
    branched: tuple[int, int, float] | None = None
    parent: float = 0.0


class Search:
    """The search of a core with the cuts of a program, from the best choice known."""

    def __init__(self, program: Program, known: Known, clock: Clock) -> None:
        self.program, self.known, self.clock = program, known, clock
        self.costs = finite(program.core)
        self.nodes = self.turn = 0
        self.relaxed: Relaxed | None = None
        self._forget()

    def _forget(self) -> None:
        # what a branching gained for each share it moved, summed, and how often: closing, opening
        self.gained = np.zeros((2, self.program.core.size))
        self.times = np.zeros((2, self.program.core.size))

    @property
    def core(self) -> Core:
        """Return the core that is searched."""
        return self.program.core

    def run(self) -> None:
        """Search until the proof, or until the clock ends it; `known` holds what came of it."""
        root = _Node(self.known.bound, self.core.opened.copy(), np.zeros(self.core.size, bool))
        if not self._settled(root, root=True):
            for start in self._starts():
                self._improve(start)
            self._narrow(root)
            self._tree(root)
        elif not self.clock.over():
            self.known.bound = max(self.known.bound, min(root.bound, self.known.value))

    def _narrow(self, root: _Node) -> None:
        """Leave out what the bound of the root has closed, and the cuts that do not bind."""
        self._tighten(root)
        self.known.bound = max(self.known.bound, min(root.bound, self.known.value))
        kept, before = ~root.closed, self.core
        self.program = self.program.trimmed(kept, root.opened)
        left = np.isin(before.column, self.core.column)
        root.opened, root.closed = root.opened[left], root.closed[left]
        self.program.set(root.opened, root.closed)
        self.costs = finite(self.core)
        self._forget()

    def _tighten(self, node: _Node) -> None:
        assert self.relaxed is not None  # noqa: S101 - the node was solved
        bound = bounded(self.core, self.relaxed.prices, node.opened, node.closed)
        self._close(node, bound)

    def _close(self, node: _Node, bound: Bound) -> None:
        cutoff = self.known.cutoff
        node.bound = max(node.bound, bound.value)
        node.closed |= (bound.opening >= cutoff) & ~node.opened
        node.opened |= (bound.closing >= cutoff) & ~node.closed

    def _settled(self, node: _Node, *, root: bool = False) -> bool:
        """Work on a node with cuts; return whether nothing better is in it (or the clock has ended)."""
        before, stale = node.bound, 0
        while True:
            self.program.set(node.opened, node.closed)
            relaxed = self.program.solve(self.clock)
            if relaxed is None:
                if self.program.infeasible:
                    node.bound = np.inf
                return True
            self.relaxed = relaxed
            self._tighten(node)
            if node.bound >= self.known.cutoff:
                return True
            shares = relaxed.shares
            open_ = shares > 0.5
            whole = bool((np.abs(shares - open_) < _FRACTION).all())
            if whole:
                self.known.offer(self.core, np.flatnonzero(open_))
                if node.bound >= self.known.cutoff:
                    return True
            batch = self.program.cuts.violated(shares, relaxed.theta)
            if not self.program.add(batch):
                return False
            gap = min(self.known.value, 2 * abs(before) + 1) - before
            stale = 0 if node.bound > before + _PROGRESS * gap else stale + 1
            before = max(before, node.bound)
            if stale > (_STALL if not root else 4 * _STALL) and not whole:
                return False

    def _tree(self, root: _Node) -> None:
        heap: list[tuple[float, int, _Node]] = []
        node: _Node | None = root
        while node is not None:
            low = min(node.bound, heap[0][0] if heap else np.inf, self.known.value)
            self.known.bound = max(self.known.bound, low)
            if self.known.proved or self.clock.over():
                return
            settled = node.bound >= self.known.cutoff or self._settled(node)
            if self.clock.over():
                return
            self._learn(node)
            children = [] if settled else self._children(node)
            for child in children[1:]:
                self.turn += 1
                heapq.heappush(heap, (child.bound, self.turn, child))
            node = children[0] if children else heapq.heappop(heap)[2] if heap else None
        self.known.bound = self.known.value

    def _learn(self, node: _Node) -> None:
        """Keep what the branching that made a node gained."""
        if node.branched is not None:
            which, way, moved = node.branched
            self._gain(way, which, moved, node.bound, node.parent)

    def _gain(self, way: int, which: int, moved: float, bound: float, before: float) -> None:
        most = min(bound, self.known.cutoff, 2 * abs(before) + 1)
        self.gained[way, which] += max(most - before, 0.0) / max(moved, _FRACTION)
        self.times[way, which] += 1

    def _children(self, node: _Node) -> list[_Node]:
        """Return the two parts of a node, the likelier one first."""
        assert self.relaxed is not None  # noqa: S101 - the node was solved
        self.nodes += 1
        shares = self.relaxed.shares
        if self.nodes % _EVERY == 0:
            self._improve(np.argsort(-shares, kind="stable")[: self.core.most])
        which = self._candidate(node, shares)
        made = []
        for way in (1, 0):
            opened, closed = node.opened.copy(), node.closed.copy()
            (opened if way else closed)[which] = True
            moved = abs(way - float(shares[which]))
            made.append(_Node(node.bound, opened, closed, (which, way, moved), node.bound))
        return made if shares[which] > 0.5 else made[::-1]

    def _candidate(self, node: _Node, shares: Floats) -> int:
        """Return the candidate to branch on."""
        free = ~node.opened & ~node.closed
        some = np.flatnonzero(free & (shares > _FRACTION) & (shares < 1 - _FRACTION))
        if not len(some):  # whole, but not proved to the last digit: any split will do
            return int(np.argmax(np.where(free, shares, -1.0)))
        part = np.stack([shares[some], 1 - shares[some]])
        score = self._score(some, part)
        order = np.argsort(-score, kind="stable")
        basis, best, top = None, int(some[order[0]]), -1.0
        for at in order[:_TRIED]:
            which = int(some[at])
            if self.times[:, which].min() < _SURE and not self.clock.over():
                basis = self.program.basis() if basis is None else basis
                for way in (0, 1):
                    value = self.program.trial(which, bool(way), basis, _STEPS, self.clock)
                    self._gain(way, which, float(part[way, at]), value, node.bound)
            now = float(self._score(some[[at]], part[:, [at]])[0])
            if now > top:
                best, top = which, now
        return best

    def _score(self, some: Ints, part: Floats) -> Floats:
        """Return how much branching on some candidates promises to raise the bound."""
        gained, times = self.gained, self.times
        mean = gained.sum(axis=1) / np.maximum(times.sum(axis=1), 1)
        each = np.where(times > 0, gained / np.maximum(times, 1), np.maximum(mean, 1e-9)[:, None])[:, some]
        low = 1e-6 * max(abs(self.known.bound), 1e-300)
        found: Floats = np.maximum(each * part, low).prod(axis=0)
        return found

    def _improve(self, start: Ints) -> None:
        improved(self.core, self.known, start, self.clock, self.costs)

    def _starts(self) -> Iterator[Ints]:
        """Give starts near the shares: the largest of them, then draws by share, the same in each run."""
        assert self.relaxed is not None  # noqa: S101 - the node was solved
        shares = self.relaxed.shares
        yield np.argsort(-shares, kind="stable")[: self.core.most]
        rng = np.random.default_rng(0)
        some = np.flatnonzero(shares > _FRACTION)
        if len(some) <= self.core.most:
            return
        for _ in range(_STARTS):
            # of all draws of p, the more likely the larger the share (Efraimidis & Spirakis 2006)
            keys = np.log(rng.random(len(some))) / shares[some]
            yield some[np.argsort(-keys, kind="stable")[: self.core.most]]
