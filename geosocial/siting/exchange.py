"""A good p-median fast: greedy, then the best exchange of a site, until none helps.

The gain of each exchange is kept up to date: after an exchange only the places whose nearest or second
nearest site changed are counted again (Teitz & Bart 1968; Resende & Werneck 2007).
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.inputs import Floats, Ints
from geosocial.siting.result import Clock

_LEAST = 1e-12


class Exchange:
    """A choice of sites on dense finite costs (n × m), and what each exchange saves."""

    def __init__(self, costs: Floats, weights: Floats, sites: Ints) -> None:
        self.costs, self.weights, self.sites = costs, weights, np.array(sites)
        n, m = costs.shape
        self.first = np.zeros(n, np.int64)
        self.near, self.next = np.zeros(n), np.zeros(n)
        self.gain = np.zeros(m)
        self.kept = np.zeros((len(sites), m))
        self.loss = np.zeros(len(sites))
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
        to[at, first] = np.inf
        self.next[rows] = to.min(axis=1)
        if len(self.sites) == 1:
            self.next[rows] = self.costs.max() * 2 + 1

    def _count(self, rows: Ints, sign: float) -> None:
        """Add (or take away) what some places say of every exchange."""
        for some in np.array_split(rows, max(1, len(rows) * self.costs.shape[1] // 4_000_000)):
            order = some[np.argsort(self.first[some], kind="stable")]
            if not len(order):
                continue
            part, weight = self.costs[order], self.weights[order][:, None] * sign
            near, after = self.near[order][:, None], self.next[order][:, None]
            self.gain += (weight * np.maximum(near - part, 0.0)).sum(axis=0)
            part = weight * np.maximum(after - np.maximum(part, near), 0.0)
            owner = self.first[order]
            begin = np.flatnonzero(np.diff(owner, prepend=-1))
            self.kept[owner[begin]] += np.add.reduceat(part, begin, axis=0)
            self.loss += np.bincount(
                owner, weights=(weight * (after - near))[:, 0], minlength=len(self.sites)
            )

    def best(self, locked: int, allowed: Ints) -> tuple[int, int, float]:
        """Return the exchange that saves most: site out (position among the sites), candidate in, saving."""
        saving = self.gain[allowed][None, :] + self.kept[:, allowed] - self.loss[:, None]
        saving[:locked] = -np.inf
        saving[:, np.isin(allowed, self.sites)] = -np.inf
        out, into = divmod(int(np.argmax(saving)), len(allowed))
        return out, int(allowed[into]), float(saving[out, into])

    def exchange(self, out: int, into: int) -> None:
        """Close one of the sites and open a candidate."""
        old = self.costs[:, self.sites[out]]
        rows = np.flatnonzero((old <= self.next) | (self.costs[:, into] < self.next))
        self._count(rows, -1.0)
        self.sites[out] = into
        self._settle(rows)
        self._count(rows, 1.0)


def greedy(costs: Floats, weights: Floats, fixed: Ints, allowed: Ints, most: int) -> Ints:
    """Return the fixed sites and, one after the other, the candidate that saves most; ties to the lowest."""
    sites = list(map(int, fixed))
    near = costs[:, sites].min(axis=1) if sites else None
    while len(sites) < most:
        choices = np.setdiff1d(allowed, sites)
        if not len(choices):
            break
        part = costs[:, choices] if len(choices) < costs.shape[1] else costs
        totals = weights @ (part if near is None else np.minimum(part, near[:, None]))
        best = int(choices[np.argmin(totals)])
        sites.append(best)
        near = costs[:, best] if near is None else np.minimum(near, costs[:, best])
    return np.array(sites, np.int64)


def exchanged(
    costs: Floats, weights: Floats, sites: Ints, *, locked: int, allowed: Ints, clock: Clock
) -> tuple[Ints, float]:
    """Return the sites after the best exchanges, the first `locked` of them kept, and their value."""
    state = Exchange(costs, weights, sites)
    while len(sites) > locked and not clock.over():
        out, into, saving = state.best(locked, allowed)
        if saving <= _LEAST * max(1.0, state.value):
            break
        state.exchange(out, into)
    return np.sort(state.sites), state.value
