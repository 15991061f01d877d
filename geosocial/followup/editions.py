"""Two editions side by side: what became of each initiative, and what each change of a figure is made of.

A record is the same in both editions when its list gives it the same identifier; where the list gives none,
when list, kind, name and position agree (of equals, the first with the first). It

- *opened* when it exists now and did not (its list did, but not it, or it was planned or closed);
- *closed* when it existed and does not any more, or is not in its list any more;
- *moved* when it exists in both and its position changed by more than a stated distance;
- was *reclassified* when its kind or sphere changed; *resized* when the number or the capacity did;
- was *corrected* when its position changed by less, became known or unknown, or its zone changed without it;
- was *listed* or *unlisted* when its whole list came or went, or it came or went without existing.

A change of a figure is divided by the Shapley value: v(S) is the figure when the factors of S are those of
the later edition and the others those of the earlier one; the part of a factor is the mean, over all orders
in which the factors may change, of what changing it adds. The parts add up to the change; no order is
privileged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.tables.contract import rows, typed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Row = dict[str, Any]
Identity = tuple[Any, ...]


def identities(places: pd.DataFrame) -> list[Identity]:
    """Return what each record is recognised by in another edition; no two records of an edition are alike.

    Parameters
    ----------
    places
        `geosocial.tables.PLACES`.
    """
    seen: dict[Identity, int] = {}
    found = []
    for row in rows(places):
        own = row["record_id"] if row["record_id"] != f"{row['source']}:{row['source_row']}" else ""
        x, y = (None if math.isnan(row[k]) else round(row[k]) for k in ("x", "y"))
        key: Identity = (row["source"], own) if own else (row["source"], "", row["kind"], row["name"], x, y)
        seen[key] = seen.get(key, 0) + 1
        found.append((*key, seen[key]))
    return found


def exists(row: Row) -> bool:
    """Return whether a record stands for something that exists."""
    return bool(row["status"] == "existing" and row["outcome"] != "rejected")


def distance(one: Row, other: Row) -> float:
    """Return the distance between the positions of a record, NaN without both."""
    return math.hypot(one["x"] - other["x"], one["y"] - other["y"])


def movements(
    before: pd.DataFrame, after: pd.DataFrame, *, moved_m: float, redrawn: bool = False
) -> pd.DataFrame:
    """Return what became of each initiative (`geosocial.tables.MOVEMENTS`); nothing for those that stayed.

    Parameters
    ----------
    before, after
        `geosocial.tables.PLACES` of the two editions.
    moved_m
        A position that changed by more is a move, by less a correction.
    redrawn
        Whether the zones were redrawn: being in another zone is then no correction of the record.
    """
    import pandas as pd

    old = dict(zip(identities(before), rows(before), strict=True))
    new = dict(zip(identities(after), rows(after), strict=True))
    lists = set(before["source"]), set(after["source"])
    told = []
    for key in [*old, *(k for k in new if k not in old)]:
        one, other = old.get(key), new.get(key)
        if redrawn and one and other:
            one = {**one, "zone_id": other["zone_id"]}
        told += [_told(kind, one, other) for kind in _became(one, other, lists, moved_m)]
    return typed(pd.DataFrame(told, columns=list(tables.MOVEMENTS.columns)), tables.MOVEMENTS)


def _became(
    one: Row | None, other: Row | None, lists: tuple[set[str], set[str]], moved_m: float
) -> list[str]:
    """Return what became of a record of the earlier edition, the later one, or both."""
    if one is None:
        assert other is not None  # noqa: S101 - a record is in one of them
        return ["opened" if exists(other) and other["source"] in lists[0] else "listed"]
    if other is None:
        return ["closed" if exists(one) and one["source"] in lists[1] else "unlisted"]
    if exists(one) != exists(other):
        return ["opened" if exists(other) else "closed"]
    found = []
    metres = distance(one, other)
    if metres > moved_m:
        found.append("moved")
    elif metres > 0 or math.isnan(one["x"]) != math.isnan(other["x"]) or one["zone_id"] != other["zone_id"]:
        found.append("corrected")
    if (one["kind"], one["sphere"]) != (other["kind"], other["sphere"]):
        found.append("reclassified")
    if not all(_same(one[k], other[k]) for k in ("count", "capacity")):
        found.append("resized")
    return found


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _told(kind: str, one: Row | None, other: Row | None) -> Row:
    last = other or one or {}
    old, new = one or {}, other or {}
    return {
        "movement": kind,
        **{name: last[name] for name in ("source", "record_id", "name")},
        **{name: old.get(name, "") for name in ("sphere", "kind", "zone_id")},
        **{f"other_{name}": new.get(name, "") for name in ("sphere", "kind", "zone_id")},
        "distance_m": distance(one, other) if one and other else math.nan,
        "source_row": old.get("source_row", 0),
        "other_source_row": new.get("source_row", 0),
    }


def mixed(
    before: pd.DataFrame, after: pd.DataFrame, *, supply: bool, quality: bool, moved_m: float
) -> pd.DataFrame:
    """Return the records with what is supply, and what is data quality, each of its own edition.

    Of a record that is in both editions: status, number, capacity, and a position that moved, are supply; its
    kind, and every other position, are data quality. A record that came or went in a list that is in both
    editions is supply; a list that came or went is data quality.

    Parameters
    ----------
    supply, quality
        Whether each is that of the later edition.
    """
    import pandas as pd

    if supply == quality:
        return after if supply else before
    old = dict(zip(identities(before), rows(before), strict=True))
    new = dict(zip(identities(after), rows(after), strict=True))
    lists = set(before["source"]) & set(after["source"])
    told = []
    for key in [*old, *(k for k in new if k not in old)]:
        one, other = old.get(key), new.get(key)
        if one is None or other is None:
            there = one or other
            assert there is not None  # noqa: S101 - a record is in one of them
            later = supply if there["source"] in lists else quality
            if later == (one is None):
                told.append(there)
            continue
        base, stock = (other if quality else one), (other if supply else one)
        place = stock if distance(one, other) > moved_m else base
        row = {**base, **{k: stock[k] for k in ("status", "count", "capacity")}}
        told.append(row | {k: place[k] for k in _POSITION})
    # rows of two files: their numbers would not tell them apart
    table = pd.DataFrame(told, columns=list(tables.PLACES.columns))
    return typed(table.assign(source_row=np.arange(2, len(table) + 2)), tables.PLACES)


_POSITION = ("x", "y", "outcome", "zone_id", "other_zone_id", "on_boundary", "snap_m")


def shapley(value: Callable[[frozenset[str]], Floats], factors: Sequence[str]) -> dict[str, Floats]:
    """Return the part of each factor in v(all) − v(none); the parts add up to it.

    Parameters
    ----------
    value
        v(S): the figures when the factors of S have changed; asked once for each S.
    factors
        The factors, k of them: v is asked 2^k times.

    Examples
    --------
    >>> import numpy as np
    >>> v = lambda s: np.array([10.0 + 2 * ("supply" in s) + 4 * (len(s) == 2)])
    >>> {k: p.tolist() for k, p in shapley(v, ["supply", "demand"]).items()}
    {'supply': [4.0], 'demand': [2.0]}
    """
    size = len(factors)
    subsets = [frozenset(s) for k in range(size + 1) for s in combinations(factors, k)]
    values = {s: value(s) for s in subsets}
    out = {}
    for factor in factors:
        part = np.zeros_like(values[frozenset()])
        for s in subsets:
            if factor not in s:
                weight = math.factorial(len(s)) * math.factorial(size - len(s) - 1) / math.factorial(size)
                part = part + weight * (values[s | {factor}] - values[s])
        out[factor] = part
    return out
