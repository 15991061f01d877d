"""The rational agent access model: what care costs when everyone chooses the cheapest (Saxon & Snow 2020).

The cost of facility j to place i is its travel and its crowd: c_ij = t_ij/τ + Dⱼ/(ρSⱼ), with Dⱼ the demand
that chose it and ρ = ΣP/ΣS over all of the demand and supply given. Demand moves towards the least cost until
nobody gains by moving. **Lower is better**: 1 is the cost of an average crowd at the door.

That equilibrium is the least of Σ x_ij t_ij/τ + Σ Dⱼ²/(2ρSⱼ) over all ways x to divide the demand, which is
convex: the loads Dⱼ and the costs are unique, whatever the start or the order of the rows; only who goes
where among equal costs is not. Demand is moved in steps, by all rows at once: each step may move it freely
for what it gains less a toll μ/2·Σ(Δs)² on the shares that move, and the toll is lowered from step to step.
Within a step the prices of the crowds, one a facility, are found by Newton's method. It is at rest when no
used facility of a row is dearer than its cheapest by more than the tolerance. Where demand or supply differ
by ten orders of magnitude it may not come to rest: that is refused, never returned.

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
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csc_array, csr_array

    Bools = NDArray[np.bool_]

#: The toll starts here, and each step asks so much of the one before.
_TOLL, _LOWER = 1.0, 0.25
#: A step of Newton is halved at most so often.
_HALVED = 40


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
        Share of the demand of its row that takes each stored pair of the costs, in their order; 0 for all of
        a row without demand.
    spread
        Most by which a used facility is dearer than the cheapest of its row: at most the tolerance.
    rounds
        Steps of Newton that it took.
    """

    cost: Floats
    load: Floats
    share: Floats
    spread: float
    rounds: int


@dataclass(frozen=True, slots=True)
class _Game:
    """Pairs of rows with demand and facilities with supply, both numbered without gaps, sorted by row."""

    row: Ints
    column: Ints
    starts: Ints
    travel: Floats
    people: Floats
    room: Floats

    def load(self, share: Floats) -> Floats:
        """Return Dⱼ of each facility."""
        crowd = np.bincount(self.column, weights=self.people[self.row] * share, minlength=len(self.room))
        return crowd.astype(np.float64)

    def spread(self, share: Floats) -> float:
        """Return the most by which a used facility is dearer than the cheapest of its row."""
        cost = self.travel + (self.load(share) / self.room)[self.column]
        over = cost - np.minimum.reduceat(cost, self.starts)[self.row]
        return float(np.max(over, where=share > 0, initial=0.0))


def raam(
    costs: csr_array,
    demand: ArrayLike,
    supply: ArrayLike,
    *,
    tau: float = 60.0,
    tolerance: float = 1e-6,
    rounds: int = 1_000,
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
        Most steps of Newton.

    Returns
    -------
    Costs, loads and shares, without a unit but for the loads, which are in that of the demand.

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
    share, load, spread, took = np.zeros(len(data)), np.zeros(len(held)), 0.0, 0
    if len(kept):
        rows, starts, number = np.unique(row[kept], return_index=True, return_inverse=True)
        columns, position = np.unique(column[kept], return_inverse=True)
        game = _Game(number, position, starts, data[kept] / tau, people[rows], room[columns])
        share[kept], spread, took = _rest(game, tolerance, rounds)
        load[columns] = game.load(share[kept])
    crowd = np.divide(load, room, out=np.zeros(len(load)), where=room > 0)
    cost = np.full(costs.shape[0], np.inf)
    np.minimum.at(cost, row[usable], data[usable] / tau + crowd[column[usable]])
    cost[np.isinf(cost)] = np.nan
    return Raam(cost, load, share, spread, took)


def _rest(game: _Game, tolerance: float, rounds: int) -> tuple[Floats, float, int]:
    """Return the shares at rest, how far they are from it, and the steps taken."""
    share, price = np.zeros(len(game.travel)), np.zeros(len(game.room))
    toll, spread, done = _TOLL, np.inf, 0
    while done < rounds:
        share, price, took = _step(game, share, price, toll=toll, enough=tolerance / 4, most=rounds - done)
        done += took
        spread = game.spread(share)
        if spread <= tolerance:
            return share, spread, done
        toll *= _LOWER
    raise InputError(
        N_("After {rounds} rounds some still gain {spread} by choosing another facility."),
        hint=N_("Allow more rounds, or a larger tolerance."),
        rounds=rounds,
        spread=spread,
    )


def _step(
    game: _Game, before: Floats, price: Floats, *, toll: float, enough: float, most: int
) -> tuple[Floats, Floats, int]:
    """Return the shares and prices after one step with a toll, and how many steps of Newton it took.

    The prices p are where Rⱼpⱼ = Dⱼ(p), R = ρS: what is paid for a crowd is what the crowd costs. Their
    difference is the gradient of a convex function of p, with a sparse second derivative.
    """
    from scipy.sparse.linalg import spsolve

    share = _project(before - (game.travel + price[game.column]) / toll, game)
    slope = game.room * price - game.load(share)
    for done in range(most):
        if float(np.max(np.abs(slope) / game.room)) <= enough:
            return share, price, max(done, 1)
        move = -np.asarray(spsolve(_curve(game, share > 0, toll), slope), np.float64).reshape(len(price))
        downhill, part = float(slope @ move), 1.0
        for _ in range(_HALVED):
            tried = price + part * move
            share = _project(before - (game.travel + tried[game.column]) / toll, game)
            slope = game.room * tried - game.load(share)
            # Not past the lowest point along the way by more than a little.
            if float(slope @ move) <= -0.1 * downhill:
                break
            part /= 2
        price = tried
    return share, price, most


def _curve(game: _Game, used: Bools, toll: float) -> csc_array:
    """Return the second derivative: R + Σᵢ Pᵢ/μ (diag(aᵢ) − aᵢaᵢᵀ/|aᵢ|), aᵢ the facilities that i uses."""
    from scipy.sparse import csc_array, csr_array, diags_array

    row, column = game.row[used], game.column[used]
    shape = (len(game.people), len(game.room))
    many = np.bincount(row, minlength=shape[0])
    pull = game.people / toll
    alone = game.room + np.bincount(column, weights=pull[row], minlength=shape[1])
    one = csr_array((np.sqrt(pull / many)[row], (row, column)), shape=shape)
    return csc_array(diags_array(alone) - one.T @ one)


def _project(wanted: Floats, game: _Game) -> Floats:
    """Return the shares nearest to those wanted: none below 0, 1 in each row.

    s = max(0, v + λ), with the λ of each row by Newton's method from above: the pairs in use only grow fewer,
    so that it ends after a few steps, exactly.
    """
    # A row's largest becomes 0 first: what is added and taken away again stays small.
    wanted = wanted - np.maximum.reduceat(wanted, game.starts)[game.row]
    used = np.flatnonzero(wanted > -1)
    while True:
        row, value = game.row[used], wanted[used]
        total = np.bincount(row, weights=value, minlength=len(game.people))
        share = value + ((1 - total) / np.bincount(row, minlength=len(game.people)))[row]
        positive = share > 0
        if positive.all():
            found = np.zeros(len(wanted))
            found[used] = share
            return found
        used = used[positive]
