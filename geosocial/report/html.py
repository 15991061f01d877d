"""The report as one offline page: no script, no request, its style allowed by a hash and nothing else.

The outline is set into ``templates/report.html``; jinja2 escapes every text, so no name becomes markup.
Identical results give identical bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial import symbology
from geosocial.report import charts, status_charts
from geosocial.report.outline import Outline, outline

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from geosocial.i18n import Words
    from geosocial.results import Results
#: The head that every page of a report shares.
BASE: Final = "base.html"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The zones of a study as shapes, and their SVG definitions: the same in every language."""

    shapes: charts.Shapes
    definitions: Markup


def draw(results: Results) -> Drawn:
    """Return the shapes of a run, for the pages of all languages."""
    shapes = charts.shapes(results)
    return Drawn(shapes, charts.definitions(shapes))


def write_report(
    results: Results,
    path: Path,
    words: Words,
    *,
    files: Mapping[str, str] | None = None,
    drawn: Drawn | None = None,
    told: Outline | None = None,
) -> None:
    """Write the report of a run in one language, as one file.

    Parameters
    ----------
    files
        Addresses relative to the page: ``atlas``, and ``fr`` or ``en`` for the report in the other language.
        What is not given is not linked.
    drawn
        What `draw` gave, where several pages show it.
    told
        The outline in that language, where it was made already.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from geosocial.io.write import write_text

    write_text(page(results, words, files=files, drawn=drawn, told=told), path)


def page(
    results: Results,
    words: Words,
    *,
    files: Mapping[str, str] | None = None,
    drawn: Drawn | None = None,
    told: Outline | None = None,
) -> str:
    """Return the page of a report as text."""
    drawn = drawn or draw(results)
    sheet = style()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return template("report.html").render(
        o=told or outline(words, results),
        files=dict(files or {}),
        style=sheet,
        digest=digest,
        drawn=drawn.shapes,
        definitions=drawn.definitions,
        charts=charts,
        marks=status_charts,
    )


_HYPHENED = re.compile(r"([^\s–]*\w-\w[^\s–]*|--\w+)")


@lru_cache(maxsize=4096)  # the names of zones come back in every table
def unbroken(text: str) -> Markup:
    """Return a text, escaped, in which no name or option is cut at a hyphen; it may be at a dash or a space.

    Examples
    --------
    >>> print(unbroken("Rosemont–La Petite-Patrie & Anjou"))
    Rosemont–<wbr>La <span class="nb">Petite-Patrie</span> &amp; Anjou
    >>> print(unbroken("site --check"))
    site <span class="nb">--check</span>
    """
    from markupsafe import Markup, escape

    if "-" not in text and "–" not in text:
        return escape(text)
    parts = _HYPHENED.split(str(text))
    # an element with nowrap beside the dash would take the break away, so it is given back
    return Markup("").join(
        Markup('<span class="nb">{}</span>').format(part)
        if n % 2
        else escape(part).replace("–", Markup("–<wbr>"))
        for n, part in enumerate(parts)
    )


@cache
def template(name: str) -> Template:
    """Return a template of the folder beside, compiled once an installation; it escapes every text."""
    from jinja2 import DictLoader, Environment, StrictUndefined

    from geosocial.report.compiled import Compiled

    folder = resources.files("geosocial.report").joinpath("templates")
    texts = {file: folder.joinpath(file).read_text(encoding="utf-8") for file in (BASE, name)}
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=DictLoader(texts),
        bytecode_cache=Compiled(),
    )
    environment.filters["nb"] = unbroken
    return environment.get_template(name)


@cache
def style() -> str:
    """Return the style sheet with the tokens of the look in front."""
    look = symbology.look()
    tokens = [f"--{name.replace('_', '-')}:{value}" for name, value in look["color"].items()]
    tokens.append(f"--font:{look['type']['font']}")
    text = resources.files("geosocial.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    return ":root{" + ";".join(tokens) + "}\n" + text
