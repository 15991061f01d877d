"""The family of floating catchment areas in passes over parts of the demand, with sums that add up.

`catchment_sums` of each part are added; `shared_supply` sets the supply of each facility against what was
summed; `access_of` then gives each part its accessibility. Between the passes there are numbers of facilities
only, never of pairs. A part holds all pairs of its places. The answers are those of
`geosocial.measure.accessibility` for all rows at once: bit for bit where the sums are exact, as whole numbers
of people in steps of a half are, and else to 1e-12; and always the same bits, whatever the parts
(`geosocial.measure.exact`).

Not of this kind: RAAM (`geosocial.measure.raam`). Its steps move the demand of every *pair*, and the next one
starts from where all of them stand: what lies between its passes is as large as the pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geosocial.measure.accessibility import amounts_of, limited, weighted_pairs
from geosocial.measure.coverage import Floats
from geosocial.measure.decay import Decay
from geosocial.measure.exact import exact_sums, total
from geosocial.measure.family import ALONE, demand_weights, ratio, supply_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array


def sums_of(measure: str) -> tuple[str, ...]:
    """Return what the first pass sums for each facility; nothing where there is no first pass.

    Examples
    --------
    >>> sums_of("2sfca"), sums_of("bfca"), sums_of("gravity")
    (('reached',), ('reached', 'offered'), ())
    """
    if measure in ALONE:
        return ()
    return ("reached", "offered") if measure == "bfca" else ("reached",)


def catchment_sums(
    costs: csr_array, demand: ArrayLike, *, measure: str, standard: float, decay: Decay | None = None
) -> Floats:
    """Return what some places add to each facility: Σᵢ Pᵢ u_ij, and Σᵢ w_ij for ``bfca``, in limbs.

    Parameters
    ----------
    costs, demand, standard, decay
        As in `geosocial.measure.accessibility.two_step_fca`, for a part of the places.
    measure
        Of `geosocial.measure.family.COMPETING`.

    Returns
    -------
    (`sums_of` × 3 × m) limbs; those of all parts are added.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from geosocial.measure.exact import total
    >>> costs = csr_array((np.array([300.0, 800.0, 9.0]), np.array([0, 1, 0]), np.array([0, 2, 3])))
    >>> total(catchment_sums(costs, [10, 30], measure="2sfca", standard=800)).tolist()
    [[40.0, 10.0]]
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    people = amounts_of(demand, costs.shape[0], "demand")
    count = costs.shape[1]
    parts = [exact_sums(demand_weights(measure, pairs) * people[pairs.row], pairs.column, count)]
    if measure == "bfca":
        parts.append(exact_sums(pairs.weight, pairs.column, count))
    return np.array(parts)


def shared_supply(supply: ArrayLike, sums: Floats, *, measure: str) -> Floats:
    """Return Rⱼ = Sⱼ / Dⱼ of each facility, and Σᵢ w_ij below it for ``bfca``; Sⱼ itself without competition.

    Examples
    --------
    >>> from geosocial.measure.exact import exact_sums
    >>> shared_supply([4, 3], exact_sums(np.array([40.0]), np.array([0]), 2)[None], measure="2sfca").tolist()
    [[0.1, 0.0]]
    """
    if measure in ALONE:
        held = np.asarray(supply, np.float64)
        return amounts_of(held, len(held), "supply")[None]
    reached, *offered = total(sums)
    return np.array([ratio(amounts_of(supply, len(reached), "supply"), reached), *offered])


def access_of(
    costs: csr_array, shared: Floats, *, measure: str, standard: float, decay: Decay | None = None
) -> Floats:
    """Return the accessibility of some places: Aᵢ = Σⱼ Rⱼ v_ij.

    Parameters
    ----------
    costs, measure, standard, decay
        As in `catchment_sums`, and ``cumulative`` and ``gravity`` too.
    shared
        From `shared_supply`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> costs = csr_array(np.array([[100.0, 0.0], [200.0, 300.0]]))
    >>> access_of(costs, np.array([[4.0, 3.0]]), measure="cumulative", standard=300).tolist()
    [4.0, 7.0]
    """
    pairs = weighted_pairs(costs, limited(decay, standard))
    offered = shared[1] if len(shared) > 1 else None
    return pairs.by_demand(supply_weights(measure, pairs, offered) * shared[0][pairs.column])
