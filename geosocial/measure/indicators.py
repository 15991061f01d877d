"""The one definition of each indicator: key, label, unit, sense, formula, source.

Symbols: P demand of a place, d cost to its nearest counted facility, d₀ the standard, D demand of a zone,
S supply of a zone, g its gap as a share, x its value in a setting s. A row of `geosocial.tables.MEASURES`
carries the key and the unit that it is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from geosocial.errors import N_, StudyError
from geosocial.study import Service, Study
from geosocial.vocabulary import LocalText, kinds

Sense = Literal["more_is_better", "more_is_worse", "neutral"]
#: What an indicator speaks of: what is put in, what it gives, what becomes of people.
Level = Literal["input", "output", "outcome"]
#: Units that are those of the service: of its demand, of its supply, of either by its rule, per so many.
OF_SERVICE: Final = ("of_demand", "of_supply", "of_rule", "per")


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
        As in `geosocial.tables.MEASURES`, or ``"rank"``, ``"settings"``, or one of `OF_SERVICE` (`units`).
    sense
        Whether more of it is better or worse for the people concerned, or neither.
    level
        Input (what is due or put in), output (what is offered), outcome (what reaches people).
    formula
        As in the methods; the code computes exactly this. ``|`` parts a coverage from a ratio.
    source
        Where the definition comes from.
    meaning
        Its definition, in a sentence.
    tables
        Where it stands: ``"measures"`` (and overall), or a column of another table, ``"methods.radius"``.
    """

    key: str
    label: LocalText
    unit: str
    sense: Sense
    level: Level
    formula: str
    source: LocalText
    meaning: LocalText
    tables: tuple[str, ...]


_COVERING = LocalText(
    fr="Church et ReVelle (1974), problème de couverture maximale",
    en="Church & ReVelle (1974), maximal covering",
)
_BACKUP = LocalText(
    fr="Hogan et ReVelle (1986), couverture de secours", en="Hogan & ReVelle (1986), backup coverage"
)
_INTERDICTION = LocalText(
    fr="Church, Scaparra et Middleton (2004), équipements critiques d’une couverture",
    en="Church, Scaparra & Middleton (2004), critical facilities of a covering",
)
_CATCHMENT = LocalText(
    fr="Luo et Qi (2009), aires de desserte flottantes en deux étapes améliorées (E2SFCA)",
    en="Luo & Qi (2009), enhanced two-step floating catchment areas (E2SFCA)",
)
_SENSITIVITY = LocalText(
    fr="OCDE et CCR (2008), guide des indicateurs composites : incertitude et sensibilité",
    en="OECD & JRC (2008), Handbook on Constructing Composite Indicators: uncertainty and sensitivity",
)
_NORM = LocalText(
    fr="Écart à une norme : norme · besoins − offre", en="Gap to a norm: norm · demand − supply"
)
_COUNT = LocalText(fr="Somme des données de l’étude", en="Sum of the study’s data")
_MEAN = LocalText(fr="Moyenne pondérée par les besoins", en="Mean weighted by demand")


def _indicator(
    key: str,
    unit: str,
    sense: Sense,
    level: Level,
    *,
    formula: str,
    source: LocalText,
    fr: tuple[str, str],
    en: tuple[str, str],
    tables: tuple[str, ...] = ("measures",),
) -> Indicator:
    """Return an indicator from its label and its definition in each language."""
    label, meaning = (LocalText(fr=fr[n], en=en[n]) for n in (0, 1))
    return Indicator(key, label, unit, sense, level, formula, source, meaning, tables)


#: Every indicator by key, in the order in which they are shown.
INDICATORS: Final[Mapping[str, Indicator]] = MappingProxyType(
    {
        i.key: i
        for i in (
            _indicator(
                "coverage",
                "share",
                "more_is_better",
                "outcome",
                formula="C = Σ P·1[d ≤ d₀] / Σ P",
                source=_COVERING,
                fr=("Couverture", "Part des besoins à la distance de référence ou moins d’un équipement."),
                en=("Coverage", "Share of the demand within the standard of a facility."),
                tables=(
                    "measures",
                    "methods.radius",
                    "methods.radius_city",
                    "settings.value",
                    "settings.city",
                ),
            ),
            _indicator(
                "gap",
                "of_rule",
                "more_is_worse",
                "outcome",
                formula="G = max(0, ν·D − C·D) | max(0, ν/q·D − S)",
                source=_NORM,
                fr=(
                    "Écart",
                    "Ce qui manque pour atteindre la norme : des personnes hors de portée, ou de l’offre.",
                ),
                en=("Gap", "What is missing to reach the norm: people out of reach, or supply."),
            ),
            _indicator(
                "gap_share",
                "share",
                "more_is_worse",
                "outcome",
                formula="G / D | G / (ν/q·D)",
                source=_NORM,
                fr=(
                    "Écart en part",
                    "L’écart en part des besoins, ou de l’offre due : il classe les secteurs.",
                ),
                en=(
                    "Gap as a share",
                    "The gap as a share of the demand, or of the supply due: zones are ranked by it.",
                ),
            ),
            _indicator(
                "rate",
                "per",
                "more_is_better",
                "output",
                formula="q·S / D",
                source=_NORM,
                fr=(
                    "Offre rapportée aux besoins",
                    "Ce que la liste recense dans le secteur, par unité de besoins.",
                ),
                en=("Supply per demand", "What the list holds in the zone, per unit of demand."),
                tables=("measures", "settings.value", "settings.city"),
            ),
            _indicator(
                "backup_coverage",
                "share",
                "more_is_better",
                "outcome",
                formula="Σ P·1[Σⱼ 1[d_ij ≤ d₀] ≥ 2] / Σ P",
                source=_BACKUP,
                fr=(
                    "Couverture de secours",
                    "Part des besoins qui restent couverts quel que soit l’équipement qui ferme.",
                ),
                en=(
                    "Backup coverage",
                    "Share of the demand that stays covered whichever one facility closes.",
                ),
            ),
            _indicator(
                "own_coverage",
                "share",
                "more_is_better",
                "outcome",
                formula="C_z = Σ P·1[min_{j∈z} d_ij ≤ d₀] / Σ P",
                source=_COVERING,
                fr=(
                    "Couverture par le secteur même",
                    "La couverture sans les équipements des voisins : la différence est l’effet de bord.",
                ),
                en=(
                    "Coverage by the zone itself",
                    "Coverage without the neighbours’ facilities: the difference is the edge effect.",
                ),
                tables=("measures", "methods.own_radius"),
            ),
            _indicator(
                "containment",
                "per_10000",
                "more_is_better",
                "output",
                formula="10⁴·S / D",
                source=_COUNT,
                fr=(
                    "Équipements du secteur",
                    "Équipements situés dans le secteur, pour 10 000 personnes ou ménages à desservir.",
                ),
                en=(
                    "Facilities in the zone",
                    "Facilities that stand in the zone, for 10,000 people or households to serve.",
                ),
                tables=("measures", "methods.containment", "methods.containment_city"),
            ),
            _indicator(
                "accessibility",
                "per_10000",
                "more_is_better",
                "outcome",
                formula="10⁴·Σ P·A / Σ P; Aᵢ = Σⱼ f(d_ij)·Sⱼ / Σ_k P_k f(d_kj)",
                source=_CATCHMENT,
                fr=("Accessibilité", "Équipements à portée, partagés entre tous ceux qui y ont accès."),
                en=("Accessibility", "Facilities in reach, shared among all who can reach them."),
                tables=(
                    "measures",
                    "methods.e2sfca",
                    "methods.e2sfca_city",
                    "settings.value",
                    "settings.city",
                ),
            ),
            _indicator(
                "nearest_cost",
                "m",
                "more_is_worse",
                "outcome",
                formula="Σ P·d / Σ P",
                source=_MEAN,
                fr=("Distance moyenne au plus proche", "Trajet moyen jusqu’à l’équipement le plus proche."),
                en=("Mean distance to the nearest", "Mean way to the nearest facility."),
            ),
            _indicator(
                "demand",
                "of_demand",
                "neutral",
                "input",
                formula="D = Σ P",
                source=_COUNT,
                fr=("Besoins", "Personnes ou ménages à desservir dans le secteur."),
                en=("Demand", "People or households to serve in the zone."),
            ),
            _indicator(
                "supply",
                "of_supply",
                "more_is_better",
                "input",
                formula="S = Σⱼ Sⱼ",
                source=_COUNT,
                fr=("Offre", "Équipements ou logements que les listes recensent dans le secteur."),
                en=("Supply", "Facilities or dwellings that the lists hold in the zone."),
                tables=("measures", "supply.count", "supply.capacity"),
            ),
            _indicator(
                "edge_effect",
                "share",
                "neutral",
                "outcome",
                formula="C − C_z",
                source=_COVERING,
                fr=("Effet de bord", "Ce que les équipements des secteurs voisins ajoutent à la couverture."),
                en=("Edge effect", "What the facilities of the neighbouring zones add to the coverage."),
                tables=("methods.edge_effect",),
            ),
            _indicator(
                "lost",
                "of_demand",
                "more_is_worse",
                "outcome",
                formula="Lⱼ = Σ P·1[d_ij ≤ d₀]·1[Σ_k 1[d_ik ≤ d₀] = 1]",
                source=_INTERDICTION,
                fr=(
                    "Besoins qui perdraient leur couverture",
                    "Besoins du secteur qu’aucun autre équipement ne couvre, si celui-ci ferme.",
                ),
                en=(
                    "Demand that would lose its cover",
                    "Demand of the zone that no other facility covers, if this one closes.",
                ),
                tables=("closures.lost",),
            ),
            _indicator(
                "lost_share",
                "share",
                "more_is_worse",
                "outcome",
                formula="Lⱼ / D",
                source=_INTERDICTION,
                fr=(
                    "Part qui perdrait sa couverture",
                    "Les besoins qui perdraient leur couverture, en part de ceux du secteur.",
                ),
                en=(
                    "Share that would lose its cover",
                    "The demand that would lose its cover, as a share of that of the zone.",
                ),
                tables=("closures.lost_share",),
            ),
            _indicator(
                "rank",
                "rank",
                "more_is_better",
                "outcome",
                formula="1 + Σ_k 1[g_k > g]",
                source=_NORM,
                fr=(
                    "Rang",
                    "Place selon l’écart en part, le moins bien desservi d’abord, ex æquo compris.",
                ),
                en=(
                    "Rank",
                    "Place of the zone by its gap as a share, the least served first; ties share their rank.",
                ),
                tables=("ranking.rank", "ranking.rank_low", "ranking.rank_high"),
            ),
            _indicator(
                "underserved_in",
                "settings",
                "more_is_worse",
                "outcome",
                formula="Σₛ 1[xₛ < x̄ₛ]",
                source=_SENSITIVITY,
                fr=(
                    "Réglages où le secteur est mal desservi",
                    "Nombre de réglages essayés dans lesquels le secteur est sous la valeur de l’ensemble.",
                ),
                en=(
                    "Settings where underserved",
                    "Number of the settings tried in which the zone is below the value of the whole.",
                ),
                tables=("ranking.underserved_in",),
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
        counts = {"gap": people, "demand": people, "supply": stock}
        return {
            i.key: counts.get(i.key, i.unit)
            for i in INDICATORS.values()
            if "measures" in i.tables and i.key != "rate"
        }
    return {
        "gap": stock,
        "gap_share": "share",
        "rate": f"per_{service.per:g}",
        "demand": people,
        "supply": stock,
    }
