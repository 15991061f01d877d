"""The example of a follow-up: a plan, contracts, major projects. **Invented**, and marked so in every row.

Two facts are real and marked so: 3,590 establishments (first portrait, 2008) and 2,780 enterprises (2016
survey, published in 2019). Nothing is drawn at random: run twice, it writes the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from scripts.montreal.writing import write_csv, write_geojson

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "invented, as an example"
START, END, SEEN = "2024-01-01", "2028-12-31", "2026-06-30"
_ECO, _HAB = "Service du développement économique", "Service de l’habitation"
_BUY, _CULT = "Service de l’approvisionnement", "Service de la culture"
_PARKS, _COM = "Service des grands parcs et des sports", "Service des communications"

#: id, direction, French, English, lead, partners, spheres, boroughs, start, end, status, budget
ACTIONS: tuple[tuple[Any, ...], ...] = (
    (
        "A01",
        "entrepreneurship",
        "Accompagner les projets collectifs en démarrage",
        "Support collective projects at their start",
        _ECO,
        "Pôle régional d’économie sociale; Réseau de développement local",
        "",
        "",
        START,
        END,
        "under_way",
        1_500_000,
    ),
    (
        "A02",
        "entrepreneurship",
        "Ouvrir un guichet de soutien dans l’est",
        "Open a support desk in the east",
        "Anjou",
        "Réseau de développement local",
        "",
        "Anjou; Montréal-Nord; Saint-Léonard",
        "2025-03-01",
        "2026-06-30",
        "under_way",
        240_000,
    ),
    (
        "A03",
        "entrepreneurship",
        "Suivre la survie des entreprises collectives",
        "Follow the survival of collective enterprises",
        _ECO,
        "",
        "",
        "",
        "2026-01-01",
        "2026-12-31",
        "planned",
        60_000,
    ),
    (
        "A04",
        "major_projects",
        "Prévoir une entente d’économie sociale dans chaque grand projet",
        "Provide for a social-economy agreement in every major project",
        "Service de l’urbanisme",
        "Comité consultatif du partenariat",
        "",
        "",
        START,
        "2027-12-31",
        "under_way",
        None,
    ),
    (
        "A05",
        "major_projects",
        "Réserver des locaux communautaires dans les nouveaux quartiers",
        "Reserve community premises in new neighbourhoods",
        "LaSalle",
        "Table de quartier",
        "culture; recreation",
        "LaSalle; Verdun",
        "2025-01-01",
        "2026-09-30",
        "planned",
        800_000,
    ),
    (
        "A06",
        "quality_of_life",
        "Soutenir des lieux de diffusion de quartier",
        "Support neighbourhood venues",
        _CULT,
        "Réseau des lieux de diffusion",
        "culture",
        "Pierrefonds-Roxboro; Saint-Léonard",
        START,
        END,
        "under_way",
        2_000_000,
    ),
    (
        "A07",
        "quality_of_life",
        "Livrer des logements sociaux et communautaires",
        "Deliver social and community housing",
        _HAB,
        "Fédération de coopératives; Fédération d’OBNL d’habitation",
        "housing",
        "",
        START,
        END,
        "under_way",
        12_000_000,
    ),
    (
        "A08",
        "quality_of_life",
        "Créer des jardins communautaires",
        "Create community gardens",
        "Lachine",
        "Éco-quartier",
        "sustainable_development",
        "Lachine",
        "2024-04-01",
        "2025-10-31",
        "completed",
        150_000,
    ),
    (
        "A09",
        "quality_of_life",
        "Ouvrir les gymnases scolaires le soir",
        "Open school gymnasiums in the evening",
        _PARKS,
        "Centres de services scolaires",
        "recreation",
        "LaSalle; Saint-Laurent",
        "2025-09-01",
        "2026-06-30",
        "suspended",
        300_000,
    ),
    (
        "A10",
        "quality_of_life",
        "Créer un circuit de tourisme social",
        "Create a social-tourism trail",
        "Le Sud-Ouest",
        "Office du tourisme",
        "tourism",
        "Le Sud-Ouest",
        "2026-09-01",
        "2027-09-30",
        "planned",
        90_000,
    ),
    (
        "A11",
        "business",
        "Former les acheteurs municipaux",
        "Train municipal buyers",
        _BUY,
        "Comité consultatif du partenariat",
        "",
        "",
        START,
        "2025-12-31",
        "completed",
        80_000,
    ),
    (
        "A12",
        "business",
        "Adopter une mesure d’achat responsable par arrondissement",
        "Adopt a responsible purchasing measure in every borough",
        _BUY,
        "",
        "",
        "",
        START,
        END,
        "under_way",
        None,
    ),
    (
        "A13",
        "promotion",
        "Tenir un répertoire public bilingue",
        "Keep a bilingual public directory",
        _COM,
        "Pôle régional d’économie sociale",
        "",
        "",
        "2024-06-01",
        "2026-03-31",
        "under_way",
        200_000,
    ),
    (
        "A14",
        "promotion",
        "Tenir un mois de l’économie sociale",
        "Hold a social-economy month",
        _COM,
        "",
        "",
        "",
        "2026-11-01",
        "2026-11-30",
        "under_way",
        50_000,
    ),
)
_MORE, _LESS = "more_is_better", "more_is_worse"
#: id, action, French, English, units, level, sense, definition, frequency, baseline, target, limit, figure
INDICATORS: tuple[tuple[Any, ...], ...] = (
    (
        "I01",
        "A01",
        "Entreprises collectives accompagnées",
        "Collective enterprises supported",
        "par année",
        "a year",
        "output",
        _MORE,
        "1",
        "yearly",
        120,
        200,
        None,
        "",
    ),
    (
        "I02",
        "A03",
        "Entreprises toujours actives après cinq ans",
        "Enterprises still active after five years",
        "%",
        "%",
        "outcome",
        _MORE,
        "1",
        "yearly",
        61.0,
        70.0,
        None,
        "",
    ),
    (
        "I03",
        "A04",
        "Grands projets dotés d’une entente d’économie sociale",
        "Major projects with a social-economy agreement",
        "projets",
        "projects",
        "output",
        _MORE,
        "1",
        "yearly",
        4,
        12,
        None,
        "",
    ),
    (
        "I04",
        "A04",
        "Heures d’insertion prévues aux ententes",
        "Hours of work integration in the agreements",
        "heures",
        "hours",
        "output",
        _MORE,
        "1",
        "yearly",
        0,
        None,
        None,
        "",
    ),
    (
        "I05",
        "A06",
        "Population à 1 000 m ou moins d’un équipement culturel",
        "Residents within 1,000 m of a cultural facility",
        "%",
        "%",
        "outcome",
        _MORE,
        "1",
        "yearly",
        50.0,
        60.0,
        50.0,
        "coverage/culture",
    ),
    (
        "I06",
        "A07",
        "Logements sociaux et communautaires livrés",
        "Social and community dwellings delivered",
        "logements",
        "dwellings",
        "output",
        _MORE,
        "1",
        "yearly",
        0,
        3000,
        None,
        "",
    ),
    (
        "I07",
        "A12",
        "Achats de la Ville auprès d’entreprises d’économie sociale",
        "Purchases of the City from social-economy enterprises",
        "M$",
        "$M",
        "outcome",
        _MORE,
        "1",
        "yearly",
        6.0,
        12.0,
        None,
        "",
    ),
    (
        "I08",
        "A12",
        "Arrondissements dotés d’une mesure d’achat responsable",
        "Boroughs with a responsible purchasing measure",
        "sur 19",
        "of 19",
        "output",
        _MORE,
        "1",
        "yearly",
        5,
        19,
        None,
        "",
    ),
    (
        "I09",
        "A13",
        "Entreprises inscrites au répertoire public",
        "Enterprises in the public directory",
        "entreprises",
        "enterprises",
        "output",
        _MORE,
        "1",
        "yearly",
        900,
        1500,
        None,
        "",
    ),
    (
        "I11",
        "A12",
        "Délai moyen de paiement des fournisseurs collectifs",
        "Mean delay of payment to collective suppliers",
        "jours",
        "days",
        "outcome",
        _LESS,
        "1",
        "yearly",
        45,
        30,
        50,
        "",
    ),
)
OBSERVATIONS: tuple[tuple[Any, ...], ...] = (
    ("I01", "2024-12-31", 131, None, None, "firm", "", ""),
    ("I01", "2025-12-31", 150, None, None, "firm", "", ""),
    ("I01", SEEN, 168, None, None, "provisional", "", ""),
    ("I03", "2025-06-30", 7, None, None, "firm", "", ""),
    ("I03", SEEN, 12, None, None, "firm", "", ""),
    ("I04", SEEN, 38_500, None, None, "estimated", "", ""),
    ("I06", "2025-06-30", 210, None, None, "firm", "", ""),
    ("I06", SEEN, 640, None, None, "firm", "", ""),
    ("I07", SEEN, 8.6, 8.1, 9.1, "estimated", "", ""),
    ("I08", SEEN, 12, None, None, "firm", "", ""),
    ("I09", "2025-06-30", 910, None, None, "firm", "", ""),
    ("I09", SEEN, 870, None, None, "firm", "", ""),
    ("I11", SEEN, 38, 36, 40, "estimated", "", ""),
)
#: The one indicator whose figures are real.
REAL = {
    "id": "I10",
    "action": "",
    "direction": "promotion",
    "name_fr": "Entreprises d’économie sociale recensées",
    "name_en": "Social-economy enterprises surveyed",
    "unit_fr": "",
    "unit_en": "",
    "level": "outcome",
    "sense": _MORE,
    "definition": "2008 : établissements",
    "source": "Portrait de 2008; enquête de 2016, publiée en 2019",
    "frequency": "",
    "baseline_date": "2008-12-31",
    "baseline": 3590,
    "example": "no",
}
REAL_SEEN = {
    "indicator": "I10",
    "date": "2016-12-31",
    "value": 2780,
    "quality": "firm",
    "definition": "2016 : entreprises",
    "break": "yes",
    "example": "no",
    "note": "Établissements, puis entreprises : aucune tendance. Establishments, then enterprises: no trend.",
}

#: Enterprises of the registry: id, name, sphere, borough.
REGISTRY = (
    ("X01", "Coopérative fictive Le Tournesol", "sustainable_development", "Rosemont–La Petite-Patrie"),
    ("X02", "Ateliers fictifs Boréal", "", "Mercier–Hochelaga-Maisonneuve"),
    ("X03", "Traiteur fictif La Tablée", "", "Villeray–Saint-Michel–Parc-Extension"),
    ("X04", "Récup fictive du Canal", "sustainable_development", "Le Sud-Ouest"),
    ("X05", "Imprimerie fictive Alizé", "", "Ahuntsic-Cartierville"),
    ("X06", "Scènes fictives du Faubourg", "culture", "Ville-Marie"),
    ("X07", "Vélos fictifs Engrenage", "recreation", "Verdun"),
    ("X08", "Logis fictifs Saint-Élan", "housing", "Lachine"),
)
#: Others that sell to the city.
OTHERS = (
    "Fournitures inventées Nordet", "Services inventés Méridien", "Paysages inventés Grand-Vent",
    "Nettoyage inventé Cascade", "Informatique inventée Quartz", "Transports inventés Corridor",
)  # fmt: skip
BUYERS = (_ECO, _CULT, _BUY, _PARKS, "Verdun", "Lachine", "Rosemont–La Petite-Patrie")
#: How suppliers of the registry are spelled in contracts, and what a person has said of it, if anything.
SPELLED = (
    ("Coop. fictive Le Tournesol", "X01", "yes"),
    ("ATELIERS FICTIFS BORÉAL INC.", "X02", "yes"),
    ("Récup fictive du Canal (OBNL)", "X04", ""),
    ("Imprimerie fictive Alizés", "X05", "no"),
)


def _table(rows: tuple[tuple[Any, ...], ...], columns: str, **constants: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns.split(), dtype=object)
    return frame.assign(**constants)


def indicators() -> pd.DataFrame:
    """Return the indicators: ten invented ones, and one whose figures are real."""
    columns = (
        "id action name_fr name_en unit_fr unit_en level sense definition frequency baseline target limit "
        "figure"
    )
    made = _table(INDICATORS, columns, source="Exemple inventé", example="yes")
    made["direction"] = ""
    made["baseline_date"] = START
    made["target_date"] = [END if target is not None else "" for target in made["target"]]
    order = [
        "id",
        "action",
        "direction",
        "name_fr",
        "name_en",
        "unit_fr",
        "unit_en",
        "level",
        "sense",
        "definition",
        "source",
        "frequency",
        "baseline_date",
        "baseline",
        "target_date",
        "target",
        "limit",
        "figure",
        "example",
    ]
    return pd.concat([made, pd.DataFrame([REAL], dtype=object)], ignore_index=True)[order]


def contracts() -> pd.DataFrame:
    """Return 60 contracts of 2024 to 2026: a third from the registry, by identifier or by a name."""
    rows = []
    for n in range(60):
        year, month = 2024 + n // 20, n % 10 + 1
        amount: int | None = 5_000 + (n * 7_919) % 91_000
        supplier, identifier = OTHERS[n % len(OTHERS)], ""
        if n % 3 == 1:
            identifier, supplier = REGISTRY[(n // 3) % len(REGISTRY)][:2]
            if n % 2:
                spelled = SPELLED[(n // 6) % len(SPELLED)]
                supplier, identifier = spelled[0], ""
        buyer = BUYERS[n % len(BUYERS)]
        borough = buyer if buyer in BUYERS[4:] else ""
        amount = None if n == 41 else amount
        rows.append(
            (f"EX-{n + 1:03d}", supplier, identifier, buyer, borough, f"{year}-{month:02d}-15", amount)
        )
    return _table(tuple(rows), "id supplier supplier_id buyer borough date amount", example="yes")


def projects() -> list[tuple[dict[str, object], shapely.Geometry]]:
    """Return three invented projects, each a square of some 900 m by 900 m."""
    corners = (("P1", "A", -73.632, 45.428), ("P2", "B", -73.560, 45.604), ("P3", "C", -73.668, 45.500))
    return [
        (
            {
                "project_id": key,
                "name_fr": f"Grand projet fictif {letter}",
                "name_en": f"Invented major project {letter}",
                "example": "yes",
            },
            shapely.box(lon, lat, lon + 0.0115, lat + 0.0081),
        )
        for key, letter, lon, lat in corners
    ]


def build(out: Path) -> None:
    """Write the files of the example."""
    columns = "id direction title_fr title_en lead partners spheres boroughs start end status budget"
    write_csv(_table(ACTIONS, columns, example="yes"), out / "plan_example_actions.csv", ORIGIN)
    write_csv(indicators(), out / "plan_example_indicators.csv", ORIGIN)
    seen = _table(OBSERVATIONS, "indicator date value lower upper quality definition note", example="yes")
    seen.insert(7, "break", "")
    seen = pd.concat([seen, pd.DataFrame([REAL_SEEN], dtype=object)], ignore_index=True)
    write_csv(seen, out / "plan_example_observations.csv", ORIGIN)
    write_csv(contracts(), out / "contracts_example.csv", ORIGIN)
    registry = _table(REGISTRY, "id name sphere borough", example="yes")
    write_csv(registry, out / "contracts_example_registry.csv", ORIGIN)
    reviewed = tuple(row for row in SPELLED if row[2])
    decided = _table(reviewed, "supplier enterprise decision", example="yes")
    write_csv(decided, out / "contracts_example_reviewed.csv", ORIGIN)
    write_geojson(projects(), out / "projects_example.geojson", ORIGIN, decimals=5)
