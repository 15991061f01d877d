"""Robustness: the same question under other settings, and the verdict over all of them.

The settings tried are independent of each other: for a coverage, each standard with each demand column; for a
ratio, each demand column with its own city-wide ratio. Standard and detour factor are one parameter (their
ratio), so the detour factor is not varied here. A setting that is given twice counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosocial.measure.coverage import Floats
from geosocial.study import Robustness, Service

#: A value counts as below the city's when it is so by more than rounding of sums can explain.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the standard (NaN for a ratio) and the demand column."""

    standard_m: float
    demand: str


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome of one setting: value of each zone (NaN: not judged), city-wide value, who is below."""

    setting: Setting
    value: Floats
    city: float
    underserved: NDArray[np.bool_]


def settings(service: Service, rules: Robustness) -> list[Setting]:
    """Return the settings of a service: demand columns, and for each the standards of a coverage, each once.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> both = ("low_income", "renters")
    >>> service = SimpleNamespace(rule="ratio", demand="renters", alternative_demand=both)
    >>> [setting.demand for setting in settings(service, Robustness())]
    ['renters', 'low_income']
    """
    standards = [float("nan")]
    if service.rule == "coverage" and service.standard_m is not None:
        standards = list(dict.fromkeys(service.standard_m * factor for factor in rules.standard_factors))
    columns = dict.fromkeys((service.demand, *service.alternative_demand))
    return [Setting(standard, column) for column in columns for standard in standards]


def tried(setting: Setting, value: Floats, city: float, *, judged: NDArray[np.bool_]) -> Tried:
    """Return who is underserved in a setting: value < city.

    Strictly below: a zone at the city-wide value is not underserved. A difference of at most `ROUNDING`
    (relative to values above 1) is no difference.

    Parameters
    ----------
    value, city
        Coverage or rate of each zone, and of the study as a whole in the same setting.
    judged
        Which zones may be judged in this setting; the value of the others becomes NaN.

    Examples
    --------
    >>> one = Setting(1000.0, "residents")
    >>> tried(one, np.array([0.2, 0.5, 0.1]), 0.5, judged=np.array([True, True, False])).underserved
    array([ True, False, False])
    """
    kept = np.where(judged, value, np.nan)
    return Tried(setting, kept, city, city - kept > ROUNDING * max(1.0, abs(city)))


def counts(outcomes: list[Tried]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each zone the settings in which it could be judged, and those in which it is underserved."""
    could: NDArray[np.int64] = np.array([~np.isnan(one.value) for one in outcomes]).sum(
        axis=0, dtype=np.int64
    )
    below: NDArray[np.int64] = np.array([one.underserved for one in outcomes]).sum(axis=0, dtype=np.int64)
    return could, below


def verdicts(
    could: NDArray[np.int64], below: NDArray[np.int64], *, among: NDArray[np.bool_], rules: Robustness
) -> NDArray[np.object_]:
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
