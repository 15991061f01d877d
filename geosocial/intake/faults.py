"""Gather the faults of a file, row by row, in the shape of `geosocial.tables.FAULTS`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.source import Source
    from geosocial.io.sheets import Sheet

Action = Literal["rejected", "unlocated", "snapped", "flagged"]


@dataclass(slots=True)
class _Many:
    """The same fault of many rows; millions of them must not become as many objects."""

    code: str
    action: Action
    column: str
    positions: list[int] | npt.NDArray[np.int64]
    #: What was found in each row; empty where nothing is to be shown.
    values: list[str]
    #: Whether the next fault of the kind may join it.
    open: bool


@dataclass(slots=True)
class Faults:
    """The faults of one file, in the order of its rows when they are asked for."""

    source: str
    file: str
    #: Row in the file of each position.
    rows: Sequence[int] | npt.NDArray[np.int64]
    _found: list[_Many] = field(default_factory=list)
    #: Rows of which one fault is told alone: position → its code.
    _alone: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, file: str, read: Source | Sheet) -> Faults:
        """Return the faults of a file as it was read: rows longer or shorter than the header, and errors."""
        found = cls(source, file, read.rows)
        for position, surplus in read.long.items():
            found.alone(position, "long_row", "rejected", value=surplus[0])
        for position in read.short:
            found.add(position, "short_row", "flagged")
        found.add_errors(read)
        return found

    def add_errors(self, read: Source | Sheet) -> None:
        """Add the errors of formulas, whose cells are read as empty."""
        for position, column, value in read.errors:
            self.add(position, "error_value", "flagged", column=column, value=value)

    def add(self, position: int, code: str, action: Action, *, column: str = "", value: str = "") -> None:
        """Add a fault of the row at `position`."""
        last = self._found[-1] if self._found else None
        if last is None or not last.open or (last.code, last.action, last.column) != (code, action, column):
            last = _Many(code, action, column, [], [], open=True)
            self._found.append(last)
        assert isinstance(last.positions, list)  # noqa: S101 - as an open one is; for the type checker
        last.positions.append(position)
        last.values.append(value)

    def alone(self, position: int, code: str, action: Action, *, column: str = "", value: str = "") -> None:
        """Add a fault from which all others of its row follow: they are not told."""
        self.add(position, code, action, column=column, value=value)
        self._alone[position] = code

    def add_all(
        self,
        positions: npt.NDArray[np.int64],
        code: str,
        action: Action,
        *,
        column: str = "",
        values: Sequence[str] = (),
    ) -> None:
        """Add the same fault of many rows at once; `values` are those of the rows, or none at all."""
        if len(positions):
            self._found.append(_Many(code, action, column, positions, list(values), open=False))

    def demote(self, positions: Collection[int]) -> None:
        """Turn the faults that left these rows without a position into remarks: they have one now."""
        kept: list[_Many] = []
        chosen = set(positions)
        for many in self._found:
            moved = np.array([int(p) in chosen for p in many.positions], dtype=bool)
            if many.action != "unlocated" or not moved.any():
                kept.append(many)
                continue
            parts: tuple[tuple[npt.NDArray[np.bool_], Action], ...] = (
                (~moved, "unlocated"),
                (moved, "flagged"),
            )
            for part, action in parts:
                at = np.flatnonzero(part)
                if len(at):
                    values = [many.values[i] for i in at] if many.values else []
                    rows = np.asarray(many.positions, dtype=np.int64)[at]
                    kept.append(_Many(many.code, action, many.column, rows, values, open=False))
        self._found = kept

    def positions(self, action: Action) -> set[int]:
        """Return the positions that have a fault with this action."""
        return {int(p) for many in self._found if many.action == action for p in many.positions}

    def count(self, code: str) -> int:
        """Return how many faults have this code."""
        return sum(len(many.positions) for many in self._found if many.code == code)

    def _told(self) -> list[_Many]:
        """Return the faults without those that follow from one that is told alone."""
        if not self._alone:
            return self._found
        at = np.array(sorted(self._alone), dtype=np.int64)
        told: list[_Many] = []
        for many in self._found:
            rows = np.asarray(many.positions, dtype=np.int64)
            mine = np.array([p for p, code in self._alone.items() if code == many.code], dtype=np.int64)
            kept = ~np.isin(rows, at) | np.isin(rows, mine)
            if kept.all():
                told.append(many)
                continue
            left = np.flatnonzero(kept)
            values = [many.values[i] for i in left] if many.values else []
            told.append(_Many(many.code, many.action, many.column, rows[left], values, open=False))
        return told

    def table(self) -> pd.DataFrame:
        """Return the faults as `geosocial.tables.FAULTS`."""
        import pandas as pd

        found = self._told()
        sizes = [len(many.positions) for many in found]
        position = np.concatenate(
            [np.zeros(0, np.int64), *(np.asarray(m.positions, np.int64) for m in found)]
        )
        order = np.argsort(position, kind="stable")  # a row's faults keep their order
        which = np.repeat(np.arange(len(found)), sizes)[order]
        values = [v for many, size in zip(found, sizes, strict=True) for v in many.values or [""] * size]

        def same(words: Sequence[str]) -> pd.Series:
            return pd.Series(pd.array(list(words), dtype="str").take(which))

        size = len(order)
        return pd.DataFrame(
            {
                "source": pd.Series(pd.array([self.source], dtype="str").take(np.zeros(size, np.int64))),
                "source_file": pd.Series(pd.array([self.file], dtype="str").take(np.zeros(size, np.int64))),
                "source_row": np.asarray(self.rows, dtype=np.int64)[position[order]],
                "column": same([many.column for many in found]),
                "value": pd.Series(pd.array(values, dtype="str").take(order)),
                "code": same([many.code for many in found]),
                "action": same([many.action for many in found]),
            }
        )
