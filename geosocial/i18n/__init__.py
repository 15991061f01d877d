"""Words and numbers in French and English: one catalogue for the command line, the maps and the reports.

A message is written in English where it is used, marked by ``t``, ``n`` or `geosocial.errors.N_`; the French
stands in ``locale/fr/LC_MESSAGES/geosocial.po`` (compiled by ``make words``). Numbers, dates and lists follow
Babel's ``fr_CA`` and ``en_CA``. A `Words` is passed explicitly: there is no current language.
"""

from __future__ import annotations

import datetime as dt
import gettext
import math
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from geosocial.errors import N_, Count, GeosocialError, Said
from geosocial.vocabulary import Lang, LocalText

DOMAIN: Final = "geosocial"
LOCALE_DIR: Final = Path(__file__).parent / "locale"
NBSP: Final = "\u00a0"
#: What the system says of a file that it does not give or take, in its own words: always in English.
SYSTEM: Final = frozenset(
    {
        N_("No space left on device"),
        N_("Disk quota exceeded"),
        N_("File too large"),
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("Read-only file system"),
        N_("File name too long"),
        N_("Is a directory"),
        N_("Not a directory"),
        N_("Input/output error"),
        N_("Too many open files"),
    }
)


class Words:
    r"""One language: its messages, its numbers, its lists.

    Parameters
    ----------
    lang
        ``"fr"`` (as written in Québec) or ``"en"`` (Canada).

    Examples
    --------
    >>> words("fr").percent(0.123, 1), words("en").metres(1500), words("fr").ordinal(1)
    ('12,3\xa0%', '1.5\xa0km', '1er')
    """

    def __init__(self, lang: Lang) -> None:
        self.lang: Final[Lang] = lang
        #: Babel locale, also the ``lang`` attribute of pages with a hyphen.
        self.locale: Final = f"{lang}_CA"
        self._catalogue = gettext.translation(DOMAIN, LOCALE_DIR, languages=[lang], fallback=lang == "en")

    def t(self, message: str, /, **facts: object) -> str:
        """Return `message` in this language, its ``{fields}`` filled with `facts`."""
        text = self._catalogue.gettext(message) if message else ""
        return text.format(**{name: self._fact(fact) for name, fact in facts.items()}) if facts else text

    def _fact(self, fact: object) -> object:
        """Render the messages among the facts, in this language."""
        if isinstance(fact, Said):
            return self.said(fact)
        if isinstance(fact, LocalText):
            return self.label(fact)
        if isinstance(fact, tuple):
            return "; ".join(str(self._fact(part)) for part in fact)
        return self.number(int(fact)) if isinstance(fact, Count) else fact

    def said(self, fact: Said) -> str:
        """Return a message that is a fact of another one in this language."""
        if fact.many:
            facts = {name: self._fact(part) for name, part in fact.facts.items()}
            return self.n(fact.template, fact.many, fact.count, **facts)
        return self.t(fact.template, **fact.facts)

    def n(self, one: str, many: str, count: float, /, **facts: object) -> str:
        """Return `one` or `many` by the language's rule for `count`, as it is shown.

        In French what is below 2 is singular (0, 1, 1,9), in English 1 alone.
        """
        whole = math.floor(abs(count)) if self.lang == "fr" else (1 if count == 1 else 2)
        return self._catalogue.ngettext(one, many, whole).format(**facts)

    def error(self, error: GeosocialError) -> str:
        """Return an error and its hint, on one line."""
        facts = dict(error.facts)
        reason = facts.get("reason")
        if isinstance(reason, str) and reason in SYSTEM:
            facts["reason"] = self.t(reason)
        parts = (self.t(part, **facts) for part in (error.template, error.hint) if part)
        return " ".join(" ".join(parts).splitlines())

    def label(self, text: LocalText) -> str:
        """Return a label of the study or the vocabulary in this language."""
        return text[self.lang]

    def number(self, value: float, decimals: int = 0) -> str:
        """Return `value` with `decimals` digits: ``1 234,5`` or ``1,234.5``; ``–`` for NaN."""
        if math.isnan(value):
            return "–"
        text = f"{value:,.{decimals}f}"
        if text[0] == "-":
            # what rounds to nothing has no sign
            text = text.replace("-", "−") if text.strip("-0.") else text[1:]
        if self.lang == "en":
            return text
        return text.replace(",", NBSP).replace(".", ",")

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share as a percentage: ``12,3 %`` in French, ``12.3%`` in English; ``–`` for NaN."""
        if math.isnan(share):
            return "–"
        return self.number(share * 100, decimals) + (f"{NBSP}%" if self.lang == "fr" else "%")

    def people(self, value: float) -> str:
        """Return a number of people or households for a sentence: to hundreds, to tens below 1,000."""
        if math.isnan(value):
            return "–"
        step = 100 if abs(value) >= 1000 else 10
        return self.number(math.floor(value / step + 0.5) * step)

    def dwellings(self, value: float) -> str:
        """Return a number of dwellings for a sentence: to tens below 1,000, to hundreds above."""
        return self.people(value)

    def metres(self, value: float, *, exact: bool = False) -> str:
        """Return a distance: ``800 m``, ``1 km``, ``1,5 km``; exact, to the metre: ``1 512 m``."""
        if math.isnan(value):
            return "–"
        if exact or value < 1000:
            return f"{self.number(value)}{NBSP}m"
        km = value / 1000
        return f"{self.number(km, 0 if km == int(km) else 1)}{NBSP}km"

    def ordinal(self, rank: int) -> str:
        """Return a rank: ``1er``, ``2e`` in French; ``1st``, ``2nd``, ``3rd``, ``11th`` in English."""
        if self.lang == "fr":
            return "1er" if rank == 1 else f"{rank}e"
        teen = rank % 100 in {11, 12, 13}
        return f"{rank}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"

    def listing(self, items: Iterable[str]) -> str:
        """Return ``A, B et C`` or ``A, B and C``."""
        names = list(items)
        if len(names) < 2:
            return "".join(names)
        joiner = " et " if self.lang == "fr" else " and "
        return ", ".join(names[:-1]) + joiner + names[-1]

    def date(self, day: dt.date) -> str:
        """Return a date in words: ``22 novembre 2026``, ``November 22, 2026``."""
        return _date(day, self.locale)


@cache
def _date(day: dt.date, locale: str) -> str:
    from babel.dates import format_date

    return str(format_date(day, format="long", locale=locale))


@cache
def words(lang: Lang) -> Words:
    r"""Return the words of a language, read once.

    Examples
    --------
    >>> words("fr").number(1234.5, 1), words("en").number(1234.5, 1)
    ('1\xa0234,5', '1,234.5')
    """
    return Words(lang)


def system_language() -> Lang:
    """Return the language that the user's environment asks for: French unless it says English.

    Reads ``GEOSOCIAL_LANG``, then ``LC_ALL``, ``LC_MESSAGES``, ``LANG`` as gettext does.
    """
    for name in ("GEOSOCIAL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        if value in {"fr", "en"}:
            return "fr" if value == "fr" else "en"
    return "en" if os.environ.get("LANG") in {"C", "C.UTF-8", "POSIX"} else "fr"
