"""Cuts of set covering that are read from windows: some patterns that lie together, and what covers them.

The relaxation takes halves where patterns overlap in rings: three, each two of which share a candidate, cost
1.5 and not 2. Within a window of a dozen patterns every cover can be listed, as sets of candidates that cover
the same patterns of it. Where the y of the relaxation is no mean of such covers, not even a dear one, the
program min Σ aⱼyⱼ with Σ_{j∈v} aⱼ ≥ 1 for every cover v is below 1, and Σ aⱼyⱼ ≥ 1 is a cut.

No rounding makes a cut cut off a choice: the a are rounded up to multiples of 2⁻²⁰, sums of which are exact,
and its right side is the least a of all covers, counted again over the subsets of the window. Candidates that
y does without then get the least a with which that stays true, one after the other.

Source: local cuts (Applegate, Bixby, Chvátal & Cook 2001); lifting: Padberg (1973).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.solver import Model, load, new

#: Patterns of a window, and fewer from which on none is looked at; covers of it that are listed.
_PATTERNS, _FEWEST, _COVERS = 12, 3, 20_000
#: Sets of candidates of a window: as many as an integer has bits.
_SETS = 62
#: Windows in which a candidate is looked at in a round.
_TIMES = 3
#: Shares up to this are none; a cut gains at least so much; covers asked for at a time.
_NONE, _GAIN, _ASKED = 1e-7, 1e-2, 12
#: The rank of a pattern for a window in one number: from these bits on how many candidates it would bring in,
#: then how many it has there, then which it is. What it changes by when one of its candidates is there.
_NEW, _THERE = 42, 21
_JOINED = (1 << _NEW) + (1 << _THERE)
#: What the a are multiples of.
UNIT = 2.0**-20


@dataclass(frozen=True, slots=True)
class Cut:
    """Σ value × y over some candidates (positions) is at least `least`."""

    column: Ints
    value: Floats
    least: float


class Windows:
    """The windows of some patterns; `cuts` gives those that some y violates."""

    def __init__(self, patterns: Patterns) -> None:
        order = np.argsort(patterns.column, kind="stable")
        first = starts(np.bincount(patterns.column, minlength=len(patterns.candidate)))
        rows = patterns.row[order]
        self._patterns = patterns
        self._of = [rows[first[j] : first[j + 1]].tolist() for j in range(len(patterns.candidate))]
        self._solver = new(solver="simplex", presolve="off")

    def near(self, pattern: int) -> Ints:
        """Return the candidates of a pattern."""
        start = self._patterns.start
        return self._patterns.column[start[pattern] : start[pattern + 1]]

    def cuts(self, y: Floats, clock: Clock) -> Iterator[Cut]:
        """Give cuts that y violates, from windows around its fractional candidates."""
        held = y > _NONE
        sets = [
            frozenset(near[held[near]].tolist()) for near in map(self.near, range(len(self._patterns.weight)))
        ]
        first = ranks(sets)
        middle = np.minimum(y, 1 - y)
        used = np.zeros(len(y), np.int64)
        for seed in np.argsort(-middle, kind="stable").tolist():
            if middle[seed] < 1e-4 or clock.over():
                return
            if used[seed] >= _TIMES:
                continue
            used[seed] += 1
            window, among = self._window(seed, sets, first)
            cut = self._cut(window, y)
            if cut is not None:
                used[list(among)] += 1
                yield cut

    def _window(self, seed: int, sets: list[frozenset[int]], first: list[int]) -> tuple[list[int], set[int]]:
        """Return patterns around a candidate, each time the one that brings in fewest others, and those.

        Of these the one with most candidates, then the first; `first`: the `ranks` of all.
        """
        window: list[int] = []
        among: set[int] = set()
        may = set(self._of[seed])
        rank = first.copy()
        while may and len(window) < _PATTERNS:
            best = min(may, key=rank.__getitem__)
            may.discard(best)
            if any(sets[i] <= sets[best] for i in window):
                continue
            window = [i for i in window if not sets[best] <= sets[i]]
            window.append(best)
            for candidate in sets[best] - among:
                for i in self._of[candidate]:
                    rank[i] -= _JOINED
                may.update(self._of[candidate])
            among |= sets[best]
            may.difference_update(window)
        return window, among

    def _cut(self, window: list[int], y: Floats) -> Cut | None:
        """Return the cut of a window that y violates most, if any."""
        while len(window) >= _FEWEST:
            mask = np.zeros(len(y), np.int64)
            for bit, i in enumerate(window):
                mask[self.near(i)] |= 1 << bit
            column = np.flatnonzero(mask)
            mask = mask[column]
            kind, of = np.unique(mask, return_inverse=True)
            share = np.bincount(of, weights=y[column]).astype(np.float64)
            some = np.flatnonzero(share > _NONE)
            listed = covers(kind[some].tolist(), len(window)) if len(some) <= _SETS else None
            if listed is not None:
                break
            window = window[:-2]
        else:
            return None
        worth = self._least(listed, share[some])
        if worth is None:
            return None
        value = np.zeros(len(kind))
        value[some] = np.ceil(worth / UNIT) * UNIT
        least = lifted(kind, value, share > _NONE, len(window))
        if value @ share > least * (1 - _GAIN / 2):
            return None
        kept = value[of] > 0
        return Cut(column[kept], value[of][kept], least)

    def _least(self, listed: Ints, share: Floats) -> Floats | None:
        """Return the a of min Σ a × share with Σ a ≥ 1 over every cover, None where that is about 1."""
        n = len(share)
        held = ((listed[:, None] >> np.arange(n)) & 1).astype(np.float32)
        none = np.zeros(0)
        model = Model(
            cost=share,
            lower=np.zeros(n),
            upper=np.ones(n),
            whole=np.zeros(n, bool),
            row_lower=none,
            row_upper=none,
            start=np.zeros(1, np.int64),
            index=np.zeros(0, np.int64),
            value=none,
        )
        self._solver.clearModel()
        load(self._solver, model)
        worth: Floats = np.zeros(n)
        while True:
            total = held @ worth.astype(np.float32)
            low = np.flatnonzero(total < 1 - 1e-5)
            if not len(low):
                return worth
            if len(low) > _ASKED:
                low = low[np.argsort(total[low], kind="stable")[:_ASKED]]
            _more(self._solver, held[low])
            self._solver.run()
            worth = np.clip(np.asarray(self._solver.getSolution().col_value), 0.0, 1.0)
            if float(share @ worth) > 1 - _GAIN:
                return None


def _more(solver: Any, rows: np.ndarray[Any, Any]) -> None:
    """Ask that the a of some more covers be at least 1."""
    row, column = np.nonzero(rows)
    begin = starts(np.bincount(row, minlength=len(rows)))[:-1].astype(np.int32)
    many, ones = len(rows), np.ones(len(column))
    solver.addRows(
        many, np.ones(many), np.full(many, np.inf), len(column), begin, column.astype(np.int32), ones
    )


def ranks(sets: list[frozenset[int]]) -> list[int]:
    """Return the rank of each pattern for a window in which there is none yet."""
    return [(len(one) << _NEW) + i for i, one in enumerate(sets)]


def covers(kinds: list[int], patterns: int) -> Ints | None:
    """Return covers of some patterns, each as the bits of its kinds; None where they are too many.

    A kind is the bits of the patterns that it covers. Every cover holds one of those that are returned.

    Examples
    --------
    >>> sorted(covers([0b011, 0b110, 0b101], 3).tolist())
    [3, 5, 6]
    """
    chosen = covered = barred = np.zeros(1, np.int64)
    for pattern in range(patterns):
        open_ = (covered >> pattern) & 1 == 0
        some = [each[open_] for each in (chosen, covered, barred)]
        more = [[each[~open_]] for each in (chosen, covered, barred)]
        before = 0
        for j, kind in enumerate(kinds):
            if kind >> pattern & 1:
                # those that hold an earlier kind of this pattern were made with that one
                at = (some[2] & (1 << j) == 0).nonzero()[0]
                for each, held, bits in zip(more, some, (1 << j, kind, before), strict=True):
                    each.append(held[at] | bits)
                before |= 1 << j
        if sum(map(len, more[0])) > _COVERS:
            return None
        chosen, covered, barred = map(np.concatenate, more)
    return chosen


def lifted(kinds: Ints, value: Floats, known: np.ndarray[Any, Any], patterns: int) -> float:
    """Set the values of the kinds that are not `known`, and return the least value of any cover.

    All values are multiples of 2⁻²⁰: what is added up here is exact.
    """
    every = np.arange(1 << patterns)
    least = np.full(len(every), np.inf)
    least[0] = 0.0
    for j in np.flatnonzero(known):
        np.minimum(least, value[j] + least[every & ~kinds[j]], out=least)
    top = float(least[-1])
    size = np.array([int(kind).bit_count() for kind in kinds])
    for j in np.argsort(-size, kind="stable"):
        if known[j]:
            continue
        value[j] = max(0.0, top - float(least[every[-1] & ~kinds[j]]))
        np.minimum(least, value[j] + least[every & ~kinds[j]], out=least)
    return top
