"""How the worth of a facility falls with its cost: weights from 0 to 1, and 0 beyond the standard.

Each function here returns a decay: it takes costs (any shape, the unit of the standard) and returns weights
of the same shape. Within means cost ≤ standard, for every decay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial.errors import N_, InputError
from geosocial.measure.coverage import Floats

Decay: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: Weights of Luo & Qi (2009) for costs of ≤ 10, ≤ 20 and ≤ 30 minutes.
LUO_QI = (1.0, 0.68, 0.22)


def binary(standard: float) -> Decay:
    """Return the decay f(d) = 1[d ≤ d₀].

    Examples
    --------
    >>> binary(800)(np.array([0.0, 800.0, 800.1]))
    array([1., 1., 0.])
    """
    _refuse(standard, "standard")
    return lambda cost: (cost <= standard).astype(np.float64)


def stepwise(bounds: Sequence[float], weights: Sequence[float] = LUO_QI) -> Decay:
    """Return the decay f(d) = wₖ for bₖ₋₁ < d ≤ bₖ, and 0 beyond the last bound (Luo & Qi 2009).

    Parameters
    ----------
    bounds
        Rising costs bₖ; the last is the standard.
    weights
        One weight a bound, from 0 to 1.

    Raises
    ------
    InputError
        When the bounds do not rise, or a weight is not from 0 to 1.

    Examples
    --------
    >>> stepwise([10, 20, 30])(np.array([10.0, 10.1, 30.0, 31.0]))
    array([1.  , 0.68, 0.22, 0.  ])
    """
    edges, worth = np.asarray(bounds, np.float64), np.asarray(weights, np.float64)
    if edges.ndim != 1 or edges.shape != worth.shape or not len(edges):
        raise InputError(
            N_("A stepwise decay needs one weight for each bound: {bounds} bounds, {weights} weights."),
            bounds=edges.size,
            weights=worth.size,
        )
    if not (np.isfinite(edges).all() and edges[0] >= 0 and (np.diff(edges) > 0).all()):
        raise InputError(N_("The bounds of a stepwise decay must rise from 0 up."))
    if not ((worth >= 0) & (worth <= 1)).all():
        raise InputError(N_("The weights of a decay must be from 0 to 1."))
    steps = np.append(worth, 0.0)
    return lambda cost: steps[np.searchsorted(edges, cost, side="left")]


def gaussian(standard: float) -> Decay:
    """Return the decay f(d) = (e^(−½(d/d₀)²) − e^(−½)) / (1 − e^(−½)): 1 at 0 and 0 at d₀ (Dai 2010).

    Examples
    --------
    >>> gaussian(1000)(np.array([0.0, 500.0, 1000.0, 1001.0])).round(3)
    array([1.   , 0.701, 0.   , 0.   ])
    """
    _refuse(standard, "standard")
    floor = np.exp(-0.5)
    return _within(standard, lambda cost: (np.exp(-0.5 * (cost / standard) ** 2) - floor) / (1 - floor))


def exponential(standard: float, *, beta: float) -> Decay:
    """Return the decay f(d) = e^(−β·d) for d ≤ d₀.

    Examples
    --------
    >>> exponential(1000, beta=np.log(2) / 500)(np.array([0.0, 500.0, 1000.0, 1001.0])).round(3)
    array([1.  , 0.5 , 0.25, 0.  ])
    """
    _refuse(standard, "standard")
    _refuse(beta, "beta")
    return _within(standard, lambda cost: np.exp(-beta * cost))


def inverse_power(standard: float, *, beta: float, least: float = 1.0) -> Decay:
    """Return the decay f(d) = (max(d, d₁) / d₁)^(−β) for d ≤ d₀: 1 up to the least cost d₁.

    Examples
    --------
    >>> inverse_power(1000, beta=1, least=100)(np.array([0.0, 100.0, 500.0, 1001.0])).round(3)
    array([1. , 1. , 0.2, 0. ])
    """
    _refuse(standard, "standard")
    _refuse(beta, "beta")
    _refuse(least, "least")
    return _within(standard, lambda cost: (np.maximum(cost, least) / least) ** -beta)


def linear(standard: float) -> Decay:
    """Return the decay f(d) = 1 − d/d₀ for d ≤ d₀.

    Examples
    --------
    >>> linear(1000)(np.array([0.0, 250.0, 1000.0, 1001.0]))
    array([1.  , 0.75, 0.  , 0.  ])
    """
    _refuse(standard, "standard")
    return _within(standard, lambda cost: 1 - cost / standard)


def _within(standard: float, weight: Decay) -> Decay:
    def decay(cost: Floats) -> Floats:
        worth = np.zeros(np.shape(cost))
        reach = cost <= standard
        worth[reach] = weight(cost[reach])
        return worth

    return decay


def _refuse(value: float, name: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise InputError(N_("“{name}” must be a number above 0, not {got}."), name=name, got=value)
