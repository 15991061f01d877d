"""The other names of zones that lists use: abbreviations, short forms and known typos, as data.

A name is compared as `geosocial.vocabulary.fold` leaves it, with its abbreviated words written out. Beyond
that only the spellings of ``zone_names.toml`` are known: one that is not there is not recognised, never
guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from geosocial.vocabulary import fold

#: What stands before the name of a borough and is no part of it: “Arr. Verdun”, “Arrondissement d’Anjou”.
_BEFORE: Final = re.compile(
    r"^\s*(?:arr\.|arr(?=\s)|arrond\.|arrondissement\b|borough of\b)\s*(?:de\s|du\s|d['’ʼ])?\s*(?=[^\W\d_])",
    re.IGNORECASE,
)


@cache
def _tables() -> Mapping[str, Mapping[str, object]]:
    file = resources.files("geosocial.vocabulary").joinpath("zone_names.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _words() -> Mapping[str, str]:
    return {fold(short): fold(str(whole)) for short, whole in _tables()["words"].items()}


def fold_name(text: str) -> str:
    """Return the name of a zone folded, its abbreviated words written out and “Arr.” before it left out.

    Examples
    --------
    >>> fold_name("Arr. Rosemont—Petite-Patrie"), fold_name("Arrondissement d’Anjou")
    ('rosemont petite patrie', 'anjou')
    >>> fold_name("CÔTE-ST-LUC") == fold_name("Côte-Saint-Luc")
    True
    """
    words = _words()
    return " ".join(words.get(word, word) for word in fold(_BEFORE.sub("", text)).split(" "))


@cache
def zone_aliases() -> Mapping[str, str]:
    """Return the known other names of zones: alias → name, both as `fold_name` gives them.

    Examples
    --------
    >>> zone_aliases()[fold_name("R-D-P / P-A-T")]
    'riviere des prairies pointe aux trembles'
    """
    found: dict[str, str] = {}
    for name, aliases in _tables()["names"].items():
        assert isinstance(aliases, list)  # noqa: S101 - our own data file, held by a test
        found |= {fold_name(alias): fold_name(name) for alias in aliases}
    return found
