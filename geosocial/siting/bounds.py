"""What no choice of sites can pass, without solving a linear program.

With multipliers 0 ≤ λᵢ ≤ Pᵢ on xᵢ ≤ Σ_{j∈Nᵢ} yⱼ, every choice of p candidates covers at most
L(λ) = Σ (Pᵢ − λᵢ) + the p largest of Σ_{i∈Nⱼ} λᵢ. Subgradient steps lower L towards the bound of the linear
program. A candidate with which L falls to the best value known, or below, is in no better choice.

Source: Galvão & ReVelle (1996); the residual bound: Nemhauser, Wolsey & Fisher (1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geosocial.siting.inputs import Bools
from geosocial.siting.patterns import Patterns
from geosocial.siting.result import Clock
from geosocial.siting.swaps import Cover

_ROUNDS, _PATIENCE = 300, 12


@dataclass(frozen=True, slots=True)
class Lagrangian:
    """The lowest bound found, and the candidates that a better choice may hold or the known one holds."""

    bound: float
    kept: Bools


def residual(cover: Cover, most: int) -> float:
    """Return f(S) + the p largest gains that remain: no choice of p candidates covers more."""
    return cover.value + float(np.sort(np.where(cover.open, 0.0, cover.gain))[::-1][:most].sum())


def lagrangian(patterns: Patterns, cover: Cover, most: int, clock: Clock, *, step: float) -> Lagrangian:
    """Return the bound after subgradient steps and what it leaves to choose from.

    `step`: a better choice gains more than this (near 1 where all values are whole numbers).
    """
    matrix, weight, known = cover.matrix, patterns.weight, cover.value
    across = matrix.T.tocsr()
    many = len(patterns.candidate)
    top = min(most, many)
    prices = weight * (cover.times > 0) / np.maximum(cover.times, 1)
    bound, pace, stale = np.inf, 1.0, 0
    kept, centre = np.ones(many, bool), prices
    for _ in range(_ROUNDS):
        if clock.over():
            break
        worth = across @ prices
        order = np.argsort(-worth, kind="stable")
        value = float((weight - prices).sum() + worth[order[:top]].sum())
        last = worth[order[top - 1]]
        kept &= value - np.maximum(last - worth, 0.0) > known + step
        if value < bound:
            stale = 0 if value < bound - 1e-4 * (bound - known) else stale + 1
            bound, centre = value, prices
        else:
            stale += 1
        if bound <= known + step:
            break
        if stale >= _PATIENCE:
            pace, stale, prices = pace / 2, 0, centre
            if pace < 1e-3:
                break
            continue
        chosen = np.zeros(many)
        chosen[order[:top]] = 1
        times = matrix @ chosen
        slope = times - np.where(prices < weight, 1.0, np.minimum(times, 1.0))
        size = float(slope @ slope)
        if size == 0:
            break
        prices = np.clip(prices - pace * (value - known) / size * slope, 0.0, weight)
    return Lagrangian(max(bound, known), kept | cover.open)
