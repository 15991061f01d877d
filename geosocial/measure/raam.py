"""The rational agent access model: what care costs when everyone chooses the cheapest (Saxon & Snow 2020).

The cost of facility j to place i is its travel and its crowd: c_ij = t_ij/τ + Dⱼ/(ρSⱼ), with Dⱼ the demand
that chose it and ρ = ΣP/ΣS over all of the demand and supply given. Demand moves towards the least cost until
nobody gains by moving. **Lower is better**: 1 is the cost of an average crowd at the door.

That equilibrium is the least of Σ x_ij t_ij/τ + Σ Dⱼ²/(2ρSⱼ) over all ways x to divide the demand, which is
convex: the loads Dⱼ and the costs are unique, whatever the start or the order of the rows; only who goes
where among equal costs is not. It is found here by accelerated projected gradients with restarts, all rows at
once: demand leaves dear facilities in the measure of the difference. It is at rest when no used facility of
a row is dearer than its cheapest by more than the tolerance.

Source: Saxon & Snow (2020), A Rational Agent Model for the Spatial Accessibility of Primary Health Care.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.measure.accessibility import both_amounts, checked_costs
from geosocial.measure.coverage import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array

#: Rounds between two looks at whether all is at rest.
_LOOK = 10


@dataclass(frozen=True, slots=True)
class Raam:
    """The equilibrium of the rational agent access model.

    Attributes
    ----------
    cost
        (n) cost of each place, lower is better; NaN where no facility with supply is in reach.
    load
        (m) demand that goes to each facility.
    share
        Share of the demand of its row that takes each stored pair of the costs, in their order; 0 for all of a
        row without demand.
    spread
        Most by which a used facility is dearer than the cheapest of its row: at most the tolerance.
    rounds
        Rounds it took.
    """

    cost: Floats
    load: Floats
    share: Floats
    spread: float
    rounds: int


@dataclass(frozen=True, slots=True)
class _Game:
    """Pairs of rows with demand and facilities with supply, and what each costs."""

    row: Ints
    column: Ints
    starts: Ints
    travel: Floats
    people: Floats
    room: Floats

    def crowd(self, share: Floats) -> Floats:
        """Return Dⱼ of each facility."""
        load = np.bincount(self.column, weights=self.people[self.row] * share, minlength=len(self.room))
        return load.astype(np.float64)

    def cost(self, share: Floats) -> Floats:
        """Return c_ij of each pair."""
        load = self.crowd(share)
        crowd = np.divide(load, self.room, out=np.zeros(len(load)), where=self.room > 0)
        found: Floats = self.travel + crowd[self.column]
        return found

    def spread(self, share: Floats) -> float:
        """Return the most by which a used facility is dearer than the cheapest of its row."""
        cost = self.cost(share)
        over = cost - np.minimum.reduceat(cost, self.starts)[self.row]
        return float(np.max(over, where=share > 0, initial=0.0))


def raam(
    costs: csr_array,
    demand: ArrayLike,
    supply: ArrayLike,
    *,
    tau: float = 60.0,
    tolerance: float = 1e-6,
    rounds: int = 50_000,
) -> Raam:
    """Return the cost of each place under the rational agent access model, lower is better.

    c_ij = t_ij/τ + Dⱼ/(ρSⱼ); ρ = ΣP/ΣS; Aᵢ = minⱼ c_ij at the equilibrium. Where all demand is 0 the crowd
    costs nothing. A facility without supply takes nobody. A place without demand is given what the first
    person there would pay.

    Parameters
    ----------
    costs
        (n × m) t, minutes or another unit, absent = out of reach.
    demand
        (n) P of each place.
    supply
        (m) S of each facility.
    tau
        τ: the travel that is as dear as an average crowd, in the unit of the costs.
    tolerance
        Most that a used facility may be dearer than the cheapest of its row, in the unit of the result.
    rounds
        Most rounds.

    Raises
    ------
    InputError
        When a length does not fit; when a demand, a supply or a cost is NaN, negative or infinite: the first
        one is named; when τ or the tolerance is not above 0, or all is not at rest after the rounds.

    Examples
    --------
    Two places of 10 people, 30 minutes apart, each with a facility at its door; the first holds 3, the second
    1. ρ = 5; of the second place 2 people travel: 12/15 + 30/60 = 1.3 there, 8/5 = 1.6 here, so more follow.

    >>> from scipy.sparse import csr_array
    >>> minutes = csr_array((np.array([0.0, 30, 30, 0]), np.array([0, 1, 0, 1]), np.array([0, 2, 4])))
    >>> found = raam(minutes, [10, 10], [3, 1])
    >>> found.cost.round(3).tolist(), found.load.round(3).tolist()
    ([0.875, 1.375], [13.125, 6.875])
    """
    for name, value in (("tau", tau), ("tolerance", tolerance)):
        if not (np.isfinite(value) and value > 0):
            raise InputError(N_("“{name}” must be a number above 0, not {got}."), name=name, got=value)
    data, starts = checked_costs(costs)
    people, held = both_amounts(costs, demand, supply)
    row = np.repeat(np.arange(costs.shape[0]), np.diff(starts))
    column = np.asarray(costs.indices, np.intp)
    room = held * (people.sum() / held.sum()) if held.any() else held
    usable = np.isfinite(data) & (held[column] > 0)
    kept = np.flatnonzero(usable & (people[row] > 0))
    game = _game(row[kept], column[kept], data[kept] / tau, people, room)
    part, spread, took = _rest(game, tolerance, rounds) if len(kept) else (np.zeros(0), 0.0, 0)
    share = np.zeros(len(data))
    share[kept] = part
    load = game.crowd(part)
    crowd = np.divide(load, room, out=np.zeros(len(load)), where=room > 0)
    cost = np.full(costs.shape[0], np.inf)
    np.minimum.at(cost, row[usable], data[usable] / tau + crowd[column[usable]])
    cost[np.isinf(cost)] = np.nan
    return Raam(cost, load, share, spread, took)


def _game(row: Ints, column: Ints, travel: Floats, people: Floats, room: Floats) -> _Game:
    """Return the pairs with their rows numbered without gaps."""
    used, starts, number = np.unique(row, return_index=True, return_inverse=True)
    return _Game(number, column, starts, travel, people[used], room)


def _rest(game: _Game, tolerance: float, rounds: int) -> tuple[Floats, float, int]:
    """Return the shares at rest, how far they are from it, and the rounds taken."""
    # By Jensen's inequality a facility's crowd changes at most as if all who can reach it moved alike: steps
    # of this size never make things worse, each facility has its own, and no search is needed.
    reach = np.bincount(game.column, weights=game.people[game.row], minlength=len(game.room))
    stiff = reach[game.column] / game.room[game.column]
    weight = game.people[game.row] * stiff
    share = _project(np.zeros(len(stiff)) - game.travel / stiff, stiff, game)
    ahead, pace = share, 1.0
    spread = np.inf
    for done in range(rounds + 1):
        if done % _LOOK == 0:
            spread = game.spread(share)
            if spread <= tolerance:
                return share, spread, done
        moved = _project(ahead - game.cost(ahead) / stiff, stiff, game)
        if float(np.dot(weight * (ahead - moved), moved - share)) > 0:
            pace = 1.0
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = moved + (pace - 1) / faster * (moved - share)
        share, pace = moved, faster
    raise InputError(
        N_("After {rounds} rounds some still gain {spread} by choosing another facility."),
        hint=N_("Allow more rounds, or a larger tolerance."),
        rounds=rounds,
        spread=spread,
    )


def _project(wanted: Floats, stiff: Floats, game: _Game) -> Floats:
    """Return the shares nearest to those wanted: none below 0, 1 in each row.

    s = max(0, v + λ/q), with the λ of each row by Newton's method from above: the pairs in use only grow
    fewer, so that it ends after a few steps, exactly.
    """
    give = 1 / stiff
    used = np.ones(len(wanted), bool)
    while True:
        total = np.add.reduceat(np.where(used, wanted, 0.0), game.starts)
        slope = np.add.reduceat(np.where(used, give, 0.0), game.starts)
        share = wanted + ((1 - total) / slope)[game.row] * give
        now = used & (share > 0)
        if np.array_equal(now, used):
            return np.where(used, share, 0.0)
        used = now
