"""Maximal covering where nearly all can be covered, as coverings that leave out next to nothing.

A choice that is better than the best known leaves out less than that does. Every pattern that weighs as much
must then be covered, and whether p sites can cover those is a question of set covering, which
`geosocial.siting.fewest` answers much sooner than the relaxation of maximal covering closes: the fewer
patterns may be left out, the more of the others follow. If they cannot, the best is proved. If they can,
either a better choice has been found, or the heaviest pattern that the cover leaves out is asked about: it
must be covered too, or it alone is left out and the rest may only leave out what then remains. Each way more
patterns must be covered, so that the search ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geosocial.siting import swaps
from geosocial.siting.fewest import fewest
from geosocial.siting.inputs import Bools, Ints
from geosocial.siting.patterns import Patterns, chosen_rows, reduced
from geosocial.siting.result import Clock

#: Where at least this share of the patterns must be covered, questions are asked on, up to so many.
_NEARLY, _QUESTIONS = 0.5, 100
#: With more patterns nothing is asked: a covering would take longer than what it saves.
MANY = 10_000
#: Nodes that are spent on a question.
_NODES = 100
#: Where no more than this share of the demand is left out, it is asked whether any must be.
_LITTLE = 0.01


@dataclass(frozen=True, slots=True)
class Found:
    """The best choice (positions), what it covers, and whether no choice covers more."""

    sites: Ints
    value: float
    proved: bool


def all_of_it(patterns: Patterns, cover: swaps.Cover, most: int, clock: Clock) -> Ints | None:
    """Return up to `most` candidates (positions) that cover every pattern; None where none are known.

    It is only asked where `cover`, the best choice known, leaves out little.
    """
    weight = patterns.weight
    if len(weight) > MANY or float(weight[cover.times == 0].sum()) > _LITTLE * float(weight.sum()):
        return None
    return _covering(patterns, np.ones(len(weight), bool), most, clock)[0]


def improved(patterns: Patterns, cover: swaps.Cover, most: int, clock: Clock, *, step: float) -> Found:
    """Return the best choice of up to `most` candidates, where nearly all can be covered; else as it is.

    Parameters
    ----------
    patterns
        The reduced problem.
    cover
        The best choice known; it is changed.
    step
        What is better gains more than this.
    """
    weight = patterns.weight
    best, left_out = cover.sites, float(weight[cover.times == 0].sum())
    none = np.zeros(len(weight), bool)
    parts, asked = [(none, none)], 0
    while parts:
        must, free = parts.pop()
        rest = left_out - step - float(weight[free].sum())
        if rest <= 0:
            continue
        must = must | ((weight >= rest) & ~free)
        if asked >= _QUESTIONS or clock.over() or must.sum() < _NEARLY * len(must) or len(must) > MANY:
            return _told(cover, best, proved=False)
        asked += 1
        sites, known = _covering(patterns, must, most, clock)
        if known and sites is None:
            continue
        if sites is None:
            return _told(cover, best, proved=False)
        _hold(cover, sites)
        missed = cover.times == 0
        candidate, now = _filled(cover, most, clock)
        if now < left_out - step:
            best, left_out = candidate, now
            parts.append((must, free))
            continue
        missed &= ~must & ~free
        if not missed.any():  # no more is left out than may be: rounding alone says that it is no better
            return _told(cover, best, proved=False)
        heaviest = np.zeros(len(weight), bool)
        heaviest[int(np.argmax(np.where(missed, weight, -1.0)))] = True
        parts += [(must | heaviest, free), (must, free | heaviest)]
    return _told(cover, best, proved=True)


def _covering(patterns: Patterns, must: Bools, most: int, clock: Clock) -> tuple[Ints | None, bool]:
    """Return up to `most` candidates (positions) that cover some patterns.

    The second is whether it is known: where it is not, there may be such candidates all the same.
    """
    ones = np.ones(int(patterns.candidate.max()) + 1)
    few = reduced(chosen_rows(patterns, np.flatnonzero(must)), ones, all_covered=True)
    found = fewest(few, ones, clock, target=most, nodes=_NODES)
    if len(found.sites) <= most:
        return np.searchsorted(patterns.candidate, found.sites), True
    return None, found.bound > most


def _hold(cover: swaps.Cover, sites: Ints) -> None:
    """Choose some candidates and no others."""
    cover.clear()
    for site in sites.tolist():
        cover.add(site)


def _filled(cover: swaps.Cover, most: int, clock: Clock) -> tuple[Ints, float]:
    """Return a choice with more candidates while they gain, after swaps, and what it leaves out."""
    while cover.open.sum() < most and cover.gain.max() > 0:
        cover.add(int(np.argmax(np.where(cover.open, -1.0, cover.gain))))
    swaps.swapped(cover, np.zeros(int(cover.patterns.candidate.max()) + 1), np.inf, clock)
    return cover.sites, float(cover.patterns.weight[cover.times == 0].sum())


def _told(cover: swaps.Cover, best: Ints, *, proved: bool) -> Found:
    """Return the best choice, which the cover then is."""
    _hold(cover, best)
    return Found(best, cover.value, proved=proved)
