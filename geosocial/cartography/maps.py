"""The maps of a run as files: the atlas, a page a borough with their index, and pictures when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from geosocial.results import Results

#: Both languages stand in each page.
LANGS: Final[tuple[Lang, ...]] = ("fr", "en")
#: What drawing loads where it uses it.
_USED: Final = ("folium", "geosocial.cartography.atlas", "geosocial.cartography.boroughs")


def load() -> None:
    """Load what drawing uses: who waits for another processor can do so before there is anything to draw."""
    for name in _USED:
        import_module(name)


def names(results: Results, *, pictures: Sequence[Lang] = ()) -> list[str]:
    """Return the files that `write` writes, the atlas first; pictures in these languages."""
    from geosocial.cartography import boroughs

    drawn: list[str] = []
    if pictures:
        from geosocial.cartography.pictures import names as drawn_names

        drawn = drawn_names(results, pictures)
    pages = boroughs.names(results)
    return ["atlas.html", *(f"boroughs/{name}" for name in pages), *(f"pictures/{name}" for name in drawn)]


def write(
    results: Results,
    folder: Path,
    *,
    langs: Sequence[Lang],
    pictures: Sequence[Lang] = (),
    since: tuple[pd.DataFrame, dt.date] | None = None,
    explained: Mapping[str, str] | None = None,
    step: Callable[[str], AbstractContextManager[None]],
) -> None:
    """Write the maps of a run into `folder`.

    Parameters
    ----------
    langs
        The languages that are asked for. Of one, the pages open in it; of several, in that of the browser
        where it is one of them, else in the first.
    pictures
        The languages of the pictures; none are drawn without.
    since
        The changes since an earlier edition (`geosocial.tables.CHANGES`) and its date: the atlas shows them.
    explained
        The page of explanations of each language, below the folder of the run: figures lead there.
    step
        Called with the message of each step; its context lasts as long as the step.

    Raises
    ------
    StudyError
        When a zone has no shape to draw.
    """
    from geosocial.cartography.atlas import write_atlas
    from geosocial.cartography.boroughs import write_boroughs
    from geosocial.cartography.change import Since
    from geosocial.cartography.content import content
    from geosocial.cartography.layers import check_drawable
    from geosocial.i18n import words

    check_drawable(results)
    with step(N_("Atlas")):
        changed = None if since is None else Since.of(*since)
        lang = langs[0]
        said = content(results, {key: words(key) for key in LANGS}, lang=lang, since=changed)
        shown = {**said, "byBrowser": len(langs) > 1}
        atlas = folder / "atlas.html"
        at = {key: f"../{page}" for key, page in (explained or {}).items()}
        write_atlas(results, atlas, lang=lang, shown=shown, pages="boroughs", since=changed, explained=at)
    with step(N_("Pages of the zones")):
        at = {key: f"../../{page}" for key, page in (explained or {}).items()}
        write_boroughs(results, folder / "boroughs", lang=lang, shown=shown, explained=at)
    if pictures:
        from geosocial.cartography.pictures import write as draw

        with step(N_("Pictures")):
            draw(results, folder / "pictures", langs=pictures)
