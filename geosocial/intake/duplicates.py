"""Propose rows that may be the same place twice, for people to review; nothing is merged here.

Exact: the same name, kind and position. Probable: names alike within 150 metres; the same telephone, address
of e-mail or site. Names are compared without accents, case, dashes, legal forms and the order of words; two
names with different numbers are different ("Phase 1", "Phase 2"). Only pairs that share the beginning of a
word and a neighbourhood are compared, so that the work grows with the rows, not with their square.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.tables import DUPLICATES, check
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Ints = npt.NDArray[np.int64]

#: How near two places with names alike must be to be taken for one, in metres.
NEAR_M: Final = 150.0
#: How alike names must be, from 0 to 100 (`rapidfuzz.fuzz.ratio` of their sorted words).
ALIKE: Final = 88.0
#: Rows that share a key beyond this many are compared with their neighbours in the order of names only.
LARGEST_BLOCK: Final = 30
#: Words that say what a place is, not which.
_EMPTY: Final = frozenset(
    {"le", "la", "les", "l", "de", "des", "du", "d", "et", "au", "aux", "a", "the", "of", "and"}
    | {"inc", "enr", "ltee", "ltd", "obnl", "osbl", "coop", "cooperative"}
)
_WORD: Final = re.compile(r"[a-z0-9]+")
_SITE: Final = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


def duplicates(places: pd.DataFrame, contacts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the pairs of rows that may be one place (`geosocial.tables.DUPLICATES`).

    Parameters
    ----------
    places
        `geosocial.tables.PLACES`; rejected rows are left out.
    contacts
        Columns ``phone``, ``email`` and ``site`` as written, any of them, row by row as `places`.

    Returns
    -------
    One row a pair, the earlier row first, in the order of the rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from geosocial.tables import PLACES
    >>> columns = {name: ["" if c.dtype == "text" else 0] * 2 for name, c in PLACES.columns.items()}
    >>> places = pd.DataFrame(columns | {"name": ["Café Rond-Point", "Cafe du Rond Point inc."],
    ...                                  "x": [0.0, 40.0], "y": [0.0, 30.0], "outcome": "matched"})
    >>> duplicates(places)[["reason", "similarity", "distance_m"]].values.tolist()
    [['name', 100.0, 50.0]]
    """
    names = places["name"].tolist()
    known = {name: name_key(name) for name in dict.fromkeys(names)}
    keys = [known[name] for name in names]
    # a rejected row is already set aside for people to look at
    usable = (places["outcome"] != "rejected").to_numpy()
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    found: dict[tuple[int, int], str] = {}
    for one, other in _exact(places, keys, usable):
        found.setdefault((one, other), "same")
    for one, other in _near(keys, x, y, usable):
        found.setdefault((one, other), "name")
    for reason, read in (("phone", phone_key), ("email", email_key), ("site", site_key)):
        if contacts is not None and reason in contacts.columns:
            values = [
                read(str(v)) if ok else "" for v, ok in zip(contacts[reason].tolist(), usable, strict=True)
            ]
            for one, other in _stars(values):
                found.setdefault((one, other), reason)
    return _table(places, keys, found)


def name_key(name: str) -> str:
    """Return the words by which a name is compared, in the order of the alphabet.

    Examples
    --------
    >>> name_key("La Coopérative d’habitation du Village (OBNL)")
    'dhabitation village'
    """
    words = _WORD.findall(fold(name))
    return " ".join(sorted([w for w in words if w not in _EMPTY] or words))


def phone_key(text: str) -> str:
    """Return the ten digits of a North American telephone number, without its extension; ``""`` if none.

    Examples
    --------
    >>> phone_key("1 (514) 555-0142, poste 3"), phone_key("311")
    ('5145550142', '')
    """
    digits = re.sub(r"\D", "", re.split(r"(?i)poste|ext|#|x", text)[0])
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if len(digits) == 10 else ""


def email_key(text: str) -> str:
    """Return an address of e-mail in small letters; ``""`` when it is none."""
    text = text.strip().casefold().removeprefix("mailto:")
    return text if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else ""


def site_key(text: str) -> str:
    """Return the address of a site without its protocol, ``www`` and last slash.

    Examples
    --------
    >>> site_key("HTTPS://www.Exemple.org/"), site_key("exemple.org/a"), site_key("aucun")
    ('exemple.org', 'exemple.org/a', '')
    """
    text = _SITE.sub("", text.strip().casefold()).rstrip("/")
    return text if "." in text and " " not in text else ""


def _exact(
    places: pd.DataFrame, keys: Sequence[str], usable: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    located = np.isfinite(x) & np.isfinite(y)
    same = [
        f"{key}|{kind}|{east:.0f}|{north:.0f}" if key and ok else ""
        for key, kind, east, north, ok in zip(
            keys, places["kind"].tolist(), x, y, usable & located, strict=True
        )
    ]
    yield from _stars(same)


def _stars(values: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return each row after the first that has a value, with the first: one proposal a row, not a pair."""
    first: dict[str, int] = {}
    for position, value in enumerate(values):
        if value and (start := first.setdefault(value, position)) != position:
            yield start, position


def _near(
    keys: Sequence[str],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    usable: npt.NDArray[np.bool_],
) -> Iterator[tuple[int, int]]:
    """Return the pairs whose names are alike and that are near each other."""
    from rapidfuzz import fuzz, process

    rows = np.flatnonzero(
        usable & np.isfinite(x) & np.isfinite(y) & np.array([bool(k) for k in keys], dtype=bool)
    )
    pairs = _candidates(keys, x, y, rows)
    if not len(pairs):
        return
    one, other = pairs.T
    near = np.hypot(x[one] - x[other], y[one] - y[other]) <= NEAR_M
    one, other = one[near], other[near]
    scores = process.cpdist(
        [keys[i] for i in one], [keys[j] for j in other], scorer=fuzz.ratio, score_cutoff=ALIKE
    )
    for i, j in zip(one[scores >= ALIKE].tolist(), other[scores >= ALIKE].tolist(), strict=True):
        if _numbers(keys[i]) == _numbers(keys[j]):
            yield i, j


def _candidates(
    keys: Sequence[str], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], rows: Ints
) -> Ints:
    """Return the pairs of rows, lower first, that share the beginning of a word and a neighbourhood.

    Two places within `NEAR_M` lie in one cell of at least one of four grids of twice that width, each
    shifted by half a cell.
    """
    words = [sorted({word[:4] for word in keys[row].split(" ")}) for row in rows.tolist()]
    code = {word: k for k, word in enumerate(sorted({w for some in words for w in some}))}
    owner = np.repeat(rows, [len(some) for some in words])
    label = np.array([code[w] for some in words for w in some], dtype=np.int64)
    by_name = np.argsort(np.array([keys[row] for row in owner.tolist()]), kind="stable")
    owner, label = owner[by_name], label[by_name]
    found = []
    for shift_x in (0.0, 0.5):
        for shift_y in (0.0, 0.5):
            column = np.floor(x[owner] / (2 * NEAR_M) + shift_x).astype(np.int64)
            row = np.floor(y[owner] / (2 * NEAR_M) + shift_y).astype(np.int64)
            order = np.lexsort((row, column, label))  # stable: within a block, the order of names
            block = np.column_stack([label[order], column[order], row[order]])
            ends = np.flatnonzero((block[1:] != block[:-1]).any(axis=1)) + 1
            start = np.repeat(np.concatenate([[0], ends]), np.diff([0, *ends, len(order)]))
            for step in range(1, LARGEST_BLOCK):
                together = start[step:] == start[:-step]
                if not together.any():
                    break
                a, b = owner[order[:-step]][together], owner[order[step:]][together]
                found.append(np.column_stack([np.minimum(a, b), np.maximum(a, b)]))
    if not found:
        return np.zeros((0, 2), dtype=np.int64)
    pairs = np.concatenate(found)
    one = np.sort(pairs[:, 0] * len(keys) + pairs[:, 1])
    one = one[np.concatenate([[True], one[1:] != one[:-1]])]
    return np.column_stack([one // len(keys), one % len(keys)])


def _numbers(key: str) -> list[str]:
    return sorted(word for word in key.split(" ") if word[:1].isdigit())


def _table(places: pd.DataFrame, keys: Sequence[str], found: dict[tuple[int, int], str]) -> pd.DataFrame:
    import pandas as pd
    from rapidfuzz import fuzz

    pairs = sorted(found)
    one = np.array([pair[0] for pair in pairs], dtype=np.int64)
    other = np.array([pair[1] for pair in pairs], dtype=np.int64)
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    table = {}
    for prefix, at in (("", one), ("other_", other)):
        for column in ("source", "source_file", "source_row", "record_id", "name"):
            table[f"{prefix}{column}"] = places[column].iloc[at].reset_index(drop=True)
    reasons = [found[pair] for pair in pairs]
    alike = [float(fuzz.ratio(keys[i], keys[j])) if keys[i] and keys[j] else float("nan") for i, j in pairs]
    result = pd.DataFrame(
        {
            **table,
            "likeness": pd.Series(["exact" if r == "same" else "probable" for r in reasons], dtype="str"),
            "reason": pd.Series(reasons, dtype="str"),
            "similarity": pd.Series(alike, dtype="float64").round(1),
            "distance_m": pd.Series(np.hypot(x[one] - x[other], y[one] - y[other])).round(1),
        }
    )
    return check(result[list(DUPLICATES.columns)], DUPLICATES)
