"""Both languages say the same: pages, headings, commands, code, pictures."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import pytest

from scripts.docs.build import DOCS
from tests.docs.sources import Block, pages, parse, read

#: Blocks whose lines are the same in both languages once what is language is taken away.
CODE = {"sh", "python", "toml"}


def test_the_same_pages_in_both_languages() -> None:
    assert pages("fr") == pages("en")


def neutral(block: Block) -> Block:
    """Return a block without what belongs to a language: comments, words in quotes, the language itself."""
    if block.info.split()[:1] and block.info.split()[0] not in CODE:
        return Block(block.info, ("…",) if block.info.startswith(("text", "csv")) else block.lines)
    lines = []
    for line in block.lines:
        plain = re.sub(r"(^|\s+)#.*$", "", line)
        plain = re.sub(r"--lang(=| )(fr|en)\b", r"--lang\1…", plain)
        plain = re.sub(r"\b(\w+)\.(fr|en)\.(\w+)\b", r"\1.….\3", plain)
        if block.info.startswith("sh"):
            # names of columns and values of a list, in the language of the list
            plain = re.sub(r'(--where|--cost-column|--column) "[^"]*"', r'\1 "…"', plain)
        if block.info.startswith(("python", "toml")):
            plain = re.sub(r"\"[^\"]*[ éèàêçôûîœ’][^\"]*\"|lang=\"(fr|en)\"|\"(fr|en)\"", '"…"', plain)
        if plain.strip():
            lines.append(plain)
    return Block(block.info, tuple(lines))


@pytest.mark.parametrize("name", pages("en"))
def test_a_page_and_its_twin_have_one_structure(name: str) -> None:
    french, english = read("fr", name), read("en", name)
    assert french.headings == english.headings
    assert french.anchors == english.anchors
    assert french.pictures == english.pictures
    assert [neutral(b) for b in french.blocks] == [neutral(b) for b in english.blocks]


@pytest.mark.parametrize("name", pages("en"))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_begins_with_its_one_title_and_skips_no_level(lang: str, name: str) -> None:
    levels = read(lang, name).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_picture_is_made_by_the_build_and_says_what_it_shows(lang: str) -> None:
    asked = tomllib.loads((DOCS / "pictures.toml").read_text(encoding="utf-8"))
    made = {one["name"] for kind in asked.values() for one in kind} | {"house"}
    used = set()
    for name in pages(lang):
        page = read(lang, name)
        used |= {re.sub(r"pictures/(.*)\.(png|svg)$", r"\1", target) for target in page.pictures}
        assert all(len(alt) > 10 for alt in page.alternatives), name
    assert used == made


def test_a_page_is_read_in_its_parts() -> None:
    page = parse(
        "---\na: 1\n---\n\n# T\n\n(here)=\n## A\n\n```sh\n# no heading\nx\n```\n\n![a map](pictures/a.png)\n"
    )
    assert page.headings == (1, 2)
    assert page.blocks == (Block("sh", ("# no heading", "x")),)
    assert page.pictures == ("pictures/a.png",)
    assert page.anchors == ("(here)=",)


def test_what_belongs_to_a_language_is_not_compared() -> None:
    french = Block("sh", ("geosocial run --lang fr  # tout", "open report.fr.html"))
    english = Block("sh", ("geosocial run --lang en  # all of it", "open report.en.html"))
    assert neutral(french) == neutral(english)
    assert neutral(french) != neutral(Block("sh", ("geosocial run", "open report.fr.html")))
