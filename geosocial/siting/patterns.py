"""Covering problems made small without changing their answer.

A covering problem is a list of places, each with the candidates within the standard. Places with the same
candidates are one *pattern*, their weights added. A candidate is dominated by another that covers all that it
covers and costs no more: some best choice does without it, since the other can stand in its stead. Places
that a fixed site covers, or no free candidate, ask nothing of the choice.

Source: Church & ReVelle (1974); reductions of set covering: Toregas & ReVelle (1972).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geosocial.siting.inputs import Bools, Choice, Floats, Ints, Reach, starts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Dominance is not looked for when it would take more multiplications than this.
_MOST_WORK = 400_000_000
#: Beyond so many pairs a round of reductions that takes away less than this share is the last.
_QUICK, _LITTLE = 50_000, 0.02
#: Sets are held as bits, of which a byte each on the way, where that takes no more room than this.
_ROOM = 100_000_000


@dataclass(frozen=True, slots=True)
class Patterns:
    """What remains to be covered, and by which of the free candidates.

    Attributes
    ----------
    weight
        (q) demand of each pattern.
    start, column
        Compressed rows: the candidates (positions in `candidate`) that cover each pattern.
    candidate
        (k) original position of each candidate that remains.
    already
        Demand that the fixed sites cover.
    """

    weight: Floats
    start: Ints
    column: Ints
    candidate: Ints
    already: float

    @property
    def row(self) -> Ints:
        """Return the pattern of each pair."""
        return np.repeat(np.arange(len(self.weight)), np.diff(self.start))

    def matrix(self) -> csr_array:
        """Return the pairs as a sparse matrix of ones."""
        from scipy.sparse import csr_array

        shape = (len(self.weight), len(self.candidate))
        return csr_array((np.ones(len(self.column)), self.column, self.start), shape=shape)


def covering(reach: Reach, weights: Floats, choice: Choice, *, standard: float) -> Patterns:
    """Return the patterns of a covering problem: within means cost ≤ standard; weight 0 asks for nothing."""
    kept = (reach.cost <= standard) & (weights > 0)[reach.row]
    is_fixed = np.zeros(reach.candidates, bool)
    is_fixed[choice.fixed] = True
    served = np.zeros(reach.places, bool)
    served[reach.row[kept & is_fixed[reach.column]]] = True
    is_free = np.zeros(reach.candidates, bool)
    is_free[choice.free] = True
    kept &= is_free[reach.column] & ~served[reach.row]
    left = reach.pairs(kept)
    position = np.full(reach.candidates, -1, np.int64)
    position[choice.free] = np.arange(len(choice.free))
    some = np.diff(left.start) > 0
    return Patterns(
        weights[some],
        starts(np.diff(left.start)[some]),
        position[left.column],
        choice.free,
        float(weights[served].sum()),
    )


def merged(patterns: Patterns) -> Patterns:
    """Return the patterns with equal candidate sets made one; equality is checked, not only hashed.

    Patterns come out in the order in which each first occurs.
    """
    if not len(patterns.weight):
        return patterns
    for seed in range(2, 100):
        key = _hashes(patterns, seed)
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        first, group = first[order], rank[group]
        if _same_sets(patterns, first[group]):
            break
    kept = chosen_rows(patterns, first)
    weight = np.bincount(group, weights=patterns.weight, minlength=len(first)).astype(np.float64)
    return replace(kept, weight=weight)


def _hashes(patterns: Patterns, seed: int) -> Ints:
    codes = np.random.default_rng(seed).integers(
        np.iinfo(np.int64).min, np.iinfo(np.int64).max, len(patterns.candidate)
    )
    return np.add.reduceat(codes[patterns.column], patterns.start[:-1])


def _same_sets(patterns: Patterns, like: Ints) -> bool:
    """Return whether each pattern has the very candidates of the pattern `like` names for it."""
    length = np.diff(patterns.start)
    if (length != length[like]).any():
        return False
    shift = np.repeat(patterns.start[like] - patterns.start[:-1], length)
    return bool((patterns.column == patterns.column[np.arange(len(patterns.column)) + shift]).all())


def chosen_rows(patterns: Patterns, rows: Ints) -> Patterns:
    """Return some of the patterns."""
    length = np.diff(patterns.start)[rows]
    start = starts(length)
    at = spread(patterns.start[rows], length)
    return replace(patterns, weight=patterns.weight[rows], start=start, column=patterns.column[at])


def columns(patterns: Patterns, kept: Bools) -> Patterns:
    """Return the patterns with only some of their candidates; those left without any go."""
    pairs = kept[patterns.column]
    length = np.bincount(patterns.row[pairs], minlength=len(patterns.weight))
    position = np.cumsum(kept) - 1
    some = length > 0
    return replace(
        patterns,
        weight=patterns.weight[some],
        start=starts(length[some]),
        column=position[patterns.column[pairs]],
        candidate=patterns.candidate[kept],
    )


def undominated(patterns: Patterns, price: Floats) -> Patterns:
    """Return the patterns without candidates that another stands in for: Nⱼ ⊆ Nₖ and costⱼ ≥ costₖ.

    Of candidates with the same set and cost the lowest position stays. Candidates that cover nothing go too.
    """
    size = np.bincount(patterns.column, minlength=len(patterns.candidate))
    kept = size > 0
    if not kept.all():
        patterns = columns(patterns, kept)
        size = size[kept]
    length = np.diff(patterns.start).astype(np.float64)
    if not len(patterns.weight) or (length**2).sum() > _MOST_WORK:
        return patterns
    cost = price[patterns.candidate]
    inner, outer = _inside(_across(patterns), (patterns.start, patterns.column))
    equal = (size[inner] == size[outer]) & (cost[inner] == cost[outer])
    worse = (cost[outer] <= cost[inner]) & (~equal | (outer < inner))
    gone = np.zeros(len(size), bool)
    gone[inner[worse]] = True
    return columns(patterns, ~gone)


def _across(patterns: Patterns) -> tuple[Ints, Ints]:
    """Return the pairs by candidate: where those of each start, and the patterns that it covers, rising."""
    order = np.argsort(patterns.column, kind="stable")
    return starts(np.bincount(patterns.column, minlength=len(patterns.candidate))), patterns.row[order]


def _inside_many(sets: tuple[Ints, Ints], holders: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return what `_inside` returns by a sparse product: where bits would take too much room."""
    from scipy.sparse import csr_array

    (start, element), size = sets, np.diff(sets[0])
    shape = (len(size), len(holders[0]) - 1)
    whole = csr_array((np.ones(len(element)), element, start), shape=shape)
    common = (whole @ whole.T).tocoo()
    inner, outer = common.row.astype(np.int64), common.col.astype(np.int64)
    inside = (common.data == size[inner]) & (inner != outer)
    return inner[inside], outer[inside]


def _inside(sets: tuple[Ints, Ints], holders: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the pairs of sets of which the second holds all that the first does.

    `sets`: where each starts, and its elements; none is empty. `holders`: the same by element. Whoever holds
    all of a set is among the holders of that of its elements which has fewest; of these, 64 elements at a
    time, those that do not hold the same go.
    """
    (start, element), (begin, holder) = sets, holders
    size, times = np.diff(start), np.diff(begin)
    if len(size) * len(times) > _ROOM:
        return _inside_many(sets, holders)
    rare = np.minimum.reduceat(times[element] * len(times) + element, start[:-1]) % len(times)
    inner = np.repeat(np.arange(len(size)), times[rare])
    outer = holder[spread(begin[rare], times[rare])]
    kept = (size[outer] >= size[inner]) & (inner != outer)
    inner, outer = inner[kept], outer[kept]
    held = np.zeros((len(size), -(-len(times) // 64) * 64), bool)
    held[np.repeat(np.arange(len(size)), size), element] = True
    for word in np.ascontiguousarray(np.packbits(held, axis=1).view(np.uint64).T):
        kept = (word[inner] & ~word[outer]) == 0
        inner, outer = inner[kept], outer[kept]
    return inner, outer


def spread(begin: Ints, length: Ints) -> Ints:
    """Return begin, begin + 1, … of so many for each, one after another."""
    ends = np.cumsum(length)
    spread: Ints = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - (ends - length), length)
    return spread


def easier(patterns: Patterns) -> Patterns:
    """Return the patterns without those that any cover of the others covers.

    The candidates of one contain those of another. For problems in which every pattern must be covered.
    """
    times = np.bincount(patterns.column, minlength=len(patterns.candidate)).astype(np.float64)
    if not len(patterns.weight) or (times**2).sum() > _MOST_WORK:
        return patterns
    _, outer = _inside((patterns.start, patterns.column), _across(patterns))
    gone = np.zeros(len(patterns.weight), bool)
    gone[outer] = True  # patterns are merged: no two are equal, so no two remove each other
    return chosen_rows(patterns, np.flatnonzero(~gone))


def reduced(patterns: Patterns, price: Floats, *, all_covered: bool = False) -> Patterns:
    """Return the patterns merged and without dominated candidates, over and over until nothing goes.

    With very many pairs, until little goes.
    """
    while True:
        before = (len(patterns.weight), len(patterns.candidate))
        little = 0 if len(patterns.column) <= _QUICK else _LITTLE * sum(before)
        patterns = merged(patterns)
        if all_covered:
            patterns = easier(patterns)
        patterns = undominated(patterns, price)
        if sum(before) - len(patterns.weight) - len(patterns.candidate) <= little:
            return patterns
