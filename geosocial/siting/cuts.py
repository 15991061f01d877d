"""The cuts of the p-median, read from the costs where open shares violate them most.

For a place and any D: θᵢ ≥ D − Σ max(0, D − d_ij) yⱼ; strongest at the D where the shares of the nearest
candidates reach 1. Places may be told as groups, each with one θ, their mean: its cut is the mean of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geosocial.siting.core import Core
from geosocial.siting.inputs import Bools, Floats, Ints, starts

#: Numbers worked on at a time.
_BLOCK = 2_000_000
#: A share of this or less is none; a cut is violated when it is by more than this share of the largest cost.
_NONE, _VIOLATED = 1e-9, 1e-10


@dataclass(frozen=True, slots=True)
class Batch:
    """Cuts told by what they are read from: the group of each, and D of each place of that group."""

    group: Ints
    level: Floats

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Rows:
    """Cuts θ + Σ coefficient × y ≥ D as compressed rows over the candidates."""

    group: Ints
    level: Floats
    start: Ints
    column: Ints
    value: Floats


class Cuts:
    """The places of a core in their groups: `begin` is where each group starts among the rows."""

    def __init__(self, core: Core, begin: Ints | None = None) -> None:
        self.core = core
        self.begin = np.arange(len(core.weights) + 1) if begin is None else begin
        self.size = np.diff(self.begin)
        self.single = bool((self.size == 1).all())
        self.mass = np.add.reduceat(core.weights, self.begin[:-1])
        self.within = np.isfinite(core.costs).sum(axis=1)
        self.least_each = core.costs.min(axis=1).astype(np.float64)
        self.farthest = self.least_each.copy()
        for some in self._blocks(core.size):
            part = core.costs[some]
            self.farthest[some] = np.where(np.isfinite(part), part, -np.inf).max(axis=1)
        self.least = self._mean(self.least_each)
        self.scale = max(1e-300, float(self.farthest.max()))

    def _mean(self, each: Floats) -> Floats:
        if self.single:
            return each
        return np.add.reduceat(self.core.weights * each, self.begin[:-1]) / self.mass

    def _blocks(self, width: int) -> list[slice]:
        n, step = len(self.core.weights), max(1, _BLOCK // max(width, 1))
        return [slice(at, min(at + step, n)) for at in range(0, n, step)]

    def members(self, group: Ints) -> Ints:
        """Return the places of some groups, one group after the other."""
        if self.single:
            return group
        size = self.size[group]
        return np.arange(int(size.sum())) + np.repeat(self.begin[group] - starts(size)[:-1], size)

    def levels(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return D of each place at these shares, and the cost that its cut then says it has."""
        some = np.flatnonzero(shares > _NONE)
        level, value = np.empty(len(self.farthest)), np.empty(len(self.farthest))
        for rows in self._blocks(len(some)):
            near = self.core.costs[rows][:, some].astype(np.float64, copy=False)
            order = np.argsort(near, axis=1, kind="stable")
            near = np.take_along_axis(near, order, axis=1)
            part = shares[some][order]
            total = np.cumsum(part, axis=1)
            full = total >= 1 - _NONE
            here = np.arange(len(near))
            at = np.argmax(full, axis=1)
            reached = full[here, at] & np.isfinite(near[here, at])
            top = np.where(reached, near[here, at], self.farthest[rows])
            below = np.where(near < top[:, None], top[:, None] - near, 0.0)
            level[rows], value[rows] = top, top - (below * part).sum(axis=1)
        return level, value

    def at(self, level: Floats) -> Batch:
        """Return the cut of every group at these D of the places."""
        return Batch(np.arange(len(self.size)), level)

    def violated(self, shares: Floats, theta: Floats) -> Batch:
        """Return the strongest cuts that these shares and θ violate."""
        level, value = self.levels(shares)
        group = np.flatnonzero(self._mean(value) > theta + _VIOLATED * self.scale)
        return Batch(group, level[self.members(group)])

    def rows(self, batch: Batch) -> Rows:
        """Return cuts as rows of a program."""
        size = self.size[batch.group]
        place, end = self.members(batch.group), starts(size)
        length, column, value, level = [], [], [], []
        step = max(1, _BLOCK // max(self.core.size, 1))
        at = 0
        while at < len(batch):
            to = max(at + 1, int(np.searchsorted(end, end[at] + step, side="right")) - 1)
            rows = place[end[at] : end[to]]
            deep = batch.level[end[at] : end[to]]
            part = np.maximum(deep[:, None] - self.core.costs[rows], 0.0)
            if not self.single:
                group = batch.group[at:to]
                weight = self.core.weights[rows]
                first = end[at:to] - end[at]
                part = np.add.reduceat(part * weight[:, None], first, axis=0) / self.mass[group][:, None]
                deep = np.add.reduceat(deep * weight, first) / self.mass[group]
            row, col = np.nonzero(part)
            length.append(np.bincount(row, minlength=to - at))
            column.append(col)
            value.append(part[row, col])
            level.append(deep)
            at = to
        if not len(batch):
            return Rows(batch.group, batch.level, np.zeros(1, np.int64), batch.group, batch.level)
        return Rows(
            batch.group,
            np.concatenate(level),
            starts(np.concatenate(length)),
            np.concatenate(column),
            np.concatenate(value),
        )


def joined(batches: list[Batch]) -> Batch:
    """Return several batches as one."""
    return Batch(np.concatenate([b.group for b in batches]), np.concatenate([b.level for b in batches]))


def picked(batch: Batch, size: Ints, kept: Bools) -> Batch:
    """Return some of the cuts; `size` is the number of places of each group."""
    return Batch(batch.group[kept], batch.level[np.repeat(kept, size[batch.group])])
