"""The partnership's words as data: spheres, kinds, statuses, legal forms, crosswalks from published lists.

Each word is a record of a TOML file beside this module, with its French and its English label. Nothing here
computes: the reader returns frozen records, in the order of the file.
"""

from __future__ import annotations

import html
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from geosocial.errors import N_, InputError

Lang = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text in both languages."""

    fr: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        """Return the text in `lang`, ``"fr"`` or ``"en"``."""
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Sphere:
    """A sphere of quality of life in which the partnership acts."""

    key: str
    label: LocalText
    #: A facility of the sphere with its indefinite article: "un équipement culturel", "a cultural facility".
    facility: LocalText


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of facility or enterprise, and the sphere that it serves."""

    key: str
    sphere: str
    one: LocalText
    many: LocalText
    #: What its capacity counts: ``"dwellings"``, or ``""`` where only the number of places is known.
    capacity: str = ""
    #: Whether it is the kind of a place of which a list says the sphere alone.
    general: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A word with its two labels: a status, a legal form, a direction."""

    key: str
    label: LocalText


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _text(value: object) -> LocalText:
    assert isinstance(value, dict)  # noqa: S101 - our own data file, held by a test
    return LocalText(fr=value["fr"], en=value["en"])


@cache
def spheres() -> Mapping[str, Sphere]:
    """Return the spheres by key, in the order in which they are shown."""
    table = _read("spheres.toml")
    return {k: Sphere(k, _text(v["label"]), _text(v["facility"])) for k, v in table.items()}  # type: ignore[index]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the kinds of facility by key, in the order in which they are shown."""
    table = _read("kinds.toml")
    return {
        k: Kind(
            k,
            v["sphere"],  # type: ignore[index]
            _text(v["one"]),  # type: ignore[index]
            _text(v["many"]),  # type: ignore[index]
            v.get("capacity", ""),  # type: ignore[attr-defined]
            v.get("general", False),  # type: ignore[attr-defined]
        )
        for k, v in table.items()
    }


@cache
def general_kinds() -> Mapping[str, str]:
    """Return, by sphere, the kind of a place of which a list says the sphere alone."""
    return {kind.sphere: kind.key for kind in kinds().values() if kind.general}


@cache
def terms(family: str) -> Mapping[str, Term]:
    """Return the terms of a family by key.

    Families: ``statuses``, ``legal_forms``, ``zone_kinds``, ``directions``, ``goals``.
    """
    table = _read("terms.toml")[family]
    assert isinstance(table, dict)  # noqa: S101 - our own data file, held by a test
    return {k: Term(k, _text(v)) for k, v in table.items()}


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """How the categories of a published list become our kinds."""

    #: Folded category → kind.
    kinds: Mapping[str, str]
    #: Folded beginning of a category → kind, for lists whose category opens a longer text; the longest wins.
    prefixes: Mapping[str, str]
    #: Kind of a category that is neither; ``""`` where such a category serves no sphere.
    default: str = ""


@cache
def crosswalk(name: str) -> Crosswalk:
    """Return the crosswalk of a published list.

    Raises
    ------
    InputError
        When no crosswalk of this name exists.
    """
    folder = resources.files(__package__).joinpath("crosswalks")
    known = sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml"))
    if name not in known:
        raise InputError(
            N_("There is no crosswalk named “{name}”."),
            hint=N_("Known crosswalks: {known}."),
            name=name,
            known=", ".join(known),
        )
    table = tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    prefixes = sorted(table.get("prefixes", {}).items(), key=lambda item: (-len(fold(item[0])), item[0]))
    return Crosswalk(
        kinds={fold(category): kind for category, kind in table["kinds"].items()},
        prefixes={fold(prefix): kind for prefix, kind in prefixes},
        default=table.get("default", ""),
    )


def classify(name: str, category: str) -> str:
    """Return the kind of a category by the crosswalk `name`; ``""`` when it serves no sphere, or is empty.

    Raises
    ------
    InputError
        When no crosswalk of this name exists.

    Examples
    --------
    >>> classify("montreal_points_of_interest", "BIBLIOTHEQUE PUBLIQUE")
    'library'
    >>> classify("shq_housing", "Coop.Hab. Aigle Blanc")
    'cooperative_dwelling'
    >>> classify("montreal_points_of_interest", "Caserne de pompiers")
    ''
    """
    table = crosswalk(name)
    key = fold(category)
    if not key:
        return ""
    if key in table.kinds:
        return table.kinds[key]
    return next((kind for prefix, kind in table.prefixes.items() if key.startswith(prefix)), table.default)


_SPACES = re.compile(r"[\s\-‐‑‒–—―/.]+")
_APOSTROPHES = re.compile(r"['’‘‛`´ʼ′]")


def fold(text: str) -> str:
    """Return `text` without accents, case, apostrophes, HTML entities, or differences of dash and space.

    Two spellings of one name fold to the same key; two names of Montréal never do (a test holds this).

    Examples
    --------
    >>> fold("L&#039;Île-Bizard – Sainte-Geneviève") == fold("LÎle-Bizard-Sainte-Geneviève")
    True
    >>> fold("L’Île-Bizard–Sainte-Geneviève")
    'lile bizard sainte genevieve'
    """
    plain = _APOSTROPHES.sub("", html.unescape(text))  # before NFKD, which turns ´ into a space and an accent
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = plain.casefold()
    return _SPACES.sub(" ", plain.replace("œ", "oe").replace("æ", "ae")).strip()
