"""Which letters the bytes of a text stand for, where it is no UTF-8: told by how accents stand in words.

Excel writes cp1252 on Windows, Mac Roman as “CSV (Macintosh)” and cp850 as “CSV (MS-DOS)”. Each byte above
127 is looked at between its neighbours, as each of the three reads it: an accented letter beside a letter, an
apostrophe between two, a quotation mark at the edge of a word stand as in French and English; a letter or a
sign that neither language has, a capital letter inside a word, a quotation mark between two letters do not.
Another reading than cp1252 is taken where that is plain alone: nearly everything stands well in it, and next
to nothing in cp1252. Where it is not, cp1252 is kept, and words that look wrong are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

#: How each encoding is called, by its codec.
NAMES: Final[Mapping[str, str]] = {"cp1252": "cp1252", "mac_roman": "Mac Roman", "cp850": "cp850 (MS-DOS)"}
_USUAL: Final = "cp1252"
_LETTERS: Final = frozenset("àâäéèêëîïôöûùüÿçœæñáíóú")
#: Signs that may stand anywhere: they tell nothing.
_NEUTRAL: Final = frozenset("\u00a0°²³½¼¾€£¢©®™•·…±×µ§¹ªº¡¿¥")
_OPENING, _CLOSING = frozenset("«“‘"), frozenset("»”")
#: Bytes that are looked at, how many must stand well, and how many times less may stand badly.
_MOST: Final = 5_000
_FEWEST: Final = 3
_TIMES: Final = 20
_CLEAR: Final = 2
_HIGH: Final = re.compile(rb"[\x80-\xff]")
#: What UTF-8 that was read as cp1252 and saved again looks like, and a letter that was lost before.
_DAMAGED: Final = re.compile(
    rb"\xc3\x83(?:\xc2[\x80-\xbf]|\xe2\x80|\xc5|\xc6)|\xc3\xa2\xe2\x82\xac|\xef\xbf\xbd"
)
_EDGES: Final = b" ,;|\t\"'()\r\n"
_SHOWN: Final = 3


def windows(data: bytes) -> Iterable[bytes]:
    """Give the bytes above 127 of a text, each between its neighbours; a space where there is none."""
    for found in _HIGH.finditer(data):
        at = found.start()
        yield (data[at - 1 : at] or b" ") + data[at : at + 1] + (data[at + 1 : at + 2] or b" ")


def codec_of(seen: Iterable[bytes]) -> str:
    r"""Return the codec of a text that is no UTF-8, from its `windows`: cp1252 unless another is plain.

    Examples
    --------
    >>> codec_of(windows("L’Île, l’été à Saint-Noël".encode("mac_roman")))
    'mac_roman'
    >>> codec_of(windows("L’Île, l’été à Saint-Noël".encode("cp1252"))), codec_of(windows(b"Caf\x8e"))
    ('cp1252', 'cp1252')
    """
    sample = list(islice(seen, _MOST))
    counted = {codec: _count(sample, codec) for codec in NAMES}
    usual, unusual = counted.pop(_USUAL)
    plain = [
        codec
        for codec, (good, bad) in counted.items()
        if good >= _FEWEST and bad * _TIMES <= good and unusual >= _FEWEST and usual * _CLEAR <= unusual
    ]
    return plain[0] if len(plain) == 1 else _USUAL


def _count(sample: Iterable[bytes], codec: str) -> tuple[int, int]:
    """Return how many bytes stand well, and how many do not, as a codec reads them."""
    good = bad = 0
    for window in sample:
        before, letter, after = tuple(window.decode(codec, errors="replace"))
        if letter != "\u00a0" and (letter not in _NEUTRAL or (before.isalpha() and after.isalpha())):
            fits = _stands(before, letter, after)
            good, bad = good + fits, bad + (not fits)
    return good, bad


def _stands(before: str, letter: str, after: str) -> bool:
    """Return whether a letter or a sign stands between its neighbours as in French or English."""
    if letter.lower() in _LETTERS:
        if letter.islower():
            return before.isalpha() or after.isalpha() or (letter in "àù" and not before.isalnum())
        return not before.islower() and (after.isalpha() or letter == "À" or before.isupper())
    if letter == "’":
        return before.isalpha()
    if letter in "–—":
        return True
    if letter in _OPENING:
        return not before.isalnum()
    return letter in _CLOSING and not after.isalnum()


def doubtful(data: bytes, codec: str) -> tuple[str, ...]:
    """Return the first words whose letters look wrong as a codec reads them; none where most look right.

    In UTF-8 these are words that were damaged before: ``MontrÃ©al``, ``Montr�al``.
    """
    if codec == "utf-8":
        return _words(data, (m.start() for m in _DAMAGED.finditer(data)), codec)
    good, bad = _count(islice(windows(data), _MOST), codec)
    if bad <= good:
        return ()
    at = (
        m.start()
        for m in _HIGH.finditer(data)
        if _count(
            [(data[m.start() - 1 : m.start()] or b" ") + data[m.start() : m.start() + 2].ljust(2)], codec
        )[1]
    )
    return _words(data, at, codec)


def doubts(data: bytes, encoding: str) -> dict[str, str]:
    """Return what of the letters is worth saying, among the facts of how a file was read."""
    codec = {"UTF-8": "utf-8", "cp1252": "cp1252"}.get(encoding)
    words = doubtful(data, codec) if codec else ()
    return {"doubtful_letters": ", ".join(words)} if words else {}


def _words(data: bytes, places: Iterable[int], codec: str) -> tuple[str, ...]:
    """Return the first different words in which these places are."""
    found: dict[str, None] = {}
    for at in islice(places, 200):
        start, end = at, at
        while start > max(0, at - 30) and data[start - 1] not in _EDGES:
            start -= 1
        while end < min(len(data), at + 30) and data[end] not in _EDGES:
            end += 1
        found.setdefault(data[start:end].decode(codec, errors="ignore"))
        if len(found) == _SHOWN:
            break
    return tuple(found)
