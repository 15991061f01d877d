"""Gather the faults of a file, row by row, in the shape of `geosocial.tables.FAULTS`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Action = Literal["rejected", "unlocated", "snapped", "flagged"]


@dataclass(slots=True)
class Faults:
    """The faults of one file, in the order of its rows when they are asked for."""

    source: str
    file: str
    #: Row in the file of each position.
    rows: Sequence[int]
    _found: list[tuple[int, str, str, str, Action]] = field(default_factory=list)

    def add(self, position: int, code: str, action: Action, *, column: str = "", value: str = "") -> None:
        """Add a fault of the row at `position`."""
        self._found.append((position, column, value, code, action))

    def positions(self, action: Action) -> set[int]:
        """Return the positions that have a fault with this action."""
        return {position for position, *_, found in self._found if found == action}

    def table(self) -> pd.DataFrame:
        """Return the faults as `geosocial.tables.FAULTS`."""
        import pandas as pd

        found = sorted(self._found, key=lambda fault: fault[0])  # stable: a row's faults keep their order
        position, column, value, code, action = zip(*found, strict=True) if found else ((), (), (), (), ())
        size = len(found)
        return pd.DataFrame(
            {
                "source": pd.Series([self.source] * size, dtype="str"),
                "source_file": pd.Series([self.file] * size, dtype="str"),
                "source_row": pd.Series([int(self.rows[p]) for p in position], dtype="int64"),
                "column": pd.Series(column, dtype="str"),
                "value": pd.Series(value, dtype="str"),
                "code": pd.Series(code, dtype="str"),
                "action": pd.Series(action, dtype="str"),
            }
        )
