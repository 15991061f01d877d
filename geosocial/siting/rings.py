"""Cuts of maximal covering, read from windows as those of set covering (`geosocial.siting.windows`).

With uᵢ = 1 − xᵢ a pattern is covered by a candidate or left out: Σ_{j∈Nᵢ} yⱼ + uᵢ ≥ 1. To leave it out is one
candidate more that covers it alone, so that what is true of covers is true of choices with what they leave
out. Where the relaxation takes halves around a ring of patterns, a window finds the cut

    Σ aⱼyⱼ + Σ c_G u_G ≥ b.

A window takes groups G of patterns among whose candidates y tells no difference: u_G, whether all of G are
left out, is no more than Σ Pᵢuᵢ / Σ Pᵢ of the group, and that is what is asked. A choice that covers one
pattern of a group at least has a candidate of the union of their Nᵢ.

The a and c are multiples of 2⁻²⁰ and b is counted exactly; only the shares Pᵢ / Σ Pᵢ are rounded, in the last
figure of a number below 1, which is nothing beside the tolerance with which bounds are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints, starts
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.windows import Windows

#: Shares up to this are none.
_NONE = 1e-7


@dataclass(frozen=True, slots=True)
class Ring:
    """Σ value × y over some candidates + Σ share × u over some patterns is at least `least`."""

    column: Ints
    value: Floats
    pattern: Ints
    share: Floats
    least: float


def rings(patterns: Patterns, y: Floats, clock: Clock) -> list[Ring]:
    """Return cuts that some y violates."""
    wide, group, of = _grouped(patterns, y)
    if not len(of):
        return []
    k, many = len(patterns.candidate), len(wide.weight)
    part = patterns.weight[of] / wide.weight[group]
    left_out = np.maximum(1.0 - (patterns.matrix() @ y)[of], 0.0)
    u = np.bincount(group, weights=part * left_out, minlength=many).astype(np.float64)
    at = np.concatenate([np.where(y > _NONE, y, 0.0), np.where(u > _NONE, u, 0.0)])
    found = []
    for cut in Windows(wide).cuts(at, clock):
        site = cut.column < k
        of_group = np.zeros(many)
        of_group[cut.column[~site] - k] = cut.value[~site]
        share = of_group[group] * part
        some = share > 0
        found.append(Ring(cut.column[site], cut.value[site], of[some], share[some], cut.least))
    return found


def _grouped(patterns: Patterns, y: Floats) -> tuple[Patterns, Ints, Ints]:
    """Return groups as patterns, left out by a candidate more each; the group of some patterns, and those.

    Only of patterns around which no more than one site stands: the others lose nothing.
    """
    from scipy.sparse import csr_array

    matrix, k = patterns.matrix(), len(patterns.candidate)
    around = matrix @ y
    of = np.flatnonzero((around > _NONE) & (around < 1 + _NONE))
    group = _alike(patterns, y > _NONE)[of]
    group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    many = int(group.max(initial=-1)) + 1
    join = csr_array((np.ones(len(of)), (group, np.arange(len(of)))), shape=(many, len(of)))
    union = (join @ matrix[of]).tocsr()
    union.sort_indices()
    length = np.diff(union.indptr).astype(np.int64) + 1
    start = starts(length)
    last = np.zeros(int(start[-1]), bool)
    last[start[1:] - 1] = True
    column = np.zeros(len(last), np.int64)
    column[~last], column[last] = union.indices, k + np.arange(many)
    weight = np.bincount(group, weights=patterns.weight[of], minlength=many).astype(np.float64)
    return Patterns(weight, start, column, np.arange(k + many), 0.0), group, of


def _alike(patterns: Patterns, held: Bools) -> Ints:
    """Return a number for each pattern, the same for those with the same of the candidates that are held.

    A false match of hashes only makes a group of patterns that are not alike: its cuts are true all the same.
    """
    code = np.random.default_rng(5).integers(1, 1 << 62, len(held)) * held
    whole = np.add.reduceat(code[patterns.column], patterns.start[:-1])
    number: Ints = np.unique(whole, return_inverse=True)[1].astype(np.int64)
    return number
