"""Maps: Folium dressed as an atlas, pages of the boroughs, pictures, and any Folium map as one offline file.

In a notebook, ``geosocial.cartography.show(results)`` shows the atlas; after ``%load_ext
geosocial.cartography``, results that end a cell show it by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geosocial.cartography.notebook import Framed
    from geosocial.results import Results
    from geosocial.vocabulary import Lang


def show(results: Results, *, lang: Lang = "fr", height: int = 680) -> Framed:
    """Return the atlas of a run for a notebook: the same page as the file, in a frame that can reach nothing.

    Parameters
    ----------
    results
        A run, from `geosocial.pipeline.compute`.
    lang
        The language in which it opens; the other is one press away.
    height
        Height of the frame in pixels.
    """
    from geosocial.cartography import atlas, standalone
    from geosocial.cartography.layers import check_drawable
    from geosocial.cartography.notebook import Framed

    check_drawable(results)
    page = standalone.page(atlas.build(results, lang=lang))
    return Framed(page=page, title=results.study.name[lang], height=height)


def load_ipython_extension(shell: Any) -> None:
    """Let results show their atlas in the notebook of `shell`: ``%load_ext geosocial.cartography``."""
    html = shell.display_formatter.formatters["text/html"]
    html.for_type_by_name("geosocial.results", "Results", lambda results: show(results)._repr_html_())
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type_by_name(
        "geosocial.results", "Results", lambda results, printer, _: printer.text(_line(results))
    )


def _line(results: Results) -> str:
    return f"Results({results.study.id!r}, {results.study.edition}, {len(results.zones)} zones)"
