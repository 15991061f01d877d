"""Robustness: the same question under other settings, and the verdict over all of them.

A setting is one choice in each of six dimensions: the standard (the detour factor is the same parameter:
their ratio), the demand column, the rule by which a zone is judged, the definition of supply, the cost, the
zone system. Every combination is tried, each once. A ratio has no standard, one rule and one cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from geosocial.measure import gaps
from geosocial.measure.coverage import Floats
from geosocial.study import Robustness, Service
from geosocial.tables import DIMENSIONS

#: A value counts as below the city's when it is so by more than rounding of sums can explain.
ROUNDING = 1e-12

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the standard (NaN for a ratio), the demand column, and what else is chosen."""

    standard_m: float
    demand: str
    rule: str = "coverage"
    supply: str = "all"
    cost: str = "straight"
    zone_system: str = "study"


@dataclass(frozen=True, slots=True)
class Grid:
    """The choices in each dimension, the study's own first; a setting is one of each."""

    standards: tuple[float, ...]
    demand: tuple[str, ...]
    rules: tuple[str, ...]
    supply: tuple[str | tuple[str, ...], ...] = ("all",)
    costs: tuple[str, ...] = ("straight",)
    zone_systems: tuple[str, ...] = ("study",)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of choices, in the order in which settings are numbered."""
        return (
            len(self.zone_systems),
            len(self.costs),
            len(self.supply),
            len(self.rules),
            len(self.demand),
            len(self.standards),
        )

    def settings(self) -> list[Setting]:
        """Return every setting by its number: the standard changes first, then demand, rule, supply, cost."""
        return [
            Setting(standard, demand, rule, definition(supply), cost, zones)
            for zones, cost, supply, rule, demand, standard in product(
                self.zone_systems, self.costs, self.supply, self.rules, self.demand, self.standards
            )
        ]

    def own(self, service: Service) -> int:
        """Return the number of the study's own setting, −1 when it is not among those tried."""
        standard = service.standard_m if service.rule == "coverage" else None
        rule = "ratio" if service.rule == "ratio" else "coverage"
        if rule not in self.rules or (standard is not None and standard not in self.standards):
            return -1
        at = (0, 0, 0, self.rules.index(rule), 0, 0 if standard is None else self.standards.index(standard))
        return int(np.ravel_multi_index(at, self.shape))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcome of each setting (rows) in each zone: value (NaN: not judged) and who is underserved."""

    grid: Grid
    value: Floats
    city: Floats
    underserved: Bools


def definition(supply: str | Sequence[str]) -> str:
    """Return the name of a definition of supply: its word, or its kinds joined by ``+``."""
    return supply if isinstance(supply, str) else "+".join(supply)


def grid(
    service: Service,
    rules: Robustness,
    *,
    costs: Sequence[str] = ("straight",),
    zone_systems: Sequence[str] = ("study",),
    pairs: bool = True,
) -> Grid:
    """Return the choices of a service, each once.

    Parameters
    ----------
    costs
        Costs that are at hand, the study's own first.
    zone_systems
        Zone systems that differ, the study's own first.
    pairs
        Whether the pairs of demand and facility are known; with the nearest cost alone, neither another
        definition of supply nor ``e2sfca`` can be tried.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> both = ("low_income", "renters")
    >>> service = SimpleNamespace(
    ...     rule="ratio", demand="renters", alternative_demand=both, alternative_supply=(("library",),)
    ... )
    >>> found = grid(service, Robustness())
    >>> found.demand, found.supply, found.shape
    (('renters', 'low_income'), ('all', ('library',)), (1, 1, 2, 1, 2, 1))
    """
    demand = tuple(dict.fromkeys((service.demand, *service.alternative_demand)))
    supply = tuple(dict.fromkeys(("all", *service.alternative_supply)))
    if service.rule == "ratio" or service.standard_m is None:
        return Grid((float("nan"),), demand, ("ratio",), supply, ("",), tuple(zone_systems))
    return Grid(
        standards=tuple(dict.fromkeys(service.standard_m * factor for factor in rules.standard_factors)),
        demand=demand,
        rules=tuple(dict.fromkeys(rule for rule in rules.rules if pairs or rule != "e2sfca"))
        or ("coverage",),
        supply=supply if pairs else ("all",),
        costs=tuple(dict.fromkeys(costs)),
        zone_systems=tuple(dict.fromkeys(zone_systems)),
    )


def below(value: Floats, city: Floats) -> Bools:
    """Return who is underserved: value < city.

    Strictly below: a zone at the city-wide value is not underserved. A difference of at most `ROUNDING`
    (relative to values above 1) is no difference; NaN is not below.

    Examples
    --------
    >>> below(np.array([0.2, 0.5, np.nan]), np.array([0.5]))
    array([ True, False, False])
    """
    found: Bools = city - value > ROUNDING * np.maximum(1.0, np.abs(city))
    return found


def counts(outcomes: Outcomes) -> tuple[Counts, Counts]:
    """Return for each zone the settings in which it could be judged, and those in which it is underserved."""
    could = (~np.isnan(outcomes.value)).sum(axis=0, dtype=np.int64)
    return could, outcomes.underserved.sum(axis=0, dtype=np.int64)


def rank_intervals(outcomes: Outcomes, service: Service, *, among: Bools) -> tuple[Floats, Floats]:
    """Return the lowest and the highest rank of each zone over the settings; NaN where it has none.

    Rank 1 is the least served, ties share the lowest rank. A setting of coverage ranks by the gap to the
    norm, as the study does; a ratio by the gap to its norm or the city's ratio; a catchment by the value.

    Parameters
    ----------
    among
        Which zones are ranked, of those that a setting judges.
    """
    rule = np.array([setting.rule for setting in outcomes.grid.settings()])
    shared = rule == "e2sfca"
    level = outcomes.city if service.norm == "city" else np.where(shared, outcomes.city, float(service.norm))
    scale = np.where((rule == "coverage") | ~(np.abs(level) > 0), 1.0, np.abs(level))
    value = outcomes.value
    lacking = np.where(shared[:, None], -value, np.maximum(0.0, level[:, None] - value))
    ranked = among & ~np.isnan(value)
    rank = gaps.rank_rows(np.where(ranked, lacking, 0.0) / scale[:, None], among=ranked)
    return np.fmin.reduce(rank, axis=0), np.fmax.reduce(rank, axis=0)


def flips(outcomes: Outcomes) -> NDArray[np.object_]:
    """Return the dimension whose change flips the outcome of each zone most often; empty when none does.

    Of all pairs of settings that differ in one dimension alone, the share whose outcomes differ; the
    dimension with the largest share, of equals the first of `geosocial.tables.DIMENSIONS`. A line of u judged
    settings of which k are underserved holds u(u − 1)/2 pairs, k(u − k) of them different.
    """
    shape, zones = outcomes.grid.shape, outcomes.value.shape[1]
    judged = (~np.isnan(outcomes.value)).reshape(*shape, zones)
    bad = outcomes.underserved.reshape(*shape, zones)
    names = ("zone_system", "cost", "supply", "rule", "demand", "standard")
    shares = np.zeros((len(DIMENSIONS), zones))
    for axis, name in enumerate(names):
        u, k = judged.sum(axis=axis), bad.sum(axis=axis)
        pairs = (u * (u - 1) / 2).reshape(-1, zones).sum(axis=0)
        differ = (k * (u - k)).reshape(-1, zones).sum(axis=0)
        shares[DIMENSIONS.index(name)] = differ / np.maximum(pairs, 1)
    most = shares.argmax(axis=0)
    named = np.array(DIMENSIONS, dtype=object)[most]
    return np.where(shares.max(axis=0) > 0, named, "").astype(object)


def verdicts(could: Counts, below: Counts, *, among: Bools, rules: Robustness) -> NDArray[np.object_]:
    """Return the verdict of each zone: one of `geosocial.tables.VERDICTS`.

    *underserved* when below/could ≥ ``underserved_from`` (0.9), *served* when below/could ≤ ``served_to``
    (0.1), otherwise *depends*; empty where the zone is not ``among`` those of which something may be said, or
    could be judged in no setting.

    Examples
    --------
    >>> ten, below = np.full(4, 10), np.array([9, 8, 1, 0])
    >>> list(verdicts(ten, below, among=np.array([True, True, True, False]), rules=Robustness()))
    ['underserved', 'depends', 'served', '']
    """
    part = below / np.maximum(could, 1)
    said = np.where(
        part >= rules.underserved_from, "underserved", np.where(part <= rules.served_to, "served", "depends")
    )
    return np.where(among & (could > 0), said, "").astype(object)
