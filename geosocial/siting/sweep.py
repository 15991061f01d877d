"""Covers found and excluded by a sweep: candidates are decided on one by one, along a line of patterns.

Patterns of a city lie side by side, so that candidates can be put in an order in which few patterns are
*begun*: some of their candidates are decided on, some not. What matters of the decisions so far is only which
begun patterns are covered, and at what price: a choice goes that another covers all of for no more (dynamic
programming over a path decomposition). A choice also goes when no cover of the price asked for can come of
it: with prices λ ≥ 0 of patterns and cuts from the tightened relaxation (`geosocial.siting.tight`),

    Σ cⱼyⱼ = bound + Σⱼ |rⱼ| [yⱼ is not as rⱼ has it] + Σᵢ λᵢ (surplus of row i),    rⱼ = cⱼ − Σᵢ λᵢaᵢⱼ,

and all terms are ≥ 0: what a choice has *lost* is their sum so far, and may not pass most − bound.

Beyond a width, choices that have lost most are left out. What the rest and the least of those left out have
lost is then a bound on the loss in that part of the line, for the sweep from the other end. To and fro, ever
wider, the sweeps leave fewer choices to each other, until one leaves out none: then a cover is found, or
there is none. Where a choice stands in for another, the part of the cover that is yet to be decided stays as
it was, and with it what the other sweep says of its loss: the bounds go together. A narrow sweep finds good
covers by itself.

No rounding cuts off a cover: masks are compared and not only hashed, cuts are counted in whole multiples of
2⁻²⁰, and losses, sums of some thousand numbers of the size of the prices, may be off by far less than the
tolerance with which they are compared.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosocial.siting.inputs import Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.windows import UNIT, Cut

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Masks = NDArray[np.uint64]

#: What a loss may be off by, as a share of the bound.
_TOLERANCE = 1e-7
#: Choices kept in the first sweep, how many times as many in the next.
NARROW, _WIDER = 1_000, 3
#: How far apart in order choices are compared.
_APART = 8
#: A parent above this has the candidate chosen.
_CHOSEN = 1 << 30


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices λ ≥ 0 of patterns and cuts: what they prove, and what they leave of each candidate's price."""

    bound: float
    left: Floats
    pattern: Floats
    cuts: list[tuple[Cut, float]]


@dataclass(frozen=True, slots=True)
class _Step:
    """A candidate in its turn: the begun patterns that it covers, those that end with it, what it pays."""

    column: int
    covers: Masks
    ends: Masks
    left: float
    paid: list[tuple[int, int, float]]
    cuts: list[tuple[int, int, int, float]]
    over: list[int]


@dataclass(slots=True)
class _Choices:
    """Choices on the candidates so far: what they cover, cost and have lost, and give to each cut."""

    covered: Masks
    cost: Floats
    lost: Floats
    given: Ints

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, at: Ints) -> _Choices:
        """Return some of them."""
        return _Choices(self.covered[at], self.cost[at], self.lost[at], self.given[at])


class Sweep:
    """The sweeps over some patterns; `search` finds a cover of a price, or that there is none."""

    def __init__(self, patterns: Patterns, price: Floats, prices: Prices) -> None:
        self._patterns, self._price, self._prices = patterns, price, prices
        order = line(patterns)
        self._ways = [_steps(patterns, order, prices), _steps(patterns, order[::-1], prices)]

    def search(
        self, most: float, clock: Clock, widest: int, narrow: int = NARROW
    ) -> tuple[Ints | None, bool]:
        """Return a cover (positions) of a price up to `most`, and whether it is known that there is none.

        The first sweep keeps `narrow` choices, and none more than `widest`: neither may be known then.
        """
        room = most - self._prices.bound + _TOLERANCE * max(1.0, abs(self._prices.bound))
        if room < 0:
            return None, True
        ahead, way, width = np.zeros(len(self._ways[0]) + 1), 0, min(narrow, widest)
        while not clock.over():
            least, found, every = self._sweep(way, room, ahead, width, clock)
            if found is not None or every:
                return found, found is None
            if width >= widest or least is None:
                break
            ahead, way, width = least[::-1].copy(), 1 - way, min(widest, width * _WIDER)
        return None, False

    def _sweep(
        self, way: int, room: float, ahead: Floats, width: int, clock: Clock
    ) -> tuple[Floats | None, Ints | None, bool]:
        """Return the least loss before each step, a cover if one came out, and whether none was left out.

        `ahead`: the least loss from each step on. None for the losses when the clock was over.
        """
        steps = self._ways[way]
        some = _Choices(
            np.zeros((1, len(steps[0].covers)), np.uint64),
            np.zeros(1),
            np.zeros(1),
            np.zeros((1, 1 + max((slot for step in steps for slot, *_ in step.cuts), default=0)), np.int64),
        )
        least, out, parents = np.zeros(len(steps) + 1), np.inf, []
        for t, step in enumerate(steps):
            if clock.over():
                return None, None, False
            some, parent = _decided(some, step, self._price[step.column], room - ahead[t + 1])
            kept = None
            if step.ends.any():
                some.covered &= ~step.ends
            if len(some) > width or (step.ends.any() and len(some) > 1):
                kept = undominated(some.covered, some.cost, t)
                if len(kept) > width:
                    by = np.argpartition(some.lost[kept], width)
                    out = min(out, float(some.lost[kept[by[width]]]))
                    kept = kept[by[:width]]
            if kept is not None:
                some, parent = some.take(kept), parent[kept]
            parents.append(parent)
            least[t + 1] = max(least[t], min(out, float(some.lost.min(initial=np.inf))))
            if not len(some):
                # what none can pass is as good as lost
                least[t + 1 :] = min(out, room + 1.0)
                return np.maximum.accumulate(least), None, np.isinf(out)
        return least, self._chosen(steps, parents, int(np.argmin(some.cost))), np.isinf(out)

    @staticmethod
    def _chosen(steps: Sequence[_Step], parents: list[Ints], at: int) -> Ints:
        """Return the candidates of a choice that came through, from its parents."""
        chosen = []
        for step, parent in zip(reversed(steps), reversed(parents), strict=True):
            before = int(parent[at])
            if before >= _CHOSEN:
                chosen.append(step.column)
            at = before % _CHOSEN
        return np.sort(np.array(chosen, np.int64))


def _decided(some: _Choices, step: _Step, price: float, limit: float) -> tuple[_Choices, Ints]:
    """Return each choice without and with the next candidate, where it may still come to a cover."""
    without = some.lost + max(-step.left, 0.0)
    with_it = some.lost + max(step.left, 0.0)
    for word, shift, paid in step.paid:
        with_it += paid * ((some.covered[:, word] >> np.uint64(shift)) & np.uint64(1))
    for slot, value, least, paid in step.cuts:
        given = some.given[:, slot]
        more = np.maximum(given + (value - least), 0) - np.maximum(given - least, 0)
        with_it += (paid * UNIT) * more
    no = np.flatnonzero((without <= limit) & ((some.covered & step.ends) == step.ends).all(1))
    yes = np.flatnonzero((with_it <= limit) & ((some.covered & step.covers) != step.covers).any(1))
    given = some.given[yes]
    for slot, value, _, _ in step.cuts:
        given[:, slot] += value
    given = np.concatenate([some.given[no], given])
    given[:, step.over] = 0
    fresh = _Choices(
        np.concatenate([some.covered[no], some.covered[yes] | step.covers]),
        np.concatenate([some.cost[no], some.cost[yes] + price]),
        np.concatenate([without[no], with_it[yes]]),
        given,
    )
    return fresh, np.concatenate([no, yes + _CHOSEN]).astype(np.int32)


def undominated(covered: Masks, cost: Floats, turn: int = 0) -> Ints:
    """Return choices (rows of words) without those that another covers all of for no more.

    Only the choices next to each other in an order are compared, another order each `turn`: not all that
    could go are found, but of choices that cover the same the cheapest alone stays, unless a hash deceives.

    Examples
    --------
    >>> masks = np.array([[0b011], [0b101], [0b011], [0b001]], np.uint64)
    >>> undominated(masks, np.array([2.0, 1.0, 1.0, 1.0])).tolist()
    [1, 2]
    """
    words = covered.shape[1]
    code = (covered * _odd(words)).sum(1, dtype=np.uint64)
    code ^= code >> np.uint64(29)
    by = np.uint64(turn * 17 % 64)
    keys = [cost, code]
    for word in ((turn + 1) % words, turn % words):
        held = ~covered[:, word]
        keys.append((held >> by) | (held << (np.uint64(64) - by)) if by else held)
    order = np.lexsort(keys if words > 1 else keys[:-1])
    covered, cost = covered[order], cost[order]
    worse = np.zeros(len(order), bool)
    for apart in range(1, min(_APART, len(order) - 1) + 1):
        within = cost[apart:] >= cost[:-apart]
        for word in range(words):
            within &= (covered[apart:, word] & ~covered[:-apart, word]) == 0
        worse[apart:] |= within
    return np.sort(order[~worse])


@functools.cache
def _odd(words: int) -> Masks:
    """Return odd numbers by which words are hashed."""
    return np.random.default_rng(1).integers(1, 1 << 63, words).astype(np.uint64) | np.uint64(1)


def line(patterns: Patterns) -> Ints:
    """Return the candidates in an order in which few patterns are begun at a time.

    From a pattern at one end the next is always the begun one that begins fewest others; its candidates come
    together. Of the two ends the better one.
    """
    from scipy.sparse.csgraph import breadth_first_order

    matrix = patterns.matrix()
    near = (matrix @ matrix.T).tocsr()
    end = breadth_first_order(near, 0, directed=False, return_predecessors=False)[-1]
    other = breadth_first_order(near, end, directed=False, return_predecessors=False)[-1]
    across = matrix.T.tocsr()
    lines = [_from(patterns, near, across, int(first)) for first in (end, other)]
    return min(lines, key=lambda found: found[1])[0]


def _from(patterns: Patterns, near: csr_array, across: csr_array, first: int) -> tuple[Ints, int]:
    """Return the order from one pattern, and the number of patterns begun, added up over the candidates."""
    q, k = len(patterns.weight), len(patterns.candidate)
    length = np.diff(patterns.start)
    begun, open_ = np.zeros(q, bool), length.copy()
    fresh = np.diff(near.indptr).astype(np.int64)  # patterns not begun that each would begin
    decided, order, total = np.zeros(k, bool), [], 0
    pattern = first
    for _ in range(q):
        near_it = near.indices[near.indptr[pattern] : near.indptr[pattern + 1]]
        for new in near_it[~begun[near_it]].tolist():
            fresh[near.indices[near.indptr[new] : near.indptr[new + 1]]] -= 1
        begun[near_it] = True
        mine = patterns.column[patterns.start[pattern] : patterns.start[pattern + 1]]
        mine = mine[~decided[mine]]
        decided[mine] = True
        order.append(mine)
        for candidate in mine.tolist():
            open_[across.indices[across.indptr[candidate] : across.indptr[candidate + 1]]] -= 1
        may = np.flatnonzero(begun & (open_ > 0))
        total += len(mine) * len(may)
        if not len(may):
            may = np.flatnonzero(~begun)
            if not len(may):
                break
        pattern = int(may[np.argmin(fresh[may] * (k + 1) + open_[may])])
    return np.concatenate(order), total


def _steps(patterns: Patterns, order: Ints, prices: Prices) -> list[_Step]:
    """Return the candidates in their turns; bits and slots are taken again where a pattern or cut is over."""
    k = len(patterns.candidate)
    place = np.zeros(k, np.int64)
    place[order] = np.arange(len(order))
    by = np.argsort(patterns.column, kind="stable")
    of = patterns.row[by]
    first = starts(np.bincount(patterns.column, minlength=k))
    turn = place[patterns.column]
    begin = np.minimum.reduceat(turn, patterns.start[:-1])
    end = np.maximum.reduceat(turn, patterns.start[:-1])
    bit, words = _taken(begin, end)
    cut_begin = np.array([place[cut.column].min() for cut, _ in prices.cuts], np.int64)
    cut_end = np.array([place[cut.column].max() for cut, _ in prices.cuts], np.int64)
    slot, _ = _taken(cut_begin, cut_end)
    pays: list[list[tuple[int, int, int, float]]] = [[] for _ in range(k)]
    over: list[list[int]] = [[] for _ in range(k)]
    for at, (cut, paid) in enumerate(prices.cuts):
        for column, value in zip(cut.column.tolist(), cut.value.tolist(), strict=True):
            pays[column].append((int(slot[at]), int(value / UNIT), int(cut.least / UNIT), paid))
        over[order[cut_end[at]]].append(int(slot[at]))
    steps = []
    for t, column in enumerate(order.tolist()):
        rows = of[first[column] : first[column + 1]]
        costly = rows[prices.pattern[rows] > 0]
        steps.append(
            _Step(
                column,
                _mask(bit[rows], words),
                _mask(bit[rows[end[rows] == t]], words),
                float(prices.left[column]),
                [(int(bit[row]) >> 6, int(bit[row]) & 63, float(prices.pattern[row])) for row in costly],
                pays[column],
                over[column],
            )
        )
    return steps


def _mask(bits: Ints, words: int) -> Masks:
    """Return some bits as words."""
    mask = np.zeros(words, np.uint64)
    np.bitwise_or.at(mask, bits >> 6, np.uint64(1) << (bits & 63).astype(np.uint64))
    return mask


def _taken(begin: Ints, end: Ints) -> tuple[Ints, int]:
    """Return a number for each span, the same for none two that meet, and in how many words of 64 they go."""
    number, free, most = np.zeros(len(begin), np.int64), [], 0
    ending: dict[int, list[int]] = {}
    for span in np.argsort(begin, kind="stable").tolist():
        for turn in [turn for turn in ending if turn < begin[span]]:
            free += [int(number[one]) for one in ending.pop(turn)]
        if not free:
            free.append(most)
            most += 1
        number[span] = free.pop()
        ending.setdefault(int(end[span]), []).append(span)
    return number, max(1, -(-most // 64))
