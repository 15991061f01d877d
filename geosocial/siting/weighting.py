"""Fewer sites that still cover everything: local search in which what stays uncovered grows heavier.

Take a site away from a cover, then repair: each step gives up the site whose loss weighs least and opens,
for one uncovered pattern, the candidate that gains most; patterns that stay uncovered then weigh one more, so
that the search is driven out of every local optimum. The figures are kept up to date from what changes.

Source: row weighting local search (Gao, Weise & Li 2014, IEEE CEC), in a plain form.
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock

#: A site just given up stays away for up to so many steps.
_AWAY = 6
#: Steps between two looks at the clock.
_LOOK = 32


class Weighting:
    """A cover that is made smaller: `sites` is the smallest that covers all so far."""

    def __init__(self, patterns: Patterns, known: Ints) -> None:
        self._rows_of = patterns.row[np.argsort(patterns.column, kind="stable")]
        size = np.bincount(patterns.column, minlength=len(patterns.candidate))
        self._first = np.concatenate([[0], np.cumsum(size)])
        self._patterns, self._length = patterns, np.diff(patterns.start)
        places, many = len(patterns.weight), len(patterns.candidate)
        self.weight = np.ones(places)
        self.times, self._owners = np.zeros(places, np.int64), np.zeros(places, np.int64)
        self.open = np.zeros(many, bool)
        self.gain, self.loss = size.astype(np.float64), np.zeros(many)
        self._since, self._until, self._step = np.zeros(many, np.int64), np.zeros(many, np.int64), 0
        self._rng = np.random.default_rng(1)
        for site in known:
            self._add(int(site))
        self.sites = np.sort(known)

    def _rows(self, candidate: int) -> Ints:
        return self._rows_of[self._first[candidate] : self._first[candidate + 1]]

    def _change(self, rows: Ints, by: Floats) -> None:
        """Add to what the candidates of some patterns would gain."""
        if not len(rows):
            return
        length = self._length[rows]
        end = np.cumsum(length)
        at = np.arange(end[-1]) + np.repeat(self._patterns.start[rows] - end + length, length)
        column = self._patterns.column[at]
        self.gain += np.bincount(column, weights=np.repeat(by, length), minlength=len(self.gain))

    def _add(self, candidate: int) -> None:
        rows = self._rows(candidate)
        new, once = rows[self.times[rows] == 0], rows[self.times[rows] == 1]
        np.subtract.at(self.loss, self._owners[once], self.weight[once])
        self.loss[candidate] = self.weight[new].sum()
        self.times[rows] += 1
        self._owners[rows] += candidate  # where one site covers a pattern, the sum is that site
        self.open[candidate] = True
        self._since[candidate] = self._step
        self._change(new, -self.weight[new])

    def _remove(self, candidate: int) -> None:
        rows = self._rows(candidate)
        self.times[rows] -= 1
        self._owners[rows] -= candidate
        gone, once = rows[self.times[rows] == 0], rows[self.times[rows] == 1]
        np.add.at(self.loss, self._owners[once], self.weight[once])
        self.loss[candidate] = 0.0
        self.open[candidate] = False
        self._since[candidate] = self._step
        self._change(gone, self.weight[gone])

    def _worst(self, barred: int) -> int:
        """Return the open candidate whose loss weighs least, of equals the one that is open longest."""
        sites = np.flatnonzero(self.open)
        sites = sites[sites != barred] if len(sites) > 1 else sites
        return int(sites[np.lexsort((self._since[sites], self.loss[sites]))[0]])

    def run(self, steps: int, clock: Clock, target: int = 0) -> Ints:
        """Search for some steps, or until `target` sites cover all; return the smallest cover known."""
        barred = -1
        for step in range(steps):
            if len(self.sites) <= target or (step % _LOOK == 0 and clock.over()):
                break
            self._step += 1
            while (self.times > 0).all():
                self.sites = np.flatnonzero(self.open)
                if len(self.sites) <= max(target, 1):
                    return self.sites
                self._remove(self._worst(-1))
            out = self._worst(barred)
            self._remove(out)
            self._until[out] = self._step + int(self._rng.integers(1, _AWAY))
            bare = np.flatnonzero(self.times == 0)
            row = int(bare[self._rng.integers(len(bare))])
            near = self._patterns.column[self._patterns.start[row] : self._patterns.start[row + 1]]
            may = near[self._until[near] <= self._step]
            may = may if len(may) else near
            barred = int(may[np.lexsort((self._since[may], -self.gain[may]))[0]])
            self._add(barred)
            bare = np.flatnonzero(self.times == 0)
            self.weight[bare] += 1
            self._change(bare, np.ones(len(bare)))
        if (self.times > 0).all() and self.open.sum() < len(self.sites):
            self.sites = np.flatnonzero(self.open)
        return self.sites
