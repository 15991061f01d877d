"""Contracts read strictly; a supplier is an enterprise by its identifier or because a person said so."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geosocial.intake.contracts import Contracts, read_contracts
from geosocial.tables import PLACES, check
from geosocial.tables.contract import rows
from tests.followup.test_editions import places, record
from tests.intake.test_plan import zones_table
from tests.intake.toy import Factory, city  # noqa: F401 - city is a fixture

CONTRACTS = (
    "Numéro de contrat,Fournisseur,NEQ,Service,Arrondissement,Date,Montant\n"
    'C1,Quelqu’un,E1,Achats,Le Nord-Ouest,2025-03-01,"1 000,50 $"\n'
    "C2,THEATRE DE LA COTE INC.,,Achats,,2025-03-02,200\n"
    "C3,Traiteur Bellerive,,Parcs,Sud–Ouest,2026-01-01,300\n"
    "C4,Traiteur Bellerives,,Parcs,,2026-01-01,\n"
    "C5,Inconnu ltée,,Parcs,,2026-01-01,50\n"
)
REGISTRY = "id,nom,domaine\nR1,Traiteur Bellerive,\nR2,Menuiserie L’Érable,culture\n"
REVIEWED = "fournisseur,entreprise,décision\nTraiteur Bellerive,R1,oui\n"


def enterprises() -> pd.DataFrame:
    made = places(
        record("E1", name="Théâtre de la Côte", source="named"), record("E2", name="", source="named")
    )
    return check(made, PLACES)


def read(make: Factory, folder: Path, contracts: str = CONTRACTS, **files: str) -> Contracts:
    texts = {"contracts": contracts, "registry": REGISTRY, "reviewed": REVIEWED} | files
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "named.csv").write_text("id,x,y\n", encoding="utf-8")
    study = make(
        places=[{"key": "named", "file": "named.csv", "label": "n", "x": "x", "y": "y", "source": "s"}],
        followup={"people": "people", "enterprises": ["named"], "source": "s"},
        contracts={
            "file": "contracts.csv", "registry": "registry.csv", "reviewed": "reviewed.csv", "source": "s",
        },
    )  # fmt: skip
    found = read_contracts(study, zones_table(), enterprises())
    assert found is not None
    return found


def test_by_identifier_or_by_a_reviewed_name_only(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    found = read(city, tmp_path)
    told = [(c["contract_id"], c["enterprise_id"], c["match"], c["zone_id"]) for c in rows(found.contracts)]
    assert told == [
        ("C1", "E1", "id", "Z1"),
        ("C2", "", "", ""),
        ("C3", "R1", "reviewed", "Z3"),
        ("C4", "", "", ""),
        ("C5", "", "", ""),
    ]
    assert found.contracts["amount"].tolist()[:3] == [1000.5, 200, 300]
    assert math.isnan(found.contracts["amount"].iloc[3])
    assert found.contracts["sphere"].tolist() == ["culture", "", "", "", ""]
    names = {
        (s["supplier"], s["enterprise_id"]): (s["decision"], s["contracts"]) for s in rows(found.suppliers)
    }
    # equal but for accents and "inc." is still for a person to say; nothing is like "Inconnu"
    assert names == {
        ("THEATRE DE LA COTE INC.", "E1"): ("", 1),
        ("Traiteur Bellerive", "R1"): ("yes", 1),
        ("Traiteur Bellerives", "R1"): ("", 1),
    }
    alike = {s["supplier"]: s["similarity"] for s in rows(found.suppliers)}
    assert alike["THEATRE DE LA COTE INC."] == 100
    assert 88 <= alike["Traiteur Bellerives"] < 100
    codes = pd.concat(found.faults)[["source_row", "code", "action"]].apply(tuple, axis=1).tolist()
    assert codes == [(5, "no_amount", "flagged")]


def test_a_person_who_says_no_is_heard(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    text = REVIEWED + "traiteur bellerives,R1,non\nThéâtre de la Côte inc.,E1,oui\n"
    found = read(city, tmp_path, reviewed=text)
    assert found.contracts["enterprise_id"].tolist() == ["E1", "E1", "R1", "", ""]
    decisions = dict(zip(found.suppliers["supplier"], found.suppliers["decision"], strict=True))
    assert decisions == {
        "THEATRE DE LA COTE INC.": "yes",
        "Traiteur Bellerive": "yes",
        "Traiteur Bellerives": "no",
    }


def test_every_fault_is_named_and_no_row_is_lost(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    contracts = (
        "id,supplier,borough,sphere,date,amount\n"
        "C1,,Atlantide,casino,hier,-5\n"
        "C1,A,,,2025-01-01,5\n"
        "C1,A,,,2025-01-01,5\n"
        ",B,,,2025-01-01,abc\n"
        ",C,,,2025-01-01,5\n"
    )
    registry = "id,nom\nE1,Déjà là\nR1,Un\nR1,Deux\n,Trois\n"
    reviewed = "supplier,enterprise,decision\nA,R9,yes\nA,R1,peut-être\nA,R1,yes\na,E1,yes\nA,R1,no\n"
    found = read(city, tmp_path, contracts, registry=registry, reviewed=reviewed)
    table = pd.concat(found.faults)
    told = set(zip(table["source"], table["source_row"], table["code"], strict=True))
    assert told == {
        ("contracts", 2, "cell_needed"), ("contracts", 2, "zone_unknown"), ("contracts", 2, "word_unknown"),
        ("contracts", 2, "bad_date"), ("contracts", 2, "negative_number"), ("contracts", 3, "id_repeated"),
        ("contracts", 4, "id_repeated"), ("contracts", 5, "bad_number"),
        ("contracts.registry", 2, "id_repeated"), ("contracts.registry", 4, "id_repeated"),
        ("contracts.registry", 5, "cell_needed"),
        ("contracts.reviewed", 2, "reference_unknown"), ("contracts.reviewed", 3, "word_unknown"),
        ("contracts.reviewed", 5, "reviewed_twice"), ("contracts.reviewed", 6, "reviewed_twice"),
    }  # fmt: skip
    assert found.contracts["contract_id"].tolist() == ["contracts:6"]
    assert [(r["read"], r["kept"], r["rejected"]) for r in found.rows] == [(5, 1, 4), (4, 1, 3), (5, 1, 4)]


@pytest.mark.parametrize("text", ["=1+1", "<b>Coop</b>", "${alert(1)}", "'; DROP TABLE"])
def test_what_is_typed_stays_text(city: Factory, tmp_path: Path, text: str) -> None:  # noqa: F811
    found = read(city, tmp_path, f"supplier,date\n{text},2025-01-01\n")
    kept: Any = found.contracts["supplier"].tolist()
    assert kept == [text]


def test_no_contracts_no_tables(city: Factory) -> None:  # noqa: F811
    assert read_contracts(city(), zones_table(), enterprises()) is None
