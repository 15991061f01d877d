"""A document on paper: plain values and a template, set by typst as a tagged PDF (PDF/UA-1).

The values travel in a JSON file that the template reads: what a user typed is text there, never code. The
type is Source Sans Pro from its package; system fonts are ignored and the date is that of the edition, so
that the same input gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.errors import N_, GeosocialError
from geosocial.report.glyphs import with_glyphs

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

_PACKAGE: Final = "font_source_sans_pro"
#: What every template imports: colours, sizes, tables, symbols.
_LOOK: Final = "look.typ"


def head(words: Words, results: Results, document: str) -> dict[str, Any]:
    """Return the values that every document has: its language, its title, its date, its colours."""
    day = results.study.edition
    return {
        "lang": words.lang,
        "document": document,
        "edition": wording.edition(words, results),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "look": {name: symbology.color(name) for name in ("ink", "muted", "line", "chosen")}
        | {"pattern": symbology.look()["pattern"]},
    }


def set_in_type(template: str, values: Mapping[str, Any], pictures: Mapping[str, str]) -> bytes:
    """Return a document as the bytes of a PDF.

    Parameters
    ----------
    template
        Name of a template without its suffix.
    values
        What it reads, `head` included.
    pictures
        The text of each SVG by the name of its file.

    Raises
    ------
    GeosocialError
        When typst refuses the document, or warns: a missing glyph or font is a fault.
    """
    import typst

    folder = resources.files("geosocial.report") / "templates"
    noon = dt.datetime(values["year"], values["month"], values["day"], 12, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory(prefix="geosocial-") as made_in:
        place = Path(made_in)
        for name in (_LOOK, f"{template}.typ"):
            (place / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
        text = json.dumps(with_glyphs(dict(values), fonts()), ensure_ascii=False)
        (place / "content.json").write_text(text, encoding="utf-8")
        for name, picture in pictures.items():
            (place / name).write_text(picture, encoding="utf-8")
        try:
            made, warnings = typst.compile_with_warnings(
                str(place / f"{template}.typ"),
                root=str(place),
                font_paths=[str(fonts())],
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=int(noon.timestamp()),
            )
        except RuntimeError as error:
            raise GeosocialError(
                N_("The dossier cannot be set: {reason}."),
                hint=N_("Please report it; the other files of the run do not depend on it."),
                reason=" ".join(str(error).split())[:300],
            ) from error
    if warnings:
        raise GeosocialError(
            N_("The dossier cannot be set: {reason}."),
            hint=N_("Please report it; the other files of the run do not depend on it."),
            reason="; ".join(str(getattr(w, "message", w)) for w in warnings)[:300],
        )
    return bytes(made)


def fonts() -> Path:
    """Return the folder of the fonts; only its TrueType files of the weights that are used are read."""
    return Path(str(resources.files(_PACKAGE) / "files"))
