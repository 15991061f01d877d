"""A good p-median fast: greedy, then the best exchange of a site, until none helps.

The gain of each exchange is kept up to date: after an exchange only the places whose nearest or second
nearest site changed are counted again (Teitz & Bart 1968; Resende & Werneck 2007). With a budget, greedy
takes what saves most for each unit of cost, and only exchanges within the budget count.
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.core import Core, Known
from geosocial.siting.dual import worth
from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.result import Clock
from geosocial.siting.table import Table

_LEAST = 1e-12
#: Numbers worked on at a time.
_BLOCK = 1_000_000


class Exchange:
    """A choice of sites on dense finite costs (n × m), and what each exchange saves."""

    def __init__(self, costs: Table, weights: Floats, sites: Ints) -> None:
        self.costs, self.weights, self.sites = costs, weights, np.array(sites)
        n, m = costs.shape
        self.first = np.zeros(n, np.int64)
        self.near, self.next = np.zeros(n), np.zeros(n)
        self.gain = np.zeros(m)
        self.kept = np.zeros((len(sites), m))
        self.loss = np.zeros(len(sites))
        self.beyond = float(costs.max()) * 2 + 1 if len(sites) == 1 else np.inf
        everywhere = np.arange(n)
        self._settle(everywhere)
        self._count(everywhere, 1.0)

    @property
    def value(self) -> float:
        """Return Σ Pᵢ d_ij of the nearest sites."""
        return float(self.weights @ self.near)

    def _settle(self, rows: Ints) -> None:
        to = self.costs[np.ix_(rows, self.sites)]
        first = np.argmin(to, axis=1)
        at = np.arange(len(rows))
        self.first[rows], self.near[rows] = first, to[at, first]
        to[at, first] = self.beyond
        self.next[rows] = to.min(axis=1)

    def _count(self, rows: Ints, sign: float) -> None:
        """Add (or take away) what some places say of every exchange."""
        rows = rows[np.argsort(self.first[rows], kind="stable")]
        for some in np.array_split(rows, max(1, len(rows) * self.costs.shape[1] // _BLOCK)):
            if not len(some):
                continue
            part = self.costs[some].astype(np.float64, copy=False)
            weight = self.weights[some] * sign
            near, after = self.near[some], self.next[some]
            self.gain += weight @ np.maximum(near[:, None] - part, 0.0)
            np.maximum(part, near[:, None], out=part)
            np.subtract(after[:, None], part, out=part)
            np.maximum(part, 0.0, out=part)
            part *= weight[:, None]
            owner = self.first[some]
            begin = np.flatnonzero(np.diff(owner, prepend=-1))
            self.kept[owner[begin]] += np.add.reduceat(part, begin, axis=0)
            self.loss += np.bincount(owner, weights=weight * (after - near), minlength=len(self.sites))

    def savings(self) -> Floats:
        """Return (site × candidate) what exchanging each site for each candidate saves."""
        saving = self.gain[None, :] + self.kept - self.loss[:, None]
        saving[:, self.sites] = -np.inf
        return saving

    def exchange(self, out: int, into: int) -> None:
        """Close one of the sites and open a candidate."""
        old = self.costs[:, self.sites[out]]
        rows = np.flatnonzero((old <= self.next) | (self.costs[:, into] < self.next))
        self._count(rows, -1.0)
        self.sites[out] = into
        self._settle(rows)
        self._count(rows, 1.0)


def finite(core: Core) -> Table:
    """Return the costs with one beyond all others where out of reach."""
    within = np.isfinite(core.costs)
    if within.all():
        return core.costs
    farthest = float(core.costs[within].max()) if within.any() else 1.0
    return np.where(within, core.costs, farthest * len(core.costs) + 1.0)


def greedy(core: Core, costs: Table) -> Ints:
    """Return, one after the other, the candidate that saves most (for its cost); ties to the lowest.

    `costs` are those of the core made finite.
    """
    sites = np.flatnonzero(core.opened).tolist()
    left = core.budget - float(core.price[sites].sum())
    near = (costs[:, sites].min(axis=1) if sites else costs.max(axis=1)).astype(np.float64)
    gain = worth(costs, core.weights, near)
    free = ~core.opened
    while len(sites) < core.most:
        may = free & (core.price <= left)
        if not may.any():
            break
        rate = gain / np.maximum(core.price, 1e-9) if core.priced else gain
        best = int(np.argmax(np.where(may, rate, -np.inf)))
        sites.append(best)
        free[best] = False
        left -= float(core.price[best])
        closer = np.flatnonzero(costs[:, best] < near)
        gain -= worth(costs, core.weights, near, closer)
        near[closer] = costs[closer, best]
        gain += worth(costs, core.weights, near, closer)
    return np.array(sites, np.int64)


def exchanged(core: Core, costs: Table, sites: Ints, clock: Clock) -> Ints:
    """Return the sites after the best exchanges within the budget; those that must be open stay."""
    if not len(sites):
        return sites
    state = Exchange(costs, core.weights, sites)
    stays = core.opened[state.sites]
    while not stays.all() and not clock.over():
        saving = state.savings()
        saving[stays] = -np.inf
        if core.priced:
            left = core.budget - float(core.price[state.sites].sum())
            saving[core.price[None, :] - core.price[state.sites][:, None] > left] = -np.inf
        out, into = divmod(int(np.argmax(saving)), core.size)
        if saving[out, into] <= _LEAST * max(1.0, state.value):
            break
        state.exchange(out, into)
        stays = core.opened[state.sites]
    return np.sort(state.sites)


def improved(core: Core, known: Known, start: Ints, clock: Clock, costs: Table | None = None) -> None:
    """Keep what exchanges make of a start (most wanted candidates first) where it is better."""
    must = np.flatnonzero(core.opened)
    rest = start[~core.opened[start]][: max(core.most - len(must), 0)]
    sites = np.concatenate([must, rest])
    if core.allows(sites) and not clock.over():
        known.offer(core, exchanged(core, finite(core) if costs is None else costs, sites, clock))
