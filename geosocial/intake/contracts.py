"""Read public contracts, and find which suppliers are enterprises of the social economy.

A supplier is an enterprise by its identifier, or because a person has said so of its name (``reviewed``).
Names that are alike are proposed for review, also those that are equal: nothing is taken for granted, and
what is still to be reviewed is told beside every share.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables
from geosocial.intake.duplicates import name_key
from geosocial.intake.typed import Field, Rows, counts, read_rows
from geosocial.intake.zones import zone_names
from geosocial.results import InputFile
from geosocial.tables.contract import typed
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import ContractsSpec, Study

FIELDS: Final = (
    Field("id"),
    Field("supplier", required=True),
    Field("supplier_id"),
    Field("buyer"),
    Field("zone", "zone"),
    Field("sphere", "sphere"),
    Field("date", "date", required=True),
    Field("amount", "amount"),
    Field("example", "flag"),
)
REGISTRY: Final = (
    Field("id", required=True),
    Field("name", required=True),
    Field("sphere", "sphere"),
    Field("zone", "zone"),
    Field("example", "flag"),
)
REVIEWED: Final = (
    Field("supplier", required=True),
    Field("enterprise", required=True),
    Field("decision", "term", required=True, family="decisions"),
    Field("example", "flag"),
)
#: Suppliers compared with all enterprises at a time: bounds the memory.
_TOGETHER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise that may be a supplier."""

    name: str
    sphere: str


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts, the suppliers whose name was or is to be reviewed, faults, rows, files."""

    contracts: pd.DataFrame
    suppliers: pd.DataFrame
    faults: tuple[pd.DataFrame, ...]
    rows: tuple[dict[str, Any], ...]
    files: tuple[InputFile, ...]


def read_contracts(study: Study, zones: pd.DataFrame, places: pd.DataFrame) -> Contracts | None:
    """Return the contracts of a study with what their suppliers are; None where it names none.

    Parameters
    ----------
    study, zones
        The study and its zones.
    places
        `geosocial.tables.PLACES`: the lists of ``followup.enterprises`` are looked up.

    Raises
    ------
    InputError
        When a file cannot be used or a column that is needed is not there; a bad row is rejected, not raised.
    """
    spec = study.contracts
    if spec is None:
        return None
    names = zone_names(zones, study.zones.aliases)
    read = _sheets(study, spec, names)
    read["contracts"].repeated("id")
    enterprises = _enterprises(study, places, read.get("contracts.registry"))
    reviews = _reviews(read.get("contracts.reviewed"), enterprises)
    listed = read["contracts"]
    kept = listed.kept()
    rejected = listed.faults.positions("rejected")
    for position, amount in enumerate(listed.values["amount"]):
        if math.isnan(amount) and position not in rejected:
            listed.flag(position, "no_amount", "amount")
    known = {name: enterprise for (name, enterprise), decision in reviews.items() if decision == "yes"}
    told = [_contract(row, enterprises, known) for row in kept]
    return Contracts(
        contracts=_table(told, tables.CONTRACTS_TABLE),
        suppliers=_suppliers(told, enterprises, reviews, alike=spec.alike),
        faults=tuple(rows.faults.table() for rows in read.values()),
        rows=tuple(counts(read.values())),
        files=tuple(rows.file for rows in read.values()),
    )


def _sheets(study: Study, spec: ContractsSpec, names: Mapping[str, str]) -> dict[str, Rows]:
    asked = [
        ("contracts", spec.file, FIELDS, spec.layer, spec.columns),
        ("contracts.registry", spec.registry, REGISTRY, None, {}),
        ("contracts.reviewed", spec.reviewed, REVIEWED, None, {}),
    ]
    return {
        role: read_rows(
            study,
            path,
            role.rpartition(".")[2],
            fields,
            role=role,
            layer=layer,
            named=columns,
            zones=names,
            example=spec.example,
        )
        for role, path, fields, layer, columns in asked
        if path is not None
    }


def _enterprises(study: Study, places: pd.DataFrame, registry: Rows | None) -> dict[str, Enterprise]:
    """Return the enterprises by identifier: those of the lists, then those of the registry."""
    lists = study.followup.enterprises if study.followup else ()
    mine = places[places["source"].isin(lists) & (places["outcome"] != "rejected") & (places["name"] != "")]
    columns = (mine[name].tolist() for name in ("record_id", "name", "sphere"))
    found = {i: Enterprise(name, sphere) for i, name, sphere in zip(*columns, strict=True)}
    if registry is not None:
        registry.repeated("id")
        for position, identifier in enumerate(registry.values["id"]):
            if identifier in found:
                registry.reject(position, "id_repeated", "id", identifier)
        found |= {row["id"]: Enterprise(row["name"], row["sphere"]) for row in registry.kept()}
    return found


def _reviews(rows: Rows | None, enterprises: Mapping[str, Enterprise]) -> dict[tuple[str, str], str]:
    """Return the decision on each pair of folded name and enterprise; one name is one enterprise at most."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for position in range(len(rows.rows) if rows else 0):
        assert rows is not None  # noqa: S101 - for the type checker
        supplier, enterprise, decision = (
            rows.values[k][position] for k in ("supplier", "enterprise", "decision")
        )
        name = fold(supplier)
        if enterprise and enterprise not in enterprises:
            rows.reject(position, "reference_unknown", "enterprise", enterprise)
        elif (name, enterprise) in found or (decision == "yes" and taken.get(name, enterprise) != enterprise):
            rows.reject(position, "reviewed_twice", "supplier", supplier)
        elif supplier and enterprise and decision:
            found[name, enterprise] = decision
            if decision == "yes":
                taken[name] = enterprise
    return found


def _contract(
    row: dict[str, Any], enterprises: Mapping[str, Enterprise], known: Mapping[str, str]
) -> dict[str, Any]:
    by_name = known.get(fold(row["supplier"]), "")
    by_id = row["supplier_id"] if row["supplier_id"] in enterprises else ""
    enterprise = by_id or by_name
    own = enterprises[enterprise].sphere if enterprise else ""
    return {
        **row,
        "contract_id": row["id"] or f"contracts:{row['source_row']}",
        "enterprise_id": enterprise,
        "match": "id" if by_id else "reviewed" if by_name else "",
        "sphere": row["sphere"] or own,
        "zone_id": row["zone"],
        "year": int(row["date"][:4]),
    }


def _suppliers(
    told: Sequence[Mapping[str, Any]],
    enterprises: Mapping[str, Enterprise],
    reviews: Mapping[tuple[str, str], str],
    *,
    alike: float,
) -> pd.DataFrame:
    """Return the suppliers that are known by no identifier, and the enterprises they may be."""
    spelled: dict[str, list[Mapping[str, Any]]] = {}
    for row in told:
        if row["match"] != "id":
            spelled.setdefault(fold(row["supplier"]), []).append(row)
    found = []
    for name, enterprise, similarity in _alike(list(spelled), enterprises, reviews, alike):
        mine = spelled[name]
        amounts = [row["amount"] for row in mine if not math.isnan(row["amount"])]
        found.append(
            {
                "supplier": mine[0]["supplier"],
                "enterprise_id": enterprise,
                "enterprise": enterprises[enterprise].name,
                "similarity": similarity,
                "decision": reviews.get((name, enterprise), ""),
                "contracts": len(mine),
                "amount": math.fsum(amounts) if amounts else math.nan,
                "example": all(row["example"] for row in mine),
            }
        )
    return _table(found, tables.SUPPLIERS)


def _alike(
    names: Sequence[str],
    enterprises: Mapping[str, Enterprise],
    reviews: Mapping[tuple[str, str], str],
    alike: float,
) -> Iterator[tuple[str, str, float]]:
    """Give each supplier with each enterprise that was reviewed, or whose name is alike enough.

    A supplier of which a person has said what it is, is not proposed for another enterprise.
    """
    import numpy as np
    from rapidfuzz import fuzz, process

    ids = list(enterprises)
    keys = [name_key(enterprises[i].name) for i in ids]
    reviewed: dict[str, list[str]] = {}
    for name, enterprise in reviews:
        reviewed.setdefault(name, []).append(enterprise)
    settled = {name for (name, _), decision in reviews.items() if decision == "yes"}
    at = {identifier: position for position, identifier in enumerate(ids)}
    for start in range(0, len(names), _TOGETHER):
        part = list(names[start : start + _TOGETHER])
        scores = process.cdist([name_key(n) for n in part], keys, scorer=fuzz.ratio, dtype=np.float64)
        for row, name in enumerate(part):
            asked = {at[e] for e in reviewed.get(name, ())}
            if name not in settled:
                asked |= set(np.flatnonzero(scores[row] >= alike).tolist())
            for column in sorted(asked, key=lambda c, r=row, s=scores: (-s[r, c], c)):  # type: ignore[misc]
                yield name, ids[column], float(scores[row, column])


def _table(told: Sequence[Mapping[str, Any]], contract: tables.Contract) -> pd.DataFrame:
    import pandas as pd

    return typed(pd.DataFrame(list(told), columns=list(contract.columns)), contract)
