"""Every word of the written pages is in a dictionary, or in the short list of our own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.docs.build import DOCS
from tests.docs.sources import pages, read

DICTIONARIES = {"fr": "fr_FR", "en": "en_US"}
HERE = all(Path(f"/usr/share/hunspell/{name}.dic").exists() for name in DICTIONARIES.values())
pytestmark = pytest.mark.skipif(
    not (HERE and shutil.which("hunspell")) and os.environ.get("CI") != "true",
    reason="needs hunspell with hunspell-fr and hunspell-en-us",
)
#: What is no prose: code, formulas, links, anchors, marks of MyST.
NOT_WORDS = re.compile(
    r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|\{[^}]*\}|https?://\S+"
    r"|^\(.*\)=$|^html_.*$|^\|? ?[:-]+.*$",
    re.MULTILINE,
)
#: Parts of names and codes: with a digit, an underscore, all in capitals.
CODE = re.compile(r"\b\w*[\d_]\w*\b|\b[A-ZÉ]{2,}s?\b")


#: Names: a capital within a sentence, and what it takes with it.
NAME = re.compile(
    r"(?<=[\w,;:(&/–-] )(?:[ldLD]')?[A-ZÉÎ][\w-]*(?:'s)?|(?<=[(&/–|-])[A-ZÉÎ][\w-]*|(?<=[(«“])[A-ZÉÎ][\w-]*"
)


def prose(lang: str, name: str) -> str:
    text = "\n".join(line for _, line in read(lang, name).prose)
    plain = NOT_WORDS.sub(" ", text).replace("’", "'").replace("*", " ").replace("\n", " ")
    return NAME.sub(" ", CODE.sub(" ", plain))


def unknown(text: str, lang: str) -> set[str]:
    done = subprocess.run(
        ["hunspell", "-d", DICTIONARIES[lang], "-i", "utf-8", "-l"],
        input="\n".join(text.split()),  # of a long line hunspell cuts words in two
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return {re.sub(r"^[ld]'|'s$", "", word.strip(".'")) for word in done.stdout.split()} - {""}


def own(lang: str) -> list[str]:
    return (DOCS / f"words.{lang}.txt").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_word_is_spelled_as_a_dictionary_has_it(lang: str) -> None:
    ours = set(own(lang))
    wrong = {name: sorted(unknown(prose(lang, name), lang) - ours) for name in pages(lang)}
    assert not {name: words for name, words in wrong.items() if words}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_list_of_our_own_words_is_sorted_and_holds_no_word_of_the_dictionary(lang: str) -> None:
    words = own(lang)
    assert words == sorted(set(words))
    assert unknown("\n".join(words), lang) == set(words)


def test_a_misspelled_word_is_found() -> None:
    assert unknown("A boro is underserved.", "en") >= {"boro"}
    assert unknown("Un arondissement.", "fr") == {"arondissement"}
