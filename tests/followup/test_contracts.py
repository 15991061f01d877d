"""Purchases by hand: shares of numbers and amounts, what is still to be reviewed, concentration, silence."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from geosocial import tables
from geosocial.followup.contracts import purchases
from geosocial.followup.figures import Sheet, table
from geosocial.tables.contract import typed

NAN = math.nan
ZONES = pd.DataFrame({"zone_id": ["Z1", "Z2", "Z3"]})


def contract(
    number: int, supplier: str, amount: float, enterprise: str = "", **values: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "contract_id": f"C{number}", "buyer": "Achats", "supplier": supplier, "supplier_id": "",
        "enterprise_id": enterprise, "match": "id" if enterprise else "", "sphere": "", "zone_id": "",
        "date": "2025-01-01", "year": 2025, "amount": amount, "example": False, "source_file": "c.csv",
        "source_row": number + 1,
    }  # fmt: skip
    return row | values


CONTRACTS = typed(
    pd.DataFrame(
        [
            contract(1, "Coop A", 100.0, "A", zone_id="Z1", sphere="culture"),
            contract(2, "Coop A", 200.0, "A", zone_id="Z1", year=2026, sphere="culture"),
            contract(3, "OBNL B", 100.0, "B", zone_id="Z2", buyer="Parcs"),
            contract(4, "Inc", 400.0, zone_id="Z1"),
            contract(5, "Coop Ç", 200.0, zone_id="Z2", year=2026),
            contract(6, "Inc", NAN, zone_id="Z2"),
        ]
    ),
    tables.CONTRACTS_TABLE,
)
WAITING = typed(
    pd.DataFrame(
        [
            {
                "supplier": "COOP ç", "enterprise_id": "C", "enterprise": "Coop C", "similarity": 90.0,
                "decision": "", "contracts": 1, "amount": 200.0, "example": False,
            }
        ]
    ),
    tables.SUPPLIERS,
)  # fmt: skip
NOBODY = tables.empty(tables.SUPPLIERS)


def at(sheet: Sheet, indicator: str, column: str = "value", **where: str) -> Any:
    found = table([sheet])
    asked = {"zone_id": "", "sphere": "", "dimension": "", "group": ""} | where
    mine = found[found["indicator"] == indicator]
    for name, wanted in asked.items():
        mine = mine[mine[name] == wanted]
    assert len(mine) == 1, (indicator, where)
    return mine[column].iloc[0]


def test_shares_by_hand_and_what_waits_for_review() -> None:
    sheet = purchases(CONTRACTS, WAITING, ZONES, complete=True)
    assert at(sheet, "contracts_number") == 6
    assert at(sheet, "contracts_amount") == 1000
    assert at(sheet, "contracts_amount", "status") == "low_confidence"  # one states no amount
    assert (at(sheet, "social_number"), at(sheet, "social_amount")) == (3, 400)
    assert at(sheet, "social_share_number") == 0.5
    assert at(sheet, "social_share_number", "upper") == pytest.approx(4 / 6)
    assert at(sheet, "social_share_amount") == pytest.approx(0.4)
    assert at(sheet, "social_share_amount", "upper") == pytest.approx(0.6)
    assert at(sheet, "social_share_number", "status") == "low_confidence"
    sure = purchases(CONTRACTS, NOBODY, ZONES, complete=True)
    assert at(sure, "social_share_number", "status") == "ok"
    assert at(sure, "social_share_number", "upper") == 0.5


def test_by_department_borough_sphere_and_year() -> None:
    sheet = purchases(CONTRACTS, NOBODY, ZONES, complete=True)
    assert at(sheet, "social_share_amount", dimension="department", group="Parcs") == 1
    assert at(sheet, "social_share_amount", zone_id="Z1") == pytest.approx(300 / 700)
    assert at(sheet, "social_share_number", zone_id="Z2") == pytest.approx(1 / 3)
    assert at(sheet, "social_share_number", dimension="year", group="2026") == 0.5
    assert at(sheet, "social_amount", sphere="culture") == 300
    # every contract is there and none is in Z3: none, and a share of nothing
    assert at(sheet, "contracts_number", zone_id="Z3") == 0
    assert at(sheet, "social_share_number", "status", zone_id="Z3") == "cannot_say"
    # the list does not say that it is whole: Z3 is missing, never 0
    open_ = purchases(CONTRACTS, NOBODY, ZONES, complete=False)
    assert math.isnan(at(open_, "contracts_number", zone_id="Z3"))
    assert at(open_, "contracts_number", "status", zone_id="Z3") == "missing"
    assert at(open_, "contracts_number", "status") == "low_confidence"


def test_concentration_by_hand() -> None:
    sheet = purchases(CONTRACTS, NOBODY, ZONES, complete=True)
    # A sells 300 of 400, B 100
    assert at(sheet, "concentration") == pytest.approx(0.75**2 + 0.25**2)
    assert at(sheet, "top_share") == 0.75
    assert at(sheet, "concentration", dimension="year", group="2026") == 1
    nobody = CONTRACTS.assign(enterprise_id="", match="")
    alone = purchases(typed(nobody, tables.CONTRACTS_TABLE), NOBODY, ZONES, complete=True)
    assert at(alone, "concentration", "status") == "cannot_say"
    assert math.isnan(at(alone, "top_share"))
    assert at(alone, "social_share_amount") == 0


def test_the_table_obeys_its_contract_also_without_a_contract() -> None:
    found = table([purchases(tables.empty(tables.CONTRACTS_TABLE), NOBODY, ZONES, complete=True)])
    assert set(found["zone_id"]) == {""}
    assert found.set_index("indicator")["status"]["social_share_amount"] == "cannot_say"
