"""The parts of a maximal covering problem, and what no choice of one covers more than.

A part is told by candidates that are in, or allowed at all, by limits on sᵢ = Σ_{j∈Nᵢ} yⱼ, and by groups of
candidates of which one must be in. Prices ρᵢ of sᵢ, 0 for most, give, rounded as they may be and broken off
as they may be, what no choice of a part passes:

L = Σ max_{bᵢ ≤ s ≤ mᵢ} ((Pᵢ − Σ τ_c c_i) min(1, s) − ρᵢs) − Σ σ_g + Σ τ_c (Σ c_i − b_c)
    + the p largest positive worths Σ_{i∈Nⱼ} ρᵢ + Σ_{g∋j} σ_g + Σ τ_c a_cj,

with σ_g ≥ 0 the prices of Σ_{j∈g} yⱼ ≥ 1 and τ_c ≥ 0 those of cuts Σ a_cj yⱼ + Σ c_i (1 − xᵢ) ≥ b_c, which
are true of every choice (`geosocial.siting.rings`).

Source: Galvão & ReVelle (1996) for the bound; the rest is arithmetic on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.rings import Ring

#: Among the first rows up to so many have a candidate of the last one.
_SHARING = 3


@dataclass(frozen=True, slots=True)
class Node:
    """A part of all choices: candidates that are in, that are allowed, limits on sᵢ, groups with one in."""

    opened: Bools
    allowed: Bools
    least: Floats
    most: Floats
    groups: tuple[Ints, ...] = ()


class Frame:
    """What the parts of a problem have in common, shared by those that work on them."""

    def __init__(self, patterns: Patterns, most: int) -> None:
        self.patterns, self.most = patterns, most
        self.matrix = patterns.matrix()
        self.across = self.matrix.T.tocsr()
        q, k = self.matrix.shape
        self.places, self.many = int(q), int(k)
        self.total = float(patterns.weight.sum())
        #: By a power of two, which rounds nothing, the largest weight is near 1,000.
        self.scale = 2.0 ** -math.floor(math.log2(float(patterns.weight.max())) - 10)
        #: Patterns of which sᵢ counts as covered where they have no row, also beyond 1; of the others, all.
        self.loose = np.zeros(self.places, bool)
        self.cuts: list[Ring] = []
        self.add([])

    def add(self, cuts: list[Ring]) -> None:
        """Add cuts, before any part is solved with a basis that knows of fewer."""
        self.cuts = [*self.cuts, *cuts]
        self._told()

    def keep(self, some: Bools) -> None:
        """Keep some of the cuts only."""
        self.cuts = [cut for cut, kept in zip(self.cuts, some.tolist(), strict=True) if kept]
        self._told()

    def _told(self) -> None:
        from scipy.sparse import csr_array

        many = len(self.cuts)
        none, no = np.zeros(0, np.int64), np.zeros(0)
        of_sites = starts(np.array([len(cut.column) for cut in self.cuts], np.int64))
        of_places = starts(np.array([len(cut.pattern) for cut in self.cuts], np.int64))
        column = np.concatenate([none, *(cut.column for cut in self.cuts)])
        pattern = np.concatenate([none, *(cut.pattern for cut in self.cuts)])
        value = np.concatenate([no, *(cut.value for cut in self.cuts)])
        share = np.concatenate([no, *(cut.share for cut in self.cuts)])
        self._by_site = csr_array((value, column, of_sites), shape=(many, self.many)).T.tocsr()
        self._by_place = csr_array((share, pattern, of_places), shape=(many, self.places)).T.tocsr()
        #: Which patterns are in cuts.
        self.in_cuts = np.bincount(pattern, minlength=self.places) > 0
        self._spare = np.array([float(cut.share.sum()) - cut.least for cut in self.cuts])

    def first(self) -> Ints:
        """Return patterns to begin with: heavy ones that lie apart."""
        patterns, times, chosen = self.patterns, np.zeros(self.many, np.int64), []
        for i in np.argsort(-patterns.weight, kind="stable").tolist():
            its = patterns.column[patterns.start[i] : patterns.start[i + 1]]
            if times[its].max() < _SHARING:
                times[its] += 1
                chosen.append(i)
        return np.array(chosen, np.int64)

    def root(self) -> Node:
        """Return all choices."""
        q, k = self.places, self.many
        return Node(np.zeros(k, bool), np.ones(k, bool), np.zeros(q), np.full(q, np.inf))

    def without_choice(self, node: Node) -> bool:
        """Return whether limits of a part contradict each other, as whole numbers counted one by one."""
        open_, allowed = node.opened.astype(float), node.allowed.astype(float)
        return bool(
            (node.opened & ~node.allowed).any()
            or node.opened.sum() > self.most
            or (node.least > node.most).any()
            or (self.matrix @ open_ > node.most).any()
            or (self.matrix @ allowed < node.least).any()
            or any(not node.allowed[group].any() for group in node.groups)
        )

    def bounded(
        self, node: Node, price: Floats, of_groups: Floats, of_cuts: Floats | None = None
    ) -> tuple[float, Floats, Floats]:
        """Return L for prices ρ of s, σ of groups and τ of cuts, and L with and without each candidate."""
        paid = np.zeros(len(self.cuts)) if of_cuts is None else np.maximum(of_cuts, 0.0)
        weight, free_ = self.patterns.weight - self._by_place @ paid, ~np.isfinite(node.most)
        price = np.where(free_, np.maximum(price, 0.0), price)
        ends = [node.least, np.where(free_, node.least, node.most), np.clip(1.0, node.least, node.most)]
        value = float(np.max([weight * np.minimum(end, 1.0) - price * end for end in ends], axis=0).sum())
        value += float(self._spare @ paid)
        worth, of_groups = self.across @ price + self._by_site @ paid, np.maximum(of_groups, 0.0)
        for group, each in zip(node.groups, of_groups.tolist(), strict=True):
            worth[group] += each
        value -= float(of_groups.sum())
        value += float(worth[node.opened].sum())
        free = np.flatnonzero(node.allowed & ~node.opened)
        left = max(0, min(self.most - int(node.opened.sum()), len(free)))
        held = np.sort(np.maximum(worth[free], 0.0))[::-1]
        value += float(held[:left].sum())
        last = held[left - 1] if left else np.inf
        after = held[left] if left < len(free) else 0.0
        with_it, without = np.full(self.many, value), np.full(self.many, value)
        with_it[free] = value - np.maximum(last - worth[free], 0.0)
        without[free] = value - np.maximum(worth[free] - after, 0.0)
        return value, with_it, without
