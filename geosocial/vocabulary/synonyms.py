"""The headers and the words under which people keep what geosocial needs: data that anyone can extend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from geosocial.vocabulary import fold

_HUMP: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
_BRACKETS: Final = re.compile(r"[(\[{<][^)\]}>]*[)\]}>]")
_SEPARATORS: Final = re.compile(r"[\W_]+")
#: Units, and signs of degrees, at the end of a header; "m" alone would be the last word of "nom m".
_UNITS: Final = frozenset({"m", "m2", "km", "km2", "deg", "degre", "degres", "degree", "degrees", "dd"})


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one column: those that say what it holds, and those that may."""

    sure: frozenset[str]
    likely: frozenset[str]


def plain(header: str) -> str:
    """Return a header without what does not matter: accents, case, underscores, brackets, units.

    Examples
    --------
    >>> plain("Capacité_(logements)"), plain("buildingName"), plain("  LATITUDE [deg] "), plain("x_m")
    ('capacite', 'building name', 'latitude', 'x')
    """
    bare = _BRACKETS.sub(" ", header)
    if not bare.strip():
        bare = header
    words = _SEPARATORS.sub(" ", fold(_HUMP.sub(" ", bare))).split()
    while len(words) > 1 and words[-1] in _UNITS:
        words.pop()
    return " ".join(words)


@cache
def headers() -> Mapping[str, Headers]:
    """Return the headers of each column by its key, in the order of ``columns.toml``."""
    return {
        key: Headers(frozenset(map(plain, lists["sure"])), frozenset(map(plain, lists["likely"])))
        for key, lists in _read("columns.toml").items()
    }


@cache
def plan_headers(sheet: str) -> Mapping[str, frozenset[str]]:
    """Return the headers of each column of a sheet of the follow-up (``plan.toml``), as `plain` does."""
    return {key: frozenset(map(plain, found)) for key, found in _read("plan.toml")[sheet].items()}


@cache
def words(family: str) -> Mapping[str, tuple[str, ...]]:
    """Return the words that stand for each key of a family of ``words.toml``; none for another family."""
    return {key: tuple(found) for key, found in _read("words.toml").get(family, {}).items()}


@cache
def crosswalks() -> tuple[str, ...]:
    """Return the names of the crosswalks from published lists."""
    folder = resources.files("geosocial.vocabulary").joinpath("crosswalks")
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files("geosocial.vocabulary").joinpath(name).read_text(encoding="utf-8"))
