"""Text that a font can show: typst makes a fault of a letter without a glyph, and a list may hold any."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _glyphs(fonts: Path) -> frozenset[int]:
    """Return the characters that the font has, upright and in the weight of titles."""
    from matplotlib.ft2font import FT2Font

    faces = (fonts / f"SourceSansPro-{weight}.ttf" for weight in ("Regular", "Semibold"))
    return frozenset.intersection(*(frozenset(FT2Font(str(face)).get_charmap()) for face in faces))


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
