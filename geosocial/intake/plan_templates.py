"""The sheets of a plan to fill in: a workbook with lists to choose from, and the same headers as CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from geosocial.io.cells import NO_DATE
from geosocial.io.write import write_bytes
from geosocial.vocabulary import LocalText, spheres, terms

Lang = Literal["fr", "en"]

_CHOOSE: Final = LocalText("À choisir dans la liste.", "Choose from the list.")
_MAY: Final = LocalText("À choisir dans la liste; peut rester vide.", "Choose from the list; may stay empty.")
_DAY: Final = LocalText("Comme 2026-11-22.", "As 2026-11-22.")
_EMPTY: Final = LocalText("Peut rester vide.", "May stay empty.")
_NUMBER: Final = LocalText("Un nombre; vide si inconnu, jamais 0.", "A number; empty where unknown, never 0.")
_EXAMPLE: Final = LocalText("« oui » si la ligne est inventée.", "“yes” where the row is invented.")

#: Sheet → its columns: header, family of the words to choose from, what to write there.
SHEETS: Final[Mapping[str, tuple[tuple[str, str, LocalText], ...]]] = {
    "actions": (
        ("no / id", "", LocalText("Un identifiant, unique.", "An identifier of its own.")),
        ("axe / direction", "directions", _CHOOSE),
        ("titre français / French title", "", LocalText("Ce qui est fait.", "What is done.")),
        ("titre anglais / English title", "", _EMPTY),
        (
            "responsable / lead",
            "",
            LocalText("Service municipal ou arrondissement.", "Department or borough."),
        ),
        (
            "partenaires / partners",
            "",
            LocalText("Séparés par un point-virgule.", "Separated by a semicolon."),
        ),
        ("domaines / spheres", "spheres", LocalText("Séparés par une virgule.", "Separated by a comma.")),
        (
            "arrondissements / boroughs",
            "",
            LocalText("Séparés par un point-virgule; vide pour tous.", "By a semicolon; empty for all."),
        ),
        ("début / start", "", _DAY),
        ("fin / end", "", LocalText("Comme 2026-11-22; peut rester vide.", "As 2026-11-22; may stay empty.")),
        ("état / status", "action_statuses", _CHOOSE),
        ("budget / budget ($)", "", _NUMBER),
        ("exemple / example", "", _EXAMPLE),
    ),
    "indicators": (
        ("no / id", "", LocalText("Un identifiant, unique.", "An identifier of its own.")),
        (
            "action / action id",
            "",
            LocalText("L’identifiant de l’action; vide pour tout l’axe.", "Of the action; or empty."),
        ),
        ("axe / direction", "directions", LocalText("Si l’action est vide.", "Where the action is empty.")),
        ("nom français / French name", "", LocalText("Ce qui est mesuré.", "What is measured.")),
        ("nom anglais / English name", "", _EMPTY),
        ("unité en français / French unit", "", _EMPTY),
        ("unité en anglais / English unit", "", _EMPTY),
        ("niveau / level", "levels", _CHOOSE),
        ("sens souhaité / desired sense", "senses", _CHOOSE),
        (
            "version de la définition / definition version",
            "",
            LocalText(
                "Un nom, qui change quand la définition change : les chiffres ne se comparent plus.",
                "A name that changes with the definition: figures no longer compare.",
            ),
        ),
        ("source", "", _EMPTY),
        ("fréquence / frequency", "frequencies", _MAY),
        ("date de départ / baseline date", "", _DAY),
        ("valeur de départ / baseline", "", _NUMBER),
        ("date de la cible / target date", "", _DAY),
        ("cible / target", "", _NUMBER),
        ("limite / limit", "", _NUMBER),
        (
            "chiffre / figure",
            "",
            LocalText(
                "Chiffre de l’étude qui l’observe, comme coverage/culture; peut rester vide.",
                "Figure of the study that observes it, as coverage/culture; may stay empty.",
            ),
        ),
        ("exemple / example", "", _EXAMPLE),
    ),
    "observations": (
        ("indicateur / indicator", "", LocalText("Son identifiant.", "Its identifier.")),
        ("date / observation date", "", _DAY),
        ("valeur / value", "", LocalText("Un nombre.", "A number.")),
        ("borne inférieure / lower", "", _NUMBER),
        ("borne supérieure / upper", "", _NUMBER),
        ("qualité / quality", "qualities", _MAY),
        (
            "version de la définition / definition version",
            "",
            LocalText("Vide : celle de l’indicateur.", "Empty: that of the indicator."),
        ),
        (
            "rupture / break",
            "",
            LocalText(
                "« oui » si ce qui précède ne s’y compare pas.", "“yes” where what precedes does not compare."
            ),
        ),
        ("note", "", _EMPTY),
        ("exemple / example", "", _EXAMPLE),
    ),
    "contracts": (
        ("numéro de contrat / contract number", "", _EMPTY),
        ("fournisseur / supplier", "", LocalText("Le nom, comme écrit.", "The name, as written.")),
        (
            "identifiant du fournisseur / supplier id",
            "",
            LocalText("Celui d’une liste d’entreprises.", "That of a list of enterprises."),
        ),
        (
            "acheteur / buyer",
            "",
            LocalText("Service municipal ou arrondissement.", "Department or borough."),
        ),
        ("arrondissement / borough", "", _EMPTY),
        ("domaine / sphere", "spheres", _MAY),
        ("date / contract date", "", _DAY),
        ("montant / amount", "", _NUMBER),
        ("exemple / example", "", _EXAMPLE),
    ),
}
#: The sheets of the workbook, and what it calls them.
TITLES: Final = {
    "actions": "actions",
    "indicators": "indicateurs – indicators",
    "observations": "observations",
}
SECTION: Final = """\
# Suivi : le plan d’action, à remplir dans plan.xlsx, ou dans les trois fichiers plan_….csv.
# Follow-up: the action plan, to fill in in plan.xlsx, or in the three files plan_….csv, named by
# actions = "plan_actions.csv", indicators = "plan_indicators.csv", observations = "plan_observations.csv".

[followup]
plan = "plan.xlsx"
people = "residents"             # Pour 10 000 personnes de cette colonne. For 10,000 people of this column.
enterprises = ["places"]         # Les listes d’entreprises. The lists of enterprises.
# previous = "../edition-2025"   # Le dossier du passage précédent. The folder of the earlier run.
source = "places"

# Facultatif : vos contrats. Optional: your contracts.
# [contracts]
# file = "contracts.csv"
# complete = false               # Tous les contrats y sont. Every contract is there.
# source = "places"
"""


def write_plan(folder: Path, *, lang: Lang) -> None:
    """Write the workbook of a plan and the same sheets as CSV, all empty, into a folder."""
    for sheet, columns in SHEETS.items():
        name = f"plan_{sheet}.csv" if sheet in TITLES else f"{sheet}.csv"
        headers = ",".join(f'"{header}"' if "," in header else header for header, _, _ in columns)
        write_bytes((headers + "\r\n").encode("utf-8-sig"), folder / name)
    _write_workbook(folder / "plan.xlsx", lang=lang)


def _write_workbook(path: Path, *, lang: Lang) -> None:
    import xlsxwriter

    lists = _lists(lang)
    made = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, {**safe, "in_memory": True})
    book.set_properties({"created": dt.datetime.combine(NO_DATE, dt.time())})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    # text, so that a spreadsheet leaves a day as it is written
    text = book.add_format({"num_format": "@"})
    for sheet, title in TITLES.items():
        page = book.add_worksheet(title)
        for column, (header, family, _) in enumerate(SHEETS[sheet]):
            page.write_string(0, column, header, bold)
            page.set_column(column, column, max(14, min(34, len(header) + 2)), text)
            if family in lists and family != "spheres":
                letter = chr(ord("A") + list(lists).index(family))
                source = f"='listes – lists'!${letter}$2:${letter}${len(lists[family]) + 1}"
                choice = {"validate": "list", "source": source, "error_type": "warning"}
                page.data_validation(1, column, 2000, column, choice)
        page.freeze_panes(1, 1)
    _explain(book.add_worksheet("lisez-moi – read me"), bold, wrapped)
    words = book.add_worksheet("listes – lists")
    for column, (family, found) in enumerate(lists.items()):
        words.write_string(0, column, family, bold)
        words.set_column(column, column, 34)
        for row, word in enumerate(found, 1):
            words.write_string(row, column, word)
    book.close()
    write_bytes(made.getvalue(), path)


def _lists(lang: Lang) -> dict[str, list[str]]:
    families = ("directions", "action_statuses", "levels", "senses", "frequencies", "qualities")
    found = {family: [t.label[lang] for t in terms(family).values()] for family in families}
    return found | {"spheres": [s.label[lang] for s in spheres().values()]}


def _explain(page: Any, bold: Any, wrapped: Any) -> None:
    for column, title in enumerate(("feuille / sheet", "colonne / column", "français", "English")):
        page.write_string(0, column, title, bold)
        page.set_column(column, column, 26 if column < 2 else 60)
    row = 0
    for sheet, title in TITLES.items():
        for header, _, meaning in SHEETS[sheet]:
            row += 1
            for column, cell in enumerate((title, header, meaning.fr, meaning.en)):
                page.write_string(row, column, cell, wrapped)
