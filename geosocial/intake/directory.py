"""Read which addresses of the lists are somebody's home, and nothing else, for the public directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geosocial.intake.source import open_source
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    from geosocial.study import Study

#: What says that an address is nobody's home; an empty cell says so too.
_NO: Final = frozenset({"", "non", "no", "faux", "false", "0", "n"})


def read_home_based(study: Study) -> set[tuple[str, int]]:
    """Return (source, source_row) of each row whose address is somebody's home.

    What is written in the column counts as yes unless it says no: a word that nobody foresaw hides an
    address rather than showing it.

    Raises
    ------
    InputError
        When a list lacks the column that the study names.
    """
    if study.directory is None:
        return set()
    found = set()
    for spec in study.places:
        option = study.directory.home_based.get(spec.key, "")
        if option:
            source = open_source(study.path(spec.file), layer=spec.layer, crs=None if spec.x else spec.crs)
            cells = source.columns.text(option)
            found |= {
                (spec.key, row)
                for row, cell in zip(source.rows.tolist(), cells, strict=True)
                if fold(cell) not in _NO
            }
    return found
