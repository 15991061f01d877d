"""The pages as they were written: their headings, blocks, pictures and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scripts.docs.build import DOCS

_FENCE: Final = re.compile(r"^(?P<mark>`{3,}|:{3,})(?P<info>[^`]*)$")
_PICTURE: Final = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what its fence says and what it holds."""

    info: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A page in its parts, in the order in which they stand."""

    headings: tuple[int, ...]
    blocks: tuple[Block, ...]
    pictures: tuple[str, ...]
    alternatives: tuple[str, ...]
    anchors: tuple[str, ...]
    #: Lines of prose by number, code and front matter apart.
    prose: tuple[tuple[int, str], ...]


def pages(lang: str) -> list[str]:
    return sorted(page.stem for page in (DOCS / lang).glob("*.md"))


def read(lang: str, name: str) -> Source:
    return parse((DOCS / lang / f"{name}.md").read_text(encoding="utf-8"))


def parse(text: str) -> Source:
    headings, blocks, anchors, prose = [], [], [], []
    held: list[str] = []
    fence = info = ""
    lines = text.splitlines()
    front = lines.index("---", 1) if lines[:1] == ["---"] else -1
    for number, line in enumerate(lines, 1):
        if number - 1 <= front:
            continue
        found = _FENCE.match(line)
        if fence:
            if line.strip() == fence:
                blocks.append(Block(info, tuple(held)))
                fence, held = "", []
            else:
                held.append(line)
        elif found and found["mark"].startswith("`"):
            fence, info = found["mark"], found["info"].strip()
        elif found:
            # a directive of colons holds prose: only its name is compared
            blocks.append(Block(re.sub(r"\}.*", "}", found["info"].strip()), ()))
        elif re.match(r"\([\w-]+\)=$", line):
            anchors.append(line)
        elif re.match(r":[\w-]+:", line):
            continue
        else:
            if heading := re.match(r"(#+) ", line):
                headings.append(len(heading[1]))
            prose.append((number, line))
    whole = "\n".join(line for _, line in prose)
    return Source(
        tuple(headings),
        tuple(blocks),
        tuple(p["target"] for p in _PICTURE.finditer(whole)),
        tuple(p["alt"] for p in _PICTURE.finditer(whole)),
        tuple(anchors),
        tuple(prose),
    )
