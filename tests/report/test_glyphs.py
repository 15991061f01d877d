from geosocial.report.glyphs import with_glyphs
from geosocial.report.paper import fonts


def test_letters_without_a_glyph_are_a_question_mark() -> None:
    given = {"a": ["Théâtre – l’Œuvre", "\u202e\ufffdעx\u2028y", 3, None], "b": "→ − ≥"}
    assert with_glyphs(given, fonts()) == {
        "a": ["Théâtre – l’Œuvre", "??x y", 3, None],
        "b": "→ − ≥",
    }
