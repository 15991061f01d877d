"""What the city buys from enterprises of the social economy: numbers, amounts, shares, concentration.

N contracts, M their amount; N_s and M_s those whose supplier is a social-economy enterprise, by identifier or
by a reviewed name. Shares N_s / N and M_s / M. The upper end of a share adds what is still to be reviewed:
were every proposed name right, the share would be that; the lower end is the share itself. Concentration over
the s_k, the shares of each such enterprise in M_s: Σ s_k² (1 for a single one), and the largest s_k.

A contract without amount counts in numbers, not in amounts. A share of nothing cannot be said. Where the list
is not declared complete, or names are still to be reviewed, or amounts are missing, figures are to be read
with care; a borough without a contract in such a list is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from geosocial.followup.figures import Sheet, share
from geosocial.tables.contract import rows
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import pandas as pd

Contract = Mapping[str, Any]


def purchases(
    contracts: pd.DataFrame, suppliers: pd.DataFrame, zones: pd.DataFrame, *, complete: bool
) -> Sheet:
    """Return the figures of the direction on doing business.

    Parameters
    ----------
    contracts, suppliers
        `geosocial.tables.CONTRACTS_TABLE` and `geosocial.tables.SUPPLIERS`.
    zones
        Column zone_id: every zone has figures, also one without a contract where some have one.
    complete
        Whether the list holds every contract.
    """
    told: list[Contract] = [*rows(contracts)]
    unsure = {fold(row["supplier"]) for row in rows(suppliers) if not row["decision"]}
    sheet = Sheet("business", example=any(c["example"] for c in told))
    _figures(sheet, told, unsure, {}, complete=complete)
    _concentration(sheet, told, {}, complete=complete)
    if any(c["zone_id"] for c in told):
        for zone in zones["zone_id"]:
            mine = [c for c in told if c["zone_id"] == zone]
            _figures(sheet, mine, unsure, {"zone": str(zone)}, complete=complete)
    for dimension, column in (("department", "buyer"), ("year", "year")):
        for name, mine in _groups(told, column):
            where = {"group": (dimension, name)}
            _figures(sheet, mine, unsure, where, complete=complete)
            if dimension == "year":
                _concentration(sheet, mine, where, complete=complete)
    for sphere, mine in _groups(told, "sphere"):
        social = [c for c in mine if c["enterprise_id"]]
        _amounts(sheet, social, {"sphere": sphere}, complete=complete and not unsure)
    return sheet


def _groups(told: list[Contract], column: str) -> Iterator[tuple[str, list[Contract]]]:
    """Give the contracts by the values of a column, in their order; those without one are left out."""
    groups: dict[str, list[Contract]] = {}
    for contract in told:
        if contract[column]:
            groups.setdefault(str(contract[column]), []).append(contract)
    for name in sorted(groups):
        yield name, groups[name]


def _sum(told: list[Contract]) -> float:
    return math.fsum(c["amount"] for c in told if not math.isnan(c["amount"]))


def _amounts(sheet: Sheet, social: list[Contract], where: Mapping[str, Any], *, complete: bool) -> None:
    stated = not any(math.isnan(c["amount"]) for c in social)
    sheet.add("social_number", len(social), records=len(social), status=_sure(complete), **where)
    sheet.add("social_amount", _sum(social), records=len(social), status=_sure(complete and stated), **where)


def _sure(sure: bool) -> str:
    return "ok" if sure else "low_confidence"


def _figures(
    sheet: Sheet, told: list[Contract], unsure: set[str], where: Mapping[str, Any], *, complete: bool
) -> None:
    if not told and not complete:
        keys = ("contracts_number", "contracts_amount", "social_number", "social_amount")
        for key in (*keys, "social_share_number", "social_share_amount"):
            sheet.add(key, math.nan, status="missing", **where)
        return
    social = [c for c in told if c["enterprise_id"]]
    maybe = [c for c in told if not c["enterprise_id"] and fold(c["supplier"]) in unsure]
    stated = not any(math.isnan(c["amount"]) for c in told)
    size, amount = len(told), _sum(told)
    sheet.add("contracts_number", size, records=size, status=_sure(complete), **where)
    sheet.add("contracts_amount", amount, records=size, status=_sure(complete and stated), **where)
    _amounts(sheet, social, where, complete=complete and not maybe)
    shares = (
        ("social_share_number", len(social), len(maybe), float(size), True),
        ("social_share_amount", _sum(social), _sum(maybe), amount, stated),
    )
    for key, part, more, whole, known in shares:
        value = share(part, whole)
        sheet.add(
            key,
            value,
            records=size,
            lower=value,
            upper=share(part + more, whole),
            status="cannot_say" if math.isnan(value) else _sure(complete and known and not maybe),
            **where,
        )


def _concentration(sheet: Sheet, told: list[Contract], where: Mapping[str, Any], *, complete: bool) -> None:
    social = [c for c in told if c["enterprise_id"]]
    held: dict[str, float] = {}
    for contract in social:
        if not math.isnan(contract["amount"]):
            held[contract["enterprise_id"]] = held.get(contract["enterprise_id"], 0.0) + contract["amount"]
    whole = math.fsum(held.values())
    shares = [share(amount, whole) for amount in held.values()]
    known = whole > 0
    status = _sure(complete) if known else "cannot_say"
    hhi = math.fsum(s * s for s in shares) if known else math.nan
    sheet.add("concentration", hhi, records=len(held), status=status, **where)
    sheet.add("top_share", max(shares) if known else math.nan, records=len(held), status=status, **where)
