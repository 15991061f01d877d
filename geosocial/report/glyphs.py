"""Text that a font can show: typst makes a fault of a letter without a glyph, and a list may hold any."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Any, Final


@cache
def _glyphs(fonts: Path) -> frozenset[int]:
    """Return the characters that the font has, upright and in the weight of titles."""
    faces = (fonts / f"SourceSansPro-{weight}.ttf" for weight in ("Regular", "Semibold"))
    return frozenset.intersection(*(characters(face.read_bytes()) for face in faces))


def characters(font: bytes) -> frozenset[int]:
    """Return the Unicode characters for which a TrueType or OpenType font has a glyph.

    Read from its table ``cmap``, of which formats 4 (16 bits) and 12 (32 bits) hold Unicode (OpenType
    specification 1.9, cmap): a package that draws would take longer to import than the dossier to write.
    """
    (tables,) = unpack_from(">4xH", font)
    start = next(at for tag, _, at, _ in iter_unpack(">4sIII", font[12 : 12 + 16 * tables]) if tag == b"cmap")
    (count,) = unpack_from(">2xH", font, start)
    records = iter_unpack(">HHI", font[start + 4 : start + 4 + 8 * count])
    places = [start + at for platform, kind, at in records if platform == 0 or (platform, kind) in _UNICODE]
    found: set[int] = set()
    for at in places:
        (form,) = unpack_from(">H", font, at)
        found |= _READERS[form](font, at) if form in _READERS else set()
    return frozenset(found)


def _of_16_bits(font: bytes, at: int) -> set[int]:
    """Return the characters of a subtable of format 4: segments from start to end, each with its rule."""
    twice = unpack_from(">H", font, at + 6)[0]
    form, first = f">{twice // 2}H", at + 14
    ends, starts, deltas, offsets = (unpack_from(form, font, first + n) for n in _columns(twice))
    found = set()
    for segment, (end, begin, delta, offset) in enumerate(zip(ends, starts, deltas, offsets, strict=True)):
        for letter in range(begin, end + 1):
            glyph = letter + delta
            if offset:  # counted from its own place in the last column
                place = first + _columns(twice)[3] + 2 * segment + offset + 2 * (letter - begin)
                (held,) = unpack_from(">H", font, place)
                glyph = held and held + delta
            if glyph & 0xFFFF:
                found.add(letter)
    return found


def _columns(twice: int) -> tuple[int, int, int, int]:
    """Return where the four columns of format 4 start; two bytes of padding follow the first."""
    return 0, twice + 2, 2 * twice + 2, 3 * twice + 2


def _of_32_bits(font: bytes, at: int) -> set[int]:
    """Return the characters of a subtable of format 12: groups of letters with glyphs in a row."""
    (groups,) = unpack_from(">I", font, at + 12)
    rows = iter_unpack(">III", font[at + 16 : at + 16 + 12 * groups])
    return {begin + n for begin, end, glyph in rows for n in range(end - begin + 1) if glyph + n}


#: Subtables of Windows (platform, encoding) in Unicode; those of platform 0 all are.
_UNICODE: Final = {(3, 1), (3, 10)}
_READERS: Final = {4: _of_16_bits, 12: _of_32_bits}


def with_glyphs(value: Any, fonts: Path) -> Any:
    """Return plain values whose texts hold only what the font has: one odd letter must not cost the dossier.

    A letter of another script, or of none, is a question mark; a mark of direction, which has no shape, is
    left out.
    """
    if isinstance(value, dict):
        return {key: with_glyphs(one, fonts) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_glyphs(one, fonts) for one in value]
    if not isinstance(value, str) or value.isascii():
        return value
    known, shown = _glyphs(fonts), list[str]()
    for letter in value:
        kind = unicodedata.category(letter)
        if ord(letter) in known or letter.isspace():
            shown.append(" " if kind in {"Zl", "Zp"} else letter)
        elif kind != "Cf":
            shown.append("?")
    return "".join(shown)
