import struct

from geosocial.report.glyphs import characters, with_glyphs
from geosocial.report.paper import fonts


def test_letters_without_a_glyph_are_a_question_mark() -> None:
    given = {"a": ["Théâtre – l’Œuvre", "\u202e\ufffdעx\u2028y", 3, None], "b": "→ − ≥"}
    assert with_glyphs(given, fonts()) == {
        "a": ["Théâtre – l’Œuvre", "??x y", 3, None],
        "b": "→ − ≥",
    }


def test_the_letters_of_a_font_are_those_that_freetype_finds() -> None:
    from matplotlib.ft2font import FT2Font

    for name in ("Regular.ttf", "Semibold.ttf", "BoldIt.ttf", "Light.otf"):
        path = fonts() / f"SourceSansPro-{name}"
        assert characters(path.read_bytes()) == set(FT2Font(str(path)).get_charmap()), name


def test_a_font_of_32_bits_by_hand() -> None:
    # one table; one subtable of Windows, of format 12; U+1F600 to U+1F602 with the glyphs 0 (none), 1 and 2
    subtable = struct.pack(">HHIII III", 12, 0, 28, 0, 1, 0x1F600, 0x1F602, 0)
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + subtable
    font = struct.pack(">IHHHH4sIII", 0x00010000, 1, 0, 0, 0, b"cmap", 0, 28, len(cmap)) + cmap
    assert characters(font) == {0x1F601, 0x1F602}
