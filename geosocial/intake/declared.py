"""The zone that a list declares for a row, beside the zone in which the row's position lies.

Declared names are recognised by `geosocial.vocabulary.zone_names`, never by a loose guess. The position
counts; what the list declares is said where it differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, Count, Said
from geosocial.vocabulary.zone_names import fold_name, zone_aliases

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from geosocial.intake.faults import Faults

#: Share of the declared names that must be those of zones for a column to speak of these zones at all.
_ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Declared:
    """How many rows declare a zone, lie in another, and name one that is not recognised."""

    rows: int
    differ: int
    unknown: int


def spellings(pairs: Sequence[tuple[str, str]], aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the zone that each spelling means, spellings as `fold_name` gives them.

    A spelling that two zones share means neither. The aliases of the vocabulary come last: a name or an alias
    that is given wins.

    Parameters
    ----------
    pairs
        Names of zones: (name, identifier).
    aliases
        Other spellings: alias → identifier.
    """
    found: dict[str, set[str]] = {}
    for spelling, identifier in (*pairs, *aliases.items()):
        found.setdefault(fold_name(spelling), set()).add(identifier)
    for alias, name in zone_aliases().items():
        if alias not in found and name in found:
            found[alias] = found[name]
    return {spelling: next(iter(ids)) for spelling, ids in found.items() if len(ids) == 1 and spelling}


def recognised(written: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the zone that each written name means, ``""`` where it means none."""
    known = {word: names.get(fold_name(word), "") for word in dict.fromkeys(written)}
    return [known[word] for word in written]


def elsewhere(places: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which located rows declare a zone that is not recognised, or that does not cover their position.

    A position outside all zones is covered by none, also where it was counted to the nearest; one on a
    boundary agrees with a declaration of either side.

    Parameters
    ----------
    places
        Columns declared_zone, declared_zone_id, outcome, zone_id and other_zone_id of `tables.PLACES`.
    """
    said = (places["declared_zone"] != "") & ~places["outcome"].isin(["rejected", "unlocated"])
    covering = places["zone_id"].where(places["outcome"] != "snapped", "")
    declared = places["declared_zone_id"]
    agrees = (declared != "") & ((declared == covering) | (declared == places["other_zone_id"]))
    return np.asarray(said & ~agrees, dtype=bool)


def compare(
    joined: pd.DataFrame, written: Sequence[str], names: Mapping[str, str], column: str, faults: Faults
) -> tuple[Declared | None, Said]:
    """Compare what a column declares with the join, put the differences into `faults`, and say how many.

    Parameters
    ----------
    joined
        Columns outcome, zone_id and other_zone_id, row by row.
    written
        The declared zones as the list writes them.
    names
        Zone of each spelling: `spellings`.
    column
        Header of the column.

    Returns
    -------
    The counts, None where the column does not name these zones; and what is to be said.
    """
    import pandas as pd

    table = joined[["outcome", "zone_id", "other_zone_id"]].reset_index(drop=True)
    table["declared_zone"] = pd.Series(list(written), dtype="str")
    table["declared_zone_id"] = pd.Series(recognised(written, names), dtype="str")
    said, known = table["declared_zone"] != "", table["declared_zone_id"] != ""
    if not said.any() or known.sum() < _ENOUGH * said.sum():
        return None, Said(
            N_("Column “{column}” does not name these zones: not compared."), {"column": column}
        )
    off = elsewhere(table)
    unknown = off & ~known.to_numpy()
    for mask, code in ((off & ~unknown, "declared_elsewhere"), (unknown, "declared_unknown")):
        at = np.flatnonzero(mask)
        faults.add_all(at, code, "flagged", column=column, values=[written[i] for i in at.tolist()])
    counts = Declared(int(said.sum()), int((off & ~unknown).sum()), int(unknown.sum()))
    facts = {
        "column": column,
        "differ": Count(counts.differ),
        "rows": Count(counts.rows),
        "unknown": Count(counts.unknown),
    }
    return counts, Said(
        N_(
            "Rows that declare a zone (column “{column}”): {rows}; that do not lie in it: {differ}; whose "
            "zone is not recognised: {unknown}. The position counts."
        ),
        facts,
    )
