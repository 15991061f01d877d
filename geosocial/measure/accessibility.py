"""Accessibility: supply in reach of each place of demand, with or without the competition for it.

Costs are a SciPy sparse array, demand × facility, in the unit of the standard: absent = out of reach, a
stored 0 = at the door (`geosocial.geo.distance.within`). Within means cost ≤ standard. All functions are sums
over the stored pairs, so that their time grows with the pairs and not with the product of the sides.

Demand must be known here: a suppressed figure (NaN) competes for supply by an unknown amount. Leave such
places out, or give them an estimate, and say which. A facility without demand in reach serves nobody: its
supply is in no one's accessibility.

Sources: Luo & Wang (2003), Luo & Qi (2009), Wan, Zou & Sternberg (2012), Delamater (2013), Paez, Higgins &
Vivona (2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.decay import Decay, binary
from geosocial.measure.family import WeightedPairs, in_two_steps, ratio

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array


class Family(Protocol):
    """What the floating catchment areas have in common."""

    def __call__(
        self,
        costs: csr_array,
        demand: ArrayLike,
        supply: ArrayLike,
        *,
        standard: float,
        decay: Decay | None = None,
    ) -> Floats:
        """Return the accessibility of each place."""


def nearest_cost(costs: csr_array) -> Floats:
    """Return the cost from each place to its nearest facility: minⱼ d_ij, inf where none is in reach.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array((np.array([300.0, 200.0]), np.array([0, 1]), np.array([0, 2, 2])), shape=(2, 2))
    >>> nearest_cost(costs)
    array([200.,  inf])
    """
    data, starts = checked_costs(costs)
    nearest = np.full(costs.shape[0], np.inf)
    some = np.flatnonzero(np.diff(starts))
    if len(some):
        nearest[some] = np.minimum.reduceat(data, starts[some])
    return nearest


def in_reach(costs: csr_array, *, standard: float) -> Ints:
    """Return how many facilities each place has within the standard: Σⱼ 1[d_ij ≤ d₀].

    A place is covered k times over when this is at least k: coverage and backup coverage.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array((np.array([300.0, 800.0]), np.array([0, 1]), np.array([0, 2, 2])), shape=(2, 2))
    >>> in_reach(costs, standard=800).tolist(), in_reach(costs, standard=799).tolist()
    ([2, 0], [1, 0])
    """
    data, starts = checked_costs(costs)
    row = np.repeat(np.arange(costs.shape[0]), np.diff(starts))
    return np.bincount(row[data <= standard], minlength=costs.shape[0])


def covered_share(costs: csr_array, demand: ArrayLike, *, standard: float, least: int = 1) -> float:
    """Return the share of the demand covered at least k times: Σ Pᵢ·1[Σⱼ 1[d_ij ≤ d₀] ≥ k] / Σ Pᵢ.

    k = 1 is coverage, k = 2 backup coverage (Hogan & ReVelle 1986). NaN where there is no demand.

    Parameters
    ----------
    costs, demand, standard
        As in `two_step_fca`.
    least
        k, 1 or more.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array((np.array([300.0, 800.0, 9.0]), np.array([0, 1, 0]), np.array([0, 2, 3])))
    >>> [covered_share(costs, [10, 30], standard=800, least=k) for k in (1, 2, 3)]
    [1.0, 0.25, 0.0]
    """
    if least < 1 or least != int(least):
        raise InputError(N_("“{name}” must be a whole number from 1 up, not {got}."), name="least", got=least)
    people = amounts_of(demand, costs.shape[0], "demand")
    times = np.bincount(weighted_pairs(costs, binary(standard)).row, minlength=costs.shape[0])
    whole = float(people.sum())
    return float(people[times >= least].sum()) / whole if whole > 0 else float("nan")


def catchment_demand(
    costs: csr_array, demand: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the demand within the standard of each facility: Dⱼ = Σᵢ Pᵢ·f(d_ij), 0 where there is none.

    Without a decay f is 1 within the standard. A place in two catchments counts in both. Demand in parts
    gives parts of D: it is the first step of `two_step_fca`, and `from_ratios` the second. Parameters and
    errors as there.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array((np.array([300.0, 800.0, 9.0]), np.array([0, 1, 0]), np.array([0, 2, 3])))
    >>> catchment_demand(costs, [10, 30], standard=800)
    array([40., 10.])
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people = amounts_of(demand, costs.shape[0], "demand")
    return pairs.by_facility(pairs.weight * people[pairs.row])


def supply_ratios(supply: ArrayLike, reached: ArrayLike) -> Floats:
    """Return the supply of each facility for each unit of the demand that it reaches: Rⱼ = Sⱼ / Dⱼ.

    0 where nobody is in reach: that supply serves no one.

    Examples
    --------
    >>> supply_ratios([4, 3], [40, 0])
    array([0.1, 0. ])
    """
    whole = np.asarray(reached, np.float64)
    return ratio(amounts_of(supply, len(whole), "supply"), amounts_of(whole, len(whole), "demand"))


def from_ratios(
    costs: csr_array, ratios: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the accessibility of each place from the ratios of the facilities: Aᵢ = Σⱼ Rⱼ f(d_ij).

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> from_ratios(costs, supply_ratios([4, 3], [40, 30]), standard=300)
    array([0.1, 0.2])
    """
    return gravity(costs, ratios, decay=limited(decay, standard))


def cumulative(costs: csr_array, supply: ArrayLike, *, standard: float) -> Floats:
    """Return the supply within the standard of each place: Aᵢ = Σⱼ Sⱼ·1[d_ij ≤ d₀].

    Parameters
    ----------
    costs
        (n × m) costs.
    supply
        (m) S of each facility.
    standard
        d₀, in the unit of the costs.

    Returns
    -------
    (n) supply in reach.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> cumulative(costs, [4, 3], standard=300)
    array([4., 7.])
    """
    return gravity(costs, supply, decay=binary(standard))


def gravity(costs: csr_array, supply: ArrayLike, *, decay: Decay) -> Floats:
    """Return the supply in reach of each place, weighted by its cost: Aᵢ = Σⱼ Sⱼ·f(d_ij).

    Parameters
    ----------
    costs, supply
        As in `cumulative`.
    decay
        f: see `geosocial.measure.decay`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from geosocial.measure.decay import linear
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> gravity(costs, [4, 3], decay=linear(400))
    array([3.  , 2.75])
    """
    pairs = weighted_pairs(costs, decay)
    held = amounts_of(supply, costs.shape[1], "supply")
    return pairs.by_demand(pairs.weight * held[pairs.column])


def two_step_fca(
    costs: csr_array, demand: ArrayLike, supply: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the two-step floating catchment area: Rⱼ = Sⱼ / Σ_k P_k f(d_kj); Aᵢ = Σⱼ Rⱼ f(d_ij).

    Without a decay, f is 1 within the standard (2SFCA, Luo & Wang 2003); with one it is E2SFCA (Luo & Qi
    2009). Where each facility has demand in reach, Σ Pᵢ Aᵢ = Σ Sⱼ.

    Parameters
    ----------
    costs
        (n × m) costs, absent = out of reach.
    demand
        (n) P of each place.
    supply
        (m) S of each facility.
    standard
        d₀, in the unit of the costs; a pair at exactly the standard counts.
    decay
        f: see `geosocial.measure.decay`. What lies beyond the standard weighs nothing.

    Returns
    -------
    (n) supply per unit of demand; 0 where nothing is in reach.

    Raises
    ------
    InputError
        When a length does not fit, or a demand, a supply or a cost is NaN, negative or infinite: the first
        one is named.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> two_step_fca(costs, [10, 30], [4, 3], standard=300)
    array([0.1, 0.2])
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people, held = both_amounts(costs, demand, supply)
    return in_two_steps("2sfca", pairs, people, held)


def three_step_fca(
    costs: csr_array, demand: ArrayLike, supply: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the three-step floating catchment area (Wan, Zou & Sternberg 2012).

    G_ij = w_ij / Σⱼ w_ij; Rⱼ = Sⱼ / Σᵢ G_ij w_ij Pᵢ; Aᵢ = Σⱼ G_ij w_ij Rⱼ: demand prefers the nearer of its
    facilities. Parameters, result and errors as in `two_step_fca`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from geosocial.measure.decay import linear
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> three_step_fca(costs, [10, 30], [4, 3], standard=300, decay=linear(400)).round(4)
    array([0.1714, 0.1762])
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people, held = both_amounts(costs, demand, supply)
    return in_two_steps("3sfca", pairs, people, held)


def modified_two_step_fca(
    costs: csr_array, demand: ArrayLike, supply: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the modified two-step floating catchment area (Delamater 2013).

    Aᵢ = Σⱼ Sⱼ f(d_ij)² / Σ_k P_k f(d_kj). What is far away is lost, not shared among those who are equally
    far: Σ Pᵢ Aᵢ ≤ Σ Sⱼ. Parameters, result and errors as in `two_step_fca`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from geosocial.measure.decay import linear
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> modified_two_step_fca(costs, [10, 30], [4, 3], standard=300, decay=linear(400)).round(4)
    array([0.1   , 0.0694])
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people, held = both_amounts(costs, demand, supply)
    return in_two_steps("m2sfca", pairs, people, held)


def balanced_fca(
    costs: csr_array, demand: ArrayLike, supply: ArrayLike, *, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the balanced floating catchment area (Paez, Higgins & Vivona 2019).

    Demand is shared among the facilities of a place by f_ij / Σⱼ f_ij, the level of service of a facility
    among its places by f_ij / Σᵢ f_ij: no one is counted twice, and Σᵢ Aᵢ = Σⱼ Rⱼ. Parameters, result and
    errors as in `two_step_fca`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from geosocial.measure.decay import linear
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> balanced_fca(costs, [10, 30], [4, 3], standard=300, decay=linear(400)).round(4)
    array([0.08  , 0.3533])
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people, held = both_amounts(costs, demand, supply)
    return in_two_steps("bfca", pairs, people, held)


def limited(decay: Decay | None, standard: float) -> Decay:
    """Return the decay with nothing beyond the standard."""
    if decay is None:
        return binary(standard)
    return lambda cost: np.where(cost <= standard, decay(cost), 0.0)


def weighted_pairs(costs: csr_array, decay: Decay) -> WeightedPairs:
    """Return the pairs that weigh anything, costs checked."""
    data, starts = checked_costs(costs)
    row = np.repeat(np.arange(costs.shape[0]), np.diff(starts))
    weight = decay(data)
    kept = weight > 0
    if not kept.all():
        return WeightedPairs(row[kept], costs.indices[kept], weight[kept], costs.shape)
    return WeightedPairs(row, costs.indices, weight, costs.shape)


def checked_costs(costs: csr_array) -> tuple[Floats, Ints]:
    """Return the stored costs and where each row starts, costs checked."""
    data = np.asarray(costs.data, np.float64)
    bad = ~(data >= 0)
    if bad.any():
        pair = int(np.flatnonzero(bad)[0])
        row = int(np.searchsorted(costs.indptr, pair, side="right")) - 1
        raise InputError(
            N_("The cost from place {row} to facility {column} is {got}, not a number from 0 up."),
            hint=N_("Leave pairs out of reach out of the costs."),
            row=row,
            column=int(costs.indices[pair]),
            got=float(data[pair]),
        )
    return data, np.asarray(costs.indptr)


def both_amounts(
    costs: csr_array, demand: ArrayLike, supply: ArrayLike, *, held: str = "supply"
) -> tuple[Floats, Floats]:
    """Return demand and supply (or what a facility is said to hold), checked."""
    return amounts_of(demand, costs.shape[0], "demand"), amounts_of(supply, costs.shape[1], held)


def amounts_of(values: ArrayLike, size: int, name: str) -> Floats:
    """Return so many amounts from 0 up, checked."""
    amounts = np.asarray(values, np.float64)
    if amounts.shape != (size,):
        raise InputError(
            N_("{name}: {got} values for {expected} places."),
            hint=N_("One value is needed for each."),
            name=name,
            got=amounts.size,
            expected=size,
        )
    bad = ~(np.isfinite(amounts) & (amounts >= 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_("{name}: value {row} is {got}, not a number from 0 up."),
            hint=N_("Leave suppressed places out, or give them an estimate and say so."),
            name=name,
            row=row,
            got=float(amounts[row]),
        )
    return amounts
