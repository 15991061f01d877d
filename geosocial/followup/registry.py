"""The one definition of each figure of the directions and goals: key, label, unit, sense, formula, source.

Beside those of `geosocial.measure.indicators`, which the direction on quality of life takes as they are. A
row of `geosocial.tables.DIRECTIONS` or `geosocial.tables.PROJECTS` carries the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from geosocial.measure.indicators import INDICATORS, Indicator, Level, Sense
from geosocial.vocabulary import LocalText

if TYPE_CHECKING:
    from geosocial.study import Study

_LISTS = LocalText(fr="Listes d’entreprises de l’étude", en="Lists of enterprises of the study")
_CONTRACTS = LocalText(
    fr="Contrats publics et appariement vérifié des fournisseurs",
    en="Public contracts and reviewed matching of suppliers",
)
_EDITIONS = LocalText(fr="Comparaison de deux éditions", en="Comparison of two editions")
_PLAN = LocalText(fr="Plan d’action du partenariat", en="Action plan of the partnership")
_POLYGONS = LocalText(
    fr="Couche des grands projets, à pied depuis leur limite",
    en="Layer of major projects, on foot from their edge",
)
_LISTING = LocalText(fr="Fiches de la liste publique", en="Entries of the public listing")
_HHI = LocalText(
    fr="Herfindahl et Hirschman, concentration des parts",
    en="Herfindahl & Hirschman, concentration of shares",
)


def _figure(
    key: str,
    unit: str,
    sense: Sense,
    level: Level,
    *,
    formula: str,
    source: LocalText,
    fr: tuple[str, str],
    en: tuple[str, str],
    table: str = "directions",
) -> Indicator:
    label, meaning = (LocalText(fr=fr[n], en=en[n]) for n in (0, 1))
    return Indicator(key, label, unit, sense, level, formula, source, meaning, (f"{table}.value",))


#: Every figure by key, in the order in which they are shown.
FIGURES: Final[Mapping[str, Indicator]] = MappingProxyType(
    {
        f.key: f
        for f in (
            _figure(
                "enterprises", "enterprises", "more_is_better", "output",
                formula="E", source=_LISTS,
                fr=("Entreprises d’économie sociale", "Entreprises en activité dans les listes de l’étude."),
                en=("Social-economy enterprises", "Existing enterprises in the lists of the study."),
            ),
            _figure(
                "enterprises_per_10000", "per_10000", "more_is_better", "output",
                formula="10⁴·E / P", source=_LISTS,
                fr=(
                    "Entreprises pour 10 000 personnes",
                    "Entreprises en activité, rapportées à la population.",
                ),
                en=("Enterprises per 10,000 residents", "Existing enterprises against the residents."),
            ),
            _figure(
                "legal_form_share", "share", "neutral", "output",
                formula="E_f / Σ_f E_f", source=_LISTS,
                fr=(
                    "Part d’une forme juridique",
                    "Parmi les entreprises dont la forme juridique est connue.",
                ),
                en=("Share of a legal form", "Among the enterprises whose legal form is known."),
            ),
            _figure(
                "age_median", "years", "more_is_better", "outcome",
                formula="med(t − t₀)", source=_LISTS,
                fr=("Âge médian", "Moitié des entreprises dont la fondation est connue sont plus âgées."),
                en=("Median age", "Half of the enterprises whose founding is known are older."),
            ),
            _figure(
                "support_coverage", "share", "more_is_better", "outcome",
                formula="Σ 1[d ≤ d₀] / E", source=_LISTS,
                fr=(
                    "Entreprises à portée d’un organisme de soutien",
                    "Part des entreprises à la distance de référence ou moins d’un organisme de soutien.",
                ),
                en=(
                    "Enterprises within reach of a support organisation",
                    "Share of the located enterprises within the standard of a support organisation.",
                ),
            ),
            _figure(
                "opened", "enterprises", "more_is_better", "outcome",
                formula="Σ 1[B ∧ ¬A]", source=_EDITIONS,
                fr=("Ouvertures", "Entreprises en activité qui ne l’étaient pas à l’édition précédente."),
                en=("Openings", "Existing enterprises that did not exist in the earlier edition."),
            ),
            _figure(
                "closed", "enterprises", "more_is_worse", "outcome",
                formula="Σ 1[A ∧ ¬B]", source=_EDITIONS,
                fr=("Fermetures", "Entreprises de l’édition précédente qui ne sont plus en activité."),
                en=("Closures", "Enterprises of the earlier edition that exist no more."),
            ),
            _figure(
                "moved", "enterprises", "neutral", "outcome",
                formula="Σ 1[d(A, B) > d_m]", source=_EDITIONS,
                fr=("Déménagements", "Entreprises dont la position a changé, comptées là où elles sont."),
                en=("Moves", "Enterprises whose position changed, counted where they are."),
            ),
            _figure(
                "net_change", "enterprises", "more_is_better", "outcome",
                formula="Σ 1[B ∧ ¬A] − Σ 1[A ∧ ¬B]", source=_EDITIONS,
                fr=("Variation nette", "Les ouvertures moins les fermetures depuis l’édition précédente."),
                en=("Net change", "Openings less closures since the earlier edition."),
            ),
            _figure(
                "projects", "projects", "neutral", "input",
                formula="n", source=_POLYGONS,
                fr=("Grands projets", "Nombre de grands projets de la couche."),
                en=("Major projects", "Number of major projects of the layer."),
            ),
            _figure(
                "project_inside", "of_demand", "neutral", "input",
                formula="Σ P·1[d = 0]", source=_POLYGONS, table="projects",
                fr=("Besoins dans le projet", "Personnes ou ménages à l’intérieur du projet."),
                en=("Demand inside the project", "People or households inside the project."),
            ),
            _figure(
                "project_reach", "of_demand", "neutral", "input",
                formula="Σ P·1[d ≤ d₀]", source=_POLYGONS, table="projects",
                fr=(
                    "Besoins à portée du projet",
                    "Personnes ou ménages à portée de sa limite, ou à l’intérieur.",
                ),
                en=(
                    "Demand within reach of the project",
                    "People or households within reach of its edge, or inside.",
                ),
            ),
            _figure(
                "project_gap", "of_rule", "more_is_worse", "outcome",
                formula="max(0, ν·D − C·D) | max(0, ν/q·D − S)", source=_POLYGONS, table="projects",
                fr=("Écart à portée du projet", "Ce qui manque pour atteindre la norme, parmi ces besoins."),
                en=(
                    "Gap within reach of the project",
                    "What is missing to reach the norm, among that demand.",
                ),
            ),
            _figure(
                "project_enterprises", "enterprises", "neutral", "input",
                formula="Σ 1[d = 0]", source=_POLYGONS, table="projects",
                fr=("Entreprises dans le projet", "Entreprises en activité à l’intérieur du projet."),
                en=("Enterprises inside the project", "Existing enterprises inside the project."),
            ),
            _figure(
                "project_near", "enterprises", "neutral", "input",
                formula="Σ 1[0 < d ≤ d₀]", source=_POLYGONS, table="projects",
                fr=(
                    "Entreprises près du projet",
                    "Entreprises en activité à portée de sa limite, à l’extérieur.",
                ),
                en=(
                    "Enterprises near the project",
                    "Existing enterprises within reach of its edge, outside.",
                ),
            ),
            _figure(
                "project_sites", "sites", "neutral", "output",
                formula="Σ 1[d = 0]", source=_POLYGONS, table="projects",
                fr=("Emplacements proposés dans le projet", "Emplacements proposés à l’intérieur du projet."),
                en=("Proposed sites inside the project", "Proposed sites inside the project."),
            ),
            _figure(
                "disparity", "share", "neutral", "outcome",
                formula="Gₐ = rₐ/Σr − bₐ/Σb",
                source=LocalText(
                    fr="Urban Institute, Spatial Equity Data Tool",
                    en="Urban Institute (Spatial Equity Data Tool)",
                ),
                fr=("Disparité géographique", "Part des équipements du secteur, moins sa part des besoins."),
                en=(
                    "Geographic disparity",
                    "The zone’s share of the facilities, less its share of the demand.",
                ),
            ),
            _figure(
                "contracts_number", "contracts", "neutral", "input",
                formula="N", source=_CONTRACTS,
                fr=("Contrats", "Contrats de la liste, quel que soit le fournisseur."),
                en=("Contracts", "Contracts of the list, whatever the supplier."),
            ),
            _figure(
                "contracts_amount", "dollars", "neutral", "input",
                formula="M = Σ m", source=_CONTRACTS,
                fr=("Montant des contrats", "Somme des montants indiqués."),
                en=("Amount of the contracts", "Sum of the amounts that are stated."),
            ),
            _figure(
                "social_number", "contracts", "more_is_better", "output",
                formula="N_s", source=_CONTRACTS,
                fr=(
                    "Contrats aux entreprises d’économie sociale",
                    "Contrats dont le fournisseur en est une.",
                ),
                en=("Contracts to social-economy enterprises", "Contracts whose supplier is one."),
            ),
            _figure(
                "social_amount", "dollars", "more_is_better", "output",
                formula="M_s = Σ m", source=_CONTRACTS,
                fr=("Achats aux entreprises d’économie sociale", "Somme des montants de ces contrats."),
                en=("Purchases from social-economy enterprises", "Sum of the amounts of these contracts."),
            ),
            _figure(
                "social_share_number", "share", "more_is_better", "outcome",
                formula="N_s / N", source=_CONTRACTS,
                fr=(
                    "Part des contrats",
                    "Part des contrats dont le fournisseur est une entreprise d’économie sociale.",
                ),
                en=(
                    "Share of the contracts",
                    "Share of the contracts whose supplier is a social-economy enterprise.",
                ),
            ),
            _figure(
                "social_share_amount", "share", "more_is_better", "outcome",
                formula="M_s / M", source=_CONTRACTS,
                fr=("Part des montants", "Part des montants qui va à des entreprises d’économie sociale."),
                en=("Share of the amounts", "Share of the amounts that goes to social-economy enterprises."),
            ),
            _figure(
                "concentration", "index", "more_is_worse", "outcome",
                formula="Σ s²", source=_HHI,
                fr=(
                    "Concentration des achats",
                    "Somme des carrés des parts des entreprises d’économie sociale : 1 s’il n’y en a qu’une.",
                ),
                en=(
                    "Concentration of the purchases",
                    "Sum of the squared shares of the social-economy enterprises: 1 where there is only one.",
                ),
            ),
            _figure(
                "top_share", "share", "more_is_worse", "outcome",
                formula="max s", source=_HHI,
                fr=(
                    "Part du premier fournisseur",
                    "Part de l’entreprise d’économie sociale qui vend le plus.",
                ),
                en=("Share of the first supplier", "Share of the social-economy enterprise that sells most."),
            ),
            _figure(
                "listings", "entries", "more_is_better", "output",
                formula="n", source=_LISTING,
                fr=("Fiches de la liste publique", "Fiches de lieux ou d’entreprises en activité."),
                en=("Entries of the public listing", "Entries of existing places or enterprises."),
            ),
            _figure(
                "listing_share", "share", "more_is_better", "output",
                formula="Σ 1[r] / n", source=_LISTING,
                fr=("Fiches remplies", "Part des fiches où ce champ est rempli; « all » : où tous le sont."),
                en=(
                    "Entries filled in",
                    "Share of the entries that have the field; “all”: that have every one.",
                ),
            ),
            _figure(
                "jobs", "jobs", "more_is_better", "outcome",
                formula="Σ v", source=_LISTS,
                fr=("Emplois", "Emplois des entreprises qui en indiquent le nombre."),
                en=("Jobs", "Jobs of the enterprises that state their number."),
            ),
            _figure(
                "dwellings", "dwellings", "more_is_better", "output",
                formula="Σ v", source=_LISTS,
                fr=("Logements", "Logements sociaux et communautaires que les listes recensent."),
                en=("Dwellings", "Social and community dwellings that the lists hold."),
            ),
            _figure(
                "places", "facilities", "more_is_better", "output",
                formula="n", source=_LISTS,
                fr=("Équipements", "Équipements en activité que les listes recensent, par domaine."),
                en=("Facilities", "Existing facilities that the lists hold, by sphere."),
            ),
            _figure(
                "budget", "dollars", "neutral", "input",
                formula="Σ budget", source=_PLAN,
                fr=("Budget du plan", "Somme des budgets que les actions indiquent."),
                en=("Budget of the plan", "Sum of the budgets that the actions state."),
            ),
        )
    }
)  # fmt: skip


def known_figure(study: Study, reference: str) -> bool:
    """Return whether the study computes a figure: ``coverage/culture/main``, or ``social_share_amount``.

    A figure of the measures names its sphere and its service (the first, where it is left out); one of the
    directions names itself alone. Both are those of all zones together.
    """
    parts = reference.split("/")
    if len(parts) == 1:
        return parts[0] in FIGURES
    services = [(sphere, service.key) for sphere, service in study.services()]
    asked = (parts[1], parts[2] if len(parts) == 3 else "")
    there = asked in services if asked[1] else asked[0] in study.spheres
    return len(parts) <= 3 and parts[0] in INDICATORS and there
