"""Find the columns that a study names, and turn their text into numbers and words of the vocabulary.

A column option of the study holds a header, or a constant after ``=``. Headers are compared as written,
then without accents, case and dashes (`geosocial.vocabulary.fold`); two headers that only differ by these
are not guessed between.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, InputError
from geosocial.vocabulary import fold
from geosocial.vocabulary.synonyms import plain

if TYPE_CHECKING:
    import pandas as pd

#: A plain number; no "inf", "nan" or "1_000", which Python's float would take.
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SPACED: Final = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?", re.ASCII)
_COMMA_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
#: What people write where a number is not known.
_NOTHING: Final = frozenset({"n/d", "n.d.", "nd", "n/a", "na", "s/o", "s.o.", "-", "--", "–", "—", "…"})
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})


def number(text: str, *, decimal_comma: bool = False) -> float | str:
    """Return the number that `text` holds, NaN for an empty text, or the code of why it holds none.

    ``n/d``, ``s.o.``, ``N/A`` and a dash say that there is none, as an empty cell does.

    ``1 234,5``, ``1234.5`` and ``1,234.5`` are 1234.5. ``1,234`` is ambiguous, unless `decimal_comma` says
    that no thousands can be meant (coordinates in degrees).

    Examples
    --------
    >>> number("1 234,5"), number("1,234"), number("12 units")
    (1234.5, 'ambiguous_number', 'bad_number')
    """
    if _NUMBER.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else "bad_number"
    text = text.translate(_SPACES).strip()
    if not text or text.lower() in _NOTHING:
        return math.nan
    if _SPACED.fullmatch(text):
        text = text.replace(" ", "")
    if _COMMA_THOUSANDS.fullmatch(text) and not decimal_comma:
        if text.count(",") == 1 and "." not in text:
            return "ambiguous_number"
        text = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return "bad_number"
    value = float(text)
    return value if math.isfinite(value) else "bad_number"


def texts(column: pd.Series) -> list[str]:
    """Return a column of a sheet or layer as stripped text, ``""`` where it has nothing, 12.0 as ``12``."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype) and not column.isna().any():
        return [value.strip() for value in column.tolist()]
    found = []
    for value, none in zip(column.tolist(), column.isna().tolist(), strict=True):
        if none:
            found.append("")
        elif isinstance(value, str):
            found.append(value.strip())
        elif isinstance(value, bool):
            found.append("true" if value else "false")
        elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            found.append(str(int(value)))
        else:
            found.append(str(value))
    return found


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file, by header."""

    file: str
    table: pd.DataFrame
    _folded: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        folded: dict[str, list[str]] = {}
        for name in self.table.columns:
            folded.setdefault(fold(str(name)), []).append(name)
        object.__setattr__(self, "_folded", folded)

    def header(self, asked: str) -> str:
        """Return the header of the file that `asked` means.

        Accents, case and dashes make no difference; nor does a unit or what stands in brackets, where one
        header alone is left: "area" is "Area (m²)".

        Raises
        ------
        InputError
            When the file has no such column.
        """
        if asked in self.table.columns:
            return asked
        like = self._folded.get(fold(asked), [])
        like = like or [str(name) for name in self.table.columns if plain(str(name)) == plain(asked)]
        if len(like) == 1:
            return like[0]
        raise InputError(
            N_("{file}: column “{column}” not found; the columns are: {found}."),
            hint=N_("Correct the name of the column in the option or the study, or in the file."),
            file=self.file,
            column=asked,
            found=", ".join(str(c) for c in self.table.columns),
        )

    def text(self, option: str) -> list[str]:
        """Return the text that an option stands for in each row: a column, a constant, or nothing."""
        if not option or option.startswith("="):
            return [option[1:].strip()] * len(self.table)
        return texts(self.table[self.header(option)])

    def shown(self, option: str) -> str:
        """Return what a fault calls the column of an option."""
        return "" if not option or option.startswith("=") else self.header(option)


class Terms:
    """The words that stand for the keys of one family: the keys, their labels in both languages, others."""

    def __init__(
        self,
        family: Mapping[str, Any],
        labels: Sequence[str] = ("label",),
        *,
        also: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._keys: dict[str, str] = {}
        for key, term in family.items():
            for word in (key, *(text for label in labels for text in _both(getattr(term, label)))):
                self._keys.setdefault(fold(word), key)
        for key, words in (also or {}).items():
            for word in words:
                self._keys.setdefault(fold(word), key)

    def keys(self, words: Iterable[str]) -> list[str | None]:
        """Return the key of each word, ``""`` for an empty one, None for one that is not known."""
        known: dict[str, str | None] = {"": ""}
        found = []
        for word in words:
            if word not in known:
                known[word] = self._keys.get(fold(word))
            found.append(known[word])
        return found


def _both(text: Any) -> tuple[str, str]:
    return text.fr, text.en
