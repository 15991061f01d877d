"""What every model of siting answers: the sites, how good they are, and how good any could be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from geosocial.errors import Said
from geosocial.siting.inputs import Floats, Ints, Reach

Status: TypeAlias = Literal["optimal", "time_limit", "interrupted", "infeasible", "unknown"]
#: Asked now and then during the search: True ends it.
Interrupt: TypeAlias = Callable[[], bool]
#: Models whose objective is to be small; that of all others is to be large.
SMALL = frozenset({"lscp", "p_median", "p_center", "kolm_pollak", "shortfall"})
#: A relative gap up to this is none: the tolerance of floating-point sums, not of the search.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Amounts:
    """Demand of a place that a site serves, one entry for each pair that is used, by place and then site."""

    place: Ints
    site: Ints
    amount: Floats


@dataclass(frozen=True, slots=True)
class SitingResult:
    """The answer of a model of siting.

    Attributes
    ----------
    status
        ``optimal``: proved. ``time_limit``, ``interrupted``: the best found by then, with its bound.
        ``infeasible``: proved to have no answer, `reason` says why. ``unknown``: stopped before any.
    objective, bound
        Value of the sites, and the proved limit that no other choice passes; NaN where there is none.
    gap
        |objective − bound| / |objective|; 0 = proved optimal, inf where nothing was found.
    sites
        Positions of the chosen candidates, rising; the fixed ones among them.
    assignment
        (n) site that serves each place: the nearest, ties to the lowest position; −1 where none serves it.
    seconds, method
        How long it took, and by which steps.
    model, standard, reason
        Name of the model; its standard (inf where it has none); why it is infeasible.
    terms
        Numbers that the objective is made of, by name, as the model documents them: demand covered twice,
        the least share of a zone, κ … What is needed to count the objective again is among them.
    amounts
        Who is served by which site where a place may be split, else None.
    """

    status: Status
    objective: float
    bound: float
    gap: float
    sites: Ints
    assignment: Ints
    seconds: float
    method: str
    model: str
    standard: float = np.inf
    reason: Said | None = None
    terms: Mapping[str, float] = field(default_factory=dict)
    amounts: Amounts | None = None


@dataclass(slots=True)
class Clock:
    """What ends a search before its proof: a time limit, a caller's `interrupt`, or Ctrl-C."""

    limit: float | None = None
    interrupt: Interrupt | None = None
    began: float = field(default_factory=time.perf_counter)
    stopped: bool = False

    @property
    def seconds(self) -> float:
        """Return the seconds spent."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Return the seconds that are left; inf without a limit."""
        return np.inf if self.limit is None else max(0.0, self.limit - self.seconds)

    def over(self) -> bool:
        """Return whether the search must end."""
        if not self.stopped and self.interrupt is not None and self.interrupt():
            self.stopped = True
        return self.stopped or self.left <= 0

    @property
    def status(self) -> Status:
        """Return what a search that was not finished says of itself."""
        return "interrupted" if self.stopped else "time_limit"


def gap_of(objective: float, bound: float) -> float:
    """Return |objective − bound| / |objective|: 0 where they agree to 1e-9, inf where nothing was found.

    Examples
    --------
    >>> gap_of(200.0, 210.0), gap_of(0.0, 0.0), gap_of(float("nan"), 3.0)
    (0.05, 0.0, inf)
    """
    if np.isnan(objective) or np.isnan(bound):
        return np.inf
    off = abs(objective - bound)
    if off <= SAME * max(abs(objective), abs(bound)):
        return 0.0
    return off / abs(objective) if objective else np.inf


def nearest(reach: Reach, sites: Ints) -> tuple[Ints, Floats]:
    """Return the nearest of the sites to each place, ties to the lowest position, and its cost.

    −1 and inf where none is within reach.
    """
    chosen = np.zeros(reach.candidates, bool)
    chosen[sites] = True
    kept = chosen[reach.column]
    row, column, cost = reach.row[kept], reach.column[kept], reach.cost[kept]
    order = np.lexsort((column, cost, row))
    row, column, cost = row[order], column[order], cost[order]
    first = np.flatnonzero(np.diff(row, prepend=-1))
    to, at = np.full(reach.places, -1, np.int64), np.full(reach.places, np.inf)
    to[row[first]], at[row[first]] = column[first], cost[first]
    return to, at


def infeasible(model: str, places: int, clock: Clock, reason: Said, standard: float = np.inf) -> SitingResult:
    """Return the answer of a model that has none."""
    return SitingResult(
        status="infeasible",
        objective=np.nan,
        bound=np.nan,
        gap=np.inf,
        sites=np.zeros(0, np.int64),
        assignment=np.full(places, -1, np.int64),
        seconds=clock.seconds,
        method="proof",
        model=model,
        standard=standard,
        reason=reason,
    )
