"""What a contract is: a table's columns, with their dtype, meaning and unit, and its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geosocial.errors import N_, InputError

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["text", "float", "int", "bool"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its dtype, what it means, its unit."""

    dtype: Dtype
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A table: its columns in order, and the columns that identify a row."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()


def empty(contract: Contract) -> pd.DataFrame:
    """Return a table without rows that obeys `contract`."""
    import pandas as pd

    dtypes = {"text": "str", "float": "float64", "int": "int64", "bool": "bool"}
    return pd.DataFrame({name: pd.Series([], dtype=dtypes[c.dtype]) for name, c in contract.columns.items()})


def typed(table: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the columns of `contract` of a table, in its dtypes, with a RangeIndex, checked.

    Raises
    ------
    InputError
        As `check`.
    """
    import pandas as pd

    dtypes: Any = {"text": "str", "float": "float64", "int": "int64", "bool": "bool"}
    made = {name: table[name].astype(dtypes[c.dtype]).array for name, c in contract.columns.items()}
    return check(pd.DataFrame(made, index=pd.RangeIndex(len(table))), contract)


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values by column."""
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


_KINDS = {"text": "OSU", "float": "f", "int": "iu", "bool": "b"}


def check(table: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return `table` when it obeys `contract`.

    Raises
    ------
    InputError
        Naming every missing column, wrong dtype and repeated key at once.
    """
    import pandas as pd

    bad = []
    found = dict(zip(table.columns, table.dtypes, strict=True))
    for name, column in contract.columns.items():
        if name not in found:
            bad.append(f"{name}: missing")
            continue
        dtype = found[name]
        if not (
            isinstance(dtype, pd.StringDtype) or pd.api.types.is_string_dtype(table[name])
            if column.dtype == "text"
            else dtype.kind in _KINDS[column.dtype]
        ):
            bad.append(f"{name}: {dtype}, not {column.dtype}")
    if not bad and contract.key and table.duplicated(list(contract.key)).any():
        bad.append(f"{', '.join(contract.key)}: repeated")
    if bad:
        raise InputError(
            N_("Table “{table}” does not follow its contract: {faults}."),
            hint=N_("See geosocial.tables."),
            table=contract.name,
            faults="; ".join(bad),
        )
    return table
