"""What the pages need beyond Sphinx: formulas as MathML, and the spaces of French typography."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from docutils.utils.math.latex2mathml import tex2mathml  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

NBSP = "\u00a0"
#: Where a writer's plain space never breaks: before : » % $, after «, within a number.
_SPACES = (
    (re.compile(r"(?:(?<=\S)|^) (?=[:»%$](?:\W|$))"), NBSP),
    (re.compile(r"(?<=«) "), NBSP),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:m|km|s|Mo|Go|mm|px|kB)\b)"), NBSP),
)


def french(text: str) -> str:
    """Return a text with the no-break spaces of French."""
    for pattern, space in _SPACES:
        text = pattern.sub(space, text)
    return re.sub(r"[ \u00a0](?=[;!?](?:\s|$))", "", text).replace("'", "’")


class FrenchSpaces(SphinxTransform):
    """Set the no-break spaces in the words of the French pages; code stays as it is."""

    default_priority = 855  # after the quotes

    def apply(self, **_: Any) -> None:
        """Replace the text nodes."""
        if self.config.language != "fr":
            return
        for node in list(self.document.findall(nodes.Text)):
            parents = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)
            if isinstance(node.parent, parents) or _english(node):
                continue
            text = french(str(node))
            if text != str(node):
                node.parent.replace(node, nodes.Text(text))


def _english(node: nodes.Node) -> bool:
    """Whether a node stands in a docstring, which is English in both trees."""
    parent = node.parent
    while parent is not None:
        if parent.tagname.startswith("desc"):
            return True
        parent = parent.parent
    return False


def _mark_english(app: Sphinx, document: Any) -> None:
    """Say of descriptions in a French page that they are English, as the code is."""
    if app.config.language == "fr":
        for node in document.findall(lambda one: one.tagname == "desc"):
            node["classes"].append("language-en")


def _bars(_app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    """Keep the bars of a formula in a docstring: alone they would be a substitution."""
    example = False
    for number, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            lines[number] = "``".join(
                part if code else part.replace("|", "\\|") for code, part in _parted(line)
            )


def _types(_app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    """Keep the underscore at the end of a type, as that of numpy.object_: alone it would be a link."""
    for number, line in enumerate(lines):
        if line.startswith(":vartype"):
            lines[number] = line.replace("object_", r"object\_")


def _parted(line: str) -> list[tuple[bool, str]]:
    """Return the parts of a line between double backticks, and whether each is code."""
    return [(bool(number % 2), part) for number, part in enumerate(line.split("``"))]


def _formula(self: Any, node: nodes.Element) -> None:
    """Write an inline formula."""
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _displayed(self: Any, node: nodes.Element) -> None:
    """Write a formula on a line of its own."""
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0"))
    self.body.append(tex2mathml(node.astext(), as_block=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (_formula, None), (_displayed, None))
    app.add_transform(FrenchSpaces)
    app.connect("autodoc-process-docstring", _bars, priority=400)
    app.connect("autodoc-process-docstring", _types, priority=900)
    app.connect("doctree-read", _mark_english)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
