"""What is asked of a siting: which service, how many sites, by which model, under which conditions."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Model: TypeAlias = Literal[
    "mclp",
    "lscp",
    "p-median",
    "p-center",
    "backup",
    "capacitated",
    "maximin",
    "equity",
    "shortfall",
    "dispersion",
]
MODELS: tuple[Model, ...] = get_args(Model)
#: How several spheres are traded off.
Rule: TypeAlias = Literal["weighted", "in_order", "least_regret"]
#: Models that look at the standard alone: pairs beyond it are not needed.
COVERING: frozenset[str] = frozenset({"mclp", "lscp", "backup", "capacitated", "maximin"})
#: Models that look at the nearest site of each place alone.
NEAREST: frozenset[str] = frozenset({"p-median", "p-center", "equity", "shortfall"})
#: Announces a step by its message and facts; the context lasts as long as the step.
Step: TypeAlias = Callable[..., AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Time:
    """The seconds that all searches of a siting have together, from when the first begins.

    `limit` is None where there is none; `now` gives the seconds of a clock.
    """

    limit: float | None = None
    now: Callable[[], float] = time.perf_counter
    began: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "began", self.now())

    def left(self, searches: int = 1) -> float | None:
        """Return the seconds for the next of so many searches that follow: an equal part of what is left."""
        if self.limit is None:
            return None
        return max(0.0, self.limit - (self.now() - self.began)) / max(searches, 1)

    @property
    def over(self) -> bool:
        """Return whether nothing is left."""
        return self.left() == 0.0


def quiet(_message: str, **_facts: object) -> AbstractContextManager[None]:
    """Announce nothing: the step of those who call from Python."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked.

    Attributes
    ----------
    spheres
        One sphere, or several that each site serves at once (model mclp).
    service
        Service of the sphere; without it its headline. For one sphere only.
    number
        New sites; None with a budget: as many as it pays for.
    include, exclude
        Candidates that are among the sites anyway, and that never are, by their identifiers.
    rival
        The place that the council has in mind: what imposing it costs is told.
    from_scratch
        Existing facilities are left out.
    may_close
        How many of the existing facilities may close and open elsewhere.
    weight
        Demand column; without it that of the service.
    budget
        The most that all new sites may cost, by the costs of the candidates.
    rule
        How several spheres are traded off.
    theta
        For backup: what covering once counts against covering twice, from 0 to 1.
    tolerance
        Sets of sites this near to the best, as a share of it, are told too; None looks for none.
    settings
        Whether the choice is tried under the other settings of the measures.
    time_limit
        Seconds for all searches together: the choice first, what else would do with what is left.
    """

    spheres: tuple[str, ...]
    service: str = ""
    number: int | None = 1
    model: Model = "mclp"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rival: str = ""
    from_scratch: bool = False
    may_close: int = 0
    weight: str = ""
    budget: float | None = None
    rule: Rule = "weighted"
    theta: float = 0.5
    tolerance: float | None = None
    settings: bool = True
    time_limit: float | None = None
