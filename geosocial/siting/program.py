"""Covering with more to it: a mixed-integer model put together by blocks of columns and of rows.

Every model of this kind has the m candidates as its first columns, so that column j is candidate j: forbidden
ones are held at 0, fixed ones at 1, and the number of sites and the budget are rows over them. What a model
asks of them, and what it counts, comes after.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from geosocial.errors import N_, Said
from geosocial.siting.covering import answer, maximal
from geosocial.siting.inputs import Bools, Choice, Floats, Ints, Reach, starts
from geosocial.siting.patterns import Patterns, covering, merged, reduced
from geosocial.siting.result import Clock, SitingResult, gap_of, infeasible, nearest
from geosocial.siting.solver import Model, Outcome, solve

#: Share of the time that the start may take.
_BEGIN = 0.2


@dataclass(slots=True)
class Draft:
    """A model in the making: columns with what each is worth, and rows over them."""

    worth: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[Bools] = field(default_factory=list)
    size: int = 0
    rows: int = 0
    _row: list[Ints] = field(default_factory=list)
    _column: list[Ints] = field(default_factory=list)
    _value: list[Floats] = field(default_factory=list)
    _low: list[Floats] = field(default_factory=list)
    _high: list[Floats] = field(default_factory=list)

    def columns(
        self,
        count: int,
        *,
        worth: Floats | float = 0.0,
        lower: Floats | float = 0.0,
        upper: Floats | float = 1.0,
        whole: bool = False,
    ) -> Ints:
        """Add columns; return their positions."""
        for held, value in ((self.worth, worth), (self.lower, lower), (self.upper, upper)):
            held.append(np.broadcast_to(np.asarray(value, np.float64), count))
        self.whole.append(np.full(count, whole))
        self.size += count
        return np.arange(self.size - count, self.size)

    def add(
        self,
        *terms: tuple[Ints, Ints, Floats | float],
        count: int,
        lower: Floats | float = -np.inf,
        upper: Floats | float = np.inf,
    ) -> None:
        """Add rows: a term holds the row (from 0 on in this block), column and value of each entry."""
        for row, column, value in terms:
            self._row.append(row + self.rows)
            self._column.append(column)
            self._value.append(np.broadcast_to(np.asarray(value, np.float64), len(column)))
        self._low.append(np.broadcast_to(np.asarray(lower, np.float64), count))
        self._high.append(np.broadcast_to(np.asarray(upper, np.float64), count))
        self.rows += count

    def sites(self, open_: Choice) -> None:
        """Add the candidates as columns, with the rows of their number and of the budget."""
        m = len(open_.price)
        lower, upper = np.zeros(m), np.zeros(m)
        upper[open_.free] = upper[open_.fixed] = lower[open_.fixed] = 1.0
        everyone = self.columns(m, lower=lower, upper=upper, whole=True)
        one = np.zeros(m, np.int64)
        self.add((one, everyone, 1.0), count=1, upper=float(open_.most))
        if open_.priced:
            self.add((one, everyone, open_.price), count=1, upper=open_.budget)

    def model(self, *, maximise: bool) -> Model:
        """Return the model."""
        row = np.concatenate(self._row)
        order = np.argsort(row, kind="stable")
        return Model(
            cost=np.concatenate(self.worth),
            lower=np.concatenate(self.lower),
            upper=np.concatenate(self.upper),
            whole=np.concatenate(self.whole),
            row_lower=np.concatenate(self._low),
            row_upper=np.concatenate(self._high),
            start=starts(np.bincount(row, minlength=self.rows)),
            index=np.concatenate(self._column)[order],
            value=np.concatenate(self._value)[order],
            maximise=maximise,
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """In which unit the solver counts demand: as it is where all is whole, else a power of two of it."""

    scale: float
    whole: bool


def unit(weights: Floats) -> Unit:
    """Return the unit for these weights, with which the largest is near 1,000 unless all are whole."""
    if bool((weights == np.floor(weights)).all()) and float(weights.sum()) < 2**53:
        return Unit(1.0, whole=True)
    return Unit(2.0 ** -math.floor(math.log2(weights.max()) - 10), whole=False)


def allowed(open_: Choice) -> Bools:
    """Return which candidates may be open."""
    may = np.zeros(len(open_.price), bool)
    may[open_.free] = may[open_.fixed] = True
    return may


def asked(
    pairs: Reach, weights: Floats, open_: Choice, *, standard: float, group: Ints | None = None
) -> tuple[Patterns, Ints]:
    """Return the patterns of all demand over all candidates (column j = candidate j), and their groups.

    Places are merged where they have the same candidates and are of the same group; nothing else is reduced,
    so that any condition on the candidates may be added.
    """
    m = pairs.candidates
    near = pairs.pairs(allowed(open_)[pairs.column])
    groups = np.zeros(pairs.places, np.int64) if group is None else group
    # The group stands as one more candidate while equal places are merged, and is taken off again.
    row = np.concatenate([near.row, np.arange(pairs.places)])
    column = np.concatenate([near.column, m + groups])
    cost = np.concatenate([near.cost, np.zeros(pairs.places)])
    kept = np.concatenate([near.cost <= standard, np.diff(near.start) > 0])
    row, column, cost = row[kept], column[kept], cost[kept]
    order = np.lexsort((column, row))
    many = m + int(groups.max(initial=-1)) + 1
    wide = Reach(starts(np.bincount(row, minlength=pairs.places)), column[order], cost[order], many)
    every = Choice(np.zeros(0, np.int64), np.arange(many), many, np.zeros(many), np.inf)
    found = merged(covering(wide, weights, every, standard=standard))
    mine = found.column >= m
    length = np.bincount(found.row[~mine], minlength=len(found.weight))
    some = length > 0
    patterns = Patterns(
        found.weight[some], starts(length[some]), found.column[~mine], np.arange(m), found.already
    )
    return patterns, (found.column[mine] - m)[some]


def covers(draft: Draft, patterns: Patterns, *counted: Ints) -> None:
    """Add the rows counted ≤ Σ_{j∈Nᵢ} yⱼ; several columns for each pattern count together."""
    rows = np.arange(len(patterns.weight))
    terms = [(rows, columns, 1.0) for columns in counted]
    draft.add((patterns.row, patterns.column, -1.0), *terms, count=len(rows), upper=0.0)


def times(patterns: Patterns, sites: Ints) -> Ints:
    """Return how many of the sites cover each pattern."""
    chosen = np.zeros(len(patterns.candidate), bool)
    chosen[sites] = True
    counted = np.bincount(patterns.row[chosen[patterns.column]], minlength=len(patterns.weight))
    return counted.astype(np.int64)


def begin(pairs: Reach, weights: Floats, open_: Choice, standard: float, clock: Clock) -> tuple[Ints, float]:
    """Return the sites of the MCLP, with which the solver may start, and what no choice covers more than."""
    small = reduced(covering(pairs, weights, open_, standard=standard), open_.price)
    part = Clock(None if clock.limit is None else _BEGIN * clock.left, clock.interrupt)
    best = maximal(small, open_, part)
    clock.stopped = clock.stopped or part.stopped
    found = answer(pairs, weights, open_, best, clock=part, standard=standard, already=small.already)
    return found.sites, found.bound


def chosen(out: Outcome, candidates: int) -> Ints | None:
    """Return the sites that the solver found."""
    return None if out.values is None else np.flatnonzero(out.values[:candidates] > 0.5)


def solved(draft: Draft, clock: Clock, *, start: Floats | None = None, whole: bool = False) -> Outcome:
    """Solve a draft that is to be maximised."""
    return solve(draft.model(maximise=True), clock, start=start, whole_objective=whole)


def none_reaches(open_: Choice) -> Said:
    """Return that no choice within the limits reaches all demand."""
    if open_.priced:
        said = N_("No choice of sites within the budget of {budget} reaches all demand.")
        return Said(said, {"budget": open_.budget})
    return Said.n(
        "No choice of {most} site reaches all demand.",
        "No choice of {most} sites reaches all demand.",
        open_.most,
        most=open_.most,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a model found: sites (None where none), what they are worth, the bound, whether it is proved."""

    sites: Ints | None
    value: float
    bound: float
    proved: bool


def better(
    out: Outcome,
    begun: Ints | None,
    value: float,
    worth: float | None,
    found: Ints | None,
    *,
    scale: float,
    top: float,
) -> Found:
    """Return the better of the start and what the solver found, with the bound in the unit of the demand.

    `value` is what the start is worth (−inf where it is not allowed), `worth` what the solver's sites are,
    `top` what nothing can pass.
    """
    bound = min(out.bound / scale, top)
    if found is not None and worth is not None and worth > value * (1 + 1e-12):
        begun, value = found, worth
    if begun is None or not np.isfinite(value):
        return Found(None, np.nan, bound, proved=False)
    return Found(begun, value, value if out.proved else max(bound, value), proved=out.proved)


def told(
    model: str,
    pairs: Reach,
    found: Found,
    clock: Clock,
    *,
    method: str,
    standard: float = np.inf,
    terms: dict[str, float] | None = None,
    reason: Said | None = None,
) -> SitingResult:
    """Return the answer of a model; with a reason that it has none."""
    if reason is not None:
        return infeasible(model, pairs.places, clock, reason, standard)
    sites = np.zeros(0, np.int64) if found.sites is None else found.sites
    near = pairs.pairs(pairs.cost <= standard)
    gap = 0.0 if found.proved else gap_of(found.value, found.bound)
    status = "optimal" if gap == 0 else "unknown" if found.sites is None else clock.status
    return SitingResult(
        status=status,
        objective=found.value,
        bound=found.bound,
        gap=gap,
        sites=sites,
        assignment=nearest(near, sites)[0],
        seconds=clock.seconds,
        method=method,
        model=model,
        standard=standard,
        terms=terms or {},
    )
