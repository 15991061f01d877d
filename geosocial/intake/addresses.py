"""Read addresses as people of Québec write them, in either language, into parts that can be compared.

``Bureau 101, 3601, boul. Gaétan-Laberge``, ``12e avenue 3450``, ``4245 - 4249 Sherbrooke St. W.``: the civic
number (or range), the kind of way, the name, the cardinal point, the unit, in whose care, the postal code.
The words are data (``vocabulary/addresses.toml``). Nothing is corrected here and nothing raises: what
cannot be understood is left empty. The municipality is what follows the street, as written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from geosocial.intake.address_words import ORDINAL, Words, vocabulary

#: Longer texts are no addresses; only their beginning is read.
LONGEST: Final = 300
#: Signs outside ASCII: apostrophes become spaces, dashes one dash.
_SIGNS: Final = {
    **dict.fromkeys(map(ord, "’‘ʼ´′"), " "),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xAD], "-"),
    ord("œ"): "oe",
    ord("Œ"): "oe",
    ord("æ"): "ae",
    ord("Æ"): "ae",
}
_MARKS: Final = {ord("'"): " ", ord("`"): " ", ord("."): " ", ord("_"): "-"}
_SPACES: Final = re.compile(r"[^\S\n\r\t]+")
#: Letters that a postal code may begin with, and those of its other letters.
_CODE: Final = re.compile(
    r"(?<![0-9a-z])([abceghj-nprstvxy])\s?([0-9])\s?([abceghj-nprstv-z])\s?-?\s?([0-9])\s?([abceghj-nprstv-z])\s?([0-9])(?![0-9a-z])"
)
_NOTE: Final = re.compile(r"\([^)]*\)?|\)")
_RANGE: Final = re.compile(r"(?<=[0-9])([a-z]?)\s*(?:-|&|\ba\b|\bet\b|\bto\b|\band\b)\s*(?=[0-9]{1,5}\b)")
_SPLIT: Final = re.compile(r"[,;|\n\r\t]+|(?<=\s)-+(?=\s)|\s/\s")
_NUMBERED: Final = re.compile(rf"0*([0-9]{{1,3}}){ORDINAL}")
_SPACED_ORDINAL: Final = re.compile(
    r"\b([0-9]{1,3})\s(e|eme|ieme|er|re|ere|nd|rd|th)\s(?=(?:avenue|ave?|rue|rang)\b)"
)
_NUMBER: Final = re.compile(
    r"(?P<first>[0-9]{1,6})(?:\s?-?(?P<letter>(?!r\s)[a-z])(?=[\s-]|$)|\s+1\s?[/⁄]\s?2(?=\s|$))?"
    r"(?:\s?-\s?(?P<last>[0-9]{1,6})[a-z]?)?(?=\s|$)\s*(?P<rest>.*)"
)
_NUMBER_LAST: Final = re.compile(
    r"(?P<rest>.*[a-z].*?)[\s]+(?P<first>[0-9]{1,6})(?:-(?P<last>[0-9]{1,6}))?(?P<letter>[a-z])?"
)
_PROVINCE: Final = re.compile(r"(?<=\S)\s+(?:\(?qc\)?|quebec|pq|p q)(?:\s+canada)?$|(?<=\S)\s+canada$")
_CITY: Final = re.compile(r"(?<=\S)\s+montreal$")
_TOKENS: Final = re.compile(r"[0-9a-z]+")
_SPACED: Final = re.compile(r"([0-9]{1,2})\s([0-9]{3})(?=$)")
#: The widest range that one building takes; beyond it the first number is that of a unit.
_WIDEST: Final = 200


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; a part that is not there is ``""`` or 0."""

    #: First and last civic number; the same unless a range is written.
    number: int = 0
    last: int = 0
    #: Letter of the number: the A of 1405A.
    letter: str = ""
    #: Kind of way, a key of the vocabulary: rue, avenue, boulevard …
    generic: str = ""
    #: Name of the way, for comparison: folded, without its link words; a numbered one is ``12e``.
    name: str = ""
    #: N, S, E or O.
    direction: str = ""
    unit: str = ""
    care_of: str = ""
    #: Whether it is a post-office box, which is not where the place is.
    box: bool = False
    municipality: str = ""
    #: Six characters, no space; or the three of a forward sortation area.
    postal_code: str = ""

    @property
    def fsa(self) -> str:
        """The forward sortation area: the first three characters of the postal code."""
        return self.postal_code[:3]

    @property
    def way(self) -> tuple[str, str, str]:
        """What a street is compared by: name, direction, kind of way."""
        return self.name, self.direction, self.generic


def parse(text: str, *, postal_code: str = "", city: str = "") -> Address:
    """Return the parts of an address.

    Parameters
    ----------
    text
        The address, as written.
    postal_code, city
        What other columns say; they win over what the text says.

    Examples
    --------
    >>> a = parse("Bureau 101, 3601, boul. Gaétan-Laberge", postal_code="h4g 0A5")
    >>> a.number, a.generic, a.name, a.unit, a.postal_code
    (3601, 'boulevard', 'gaetan laberge', '101', 'H4G0A5')
    >>> parse("12e avenue 3450").number, parse("12e avenue 3450").way
    (3450, ('12e', '', 'avenue'))
    """
    words = vocabulary()
    plain = _plain(text[:LONGEST])
    code = ""
    found = _CODE.search(plain)
    if found:
        code = "".join(found.groups()).upper()
        plain = f"{plain[: found.start()]},{plain[found.end() :]}"
    plain = _SPACED_ORDINAL.sub(r"\1\2 ", _RANGE.sub(r"\1-", _NOTE.sub(" ", plain)))
    units, cares, box, parts = [], [], False, []
    for piece in _SPLIT.split(plain):
        part = piece.strip(" -.")
        opened = words.unit.match(part)
        if opened:
            units.append(opened["unit"] or part)
            part = opened["rest"].strip(" -")
        closed = words.unit_last.search(part)
        if closed:
            units.append(closed["unit"])
            part = part[: closed.start()].strip(" -")
        if not part:
            continue
        part = _SPACED.sub(r"\1\2", part) if _SPACED.fullmatch(part) else part  # "11 975, rue …"
        if words.care_of.match(part):
            cares.append(part)
        elif words.box.match(part):
            box = True
        else:
            parts.append(part)
    at, number, street, rest = _street(parts, words)
    generic, name, direction = _way(street, words)
    first, last, letter, unit = _civic(number)
    places = [] if at < 0 else rest
    return Address(
        number=first,
        last=last,
        letter=letter,
        generic=generic,
        name=name,
        direction=direction,
        unit=unit or (units[0] if units else ""),
        care_of="; ".join(cares),
        box=box,
        municipality=_plain(city[:LONGEST]).strip()
        or ", ".join(p for p in places if p not in {"qc", "quebec", "canada"}),
        postal_code=postal(postal_code) or code,
    )


def parse_way(text: str) -> tuple[str, str, str]:
    """Return (name, direction, kind of way) of the name of a street without number: what `Address.way` is.

    Examples
    --------
    >>> parse_way("Boulevard de l'Acadie"), parse_way("Sherbrooke St. W.")
    (('acadie', '', 'boulevard'), ('sherbrooke', 'O', 'rue'))
    """
    generic, name, direction = _way(_NOTE.sub(" ", _plain(text[:LONGEST])), vocabulary())
    return name, direction, generic


def postal(text: str) -> str:
    """Return a postal code as six characters, a forward sortation area as three, ``""`` for anything else.

    A letter O or I where only a digit can be is that digit; a code never has these letters elsewhere.

    Examples
    --------
    >>> postal(" h4g-0a5 (QC)"), postal("H1X 3LO"), postal("H2X"), postal("à venir")
    ('H4G0A5', 'H1X3L0', 'H2X', '')
    """
    if not text:
        return ""
    plain = _NOTE.sub(" ", _plain(text[:LONGEST]))
    found = _CODE.search(plain)
    if found:
        return "".join(found.groups()).upper()
    tight = re.sub(r"[^0-9a-z]", "", plain)
    if len(tight) not in {3, 6}:
        return ""
    mended = "".join(c.translate(_DIGITS) if i % 2 else c for i, c in enumerate(tight))
    whole = mended if len(mended) == 6 else f"{mended}1a1"
    return mended.upper() if _CODE.fullmatch(whole) else ""


_DIGITS: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})


def civic_numbers(text: str) -> tuple[int, int]:
    """Return the first and last number that a column of civic numbers gives, (0, 0) for none.

    Examples
    --------
    >>> civic_numbers("4245-4249"), civic_numbers("1405A"), civic_numbers("")
    ((4245, 4249), (1405, 1405), (0, 0))
    """
    first, last, _, _ = _civic(_RANGE.sub(r"\1-", _plain(text[:40])).strip())
    return first, last


def _plain(text: str) -> str:
    """Return `text` without accents and case; dots and apostrophes become spaces, dashes one dash."""
    if not text:
        return ""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_SIGNS))
        text = "".join(c for c in text if not unicodedata.combining(c))
        text = text.translate(_SIGNS)  # NFKD makes a dash of some signs, and œ is no accent
    return _SPACES.sub(" ", text.casefold().translate(_MARKS)).strip()


def _street(parts: list[str], words: Words) -> tuple[int, str, str, list[str]]:
    """Return which part is the street (-1: none), its number, the rest of it, and what follows."""
    alone = ""
    candidates: list[tuple[int, str, str]] = []
    for at, part in enumerate(parts):
        opened = _opening_number(part, words)
        if opened and not opened[1]:
            alone = alone or opened[0]
        elif opened:
            candidates.append((at, *opened))
        else:
            number, street = _number_last(part, words)
            candidates.append((at, number, street))
    chosen = next((c for c in candidates if c[1]), None)
    named = next((c for c in candidates if _way(c[2], words)[0]), None)
    if alone and named and not named[1]:
        chosen = named
    chosen = chosen or named or (candidates[0] if candidates else None)
    if chosen is None:
        return -1, alone, "", []
    at, number, street = chosen
    following = next((c for c in candidates if c[0] == at + 1 and not c[1]), None)
    if following and _hangs(street, words):  # "chemin de la, Côte-des-Neiges"
        at, street = following[0], f"{street} {following[2]}"
    after = [c[2] for c in candidates if c[0] > at]
    return at, number or alone, _without_place(street), after


def _without_place(street: str) -> str:
    """Return a street without the province and the city that follow it without a comma."""
    shorter = _PROVINCE.sub("", street)
    cut = _CITY.sub("", shorter)
    if len(cut.split()) >= 2:
        shorter = cut
    return shorter if len(shorter.split()) >= 2 else street


def _opening_number(part: str, words: Words) -> tuple[str, str] | None:
    """Return the number that opens a part and what follows it, or None; "12e avenue" opens with a name."""
    found = _NUMBER.fullmatch(part)
    if not found:
        return None
    rest = found["rest"]
    if found["letter"] == "e" and not found["last"] and rest:
        tail = rest.split()
        plain_way = tail[0] in words.before and (
            len(tail) == 1
            or tail[1] in words.directions
            or tail[1][:1].isdigit()
            or words.unit.match(rest.split(" ", 1)[1])
        )
        if plain_way:
            return None
    return part[: len(part) - len(rest)].strip(), rest


def _number_last(part: str, words: Words) -> tuple[str, str]:
    """Return the number that closes a part and what precedes it; "avenue 80" and "route 132" have none."""
    found = _NUMBER_LAST.fullmatch(part)
    if not found:
        return "", part
    rest = found["rest"].strip(" -")
    if rest in words.before or not rest:
        return "", part
    return part[len(found["rest"]) :].strip(), rest


def _civic(written: str) -> tuple[int, int, str, str]:
    """Return first number, last number, letter and unit of a written number."""
    found = _NUMBER.fullmatch(written)
    if not found:
        return 0, 0, "", ""
    first, letter = int(found["first"]), (found["letter"] or "").upper()
    if not found["last"]:
        return first, first, letter, ""
    tail = found["last"]
    last = int(tail)
    short = int(found["first"][: -len(tail)] + tail) if len(tail) < len(found["first"]) else 0
    if first < last <= first + _WIDEST:
        return first, last, letter, ""
    if first < short <= first + _WIDEST:  # 4245-49
        return first, short, letter, ""
    if last > first:  # 4-4245: the unit comes first
        return last, last, "", found["first"]
    return first, first, letter, tail


def _way(street: str, words: Words) -> tuple[str, str, str]:
    """Return the kind of way, the name and the direction of a street."""
    tokens = [t if t.isalpha() else _numbered(t) for t in _TOKENS.findall(street)]
    if not any(t.isalpha() or t[-1] == "e" for t in tokens):
        return "", "", ""
    direction = ""
    if len(tokens) > 2 and _NUMBERED.fullmatch(tokens[0]) and tokens[1] in words.before:
        tokens = tokens[: 3 if tokens[2] in words.directions else 2]  # what follows is a place
    if len(tokens) > 1 and tokens[-1] in words.directions and not _only_kind(tokens[:-1], words):
        direction = words.directions[tokens.pop()]
    generic = ""
    if len(tokens) > 1 and tokens[0] in words.before and not _english(tokens, words):
        generic = words.before[tokens[0]]
        if tokens[0] not in words.kept:
            tokens = tokens[1:]
        elif len(tokens) > 2 and tokens[-1] in words.after:  # "Côte Saint-Luc Road"
            generic = words.after[tokens.pop()]
    elif len(tokens) > 1 and tokens[-1] in words.after:
        generic = words.after[tokens.pop()]
        if not direction and len(tokens) > 1 and tokens[-1] in words.directions:
            direction = words.directions[tokens.pop()]
    elif len(tokens) == 1 and tokens[0] in words.before and tokens[0] not in words.kept:
        return words.before[tokens[0]], "", direction
    names = [words.names.get(t, t) for t in tokens if t not in words.links] or tokens
    if generic in {"avenue", "rue"} and len(names) == 1 and names[0].isdigit():  # "avenue 80"
        names = [f"{int(names[0])}e"]
    return generic, " ".join(names), direction


def _numbered(token: str) -> str:
    found = _NUMBERED.fullmatch(token)
    return f"{found[1]}e" if found else token


def _hangs(street: str, words: Words) -> bool:
    """Return whether a street is a kind of way and links, its name still to come."""
    tokens = street.split()
    return len(tokens) > 1 and tokens[0] in words.before and all(t in words.links for t in tokens[1:])


def _only_kind(tokens: list[str], words: Words) -> bool:
    """Return whether nothing but a kind of way and links would be left: "rue du Nord"."""
    return all(t in words.links or t in words.before for t in tokens)


def _english(tokens: list[str], words: Words) -> bool:
    """Return whether the kind of way is the last of two such words: "Park Avenue", not "Avenue Parc"."""
    usual = {"rue", "avenue", "boulevard", "chemin"}
    return (
        len(tokens) == 2 and words.after.get(tokens[1], "") in usual and words.before[tokens[0]] not in usual
    )
