"""The words of addresses, in either language, as patterns and tables: kinds of way, directions, units, boxes.

They are data (``geosocial/vocabulary/addresses.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

#: What makes a number an ordinal.
ORDINAL: Final = r"(?:e|eme|ieme|er|re|ere|nd|rd|th|st)"


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of addresses, made ready for lookup."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    kept: frozenset[str]
    directions: Mapping[str, str]
    links: frozenset[str]
    names: Mapping[str, str]
    unit: re.Pattern[str]
    unit_last: re.Pattern[str]
    care_of: re.Pattern[str]
    box: re.Pattern[str]


def _either(phrases: Iterable[str]) -> str:
    """Return a pattern of any of the phrases; a space in one stands for any break that is no letter."""
    longest = sorted(phrases, key=lambda p: (-len(p), p))
    return "|".join(r"[\s/-]+".join(map(re.escape, p.split())) for p in longest)


@cache
def vocabulary() -> Words:
    """Return the words, read once."""
    raw = tomllib.loads(resources.files("geosocial.vocabulary").joinpath("addresses.toml").read_text("utf-8"))
    before = {word: key for key, found in raw["generics"].items() for word in found}
    after = before | {word: key for key, found in raw["generics_after"].items() for word in found}
    units = _either(raw["units"]["words"])
    mark = r"[a-z]{0,2}-?[0-9][0-9a-z-]*|[a-z](?![0-9a-z-])"
    return Words(
        before=before,
        after=after,
        kept=frozenset(raw["kept"]["words"]),
        directions={word: key for key, found in raw["directions"].items() for word in found},
        links=frozenset(raw["links"]["words"]),
        names=raw["names"],
        unit=re.compile(
            rf"(?:(?:(?:{units})\b|ste(?=\s[0-9])|#)\s*(?:#|no\b)?\s*(?P<unit>{mark}|$)|[0-9]{{1,2}}{ORDINAL}?\s(?:etage|floor)\b)(?P<rest>.*)"
        ),
        unit_last=re.compile(rf"\s(?:(?:{units})\b|ste(?=\s[0-9]+$)|#)\s*(?:#|no\b)?\s*(?P<unit>{mark})\s*$"),
        care_of=re.compile(rf"(?:{_either(raw['care_of']['words'])})(?![0-9a-z])"),
        box=re.compile(rf"(?:{_either(raw['boxes']['words'])})(?![a-z])"),
    )
