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

No rounding cuts off a cover: masks are compared and not only hashed, what is given to a cut is counted in
whole shares of it, rounded so that its surplus comes out no larger, and losses, sums of some thousand numbers
of the size of the prices, may be off by far less than the tolerance with which they are compared.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.turns import Masks, Prices, Step, line, steps_of

#: What a loss may be off by, as a share of the bound.
_TOLERANCE = 1e-7
#: Choices kept in the first sweep, how many times as many in those that follow.
NARROW, _WIDER = 1_000, (4, 16, 64, 256, 1_024)
#: How far apart in order choices are compared; farther, where there are so many that each that goes counts.
_APART, _FARTHER, _MANY = 8, 16, 100_000
#: Choices that are compared at a time.
_AT_ONCE = 2_048
_ONE = np.uint64(1)
#: What is given where there are no cuts.
_NOTHING = np.zeros((0, 1), np.uint64)


@dataclass(slots=True)
class _Choices:
    """Choices on the candidates so far: what they cover, cost and have lost, and give to each cut.

    A column of `covered` and `given` for each: what is done with a word of all of them is done in a stretch.
    """

    covered: Masks
    cost: Floats
    lost: Floats
    given: Masks

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, at: Ints) -> _Choices:
        """Return some of them, without what they give."""
        return _Choices(self.covered.take(at, axis=1), self.cost[at], self.lost[at], _NOTHING)


class Sweep:
    """The sweeps over some patterns; `search` finds a cover of a price, or that there is none.

    What a sweep has found of the losses is remembered: it holds for every lower price too.
    """

    def __init__(self, patterns: Patterns, price: Floats, prices: Prices) -> None:
        self._patterns, self._price, self._prices = patterns, price, prices
        self._order = line(patterns)
        self._ways: dict[int, list[Step]] = {}
        #: The sweeps so far: in which room, which way, how wide, and the least loss before each step.
        self._known: list[tuple[float, int, int, Floats]] = []

    def search(
        self, most: float, clock: Clock, widest: int, narrow: int = NARROW
    ) -> tuple[Ints | None, bool]:
        """Return a cover (positions) of a price up to `most`, and whether it is known that there is none.

        The first sweep keeps `narrow` choices, and none more than `widest`: neither may be known then. What
        was asked before is not swept again as narrowly.
        """
        room = most - self._prices.bound + _TOLERANCE * max(1.0, abs(self._prices.bound))
        if room < 0:
            return None, True
        widths = [width for width in (narrow, *(narrow * many for many in _WIDER)) if width < widest]
        widths.append(widest)
        way, at, swept = 0, 0, set()
        before = [np.zeros(len(self._order) + 1) for _ in range(2)]
        for within, its, wide, known in self._known:
            if within >= room:
                before[its] = np.maximum(before[its], known)
                way = 1 - its
                swept.add(its)
                if within == room:
                    at = max(at, int(np.searchsorted(widths, wide, side="right")))
        while at < len(widths) and not clock.over():
            least, found, every = self._sweep(way, room, before[1 - way][::-1], widths[at], clock)
            if found is not None or every:
                return found, found is None
            if least is None:
                break
            self._known.append((room, way, widths[at], least))
            before[way] = np.maximum(before[way], least)
            # the widest sweep goes the way on which losses come early: the one before it, the other way
            first = len(swept) == 1 and way not in swept
            way = int(before[1][-1] < before[0][-1]) if first else 1 - way
            swept.add(self._known[-1][1])
            at += 1
        return None, False

    def _sweep(
        self, way: int, room: float, ahead: Floats, width: int, clock: Clock
    ) -> tuple[Floats | None, Ints | None, bool]:
        """Return the least loss before each step, a cover if one came out, and whether none was left out.

        `ahead`: the least loss from each step on. None for the losses when the clock was over.
        """
        if way not in self._ways:
            order = self._order[::-1] if way else self._order
            self._ways[way] = steps_of(self._patterns, order, self._prices)
        steps = self._ways[way]
        some = _Choices(np.zeros((len(steps[0].covers), 1), np.uint64), np.zeros(1), np.zeros(1), _NOTHING)
        least, out, parents = np.zeros(len(steps) + 1), np.inf, []
        for t, step in enumerate(steps):
            if clock.over():
                return None, None, False
            before = len(some)
            given = some.given
            some, parent, many = _decided(some, step, self._price[step.column], room - ahead[t + 1])
            if len(some) > width or (step.ending and len(some) > 1):
                kept = undominated(some.covered, some.cost, t)
                if len(kept) > width:
                    by = np.argpartition(some.lost[kept], width)
                    out = min(out, float(some.lost[kept[by[width]]]))
                    low = np.zeros(len(kept), bool)
                    low[by[:width]] = True
                    kept = kept[low]
                some, parent, many = some.take(kept), parent[kept], int(np.searchsorted(kept, many))
            some.given = _given(given, step, parent, many)
            held = np.zeros(2 * before, bool)
            held[parent] = True
            parents.append((before, np.packbits(held)))
            least[t + 1] = max(least[t], min(out, float(some.lost.min(initial=np.inf))))
            if not len(some):
                # what none can pass is as good as lost
                least[t + 1 :] = min(out, room + 1.0)
                return np.maximum.accumulate(least), None, np.isinf(out)
        return least, self._chosen(steps, parents, int(np.argmin(some.cost))), np.isinf(out)

    @staticmethod
    def _chosen(steps: Sequence[Step], parents: list[tuple[int, NDArray[np.uint8]]], at: int) -> Ints:
        """Return the candidates of a choice that came through, from its parents.

        Choices stand in the order of those that they come from, first without the candidate, then with it: a
        bit for each that is kept tells them all.
        """
        chosen = []
        for step, (before, held) in zip(reversed(steps), reversed(parents), strict=True):
            at = int(np.flatnonzero(np.unpackbits(held, count=2 * before))[at])
            if at >= before:
                chosen.append(step.column)
                at -= before
        return np.sort(np.array(chosen, np.int64))


def _decided(some: _Choices, step: Step, price: float, limit: float) -> tuple[_Choices, Ints, int]:
    """Return each choice without and with the next candidate, where it may still come to a cover.

    Also what each comes from: its position, in a second row of the same for those with the candidate; and
    how many are without. What they give is left for `_given`, when it is known which of them stay.
    """
    covered, held = some.covered, some.given
    without = some.lost + max(-step.left, 0.0)
    with_it = some.lost + max(step.left, 0.0)
    for word, shift, paid in step.paid:
        bit = covered[word] >> shift
        bit &= _ONE
        bit *= paid
        with_it += bit.view(np.float64)
    for slot, value, least, each in step.cuts:
        if slot >> 2 < len(held):
            more = np.maximum(_slot(held, slot) + np.int16(value - least), 0)
            with_it += np.multiply(more, each, dtype=np.float64)
        else:
            with_it += max(value - least, 0) * each
    may = without <= limit
    for word in step.ending:
        may &= (covered[word] & step.ends[word]) == step.ends[word]
    no = may.nonzero()[0]
    gains = np.zeros(len(some), bool)
    for word in step.covering:
        gains |= (covered[word] & step.covers[word]) != step.covers[word]
    gains &= with_it <= limit
    yes = gains.nonzero()[0]
    many, both = len(no), np.concatenate([no, yes])
    lost = np.concatenate([without[no], with_it[yes]])
    fresh = _Choices(covered.take(both, axis=1), some.cost[both], lost, _NOTHING)
    fresh.cost[many:] += price
    for word in step.covering:
        fresh.covered[word, many:] |= step.covers[word]
    for word in step.ending:
        fresh.covered[word] &= ~step.ends[word]
    both[many:] += len(some)
    return fresh, both, many


def _given(before: Masks, step: Step, parent: Ints, many: int) -> Masks:
    """Return what choices give to each cut: as those that they come from, and after `many` the candidate."""
    if not step.slots:
        return _NOTHING
    of = parent.copy()
    of[many:] -= before.shape[1]
    fours = -(-step.slots // 4)
    given = before[:fours].take(of, axis=1)
    if len(given) < fours:
        given = np.concatenate([given, np.zeros((fours - len(given), len(of)), np.uint64)])
    for slot, value, least, _ in step.cuts:
        fresh = _slot(given, slot)[many:]
        np.minimum(fresh + np.int16(value), least, out=fresh)
    for slot in step.over:
        _slot(given, slot)[:] = 0
    return given


def _slot(given: Masks, slot: int) -> NDArray[np.int16]:
    """Return what each choice gives to the cut in a slot, to read and to write: four are held as one."""
    return given.view(np.int16).reshape(*given.shape, 4)[slot >> 2, :, slot & 3]


def undominated(covered: Masks, cost: Floats, turn: int = 0) -> Ints:
    """Return choices (columns of words) without those that another covers all of for no more.

    Only the choices next to each other in an order are compared, another order each `turn`: not all that
    could go are found, but of choices that cover the same the cheapest alone stays, unless a hash deceives.
    The keys that are sorted end with the position, so that no two are the same and the order is one.

    Examples
    --------
    >>> masks = np.array([[0b011, 0b101, 0b011, 0b001]], np.uint64)
    >>> undominated(masks, np.array([2.0, 1.0, 1.0, 1.0])).tolist()
    [1, 2]
    """
    words, many = covered.shape
    single = _single(covered, cost)
    if single is not None and len(single) == 1:
        return single
    by = np.uint64(turn * 17 % 64)
    word = ~covered[turn % words]
    if single is not None:
        word = word[single]
    if by:
        word = (word >> by) | (word << (np.uint64(64) - by))
    order = _position(_sorted(word))
    if single is not None:
        order = single[order]
    stays = np.zeros(many, bool)
    stays[order[~_worse(covered.take(order, axis=1), cost[order])]] = True
    return stays.nonzero()[0]


def _single(covered: Masks, cost: Floats) -> Ints | None:
    """Return the cheapest of choices that cover the same, by their hashes; None where none do."""
    words, many = covered.shape
    odd = _odd(words)
    code = covered[0] * odd[0]
    for word in range(1, words):
        code += covered[word] * odd[word]
    code ^= code >> np.uint64(29)
    code *= _odd(1)[0]
    keys = _sorted(code)
    twin = ((keys[1:] ^ keys[:-1]) <= np.uint64(_below(many))).nonzero()[0]
    if not len(twin):
        return None
    order = _position(keys)
    same = (covered.take(order[twin], axis=1) == covered.take(order[twin + 1], axis=1)).all(0)
    twin = twin[same]
    if not len(twin):
        return None
    later, gone = np.zeros(many, bool), np.zeros(many, bool)
    later[twin + 1] = True
    gone[twin] = gone[twin + 1] = True
    member = gone.nonzero()[0]
    first = ~later[member]
    price = cost[order[member]]
    group = np.cumsum(first) - 1
    cheap = (price == np.minimum.reduceat(price, first.nonzero()[0])[group]).nonzero()[0]
    gone[member[cheap[np.diff(group[cheap], prepend=-1) > 0]]] = False
    return order[~gone]


def _worse(covered: Masks, cost: Floats) -> NDArray[np.bool_]:
    """Return which choices cover nothing that one of the few before them does not, for no less.

    Each is compared with all of them at once, some choices at a time, so that all that is needed lies near.
    """
    words, many = covered.shape
    apart, size = min(_APART if many < _MANY else _FARTHER, many - 1), min(_AT_ONCE, many)
    # some choices and the few before them; before the first there are none that cover anything
    bare, price = np.full((words, apart + size), np.iinfo(np.uint64).max), np.full(apart + size, np.inf)
    # row a of a window is what stands a + 1 before the end of it
    bare_before = np.ndarray((words, apart, size), np.uint64, bare, 0, (bare.strides[0], 8, 8))
    price_before = np.ndarray((apart, size), np.float64, price, 0, (8, 8))
    worse = np.zeros(many, bool)
    for first in range(0, many, size):
        some = slice(first, min(first + size, many))
        near, long = slice(max(0, first - apart), some.stop), some.stop - first
        into = slice(apart + near.start - first, apart + long)
        np.invert(covered[:, near], out=bare[:, into])
        price[into] = cost[near]
        more = bare_before[0, :, :long] & covered[0, some]
        less = np.empty_like(more)
        for word in range(1, words):
            np.bitwise_and(bare_before[word, :, :long], covered[word, some], out=less)
            more |= less
        none = more == 0
        none &= price_before[:, :long] <= cost[some]
        worse[some] = none.any(0)
    return worse


def _below(many: int) -> int:
    """Return the bits in which the positions of so many are written."""
    return (1 << (many - 1).bit_length()) - 1


def _sorted(key: Masks) -> Masks:
    """Return some keys in order, as far as their first bits say, then as they stand: in their last bits."""
    held = key & ~np.uint64(_below(len(key)))
    held |= np.arange(len(key), dtype=np.uint64)
    held.sort()
    return held


def _position(keys: Masks) -> Ints:
    """Return where sorted keys stood before."""
    return (keys & np.uint64(_below(len(keys)))).view(np.int64)


@functools.cache
def _odd(words: int) -> Masks:
    """Return odd numbers by which words are hashed."""
    return np.random.default_rng(1).integers(1, 1 << 63, words).astype(np.uint64) | np.uint64(1)
