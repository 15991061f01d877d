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
#: What an indicator speaks of: what is put in, what it gives, what becomes of people.
Level = Literal["input", "output", "outcome"]


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
        ``"share"``, ``"per_10000"``, ``"m"``, or ``""`` where the unit is that of the service (`units`).
    sense
        Whether more of it is better or worse for the people concerned.
    level
        Input (what is due or put in), output (what is offered), outcome (what reaches people).
    formula
        As in the methods; the code computes exactly this.
    source
        Where the definition comes from.
    meaning
        What it says, in a sentence.
    """

    key: str
    label: LocalText
    unit: str
    sense: Sense
    level: Level
    formula: str
    source: LocalText
    meaning: LocalText


_COVERING = LocalText(
    fr="Church et ReVelle (1974), problème de couverture maximale",
    en="Church & ReVelle (1974), maximal covering",
)
_BACKUP = LocalText(
    fr="Hogan et ReVelle (1986), couverture de secours", en="Hogan & ReVelle (1986), backup coverage"
)
_CATCHMENT = LocalText(
    fr="Luo et Qi (2009), aires de desserte flottantes en deux étapes améliorées (E2SFCA)",
    en="Luo & Qi (2009), enhanced two-step floating catchment areas (E2SFCA)",
)
_NORM = LocalText(
    fr="Écart à une norme : norme · besoins − offre", en="Gap to a norm: norm · demand − supply"
)
_COUNT = LocalText(fr="Somme des données de l’étude", en="Sum of the study’s data")
_MEAN = LocalText(fr="Moyenne pondérée par les besoins", en="Mean weighted by demand")

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
                "outcome",
                "C = Σ P·1[d ≤ d₀] / Σ P",
                _COVERING,
                LocalText(
                    fr="Part des besoins à la distance de référence ou moins d’un équipement.",
                    en="Share of the demand within the standard of a facility.",
                ),
            ),
            Indicator(
                "gap",
                LocalText(fr="Écart", en="Gap"),
                "",
                "more_is_worse",
                "outcome",
                "max(0, norm·D − C·D); for a ratio max(0, norm/per·D − S)",
                _NORM,
                LocalText(
                    fr="Ce qui manque pour atteindre la norme : des personnes hors de portée, ou de l’offre.",
                    en="What is missing to reach the norm: people out of reach, or supply.",
                ),
            ),
            Indicator(
                "gap_share",
                LocalText(fr="Écart en part", en="Gap as a share"),
                "share",
                "more_is_worse",
                "outcome",
                "gap / D; for a ratio gap / (norm/per·D)",
                _NORM,
                LocalText(
                    fr="L’écart en part des besoins, ou de l’offre due : il classe les secteurs.",
                    en="The gap as a share of the demand, or of the supply due: zones are ranked by it.",
                ),
            ),
            Indicator(
                "rate",
                LocalText(fr="Offre rapportée aux besoins", en="Supply per demand"),
                "",
                "more_is_better",
                "output",
                "per·S / D",
                _NORM,
                LocalText(
                    fr="Ce que la liste recense dans le secteur, par unité de besoins.",
                    en="What the list holds in the zone, per unit of demand.",
                ),
            ),
            Indicator(
                "backup_coverage",
                LocalText(fr="Couverture de secours", en="Backup coverage"),
                "share",
                "more_is_better",
                "outcome",
                "Σ P·1[Σⱼ 1[d_ij ≤ d₀] ≥ 2] / Σ P",
                _BACKUP,
                LocalText(
                    fr="Part des besoins qui restent couverts quel que soit l’équipement qui ferme.",
                    en="Share of the demand that stays covered whichever one facility closes.",
                ),
            ),
            Indicator(
                "own_coverage",
                LocalText(fr="Couverture par le secteur même", en="Coverage by the zone itself"),
                "share",
                "more_is_better",
                "outcome",
                "C, with d to the nearest facility of the same zone",
                _COVERING,
                LocalText(
                    fr="La couverture sans les équipements des voisins : la différence est l’effet de bord.",
                    en="Coverage without the neighbours’ facilities: the difference is the edge effect.",
                ),
            ),
            Indicator(
                "containment",
                LocalText(fr="Équipements du secteur", en="Facilities in the zone"),
                "per_10000",
                "more_is_better",
                "output",
                "10,000·S / D",
                _COUNT,
                LocalText(
                    fr="Équipements situés dans le secteur, pour 10 000 personnes ou ménages à desservir.",
                    en="Facilities that stand in the zone, for 10,000 people or households to serve.",
                ),
            ),
            Indicator(
                "accessibility",
                LocalText(fr="Accessibilité", en="Accessibility"),
                "per_10000",
                "more_is_better",
                "outcome",
                "10,000·Σ P·A / Σ P; Aᵢ = Σⱼ f(d_ij)·Sⱼ / Σ_k P_k f(d_kj)",
                _CATCHMENT,
                LocalText(
                    fr="Équipements à portée, partagés entre tous ceux qui y ont accès.",
                    en="Facilities in reach, shared among all who can reach them.",
                ),
            ),
            Indicator(
                "nearest_cost",
                LocalText(fr="Distance moyenne au plus proche", en="Mean distance to the nearest"),
                "m",
                "more_is_worse",
                "outcome",
                "Σ P·d / Σ P",
                _MEAN,
                LocalText(
                    fr="Trajet moyen jusqu’à l’équipement le plus proche.",
                    en="Mean way to the nearest facility.",
                ),
            ),
            Indicator(
                "demand",
                LocalText(fr="Besoins", en="Demand"),
                "",
                "more_is_worse",
                "input",
                "D = Σ P",
                _COUNT,
                LocalText(
                    fr="Personnes ou ménages à desservir dans le secteur.",
                    en="People or households to serve in the zone.",
                ),
            ),
            Indicator(
                "supply",
                LocalText(fr="Offre", en="Supply"),
                "",
                "more_is_better",
                "input",
                "S = Σ capacity, or Σ count",
                _COUNT,
                LocalText(
                    fr="Équipements ou logements que les listes recensent dans le secteur.",
                    en="Facilities or dwellings that the lists hold in the zone.",
                ),
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

    Coverage services have coverage, gap (in the unit of the demand), gap_share, what stands beside them,
    demand, supply; ratio services have gap (in the unit of the supply), gap_share, rate (``per_100``:
    supply per 100 units of demand), demand, supply.
    """
    people = next(column.unit for column in study.demand.columns if column.key == service.demand)
    stock = supply_unit(service)
    if service.rule == "coverage":
        fixed = {i.key: i.unit for i in INDICATORS.values() if i.unit}
        counts = {"gap": people, "demand": people, "supply": stock}
        return {key: fixed.get(key, "") or counts[key] for key in INDICATORS if key != "rate"}
    return {
        "gap": stock,
        "gap_share": "share",
        "rate": f"per_{service.per:g}",
        "demand": people,
        "supply": stock,
    }
