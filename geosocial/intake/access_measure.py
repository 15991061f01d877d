"""What `geosocial.intake.stream_access` measures: which measure, up to where, and what distance takes away.

The settings are plain values, so that they can be sent to workers and told in a fingerprint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from geosocial.errors import N_, InputError, StudyError
from geosocial.measure.decay import LUO_QI
from geosocial.measure.family import ALONE, COMPETING, WEIGHING

#: The measures that can be asked for, and the decays.
MEASURES: Final = (*COMPETING, *ALONE)
DECAYS: Final = ("steps", "gaussian", "exponential", "power", "linear")
_WITH_BETA: Final = ("exponential", "power")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far is within reach, and what a facility there is worth.

    Attributes
    ----------
    standard_m, detour
        d₀, metres; cost of a straight-line metre, at least 1.
    measure
        One of `MEASURES`.
    decay
        One of `DECAYS`; empty for 1 throughout.
    weights
        Of equal steps up to the standard.
    beta, least_m
        Of the exponential and the inverse power.
    """

    standard_m: float
    detour: float = 1.0
    measure: str = "2sfca"
    decay: str = ""
    weights: tuple[float, ...] = ()
    beta: float | None = None
    least_m: float = 100.0

    @property
    def competes(self) -> bool:
        """Return whether places compete for the supply: there is a first pass."""
        return self.measure in COMPETING

    @property
    def valued(self) -> bool:
        """Return whether the measure gives an accessibility."""
        return self.measure != "nearest"

    def check(self) -> None:
        """Raise when one of these is no such number."""
        if not (np.isfinite(self.standard_m) and self.standard_m > 0):
            raise StudyError(N_("The standard must be a distance in metres above 0."))
        if not (np.isfinite(self.detour) and self.detour >= 1):
            raise StudyError(N_("The detour factor must be a number of at least 1."))
        self.how()

    def how(self) -> dict[str, Any]:
        """Return the options of the measures."""
        from geosocial.measure import decay

        d0, beta = self.standard_m, float("nan") if self.beta is None else self.beta
        if self.decay == "steps":
            steps = np.arange(1, len(self.weights) + 1) / len(self.weights)
            return {"standard": d0, "decay": decay.stepwise((d0 * steps).tolist(), self.weights)}
        if self.decay == "exponential":
            return {"standard": d0, "decay": decay.exponential(d0, beta=beta)}
        if self.decay == "power":
            return {"standard": d0, "decay": decay.inverse_power(d0, beta=beta, least=self.least_m)}
        smooth = {"gaussian": decay.gaussian, "linear": decay.linear}.get(self.decay)
        return {"standard": d0} if smooth is None else {"standard": d0, "decay": smooth(d0)}


def reach_of(
    standard_m: float,
    *,
    detour: float = 1.0,
    measure: str | None = None,
    decay: str | None = None,
    weights: Sequence[float] = (),
    beta: float | None = None,
    least_m: float = 100.0,
) -> Reach:
    """Return the settings with what is left out filled in, checked.

    Without a measure, 2SFCA; E2SFCA where a decay or weights are given. A measure that weighs what is within
    reach takes the steps 1, 0.68, 0.22 (Luo & Qi 2009) when no decay is named.

    Raises
    ------
    InputError
        When the measure or the decay is none, or they do not go together.
    StudyError
        When a number is out of its domain.

    Examples
    --------
    >>> reach_of(900, measure="3sfca").weights, reach_of(900).measure, reach_of(900, decay="linear").measure
    ((1.0, 0.68, 0.22), '2sfca', 'e2sfca')
    """
    steps = tuple(float(weight) for weight in weights)
    decay = decay or ("steps" if steps else None)
    measure = measure or ("2sfca" if decay is None else "e2sfca")
    for name, got, known in (("measure", measure, MEASURES), ("decay", decay or DECAYS[0], DECAYS)):
        if got not in known:
            raise InputError(
                N_("“{name}” is one of {known}, not “{got}”."), name=name, known=", ".join(known), got=got
            )
    if decay and measure not in WEIGHING:
        raise InputError(
            N_("{measure} counts all that is within the standard alike: it takes no decay and no weights."),
            hint=N_("Leave them out, or choose one of {others}."),
            measure=measure,
            others=", ".join(WEIGHING),
        )
    if decay is None and measure in WEIGHING:
        decay = "steps"
    if steps and decay != "steps":
        raise InputError(N_("Weights are those of steps: with “{decay}” they have no meaning."), decay=decay)
    if (beta is not None) != (decay in _WITH_BETA):
        raise InputError(
            N_("The decays {decays} need “beta”, and no other takes it."), decays=", ".join(_WITH_BETA)
        )
    reach = Reach(
        float(standard_m),
        float(detour),
        measure,
        decay or "",
        (steps or LUO_QI) if decay == "steps" else (),
        beta,
        float(least_m),
    )
    reach.check()
    return reach
