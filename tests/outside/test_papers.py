"""Poppler reads the papers as a program of a reader does: every accent, every typeface, nothing unknown."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from geosocial.vocabulary import Lang

pytestmark = pytest.mark.program("pdftotext")
#: Names and words with each accented letter and sign of the language.
WORDS: dict[Lang, tuple[str, ...]] = {
    "fr": ("Montréal", "Côte-des-Neiges–Notre-Dame-de-Grâce", "L’Île-Bizard", "arrondissements"),
    "en": ("Montréal", "Côte-des-Neiges–Notre-Dame-de-Grâce", "L’Île-Bizard", "boroughs", "–"),
}
LETTERS: dict[str, str] = {
    "report.fr": "éèêàâçîôù’«»–",
    "report.en": "éôâÎ’–",
    "boroughs.fr": "éèêàâô’–",
    "boroughs.en": "éèôâ’–",
}
TITLES: dict[Lang, str] = {"fr": "comité directeur", "en": "steering committee"}


def read(file: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", str(file), "-"], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode("utf-8")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("paper", ["report", "boroughs"])
def test_every_accent_is_read(run: Path, paper: str, lang: Lang) -> None:
    text = read(run / "report" / f"{paper}.{lang}.pdf")
    assert not re.search(r"[\ufffd\u0000\ue000-\uf8ff]", text), "a letter that is read as none"
    assert not re.search(r"Ã.|Â[ «»]|â€", text), "letters of another encoding"
    flat = re.sub(r"\s+", " ", text)
    for letter in LETTERS[f"{paper}.{lang}"]:
        assert letter in flat, letter
    if paper == "report":
        for word in WORDS[lang]:
            assert re.search(word.replace("-", "-[\u00ad ]?"), flat), word


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("paper", ["report", "boroughs"])
def test_every_typeface_is_inside_and_maps_to_letters(run: Path, paper: str, lang: Lang) -> None:
    file = run / "report" / f"{paper}.{lang}.pdf"
    said = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True, timeout=60)
    rows = said.stdout.splitlines()[2:]
    assert rows
    for row in rows:
        embedded, _, mapped = row.split()[-5:-2]
        assert (embedded, mapped) == ("yes", "yes"), row


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_paper_says_its_language_and_title_and_is_tagged(run: Path, lang: Lang) -> None:
    done = subprocess.run(
        ["pdfinfo", str(run / "report" / f"report.{lang}.pdf")], capture_output=True, check=True, timeout=60
    )
    said = dict(line.split(":", 1) for line in done.stdout.decode("utf-8").splitlines() if ":" in line)
    assert said["Tagged"].strip() == "yes"
    assert TITLES[lang] in said["Title"]
    assert said["JavaScript"].strip() == "no"
    assert 10 <= int(said["Pages"]) <= 25
    assert said["Page size"].strip().endswith("(A4)")
