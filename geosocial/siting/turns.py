"""The turns of a sweep: candidates in an order in which few patterns are begun at a time.

A pattern is *begun* while some of its candidates have had their turn and some have not. Patterns and cuts
take bits and slots that are free again once their last candidate has had its turn.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosocial.siting.inputs import Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.windows import Cut

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Masks = NDArray[np.uint64]

#: A price below this share of the highest is too small for its surplus to be counted.
_MINOR = 1e-3
#: Of how many equal shares a cut is counted.
_SHARES = 8192.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices λ ≥ 0 of patterns and cuts: what they prove, and what they leave of each candidate's price."""

    bound: float
    left: Floats
    pattern: Floats
    cuts: list[tuple[Cut, float]]


@dataclass(frozen=True, slots=True)
class Step:
    """A candidate in its turn: the begun patterns that it covers, those that end with it, what it pays.

    `covering`, `ending`: the words in which there are any. `paid`: word and bit of a pattern, and its price
    as the number stands in memory: times the bit that is the price or 0. `slots`: how many are in use.
    `cuts`: the slot, what the candidate gives, what the cut asks for, and the price of one; whole
    shares of the cut, rounded so that no surplus is counted that is none, and small enough for two to fit
    into 16 bits.
    """

    column: int
    covers: Masks
    ends: Masks
    covering: list[int]
    ending: list[int]
    left: float
    paid: list[tuple[int, np.uint64, np.uint64]]
    cuts: list[tuple[int, int, int, float]]
    over: list[int]
    slots: int


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


def steps_of(patterns: Patterns, order: Ints, prices: Prices) -> list[Step]:
    """Return the candidates in their turns; bits and slots are taken again where a pattern or cut is over.

    What surplus of the least prices would lose is not counted: a loss is only ever too small by that.
    """
    k, small = len(patterns.candidate), _MINOR * float(prices.pattern.max(initial=0.0))
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
        share = max(cut.least, float(cut.value.max())) / _SHARES
        least = math.ceil(cut.least / share)
        given = np.floor(cut.value / share).astype(np.int64)
        for column, value in zip(cut.column.tolist(), given.tolist(), strict=True):
            pays[column].append((int(slot[at]), value, least, paid * share))
        over[order[cut_end[at]]].append(int(slot[at]))
    used = np.zeros(len(order), np.int64)
    for first_turn, last_turn, its in zip(cut_begin, cut_end, slot, strict=True):
        used[first_turn : last_turn + 1] = np.maximum(used[first_turn : last_turn + 1], its + 1)
    word, shift, paid_by = bit >> 6, (bit & 63).astype(np.uint64), prices.pattern.view(np.uint64)
    ending = end[patterns.row] == turn
    every_covers = _masks(patterns.column, bit[patterns.row], k, words)
    every_ends = _masks(patterns.column[ending], bit[patterns.row[ending]], k, words)
    steps = []
    for t, column in enumerate(order.tolist()):
        rows = of[first[column] : first[column + 1]]
        rows = rows[prices.pattern[rows] > small]
        covers, ends = every_covers[column], every_ends[column]
        steps.append(
            Step(
                column,
                covers,
                ends,
                covers.nonzero()[0].tolist(),
                ends.nonzero()[0].tolist(),
                float(prices.left[column]),
                list(zip(word[rows].tolist(), shift[rows], paid_by[rows], strict=True)),
                pays[column],
                over[column],
                int(used[t]),
            )
        )
    return steps


def _masks(column: Ints, bits: Ints, many: int, words: int) -> Masks:
    """Return the bits of each of so many columns as words."""
    masks = np.zeros(many * words, np.uint64)
    np.bitwise_or.at(masks, column * words + (bits >> 6), np.uint64(1) << (bits & 63).astype(np.uint64))
    return masks.reshape(many, words)


def _taken(begin: Ints, end: Ints) -> tuple[Ints, int]:
    """Return a number for each span, the same for none two that meet, and in how many words of 64 they go.

    The lowest that is free is taken.
    """
    number, most = np.zeros(len(begin), np.int64), 0
    free, ending = list[int](), list[tuple[int, int]]()  # heaps: numbers; ends of spans with theirs
    for span in np.argsort(begin, kind="stable").tolist():
        while ending and ending[0][0] < begin[span]:
            heapq.heappush(free, heapq.heappop(ending)[1])
        if not free:
            free.append(most)
            most += 1
        its = heapq.heappop(free)
        number[span] = its
        heapq.heappush(ending, (int(end[span]), its))
    return number, max(1, -(-most // 64))
