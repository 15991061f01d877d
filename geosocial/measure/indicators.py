"""The one definition of each indicator: key, label, unit, sense, formula, source.

Symbols: P demand of a place, d cost to its nearest counted facility, d₀ the standard, D demand of a zone,
S supply of a zone. A row of `geosocial.tables.MEASURES` carries the key and the unit that it is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from geosocial.errors import N_, StudyError
from geosocial.study import Service, Study
from geosocial.vocabulary import LocalText, kinds

Sense = Literal["more_is_better", "more_is_worse"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    key
        Its key in the tables.
    label
        Its name in both languages.
    unit
        ``"share"``, or ``""`` where the unit is that of the service (`units`).
    sense
        Whether more of it is better or worse for the people concerned.
    formula
        As in `METHODS`; the code computes exactly this.
    source
        Where the definition comes from.
    """

    key: str
    label: LocalText
    unit: str
    sense: Sense
    formula: str
    source: LocalText


_COVERING = LocalText(
    fr="Church et ReVelle (1974), problème de couverture maximale",
    en="Church & ReVelle (1974), maximal covering",
)
_NORM = LocalText(
    fr="Écart à une norme : norme · besoins − offre", en="Gap to a norm: norm · demand − supply"
)
_COUNT = LocalText(fr="Somme des données de l’étude", en="Sum of the study’s data")

#: Every indicator by key, in the order in which they are shown.
INDICATORS: Final[Mapping[str, Indicator]] = MappingProxyType(
    {
        i.key: i
        for i in (
            Indicator(
                "coverage",
                LocalText(fr="Couverture", en="Coverage"),
                "share",
                "more_is_better",
                "C = Σ P·1[d ≤ d₀] / Σ P",
                _COVERING,
            ),
            Indicator(
                "gap",
                LocalText(fr="Écart", en="Gap"),
                "",
                "more_is_worse",
                "max(0, norm·D − C·D); for a ratio max(0, norm/per·D − S)",
                _NORM,
            ),
            Indicator(
                "gap_share",
                LocalText(fr="Écart en part", en="Gap as a share"),
                "share",
                "more_is_worse",
                "gap / D; for a ratio gap / (norm/per·D)",
                _NORM,
            ),
            Indicator(
                "rate",
                LocalText(fr="Offre rapportée aux besoins", en="Supply per demand"),
                "",
                "more_is_better",
                "per·S / D",
                _NORM,
            ),
            Indicator("demand", LocalText(fr="Besoins", en="Demand"), "", "more_is_worse", "D = Σ P", _COUNT),
            Indicator(
                "supply",
                LocalText(fr="Offre", en="Supply"),
                "",
                "more_is_better",
                "S = Σ capacity, or Σ count",
                _COUNT,
            ),
        )
    }
)


def supply_unit(service: Service) -> str:
    """Return what the supply of a service counts: facilities, or the capacity of its kinds (``"dwellings"``).

    A coverage counts facilities. A ratio counts the capacity of its kinds, or facilities where they have
    none.

    Raises
    ------
    StudyError
        When a ratio mixes kinds whose capacities count different things.
    """
    if service.rule == "coverage":
        return "facilities"
    found = sorted({kinds()[kind].capacity for kind in service.kinds})
    if len(found) > 1:
        raise StudyError(
            N_("Service “{service}”: its kinds are counted in different units."),
            hint=N_("Put them in two services of study.toml."),
            service=service.key,
        )
    return (found[0] if found else "") or "facilities"


def units(study: Study, service: Service) -> Mapping[str, str]:
    """Return the unit of each indicator of a service, by key of the indicator, in the order of `INDICATORS`.

    Coverage services have coverage, gap (in the unit of the demand), gap_share, demand, supply; ratio
    services have gap (in the unit of the supply), gap_share, rate (``per_100``: supply per 100 units of
    demand), demand, supply.
    """
    people = next(column.unit for column in study.demand.columns if column.key == service.demand)
    stock = supply_unit(service)
    if service.rule == "coverage":
        return {"coverage": "share", "gap": people, "gap_share": "share", "demand": people, "supply": stock}
    return {
        "gap": stock,
        "gap_share": "share",
        "rate": f"per_{service.per:g}",
        "demand": people,
        "supply": stock,
    }
