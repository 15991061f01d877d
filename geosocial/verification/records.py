"""The records of two versions of a file, paired: by what identifies them, or by their cells and their order.

A row is the same record where it has the same identifier, or else the same cells. What is left over on both
sides, between two records that stayed where they were, is the same record changed when at least half of its
cells are alike. So a row that is taken away is one difference, not one in each row below it.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Record = tuple[str, ...]

#: Least share of the cells of two rows that are alike where one is the other, changed.
ALIKE: Final = 0.5
#: Pairs of rows that are compared to find the best order; beyond, a row is sought near its own place only.
_COMPARED: Final = 250_000
_NEAR: Final = 20


@dataclass(frozen=True, slots=True)
class Paired:
    """The records of two versions of a file, by their positions from 0.

    Attributes
    ----------
    kept
        Position before and after of each record of both, in the order after.
    moved
        Positions after of those that stand in another order among the kept ones.
    removed, added
        Positions of the records of one version only.
    """

    kept: tuple[tuple[int, int], ...]
    moved: frozenset[int]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def pair(
    before: Sequence[Record], after: Sequence[Record], ids: tuple[Sequence[str], Sequence[str]] | None = None
) -> Paired:
    """Return which records of two versions of a file are the same.

    Parameters
    ----------
    before, after
        The cells of each row, in the order of the file; the same columns in both.
    ids
        The identifiers of the rows of both; they count where none is empty, and none stands twice.

    Examples
    --------
    >>> rows = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]
    >>> pair(rows, [rows[0], rows[2], ("d", "5")])
    Paired(kept=((0, 0), (2, 1), (3, 2)), moved=frozenset(), removed=(1,), added=())
    >>> pair(rows, [rows[3], *rows[:3]]).moved
    frozenset({0})
    """
    known = ids is not None and all("" not in side and len(set(side)) == len(side) for side in ids)
    one, other = ids if known and ids is not None else (_numbered(before), _numbered(after))
    places = {key: n for n, key in enumerate(one)}
    kept = [(places[key], n) for n, key in enumerate(other) if key in places]
    order = _rising([old for old, _ in kept])
    stayed = [kept[n] for n in order]
    still = set(stayed)
    moved = frozenset(new for old, new in kept if (old, new) not in still)
    gone = sorted(set(range(len(before))) - {old for old, _ in kept})
    come = sorted(set(range(len(after))) - {new for _, new in kept})
    changed = _changed(before, after, gone, come, stayed)
    first, second = {old for old, _ in changed}, {new for _, new in changed}
    return Paired(
        tuple(sorted([*kept, *changed], key=lambda pair: pair[1])),
        moved,
        tuple(n for n in gone if n not in first),
        tuple(n for n in come if n not in second),
    )


def _numbered(rows: Sequence[Record]) -> list[tuple[Record, int]]:
    """Return each row with how often it stood before: rows that are alike are told apart by their order."""
    seen: Counter[Record] = Counter()
    keys = []
    for row in rows:
        keys.append((row, seen[row]))
        seen[row] += 1
    return keys


def _rising(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest rising part of distinct values: what stayed in order."""
    ends: list[int] = []
    tails: list[int] = []
    back = [-1] * len(values)
    for n, value in enumerate(values):
        at = bisect_left(tails, value)
        back[n] = ends[at - 1] if at else -1
        tails[at : at + 1], ends[at : at + 1] = [value], [n]
    found, n = [], ends[-1] if ends else -1
    while n >= 0:
        found.append(n)
        n = back[n]
    return found[::-1]


def _changed(
    before: Sequence[Record],
    after: Sequence[Record],
    gone: Sequence[int],
    come: Sequence[int],
    stayed: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Return the rows left over on both sides that are one record changed, between two that stayed."""
    fences = ([old for old, _ in stayed], [new for _, new in stayed])
    gaps: dict[int, tuple[list[int], list[int]]] = {}
    for side, rows in enumerate((gone, come)):
        for row in rows:
            gaps.setdefault(bisect(fences[side], row), ([], []))[side].append(row)
    found = []
    for old, new in gaps.values():
        if len(old) * len(new) <= _COMPARED:
            found += _best(before, after, old, new)
        elif len(old) == len(new):
            found += [(i, j) for i, j in zip(old, new, strict=True) if _alike(before[i], after[j])]
        else:
            found += _near(before, after, old, new)
    return found


def _alike(one: Record, other: Record) -> float:
    """Return the share of the cells of two rows that are alike, 0 where it is less than `ALIKE`."""
    filled = sum(1 for a, b in zip(one, other, strict=True) if a or b)
    same = sum(1 for a, b in zip(one, other, strict=True) if a == b and a)
    return same / filled if filled and same >= ALIKE * filled else 0.0


def _best(
    before: Sequence[Record], after: Sequence[Record], old: Sequence[int], new: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the pairs in order whose cells are most alike in all."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[_alike(before[i], after[j]) for j in new] for i in old]
    for m in range(1, len(old) + 1):
        for n in range(1, len(new) + 1):
            with_both = best[m - 1][n - 1] + like[m - 1][n - 1] if like[m - 1][n - 1] else 0.0
            best[m][n] = max(best[m - 1][n], best[m][n - 1], with_both)
    found, m, n = [], len(old), len(new)
    while m and n:
        if best[m][n] == best[m - 1][n]:
            m -= 1
        elif best[m][n] == best[m][n - 1]:
            n -= 1
        else:
            m, n = m - 1, n - 1
            found.append((old[m], new[n]))
    return found


def _near(
    before: Sequence[Record], after: Sequence[Record], old: Sequence[int], new: Sequence[int]
) -> list[tuple[int, int]]:
    """Return pairs in order, each row with the most alike of the next few."""
    found, at = [], 0
    for j in new:
        likes = [_alike(before[i], after[j]) for i in old[at : at + _NEAR]]
        if likes and max(likes) > 0:
            at += likes.index(max(likes))
            found.append((old[at], j))
            at += 1
    return found
