"""Very many places: a start from a sample of them, and groups in which they share their cuts.

A sample is solved as a problem of its own up to its prices. Its sites begin the search over all places, and
the prices of its places tell those of all: how far between their nearest and their second site they reach,
on average over the places of the same nearest site. Nothing that is proved rests on the sample.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geosocial.siting.core import Core, Known
from geosocial.siting.dual import Ascent, reach_at_first
from geosocial.siting.exchange import exchanged, finite, greedy, improved
from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.result import Clock
from geosocial.siting.table import Table, blocks

#: Places from which on a sample begins the search and places share cuts; the size of the sample.
MANY, SAMPLE = 50_000, 20_000


def sampled(core: Core, known: Known, clock: Clock, size: int = SAMPLE) -> Floats:
    """Offer the sites that a sample of the places makes good, and return the reach of all places."""
    few = np.sort(np.random.default_rng(0).choice(len(core.weights), size, replace=False))
    part = replace(core, costs=core.costs[few], weights=core.weights[few])
    own = Known(None, np.inf, 0.0, 0.0)
    costs = finite(part)
    first = greedy(part, costs)
    own.offer(part, first)
    own.offer(part, exchanged(part, costs, first, clock))
    sites = first if own.open is None else own.open
    if own.open is not None:
        ascent = Ascent(part, own, reach_at_first(part))
        for found in ascent.climb(clock):
            improved(ascent.core, own, found, clock)
        sites = own.open
    known.offer(core, sites)
    if not clock.over():
        known.offer(core, exchanged(core, finite(core), sites, clock))
    if own.open is None or len(sites) < 2 or known.open is None:
        return reach_at_first(core)
    return _told(core, sites, few, ascent.reach)


def _told(core: Core, sites: Ints, few: Ints, reach: Floats) -> Floats:
    """Return the reach of all places from that of a few."""
    near, after, which = _two(core.costs[:, sites])
    room = np.maximum(after - near, 1e-12)
    share = np.clip((reach - near[few]) / room[few], 0.0, 1.0)
    times = np.bincount(which[few], minlength=len(sites))
    mean = np.bincount(which[few], weights=share, minlength=len(sites)) / np.maximum(times, 1)
    told: Floats = near + np.where(np.isfinite(room), mean[which] * room, 0.0)
    return told


def _two(costs: Table) -> tuple[Floats, Floats, Ints]:
    """Return the least and the second least of each row, and where the least is."""
    which = np.argmin(costs, axis=1)
    both = np.partition(costs, 1, axis=1)[:, :2].astype(np.float64)
    return both[:, 0], both[:, 1], which


def grouped(core: Core, reach: Floats) -> tuple[Core, Floats, Ints]:
    """Return the core and the reach with places of the same three nearest candidates side by side.

    The last is where each group of them starts.
    """
    width = min(3, core.size)
    code = np.empty(len(core.weights), np.int64)
    for some in blocks(core.costs):
        near = np.argsort(core.costs[some], axis=1, kind="stable")[:, :width]
        code[some] = near @ core.size ** np.arange(width)[::-1]
    order = np.argsort(code, kind="stable")
    begin = np.append(np.flatnonzero(np.diff(code[order], prepend=-1)), len(order))
    return replace(core, costs=core.costs[order], weights=core.weights[order]), reach[order], begin
